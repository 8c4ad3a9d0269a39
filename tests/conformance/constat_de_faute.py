"""What a run says of a planted defect; the matrix of them all, requirements by defects (`make matrice`)."""

import fcntl
import json
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from fautes import FAUTES, PAR_NOM, Faute

from sne_conformite.rapports.rapport import Constat, Rapport, Verdict, Verification
from sne_interface.contract.contrats_charges import charger
from sne_interface.contract.exigences_et_mentions import charger_exigences

#: A finding that names no cause, when there are others: nothing was sent, for a reason that they tell.
SANS_CAUSE: Final = frozenset({"rien_envoye"})
_DEPOT: Final = Path(__file__).resolve().parents[2]
#: Where a campaign notes its defects, one file each, and the page that is made of them.
NOTES: Final = _DEPOT / "build" / "fautes"
PAGE: Final = _DEPOT / "docs" / "reference" / "defauts.md"
#: What is below it in the page is measured.
MARQUE: Final = "<!-- mesuré : make matrice -->"
_LONGUEUR: Final = 60


@dataclass(frozen=True)
class Trouvee:
    """The failed checks of a run, by requirement: those that name a cause, or all when none does; and all
    the requirements that it turns red."""

    echecs: Mapping[str, list[Verification]]
    rouges: frozenset[str]

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
        return cls(dict(nommes or tous), frozenset(tous))

    @property
    def premieres(self) -> set[str]:
        """The requirements that most scenarios name."""
        combien = {exigence: len(verifications) for exigence, verifications in self.echecs.items()}
        return {exigence for exigence, nombre in combien.items() if nombre == max(combien.values())}

    def par(self, faute: Faute) -> list[Verification]:
        """The checks that caught the defect under a requirement of its own."""
        return [v for exigence in faute.exigences for v in self.echecs.get(exigence, [])]


def reproches(rapport: Rapport, *permis: Verdict) -> dict[str, Any]:
    """What a report has against an application, by check, but for verdicts that are allowed besides."""
    return {
        v.id: [(c.sorte, c.chemin, c.attendu, c.observe) for c in v.constats] or v.raison
        for v in rapport.verifications
        if v.verdict not in (Verdict.REUSSI, Verdict.EN_ATTENTE, *permis)
    }


#: What a note says.
_CHAMPS: Final = {"rouges", "exemple", "commit", "exemples", "scenarios"}


def noter(faute: Faute, trouvee: Trouvee, exemple: Verification, exemples: int, scenarios: int = 0) -> None:
    """Notes what the whole plan said of a defect, or so many `scenarios` of it, of which commit, and its
    smallest example. What the plan said whole of a defect stays."""
    if scenarios and not lire_notes(faute).get(faute.nom, {"scenarios": scenarios})["scenarios"]:
        return
    rouges = {exigence: len(trouvee.echecs.get(exigence, ())) for exigence in sorted(trouvee.rouges)}
    note = {"rouges": rouges, "exemple": resumer(exemple), "commit": _commit()}
    note |= {"exemples": exemples, "scenarios": scenarios}
    provisoire = NOTES / f".{faute.nom}"
    provisoire.write_text(json.dumps(note, ensure_ascii=False), "utf-8")
    provisoire.replace(NOTES / f"{faute.nom}.json")


@contextmanager
def carnet() -> Iterator[None]:
    """Where defects are noted; of all notes `build/fautes.md` is made again. Whichever worker ends last
    writes it whole."""
    NOTES.mkdir(parents=True, exist_ok=True)
    yield
    with (NOTES / ".verrou").open("w") as verrou:
        fcntl.flock(verrou, fcntl.LOCK_EX)
        NOTES.with_suffix(".md").write_text("\n".join((*matrice(lire_notes()), "")), "utf-8")


@cache
def _commit() -> str:
    """The commit that is tried, its day; « + » when files differ from it, « inconnu » without git."""
    juges = ("sandbox", "contracts", "fixtures", "tests/fautes")
    try:
        dit = subprocess.check_output(["git", "log", "-1", "--format=%h du %cs"], cwd=_DEPOT, text=True)
        change = subprocess.run(["git", "diff", "--quiet", "HEAD", "--", *juges], cwd=_DEPOT).returncode
    except (OSError, subprocess.CalledProcessError):
        return "inconnu"
    return f"{dit.strip()}{' +' if change else ''}"


def lire_notes(*fautes: Faute) -> dict[str, dict[str, Any]]:
    """By defect, in the order of the code, what was noted of it (of them all for none); a defect that was not
    tried has none, nor has one whose note an older checkout left, in another shape."""
    fichiers = {faute.nom: NOTES / f"{faute.nom}.json" for faute in fautes or FAUTES}
    lues = {nom: json.loads(f.read_text("utf-8")) for nom, f in fichiers.items() if f.is_file()}
    return {nom: note for nom, note in lues.items() if note.keys() == _CHAMPS}


def matrice(notes: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """The Markdown lines of the page: when it was measured, requirements by defects, defects one by one."""
    commits = Counter(note["commit"] for note in notes.values())
    partielles = {nom for nom, note in notes.items() if note["scenarios"]}
    yield (
        f"{len(notes)} défauts mesurés sur {len(FAUTES)}, au commit "
        f"{', '.join(f'{commit} ({combien})' for commit, combien in commits.items())} : "
        f"{len(notes) - len(partielles)} par le plan entier, {len(partielles)}, marqués d'un astérisque, par "
        "les seuls scénarios que « make test » en joue."
    )
    restants = [faute.nom for faute in FAUTES if faute.nom not in notes]
    if restants:
        yield from ("", f"Pas mesurés : {', '.join(f'`{nom}`' for nom in restants)}.")
    yield from (
        "",
        "## Par exigence",
        "",
        "| exigence | enfreinte, et elle seule, par | avec d'autres, par |",
    )
    yield "| --- | --- | --- |"
    for exigence in charger_exigences(charger().dossiers).values():
        if not exigence.non_testee:
            rougissent = [nom for nom, note in notes.items() if exigence.id in note["rouges"]]
            par: dict[bool, list[str]] = {True: [], False: []}
            for nom in rougissent:
                par[len(notes[nom]["rouges"]) == 1].append(f"{nom}{_etoile(notes[nom])}")
            yield f"| `{exigence.id}` | {', '.join(par[True]) or '–'} | {', '.join(par[False]) or '–'} |"
    yield from ("", "## Par défaut", "")
    yield "| défaut | ce que l'éditeur a fait | enfreintes (scénarios) | exemple |"
    yield "| --- | --- | --- | --- |"
    for nom, note in notes.items():
        rouges = ", ".join(f"`{exigence}` ({combien})" for exigence, combien in note["rouges"].items())
        exemple = note["exemple"].replace("|", "¦").replace("<", "‹").replace(">", "›")
        exemple = re.sub(r"&(?=#?\w+;)", "& ", exemple)  # Markdown would read it
        yield f"| {nom}{_etoile(note)} | {PAR_NOM[nom].phrase} | {rouges} | {exemple} |"


def _etoile(note: Mapping[str, Any]) -> str:
    return r"\*" if note["scenarios"] else ""


def publier() -> None:
    """Writes the matrix into its page. Exits when no campaign left notes."""
    notes = lire_notes()
    if not notes:
        sys.exit(f"{NOTES} est vide : jouez d'abord « make campagne ».")
    tete, marque, _ = PAGE.read_text("utf-8").partition(MARQUE)
    PAGE.write_text("\n".join((tete + marque, *matrice(notes), "")), "utf-8")


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


if __name__ == "__main__":
    publier()
