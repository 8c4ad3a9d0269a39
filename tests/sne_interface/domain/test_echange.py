"""Headers of a request, fields of a call, lines of the journal: what a client may write of them, and what is
not kept."""

from dataclasses import astuple
from datetime import UTC, datetime

import pytest

from sne_interface.domain.echange import (
    Appel,
    Echange,
    EtatDuServeur,
    Piece,
    RequeteHttp,
    VerdictEchange,
    methode_recue,
    sans_secrets,
)


def test_en_tete_quelle_que_soit_la_casse_le_premier_gagne():
    requete = RequeteHttp("POST", "/", [("SOAPAction", "a"), ("soapaction", "b")], b"")
    assert requete.en_tete("soapACTION") == "a"
    assert requete.en_tete("Content-Type") == ""


APPEL = Appel(
    "getNumUnique",
    {"nom": "DEM", "fichier": Piece(b"<a/>")},
    "ecole",
    None,
    datetime(2018, 3, 15, tzinfo=UTC),
)


def test_a_field_is_read_as_what_it_is_and_empty_when_absent() -> None:
    assert APPEL.texte("nom") == "DEM"
    assert APPEL.piece("fichier") == b"<a/>"
    assert (APPEL.texte("complet"), APPEL.texte("fichier")) == ("", "")
    assert (APPEL.piece("complet"), APPEL.piece("nom")) == (b"", b"")


@pytest.mark.parametrize("mot", ["NUIT", "TLS", "<script>", "A" * 50, "x y"])
def test_a_client_writes_no_line_that_no_request_leaves(mot: str) -> None:
    assert methode_recue(mot) == f"({mot[:20]})"


@pytest.mark.parametrize("mot", ["POST", "get", "M-SEARCH", ""])
def test_a_method_is_shown_as_it_came(mot: str) -> None:
    assert methode_recue(mot) == mot


def test_a_line_that_tells_nothing_is_of_a_refusal_that_took_no_time() -> None:
    """A TLS handshake that failed: nothing of the request was ever read."""
    echange = Echange("ecole", datetime(2018, 3, 15, tzinfo=UTC))
    assert (echange.verdict, echange.statut, echange.duree_us) == (VerdictEchange.REFUS, 0, 0)


def test_a_server_counts_from_nothing() -> None:
    assert set(astuple(EtatDuServeur())) == {0}


def test_secrets_are_not_kept() -> None:
    secrets = ("authorization", "Proxy-Authorization", "Cookie", "set-cookie")
    gardes = sans_secrets([*((nom, "a=b") for nom in secrets), ("Accept", "*/*")])
    assert [valeur for _, valeur in gardes] == ["(non conservé)"] * 4 + ["*/*"]


def test_the_warning_is_ascii_names_each_change_once_and_the_earliest_day() -> None:
    echange = Echange("ecole", datetime(2018, 3, 15, tzinfo=UTC))
    assert echange.avertissement == ""
    echange.a_venir = [{"changement": "B", "exige": ""}]
    assert echange.avertissement == "B"
    echange.a_venir = [
        {"changement": "ÉTÉ, « 1 »", "exige": "2019-01-01"},
        {"changement": "B", "exige": ""},
        {"changement": "B", "exige": "2018-12-31"},
        {"changement": "", "message": "Non jugé."},
    ]
    assert echange.avertissement == '_T_____1__, B; exige="2018-12-31"'
