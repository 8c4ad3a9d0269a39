"""Our protocol class beside Spyne's own: the same values read, the same bytes written."""

from copy import deepcopy
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from sne_interface.contract.contrats_charges import ChampLu, OperationPubliee, charger
from sne_interface.domain.echange import Piece, Reponse
from sne_sandbox.mime.message_mime import Message, Packaging
from sne_sandbox.soap import envelope, serveur_soap

# `server` before any of these: it makes Spyne importable on every Python.
from spyne import MethodContext  # isort: skip
from spyne.protocol.soap import Soap12  # isort: skip
from spyne.server import ServerBase  # isort: skip

CONTRAT = charger("v5.2")
OPERATIONS = tuple(CONTRAT.operations.values())
PROTOCOLE = serveur_soap.application(
    OPERATIONS[0].espace, OPERATIONS, serveur_soap.ProtocolePlat
).out_protocol
PAR_NOM = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.nom)
XSI = "http://www.w3.org/2001/XMLSchema-instance"

#: What an element may hold, and what an attribute: line ends as an XML parser gives them.
TEXTES = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), max_size=30
)
INSTANTS = st.sampled_from(["2018-03-01T00:00:00", " 2018-03-01T00:00:00+01:00\n", "2018-12-31T23:59:59Z"])
CODES = st.text("abcXYZ019", min_size=1, max_size=6)


class _DeSpyne(Soap12):
    """Spyne's own reading and writing, over a payload that is already parsed."""

    def create_in_document(self, ctx: Any, charset: Any = None) -> None:
        """The tree is in `ctx.udc`."""

    def decompose_incoming_envelope(self, ctx: Any, message: Any = None) -> None:
        operation, charge = ctx.udc
        ctx.in_header_doc = None
        ctx.in_body_doc = ctx.in_document = charge
        ctx.method_request_string = operation.nom


@cache
def _application(protocole: type) -> Any:
    return serveur_soap.application(OPERATIONS[0].espace, OPERATIONS, protocole)


def _lus_par_spyne(operation: OperationPubliee, charge: Any, pieces: dict[str, Piece]) -> dict[str, Any]:
    serveur = ServerBase(_application(_DeSpyne))
    initial = MethodContext(serveur, MethodContext.SERVER)
    initial.udc = operation, charge
    (ctx,) = serveur.generate_contexts(initial)
    serveur.get_in_object(ctx)
    assert ctx.in_error is None
    champs: dict[str, Any] = {}
    for champ in operation.entree.champs:
        valeur = getattr(ctx.in_object, champ.nom, None)
        if valeur is None:
            continue
        if champ.type == "tns:base64Binary":
            champs[champ.nom] = pieces[valeur.jeton]
        else:
            champs[champ.nom] = (valeur.code or "") if champ.type == "tns:codeElement" else valeur
    return champs


def _ecrit(operation: OperationPubliee, champs: dict[str, Any]) -> bytes:
    message = serveur_soap._Message(operation, out_object=champs)
    PROTOCOLE.serialize(message, Soap12.RESPONSE)
    octets: bytes = etree.tostring(message.out_document)
    return octets


def _ecrit_par_spyne(operation: OperationPubliee, champs: dict[str, Any]) -> bytes:
    application = _application(_DeSpyne)
    ctx = MethodContext(ServerBase(application), MethodContext.SERVER)
    ctx.descriptor = application.interface.service_method_map[f"{{{operation.espace}}}{operation.nom}"][0]
    valeurs = {
        nom: SimpleNamespace(jeton=nom, contentType=valeur.content_type)
        if isinstance(valeur, Piece)
        else valeur
        for nom, valeur in champs.items()
    }
    absents = {champ.nom: None for champ in operation.sortie.champs}
    ctx.out_object = [SimpleNamespace(**absents | valeurs)]
    application.out_protocol.serialize(ctx, Soap12.RESPONSE)
    octets: bytes = etree.tostring(ctx.out_document)
    return octets


@st.composite
def _charges(tirer: st.DrawFn, operation: OperationPubliee) -> Any:
    """A wrapper as it may come: fields in any order, some left out, nil or unknown among them."""
    charge = etree.Element(operation.entree.qname, nsmap={"xsi": XSI, "ws": operation.espace})
    for champ in tirer(st.permutations(operation.entree.champs)):
        if not champ.obligatoire and tirer(st.booleans()):
            continue
        noeud = etree.SubElement(charge, champ.nom)
        noeud.tail = tirer(st.sampled_from([None, "\n  "]))
        if not champ.obligatoire and tirer(st.booleans()):
            noeud.set(f"{{{XSI}}}nil", "true")
        elif champ.type == "tns:codeElement":
            if tirer(st.booleans()):
                noeud.set("code", tirer(CODES))
        elif champ.type == "tns:base64Binary":
            noeud.text = tirer(st.sampled_from([None, "", "QUJD", " QUJD\n"]))
            if tirer(st.booleans()):
                noeud.set(operation.attribut_content_type, tirer(TEXTES))
        else:
            noeud.text = tirer(INSTANTS if champ.type == "xs:dateTime" else TEXTES)
    if tirer(st.booleans()):
        etree.SubElement(charge, "inconnu").text = "x"
    return charge


def _valeur(champ: ChampLu) -> st.SearchStrategy[Any]:
    if champ.type == "tns:base64Binary":
        return st.builds(Piece, st.just(b"x"), st.none() | st.sampled_from(["text/xml", "a/b"]) | TEXTES)
    return CODES if champ.type == "tns:codeElement" else TEXTES


@PAR_NOM
@settings(max_examples=40)
@given(data=st.data())
def test_les_champs_lus_sont_ceux_de_spyne(operation: OperationPubliee, data: st.DataObject) -> None:
    # As it comes from the wire: written, and parsed again.
    charge = etree.fromstring(etree.tostring(data.draw(_charges(operation))))
    message = Message(Packaging.SIMPLE, b"", "", None, (), ())
    pieces = envelope.LectureChamps(charge, operation, message, lambda *_: None).pieces
    copie = deepcopy(charge)
    lu = serveur_soap._Message(operation, in_document=charge)
    PROTOCOLE.deserialize(lu, Soap12.REQUEST)
    assert {**lu.in_object, **pieces} == _lus_par_spyne(operation, copie, pieces)


@PAR_NOM
@settings(max_examples=40)
@given(data=st.data())
def test_les_octets_ecrits_sont_ceux_de_spyne(operation: OperationPubliee, data: st.DataObject) -> None:
    champs = {
        champ.nom: data.draw(_valeur(champ))
        for champ in operation.sortie.champs
        if champ.obligatoire or data.draw(st.booleans())
    }
    assert _ecrit(operation, champs) == _ecrit_par_spyne(operation, champs)
    pieces = serveur_soap._pieces(operation, Reponse(champs))
    assert pieces == {nom: valeur for nom, valeur in champs.items() if isinstance(valeur, Piece)}


@pytest.mark.parametrize("texte", ["\0", "a\x1bb", "\ud800"])
def test_ce_qu_aucun_xml_ne_tient_est_refuse_des_deux_cotes(texte: str) -> None:
    operation = CONTRAT.operations["getNumUnique"]
    champs = {"nomFichierDemande": texte, "fichierDemande": Piece(b"x", "text/xml")}
    with pytest.raises(ValueError):
        _ecrit(operation, champs)
    with pytest.raises(ValueError):
        _ecrit_par_spyne(operation, champs)
