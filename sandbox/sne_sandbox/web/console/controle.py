"""`/console/<base>/controle`: clock, pannes, settings, snapshots and reset of a base; the bases themselves.

What loses something is asked twice: a GET shows what would be lost, a POST does it.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

from flask import Response, g, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as Redirection

from sne_sandbox.domain.base import BASE_PAR_DEFAUT, Horloge, Portee, lire_horloge, lire_instant
from sne_sandbox.domain.dates import PARIS
from sne_sandbox.domain.demande import EtatDemande
from sne_sandbox.domain.echange import NUIT
from sne_sandbox.domain.panne import GENRES, GenrePanne, PanneDefinition, Parametre
from sne_sandbox.domain.texte import entier_de
from sne_sandbox.errors import UsageError
from sne_sandbox.operations import bases as gestion
from sne_sandbox.operations import ecarts, horloge
from sne_sandbox.operations import pannes as armement
from sne_sandbox.operations.horloge import Deplacement
from sne_sandbox.operations.sauvegardes import MAINTENANT, Sauvegarde
from sne_sandbox.operations.table import OPERATIONS
from sne_sandbox.settings import PAR_NOM, SETTINGS, Reglages
from sne_sandbox.web import trouver
from sne_sandbox.web.acces import reserver
from sne_sandbox.web.console.equivalents import Equivalents, equivalents
from sne_sandbox.web.console.filtres import accorde
from sne_sandbox.web.console.page import apres_action, compter, contrat_servi, geste, section
from sne_sandbox.web.histoire import lire_nuit
from sne_sandbox.web.partage import services
from sne_sandbox.web.reponses import telechargement

blueprint: Final = section("controle", __name__)

#: The page that asks again before a deed; `conseil`: it advises to save the base first.
_CONFIRMATION: Final = "controle/confirmation.html"


# --- the clock ----------------------------------------------------------------------------------------------

#: Nights that are shown, and exchanges among which they are looked for when none was just lived.
NUITS_MAX: Final = 100
#: Those that are shown at once; the others are folded.
NUITS_DEPLIEES: Final = 15
RECENTS: Final = 2000
#: How far ahead of a clock that goes on the instant is to which the page offers to freeze it.
MARGE: Final = timedelta(hours=1)
#: What the buttons move on by.
PAS: Final = (("P1D", "+ 1 jour"), ("P1M", "+ 1 mois"), ("P13M", "+ 13 mois"))


@blueprint.get("/controle")
def page(base: str) -> str:
    """The clock, and the last nights; `?depuis=` shows those after an exchange."""
    journal = services().magasin.journal
    depuis = entier_de(request.args.get("depuis"))
    apres = depuis if depuis is not None else max(0, journal.dernier(base) - RECENTS)
    trouves = journal.chercher(base, operation=NUIT, apres_id=apres, limite=NUITS_MAX + 1)
    nuits = [lire_nuit(e) for e in trouves]
    heure = horloge.lire(services().magasin, base)
    # A clock that goes on has passed the second that the page shows when the form comes back.
    marge = timedelta() if heure.mode == "figée" else MARGE
    exemple = (heure.maintenant + marge).astimezone(PARIS).replace(microsecond=0, tzinfo=None).isoformat()
    with services().magasin.lire(base) as registre:
        garnie = registre.compter(jusqua=1) > 0
    en_avance = garnie and heure.maintenant > datetime.now(UTC) and heure.mode != "real"
    return render_template(
        "controle/horloge.html",
        heure=heure,
        exemple=exemple,
        en_avance=en_avance,
        pas=PAS,
        nuits=nuits[:NUITS_MAX],
        depliees=NUITS_DEPLIEES,
        encore=len(nuits) > NUITS_MAX,
        depuis=depuis,
        gestes=[
            equivalents("lire_horloge"),
            equivalents("figer"),
            equivalents("figer", instant=exemple),
            *(equivalents("avancer", vers=duree) for duree, _ in PAS),
            *([] if en_avance else [equivalents("rendre_reelle")]),
        ],
    )


@blueprint.post("/controle/figer")
@geste("controle.page")
def figer(base: str) -> Redirection:
    """Freezes it: now, or at an instant."""
    ecrit = request.form.get("instant", "").strip()
    instant = lire_instant(ecrit) if ecrit else None
    return _deplacer(base, lambda: horloge.figer(services().magasin, base, instant))


@blueprint.post("/controle/avancer")
@geste("controle.page")
def avancer(base: str) -> Redirection:
    """Moves it on: by a duration, or to a date."""
    vers = request.form.get("vers", "")
    return _deplacer(base, lambda: horloge.avancer(services().magasin, base, vers))


@blueprint.post("/controle/reelle")
@geste("controle.page")
def reelle(base: str) -> Redirection:
    """Gives it the machine's time."""
    return _deplacer(base, lambda: horloge.rendre_reelle(services().magasin, base))


@blueprint.post("/controle/nuits")
@geste("controle.page")
def nuits(base: str) -> Redirection:
    """Runs the nights that wait to be asked for."""
    return _deplacer(base, lambda: horloge.passer_les_nuits(services().magasin, base))


def _deplacer(base: str, deplacer: Callable[[], Deplacement]) -> Redirection:
    """Moves the clock, and shows the nights that passed."""
    depuis = services().magasin.journal.dernier(base)
    fait = deplacer()
    return apres_action(
        url_for("controle.page", depuis=depuis, _anchor="nuits"),
        f"Il est maintenant {fait.horloge.maintenant:%d/%m/%Y %H:%M} dans la base. {fait.phrase}",
    )


# --- the pannes ---------------------------------------------------------------------------------------------


@blueprint.get("/controle/pannes")
def pannes(base: str) -> str:
    """Those that are armed, and the table of kinds, each with what arms it without the console."""
    with services().magasin.lire(base) as registre:
        guichets = registre.guichets()
    return render_template(
        "controle/pannes.html",
        armees=armement.lister(services().magasin, base),
        genres=[(genre, _armer_ailleurs(genre)) for genre in GENRES.values()],
        operations=sorted(OPERATIONS),
        guichets=guichets,
        gestes=[equivalents("lister_pannes"), equivalents("desarmer")],
    )


def _armer_ailleurs(genre: GenrePanne) -> Equivalents:
    return equivalents(
        "armer", genre=genre.nom, fois=1, parametres={p.nom: p.defaut for p in genre.parametres} or None
    )


@blueprint.post("/controle/pannes/armer")
@geste("controle.pannes")
def armer(base: str) -> str:
    """Arms one. Fields of parameters are named `p-<name>`; those left as they are by default are not kept."""
    genre = GENRES.get(request.form.get("genre", ""))
    if genre is None:
        raise UsageError("Ce genre de panne est inconnu.", remede="choisissez-en un dans la table")
    ecrits = {p: _parametre(p) for p in genre.parametres}
    taux, fois = _nombre("taux"), _nombre("fois")
    definition = PanneDefinition(
        genre.nom,
        request.form.get("operation") or None,
        request.form.get("guichet") or None,
        None if fois is None else int(fois),
        taux,
        int(_nombre("graine") or 0),
        {p.nom: valeur for p, valeur in ecrits.items() if valeur not in ("", p.defaut)},
    )
    identifiant = armement.armer(services().magasin, base, definition)
    return f"Panne {identifiant} [{genre.nom}] armée : {genre.description}"


@blueprint.post("/controle/pannes/desarmer")
@geste("controle.pannes")
def desarmer(base: str) -> str:
    """Takes one away, or all."""
    ecrit = request.form.get("identifiant", "")
    identifiant = entier_de(ecrit)
    if ecrit and identifiant is None:  # not all of them, for one that was badly written
        raise UsageError(f"La base [{base}] n'a pas de panne [{ecrit[:40]}].")
    otees = armement.desarmer(services().magasin, base, identifiant)
    if not otees:
        return "Aucune panne n'était armée."
    return "Panne désarmée." if otees == 1 else f"{otees} pannes désarmées."


def _parametre(parametre: Parametre) -> str:
    ecrit = request.form.get(f"p-{parametre.nom}", "").strip()
    # A number is typed 0,5 as it is told.
    return ecrit.replace(",", ".") if parametre.sorte == "nombre" else ecrit


def _nombre(nom: str) -> float | None:
    """A number of the form, a whole one unless it is the rate; None for an empty field. Raises UsageError."""
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


# --- the settings -------------------------------------------------------------------------------------------

_DE_BASE: Final = tuple(setting for setting in SETTINGS if setting.portee == "base")


@blueprint.get("/controle/reglages")
def reglages(base: str) -> str:
    """The form of the settings that a base has of its own."""
    actuels = asdict(g.base.reglages)
    a_regler = {s.nom: actuels[s.nom] for s in _DE_BASE if not s.fixe}
    return render_template(
        "controle/reglages.html",
        reglages=_DE_BASE,
        actuels=actuels,
        contrats=services().contrats.noms,
        gestes=[equivalents("lire_reglages"), equivalents("regler", reglages=a_regler)],
    )


@blueprint.post("/controle/reglages")
@geste("controle.reglages")
def regler(base: str) -> str:
    """Takes what was written; what was not stays."""
    ecrits = {s.nom: request.form[s.nom].strip() for s in _DE_BASE if s.nom in request.form}
    avant = asdict(g.base.reglages)
    apres = asdict(gestion.regler(services().magasin, services().contrats, base, ecrits).reglages)
    changes = [f"{nom} = {valeur}" for nom, valeur in apres.items() if valeur != avant[nom]]
    return f"Réglages changés : {', '.join(changes)}." if changes else "Rien n'a changé."


# --- the snapshots ------------------------------------------------------------------------------------------

#: Fields of a comparison that hold a code: where its words are.
_LISTES: Final = {"motif de radiation": "ListeMotifsRadiation", "statut DALO": "ListeStatutDalo"}
_ETATS: Final[Mapping[str, str]] = {EtatDemande.ACTIVE: "active", EtatDemande.RADIEE: "radiée"}


@blueprint.get("/controle/sauvegardes")
def sauvegardes(base: str) -> str:
    """The snapshots of the base, and the form that makes one."""
    faites = trouver.sauvegardes().lister(base)
    pris = {s.nom for s in faites}
    libre = next(nom for rang in range(1, len(pris) + 2) if (nom := f"essai-{rang}") not in pris)
    return render_template(
        "controle/sauvegardes.html",
        sauvegardes=faites,
        maintenant_dit=MAINTENANT,
        gestes=[equivalents("lister_sauvegardes"), equivalents("sauvegarder", nom=libre)],
    )


@blueprint.get("/controle/sauvegardes/comparer")
def comparer(base: str) -> str:
    """What changed between two of them, or between one and the present."""
    avant, apres = request.args.get("avant", ""), request.args.get("apres", "")
    avec = None if apres in ("", MAINTENANT) else apres
    for nom in filter(None, (avant, avec)):
        trouver.sauvegarde(base, nom)
    return render_template(
        "controle/comparaison.html",
        comparaison=ecarts.depuis(trouver.sauvegardes(), base, avant, avec),
        dire=_dire,
        sauvegardes=trouver.sauvegardes().lister(base),
        maintenant_dit=MAINTENANT,
        gestes=[equivalents("comparer_sauvegardes", nom=avant, avec=avec)],
    )


def _dire(champ: str, valeur: str) -> str:
    """What a field of a comparison holds, in words: codes are for programs, which read the API."""
    if champ == "état":
        return _ETATS.get(valeur, valeur)
    if champ in _LISTES:
        libelle = contrat_servi().nomenclatures.libelle(_LISTES[champ], valeur)
        return f"{valeur} : {libelle}" if libelle else valeur
    try:
        return datetime.strptime(valeur, "%Y-%m-%d").strftime("%d/%m/%Y")
    except ValueError:
        return valeur


@blueprint.get("/controle/sauvegardes/<nom>/fichier")
def fichier(base: str, nom: str) -> Response:
    """The file of a snapshot, for who may do everything: NIR are in clear in it."""
    reserver("Une sauvegarde")
    return telechargement(trouver.sauvegarde(base, nom).fichier, f"{base}-{nom}.zip", "application/zip")


@blueprint.post("/controle/sauvegardes")
@geste("controle.sauvegardes")
def sauvegarder(base: str) -> str:
    """Saves the base under the name of the form."""
    nom = request.form.get("nom", "").strip()
    faite = trouver.sauvegardes().faire(base, nom)
    return f"Base sauvegardée sous « {faite.nom} » : {_compte(faite)}."


@blueprint.get("/controle/sauvegardes/<nom>/restaurer")
def restaurer(base: str, nom: str) -> str:
    """Asks again, and says what the snapshot holds."""
    sauvegarde = trouver.sauvegarde(base, nom)
    return render_template(
        _CONFIRMATION,
        titre=f"Restaurer « {nom} »",
        phrase="La base redevient ce qu'elle était : demandes, événements, boîtes, horloge, réglages, "
        "pannes. Ce qui s'y est fait depuis est perdu ; le journal continue.",
        perdus=[sauvegarde.illisible or f"la sauvegarde contient {sauvegarde.demandes} demandes"],
        adresse=url_for("controle.faire_restaurer", nom=nom),
        bouton="Restaurer",
        retour=url_for("controle.sauvegardes"),
        conseil=True,
        gestes=[equivalents("restaurer", nom=nom)],
    )


@blueprint.post("/controle/sauvegardes/<nom>/restaurer")
@geste("controle.sauvegardes")
def faire_restaurer(base: str, nom: str) -> str:
    """Puts the base back as it was."""
    faite = trouver.sauvegardes().restaurer(base, nom, services().contrats)
    return f"Base telle que sauvegardée sous « {faite.nom} » : {_compte(faite)}."


@blueprint.get("/controle/sauvegardes/<nom>/supprimer")
def oublier(base: str, nom: str) -> str:
    """Asks again before a snapshot is deleted."""
    trouver.sauvegarde(base, nom)
    return render_template(
        _CONFIRMATION,
        titre=f"Supprimer la sauvegarde « {nom} »",
        phrase="La base elle-même ne change pas.",
        adresse=url_for("controle.faire_oublier", nom=nom),
        bouton="Supprimer",
        retour=url_for("controle.sauvegardes"),
        gestes=[equivalents("oublier", nom=nom)],
    )


@blueprint.post("/controle/sauvegardes/<nom>/supprimer")
@geste("controle.sauvegardes")
def faire_oublier(base: str, nom: str) -> str:
    """Deletes a snapshot; the base stays as it is."""
    trouver.sauvegardes().supprimer(base, nom)
    return f"Sauvegarde « {nom} » supprimée."


def _compte(faite: Sauvegarde) -> str:
    return accorde(faite.demandes or 0, "demande", "demandes")


# --- back to the start --------------------------------------------------------------------------------------

#: What may be put back: how it is called, and what becomes of it.
PORTEES: Final = {
    "journal": ("Le journal", "Tous les échanges sont oubliés ; leurs numéros ne resservent pas."),
    "etat": (
        "L'état",
        "Demandes, événements, boîtes et compteurs reviennent à ce que dit le jeu de départ, daté d'après "
        "l'horloge.",
    ),
    "pannes": ("Les pannes", "Toutes sont désarmées, et leur compte oublié."),
    "tout": ("Tout", "Le journal, l'état et les pannes. Réglages, horloge et guichets restent."),
    "reel": (
        "Tout, à l'heure réelle",
        "Le journal, l'état et les pannes ; l'horloge revient à l'heure réelle, et le jeu de départ est daté "
        "d'aujourd'hui. Réglages et guichets restent.",
    ),
}


@blueprint.get("/controle/remettre")
def remise(base: str) -> str:
    """What may be put back, and how much of it there is."""
    return render_template(
        "controle/remise.html",
        portees=PORTEES,
        comptes=_comptes(base),
        gestes=[_remettre_ailleurs(p) for p in PORTEES],
    )


@blueprint.get("/controle/remettre/<portee>")
def remettre(base: str, portee: str) -> str:
    """Asks again, and says how much is lost."""
    titre, effet = _portee(portee)
    return render_template(
        _CONFIRMATION,
        titre=f"Remettre au départ : {titre[0].lower()}{titre[1:]}",
        phrase=effet,
        perdus=_perdus(base, _etendue(portee)),
        adresse=url_for("controle.faire_remettre", portee=portee),
        bouton="Remettre au départ",
        retour=url_for("controle.remise"),
        conseil=_etendue(portee) in ("etat", "tout"),
        gestes=[_remettre_ailleurs(portee)],
    )


@blueprint.post("/controle/remettre/<portee>")
@geste("controle.remise")
def faire_remettre(base: str, portee: str) -> str:
    """Puts that part of the base back to its start."""
    titre, _ = _portee(portee)
    heure = Horloge() if portee == "reel" else None
    gestion.remettre(services().magasin, contrat_servi(), base, _etendue(portee), heure)
    return f"{titre} : comme au départ."


def _portee(portee: str) -> tuple[str, str]:
    if portee not in PORTEES:
        raise NotFound("Rien de tel ne se remet au départ.")
    return PORTEES[portee]


def _etendue(portee: str) -> Portee:
    return "tout" if portee == "reel" else cast(Portee, portee)


def _comptes(base: str) -> dict[str, str]:
    """What each part holds, in words."""
    magasin = services().magasin
    with magasin.lire(base) as registre:
        demandes = compter(registre, "demande", "demandes")
    return {
        "journal": accorde(magasin.journal.compter(base)[0], "échange", "échanges"),
        "etat": demandes,
        "pannes": accorde(len(armement.lister(magasin, base)), "panne", "pannes"),
    }


def _perdus(base: str, portee: str) -> list[str]:
    comptes = _comptes(base)
    perdus = [compte for p, compte in comptes.items() if portee in (p, "tout")]
    if portee in ("etat", "tout"):
        perdus[-1 if portee == "etat" else 1] += f" (elles reviennent du jeu « {g.base.semence} »)"
    return perdus


def _remettre_ailleurs(portee: str) -> Equivalents:
    return equivalents("remettre", portee=_etendue(portee), horloge="real" if portee == "reel" else None)


# --- the bases ----------------------------------------------------------------------------------------------

#: Households of a base that a page makes; more take longer than one waits for a page.
TAILLE_MAX: Final = 20_000


@blueprint.get("/controle/bases")
def bases(base: str) -> str:
    """The list, and the form of a new one."""
    toutes = services().magasin.bases.lister()
    connues = {une.nom for une in toutes}
    nom = next(f"essai-{rang}" for rang in range(1, len(connues) + 2) if f"essai-{rang}" not in connues)
    exemple: dict[str, Any] = {"semence": gestion.VIDE, "seed": 7, "horloge": "2018-03-15T12:00:00"}
    return render_template(
        "controle/bases.html",
        bases=toutes,
        nom=nom,
        semences=gestion.semences(),
        vide=gestion.VIDE,
        profils=PAR_NOM["profile"].choix,
        nom_du_contrat=services().contrats.nom_de,
        contrats=services().contrats.noms,
        taille_max=TAILLE_MAX,
        effacable=base != BASE_PAR_DEFAUT,
        gestes=[equivalents("lister_bases"), equivalents("creer_base", nom=nom, **exemple)],
    )


@blueprint.post("/controle/bases")
@geste("controle.bases")
def creer_base(base: str) -> Redirection:
    """Makes one, and goes there."""
    champs = {nom: valeur.strip() for nom, valeur in request.form.items()}
    nom = champs.get("nom", "")
    taille = _entier(champs.get("taille", ""), "taille")
    if taille is not None and taille < 0:
        raise UsageError(
            f"Une base ne compte pas {taille} ménages.", remede="0 ou plus, ou rien : le nombre du jeu"
        )
    if taille is not None and taille > TAILLE_MAX:
        raise UsageError(
            f"Une page ne crée pas {taille} ménages.",
            remede=f"au plus {TAILLE_MAX} ; ou « sne-sandbox bases create {nom} --seed-size {taille} »",
        )
    reglages = Reglages.de({"profile": champs.get("profil", "ecole"), "contrat": champs.get("contrat", "")})
    gestion.creer(
        services().magasin,
        services().contrats.verifier(reglages),
        nom,
        semence=champs.get("semence", gestion.VIDE),
        seed=_entier(champs.get("seed", ""), "graine") or 0,
        taille=taille,
        horloge=lire_horloge(champs.get("horloge") or "real"),
        reglages=reglages,
    )
    return apres_action(
        url_for("controle.page", base=nom),
        f"La base « {nom} » est créée, servie sous /bases/{nom}/services/. Vous y êtes.",
    )


@blueprint.get("/controle/bases/supprimer")
def supprimer_base(base: str) -> str:
    """Asks again, and says what goes with the base."""
    gestion.verifier_supprimable(base)
    with services().magasin.lire(base) as registre:
        demandes = compter(registre, "demande", "demandes")
    return render_template(
        _CONFIRMATION,
        titre=f"Supprimer la base « {base} »",
        phrase="Elle disparaît avec tout ce qu'elle contient ; son adresse ne répond plus.",
        perdus=[
            demandes,
            accorde(services().magasin.journal.compter(base)[0], "échange", "échanges"),
            accorde(len(trouver.sauvegardes().lister(base)), "sauvegarde", "sauvegardes"),
        ],
        adresse=url_for("controle.faire_supprimer_base"),
        bouton="Supprimer la base",
        retour=url_for("controle.bases"),
        gestes=[equivalents("supprimer_base")],
    )


@blueprint.post("/controle/bases/supprimer")
def faire_supprimer_base(base: str) -> Redirection:
    """Deletes the base, and goes to the default one."""
    gestion.supprimer(services().magasin, services().configuration.home, base)
    g.base = services().magasin.bases.lire(BASE_PAR_DEFAUT)
    return apres_action(url_for("controle.bases", base=BASE_PAR_DEFAUT), f"La base « {base} » est supprimée.")


def _entier(ecrit: str, nom: str) -> int | None:
    """A whole number that a column takes, None for an empty field. Raises UsageError."""
    if not ecrit:
        return None
    try:
        entier = int(ecrit)
    except ValueError:
        raise UsageError(f"[{ecrit[:40]}] n'est pas un entier.", remede=f"corrigez le champ {nom}") from None
    if not -(2**63) <= entier < 2**63:
        raise UsageError(f"[{ecrit[:40]}] est trop grand.", remede=f"corrigez le champ {nom}")
    return entier
