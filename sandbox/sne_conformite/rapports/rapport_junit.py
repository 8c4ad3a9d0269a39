"""A report as JUnit XML, for the CI servers that read it: one test case per check, one suite per mention.

The file agrees with the exit code: a failure or an error in it, and only that, is an exit that is not 0. So
a SHOULD that is not followed, a known failure (baseline) and a mention that nobody asked for are skipped test
cases that say so.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC
from itertools import chain, groupby
from typing import Final

from lxml import etree

from sne_conformite.rapports.constats_groupes import lignes_exemple, valeurs_de
from sne_conformite.rapports.document_cite import FICHIER, premieres_lignes
from sne_conformite.rapports.rapport import (
    Bilan,
    Constat,
    EtatExigence,
    Mention,
    Rapport,
    ResultatScenario,
    Verdict,
    Verification,
)
from sne_conformite.rapports.rapport_masque import masquer
from sne_conformite.rapports.verdict_de_conformite import (
    CONNUE,
    ECHOUEE,
    EN_ERREUR,
    ENFREINTE,
    PROUVEE,
    REUSSIE,
    Issue,
    issue_de_bilan,
    issue_de_scenario,
    issue_de_verification,
    motifs_des_manquements,
    niveaux_de,
    non_juge,
    preuves_de,
)
from sne_interface.domain.texte import accorde, pour_xml, visible

#: Suite of the requirements that broke outside any check (the whole of a traffic judgement).
EXIGENCES: Final = "exigences"
#: Suite of what no check shows: the trial was cut short, nothing arrived, the command failed, evidence lacks.
JUGEMENT: Final = "jugement"
MENTION: Final = "mention"
#: The kind of a case, by how it ended; any other is skipped.
_GENRES: Final = {
    REUSSIE: "",
    PROUVEE: "",
    ECHOUEE: "failure",
    ENFREINTE: "failure",
    EN_ERREUR: "error",
}
_EXEMPLE_MAX: Final = 4_000
_CONSTATS_MAX: Final = 5


@dataclass(frozen=True, slots=True)
class Cas:
    """A test case. `genre` is failure, error, skipped, or "" for one that passed; `duree` None for what took
    no time of its own."""

    classe: str
    nom: str
    duree: float | None
    genre: str = ""
    sorte: str = ""
    message: str = ""
    corps: str = ""


def octets(rapport: Rapport) -> bytes:
    """The XML document in UTF-8, NIRs masked, control characters left out."""
    rapport = masquer(rapport)
    racine = etree.Element("testsuites", name=_xml(f"{rapport.entete.outil} : {rapport.entete.application}"))
    lots = [(nom, list(cas)) for nom, cas in _suites(rapport)]
    fautifs = any(cas.genre in ("failure", "error") for _, lot in lots for cas in lot)
    lots += [(nom, [cas]) for nom, cas in _conclusion(rapport, fautifs=fautifs)]
    debut = rapport.entete.debut.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    suites = [
        suite_de(nom, cas, time=_secondes(sum(c.duree or 0.0 for c in cas)), timestamp=debut)
        for nom, cas in lots
    ]
    racine.extend(suites)
    for compte in ("tests", "failures", "errors"):
        racine.set(compte, str(sum(int(suite.get(compte)) for suite in suites)))
    racine.set("time", _secondes((rapport.entete.fin - rapport.entete.debut).total_seconds()))
    return bytes(etree.tostring(racine, encoding="utf-8", xml_declaration=True, pretty_print=True))


def _suites(rapport: Rapport) -> Iterator[tuple[str, Iterable[Cas]]]:
    niveaux = niveaux_de(rapport)
    bilans = {bilan.exigence: bilan for bilan in rapport.bilans}
    cites = premieres_lignes(rapport)
    for groupe, scenarios in groupby(rapport.scenarios, key=lambda scenario: scenario.groupe):
        lot = (_cas_du_scenario(scenario, niveaux, bilans, cites) for scenario in scenarios)
        yield groupe, list(chain.from_iterable(lot))
    montrees = {v.exigence for v in rapport.verifications if v.verdict is Verdict.ECHOUE}
    seuls = [b for b in rapport.bilans if b.exigence not in montrees]
    if rapport.scenarios:
        seuls = [b for b in seuls if b.etat is EtatExigence.ENFREINTE]
    if seuls:
        yield EXIGENCES, [_cas_du_bilan(bilan, rapport.entete.mode, cites) for bilan in seuls]


def _conclusion(rapport: Rapport, *, fautifs: bool) -> Iterator[tuple[str, Cas]]:
    """(suite, case) of each mention, then of what no check shows. `fautifs`: a check failed."""
    inacheve = rapport.entete.inacheve
    dits = {inacheve, *(motifs_des_manquements(rapport) if fautifs else ())}
    for mention in rapport.mentions:
        # Of those that were asked for (--mention), the reason names each that is not acquired.
        nommee = f"{mention.id} ({mention.verdict})"
        exigee = next((motif for motif in rapport.motifs if f" {nommee}" in motif), "")
        yield f"{MENTION}.{mention.id}", _cas_de_mention(mention, exigee=bool(exigee))
        dits.add(exigee)
    autres = [motif for motif in rapport.motifs if motif not in dits]
    if inacheve:
        message = inacheve.partition("\n")[0]
        yield JUGEMENT, Cas(JUGEMENT, "épreuve", 0.0, "error", "inachevé", message, inacheve)
    if autres:
        corps = "\n".join(autres)
        issue = ("error", "non jugé") if non_juge(rapport) else ("failure", "non conforme")
        yield JUGEMENT, Cas(JUGEMENT, "conformité", 0.0, *issue, autres[0], corps)


def _cas_de_mention(mention: Mention, *, exigee: bool) -> Cas:
    if mention.acquise:
        return Cas(MENTION, mention.titre, 0.0)
    dit = f"{mention.verdict.value} : {preuves_de(mention)}"
    manques = "\n".join(
        f"{lacune.quoi} : {lacune.phrase}" + (f"\n  {lacune.commande}" if lacune.commande else "")
        for lacune in mention.lacunes
    )
    genre = "failure" if exigee else "skipped"
    return Cas(MENTION, mention.titre, 0.0, genre, mention.verdict.value, dit, manques)


def _cas_du_scenario(
    scenario: ResultatScenario, niveaux: dict[str, str], bilans: dict[str, Bilan], cites: Mapping[int, int]
) -> Iterator[Cas]:
    classe = f"{scenario.groupe}.{scenario.id}"
    tete = f"{scenario.id} {scenario.titre}".strip()
    if not scenario.verifications:
        genre = _GENRES.get(issue_de_scenario(scenario, niveaux), "skipped")
        dit = scenario.raison or scenario.verdict.value
        yield Cas(classe, tete, scenario.duree, genre, scenario.verdict.value, dit)
        return
    part = scenario.duree / len(scenario.verifications)
    for v in scenario.verifications:
        bilan = bilans.get(v.exigence)
        nom = f"{tete} — {v.exigence} {bilan.texte if bilan else ''}".strip()
        genre, sorte, message = _issue(v, issue_de_verification(v, niveaux))
        yield Cas(classe, nom, part, genre, sorte, message, _corps(v, bilan, cites) if genre else "")


def _issue(verification: Verification, issue: Issue) -> tuple[str, str, str]:
    """Kind of the outcome, its type, and its message."""
    genre = _GENRES.get(issue, "skipped")
    if not genre:
        return "", "", ""
    enfreints = [c for c in verification.constats if c.rompue]
    phrase = enfreints[0].phrase if enfreints else verification.raison or verification.verdict.value
    if genre != "skipped":
        return genre, (enfreints[0].sorte if enfreints else "") or verification.verdict.value, phrase
    excuse = f" ({verification.connue})" if issue is CONNUE else ""
    return genre, issue.mot, f"{issue.scenario[:1].upper()}{issue.scenario[1:]}{excuse} : {phrase}"


def _cas_du_bilan(bilan: Bilan, mode: str, cites: Mapping[int, int]) -> Cas:
    nom = f"{bilan.exigence} {bilan.texte}".strip()
    issue = issue_de_bilan(bilan)
    if issue is PROUVEE:
        return Cas(mode, nom, 0.0)
    if bilan.etat is not EtatExigence.ENFREINTE:
        dit = f"{bilan.etat.value} : {bilan.raison}" if bilan.raison else bilan.etat.value
        return Cas(mode, nom, 0.0, "skipped", bilan.etat.value, dit)
    enfreints = tuple(c for c in bilan.constats if c.rompue)
    verification = Verification(mode, bilan.exigence, Verdict.ECHOUE, enfreints, connue=bilan.connue)
    genre, sorte, message = _issue(verification, issue)
    return Cas(mode, nom, 0.0, genre, sorte, message, _corps(verification, bilan, cites))


def _corps(verification: Verification, bilan: Bilan | None, cites: Mapping[int, int]) -> str:
    lignes = []
    enfreints = [c for c in verification.constats if c.rompue]
    for constat in enfreints[:_CONSTATS_MAX]:
        lignes += _phrases(constat, cites)
    if len(enfreints) > _CONSTATS_MAX:
        reste = accorde(len(enfreints) - _CONSTATS_MAX, "autre constat", "autres constats")
        lignes.append(f"… et {reste}.")
    if bilan is not None and enfreints:
        quand = dict.fromkeys(str(bilan.conditions.get(constat.genre, "")) for constat in enfreints)
        lignes += [f"quand : {condition}" for condition in quand if condition]
        remede = bilan.remedes(enfreints)
        lignes += [f"remède : {remede}"] if remede else []
    if verification.raison:
        lignes.append(f"raison : {verification.raison}")
    if verification.exemple is not None:
        texte = "\n".join(lignes_exemple(verification.exemple))
        suite = "\n… (entier dans le rapport HTML)" if len(texte) > _EXEMPLE_MAX else ""
        lignes.append(f"le plus petit exemple :\n{texte[:_EXEMPLE_MAX]}{suite}")
    if verification.commande:
        lignes.append(f"pour reproduire : {verification.commande}")
    return "\n".join(lignes)


def _phrases(constat: Constat, cites: Mapping[int, int]) -> list[str]:
    lignes = [constat.phrase, *(f"  {mot} : {dit}" for mot, dit in valeurs_de(constat))]
    if constat.echange is not None:
        ou = f", {FICHIER} ligne {cites[constat.echange]}" if constat.echange in cites else ""
        lignes.append(f"  échange : {constat.echange}{ou}")
    return lignes


def suite_de(nom: str, lot: list[Cas], **autres: str) -> etree._Element:
    """A suite of cases; `autres` are its further attributes."""
    combien = Counter(cas.genre for cas in lot)
    suite = etree.Element(
        "testsuite",
        name=_xml(nom),
        tests=str(len(lot)),
        failures=str(combien["failure"]),
        errors=str(combien["error"]),
        skipped=str(combien["skipped"]),
        **autres,
    )
    for cas in lot:
        element = etree.SubElement(suite, "testcase", classname=_xml(cas.classe), name=_xml(cas.nom))
        if cas.duree is not None:
            element.set("time", _secondes(cas.duree))
        issue = etree.SubElement(element, cas.genre, message=_xml(cas.message)) if cas.genre else None
        if issue is not None and cas.genre != "skipped":
            issue.set("type", _xml(cas.sorte))
            issue.text = _xml(cas.corps)
        elif cas.corps:  # the usual schema gives `skipped` a message only
            etree.SubElement(element, "system-out").text = _xml(cas.corps)
    return suite


def _xml(texte: str) -> str:
    """`texte` with its control characters written out, as a terminal shows it."""
    return pour_xml(visible(texte))


def _secondes(duree: float) -> str:
    return f"{max(duree, 0.0):.3f}"
