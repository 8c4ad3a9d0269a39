"""The sentence for how an exchange ended, by kind of line, of panne and of verdict."""

from datetime import UTC, datetime
from typing import Any

import pytest

from sne_console.messages.verdict_vu_de_l_appelant import verdict_vecu
from sne_interface.domain.echange import Echange, VerdictEchange
from sne_interface.domain.panne import GENRES
from sne_interface.errors import ERREUR_INATTENDUE

ACCEPTE, ANOMALIES, FAULT, REFUS, ERREUR = VerdictEchange
AVERTIT = {"regle": "ENT012", "gravite": "avertissement"}
BLOQUE = {"regle": "IDT002", "gravite": "bloquante"}
CRE: dict[str, Any] = {"operation": "getNumUnique", "type_fichier": "CRE"}


def ligne(verdict: VerdictEchange, **champs: Any) -> Echange:
    return Echange(
        base="b", recu_le=datetime.now(UTC), **{"methode": "POST", "statut": 200, "verdict": verdict} | champs
    )


def fault(code: str, message: str, explication: str = "") -> dict[str, str]:
    return {"code": code, "message": message, "explication": explication}


@pytest.mark.parametrize(
    ("echange", "titre", "ton", "dits"),
    [
        (ligne(ACCEPTE, **CRE), "Accepté", "bon", ["la demande est enregistrée"]),
        (ligne(ACCEPTE, **CRE, anomalies=[AVERTIT]), "Accepté", "bon", ["avec 1 avertissement."]),
        (ligne(ACCEPTE, operation="getDemandeLogement"), "Accepté", "bon", ["la base n'a pas changé"]),
        (
            ligne(ANOMALIES, **CRE, anomalies=[AVERTIT, BLOQUE, BLOQUE]),
            "Refusé par les contrôles",
            "refus",
            ["2 anomalies bloquantes et 1 avertissement", "rien n'est enregistré"],
        ),
        (
            ligne(FAULT, **CRE, fault=fault("Sender", ERREUR_INATTENDUE)),
            "Refusé sans explication",
            "refus",
            [ERREUR_INATTENDUE, "Le vrai SNE n'en dit pas plus"],
        ),
        (
            ligne(FAULT, fault=fault("Sender", "Le numéro unique [x] est inconnu.")),
            "Refusé par une faute SOAP",
            "refus",
            ["[x] est inconnu"],
        ),
        (ligne(FAULT, fault=fault("Receiver", "Non.")), "Faute SOAP du serveur", "erreur", ["pas en cause"]),
        (
            ligne(REFUS, statut=404, fault=fault("404", "Aucun service ici.")),
            "Refusé avant d'être lu",
            "refus",
            ["statut HTTP 404", "Aucun service ici."],
        ),
        (ligne(REFUS, statut=0), "Message jamais arrivé entier", "refus", ["Rien n'a été lu."]),
        (ligne(ERREUR, fault=fault("Receiver", "Oups.")), "Erreur du bac à sable", "erreur", ["faute SOAP"]),
        (
            ligne(REFUS, methode="TLS", statut=0, fault=fault("TLS", "aucun certificat client")),
            "Connexion TLS refusée",
            "refus",
            ["aucun certificat client"],
        ),
        (
            ligne(
                REFUS,
                methode="TLS",
                statut=0,
                fault=fault("TLS", "le client refuse le certificat", "c'est ce qu'il doit faire : …"),
            ),
            "Le client a bien refusé",
            "fait",
            ["Le client refuse le certificat."],
        ),
        (
            ligne(ACCEPTE, methode="NUIT", chemin="Nuit du 1er mai : rien."),
            "Nuit passée",
            "fait",
            ["Nuit du"],
        ),
        (
            ligne(ACCEPTE, methode="REMISE", chemin="État remis."),
            "Base remise en état",
            "fait",
            ["État remis."],
        ),
        (
            ligne(ACCEPTE, methode="SCENE", chemin="SCENE doublon/2 On envoie."),
            "Pas d'une scène",
            "fait",
            ["On"],
        ),
        (ligne(ACCEPTE, methode="FICHIER", **CRE), "Fichier accepté", "bon", ["boîte de sortie"]),
        (
            ligne(ANOMALIES, methode="FICHIER", anomalies=[BLOQUE]),
            "Refusé par les contrôles",
            "refus",
            ["boîte"],
        ),
        (ligne(FAULT, methode="FICHIER", fault=fault("Sender", "x")), "Fichier refusé", "refus", [".err"]),
        (
            ligne(ACCEPTE, **CRE, non_remise="la connexion a été perdue"),
            "Réponse non remise",
            "panne",
            ["la connexion a été perdue. La demande est enregistrée."],
        ),
    ],
    ids=lambda valeur: valeur if isinstance(valeur, str) else "",
)
def test_the_verdict_is_told_as_its_caller_lived_it(
    echange: Echange, titre: str, ton: str, dits: list[str]
) -> None:
    vecu = verdict_vecu(echange)
    assert (vecu.titre, vecu.ton) == (titre, ton)
    for dit in dits:
        assert dit in vecu.phrase, vecu.phrase


@pytest.mark.parametrize("genre", GENRES)
def test_a_panne_is_never_accepted(genre: str) -> None:
    """Each kind has words of its own, and says what became of the base."""
    vecu = verdict_vecu(ligne(ACCEPTE, **CRE, panne={"genre": genre, "parametres": {}}))
    assert vecu.ton == "panne"
    assert "ccepté" not in vecu.titre
    assert "{" not in vecu.phrase
    assert "[" not in vecu.phrase, "no kind without words"
    suite = "rien n'est enregistré." if GENRES[genre].empeche else "; la demande est enregistrée."
    assert vecu.phrase.endswith(suite)


@pytest.mark.parametrize(
    ("genre", "parametres", "verdict", "dit"),
    [
        ("silence", {"avant": "oui"}, REFUS, "le message n'a pas été traité, rien n'est enregistré."),
        ("coupure", {"avant": "oui"}, REFUS, "le client n'a rien reçu"),
        ("mime_tronque", {"part": "30"}, ACCEPTE, "30 % de la réponse"),
        ("delai", {"secondes": "2"}, ANOMALIES, "2 s plus tard ; le message était refusé, rien"),
        ("reponse_perdue", None, ACCEPTE, "le client n'a rien reçu ; la demande est enregistrée."),
        ("de_demain", {}, ACCEPTE, "La panne [de_demain] a été jouée"),
    ],
)
def test_what_a_panne_did_is_told(
    genre: str, parametres: dict[str, str] | None, verdict: VerdictEchange, dit: str
) -> None:
    panne = {"genre": genre, "parametres": parametres}
    assert dit in verdict_vecu(ligne(verdict, **CRE, panne=panne)).phrase


def test_a_nir_is_masked() -> None:
    dite = verdict_vecu(ligne(FAULT, fault=fault("Sender", "Le NIR 206127511100564 est faux."))).phrase
    assert "206127511100564" not in dite
