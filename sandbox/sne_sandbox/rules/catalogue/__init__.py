"""Every control, listed by hand. A rule is one function of a subject module, and its row in `rules.toml`."""

from typing import Final

from sne_sandbox.rules.catalogue import (
    adresse,
    asynchrone,
    attribution,
    cycle,
    dalo,
    decision,
    doublons,
    entete,
    evenement,
    handicap,
    identite,
    logement,
    menage,
    motifs,
    nir,
    piece,
    radiation,
    recherche,
    recherche_logement,
    ressources,
)
from sne_sandbox.rules.rule import Regle

#: The controls, subject by subject, in the order they run; those of the header come first.
REGLES: Final[tuple[Regle, ...]] = (
    *entete.REGLES,
    *identite.REGLES,
    *adresse.REGLES,
    *menage.REGLES,
    *ressources.REGLES,
    *logement.REGLES,
    *recherche_logement.REGLES,
    *motifs.REGLES,
    *handicap.REGLES,
    *nir.REGLES,
    *cycle.REGLES,
    *radiation.REGLES,
    *attribution.REGLES,
    *doublons.REGLES,
    *dalo.REGLES,
    *evenement.REGLES,
    *decision.REGLES,
    *recherche.REGLES,
    *piece.REGLES,
    *asynchrone.REGLES,
)
