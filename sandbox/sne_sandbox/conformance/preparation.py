"""A vendor's own requests, as they were recorded, under another contract than theirs.

Each request is put to the sandbox twice (`reprise`): under the contract it was recorded under, and under the
target, in bases that follow the recording alike. What differs between the two is the target's doing, and
nothing else: what the sandbox refuses under both, or cannot know, says nothing of the target. Differences are
then led back to those of the two contracts, and to the change that brings them.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from io import BytesIO
from typing import Any, Final
from zipfile import BadZipFile, ZipFile

from sne_sandbox.conformance.causes import Cause, Chercheur
from sne_sandbox.conformance.couverture import Couverture, est_du_sne
from sne_sandbox.conformance.observation import arbre_de
from sne_sandbox.conformance.reprise import Repris, rejouer
from sne_sandbox.contract.changements import Changement, Nature
from sne_sandbox.contract.comparaison import comparer
from sne_sandbox.contract.differences import ComparaisonDeContrats, DifferenceDeContrats
from sne_sandbox.contract.phrases import local
from sne_sandbox.contract.versions import Contrat
from sne_sandbox.domain.echange import REMISE, Champ, Echange, Piece, VerdictEchange, document_parmi
from sne_sandbox.settings import Reglages

#: A real clock may be written a little late: one that goes back further was put back, and the base emptied,
#: for time never goes back over demandes (`operations.horloge`).
_RECUL: Final = timedelta(minutes=1)
#: Elements of an answer that vary from one answer to the next.
_VARIABLES: Final = frozenset({"dateFichier", "numUnique", "idEvenement"})
_ATTESTATION: Final = "attestation"
#: Differences told of one answer.
_DIFFERENCES_MAX: Final = 20
#: What a newer contract lets be sent, or read.
_NOUVEAUTES: Final = (
    "version-ajoutee", "element-ajoute", "attribut-ajoute", "type-ajoute", "caracteristique-ajoutee",
    "valeur-ajoutee", "code-ajoute", "operation-ajoutee", "champ-ajoute", "enumeration-etendue",
)  # fmt: skip
Progres = Callable[[int], None]


class Devenir(StrEnum):
    """What becomes of a request under the target."""

    REFUSE = "refusé"
    """It was accepted."""
    AUTREMENT = "répondu autrement"
    INDECIDABLE = "indécidable"
    """It depends on what the recording does not tell."""
    INCHANGE = "inchangé"
    DEJA_REFUSE = "déjà refusé"
    """By the recorded server: nothing to lose."""
    ECARTE = "non rejoué"
    """No call of the application's, or one that no server answered."""


@dataclass(frozen=True, slots=True)
class SortDEchange:
    """What becomes of one recorded exchange, `echange` by its number in the recording. `raison` says in
    French why it is undecided, or was not put to the sandbox."""

    echange: int
    operation: str
    type_fichier: str
    numero: str
    devenir: Devenir
    causes: tuple[Cause, ...] = ()
    raison: str = ""

    def en_json(self) -> dict[str, Any]:
        """Its JSON."""
        return {
            "echange": self.echange,
            "operation": self.operation or None,
            "type_fichier": self.type_fichier or None,
            "numero": self.numero or None,
            "devenir": str(self.devenir),
            "causes": [cause.en_json() for cause in self.causes],
            "raison": self.raison or None,
        }


@dataclass(frozen=True, slots=True)
class Nouveaute:
    """Something of the target that the traffic never uses: `envoyer` says whether an application writes it;
    else it reads it."""

    difference: DifferenceDeContrats
    envoyer: bool

    def en_json(self) -> dict[str, Any]:
        """Its JSON."""
        d = self.difference
        quoi = {"nature": str(d.nature), "objet": d.objet, "texte": d.texte}
        return {**quoi, "sens": "envoyer" if self.envoyer else "lire", "changement": d.changement or None}


@dataclass(frozen=True, slots=True)
class Preparation:
    """What a recording becomes under the target. `sorts` are those of each exchange, in their order."""

    depuis: str
    vers: str
    source: str
    sorts: tuple[SortDEchange, ...]
    nouveautes: tuple[Nouveaute, ...]
    changements: Mapping[str, Changement] = field(default_factory=dict)

    @property
    def comptes(self) -> Mapping[Devenir, int]:
        """How many exchanges become what."""
        comptes = Counter(sort.devenir for sort in self.sorts)
        return {devenir: comptes[devenir] for devenir in Devenir}

    @property
    def prete(self) -> bool:
        """Whether the target refuses nothing that was accepted."""
        return not self.comptes[Devenir.REFUSE]

    def de(self, devenir: Devenir) -> list[SortDEchange]:
        """The exchanges that become that."""
        return [sort for sort in self.sorts if sort.devenir is devenir]

    def en_json(self) -> dict[str, Any]:
        """Its JSON: of the exchanges, those that are not unaffected."""
        tus = (Devenir.INCHANGE, Devenir.DEJA_REFUSE, Devenir.ECARTE)
        return {
            "depuis": self.depuis,
            "vers": self.vers,
            "source": self.source,
            "prete": self.prete,
            "comptes": {str(devenir): combien for devenir, combien in self.comptes.items()},
            "changements": [changement.en_json() for changement in self.changements.values()],
            "echanges": [sort.en_json() for sort in self.sorts if sort.devenir not in tus],
            "nouveautes": [nouveaute.en_json() for nouveaute in self.nouveautes],
        }


def preparer(
    echanges: Callable[[], Iterable[Echange]],
    depuis: Contrat,
    vers: Contrat,
    *,
    noms: tuple[str, str, str],
    reglages: Reglages | None = None,
    remises: Collection[int] = (),
    certificats: bool = True,
    progres: Progres = lambda fait: None,
) -> Preparation:
    """What becomes under `vers` of exchanges that were recorded under `depuis`.

    `echanges` gives them from the first, each time it is called; `noms` are what the two contracts and the
    recording are called. `remises` are exchanges (ids) before which the base was emptied, beside those that
    the journal itself shows; `certificats` as for `reprise.rejouer`. Raises ContractError, StoreError.
    """
    comparaison = comparer(depuis, vers, noms[:2])
    vides = {*remises, *remises_vues(echanges())}
    chercheur, couverture = Chercheur(comparaison, vers), Couverture(vers)
    options: dict[str, Any] = {"reglages": reglages, "certificats": certificats, "remises": vides}
    deux = [rejouer(contrat, echanges(), **options) for contrat in (depuis, vers)]
    sorts = []
    for avant, apres in zip(*deux, strict=True):
        sorts.append(_sort(avant, apres, chercheur))
        if not avant.ecarte:
            couverture.voir(apres.vue)
        progres(len(sorts))
    nouveautes = tuple(_nouveautes(comparaison, couverture))
    dits = {cause.changement for sort in sorts for cause in sort.causes}
    dits |= {nouveaute.difference.changement for nouveaute in nouveautes}
    changements = {c.id: c for c in comparaison.changements if c.id in dits}
    return Preparation(*noms, tuple(sorts), nouveautes, changements)


def remises_vues(echanges: Iterable[Echange]) -> Iterator[int]:
    """The ids of the exchanges before which the base was put back: a line says so, or its clock went back."""
    dernier, remise = None, False
    for echange in echanges:
        instant = echange.instant_base
        remise = remise or echange.methode == REMISE
        if instant is not None:
            remise = remise or (dernier is not None and instant < dernier - _RECUL)
            dernier = instant
        if remise and echange.methode != REMISE and echange.identifiant is not None:
            yield echange.identifiant
            remise = False


def remises_notees(proces_verbal: Iterable[Mapping[str, Any]]) -> set[int]:
    """The same, of a driven run: each example begins on an empty base, and says which exchanges it read."""
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


def _sort(avant: Repris, apres: Repris, chercheur: Chercheur) -> SortDEchange:
    vue = avant.vue
    qui = (vue.echange.identifiant or 0, vue.operation or "", vue.type_fichier, vue.numero or "")
    if avant.ecarte:
        return SortDEchange(*qui, Devenir.ECARTE, raison=avant.ecarte)
    if apres.ici.verdict is VerdictEchange.ERREUR or avant.ici.verdict is VerdictEchange.ERREUR:
        return SortDEchange(*qui, Devenir.INDECIDABLE, raison=_raison(avant, "ce que la base tenait alors"))
    refuse, refusait = (repris.ici.verdict is not VerdictEchange.ACCEPTE for repris in (apres, avant))
    if not vue.acceptee:
        if refuse:
            return SortDEchange(*qui, Devenir.DEJA_REFUSE)
        # Refused then, accepted under both here: the recorded server knows what the recording does not tell.
        causes = tuple(chercheur.leves(avant, apres)) if refusait else ()
        if refusait:
            return SortDEchange(*qui, Devenir.AUTREMENT, causes)
        return SortDEchange(*qui, Devenir.DEJA_REFUSE, raison="refusé alors pour une raison que rien ne dit")
    if refuse:
        connues = {cause.cle for cause in chercheur.refus(avant)} if refusait else set()
        causes = tuple(cause for cause in chercheur.refus(apres) if cause.cle not in connues)
        if causes:
            return SortDEchange(*qui, Devenir.REFUSE, causes)
        return SortDEchange(*qui, Devenir.INDECIDABLE, raison=_raison(avant, _dit_refus(avant)))
    if refusait:
        return SortDEchange(*qui, Devenir.INDECIDABLE, raison=_raison(avant, _dit_refus(avant)))
    causes = tuple(chercheur.reponse(vue, chemins)) if (chemins := differences(avant, apres)) else ()
    return SortDEchange(*qui, Devenir.AUTREMENT if chemins else Devenir.INCHANGE, causes)


def _raison(avant: Repris, defaut: str) -> str:
    return " ; ".join(avant.inconnus) or defaut


def _dit_refus(repris: Repris) -> str:
    """Why the sandbox refuses, under its own contract, what the recorded server accepted."""
    dits = [str(a.get("regle")) for a in repris.ici.anomalies if a.get("gravite") == "bloquante"]
    dit = ", ".join(dict.fromkeys(dits)) or (repris.ici.fault or {}).get("message", "")
    return f"déjà refusé ici sous le contrat d'origine ({dit}), et accepté alors"


def differences(avant: Repris, apres: Repris) -> list[str]:
    """The paths, without index, where two answers differ, numbers and stamps aside; "" for a field."""
    un, autre = avant.champs, apres.champs
    trouvees = {nom for nom in un.keys() ^ autre.keys()}
    trouvees |= {nom for nom in un.keys() & autre.keys() if _texte(un[nom]) != _texte(autre[nom])}
    documents = [_documents(champs) for champs in (un, autre)]
    for nom in dict.fromkeys((*documents[0], *documents[1])):
        places = [_places(lot.get(nom, b"")) for lot in documents]
        differents = Counter(places[0])
        differents.subtract(Counter(places[1]))
        trouvees |= {chemin for (chemin, *_), combien in differents.items() if combien}
    return sorted(trouvees)[:_DIFFERENCES_MAX]


def _texte(champ: Champ) -> str:
    """The text of a field; of a name of file, which is stamped, its kind; nothing of a piece."""
    return "" if isinstance(champ, Piece) else champ[:3] if champ.endswith((".xml", ".zip")) else champ


def _documents(champs: Mapping[str, Champ]) -> dict[str, bytes]:
    """The XML documents of an answer: one, or those of its archive, in their order."""
    octets = document_parmi({nom: v for nom, v in champs.items() if nom != _ATTESTATION})
    if not octets.startswith(b"PK"):
        return {"": octets} if octets else {}
    try:
        with ZipFile(BytesIO(octets)) as archive:
            return {str(rang): archive.read(nom) for rang, nom in enumerate(archive.namelist())}
    except BadZipFile:
        return {"": octets}


def _places(octets: bytes) -> list[tuple[str, str, tuple[tuple[str, str], ...]]]:
    """(path without index, text, attributes) of each element of a document, those that vary left out."""
    racine = arbre_de(octets) if octets else None
    if racine is None:
        return []
    trouvees: list[tuple[str, str, tuple[tuple[str, str], ...]]] = []
    a_voir = [(racine, local(racine.tag))]
    while a_voir:
        element, chemin = a_voir.pop()
        enfants = [enfant for enfant in element if isinstance(enfant.tag, str)]
        texte = "" if enfants else (element.text or "").strip()
        attributs = tuple(sorted((local(nom), valeur) for nom, valeur in element.attrib.items()))
        if local(element.tag) not in _VARIABLES:
            trouvees.append((chemin, texte, attributs))
        a_voir += [(enfant, f"{chemin}/{local(enfant.tag)}") for enfant in enfants]
    return trouvees


# --- what it could now send --------------------------------------------------------------------------------


def _nouveautes(comparaison: ComparaisonDeContrats, couverture: Couverture) -> Iterator[Nouveaute]:
    employes = {rubrique.nom: set(rubrique.vus) for rubrique in couverture.rubriques()}
    for d in comparaison.differences:
        if d.sorte not in _NOUVEAUTES or d.nature is Nature.OPERATIONS and "/output" in d.objet:
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
            ecrit = document.partition("/")[0] not in ("type-evenement", "doublons") and not est_du_sne(chemin)
            yield Nouveaute(d, envoyer=ecrit)
