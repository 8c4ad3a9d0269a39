"""What users do before an adapter of fixtures/clients, as a vendor's own tests would, without a plan.

    sne-sandbox run --clock 2018-03-15T12:00:00 -- python utilisateur_libre.py [--encore] php adaptateur.php

Refusals are tried and mended, servers that are not the SNE left, and every panne of PANNES played on a
registration, then on a reading, both asked again at once with `--encore`; `--renvoi` is for an application
whose HTTP library sends a lost POST again. The adapter is told and answers « sne-sandbox/1 ».
"""

import copy
import json
import os
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

DEMANDE = Path(__file__).parents[2] / "fixtures" / "demandes" / "colocataires.xml"
NUU = "{http://nuu.application.i2/}"
SERVICE = "/services/DemandeLogementImplService/"
PANNES = ("html_503", "reponse_perdue", "mime_tronque", "cid_faux", "coupure", "fault_serveur", "bom")
#: What the user reads then; and when a lost POST is sent again.
DITS = {"bom": "fait"}
RENVOYES = {"bom": "fait", "reponse_perdue": "fait", "coupure": "fait"}


def en_json(element: ET.Element) -> Any:
    """« Demande JSON » of an element."""
    if not len(element):
        return {"code": element.get("code")} if element.get("code") else element.text or ""
    objet: dict[str, Any] = {}
    for enfant in element:
        nom = enfant.tag.removeprefix(NUU)
        deja = objet.get(nom)
        lu = en_json(enfant)
        objet[nom] = lu if deja is None else [*(deja if isinstance(deja, list) else [deja]), lu]
    return objet


class Utilisateur:
    """Who is told what the adapter answers, and knows what it must be."""

    def __init__(self, commande: list[str]) -> None:
        self.pret = json.loads(Path(os.environ["SNE_READY_FILE"]).read_text("utf-8"))
        self.processus = subprocess.Popen(
            commande, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
        )
        self.rang = 0
        self.modele = en_json(ET.parse(DEMANDE).getroot().find(f".//{NUU}demandeLogement"))
        for nom in ("numGuichet", "numUnique"):
            self.modele.pop(nom, None)

    def dire(self, attendu: str, commande: str, **champs: Any) -> None:
        """Tells the adapter a command, whose answer must have that statut."""
        self.rang += 1
        message = {"id": self.rang, "commande": commande, "maintenant": "2018-03-15T12:00:00+01:00", **champs}
        assert self.processus.stdin
        assert self.processus.stdout
        self.processus.stdin.write(json.dumps(message) + "\n")
        self.processus.stdin.flush()
        reponse = json.loads(self.processus.stdout.readline())
        assert (reponse["id"], reponse["statut"]) == (self.rang, attendu), (message, reponse)

    def adresses(self, serveur: str) -> dict[str, str]:
        """What `adresser` takes: the service of a server of the ready file."""
        return {"demande_logement": self.pret[serveur] + SERVICE}

    def demarrer(self) -> None:
        """Where the SNE is."""
        fichiers = {"ca": "ca_file", "certificat": "cert_file", "cle": "key_file", "pkcs12": "pkcs12_file"}
        certificats = {nom: self.pret[fichier] for nom, fichier in fichiers.items()}
        suite = {
            "protocole": "sne-sandbox/1",
            "contrat": "v5.2",
            "adresses": self.adresses("https"),
            "certificats": {**certificats, "mot_de_passe": os.environ["SNE_PKCS12_PASSWORD"]},
            "guichet": self.pret["guichet"],
            "delai_max_s": 60,
        }
        self.dire("fait", "demarrer", **suite)

    def armer(self, genre: str, operation: str) -> None:
        """Arms a panne of one exchange."""
        question = urllib.request.Request(
            f"{self.pret['https']}/api/v1/bases/ecole/pannes",
            json.dumps({"genre": genre, "operation": operation}).encode(),
            {"Content-Type": "application/json", "Authorization": f"Bearer {self.pret['admin_token']}"},
        )
        contexte = ssl.create_default_context(cafile=self.pret["ca_file"])
        urllib.request.urlopen(question, context=contexte).close()

    def menages(self) -> Iterator[dict[str, Any]]:
        """One household after the other, that only a day of birth tells apart."""
        jour = date(1971, 1, 1)
        while True:
            demande = copy.deepcopy(self.modele)
            demande["personnePhysique"]["demandeur"]["dateNaissance"] = jour.isoformat()
            yield demande
            jour += timedelta(days=1)


def vivre(utilisateur: Utilisateur) -> None:
    """A demande is registered, refused, confirmed, modified, read."""
    dire, demande = utilisateur.dire, utilisateur.modele
    dire("fait", "enregistrer", reference="d1", demande=demande)
    dire("refuse", "enregistrer", reference="d2", demande=demande)
    dire("fait", "corriger", reference="d2", demande=demande, forcer_doublon=True)
    dire("fait", "modifier", reference="d1", demande={**demande, "precision": "L'été, chez <Œuvre> & Cie"})
    dire("fait", "consulter", reference="d1", complet=True)
    dire("erreur", "consulter", numero_unique="0620318999999G1226")
    naitra = copy.deepcopy(demande)
    naitra["personnePhysique"]["demandeur"]["dateNaissance"] = "2018-12-01"
    dire("refuse", "enregistrer", reference="d3", demande=naitra, forcer_doublon=True)
    naitra["personnePhysique"]["demandeur"]["dateNaissance"] = "1978-12-01"
    dire("fait", "corriger", reference="d3", demande=naitra, forcer_doublon=True)


def subir(utilisateur: Utilisateur, encore: bool, dits: dict[str, str]) -> None:
    """The servers that are not the SNE, and the pannes."""
    dire, menages = utilisateur.dire, utilisateur.menages()
    for serveur in ("https_expire", "https_autre_nom"):
        dire("fait", "adresser", adresses=utilisateur.adresses(serveur))
        dire("erreur", "enregistrer", reference=serveur, demande=next(menages), forcer_doublon=True)
    dire("fait", "adresser", adresses=utilisateur.adresses("https"))
    for panne in PANNES:
        nouvelle = {"reference": panne, "demande": next(menages), "forcer_doublon": True}
        for operation, commande, champs in (
            ("getNumUnique", "enregistrer", nouvelle),
            ("getDemandeLogement", "consulter", {"reference": "d1"}),
        ):
            utilisateur.armer(panne, operation)
            dire(dits.get(panne, "erreur"), commande, **champs)
            if encore and panne not in dits:
                dire("fait", commande, **champs)


def main(arguments: list[str]) -> None:
    """From its start to its end."""
    options = {mot for mot in arguments[:2] if mot in ("--encore", "--renvoi")}
    utilisateur = Utilisateur(arguments[len(options) :])
    utilisateur.demarrer()
    vivre(utilisateur)
    subir(utilisateur, "--encore" in options, RENVOYES if "--renvoi" in options else DITS)
    utilisateur.dire("fait", "fin")
    utilisateur.processus.communicate(timeout=60)
    assert utilisateur.processus.returncode == 0


if __name__ == "__main__":
    main(sys.argv[1:])
