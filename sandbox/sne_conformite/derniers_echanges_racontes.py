"""The story of a base, in a few lines: the last exchanges, for a vendor's own test that fails; the reasons
why nothing arrived, for a run without any."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from sne_conformite.observation.observation import Observation, resumer
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.echange import Echange
from sne_interface.domain.nir import masquer_nirs
from sne_interface.domain.texte import abrege, accorde, visible
from sne_sandbox.store.magasin import Magasin

#: Exchanges told, and anomalies of each.
ECHANGES_MAX: Final = 5
_ANOMALIES_MAX: Final = 8
#: Refusals looked at for the reasons why nothing arrived.
_REFUS_EXAMINES: Final = 500


def raconter(magasin: Magasin, base: str, contrat: Contrat) -> str:
    """The last `ECHANGES_MAX` exchanges of `base`, oldest first, NIRs masked: where each was sent, its
    operation, its verdict, its fault, its anomalies with path and remedy; "" when none arrived."""
    derniers = magasin.journal.chercher(base, limite=ECHANGES_MAX, octets=True)
    lignes = [ligne for echange in reversed(derniers) for ligne in _lignes(echange, contrat)]
    return masquer_nirs("\n".join("  " * marge + abrege(visible(ligne), 300) for marge, ligne in lignes))


def _lignes(echange: Echange, contrat: Contrat) -> Iterator[tuple[int, str]]:
    """(depth, text)."""
    yield 0, f"échange {echange.identifiant} · {resumer(Observation(echange, contrat))}"
    if echange.methode and echange.chemin:
        adresse = f"{echange.methode} {echange.chemin} : HTTP {echange.statut}"
        yield 1, adresse if echange.statut else echange.chemin  # a night came by no HTTP: it has a sentence
    if echange.panne is not None:
        yield 1, f"panne jouée : {echange.panne['genre']}"
    if echange.non_remise:
        yield 1, f"réponse non remise : {echange.non_remise}"
    if echange.fault is not None:
        yield 1, f"{echange.fault['code']} : {echange.fault['message']}"
        yield from ((2, ligne) for ligne in echange.fault.get("explication", "").splitlines())
    for anomalie in echange.anomalies[:_ANOMALIES_MAX]:
        avertit = "" if anomalie["gravite"] == "bloquante" else f" ({anomalie['gravite']})"
        yield 1, f"{anomalie['code']}{avertit} {anomalie['propriete']} : {anomalie['message']}"
        fiche = contrat.regles.get(anomalie["regle"])
        if fiche is not None and fiche.remede:
            yield 2, f"→ {fiche.remede}"
    if len(echange.anomalies) > _ANOMALIES_MAX:
        yield 1, f"… et {len(echange.anomalies) - _ANOMALIES_MAX} de plus"


def raisons(magasin: Magasin, base: str, apres: int = 0) -> list[str]:
    """French sentences, what to do included, on the last refusals of a base after the exchange `apres`."""
    dits: Counter[str] = Counter()
    for echange in magasin.journal.chercher(base, apres_id=apres, limite=_REFUS_EXAMINES):
        if echange.fault is None:
            continue
        if echange.statut == 404 and echange.service is None:
            dits[f"à {echange.chemin} (404) : ajoutez /services/… à SNE_URL, ou appelez SNE_ENDPOINT_…"] += 1
        else:
            raison = f"{echange.fault['message']} → {echange.fault.get('explication', '')}"
            dits[f"Une connexion a été refusée : {raison}".rstrip(" →")] += 1
    return [
        f"{accorde(combien, 'requête', 'requêtes')} {dit}" if dit.startswith("à ") else dit
        for dit, combien in dits.items()
    ]
