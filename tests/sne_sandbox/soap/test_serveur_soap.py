"""Whole exchanges, from raw bytes to raw bytes."""

import base64
import gc
import threading
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
import requests
import zeep
from lxml import etree
from zeep.transports import Transport

from sne_interface.contract.contrats_charges import ChampLu
from sne_interface.domain.base import Base
from sne_interface.domain.echange import Piece, Reponse, RequeteHttp, VerdictEchange
from sne_interface.errors import (
    ERREUR_INATTENDUE,
    ContractError,
    ErreurInterne,
    NumeroInconnu,
    StructureIncorrecte,
)
from sne_interface.settings import Limites, Reglages
from sne_sandbox.mime.message_deballe import unpack
from sne_sandbox.mime.message_mime import Packaging, Part, pack
from sne_sandbox.pki.identite_du_certificat import Identite
from sne_sandbox.soap.envelope import SOAP12, XOP
from sne_sandbox.soap.serveur_soap import RACINES, Emballage, ServeurSoap, joindre
from sne_sandbox.web.services_soap import servir_le_contrat


def test_requete_du_client_reel_octet_pour_octet(banc, messages):
    content_type, corps = messages.client_reel()
    resultat = banc.envoyer(corps, content_type)
    assert resultat.reponse.statut == 200
    (appel,) = resultat.appels
    assert appel.operation == "getNumUnique"
    assert appel.champs["fichierDemande"] == Piece(messages.document, "text/xml")
    assert appel.champs["certificat"] == Piece(b"", "application/x-x509-ca-cert")
    assert appel.texte("nomCertificat") == "CERG1226-201803151654.pem"
    assert "complet" not in appel.champs


def test_question_simple_reponse_simple(banc, messages):
    resultat = banc.envoyer(messages.xml_num_unique())
    assert resultat.content_type == "application/soap+xml; charset=utf-8"
    attendu = messages.enveloppe(
        "<ws:numUniqueReponse>"
        "<nomFichierDemande>RETG1226-201803151654-000000.xml</nomFichierDemande>"
        f'<fichierDemande ws:contentType="text/xml">{base64.b64encode(messages.document).decode()}'
        "</fichierDemande>"
        "<nomAttestation>ATTG1226-201803151654-012345.pdf</nomAttestation>"
        f'<attestation ws:contentType="application/pdf">{base64.b64encode(messages.pdf).decode()}'
        "</attestation></ws:numUniqueReponse>"
    )
    recu = resultat.racine()[0][0]
    voulu = etree.fromstring(attendu)[1][0]
    assert [(e.tag, dict(e.attrib), e.text) for e in recu.iter()] == [
        (e.tag, dict(e.attrib), e.text) for e in voulu.iter()
    ]


def test_reponse_est_une_enveloppe_soap_12_declaree_en_utf8(banc, messages):
    resultat = banc.envoyer(messages.xml_num_unique())
    assert resultat.reponse.corps.startswith(b'<?xml version="1.0" encoding="UTF-8"?>')
    racine = resultat.racine()
    assert racine.tag == f"{{{messages.soap12}}}Envelope"
    assert [e.tag for e in racine] == [f"{{{messages.soap12}}}Body"]
    assert racine[0][0].tag == f"{{{messages.ws}}}numUniqueReponse"


def test_question_mtom_reponse_mtom_pieces_en_parties(banc, messages):
    content_type, corps = messages.client_reel()
    resultat = banc.envoyer(corps, content_type)
    debut, _, limite = resultat.content_type.partition(" boundary=")
    assert debut == (
        'multipart/related; type="application/xop+xml"; start="<root.message@sne-sandbox>"; '
        'start-info="application/soap+xml";'
    )
    assert limite.startswith('"sne-')
    message = unpack(resultat.content_type, resultat.reponse.corps, taille_max=10**6)
    assert message.tolerances == ()
    hrefs = [e.get("href") for e in resultat.racine().iter(f"{{{messages.xop}}}Include")]
    parties = [message.partie(href) for href in hrefs]
    assert [(p.content_type, p.encodage, p.contenu) for p in parties] == [
        ("text/xml; charset=UTF-8", "binary", messages.document),
        ("application/pdf", "binary", messages.pdf),
    ]


def test_le_document_de_la_reponse_est_lisible_comme_texte(banc, messages):
    # A client in the field cuts the answer as text: the payload stands in it un-encoded.
    content_type, corps = messages.client_reel()
    texte = banc.envoyer(corps, content_type).reponse.corps.decode("utf-8")
    assert messages.document.decode("utf-8") in texte


def test_zip_reste_en_base64_dans_une_reponse_mtom(banc, messages):
    archive = b"PK\x05\x06" + bytes(18)
    banc.reponses["getDemandesRadieesDepuisLe"] = Reponse(
        {
            "nomFichierDemandesRadiees": "RADG1226-201803151654.zip",
            "fichierDemandesRadiees": Piece(archive, "application/zip"),
        }
    )
    body = (
        "<ws:demandesRadieesDepuisLeParametres><dateRadiationDepuisLe>2018-03-01T00:00:00</dateRadiationDepuisLe>"
        '<motifRadiation code="ATT"/><nomCertificat/><certificat/></ws:demandesRadieesDepuisLeParametres>'
    )
    content_type, corps = pack(messages.enveloppe(body), [], boundary="b")
    resultat = banc.envoyer(corps, content_type)
    fichier = resultat.racine().find(".//fichierDemandesRadiees")
    assert base64.b64decode(fichier.text) == archive
    assert fichier.get(f"{{{messages.ws}}}contentType") == "application/zip"
    assert resultat.appels[0].champs["motifRadiation"] == "ATT"
    assert unpack(resultat.content_type, resultat.reponse.corps, taille_max=10**6).parties == ()


def test_reponse_sans_champ(banc, messages):
    banc.reponses["getDoublons"] = Reponse({})
    body = (
        "<ws:rechercheDoublonsParametres><nomFichierDemande>x</nomFichierDemande><fichierDemande/>"
        "</ws:rechercheDoublonsParametres>"
    )
    resultat = banc.envoyer(messages.enveloppe(body))
    charge = resultat.racine()[0][0]
    assert charge.tag == f"{{{messages.ws}}}rechercheDoublonsReponse"
    assert (len(charge), charge.text, dict(charge.attrib)) == (0, None, {})


@pytest.mark.parametrize(
    ("emballage", "debut"), [("mtom", "multipart/related"), ("simple", "application/soap+xml")]
)
def test_le_reglage_de_la_base_impose_l_emballage(banc, messages, emballage, debut):
    content_type, corps = messages.client_reel()
    for resultat in (
        banc.envoyer(corps, content_type, emballage=emballage),
        banc.envoyer(messages.xml_num_unique(), emballage=emballage),
        banc.envoyer(b"<pas-du-soap/>", emballage=emballage),
    ):
        assert resultat.content_type.startswith(debut)


def test_accept_ne_decide_pas_de_l_emballage(banc, messages):
    resultat = banc.envoyer(
        messages.xml_num_unique(), en_tetes={"Accept": "multipart/related, application/soap+xml"}
    )
    assert resultat.content_type.startswith("application/soap+xml")


def test_fault_emballe_comme_la_question(banc, messages):
    banc.reponses["getNumUnique"] = StructureIncorrecte(explication="ligne 3")
    content_type, corps = messages.client_reel()
    en_parties = banc.envoyer(corps, content_type)
    simple = banc.envoyer(messages.xml_num_unique())
    assert en_parties.content_type.startswith("multipart/related")
    assert simple.content_type == "application/soap+xml; charset=utf-8"
    for resultat in (en_parties, simple):
        assert resultat.fault() == ("soap:Sender", ERREUR_INATTENDUE)
        assert resultat.echange.verdict is VerdictEchange.FAULT
        assert resultat.echange.fault == {
            "code": "Sender",
            "message": ERREUR_INATTENDUE,
            "explication": "ligne 3",
        }
        assert resultat.echange.trace is None


def test_multipart_illisible_fault_en_multipart(banc):
    resultat = banc.envoyer(b"rien", 'multipart/related; boundary="x"')
    assert resultat.content_type.startswith("multipart/related")
    assert resultat.fault()[0] == "soap:Sender"


def test_un_bug_a_nous_est_un_fault_receiver_avec_sa_trace(banc, messages):
    banc.reponses["getNumUnique"] = KeyError("oubli")
    resultat = banc.envoyer(messages.xml_num_unique())
    assert resultat.fault() == ("soap:Receiver", ERREUR_INATTENDUE)
    assert resultat.echange.verdict is VerdictEchange.ERREUR
    assert resultat.echange.trace is not None
    assert "KeyError: 'oubli'" in resultat.echange.trace
    assert "oubli" not in resultat.reponse.corps.decode()


def test_erreur_interne_garde_sa_cause(banc, messages):
    erreur = ErreurInterne("Erreur.", explication="règle ENT001")
    erreur.__cause__ = ZeroDivisionError("la cause")
    banc.reponses["getNumUnique"] = erreur
    resultat = banc.envoyer(messages.xml_num_unique())
    assert resultat.fault() == ("soap:Receiver", "Erreur.")
    assert resultat.echange.trace is not None
    assert "ZeroDivisionError: la cause" in resultat.echange.trace


@pytest.mark.parametrize(
    "champs",
    [
        {"nomFichierDemande": "x"},
        {"nomFichierDemande": "x", "fichierDemande": "pas une pièce"},
        {"nomFichierDemande": Piece(b""), "fichierDemande": Piece(b"")},
        {"nomFichierDemande": "x", "fichierDemande": Piece(b""), "inattendu": "x"},
    ],
)
def test_une_reponse_hors_contrat_est_un_bug_a_nous(banc, messages, champs):
    banc.reponses["getNumUnique"] = Reponse(champs)
    resultat = banc.envoyer(messages.xml_num_unique())
    assert resultat.fault()[0] == "soap:Receiver"
    assert resultat.echange.verdict is VerdictEchange.ERREUR
    assert "getNumUnique" in resultat.explication()


def test_le_service_continue_apres_un_fault(banc, messages):
    banc.reponses["getDemandeLogement"] = NumeroInconnu("X")
    body = (
        "<ws:demandeLogementParametres><numUnique>X</numUnique><nomCertificat/><certificat/>"
        "</ws:demandeLogementParametres>"
    )
    assert banc.envoyer(messages.enveloppe(body)).fault() == (
        "soap:Sender",
        "Le numéro unique [X] est inconnu.",
    )
    assert banc.envoyer(messages.xml_num_unique()).reponse.statut == 200


def test_le_journal_recoit_ce_que_le_message_dit_de_lui_meme(banc, messages):
    content_type, corps = messages.client_reel()
    echange = banc.envoyer(corps, content_type).echange
    assert (echange.service, echange.operation) == ("DemandeLogementImplService", "getNumUnique")
    assert [partie["content_id"] for partie in echange.parties] == ["certificate", "xml_id"]
    assert {tolerance["code"] for tolerance in echange.tolerances} >= {"T-02"}


def test_guichet_du_certificat_transmis(banc, messages):
    resultat = banc.envoyer(messages.xml_num_unique(), identite=Identite("G1104", "ecole"))
    assert resultat.appels[0].guichet_certificat == "G1104"


def test_parties_et_tolerances_au_journal(banc, messages):
    content_type, corps = messages.client_reel()
    echange = banc.envoyer(corps, content_type).echange
    assert echange.parties[0] == {
        "content_id": "certificate",
        "content_type": "application/octet-stream",
        "encodage": "base64",
        "taille": 0,
    }
    assert [t["code"] for t in echange.tolerances] == ["T-02", "T-08", "T-12", "T-14"]
    assert all(t["phrase"] for t in echange.tolerances)


def test_une_partie_que_rien_ne_cite(banc, messages):
    parties = [Part("orpheline", "text/plain", "binary", b"bonjour")]
    content_type, corps = pack(messages.xml_num_unique(), parties, boundary="b")
    resultat = banc.envoyer(corps, content_type)
    assert resultat.reponse.statut == 200
    assert resultat.codes() == ["T-11", "T-09"]


def test_un_contrat_dont_un_champ_a_un_type_inconnu_ne_demarre_pas(contrat):
    operation = contrat.operations["getNumUnique"]
    entree = replace(operation.entree, champs=(ChampLu("age", "xs:integer", True),))
    etrange = replace(contrat, operations={"getNumUnique": replace(operation, entree=entree)})
    with pytest.raises(ContractError, match=r"\[age\] est d'un type inconnu : xs:integer"):
        ServeurSoap(etrange, Limites())


@pytest.mark.parametrize(
    "corps",
    [
        b"",
        b"bonjour",
        b"<a>",
        b"\xff\xfe\x00",
        b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
        b"<a/>",
        b"<a>" * 1000 + b"</a>" * 1000,
        '<?xml version="1.0" encoding="utf-8"?><a>\xe9</a>'.encode("latin-1"),
        b'<?xml version="1.0" encoding="inconnu"?><a/>',
    ],
    ids=["vide", "texte", "coupé", "utf16 faux", "DTD", "autre xml", "profond", "latin1", "encodage inconnu"],
)
def test_corps_illisible(banc, corps):
    resultat = banc.envoyer(corps)
    assert resultat.fault()[0] == "soap:Sender"
    assert resultat.explication()
    assert resultat.appels == []


def test_dtd_refusee_autour_d_une_enveloppe_bonne(banc, messages):
    resultat = banc.envoyer(b"<!DOCTYPE x []>" + messages.xml_num_unique())
    assert resultat.fault()[0] == "soap:Sender"
    assert "DOCTYPE" in resultat.explication()


def test_message_et_xml_trop_gros(banc, messages):
    banc.limites = Limites(message_max=2000, xml_max=500)
    assert "2000" in banc.envoyer(b"x" * 2001).explication()
    assert "--xml-max" in banc.envoyer(messages.xml_num_unique()).explication()


def test_bom_et_declaration_avant_l_enveloppe(banc, messages):
    declaree = b'\xef\xbb\xbf<?xml version="1.0" encoding="UTF-8"?>' + messages.xml_num_unique()
    resultat = banc.envoyer(declaree)
    assert resultat.reponse.statut == 200
    assert resultat.codes() == ["T-01"]


def test_enveloppe_en_utf_16(banc, messages):
    texte = '<?xml version="1.0" encoding="UTF-16"?>' + messages.xml_num_unique().decode()
    assert banc.envoyer(texte.encode("utf-16")).reponse.statut == 200


def test_enveloppe_12_annoncee_text_xml(banc, messages):
    # node soap: the envelope's namespace decides, not the header.
    content_type, corps = pack(messages.xml_num_unique(), [], boundary="b")
    resultat = banc.envoyer(corps, content_type.replace("application/soap+xml", "text/xml"))
    assert resultat.reponse.statut == 200
    assert "T-15" in resultat.codes()
    assert banc.envoyer(messages.xml_num_unique(), "text/xml; charset=utf-8").reponse.statut == 200


def test_racine_en_tete_de_corps_a_la_dotnet(banc, messages):
    entete = b'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="b"; type="application/xop+xml"'
    _, corps = pack(messages.xml_num_unique(), [], boundary="b")
    resultat = banc.envoyer(entete + b"\r\n\r\n" + corps, 'multipart/related; type="application/xop+xml"')
    assert resultat.reponse.statut == 200
    assert resultat.content_type.startswith("multipart/related")


def test_appels_simultanes_ne_se_melangent_pas(banc, messages):
    banc.envoyer(messages.xml_num_unique())
    resultats: dict[int, str | None] = {}

    def appeler(rang: int) -> None:
        body = messages.num_unique(
            fichier=f"<fichierDemande>{base64.b64encode(str(rang).encode()).decode()}</fichierDemande>"
        ).replace("DEMG1226-201803151654-000000.xml", f"nom{rang}")
        resultats[rang] = banc.envoyer(messages.enveloppe(body)).racine().findtext(".//nomFichierDemande")

    fils = [threading.Thread(target=appeler, args=(rang,)) for rang in range(16)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    recus = {a.texte("nomFichierDemande"): a.piece("fichierDemande") for a in banc.appels[1:]}
    assert recus == {f"nom{rang}": str(rang).encode() for rang in range(16)}
    assert set(resultats.values()) == {"RETG1226-201803151654-000000.xml"}


def test_rien_ne_reste_en_memoire_d_un_appel(banc, messages):
    gros = base64.b64encode(bytes(100_000)).decode()
    for _ in range(3):
        banc.envoyer(messages.xml_num_unique(fichier=f"<fichierDemande>{gros}</fichierDemande>"))
    banc.appels.clear()
    gc.collect()
    restes = [o for o in gc.get_objects() if type(o).__name__ in ("_Lue", "MethodContext")]
    assert restes == []


# --- an outside client, zeep, from the WSDL we serve to the answers we give, without a network -----------


ORIGINE = "http://bac.exemple.fr"


class SansReseau(Transport):
    """Hands what zeep asks and posts straight to the functions under test."""

    def __init__(self, banc, service, emballage):
        super().__init__()
        self.banc, self.service, self.emballage = banc, service, emballage

    def load(self, url):
        morceaux = urlsplit(url)
        requete = RequeteHttp("GET", f"{morceaux.path}?{morceaux.query}", [], b"")
        return servir_le_contrat(self.banc.contrat, self.service, requete, origine=ORIGINE).corps

    def post(self, address, message, headers):
        resultat = self.banc.envoyer(
            message,
            headers["Content-Type"],
            service=self.service,
            en_tetes={nom: valeur for nom, valeur in headers.items() if nom != "Content-Type"},
            emballage=self.emballage,
        )
        self.dernier = resultat
        reponse = requests.Response()
        reponse.status_code = resultat.reponse.statut
        reponse.headers.update(resultat.reponse.en_tetes)
        reponse._content = resultat.reponse.corps
        return reponse


@pytest.fixture(params=["question", "mtom"])
def client(request, banc):
    def construire(service):
        transport = SansReseau(banc, service, request.param)
        return zeep.Client(f"{ORIGINE}/services/{service}/?wsdl", transport=transport), transport

    return construire


def octets(champ):
    """Content of a base64Binary field, whose type has an attribute."""
    return champ["_value_1"]


def test_get_num_unique(client, messages):
    stub, transport = client("DemandeLogementImplService")
    rendu = stub.service.getNumUnique(
        nomFichierDemande="DEMG1226-201803151654-000000.xml",
        fichierDemande={"_value_1": messages.document, "contentType": "text/xml"},
        nomCertificat="CERG1226-201803151654.pem",
        certificat={"_value_1": b""},
    )
    assert transport.dernier.appels[0].champs["fichierDemande"] == Piece(messages.document, "text/xml")
    assert transport.dernier.codes() == []
    assert rendu["nomFichierDemande"] == "RETG1226-201803151654-000000.xml"
    assert octets(rendu["fichierDemande"]) == messages.document
    assert rendu["fichierDemande"]["contentType"] == "text/xml"
    # zeep takes the blanks off the end of the parts it receives.
    assert octets(rendu["attestation"]).rstrip() == messages.pdf.rstrip()


def test_reponse_vide(client, banc):
    banc.reponses["getDoublons"] = Reponse({})
    stub, _ = client("DemandeLogementImplService")
    rendu = stub.service.getDoublons(nomFichierDemande="x", fichierDemande={"_value_1": b"<a/>"})
    assert (rendu["listeDoublons"], rendu["nomFichierDoublons"]) == (None, None)


def test_fault(client, banc):
    banc.reponses["getDemandeLogement"] = NumeroInconnu("X")
    stub, _ = client("DemandeLogementImplService")
    with pytest.raises(zeep.exceptions.Fault) as leve:
        stub.service.getDemandeLogement(numUnique="X", nomCertificat="", certificat={"_value_1": b""})
    assert leve.value.message == "Le numéro unique [X] est inconnu."
    assert leve.value.code == "soap:Sender"
    assert leve.value.detail.findtext(".//message") == "Le numéro unique [X] est inconnu."


@pytest.mark.parametrize("operation", ["listerTypesEvenementsNationaux", "supprimerEvenementDemande"])
def test_operations_qui_partagent_un_element(client, banc, operation):
    banc.reponses[operation] = Reponse(
        {"nomFichierXmlRetour": "RET.xml", "fichierXmlRetour": Piece(b"<a/>", "text/xml")}
    )
    stub, transport = client("GestionPartageeEVTImplService")
    rendu = getattr(stub.service, operation)(
        nomFichier="EVT.xml", fichierXml={"_value_1": b"<b/>"}, nomCertificat=""
    )
    assert transport.dernier.echange.operation == operation
    assert octets(rendu["fichierXmlRetour"]) == b"<a/>"


def charge() -> etree._Element:
    return etree.fromstring("<r><nom>n</nom><a>a</a><b>b</b></r>")


def test_mtom_chaque_piece_devient_une_partie_sauf_le_zip():
    element = charge()
    pieces = {"a": Piece(b"\xc3\xa9", "text/xml"), "b": Piece(b"PK", "application/zip")}
    parties = joindre(element, pieces, Packaging.MTOM)
    assert [(p.content_id, p.content_type, p.encodage, p.contenu) for p in parties] == [
        ("a@sne-sandbox", "text/xml; charset=UTF-8", "binary", b"\xc3\xa9")
    ]
    assert element.findtext("nom") == "n"
    (include,) = element.find("a")
    assert (include.tag, include.get("href")) == (f"{{{XOP}}}Include", "cid:a@sne-sandbox")
    assert element.find("a").text is None
    assert element.findtext("b") == "UEs="


@pytest.mark.parametrize("racine", sorted(RACINES))
def test_no_content_id_is_taken_for_the_document_by_the_published_client(racine: str):
    element = etree.fromstring(f"<r><{racine}>x</{racine}></r>")
    (partie,) = joindre(element, {racine: Piece(b"x", "text/xml")}, Packaging.MTOM)
    assert f":{racine}" not in etree.tostring(element, encoding="unicode")
    assert element[0][0].get("href") == f"cid:{partie.content_id}"


def test_simple_tout_en_base64_sur_une_ligne():
    element = charge()
    assert joindre(element, {"a": Piece(bytes(300), None)}, Packaging.SIMPLE) == []
    assert element.findtext("a") == "A" * 400
    assert element.findtext("b") == "b"


def test_piece_sans_type():
    (partie,) = joindre(charge(), {"a": Piece(b"x")}, Packaging.MTOM)
    assert partie.content_type == "application/octet-stream"


def test_piece_vide():
    element = charge()
    joindre(element, {"a": Piece(b"")}, Packaging.SIMPLE)
    assert element.findtext("a") == ""
    (partie,) = joindre(charge(), {"a": Piece(b"")}, Packaging.MTOM)
    assert partie.contenu == b""


def requete(content_type: str = 'multipart/related; boundary="b"', corps: bytes = b"x") -> RequeteHttp:
    return RequeteHttp("POST", "/services/x/", [("Content-Type", content_type)], corps)


def test_the_answer_travels_as_the_question_unless_the_base_imposes():
    simple, mtom = requete("application/soap+xml"), requete()
    net = requete("", b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n")
    assert [Emballage.de(r).packaging for r in (simple, mtom, net)] == [
        Packaging.SIMPLE,
        Packaging.MTOM,
        Packaging.MTOM,
    ]
    for impose in ("simple", "mtom"):
        base = Base("ecole", reglages=Reglages(emballage=impose))
        assert {Emballage.de(r, base).packaging for r in (simple, mtom, net)} == {Packaging(impose)}


def test_the_same_question_to_the_same_base_has_the_same_boundary():
    enveloppe = etree.Element(f"{{{SOAP12}}}Envelope")

    def emballe(graine: int, corps: bytes = b"x") -> tuple[str, bytes]:
        return Emballage.de(requete(corps=corps), Base("ecole", seed=graine)).emballer(enveloppe, [])

    assert emballe(1) == emballe(1)
    assert len({emballe(1)[0], emballe(2)[0], emballe(1, b"y")[0]}) == 3
    content_type, corps = emballe(1)
    assert etree.fromstring(unpack(content_type, corps, taille_max=10**6).racine).tag == enveloppe.tag
    assert not content_type.endswith(";")
