"""`informationTraitement`: what the SNE computes about a demande (02.01; 02.02 adds resources per UC)."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from sne_sandbox.domain.dates import ajouter_mois, xs_date_time
from sne_sandbox.domain.decision import ATTRIBUTION_SOUS_CONDITION, DECISION, TYPE_DECISION
from sne_sandbox.domain.demande import Demande, DemandeStockee
from sne_sandbox.domain.element import Element, construire, xs_booleen
from sne_sandbox.domain.evenement import Evenement
from sne_sandbox.domain.menage import Menage
from sne_sandbox.operations.question import Question

#: Paris, years before a delay is abnormally long: 1 room, 2-3 rooms, 4 and more (attested: 6, 9, 10 years).
_PARIS_ANS: Final = {"C": 6, "T1": 6, "T2": 9, "T3": 9}
_PARIS_GRAND_ANS: Final = 10
_CONDITIONNELLE: Final = (DECISION, ATTRIBUTION_SOUS_CONDITION)
#: Elsewhere (convention).
DELAI_HORS_DE_PARIS_ANS: Final = 3
#: All the delays there are.
DELAIS_ANS: Final = frozenset({DELAI_HORS_DE_PARIS_ANS, *_PARIS_ANS.values(), _PARIS_GRAND_ANS})


def delai_anormal_ans(demande: Demande) -> int:
    """Years after which the wait is abnormally long: the territory's, by the smallest dwelling wished."""
    communes = demande.communes_souhaitees
    if not communes or not communes[0].attributs["code"].startswith("75"):
        return DELAI_HORS_DE_PARIS_ANS
    types = demande.formulaire.tous("logementRecherche/listeTypeLogement/typeLogement")
    return min((_PARIS_ANS.get(t.code or "", _PARIS_GRAND_ANS) for t in types), default=_PARIS_GRAND_ANS)


def est_delai_anormalement_long(demande: Demande, depot: date, jour: date) -> bool:
    """Whether a demande deposited on `depot` has waited more than its territory's delay on `jour`."""
    return ajouter_mois(depot, 12 * delai_anormal_ans(demande)) < jour


def a_multiples_attributions(evenements: Iterable[Evenement]) -> bool:
    """Whether more than one attribution under condition was decided (convention: decision ATTCON)."""
    conditionnelles = 0
    for evenement in evenements:
        if evenement.code_type == TYPE_DECISION and not evenement.supprime:
            conditionnelles += _CONDITIONNELLE in evenement.caracteristiques
    return conditionnelles > 1


def information_traitement(stockee: DemandeStockee, question: Question, version: str) -> Element:
    """The block, computed now. In 02.02 it holds the resources per UC, the UC and the first quartile."""
    jour = question.maintenant.date()
    long = est_delai_anormalement_long(stockee.demande, stockee.date_creation, jour)
    multiples = a_multiples_attributions(question.registre.evenements(stockee.numero_unique))
    enfants = [
        construire("estDelaiAnormalementLong", xs_booleen(long)),
        construire("estMultiplesAttributionsSousConditions", xs_booleen(multiples)),
        construire("dateCalculIndicateur", xs_date_time(question.maintenant)),
    ]
    menage = Menage.de(stockee.demande, jour) if version >= "02.02" else None
    if menage is not None:
        enfants.append(construire("ressourcesAnnuellesUC", str(menage.ressources_annuelles_uc)))
        enfants.append(construire("nombreUC", f"{menage.nombre_uc:.2f}"))
        seuil = question.contrat.quartiles.seuil(stockee.demande, question.contrat.territoires)
        if seuil is not None:
            enfants.append(construire("premierQuartile", xs_booleen(menage.premier_quartile(seuil.montant))))
    return construire("informationTraitement", tuple(enfants))
