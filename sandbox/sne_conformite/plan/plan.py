"""The plan: scenarios as data, one TOML file each under `fixtures/scenarios/<groupe>/`.

A scenario draws households, then lets things happen to them, one step after another. The vocabulary is
closed: a key, a command or a value that is not known is refused, with its place and what to write instead.

Here stands what the suite looks at in the base; what its steps can show, prove or break besides, each judge
says in its table.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import tomli

from sne_conformite.juges import JUGES, SUITES
from sne_conformite.juges.juge import CONSTATS
from sne_conformite.juges.juges_dires_de_l_application import ISSUE, NON_LUE
from sne_conformite.juges.juges_dires_de_l_application import JUGES as JUGES_DES_PAS
from sne_conformite.juges.juges_pannes import APRES, PANNES
from sne_conformite.preuves.empreintes_de_ce_qui_juge import lire_plan
from sne_conformite.protocole.formulaire_saisi import CHANGEMENTS
from sne_conformite.protocole.protocole import COMMANDES, FAUX_SERVEURS, NUM_UNIQUE, VRAI, Commande, Statut
from sne_conformite.rapports.rapport import GROUPES
from sne_interface.contract.tables_en_fiches import fiche_de, table_de
from sne_interface.domain.base import NatureGuichet
from sne_interface.domain.dates import PARIS
from sne_interface.domain.panne import GENRES, PanneDefinition
from sne_interface.errors import ContractError, UsageError
from sne_interface.generators.contraintes_de_menages import Contraintes
from sne_interface.generators.menages import SORTES
from sne_interface.resources import fixtures_dir
from sne_sandbox.bases.horloge import atteindre

#: A step: its kind, and its value.
Pas = tuple[str, Any]

#: What a step « controle » looks at in the base, and the requirement that it shows.
CONTROLES: Final = {"une_seule_demande": "VIE-02", "boite_vide": "VIE-19"}
#: What only a step « panne » lets be seen in the messages of commands.
_APRES_UNE_PANNE: Final = frozenset().union(*(suite.apres_une_panne for suite in SUITES))
#: What only a step « serveur » does.
_D_UN_SERVEUR: Final = frozenset(faux.exigence for faux in FAUX_SERVEURS.values())


def montrables(pas: Iterable[Pas]) -> frozenset[str]:
    """The requirements that these steps can prove or break, one after the other."""
    pas = list(pas)
    vues = frozenset().union(*(d_une_etape(sorte, quoi) for sorte, quoi in pas))
    return vues if any(sorte == "panne" for sorte, _ in pas) else vues - _APRES_UNE_PANNE


def d_une_etape(sorte: str, quoi: Any) -> frozenset[str]:
    """The requirements that a step can prove or break, whatever comes before it."""
    return _montrees().get((sorte, quoi), frozenset({APRES} if sorte == "panne" else ()))


@cache
def _montrees() -> Mapping[Pas, frozenset[str]]:
    """The requirements that each step can prove or break, of every step that can."""
    return {
        **{("faire", nom): _d_une_commande(commande) for nom, commande in COMMANDES.items()},
        **{("panne", nom): frozenset({APRES, exigence}) for nom, (exigence, _) in PANNES.items()},
        **{("serveur", nom): frozenset({faux.exigence}) for nom, faux in FAUX_SERVEURS.items()},
        **{("controle", nom): frozenset({exigence}) for nom, exigence in CONTROLES.items()},
    }


def _d_une_commande(commande: Commande) -> frozenset[str]:
    """By its own judges, and by those of the messages that do it."""
    vues = {exigence for juge in (*JUGES_DES_PAS, ISSUE) for exigence in juge.montre(commande)}
    messages = [
        (operation, genre)
        for operation in commande.operations
        for genre in (commande.genres if operation == NUM_UNIQUE else ("",))
    ] + [(NUM_UNIQUE, genre) for genre in commande.suites]
    for message in messages:
        vues |= {juge.exigence for juge in JUGES if juge.sur.contient(*message)}
        vues |= {exigence for suite in SUITES if suite.sur.contient(*message) for exigence in suite.exigences}
    if messages:
        vues.add(NON_LUE)
    return frozenset(vues) - _D_UN_SERVEUR


def etapes_qui_montrent(exigence: str) -> list[Pas]:
    """Every step that can prove or break a requirement; none for one that no judge speaks of."""
    return [pas for pas, exigences in _montrees().items() if exigence in exigences]


def dire_ces_etapes(exigence: str) -> str:
    """Names in French the steps that can show a requirement: « faire = "radier" ou "decider" »."""
    par_sorte = defaultdict(list)
    for sorte, quoi in etapes_qui_montrent(exigence):
        par_sorte[sorte].append(f'"{quoi}"')
    dites = " ; ".join(f"{sorte} = {' ou '.join(valeurs)}" for sorte, valeurs in par_sorte.items())
    return f"{dites}, après une étape « panne »" if exigence in _APRES_UNE_PANNE else dites


#: The motives that an application may radiate for.
RADIATIONS: Final = ("RADABA", "RADIRR", "RADCON", "RADATT")
#: The words of scenarios.
TABLES: Final = tomli.loads((fixtures_dir() / "schemas" / "plan.toml").read_text("utf-8"))
#: What another guichet may do, with what it enters when the step says no more: by option, its value.
AUTRUI: Final[Mapping[str, Mapping[str, Any]]] = CONSTATS["autrui"]
#: What `exemples` of a scenario counts for: its examples when that many are asked of a scenario.
EXEMPLES: Final = 10
#: What a value may be, by the name that the table gives it.
_TYPES: Final = {
    "texte": str, "nombre entier": int, "nombre à virgule": float, "booléen": bool, "tableau": list,
    "tableau de textes": tuple, "table": dict,
}  # fmt: skip
_NOMS_TYPES: Final = {genre: nom for nom, genre in _TYPES.items()}
#: Keys of a step, by the key that says what it is; each with what it takes.
_ETAPES: Final = {
    sorte: {cle: _TYPES[genre] for cle, genre in cles.items()} for sorte, cles in TABLES["etapes"].items()
}
#: Days of a household, which may be written as texts.
_JOURS: Final = ("depot", "naissance")
#: What a step speaks of: these name a household, or a demande that an earlier step made.
_NOMS: Final = ("reference", "origine", "jumeau_de")
#: Some instant: what matters is whether a duration or a day can be read.
_UN_JOUR: Final = datetime(2018, 3, 15, 12, tzinfo=PARIS)


@dataclass(frozen=True)
class Etape:
    """A step. `sorte` is a key of the closed table (faire, autrui, temps, panne, fin_panne, role, serveur,
    controle), `quoi` its value, `options` its other keys."""

    sorte: str
    quoi: Any
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def attendus(self) -> tuple[Statut, ...]:
        """How a command may end."""
        return tuple(Statut(s) for s in self.options.get("attendu", ["fait"]))

    @property
    def noms(self) -> frozenset[str]:
        """The demandes, and the households, that it speaks of."""
        return frozenset(self.options[cle] for cle in (*_NOMS, "menage") if cle in self.options)


@dataclass(frozen=True)
class Scenario:
    """A scenario. `pourquoi` is told to the reader of the report; `exigences` are the ids it checks;
    `menages` the demandes it draws, by reference; `exemples` its share of EXEMPLES: what varies little is
    not worth as many as the rest."""

    id: str
    groupe: str
    titre: str
    pourquoi: str
    exigences: tuple[str, ...]
    etapes: tuple[Etape, ...]
    menages: Mapping[str, Contraintes]
    exemples: int = EXEMPLES
    #: Instant at which its base starts (ISO); "" for the run's own.
    instant: str = ""

    @property
    def commandes(self) -> frozenset[str]:
        """The commands that it needs of the application."""
        return frozenset(e.quoi for e in self.etapes if e.sorte == "faire") | (
            {"adresser"} if self.ailleurs else frozenset()
        )

    def groupes(self, demandes: Collection[str]) -> Iterator[list[tuple[int, Etape]]]:
        """Its steps for those households by their rank from 1, those together that are under way at once: a
        command that is told « ensemble » is not answered yet when the next one is told."""
        groupe = []
        for rang, etape in self.etapes_de(demandes).items():
            groupe.append((rang, etape))
            if not etape.options.get("ensemble"):
                yield groupe
                groupe = []
        if groupe:
            yield groupe

    @property
    def a_la_fois(self) -> int:
        """How many commands at once it needs of the application."""
        return max(map(len, self.groupes(self.menages)), default=1)

    @property
    def guichets(self) -> int:
        """How many guichets it needs that the application serves."""
        return len({e.options.get("guichet") for e in self.etapes if e.sorte == "faire"})

    @property
    def filtres(self) -> frozenset[str]:
        """The filters of feeds that it needs of the application."""
        return frozenset(filtre for e in self.etapes for filtre in e.options.get("filtres", ()))

    @property
    def avec_panne(self) -> bool:
        """True when something goes wrong in it, after which an application waits."""
        return any(e.sorte == "panne" for e in self.etapes)

    @property
    def ailleurs(self) -> bool:
        """True when it sends the application to a server that it must refuse."""
        return any(e.sorte == "serveur" for e in self.etapes)

    def etapes_de(self, demandes: Collection[str]) -> dict[int, Etape]:
        """The steps by their ranks from 1, without those that need a household that is not of `demandes`."""
        ecartes = set(self.menages).difference(demandes)
        gardees = {}
        for rang, etape in enumerate(self.etapes, 1):
            if etape.noms.isdisjoint(ecartes):
                gardees[rang] = etape
            else:
                ecartes |= {etape.options.get("reference", "")}
        return gardees

    @property
    def separables(self) -> bool:
        """True when each of its commands is about a demande: those of one go on without those of another."""
        return all(etape.noms for etape in self.etapes if etape.sorte in ("faire", "autrui"))

    def combien(self, demandes: int) -> int:
        """How many examples it runs when `demandes` are asked of each scenario: that many up to `exemples`;
        above, `exemples` for every EXEMPLES asked (of 3: 5 asked run 3, 20 asked run 6)."""
        return max(min(demandes, self.exemples), self.exemples * demandes // EXEMPLES)

    @property
    def versions(self) -> frozenset[str]:
        """The message versions that it asks for."""
        return frozenset(c.version for c in self.menages.values() if c.version)


@dataclass(frozen=True)
class Plan:
    """Scenarios, in the order of the groups and of their ids."""

    scenarios: tuple[Scenario, ...]

    def __iter__(self) -> Iterator[Scenario]:
        return iter(self.scenarios)

    def __len__(self) -> int:
        return len(self.scenarios)

    @property
    def familles(self) -> dict[str, str]:
        """The families, heads of the ids of the scenarios, each with its title."""
        tetes = {s.id.partition("-")[0]: s.groupe for s in self}
        return {tete: CONSTATS["familles"].get(tete, GROUPES[groupe]) for tete, groupe in tetes.items()}


class PlanIncorrect(UsageError):
    """A scenario that cannot be read: its place, and what to write instead. It is of a `--plan`: ours are
    tested."""


def charger(chemin: Path | None = None) -> Plan:
    """The plan of a folder (default: `fixtures/scenarios/`). Raises PlanIncorrect."""
    try:
        return de_textes(lire_plan(chemin))
    except (OSError, UnicodeDecodeError) as erreur:
        raise PlanIncorrect(f"Le plan {chemin} ne se lit pas : {erreur}.") from None


def de_textes(textes: Mapping[str, str]) -> Plan:
    """The plan of the texts of its scenarios, by « groupe/ID.toml ». Raises PlanIncorrect."""
    if not textes:
        raise PlanIncorrect("Aucun scénario dans ce plan.", remede="un fichier GROUPE/ID.toml par scénario")
    rangs = list(GROUPES)
    lus = (lire(nom, texte) for nom, texte in textes.items())
    return Plan(tuple(sorted(lus, key=lambda s: (rangs.index(s.groupe), s.id))))


@cache
def publie() -> Plan:
    """The plan of this version, read once."""
    return charger()


def lire(nom: str, texte: str) -> Scenario:
    """The scenario of a text; `nom` is « groupe/ID.toml ». Raises PlanIncorrect."""
    groupe, _, fichier = nom.partition("/")
    if groupe not in GROUPES:
        raise PlanIncorrect(f"{nom} : groupe inconnu.", remede=f"groupes : {', '.join(GROUPES)}")
    try:
        table = tomli.loads(texte)
    except tomli.TOMLDecodeError as erreur:
        raise PlanIncorrect(f"{nom} ne se lit pas : {erreur}.") from None
    lecteur = _LecteurScenario(fichier)
    lecteur.connues(table, ("titre", "pourquoi", "exigences", "menages", "etapes", "exemples", "instant"))
    menages = {
        nom: lecteur.contraintes(nom, brut)
        for nom, brut in lecteur.prendre(table, "menages", dict, {}).items()
    }
    connus = set(menages)
    etapes = tuple(
        lecteur.etape(rang, brut, menages, connus)
        for rang, brut in enumerate(lecteur.prendre(table, "etapes", list), 1)
    )
    for rang, etape in enumerate(etapes, 1):
        if etape.options.get("ensemble") and [e.sorte for e in etapes[rang : rang + 1]] != ["faire"]:
            raise lecteur.refuser(
                f"étape {rang}", "« ensemble » n'a pas d'étape « faire » après elle", "ôtez-le"
            )
    return Scenario(
        id=fichier.removesuffix(".toml"),
        groupe=groupe,
        titre=lecteur.prendre(table, "titre", str),
        pourquoi=lecteur.prendre(table, "pourquoi", str),
        exigences=lecteur.exigences(lecteur.prendre(table, "exigences", list), etapes),
        etapes=etapes,
        menages=menages,
        exemples=lecteur.prendre(table, "exemples", int, EXEMPLES),
        instant=lecteur.instant(lecteur.prendre(table, "instant", str, "")),
    )


def verifier_exigences(plan: Plan, connues: Collection[str]) -> None:
    """Raises PlanIncorrect when a scenario checks a requirement that is none of `connues`, the ids of the
    contract, or one that no step of any scenario can show."""
    for scenario in plan:
        inconnues = [exigence for exigence in scenario.exigences if exigence not in connues]
        if inconnues:
            raise PlanIncorrect(
                f"{scenario.id}.toml : exigences inconnues du contrat : {', '.join(inconnues)}.",
                remede="leurs numéros sont ceux de requirements.csv",
            )
        muettes = [exigence for exigence in scenario.exigences if not etapes_qui_montrent(exigence)]
        if muettes:
            raise PlanIncorrect(
                f"{scenario.id}.toml : aucun juge ne parle de : {', '.join(muettes)}.",
                remede="ôtez-les de ses exigences",
            )


@dataclass(frozen=True)
class _LecteurScenario:
    """Reads one file, and says where it goes wrong."""

    fichier: str

    def refuser(self, ou: str, quoi: str, remede: str) -> PlanIncorrect:
        lieu = f"{self.fichier}, {ou}" if ou else self.fichier
        return PlanIncorrect(f"{lieu} : {quoi}.", remede=remede)

    def connues(self, table: Mapping[str, Any], cles: Any, ou: str = "") -> None:
        for cle in table:
            if cle not in cles:
                raise self.refuser(ou, f"clé inconnue « {cle} »", f"clés : {', '.join(cles)}")

    def prendre(self, table: Mapping[str, Any], cle: str, type_: type, defaut: Any = None) -> Any:
        valeur = table.get(cle, defaut)
        if not isinstance(valeur, type_) or (valeur == "" and defaut is None):
            raise self.refuser(
                "", f"« {cle} » manque ou n'est pas un {_NOMS_TYPES[type_]}", f"écrivez {cle} = …"
            )
        return valeur

    def parmi(self, ou: str, valeur: Any, permises: Any) -> None:
        if valeur not in permises:
            raise self.refuser(ou, f"valeur inconnue « {valeur} »", f"valeurs : {', '.join(permises)}")

    def contraintes(self, nom: str, brut: Any) -> Contraintes:
        ou = f"[menages.{nom}]"
        lieu = f"{self.fichier}, {ou}"
        try:
            dites = {cle: _jour(v) if cle in _JOURS else v for cle, v in table_de(brut, lieu).items()}
            lues = fiche_de(Contraintes, dites, lieu)
        except ContractError as faute:
            raise PlanIncorrect(str(faute), remede=faute.remede) from None
        if lues.sorte is not None:
            self.parmi(ou, lues.sorte, SORTES)
        self._richesse(ou, {"richesse": lues.richesse})
        return lues

    def _richesse(self, ou: str, dits: Mapping[str, Any]) -> None:
        if not 0 <= dits.get("richesse", 0) <= 1:
            raise self.refuser(ou, "« richesse » n'est pas entre 0 et 1", "0.25, par exemple")

    def instant(self, ecrit: str) -> str:
        """An ISO instant that names its zone, or ""."""
        try:
            bon = not ecrit or datetime.fromisoformat(ecrit).tzinfo is not None
        except ValueError:
            bon = False
        if not bon:
            remede = "un instant ISO avec son décalage, par exemple 2018-03-15T12:00:00+01:00"
            raise self.refuser("", f"« instant » ne se lit pas : {ecrit}", remede)
        return ecrit

    def exigences(self, annoncees: list[Any], etapes: Sequence[Etape]) -> tuple[str, ...]:
        """Reads the requirements that a scenario says it checks: one of its steps can show each of them. A
        requirement that no step of any scenario can show is told where the contract is known."""
        montrees = montrables((etape.sorte, etape.quoi) for etape in etapes)
        for exigence in annoncees:
            if not isinstance(exigence, str):
                raise self.refuser("exigences", f"« {exigence} » n'est pas un texte", "VIE-01, par exemple")
            if exigence not in montrees and etapes_qui_montrent(exigence):
                quoi = f"aucune étape du scénario ne peut prouver ni enfreindre {exigence}"
                raise self.refuser("exigences", quoi, f"le peuvent : {dire_ces_etapes(exigence)}")
        return tuple(annoncees)

    def etape(self, rang: int, brut: Any, menages: Mapping[str, Any], connus: set[str]) -> Etape:
        """A step; `connus` holds the names that it may speak of, and takes those that it makes."""
        ou = f"étape {rang}"
        if not isinstance(brut, dict):
            raise self.refuser(ou, "ce n'est pas une table", "écrivez [[etapes]]")
        sortes = [cle for cle in brut if cle in _ETAPES]
        if len(sortes) != 1:
            raise self.refuser(ou, "une étape a une sorte, et une seule", f"sortes : {', '.join(_ETAPES)}")
        (sorte,) = sortes
        options = {cle: valeur for cle, valeur in brut.items() if cle != sorte}
        self.connues(options, _ETAPES[sorte], ou)
        for cle, valeur in options.items():
            if not isinstance(valeur, _ETAPES[sorte][cle]):
                raise self.refuser(
                    ou, f"« {cle} » n'est pas un {_NOMS_TYPES[_ETAPES[sorte][cle]]}", "corrigez-le"
                )
        quoi = brut[sorte]
        if not isinstance(quoi, {"fin_panne": bool}.get(sorte, str)) or quoi == "":
            raise self.refuser(ou, f"« {sorte} » n'a pas de valeur", f"écrivez {sorte} = …")
        etape = Etape(sorte, quoi, options)
        self._verifier(ou, etape, menages)
        self._nommer(ou, etape, connus)
        return etape

    def _nommer(self, ou: str, etape: Etape, connus: set[str]) -> None:
        options = etape.options
        if etape.sorte == "autrui" and "reference" not in options:
            raise self.refuser(ou, "« reference » manque", "écrivez reference = …")
        if "reference" in options and ("menage" in options or "jumeau_de" in options):
            connus.add(options["reference"])
        for cle in _NOMS:
            if cle in options and options[cle] not in connus:
                raise self.refuser(
                    ou,
                    f"« {cle} » nomme « {options[cle]} », que rien ne tire",
                    f"ajoutez [menages.{options[cle]}], ou choisissez : {', '.join(sorted(connus))}",
                )

    def _verifier(self, ou: str, etape: Etape, menages: Mapping[str, Any]) -> None:
        permises = {
            "faire": COMMANDES,
            "autrui": AUTRUI,
            "panne": GENRES,
            "role": tuple(NatureGuichet),
            "serveur": (VRAI, *FAUX_SERVEURS),
            "controle": CONTROLES,
        }.get(etape.sorte)
        if permises is not None:
            self.parmi(ou, etape.quoi, permises)
        siens: dict[str, Collection[str]] = {
            "changements": CHANGEMENTS,
            "filtres": COMMANDES[etape.quoi].filtres if etape.sorte == "faire" else (),
            "attendu": tuple(Statut),
            "menage": menages,
            "radiation": RADIATIONS,
        }
        for cle, admis in siens.items():
            dits = etape.options.get(cle, ())
            for dit in [dits] if isinstance(dits, str) else dits:
                self.parmi(ou, dit, tuple(admis))
        self._richesse(ou, etape.options)
        try:
            if etape.sorte == "panne":
                panne_de(etape)
            elif etape.sorte == "temps":
                atteindre(_UN_JOUR, etape.quoi)
        except UsageError as erreur:
            raise self.refuser(ou, str(erreur).rstrip("."), erreur.remede) from None


def _jour(ecrit: Any) -> Any:
    """A day that is written as a text, read; any other value as it is."""
    try:
        return date.fromisoformat(ecrit)
    except (TypeError, ValueError):
        return ecrit


def panne_de(etape: Etape) -> PanneDefinition:
    """The panne of a step « panne ». Raises UsageError for parameters that its kind does not take."""
    parametres = {cle: str(valeur) for cle, valeur in etape.options.get("parametres", {}).items()}
    return PanneDefinition(etape.quoi, **{**etape.options, "parametres": parametres})
