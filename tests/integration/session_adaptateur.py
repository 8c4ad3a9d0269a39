"""A vendor's own tests, told to an application through its adapter, before `sne-sandbox run`.

    sne-sandbox run --clock 2018-03-15T12:00:00 -- python session_adaptateur.py COMMANDE…

A life, a refusal, and the two ways in which a connection dies under a POST. Writes what the application
answered to each command, a line of JSON each.
"""

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

FIXTURES = Path(__file__).parents[2] / "fixtures"
sys.path.insert(0, str(FIXTURES / "clients" / "python"))
from adaptateur import NUU, en_json  # noqa: E402

PRET = json.loads(Path(os.environ["SNE_READY_FILE"]).read_text("utf-8"))


class Session:
    """The adapter, and what is asked of it."""

    def __init__(self, commande: list[str]) -> None:
        self.processus = subprocess.Popen(
            commande, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
        )
        self.rang = 0

    def dire(self, commande: str, **champs: Any) -> Any:
        """One message and its answer."""
        self.rang += 1
        maintenant = "2018-03-15T12:00:00+01:00"
        message = {"id": self.rang, "commande": commande, "maintenant": maintenant, **champs}
        assert self.processus.stdin is not None
        assert self.processus.stdout is not None
        self.processus.stdin.write(json.dumps(message) + "\n")
        self.processus.stdin.flush()
        reponse = json.loads(self.processus.stdout.readline())
        sys.stdout.write(json.dumps({"commande": commande} | reponse, ensure_ascii=False) + "\n")
        return reponse

    def demarrer(self) -> None:
        certificats = {
            "pkcs12": os.environ["SNE_PKCS12_FILE"],
            "mot_de_passe": os.environ["SNE_PKCS12_PASSWORD"],
        }
        adresses = {"demande_logement": os.environ["SNE_ENDPOINT_DEMANDE_LOGEMENT"]}
        self.dire("demarrer", adresses=adresses, certificats=certificats, guichet=PRET["guichet"])

    def creer(self, nom: str, commande: str = "enregistrer", **champs: Any) -> Any:
        """Registers a specimen under its own name."""
        document = ET.parse(FIXTURES / "demandes" / f"{nom}.xml").getroot()
        demande: Any = en_json(document.find(f"{NUU}demande/{NUU}demandeLogement"))
        del demande["numGuichet"]
        version = document.get("versionInterface")
        return self.dire(commande, reference=nom, demande=demande, version=version, **champs)


def casser(genre: str, **parametres: str) -> None:
    """Arms a panne, once, against the next registration."""
    corps = json.dumps({"genre": genre, "operation": "getNumUnique", "parametres": parametres}).encode()
    adresse = f"{PRET['http']}/api/v1/bases/ecole/pannes"
    demande = urllib.request.Request(adresse, corps, {"Content-Type": "application/json"})
    urllib.request.urlopen(demande).close()


def main(commande: list[str]) -> None:
    session = Session(commande)
    session.demarrer()
    session.creer("colocataires")
    session.dire("consulter", reference="colocataires")
    session.creer("colocataires", "modifier")
    session.creer("colocataires")  # refused: it is its own duplicate
    session.dire("chercher_doublons", reference="colocataires")
    radiation = {"dateRadiation": "2018-03-15", "motifRadiation": {"code": "RADABA"}}
    session.dire("radier", reference="colocataires", radiation=radiation)
    session.creer("personne_seule_nir")
    for nom, genre, parametres in (
        ("hebergee_secret", "reponse_perdue", {}),
        ("couple_garde_alternee_handicap", "coupure", {"avant": "oui"}),
    ):
        casser(genre, **parametres)
        session.creer(nom)
        session.dire("chercher_doublons", reference=nom)  # the vendor's user looks whether it is there
    session.dire("fin")


if __name__ == "__main__":
    main(sys.argv[1:])
