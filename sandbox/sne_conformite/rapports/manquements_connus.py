"""Known failures (`--baseline`): they are told as such, with their reason, and no longer break the verdict.

    [[connue]]
    verification = "CRE-COLOCATION/FID-02"   # a check of the plan…
    raison = "ticket 1234 : deuxième co-titulaire"
    expire = 2027-01-31              # the last day it excuses

    [[connue]]
    exigence = "EMB-06"              # … or a requirement, in any scenario and in the traffic
    sorte = "cid_sans_chevrons"      # of one kind only (optional)
    raison = "corrigé dans la version 8"
    expire = 2026-12-31

An entry must say why, and until when. One that has expired excuses nothing; one that is of no use is told.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from sne_conformite.rapports.constats_groupes import MANQUEMENTS
from sne_conformite.rapports.rapport import Bilan, EtatExigence, Rapport, Verdict, Verification
from sne_conformite.rapports.verdict_de_conformite import motifs_des_manquements
from sne_interface import archives
from sne_interface.domain.dates import date_francaise
from sne_interface.errors import UsageError

_TABLE: Final = "connue"
_CLES: Final = ("verification", "exigence", "sorte", "raison", "expire")
_EXEMPLE: Final = (
    '[[connue]] verification = "CRE-COLOCATION/FID-02" (ou exigence = "FID-02", sorte = "…"), '
    'raison = "…", expire = 2027-01-31'
)


class ReferenceIncorrecte(UsageError):
    """A baseline that cannot be read; the message names its line."""


@dataclass(frozen=True)
class Connue:
    """An entry. Either `verification`, or `exigence` with perhaps `sorte`; the others are "". `ligne` is that
    of its header in the file, 0 when it has none."""

    raison: str
    expire: date
    verification: str = ""
    exigence: str = ""
    sorte: str = ""
    ligne: int = 0

    @property
    def nom(self) -> str:
        """The thing that it excuses, and the line where it is written."""
        quoi = self.verification or " ".join(filter(None, (self.exigence, self.sorte)))
        return f"{quoi} (ligne {self.ligne})" if self.ligne else quoi

    def excuse(self, exigence: str, sorte: str, verification: str = "") -> bool:
        """Tell whether it speaks of a finding, met in a check or ("") in the traffic."""
        if self.verification:
            return self.verification == verification
        return self.exigence == exigence and self.sorte in ("", sorte)


@dataclass(frozen=True)
class Applique:
    """A report, its known failures told apart; the remarks on the entries, in French: those that no longer
    excuse, those whose failure is gone (it was looked for, and held), those that this run has not looked for,
    those that name no requirement, and those that name no scenario."""

    rapport: Rapport
    remarques: tuple[str, ...]


def lire(fichier: Path) -> tuple[Connue, ...]:
    """The entries of a file, in its order. Raises ReferenceIncorrecte, with the line."""
    try:
        texte, contenu = archives.toml(fichier)
    except ValueError as erreur:
        raise ReferenceIncorrecte(
            f"Le fichier des manquements connus [{fichier}] {erreur}.",
            remede=f"donnez à --baseline un fichier qui écrit {_EXEMPLE}",
        ) from None
    inconnues = [cle for cle in contenu if cle != _TABLE]
    entrees = contenu.get(_TABLE, [])
    if inconnues or not isinstance(entrees, list):
        quoi = f"clé inconnue [{inconnues[0]}]" if inconnues else f"[{_TABLE}] s'écrit [[{_TABLE}]]"
        cle, dites = inconnues[0] if inconnues else _TABLE, enumerate(texte.splitlines(), 1)
        ou = (f", ligne {rang}" for rang, dite in dites if dite.lstrip(" \t[\"'").startswith(cle))
        raise ReferenceIncorrecte(f"[{fichier}]{next(ou, '')} : {quoi}.", remede=f"écrivez {_EXEMPLE}")
    ecrites = ("".join(ligne.partition("#")[0].split()) for ligne in texte.splitlines())
    lignes = [n for n, ligne in enumerate(ecrites, 1) if ligne == f"[[{_TABLE}]]"]
    if len(lignes) != len(entrees):  # written in line, or cited in a string
        lignes = [0] * len(entrees)
    try:
        return _lues(zip(entrees, lignes, strict=True))
    except ValueError as faute:
        raise ReferenceIncorrecte(f"[{fichier}], {faute}.", remede=f"écrivez {_EXEMPLE}") from None


def de_json(dites: Any) -> tuple[Connue, ...]:
    """The entries of an evidence package (JSON values), as `lire` would read them. Raises ValueError,
    TypeError, AttributeError, KeyError."""
    return _lues(
        (
            {nom: valeur for nom, valeur in dite.items() if nom != "ligne" and valeur != ""}
            | {"expire": date.fromisoformat(dite["expire"])},
            int(dite["ligne"]),
        )
        for dite in dites
    )


def _lues(dites: Iterable[tuple[Any, int]]) -> tuple[Connue, ...]:
    """Entries, each with the line of its header, 0 for none. Raises ValueError with the place of a fault."""
    connues: list[Connue] = []
    for rang, (entree, ligne) in enumerate(dites, 1):
        cles = ("verification", "exigence", "sorte")
        memes = (c.nom for c in connues if all(getattr(c, cle) == entree.get(cle, "") for cle in cles))
        if faute := _faute(entree) or next((f"même échec que {nom}" for nom in memes), ""):
            raise ValueError(f"{f'ligne {ligne}' if ligne else f'entrée {rang}'} : {faute}")
        connues.append(Connue(**entree, ligne=ligne))
    return tuple(connues)


def appliquer(
    rapport: Rapport,
    connues: Iterable[Connue],
    jour: date,
    *,
    partiel: bool = False,
    scenarios: Collection[str] = (),
) -> Applique:
    """`rapport` with each failure that an entry excuses on `jour` marked with its reason, and its `motifs`
    and `conforme` said again: those that come from elsewhere than its checks stay. `partiel`: scenarios were
    chosen, so that a requirement that holds here may still break in another; `scenarios` are the ids of all
    that there are, none when that is not known."""
    connues = tuple(connues)
    registre = _Registre([c for c in connues if c.expire >= jour])
    marques = tuple(
        replace(s, verifications=tuple(registre.verification(v) for v in s.verifications))
        for s in rapport.scenarios
    )
    marque = replace(rapport, scenarios=marques)
    marque = replace(marque, bilans=tuple(registre.bilan(b, marque) for b in rapport.bilans))
    anciens = motifs_des_manquements(rapport)
    motifs = (*motifs_des_manquements(marque), *(m for m in rapport.motifs if m not in anciens))
    restees = registre.inutiles()
    exigences = {b.exigence for b in rapport.bilans}
    inconnues = [c for c in restees if (c.exigence or c.verification.rpartition("/")[2]) not in exigences]
    ailleurs = [c for c in restees if c.verification and c.verification.rpartition("/")[0] not in scenarios]
    egarees = [c for c in ailleurs if scenarios and c not in inconnues]
    inutiles = [c for c in restees if _corrigee(c, rapport, partiel)]
    sorts = [(f"expiré le {date_francaise(c.expire)}", c) for c in connues if c.expire < jour]
    sorts += [("qui ne se produit plus, à retirer", c) for c in inutiles]
    non_rejouees = [c for c in restees if c not in (*inutiles, *inconnues, *egarees)]
    sorts += [("non rejoué cette fois", c) for c in non_rejouees]
    sorts += [("d'une exigence qui n'existe pas", c) for c in inconnues]
    sorts += [("d'un scénario qui n'existe pas", c) for c in egarees]
    remarques = tuple(f"manquement connu {sort} : {c.nom}." for sort, c in sorts)
    return Applique(replace(marque, motifs=motifs, conforme=not motifs), remarques)


def _corrigee(connue: Connue, rapport: Rapport, partiel: bool) -> bool:
    """Tell whether what an entry excuses was looked for, and holds."""
    if connue.verification:
        return any(v.id == connue.verification and v.verdict is Verdict.REUSSI for v in rapport.verifications)
    return not partiel and any(
        b.exigence == connue.exigence and b.etat is EtatExigence.PROUVEE for b in rapport.bilans
    )


class _Registre:
    """The entries in force, and which of them served."""

    def __init__(self, connues: list[Connue]) -> None:
        self._connues = connues
        self._servies: set[int] = set()

    def raison(self, exigence: str, sorte: str, verification: str = "") -> str:
        """Reason of the first entry that excuses, and until when; "" when none does."""
        trouvee = ""
        for rang, connue in enumerate(self._connues):
            if connue.excuse(exigence, sorte, verification):
                self._servies.add(rang)
                trouvee = trouvee or f"{connue.raison} (jusqu'au {date_francaise(connue.expire)})"
        return trouvee

    def verification(self, verification: Verification) -> Verification:
        """Excused when every finding of it is."""
        if verification.verdict not in MANQUEMENTS:
            return verification
        sortes = list(dict.fromkeys(c.sorte for c in verification.constats if not c.tenue)) or [""]
        raisons = [self.raison(verification.exigence, sorte, verification.id) for sorte in sortes]
        return replace(verification, connue=_ensemble(raisons))

    def bilan(self, bilan: Bilan, rapport: Rapport) -> Bilan:
        """Excused when every kind of finding is: by name, or because the checks where it was met all are."""
        if bilan.etat is not EtatExigence.ENFREINTE:
            return bilan
        par_sorte = defaultdict(list)
        for v in rapport.verifications:
            if v.exigence == bilan.exigence and v.verdict in MANQUEMENTS:
                for sorte in {c.sorte for c in v.constats if not c.tenue}:
                    par_sorte[sorte].append(v.connue)
        raisons = [
            self.raison(bilan.exigence, sorte) or _ensemble(par_sorte.get(sorte, []))
            for sorte in dict.fromkeys(c.sorte for c in bilan.constats if not c.tenue)
        ]
        return replace(bilan, connue=_ensemble(raisons))

    def inutiles(self) -> tuple[Connue, ...]:
        """The entries that excused nothing."""
        return tuple(c for rang, c in enumerate(self._connues) if rang not in self._servies)


def _ensemble(raisons: list[str]) -> str:
    """All the reasons, each once; "" as soon as one lacks."""
    return " ; ".join(dict.fromkeys(raisons)) if raisons and all(raisons) else ""


def _faute(entree: Any) -> str:
    """The fault of an entry, in French; "" when nothing is."""
    if not isinstance(entree, Mapping):
        return "une entrée doit être une table"
    for cle, valeur in entree.items():
        if cle not in _CLES:
            return f"clé inconnue [{cle}] (connues : {', '.join(_CLES)})"
        if cle != "expire" and not (isinstance(valeur, str) and valeur.strip()):
            return f"[{cle}] doit être un texte, et non vide"
    if ("verification" in entree) == ("exigence" in entree):
        return "il faut [verification] ou [exigence], l'une des deux"
    if "sorte" in entree and "exigence" not in entree:
        return "[sorte] va avec [exigence]"
    if "verification" in entree and "/" not in entree["verification"]:
        return f"[verification] s'écrit SCENARIO/EXIGENCE, et non {entree['verification']}"
    if "raison" not in entree:
        return "il manque [raison] : dites pourquoi cet échec est admis"
    if "expire" not in entree:
        return "il manque [expire], une date sans guillemets"
    if type(entree["expire"]) is not date:  # an instant is one too
        return "[expire] doit être une date sans guillemets : 2027-01-31"
    return ""
