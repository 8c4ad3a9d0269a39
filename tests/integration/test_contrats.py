"""Several interfaces in one server, called by zeep from the WSDL of each base."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
import zeep
from client_mtom import DEMANDE, EVENEMENT, adapter, specimen
from lxml import etree
from serveur_local import HORLOGE, Serveur
from zeep.transports import Transport

from sne_interface.contract.codec import NS

WORKERS = [
    pytest.param(("--workers", "1"), id="one"),
    pytest.param(("--workers", "2"), id="two"),
    pytest.param(("--workers", "2", "postgres"), id="postgres", marks=pytest.mark.postgres),
]
#: A contract of the operator's: 02.02 alone, and the change that explains it.
FUTUR = {
    "contract.toml": 'nom = "futur"\ntitre = "Interface à venir"\nextends = "v5.2"\nversions = ["02.02"]\n',
    "changements.toml": '[FIN-ANCIENNES]\nphrase = "02.02 seule est admise."\ngenre = "retrait"\n'
    'fidelite = "convention"\nsource = "essai"\nexige = 2018-12-31\ncouvre.messages = ["02.00", "02.01"]\n',
}


class TransportQuiNote(Transport):
    """zeep's, that keeps the headers of the last answer."""

    en_tetes: Any = None

    def post(self, address: str, message: Any, headers: dict[str, str]) -> requests.Response:
        """zeep's: send an envelope."""
        reponse: requests.Response = super().post(address, message, headers)  # type: ignore[no-untyped-call]
        self.en_tetes = reponse.headers
        return reponse


class Vendeur:
    """An application written with zeep, on a base, with certificates that `pki issue --base` wrote."""

    def __init__(self, serveur: Serveur, base: str, dossier: Path) -> None:
        session = requests.Session()
        session.trust_env = False
        session.verify = serveur.pret["ca_file"]
        session.cert = serveur.emettre("G1226", base, dossier / base)
        self.transport = TransportQuiNote(session=session)  # type: ignore[no-untyped-call]
        self._clients = {
            service: zeep.Client(f"{adresse}?wsdl", transport=self.transport)  # type: ignore[no-untyped-call]
            for service in (DEMANDE, EVENEMENT)
            if (adresse := serveur.service(service, https=True, base=base))
        }

    def demande(self, document: bytes, version: str) -> tuple[list[str], str]:
        """getNumUnique in a version of message: the codes of the anomalies, and the numéro."""
        racine = etree.fromstring(document)
        racine.set("versionInterface", version)
        recu = self._clients[DEMANDE].service.getNumUnique(
            nomFichierDemande="DEMG1226-201803151200-000001.xml",
            fichierDemande=_fichier(etree.tostring(racine)),
            nomCertificat="CERG1226-201803151200.pem",
            certificat=_fichier(b""),
        )
        arbre = _lire(recu.fichierDemande)
        return _anomalies(arbre), arbre.findtext(f".//{{{NS}}}numUnique") or ""

    def decision(self, numero: str) -> list[str]:
        """ajouterEvenementDemande of a decision: the codes of the anomalies."""
        recu = self._clients[EVENEMENT].service.ajouterEvenementDemande(
            nomFichier="EVTG1226-201803151200-000001.xml",
            fichierXml=_fichier(adapter(specimen("documents/evenement"), numUnique=numero)),
            nomCertificat="CERG1226-201803151200.pem",
        )
        return _anomalies(_lire(recu.fichierXmlRetour))


def _fichier(octets: bytes) -> dict[str, Any]:
    return {"_value_1": octets, "contentType": "text/xml"}


def _lire(champ: Any) -> Any:
    return etree.fromstring(champ if isinstance(champ, bytes) else champ["_value_1"])


def _anomalies(arbre: Any) -> list[str]:
    return [a.get("code") for a in arbre.iter(f"{{{NS}}}anomalie")]


@pytest.mark.parametrize("options", WORKERS)
def test_a_base_of_5_0_beside_a_base_of_5_2(
    demarrer: Callable[..., Serveur], tmp_path: Path, request: pytest.FixtureRequest, options: tuple[str, ...]
) -> None:
    if "postgres" in options:
        adresse = request.getfixturevalue("serveur_postgres").nouvelle()
        options = (*options[:-1], "--database", adresse)
    futur = tmp_path / "home" / "contrats" / "futur"
    futur.mkdir(parents=True)
    for nom, texte in FUTUR.items():
        (futur / nom).write_text(texte, "utf-8")
    serveur = demarrer(*options)
    for nom, contrat in (("ancienne", "v5.0"), ("neuve", "v5.2"), ("future", "futur")):
        creee = serveur.lire("/api/v1/bases", {"nom": nom, "contrat": contrat, "horloge": HORLOGE})
        assert creee["contrat"] == contrat
    colocataires = specimen("demandes/colocataires")
    for nom, refusees, evenement in (
        ("ancienne", {"02.02": ["ENT003"]}, ["EVT002"]),
        ("neuve", {}, []),
        ("future", {"02.01": ["ENT003"]}, []),
        ("ecole", {}, []),
    ):
        vendeur, admise = Vendeur(serveur, nom, tmp_path), "02.01" if nom == "ancienne" else "02.02"
        for version, anomalies in refusees.items():
            for _ in range(3):  # each process reads the contract of the base for itself
                assert vendeur.demande(colocataires, version)[0] == anomalies, (nom, version)
        anomalies, numero = vendeur.demande(colocataires, admise)
        assert (anomalies, bool(numero)) == ([], True), nom
        assert vendeur.decision(numero) == evenement, nom
        assert [e["operation"] for e in serveur.journal(nom)][-1] == "getNumUnique"


def test_the_answer_warns_of_what_the_contract_to_come_refuses(
    demarrer: Callable[..., Serveur], tmp_path: Path
) -> None:
    futur = tmp_path / "home" / "contrats" / "futur"
    futur.mkdir(parents=True)
    for nom, texte in FUTUR.items():
        (futur / nom).write_text(texte, "utf-8")
    serveur = demarrer()
    serveur.lire("/api/v1/bases", {"nom": "essai", "contrat": "v5.0", "horloge": HORLOGE,
                                   "reglages": {"contrat_suivant": "futur"}})  # fmt: skip
    vendeur = Vendeur(serveur, "essai", tmp_path)
    assert vendeur.demande(specimen("demandes/colocataires"), "02.01")[0] == []
    assert vendeur.transport.en_tetes["SNE-Avertissement"] == 'FIN-ANCIENNES; exige="2018-12-31"'
    (ligne,) = serveur.journal("essai")
    assert [refus["changement"] for refus in ligne["a_venir"]] == ["FIN-ANCIENNES"]
