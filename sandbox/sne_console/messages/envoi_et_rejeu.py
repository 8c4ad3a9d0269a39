"""The HTTP request that calls an operation, built as an interfaced application builds it, and sent as an
exchange like any other; an exchange sent again, and a document cut down to what still raises its anomaly."""

import time
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from lxml import etree

from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.anomalie import Anomalie, Gravite
from sne_interface.domain.base import BASE_PAR_DEFAUT
from sne_interface.domain.dates import tampon
from sne_interface.domain.echange import (
    CONSOLE,
    DITES,
    HORS_HTTP,
    REJEU,
    SCENE,
    Appel,
    Echange,
    RequeteHttp,
    sans_secrets,
)
from sne_interface.domain.texte import entier_de
from sne_interface.errors import StructureIncorrecte, UsageError
from sne_interface.generators.document_reduit import elaguer
from sne_sandbox.exchange import base_nommee
from sne_sandbox.mime.masquage import masquer_corps
from sne_sandbox.operations.table_des_operations import OPERATIONS
from sne_sandbox.soap.requete_soap_ecrite import Champs, Forme, ecrire
from sne_sandbox.store.registre import RegistreBase
from sne_sandbox.web.configuration_et_services import Expediteur, services
from sne_sandbox.web.services_soap import acheminer, est_un_appel

if TYPE_CHECKING:
    from sne_conformite.observation.observation import Observation

#: Seconds that a reduction may take.
REDUCTION_MAX: Final = 5.0
#: Headers of a connection, not of a message.
_DE_LA_CONNEXION: Final = frozenset(
    {"content-length", "transfer-encoding", "connection", "keep-alive", "expect", "te", "upgrade", "host"}
)
#: How the document travels.
EMBALLAGES: Final = {"mtom": "en pièce jointe (MTOM)", "simple": "en base64 dans l'enveloppe"}
_AGENT: Final = "sne-sandbox console"
_PREFIXES: Final = {"fichierDemande": "DEM", "fichierDalo": "DAL"}
#: Goes with a message whose guichet has no certificate here.
SANS_CERTIFICAT: Final = b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"


@dataclass(frozen=True)
class RequeteEcrite:
    """A request: `adresse` is its path, with its query if any."""

    adresse: str
    en_tetes: tuple[tuple[str, str], ...]
    corps: bytes
    methode: str = "POST"

    @property
    def corps_montre(self) -> str:
        """Its body as it may be shown, NIR masked."""
        genre = next((valeur for nom, valeur in self.en_tetes if nom.lower() == "content-type"), "")
        return masquer_corps(self.corps, genre).octets.decode("utf-8", "replace")


def nom_de_fichier(operation: str, guichet: str, instant: datetime, rang: int) -> str:
    """The name of the file that an operation takes, of that rank."""
    appelee = OPERATIONS[operation]
    prefixe = _PREFIXES.get(appelee.champ or "", appelee.genre.upper()[:3])
    return f"{prefixe}{guichet}-{tampon(instant)}-{rang % 1_000_000:06d}.xml"


def champs_d_appel(
    operation: str,
    guichet: str,
    instant: datetime,
    autres: Mapping[str, str],
    *,
    certificat: bytes = SANS_CERTIFICAT,
    document: tuple[str, bytes],
) -> Champs:
    """The fields of a call: the certificate, the document under its name, and `autres`."""
    appelee = OPERATIONS[operation]
    champs: dict[str, str | bytes] = {
        **autres,
        "nomCertificat": f"CER{guichet or 'G0000'}-{tampon(instant)}.pem",
        "certificat": certificat,
    }
    if appelee.champ is not None and appelee.champ_nom is not None:
        champs[appelee.champ_nom], champs[appelee.champ] = document
    return champs


def emballer(contrat: Contrat, base: str, operation: str, champs: Champs, emballage: str) -> RequeteEcrite:
    """The request that calls `operation` on a base; `emballage` is a key of EMBALLAGES."""
    prevue = contrat.operations[operation]
    content_type, corps = ecrire(prevue, champs, Forme.NETTE if emballage == "mtom" else None)
    en_tetes = (("Content-Type", content_type), ("User-Agent", _AGENT))
    return RequeteEcrite(f"/bases/{base}/services/{prevue.service}/", en_tetes, corps)


def expedier(envoi: RequeteEcrite, qui: Expediteur) -> tuple[str, int] | None:
    """Sends a request without client certificate: the message says who calls. Answers base and id of its
    exchange, None when it left none. A panne that is armed is counted down, but its damage to the socket is
    not seen here."""
    en_tetes = [
        ("Host", urlsplit(qui.origine).netloc),
        *envoi.en_tetes,
        ("Content-Length", str(len(envoi.corps))),
        (CONSOLE, "oui"),
    ]
    requete = RequeteHttp(
        envoi.methode,
        envoi.adresse,
        sans_secrets(en_tetes),
        envoi.corps,
        origine=qui.origine.rstrip("/"),
        pair=qui.pair,
    )
    lieu = acheminer(qui.services, envoi.adresse.partition("?")[0])
    if lieu is not None and requete.methode not in ("GET", "HEAD", "OPTIONS"):
        reponse = qui.services.echanges.appel(requete, *lieu)
    elif lieu is None and est_un_appel(requete.methode, requete.en_tete("Content-Type")):
        reponse = qui.services.echanges.egare(requete, base_nommee(qui.services.magasin, requete.chemin))
    else:
        return None
    base, _, identifiant = (
        dict(reponse.en_tetes).get("SNE-Echange", "").rpartition("/bases/")[2].partition("/exchanges/")
    )
    return (base, int(identifiant)) if identifiant.isdecimal() else None


def controler(
    registre: RegistreBase, operation: str, champs: Mapping[str, Any], racine: Any
) -> Sequence[Anomalie]:
    """The anomalies of a document sent now, by this call; nothing is written. Raises StructureIncorrecte."""
    appel = Appel(operation, champs, registre.base.nom, None, datetime.now(UTC))
    return services().pipeline(registre.base).controler(appel, racine, registre)


# --- what came once, sent again or cut down -----------------------------------------------------------------


def empechement(echange: Echange) -> str:
    """Why an exchange cannot be sent again, in French; "" when it can: it came as an HTTP request of a
    service, to the base that holds it."""
    if echange.methode in HORS_HTTP or echange.service is None:
        return "Cet échange n'est pas une requête HTTP d'un service : il ne se rejoue pas."
    base = echange.chemin.split("/")[2] if echange.chemin.startswith("/bases/") else BASE_PAR_DEFAUT
    if echange.base not in (base, BASE_PAR_DEFAUT):
        return (
            f"Cet échange est passé par un relais (base [{echange.base}]) : rejoué ici, il irait dans la "
            f"base [{base}], sans l'état du serveur qui l'a reçu ; et rien n'est renvoyé à ce serveur."
        )
    return ""


def rejouer(echange: Echange, qui: Expediteur) -> tuple[str, int] | None:
    """Sends the bytes of an exchange through the application as if they came again, without the client
    certificate, which the journal does not keep. Answers base and id of the new exchange, None when it left
    none. A panne that is armed is counted down, but its damage to the socket is not seen here."""
    en_tetes = [(nom, v) for nom, v in echange.en_tetes if nom.lower() not in _DE_LA_CONNEXION]
    en_tetes.append((REJEU, str(echange.identifiant)))
    return expedier(RequeteEcrite(echange.chemin, tuple(en_tetes), echange.requete, echange.methode), qui)


@dataclass(frozen=True)
class Reduction:
    """The rest of a document after its reduction. `entiere`: no element can be removed alone any more; else
    the time was up. `racine` is lxml, `texte` the document, indented, NIR masked; counts are of elements."""

    racine: Any
    texte: str
    avant: int
    apres: int
    entiere: bool
    secondes: float


def cibles(observation: "Observation") -> list[str]:
    """Lists the targets to which a document may be reduced: codes of rules, the blocking ones first, or
    « structure » for a refusal by the schema."""
    if observation.arbre is None or observation.operation not in OPERATIONS or observation.asynchrone:
        return []
    anomalies = sorted(observation.echange.anomalies, key=lambda a: a.get("gravite") != Gravite.BLOQUANTE)
    codes = list(dict.fromkeys(str(a.get("regle")) for a in anomalies))
    if not codes and observation.echange.verdict == "fault" and _fautes(observation, observation.arbre):
        return ["structure"]
    return codes


def reduire(base: str, observation: "Observation", cible: str) -> Reduction:
    """The smallest document that still raises `cible`, no blocking anomaly being new, against the base as it
    is now. Raises UsageError when it does not raise it any more."""
    debut = time.monotonic()
    racine = deepcopy(observation.arbre)
    avant = _compter(racine)
    with services().magasin.lire(base) as registre:
        juger = _structure(observation) if cible == "structure" else _regle(registre, observation)
        depart = juger(racine)
        if cible not in depart:
            raise UsageError(
                f"Ce document ne soulève plus [{cible}] : la base, ou son horloge, a changé depuis.",
                remede="rejouez l'échange pour voir ce qu'il donne aujourd'hui",
            )
        entiere = elaguer(
            racine,
            lambda reste: cible in (juge := juger(reste)) and juge <= depart,
            encore=lambda: time.monotonic() - debut < REDUCTION_MAX,
        )
    etree.indent(racine, space="  ")
    texte = masquer_corps(etree.tostring(racine, encoding="UTF-8", xml_declaration=True)).octets.decode()
    return Reduction(racine, texte, avant, _compter(racine), entiere, time.monotonic() - debut)


def _regle(registre: RegistreBase, observation: "Observation") -> Any:
    """Codes of the anomalies of a document, sent where the observed one was."""
    operation, champs = str(observation.operation), observation.champs

    def juger(racine: Any) -> set[str]:
        try:
            return {a.regle for a in controler(registre, operation, champs, racine)}
        except StructureIncorrecte:
            return {"structure"}

    return juger


def _structure(observation: "Observation") -> Any:
    """« structure » and the faults of a document that its schema refuses for the first fault observed."""
    premiere = _fautes(observation, observation.arbre)[0]

    def juger(racine: Any) -> set[str]:
        fautes = set(_fautes(observation, racine))
        return fautes | ({"structure"} if premiere in fautes else set())

    return juger


def _fautes(observation: "Observation", racine: Any) -> list[str]:
    contrat = observation.contrat
    genre = OPERATIONS[str(observation.operation)].genre
    version = contrat.version_de_lecture(racine.get("versionInterface", ""))
    return [
        f"{f.chemin} {f.message}" for f in contrat.schemas.validate(racine, document=genre, version=version)
    ]


def _compter(racine: Any) -> int:
    return sum(1 for _ in racine.iter(etree.Element))


# --- several exchanges of a journal, chosen -----------------------------------------------------------------

#: Exchanges that are chosen at once.
CHOISIS_MAX: Final = 200


def choisis(ecrits: Iterable[str]) -> list[int]:
    """The ids that are written, each once, oldest first. Raises UsageError for none, too many, or what is no
    id."""
    lus = {entier_de(ecrit.strip()) for morceau in ecrits for ecrit in morceau.split(",")}
    ids = sorted(lu for lu in lus if lu is not None)
    if not ids or len(ids) < len(lus):
        raise UsageError(
            "Aucun échange n'est choisi." if not lus else "Un numéro d'échange est un nombre.",
            remede="cochez-en dans le journal",
        )
    if len(ids) > CHOISIS_MAX:
        raise UsageError(
            f"{len(ids)} échanges sont choisis : {CHOISIS_MAX} au plus à la fois.", remede="cochez-en moins"
        )
    return ids


def effacable(echange: Echange) -> bool:
    """True when a line is an exchange that somebody sent: facts of the base stay."""
    return echange.methode not in DITES | {SCENE}
