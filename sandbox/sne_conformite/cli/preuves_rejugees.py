"""An evidence package judged again, offline: signature, digests, judgement, comparison, in that order."""

import gc
import hashlib
import json
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final

import click

from sne_conformite.bilan import trafic_juge
from sne_conformite.bilan.candidat import CandidatIncorrect, relire_candidat
from sne_conformite.cli.commande_conform import de_ces_scenarios, tenir_hypothesis
from sne_conformite.cli.options_de_jugement import Verificateur
from sne_conformite.cli.sorties_de_rapport import (
    AUTO_DECLAREE,
    NON_SIGNEE,
    Preuves,
    PreuvesCopiees,
    Sorties,
    versions,
)
from sne_conformite.plan import plan as plans
from sne_conformite.preuves import empreintes_de_ce_qui_juge, paquet_de_preuves, signature
from sne_conformite.preuves.paquet_de_preuves import DossierPreuves, empreinte
from sne_conformite.preuves.signature import (
    VERIFICATEUR,
    CleDeConfiance,
    EnveloppeVerifiee,
    SignatureRefusee,
)
from sne_conformite.protocole.defi_du_verificateur import graine_du_defi, horloge_du_defi
from sne_conformite.rapports import manquements_connus, rapport_json
from sne_conformite.rapports.avancement_au_terminal import suivre
from sne_conformite.rapports.formats_de_rapport import ATTESTATION, ECRITS, FICHIERS, PAGES, PREUVES
from sne_conformite.rapports.rapport import TRAFIC, Rapport
from sne_conformite.rejeu import JournalRejoue, Rejeu, RejeuImpossible, differences
from sne_interface.contract import contrats_charges
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.contract.exigences_et_mentions import charger_certification
from sne_interface.domain.anomalie import Gravite
from sne_interface.domain.texte import abrege, accorde, visible
from sne_interface.errors import UsageError, raison_systeme
from sne_interface.rules.rule import gravite

_AUCUNE: Final = "aucune : ce dossier n'est pas confirmé"
#: What each line speaks of.
_SIGNATURE: Final = "Signature"
_EMPREINTES: Final = "Empreintes"
_REJUGEMENT: Final = "Rejugement"
REJUGEE: Final = "rejugée"
MENEE_PAR_UN_TIERS: Final = "menée par un tiers"
SUR_DEFI: Final = "sur défi"
_PAS_DE_L_APPLICATION: Final = "qui ne sont pas de l'application : nuits de la base, console"
_SANS_MENEE_PAR: Final = (
    "l'attestation, écrite par {outil}, ne dit pas qui a mené l'épreuve : avant, on ne le disait pas. "
    "Demandez à l'éditeur de refaire l'épreuve et de la signer (conform --cle)."
)
_DIFFERENCES_MAX: Final = 10
_ERREUR_MAX: Final = 200
_NON_RETIRES: Final = "les ménages n'ont pas pu être retirés : autre version d'hypothesis"
#: How far a day that a package says may be from those of its run: hours have their time zone.
_UN_JOUR: Final = timedelta(days=1)
#: What a package whose members are no configuration, plan or procès-verbal of ours raises as it is judged.
_ILLISIBLE: Final = (
    LookupError, TypeError, ValueError, AttributeError, ArithmeticError, AssertionError, RecursionError,
    OSError, plans.PlanIncorrect,
)  # fmt: skip


@dataclass
class _Constat:
    """The findings so far; `ecarts` are French sentences, each of which refuses the package. `retires` is
    true when households were drawn again from the seed; `signataires` names the signers, in French."""

    ecarts: list[str] = field(default_factory=list)
    classe: str = NON_SIGNEE
    confiance: Mapping[str, CleDeConfiance] | None = None
    retires: bool = False
    signataires: list[str] = field(default_factory=list)

    def dire(self, quoi: str, phrase: str) -> None:
        click.echo(f"{quoi} : {visible(phrase)}", err=True)

    def refuser(self, quoi: str, *phrases: str) -> None:
        self.ecarts += phrases
        for phrase in phrases:
            self.dire(quoi, f"REFUSÉE, {phrase}" if quoi == _SIGNATURE else f"non, {phrase}")


def rejuger(
    fichier: Path, verificateur: Verificateur, sorties: Sorties, options: Mapping[str, Any]
) -> tuple[Rapport, PreuvesCopiees]:
    """Verifies a package, or a folder's, step by step, says each on its line: the recorded report, which
    conforms when it did and all is confirmed, and its evidence. Raises OperatorError."""
    if verificateur.contresigner and sorties.cle is None:
        raise UsageError("--contresigner veut une clé.", remede="ajoutez --cle FICHIER")
    fichier = fichier / PREUVES.fichier if fichier.is_dir() else fichier
    vu, dossier = _Constat(), paquet_de_preuves.lire(fichier)
    if dossier.format == paquet_de_preuves.ANCIEN_FORMAT:
        raise paquet_de_preuves.DossierIllisible(
            f"Le dossier [{fichier}] est au format {dossier.format}, d'où tout ne se rejuge pas.",
            remede=f"vérifiez-le avec la version qui l'a écrit : {dossier.versions.get('sne-sandbox', '?')}",
        )
    nom, candidat = dossier.rapport.entete.contrat, dossier.rapport.entete.candidat
    numero = paquet_de_preuves.numero(nom, empreinte(fichier))
    if verificateur.numero == numero:
        vu.dire("Numéro", "oui, c'est celui de ce dossier.")
    elif verificateur.numero:
        vu.refuser("Numéro", f"ce certificat porte le numéro {numero}, et non {verificateur.numero}.")
    enveloppe = _lire_la_signature(fichier, verificateur, vu)
    if verificateur.contresigner and enveloppe and sorties.cle and sorties.cle.id in enveloppe.cles:
        raise UsageError(
            "Cette clé a déjà signé : une contresignature est celle d'un autre.",
            remede="donnez à --cle la clé d'un vérificateur",
        )
    contrat = contrats_charges.charger(options["contract"], options["contracts"])
    if contrat.nom != nom:
        raise UsageError(
            f"Ce dossier juge le contrat {nom}, et non {contrat.nom}.", remede=f"ajoutez --contract {nom}"
        )
    if candidat:
        try:
            relire_candidat(candidat, charger_certification(contrat.dossiers))
        except (CandidatIncorrect, ValueError) as erreur:
            raise paquet_de_preuves.DossierAltere(f"Ce produit n'a pas pu être déclaré. {erreur}") from None
    _comparer_les_juges(dossier, contrat, verificateur, vu)
    if enveloppe or verificateur.numero:
        _comparer_les_fichiers(enveloppe, fichier, dossier, numero, vu)
    autres = ", ".join(sorted({f.name for f in fichier.parent.iterdir()} - FICHIERS.keys()))
    if verificateur.numero and autres:
        dits = f"ne sont pas de ce certificat, et ne sont pas vérifiés : {abrege(autres, _ERREUR_MAX)}"
        vu.dire("Fichiers", dits)
    debut = time.monotonic()
    try:
        refait = _refaire(dossier, contrat, vu)
    except RejeuImpossible as impossible:
        vu.refuser(_REJUGEMENT, f"{impossible}.")
    else:
        combien = accorde(refait.entete.echanges, "échange")
        if lignes := len(dossier.echanges) - refait.entete.echanges:
            combien += f" (et {accorde(lignes, 'ligne', 'lignes')} du journal {_PAS_DE_L_APPLICATION})"
        vu.dire(_REJUGEMENT, f"tous les verdicts refaits de {combien}, en {time.monotonic() - debut:.1f} s")
        _comparer(dossier, refait, vu)
    classe, rapport = _conclure(fichier, dossier, verificateur, sorties, vu, enveloppe), dossier.rapport
    if vu.ecarts:
        motif = f"{accorde(len(vu.ecarts), 'écart', 'écarts')} : ce dossier n'est pas confirmé."
        rapport = replace(rapport, conforme=False, motifs=(*rapport.motifs, motif, *map(visible, vu.ecarts)))
    qui = None if vu.ecarts else tuple(vu.signataires)
    return rapport, PreuvesCopiees(
        configuration=dossier.configuration, fichier=fichier, classe=classe, signataires=qui, numero=numero
    )


# --- signature -------------------------------------------------------------------------------------------


def _lire_la_signature(fichier: Path, verificateur: Verificateur, vu: _Constat) -> EnveloppeVerifiee | None:
    """The attestation beside a package, None when there is none, or it does not hold."""
    vu.confiance = signature.lire_confiance(verificateur.confiance) if verificateur.confiance else None
    try:
        enveloppe = signature.verifier(fichier.with_name(ATTESTATION.fichier).read_bytes())
        sujet = {"name": PREUVES.fichier, "digest": {"sha256": empreinte(fichier)}}
        if sujet not in enveloppe.statement["subject"]:
            raise SignatureRefusee("l'attestation est celle d'un autre dossier, ou d'avant un changement.")
        if not enveloppe.dit("menee_par"):
            raise SignatureRefusee(_SANS_MENEE_PAR.format(outil=enveloppe.dit("outil") or "?"))
        if enveloppe.dit("menee_par") not in enveloppe.cles:  # nobody signs what another is said to have done
            raise SignatureRefusee("il y manque la signature de qui a mené l'épreuve.")
        vu.classe = classer(enveloppe, enveloppe.cles, vu.confiance)
        vu.signataires = _titulaires(enveloppe, vu.confiance)
    except SignatureRefusee as refus:
        vu.refuser(_SIGNATURE, str(refus))
        return None
    except OSError as erreur:
        absente = f"{ATTESTATION.fichier} n'est pas à côté du dossier ({raison_systeme(erreur)})"
        if vu.confiance is None and not verificateur.contresigner:
            vu.dire(_SIGNATURE, f"aucune, personne n'en répond : {absente}")
        else:
            vu.refuser(_SIGNATURE, f"{absente}.")
        return None
    vu.dire(_SIGNATURE, f"valable, de {', '.join(vu.signataires)}")
    return enveloppe


def classer(
    enveloppe: EnveloppeVerifiee, cles: Collection[str], confiance: Mapping[str, CleDeConfiance] | None
) -> str:
    """The class that these keys (`keyid`) give a run, and why it is not more: driven by a third party, when
    who drove it is a trusted verifier, on a challenge; judged again, when one signed beside who drove it.
    Raises SignatureRefusee for a trusted key on a day that was not its own."""
    if confiance is None:
        return f"{AUTO_DECLAREE} (sans --confiance, aucun vérificateur n'est connu)"
    jour = enveloppe.dit("fin")[:10]
    connues = {identifiant: confiance[identifiant] for identifiant in cles if identifiant in confiance}
    for cle in connues.values():
        if (cle.depuis and jour < cle.depuis.isoformat()) or (cle.jusqu_a and jour > cle.jusqu_a.isoformat()):
            raise SignatureRefusee(
                f"La clé de « {cle.titulaire} » n'était pas valable le {jour} (expirée ?)."
            )
    verificateurs = {identifiant for identifiant, cle in connues.items() if cle.classe == VERIFICATEUR}
    meneur = enveloppe.dit("menee_par")
    if meneur in verificateurs and enveloppe.dit("defi"):
        return MENEE_PAR_UN_TIERS
    if verificateurs - {meneur}:
        return REJUGEE
    lui_seul, aucun = "un vérificateur l'a menée, mais sans défi", "aucun vérificateur de confiance n'a signé"
    return f"{AUTO_DECLAREE} ({lui_seul if verificateurs else aucun})"


def _titulaires(enveloppe: EnveloppeVerifiee, confiance: Mapping[str, CleDeConfiance] | None) -> list[str]:
    """Names the signers. Raises SignatureRefusee when nobody is trusted."""
    if confiance is None:
        inconnues = [f"clé {identifiant[:16]}…" for identifiant in enveloppe.cles]
        inconnues[0] += f" qui se dit « {enveloppe.dit('signataire')} »"
        inconnues[-1] += " (sans --confiance, aucune n'est connue)"
        return inconnues
    connues = [confiance[identifiant] for identifiant in enveloppe.cles if identifiant in confiance]
    if not connues:
        raise SignatureRefusee(
            "Aucune clé de l'attestation n'est dans le fichier de confiance : clé inconnue."
        )
    autres = len(enveloppe.cles) - len(connues)
    suite = [accorde(autres, "clé inconnue", "clés inconnues")] if autres else []
    return [*(f"{cle.titulaire} ({cle.classe})" for cle in connues), *suite]


def _comparer_les_fichiers(
    enveloppe: EnveloppeVerifiee | None, fichier: Path, dossier: DossierPreuves, numero: str, vu: _Constat
) -> None:
    """Checks that the files beside the package are those that it gives, to the byte, and that who signs it
    says what its report says, and vouches for no other page. The pages that nobody signs say besides what
    was known when they were written: they have its number at least."""
    qui = [enveloppe.dit(quoi) for quoi in ("signataire", "menee_par")] if enveloppe else []
    sujets = {PREUVES.fichier: empreinte(fichier)}
    alentours = Preuves().garants(dossier.rapport, *qui[:1])
    alentours = replace(alentours, preuves=sujets[PREUVES.fichier], numero=numero)
    for forme in ECRITS:
        nom, donne = forme.fichier, forme.ecrire(dossier.rapport, alentours)
        if nom in PAGES:
            sujets[nom] = hashlib.sha256(donne).hexdigest()
        lu = page.read_bytes() if (page := fichier.with_name(nom)).is_file() else donne
        libre = not enveloppe and nom in PAGES and forme.situe and numero.encode() in lu
        if lu != donne and libre:
            vu.dire("Fichiers", f"{nom} n'est pas signé, et n'est pas vérifié")
        elif lu != donne:
            vu.refuser("Fichiers", f"{nom} n'est pas celui que donne {PREUVES.fichier} : il a été changé.")
    if enveloppe is not None:
        dit = signature.declarer(dossier.rapport, dossier.texte.encode(), sujets, *qui)
        ecarts = _ecarts(enveloppe.statement, json.loads(dit))
        vu.refuser(_SIGNATURE, *(f"elle ne dit pas ce que dit ce dossier : {ecart}." for ecart in ecarts))


# --- digests ---------------------------------------------------------------------------------------------


def _comparer_les_juges(
    dossier: DossierPreuves, contrat: Contrat, verificateur: Verificateur, vu: _Constat
) -> None:
    entete = dossier.rapport.entete
    plan = None if entete.mode == TRAFIC else empreintes_de_ce_qui_juge.lire_plan(verificateur.plan)
    ici = empreintes_de_ce_qui_juge.detailler(contrat, plan)
    if empreintes_de_ce_qui_juge.resumer(dossier.juges) != dict(entete.empreintes):
        vu.refuser(_EMPREINTES, "celles du rapport ne sont pas celles du manifeste.")
    if dossier.juges.get("plan", {}) != empreintes_de_ce_qui_juge.d_un_plan(dossier.plan):
        vu.refuser(_EMPREINTES, "le plan du dossier n'a pas les empreintes annoncées.")
    autres = list(empreintes_de_ce_qui_juge.differences(dossier.juges, ici))
    version = dossier.versions.get("sne-sandbox", "?")
    vu.refuser(
        _EMPREINTES, *(f"ne sont pas d'ici : {autre} ; jugé par sne-sandbox {version}." for autre in autres)
    )
    if not autres:
        quoi = ", ".join(empreintes_de_ce_qui_juge.GENRES[genre] for genre in ici)
        vu.dire(_EMPREINTES, f"intactes ; {quoi} sont ceux d'ici")
    alors = {nom: dossier.versions.get(nom, "?") for nom in versions()}
    if changes := [f"{nom} {alors[nom]}, ici {v}" for nom, v in versions().items() if alors[nom] != v]:
        vu.dire(_EMPREINTES, f"à savoir : {' ; '.join(changes)}")


# --- judgement -------------------------------------------------------------------------------------------


def _refaire(dossier: DossierPreuves, contrat: Contrat, vu: _Constat) -> Rapport:
    """The report, judged again whole. Raises RejeuImpossible."""
    vu.refuser(
        _REJUGEMENT, *(f"l'échange {n} n'est pas dans le dossier. {r}" for n, r in dossier.absents.items())
    )
    gc.freeze()  # as `conform` does
    faits = dossier.configuration.get("trafic")
    try:
        comptes = [int(n) for n in faits["journal"]] if faits else (0, 0, 0)
        journal = JournalRejoue(dossier.echanges.lignes(), paquet_de_preuves.relire_echange, contrat, comptes)
        _verifier_le_profil(dossier, journal, contrat, vu)
        # Of a driven run, what a full journal dropped comes before its first exchange.
        bornes = min(journal.numeros, default=1), max(journal.numeros, default=0)
        premier, fin = _du_journal(journal, dossier, vu) if faits else bornes
        presents = _presents(journal, dossier)
        manquants = list(islice((n for n in range(premier, fin + 1) if n not in presents), _DIFFERENCES_MAX))
        vu.refuser(_REJUGEMENT, *(f"l'échange {n} manque au journal." for n in manquants))
        if faits and manquants:
            raise RejeuImpossible("le trafic n'est pas entier")
        if faits:
            reglages = trafic_juge.ReglagesTrafic(**faits["reglages"])
            refait = suivre(trafic_juge.juger_base(journal, str(faits["base"]), contrat, reglages))
        else:
            refait = _du_plan(dossier, journal, contrat, vu)
        return _finir(refait, dossier, contrat, journal.jours, vu)
    except _ILLISIBLE as erreur:
        raise RejeuImpossible(
            "la configuration, le plan ou le procès-verbal ne se lit pas "
            f"({type(erreur).__name__} : {abrege(str(erreur), _ERREUR_MAX)})"
        ) from None


def _verifier_le_profil(
    dossier: DossierPreuves, journal: JournalRejoue, contrat: Contrat, vu: _Constat
) -> None:
    """Checks that the profile of the header is the one that the run was asked with (`report --base` takes
    that of the base, which no option tells), and that no rule that blocks under it was seen to warn only."""
    dit, demande = dossier.rapport.entete.profil, dossier.configuration["options"].get("profile")
    if dit != demande and "base" not in dossier.configuration["options"]:
        vu.refuser(_REJUGEMENT, f"le profil du rapport est {dit}, celui de la configuration {demande}.")
    if dossier.rapport.entete.mode != TRAFIC:  # a base that lives on may change its own
        averties = sorted(
            regle
            for regle, poids in journal.poids
            if poids == Gravite.AVERTISSEMENT.value
            and regle in contrat.regles
            and gravite(contrat.regles[regle], dit) is Gravite.BLOQUANTE
        )
        if averties:
            vu.refuser(
                _REJUGEMENT, f"sous le profil {dit}, {averties[0]} refuse, et n'a fait ici qu'avertir."
            )


def _du_journal(journal: JournalRejoue, dossier: DossierPreuves, vu: _Constat) -> tuple[int, int]:
    """The first and the last exchange that the base's journal kept, as the configuration tells it. Raises
    RejeuImpossible when it contradicts itself, or there are more."""
    reglages = dossier.configuration["trafic"]["reglages"]
    gardes, oublies, dernier = journal.comptes
    premier, fin = dernier - gardes + 1, reglages["jusqu_a"]
    fin = dernier if fin is None else min(fin, dernier)
    if min(gardes, oublies, dernier) < 0 or premier <= oublies or reglages["depuis"]:
        raise RejeuImpossible(f"le journal dit {gardes} gardés, {oublies} oubliés, et {dernier} pour dernier")
    if premier > 1:
        combien = accorde(premier - 1, "échange oublié", "échanges oubliés")
        vu.dire(_REJUGEMENT, f"{combien} avant (journal plein, ou vidé) : rien ne les juge")
    if fin < dernier:
        apres = accorde(dernier - fin, "échange est venu", "échanges sont venus")
        vu.dire(_REJUGEMENT, f"{apres} dans la base depuis, et ne sont pas jugés")
    presents = _presents(journal, dossier)
    if trop := sorted(n for n in presents if not premier <= n <= fin):
        raise RejeuImpossible(f"l'échange {trop[0]} n'est pas de ceux que le journal dit garder")
    return premier, fin


def _presents(journal: JournalRejoue, dossier: DossierPreuves) -> set[int]:
    """The exchanges that are there, or are said not to be."""
    return {*journal.numeros, *map(int, filter(str.isdigit, dossier.absents))}


def _du_plan(dossier: DossierPreuves, journal: JournalRejoue, contrat: Contrat, vu: _Constat) -> Rapport:
    retirer = versions()["hypothesis"] == dossier.versions.get("hypothesis")
    with tempfile.TemporaryDirectory(prefix="sne-") as home:
        tenir_hypothesis(Path(home))
        rejeu = Rejeu(dossier.proces_verbal(), journal, contrat, retirer=retirer)
        if not retirer:
            vu.dire(_REJUGEMENT, _NON_RETIRES)
        rapport = rejeu.juger(plans.de_textes(dossier.plan))
    ecrits, defi, nom = rejeu.reglages, rapport.entete.defi, rapport.entete.application
    donnees = graine_du_defi(defi, nom), horloge_du_defi(defi)
    if defi and donnees != (ecrits.graine, ecrits.maintenant):
        vu.refuser("Identité", f"le défi ne donne ni cette graine ni cette horloge à « {nom} ».")
    vu.retires = rejeu.retires
    vu.refuser(_REJUGEMENT, *(f"{ecart}." for ecart in rejeu.ecarts))
    return de_ces_scenarios(rapport, dossier.configuration["options"].get("scenarios", ()))


def _finir(
    refait: Rapport, dossier: DossierPreuves, contrat: Contrat, jours: Collection[date], vu: _Constat
) -> Rapport:
    """`refait` with what no judge says, which is recorded: dates, durations, what the vendor declares, what a
    baseline excused that day."""
    ecrit = dossier.rapport.entete
    dits = {nom: getattr(ecrit, nom) for nom in ("outil", "candidat", "empreintes")}
    if ecrit.mode != TRAFIC or not refait.entete.echanges:
        dits |= {"debut": ecrit.debut, "fin": ecrit.fin}
    if refait.entete.mode != TRAFIC:
        dits["autre_plan"] = empreintes_de_ce_qui_juge.autre_plan(dossier.plan)
    durees = {s.id: s.duree for s in dossier.rapport.scenarios}
    scenarios = tuple(replace(s, duree=durees.get(s.id, 0.0)) for s in refait.scenarios)
    refait = replace(refait, entete=replace(refait.entete, **dits), scenarios=scenarios)
    debut, fin = refait.entete.debut.date(), refait.entete.fin.date()
    if fin > date.today() + _UN_JOUR:
        vu.refuser(_REJUGEMENT, f"l'épreuve se dit du {fin}, qui est à venir.")
    # Those of traffic are those of its exchanges.
    autres = [j for j in jours if not debut - _UN_JOUR <= j <= fin + _UN_JOUR]
    if autres and ecrit.mode != TRAFIC:
        vu.refuser(_REJUGEMENT, f"des échanges sont du {min(autres)}, et l'épreuve de {debut} à {fin}.")
    if reference := dossier.configuration.get("reference"):
        connues = manquements_connus.de_json(reference["connues"])
        jour = date.fromisoformat(reference["jour"])
        # Of a base that lives on, traffic is judged when one likes: a later day excuses less.
        plus_tard = ecrit.mode == TRAFIC and jour > fin
        if not plus_tard and not debut - _UN_JOUR <= jour <= fin + _UN_JOUR:
            vu.refuser("Référence", f"son jour, {jour}, n'est pas de l'épreuve ({debut} à {fin}).")
        refait = manquements_connus.appliquer(
            refait, connues, jour, partiel=reference["partiel"], scenarios=reference["scenarios"]
        ).rapport
        if combien := sum(bool(v.connue) for v in refait.verifications):
            quoi = f"une référence (--baseline) excuse {accorde(combien, 'manquement')}"
            vu.dire("Référence", f"{quoi} : elle est de l'éditeur")
    voulues, gardees = (tuple(dossier.configuration.get(nom, ())) for nom in ("mentions", "gardees"))
    nomme = (contrat.nom, contrat.dossiers.overlay)
    return Sorties(None, contrat=nomme, mentions=voulues, gardees=gardees).mentionner(refait)[0]


# --- comparison ------------------------------------------------------------------------------------------


def _comparer(dossier: DossierPreuves, refait: Rapport, vu: _Constat) -> None:
    texte = rapport_json.octets(refait).decode()
    if texte == dossier.texte:
        vu.dire("Comparaison", "le rapport refait est celui du dossier, octet pour octet")
        return
    ecarts = list(_ecarts(json.loads(dossier.texte), json.loads(texte)))
    vu.refuser("Comparaison", *(f"{ecart}." for ecart in ecarts or ["le rapport n'est pas écrit pareil"]))


def _ecarts(ecrit: Any, refait: Any) -> Iterator[str]:
    """Where a recorded JSON value is not what it should be, the first places."""
    for ou, *valeurs in islice(differences(ecrit, refait), _DIFFERENCES_MAX):
        avant, apres = (abrege(json.dumps(v, ensure_ascii=False), 80) for v in valeurs)
        yield f"{ou} : {avant} dans le dossier, {apres} refait"


# --- the end ---------------------------------------------------------------------------------------------


def _conclure(
    fichier: Path,
    dossier: DossierPreuves,
    verificateur: Verificateur,
    sorties: Sorties,
    vu: _Constat,
    enveloppe: EnveloppeVerifiee | None,
) -> str:
    """Says the class, and adds the verifier's signature, when nothing was refused; the class, as the report
    says it."""
    entete, defi = dossier.rapport.entete, dossier.rapport.entete.defi
    if nom := entete.usurpee(entete.candidat):
        vu.refuser("Identité", f"ce trafic {entete.marques}, et se dit « {nom} ».")
    if verificateur.defi not in ("", defi):
        vu.refuser("Défi", "ce dossier n'y répond pas." if defi else "ce dossier ne répond à aucun défi.")
    elif verificateur.defi and vu.retires:
        vu.dire("Défi", "graine, ménages et horloge en viennent")
    elif verificateur.defi:
        vu.refuser("Défi", f"{_NON_RETIRES}.")
    if vu.ecarts:
        vu.dire("Classe", _AUCUNE)
        return _AUCUNE
    if verificateur.contresigner and enveloppe is not None and sorties.cle is not None:
        try:
            vu.classe = classer(enveloppe, [*enveloppe.cles, sorties.cle.id], vu.confiance)
        except SignatureRefusee as refus:
            vu.refuser(_SIGNATURE, str(refus))
            return _AUCUNE
        attestation = fichier.with_name(ATTESTATION.fichier)
        provisoire = attestation.with_name(f"{attestation.name}.tmp")
        provisoire.write_bytes(signature.contresigner(attestation.read_bytes(), sorties.cle))
        provisoire.replace(attestation)
        vu.signataires = _titulaires(signature.verifier(attestation.read_bytes()), vu.confiance)
        vu.dire(_SIGNATURE, f"celle de « {sorties.cle.titulaire} » est ajoutée")
    elif defi and not verificateur.defi:
        vu.dire("Défi", "le dossier en porte un ; donnez le vôtre par --defi pour le vérifier")
    classe = vu.classe
    if verificateur.defi:  # that class is one of what was judged again, and countersigned
        haute = classe in (REJUGEE, MENEE_PAR_UN_TIERS)
        classe = f"{SUR_DEFI}, {classe}" if haute else f"{classe} ; le défi est vérifié"
    mais = "" if vu.retires or entete.mode == TRAFIC else f", mais {_NON_RETIRES}"
    portee = "qui répond de ces preuves, non qu'elles sont vraies, ni quand elles furent signées"
    vu.dire("Classe", f"{classe} ; rejugée ici{mais}. Une signature dit {portee}.")
    return f"{classe} ; verdicts refaits par report --verify{mais}"
