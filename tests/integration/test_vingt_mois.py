"""One demande through twenty months over HTTP, and the year after: the base's clock is driven by the API.

The server is the command's own process; the client holds the guichet's certificate and speaks MTOM.
"""

import base64
import io
import json
import ssl
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from client_mtom import SOAP, XOP, ecrire
from lxml import etree

from sne_interface.contract.codec import NS
from sne_interface.resources import fixtures_dir
from sne_sandbox.mime.message_deballe import unpack

DELAI: Final = 120.0
FORMULAIRE: Final = f"{{{NS}}}demande/{{{NS}}}demandeLogement"
#: Fields of an answer that hold a document.
CHAMPS_DOCUMENT: Final = ("fichierDemande", "fichierDemandesRadiees", "fichierXmlRetour")


class Client:
    """A landlord's software, and the hand that moves the clock."""

    def __init__(self, pret: Mapping[str, Any]) -> None:
        self.adresse: str = pret["https"]
        self.guichet: str = pret["guichet"]
        self._tls = ssl.create_default_context(cafile=pret["ca_file"])
        self._tls.load_cert_chain(pret["cert_file"], pret["key_file"])

    # --- SOAP ------------------------------------------------------------------------------------

    def appeler(self, operation: str, **champs: str | bytes) -> tuple[str | None, bytes | None]:
        """(sentence of the fault, None for an answer; bytes of the document of the answer, None without)."""
        content_type, octets = ecrire(operation, champs)
        service = "GestionPartageeEVT" if "Evenement" in operation else "DemandeLogement"
        statut, en_tetes, recu = self._envoyer(f"/services/{service}ImplService/", octets, content_type)
        message = unpack(en_tetes["Content-Type"], recu, taille_max=10**8)
        reponse = etree.fromstring(message.racine)
        phrase = reponse.findtext(f".//{{{SOAP}}}Text")
        assert (statut == 200) == (phrase is None), (statut, phrase)
        for champ in reponse.iter(CHAMPS_DOCUMENT):
            include = champ.find(f"{{{XOP}}}Include")
            if include is None:  # a small piece may travel in line
                return None, base64.b64decode(champ.text or "")
            partie = message.partie(include.get("href"))
            assert partie is not None
            return None, partie.contenu
        return phrase, None

    def demander(self, document: Any) -> list[str]:
        """getNumUnique: codes of the anomalies; the last answer is kept in `recu`."""
        nom = f"DEM{self.guichet}-201803151200-000000.xml"
        phrase, octets = self.appeler(
            "getNumUnique",
            nomFichierDemande=nom,
            fichierDemande=etree.tostring(document),
            **self._certificat(),
        )
        assert phrase is None, phrase
        assert octets is not None
        self.recu = etree.fromstring(octets)
        return [str(anomalie.get("code")) for anomalie in self.recu.iter(f"{{{NS}}}anomalie")]

    def relire(self, numero: str) -> tuple[str | None, Any]:
        """getDemandeLogement, complete: the fault or the document."""
        phrase, octets = self.appeler(
            "getDemandeLogement", numUnique=numero, complet="oui", **self._certificat()
        )
        return phrase, None if octets is None else etree.fromstring(octets)

    def radiees_depuis(self, instant: str) -> list[tuple[str | None, str | None]]:
        """(numéro, motive) of the feed of radiations."""
        phrase, octets = self.appeler(
            "getDemandesRadieesDepuisLe",
            dateRadiationDepuisLe=instant,
            **self._certificat() | {"certificat": b"-----BEGIN CERTIFICATE-----"},
        )
        assert phrase is None, phrase
        if octets is None:
            return []
        with zipfile.ZipFile(io.BytesIO(octets)) as archive:
            documents = [etree.fromstring(archive.read(nom)) for nom in archive.namelist()]
        return [
            (d.findtext(f"{FORMULAIRE}/{{{NS}}}numUnique"), _motif(d.find(f"{FORMULAIRE}/{{{NS}}}radiation")))
            for d in documents
        ]

    def evenements(self, operation: str, document: Any) -> tuple[str | None, list[dict[str, str]]]:
        """An operation on events: the fault, and the characteristics of each event answered."""
        phrase, octets = self.appeler(
            operation,
            nomFichier=f"EVT{self.guichet}-201803151200-000000.xml",
            fichierXml=etree.tostring(document),
            nomCertificat=f"CER{self.guichet}-201803151200.pem",
        )
        recus = [] if octets is None else list(etree.fromstring(octets).iter(f"{{{NS}}}evenement"))
        return phrase, [
            {c[0].text: c[-1].text for c in evenement.iter(f"{{{NS}}}caracteristiqueSpecifique")}
            for evenement in recus
        ]

    def _certificat(self) -> dict[str, str | bytes]:
        return {"nomCertificat": f"CER{self.guichet}-201803151200.pem", "certificat": b""}

    # --- the clock and the journal -----------------------------------------------------------------

    def avancer(self, vers: str) -> dict[str, int]:
        """Move the clock of the base; what the nights in between did, by fact, zeros left out."""
        deplacement = self._api("/clock/advance", {"vers": vers})
        return {fait: combien for fait, combien in deplacement["faits"].items() if combien}

    def nuits(self, numero: str) -> list[str]:
        """The journal lines of the nights that touched a demande, oldest first."""
        lignes = self._api(f"/exchanges?numero={numero}&limite=500")["echanges"]
        return [ligne["chemin"] for ligne in reversed(lignes) if ligne["methode"] == "NUIT"]

    def _api(self, chemin: str, corps: Any = None) -> Any:
        octets = None if corps is None else json.dumps(corps).encode()
        statut, _, recu = self._envoyer(f"/api/v1/bases/ecole{chemin}", octets, "application/json")
        assert statut == 200, recu
        return json.loads(recu)

    def _envoyer(self, chemin: str, corps: bytes | None, content_type: str) -> tuple[int, Any, bytes]:
        question = Request(f"{self.adresse}{chemin}", data=corps, headers={"Content-Type": content_type})
        try:
            with urlopen(question, timeout=DELAI, context=self._tls) as reponse:
                return reponse.status, reponse.headers, reponse.read()
        except HTTPError as erreur:
            with erreur:
                return erreur.code, erreur.headers, erreur.read()


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    """A client of a server that has just started, its clock frozen on 15 March 2018."""
    pret = tmp_path / "pret.json"
    commande = [
        sys.executable, "-m", "sne_sandbox", "serve", "--home", str(tmp_path / "home"),
        "--ready-file", str(pret),
        "--https-port", "0", "--http-port", "0", "--clock", "2018-03-15T12:00:00",
        "--client-cert", "required", "--profile", "strict", "--seed-base", "vide", "--ouvert",
    ]  # fmt: skip
    with subprocess.Popen(commande, stderr=subprocess.PIPE) as serveur:
        try:
            limite = time.monotonic() + DELAI
            while not pret.is_file() and serveur.poll() is None and time.monotonic() < limite:
                time.sleep(0.05)
            assert pret.is_file(), serveur.stderr.read() if serveur.poll() and serveur.stderr else "trop lent"
            yield Client(json.loads(pret.read_text("utf-8")))
        finally:
            serveur.terminate()
            assert serveur.wait(DELAI) == 0


def _specimen(chemin: str) -> Any:
    parseur = etree.XMLParser(remove_blank_text=True)
    return etree.parse(fixtures_dir() / f"{chemin}.xml", parseur).getroot()


def _demande(type_fichier: str, numero: str | None = None, *blocs: Any) -> Any:
    """A message of the specimen household, deposited on 15 March 2018."""
    racine = _specimen("demandes/colocataires")
    racine.find(f"{{{NS}}}entete")[0].text = type_fichier
    formulaire = racine.find(FORMULAIRE)
    formulaire.find(f"{{{NS}}}dateCreationDemande").text = "2018-03-15"
    formulaire.find(f"{{{NS}}}precision").text = "Demande déposée au guichet."
    if numero is not None:
        champ = etree.Element(f"{{{NS}}}numUnique")
        champ.text = numero
        formulaire.insert(1, champ)
    formulaire.extend(blocs)
    return racine


def _radiation(jour: str, motif: str | None) -> Any:
    """A `radiation` block; a déradiation without motive; with its dwelling for an attribution."""
    bloc = _specimen("demandes/radiation").find(f"{FORMULAIRE}/{{{NS}}}radiation")
    bloc[0].text = jour
    bloc[1].attrib.clear()
    if motif is not None:
        bloc[1].set("code", motif)
    if motif == "RADATT":
        bloc[2][0].text = "2019-09-12"
    else:
        bloc.remove(bloc[2])
    return bloc


def _evenement(numero: str, jour: str, **caracteristiques: str) -> Any:
    """A message that adds a decision of attribution; that asks for the list, without characteristics."""
    racine = _specimen("documents/evenement")
    racine.find(f"{{{NS}}}operation/{{{NS}}}numUnique").text = numero
    evenements = racine.find(f"{{{NS}}}listeEvenements")
    if not caracteristiques:
        racine.remove(evenements)
        return racine
    (evenement,) = evenements
    evenement.find(f"{{{NS}}}dateSurvenance").text = jour
    evenement.remove(evenement.find(f"{{{NS}}}commentaire"))
    liste = evenement.find(f"{{{NS}}}listeCaracteristiquesSpecifiques")
    del liste[:]
    for code, valeur in {"DATECAL": jour, "CATEG": "MALLOG", **caracteristiques}.items():
        caracteristique = etree.SubElement(liste, f"{{{NS}}}caracteristiqueSpecifique")
        etree.SubElement(caracteristique, f"{{{NS}}}code").text = code
        etree.SubElement(caracteristique, f"{{{NS}}}valeurCaracteristiqueSpecifique").text = valeur
    return racine


def _motif(radiation: Any) -> str | None:
    return None if radiation is None else radiation.find(f"{{{NS}}}motifRadiation").get("code")


def _radiation_de(document: Any) -> str | None:
    return _motif(document.find(f"{FORMULAIRE}/{{{NS}}}radiation"))


def test_twenty_months_of_a_demande(client: Client) -> None:
    # 15 March 2018: registered.
    assert client.demander(_demande("CRE")) == []
    numero = str(client.recu.findtext(f"{FORMULAIRE}/{{{NS}}}numUnique"))
    assert numero.startswith("0620318")

    # A month before the end of validity: notice. Nothing else ever happens by itself until the end.
    assert client.avancer("P10M") == {}
    assert client.avancer("P1M") == {"preavis": 1}
    assert client.nuits(numero) == ["Nuit du 15/02/2019 : 1 préavis d'échéance."]

    # The year is over: the demande is still active.
    assert client.avancer("2019-04-14") == {}
    assert client.radiees_depuis("2018-03-15T00:00:00+01:00") == []

    # Thirteen months: radiated by the system, and told to whoever asks.
    assert client.avancer("P1D") == {"radiations": 1}
    assert client.radiees_depuis("2019-04-15T00:00:00+02:00") == [(numero, "RADREN")]
    assert client.demander(_demande("MOD", numero)) == ["CYC002"]

    # A month later the household comes back: reactivated, number and deposit kept, a new year begins.
    assert client.avancer("P1M") == {}
    assert client.demander(_demande("RAD", numero, _radiation("2019-05-15", None))) == []
    phrase, document = client.relire(numero)
    assert (phrase, _radiation_de(document)) == (None, None)
    assert document.findtext(f"{FORMULAIRE}/{{{NS}}}dateCreationDemande") == "2018-03-15"

    # A commission ranks it second: a decision, no lease.
    assert client.avancer("P1M") == {}
    sans_bail = {"DECISION": "ATTCLA", "RANG": "2", "DALO": "non", "BAIL": "non"}
    phrase, ajoutes = client.evenements(
        "ajouterEvenementDemande", _evenement(numero, "2019-06-14", **sans_bail)
    )
    assert (phrase, len(ajoutes)) == (None, 1)

    # Three months later another attributes a dwelling, and a lease is signed.
    assert client.avancer("P3M") == {}
    avec_bail = {
        "DECISION": "ATTRIB",
        "DALO": "non",
        "RPLS": "62BAC00042",
        "BAIL": "oui",
        "DATEBAIL": "2019-09-12",
    }
    phrase, ajoutes = client.evenements(
        "ajouterEvenementDemande", _evenement(numero, "2019-09-02", **avec_bail)
    )
    assert phrase is None
    phrase, listes = client.evenements("listerEvenementsDemande", _evenement(numero, ""))
    assert [(e["DECISION"], e["BAIL"]) for e in listes] == [("ATTCLA", "non"), ("ATTRIB", "oui")]

    # A month after the lease the night notices that no radiation followed it. Twenty months after its deposit
    # the landlord radiates it for attribution.
    assert client.avancer("2019-11-15") == {"baux_sans_radiation": 1}
    assert client.demander(_demande("RAD", numero, _radiation("2019-11-15", "RADATT"))) == []
    assert client.radiees_depuis("2019-11-15T00:00:00+01:00") == [(numero, "RADATT")]
    assert client.demander(_demande("RAD", numero, _radiation("2019-11-15", "RADATT"))) == ["RAD002"]

    # A year later it is erased, its events with it; the journal remembers.
    assert client.avancer("P364D") == {}
    assert client.relire(numero)[0] is None
    assert client.avancer("2020-11-15") == {"effacements": 1}
    assert client.relire(numero)[0] == f"Le numéro unique [{numero}] est inconnu."
    assert client.radiees_depuis("2018-03-15T00:00:00+01:00") == []
    assert client.nuits(numero) == [
        "Nuit du 15/02/2019 : 1 préavis d'échéance.",
        "Nuit du 15/04/2019 : 1 demande radiée faute de renouvellement.",
        "Nuit du 12/10/2019 : 1 bail signé que la radiation n'a pas suivi.",
        "Nuit du 15/11/2020 : 1 demande effacée (un an après sa radiation).",
    ]
