"""How an exchange ended, as its caller lived it: an answer that was lost on purpose is not « accepté ».

One sentence for the page of an exchange and for its line of the journal, made of the line alone: no message
is opened for it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from sne_interface.domain.anomalie import Gravite
from sne_interface.domain.echange import (
    EFFACE,
    FICHIER,
    HORLOGE,
    NUIT,
    NUIT_ANNULEE,
    REMISE,
    SCENE,
    TLS,
    Echange,
    VerdictEchange,
)
from sne_interface.domain.nir import masquer_nirs
from sne_interface.domain.panne import GENRES
from sne_interface.domain.texte import accorde
from sne_interface.errors import ERREUR_INATTENDUE
from sne_sandbox.operations.table_des_operations import OPERATIONS

#: What one feels of it: « bon » (done, answered), « refus » (told no), « panne » (answered otherwise than was
#: meant, or not at all), « fait » (a line that nobody asked for), « erreur » (ours).
Ton = Literal["bon", "refus", "panne", "fait", "erreur"]


@dataclass(frozen=True, slots=True)
class Vecu:
    """The outcome as the caller lived it: two or three words, a sentence or two, NIR masked, and the feeling
    it leaves."""

    titre: str
    phrase: str
    ton: Ton


#: What is done once a message of that type is accepted.
_FAITS: Final[Mapping[str, str]] = {
    "CRE": "la demande est enregistrée",
    "CRS": "la demande est enregistrée",
    "MOD": "la modification est enregistrée",
    "REN": "le renouvellement est enregistré",
    "RAD": "la radiation est enregistrée",
    "SUP": "la suppression est enregistrée",
}
_RIEN: Final = "rien n'est enregistré"
_NON_CONSERVE: Final = "elle ne change rien dans la base"
#: Lines that nobody asked for: what happened is the sentence that stands for their path.
_FAITS_DITS: Final = {
    NUIT: "Nuit passée",
    NUIT_ANNULEE: "Nuit annulée",
    HORLOGE: "Horloge déplacée",
    REMISE: "Base remise en état",
    SCENE: "Pas d'une scène",
    EFFACE: "Échange effacé",
}


def verdict_vecu(echange: Echange) -> Vecu:
    """How an exchange ended for its caller. Never raises."""
    vecu = _vivre(echange)
    return Vecu(vecu.titre, masquer_nirs(vecu.phrase), vecu.ton)


def _vivre(echange: Echange) -> Vecu:
    if echange.methode in _FAITS_DITS:
        return Vecu(_FAITS_DITS[echange.methode], _fait(echange), "fait")
    if echange.methode == TLS:
        return _poignee(echange)
    if echange.panne is not None:
        return _panne(echange)
    if echange.non_remise:
        return Vecu(
            "Réponse non remise",
            f"Le client n'a pas reçu la réponse : {echange.non_remise}. {_phrase(_travail(echange))}",
            "panne",
        )
    return _VERDICTS[echange.verdict](echange)


# --- what was done ------------------------------------------------------------------------------------------


def _travail(echange: Echange) -> str:
    """Says what became of the base, in French, without capital or full stop."""
    if echange.verdict is not VerdictEchange.ACCEPTE:
        return _RIEN
    operation = OPERATIONS.get(echange.operation or "")
    if operation is None or not operation.ecrit:
        return _NON_CONSERVE
    return _FAITS.get(echange.type_fichier or "", "ce que le message demandait est fait et enregistré")


def _phrase(texte: str) -> str:
    return f"{texte[:1].upper()}{texte[1:]}."


def _fait(echange: Echange) -> str:
    if echange.methode == SCENE:  # « SCENE doublon/2 Le guichet envoie… »
        return echange.chemin.partition(" ")[2].partition(" ")[2] or echange.chemin
    return echange.chemin


# --- without any panne --------------------------------------------------------------------------------------


def _accepte(echange: Echange) -> Vecu:
    avertissements = sum(a.get("gravite") == Gravite.AVERTISSEMENT for a in echange.anomalies)
    avec = f", avec {accorde(avertissements, 'avertissement', 'avertissements')}" if avertissements else ""
    if echange.methode == FICHIER:
        return Vecu(
            "Fichier accepté",
            f"{_phrase(_travail(echange) + avec)} La réponse est dans la boîte de sortie du guichet.",
            "bon",
        )
    operation = OPERATIONS.get(echange.operation or "")
    if operation is None or not operation.ecrit:
        return Vecu("Accepté", f"Le client a reçu ce qu'il demandait{avec} ; la base n'a pas changé.", "bon")
    return Vecu("Accepté", f"Le client a reçu la réponse : {_travail(echange)}{avec}.", "bon")


def _anomalies(echange: Echange) -> Vecu:
    bloquantes = sum(a.get("gravite") == Gravite.BLOQUANTE for a in echange.anomalies)
    autres = len(echange.anomalies) - bloquantes
    suite = f" et {accorde(autres, 'avertissement', 'avertissements')}" if autres else ""
    dites = accorde(bloquantes, "anomalie bloquante", "anomalies bloquantes")
    comment = "est dans la boîte de sortie" if echange.methode == FICHIER else "dit pourquoi au client"
    return Vecu("Refusé par les contrôles", f"{dites}{suite} : {_RIEN}, et la réponse {comment}.", "refus")


def _fault(echange: Echange) -> Vecu:
    fault = echange.fault or {}
    message, du_serveur = str(fault.get("message", "")), fault.get("code") == "Receiver"
    if echange.methode == FICHIER:
        return Vecu("Fichier refusé", f"Un fichier .err dit « {message} » : {_RIEN}.", "refus")
    recu = f"Le client a reçu une faute SOAP « {message} »"
    if du_serveur:
        return Vecu("Faute SOAP du serveur", f"{recu} Le message n'est pas en cause ; {_RIEN}.", "erreur")
    if message == ERREUR_INATTENDUE:
        return Vecu(
            "Refusé sans explication",
            f"{recu} : {_RIEN}. Le vrai SNE n'en dit pas plus ; le bac à sable, lui, explique.",
            "refus",
        )
    return Vecu("Refusé par une faute SOAP", f"{recu} : {_RIEN}.", "refus")


def _refus(echange: Echange) -> Vecu:
    raison = str((echange.fault or {}).get("message", "")).strip().rstrip(".")
    dite = f" : {raison}" if raison else ""
    if not echange.statut:
        return Vecu("Message jamais arrivé entier", f"Rien n'a été lu{dite}. {_phrase(_RIEN)}", "refus")
    return Vecu(
        "Refusé avant d'être lu",
        f"Le client a reçu le statut HTTP {echange.statut}, sans réponse SOAP{dite}. {_phrase(_RIEN)}",
        "refus",
    )


def _erreur(echange: Echange) -> Vecu:
    comment = "une faute SOAP" if echange.methode != FICHIER else "un fichier .err"
    return Vecu(
        "Erreur du bac à sable",
        f"Le client a reçu {comment}, et le message n'est pas en cause : c'est une erreur du bac à sable. "
        f"{_phrase(_RIEN)}",
        "erreur",
    )


def _poignee(echange: Echange) -> Vecu:
    fault = echange.fault or {}
    raison = str(fault.get("message", "")).strip().rstrip(".")
    if "c'est ce qu'il doit faire" in str(fault.get("explication", "")):
        return Vecu("Le client a bien refusé", f"{_phrase(raison)} Rien n'a été envoyé.", "fait")
    dite = f" : {raison}" if raison else ""
    return Vecu("Connexion TLS refusée", f"La connexion n'a pas été établie{dite}. Rien n'a été lu.", "refus")


_VERDICTS: Final[Mapping[VerdictEchange, Callable[[Echange], Vecu]]] = {
    VerdictEchange.ACCEPTE: _accepte,
    VerdictEchange.ANOMALIES: _anomalies,
    VerdictEchange.FAULT: _fault,
    VerdictEchange.REFUS: _refus,
    VerdictEchange.ERREUR: _erreur,
}

# --- with a panne -------------------------------------------------------------------------------------------

#: By kind, what the client received, « {…} » a parameter. The sentence goes on with what became of the base.
_PANNES: Final[Mapping[str, str]] = {
    "delai": "La réponse, juste et entière, est partie {secondes} s plus tard",
    "silence": "Le client n'a rien reçu : la connexion est restée muette, {secondes} s au plus",
    "coupure": "La connexion a été coupée net : le client n'a pas eu la réponse entière",
    "goutte": "La réponse, juste et entière, est arrivée {octets} octets à la fois",
    "mime_tronque": "Le client n'a reçu que {part} % de la réponse",
    "longueur_fausse": "Le client a reçu une réponse dont Content-Length ment ({ecart} octets)",
    "partie_absente": "Le client a reçu une réponse à laquelle une pièce manque",
    "cid_faux": "Le client a reçu une pièce que l'enveloppe ne désigne pas",
    "encodage_faux": "Le client a reçu une réponse dont l'encodage annoncé est faux",
    "bom": "Le client a reçu une réponse juste, qu'une marque BOM précède",
    "html_502": "Le client a reçu une page HTML « 502 Bad Gateway », pas une réponse SOAP",
    "html_503": "Le client a reçu une page HTML de maintenance (503, Retry-After {secondes} s)",
    "fault_serveur": "Le client a reçu une faute SOAP Receiver « {message} »",
    "fault_client": "Le client a reçu une faute SOAP Sender « {message} »",
    "numero_faux": "Le client a reçu un numéro unique mal formé, de {longueur} caractères",
    "reponse_perdue": "La réponse s'est perdue : le client n'a rien reçu",
}


def _panne(echange: Echange) -> Vecu:
    jouee: Mapping[str, Any] = echange.panne or {}
    nom = str(jouee.get("genre", ""))
    genre, donnes = GENRES.get(nom), jouee.get("parametres") or {}
    if genre is None or nom not in _PANNES:  # a line of another version
        return Vecu("Panne jouée", f"La panne [{nom}] a été jouée ; {_travail(echange)}.", "panne")
    valeurs = {p.nom: str(donnes.get(p.nom, p.defaut)) for p in genre.parametres}
    titre, recu = genre.titre, _PANNES[nom]
    if nom == "coupure" and valeurs["avant"] == "oui":
        recu = "La connexion a été coupée net : le client n'a rien reçu"
    recu = recu.format(**valeurs)
    if genre.empeche or valeurs.get("avant") == "oui":
        return Vecu(titre, f"{recu} ; le message n'a pas été traité, {_RIEN}.", "panne")
    if echange.verdict is VerdictEchange.ACCEPTE:
        return Vecu(titre, f"{recu} ; {_travail(echange)}.", "panne")
    return Vecu(titre, f"{recu} ; le message était refusé, {_RIEN}.", "panne")
