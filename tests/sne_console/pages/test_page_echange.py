"""One exchange on one page, what can be kept of it, and what can be done with it."""

import base64
import io
import json
import shlex
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import jsonschema
import pytest
from banc import FORMULAIRE, NS, Banc, Resultat, message, oter, poser, specimen
from har12 import SCHEMA
from lxml import etree, html
from navigateur import ENTETES

from sne_console.messages import envoi_et_rejeu
from sne_interface.domain.echange import Echange, VerdictEchange
from sne_interface.domain.nir import masquer_nir
from sne_sandbox.mime.message_deballe import unpack

HOSTILE = "<script>alert('x')</script>"
NIR = "2061299123456"


def numero_de(resultat: Resultat) -> int:
    """Id of the exchange of an answer."""
    assert resultat.echange.identifiant is not None
    return resultat.echange.identifiant


def prendre(banc: Banc, chemin: str) -> Any:
    """A download: a file of the API, which the page links."""
    reponse = banc.http.get(f"/api/v1/bases/{banc.nom}/exchanges/{chemin}", headers=ENTETES)
    assert reponse.status_code == 200, reponse.text
    assert chemin.endswith("har") or reponse.headers["Content-Disposition"].startswith("attachment; ")
    assert reponse.headers["X-Content-Type-Options"] == "nosniff"
    return reponse


def a_plat(arbre: Any) -> str:
    return " ".join(arbre.text_content().split())


# --- the page -----------------------------------------------------------------------------------------------


def test_an_accepted_exchange_shows_both_sides(banc: Banc, page: Callable[..., Any]) -> None:
    numero, _ = banc.creer_demande()
    arbre = page("/echanges/1")
    assert len(arbre.xpath("//section[contains(@class, 'cote')]")) == 2
    assert (
        arbre.xpath("//section[@aria-labelledby='t-reponse']//span[@class='texte']/text()").count(numero) == 1
    )
    texte = a_plat(arbre)
    for attendu in (
        "✓ accepté",
        "G1104",
        "getNumUnique (CRE, version",
        "T-02",
        "Enveloppe SOAP",
        "Pièces (2)",
    ):
        assert attendu in texte, attendu
    assert "— Appartement" in texte.replace("Appartement", "— Appartement", 1)
    assert arbre.xpath("//*[@class='libelle']/text()")


def test_each_anomaly_stands_beside_its_element(banc: Banc, page: Callable[..., Any]) -> None:
    _, racine = banc.creer_demande()
    banc.demander(message(racine, "CRE"))
    arbre = page("/echanges/2")
    (fautif,) = arbre.xpath("//summary[contains(@class, 'fautif')][.//span[@class='nom']='demandeur']")
    bulle = a_plat(fautif.getnext())
    assert "DOU001 bloquante" in bulle
    assert "Une demande existe déjà" in bulle
    assert "Remède" in bulle
    assert "Source :" in bulle
    (repere,) = arbre.xpath(
        "//li[@class='constat'][contains(., 'DOU001')]/p[@class='tete']/a[.='DOU001']/@href"
    )
    assert fautif.getparent().get("id") == repere[1:]


def test_an_anomaly_of_what_is_missing_stands_beside_the_nearest_above(
    banc: Banc, page: Callable[..., Any]
) -> None:
    banc.demander(specimen("personne_seule"))
    echange = banc.services.magasin.journal.lire(banc.nom, 1)
    absente = {"regle": "ENT012", "gravite": "bloquante", "message": "manque", "ligne": 0}
    for propriete in ("interfaceNuu/demande/rien/du/tout[3]", "ailleurs/rien"):
        echange.anomalies = [{**absente, "propriete": propriete}]
        banc.services.magasin.journal.consigner(None, echange)
    (fautif,) = page("/echanges/2").xpath("//summary[contains(@class, 'fautif')]")
    assert "demande" in fautif.text_content()
    arbre = page("/echanges/3")
    assert arbre.xpath("//*[contains(@class, 'fautif')]") == []
    assert "Manque." in a_plat(arbre.xpath("//*[@aria-labelledby='t-anomalies']")[0])


def test_a_document_that_its_schema_refuses_is_explained_in_place(
    banc: Banc, page: Callable[..., Any]
) -> None:
    racine = message(specimen("personne_seule"), "CRE")
    oter(racine, f"{FORMULAIRE}/numGuichet")
    banc.demander(etree.tostring(racine))
    arbre = page("/echanges/1")
    assert "L'élément obligatoire « numGuichet » manque." in a_plat(arbre)
    assert arbre.xpath("//*[contains(@class, 'fautif')]")
    assert arbre.xpath("//option/text()") == ["le premier refus du schéma"]


@pytest.mark.parametrize(
    ("content_type", "corps", "phrase"),
    [
        ("text/plain", b"bonjour <b>", "bonjour <b>"),
        ("", b"", "Aucun corps."),
        ("multipart/related", b"--x\r\n", "boundary"),
        ("application/soap+xml", b"\xff\xfe\x00\x01", "[contenu de 4 octets : non montré"),
        ("application/soap+xml", b"<a><b></a>", "<a><b></a>"),
        ("application/soap+xml", b'<?xml version="1.0" encoding="ISO-8859-1"?><a>\xe9t\xe9</a>', "été"),
    ],
)
def test_what_cannot_be_read_is_shown_as_it_is(
    banc: Banc, page: Callable[..., Any], content_type: str, corps: bytes, phrase: str
) -> None:
    banc.poster(corps, content_type, chemin=f"/bases/{banc.nom}/services/DemandeLogementImplService/")
    assert phrase in page("/echanges/1").text_content()


def test_hostile_texts_are_text_everywhere(banc: Banc, page: Callable[..., Any]) -> None:
    racine = message(specimen("personne_seule"), "CRE")
    for nom in racine.iter(f"{{{NS}}}nom"):
        nom.text = HOSTILE
    poser(racine, f"{FORMULAIRE}/refInterne", "<img src=x>")
    racine.set("versionInterface", '"><script>')
    banc.demander(racine)
    ligne = Echange(
        base=banc.nom,
        recu_le=datetime.now(UTC),
        verdict=VerdictEchange.FAULT,
        **dict.fromkeys(("methode", "chemin", "pair", "guichet", "operation", "type_fichier"), HOSTILE),
        en_tetes=[(HOSTILE, HOSTILE)],
        fault={"code": HOSTILE, "message": HOSTILE, "explication": HOSTILE},
        tolerances=[{"code": HOSTILE, "phrase": HOSTILE}],
        anomalies=[dict.fromkeys(("regle", "message", "propriete", "gravite"), HOSTILE)],
        panne={"genre": HOSTILE, "effet": HOSTILE, "parametres": {HOSTILE: HOSTILE}},
        trace=HOSTILE,
    )
    banc.services.magasin.journal.consigner(None, ligne)
    for chemin in ("/echanges/1", "/echanges/2", "/journal"):
        arbre = page(chemin)
        assert arbre.xpath("//script[not(@src)] | //img") == [], chemin
        assert HOSTILE in arbre.text_content() or chemin == "/journal"


def test_a_huge_document_is_bounded(banc: Banc, page: Callable[..., Any]) -> None:
    racine = message(specimen("personne_seule"), "CRE")
    bloc = racine.find(f".//{{{NS}}}demandeLogement")
    for _ in range(20_000):
        etree.SubElement(bloc, f"{{{NS}}}precision").text = "x" * 5
    etree.SubElement(bloc, f"{{{NS}}}precision").text = "y" * 100_000
    banc.demander(etree.tostring(racine))
    arbre = page("/echanges/1")
    assert len(arbre.xpath("//section[@aria-labelledby='t-requete']//span[@class='no']")) < 1700
    (reste,) = arbre.xpath("//p[@class='reste']/text()")
    assert "autres éléments\N{NO-BREAK SPACE}: téléchargez le document" in reste
    assert "y" * 1000 not in arbre.text_content()


def test_a_deep_document_costs_no_stack(banc: Banc) -> None:
    profond = b"<a>" * 200 + b"x" + b"</a>" * 200
    banc.poster(
        profond, "application/soap+xml", chemin=f"/bases/{banc.nom}/services/DemandeLogementImplService/"
    )
    reponse = banc.http.get(f"/console/{banc.nom}/echanges/1", headers=ENTETES)
    assert reponse.text.count('<details class="noeud"') == reponse.text.count("</div></details>")
    assert reponse.text.count('<details class="noeud"') > 199  # and those of the answer


def test_a_binary_piece_is_named_and_given_to_who_asks_for_it_raw(
    banc: Banc, page: Callable[..., Any]
) -> None:
    banc.creer_demande()
    (reponse,) = page("/echanges/1").xpath("//section[@aria-labelledby='t-reponse']")
    liens = reponse.xpath(".//a[contains(@href, '/parts/')]")
    pdf = liens[-1].get("href")
    assert "non montré" in banc.http.get(pdf.partition("?")[0], headers=ENTETES).text
    assert banc.http.get(pdf, headers=ENTETES).data.startswith(b"%PDF")


def test_a_refused_handshake_has_its_page(banc: Banc, page: Callable[..., Any]) -> None:
    ligne = Echange(
        base=banc.nom,
        recu_le=datetime.now(UTC),
        methode="TLS",
        fault={"code": "TLS", "message": "L'autorité est inconnue.", "explication": "détail"},
    )
    banc.services.magasin.journal.consigner(None, ligne)
    arbre = page("/echanges/1")
    assert "L'autorité est inconnue." in arbre.text_content()
    assert arbre.xpath("string(//p[@class='remede'])") == "Remède Détail."
    assert arbre.xpath("//form[contains(@action, 'rejouer')]") == []
    assert arbre.xpath("//pre[@aria-label='Commande curl']") == []
    # Nothing was sent: there is nothing to show, to download or to send again.
    titres = [" ".join(h2.text_content().split()) for h2 in arbre.xpath("//h2")]
    assert titres == ["✕ Connexion TLS refusée", "Pourquoi"]
    phrases = [li.text_content() for li in arbre.xpath("//figure[contains(@class, 'sequence')]//li")]
    assert phrases == ["La poignée de main TLS échoue\N{NO-BREAK SPACE}: L'autorité est inconnue."]


def test_a_document_that_is_no_xml_is_shown_line_by_line(banc: Banc, page: Callable[..., Any]) -> None:
    banc.demander(f"<a>\n  <nir>{NIR}</nir>\n  <b></a>".encode())
    arbre = page("/echanges/1")
    (texte,) = arbre.xpath("//pre[@aria-label='Document de la requête']/code/text()")
    assert texte.splitlines() == ["1  <a>", f"2    <nir>{masquer_nir(NIR)}</nir>", "3    <b></a>"]
    assert [a.get("href") for a in arbre.xpath("//a[.='Corriger et renvoyer']")] == [
        f"/console/{banc.nom}/composer/getNumUnique?echange=1"
    ]
    assert len(arbre.xpath("//a[.='le document seul']")) == 1  # of the request: the answer has none
    # The line at fault alone, among its neighbours.
    lignes = arbre.xpath("//ol[@class='lignes-citees']/li")
    assert [li.xpath("string(code)") for li in lignes] == [
        "<a>",
        f"  <nir>{masquer_nir(NIR)}</nir>",
        "  <b></a>",
    ]
    assert [li.get("class") for li in lignes] == [None, None, "fautive"]
    pourquoi = a_plat(arbre.xpath("//section[@aria-labelledby='t-fault']")[0])
    assert "la balise <b> ouverte ligne 3 n'est pas fermée" in pourquoi
    assert "Remède Fermez les balises" in pourquoi


def test_the_line_of_an_envelope_that_is_no_xml_is_shown(banc: Banc, page: Callable[..., Any]) -> None:
    chemin = f"/bases/{banc.nom}/services/DemandeLogementImplService/"
    banc.poster(b"<a>\n<b></a>", "application/soap+xml", chemin=chemin)
    banc.poster(b"<a>R & D</a>", "application/soap+xml", chemin=chemin)
    for identifiant, dite in ((1, "<b></a>"), (2, "<a>R & D</a>")):
        arbre = page(f"/echanges/{identifiant}")
        assert arbre.xpath("//li[@class='fautive']/code/text()") == [dite]
        assert "dans l'enveloppe" in arbre.xpath("string(//figcaption)")
    lu = banc.http.get(
        f"/console/{banc.nom}/echanges/1",
        headers={**ENTETES, "Authorization": f"Bearer {banc.app.extensions['acces'].lecture}"},
    )
    assert lu.status_code == 200


def test_a_tolerance_is_not_told_as_read_when_the_message_is_refused(
    banc: Banc, page: Callable[..., Any]
) -> None:
    for fault in (None, {"code": "Sender", "message": "Le document XML n'est pas lisible."}):
        banc.services.magasin.journal.consigner(
            None,
            Echange(
                base=banc.nom,
                recu_le=datetime.now(UTC),
                methode="POST",
                tolerances=[{"code": "T-27", "phrase": "x"}],
                fault=fault,
            ),
        )
    lu, refuse = (
        page(f"/echanges/{n}").xpath("string(//section[@aria-labelledby='t-tolerances'])") for n in (1, 2)
    )
    assert "T-27" in lu
    assert "T-27" in refuse
    assert "le lit quand même" in lu
    assert "le lit quand même" not in refuse


def test_neighbours_are_linked(banc: Banc, page: Callable[..., Any]) -> None:
    for _ in range(3):
        banc.relire("x")
    liens = page("/echanges/2").xpath("//div[@class='actions']/a/@href")
    assert liens == [f"/console/{banc.nom}/echanges/{n}" for n in (1, 3)]
    assert len(page("/echanges/1").xpath("//div[@class='actions']/a")) == 1
    assert len(page("/echanges/3").xpath("//div[@class='actions']/a")) == 1


def test_a_panne_that_was_played_is_told(banc: Banc, page: Callable[..., Any]) -> None:
    ligne = Echange(
        base=banc.nom,
        recu_le=datetime.now(UTC),
        methode="POST",
        panne={"id": 1, "genre": "html_502", "effet": "la base ne change pas", "parametres": {}},
    )
    banc.services.magasin.journal.consigner(None, ligne)
    texte = a_plat(page("/echanges/1"))
    assert "Panne jouée :" in texte
    assert "Page 502 d'une passerelle Le client a reçu une page HTML" in texte
    assert "html_502 · la base" in texte
    assert "la base ne change pas" in texte
    assert "Page 502 d'une passerelle" in a_plat(page("/journal"))


# --- in one screen ------------------------------------------------------------------------------------------


def test_what_blocks_comes_first_and_is_counted_apart(banc: Banc, page: Callable[..., Any]) -> None:
    """Each remark leads to Composer by its rank in the list that the journal holds, not by its place here."""
    racine = message(specimen("personne_seule"), "CRE")
    banc.demander(racine)
    poser(racine, f"{FORMULAIRE}/personnePhysique/demandeur/dateNaissance", "2091-09-14")
    banc.demander(racine)
    echange = banc.services.magasin.journal.lire(banc.nom, 2)
    regles = [(a["regle"], a["gravite"]) for a in echange.anomalies]
    rang = regles.index(("IDT002", "bloquante"))
    assert ("ENT012", "avertissement") in regles[:rang], "a warning comes first in the journal"
    arbre = page("/echanges/2")
    titres = [" ".join(h2.text_content().split()) for h2 in arbre.xpath("//h2")]
    assert titres[:3] == [
        "✕ Refusé par les contrôles",
        f"Ce qui bloque ({sum(g == 'bloquante' for _, g in regles)})",
        f"Avertissements ({sum(g == 'avertissement' for _, g in regles)})",
    ]
    (constat,) = arbre.xpath("//section[@aria-labelledby='t-anomalies']//li[contains(., 'IDT002')]")
    assert constat.xpath("string(.//span[@class='lieu'])").startswith("demandeur/dateNaissance, ligne")
    assert constat.xpath(".//span[@class='lieu']/@title") == [
        f"interfaceNuu/{FORMULAIRE}/personnePhysique/demandeur/dateNaissance"
    ]
    assert constat.xpath(".//p[@class='remede']")
    assert constat.xpath(".//a[starts-with(., 'Corriger')]/@href") == [
        f"/console/{banc.nom}/composer/getNumUnique?echange=2&remarque={rang}"
    ]
    # What blocks is reduced first.
    assert arbre.xpath("//select[@id='cible']/option/@value")[0] == "IDT002"


def test_the_document_is_folded_to_what_is_at_fault(banc: Banc, page: Callable[..., Any]) -> None:
    racine = message(specimen("personne_seule"), "CRE")
    poser(racine, f"{FORMULAIRE}/personnePhysique/demandeur/dateNaissance", "2091-09-14")
    banc.demander(racine)
    plie, entier = page("/echanges/1"), page("/echanges/1?document=entier")
    ouverts = "//*[@aria-label='Document de la requête']//details[@class='noeud'][@open]"
    noms = f"{ouverts}/summary//span[@class='nom']/text()"
    assert [*dict.fromkeys(plie.xpath(noms))] == [
        "interfaceNuu", "demande", "demandeLogement", "personnePhysique", "demandeur",
    ]  # fmt: skip
    assert len(entier.xpath(noms)) > 15
    (lien,) = plie.xpath("//a[@data-deplier]")
    assert (lien.text, lien.get("href")) == (
        "Tout déplier", f"/console/{banc.nom}/echanges/1?document=entier#t-requete",
    )  # fmt: skip


def test_what_the_sne_changed_is_a_difference(banc: Banc, page: Callable[..., Any]) -> None:
    numero, _ = banc.creer_demande()
    (tableau,) = page("/echanges/1").xpath("//section[@aria-labelledby='t-differences']//tbody")
    lignes = {
        ligne.xpath("normalize-space(th)").split(" ", 1)[1]: [a_plat(td) for td in ligne.xpath("td")]
        for ligne in tableau.xpath("tr")
    }
    assert lignes["demandeLogement/numUnique ajouté"] == ["—", numero]
    assert lignes["entete/typeFichier changé"] == ["CRE", "RET"]


def test_who_spoke_to_whom_is_drawn_and_told(banc: Banc, page: Callable[..., Any]) -> None:
    banc.creer_demande()
    arbre = page("/echanges/1")
    (figure,) = arbre.xpath("//figure[contains(@class, 'sequence')]")
    (svg,) = figure.xpath("svg")
    dits = [figure.xpath(f"string(//*[@id='{nom}'])") for nom in svg.get("aria-labelledby").split()]
    assert dits[0] == "Qui a parlé à qui : Accepté"
    etapes = [a_plat(li) for li in figure.xpath(".//li")]
    assert etapes[0].startswith("Le guichet envoie getNumUnique CRE")
    assert etapes[1].startswith("Le SNE : accepté, en ")
    assert etapes[-1].startswith("Le guichet reçoit HTTP 200")
    assert all(etape.split(".")[0] in " ".join(dits[1].split()) for etape in etapes)


def test_what_nobody_sent_is_a_fact(banc: Banc, page: Callable[..., Any]) -> None:
    """« accepté » is no word for a night that radiates."""
    for methode, phrase in (("NUIT", "Nuit du 2 mai : 1 demande radiée."), ("REMISE", "La base est remise.")):
        ligne = Echange(
            base=banc.nom,
            recu_le=datetime.now(UTC),
            methode=methode,
            chemin=phrase,
            verdict=VerdictEchange.ACCEPTE,
        )
        banc.services.magasin.journal.consigner(None, ligne)
    for identifiant, dits in (
        (1, ("Nuit passée", "1 demande radiée")),
        (2, ("Base remise en état", "remise")),
    ):
        principal = page(f"/echanges/{identifiant}").xpath("//main")[0]
        texte = a_plat(principal)
        assert "accepté" not in texte
        assert all(dit in texte for dit in dits)
        assert principal.xpath("//figure") == []


# --- two of them --------------------------------------------------------------------------------------------


def test_two_exchanges_are_compared(banc: Banc, page: Callable[..., Any]) -> None:
    racine = message(specimen("personne_seule"), "CRE")
    poser(racine, f"{FORMULAIRE}/personnePhysique/demandeur/dateNaissance", "2091-09-14")
    banc.demander(racine)
    poser(racine, f"{FORMULAIRE}/personnePhysique/demandeur/dateNaissance", "1991-09-14")
    banc.demander(racine)
    assert page("/echanges/2").xpath("//a[starts-with(., 'Avec le n°')]/@href") == [
        f"/console/{banc.nom}/echanges/comparer?a=1&b=2"
    ]
    arbre = page("/echanges/comparer?a=1&b=2")
    verdicts = [" ".join(h2.text_content().split()) for h2 in arbre.xpath("//div[@class='cote-a-cote']//h2")]
    assert verdicts == ["✕ Refusé par les contrôles", "✓ Accepté"]
    assert arbre.xpath("//h3[starts-with(., 'Parties')]/following-sibling::ul[1]//a/text()") == ["IDT002"]
    (ligne,) = arbre.xpath("//section[@aria-labelledby='t-document-1']//tbody/tr")
    assert a_plat(ligne) == "± demandeur/dateNaissance changé 2091-09-14 1991-09-14"


def test_what_is_compared_is_masked_and_found(banc: Banc, page: Callable[..., Any]) -> None:
    racine = message(specimen("personne_seule_nir"), "CRE")
    nir = next(e for e in racine.iter(f"{{{NS}}}nir"))
    banc.demander(racine)
    ancien, nir.text = nir.text, "206127511100564"
    banc.demander(racine)
    texte = html.tostring(page("/echanges/comparer?a=1&b=2"), encoding="unicode")
    assert "demandeur/nir" in texte
    assert ancien not in texte
    assert nir.text not in texte
    page("/echanges/comparer?a=1&b=9", statut=404)
    assert "avec le n°" in page("/echanges/comparer").text_content()
    assert "avec le n°" in page("/echanges/comparer?a=x&b=2").text_content()


@pytest.mark.parametrize("paire", [(1, 2), (2, 3), (3, 4), (4, 4)])
def test_any_two_are_compared(banc: Banc, page: Callable[..., Any], paire: tuple[int, int]) -> None:
    """What has no document, or is no message at all, is compared for what it has."""
    banc.demander(b"<a><b></a>")
    banc.relire("x")
    banc.services.magasin.journal.consigner(
        None, Echange(base=banc.nom, recu_le=datetime.now(UTC), methode="NUIT", chemin="Nuit.",
                      verdict=VerdictEchange.ACCEPTE),
    )  # fmt: skip
    banc.demander(specimen("personne_seule"))
    arbre = page("/echanges/comparer?a={}&b={}".format(*paire))
    assert len(arbre.xpath("//section[contains(@class, 'vecu')]")) == 2
    assert arbre.xpath("//*[@role='alert']") == []


# --- NIR ----------------------------------------------------------------------------------------------------


@pytest.fixture
def avec_nir(banc: Banc) -> tuple[Banc, str]:
    """A bench that was sent a NIR, and this NIR."""
    racine = message(specimen("personne_seule_nir"), "CRE")
    nir = next(e.text for e in racine.iter(f"{{{NS}}}nir"))
    banc.demander(racine)
    banc.demander(racine, forme=None)  # in base64, in line
    return banc, nir


def test_a_nir_is_masked_on_the_page_and_in_what_is_kept(
    avec_nir: tuple[Banc, str], page: Callable[..., Any]
) -> None:
    banc, nir = avec_nir
    for n in (1, 2):
        texte = page(f"/echanges/{n}").text_content()
        assert nir not in texte
        assert nir[:3] + "*" * 5 in texte
        for chemin in ("request", "response", "request/document", "request/parts/0", "har"):
            octets = prendre(banc, f"{n}/{chemin}").data
            assert nir.encode() not in octets, chemin
    enveloppe = etree.fromstring(prendre(banc, "2/request").data)
    (document,) = [e.text for e in enveloppe.iter("fichierDemande")]
    assert document == "[base64 : non montré, il porte un NIR]"


def test_an_archive_is_named_and_not_shown(banc: Banc, page: Callable[..., Any]) -> None:
    contenu = io.BytesIO()
    with zipfile.ZipFile(contenu, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.xml", "<nir>2061275</nir>")
        archive.writestr("b.txt", "rien")
    for octets, noms in (
        (contenu.getvalue(), ["a.xml", "b.txt"]),
        (b"PK\x03\x04", []),
        (b"PK\x03\x04" + b"\0" * 500, []),
    ):
        resultat = banc.appeler(
            "getDemandeLogement",
            {"numUnique": "x", "nomCertificat": "CERG1226-201803151200.pem", "certificat": octets},
        )
        n = numero_de(resultat)
        assert "octets : non montré" in prendre(banc, f"{n}/request/parts/0").text
        lu = prendre(banc, f"{n}/request").data
        assert octets not in lu
        assert base64.b64encode(octets)[:-4] not in lu
        pieces = page(f"/echanges/{n}").xpath("//details[summary[starts-with(., 'Pièces')]]")[0]
        assert pieces.xpath(".//li/code/text()") == noms


# --- to keep ------------------------------------------------------------------------------------------------


def test_what_is_kept_is_what_travelled(banc: Banc) -> None:
    resultat = banc.demander(specimen("personne_seule"))
    assert prendre(banc, "1/request").data == resultat.echange.requete
    assert prendre(banc, "1/response?brut=oui").data == resultat.echange.reponse
    assert prendre(banc, "1/response/document").data == resultat.octets
    racine = etree.fromstring(prendre(banc, "1/request/document").data)
    assert etree.QName(racine).localname == "interfaceNuu"


@pytest.mark.parametrize("chemin", ["9", "0", "99999999999999999999"])
def test_what_is_not_there_is_not_found(banc: Banc, page: Callable[..., Any], chemin: str) -> None:
    banc.relire("x")
    page(f"/echanges/{chemin}", statut=404)


@pytest.mark.parametrize("chemin", ["9/har", "1/request/parts/9", "1/response/document", "1/autre"])
def test_a_file_that_is_not_there_is_not_found(banc: Banc, chemin: str) -> None:
    banc.relire("x")
    assert banc.http.get(f"/api/v1/bases/{banc.nom}/exchanges/{chemin}", headers=ENTETES).status_code == 404


def test_an_exchange_of_another_base_is_not_found(
    nouvelle_base: Callable[..., Banc], banc: Banc, page: Callable[..., Any]
) -> None:
    nouvelle_base().relire("x")
    page("/echanges/1", statut=404)


def test_the_curl_command_sends_the_same(banc: Banc, page: Callable[..., Any]) -> None:
    banc.demander(specimen("personne_seule"))
    (commande,) = page("/echanges/1").xpath("//pre[@aria-label='Commande curl']/code/text()")
    mots = shlex.split(commande.replace("\\\n", " "))
    assert mots[0] == "curl"
    assert mots[mots.index("--data-binary") + 1] == "@echange-1-request.bin"
    assert mots[-1] == f"http://127.0.0.1:8080/bases/{banc.nom}/services/DemandeLogementImplService/"
    en_tete = mots[mots.index("-H") + 1]
    assert en_tete.startswith("Content-Type: multipart/related")
    ouvert = unpack(en_tete.partition(": ")[2], prendre(banc, "1/request").data, taille_max=10**8)
    assert len(ouvert.parties) == 2


def test_the_archive_is_a_har(banc: Banc) -> None:
    banc.demander(specimen("personne_seule"))
    journal = json.loads(prendre(banc, "1/har").data)["log"]
    assert journal["version"] == "1.2"
    (entree,) = journal["entries"]
    assert entree["request"]["method"] == "POST"
    assert entree["request"]["postData"]["mimeType"].startswith("multipart/related")
    assert "interfaceNuu" in entree["request"]["postData"]["text"]
    assert entree["response"]["status"] == 200
    assert "octets : non montré" in entree["response"]["content"]["text"]


def test_a_body_that_is_no_text_is_base64_in_the_archive(banc: Banc) -> None:
    banc.poster(b"\xff\xfe", "x/y", chemin=f"/bases/{banc.nom}/services/DemandeLogementImplService/")
    (entree,) = json.loads(prendre(banc, "1/har").data)["log"]["entries"]
    envoi = entree["request"]["postData"]
    assert (envoi["_encoding"], base64.b64decode(envoi["text"])) == ("base64", b"\xff\xfe")


def test_archives_fit_har_1_2(banc: Banc) -> None:
    chemin = f"/bases/{banc.nom}/services/DemandeLogementImplService/"
    banc.demander(specimen("personne_seule"))
    banc.poster(b"\xff\xfe", "x/y", chemin=f"{chemin}?a=1&b=")
    banc.http.delete(chemin)
    for identifiant in (1, 2, 3):
        jsonschema.validate(json.loads(prendre(banc, f"{identifiant}/har").data), SCHEMA)


def test_what_is_no_request_has_no_archive(banc: Banc, page: Callable[..., Any]) -> None:
    nuit = Echange(base=banc.nom, recu_le=datetime.now(UTC), methode="NUIT", verdict=VerdictEchange.ACCEPTE)
    banc.services.magasin.journal.consigner(None, nuit)
    assert page("/echanges/1").xpath("//a[contains(@href, '/har')]") == []
    page("/echanges/1/har", statut=404)


def test_what_came_by_a_relay_is_not_replayed(
    banc: Banc, page: Callable[..., Any], envoyer: Callable[..., Any]
) -> None:
    banc.relire("x")
    (echange,) = banc.journal()
    echange.identifiant, echange.chemin = None, "/services/DemandeLogementImplService/"
    banc.services.magasin.journal.consigner(None, echange)
    arbre = page("/echanges/2")
    assert "est passé par un relais" in arbre.text_content()
    assert arbre.xpath("//form[contains(@action, 'rejouer')] | //pre[@aria-label='Commande curl']") == []
    assert "« Rejouer » renvoie" not in arbre.text_content()  # there is no such button
    assert envoyer("/echanges/2/rejouer", depuis="/echanges/1").status_code == 422
    refus = banc.api("POST", f"/bases/{banc.nom}/exchanges/2/replay")
    assert (refus.status_code, "relais" in refus.json["detail"]) == (422, True)


def test_the_curl_command_says_what_it_lacks(banc: Banc, page: Callable[..., Any]) -> None:
    banc.demander(message(specimen("personne_seule_nir"), "CRE"))
    banc.demander(specimen("personne_seule"))
    assert "son NIR masqué" in page("/echanges/1").text_content()
    assert "son NIR masqué" not in page("/echanges/2").text_content()
    assert "--cacert" not in page("/echanges/2").text_content()
    reponse = banc.http.get(
        f"/console/{banc.nom}/echanges/2", headers=ENTETES, environ_overrides={"wsgi.url_scheme": "https"}
    )
    assert "--cacert ca.pem" in reponse.text
    assert "pki issue --guichet" in reponse.text


# --- to do --------------------------------------------------------------------------------------------------


def test_a_replay_sends_the_same_bytes_and_shows_the_new_exchange(
    banc: Banc, page: Callable[..., Any], envoyer: Callable[..., Any]
) -> None:
    banc.demander(specimen("personne_seule"))
    reponse = envoyer("/echanges/1/rejouer", depuis="/echanges/1")
    assert (reponse.status_code, reponse.location) == (303, f"/console/{banc.nom}/echanges/2")
    premier, second = (banc.services.magasin.journal.lire(banc.nom, n) for n in (1, 2))
    assert second.requete == premier.requete
    assert second.verdict == "anomalies"  # it is known by now
    texte = a_plat(page("/echanges/2"))
    assert "Le message de l'échange n° 1 est reparti : refusé par les contrôles." in texte
    assert "Rejeude l'échange 1" in texte
    assert "est reparti" not in a_plat(page("/echanges/2"))


def test_what_was_refused_is_replayed_too(banc: Banc, envoyer: Callable[..., Any]) -> None:
    banc.poster(b"\xff", "é", chemin=f"/bases/{banc.nom}/services/DemandeLogementImplService/?a=%C3%A9")
    assert envoyer("/echanges/1/rejouer", depuis="/echanges/1").status_code == 303
    premier, second = (banc.services.magasin.journal.lire(banc.nom, n) for n in (1, 2))
    assert (second.chemin, second.requete, second.fault) == (premier.chemin, premier.requete, premier.fault)


def test_what_is_no_request_is_not_replayed(banc: Banc, envoyer: Callable[..., Any]) -> None:
    banc.relire("x")
    banc.services.magasin.journal.consigner(
        None, Echange(base=banc.nom, recu_le=datetime.now(UTC), methode="TLS")
    )
    assert envoyer("/echanges/2/rejouer", depuis="/echanges/1").status_code == 422
    assert len(banc.journal()) == 2


def test_a_reduction_is_the_smallest_that_still_raises(
    banc: Banc, envoyer: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(envoi_et_rejeu, "REDUCTION_MAX", 120.0)
    _, racine = banc.creer_demande()
    banc.demander(message(racine, "CRE"))
    avant = banc.compter()
    reponse = envoyer("/echanges/2/reduire", depuis="/echanges/2", cible="DOU001")
    assert reponse.status_code == 200, reponse.text
    assert "Aucune branche ne peut plus partir seule" in reponse.text
    (texte,) = html.fromstring(reponse.text).xpath("//pre[@aria-label='Document réduit']/code/text()")
    reduit = etree.fromstring(texte.encode())
    assert sum(1 for _ in reduit.iter()) < sum(1 for _ in racine.iter())
    assert (banc.compter(), len(banc.journal())) == (avant, 2)
    assert "DOU001" in banc.demander(reduit).anomalies


def test_a_refusal_by_the_schema_is_reduced(
    banc: Banc, envoyer: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(envoi_et_rejeu, "REDUCTION_MAX", 120.0)
    racine = message(specimen("personne_seule"), "CRE")
    oter(racine, f"{FORMULAIRE}/numGuichet")
    banc.demander(etree.tostring(racine))
    reponse = envoyer("/echanges/1/reduire", depuis="/echanges/1", cible="structure")
    assert reponse.status_code == 200
    assert "Le schéma le refuse encore pour la même raison" in reponse.text


def test_a_reduction_stops_when_its_time_is_up(
    banc: Banc, envoyer: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(envoi_et_rejeu, "REDUCTION_MAX", -1.0)
    _, racine = banc.creer_demande()
    banc.demander(message(racine, "CRE"))
    reponse = envoyer("/echanges/2/reduire", depuis="/echanges/2", cible="DOU001")
    assert "Le temps imparti est écoulé" in reponse.text


def test_what_is_not_raised_any_more_is_said(banc: Banc, envoyer: Callable[..., Any]) -> None:
    _, racine = banc.creer_demande()
    banc.demander(message(racine, "CRE"))
    banc.api("POST", f"/bases/{banc.nom}/reset", {"portee": "etat"})
    reponse = envoyer("/echanges/2/reduire", depuis="/echanges/2", cible="DOU001")
    assert reponse.status_code == 422
    assert "ne soulève plus [DOU001]" in reponse.text


@pytest.mark.parametrize("cible", ["", "ENT001", "structure", HOSTILE])
def test_a_target_that_is_none_is_refused(banc: Banc, envoyer: Callable[..., Any], cible: str) -> None:
    banc.creer_demande()
    assert envoyer("/echanges/1/reduire", depuis="/echanges/1", cible=cible).status_code == 422


def test_what_the_schema_quotes_is_masked(banc: Banc, page: Callable[..., Any]) -> None:
    racine = specimen("personne_seule")
    poser(racine, "entete/typeFichier", "206127511100564")
    banc.demander(etree.tostring(racine))
    vue = html.tostring(page("/echanges/1"), encoding="unicode")
    assert "206127511100564" not in vue
    assert "La valeur [206************]" in vue
