"""`/console/<base>/images`: the pictures of a base: maps of its communes, curves, resources. Each number
opens the demandes that it counts; each picture is a file too, SVG or CSV."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from flask import Response, current_app, make_response, render_template, request, url_for
from werkzeug.exceptions import NotFound

from sne_console.cadre.sections import maintenant, section
from sne_console.images.dessin import Figure, en_page
from sne_interface.domain.codes import MOTIF_ATTRIBUTION
from sne_interface.domain.texte import nombre
from sne_interface.errors import UsageError
from sne_sandbox.web.configuration import services
from sne_sandbox.web.reponses_http import telechargement
from sne_statistiques import GABARITS
from sne_statistiques.comptes.comptes_des_images import Images, LieuCompte, Mois, TrancheDeRessources
from sne_statistiques.images import barres, carte, courbes
from sne_statistiques.vues import tableaux
from sne_statistiques.vues.page_statistiques import AUTRES, TITRES, motifs_courts
from sne_statistiques.vues.selections import periode
from sne_statistiques.vues.tableaux import Resultat, TableDemandee, calculs_de, etat_de

blueprint: Final = section("images", __name__, GABARITS)

#: Seconds that a page waits for its numbers; seconds after which one that waits is loaded again.
_PATIENCE: Final = 0.15
_RELIRE: Final = 2
_SERIES: Final[Mapping[str, tuple[str, Callable[[Mois], int]]]] = {
    "deposees": ("Déposées", lambda mois: mois.deposees),
    "radiees": ("Radiées", lambda mois: mois.radiees),
    "attribuees": ("dont attribuées", lambda mois: mois.attribuees),
}


@blueprint.get("/images")
def page(base: str) -> Response:
    """The maps, and the tension of each EPCI."""
    mesure = _mesure()
    resultat = _resultat(base)
    lues = resultat.images if resultat is not None else None
    dessinees = _carte(lues, mesure) if lues is not None else None
    return _repondre(
        resultat,
        "images/carte.html",
        ici="carte",
        mesure=mesure,
        mesures=carte.MESURES,
        carte=dessinees,
        dessins=[(cadre, en_page(svg)) for cadre, svg in dessinees.dessins] if dessinees else [],
        lieux=[_ligne(lieu, lues) for lieu in lues.communes] if lues is not None else [],
        epcis=[_ligne(lieu, lues) for lieu in lues.epcis] if lues is not None else [],
        tension_max=max((lieu.tension or 0.0 for lieu in lues.epcis), default=0.0)
        if lues is not None
        else 0.0,
    )


@blueprint.get("/images/courbes")
def evolution(base: str) -> Response:
    """The stock, and what enters and leaves it, month after month."""
    resultat = _resultat(base)
    lues = resultat.images if resultat is not None else None
    return _repondre(
        resultat,
        "images/courbes.html",
        ici="courbes",
        stock=_dessins(lues, "actives") if lues is not None else [],
        flux=_dessins(lues, "flux") if lues is not None else [],
        motifs=_motifs(lues) if lues is not None else [],
        mois=[(mois, _adresses_du_mois(mois)) for mois in lues.mois] if lues is not None else [],
    )


@blueprint.get("/images/ressources")
def ressources(base: str) -> Response:
    """The resources per UC of the households, by the first quartile."""
    resultat = _resultat(base)
    lues = resultat.images if resultat is not None else None
    rangees = [(t, _adresses_de_tranche(t, lues)) for t in lues.tranches] if lues is not None else []
    return _repondre(
        resultat,
        "images/ressources.html",
        ici="ressources",
        tranches=rangees[::-1],
        sans_seuil=any(t.sans_seuil for t, _ in rangees),
        plus_grand=max((n for t, _ in rangees for n in (t.sous, t.au_dessus, t.sans_seuil)), default=0),
        adresse_sans=_adresse(au=lues.jour, qui="personnes", quartile="inconnu") if lues is not None else "",
    )


@blueprint.get("/images/<any(carte, tension, actives, flux, ressources):nom>.<any(svg, csv):forme>")
def fichier(base: str, nom: str, forme: str) -> Response:
    """A picture as a file: the drawing (`cadre`: of which map), or its table."""
    demande = TableDemandee(base, tableaux.IMAGES, maintenant().date())
    lues = calculs_de(current_app.extensions["principale"]).attendre(services(), demande).images
    figure = _figure(lues, nom)
    dit = f"{base}-{figure.nom}-{lues.jour.isoformat()}.{forme}"
    if forme == "csv":
        # The mark by which a spreadsheet knows UTF-8.
        return telechargement(figure.csv.encode("utf-8-sig"), dit, "text/csv; charset=utf-8")
    return telechargement(figure.fichier, dit, "image/svg+xml")


# --- what is drawn -----------------------------------------------------------------------------------


def _mesure() -> carte.MesureDeCarte:
    lue = request.args.get("mesure") or "premiere"
    if lue not in carte.MESURES:
        raise UsageError(
            f"La carte [{lue[:20]}] n'existe pas.", remede=f"cartes : {', '.join(carte.MESURES)}"
        )
    return carte.MESURES[lue]


def _carte(lues: Images, mesure: carte.MesureDeCarte) -> carte.Carte:
    cle = "premiere" if mesure.code == "tension" else mesure.code
    return carte.dessiner(lues.communes, mesure, lambda lieu: _adresses_du_lieu(lieu, lues)[cle])


def _figure(lues: Images, nom: str) -> Figure:
    match nom:
        case "carte":
            return _figure_de_carte(lues)
        case "tension":
            lignes = [
                (
                    lieu.nom,
                    lieu.tension or 0.0,
                    carte.ecrire(lieu.tension) if lieu.tension else "aucune attribution",
                )
                for lieu in lues.epcis
            ]
            titre = "Demandes actives pour une attribution de douze mois, par EPCI"
            svg = barres.dessiner(titre, lignes)
            return Figure("tension", titre, svg, _COLONNES, [_en_ligne(lieu) for lieu in lues.epcis])
        case "ressources":
            return _figure_de_ressources(lues)
        case _:
            titre = (
                "Demandes actives à la fin de chaque mois"
                if nom == "actives"
                else "Entrées et sorties de chaque mois"
            )
            entetes = ("mois", "du", "au", "actives", "deposees", "radiees", "attribuees")
            rangees = [
                (m.libelle, m.du, m.au, m.actives, m.deposees, m.radiees, m.attribuees) for m in lues.mois
            ]
            return Figure(nom, titre, _courbes(lues, nom), entetes, rangees)


_COLONNES: Final = ("code", "lieu", "premiere_commune", "souhaitee", "attributions", "tension")


def _en_ligne(lieu: LieuCompte) -> tuple[Any, ...]:
    return lieu.code, lieu.nom, lieu.premieres, lieu.souhaitees, lieu.attribuees, lieu.tension


def _figure_de_carte(lues: Images) -> Figure:
    mesure = _mesure()
    dessins = {cadre.nom: (cadre, svg) for cadre, svg in _carte(lues, mesure).dessins}
    demande = request.args.get("cadre") or next(iter(dessins), "")
    if demande not in dessins and request.path.endswith(".svg"):
        raise NotFound(
            f"Aucune carte [{demande[:40]}] n'a de demande. Cartes : {', '.join(dessins) or 'aucune'}."
        )
    cadre, svg = dessins.get(demande, (None, None))
    titre = f"{mesure.titre} : {cadre.titre}" if cadre is not None else mesure.titre
    nom = "-".join(
        filter(None, ("carte", mesure.code, cadre.nom if cadre and request.path.endswith(".svg") else ""))
    )
    return Figure(nom, titre, svg, _COLONNES, [_en_ligne(lieu) for lieu in lues.communes])


def _figure_de_ressources(lues: Images) -> Figure:
    titre = "Ressources annuelles par UC des demandes actives, au regard du premier quartile"
    cotes = ("Sous le seuil", "Au seuil ou au-dessus")
    lignes = [(_libelle(t), t.sous, t.au_dessus, "seuil" if t.seuils else "") for t in lues.tranches]
    entetes = ("de", "a_moins_de", "sous_le_seuil", "au_seuil_ou_au_dessus", "sans_seuil_connu", "seuils_ici")
    rangees = [
        (
            t.bas,
            t.haut,
            t.sous,
            t.au_dessus,
            t.sans_seuil,
            " ; ".join(f"{s.libelle} {s.montant}" for s in t.seuils),
        )
        for t in lues.tranches
    ]
    return Figure("ressources", titre, barres.pyramide(titre, cotes, lignes), entetes, rangees)


def _libelle(tranche: TrancheDeRessources) -> str:
    if tranche.haut is None:
        return f"{nombre(tranche.bas)} € et plus"
    return f"{nombre(tranche.bas)} à {nombre(tranche.haut)} €"


def _dessins(lues: Images, nom: str) -> list[Any]:
    """Curves for a large screen, and for a telephone: a style shows one of them."""
    return [en_page(_courbes(lues, nom, etroit=etroit)) for etroit in (False, True)]


def _courbes(lues: Images, nom: str, *, etroit: bool = False) -> Any:
    adresses = [_adresses_du_mois(mois) for mois in lues.mois]
    periodes = [f"{mois.du:%m/%y}" for mois in lues.mois]
    if nom == "actives":
        points = [(m.actives, a["actives"]) for m, a in zip(lues.mois, adresses, strict=True)]
        series = [courbes.Serie("Actives", "demandes actives", points)]
        return courbes.dessiner("Demandes actives à la fin de chaque mois", periodes, series, etroit=etroit)
    series = [
        courbes.Serie(
            titre,
            titre.lower().removeprefix("dont "),
            [(lire(m), a[cle]) for m, a in zip(lues.mois, adresses, strict=True)],
        )
        for cle, (titre, lire) in _SERIES.items()
    ]
    return courbes.dessiner("Entrées et sorties de chaque mois", periodes, series, etroit=etroit)


# --- where the demandes of a number are ----------------------------------------------------------------


def _adresse(**champs: Any) -> str:
    return url_for("demandes.page", **champs)


def _adresses_du_lieu(lieu: LieuCompte, lues: Images) -> dict[str, str]:
    douze_mois = periode(lues.depuis, lues.jour)
    return {
        "premiere": _adresse(premiere=lieu.code, au=lues.jour),
        "souhaitee": _adresse(souhaitee=lieu.code, au=lues.jour),
        "attribuee": _adresse(attribuee=lieu.code, motif=MOTIF_ATTRIBUTION, radiees=douze_mois),
    }


def _adresses_du_mois(mois: Mois) -> dict[str, str]:
    ici = periode(mois.du, mois.au)
    return {
        "actives": _adresse(au=mois.au),
        "deposees": _adresse(deposees=ici),
        "radiees": _adresse(radiees=ici),
        "attribuees": _adresse(motif=MOTIF_ATTRIBUTION, radiees=ici),
    }


def _adresses_de_tranche(tranche: TrancheDeRessources, lues: Images) -> dict[str, str]:
    bornes = f"{tranche.bas}-{'' if tranche.haut is None else tranche.haut}"
    return {
        quartile: _adresse(au=lues.jour, qui="personnes", ressources=bornes, quartile=quartile)
        for quartile in ("sous", "dessus", "sans-seuil")
    }


def _motifs(lues: Images) -> list[tuple[str, int, str]]:
    """The radiations of twelve months by reason: its words, how many, where they are."""
    mots, douze_mois = motifs_courts(), periode(lues.depuis, lues.jour)
    return [
        (f"{mots.get(code, 'Motif non dit')} ({code})", n, _adresse(motif=code, radiees=douze_mois))
        for code, n in lues.motifs.items()
    ]


def _ligne(lieu: LieuCompte, lues: Images) -> tuple[LieuCompte, dict[str, str]]:
    return lieu, _adresses_du_lieu(lieu, lues)


# --- pieces ------------------------------------------------------------------------------------------


def _resultat(base: str) -> Resultat | None:
    demande = TableDemandee(base, tableaux.IMAGES, maintenant().date())
    return calculs_de(current_app.extensions["principale"]).obtenir(services(), demande, attente=_PATIENCE)


def _repondre(resultat: Resultat | None, gabarit: str, **contexte: Any) -> Response:
    base: str = (request.view_args or {})["base"]
    reponse = make_response(
        render_template(
            gabarit,
            resultat=resultat,
            lues=resultat.images if resultat is not None else None,
            ancien=resultat is not None and resultat.ancien(etat_de(services(), base)),
            relire=_RELIRE,
            titres=TITRES,
            autres=AUTRES,
            libelle=_libelle,
            ecrire=carte.ecrire,
            **contexte,
        )
    )
    if resultat is None:
        reponse.headers["Refresh"] = str(_RELIRE)
    return reponse
