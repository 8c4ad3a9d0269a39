"""Who spoke to whom, drawn: which arrows, from where to where, and which of them arrive."""

from datetime import UTC, datetime
from typing import Any

import pytest

from sne_console.messages.echange_montre import Cote
from sne_console.messages.sequence import AUTRES, CONNEXION, GUICHET, LARGEUR, SNE, dessiner
from sne_console.messages.verdicts_et_refus import verdict_vecu
from sne_interface.domain.echange import Echange, VerdictEchange
from sne_interface.domain.panne import GENRES

ACCEPTE, _, FAULT, REFUS, _ = VerdictEchange
COTES = (
    Cote("requete", "Requête", 2_500, [], None, None, (), "", ""),
    Cote("reponse", "Réponse", 9_000, [], None, None, (), "", ""),
)


def ligne(verdict: VerdictEchange = ACCEPTE, **champs: Any) -> Echange:
    connus: dict[str, Any] = {
        "methode": "POST", "operation": "getNumUnique", "type_fichier": "CRE", "statut": 200,
        "guichet": "G1104", "ecoute": "https", "certificat": True, "duree_us": 12_400,
        "requete": b"q", "reponse": b"r",
    }  # fmt: skip
    return Echange(base="b", recu_le=datetime.now(UTC), verdict=verdict, **connus | champs)


def fleches(echange: Echange, autres: list[str] | None = None) -> list[tuple[int, int, str]]:
    dessin = dessiner(echange, verdict_vecu(echange), COTES, autres)
    assert all(0 < f.x1 < LARGEUR and 0 < f.y < dessin.hauteur for f in dessin.fleches)
    assert all(f.phrase.endswith(".") and not f.phrase.endswith("..") for f in dessin.fleches)
    return [(f.x1, f.x2, f.sorte) for f in dessin.fleches]


ALLER, RETOUR, FAIT = (GUICHET, SNE, "plein"), (SNE, GUICHET, "plein"), (SNE, SNE, "plein")


@pytest.mark.parametrize(
    ("echange", "autres", "attendues"),
    [
        (ligne(), None, [ALLER, FAIT, RETOUR]),
        (ligne(), ["G0751", "G1205"], [ALLER, FAIT, (SNE, AUTRES, "plein"), RETOUR]),
        (ligne(FAULT, statut=500), None, [ALLER, (SNE, SNE, "abime"), RETOUR]),
        (ligne(non_remise="le client avait coupé"), None, [ALLER, FAIT, (SNE, CONNEXION, "perdu")]),
        (
            ligne(REFUS, methode="TLS", statut=0, requete=b"", reponse=b"", operation=None),
            None,
            [(GUICHET, CONNEXION, "perdu")],
        ),
        (ligne(REFUS, statut=0, reponse=b"", service=None), None, [(GUICHET, CONNEXION, "perdu")]),
        (ligne(methode="FICHIER", statut=0), None, [ALLER, FAIT, RETOUR]),
    ],
    ids=["accepté", "boîtes", "faute", "non remise", "tls", "inachevé", "fichier"],
)
def test_the_arrows(
    echange: Echange, autres: list[str] | None, attendues: list[tuple[int, int, str]]
) -> None:
    assert fleches(echange, autres) == attendues


@pytest.mark.parametrize("genre", GENRES)
def test_a_panne_is_drawn_where_it_struck(genre: str) -> None:
    derniere = fleches(ligne(panne={"genre": genre, "parametres": {}}))[-1]
    if genre.startswith("html"):
        assert derniere == (CONNEXION, GUICHET, "abime"), "something else answers in the place of the SNE"
    elif genre in ("silence", "coupure", "reponse_perdue"):
        assert derniere == (SNE, CONNEXION, "perdu")
    else:
        assert derniere == (SNE, GUICHET, "plein" if genre in ("delai", "goutte") else "abime")


@pytest.mark.parametrize("methode", ["NUIT", "SCENE", "REMISE", "GET"])
def test_what_nobody_sent_is_not_drawn(methode: str) -> None:
    echange = ligne(methode=methode, chemin="Nuit.", requete=b"", reponse=b"")
    assert dessiner(echange, verdict_vecu(echange), COTES, None) is None


def test_a_nir_is_masked() -> None:
    echange = ligne(
        FAULT, methode="TLS", fault={"message": "206127511100564", "code": "TLS", "explication": ""}
    )
    dessin = dessiner(echange, verdict_vecu(echange), COTES, None)
    assert dessin is not None
    assert "206127511100564" not in repr(dessin)
