"""The latest demandes that fit, page after page: what the console and the API search by; and what one
was before.

A page costs the same over a thousand demandes and over a million. Of what few have, all who have it are found
by an index, then sorted; what many have is looked for among the demandes from the latest deposit on, a number
of them at most: such a page may be short, and says whence to go on.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, Final

from sne_interface.domain.demande import DemandeStockee, EtatDemande, GenreMouvement, Mouvement
from sne_interface.domain.texte import plier
from sne_sandbox.store import requetes_sql
from sne_sandbox.store.connexion_en_transaction import Connexion, Ligne, RequeteSql
from sne_sandbox.store.lignes import en_colonne
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
# The request of a separating household has the deposit date of the joint one: few rows are looked at. In no
# order: asked for that of the key, SQLite would walk the whole base by it.
_SEPAREES: Final = RequeteSql(
    "SELECT numero_unique FROM demande WHERE base = :base AND date_creation = :depot "
    "AND numero_associe = :numero"
)


class Prefixe(str):
    """The beginning of a number or of a name that is looked for; a plain str is the whole of it."""

    __slots__ = ()


@dataclass(frozen=True)
class Criteres:
    """The criteria of a search; None (or empty) criteria are not given, and all given ones must hold. Bounds
    are inclusive. Names compare folded; a person is the applicant or a co-holder, by name in use. For
    `demandes_recentes`, a `Prefixe` of the number or of a name is enough."""

    numero_unique: str | None = None
    etat: EtatDemande | None = None
    depot_debut: date | None = None
    depot_fin: date | None = None
    renouvellement_debut: date | None = None
    renouvellement_fin: date | None = None
    radiation_debut: date | None = None
    radiation_fin: date | None = None
    motif_demande: str | None = None
    motif_radiation: str | None = None
    commune_souhaitee: str | None = None
    commune_attribution: str | None = None
    #: Computed by the SNE, not stored: `rechercher` then needs a `filtre`.
    delai_anormalement_long: bool | None = None
    #: The same.
    multiples_attributions: bool | None = None
    association_nom: str | None = None
    personne_nom: str | None = None
    personne_prenom: str | None = None
    personne_naissance: date | None = None
    #: Categories of scanned pieces. No message carries one, so no demande has any (convention).
    pieces: tuple[str, ...] = ()
    #: Name of a person or of an association: `demandes_recentes` alone looks for it, as for a `Prefixe`.
    nom: str | None = None

    @property
    def vide(self) -> bool:
        """True when no criterion is given."""
        return all(getattr(self, champ.name) in (None, ()) for champ in fields(self))

    @property
    def calcules(self) -> bool:
        """True when a criterion is computed rather than stored."""
        return self.delai_anormalement_long is not None or self.multiples_attributions is not None


@dataclass(frozen=True)
class Repere:
    """A place in the list: the demande after which a page begins."""

    depot: date
    numero: str

    def __str__(self) -> str:
        return f"{self.depot}_{self.numero}"


@dataclass(frozen=True)
class Recentes:
    """A page of demandes. `suite`: where the next one begins, None after the last; `partielle`: the page is
    short only because enough demandes were looked at."""

    demandes: list[DemandeStockee]
    suite: Repere | None = None
    partielle: bool = False


@dataclass(frozen=True)
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
    # By the key, which SQLite would leave for an index of the values, were it to see one, and PostgreSQL,
    # were there no OFFSET, for a list of all that are so.
    essai = " AND ".join(pose.format(f"(t.{nom} || '')") for nom, pose in poses.items())
    return _Critere(
        f"EXISTS ({ou}t.numero_unique = d.numero_unique AND {essai} LIMIT 1 OFFSET 0)",
        ou + " AND ".join(pose.format(f"t.{nom}") for nom, pose in poses.items()),
    )


# --- the past of one ---------------------------------------------------------------------------------


def mouvements_de(registre: RegistreBase, numero: str) -> list[Mouvement]:
    """The movements of a demande, oldest first."""
    lignes = registre.connexion.lignes(requetes_sql.MOUVEMENTS, {"base": registre.base.nom, "numero": numero})
    return [
        Mouvement(
            numero, rang, GenreMouvement(genre), date.fromisoformat(jour), effet, bool(association), motif
        )
        for rang, genre, jour, effet, association, motif in lignes
    ]


def doublons_de(registre: RegistreBase, stockee: DemandeStockee) -> list[DemandeStockee]:
    """The other active demandes of its territory that one of its holders already has, under either name;
    those found by the name in use first. One that is radiated is the doublon of nothing."""
    if not stockee.active:
        return []
    personnes, sauf = stockee.demande.titulaires, (stockee.numero_unique,)
    trouvees = {
        doublon.numero_unique: doublon
        for nes in (False, True)
        for doublon in registre.doublons(stockee.territoire, personnes, sauf=sauf, patronymiques=nes)
    }
    return list(trouvees.values())


def separees_de(registre: RegistreBase, stockee: DemandeStockee) -> list[str]:
    """Numbers of the demandes born of the separation of `stockee`'s household, in order."""
    cle = {
        "base": registre.base.nom,
        "depot": stockee.date_creation.isoformat(),
        "numero": stockee.numero_unique,
    }
    return sorted(numero for (numero,) in registre.connexion.lignes(_SEPAREES, cle))
