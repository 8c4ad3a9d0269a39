"""The judgements of a home: one folder each below `conformite/`, written by our own commands as children.

A folder that holds `rapport.json` is a report, whatever wrote it (`--report-dir HOME/conformite/NOM`). A
judgement that the server began also holds `commande` (what was run), `sortie` (what it said), `suivi.jsonl`
(the progress of an application that is driven), `verrou` and `verrou-enfant` (each locked as long as its
process lives: the one that watches the judgement, the command itself), and `code` (its exit code) once it has
ended. Everything is in files: several workers show the same thing. A judgement that a server began ends with
that server.

Where servers share a PostgreSQL, each judgement that one of them began is in the database too, as it goes
(`fichiers_partages.py`), with `porteur`, the process that runs it: the others show it, and see when that
process is gone. A judgement that has ended is in the database only.

The server runs only our own commands, with values that are checked. They judge the traffic of a base, or
drive an application through the plan: the reference application, one that answers at an address, or one of
the commands that the owner of the server declared, by its name (`serve --application`). Nobody types a
command in a page.

A judgement that plays a part of another again holds `partie` too: the console shows it beside that one, and
it gives no verdict of its own.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path
from typing import Annotated, Final

from sne_conformite.rapports import rapport_json
from sne_conformite.rapports.constats_groupes import grouper
from sne_conformite.rapports.formats_de_rapport import FICHIERS
from sne_conformite.rapports.rapport import EtatExigence
from sne_conformite.rapports.rapport_masque import masquer
from sne_conformite.rapports.verdict_de_conformite import conclure
from sne_interface import systeme
from sne_interface.domain.dates import PARIS
from sne_interface.domain.valeurs_en_json import TU, tirer
from sne_interface.errors import ConflitEtat, OperatorError, StoreError, UsageError, raison_systeme
from sne_interface.settings import PAR_NOM
from sne_sandbox.store.plusieurs_serveurs.fichiers_partages import Classeur
from sne_sandbox.store.plusieurs_serveurs.voisins import vivants
from sne_sandbox.web.configuration_et_services import Services

#: Judgements of traffic at once.
_ENSEMBLE: Final = max(2, os.cpu_count() or 1)
#: Households drawn for each scenario, and the largest seed, of what is begun from here.
EXEMPLES_DE_LA_CONSOLE: Final = 20
GRAINE_MAX: Final = 2**31 - 1
#: Characters of what a command says that are shown.
SORTIE_MAX: Final = 200_000
_NOM: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
#: What `--application` calls the reference application.
TEMOIN: Final = "temoin"
#: Locked by who watches the child, and by the child, which lives on a while when that one dies.
_TENUS: Final = ("verrou", "verrou-enfant")
#: Asks for its end.
_ARRETER: Final = "arreter"
#: The process that runs it (`store/plusieurs_serveurs/voisins.py`), where servers share it.
_PORTEUR: Final = "porteur"
#: What of another judgement it plays again.
_PARTIE: Final = "partie"
_DOSSIER: Final = "conformite"
_PAS: Final = 0.25
#: Seconds between two times that servers are told how far it is.
_PAS_PARTAGE: Final = 1.0
_DELAI_FIN: Final = 10.0


class EtatJugement(StrEnum):
    """How far a judgement is."""

    EN_COURS = "en cours"
    #: Its report is there.
    RENDUE = "rendue"
    #: The command ended without a report.
    ECHOUEE = "échouée"
    #: Its process is gone without a word.
    INTERROMPUE = "interrompue"


@dataclass(frozen=True)
class PartieRejouee:
    """The part of another judgement that a judgement plays again: a scenario, for one of its requirements or,
    "", for all."""

    de: str
    scenario: str
    exigence: str = ""


@dataclass(frozen=True)
class JugementConserve:
    """A judgement. `commande` is "" when no server began it; `fini_le` is when its report was
    written."""

    nom: str
    dossier: Path
    etat: EtatJugement
    commande: str
    fini_le: datetime | None
    #: Where the servers share it, None for one that is of this home.
    classeur: Classeur | None = None

    @property
    def sortie(self) -> str:
        """Reads the end of the output of the command so far."""
        return _lire(self.dossier / "sortie")[-SORTIE_MAX:]

    @property
    def suivi(self) -> Path:
        """Returns the path of its progress, when an application is driven through the plan."""
        return self.dossier / "suivi.jsonl"

    @property
    def en_cours(self) -> bool:
        """True while it runs."""
        return self.etat is EtatJugement.EN_COURS

    @property
    def rendue(self) -> bool:
        """True when its report is there."""
        return self.etat is EtatJugement.RENDUE

    @property
    def pilotee(self) -> bool:
        """True when a server drives an application through the plan."""
        return self.commande.startswith("sne-sandbox conform ")

    @property
    def options(self) -> dict[str, str]:
        """Returns the options of its command, each with its value."""
        mots = shlex.split(self.commande)[2:]
        return dict(zip(mots[::2], mots[1::2], strict=False))

    @property
    def base(self) -> str | None:
        """The base whose traffic a server judges; None for an application that is driven, and for a report
        of the command line."""
        return None if self.pilotee else self.options.get("--base")

    @property
    def partie(self) -> PartieRejouee | None:
        """Reads the part of another judgement that it plays again; None for a judgement of its own."""
        with suppress(ValueError, TypeError):
            return PartieRejouee(**json.loads(_lire(self.dossier / _PARTIE)))
        return None

    @property
    def commence_le(self) -> datetime | None:
        """When a server began it."""
        with suppress(OSError):
            return datetime.fromtimestamp((self.dossier / "commande").stat().st_mtime, UTC)
        return None

    @property
    def rapport(self) -> Path:
        """Its report, when it is there."""
        return self.dossier / "rapport.json"

    @property
    def fichiers(self) -> list[str]:
        """The files that can be taken away."""
        return [nom for nom in FICHIERS if (self.dossier / nom).is_file()]


def lister(home: Path, classeur: Classeur | None = None) -> list[JugementConserve]:
    """Every judgement of a home, and those that servers share, the newest first."""
    racine = home / _DOSSIER
    noms = {d.name for d in racine.iterdir() if d.is_dir()} if racine.is_dir() else set()
    if classeur is not None:
        noms.update(dossier.rpartition("/")[2] for dossier in classeur.dossiers(_DOSSIER))
    trouves = [epreuve for nom in noms if (epreuve := trouver(home, nom, classeur)) is not None]
    return sorted(trouves, key=lambda epreuve: (_fait_le(epreuve), epreuve.nom), reverse=True)


def _fait_le(epreuve: JugementConserve) -> float:
    """Of a copy, its folder tells nothing."""
    quand = epreuve.fini_le or epreuve.commence_le
    return 0.0 if quand is None else quand.timestamp()


def trouver(home: Path, nom: str, classeur: Classeur | None = None) -> JugementConserve | None:
    """The judgement of that name, of this home or shared, None when there is none."""
    if _NOM.fullmatch(nom) is None:
        return None
    dossier = home / _DOSSIER / nom
    if classeur is None or (dossier.is_dir() and (_tenu(dossier) or not (dossier / _PORTEUR).is_file())):
        return _lu(nom, dossier, None)
    if dossier.is_dir():  # the process that ran it died before it could share the end of it
        _ranger(classeur, dossier)
    return _lu(nom, classeur.a_jour(f"{_DOSSIER}/{nom}"), classeur)


def _lu(nom: str, dossier: Path, classeur: Classeur | None) -> JugementConserve | None:
    rapport = dossier / "rapport.json"
    if not rapport.is_file() and not (dossier / "commande").is_file():
        return None
    fini = datetime.fromtimestamp(rapport.stat().st_mtime, UTC) if rapport.is_file() else None
    etat = _etat(dossier, classeur)
    return JugementConserve(nom, dossier, etat, _lire(dossier / "commande"), fini, classeur)


def lancer(
    home: Path,
    genre: str,
    arguments: Sequence[str],
    database: str | None = None,
    classeur: Classeur | None = None,
    partie: PartieRejouee | None = None,
) -> JugementConserve:
    """Runs `sne-sandbox ARGUMENTS --report-dir …` as a child; answers at once. `genre` begins the folder's
    name, `partie` is what it plays again. Raises ConflitEtat while another is
    running, which wants the whole machine; as many that judge what bases have seen as it has cores run at
    once, each of which takes one for a second or two."""
    with _seul(home):
        en_cours = [epreuve for epreuve in lister(home) if epreuve.en_cours]
        seul = arguments[0] == "conform" or any(epreuve.pilotee for epreuve in en_cours)
        ensemble = 1 if seul else _ENSEMBLE
        if len(en_cours) >= ensemble:
            raise ConflitEtat(
                "Un jugement est déjà en cours.",  # its name may be that of a base one may not see
                remede="attendez sa fin, ou arrêtez-le",
            )
        nom = f"{datetime.now(PARIS):%Y%m%d-%H%M%S-%f}-{genre}"
        dossier = home / _DOSSIER / nom
        mots = [*arguments, "--report-dir", str(dossier)]
        if arguments[0] == "conform":
            mots += ["--suivi", str(dossier / "suivi.jsonl"), "--echanges", str(dossier)]
        try:
            dossier.mkdir(parents=True)
            tenu = systeme.VerrouDeFichier(dossier / _TENUS[0])
            tenu.prendre()
            if partie is not None:
                (dossier / _PARTIE).write_text(json.dumps(asdict(partie)), "utf-8")
            (dossier / "commande").write_text(shlex.join(["sne-sandbox", *mots]), "utf-8")
            if classeur is not None and classeur.magasin.voisins is not None:
                (dossier / _PORTEUR).write_text(classeur.magasin.voisins.cle, "utf-8")
            else:
                classeur = None  # nobody would know whether we live
            with (dossier / "sortie").open("wb") as sortie:
                enfant = subprocess.Popen(  # noqa: S603 - our own command; only validated values follow it
                    # -P: the server may well be in a folder that has a `sne_sandbox` of its own.
                    [
                        *(sys.executable, "-P", "-m", "sne_sandbox", "--with-parent"),
                        *("--tenir", str(dossier / _TENUS[1])),
                        *mots,
                    ],
                    stdin=subprocess.PIPE,  # closed by our death: what --with-parent waits for
                    stdout=sortie,
                    stderr=subprocess.STDOUT,
                    env=_environnement(database),
                    start_new_session=True,  # a Ctrl-C meant for us comes to it by our death, once
                )
        except OSError as erreur:
            raise _empechement(home, erreur) from None
    veilleur = threading.Thread(
        target=_veiller, args=(enfant, dossier, tenu, classeur), name=f"epreuve {nom}"
    )
    veilleur.daemon = True
    veilleur.start()
    trouvee = trouver(home, nom)
    assert trouvee is not None
    return trouvee


def arreter(epreuve: JugementConserve) -> None:
    """Asks the worker that runs it to end it."""
    (epreuve.dossier / _ARRETER).touch()
    if epreuve.classeur is not None:
        epreuve.classeur.deposer(f"{_DOSSIER}/{epreuve.nom}", _ARRETER, epreuve.dossier / _ARRETER)


def effacer(epreuve: JugementConserve) -> None:
    """Takes a judgement that has ended away. Raises ConflitEtat for one that runs, OperatorError when its
    files cannot be deleted."""
    if epreuve.en_cours:
        raise ConflitEtat("Ce jugement est en cours.", remede="arrêtez-le d'abord")
    if epreuve.classeur is not None:
        epreuve.classeur.oter(f"{_DOSSIER}/{epreuve.nom}")
    try:
        shutil.rmtree(epreuve.dossier)
    except FileNotFoundError:
        return  # somebody else did
    except OSError as erreur:
        raise OperatorError(
            f"Le jugement [{epreuve.nom}] n'est pas effacé en entier : {raison_systeme(erreur)}.",
            remede=f"vérifiez les droits de {epreuve.dossier}",
        ) from erreur


# --- what may be run ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PlanConnu:
    """The plan that drives an application: families of scenarios, each with its title; scenarios, each with
    its title and its requirements."""

    familles: Mapping[str, str]
    scenarios: Mapping[str, tuple[str, tuple[str, ...]]]


@cache
def plan() -> PlanConnu:
    """The plan of this version."""
    from sne_conformite.plan import plan as plans

    lu = plans.charger()
    return PlanConnu(lu.familles, {s.id: (s.titre, s.exigences) for s in lu})


def juger_trafic(services: Services, base: str) -> JugementConserve:
    """Judges what the base has seen. Raises ConflitEtat while another judgement is running."""
    configuration, home = services.configuration, services.magasin.home
    arguments = ["report", "--base", base, "--home", str(home)]
    arguments += _contrat(configuration.contract, configuration.contracts, configuration.quartiles)
    return lancer(home, f"trafic-{base}"[:50], arguments, configuration.database, services.classeur)


def piloter(
    services: Services,
    contrat: str,
    profil: str,
    *,
    exemples: int,
    graine: int,
    designation: str = TEMOIN,
    famille: str = "",
    scenario: str = "",
    partie: PartieRejouee | None = None,
) -> JugementConserve:
    """Drives an application through the plan, in a base and a home of its own, under a contract and a profile
    as a base is set to them; `designation` is what `applications_pilotables.designer` answers, `famille` and
    `scenario` are "" for all scenarios. Raises UsageError for what is not there, ConflitEtat while another
    judgement is running."""
    if famille and famille not in plan().familles:
        raise UsageError(f"La famille de scénarios [{famille[:20]}] n'existe pas.")
    if scenario and scenario not in plan().scenarios:
        raise UsageError(f"Le scénario [{scenario[:40]}] n'existe pas.")
    configuration = services.configuration
    arguments = ["conform", "--application", designation]
    arguments += ["--examples", str(exemples), "--seed", str(graine)]
    arguments += ["--profile", profil, *_contrat(*services.contrats.lieu(contrat), configuration.quartiles)]
    if famille or scenario:
        arguments += ["--scenario", scenario or famille]
    genre = "partie" if partie else TEMOIN if designation == TEMOIN else "application"
    return lancer(services.magasin.home, genre, arguments, classeur=services.classeur, partie=partie)


def parties(jugements: Sequence[JugementConserve], de: str, scenario: str = "") -> list[JugementConserve]:
    """Of these judgements, those that play a part of another again; of that scenario, unless it is ""."""
    return [
        epreuve
        for epreuve in jugements
        if (partie := epreuve.partie) is not None and partie.de == de and scenario in ("", partie.scenario)
    ]


def _contrat(nom: str, dossier: Path | None, quartiles: Path | None) -> list[str]:
    mots = ["--contract", nom]
    for option, fichier in (("--contracts", dossier), ("--quartiles", quartiles)):
        mots += [] if fichier is None else [option, str(fichier.absolute())]
    return mots


# --- how a report is summed up ------------------------------------------------------------------------------


@dataclass(frozen=True)
class ResumeLu:
    """A report, in a line."""

    conforme: bool
    conclusion: Annotated[str, "les mentions acquises, ou ce qui est couvert, et les manquements"]
    mode: Annotated[str, "trafic : jugement de ce qui est arrivé ; plan : application pilotée"]
    application: str
    base: str
    contrat: str
    profil: str
    debut: Annotated[datetime, "du trafic, ou de l'épreuve"]
    fin: datetime
    echanges: Annotated[int, "échanges jugés"]
    manquements: Annotated[int, "sortes de manquements à corriger"]
    prouvees: Annotated[int, TU]
    exigences: Annotated[int, TU]


def resume(epreuve: JugementConserve) -> ResumeLu | None:
    """The summary of a judgement; None as long as it has no report that reads."""
    if not epreuve.rendue:
        return None
    try:
        return _resumer(epreuve.rapport, epreuve.rapport.stat().st_mtime_ns)
    except rapport_json.RapportIllisible:
        return None


@lru_cache(maxsize=256)
def _resumer(fichier: Path, _ecrit: int) -> ResumeLu:
    """A report may be of some megabytes: the list reads it once, as long as it is not written again."""
    lu = rapport_json.lire(fichier)
    # What is shown here says nothing of its findings, which take ten times as long to mask as to read.
    court = masquer(replace(lu, scenarios=(), bilans=(), echanges=(), reponses=(), angles_morts=()))
    lu = replace(lu, entete=court.entete, mentions=court.mentions, motifs=court.motifs)
    return tirer(
        ResumeLu,
        lu.entete,
        conforme=lu.conforme,
        conclusion=conclure(lu),
        manquements=sum(g.obligatoire and not g.connue for g in grouper(lu)),
        prouvees=sum(bilan.etat is EtatExigence.PROUVEE for bilan in lu.bilans),
        exigences=len(lu.bilans),
    )


# --- pieces -------------------------------------------------------------------------------------------------


@contextmanager
def _seul(home: Path) -> Iterator[None]:
    """Nobody else begins a judgement of this home meanwhile, in this process or in another worker."""
    try:
        (home / _DOSSIER).mkdir(parents=True, exist_ok=True)
        verrou = systeme.VerrouDeFichier(home / _DOSSIER / ".verrou")
    except OSError as erreur:
        raise _empechement(home, erreur) from None
    try:
        verrou.prendre()
        yield
    finally:
        verrou.fermer()


def _empechement(home: Path, erreur: OSError) -> OperatorError:
    return OperatorError(
        f"Le jugement ne peut pas commencer : {raison_systeme(erreur)}.",
        remede=f"vérifiez les droits et la place de {home / _DOSSIER}",
    )


def _etat(dossier: Path, classeur: Classeur | None) -> EtatJugement:
    code = dossier / "code"
    finie = code.is_file() or not (dossier / "commande").is_file()
    if not finie:
        # The process that runs it lives: of this home; here or on another host.
        vit = (
            _tenu(dossier)
            if classeur is None
            else _lire(dossier / _PORTEUR) in {fiche.cle for fiche in vivants(classeur.magasin)}
        )
        if vit:
            return EtatJugement.EN_COURS
    if (dossier / "rapport.json").is_file():
        return EtatJugement.RENDUE
    # It may have ended between the two looks: its code is noted before the lock is let go.
    return EtatJugement.ECHOUEE if finie or code.is_file() else EtatJugement.INTERROMPUE


def _tenu(dossier: Path) -> bool:
    """True when the process of the judgement, or the one that watches it, lives."""
    return any(_vit(dossier / nom) for nom in _TENUS)


def _vit(tenu: Path) -> bool:
    """True when a process holds the lock. The number of a process would not tell: a container gives it
    again."""
    if not tenu.is_file():
        return False
    with systeme.tenu(tenu, attendre=False) as libre:
        return not libre


def _publier(classeur: Classeur | None, dossier: Path, connus: dict[str, int]) -> bool:
    """Shares the files that have changed since `connus`, by name and time; whether its end is asked for
    elsewhere. A database that does not answer is called again the next time."""
    if classeur is None:
        return False
    partage = f"{_DOSSIER}/{dossier.name}"
    with suppress(StoreError):
        for fichier in _a_partager(dossier):
            ecrit = fichier.stat().st_mtime_ns
            if connus.get(fichier.name) != ecrit:
                classeur.deposer(partage, fichier.name, fichier)
                connus[fichier.name] = ecrit
        return classeur.contient(partage, _ARRETER)
    return False


def _a_partager(dossier: Path) -> list[Path]:
    """Its files, in an order such that who has some of them is not deceived: what tells that it is there, and
    who runs it; what it was, and that it has ended."""
    fichiers = [f for f in dossier.iterdir() if f.name not in _TENUS and f.is_file()]
    return sorted(fichiers, key=lambda f: (f.name == "code", f.name == "commande", f.name))


def _ranger(classeur: Classeur, dossier: Path) -> None:
    """Leaves a judgement that has ended to what servers share, unless it was taken away there. Raises
    StoreError: it stays here then."""
    partage = f"{_DOSSIER}/{dossier.name}"
    if classeur.contient(partage, "commande"):
        for fichier in _a_partager(dossier):
            classeur.deposer(partage, fichier.name, fichier)
    shutil.rmtree(dossier, ignore_errors=True)


def _veiller(
    enfant: "subprocess.Popen[bytes]", dossier: Path, tenu: systeme.VerrouDeFichier, classeur: Classeur | None
) -> None:
    """Waits for a child, shares how far it is, ends it when it is asked to, notes its exit code, lets the
    lock go."""
    connus: dict[str, int] = {}
    partage = 0.0
    while enfant.poll() is None:
        arret = (dossier / _ARRETER).exists()
        if time.monotonic() >= partage:
            arret |= _publier(classeur, dossier, connus)
            partage = time.monotonic() + _PAS_PARTAGE
        if arret:
            enfant.terminate()
            try:
                enfant.wait(_DELAI_FIN)
            except subprocess.TimeoutExpired:
                enfant.kill()
            break
        try:
            enfant.wait(_PAS)
        except subprocess.TimeoutExpired:
            continue
    code = enfant.wait()
    assert enfant.stdin is not None
    enfant.stdin.close()
    if dossier.is_dir():
        (dossier / "code").write_text(str(code), "utf-8")
        if classeur is not None:
            with suppress(StoreError):  # shared when it is looked at
                _ranger(classeur, dossier)
    tenu.fermer()


def _environnement(database: str | None) -> dict[str, str]:
    """Ours, without the settings of this server, which are not those of the trial."""
    variables = {s.variable for s in PAR_NOM.values()}
    environnement = {nom: valeur for nom, valeur in os.environ.items() if nom not in variables}
    chemins = [str(Path(__file__).resolve().parents[2]), *filter(None, [os.environ.get("PYTHONPATH")])]
    environnement["PYTHONPATH"] = os.pathsep.join(chemins)
    if database is not None:
        environnement[PAR_NOM["database"].variable] = database
    return environnement


def _lire(fichier: Path) -> str:
    try:
        return fichier.read_text("utf-8", "replace")
    except OSError:
        return ""
