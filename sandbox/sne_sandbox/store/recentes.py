"""The latest demandes that fit, page after page: what the console and the API search by.

A page costs the same over a thousand demandes and over a million. Of what few have, all who have it are found
by an index, then sorted; what many have is looked for among the demandes from the latest deposit on, a number
of them at most: such a page may be short, and says whence to go on.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from sne_sandbox.domain.demande import DemandeStockee, EtatDemande
from sne_sandbox.domain.texte import plier
from sne_sandbox.store.connexion import Connexion, Ligne, RequeteSql
from sne_sandbox.store.recherche import TOUTES, Criteres, Prefixe
from sne_sandbox.store.registre import RegistreBase

#: What more demandes have is had by many: they are not all found to be sorted.
PEU: Final = 10_000
#: Demandes that a page looks at, of those many. Of a million, 10,000 fill one of fifty after 5,000.
PARCOURUES: Final = 10_000
#: After every text that begins alike: texts compare by code point, on either engine.
_DERNIER: Final = chr(sys.maxunicode)
# Looked up in the narrow index of the radiated ones, which a plain number would not be.
_RADIEE: Final = (
    "EXISTS (SELECT 1 FROM demande AS r WHERE r.base = :base AND r.etat = 'R' "
    "AND r.date_creation = d.date_creation AND r.numero_unique BETWEEN d.numero_unique AND d.numero_unique)"
)
_ETATS: Final = {EtatDemande.RADIEE: _RADIEE, EtatDemande.ACTIVE: f"NOT {_RADIEE}"}


@dataclass(frozen=True, slots=True)
class Repere:
    """A place in the list: the demande after which a page begins."""

    depot: date
    numero: str

    def __str__(self) -> str:
        return f"{self.depot}_{self.numero}"


@dataclass(frozen=True, slots=True)
class Recentes:
    """A page of demandes. `suite`: where the next one begins, None after the last; `partielle`: the page is
    short only because enough demandes were looked at."""

    demandes: list[DemandeStockee]
    suite: Repere | None = None
    partielle: bool = False


@dataclass(frozen=True, slots=True)
class _Critere:
    """A criterion: whether the demande `d` at hand fits, and the numbers of all that do, "" when no index
    tells them. Few are `fois` times `PEU` at most."""

    essai: str
    liste: str = ""
    fois: int = 1


def plus_recentes(
    registre: RegistreBase, criteres: Criteres, limite: int, apres: Repere | None = None
) -> Recentes:
    """At most `limite` demandes that fit, latest deposit first, after `apres`. Raises ValueError for criteria
    that only a SOAP operation asks for."""
    connexion = registre.connexion
    haut = (_DERNIER, "") if criteres.depot_fin is None else (criteres.depot_fin.isoformat(), _DERNIER)
    if apres is not None:
        haut = min(haut, (apres.depot.isoformat(), apres.numero))
    bas = "" if criteres.depot_debut is None else criteres.depot_debut.isoformat()
    valeurs: dict[str, Any] = {"base": registre.base.nom, "haut": haut[0], "apres": haut[1]}
    valeurs |= {"bas": bas, "depuis": "", "limite": limite + 1}
    voulus = _lire(criteres, valeurs)
    suivi = next((voulu for voulu in voulus if voulu.liste and _peu(connexion, voulu, valeurs)), None)
    if suivi is None:
        lignes, borne = _parcourir(connexion, criteres.etat, [voulu.essai for voulu in voulus], valeurs)
    else:
        essais = [f"d.numero_unique IN ({suivi.liste})", *(v.essai for v in voulus if v is not suivi)]
        lignes, borne = _trier(connexion, criteres.etat, essais, valeurs), None
    derniere = lignes[limite - 1] if len(lignes) > limite else borne
    return Recentes(
        list(registre.feuilleter(numero for _, numero in lignes[:limite])),
        None if derniere is None else Repere(date.fromisoformat(derniere[0]), derniere[1]),
        partielle=borne is not None and len(lignes) < limite,
    )


def _trier(
    connexion: Connexion, etat: EtatDemande | None, essais: list[str], valeurs: Mapping[str, Any]
) -> list[Ligne]:
    """The page, of those that an index found: their dates are read off the narrow rows of the statistics."""
    # Of a plain date an index might be walked for its order, over the whole base.
    essais = essais if etat is None else [*essais, _ETATS[etat]]
    return connexion.lignes(_page("demande_stat", essais, "(d.date_creation || '')"), valeurs)


def _parcourir(
    connexion: Connexion, etat: EtatDemande | None, essais: list[str], valeurs: dict[str, Any]
) -> tuple[list[Ligne], Ligne | None]:
    """The page, of the demandes as they come by date; and the last one looked at, None when that was all."""
    # The radiated ones have their index: to be seen to imply its condition, the state is written out.
    indexees = ["d.etat = 'R'"] if etat is EtatDemande.RADIEE else []
    essais = [*essais, _ETATS[etat]] if etat is EtatDemande.ACTIVE else essais
    borne = None
    if essais:
        saut = {**valeurs, "limite": 1, "sautees": PARCOURUES - 1}
        borne = connexion.ligne(_page("demande", indexees, suite=" OFFSET :sautees"), saut)
        if borne is not None:
            valeurs = {**valeurs, "bas": borne[0], "depuis": borne[1]}
    return connexion.lignes(_page("demande", indexees + essais), valeurs), borne


def _page(table: str, essais: list[str], jour: str = "d.date_creation", suite: str = "") -> RequeteSql:
    conditions = [
        "d.base = :base", *essais, f"({jour}, d.numero_unique) < (:haut, :apres)",
        f"({jour}, d.numero_unique) >= (:bas, :depuis)",
    ]  # fmt: skip
    return RequeteSql(
        f"SELECT d.date_creation, d.numero_unique FROM {table} AS d WHERE {' AND '.join(conditions)} "
        f"ORDER BY {jour} DESC, d.numero_unique DESC LIMIT :limite{suite}"
    )


def _peu(connexion: Connexion, critere: _Critere, valeurs: Mapping[str, Any]) -> bool:
    """Whether few fit, read from an index and no further."""
    compte = RequeteSql(f"SELECT count(*) FROM (SELECT 1 FROM ({critere.liste}) AS l LIMIT :trop) AS c")
    ligne = connexion.ligne(compte, {**valeurs, "trop": PEU * critere.fois + 1})
    return ligne is not None and ligne[0] <= PEU * critere.fois


def _lire(criteres: Criteres, valeurs: dict[str, Any]) -> list[_Critere]:
    """The criteria but for the state and the date; what they compare with is added to `valeurs`."""
    c = criteres
    autres = replace(
        c, numero_unique=None, etat=None, depot_debut=None, depot_fin=None, commune_souhaitee=None, nom=None,
        association_nom=None, personne_nom=None, personne_prenom=None, personne_naissance=None,
    )  # fmt: skip
    if autres != TOUTES:
        raise ValueError(f"not a search of the console: {autres}")

    def est(nom: str, valeur: str) -> str:
        """The condition on « {} » that it holds `valeur`, or begins so when it is a `Prefixe`."""
        valeurs[nom] = str(valeur)
        if not isinstance(valeur, Prefixe):
            return f"{{0}} = :{nom}"
        if not valeur:  # signs alone begin no name
            return "1 = 0"
        # A range, which an index serves on either engine, as LIKE does not.
        valeurs[f"{nom}_fin"] = valeur + _DERNIER
        return f"{{0}} >= :{nom} AND {{0}} < :{nom}_fin"

    def liee(table: str, **posees: str) -> _Critere:
        """That it has such a row in `table`."""
        ou = f"SELECT numero_unique FROM {table} AS t WHERE t.base = :base AND "
        # By the key, which SQLite would leave for an index of the values, were it to see one.
        essai = " AND ".join(posee.format(f"(t.{nom} || '')") for nom, posee in posees.items())
        return _Critere(
            f"EXISTS ({ou}t.numero_unique = d.numero_unique AND {essai})",
            ou + " AND ".join(posee.format(f"t.{nom}") for nom, posee in posees.items()),
        )

    lus = []
    if c.numero_unique is not None:
        pose = est("numero", c.numero_unique)
        liste = f"SELECT numero_unique FROM demande WHERE base = :base AND {pose.format('numero_unique')}"
        # Those of a month are neighbours, and are read in a third of the time of others.
        lus.append(_Critere(pose.format("(d.numero_unique || '')"), liste, fois=3))
    personne: dict[str, str] = {}
    if c.personne_naissance is not None:
        personne["date_naissance"] = est("naissance", c.personne_naissance.isoformat())
    if c.personne_nom is not None:
        personne["nom_plie"] = est("personne", _plie(c.personne_nom))
    connue = bool(personne)
    if c.personne_prenom is not None:
        personne["prenom_plie"] = est("prenom", _plie(c.personne_prenom))
    if personne:
        critere = liee("demande_personne", **personne)
        # No index begins by the first name.
        lus.append(critere if connue else replace(critere, liste=""))
    if c.association_nom is not None:
        liste = liee("demande", association_plie=est("association", _plie(c.association_nom))).liste
        lus.append(_Critere(f"d.numero_unique IN ({liste})", liste))
    if c.nom is not None:
        pose = est("nom", _plie(c.nom))
        morale = liee("demande", association_plie=pose).liste
        physique = liee("demande_personne", nom_plie=pose)
        essai = f"({physique.essai} OR d.numero_unique IN ({morale}))"
        lus.append(_Critere(essai, f"{physique.liste} UNION ALL {morale}"))
    if c.commune_souhaitee is not None:
        lus.append(liee("demande_commune", commune=est("commune", c.commune_souhaitee)))
    return lus


def _plie(nom: str) -> str:
    return type(nom)(plier(nom))
