"""Defects under failures: lost answers, damaged answers, retries."""

import time
from dataclasses import replace
from functools import partial
from typing import Any, Final

from lxml import etree

from sne_temoin.application import Temoin
from sne_temoin.fautes.faute import Etape, Faute, constante
from sne_temoin.incidents import (
    Echec,
    Incident,
    Indisponible,
    Refus,
    ReponseAbimee,
    SansReponse,
)
from sne_temoin.interface import NUU, OperationAppelee
from sne_temoin.memoire import Dossier
from sne_temoin.reponse import ReponseLue
from sne_temoin.retrouvailles import criteres
from sne_temoin.transport import ReponseBrute

#: What an impatient application waits for an answer, in seconds.
_IMPATIENCE: Final = 0.25
_MARQUE: Final = b"\xef\xbb\xbf"


def _optimiste(*genres: type[Incident]) -> Any:
    """After one of these incidents the demande is told registered, and held for such."""

    def remplacer(temoin: Temoin, honnete: Etape) -> Etape:
        def fautive(genre: str, dossier: Dossier, forcer: bool) -> Any:
            if dossier.numero is not None or dossier.attestation is not None:
                return dossier
            contenu = temoin.envoi.formulaire(dossier.contenu, {"forcerDoublon": "true" if forcer else None})

            def faire() -> Dossier:
                try:
                    reponse = temoin.envoi.envoyer(genre, dossier.version, contenu)
                    return temoin.inscription.accepter(reponse, dossier)
                except genres:
                    dossier.attestation = b""
                    temoin.memoire.garder(dossier)
                    return dossier

            try:
                return temoin.liaison.essayer(faire, partial(temoin.retrouvailles.creation, dossier))
            except Refus as refus:
                temoin.inscription.noter_refus(dossier, contenu, refus)
                raise

        return fautive

    return remplacer


def _a_l_aveugle(temoin: Temoin, honnete: Etape) -> Etape:
    return lambda dossier: None


def _rafale(temoin: Temoin, honnete: Etape) -> Etape:
    return lambda rang: time.sleep(0.05)


def _acharnement(temoin: Temoin, honnete: Etape) -> Etape:
    """Ten tries in a row, without waiting."""

    def fautive(faire: Any, retrouver: Any = lambda: None) -> Any:
        for _ in range(9):
            try:
                return faire()
            except Incident:
                deja = retrouver()
                if deja is not None:
                    return deja
        return faire()

    return fautive


def _a_la_hache(temoin: Temoin, honnete: Etape) -> Etape:
    """Cuts the document out of the answer as a text, whether it is whole or not."""

    def fautive(http: ReponseBrute, operation: OperationAppelee) -> Any:
        try:
            return honnete(http, operation)
        except ReponseAbimee:
            debut = http.corps.find(b"<ns1:interfaceNuu")
            racine = etree.fromstring(http.corps[max(debut, 0) :], etree.XMLParser(recover=True))
            if debut < 0 or racine is None:
                raise
            document = etree.tostring(racine)
            return ReponseLue({}, {"fichierDemande": document, "attestation": b"%PDF-1.4"})

    return fautive


def _numero_brut(temoin: Temoin, honnete: Etape) -> Etape:
    def fautive(racine: Any) -> Any:
        try:
            return honnete(racine)
        except ReponseAbimee:
            return next(racine.iter(f"{{{NUU}}}numUnique")).text

    return fautive


def _bloque(temoin: Temoin, honnete: Etape) -> Etape:
    """After one incident nothing works any more, until everything is forgotten."""

    def fautive(nom: str, champs: Any) -> Any:
        if temoin.memoire.curseur("bloque") is not None:
            raise Echec("Connexion fermée.")
        try:
            return honnete(nom, champs)
        except Incident:
            temoin.memoire.avancer("bloque", temoin.liaison.maintenant)
            raise

    return fautive


def _impatient(temoin: Temoin, honnete: Etape) -> Etape:
    """Waits a quarter of a second, then gives up for good."""

    def fautive(adresse: str, content_type: str, corps: bytes) -> Any:
        transport = temoin.liaison.transport
        delai, transport.delai = transport.delai, _IMPATIENCE
        try:
            return honnete(adresse, content_type, corps)
        except SansReponse as perdue:
            raise Echec("Délai d'attente dépassé.") from perdue
        finally:
            transport.delai = delai

    return fautive


def _sans_bom(temoin: Temoin, honnete: Etape) -> Etape:
    def fautive(octets: bytes) -> Any:
        if octets.startswith(_MARQUE):
            raise Echec("Caractère inattendu au début du document.")
        return honnete(octets)

    return fautive


def _premiere_trouvee(temoin: Temoin, honnete: Etape) -> Etape:
    """After a lost answer the first demande of that person is taken for the one just sent."""

    def fautive(dossier: Dossier) -> Any:
        trouves = temoin.retrouvailles.rechercher(criteres(dossier.contenu))
        if not trouves:
            return None
        dossier.numero, dossier.suspens = trouves[0], False
        return dossier

    return fautive


def _lue_donc_radiee(temoin: Temoin, honnete: Etape) -> Etape:
    return lambda numero, radiee: temoin.retrouvailles.lire(numero, True)


def _sans_suspens(temoin: Temoin, honnete: Etape) -> Etape:
    """That a creation had no answer is forgotten with the error."""

    def fautive(genre: str, dossier: Dossier, forcer: bool) -> Any:
        dossier.suspens = False
        return honnete(genre, dossier, forcer)

    return fautive


def _creation_rejouee(temoin: Temoin, honnete: Etape) -> Etape:
    """Each time the user asks, the creation is sent, number or not."""

    def fautive(genre: str, dossier: Dossier, forcer: bool) -> Any:
        return honnete(genre, replace(dossier, numero=None), forcer)

    return fautive


def _panne_sans_resultat(temoin: Temoin, honnete: Etape) -> Etape:
    """A question that has no answer is answered by nothing."""

    def fautive(operation: str, genre: str, contenu: Any) -> Any:
        try:
            return temoin.partage.envoyer(operation, contenu, genre)
        except Incident:
            return etree.Element(f"{{{NUU}}}interfaceNuu")

    return fautive


def _panne_vaut_aucun(temoin: Temoin, honnete: Etape) -> Etape:
    """No answer to a search for doublons, or to a feed, is read as an empty one."""

    def fautive(nom: str, champs: Any) -> Any:
        if nom == "getDemandeLogement":
            return honnete(nom, champs)
        try:
            return temoin.liaison.appeler(nom, champs)
        except Incident:
            return ReponseLue({}, {})

    return fautive


def _curseur_trop_tot(temoin: Temoin, honnete: Etape) -> Etape:
    """The cursor of the radiations moves when they are asked for, and not when they are read."""

    def fautive(nom: str, champs: Any) -> Any:
        if nom == "getDemandesRadieesDepuisLe":
            temoin.memoire.avancer("radiations", temoin.liaison.maintenant)
        return honnete(nom, champs)

    return fautive


FAUTES: Final = (
    Faute("premiere-trouvee", "Après une panne, la première demande de la personne est prise pour la sienne.",
          ("VIE-21", "ROB-03"), "retrouvailles.creation", _premiere_trouvee,
          suites=("ROB-01", "ROB-02")),
    Faute("lue-donc-radiee", "Après une panne, une demande qui se lit est crue radiée.", ("ROB-03",),
          "retrouvailles.radiation", _lue_donc_radiee),
    Faute("evenement-d-avant", "Après une panne, un événement plus ancien est pris pour celui qu'on ajoute.",
          ("ROB-03",), "partage.est_le_notre", constante(True)),
    Faute("evenement-a-l-aveugle", "Après une réponse perdue, l'événement est ajouté de nouveau sans relire.",
          ("VIE-28",), "partage.retrouver", constante(None)),
    Faute("panne-sans-resultat", "Une recherche en panne est rendue sans résultat.", ("ROB-03",),
          "partage.demander", _panne_sans_resultat),
    Faute("panne-vaut-aucun", "Une panne est rendue comme « aucun doublon », « aucune radiation ».",
          ("ROB-03",), "liaison.insister", _panne_vaut_aucun,
          suites=("VIE-14",)),
    Faute("curseur-trop-tot", "Le curseur d'un relevé avance avant que la réponse soit lue.", ("VIE-14",),
          "liaison.insister", _curseur_trop_tot),
    Faute("creation-oubliee", "Une création restée sans réponse est renvoyée sans recherche, plus tard.",
          ("VIE-12",), "inscription.creer", _sans_suspens),
    Faute("creation-rejouee", "La création est renvoyée chaque fois que l'utilisateur la demande.",
          ("VIE-02",), "inscription.creer", _creation_rejouee,
          suites=("VIE-12",)),
    Faute("relance-a-l-aveugle", "Après une réponse perdue, la création est renvoyée sans rien rechercher.",
          ("VIE-12", "VIE-02"), "retrouvailles.creation", _a_l_aveugle),
    Faute("relance-en-rafale", "Après un échec passager, l'application réessaie sans attendre.", ("VIE-13",),
          "liaison.attendre", _rafale),
    Faute("acharnement", "L'application réessaie dix fois d'affilée, sans attendre.", ("VIE-13",),
          # On a slow machine one of the ten is refused (the first was stored), and the next is the same.
          "liaison.essayer", _acharnement, suites=("VIE-20",)),
    Faute("silence-vaut-accord", "Sans réponse, la demande est annoncée enregistrée.", ("ROB-01", "VIE-21"),
          "inscription.creer", _optimiste(SansReponse), suites=("ROB-02",)),
    Faute("abimee-vaut-accord", "Une réponse abîmée est annoncée comme un enregistrement.",
          ("ROB-02", "VIE-21"), "inscription.creer", _optimiste(ReponseAbimee), suites=("VIE-12",)),
    Faute("lecture-a-la-hache", "La réponse est découpée comme un texte, entière ou non.", ("ROB-02",),
          "liaison.ouverture.ouvrir", _a_la_hache,
          suites=("VIE-13",)),
    Faute("html-vaut-accord", "Une page HTML d'erreur est annoncée comme un enregistrement.",
          ("ROB-03", "VIE-21"), "inscription.creer", _optimiste(Indisponible), suites=("VIE-12",)),
    Faute("bloque-apres-panne", "Après une panne, plus rien ne marche.", ("ROB-04",), "liaison.appeler",
          _bloque,
          suites=("VIE-01",)),
    Faute("numero-mal-forme", "Un numéro unique mal formé est conservé.", ("ROB-05", "VIE-21"),
          "lecture.numero", _numero_brut),
    Faute("impatience", "L'application renonce au bout d'un quart de seconde.", ("ROB-06",),
          "liaison.transport.poster", _impatient),
    Faute("bom-illisible", "Une marque d'ordre des octets empêche de lire la réponse.", ("ROB-06",),
          "liaison.ouverture.xml", _sans_bom),
)  # fmt: skip
