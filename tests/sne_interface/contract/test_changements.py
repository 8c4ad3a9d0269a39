"""The changes of a version, read; and which of them explains a refusal."""

from datetime import date

import pytest

from sne_interface import resources
from sne_interface.contract.changements import GenreChangement, Nature, charger_changements, couvrant
from sne_interface.contract.contrats_charges import charger
from sne_interface.contract.overlay import DossiersContrat
from sne_interface.domain.anomalie import Fidelite
from sne_interface.errors import ContractError

NIR = "interfaceNuu/demande/demandeLogement/personnePhysique/demandeur/nir"


def lire(overlay=None, nom="v5.2", sans=()):
    return charger_changements(DossiersContrat(resources.contracts_dir(), nom, overlay), sans)


def test_what_5_2_brings_has_its_dates_and_its_fidelity():
    changements = {c.id: c for c in lire()}
    nir, asynchrone = changements["NIR"], changements["FIN-ASYNCHRONE"]
    assert (nir.genre, nir.fidelite, nir.contrat) == (GenreChangement.AJOUT, Fidelite.CONVENTION, "v5.2")
    assert (nir.publie, nir.deploye, nir.exige) == (date(2018, 8, 6), date(2018, 1, 30), None)
    assert charger().deploye == {
        "02.02": changements["MESSAGE-0202"].deploye, "DECATT": changements["DECISIONS"].deploye
    }  # fmt: skip
    assert (asynchrone.exige, asynchrone.preuve) == (date(2018, 12, 31), {"regle": "ASY001"})
    assert nir.en_json()["publie"] == "2018-08-06"
    assert "exige" not in nir.en_json()


def test_5_0_brings_nothing_over_what_it_extends():
    assert len(lire(nom="v5.0")) == 0


def test_the_changes_above_a_contract_are_those_it_does_not_bring():
    assert len(lire(sans=["v5.0"])) == len(lire())
    assert len(lire(sans=["v5.2", "v5.0"])) == 0


@pytest.mark.parametrize(
    ("nature", "objet", "change"),
    [
        (Nature.REGLES, "NIR001", "NIR"),
        (Nature.SCHEMAS, f"demande/02.02:{NIR}", "NIR"),
        (Nature.MESSAGES, "02.02", "MESSAGE-0202"),
        (Nature.SCHEMAS, f"demande/02.01:{NIR}", None),
        (Nature.REGLES, "IDT001", None),
    ],
)
def test_a_refusal_is_explained_by_its_rule_by_its_place_and_by_the_version_of_its_message(
    nature, objet, change
):
    trouve = couvrant(lire(), nature, objet)
    assert (trouve and trouve.id) == change


def test_the_first_that_covers_a_thing_explains_it():
    trouve = couvrant(lire(), Nature.EXIGENCES, "FID-12")
    assert trouve is not None
    assert trouve.id == "NIR"


PHRASE = 'phrase = "p"\ngenre = "ajout"\nfidelite = "convention"\nsource = "s"\n'


def ecrire(tmp_path, texte):
    (tmp_path / "changements.toml").write_text(texte, "utf-8")
    return tmp_path


def test_a_users_folder_adds_a_change_of_its_own_and_amends_one(tmp_path):
    texte = f'[MIEN]\n{PHRASE}couvre.regles = ["IDT*"]\n[NIR]\npublie = 2018-08-07\n'
    changements = {c.id: c for c in lire(ecrire(tmp_path, texte))}
    assert changements["MIEN"].porte_sur(Nature.REGLES, "IDT007")
    assert changements["NIR"].publie == date(2018, 8, 7)
    assert changements["NIR"].porte_sur(Nature.REGLES, "NIR001")


@pytest.mark.parametrize(
    ("texte", "dit"),
    [
        ("[A]\n" + PHRASE, "[A] ne couvre rien"),
        (f'[A]\n{PHRASE}preuve.regle = "ASY001"\n', "[A] ne couvre rien"),
        (f'[A]\n{PHRASE}couvre.regles = "IDT*"\n', "couvre.regles attend une liste"),
        (f'[A]\n{PHRASE}couvre.lois = ["x"]\n', "« lois » n'existe pas"),
        (f'[A]\n{PHRASE}exige = "2018-01-30"\n', "exige attend une date"),
        (f"[A]\n{PHRASE}exige = 2018-01-30T12:00:00\n", "exige attend une date"),
        (f'[A]\n{PHRASE}preuve.loi = "x"\n', "« loi » n'existe pas"),
        (f'[A]\n{PHRASE}quand = "x"\n', "clé inconnue « quand »"),
        (f'[A]\n{PHRASE.replace("ajout", "mieux")}couvre.regles = ["x"]\n', "« mieux » n'existe pas"),
        ('[A]\ngenre = "ajout"\n', "il manque « phrase »"),
        ("A = 1\n", "[A] n'est pas une table"),
    ],
)
def test_what_cannot_be_read_names_the_file_and_the_key(tmp_path, texte, dit):
    with pytest.raises(ContractError) as erreur:
        lire(ecrire(tmp_path, texte))
    assert "changements.toml" in str(erreur.value)
    assert dit in str(erreur.value)
