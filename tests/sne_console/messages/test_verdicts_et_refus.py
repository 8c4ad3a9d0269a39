"""The sentence for how an exchange ended, by kind of line, of panne and of verdict."""

from datetime import UTC, datetime
from typing import Any

import pytest

from sne_console.messages.verdicts_et_refus import grouper, plier, resumer, verdict_vecu
from sne_console.pages.page_journal import compter_facettes
from sne_interface.domain.echange import FICHIER, NUIT, Echange, VerdictEchange
from sne_interface.domain.panne import GENRES
from sne_interface.errors import ERREUR_INATTENDUE
from sne_sandbox.store.journal import AUCUN

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


_LIEU = "interfaceNuu/demande/demandeLogement/sexe"


def echange(identifiant: int, verdict: VerdictEchange = VerdictEchange.ANOMALIES, **champs: Any) -> Echange:
    instant = datetime(2026, 11, 28, 20, 0, identifiant, tzinfo=UTC)
    tout = {"methode": "POST", "operation": "getNumUnique", "guichet": "G1104"} | champs
    return Echange("ecole", instant, identifiant=identifiant, verdict=verdict, **tout)


def anomalie(
    regle: str, message: str = "m", gravite: str = "bloquante", propriete: str = ""
) -> dict[str, Any]:
    return {"regle": regle, "message": message, "gravite": gravite, "propriete": propriete}


def schema(ligne: int, remede: str = "retirez-le") -> dict[str, str]:
    dit = f"ligne {ligne}, {_LIEU} : l'élément « sexe » est inconnu ici → {remede}"
    return {"code": "Sender", "message": ERREUR_INATTENDUE, "explication": dit}


def test_the_element_at_fault_comes_first() -> None:
    bloquante = anomalie("IDT002", "Trop tard.", propriete="interfaceNuu/demande/dateNaissance")
    resume = resumer(echange(1, anomalies=[anomalie("ENT005", gravite="avertissement"), bloquante]))
    assert (resume.regle, resume.message, resume.autres) == ("IDT002", "Trop tard.", 1)
    assert resume.chemin == ("dateNaissance", "demande", "interfaceNuu")
    assert resume.phrase == "IDT002 : Trop tard. (et 1 de plus)"
    faute = resumer(echange(1, VerdictEchange.FAULT, fault=schema(9)))
    assert faute.chemin[0] == "sexe"
    assert faute.message == "L'élément « sexe » est inconnu ici → retirez-le"


def test_an_answer_that_was_lost_is_told_as_its_caller_lived_it() -> None:
    perdue = echange(1, VerdictEchange.ACCEPTE, panne={"genre": "reponse_perdue", "parametres": {}})
    assert "le client n'a rien reçu" in resumer(perdue).message


def test_refusals_of_one_kind_are_counted_together_whatever_their_values() -> None:
    recus = [
        echange(9, VerdictEchange.ACCEPTE, anomalies=[anomalie("ENT005", gravite="avertissement")]),
        echange(8, VerdictEchange.FAULT, fault=schema(12)),
        echange(7, VerdictEchange.FAULT, fault=schema(9, "autre remède")),
        echange(6, anomalies=[anomalie("IDT002", "Le [b]."), anomalie("DOU001")]),
        echange(5, anomalies=[anomalie("IDT002", "Le [a].")]),
        echange(4, anomalies=[anomalie("IDT002")], guichet=None),
        echange(3, VerdictEchange.FAULT, fault={"code": "Sender", "message": "Le numéro [1] est inconnu."}),
        echange(2, VerdictEchange.FAULT, fault={"code": "Sender", "message": "Le numéro [2] est inconnu."}),
        echange(1, VerdictEchange.ACCEPTE, methode=NUIT, chemin="Nuit"),
    ]
    groupes = grouper(recus)
    assert [(g.cle.regle or g.cle.cause, g.cle.guichet, g.nombre, g.dernier) for g in groupes] == [
        (f"{_LIEU} : l'élément « sexe » est inconnu ici", "G1104", 2, 8),
        ("IDT002", "G1104", 2, 6),
        ("est inconnu.", "G1104", 2, 3),
        ("DOU001", "G1104", 1, 6),
        ("IDT002", "", 1, 4),
    ]
    assert groupes[1].phrase == "Le [b]."
    assert groupes[4].cle.filtres == {
        "regle": "IDT002",
        "texte": None,
        "verdict": "anomalies",
        "operation": "getNumUnique",
        "guichet": AUCUN,
    }


def test_refusals_that_follow_one_another_are_one_line() -> None:
    pareil = {"anomalies": [anomalie("IDT002")]}
    blocs = plier(
        [
            echange(9, **pareil),
            echange(8, **pareil),
            echange(7, **pareil, panne={"genre": "html_503"}),
            echange(6, **pareil),
            echange(5, VerdictEchange.ACCEPTE),
            echange(4, VerdictEchange.ACCEPTE),
            echange(3, **pareil),
            echange(2, **pareil, guichet="G1226"),
        ]
    )
    assert [(bloc[0].identifiant, bloc[-1].identifiant) for bloc in blocs] == [
        (9, 8), (7, 7), (6, 6), (5, 5), (4, 4), (3, 3), (2, 2),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("filtres", "comptes"),
    [
        ({}, {"verdict": {"accepté": 1, "anomalies": 2}, "guichet": {"G1104": 2, AUCUN: 1}}),
        ({"guichet": "G1104"}, {"verdict": {"anomalies": 2}, "guichet": {"G1104": 2, AUCUN: 1}}),
        ({"regle": "DOU001"}, {"regle": {"IDT002": 2, "DOU001": 1}, "operation": {"getNumUnique": 1}}),
        ({"operation": FICHIER}, {"operation": {"getNumUnique": 2, FICHIER: 1}, "verdict": {"accepté": 1}}),
        ({"regle": "RIEN"}, {"regle": {"IDT002": 2, "DOU001": 1, "RIEN": 0}, "verdict": {}}),
    ],
)
def test_a_facet_counts_what_the_others_leave(
    filtres: dict[str, str], comptes: dict[str, dict[str, int]]
) -> None:
    recus = [
        echange(3, anomalies=[anomalie("IDT002"), anomalie("DOU001")]),
        echange(2, anomalies=[anomalie("IDT002")]),
        echange(1, VerdictEchange.ACCEPTE, methode=FICHIER, operation=None, guichet=None),
    ]
    trouvees = {facette.nom: facette for facette in compter_facettes(recus, filtres)}
    for nom, attendus in comptes.items():
        assert {choix.valeur: choix.nombre for choix in trouvees[nom].choix} == attendus
    choisis = {n: c.valeur for n, facette in trouvees.items() for c in facette.choix if c.choisi}
    assert choisis == filtres
