"""A cited exchange names the file, even of a document that nobody could read, and shows the line at fault."""

import pytest
from banc import Banc, message, poser, specimen
from lxml import etree

from sne_sandbox.conformance.citation import citer
from sne_sandbox.conformance.jugement import juger
from sne_sandbox.conformance.observation import Observation, observer
from sne_sandbox.conformance.trafic import parcourir
from sne_sandbox.reports.model import EchangeCite

NOM = "DEMG1226-201803151200-000042.xml"


def vue(banc: Banc) -> Observation:
    *_, echange = parcourir(banc.services.magasin, banc.nom)
    return observer(echange, banc.services.contrat)


def cite(banc: Banc) -> EchangeCite:
    return citer(vue(banc))


def mod_mal_forme() -> tuple[bytes, int]:
    """A MOD with an ampersand in a text, and its line."""
    octets = etree.tostring(message(specimen("colocataires"), "MOD"), encoding="UTF-8")
    casse = octets.replace(b">Vasseur<", b">Vasseur & Cie<", 1)
    return casse, casse[: casse.index(b"Vasseur &")].count(b"\n") + 1


def test_a_document_that_is_not_well_formed_is_named_all_the_same(banc: Banc) -> None:
    octets, ligne = mod_mal_forme()
    banc.demander(octets, nom=NOM)
    vu = cite(banc)
    assert vu.resume.endswith(f"getNumUnique MOD, {NOM} : faute SOAP")
    assert vu.requete.startswith("POST /bases/")
    assert vu.reponse.startswith("HTTP 500\n")
    (marquee,) = vu.lignes
    assert "Vasseur & Cie" in vu.requete.split("\n")[marquee - 1]
    (constat,) = (c for c in juger(vue(banc), banc.services.contrat) if c.exigence == "EMB-09")
    assert constat.attendu == "du XML bien formé"
    assert constat.observe.startswith(f"ligne {ligne} : ")
    assert "Vasseur & Cie" in constat.observe


@pytest.mark.parametrize("octets", [b"", b"<a", b"\x00", b"<!DOCTYPE a []><a/>"])
def test_nothing_can_be_told_of_what_is_nothing(banc: Banc, octets: bytes) -> None:
    banc.demander(octets, nom=NOM)
    assert f", {NOM} : " in cite(banc).resume


def test_an_anomaly_marks_its_line(banc: Banc) -> None:
    racine = specimen("colocataires")
    poser(racine, "demande/demandeLogement/personnePhysique/demandeur/dateNaissance", "2030-01-01")
    banc.demander(racine, nom=NOM)
    vu = cite(banc)
    assert vu.lignes
    assert "2030-01-01" in vu.requete.split("\n")[vu.lignes[0] - 1]
