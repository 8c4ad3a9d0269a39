"""What was entered against what arrived, and what was read against what is told."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from sne_sandbox.conformance import fidelite, lectures
from sne_sandbox.conformance.constats import cassee, echange_de, tenue
from sne_sandbox.conformance.formulaire import de_json
from sne_sandbox.conformance.pas import PasJoue
from sne_sandbox.conformance.protocole import Statut
from sne_sandbox.domain.element import Element
from sne_sandbox.reports.model import Constat

_FORMULAIRES: Final = frozenset({"enregistrer", "corriger", "separer", "modifier", "renouveler"})
_CHANGEMENTS: Final = frozenset({"modifier", "renouveler"})
#: What a form that changes a demande owes to another requirement than what is entered.
_REGLES: Final = {"dateCreationDemande": "VIE-04"}


def juger_saisie(pas: PasJoue) -> Iterator[Constat]:
    """What a step sent against what was entered: nothing to say of a step that sends no document."""
    if pas.attendu is None or pas.envoi is None or pas.envoi.document is None:
        return
    document, echange = pas.envoi.document, pas.envoi.echange.identifiant
    corps = lectures.formulaire(document)
    if pas.commande in _FORMULAIRES:
        if corps is not None:
            regles = _REGLES if pas.commande in _CHANGEMENTS else {}
            for constat in fidelite.comparer(pas.attendu, corps, echange=echange, regles=regles):
                yield _dire_la_date(constat)
    elif pas.commande in ("ajouter_evenement", "modifier_evenement", "decider"):
        ecrit = next(lectures.tous(document, "evenement"), None)
        if ecrit is not None:
            yield from _comparer_evenement(pas, ecrit)
        yield from _radiation_de_la_decision(pas)
    elif pas.commande == "declarer_dalo":
        yield from _entier("VIE-22", document.enfant("demande/informationDalo"), pas)
    elif pas.commande == "radier":
        yield from _entier("FID-14", None if corps is None else corps.enfant("radiation"), pas)


def _radiation_de_la_decision(pas: PasJoue) -> Iterator[Constat]:
    """What a lease that is signed brings along; a radiation that is not sent is VIE-18's to tell."""
    if pas.commande != "decider" or not pas.message.get("radiation"):
        return
    saisie = de_json("radiation", pas.message["radiation"])
    for envoi in reversed(pas.de("getNumUnique")):
        corps = None if envoi.document is None else lectures.formulaire(envoi.document)
        recue = None if corps is None else corps.enfant("radiation")
        if envoi.type_fichier == "RAD" and recue is not None:
            yield from fidelite.comparer(saisie, recue, exigence="FID-14", echange=envoi.echange.identifiant)
            return


def _dire_la_date(constat: Constat) -> Constat:
    """A date of creation that changed, in the words that the judge of traffic has for it."""
    if constat.tenue or constat.exigence != "VIE-04" or not constat.observe:
        return constat
    phrase = "La date de création de la demande est changée."
    return replace(constat, phrase=phrase, sorte="date_de_creation_changee")


def _comparer_evenement(pas: PasJoue, ecrit: Element) -> Iterator[Constat]:
    assert pas.attendu is not None
    propres = tuple(e for e in ecrit.enfants if e.nom not in _ENTETE_EVENEMENT)
    voulus = tuple(e for e in pas.attendu.enfants if e.nom not in _ENTETE_EVENEMENT)
    if pas.commande == "decider":  # its day of survenance and its comment are the application's to say
        propres = tuple(e for e in propres if e.nom not in ("dateSurvenance", "commentaire"))
        voulus = tuple(e for e in voulus if e.nom not in ("dateSurvenance", "commentaire"))
    yield from fidelite.comparer(
        _copie(pas.attendu, voulus), _copie(ecrit, propres), exigence="FID-14", echange=echange_de(pas)
    )


#: What the application, or the SNE, writes in an event beside what was entered.
_ENTETE_EVENEMENT: Final = frozenset(
    {"idEvenement", "natureModification", "auteurCreation", "dateCreation", "auteurModification",
     "dateModification", "libelleTypeEvenement", "reglementaire"}
)  # fmt: skip


def _copie(element: Element, enfants: Sequence[Element]) -> Element:
    copies = tuple(
        Element(e.nom, e.texte, e.attributs, tuple(_copie(f, f.enfants) for f in e.enfants)) for e in enfants
    )
    return Element(element.nom, element.texte, element.attributs, copies)


def _entier(exigence: str, recu: Element | None, pas: PasJoue) -> Iterator[Constat]:
    assert pas.attendu is not None
    if recu is not None:
        yield from fidelite.comparer(pas.attendu, recu, exigence=exigence, echange=echange_de(pas))
    else:
        phrase = f"« {pas.attendu.nom} » n'est pas transmis."
        yield cassee(exigence, "champ_absent", phrase, pas, chemin=pas.attendu.nom)


def juger_consultation(pas: PasJoue) -> Iterator[Constat]:
    """VIE-24: the demande read is told as it is."""
    if pas.commande != "consulter" or pas.lu is None or not pas.lu.acceptee or pas.statut is not Statut.FAIT:
        return
    gardee = lectures.formulaire(pas.lu.reponse_document)
    if gardee is None:
        return
    lectures_faites = pas.de("getDemandeLogement")
    if pas.message.get("complet") and not any(o.question.texte("complet") for o in lectures_faites):
        phrase = "La demande entière est demandée, et « complet » n'est pas transmis."
        yield cassee(
            "VIE-24", "complet_absent", phrase, pas, chemin="complet", attendu="true", observe="absent"
        )
        return
    try:
        rendue = de_json("demandeLogement", pas.reponse.get("demande"))
    except ValueError as erreur:
        yield cassee("VIE-24", "document_illisible", f"La demande rendue ne se lit pas : {erreur}.", pas)
        return
    yield from fidelite.comparer(gardee, rendue, exigence="VIE-24", echange=echange_de(pas), lue=True)


def juger_dispatching(pas: PasJoue) -> Iterator[Constat]:
    """VIE-25: every document, every mark."""
    if pas.commande != "integrer_dispatching" or pas.statut is not Statut.FAIT:
        return
    attendus = [lectures.modifies(contenu) for _, contenu in pas.fichiers]
    dits = [
        (str(i["numero_unique"]), [_nu(c) for c in i.get("modifies") or ()])
        for i in pas.reponse.get("integres") or ()
    ]
    if sorted(n for n, _ in attendus) != sorted(n for n, _ in dits):
        phrase = "Un document distribué n'est pas intégré, ou l'est sous un autre numéro."
        yield cassee(
            "VIE-25",
            "document_perdu",
            phrase,
            pas,
            attendu=[n for n, _ in attendus],
            observe=[n for n, _ in dits],
        )
        return
    for (numero, marques), (_, lues) in zip(sorted(attendus), sorted(dits), strict=True):
        if sorted(set(marques)) != sorted(set(lues)):
            phrase = f"Les changements signalés dans la demande {numero} ne sont pas tous intégrés."
            yield cassee("VIE-25", "changement_perdu", phrase, pas, attendu=marques, observe=lues)
            return
    if attendus:
        yield tenue("VIE-25", "Le dispatching est intégré entier.", pas)


def _nu(chemin: str) -> str:
    return "/".join(pas.rpartition(":")[2].partition("[")[0] for pas in str(chemin).strip("/").split("/"))
