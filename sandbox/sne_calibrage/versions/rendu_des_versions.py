"""Two contracts compared, and recorded requests under another contract, as they are written: text, Markdown,
JSON, JUnit, and one HTML file of the look of `rapport.html`."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from lxml import etree

from sne_calibrage.versions.differences_de_contrats import (
    ComparaisonDeContrats,
    DifferenceDeContrats,
    Severite,
)
from sne_calibrage.versions.sorts_des_requetes import (
    DETAILLES,
    REPONSE,
    Cause,
    Devenir,
    Preparation,
)
from sne_conformite.rapports.rapport_html import environnement
from sne_conformite.rapports.rapport_junit import Cas, suite_de
from sne_interface.contract.changements import Changement, Nature
from sne_interface.domain.texte import accorde, premiers, visible
from sne_interface.resources import table
from sne_sandbox.cli.options import tableau_markdown

_SANS_NOM: Final = "aucun changement nommé"
#: Exchanges named of one cause.
_ECHANGES_MAX: Final = 12
_DATES: Final = (
    ("publie", "publié le"),
    ("deploye", "en base école le"),
    ("exige", "l'ancien admis jusqu'au"),
)
_PLURIELS: Final = {severite: (severite.value, f"{severite}s") for severite in Severite}
#: How each is counted, in the order in which it is shown.
DEVENIRS: Final = {Devenir(dit["devenir"]): (dit["un"], dit["plusieurs"]) for dit in table(__file__)}
#: What no exchange shows, or what the vendor cannot change: told after the interface itself.
_A_COTE: Final = frozenset(
    {Nature.EXIGENCES, Nature.CERTIFICATION, Nature.SEUILS, Nature.ROLES, Nature.FICHIERS}
)
_PARTIES: Final = (("L'interface", False), ("Jugement, seuils et autres fichiers", True))
#: Objects, or sentences, that a line says before it counts the others.
_CITES_MAX: Final = 3


@dataclass(frozen=True)
class LigneDeDifferences:
    """One line, of one difference or several: `objets` are the first of those that differ, `reste` says how
    many others do (« et 3 autres », or ""), `texte` what differs, in French."""

    differences: tuple[DifferenceDeContrats, ...]
    objets: tuple[str, ...]
    reste: str
    texte: str

    @property
    def premiere(self) -> DifferenceDeContrats:
        """The one whose way and change are those of all."""
        return self.differences[0]

    @property
    def empreintes(self) -> str:
        """The fingerprint of the first, and how many others there are: « cb84e289bc91+10 »."""
        autres = len(self.differences) - 1
        return f"{self.premiere.empreinte}+{autres}" if autres else self.premiere.empreinte


@dataclass(frozen=True)
class PartieDeComparaison:
    """The lines of one hardness, on the interface or beside it; `titre` counts the differences that they
    hold: « L'interface : avertissements (4) »."""

    titre: str
    severite: Severite
    lignes: list[LigneDeDifferences]


@dataclass(frozen=True)
class GroupeDeSorts:
    """Exchanges that become the same for the same reason: `cause` says it, without the value of each;
    `operations` are the calls, `echanges` their numbers."""

    devenir: Devenir
    cause: Cause
    operations: tuple[str, ...]
    echanges: tuple[int, ...]

    @property
    def quoi(self) -> str:
        """The fate of an answer, when « answered otherwise » could be read as a new refusal."""
        if self.cause.levee:
            return "n'est plus refusé par "
        refus = self.devenir is Devenir.AUTREMENT and self.cause.regle not in ("", REPONSE)
        return "déjà refusé, désormais par " if refus else ""

    @property
    def cites(self) -> str:
        """« échanges 3, 12 et 4 autres »."""
        mot = "échanges" if len(self.echanges) > 1 else "échange"
        return f"{mot} {premiers(self.echanges, _ECHANGES_MAX)}"


def grouper(preparation: Preparation) -> list[GroupeDeSorts]:
    """The affected exchanges, gathered by cause, the most frequent first."""
    lots = defaultdict(list)
    for devenir in DETAILLES:
        for sort in preparation.de(devenir):
            for cause in sort.causes or (Cause("", "", sort.raison),):
                lots[devenir, replace(cause, valeur="", difference="")].append(sort)
    groupes = [
        GroupeDeSorts(
            devenir,
            cause,
            tuple(
                dict.fromkeys(" ".join(filter(None, (sort.operation, sort.type_fichier))) for sort in sorts)
            ),
            tuple(dict.fromkeys(sort.echange for sort in sorts)),
        )
        for (devenir, cause), sorts in lots.items()
    ]
    return sorted(
        groupes,
        key=lambda g: (DETAILLES.index(g.devenir), -len(g.echanges), g.cause.regle, g.cause.chemin),
    )


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


def parties(comparaison: ComparaisonDeContrats) -> Iterator[PartieDeComparaison]:
    """The differences, in the order of reading: the interface, the hardest first, then what is beside it."""
    for titre, a_cote in _PARTIES:
        for severite in Severite:
            lot = [
                d
                for d in comparaison.differences
                if d.severite is severite and (d.nature in _A_COTE) is a_cote
            ]
            if lot:
                dit = f"{titre} : {_PLURIELS[severite][1]} ({len(lot)})"
                yield PartieDeComparaison(dit, severite, plier(lot))


def plier(differences: Iterable[DifferenceDeContrats]) -> list[LigneDeDifferences]:
    """One line for those that say the same of several objects, and for the thresholds of an area, whatever
    their amounts. The order is that of the first of each."""
    lots = defaultdict(list)
    for d in differences:
        # An amount may change from year to year: of a threshold, the area makes the line.
        quoi = d.objet.rpartition("/")[0] if d.nature is Nature.SEUILS else d.texte
        severites = tuple(sorted(d.severites.items()))
        lots[d.nature, d.sorte, d.changement, severites, quoi].append(d)
    return [_seuil(lot) if lot[0].nature is Nature.SEUILS else _pareilles(lot) for lot in lots.values()]


def _pareilles(lot: list[DifferenceDeContrats]) -> LigneDeDifferences:
    # One more is not worth a count.
    cites = lot if len(lot) <= _CITES_MAX + 1 else lot[:_CITES_MAX]
    objets = tuple(d.objet for d in cites)
    return LigneDeDifferences(tuple(lot), objets, _autres(len(lot) - len(cites)), lot[0].texte)


def _seuil(lot: list[DifferenceDeContrats]) -> LigneDeDifferences:
    """« EPCI/200018653 », and its sentences, each with its years."""
    par_texte = defaultdict(list)
    for d in lot:
        par_texte[d.texte].append(d.objet.rpartition("/")[2])
    dits = [f"{texte}, {_annees(annees)}" for texte, annees in par_texte.items()]
    suite = _autres(len(dits) - _CITES_MAX)
    texte = " ; ".join(dits[:_CITES_MAX]) + (f" ; {suite}" if suite else "")
    return LigneDeDifferences(tuple(lot), (lot[0].objet.rpartition("/")[0],), "", texte)


def _annees(annees: list[str]) -> str:
    """« 2016 à 2026 » of years that follow one another, else each: « 2016, 2018 »."""
    nombres = sorted(map(int, annees))
    if len(nombres) > 1 and nombres == list(range(nombres[0], nombres[-1] + 1)):
        return f"{nombres[0]} à {nombres[-1]}"
    return ", ".join(map(str, nombres))


def _autres(reste: int) -> str:
    return f"et {accorde(reste, 'autre', 'autres')}" if reste > 0 else ""


def comparaison_en_texte(comparaison: ComparaisonDeContrats) -> str:
    """The changes, then the differences: the interface, then the rest, the hardest first in each."""
    lignes = [conclure(comparaison)]
    if comparaison.changements:
        lignes += ["", "Changements"]
    for changement in comparaison.changements:
        nombre = sum(d.changement == changement.id for d in comparaison.differences)
        combien = accorde(nombre, "différence") if nombre else "un comportement, qu'aucun fichier ne dit"
        lignes.append(f"  {changement.id} ({_nature(changement)}) : {combien}")
        lignes.append(f"    {changement.phrase}")
    for partie in parties(comparaison):
        lignes += ["", partie.titre]
        lignes += [f"  {_ligne(ligne)}" for ligne in partie.lignes]
    return "\n".join(lignes)


def _ligne(ligne: LigneDeDifferences) -> str:
    d = ligne.premiere
    objets = " ".join(filter(None, (", ".join(ligne.objets), ligne.reste)))
    sens = ", ".join(map(str, d.sens))
    suite = f"[{sens} ; {d.changement or _SANS_NOM}]"
    return visible(f"{ligne.empreintes} {objets} : {ligne.texte} {suite}")


def comparaison_en_markdown(comparaison: ComparaisonDeContrats) -> str:
    """Two tables."""
    changements = [
        (c.id, c.phrase, str(c.genre), str(c.fidelite), dates(c) or "-") for c in comparaison.changements
    ]
    differences = [
        (
            str(partie.severite),
            ", ".join(ligne.premiere.sens),
            " ".join(filter(None, (", ".join(f"`{o}`" for o in ligne.objets), ligne.reste))),
            ligne.texte,
            ligne.premiere.changement or "-",
            ligne.empreintes,
        )
        for partie in parties(comparaison)
        for ligne in partie.lignes
    ]
    tables = (
        (("Changement", "Phrase", "Genre", "Fidélité", "Dates"), changements),
        (("Sévérité", "Sens", "Objet", "Différence", "Changement", "Empreinte"), differences),
    )
    ecrites = (
        tableau_markdown(titres, [list(map(visible, ligne)) for ligne in lignes]) for titres, lignes in tables
    )
    return "\n\n".join((conclure(comparaison), *ecrites))


def comparaison_en_junit(comparaison: ComparaisonDeContrats) -> str:
    """A test case a difference, which fails when it breaks; without any, one that passes."""
    racine = etree.Element("testsuites", name="sne-sandbox contrat comparer")
    cas = [_cas(d) for d in comparaison.differences] or [Cas("contrat", "aucune différence", None)]
    racine.append(suite_de(f"{comparaison.avant} → {comparaison.apres}", cas))
    return str(etree.tostring(racine, encoding="unicode", pretty_print=True))


def _cas(d: DifferenceDeContrats) -> Cas:
    classe, nom = f"contrat.{d.nature}", f"{d.objet} {d.sorte} {d.empreinte}"
    (ligne,) = map(_ligne, plier([d]))
    if d.severite is Severite.ERREUR:
        return Cas(classe, nom, None, "failure", d.sorte, d.texte, ligne)
    return Cas(classe, nom, None, corps=f"{d.severite} : {ligne}")


def comparaison_en_html(comparaison: ComparaisonDeContrats) -> str:
    """The page."""
    return _page(
        "comparaison.html.j2",
        titre=f"De {comparaison.avant} à {comparaison.apres}",
        comparaison=comparaison,
        conclusion=conclure(comparaison),
        parties=list(parties(comparaison)),
    )


# --- a preparation -----------------------------------------------------------------------------------------


def resumer(preparation: Preparation) -> str:
    """One sentence."""
    if combien := preparation.comptes[Devenir.REFUSE]:
        verdict = accorde(combien, "échange accepté serait refusé", "échanges acceptés seraient refusés")
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
            lignes += [f"  {ligne}" for ligne in _dire(groupe)]
    for envoyer, titre in ((True, "Ce que vous pourriez envoyer"), (False, "Ce que vous pourriez lire")):
        siennes = [n.difference for n in preparation.nouveautes if n.envoyer is envoyer]
        lignes += ["", f"{titre} ({len(siennes)})"] if siennes else []
        lignes += [f"  {d.objet} : {d.texte} [{d.changement or _SANS_NOM}]" for d in siennes]
    if preparation.changements:
        lignes += ["", "Changements"]
    lignes += [f"  {c.id} ({_nature(c)}) : {c.phrase}" for c in preparation.changements.values()]
    return "\n".join(visible(ligne) if ligne else ligne for ligne in lignes)


def _dire(groupe: GroupeDeSorts) -> Iterator[str]:
    cause = groupe.cause
    tete = ", ".join(filter(None, (cause.regle, cause.changement and f"changement {cause.changement}")))
    yield f"{groupe.quoi}{tete + ' · ' if tete else ''}{groupe.cites} ({', '.join(groupe.operations)})"
    for ligne in filter(None, (*cause.message.split("\n"), cause.chemin and f"à {cause.chemin}")):
        yield f"  {ligne}"
    if cause.texte:
        yield f"  contrat : {cause.texte}"


def preparation_en_html(preparation: Preparation) -> str:
    """The page."""
    return _page(
        "preparation.html.j2",
        titre=f"Préparer {preparation.vers}",
        preparation=preparation,
        conclusion=resumer(preparation),
        comptes=[(DEVENIRS[d][1], n) for d, n in preparation.comptes.items()],
        lots=[
            (DEVENIRS[devenir][1].capitalize(), devenir is Devenir.REFUSE, list(lot))
            for devenir, lot in groupby(grouper(preparation), key=lambda g: g.devenir)
        ],
    )


# --- the forms ---------------------------------------------------------------------------------------------


def _page(modele: str, **valeurs: Any) -> str:
    pages = environnement(Path(__file__).parent)
    pages.filters["dates"] = dates
    return pages.get_template(modele).render(**valeurs)


#: By their names on the command line.
COMPARAISONS: Final = {
    "text": comparaison_en_texte,
    "json": en_json,
    "html": comparaison_en_html,
    "junit": comparaison_en_junit,
    "markdown": comparaison_en_markdown,
}
PREPARATIONS: Final = {
    "text": preparation_en_texte,
    "json": en_json,
    "html": preparation_en_html,
}
