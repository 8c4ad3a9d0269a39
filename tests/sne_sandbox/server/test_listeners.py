"""Binding the listeners, and what is said when they cannot be."""

import socket

import pytest

from sne_interface.errors import ListenError
from sne_sandbox.server import listeners
from sne_sandbox.server.listeners import GENRES, AdressesServies, Ecoute, ouvrir_prises


def test_port_0_picks_free_ports_and_https_brings_the_listeners_to_refuse() -> None:
    prises = ouvrir_prises(Ecoute(https_port=0, http_port=0))
    try:
        adresses = prises.adresses("0.0.0.0")
        ports = {prise.getsockname()[1] for prise in prises.values()}
    finally:
        prises.fermer()
    assert len(ports) == len(GENRES)
    assert all(adresse.split(":")[1] == "//127.0.0.1" for adresse in (adresses.https, adresses.http))
    a_refuser = (adresses.https_expire, adresses.https_autre_nom)
    assert all(adresse.startswith("https://127.0.0.1:") for adresse in a_refuser)


def test_a_listener_that_is_off_has_no_address() -> None:
    prises = ouvrir_prises(Ecoute(https_port=None, http_port=0))
    try:
        adresses = prises.adresses("localhost")
    finally:
        prises.fermer()
    assert adresses == AdressesServies(
        https=None, http=adresses.http, https_expire=None, https_autre_nom=None
    )
    assert adresses.http.startswith("http://localhost:")


def test_a_busy_port_is_said_with_its_remedy_and_frees_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    ouvertes: list[socket.socket] = []
    ouvrir = listeners._ouvrir

    def retenir(host: str, port: int, option: str) -> socket.socket:
        ouvertes.append(ouvrir(host, port, option))
        return ouvertes[-1]

    monkeypatch.setattr(listeners, "_ouvrir", retenir)
    with socket.create_server(("127.0.0.1", 0)) as pris:
        http = pris.getsockname()[1]
        with pytest.raises(ListenError) as erreur:
            ouvrir_prises(Ecoute(https_port=0, http_port=http))
    assert erreur.value.exit_code == 3
    assert str(http) in str(erreur.value)
    assert "--http-port" in erreur.value.remede
    assert [prise.fileno() for prise in ouvertes] == [-1], "closed"


@pytest.mark.parametrize("host", ["192.0.2.1", "sne.invalid", "un nom"])
def test_an_address_that_is_not_ours_is_said(host: str) -> None:
    with pytest.raises(ListenError) as erreur:
        ouvrir_prises(Ecoute(host=host, https_port=None, http_port=0))
    assert "--host" in erreur.value.remede


def test_an_ipv6_address_is_written_between_brackets() -> None:
    try:
        prises = ouvrir_prises(Ecoute(host="::1", https_port=None, http_port=0))
    except ListenError:
        pytest.skip("this machine has no IPv6")
    try:
        assert prises.adresses("::1").http.startswith("http://[::1]:")
    finally:
        prises.fermer()
