"""Bounds are those that the schemas write; ornaments are put at their place, when they may be, with what
goes with them.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

import pytest
from donnees import a_cote

from sne_interface.contract.contrats_charges import Contrat, charger
from sne_interface.domain.dates import PARIS
from sne_interface.domain.demande import Demande
from sne_interface.domain.element_recu import Element
from sne_interface.generators import messages_apres_creation, messages_en_nombre
from sne_interface.generators.contraintes_de_menages import Contraintes, atelier
from sne_interface.generators.demandes_ornees import (
    ORNEMENTS,
    Borne,
    Decor,
    Ornement,
    booleen,
    bornes,
    orner,
    texte,
)
from sne_interface.generators.tirage import TirageVarie
from sne_interface.rules.controle import controler

FORMULAIRE = "interfaceNuu/demande/demandeLogement"


def test_bounds_of_texts_numbers_and_nested_types() -> None:
    lues = bornes(charger("v5.2"), "02.02")
    assert lues[f"{FORMULAIRE}/precision"] == Borne(longueur=255)
    assert lues[f"{FORMULAIRE}/personnePhysique/demandeur/nom"] == Borne(longueur=36)
    assert lues[f"{FORMULAIRE}/personnePhysique/listePersonneACharge/personneACharge/nom"].longueur == 24
    assert lues[f"{FORMULAIRE}/personnePhysique/demandeur/nir"].longueur == 15
    montant = lues[f"{FORMULAIRE}/personnePhysique/demandeur/revenuFiscal/montantMoins1"]
    assert (montant.bas, montant.haut) == (-999_999, 999_999)
    assert lues[f"{FORMULAIRE}/personnePhysique/personneANaitre/nombre"] == Borne(None, 0, 9)


def test_what_has_no_bound_is_not_listed() -> None:
    lues = bornes(charger("v5.2"), "02.00")
    assert f"{FORMULAIRE}/dateCreationDemande" not in lues
    assert f"{FORMULAIRE}/personnePhysique/demandeur/nir" not in lues  # 02.02 only
    assert all(chemin.startswith("interfaceNuu/") for chemin in lues)


CHEMIN = "interfaceNuu/demande/demandeLogement/personnePhysique/demandeur"


def _scene(
    richesse: float, version: str = "02.02", limites: bool = False, connus: bool = False, longueur: int = 36
) -> Decor:
    bornes = {f"{CHEMIN}/nom": Borne(longueur=longueur), f"{CHEMIN}/mel": Borne(longueur=longueur)}
    nomenclatures = charger("v5.2").nomenclatures
    return Decor(
        TirageVarie(1), nomenclatures, bornes, version, date(2018, 3, 15), ("62300", "62498"), richesse,
        limites=limites, connus=connus,
    )  # fmt: skip


def _demandeur() -> Element:
    return Element("demandeur", "", None, (Element("nom", "Ba"), Element("mel", "a@example.org")))


def _noms(element: Element) -> list[str]:
    return [enfant.nom for enfant in element.enfants]


def test_what_is_added_stands_at_its_place_in_the_schema() -> None:
    table = {
        "demandeur": (
            Ornement("notifEvt", booleen("notifEvt")),
            Ornement("nomPatronymique", texte("nomPatronymique", "Oz")),
        )
    }
    orne = orner(_demandeur(), _scene(1.0), CHEMIN, table)
    assert _noms(orne) == ["nom", "nomPatronymique", "mel", "notifEvt"]
    assert all(enfant.parent is orne for enfant in orne.enfants)
    assert _noms(orner(_demandeur(), _scene(0.0), CHEMIN, table)) == ["nom", "mel"]


def test_a_version_has_no_element_of_a_later_one() -> None:
    table = {"demandeur": (Ornement("notifEvt", booleen("notifEvt")),)}
    assert _noms(orner(_demandeur(), _scene(1.0, "02.00"), CHEMIN, table)) == ["nom", "mel"]


def test_what_is_there_stays_unless_it_is_done_again_and_conditions_hold() -> None:
    garde = {"demandeur": (Ornement("nom", texte("nom", "Oz")),)}
    refait = {"demandeur": (Ornement("nom", texte("nom", "Oz"), refait=True),)}
    jamais = {"demandeur": (Ornement("prenom", texte("prenom", "Bo"), si=lambda scene, parent: False),)}
    parti = {"demandeur": (Ornement("prenom", texte("prenom", "Bo"), retire=("mel",)),)}
    toujours = {"demandeur": (Ornement("prenom", texte("prenom", "Bo"), toujours=True),)}
    assert orner(_demandeur(), _scene(1.0), CHEMIN, garde).texte_de("nom") == "Ba"
    assert orner(_demandeur(), _scene(1.0), CHEMIN, refait).texte_de("nom") == "Oz"
    assert orner(_demandeur(), _scene(1.0), CHEMIN, jamais).texte_de("prenom") is None
    assert _noms(orner(_demandeur(), _scene(1.0), CHEMIN, parti)) == ["nom", "prenom"]
    assert orner(_demandeur(), _scene(0.0), CHEMIN, toujours).texte_de("prenom") == "Bo"


def test_texts_are_stretched_to_their_bound_and_keep_their_form() -> None:
    scene = _scene(1.0, limites=True)
    tires = [orner(_demandeur(), scene, CHEMIN, {}) for _ in range(20)]
    longs = [e.texte_de("nom") or "" for e in tires if e.texte_de("nom") != "Ba"]
    assert longs
    assert all(len(nom) == 36 and nom.startswith("Ba-") and nom == nom.strip() for nom in longs)
    mels = {e.texte_de("mel") or "" for e in tires}
    assert {len(mel) for mel in mels} == {13, 36}
    assert all(mel.endswith("@example.org") for mel in mels)


def test_who_is_known_keeps_their_name() -> None:
    scene = _scene(1.0, limites=True, connus=True)
    assert {orner(_demandeur(), scene, CHEMIN, {}).texte_de("nom") for _ in range(20)} == {"Ba"}


INSTANT = datetime(2018, 3, 15, 12, tzinfo=PARIS)
#: What no message of a guichet may hold, by beginning of path, and why.
ELEMENTS_ABSENTS = {
    f"{FORMULAIRE}/informationTraitement": "computed by the SNE; sent, it is ignored (ENT014)",
    f"{FORMULAIRE}/listeAnomalie": "an answer of the SNE",
    f"{FORMULAIRE}/listeDoublons": "an answer of the SNE",
    f"{FORMULAIRE}/incrementFichier": "written by the SNE in the …DepuisLe files",
}


def _hors_de_portee(chemin: str) -> bool:
    return any(chemin == absent or chemin.startswith(absent + "/") for absent in ELEMENTS_ABSENTS)


def test_every_ornament_is_of_an_element_of_the_contract(contrat: Contrat) -> None:
    chemins = contrat.nomenclatures.chemins
    connus = {tuple(chemin.rsplit("/", 2)[-2:]) for chemin in chemins}
    inconnus = [
        (parent, o.nom) for parent, liste in ORNEMENTS.items() for o in liste if (parent, o.nom) not in connus
    ]
    assert not inconnus


@pytest.mark.parametrize("limites", [False, True])
@pytest.mark.parametrize("version", ["02.00", "02.01", "02.02"])
def test_the_richest_demandes_are_valid(contrat: Contrat, version: str, limites: bool) -> None:
    voulu = Contraintes(richesse=1.0, version=version, limites=limites, associations=True)
    for fichier in messages_en_nombre.messages(
        contrat, "CRE", 60, graine=2, guichet="G1226", instant=INSTANT, contraintes=voulu
    ):
        controle = controler(fichier.octets, contrat, "strict", INSTANT)
        assert controle.genre
        assert controle.conforme, [(f.regle, f.chemin, f.message) for f in controle.fautes]


# --- present and absent ----------------------------------------------------------------------------------

#: Optional elements that are there whenever their parent is, by beginning of path, and why.
JAMAIS_ABSENTS = {
    f"{FORMULAIRE}/logementRecherche": "REC001",
    f"{FORMULAIRE}/listeHandicap/handicap/dateNaissance": "tells whose handicap it is",
    f"{FORMULAIRE}/personnePhysique/personneANaitre/": "MEN007: both, or no birth to come",
    f"{FORMULAIRE}/personnePhysique/listePersonneACharge/personneACharge/": "MEN004",
    f"{FORMULAIRE}/personnePhysique/listePersonneEnGarde/personneEnGarde/": "MEN009",
}
#: An amount without its nature, or the other way round, is refused (RES004).
ENTIERS = frozenset({"detailRessource/ressource", "detailRessource/montant"})
#: What no creation holds.
D_AUTRES_MESSAGES = frozenset(
    {"numUnique", "numUniqueAssocie", "radiation", "renouvellement", "dateDerniereModificationPiece"}
)


def _demandes(contrat: Contrat, combien: int, *contraintes: Contraintes) -> Iterator[Element]:
    """The forms of creations, `combien` for each of `contraintes`."""
    for voulu in contraintes:
        ici = atelier(contrat, jour=INSTANT.date(), guichet="G1226", contraintes=voulu)
        for graine in range(combien):
            yield Demande(ici.message(TirageVarie(graine))).formulaire


def _parcourir(element: Element, chemin: str) -> Iterator[tuple[Element, str]]:
    yield element, chemin
    for enfant in element.enfants:
        yield from _parcourir(enfant, f"{chemin}/{enfant.nom}")


def _toujours_present(chemin: str, enfants: set[str]) -> bool:
    """Whether the contract or a named reason wants it where its parent is. A list holds something."""
    parent, nom = chemin.rsplit("/", 2)[-2:]
    seul = parent.startswith("liste") and enfants == {chemin}
    return seul or f"{parent}/{nom}" in ENTIERS or any(chemin.startswith(absent) for absent in JAMAIS_ABSENTS)


def test_every_optional_element_is_seen_present_and_absent(contrat: Contrat) -> None:
    """An application that fills in what nobody entered is as wrong as one that loses it."""
    fils: dict[str, set[str]] = defaultdict(set)
    for chemin in contrat.nomenclatures.chemins:
        fils[chemin.rpartition("/")[0]].add(chemin)
    vus: dict[str, set[bool]] = defaultdict(set)
    rich = (Contraintes(richesse=r, associations=True) for r in (0.0, 0.25, 0.6, 1.0))
    sortes = (
        Contraintes(handicap=True),
        Contraintes(garde_alternee=True, naissance_a_venir=True, enfants_min=1),
        Contraintes(sorte="association"),
        Contraintes(cotitulaires_min=1),
    )
    for formulaire in _demandes(contrat, 120, *rich, *sortes):
        for element, chemin in _parcourir(formulaire, FORMULAIRE):
            noms = {enfant.nom for enfant in element.enfants}
            for fils_ in fils[chemin]:
                if not contrat.nomenclatures.obligatoire(fils_):
                    vus[fils_].add(fils_.rpartition("/")[2] in noms)
    hors = {f"{FORMULAIRE}/{nom}" for nom in D_AUTRES_MESSAGES}
    attendus = {c: both for c, both in vus.items() if c not in hors and not _hors_de_portee(c)}
    assert {c for c, both in attendus.items() if True not in both} == set()
    jamais_absents = {c for c, both in attendus.items() if False not in both}
    permis = {c for c in attendus if _toujours_present(c, fils[c.rpartition("/")[0]])}
    assert jamais_absents - permis == set()
    assert all(any(c.startswith(a) for c in jamais_absents) for a in JAMAIS_ABSENTS)  # still needed


#: What a household has whatever the richness, by beginning of path below the form: its persons, its trades,
#: its present dwelling, what the draw of its wish gave.
DU_MENAGE = tuple(a_cote(__file__)["du_menage"])
#: And of these, what it does not have.
EN_PLUS = (
    "logementRecherche/categorieLogementRecherche", "logementRecherche/avecParking",
    "logementRecherche/rezDeChaussee", "logementRecherche/sansAscenseur", "telDomicile", "telTravail",
    "cotitulaire/telPortable", "cotitulaire/revenuFiscal", "notifSms", "notifEvt", "/adresseLogement",
    "quartier", "nomOrganismeCollecteur", "/pays", "listeRessourceVersee/detailRessource",
    "PersACharge/detailRessource", "handicap/etatHandicap", "handicap/capaciteMarcheHandicap",
    "handicap/handicap", "handicap/liste", "handicap/besoin", "handicap/referent", "logementActuel/etranger",
    "typeLogementPossede",
)  # fmt: skip


def test_nothing_optional_is_added_without_richness(contrat: Contrat) -> None:
    presents = {
        chemin.removeprefix(f"{FORMULAIRE}/")
        for formulaire in _demandes(
            contrat,
            60,
            Contraintes(richesse=0.0, sorte="personne_seule"),
            Contraintes(richesse=0.0, handicap=True, enfants_min=1, cotitulaires_min=1),
            Contraintes(richesse=0.0, sorte="association"),
        )
        for _, chemin in _parcourir(formulaire, FORMULAIRE)
        if chemin != FORMULAIRE and not contrat.nomenclatures.obligatoire(chemin)
    }
    assert {c for c in presents if not c.startswith(DU_MENAGE)} == set()
    assert {c for c in presents for en_plus in EN_PLUS if en_plus in c} == {"association/telTravail"}


# --- bounds ----------------------------------------------------------------------------------------------

#: Bounds that no valid message reaches, by end of path, and why.
INATTEIGNABLES = {
    "anneeMoins1": "RES001: the year before, or the one before that",
    "anneeMoins2": "RES001",
}
#: And one end of a bound.
BAS_INATTEIGNABLES = {"personneANaitre/nombre": "MEN007: one child at least"}
#: Bounded elements of other messages, or of the SNE's answers.
D_AUTRES_BORNES = ("interfaceNuu/entete/", "numUnique", "listeAnomalie/")


@pytest.mark.parametrize("version", ["02.00", "02.01", "02.02"])
def test_limits_reach_both_ends_of_every_bound(contrat: Contrat, version: str) -> None:
    vus: dict[str, set[str]] = defaultdict(set)
    base = Contraintes(richesse=0.7, limites=True, version=version)
    voulues = (
        base,
        replace(base, sorte="association"),
        replace(base, etranger=True),
        replace(base, handicap=True, garde_alternee=True, naissance_a_venir=True, enfants_min=1),
        replace(base, cotitulaires_min=1),
    )
    for formulaire in _demandes(contrat, 150, *voulues):
        for element, chemin in _parcourir(formulaire, FORMULAIRE):
            vus[chemin].add(element.texte)
    ici = atelier(contrat, jour=INSTANT.date(), guichet="G1226", contraintes=base)
    for graine in range(300):
        radiation = messages_apres_creation.radiation(
            TirageVarie(graine), ici, motif="RADATT", version=version
        )
        for element, chemin in _parcourir(radiation, f"{FORMULAIRE}/radiation"):
            vus[chemin].add(element.texte)
    manques = set()
    for chemin, borne in bornes(contrat, version).items():
        court = chemin.removeprefix(f"{FORMULAIRE}/")
        if court.startswith(D_AUTRES_BORNES) or court.rpartition("/")[2] in INATTEIGNABLES:
            continue
        if borne.longueur is not None and borne.longueur not in {len(texte) for texte in vus[chemin]}:
            manques.add((court, "longueur"))
        if borne.bas is not None and str(borne.bas) not in vus[chemin]:
            manques.add((court, "bas"))
        if borne.haut is not None and str(borne.haut) not in vus[chemin]:
            manques.add((court, "haut"))
    assert manques == {(f"personnePhysique/{chemin}", "bas") for chemin in BAS_INATTEIGNABLES}
