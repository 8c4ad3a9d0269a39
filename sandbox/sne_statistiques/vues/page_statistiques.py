"""`/console/<base>/statistiques`: what a base counts, on three pages: who asks, what enters and leaves it,
and where. Numbers open the demandes that they count; each table and picture is a file too, CSV or SVG."""

import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import date
from functools import partial
from typing import Any, Final

from flask import Response, current_app, render_template, request, url_for
from werkzeug.exceptions import NotFound

from sne_console.cadre.outillage_des_sections import (
    PAR_PAGE,
    champ_ecrit,
    contrat_servi,
    entier_saisi,
    jour_saisi,
    maintenant,
)
from sne_console.vues.dessin import Figure, en_page
from sne_console.vues.seances_montrees import Montreur
from sne_interface.domain.base import ANNEES, a_portee
from sne_interface.domain.codes import MOTIF_ATTRIBUTION
from sne_interface.domain.texte import nombre
from sne_interface.errors import exiger_connu
from sne_sandbox.web.configuration_et_services import services
from sne_sandbox.web.reponses_http import feuille, telechargement
from sne_statistiques.comptes import comptes_par_territoire, statistiques
from sne_statistiques.comptes import quotas as parts
from sne_statistiques.comptes.comptes_a_dessiner import INCONNU, Images, LieuCompte, Mois, TrancheDeRessources
from sne_statistiques.comptes.comptes_par_territoire import ComptesDeLieux
from sne_statistiques.comptes.quotas import ChoixDeDecisions, LigneQuota, Quotas
from sne_statistiques.comptes.requetes_statistiques import territoires as territoires_numerotes
from sne_statistiques.comptes.statistiques import CODES, LIBELLES, Tableau
from sne_statistiques.images import carte, diagrammes
from sne_statistiques.vues import tableaux
from sne_statistiques.vues.page_demandes_comptees import periode
from sne_statistiques.vues.tableaux import IMAGES, QUOTAS, TableDemandee, etat_de

#: Seconds that a page waits for each of its tables; seconds after which one that waits is loaded again.
_PATIENCE: Final = 0.15
_RELIRE: Final = 2
#: Years that anybody may read, the last that is over among them.
_ANNEES_PUBLIQUES: Final = 5
_RIEN_DE_PUBLIC: Final = "Ce serveur ne montre aucune statistique sans jeton."
#: The three pages, by their views.
ONGLETS: Final = LIBELLES["onglets"]
#: Words of a level of territories.
NIVEAUX: Final = LIBELLES["niveaux"]
#: The fields of the address of a figure of the quotas, its year apart.
_CHAMPS_D_UN_CHIFFRE: Final = ("bailleur", "epci", "contingent", "compte", "part", "ceux")
_TETE_DE_MOTIF: Final = re.compile(r"^Radiation (?:pour cause de |pour |suite à )")
_TITRES_DES_MOIS: Final = LIBELLES["titres_des_mois"]


# --- the pages ----------------------------------------------------------------------------------------------


def page(base: str) -> Response:
    """Shows the applicants: how many, who they are, what they live on."""

    def contexte(stock: Tableau, profils: Tableau, lues: Images) -> dict[str, Any]:
        rangees = [(t, _adresses_de_tranche(t, lues)) for t in lues.tranches]
        return {
            "stock": stock,
            "lignes": tableaux.lignes_de(stock, tableaux.rubriques(stock)[0]),
            "rubrique": tableaux.rubriques(stock)[0],
            "profils": [(r, tableaux.lignes_de(profils, r)) for r in tableaux.rubriques(profils)],
            "adresses": _adresses,
            "tranches": rangees[::-1],
            "sans_seuil": any(t.sans_seuil for t, _ in rangees),
            "plus_grand": max(
                (n for t, _ in rangees for n in (t.sous, t.au_dessus, t.sans_seuil)), default=0
            ),
            "sans_ressources": lues.sans_ressources,
            "adresse_sans": _adresse(au=lues.jour, qui="personnes", quartile="inconnu"),
            "libelle": _libelle,
        }

    return _page(base, contexte, stock="TAB01", profils="TAB03", lues=IMAGES)


def flux(base: str) -> Response:
    """Shows the demandes that enter the base and leave it."""

    def contexte(tableau: Tableau, lues: Images) -> dict[str, Any]:
        return {
            "tableau": tableau,
            "rubriques": [
                (
                    rubrique,
                    tableaux.lignes_de(tableau, rubrique),
                    _dit(tableau, rubrique),
                    [en_page(tableaux.dessiner_flux(tableau, rubrique, etroit=e)) for e in (False, True)],
                )
                for rubrique in tableaux.rubriques(tableau)
            ],
            "flux": tableaux.FLUX,
            "courbes_des_mois": [
                (titre, nom, [en_page(_courbes(lues, nom, etroit=etroit)) for etroit in (False, True)])
                for nom, titre in _TITRES_DES_MOIS.items()
            ],
            "motifs": _motifs(lues),
            "mois": [(mois, _adresses_du_mois(mois)) for mois in lues.mois],
        }

    return _page(base, contexte, tableau="TAB02", lues=IMAGES)


def territoires(base: str) -> Response:
    """Where: the maps, the tension of each EPCI, the counts of a level of territories, the quotas of
    L. 441-1. With `code`, those of one territory of that level; of an EPCI, its tension, its communes and its
    quotas too."""
    mesure, code = _mesure(), request.args.get("code")

    def contexte(comptes: ComptesDeLieux, quotas: Quotas, lues: Images) -> dict[str, Any]:
        lignes = [ligne for ligne in comptes.lignes if ligne.code_territoire == code]
        communes, epcis = lues.communes, lues.epcis
        if lignes and _niveau() == "epci":
            communes = [lieu for lieu in communes if lieu.epci == (code or INCONNU)]
            epcis = [lieu for lieu in epcis if lieu.code == (code or INCONNU)]
            quotas = replace(
                quotas,
                epcis=[ligne for ligne in quotas.epcis if ligne.epci == code],
                lignes=[ligne for ligne in quotas.lignes if ligne.epci == code],
            )
        dessinees = _carte(lues, mesure)
        return {
            "carte": dessinees,
            "dessins": [(cadre, en_page(svg)) for cadre, svg in dessinees.dessins],
            "lieux": [(lieu, _adresses_du_lieu(lieu, lues)) for lieu in communes],
            "epcis": [(lieu, _adresses_du_lieu(lieu, lues)) for lieu in epcis],
            "tension_max": max((lieu.tension or 0.0 for lieu in epcis), default=0.0),
            "ecrire": carte.ecrire,
            "comptes": comptes,
            "sommes": tableaux.sommes(comptes),
            "code": code,
            "nom": lignes[0].territoire if lignes else None,
            "detail": [
                (titre, siennes)
                for indicateur, titre in comptes_par_territoire.INDICATEURS.items()
                if (siennes := [ligne for ligne in lignes if ligne.indicateur == indicateur])
            ],
            "indicateurs": LIBELLES["resumes"],
            "quotas": quotas,
            "regles": parts.REGLES,
            "decisions": partial(_decisions, quotas.annee),
            "mots": parts.COMPTES,
        }

    return _page(base, contexte, comptes=_niveau(), quotas=QUOTAS, lues=IMAGES)


def decisions(base: str) -> str:
    """The decisions of a year, or those that a figure of the quotas counts."""
    champs = {nom: dit for nom in _CHAMPS_D_UN_CHIFFRE if (dit := champ_ecrit(nom))}
    annee = entier_saisi("annee", "annee", ANNEES[0], ANNEES[-1])
    choix = ChoixDeDecisions(annee or maintenant().year, **champs)
    debut = entier_saisi("apres", "apres", bas=0) or 0
    with services().magasin.lire(base) as registre:
        toutes = parts.choisir(registre, contrat_servi(), choix)
        lue = Montreur(registre).quelques(toutes, debut, PAR_PAGE)
    ici = partial(url_for, "statistiques.decisions", **asdict(choix))
    return render_template(
        "statistiques/decisions.html",
        lue=lue,
        choix=choix,
        premiere=ici() if debut else None,
        suivante=None if lue.suite is None else ici(apres=lue.suite),
    )


def publique() -> Response:
    """The three tables at the end of a year, for anybody, of the base that the owner of the server shows to
    all: of a year that is over, since counts that change from one day to the next would tell who came."""
    base = services().configuration.statistiques_publiques
    if base is None:
        raise NotFound(_RIEN_DE_PUBLIC)
    derniere = services().magasin.regarder(base).base.horloge.maintenant().year - 1
    annees = range(derniere - _ANNEES_PUBLIQUES + 1, derniere + 1)
    annee = entier_saisi("annee", "annee", annees[0], derniere) or derniere
    demandes = [TableDemandee(base, code, date(annee, 12, 31)) for code in CODES]
    lus = [_calculs().obtenir(services(), demande, attente=_PATIENCE) for demande in demandes]
    tables = [resultat.contenu for resultat in lus if resultat is not None]
    prets = len(tables) == len(CODES)
    page_rendue = render_template(
        "statistiques/publique.html",
        montree=base,
        annee=annee,
        annees=annees,
        tables=[(t, tableaux.rubriques(t), t.lu.lignes) for t in tables] if prets else [],
        colonnes={**LIBELLES["colonnes"], **tableaux.FLUX},
        taire=_taire,
        fidelite=statistiques.FIDELITE + "".join(f" {t.seuils_inventes}" for t in tables),
    )
    return _a_relire(page_rendue, prets)


def _a_relire(page_rendue: str, prets: bool) -> Response:
    """A page, which comes again by itself as long as its tables are being computed."""
    return Response(page_rendue, headers=None if prets else {"Refresh": str(_RELIRE)})


def _taire(compte: int) -> str:
    """A count that anybody may read: to the nearest ten, so that no difference gives back one of 1 to 10,
    which is not told (11: that of the Insee for the incomes of households; convention here)."""
    return "moins de 11" if 0 < compte < 11 else nombre(round(compte, -1))


def _page(base: str, contexte: Callable[..., dict[str, Any]], **codes: str) -> Response:
    """A page of the tables of these codes; while they are being computed, one that says so and comes again by
    itself. The day and the territory that were chosen are those of the three pages."""
    jour, territoire, calculs = _jour(), _territoire(), _calculs()
    resultats = {
        nom: calculs.obtenir(services(), _demande(base, code), attente=_PATIENCE)
        for nom, code in codes.items()
    }
    lus = [resultat for resultat in resultats.values() if resultat is not None]
    with services().magasin.lire(base) as registre:
        connus = territoires_numerotes(registre.connexion, base)
    prets = len(lus) == len(codes)
    etat = etat_de(services(), base)
    return _a_relire(
        render_template(
            f"statistiques/{str(request.endpoint).partition('.')[2]}.html",
            onglets=ONGLETS,
            jour=jour,
            territoire=territoire,
            nom_du_territoire=_nom_du_territoire(territoire) if territoire else "tous territoires",
            territoires=[(code, f"{code} · {_nom_du_territoire(code)}") for code in connus],
            niveau=_niveau(),
            niveaux=NIVEAUX,
            mesure=_mesure(),
            mesures={code: mesure.titre for code, mesure in carte.MESURES.items()},
            choix={
                "date": request.args.get("date"),
                "territoire": territoire,
                "niveau": request.args.get("niveau"),
            },
            colonnes={**motifs_courts(), **LIBELLES["colonnes"], **tableaux.FLUX},
            fidelite=statistiques.FIDELITE,
            pour_tous=services().configuration.statistiques_publiques == base,
            futur=jour > maintenant().date(),
            inconnu=territoire is not None and territoire not in connus,
            prets=prets,
            ancien=min((r.calcule_le for r in lus if r.ancien(etat)), default=None),
            secondes=sum(r.secondes for r in lus),
            notes=[note for r in lus if (note := _note(r.contenu))],
            relire=_RELIRE,
            **(contexte(**{n: r.contenu for n, r in resultats.items() if r is not None}) if prets else {}),
        ),
        prets,
    )


def _note(contenu: Any) -> str:
    """The note of a table; of the quotas, without the thresholds, which the counts of the page say."""
    return parts.FIDELITE if isinstance(contenu, Quotas) else getattr(contenu, "note", "")


# --- the files ----------------------------------------------------------------------------------------------


def fichier(base: str, nom: str, forme: str) -> Response:
    """A table as CSV, for a spreadsheet in French, or its picture as SVG (`rubrique`: of which section of a
    table; `part`: of which quota; `cadre`: which map)."""
    code = {"territoires": _niveau(), "quotas": QUOTAS}.get(nom) or (nom if nom in CODES else IMAGES)
    demande = _demande(base, code)
    contenu = _calculs().attendre(services(), demande).contenu
    periode_dite = demande.jour.year if code == QUOTAS else demande.jour.isoformat()
    dit = "-".join(
        str(morceau)
        for morceau in (base, code if nom == "territoires" else nom, periode_dite, demande.territoire)
        if morceau
    )
    try:
        fait = _emporte(contenu, demande, nom, forme)
    except KeyError as inconnue:
        raise NotFound(f"Il n'y a pas de [{str(inconnue.args[0])[:40]}] à dessiner ici.") from None
    if isinstance(fait, str):
        return feuille(fait, dit)
    return telechargement(fait, f"{dit}.svg", "image/svg+xml")


def _emporte(contenu: Any, demande: TableDemandee, nom: str, forme: str) -> str | bytes:
    """Raises KeyError for a section, or a share, that is none."""
    match contenu, forme:
        case Tableau(), "csv":
            return statistiques.en_csv([contenu], demande.jour)
        case Tableau(), _:
            return tableaux.dessiner(contenu, champ_ecrit("rubrique"), mots=motifs_courts())
        case ComptesDeLieux(), "csv":
            return comptes_par_territoire.en_csv(contenu)
        case ComptesDeLieux(), _:
            return tableaux.dessiner_lieux(contenu)
        case Quotas(), "csv":
            return parts.en_csv(contenu)
        case Quotas(), _:
            return tableaux.dessiner_quota(contenu, champ_ecrit("part"))
    figure = _figure(contenu, nom)
    return figure.csv if forme == "csv" else figure.fichier


def _figure(lues: Images, nom: str) -> Figure:
    titre = {**LIBELLES["titres_des_images"], **_TITRES_DES_MOIS}.get(nom, "")
    match nom:
        case "carte":
            return _figure_de_carte(lues)
        case "tension":
            dites = (
                (e, carte.ecrire(e.tension) if e.tension is not None else "aucune attribution")
                for e in lues.epcis
            )
            svg = diagrammes.barres(titre, [(e.nom, e.tension or 0.0, dite) for e, dite in dites])
            return _avec_sa_table(titre, svg, "lieux", lues.epcis)
        case "ressources":
            cotes = ("Sous le seuil", "Au seuil ou au-dessus")
            cotees = [(_libelle(t), t.sous, t.au_dessus, "seuil" if t.seuils else "") for t in lues.tranches]
            svg = diagrammes.pyramide(titre, cotes, cotees)
            return _avec_sa_table(titre, svg, "tranches", lues.tranches)
    return _avec_sa_table(titre, _courbes(lues, nom), "mois", lues.mois)


def _avec_sa_table(titre: str, svg: Any, de_quoi: str, lignes: Sequence[Any]) -> Figure:
    colonnes = LIBELLES[f"colonnes_des_{de_quoi}"]
    valeurs = [[getattr(ligne, champ) for champ in colonnes.values()] for ligne in lignes]
    return Figure(titre, svg, list(colonnes), valeurs)


def _figure_de_carte(lues: Images) -> Figure:
    mesure = _mesure()
    dessins = {cadre.nom: (cadre, svg) for cadre, svg in _carte(lues, mesure).dessins}
    demande = champ_ecrit("cadre") or next(iter(dessins), "")
    if demande not in dessins and request.path.endswith(".svg"):
        raise NotFound(
            f"Aucune carte [{demande[:40]}] n'a de demande. Cartes : {', '.join(dessins) or 'aucune'}."
        )
    cadre, svg = dessins.get(demande, (None, None))
    titre = f"{mesure.titre} : {cadre.titre}" if cadre is not None else mesure.titre
    return _avec_sa_table(titre, svg, "lieux", lues.communes)


# --- what is asked for --------------------------------------------------------------------------------------


def _calculs() -> tableaux.Calculs:
    return tableaux.calculs_de(current_app.extensions["principale"])


def _demande(base: str, code: str) -> TableDemandee:
    """A table, at the day and of the territory that were chosen; quotas are those of the year of that day."""
    if code == QUOTAS:
        return TableDemandee(base, code, date(_jour().year, 12, 31))
    if code == IMAGES:  # of a day to come there is no demande to open
        return TableDemandee(base, code, min(_jour(), maintenant().date()))
    return TableDemandee(base, code, _jour(), _territoire() if code in CODES else None)


def _territoire() -> str | None:
    territoire = champ_ecrit("territoire") or None
    if territoire is not None:
        statistiques.verifier_territoire(territoire, contrat_servi())
    return territoire


def _niveau() -> str:
    return exiger_connu("Le niveau", champ_ecrit("niveau") or "departement", NIVEAUX)


def _mesure() -> carte.MesureDeCarte:
    return carte.MESURES[exiger_connu("La carte", champ_ecrit("mesure") or "premiere", carte.MESURES)]


def _jour() -> date:
    """The day that was asked for; that of the base when none was."""
    jour = jour_saisi("date")
    return maintenant().date() if jour is None else a_portee(jour)


# --- what is shown ------------------------------------------------------------------------------------------


def _dit(tableau: Tableau, rubrique: str) -> str:
    lignes = tableaux.lignes_de(tableau, rubrique)
    sommes = [
        f"{titre.lower()} {nombre(sum(nombres[tableau.colonnes.index(colonne)] for _, nombres in lignes))}"
        for colonne, titre in tableaux.FLUX.items()
    ]
    return f"De {lignes[0][0]} à {lignes[-1][0]} : {', '.join(sommes)}."


def _carte(lues: Images, mesure: carte.MesureDeCarte) -> carte.Carte:
    cle = "premiere" if mesure.code == "tension" else mesure.code
    return carte.dessiner(lues.communes, mesure, lambda lieu: _adresses_du_lieu(lieu, lues)[cle])


def _courbes(lues: Images, nom: str, *, etroit: bool = False) -> Any:
    adresses = [_adresses_du_mois(mois) for mois in lues.mois]
    periodes = [f"{mois.du:%m/%y}" for mois in lues.mois]
    dites = LIBELLES[f"series_{nom}"]
    unites = {"actives": "demandes actives", "attribuees": "attribuées"}
    series = [
        diagrammes.Serie(
            titre,
            unites.get(cle, titre.lower()),
            [(getattr(m, cle), a[cle]) for m, a in zip(lues.mois, adresses, strict=True)],
        )
        for cle, titre in dites.items()
    ]
    return diagrammes.courbes(_TITRES_DES_MOIS[nom], periodes, series, etroit=etroit)


def _libelle(tranche: TrancheDeRessources) -> str:
    if tranche.haut is None:
        return f"{nombre(tranche.bas)} € et plus"
    return f"{nombre(tranche.bas)} à {nombre(tranche.haut)} €"


def motifs_courts() -> dict[str, str]:
    """Columns of TAB02 that are reasons: of « Radiation pour abandon de la demande » the end."""
    libelles = contrat_servi().nomenclatures.liste("ListeMotifsRadiation")
    bouts = {code: _TETE_DE_MOTIF.sub("", libelle) for code, libelle in libelles.items() if code}
    return {code: bout[:1].upper() + bout[1:] for code, bout in bouts.items()}


def _nom_du_territoire(code: str) -> str:
    departement = code.removeprefix("0")
    return str(LIBELLES["departements"].get(departement, f"département {departement}"))


# --- where the demandes of a number are ---------------------------------------------------------------------


def _adresse(**champs: Any) -> str:
    return url_for("demandes.page", **champs)


def _decisions(annee: int, ligne: LigneQuota, **champs: str) -> str:
    """Where the decisions of a figure of a line of the quotas are."""
    qui: dict[str, Any] = {
        "bailleur": ligne.bailleur or (ligne.nom_bailleur if ligne.nom_bailleur != parts.TOUS[1] else None),
        "epci": ligne.epci or (ligne.nom_epci if ligne.nom_epci != parts.TOUS_LES_EPCI[1] else None),
    }
    return url_for("statistiques.decisions", annee=annee, **qui | champs)


def _adresses(**champs: Any) -> str:
    """Where the demandes of a number of a table are; `champs` say which."""
    return _adresse(au=_jour(), territoire=_territoire(), **champs)


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
