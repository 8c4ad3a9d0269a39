"""Binding the listeners, and what is said when they cannot be."""

import socket

import pytest

from sandbox.errors import ListenError
from sandbox.server.listeners import Adresses, Ecoute, ouvrir_prises


def test_port_0_picks_free_ports_and_https_brings_the_expired_listener() -> None:
    prises = ouvrir_prises(Ecoute(https_port=0, http_port=0))
    try:
        adresses = prises.adresses("0.0.0.0")
        ports = {prise.getsockname()[1] for prise in prises.ouvertes()}
    finally:
        prises.fermer()
    assert len(ports) == 3
    assert all(adresse.split(":")[1] == "//127.0.0.1" for adresse in (adresses.https, adresses.http))
    assert adresses.https_expire.startswith("https://127.0.0.1:")


def test_a_listener_that_is_off_has_no_address() -> None:
    prises = ouvrir_prises(Ecoute(https_port=None, http_port=0))
    try:
        adresses = prises.adresses("localhost")
    finally:
        prises.fermer()
    assert adresses == Adresses(https=None, http=adresses.http, https_expire=None)
    assert adresses.http.startswith("http://localhost:")


def test_a_busy_port_is_said_with_its_remedy_and_frees_the_others() -> None:
    with socket.create_server(("127.0.0.1", 0)) as pris, socket.socket() as libre:
        libre.bind(("127.0.0.1", 0))
        https, http = libre.getsockname()[1], pris.getsockname()[1]
        libre.close()
        with pytest.raises(ListenError) as erreur:
            ouvrir_prises(Ecoute(https_port=https, http_port=http))
    assert erreur.value.exit_code == 3
    assert str(http) in str(erreur.value)
    assert "--http-port" in erreur.value.remede
    socket.create_server(("127.0.0.1", https)).close()


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
