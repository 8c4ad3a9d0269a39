"""The same messages to two checkouts: what differs in the answers, and in what the journal says of them.

    python tests/benchmarks/deux_versions.py /path/of/another/checkout [--messages 1100] [--graine 7]

Each checkout serves with its own environment (`.venv`), an empty base, and a clock that stands still, so that
numéros and dates are the same too; boundaries are evened out. The messages are drawn here: whole households
of every kind, what follows a registration (read, modified, renewed, looked for), a document that each
blocking control refuses, and envelopes that are cut, mixed up or wrongly told. Exits 1 when anything differs.
"""

import argparse
import contextlib
import difflib
import http.client
import json
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any, Final

from lxml import etree
from menages import MIDI

from sne_interface.contract.codec import NS
from sne_interface.contract.contrats_charges import Contrat, charger
from sne_interface.errors import UsageError
from sne_interface.generators.messages_en_nombre import SORTES_DE_MESSAGE, defauts, messages
from sne_interface.rules.catalogue import REGLES
from sne_sandbox.mime.requete_mtom_ecrite import Forme
from sne_sandbox.soap.requete_soap_ecrite import ecrire

#: Content-ID of the one part that is called otherwise since the published client was tried.
_RENOMME: Final = ("document-listeDoublons@sne-sandbox", "listeDoublons@sne-sandbox")
#: What no two runs share: headers, and keys of the journal's JSON.
_EN_TETES: Final = frozenset({"date", "sne-echange"})
_CLES: Final = frozenset({"recu_le", "duree_us", "duree_ms", "lien", "trace"})
_TIRE: Final = re.compile(r"127\.0\.0\.1:\d+|sne-[0-9a-f]{32}|ATT-[0-9a-f]+")
_OPERATIONS: Final = {
    "EVT": "ajouterEvenementDemande",
    "RCH": "rechercheDemandeMulticritere",
    "DALO": "getDeclarationNouveauDalo",
}


@dataclass(frozen=True, slots=True)
class Envoi:
    """A request to send."""

    nom: str
    chemin: str
    content_type: str
    corps: bytes
    methode: str = "POST"


class Version:
    """A checkout that serves."""

    def __init__(self, depot: Path, home: Path) -> None:
        self._pret = home.with_suffix(".json")
        self._journal = home.with_suffix(".log")
        commande = [
            str(depot / ".venv" / "bin" / "sne-sandbox"), "serve", "--home", str(home), "--https-port", "-1",
            "--http-port", "0", "--seed-base", "vide", "--seed", "7", "--clock", MIDI.isoformat(),
            "--ready-file", str(self._pret),
        ]  # fmt: skip
        with self._journal.open("w") as sortie:
            self._processus = subprocess.Popen(commande, stdout=sortie, stderr=sortie, cwd=home.parent)
        while not self._pret.is_file():
            if self._processus.poll() is not None:
                raise SystemExit(f"{depot} ne démarre pas : {self._journal.read_text()}")
            time.sleep(0.05)
        pret = json.loads(self._pret.read_text("utf-8"))
        self._jeton = pret.get("admin_token")
        self._lien = http.client.HTTPConnection(pret["http"].removeprefix("http://"), timeout=120)

    def envoyer(self, envoi: Envoi) -> tuple[int, list[tuple[str, str]], bytes]:
        """Status, headers and body of an answer."""
        en_tetes = {"Content-Type": envoi.content_type, "Host": "sne.national.example"}
        return self._appeler(envoi.methode, envoi.chemin, envoi.corps, en_tetes)

    def echange(self, adresse: str) -> Any:
        """What the API says of an exchange."""
        en_tetes = {"Authorization": f"Bearer {self._jeton}"} if self._jeton else {}
        chemin = re.sub(r"^http://[^/]+", "", adresse)
        return json.loads(self._appeler("GET", chemin, b"", en_tetes)[2])

    def _appeler(
        self, methode: str, chemin: str, corps: bytes, en_tetes: dict[str, str]
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        try:
            self._lien.request(methode, chemin, corps, en_tetes)
            reponse = self._lien.getresponse()
        except (http.client.HTTPException, OSError):
            self._lien.close()
            self._lien.request(methode, chemin, corps, en_tetes)
            reponse = self._lien.getresponse()
        return reponse.status, reponse.getheaders(), reponse.read()

    def fermer(self) -> None:
        """Ends the server."""
        self._processus.terminate()
        self._processus.wait(60)


def _appel(contrat: Contrat, operation: str, document: bytes | None, **champs: str | bytes) -> Envoi:
    prevue = contrat.operations[operation]
    nommes: dict[str, str | bytes] = {
        "nomCertificat": "CERG1226-201803151200.pem",
        "certificat": b"-----BEGIN CERTIFICATE-----",
        **champs,
    }
    for champ in prevue.entree.champs:
        if champ.nom.startswith("fichier") and document is not None:
            nommes[champ.nom] = document
        elif champ.nom.startswith("nomFichier"):
            nommes.setdefault(champ.nom, "DEMG1226-201803151200-000001.xml")
    admis = {champ.nom for champ in prevue.entree.champs}
    content_type, corps = ecrire(prevue, {n: v for n, v in nommes.items() if n in admis}, Forme.NETTE)
    return Envoi(operation, f"/services/{prevue.service}/", content_type, corps)


def _avec_numero(document: bytes, numero: str, genre: str) -> bytes:
    racine = etree.fromstring(document)
    formulaire = racine.find(f".//{{{NS}}}demandeLogement")
    racine.find(f".//{{{NS}}}typeFichier").text = genre
    ancien = formulaire.find(f"{{{NS}}}numUnique")
    if ancien is None:
        ancien = etree.Element(f"{{{NS}}}numUnique")
        formulaire.find(f"{{{NS}}}numGuichet").addnext(ancien)
    ancien.text = numero
    octets: bytes = etree.tostring(racine, encoding="UTF-8", xml_declaration=True)
    return octets


def _abimer(envoi: Envoi, alea: Random) -> Envoi:
    """The same request, wrongly made."""
    corps, content_type = envoi.corps, envoi.content_type
    coupe = alea.randrange(1, len(corps))
    degats = {
        "coupé": replace(envoi, corps=corps[:coupe]),
        "octets changés": replace(
            envoi, corps=corps[:coupe] + bytes([alea.randrange(256)]) + corps[coupe + 1 :]
        ),
        "sans type": replace(envoi, content_type=""),
        "text/xml": replace(envoi, content_type="text/xml"),
        "autre boundary": replace(envoi, content_type=content_type.replace("MIME", "AUTRE")),
        "start faux": replace(envoi, content_type=content_type.replace('start="<', 'start="<x')),
        "autre service": replace(envoi, chemin="/services/RechercheDemandeImplService/"),
        "autre adresse": replace(envoi, chemin="/"),
        "autre base": replace(envoi, chemin=f"/bases/absente{envoi.chemin}"),
        "PUT": replace(envoi, methode="PUT"),
        "vide": replace(envoi, corps=b""),
        "soap 1.1": replace(
            envoi,
            corps=corps.replace(
                b"http://www.w3.org/2003/05/soap-envelope", b"http://schemas.xmlsoap.org/soap/envelope/"
            ),
        ),
        "DTD": replace(envoi, corps=corps.replace(b"<ns1:interfaceNuu", b"<!DOCTYPE a><ns1:interfaceNuu", 1)),
        "élément en trop": replace(
            envoi, corps=corps.replace(b"<ns1:entete>", b"<ns1:rien/><ns1:entete>", 1)
        ),
        "cid faux": replace(envoi, corps=corps.replace(b"cid:", b"cid:x", 1)),
        "fins de ligne": replace(envoi, corps=corps.replace(b"\r\n", b"\n")),
    }
    nom = alea.choice(sorted(degats))
    return replace(degats[nom], nom=f"{envoi.nom}, {nom}")


def _tirer(contrat: Contrat, combien: int, graine: int) -> Iterator[Envoi | tuple[str, bytes]]:
    """The requests, in order; a pair (kind, document) is a registration whose number others will name."""
    alea = Random(graine)
    codes = [regle.code for regle in REGLES]
    valables: list[Envoi] = []
    for code in codes:
        with contextlib.suppress(UsageError):
            for fichier, trouve in defauts(contrat, code, 1, graine=graine):
                operation = _OPERATIONS.get(trouve.type, "getNumUnique")
                yield replace(_appel(contrat, operation, fichier.octets), nom=f"défaut {code}")
    reste = max(0, combien - len(codes))
    par_sorte = max(1, reste // (3 * len(SORTES_DE_MESSAGE)))
    for sorte in SORTES_DE_MESSAGE:
        nombre = par_sorte * (4 if sorte == "CRE" else 1)
        for fichier in messages(contrat, sorte, nombre, graine=graine, guichet="G1226", instant=MIDI):
            envoi = replace(
                _appel(contrat, _OPERATIONS.get(sorte, "getNumUnique"), fichier.octets),
                nom=f"valable {sorte}",
            )
            valables.append(envoi)
            yield envoi
            if sorte == "CRE":
                yield (envoi.nom, fichier.octets)
    yield from (_abimer(alea.choice(valables), alea) for _ in range(reste // 3))


def _suites(contrat: Contrat, document: bytes, numero: str, rang: int) -> Iterator[Envoi]:
    """What is done of a demande that was registered."""
    yield _appel(contrat, "getDemandeLogement", None, numUnique=numero, complet="oui")
    if rang % 2:
        yield _appel(contrat, "getDoublons", document)
    if rang % 3 == 0:
        yield replace(_appel(contrat, "getNumUnique", _avec_numero(document, numero, "MOD")), nom="MOD")
    if rang % 5 == 0:
        yield replace(_appel(contrat, "getNumUnique", _avec_numero(document, numero, "REN")), nom="REN")
    if rang % 7 == 0:
        since = "2018-03-15T00:00:00+01:00"
        yield _appel(contrat, "getDemandesRadieesDepuisLe", None, dateRadiationDepuisLe=since)
        yield _appel(contrat, "getNouveauxDaloDepuisLe", None, dateNouveauDaloDepuisLe=since)


def _epurer(valeur: Any) -> Any:
    if isinstance(valeur, dict):
        return {cle: _epurer(v) for cle, v in valeur.items() if cle not in _CLES}
    if isinstance(valeur, list):
        return [_epurer(v) for v in valeur]
    return valeur


def _lignes(reponse: tuple[int, list[tuple[str, str]], bytes], echange: Any) -> list[str]:
    statut, en_tetes, corps = reponse
    lignes = [f"HTTP {statut}"]
    lignes += [f"{n}: {v}" for n, v in sorted(en_tetes) if n.lower() not in _EN_TETES | {"content-length"}]
    lignes += corps.decode("utf-8", "backslashreplace").splitlines()
    lignes += json.dumps(_epurer(echange), ensure_ascii=False, indent=1, sort_keys=True).splitlines()
    return [_TIRE.sub("TIRÉ", ligne).replace(*_RENOMME) for ligne in lignes]


def comparer(autre: Path, combien: int, graine: int) -> int:
    """Sends everything to both; prints what differs; how many answers do."""
    contrat = charger()
    comptes: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="sne-deux-") as dossier:
        ici = Path(__file__).resolve().parents[2]
        versions = [Version(d, Path(dossier) / n) for n, d in (("avant", autre.resolve()), ("apres", ici))]

        def passer(envoi: Envoi) -> str:
            """Sends one; the number it delivered, "" for none."""
            recues = [version.envoyer(envoi) for version in versions]
            adresses = [dict(r[1]).get("SNE-Echange", "") for r in recues]
            echanges = [v.echange(a) if a else None for v, a in zip(versions, adresses, strict=True)]
            avant, apres = (_lignes(r, e) for r, e in zip(recues, echanges, strict=True))
            verdict = (echanges[1] or {}).get("verdict", f"HTTP {recues[1][0]}")
            comptes[f"{verdict}"] += 1
            if avant != apres:
                comptes["différents"] += 1
                if comptes["différents"] <= 20:
                    print(f"--- {envoi.nom} ({envoi.chemin})")
                    print("\n".join(list(difflib.unified_diff(avant, apres, lineterm="", n=0))[2:40]))
            return str((echanges[1] or {}).get("numero_unique") or "") if verdict == "accepté" else ""

        try:
            numero, rang = "", 0
            for tire in _tirer(contrat, combien, graine):
                if isinstance(tire, Envoi):
                    numero = passer(tire)
                elif numero:
                    rang += 1
                    for suite in _suites(contrat, tire[1], numero, rang):
                        passer(suite)
        finally:
            for version in versions:
                version.fermer()
    differents = comptes.pop("différents", 0)
    print(
        f"{sum(comptes.values())} messages, {dict(comptes.most_common())}, {differents} réponses différentes"
    )
    return differents


if __name__ == "__main__":
    lecteur = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    lecteur.add_argument("autre", type=Path)
    lecteur.add_argument("--messages", type=int, default=1100)
    lecteur.add_argument("--graine", type=int, default=7)
    donnes = lecteur.parse_args()
    sys.exit(1 if comparer(donnes.autre, donnes.messages, donnes.graine) else 0)
