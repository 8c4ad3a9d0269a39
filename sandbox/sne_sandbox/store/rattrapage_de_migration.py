"""The data that v0004 and v0007 added to the tables, taken again from what a database that is migrated holds,
or a base that is restored from an older snapshot.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import tomli

from sne_interface.domain.base import NatureGuichet
from sne_interface.domain.codes import MOTIF_ATTRIBUTION
from sne_interface.domain.decision_de_commission import CategoriePrioritaire, RolesDecision
from sne_interface.domain.decision_notee import RANG_RADIATION, DecisionNotee, Demandeur, notees
from sne_interface.domain.demande import DemandeStockee
from sne_interface.domain.evenement import Evenement
from sne_interface.domain.menage import Composition
from sne_sandbox.store import lignes, requetes_sql
from sne_sandbox.store.connexion_en_transaction import Connexion, RequeteSql
from sne_sandbox.store.registre import nommer_effacees

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
_NATURES: Final = RequeteSql("SELECT code, nature FROM guichet WHERE base = :base")
#: Columns of `demande_stat` that are filled, and its key.
_DECRITES: Final = ("base", "numero_unique", "motif", "type_logement", "ressources_uc")
_DECRIRE: Final = RequeteSql(
    f"UPDATE demande_stat SET {', '.join(f'{nom} = :{nom}' for nom in _DECRITES[2:])} "
    "WHERE base = :base AND numero_unique = :numero_unique"
)


#: Demandes that were erased before v0007: their movements stay, under their numéro.
_EFFACEES: Final = RequeteSql(
    "SELECT DISTINCT numero_unique FROM mouvement AS m WHERE base = :base AND NOT EXISTS (SELECT 1 "
    "FROM demande_stat AS s WHERE s.base = m.base AND s.numero_unique = m.numero_unique) ORDER BY 1"
)
_DITE: Final = (
    "(SELECT max({}) FROM decision AS d WHERE d.base = m.base AND d.numero_unique = m.numero_unique)"
)
#: Their profile: all that their movements and their decisions tell. `souhaitees` says nothing, which tells
#: them from those that were erased since.
_PROFILER: Final = RequeteSql(
    "INSERT INTO demande_stat (base, numero_unique, date_creation, composition, personnes, ressources, "
    "ressources_uc, commune, entree, sortie, souhaitees) SELECT base, numero_unique, "
    "coalesce(min(CASE WHEN genre = 'CRE' THEN jour END), min(jour)), "
    f"CASE WHEN max(CASE WHEN association THEN 1 ELSE 0 END) = 1 THEN '{Composition.ASSOCIATION.value}' "
    f"ELSE '' END, 0, 0, {_DITE.format('ressources_uc')}, {_DITE.format('souhaitee')}, "
    "CASE WHEN NOT EXISTS (SELECT 1 FROM demande_a_part AS p WHERE p.base = m.base "
    "AND p.numero_unique = m.numero_unique) THEN min(CASE WHEN effet > 0 THEN jour END) END, "
    "max(CASE WHEN effet < 0 THEN jour END), '' FROM mouvement AS m "
    "WHERE base = :base AND numero_unique = :anonyme GROUP BY base, numero_unique"
)
#: The attribution of those radiated for one before decisions were kept.
_ATTRIBUER: Final = RequeteSql(
    "INSERT INTO decision (base, numero_unique, rang, jour, guichet, issue) "
    f"SELECT base, numero_unique, {RANG_RADIATION}, jour, '', motif FROM mouvement WHERE base = :base "
    f"AND numero_unique = :anonyme AND motif = '{MOTIF_ATTRIBUTION}' AND rang = (SELECT max(rang) "
    "FROM mouvement WHERE base = :base AND numero_unique = :anonyme) ON CONFLICT DO NOTHING"
)
#: That a person's demande became an association's, or the reverse: no movement told it before v0007.
_CHANGEES: Final = RequeteSql(
    "INSERT INTO mouvement (base, numero_unique, rang, genre, jour, effet, association) "
    "SELECT base, numero_unique, revision, 'MOD', date_creation, 0, association_plie IS NOT NULL "
    "FROM demande AS d WHERE base = :base AND (SELECT association FROM mouvement AS m WHERE m.base = d.base "
    "AND m.numero_unique = d.numero_unique ORDER BY rang DESC LIMIT 1) <> (association_plie IS NOT NULL)"
)


def _roles_d_avant() -> RolesDecision:
    """How decisions were written then (`rattrapage_de_migration.toml`)."""
    lu = tomli.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
    categories = {code: CategoriePrioritaire(code, code, code) for code in lu["categories"]}
    return RolesDecision(lu["type"], lu["caracteristiques"], lu["valeurs"], categories)


def rattraper(connexion: Connexion, base: str | None = None) -> None:
    """Fills the decisions, and the columns of the statistics, of one base, or of all."""
    roles = _roles_d_avant()
    for nom in _noms(connexion, base):
        evenements: dict[str, list[Evenement]] = defaultdict(list)
        natures = {code: NatureGuichet(nature) for code, nature in connexion.lignes(_NATURES, {"base": nom})}
        for ligne in connexion.lignes(_DECISIONS, {"base": nom, "type": roles.type}):
            evenement = lignes.evenement_de(ligne)
            evenements[evenement.numero_unique].append(evenement)
        for stockee in _demandes(connexion, nom):
            decrite = lignes.ligne_stat(nom, stockee)
            connexion.faire(_DECRIRE, {cle: decrite[cle] for cle in _DECRITES})
            dites = _evenements(connexion, nom, stockee, evenements.get(stockee.numero_unique, []), roles)
            if (radiee := _attribution(stockee, natures)) is not None:
                dites.append(radiee)
            connexion.faire_tout(
                requetes_sql.NOTER_DECISION, [lignes.ligne_decision(nom, dite) for dite in dites]
            )


def rattraper_le_passe(connexion: Connexion, base: str | None = None) -> None:
    """Makes a profile, which names nobody, of the demandes that were erased from one base, or from all."""
    for nom in _noms(connexion, base):
        numeros = [numero for (numero,) in connexion.lignes(_EFFACEES, {"base": nom})]
        effacees = nommer_effacees(connexion, nom, numeros)
        for requete in (*requetes_sql.ANONYMISER, _PROFILER, _ATTRIBUER):
            connexion.faire_tout(requete, effacees)
        connexion.faire(_CHANGEES, {"base": nom})


def _noms(connexion: Connexion, base: str | None) -> list[str]:
    return [nom for (nom,) in connexion.lignes(_BASES, {})] if base is None else [base]


def _attribution(stockee: DemandeStockee, natures: Mapping[str, NatureGuichet]) -> DecisionNotee | None:
    """Returns the decision that a radiation tells. Its guichet is the last one that wrote the demande. A
    guichet that is no landlord, as the State's service that declared it DALO since, did not attribute: the
    guichet that did is then unknown."""
    dite = lignes.attribution_de(stockee)
    bailleur = NatureGuichet.BAILLEUR
    if dite is None or natures.get(dite.guichet, bailleur) is bailleur:
        return dite
    return replace(dite, guichet="")


def _evenements(
    connexion: Connexion,
    base: str,
    stockee: DemandeStockee,
    siens: list[Evenement],
    roles: RolesDecision,
) -> list[DecisionNotee]:
    if not siens:
        return []
    (revenue,) = connexion.lignes(requetes_sql.REACTIVATION, {"base": base, "numero": stockee.numero_unique})
    siens.sort(key=lambda sien: sien.identifiant)
    reactivee_le = lignes.jour_ou_rien(revenue[0])
    return [*notees(siens, roles, Demandeur.de(stockee), reactivee_le).values()]


def _demandes(connexion: Connexion, base: str) -> Iterator[DemandeStockee]:
    apres = ""
    while page := connexion.lignes(_DEMANDES, {"base": base, "apres": apres}):
        yield from map(lignes.demande_de, page)
        apres = page[-1][0]
