"""The requirements an application is judged on: `requirements.csv`, the folders merged by id; what a
household risks when one is broken: `risques.toml`, by id or, failing that, by family (« FID »); and the
claims that a product may make: `certification.toml`, the folders merged key by key.

A *rôle* is what the product does, an *option* what it may do beside; a *mention* demands roles, options and
conditions of the trial. Requirements are written by expression (« EMB-* », « VIE-01..06 », « CTR-09 »), and
resolved here. The file says at its head what each key is; all of it is checked when it is read.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, TypeVar

from sne_interface.contract.nomenclatures_et_territoires import lignes_csv
from sne_interface.contract.overlay import DossiersContrat, lire_le_fichier
from sne_interface.contract.table_des_roles import noms_ecrits
from sne_interface.contract.tables_en_fiches import valeur_de
from sne_interface.domain.anomalie import Fidelite
from sne_interface.errors import ContractError
from sne_interface.resources import TableToml

EXIGENCES: Final = "requirements.csv"
RISQUES: Final = "risques.toml"
NIVEAUX: Final = ("MUST", "SHOULD")
_COLONNES: Final = ("id", "text", "source", "fidelity", "level", "since", "not_tested_because", "remedy")


@dataclass(frozen=True, slots=True)
class Exigence:
    """A requirement. `fidelite` says how far its source goes, `niveau` is MUST or SHOULD; `non_testee` says
    why it is not tested, "" when it is; `remede` what a developer does when it breaks, `risque` what a
    household risks then ("" when unsaid)."""

    id: str
    texte: str
    source: str
    fidelite: str
    niveau: str
    depuis: str
    non_testee: str = ""
    remede: str = ""
    risque: str = ""


def charger_exigences(dossiers: DossiersContrat) -> Mapping[str, Exigence]:
    """Requirements by id, in the order of the files, a row replacing the row of the same id of the contract
    below; those that a later contract is the first to ask are left out. Raises ContractError, with file and
    line, for a row that cannot be read."""
    lues: dict[str, Exigence] = {}
    for dossier in reversed(dossiers.couches):
        fichier = dossier / EXIGENCES
        if fichier.is_file():
            # A row of ours may be of a later contract.
            siennes = not dossiers.du_contrat(fichier)
            lues |= {e.id: e for e in _lire(fichier) if siennes or e.depuis in dossiers.noms}
    risques = dossiers.toml(RISQUES)
    return {
        nom: replace(e, risque=str(risques.get(nom) or risques.get(nom.partition("-")[0]) or ""))
        for nom, e in lues.items()
    }


def _lire(fichier: Path) -> list[Exigence]:
    trouvees = []
    for rang, ligne in enumerate(lignes_csv(lire_le_fichier(fichier), str(fichier), _COLONNES), 2):
        if ligne["level"] not in NIVEAUX or not ligne["id"] or not ligne["text"]:
            raise ContractError(
                f"{fichier}, ligne {rang} : exigence incomplète ou de niveau inconnu.",
                remede="un id, un texte, et MUST ou SHOULD",
            )
        valeur_de(Fidelite, ligne["fidelity"], f"{fichier}, ligne {rang}, fidelity")
        trouvees.append(Exigence(*(ligne[colonne] for colonne in _COLONNES)))
    return trouvees


def niveaux(exigences: Mapping[str, Exigence]) -> dict[str, str]:
    """Tells by id whether each requirement MUST or SHOULD be met."""
    return {exigence.id: exigence.niveau for exigence in exigences.values()}


# --- roles, options, mentions -------------------------------------------------------------------------

FICHIER: Final = "certification.toml"
#: Keys of a mention's `plan`: how much of the plan is demanded.
PROPOSE: Final = "propose"
JOUE: Final = "joue"
_PARTIE: Final = ("exigences", "operations", "commandes", "alternatives")
_LISTES: Final[Mapping[str, tuple[str, ...]]] = {
    "roles": (*_PARTIE, "exige"),
    "options": (*_PARTIE, "roles"),
    "alternatives": ("parmi",),
    "formes": ("exigences", "scenarios", "regles", "roles", "hors"),
    "mentions": ("roles", "options", "attestations", "herite", "profils"),
}
_TEXTES: Final[Mapping[str, tuple[str, ...]]] = {
    "formes": ("motif",),
    "mentions": ("niveau", "mode", "plan", "quoi"),
}
_CHOIX: Final[Mapping[str, tuple[str, ...]]] = {
    "niveau": NIVEAUX,
    "mode": ("", "plan"),
    "plan": ("", PROPOSE, JOUE),
}
_EXPRESSION: Final = re.compile(r"([A-Z]{3})-(?:(\*)|(\d\d)(?:\.\.(\d\d))?)")
_REMEDE: Final = "écrivez une famille « EMB-* », une suite « VIE-01..06 », ou un identifiant « CTR-09 »"

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class PartieDeProduit:
    """A part of a product. `commandes` are the commands of the adapter's protocol that drive it;
    `alternatives` are ids."""

    id: str
    titre: str
    exigences: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()
    commandes: tuple[str, ...] = ()
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RoleDeProduit(PartieDeProduit):
    """A part that a product does; `exige` are the roles that it stands on."""

    exige: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OptionDeProduit(PartieDeProduit):
    """A part that a product may do beside `roles`: a mention demands it, or a product that declares it must
    prove it."""

    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AlternativeDExigences:
    """Requirements of which one proved is enough."""

    id: str
    titre: str
    parmi: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FormeDifficile:
    """A hard form of what is entered or read: a line « chemin=valeur » of its document matches `motif` (a
    regular expression; "" when the contract binds to nothing what it looks for: it is not asked for).
    `exigences` are not proved without it, `scenarios` draw it first, `regles` have a case for it; it is asked
    of `roles` alone, when there are any, and not of who says to do without (`hors`)."""

    id: str
    titre: str
    motif: str
    exigences: tuple[str, ...] = ()
    scenarios: tuple[str, ...] = ()
    regles: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    hors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MentionProposee:
    """A mention, what it inherits included; `quoi` says what it is in one sentence. `roles` with all those
    that they stand on, in the order of the file. The rest are conditions of the trial: a mode, how much of
    the plan, examples, profiles."""

    id: str
    titre: str
    quoi: str = ""
    roles: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    attestations: tuple[str, ...] = ()
    herite: tuple[str, ...] = ()
    profils: tuple[str, ...] = ()
    niveau: str = "MUST"
    mode: str = ""
    plan: str = ""
    exemples_min: int = 0


@dataclass(frozen=True, slots=True)
class Certification:
    """All of it, each by id, in the order of the file; a mention after those it inherits. `niveaux` are MUST
    or SHOULD by requirement, `attestables` what the vendor alone can say, and why it is not tested."""

    nom: str
    roles: Mapping[str, RoleDeProduit]
    options: Mapping[str, OptionDeProduit]
    alternatives: Mapping[str, AlternativeDExigences]
    formes: Mapping[str, FormeDifficile]
    mentions: Mapping[str, MentionProposee]
    niveaux: Mapping[str, str]
    attestables: Mapping[str, str]

    def avec_leurs_appuis(self, roles: Iterable[str]) -> tuple[str, ...]:
        """These roles and all that they stand on, in the order of the file."""
        return _fermeture(self.roles, roles, lambda role: role.exige)

    def options_de(self, mention: MentionProposee, declarees: Iterable[str]) -> tuple[str, ...]:
        """The options that a mention demands of who declares those."""
        voulues = {*mention.options, *declarees}
        return tuple(o.id for o in self.options.values() if o.id in voulues and {*o.roles} & {*mention.roles})

    def parties(self, mention: MentionProposee, options: Iterable[str]) -> list[PartieDeProduit]:
        """Its roles, and these options."""
        return [*(self.roles[role] for role in mention.roles), *(self.options[option] for option in options)]

    def exigences_de(self, mention: MentionProposee, options: Iterable[str]) -> tuple[str, ...]:
        """The requirements of its roles and of these options, whatever their level, in the order of the
        contract, and what it wants attested; those of alternatives are left out."""
        dites = {e for partie in self.parties(mention, options) for e in partie.exigences}
        dites.update(mention.attestations)
        return tuple(e for e in self.niveaux if e in dites)

    @property
    def hors(self) -> tuple[str, ...]:
        """The things that a product may say it does not do."""
        return tuple(dict.fromkeys(quoi for forme in self.formes.values() for quoi in forme.hors))

    def formes_de(self, roles: Collection[str], exigences: Collection[str]) -> list[FormeDifficile]:
        """The hard forms that a product of these roles has to show of one of these requirements."""
        return [
            forme
            for forme in self.formes.values()
            if forme.motif
            and (not forme.roles or {*forme.roles} & {*roles})
            and {*forme.exigences} & {*exigences}
        ]

    def demandees(self, mention: MentionProposee, options: Iterable[str]) -> tuple[str, ...]:
        """Returns the requirements of `exigences_de` that the mention wants proved, at its level."""
        return tuple(
            e
            for e in self.exigences_de(mention, options)
            if mention.niveau == "SHOULD" or self.niveaux[e] == "MUST" or e in mention.attestations
        )


_ROLE: Final = re.compile(r"\{([a-z][\w.]+)\}")


def _par_role(nom: str, noms: Mapping[str, str]) -> str:
    """`nom`, each role in it replaced by what the contract binds it to; "" when it binds one to nothing."""
    if not all(noms.get(role) for role in _ROLE.findall(nom)):
        return ""
    return _ROLE.sub(lambda trouve: noms[trouve[1]], nom)


def charger_certification(dossiers: DossiersContrat) -> Certification:
    """That of a contract; one without any mention when no folder has the file. Raises ContractError with file
    and key."""
    lecteur = _Lecteur(dossiers)
    noms = noms_ecrits(dossiers)
    tables = {genre: lecteur.tables(genre) for genre in _LISTES}
    roles = {i: RoleDeProduit(i, **t) for i, t in tables["roles"].items()}
    options = {i: OptionDeProduit(i, **t) for i, t in tables["options"].items()}
    for genre, suites in (("roles", "exige"), ("mentions", "herite")):
        lecteur.sans_boucle(genre, suites, tables[genre])
    mentions = [_mention(i, tables["mentions"], roles, options, lecteur.table) for i in tables["mentions"]]
    exigences = lecteur.exigences.values()
    alternatives = {i: AlternativeDExigences(i, **t) for i, t in tables["alternatives"].items()}
    formes = {i: t | {"motif": _par_role(t["motif"], noms)} for i, t in tables["formes"].items()}
    return Certification(
        nom=str(lecteur.table.get("nom", "")),
        roles=roles,
        options=options,
        alternatives=alternatives,
        formes={i: FormeDifficile(i, **t) for i, t in formes.items()},
        mentions={m.id: m for m in sorted(mentions, key=lambda m: len(m.herite))},
        niveaux=niveaux(lecteur.exigences),
        attestables={e.id: f"{e.texte} ({e.non_testee})" for e in exigences if e.non_testee},
    )


def _mention(
    identifiant: str,
    tables: Mapping[str, TableToml],
    roles: Mapping[str, RoleDeProduit],
    options: Mapping[str, OptionDeProduit],
    table: TableToml,
) -> MentionProposee:
    """One mention: its own keys, and all that those it inherits demand."""
    lignee = _fermeture(tables, [identifiant], lambda t: t["herite"])
    dites = [tables[mention] for mention in lignee]

    def ensemble(cle: str, ordre: Iterable[str]) -> tuple[str, ...]:
        tous = {valeur for t in dites for valeur in t[cle]}
        return tuple(valeur for valeur in ordre if valeur in tous)

    def plus_fort(cle: str) -> str:
        valeurs: list[str] = [t[cle] for t in dites]
        return max(valeurs, key=_CHOIX[cle].index)

    profils = [t["profils"] for t in dites if t["profils"]]
    return MentionProposee(
        identifiant,
        " – ".join(filter(None, (str(table.get("nom", "")), tables[identifiant]["titre"]))),
        quoi=tables[identifiant]["quoi"],
        roles=_fermeture(roles, ensemble("roles", roles), lambda role: role.exige),
        options=ensemble("options", options),
        attestations=tuple(dict.fromkeys(a for t in dites for a in t["attestations"])),
        herite=tuple(m for m in lignee if m != identifiant),
        profils=tuple(p for p in profils[0] if all(p in autres for autres in profils)) if profils else (),
        niveau=plus_fort("niveau"),
        mode=plus_fort("mode"),
        plan=plus_fort("plan"),
        exemples_min=max(t["exemples_min"] for t in dites),
    )


def _fermeture(
    table: Mapping[str, _T], departs: Iterable[str], suites: Callable[[_T], Iterable[str]]
) -> tuple[str, ...]:
    """`departs` and all that follows from them, in the order of `table`."""
    vus: set[str] = set()
    a_voir = list(departs)
    while a_voir:
        nom = a_voir.pop()
        if nom not in vus:
            vus.add(nom)
            a_voir += suites(table[nom])
    return tuple(nom for nom in table if nom in vus)


class _Lecteur:
    """The merged file being read; a refusal names the file that holds the key, the key, and the remedy."""

    def __init__(self, dossiers: DossiersContrat) -> None:
        self._fichiers = dossiers.tomls(FICHIER)
        self.table = dossiers.toml(FICHIER)
        self.exigences = charger_exigences(dossiers)
        self._operations: set[str] | None = None
        self._dossiers = dossiers
        for cle in self.table:
            if cle != "nom" and cle not in _LISTES:
                raise self.refus((cle,), "clé inconnue", f"clés : nom, {', '.join(_LISTES)}")

    def refus(self, cles: tuple[str, ...], quoi: str, remede: str) -> ContractError:
        """The error of a key: in the last file that has it, or the table that lacks it."""
        lieux = (
            fichier
            for n in range(len(cles), 0, -1)
            for fichier, contenu in reversed(self._fichiers)
            if _contient(contenu, cles[:n])
        )
        ou = next(lieux, FICHIER)
        return ContractError(f"{ou}, [{'.'.join(cles)}] : {quoi}.", remede=remede)

    def tables(self, genre: str) -> dict[str, dict[str, Any]]:
        """The tables of a kind by id, each with all its keys, lists resolved."""
        brutes = self.table.get(genre, {})
        if not isinstance(brutes, Mapping):
            raise self.refus((genre,), "une table est attendue", f"écrivez [{genre}.ID]")
        return {nom: self._une(genre, nom, brute) for nom, brute in brutes.items()}

    def _une(self, genre: str, nom: str, brute: Any) -> dict[str, Any]:
        cles = (genre, nom)
        if not isinstance(brute, Mapping):
            raise self.refus(cles, "une table est attendue", f"écrivez [{genre}.{nom}]")
        textes = ("titre", *_TEXTES.get(genre, ()))
        nombres = ("exemples_min",) if genre == "mentions" else ()
        for cle in brute:
            if cle not in (permises := (*textes, *nombres, *_LISTES[genre])):
                raise self.refus((*cles, cle), "clé inconnue", f"clés : {', '.join(permises)}")
        lue: dict[str, Any] = {cle: self._texte(cles, brute, cle) for cle in textes}
        for cle in nombres:
            lue[cle] = brute.get(cle, 0)
            if not isinstance(lue[cle], int) or isinstance(lue[cle], bool) or lue[cle] < 0:
                raise self.refus((*cles, cle), "un nombre entier est attendu", f"{cle} = 10")
        for cle in _LISTES[genre]:
            lue[cle] = self._liste((*cles, cle), brute.get(cle, []))
        if genre == "alternatives" and len(lue["parmi"]) < 2:
            raise self.refus((*cles, "parmi"), "deux exigences au moins sont attendues", _REMEDE)
        if genre == "roles" and not (lue["exigences"] or lue["operations"]):
            raise self.refus(cles, "ce rôle ne demande rien", "donnez-lui exigences ou operations")
        if genre == "mentions" and not (lue["roles"] or lue["herite"]):
            raise self.refus(cles, "cette mention ne demande aucun rôle", "donnez-lui roles, ou herite")
        return lue

    def _texte(self, cles: tuple[str, ...], brute: TableToml, cle: str) -> str:
        valeur = brute.get(cle, "MUST" if cle == "niveau" else "")
        choix = _CHOIX.get(cle)
        if not isinstance(valeur, str) or (choix is None and not valeur and cle != "quoi"):
            raise self.refus((*cles, cle), "un texte, non vide, est attendu", f'écrivez {cle} = "…"')
        if choix is not None and valeur not in choix:
            dits = ", ".join(filter(None, choix))
            raise self.refus((*cles, cle), f"valeur inconnue « {valeur} »", f"valeurs : {dits}")
        try:
            re.compile(valeur if cle == "motif" else "")
        except re.error as erreur:
            raise self.refus((*cles, cle), f"ce motif ne se lit pas ({erreur})", "corrigez-le") from None
        return valeur

    def _liste(self, cles: tuple[str, ...], brute: Any) -> tuple[str, ...]:
        """A list, or a table of lists added up; ids are checked, expressions resolved."""
        listes = list(brute.values()) if isinstance(brute, Mapping) else [brute]
        if any(not isinstance(liste, list) for liste in listes):
            raise self.refus(cles, "une liste est attendue", f'écrivez {cles[-1]} = ["…"]')
        mots = [mot for liste in listes for mot in liste]
        if any(not isinstance(mot, str) or not mot for mot in mots):
            raise self.refus(cles, "une liste de textes, non vides, est attendue", f'{cles[-1]} = ["…"]')
        if cles[-1] in ("exigences", "parmi", "attestations"):
            return tuple(dict.fromkeys(e for mot in mots for e in self._resoudre(cles, mot)))
        connus = self._connus(cles[-1])
        for mot in mots:
            if connus is not None and mot not in connus:
                remede = f"connus : {', '.join(connus) or 'aucun'}"
                raise self.refus(cles, f"« {mot} » n'existe pas", remede)
        return tuple(dict.fromkeys(mots))

    def _connus(self, cle: str) -> Iterable[str] | None:
        """The ids that a list may hold; None for what a lower layer does not know."""
        if cle == "operations":
            if self._operations is None:
                chemin = self._dossiers.toml("contract.toml").get("fichiers", {}).get("operations", "")
                lignes = lignes_csv(self._dossiers.lire(chemin), chemin, ("operation",))
                self._operations = {ligne["operation"] for ligne in lignes}
            return sorted(self._operations)
        genre = {"exige": "roles", "herite": "mentions"}.get(cle, cle)
        return self.table.get(genre, {}) if genre in _LISTES else None

    def _resoudre(self, cles: tuple[str, ...], expression: str) -> list[str]:
        """The requirements that an expression names, in the order of the contract."""
        lue = _EXPRESSION.fullmatch(expression)
        if lue is None:
            raise self.refus(cles, f"l'expression « {expression} » ne se lit pas", _REMEDE)
        famille, toutes, premier, dernier = lue.groups()
        if not toutes:
            for borne in filter(None, (premier, dernier)):
                if f"{famille}-{borne}" not in self.exigences:
                    dites = ", ".join(e for e in self.exigences if e.startswith(famille)) or "aucune"
                    quoi = f"l'exigence {famille}-{borne} n'existe pas"
                    raise self.refus(cles, quoi, f"celles de {famille} : {dites}")
        trouvees = [
            e
            for e in self.exigences
            if e.startswith(f"{famille}-") and (toutes or premier <= e[4:] <= (dernier or premier))
        ]
        if not trouvees:
            raise self.refus(cles, f"l'expression « {expression} » ne désigne aucune exigence", _REMEDE)
        return trouvees

    def sans_boucle(self, genre: str, cle: str, tables: Mapping[str, TableToml]) -> None:
        """Raises ContractError for one that leads to itself by `cle`."""
        for nom, table in tables.items():
            if nom in _fermeture(tables, table[cle], lambda t: t[cle]):
                quoi = f"« {nom} » mène à lui-même"
                raise self.refus((genre, nom, cle), quoi, "ôtez l'une des étapes de cette boucle")


def _contient(contenu: Any, cles: tuple[str, ...]) -> bool:
    for cle in cles:
        if not isinstance(contenu, Mapping) or cle not in contenu:
            return False
        contenu = contenu[cle]
    return True
