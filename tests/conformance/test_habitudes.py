"""A second honest application, on zeep, with the habits of vendors: the suite has nothing to say against it.

What it says against a habit that the contract allows is a false alarm, the worst fault of this product.
"""

import io
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from constat_de_faute import reproches
from epreuve import Epreuve
from habitudes import HABITUDES

from sne_conformite.pilotage.lien_application import ApplicationProcessus
from sne_conformite.rapports.rapport import Rapport, Verdict

ADAPTATEUR = Path(__file__).with_name("adaptateur_zeep.py")
#: Habits that go together, so that a few runs try them all; each alone is a campaign.
ENSEMBLES = {
    "aucune": (),
    "ecriture": ("majuscules", "indente", "booleens", "fuseau", "numerotation", "reference", "connexion",
                 "certificat", "bavard", "cles", "desordre", "relecture"),
    "mtom": ("defaut", "schema_location", "latin9", "cdata", "mtom", "utc", "sans_reference", "reessai",
             "releves_frequents", "nombres", "sans_message", "types_tous"),
    "ancienne": ("utf16", "http10", "wsa", "doublons_d_abord", "partiel", "entiers", "telephone_unique"),
    "autre": ("ascii", "bom", "sans_declaration", "chunked", "moitie", "lent", "mtom"),
}  # fmt: skip
#: A part of the plan that goes by every command, and by the pannes after which a habit shows.
SCENARIOS = (
    "CRE-COMPLETE-COUPLE", "CRE-GARDE", "CRE-ASSOCIATION", "ANO-PLUSIEURS", "DOU-TOUS", "CYC-SEPARER",
    "CYC-RENOUVELER-MODIFIER", "DEC-AVEC-BAIL", "EVT-MODIFIER", "EVT-TYPES-NATIONAUX", "DAL-AUTRUI",
    "REL-RADIATIONS-SUITE", "REL-CURSEUR", "REL-FILTRE-MOTIF", "CON-COMPLET", "RCH-NOM", "DIS-FAMILLE",
    "ROB-CONSULTATION", "ROB-TRONQUEE", "ROB-EVENEMENT-PERDU", "ROB-HOMONYMES", "ROB-LECTURES",
    "ROB-RELEVE", "ROB-RESEAU", "CYC-PIECE",
)  # fmt: skip
#: What an application that leads one command at a time leaves aside, and one that does not do all of them.
_SEULE = (Verdict.SANS_OBJET,)
_LAISSES = (*_SEULE, Verdict.IGNORE)


def _passer(epreuve: Epreuve, habitudes: Sequence[str], scenarios: Sequence[str] = ()) -> Rapport:
    options = [mot for habitude in habitudes for mot in ("--habitude", habitude)]

    def application() -> ApplicationProcessus:
        return ApplicationProcessus([sys.executable, str(ADAPTATEUR), *options], sortie_erreur=io.StringIO())

    return epreuve.piloter(application, scenarios, exemples=1)


def _rien_n_est_dit(rapport: Rapport, habitudes: Sequence[str]) -> None:
    laisses = _LAISSES if {"partiel", "moitie"} & set(habitudes) else _SEULE
    assert reproches(rapport, *laisses) == {}
    assert rapport.conforme, rapport.motifs
    assert Verdict.REUSSI in {verification.verdict for verification in rapport.verifications}


@pytest.mark.parametrize("habitudes", ENSEMBLES.values(), ids=ENSEMBLES)
def test_une_habitude_permise_n_est_pas_un_manquement(epreuve: Epreuve, habitudes: Sequence[str]) -> None:
    _rien_n_est_dit(_passer(epreuve, habitudes, SCENARIOS), habitudes)


@pytest.mark.campagne
@pytest.mark.parametrize("habitude", HABITUDES)
def test_chaque_habitude_par_le_plan_entier(epreuve: Epreuve, habitude: str) -> None:
    _rien_n_est_dit(_passer(epreuve, [habitude]), [habitude])


def test_chaque_habitude_est_essayee() -> None:
    assert {h for ensemble in ENSEMBLES.values() for h in ensemble} == set(HABITUDES)
