"""The effect of a move of the clock, known before the move is made: by fact, by demande.

A transaction that only reads finds it: nobody waits for it. The nights then follow the same list
(`prevision_des_nuits`), so the preview comes true, if nobody writes in between.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice, starmap
from typing import Annotated, Final

from sne_interface.domain.dates import date_francaise
from sne_sandbox.bases import travail_des_nuits
from sne_sandbox.bases.faits_des_nuits import PERTES, Fait, enumerer_bref
from sne_sandbox.bases.horloge import DeplacementVoulu, viser
from sne_sandbox.bases.prevision_des_nuits import Faits, Prevision
from sne_sandbox.store.magasin import Magasin

#: What each question reads at most: a base where more is due is told « au moins ».
PREVUES_MAX: Final = 3_000
#: Facts that are known when one of the questions had more to tell.
_SURS: Final = (*PERTES, Fait.PREAVIS)


@dataclass(frozen=True, slots=True)
class Prevu:
    """The effect that a night would have on one demande."""

    jour: Annotated[date, "la nuit"]
    fait: Fait
    numero: Annotated[str, "la demande"]


@dataclass(frozen=True)
class Apercu:
    """The effect that a move would have. `previsions` are a page of its facts, in the order of the nights."""

    base: str
    mouvement: Annotated[str, "« l'avance de 13 mois »"]
    avant: Annotated[datetime, "l'heure de la base"]
    apres: Annotated[datetime, "celle qu'elle aurait"]
    nuits: Annotated[int, "nuits qui passeraient"]
    faits: Annotated[Mapping[Fait, int], "combien de demandes, par fait"]
    au_moins: Annotated[bool, "la base est grande : il y en aurait plus que ce qui est compté"]
    sauvegarde: Annotated[bool, "la base serait d'abord sauvegardée : l'avance peut alors s'annuler"]
    total: Annotated[int, "faits comptés"]
    previsions: Annotated[tuple[Prevu, ...], "une page de ces faits, nuit après nuit"]
    phrase: Annotated[str, "le tout en une phrase"]

    @property
    def perte(self) -> bool:
        """True when a demande would be radiated or erased."""
        return any(self.faits[fait] for fait in PERTES)


def prevoir(
    magasin: Magasin,
    nom: str,
    mouvement: DeplacementVoulu,
    *,
    fait: Fait | None = None,
    apres: int = 0,
    limite: int = 50,
    machine: datetime | None = None,
) -> Apercu:
    """Tells what `mouvement` would do to the base: counts all its facts, and lists `limite` of them, or of
    `fait` alone, after the first `apres`. Raises BaseInconnue, and as `horloge.viser`."""
    with magasin.lire(nom) as registre:
        visee = viser(registre, mouvement, machine or datetime.now(UTC))
        jour = visee.apres.date()
        # Time that goes back over no demande at all has no night.
        depuis = min(visee.derniere_nuit, jour)
        nuits: dict[date, Faits] = {}
        surs, bornee = tuple(Fait), False
        if jour > depuis:
            prevision = Prevision(registre, depuis + timedelta(days=1), jour, plafond=PREVUES_MAX)
            nuits, bornee = prevision.nuits, prevision.bornee
            if bornee:
                surs = _SURS
            elif prevision.non_lues:
                surs = tuple(f for f in Fait if f is not Fait.DELAI_LONG)
        sauvegarde = travail_des_nuits.sera_sauvee(registre, nuits.items(), demandees=True)
    comptes = {f: sum(len(faits[f]) for faits in nuits.values()) if f in surs else 0 for f in Fait}
    voulus = [f for f in surs if fait in (None, f)]
    tous = ((nuit, f, numero) for nuit in sorted(nuits) for f in voulus for numero in nuits[nuit][f])
    combien = (jour - depuis).days
    return Apercu(
        nom,
        f"{mouvement.nom} ({mouvement.precision})" if mouvement.precision else mouvement.nom,
        visee.avant,
        visee.apres,
        combien,
        comptes,
        len(surs) < len(Fait),
        sauvegarde,
        sum(comptes[f] for f in voulus),
        tuple(starmap(Prevu, islice(islice(tous, apres, None), limite))),
        _phrase(depuis, jour, comptes, bornee=bornee, tout=len(surs) == len(Fait)),
    )


def _phrase(depuis: date, jour: date, comptes: Mapping[Fait, int], *, bornee: bool, tout: bool) -> str:
    combien = (jour - depuis).days
    if not combien:
        return "Aucune nuit ne passerait."
    premiere, derniere = date_francaise(depuis + timedelta(days=1)), date_francaise(jour)
    quand = f"1 nuit ({premiere})" if combien == 1 else f"{combien} nuits, du {premiere} au {derniere}"
    dit = f"{'au moins ' if bornee else ''}{enumerer_bref(comptes) or 'rien à faire'}"
    reste = "" if tout else ", et d'autres faits qui ne sont pas comptés"
    return f"{quand} : {dit}{reste}."
