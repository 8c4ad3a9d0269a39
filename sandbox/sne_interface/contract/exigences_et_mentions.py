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
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Literal, TypeVar, get_args

from sne_interface.contract.nomenclatures_et_territoires import lignes_csv
from sne_interface.contract.overlay import DossiersContrat, lire_le_fichier
from sne_interface.contract.table_des_roles import noms_ecrits
from sne_interface.contract.tables_en_fiches import fiche_de, table_de, valeur_de
from sne_interface.domain.anomalie import Fidelite
from sne_interface.errors import ContractError

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
#: A mention whose `plan` is this one demands that the plan was played.
JOUE: Final = "joue"
#: The values of a mention's keys, the one that demands most last.
Niveau = Literal["MUST", "SHOULD"]
Mode = Literal["", "plan"]
Plan = Literal["", "propose", "joue"]
#: The lists that name ids of the same file, and where these are.
_GENRES: Final = ("roles", "options", "alternatives", "formes", "mentions")
_RENVOIS: Final = {"exige": "roles", "herite": "mentions"} | {genre: genre for genre in _GENRES}
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
    niveau: Niveau = "MUST"
    mode: Mode = ""
    plan: Plan = ""
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
    noms = noms_ecrits(dossiers.toml("contract.toml").get("roles", {}))
    roles = lecteur.fiches("roles", RoleDeProduit)
    options = lecteur.fiches("options", OptionDeProduit)
    alternatives = lecteur.fiches("alternatives", AlternativeDExigences)
    formes = lecteur.fiches("formes", FormeDifficile)
    dites = lecteur.fiches("mentions", MentionProposee)
    lecteur.sans_boucle("roles", "exige", {role.id: role.exige for role in roles.values()})
    lecteur.sans_boucle("mentions", "herite", {mention.id: mention.herite for mention in dites.values()})
    for r in roles.values():
        demande = r.exigences or r.operations
        lecteur.exiger(
            demande, "roles", r.id, "ce rôle ne demande rien", "donnez-lui exigences ou operations"
        )
    for m in dites.values():
        demande = m.roles or m.herite
        lecteur.exiger(demande, "mentions", m.id, "elle ne demande aucun rôle", "donnez-lui roles, ou herite")
    for a in alternatives.values():
        deux = len(a.parmi) > 1
        lecteur.exiger(deux, "alternatives", a.id, "parmi attend deux exigences au moins", _REMEDE)
    for forme in formes.values():
        lecteur.exiger(_se_lit(forme.motif), "formes", forme.id, "ce motif ne se lit pas", "corrigez-le")
    mentions = [_mention(mention, dites, roles, options, lecteur.nom) for mention in dites.values()]
    exigences = lecteur.exigences.values()
    return Certification(
        nom=lecteur.nom,
        roles=roles,
        options=options,
        alternatives=alternatives,
        formes={f.id: replace(f, motif=_par_role(f.motif, noms)) for f in formes.values()},
        mentions={m.id: m for m in sorted(mentions, key=lambda m: len(m.herite))},
        niveaux=niveaux(lecteur.exigences),
        attestables={e.id: f"{e.texte} ({e.non_testee})" for e in exigences if e.non_testee},
    )


def _mention(
    mention: MentionProposee,
    dites: Mapping[str, MentionProposee],
    roles: Mapping[str, RoleDeProduit],
    options: Mapping[str, OptionDeProduit],
    nom: str,
) -> MentionProposee:
    """A mention as it is written, with all that those it inherits demand."""
    lignee = _fermeture(dites, [mention.id], lambda m: m.herite)
    toutes = [dites[m] for m in lignee]
    profils = [m.profils for m in toutes if m.profils]
    return replace(
        mention,
        titre=" – ".join(filter(None, (nom, mention.titre))),
        roles=_fermeture(roles, (r for m in toutes for r in m.roles), lambda role: role.exige),
        options=tuple(o for o in options if any(o in m.options for m in toutes)),
        attestations=tuple(dict.fromkeys(a for m in toutes for a in m.attestations)),
        herite=tuple(m for m in lignee if m != mention.id),
        profils=tuple(p for p in profils[0] if all(p in autres for autres in profils)) if profils else (),
        niveau=max((m.niveau for m in toutes), key=get_args(Niveau).index),
        mode=max((m.mode for m in toutes), key=get_args(Mode).index),
        plan=max((m.plan for m in toutes), key=get_args(Plan).index),
        exemples_min=max(m.exemples_min for m in toutes),
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
    """The merged file being read; a refusal names the file that has the table, the table, and the remedy."""

    def __init__(self, dossiers: DossiersContrat) -> None:
        self._dossiers = dossiers
        self._fichiers = dossiers.tomls(FICHIER)
        self._table = dossiers.toml(FICHIER)
        self.nom = str(self._table.get("nom", ""))
        self.exigences = charger_exigences(dossiers)
        for fichier, contenu in self._fichiers:
            table_de(contenu, str(fichier), ("nom", *_GENRES))
            for genre in _GENRES:
                table_de(contenu.get(genre, {}), f"{fichier} : [{genre}]")

    def lieu(self, genre: str, nom: str) -> str:
        """The place of a table: in the last file that has it."""
        fichiers = [fichier for fichier, contenu in self._fichiers if nom in contenu.get(genre, {})]
        return f"{fichiers[-1]} : [{genre}.{nom}]"

    def exiger(self, tenu: object, genre: str, nom: str, faute: str, remede: str) -> None:
        """Raises ContractError for a table of which that does not hold."""
        if not tenu:
            raise ContractError(f"{self.lieu(genre, nom)} {faute}.", remede=remede)

    def fiches(self, genre: str, classe: type[_T]) -> dict[str, _T]:
        """The tables of a kind by id, the ids of their lists known, expressions resolved."""
        return {
            nom: self._fiche(classe, nom, t, self.lieu(genre, nom))
            for nom, t in self._table.get(genre, {}).items()
        }

    def _fiche(self, classe: type[_T], nom: str, table: Any, lieu: str) -> _T:
        ecrite = {cle: _a_plat(valeur) for cle, valeur in table_de(table, lieu).items()}
        fiche = fiche_de(classe, ecrite, lieu, id=nom)
        listes = {cle: mots for cle, mots in ecrite.items() if isinstance(mots, list)}
        lues = {cle: self._liste(cle, mots, f"{lieu} {cle}") for cle, mots in listes.items()}
        return replace(fiche, **lues)  # type: ignore[type-var]

    def _liste(self, cle: str, mots: list[str], lieu: str) -> tuple[str, ...]:
        if cle in ("exigences", "parmi", "attestations"):
            return tuple(dict.fromkeys(e for mot in mots for e in self._resoudre(mot, lieu)))
        connus: Collection[str] = mots
        if cle == "operations":
            connus = self._operations
        elif cle in _RENVOIS:
            connus = self._table.get(_RENVOIS[cle], {})
        for mot in mots:
            if mot not in connus:
                raise ContractError(
                    f"{lieu} : « {mot} » n'existe pas.", remede=f"connus : {', '.join(connus) or 'aucun'}"
                )
        return tuple(dict.fromkeys(mots))

    @cached_property
    def _operations(self) -> list[str]:
        chemin = self._dossiers.toml("contract.toml").get("fichiers", {}).get("operations", "")
        lignes = lignes_csv(self._dossiers.lire(chemin), chemin, ("operation",))
        return sorted({ligne["operation"] for ligne in lignes})

    def _resoudre(self, expression: str, lieu: str) -> list[str]:
        """The requirements that an expression names, in the order of the contract."""
        lue = _EXPRESSION.fullmatch(expression)
        if lue is None:
            raise ContractError(f"{lieu} : l'expression « {expression} » ne se lit pas.", remede=_REMEDE)
        famille, toutes, premier, dernier = lue.groups()
        siennes = [e for e in self.exigences if e.startswith(f"{famille}-")]
        for borne in filter(None, (premier, dernier)):
            if f"{famille}-{borne}" not in siennes:
                raise ContractError(
                    f"{lieu} : l'exigence {famille}-{borne} n'existe pas.",
                    remede=f"celles de {famille} : {', '.join(siennes) or 'aucune'}",
                )
        trouvees = [e for e in siennes if toutes or premier <= e[4:] <= (dernier or premier)]
        if not trouvees:
            raise ContractError(
                f"{lieu} : l'expression « {expression} » ne désigne aucune exigence.", remede=_REMEDE
            )
        return trouvees

    def sans_boucle(self, genre: str, cle: str, suites: Mapping[str, tuple[str, ...]]) -> None:
        """Raises ContractError for a table that leads to itself by the ids of `cle`."""
        for nom, suite in suites.items():
            sans = nom not in _fermeture(suites, suite, lambda ids: ids)
            faute, remede = f"{cle} : « {nom} » mène à lui-même", "ôtez l'une des étapes de cette boucle"
            self.exiger(sans, genre, nom, faute, remede)


def _se_lit(motif: str) -> bool:
    """True when a text is a regular expression."""
    try:
        re.compile(motif)
    except re.error:
        return False
    return True


def _a_plat(valeur: Any) -> Any:
    """A list; of a table of lists, all of them added up."""
    if isinstance(valeur, Mapping) and all(isinstance(liste, list) for liste in valeur.values()):
        return [mot for liste in valeur.values() for mot in liste]
    return valeur
