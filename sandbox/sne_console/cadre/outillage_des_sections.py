"""The sections of the console, and what each of them is made with."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time
from functools import wraps
from itertools import takewhile
from threading import Lock
from time import monotonic, sleep
from typing import Final, TypeVar

from flask import (
    Response,
    current_app,
    flash,
    g,
    redirect,
    request,
    stream_with_context,
    url_for,
)
from werkzeug.exceptions import ServiceUnavailable, TooManyRequests
from werkzeug.wrappers import Response as Redirection

from sne_console.messages.verdicts_et_refus import verdict_vecu
from sne_console.vues.paroles import PAROLES
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.base import BASE_PAR_DEFAUT, Base, Horloge, lire_horloge
from sne_interface.domain.dates import PARIS, lire_date_saisie
from sne_interface.domain.texte import entier_de, nombre
from sne_interface.errors import OperatorError, UsageError
from sne_sandbox.bases.jetons import Droit, Entree
from sne_sandbox.store.registre import RegistreBase
from sne_sandbox.web.acces import est_encore_la, qui_est_la
from sne_sandbox.web.configuration_et_services import services
from sne_sandbox.web.droits import LECTURES, VUES, permet

_Geste = Callable[..., str | Redirection]
_T = TypeVar("_T")

#: Streams that one token may hold at once, of those that a process has (`server.service_wsgi.FLUX_MAX`): that
#: of the read-only link, which a room shares, and that of somebody who has a base.
_PLACES: Final = {Droit.LECTURE: 40, Droit.BASE: 8}
_SUIVIS: Final = Counter[str]()
_VERROU: Final = Lock()


#: The entries of the menu, in order, and the key that opens each after « g ». Seven: more are not read.
GROUPES: Final = PAROLES["menu"]
#: Lines of a list on one page.
PAR_PAGE: Final = 50
#: Demandes that a page counts: as many as one of the console makes.
COMPTEES: Final = 20_000
#: Seconds that a stream lasts, between two looks, and between two signs of life.
FLUX_DUREE: Final = 30.0
FLUX_PAS: Final = 0.3
FLUX_SIGNE: Final = 10.0


#: What a browser chooses, each with what it may be, and how the page says it. The first is what one has who
#: chose nothing.
AFFICHAGE: Final = {nom: PAROLES[nom] for nom in ("theme", "raccourcis")}


def affichage() -> dict[str, str]:
    """The choices of this browser, read in its cookies."""
    lus = {nom: request.cookies.get(f"sne_{nom}", "") for nom in AFFICHAGE}
    return {nom: lus[nom] if lus[nom] in admis else next(iter(admis)) for nom, admis in AFFICHAGE.items()}


def entree_connue() -> Entree | None:
    """Returns the entry of the visitor; None instead of an error, because the page may be the one that says
    that too many wrong tokens came."""
    try:
        return qui_est_la()
    except (TooManyRequests, OperatorError):
        return None


def base_d_accueil() -> str:
    """The base that is shown; when none is named, the only one that a right is for."""
    if "base" in g:
        return str(g.base.nom)
    entree = qui_est_la()
    return (entree.base if entree is not None else None) or BASE_PAR_DEFAUT


def permis(endpoint: str) -> bool:
    """True when the visitor may open this view of the base that is shown."""
    entree = entree_connue()
    bases = [base_d_accueil()] if current_app.url_map.is_endpoint_expecting(endpoint, "base") else []
    return entree is not None and permet(entree, VUES[endpoint], ecrit=False, bases=bases)


def apres_action(adresse: str, phrase: str, *, reussie: bool = True) -> Redirection:
    """The answer to a form: back to a page, which shows `phrase` once (303: a reload sends nothing again)."""
    flash(str(phrase), "succes" if reussie else "erreur")
    return redirect(adresse, 303)


def chemin_sur(voulu: str | None) -> str:
    """Where to go next: a path of ours, never another site; « / » for what is none."""
    if not voulu or not voulu.startswith("/") or voulu.startswith(("//", "/\\")) or "\\" in voulu:
        return "/"
    return voulu if voulu.isprintable() else "/"


def chemin_d_ici() -> str:
    """The address of the page that is read, for a form that leads back to it; "" for what is no page."""
    return request.full_path.rstrip("?") if request.method in LECTURES else ""


def champ_ecrit(nom: str) -> str:
    """A field of the address, or of the form that was sent, without the blanks around it; "" when it is not
    there."""
    return request.values.get(nom, "").strip()


def jour_saisi(champ: str) -> date | None:
    """The day of a field, typed as `champ_date` of `_macros.html` shows it; None for an empty one. Raises
    UsageError."""
    ecrit = champ_ecrit(champ)
    jour = lire_date_saisie(ecrit)
    if jour is None and ecrit:
        raise UsageError(f"[{ecrit[:20]}] n'est pas une date.", remede="écrivez jj/mm/aaaa : 15/03/2018")
    return jour


def entier_saisi(champ: str, titre: str, bas: int = -(2**63), haut: int = 2**63 - 1) -> int | None:
    """The whole number of a field that the page calls `titre`, as a column takes it; None for an empty field.
    Raises UsageError."""
    ecrit = champ_ecrit(champ)
    if not ecrit:
        return None
    entier = int(ecrit) if re.fullmatch(r"-?[0-9]{1,19}", ecrit) else None
    if entier is None or not bas <= entier <= haut:
        raise UsageError(
            f"[{ecrit[:40]}] n'est pas un entier qui convienne.",
            remede=f"corrigez le champ « {titre} » : un entier de {bas} à {haut}",
        )
    return entier


def nom_libre(tete: str, pris: Iterable[str]) -> str:
    """A name that nothing bears: « essai-1 », « essai-2 »."""
    connus = set(pris)
    return next(nom for rang in range(1, len(connus) + 2) if (nom := f"{tete}-{rang}") not in connus)


def instant_saisi() -> datetime | None:
    """The day of the field `jour` at the hour of `heure` (hh:mm; empty: midnight), in Paris; None without a
    day. Raises UsageError."""
    jour, ecrite = jour_saisi("jour"), champ_ecrit("heure")
    if jour is None:
        return None
    try:
        heure = time.fromisoformat(ecrite or "00:00")
    except ValueError:
        raise UsageError(f"[{ecrite[:20]}] n'est pas une heure.", remede="écrivez hh:mm : 09:30") from None
    return datetime.combine(jour, heure.replace(tzinfo=None), PARIS)


def horloge_saisie() -> Horloge:
    """The clock that a form gives to a base: frozen at its fields `jour` and `heure`; the real one without a
    day, unless its field `horloge` says otherwise. Raises UsageError."""
    instant = instant_saisi()
    return lire_horloge(champ_ecrit("horloge") or "real") if instant is None else Horloge(fige_a=instant)


def geste(retour: str) -> Callable[[_Geste], Callable[..., Redirection]]:
    """Makes a view of what a form asks for: the sentence that it answers is shown on the page `retour`
    (endpoint), or on the page that the form is on (its field `suite`), unless it leads elsewhere itself; what
    cannot be done is said there, with its remedy."""

    def decorer(faire: _Geste) -> Callable[..., Redirection]:
        @wraps(faire)
        def vue(**places: str) -> Redirection:
            suite = champ_ecrit("suite")
            ou = chemin_sur(suite) if suite else url_for(retour)
            try:
                fait = faire(**places)
            except UsageError as erreur:
                return apres_action(ou, avec_remede(erreur), reussie=False)
            return apres_action(ou, fait) if isinstance(fait, str) else fait

        return vue

    return decorer


def avec_remede(erreur: UsageError) -> str:
    """Says what is wrong, and how to put it right, in one line."""
    return f"{erreur} Remède : {erreur.remede}." if erreur.remede else str(erreur)


def annoncer(parti: str, base: str, identifiant: int) -> Redirection:
    """Leads to the exchange that a message left, and says how it ended for its caller; `parti` begins the
    sentence."""
    echange = services().magasin.journal.lire(base, identifiant)
    vecu = None if echange is None else verdict_vecu(echange)
    issue = "" if vecu is None else f" : {vecu.titre[:1].lower()}{vecu.titre[1:]}"
    return apres_action(
        url_for("echange.page", base=base, identifiant=identifiant),
        f"{parti}{issue}.",
        reussie=vecu is not None and vecu.ton == "bon",
    )


def maintenant() -> datetime:
    """Reads the clock of the base that is shown (aware, Paris)."""
    base: Base = g.base
    return base.horloge.maintenant()


def contrat_servi() -> Contrat:
    """The contract of the base that is shown. Raises OperatorError."""
    return services().contrats.de(g.base)


def compter(registre: RegistreBase, *, actives: bool = False) -> str:
    """« 1 demande », « plus de 20 000 demandes »: those of a large base are not all counted."""
    combien, quoi = registre.compter(actives=actives, jusqua=COMPTEES + 1), "active" if actives else "demande"
    if combien > COMPTEES:
        return f"plus de {nombre(COMPTEES)} {quoi}s"
    return f"{nombre(combien)} {quoi}{'s' if combien > 1 else ''}"


def veiller(
    regarder: Callable[[], Iterable[_T]],
    *,
    duree: float = FLUX_DUREE,
    pas: float = FLUX_PAS,
    attendre: Callable[[float], None] = sleep,
) -> Iterator[_T | None]:
    """Yields the new items that each look finds, for `duree` seconds; yields None now and then, so that the
    server notices a reader who has gone. `attendre` waits for the next look as `Magasin.veille` does."""
    fin, signe = monotonic() + duree, monotonic() + FLUX_SIGNE
    while True:
        neufs = list(regarder())
        yield from neufs
        silence = not neufs and monotonic() > signe
        if silence:
            yield None
        if neufs or silence:
            signe = monotonic() + FLUX_SIGNE
        if monotonic() + pas > fin:
            return
        attendre(pas)


def reprise(base: str) -> int:
    """The exchange after which a stream goes on: the last one that the browser was told, or that its page
    shows; else the last of the base."""
    connu = entier_de(request.headers.get("Last-Event-ID") or champ_ecrit("depuis"))
    return services().magasin.journal.dernier(base) if connu is None else connu


def flux(evenements: Iterable[str | None]) -> Response:
    """Server-Sent Events, None for a sign of life; a browser that is cut off comes back after a second.
    Nothing more is told to whom a token is taken from meanwhile. Raises ServiceUnavailable for a token that
    follows too much at once: the server has places for so many, and the trainer wants one."""
    entree = qui_est_la()
    cle, places = (entree.empreinte, _PLACES.get(entree.droit)) if entree is not None else ("", None)
    if places is not None and _SUIVIS[cle] >= places:
        raise ServiceUnavailable("Trop de pages suivent à la fois.", retry_after=5)

    def suivis() -> Iterator[str]:
        with _VERROU:
            _SUIVIS[cle] += 1
        try:
            yield "retry: 1000\n\n"
            dits = (": rien de neuf\n\n" if dit is None else dit for dit in evenements)
            yield from takewhile(lambda _: est_encore_la(), dits)
        finally:
            with _VERROU:
                _SUIVIS[cle] -= 1

    return Response(
        stream_with_context(suivis()),
        mimetype="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


def evenement(identifiant: int | str | None, texte: str, nom: str = "echange") -> str:
    """One event of a stream: its id, by which a browser goes on, and lines of HTML."""
    donnees = "".join(f"data: {morceau}\n" for morceau in texte.splitlines() if morceau.strip())
    return f"id: {identifiant}\nevent: {nom}\n{donnees}\n"
