"""A report in words: on a terminal or in a log, and in the few lines that a failed test shows of it.

The faults and their remedies come first, the rest after. Colours only where rich finds a terminal that has
them (NO_COLOR is obeyed). Commands and paths stay on one line, to be copied; what an application sent is
shown with its control characters written out.
"""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self, TextIO

from sne_conformite.rapports import verdict_de_conformite
from sne_conformite.rapports.constats_groupes import (
    GroupeConstats,
    branche_exemple,
    compter,
    echange_de,
    grouper,
    lignes_exemple,
    valeurs_de,
)
from sne_conformite.rapports.formats_de_rapport import ATTESTATION
from sne_conformite.rapports.rapport import SEUL, Alentours, Entete, Lacune, Rapport
from sne_conformite.rapports.rapport_masque import masquer
from sne_interface.domain.texte import abrege, accorde, en_colonne, premiers, visible
from sne_interface.domain.valeurs_en_json import tirer

#: Lines of the list « À corriger », so that it fits the first screen.
_LISTE_MAX: Final = 10
_DETAILS_MAX: Final = 12
_LARGEUR_DU_JOURNAL: Final = 120
_VALEUR_MAX: Final = 300
_EXEMPLE_MAX: Final = 24
_SCENARIOS_MAX: Final = 6
_MANQUANTS_MAX: Final = 6
#: Columns that « jamais vus » and a name take.
_NOM: Final = 30
_REPONSES_MAX: Final = 8
_ANGLES_MAX: Final = 10
_LACUNES_MAX: Final = 5
_LES_ECRIRE: Final = " (--report-dir DOSSIER les écrit)"


def juges(entete: Entete) -> str:
    """« 5 échanges jugés, dont 3 refusés »: a conforming report of which all was refused has to show it."""
    dits = accorde(entete.echanges, "échange jugé", "échanges jugés")
    return f"{dits}, dont {accorde(entete.refuses, 'refusé', 'refusés')}" if entete.refuses else dits


def ecrire(
    rapport: Rapport,
    sortie: TextIO | None = None,
    *,
    fichiers: Mapping[str, Path] | None = None,
    remarques: Sequence[str] = (),
    alentours: Alentours = SEUL,
) -> None:
    """Writes the summary of a report on `sortie` (stdout), NIRs masked. `fichiers` are the reports written,
    by what they are (« HTML », « JUnit »…); `remarques` French sentences said at the end (an entry of the
    baseline that has expired)."""
    from rich.console import Console
    from rich.text import Text

    flux = sys.stdout if sortie is None else sortie
    # A log has no width of its own: rich would take 80 columns, and cut what a reader has room for.
    large = None if flux.isatty() or "COLUMNS" in os.environ else _LARGEUR_DU_JOURNAL
    console = Console(file=flux, highlight=False, markup=False, emoji=False, width=large)
    resume = _Resume(masquer(rapport), console.width, "" if fichiers else _LES_ECRIRE)
    for texte, style in resume.lignes(fichiers or {}, remarques, alentours):
        # One line for each thing said, whatever line feeds an application put in it (a CI server takes orders
        # at the beginning of a line). A terminal shows it folded, but for a command, which is copied whole.
        ligne = visible(texte).replace("\n", " ")
        copiee = ligne.lstrip(" →").startswith("sne-sandbox ") or not console.is_terminal
        for morceau in [ligne] if copiee else en_colonne(ligne, console.width):
            console.print(Text(morceau, style=style), soft_wrap=True)


#: What is told, each line with its style.
_Lignes = Iterator[tuple[str, str]]


class _Resume:
    """One summary, for a console of that width; `ou` says how to have the reports that hold the rest."""

    def __init__(self, rapport: Rapport, large: int, ou: str) -> None:
        self._rapport, self._large, self._ou = rapport, large, ou
        self._comptes = compter(rapport)

    def lignes(self, fichiers: Mapping[str, Path], remarques: Sequence[str], alentours: Alentours) -> _Lignes:
        yield from self._verdict()
        entete = self._rapport.entete
        if alentours.classe:
            yield f"Classe : {alentours.classe}", ""
        if alentours.classe or entete.marques:
            yield f"Identité : {entete.identite}", ""
        if alentours.numero:
            yield f"Numéro : {alentours.numero}", ""
        ouverts, conseils = self._comptes.a_corriger, self._comptes.conseils
        yield from self._liste("À corriger", ouverts, "red")
        yield from self._liste("Recommandations non suivies", conseils, "yellow")
        yield from self._liste("Manquements connus", self._comptes.connus, "dim")
        yield from self._detailler([*ouverts, *conseils])
        yield from self._mentions()
        yield from self._reponses()
        yield from self._couverture()
        yield from self._angles_morts()
        if a_dire := verdict_de_conformite.legende(self._comptes.issues):
            yield from _titre("Les mots")
            for mot, sens in a_dire:
                yield f"  {mot} : {sens}", "dim"
        for remarque in remarques:
            yield f"Remarque : {remarque}", "yellow"
        if fichiers:
            yield from _titre("Rapports")
            largeur = max(map(len, fichiers))
            for nom, chemin in fichiers.items():
                yield f"  {nom:<{largeur}}  {chemin}", ""
        dossier = next((chemin.parent for chemin in fichiers.values()), None)
        quoi, commande = alentours.suite or verdict_de_conformite.prochaine_etape(
            self._rapport, dossier, gardees=alentours.gardees, signee=ATTESTATION.nom in fichiers
        )
        if quoi:
            yield from _titre(f"Prochaine étape : {quoi}")
            yield f"  {commande}", ""

    def _verdict(self) -> _Lignes:
        entete = self._rapport.entete
        juge = verdict_de_conformite.conclure(self._rapport)
        couleur = "bold green" if self._rapport.conforme else "bold red"
        qui = f"{entete.application}, contrat {entete.contrat}, profil {entete.profil}"
        yield f"{juge} : {qui}", couleur
        for motif in self._rapport.motifs:
            yield f"  {motif}", ""
        for phrase in verdict_de_conformite.avertir(self._rapport):
            yield f"  {phrase}", "yellow"
        for dit in self._comptes.dits():
            yield dit, ""
        duree = (entete.fin - entete.debut).total_seconds()
        menages = accorde(entete.exemples, "ménage essayé", "ménages essayés")
        essayes = f"{menages}, graine {entete.graine}, " if entete.exemples else ""
        yield f"{juges(entete)}, {essayes}en {duree:.0f} s.", "" if entete.refuses else "dim"
        if entete.non_juges:
            yield entete.non_juges, "yellow"

    def _liste(self, titre: str, groupes: Sequence[GroupeConstats], style: str) -> _Lignes:
        if not groupes:
            return
        yield from _titre(f"{titre} ({len(groupes)})")
        for groupe in groupes[:_LISTE_MAX]:
            raison = f" [{groupe.connue}]" if groupe.connue else ""
            ligne = f"  {groupe.titre} · {_combien(groupe)} · {groupe.phrase}{raison}"
            yield f"  {abrege(ligne, self._large - 2)}", style
        yield from _reste(groupes, _LISTE_MAX, f", dans les rapports{self._ou}")

    def _detailler(self, groupes: Sequence[GroupeConstats]) -> _Lignes:
        for groupe in groupes[:_DETAILS_MAX]:
            yield from _titre(f"{groupe.exigence} {groupe.sorte}".rstrip())
            if groupe.texte:
                niveau = "obligatoire" if groupe.obligatoire else "recommandé"
                yield f"  {groupe.texte} [{niveau}, {groupe.source}]", "dim"
            yield f"  {groupe.phrase}", ""
            if groupe.suites:
                yield f"  {groupe.suites}", ""
            if groupe.scenarios:
                titre = "scénario" if len(groupe.scenarios) == 1 else "scénarios"
                yield f"  {titre} : {premiers(groupe.scenarios, _SCENARIOS_MAX)}", ""
            yield from self._constat(groupe)
            if groupe.condition:
                yield f"  quand : {groupe.condition}", ""
            if groupe.remede:
                yield f"  remède : {groupe.remede}", ""
            yield from self._exemple(groupe)
            if groupe.commande and groupe.scenarios:
                yield "  rejouer :", "bold"
                yield f"    {groupe.commande}", ""
        if len(groupes) > _DETAILS_MAX:
            autres = accorde(len(groupes) - _DETAILS_MAX, "autre détail", "autres détails")
            yield f"… {autres} dans le rapport HTML{self._ou}.", ""

    def _constat(self, groupe: GroupeConstats) -> _Lignes:
        constat = groupe.constat
        for mot, dit in valeurs_de(constat, lambda valeur: abrege(visible(valeur), _VALEUR_MAX)):
            yield f"  {mot} : {dit}", ""
        if constat.echange is not None:
            cite = echange_de(groupe, self._rapport)
            yield f"  échange : {constat.echange}{f', {cite.resume}' if cite and cite.resume else ''}", ""
        if len(groupe.echanges) > 1:
            dont = "dont " if groupe.nombre > len(groupe.echanges) else ""
            yield f"  vu {groupe.nombre} fois, {dont}{groupe.ou}", ""

    def _exemple(self, groupe: GroupeConstats) -> _Lignes:
        exemple = groupe.constat.exemple
        if exemple is None:
            return
        toutes = lignes_exemple(exemple)
        trouvee = branche_exemple(exemple, groupe.constat.chemin) if len(toutes) > _EXEMPLE_MAX else None
        ou, lignes = (f", à {trouvee[0]}", lignes_exemple(trouvee[1])) if trouvee else ("", toutes)
        yield f"  le plus petit exemple{ou} :", ""
        for ligne in lignes[:_EXEMPLE_MAX]:
            # A name as long as the contract allows is still read.
            yield _coupe(f"    {ligne}", _VALEUR_MAX), ""
        if len(toutes) > min(len(lignes), _EXEMPLE_MAX):
            yield f"    … (entier dans le rapport HTML : {len(toutes)} lignes)", ""

    def _mentions(self) -> _Lignes:
        """Each mention, and what it lacks that those above do not lack already."""
        mentions = self._rapport.mentions
        if not mentions:
            return
        yield from _titre("Mentions")
        dites: set[Lacune | str] = set()
        largeur = max(len(m.titre) for m in mentions)
        for mention in mentions:
            preuves = verdict_de_conformite.preuves_de(mention)
            ligne = f"  {mention.titre:<{largeur}}  {mention.verdict}, {preuves}"
            yield ligne, "green" if mention.acquise else ""
            if mention.quoi:
                yield f"      {mention.quoi}", "dim"
            for reserve in mention.reserves:
                if reserve not in dites:
                    yield f"      réserve : {reserve}", "yellow"
            nouvelles = [lacune for lacune in mention.lacunes if lacune not in dites]
            if len(nouvelles) < len(mention.lacunes):
                yield f"      ce qui manque ci-dessus{', et :' if nouvelles else ''}", "dim"
            for lacune in nouvelles[:_LACUNES_MAX]:
                yield f"      {lacune.quoi} : {abrege(lacune.phrase, _VALEUR_MAX)}", ""
                if lacune.commande:
                    yield f"        → {lacune.commande}", ""
            yield from _reste(
                nouvelles, _LACUNES_MAX, f", dans rapport.json et rapport.html{self._ou}", "    "
            )
            dites.update(mention.lacunes, mention.reserves)

    def _reponses(self) -> _Lignes:
        reponses = self._rapport.reponses
        if not reponses:
            return
        decisifs = verdict_de_conformite.RIEN_D_ACCEPTE in self._rapport.motifs
        yield from _titre(f"Refus, tolérances et avertissements{'' if decisifs else ' (pour information)'}")
        for reponse in reponses[:_REPONSES_MAX]:
            ligne = f"{reponse.nature} {reponse.code} · {reponse.nombre} fois · {reponse.message}"
            yield f"  {abrege(ligne, self._large - 2)}", ""
        yield from _reste(reponses, _REPONSES_MAX, f", dans les rapports{self._ou}")

    def _couverture(self) -> _Lignes:
        rubriques = [r for r in self._rapport.couverture if r.total]
        if not rubriques:
            return
        yield from _titre("Couverture")
        largeur = max(len(r.titre) for r in rubriques)
        for rubrique in rubriques:
            vus, total = len(rubrique.vus), rubrique.total
            manque = premiers([*map(_court, rubrique.manquants)], _MANQUANTS_MAX)
            suite = f"  jamais vus : {manque}" if manque else ""
            ligne = f"  {rubrique.titre:<{largeur}} {vus:>5}/{total:<5} {100 * vus // total:>3} %"
            place = max(self._large, 60)
            # Of what was never seen, the beginning, where one name at least can be read.
            yield _coupe(ligne + suite, place) if place - len(ligne) >= _NOM else ligne, ""

    def _angles_morts(self) -> _Lignes:
        angles = self._rapport.angles_morts
        if angles:
            yield from _titre("Angles morts (ce que ces échanges ne montrent pas)")
        for angle in angles[:_ANGLES_MAX]:
            yield f"  {angle.phrase}", ""
            if angle.commande:
                yield f"    → {angle.commande}", ""
        yield from _reste(angles, _ANGLES_MAX, f", dans rapport.json{self._ou}")


def _reste(tout: Sequence[object], montres: int, suite: str, retrait: str = "") -> _Lignes:
    """How many others there are of a list, and where."""
    if len(tout) > montres:
        yield f"{retrait}  … et {accorde(len(tout) - montres, 'autre')}{suite}.", ""


def _titre(texte: str) -> _Lignes:
    yield "", ""
    yield texte, "bold"


def _coupe(ligne: str, largeur: int) -> str:
    """`ligne`, its spaces kept, cut to `largeur`."""
    return ligne if len(ligne) <= largeur else ligne[: largeur - 1] + "…"


def _court(nom: str) -> str:
    """The end of a path of the document is what tells one from another."""
    pas = nom.split("/")
    return nom if len(pas) < 4 else f"…/{'/'.join(pas[-2:])}"


def _combien(groupe: GroupeConstats) -> str:
    if groupe.scenarios:
        nombre = len(groupe.scenarios)
        fois = f", {groupe.nombre} fois" if groupe.nombre > 1 else ""
        return f"{groupe.scenarios[0]}{fois}" if nombre == 1 else accorde(nombre, "scénario")
    return f"{groupe.nombre} fois"


# --- in a few lines ----------------------------------------------------------------------------------


#: Groups told, and characters of a value.
_GROUPES_MAX: Final = 8
_VALEUR_BREVE_MAX: Final = 200


@dataclass(frozen=True, slots=True, repr=False)
class RapportDeTest(Rapport):
    """A report whose `repr` is one line in French, and whose `str` says each finding: what a failed assertion
    of a test shows."""

    @classmethod
    def de(cls, rapport: Rapport) -> Self:
        """The same report, shown so."""
        return tirer(cls, rapport)

    def __repr__(self) -> str:
        return en_une_ligne(self)

    def __str__(self) -> str:
        return en_bref(self)


def en_une_ligne(rapport: Rapport) -> str:
    """« <rapport : 1 opération sur 13, …, manquements : 1 exigence obligatoire enfreinte : … NOM-02.> », NIRs
    masked."""
    rapport = masquer(rapport)
    suite = " ".join(rapport.motifs) or juges(rapport.entete)
    return f"<rapport : {visible(verdict_de_conformite.conclure(rapport))} : {visible(suite)}>"


def en_bref(rapport: Rapport) -> str:
    """Why it does not conform, then each kind of finding: sentence, place, expected, observed, exchanges;
    NIRs masked."""
    rapport = masquer(rapport)
    groupes = [g for g in grouper(rapport) if not g.connue]
    lignes = [en_une_ligne(rapport).strip("<>")]
    for groupe in groupes[:_GROUPES_MAX]:
        lignes += _lignes(groupe)
    if len(groupes) > _GROUPES_MAX:
        lignes.append(f"… et {accorde(len(groupes) - _GROUPES_MAX, 'autre', 'autres')}")
    return "\n".join(lignes)


def _lignes(groupe: GroupeConstats) -> Iterator[str]:
    signe = "✗" if groupe.obligatoire else "!"
    yield f"{signe} {groupe.titre} {visible(groupe.phrase)}"
    for mot, dit in groupe.dits(lambda valeur: abrege(visible(valeur), _VALEUR_BREVE_MAX)):
        yield f"    {mot:<7} : {dit}" if mot else f"    {dit}"
    if groupe.scenarios and groupe.commande:
        yield f"    rejouer : {groupe.commande}"
