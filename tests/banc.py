"""A bench: the whole application in process, one base a test, called as a real client calls it (MTOM)."""

import base64
import contextlib
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Final

from ecritures import mettre_a_l_heure
from flask import Flask
from lxml import etree

from sne_conformite.bilan.trafic_juge import ReglagesTrafic, juger_base
from sne_conformite.rapports.rapport import Fin, Rapport
from sne_interface.contract.codec import NS
from sne_interface.domain.base import Horloge
from sne_interface.domain.dates import PARIS
from sne_interface.domain.echange import CERTIFICAT, Echange
from sne_interface.errors import BaseInconnue
from sne_interface.resources import fixtures_dir
from sne_interface.settings import Reglages
from sne_sandbox.bases import bases
from sne_sandbox.mime.message_deballe import unpack
from sne_sandbox.soap.requete_soap_ecrite import Champs, Forme, ecrire

WS: Final = "http://ws.metier.nuu.application.i2/"
SOAP: Final = "http://www.w3.org/2003/05/soap-envelope"
XOP: Final = "http://www.w3.org/2004/08/xop/include"
#: Noon of the day the specimens were written.
MIDI: Final = datetime(2018, 3, 15, 12, tzinfo=PARIS)
#: Specimens of demandes that are accepted.
CREATIONS: Final = (
    *("personne_seule", "couple_garde_alternee_handicap", "association", "adresse_etranger"),
    *("personne_seule_nir", "colocataires", "hebergee_secret"),
)
FORMULAIRE: Final = "demande/demandeLogement"


def specimen(nom: str, dossier: str = "demandes", *, nir: str | None = None) -> Any:
    """The root of a specimen of `fixtures/`; `nir` is written in place of its own."""
    chemin = fixtures_dir() / dossier / f"{nom}.xml"
    racine = etree.parse(chemin, etree.XMLParser(remove_blank_text=True)).getroot()
    for noeud in racine.iter(f"{{{NS}}}nir"):
        noeud.text = nir or noeud.text
    return racine


def trouver(racine: Any, chemin: str) -> Any:
    """The element at « a/b/c » below the root, None when there is none."""
    return racine.find("/".join(f"{{{NS}}}{pas}" for pas in chemin.split("/")))


def texte(racine: Any, chemin: str) -> str | None:
    """Text of the element at `chemin`."""
    trouve = trouver(racine, chemin)
    return None if trouve is None else trouve.text or ""


def poser(
    racine: Any, chemin: str, valeur: str | None = None, *, apres: str | None = None, **attributs: str
) -> Any:
    """Give the element at `chemin` a text and attributes; made when missing, after its brother `apres` (first
    without one)."""
    trouve = trouver(racine, chemin)
    if trouve is None:
        haut, _, nom = chemin.rpartition("/")
        parent = trouver(racine, haut) if haut else racine
        trouve = etree.Element(f"{{{NS}}}{nom}", nsmap={"ns1": NS})
        place = 0 if apres is None else list(parent).index(trouver(parent, apres)) + 1
        parent.insert(place, trouve)
    if valeur is not None:
        trouve.text = valeur
    for attribut, donne in attributs.items():
        trouve.set(attribut, donne)
    return trouve


def oter(racine: Any, chemin: str) -> None:
    """Take the element at `chemin` away."""
    trouve = trouver(racine, chemin)
    trouve.getparent().remove(trouve)


def message(racine: Any, type_fichier: str, numero: str | None = None, **formulaire: str) -> Any:
    """A copy of a document, of another type, about a numéro, with other texts in its form."""
    copie = deepcopy(racine)
    poser(copie, "entete/typeFichier", type_fichier)
    if numero is not None:
        poser(copie, f"{FORMULAIRE}/numUnique", numero, apres="numGuichet")
    for nom, valeur in formulaire.items():
        poser(copie, f"{FORMULAIRE}/{nom}", valeur)
    return copie


def evenement(numero: str, *, identifiant: str = "", nature: str = "") -> Any:
    """The specimen of an event of a demande; with the id and the nature (natureModification) of a change."""
    racine = specimen("evenement", "documents")
    poser(racine, "operation/numUnique", numero)
    if identifiant:
        poser(racine, "listeEvenements/evenement/idEvenement", identifiant)
    if nature:
        date = trouver(racine, "listeEvenements/evenement/dateSurvenance")
        ecrite = etree.Element(date.tag.replace("dateSurvenance", "natureModification"))
        ecrite.text = nature
        date.addprevious(ecrite)
    return racine


def radiation(racine: Any, numero: str, motif: str | None, jour: str = "2018-03-15") -> Any:
    """The RAD message of a document; `motif` None asks for a déradiation."""
    copie = message(racine, "RAD", numero)
    if trouver(copie, f"{FORMULAIRE}/radiation") is not None:
        oter(copie, f"{FORMULAIRE}/radiation")
    bloc = etree.SubElement(trouver(copie, FORMULAIRE), f"{{{NS}}}radiation")
    etree.SubElement(bloc, f"{{{NS}}}dateRadiation").text = jour
    etree.SubElement(bloc, f"{{{NS}}}motifRadiation", {"code": motif} if motif else {})
    if motif == "RADCON":  # a letter left unanswered
        courrier = etree.SubElement(bloc, f"{{{NS}}}absenceReponse")
        etree.SubElement(courrier, f"{{{NS}}}dateCourrier").text = "2018-01-02"
    return copie


def renouvellement(racine: Any, numero: str, jour: str) -> Any:
    """The REN message of a document."""
    copie = message(racine, "REN", numero)
    bloc = etree.SubElement(trouver(copie, FORMULAIRE), f"{{{NS}}}renouvellement")
    etree.SubElement(bloc, f"{{{NS}}}dateRenouvellement").text = jour
    return copie


def ecart(attendu: Any, obtenu: Any, *, sauf: tuple[str, ...] = (), chemin: str = "") -> list[str]:
    """Where two trees differ, as paths; elements whose local name is in `sauf` are passed over. Blanks
    between elements do not count, nor does the order of attributes, nor prefixes."""

    def garder(noeud: Any) -> list[Any]:
        return [e for e in noeud if etree.QName(e).localname not in sauf]

    ici = f"{chemin}/{etree.QName(attendu).localname}"
    if attendu.tag != obtenu.tag:
        return [f"{ici} : {obtenu.tag}"]
    trouves = []
    if dict(attendu.attrib) != dict(obtenu.attrib):
        trouves.append(f"{ici} : attributs {dict(attendu.attrib)} et {dict(obtenu.attrib)}")
    gauche, droite = garder(attendu), garder(obtenu)
    if not len(attendu) and not len(obtenu) and (attendu.text or "") != (obtenu.text or ""):
        trouves.append(f"{ici} : [{attendu.text}] et [{obtenu.text}]")
    noms = [[etree.QName(e).localname for e in cote] for cote in (gauche, droite)]
    if noms[0] != noms[1]:
        return [*trouves, f"{ici} : {noms[0]} et {noms[1]}"]
    for un, autre in zip(gauche, droite, strict=True):
        trouves += ecart(un, autre, sauf=sauf, chemin=ici)
    return trouves


@dataclass
class Resultat:
    """An answer, opened."""

    statut: int
    en_tetes: Mapping[str, str]
    corps: bytes
    echange: Echange | None

    @cached_property
    def message(self) -> Any:
        """The MIME message."""
        return unpack(self.en_tetes["Content-Type"], self.corps, taille_max=10**8)

    @cached_property
    def enveloppe(self) -> Any:
        """The root of the envelope."""
        return etree.fromstring(self.message.racine)

    @property
    def fault(self) -> tuple[str, str] | None:
        """(code without prefix, reason), None for an answer."""
        code = self.enveloppe.findtext(f".//{{{SOAP}}}Fault/{{{SOAP}}}Code/{{{SOAP}}}Value")
        if code is None:
            return None
        return code.rpartition(":")[2], self.enveloppe.findtext(f".//{{{SOAP}}}Text")

    @cached_property
    def champs(self) -> dict[str, str | bytes]:
        """The fields of the answer: text, or bytes of a piece."""
        assert self.statut == 200, (self.statut, self.fault, self.echange and self.echange.fault)
        lus: dict[str, str | bytes] = {}
        ouvert = self.message
        for champ in self.enveloppe.find(f"{{{SOAP}}}Body")[0]:
            include = champ.find(f"{{{XOP}}}Include")
            if include is not None:
                lus[champ.tag] = ouvert.partie(include.get("href")).contenu
            elif f"{{{WS}}}contentType" in champ.attrib:
                lus[champ.tag] = base64.b64decode(champ.text)
            else:
                lus[champ.tag] = champ.text or ""
        return lus

    @property
    def octets(self) -> bytes:
        """Bytes of the only XML document of the answer."""
        (document,) = [v for n, v in self.champs.items() if isinstance(v, bytes) and v.startswith(b"<?xml")]
        return document

    @property
    def document(self) -> Any:
        """Root of the only XML document of the answer."""
        return etree.fromstring(self.octets)

    @property
    def numero(self) -> str:
        """The numéro unique delivered: there must be no anomalie."""
        assert self.anomalies == [], self.messages
        numero = texte(self.document, f"{FORMULAIRE}/numUnique")
        assert numero is not None
        return numero

    @property
    def anomalies(self) -> list[str]:
        """Codes of the anomalies of the answer, in order."""
        return [a.get("code") for a in self.document.iter(f"{{{NS}}}anomalie")]

    @property
    def messages(self) -> list[str]:
        """Their sentences."""
        return [a[0].text for a in self.document.iter(f"{{{NS}}}anomalie")]

    @property
    def numeros(self) -> list[str]:
        """Numbers of `listeDemandes`."""
        return [e.text for e in self.document.findall(f"{{{NS}}}listeDemandes/{{{NS}}}numUnique")]

    @property
    def archive(self) -> dict[str, Any]:
        """The documents of the ZIP, by entry name, in order."""
        (octets,) = [v for v in self.champs.values() if isinstance(v, bytes)]
        with zipfile.ZipFile(io.BytesIO(octets)) as zip_:
            return {nom: etree.fromstring(zip_.read(nom)) for nom in zip_.namelist()}


class Banc:
    """One base of the application, called from outside."""

    def __init__(self, app: Flask, nom: str) -> None:
        self.app = app
        self.nom = nom
        self.services = app.extensions["sne"]
        self.http = app.test_client()
        self.ecole: Banc | None = None

    # --- the base ------------------------------------------------------------------------------

    def creer(self, *, horloge: datetime = MIDI, **reglages: Any) -> "Banc":
        """Make the base, its clock frozen."""
        lus = Reglages(**reglages)
        bases.creer(
            self.services.magasin,
            self.services.contrats.verifier(lus),
            self.nom,
            horloge=Horloge(fige_a=horloge),
            reglages=lus,
        )
        return self

    def supprimer(self) -> None:
        """Delete the base, if the test has not."""
        with contextlib.suppress(BaseInconnue):
            bases.supprimer(self.services.magasin, self.nom)

    def regler_horloge(self, instant: datetime) -> None:
        """Freeze the base's clock at another instant."""
        mettre_a_l_heure(self.services.magasin, self.nom, Horloge(fige_a=instant))

    def compter(self) -> int:
        """Demandes held."""
        with self.services.magasin.lire(self.nom) as registre:
            return int(registre.compter())

    def stockee(self, numero: str) -> Any:
        """A stored demande."""
        with self.services.magasin.lire(self.nom) as registre:
            return registre.demande(numero)

    def rapport(self, **choix: Any) -> Rapport:
        """The report of its traffic; `choix` are settings of `ReglagesTrafic`."""
        *_, fin = juger_base(
            self.services.magasin.journal, self.nom, self.services.contrat, ReglagesTrafic(**choix)
        )
        assert isinstance(fin, Fin)
        return fin.rapport

    def journal(self) -> list[Echange]:
        """Its exchanges, newest first."""
        return list(self.services.magasin.journal.chercher(self.nom))

    # --- SOAP -----------------------------------------------------------------------------------

    def appeler(
        self,
        operation: str,
        champs: Champs,
        *,
        certificat: bytes | None = None,
        forme: Forme | None = Forme.CLIENT_REEL,
        chemin: str | None = None,
    ) -> Resultat:
        """Call an operation; bytes travel as parts. `forme` None sends a plain envelope, base64 in line."""
        prevue = self.services.contrat.operations[operation]
        content_type, corps = ecrire(prevue, champs, forme)
        return self.poster(
            corps,
            content_type,
            chemin=chemin or f"/bases/{self.nom}/services/{prevue.service}/",
            certificat=certificat,
        )

    def poster(
        self, corps: bytes, content_type: str, *, chemin: str, certificat: bytes | None = None
    ) -> Resultat:
        """Post raw bytes."""
        reponse = self.http.post(
            chemin,
            data=corps,
            headers={"Content-Type": content_type, "Host": "sne.logement.gouv.fr"},
            environ_overrides={CERTIFICAT: certificat} if certificat is not None else {},
        )
        adresse = reponse.headers.get("SNE-Echange")
        echange = None
        if adresse is not None:
            base, _, numero = adresse.rpartition("/bases/")[2].partition("/exchanges/")
            echange = self.services.magasin.journal.lire(base, int(numero))
        return Resultat(reponse.status_code, dict(reponse.headers), reponse.data, echange)

    def demander(
        self, racine: Any, *, operation: str = "getNumUnique", nom: str | None = None, **options: Any
    ) -> Resultat:
        """getNumUnique (or getDoublons, getDeclarationNouveauDalo) of a document, or of raw bytes."""
        octets = racine if isinstance(racine, bytes) else etree.tostring(racine, encoding="UTF-8")
        guichet = "G1226" if isinstance(racine, bytes) else texte(racine, f"{FORMULAIRE}/numGuichet")
        champ = "Dalo" if operation == "getDeclarationNouveauDalo" else "Demande"
        prefixe = "DAL" if champ == "Dalo" else "DEM"
        return self.appeler(
            operation,
            {
                f"nomFichier{champ}": nom or f"{prefixe}{guichet}-201803151200-000000.xml",
                f"fichier{champ}": octets,
                "nomCertificat": f"CER{guichet}-201803151200.pem",
                "certificat": b"",
            },
            **options,
        )

    def creer_demande(self, nom: str = "personne_seule", **formulaire: str) -> tuple[str, Any]:
        """Register a specimen: its numéro, and its document."""
        racine = message(specimen(nom), "CRE", **formulaire)
        return self.demander(racine).numero, racine

    def relire(self, numero: str, complet: str | None = None, **options: Any) -> Resultat:
        """getDemandeLogement."""
        champs: dict[str, str | bytes] = {
            "numUnique": numero,
            "nomCertificat": "CERG1226-201803151200.pem",
            "certificat": b"",
        }
        if complet is not None:
            champs["complet"] = complet
        return self.appeler("getDemandeLogement", champs, **options)

    def depuis(
        self,
        operation: str,
        instant: str = "2018-03-15T00:00:00+01:00",
        *,
        nom: str = "CERG1226-201803151200.pem",
        certificat: bytes = b"-----BEGIN CERTIFICATE-----",
        **filtres: str,
    ) -> Resultat:
        """One of the two `…DepuisLe`."""
        champ = {
            "getDemandesRadieesDepuisLe": "dateRadiationDepuisLe",
            "getNouveauxDaloDepuisLe": "dateNouveauDaloDepuisLe",
        }[operation]
        return self.appeler(
            operation, {champ: instant, "nomCertificat": nom, "certificat": certificat, **filtres}
        )

    def fichier(self, operation: str, racine: Any, **options: Any) -> Resultat:
        """An event or search operation."""
        octets = etree.tostring(racine, encoding="UTF-8")
        return self.appeler(
            operation,
            {
                "nomFichier": "EVTG1226-201803151200-000000.xml",
                "fichierXml": octets,
                "nomCertificat": "CERG1226-201803151200.pem",
            },
            **options,
        )

    # --- the admin API ---------------------------------------------------------------------------

    def api(self, methode: str, chemin: str, corps: Any = None, **en_tetes: str) -> Any:
        """A call of the API, from the local machine."""
        return self.http.open(
            f"/api/v1{chemin}",
            method=methode,
            data=None if corps is None else json.dumps(corps),
            headers={"Host": "127.0.0.1:8080", "Content-Type": "application/json", **en_tetes},
        )


def espacer(echanges: Iterable[Echange], ecart: timedelta) -> Iterator[Echange]:
    """Each received `ecart` after the end of the one before: how busy the machine is then plays no part."""
    instant = None
    for echange in echanges:
        echange.recu_le = instant or echange.recu_le
        yield echange
        instant = echange.recu_le + timedelta(microseconds=echange.duree_us) + ecart
