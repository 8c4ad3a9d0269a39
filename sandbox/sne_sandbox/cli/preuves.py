"""An evidence package judged again, offline: signature, digests, judgement, comparison, in that order."""

import gc
import hashlib
import json
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from sne_sandbox.cli import rapports
from sne_sandbox.cli.conform import de_ces_scenarios, tenir_hypothesis
from sne_sandbox.conformance import plan as plans
from sne_sandbox.conformance import trafic
from sne_sandbox.conformance.defi import graine_et_horloge
from sne_sandbox.conformance.rejeu import JournalRejoue, MagasinRejoue, Rejeu, RejeuImpossible
from sne_sandbox.contract import versions
from sne_sandbox.contract.versions import Contrat
from sne_sandbox.domain.texte import abrege, accorde, visible
from sne_sandbox.errors import UsageError
from sne_sandbox.raisons import raison_systeme
from sne_sandbox.reports import baseline, empreintes, evidence, signature
from sne_sandbox.reports import json as rapport_json
from sne_sandbox.reports.evidence import DossierPreuves
from sne_sandbox.reports.formats import ATTESTATION
from sne_sandbox.reports.model import Rapport
from sne_sandbox.reports.progression import suivre
from sne_sandbox.reports.signature import EDITEUR, VERIFICATEUR, CleDeConfiance, SignatureRefusee

if TYPE_CHECKING:
    from sne_sandbox.reports.signature import EnveloppeVerifiee

#: What each line speaks of.
_SIGNATURE: Final = "Signature"
_EMPREINTES: Final = "Empreintes"
_REJUGEMENT: Final = "Rejugement"
_COMPARAISON: Final = "Comparaison"
NON_SIGNEE: Final = "non signée"
AUTO_DECLAREE: Final = "auto-déclarée"
REJUGEE: Final = "rejugée"
SUR_DEFI: Final = "sur défi"
_PORTEE: Final = (
    "Une signature dit qui répond de ces preuves, non qu'elles sont vraies, ni quand elles furent signées."
)
_DIFFERENCES_MAX: Final = 10
_VALEUR_MAX: Final = 80
#: What names an object of a list, in the path of a difference.
_NOMS: Final = ("id", "exigence", "identifiant", "nom")


@dataclass(frozen=True, slots=True)
class Verificateur:
    """Who verifies, and what it brings: the keys that it trusts, the challenge that it gave, the plan that it
    knows (None: that of the interface); its key signs too with `contresigner`."""

    confiance: Path | None = None
    defi: str = ""
    plan: Path | None = None
    contresigner: bool = False


@dataclass(slots=True)
class _Constat:
    """What was found so far; `ecarts` are French sentences, each of which refuses the package."""

    ecarts: list[str] = field(default_factory=list)
    classe: str = NON_SIGNEE

    def dire(self, quoi: str, phrase: str) -> None:
        click.echo(f"{quoi} : {visible(phrase)}", err=True)

    def refuser(self, quoi: str, *phrases: str) -> None:
        self.ecarts += phrases
        for phrase in phrases:
            self.dire(quoi, f"REFUSÉE, {phrase}" if quoi == _SIGNATURE else f"non, {phrase}")


def rejuger(
    fichier: Path, verificateur: Verificateur, sorties: "rapports.Sorties", options: Mapping[str, Any]
) -> int:
    """Verifies a package step by step, says each on its line, and shows the recorded report; the exit code: 0
    when all is confirmed and conforming. Raises OperatorError."""
    if verificateur.contresigner and sorties.cle is None:
        raise UsageError("--contresigner veut une clé.", remede="ajoutez --cle FICHIER")
    vu = _Constat()
    enveloppe = _lire_la_signature(fichier, verificateur, vu)
    dossier = evidence.lire(fichier)
    if dossier.format == evidence.ANCIEN_FORMAT:
        raise evidence.DossierIllisible(
            f"Le dossier [{fichier}] est au format {dossier.format}, d'où tout ne se rejuge pas.",
            remede=f"vérifiez-le avec la version qui l'a écrit : {dossier.versions.get('sne-sandbox', '?')}",
        )
    contrat = versions.charger(options["contract"], options["contracts"])
    if contrat.nom != dossier.rapport.entete.contrat:
        raise UsageError(
            f"Ce dossier juge le contrat {dossier.rapport.entete.contrat}, et non {contrat.nom}.",
            remede=f"ajoutez --contract {dossier.rapport.entete.contrat}",
        )
    _comparer_les_juges(dossier, contrat, verificateur, vu)
    if enveloppe is not None:
        _comparer_l_attestation(enveloppe, dossier, vu)
    debut = time.monotonic()
    try:
        refait = _refaire(dossier, contrat, vu)
    except RejeuImpossible as impossible:
        vu.refuser(_REJUGEMENT, f"{impossible}.")
    else:
        duree = time.monotonic() - debut
        combien = accorde(len(dossier.echanges), "échange", "échanges")
        vu.dire(_REJUGEMENT, f"tous les verdicts refaits de {combien}, en {duree:.1f} s")
        _comparer(dossier, refait, vu)
    _conclure(fichier, verificateur, sorties, vu, signee=enveloppe is not None)
    rapport = _conteste(dossier.rapport, len(vu.ecarts))
    return sorties.rendre(rapport, (), configuration=dossier.configuration, copie=fichier)


# --- signature -------------------------------------------------------------------------------------------


def _lire_la_signature(fichier: Path, verificateur: Verificateur, vu: _Constat) -> "EnveloppeVerifiee | None":
    """The attestation beside a package, None when there is none, or it does not hold."""
    confiance = signature.lire_confiance(verificateur.confiance) if verificateur.confiance else None
    attestation = fichier.with_name(ATTESTATION.fichier)
    try:
        octets = attestation.read_bytes()
    except FileNotFoundError:
        if confiance is None and not verificateur.contresigner:
            vu.dire(_SIGNATURE, f"aucune ({ATTESTATION.fichier} n'est pas à côté) : personne n'en répond")
        else:
            vu.refuser(_SIGNATURE, f"{ATTESTATION.fichier} n'est pas à côté du dossier.")
        return None
    except OSError as erreur:
        vu.refuser(_SIGNATURE, f"{ATTESTATION.fichier} ne se lit pas : {raison_systeme(erreur)}.")
        return None
    try:
        enveloppe = signature.verifier(octets)
        with fichier.open("rb") as flux:
            sha256 = hashlib.file_digest(flux, "sha256").hexdigest()
        if {"name": "preuves.zip", "digest": {"sha256": sha256}} not in enveloppe.statement["subject"]:
            raise SignatureRefusee("l'attestation est celle d'un autre dossier, ou d'avant un changement.")
        qui = _titulaires(enveloppe, confiance, vu)
    except SignatureRefusee as refus:
        vu.refuser(_SIGNATURE, str(refus))
        return None
    except OSError as erreur:  # the package's own trouble: whoever reads it says so
        vu.refuser(_SIGNATURE, f"le dossier ne se lit pas : {raison_systeme(erreur)}.")
        return None
    vu.dire(_SIGNATURE, f"valable, de {', '.join(qui)}")
    return enveloppe


def _titulaires(
    enveloppe: "EnveloppeVerifiee", confiance: Mapping[str, CleDeConfiance] | None, vu: _Constat
) -> list[str]:
    """Who signed; the class of it all. Raises SignatureRefusee when nobody is trusted."""
    if confiance is None:
        vu.classe = AUTO_DECLAREE
        inconnues = [f"clé {identifiant[:16]}…" for identifiant in enveloppe.cles]
        inconnues[0] += f" qui se dit « {enveloppe.signataire} »"
        return [*inconnues[:-1], f"{inconnues[-1]} (sans --confiance, aucune n'est connue)"]
    connues = {
        identifiant: confiance[identifiant] for identifiant in enveloppe.cles if identifiant in confiance
    }
    jour = str(enveloppe.statement["predicate"].get("sne-sandbox", {}).get("fin", ""))[:10]
    for cle in connues.values():
        if (cle.depuis and jour < cle.depuis.isoformat()) or (cle.jusqu_a and jour > cle.jusqu_a.isoformat()):
            raise SignatureRefusee(
                f"La clé de « {cle.titulaire} » n'était pas valable le {jour} (expirée ?)."
            )
    if not connues:
        raise SignatureRefusee(
            "Aucune clé de l'attestation n'est dans le fichier de confiance : clé inconnue."
        )
    classes = {cle.classe for cle in connues.values()}
    vu.classe = REJUGEE if classes == {EDITEUR, VERIFICATEUR} or VERIFICATEUR in classes else AUTO_DECLAREE
    autres = len(enveloppe.cles) - len(connues)
    suite = [accorde(autres, "clé inconnue", "clés inconnues")] if autres else []
    return [*(f"{cle.titulaire} ({cle.classe})" for cle in connues.values()), *suite]


def _comparer_l_attestation(enveloppe: "EnveloppeVerifiee", dossier: DossierPreuves, vu: _Constat) -> None:
    """Whether what was signed is what the report says."""
    dit = signature.predicat(dossier.rapport, dossier.texte.encode(), enveloppe.signataire)
    ecarts = list(_ecarts(dict(enveloppe.statement["predicate"]), dit))
    vu.refuser(_SIGNATURE, *(f"elle ne dit pas ce que dit le rapport : {ecart}." for ecart in ecarts))


# --- digests ---------------------------------------------------------------------------------------------


def _comparer_les_juges(
    dossier: DossierPreuves, contrat: Contrat, verificateur: Verificateur, vu: _Constat
) -> None:
    entete = dossier.rapport.entete
    pilote = entete.mode != trafic.MODE
    ici = empreintes.detailler(contrat, empreintes.lire_plan(verificateur.plan) if pilote else None)
    if empreintes.resumer(dossier.juges) != dict(entete.empreintes):
        vu.refuser(_EMPREINTES, "celles du rapport ne sont pas celles du manifeste.")
    if dossier.juges.get("plan", {}) != empreintes.d_un_plan(dossier.plan):
        vu.refuser(_EMPREINTES, "le plan du dossier n'a pas les empreintes annoncées.")
    autres = list(empreintes.differences(dossier.juges, ici))
    version = dossier.versions.get("sne-sandbox", "?")
    vu.refuser(
        _EMPREINTES, *(f"ne sont pas d'ici : {autre} ; jugé par sne-sandbox {version}." for autre in autres)
    )
    if not autres:
        quoi = ", ".join(empreintes.GENRES[genre] for genre in ici)
        vu.dire(_EMPREINTES, f"intactes ; {quoi} sont ceux d'ici")
    alors, maintenant = dossier.versions, rapports.versions()
    changes = [
        f"{nom} {alors.get(nom, '?')}, ici {v}" for nom, v in maintenant.items() if alors.get(nom) != v
    ]
    if changes:
        vu.dire(_EMPREINTES, f"à savoir : {' ; '.join(changes)}")


# --- judgement -------------------------------------------------------------------------------------------


def _refaire(dossier: DossierPreuves, contrat: Contrat, vu: _Constat) -> Rapport:
    """The report, judged again whole. Raises RejeuImpossible."""
    vu.refuser(
        _REJUGEMENT, *(f"l'échange {n} n'est pas dans le dossier. {r}" for n, r in dossier.absents.items())
    )
    gc.freeze()  # as `conform` does
    gc.set_threshold(20_000, 20, 50)
    faits = dossier.configuration.get("trafic")
    try:
        comptes = [int(n) for n in faits["journal"]] if faits else (0, 0, 0)
        with JournalRejoue(dossier.echanges.lignes(), evidence.relire_echange, comptes) as journal:
            manquants = _manquants(journal, dossier)
            vu.refuser(_REJUGEMENT, *(f"l'échange {n} manque au journal." for n in manquants))
            juger = _du_trafic if faits else _du_plan
            refait = juger(dossier, journal, contrat, vu)
    except (KeyError, TypeError, ValueError, AttributeError) as erreur:
        raise RejeuImpossible(
            f"la configuration ne se lit pas ({type(erreur).__name__} : {erreur})"
        ) from None
    return _finir(refait, dossier, (contrat.nom, contrat.dossiers.overlay))


def _manquants(journal: JournalRejoue, dossier: DossierPreuves) -> list[int]:
    """The first exchanges that the journal lacks, up to the last one of traffic; what a full journal dropped
    comes before its first one."""
    numeros = journal.numeros
    presents = {*numeros, *(int(n) for n in dossier.absents if n.isdigit())}
    jusqu_a = dossier.configuration.get("trafic", {}).get("reglages", {}).get("jusqu_a")
    fin = max(numeros, default=0)
    if dernier := journal.dernier(""):
        fin = max(fin, dernier if jusqu_a is None else min(dernier, jusqu_a))
    manquants = (n for n in range(min(numeros, default=1), fin + 1) if n not in presents)
    return list(islice(manquants, _DIFFERENCES_MAX))


def _du_trafic(dossier: DossierPreuves, journal: JournalRejoue, contrat: Contrat, vu: _Constat) -> Rapport:
    faits = dossier.configuration["trafic"]
    reglages = trafic.ReglagesTrafic(**faits["reglages"])
    return suivre(trafic.juger_base(MagasinRejoue(journal), str(faits["base"]), contrat, reglages))


def _du_plan(dossier: DossierPreuves, journal: JournalRejoue, contrat: Contrat, vu: _Constat) -> Rapport:
    ici, alors = rapports.versions()["hypothesis"], dossier.versions.get("hypothesis")
    with tempfile.TemporaryDirectory(prefix="sne-") as dossier_du_plan:
        tenir_hypothesis(Path(dossier_du_plan))
        racine = Path(dossier_du_plan) / "plan"
        for nom, texte in dossier.plan.items():
            fichier = racine / nom
            if not fichier.resolve().is_relative_to(racine.resolve()):
                raise RejeuImpossible(f"le plan nomme un fichier hors de lui : {nom}")
            fichier.parent.mkdir(parents=True, exist_ok=True)
            fichier.write_text(texte, "utf-8")
        rejeu = Rejeu(dossier.proces_verbal(), journal, contrat, retirer=ici == alors)
        if ici != alors:
            vu.dire(_REJUGEMENT, "les ménages ne sont pas retirés de la graine : autre version d'hypothesis")
        entete = dossier.rapport.entete
        if entete.defi and graine_et_horloge(entete.defi) != (
            rejeu.reglages.graine,
            rejeu.reglages.maintenant,
        ):
            vu.refuser(_REJUGEMENT, "la graine et l'horloge ne sont pas celles que donne le défi.")
        rapport = rejeu.juger(plans.charger(racine))
    vu.refuser(_REJUGEMENT, *(f"{ecart}." for ecart in rejeu.ecarts))
    return de_ces_scenarios(rapport, dossier.configuration["options"].get("scenarios", ()))


def _finir(refait: Rapport, dossier: DossierPreuves, contrat: tuple[str, Path | None]) -> Rapport:
    """`refait` with what no judge says, which is recorded: dates, durations, what the vendor declares, what a
    baseline excused that day."""
    ecrit = dossier.rapport.entete
    dits: dict[str, Any] = {nom: getattr(ecrit, nom) for nom in ("outil", "candidat", "empreintes", "defi")}
    if ecrit.mode != trafic.MODE or not refait.entete.echanges:
        dits |= {"debut": ecrit.debut, "fin": ecrit.fin}
    if refait.entete.mode != trafic.MODE:
        dits["autre_plan"] = empreintes.autre_plan(dossier.plan)
    durees = {s.id: s.duree for s in dossier.rapport.scenarios}
    scenarios = tuple(replace(s, duree=durees.get(s.id, 0.0)) for s in refait.scenarios)
    refait = replace(refait, entete=replace(refait.entete, **dits), scenarios=scenarios)
    if reference := dossier.configuration.get("reference"):
        connues = [
            baseline.Connue(**{**connue, "expire": date.fromisoformat(connue["expire"])})
            for connue in reference["connues"]
        ]
        jour = date.fromisoformat(reference["jour"])
        refait = baseline.appliquer(
            refait, connues, jour, partiel=reference["partiel"], scenarios=reference["scenarios"]
        ).rapport
    voulues, gardees = (tuple(dossier.configuration.get(nom, ())) for nom in ("mentions", "gardees"))
    sorties = rapports.Sorties(None, contrat=contrat, mentions=voulues, gardees=gardees)
    return sorties.mentionner(refait)[0]


# --- comparison ------------------------------------------------------------------------------------------


def _comparer(dossier: DossierPreuves, refait: Rapport, vu: _Constat) -> None:
    texte = rapport_json.octets(refait).decode()
    if texte == dossier.texte:
        vu.dire(_COMPARAISON, "le rapport refait est celui du dossier, octet pour octet")
        return
    ecarts = list(_ecarts(json.loads(dossier.texte), json.loads(texte)))
    vu.refuser(_COMPARAISON, *(f"{ecart}." for ecart in ecarts or ["le rapport n'est pas écrit pareil"]))


def _ecarts(ecrit: Any, refait: Any) -> Iterator[str]:
    """Where a recorded JSON value is not what it should be, the first places."""
    tous = _parcourir(ecrit, refait, "")
    for rang, ecart in enumerate(tous):
        if rang == _DIFFERENCES_MAX:
            yield "et d'autres différences"
            return
        yield ecart


def _parcourir(ecrit: Any, refait: Any, ou: str) -> Iterator[str]:
    if isinstance(ecrit, dict) and isinstance(refait, dict):
        for cle in dict.fromkeys((*ecrit, *refait)):
            yield from _parcourir(ecrit.get(cle), refait.get(cle), f"{ou}.{cle}" if ou else cle)
    elif isinstance(ecrit, list) and isinstance(refait, list) and len(ecrit) == len(refait):
        for rang, (a, b) in enumerate(zip(ecrit, refait, strict=True)):
            nom = next((a[n] for n in _NOMS if isinstance(a, dict) and a.get(n)), rang)
            yield from _parcourir(a, b, f"{ou}[{nom}]")
    elif ecrit != refait:
        avant, apres = (abrege(json.dumps(v, ensure_ascii=False), _VALEUR_MAX) for v in (ecrit, refait))
        yield f"{ou} : {avant} dans le dossier, {apres} refait"


# --- the end ---------------------------------------------------------------------------------------------


def _conclure(
    fichier: Path, verificateur: Verificateur, sorties: "rapports.Sorties", vu: _Constat, *, signee: bool
) -> None:
    """Says the class, and adds the verifier's signature, when nothing was refused."""
    defi = evidence.lire(fichier).rapport.entete.defi
    if verificateur.defi and verificateur.defi != defi:
        vu.refuser("Défi", "ce dossier n'y répond pas." if defi else "ce dossier ne répond à aucun défi.")
    elif verificateur.defi:
        vu.dire("Défi", "graine, ménages et horloge en viennent")
    if vu.ecarts:
        vu.dire("Classe", "aucune : ce dossier n'est pas confirmé")
        return
    if verificateur.contresigner and signee and sorties.cle is not None:
        attestation = fichier.with_name(ATTESTATION.fichier)
        provisoire = attestation.with_name(f"{attestation.name}.tmp")
        provisoire.write_bytes(signature.contresigner(attestation.read_bytes(), sorties.cle))
        provisoire.replace(attestation)
        vu.dire(_SIGNATURE, f"celle de « {sorties.cle.titulaire} » est ajoutée")
        vu.classe = REJUGEE
    elif defi and not verificateur.defi:
        vu.dire("Défi", "le dossier en porte un ; donnez le vôtre par --defi pour le vérifier")
    classe = f"{SUR_DEFI}, {vu.classe}" if verificateur.defi else vu.classe
    vu.dire("Classe", f"{classe} ; rejugée ici. {_PORTEE}")


def _conteste(rapport: Rapport, ecarts: int) -> Rapport:
    if not ecarts:
        return rapport
    motif = accorde(
        ecarts, "écart : ce dossier n'est pas confirmé.", "écarts : ce dossier n'est pas confirmé."
    )
    return replace(rapport, conforme=False, motifs=(*rapport.motifs, motif))
