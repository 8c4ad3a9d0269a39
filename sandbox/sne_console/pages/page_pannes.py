"""`/console/<base>/controle/pannes`: the pannes of a base, armed and disarmed."""

from flask import render_template

from sne_console.cadre.equivalents import equivalents
from sne_console.cadre.outillage_des_sections import champ_ecrit, entier_saisi, geste
from sne_interface.domain.panne import GENRES, PanneDefinition, ParametreLu
from sne_interface.domain.texte import entier_de
from sne_interface.errors import UsageError
from sne_sandbox.bases import pannes as armement
from sne_sandbox.operations.table_des_operations import OPERATIONS
from sne_sandbox.web.configuration_et_services import services


def page(base: str) -> str:
    """Shows the pannes that are armed, and the table of kinds, each with what arms it without the console."""
    with services().magasin.lire(base) as registre:
        guichets = registre.guichets()
    return render_template(
        "controle/pannes.html",
        armees=armement.lister(services().magasin, base),
        genres=[
            (
                genre,
                equivalents(
                    "armer",
                    genre=genre.nom,
                    fois=1,
                    parametres={p.nom: p.defaut for p in genre.parametres} or None,
                ),
            )
            for genre in GENRES.values()
        ],
        operations=sorted(OPERATIONS),
        guichets=[(guichet.code, f"{guichet.code} {guichet.nom}") for guichet in guichets],
        gestes=[equivalents("lister_pannes"), equivalents("desarmer")],
    )


@geste("pannes.page")
def armer(base: str) -> str:
    """Arms one. Fields of parameters are named `p-<name>`; those left as they are by default are not kept."""
    genre = GENRES.get(champ_ecrit("genre"))
    if genre is None:
        raise UsageError("Ce genre de panne est inconnu.", remede="choisissez-en un dans la table")
    ecrits = {p: _parametre(p) for p in genre.parametres}
    definition = PanneDefinition(
        genre.nom,
        champ_ecrit("operation") or None,
        champ_ecrit("guichet") or None,
        entier_saisi("fois", "fois"),
        _taux(),
        entier_saisi("graine", "graine") or 0,
        {p.nom: valeur for p, valeur in ecrits.items() if valeur not in ("", p.defaut)},
    )
    identifiant = armement.armer(services().magasin, base, definition)
    return f"Panne {identifiant} [{genre.nom}] armée : {genre.description}"


@geste("pannes.page")
def desarmer(base: str) -> str:
    """Takes one away, or all."""
    ecrit = champ_ecrit("identifiant")
    identifiant = entier_de(ecrit)
    if ecrit and identifiant is None:  # not all of them, for one that was badly written
        raise UsageError(f"La base [{base}] n'a pas de panne [{ecrit[:40]}].")
    otees = armement.desarmer(services().magasin, base, identifiant)
    if not otees:
        return "Aucune panne n'était armée."
    return "Panne désarmée." if otees == 1 else f"{otees} pannes désarmées."


def _parametre(parametre: ParametreLu) -> str:
    ecrit = champ_ecrit(f"p-{parametre.nom}")
    # A number is typed 0,5 as it is told.
    return ecrit.replace(",", ".") if parametre.sorte == "nombre" else ecrit


def _taux() -> float | None:
    """The rate of the form; None for an empty field. Raises UsageError."""
    ecrit = champ_ecrit("taux").replace(",", ".")
    try:
        return float(ecrit) if ecrit else None
    except ValueError:
        raise UsageError(f"[{ecrit[:40]}] n'est pas un nombre.", remede="corrigez le champ taux") from None
