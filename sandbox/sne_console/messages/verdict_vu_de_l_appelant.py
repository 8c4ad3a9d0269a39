"""How an exchange ended, as its caller lived it: an answer that was lost on purpose is not « accepté ».

One sentence for the page of an exchange and for its line of the journal, made of the line alone: no message
is opened for it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from sne_console.messages.paroles import PAROLES
from sne_interface.domain.anomalie import Gravite
from sne_interface.domain.echange import FICHIER, SCENE, TLS, Echange, VerdictEchange
from sne_interface.domain.nir import masquer_nirs
from sne_interface.domain.panne import GENRES
from sne_interface.domain.texte import accorde
from sne_interface.errors import ERREUR_INATTENDUE
from sne_sandbox.operations.table_des_operations import OPERATIONS

#: What one feels of it: « bon » (done, answered), « refus » (told no), « panne » (answered otherwise than was
#: meant, or not at all), « fait » (a line that nobody asked for), « erreur » (ours).
Ton = Literal["bon", "refus", "panne", "fait", "erreur"]


@dataclass(frozen=True)
class Vecu:
    """The outcome as the caller lived it: two or three words, a sentence or two, NIR masked, and the feeling
    it leaves."""

    titre: str
    phrase: str
    ton: Ton


_RIEN: Final = "rien n'est enregistré"


def verdict_vecu(echange: Echange) -> Vecu:
    """How an exchange ended for its caller. Never raises."""
    vecu = _vivre(echange)
    return Vecu(vecu.titre, masquer_nirs(vecu.phrase), vecu.ton)


def _vivre(echange: Echange) -> Vecu:
    if echange.methode in PAROLES["lignes"]:
        return Vecu(PAROLES["lignes"][echange.methode], _fait(echange), "fait")
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
    if not echange.accepte:
        return _RIEN
    operation = OPERATIONS.get(echange.operation or "")
    if operation is None or not operation.ecrit:
        return "elle ne change rien dans la base"
    autre = "ce que le message demandait est fait et enregistré"
    return str(PAROLES["faits"].get(echange.type_fichier or "", autre))


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
    message, du_serveur = echange.dit_du_fault("message"), echange.dit_du_fault("code") == "Receiver"
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
    raison = echange.dit_du_fault("message").strip().rstrip(".")
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
    raison = echange.dit_du_fault("message").strip().rstrip(".")
    if "c'est ce qu'il doit faire" in echange.dit_du_fault("explication"):
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


def _panne(echange: Echange) -> Vecu:
    jouee: Mapping[str, Any] = echange.panne or {}
    nom = str(jouee.get("genre", ""))
    genre, donnes = GENRES.get(nom), jouee.get("parametres") or {}
    if genre is None or nom not in PAROLES["pannes"]:  # a line of another version
        return Vecu("Panne jouée", f"La panne [{nom}] a été jouée ; {_travail(echange)}.", "panne")
    valeurs = {p.nom: str(donnes.get(p.nom, p.defaut)) for p in genre.parametres}
    titre, recu = genre.titre, str(PAROLES["pannes"][nom])
    if nom == "coupure" and valeurs["avant"] == "oui":
        recu = "La connexion a été coupée net : le client n'a rien reçu"
    recu = recu.format(**valeurs)
    if genre.empeche or valeurs.get("avant") == "oui":
        return Vecu(titre, f"{recu} ; le message n'a pas été traité, {_RIEN}.", "panne")
    if echange.accepte:
        return Vecu(titre, f"{recu} ; {_travail(echange)}.", "panne")
    return Vecu(titre, f"{recu} ; le message était refusé, {_RIEN}.", "panne")
