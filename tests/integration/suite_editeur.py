"""A vendor's own tests: three households registered, then modified, by an application that has one fault.

    sne-sandbox run --clock 2018-03-15T12:00:00 -- python suite_editeur.py FAUTE

It looks at no answer but for the number: what is refused, only the judgement tells.
"""

import html
import http.client
import os
import ssl
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

FIXTURES = Path(__file__).parents[2] / "fixtures"
sys.path.insert(0, str(FIXTURES / "clients" / "python"))
from enregistrer import champs, question  # noqa: E402

NS = "{http://nuu.application.i2/}"
INSTANT = datetime(2018, 3, 15, 12)
NOMS = ("LÉVY-D'ŒUVRE", "L’HÔTE & FILS", "BÉRÉNICE")
#: A texte as the application writes it.
TEXTES: dict[str, Callable[[str], str]] = {
    "latin": lambda texte: texte.encode().decode("cp1252", "replace"),
    "echappe": html.escape,
    "oe": lambda texte: texte.encode("latin-1", "replace").decode("latin-1"),
}


class Application:
    """What is tested."""

    def __init__(self, faute: str) -> None:
        self.faute = faute
        self.guichet = os.environ["SNE_GUICHET"]
        self.adresse = urlsplit(os.environ["SNE_ENDPOINT_DEMANDE_LOGEMENT"])
        self.tls = ssl.create_default_context(cafile=os.environ["SNE_CA_FILE"])
        self.tls.load_cert_chain(os.environ["SNE_CERT_FILE"], os.environ["SNE_KEY_FILE"])
        self.rang = 0

    def envoyer(self, genre: str, formulaire: dict[str, str], numero: str = "") -> str:
        """The number delivered, "" for a refusal."""
        racine = etree.parse(FIXTURES / "demandes" / "colocataires.xml").getroot()
        racine.find(f"{NS}entete/{NS}typeFichier").text = genre
        demande = racine.find(f"{NS}demande/{NS}demandeLogement")
        if numero:
            element = etree.Element(f"{NS}numUnique")
            element.text = numero
            demande.find(f"{NS}numGuichet").addnext(element)
        for chemin, valeur in formulaire.items():
            demande.find("/".join(NS + pas for pas in chemin.split("/"))).text = self.texte(valeur)
        if self.faute == "lien" and genre == "CRE" and self.rang:
            self.tous_conjoints(demande)
        self.rang += 1
        document = etree.tostring(racine, encoding="UTF-8", xml_declaration=True)
        content_type, corps = question(self.guichet, document, INSTANT, self.rang)
        lien = http.client.HTTPSConnection(self.adresse.netloc, context=self.tls, timeout=120)
        lien.request("POST", self.adresse.path, corps, {"Content-Type": content_type})
        reponse = lien.getresponse()
        _, pieces = champs(reponse.headers["Content-Type"], reponse.read())
        lien.close()
        rendu = etree.fromstring(pieces["fichierDemande"])
        refuse = rendu.find(f".//{NS}anomalie") is not None
        return "" if refuse else rendu.findtext(f".//{NS}demandeLogement/{NS}numUnique") or ""

    def texte(self, valeur: str) -> str:
        return TEXTES.get(self.faute, str)(valeur)

    def tous_conjoints(self, demande: Any) -> None:
        """A second co-holder, and a link that is always the same."""
        liste = demande.find(f"{NS}personnePhysique/{NS}listeCotitulaire")
        liste.append(etree.fromstring(etree.tostring(liste[0])))
        liste[1].find(f"{NS}prenom").text = "CAMILLE"
        for element in liste.iter(f"{NS}lienDemandeur"):
            element.set("code", "C")

    def modifier(self, formulaire: dict[str, str], numero: str) -> str:
        if self.faute == "creation":
            return self.envoyer("CRE", {**formulaire, "dateCreationDemande": "2018-02-01"})
        if self.faute == "date":
            return self.envoyer("MOD", {**formulaire, "dateCreationDemande": "2018-02-01"}, numero)
        return self.envoyer("MOD", formulaire, numero)


def main(faute: str) -> None:
    application = Application(faute)
    for rang, nom in enumerate((*NOMS, "SECOND") if faute == "lien" else NOMS):
        formulaire = {
            "personnePhysique/demandeur/nom": nom,
            "personnePhysique/listeCotitulaire/cotitulaire/nom": f"{nom} {'ABCD'[rang]}",
            "refInterne": f"DOSSIER-{rang}",
        }
        numero = application.envoyer("CRE", formulaire)
        if numero:
            application.modifier(formulaire, numero)
    if faute == "honnete":  # what every suite tries: a duplicate, and a date that is wrong
        application.envoyer("CRE", {**formulaire, "refInterne": "AUTRE"})
        application.envoyer("MOD", {**formulaire, "dateCreationDemande": "2018-02-01"}, numero)
    sys.stdout.write(f"{application.rang}\n")


if __name__ == "__main__":
    main(sys.argv[1])
