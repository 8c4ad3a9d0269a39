import io
import itertools
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from specimen import NIR, conforme, rapport

from sne_conformite.rapports import avancement_au_terminal
from sne_conformite.rapports.etapes_avant_le_plan import ecriture
from sne_conformite.rapports.rapport import (
    TRAFIC,
    DebutJugement,
    Evenement,
    Fin,
    Rapport,
    ScenarioCommence,
    ScenarioFini,
    Verdict,
)


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def flux(juge: Rapport) -> Iterator[Evenement]:
    yield DebutJugement(juge.entete.application, len(juge.scenarios))
    for rang, scenario in enumerate(juge.scenarios, 1):
        yield ScenarioCommence(scenario.id, scenario.groupe, scenario.titre, rang)
        yield ScenarioFini(scenario)
    yield Fin(juge)


@pytest.mark.parametrize(("ou", "apres", "fin"), [(io.StringIO(), "\n", ""), (Terminal(), "\r", "\n")])
def test_each_tenth_of_the_report_is_told(
    ou: io.StringIO, apres: str, fin: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(avancement_au_terminal, "anime", lambda flux: flux.isatty())
    monkeypatch.setattr("sys.stderr", ou)
    monkeypatch.setattr(avancement_au_terminal, "monotonic", itertools.count().__next__)  # a second each
    lus = list(avancement_au_terminal.suivre_l_ecriture(iter(range(230)), 250))  # the journal let twenty go
    assert lus == list(range(230))
    lignes = ou.getvalue().removesuffix(fin).split(apres)
    assert max(map(len, lignes)) < 80
    lignes = [ligne.rstrip(" ") for ligne in lignes]
    assert [ligne for ligne in lignes if "échange" not in ligne] == [*map(ecriture, range(1, 10)), ""]
    assert f"{ecriture(4)}, échange 111 sur 250" in lignes, "long messages make it wait: it says where it is"


def lignes_de(*evenements: Evenement) -> list[str]:
    sortie = io.StringIO()
    assert avancement_au_terminal.suivre(evenements, sortie) is not None
    return sortie.getvalue().splitlines()


def test_a_log_has_a_line_a_scenario() -> None:
    lignes = lignes_de(*flux(rapport()))
    assert len(lignes) == 1 + len(rapport().scenarios)
    assert lignes[1] == "[1/6] ✓ CRE-01 Une personne seule : réussi"
    assert lignes[2].startswith("[2/6] ✗ CRE-03 Un couple <script>")
    assert lignes[3] == "[3/6] ✗ CRE-04 Des colocataires : échoué (FID-02)"
    assert lignes[4] == "[4/6] - DAL-01 Un DALO est déclaré : sans objet (commande non gérée)"
    assert not [ligne for ligne in lignes if "\x1b" in ligne or NIR in ligne]


def test_a_line_gives_no_order_to_the_forge() -> None:
    premier = replace(rapport().scenarios[3], raison="refus ##[error]faux\n::error::faux")
    lignes = lignes_de(*flux(replace(rapport(), scenarios=(premier,))))
    assert "refus ## [error]faux" in "".join(lignes)
    assert not [ligne for ligne in lignes if "##[" in ligne or ligne.startswith("::")]


def test_what_was_not_played_is_said_once() -> None:
    perdu = replace(conforme().scenarios[0], verdict=Verdict.EN_ATTENTE, verifications=(), raison="parti")
    _, ligne = lignes_de(*flux(replace(conforme(), scenarios=(perdu,) * 3)))
    assert ligne.endswith("en attente (parti)")


def test_traffic_says_only_what_it_judges() -> None:
    fin = Fin(conforme())
    assert lignes_de(DebutJugement("app", 0), fin) == ["Jugement de app."]
    familles = lignes_de(DebutJugement("app", 4, mode=TRAFIC), fin)
    assert familles == ["Jugement de app : 4 familles d'exigences."]


def test_a_terminal_has_a_moving_line_and_keeps_what_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.delenv("CI", raising=False)
    sortie = Terminal()
    assert avancement_au_terminal.suivre(flux(rapport()), sortie) == rapport()
    assert re.search(r"\S [56]/6 0:00:0\d reste \S+ [A-Z]", sortie.getvalue())
    assert "CRE-04 Des colocataires : échoué" in sortie.getvalue()
    assert "\x1b[31m" not in sortie.getvalue()


def test_a_line_is_written_over_only_before_somebody() -> None:
    for ci, attendu in {"": True, "true": False, "false": True}.items():
        assert avancement_au_terminal.anime(Terminal(), {"TERM": "xterm", "CI": ci}) is attendu
    assert not avancement_au_terminal.anime(Terminal(), {"TERM": "dumb"})
    assert not avancement_au_terminal.anime(io.StringIO(), {"TERM": "xterm"})


def test_a_stream_without_an_end_is_a_bug() -> None:
    with pytest.raises(ValueError, match="Fin"):
        avancement_au_terminal.suivre(iter([DebutJugement("app", 1)]), io.StringIO())
