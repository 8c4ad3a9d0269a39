"""The answers of the application on a command, compared with the exchanges: one function a subject, in a
table.

Each function looks at a `PasJoue` and yields findings, held or broken; nothing when the step shows nothing of
its subject. `juger_pas` runs them all, and says last what nothing else explains: nothing was sent, or the
command ended in a way it should not.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from operator import attrgetter
from typing import Any, Final

from sne_conformite.juges import juges_fidelite, juges_saisies
from sne_conformite.juges.juge import (
    MELEES,
    REQUETE_INACHEVEE,
    Constats,
    Dire,
    JugeDePas,
    PasJoue,
    avec_remede,
    de,
    echange_de,
    est_creation,
    fault_de,
)
from sne_conformite.juges.juges_pannes import APRES, PANNES, juger_panne
from sne_conformite.juges.juges_saisies import filtres_de
from sne_conformite.juges.juges_suites_d_envois import RETARD_MIN
from sne_conformite.juges.juges_vie import NATURES
from sne_conformite.observation import reponses_lues
from sne_conformite.observation.accidents_de_la_suite import Isolement
from sne_conformite.observation.observation import Observation
from sne_conformite.protocole.protocole import FAUX_SERVEURS, Statut
from sne_conformite.rapports.rapport import Constat
from sne_interface.domain.echange import VerdictEchange
from sne_interface.domain.element_recu import sans_indices
from sne_sandbox.operations.table_des_operations import OPERATIONS

_REFUS: Final = (Statut.REFUSE, Statut.DECLINE)
#: The requirements on what was entered, and on the day that it is dated.
_SAISIES: Final = ("FID-", "CTR-13")


def juger_pas(pas: PasJoue) -> list[Constat]:
    """All that a step shows. A judge that fails is one of its accidents."""
    constats: list[Constat] = []
    refuse = pas.envoi is not None and not pas.envoi.acceptee and Statut.REFUSE not in pas.attendus
    des_pas = [(juge.constats, juge.montre(pas.prevue)) for juge in (*JUGES, ISSUE)]
    for juger, exigences in (*SELON_LE_DECOR, *des_pas):
        # What was entered, and is sent wrong, explains nothing but that the SNE refuses it.
        expliquent = (c for c in constats if not c.tenue and (refuse or not c.exigence.startswith(_SAISIES)))
        if juger != ISSUE.constats or not any(expliquent):
            with Isolement(pas.accidents, "juger", *exigences, echange=echange_de(pas)):
                constats.extend(juger(pas))
    dits = {
        "commande": pas.commande,
        "message": pas.parole,
        "envoye": pas.envoi.operation or "" if pas.envoi else "",
        "rendus": " ".join(pas.connu.enregistrees),
        "saisi": f"{pas.message}",
    }
    return [avec_remede(constat, pas.envoi or pas.dernier, **dits) for constat in constats]


def _faux_serveur(pas: PasJoue) -> Constats:
    """EMB-12, EMB-16: nothing is told to a server whose certificate is wrong."""
    faux = pas.faux
    if faux is None:
        return
    if any(o.echange.ecoute not in ("", faux.ecoute) for o in pas.observations):
        return  # it called the true one all the same: this shows nothing
    dire = Dire(faux.exigence, echange_de(pas), None)
    parle = any(o.lisible and o.soap for o in pas.observations) or pas.fait
    if parle or pas.statut is not Statut.DECLINE:
        yield dire.si(not parle, faux.sorte, "erreur", pas.statut.value)


def _requete_inachevee(pas: PasJoue) -> Constats:
    """EMB-01: a request that is begun is ended. Only of a command that the application gave up for it: a
    connection may break, and be made again."""
    abandon = pas.statut is Statut.ERREUR and Statut.ERREUR not in pas.attendus and pas.envoi is None
    if not (pas.inacheves and abandon) or pas.pannes or pas.connu.panne_jouee:
        return
    derniere = pas.inacheves[-1]
    dire = Dire("EMB-01", derniere.identifiant)
    sorte = "requete_malformee" if derniere.echange.statut == 400 else REQUETE_INACHEVEE
    yield dire.rompue(sorte, observe=derniere.fault("message"), requete=derniere.echange)


def _depot_asynchrone(pas: PasJoue, dire: Dire) -> Constats:
    """VIE-19: what is told done was put into the inbox, and not sent."""
    if pas.deposes:
        yield dire.rompue("echange_asynchrone", observe=pas.deposes)


# --- numbers ---------------------------------------------------------------------------------------------


def _numero_rendu(pas: PasJoue, dire: Dire) -> Constats:
    """VIE-21: the number told is that of the answer, and there is one only when the demande was accepted."""
    delivre = pas.lu.numero_rendu if pas.lu is not None else None
    dit = pas.reponse.get("numero_unique")
    if pas.faux:
        return
    if pas.fait:
        yield from _numero_d_un_succes(pas, dire, delivre, dit)
    elif dit and not delivre:
        yield dire.rompue("numero_sans_acceptation", observe=dit)
    elif pas.statut is Statut.REFUSE and pas.lu is not None and not dit:
        yield dire.tenue()


def _numero_d_un_succes(pas: PasJoue, dire: Dire, delivre: str | None, dit: str | None) -> Constats:
    """Of a demande that is told registered: `delivre` is the number of the answer, `dit` the one told."""
    tenu = pas.connu.numeros.get(pas.reference)
    if delivre and dit == delivre:
        yield dire.tenue()
    elif delivre and dit in _numeros(pas.voisines):
        yield dire.sous(MELEES).rompue("numero_d_une_voisine", delivre, dit)
    elif delivre:
        sorte = "numero_altere" if dit else "numero_non_rendu"
        yield dire.rompue(sorte, delivre, dit)
    elif dit and dit != tenu and (pas.pannes or dit in _numeros_lus(pas)):
        ailleurs = pas.dernier is not None and not dit.endswith(pas.dernier.guichet)
        sorte = "numero_d_un_autre_guichet" if ailleurs else "numero_d_une_autre"
        yield dire.rompue(sorte, tenu or "aucun numéro", dit)
    elif pas.retrouve:
        yield dire.tenue()
    elif pas.deposes:
        return  # VIE-19 tells it
    elif not pas.pannes:
        sorte = "succes_invente" if pas.envoi else "succes_sans_envoi"
        yield dire.rompue(sorte, observe=dit or "« fait », sans numéro")


def _numeros_lus(pas: PasJoue) -> set[str]:
    """The numbers that the application may have taken for the one of this demande."""
    lus = (n for vue in pas.observations for n in reponses_lues.resultats(vue) + reponses_lues.doublons(vue))
    return {*lus, *pas.connu.numeros.values()}


def _numero_porte(pas: PasJoue, dire: Dire, envoi: Observation, numero: str) -> Constats:
    """The number sent is that of the demande."""
    operation = OPERATIONS[envoi.operation or ""]
    if envoi.numero is None and envoi.document is None and operation.champ is not None:
        return  # a document that did not come, or cannot be read
    if envoi.numero != numero and envoi.numero in _numeros(pas.voisines):
        yield dire.sous(MELEES).rompue("numero_d_une_voisine", numero, envoi.numero)
        return
    sorte = "numero_errone" if envoi.numero else "numero_absent"
    yield dire.si(envoi.numero == numero, sorte, numero, envoi.numero, sujet="Le message")


def _correction(pas: PasJoue, dire: Dire, lu: Observation) -> Constats:
    """VIE-20: what was refused is sent again, corrected."""
    if lu.acceptee:
        yield dire.tenue()


def _creation_doublee(pas: PasJoue, dire: Dire) -> Constats:
    """VIE-02: whoever was told the number of a demande creates it no more, under any reference."""
    creations = [vue for vue in pas.observations if est_creation(vue)]
    for vue in creations[:-1]:
        if vue.acceptee and vue.panne is None and vue.lisible and vue.retard < RETARD_MIN:
            connue = vue.numero_rendu, vue.identifiant
            yield dire.rompue("creation_renvoyee", observe=creations[-1].type_fichier, connue=connue)
            return


def _action_de_la_commande(pas: PasJoue, dire: Dire) -> Constats:
    """EMB-18: of several operations that take one element, the action names the one that the document is
    for: what writes an event has one, of the nature of the command."""
    voulue = pas.prevue.operations[0]
    for vue in pas.observations if pas.envoi is None else ():
        operations = vue.contrat.operations
        if vue.prevue is None or vue.devinee or vue.prevue.entree.qname != operations[voulue].entree.qname:
            continue
        natures = [e.texte_de("natureModification") for e in reponses_lues.tous(vue.document, "evenement")]
        ecrit = vue.operation in NATURES
        if bool(natures) != ecrit or (voulue in NATURES and NATURES[voulue] in natures):
            attendue = voulue if natures or voulue not in NATURES else "listerEvenementsDemande"
            la = replace(dire, echange=vue.identifiant)
            yield la.rompue("action_autre", operations[attendue].soap_action, vue.prevue.soap_action)


# --- what comes with an answer -----------------------------------------------------------------------------


def _attestation(pas: PasJoue, dire: Dire, rendu: Observation) -> Constats:
    """VIE-11: the attestation kept is the one received."""
    recue = rendu.reponse.octets("attestation")
    dite = pas.reponse.get("attestation_sha256")
    if dite is None or not recue:
        return  # the protocol lets an application say nothing of it: nothing is proved
    vraie, dite = hashlib.sha256(recue).hexdigest(), str(dite).lower()
    voisines = [vue.reponse.octets("attestation") for vue in pas.voisines]
    if dite in [hashlib.sha256(octets).hexdigest() for octets in voisines]:
        yield dire.sous(MELEES).rompue("attestation_d_une_voisine", vraie, dite)
        return
    # The line end before a boundary is the boundary's: zeep takes them all off a part, the PDF's own too.
    sorte = "attestation_alteree" if dite else "attestation_perdue"
    sienne = dite in (vraie, hashlib.sha256(recue.strip(b"\r\n")).hexdigest())
    yield dire.si(sienne, sorte, vraie, dite or "aucune")


def _menees_a_la_fois(pas: PasJoue, dire: Dire) -> Constats:
    """VIE-33: demandes that are registered at once have each their reference, and their number."""
    vue = pas.connu.menees.get(pas.reference)
    if vue is None or vue is not pas.lu or vue.demande is None:
        return
    interne = vue.demande.ref_interne
    if interne and interne in [
        v.demande.ref_interne for v in pas.voisines if v.demande is not None and v.guichet == vue.guichet
    ]:
        yield dire.rompue("reference_d_une_voisine", observe=interne)
    elif pas.reponse.get("numero_unique") == vue.numero_rendu:
        yield dire.tenue()


def _certificat_du_guichet(pas: PasJoue, dire: Dire, envoi: Observation) -> Constats:
    """NOM-04: what is asked for a guichet goes under its certificate, whatever is led beside it."""
    voulu = pas.message.get("guichet", envoi.guichet)
    autres = [v for v in pas.de(*pas.prevue.operations) if v.echange.certificat and v.guichet != voulu]
    if autres:
        dire = replace(dire, echange=autres[0].identifiant)
        yield dire.rompue("guichet_du_certificat", voulu, autres[0].guichet)


def _numeros(vues: Sequence[Observation]) -> list[str | None]:
    return [vue.numero_rendu or vue.numero for vue in vues]


def _anomalies(pas: PasJoue, dire: Dire, lu: Observation) -> Constats:
    """CTR-11: every anomaly is told, as it came, in whatever order."""
    if lu.echange.verdict is not VerdictEchange.ANOMALIES:
        return
    recues = [_serre(a) for a in reponses_lues.anomalies(lu)]
    if not recues:
        return
    codes = [code for code, _, _ in recues]
    if pas.fait and lu.operation not in ("getDemandeLogement", "getDoublons"):
        if not pas.retrouve:
            yield dire.rompue("refus_pris_pour_succes", codes, "fait")
        return
    dites = [
        _serre([str(a.get(nom) or "") for nom in ("code", "propriete", "message")])
        for a in pas.reponse.get("anomalies") or ()
    ]
    if sorted(dites) == sorted(recues):
        yield dire.tenue()
    elif sorted(code for code, _, _ in dites) == sorted(codes):
        fausses = next((r, d) for r, d in zip(sorted(recues), sorted(dites), strict=True) if r != d)
        yield dire.rompue("anomalie_alteree", fausses[0], fausses[1])
    else:
        sorte = "anomalies_perdues" if len(dites) < len(recues) else "anomalies_changees"
        yield dire.rompue(sorte, codes, [code or "(sans code)" for code, _, _ in dites])


def _serre(anomalie: Sequence[str]) -> tuple[str, ...]:
    return tuple(" ".join(texte.split()) for texte in anomalie)


def _faute(pas: PasJoue, dire: Dire) -> Constats:
    """CTR-10: a fault is told as an error, with the sentence of any fault of the step. One met on the way to
    what was asked (looking for duplicates, reading the demande again) is no fault of the application."""
    fautes = [(o, f) for o in pas.observations if (f := fault_de(o)) is not None]
    if not fautes:
        return
    derniere, phrase_du_sne = fautes[-1]
    dit = pas.parole
    if pas.fait:
        if derniere is (pas.envoi or pas.dernier) and not pas.retrouve:
            yield dire.rompue("faute_prise_pour_succes", phrase_du_sne, "fait")
    elif any(" ".join(phrase.split()) in " ".join(dit.split()) for _, phrase in fautes):
        yield dire.tenue()
    elif derniere is pas.dernier:
        yield dire.rompue("message_de_faute_perdu", phrase_du_sne, dit)


# --- doublons, feeds, lists ------------------------------------------------------------------------------


def _doublons(pas: PasJoue, dire: Dire) -> Constats:
    """VIE-10: all of them are told, and nothing is forced that the user did not decide."""
    recherche = not pas.prevue.enregistre
    force = None if recherche else _doublon_force(pas, dire)
    if force is not None:
        yield force
        return
    if pas.lu is None or pas.statut in (Statut.ERREUR, Statut.NON_GERE):
        return
    recus = reponses_lues.doublons(pas.lu)
    if not recus and not recherche:
        return
    dits = pas.reponse.get("doublons")
    if dits is None:  # they may be told by the anomaly's own message, which has their numbers
        messages = " ".join(str(a.get("message") or "") for a in pas.reponse.get("anomalies") or ())
        dits = [numero for numero in recus if numero in messages]
    yield from _tous("doublon", recus, dits, dire)


def _doublon_force(pas: PasJoue, dire: Dire) -> Constat | None:
    """Returns the finding on a `forcerDoublon` that is wrong in what was sent, or not sent at all; None when
    it is right."""
    confirme = bool(pas.message.get("forcer_doublon"))
    if pas.envoi is not None and pas.formulaire is not None:
        force = pas.formulaire.booleen_de("forcerDoublon")
        if force and not confirme:
            return dire.rompue("doublon_force", observe="true")
        if confirme and not force and not pas.envoi.acceptee:
            return dire.rompue("doublon_non_force", observe="absent", commande=pas.commande)
    if confirme and pas.commande == "corriger" and pas.statut in _REFUS and not pas.observations:
        return dire.rompue("doublon_non_force", observe="aucun envoi", commande=pas.commande)
    return None


def _tous(quoi: str, attendus: Sequence[str], dits: Sequence[Any], dire: Dire) -> Constats:
    """Compares lists without order: what is missing, else what was invented, breaks. Twice the same element,
    the rest being right, is neither a proof nor a fault."""
    manquants = [n for n in attendus if n not in dits]
    en_trop = [n for n in dits if n not in attendus]
    if manquants:
        phrase = f"La liste rendue n'est pas entière : il en manque {len(manquants)} sur {len(attendus)}."
        yield dire.rompue(f"{quoi}_perdu", attendus, dits, phrase=phrase)
    elif en_trop:
        phrase = "La liste rendue contient ce que le SNE n'a pas répondu."
        yield dire.rompue(f"{quoi}_invente", attendus, dits, phrase=phrase)
    elif attendus and Counter(dits) <= Counter(attendus):
        yield dire.tenue()


def _recherche(pas: PasJoue, dire: Dire, envoi: Observation) -> Constats:
    """VIE-23: the criteria entered are sent, the results told."""
    recus = None if envoi.document is None else envoi.document.enfant("operation/demandeMulticritere")
    if pas.attendu is not None and recus is not None:
        yield from juges_fidelite.comparer(pas.attendu, recus, exigence=dire.exigence, echange=dire.echange)
    if pas.rendu is not None:
        yield from _tous(
            "resultat", reponses_lues.resultats(pas.rendu), pas.reponse.get("resultats") or (), dire
        )


def _types_d_evenements(pas: PasJoue, dire: Dire, rendu: Observation) -> Constats:
    """VIE-26: the list of event types. An application may read both at once: the one asked for counts."""
    operation = f"listerTypesEvenements{str(pas.message['portee']).capitalize()}"
    lue = next((o for o in reversed(pas.de(operation)) if o.lisible and o.acceptee), None)
    if lue is None:
        yield dire.rompue("autre_portee", operation, rendu.operation)
    else:
        yield from _tous("type", reponses_lues.types(lue), pas.reponse.get("types") or (), dire)


def _evenements(pas: PasJoue, dire: Dire, rendu: Observation) -> Constats:
    """VIE-26: the events of a demande."""
    dits = [f"{e['id']} {e['code']}" for e in pas.reponse.get("evenements") or ()]
    yield from _tous("evenement", [" ".join(e) for e in reponses_lues.evenements(rendu)], dits, dire)


def _releve(pas: PasJoue, dire: Dire) -> Constats:
    """VIE-29, VIE-15: a feed loses nothing, and tells nothing twice. Of what others did, a reading that is
    filtered tells a part."""
    if not pas.fait:
        return
    deja = pas.connu.releves.setdefault(pas.commande, set())
    dits = list(pas.reponse.get("numeros") or ())
    recus = list(pas.connu.recus.get(pas.prevue.operations[0], ()))
    nouveaux = [n for n in dict.fromkeys(recus) if n not in deja]
    if any(n in deja or dits.count(n) > 1 for n in dits):
        yield dire.sous("VIE-15").rompue("deja_relevee", nouveaux, dits)
    elif deja & set(recus):
        yield dire.sous("VIE-15").tenue()
    yield from _tous("releve", nouveaux, [n for n in dict.fromkeys(dits) if n not in deja], dire)
    deja.update(recus)
    oublies = sorted(pas.connu.a_relever.get(pas.commande, set()) - deja)
    if oublies and not filtres_de(pas):
        yield dire.rompue("demande_non_relevee", oublies, dits)


def _evenement_ajoute(pas: PasJoue, dire: Dire, rendu: Observation) -> Constats:
    """VIE-26: the event's id, without which it can be neither changed nor deleted."""
    ajouts = [vue for vue in pas.de(*pas.prevue.operations) if vue.acceptee]  # one too many is VIE-32
    donnes = [donne for vue in ajouts for donne, _ in reponses_lues.evenements(vue) if donne]
    dit = str(pas.reponse.get("id_evenement") or "")
    if donnes and dit not in donnes:
        yield dire.rompue("identifiant_altere", donnes, dit)


def _evenement_d_autrui(pas: PasJoue, dire: Dire) -> Constats:
    """VIE-17: an application refuses to change the event of another guichet, and sends nothing (convention).
    An error proves nothing, it may come of anything: only a refusal holds the requirement."""
    if pas.decline and Statut.FAIT not in pas.attendus and pas.statut in _REFUS:
        yield dire.tenue()


def _dispatching(pas: PasJoue, dire: Dire) -> Constats:
    """VIE-25: every document is integrated, with every change that the SNE marked."""
    if not pas.fait:
        return
    attendus = sorted(reponses_lues.modifies(contenu) for _, contenu in pas.fichiers)
    dits = sorted(
        (str(i["numero_unique"]), [_nu(c) for c in i.get("modifies") or ()])
        for i in pas.reponse.get("integres") or ()
    )
    numeros, rendus = [numero for numero, _ in attendus], [numero for numero, _ in dits]
    if numeros != rendus:
        yield dire.rompue("document_perdu", numeros, rendus)
        return
    for (numero, marques), (_, lues) in zip(attendus, dits, strict=True):
        if sorted(set(marques)) != sorted(set(lues)):
            yield dire.rompue("changement_perdu", marques, lues, numero=numero)
            return
    if attendus:
        yield dire.tenue()


def _nu(chemin: str) -> str:
    """A path of names, without prefixes nor indices."""
    return "/".join(pas.rpartition(":")[2] for pas in sans_indices(str(chemin)).strip("/").split("/"))


# --- what nothing else explains ----------------------------------------------------------------------------


def _issue(pas: PasJoue, dire: Dire) -> Constats:
    """How the command ended: nothing was sent that does it, a right answer was not read (EMB-10), or any
    other end than was expected."""
    if pas.faux or pas.empeche or pas.decline:
        return
    if pas.fait and pas.prevue.operations and pas.envoi is None:
        if not pas.retrouve:
            envoyees = list(dict.fromkeys(o.operation for o in pas.observations if o.operation))
            attendues = " ou ".join(pas.prevue.operations)
            yield dire.rompue("rien_envoye", attendues, envoyees or "aucun", commande=pas.commande)
    elif pas.statut is Statut.ERREUR and _non_lue(pas):
        yield dire.sous(NON_LUE).rompue("reponse_non_lue", observe=pas.parole or "erreur")
    elif pas.statut not in pas.attendus and not (pas.statut in _REFUS and Statut.ERREUR in pas.attendus):
        codes = ", ".join(str(a.get("code")) for a in pas.reponse.get("anomalies") or ())
        dits = (pas.statut.value, codes, pas.parole)
        attendus = [attendu.value for attendu in pas.attendus]
        yield dire.rompue("issue_inattendue", attendus, " : ".join(filter(None, dits)), commande=pas.commande)


def _non_lue(pas: PasJoue) -> bool:
    """True when the application tells as an error a message that the SNE accepted, for the command or last on
    the way to it."""
    lue, dernier = (pas.lu if pas.envoi is not None else pas.dernier), pas.dernier
    if lue is None or dernier is None or not lue.acceptee or pas.pannes:
        return False
    # The error is that of a message of another kind, sent next: the radiation after a decision.
    return dernier.acceptee or dernier.operation == lue.operation


# --- the table -------------------------------------------------------------------------------------------


#: Judges of what an earlier step made ready (a panne, a server to refuse), and of what kept the command from
#: being done; with all that they may speak of.
SELON_LE_DECOR: Final = (
    (juger_panne, (*dict.fromkeys(exigence for exigence, _ in PANNES.values()), APRES)),
    (_requete_inachevee, ("EMB-01",)),
    (_faux_serveur, tuple(faux.exigence for faux in FAUX_SERVEURS.values())),
)
#: Those of the command: of two findings of one kind the first is told.
JUGES: Final = (
    JugeDePas(_numero_rendu, attrgetter("enregistre"), "VIE-21"),
    JugeDePas(_menees_a_la_fois, de("enregistrer"), MELEES),
    JugeDePas(_certificat_du_guichet, attrgetter("operations"), "NOM-04"),
    JugeDePas(_depot_asynchrone, attrgetter("operations"), "VIE-19"),
    JugeDePas(_numero_porte, attrgetter("sur_numero")),
    JugeDePas(juges_saisies.origine, de("separer")),
    JugeDePas(_correction, de("corriger"), "VIE-20"),
    JugeDePas(_action_de_la_commande, attrgetter("operations"), "EMB-18"),
    JugeDePas(_creation_doublee, attrgetter("enregistre"), "VIE-02"),
    JugeDePas(_attestation, attrgetter("atteste"), "VIE-11"),
    JugeDePas(_anomalies, attrgetter("operations"), "CTR-11"),
    JugeDePas(_faute, attrgetter("exigence"), "CTR-10"),
    JugeDePas(_doublons, lambda c: c.enregistre or "getDoublons" in c.operations, "VIE-10"),
    JugeDePas(_recherche, de("rechercher")),
    JugeDePas(_types_d_evenements, de("lister_types_evenements")),
    JugeDePas(_evenements, de("lister_evenements")),
    JugeDePas(_releve, attrgetter("releve"), "VIE-29 VIE-15"),
    JugeDePas(_dispatching, de("integrer_dispatching")),
    *juges_saisies.JUGES,
    JugeDePas(_evenement_ajoute, de("ajouter_evenement"), "VIE-26"),
    JugeDePas(_evenement_d_autrui, attrgetter("sur_evenement")),
    *juges_saisies.DES_MESSAGES,
)
#: The judge of what none of them explains; it may also say that an answer was not read.
ISSUE: Final = JugeDePas(_issue, attrgetter("exigence"))
NON_LUE: Final = "EMB-10"
