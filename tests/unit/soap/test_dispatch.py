"""Which operation a message calls."""

import base64

import pytest

from sne_sandbox.domain.exchange import Piece, Reponse

EVT = "GestionPartageeEVTImplService"
RCH = "RechercheDemandeImplService"
FICHIER_XML = (
    "<ws:fichierXmlParametres><nomFichier>EVT.xml</nomFichier><fichierXml/><nomCertificat/>"
    "</ws:fichierXmlParametres>"
)


@pytest.fixture
def fichier_xml(banc, messages):
    """Sends a fichierXmlParametres with an action said as the test wants."""
    reponse = Reponse({"nomFichierXmlRetour": "RET.xml", "fichierXmlRetour": Piece(b"<a/>", "text/xml")})
    for operation in banc.contrat.operations.values():
        if operation.entree.qname.endswith("}fichierXmlParametres"):
            banc.reponses[operation.nom] = reponse

    def envoyer(content_type="application/soap+xml", *, service=EVT, entete="", **en_tetes):
        corps = messages.enveloppe(FICHIER_XML, entete=entete)
        return banc.envoyer(corps, content_type, service=service, en_tetes=en_tetes)

    return envoyer


def test_chaque_operation_du_contrat_est_servie(banc, messages):
    assert len(banc.contrat.operations) == 13
    for operation in banc.contrat.operations.values():
        champs = "".join(
            f"<{c.nom}>2018-03-15T00:00:00</{c.nom}>" if c.type == "xs:dateTime" else f"<{c.nom}/>"
            for c in operation.entree.champs
            if c.obligatoire
        )
        local = operation.entree.qname.rpartition("}")[2]
        resultat = banc.envoyer(
            messages.enveloppe(f"<ws:{local}>{champs}</ws:{local}>"),
            f'application/soap+xml; action="{operation.soap_action}"',
            service=operation.service,
        )
        assert resultat.echange.operation == operation.nom
        assert banc.appels[-1].operation == operation.nom


@pytest.mark.parametrize(
    "action", ["http://ws.metier.nuu.application.i2/supprimerEvenementDemande", "supprimerEvenementDemande"]
)
@pytest.mark.parametrize("place", ["content-type", "soapaction", "soapaction nue", "wsa", "start-info"])
def test_l_action_choisit_entre_operations_du_meme_element(fichier_xml, messages, banc, action, place):
    if place == "content-type":
        resultat = fichier_xml(f'application/soap+xml; charset=utf-8; action="{action}"')
    elif place == "soapaction":
        resultat = fichier_xml(SOAPAction=f'"{action}"')
    elif place == "soapaction nue":
        resultat = fichier_xml(SOAPAction=action)
    elif place == "wsa":
        wsa = "http://www.w3.org/2005/08/addressing"
        resultat = fichier_xml(entete=f'<a:Action xmlns:a="{wsa}">{action}</a:Action>')
    else:
        corps = b"--b\r\nContent-Type: application/xop+xml\r\nContent-ID: <r>\r\n\r\n"
        corps += messages.enveloppe(FICHIER_XML) + b"\r\n--b--\r\n"
        start_info = f'application/soap+xml; action=\\"{action}\\"'
        resultat = banc.envoyer(
            corps,
            'multipart/related; type="application/xop+xml"; start="<r>"; boundary="b"; '
            f'start-info="{start_info}"',
            service=EVT,
        )
    assert resultat.reponse.statut == 200
    assert resultat.echange.operation == "supprimerEvenementDemande"


def test_sans_action_plusieurs_operations_possibles(fichier_xml):
    resultat = fichier_xml()
    assert resultat.fault()[0] == "soap:Sender"
    for nom in ("listerTypesEvenementsNationaux", "supprimerEvenementDemande", "SOAPAction"):
        assert nom in resultat.explication()


@pytest.mark.parametrize(
    ("contenu", "operation"),
    [
        ("", "listerTypesEvenementsNationaux"),
        ("<operation><codeTerritoire>062</codeTerritoire></operation>", "listerTypesEvenementsTerritoriaux"),
        ("<operation><numUnique>1</numUnique></operation>", "listerEvenementsDemande"),
        (
            "<operation><numUnique>1</numUnique></operation><listeEvenements><evenement/></listeEvenements>",
            "ajouterEvenementDemande",
        ),
        (
            "<listeEvenements><evenement><idEvenement>1</idEvenement></evenement></listeEvenements>",
            "modifierEvenementDemande",
        ),
        (
            "<listeEvenements><evenement><idEvenement>1</idEvenement>"
            "<natureModification>SUP</natureModification></evenement></listeEvenements>",
            "supprimerEvenementDemande",
        ),
    ],
)
def test_sans_action_le_document_dit_l_operation(fichier_xml, banc, messages, contenu, operation):
    document = f'<interfaceNuu xmlns="http://nuu.application.i2/">{contenu}</interfaceNuu>'.encode()
    piece = base64.b64encode(document).decode()
    corps = messages.enveloppe(FICHIER_XML.replace("<fichierXml/>", f"<fichierXml>{piece}</fichierXml>"))
    resultat = banc.envoyer(corps, service=EVT)
    assert resultat.echange.operation == operation
    assert "T-26" in resultat.codes()


def test_action_d_un_autre_service(fichier_xml):
    resultat = fichier_xml(SOAPAction='"rechercheDemandeMulticritere"')
    assert resultat.fault()[1] == f"L'opération [rechercheDemandeMulticritere] n'appartient pas à {EVT}."
    assert f"/services/{RCH}/" in resultat.explication()


def test_un_element_qui_suffit_se_passe_d_action(fichier_xml):
    resultat = fichier_xml(service=RCH)
    assert resultat.echange.operation == "rechercheDemandeMulticritere"
    assert resultat.codes() == []


@pytest.mark.parametrize(
    "en_tetes",
    [{"SOAPAction": '"http://ws.metier.nuu.application.i2/getDoublons"'}, {"SOAPAction": "n'importe"}],
)
def test_action_contredite_par_l_element_notee_jamais_refusee(banc, messages, en_tetes):
    resultat = banc.envoyer(messages.xml_num_unique(), en_tetes=en_tetes)
    assert resultat.appels[0].operation == "getNumUnique"
    assert resultat.codes() == ["T-20"]
    assert "getNumUnique" in resultat.echange.tolerances[0]["phrase"]


@pytest.mark.parametrize("valeur", ["", '""'])
def test_soapaction_vide(banc, messages, valeur):
    resultat = banc.envoyer(messages.xml_num_unique(), en_tetes={"SOAPAction": valeur})
    assert resultat.codes() == []


def test_operation_inconnue_les_operations_du_service_sont_dites(banc, messages):
    resultat = banc.envoyer(messages.enveloppe('<ws:inventee xmlns:ws="urn:x"/>'))
    assert resultat.fault() == (
        "soap:Sender",
        "L'élément [inventee] n'est pas une opération de DemandeLogementImplService.",
    )
    assert "getNumUnique (numUniqueParametres)" in resultat.explication()
    assert "rechercheDemandeMulticritere" not in resultat.explication()
    assert resultat.echange.operation is None


def test_operation_d_un_autre_service(banc, messages):
    resultat = banc.envoyer(messages.xml_num_unique(), service=RCH)
    assert resultat.fault()[0] == "soap:Sender"
    assert "/services/DemandeLogementImplService/" in resultat.explication()


def test_mauvais_espace_de_noms(banc, messages):
    body = '<numUniqueParametres xmlns="http://nuu.application.i2/"/>'
    resultat = banc.envoyer(messages.enveloppe(body))
    assert resultat.fault()[0] == "soap:Sender"
    assert "http://nuu.application.i2/" in resultat.explication()
    assert messages.ws in resultat.explication()


def test_nom_de_l_operation_au_lieu_de_son_element(banc, messages):
    resultat = banc.envoyer(messages.enveloppe("<ws:getNumUnique/>"))
    assert resultat.fault()[0] == "soap:Sender"
    assert "numUniqueParametres" in resultat.explication()


def test_l_operation_annoncee_est_au_journal_meme_si_sa_piece_manque(banc):
    """As gSOAP sends it: the address of the piece is written with its brackets, so that nothing is found."""
    action = "http://ws.metier.nuu.application.i2/listerTypesEvenementsNationaux"
    corps = (
        b"--==lim/ite==\r\n"
        b'Content-Type: application/xop+xml; charset=utf-8; type="application/soap+xml"\r\n'
        b"Content-Transfer-Encoding: binary\r\nContent-ID: <SOAP-ENV:Envelope>\r\n\r\n"
        b'<?xml version="1.0" encoding="UTF-8"?>\n'
        b'<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://www.w3.org/2003/05/soap-envelope"'
        b' xmlns:ns1="http://ws.metier.nuu.application.i2/"><SOAP-ENV:Body><ns1:fichierXmlParametres>'
        b'<nomFichier>TYP.xml</nomFichier><fichierXml contentType="text/xml">'
        b'<xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" href="&lt;doc@x&gt;"/></fichierXml>'
        b"<nomCertificat/></ns1:fichierXmlParametres></SOAP-ENV:Body></SOAP-ENV:Envelope>\r\n"
        b"--==lim/ite==\r\nContent-Type: text/xml\r\nContent-Transfer-Encoding: binary\r\n"
        b"Content-ID: <doc@x>\r\n\r\n<a/>\r\n--==lim/ite==--"
    )
    resultat = banc.envoyer(
        corps,
        'multipart/related; charset=utf-8; boundary="==lim/ite=="; type="application/xop+xml"; '
        f'start="<SOAP-ENV:Envelope>"; start-info="application/soap+xml"; action="{action}"',
        service=EVT,
        en_tetes={"SOAPAction": f'"{action}"'},
    )
    assert resultat.fault()[0].endswith("Sender")
    assert resultat.echange.operation == "listerTypesEvenementsNationaux"
    assert resultat.content_type.startswith("multipart/related")
