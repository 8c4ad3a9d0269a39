"""`/console/<base>/controle`: the clock of a base, what a move of it would do, and its return."""

from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response as Redirection

from sne_console.cadre.equivalents import Equivalents, equivalents
from sne_console.cadre.outillage_des_sections import (
    PAR_PAGE,
    apres_action,
    avec_remede,
    champ_ecrit,
    geste,
    instant_saisi,
    jour_saisi,
)
from sne_console.vues.vie_de_la_demande import lire_nuit
from sne_interface.domain.base import lire_instant
from sne_interface.domain.dates import PARIS
from sne_interface.domain.echange import NUIT
from sne_interface.domain.texte import entier_de
from sne_interface.errors import UsageError
from sne_sandbox.bases import apercu_et_retour_d_horloge, frise, horloge
from sne_sandbox.bases.apercu_et_retour_d_horloge import prevoir
from sne_sandbox.bases.faits_des_nuits import Fait, bref
from sne_sandbox.bases.horloge import DeplacementVoulu
from sne_sandbox.web.configuration_et_services import services

#: Nights that are shown, and exchanges among which they are looked for when none was just lived.
NUITS_MAX: Final = 100
#: Those that are shown at once; the others are folded.
NUITS_DEPLIEES: Final = 15
RECENTS: Final = 2000
#: How far ahead of a clock that goes on the instant is to which the page offers to freeze it.
MARGE: Final = timedelta(hours=1)
#: What the buttons move on by.
PAS: Final = (("P1D", "+ 1 jour"), ("P1M", "+ 1 mois"), ("P13M", "+ 13 mois"))


def page(base: str) -> str:
    """The clock, its time as a picture, and the last nights; `?depuis=` shows those after an exchange."""
    magasin = services().magasin
    journal = magasin.journal
    depuis = entier_de(champ_ecrit("depuis"))
    apres = depuis if depuis is not None else max(0, journal.dernier(base) - RECENTS)
    trouves = journal.chercher(base, operation=NUIT, apres_id=apres, limite=NUITS_MAX + 1)
    nuits = [lire_nuit(e) for e in trouves]
    heure = horloge.lire(magasin, base)
    # A clock that goes on has passed the second that the page shows when the form comes back.
    marge = timedelta() if heure.mode == "figée" else MARGE
    exemple = (heure.maintenant + marge).astimezone(PARIS).replace(microsecond=0, tzinfo=None)
    with magasin.lire(base) as registre:
        garnie = registre.compter(jusqua=1) > 0
    en_avance = garnie and heure.maintenant > datetime.now(UTC) and heure.mode != "real"
    avance = apercu_et_retour_d_horloge.derniere(magasin, base)
    dessinee = frise.dessiner(magasin, base)
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
        avance=avance,
        frise=dessinee,
        dessin=_dessin(dessinee),
        lien_depots=_deposees,
        lien_sorties=_sorties,
        lien_apercu=lambda m: _apercu_a(m, dessinee),
        gestes=[
            equivalents("lire_horloge"),
            equivalents("figer"),
            equivalents("figer", instant=exemple.isoformat()),
            *(equivalents("avancer", vers=duree) for duree, _ in PAS),
            equivalents("essayer_horloge", vers="P13M"),
            *([] if avance is None or avance.refus else [equivalents("annuler_horloge")]),
            *([] if en_avance else [equivalents("rendre_reelle")]),
        ],
    )


# --- what a move would do -----------------------------------------------------------------------------------


def apercu(base: str) -> str | Redirection:
    """Shows what a move would do, by demande, before it is made: `genre` and `vers`, or a day, or an
    instant."""
    fait = next((f for f in Fait if f == champ_ecrit("fait")), None)
    apres = max(0, entier_de(champ_ecrit("apres")) or 0)
    try:
        mouvement = _mouvement(champ_ecrit("genre") or "avance")
        prevu = prevoir(services().magasin, base, mouvement, fait=fait, apres=apres, limite=PAR_PAGE)
    except UsageError as erreur:
        return apres_action(url_for("temps.page"), avec_remede(erreur), reussie=False)
    champs = _champs(mouvement)
    return render_template(
        "controle/apercu.html",
        prevu=prevu,
        champs=champs,
        fait=fait,
        bref=bref,
        faits=[(f, combien) for f, combien in prevu.faits.items() if combien],
        adresse=url_for("temps.deplacer", quoi=next(q for q, g in _GENRES.items() if g == mouvement.genre)),
        precedente=_page(champs, fait, apres - PAR_PAGE) if apres else None,
        suivante=_page(champs, fait, apres + PAR_PAGE) if apres + PAR_PAGE < prevu.total else None,
        gestes=_gestes(mouvement),
    )


#: The kinds of moves, by the end of the address that makes each.
_GENRES: Final = {"avancer": "avance", "figer": "gel", "reelle": "retour", "nuits": "nuits"}


def _page(champs: dict[str, Any], fait: Fait | None, apres: int) -> str:
    voulu: dict[str, Any] = {"fait": str(fait)} if fait is not None else {}
    return url_for("temps.apercu", **champs, **voulu, apres=max(0, apres))


def _gestes(mouvement: DeplacementVoulu) -> list[Equivalents]:
    instant = None if mouvement.instant is None else mouvement.instant.astimezone(PARIS).isoformat()
    if mouvement.genre == "avance":
        return [equivalents(nom, vers=mouvement.vers) for nom in ("essayer_horloge", "avancer")]
    if mouvement.genre == "gel":
        return [equivalents("figer", instant=instant)]
    return [equivalents("rendre_reelle" if mouvement.genre == "retour" else "passer_les_nuits")]


def _mouvement(genre: str) -> DeplacementVoulu:
    """The move that fields ask for. A day is typed as it is shown. Raises UsageError."""
    if genre == "gel":
        instant, ecrit = instant_saisi(), champ_ecrit("instant")
        if instant is None and ecrit:
            instant = lire_instant(ecrit)
        return DeplacementVoulu("gel", instant=instant)
    jour = jour_saisi("jour")
    if genre == "avance":
        return DeplacementVoulu("avance", vers=champ_ecrit("vers") if jour is None else jour.isoformat())
    return DeplacementVoulu("retour" if genre == "retour" else "nuits")


def _champs(mouvement: DeplacementVoulu) -> dict[str, Any]:
    """The fields that ask for that move."""
    instant = "" if mouvement.instant is None else mouvement.instant.astimezone(PARIS).isoformat()
    ecrits = {"genre": mouvement.genre, "vers": mouvement.vers, "instant": instant}
    return {nom: valeur for nom, valeur in ecrits.items() if valeur}


# --- moves --------------------------------------------------------------------------------------------------


@geste("temps.page")
def deplacer(base: str, quoi: str) -> Redirection:
    """Moves the clock, and shows the nights that passed. A move that would do something is first shown,
    unless it was (`vu`)."""
    magasin, mouvement = services().magasin, _mouvement(_GENRES[quoi])
    if not champ_ecrit("vu") and any(prevoir(magasin, base, mouvement, limite=0).faits.values()):
        return redirect(url_for("temps.apercu", **_champs(mouvement)), 303)
    depuis = magasin.journal.dernier(base)
    fait = horloge.deplacer(magasin, base, mouvement)
    return apres_action(
        url_for("temps.page", depuis=depuis, _anchor="nuits"),
        f"Il est maintenant {fait.horloge.maintenant:%d/%m/%Y %H:%M} dans la base. {fait.phrase}",
    )


# --- the return ---------------------------------------------------------------------------------------------


def demander_annuler(base: str) -> str | Redirection:
    """Asks again before the last move is taken back."""
    avance = apercu_et_retour_d_horloge.derniere(services().magasin, base)
    if avance is None or avance.refus:
        return apres_action(url_for("temps.page"), _refus(avance), reussie=False)
    return render_template(
        "controle/confirmation.html",
        titre=f"Annuler {avance.titre}",
        phrase="L'horloge et les demandes redeviennent ce qu'elles étaient avant. Les lignes de ces nuits "
        "restent au journal, marquées annulées ; réglages, pannes et guichets ne changent pas.",
        perdus=[avance.phrase],
        champs={"echange": avance.echange},
        bouton="Annuler ce déplacement",
        retour=url_for("temps.page"),
        gestes=[equivalents("annuler_horloge")],
    )


@geste("temps.page")
def annuler(base: str) -> str:
    """Takes the last move back, if it is still the one that was shown."""
    return apercu_et_retour_d_horloge.annuler(
        services().magasin, base, attendue=entier_de(champ_ecrit("echange"))
    ).phrase


def _refus(avance: apercu_et_retour_d_horloge.Avance | None) -> str:
    raison = avance.refus if avance is not None else "autre chose est venu depuis, ou rien n'a avancé"
    return f"L'horloge ne revient pas en arrière : {raison}."


# --- the picture --------------------------------------------------------------------------------------------

#: Units of the picture: its width, the height of its bars, above and below the line.
LARGEUR: Final = 960
_HAUT: Final = 70
_BAS: Final = 55


def _dessin(vue: frise.Frise) -> dict[str, Any]:
    """Computes the parts of the picture: the bars of each month (where, class, what it says, what it opens),
    marks, years, and the day of the base."""
    pas = LARGEUR / len(vue.mois)
    plus = max([1, *(max(m.depots, m.echeances) for m in vue.mois)])
    moins = max([1, *(max(m.sorties, m.radiations) for m in vue.mois)])
    barres = []
    for rang, m in enumerate(vue.mois):
        dit = f"{m.mois:%m/%Y}"
        for nombre, classe, mots, adresse, bas in (
            (m.depots, "depot", "demandes entrées", _deposees(m), False),
            (m.sorties, "sortie", "demandes sorties", _sorties(m), True),
            (m.echeances, "echeance", "à renouveler", _apercu_a(m, vue), False),
            (m.radiations, "radiation", "radiées si rien ne change", _apercu_a(m, vue), True),
        ):
            if not nombre:
                continue
            hauteur = max(2.0, nombre * (_BAS / moins if bas else _HAUT / plus))
            haut = _HAUT if bas else _HAUT - hauteur
            place = (round(rang * pas, 1), round(haut, 1), round(max(pas - 1, 1), 1), round(hauteur, 1))
            barres.append((place, classe, f"{dit} : {nombre} {mots}", adresse))
    reperes = [
        (_place(vue, d.instant), "deplacement", d.phrase, url_for("echange.page", identifiant=d.echange))
        for d in vue.deplacements
    ]
    return {
        "largeur": LARGEUR,
        "hauteur": _HAUT + _BAS + 26,
        "axe": _HAUT,
        "barres": barres,
        "reperes": [r for r in reperes if r[0] is not None],
        "annees": [(round(rang * pas, 1), an) for rang, an in frise.graduations(vue.mois).items()],
        "ici": _place(vue, datetime.combine(vue.aujourd_hui, time(), PARIS)),
    }


def _place(vue: frise.Frise, instant: datetime) -> float | None:
    """Where an instant is, None out of the picture."""
    jour, premier = instant.astimezone(PARIS).date(), vue.mois[0].mois
    rang = (jour.year - premier.year) * 12 + jour.month - premier.month + (jour.day - 1) / 31
    return round(rang * LARGEUR / len(vue.mois), 1) if 0 <= rang <= len(vue.mois) else None


def _deposees(m: frise.MoisDeBase) -> str:
    return url_for(
        "demandes.page", depot_du=f"{m.mois:%d/%m/%Y}", depot_au=f"{frise.fin_de_mois(m.mois):%d/%m/%Y}"
    )


def _sorties(m: frise.MoisDeBase) -> str:
    """The nights of that month, by their sentence."""
    return url_for("journal.page", operation=NUIT, texte=f"{m.mois:/%m/%Y} :")


def _apercu_a(m: frise.MoisDeBase, vue: frise.Frise) -> str:
    dernier = frise.fin_de_mois(m.mois)
    return url_for("temps.apercu", vers=dernier.isoformat()) if dernier > vue.aujourd_hui else ""
