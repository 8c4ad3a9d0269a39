"""pytest plugin: fixture `sne_sandbox`, a running base for each test; the plan as items (`plan_pytest`).

Nothing of the sandbox is imported until a test asks for the fixture: other projects' runs pay nothing. Each
xdist worker has a session of its own, hence a server of its own; each test a base, its clock and its journal.
"""

import contextlib
import itertools
import shutil
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from sne_conformite.base_d_essai import BaseEssai

REGLAGES = (
    ("sne_profile", "sévérité des contrôles : ecole, strict ou souple", "ecole"),
    ("sne_contract", "version de l'interface servie", "v5.2"),
    ("sne_contracts", "dossier qui remplace, fichier par fichier, ceux du contrat", ""),
    ("sne_contrats", "dossier dont chaque sous-dossier est un contrat que nomme la marque sne_contrat", ""),
    ("sne_seed_base", "jeu de départ de chaque base", "vide"),
    ("sne_seed", "graine des tirages", "0"),
    ("sne_clock", "horloge de chaque base : real, ou un instant ISO", "real"),
)
#: Options of the plan: as `conform` has them.
OPTIONS: "tuple[tuple[str, str, dict[str, Any]], ...]" = (
    ("--sne-application", "l'application à piloter : COMMANDE, URL ou temoin", {"metavar": "CMD|URL"}),
    ("--sne-plan", "un autre plan que celui de l'interface", {"metavar": "P"}),
    ("--sne-examples", "exemples par scénario", {"metavar": "N"}),
    ("--sne-report-dir", "où écrire rapports et preuves", {"metavar": "DOSSIER"}),
    ("--sne-baseline", "manquements connus", {"metavar": "FICHIER"}),
    ("--sne-candidat", "le produit, tel que son éditeur le déclare", {"metavar": "FICHIER"}),
    ("--sne-mention", "mention à acquérir", {"metavar": "ID", "action": "append"}),
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """The settings of the bases, in pytest.ini or pyproject.toml; `-o sne_profile=strict` overrides one."""
    for nom, aide, defaut in REGLAGES:
        parser.addini(nom, f"sne_sandbox : {aide}", default=defaut)
    groupe = parser.getgroup("sne-sandbox", "le plan de conformité du SNE")
    for option, aide, autres in OPTIONS:
        nom = option.removeprefix("--").replace("-", "_")
        groupe.addoption(option, dest=nom, help=aide, **autres)


def pytest_configure(config: pytest.Config) -> None:
    """With `--sne-application`, the scenarios of the plan are items."""
    config.addinivalue_line("markers", "sne_plan: un scénario du plan de conformité du SNE")
    config.addinivalue_line("markers", "sne_contrat(nom): l'interface de la base : v5.0, ou un contrat à soi")
    if config.getoption("sne_application"):
        from sne_conformite.plan_pytest import PlanDansPytest

        options, reglages = [option for option, _, _ in OPTIONS], [nom for nom, _, _ in REGLAGES]
        config.pluginmanager.register(PlanDansPytest(config, options, reglages), "sne_plan")


#: The base of the test that runs.
_BASE: "pytest.StashKey[BaseEssai]" = pytest.StashKey()


@pytest.fixture(scope="session")
def _sne_bases(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> "Iterator[Callable[[str], AbstractContextManager[BaseEssai]]]":
    """One server for the session; each call makes a base on it, gone with its test: the server would live its
    nights, every minute, to the end of the session."""
    from pathlib import Path

    from sne_conformite.base_d_essai import BaseEssai
    from sne_interface.contract.contrats import DOSSIER, Contrats
    from sne_interface.domain.base import lire_horloge
    from sne_interface.errors import UsageError
    from sne_interface.settings import Reglages
    from sne_sandbox.bases import bases
    from sne_sandbox.server.adresse_et_certificats_d_une_base import BaseServie
    from sne_sandbox.server.serveur_enfant import servir_en_enfant
    from sne_sandbox.store.magasin import Magasin

    regle = {nom: str(request.config.getini(nom)) for nom, _, _ in REGLAGES}
    try:
        graine = int(regle["sne_seed"])
        horloge, lus = lire_horloge(regle["sne_clock"]), Reglages.de({"profile": regle["sne_profile"]})
    except (UsageError, ValueError) as erreur:
        incorrecte = "La graine est un entier, par exemple 7."
        dit = erreur.diagnostics() if isinstance(erreur, UsageError) else incorrecte
        dits = ", ".join(f"{nom} = {regle[nom]}" for nom in ("sne_seed", "sne_clock", "sne_profile"))
        pytest.exit(f"réglages de sne-sandbox ({dits}) : {dit}", returncode=4)
    contracts = Path(regle["sne_contracts"]) if regle["sne_contracts"] else None
    options = ["--seed-base", "vide", "--contract", regle["sne_contract"]]
    if contracts is not None:
        options += ["--contracts", str(contracts)]
    dossier = tmp_path_factory.mktemp("sne-sandbox")
    if regle["sne_contrats"]:
        (dossier / "home").mkdir()
        (dossier / "home" / DOSSIER).symlink_to(Path(regle["sne_contrats"]).resolve())
    rangs = itertools.count(1)
    with servir_en_enfant(options, home=dossier / "home") as enfant:
        contrats = Contrats(enfant.home, regle["sne_contract"], contracts)
        with Magasin.ouvrir(None, enfant.home) as magasin:

            @contextlib.contextmanager
            def nouvelle(nom_du_contrat: str) -> Iterator[BaseEssai]:
                enfant.verifier()
                reglages = replace(lus, contrat=nom_du_contrat)
                contrat = contrats.verifier(reglages)
                nom = f"test-{next(rangs)}"
                bases.creer(
                    magasin,
                    contrat,
                    nom,
                    semence=regle["sne_seed_base"],
                    seed=graine,
                    horloge=horloge,
                    reglages=reglages,
                )
                servie = BaseServie.de(enfant, nom, regle["sne_seed_base"], a_la_demande=True)
                try:
                    yield BaseEssai(servie, magasin, contrat, dossier)
                finally:
                    magasin.bases.supprimer(nom)
                    shutil.rmtree(servie.certificats, ignore_errors=True)

            yield nouvelle


@pytest.fixture
def sne_sandbox(
    request: pytest.FixtureRequest, _sne_bases: "Callable[[str], AbstractContextManager[BaseEssai]]"
) -> "Iterator[BaseEssai]":
    """Une base neuve du bac à sable SNE : adresses, certificats, clock, pannes, echanges, juger().

    Sous `@pytest.mark.sne_contrat("v5.0")`, elle sert cette interface ; sinon, celle de `sne_contract`.
    """
    marque = request.node.get_closest_marker("sne_contrat")
    with _sne_bases(marque.args[0] if marque is not None and marque.args else "") as base:
        request.node.stash[_BASE] = base
        yield base
        del request.node.stash[_BASE]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> "Generator[None, pytest.TestReport, pytest.TestReport]":
    """A test that fails before a base shows what the base has seen last: a CI shows nothing else."""
    compte_rendu = yield
    base = item.stash.get(_BASE, None)
    if base is not None and compte_rendu.failed:
        try:
            recit = base.raconter()
        except Exception as erreur:  # noqa: BLE001 - the failure of the test is what matters, not this one
            recit = f"Les échanges ne se lisent plus : {type(erreur).__name__} : {erreur}"
        compte_rendu.sections.append(("sne-sandbox", recit))
    return compte_rendu
