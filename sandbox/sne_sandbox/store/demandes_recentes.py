"""The latest demandes that fit, page after page: what the console and the API search by.

A page costs the same over a thousand demandes and over a million. Of what few have, all who have it are found
by an index, then sorted; what many have is looked for among the demandes from the latest deposit on, a number
of them at most: such a page may be short, and says whence to go on.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, Final

from sne_interface.domain.demande import DemandeStockee, EtatDemande
from sne_interface.domain.texte import plier
from sne_sandbox.store.connexion_en_transaction import Connexion, Ligne, RequeteSql
from sne_sandbox.store.lignes import en_colonne
from sne_sandbox.store.recherche_de_demandes import Criteres, Prefixe
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
_PERSONNE: Final = {
    "personne_naissance": "date_naissance", "personne_nom": "nom_plie", "personne_prenom": "prenom_plie",
}  # fmt: skip
_NOMS: Final = ("personne_nom", "personne_prenom", "association_nom", "nom")
_CHERCHES: Final = (*_PERSONNE, *_NOMS, "numero_unique", "commune_souhaitee")
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
    connexion, etat, fin = registre.connexion, criteres.etat, criteres.depot_fin
    haut = (_DERNIER, "") if fin is None else (fin.isoformat(), _DERNIER)
    if apres is not None:
        haut = min(haut, (apres.depot.isoformat(), apres.numero))
    bas = "" if criteres.depot_debut is None else criteres.depot_debut.isoformat()
    valeurs: dict[str, Any] = {"base": registre.base.nom, "bas": bas, "depuis": "", "limite": limite + 1}
    valeurs["haut"], valeurs["apres"] = haut
    voulus = _lire(criteres, valeurs)
    suivi = next((voulu for voulu in voulus if voulu.liste and _peu(connexion, voulu, valeurs)), None)
    essais = [voulu.essai for voulu in voulus if voulu is not suivi]
    if etat is EtatDemande.ACTIVE or (etat is not None and suivi is not None):
        essais.append(_ETATS[etat])
    borne: Ligne | None = None
    if suivi is not None:
        # Their dates are read off the narrow rows of the statistics. Of a plain date an index might be walked
        # for its order, over the whole base.
        essais.insert(0, f"d.numero_unique IN ({suivi.liste})")
        page = _page("demande_stat", essais, "(d.date_creation || '')")
    else:
        # The radiated ones have their index: to be seen to imply its condition, the state is written out.
        parmi = ["d.etat = 'R'"] if etat is EtatDemande.RADIEE else []
        if essais:
            saut = valeurs | {"limite": 1, "sautees": PARCOURUES - 1}
            borne = connexion.ligne(_page("demande", parmi, suite=" OFFSET :sautees"), saut)
        if borne is not None:
            valeurs |= {"bas": borne[0], "depuis": borne[1]}
        page = _page("demande", parmi + essais)
    lignes = connexion.lignes(page, valeurs)
    derniere = lignes[limite - 1] if len(lignes) > limite else borne
    return Recentes(
        list(registre.feuilleter(numero for _, numero in lignes[:limite])),
        None if derniere is None else Repere(date.fromisoformat(derniere[0]), derniere[1]),
        partielle=borne is not None and len(lignes) < limite,
    )


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
    """True when few demandes fit: the count reads an index, and stops above the bound."""
    compte = RequeteSql(f"SELECT count(*) FROM (SELECT 1 FROM ({critere.liste}) AS l LIMIT :trop) AS c")
    ligne = connexion.ligne(compte, {**valeurs, "trop": PEU * critere.fois + 1})
    return ligne is not None and ligne[0] <= PEU * critere.fois


def _lire(criteres: Criteres, valeurs: dict[str, Any]) -> list[_Critere]:
    """The criteria but for the state and the date; what they compare with is added to `valeurs`."""
    poses: dict[str, str] = {}
    for champ in fields(criteres):
        valeur = getattr(criteres, nom := champ.name)
        if valeur in (None, ()) or nom in ("etat", "depot_debut", "depot_fin"):
            continue
        if nom not in _CHERCHES:
            raise ValueError(f"no page of demandes is searched by {nom}")
        if nom in _NOMS:
            valeur = type(valeur)(plier(valeur))
        valeurs[nom] = en_colonne(valeur)
        poses[nom] = f"{{0}} = :{nom}"
        if isinstance(valeur, Prefixe):
            # A range, which an index serves on either engine, as LIKE does not. Signs alone begin no name.
            valeurs |= {nom: str(valeur), f"{nom}_fin": valeur + _DERNIER}
            poses[nom] = f"{{0}} >= :{nom} AND {{0}} < :{nom}_fin" if valeur else "1 = 0"

    lus = []
    if (pose := poses.get("numero_unique")) is not None:
        liste = f"SELECT numero_unique FROM demande WHERE base = :base AND {pose.format('numero_unique')}"
        # Those of a month are neighbours, and are read in a third of the time of others.
        lus.append(_Critere(pose.format("(d.numero_unique || '')"), liste, fois=3))
    if personne := {colonne: poses[nom] for nom, colonne in _PERSONNE.items() if nom in poses}:
        critere = _lie("demande_personne", **personne)
        # No index begins by the first name.
        lus.append(replace(critere, liste="") if list(personne) == ["prenom_plie"] else critere)
    if (pose := poses.get("association_nom")) is not None:
        liste = _lie("demande", association_plie=pose).liste
        lus.append(_Critere(f"d.numero_unique IN ({liste})", liste))
    if (pose := poses.get("nom")) is not None:
        physique, liste = (
            _lie("demande_personne", nom_plie=pose),
            _lie("demande", association_plie=pose).liste,
        )
        essai = f"({physique.essai} OR d.numero_unique IN ({liste}))"
        lus.append(_Critere(essai, f"{physique.liste} UNION ALL {liste}"))
    if (pose := poses.get("commune_souhaitee")) is not None:
        lus.append(_lie("demande_commune", commune=pose))
    return lus


def _lie(table: str, **poses: str) -> _Critere:
    """That the demande has such a row in `table`; each column has its condition on « {0} »."""
    ou = f"SELECT numero_unique FROM {table} AS t WHERE t.base = :base AND "
    # By the key, which SQLite would leave for an index of the values, were it to see one.
    essai = " AND ".join(pose.format(f"(t.{nom} || '')") for nom, pose in poses.items())
    return _Critere(
        f"EXISTS ({ou}t.numero_unique = d.numero_unique AND {essai})",
        ou + " AND ".join(pose.format(f"t.{nom}") for nom, pose in poses.items()),
    )
