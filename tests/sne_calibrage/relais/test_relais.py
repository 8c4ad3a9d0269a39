"""The WSGI application of the pass-through, before a way to the real server that is played."""

import gzip
import io
from typing import Any

import pytest

from sne_calibrage.relais.amont import AmontDefaillant, EnTetes, ReponseAmont
from sne_calibrage.relais.relais import Relais
from sne_interface.domain.echange import Echange, VerdictEchange


class Essai:
    """A relay, its way to a real server, which answers what it is given, its journal, and a call."""

    def __init__(self, reponse: ReponseAmont | AmontDefaillant, panne: Exception | None = None) -> None:
        self.reponse, self.panne = reponse, panne
        self.demandes: list[tuple[str, str, EnTetes, bytes]] = []
        self.lignes: list[Echange] = []
        lien: Any = self
        self.relais = Relais(lien=lien, base="proxy", relire=self.relire, consigner=self.consigner)

    def envoyer(self, *demande: Any) -> ReponseAmont:
        self.demandes.append(demande)
        if isinstance(self.reponse, AmontDefaillant):
            raise self.reponse
        return self.reponse

    def relire(self, echange: Echange, certificat: bytes | None) -> None:
        if self.panne is not None:
            raise self.panne
        if echange.fault is None:
            echange.verdict = VerdictEchange.ACCEPTE

    def consigner(self, echange: Echange) -> None:
        if isinstance(self.panne, OSError):
            raise self.panne
        self.lignes.append(echange)
        echange.identifiant = len(self.lignes)

    def appeler(self, corps: bytes = b"<x/>", uri: str = "/services/S/?a=%20", **plus: Any) -> Any:
        dits: list[Any] = []
        environ = {
            "REQUEST_METHOD": "POST",
            "REQUEST_URI": uri,
            "CONTENT_TYPE": "text/xml",
            "CONTENT_LENGTH": str(len(corps)),
            "wsgi.input": io.BytesIO(corps),
            "wsgi.url_scheme": "http",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8080",
            "HTTP_SOAPACTION": '"a"',
            "HTTP_AUTHORIZATION": "Basic c2VjcmV0",
            **plus,
        }
        contenu = b"".join(self.relais(environ, lambda *d: dits.append(d)))
        return dits[0][0], dits[0][1], contenu


REPONSE = ReponseAmont(200, "OK", [("Content-Type", "text/xml"), ("Set-Cookie", "s=secret")], b"<y/>")
ADRESSE = ("SNE-Echange", "http://127.0.0.1:8080/api/v1/bases/proxy/exchanges/1")


def test_what_goes_by_is_not_altered_and_what_is_recorded_has_no_secret() -> None:
    essai = Essai(REPONSE)
    statut, en_tetes, corps = essai.appeler()
    assert (statut, corps) == ("200 OK", b"<y/>")
    assert en_tetes == [*REPONSE.en_tetes, ADRESSE]
    ((methode, cible, envoyes, octets),) = essai.demandes
    assert (methode, cible, octets) == ("POST", "/services/S/?a=%20", b"<x/>")
    autorise = "Authorization", "Basic c2VjcmV0"
    assert envoyes == [("SOAPAction", '"a"'), autorise, ("Content-Type", "text/xml")]
    (ligne,) = essai.lignes
    assert (ligne.base, ligne.requete, ligne.reponse, ligne.statut) == ("proxy", b"<x/>", b"<y/>", 200)
    assert ("Authorization", "(non conservé)") in ligne.en_tetes
    assert ligne.en_tetes_reponse[1] == ("Set-Cookie", "(non conservé)")
    assert "secret" not in repr(ligne)
    assert "c2VjcmV0" not in repr(ligne)


def test_the_whole_address_is_a_path() -> None:
    essai = Essai(REPONSE)
    essai.appeler(uri="http://sne.fr/services/S/")
    assert essai.demandes[0][1] == "/services/S/"


@pytest.mark.parametrize("statut", [502, 504])
def test_a_real_server_that_fails_is_said_and_recorded(statut: int) -> None:
    essai = Essai(AmontDefaillant(statut, "Le serveur réel manque.", explication="Parce que."))
    reponse, en_tetes, corps = essai.appeler()
    assert reponse.startswith(str(statut))
    assert corps.decode() == "Le serveur réel manque.\nParce que.\n"
    assert ADRESSE in en_tetes
    (ligne,) = essai.lignes
    assert (ligne.statut, ligne.verdict, ligne.requete) == (statut, VerdictEchange.FAULT, b"<x/>")
    dit = {"code": "Receiver", "message": "Le serveur réel manque.", "explication": "Parce que."}
    assert ligne.fault == dit


@pytest.mark.parametrize("nom", ["HTTP_ORIGIN", "HTTP_SEC_FETCH_SITE"])
def test_a_page_of_another_site_does_not_borrow_our_certificate(nom: str) -> None:
    essai = Essai(REPONSE)
    statut, _, _ = essai.appeler(**{nom: "cross-site" if "SITE" in nom else "https://ailleurs.example"})
    assert statut.startswith("403")
    assert essai.demandes == []
    assert essai.lignes[0].verdict is VerdictEchange.REFUS


@pytest.mark.parametrize(("panne", "lignes"), [(ValueError("lecture"), 1), (OSError("journal"), 0)])
def test_nothing_of_ours_loses_the_answer(panne: Exception, lignes: int) -> None:
    essai = Essai(REPONSE, panne)
    statut, en_tetes, corps = essai.appeler()
    assert (statut, corps) == ("200 OK", b"<y/>")
    assert len(essai.lignes) == lignes
    assert (ADRESSE in en_tetes) == bool(lignes)


def test_a_compressed_answer_goes_by_compressed_and_is_recorded_open_unless_it_is_too_big() -> None:
    petite, grosse = gzip.compress(b"<y/>"), gzip.compress(bytes(60_000_000), 1)
    for serre, ecrite in ((petite, b"<y/>"), (grosse, grosse)):
        essai = Essai(ReponseAmont(200, "OK", [("Content-Encoding", "gzip")], serre))
        assert essai.appeler()[2] == serre
        assert essai.lignes[0].reponse == ecrite
