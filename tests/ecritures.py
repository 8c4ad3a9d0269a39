"""One write to a base, in a transaction of its own; and a contract put in a home."""

from pathlib import Path

from sne_interface.domain.base import Horloge, Portee
from sne_interface.settings import Reglages
from sne_sandbox.store.magasin import Magasin


def regler(magasin: Magasin, base: str, reglages: Reglages) -> None:
    """Replaces the settings of a base."""
    with magasin.ecrire(base) as registre:
        registre.changer_reglages(reglages)


def mettre_a_l_heure(magasin: Magasin, base: str, horloge: Horloge) -> None:
    """Sets the clock of a base."""
    with magasin.ecrire(base) as registre:
        registre.regler_horloge(horloge)


def vider(magasin: Magasin, base: str, portee: Portee) -> None:
    """Empties part of a base."""
    with magasin.ecrire(base) as registre:
        registre.vider(portee)


def poser(dossier: Path, etendu: str, regles: str = "") -> Path:
    """A folder that an operator puts in his home: a contract, that extends another."""
    dossier.mkdir(parents=True)
    (dossier / "contract.toml").write_text(
        f'nom = "{dossier.name}"\ntitre = "Essai"\nextends = "{etendu}"\n', "utf-8"
    )
    (dossier / "rules.toml").write_text(regles, "utf-8")
    return dossier
