"""Clients that go on: each household is sent until its numéro is known, whatever breaks meanwhile. What was
refused, and for how long, is counted.

A client whose connection broke cannot know whether its demande was stored. It sends it again; one that was is
then refused as a duplicate (DOU001), by a sentence that gives its numéro.
"""

import http.client
import itertools
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from sne_interface.resources import fixtures_dir
from sne_sandbox.mime.message_mime import Part
from sne_sandbox.soap.requete_soap_ecrite import requete

_LETTRES: Final = "abcdefghijklmnopqrstuvwxyz"
_CHEMIN: Final = "/services/DemandeLogementImplService/"
_ACTION: Final = "http://ws.metier.nuu.application.i2/getNumUnique"
_ENVELOPPE: Final = b"""\
<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope"
 xmlns:ws="http://ws.metier.nuu.application.i2/" xmlns:xop="http://www.w3.org/2004/08/xop/include"><soap:Body>
<ws:numUniqueParametres><nomFichierDemande>DEMG1104-201803151200-000000.xml</nomFichierDemande>
<fichierDemande><xop:Include href="cid:xml_id"/></fichierDemande>
<nomCertificat>CERG1104-201803151200.pem</nomCertificat><certificat></certificat></ws:numUniqueParametres>
</soap:Body></soap:Envelope>"""
_NUMERO: Final = re.compile(rb"numUnique>(\d{13}G\d{4})<")
_DEJA: Final = re.compile(r"existe déjà pour cette personne : (\d{13}G\d{4})")
#: Seconds between two tries of a household.
_PAUSE: Final = 0.1
#: Seconds that an answer is waited for.
_PATIENCE: Final = 60.0

#: What opens a connection: given the rank of the client.
Ouvrir = Callable[[int], http.client.HTTPConnection]


@dataclass(slots=True)
class Refus:
    """A while in which a client got nothing but refusals: instants of the first and of the end; what it was
    told, how often."""

    debut: float
    fin: float
    causes: Counter[str]

    @property
    def duree(self) -> float:
        """Seconds."""
        return self.fin - self.debut


@dataclass(slots=True)
class Compte:
    """What clients got. `acquittes`: numéro by surname; `retrouves` of them were told by a duplicate,
    after an answer that never came; `instants` and `latences`: when each came, and in how many seconds."""

    acquittes: dict[str, str] = field(default_factory=dict)
    retrouves: int = 0
    refus: list[Refus] = field(default_factory=list)
    instants: list[float] = field(default_factory=list)
    latences: list[float] = field(default_factory=list)

    def plus_long(self, depuis: float = 0.0, jusqua: float = float("inf")) -> float:
        """Seconds of the longest refusal that began between two instants; 0 without any."""
        return max((r.duree for r in self.refus if depuis <= r.debut <= jusqua), default=0.0)

    def causes(self) -> Counter[str]:
        """What refusals said."""
        return sum((refus.causes for refus in self.refus), Counter())


def nom(rang: int) -> str:
    """A surname of its own for each rank: letters only."""
    return "Essai" + "".join(_LETTRES[(rang // 26**p) % 26] for p in range(5))


def messages(depuis: int = 0) -> Iterator[tuple[str, str, bytes]]:
    """(surname, Content-Type, body) of the getNumUnique of distinct households, without end."""
    modele = (fixtures_dir() / "demandes" / "personne_seule.xml").read_bytes()
    assert (modele.count(b">Marchand<"), modele.count(b">BAC-0001<")) == (1, 1)
    for rang in itertools.count(depuis):
        document = modele.replace(b">Marchand<", f">{nom(rang)}<".encode())
        document = document.replace(b">BAC-0001<", f">INSISTE-{rang}<".encode())
        partie = Part("xml_id", "text/xml; charset=utf-8", "8bit", document)
        yield (nom(rang), *requete(_ENVELOPPE, [partie], action=_ACTION))


def insister(
    ouvrir: Ouvrir,
    file: Iterator[tuple[str, str, bytes]],
    clients: int,
    compte: Compte,
    fini: Callable[[], bool] = lambda: False,
) -> None:
    """So many clients send the households of `file` until there are no more, or `fini`; `compte` is filled as
    they go. Raises AssertionError for an answer that is neither a numéro, a refusal nor a known duplicate."""
    verrou, erreurs = threading.Lock(), []

    def suivant() -> tuple[str, str, bytes] | None:
        with verrou:
            return None if fini() or erreurs else next(file, None)

    def un_client(rang: int) -> None:
        client = _Client(lambda: ouvrir(rang))
        try:
            while (message := suivant()) is not None:
                numero, retrouve = client.obtenir(*message[1:], compte)
                with verrou:
                    compte.acquittes[message[0]] = numero
                    compte.retrouves += retrouve
        except Exception as erreur:  # noqa: BLE001 - raised again below
            erreurs.append(erreur)
        finally:
            client.fermer()

    fils = [threading.Thread(target=un_client, args=(rang,)) for rang in range(clients)]
    for un in fils:
        un.start()
    for un in fils:
        un.join()
    if erreurs:
        raise erreurs[0]


class _Client:
    """One client, on one connection after another."""

    def __init__(self, ouvrir: Callable[[], http.client.HTTPConnection]) -> None:
        self._ouvrir = ouvrir
        self._lien: http.client.HTTPConnection | None = None

    def obtenir(self, genre: str, corps: bytes, compte: Compte) -> tuple[str, bool]:
        """The numéro of a household, and whether a duplicate told it."""
        refus: Refus | None = None
        while True:
            debut = time.monotonic()
            try:
                cause, numero, retrouve = self._essayer(genre, corps)
            except (OSError, http.client.HTTPException) as erreur:
                self.fermer()
                cause, numero, retrouve = type(erreur).__name__, "", False
            fin = time.monotonic()
            if not cause:
                if refus is not None:
                    refus.fin = fin
                assert refus is not None or not retrouve, f"a household sent once is a duplicate: {numero}"
                compte.instants.append(fin)
                compte.latences.append(fin - debut)
                return numero, retrouve
            if refus is None:
                refus = Refus(debut, fin, Counter())
                compte.refus.append(refus)
            refus.fin = fin
            refus.causes[cause] += 1
            time.sleep(_PAUSE)

    def _essayer(self, genre: str, corps: bytes) -> tuple[str, str, bool]:
        """Cause of a refusal or « », numéro, whether a duplicate told it."""
        if self._lien is None:
            self._lien = self._ouvrir()
            self._lien.timeout = _PATIENCE
        self._lien.request("POST", _CHEMIN, corps, {"Content-Type": genre})
        reponse = self._lien.getresponse()
        contenu = reponse.read()
        if reponse.getheader("Connection") == "close":
            self.fermer()
        if reponse.status >= 500 and b"Sender" not in contenu:
            return str(reponse.status), "", False
        if (trouve := _DEJA.search(contenu.decode("utf-8", "replace"))) is not None:
            return "", trouve[1], True
        numeros = set(_NUMERO.findall(contenu))
        assert reponse.status == 200, contenu[:3000]
        assert b"listeAnomalie" not in contenu, contenu[:3000]
        assert len(numeros) == 1, contenu[:3000]
        return "", numeros.pop().decode(), False

    def fermer(self) -> None:
        """Closes the connection, if one is open."""
        if self._lien is not None:
            self._lien.close()
            self._lien = None


def verifier(compte: Compte, stockes: list[tuple[str, str]]) -> dict[str, int]:
    """Holds what was told to what is stored: (numéro, surname in lower case) of each demande. How many were
    lost (told, and not there or of somebody else), twice (a household with two demandes, or a numéro told to
    two), and stored without having been told."""
    par_nom: dict[str, list[str]] = {}
    for numero, nom_plie in stockes:
        par_nom.setdefault(nom_plie, []).append(numero)
    dits = Counter(compte.acquittes.values())
    perdus = sum(numero not in par_nom.get(n.lower(), ()) for n, numero in compte.acquittes.items())
    deux_fois = sum(len(siens) > 1 for siens in par_nom.values()) + sum(c > 1 for c in dits.values())
    muets = len(par_nom.keys() - {n.lower() for n in compte.acquittes})
    return {"perdus": perdus, "deux fois": deux_fois, "gardés sans avoir été dits": muets}
