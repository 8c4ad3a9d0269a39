"""What a run says of a planted defect, and the table of them all."""

import fcntl
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sne_sandbox.reports.model import Constat, Rapport, Verdict, Verification
from sne_temoin.fautes import FAUTES, Faute

#: A finding that names no cause, when there are others: nothing was sent, for a reason that they tell.
SANS_CAUSE: Final = frozenset({"rien_envoye"})
_BUILD: Final = Path(__file__).resolve().parents[2] / "build"
_LONGUEUR: Final = 60


@dataclass(frozen=True)
class Trouvee:
    """The failed checks of a run, by requirement: those that name a cause, or all when none does."""

    echecs: Mapping[str, list[Verification]]

    @classmethod
    def dans(cls, rapport: Rapport) -> "Trouvee":
        """What the report holds."""
        tous: dict[str, list[Verification]] = defaultdict(list)
        nommes: dict[str, list[Verification]] = defaultdict(list)
        for verification in rapport.verifications:
            if verification.verdict is Verdict.ECHOUE:
                tous[verification.exigence].append(verification)
                if any(constat.sorte not in SANS_CAUSE for constat in verification.constats):
                    nommes[verification.exigence].append(verification)
        return cls(dict(nommes or tous))

    @property
    def premieres(self) -> set[str]:
        """The requirements that most scenarios name."""
        combien = {exigence: len(verifications) for exigence, verifications in self.echecs.items()}
        return {exigence for exigence, nombre in combien.items() if nombre == max(combien.values())}

    def par(self, faute: Faute) -> list[Verification]:
        """The checks that caught the defect under a requirement of its own."""
        return [v for exigence in faute.exigences for v in self.echecs.get(exigence, [])]


def noter(faute: Faute, attrapee: list[Verification], exemple: Verification) -> None:
    """Adds the defect to `build/fautes.md`. Whichever worker comes last writes it whole."""
    dossier = _BUILD / "fautes"
    dossier.mkdir(parents=True, exist_ok=True)
    ligne = {"controles": [v.id for v in attrapee], "exemple": resumer(exemple)}
    with (dossier / ".verrou").open("w") as verrou:
        fcntl.flock(verrou, fcntl.LOCK_EX)
        (dossier / f"{faute.nom}.json").write_text(json.dumps(ligne, ensure_ascii=False), "utf-8")
        (_BUILD / "fautes.md").write_text(table(dossier), "utf-8")


def table(dossier: Path) -> str:
    """The Markdown table of the defects noted, in the order of the code."""
    lignes = [
        "| défaut | ce que l'éditeur a fait | exigences | contrôles qui l'attrapent | plus petit exemple |",
        "| --- | --- | --- | --- | --- |",
    ]
    for faute in FAUTES:
        fichier = dossier / f"{faute.nom}.json"
        if not fichier.is_file():
            continue
        note = json.loads(fichier.read_text("utf-8"))
        controles = note["controles"]
        suite = f" (+ {len(controles) - 3})" if len(controles) > 3 else ""
        lignes.append(
            f"| {faute.nom} | {faute.phrase} | {', '.join(faute.exigences)} | "
            f"{', '.join(controles[:3])}{suite} | {note['exemple'].replace('|', '¦')} |"
        )
    return "\n".join(lignes) + "\n"


def resumer(verification: Verification) -> str:
    """The smallest example of a failed check in a line: who, then what was expected and seen."""
    qui = " + ".join(menage(demande) for demande in (verification.exemple or {}).values())
    constat = next((c for c in verification.constats if c.sorte not in SANS_CAUSE), verification.constats[0])
    return f"{qui or 'sans ménage'} : {ecart(constat)}"


def menage(demande: Mapping[str, Any]) -> str:
    """A household in a few words."""
    if "association" in demande:
        return f"association {demande['association'].get('nom', '')}"
    physique = demande.get("personnePhysique") or {}
    autour = {
        "co-titulaire(s)": len((physique.get("listeCotitulaire") or {}).get("cotitulaire", [])),
        "à charge": len((physique.get("listePersonneACharge") or {}).get("personneACharge", [])),
        "en garde": len((physique.get("listePersonneEnGarde") or {}).get("personneEnGarde", [])),
    }
    demandeur = physique.get("demandeur") or {}
    qui = f"{demandeur.get('prenom', '')} {demandeur.get('nom', '')}".strip() or "une personne"
    return ", ".join([qui, *(f"{nombre} {quoi}" for quoi, nombre in autour.items() if nombre)])


def ecart(constat: Constat) -> str:
    """A finding in a few words."""
    if not constat.attendu and not constat.observe:
        return constat.phrase
    lieu = constat.chemin.rpartition("/")[2]
    dit = f"attendu « {_court(constat.attendu)} », observé « {_court(constat.observe)} »"
    return f"{lieu} : {dit}" if lieu else dit


def _court(texte: str) -> str:
    texte = " ".join(texte.split())
    return texte if len(texte) <= _LONGUEUR else texte[: _LONGUEUR - 1] + "…"
