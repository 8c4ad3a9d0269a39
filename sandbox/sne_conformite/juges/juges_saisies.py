"""The entries of the user compared with the messages sent: the kind of message, the form and what goes with
it; and the data read at the SNE compared with the data told."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from operator import attrgetter
from typing import Any, Final

from sne_conformite.juges import juges_fidelite, lieux_refuses
from sne_conformite.juges.juge import CONSTATS, Constats, Dire, JugeDePas, PasJoue, de
from sne_conformite.juges.juges_vie import NATURES, nature_pour
from sne_conformite.observation import reponses_lues
from sne_conformite.observation.observation import Observation
from sne_conformite.protocole.formulaire_saisi import de_json
from sne_conformite.protocole.protocole import Statut
from sne_conformite.rapports.rapport import Constat
from sne_interface.domain.dates import PARIS
from sne_interface.domain.demande import Demande
from sne_interface.domain.element_recu import Element, lire_date
from sne_interface.domain.nir import est_nom_de_nir
from sne_interface.domain.texte import plier
from sne_interface.generators.messages_apres_creation import copie
from sne_sandbox.operations.table_des_operations import OPERATIONS

#: What the application, or the SNE, writes in an event beside what was entered.
_ENTETE_EVENEMENT: Final = frozenset(CONSTATS["noms"]["entete_d_un_evenement"])
#: And in the event of a decision: its day of survenance and its comment are the application's to say.
_ENTETE_DECISION: Final = _ENTETE_EVENEMENT | {"dateSurvenance", "commentaire"}
_UNE: Final = "caracteristiqueSpecifique"
_COTITULAIRES: Final = "listeCotitulaire/cotitulaire"
#: How an application calls the NIR.
_LE_NIR: Final = re.compile(r"\b(NIR|s[ée]cu(rit[ée] sociale)?)\b", re.IGNORECASE)
#: Operations that carry a whole event.
_ECRITURES: Final = frozenset({"ajouterEvenementDemande", "modifierEvenementDemande"})


# --- what was entered --------------------------------------------------------------------------------------


def _formulaire(
    pas: PasJoue, dire: Dire, envoi: Observation, formulaire: Element, attendu: Element
) -> Constats:
    """FID-01 to FID-13: every field of the form. The date of creation that a change alters breaks VIE-04, in
    the words that the judge of traffic has for it."""
    regles = {"dateCreationDemande": "VIE-04"} if pas.prevue.sur_numero else {}
    refusees = partial(lieux_refuses, envoi, formulaire)
    for constat in juges_fidelite.comparer(
        attendu, formulaire, echange=dire.echange, regles=regles, refusees=refusees
    ):
        if constat.exigence == "VIE-04" and constat.sorte == juges_fidelite.VALEUR_CHANGEE:
            phrase = "La date de création de la demande est changée."
            yield replace(constat, phrase=phrase, sorte="date_de_creation_changee")
        else:
            yield constat


def _evenement(pas: PasJoue, dire: Dire, envoi: Observation, attendu: Element) -> Constats:
    """FID-14: what the event says, its header left aside."""
    ecrit = next(reponses_lues.tous(envoi.document, "evenement"), None)
    if ecrit is None:
        return
    entete = _ENTETE_DECISION if pas.commande == "decider" else _ENTETE_EVENEMENT
    saisi, recu = _sans(attendu, entete), _sans(ecrit, entete)
    noms = {**_caracteristiques(recu, envoi), **_caracteristiques(saisi, envoi)}
    yield from _comparer(saisi, recu, dire, envoi, ecrit, noms=noms)


def _caracteristiques(evenement: Element, envoi: Observation) -> dict[str, str]:
    """The characteristics of an event, by their places: the code of each, and its label in the contract."""
    connues = [c for genre in envoi.contrat.evenements for c in genre.caracteristiques]
    libelles = {c.code: f"{c.code} — {c.libelle}" for c in connues}
    places = {une.chemin: une.texte_de("code") or "" for une in reponses_lues.tous(evenement, _UNE)}
    racine = len(evenement.chemin) + 1
    return {place[racine:]: libelles.get(code, code) for place, code in places.items()}


def _sans(element: Element, noms: frozenset[str]) -> Element:
    """A copy without the children of these names."""
    gardes = tuple(copie(enfant) for enfant in element.enfants if enfant.nom not in noms)
    return Element(element.nom, element.texte, element.attributs, gardes)


def _bloc_radiation(pas: PasJoue, dire: Dire, envoi: Observation, attendu: Element) -> Constats:
    """FID-14: the radiation entered is sent, as it was. A message of another kind is VIE-06's to tell."""
    if envoi.radiation is not None or envoi.type_fichier == "RAD":
        yield from _entier(envoi.radiation, dire, envoi, attendu)


def _bloc_dalo(pas: PasJoue, dire: Dire, envoi: Observation, attendu: Element) -> Constats:
    """VIE-22: the DALO entered is sent, as it was."""
    dalo = None if envoi.document is None else envoi.document.enfant("demande/informationDalo")
    yield from _entier(dalo, dire, envoi, attendu)


def _entier(recu: Element | None, dire: Dire, envoi: Observation, attendu: Element) -> Constats:
    """An element that was entered: there, and as it was."""
    if recu is not None:
        yield from _comparer(attendu, recu, dire, envoi, recu)
    elif envoi.document is not None:
        phrase = f"« {attendu.nom} » n'est pas transmis."
        yield dire.rompue("champ_absent", chemin=attendu.nom, phrase=phrase)


def _radiation_de_la_decision(pas: PasJoue, dire: Dire, envoi: Observation) -> Constats:
    """FID-14: what a lease that is signed brings along is sent, as it was entered."""
    if envoi.document is None or not pas.message.get("radiation"):
        return
    saisie = de_json("radiation", pas.message["radiation"])
    for vue in reversed(pas.de("getNumUnique")):
        if vue.type_fichier == "RAD" and vue.radiation is not None:
            dire = replace(dire, echange=vue.identifiant)
            yield from _comparer(saisie, vue.radiation, dire, vue, vue.radiation)
            return


def _comparer(
    attendu: Element, recu: Element, dire: Dire, envoi: Observation, place: Element, **noms: Mapping[str, str]
) -> list[Constat]:
    """`place` is where `recu`, which may be a copy, stands in the message `envoi`; `noms`: see `comparer`."""
    la: Any = {"exigence": dire.exigence, "echange": dire.echange, **noms}
    return juges_fidelite.comparer(attendu, recu, refusees=partial(lieux_refuses, envoi, place), **la)


def filtres_de(pas: PasJoue) -> dict[str, str]:
    """The filters entered for a reading of a feed: element of the operation, code."""
    dits = {element: pas.message.get(champ) for champ, element in pas.prevue.filtres.items()}
    return {element: str(code) for element, code in dits.items() if code}


def _filtres(pas: PasJoue, dire: Dire, envoi: Observation) -> Constats:
    """VIE-30: a feed is asked for with the filters entered, and no other."""
    saisis = filtres_de(pas)
    for element in pas.prevue.filtres.values():
        attendu, envoye = saisis.get(element), envoi.texte(element) or None
        if attendu != envoye:
            sorte = "filtre_absent" if envoye is None else "filtre_change" if attendu else "filtre_invente"
            yield dire.rompue(sorte, attendu or "élément absent", envoye, chemin=element)
            return
    if saisis:
        yield dire.tenue()


def _consultation(pas: PasJoue, dire: Dire, rendu: Observation) -> Constats:
    """VIE-24: the demande read is told as it is."""
    gardee = reponses_lues.formulaire(rendu.reponse_document)
    if gardee is None:
        return
    entiere = any(lecture.texte("complet") for lecture in pas.de("getDemandeLogement"))
    if pas.message.get("complet") and not entiere:
        yield dire.rompue("complet_absent", observe="absent")
        return
    try:
        rendue = de_json("demandeLogement", pas.reponse.get("demande"))
    except ValueError as erreur:
        yield dire.rompue("document_illisible", erreur=erreur)
        return
    yield from juges_fidelite.comparer(gardee, rendue, exigence=dire.exigence, echange=dire.echange, lue=True)


# --- the message -------------------------------------------------------------------------------------------


def _corps_envoyes(pas: PasJoue, type_fichier: str = "") -> Iterator[Element]:
    """The forms sent in the step, in order; of one kind of message, when it is named."""
    for envoi in pas.de("getNumUnique"):
        if envoi.formulaire is not None and type_fichier in ("", envoi.type_fichier):
            yield envoi.formulaire


def origine(pas: PasJoue, dire: Dire, envoi: Observation) -> Constats:
    """VIE-09: a separation is a CRS, and names the demande that one leaves."""
    attendu = pas.connu.numeros.get(pas.message["reference_origine"])
    if attendu is None:
        return
    cite = None if envoi.formulaire is None else envoi.formulaire.texte_de("numUniqueAssocie")
    if envoi.type_fichier != "CRS":
        yield dire.rompue("type_errone", "CRS", envoi.type_fichier)
    else:
        sorte = "origine_erronee" if cite else "origine_absente"
        yield dire.si(cite == attendu, sorte, attendu, cite)


def _genre(pas: PasJoue, dire: Dire) -> Constats:
    """Judges the requirement of the command, broken when none of its messages is of the kind that does it.
    The application chooses what it sends beside it (a MOD before the REN, with up-to-date data)."""
    genres = pas.prevue.genres
    envoyes = [o.type_fichier for o in pas.de("getNumUnique") if o.document is not None]
    if envoyes and set(genres).isdisjoint(envoyes):
        phrase = f"« {pas.commande} » est envoyé comme un message {envoyes[-1] or 'sans type'}."
        yield dire.rompue("type_errone", " ou ".join(genres), envoyes[-1], phrase=phrase)


def _date_de_renouvellement(pas: PasJoue, dire: Dire) -> Constats:
    """VIE-05: the day is the one entered. A message without any is told by the judge of traffic."""
    saisie = str(pas.message.get("date_renouvellement") or "")
    ecrites = [corps.texte_de("renouvellement/dateRenouvellement") for corps in _corps_envoyes(pas, "REN")]
    ecrite = next((jour for jour in reversed(ecrites) if jour), "")
    if ecrite and lire_date(ecrite) != lire_date(saisie):
        phrase = "Le renouvellement ne porte pas la date saisie."
        decalee = juges_fidelite.jours_d_ecart(saisie, ecrite) or 0  # as all dates may be
        sorte = juges_fidelite.UN_JOUR.get(decalee, "date_de_renouvellement_erronee")
        yield dire.rompue(sorte, saisie, ecrite, phrase=phrase)


def _origine_inventee(pas: PasJoue, dire: Dire) -> Constats:
    """FID-13: no message claims another demande for its origin than the one that it was separated from, which
    is noted here."""
    if "reference_origine" in pas.message:
        pas.connu.origines[pas.reference] = pas.connu.numeros.get(pas.message["reference_origine"], "")
        return
    connue = pas.connu.origines.get(pas.reference)
    cites = (corps.texte_de("numUniqueAssocie") for corps in _corps_envoyes(pas))
    inventee = next((cite for cite in cites if cite and cite != connue), None)
    if inventee is not None:
        yield dire.rompue("origine_inventee", connue or "élément absent", inventee)


def _radiation_inventee(pas: PasJoue, dire: Dire) -> Constats:
    """FID-13: what registers or changes a demande does not radiate it."""
    inventee = next((vue.radiation for vue in pas.de("getNumUnique") if vue.radiation is not None), None)
    if inventee is not None:
        observe = inventee.code_de("motifRadiation") or inventee.texte_de("dateRadiation")
        yield dire.rompue("radiation_inventee", observe=observe)


def _radiation_au_lieu_de_reactiver(pas: PasJoue, dire: Dire) -> Constats:
    """VIE-06: a reactivation has no motive; one that has radiates."""
    motifs = [corps.code_de("radiation/motifRadiation") for corps in _corps_envoyes(pas, "RAD")]
    motif = next(filter(None, motifs), None)
    if motif is not None:
        yield dire.rompue("motif_non_demande", observe=motif, commande=pas.commande)


def _date_du_fichier(pas: PasJoue, dire: Dire) -> Constats:
    """CTR-13: what is sent now is dated now, by the base's clock or, for an application whose clock cannot be
    set, by the machine's. In free traffic a test may send any date, to see it refused."""
    vus = 0
    for vue in pas.observations:
        ecrite = None if vue.document is None else vue.document.instant_de("entete/dateFichier")
        if ecrite is None:
            continue
        vus += 1
        ecrite = ecrite.replace(tzinfo=ecrite.tzinfo or PARIS)
        if all(abs(ecrite - instant) > _ECART_MAX for instant in (vue.instant, vue.echange.recu_le)):
            sorte = "date_future" if ecrite > vue.instant else "date_passee"
            yield dire.rompue(sorte, f"{vue.instant.astimezone(PARIS):%Y-%m-%d}", ecrite.isoformat())
            return
    if vus:
        yield dire.tenue()


def _nature_devinee(pas: PasJoue, dire: Dire) -> Constats:
    """VIE-31, where no action names the operation: against that of the command, never against our guess. It
    is held only where the guess is the command's."""
    for vue in pas.observations:
        if vue.devinee:
            la = replace(dire, echange=vue.identifiant)
            constats = nature_pour(vue, la, pas.prevue.operations[0])
            yield from (c for c in constats if c.rompue or (vue is pas.envoi and vue.acceptee))


def _nir_exige(pas: PasJoue, dire: Dire, attendu: Element) -> Constats:
    """CTR-12: who gives no NIR is registered all the same. An application that sends nothing says why."""
    if pas.envoi is not None or Statut.FAIT not in pas.attendus:
        return
    personnes = attendu.enfant("personnePhysique")
    titulaires = () if personnes is None else (*personnes.tous("demandeur"), *personnes.tous(_COTITULAIRES))
    tu = any(not any(est_nom_de_nir(e.nom) for e in titulaire.enfants) for titulaire in titulaires)
    if tu and _LE_NIR.search(f"{pas.dit} {pas.reponse.get('anomalies')}"):
        yield dire.rompue("nir_exige", observe=f"{pas.statut}{pas.dit}")


def titulaires_de(demande: Demande | None) -> frozenset[str]:
    """The holders of a demande, folded, with their days of birth: what finds doublons."""
    personnes = () if demande is None else demande.titulaires
    return frozenset(f"{plier(p.prenom)} {plier(p.nom)} {p.date_naissance or ''}" for p in personnes)


def _titulaires_cherches(pas: PasJoue, dire: Dire, envoi: Observation) -> Constats:
    """Judges VIE-10: the application searches for doublons with every holder for whom the demande was sent.
    The finding of a breach is about the message that registers the demande."""
    envoyes = pas.connu.titulaires.get(pas.reference)
    cherches = titulaires_de(envoi.demande)
    if envoyes and not any(titulaires <= cherches for titulaires in envoyes):
        attendu, observe = (", ".join(sorted(qui)) for qui in (envoyes[-1], cherches))
        yield dire.rompue("doublons_d_un_autre", attendu, observe)


#: A clock that is a little fast or slow, a file written a little before it is sent, another time zone.
_ECART_MAX: Final = timedelta(days=1)


# --- the tables ------------------------------------------------------------------------------------------


_FIDELITES: Final = " ".join(f"FID-{rang:02d}" for rang in range(1, 14))
#: What was entered, and read.
JUGES: Final = (
    JugeDePas(_formulaire, lambda c: c.avec_demande and c.sur_numero, f"{_FIDELITES} VIE-04"),
    JugeDePas(_formulaire, attrgetter("enregistre"), _FIDELITES),
    JugeDePas(_evenement, lambda c: not _ECRITURES.isdisjoint(c.operations), "FID-14"),
    JugeDePas(_radiation_de_la_decision, de("decider"), "FID-14"),
    JugeDePas(_bloc_dalo, de("declarer_dalo")),
    JugeDePas(_bloc_radiation, de("radier"), "FID-14"),
    JugeDePas(_filtres, attrgetter("filtres"), "VIE-30"),
    JugeDePas(_consultation, de("consulter")),
)
#: What the message is.
DES_MESSAGES: Final = (
    # `origine` says it of a separation.
    JugeDePas(_genre, lambda c: bool(c.genres) and c.nom != "separer"),
    JugeDePas(_nir_exige, attrgetter("avec_demande"), "CTR-12"),
    JugeDePas(_date_de_renouvellement, de("renouveler")),
    JugeDePas(_origine_inventee, attrgetter("exigence"), "FID-13"),
    # A renewal may tell what it ends.
    JugeDePas(_radiation_inventee, lambda c: c.avec_demande and c.nom != "renouveler", "FID-13"),
    JugeDePas(_radiation_au_lieu_de_reactiver, de("reactiver")),
    JugeDePas(_date_du_fichier, lambda c: any(OPERATIONS[o].champ for o in c.operations), "CTR-13"),
    JugeDePas(_titulaires_cherches, de("chercher_doublons")),
    JugeDePas(_nature_devinee, lambda c: not NATURES.keys().isdisjoint(c.operations), "VIE-31"),
)
