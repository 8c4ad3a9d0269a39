"""The table of what each package offers: commands, parts of the application, pages, resources of the API.

The table names modules, and imports none: a module is imported when it is used. A package that is not
installed offers nothing, and the rest works without it.
"""

import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

#: The folder of the packages.
_PAQUETS: Final = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class CommandeOfferte:
    """A command: the module whose `commande` it is, and its line of help."""

    module: str
    aide: str


@dataclass(frozen=True, slots=True)
class Partie:
    """A part of the application: the first segments of its paths, and the module whose
    `construire(principale)` makes it."""

    nom: str
    module: str
    segments: frozenset[str]


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the console. `module` has its `blueprint`, of the name `nom`; `titre` is its name in the
    menu (None: reached from another section); `groupe` is the entry of the menu that leads to it."""

    nom: str
    module: str
    groupe: str
    titre: str | None = None

    @property
    def endpoint(self) -> str:
        """Flask's name of the view that the entry opens."""
        return f"{self.nom}.page"


#: By name, in the order of the help.
COMMANDES: Final = {
    "serve": CommandeOfferte(
        "sne_sandbox.cli.commande_serve", "Sert le bac à sable : SOAP en HTTPS et HTTP, console, API."
    ),
    "run": CommandeOfferte(
        "sne_conformite.cli.commande_run", "Lance vos tests devant une base neuve, et juge ce qui est arrivé."
    ),
    "conform": CommandeOfferte(
        "sne_conformite.cli.commande_conform",
        "Pilote une application d'un bout à l'autre du plan, et la juge.",
    ),
    "report": CommandeOfferte(
        "sne_conformite.cli.commande_report",
        "Juge ce qu'une base a vu ; rejuge des preuves ; compare deux rapports.",
    ),
    "proxy": CommandeOfferte(
        "sne_calibrage.cli.commande_proxy",
        "Relaie vers un serveur réel, valide dans les deux sens, enregistre ; exporte.",
    ),
    "calibrer": CommandeOfferte(
        "sne_calibrage.cli.commande_calibrer",
        "Compare un enregistrement du vrai serveur au bac à sable ; propose la surcharge.",
    ),
    "diagnostic": CommandeOfferte(
        "sne_sandbox.cli.commande_diagnostic",
        "Vérifie le branchement d'une application : adresse, TLS, certificats, heure.",
    ),
    "sante": CommandeOfferte(
        "sne_sandbox.cli.commande_sante", "Dit si le serveur de ce poste est prêt, et sinon ce qui manque."
    ),
    "demo": CommandeOfferte(
        "sne_conformite.cli.commande_demo", "Montre le produit en une minute, de bout en bout."
    ),
    "check": CommandeOfferte(
        "sne_conformite.cli.commande_check",
        "Contrôle des documents hors ligne : schéma, nomenclatures, règles.",
    ),
    "generate": CommandeOfferte(
        "sne_sandbox.cli.commande_generate",
        "Écrit des messages : ménages tirés, valides ou fautifs d'une seule façon.",
    ),
    "exigences": CommandeOfferte(
        "sne_conformite.cli.commande_exigences", "Montre ce sur quoi une application est jugée, et comment."
    ),
    "certification": CommandeOfferte(
        "sne_conformite.cli.commande_certification",
        "Montre les mentions à acquérir, et ce qu'il reste à faire pour elles.",
    ),
    "contrat": CommandeOfferte(
        "sne_calibrage.cli.commande_contrat",
        "Vérifie un dossier officiel, compare deux versions, prépare une application.",
    ),
    "rules": CommandeOfferte(
        "sne_sandbox.cli.commande_rules", "Montre les contrôles : sévérité, fidélité, source, remède."
    ),
    "nomenclatures": CommandeOfferte(
        "sne_sandbox.cli.commande_nomenclatures",
        "Montre les nomenclatures : les codes admis, et leurs libellés.",
    ),
    "bases": CommandeOfferte("sne_sandbox.cli.commande_bases", "Liste, crée, règle ou supprime des bases."),
    "stats": CommandeOfferte(
        "sne_statistiques.cli.commande_stats",
        "Les statistiques d'une base : stock, flux, profils, territoires.",
    ),
    "quotas": CommandeOfferte(
        "sne_statistiques.cli.commande_quotas",
        "Les quotas d'attribution (L. 441-1) d'une base, par bailleur et EPCI.",
    ),
    "clock": CommandeOfferte(
        "sne_sandbox.cli.commande_clock", "Lit, fige ou avance l'horloge d'une base : les nuits passent."
    ),
    "pannes": CommandeOfferte(
        "sne_sandbox.cli.commande_pannes", "Arme, liste ou désarme les pannes d'une base."
    ),
    "snapshots": CommandeOfferte(
        "sne_sandbox.cli.commande_snapshots", "Sauvegarde, restaure ou compare une base, sous un nom."
    ),
    "jetons": CommandeOfferte(
        "sne_sandbox.cli.commande_jetons",
        "Fait, liste ou révoque les jetons qui ouvrent la console et l'API.",
    ),
    "atelier": CommandeOfferte(
        "sne_console.cli.commande_atelier",
        "Fait une salle de stagiaires : une base, un lien chacun ; la suit, la clôt.",
    ),
    "cles": CommandeOfferte(
        "sne_conformite.cli.commande_cles", "Fait des clés qui signent les preuves ; tire des défis."
    ),
    "pki": CommandeOfferte("sne_sandbox.cli.commande_pki", "Émet des certificats de développement."),
    "db": CommandeOfferte(
        "sne_sandbox.cli.commande_db", "Met à jour, remplit, sauvegarde, restaure ou vide la base de données."
    ),
}

PARTIES: Final = (
    Partie(
        "console",
        "sne_console.cadre.application_console",
        frozenset(
            {
                "",
                "console",
                "guide",
                "affichage",
                "lecture",
                "atelier",
                "connexion",
                "deconnexion",
                "static",
                "bootstrap",
            }
        ),
    ),
    Partie("api", "sne_console.api.application_api", frozenset({"api", "metrics"})),
)

#: In the order in which a group shows them; the first that one may open is where the group leads.
SECTIONS: Final = (
    Section("accueil", "sne_console.pages.page_accueil", ""),
    Section("recherche", "sne_console.pages.page_recherche", ""),
    Section("affichage", "sne_console.pages.page_affichage", ""),
    Section("journal", "sne_console.pages.page_journal", "Journal", "Journal"),
    Section("echange", "sne_console.pages.page_echange", "Journal"),
    Section("demandes", "sne_console.pages.page_demandes", "Demandes", "Demandes"),
    Section("demande", "sne_console.pages.page_demande", "Demandes"),
    Section("composer", "sne_console.pages.page_composer", "Composer", "Composer"),
    Section("scenes", "sne_console.pages.page_scenes", "Former", "Scènes"),
    Section("ateliers", "sne_console.pages.page_ateliers", "Former", "Ateliers"),
    Section("conformite", "sne_console.pages.page_conformite", "Certifier", "Conformité"),
    Section("temps", "sne_console.pages.page_temps", "Base", "Temps"),
    Section("pannes", "sne_console.pages.page_pannes", "Base", "Pannes"),
    Section("sauvegardes", "sne_console.pages.page_sauvegardes", "Base", "Sauvegardes"),
    Section("reglages", "sne_console.pages.page_reglages", "Base", "Réglages"),
    Section("bases", "sne_console.pages.page_bases", "Base", "Bases"),
    Section("guichets", "sne_console.pages.page_guichets", "Base", "Guichets"),
    Section("jetons", "sne_console.pages.page_jetons", "Base", "Jetons"),
    Section("regles", "sne_console.pages.page_regles", "Comprendre", "Règles"),
    Section("contrat", "sne_console.pages.page_contrat", "Comprendre", "Contrat"),
    Section("guide", "sne_console.pages.page_guide", "Comprendre", "Guide"),
    Section("statistiques", "sne_statistiques.vues.page_statistiques", "Comprendre", "Statistiques"),
)

#: Blueprints of the API, `module:attribute`, in the order of its description.
RESSOURCES: Final = (
    "sne_console.api.api_bases:blueprint",
    "sne_console.api.api_bases:clock",
    "sne_console.api.api_echanges:blueprint",
    "sne_console.api.api_demandes:blueprint",
    "sne_console.api.api_guichets:blueprint",
    "sne_console.api.api_messages:blueprint",
    "sne_console.api.api_guichets:certificates",
    "sne_console.api.api_pannes:blueprint",
    "sne_console.api.api_bases:snapshots",
    "sne_statistiques.vues.api_statistiques:blueprint",
    "sne_statistiques.vues.api_statistiques:quotas",
    "sne_console.api.api_bases:seeds",
    "sne_console.api.api_jetons:blueprint",
    "sne_console.api.api_rapports:blueprint",
    "sne_console.api.api_contrat:rules",
    "sne_console.api.api_contrat:blueprint",
    "sne_console.api.description_openapi:problems",
    "sne_console.api.api_guichets:authority",
)

#: What is offered once, `module:attribute`: a package calls it without knowing which one answers.
UNIQUES: Final = {
    # Prepares the console while nobody calls.
    "prechauffer": "sne_console.vues.prechauffage:prechauffer",
    # Answers an address of the page of demandes that asks for those behind a number.
    "demandes comptees": "sne_statistiques.vues.page_demandes_comptees:repondre",
}


#: Packages that have deeds, told in their `gestes.csv`, in the order of the docs.
GESTES: Final = ("sne_sandbox", "sne_statistiques")


@cache
def installe(paquet: str) -> bool:
    """True when a package of the wheel is there, beside this one: a folder without `__init__.py` is none."""
    return (_PAQUETS / paquet / "__init__.py").is_file()


def offert(module: str) -> bool:
    """True when the package of a module, or of `module:attribute`, is there."""
    return installe(module.partition(".")[0])


def commandes() -> dict[str, CommandeOfferte]:
    """The commands that are there."""
    return {nom: commande for nom, commande in COMMANDES.items() if offert(commande.module)}


def parties() -> tuple[Partie, ...]:
    """The parts of the application that are there."""
    return tuple(partie for partie in PARTIES if offert(partie.module))


def sections() -> tuple[Section, ...]:
    """The sections of the console that are there."""
    return tuple(section for section in SECTIONS if offert(section.module))


def ressources() -> Iterator[Any]:
    """The blueprints of the API that are there, imported."""
    return (_charger(adresse) for adresse in RESSOURCES if offert(adresse))


def tables_de_gestes() -> Iterator[Path]:
    """The tables of deeds of the packages that are there."""
    return (_PAQUETS / paquet / "gestes.csv" for paquet in GESTES if installe(paquet))


def unique(nom: str) -> Any:
    """The function that is offered under a name of `UNIQUES`; None when its package is not there."""
    adresse = UNIQUES[nom]
    return _charger(adresse) if offert(adresse) else None


def _charger(adresse: str) -> Any:
    module, _, attribut = adresse.partition(":")
    return getattr(importlib.import_module(module), attribut)
