"""What a user enters besides a demande: a radiation, an event, a decision, a DALO, search criteria.

Each is drawn with the demandes of its example, within what the step asks: so it varies, shrinks, and comes
again with the seed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from hypothesis.internal.conjecture.data import ConjectureData

from sne_sandbox.contract.versions import Contrat
from sne_sandbox.domain import decision as d
from sne_sandbox.domain.element import Element, avec_enfants
from sne_sandbox.generators import strategies
from sne_sandbox.generators.actes import types_utilisables
from sne_sandbox.generators.diversite import Contraintes, atelier
from sne_sandbox.generators.strategies import TirageHypothese

#: The motives that an application may radiate for.
RADIATIONS: Final = ("RADABA", "RADIRR", "RADCON", "RADATT")
#: Stands for the code of an event: any type of which the guichet may write.
TOUS: Final = "tous"
#: Chance of each optional part of what is drawn, unless the step says another (« richesse »).
RICHESSE: Final = 0.5
#: What another guichet may do, with what it enters when the step says no more: by option, its value.
AUTRUI: Final[Mapping[str, Mapping[str, Any]]] = {
    "enregistrer": {},
    "modifier": {},
    "renouveler": {},
    "radier": {"radiation": "RADABA"},
    "declarer_dalo": {"dalo": {"statut": "ACTIF"}},
    "ajouter_evenement": {"evenement": "RECTIF"},
}
_CARACTERISTIQUES: Final = "listeCaracteristiquesSpecifiques/caracteristiqueSpecifique"

#: What is entered in a step, by the option that asks for it.
Acte = Mapping[str, Element]


@dataclass(frozen=True, slots=True)
class Circonstances:
    """Where something is entered: on `jour`, at `guichet`, about `demande` (the CRE message of the example,
    None for none)."""

    contrat: Contrat
    jour: date
    guichet: str
    demande: Element | None
    contraintes: Contraintes


def voulus(sorte: str, quoi: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """What a step asks to enter, by option; the kind of the step and its value say what goes without
    saying."""
    demandes = {nom: options[nom] for nom in _DESSINS if nom in options}
    if sorte == "autrui":
        demandes = {**AUTRUI[quoi], **demandes}
    elif sorte == "faire" and quoi == "rechercher" and "criteres" not in options:
        demandes["criteres"] = {}
    elif "criteres" in options:
        del demandes["criteres"]  # said in full
    return demandes


def dessiner(data: ConjectureData, demandes: Mapping[str, Any], ici: Circonstances) -> Acte:
    """What is entered in a step that asks `demandes`. What the contract has no type for is left out."""
    dessines: dict[str, Element] = {}
    for nom, voulu in demandes.items():
        dessine = _DESSINS[nom](data, voulu, ici)
        if dessine is not None:
            dessines[nom] = dessine
    if "decision" in dessines and "radiation" in dessines:
        dessines["decision"] = _d_accord(dessines["decision"], dessines["radiation"])
    return dessines


def _radiation(data: ConjectureData, motif: str, ici: Circonstances) -> Element:
    tirees = strategies.radiations(
        ici.contrat,
        jour=ici.jour,
        guichet=ici.guichet,
        motif=motif,
        demande=ici.demande,
        contraintes=ici.contraintes,
    )
    return data.draw(tirees)


def _evenement(data: ConjectureData, code: str, ici: Circonstances) -> Element | None:
    la = atelier(ici.contrat, jour=ici.jour, guichet=ici.guichet, contraintes=ici.contraintes)
    codes = [t.code for t in types_utilisables(la)]
    if code == TOUS:  # a decision has a command of its own
        code = TirageHypothese(data).choix([c for c in codes if c != d.TYPE_DECISION])
    if code not in codes:
        return None
    return data.draw(
        strategies.evenements(
            ici.contrat, jour=ici.jour, guichet=ici.guichet, code=code, contraintes=ici.contraintes
        )
    )


def _decision(data: ConjectureData, voulue: Mapping[str, str], ici: Circonstances) -> Element | None:
    """What the step says is as it says; « jour » stands for the day."""
    if not any(t.code == d.TYPE_DECISION for t in ici.contrat.evenements):
        return None
    bail = {"oui": True, "non": False}.get(voulue.get(d.BAIL, ""))
    tiree = data.draw(
        strategies.decisions(
            ici.contrat,
            jour=ici.jour,
            guichet=ici.guichet,
            bail=bail,
            issue=voulue.get(d.DECISION),
            contraintes=ici.contraintes,
        )
    )
    dites = {code: ici.jour.isoformat() if v == "jour" else v for code, v in voulue.items()}
    return _evenement_de(tiree, {**valeurs(tiree), **dites})


def _d_accord(decision: Element, radiation: Element) -> Element:
    """The decision, its lease that of the radiation, and its commission no later."""
    bail = radiation.texte_de("attributionLogement/dateSignatureBail")
    dites = valeurs(decision)
    if bail is None or d.DATE_BAIL not in dites:
        return decision
    commission = min(dites[d.DATE_COMMISSION], bail)
    return _evenement_de(decision, {**dites, d.DATE_BAIL: bail, d.DATE_COMMISSION: commission})


def valeurs(evenement: Element) -> dict[str, str]:
    """The characteristics of an event, by code."""
    return {
        c.texte_de("code") or "": c.texte_de("valeurCaracteristiqueSpecifique") or ""
        for c in evenement.tous(_CARACTERISTIQUES)
    }


def _evenement_de(evenement: Element, valeurs: Mapping[str, str]) -> Element:
    """The same event with these characteristics."""
    lignes = tuple(
        Element(
            "caracteristiqueSpecifique",
            "",
            None,
            (Element("code", code), Element("valeurCaracteristiqueSpecifique", valeur)),
        )
        for code, valeur in valeurs.items()
    )
    liste, _, _ = _CARACTERISTIQUES.partition("/")
    gardes = [e for e in evenement.enfants if e.nom != liste]
    return avec_enfants(evenement, (*gardes, Element(liste, "", None, lignes)))


def _dalo(data: ConjectureData, voulu: Mapping[str, str], ici: Circonstances) -> Element:
    tires = strategies.dalos(
        ici.contrat,
        jour=ici.jour,
        guichet=ici.guichet,
        statut=voulu.get("statut"),
        contraintes=ici.contraintes,
    )
    return data.draw(tires)


def _criteres(data: ConjectureData, voulus: object, ici: Circonstances) -> Element:
    return data.draw(
        strategies.recherches(ici.contrat, jour=ici.jour, guichet=ici.guichet, contraintes=ici.contraintes)
    )


_DESSINS: Final[Mapping[str, Callable[[ConjectureData, Any, Circonstances], Element | None]]] = {
    "radiation": _radiation,
    "evenement": _evenement,
    "decision": _decision,
    "dalo": _dalo,
    "criteres": _criteres,
}


def criteres(voulus: Mapping[str, str], formulaire: Element | None, jour: date) -> Element:
    """The element `demandeMulticritere` of criteria that a step says in full: « jour » stands for the day,
    « $chemin » for what the demande `formulaire` holds there; « a/b » is `b` in `a`."""
    conteneurs: dict[str, list[Element]] = {}
    racine: list[Element] = []
    for chemin, valeur in voulus.items():
        texte = valeur
        if valeur == "jour":
            texte = jour.isoformat()
        elif valeur.startswith("$") and formulaire is not None:
            trouve = formulaire.enfant(valeur[1:])
            texte = "" if trouve is None else trouve.code or trouve.texte
        tete, _, nom = chemin.rpartition("/")
        if not tete:
            racine.append(Element(nom, texte))
        elif tete in conteneurs:
            conteneurs[tete].append(Element(nom, texte))
        else:
            conteneurs[tete] = [Element(nom, texte)]
            racine.append(Element(tete))
    return Element(
        "demandeMulticritere",
        "",
        None,
        tuple(
            Element(e.nom, "", None, tuple(conteneurs[e.nom])) if e.nom in conteneurs else e for e in racine
        ),
    )
