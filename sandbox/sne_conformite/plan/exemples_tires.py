"""An example of a scenario: the demandes that Hypothesis draws for it, what is entered beside them (a
radiation, an event, a decision, a DALO, search criteria), and the JSON that says it.

The entries of a step are drawn with the demandes, within what the step asks: so they vary, shrink, and come
again with the seed.
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import product
from typing import Any, Final

from hypothesis.internal.conjecture.data import ConjectureData
from hypothesis.strategies import SearchStrategy

from sne_conformite.observation import reponses_lues
from sne_conformite.plan.plan import AUTRUI, TABLES, Etape, Scenario
from sne_conformite.protocole.formulaire_saisi import en_json, repetables
from sne_interface.contract.contrats_charges import Contrat, retenu
from sne_interface.domain import decision_de_commission as d
from sne_interface.domain.codes import DALO_RECONNU
from sne_interface.domain.dates import PARIS
from sne_interface.domain.demande import FORMULAIRE
from sne_interface.domain.element_recu import Element, avec_enfants, bloc
from sne_interface.domain.nir import est_nom_de_nir
from sne_interface.generators import strategies
from sne_interface.generators.contraintes_de_menages import Atelier, Contraintes, atelier
from sne_interface.generators.messages_apres_creation import caracteristiques, codes_de_tous, remplacer
from sne_interface.generators.strategies import TirageHypothese
from sne_sandbox.bases.horloge import atteindre

#: Told apart from what is entered: the application's own business.
_A_PART = frozenset({"numGuichet", "numUnique", "forcerDoublon"})
#: What no two active demandes share.
_REFERENCE: Final = "refInterne"
#: Stands for the code of an event: any type of which the guichet may write.
TOUS: Final = "tous"
#: What a step says of its entries as a household says of its own.
_COMME_UN_MENAGE: Final = frozenset({"richesse", "limites", "difficile", "longues", "tour"})
#: Chance of each optional part of what is drawn, unless the step says another (« richesse »).
RICHESSE: Final = 0.5

_repetables: Final = retenu(repetables)

#: What is entered in a step, by the option that asks for it.
Acte = Mapping[str, Element]


class ExempleTire:
    """The demandes of an example, by reference: whole CRE messages; and what is entered in its steps, by
    their rank from 1. No dataclass: Hypothesis would write out its fields, contract included, with every
    example that shows a fault."""

    __slots__ = ("_cle", "actes", "contrat", "demandes")

    def __init__(
        self, demandes: Mapping[str, Element], contrat: Contrat, actes: Mapping[int, Acte] | None = None
    ) -> None:
        self.demandes = demandes
        self.contrat = contrat
        self.actes = actes or {}
        self._cle = ""

    def __repr__(self) -> str:
        return f"<Exemple {', '.join(self.demandes)}>"

    def sans(self, noms: Collection[str], scenario: Scenario) -> "ExempleTire":
        """The same without these demandes, nor what is entered in the steps that need them."""
        gardees = {nom: message for nom, message in self.demandes.items() if nom not in noms}
        rangs = scenario.etapes_de(gardees)
        return ExempleTire(gardees, self.contrat, {r: a for r, a in self.actes.items() if r in rangs})

    def en_json(self) -> dict[str, Any]:
        """Each demande as the protocol says it, by reference; then what is entered, by step."""
        dites = {nom: saisie(formulaire_de(message), self.contrat) for nom, message in self.demandes.items()}
        for rang, acte in self.actes.items():
            dites[f"étape {rang}"] = {e.nom: element_json(e, self.contrat) for e in acte.values()}
        return dites

    def cle(self) -> str:
        """Canonical JSON: alike examples have one."""
        if not self._cle:
            versions = {nom: m.attributs.get("versionInterface", "") for nom, m in self.demandes.items()}
            self._cle = json.dumps([versions, self.en_json()], sort_keys=True, ensure_ascii=False)
        return self._cle


def formulaire_de(message: Element) -> Element:
    """The `demandeLogement` of a message that holds one. Raises ValueError."""
    trouve = reponses_lues.formulaire(message)
    if trouve is None:
        raise ValueError("the message holds no demande")
    return trouve


def saisie(formulaire: Element, contrat: Contrat) -> dict[str, Any]:
    """Returns the entries of a user in a form, as the protocol says them: nothing where nothing has to be
    said."""
    return element_json(_plein(formulaire, FORMULAIRE, contrat, _A_PART), contrat)


def element_json(element: Element, contrat: Contrat) -> dict[str, Any]:
    """Any other element, as the protocol says it."""
    dit = en_json(element, _repetables(contrat), contrat.nomenclatures.conteneurs)
    return dit if isinstance(dit, dict) else {}


def strategie(
    scenario: Scenario, contrat: Contrat, *, instant: datetime, guichet: str
) -> SearchStrategy[ExempleTire]:
    """Examples of `scenario`, deposited by `guichet` on the day of `instant` (aware)."""
    jour = instant.astimezone(PARIS).date()
    tirees = {
        nom: strategies.demandes(
            atelier(contrat, jour=jour, guichet=guichet, contraintes=contraintes, instant=instant)
        )
        for nom, contraintes in scenario.menages.items()
    }
    return _Exemples(tirees, _saisies(scenario, instant), contrat, guichet)


@dataclass(frozen=True)
class _Saisie:
    """The entries that a step asks for: its rank, its day, the household that it is about (None for none)."""

    rang: int
    jour: date
    menage: str | None
    voulus: Mapping[str, Any]
    contraintes: Contraintes


def _saisies(scenario: Scenario, instant: datetime) -> list[_Saisie]:
    """Lists the entries of a scenario that starts at `instant`."""
    menages = {nom: nom for nom in scenario.menages}
    trouvees = []
    for rang, etape in enumerate(scenario.etapes, 1):
        options, jour = etape.options, instant.astimezone(PARIS).date()
        if etape.sorte == "temps" and (etape.quoi.startswith("P") or jour.isoformat() < etape.quoi):
            instant = atteindre(instant, etape.quoi)
        reference = options.get("reference", "")
        modele = options.get("menage") or options.get("jumeau_de")
        if modele:
            menages[reference] = menages.get(modele, modele)
        demandes = _voulus(etape)
        if demandes:
            dites = {cle: options[cle] for cle in _COMME_UN_MENAGE & options.keys()}
            contraintes = Contraintes(**{"richesse": RICHESSE, **dites})
            trouvees.append(_Saisie(rang, jour, menages.get(reference), demandes, contraintes))
    return trouvees


def _voulus(etape: Etape) -> dict[str, Any]:
    """Returns the entries that a step asks for, by option; its kind and its value say what goes without
    saying."""
    demandes = {nom: etape.options[nom] for nom in _DESSINS if nom in etape.options}
    if etape.sorte == "autrui":
        return {**AUTRUI[etape.quoi], **demandes}
    if demandes.pop("criteres", None) is None and etape.quoi == "rechercher":
        demandes["criteres"] = {}  # said in full otherwise
    return demandes


class _Exemples(SearchStrategy[ExempleTire]):
    """Of one demande for each reference, and of what is entered in each step. Not a `map`: of those
    Hypothesis writes out what went in."""

    def __init__(
        self,
        tirees: Mapping[str, SearchStrategy[Element]],
        saisies: Sequence[_Saisie],
        contrat: Contrat,
        guichet: str,
    ) -> None:
        super().__init__()
        self._tirees = tirees
        self._saisies = saisies
        self._contrat = contrat
        self._guichet = guichet

    def do_draw(self, data: ConjectureData) -> ExempleTire:
        """One example (Hypothesis's own hook)."""
        demandes = _distinctes({nom: data.draw(tiree) for nom, tiree in self._tirees.items()})
        actes = {}
        passes: dict[str, dict[str, Element]] = {}
        for saisie in self._saisies:
            nom = saisie.menage or ""
            passe = passes.setdefault(nom, {})
            lieu = atelier(
                self._contrat, jour=saisie.jour, guichet=self._guichet, contraintes=saisie.contraintes
            )
            actes[saisie.rang] = dessiner(data, saisie.voulus, Circonstances(lieu, demandes.get(nom), passe))
            passe |= actes[saisie.rang]
        return ExempleTire(demandes, self._contrat, actes)

    def __repr__(self) -> str:
        return f"_Exemples({', '.join(self._tirees)})"


def _distinctes(demandes: Mapping[str, Element]) -> Mapping[str, Element]:
    """The same demandes, no two of them of the same persons, nor under the same reference or NIR: what is
    simplest is drawn alike for each, and the SNE would take them for doublons."""
    if len(demandes) < 2:
        return demandes
    prenoms = map("-".join, product(*TABLES["prenoms"]))
    pris: set[str] = set()
    distinctes: dict[str, Element] = {}
    for nom, message in demandes.items():
        siens = {e.texte for e in message.parcourir() if _identifie(e)}
        distinctes[nom] = _autres(message, prenoms, pris) if distinctes else message
        pris |= siens
    return distinctes


def _identifie(element: Element) -> bool:
    return element.nom == _REFERENCE or est_nom_de_nir(element.nom)


def _autres(element: Element, prenoms: Iterator[str], pris: Collection[str]) -> Element:
    """A copy with first names of its own for every holder, and without identifiers that are taken."""
    enfants = []
    for enfant in element.enfants:
        if _identifie(enfant) and enfant.texte in pris:
            continue
        if enfant.nom == "prenom" and element.nom in ("demandeur", "cotitulaire"):
            enfants.append(Element("prenom", next(prenoms)))
        elif enfant.nom == "nom" and element.nom == "association":
            enfants.append(Element("nom", f"Association {next(prenoms)}"))
        else:
            enfants.append(_autres(enfant, prenoms, pris))
    return Element(element.nom, element.texte, element.attributs, tuple(enfants))


def _plein(element: Element, chemin: str, contrat: Contrat, sauf: Collection[str] = frozenset()) -> Element:
    """A copy without the elements that are empty and may be left out, nor the children of some names: an
    application that says again the empty block it was told would be wrong (CTR-08)."""
    gardes = []
    for enfant in (e for e in element.enfants if e.nom not in sauf):
        ici = f"{chemin}/{enfant.nom}"
        plein = _plein(enfant, ici, contrat)
        if not plein.vide or contrat.nomenclatures.obligatoire(ici):
            gardes.append(plein)
    return avec_enfants(element, tuple(gardes))


# --- what a user enters besides a demande ------------------------------------------------------------------


@dataclass(frozen=True)
class Circonstances:
    """Where something is entered, about `demande` (the CRE message of the example, None for none), of which
    `passe` was entered before, the last of each option."""

    lieu: Atelier
    demande: Element | None
    passe: Mapping[str, Element] = field(default_factory=dict)

    @property
    def menage(self) -> dict[str, Any]:
        """Whose demande it is, and whether the household was declared to be DALO."""
        dalo = self.passe.get("dalo")
        reconnu = dalo is not None and dalo.code_de("statutDalo") in DALO_RECONNU
        return {"demande": self.demande, "dalo": reconnu}


def dessiner(data: ConjectureData, demandes: Mapping[str, Any], ici: Circonstances) -> Acte:
    """Draws the entries of a step that asks for `demandes`. It leaves out an entry for which the contract has
    no type."""
    tires = {nom: _DESSINS[nom](data, voulu, ici) for nom, voulu in demandes.items()}
    dessines = {nom: dessine for nom, dessine in tires.items() if dessine is not None}
    if "radiation" in dessines:
        roles = ici.lieu.contrat.roles.decision
        if "decision" in dessines:
            dessines["decision"] = _d_accord(dessines["decision"], dessines["radiation"], roles)
        elif "decision" in ici.passe:
            dessines["radiation"] = _a_la_suite(dessines["radiation"], ici.passe["decision"], roles)
    return dessines


def _evenement(data: ConjectureData, code: str, ici: Circonstances) -> Element | None:
    codes = codes_de_tous(ici.lieu)
    if code == TOUS:  # a decision has a command of its own
        tirage = TirageHypothese(data, ici.lieu.contraintes)
        code = tirage.choix([c for c in codes if not ici.lieu.contrat.roles.decision.est(c)])
    return data.draw(strategies.evenements(ici.lieu, code=code)) if code in codes else None


def _decision(data: ConjectureData, voulue: Mapping[str, str], ici: Circonstances) -> Element | None:
    """Builds a decision from what the step says by role, as it says it; « jour » stands for the day."""
    roles = ici.lieu.contrat.roles.decision
    if not roles.type:
        return None
    bail = {"oui": True, "non": False}.get(voulue.get(d.BAIL, ""))
    issue = voulue.get(d.DECISION)
    tiree = data.draw(strategies.decisions(ici.lieu, bail=bail, issue=issue, **ici.menage))
    dites = {role: ici.lieu.jour.isoformat() if v == "jour" else v for role, v in voulue.items()}
    return _evenement_de(tiree, {**valeurs(tiree), **dict(roles.ecrire(dites))})


def _d_accord(decision: Element, radiation: Element, roles: d.RolesDecision) -> Element:
    """The decision, its lease and its dwelling those of the radiation, and its commission no later."""
    bail = radiation.texte_de("attributionLogement/dateSignatureBail")
    dites, du_bail, commission = valeurs(decision), roles.code(d.DATE_BAIL), roles.code(d.DATE_COMMISSION)
    if bail is None or du_bail not in dites:
        return decision
    accordees = {du_bail: bail}
    if commission in dites:
        accordees[commission] = min(dites[commission], bail)
    for nom, role in _LOGEMENT.items():
        ecrit = radiation.enfant(f"attributionLogement/{nom}")
        if ecrit is not None and roles.code(role) in dites:
            accordees[roles.code(role)] = ecrit.code or ecrit.texte
    return _evenement_de(decision, {**dites, **accordees})


def _a_la_suite(radiation: Element, decision: Element, roles: d.RolesDecision) -> Element:
    """The radiation, for the dwelling of a decision that was entered before, its lease no earlier."""
    dites = valeurs(decision)
    accordees = {nom: dites[roles.code(role)] for nom, role in _LOGEMENT.items() if roles.code(role) in dites}
    commission = dites.get(roles.code(d.DATE_COMMISSION), "")
    for nom in ("dateSignatureBail", "dateRadiation"):
        tiree = radiation.texte_de(nom) or radiation.texte_de(f"attributionLogement/{nom}")
        if tiree is not None:
            accordees[nom] = max(tiree, commission)
    return remplacer(radiation, accordees)


def valeurs(evenement: Element) -> dict[str, str]:
    """The characteristics of an event, by code."""
    return {
        c.texte_de("code") or "": c.texte_de("valeurCaracteristiqueSpecifique") or ""
        for c in evenement.tous("listeCaracteristiquesSpecifiques/caracteristiqueSpecifique")
    }


#: What a radiation says of the dwelling as a decision does, by role.
_LOGEMENT: Final = {"numeroRpls": d.RPLS, "codeSirenBailleur": d.SIREN, "typeReservataire": d.RESERVATAIRE}


def _evenement_de(evenement: Element, valeurs: Mapping[str, str]) -> Element:
    """The same event with these characteristics."""
    liste = caracteristiques(valeurs.items())
    return avec_enfants(evenement, (*(e for e in evenement.enfants if e.nom != liste.nom), liste))


_DESSINS: Final[Mapping[str, Callable[[ConjectureData, Any, Circonstances], Element | None]]] = {
    "radiation": lambda data, motif, ici: data.draw(
        strategies.radiations(ici.lieu, motif=motif, **ici.menage)
    ),
    "evenement": _evenement,
    "decision": _decision,
    "dalo": lambda data, voulu, ici: data.draw(strategies.dalos(ici.lieu, statut=voulu.get("statut"))),
    "criteres": lambda data, _, ici: data.draw(strategies.recherches(ici.lieu)),
}


def criteres(voulus: Mapping[str, str], formulaire: Element | None, jour: date) -> Element:
    """The element `demandeMulticritere` of criteria that a step says in full: « jour » stands for the day,
    « $chemin » for what the demande `formulaire` holds there; « a/b » is `b` in `a`."""
    racine: dict[str, list[Element]] = {}
    for chemin, valeur in voulus.items():
        texte = jour.isoformat() if valeur == "jour" else valeur
        if valeur.startswith("$") and formulaire is not None:
            trouve = formulaire.enfant(valeur[1:])
            texte = "" if trouve is None else trouve.code or trouve.texte
        tete, _, nom = chemin.rpartition("/")
        racine.setdefault(tete or nom, []).append(Element(nom, texte))
    enfants = (e[0] if e[0].nom == nom else bloc(nom, *e) for nom, e in racine.items())
    return bloc("demandeMulticritere", *enfants)
