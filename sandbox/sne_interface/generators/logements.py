"""Dwellings: the one a household lives in, the one it wishes for, and why."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sne_interface.domain.codes import HEBERGES, LOCATAIRES
from sne_interface.generators.elements_ecrits import Feuilles, Plume, T
from sne_interface.generators.menages import NOMS, PARTS, Foyer
from sne_interface.generators.population import Place, Territoire
from sne_interface.generators.tirage import Tirage

_PROPRE: Final = LOCATAIRES | {"POCC"}
_PIECES: Final = ("T1", "T1", "T2", "T3", "T4", "T5", "T6P")
_PIECES_MAX: Final = 6
MOTIFS_MAX: Final = 3
_SEPARATION: Final = "11"
_DECOHABITATION: Final = "12"
_HANDICAP: Final = "07"
_ACCEDANT: Final = "22"
#: How many live in a dwelling.
HABITANTS: Final = "nombreHabitant"


@dataclass(slots=True)
class Souhait:
    """The dwelling wished for: types (ListeTypeLogement), communes in order, monthly rent in euros."""

    categorie: str
    parking: bool
    types: tuple[str, ...]
    places: tuple[Place, ...]
    loyer: int | None
    elargie: bool


@dataclass(slots=True)
class LogementActuel:
    """The dwelling of today: its kind (ListeModeleLogement), and what else is written of it."""

    modele: str
    feuilles: Feuilles


def tirer_souhait(tirage: Tirage, territoire: Territoire, foyer: Foyer | None) -> Souhait:
    """A wish that the household's size and means allow."""
    nombre = min(int(tirage.selon(PARTS["communes"])), len(territoire.places))
    premier = tirage.entier(0, len(territoire.places) - 1)
    places = (territoire.places + territoire.places)[premier : premier + nombre]
    personnes = foyer.taille if foyer is not None else 2
    pieces = min(personnes // 2 + 1, _PIECES_MAX)
    if tirage.booleen(0.55) and pieces < _PIECES_MAX:
        pieces += 1
    types: tuple[str, ...] = (_PIECES[pieces],)
    if pieces > 1 and tirage.booleen(0.4):
        types = (_PIECES[pieces - 1], _PIECES[pieces])
    loyer = None
    if foyer is not None and tirage.booleen(0.4):
        loyer = foyer.ressources * tirage.entier(25, 40) // 1000 * 10
    return Souhait(
        tirage.selon(PARTS["categorie"]), tirage.booleen(0.45), types, places, loyer, tirage.booleen(0.7)
    )


def tirer_motifs(tirage: Tirage, foyer: Foyer, *, handicap: bool) -> tuple[str, ...]:
    """One to three motives that fit where the household lives and how it is made."""
    modele = foyer.logement
    motifs: list[str] = [_HANDICAP] if handicap else []
    if foyer.demandeur.situation in ("D", "S") and tirage.booleen(0.45):
        motifs.append(_SEPARATION)
    if modele == "CPE":
        motifs.append(_DECOHABITATION)
    elif modele == "POCC":
        motifs.append(_ACCEDANT)
    if modele in _PROPRE:
        motifs.append(tirage.selon(PARTS["motif_loge"]))
    elif modele != "CPE" or tirage.booleen(0.4):
        motifs.append(tirage.selon(PARTS["motif_sans_logement"]))
    return tuple(dict.fromkeys(motifs))[:MOTIFS_MAX]


def recherche(souhait: Souhait, p: Plume[T]) -> T:
    """The element `logementRecherche` of a wish."""
    dit = {
        "categorieLogementRecherche": souhait.categorie,
        "avecParking": "true" if souhait.parking else "false",
        "rezDeChaussee": "true",
        "sansAscenseur": "false" if souhait.parking else "true",
    }
    if souhait.loyer is not None:
        dit["montantLoyer"] = str(souhait.loyer)
    dit["demandeElargie"] = "true" if souhait.elargie else "false"
    listes = (
        p.bloc("listeTypeLogement", *[p.code("typeLogement", t) for t in souhait.types]),
        p.bloc(
            "listeLocalisationSouhaite",
            *[p.bloc("localisationSouhaite", p.code("commune", place.code)) for place in souhait.places],
        ),
    )
    return p.bloc("logementRecherche", *p.feuilles(dit), *listes)


def actuel(tirage: Tirage, foyer: Foyer, place: Place, jour: date) -> LogementActuel:
    """The dwelling of today, drawn as it is written: nothing else depends on it."""
    modele = foyer.logement
    feuilles = _complement(tirage, modele, jour - timedelta(days=tirage.entier(40, 900)))
    habitants = foyer.taille + (tirage.entier(1, 3) if modele in HEBERGES else 0)
    if modele in LOCATAIRES:
        pieces = min(max(1, habitants // 2 + tirage.entier(0, 1)), _PIECES_MAX)
        loyer = 190 + 90 * pieces + (180 if modele == "LP" else 0) + tirage.montant(0, 90)
        feuilles["montantMensuelLoyer"] = str(loyer)
        if tirage.booleen(0.5):
            feuilles["montantMensuelAPL"] = str(loyer * tirage.entier(2, 6) // 10)
        feuilles[HABITANTS] = str(habitants)
        feuilles["categorieLogement"] = "A"
        feuilles["typeLogementActuel"] = _PIECES[pieces]
        feuilles["surface"] = str(14 + 16 * pieces)
    elif modele != "SD":
        feuilles[HABITANTS] = str(habitants)
    feuilles["proprietaire"] = "true" if modele == "POCC" else "false"
    feuilles["etranger"] = "false"
    feuilles["codePostal"] = place.code_postal
    feuilles["commune"] = place.code
    return LogementActuel(modele, feuilles)


def ecrire(logement: LogementActuel, p: Plume[T]) -> T:
    """The element `logementActuel`."""
    modele = p.bloc("listeModeleLogement", p.code("modeleLogement", logement.modele))
    return p.bloc("logementActuel", modele, *p.feuilles(logement.feuilles))


def _complement(tirage: Tirage, modele: str, depuis: date) -> dict[str, str]:
    if modele == "HLM":
        return {"compNomOrgBailleur": tirage.choix(NOMS["bailleurs"])}
    if modele == "SH":
        return {"compStructDepuis": depuis.isoformat(), "compNomStructure": tirage.choix(NOMS["structures"])}
    if modele == "CDEFCM":
        return {"compCentreDepuis": depuis.isoformat(), "compNomCentre": "Le Nid"}
    nom = NOMS["depuis"].get(modele)
    return {nom: depuis.isoformat()} if nom is not None else {}
