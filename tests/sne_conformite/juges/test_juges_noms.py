"""NOM: names, and the guichet they say."""

from collections.abc import Callable
from typing import Any

import pytest
from banc import FORMULAIRE, Banc, oter, poser, specimen
from lxml import etree

from sne_conformite.bilan.trafic_juge import parcourir
from sne_conformite.juges import juger
from sne_conformite.observation.observation import Observation

Rompues = Callable[..., set[tuple[str, str]]]
JUSTE = "DEMG1104-201803151200-000001.xml"


def envoyer(
    banc: Banc, racine: Any, *, nom: str = JUSTE, certificat: str = "CERG1104-201803151200.pem"
) -> None:
    """getNumUnique under these names."""
    octets = etree.tostring(racine, encoding="UTF-8")
    champs = {"nomFichierDemande": nom, "fichierDemande": octets, "certificat": b""}
    champs |= {"nomCertificat": certificat}
    banc.appeler("getNumUnique", champs)


def test_des_noms_justes(banc: Banc, rompues: Rompues, tenues: Callable[..., set[str]]) -> None:
    """Held, NOM-03 from the second file on."""
    racine = specimen("personne_seule")
    envoyer(banc, racine)
    envoyer(banc, specimen("hebergee_secret"), nom=JUSTE.replace("000001", "000002"))

    assert rompues(banc) == set()
    assert tenues(banc) >= {"NOM-01", "NOM-02", "NOM-03", "NOM-05"}


def test_le_guichet_se_prouve_par_un_certificat(banc: Banc) -> None:
    """NOM-04: a message over plain HTTP names a guichet, whoever calls."""
    envoyer(banc, specimen("personne_seule"))
    contrat = banc.services.contrat
    (echange,) = parcourir(banc.services.magasin.journal, banc.nom)

    def tenue() -> bool:
        return "NOM-04" in {c.exigence for c in juger(Observation(echange, contrat)) if c.tenue}

    assert not tenue()
    echange.certificat = True
    assert tenue()


def test_le_guichet_d_une_recherche_est_celui_du_certificat(banc: Banc) -> None:
    """NOM-04: what no rule refuses proves nothing by being accepted."""
    banc.fichier("rechercheDemandeMulticritere", specimen("recherche", "documents"))
    contrat = banc.services.contrat
    (echange,) = parcourir(banc.services.magasin.journal, banc.nom)
    echange.certificat = True
    assert ("NOM-04", True) in {(c.exigence, c.tenue) for c in juger(Observation(echange, contrat))}

    echange.guichet = "G7501"
    sortes = {c.sorte for c in juger(Observation(echange, contrat)) if not c.tenue}
    assert "guichet_du_certificat" in sortes


@pytest.mark.parametrize(
    "nom",
    ["", "a.xml", JUSTE.lower(), JUSTE.replace("1200", "2560"), JUSTE.replace("DEM", "RAD"), JUSTE + ".gz"],
)
def test_un_nom_de_fichier_faux(banc: Banc, rompues: Rompues, nom: str) -> None:
    envoyer(banc, specimen("personne_seule"), nom=nom)

    assert ("NOM-01", "nom_de_fichier") in rompues(banc)


@pytest.mark.parametrize("nom", ["cert.pem", "CERG1104.pem", "CERG1104-201803151200.p12"])
def test_un_nom_de_certificat_faux(banc: Banc, rompues: Rompues, nom: str) -> None:
    envoyer(banc, specimen("personne_seule"), certificat=nom)

    assert rompues(banc) == {("NOM-02", "nom_de_certificat")}


def test_un_nom_deja_donne_a_un_autre_fichier(banc: Banc, rompues: Rompues) -> None:
    """NOM-03; the same file under its own name is not another one."""
    envoyer(banc, specimen("personne_seule"))
    envoyer(banc, specimen("hebergee_secret"))

    assert rompues(banc) == {("NOM-03", "nom_reutilise")}


def test_un_autre_guichet_dans_les_noms(banc: Banc, rompues: Rompues) -> None:
    """File name and certificate name are compared with the message."""
    nom, certificat = JUSTE.replace("G1104", "G1226"), "CERG1226-201803151200.pem"
    envoyer(banc, specimen("personne_seule"), nom=nom, certificat=certificat)

    assert rompues(banc) == {("NOM-05", "guichet_du_fichier"), ("NOM-05", "guichet_du_nom_de_certificat")}


def test_un_message_sans_guichet(banc: Banc, rompues: Rompues) -> None:
    sans, vide = specimen("personne_seule"), specimen("personne_seule")
    oter(sans, f"{FORMULAIRE}/numGuichet")
    poser(vide, f"{FORMULAIRE}/numGuichet", "")
    for racine in (sans, vide):
        envoyer(banc, racine)

    assert ("NOM-04", "guichet_absent") in rompues(banc)
