"""What is looked at in the base when a scenario says so: the state, not the exchanges."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from sne_sandbox.conformance.adresses import Adresses
from sne_sandbox.conformance.base import BaseJugee
from sne_sandbox.reports.model import Constat


def _une_seule(base: BaseJugee, adresses: Adresses) -> Constat | None:
    """VIE-02: nothing was created twice."""
    combien = base.compter()
    if combien == 0:
        return None
    return Constat(
        "VIE-02",
        combien == 1,
        "Une seule demande est enregistrée."
        if combien == 1
        else "La même demande est enregistrée deux fois.",
        "" if combien == 1 else "demande_en_double",
        attendu="une demande",
        observe=f"{combien} demande{'s' if combien > 1 else ''}",
    )


def _boite_vide(base: BaseJugee, adresses: Adresses) -> Constat | None:
    """VIE-19: no file was left for the asynchronous channel."""
    laisses = base.boite_entree(adresses.guichet)
    dossier = Path(adresses.boite_entree)
    if (
        adresses.boite_entree and dossier.is_dir()
    ):  # not taken in yet: the server makes its round every minute
        laisses += sorted(fichier.name for fichier in dossier.iterdir())
    return Constat(
        "VIE-19",
        not laisses,
        "Aucun fichier n'a été déposé : l'échange est passé par le service."
        if not laisses
        else "L'application dépose encore des fichiers, alors que les échanges asynchrones ont pris fin.",
        "" if not laisses else "echange_asynchrone",
        attendu="aucun fichier",
        observe=", ".join(laisses),
    )


#: By name.
CONTROLES: Final[Mapping[str, Callable[[BaseJugee, Adresses], Constat | None]]] = {
    "une_seule_demande": _une_seule,
    "boite_vide": _boite_vide,
}
