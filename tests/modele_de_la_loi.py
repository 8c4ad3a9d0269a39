"""The law on decisions and leases, naively, from `fixtures/histoires/loi.toml` alone: nothing here looks at
how the product does it. A life is steps of `tests/joueur.py`, in the order in which they were told."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sne_interface.domain.dates import ajouter_mois

Pas = dict[str, Any]

_ATTRIBUTIONS: Final = ("attribution", "attribution_par_classement", "attribution_sous_condition")


@dataclass
class Modele:
    """What was told, and accepted; each step has its `nom`, `menage`, `organisme`."""

    dits: tuple[Pas, ...] = ()

    def avec(self, pas: Pas) -> "Modele":
        """A step told now; it takes the place of the event that it corrects or deletes."""
        gardes = tuple(dit for dit in self.dits if dit["nom"] != pas.get("corrige", pas.get("supprime")))
        return Modele(gardes if "supprime" in pas else (*gardes, pas))

    def vie(self, menage: str) -> list[Pas]:
        return [dit for dit in self.dits if dit["menage"] == menage]

    def decisions(self, menage: str) -> list[Pas]:
        """Of a session and a dwelling, the last that was told; one that names no dwelling is of the only one
        that its session names. `refus`: the household refused it; `tient`: not since it was told."""
        vie = self.vie(menage)
        dites = [{**dit, "rpls": _logement(dit, vie)} for dit in vie if "decide" in dit]
        gardees = [
            dit for rang, dit in enumerate(dites) if not any(_redit(dit, a) for a in dites[rang + 1 :])
        ]
        refus = [dit for dit in vie if "refuse" in dit]
        return [
            dit
            | {
                "refus": any(_vise(un, dit) for un in refus),
                "tient": not any(_vise(un, dit) for un in depuis),
            }
            for dit in gardees
            for depuis in ([un for un in refus if self.rang(un) >= self.rang(dit)],)
        ]

    def rang(self, pas: Pas) -> int:
        return [dit["nom"] for dit in self.dits].index(pas["nom"])

    def dires(self, menage: str) -> list[Pas]:
        """The steps that tell a lease that stands."""
        retours = [dit for dit in self.vie(menage) if "reactive" in dit]
        attribuees = [d for d in self.decisions(menage) if d["decide"] in _ATTRIBUTIONS and d["tient"]]
        debout = [d for d in attribuees if "bail" in d and all(d["bail"] > r["le"] for r in retours)]
        radiations = [dit for dit in self.vie(menage) if dit.get("radie") == "RADATT"]
        debout += [r for r in radiations if not any(self.rang(r) < self.rang(x) for x in retours)]
        return sorted(debout, key=self.rang)

    def baux(self, menage: str) -> list[Pas]:
        """Each lease of a demande, as it was last told; a radiation is of the session that it follows."""
        dires = [{**(self.suivie(menage, dit) or {}), **dit} for dit in self.dires(menage)]
        derniers = [x for rang, x in enumerate(dires) if not any(_meme_bail(x, y) for y in dires[rang + 1 :])]
        nommes = [dit for dit in dires if dit["rpls"]]
        return [
            {**x, "rpls": x["rpls"] or next((y["rpls"] for y in nommes if _meme_bail(x, y)), None)}
            for x in derniers
        ]

    def suivie(self, menage: str, bail: Pas) -> Pas | None:
        """The one that a lease follows: its own, else the last attribution of the dwelling by the body."""
        debout = [dit["nom"] for dit in self.dires(menage)]
        possibles = [
            (
                *(d["nom"] in debout, d["commission"] <= bail["bail"], not d["refus"] and "bail" not in d),
                *(d["rpls"] is not None, self.rang(d), d),
            )
            for d in self.decisions(menage)
            if d["decide"] in _ATTRIBUTIONS and _peut_suivre(bail, d, d["nom"] in debout)
        ]
        return max(possibles, default=(None,))[-1]

    def juger(self, pas: Pas) -> dict[str, bool]:
        """The codes that a step raises, and whether each may refuse it in `strict`."""
        return dict(self._d_une_decision(pas) if "commission" in pas else self._d_une_radiation(pas))

    def _d_une_decision(self, pas: Pas) -> Iterator[tuple[str, bool]]:
        for debut, fin in self._absences(pas["menage"]):
            if debut < pas["commission"] and (fin is None or pas["commission"] < fin):
                yield "DEC008", fin is None
        if "bail" in pas and (pas.get("decide") not in _ATTRIBUTIONS or "refuse" in pas):
            yield "DEC010", True
        if "bail" in pas and not pas["commission"] <= pas["bail"] <= pas["le"] + timedelta(days=1):
            yield "DEC011", True
        sans = self.avec({**pas, "supprime": pas.get("corrige")})
        # The lease that it tells, were it not refused.
        apres = sans.avec({cle: dit for cle, dit in pas.items() if cle != "refuse"})
        dits = [dit for dit in apres.dires(pas["menage"]) if dit["nom"] == pas["nom"]]
        if any(not _meme_bail(dit, autre) for dit in dits for autre in sans.baux(pas["menage"])):
            yield "DEC012", True
        if "rang" in pas and any(autre["rang"] == pas["rang"] for autre in self._concurrents(pas)):
            yield "DEC024", False
        yield from apres._d_un_bail(pas)

    def _d_une_radiation(self, pas: Pas) -> Iterator[tuple[str, bool]]:
        decisions = self.decisions(pas["menage"])
        baux = [bail["nom"] for bail in self.dires(pas["menage"])]
        attribuees = [d for d in decisions if d["decide"] in _ATTRIBUTIONS]
        attributaires = {bail["organisme"] for bail in self.baux(pas["menage"])}
        ceux_du_logement = {
            d["organisme"]
            for d in attribuees
            if d["rpls"] == pas.get("rpls") and (d["nom"] in baux or not (d["refus"] or "bail" in d))
        }
        if pas.get("radie") == "RADATT":
            if pas["organisme"] not in (attributaires or ceux_du_logement or {pas["organisme"]}):
                yield "DEC019", bool(attributaires)
            yield from self.avec(pas)._d_un_bail(pas)
        prononcee = {
            d["organisme"]
            for d in decisions
            if d["decide"] == "irrecevabilite"
            and not any(
                a["organisme"] == d["organisme"] and a["commission"] > d["commission"] for a in attribuees
            )
        }
        if pas.get("radie") == "RADIRR" and pas["organisme"] not in (prononcee or {pas["organisme"]}):
            yield "DEC026", False

    def _d_un_bail(self, pas: Pas) -> Iterator[tuple[str, bool]]:
        """Once it is told, of a dwelling that is named."""
        if pas["rpls"] is None or pas["nom"] not in [dit["nom"] for dit in self.dires(pas["menage"])]:
            return
        autres = [bail for menage in self.menages() - {pas["menage"]} for bail in self.baux(menage)]
        if any(x["rpls"] == pas["rpls"] and _a_moins_d_un_mois(pas["bail"], x["bail"]) for x in autres):
            yield "DEC023", False
        suivie = {**(self.suivie(pas["menage"], pas) or {}), "rpls": pas["rpls"]}
        avant = (
            [d for d in self._concurrents(suivie) if d["rang"] < suivie["rang"]] if "rang" in suivie else []
        )
        if any(self._peut_repondre(d, pas["bail"]) for d in avant):
            yield "DEC025", False

    def _peut_repondre(self, classee: Pas, jour: date) -> bool:
        """A candidate waits for ten days, while its demande is active, without a lease, and its commission
        said no other thing since."""
        ecartee = [
            d
            for d in self.decisions(classee["menage"])
            if d["decide"] in ("non_attribution", "irrecevabilite")
            and d["organisme"] == classee["organisme"]
            and d["commission"] >= classee["commission"]
            and _peut_etre(d["rpls"], classee["rpls"])
        ]
        if classee["refus"] or "bail" in classee or ecartee or self.baux(classee["menage"]):
            return False
        attendue = classee["commission"] <= jour <= classee["commission"] + timedelta(days=10)
        return self.active(classee["menage"]) and attendue

    def _concurrents(self, classee: Pas) -> list[Pas]:
        """What the same session ranked for the same named dwelling, of other households."""
        return [
            d
            for menage in self.menages() - {classee["menage"]}
            for d in self.decisions(menage)
            if "rang" in d and _seance(d) == _seance(classee)
            if classee["rpls"] is not None and classee["rpls"] in (d["rpls"], self._loue(d))
        ]

    def _loue(self, decision: Pas) -> str | None:
        """The dwelling that a radiation names for a decision that names none."""
        radiations = [
            dit for dit in self.dires(decision["menage"]) if "radie" in dit and not decision["rpls"]
        ]
        suivies = [(self.suivie(dit["menage"], dit) or {}).get("nom") for dit in radiations]
        return radiations[0]["rpls"] if decision["nom"] in suivies else None

    def menages(self) -> set[str]:
        return {dit["menage"] for dit in self.dits}

    def active(self, menage: str) -> bool:
        return all(fin is not None for _, fin in self._absences(menage))

    def _absences(self, menage: str) -> list[tuple[date, date | None]]:
        """From a radiation to the reactivation that follows, if any: a lease then came to nothing, and its
        radiation too."""
        bornes = [dit for dit in self.vie(menage) if "radie" in dit or "reactive" in dit]
        fins = [*(dit["le"] for dit in bornes), None][1:]
        return [
            (dit["le"], fin)
            for dit, fin in zip(bornes, fins, strict=False)
            if "radie" in dit and (fin is None or dit["radie"] != "RADATT")
        ]

    def comptes(self) -> tuple[Counter[str], Counter[bool | None]]:
        """Decisions by kind, followed or not by a lease; leases by what their decision says of priority."""
        baux = [bail for menage in self.menages() for bail in self.baux(menage)]
        suivies = [self.suivie(bail["menage"], bail) or {} for bail in baux]
        noms = [suivie.get("nom") for suivie in suivies]
        decisions = [d for menage in self.menages() for d in self.decisions(menage)]
        priorites = (True if "categorie" in suivie else suivie.get("dalo") for suivie in suivies)
        return Counter(d["decide"] + "_bail" * (d["nom"] in noms) for d in decisions), Counter(priorites)


def _sorte(dit: Pas) -> str:
    return "attribution" if dit["decide"] in _ATTRIBUTIONS else str(dit["decide"])


def _seance(dit: Pas) -> tuple[str, date]:
    return dit["organisme"], dit["commission"]


def _logement(dit: Pas, vie: list[Pas]) -> str | None:
    nommes = {
        autre["rpls"]
        for autre in vie
        if "decide" in autre and (_seance(autre), _sorte(autre)) == (_seance(dit), _sorte(dit))
    } - {None}
    return dit["rpls"] or (nommes.pop() if len(nommes) == 1 else None)


def _redit(une: Pas, autre: Pas) -> bool:
    memes = (_seance(une), une["rpls"]) == (_seance(autre), autre["rpls"])
    return memes and (une["rpls"] is not None or _sorte(une) == _sorte(autre))


def _vise(refus: Pas, decision: Pas) -> bool:
    """A refusal that names no dwelling is of the whole session."""
    return _seance(refus) == _seance(decision) and _peut_etre(refus["rpls"], decision["rpls"])


def _peut_etre(un: str | None, autre: str | None) -> bool:
    return None in (un, autre) or un == autre


def _meme_bail(un: Pas, autre: Pas) -> bool:
    """Of one body; when a dwelling is not named, of one day or one session too."""
    if un["organisme"] != autre["organisme"] or None not in (un["rpls"], autre["rpls"]):
        return (un["organisme"], un["rpls"]) == (autre["organisme"], autre["rpls"])
    return un["bail"] == autre["bail"] or un.get("commission", 1) == autre.get("commission", 2)


def _peut_suivre(bail: Pas, decision: Pas, debout: bool) -> bool:
    if debout:
        return _meme_bail(bail, decision)
    if decision["refus"] or "bail" in decision:
        memes = bail["rpls"] == decision["rpls"] is not None
    else:
        memes = _peut_etre(bail["rpls"], decision["rpls"])
    suit = decision["commission"] <= bail["bail"] or bail["rpls"] == decision["rpls"] is not None
    return memes and bail["organisme"] == decision["organisme"] and suit


def _a_moins_d_un_mois(un: date, autre: date) -> bool:
    return max(un, autre) < ajouter_mois(min(un, autre), 1)
