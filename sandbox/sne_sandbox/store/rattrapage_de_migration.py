"""The data that v0004, v0007 and v0008 added to the tables, taken again from what a database that is migrated
holds, or a base that is restored from an older snapshot.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import tomli

from sne_interface.domain.base import Guichet, NatureGuichet
from sne_interface.domain.codes import DALO_CADUC, MOTIF_ATTRIBUTION
from sne_interface.domain.decision_de_commission import DALO, CategoriePrioritaire, Decision, RolesDecision
from sne_interface.domain.demande import DemandeStockee
from sne_interface.domain.evenement import Evenement
from sne_interface.domain.livre_des_attributions import (
    RANG_RADIATION,
    DecisionNotee,
    SuiteDonnee,
    decisions_dites,
    organisme_de,
    tenir,
)
from sne_interface.domain.menage import Composition
from sne_sandbox.store import lignes, requetes_sql, tables
from sne_sandbox.store.connexion_en_transaction import Connexion, lire_requetes
from sne_sandbox.store.registre import nommer_effacees
from sne_sandbox.store.requetes_sql import SQL

#: Demandes read at once.
_PAGE: Final = 500
_SQL: Final = lire_requetes(
    __file__,
    association=Composition.ASSOCIATION.value,
    attribution=MOTIF_ATTRIBUTION,
    bail=SuiteDonnee.BAIL.value,
    decision=", ".join(tables.decision.noms[1:]),
    demande=", ".join(lignes.COLONNES),
    evenement=", ".join(lignes.COLONNES_EVENEMENT),
    page=str(_PAGE),
    radiation=str(RANG_RADIATION),
)
#: Columns of `demande_stat` that are filled, and its key.
_DECRITES: Final = ("base", "numero_unique", "motif", "type_logement", "ressources_uc")


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
            connexion.faire(_SQL["decrire"], {cle: decrite[cle] for cle in _DECRITES})


def tenir_les_livres(connexion: Connexion, revision: str, base: str | None = None) -> None:
    """Tells the ledger of each demande of one base, or of all, again: with its radiation, and its events
    where they are written as they were before v0004; else with the lines that are there, those of the
    demandes erased since among them. From v0007 on, these are right but for what was known of DALO: of the
    households that have one, whose events are read."""
    for nom in _noms(connexion, base):
        _tenir_les_livres(connexion, revision, nom)


def _tenir_les_livres(connexion: Connexion, revision: str, base: str) -> None:
    roles = _roles_d_avant()
    guichets = [lignes.guichet_de(ligne) for ligne in connexion.lignes(SQL["guichets"], {"base": base})]
    connus = {guichet.code: guichet for guichet in guichets}
    connues: dict[str, dict[int, DecisionNotee]] = defaultdict(dict)
    for notee in map(lignes.decision_de, connexion.lignes(_SQL["livres"], {"base": base})):
        organisme = organisme_de(connus.get(notee.guichet))
        connues[notee.numero_unique][notee.rang] = replace(notee, organisme=organisme)
    evenements: dict[str, list[Evenement]] = defaultdict(list)
    for evenement in map(
        lignes.evenement_de, connexion.lignes(_SQL["decisions"], {"base": base, "type": roles.type})
    ):
        evenements[evenement.numero_unique].append(evenement)
    attribuees = {numero for (numero,) in connexion.lignes(_SQL["attribuees"], {"base": base})}
    numeros = connues.keys() | evenements.keys() | attribuees
    if revision >= "v0007":
        dits = {numero for (numero,) in connexion.lignes(_SQL["dalos"], {"base": base})}
        numeros = {n for n in numeros & dits if evenements[n] or connues[n].keys() <= {RANG_RADIATION}}
    for numero in sorted(numeros):
        cle, siennes = {"base": base, "numero": numero}, connues[numero]
        lue = connexion.ligne(SQL["lire"], cle)
        if lue is not None:
            _completer(siennes, lignes.demande_de(lue), evenements[numero], roles, connus)
        revenue = connexion.ligne(_SQL["reactivation"], cle)
        radiation = siennes.pop(RANG_RADIATION, None)
        tenues = tenir(
            [siennes[rang] for rang in sorted(siennes)],
            radiation,
            None if revenue is None else lignes.jour_ou_rien(revenue[0]),
        )
        connexion.faire(SQL["oter_decisions"], cle)
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
    """Adds to the lines of a demande what its events and its radiation say beside. Of one whose DALO lapsed,
    a line alone tells that it was recognised: it is DALO, and its event does not say so."""
    maintenant, caduc = lignes.demandeur_de(stockee), stockee.statut_dalo == DALO_CADUC
    for evenement in evenements if caduc else ():
        sienne = siennes.get(evenement.identifiant)
        if sienne and sienne.dalo and Decision.stockee(evenement, roles).booleen(DALO) is None:
            siennes[sienne.rang] = replace(sienne, dalo_depuis=sienne.jour)
    dites = decisions_dites(evenements, roles, guichets.get, maintenant, siennes.values())
    siennes.update((dite.rang, dite) for dite in dites)
    avant, radiee = siennes.get(RANG_RADIATION), lignes.attribution_de(stockee)
    if radiee is None:
        return
    if avant is None:
        siennes[RANG_RADIATION] = _par_un_bailleur(radiee, guichets.get(radiee.guichet))
        return
    siennes[RANG_RADIATION] = replace(
        avant,
        bail=radiee.bail,
        suite=radiee.suite,
        logement=radiee.logement,
        contingent=radiee.contingent,
        dalo=avant.dalo if caduc and radiee.dalo is None else radiee.dalo,
        association=radiee.association,
        radiee_le=radiee.jour,
        dite_le=radiee.dite_le,
        dalo_dit=radiee.dalo_dit,
    )


def rattraper_le_passe(connexion: Connexion, base: str | None = None) -> None:
    """Makes a profile, which names nobody, of the demandes that were erased from one base, or from all; what
    was kept of them for dispatching says nothing any more."""
    for nom in _noms(connexion, base):
        numeros = [numero for (numero,) in connexion.lignes(_SQL["effacees"], {"base": nom})]
        effacees = nommer_effacees(nom, numeros)
        for requete in (*requetes_sql.ANONYMISER, _SQL["profiler"], _SQL["souhaiter"], _SQL["attribuer"]):
            connexion.faire_tout(requete, effacees)
        for requete in (_SQL["changees"], SQL["taire_changements"]):
            connexion.faire(requete, {"base": nom})


def _noms(connexion: Connexion, base: str | None) -> list[str]:
    return [nom for (nom,) in connexion.lignes(_SQL["bases"], {})] if base is None else [base]


def _par_un_bailleur(dite: DecisionNotee, guichet: Guichet | None) -> DecisionNotee:
    """The decision that a radiation of before v0004 tells, of the guichet that wrote the demande last. One
    that is no landlord, as the State's service that declared it DALO since, did not attribute: the guichet
    that did is then unknown."""
    if guichet is None or guichet.nature is NatureGuichet.BAILLEUR:
        return replace(dite, organisme=organisme_de(guichet))
    return replace(dite, guichet="")


def _demandes(connexion: Connexion, base: str) -> Iterator[DemandeStockee]:
    apres = ""
    while page := connexion.lignes(_SQL["demandes"], {"base": base, "apres": apres}):
        yield from map(lignes.demande_de, page)
        apres = page[-1][0]
