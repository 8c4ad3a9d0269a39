"""`make docs`: writes into the pages of `docs/` what the code knows better than any text.

`docs/*.md` are read, `docs/reference/*.md` are looked up. A page of either holds a block between two
comments, `<!-- code: NAME -->` and `<!-- /code -->`; `BLOCS` says which function writes which block.
`tests/guards/test_documentation.py` fails when a page is behind the code, and names the command to run.
"""

import inspect
import json
import re
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import click
import schema_protocole
import yaml
from donnees import a_cote
from joueur import histoires
from prometheus_client import Metric

from sne_conformite.bilan.trafic_juge import FAMILLES
from sne_conformite.fixture_pytest import REGLAGES as REGLAGES_PYTEST
from sne_conformite.juges import PILOTEES
from sne_conformite.protocole import protocole
from sne_conformite.rapports.formats_de_rapport import FICHIERS
from sne_console.api.metriques import Journaux, Processus
from sne_console.vues.cerfa_face_au_message import decrire
from sne_interface.contract import contrats_charges
from sne_interface.contract.changements import charger_changements
from sne_interface.contract.exigences_et_mentions import charger_certification, charger_exigences
from sne_interface.domain import panne
from sne_interface.domain.anomalie import Gravite
from sne_interface.domain.echange import EtatDuServeur
from sne_interface.errors import OperatorError, UsageError
from sne_interface.resources import docs_dir, fixtures_dir
from sne_interface.rules.rule import gravite
from sne_interface.settings import PAR_NOM, SETTINGS, Portee
from sne_sandbox.bases import bases
from sne_sandbox.cli.main import cli, trouver
from sne_sandbox.cli.options import COMMUNES, tableau_markdown
from sne_sandbox.mime.tolerances import Tolerance
from sne_sandbox.offres_des_paquets import COMMANDES, SECTIONS
from sne_sandbox.server.adresse_et_certificats_d_une_base import BaseServie
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.table_des_gestes import SUJETS, Geste
from sne_sandbox.web.reponses_http import GENRES
from sne_sandbox.web.sante import VERIFICATIONS

Bloc = Callable[[], Iterable[str]]

COMMANDE: Final = "make docs"
#: The published JSON Schema of the adapter's protocol, written by the same command.
SCHEMA: Final = "schemas/protocole.schema.json"
_BLOC: Final = re.compile(r"(<!-- code: ([a-z-]+) -->\n).*?(<!-- /code -->)", re.DOTALL)
#: What click adds to the help of an option, and the bounds in it.
_CROCHETS: Final = re.compile(r" +\[([^\]]*)\]$")
_BORNES: Final = (
    (re.compile(r"(\S+)<=x<=(\S+)"), r"de \1 à \2"),
    (re.compile(r"(\S+)<x<=(\S+)"), r"plus de \1, \2 au plus"),
    (re.compile(r"x>=(\S+)"), r"au moins \1"),
)
#: What Prometheus puts in a sentence: « {{ $labels.base }} ».
_LIBELLE: Final = re.compile(r"\{\{.*?\}\}")
_FAMILLES: Final = {**FAMILLES, "FID": "Fidélité à ce qui est saisi", "ROB": "Tenue devant les pannes"}
_NIVEAUX: Final = {"MUST": "obligatoire", "SHOULD": "recommandée"}
#: What each variable of `run` holds. The rows are those that the code gives: one without a sentence fails.
_VARIABLES: Final = a_cote(__file__)["variables"]
#: When a check of readiness fails. A check without a sentence fails here too.
_EN_DEFAUT: Final = {
    "fichier": "le fichier SQLite n'est plus celui qui a été ouvert",
    "lecture": "la base de données ne se lit pas",
    "ecriture": "elle ne s'écrit pas (une ligne, quand personne n'a rien écrit depuis dix secondes)",
    "schema": "les tables sont d'une autre version",
    "place": "moins de 50 Mo libres sur le disque du fichier SQLite",
    "nuits": "une nuit est due depuis plus de deux minutes et demie",
    "contrats": "les contrats posés ne sont pas ceux des autres machines",
}

#: What an exit code says; 0 and 1 are those of a judgement.
_CODES: Final = {
    "0": "conforme, ou fait",
    "1": "non conforme",
    str(UsageError.exit_code): "mauvais usage : une option, ou un fichier donné (`--verify`, `--compare`, "
    "`--baseline`, `--candidat`, `--plan`, `db restore`) qui n'est pas ce qu'il faut",
    str(OperatorError.exit_code): "l'outil a échoué, y compris par une erreur de sa part",
    "128 + N": "interrompu par le signal N : 130 pour Ctrl-C, 143 pour SIGTERM. `serve` et `proxy` sont "
    "faits pour finir ainsi : 0",
}


def page_a_jour(texte: str) -> str:
    """A page of `docs/` with its blocks as the code has them now. Raises KeyError for an unknown block."""
    return _BLOC.sub(lambda trouve: trouve[1] + "\n".join(BLOCS[trouve[2]]()) + "\n" + trouve[3], texte)


def pages() -> list[Path]:
    """The pages that are read, then those that are looked up."""
    return [*sorted(docs_dir().glob("*.md")), *sorted((docs_dir() / "reference").glob("*.md"))]


def ecrire() -> list[Path]:
    """Writes what is behind: the blocks of the pages, the published schema. Answers the files changed."""
    changes = []
    for page in pages():
        ancien = page.read_text("utf-8")
        nouveau = page_a_jour(ancien)
        if nouveau != ancien:
            page.write_text(nouveau, "utf-8")
            changes.append(page)
    schema = fixtures_dir() / SCHEMA
    decrit = json.dumps(schema_protocole.schema(), ensure_ascii=False, indent=2) + "\n"
    if schema.read_text("utf-8") != decrit:
        schema.write_text(decrit, "utf-8")
        changes.append(schema)
    return changes


def tableau(titres: Sequence[str], rangees: Iterable[Iterable[str]]) -> list[str]:
    """The lines of a Markdown table. A line end inside a cell becomes a blank."""
    cases = ([" ".join(case.split()) for case in rangee] for rangee in rangees)
    return tableau_markdown(titres, cases).splitlines()


# --- settings, commands, exit codes ------------------------------------------------------------------


def _reglages(portee: Portee) -> list[str]:
    return tableau(
        ("réglage", "par défaut", "ce qu'il fait"),
        (
            (
                f"`{s.option}`",
                "" if s.defaut is None else f"`{s.defaut}`",
                s.aide + (f" : {', '.join(f'`{c}`' for c in s.choix)}" if s.choix else ""),
            )
            for s in SETTINGS
            if s.portee == portee
        ),
    )


def _liste_des_commandes() -> list[str]:
    lignes = ((f"[`{nom}`](#{nom})", commande.aide) for nom, commande in COMMANDES.items())
    return tableau(("commande", "ce qu'elle fait"), lignes)


def _commandes() -> Iterator[str]:
    contexte = click.Context(cli, info_name="sne-sandbox")
    for nom in COMMANDES:
        commande = cli.get_command(contexte, nom)
        assert commande is not None, nom
        yield from _commande(commande, [nom])


def _commande(commande: click.Command, mots: list[str]) -> Iterator[str]:
    """A command and, below it, those of its group: what it does, its options, how it is called."""
    contexte = click.Context(commande, info_name=" ".join(("sne-sandbox", *mots)))
    yield f"{'#' * (len(mots) + 1)} {' '.join(mots)}"
    yield ""
    yield "```text"
    yield " ".join((contexte.command_path, *commande.collect_usage_pieces(contexte)))
    yield "```"
    yield ""
    for paragraphe in inspect.cleandoc(commande.help or "").replace("\b\n", "").split("\n\n"):
        yield _en_phrases(" ".join(paragraphe.split()))
        yield ""
    if isinstance(commande, click.Group):
        for nom in commande.list_commands(contexte):
            suivante = commande.get_command(contexte, nom)
            assert suivante is not None, nom
            yield from _commande(suivante, [*mots, nom])
        return
    options = [p for p in commande.params if isinstance(p, click.Option) and not p.hidden]
    siennes = [o for o in options if not _est_un_reglage(o)]
    if siennes:
        yield from tableau(("option", "ce qu'elle fait"), (_option(o, contexte) for o in siennes))
        yield ""
    if phrase := _reglages_admis([o for o in options if _est_un_reglage(o)]):
        yield phrase
        yield ""
    exemples = [
        e.strip() for e in (commande.epilog or "").splitlines() if e.strip().startswith("sne-sandbox ")
    ]
    if exemples:
        yield from ("```console", *(f"$ {exemple}" for exemple in exemples), "```", "")


def _est_un_reglage(option: click.Option) -> bool:
    setting = PAR_NOM.get(option.name or "")
    return setting is not None and setting.option in option.opts and option.envvar in (None, setting.variable)


def _option(option: click.Option, contexte: click.Context) -> tuple[str, str]:
    dit = option.get_help_record(contexte)
    assert dit is not None, option.name
    nom, aide = dit
    return f"`{nom}`", _en_phrases(_CROCHETS.sub(_en_clair, aide))


def _en_clair(trouve: re.Match[str]) -> str:
    """What click adds to the help of an option, « [par défaut : 10; 1<=x<=10000] », in words."""
    dit = trouve[1].replace("; ", " ; ")
    for forme, en_mots in _BORNES:
        dit = forme.sub(en_mots, dit)
    return f" ({dit})"


def _reglages_admis(options: list[click.Option]) -> str:
    """The settings that a command takes beside those of every command, and the defaults that are its own."""
    autres = [o for o in options if o.name not in COMMUNES]
    if not autres:
        return ""
    dits = []
    for option in autres:
        setting = PAR_NOM[option.name or ""]
        propre = f" (par défaut : {option.default})" if option.default != setting.defaut else ""
        dits.append(f"`{setting.option}`{propre}")
    return f"[Réglages](reglages.md) : {', '.join(dits)}."


def _en_phrases(texte: str) -> str:
    """Text of the command line as Markdown: what it writes as it is typed stands in code."""
    texte = re.sub(r"(?<![\w`])(--[a-z][a-z-]*)", r"`\1`", texte)
    return re.sub(r"« (sne-sandbox [^»]+) »", r"`\1`", texte).replace("*", "\\*")


def _codes() -> list[str]:
    return tableau(("code", "veut dire"), _CODES.items())


def _rapports() -> list[str]:
    return tableau(("fichier", "pour"), ((f"`{f.fichier}`", f.usage) for f in FICHIERS.values()))


def _variables() -> list[str]:
    pret = dict.fromkeys(("https", "http", "ca_file", "cert_file", "key_file", "pkcs12_file", "guichet"), "x")
    with tempfile.TemporaryDirectory() as dossier:
        servie = BaseServie("ecole", {**pret, "admin_token": None})
        donnees = [nom for nom in servie.variables(Path(dossier) / "pret.json") if nom.startswith("SNE_")]
    return tableau(("variable", "contient"), ((f"`{nom}`", _VARIABLES[nom]) for nom in donnees))


# --- the interface -----------------------------------------------------------------------------------


def _services() -> list[str]:
    contrat = contrats_charges.charger()
    return tableau(
        ("service, à la suite de l'adresse du bac à sable", "opérations"),
        (
            (
                f"`{service.chemins[0]}/`",
                ", ".join(f"`{o.nom}`" for o in contrat.operations.values() if o.service == service.nom),
            )
            for service in contrat.services.values()
        ),
    )


def _cerfa() -> Iterator[str]:
    decrit = decrire(contrats_charges.charger())
    yield "## Sans place connue"
    yield ""
    rangees = ((ligne.libelle, ligne.source, ligne.fidelite) for ligne in decrit.sans_place)
    yield from tableau(("ce que demande le formulaire", "source", "fidélité"), rangees)
    yield ""
    for rubrique in decrit.rubriques:
        yield f"## {rubrique.lettre}) {rubrique.titre}"
        yield ""
        yield from tableau(
            ("ce que demande le formulaire", "éléments qui le portent", "depuis", "fidélité"),
            (
                (
                    ligne.libelle,
                    ", ".join(f"`{e.chemin}`" for e in ligne.elements) or "sans place connue",
                    ", ".join(dict.fromkeys(e.depuis for e in ligne.elements)) or "–",
                    f"demandé : {ligne.fidelite} ({ligne.source})"
                    + "".join(f" ; place : {f}" for f in dict.fromkeys(e.fidelite for e in ligne.elements)),
                )
                for ligne in rubrique.lignes
            ),
        )
        yield ""
    yield "## Hors du formulaire"
    yield ""
    yield from tableau(
        ("élément", "d'où il vient"), ((f"`{h.chemin}`", h.pourquoi) for h in decrit.hors_formulaire)
    )


def _guichets() -> list[str]:
    return tableau(
        ("guichet", "nature", "nom", "territoire", "SIREN"),
        (
            (
                f"`{g.code}`",
                g.nature,
                g.nom,
                " ".join(f"`{t}`" for t in (g.territoire, *g.autres_territoires)),
                f"{g.siren}{' (inventé)' if g.siren_invente else ''}" if g.siren else "",
            )
            for g in bases.guichets_de("ecole")
        ),
    )


def _droits_des_guichets() -> list[str]:
    table = contrats_charges.charger(PAR_NOM["contract"].defaut).guichets
    return tableau(
        ("nature", "peut", "fidélité", "source"),
        (
            (nature, table.actes[acte], f"`{droit.fidelite}`", droit.source)
            for nature, dite in table.natures.items()
            for acte, droit in dite.droits.items()
        ),
    )


def _mentions() -> list[str]:
    """Each with what it brings to those that it inherits."""
    certification = charger_certification(contrats_charges.charger().dossiers)
    mentions = certification.mentions
    rangees = []
    for mention in mentions.values():
        herites = {role for autre in mention.herite for role in mentions[autre].roles}
        roles = [certification.roles[role].titre for role in mention.roles if role not in herites]
        rangees.append((f"`{mention.id}`", mention.titre, " ; ".join(roles) or "tout ce qui précède"))
    return tableau(("identifiant", "mention", "ce que fait le produit"), rangees)


def _formes() -> list[str]:
    """Each requirement that has hard forms, with them and with the scenarios that draw them first."""
    formes = charger_certification(contrats_charges.charger().dossiers).formes.values()
    return tableau(
        ("exigence", "n'est prouvée qu'avec", "se voit d'abord dans", "règles qui en font un cas"),
        (
            (f"`{e}`", f.titre, ", ".join(f"`{s}`" for s in f.scenarios), ", ".join(f.regles) or "–")
            for e in sorted({e for f in formes for e in f.exigences})
            for f in formes
            if e in f.exigences
        ),
    )


def _exigences() -> Iterator[str]:
    exigences = charger_exigences(contrats_charges.charger().dossiers)
    for famille, titre in _FAMILLES.items():
        yield f"## {titre}"
        yield ""
        yield from tableau(
            ("exigence", "ce qui est demandé", "niveau", "se juge, et source", "quand elle est enfreinte"),
            (
                (
                    f"`{e.id}`", e.texte, _NIVEAUX[e.niveau],
                    f"{_comment(e.id, e.non_testee)} · {e.fidelite} : {e.source}", e.remede,
                )
                for e in sorted(exigences.values(), key=lambda e: e.id)
                if e.id.startswith(famille)
            ),
        )  # fmt: skip
        yield ""


def _comment(identifiant: str, non_testee: str) -> str:
    if non_testee:
        return f"non testée : {non_testee}"
    return "piloté" if identifiant in PILOTEES else "trafic ou piloté"


def _tolerances() -> list[str]:
    return tableau(("code", "ce qui est lu quand même"), ((f"`{t.code}`", t.phrase) for t in Tolerance))


def _pannes() -> list[str]:
    return tableau(
        ("panne", "ce qui arrive", "paramètres"),
        (
            (
                f"`{g.nom}` {g.titre}",
                f"{g.description} {g.effet[0].upper()}{g.effet[1:]}.",
                " ; ".join(_parametre(p) for p in g.parametres) or "—",
            )
            for g in panne.GENRES.values()
        ),
    )


def _parametre(parametre: panne.ParametreLu) -> str:
    choix = f" ({' ou '.join(parametre.choix)})" if parametre.choix else ""
    return f"`{parametre.nom}={parametre.defaut}` {parametre.description}{choix}"


# --- the adapter's protocol --------------------------------------------------------------------------


def _commandes_du_protocole() -> list[str]:
    return tableau(
        ("commande", "ce qui est demandé", "champs → réponse « fait »"),
        (
            (f"`{c.nom}`", c.dit, f"{_champs(c.champs)} → {_champs(c.reponse)}")
            for c in protocole.COMMANDES.values()
        ),
    )


def _champs(champs: Iterable[protocole.ChampProtocole]) -> str:
    return ", ".join(f"`{c.nom}`{'' if c.requis else '?'}" for c in champs) or "—"


def _statuts() -> list[str]:
    return tableau(("statut", "veut dire"), ((f"`{s}`", d) for s, d in protocole.TABLES["statuts"].items()))


# --- pytest, API -------------------------------------------------------------------------------------


def _pytest() -> list[str]:
    return tableau(
        ("réglage", "par défaut", "ce qu'il fait"),
        ((f"`{nom}`", f"`{defaut}`" if defaut else "", aide) for nom, aide, defaut in REGLAGES_PYTEST),
    )


def gestes_en_markdown() -> str:
    """The tables of the deeds, one a subject."""
    return "\n".join(_table_de_gestes(titre, siens) for titre, siens in SUJETS.items())


def _gestes() -> list[str]:
    return gestes_en_markdown().splitlines()


def _table_de_gestes(titre: str, gestes: Sequence[Geste]) -> str:
    titres = ("geste", "console", "ligne de commande", "API, sous `/api/v1`")
    return "\n".join([f"### {titre}", "", *tableau(titres, map(_rangee_de_geste, gestes)), ""])


def _rangee_de_geste(geste: Geste) -> tuple[str, str, str, str]:
    modules = {vue.partition(".")[0] for vue in geste.vues.split()}
    pages = {s.titre or s.groupe for s in SECTIONS if s.nom in modules}
    commande = appel = f"({geste.sans})"
    if geste.commande:
        commande = f"`sne-sandbox {_synopsis(geste)}`"
    if geste.appel:
        corps = f", corps : {_noms(geste.corps.split())}" if geste.corps else ""
        question = f", question : {_noms(geste.question.split())}" if geste.question else ""
        appel = f"`{geste.methode} {geste.chemin}`{corps}{question}"
    return geste.phrase, ", ".join(sorted(pages)), commande, appel


def _synopsis(geste: Geste) -> str:
    """The command of a deed as its row has it, with what it cannot do without and what its call takes too."""
    partages = {*re.findall(r"\{(\w+)\}", geste.chemin), *geste.question.split(), *geste.corps.split()}
    mots = re.sub(r"\{(\w+)\}", lambda place: place[1].upper(), geste.commande).split()
    commande, suite = trouver(mots)
    contexte = click.Context(commande)
    for parametre in commande.params:
        propre = parametre.name in partages - {"base", *COMMUNES}
        if not set(parametre.opts) & set(suite) and (parametre.required or propre):
            mots.append(_mot_de_commande(parametre, contexte))
    return " ".join(mots)


def _mot_de_commande(parametre: click.Parameter, contexte: click.Context) -> str:
    if isinstance(parametre, click.Argument):
        return parametre.make_metavar(contexte)
    sans_valeur = isinstance(parametre, click.Option) and parametre.is_flag
    dit = parametre.opts[0] + ("" if sans_valeur else f" {parametre.make_metavar(contexte)}")
    return dit if parametre.required else f"[{dit}]"


def _noms(noms: Iterable[str]) -> str:
    return ", ".join(f"`{nom}`" for nom in sorted(noms))


def _problemes() -> list[str]:
    return tableau(
        ("fin de `type`", "statut", "titre"),
        ((f"`{g.slug}`", str(g.status) if g.status else "tout autre", g.title) for g in GENRES.values()),
    )


# --- decisions, leases, radiations -----------------------------------------------------------------------

_EFFETS: Final = {
    Gravite.BLOQUANTE: "bloque",
    Gravite.AVERTISSEMENT: "avertit",
    Gravite.IGNOREE: "rien",
}


def _issues(nom: str) -> list[str]:
    regles = contrats_charges.charger().regles
    rangees = []
    for histoire in histoires(nom):
        attendus = [
            histoire.get("enregistrement", []),
            *(p.get("attendu", []) for p in histoire.get("pas", [])),
        ]
        codes = sorted({code for ceux in attendus for code in ceux})
        effets = []
        for profil in ("ecole", "strict"):
            poids = {gravite(regles[code], profil) for code in codes}
            if histoire.get("leger"):
                poids = {Gravite.AVERTISSEMENT}
            if histoire.get("faute"):
                poids = {Gravite.BLOQUANTE}
            effets.append(next((mot for g, mot in _EFFETS.items() if g in poids), "rien"))
        notees = ", ".join(f"`{c}`" for c in histoire.get("nuits", [])) or "rien"
        nuits = [f"nuits : {notees}"] if "nuits" in histoire else []
        dits = [*(f"`{code}`" for code in codes), *nuits]
        if "numero" in histoire:
            dits.append(f"numéro `{histoire['numero']}…`")
        for nom, valeur in histoire.get("traitement", {}).items():
            dits.append(f"`{nom}` : {valeur}" if valeur else f"pas de `{nom}`")
        if "faute" in histoire:
            dits.append("faute SOAP")
        if "statut" in histoire:
            dits.append(f"statut DALO `{histoire['statut']}`")
        rangees.append((histoire["titre"], histoire["source"], ", ".join(dits), *effets))
    return tableau(("situation", "source", "ce qui est dit", "`ecole`", "`strict`"), rangees)


def _licites() -> list[str]:
    return tableau(
        ("histoire dont aucun profil ne dit un mot",), ([h["titre"]] for h in histoires("licites"))
    )


def _loi() -> list[str]:
    rangees, regles = [], contrats_charges.charger().regles
    titres = ("article", "ce qu'il dit", "licite", "règle : ce qu'elle relève")
    for dit in histoires("loi", "article"):
        relevees = (
            f"`{code}`, {regles[code].fidelite} : « {titre} »"
            for code, titre in sorted(dit["fautes"].items())
        )
        rangees.append(
            (dit["article"], f"{dit['dit']} ({dit['fidelite']})", dit["licite"], " ; ".join(relevees))
        )
    return tableau(titres, rangees)


def _categories() -> list[str]:
    rangees = (
        (
            f"`{c.code}`",
            " ; ".join(" et ".join(faits) for faits in c.propose),
            c.pourquoi,
            c.fidelite,
            c.source,
        )
        for c in contrats_charges.charger().roles.decision.categories.values()
        if c.fidelite
    )
    return tableau(("catégorie", "proposée par", "contredite si", "fidélité", "source"), rangees)


# --- a server that others use -----------------------------------------------------------------------------


def _verifications() -> list[str]:
    rangees = (
        (f"`{v.nom}`", _EN_DEFAUT[v.nom], "503" if v.grave else "200, et le dit") for v in VERIFICATIONS
    )
    return tableau(("contrôle", "en défaut quand", "`/readyz` répond"), rangees)


def _mesures() -> list[str]:
    with tempfile.TemporaryDirectory() as dossier, Magasin.ouvrir(None, Path(dossier)) as magasin:
        familles = [*Journaux(magasin).collect(), *Processus(EtatDuServeur()).collect()]
    rangees = ((f"`{_nom(famille)}`", famille.documentation) for famille in familles)
    return tableau(("mesure", "ce qu'elle compte"), rangees)


def _nom(famille: Metric) -> str:
    """The name under which a figure is read: that of a counter is written without its ending."""
    return f"{famille.name}_total" if famille.type == "counter" else str(famille.name)


def _alertes() -> list[str]:
    fichier = fixtures_dir() / "deploiement" / "surveillance" / "alertes.yml"
    groupes = yaml.safe_load(fichier.read_text("utf-8"))["groups"]
    regles = [regle for groupe in groupes for regle in groupe["rules"]]
    return tableau(
        ("alerte", "ce qu'elle dit", "remède"),
        (
            (f"`{r['alert']}`", _LIBELLE.sub("…", r["annotations"]["summary"]), r["annotations"]["remede"])
            for r in regles
        ),
    )


# --- the files of a contract ------------------------------------------------------------------------------


def _changements() -> list[str]:
    changements = charger_changements(contrats_charges.charger().dossiers, ["v5.0"])
    return tableau(
        ("changement", "ce qui change", "genre", "forme sur le fil", "source"),
        ((f"`{c.id}`", c.phrase, c.genre, c.fidelite, c.source) for c in changements),
    )


#: Name of each block → the function that writes its lines.
BLOCS: Final[Mapping[str, Bloc]] = {
    "reglages-serveur": lambda: _reglages("serveur"),
    "reglages-base": lambda: _reglages("base"),
    "liste-des-commandes": _liste_des_commandes,
    "commandes": _commandes,
    "codes": _codes,
    "rapports": _rapports,
    "variables": _variables,
    "services": _services,
    "cerfa": _cerfa,
    "guichets": _guichets,
    "droits-des-guichets": _droits_des_guichets,
    "exigences": _exigences,
    "mentions": _mentions,
    "formes": _formes,
    "tolerances": _tolerances,
    "pannes": _pannes,
    "protocole-commandes": _commandes_du_protocole,
    "protocole-statuts": _statuts,
    "pytest": _pytest,
    "gestes": _gestes,
    "problemes": _problemes,
    "decisions-situations": lambda: _issues("situations"),
    "decisions-fautives": lambda: _issues("fautives"),
    "decisions-licites": _licites,
    "categories": _categories,
    "loi": _loi,
    "verifications": _verifications,
    "mesures": _mesures,
    "alertes": _alertes,
    "changements": _changements,
}


if __name__ == "__main__":
    for fichier in ecrire():
        sys.stdout.write(f"{fichier}\n")
