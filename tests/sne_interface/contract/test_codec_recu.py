"""A document read at once is the one that a walk reads, whatever its client wrote it with."""

from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sne_interface.contract import codec
from sne_interface.contract.contrats_charges import charger
from sne_interface.domain.element_recu import (
    BORD_BLANC,
    CODE_INCONNU,
    VIDE_OBLIGATOIRE,
    DocumentRecu,
    Element,
)
from sne_interface.resources import fixtures_dir

NS = codec.NS
XSI = "http://www.w3.org/2001/XMLSchema-instance"
NOMENCLATURES = charger("v5.2").nomenclatures
FICHIERS = sorted(f for d in ("demandes", "documents") for f in (fixtures_dir() / d).glob("*.xml"))

CONTENANTS = ["demandeur", "listeMotif", "adressePostale"]
FEUILLES = ["nom", "civilite", "commune", "dateNaissance", "inconnue"]
TEXTES = st.text(st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"))
DE_FORME = {CODE_INCONNU, VIDE_OBLIGATOIRE, BORD_BLANC}
MORCEAUX = [" ", "\n", "\r\n", "\t", "&#32;", "&#13;", "&gt;", ">", "a", "?", "<!-- -->", "<?p?>", ""]
BLANCS = st.sampled_from(["", " ", "\n  ", "\t"])


def _image(element: Element) -> Any:
    """All that is to be seen of an element, but for its place."""
    return (
        element.nom,
        element.texte,
        element.attributs,
        element.code,
        element.vide,
        [(nom, element.enfants.index(enfant)) for nom, enfant in element.presents.items()],
        [_image(enfant) for enfant in element.enfants],
    )


def _verifier(octets: bytes) -> DocumentRecu:
    racine = codec.parse(octets, limit=10**6)
    exact = codec.decoder(racine, NOMENCLATURES.conteneurs)
    pleins = [e for e in exact.parcourir() if not e.vide]
    codes = {f"{e.nom}={e.code}" for e in pleins if e.code and not e.enfants}
    for lue in (racine, codec.parse(octets, limit=10**6, serre=True)):
        # Read from what libxml2 writes again, and from what was received.
        for recus in (b"", octets):
            recu = codec.decoder_recu(lue, NOMENCLATURES, recus)
            assert _image(recu) == _image(exact) == _image(recu.exact())
            assert [e.ligne for e in recu.exact().parcourir()] == [e.ligne for e in exact.parcourir()]
            assert (
                recu.faits - {CODE_INCONNU, VIDE_OBLIGATOIRE, BORD_BLANC} == {e.nom for e in pleins} | codes
            )
    return recu


@pytest.mark.parametrize("fichier", FICHIERS, ids=lambda f: f.stem)
def test_un_specimen(fichier: Path) -> None:
    octets = fichier.read_bytes()
    recu = _verifier(octets)
    assert not recu.faits & {CODE_INCONNU}
    # Written with another prefix, and with none.
    _verifier(
        octets.replace(b"<ns1:", b"<a:").replace(b"</ns1:", b"</a:").replace(b"xmlns:ns1=", b"xmlns:a=")
    )
    _verifier(octets.replace(b"<ns1:", b"<").replace(b"</ns1:", b"</").replace(b"xmlns:ns1=", b"xmlns="))


@pytest.mark.parametrize("fichier", FICHIERS, ids=lambda f: f.stem)
def test_ce_que_la_base_garde(fichier: Path) -> None:
    octets = codec.encoder(
        codec.decoder(codec.parse(fichier.read_bytes(), limit=10**6), NOMENCLATURES.conteneurs)
    )
    relue = codec.lire_demande(octets).element
    assert isinstance(relue, DocumentRecu)
    assert _image(relue) == _image(codec.lire(octets)) == _image(relue.exact())
    assert codec.encoder(relue) == octets
    # What others wrote is read all the same.
    autre = octets.partition(b"\n")[2]
    assert _image(codec.lire_demande(autre).element) == _image(relue)


@st.composite
def _element(tirer: st.DrawFn, nom: str, profondeur: int) -> str:
    attributs = ""
    if tirer(st.booleans()):
        attributs += " code=" + quoteattr(
            tirer(st.sampled_from(["1", "X", "", "a&b", '"', "'", "<\n>"]) | TEXTES)
        )
    if tirer(st.booleans()):
        attributs += tirer(st.sampled_from([' p:modifie="true"', " p:modifie='false'", ' xsi:nil = "0"']))
    if nom in FEUILLES:
        texte = tirer(TEXTES).replace("&", "&amp;").replace("<", "&lt;")
        contenu = tirer(
            st.sampled_from(
                [texte, "<![CDATA[<&>]]>", "&#233;&#13;", "a<!-- b -->c", " <!-- -->a", " <?p?>a", "\r\n", ""]
            )
            | st.lists(
                st.sampled_from([" ", "\n", "\r\n", "\t", "&#32;", "&#13;", "&gt;", ">", "a", "?"])
            ).map("".join)
        )
    else:
        noms = tirer(st.lists(st.sampled_from(CONTENANTS + FEUILLES if profondeur else FEUILLES), max_size=4))
        contenu = tirer(BLANCS) + "".join([tirer(_element(n, profondeur - 1)) + tirer(BLANCS) for n in noms])
    espace = tirer(BLANCS)
    return f"<p:{nom}{attributs}{espace}>{contenu}</p:{nom}{espace}>" if contenu else f"<p:{nom}{attributs}/>"


@given(st.data())
def test_n_importe_quel_document(data: st.DataObject) -> None:
    contenu = data.draw(_element("demandeur", 2))
    fin = f' xmlns:p="{NS}" xmlns:xsi="{XSI}"'
    _verifier(contenu.replace("<p:demandeur", "<p:demandeur" + fin, 1).encode())


def test_un_document_qui_s_annonce_autrement() -> None:
    texte = f'<p:demandeur xmlns:p="{NS}"><p:nom> \u00e9 </p:nom></p:demandeur>'
    for debut in ("", "\n ", '<?xml version="1.0"?>', "<?xml version='1.0' encoding='utf-8' ?>\n", "\ufeff"):
        _verifier((debut + texte).encode())
    for encodage in ("UTF-8", "utf-8", "utf-16", "iso-8859-1", "utf-7"):
        _verifier(f'<?xml version="1.0" encoding="{encodage}"?>{texte}'.encode(encodage))
    assert BORD_BLANC in _verifier(texte.encode()).faits


def test_un_code_hors_liste_et_un_element_sans_le_sien() -> None:
    octets = (fixtures_dir() / "demandes" / "personne_seule.xml").read_bytes()
    debut, _, fin = octets.partition(b"<ns1:civilite ")
    reste = fin[fin.index(b"/>") + 2 :]
    assert CODE_INCONNU in _verifier(debut + b'<ns1:civilite code="9"/>' + reste).faits
    assert VIDE_OBLIGATOIRE in _verifier(debut + b"<ns1:civilite/>" + reste).faits
    assert not _verifier(octets).faits & {CODE_INCONNU, VIDE_OBLIGATOIRE}
