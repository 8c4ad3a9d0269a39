"""Codes of the nomenclatures that belong together, for all that reads or writes them."""

from typing import Final

#: ListeModeleLogement: a dwelling of one's own, rented or not.
LOGEMENT_PROPRE: Final = frozenset({"HLM", "LP", "POCC", "FONC"})
#: … of which those who pay a rent.
LOCATAIRES: Final = frozenset({"HLM", "LP"})
#: … lodged with parents, or with somebody else.
HEBERGES: Final = frozenset({"CP", "CPE"})
#: ListeTypeLogement, from the smallest to the largest.
TYPES_LOGEMENT: Final = ("C", "T1", "T2", "T3", "T4", "T5", "T6P")
#: Contracts of those who are employed.
SALARIES: Final = frozenset({"CDI", "CDD", "APP"})
#: `statutDalo` (ListeStatutDalo): recognised and waiting; recognised and housed again (« Actif relogé »).
DALO_ACTIF: Final = "ACTIF"
DALO_RELOGE: Final = "ACTREL"
#: Recognised once, and no more.
DALO_CADUC: Final = "CADUC"
#: … of a demande that was recognised.
DALO_RECONNU: Final = frozenset({DALO_ACTIF, DALO_RELOGE})
#: Motives of a radiation (ListeMotifsRadiation, R. 441-2-8): a) attribution followed by a signed lease,
#: d) irrecevabilité pronounced by a commission, c) no answer to a letter…
MOTIF_ATTRIBUTION: Final = "RADATT"
MOTIF_IRRECEVABILITE: Final = "RADIRR"
MOTIF_SANS_CONTACT: Final = "RADCON"
#: … e) what the system does by itself, for want of renewal.
MOTIF_NON_RENOUVELLEMENT: Final = "RADREN"
#: The two grounds of irrecevabilité (ListeSousMotifRadiationIrrecevabilite; order of 23/03/2015, annex, §
#: 6.4), each with words by which a free text names it, folded (convention).
MOTS_D_IRRECEVABILITE: Final = {
    "IRRRES": ("irrres", "ressource", "plafond", "revenu"),
    "IRRSEJ": ("irrsej", "sejour", "regulier", "sanspapiers"),
}
#: What is kept for households with priority (L. 441-1, L. 441-1-1 and L. 441-1-2): codes of
#: ListeTypeReservataire, and of ListeAccordCollectif.
CONTINGENT_DES_PRIORITAIRES: Final = "PPRIOR"
ACCORDS_COLLECTIFS: Final = frozenset({"ACD", "ACI"})
#: The event by which a favourable decision of a commission de médiation is told, and the characteristic that
#: holds its day (convention).
DALO_FAVORABLE: Final = "DALOFAV"
DATE_DALO_FAVORABLE: Final = "DATEDEC"
