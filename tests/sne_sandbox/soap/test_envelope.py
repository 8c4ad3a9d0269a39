"""The envelope: version, headers, Body; which operation a message calls."""

import base64

import pytest
from donnees import a_cote

from sne_interface.domain.echange import Piece, Reponse
from sne_sandbox.mime.message_mime import Part, pack

DONNEES = a_cote(__file__)

WSA = "http://www.w3.org/2005/08/addressing"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"


def test_commentaires_et_blancs_avant_la_charge(banc, messages):
    body = f"\n  <!-- un commentaire --> <?pi donnée?>\n  {messages.num_unique()}\n<!-- un autre -->"
    resultat = banc.envoyer(messages.enveloppe(body))
    assert resultat.reponse.statut == 200
    assert resultat.codes() == []


@pytest.mark.parametrize("body", ["", "  ", "<!-- rien -->", "du texte"])
def test_body_vide(banc, messages, body):
    resultat = banc.envoyer(messages.enveloppe(body))
    assert resultat.fault() == ("soap:Sender", "Le Body de l'enveloppe SOAP est vide.")


def test_plusieurs_enfants_le_premier_compte(banc, messages):
    body = messages.num_unique() + '<ws:autre xmlns:ws="urn:x"/>'
    resultat = banc.envoyer(messages.enveloppe(body))
    assert resultat.appels[0].operation == "getNumUnique"
    assert resultat.codes() == ["T-21"]
    assert "autre" in resultat.echange.tolerances[0]["phrase"]


def test_le_journal_reste_borne_quand_les_enfants_abondent(banc, messages):
    body = messages.num_unique() + "".join(f"<e{rang}/>" for rang in range(500))
    resultat = banc.envoyer(messages.enveloppe(body))
    assert resultat.reponse.statut == 200
    assert len(resultat.echange.tolerances) == 50


def test_sans_body(banc, messages):
    corps = f'<soap:Envelope xmlns:soap="{messages.soap12}"><soap:Header/></soap:Envelope>'.encode()
    assert banc.envoyer(corps).fault()[1] == "L'enveloppe SOAP ne contient pas d'élément Body."


def test_deux_body(banc, messages):
    corps = f'<soap:Envelope xmlns:soap="{messages.soap12}"><soap:Body/><soap:Body/></soap:Envelope>'.encode()
    assert banc.envoyer(corps).fault()[1] == "L'enveloppe SOAP contient plusieurs éléments Body."


def test_sans_header(banc, messages):
    corps = messages.xml_num_unique().replace(b"<soap:Header></soap:Header>", b"")
    assert b"Header" not in corps
    assert banc.envoyer(corps).reponse.statut == 200


def test_pas_une_enveloppe(banc):
    resultat = banc.envoyer(b'<interfaceNuu xmlns="http://nuu.application.i2/"/>')
    assert resultat.fault() == ("soap:Sender", "Le message n'est pas une enveloppe SOAP.")
    assert "interfaceNuu" in resultat.explication()


@pytest.mark.parametrize("valeur", ["true", "1", " true "])
@pytest.mark.parametrize(
    "role",
    [
        "",
        'soap:role=""',
        'soap:role="http://www.w3.org/2003/05/soap-envelope/role/next"',
        'soap:role="http://www.w3.org/2003/05/soap-envelope/role/ultimateReceiver"',
    ],
)
def test_en_tete_obligatoire_inconnu(banc, messages, valeur, role):
    entete = f'<t:Transaction xmlns:t="urn:t" soap:mustUnderstand="{valeur}" {role}>5</t:Transaction>'
    resultat = banc.envoyer(messages.enveloppe(messages.num_unique(), entete=entete))
    assert resultat.fault()[0] == "soap:MustUnderstand"
    bloc = resultat.racine().find(f"{{{messages.soap12}}}Header/{{{messages.soap12}}}NotUnderstood")
    prefixe, local = bloc.get("qname").split(":")
    assert (bloc.nsmap[prefixe], local) == ("urn:t", "Transaction")
    assert resultat.racine().find(f".//{{{messages.soap12}}}Detail") is None
    assert "{urn:t}Transaction" in resultat.explication()
    assert resultat.appels == []


@pytest.mark.parametrize("attributs", DONNEES["en_tete_qui_ne_nous_oblige_pas"])
def test_en_tete_qui_ne_nous_oblige_pas(banc, messages, attributs):
    entete = f'<t:Transaction xmlns:t="urn:t" {attributs}>5</t:Transaction>'
    resultat = banc.envoyer(messages.enveloppe(messages.num_unique(), entete=entete))
    assert resultat.reponse.statut == 200


def test_ws_addressing_et_ws_security_sont_ignores(banc, messages):
    entete = (
        f'<a:Action xmlns:a="{WSA}">{messages.ws}getNumUnique</a:Action><a:To xmlns:a="{WSA}">x</a:To>'
        f'<s:Security xmlns:s="{WSSE}"><s:UsernameToken/></s:Security>'
    )
    resultat = banc.envoyer(messages.enveloppe(messages.num_unique(), entete=entete))
    assert resultat.reponse.statut == 200
    assert resultat.codes() == []


def test_soap_11_simple_recoit_un_fault_qu_il_lit(banc, messages):
    soap11 = "http://schemas.xmlsoap.org/soap/envelope/"
    corps = messages.enveloppe(messages.num_unique(), soap=soap11)
    resultat = banc.envoyer(corps, "text/xml; charset=utf-8", en_tetes={"SOAPAction": '""'})
    assert resultat.reponse.statut == 500
    assert resultat.content_type == "text/xml; charset=utf-8"
    racine = resultat.racine()
    assert racine.tag == f"{{{soap11}}}Envelope"
    fault = racine.find(f"{{{soap11}}}Body/{{{soap11}}}Fault")
    assert [e.tag for e in fault] == ["faultcode", "faultstring"]
    prefixe, local = fault.findtext("faultcode").split(":")
    assert (fault.nsmap[prefixe], local) == (soap11, "VersionMismatch")
    supporte = racine.find(
        f"{{{soap11}}}Header/{{{messages.soap12}}}Upgrade/{{{messages.soap12}}}SupportedEnvelope"
    )
    prefixe, local = supporte.get("qname").split(":")
    assert (supporte.nsmap[prefixe], local) == (messages.soap12, "Envelope")
    assert resultat.echange.fault["code"] == "VersionMismatch"


def test_soap_11_en_mtom_reste_en_mtom(banc, messages):
    soap11 = "http://schemas.xmlsoap.org/soap/envelope/"
    content_type, corps = messages.client_reel()
    resultat = banc.envoyer(corps.replace(messages.soap12.encode(), soap11.encode()), content_type)
    assert 'start-info="text/xml"' in resultat.content_type
    assert b'type="text/xml"' in resultat.reponse.corps
    assert b"application/soap+xml" not in resultat.reponse.corps
    assert resultat.racine().tag == f"{{{soap11}}}Envelope"


def test_autre_version_de_soap(banc, messages):
    corps = messages.enveloppe(messages.num_unique(), soap="http://www.w3.org/2001/12/soap-envelope")
    resultat = banc.envoyer(corps)
    assert resultat.echange.fault["code"] == "VersionMismatch"
    assert "2001/12" in resultat.echange.fault["message"]
    # Of neither version: the answer is in ours, and says which that is (SOAP 1.2 part 1, 5.4.7).
    assert resultat.content_type == "application/soap+xml; charset=utf-8"
    soap12 = messages.soap12
    assert resultat.racine().tag == f"{{{soap12}}}Envelope"
    assert resultat.fault()[0] == "soap:VersionMismatch"
    supporte = resultat.racine().find(f"{{{soap12}}}Header/{{{soap12}}}Upgrade/{{{soap12}}}SupportedEnvelope")
    prefixe, local = supporte.get("qname").split(":")
    assert (supporte.nsmap[prefixe], local) == (soap12, "Envelope")
    assert resultat.racine().find(f".//{{{soap12}}}Detail") is None


@pytest.mark.parametrize("bloc", ["Action", "To", "ReplyTo", "MessageID"])
def test_ws_addressing_obligatoire_dit_comment_l_ecarter(banc, messages, bloc):
    entete = f'<a:{bloc} xmlns:a="{WSA}" soap:mustUnderstand="1">x</a:{bloc}>'
    resultat = banc.envoyer(messages.enveloppe(messages.num_unique(), entete=entete))
    code, phrase = resultat.fault()
    assert code == "soap:MustUnderstand"
    assert f"[{bloc}]" in phrase
    assert "WS-Addressing" in phrase
    assert "Désactivez l'adressage" in phrase
    for pile in ("CXF", "JAX-WS", ".NET", "Axis2"):
        assert pile in resultat.explication()
    assert resultat.appels == []


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


@pytest.mark.parametrize(("contenu", "operation"), DONNEES["sans_action_le_document_dit_l_operation"])
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


def depuis(valeur: str, suite: str = "") -> str:
    return (
        f"<ws:nouveauxDaloDepuisLeParametres><dateNouveauDaloDepuisLe>{valeur}</dateNouveauDaloDepuisLe>"
        f"<nomCertificat/><certificat/>{suite}</ws:nouveauxDaloDepuisLeParametres>"
    )


def test_tous_les_champs_absents_sont_dits_d_un_coup(banc, messages):
    resultat = banc.envoyer(messages.enveloppe("<ws:numUniqueParametres/>"))
    assert resultat.fault() == ("soap:Sender", "Le champ [nomFichierDemande] est absent.")
    for nom in ("nomFichierDemande", "fichierDemande", "nomCertificat", "certificat"):
        assert f"[{nom}] est absent" in resultat.explication()
    assert "complet" not in resultat.explication()
    assert resultat.appels == []


def test_champ_en_double_refuse(banc, messages):
    resultat = banc.envoyer(messages.xml_num_unique(suite="<complet>1</complet><complet>2</complet>"))
    assert resultat.fault() == ("soap:Sender", "Le champ [complet] est présent plusieurs fois.")


def test_champ_inconnu_tolere(banc, messages):
    resultat = banc.envoyer(messages.xml_num_unique(suite='<motDePasse>x</motDePasse><o:a xmlns:o="urn:o"/>'))
    assert resultat.reponse.statut == 200
    assert resultat.codes() == ["T-22", "T-22"]
    assert "motDePasse" in resultat.echange.tolerances[0]["phrase"]
    assert "motDePasse" not in resultat.appels[0].champs


def test_champs_en_desordre_toleres(banc, messages):
    body = (
        "<ws:demandeLogementParametres><certificat/><nomCertificat>C</nomCertificat><numUnique>N</numUnique>"
        "</ws:demandeLogementParametres>"
    )
    banc.reponses["getDemandeLogement"] = Reponse(
        {"nomFichierDemande": "x", "fichierDemande": Piece(b"<a/>", "text/xml")}
    )
    resultat = banc.envoyer(messages.enveloppe(body))
    assert resultat.reponse.statut == 200
    assert set(resultat.codes()) == {"T-23"}
    assert resultat.appels[0].champs == {"numUnique": "N", "nomCertificat": "C", "certificat": Piece(b"")}


@pytest.mark.parametrize("maniere", ["par défaut", "par préfixe"])
def test_champs_qualifies_refuses_avec_la_raison(banc, messages, maniere):
    if maniere == "par défaut":
        body = messages.num_unique().replace("ws:numUniqueParametres>", "numUniqueParametres>")
        body = body.replace("<numUniqueParametres>", f'<numUniqueParametres xmlns="{messages.ws}">')
    else:
        body = messages.num_unique()
        for nom in ("nomFichierDemande", "fichierDemande", "nomCertificat", "certificat"):
            body = body.replace(f"<{nom}", f"<ws:{nom}").replace(f"</{nom}", f"</ws:{nom}")
    resultat = banc.envoyer(messages.enveloppe(body))
    assert resultat.fault() == ("soap:Sender", "Le champ [nomFichierDemande] est dans un espace de noms.")
    assert 'xmlns=""' in resultat.explication()
    assert "absent" not in resultat.explication()


def test_xsi_nil_lu_comme_absent(banc, messages):
    resultat = banc.envoyer(messages.xml_num_unique(suite='<complet xsi:nil="true"/>'))
    assert resultat.reponse.statut == 200
    assert resultat.codes() == ["T-24"]
    assert "complet" not in resultat.appels[0].champs
    obligatoire = banc.envoyer(messages.xml_num_unique(certificat='<certificat xsi:nil="1"/>'))
    assert obligatoire.fault() == ("soap:Sender", "Le champ [certificat] est absent.")


def test_xsi_type_ignore(banc, messages):
    corps = messages.xml_num_unique(
        suite='<complet xmlns:xs="http://www.w3.org/2001/XMLSchema" xsi:type="xs:string">oui</complet>'
    )
    assert banc.envoyer(corps).appels[0].texte("complet") == "oui"


def test_elements_vides_et_commentaires_dans_un_champ(banc, messages):
    resultat = banc.envoyer(messages.xml_num_unique(suite="<complet>o<!-- milieu -->ui</complet>"))
    assert resultat.appels[0].texte("complet") == "oui"
    assert banc.envoyer(messages.xml_num_unique(suite="<complet/>")).appels[1].champs["complet"] == ""


def test_texte_avec_des_elements(banc, messages):
    resultat = banc.envoyer(messages.xml_num_unique(suite="<complet><oui/></complet>"))
    assert resultat.fault() == ("soap:Sender", "Le champ [complet] contient des éléments.")


@pytest.mark.parametrize("valeur", DONNEES["instant_valable"])
def test_instant_valable(banc, messages, valeur):
    resultat = banc.envoyer(messages.enveloppe(depuis(valeur)))
    assert resultat.appels[0].texte("dateNouveauDaloDepuisLe") == valeur.strip()


@pytest.mark.parametrize(
    "valeur",
    [
        *("", "2018-03-15", "15/03/2018", "2018-02-30T00:00:00", "20180315T165406", "2018-03-15 16:54:06"),
        *("2018-03-15T16:54:06+15:00", "2018-03-15T16:54:06+14:01", "2018-03-15T24:00:01", "<a/>"),
    ],
)
def test_instant_mal_ecrit(banc, messages, valeur):
    resultat = banc.envoyer(messages.enveloppe(depuis(valeur)))
    code, raison = resultat.fault()
    assert code == "soap:Sender"
    assert raison.startswith("Le champ [dateNouveauDaloDepuisLe] n'est pas une date et heure")
    assert "2018-03-15T16:54:06+01:00" in resultat.explication()


@pytest.mark.parametrize(
    ("champ", "attendu"),
    [
        ('<motifRadiation code="ATT"/>', "ATT"),
        ("<motifRadiation/>", ""),
        ('<motifRadiation code="é"/>', None),
    ],
)
def test_code(banc, messages, champ, attendu):
    body = (
        "<ws:demandesRadieesDepuisLeParametres><dateRadiationDepuisLe>2018-03-01T00:00:00</dateRadiationDepuisLe>"
        f"{champ}<nomCertificat/><certificat/></ws:demandesRadieesDepuisLeParametres>"
    )
    resultat = banc.envoyer(messages.enveloppe(body))
    if attendu is None:
        assert resultat.fault()[1] == "Le code du champ [motifRadiation] n'est pas valable : [é]."
    else:
        assert resultat.appels[0].champs["motifRadiation"] == attendu


@pytest.mark.parametrize("contenu", ["ATT", "<code>ATT</code>"])
def test_code_en_contenu(banc, messages, contenu):
    body = (
        "<ws:demandesRadieesDepuisLeParametres><dateRadiationDepuisLe>2018-03-01T00:00:00</dateRadiationDepuisLe>"
        f"<motifRadiation>{contenu}</motifRadiation><nomCertificat/><certificat/>"
        "</ws:demandesRadieesDepuisLeParametres>"
    )
    resultat = banc.envoyer(messages.enveloppe(body))
    assert resultat.fault()[1] == "Le champ [motifRadiation] a un contenu, et n'admet que l'attribut code."
    assert '<motifRadiation code="ATT"/>' in resultat.explication()


def test_base64_sur_plusieurs_lignes(banc, messages):
    contenu = bytes(range(256))
    texte = base64.encodebytes(contenu).decode().replace("\n", "\n\t ")
    resultat = banc.envoyer(messages.xml_num_unique(fichier=f"<fichierDemande>\n{texte}</fichierDemande>"))
    assert resultat.appels[0].champs["fichierDemande"] == Piece(contenu)


@pytest.mark.parametrize("texte", ["pas du base64 !", "YQ", "YQ==YQ==", "é", "<ns:interfaceNuu/>"])
def test_base64_faux(banc, messages, texte):
    fichier = f"<fichierDemande>{texte.replace('<', '&lt;')}</fichierDemande>"
    resultat = banc.envoyer(messages.xml_num_unique(fichier=fichier))
    assert resultat.fault() == ("soap:Sender", "Le contenu du champ [fichierDemande] n'est pas du base64.")


def test_document_en_ligne_au_lieu_du_base64(banc, messages):
    fichier = '<fichierDemande><n:interfaceNuu xmlns:n="http://nuu.application.i2/"/></fichierDemande>'
    resultat = banc.envoyer(messages.xml_num_unique(fichier=fichier))
    assert resultat.fault() == ("soap:Sender", "Le contenu du champ [fichierDemande] n'est pas lisible.")
    assert "interfaceNuu" in resultat.explication()


@pytest.mark.parametrize(
    ("attribut", "attendu", "codes"),
    [
        ('ws:contentType="text/xml"', "text/xml", []),
        ("", None, []),
        ('contentType="text/xml"', "text/xml", ["T-25"]),
        ('m:contentType="text/xml" xmlns:m="http://www.w3.org/2005/05/xmlmime"', "text/xml", ["T-25"]),
    ],
)
def test_content_type_d_une_piece(banc, messages, attribut, attendu, codes):
    resultat = banc.envoyer(
        messages.xml_num_unique(fichier=f"<fichierDemande {attribut}>YQ==</fichierDemande>")
    )
    assert resultat.appels[0].champs["fichierDemande"] == Piece(b"a", attendu)
    assert resultat.codes() == codes


def inclure(messages, href: str, parties: list[Part]) -> tuple[str, bytes]:
    racine = messages.xml_num_unique(fichier=f'<fichierDemande><xop:Include href="{href}"/></fichierDemande>')
    return pack(racine, parties, boundary="b")


@pytest.mark.parametrize(("href", "content_id", "codes"), DONNEES["piece_jointe"])
def test_piece_jointe(banc, messages, href, content_id, codes):
    content_type, corps = inclure(messages, href, [Part(content_id, "text/xml", "binary", b"\x00\xff<a/>")])
    resultat = banc.envoyer(corps, content_type)
    assert resultat.appels[0].champs["fichierDemande"] == Piece(b"\x00\xff<a/>")
    assert resultat.codes() == codes


@pytest.mark.parametrize("href", ["cid:inconnu", "xml_id", "", "http://exemple.fr/x", "file:///etc/passwd"])
def test_piece_introuvable(banc, messages, href):
    content_type, corps = inclure(messages, href, [Part("xml_id", "text/xml", "binary", b"<a/>")])
    resultat = banc.envoyer(corps, content_type)
    assert resultat.fault() == (
        "soap:Sender",
        f"La pièce [{href}] du champ [fichierDemande] est introuvable.",
    )
    assert "<xml_id>" in resultat.explication()


@pytest.mark.parametrize(
    ("avant", "apres", "lisible"),
    [("", "", True), ("\n  ", "\n", True), ("YQ==", "", False), ("", "YQ==", False), ("a", "b", False)],
)
def test_texte_a_cote_d_include(banc, messages, avant, apres, lisible):
    include = f'{avant}<xop:Include href="cid:xml_id"/>{apres}'
    racine = messages.xml_num_unique(fichier=f"<fichierDemande>{include}</fichierDemande>")
    content_type, corps = pack(racine, [Part("xml_id", "text/xml", "binary", b"<a/>")], boundary="b")
    resultat = banc.envoyer(corps, content_type)
    if lisible:
        assert resultat.appels[0].champs["fichierDemande"] == Piece(b"<a/>")
    else:
        assert resultat.fault() == (
            "soap:Sender",
            "Le contenu du champ [fichierDemande] est donné deux fois.",
        )
        assert "xop:Include" in resultat.explication()


def test_multipart_imbrique(banc, messages):
    """A tolerance where nobody cites it, a refusal where it is the document."""
    imbriquee = Part("n", 'multipart/mixed; boundary="C"', "binary", b"--C\r\n\r\nx\r\n--C--")
    document = Part("xml_id", "text/xml", "binary", b"<a/>")
    content_type, corps = inclure(messages, "cid:xml_id", [document, imbriquee])
    resultat = banc.envoyer(corps, content_type)
    assert resultat.appels[0].champs["fichierDemande"] == Piece(b"<a/>")
    assert resultat.codes() == ["T-09", "T-31"]
    content_type, corps = inclure(messages, "cid:n", [document, imbriquee])
    resultat = banc.envoyer(corps, content_type)
    assert resultat.fault() == (
        "soap:Sender",
        "La pièce [cid:n] du champ [fichierDemande] n'est pas lisible.",
    )
    assert "qu'un niveau" in resultat.explication()


def test_include_dans_un_message_simple(banc, messages):
    corps = messages.xml_num_unique(fichier='<fichierDemande><xop:Include href="cid:x"/></fichierDemande>')
    resultat = banc.envoyer(corps)
    assert resultat.fault()[1] == "La pièce [cid:x] du champ [fichierDemande] est introuvable."
    assert "aucune" in resultat.explication()


def test_base64_en_ligne_dans_un_message_mtom(banc, messages):
    content_type, corps = pack(messages.xml_num_unique(), [], boundary="b")
    resultat = banc.envoyer(corps, content_type)
    assert resultat.appels[0].champs["fichierDemande"] == Piece(b"<a/>", "text/xml")
    assert resultat.codes() == ["T-11"]


def test_les_fautes_dites_sont_bornees(banc, messages):
    resultat = banc.envoyer(messages.xml_num_unique(suite="<complet/>" * 5000))
    assert resultat.fault()[0] == "soap:Sender"
    assert len(resultat.explication().splitlines()) == 20
