"""Near misses: what was refused by SOAP or before it, why, and what would have made it acceptable."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final
from urllib.parse import urlsplit

from lxml import etree

from sne_console.vues.echanges_immontrables import essayer, nu
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.echange import Echange, VerdictEchange
from sne_sandbox.store.magasin import Magasin

#: What counts: anomalies are answers, each with its rule; these have none.
VERDICTS: Final = (VerdictEchange.REFUS, VerdictEchange.FAULT)
_FLECHE: Final = "→"
#: How alike two paths, and two names, have to be.
_PROCHE: Final = 0.6
_CHEMIN_MAX: Final = 300


@dataclass(frozen=True)
class Manque:
    """A refusal. `pourquoi` is its first cause, `remede` what to do, "" when the journal does not tell;
    `plus_proche` is the known path, or the operation, that resembles what was called, None when it is not
    that which failed."""

    echange: Echange
    pourquoi: str
    remede: str
    plus_proche: str | None


def chercher(
    magasin: Magasin, contrat: Contrat, base: str, *, avant: int | None = None, limite: int = 50
) -> list[Manque]:
    """The last `limite` refusals of a base, newest first; with `avant`, those before that exchange."""
    trouves = [
        echange
        for verdict in VERDICTS
        for echange in magasin.journal.chercher(base, verdict=verdict, avant_id=avant, limite=limite)
    ]
    trouves.sort(key=lambda echange: echange.identifiant or 0, reverse=True)
    bases = [connue.nom for connue in magasin.bases.lister()]
    return [_expliquer(echange, contrat, bases) for echange in trouves[:limite]]


def _expliquer(echange: Echange, contrat: Contrat, bases: Collection[str]) -> Manque:
    return essayer(
        lambda: expliquer(echange, contrat, bases),
        lambda raison: Manque(nu(echange, raison), f"{raison[0].upper()}{raison[1:]}.", "", None),
    )


def expliquer(echange: Echange, contrat: Contrat, bases: Collection[str]) -> Manque:
    """Why an exchange was refused, and what it may have meant; `bases` are the names of all."""
    message = echange.dit_du_fault("message")
    premiere = next(iter(echange.dit_du_fault("explication").splitlines()), "")
    chemin = chemin_proche(echange.chemin, contrat, bases)
    proche = chemin or _operation_proche(echange, message, contrat)
    dite = next((dit for dit in (premiere, message) if _FLECHE in dit), f"{message}{_FLECHE}{premiere}")
    pourquoi, _, remede = dite.partition(_FLECHE)
    if chemin is not None or (not remede and proche is not None):
        remede = f"appelez {proche}"
    return Manque(echange, pourquoi.strip(), remede.strip(), proche)


def chemin_proche(chemin: str, contrat: Contrat, bases: Collection[str]) -> str | None:
    """The path of a service that resembles `chemin` most; None for one that is known, or resembles none."""
    demande = urlsplit(chemin).path.rstrip("/") if chemin.startswith("/") else ""
    services = [c.rstrip("/") for service in contrat.services.values() for c in service.chemins]
    if not demande or len(demande) > _CHEMIN_MAX:
        return None
    prefixe = ""
    if demande.startswith("/bases/"):
        nom, barre, suite = demande.removeprefix("/bases/").partition("/")
        base = nom if nom in bases else _ressemblant(nom, bases)
        if base is None:
            return None
        prefixe, services = f"/bases/{base}", [c for c in services if c.startswith("/services/")]
        if base == nom and barre + suite in services:
            return None
        demande = barre + suite
    elif demande in services:
        return None
    service = _ressemblant(demande, services)
    return None if service is None else f"{prefixe}{service}/"


def _operation_proche(echange: Echange, message: str, contrat: Contrat) -> str | None:
    """The operation whose name, or element, resembles the one that the fault names between brackets."""
    if echange.verdict is not VerdictEchange.FAULT or echange.operation is not None:
        return None
    nomme = message.partition("[")[2].partition("]")[0]
    noms = {etree.QName(o.entree.qname).localname: o.nom for o in contrat.operations.values()}
    noms |= {nom: nom for nom in contrat.operations}
    trouve = _ressemblant(nomme, noms)
    return None if trouve is None else noms[trouve]


def _ressemblant(cherche: str, connus: Iterable[str]) -> str | None:
    """The most alike, upper and lower case being the same."""
    par_minuscules = {connu.lower(): connu for connu in connus}
    trouves = get_close_matches(cherche.lower(), par_minuscules, n=1, cutoff=_PROCHE)
    return par_minuscules[trouves[0]] if trouves else None
