"""What the application says of a command against what really passed: one function a subject, in a table.

Each looks at a `PasJoue` and yields findings, held or broken; nothing when the step shows nothing of its
subject. `juger_pas` runs them all, and says last what nothing else explains: nothing was sent, or the
command ended in a way it should not.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from sne_sandbox.conformance import fidelite, lectures
from sne_sandbox.conformance.constats import cassee, echange_de, tenue
from sne_sandbox.conformance.genres import JUGES as DES_GENRES
from sne_sandbox.conformance.pannes_lues import juger_panne
from sne_sandbox.conformance.pas import EXIGENCE_DE, OPERATIONS_DE, PasJoue, fault_de
from sne_sandbox.conformance.protocole import Statut
from sne_sandbox.conformance.saisies import juger_consultation, juger_dispatching, juger_saisie
from sne_sandbox.domain.echange import Piece, VerdictEchange
from sne_sandbox.operations.table import OPERATIONS
from sne_sandbox.reports.model import Constat

_SANS_CODE: Final = "(sans code)"
_ENREGISTREMENTS: Final = frozenset({"enregistrer", "corriger", "separer"})
_ATTESTES: Final = frozenset({*_ENREGISTREMENTS, "renouveler"})
_SUR_NUMERO: Final = frozenset(
    {
        "modifier", "renouveler", "radier", "reactiver", "supprimer", "piece", "consulter", "declarer_dalo",
        "lister_evenements", "ajouter_evenement", "modifier_evenement", "supprimer_evenement", "decider",
    }
)  # fmt: skip


def juger_pas(pas: PasJoue) -> list[Constat]:
    """All that a step shows."""
    constats = [constat for juge in JUGES for constat in juge(pas)]
    if all(constat.tenue for constat in constats):
        constats.extend(_issue(pas))
    return constats


# --- numbers ---------------------------------------------------------------------------------------------


def _numero_rendu(pas: PasJoue) -> Iterator[Constat]:
    """VIE-21: the number told is that of the answer, and there is one only when the demande was accepted."""
    if pas.commande not in _ENREGISTREMENTS or pas.faux:
        return
    vrai = pas.lu.numero_rendu if pas.lu is not None else None
    dit = pas.reponse.get("numero_unique")
    if pas.statut is Statut.FAIT and vrai:
        if dit == vrai:
            yield tenue("VIE-21", "Le numéro rendu est celui de la réponse.", pas)
        else:
            sorte = "numero_altere" if dit else "numero_non_rendu"
            phrase = "Le numéro unique rendu n'est pas celui de la réponse."
            yield cassee("VIE-21", sorte, phrase, pas, attendu=vrai, observe=dit)
    elif pas.statut is Statut.FAIT and not pas.pannes:
        if _retrouve(pas, dit):
            yield tenue("VIE-21", "Le numéro rendu est celui que le SNE tient.", pas)
            return
        if pas.envoi is None:
            phrase = "La demande est donnée pour enregistrée, et rien n'a été envoyé au SNE."
            observe = f"rien n'a été envoyé{f' ; numéro rendu : {dit}' if dit else ''}"
            yield cassee("VIE-21", "succes_invente", phrase, pas, attendu="un envoi au SNE", observe=observe)
            return
        phrase = "La demande est donnée pour enregistrée alors que le SNE ne l'a pas acceptée."
        observe = dit or "« fait », sans numéro"
        yield cassee(
            "VIE-21", "succes_invente", phrase, pas, attendu="« refuse » ou « erreur »", observe=observe
        )
    elif pas.statut is Statut.FAIT and dit and dit != pas.connu.numeros.get(pas.reference):
        phrase = "Le numéro unique rendu n'est pas celui que le SNE a délivré à cette demande."
        vrai = pas.connu.numeros.get(pas.reference)
        yield cassee("VIE-21", "numero_d_une_autre", phrase, pas, attendu=vrai or "aucun numéro", observe=dit)
    elif pas.statut is not Statut.FAIT and dit and not vrai:
        phrase = "Un numéro unique est rendu sans que la demande ait été acceptée."
        yield cassee("VIE-21", "numero_sans_acceptation", phrase, pas, attendu="aucun numéro", observe=dit)
    elif pas.statut is Statut.REFUSE and not dit:
        yield tenue("VIE-21", "Aucun numéro n'est rendu d'une demande refusée.", pas)


def _retrouve(pas: PasJoue, dit: Any) -> bool:
    """Whether the number told was found otherwise: the demande had been accepted, its answer was lost."""
    return pas.commande in _ENREGISTREMENTS and bool(dit) and dit == pas.connu.numeros.get(pas.reference)


def _numero_porte(pas: PasJoue) -> Iterator[Constat]:
    """The number sent is that of the demande."""
    if pas.commande not in _SUR_NUMERO or pas.envoi is None or pas.numero is None:
        return
    operation = OPERATIONS[pas.envoi.operation or ""]
    if pas.envoi.numero is None and pas.envoi.document is None and operation.champ is not None:
        return  # a document that did not come, or cannot be read
    exigence = EXIGENCE_DE[pas.commande]
    if pas.envoi.numero == pas.numero:
        yield tenue(exigence, "Le message porte le numéro unique de la demande.", pas)
    else:
        phrase = "Le message ne porte pas le numéro unique de la demande."
        sorte = "numero_errone" if pas.envoi.numero else "numero_absent"
        yield cassee(exigence, sorte, phrase, pas, attendu=pas.numero, observe=pas.envoi.numero)


def _origine(pas: PasJoue) -> Iterator[Constat]:
    """VIE-09: the demande that one leaves."""
    if pas.commande != "separer" or pas.envoi is None:
        return
    corps = lectures.formulaire(pas.envoi.document)
    attendu = pas.connu.numeros.get(pas.message["reference_origine"])
    cite = None if corps is None else corps.texte_de("numUniqueAssocie")
    if attendu is None or pas.envoi.type_fichier != "CRS":
        phrase = "La séparation n'est pas envoyée comme une création suite à séparation (CRS)."
        if attendu is not None:
            yield cassee("VIE-09", "type_errone", phrase, pas, attendu="CRS", observe=pas.envoi.type_fichier)
    elif cite == attendu:
        yield tenue("VIE-09", "La demande d'origine est citée.", pas)
    else:
        phrase = "La séparation ne cite pas la demande d'origine."
        sorte = "origine_absente" if not cite else "origine_erronee"
        yield cassee("VIE-09", sorte, phrase, pas, attendu=attendu, observe=cite)


def _correction(pas: PasJoue) -> Iterator[Constat]:
    """VIE-20: what was refused is sent again, corrected."""
    if pas.commande == "corriger" and pas.lu is not None and pas.lu.acceptee:
        yield tenue("VIE-20", "La demande corrigée est renvoyée.", pas)


# --- what comes with an answer -----------------------------------------------------------------------------


def _attestation(pas: PasJoue) -> Iterator[Constat]:
    """VIE-11: the attestation kept is the one received."""
    if pas.commande not in _ATTESTES or pas.lu is None or pas.statut is not Statut.FAIT:
        return
    recue = pas.lu.reponse.champs.get("attestation")
    dite = pas.reponse.get("attestation_sha256")
    if dite is None or not pas.lu.acceptee or not isinstance(recue, Piece) or not recue.contenu:
        return  # the protocol lets an application say nothing of it: nothing is proved
    vraie, dite = hashlib.sha256(recue.contenu).hexdigest(), str(dite).lower()
    # The line end before a boundary is the boundary's: zeep takes them all off a part, the PDF's own too.
    if dite in (vraie, hashlib.sha256(recue.contenu.strip(b"\r\n")).hexdigest()):
        yield tenue("VIE-11", "L'attestation est conservée telle quelle.", pas)
    else:
        sorte = "attestation_alteree" if dite else "attestation_perdue"
        phrase = "L'attestation conservée n'est pas celle qui a été reçue."
        yield cassee("VIE-11", sorte, phrase, pas, attendu=vraie, observe=dite or "aucune")


def _anomalies(pas: PasJoue) -> Iterator[Constat]:
    """CTR-11: every anomaly is told, as it came, in whatever order."""
    if pas.lu is None or pas.lu.echange.verdict is not VerdictEchange.ANOMALIES:
        return
    recues = [_serre(a) for a in lectures.anomalies(pas.lu)]
    if not recues:
        return
    if pas.statut is Statut.FAIT and pas.commande not in ("consulter", "chercher_doublons"):
        if _retrouve(pas, pas.reponse.get("numero_unique")):
            return
        phrase = "Un refus du SNE est donné pour un succès."
        yield cassee(
            "CTR-11", "refus_pris_pour_succes", phrase, pas, attendu=[c for c, _, _ in recues], observe="fait"
        )
        return
    dites = [
        _serre([str(a.get(nom) or "") for nom in ("code", "propriete", "message")])
        for a in pas.reponse.get("anomalies") or ()
    ]
    codes = [code for code, _, _ in recues]
    if sorted(dites) == sorted(recues):
        yield tenue("CTR-11", "Les anomalies sont toutes rendues.", pas)
    elif sorted(code for code, _, _ in dites) == sorted(codes):
        fausses = next((r, d) for r, d in zip(sorted(recues), sorted(dites), strict=True) if r != d)
        phrase = "Une anomalie n'est pas rendue telle que reçue."
        yield cassee("CTR-11", "anomalie_alteree", phrase, pas, attendu=fausses[0], observe=fausses[1])
    else:
        sorte = "anomalies_perdues" if len(dites) < len(recues) else "anomalies_changees"
        phrase = "Les anomalies ne sont pas toutes rendues."
        yield cassee(
            "CTR-11", sorte, phrase, pas, attendu=codes, observe=[code or _SANS_CODE for code, _, _ in dites]
        )


def _serre(anomalie: Sequence[str]) -> tuple[str, ...]:
    return tuple(" ".join(texte.split()) for texte in anomalie)


def _faute(pas: PasJoue) -> Iterator[Constat]:
    """CTR-10: a fault is an error, and its sentence is told. Of several, any; one met by the way (duplicates
    looked for first, a demande read after it was registered) spoils nothing."""
    fautes = [(o, f) for o in pas.observations if (f := fault_de(o)) is not None]
    if not fautes:
        return
    derniere, phrase_du_sne = fautes[-1]
    dit = str(pas.reponse.get("message") or "")
    if pas.statut is Statut.FAIT:
        if derniere is not (pas.envoi or pas.dernier) or _retrouve(pas, pas.reponse.get("numero_unique")):
            return
        phrase = "Une faute SOAP est donnée pour un succès."
        yield cassee("CTR-10", "faute_prise_pour_succes", phrase, pas, attendu=phrase_du_sne, observe="fait")
    elif any(" ".join(phrase.split()) in " ".join(dit.split()) for _, phrase in fautes):
        yield tenue("CTR-10", "Le message de la faute est rendu.", pas)
    elif derniere is pas.dernier:
        phrase = "Le message de la faute SOAP n'est pas rendu."
        yield cassee("CTR-10", "message_de_faute_perdu", phrase, pas, attendu=phrase_du_sne, observe=dit)


# --- doublons, feeds, lists ------------------------------------------------------------------------------


def _doublons(pas: PasJoue) -> Iterator[Constat]:
    """VIE-10: all of them are told, and nothing is forced that the user did not decide."""
    if pas.commande in _ENREGISTREMENTS and pas.envoi is not None:
        corps = lectures.formulaire(pas.envoi.document)
        force = corps is not None and corps.booleen_de("forcerDoublon")
        if force and not pas.message.get("forcer_doublon"):
            phrase = "L'enregistrement est forcé sans que l'utilisateur l'ait décidé."
            yield cassee(
                "VIE-10", "doublon_force", phrase, pas, attendu="forcerDoublon absent", observe="true"
            )
            return
        if corps is not None and not force and pas.message.get("forcer_doublon") and not pas.envoi.acceptee:
            phrase = (
                f"« {pas.commande} » dit forcer_doublon (l'utilisateur confirme malgré les doublons), et le "
                "message au SNE ne porte pas forcerDoublon."
            )
            yield cassee(
                "VIE-10", "doublon_non_force", phrase, pas, attendu="forcerDoublon : true", observe="absent"
            )
            return
    confirme = pas.commande == "corriger" and pas.message.get("forcer_doublon")
    if confirme and pas.statut is Statut.REFUSE and not pas.observations:
        phrase = "L'utilisateur confirme malgré les doublons, et rien n'est envoyé au SNE."
        yield cassee("VIE-10", "doublon_non_force", phrase, pas, attendu="un envoi au SNE", observe="aucun")
        return
    if pas.lu is None or pas.commande not in (*_ENREGISTREMENTS, "chercher_doublons"):
        return
    recus = lectures.doublons(pas.lu)
    if not recus and pas.commande != "chercher_doublons":
        return
    if pas.statut in (Statut.ERREUR, Statut.NON_GERE):
        return
    dits = pas.reponse.get("doublons")
    if dits is None:  # they may be told by the anomaly's own message, which has their numbers
        messages = " ".join(str(a.get("message") or "") for a in pas.reponse.get("anomalies") or ())
        dits = [numero for numero in recus if numero in messages]
    yield from _tous("VIE-10", "doublon", recus, dits, pas)


def _tous(
    exigence: str, quoi: str, attendus: Sequence[str], dits: Sequence[Any], pas: PasJoue
) -> Iterator[Constat]:
    """Lists without order: what is missing, what was invented. One told twice is no proof, nor a fault."""
    manquants = [n for n in attendus if n not in dits]
    en_trop = [n for n in dits if n not in attendus]
    if manquants:
        phrase = f"La liste rendue n'est pas entière : il en manque {len(manquants)} sur {len(attendus)}."
        yield cassee(exigence, f"{quoi}_perdu", phrase, pas, attendu=attendus, observe=dits)
    elif en_trop:
        phrase = "La liste rendue contient ce que le SNE n'a pas répondu."
        yield cassee(exigence, f"{quoi}_invente", phrase, pas, attendu=attendus, observe=dits)
    elif attendus and Counter(dits) <= Counter(attendus):
        yield tenue(exigence, "La liste rendue est entière.", pas)


def _recherche(pas: PasJoue) -> Iterator[Constat]:
    """VIE-23: the criteria entered are sent, the results told."""
    if pas.commande != "rechercher" or pas.envoi is None:
        return
    document = pas.envoi.document
    recus = None if document is None else document.enfant("operation/demandeMulticritere")
    if pas.attendu is not None and recus is not None:
        yield from fidelite.comparer(pas.attendu, recus, exigence="VIE-23", echange=echange_de(pas))
    if pas.lu is not None and pas.lu.acceptee and pas.statut is Statut.FAIT:
        yield from _tous(
            "VIE-23", "resultat", lectures.resultats(pas.lu), pas.reponse.get("resultats") or (), pas
        )


def _listes(pas: PasJoue) -> Iterator[Constat]:
    """VIE-26: event types and events."""
    if pas.lu is None or not pas.lu.acceptee or pas.statut is not Statut.FAIT:
        return
    if pas.commande == "lister_types_evenements":
        # An application may read both lists at once: the one asked for counts.
        operation = f"listerTypesEvenements{str(pas.message['portee']).capitalize()}"
        lue = next((o for o in reversed(pas.de(operation)) if o.lisible and o.acceptee), None)
        if lue is None:
            phrase = "Les types lus ne sont pas de la portée demandée."
            observe = pas.lu.operation
            yield cassee("VIE-26", "autre_portee", phrase, pas, attendu=operation, observe=observe)
            return
        yield from _tous("VIE-26", "type", lectures.types(lue), pas.reponse.get("types") or (), pas)
    elif pas.commande == "lister_evenements":
        dits = [f"{e['id']} {e['code']}" for e in pas.reponse.get("evenements") or ()]
        recus = [" ".join(e) for e in lectures.evenements(pas.lu)]
        yield from _tous("VIE-26", "evenement", recus, dits, pas)


def _releve(pas: PasJoue) -> Iterator[Constat]:
    """VIE-14, VIE-15: a feed loses nothing, and tells nothing twice."""
    if pas.commande not in ("relever_radiations", "relever_dalos") or pas.statut is not Statut.FAIT:
        return
    deja = pas.connu.releves.setdefault(pas.commande, set())
    dits = list(pas.reponse.get("numeros") or ())
    recus = list(pas.connu.recus.get(OPERATIONS_DE[pas.commande][0], ()))
    nouveaux = [n for n in dict.fromkeys(recus) if n not in deja]
    repetes = [n for n in dits if n in deja or dits.count(n) > 1]
    if repetes:
        phrase = "Une demande déjà relevée est donnée pour nouvelle."
        yield cassee("VIE-15", "deja_relevee", phrase, pas, attendu=nouveaux, observe=dits)
    elif deja & set(recus):
        yield tenue("VIE-15", "Les demandes déjà relevées sont écartées.", pas)
    if not repetes:
        yield from _tous("VIE-14", "releve", nouveaux, dits, pas)
    deja.update(recus)
    oublies = sorted(pas.connu.a_relever.get(pas.commande, set()) - deja)
    if oublies:
        phrase = "Une demande enregistrée depuis le dernier relevé n'est pas relevée."
        yield cassee("VIE-14", "demande_non_relevee", phrase, pas, attendu=oublies, observe=dits)


def _evenement_ajoute(pas: PasJoue) -> Iterator[Constat]:
    """The event's id, without which it can be neither changed nor deleted."""
    if pas.commande != "ajouter_evenement" or pas.lu is None or not pas.lu.acceptee:
        return
    donnes = [identifiant for identifiant, _ in lectures.evenements(pas.lu) if identifiant]
    dit = str(pas.reponse.get("id_evenement") or "")
    if pas.statut is Statut.FAIT and donnes and dit not in donnes:
        phrase = "L'identifiant rendu de l'événement n'est pas celui de la réponse."
        yield cassee("VIE-26", "identifiant_altere", phrase, pas, attendu=donnes, observe=dit)


def _evenement_d_autrui(pas: PasJoue) -> Iterator[Constat]:
    """VIE-17: what another guichet wrote is not even sent (convention). An error may be of anything: only an
    application that refuses has shown that it knows."""
    change = pas.commande in ("modifier_evenement", "supprimer_evenement")
    if change and Statut.FAIT not in pas.attendus and pas.envoi is None and pas.statut is Statut.REFUSE:
        yield tenue("VIE-17", "L'événement d'un autre guichet n'est pas touché.", pas)


def _faux_serveur(pas: PasJoue) -> Iterator[Constat]:
    """EMB-12, EMB-16: nothing is told to a server whose certificate is wrong."""
    faux = pas.faux
    if faux is None:
        return
    if any(o.lisible and o.soap for o in pas.observations) or pas.statut is Statut.FAIT:
        yield cassee(faux.exigence, faux.sorte, faux.accepte, pas, attendu="erreur", observe=pas.statut.value)
    else:
        yield tenue(faux.exigence, f"Le certificat {faux.certificat} est refusé.", pas)


JUGES: Final[tuple[Callable[[PasJoue], Iterator[Constat]], ...]] = (
    juger_panne, _faux_serveur, _numero_rendu, _numero_porte, _origine, _correction, _attestation,
    _anomalies, _faute, _doublons, _recherche, _listes, _releve, juger_dispatching, juger_saisie,
    juger_consultation, _evenement_ajoute, _evenement_d_autrui, *DES_GENRES,
)  # fmt: skip


# --- what nothing else explains ----------------------------------------------------------------------------


def _non_lue(pas: PasJoue) -> bool:
    """Whether what the SNE did, for the command or last on the way to it, is told as an error."""
    lue = pas.lu if pas.envoi is not None else pas.dernier
    return lue is not None and lue.acceptee and not pas.pannes


def _issue(pas: PasJoue) -> Iterator[Constat]:
    exigence = EXIGENCE_DE.get(pas.commande)
    if exigence is None or pas.faux or pas.empeche:
        return
    attendus = [a.value for a in pas.attendus]
    if pas.statut is Statut.FAIT and pas.commande in OPERATIONS_DE and pas.envoi is None:
        if _retrouve(pas, pas.reponse.get("numero_unique")):
            return  # it had found it already
        envoyees = list(dict.fromkeys(o.operation for o in pas.observations if o.operation))
        phrase = f"« {pas.commande} » est donné pour fait, et rien n'a été envoyé au SNE"
        phrase += " qui le fasse." if envoyees else "."
        attendu = " ou ".join(OPERATIONS_DE[pas.commande])
        yield cassee(exigence, "rien_envoye", phrase, pas, attendu=attendu, observe=envoyees or "aucun")
    elif pas.statut is Statut.ERREUR and _non_lue(pas):
        phrase = "Une réponse juste du SNE n'est pas lue."
        dit = pas.reponse.get("message") or "erreur"
        yield cassee("EMB-10", "reponse_non_lue", phrase, pas, attendu="la réponse, lue", observe=dit)
    elif pas.statut not in pas.attendus and not (
        pas.statut is Statut.REFUSE and Statut.ERREUR in pas.attendus
    ):
        dit = str(pas.reponse.get("message") or "")
        codes = ", ".join(str(a.get("code")) for a in pas.reponse.get("anomalies") or ())
        phrase = f"« {pas.commande} » ne s'est pas terminé comme prévu."
        observe = " : ".join(m for m in (pas.statut.value, codes, dit) if m)
        yield cassee(exigence, "issue_inattendue", phrase, pas, attendu=attendus, observe=observe)
