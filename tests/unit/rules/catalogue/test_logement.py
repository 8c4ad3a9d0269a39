from collections.abc import Callable

import pytest

from sne_sandbox.rules.catalogue import logement as lg
from sne_sandbox.rules.rule import Infraction, Regle

Juger = Callable[..., list[Infraction]]


def logement(*modeles: str, suite: str = "", personnes: str = "", motifs: str = "") -> str:
    liste = "".join(f'<modeleLogement code="{modele}"/>' for modele in modeles)
    return (
        f"<principauxMotifDemande>{motifs}</principauxMotifDemande>"
        "<personnePhysique><demandeur><dateNaissance>1980-01-01</dateNaissance></demandeur>"
        f"{personnes}<logementActuel><listeModeleLogement>{liste}</listeModeleLogement>{suite}</logementActuel>"
        "</personnePhysique>"
    )


def fautifs(constats: list[Infraction]) -> list[str]:
    return [c.chemin.rpartition("/")[2] for c in constats]


@pytest.mark.parametrize(
    ("regle", "modele", "complements"),
    [
        (lg.bailleur_du_logement_hlm, "HLM", ["compNomOrgBailleur"]),
        (lg.entree_en_residence_sociale, "RS", ["compResSocDepuis"]),
        (lg.entree_en_residence_hoteliere, "RHVS", ["compResHotDepuis"]),
        (lg.debut_de_la_sous_location, "SLHT", ["compSousLocDepuis"]),
        (lg.structure_d_hebergement, "SH", ["compStructDepuis", "compNomStructure"]),
        (lg.centre_maternel, "CDEFCM", ["compCentreDepuis", "compNomCentre"]),
    ],
)
def test_complements_of_a_mode(juger: Juger, regle: Regle, modele: str, complements: list[str]) -> None:
    assert fautifs(juger(regle, logement(modele))) == complements
    complet = "".join(f"<{nom}>2017-01-01</{nom}>" for nom in complements)
    assert juger(regle, logement(modele, suite=complet)) == []
    assert juger(regle, logement("LP")) == []
    assert juger(regle, "<association><nom>A</nom></association>") == []
    # The same complements without the mode are LOG007's.
    assert fautifs(juger(lg.complement_sans_mode_de_logement, logement("LP", suite=complet))) == complements
    assert juger(lg.complement_sans_mode_de_logement, logement(modele, suite=complet)) == []


@pytest.mark.parametrize(
    ("jour", "constats"), [("2018-03-16", 0), ("2018-03-17", 1), ("1980-01-01", 0), ("1979-12-31", 1)]
)
def test_date_of_entry(juger: Juger, jour: str, constats: int) -> None:
    document = logement("RS", suite=f"<compResSocDepuis>{jour}</compResSocDepuis>")
    assert len(juger(lg.date_d_entree, document)) == constats


@pytest.mark.parametrize(
    ("modeles", "constats"),
    [
        (("SD",), 0),
        (("SD", "SH"), 0),
        (("HLM", "LP"), 0),
        (("LP", "SD"), 1),
        (("FONC", "SQUAT", "CAMCAR"), 2),
    ],
)
def test_contradictory_modes(juger: Juger, modeles: tuple[str, ...], constats: int) -> None:
    assert len(juger(lg.modes_de_logement_contradictoires, logement(*modeles))) == constats


def test_a_mode_twice(juger: Juger) -> None:
    assert juger(lg.mode_de_logement_en_double, logement("LP", "HLM")) == []
    assert fautifs(juger(lg.mode_de_logement_en_double, logement("LP", "HLM", "LP"))) == ["modeleLogement[3]"]


@pytest.mark.parametrize(
    ("modele", "proprietaire", "constats"),
    [("POCC", "true", 0), ("POCC", "false", 1), ("POCC", "0", 1), ("POCC", "", 0), ("LP", "false", 0)],
)
def test_owner_and_occupant(juger: Juger, modele: str, proprietaire: str, constats: int) -> None:
    document = logement(modele, suite=f"<proprietaire>{proprietaire}</proprietaire>")
    assert len(juger(lg.occupant_non_proprietaire, document)) == constats


@pytest.mark.parametrize(
    ("modele", "suite", "attendu"),
    [
        ("POCC", "<proprietaire>true</proprietaire>", []),
        ("LP", "<proprietaire>false</proprietaire>", []),
        ("LP", "<proprietaire>true</proprietaire>", ["typeLogementPossede", "commune"]),
        (
            "LP",
            "<proprietaire>1</proprietaire><codePostal>75013</codePostal><commune code='75113'/>"
            "<typeLogementPossede code='T2'/>",
            [],
        ),
        (
            "LP",
            "<proprietaire>true</proprietaire><communeEtranger>Gand</communeEtranger>"
            "<typeLogementPossede code='T2'/>",
            [],
        ),
        ("LP", "<proprietaire>true</proprietaire><commune code='75113'/>", ["typeLogementPossede"]),
    ],
)
def test_dwelling_owned(juger: Juger, modele: str, suite: str, attendu: list[str]) -> None:
    assert fautifs(juger(lg.logement_possede, logement(modele, suite=suite))) == attendu


def test_description_of_a_rented_dwelling(juger: Juger) -> None:
    (trouve,) = juger(lg.logement_loue_mal_decrit, logement("LP", suite="<surface>40</surface>"))
    assert trouve.valeurs["manque"] == "loyer mensuel, nombre d'habitants"
    complet = (
        "<montantMensuelLoyer>0</montantMensuelLoyer><nombreHabitant>1</nombreHabitant><surface>40</surface>"
    )
    assert juger(lg.logement_loue_mal_decrit, logement("HLM", suite=complet)) == []
    assert juger(lg.logement_loue_mal_decrit, logement("SD")) == []


@pytest.mark.parametrize(
    ("loyer", "aide", "constats"), [("500", "500", 0), ("500", "501", 1), ("", "100", 0)]
)
def test_benefit_above_the_rent(juger: Juger, loyer: str, aide: str, constats: int) -> None:
    suite = f"<montantMensuelLoyer>{loyer}</montantMensuelLoyer><montantMensuelAPL>{aide}</montantMensuelAPL>"
    assert len(juger(lg.aide_au_dessus_du_loyer, logement("LP", suite=suite))) == constats


FAMILLE = (
    "<listePersonneACharge><personneACharge><nom>E</nom></personneACharge></listePersonneACharge>"
    '<listeCotitulaire><cotitulaire><lienDemandeur code="{lien}"/></cotitulaire></listeCotitulaire>'
)


@pytest.mark.parametrize(
    ("lien", "motif", "habitants", "constats"),
    [
        ("M", "13", "3", 0),
        ("M", "13", "2", 1),
        ("M", "13", "", 0),
        ("L", "13", "2", 0),  # a flatmate to be may live elsewhere
        ("L", "13", "1", 1),
        ("C", "14", "2", 0),  # so may a spouse to come
        ("C", "14", "1", 1),
        ("M", "15", "1", 0),  # and a family to be reunited
        ("M", "15", "0", 1),
    ],
)
def test_inhabitants(juger: Juger, lien: str, motif: str, habitants: str, constats: int) -> None:
    document = logement(
        "LP",
        suite=f"<nombreHabitant>{habitants}</nombreHabitant>",
        personnes=FAMILLE.format(lien=lien),
        motifs=f'<motifDemande code="{motif}"/>',
    )
    assert len(juger(lg.trop_peu_d_habitants, document)) == constats
