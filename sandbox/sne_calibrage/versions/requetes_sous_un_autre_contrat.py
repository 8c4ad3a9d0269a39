"""A vendor's own requests, as they were recorded, under another contract than theirs.

Each request is put to the sandbox twice (`rejouer`): under the contract it was recorded under, and under the
target, in bases that follow the recording alike. The target alone explains what differs between the two: what
the sandbox refuses under both, or cannot know, says nothing of the target. Differences are then led back to
those of the two contracts, and to the change that brings them."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial
from io import BytesIO
from typing import Any, Final
from zipfile import ZipFile

from sne_calibrage.enregistrements.enregistrement_rejoue import Repris, rejouer
from sne_calibrage.versions.causes_de_refus import Chercheur
from sne_calibrage.versions.contrats_compares import comparer
from sne_calibrage.versions.differences_de_contrats import SEULEMENT, ComparaisonDeContrats
from sne_calibrage.versions.sorts_des_requetes import Devenir, Nouveaute, Preparation, SortDEchange
from sne_conformite.bilan.couverture_et_angles_morts import Couverture, est_du_sne
from sne_conformite.observation.observation import arbre_de
from sne_interface.contract import arbres_compares
from sne_interface.contract.changements import Nature
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.echange import Champ, Echange, Piece, VerdictEchange, document_parmi
from sne_interface.domain.element_recu import sans_indices
from sne_interface.settings import Reglages

#: Elements of an answer that vary from one answer to the next.
_VARIABLES: Final = frozenset({"dateFichier", "numUnique", "idEvenement"})
#: Differences told of one answer.
_DIFFERENCES_MAX: Final = 20
#: What a newer contract lets be sent, or read.
_NOUVEAUTES: Final = (
    "version-ajoutee", "element-ajoute", "attribut-ajoute", "type-ajoute", "caracteristique-ajoutee",
    "valeur-ajoutee", "code-ajoute", "operation-ajoutee", "champ-ajoute", "enumeration-etendue",
)  # fmt: skip
#: The sandbox's own answer does not fit the target.
_ETAT_INCONNU: Final = "ce que devient, sous ce contrat, la demande déjà tenue ne se sait pas"


def preparer(
    echanges: Callable[[], Iterable[Echange]],
    depuis: Contrat,
    vers: Contrat,
    *,
    noms: tuple[str, str, str],
    reglages: Reglages | None = None,
    remises: Collection[int] = (),
    certificats: bool = True,
    progres: Callable[[int], None] = lambda fait: None,
) -> Preparation:
    """The fate under `vers` of exchanges that were recorded under `depuis`.

    `echanges` gives them from the first, each time it is called; `noms` are what the two contracts and the
    recording are called. `remises` are exchanges (ids) before which the base was emptied, beside those that
    the journal itself shows; `certificats` as for `rejouer`. Raises ContractError, StoreError.
    """
    comparaison = comparer(depuis, vers, noms[:2])
    chercheur, ancien, couverture = (
        Chercheur(comparaison, vers), Chercheur(comparaison, depuis), Couverture(vers),
    )  # fmt: skip
    deux = [
        rejouer(
            contrat, echanges(), reglages=reglages, certificats=certificats, remises=remises, d_avance=True
        )
        for contrat in (depuis, vers)
    ]
    sorts = []
    for avant, apres in zip(*deux, strict=True):
        sorts.append(_sort(avant, apres, chercheur, ancien))
        if not avant.ecarte:
            couverture.voir(apres.vue)
        progres(len(sorts))
    nouveautes = tuple(_nouveautes(comparaison, couverture))
    dits = {cause.changement for sort in sorts for cause in sort.causes}
    dits |= {nouveaute.difference.changement for nouveaute in nouveautes}
    return Preparation(
        *noms, tuple(sorts), nouveautes, {c.id: c for c in comparaison.changements if c.id in dits}
    )


def remises_notees(proces_verbal: Iterable[Mapping[str, Any]]) -> set[int]:
    """The ids of the exchanges of a driven run before which the base was emptied: each example begins on an
    empty base, and says which exchanges it read."""
    trouvees = set()
    for ligne in proces_verbal:
        vide = False
        for fait in ligne.get("faits", ()):
            vide = vide or fait.get("appel") == "remettre"
            if vide and fait.get("appel") == "echanges" and fait.get("rendu"):
                trouvees.add(int(fait["rendu"][0]))
                vide = False
    return trouvees


# --- one exchange ------------------------------------------------------------------------------------------


def _sort(avant: Repris, apres: Repris, chercheur: Chercheur, ancien: Chercheur) -> SortDEchange:
    """`chercheur` looks why the target refuses, `ancien` why the contract of the recording does."""
    vue = avant.vue
    qui = vue.identifiant or 0, vue.operation or "", vue.type_fichier, vue.numero or ""
    sort = partial(SortDEchange, *qui)
    if avant.ecarte:
        return sort(Devenir.ECARTE, raison=avant.ecarte)
    if VerdictEchange.ERREUR in (apres.ici.verdict, avant.ici.verdict):
        return sort(Devenir.INDECIDABLE, raison=_raison(avant, _ETAT_INCONNU))
    refuse, refusait = (repris.ici.verdict is not VerdictEchange.ACCEPTE for repris in (apres, avant))
    if not vue.acceptee:
        if refuse and refusait and (chemins := differences(avant, apres)):
            connues = {cause.cle for cause in ancien.refus(avant)}
            actuelles = list(chercheur.refus(apres))
            changees = [cause for cause in actuelles if cause.cle not in connues]
            changees += ancien.levees(avant, {cause.cle for cause in actuelles})
            causes = tuple(changees or chercheur.reponse(vue, chemins))
            return sort(Devenir.AUTREMENT, causes)
        if refuse:
            return sort(Devenir.DEJA_REFUSE)
        # Refused then, accepted under both here: the recorded server knows what the recording does not tell.
        if refusait:
            return sort(Devenir.AUTREMENT, tuple(ancien.levees(avant)))
        return sort(Devenir.DEJA_REFUSE, raison="refusé alors pour une raison que rien ne dit")
    if refuse:
        connues = {cause.cle for cause in chercheur.refus(avant)} if refusait else set()
        causes = tuple(cause for cause in chercheur.refus(apres) if cause.cle not in connues)
        if causes:
            return sort(Devenir.REFUSE, causes)
    if refuse or refusait:
        return sort(Devenir.INDECIDABLE, raison=_raison(avant, _dit_refus(avant)))
    causes = tuple(chercheur.reponse(vue, chemins)) if (chemins := differences(avant, apres)) else ()
    return sort(Devenir.AUTREMENT if chemins else Devenir.INCHANGE, causes)


def _raison(avant: Repris, defaut: str) -> str:
    return " ; ".join(avant.inconnus) or defaut


def _dit_refus(repris: Repris) -> str:
    """Why the sandbox refuses, under its own contract, what the recorded server accepted."""
    dits = [str(a.get("regle")) for a in repris.ici.anomalies if a.get("gravite") == "bloquante"]
    dit = ", ".join(dict.fromkeys(dits)) or (repris.ici.fault or {}).get("message", "")
    return f"déjà refusé ici sous le contrat d'origine ({dit}), et accepté alors"


def differences(avant: Repris, apres: Repris) -> list[str]:
    """Where two answers differ, numbers and stamps aside: names of fields, and paths without index, none
    below another."""
    un, autre = avant.champs, apres.champs
    trouvees = set(un.keys() ^ autre.keys())
    trouvees |= {nom for nom in un.keys() & autre.keys() if _texte(un[nom]) != _texte(autre[nom])}
    documents = [_documents(champs) for champs in (un, autre)]
    for nom in dict.fromkeys((*documents[0], *documents[1])):
        racines = (arbre_de(lot.get(nom, b"")) for lot in documents)
        lus = [racine for racine in racines if racine is not None]
        if len(lus) == 2:
            lieux = (sans_indices(d.chemin) for d in arbres_compares.comparer(*lus))
            trouvees |= {lieu for lieu in lieux if lieu.rpartition("/")[2] not in _VARIABLES}
        else:
            trouvees |= {arbres_compares.nom_de(racine) for racine in lus}
    hautes = [chemin for chemin in trouvees if not any(chemin.startswith(f"{autre}/") for autre in trouvees)]
    return sorted(hautes)[:_DIFFERENCES_MAX]


def _texte(champ: Champ) -> str:
    """The text of a field; of a name of file, which is stamped, its kind; nothing of a piece."""
    return "" if isinstance(champ, Piece) else champ[:3] if champ.endswith((".xml", ".zip")) else champ


def _documents(champs: Mapping[str, Champ]) -> dict[str, bytes]:
    """The XML documents of an answer of ours: one, or those of its archive, in their order."""
    octets = document_parmi({nom: v for nom, v in champs.items() if nom != "attestation"})
    if not octets.startswith(b"PK"):
        return {"": octets} if octets else {}
    with ZipFile(BytesIO(octets)) as archive:
        return {str(rang): archive.read(nom) for rang, nom in enumerate(archive.namelist())}


# --- what it could now send --------------------------------------------------------------------------------


def _nouveautes(comparaison: ComparaisonDeContrats, couverture: Couverture) -> Iterator[Nouveaute]:
    employes = {rubrique.nom: set(rubrique.vus) for rubrique in couverture.rubriques()}
    for d in comparaison.differences:
        if d.sorte not in _NOUVEAUTES or (d.nature is Nature.OPERATIONS and "/output" in d.objet):
            continue
        document, _, chemin = d.objet.partition(":")
        vus = {
            Nature.MESSAGES: employes["versions"],
            Nature.EVENEMENTS: employes["evenements"] | employes["caracteristiques"],
            Nature.NOMENCLATURES: employes["codes"],
            Nature.OPERATIONS: employes["operations"],
            Nature.SCHEMAS: employes["elements"],
        }[d.nature]
        objet = chemin or d.objet
        if not any(vu == objet or vu.startswith(f"{objet}/") for vu in vus):
            yield Nouveaute(d, envoyer=document not in SEULEMENT and not est_du_sne(chemin))
