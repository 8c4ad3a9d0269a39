"""The API and its description hold each other: schemathesis asks whatever the description lets one ask, and
what it does not.

Over the application itself, on a base of its own that holds something of everything. What takes long by right
is kept small: large seeds, clocks that run to the end of time, and judgements, of which none is truly begun.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import schemathesis
from jsonschema_rs import FancyRegexOptions
from schemathesis import engine
from schemathesis.core import jsonschema
from schemathesis.core.jsonschema import patterns
from schemathesis.engine import events
from schemathesis.engine.recorder import ScenarioRecorder

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from banc import Banc
from donnees import a_cote

from sne_conformite.bilan import trafic_juge
from sne_conformite.rapports import rapport_json
from sne_conformite.rapports.rapport import Fin
from sne_console.formation import scenes
from sne_console.vues import epreuves
from sne_sandbox.web import frein
from sne_sandbox.web.application_wsgi import creer_application
from sne_sandbox.web.configuration_et_services import Configuration

BASE: Final = "garnie"
#: Examples of each operation, besides those at the bounds of every field: some on each push, the others in
#: `make test-all`.
EXEMPLES: Final = (4, pytest.param(15, marks=pytest.mark.reste))
TAILLE_MAX: Final = 3
JETON: Final = "jeton-d-administration"
ENTREE: Final = {"Authorization": f"Bearer {JETON}"}


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    home = tmp_path_factory.mktemp("home")
    app = creer_application(Configuration(home=home, jeton=JETON))
    banc = Banc(app, BASE).creer()
    numero, _ = banc.creer_demande()
    banc.relire("inconnu")
    for nom in ("avant", "apres"):
        assert banc.api("POST", f"/bases/{BASE}/snapshots", {"nom": nom}, **ENTREE).status_code == 201
    panne = {"genre": "bom", "fois": None}
    assert banc.api("POST", f"/bases/{BASE}/pannes", panne, **ENTREE).status_code == 201
    _juger(banc, home)
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app, headers=ENTREE)
    schema.config.update(headers=ENTREE)
    connus = {"base": BASE, "numero": numero, "nom": "avant", "code": "G1226", "identifiant": 1}
    connus |= {
        "operation": "getNumUnique",
        "tableau": "TAB01",
        "regle": "ENT009",
        "document": "demande",
        "liste": "ListeMotifsRadiation",
    }
    connus |= {
        "scene": scenes.scenes()[0].identifiant,
        "rapport": "garde",
        "fichier": "rapport.json",
    }

    @schema.hook
    def map_path_parameters(contexte: Any, parametres: dict[str, Any] | None) -> dict[str, Any] | None:
        """Three names in four are of what is there: the rest of the answer is then worth looking at."""
        if parametres is None:
            return None
        return {
            nom: connus[nom] if nom in connus and len(str(valeur)) % 4 else valeur
            for nom, valeur in parametres.items()
        }

    @schema.hook
    def map_body(contexte: Any, corps: Any) -> Any:
        """What would take minutes, for good reason, is asked for in small."""
        if isinstance(corps, dict) and type(corps.get("taille")) is int:
            return {**corps, "taille": min(corps["taille"], TAILLE_MAX)}
        return corps

    with pytest.MonkeyPatch.context() as rustine:
        # It tries wrong tokens by hundreds, which have tests of their own.
        rustine.setattr(frein, "PAR_PAIR", (10**9, 1.0))
        rustine.setattr(frein, "EN_TOUT", (10**9, 1.0))
        rustine.setattr(epreuves, "lancer", lambda *_, **__: _juger(banc, home))
        # A document of 200,000 characters makes a pattern that schemathesis gives up, two seconds later.
        for module in (jsonschema, patterns):
            rustine.setattr(module, "FANCY_REGEX_OPTIONS", FancyRegexOptions(size_limit=10_000_000))
        yield schema
    app.extensions["sne"].magasin.fermer()


def _juger(banc: Banc, home: Path) -> epreuves.JugementConserve | None:
    """A judgement whose report is there."""
    *_, fin = trafic_juge.juger_base(banc.services.magasin.journal, BASE, banc.services.contrat)
    assert isinstance(fin, Fin)
    dossier = home / "conformite" / "garde"
    dossier.mkdir(parents=True, exist_ok=True)
    (dossier / "rapport.json").write_bytes(rapport_json.octets(fin.rapport))
    return epreuves.trouver(home, "garde")


@pytest.mark.cher
@pytest.mark.parametrize("exemples", EXEMPLES)
def test_every_operation_answers_as_it_is_described(api: Any, exemples: int) -> None:
    """Examples, the bounds of every field, drawn values, and calls that follow one another; valid and not."""
    api.config.generation.update(max_examples=exemples, deterministic=True, database="none", no_shrink=True)
    # Over WSGI its call without a token fails by itself; test_droits makes it, of every address.
    api.config.checks.update(excluded_check_names=["ignored_auth"])
    fautes: list[str] = []
    operations = set()
    for evenement in engine.from_schema(api).execute():
        if isinstance(evenement, events.NonFatalError | events.FatalError):
            fautes.append(str(getattr(evenement, "value", None) or evenement.exception))
        if isinstance(evenement, events.ScenarioFinished):
            operations.add(evenement.recorder.label)
            fautes += _fautes(evenement.recorder)
    assert fautes == [], "\n\n".join(fautes[:20])
    assert len(operations) > 40


#: Checks that an operation cannot meet, and why.
SAUF: Final = {tuple(un) for un in a_cote(__file__)["sauf"]}


def _fautes(releve: ScenarioRecorder) -> list[str]:
    """What a scenario found, each by the operation that was called: a scenario may be of several."""
    return [
        f"{appelee} : {verification.name}\n{verification.failure_info.failure}\n"
        f"{verification.failure_info.code_sample}"
        for cas, verifications in releve.checks.items()
        for verification in verifications
        if verification.status is engine.Status.FAILURE
        and verification.failure_info is not None
        and ((appelee := releve.cases[cas].value.operation.label), verification.name) not in SAUF
    ]
