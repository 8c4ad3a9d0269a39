"""The rule by which an application conforms, said once, and the word by which each thing that was judged is
told.

A MUST that broke, a check that the suite could not carry out, and required evidence that is missing make it
not conforming; a SHOULD never does. The caller adds the facts that it alone knows (its command failed,
nothing arrived).

A verdict says what was seen. An *issue* says what a reader is told, and depends also on what the verdict
costs: a SHOULD that broke is « non suivie », a failure that the baseline excuses is « connue », and neither
makes anybody fail.
"""

import shlex
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain, pairwise
from pathlib import Path
from typing import Final

from sne_conformite.rapports.rapport import (
    REFUS,
    TRAFIC,
    Bilan,
    EtatExigence,
    Mention,
    Rapport,
    ResultatScenario,
    Verdict,
    VerdictMention,
    Verification,
)
from sne_interface.domain.texte import abrege, accorde
from sne_interface.resources import table

OBLIGATOIRE = "MUST"
#: How the reasons begin that the user asks for, beside what the checks say.
_PREUVE_EXIGEE: Final = "Preuve exigée, et absente"
_MENTION_EXIGEE: Final = "Mention exigée, et non acquise"
#: Of traffic of which nothing was accepted: its refusals, told next, then decide of the verdict.
RIEN_D_ACCEPTE: Final = "Aucun échange n'a été accepté : les réponses refusées disent pourquoi."
_REFUSE: Final = "Refusé"
#: How a mention says that it wants a role of the product.
ROLE_A_DECLARER: Final = "rôle à déclarer dans candidat.toml, roles"
#: Characters of the names of files that a sentence says.
_FICHIERS_MAX: Final = 200


def decider(rapport: Rapport, autres: Iterable[str] = (), *, exigees: Collection[str] = ()) -> Rapport:
    """`rapport` with `conforme` and `motifs` set: what its checks and balances say, then `autres`, French
    sentences of reasons that are not in it. `exigees` are ids whose evidence may not lack. A trial that did
    not go to its end conforms to nothing."""
    inacheve = (rapport.entete.inacheve,) if rapport.entete.inacheve else ()
    retards = tuple(f"{dit} : {', '.join(retardes(rapport))}." for dit in _non_juges(rapport))
    motifs = (*inacheve, *motifs_des_manquements(rapport), *retards, *motifs_des_preuves(rapport, exigees))
    motifs += tuple(autres)
    return replace(rapport, motifs=motifs, conforme=not motifs)


def retardes(rapport: Rapport) -> tuple[str, ...]:
    """The scenarios that the machine was too slow for, played twice: something of them was not judged."""
    return tuple(scenario.id for scenario in rapport.scenarios if scenario.retard)


def non_juge(rapport: Rapport) -> bool:
    """True when nothing is held against the application, and nothing concluded either: something was not
    judged."""
    contre = rapport.entete.inacheve or _manquements(rapport) or motifs_d_ailleurs(rapport)
    return bool(retardes(rapport)) and not contre


def _non_juges(rapport: Rapport) -> list[str]:
    """« 5 scénarios non jugés, la machine étant trop chargée », in a list; nothing when all were."""
    combien = len(retardes(rapport))
    dit = accorde(combien, "scénario non jugé", "scénarios non jugés")
    return [f"{dit}, la machine étant trop chargée"] if combien else []


def a_rejouer(rapport: Rapport) -> tuple[str, ...]:
    """The scenarios that failed, were in error, or of which something was not judged."""
    rates = (Verdict.ECHOUE, Verdict.ERREUR, Verdict.IGNORE)
    return tuple(s.id for s in rapport.scenarios if s.retard or s.verdict in rates)


def prochaine_etape(
    rapport: Rapport, dossier: Path | None = None, *, gardees: tuple[str, ...] = (), signee: bool = False
) -> tuple[str, str]:
    """The next thing to do after the trial, in French, and the command to type, which keeps the words
    `gardees`; `dossier` has the report, and its evidence is signed or not."""
    entete = rapport.entete
    perdue = not all(motif.startswith(_MENTION_EXIGEE) for motif in rapport.motifs)
    entiere = entete.commande if entete.mode == TRAFIC else _avec(entete.commande, gardees)
    rates = perdue and a_rejouer(rapport)
    if perdue and (entete.mode == TRAFIC or entete.inacheve or not rates):
        return ("recommencez" if entete.inacheve else "corrigez ce qui précède, et recommencez"), entiere
    if rates:
        # A part of the plan acquires no mention; what is excused stays excused.
        excuses = [mot for paire in pairwise(gardees) if paire[0] == "--baseline" for mot in paire]
        seuls = [mot for scenario in rates for mot in ("--scenario", scenario)]
        commande = _avec("sne-sandbox conform", ["--rejouer", str(dossier), *excuses])
        if dossier is None:
            commande = _avec(entete.commande.partition(" --scenario ")[0], [*seuls, *excuses])
        return "rejouez ce qui a échoué ou n'a pas été jugé", commande
    manques = [m for m in rapport.mentions if not m.acquise and m.lacunes and _visee(m, rapport, gardees)]
    if manques:
        proche = min(manques, key=lambda mention: len(mention.lacunes))
        combien = accorde(len(proche.lacunes), "chose manque", "choses manquent")
        jouables = [lacune for lacune in proche.lacunes if lacune.commande]
        if not jouables:  # an attestation, a declaration
            lacune = proche.lacunes[0]
            quoi = f"{lacune.quoi}, {lacune.phrase.partition(' : ')[0]}"
            return f"{combien} à « {proche.titre} », d'abord {quoi}", entiere
        commande, partie, _ = jouables[0].commande.partition(" --scenario ")
        if partie:  # a mention is of one run: what was played is played again, with what lacks
            dites = " ".join([entete.commande, *(une.commande for une in jouables)])
            mots = (paire for paire in pairwise(shlex.split(dites)) if paire[0] == "--scenario")
            commande = _avec(commande, chain.from_iterable(dict.fromkeys(mots)))
        return f"{combien} à « {proche.titre} », d'abord {jouables[0].quoi}", commande
    if rapport.mentions and not any(mention.acquise for mention in rapport.mentions):
        return "ajoutez à l'adaptateur une commande", "sne-sandbox certification --mentions"
    if signee:
        return "faites vérifier ces preuves", _avec("sne-sandbox report --verify", [f"{dossier}/preuves.zip"])
    commande, *tests = entiere.partition(" -- ")
    if "--report-dir" not in commande:
        commande += " --report-dir rapport"
    return "signez-en les preuves (sne-sandbox cles creer fait une clé)", "".join(
        [commande, " --cle sne-sandbox.cle", *tests]
    )


def _visee(mention: Mention, rapport: Rapport, gardees: Collection[str]) -> bool:
    """False for a mention that nobody asked (`gardees`), and that wants a role that the product does not
    declare, nothing but papers or, where no role is declared, a scenario of no concern to the application."""
    commandes = [une.commande for une in mention.lacunes if une.commande]
    ailleurs = tuple(f" --scenario {s.id}" for s in rapport.scenarios if s.verdict is Verdict.SANS_OBJET)
    hors = any(commande.endswith(ailleurs) for commande in commandes)
    if rapport.entete.candidat:
        hors = any(une.phrase.startswith(ROLE_A_DECLARER) for une in mention.lacunes)
    return mention.id in gardees or (bool(commandes) and not hors)


def _avec(commande: str, mots: Iterable[str]) -> str:
    """`commande`, followed by these words."""
    return " ".join([commande, *map(shlex.quote, mots)])


def motifs_des_manquements(rapport: Rapport) -> tuple[str, ...]:
    """A French sentence for the mandatory requirements that broke, one for the checks in error; known
    failures count for nothing."""
    return tuple(f"{dit} : {', '.join(noms)}." for dit, noms in _manquements(rapport))


def _manquements(rapport: Rapport) -> list[tuple[str, tuple[str, ...]]]:
    """« 2 exigences obligatoires enfreintes », and which; the same of scenarios in error."""
    enfreintes, erreurs = exigences_enfreintes(rapport), scenarios_en_erreur(rapport)
    dits = (
        ("exigence obligatoire enfreinte", "exigences obligatoires enfreintes", enfreintes),
        ("scénario en erreur", "scénarios en erreur", erreurs),
    )
    return [(accorde(len(noms), un, plusieurs), noms) for un, plusieurs, noms in dits if noms]


def exigences_enfreintes(rapport: Rapport, *, connues: bool = False) -> tuple[str, ...]:
    """The mandatory requirements that broke, and that nothing excuses; with `connues`, those too that the
    baseline excuses."""
    niveaux = niveaux_de(rapport)
    rompues = [(v.exigence, v.connue) for v in rapport.verifications if v.verdict is Verdict.ECHOUE]
    rompues += [(b.exigence, b.connue) for b in rapport.bilans if b.etat is EtatExigence.ENFREINTE]
    comptees = (exigence for exigence, connue in rompues if connues or not connue)
    return tuple(dict.fromkeys(e for e in comptees if niveaux[e] == OBLIGATOIRE))


def manquements_connus(rapport: Rapport) -> dict[str, str]:
    """Returns the failures that the baseline excuses and that would break the verdict (mandatory
    requirements, scenarios in error): their reasons, by id. It leaves out a failure that also breaks
    elsewhere."""
    niveaux = niveaux_de(rapport)
    excuses = {b.exigence: b.connue for b in rapport.bilans if b.etat is EtatExigence.ENFREINTE}
    excuses |= {v.exigence: v.connue for v in rapport.verifications if v.verdict is Verdict.ECHOUE}
    connus = {e: raison for e, raison in excuses.items() if niveaux.get(e) == OBLIGATOIRE}
    connus |= {v.scenario: v.connue for v in rapport.verifications if v.verdict is Verdict.ERREUR}
    comptes = {*exigences_enfreintes(rapport), *scenarios_en_erreur(rapport)}
    return {quoi: raison for quoi, raison in connus.items() if raison and quoi not in comptes}


def scenarios_en_erreur(rapport: Rapport) -> tuple[str, ...]:
    """Lists the scenarios that could not be carried out, and that nothing excuses."""
    rates = [v for v in rapport.verifications if v.verdict is Verdict.ERREUR]
    excuses = {v.scenario for v in rates if v.connue}
    erreurs = dict.fromkeys(v.scenario for v in rates if not v.connue)
    rompus = (s.id for s in rapport.scenarios if s.verdict is Verdict.ERREUR and s.id not in excuses)
    return tuple(erreurs | dict.fromkeys(rompus))


def motifs_des_preuves(rapport: Rapport, exigees: Collection[str]) -> tuple[str, ...]:
    """A French sentence for the ids of `exigees` that no evidence proves, unknown ids included."""
    vus = (EtatExigence.PROUVEE, EtatExigence.ENFREINTE)
    prouvees = {b.exigence for b in rapport.bilans if b.etat in vus}
    manquent = [exigence for exigence in exigees if exigence not in prouvees]
    return (f"{_PREUVE_EXIGEE} : {', '.join(manquent)}.",) if manquent else ()


def exiger_mentions(rapport: Rapport, ids: Collection[str]) -> Rapport:
    """`rapport`, that does not conform unless these of its mentions are acquired, with reserves or without;
    what it said of others before is forgotten."""
    motifs = tuple(motif for motif in rapport.motifs if not motif.startswith(_MENTION_EXIGEE))
    manquent = [f"{m.id} ({m.verdict})" for m in rapport.mentions if m.id in ids and not m.acquise]
    if manquent:
        motifs = (*motifs, f"{_MENTION_EXIGEE} : {', '.join(manquent)}.")
    return replace(rapport, motifs=motifs, conforme=not motifs)


def motifs_des_refus(rapport: Rapport) -> tuple[str, ...]:
    """French sentences for traffic of which nothing was accepted: that, then what was refused, with code,
    path and remedy."""
    return RIEN_D_ACCEPTE, *(f"{_REFUSE} : {r.phrase}" for r in rapport.reponses if r.nature == REFUS)


def motifs_d_ailleurs(rapport: Rapport) -> tuple[str, ...]:
    """The reasons that are neither in its checks nor what the user demands beside: its command failed,
    nothing arrived, its evidence is contested."""
    connus = (rapport.entete.inacheve, *motifs_des_manquements(rapport))
    autres = (_PREUVE_EXIGEE, _MENTION_EXIGEE, _REFUSE, *_non_juges(rapport))
    return tuple(m for m in rapport.motifs if m not in connus and not m.startswith(autres))


def conclure(rapport: Rapport) -> str:
    """Concludes on the whole, in French: the mentions that are acquired; else what was covered, and how many
    failures there are, those that the baseline excuses apart; that the contract was overlaid. It concludes
    nothing on a trial that did not go to its end."""
    if rapport.entete.inacheve:
        return "Épreuve inachevée"
    acquises = _titres([m for m in rapport.mentions if m.acquise])
    manquements = ", ".join(dit for dit, _ in _manquements(rapport))
    connus = len(manquements_connus(rapport))
    hors = f", hors {accorde(connus, 'connu', 'connus')}" if connus else ""
    if manquements:
        suite = f"manquements : {manquements}{hors}"
    elif rapport.conforme and acquises:
        suite = accorde(connus, "manquement connu", "manquements connus") if connus else ""
    elif rapport.conforme:
        suite = f"aucun manquement{hors}"
    else:
        suite = "épreuve non retenue"
    if non_juge(rapport):
        suite = ""
    surcharge = " (contrat surchargé)" if rapport.entete.surcharge else ""
    dits = (acquises or couvert(rapport), suite, *_non_juges(rapport))
    return ", ".join(filter(None, dits)) + surcharge


def avertir(rapport: Rapport) -> tuple[str, ...]:
    """French sentences: what was judged by other than what is shipped, a plan or files of the contract."""
    entete = rapport.entete
    dits = [f"Un autre plan a été joué : {entete.autre_plan}."] if entete.autre_plan else []
    if entete.surcharge:
        dits.append(f"Le contrat est surchargé (--contracts) : {surcharge(rapport)}.")
    dits += [f"Règles éteintes : {dite}." for dite in entete.regles_eteintes]
    return tuple(dits)


def surcharge(rapport: Rapport) -> str:
    """The files that were laid over the contract, the first ones."""
    return abrege(", ".join(rapport.entete.surcharge), _FICHIERS_MAX)


def couvert(rapport: Rapport) -> str:
    """« 2 opérations sur 13, 34 exigences prouvées sur 89 »; why no more of them are needed, of mentions."""
    dits, acquises = [], any(mention.acquise for mention in rapport.mentions)
    for rubrique in rapport.couverture:
        if rubrique.nom == "operations":
            dit = f"{accorde(len(rubrique.vus), 'opération', 'opérations')} sur {rubrique.total}"
            suffit = acquises and len(rubrique.vus) < rubrique.total
            dits.append(dit + (" (les mentions acquises n'en demandent pas d'autre)" if suffit else ""))
    prouvees = sum(b.etat is EtatExigence.PROUVEE for b in rapport.bilans)
    dits.append(f"{accorde(prouvees, 'exigence prouvée', 'exigences prouvées')} sur {len(rapport.bilans)}")
    return ", ".join(dits)


def preuves_de(mention: Mention) -> str:
    """« 84 exigences prouvées et 2 attestées sur 86 »: what is proved of what a mention demands, and what its
    vendor alone vouches for."""
    dit = accorde(mention.prouvees, "exigence prouvée", "exigences prouvées")
    if mention.attestees:
        dit += f" et {accorde(mention.attestees, 'attestée', 'attestées')}"
    return f"{dit} sur {len(mention.exigences)}"


def _titres(mentions: Iterable[Mention]) -> str:
    """« SNE 5.2 – socle, dalo (avec réserves) »: what they share is said once."""
    tetes = defaultdict(list)
    for mention in mentions:
        tete, tiret, nom = mention.titre.rpartition(" – ")
        reserves = " (avec réserves)" if mention.verdict is VerdictMention.RESERVES else ""
        tetes[tete + tiret].append(nom + reserves)
    return ", ".join(tete + ", ".join(noms) for tete, noms in tetes.items())


def niveaux_de(rapport: Rapport) -> dict[str, str]:
    """MUST or SHOULD by requirement; one that has no balance counts as MUST."""
    niveaux = {v.exigence: OBLIGATOIRE for v in rapport.verifications}
    return niveaux | {b.exigence: b.niveau for b in rapport.bilans}


# --- issues ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Issue:
    """A way to end. `un` and `plusieurs` agree with « vérification » or « exigence », `scenario` with
    « scénario »; `classe` is bien, conseil, mal or neutre; `legende` explains the word when it needs it;
    `court` is for a cell of a table, when `un` is long."""

    signe: str
    un: str
    plusieurs: str
    scenario: str
    classe: str = "neutre"
    legende: str = ""
    court: str = ""

    @property
    def mot(self) -> str:
        """Returns the text of a cell of a table."""
        return self.court or self.un

    def compte(self, nombre: int) -> str:
        """« 4 échouées »: a number, and the word that agrees with it."""
        return f"{nombre} {self.un if nombre < 2 else self.plusieurs}"


#: Every way to end, in the order of a summary: the rows of the table beside.
TOUTES: Final = tuple(Issue(**ligne) for ligne in table(__file__))
(
    REUSSIE, PROUVEE, ECHOUEE, ENFREINTE, EN_ERREUR, NON_SUIVIE, CONNUE, IGNOREE, SANS_OBJET, EN_ATTENTE,
    SANS_PREUVE, NON_TESTEE,
) = TOUTES  # fmt: skip
#: That of each verdict, and of each state, by itself.
_VERDICTS: Final = dict(
    zip(Verdict, (REUSSIE, ECHOUEE, IGNOREE, SANS_OBJET, EN_ERREUR, EN_ATTENTE), strict=True)
)
_ETATS: Final = dict(zip(EtatExigence, (PROUVEE, ENFREINTE, SANS_PREUVE, NON_TESTEE), strict=True))
#: The issues that a check may have, and those of a requirement.
DES_VERIFICATIONS: Final = tuple(issue for issue in TOUTES if issue not in _ETATS.values())
DES_EXIGENCES: Final = tuple(issue for issue in TOUTES if issue not in _VERDICTS.values())


def issue_de_verification(verification: Verification, niveaux: Mapping[str, str]) -> Issue:
    """How a check ended; `niveaux` are MUST or SHOULD by requirement, MUST for one that is not there."""
    if verification.verdict in (Verdict.ECHOUE, Verdict.ERREUR) and verification.connue:
        return CONNUE
    niveau = niveaux.get(verification.exigence, OBLIGATOIRE)
    if verification.verdict is Verdict.ECHOUE and niveau != OBLIGATOIRE:
        return NON_SUIVIE
    return _VERDICTS[verification.verdict]


def issue_de_scenario(scenario: ResultatScenario, niveaux: Mapping[str, str]) -> Issue:
    """How a scenario ended: as the worst of its checks that failed, else as its verdict says."""
    if scenario.verdict in (Verdict.ECHOUE, Verdict.ERREUR):
        vues = {issue_de_verification(v, niveaux) for v in scenario.verifications}
        for pire in (ECHOUEE, EN_ERREUR, NON_SUIVIE, CONNUE):
            if pire in vues:
                return pire
    return _VERDICTS[scenario.verdict]


def issue_de_bilan(bilan: Bilan) -> Issue:
    """Returns the issue of a requirement, from all that is known of it."""
    if bilan.etat is EtatExigence.ENFREINTE and bilan.connue:
        return CONNUE
    if bilan.etat is EtatExigence.ENFREINTE and bilan.niveau != OBLIGATOIRE:
        return NON_SUIVIE
    return _ETATS[bilan.etat]


def compter_issues(issues: Iterable[Issue]) -> list[tuple[Issue, int]]:
    """How many of each, in the order of a summary; those that are not met are left out."""
    vues = list(issues)
    return [(issue, nombre) for issue in TOUTES if (nombre := vues.count(issue))]


def legende(issues: Iterable[Issue]) -> list[tuple[str, str]]:
    """(word, what it means) of those that need to be explained, in the order of a summary, each once."""
    vues = set(issues)
    return [(issue.plusieurs, issue.legende) for issue in TOUTES if issue in vues and issue.legende]
