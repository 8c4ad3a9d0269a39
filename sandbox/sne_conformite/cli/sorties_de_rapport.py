"""From a stream of judgement to what the user gets: the files of --report-dir, the summary, the exit code."""

import contextlib
import platform
import shlex
import shutil
import sys
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from sne_conformite.cli.options_de_jugement import VARIABLE_CLE, RapportDemande
from sne_conformite.preuves.empreintes_de_ce_qui_juge import Detail, resumer
from sne_conformite.rapports import annotations_de_forge, manquements_connus, rapport_texte
from sne_conformite.rapports.formats_de_rapport import (
    ATTESTATION,
    ECRITS,
    FICHIERS,
    PAGES,
    PAR_OPTION,
    PREUVES,
)
from sne_conformite.rapports.manquements_connus import Connue
from sne_conformite.rapports.rapport import SEUL, TRAFIC, Alentours, Candidat, Entete, Rapport
from sne_conformite.rapports.verdict_de_conformite import decider, exiger_mentions, non_juge
from sne_interface import resources
from sne_interface.contract.overlay import PAR_DEFAUT, DossiersContrat
from sne_interface.domain.nir import CACHE
from sne_interface.errors import OperatorError, UsageError, raison_systeme
from sne_interface.settings import SETTINGS
from sne_sandbox import __version__
from sne_sandbox.cli.options import inconnu

if TYPE_CHECKING:
    from sne_conformite.bilan.mentions import ReferentielDeCertification
    from sne_conformite.preuves.pseudonymes import Pseudonymes
    from sne_conformite.preuves.signature import CleDeSignature
    from sne_interface.contract.contrats_charges import Contrat
    from sne_interface.domain.echange import Echange

#: Distributions on which a verdict depends: an evidence package names their versions.
_JUGES: Final = ("lxml", "hypothesis")


#: Classes that no verifier gives, and what each says of a trial that was just judged.
NON_SIGNEE: Final = "non signée"
AUTO_DECLAREE: Final = "auto-déclarée"
_CLASSES: Final = {
    True: f"{AUTO_DECLAREE} à sa signature (qui a mené l'épreuve l'a jugée, et en répond)",
    False: f"{NON_SIGNEE} (qui a mené l'épreuve l'a jugée ; personne n'en répond)",
}
_DEFI_A_CONFIRMER: Final = " ; le défi reste à confirmer par qui l'a donné : report --verify --defi"

#: What a verifier adds.
_CONTRESIGNER: Final = ("--confiance", "confiance.toml", "--cle", "verificateur.cle", "--contresigner")
#: Exit code when nothing is held against the application, and something was not judged: the machine was too
#: slow or, for who asked that all be judged, the suite failed.
NON_JUGE: Final = 3


class RapportNonEcrit(OperatorError):
    """A report cannot be written where it was asked for."""


@dataclass(frozen=True)
class Preuves:
    """The material of the evidence of a report: the values that `paquet_de_preuves.ecrire` takes. `scenarios`
    are the ids of the whole plan."""

    echanges: "Iterable[Echange]" = ()
    configuration: Mapping[str, Any] = field(default_factory=dict)
    juges: Detail | None = None
    plan: Mapping[str, str] | None = None
    proces_verbal: "Callable[[Pseudonymes], Iterable[Mapping[str, Any]]] | None" = None
    scenarios: tuple[str, ...] = ()

    def deposer(self, rapport: Rapport, chemin: Path) -> Mapping[str, str]:
        """Writes the package at `chemin`; why exchanges are not in it, by their ids. Raises OSError."""
        from sne_conformite.preuves import paquet_de_preuves

        return paquet_de_preuves.ecrire(
            rapport,
            chemin,
            echanges=self.echanges,
            configuration=self.configuration,
            versions=versions(),
            juges=self.juges,
            plan=self.plan,
            proces_verbal=self.proces_verbal,
        )

    def attester(self, rapport: Rapport, chemin: Path, cle: "CleDeSignature | None") -> None:
        """With a key, signs the package at `chemin` and the pages beside it. Raises OSError."""
        if cle is not None:
            from sne_conformite.preuves import paquet_de_preuves, signature
            from sne_conformite.rapports import rapport_json

            fichiers = map(chemin.with_name, (PREUVES.fichier, *PAGES))
            sujets = {fichier.name: paquet_de_preuves.empreinte(fichier) for fichier in fichiers}
            dit = signature.declarer(rapport, rapport_json.octets(rapport), sujets, cle.nom, cle.id)
            chemin.with_name(ATTESTATION.fichier).write_bytes(signature.signer(dit, cle))

    def garants(self, rapport: Rapport, *qui: str) -> Alentours:
        """Of a trial that was just judged, and signed by `qui`."""
        defi = _DEFI_A_CONFIRMER if rapport.entete.defi else ""
        return Alentours(signatures=qui, classe=f"{_CLASSES[bool(qui)]}{defi}")


@dataclass(frozen=True, slots=True, kw_only=True)
class PreuvesCopiees(Preuves):
    """A package that was judged again, and how it was judged then: its file, the class of its attestation,
    who signed it (None: nothing is known, it is not confirmed), its number."""

    fichier: Path
    classe: str
    signataires: tuple[str, ...] | None
    numero: str

    def deposer(self, rapport: Rapport, chemin: Path) -> Mapping[str, str]:
        """Copies it to `chemin`. Raises OSError."""
        shutil.copyfile(self.fichier, chemin)
        return {}

    def attester(self, rapport: Rapport, chemin: Path, cle: "CleDeSignature | None") -> None:
        """Copies its attestation beside `chemin`, and the pages that this one signs as they are. Raises
        OSError."""
        for nom in (ATTESTATION.fichier, *(PAGES if self.signataires else ())):
            if (pris := self.fichier.with_name(nom)).is_file():
                shutil.copyfile(pris, chemin.with_name(nom))
            else:  # made here, it would not be the one that is signed
                chemin.with_name(nom).unlink(missing_ok=True)

    def garants(self, rapport: Rapport, *qui: str) -> Alentours:
        """Returns the guarantors of its attestation; a verifier signs beside the vendor, if he did not."""
        suite = "", ""
        if rapport.conforme and self.signataires and not qui and self.classe.startswith(AUTO_DECLAREE):
            mots = ["sne-sandbox", "report", "--verify", str(self.fichier), *_CONTRESIGNER]
            mots += ["--contract", rapport.entete.contrat] * (rapport.entete.contrat != PAR_DEFAUT)
            suite = "si vous êtes le vérificateur, contresignez", shlex.join(mots)
        return Alentours(signatures=self.signataires, classe=self.classe, numero=self.numero, suite=suite)


@dataclass
class Sorties:
    """Where a judgement goes, and what it excuses. `forme` is what stdout gets: « text », or an option of
    `formats_de_rapport`; "" writes the text on stderr, stdout being another's; `partiel` says that scenarios
    were chosen, `juger_tout` that an exchange which could not be judged is a failure of the tool. `contrat`
    is the name and the overlay by which mentions are judged; `mentions` are the ids of those
    that may not lack, `candidat` the product as declared, `gardees` the words that asked all this, which the
    command of a whole trial keeps."""

    dossier: Path | None
    connues: tuple[Connue, ...] = ()
    forme: str = "text"
    partiel: bool = False
    cle: "CleDeSignature | None" = None
    juger_tout: bool = False
    contrat: tuple[str, Path | None] = (PAR_DEFAUT, None)
    mentions: tuple[str, ...] = ()
    candidat: Candidat | None = None
    gardees: tuple[str, ...] = ()
    _rendu: bool = field(default=False, init=False)

    @classmethod
    def preparer(
        cls, demande: RapportDemande, *, partiel: bool = False, options: Mapping[str, Any]
    ) -> "Sorties":
        """Makes the folder, reads the baseline, the candidat and the key now: better told before the trial
        than after. `options` hold the contract. Raises RapportNonEcrit, ReferenceIncorrecte,
        CandidatIncorrect, CleIncorrecte, UsageError for a mention that is none."""
        privee = _lire_la_cle(demande.cle) if demande.cle else None
        reference, dossier = demande.reference, demande.dossier
        connues = manquements_connus.lire(reference) if reference is not None else ()
        contrat = (options["contract"], options["contracts"])
        voulues, declare = _demandes(contrat, demande.candidat, demande.mentions)
        if dossier is not None:
            essai = dossier / ".essai"
            try:
                dossier.mkdir(parents=True, exist_ok=True)
                essai.touch()
                essai.unlink()
            except OSError as erreur:
                raise _non_ecrit(dossier, erreur) from None
        donnees: list[tuple[str, object]] = [("--mention", mention) for mention in voulues]
        donnees += [("--require", exigence) for exigence in demande.exigees]
        donnees += [("--candidat", demande.candidat), ("--baseline", reference), ("--report-dir", dossier)]
        return cls(
            dossier,
            connues,
            demande.forme,
            partiel,
            privee,
            juger_tout=demande.juger_tout,
            contrat=contrat,
            mentions=voulues,
            candidat=declare,
            gardees=tuple(str(mot) for une in donnees if une[1] is not None for mot in une),
        )

    def apprendre(self) -> "ReferentielDeCertification":
        """Loads what mentions are judged by. Raises ContractError."""
        from sne_conformite.bilan.mentions import charger_referentiel

        return charger_referentiel(DossiersContrat(resources.contracts_dir(), *self.contrat))

    def mentionner(
        self, rapport: Rapport, gardees: tuple[str, ...] | None = None
    ) -> tuple[Rapport, tuple[str, ...]]:
        """`rapport` with its mentions, and what to say of the declaration: the one that is given, else the
        one that a report read again has. `gardees` are the words that asked it, ours by default. Traffic
        without an exchange has none, unless one is asked for. Raises ContractError."""
        candidat = self.candidat or rapport.entete.candidat
        if rapport.entete.mode == TRAFIC and not (rapport.entete.echanges or candidat or self.mentions):
            return rapport, ()
        from sne_conformite.bilan import mentions as certification

        referentiel = self.apprendre()
        rapport = replace(
            rapport,
            entete=replace(rapport.entete, candidat=candidat),
            mentions=certification.mentionner(
                rapport, referentiel, candidat, self.gardees if gardees is None else gardees
            ),
        )
        dites = certification.remarques(candidat, referentiel.certification) if candidat else ()
        return exiger_mentions(rapport, self.mentions), dites

    def rendre(self, rapport: Rapport, preuves: Preuves, remarques: Iterable[str] = ()) -> int:
        """Applies the baseline, judges the mentions, writes all, `remarques` at the end of the text (on
        stderr beside a machine's format); answers the exit code. Raises RapportNonEcrit, once stdout or
        stderr has the report."""
        self._rendu = True
        if preuves.juges is not None:
            rapport = replace(rapport, entete=replace(rapport.entete, empreintes=resumer(preuves.juges)))
        rapport, configuration, excuses = self._excuser(rapport, preuves)
        # A package that is judged again says what was asked when it was judged.
        gardees = tuple(configuration.get("gardees", self.gardees))
        rapport, dites = self.mentionner(rapport, gardees)
        preuves = replace(
            preuves, configuration={**configuration, "mentions": self.mentions, "gardees": gardees}
        )
        garants = SEUL
        if self.dossier is not None or isinstance(preuves, PreuvesCopiees):
            garants = preuves.garants(rapport, *([self.cle.nom] if self.cle else ()))
        garants = replace(garants, gardees=gardees)
        remarques = (*remarques, *excuses, *dites)
        try:
            fichiers, absents, alentours = self._fichiers(rapport, garants, preuves)
        except RapportNonEcrit:
            self._dire(rapport, {}, remarques, garants)
            raise
        hors_preuve = [f"l'échange {n} n'est pas dans {PREUVES.fichier}. {r}" for n, r in absents.items()]
        self._dire(rapport, fichiers, (*remarques, *hors_preuve), alentours)
        return self.code(rapport)

    def code(self, rapport: Rapport) -> int:
        """Returns the exit code of a report whose mentions are judged."""
        if not (rapport.conforme or non_juge(rapport)):
            return 1
        return NON_JUGE if not rapport.conforme or (self.juger_tout and rapport.accidents) else 0

    def _excuser(
        self, rapport: Rapport, preuves: Preuves
    ) -> tuple[Rapport, Mapping[str, Any], Sequence[str]]:
        """The report with what the baseline excuses, the configuration that says so, what to tell of it."""
        if not self.connues:
            return rapport, preuves.configuration, ()
        # Expiries are days of real life, whatever the clock of the base says.
        partiel, jour = self.partiel or bool(rapport.entete.inacheve), date.today()
        applique = manquements_connus.appliquer(
            rapport, self.connues, jour, partiel=partiel, scenarios=preuves.scenarios
        )
        reference = {
            "connues": [{**asdict(c), "expire": c.expire.isoformat()} for c in self.connues],
            "jour": jour.isoformat(),
            "partiel": partiel,
            "scenarios": preuves.scenarios,
        }
        return applique.rapport, {**preuves.configuration, "reference": reference}, applique.remarques

    def _dire(
        self, rapport: Rapport, fichiers: Mapping[str, Path], remarques: Sequence[str], alentours: Alentours
    ) -> None:
        sortie = sys.stdout if self.forme == "text" else sys.stderr
        with annotations_de_forge.sans_ordres(sortie):
            if self.forme in PAR_OPTION:
                for remarque in remarques:
                    click.echo(f"sne-sandbox : {remarque}", err=True)
                self._a_la_machine(rapport)
            else:
                rapport_texte.ecrire(
                    rapport, sortie, fichiers=fichiers, remarques=remarques, alentours=alentours
                )
                sys.stdout.flush()
        annotations_de_forge.annoncer(rapport, sortie)

    @contextlib.contextmanager
    def meme_en_echec(
        self, options: Mapping[str, Any], *, mode: str, application: str, graine: int
    ) -> Iterator[None]:
        """When what is within fails, or is interrupted, before `rendre`, the files (no evidence: there is
        none) and the machine's format say why: a CI shows nothing else. The error goes on to whoever tells
        it; one that has a `rapport` gives what it knows. `options` are those of `options_de_serve`."""
        debut = datetime.now(UTC)
        try:
            yield
        except (Exception, KeyboardInterrupt) as erreur:
            if not self._rendu:
                tete = entete(options, mode, application, graine, debut=debut)
                connu = getattr(erreur, "rapport", None) or Rapport(tete, conforme=False)
                inacheve = replace(connu.entete, inacheve=_pourquoi(erreur))
                rapport = decider(replace(connu, entete=inacheve))
                with contextlib.suppress(OperatorError):  # it may be the contract itself that cannot be read
                    rapport, _ = self.mentionner(rapport)
                self._fichiers(rapport, SEUL)
                if self.forme in PAR_OPTION:
                    self._a_la_machine(rapport)
                annotations_de_forge.annoncer(rapport, sys.stderr)
            raise

    def _fichiers(
        self, rapport: Rapport, garants: Alentours, preuves: Preuves | None = None
    ) -> tuple[dict[str, Path], Mapping[str, str], Alentours]:
        """Writes the files of --report-dir: what they are and where, why exchanges are not in the evidence,
        by their ids, and what is known beside them. None without a folder. Raises RapportNonEcrit."""
        absents: Mapping[str, str] = {}
        if self.dossier is None:
            return {}, absents, garants
        # What is signed is what the package alone gives.
        alentours = Alentours(None if self.cle else _avant(self.dossier))
        with _a_la_place(self.dossier) as provisoire:
            chemin = provisoire / PREUVES.fichier
            if preuves is not None:
                from sne_conformite.preuves.paquet_de_preuves import empreinte, numero

                absents, sha256 = preuves.deposer(rapport, chemin), empreinte(chemin)
                numero_du_paquet = numero(rapport.entete.contrat, sha256)
                alentours = replace(garants, avant=alentours.avant, preuves=sha256, numero=numero_du_paquet)
            for forme in ECRITS:
                (provisoire / forme.fichier).write_bytes(forme.ecrire(rapport, alentours))
            if preuves is not None:
                preuves.attester(rapport, chemin, self.cle)
            ecrits = [f for f in FICHIERS.values() if (provisoire / f.fichier).is_file()]
        return {f.nom: self.dossier / f.fichier for f in ecrits}, absents, alentours

    def _a_la_machine(self, rapport: Rapport) -> None:
        sys.stdout.write(PAR_OPTION[self.forme].ecrire(rapport).decode())
        sys.stdout.flush()


def _lire_la_cle(cle: str) -> "CleDeSignature":
    from sne_conformite.preuves.signature import CleIncorrecte, lire_cle

    try:
        return lire_cle(cle)
    except CleIncorrecte as erreur:
        raise CleIncorrecte(f"--cle ou {VARIABLE_CLE} : {erreur}", remede=erreur.remede) from None


def _avant(dossier: Path) -> Rapport | None:
    """The report that a folder holds, that of the run before; None without one that can be read, and went to
    its end."""
    from sne_conformite.rapports import rapport_json

    try:
        avant = rapport_json.lire(dossier / "rapport.json")
    except rapport_json.RapportIllisible:
        return None
    return None if avant.entete.inacheve else avant


def _demandes(
    contrat: tuple[str, Path | None], fichier: Path | None, demandees: Collection[str]
) -> tuple[tuple[str, ...], Candidat | None]:
    """The ids of --mention, several of which may be in one value, with commas; and the product of --candidat.
    Raises UsageError for a mention that is none, CandidatIncorrect, ContractError."""
    if fichier is None and not demandees:
        return (), None
    from sne_conformite.bilan.candidat import lire_candidat
    from sne_interface.contract.exigences_et_mentions import charger_certification

    certification = charger_certification(DossiersContrat(resources.contracts_dir(), *contrat))
    ids = tuple(mot for valeur in demandees for mot in valeur.replace(",", " ").split())
    for identifiant in ids:
        if identifiant not in certification.mentions:
            raise inconnu("La mention", identifiant, certification.mentions)
    return ids, None if fichier is None else lire_candidat(fichier, certification)


def entete(
    options: Mapping[str, Any], mode: str, application: str, graine: int, *, debut: datetime
) -> Entete:
    """That of a run before it has come to its end; `options` are those of `options_de_serve`."""
    from sne_conformite.bilan.trafic_juge import outil

    return Entete(
        outil=outil(),
        contrat=options["contract"],
        profil=options["profile"],
        mode=mode,
        application=application,
        base="",
        graine=graine,
        commande=ligne_de_commande(),
        debut=debut,
        fin=datetime.now(UTC),
    )


def _pourquoi(erreur: BaseException) -> str:
    """Why a trial did not go to its end, in French."""
    match erreur:
        case OperatorError():
            return f"L'épreuve n'a pas abouti. {erreur.diagnostics()}"
        case click.ClickException():
            return f"L'épreuve n'a pas abouti. {erreur.format_message()}"
        case KeyboardInterrupt():
            return f"Interrompu ({erreur or 'SIGINT'}) avant que rien n'ait été jugé."
    return f"L'outil a échoué, ce qui ne dit rien de l'application : {type(erreur).__name__} : {erreur}"


@contextlib.contextmanager
def _a_la_place(dossier: Path) -> Iterator[Path]:
    """A folder to write the reports in: once all are written they take the place of those of `dossier`. When
    one cannot be, those stay whole. Raises RapportNonEcrit."""
    try:
        with tempfile.TemporaryDirectory(prefix=".", dir=dossier) as provisoire:
            yield Path(provisoire)
            for nom in FICHIERS:
                if (ecrit := Path(provisoire, nom)).exists():
                    ecrit.replace(dossier / nom)
                else:
                    (dossier / nom).unlink(missing_ok=True)  # that of another trial
    except OSError as erreur:
        raise _non_ecrit(dossier, erreur, gardes=any((dossier / nom).exists() for nom in FICHIERS)) from None


def _non_ecrit(dossier: Path, erreur: OSError, *, gardes: bool = False) -> RapportNonEcrit:
    suite = " ; celui qui s'y trouve est d'une autre épreuve" if gardes else ""
    return RapportNonEcrit(
        f"Le rapport ne peut pas être écrit dans [{dossier}] : {raison_systeme(erreur)}{suite}.",
        remede="choisissez un autre dossier par --report-dir",
    )


def exigees(demandees: Collection[str], contrat: "Contrat", *, pilotee: bool = False) -> tuple[str, ...]:
    """The ids of --require, as `ids_ecrits`. Raises UsageError for one that
    is no requirement, is not tested by design or, unless the application is driven, that no traffic shows."""
    from sne_conformite.juges import PILOTEES
    from sne_interface.contract.exigences_et_mentions import charger_exigences

    connues = charger_exigences(contrat.dossiers)
    ids = ids_ecrits(demandees)
    for identifiant in ids:
        if identifiant not in connues:
            raise inconnu("L'exigence", identifiant, connues)
        if connues[identifiant].non_testee:
            raise UsageError(
                f"L'exigence [{identifiant}] ne se prouve pas ici : {connues[identifiant].non_testee}.",
                remede=f"retirez {identifiant} de --require",
            )
        if identifiant in PILOTEES and not pilotee:
            raise UsageError(
                f"L'exigence [{identifiant}] ne se prouve pas par le trafic : {PILOTEES[identifiant]}.",
                remede=f"pilotez l'application : sne-sandbox conform --require {identifiant}",
            )
    return tuple(ids)


def ids_ecrits(valeurs: Iterable[str]) -> list[str]:
    """Ids of requirements as one types them: several in one value, with commas, in small letters or not."""
    return [mot.upper() for valeur in valeurs for mot in valeur.replace(",", " ").split()]


def versions() -> dict[str, str]:
    """Returns the versions of the software that judged."""
    from importlib.metadata import version

    juges = {nom: version(nom) for nom in _JUGES}
    return {"python": platform.python_version(), "sne-sandbox": __version__, **juges}


def ligne_de_commande(mots: Sequence[str] | None = None) -> str:
    """The command that is running (or of these words), as it can be typed again but for its tokens, which no
    report may show."""
    secretes = {setting.option for setting in SETTINGS if setting.secret}
    dits: list[str] = []
    for mot in sys.argv[1:] if mots is None else mots:
        if mot == "--with-parent":  # how a server begins us, nothing to type
            continue
        if "-----BEGIN" in mot:  # a key in full
            mot = f"--cle={CACHE}" if mot.startswith("--cle=") else CACHE
        option, egal, _ = mot.partition("=")
        if dits and dits[-1] in secretes:
            dits.append(CACHE)
        else:
            dits.append(f"{option}={CACHE}" if egal and option in secretes else mot)
    return shlex.join(["sne-sandbox", *dits])


def configuration(options: Mapping[str, Any], **autres: Any) -> dict[str, Any]:
    """Returns the part of an evidence package that says how the judgement was made."""
    tus = {"database", *(setting.nom for setting in SETTINGS if setting.secret)}
    dites = {nom: valeur for nom, valeur in options.items() if nom not in tus}
    return {"commande": ligne_de_commande(), "options": {**dites, **autres}}
