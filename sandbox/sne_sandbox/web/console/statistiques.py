"""`/console/<base>/statistiques`: TAB01 to TAB03 as charts and tables, by date and territory; CSV."""

import re
from datetime import date
from typing import Final, NamedTuple

from flask import Response, current_app, make_response, render_template, request
from werkzeug.exceptions import NotFound

from sne_sandbox.domain.base import ANNEES
from sne_sandbox.domain.demande import TERRITOIRE_ILE_DE_FRANCE
from sne_sandbox.domain.texte import nombre
from sne_sandbox.errors import UsageError
from sne_sandbox.operations.statistiques import CODES, Tableau, en_csv, verifier_territoire
from sne_sandbox.store.statistiques import territoires
from sne_sandbox.web import tableaux
from sne_sandbox.web.console.page import contrat_servi, maintenant, section
from sne_sandbox.web.partage import services
from sne_sandbox.web.reponses import telechargement
from sne_sandbox.web.tableaux import Calculs, TableDemandee, calculs_de, etat_de

blueprint: Final = section("statistiques", __name__)

#: What each table tells, in a word.
TITRES: Final = {"TAB01": "Stock", "TAB02": "Flux", "TAB03": "Profils"}
#: Seconds that a page waits for its table.
_PATIENCE: Final = 0.15
#: Seconds after which the page that waits is loaded again.
_RELIRE: Final = 2
_COLONNES: Final = {"demandes": "Demandes", **tableaux.FLUX, "attributions": "Attributions"}


_TETE_DE_MOTIF: Final = re.compile(r"^Radiation (?:pour cause de |pour |suite à )")


class RubriqueDeTable(NamedTuple):
    """A section of a table, its chart told in a sentence."""

    titre: str
    lignes: list[tuple[str, tuple[int, ...]]]
    dit: str


@blueprint.get("/statistiques")
def page(base: str) -> Response:
    """One table, with its charts; or a page that says it is being computed, and comes again by itself."""
    demande = _demande(base, request.args.get("tableau", CODES[0]))
    resultat = _calculs().obtenir(services(), demande, attente=_PATIENCE)
    with services().magasin.lire(base) as registre:
        connus = territoires(registre.connexion, base)
    if resultat is not None:
        _preparer_les_autres(demande)
    reponse = make_response(
        render_template(
            "statistiques/page.html",
            demande=demande,
            titres=TITRES,
            territoires=[(code, _nom_du_territoire(code)) for code in connus],
            territoire=_nom_du_territoire(demande.territoire) if demande.territoire else "tous territoires",
            choix={"date": request.args.get("date"), "territoire": demande.territoire},
            resultat=resultat,
            rubriques=_rubriques(resultat.tableau) if resultat is not None else [],
            motifs=_motifs(resultat.tableau) if resultat is not None else [],
            colonnes={**_COLONNES, **_motifs_courts()},
            flux=tableaux.FLUX,
            futur=demande.jour > maintenant().date(),
            inconnu=demande.territoire is not None and demande.territoire not in connus,
            ancien=resultat is not None and resultat.ancien(etat_de(services(), base)),
            relire=_RELIRE,
        )
    )
    if resultat is None:
        reponse.headers["Refresh"] = str(_RELIRE)
    return reponse


@blueprint.get("/statistiques/<any(TAB01, TAB02, TAB03):code>.csv")
def feuille(base: str, code: str) -> Response:
    """A table as CSV, for a spreadsheet in French: it opens on a double click, and parts columns at « ; »."""
    demande = _demande(base, code)
    texte = en_csv([_calculs().attendre(services(), demande).tableau], demande.jour, separateur=";")
    nom = "-".join(filter(None, (base, code, demande.jour.isoformat(), demande.territoire)))
    # The mark by which a spreadsheet knows UTF-8.
    return telechargement(texte.encode("utf-8-sig"), f"{nom}.csv", "text/csv; charset=utf-8")


@blueprint.get("/statistiques/<any(TAB01, TAB02, TAB03):code>.svg")
def graphique(base: str, code: str) -> Response:
    """The chart of a section of a table; `etroit`, as a telephone shows it."""
    tableau = _calculs().attendre(services(), _demande(base, code)).tableau
    rubrique = request.args.get("rubrique", "")
    try:
        dessin = tableaux.dessiner(tableau, rubrique, etroit="etroit" in request.args)
        return Response(dessin, mimetype="image/svg+xml")
    except KeyError:
        raise NotFound(f"Le tableau {code} n'a pas de rubrique [{rubrique[:40]}].") from None


# --- pieces -------------------------------------------------------------------------------------------------


def _calculs() -> Calculs:
    return calculs_de(current_app.extensions["principale"])


def _demande(base: str, code: str) -> TableDemandee:
    if code not in CODES:
        raise UsageError(f"Le tableau [{code[:20]}] n'existe pas.", remede=f"tableaux : {', '.join(CODES)}")
    territoire = request.args.get("territoire") or None
    if territoire is not None:
        verifier_territoire(territoire, contrat_servi())
    return TableDemandee(base, code, _jour(request.args.get("date")), territoire)


def _jour(texte: str | None) -> date:
    """The day that was asked for; that of the base when none was."""
    if not texte:
        return maintenant().date()
    try:
        jour = date.fromisoformat(texte)
    except ValueError:
        raise UsageError(f"[{texte[:20]}] n'est pas une date.", remede="par exemple 2018-12-31") from None
    if jour.year not in ANNEES:
        raise UsageError(f"L'année {jour.year} est hors de portée.", remede=f"de {ANNEES[0]} à {ANNEES[-1]}")
    return jour


def _preparer_les_autres(demande: TableDemandee) -> None:
    """Who looks at one table soon looks at the next."""
    for code in CODES:
        autre = TableDemandee(demande.base, code, demande.jour, demande.territoire)
        if not _calculs().connait(autre):
            _calculs().preparer(services(), autre)


def _rubriques(tableau: Tableau) -> list[RubriqueDeTable]:
    lues = []
    for titre in tableaux.rubriques(tableau):
        lignes = tableaux.lignes_de(tableau, titre)
        lues.append(RubriqueDeTable(titre, lignes, _dit(tableau, lignes)))
    return lues


def _dit(tableau: Tableau, lignes: list[tuple[str, tuple[int, ...]]]) -> str:
    if tableau.code != "TAB02":
        return tableaux.dire((libelle, nombres[0]) for libelle, nombres in lignes)
    sommes = [
        f"{titre.lower()} {nombre(sum(nombres[tableau.colonnes.index(colonne)] for _, nombres in lignes))}"
        for colonne, titre in tableaux.FLUX.items()
    ]
    return f"De {lignes[0][0]} à {lignes[-1][0]} : {', '.join(sommes)}."


def _motifs(tableau: Tableau) -> list[tuple[str, str, int]]:
    """Reasons of the radiations of twelve months: code, words, count."""
    if tableau.code != "TAB02":
        return []
    mots = contrat_servi().nomenclatures.liste("ListeMotifsRadiation")
    return [(code, mots.get(code, ""), compte) for code, compte in tableaux.motifs(tableau)]


def _motifs_courts() -> dict[str, str]:
    """Columns of TAB02 that are reasons: of « Radiation pour abandon de la demande » the end."""
    libelles = contrat_servi().nomenclatures.liste("ListeMotifsRadiation")
    bouts = {code: _TETE_DE_MOTIF.sub("", libelle) for code, libelle in libelles.items() if code}
    return {code: bout[:1].upper() + bout[1:] for code, bout in bouts.items()}


def _nom_du_territoire(code: str) -> str:
    if code == TERRITOIRE_ILE_DE_FRANCE:
        return "Île-de-France"
    return "Rhône et Métropole de Lyon" if code == "069" else f"département {code.removeprefix('0')}"
