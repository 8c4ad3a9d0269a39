"""How an exchange ended, as its caller lived it: an answer that was lost on purpose is not « accepté ».

One sentence for the page of an exchange and for its line of the journal, made of the line alone: no message
is opened for it. Then the summary of a line, and the groups of refusals that repeat one another.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final, Literal

from sne_console.vues.paroles import PAROLES
from sne_interface.domain.anomalie import Gravite
from sne_interface.domain.echange import DITES, FICHIER, SCENE, TLS, Echange, VerdictEchange
from sne_interface.domain.nir import masquer_nirs
from sne_interface.domain.panne import GENRES
from sne_interface.domain.texte import accorde
from sne_interface.errors import ERREUR_INATTENDUE
from sne_sandbox.operations.table_des_operations import OPERATIONS
from sne_sandbox.store.journal import AUCUN

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


# --- what was done ------------------------------------------------------------------------------------


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


# --- without any panne --------------------------------------------------------------------------------


def _accepte(echange: Echange) -> Vecu:
    avertissements = sum(a.get("gravite") == Gravite.AVERTISSEMENT for a in echange.anomalies)
    avec = f", avec {accorde(avertissements, 'avertissement')}" if avertissements else ""
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
    suite = f" et {accorde(autres, 'avertissement')}" if autres else ""
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


_VERDICTS: Final = {
    VerdictEchange.ACCEPTE: _accepte,
    VerdictEchange.ANOMALIES: _anomalies,
    VerdictEchange.FAULT: _fault,
    VerdictEchange.REFUS: _refus,
    VerdictEchange.ERREUR: _erreur,
}

# --- with a panne -------------------------------------------------------------------------------------


def _panne(echange: Echange) -> Vecu:
    jouee = echange.panne or {}
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


# --- the summary of a line ----------------------------------------------------------------------------

#: « ligne 9, interfaceNuu/demande/sexe : l'élément… » of an explanation: where, and what.
_OU: Final = re.compile(
    r"(?:[Ll]igne \d+(?:, colonne \d+)?(?:, | : ))?(?:([\w.:-]+(?:/[\w.:-]+(?:\[\d+\])?)+) : )?"
)
#: What differs from a refusal to the next of the same kind: a value between brackets, a number; and what a
#: search in the notes of the journal (JSON) does not find as it is written.
_VARIABLE: Final = re.compile(r"\[[^\]]*\]|\d+|[\"\\\n\t*]")
_REMEDE: Final = " → "
#: Characters of a cause: as many as the field « Texte » takes.
_CAUSE_MAX: Final = 200


@dataclass(frozen=True)
class Resume:
    """A line in a sentence, NIR not masked. `regle` is the code of the rule that refuses first, `chemin` the
    elements that lead to what is at fault, the last one first; `autres` counts the anomalies left."""

    message: str = ""
    regle: str = ""
    chemin: tuple[str, ...] = ()
    autres: int = 0

    @property
    def phrase(self) -> str:
        """All of it but the path, in one line."""
        regle = f"{self.regle} : " if self.regle else ""
        return f"{regle}{self.message}" + (f" (et {self.autres} de plus)" if self.autres else "")


def resumer(echange: Echange) -> Resume:
    """Sums up a line of the journal."""
    if echange.methode in DITES:  # told whole, with its day: the hour of the line is the machine's
        return Resume(echange.chemin)
    if echange.panne is not None or echange.non_remise:
        return Resume(verdict_vecu(echange).phrase)
    if echange.fault:
        raison = _raison(echange)
        trouve = _OU.match(raison)
        if trouve is None or not trouve[1]:
            return Resume(raison)
        message = raison[trouve.end() :]
        return Resume(f"{message[:1].upper()}{message[1:]}", chemin=_a_l_envers(trouve[1]))
    if echange.anomalies:
        premiere = next(
            (a for a in echange.anomalies if a.get("gravite") == Gravite.BLOQUANTE), echange.anomalies[0]
        )
        return Resume(
            str(premiere.get("message") or ""),
            str(premiere.get("regle") or ""),
            _a_l_envers(str(premiere.get("propriete") or "")),
            len(echange.anomalies) - 1,
        )
    return Resume()


def _raison(echange: Echange) -> str:
    """Why it is a fault, or was refused: the sentence of the SNE for all that it does not explain gives way
    to the reason, which is known here."""
    message = echange.dit_du_fault("message")
    explication = echange.dit_du_fault("explication").strip().partition("\n")[0]
    return explication if message == ERREUR_INATTENDUE and explication else message


def _a_l_envers(chemin: str) -> tuple[str, ...]:
    return tuple(reversed([nom for nom in chemin.split("/") if nom]))


def regles_de(echange: Echange) -> tuple[str, ...]:
    """Codes of the rules that a message raised, each once, warnings included; () for what is no message."""
    if echange.methode in DITES:
        return ()
    return tuple(dict.fromkeys(str(a["regle"]) for a in echange.anomalies if a.get("regle")))


# --- the same refusal, come again ---------------------------------------------------------------------


@dataclass(frozen=True)
class Cle:
    """The features that refusals of one kind share. `regle` is the code of a rule; without a rule, `cause` is
    a piece of the reason that all of them have. `operation` and `guichet` are "" for none."""

    verdict: VerdictEchange
    operation: str
    guichet: str
    regle: str = ""
    cause: str = ""

    @property
    def filtres(self) -> dict[str, str | None]:
        """Returns the filters that find them in the journal (`CriteresJournal`): None leaves a filter out."""
        return {
            "regle": self.regle or None,
            "texte": self.cause or None,
            "verdict": str(self.verdict),
            "operation": self.operation or AUCUN,
            "guichet": self.guichet or AUCUN,
        }


@dataclass
class GroupeDeRefus:
    """Refusals of one kind: what the last one says, how many, the id and the instant (the machine's) of the
    last."""

    cle: Cle
    phrase: str
    dernier: int
    quand: datetime
    nombre: int = 1


def cles(echange: Echange) -> tuple[Cle, ...]:
    """The kinds of refusal that an exchange is of: one for each rule that refused it, or one for its reason;
    () for what was not refused."""
    if echange.accepte or echange.methode in DITES:
        return ()
    qui = (echange.verdict, echange.operation or "", echange.guichet or "")
    codes = dict.fromkeys(
        str(a["regle"]) for a in echange.anomalies if a.get("gravite") == Gravite.BLOQUANTE and a.get("regle")
    )
    if codes and not echange.fault:
        return tuple(Cle(*qui, regle=code) for code in codes)
    return (Cle(*qui, cause=_cause(echange)),)


def _cause(echange: Echange) -> str:
    """The longest piece of the reason that does not change from one to the next."""
    raison = masquer_nirs(_raison(echange)).partition(_REMEDE)[0]
    trouve = _OU.match(raison)
    entiere = raison[trouve.start(1) :] if trouve is not None and trouve[1] else raison
    return max((piece.strip() for piece in _VARIABLE.split(entiere)), key=len, default="")[:_CAUSE_MAX]


def grouper(echanges: Iterable[Echange]) -> list[GroupeDeRefus]:
    """The refusals among exchanges that are given newest first, by kind: the most frequent first, then the
    latest."""
    groupes: dict[Cle, GroupeDeRefus] = {}
    for echange in echanges:
        for cle in cles(echange):
            if cle in groupes:
                groupes[cle].nombre += 1
            else:
                groupes[cle] = GroupeDeRefus(
                    cle, _raison_de(echange, cle), echange.identifiant or 0, echange.recu_le
                )
    return sorted(groupes.values(), key=lambda g: (-g.nombre, -g.dernier))


def _raison_de(echange: Echange, cle: Cle) -> str:
    """Returns the reason of the last refusal of a kind, NIR masked."""
    dites = (str(a.get("message") or "") for a in echange.anomalies if a.get("regle") == cle.regle)
    phrase = next(dites, "") if cle.regle else resumer(echange).message.partition(_REMEDE)[0]
    return masquer_nirs(phrase or verdict_vecu(echange).titre)


def plier(echanges: Iterable[Echange]) -> list[list[Echange]]:
    """A list, newest first, in which refusals that follow one another and are the same are one block."""
    return [list(bloc) for _, bloc in groupby(echanges, lambda echange: pliables(echange) or id(echange))]


def pliables(echange: Echange) -> tuple[Cle, ...]:
    """Returns the keys that must be equal for two consecutive lines to be folded; () for a line that stays
    alone: each panne is its own story."""
    return () if echange.panne is not None or echange.non_remise or echange.illisible else cles(echange)
