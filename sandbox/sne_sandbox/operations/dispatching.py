"""Dispatching: each guichet is told what the others change in its territory, by files of type DIS.

A change costs its exchange one narrow row (`noter`). The documents are made when a guichet's boxes
are visited (`distribuer`), from the states before and after each change: one document per change and guichet,
what changed marked by a comparison of both (`comparaison`).

Conventions of ours:
- a guichet's territory is its own in the base's list; the author of a change is not told of it;
- a creation is new as a whole: its form carries the one mark;
- what the nights do is nobody's change: it shows in the document of the next one;
- of a demande deleted or erased meanwhile nothing more is told: the format has no word for it;
- the last 50,000 changes of a base are kept for those who have not come yet.
"""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from sne_sandbox.contract import codec
from sne_sandbox.contract.schema import Document
from sne_sandbox.contract.versions import Contrat
from sne_sandbox.domain.base import Guichet
from sne_sandbox.domain.dates import tampon
from sne_sandbox.domain.demande import DemandeStockee
from sne_sandbox.errors import ErreurInterne
from sne_sandbox.operations.comparaison import marquer
from sne_sandbox.operations.document import Presentation
from sne_sandbox.operations.question import Question
from sne_sandbox.store.fichiers import Boite, Boites
from sne_sandbox.store.registre import Avant, RegistreBase, Trace

#: `typeFichier` of these documents, and the beginning of their file names.
TYPE: Final = "DIS"
_RANGS: Final = 1_000_000


def noter(question: Question, apres: DemandeStockee) -> None:
    """Records a change just made, when the base dispatches and another guichet of the territory is there to
    be told. `apres` is what was stored; the state before is the one that the message was judged against."""
    if question.base.reglages.dispatching != "oui":
        return
    auteur = apres.guichet_dernier
    if not any(g.territoire == apres.territoire and g.code != auteur for g in question.registre.guichets()):
        return
    avant = question.contexte.stockee if question.contexte is not None else None
    if avant is not None and avant.numero_unique != apres.numero_unique:
        avant = None
    question.registre.noter_changement(avant, apres, auteur, question.maintenant)


def distribuer(registre: RegistreBase, contrat: Contrat, guichet: Guichet, maximum: int) -> tuple[int, int]:
    """Puts into the outbox of `guichet` the documents of the changes it was not told of, `maximum` at most,
    oldest first; how many were put, and how many changes wait for the next time. The register is one to
    write. Raises ErreurInterne when a document breaks the contract."""
    traces = registre.changements(guichet.territoire, registre.curseur(guichet.code))
    if not traces:
        return 0, 0
    suivants = _suivants(traces)
    siens = [trace for trace in traces if trace.auteur != guichet.code]
    boites = Boites(registre.connexion, registre.base.nom, guichet.code)
    mis = 0
    for trace in siens[:maximum]:
        fait = _document(registre, contrat, trace, suivants.get(trace.identifiant))
        if fait is not None:
            nom, contenu = fait
            boites.deposer(Boite.SORTIE, f"{TYPE}{guichet.code}-{nom}", contenu, datetime.now(UTC))
            mis += 1
    restants = len(siens[maximum:])
    dernier = siens[maximum - 1] if restants else traces[-1]
    registre.avancer_curseur(guichet.code, dernier.identifiant)
    return mis, restants


def en_attente(registre: RegistreBase, guichet: Guichet) -> int:
    """How many changes of others wait for the next dispatching to `guichet`; a register to read is enough."""
    traces = registre.changements(guichet.territoire, registre.curseur(guichet.code))
    return sum(trace.auteur != guichet.code for trace in traces)


def _suivants(traces: list[Trace]) -> dict[int, int]:
    """The next change of the same demande, by change."""
    suivants: dict[int, int] = {}
    vus: dict[str, int] = {}
    for trace in reversed(traces):
        suivant = vus.get(trace.numero_unique)
        if suivant is not None:
            suivants[trace.identifiant] = suivant
        vus[trace.numero_unique] = trace.identifiant
    return suivants


def _document(
    registre: RegistreBase, contrat: Contrat, trace: Trace, suivant: int | None
) -> tuple[str, bytes] | None:
    """End of the file name (`-` stamp `-` 6 digits `.xml`) and bytes; None for a demande that is gone."""
    stockee = registre.demande(trace.numero_unique)
    if stockee is None:
        return None
    change = registre.etat_avant(trace.identifiant)
    apres = stockee if suivant is None else _a_l_etat(stockee, registre.etat_avant(suivant))
    avant = None if change.document is None else _a_l_etat(stockee, change)
    racine = _presenter(apres, contrat, change.instant)
    marquer(None if avant is None else _presenter(avant, contrat, change.instant), racine)
    version = racine.get("versionInterface")
    fautes = contrat.schemas.validate(racine, document=Document.DEMANDE, version=version)
    if fautes:
        raise ErreurInterne(
            f"Le document de dispatching de la demande {trace.numero_unique} ne respecte pas le contrat.",
            explication="; ".join(f"{f.chemin} : {f.message}" for f in fautes),
        )
    rang = trace.identifiant % _RANGS
    return f"{tampon(change.instant)}-{rang:06d}.xml", codec.ecrire(racine)


def _a_l_etat(stockee: DemandeStockee, avant: Avant) -> DemandeStockee:
    # Only what a document shows is put back: that is all that a change keeps.
    return replace(
        stockee,
        document=avant.document or stockee.document,
        date_renouvellement=avant.date_renouvellement,
        radiation=avant.radiation,
        information_dalo=avant.information_dalo,
    )


def _presenter(stockee: DemandeStockee, contrat: Contrat, instant: datetime) -> Any:
    vue = Presentation.de(stockee, contrat.nomenclatures, instant, TYPE)
    if stockee.radiation is not None:
        vue.placer(stockee.radiation)
    if stockee.information_dalo is not None:
        vue.placer_dalo(stockee.information_dalo)
    return vue.racine
