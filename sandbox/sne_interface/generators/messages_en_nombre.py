"""Messages by the thousand: what `sne-sandbox generate` writes, file by file, drawn from a seed: valid, or
for each blocking rule, a demande broken in exactly that way, and no other.

The faults are data: the refusing examples of the rule (`fixtures/exemples`), applied to a twin of their
specimen. A twin has the specimen's header, guichet, numbers, days, wished communes and kind of household;
everything else is drawn. The engine has the last word: a defect is given only when that rule alone blocks,
under the profile `strict` too, where the most rules do.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from lxml import etree

from sne_interface.contract.codec import NS, decoder, ecrire, encoder, lire
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.contract.schemas import Document
from sne_interface.domain.dates import PARIS, ajouter_mois, tampon
from sne_interface.domain.demande import FORMULAIRE, Demande, NumeroUnique
from sne_interface.domain.element_recu import Element, avec_enfants, bloc
from sne_interface.domain.menage import LIENS_DE_COUPLE
from sne_interface.domain.roles import RolesDemande
from sne_interface.domain.texte import plier
from sne_interface.errors import ErreurInterne, UsageError
from sne_interface.generators import messages_apres_creation as apres
from sne_interface.generators.contraintes_de_menages import LIBRE, Atelier, Contraintes, atelier
from sne_interface.generators.demandes import formulaire, lus
from sne_interface.generators.demandes_ornees import ranger
from sne_interface.generators.document_reduit import codes_bloquants, profil_bloquant
from sne_interface.generators.exemples_de_regles import (
    ExempleDeRegle,
    circonstances,
    contexte,
    document,
    exemples,
    genre,
    specimen,
)
from sne_interface.generators.menages import (
    ASSOCIATION,
    COLOCATION,
    COUPLE,
    ELEMENTS,
    FAMILLE,
    MONOPARENTAL,
    SEUL,
)
from sne_interface.generators.messages_apres_creation import NUMERO_INVENTE
from sne_interface.generators.tirage import Tirage, TirageVarie, noms
from sne_interface.rules.catalogue import REGLES
from sne_interface.rules.engine import Jeu, juger
from sne_interface.rules.registre_vu_des_regles import SANS_REGISTRE
from sne_interface.rules.rule import Contexte

# --- twins -------------------------------------------------------------------------------------------

#: Specimens of other channels, and the demande that each speaks of.
CANAUX: Final = {"dalo": "hebergee_secret", "evenement": "colocataires"}
#: The separation leaves this one.
_COMMUNE: Final = {"separation": "couple_garde_alternee_handicap"}
#: What a twin takes from its specimen: what belongs to the message.
_DU_MESSAGE: Final = frozenset(ELEMENTS["du_specimen"])
_IDENTITE: Final = ("nom", "prenom", "dateNaissance")
_RICHESSE: Final = 0.2


def jumeaux(nom: str, autres: tuple[str, ...], tirage: Tirage, contrat: Contrat) -> dict[str, bytes]:
    """Twins of the specimen `nom`, of those it speaks of, and of `autres`, by name of specimen: XML."""
    trouves: dict[str, Element] = {}
    for besoin in (CANAUX.get(nom), _COMMUNE.get(nom), *autres, nom):
        if besoin is not None and besoin not in trouves:
            trouves[besoin] = _jumeau(besoin, trouves, tirage, contrat)
    return {besoin: encoder(element) for besoin, element in trouves.items()}


def correspondances(nom: str, jumeau: bytes) -> Mapping[str, str]:
    """Folded names and birth dates of the specimen's applicant and co-holders → those of the twin's."""
    avant = Demande(decoder(specimen(nom))).titulaires
    apres = Demande(lire(jumeau)).titulaires
    table: dict[str, str] = {}
    for personne, autre in zip(avant, apres, strict=False):
        for champ in _IDENTITE:  # a name that two share is the first one's
            ancien, nouveau = (p.element.texte_de(champ) or "" for p in (personne, autre))
            table.setdefault(plier(ancien), nouveau)
    return table


def _jumeau(nom: str, deja: Mapping[str, Element], tirage: Tirage, contrat: Contrat) -> Element:
    modele = decoder(specimen(nom))
    if nom == "evenement":
        return _autre_evenement(modele, tirage)
    if nom == "recherche":
        return _autre_recherche(modele, tirage)
    vue = Demande(modele)
    ici = atelier(
        contrat,
        jour=vue.date_creation or date.min,
        guichet=vue.num_guichet,
        contraintes=_contraintes(vue, contrat.roles.demande),
        instant=vue.date_fichier,
    )
    commune = deja.get(_COMMUNE.get(nom, ""))
    if commune is not None:
        partie = apres.separation(tirage, ici, commune, NUMERO_INVENTE)
        return _greffe(Demande(partie).formulaire, vue, contrat)
    dossier = ici.dossier(tirage)
    (corps,) = lus(formulaire(dossier))
    return ici.orner(tirage, _greffe(corps, vue, contrat), dossier.souhait.places[0])


def _contraintes(vue: Demande, roles: RolesDemande) -> Contraintes:
    seul = not vue.cotitulaires
    enfants = len(vue.personnes_a_charge)
    if vue.est_association:
        sorte = ASSOCIATION
    elif seul:
        sorte = MONOPARENTAL if enfants else SEUL
    elif any(c.lien_demandeur in LIENS_DE_COUPLE for c in vue.cotitulaires):
        sorte = FAMILLE if enfants else COUPLE
    else:
        sorte = COLOCATION
    demandeur = vue.demandeur
    return Contraintes(
        sorte=sorte,
        version=vue.version,
        enfants_min=enfants,
        garde_alternee=bool(vue.personnes_en_garde),
        naissance_a_venir=vue.formulaire.enfant("personnePhysique/personneANaitre") is not None,
        handicap=bool(vue.handicaps),
        etranger=demandeur is not None and demandeur.element.enfant("adressePostale/pays") is not None,
        nir=None if demandeur is None or roles.nir_de(vue, demandeur) is None else True,
        limites=False,
        richesse=_RICHESSE,
        communes=tuple(c.code for c in vue.communes_souhaitees if c.code),
    )


def _greffe(corps: Element, modele: Demande, contrat: Contrat) -> Element:
    """The message of `modele` with the form `corps`, but for what belongs to the message."""
    gardes = [e for e in corps.enfants if e.nom not in _DU_MESSAGE]
    pris = [e for e in modele.formulaire.enfants if e.nom in _DU_MESSAGE]
    ranges = ranger([*gardes, *pris], FORMULAIRE, contrat.nomenclatures.ordre)
    return _remplacer(modele.element, bloc(corps.nom, *ranges))


def _remplacer(element: Element, corps: Element) -> Element:
    """A copy, where `corps` takes the place of its namesake."""
    if element.nom == corps.nom:
        return apres.copie(corps)
    return avec_enfants(element, tuple([_remplacer(enfant, corps) for enfant in element.enfants]))


# --- the documents of the other channels -------------------------------------------------------------


def _autre_evenement(modele: Element, tirage: Tirage) -> Element:
    """The specimen with another day, another comment."""
    jour = date(2018, 3, 8) - timedelta(days=tirage.entier(0, 60))
    dit = tirage.choix(("Vu.", "Décision « notifiée » à l’œuvre.", "Suite & fin"))
    return apres.remplacer(modele, {"dateSurvenance": jour.isoformat(), "commentaire": dit})


def _autre_recherche(modele: Element, tirage: Tirage) -> Element:
    """The specimen with another person."""
    naissance = date(1990, 1, 1) - timedelta(days=tirage.entier(0, 15_000))
    nom, prenom = tirage.choix(noms().familles), tirage.choix(noms().feminins)
    return apres.remplacer(modele, {"nom": nom, "prenom": prenom, "dateNaissance": naissance.isoformat()})


# --- defects -----------------------------------------------------------------------------------------

_ESSAIS_MAX: Final = 60
#: A rule whose examples all suppose something is soon known as such.
_ESSAIS_D_AUTONOMIE: Final = 8
_LE_PLUS_SEVERE: Final = "strict"
#: Channels of which « check » knows nothing: it judges the document as one of getNumUnique.
_HORS_LIGNE: Final = frozenset({"DALO", "ASY"})


@dataclass(frozen=True, slots=True)
class Defaut:
    """A document that the rule `code` refuses, alone, under `profil` and any severer one, in the
    circumstances of `contexte` (clock, register, file name, operation…); `exemple` is what it was made
    from."""

    code: str
    document: Element
    #: The same as an lxml tree.
    racine: Any
    contexte: Contexte
    exemple: ExempleDeRegle
    profil: str
    #: Whether the document alone shows it, as `check` sees it: no base, no transport, ordinary settings.
    autonome: bool

    @property
    def type(self) -> str:
        """Its type of file (CRE, …) or channel (EVT, RCH, DALO, ASY)."""
        return self.exemple.type

    @property
    def circonstances(self) -> list[str]:
        """Lists the circumstances of the defect, in French: clock, file name, content of the base."""
        return circonstances(self.exemple)


def defaut(code: str, contrat: Contrat, graine: int | str = 0, *, autonome: bool = False) -> Defaut:
    """A defect of that rule; `autonome` asks for one that the document alone shows, if there is any.
    Raises UsageError for a rule that never blocks."""
    if profil_bloquant(code, contrat) is None:
        raise UsageError(
            f"La règle [{code}] n'existe pas, ou n'est jamais bloquante.",
            remede=f"règles bloquantes : {', '.join(codes_bloquants(contrat))}",
        )
    repli: Defaut | None = None
    for essai in range(_ESSAIS_MAX):
        trouve = essayer(TirageVarie(f"{code}-{graine}-{essai}"), code, contrat)
        if trouve is not None and (trouve.autonome or not autonome):
            return trouve
        repli = repli or trouve
        if repli is not None and essai >= _ESSAIS_D_AUTONOMIE:
            return repli
    raise ErreurInterne(f"Aucun ménage tiré n'est refusé par la seule règle {code}.")


def essayer(tirage: Tirage, code: str, contrat: Contrat) -> Defaut | None:
    """One household drawn, and broken as a refusing example says; None when another rule blocks it too, or
    when that rule does not."""
    exemple = tirage.choix(_refusants(code))
    autres = [str(table["specimen"]) for table in exemple.registre]
    if isinstance(exemple.stockee, dict) and "specimen" in exemple.stockee:
        autres.append(exemple.stockee["specimen"])
    doublures = jumeaux(exemple.specimen, tuple(autres), tirage, contrat)
    if genre(exemple) is Document.DEMANDE:
        table = correspondances(exemple.specimen, doublures[exemple.specimen])
        exemple = replace(exemple, edits=[_traduit(edit, table) for edit in exemple.edits])
    racine = document(exemple, contrat, doublures)
    profil = profil_bloquant(code, contrat)
    version = contrat.version_de_lecture(racine.get("versionInterface", ""))
    if profil is None or contrat.schemas.validate(racine, document=genre(exemple), version=version):
        return None
    lieu = contexte(exemple, contrat, racine, doublures)
    if any(_bloquantes(lieu, contrat, p) != {code} for p in {profil, _LE_PLUS_SEVERE}):
        return None
    hors_ligne = replace(
        lieu, registre=SANS_REGISTRE, stockee=None, operation="getNumUnique",
        localisations_max=0, nom_fichier=None, guichet_certificat=None,
    )  # fmt: skip
    autonome = exemple.type not in _HORS_LIGNE and code in {
        a.regle for a in juger(hors_ligne, contrat, profil, Jeu.SANS_REGISTRE) if a.bloquante
    }
    return Defaut(code, lieu.document, racine, lieu, exemple, profil, autonome)


def _bloquantes(lieu: Contexte, contrat: Contrat, profil: str) -> set[str]:
    return {a.regle for a in juger(lieu, contrat, profil) if a.bloquante}


@lru_cache(maxsize=256)
def _refusants(code: str) -> tuple[ExempleDeRegle, ...]:
    return tuple(e for e in exemples() if e.regle == code and e.verdict == "refuse")


def _traduit(edit: Any, table: Any) -> Any:
    """An edit that names persons of the specimen, about those of its twin; in capitals, as it was written."""
    geste, chemin, *reste = edit
    if geste == "texte":
        return [geste, chemin, _du_jumeau(reste[0], table)]
    if geste != "ajouter":
        return edit
    fragment = etree.fromstring(f'<f xmlns="{NS}">{reste[0]}</f>')
    for element in fragment.iter(etree.Element):
        if element.text:
            element.text = _du_jumeau(element.text, table)
    morceaux = [etree.tostring(enfant, encoding="unicode") for enfant in fragment]
    return [geste, chemin, "".join(morceaux)]


def _du_jumeau(texte: str, table: Any) -> str:
    plie = plier(texte)
    trouve: str | None = table.get(plie) if plie else None
    return texte if trouve is None else trouve.upper()


# --- valid messages, and defects ----------------------------------------------------------------------

#: Kinds of messages.
SORTES_DE_MESSAGE: Final = ("CRE", "CRS", "MOD", "REN", "RAD", "SUP", "COP", "DALO", "EVT", "RCH")
#: A demande that is spoken of again was deposited that long ago: it may be renewed.
_ANCIENNETE_MOIS: Final = 11
_DEMANDE: Final = "DEM"
#: typeFichier of the declaration of a DALO: a convention, the operation reads any.
TYPE_DALO: Final = "DAL"


@dataclass(frozen=True, slots=True)
class FichierGenere:
    """A file to write: `nom` below the folder, `octets` its XML."""

    nom: str
    octets: bytes


def messages(
    contrat: Contrat,
    sorte: str,
    combien: int,
    *,
    graine: int,
    guichet: str,
    instant: datetime,
    contraintes: Contraintes = LIBRE,
) -> Iterator[FichierGenere]:
    """`combien` valid messages of that kind (`SORTES_DE_MESSAGE`), sent by `guichet` at `instant`. A message
    about a demande names a number that no base delivered."""
    jour = instant.astimezone(PARIS).date()
    ici = atelier(contrat, jour=jour, guichet=guichet, contraintes=contraintes, instant=instant)
    avant = _anterieur(sorte, ici)
    tirage = TirageVarie(graine)
    prefixe = _DEMANDE if sorte not in ("EVT", "RCH") else sorte
    for rang in range(combien):
        element = _tirer(tirage, ici, avant, sorte, rang)
        yield FichierGenere(_nom(prefixe, guichet, instant, rang), encoder(element))


def defauts(
    contrat: Contrat, code: str, combien: int, *, graine: int
) -> Iterator[tuple[FichierGenere, Defaut]]:
    """`combien` documents that the rule `code` refuses, alone. Raises UsageError for a rule that never
    blocks."""
    par_le_nom = any(r.code == code and r.transport for r in REGLES)
    suppose = any(r.code == code and (r.registre or r.transport) for r in REGLES)
    for rang in range(combien):
        trouve = defaut(code, contrat, f"{graine}-{rang}", autonome=not suppose)
        nom = trouve.contexte.nom_fichier or ""
        if par_le_nom:  # the name may be the fault: a folder keeps it from the others
            nom = f"{rang:06d}/{nom}"
        elif trouve.type in ("EVT", "RCH"):
            guichet = trouve.document.texte_de("entete/codeGuichet") or ""
            nom = _nom(trouve.type, guichet, trouve.contexte.maintenant, rang)
        else:
            nom = f"{nom.rpartition('-')[0]}-{rang % 1_000_000:06d}.xml"
        yield FichierGenere(nom, ecrire(trouve.racine)), trouve


def _nom(prefixe: str, guichet: str, instant: datetime, rang: int) -> str:
    return f"{prefixe}{guichet}-{tampon(instant)}-{rang % 1_000_000:06d}.xml"


def _anterieur(sorte: str, ici: Atelier) -> Atelier:
    """The maker of the demandes that messages of that kind speak of."""
    voulu = replace(ici.contraintes, depot=ajouter_mois(ici.jour, -_ANCIENNETE_MOIS))
    if sorte == "CRS" and voulu.sorte not in (COUPLE, FAMILLE, COLOCATION):
        voulu = replace(voulu, sorte=None, cotitulaires_min=1)
    return ici.avec(voulu)


def _numero(avant: Atelier, rang: int) -> str:
    depot = avant.contraintes.depot or avant.jour
    return str(NumeroUnique.de(avant.territoire.code, depot, rang % 1_000_000, avant.guichet))


def _tirer(tirage: Tirage, ici: Atelier, avant: Atelier, sorte: str, rang: int) -> Element:
    """One message of that kind; `avant` makes the demande that it speaks of, when it speaks of one."""
    numero = _numero(avant, rang)
    match sorte:
        case "CRE":
            return ici.message(tirage)
        case "EVT":
            return apres.document_d_evenement(ici, apres.evenement(tirage, ici), numero)
        case "RCH":
            return apres.document_de_recherche(ici, apres.recherche(tirage, ici))
        case "CRS":
            return apres.separation(tirage, ici, avant.message(tirage), numero)
        case "DALO":
            dit = apres.suite(tirage, ici, avant.message(tirage), TYPE_DALO, numero)
            *tete, demande = dit.enfants
            demande = avec_enfants(demande, (apres.dalo(tirage, ici), *demande.enfants))
            return avec_enfants(dit, (*tete, demande))
    radiation = apres.radiation(tirage, ici, depot=avant.contraintes.depot) if sorte == "RAD" else None
    return apres.suite(tirage, ici, avant.message(tirage), sorte, numero, radiation=radiation)
