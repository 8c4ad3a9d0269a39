"""The record that quotas and statistics keep of a decision on a demande: a commission's (R. 441-3), told by
an event, and the attribution that a radiation tells (RADATT, R. 441-2-8 a). It outlives the demande, which is
erased.

Only the radiation tells where the dwelling lies. Its element `zus` is read as « in a quartier prioritaire »
(convention: the ZUS gave way to these on 1 January 2015, and the message has no other place for it).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Self

from sne_interface.domain import decision_de_commission as d
from sne_interface.domain.codes import DALO_RECONNU, MOTIF_ATTRIBUTION
from sne_interface.domain.decision_de_commission import Decision, RolesDecision
from sne_interface.domain.demande import DemandeStockee
from sne_interface.domain.element_recu import Element
from sne_interface.domain.evenement import Evenement
from sne_interface.domain.menage import Menage
from sne_interface.domain.parcours_en_commission import parcours

#: The rank of what a radiation tells: events are numbered from 1.
RANG_RADIATION: Final = 0
_ZONES: Final = {"ZUSOUI": True, "ZUSNON": False}


@dataclass(frozen=True, slots=True)
class DecisionNotee:
    """A decision, as it is counted. `jour` is that of the commission, or of the radiation; `issue` the code
    of what was decided, RADATT of a radiation, None of an event that only says that the household refused
    (`refus`); `bail` the day of the lease, None without one. `guichet` told it ("": nobody knows which one
    did), `siren` is the landlord's, `commune` that of the dwelling, `souhaitee` the first that the household
    wished; `ressources_uc` euros a year and per UC, rounded down. None: not told."""

    numero_unique: str
    rang: int
    jour: date
    guichet: str
    issue: str | None
    bail: date | None = None
    siren: str | None = None
    commune: str | None = None
    souhaitee: str | None = None
    en_quartier: bool | None = None
    dalo: bool | None = None
    #: Of a priority category of L. 441-1, DALO apart.
    prioritaire: bool | None = None
    refus: bool | None = None
    ressources_uc: int | None = None

    @classmethod
    def de_la_radiation(
        cls, numero: str, jour: date, guichet: str, radiation: Element | None, demandeur: "Demandeur"
    ) -> Self:
        """Reads a radiation for attribution, written by that guichet. By law its lease is signed: when the
        message does not tell the day of the lease, it is the day of the radiation."""
        vide = Element("attributionLogement")
        dite = vide if radiation is None else radiation.enfant("attributionLogement") or vide
        return cls(
            numero,
            RANG_RADIATION,
            jour,
            guichet,
            MOTIF_ATTRIBUTION,
            bail=dite.date_de("dateSignatureBail") or jour,
            siren=dite.texte_de("codeSirenBailleur"),
            commune=dite.code_de("adresse/commune"),
            souhaitee=demandeur.souhaitee,
            en_quartier=_ZONES.get(dite.code_de("zus") or ""),
            dalo=demandeur.reconnu or dite.booleen_de("attribueEnComDALO"),
            ressources_uc=demandeur.ressources_uc,
        )

    @classmethod
    def de_l_evenement(
        cls, evenement: Evenement, roles: RolesDecision, demandeur: "Demandeur"
    ) -> Self | None:
        """Reads the decision that an event tells, None when the event is no decision or was deleted. An event
        that gives DALO or a category, but no category of the law, says that there is none."""
        if evenement.supprime or not roles.est(evenement):
            return None
        lue = Decision.stockee(evenement, roles)
        jour = lue.jour(d.DATE_COMMISSION) or evenement.date_survenance or evenement.cree_le.date()
        dalo, categories = demandeur.reconnu or lue.booleen(d.DALO), lue.textes(d.CATEGORIE)
        dite = dalo is not None or bool(categories)
        return cls(
            evenement.numero_unique,
            evenement.identifiant,
            jour,
            evenement.auteur_creation,
            lue.prise,
            bail=(lue.jour(d.DATE_BAIL) or jour) if lue.booleen(d.BAIL) else None,
            siren=lue.texte(d.SIREN),
            souhaitee=demandeur.souhaitee,
            dalo=dalo,
            prioritaire=any(code in roles.categories for code in categories) if dite else None,
            refus=lue.booleen(d.REFUS_DU_MENAGE),
            ressources_uc=demandeur.ressources_uc,
        )


@dataclass(frozen=True, slots=True)
class Demandeur:
    """The data of a household that are kept with the decision about it: see `DecisionNotee`."""

    souhaitee: str | None = None
    ressources_uc: int | None = None
    #: Whether the register knows it as recognised (DALO).
    reconnu: bool = False

    @classmethod
    def de(cls, stockee: DemandeStockee) -> Self:
        """That of a stored demande. Ages are taken as the register tells them, when its year of validity
        began."""
        menage = Menage.de(stockee.demande, stockee.debut_validite)
        return cls(
            stockee.demande.premiere_commune,
            menage.ressources_uc if menage is not None else None,
            stockee.statut_dalo in DALO_RECONNU,
        )


def notees(
    evenements: Sequence[Evenement], roles: RolesDecision, demandeur: Demandeur, reactivee_le: date | None
) -> dict[int, DecisionNotee]:
    """Returns the decisions to count among the events of one demande, by event. A decision told again counts
    as it was last told. A lease signed before the demande was last reactivated came to nothing; its decision
    still counts."""
    retenues = {dite.identifiant for dite in parcours(evenements, roles).decisions}
    comptees = {}
    for evenement in evenements:
        notee = DecisionNotee.de_l_evenement(evenement, roles, demandeur)
        if notee is None or notee.rang not in retenues:
            continue
        if reactivee_le is not None and notee.bail is not None and notee.bail <= reactivee_le:
            notee = replace(notee, bail=None)
        comptees[notee.rang] = notee
    return comptees
