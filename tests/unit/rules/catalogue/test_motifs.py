from collections.abc import Callable

import pytest

from sne_sandbox.rules.catalogue import motifs as m
from sne_sandbox.rules.rule import Infraction

Juger = Callable[..., list[Infraction]]


def demande(
    motifs: str = "", jugement: str = "", autre: str = "", situation: str = "C", modeles: str = ""
) -> str:
    liste = "".join(f'<motifDemande code="{code}"/>' for code in motifs.split())
    loge = "".join(f'<modeleLogement code="{code}"/>' for code in modeles.split())
    return (
        f"<principauxMotifDemande><compDateJugement>{jugement}</compDateJugement>"
        f"<compAutreMotif>{autre}</compAutreMotif>{liste}</principauxMotifDemande>"
        f'<personnePhysique><demandeur><situationFamiliale code="{situation}"/></demandeur>'
        f"<logementActuel><listeModeleLogement>{loge}</listeModeleLogement></logementActuel>"
        "</personnePhysique>"
    )


def test_a_person_gives_a_motive_an_association_need_not(juger: Juger) -> None:
    assert juger(m.motif_absent, demande("13")) == []
    assert juger(m.motif_absent, "<association><nom>A</nom></association>") == []
    (trouve,) = juger(m.motif_absent, demande())
    assert trouve.chemin == "interfaceNuu/demande/demandeLogement/principauxMotifDemande"


@pytest.mark.parametrize(
    ("motifs", "constats"), [("13", 0), ("13 09 19", 0), ("13 09 19 20", 1), ("13 13", 1), ("", 0)]
)
def test_three_motives(juger: Juger, motifs: str, constats: int) -> None:
    assert len(juger(m.trop_de_motifs, demande(motifs))) == constats


@pytest.mark.parametrize(
    ("motifs", "autre", "constats"), [("23", "Jardin", 0), ("23", "", 1), ("13", "", 0), ("13", "Jardin", 0)]
)
def test_other_motive_is_told(juger: Juger, motifs: str, autre: str, constats: int) -> None:
    assert len(juger(m.autre_motif_sans_precision, demande(motifs, autre=autre))) == constats


@pytest.mark.parametrize(
    ("motifs", "jugement", "constats"),
    [("05", "2018-03-16", 0), ("05", "2018-03-17", 1), ("05", "", 0), ("13", "2018-01-01", 1), ("13", "", 0)],
)
def test_judgment(juger: Juger, motifs: str, jugement: str, constats: int) -> None:
    assert len(juger(m.date_du_jugement, demande(motifs, jugement))) == constats


def test_handicap_as_a_motive(juger: Juger) -> None:
    bloc = "<listeHandicap><handicap><handicapMoteur>false</handicapMoteur></handicap></listeHandicap>"
    assert juger(m.motif_handicap_sans_complement, demande("07") + bloc) == []
    assert juger(m.motif_handicap_sans_complement, demande("13")) == []
    vide = "<listeHandicap><handicap/></listeHandicap>"
    assert len(juger(m.motif_handicap_sans_complement, demande("07") + vide)) == 1


@pytest.mark.parametrize(
    ("motifs", "modeles", "constats"),
    [
        ("01", "LP", 1),
        ("01", "HLM FONC", 1),
        ("01", "LP CP", 0),
        ("01", "SD", 0),
        ("01", "", 0),
        ("13", "LP", 0),
    ],
)
def test_without_a_dwelling(juger: Juger, motifs: str, modeles: str, constats: int) -> None:
    assert len(juger(m.sans_logement_mais_loge, demande(motifs, modeles=modeles))) == constats


@pytest.mark.parametrize(
    ("motifs", "situation", "constats"),
    [
        ("14", "C", 0),
        ("14", "M", 1),
        ("11", "D", 0),
        ("11", "S", 0),
        ("11", "M", 0),
        ("11", "P", 0),
        ("11", "C", 1),
        ("11", "U", 1),
        ("11", "", 0),
    ],
)
def test_motive_and_situation(juger: Juger, motifs: str, situation: str, constats: int) -> None:
    assert len(juger(m.motif_et_situation_familiale, demande(motifs, situation=situation))) == constats
