from collections.abc import Callable

import pytest

from sne_sandbox.rules.catalogue import handicap as h
from sne_sandbox.rules.rule import Infraction

Juger = Callable[..., list[Infraction]]

MENAGE = (
    "<personnePhysique><demandeur><dateNaissance>1980-01-01</dateNaissance></demandeur>"
    "<listePersonneACharge><personneACharge><dateNaissance>2010-01-01</dateNaissance></personneACharge>"
    "</listePersonneACharge><listePersonneEnGarde><personneEnGarde><dateNaissance>2012-01-01</dateNaissance>"
    "</personneEnGarde></listePersonneEnGarde><listeCotitulaire><cotitulaire>"
    "<dateNaissance>1982-01-01</dateNaissance></cotitulaire></listeCotitulaire></personnePhysique>"
)


def bloc(contenu: str) -> str:
    return f"{MENAGE}<listeHandicap><handicap>{contenu}</handicap></listeHandicap>"


@pytest.mark.parametrize(
    ("naissance", "constats"),
    [("1980-01-01+01:00", 0), ("1982-01-01", 0), ("2010-01-01", 0), ("2012-01-01Z", 0), ("1999-01-01", 1)],
)
def test_person_of_the_household(juger: Juger, naissance: str, constats: int) -> None:
    document = bloc(f"<dateNaissance>{naissance}</dateNaissance>")
    assert len(juger(h.personne_handicapee_hors_du_menage, document)) == constats


def test_birth_date_is_optional_and_an_association_is_not_judged(juger: Juger) -> None:
    assert juger(h.personne_handicapee_hors_du_menage, bloc("<accompagne>true</accompagne>")) == []
    association = bloc("<dateNaissance>1999-01-01</dateNaissance>").replace(
        MENAGE, "<association><nom>A</nom></association>"
    )
    assert juger(h.personne_handicapee_hors_du_menage, association) == []


MOTEUR = "<listeNatureHandicapMoteur><natureHandicapMoteur code='MI'/></listeNatureHandicapMoteur>"
SENSORIEL = (
    "<listeNatureHandicapSensoriel><natureHandicapSensoriel code='DV'/></listeNatureHandicapSensoriel>"
)


@pytest.mark.parametrize(
    ("contenu", "fautif"),
    [
        (f"<handicapMoteur>true</handicapMoteur>{MOTEUR}", None),
        (f"<handicapSensoriel>true</handicapSensoriel>{SENSORIEL}", None),
        ("<compAutreNature>rare</compAutreNature><handicapAutre>true</handicapAutre>", None),
        ("<handicapMoteur>false</handicapMoteur>", None),
        ("<handicapMoteur>true</handicapMoteur>", "listeNatureHandicapMoteur"),
        (f"<handicapSensoriel>1</handicapSensoriel>{MOTEUR}", "listeNatureHandicapSensoriel"),
        ("<handicapAutre>true</handicapAutre>", "compAutreNature"),
        (
            "<handicapMoteur>true</handicapMoteur><listeNatureHandicapMoteur><natureHandicapMoteur/>"
            "</listeNatureHandicapMoteur>",
            "listeNatureHandicapMoteur",
        ),
    ],
)
def test_nature(juger: Juger, contenu: str, fautif: str | None) -> None:
    trouves = juger(h.nature_du_handicap, bloc(contenu))
    assert [c.chemin.rpartition("/")[2] for c in trouves] == ([fautif] if fautif else [])


@pytest.mark.parametrize(
    ("contenu", "constats"),
    [
        (MOTEUR, 0),
        (f"<handicapMoteur>true</handicapMoteur>{MOTEUR}", 0),
        (f"<handicapMoteur>false</handicapMoteur>{MOTEUR}", 1),
        (f"<handicapMoteur>false</handicapMoteur>{SENSORIEL}", 0),
        ("<handicapMoteur>false</handicapMoteur><listeNatureHandicapMoteur/>", 0),
        ("<compAutreNature>rare</compAutreNature><handicapAutre>false</handicapAutre>", 0),
    ],
)
def test_nature_and_flag(juger: Juger, contenu: str, constats: int) -> None:
    assert len(juger(h.nature_sans_indicateur, bloc(contenu))) == constats


@pytest.mark.parametrize(("codes", "constats"), [("1", 0), ("2 3", 0), ("1 2", 1), ("4 1", 1), ("", 0)])
def test_no_aid_excludes_the_others(juger: Juger, codes: str, constats: int) -> None:
    aides = "".join(f"<aideTechniqueHandicap code='{code}'/>" for code in codes.split())
    document = bloc(f"<listeAideTechniqueHandicap>{aides}</listeAideTechniqueHandicap>")
    assert len(juger(h.aucune_aide_technique, document)) == constats
