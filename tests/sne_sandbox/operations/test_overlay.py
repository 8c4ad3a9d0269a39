"""A user's folder, as the wire shows it: official codes and wording, other thresholds."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from banc import FORMULAIRE, MIDI, Banc, message, oter, poser, specimen, texte

from sne_interface.domain.base import Horloge
from sne_interface.resources import contracts_dir, fixtures_dir
from sne_interface.settings import Reglages
from sne_sandbox.bases import bases
from sne_sandbox.web.application_wsgi import creer_application
from sne_sandbox.web.configuration_et_services import Configuration

_REGLES = """
[REC001]
code_officiel = "RG-114"
texte = "Rubrique 5 non servie."
[MOT001]
gravite = "ignorée"
[IDT003]
gravite = "bloquante"
"""


@pytest.fixture
def banc_officiel(tmp_path: Path) -> Iterator[Callable[[Path], Banc]]:
    applications = []

    def faire(contrats: Path) -> Banc:
        app = creer_application(
            Configuration(
                ouvert=True, home=tmp_path / "home", contracts=contrats, horloge=Horloge(fige_a=MIDI)
            )
        )
        applications.append(app)
        return Banc(app, "essai").creer()

    yield faire
    for app in applications:
        app.extensions["sne"].magasin.fermer()


def test_the_wire_shows_the_official_code_and_wording(
    tmp_path: Path, banc_officiel: Callable[[Path], Banc]
) -> None:
    (tmp_path / "contrats").mkdir()
    (tmp_path / "contrats" / "rules.toml").write_text(_REGLES, encoding="utf-8")
    banc = banc_officiel(tmp_path / "contrats")
    demande = specimen("personne_seule")
    oter(demande, f"{FORMULAIRE}/logementRecherche")
    oter(demande, f"{FORMULAIRE}/principauxMotifDemande")
    resultat = banc.demander(demande)
    assert (resultat.anomalies, resultat.messages) == (["RG-114"], ["Rubrique 5 non servie."])
    assert banc.compter() == 0
    enfant = message(specimen("personne_seule"), "CRE")
    poser(enfant, f"{FORMULAIRE}/personnePhysique/demandeur/dateNaissance", "2008-01-01")
    assert banc.demander(enfant).anomalies == ["IDT003"]


def test_an_invented_threshold_is_said_in_the_journal_and_a_table_of_ones_own_takes_it_away(
    tmp_path: Path, banc: Banc, banc_officiel: Callable[[Path], Banc]
) -> None:
    demande = specimen("personne_seule_nir")
    dit = f"{FORMULAIRE}/informationTraitement/premierQuartile"
    assert texte(banc.demander(demande).document, dit) == "false"
    (note,) = banc.journal()[0].notes
    assert "celui de 2017, l'année qui précède" in note
    assert "inventé" in note
    (tmp_path / "contrats").mkdir()
    shutil.copy(contracts_dir() / "v5.2" / "quartiles.csv", tmp_path / "contrats" / "quartiles.csv")
    banc = banc_officiel(tmp_path / "contrats")
    assert texte(banc.demander(demande).document, dit) is None
    assert "aucun seuil n'est connu" in banc.journal()[0].notes[0]


def test_no_invented_threshold_hides_what_it_is() -> None:
    lignes = (fixtures_dir() / "quartiles-demo.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert all("INVENTÉ" in ligne and ligne.endswith(",I") for ligne in lignes)


def test_the_wire_shows_the_official_place_of_an_anomalie_and_the_journal_ours(
    tmp_path: Path, banc_officiel: Callable[[Path], Banc]
) -> None:
    """A base begins with the settings of its contract; one that was asked for stays."""
    (tmp_path / "contrats").mkdir()
    (tmp_path / "contrats" / "rules.toml").write_text('[IDT016]\npropriete = "{nom}"\n', "utf-8")
    (tmp_path / "contrats" / "contract.toml").write_text(
        '[reglages]\nrecherche_max = 20\nprofile = "strict"\n', "utf-8"
    )
    banc = banc_officiel(tmp_path / "contrats")
    racine = message(specimen("personne_seule"), "CRE")
    poser(racine, f"{FORMULAIRE}/personnePhysique/demandeur/nom", " ")
    refus = banc.demander(racine)
    places = {a.get("code"): a.get("propriete") for a in refus.document.iter("{*}anomalie")}
    assert places["IDT016"] == "nom"
    assert refus.echange is not None
    (ecrite,) = [a for a in refus.echange.anomalies if a["regle"] == "IDT016"]
    assert ecrite["propriete"].endswith("/demandeur/nom")
    magasin, contrat = banc.services.magasin, banc.services.contrat
    demandes = {"a": None, "b": Reglages(recherche_max=7)}
    lus = [bases.creer(magasin, contrat, nom, reglages=r).reglages for nom, r in demandes.items()]
    assert [(lu.recherche_max, lu.profile) for lu in lus] == [(20, "strict"), (7, "strict")]
