"""Two contracts compared, and recorded requests under another contract, as they are written: text, Markdown,
JSON, JUnit, and one HTML file of the look of `rapport.html`."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from lxml import etree

from sne_calibrage.versions import differences_groupees
from sne_calibrage.versions.differences_de_contrats import ComparaisonDeContrats, Severite
from sne_calibrage.versions.differences_groupees import LigneDeDifferences, PartieDeComparaison
from sne_calibrage.versions.sorts_des_requetes import REPONSE, Devenir, Nouveaute, Preparation, SortDEchange
from sne_conformite.rapports.rapport_html import empreinte
from sne_interface.contract.changements import Changement
from sne_interface.domain.texte import accorde, pour_xml, visible

#: Exchanges named of one cause.
_ECHANGES_MAX: Final = 12
_DATES: Final = (
    ("publie", "publié le"),
    ("deploye", "en base école le"),
    ("exige", "l'ancien admis jusqu'au"),
)
_PLURIELS: Final = {
    Severite.ERREUR: ("erreur", "erreurs"),
    Severite.AVERTISSEMENT: ("avertissement", "avertissements"),
    Severite.INFORMATION: ("information", "informations"),
}
#: How each is counted, in the order in which it is shown.
DEVENIRS: Final = {
    Devenir.REFUSE: ("refusé, accepté jusque-là", "refusés, acceptés jusque-là"),
    Devenir.AUTREMENT: ("répondu autrement", "répondus autrement"),
    Devenir.INDECIDABLE: ("indécidable", "indécidables"),
    Devenir.INCHANGE: ("inchangé", "inchangés"),
    Devenir.DEJA_REFUSE: ("déjà refusé", "déjà refusés"),
    Devenir.ECARTE: ("non rejoué", "non rejoués"),
}
_DETAILLES: Final = (Devenir.REFUSE, Devenir.AUTREMENT, Devenir.INDECIDABLE)


@dataclass(frozen=True, slots=True)
class GroupeDeSorts:
    """Exchanges that become the same for the same reason: `titre` what says no, `phrase` and `chemin` how and
    where, `operations` the calls, `echanges` their numbers, `difference` that of the contracts; `levee` of a
    refusal that the target lifts."""

    devenir: Devenir
    titre: str
    phrase: str
    chemin: str
    changement: str
    difference: str
    operations: tuple[str, ...]
    echanges: tuple[int, ...]
    levee: bool = False

    @property
    def quoi(self) -> str:
        """What becomes of an answer, when « answered otherwise » could be read as a new refusal."""
        if self.levee:
            return "n'est plus refusé par "
        refus = self.devenir is Devenir.AUTREMENT and self.titre not in ("", REPONSE)
        return "déjà refusé, désormais par " if refus else ""

    @property
    def cites(self) -> str:
        """« échanges 3, 12 et 4 autres »."""
        dits = ", ".join(map(str, self.echanges[:_ECHANGES_MAX]))
        reste = len(self.echanges) - _ECHANGES_MAX
        suite = f" et {accorde(reste, 'autre', 'autres')}" if reste > 0 else ""
        return f"{'échanges' if len(self.echanges) > 1 else 'échange'} {dits}{suite}"


def grouper(preparation: Preparation) -> list[GroupeDeSorts]:
    """What is not unaffected, gathered by cause, the most frequent first."""
    lots: dict[tuple[Devenir, tuple[str, ...]], list[SortDEchange]] = {}
    for devenir in _DETAILLES:
        for sort in preparation.de(devenir):
            for cle in _cles(sort):
                lots.setdefault((devenir, cle), []).append(sort)
    groupes = [
        GroupeDeSorts(
            devenir,
            cle[0],
            cle[1],
            cle[2],
            cle[3],
            cle[4],
            tuple(dict.fromkeys(_appel(sort) for sort in sorts)),
            tuple(dict.fromkeys(sort.echange for sort in sorts)),
            levee=bool(cle[5]),
        )
        for (devenir, cle), sorts in lots.items()
    ]
    return sorted(groupes, key=lambda g: (_DETAILLES.index(g.devenir), -len(g.echanges), g.titre, g.chemin))


def _cles(sort: SortDEchange) -> Iterator[tuple[str, ...]]:
    """What groups it: title, sentence, place, change, difference, and « levée » or nothing."""
    if sort.devenir is Devenir.INDECIDABLE:
        yield "", sort.raison, "", "", "", ""
    for cause in sort.causes:
        yield cause.regle, cause.message, cause.chemin, cause.changement, cause.texte, "levée" * cause.levee
    if sort.devenir is not Devenir.INDECIDABLE and not sort.causes:
        yield "", "", "", "", "", ""


def _appel(sort: SortDEchange) -> str:
    return " ".join(filter(None, (sort.operation, sort.type_fichier)))


def dates(changement: Changement) -> str:
    """« publié le 2018-08-06, en base école le 2018-01-30 »; "" when none is known."""
    jours = ((dit, getattr(changement, nom)) for nom, dit in _DATES)
    return ", ".join(f"{dit} {jour.isoformat()}" for dit, jour in jours if jour is not None)


def _nature(changement: Changement) -> str:
    return ", ".join(filter(None, (str(changement.genre), str(changement.fidelite), dates(changement))))


def en_json(dit: ComparaisonDeContrats | Preparation) -> str:
    """Either, as JSON."""
    return json.dumps(dit.en_json(), ensure_ascii=False, indent=2)


# --- a comparison ------------------------------------------------------------------------------------------


def conclure(comparaison: ComparaisonDeContrats) -> str:
    """One sentence."""
    comptes = ", ".join(accorde(comparaison.compter(s), *_PLURIELS[s]) for s in Severite)
    verdict = "des différences cassent" if comparaison.cassante else "rien ne casse"
    return f"De {comparaison.avant} à {comparaison.apres} : {verdict} ({comptes})."


def comparaison_en_texte(comparaison: ComparaisonDeContrats) -> str:
    """The changes, then the differences: the interface, then the rest, the hardest first in each."""
    lignes = [conclure(comparaison)]
    if comparaison.changements:
        lignes += ["", "Changements"]
    for changement in comparaison.changements:
        nombre = sum(d.changement == changement.id for d in comparaison.differences)
        combien = (
            accorde(nombre, "différence", "différences")
            if nombre
            else "un comportement, qu'aucun fichier ne dit"
        )
        lignes.append(f"  {changement.id} ({_nature(changement)}) : {combien}")
        lignes.append(f"    {changement.phrase}")
    for partie in differences_groupees.parties(comparaison):
        lignes += ["", intituler(partie)]
        lignes += [f"  {_ligne(ligne)}" for ligne in partie.lignes]
    return "\n".join(lignes)


def intituler(partie: PartieDeComparaison) -> str:
    """« L'interface : avertissements (4) »."""
    return f"{partie.titre} : {_PLURIELS[partie.severite][1]} ({partie.nombre})"


def _ligne(ligne: LigneDeDifferences) -> str:
    d = ligne.premiere
    objets = " ".join(filter(None, (", ".join(ligne.objets), ligne.reste)))
    sens = ", ".join(map(str, d.sens))
    suite = f"[{sens} ; {d.changement or 'aucun changement nommé'}]"
    return visible(f"{ligne.empreintes} {objets} : {ligne.texte} {suite}")


def comparaison_en_markdown(comparaison: ComparaisonDeContrats) -> str:
    """Two tables."""
    dites = [
        (c.id, c.phrase, str(c.genre), str(c.fidelite), dates(c) or "-") for c in comparaison.changements
    ]
    differences = [
        (
            str(partie.severite),
            ", ".join(map(str, ligne.premiere.sens)),
            " ".join(filter(None, (", ".join(f"`{o}`" for o in ligne.objets), ligne.reste))),
            ligne.texte,
            ligne.premiere.changement or "-",
            ligne.empreintes,
        )
        for partie in differences_groupees.parties(comparaison)
        for ligne in partie.lignes
    ]
    return "\n\n".join(
        (
            conclure(comparaison),
            _table(("Changement", "Phrase", "Genre", "Fidélité", "Dates"), dites),
            _table(("Sévérité", "Sens", "Objet", "Différence", "Changement", "Empreinte"), differences),
        )
    )


def _table(titres: Iterable[str], lignes: Iterable[Iterable[str]]) -> str:
    tout = [list(titres)]
    tout += [["---"] * len(tout[0]), *(list(ligne) for ligne in lignes)]
    return "\n".join(
        f"| {' | '.join(visible(c).replace('|', chr(92) + '|') for c in ligne)} |" for ligne in tout
    )


def comparaison_en_junit(comparaison: ComparaisonDeContrats) -> str:
    """A test case a difference, which fails when it breaks; without any, one that passes."""
    racine = etree.Element("testsuites", name="sne-sandbox contrat comparer")
    nom = f"{comparaison.avant} → {comparaison.apres}"
    erreurs, total = comparaison.compter(Severite.ERREUR), max(1, len(comparaison.differences))
    suite = etree.SubElement(
        racine,
        "testsuite",
        name=pour_xml(nom),
        tests=str(total),
        failures=str(erreurs),
        errors="0",
        skipped="0",
    )
    for d in comparaison.differences:
        (seule,) = differences_groupees.plier([d])
        cas = etree.SubElement(
            suite,
            "testcase",
            classname=f"contrat.{d.nature}",
            name=pour_xml(f"{d.objet} {d.sorte} {d.empreinte}"),
        )
        if d.severite is Severite.ERREUR:
            echec = etree.SubElement(cas, "failure", type=d.sorte, message=pour_xml(d.texte))
            echec.text = pour_xml(_ligne(seule))
        else:
            etree.SubElement(cas, "system-out").text = pour_xml(f"{d.severite} : {_ligne(seule)}")
    if not comparaison.differences:
        etree.SubElement(suite, "testcase", classname="contrat", name="aucune différence")
    return str(etree.tostring(racine, encoding="unicode", pretty_print=True))


def comparaison_en_html(comparaison: ComparaisonDeContrats) -> str:
    """The page."""
    return _page(
        "comparaison.html.j2",
        titre=f"De {comparaison.avant} à {comparaison.apres}",
        comparaison=comparaison,
        conclusion=conclure(comparaison),
        lots=[(intituler(partie), partie.lignes) for partie in differences_groupees.parties(comparaison)],
    )


# --- a preparation -----------------------------------------------------------------------------------------


def resumer(preparation: Preparation) -> str:
    """One sentence."""
    combien = preparation.comptes[Devenir.REFUSE]
    if combien:
        verdict = f"{accorde(combien, 'échange accepté serait refusé', 'échanges acceptés seraient refusés')}"
    elif preparation.vide:
        verdict = "aucun échange accepté n'a pu être rejoué, rien n'est prouvé"
    else:
        verdict = "rien de ce qui était accepté ne serait refusé"
    return f"{preparation.source}, de {preparation.depuis} à {preparation.vers} : {verdict}."


def preparation_en_texte(preparation: Preparation) -> str:
    """The verdict, what is refused, answered otherwise, undecided, and what could be sent."""
    comptes = [accorde(n, *DEVENIRS[devenir]) for devenir, n in preparation.comptes.items() if n]
    lignes = [resumer(preparation), f"  {' · '.join(comptes) or 'aucun échange'}"]
    for devenir, lot in groupby(grouper(preparation), key=lambda g: g.devenir):
        lignes += ["", f"{DEVENIRS[devenir][1].capitalize()} ({preparation.comptes[devenir]})"]
        for groupe in lot:
            lignes += [f"  {ligne}" for ligne in _dire(groupe, preparation)]
    for envoyer, titre in ((True, "Ce que vous pourriez envoyer"), (False, "Ce que vous pourriez lire")):
        siennes = [n for n in preparation.nouveautes if n.envoyer is envoyer]
        lignes += ["", f"{titre} ({len(siennes)})"] if siennes else []
        lignes += [f"  {_dire_la_nouveaute(n)}" for n in siennes]
    if preparation.changements:
        lignes += ["", "Changements"]
    lignes += [f"  {c.id} ({_nature(c)}) : {c.phrase}" for c in preparation.changements.values()]
    return "\n".join(visible(ligne) if ligne else ligne for ligne in lignes)


def _dire(groupe: GroupeDeSorts, preparation: Preparation) -> Iterator[str]:
    tete = ", ".join(filter(None, (groupe.titre, groupe.changement and f"changement {groupe.changement}")))
    yield f"{groupe.quoi}{tete + ' · ' if tete else ''}{groupe.cites} ({', '.join(groupe.operations)})"
    for ligne in filter(None, (*groupe.phrase.split("\n"), groupe.chemin and f"à {groupe.chemin}")):
        yield f"  {ligne}"
    if groupe.difference:
        yield f"  contrat : {groupe.difference}"


def _dire_la_nouveaute(nouveaute: Nouveaute) -> str:
    d = nouveaute.difference
    return f"{d.objet} : {d.texte} [{d.changement or 'aucun changement nommé'}]"


def preparation_en_html(preparation: Preparation) -> str:
    """The page."""
    groupes = grouper(preparation)
    return _page(
        "preparation.html.j2",
        titre=f"Préparer {preparation.vers}",
        preparation=preparation,
        conclusion=resumer(preparation),
        comptes=[(DEVENIRS[d][1], n) for d, n in preparation.comptes.items()],
        lots=[
            (
                DEVENIRS[devenir][1].capitalize(),
                devenir is Devenir.REFUSE,
                [g for g in groupes if g.devenir is devenir],
            )
            for devenir in _DETAILLES
            if any(g.devenir is devenir for g in groupes)
        ],
    )


# --- the page ----------------------------------------------------------------------------------------------


def _page(modele: str, **valeurs: Any) -> str:
    return _modele(modele).render(**valeurs)


@cache
def _modele(nom: str) -> Template:
    environnement = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environnement.filters |= {"accorde": accorde, "visible": visible, "empreinte": empreinte, "dates": dates}
    return environnement.get_template(nom)
