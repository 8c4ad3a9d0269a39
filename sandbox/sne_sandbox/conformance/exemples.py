"""An example of a scenario: what Hypothesis draws for it, demandes and what is entered beside them, and the
JSON that says it."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from hypothesis.internal.conjecture.data import ConjectureData
from hypothesis.strategies import SearchStrategy

from sne_sandbox.conformance import lectures
from sne_sandbox.conformance.corps import RICHESSE, Acte, Circonstances, dessiner, voulus
from sne_sandbox.conformance.formulaire import en_json, repetables
from sne_sandbox.conformance.plan import Scenario
from sne_sandbox.contract.versions import Contrat
from sne_sandbox.domain.dates import PARIS
from sne_sandbox.domain.demande import FORMULAIRE
from sne_sandbox.domain.element import Element
from sne_sandbox.generators import strategies
from sne_sandbox.generators.diversite import Contraintes
from sne_sandbox.operations.horloge import atteindre

#: Told apart from what is entered: the application's own business.
_A_PART = frozenset({"numGuichet", "numUnique", "forcerDoublon"})
#: What no two active demandes share.
_IDENTIFIANTS = frozenset({"nir", "refInterne"})
#: First names of the holders of the second demande of an example, and of the next.
_PRENOMS = tuple(f"{a}-{b}" for a in ("Anne", "Jean", "Léa") for b in ("Basile", "Clarisse", "Élie", "Flore"))


class ExempleTire:
    """The demandes of an example, by reference: whole CRE messages; and what is entered in its steps, by
    their rank from 1. No dataclass: Hypothesis would write out its fields, contract included, with every
    example that shows a fault."""

    __slots__ = ("actes", "contrat", "demandes")

    def __init__(
        self, demandes: Mapping[str, Element], contrat: Contrat, actes: Mapping[int, Acte] | None = None
    ) -> None:
        self.demandes = demandes
        self.contrat = contrat
        self.actes = actes or {}

    def __repr__(self) -> str:
        return f"<Exemple {', '.join(self.demandes)}>"

    def en_json(self) -> dict[str, Any]:
        """Each demande as the protocol says it, by reference; then what is entered, by step."""
        dites = {nom: saisie(corps(message), self.contrat) for nom, message in self.demandes.items()}
        for rang, acte in self.actes.items():
            dites[f"étape {rang}"] = {
                element.nom: element_json(element, self.contrat) for element in acte.values()
            }
        return dites

    def cle(self) -> str:
        """Canonical JSON: alike examples have one."""
        versions = {nom: m.attributs.get("versionInterface", "") for nom, m in self.demandes.items()}
        return json.dumps([versions, self.en_json()], sort_keys=True, ensure_ascii=False)


def corps(message: Element) -> Element:
    """The `demandeLogement` of a message that holds one. Raises ValueError."""
    trouve = lectures.formulaire(message)
    if trouve is None:
        raise ValueError("the message holds no demande")
    return trouve


def saisie(formulaire: Element, contrat: Contrat) -> dict[str, Any]:
    """What a user enters of a form, as the protocol says it: nothing where nothing has to be said."""
    nu = Element(
        formulaire.nom, "", None, tuple(_copie(e) for e in formulaire.enfants if e.nom not in _A_PART)
    )
    nu = _plein(nu, FORMULAIRE, contrat)
    dit = en_json(nu, _repetables(contrat), contrat.nomenclatures.conteneurs)
    assert isinstance(dit, dict)
    return dit


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
            contrat, jour=jour, guichet=guichet, contraintes=contraintes, instant=instant
        )
        for nom, contraintes in scenario.menages.items()
    }
    return _Exemples(tirees, _saisies(scenario, instant), contrat, guichet)


@dataclass(frozen=True, slots=True)
class _Saisie:
    """What a step asks to enter: its rank, its day, the household that it is about (None for none)."""

    rang: int
    jour: date
    menage: str | None
    voulus: Mapping[str, Any]
    contraintes: Contraintes


def _saisies(scenario: Scenario, instant: datetime) -> list[_Saisie]:
    """Those of a scenario that starts at `instant`."""
    menages = {nom: nom for nom in scenario.menages}
    trouvees = []
    for rang, etape in enumerate(scenario.etapes, 1):
        options = etape.options
        if etape.sorte == "temps" and (etape.quoi.startswith("P") or _le_jour(instant) < etape.quoi):
            instant = atteindre(instant, etape.quoi)
        reference = options.get("reference", "")
        modele = options.get("menage") or options.get("jumeau_de")
        if modele:
            menages[reference] = menages.get(modele, modele)
        demandes = voulus(etape.sorte, etape.quoi, options)
        if demandes:
            contraintes = Contraintes(
                richesse=options.get("richesse", RICHESSE), limites=options.get("limites")
            )
            jour = instant.astimezone(PARIS).date()
            trouvees.append(_Saisie(rang, jour, menages.get(reference), demandes, contraintes))
    return trouvees


def _le_jour(instant: datetime) -> str:
    return instant.astimezone(PARIS).date().isoformat()


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
        for saisie in self._saisies:
            demande = demandes.get(saisie.menage or "")
            ici = Circonstances(self._contrat, saisie.jour, self._guichet, demande, saisie.contraintes)
            actes[saisie.rang] = dessiner(data, saisie.voulus, ici)
        return ExempleTire(demandes, self._contrat, actes)

    def __repr__(self) -> str:
        return f"_Exemples({', '.join(self._tirees)})"


def _distinctes(demandes: Mapping[str, Element]) -> Mapping[str, Element]:
    """The same demandes, no two of them of the same persons, nor under the same reference or NIR: what is
    simplest is drawn alike for each, and the SNE would take them for doublons."""
    if len(demandes) < 2:
        return demandes
    prenoms = iter(_PRENOMS)
    pris: set[str] = set()
    distinctes: dict[str, Element] = {}
    for nom, message in demandes.items():
        siens = {e.texte for e in message.parcourir() if e.nom in _IDENTIFIANTS}
        distinctes[nom] = _autres(message, prenoms, pris) if distinctes else message
        pris |= siens
    return distinctes


def _autres(element: Element, prenoms: Iterator[str], pris: Collection[str]) -> Element:
    """A copy with first names of its own for every holder, and without identifiers that are taken."""
    enfants = []
    for enfant in element.enfants:
        if enfant.nom in _IDENTIFIANTS and enfant.texte in pris:
            continue
        if enfant.nom == "prenom" and element.nom in ("demandeur", "cotitulaire"):
            enfants.append(Element("prenom", next(prenoms)))
        elif enfant.nom == "nom" and element.nom == "association":
            enfants.append(Element("nom", f"Association {next(prenoms)}"))
        else:
            enfants.append(_autres(enfant, prenoms, pris))
    return Element(element.nom, element.texte, element.attributs, tuple(enfants))


@lru_cache(maxsize=4)
def _repetables(contrat: Contrat) -> frozenset[str]:
    return repetables(contrat)


def _plein(element: Element, chemin: str, contrat: Contrat) -> Element:
    """A copy without the elements that are empty and may be left out: an application that says again the
    empty block it was told would be wrong (CTR-08)."""
    gardes = []
    for enfant in element.enfants:
        ici = f"{chemin}/{enfant.nom}"
        plein = _plein(enfant, ici, contrat)
        if not plein.vide or contrat.nomenclatures.obligatoire(ici):
            gardes.append(plein)
    return Element(element.nom, element.texte, element.attributs, tuple(gardes))


def _copie(element: Element) -> Element:
    # An element belongs to one tree: the example's own must stay what it is.
    return Element(element.nom, element.texte, element.attributs, tuple(_copie(e) for e in element.enfants))
