"""`candidat.toml`: a product as its vendor declares it, and what only the vendor can see of it."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from sne_conformite.rapports.rapport import Attestation, Candidat
from sne_interface import archives
from sne_interface.contract.exigences_et_mentions import Certification
from sne_interface.domain.texte import plier
from sne_interface.domain.valeurs_en_json import en_json
from sne_interface.errors import UsageError, raison_systeme
from sne_interface.resources import fixtures_dir

_TEXTES: Final = ("editeur", "produit", "version")
_FACULTATIFS: Final = ("pile", "empreinte")
_LISTES: Final = ("roles", "options", "hors")
_ATTESTATIONS: Final = "attestations"
_PIECE: Final = ("fichier", "sha256")
#: The declaration that `certification --modele` prints: its attestations are nobody's.
MODELE: Final = fixtures_dir() / "certification" / "candidat.toml"
_LE_MODELE: Final = "sne-sandbox certification --modele > candidat.toml en donne un, commenté"


class CandidatIncorrect(UsageError):
    """A `candidat.toml` that cannot be read; the message names the line and the key."""


def _trompe(texte: str) -> bool:
    """Tell whether a text has characters that are not seen, or letters of another alphabet than Latin."""
    return any(
        unicodedata.category(signe) in ("Cc", "Cf", "Mn")
        or (signe.isalpha() and not unicodedata.name(signe, "").startswith("LATIN"))
        for signe in unicodedata.normalize("NFC", "".join(texte.split()))
    )


def _du_modele(phrase: str) -> bool:
    """Tell whether an attestation says what one of the model's does, whoever its author is: all of its words,
    but for case, accents, blanks and punctuation."""
    exemples = re.findall(r'phrase = "(.+)"', MODELE.read_text("utf-8"))
    return any(plier(exemple) in plier(phrase) for exemple in exemples)


def lire_candidat(fichier: Path, certification: Certification) -> Candidat:
    """The product that a file declares; the digest of each piece is computed, its path being relative to the
    file. Raises CandidatIncorrect."""
    return _LecteurDeCandidat(fichier, certification).lire()


def relire_candidat(candidat: Candidat, certification: Certification) -> None:
    """Raises CandidatIncorrect for a product of a report that no file could have declared; ValueError."""
    contenu = {cle: valeur for cle, valeur in en_json(candidat).items() if valeur}
    for dite in contenu.get(_ATTESTATIONS, ()):
        dite["date"] = date.fromisoformat(dite["date"])
        for cle in _PIECE:  # the piece stayed with its vendor
            del dite[cle]
    _LecteurDeCandidat(Path("rapport.json"), certification).comprendre(contenu)


class _LecteurDeCandidat:
    """One file being read."""

    def __init__(self, fichier: Path, certification: Certification) -> None:
        self._fichier = fichier
        self._certification = certification
        self._lignes: list[str] = []

    def lire(self) -> Candidat:
        try:
            texte, contenu = archives.toml(self._fichier)
        except ValueError as erreur:
            raise CandidatIncorrect(f"Le candidat [{self._fichier}] {erreur}.", remede=_LE_MODELE) from None
        self._lignes = texte.splitlines()
        return self.comprendre(contenu)

    def comprendre(self, contenu: Mapping[str, Any]) -> Candidat:
        """The product that these values declare."""
        self._sans_autre_cle(contenu, (*_TEXTES, *_FACULTATIFS, *_LISTES, _ATTESTATIONS))
        ecrits = (cle for cle in (*_TEXTES, *_FACULTATIFS) if cle in _TEXTES or cle in contenu)
        lus: dict[str, Any] = {cle: self._texte(contenu, cle) for cle in ecrits}
        lus |= {cle: self._ids(contenu, cle) for cle in _LISTES}
        brutes = contenu.get(_ATTESTATIONS, [])
        if not isinstance(brutes, list) or not all(isinstance(brute, dict) for brute in brutes):
            raise self._refus(_ATTESTATIONS, "s'écrit par tables", f"écrivez [[{_ATTESTATIONS}]]")
        attestations = [self._attestation(rang, brute) for rang, brute in enumerate(brutes, 1)]
        dites = [attestation.exigence for attestation in attestations]
        for rang, exigence in enumerate(dites, 1):
            if exigence in dites[: rang - 1]:
                quoi = f"{exigence} est attestée deux fois"
                raise self._refus("exigence", quoi, "n'en gardez qu'une", rang)
        return Candidat(**lus, attestations=tuple(attestations))

    def _refus(self, cle: str, quoi: str, remede: str, rang: int = 0) -> CandidatIncorrect:
        """The error of a key, of the attestation of that rank (from 1) when it is not 0."""
        debuts = [n for n, ligne in enumerate(self._lignes) if ligne.strip().startswith(f"[[{_ATTESTATIONS}")]
        debut, fin = (0, *debuts, *[len(self._lignes)] * (rang + 2))[rang : rang + 2]
        trouvees = (n for n in range(debut, fin) if re.match(rf"\W*{cle}\b", self._lignes[n]))
        numero = next(trouvees, debut if rang and debuts else None)
        ou = "" if numero is None else f", ligne {numero + 1}"
        return CandidatIncorrect(f"[{self._fichier}]{ou}, « {cle} » : {quoi}.", remede=remede)

    def _sans_autre_cle(self, table: Mapping[str, Any], connues: tuple[str, ...], rang: int = 0) -> None:
        for cle in table:
            if cle not in connues:
                raise self._refus(cle, "clé inconnue", f"clés : {', '.join(connues)}", rang)

    def _texte(self, table: Mapping[str, Any], cle: str, rang: int = 0) -> str:
        valeur = table.get(cle)
        if not isinstance(valeur, str) or not valeur.strip() or _trompe(valeur):
            quoi = "un texte, non vide, en lettres latines, est attendu" if cle in table else "manque"
            raise self._refus(cle, quoi, f'écrivez {cle} = "…"', rang)
        return valeur

    def _ids(self, table: Mapping[str, Any], cle: str) -> tuple[str, ...]:
        valeurs = table.get(cle, [])
        connus = getattr(self._certification, cle)
        if not isinstance(valeurs, list):
            raise self._refus(cle, "une liste est attendue", f'{cle} = ["{next(iter(connus), "…")}"]')
        for valeur in valeurs:
            if not isinstance(valeur, str) or valeur not in connus:
                raise self._refus(cle, f"« {valeur} » n'existe pas", f"connus : {', '.join(connus)}")
        return tuple(dict.fromkeys(valeurs))

    def _attestation(self, rang: int, brute: Any) -> Attestation:
        self._sans_autre_cle(brute, ("exigence", "auteur", "date", "phrase", *_PIECE), rang)
        exigence, auteur, phrase = (self._texte(brute, c, rang) for c in ("exigence", "auteur", "phrase"))
        if exigence not in self._certification.niveaux:
            proches = ", ".join(self._certification.attestables)
            raise self._refus("exigence", f"{exigence} n'existe pas", f"s'attestent : {proches}", rang)
        if _du_modele(phrase):
            quoi = "c'est l'exemple du modèle, qui n'atteste rien de votre produit"
            raise self._refus("phrase", quoi, "écrivez ce qui a été vu chez vous", rang)
        jour = brute.get("date")
        if not isinstance(jour, date) or isinstance(jour, datetime):
            quoi = "une date sans guillemets est attendue"
            raise self._refus("date", quoi, f"date = {date.today()}", rang)
        if jour > (aujourd_hui := date.today()):
            quoi = f"{jour} est à venir ; on n'atteste que ce qu'on a vu"
            raise self._refus("date", quoi, f"le jour où c'est attesté, {aujourd_hui} au plus tard", rang)
        piece = {cle: self._texte(brute, cle, rang) for cle in _PIECE if cle in brute}
        fichier, empreinte = piece.get("fichier", ""), self._empreinte(piece, rang)
        return Attestation(exigence, auteur, jour.isoformat(), phrase, fichier, empreinte)

    def _empreinte(self, piece: Mapping[str, str], rang: int) -> str:
        """The digest of the piece, computed; it is that which the vendor wrote, if any."""
        if "fichier" not in piece:
            if piece:
                raise self._refus("sha256", "de quel fichier ?", 'ajoutez fichier = "…"', rang)
            return ""
        chemin = self._fichier.parent / piece["fichier"]
        try:
            calculee = hashlib.sha256(chemin.read_bytes()).hexdigest()
        except OSError as erreur:
            quoi = f"[{chemin}] ne se lit pas : {raison_systeme(erreur)}"
            raise self._refus("fichier", quoi, "le chemin part du dossier de ce fichier", rang) from None
        if piece.get("sha256", calculee).lower() != calculee:
            quoi = f"ce n'est pas l'empreinte de [{piece['fichier']}]"
            raise self._refus("sha256", quoi, f'sha256 = "{calculee}", ou ôtez la ligne', rang)
        return calculee
