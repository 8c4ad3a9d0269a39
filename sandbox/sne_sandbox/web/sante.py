"""The health of this server, as a load balancer or a container's health check asks for it (`/readyz`).

The checks may wait for the database, so no caller waits for them: a thread goes through them every two
seconds as long as somebody asks (sooner while the server is not ready), and the answer is its last result,
with its age. A result that is too old means that the checks themselves do not end: not ready.
"""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from sne_interface.errors import StoreError, raison_systeme
from sne_sandbox.bases.travail_des_nuits import en_attente
from sne_sandbox.journal_technique import journal_technique
from sne_sandbox.store import schema_sql
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.store.moteurs import place_libre
from sne_sandbox.store.tables import REVISION
from sne_sandbox.web.configuration_et_services import VERSION

#: Seconds between two rounds of the checks; while it is not ready: who is again is soon sent exchanges.
PERIODE: Final = 2.0
PERIODE_EN_PANNE: Final = 0.5
#: Seconds after which a result is no longer believed.
PERIMEE: Final = 6.0
#: Seconds after the last question when the rounds end: nobody looks.
OUBLI: Final = 120.0
#: Seconds after its last commit when a process writes to be sure that it still can.
ECRITURE: Final = 10.0
#: Bytes that the disk of the base must have: some of the largest messages, and what SQLite moves.
PLACE: Final = 50_000_000
#: Seconds that a night may be due: the next exchange, or the next minute, lives it.
RETARD: Final = 150.0

#: What `/healthz` answers: that there is somebody to answer.
VIVANT: Final = json.dumps({"status": "ok", "version": VERSION}).encode() + b"\n"


@dataclass
class Examen:
    """The things that the checks look at: the store, since when each base has had a night due (monotonic
    seconds); and the findings to tell that do not stop the service."""

    magasin: Magasin
    dues: dict[str, float] = field(default_factory=dict)
    avertissements: tuple[str, ...] = ()


def _fichier(examen: Examen) -> str:
    examen.magasin.verifier_fichier()
    return ""


def _lue(examen: Examen) -> str:
    schema_sql.revision(examen.magasin)
    return ""


def _ecrite(examen: Examen) -> str:
    magasin = examen.magasin
    magasin.disjoncteur.verifier(ecriture=True)
    if time.monotonic() - magasin.derniere_ecriture > ECRITURE:
        magasin.ecrire_pour_voir()
    return ""


def _schema(examen: Examen) -> str:
    presente = schema_sql.revision(examen.magasin)
    return "" if presente == REVISION else f"les tables sont à la révision {presente}, il faut la {REVISION}"


def _place(examen: Examen) -> str:
    fichier = examen.magasin.fichier
    libre = PLACE if fichier is None else place_libre(fichier)
    return "" if libre >= PLACE else f"il reste {libre // 1_000_000} Mo, il en faut {PLACE // 1_000_000}"


def _nuits(examen: Examen) -> str:
    machine, ici = datetime.now(UTC), time.monotonic()
    bases = examen.magasin.bases.lister()
    attentes = {base.nom for base in bases if en_attente(base, machine) is not None}
    # Without their names: this is read without a token.
    dit = f"bases dont des nuits attendent qu'on les fasse passer (clock nuits) : {len(attentes)}"
    examen.avertissements = (dit,) if attentes else ()
    dues = [b.nom for b in bases if b.nom not in attentes and b.nuit_due(b.horloge.maintenant(machine))]
    examen.dues = {nom: examen.dues.get(nom, ici) for nom in dues}
    tard = sum(ici - depuis > RETARD for depuis in examen.dues.values())
    return f"bases dont une nuit est due et n'a pas été vécue : {tard}" if tard else ""


def _contrats(examen: Examen) -> str:
    voisins = examen.magasin.voisins
    return "" if voisins is None else voisins.ecart()


@dataclass(frozen=True)
class VerificationSante:
    """A check: its name, and what answers the reason why it fails, "" when it does not. It may raise
    StoreError, OSError: that is a reason too. `grave`: a server that fails it is not ready."""

    nom: str
    raison: Callable[[Examen], str]
    grave: bool = True


#: Where a check is added.
VERIFICATIONS: Final = (
    VerificationSante("fichier", _fichier),
    VerificationSante("lecture", _lue),
    VerificationSante("ecriture", _ecrite),
    VerificationSante("schema", _schema),
    VerificationSante("place", _place),
    VerificationSante("nuits", _nuits),
    # Servers that are given new contracts one after the other differ for a while, and must go on serving.
    VerificationSante("contrats", _contrats, grave=False),
)


class Sante:
    """The readiness of one process. `verifications` are its checks."""

    vivant: Final = VIVANT

    def __init__(
        self, magasin: Magasin, verifications: tuple[VerificationSante, ...] = VERIFICATIONS
    ) -> None:
        self._examen = Examen(magasin)
        self._verifications = verifications
        self._trouve: tuple[dict[str, Any], ...] = ()
        self._quand = self._demande = float("-inf")
        self._voulu = threading.Event()
        self._fini = threading.Event()
        self._fil: threading.Thread | None = None

    def examiner(self) -> None:
        """Goes through the checks once, and keeps what they found."""
        trouve = []
        for verification in self._verifications:
            try:
                raison = verification.raison(self._examen)
            except StoreError as erreur:
                raison = erreur.diagnostics()
            except OSError as erreur:
                raison = raison_systeme(erreur)
            except Exception as erreur:  # noqa: BLE001 - told as a reason, and to the log: the others go on
                raison = f"la vérification a échoué ({type(erreur).__name__})"
                journal_technique("sne_sandbox.sante").exception("check failed", check=verification.nom)
            trouve.append({"nom": verification.nom, "ok": not raison, "raison": raison})
        self._trouve, self._quand = tuple(trouve), time.monotonic()

    @property
    def fraiche(self) -> bool:
        """True when the last result is believed."""
        return time.monotonic() - self._quand <= PERIMEE

    def demander(self) -> None:
        """Somebody asks: the rounds go on. The first who asks begins them."""
        self._demande = time.monotonic()
        if self._fil is None and not self._fini.is_set():
            self._fil = threading.Thread(target=self._tourner, name="sne-sante", daemon=True)
            self._fil.start()
        self._voulu.set()

    def fermer(self) -> None:
        """Ends the rounds."""
        self._fini.set()
        self._voulu.set()
        if self._fil is not None:
            self._fil.join(1.0)

    def _tourner(self) -> None:
        while not self._fini.is_set():
            if time.monotonic() - self._demande > OUBLI:
                self._voulu.clear()
                self._voulu.wait()
                continue
            self.examiner()
            pret = self.reponse()[0] == 200
            self._fini.wait(PERIODE if pret else PERIODE_EN_PANNE)

    def reponse(self) -> tuple[int, bytes]:
        """The HTTP status and the JSON of what was found last; waits for nothing."""
        age = time.monotonic() - self._quand
        trouve = list(self._trouve)
        if (coupure := self._examen.magasin.disjoncteur.coupure) is not None:  # found since
            trouve.append({"nom": "base", "ok": False, "raison": coupure.diagnostics()})
        if age > PERIMEE:
            depuis = f"depuis {age:.0f} s" if trouve else "encore"
            raison = f"l'examen n'a pas abouti {depuis} : le serveur ou sa base sont trop occupés"
            trouve.append({"nom": "examen", "ok": False, "raison": raison})
        legeres = {v.nom for v in self._verifications if not v.grave}
        pret = all(v["ok"] or v["nom"] in legeres for v in trouve)
        corps = {
            "status": "ok" if pret else "indisponible",
            "age_s": round(age, 1) if self._trouve else None,
            "version": VERSION,
            "verifications": trouve,
            "avertissements": list(self._examen.avertissements),
        }
        return 200 if pret else 503, json.dumps(corps, ensure_ascii=False).encode() + b"\n"
