"""What an application is given of a base."""

from sne_sandbox.server.adresse_et_certificats_d_une_base import BaseServie

SERVIE = BaseServie("ecole", {"https": "https://127.0.0.1:8443", "http": ""})


def test_the_proxy_of_a_network_does_not_take_the_calls() -> None:
    """A CI server has one, which cannot reach us; what was excluded before stays so, in both cases."""
    environ = {"HTTPS_PROXY": "http://proxy.exemple.fr:3128", "NO_PROXY": ".exemple.fr"}
    exclus = ".exemple.fr,127.0.0.1"
    assert SERVIE.sans_proxy(environ) == {"NO_PROXY": exclus, "no_proxy": exclus}
    assert SERVIE.sans_proxy({"all_proxy": "http://p"})["no_proxy"] == "127.0.0.1"


def test_without_a_proxy_nothing_is_said_of_it() -> None:
    assert SERVIE.sans_proxy({"PATH": "/bin", "https_proxy": "", "NO_PROXY": "localhost"}) == {}
