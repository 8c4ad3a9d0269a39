"""The tables `[roles]` of `contract.toml`: what the code reads, bound to the names of this contract.

An overlay lays its own over them key by key; an empty text binds a role to nothing. A role that our own
folders bind to a name missing from the user's files is bound to nothing and told (`Roles.perdus`); the same
binding in the user's own folder is an error of the user.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from sne_interface.contract.nomenclatures_et_territoires import Nomenclatures
from sne_interface.contract.overlay import DossiersContrat
from sne_interface.contract.tables_en_fiches import fiche_de, table_de
from sne_interface.domain import decision_de_commission as d
from sne_interface.domain.decision_de_commission import CategoriePrioritaire, RolesDecision
from sne_interface.domain.demande import FORMULAIRE
from sne_interface.domain.evenement import Caracteristique, TypeEvenement
from sne_interface.domain.roles import CALCULES, PERSONNES, Roles, RolesDemande
from sne_interface.errors import ContractError
from sne_interface.resources import TableToml, lire_a_cote

_CONTRAT: Final = "contract.toml"
_LISTES: Final = ("valeurs", "categories", "sans_categorie")
#: Blocks of the form that the household fills: what the SNE computes does not go into them.
_DU_MENAGE: Final = frozenset(
    {"association", "personnePhysique", "logementRecherche", "principauxMotifDemande"}
)
#: Steps below the form: a block of the SNE, and what it holds.
_PAS_MAX: Final = 2

#: What each role is, for whoever reads a report.
LIBELLES: Final[Mapping[str, str]] = lire_a_cote(__file__, "roles.toml")

#: What the SNE writes of each: the least, the longest, any.
_ECRITS: Final = {
    "ressources_uc": ("0", "9720", "1234567"),
    "nombre_uc": ("1.00", "2.25", "10.30"),
    "premier_quartile": ("true", "false"),
}

#: A NIR and its key: what can hold 13 characters only, the rules would refuse always.
_NIR: Final = ("206127511100564",)

#: Why the element at a path cannot hold one of these texts, "" when it can.
Refus = Callable[[str, Sequence[str]], str]


def lire_roles(
    dossiers: DossiersContrat,
    nomenclatures: Nomenclatures,
    evenements: Sequence[TypeEvenement],
    refus: Refus,
    *,
    tolerer: bool,
) -> Roles:
    """The roles of a contract, whose types of events are `evenements`. `refus` tells what schemas that are
    the user's do not let the SNE write; ours let it write all.

    Raises ContractError, with file and key, for what cannot be read. Without `tolerer`, raises it too for
    what the user's folder binds to something that the contract does not have.
    """
    lecture = _Lecture(dossiers, tolerer)
    demande = lecture.demande(nomenclatures, refus)
    decision = lecture.decision({genre.code: genre for genre in evenements})
    return Roles(demande, decision, lecture.perdus)


def faute_de_la_demande(role: str, chemin: str, nomenclatures: Nomenclatures, refus: Refus) -> str:
    """Why the element at `chemin` cannot be that of a role of the demande, in French; "" when it can."""
    nom = role.rpartition(".")[2]
    if nom in CALCULES:
        dans = chemin.removeprefix(f"{FORMULAIRE}/").split("/")
        if len(dans) > _PAS_MAX or dans[0] in _DU_MENAGE or chemin in (FORMULAIRE, dans[0]):
            return "il n'est pas dans un bloc que le SNE écrit"
    elif nom != "demandeur" and not chemin.startswith(f"{PERSONNES[nom]}/"):
        # One NIR for each person: outside it, nothing would say whose it is.
        return f"il n'est pas dans {PERSONNES[nom]}"
    if not nomenclatures.depuis(chemin):
        return "les schémas de la demande n'ont pas cet élément"
    if derniere := nomenclatures.jusque(chemin):
        return f"les messages d'après {derniere} ne l'ont plus"
    return refus(chemin, _ECRITS.get(nom, _NIR))


def dire_eteinte(roles: Roles, lus: Sequence[str]) -> str:
    """Why what reads these roles is off under a contract, in French; "" when it is not."""
    absents = roles.manquants(lus)
    if not absents:
        return ""
    return f"aucun nom du contrat n'est lié à : {', '.join(LIBELLES[role] for role in absents)}"


def noms_ecrits(table: TableToml, prefixe: str = "") -> dict[str, str]:
    """The names of a table `[roles]` as they are written, by role (`decision.bail`): nobody has looked yet
    whether the contract has them."""
    noms: dict[str, str] = {}
    for cle, valeur in table.items():
        if isinstance(valeur, Mapping):
            noms |= noms_ecrits(valeur, f"{prefixe}{cle}.")
        elif isinstance(valeur, str):
            noms[prefixe + cle] = valeur
    return noms


class _Lecture:
    def __init__(self, dossiers: DossiersContrat, tolerer: bool) -> None:
        self._tolerer = tolerer
        self._fichiers = dossiers.tomls(_CONTRAT)
        self._du_contrat = dossiers.du_contrat
        tables = dossiers.toml(_CONTRAT).get("roles", {})
        self._tables = _table(tables, "roles", ("demande", "decision"))
        self.perdus: dict[str, str] = {}

    # --- a demande

    def demande(self, nomenclatures: Nomenclatures, refus: Refus) -> RolesDemande:
        table = _table(self._tables.get("demande", {}), "roles.demande", ("nir", *CALCULES))
        nirs = _table(table.get("nir", {}), "roles.demande.nir", tuple(PERSONNES))

        def faute(role: str) -> Callable[[str], str]:
            return lambda chemin: faute_de_la_demande(role, chemin, nomenclatures, refus)

        places = {n: self._lie(nirs, f"demande.nir.{n}", faute(n)) for n in PERSONNES}
        calcules = {nom: self._lie(table, f"demande.{nom}", faute(nom)) for nom in CALCULES}
        lies = {nom: chemin for nom, chemin in places.items() if chemin}
        tous = [chemin for chemin in (*lies.values(), *calcules.values()) if chemin]
        return RolesDemande(
            lies, **calcules, depuis={chemin: nomenclatures.depuis(chemin) for chemin in tous}
        )

    # --- a decision

    def decision(self, types: Mapping[str, TypeEvenement]) -> RolesDecision:
        cles = ("type", *d.CARACTERISTIQUES, *_LISTES)
        table = _table(self._tables.get("decision", {}), "roles.decision", cles)
        code = self._lie(
            table, "decision.type", lambda c: "" if c in types else "aucun type d'événement n'a ce code"
        )
        if not code:
            return RolesDecision()
        siennes = {c.code: c for c in types[code].caracteristiques}

        def faute(nom: str) -> str:
            return "" if nom in siennes else f"le type {code} n'a pas cette caractéristique"

        liees = {r: lie for r in d.CARACTERISTIQUES if (lie := self._lie(table, f"decision.{r}", faute))}
        categorie = siennes.get(liees.get(d.CATEGORIE, ""))
        return RolesDecision(
            code,
            liees,
            self._valeurs(table, siennes.get(liees.get(d.DECISION, ""))),
            self._categories(table, categorie),
            self._lie(table, "decision.sans_categorie", _de_la_liste(categorie)),
        )

    def _valeurs(self, decision: TableToml, liste: Caracteristique | None) -> dict[str, str]:
        table = _table(decision.get("valeurs", {}), "roles.decision.valeurs", d.DECISIONS)
        faute = _de_la_liste(liste)
        return {r: lu for r in d.DECISIONS if (lu := self._lie(table, f"decision.valeurs.{r}", faute))}

    def _categories(
        self, decision: TableToml, liste: Caracteristique | None
    ) -> dict[str, CategoriePrioritaire]:
        lues: dict[str, CategoriePrioritaire] = {}
        tables = _table(decision.get("categories", {}), "roles.decision.categories")
        for role, contenu in tables.items():
            lieu = f"roles.decision.categories.{role}"
            table = _table(contenu, lieu)
            code = self._lie(table, f"decision.categories.{role}", _de_la_liste(liste), "code")
            if code:
                lues[code] = fiche_de(CategoriePrioritaire, table, f"{_CONTRAT} : [{lieu}]", role=role)
        return lues

    # --- one role

    def _lie(self, table: TableToml, role: str, faute: Callable[[str], str], cle: str = "") -> str:
        """The name that a role is bound to, "" for nothing. `faute` says what is wrong with a name, "" when
        nothing is; `cle` is its key in `table`, else the last of `role`."""
        nom = table.get(cle or role.rpartition(".")[2], "")
        if not isinstance(nom, str):
            raise ContractError(
                f"{_CONTRAT} : [roles] {role} attend un texte, reçu {nom!r}.",
                remede='écrivez un nom entre guillemets, "" pour ne rien lier',
            )
        raison = faute(nom) if nom else ""
        if not raison:
            return nom
        fichier = self._ecrit_par(f"{role}.{cle}" if cle else role)
        if fichier is not None and not self._du_contrat(fichier) and not self._tolerer:
            raise ContractError(
                f"{fichier} : [roles] {role} = « {nom} » : {raison}.",
                remede='« sne-sandbox contrat verifier DOSSIER » dit à quoi le lier ; "" ne le lie à rien',
            )
        self.perdus[role] = f"« {nom} » : {raison}"
        return ""

    def _ecrit_par(self, role: str) -> Path | None:
        """The file that names a role, the one that wins."""
        tables = ((fichier, contenu.get("roles", {})) for fichier, contenu in reversed(self._fichiers))
        return next((fichier for fichier, table in tables if role in noms_ecrits(table)), None)


def _de_la_liste(liste: Caracteristique | None) -> Callable[[str], str]:
    if liste is None:
        return lambda _: "la caractéristique qui la porterait n'est liée à rien"
    codes = {code for code, _ in liste.valeurs}
    return lambda code: "" if code in codes else f"la liste de {liste.code} n'a pas ce code"


def _table(valeur: Any, lieu: str, cles: Sequence[str] | None = None) -> TableToml:
    return table_de(valeur, f"{_CONTRAT} : [{lieu}]", cles)
