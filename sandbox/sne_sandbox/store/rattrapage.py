"""What the tables of v0004 hold that those of before did not, taken again from the documents and the events
of a database that is migrated, or of a base that is restored from an older snapshot.
"""

import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sne_sandbox.domain.attribution import DecisionNotee, Demandeur
from sne_sandbox.domain.decision import CategoriePrioritaire, RolesDecision
from sne_sandbox.domain.demande import DemandeStockee
from sne_sandbox.domain.evenement import Evenement
from sne_sandbox.store import lignes, requetes
from sne_sandbox.store.connexion import Connexion, RequeteSql

#: Demandes read at once.
_PAGE: Final = 500
_BASES: Final = RequeteSql("SELECT nom FROM base ORDER BY nom")
_DEMANDES: Final = RequeteSql(
    f"SELECT {', '.join(lignes.COLONNES)} FROM demande WHERE base = :base AND numero_unique > :apres "
    f"ORDER BY numero_unique LIMIT {_PAGE}"
)
_DECISIONS: Final = RequeteSql(
    f"SELECT {', '.join(lignes.COLONNES_EVENEMENT)} FROM evenement WHERE base = :base AND code_type = :type "
    "AND nature <> 'SUP'"
)
#: Columns of `demande_stat` that are filled, and its key.
_DECRITES: Final = ("base", "numero_unique", "motif", "type_logement", "ressources_uc")
_DECRIRE: Final = RequeteSql(
    f"UPDATE demande_stat SET {', '.join(f'{nom} = :{nom}' for nom in _DECRITES[2:])} "
    "WHERE base = :base AND numero_unique = :numero_unique"
)


def _roles_d_avant() -> RolesDecision:
    """How decisions were written then (`rattrapage.toml`)."""
    lu = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
    categories = {code: CategoriePrioritaire(code, code, code) for code in lu["categories"]}
    return RolesDecision(lu["type"], lu["caracteristiques"], lu["valeurs"], categories)


def rattraper(connexion: Connexion, base: str | None = None) -> None:
    """Fills the decisions, and the columns of the statistics, of one base, or of all."""
    noms = [nom for (nom,) in connexion.lignes(_BASES, {})] if base is None else [base]
    roles = _roles_d_avant()
    for nom in noms:
        evenements: dict[str, list[Evenement]] = defaultdict(list)
        for ligne in connexion.lignes(_DECISIONS, {"base": nom, "type": roles.type}):
            evenement = lignes.evenement_de(ligne)
            evenements[evenement.numero_unique].append(evenement)
        for stockee in _demandes(connexion, nom):
            decrite = lignes.ligne_stat(nom, stockee)
            connexion.faire(_DECRIRE, {cle: decrite[cle] for cle in _DECRITES})
            dites = [lignes.attribution_de(stockee)]
            siens = evenements.get(stockee.numero_unique, ())
            dites += [DecisionNotee.de_l_evenement(sien, roles, Demandeur.de(stockee)) for sien in siens]
            notees = [lignes.ligne_decision(nom, dite) for dite in dites if dite is not None]
            connexion.faire_tout(requetes.NOTER_DECISION, notees)


def _demandes(connexion: Connexion, base: str) -> Iterator[DemandeStockee]:
    apres = ""
    while page := connexion.lignes(_DEMANDES, {"base": base, "apres": apres}):
        yield from map(lignes.demande_de, page)
        apres = page[-1][0]
