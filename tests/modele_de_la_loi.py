"""The law on decisions and leases, naively, from `fixtures/histoires/loi.toml` alone: nothing here has looked at how the
product does it. A household has steps of `tests/joueur.py`, in the order in which they were told."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sne_interface.domain.dates import ajouter_mois

Pas = dict[str, Any]

_ATTRIBUTIONS: Final = ("attribution", "attribution_par_classement", "attribution_sous_condition")


@dataclass
class Modele:
    """What was told, and accepted: `menage`, `organisme` and `rpls` (None when not named) are in each step."""

    dits: tuple[Pas, ...] = ()

    def avec(self, pas: Pas) -> "Modele":
        """A step told now; it takes the place of the event that it corrects or deletes."""
        gardes = tuple(dit for dit in self.dits if dit["nom"] != pas.get("corrige", pas.get("supprime")))
        return Modele(gardes if "supprime" in pas else (*gardes, pas))

    def vie(self, menage: str) -> list[Pas]:
        return [dit for dit in self.dits if dit["menage"] == menage]

    def decisions(self, menage: str) -> list[Pas]:
        """Of a session and a dwelling, the last that was told. `refus`: the household has refused it, before or after;
        `tient`: the lease that it tells, if any, was not refused since."""
        connues: list[Pas] = []
        refus: list[Pas] = []
        for dit in self.vie(menage):
            if "decide" in dit:
                anciennes = [autre for autre in connues if _meme_decision(autre, dit)]
                connues = [autre for autre in connues if autre not in anciennes]
                nomme = dit["rpls"] or next((autre["rpls"] for autre in anciennes if autre["rpls"]), None)
                refusee = "refuse" in dit or any(_vise(un, dit) for un in refus)
                connues.append({**dit, "rpls": nomme, "refus": refusee, "tient": "refuse" not in dit})
            elif "refuse" in dit:
                refus.append(dit)
                for visee in (autre for autre in connues if _vise(dit, autre)):
                    visee |= {"refus": True, "tient": False}
        return connues

    def baux(self, menage: str) -> list[Pas]:
        """The steps that tell the lease of the demande: more than one when they tell different leases."""
        attribuees = [d for d in self.decisions(menage) if d["decide"] in _ATTRIBUTIONS and d["tient"]]
        radiations = [dit for dit in self.vie(menage) if dit.get("radie") == "RADATT"]
        debout = [dit for dit in (*attribuees, *radiations) if "bail" in dit and not self.tombe(dit)]
        distincts: list[Pas] = []
        for dit in debout:
            if not any(_meme_bail(dit, autre) for autre in distincts):
                distincts.append(dit)
        return distincts

    def tombe(self, dit: Pas) -> bool:
        """A reactivation ends the leases told before it, and those that a decision tells of before it."""
        suite = self.vie(dit["menage"])
        ensuite = suite[[autre["nom"] for autre in suite].index(dit["nom"]) :]
        return any(
            "reactive" in autre and (autre in ensuite or ("decide" in dit and dit["bail"] < autre["le"]))
            for autre in suite
        )

    def suivie(self, menage: str, bail: Pas) -> Pas | None:
        """The decision that a lease follows: its own, else the last that attributed that dwelling by that body."""
        possibles = [
            d
            for d in self.decisions(menage)
            if d["decide"] in _ATTRIBUTIONS and _meme_bail(d, bail) and d["commission"] <= bail["bail"]
        ]
        return max(possibles, key=lambda d: ("bail" in d, self.dits.index(d)), default=None)

    def juger(self, pas: Pas) -> dict[str, bool]:
        """The codes that a step raises, and whether each may refuse it in `strict`."""
        return dict(self._d_une_decision(pas) if "commission" in pas else self._d_une_radiation(pas))

    def _d_une_decision(self, pas: Pas) -> Iterator[tuple[str, bool]]:
        for debut, fin in self._absences(pas["menage"]):
            if debut < pas["commission"] and (fin is None or pas["commission"] < fin):
                yield "DEC008", fin is None
        if "bail" in pas and (pas.get("decide") not in _ATTRIBUTIONS or "refuse" in pas):
            yield "DEC010", True
        if "bail" in pas and not pas["commission"] <= pas["bail"] <= pas["le"]:
            yield "DEC011", True
        apres = self.avec(pas)
        if len(apres.baux(pas["menage"])) > 1:
            yield "DEC012", True
        if "rang" in pas and any(autre["rang"] == pas["rang"] for autre in self._concurrents(pas)):
            yield "DEC024", False
        yield from apres._d_un_bail(pas)

    def _d_une_radiation(self, pas: Pas) -> Iterator[tuple[str, bool]]:
        decisions = self.decisions(pas["menage"])
        attributaires = {bail["organisme"] for bail in self.baux(pas["menage"])}
        ceux_du_logement = {
            d["organisme"]
            for d in decisions
            if d["decide"] in _ATTRIBUTIONS and not d["refus"] and d["rpls"] == pas.get("rpls")
        }
        if pas.get("radie") == "RADATT":
            if pas["organisme"] not in (attributaires or ceux_du_logement or {pas["organisme"]}):
                yield "DEC019", bool(attributaires)
            yield from self.avec(pas)._d_un_bail(pas)
        prononcee = {d["organisme"] for d in decisions if d["decide"] == "irrecevabilite"}
        if pas.get("radie") == "RADIRR" and pas["organisme"] not in (prononcee or {pas["organisme"]}):
            yield "DEC026", False

    def _d_un_bail(self, pas: Pas) -> Iterator[tuple[str, bool]]:
        """Once it is told."""
        if pas["nom"] not in [dit["nom"] for dit in self.baux(pas["menage"])]:
            return
        autres = [
            b for m in self.menages() - {pas["menage"]} for b in self.baux(m) if b["rpls"] == pas["rpls"]
        ]
        if pas["rpls"] and any(_a_moins_d_un_mois(pas["bail"], autre["bail"]) for autre in autres):
            yield "DEC023", False
        suivie = self.suivie(pas["menage"], pas) or {}
        avant = (
            [d for d in self._concurrents(suivie) if d["rang"] < suivie["rang"]] if "rang" in suivie else []
        )
        if any(not d["refus"] and self.active(d["menage"]) for d in avant):
            yield "DEC025", False

    def _concurrents(self, classee: Pas) -> list[Pas]:
        """What the same session ranked for the same named dwelling, of other households."""
        return [
            d
            for menage in self.menages() - {classee["menage"]}
            for d in self.decisions(menage)
            if "rang" in d
            and d["rpls"]
            and all(d[c] == classee[c] for c in ("organisme", "commission", "rpls"))
        ]

    def menages(self) -> set[str]:
        return {dit["menage"] for dit in self.dits}

    def active(self, menage: str) -> bool:
        return all(fin is not None for _, fin in self._absences(menage))

    def _absences(self, menage: str) -> list[tuple[date, date | None]]:
        """From a radiation to the reactivation that follows, if any."""
        bornes = [dit for dit in self.vie(menage) if "radie" in dit or "reactive" in dit]
        fins = [*(dit["le"] for dit in bornes[1:]), None]
        return [(dit["le"], fin) for dit, fin in zip(bornes, fins, strict=True) if "radie" in dit]

    def comptes(self) -> tuple[int, Counter[str]]:
        """Leases; decisions, by kind, followed or not by a lease."""
        baux = [bail for menage in self.menages() for bail in self.baux(menage)]
        suivies = [suivie["nom"] for bail in baux if (suivie := self.suivie(bail["menage"], bail))]
        decisions = [d for menage in self.menages() for d in self.decisions(menage)]
        return len(baux), Counter(d["decide"] + "_bail" * (d["nom"] in suivies) for d in decisions)


def _peut_etre(un: str | None, autre: str | None) -> bool:
    """Two dwellings may be one when either is not named."""
    return None in (un, autre) or un == autre


def _vise(refus: Pas, decision: Pas) -> bool:
    """A refusal is of a decision of that body and that session."""
    memes = all(refus[cle] == decision[cle] for cle in ("organisme", "commission"))
    return memes and _peut_etre(refus["rpls"], decision["rpls"])


def _meme_decision(une: Pas, autre: Pas) -> bool:
    """Told again; one that names no dwelling only says again what is of the same sort."""
    sortes = {dit["decide"] in _ATTRIBUTIONS or dit["decide"] for dit in (une, autre)}
    return _vise(une, autre) and (len(sortes) == 1 or None not in (une["rpls"], autre["rpls"]))


def _meme_bail(un: Pas, autre: Pas) -> bool:
    return bool(un["organisme"] == autre["organisme"]) and _peut_etre(un["rpls"], autre["rpls"])


def _a_moins_d_un_mois(un: date, autre: date) -> bool:
    return max(un, autre) < ajouter_mois(min(un, autre), 1)
