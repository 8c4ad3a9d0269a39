from collections.abc import Callable

import pytest

from sne_sandbox.domain.demande import DemandeStockee
from sne_sandbox.rules.catalogue import nir as n
from sne_sandbox.rules.registre_vide import FauxRegistre
from sne_sandbox.rules.rule import Infraction

Juger = Callable[..., list[Infraction]]
Stocker = Callable[..., DemandeStockee]

NIR = "206127511100564"
MASQUE = "206************"


def demande(
    nir: str = NIR,
    *,
    civilite: str = "2",
    naissance: str = "2006-12-05",
    nom: str = "Kaplan",
    avant: str = "",
    cotitulaire: str = "",
) -> str:
    return (
        f"{avant}<logementRecherche><listeLocalisationSouhaite><localisationSouhaite><commune code='75113'/>"
        "</localisationSouhaite></listeLocalisationSouhaite></logementRecherche>"
        f"<personnePhysique><demandeur><civilite code='{civilite}'/><nom>{nom}</nom><prenom>Inès</prenom>"
        f"<dateNaissance>{naissance}</dateNaissance><nir>{nir}</nir></demandeur>"
        f"<listeCotitulaire>{cotitulaire}</listeCotitulaire></personnePhysique>"
    )


@pytest.mark.parametrize(
    ("nir", "constats"),
    [(NIR, 0), ("", 0), ("206122A11100509", 0), ("2061275111005", 1), ("20612X511100564", 1)],
)
def test_form(juger: Juger, nir: str, constats: int) -> None:
    assert len(juger(n.forme_du_nir, demande(nir))) == constats


def test_key(juger: Juger) -> None:
    assert juger(n.cle_du_nir, demande()) == []
    assert juger(n.cle_du_nir, demande("abc")) == []  # NIR001's
    (trouve,) = juger(n.cle_du_nir, demande("206127511100565"))
    assert trouve.valeurs["valeur"] == MASQUE


@pytest.mark.parametrize(
    ("premier", "civilite", "constats"),
    [("2", "2", 0), ("2", "3", 0), ("7", "1", 0), ("1", "2", 1), ("8", "1", 1)],
)
def test_civilite(juger: Juger, premier: str, civilite: str, constats: int) -> None:
    trouves = juger(n.nir_et_civilite, demande(premier + NIR[1:], civilite=civilite))
    assert len(trouves) == constats


@pytest.mark.parametrize(
    ("naissance", "constats"), [("2006-12-31", 0), ("2006-11-30", 1), ("2007-12-05", 1), ("", 0)]
)
def test_birth(juger: Juger, naissance: str, constats: int) -> None:
    assert len(juger(n.nir_et_date_de_naissance, demande(naissance=naissance))) == constats


def test_held_by_another_demande(juger: Juger, stocker: Stocker) -> None:
    autre = stocker(demande(nom="Autrenom"))
    (trouve,) = juger(n.nir_deja_porte, demande(), registre=FauxRegistre((autre,)))
    assert trouve.valeurs == {"valeur": MASQUE, "numero": autre.numero_unique}


def test_silent_where_duplicates_are_named_forced_or_associated(juger: Juger, stocker: Stocker) -> None:
    autre = stocker(demande(nom="Autrenom"))
    registre = FauxRegistre((autre,))
    force = "<forcerDoublon>true</forcerDoublon>"
    associe = f"<numUniqueAssocie>{autre.numero_unique}</numUniqueAssocie>"
    assert juger(n.nir_deja_porte, demande(avant=force), registre=registre) == []
    assert juger(n.nir_deja_porte, demande(avant=associe), registre=registre) == []
    assert juger(n.nir_deja_porte, demande(nom="Autrenom"), registre=registre) == []  # DOU001 names it
    assert juger(n.nir_deja_porte, demande(""), registre=registre) == []
    ailleurs = FauxRegistre((stocker(demande(nom="Autrenom"), territoire="062"),))
    assert juger(n.nir_deja_porte, demande(), registre=ailleurs) == []


def test_same_nir_for_two_persons(juger: Juger) -> None:
    autre = "<cotitulaire><nom>B</nom><nir>{}</nir></cotitulaire>"
    assert juger(n.nir_en_double, demande(cotitulaire=autre.format("106127511100564"))) == []
    assert juger(n.nir_en_double, demande("", cotitulaire=autre.format(""))) == []
    (trouve,) = juger(n.nir_en_double, demande(cotitulaire=autre.format(NIR)))
    assert trouve.chemin.endswith("listeCotitulaire/cotitulaire/nir")
    assert trouve.valeurs["valeur"] == MASQUE
