"""What the tables of v0004 hold that those of before did not, taken again from the documents and the events
of a database that is migrated, or of a base that is restored from an older snapshot.
"""

from collections import defaultdict
from collections.abc import Iterator
from types import MappingProxyType
from typing import Final

from sne_sandbox.domain import decision as d
from sne_sandbox.domain.attribution import DecisionNotee, Demandeur
from sne_sandbox.domain.decision import CategoriePrioritaire, RolesDecision
from sne_sandbox.domain.demande import DemandeStockee
from sne_sandbox.domain.evenement import Evenement
from sne_sandbox.store import lignes, requetes
from sne_sandbox.store.connexion import Connexion, RequeteSql

#: How decisions were written until then, whatever the contract: no other was read.
_AVANT: Final = RolesDecision(
    "DECATT",
    MappingProxyType(
        {
            d.DATE_COMMISSION: "DATECAL",
            d.DECISION: "DECISION",
            d.REFUS_DU_MENAGE: "REFUSMEN",
            d.CATEGORIE: "CATEG",
            d.DALO: "DALO",
            d.SIREN: "SIREN",
            d.BAIL: "BAIL",
            d.DATE_BAIL: "DATEBAIL",
        }
    ),
    MappingProxyType(
        {
            d.ATTRIBUTION: "ATTRIB",
            d.ATTRIBUTION_PAR_CLASSEMENT: "ATTCLA",
            d.ATTRIBUTION_SOUS_CONDITION: "ATTCON",
            d.NON_ATTRIBUTION: "NONATT",
            d.IRRECEVABILITE: "IRRECE",
        }
    ),
    MappingProxyType(
        {
            code: CategoriePrioritaire(code, code, code)
            for code in (
                *("HANDIC", "SORACT", "MALLOG", "HEBERG", "REPACT", "HABIND", "VIOLEN", "PROSTI", "TRAITE"),
                *("MINEUR", "SANLOG", "EXPULS"),
            )
        }
    ),
)
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


def rattraper(connexion: Connexion, base: str | None = None) -> None:
    """Fills the decisions, and the columns of the statistics, of one base, or of all."""
    noms = [nom for (nom,) in connexion.lignes(_BASES, {})] if base is None else [base]
    for nom in noms:
        evenements: dict[str, list[Evenement]] = defaultdict(list)
        for ligne in connexion.lignes(_DECISIONS, {"base": nom, "type": _AVANT.type}):
            evenement = lignes.evenement_de(ligne)
            evenements[evenement.numero_unique].append(evenement)
        for stockee in _demandes(connexion, nom):
            decrite = lignes.ligne_stat(nom, stockee)
            connexion.faire(_DECRIRE, {cle: decrite[cle] for cle in _DECRITES})
            dites = [lignes.attribution_de(stockee)]
            siens = evenements.get(stockee.numero_unique, ())
            dites += [DecisionNotee.de_l_evenement(sien, _AVANT, Demandeur.de(stockee)) for sien in siens]
            notees = [lignes.ligne_decision(nom, dite) for dite in dites if dite is not None]
            connexion.faire_tout(requetes.NOTER_DECISION, notees)


def _demandes(connexion: Connexion, base: str) -> Iterator[DemandeStockee]:
    apres = ""
    while page := connexion.lignes(_DEMANDES, {"base": base, "apres": apres}):
        yield from map(lignes.demande_de, page)
        apres = page[-1][0]
