"""`/console/<base>/journal`: the exchanges, newest first, those that arrive, what is done with several."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any, Final

from flask import Response, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirection

from sne_console.cadre.equivalents import equivalents
from sne_console.cadre.outillage_des_sections import (
    FLUX_DUREE,
    PAR_PAGE,
    apres_action,
    champ_ecrit,
    evenement,
    reprise,
    veiller,
)
from sne_console.cadre.outillage_des_sections import flux as page_flux
from sne_console.messages import envoi_et_rejeu, verdicts_et_refus
from sne_console.messages.recherche_xpath import RechercheXpath, chercher
from sne_console.messages.verdicts_et_refus import Vecu, verdict_vecu
from sne_console.vues import objet_de_l_adresse
from sne_console.vues.echanges_immontrables import essayer
from sne_interface.domain.echange import EFFACE, HORS_HTTP, NUIT, NUIT_ANNULEE, REJEU, Echange, VerdictEchange
from sne_interface.domain.nir import masquer_nirs
from sne_interface.domain.texte import accorde, entier_de
from sne_interface.errors import UsageError
from sne_sandbox.bases.nuits_du_journal import NuitsPliees, resume_des_nuits
from sne_sandbox.store.journal import AUCUN, Journal
from sne_sandbox.web.acces import adresse_d_ici
from sne_sandbox.web.configuration_et_services import expediteur, services
from sne_sandbox.web.reponses_http import telechargement

#: Filters of the page, as the store names them; `xpath` and `nuits` beside them.
FILTRES: Final = ("guichet", "operation", "verdict", "regle", "numero", "texte")
#: Lines that are hidden, but when one asks for them.
_CACHEES: Final = frozenset({NUIT, NUIT_ANNULEE, EFFACE})
#: Kinds of refusal that the page begins with, and runs of nights that it tells.
REFUS_MONTRES: Final = 3
_NUITS_DITES: Final = 20
#: Seconds between two looks at the store.
FLUX_PAS: Final = 0.5
#: Exchanges that are read to count, the last ones; and the values of a facet that are shown.
COMPTES: Final = 2_000
CHOIX_MAX: Final = 8


@dataclass(frozen=True)
class Rangee:
    """A line of the list. `cle` is equal for lines that are folded into one when they follow one another, ""
    for one that stays alone; `suite` are those just before it that it holds; `nuits` are hidden above it."""

    echange: Echange
    vecu: Vecu
    resume: verdicts_et_refus.Resume
    cle: str
    suite: tuple["Rangee", ...] = ()
    ancre: int = 0
    nuits: NuitsPliees | None = None

    @property
    def http(self) -> bool:
        """True when it came as an HTTP request."""
        return self.echange.methode not in HORS_HTTP

    @property
    def rejouable(self) -> bool:
        """True when it can be sent again."""
        return not envoi_et_rejeu.empechement(self.echange)

    @property
    def rejeu_de(self) -> str:
        """The id of the exchange that it sends again, "" for none."""
        dits = (valeur for nom, valeur in self.echange.en_tetes if nom.lower() == REJEU.lower())
        return next((dit for dit in dits if dit.isdecimal()), "")


def rangee(echange: Echange) -> Rangee:
    """An exchange, as a line of the list."""
    resume = essayer(
        lambda: verdicts_et_refus.resumer(echange),
        lambda raison: verdicts_et_refus.Resume(f"{raison[0].upper()}{raison[1:]}."),
    )
    return Rangee(echange, verdict_vecu(echange), resume, _cle(echange), ancre=echange.identifiant or 0)


def _cle(echange: Echange) -> str:
    communes = verdicts_et_refus.pliables(echange)
    return blake2b(repr(communes).encode(), digest_size=6).hexdigest() if communes else ""


# --- the list -----------------------------------------------------------------------------------------------


def page(base: str) -> str | tuple[str, int]:
    """The exchanges, newest first, narrowed by facets, filters or an XPath."""
    journal = services().magasin.journal
    demande = _demande()
    criteres = _criteres(demande)
    expression = champ_ecrit("xpath")
    avant = entier_de(champ_ecrit("avant"))
    recherche = RechercheXpath()
    dernier = journal.dernier(base)  # before the list is read: what comes meanwhile is not lost to the stream
    erreur: UsageError | None = None
    try:
        recherche = chercher(base, expression, criteres, avant=avant, limite=PAR_PAGE)
    except UsageError as illisible:
        erreur = illisible
    gardes, oublies = journal.compter(base)
    choisis = {**demande, **({"xpath": masquer_nirs(expression)} if expression else {})}
    bornes = (dernier if avant is None else avant - 1, 1 if recherche.suite is None else 0)
    seules = not expression and criteres == {"sans_nuits": True}
    rangees, reste = _rangees(journal, base, recherche.trouves, bornes if seules else None)
    # So far back exchanges are looked at to be counted.
    plancher = journal.plancher(base, None, **{**criteres, "numero": None, "sans_nuits": True})
    larges = {nom: valeur for nom, valeur in criteres.items() if nom not in _FACETTES}
    comptes = journal.chercher(base, limite=COMPTES + 1, **larges, apres_id=plancher)
    if len(comptes) > COMPTES:
        plancher = (comptes[-1].identifiant or 0) - 1
    refuses = [] if avant is not None else verdicts_et_refus.grouper(retenus(comptes, criteres))
    rendue = render_template(
        "journal/page.html",
        erreur=erreur,
        rangees=rangees,
        nuits_apres=reste,
        gardes=gardes,
        oublies=oublies,
        filtres=choisis,
        facettes=compter_facettes(comptes, criteres),
        comptes=comptes,
        nuits=len(journal.nuits(base, plancher + 1, dernier, COMPTES + 1)),
        aucun=AUCUN,
        comptes_max=COMPTES,
        refuses=refuses if any(groupe.nombre > 1 for groupe in refuses) else [],
        refus_montres=REFUS_MONTRES,
        adresse_de=lambda **change: _adresse(base, {**choisis, **change}),
        adresse_du_groupe=lambda groupe: _adresse(base, {**choisis, **groupe.cle.filtres}),
        question_api=_question_api(choisis),
        recherche=recherche if (expression or recherche.examines) and erreur is None else None,
        suivante=None if recherche.suite is None else _adresse(base, choisis, avant=recherche.suite),
        premiere=_adresse(base, choisis) if avant is not None else None,
        # What arrives is shown at the head of the list; an XPath would open each message of each reader.
        flux=url_for("journal.flux", **demande) if avant is None and not expression else None,
        dernier=max([dernier, *(trouve.identifiant or 0 for trouve in recherche.trouves[:1])]),
    )
    return (rendue, 422) if erreur is not None else rendue


def _rangees(
    journal: Journal, base: str, trouves: tuple[Echange, ...], bornes: tuple[int, int] | None
) -> tuple[list[Rangee], NuitsPliees | None]:
    """The lines of a page, refusals that repeat folded; with the nights that lie above each, and below the
    last. `bornes` are the ids between which those are told, None where the page does not hide them alone."""
    rangees: list[Rangee] = []
    dites = 0
    attendu = bornes[0] if bornes else 0

    def cachees(de: int, a: int) -> NuitsPliees | None:
        nonlocal dites
        if bornes is None or de > a or dites == _NUITS_DITES:
            return None
        dites += 1
        return resume_des_nuits(journal, base, max(de, 1), a)

    for bloc in verdicts_et_refus.plier(trouves):
        tete, *suite = map(rangee, bloc)
        nuits = cachees(tete.ancre + 1, attendu)
        # The id of the oldest: what comes later does not change it.
        ancre = bloc[-1].identifiant or 0
        rangees.append(replace(tete, suite=tuple(suite), ancre=ancre, nuits=nuits))
        attendu = ancre - 1
    return rangees, cachees(1, attendu) if bornes and bornes[1] else None


def _question_api(choisis: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the parameters with which the API gives the same list."""
    nuits = {} if _nuits_montrees(choisis) else {"nuits": "non"}
    return {**{nom: v for nom, v in choisis.items() if nom != "nuits"}, **nuits, "limite": PAR_PAGE}


# --- facets: what the list may be narrowed to, with how many that would leave -------------------------------


@dataclass(frozen=True)
class ValeurDeFacette:
    """A value that a list may be narrowed to, how many it has, and whether it is."""

    valeur: str
    nombre: int
    choisi: bool


@dataclass(frozen=True)
class FacetteDuJournal:
    """A feature that tells exchanges apart: its name in an address, its title, its values, and how many more
    values are not shown."""

    nom: str
    titre: str
    choix: tuple[ValeurDeFacette, ...]
    autres: int


def _operations(echange: Echange) -> tuple[str, ...]:
    """As the store looks for them: a file left in an inbox is found by its operation and by its method."""
    methode = (echange.methode,) if echange.methode in HORS_HTTP else ()
    return (*((echange.operation,) if echange.operation else ()), *methode) or (AUCUN,)


#: By name: title, and the values that an exchange has.
_FACETTES: Final[Mapping[str, tuple[str, Callable[[Echange], Iterable[str]]]]] = {
    "verdict": ("Verdict", lambda echange: (str(echange.verdict),)),
    "operation": ("Opération", _operations),
    "guichet": ("Guichet", lambda echange: (echange.guichet or AUCUN,)),
    "regle": ("Règle", verdicts_et_refus.regles_de),
}


def retenus(echanges: Iterable[Echange], filtres: Mapping[str, Any], sauf: str = "") -> list[Echange]:
    """The exchanges that answer the facets that are chosen, but for `sauf`."""
    choisies = [nom for nom in _FACETTES if nom != sauf and filtres.get(nom)]
    return [e for e in echanges if all(filtres[nom] in _FACETTES[nom][1](e) for nom in choisies)]


def compter_facettes(echanges: Sequence[Echange], filtres: Mapping[str, Any]) -> list[FacetteDuJournal]:
    """The facets of exchanges that answer all that is no facet: each counts what the others leave."""
    return [_facette(nom, retenus(echanges, filtres, nom), filtres.get(nom)) for nom in _FACETTES]


def _facette(nom: str, echanges: list[Echange], choisi: str | None) -> FacetteDuJournal:
    titre, valeurs = _FACETTES[nom]
    comptes = Counter(valeur for echange in echanges for valeur in valeurs(echange))
    verdicts = list(VerdictEchange)
    rangees = sorted(
        comptes.items(),
        key=lambda c: (verdicts.index(VerdictEchange(c[0])) if nom == "verdict" else -c[1], c[0]),
    )
    montrees = rangees[:CHOIX_MAX]
    if choisi and choisi not in dict(montrees):
        montrees.append((choisi, comptes[choisi]))
    choix = tuple(ValeurDeFacette(valeur, nombre, valeur == choisi) for valeur, nombre in montrees)
    return FacetteDuJournal(nom, titre, choix, max(0, len(comptes) - len(choix)))


# --- what arrives -------------------------------------------------------------------------------------------


def flux(base: str) -> Response:
    """New exchanges as Server-Sent Events, for half a minute: the browser comes back from `Last-Event-ID`."""
    journal, depuis = services().magasin.journal, reprise(base)
    modele = current_app.jinja_env.get_template("journal/_ligne.html")

    veille = services().magasin.veille(base)
    nouveaux = arrivees(
        journal, base, depuis, _criteres(_demande()), duree=FLUX_DUREE, pas=FLUX_PAS, attendre=veille
    )

    def evenements() -> Iterator[str | None]:
        for nouveau in nouveaux:
            if nouveau is None:
                yield None
                continue
            contexte: dict[str, Any] = {}
            current_app.update_template_context(contexte)
            yield evenement(nouveau.identifiant, modele.render(rangee=rangee(nouveau), **contexte))

    return page_flux(evenements())


def arrivees(
    journal: Journal,
    base: str,
    depuis: int,
    filtres: dict[str, Any],
    *,
    duree: float,
    pas: float,
    attendre: Callable[[float], None] = time.sleep,
) -> Iterator[Echange | None]:
    """Exchanges after `depuis` as they come, oldest first, for `duree` seconds; None now and then. Between
    two looks nothing of the store is held."""
    connu = depuis

    def regarder() -> list[Echange]:
        nonlocal connu
        dernier = journal.dernier(base)
        if dernier < connu:  # the base was made again under its name: its ids start over
            connu = 0
        if dernier <= connu:
            return []
        nouveaux = journal.chercher(base, **filtres, apres_id=connu, limite=PAR_PAGE)
        # One more may have come between the two looks: it is among these, and is told once.
        connu = max([dernier, *(nouveau.identifiant or 0 for nouveau in nouveaux[:1])])
        return nouveaux[::-1]

    return veiller(regarder, duree=duree, pas=pas, attendre=attendre)


# --- several exchanges --------------------------------------------------------------------------------------


def selection(base: str) -> str | Redirection | Response:
    """Does what `faire` says with the chosen exchanges (`ids`). It reads at once; it asks before a
    change."""
    retour = _adresse(base, {**_demande(), "xpath": champ_ecrit("xpath") or None})
    if not any(request.args.getlist("ids")):
        return render_template("journal/selection.html", titre="Aucun échange choisi", retour=retour)
    ids, faire = envoi_et_rejeu.choisis(request.args.getlist("ids")), champ_ecrit("faire")
    if faire == "har":
        from sne_console.messages import echange_montre

        contenu = echange_montre.archive(base, ids, origine=adresse_d_ici())
        return telechargement(contenu, f"echanges-{ids[0]}-{ids[-1]}.har", "application/json")
    if faire == "comparer":
        if len(ids) != 2:
            raise UsageError(
                f"Deux échanges se comparent, et vous en avez choisi {len(ids)}.",
                remede="cochez-en deux, ni plus ni moins",
            )
        return redirect(url_for("echange.comparer", a=ids[0], b=ids[1]), 303)
    echanges = [objet_de_l_adresse.tete(base, identifiant) for identifiant in ids]
    quoi: dict[str, Any]
    if faire == "rejouer":
        # In the order in which they came.
        partants = [echange for echange in echanges if not envoi_et_rejeu.empechement(echange)]
        quoi = {
            "titre": f"Rejouer {accorde(len(partants), 'échange')} ?",
            "phrase": "Les mêmes octets repartent, un message après l'autre, dans l'ordre où ils étaient "
            "arrivés. Ce qu'ils demandent est fait de nouveau.",
            "bouton": "Rejouer",
            "gardes": partants,
            "exclus": "ne se rejoue pas : ce n'est pas une requête d'un service de cette base",
            "adresse": url_for("journal.rejouer"),
            "gestes": [("rejouer", {"identifiant": e.identifiant}) for e in partants],
        }
    elif faire == "effacer":
        partants = [echange for echange in echanges if envoi_et_rejeu.effacable(echange)]
        quoi = {
            "titre": f"Effacer {accorde(len(partants), 'échange')} du journal ?",
            "phrase": "Leurs messages, leur verdict et leurs traces sont perdus. Leur numéro reste, avec la "
            "mention « effacé ». Les demandes ne changent pas ; les jugements déjà faits gardent leurs "
            "propres preuves, et ceux à venir diront qu'il manque des échanges.",
            "bouton": "Effacer",
            "gardes": partants,
            "exclus": "reste : une nuit, une remise, l'horloge et les pas d'une scène ne s'effacent pas",
            "adresse": url_for("journal.effacer"),
            "gestes": [("effacer_echanges", {"ids": ",".join(str(e.identifiant) for e in partants)})],
        }
    else:
        quoi = {
            "titre": f"{accorde(len(ids), 'échange choisi', 'échanges choisis')}",
            "gardes": echanges,
            "gestes": [("emporter_har_selection", {"ids": ",".join(map(str, ids))})],
        }
    gardes = {echange.identifiant for echange in quoi["gardes"]}
    return render_template(
        "journal/selection.html",
        rangees=[rangee(echange) for echange in echanges],
        gardes=gardes,
        retour=retour,
        ids=ids,
        lignes=[equivalents(nom, **valeurs) for nom, valeurs in quoi["gestes"]],
        **{nom: valeur for nom, valeur in quoi.items() if nom not in ("gardes", "gestes")},
    )


def rejouer(base: str) -> Redirection:
    """Sends the chosen exchanges again, in the order in which they came, and shows what came of each."""
    ids = envoi_et_rejeu.choisis(request.form.getlist("ids"))
    # None is sent when one is not there. One after the other: together they may be all that the memory holds.
    voulus = [i for i in ids if not envoi_et_rejeu.empechement(objet_de_l_adresse.tete(base, i))]
    partis = [envoi_et_rejeu.rejouer(objet_de_l_adresse.echange(base, i), expediteur()) for i in voulus]
    nouveaux = [parti[1] for parti in partis if parti is not None and parti[0] == base]
    perdus = len(ids) - len(nouveaux)
    phrase = f"{accorde(len(nouveaux), 'message est reparti', 'messages sont repartis')}, dans l'ordre."
    if perdus:
        phrase += f" {accorde(perdus, 'autre ne se rejouait pas', 'autres ne se rejouaient pas')}."
    if not nouveaux:
        return apres_action(url_for("journal.page"), "Aucun de ces échanges ne se rejoue.", reussie=False)
    return apres_action(url_for("journal.selection", ids=nouveaux, faire="voir"), phrase)


def effacer(base: str) -> Redirection:
    """Erases the chosen exchanges; their ids stay."""
    effaces = services().magasin.journal.effacer(base, envoi_et_rejeu.choisis(request.form.getlist("ids")))
    if not effaces:
        return apres_action(url_for("journal.page"), "Rien de cela ne s'efface.", reussie=False)
    phrase = f"{accorde(len(effaces), 'échange effacé', 'échanges effacés')} du journal."
    return apres_action(url_for("journal.page"), phrase)


# --- addresses ----------------------------------------------------------------------------------------------


def _demande() -> dict[str, Any]:
    """Reads the filters of the address, but for its XPath and its page."""
    # Masked from the beginning: what is looked for comes back in the page, its links and its commands.
    ecrits = {nom: valeur for nom in FILTRES if (valeur := masquer_nirs(champ_ecrit(nom)))}
    # Codes of guichets, of rules and numéros are in capitals.
    lus = {
        nom: valeur.upper() if nom in ("guichet", "numero", "regle") and valeur.isalnum() else valeur
        for nom, valeur in ecrits.items()
    }
    return {**lus, **({"nuits": "1"} if champ_ecrit("nuits") == "1" else {})}


def _nuits_montrees(demande: Mapping[str, Any]) -> bool:
    return demande.get("nuits") == "1" or demande.get("operation") in _CACHEES


def _criteres(demande: Mapping[str, str]) -> dict[str, Any]:
    """The same, as the store reads it."""
    criteres = {nom: valeur for nom, valeur in demande.items() if nom != "nuits"}
    return criteres if _nuits_montrees(demande) else {**criteres, "sans_nuits": True}


def _adresse(base: str, choisis: Mapping[str, Any], avant: int | None = None) -> str:
    return url_for("journal.page", base=base, **{"avant": avant, **choisis})
