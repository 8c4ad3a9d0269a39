"""The data that v0004 and v0007 added to the tables, taken again from what a database that is migrated holds,
or a base that is restored from an older snapshot.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import tomli

from sne_interface.domain.base import Guichet, NatureGuichet
from sne_interface.domain.codes import MOTIF_ATTRIBUTION
from sne_interface.domain.decision_de_commission import CategoriePrioritaire, RolesDecision
from sne_interface.domain.demande import DemandeStockee
from sne_interface.domain.evenement import Evenement
from sne_interface.domain.livre_des_attributions import (
    RANG_RADIATION,
    DecisionNotee,
    Demandeur,
    SuiteDonnee,
    organisme_de,
    tenir,
)
from sne_interface.domain.menage import Composition
from sne_sandbox.store import lignes, requetes_sql, tables
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
    "AND nature <> 'SUP' ORDER BY identifiant"
)
_LIVRES: Final = RequeteSql(f"SELECT {', '.join(tables.decision.noms[1:])} FROM decision WHERE base = :base")
#: Whatever added to the stock and was not its first entry: a déradiation, a renewal after RADREN.
_REACTIVATION: Final = RequeteSql(
    "SELECT max(jour) FROM mouvement WHERE base = :base AND numero_unique = :numero "
    "AND effet > 0 AND genre <> 'CRE'"
)
_ATTRIBUEES: Final = RequeteSql(
    f"SELECT numero_unique FROM demande WHERE base = :base AND motif_radiation = '{MOTIF_ATTRIBUTION}'"
)
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
#: The attribution of those radiated for one before decisions were kept, and its lease, as the radiation alone
#: tells it (`DecisionNotee.de_la_radiation`).
_ATTRIBUER: Final = RequeteSql(
    "INSERT INTO decision (base, numero_unique, rang, jour, guichet, issue, bail, association, suite, "
    f"radiee_le) SELECT base, numero_unique, {RANG_RADIATION}, jour, '', motif, jour, association, "
    f"'{SuiteDonnee.BAIL.value}', jour FROM mouvement WHERE base = :base "
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


def decrire(connexion: Connexion, base: str | None = None) -> None:
    """Fills what v0004 added to the statistics of one base, or of all."""
    for nom in _noms(connexion, base):
        for stockee in _demandes(connexion, nom):
            decrite = lignes.ligne_stat(nom, stockee)
            connexion.faire(_DECRIRE, {cle: decrite[cle] for cle in _DECRITES})


def tenir_les_livres(connexion: Connexion, base: str | None = None) -> None:
    """Tells the ledger of each demande of one base, or of all, again: with its radiation, and its events
    where they are written as they were before v0004; else with the lines that are there, those of the
    demandes erased since among them."""
    for nom in _noms(connexion, base):
        _tenir_les_livres(connexion, nom)


def _tenir_les_livres(connexion: Connexion, base: str) -> None:
    roles = _roles_d_avant()
    guichets = [lignes.guichet_de(ligne) for ligne in connexion.lignes(requetes_sql.GUICHETS, {"base": base})]
    connus = {guichet.code: guichet for guichet in guichets}
    connues: dict[str, dict[int, DecisionNotee]] = defaultdict(dict)
    for notee in map(lignes.decision_de, connexion.lignes(_LIVRES, {"base": base})):
        organisme = organisme_de(connus.get(notee.guichet))
        connues[notee.numero_unique][notee.rang] = replace(notee, organisme=organisme)
    evenements: dict[str, list[Evenement]] = defaultdict(list)
    for evenement in map(
        lignes.evenement_de, connexion.lignes(_DECISIONS, {"base": base, "type": roles.type})
    ):
        evenements[evenement.numero_unique].append(evenement)
    attribuees = {numero for (numero,) in connexion.lignes(_ATTRIBUEES, {"base": base})}
    for numero in sorted(connues.keys() | evenements.keys() | attribuees):
        cle, siennes = {"base": base, "numero": numero}, connues[numero]
        lue = connexion.ligne(requetes_sql.LIRE, cle)
        if lue is not None:
            _completer(siennes, lignes.demande_de(lue), evenements[numero], roles, connus)
        revenue = connexion.ligne(_REACTIVATION, cle)
        radiation = siennes.pop(RANG_RADIATION, None)
        tenues = tenir(
            [siennes[rang] for rang in sorted(siennes)],
            radiation,
            None if revenue is None else lignes.jour_ou_rien(revenue[0]),
        )
        connexion.faire(requetes_sql.OTER_DECISIONS, cle)
        connexion.faire_tout(
            requetes_sql.NOTER_DECISION, [lignes.ligne_decision(base, tenue) for tenue in tenues]
        )


def _completer(
    siennes: dict[int, DecisionNotee],
    stockee: DemandeStockee,
    evenements: Iterable[Evenement],
    roles: RolesDecision,
    guichets: Mapping[str, Guichet],
) -> None:
    """Adds to the lines of a demande what its events and its radiation say beside."""
    for evenement in evenements:
        avant = siennes.get(evenement.identifiant)
        demandeur = Demandeur.de(stockee) if avant is None else Demandeur.de_la_ligne(avant)
        organisme = organisme_de(guichets.get(evenement.auteur_creation))
        dite = DecisionNotee.de_l_evenement(evenement, roles, demandeur, organisme)
        if dite is not None:
            siennes[dite.rang] = dite
    avant, radiee = siennes.get(RANG_RADIATION), lignes.attribution_de(stockee)
    if radiee is None:
        return
    if avant is None:
        siennes[RANG_RADIATION] = _par_un_bailleur(radiee, guichets.get(radiee.guichet))
        return
    siennes[RANG_RADIATION] = replace(
        avant,
        suite=radiee.suite,
        logement=radiee.logement,
        contingent=radiee.contingent,
        association=radiee.association,
        radiee_le=radiee.jour,
    )


def rattraper_le_passe(connexion: Connexion, base: str | None = None) -> None:
    """Makes a profile, which names nobody, of the demandes that were erased from one base, or from all."""
    for nom in _noms(connexion, base):
        numeros = [numero for (numero,) in connexion.lignes(_EFFACEES, {"base": nom})]
        effacees = nommer_effacees(nom, numeros)
        for requete in (*requetes_sql.ANONYMISER, _PROFILER, _ATTRIBUER):
            connexion.faire_tout(requete, effacees)
        connexion.faire(_CHANGEES, {"base": nom})


def _noms(connexion: Connexion, base: str | None) -> list[str]:
    return [nom for (nom,) in connexion.lignes(_BASES, {})] if base is None else [base]


def _par_un_bailleur(dite: DecisionNotee, guichet: Guichet | None) -> DecisionNotee:
    """The decision that a radiation of before v0004 tells, of the guichet that wrote the demande last. One
    that is no landlord, as the State's service that declared it DALO since, did not attribute: the guichet
    that did is then unknown."""
    if guichet is None or guichet.nature is NatureGuichet.BAILLEUR:
        return replace(dite, organisme=organisme_de(guichet))
    return replace(dite, guichet="")


def _demandes(connexion: Connexion, base: str) -> Iterator[DemandeStockee]:
    apres = ""
    while page := connexion.lignes(_DEMANDES, {"base": base, "apres": apres}):
        yield from map(lignes.demande_de, page)
        apres = page[-1][0]
