"""MIME in and out: the shape of a real request (13 kB), and the largest message (20 MB)."""

from collections.abc import Callable
from typing import Any

from sne_sandbox.mime.client import requete
from sne_sandbox.mime.message import Part
from sne_sandbox.mime.pack import pack
from sne_sandbox.mime.unpack import unpack

ACTION = "http://ws.metier.nuu.application.i2/getNumUnique"
Benchmark = Callable[..., Any]


def _parties(taille: int) -> list[Part]:
    return [
        Part("certificate", "application/octet-stream", "BASE64", b""),
        Part("xml_id", "text/xml; charset=us-ascii", "7bit", b"<a>\r\n--</a>\r\n" * (taille // 14)),
    ]


def test_ouvrir_13_ko(benchmark: Benchmark) -> None:
    entete, corps = requete(b"<e/>" * 150, _parties(12_500), action=ACTION)
    assert len(benchmark(unpack, entete, corps, taille_max=20_000_000).parties) == 2


def test_ouvrir_20_mo(benchmark: Benchmark) -> None:
    entete, corps = requete(b"<e/>" * 150, _parties(19_990_000), action=ACTION)
    assert len(benchmark(unpack, entete, corps, taille_max=20_000_000).parties) == 2


def test_ouvrir_20_mo_base64(benchmark: Benchmark) -> None:
    parties = [Part("zip", "application/zip", "base64", bytes(range(256)) * 57_000)]
    entete, corps = requete(b"<e/>" * 150, parties, action=ACTION)
    assert len(benchmark(unpack, entete, corps, taille_max=20_000_000).parties) == 1


def test_emballer_13_ko(benchmark: Benchmark) -> None:
    assert benchmark(pack, b"<e/>" * 150, _parties(12_500), boundary="sne-0123456789abcdef")


def test_emballer_20_mo(benchmark: Benchmark) -> None:
    assert benchmark(pack, b"<e/>" * 150, _parties(19_990_000), boundary="sne-0123456789abcdef")
