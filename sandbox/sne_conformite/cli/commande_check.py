"""`sne-sandbox check`: documents judged offline, without a base."""

import gc
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from functools import partial
from itertools import chain, groupby, zip_longest
from operator import attrgetter
from pathlib import Path
from time import perf_counter
from traceback import extract_tb
from typing import Any, Final

import click

from sne_interface.contract import contrats_charges
from sne_interface.domain.anomalie import Gravite
from sne_interface.domain.base import lire_horloge
from sne_interface.domain.dates import PARIS, date_francaise
from sne_interface.domain.nir import masquer_nirs
from sne_interface.domain.texte import accorde, pour_xml
from sne_interface.domain.valeurs_en_json import en_json
from sne_interface.errors import UsageError, raison_systeme
from sne_interface.rules.controle import ENSUITE, XSD, Controle, FauteDeDocument, controler_par_etapes
from sne_sandbox.cli.options import COMMUNES, ecrire_json, reglages, une_horloge
from sne_sandbox.cli.terminal import BON, DISCRET, GRAS, MAUVAIS, PRUDENT, Style, ecrire, nu

#: From this many documents on, more than one process judges them.
_PARALLELE: Final = 400
_LOT: Final = 50
#: How many documents go through the control together, one step after the other, and the bytes of one that
#: goes alone: its tree takes twenty times as much.
_ENSEMBLE: Final = 10
_SEUL: Final = 200_000
#: In place of a rule: the sandbox itself failed on the document. Characters of its error.
NON_JUGE: Final = "NON-JUGÉ"
ERREUR_MAX: Final = 300
#: Bytes that are read at once.
_MORCEAU: Final = 65_536
#: Characters of a value that tell it from another: a message that has them shows it.
_MONTRE: Final = 80
#: Controls that wait for a correction, beyond which they are counted.
_EN_ATTENTE_MAX: Final = 12

#: What is said of a document, and how many seconds that took.
_Vu = tuple[Controle, float]
_Resultats = list[tuple[Path, Controle]]

_controler: partial[Iterator[Controle | None]]  # of a judging process


@click.command()
@click.argument("fichiers", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FICHIER…")
@click.option("--format", "forme", default="text",
              type=click.Choice(["text", "json", "junit", "sarif", "gitlab"]),
              show_default=True, help="Forme du rapport, seul sur la sortie standard.")  # fmt: skip
@une_horloge
@click.option("--juger-tout", is_flag=True,
              help="Sortir avec 3 si tout est conforme, sauf un document resté non jugé.")  # fmt: skip
@reglages(*COMMUNES, "xml_max")
def commande(fichiers: tuple[Path, ...], forme: str, horloge: str, juger_tout: bool, **options: Any) -> int:
    """Contrôle des documents hors ligne : schéma, nomenclatures, règles.

    Pour chaque faute : place, chemin, règle ou raison du schéma, valeur, remède. Tout est dit en une fois :
    après les fautes du schéma, ce que diront les règles une fois celles-ci corrigées ; les règles qui lisent
    ce que le schéma refuse sont nommées. Un dossier vaut pour les .xml qu'il contient, « - » pour l'entrée
    standard. Sortie 0 si rien n'est bloquant, 1 sinon. Les règles qui demandent une base (cycle de vie,
    doublons…) ou un transport (ENT004 à ENT007, sauf si le fichier s'appelle DEM…) sont laissées de côté, et
    nommées.

    Exemples :
      sne-sandbox check demande.xml
      sne-sandbox check --format json envois/*.xml
      sne-sandbox check --format sarif envois/ > envois.sarif
      mon-programme | sne-sandbox check -
      sne-sandbox check --profile strict --clock 2018-03-15T12:00:00 envois/
    """
    chemins = list(_deplier(fichiers))
    maintenant = lire_horloge(horloge).maintenant()
    vus = list(_controler_tout(chemins, options, maintenant))
    resultats = [(chemin, controle) for chemin, (controle, _) in zip(chemins, vus, strict=True)]
    junit = partial(_junit, durees=[duree for _, duree in vus])
    formes: dict[str, Callable[[_Resultats], None]] = {
        "text": partial(_texte, jour=maintenant.astimezone(PARIS).date()), "json": _json, "junit": junit,
    }  # fmt: skip
    rediger = formes.get(forme)
    if rediger is not None and "GITHUB_ACTIONS" not in os.environ:
        rediger(resultats)
    else:
        from sne_conformite.cli import check_pour_forges

        check_pour_forges.ecrire(resultats, forme, partial(rediger, resultats) if rediger else None)
    if not all(controle.conforme for _, controle in resultats):
        return 1
    return 3 if juger_tout and any(f.regle == NON_JUGE for _, c in resultats for f in c.fautes) else 0


def _deplier(fichiers: Iterable[Path]) -> Iterator[Path]:
    for fichier in dict.fromkeys(fichiers):  # the standard input is read once
        if fichier.is_dir():
            trouves = [f for f in fichier.rglob("*") if f.suffix.lower() == ".xml" and f.is_file()]
            trouves.sort(key=attrgetter("parts"))  # as paths compare, ten times as fast
            if not trouves:
                raise UsageError(
                    f"Le dossier [{fichier}] ne contient aucun fichier .xml.", remede="vérifiez le chemin"
                )
            yield from trouves
        elif str(fichier) == "-":
            yield Path("/dev/stdin")
        elif fichier.exists():
            yield fichier
        else:
            raise UsageError(f"Le fichier [{fichier}] n'existe pas.", remede="vérifiez le chemin")


def _controler_tout(chemins: list[Path], options: dict[str, Any], maintenant: datetime) -> Iterator[_Vu]:
    processus = min(os.cpu_count() or 1, 8)
    _preparer(options, maintenant)
    ensembles = [chemins[rang : rang + _ENSEMBLE] for rang in range(0, len(chemins), _ENSEMBLE)]
    # Another process has not our standard input, nor the pipes that the shell opened for us.
    if len(chemins) < _PARALLELE or processus == 1 or not all(chemin.is_file() for chemin in chemins):
        yield from _suivre(map(_controler_ensemble, ensembles), len(chemins))
        return
    from concurrent.futures import ProcessPoolExecutor

    _controler_ensemble(chemins[:1])  # reads rules and territories before the fork, not in each after it
    with ProcessPoolExecutor(processus, initializer=_initialiser, initargs=(options, maintenant)) as pool:
        controles = pool.map(_controler_ensemble, ensembles, chunksize=_LOT // _ENSEMBLE)
        yield from _suivre(controles, len(chemins))


def _suivre(ensembles: Iterator[list[_Vu]], combien: int) -> Iterable[_Vu]:
    """The controls of all, with a progress bar for the many, on a terminal."""
    controles = chain.from_iterable(ensembles)
    if combien < _LOT or not sys.stderr.isatty():
        return controles
    from rich.console import Console
    from rich.progress import track

    return track(controles, "Contrôle", total=combien, console=Console(stderr=True))


def _initialiser(options: dict[str, Any], maintenant: datetime) -> None:
    if "_controler" not in globals():  # else it came with the fork
        _preparer(options, maintenant)


def _preparer(options: dict[str, Any], maintenant: datetime) -> None:
    global _controler
    contrat = contrats_charges.charger(options["contract"], options["contracts"])
    choix = {"profil": options["profile"], "maintenant": maintenant, "xml_max": options["xml_max"]}
    _controler = partial(controler_par_etapes, contrat=contrat, **choix)
    # Documents leave no ring behind: the collector has next to nothing to find.
    gc.freeze()


def _controler_ensemble(chemins: list[Path]) -> list[_Vu]:
    """Takes the first step in each document, then the next in each: a processor that repeats a step has it at
    hand, and saves a fifth of its time."""
    etapes = zip_longest(*[_chronometrer(str(chemin)) for chemin in chemins])
    return [next(filter(None, vus)) for vus in zip(*etapes, strict=True)]


def _chronometrer(chemin: str) -> Iterator[_Vu | None]:
    duree, debut = 0.0, perf_counter()
    for controle in _controler_un(chemin):
        duree += perf_counter() - debut
        yield (controle, duree) if controle else None
        debut = perf_counter()


def _controler_un(chemin: str) -> Iterator[Controle | None]:
    limite = _controler.keywords["xml_max"]
    try:
        # To be ready for the longest document would take five times the reading of a usual one.
        with open(chemin, "rb", buffering=0) as fichier:  # noqa: PTH123 - in half the time of the method
            octets = fichier.read(_MORCEAU)
            while len(octets) <= limite and (suite := fichier.read(_MORCEAU)):  # too many: refused
                octets += suite
    except OSError as erreur:
        raise UsageError(
            f"Le fichier [{chemin}] ne se lit pas : {raison_systeme(erreur)}.", remede="vérifiez ses droits"
        ) from None
    nom = chemin.rpartition(os.sep)[2]
    nom_lu = nom if nom.startswith("DEM") else None
    try:
        etapes = _controler(octets, nom=nom_lu)
        yield from etapes if len(octets) < _SEUL else list(etapes)[-1:]
    except Exception as erreur:  # noqa: BLE001 - a bug of ours ends the control of this document, and no other's
        yield _non_juge(erreur)


def _non_juge(erreur: Exception) -> Controle:
    """The finding about a document that broke us: neither good nor bad."""
    dit = masquer_nirs(getattr(erreur, "explication", "") or f"{type(erreur).__name__} : {erreur}")
    ou = extract_tb(erreur.__traceback__)[-1]
    lieu = f"{Path(ou.filename).name}:{ou.lineno}"
    message = f"Erreur du bac à sable, et non de ce document : {dit[:ERREUR_MAX]}, {lieu}"
    remede = "signalez-la ; les autres documents sont contrôlés"
    return Controle("", (FauteDeDocument(0, "", NON_JUGE, Gravite.AVERTISSEMENT, message, remede=remede),))


# --- the forms of the report -------------------------------------------------------------------


def _texte(resultats: _Resultats, jour: date) -> None:
    lignes = []
    for chemin, controle in resultats:
        bloquantes = sum(faute.gravite == "bloquante" for faute in controle.fautes)
        autres = len(controle.fautes) - bloquantes
        etat = (
            "conforme" if controle.conforme else accorde(bloquantes, "faute bloquante", "fautes bloquantes")
        )
        if any(faute.regle == NON_JUGE for faute in controle.fautes):
            etat = "non jugé"
        suite = f", {accorde(autres, 'avertissement', 'avertissements')}" if autres else ""
        lignes.append((f"{chemin} : {etat}{suite}", BON if controle.conforme else MAUVAIS))
        lignes += ((ligne, _style(ligne)) for dite in _dire(controle.fautes) for ligne in dite.split("\n"))
        if controle.categories:
            proposees = " ; ".join(
                f"{c.code}, {', '.join(c.d_apres)} ({c.fidelite})" for c in controle.categories
            )
            lignes.append((f"  Priorité à examiner (L. 441-1) : {proposees}.", DISCRET))
        if controle.en_attente:
            attente = ", ".join(controle.en_attente)
            if len(controle.en_attente) > _EN_ATTENTE_MAX:
                attente = f"{len(controle.en_attente)} contrôles"
            lignes.append((f"  Sans avis avant cette correction : {attente}.", DISCRET))
    ecrire(lignes)
    omises = sorted({code for _, controle in resultats for code in controle.omises})
    if omises:
        dites = f"Laissées de côté, faute de base ou de transport : {', '.join(omises)}."
        ecrire([(dites, DISCRET)], err=True)
    mauvais = sum(not controle.conforme for _, controle in resultats)
    lus = accorde(len(resultats), "document")
    # A base may live on another day, and find otherwise what depends on it: an age, a term.
    au = f"jugé au {date_francaise(jour)} (--clock en donne un autre)"
    click.echo(f"{lus}, {accorde(mauvais, 'non conforme', 'non conformes')}, {au}.", err=True)


def _style(ligne: str) -> Style:
    """How a line of a fault is shown: what blocks, what warns, where."""
    if f"({Gravite.BLOQUANTE}) : " in ligne:
        return MAUVAIS
    if f"({Gravite.AVERTISSEMENT}) : " in ligne:
        return PRUDENT
    return nu if ligne.startswith("    ") else GRAS


def _dire(fautes: Iterable[FauteDeDocument]) -> Iterator[str]:
    """The faults, in the order of the control: what comes after the first correction under a title."""
    for ensuite, lot in groupby(fautes, attrgetter("ensuite")):
        if ensuite:
            yield f"  {ENSUITE} :"
        yield from map(_phrase, lot)


def _phrase(faute: FauteDeDocument) -> str:
    colonne = f", colonne {faute.colonne}" if faute.colonne else ""
    ligne = f"ligne {faute.ligne}{colonne}" if faute.ligne else ""
    lieu = ", ".join(filter(None, (ligne, faute.chemin)))
    lignes = [f"  {lieu}"] if lieu else []
    lignes.append(f"    {faute.regle} ({faute.gravite}) : {faute.message}")
    if faute.fidelite and faute.source != XSD:
        lignes[-1] += f" [{faute.fidelite}]"
    if faute.valeur[:_MONTRE] not in faute.message:
        lignes.append(f"    valeur : {faute.valeur}")
    if faute.remede:
        lignes.append(f"    remède : {faute.remede}")
    return "\n".join(lignes)


def _json(resultats: _Resultats) -> None:
    contenu = {
        "conforme": all(controle.conforme for _, controle in resultats),
        "fichiers": [
            {
                "fichier": str(chemin),
                "document": controle.genre,
                "conforme": controle.conforme,
                "fautes": en_json(controle.fautes),
                "omises": controle.omises,
                "en_attente": controle.en_attente,
                "categories": en_json(controle.categories),
            }
            for chemin, controle in resultats
        ],
    }
    ecrire_json(contenu)


def _junit(resultats: _Resultats, durees: list[float]) -> None:
    from lxml import etree

    nombres = {
        "tests": str(len(resultats)),
        "failures": str(sum(not controle.conforme for _, controle in resultats)),
        "errors": "0",
        "time": f"{sum(durees):.3f}",
    }
    racine = etree.Element("testsuites", name="sne-sandbox check", **nombres)
    suite = etree.SubElement(racine, "testsuite", name="sne-sandbox check", skipped="0", **nombres)
    for (chemin, controle), duree in zip(resultats, durees, strict=True):
        nom = pour_xml(str(chemin), "\N{REPLACEMENT CHARACTER}")
        cas = etree.SubElement(suite, "testcase", classname="check", name=nom, file=nom, time=f"{duree:.3f}")
        bloquantes = [f for f in controle.fautes if f.gravite == "bloquante"]
        if bloquantes:
            cas.set("line", str(bloquantes[0].ligne))
            echec = etree.SubElement(cas, "failure", type=bloquantes[0].regle, message=bloquantes[0].message)
            echec.text = pour_xml("\n".join(_dire(bloquantes)))
        autres = [_phrase(f) for f in controle.fautes if f.gravite != "bloquante"]
        if controle.omises:
            autres.append(f"Laissées de côté, faute de base ou de transport : {', '.join(controle.omises)}.")
        if controle.en_attente:
            autres.append(f"Sans avis avant correction du schéma : {', '.join(controle.en_attente)}.")
        if autres:
            etree.SubElement(cas, "system-out").text = pour_xml("\n".join(autres))
    sys.stdout.write(etree.tostring(racine, encoding="unicode", pretty_print=True, xml_declaration=False))
