"""The fields of a wrapper: what is refused, what is tolerated, where pieces come from."""

import base64

import pytest

from sne_interface.domain.echange import Piece, Reponse
from sne_sandbox.mime.message_mime import Part, pack


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


@pytest.mark.parametrize(
    "valeur",
    [
        "2018-03-15T16:54:06",
        "2018-03-15T16:54:06.339+01:00",
        "2018-03-15T16:54:06.1234567Z",
        "\n 2018-03-15T00:00:00-10:00 ",
        "2018-03-15T24:00:00",
        "-0044-03-15T00:00:00+14:00",
    ],
)
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


@pytest.mark.parametrize(
    ("href", "content_id", "codes"),
    [
        ("cid:xml_id", "xml_id", []),
        ("cid:doc@exemple.fr", "doc@exemple.fr", []),
        ("cid:doc%40exemple.fr", "doc@exemple.fr", ["T-10"]),
        ("CID:doc*1", "doc*1", ["T-05"]),
        ("cid:http%3A%2F%2Ftempuri.org%2F1", "http://tempuri.org/1", ["T-10"]),
        ("cid:a%20b", "a%20b", []),
    ],
)
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
