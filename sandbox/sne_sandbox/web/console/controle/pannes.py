"""The pannes of a base: kinds, those that are armed, arming, taking away."""

from dataclasses import dataclass

from flask import render_template, request, url_for
from werkzeug.wrappers import Response as Redirection

from sne_sandbox.domain.panne import GENRES, GenrePanne, PanneDefinition, Parametre
from sne_sandbox.domain.texte import entier_de
from sne_sandbox.errors import UsageError
from sne_sandbox.operations import pannes
from sne_sandbox.operations.table import OPERATIONS
from sne_sandbox.web.console.controle.geste import faire
from sne_sandbox.web.console.equivalents import Equivalents, appel, commande, deux
from sne_sandbox.web.console.page import services


@dataclass(frozen=True, slots=True)
class GenreMontre:
    """A kind, and how it is armed without the console."""

    genre: GenrePanne
    equivalents: Equivalents


def page(base: str) -> str:
    """Armed ones, and the table of kinds."""
    with services().magasin.lire(base) as registre:
        guichets = registre.guichets()
    return render_template(
        "controle/pannes.html",
        armees=pannes.lister(services().magasin, base),
        genres=[GenreMontre(genre, _equivalents(genre)) for genre in GENRES.values()],
        operations=sorted(OPERATIONS),
        guichets=guichets,
        equivalents=deux(
            [commande("pannes", "list"), commande("pannes", "clear")],
            [appel("GET", "/pannes"), appel("DELETE", "/pannes")],
        ),
    )


def armer(base: str) -> Redirection:
    """Arms one. Fields of parameters are named `p-<name>`; those left as they are by default are not kept."""

    def geste() -> str:
        genre = GENRES.get(request.form.get("genre", ""))
        if genre is None:
            raise UsageError("Ce genre de panne est inconnu.", remede="choisissez-en un dans la table")
        ecrits = {p: _parametre(p) for p in genre.parametres}
        taux = _nombre("taux")
        fois = _nombre("fois")
        definition = PanneDefinition(
            genre.nom,
            request.form.get("operation") or None,
            request.form.get("guichet") or None,
            None if fois is None else int(fois),
            taux,
            int(_nombre("graine") or 0),
            {p.nom: valeur for p, valeur in ecrits.items() if valeur not in ("", p.defaut)},
        )
        identifiant = pannes.armer(services().magasin, base, definition)
        return f"Panne {identifiant} [{genre.nom}] armée : {genre.description}"

    return faire(url_for("controle.pannes"), geste)


def desarmer(base: str) -> Redirection:
    """Takes one away, or all."""
    ecrit = request.form.get("identifiant", "")
    identifiant = entier_de(ecrit)

    def geste() -> str:
        if ecrit and identifiant is None:  # not all of them, for one that was badly written
            raise UsageError(f"La base [{base}] n'a pas de panne [{ecrit[:40]}].")
        otees = pannes.desarmer(services().magasin, base, identifiant)
        if not otees:
            return "Aucune panne n'était armée."
        return "Panne désarmée." if otees == 1 else f"{otees} pannes désarmées."

    return faire(url_for("controle.pannes"), geste)


def _equivalents(genre: GenrePanne) -> Equivalents:
    parametres = {p.nom: p.defaut for p in genre.parametres}
    mots = [mot for nom, valeur in parametres.items() for mot in ("--param", f"{nom}={valeur}")]
    corps = {"genre": genre.nom, "fois": 1, **({"parametres": parametres} if parametres else {})}
    return deux(commande("pannes", "arm", genre.nom, "--fois", "1", *mots), appel("POST", "/pannes", corps))


def _parametre(parametre: Parametre) -> str:
    ecrit = request.form.get(f"p-{parametre.nom}", "").strip()
    # A number is typed 0,5 as it is told.
    return ecrit.replace(",", ".") if parametre.sorte == "nombre" else ecrit


def _nombre(nom: str) -> float | None:
    ecrit = request.form.get(nom, "").strip().replace(",", ".")
    if not ecrit:
        return None
    try:
        nombre = float(ecrit)
    except ValueError:
        raise UsageError(f"[{ecrit[:40]}] n'est pas un nombre.", remede=f"corrigez le champ {nom}") from None
    if nom != "taux" and not nombre.is_integer():
        raise UsageError(f"[{ecrit[:40]}] n'est pas un entier.", remede=f"corrigez le champ {nom}")
    return nombre
