"""What several judgements of one application say together."""

from dataclasses import replace
from datetime import timedelta

import pytest
from specimen import conforme, rapport, trafic

from sne_conformite.rapports.rapport import Bilan, EtatExigence, Rapport
from sne_conformite.rapports.tendance import JalonDeTendance, jalon, tracer

P, E, S = EtatExigence.PROUVEE, EtatExigence.ENFREINTE, EtatExigence.SANS_PREUVE


def jalons(*etats: dict[str, EtatExigence]) -> list[JalonDeTendance]:
    """A judgement a day, of these states."""
    modele = conforme()

    def faire(rang: int, siens: dict[str, EtatExigence]) -> Rapport:
        bilans = tuple(Bilan(nom, f"Texte de {nom}", "MUST", "source", etat) for nom, etat in siens.items())
        entete = replace(modele.entete, fin=modele.entete.fin + timedelta(days=rang))
        return replace(modele, entete=entete, bilans=bilans)

    return [jalon(faire(rang, siens)) for rang, siens in enumerate(etats)]


def test_who_is_judged_is_the_same_whatever_its_version() -> None:
    juge = rapport()
    autre = replace(juge, entete=replace(juge.entete, candidat=None, application="LogeNet 4.3"))
    assert jalon(autre).sujet == "LogeNet"
    assert jalon(trafic()).sujet.startswith("base ")


@pytest.mark.parametrize(
    ("etats", "dit"),
    [
        ([P, E, E], "échoue depuis le 03/03/2026 (2 jugements)"),
        ([E, E], "échoue depuis le 02/03/2026 (2 jugements)"),
        ([E, S, E], "échoue depuis le 02/03/2026 (2 jugements)"),
        ([E, P], "tenu depuis le 03/03/2026 (1 jugement)"),
        ([E, S], "échoue depuis le 02/03/2026 (1 jugement)"),
    ],
)
def test_since_when_it_fails(etats: list[EtatExigence], dit: str) -> None:
    """What a judgement did not look at neither begins nor ends anything."""
    (ligne,) = tracer(jalons(*({"FID-02": etat} for etat in etats))).exigences
    assert ligne.depuis.replace("\N{NO-BREAK SPACE}", " ") == dit
    assert len(ligne.cases) == len(etats)


@pytest.mark.parametrize(
    ("avant", "apres", "dit"),
    [
        ({"A-1": E}, {"A-1": P}, "Mieux que le jugement d'avant : exigences enfreintes, 1 corrigée (A-1)."),
        ({"A-1": P}, {"A-1": E},
         "Moins bien que le jugement d'avant : exigences enfreintes, 1 nouvelle (A-1)."),
        ({"A-1": E}, {"A-1": S},
         "Rien ne dit si c'est mieux que le jugement d'avant : exigences enfreintes, 1 non revue (A-1)."),
        ({"A-1": E}, {"A-1": E}, "Ni mieux ni moins bien que le jugement d'avant : 1 exigence enfreinte."),
        ({"A-1": E, "B-1": P}, {"A-1": P, "B-1": E},
         "Autant de manquements que dans le jugement d'avant, mais pas les mêmes : exigences enfreintes, "
         "1 corrigée (A-1) ; 1 nouvelle (B-1)."),
    ],
)  # fmt: skip
def test_whether_it_is_better(
    avant: dict[str, EtatExigence], apres: dict[str, EtatExigence], dit: str
) -> None:
    assert tracer(jalons(avant, apres)).bilan.replace("\N{NO-BREAK SPACE}", " ") == dit


def test_what_never_failed_is_counted() -> None:
    vue = tracer(jalons({"A-1": P, "B-1": E, "C-1": S}))
    assert ([ligne.nom for ligne in vue.exigences], vue.tenues) == (["B-1"], 1)
    assert vue.bilan == "Un seul jugement est gardé : rien ne se compare encore."
