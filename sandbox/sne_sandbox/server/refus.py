"""Why nothing arrived: the refused handshakes and requests of a base, each kind told once."""

from collections import Counter

from sne_sandbox.reports.accords import accorde
from sne_sandbox.store.session import Magasin

_EXAMINES = 500


def raisons(magasin: Magasin, base: str, apres: int = 0) -> list[str]:
    """French sentences, what to do included, on the last refusals of a base after the exchange `apres`."""
    dits: Counter[str] = Counter()
    for echange in magasin.journal.chercher(base, apres_id=apres, limite=_EXAMINES):
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
