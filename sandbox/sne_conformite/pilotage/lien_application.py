"""The link to the application under test: a process that speaks JSON Lines, or an HTTP address.

In spite of anything that the application does (rubbish, silence, sudden death), `envoyer` answers a checked
answer or raises `LienRompu`, whose French sentence goes into the report; the next command finds a fresh
process.
"""

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from itertools import groupby
from typing import IO, Any, Final, Protocol, TextIO
from urllib.parse import urlsplit

from sne_conformite.protocole.protocole import DELAI_MAX_S, TABLES, verifier_reponse
from sne_interface import systeme
from sne_interface.domain.nir import extrait
from sne_interface.errors import OperatorError, raison_systeme

#: Seconds that a command may take, the application's own waiting for the SNE included.
DELAI: Final = 30.0
#: Seconds that a fresh process may take to answer `demarrer`.
DELAI_DEMARRAGE: Final = 60.0
_LIGNE_MAX: Final = 16_000_000
_FIN: Final = 3.0

#: Where clouds give a machine its own secrets, beside 169.254.0.0/16 and fe80::/10: AWS; Alibaba, Oracle.
_SECRETS: Final = ("fd00:ec2::254", "100.100.100.200", "192.0.0.192")
#: Addresses of IPv6 that end with one of IPv4 (RFC 4291 2.5.5.1, RFC 6052); ::1 is this machine.
_PORTEURS_V4: Final = (IPv6Network("::/96"), IPv6Network("64:ff9b::/96"))

Message = dict[str, Any]


class LienRompu(OperatorError):
    """The application gave no answer that can be read. `mots`, in French, end the message: its own last
    words, or that it said none; "" when they explain nothing."""

    def __init__(self, message: str, *, remede: str = "", mots: str = "") -> None:
        super().__init__(f"{message}\n{mots}" if mots else message, remede=remede)


class Application(Protocol):
    """The application that a run needs: it answers each message."""

    def envoyer(self, message: Message) -> Message:
        """The answer to a message of the protocol, as `verifier_reponse` wants it. Raises LienRompu."""

    def fermer(self) -> None:
        """Ends the application; one of which a process is started starts again, if it is told anything."""


def temps_d_une_commande(delai_max_s: float) -> float:
    """Seconds that a command of an application may take that is told to wait so many for the SNE."""
    return DELAI / DELAI_MAX_S * delai_max_s


class _Patience:
    """The time that an application is given, which one that is told to wait longer for the SNE needs too."""

    def __init__(self, delai: float) -> None:
        self._delai = delai

    def delai_de(self, message: Message) -> float:
        """Seconds that its answer to a message may take."""
        if message["commande"] != "demarrer":
            return self._delai
        self._delai = max(self._delai, temps_d_une_commande(message.get("delai_max_s") or 0))
        return DELAI_DEMARRAGE


class ApplicationProcessus(_Patience):
    """An application started by `commande` (a line, or words), one JSON message a line on its stdin and its
    stdout. Its stderr goes to `sortie_erreur`, its last lines are kept. A process that died or was late is
    started again by the next message, which is preceded by the `demarrer` that the first one was told."""

    def __init__(
        self, commande: str | Sequence[str], *, delai: float = DELAI, sortie_erreur: TextIO | None = None
    ) -> None:
        super().__init__(delai)
        self._mots = systeme.decouper(commande) if isinstance(commande, str) else list(commande)
        self._sortie_erreur = sortie_erreur if sortie_erreur is not None else sys.stderr
        self._processus: subprocess.Popen[bytes] | None = None
        self._lignes = _Lignes()
        #: Who sends first starts the process, and no two messages are written at once.
        self._verrou = threading.RLock()
        self._dits: deque[str] = deque(maxlen=20)
        self._ecoute: threading.Thread | None = None
        self._demarrage: Message | None = None

    def envoyer(self, message: Message) -> Message:
        """The answer to `message`. Raises LienRompu. Several threads may call it at once: the answers come in
        any order."""
        delai = self.delai_de(message)
        with self._verrou:
            if message["commande"] == "demarrer":
                self._demarrage = message
            if self._processus is not None and self._processus.poll() is not None:
                self._abandonner()  # what it had started may live on
            if self._processus is None:
                self._lancer()
                if self._demarrage is not None and message is not self._demarrage:
                    self._echanger(self._demarrage, DELAI_DEMARRAGE)
        return self._echanger(message, delai)

    def fermer(self) -> None:
        """Closes its stdin, then ends it."""
        processus, self._processus = self._processus, None
        if processus is None:
            return
        if processus.stdin is not None:
            with contextlib.suppress(OSError):  # it is dead already
                processus.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            processus.wait(_FIN)
        _achever(processus)

    def _lancer(self) -> None:
        self._dits.clear()
        lignes = self._lignes = _Lignes()
        try:
            self._processus = subprocess.Popen(  # noqa: S603 - the operator's own command
                self._mots,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
                umask=systeme.masque_de_l_utilisateur(),
            )
        except (OSError, IndexError, ValueError) as erreur:
            pourquoi = f" : {raison_systeme(erreur)}" if isinstance(erreur, OSError) else ""
            raise LienRompu(
                f"L'application ne se lance pas : [{' '.join(self._mots) or 'commande vide'}]{pourquoi}.",
                remede="vérifiez la commande donnée à --application (le programme, son chemin, ses droits)",
            ) from None
        sortie, erreurs = self._processus.stdout, self._processus.stderr
        assert sortie is not None
        assert erreurs is not None
        threading.Thread(target=_lire, args=(sortie, lignes), daemon=True).start()
        self._ecoute = threading.Thread(target=self._relayer, args=(erreurs,), daemon=True)
        self._ecoute.start()

    def _relayer(self, flux: IO[bytes]) -> None:
        for ligne, pareilles in groupby(flux):
            self._relayer_la_ligne(ligne.decode("utf-8", "replace"))
            if (fois := sum(1 for _ in pareilles)) > 1:  # it goes on until another line comes
                self._relayer_la_ligne(f"… ({fois} fois)\n")

    def _relayer_la_ligne(self, ligne: str) -> None:
        self._dits.append(ligne.rstrip())
        # Our own stderr may be closed: its words are kept all the same.
        with contextlib.suppress(OSError, ValueError):
            self._sortie_erreur.write(ligne)

    def _echanger(self, message: Message, delai: float) -> Message:
        limite, ferme = time.monotonic() + delai, False
        with self._verrou:
            processus, lignes = self._processus, self._lignes
            if processus is None:  # what answers another message has just stopped it
                raise _rompu(message, "s'est arrêtée", "rester")
            assert processus.stdin is not None
            lignes.attendus.add(message["id"])
            try:
                ecrit = json.dumps(message, ensure_ascii=False).encode()
                lu = _ecrire(processus.stdin.fileno(), ecrit, limite)
            except OSError:
                lu = ferme = True  # it reads no more: what it had said first tells why
                limite = time.monotonic() + _FIN
        if not lu:
            raise self._rompre(
                message, f"n'a pas lu sa question en {delai:g} s", "lire", self._derniers_mots()
            )
        while True:
            try:
                ligne = lignes.prendre(message["id"], limite)
            except TimeoutError:
                if ferme:
                    raise self._arreter(message, processus) from None
                quoi = f"n'a pas répondu en {delai:g} s"
                raise self._rompre(message, quoi, "vider", self._derniers_mots()) from None
            if ligne is None:
                raise self._arreter(message, processus)
            if not ligne.strip():
                continue
            quoi, seul = "a écrit sur sa sortie autre chose que du JSON", lignes.attendus == {message["id"]}
            try:
                reponse = _lue(ligne.strip(), message, quoi, "reservee", seul=seul)
            except LienRompu:
                self._abandonner()
                raise
            lignes.attendus.discard(message["id"])
            return _verifiee(message, reponse, self._derniers_mots)

    def _arreter(self, message: Message, processus: subprocess.Popen[bytes]) -> LienRompu:
        _achever(processus)
        if self._ecoute is not None:
            self._ecoute.join(_FIN)  # its last words are read to their end, unless a child of its own goes on
        mots = self._derniers_mots() or "Elle n'a rien écrit sur l'erreur standard (stderr)."
        fin = f"{'code' if processus.returncode >= 0 else 'signal'} {abs(processus.returncode)}"
        return self._rompre(message, f"s'est arrêtée ({fin})", "rester", mots)

    def _rompre(self, message: Message, quoi: str, remede: str, mots: str = "") -> LienRompu:
        self._abandonner()
        return _rompu(message, quoi, remede, mots)

    def _abandonner(self) -> None:
        processus, self._processus = self._processus, None
        if processus is not None:
            _achever(processus)

    def _derniers_mots(self) -> str:
        time.sleep(0.05)  # what it said while it died may be on its way
        mots = "\n".join(self._dits)
        return f"Ses derniers mots (stderr) :\n{mots}" if mots else ""


class _Lignes:
    """The lines that a process writes, as they come, None at their end. `attendus` are the ids of the
    messages that wait for one: a line goes to that which it answers, any other to whoever looks first."""

    def __init__(self) -> None:
        self.attendus: set[Any] = set()
        self._venues: list[bytes | None] = []
        self._venue = threading.Condition()

    def mettre(self, ligne: bytes | None) -> None:
        """One more line."""
        with self._venue:
            self._venues.append(ligne)
            self._venue.notify_all()

    def prendre(self, identifiant: Any, limite: float) -> bytes | None:
        """The next line for a message; raises TimeoutError when none comes before `limite` (monotonic)."""
        with self._venue:
            while (rang := self._rang(identifiant)) is None:
                if not self._venue.wait(max(0.0, limite - time.monotonic())):
                    raise TimeoutError
            ligne = self._venues[rang]
            if ligne is not None:  # the end is everybody's
                del self._venues[rang]
            return ligne

    def _rang(self, identifiant: Any) -> int | None:
        autres = self.attendus - {identifiant}
        return next(
            (i for i, lue in enumerate(self._venues) if _identifiant(lue, autres) not in autres), None
        )


def hors_d_atteinte(numero: str) -> bool:
    """True when an IP address cannot be that of an application: it is of no machine, or a machine of a cloud
    asks there for its own secrets; however it is written in IPv6 (mapped, compatible, NAT64, 6to4)."""
    adresse = ip_address(numero.partition("%")[0])
    if isinstance(adresse, IPv6Address):
        dedans = adresse.ipv4_mapped or adresse.sixtofour
        if dedans is None and any(adresse in reseau for reseau in _PORTEURS_V4) and not adresse.is_loopback:
            dedans = IPv4Address(int(adresse) & 0xFFFF_FFFF)
        adresse = dedans or adresse
    return adresse.is_link_local or adresse.is_multicast or adresse.is_unspecified or str(adresse) in _SECRETS


class ApplicationHttp(_Patience):
    """An application that answers POSTs of application/json at `url`: itself, no proxy and no redirection;
    nor, whatever its name leads to when it is called, what is out of reach (`hors_d_atteinte`)."""

    def __init__(self, url: str, *, delai: float = DELAI) -> None:
        super().__init__(delai)
        self._url = url

    def envoyer(self, message: Message) -> Message:
        """The answer to `message`. Raises LienRompu."""
        try:
            statut, octets = self._poster(json.dumps(message, ensure_ascii=False).encode(), message)
        except (OSError, http.client.HTTPException, ValueError) as erreur:
            quoi = f"ne répond pas à {self._url} : {_sans_reponse(erreur)}"
            raise _rompu(message, quoi, "lancer") from None
        if not 200 <= statut < 300:
            dit = octets[:500].decode("utf-8", "replace")
            raise _rompu(message, f"a répondu HTTP {statut}", "http", dit and f"Sa réponse :\n{dit}")
        return _verifiee(message, _lue(octets, message, "n'a pas répondu du JSON", "http"))

    def _poster(self, corps: bytes, message: Message) -> tuple[int, bytes]:
        """Status and bytes of the answer, over a connection of its own."""
        lieu = urlsplit(self._url)
        if not lieu.hostname or " " in self._url:
            raise http.client.InvalidURL(self._url)
        genre = http.client.HTTPSConnection if lieu.scheme == "https" else http.client.HTTPConnection
        chemin = lieu.path or "/"
        with contextlib.closing(genre(lieu.netloc, timeout=self.delai_de(message))) as lien:
            lien.connect()
            # Before anything is sent: the name may have led elsewhere when it was looked at.
            if hors_d_atteinte(str(lien.sock.getpeername()[0])):
                raise ConnectionRefusedError
            lien.request(
                "POST",
                f"{chemin}?{lieu.query}" if lieu.query else chemin,
                corps,
                {"Content-Type": "application/json; charset=utf-8", "Connection": "close"},
            )
            recue = lien.getresponse()
            return recue.status, recue.read(_LIGNE_MAX)

    def fermer(self) -> None:
        """Nothing to end: it is not ours."""


def _lire_json(octets: bytes) -> Any:
    """A JSON value, without half surrogates, which no report could be written with. Raises ValueError, for
    one that is too deep as well."""
    try:
        lue = json.loads(octets)
    except RecursionError:
        raise ValueError("too deep") from None
    if b"\\u" not in octets:
        return lue
    return json.loads(json.dumps(lue, ensure_ascii=False).encode("utf-8", "replace"))


def _lue(octets: bytes, message: Message, sinon: str, remede: str, *, seul: bool = True) -> Any:
    """The JSON of an answer. Raises LienRompu for bytes that are none, as `sinon` says, and for the answer to
    another message: one that waits alone (`seul`) may be answered without an id."""
    try:
        reponse = _lire_json(octets)
    except ValueError:
        debut = extrait(octets[:400].decode("utf-8", "replace"), 120)
        raise _rompu(message, f"{sinon} : « {debut} »", remede) from None
    if isinstance(reponse, dict) and reponse.get("id", message["id"] if seul else None) != message["id"]:
        ecrit = extrait(json.dumps(reponse.get("id"), ensure_ascii=False), 60)
        raise _rompu(message, f"a répondu au message {ecrit}, pas à {message['id']}", "recopier")
    return reponse


def _verifiee(message: Message, reponse: Any, mots: Callable[[], str] = str) -> Message:
    """An answer, when the protocol allows it. Raises LienRompu, with the application's last words."""
    if ecart := verifier_reponse(message["commande"], reponse):
        raise _rompu(message, f"a mal répondu : {ecart}", "corriger", mots())
    return dict(reponse)


def _sans_reponse(erreur: Exception) -> str:
    """Why nothing came over HTTP, by what was raised, most precise first."""
    dites = TABLES["sans_reponse"]
    sinon = raison_systeme(erreur) if isinstance(erreur, OSError) else dites["InvalidURL"]
    return str(next((dites[g.__name__] for g in type(erreur).__mro__ if g.__name__ in dites), sinon))


def _rompu(message: Message, quoi: str, remede: str, mots: str = "") -> LienRompu:
    """Tells an error of a link; `remede` is a row of `remedes`, in `protocole.toml`."""
    dit = f"À « {message['commande']} », l'application {quoi}."
    return LienRompu(dit, remede=TABLES["remedes"][remede], mots=mots)


def _ecrire(tuyau: int, octets: bytes, limite: float) -> bool:
    """Writes a line to a pipe, which may block: by a thread, that the end of the process frees. False when it
    was not read before `limite` (monotonic). Raises OSError when nobody reads any more."""
    erreurs = []

    def ecrire() -> None:
        reste = memoryview(octets + b"\n")
        try:
            while reste:
                reste = reste[os.write(tuyau, reste) :]
        except OSError as erreur:
            erreurs.append(erreur)

    fil = threading.Thread(target=ecrire, daemon=True)
    fil.start()
    fil.join(max(0.0, limite - time.monotonic()))
    if erreurs:
        raise erreurs[0]
    return not fil.is_alive()


def _identifiant(ligne: bytes | None, parmi: set[Any]) -> Any:
    """The id that a line answers, None for none; it is read only when there is one to tell it from."""
    try:
        lu = json.loads(ligne)["id"] if ligne and parmi else None
        return lu if isinstance(lu, int) else None
    except (ValueError, TypeError, LookupError, RecursionError):
        return None


def _lire(flux: IO[bytes], lignes: _Lignes) -> None:
    while ligne := flux.readline(_LIGNE_MAX):
        lignes.mettre(ligne)
    lignes.mettre(None)


def _achever(processus: subprocess.Popen[bytes]) -> None:
    """Ends the process and all that it started: its session is its own."""
    systeme.prevenir(processus, signal.SIGTERM, groupe=True)
    try:
        processus.wait(_FIN)
    except subprocess.TimeoutExpired:
        systeme.tuer(processus, groupe=True)
        processus.wait()
