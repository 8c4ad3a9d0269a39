"""What the message of a command is: its kind, the day of its renewal, the demande that it comes from, and
whether it has a place."""

from collections.abc import Iterator, Mapping
from typing import Final

from sne_sandbox.conformance import lectures
from sne_sandbox.conformance.constats import cassee
from sne_sandbox.conformance.pas import EXIGENCE_DE, PasJoue
from sne_sandbox.conformance.protocole import Statut
from sne_sandbox.domain.element import lire_date
from sne_sandbox.reports.model import Constat

#: The kinds of message by which a command may be done. What is sent beside it (a MOD before the REN, with
#: up-to-date data) is the application's to choose. A renewal reactivates too.
_GENRES: Final[Mapping[str, tuple[str, ...]]] = {
    "enregistrer": ("CRE", "CRS"),
    "corriger": ("CRE", "CRS"),
    "modifier": ("MOD",),
    "renouveler": ("REN",),
    "radier": ("RAD",),
    "reactiver": ("RAD", "REN"),
    "supprimer": ("SUP",),
    "piece": ("COP",),
}


def juger_genre(pas: PasJoue) -> Iterator[Constat]:
    """The requirement of the command, broken when none of its messages is of the kind that does it."""
    genres = _GENRES.get(pas.commande)
    envoyes = [o.type_fichier for o in pas.de("getNumUnique") if o.document is not None]
    if genres is None or not envoyes or not set(genres).isdisjoint(envoyes):
        return
    phrase = f"« {pas.commande} » est envoyé comme un message {envoyes[-1] or 'sans type'}."
    exigence = EXIGENCE_DE[pas.commande]
    yield cassee(exigence, "type_errone", phrase, pas, attendu=" ou ".join(genres), observe=envoyes[-1])


def juger_renouvellement(pas: PasJoue) -> Iterator[Constat]:
    """VIE-05: the day is the one entered. A message without any is told by the judge of traffic."""
    if pas.commande != "renouveler":
        return
    saisie = str(pas.message.get("date_renouvellement") or "")
    for envoi in reversed(pas.de("getNumUnique")):
        corps = lectures.formulaire(envoi.document)
        ecrite = "" if corps is None else corps.texte_de("renouvellement/dateRenouvellement") or ""
        if envoi.type_fichier == "REN" and ecrite:
            if lire_date(ecrite) != lire_date(saisie):
                phrase = "Le renouvellement ne porte pas la date saisie."
                yield cassee(
                    "VIE-05", "date_de_renouvellement_erronee", phrase, pas, attendu=saisie, observe=ecrite
                )
            return


def juger_associee(pas: PasJoue) -> Iterator[Constat]:
    """FID-13: no message claims another demande for its origin than the one that it was separated from, which
    is noted here."""
    if pas.commande == "separer":
        pas.connu.origines[pas.reference] = pas.connu.numeros.get(pas.message["reference_origine"], "")
        return
    origine = pas.connu.origines.get(pas.reference)
    for envoi in pas.de("getNumUnique"):
        corps = lectures.formulaire(envoi.document)
        cite = None if corps is None else corps.texte_de("numUniqueAssocie")
        if cite and cite != origine:
            phrase = "« numUniqueAssocie » désigne une demande dont celle-ci n'est pas issue."
            yield cassee(
                "FID-13", "origine_inventee", phrase, pas, attendu=origine or "élément absent", observe=cite
            )
            return


def juger_radiation(pas: PasJoue) -> Iterator[Constat]:
    """FID-13: what registers or changes a demande does not radiate it. A renewal may tell what it ends."""
    if pas.commande not in ("enregistrer", "corriger", "separer", "modifier"):
        return
    for envoi in pas.de("getNumUnique"):
        corps = lectures.formulaire(envoi.document)
        radiation = None if corps is None else corps.enfant("radiation")
        if radiation is not None and not radiation.vide:
            phrase = "Une radiation est transmise alors que personne ne l'a saisie."
            observe = radiation.code_de("motifRadiation") or radiation.texte_de("dateRadiation")
            yield cassee(
                "FID-13", "radiation_inventee", phrase, pas, attendu="élément absent", observe=observe
            )
            return


def juger_creation(pas: PasJoue) -> Iterator[Constat]:
    """VIE-02: what was told registered is not created once more, should the user ask again. The traffic alone
    does not show it when the application found the demande after a lost answer."""
    if pas.commande != "enregistrer":
        return
    genres = [o.type_fichier for o in pas.de("getNumUnique")]
    if pas.reference in pas.connu.rendues and "CRE" in genres:
        phrase = "La création est renvoyée, alors que l'application a rendu le numéro de la demande."
        yield cassee("VIE-02", "creation_renvoyee", phrase, pas, attendu="rien", observe="CRE")
    if pas.statut is Statut.FAIT and pas.reponse.get("numero_unique") == pas.connu.numeros.get(pas.reference):
        pas.connu.rendues.add(pas.reference)


JUGES: Final = (juger_genre, juger_renouvellement, juger_associee, juger_radiation, juger_creation)
