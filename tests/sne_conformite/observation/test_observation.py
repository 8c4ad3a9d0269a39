"""An exchange read for the judges: everything that can be read, and never an exception."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from banc import Banc, message, poser, specimen, texte
from lxml import etree

from sne_conformite.bilan.trafic_juge import parcourir
from sne_conformite.juges import juger
from sne_conformite.juges.juge import fault_de
from sne_conformite.observation.observation import Observation, citer
from sne_conformite.rapports.rapport import EchangeCite
from sne_interface.domain.echange import Echange, Piece, VerdictEchange
from sne_interface.domain.panne import PanneDefinition
from sne_sandbox.bases import pannes
from sne_sandbox.soap.requete_soap_ecrite import Forme

PROPRIETES = sorted(
    nom for nom, valeur in vars(Observation).items() if not nom.startswith("_") and nom != "a_regle"
)


def vues(banc: Banc) -> list[Observation]:
    """What the bench's base saw, oldest first."""
    contrat = banc.services.contrat
    return [Observation(echange, contrat) for echange in parcourir(banc.services.magasin.journal, banc.nom)]


@pytest.mark.parametrize("forme", [Forme.CLIENT_REEL, Forme.NETTE, None], ids=["mtom", "nette", "simple"])
def test_une_creation(banc: Banc, forme: Forme | None) -> None:
    """The same whatever the packaging."""
    racine = specimen("personne_seule")
    octets = etree.tostring(racine, encoding="UTF-8")
    numero = banc.demander(racine, forme=forme).numero
    (vue,) = vues(banc)

    assert vue.operation == "getNumUnique"
    assert vue.soap
    assert vue.acceptee
    assert vue.nom_fichier == "DEMG1104-201803151200-000000.xml"
    assert vue.octets_document == octets
    assert vue.type_fichier == "CRE"
    assert vue.numero is None
    assert vue.numero_rendu == numero
    assert vue.document is not None
    assert vue.document.texte_de("demande/demandeLogement/numGuichet") == "G1104"
    assert vue.guichet == texte(racine, "demande/demandeLogement/numGuichet")
    assert vue.reponse_document is not None
    assert isinstance(vue.champs["fichierDemande"], Piece)
    assert list(vue.champs) == ["nomFichierDemande", "fichierDemande", "nomCertificat", "certificat"]


def test_un_refus(banc: Banc) -> None:
    racine = specimen("personne_seule")
    banc.demander(racine, nom="x.xml")
    (vue,) = vues(banc)

    assert vue.refusee
    assert not vue.acceptee
    assert vue.bloquantes == ["ENT004"]
    assert vue.a_regle("XXX001", "ENT004") is not None
    assert vue.a_regle("XXX001") is None
    assert vue.numero_rendu is None


def test_ce_qui_ne_se_lit_pas_est_refuse_aussi(banc: Banc) -> None:
    """SOAP 1.1, no message at all, another method: refused before any control."""
    chemin = f"/bases/{banc.nom}/services/DemandeLogementImplService/"
    soap11 = b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body/></e:Envelope>'
    banc.poster(soap11, "text/xml", chemin=chemin)
    banc.poster(b"<a", "application/soap+xml", chemin=chemin)
    banc.http.put(chemin, data=b"x")
    version, illisible, methode = vues(banc)

    assert (version.echange.fault or {})["code"] == "VersionMismatch"
    assert (illisible.echange.verdict, methode.echange.verdict) == (
        VerdictEchange.FAULT,
        VerdictEchange.REFUS,
    )
    assert (version.refusee, illisible.refusee, methode.refusee) == (True, True, True)


def test_une_consultation(banc: Banc) -> None:
    """The number is a field; there is no document."""
    numero, _ = banc.creer_demande()
    banc.relire(numero)
    vue = vues(banc)[1]

    assert (vue.operation, vue.numero, vue.document, vue.nom_fichier) == (
        "getDemandeLogement",
        numero,
        None,
        None,
    )


@pytest.mark.parametrize(
    ("genre", "lisible"), [("delai", True), ("reponse_perdue", False), ("html_503", False)]
)
def test_une_panne(banc: Banc, genre: str, lisible: bool) -> None:
    pannes.armer(banc.services.magasin, banc.nom, PanneDefinition(genre=genre))
    banc.demander(specimen("personne_seule"))
    (vue,) = vues(banc)

    assert vue.panne == genre
    assert vue.lisible is lisible
    assert not vue.refusee


@pytest.mark.parametrize("perdue", [False, True])
def test_une_reponse_non_remise(banc: Banc, perdue: bool) -> None:
    """Neither a registration nor a refusal is known to an application that did not get the answer."""
    banc.demander(specimen("personne_seule"))
    banc.relire("0620318999999G1226")
    if perdue:
        for identifiant in (1, 2):
            banc.services.echanges.non_remise(banc.nom, identifiant, "le client était parti")
    acceptee, refusee = vues(banc)

    assert (acceptee.lisible, refusee.lisible) == (not perdue, not perdue)
    assert refusee.refusee is not perdue
    assert acceptee.acceptee
    assert (fault_de(refusee) is None) is perdue
    assert acceptee.echange.non_remise == ("le client était parti" if perdue else "")


def test_l_empreinte_du_fond_ignore_la_forme(banc: Banc) -> None:
    """Header and layout are not what a document says."""
    racine = specimen("personne_seule")
    banc.demander(racine)
    etree.indent(racine)
    racine[0][1].text = "2018-03-15T11:00:00.000+01:00"
    banc.demander(racine)
    une, autre = vues(banc)

    assert une.empreinte != autre.empreinte
    assert une.empreinte_du_fond == autre.empreinte_du_fond


@pytest.mark.parametrize(
    ("content_type", "requete"),
    [
        ("", b""),
        ("text/xml", b"\xff\xfe<"),
        ("multipart/related; boundary=x", b"--x\r\n\r\n<a/>\r\n--x--"),
        ("multipart/related", b"--x"),
        ("application/soap+xml", b"<a/>"),
        (
            "application/soap+xml",
            b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><numUniqueParametres>'
            b"<fichierDemande>%%%</fichierDemande></numUniqueParametres></s:Body></s:Envelope>",
        ),
    ],
)
@pytest.mark.parametrize("methode", ["POST", "PUT", "TLS", "NUIT", "FICHIER"])
def test_rien_ne_leve(banc: Banc, content_type: str, requete: bytes, methode: str) -> None:
    """Whatever the bytes, whatever the line."""
    echange = Echange(
        base=banc.nom,
        recu_le=datetime.now(UTC),
        methode=methode,
        chemin="guichets/G1104/inbox/x",
        service="DemandeLogementImplService",
        verdict=VerdictEchange.FAULT,
        en_tetes=[("content-TYPE", content_type)],
        requete=requete,
        reponse=requete,
    )
    vue = Observation(echange, banc.services.contrat)

    for nom in PROPRIETES:
        getattr(vue, nom)
    assert vue.numero_rendu is None


NOM = "DEMG1226-201803151200-000042.xml"


def vue(banc: Banc) -> Observation:
    *_, echange = parcourir(banc.services.magasin.journal, banc.nom)
    return Observation(echange, banc.services.contrat)


def cite(banc: Banc) -> EchangeCite:
    return citer(vue(banc))


@pytest.mark.parametrize(
    "champs",
    [{"methode": "NUIT"}, {"methode": "TLS", "operation": None}, {"methode": "GET"}, {"service": None},
     {"methode": "OPTIONS", "operation": None}, {"service": None, "operation": None}],
)  # fmt: skip
def test_a_call_hides_in_no_other_line(banc: Banc, champs: dict[str, Any]) -> None:
    """What the server leaves of a night, a state put back, a page asked for or a lost call is none."""
    banc.demander(specimen("personne_seule"))
    (avant,) = vues(banc)
    corps, chemin = avant.echange.requete, avant.echange.chemin
    for methode, ou in (("GET", chemin), ("POST", "/"), ("POST", f"/bases/{banc.nom}/x")):
        en_tetes = {"Host": "127.0.0.1:8080", "Content-Type": "application/soap+xml"}
        banc.http.open(ou, method=methode, data=corps, headers=en_tetes)
    banc.api("POST", f"/bases/{banc.nom}/reset", {"portee": "etat"})
    parcourus = vues(banc)
    assert {(v.echange.methode, v.echange.service) for v in parcourus} >= {("POST", None), ("REMISE", None)}
    assert [v.echange.chemin for v in parcourus if v.cache_un_appel] == []
    assert Observation(replace(avant.echange, **champs), banc.services.contrat).cache_un_appel


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
    (constat,) = (c for c in juger(vue(banc)) if c.exigence == "EMB-09")
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
