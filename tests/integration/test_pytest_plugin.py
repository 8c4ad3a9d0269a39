"""The pytest plugin, in projects that are not ours: what the fixture gives, xdist, what others pay for it."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from commande import CLIENT, MARS, client

from sne_interface.resources import docs_dir, fixtures_dir

pytest_plugins = ["pytester"]
pytestmark = [
    pytest.mark.cher,
    pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed"),
]

PREAMBULE = f"""
    import os, subprocess
    from datetime import date, datetime, timedelta
    import pytest
    from sne_interface.errors import UsageError
    COLOCATAIRES = {list(client("colocataires"))!r}
    SEULE = {list(client("personne_seule_nir"))!r}

    def appeler(base, commande):
        return subprocess.run(
            commande, env={{**os.environ, **base.variables}}, capture_output=True, text=True, timeout=240
        )
"""


def _lancer(pytester: pytest.Pytester, corps: str, *options: str) -> pytest.RunResult:
    pytester.makeini(f"[pytest]\nsne_clock = {MARS}\n")
    pytester.makepyfile(PREAMBULE + corps)
    return pytester.runpytest_subprocess("-p", "no:cacheprovider", *options)


@pytest.fixture(autouse=True)
def seule(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The plugins of others stay out, but where it is pytest that finds ours: they take seconds."""
    if request.node.get_closest_marker("interprete") is None:
        monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        monkeypatch.setenv("PYTEST_PLUGINS", "sne_sandbox.pytest_plugin")


@pytest.mark.interprete
def test_each_test_has_a_base_of_its_own(pytester: pytest.Pytester) -> None:
    vu = _lancer(
        pytester,
        """
    import pytest

    @pytest.mark.parametrize("rang", range(2))
    def test_le_meme_menage(sne_sandbox, rang):
        assert sne_sandbox.echanges == []
        vu = appeler(sne_sandbox, COLOCATAIRES)
        assert vu.returncode == 0, vu.stderr
        (echange,) = sne_sandbox.echanges
        assert (echange.operation, echange.numero_unique) == ("getNumUnique", vu.stdout.strip())
        assert echange.requete and echange.reponse
        rapport = sne_sandbox.juger()
        assert rapport.conforme, rapport.motifs

    def test_rien(sne_sandbox):
        assert not sne_sandbox.juger().conforme
""",
    )
    vu.assert_outcomes(passed=3)


def test_clock_pannes_and_other_guichets(pytester: pytest.Pytester) -> None:
    vu = _lancer(
        pytester,
        """
    def test_horloge(sne_sandbox):
        assert sne_sandbox.clock.maintenant.isoformat() == "2018-03-15T12:00:00+01:00"
        assert sne_sandbox.clock.avancer("P1M").isoformat() == "2018-04-15T12:00:00+02:00"
        assert sne_sandbox.clock.figer("2019-01-01T00:00:00").year == 2019

    def test_panne(sne_sandbox):
        sne_sandbox.pannes.armer("html_503", operation="getNumUnique")
        assert appeler(sne_sandbox, COLOCATAIRES).returncode == 1
        assert appeler(sne_sandbox, COLOCATAIRES + ["1"]).returncode == 0
        sne_sandbox.pannes.armer("html_503", fois=0)
        sne_sandbox.pannes.desarmer()
        assert appeler(sne_sandbox, SEULE + ["2"]).returncode == 0

    def test_panne_d_une_part(sne_sandbox):
        sne_sandbox.pannes.armer("html_503", taux=1)
        for rang in "12":
            assert appeler(sne_sandbox, COLOCATAIRES + [rang]).returncode == 1

    def test_certificats(sne_sandbox):
        certificat, cle = sne_sandbox.identite("G1104")
        assert certificat.is_file() and cle.is_file() and sne_sandbox.ca.is_file()
        assert sne_sandbox.guichet == "G1226"
        assert sne_sandbox.demande_logement.startswith(sne_sandbox.url)
        with pytest.raises(UsageError, match="Le guichet .Z9999. n'est pas de la base"):
            sne_sandbox.identite("Z9999")

    def test_une_duree_qui_n_en_est_pas(sne_sandbox):
        for vers in ("P3X", 3, timedelta(days=3)):
            with pytest.raises(UsageError, match="n'est ni une durée ni une date"):
                sne_sandbox.clock.avancer(vers)
        sne_sandbox.clock.figer(datetime(2018, 3, 15, 12))
        assert sne_sandbox.clock.avancer(date(2018, 3, 16)).isoformat() == "2018-03-16T12:00:00+01:00"

    def test_les_nuits(sne_sandbox):
        assert appeler(sne_sandbox, COLOCATAIRES).returncode == 0
        sne_sandbox.clock.avancer("P13M")
        assert "Nuit du 03/05/2018" in sne_sandbox.raconter()
        assert "HTTP 0" not in sne_sandbox.raconter()
""",
    )
    vu.assert_outcomes(passed=6)


def test_a_test_that_fails_shows_its_last_exchanges(pytester: pytest.Pytester) -> None:
    """Used by another fixture too; and no other test shows them."""
    vu = _lancer(
        pytester,
        """
    import pytest
    from pathlib import Path

    @pytest.fixture
    def application(sne_sandbox):
        return lambda commande: appeler(sne_sandbox, commande)

    def test_refuse(application, tmp_path):
        *mots, document = COLOCATAIRES
        texte = Path(document).read_text("utf-8")
        faux = tmp_path / "faux.xml"
        assert "dateNaissance>19" in texte
        faux.write_text(texte.replace("dateNaissance>19", "dateNaissance>21"), "utf-8")
        application(mots + [str(faux)])
        for rang in range(6):
            application(COLOCATAIRES + [str(rang)])
        application(mots + [str(faux), "9"])
        assert False

    def test_rien(sne_sandbox):
        assert False

    def test_bien(application):
        assert application(COLOCATAIRES).returncode == 0
""",
        "-rA",
    )
    vu.assert_outcomes(passed=1, failed=2)
    texte = vu.stdout.str()
    refuse, rien = (section.partition("\n____")[0] for section in texte.split("- sne-sandbox -")[1:])
    assert refuse.count("échange ") == 5, "the last ones"
    assert "échange 8 · G1226 : getNumUnique CRE" in refuse
    assert "POST /bases/test-1/services/" in refuse
    assert "→ " in refuse
    assert "Aucun échange n'est arrivé." in rien


def test_a_judgement_says_its_profile_its_seed_and_what_was_refused(pytester: pytest.Pytester) -> None:
    vu = _lancer(
        pytester,
        """
    import time

    def test_reglages(sne_sandbox):
        entete = sne_sandbox.juger().entete
        assert (entete.profil, entete.graine) == ("strict", 7)

    def test_refus(sne_sandbox):
        subprocess.run(["curl", "--silent", sne_sandbox.url])
        for _ in range(2400):
            motifs = " ".join(sne_sandbox.juger().motifs)
            if "refuse le certificat" in motifs:
                break
            time.sleep(0.05)
        assert "le client refuse le certificat du serveur" in motifs

    def test_refus_d_un_autre(sne_sandbox):
        assert "refuse" not in " ".join(sne_sandbox.juger().motifs)
""",
        *("-o", "sne_profile=strict", "-o", "sne_seed=7"),
    )
    vu.assert_outcomes(passed=3)


@pytest.mark.parametrize(
    ("reglage", "dit"),
    [
        ("sne_seed=sept", "*sne_seed = sept*La graine est un entier*"),
        ("sne_profile=laxiste", "*sne_profile = laxiste*"),
        ("sne_clock=hier", "*sne_clock = hier*"),
    ],
)
def test_a_wrong_setting_ends_the_session_before_anything_is_served(
    pytester: pytest.Pytester, reglage: str, dit: str
) -> None:
    corps = "    def test_un(sne_sandbox): ...\n    def test_deux(sne_sandbox): ..."
    vu = _lancer(pytester, corps, "-o", reglage)
    assert vu.ret == 4
    vu.stdout.fnmatch_lines([dit])
    assert "Traceback" not in vu.stdout.str()


def test_a_base_is_gone_with_its_test(pytester: pytest.Pytester) -> None:
    vu = _lancer(
        pytester,
        """
    vues = []

    def test_un(sne_sandbox):
        vues.append(sne_sandbox)

    def test_deux(sne_sandbox):
        ancienne = vues[0]
        assert not ancienne.certificat.exists()
        assert sne_sandbox.certificat.exists()
        assert {base.nom for base in sne_sandbox._magasin.bases.lister()} == {"ecole", sne_sandbox.nom}
""",
    )
    vu.assert_outcomes(passed=2)


APPLICATION = """
    import subprocess

    class Application:
        def __init__(self, adresse, ca, certificat, cle):
            self.variables = {"PATH": "/usr/bin:/bin", "SNE_ENDPOINT_DEMANDE_LOGEMENT": adresse,
                "SNE_GUICHET": "G1226", "SNE_CA_FILE": ca, "SNE_CERT_FILE": certificat, "SNE_KEY_FILE": cle}

        def enregistrer(self, fichier):
            vu = subprocess.run(["sh", CLIENT, fichier], env=self.variables, capture_output=True, text=True)
            assert vu.returncode == 0, vu.stderr
            return vu.stdout.strip()
"""


def test_what_the_page_shows(pytester: pytest.Pytester) -> None:
    """With an application made for the occasion: the shell client."""
    page = (docs_dir() / "certifier.md").read_text("utf-8")
    bloc = page.split("<!-- pytest:")[1].split("<!-- /pytest -->")[0]
    pytester.makepyfile(mon_application=APPLICATION.replace("CLIENT", repr(str(CLIENT))))
    menage = fixtures_dir() / "demandes" / "colocataires.xml"
    pytester.path.joinpath("menage.xml").write_bytes(menage.read_bytes())
    pytester.makeini(f"[pytest]\nsne_clock = {MARS}\npythonpath = .\n")
    pytester.makepyfile(bloc.split("```python\n")[1].split("```")[0])
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=2)


def test_workers_of_xdist_do_not_meet(pytester: pytest.Pytester) -> None:
    vu = _lancer(
        pytester,
        """
    import pytest

    @pytest.mark.parametrize("rang", range(4))
    def test_menage(sne_sandbox, rang):
        assert appeler(sne_sandbox, COLOCATAIRES).returncode == 0
        assert len(sne_sandbox.echanges) == 1
""",
        *("-p", "xdist", "-n", "2"),
    )
    vu.assert_outcomes(passed=4)


def test_who_does_not_ask_for_it_pays_nothing(pytester: pytest.Pytester) -> None:
    """The module imports nothing of ours, and of the rest only what pytest has already."""
    code = (
        "import sys, pytest, sne_sandbox.pytest_plugin\n"
        "print([m for m in sys.modules if m.startswith('sne_')])"
    )
    ici = Path(__file__).parents[2]
    vu = subprocess.run([sys.executable, "-c", code], cwd=ici, capture_output=True, text=True, check=True)
    assert set(ast.literal_eval(vu.stdout)) == {"sne_sandbox", "sne_sandbox.pytest_plugin"}


def test_a_test_chooses_the_interface_of_its_base(pytester: pytest.Pytester) -> None:
    dossier = pytester.mkdir("contrats") / "nouveau"
    dossier.mkdir()
    (dossier / "contract.toml").write_text('extends = "v5.2"\nversions = ["02.02"]\n', "utf-8")
    vu = _lancer(
        pytester,
        """
    def codes(base):
        return [a["regle"] for e in base.echanges for a in e.anomalies]

    @pytest.mark.sne_contrat("nouveau")
    def test_le_sien(sne_sandbox):
        appeler(sne_sandbox, COLOCATAIRES)
        assert codes(sne_sandbox) == ["ENT003"]

    @pytest.mark.parametrize(
        "version", [pytest.param(v, marks=pytest.mark.sne_contrat(v)) for v in ("v5.0", "v5.2")]
    )
    def test_les_notres(sne_sandbox, version):
        vu = appeler(sne_sandbox, COLOCATAIRES)
        assert (vu.returncode, codes(sne_sandbox)) == (0, []), vu.stderr
        assert sne_sandbox.juger().entete.contrat == version

    @pytest.mark.sne_contrat("v9")
    def test_d_un_inconnu(sne_sandbox):
        assert False, "the base is not made"
    """,
        "-o",
        "sne_contrats=contrats",
    )
    vu.assert_outcomes(passed=3, errors=1)
    vu.stdout.fnmatch_lines(["*Le contrat ?v9? n'existe pas sur ce serveur.*"])
