"""Dispatching: each guichet is told what the others change in its territory, by files of type DIS.

A change costs its exchange one narrow row (`Question.noter_changement`). The documents are made when a
guichet's boxes are visited (`distribuer`), from the states before and after each change: one document per
change and guichet, what changed marked by a comparison of both.

Conventions of ours:
- a guichet's territories are its own in the base's list, one for each département of a système particulier
  (R. 441-2-5 IV); the author of a change is not told of it;
- a creation is new as a whole: its form carries the one mark;
- what the nights do is nobody's change: it shows in the document of the next one;
- of a demande deleted or erased meanwhile nothing more is told: the format has no word for it;
- the last 50,000 changes of a base are kept for those who have not come yet.

Two states of a document are compared as trees; what changed is marked `modifie="true"` in the new one, by
more conventions of ours:
- an element that has other text or other attributes is marked, and so is one that was added, which stands for
  all that it holds; an element that lost a child, or whose namesakes changed places, is marked itself;
- a container whose children alone changed carries no mark: the marks are on them;
- what the schema lets carry no mark leaves it to the nearest container that can, the header to nobody.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from sne_interface.contract import codec
from sne_interface.contract.arbres_compares import apparier, propre
from sne_interface.contract.codec import MODIFIE, NS
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.base import Guichet
from sne_interface.domain.dates import tampon
from sne_interface.domain.demande import DemandeStockee
from sne_sandbox.operations.document_ecrit import Presentation
from sne_sandbox.store.fichiers_des_boites import Boite, Boites
from sne_sandbox.store.registre import Avant, RegistreBase, Trace

#: `typeFichier` of these documents, and the beginning of their file names.
TYPE: Final = "DIS"
_RANGS: Final = 1_000_000
#: Elements of a stored demande that the schema gives no attribute `modifie` (`xsd/demande-….xsd`).
_SANS_MARQUE: Final = frozenset(
    f"{{{NS}}}{nom}"
    for nom in ("interfaceNuu", "entete", "typeFichier", "dateFichier", "demande", "incrementFichier")
)


def distribuer(registre: RegistreBase, contrat: Contrat, guichet: Guichet, maximum: int) -> tuple[int, int]:
    """Puts into the outbox of `guichet` the documents of the changes it was not told of, `maximum` at most,
    oldest first; how many were put, and how many changes wait for the next time. The register is one to
    write. Raises ErreurInterne when a document breaks the contract."""
    traces = registre.changements(guichet)
    if not traces:
        return 0, 0
    suivants = _suivants(traces)
    siens = _des_autres(traces, guichet)
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
    return len(_des_autres(registre.changements(guichet), guichet))


def _des_autres(traces: Sequence[Trace], guichet: Guichet) -> list[Trace]:
    """The changes of others; that of a demande erased since names none."""
    return [trace for trace in traces if trace.numero_unique and trace.auteur != guichet.code]


def _suivants(traces: list[Trace]) -> dict[int, int]:
    """By the rank of a change, that of the next change of the same demande."""
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
    vue = Presentation.complete(apres, contrat.nomenclatures, change.instant, TYPE)
    ancienne = None
    if avant is not None:
        ancienne = Presentation.complete(avant, contrat.nomenclatures, change.instant, TYPE).racine
    marquer(ancienne, vue.racine)
    vue.valider(
        contrat,
        f"Le document de dispatching de la demande {trace.numero_unique} ne respecte pas le contrat.",
    )
    return f"{tampon(change.instant)}-{trace.identifiant % _RANGS:06d}.xml", codec.ecrire(vue.racine)


def _a_l_etat(stockee: DemandeStockee, avant: Avant) -> DemandeStockee:
    # Only what a document shows is put back: that is all that a change keeps.
    return replace(
        stockee,
        document=avant.document or stockee.document,
        date_renouvellement=avant.date_renouvellement,
        radiation=avant.radiation,
        information_dalo=avant.information_dalo,
    )


# --- two states of a document compared -----------------------------------------------------------------


def marquer(avant: Any, apres: Any) -> None:
    """Marks in the lxml tree `apres` what differs from `avant` (None: all is new). Marks that either tree
    already bears do not count: those of `apres` are taken off, `avant` is left as it is."""
    demarquer(apres)
    if avant is None:
        _ajoute(apres)
    else:
        _comparer(avant, apres)


def demarquer(racine: Any) -> None:
    """Takes all marks off a tree."""
    for noeud in racine.iter():
        noeud.attrib.pop(MODIFIE, None)


def _ajoute(noeud: Any) -> bool:
    """Marks a new element; False when neither it nor what it holds can say so."""
    if noeud.tag not in _SANS_MARQUE:
        noeud.set(MODIFIE, "true")
        return True
    return sum(_ajoute(enfant) for enfant in noeud) > 0


def _comparer(avant: Any, apres: Any) -> bool:
    """Marks what differs; False when a difference is left for the container to tell."""
    ici = propre(avant) != propre(apres)
    anciens, nouveaux = list(avant), list(apres)
    paires = apparier(anciens, nouveaux)
    ici |= len(paires) < len(anciens) or _deplaces(paires, nouveaux)
    apparies = {j: i for i, j in paires}
    for j, nouveau in enumerate(nouveaux):
        i = apparies.get(j)
        dit = _ajoute(nouveau) if i is None else _comparer(anciens[i], nouveau)
        ici |= not dit
    if not ici:
        return True
    if apres.tag in _SANS_MARQUE:
        return False
    apres.set(MODIFIE, "true")
    return True


def _deplaces(paires: Sequence[tuple[int, int]], nouveaux: Sequence[Any]) -> bool:
    """True when children of one name are paired in another order than before."""
    dernier: dict[str, int] = {}
    for i, j in paires:
        nom = nouveaux[j].tag
        if i < dernier.get(nom, -1):
            return True
        dernier[nom] = i
    return False
