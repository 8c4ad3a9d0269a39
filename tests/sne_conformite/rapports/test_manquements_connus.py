from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from donnees import a_cote
from specimen import rapport, trafic

from sne_conformite.rapports import manquements_connus
from sne_conformite.rapports.manquements_connus import Connue
from sne_conformite.rapports.verdict_de_conformite import decider

DONNEES = a_cote(__file__)

JOUR = date(2026, 3, 2)
DEMAIN = date(2026, 3, 3)

FICHIER = DONNEES["fichier"]


def lu(tmp_path: Path, texte: str) -> tuple[Connue, ...]:
    (tmp_path / "connus.toml").write_text(texte, "utf-8")
    return manquements_connus.lire(tmp_path / "connus.toml")


def connue(**choix: str) -> Connue:
    return Connue("ticket", DEMAIN, **choix)


def verdicts(applique: manquements_connus.Applique) -> dict[str, str]:
    return {v.id: v.connue for v in applique.rapport.verifications if v.connue}


def test_entries_are_read_with_their_lines(tmp_path: Path) -> None:
    assert lu(tmp_path, FICHIER) == (
        Connue("ticket 12", date(2027, 1, 31), verification="CRE-03/FID-02", ligne=2),
        Connue("ticket 13", date(2026, 12, 31), exigence="FID-12", sorte="nir_change", ligne=7),
    )
    assert lu(tmp_path, "") == ()
    assert lu(tmp_path, 'connue = [{exigence="A", raison="b", expire=2027-01-31}]')[0].ligne == 0


BON = 'exigence = "A"\nraison = "r"\nexpire = 2027-01-31\n'


@pytest.mark.parametrize(
    ("texte", "dit"),
    [
        ("[[connue]\n", "ligne 1, colonne"),
        ("x = 1\n", "ligne 1 : clé inconnue [x]"),
        (f"\n[connue]\n{BON}", "ligne 2 : [connue] s'écrit [[connue]]"),
        (f"\n\n[[connue]]\n{BON}motif = 3\n", "ligne 3 : clé inconnue [motif]"),
        (f"[[connue]]\n{BON}\n[[connue]]\n{BON}", "ligne 6 : même échec que A (ligne 1)"),
        ('[[connue]]\nraison = "r"\nexpire = 2027-01-31', "ligne 1 : il faut [verification] ou [exigence]"),
        (f'[[connue]]\n{BON}verification = "A/B"', "ligne 1 : il faut [verification] ou [exigence]"),
        ('[[connue]]\nverification = "A"\nraison = "r"\nexpire = 2027-01-31', "SCENARIO/EXIGENCE"),
        (
            '[[connue]]\nverification = "A/B"\nsorte = "s"\nraison = "r"\nexpire = 2027-01-31',
            "[sorte] va avec",
        ),
        ('[[connue]]\nexigence = "A"\nexpire = 2027-01-31', "il manque [raison]"),
        ('[[connue]]\nexigence = "A"\nraison = " "\nexpire = 2027-01-31', "[raison] doit être un texte"),
        ('[[connue]]\nexigence = "A"\nraison = "r"', "il manque [expire]"),
        ('[[connue]]\nexigence = "A"\nraison = "r"\nexpire = "2027-01-31"', "[expire] doit être une date"),
        (
            '[[connue]]\nexigence = "A"\nraison = "r"\nexpire = 2027-01-31T00:00:00',
            "[expire] doit être une date",
        ),
        ("connue = [3]", "entrée 1 : une entrée doit être une table"),
    ],
)
def test_a_wrong_entry_is_told_with_its_line(tmp_path: Path, texte: str, dit: str) -> None:
    with pytest.raises(manquements_connus.ReferenceIncorrecte) as erreur:
        lu(tmp_path, texte)
    assert dit in str(erreur.value)
    assert erreur.value.exit_code == 2


def test_a_file_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(manquements_connus.ReferenceIncorrecte, match="ne se lit pas"):
        manquements_connus.lire(tmp_path / "absent.toml")
    (tmp_path / "latin").write_bytes(b"# \xe9")
    with pytest.raises(manquements_connus.ReferenceIncorrecte, match="UTF-8"):
        manquements_connus.lire(tmp_path / "latin")


def test_one_check_is_excused_and_no_other() -> None:
    applique = manquements_connus.appliquer(rapport(), [connue(verification="CRE-03/FID-02")], JOUR)
    assert verdicts(applique) == {"CRE-03/FID-02": "ticket (jusqu'au 03/03/2026)"}
    assert "FID-02" in applique.rapport.motifs[0]  # CRE-04 shows it still
    assert applique.remarques == ()


def test_all_that_is_known_makes_it_conforming() -> None:
    connues = [connue(exigence=e) for e in ("FID-02", "FID-12", "CTR-05", "ROB-01")]
    applique = manquements_connus.appliquer(rapport(), connues, JOUR)
    assert applique.rapport.conforme
    assert applique.rapport.motifs == ()
    assert set(verdicts(applique)) == {"CRE-03/FID-02", "CRE-04/FID-02", "CRE-03/FID-12", "ROB-01/ROB-01"}
    assert {b.exigence for b in applique.rapport.bilans if b.connue} == {"FID-02", "FID-12", "CTR-05"}


def test_checks_that_are_all_excused_excuse_their_balance() -> None:
    connues = [connue(verification=f"CRE-0{n}/FID-02") for n in (3, 4)]
    applique = manquements_connus.appliquer(rapport(), connues, JOUR)
    assert "FID-02" not in applique.rapport.motifs[0]


def test_one_kind_is_excused_and_no_other() -> None:
    assert (
        verdicts(manquements_connus.appliquer(rapport(), [connue(exigence="FID-12", sorte="autre")], JOUR))
        == {}
    )
    applique = manquements_connus.appliquer(rapport(), [connue(exigence="FID-12", sorte="nir_change")], JOUR)
    assert verdicts(applique) == {"CRE-03/FID-12": "ticket (jusqu'au 03/03/2026)"}


def test_traffic_is_excused_by_requirement() -> None:
    connues = [connue(exigence=e) for e in ("FID-02", "FID-12", "CTR-05")]
    assert manquements_connus.appliquer(trafic(), connues, JOUR).rapport.conforme
    assert not manquements_connus.appliquer(trafic(), connues[:2], JOUR).rapport.conforme


def test_what_does_not_come_from_the_checks_stays() -> None:
    juge = decider(rapport(), ["La commande a échoué."])
    connues = [connue(exigence=e) for e in ("FID-02", "FID-12", "CTR-05", "ROB-01")]
    applique = manquements_connus.appliquer(juge, connues, JOUR)
    assert applique.rapport.motifs == ("La commande a échoué.",)
    assert not applique.rapport.conforme


def test_an_entry_excuses_up_to_its_day_and_is_told_after() -> None:
    entree = replace(connue(exigence="FID-12"), ligne=4)
    assert verdicts(manquements_connus.appliquer(rapport(), [entree], DEMAIN)) != {}
    applique = manquements_connus.appliquer(rapport(), [entree], date(2026, 3, 4))
    assert verdicts(applique) == {}
    assert applique.remarques == ("manquement connu expiré le 03/03/2026 : FID-12 (ligne 4).",)


def test_an_entry_of_no_use_is_told() -> None:
    applique = manquements_connus.appliquer(rapport(), [connue(exigence="FID-01")], JOUR)
    assert applique.remarques == ("manquement connu qui ne se produit plus, à retirer : FID-01.",)
    assert applique.rapport == rapport()


@pytest.mark.parametrize(("choix", "partiel"), DONNEES["what_was_not_played_again_is_not_to_be_removed"])
def test_what_was_not_played_again_is_not_to_be_removed(choix: dict[str, str], partiel: bool) -> None:
    applique = manquements_connus.appliquer(rapport(), [connue(**choix)], JOUR, partiel=partiel)
    (dit,) = applique.remarques
    assert dit.startswith("manquement connu non rejoué cette fois : ")


def test_a_check_that_was_played_and_held_is_to_be_removed() -> None:
    applique = manquements_connus.appliquer(
        rapport(), [connue(verification="CRE-03/FID-01")], JOUR, partiel=True
    )
    assert applique.remarques == ("manquement connu qui ne se produit plus, à retirer : CRE-03/FID-01.",)


def test_a_requirement_that_is_none_is_told() -> None:
    """Misspelt: it would have been said « not played this time », each time."""
    connues = [connue(exigence="FID-99"), connue(verification="CRE-03/FID-98")]
    connues.append(connue(exigence="FID-12", sorte="autre"))
    applique = manquements_connus.appliquer(rapport(), connues, JOUR)
    assert applique.remarques == (
        "manquement connu non rejoué cette fois : FID-12 autre.",
        "manquement connu d'une exigence qui n'existe pas : FID-99.",
        "manquement connu d'une exigence qui n'existe pas : CRE-03/FID-98.",
    )


def test_a_scenario_that_is_none_is_told() -> None:
    """Misspelt, it excuses nothing; one that was not chosen this time is no mistake."""
    connues = [connue(verification="CRE-O3/FID-02"), connue(verification="CRE-99/FID-02")]
    du_plan = {"CRE-03", "CRE-04", "CRE-99"}
    applique = manquements_connus.appliquer(rapport(), connues, JOUR, partiel=True, scenarios=du_plan)
    non_rejoue = "manquement connu non rejoué cette fois"
    assert applique.remarques == (
        f"{non_rejoue} : CRE-99/FID-02.",
        "manquement connu d'un scénario qui n'existe pas : CRE-O3/FID-02.",
    )
    sans_plan = manquements_connus.appliquer(rapport(), connues, JOUR).remarques
    assert all(dit.startswith(non_rejoue) for dit in sans_plan), "the plan is not known"
