"""The decisions behind a figure of the quotas: those that it counts, found by what the figure says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.livre_des_attributions import DecisionNotee
from sne_interface.errors import UsageError
from sne_sandbox.store.registre import RegistreBase
from sne_statistiques.comptes import quotas, requetes_attributions
from sne_statistiques.comptes.quotas import COMPTES, REGLES
from sne_statistiques.comptes.requetes_attributions import Attributions

#: Of a share: those that it counts, those among which it counts them, those of which nobody knows.
CEUX: Final[Mapping[str, tuple[str, Callable[[bool | None, bool | None], bool]]]] = {
    "oui": ("qui en sont", lambda dans, oui: bool(dans) and oui is True),
    "dans": ("parmi lesquelles la part se compte", lambda dans, oui: dans is True),
    "inconnus": ("dont on ne sait pas", lambda dans, oui: dans is None or (dans and oui is None)),
}
#: What a line of the quotas counts, by the names of its fields.
FIGURES: Final[Mapping[str, tuple[str, Callable[[Attributions], bool]]]] = {
    "baux": ("Baux signés dans l'année", lambda dites: dites.signees),
    "attributions": ("Attributions de l'année, suivies ou non d'un bail", lambda dites: dites.decidees),
    **COMPTES,
}
_REGLES: Final = {regle.code: regle for regle in REGLES}


@dataclass(frozen=True)
class ChoixDeDecisions:
    """A figure: a year, a landlord and an EPCI by code or name ("": all), a contingent, a figure of a line of
    the quotas, a share and which of its decisions. Raises UsageError for what is none."""

    annee: int
    bailleur: str = ""
    epci: str = ""
    contingent: str = ""
    compte: str = ""
    part: str = ""
    ceux: str = "oui"

    def __post_init__(self) -> None:
        for dit, connus in ((self.compte, FIGURES), (self.part, _REGLES), (self.ceux, CEUX)):
            if dit and dit not in connus:
                raise UsageError(
                    f"Les quotas n'ont pas de chiffre [{dit[:40]}].", remede=f"écrivez : {', '.join(connus)}"
                )

    @property
    def mots(self) -> list[str]:
        """The figure in French."""
        dits = [f"Année {self.annee}", self.bailleur, self.epci, self.contingent]
        if self.compte:
            dits.append(FIGURES[self.compte][0])
        if self.part:
            dits.append(f"{_REGLES[self.part].libelle} : {CEUX[self.ceux][0]}")
        return [dit for dit in dits if dit]


def choisir(registre: RegistreBase, contrat: Contrat, choix: ChoixDeDecisions) -> list[DecisionNotee]:
    """The lines of the ledger that a figure counts, the latest first. Those of two years are of both: an
    attribution of one, its lease of the other."""
    guichets = {guichet.code: guichet for guichet in registre.guichets()}
    du, au, des_communes = quotas.periode(registre, contrat, choix.annee)
    lues = requetes_attributions.une_a_une(registre.connexion, registre.base.nom, du, au, des_communes)
    return [
        ligne
        for dites, ligne in lues
        if choix.bailleur in ("", *quotas.bailleur_de(dites, guichets))
        and choix.epci in ("", *quotas.epci_de(dites.commune, contrat))
        and choix.contingent in ("", dites.contingent)
        and _compte(dites, choix)
    ]


def _compte(dites: Attributions, choix: ChoixDeDecisions) -> bool:
    if choix.compte and not FIGURES[choix.compte][1](dites):
        return False
    if not choix.part:
        return True
    regle = _REGLES[choix.part]
    return CEUX[choix.ceux][1](regle.dans(dites), regle.oui(dites))
