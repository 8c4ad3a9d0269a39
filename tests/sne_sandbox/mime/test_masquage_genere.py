"""2,000 generated ways to write a NIR, each shown: none is read again, whatever is decoded.

They are the same at each run, for one that fails to fail again. Others: `settings(derandomize=False)`.
"""

import pytest
from hypothesis import given, settings
from nirs import MULTIPART, Partie, corps_mal_faits, documents, fuites, message, parties, phrases

from sne_conformite.preuves.pseudonymes import Pseudonymes
from sne_interface.domain.nir import masquer_nirs
from sne_sandbox.mime.masquage import Masqueur, masquer_corps


def tires(combien: int) -> settings:
    """So many draws, always the same."""
    return settings(max_examples=combien, derandomize=True, database=None)


@tires(600)
@given(phrases())
def test_in_a_free_text(phrase: str) -> None:
    assert fuites(phrase.encode())
    assert fuites(masquer_nirs(phrase).encode()) == []


@pytest.mark.cher
@tires(600)
@given(parties())
def test_in_what_can_be_opened(partie: Partie) -> None:
    corps = message([partie])
    assert fuites(corps)
    masque = masquer_corps(corps, MULTIPART)
    assert masque.ouvert or b"message/rfc822" in partie.octets
    assert fuites(masque.octets) == []


@tires(300)
@given(corps_mal_faits())
def test_in_what_cannot(envoi: tuple[str, bytes]) -> None:
    genre, corps = envoi
    assert fuites(masquer_corps(corps, genre).octets) == []


@tires(200)
@given(documents())
def test_in_what_a_report_quotes(document: bytes) -> None:
    try:
        texte = document.decode()
    except UnicodeDecodeError:
        texte = masquer_corps(document).octets.decode("utf-8", "replace")
    assert fuites(Masqueur().texte(f"POST / HTTP/1.1\nContent-Type: text/xml\n\n{texte}").encode()) == []


@tires(300)
@given(parties())
def test_in_the_evidence(partie: Partie) -> None:
    corps = message([partie])
    assert fuites(Pseudonymes().corps(corps)) == []
