"""The life of a demande as a timeline: what happened to it, and what time will do next."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Final, Literal

from sne_console.vues.echanges_immontrables import essayer
from sne_console.vues.paroles import PAROLES
from sne_console.vues.seances_montrees import Montreur
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.codes import MOTIF_NON_RENOUVELLEMENT
from sne_interface.domain.dates import PARIS, ajouter_mois
from sne_interface.domain.demande import DemandeStockee, GenreMouvement, Mouvement
from sne_interface.domain.echange import DITES, NUIT, Echange, VerdictEchange
from sne_interface.domain.evenement import Evenement, TypeEvenement
from sne_interface.domain.livre_des_attributions import BAIL, radiation_possible_le
from sne_interface.domain.nir import masquer_nirs
from sne_interface.domain.valeurs_en_json import TU
from sne_interface.rules.catalogue.regles_radiation import MOIS_AVANT_EFFACEMENT
from sne_interface.rules.catalogue.regles_vie import MOIS_DE_REACTIVATION
from sne_interface.settings import Reglages
from sne_sandbox.bases.faits_des_nuits import Fait, code
from sne_sandbox.bases.prevision_des_nuits import MOIS_AVANT_RADIATION, MOIS_DE_PREAVIS
from sne_sandbox.store.registre import RegistreBase

#: Exchanges about one demande that its story tells of, the last ones.
ECHANGES: Final = 60
#: Types of the messages that cause a movement; a night that radiates causes one too.
_CAUSES: Final = {
    GenreMouvement.CREATION: ("CRE", "CRS"),
    GenreMouvement.RENOUVELLEMENT: ("REN",),
    GenreMouvement.RADIATION: ("RAD",),
    GenreMouvement.REACTIVATION: ("RAD", "REN"),
    GenreMouvement.SUPPRESSION: ("SUP",),
    GenreMouvement.MODIFICATION: ("MOD", "MOR"),
}


GenrePoint = Literal["mouvement", "echange", "evenement", "decision", "dalo", "calendrier", "avenir"]


@dataclass(frozen=True)
class EtapeLue:
    """A point of the timeline. `verdict` is that of its exchange, None of what
    nobody sent; `rang` orders those of one instant."""

    quand: Annotated[datetime, "à l'heure de Paris"]
    precis: Annotated[bool, "false : seul le jour est connu"]
    genre: Annotated[GenrePoint, "avenir : ce que feront les nuits si personne ne fait rien"]
    titre: str
    detail: str = ""
    echange: Annotated[int | None, "ligne du journal"] = None
    verdict: Annotated[VerdictEchange | None, TU] = None
    rang: Annotated[float, TU] = 0


def relire(
    registre: RegistreBase, stockee: DemandeStockee, echanges: Iterable[Echange], contrat: Contrat
) -> tuple[EtapeLue, ...]:
    """The timeline of a demande of a base: what happened and what is to come, oldest first, each exchange
    before what it caused. `echanges` are of any order, and tell of the demande alone or, as nights do, of
    others too."""
    numero = stockee.numero_unique
    # At one instant (a frozen clock) their order is that of their arrival.
    connus = sorted(echanges, key=lambda echange: echange.identifiant or 0)
    mouvements = _mouvements(registre.mouvements(numero), stockee, connus, contrat)
    # What a night caused is told once, by the movement, which leads to its line.
    dites = {etape.echange for etape in mouvements}
    evenements = registre.evenements(numero)
    etapes = [*_decisions(registre, numero, evenements, contrat), *mouvements]
    etapes += [_echange(e, numero) for e in connus if e.identifiant not in dites]
    etapes += [_evenement(e, registre.type_evenement(e.code_type)) for e in evenements]
    if stockee.dalo_enregistre_le is not None:
        libelle = contrat.nomenclatures.libelle("ListeStatutDalo", stockee.statut_dalo or "")
        detail = f"Statut : {libelle or stockee.statut_dalo or 'non dit'}"
        etapes.append(
            EtapeLue(
                stockee.dalo_enregistre_le.astimezone(PARIS),
                True,
                "dalo",
                "Déclaration DALO enregistrée",
                detail,
            )
        )
    suites = _suites(evenements, registre.base.reglages) if stockee.active else []
    jour = registre.base.horloge.maintenant().date()
    # A night gave this demande its notice: the calendar then leaves out the day of the notice.
    prevenue = {
        _de_la_base(e).date()
        for e in connus
        if e.methode == NUIT and any(d.get("code") == code(Fait.PREAVIS) for d in _siennes(e, numero))
    }
    etapes += [
        etape
        for etape in _calendrier(stockee, suites, jour)
        if etape.titre != _JOUR_DU_PREAVIS or etape.quand.date() not in prevenue
    ]
    # At the same instant what is known by the day comes before what was noted to the second.
    etapes.sort(key=lambda etape: (etape.quand, etape.rang))
    return tuple(replace(e, titre=masquer_nirs(e.titre), detail=masquer_nirs(e.detail)) for e in etapes)


_JOUR_DU_PREAVIS: Final = "Jour du préavis d'échéance"
#: A day, what is due then, and why.
_Prevue = tuple[date, str, str]


def _suites(evenements: Iterable[Evenement], reglages: Reglages) -> Iterator[_Prevue]:
    """Yields what the decisions ask for and no radiation has followed."""
    for evenement in evenements:
        if evenement.suite_le is None:
            continue
        if evenement.suite == BAIL:
            delai = reglages.bail_sans_radiation_jours
            detail = f"signé depuis {delai} jours : au bailleur de radier (R. 441-2-8 a)"
            yield evenement.suite_le + timedelta(days=delai), "Bail que la radiation n'a pas suivi", detail
        else:
            quand = radiation_possible_le(evenement.suite_le)
            detail = "un mois après la décision, si le ménage fut averti alors ; au bailleur (R. 441-2-8 d)"
            yield quand, "Radiation pour irrecevabilité possible", detail


def _calendrier(stockee: DemandeStockee, suites: Iterable[_Prevue], jour: date) -> list[EtapeLue]:
    """The days that count, `suites` among them, and what the nights will do if nobody does anything."""
    debut = stockee.debut_validite
    prevues = [
        *suites,
        (ajouter_mois(stockee.fin_validite, -MOIS_DE_PREAVIS), _JOUR_DU_PREAVIS,
         "un mois avant la fin de validité"),
        (stockee.fin_validite, "Fin de validité", "à renouveler avant ce jour"),
    ]  # fmt: skip
    if stockee.active:
        prevues += [
            (ajouter_mois(debut, MOIS_AVANT_RADIATION), "Radiation par le SNE faute de renouvellement",
             f"{MOIS_AVANT_RADIATION} mois après le début de validité"),
        ]  # fmt: skip
    elif stockee.date_radiation is not None:
        # Those that came before it was radiated.
        prevues = [prevue for prevue in prevues if prevue[0] <= stockee.date_radiation]
        prevues += [
            (ajouter_mois(stockee.date_radiation, MOIS_AVANT_EFFACEMENT), "Effacement",
             f"{MOIS_AVANT_EFFACEMENT} mois après la radiation"),
        ]  # fmt: skip
        if stockee.motif_radiation == MOTIF_NON_RENOUVELLEMENT:
            fin = ajouter_mois(debut, MOIS_DE_REACTIVATION)
            detail = f"{MOIS_DE_REACTIVATION} mois après le début de validité"
            prevues.append((fin, "Fin de la réactivation possible", detail))
    return [
        EtapeLue(_minuit(quand), False, "avenir" if quand > jour else "calendrier", titre, detail)
        for quand, titre, detail in prevues
    ]


def _mouvements(
    mouvements: list[Mouvement], stockee: DemandeStockee, echanges: list[Echange], contrat: Contrat
) -> list[EtapeLue]:
    """Each after the exchange that caused it, when that is of its day; else at the head of its day."""
    libres = list(echanges)
    derniere = max((m.rang for m in mouvements if m.genre is GenreMouvement.RADIATION), default=None)
    etapes = []
    for mouvement in mouvements:
        details = []
        if mouvement.motif:
            libelle = contrat.nomenclatures.libelle("ListeMotifsRadiation", mouvement.motif)
            details.append(f"{libelle} ({mouvement.motif})" if libelle else mouvement.motif)
        if mouvement.rang == derniere and stockee.radiation_enregistree_le is not None:
            enregistree = stockee.radiation_enregistree_le.astimezone(PARIS)
            details.append(f"enregistrée le {enregistree:%d/%m/%Y} à {enregistree:%H:%M}")
        cause = next((e for e in libres if _cause(e, mouvement)), None)
        if cause is not None:
            libres.remove(cause)
        quand = _minuit(mouvement.jour) if cause is None else _de_la_base(cause)
        rang = 0 if cause is None else (cause.identifiant or 0) + 0.5
        nuit = cause.identifiant if cause is not None and _seule(cause, mouvement) else None
        etapes.append(
            EtapeLue(
                quand,
                False,
                "mouvement",
                PAROLES["mouvements"][mouvement.genre],
                ", ".join(details),
                echange=nuit,
                rang=rang,
            )
        )
    return etapes


def _cause(echange: Echange, mouvement: Mouvement) -> bool:
    if _de_la_base(echange).date() != mouvement.jour:
        return False
    if echange.methode == NUIT:
        return mouvement.motif == MOTIF_NON_RENOUVELLEMENT and any(
            a.get("code") == MOTIF_NON_RENOUVELLEMENT for a in _siennes(echange, mouvement.numero_unique)
        )
    return echange.accepte and echange.type_fichier in _CAUSES[mouvement.genre]


def _seule(cause: Echange, mouvement: Mouvement) -> bool:
    """True when the cause is a night that did nothing else to this demande."""
    return cause.methode == NUIT and len(_siennes(cause, mouvement.numero_unique)) == 1


def _siennes(nuit: Echange, numero: str) -> list[dict[str, Any]]:
    """Returns what a night says of one demande."""
    return [detail for detail in nuit.anomalies if detail.get("valeur") == numero]


def _echange(echange: Echange, numero: str) -> EtapeLue:
    titre = echange.operation or echange.methode
    titre, detail = essayer(lambda: _raconter_echange(echange, numero), lambda raison: (titre, raison))
    return EtapeLue(
        _de_la_base(echange),
        True,
        "echange",
        titre,
        detail,
        echange=echange.identifiant,
        # A night is a fact: nobody sent it, nothing was accepted.
        verdict=None if echange.methode in DITES else echange.verdict,
        rang=echange.identifiant or 0,
    )


def _raconter_echange(echange: Echange, numero: str) -> tuple[str, str]:
    """Title and detail of an exchange, or of what a night says of the demande."""
    titre = echange.operation or echange.methode
    if echange.methode == NUIT:
        nuit, _, resume = echange.chemin.partition(" : ")
        # « 075… : préavis d'échéance. »: of a night that others share, what is its own.
        siens = [str(d.get("message", "")).partition(" : ")[2] for d in _siennes(echange, numero)]
        titre = f"{nuit} : {', '.join(s.rstrip('.') for s in siens) or resume.rstrip('.')}"
    if echange.type_fichier:
        titre = f"{titre} ({echange.type_fichier})"
    return titre, f"par {echange.guichet}" if echange.guichet else ""


def _de_la_base(echange: Echange) -> datetime:
    return (echange.instant_base or echange.recu_le).astimezone(PARIS)


def _decisions(
    registre: RegistreBase, numero: str, evenements: Iterable[Evenement], contrat: Contrat
) -> Iterator[EtapeLue]:
    """What the ledger says: each commission and the lease that followed, before what told it that day."""
    ecrits = {e.identifiant: e.cree_le.astimezone(PARIS) for e in evenements}
    for lue in Montreur(registre, contrat).decisions(registre.livre(numero)):
        ecrit = ecrits.get(lue.rang)
        if lue.jour is not None:
            logement = f"logement {lue.logement}" if lue.logement else ""
            classement = f"rang {lue.classement}" if lue.classement else ""
            detail = ", ".join(filter(None, (logement, classement, lue.suivie)))
            titre = f"Commission d'attribution : {lue.decision}"
            yield EtapeLue(_du_jour(lue.jour, ecrit), False, "decision", titre, detail)
        if lue.bail is not None:
            yield EtapeLue(_du_jour(lue.bail, ecrit), False, "decision", "Signature du bail")


def _du_jour(jour: date, ecrit: datetime | None) -> datetime:
    """When it was written, if that is its day: it then follows what came before on that day."""
    return ecrit if ecrit is not None and ecrit.date() == jour else _minuit(jour)


def _evenement(evenement: Evenement, type_: TypeEvenement | None) -> EtapeLue:
    quand = evenement.modifie_le or evenement.cree_le
    auteur = evenement.auteur_modification or evenement.auteur_creation
    fait = PAROLES["evenements"].get(evenement.nature, evenement.nature)
    return EtapeLue(
        quand.astimezone(PARIS),
        True,
        "evenement",
        f"Événement {fait} : {type_.libelle if type_ is not None else evenement.code_type}",
        f"par {auteur}",
    )


@dataclass(frozen=True)
class Nuit:
    """A line of the journal that tells a night: what it did, and the numéros of the demandes that each deed
    concerns. `faits` is empty when it gives counts only, in `resume`."""

    echange: Echange
    quand: datetime
    faits: Mapping[str, Sequence[str]]
    resume: str


def lire_nuit(echange: Echange) -> Nuit:
    """The line of a night, read: its facts, each with the demandes it concerns."""
    faits: dict[str, list[str]] = {}
    for detail in echange.anomalies:
        # « 075… : préavis d'échéance. »
        phrase = str(detail.get("message", "")).partition(" : ")[2]
        faits.setdefault(phrase.rstrip("."), []).append(str(detail.get("valeur", "")))
    return Nuit(
        echange,
        echange.instant_base or echange.recu_le,
        faits,
        echange.chemin.partition(" : ")[2].rstrip("."),
    )


def _minuit(jour: date) -> datetime:
    return datetime.combine(jour, time.min, PARIS)
