"""A panne in one exchange: what is done, what is counted, what the journal says."""

import base64
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from banc import MIDI, Banc, Resultat, specimen
from ecritures import mettre_a_l_heure
from lxml import etree

from sne_interface.domain.base import Horloge
from sne_interface.domain.echange import PANNE, VerdictEchange
from sne_interface.domain.panne import GENRES, PanneDefinition
from sne_sandbox.bases import pannes
from sne_sandbox.pipeline import Pipeline


def _armer(banc: Banc, genre: str, **suite: Any) -> int:
    return pannes.armer(banc.services.magasin, banc.nom, PanneDefinition(genre, **suite))


def _restantes(banc: Banc) -> list[int | None]:
    return [armee.restantes for armee in pannes.lister(banc.services.magasin, banc.nom)]


def _panne(resultat: Resultat) -> dict[str, Any] | None:
    return resultat.echange.panne


def test_without_a_panne_the_journal_says_none(banc: Banc) -> None:
    assert _panne(banc.demander(specimen("personne_seule"))) is None


@pytest.mark.parametrize(("genre", "code"), [("fault_serveur", "Receiver"), ("fault_client", "Sender")])
def test_a_fault_says_what_it_was_given(banc: Banc, genre: str, code: str) -> None:
    numero = _armer(banc, genre, parametres={"message": "Le service est fermé à l'été."})
    resultat = banc.demander(specimen("personne_seule"))
    assert resultat.fault == (code, "Le service est fermé à l'été.")
    assert banc.compter() == 0
    echange = resultat.echange
    assert echange.verdict is VerdictEchange.FAULT
    assert echange.trace is None
    assert echange.panne == {
        "id": numero,
        "genre": genre,
        "description": pannes.GENRES[genre].description,
        "effet": "la base ne change pas",
        "parametres": {"message": "Le service est fermé à l'été."},
        "armee_le": pannes.lister(banc.services.magasin, banc.nom)[0].armee_le.isoformat(),
    }
    assert "armée à dessein" in (echange.fault or {})["explication"]
    assert banc.demander(specimen("personne_seule")).numero


def test_the_guichet_is_that_of_the_names_when_nothing_better_is_known(banc: Banc) -> None:
    _armer(banc, "html_502", guichet="G1104", operation="getNumUnique")
    assert banc.relire("0110318000001G1226").statut == 500
    resultat = banc.demander(specimen("personne_seule"))
    assert resultat.statut == 502
    assert (resultat.echange.verdict, resultat.echange.guichet) == (VerdictEchange.REFUS, "G1104")
    assert resultat.echange.fault["code"] == "502"


def test_the_nights_that_are_due_pass_before_a_panne_takes_the_place(
    nouvelle_base: Callable[..., Banc],
) -> None:
    banc = nouvelle_base()
    banc.creer_demande()
    mettre_a_l_heure(banc.services.magasin, banc.nom, Horloge(fige_a=MIDI + timedelta(days=450)))
    _armer(banc, "html_503")
    assert banc.demander(specimen("personne_seule")).statut == 503
    with banc.services.magasin.lire(banc.nom) as registre:
        assert registre.compter(actives=True) == 0
        assert registre.base.derniere_nuit == (MIDI + timedelta(days=450)).date()


def test_a_message_that_cannot_be_read_is_refused_and_what_takes_its_place_waits(banc: Banc) -> None:
    _armer(banc, "html_502")
    _armer(banc, "bom")
    chemin = f"/bases/{banc.nom}/services/DemandeLogementImplService/"
    resultat = banc.poster(b"<a", "application/soap+xml", chemin=chemin)
    assert resultat.statut == 500
    assert resultat.corps.startswith(b"\xef\xbb\xbf")
    assert (_panne(resultat) or {})["effet"] == "la base ne change pas"
    assert _restantes(banc) == [1, 0]


@pytest.mark.parametrize("genre", ["partie_absente", "cid_faux", "numero_faux", "reponse_perdue"])
def test_a_panne_without_hold_on_an_answer_waits(banc: Banc, genre: str) -> None:
    _armer(banc, genre)
    assert _panne(banc.relire("0110318000001G1226")) is None  # a fault: no part, no number, no acceptance
    assert _restantes(banc) == [1]
    assert (_panne(banc.demander(specimen("personne_seule"))) or {})["genre"] == genre
    assert _restantes(banc) == [0]


@pytest.mark.parametrize("genre", GENRES)
def test_a_kind_that_waits_past_a_refusal_says_so(banc: Banc, genre: str) -> None:
    _armer(banc, genre)
    attend = _panne(banc.relire("0110318000001G1226")) is None
    assert ("elle attend le suivant" in GENRES[genre].effet) == attend


def test_a_panne_of_a_work_that_fails_is_not_counted(banc: Banc, monkeypatch: pytest.MonkeyPatch) -> None:
    def casser(*_: object, **__: object) -> None:
        raise RuntimeError("cassé")

    _armer(banc, "bom")
    monkeypatch.setattr(banc.services.magasin.journal, "consigner", casser)
    assert banc.demander(specimen("personne_seule")).statut == 500
    assert (_restantes(banc), banc.compter()) == ([1], 0)


def test_a_bug_of_ours_is_told_as_it_is(banc: Banc, monkeypatch: pytest.MonkeyPatch) -> None:
    def casser(*_: object, **__: object) -> None:
        raise RuntimeError("cassé")

    _armer(banc, "bom")
    monkeypatch.setattr(Pipeline, "traiter", casser)
    resultat = banc.demander(specimen("personne_seule"))
    assert (resultat.echange.verdict, resultat.echange.panne) == (VerdictEchange.ERREUR, None)
    assert _restantes(banc) == [1]


def _document(corps: bytes) -> bytes:
    for champ in etree.fromstring(corps).iter("fichierDemande"):
        return base64.b64decode(champ.text)
    raise AssertionError("no document")


@pytest.mark.parametrize(
    ("genre", "parametres"),
    [
        ("numero_faux", {"longueur": "3"}),
        ("bom", {"partie": "document"}),
        ("encodage_faux", {}),
        ("encodage_faux", {"encodage": "utf-16"}),
    ],
    ids=str,
)
def test_the_document_inside_a_plain_envelope_is_damaged_alike(
    banc: Banc, genre: str, parametres: dict[str, str]
) -> None:
    _armer(banc, genre, parametres=parametres)
    resultat = banc.demander(specimen("personne_seule"), forme=None)
    prevu, recu = _document(resultat.echange.reponse), _document(resultat.corps)
    assert recu != prevu
    if genre == "numero_faux":
        numero = (resultat.echange.numero_unique or "").encode()
        assert recu == prevu.replace(numero, numero[:3])
    elif genre == "bom":
        assert recu == b"\xef\xbb\xbf" + prevu
    else:
        assert recu.decode(parametres.get("encodage", "iso-8859-1")) == prevu.decode()


def test_a_plain_envelope_lies_in_its_header(banc: Banc) -> None:
    _armer(banc, "encodage_faux", parametres={"lieu": "en_tete"})
    resultat = banc.demander(specimen("personne_seule"), forme=None)
    assert resultat.en_tetes["Content-Type"] == "application/soap+xml; charset=iso-8859-1"
    assert resultat.corps == resultat.echange.reponse


def test_an_envelope_without_an_accent_lies_all_the_same(banc: Banc) -> None:
    _armer(banc, "encodage_faux", parametres={"partie": "enveloppe"})
    resultat = banc.demander(specimen("personne_seule"))
    racine = resultat.message.racine
    with pytest.raises(UnicodeDecodeError):
        racine.decode("utf-8")
    assert racine.decode("iso-8859-1").endswith("<!-- é -->")


@pytest.mark.parametrize("part", ["1", "99"])
def test_a_truncated_message_never_has_its_last_delimiter(banc: Banc, part: str) -> None:
    _armer(banc, "mime_tronque", parametres={"part": part})
    resultat = banc.demander(specimen("personne_seule"))
    entier = resultat.echange.reponse
    assert resultat.corps == entier[: len(entier) * int(part) // 100]
    assert int(resultat.en_tetes["Content-Length"]) == len(resultat.corps)


def test_the_server_is_told_what_to_play_on_the_wire(banc: Banc) -> None:
    vus: list[Any] = []
    intacte = banc.app.wsgi_app

    def noter(environ: Any, start_response: Any) -> Any:
        corps = intacte(environ, start_response)
        vus.append(environ.get(PANNE))
        return corps

    banc.app.wsgi_app = noter  # type: ignore[method-assign]
    try:
        _armer(banc, "delai")
        banc.demander(specimen("personne_seule"))
        banc.relire("0110318000001G1226")
    finally:
        banc.app.wsgi_app = intacte  # type: ignore[method-assign]
    assert vus == [PanneDefinition("delai"), None]
