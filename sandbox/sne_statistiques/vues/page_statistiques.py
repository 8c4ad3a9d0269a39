"""`/console/<base>/statistiques`: TAB01 to TAB03 as charts and tables, by date and territory; the counts of
each commune, EPCI, département or région; the quotas of L. 441-1; CSV."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from flask import Response, current_app, make_response, render_template, request, url_for
from markupsafe import Markup
from werkzeug.exceptions import NotFound

from sne_console.cadre.sections import contrat_servi, jour_saisi, maintenant, section
from sne_console.images.dessin import en_page
from sne_interface.domain.base import ANNEES
from sne_interface.domain.demande import TERRITOIRE_ILE_DE_FRANCE
from sne_interface.domain.texte import nombre
from sne_interface.errors import UsageError
from sne_sandbox.web.configuration import services
from sne_sandbox.web.reponses_http import telechargement
from sne_statistiques import GABARITS
from sne_statistiques.comptes.comptes_par_territoire import INDICATEURS, ComptesDeLieux, Niveau
from sne_statistiques.comptes.comptes_par_territoire import en_csv as lieux_en_csv
from sne_statistiques.comptes.quotas import COMPTES, REGLES
from sne_statistiques.comptes.quotas import en_csv as quotas_en_csv
from sne_statistiques.comptes.requetes_statistiques import territoires as territoires_numerotes
from sne_statistiques.comptes.statistiques import CODES, FIDELITE, Tableau, en_csv, verifier_territoire
from sne_statistiques.vues import tableaux
from sne_statistiques.vues.tableaux import Calculs, Resultat, TableDemandee, calculs_de, etat_de

blueprint: Final = section("statistiques", __name__, GABARITS)

#: What each table tells, in a word.
TITRES: Final = {"TAB01": "Stock", "TAB02": "Flux", "TAB03": "Profils"}
#: Seconds that a page waits for its table.
_PATIENCE: Final = 0.15
#: Seconds after which the page that waits is loaded again.
_RELIRE: Final = 2
#: The pages beside those of the tables.
AUTRES: Final = {
    "carte": ("images.page", "Carte"),
    "courbes": ("images.evolution", "Courbes"),
    "ressources": ("images.ressources", "Ressources"),
    "territoires": ("statistiques.territoires", "Territoires"),
    "quotas": ("statistiques.quotas", "Quotas"),
}
_COLONNES: Final = {
    "demandes": "Demandes",
    "un_mois_avant": "Un mois avant",
    "un_an_avant": "Un an avant",
    "evolution": "En un an",
    "stock": "Demandes actives",
    **tableaux.FLUX,
}
#: Words of a level of territories.
NIVEAUX: Final[Mapping[Niveau, str]] = {
    "region": "Régions",
    "departement": "Départements",
    "epci": "EPCI",
    "commune": "Communes",
}


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
        connus = territoires_numerotes(registre.connexion, base)
    if resultat is not None:
        _preparer_les_autres(demande)
    return _repondre(
        resultat,
        "statistiques/page.html",
        demande=demande,
        territoires=[(code, _nom_du_territoire(code)) for code in connus],
        territoire=_nom_du_territoire(demande.territoire) if demande.territoire else "tous territoires",
        choix={"date": request.args.get("date"), "territoire": demande.territoire},
        rubriques=_rubriques(resultat.tableau) if resultat is not None else [],
        motifs=_motifs(resultat.tableau) if resultat is not None else [],
        colonnes={**motifs_courts(), **_COLONNES},
        courts=motifs_courts(),
        fidelite=FIDELITE,
        flux=tableaux.FLUX,
        courbes=_courbes(resultat.tableau) if resultat is not None else {},
        adresses=_adresses(demande),
        futur=demande.jour > maintenant().date(),
        inconnu=demande.territoire is not None and demande.territoire not in connus,
    )


@blueprint.get("/statistiques/<any(TAB01, TAB02, TAB03):code>.csv")
def feuille(base: str, code: str) -> Response:
    """A table as CSV, for a spreadsheet in French: it opens on a double click, and parts columns at « ; »."""
    demande = _demande(base, code)
    texte = en_csv([_calculs().attendre(services(), demande).tableau], demande.jour, separateur=";")
    return _feuille(texte, "-".join(filter(None, (base, code, demande.jour.isoformat(), demande.territoire))))


@blueprint.get("/statistiques/<any(TAB01, TAB02, TAB03):code>.svg")
def graphique(base: str, code: str) -> Response:
    """The chart of a section of a table; `etroit`, as a telephone shows it."""
    tableau = _calculs().attendre(services(), _demande(base, code)).tableau
    rubrique = request.args.get("rubrique", "")
    try:
        dessin = tableaux.dessiner(tableau, rubrique, mots=motifs_courts(), etroit="etroit" in request.args)
        return Response(dessin, mimetype="image/svg+xml")
    except KeyError:
        raise NotFound(f"Le tableau {code} n'a pas de rubrique [{rubrique[:40]}].") from None


# --- by territory, and quotas -------------------------------------------------------------------------------


@blueprint.get("/statistiques/territoires")
def territoires(base: str) -> Response:
    """The counts of the territories of a level; with `code`, all those of one."""
    demande = _lieux_demandes(base)
    resultat = _calculs().obtenir(services(), demande, attente=_PATIENCE)
    code = request.args.get("code")
    comptes = resultat.lieux if resultat is not None else None
    lignes = [ligne for ligne in comptes.lignes if ligne.code_territoire == code] if comptes else []
    return _repondre(
        resultat,
        "statistiques/territoires.html",
        demande=demande,
        niveaux=NIVEAUX,
        choix={"date": request.args.get("date"), "niveau": demande.code},
        comptes=comptes,
        sommes=_sommes(comptes) if comptes is not None else [],
        code=code,
        nom=lignes[0].territoire if lignes else None,
        detail=[
            (titre, siennes)
            for indicateur, titre in INDICATEURS.items()
            if (siennes := [ligne for ligne in lignes if ligne.indicateur == indicateur])
        ],
        indicateurs=_RESUMES,
        futur=demande.jour > maintenant().date(),
    )


@blueprint.get("/statistiques/territoires.csv")
def feuille_territoires(base: str) -> Response:
    """All these counts as CSV, as `feuille` does."""
    demande = _lieux_demandes(base)
    comptes = _calculs().attendre(services(), demande).lieux
    return _feuille(
        lieux_en_csv(comptes, separateur=";"), f"{base}-{demande.code}-{demande.jour.isoformat()}"
    )


@blueprint.get("/statistiques/territoires.svg")
def carte(base: str) -> Response:
    """The chart of the territories with most demandes."""
    comptes = _calculs().attendre(services(), _lieux_demandes(base)).lieux
    dessin = tableaux.dessiner_lieux(comptes, etroit="etroit" in request.args)
    return Response(dessin, mimetype="image/svg+xml")


@blueprint.get("/statistiques/quotas")
def quotas(base: str) -> Response:
    """The quotas of L. 441-1, of a year."""
    demande = _quotas_demandes(base)
    resultat = _calculs().obtenir(services(), demande, attente=_PATIENCE)
    return _repondre(
        resultat,
        "statistiques/quotas.html",
        demande=demande,
        choix={"annee": demande.jour.year},
        quotas=resultat.quotas if resultat is not None else None,
        regles=REGLES,
        mots={cle: mot for cle, (mot, _) in COMPTES.items()},
    )


@blueprint.get("/statistiques/quotas.csv")
def feuille_quotas(base: str) -> Response:
    """The quotas as CSV, as `feuille` does."""
    comptes = _calculs().attendre(services(), _quotas_demandes(base)).quotas
    return _feuille(quotas_en_csv(comptes, separateur=";"), f"{base}-quotas-{comptes.annee}")


@blueprint.get("/statistiques/quotas.svg")
def graphique_quotas(base: str) -> Response:
    """The chart of a share."""
    comptes = _calculs().attendre(services(), _quotas_demandes(base)).quotas
    part = request.args.get("part", "")
    try:
        dessin = tableaux.dessiner_quota(comptes, part, etroit="etroit" in request.args)
        return Response(dessin, mimetype="image/svg+xml")
    except KeyError:
        raise NotFound(f"L'article n'a pas de part [{part[:40]}].") from None


#: Indicators that a line of the list of territories sums, with their heading.
_RESUMES: Final = {
    "demandes_actives": "Demandes actives",
    "demandes_satisfaites": "Satisfaites",
    "decisions": "Décisions",
    "baux_quartile_quartier": "Baux signés",
}


def _lieux_demandes(base: str) -> TableDemandee:
    lu = request.args.get("niveau", "departement")
    niveau = next((connu for connu in NIVEAUX if connu == lu), None)
    if niveau is None:
        raise UsageError(f"Le niveau [{lu[:20]}] n'existe pas.", remede=f"niveaux : {', '.join(NIVEAUX)}")
    return TableDemandee(base, niveau, _jour(request.args.get("date")))


def _quotas_demandes(base: str) -> TableDemandee:
    lue = request.args.get("annee") or str(maintenant().year)
    if not (lue.isascii() and lue.isdigit() and int(lue[:5]) in ANNEES):
        raise UsageError(f"[{lue[:20]}] n'est pas une année.", remede=f"de {ANNEES[0]} à {ANNEES[-1]}")
    return TableDemandee(base, tableaux.QUOTAS, date(int(lue), 12, 31))


def _sommes(comptes: ComptesDeLieux) -> list[tuple[str, str, list[int]]]:
    """Code, name and sums of each territory, the most demandes first."""
    lues: dict[tuple[str, str], Counter[str]] = {}
    for ligne in comptes.lignes:
        lues.setdefault((ligne.code_territoire, ligne.territoire), Counter())[ligne.indicateur] += (
            ligne.valeur
        )
    sommees = [(code, nom, [somme[cle] for cle in _RESUMES]) for (code, nom), somme in lues.items()]
    return sorted(sommees, key=lambda lue: (-lue[2][0], lue[1]))


def _repondre(resultat: Resultat | None, gabarit: str, **contexte: Any) -> Response:
    """A page of what is computed, or that says that it is being, and comes again by itself."""
    reponse = make_response(
        render_template(
            gabarit,
            resultat=resultat,
            titres=TITRES,
            autres=AUTRES,
            ancien=resultat is not None and resultat.ancien(etat_de(services(), contexte["demande"].base)),
            relire=_RELIRE,
            **contexte,
        )
    )
    if resultat is None:
        reponse.headers["Refresh"] = str(_RELIRE)
    return reponse


def _feuille(texte: str, nom: str) -> Response:
    # The mark by which a spreadsheet knows UTF-8.
    return telechargement(texte.encode("utf-8-sig"), f"{nom}.csv", "text/csv; charset=utf-8")


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
    jour = jour_saisi(texte or "")
    if jour is None:
        return maintenant().date()
    if jour.year not in ANNEES:
        raise UsageError(f"L'année {jour.year} est hors de portée.", remede=f"de {ANNEES[0]} à {ANNEES[-1]}")
    return jour


def _preparer_les_autres(demande: TableDemandee) -> None:
    """Who looks at one table soon looks at the next."""
    for code in CODES:
        autre = TableDemandee(demande.base, code, demande.jour, demande.territoire)
        if not _calculs().connait(autre):
            _calculs().preparer(services(), autre)


def _courbes(tableau: Tableau) -> dict[str, list[Markup]]:
    """The curves of each section of TAB02, for a large screen and for a telephone."""
    if tableau.code != "TAB02":
        return {}
    return {
        rubrique: [
            en_page(tableaux.dessiner_flux(tableau, rubrique, etroit=etroit)) for etroit in (False, True)
        ]
        for rubrique in tableaux.rubriques(tableau)
    }


def _adresses(demande: TableDemandee) -> Callable[..., str]:
    """Where the demandes of a number of this table are; `champs` say which."""

    def adresse(**champs: Any) -> str:
        return url_for("demandes.page", au=demande.jour, territoire=demande.territoire, **champs)

    return adresse


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


def motifs_courts() -> dict[str, str]:
    """Columns of TAB02 that are reasons: of « Radiation pour abandon de la demande » the end."""
    libelles = contrat_servi().nomenclatures.liste("ListeMotifsRadiation")
    bouts = {code: _TETE_DE_MOTIF.sub("", libelle) for code, libelle in libelles.items() if code}
    return {code: bout[:1].upper() + bout[1:] for code, bout in bouts.items()}


def _nom_du_territoire(code: str) -> str:
    if code == TERRITOIRE_ILE_DE_FRANCE:
        return "Île-de-France"
    return "Rhône et Métropole de Lyon" if code == "069" else f"département {code.removeprefix('0')}"
