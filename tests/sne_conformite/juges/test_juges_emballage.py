"""EMB: what a client can get wrong before its document is read."""

import gzip
from collections.abc import Callable

import pytest
from banc import SOAP, WS, XOP, Banc, specimen
from lxml import etree

from sne_conformite.rapports.rapport import Constat
from sne_interface.domain.echange import CERTIFICAT, CERTIFICAT_DEMANDE, ECOUTE

ADRESSE = "/bases/{base}/services/DemandeLogementImplService/"
SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
MULTIPART = (
    'multipart/related; type="application/xop+xml"; start="<r>"; start-info="application/soap+xml"; '
    'boundary="B"; action="http://ws.metier.nuu.application.i2/getNumUnique"'
)
CHAMPS = (
    "<nomFichierDemande>DEMG1104-201803151200-000001.xml</nomFichierDemande>"
    '<fichierDemande ws:contentType="text/xml"><xop:Include href="cid:x"/></fichierDemande>'
    "<nomCertificat>CERG1104-201803151200.pem</nomCertificat><certificat/>"
)
ENVELOPPE = (
    f'<s:Envelope xmlns:s="{SOAP}" xmlns:ws="{WS}" xmlns:xop="{XOP}"><s:Body>'
    f"<ws:numUniqueParametres>{CHAMPS}</ws:numUniqueParametres></s:Body></s:Envelope>"
)
SECURITE = '<y:S xmlns:y="urn:y" s:mustUnderstand="1"/>'
Rompues = Callable[..., set[tuple[str, str]]]
Tenues = Callable[..., set[str]]
Constats = Callable[..., list[Constat]]


def corps(enveloppe: str = ENVELOPPE, cid: str = "<x>", document: bytes | None = None) -> bytes:
    """A multipart body: the envelope, and one part."""
    octets = etree.tostring(specimen("personne_seule"), encoding="UTF-8") if document is None else document
    return (
        "--B\r\nContent-Type: application/xop+xml; charset=UTF-8; type=\"application/soap+xml\"\r\n"
        f"Content-ID: <r>\r\n\r\n{enveloppe}\r\n--B\r\nContent-Type: text/xml\r\nContent-ID: {cid}\r\n\r\n"
    ).encode() + octets + b"\r\n--B--\r\n"  # fmt: skip


def poster(banc: Banc, octets: bytes, content_type: str = MULTIPART, adresse: str = ADRESSE) -> None:
    """Post it to the bench's base."""
    banc.poster(octets, content_type, chemin=adresse.format(base=banc.nom))


def test_un_message_juste_tient_tout(banc: Banc, rompues: Rompues, tenues: Callable[..., set[str]]) -> None:
    """Nothing breaks, and every packaging requirement that one message shows is held."""
    poster(banc, corps())

    assert rompues(banc) == set()
    assert tenues(banc) >= {f"EMB-{rang:02d}" for rang in (1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 17)}


FAUTES = {
    "soap 1.1": (ENVELOPPE.replace(SOAP, SOAP11), "EMB-01", "soap_1_1"),
    "autre version": (ENVELOPPE.replace(SOAP, "urn:x"), "EMB-01", "version_soap"),
    "sans enveloppe": ("<demande/>", "EMB-01", "sans_enveloppe"),
    "illisible": (ENVELOPPE[:-5], "EMB-01", "enveloppe_illisible"),
    "sans Body": (f'<s:Envelope xmlns:s="{SOAP}"/>', "EMB-01", "corps_absent"),
    "mustUnderstand": (
        ENVELOPPE.replace("<s:Body>", f"<s:Header>{SECURITE}</s:Header><s:Body>"),
        "EMB-01",
        "entete_obligatoire",
    ),
    "Body vide": (f'<s:Envelope xmlns:s="{SOAP}"><s:Body/></s:Envelope>', "EMB-02", "corps_vide"),
    "nom de l'opération": (
        ENVELOPPE.replace("numUniqueParametres", "getNumUnique"), "EMB-02", "nom_de_l_operation",
    ),
    "élément inconnu": (ENVELOPPE.replace("numUniqueParametres", "inconnu"), "EMB-02", "element_inconnu"),
    "espace de noms": (ENVELOPPE.replace(WS, "urn:x"), "EMB-02", "espace_de_noms_du_service"),
    "par défaut": (
        ENVELOPPE.replace("<ws:numUniqueParametres>", f'<numUniqueParametres xmlns="{WS}">').replace(
            "</ws:numUniqueParametres>", "</numUniqueParametres>"
        ),
        "EMB-03",
        "espace_de_noms_par_defaut",
    ),
    "qualifié": (ENVELOPPE.replace("nomCertificat>", "ws:nomCertificat>"), "EMB-03", "champ_qualifie"),
    "absent": (ENVELOPPE.replace("<certificat/>", ""), "EMB-03", "champ_absent"),
    "inconnu": (ENVELOPPE.replace("<certificat/>", "<certificat/><autre/>"), "EMB-03", "champ_inconnu"),
    "double": (ENVELOPPE.replace("<certificat/>", "<certificat/><certificat/>"), "EMB-03", "champ_double"),
    "désordre": (
        ENVELOPPE.replace(CHAMPS, CHAMPS[CHAMPS.index("<fichier") :] + CHAMPS[: CHAMPS.index("<fichier")]),
        "EMB-03",
        "champs_desordonnes",
    ),
    "nil": (
        ENVELOPPE.replace(
            "<certificat/>",
            '<certificat xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true"/>',
        ),
        "EMB-03",
        "champ_nil",
    ),
    "base64": (
        ENVELOPPE.replace("<certificat/>", "<certificat>%%%</certificat>"),
        "EMB-03",
        "contenu_du_champ",
    ),
    "cid absent": (ENVELOPPE.replace("cid:x", "cid:y"), "EMB-07", "partie_absente"),
    "href": (ENVELOPPE.replace("cid:x", "x"), "EMB-07", "href_sans_cid"),
    "contentType nu": (
        ENVELOPPE.replace("ws:contentType", "contentType"),
        "EMB-08",
        "content_type_non_qualifie",
    ),
    "contentType faux": (ENVELOPPE.replace("text/xml", "application/pdf"), "EMB-17", "type_autre"),
    "contentType de certificat": (
        ENVELOPPE.replace("text/xml", "application/x-x509-ca-cert"),
        "EMB-17",
        "type_autre",
    ),
    "contentType court": (ENVELOPPE.replace("text/xml", "xx"), "EMB-08", "content_type_court"),
}  # fmt: skip


@pytest.mark.parametrize(
    "media", ["application/xml", "application/octet-stream", "text/plain", "Text/XML; charset=utf-8"]
)
def test_un_type_qui_ne_contredit_pas_la_piece(
    banc: Banc, rompues: Rompues, tenues: Tenues, media: str
) -> None:
    """EMB-17: a type that says less than it could is no other type."""
    poster(banc, corps(ENVELOPPE.replace("text/xml", media)))

    assert rompues(banc) == set()
    assert "EMB-17" in tenues(banc)


def test_une_cle_privee_en_guise_de_certificat(banc: Banc, rompues: Rompues, tenues: Tenues) -> None:
    """EMB-15: in clear, alone or behind its certificate."""
    certificat = b"-----BEGIN CERTIFICATE-----\nAQ==\n-----END CERTIFICATE-----\n"
    banc.depuis("getDemandesRadieesDepuisLe", certificat=certificat)
    assert "EMB-15" in tenues(banc)
    assert rompues(banc) == set()

    cle = b"-----BEGIN RSA PRIVATE KEY-----\nAQ==\n-----END RSA PRIVATE KEY-----\n"
    banc.depuis("getDemandesRadieesDepuisLe", certificat=certificat + cle)
    assert rompues(banc) == {("EMB-15", "cle_privee")}


def test_un_commentaire_dans_un_champ(banc: Banc, rompues: Rompues) -> None:
    """EMB-03: a comment is no content, in a text nor beside an Include."""
    enveloppe = ENVELOPPE.replace("<nomCertificat>", "<nomCertificat><!-- le nôtre -->")
    enveloppe = enveloppe.replace("<xop:Include", "<!-- le fichier --><xop:Include")
    assert enveloppe.count("<!--") == 2
    poster(banc, corps(enveloppe))

    assert rompues(banc) == set()


def test_un_code_ecrit_en_contenu(banc: Banc, rompues: Rompues) -> None:
    """EMB-03: a filter that the server would not see."""
    charge = (
        "<ws:demandesRadieesDepuisLeParametres><dateRadiationDepuisLe>2018-03-01T00:00:00</dateRadiationDepuisLe>"
        "%s<nomCertificat>CERG1104-201803151200.pem</nomCertificat><certificat>AQ==</certificat>"
        "</ws:demandesRadieesDepuisLeParametres>"
    )
    enveloppe = f'<s:Envelope xmlns:s="{SOAP}" xmlns:ws="{WS}"><s:Body>{charge}</s:Body></s:Envelope>'
    type_mime = f'application/soap+xml; action="{WS}getDemandesRadieesDepuisLe"'
    poster(banc, (enveloppe % '<motifRadiation code="ATT"/>').encode(), type_mime)
    assert ("EMB-03", "contenu_du_champ") not in rompues(banc)
    poster(banc, (enveloppe % "<motifRadiation>ATT</motifRadiation>").encode(), type_mime)
    assert ("EMB-03", "contenu_du_champ") in rompues(banc)


@pytest.mark.parametrize(("enveloppe", "exigence", "sorte"), FAUTES.values(), ids=FAUTES)
def test_une_enveloppe_fautive(
    banc: Banc, rompues: Rompues, enveloppe: str, exigence: str, sorte: str
) -> None:
    """Each fault is named rightly, and alone."""
    poster(banc, corps(enveloppe))

    assert rompues(banc) == {(exigence, sorte)}


ENTETES = {
    "type": (MULTIPART.replace('type="application/xop+xml"; ', ""), "EMB-05", "type_du_multipart"),
    "start": (MULTIPART.replace("<r>", "<z>"), "EMB-05", "start_inconnu"),
    "boundary": (MULTIPART.replace('"B"', '"C"'), "EMB-05", "multipart_illisible"),
    "form-data": (MULTIPART.replace("related", "form-data"), "EMB-05", "pas_multipart_related"),
    "action": (MULTIPART.replace("getNumUnique", "getDoublons"), "EMB-04", "action_autre"),
}


@pytest.mark.parametrize(("entete", "exigence", "sorte"), ENTETES.values(), ids=ENTETES)
def test_un_en_tete_fautif(banc: Banc, rompues: Rompues, entete: str, exigence: str, sorte: str) -> None:
    poster(banc, corps(), entete)

    assert rompues(banc) == {(exigence, sorte)}


def test_un_content_id_sans_chevrons(banc: Banc, rompues: Rompues) -> None:
    """On a part that the envelope names."""
    poster(banc, corps(cid="x"))

    assert rompues(banc) == {("EMB-06", "sans_chevrons")}


def test_deux_parties_du_meme_nom(banc: Banc, rompues: Rompues) -> None:
    """A reference that names two parts is no trouble of the multipart."""
    poster(banc, corps().replace(b"--B--", b"--B\r\nContent-ID: <x>\r\n\r\nz\r\n--B--"))

    assert rompues(banc) == {("EMB-07", "content_id_double")}


DOCUMENTS = {
    "latin-1": ("é".encode("latin-1"), b"<a>%s</a>", "latin_1"),
    "dtd": (b"", b'<!DOCTYPE a [<!ENTITY e "x">]><a>%s</a>', "dtd"),
    "coupé": (b"", b"<a>%s", "mal_forme"),
    "annonce": ("é".encode(), b'<?xml version="1.0" encoding="ISO-8859-1"?><a>%s</a>', "encodage_annonce"),
    "vide": (b"", b"%s", "document_vide"),
}


@pytest.mark.parametrize(("octets", "patron", "sorte"), DOCUMENTS.values(), ids=DOCUMENTS)
def test_un_document_illisible(
    banc: Banc, rompues: Rompues, octets: bytes, patron: bytes, sorte: str
) -> None:
    poster(banc, corps(document=patron % octets))

    assert ("EMB-09", sorte) in rompues(banc)


def test_l_octet_etranger_est_montre(banc: Banc, constats: Constats) -> None:
    """Read as what it is, the text would look right."""
    poster(banc, corps(document="<a><nom>é</nom></a>".encode("latin-1")))

    observes = [c.observe for c in constats(banc) if c.sorte == "latin_1"]
    assert observes == ["octet E9 (« é » en ISO-8859-1), dans <nom>"]


def test_un_corps_compresse_est_nomme(banc: Banc, constats: Constats) -> None:
    """What Content-Encoding says is why nothing can be read."""
    en_tetes = {"Content-Type": MULTIPART, "Content-Encoding": "gzip"}
    banc.http.post(ADRESSE.format(base=banc.nom), data=gzip.compress(corps()), headers=en_tetes)

    phrases = [c.phrase for c in constats(banc) if c.exigence == "EMB-05"]
    assert ["Content-Encoding: gzip" in phrase for phrase in phrases] == [True]


def test_une_methode_une_adresse_un_message_vide(banc: Banc, rompues: Rompues) -> None:
    adresse = ADRESSE.format(base=banc.nom)
    banc.http.put(adresse, data=b"x")
    banc.http.post(adresse, data=b"")
    poster(banc, corps(), adresse=ADRESSE.rstrip("/"))

    assert rompues(banc) == {
        ("EMB-01", "methode_http"),
        ("EMB-01", "message_vide"),
        ("EMB-13", "sans_barre_finale"),
    }


def test_une_operation_d_un_autre_service(banc: Banc, rompues: Rompues) -> None:
    """The element is known, the address is not its own."""
    poster(banc, corps(), adresse="/bases/{base}/services/RechercheDemandeImplService/")

    assert ("EMB-02", "autre_service") in rompues(banc)


@pytest.mark.parametrize(
    "entete",
    [
        MULTIPART.replace('start="<r>"; ', ""),
        MULTIPART.replace("<r>", "r"),
        MULTIPART.replace('boundary="B"', "boundary=B"),
        MULTIPART.replace('"application/soap+xml"', '"text/xml"'),
        MULTIPART.partition("; action")[0],
    ],
    ids=["sans start", "start nu", "boundary nu", "start-info", "sans action"],
)
def test_une_tolerance_du_terrain_ne_rompt_rien(banc: Banc, rompues: Rompues, entete: str) -> None:
    """What clients in the field write, and no requirement forbids."""
    poster(banc, corps(), entete)

    assert rompues(banc) == set()


@pytest.mark.parametrize(
    ("ecoute", "certificat", "attendu"),
    [
        ("https", True, set()),
        ("https", False, {("EMB-11", "sans_certificat")}),
        ("https", None, set()),
        ("http", None, set()),
        ("https_expire", True, {("EMB-12", "certificat_expire_accepte")}),
        ("https_autre_nom", True, {("EMB-16", "certificat_d_un_autre_nom_accepte")}),
    ],
)
def test_les_certificats(
    banc: Banc,
    rompues: Rompues,
    tenues: Callable[..., set[str]],
    ecoute: str,
    certificat: bool | None,
    attendu: set[tuple[str, str]],
) -> None:
    """EMB-11, EMB-12 and EMB-16, on what the listener saw."""
    environ = {
        ECOUTE: ecoute,
        CERTIFICAT_DEMANDE: certificat is not None,
        CERTIFICAT: b"" if certificat else None,
    }
    banc.http.post(
        ADRESSE.format(base=banc.nom),
        data=corps(),
        headers={"Content-Type": MULTIPART},
        environ_overrides=environ,
    )

    assert rompues(banc) == attendu
    assert ("EMB-11" in tenues(banc)) is (certificat is True)
