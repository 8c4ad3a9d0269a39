"""What the SNE refuses every time, in free traffic: no test wants it, and nothing excuses it."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from banc import FORMULAIRE, Banc, message, poser, specimen, trouver

from sne_conformite.bilan.trafic_juge import juger_base
from sne_conformite.juges.juges_aboutissement import CAS_MIN, GENRES_MIN
from sne_conformite.rapports.rapport import Fin, Rapport, Verdict

PERSONNE = f"{FORMULAIRE}/personnePhysique/demandeur"


def rapport(banc: Banc) -> Rapport:
    *_, fin = juger_base(banc.services.magasin.journal, banc.nom, banc.services.contrat)
    assert isinstance(fin, Fin)
    return fin.rapport


def enfreintes(juge: Rapport) -> set[tuple[str, str]]:
    """(requirement, sort) of what broke."""
    return {
        (v.exigence, c.sorte) for v in juge.verifications if v.verdict is Verdict.ECHOUE for c in v.constats
    }


def non_menes(juge: Rapport) -> list[str]:
    """The sentences of what was not carried through, and decides of nothing."""
    return [angle.phrase for angle in juge.angles_morts if angle.quoi == "non_mene_a_bien"]


def de(nom: str, rang: int) -> Any:
    """The specimen, of somebody else for each rank."""
    racine = specimen(nom)
    poser(racine, f"{PERSONNE}/nom", "ABCDEFGH"[rang] * 6)
    poser(racine, f"{FORMULAIRE}/refInterne", f"DOSSIER-{rang}")
    return racine


def fichier(rang: int) -> str:
    return f"DEMG1104-201803151200-{rang:06d}.xml"


def creer(banc: Banc, nombre: int, nom: str = "personne_seule") -> list[tuple[str, Any]]:
    """That many demandes, registered."""
    racines = [de(nom, rang) for rang in range(nombre)]
    return [(banc.demander(r, nom=fichier(rang)).numero, r) for rang, r in enumerate(racines)]


def modifier(banc: Banc, faits: list[tuple[str, Any]], debut: int = 100, **formulaire: str) -> None:
    """A MOD of each, the form changed as told; `debut` is the number of the first file."""
    for rang, (numero, racine) in enumerate(faits, debut):
        banc.demander(message(racine, "MOD", numero, **formulaire), nom=fichier(rang))


def test_modifications_all_refused_by_one_rule(banc: Banc) -> None:
    """CYC006: VIE-04 is what it defends, and no test is that stubborn."""
    modifier(banc, creer(banc, GENRES_MIN), dateCreationDemande="2018-01-02")
    juge = rapport(banc)

    assert enfreintes(juge) == {("VIE-04", "jamais_accepte")}
    assert not juge.conforme
    (constat,) = next(v for v in juge.verifications if v.exigence == "VIE-04").constats
    assert constat.phrase.startswith(
        "Modification (MOD) : les 2 messages ont été refusés, tous par CYC006 (« "
    )
    assert constat.observe == "2 refus CYC006"
    assert constat.echange in {echange.identifiant for echange in juge.echanges}, "it is shown"
    assert non_menes(juge) == []


@pytest.mark.parametrize("fois", [1, 3])
def test_a_refusal_tried_on_one_demande_is_told_and_decides_of_nothing(banc: Banc, fois: int) -> None:
    """A test, with one value or three: or attempts to mend it, nothing tells them apart."""
    ((numero, racine),) = creer(banc, 1)
    for jour in range(1, fois + 1):
        banc.demander(
            message(racine, "MOD", numero, dateCreationDemande=f"2018-01-0{jour}"), nom=fichier(10 + jour)
        )
    juge = rapport(banc)

    assert juge.conforme
    assert enfreintes(juge) == set()
    (phrase,) = non_menes(juge)
    assert phrase.startswith(f"Modification (MOD) : {fois} message")
    assert "(CYC006), aucun accepté" in phrase


def test_one_modification_that_passes_excuses_the_refusals(banc: Banc) -> None:
    faits = creer(banc, 3)
    modifier(banc, faits, dateCreationDemande="2018-01-02")
    modifier(banc, faits[:1], 200)
    juge = rapport(banc)

    assert juge.conforme
    assert enfreintes(juge) == set()
    assert non_menes(juge) == []


def test_refusals_by_several_rules_are_trials(banc: Banc) -> None:
    """Each test its rule: none is that of all."""
    faits = creer(banc, 2)
    modifier(banc, faits[:1], dateCreationDemande="2018-01-02")
    banc.demander(message(faits[1][1], "MOD"), nom=fichier(200))
    juge = rapport(banc)

    assert enfreintes(juge) == set()
    assert ["2 messages refusés (CYC006, ENT010)" in phrase for phrase in non_menes(juge)] == [True]


@pytest.mark.parametrize(
    ("combien", "dits"), [(CAS_MIN - 1, set()), (CAS_MIN, {("VIE-20", "jamais_accepte")})]
)
def test_a_second_coholder_that_never_passes(banc: Banc, combien: int, dits: set[tuple[str, str]]) -> None:
    """A constant lienDemandeur: demandes of one co-holder pass, the others never do (MEN002)."""
    assert banc.demander(de("colocataires", 0)).numero
    for rang in range(1, 1 + combien):
        banc.demander(en_couple(rang), nom=f"DEMG1226-201803151200-{rang:06d}.xml")
    juge = rapport(banc)

    assert enfreintes(juge) == dits
    assert juge.conforme is not bool(dits)
    for verification in juge.verifications:
        for constat in verification.constats:
            assert "avec personnePhysique/listeCotitulaire/cotitulaire[+]/lienDemandeur" in constat.phrase


def en_couple(rang: int) -> Any:
    """Two co-holders, each the spouse."""
    racine = de("colocataires", rang)
    liste = trouver(racine, f"{FORMULAIRE}/personnePhysique/listeCotitulaire")
    liste.append(deepcopy(liste[0]))
    trouver(liste[1], "prenom").text = "CAMILLE"
    for lien in liste.iter("{*}lienDemandeur"):
        lien.set("code", "C")
    return racine


def test_the_same_household_tried_again_and_again_is_one_trial(banc: Banc) -> None:
    assert banc.demander(de("colocataires", 0)).numero
    for rang in range(1, 2 + CAS_MIN):
        banc.demander(en_couple(1), nom=f"DEMG1226-201803151200-{rang:06d}.xml")

    assert enfreintes(rapport(banc)) == set()


@pytest.mark.parametrize(("combien", "dit"), [(1, set()), (2, {("VIE-02", "modification_en_creation")})])
def test_modifications_sent_as_creations(banc: Banc, combien: int, dit: set[tuple[str, str]]) -> None:
    faits = creer(banc, combien)
    for rang, (_, racine) in enumerate(faits):
        banc.demander(message(racine, "CRE", dateCreationDemande="2018-01-02"), nom=fichier(50 + rang))

    assert enfreintes(rapport(banc)) == dit


def _identique(racine: Any) -> Any:
    return racine


def _autre_dossier(racine: Any) -> Any:
    return message(racine, "CRE", refInterne="AUTRE", dateCreationDemande="2018-01-02")


@pytest.mark.parametrize("doublon", [_identique, _autre_dossier])
def test_a_duplicate_that_is_tried_is_a_trial(banc: Banc, doublon: Callable[[Any], Any]) -> None:
    """The same household, as it was; or another file of it."""
    for rang, (_, racine) in enumerate(creer(banc, 3)):
        banc.demander(doublon(racine), nom=fichier(50 + rang))

    assert enfreintes(rapport(banc)) == set()


def test_duplicates_of_who_can_modify_are_trials(banc: Banc) -> None:
    faits = creer(banc, 3)
    for rang, (_, racine) in enumerate(faits):
        banc.demander(message(racine, "CRE", dateCreationDemande="2018-01-02"), nom=fichier(50 + rang))
    modifier(banc, faits[:1])

    assert enfreintes(rapport(banc)) == set()


def test_a_name_that_is_wrong_everywhere_is_told_once(banc: Banc) -> None:
    """NOM-01 says it of each file."""
    for rang in range(3):
        banc.demander(de("personne_seule", rang), nom=f"demande{rang}.xml")

    assert {exigence for exigence, _ in enfreintes(rapport(banc))} == {"NOM-01"}
