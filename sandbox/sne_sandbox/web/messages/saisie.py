"""The few fields of a document that one can fill in without knowing XML, and how they are written into it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from lxml import etree

from sne_sandbox.contract.codec import NS
from sne_sandbox.contract.schema import Document
from sne_sandbox.contract.versions import Contrat
from sne_sandbox.web.messages.elements import ordre

_F: Final = "demande/demandeLogement"
_P: Final = f"{_F}/personnePhysique/demandeur"
_R: Final = f"{_F}/logementRecherche"
_E: Final = "listeEvenements/evenement"
_M: Final = "operation/demandeMulticritere"


@dataclass(frozen=True, slots=True)
class ChampSaisi:
    """A field: `chemin` below the root, without index (the first of each name is meant). `si`: shown only
    when the document has that element. `liste`: what its value is chosen from, "" for a free text. `vide`:
    what it means when the element stays, without a code; "" when the element goes with its value."""

    nom: str
    libelle: str
    chemin: str
    aide: str = ""
    si: str = ""
    code: bool = False
    liste: str = ""
    vide: str = ""


@dataclass(frozen=True, slots=True)
class Rempli:
    """A field with what the document says, and (code, label) choices, empty for a free text."""

    champ: ChampSaisi
    valeur: str
    choix: tuple[tuple[str, str], ...]


def _code(nom: str, libelle: str, chemin: str, si: str = "", aide: str = "") -> ChampSaisi:
    return ChampSaisi(nom, libelle, chemin, aide, si, code=True)


_JOUR: Final = "année-mois-jour : 1985-07-14"
_COMMUNE: Final = "code INSEE : 62510"
_GUICHET: Final = ChampSaisi("guichet", "Guichet", f"{_F}/numGuichet", "qui enregistre : G et 4 chiffres")
_EMETTEUR: Final = ChampSaisi("guichet", "Guichet", "entete/codeGuichet", "qui appelle : G et 4 chiffres")
#: The fields by kind of document, in the order of the form.
CHAMPS: Final[Mapping[Document, tuple[ChampSaisi, ...]]] = {
    Document.DEMANDE: (
        ChampSaisi("type", "Type de message", "entete/typeFichier", liste="ListeTypeFichier"),
        _GUICHET,
        ChampSaisi("numero", "Numéro unique", f"{_F}/numUnique", "18 caractères ; vide pour une création"),
        _code("civilite", "Civilité", f"{_P}/civilite", _P),
        ChampSaisi("nom", "Nom", f"{_P}/nom", si=_P),
        ChampSaisi("prenom", "Prénom", f"{_P}/prenom", si=_P),
        ChampSaisi("naissance", "Date de naissance", f"{_P}/dateNaissance", _JOUR, _P),
        _code("situation", "Situation de famille", f"{_P}/situationFamiliale", _P),
        ChampSaisi("telephone", "Téléphone portable", f"{_P}/telPortable", "10 chiffres", _P),
        ChampSaisi("mel", "Adresse électronique", f"{_P}/mel", si=_P),
        ChampSaisi("association", "Nom de l'association", f"{_F}/association/nom", si=f"{_F}/association"),
        ChampSaisi("depot", "Date de la demande", f"{_F}/dateCreationDemande", _JOUR),
        _code("logement", "Logement souhaité", f"{_R}/listeTypeLogement/typeLogement", _R),
        _code(
            "commune",
            "Première commune souhaitée",
            f"{_R}/listeLocalisationSouhaite/localisationSouhaite/commune",
            _R,
            _COMMUNE,
        ),
        _code("motif", "Premier motif", f"{_F}/principauxMotifDemande/motifDemande"),
        ChampSaisi("renouvellement", "Renouvelée le", f"{_F}/renouvellement/dateRenouvellement", _JOUR,
              f"{_F}/renouvellement"),
        ChampSaisi("radiation", "Radiée le", f"{_F}/radiation/dateRadiation", _JOUR, f"{_F}/radiation"),
        ChampSaisi("motif_radiation", "Motif de radiation", f"{_F}/radiation/motifRadiation",
                   si=f"{_F}/radiation", code=True, vide="Déradiation : la demande redevient active"),
        _code("dalo", "Statut DALO", "demande/informationDalo/statutDalo", "demande/informationDalo"),
    ),
    Document.EVENEMENT: (
        _EMETTEUR,
        ChampSaisi("numero", "Numéro unique", "operation/numUnique", "la demande concernée"),
        ChampSaisi("identifiant", "Numéro de l'événement", f"{_E}/idEvenement",
                   "celui de la réponse à l'ajout", f"{_E}/idEvenement"),
        ChampSaisi("code_evenement", "Type d'événement", f"{_E}/codeTypeEvenement", si=_E,
                   liste="evenements"),
        ChampSaisi("survenance", "Survenu le", f"{_E}/dateSurvenance", _JOUR, _E),
        ChampSaisi("commentaire", "Commentaire", f"{_E}/commentaire", si=_E),
    ),
    Document.TYPE_EVENEMENT: (
        _EMETTEUR,
        ChampSaisi("territoire", "Territoire", "operation/codeTerritoire", "trois chiffres : 062",
                   "operation"),
    ),
    Document.RECHERCHE: (
        _EMETTEUR,
        ChampSaisi("numero", "Numéro unique", f"{_M}/numUnique"),
        ChampSaisi("etat", "État", f"{_M}/etatDemande", "A : active ; R : radiée"),
        ChampSaisi("depot_debut", "Déposée depuis le", f"{_M}/dateDepotDebut", _JOUR),
        ChampSaisi("depot_fin", "Déposée jusqu'au", f"{_M}/dateDepotFin", _JOUR),
        ChampSaisi("commune", "Commune souhaitée", f"{_M}/communeSouhaitee", _COMMUNE),
        ChampSaisi("nom", "Nom", f"{_M}/personneRecherchee/nom"),
        ChampSaisi("prenom", "Prénom", f"{_M}/personneRecherchee/prenom"),
        ChampSaisi("naissance", "Date de naissance", f"{_M}/personneRecherchee/dateNaissance", _JOUR),
    ),
}  # fmt: skip


def remplir(racine: Any, document: Document, contrat: Contrat, jour: date) -> list[Rempli]:
    """The fields that the document `racine` (lxml) calls for, with what it says."""
    return [
        Rempli(champ, lire(racine, champ), _choix(champ, contrat, jour))
        for champ in CHAMPS.get(document, ())
        if not champ.si or trouver(racine, champ.si) is not None
    ]


def lire(racine: Any, champ: ChampSaisi) -> str:
    """What the document says of a field, "" for nothing."""
    element = trouver(racine, champ.chemin)
    if element is None:
        return ""
    return (element.get("code") if champ.code else element.text) or ""


def ecrire(racine: Any, document: Document, contrat: Contrat, changements: Mapping[str, str]) -> None:
    """Writes fields, by name, into the document `racine` (lxml), in place; "" takes the element away."""
    par_nom = {champ.nom: champ for champ in CHAMPS.get(document, ())}
    for nom, valeur in changements.items():
        champ = par_nom.get(nom)
        if champ is not None:
            _poser(racine, champ, valeur.strip(), ordre(contrat, document, _version(racine, contrat)))


def poser(
    racine: Any, document: Document, contrat: Contrat, chemin: str, valeur: str, *, code: bool = False
) -> None:
    """Gives the element at `chemin` a text, or a code; made at its place when it is missing."""
    _poser(
        racine,
        ChampSaisi("", "", chemin, code=code),
        valeur,
        ordre(contrat, document, _version(racine, contrat)),
    )


def greffer(parent: Any, enfant: Any, chemin: str, rangs: Mapping[str, int]) -> None:
    """Puts `enfant` into `parent`, whose path from the root is `chemin`, at its place in the schema's
    order."""
    rang = rangs.get(f"{chemin}/{_nom(enfant)}", len(rangs))
    place = len(parent)
    for i, frere in enumerate(parent.iterchildren(etree.Element)):
        if rangs.get(f"{chemin}/{_nom(frere)}", -1) > rang:
            place = i
            break
    parent.insert(place, enfant)


def trouver(racine: Any, chemin: str) -> Any:
    """The first element at « a/b/c » below the root, None when there is none."""
    return racine.find("/".join(f"{{{NS}}}{nom}" for nom in chemin.split("/")))


def _poser(racine: Any, champ: ChampSaisi, valeur: str, rangs: Mapping[str, int]) -> None:
    element = trouver(racine, champ.chemin)
    if not valeur and champ.vide:
        if element is not None:
            element.attrib.pop("code", None)
        return
    if not valeur:
        if element is not None:
            element.getparent().remove(element)
        return
    if element is None:
        element = _creer(racine, champ.chemin, rangs)
    if champ.code:
        element.set("code", valeur)
    else:
        element.text = valeur


def _creer(racine: Any, chemin: str, rangs: Mapping[str, int]) -> Any:
    haut, _, nom = chemin.rpartition("/")
    parent = racine if not haut else trouver(racine, haut)
    if parent is None:
        parent = _creer(racine, haut, rangs)
    enfant = etree.Element(f"{{{NS}}}{nom}", nsmap=racine.nsmap)
    greffer(parent, enfant, "/".join(filter(None, (_nom(racine), haut))), rangs)
    return enfant


def _version(racine: Any, contrat: Contrat) -> str:
    return contrat.version_de_lecture(racine.get("versionInterface", ""))


def _nom(element: Any) -> str:
    return str(etree.QName(element).localname)


def _choix(champ: ChampSaisi, contrat: Contrat, jour: date) -> tuple[tuple[str, str], ...]:
    if champ.liste == "evenements":
        return tuple((t.code, t.libelle) for t in contrat.evenements if t.est_valide(jour))
    liste = champ.liste
    if champ.code and not liste:
        liste, _ = contrat.nomenclatures.par_chemin.get(f"interfaceNuu/{champ.chemin}", ("", False))
    if not liste:
        return ()
    return tuple((code, libelle) for code, libelle in contrat.nomenclatures.liste(liste).items() if code)
