"""Defects under failures: lost answers, damaged answers, retries."""

from functools import partial
from http.client import HTTPException
from typing import Any, Final

from lxml import etree

from fautes.faute import Etape, Famille, Faute, constante
from sne_temoin.envoi import criteres
from sne_temoin.incidents import Echec, Incident, Indisponible, Refus, ReponseAbimee, SansReponse
from sne_temoin.interface import NUU, OperationAppelee
from sne_temoin.memoire import Dossier
from sne_temoin.reponse import ReponseLue
from sne_temoin.temoin_assemble import Temoin
from sne_temoin.transport import ReponseBrute

#: What an impatient application waits for an answer, in seconds.
_IMPATIENCE: Final = 0.25
_MARQUE: Final = b"\xef\xbb\xbf"

FAUTES: Final = Famille()


def _optimiste(genre_d_incident: type[Incident], *, entame: bool = True) -> Any:
    """After an incident of that kind the demande is told registered, and held for such; not after an answer
    that began, unless `entame`."""

    def remplacer(temoin: Temoin, honnete: Etape) -> Etape:
        def fautive(genre: str, dossier: Dossier, forcer: bool) -> Any:
            if dossier.numero is not None or dossier.attestation is not None:
                return dossier
            contenu = temoin.envoi.formulaire(dossier.contenu, {"forcerDoublon": "true" if forcer else None})

            def faire() -> Dossier:
                try:
                    reponse = temoin.envoi.envoyer(genre, dossier.version, contenu)
                    return temoin.inscription.accepter(reponse, dossier)
                except genre_d_incident as incident:
                    if not entame and "interrompue" in str(incident):
                        raise
                    dossier.attestation = b""
                    temoin.memoire.garder(dossier)
                    return dossier

            retrouver = partial(temoin.retrouvailles.creation, dossier)
            if dossier.suspens and retrouver() is not None:
                return dossier
            dossier.suspens = True
            temoin.memoire.garder(dossier)
            try:
                return temoin.liaison.essayer(faire, retrouver)
            except Refus as refus:
                temoin.inscription.noter_refus(dossier, contenu, refus)
                raise

        return fautive

    return remplacer


@FAUTES.etape(
    "premiere-trouvee", "ROB-03", dans="retrouvailles.creation", suites=("ROB-01", "ROB-02", "VIE-21")
)
def _premiere_trouvee(temoin: Temoin, honnete: Etape, dossier: Dossier) -> Any:
    """Après une panne, la première demande de la personne est prise pour la sienne."""
    trouves = temoin.retrouvailles.rechercher(criteres(dossier.contenu))
    if not trouves:
        return None
    dossier.numero, dossier.suspens = trouves[0], False
    return dossier


@FAUTES.etape("panne-sans-resultat", "ROB-03", dans="partage.demander")
def _panne_sans_resultat(temoin: Temoin, honnete: Etape, operation: str, genre: str, contenu: Any) -> Any:
    """Une recherche en panne est rendue sans résultat."""
    try:
        return temoin.partage.envoyer(operation, contenu, genre)
    except Incident:
        return etree.Element(f"{{{NUU}}}interfaceNuu")


@FAUTES.etape("panne-vaut-aucun", "ROB-03", dans="liaison.insister", suites=("VIE-29",))
def _panne_vaut_aucun(temoin: Temoin, honnete: Etape, nom: str, champs: Any) -> Any:
    """Une panne est rendue comme « aucun doublon », « aucune radiation »."""
    # No answer to a search for doublons, or to a feed, is read as an empty one.
    if nom == "getDemandeLogement":
        return honnete(nom, champs)
    try:
        return temoin.liaison.appeler(nom, champs)
    except Incident:
        return ReponseLue({}, {})


@FAUTES.etape("curseur-trop-tot", "VIE-29", dans="liaison.insister")
def _curseur_trop_tot(temoin: Temoin, honnete: Etape, nom: str, champs: Any) -> Any:
    """Le curseur d'un relevé avance avant que la réponse soit lue."""
    # The cursor of the radiations moves when they are asked for, and not when they are read.
    if nom == "getDemandesRadieesDepuisLe":
        temoin.memoire.avancer("radiations", temoin.liaison.maintenant)
    return honnete(nom, champs)


@FAUTES.etape("creation-oubliee", "VIE-12", dans="inscription.creer")
def _sans_suspens(temoin: Temoin, honnete: Etape, genre: str, dossier: Dossier, forcer: bool) -> Any:
    """Une création restée sans réponse est renvoyée sans recherche, plus tard."""
    dossier.suspens = False
    return honnete(genre, dossier, forcer)


@FAUTES.etape("post-renvoye", "VIE-12", "VIE-13", dans="liaison.transport.poster", suites=("VIE-28",))
def _post_renvoye(temoin: Temoin, honnete: Etape, adresse: str, content_type: str, corps: bytes) -> Any:
    """La bibliothèque HTTP renvoie d'elle-même un POST dont la connexion est coupée."""
    # As HttpURLConnection of Java does, unless sun.net.http.retryPost is false.
    try:
        return honnete(adresse, content_type, corps)
    except SansReponse as perdue:
        if not isinstance(perdue.__cause__, OSError | HTTPException) or isinstance(
            perdue.__cause__, TimeoutError
        ):
            raise
        return honnete(adresse, content_type, corps)


@FAUTES.etape("acharnement", "VIE-13", dans="liaison.essayer", suites=("VIE-20",))
def _acharnement(temoin: Temoin, honnete: Etape, faire: Any, retrouver: Any = lambda: None) -> Any:
    """L'application réessaie dix fois d'affilée, sans attendre."""
    for _ in range(9):
        try:
            return faire()
        except Incident:
            deja = retrouver()
            if deja is not None:
                return deja
    return faire()


@FAUTES.etape("lecture-a-la-hache", "ROB-02", dans="liaison.ouverture.ouvrir", suites=("VIE-13",))
def _a_la_hache(temoin: Temoin, honnete: Etape, http: ReponseBrute, operation: OperationAppelee) -> Any:
    """La réponse est découpée comme un texte, entière ou non."""
    # Cuts the document out of the answer as a text, whether it is whole or not.
    try:
        return honnete(http, operation)
    except ReponseAbimee:
        debut = http.corps.find(b"<ns1:interfaceNuu")
        racine = etree.fromstring(http.corps[max(debut, 0) :], etree.XMLParser(recover=True))
        if debut < 0 or racine is None:
            raise
        document = etree.tostring(racine)
        return ReponseLue({}, {"fichierDemande": document, "attestation": b"%PDF-1.4"})


@FAUTES.etape("bloque-apres-panne", "ROB-04", dans="liaison.appeler")
def _bloque(temoin: Temoin, honnete: Etape, nom: str, champs: Any) -> Any:
    """Après une panne, plus rien ne marche."""
    if temoin.memoire.curseur("bloque") is not None:
        raise Echec("Connexion fermée.")
    try:
        return honnete(nom, champs)
    except Incident:
        temoin.memoire.avancer("bloque", temoin.liaison.maintenant)
        raise


@FAUTES.etape("numero-mal-forme", "ROB-05", dans="lecture.numero")
def _numero_brut(temoin: Temoin, honnete: Etape, racine: Any) -> Any:
    """Un numéro unique mal formé est conservé."""
    try:
        return honnete(racine)
    except ReponseAbimee:
        return next(racine.iter(f"{{{NUU}}}numUnique")).text


@FAUTES.etape("impatience", "ROB-06", dans="liaison.transport.poster")
def _impatient(temoin: Temoin, honnete: Etape, adresse: str, content_type: str, corps: bytes) -> Any:
    """L'application renonce au bout d'un quart de seconde."""
    transport = temoin.liaison.transport
    delai, transport.delai = transport.delai, _IMPATIENCE
    try:
        return honnete(adresse, content_type, corps)
    except SansReponse as perdue:
        raise Echec("Délai d'attente dépassé.") from perdue
    finally:
        transport.delai = delai


@FAUTES.etape("bom-illisible", "ROB-06", dans="liaison.ouverture.xml")
def _sans_bom(temoin: Temoin, honnete: Etape, octets: bytes) -> Any:
    """Une marque d'ordre des octets empêche de lire la réponse."""
    if octets.startswith(_MARQUE):
        raise Echec("Caractère inattendu au début du document.")
    return honnete(octets)


FAUTES.extend((
    Faute("evenement-d-avant", "Après une panne, un événement plus ancien est pris pour celui qu'on ajoute.",
          ("ROB-03",), "partage.est_le_notre", constante(True)),
    Faute("evenement-a-l-aveugle", "Après une réponse perdue, l'événement est ajouté de nouveau sans relire.",
          ("VIE-28",), "partage.retrouver", constante(None)),
    Faute("silence-vaut-accord", "Sans réponse, la demande est annoncée enregistrée.", ("ROB-01",),
          "inscription.creer", _optimiste(SansReponse, entame=False)),
    Faute("abimee-vaut-accord", "Une réponse abîmée est annoncée comme un enregistrement.",
          ("ROB-02",), "inscription.creer", _optimiste(ReponseAbimee)),
    Faute("html-vaut-accord", "Une page HTML d'erreur est annoncée comme un enregistrement.",
          ("ROB-03",), "inscription.creer", _optimiste(Indisponible)),
    Faute("lue-donc-radiee", "Après une panne, une demande qui se lit est crue radiée.", ("ROB-03",),
          "retrouvailles.radiation",
          lambda temoin, honnete: lambda numero, radiee: temoin.retrouvailles.lire(numero, True)),
    Faute("relance-a-l-aveugle", "Après une réponse perdue, la création est renvoyée sans rien rechercher.",
          ("VIE-12", "VIE-02"), "retrouvailles.creation", lambda temoin, honnete: lambda dossier: None),
    Faute("relance-en-rafale", "Après un échec passager, l'application réessaie sans attendre.", ("VIE-13",),
          "liaison.attendre", lambda temoin, honnete: lambda rang: temoin.liaison.dormir(0.05)),
))  # fmt: skip
