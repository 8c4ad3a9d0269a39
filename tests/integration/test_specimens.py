"""Every specimen that creates a demande registers over MTOM and comes back as it was sent."""

import io
from typing import Any

import pytest
from client_mtom import Client, specimen
from lxml import etree
from pypdf import PdfReader
from serveur_local import Serveur

from sne_interface.contract.codec import NS
from sne_interface.resources import fixtures_dir

CREATIONS = sorted(
    f.stem for f in (fixtures_dir() / "demandes").glob("*.xml") if b"typeFichier>CRE<" in f.read_bytes()
)


def _egal_a_la_sne_pres(envoye: bytes, recu: Any, numero: str) -> None:
    """Equal as trees, once what the SNE adds or stamps is taken away."""
    temoin = etree.fromstring(envoye, etree.XMLParser(remove_blank_text=True))
    copie = etree.fromstring(etree.tostring(recu), etree.XMLParser(remove_blank_text=True))
    for arbre in (temoin, copie):
        entete = arbre.find(f"{{{NS}}}entete")
        entete.remove(entete.find(f"{{{NS}}}dateFichier"))
        entete.find(f"{{{NS}}}typeFichier").text = "…"
    assert copie.findtext(f".//{{{NS}}}numUnique") == numero
    for ajout in ("numUnique", "informationTraitement"):
        for element in list(copie.iter(f"{{{NS}}}{ajout}")):
            element.getparent().remove(element)
    assert etree.tostring(copie, method="c14n").decode() == etree.tostring(temoin, method="c14n").decode()


def test_the_specimens_of_the_issue_are_there() -> None:
    assert {"personne_seule", "couple_garde_alternee_handicap", "association", "adresse_etranger"} <= set(
        CREATIONS
    )


@pytest.mark.parametrize("nom", CREATIONS)
def test_a_specimen_registers_and_comes_back(serveur: Serveur, nom: str) -> None:
    envoye = specimen(f"demandes/{nom}")
    guichet = etree.fromstring(envoye).findtext(f".//{{{NS}}}numGuichet")
    client = Client(serveur, guichet, https=True)
    creation = client.enregistrer(envoye)
    assert creation.document.findtext(f"{{{NS}}}entete/{{{NS}}}typeFichier") == "RET"
    _egal_a_la_sne_pres(envoye, creation.document, creation.numero)
    _egal_a_la_sne_pres(envoye, client.relire(creation.numero).document, creation.numero)
    client.fermer()

    pdf = creation.pieces["attestation"]
    assert not pdf.isascii()
    assert pdf.startswith(b"%PDF-")
    texte = " ".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())
    document = etree.fromstring(envoye)
    titulaire = document.findtext(f".//{{{NS}}}nom")  # of the applicant, or of the association
    assert titulaire
    assert titulaire.casefold() in texte.casefold()
    assert creation.numero in texte.replace(" ", "")
    assert "ATTESTATION D'ENREGISTREMENT" in texte.replace("’", "'").upper()
    assert "spécimen" in texte.casefold()


def test_an_unknown_number_is_a_fault(client: Client) -> None:
    recu = client.relire("0620318999999G1226")
    assert (recu.statut, recu.phrase) == (500, "Le numéro unique [0620318999999G1226] est inconnu.")
