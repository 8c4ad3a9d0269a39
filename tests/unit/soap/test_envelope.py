"""Guards of the envelope: version, headers, Body."""

import pytest

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


@pytest.mark.parametrize(
    "attributs",
    [
        "",
        'soap:mustUnderstand="false"',
        'soap:mustUnderstand="0"',
        'mustUnderstand="1"',
        'soap:mustUnderstand="1" soap:role="http://www.w3.org/2003/05/soap-envelope/role/none"',
        'soap:mustUnderstand="1" soap:role="urn:un-intermediaire"',
    ],
)
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
