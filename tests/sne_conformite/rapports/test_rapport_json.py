import json as librairie
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from specimen import conforme, excuse, grand, rapport, trafic
from verite import SCHEMA, VALIDATEUR

from sne_conformite.rapports import rapport_json
from sne_conformite.rapports.rapport import FORMAT_RAPPORT, Constat, EtatExigence, Rapport, Verdict
from sne_conformite.rapports.rapport_masque import masquer


@pytest.mark.parametrize("faire", [rapport, trafic, conforme, grand])
def test_what_is_written_reads_back(faire: Any, tmp_path: Path) -> None:
    fichier = tmp_path / "rapport.json"
    fichier.write_bytes(rapport_json.octets(faire()))
    assert rapport_json.lire(fichier) == masquer(faire())


def test_the_schema_is_one_and_speaks_of_every_field_of_the_model() -> None:
    VALIDATEUR.check_schema(SCHEMA)
    assert SCHEMA["properties"]["format"]["const"] == FORMAT_RAPPORT
    assert set(SCHEMA["properties"]) - {"format", "numero", "synthese"} == {
        champ.name for champ in fields(Rapport)
    }
    assert set(SCHEMA["$defs"]["constat"]["properties"]) == {champ.name for champ in fields(Constat)}
    mots = {genre: [mot for (valeur, _), mot in rapport_json.MOTS.items() if isinstance(valeur, genre)]
            for genre in (Verdict, EtatExigence)}  # fmt: skip
    assert SCHEMA["$defs"]["verdict"]["enum"] == [*Verdict, *mots[Verdict]]
    assert SCHEMA["$defs"]["bilan"]["properties"]["etat"]["enum"] == [*EtatExigence, *mots[EtatExigence]]


def test_the_same_report_gives_the_same_bytes_and_keeps_the_order_of_an_example() -> None:
    texte = rapport_json.octets(rapport())
    assert texte == rapport_json.octets(rapport())
    assert rapport_json.octets(rapport_json.de_texte(texte.decode())) == texte
    exemple = librairie.loads(texte)["scenarios"][1]["verifications"][1]["exemple"]
    assert list(exemple) == ["demandeur", "cotitulaire"]


def test_the_summary_counts() -> None:
    verifications, exigences, *groupes = rapport_json.en_json(rapport())["synthese"].values()
    assert (verifications["échouée"], verifications["recommandation non suivie"]) == (3, 1)
    assert (exigences["enfreinte"], exigences["recommandation non suivie"]) == (3, 1)
    assert groupes == [4, 1, 0], "failures, recommendations, known ones"


def test_a_recommendation_that_is_not_followed_is_told_so_and_read_back() -> None:
    contenu = rapport_json.en_json(rapport())
    assert contenu["scenarios"][0]["verifications"][1]["verdict"] == "non suivi"
    assert contenu["bilans"][0]["etat"] == "non suivie"
    assert rapport_json.de_json(contenu) == rapport()


def test_what_a_baseline_excuses_is_told_so_and_read_back() -> None:
    connu = excuse(rapport())
    contenu = rapport_json.en_json(connu)
    vus = {v["verdict"] for s in contenu["scenarios"] for v in (s, *s["verifications"])}
    assert {"échec connu", "erreur connue"} < vus
    assert not vus & {"échoué", "erreur"}
    assert {b["etat"] for b in contenu["bilans"]} == {"connue", "prouvée", "sans preuve", "non testée"}
    assert rapport_json.de_json(contenu) == connu


def test_a_report_of_the_first_format_is_read() -> None:
    """It called a recommendation that is not followed a failure."""
    ancien = rapport_json.en_json(rapport()) | {"format": 1}
    ancien["scenarios"][0]["verifications"][1]["verdict"] = "échoué"
    ancien["bilans"][0]["etat"] = "enfreinte"
    assert rapport_json.de_json(ancien) == rapport()


def _casse(contenu: dict[str, Any], *chemin: str | int, valeur: Any) -> str:
    lieu: Any = contenu
    for pas in chemin[:-1]:
        lieu = lieu[pas]
    if valeur is ...:
        del lieu[chemin[-1]]
    else:
        lieu[chemin[-1]] = valeur
    return librairie.dumps(contenu)


@pytest.mark.parametrize(
    ("chemin", "valeur", "dit"),
    [
        (("format",), 99, "format 2 attendu"),
        (("scenarios", 1, "verdict"), "raté", "scenarios[1].verdict : valeur inconnue [raté]"),
        (("entete", "graine"), "7", "entete.graine : un entier attendu"),
        (("entete", "graine"), True, "entete.graine : un entier attendu"),
        (("entete", "debut"), "hier", "entete.debut : valeur inconnue"),
        (("bilans",), {}, "bilans : un tableau attendu"),
        (("conforme",), ..., "conforme : manque"),
        (("couverture", 0), 3, "couverture[0] : un objet attendu"),
    ],
)
def test_a_wrong_report_is_named_with_its_place(chemin: tuple[Any, ...], valeur: Any, dit: str) -> None:
    texte = _casse(rapport_json.en_json(rapport()), *chemin, valeur=valeur)
    with pytest.raises(rapport_json.RapportIllisible) as erreur:
        rapport_json.de_texte(texte)
    assert dit in str(erreur.value)
    assert erreur.value.exit_code == 3


def test_what_is_no_json_or_no_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(rapport_json.RapportIllisible, match="n'est pas du JSON"):
        rapport_json.de_texte("{")
    with pytest.raises(rapport_json.RapportIllisible, match="format 2 attendu"):
        rapport_json.de_texte("[]")
    with pytest.raises(rapport_json.RapportIllisible, match="ne se lit pas"):
        rapport_json.lire(tmp_path / "absent.json")
    (tmp_path / "latin").write_bytes(b"\xe9")
    with pytest.raises(rapport_json.RapportIllisible, match="UTF-8"):
        rapport_json.lire(tmp_path / "latin")


def test_a_whole_number_of_seconds_is_read_as_a_duration() -> None:
    contenu = rapport_json.en_json(rapport())
    contenu["scenarios"][0]["duree"] = 2
    premier, *autres = rapport().scenarios
    attendu = replace(rapport(), scenarios=(replace(premier, duree=2.0), *autres))
    assert rapport_json.de_json(contenu) == attendu
