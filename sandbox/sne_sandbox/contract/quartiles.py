"""The published first-quartile thresholds, from `quartiles.csv`."""

from dataclasses import dataclass
from typing import Final

from sne_sandbox.contract.nomenclatures import lignes_csv
from sne_sandbox.contract.territoires import Territoires
from sne_sandbox.domain.demande import Demande
from sne_sandbox.domain.menage import SeuilQuartile, seuil_applicable
from sne_sandbox.errors import ContractError

_COLONNES: Final = ("territoire", "siren", "libelle", "annee", "montant_uc", "source", "fidelite")


@dataclass(frozen=True, slots=True)
class Quartiles:
    """All thresholds of a contract, in the order of the file."""

    seuils: tuple[SeuilQuartile, ...] = ()

    def seuil(self, demande: Demande, territoires: Territoires) -> SeuilQuartile | None:
        """The threshold of the first wished commune; None when none is published or no commune is wished."""
        if not demande.communes_souhaitees:
            return None
        return self.seuil_de(demande.communes_souhaitees[0].attributs["code"], territoires)

    def seuil_de(self, code: str, territoires: Territoires) -> SeuilQuartile | None:
        """The threshold of a commune, of the one that took it over when it is no longer in force; None when
        none is published."""
        commune = territoires.commune(code)
        if commune is None:
            ancienne = territoires.ancienne(code)
            commune = territoires.commune(ancienne.successeur) if ancienne and ancienne.successeur else None
        if commune is None:
            return None
        return seuil_applicable(self.seuils, epci=commune.epci, region=commune.region)


def lire_quartiles(octets: bytes, fichier: str) -> Quartiles:
    """The thresholds of a CSV. Raises ContractError for a line that cannot be read."""
    seuils = []
    for ligne in lignes_csv(octets, fichier, _COLONNES):
        nature = ligne["territoire"]
        if nature not in ("EPCI", "REGION") or not (ligne["annee"] + ligne["montant_uc"]).isdigit():
            raise ContractError(
                f"{fichier} : ligne [{nature},{ligne['siren']},…] illisible.",
                remede="territoire EPCI ou REGION, année et montant en chiffres (euros par an et par UC)",
            )
        seuils.append(
            SeuilQuartile(
                "EPCI" if nature == "EPCI" else "REGION",
                ligne["siren"],
                ligne["libelle"],
                int(ligne["annee"]),
                int(ligne["montant_uc"]),
                ligne["source"],
                ligne["fidelite"],
            )
        )
    return Quartiles(tuple(seuils))
