from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from sne_sandbox.contract.territoires import Territoires
from sne_sandbox.domain.texte import plier
from sne_sandbox.errors import ContractError

COMMUNES = (
    b"code,nom,type,departement,region,codes_postaux,epci,population\n"
    b'62001,"Essai, sur Mer",commune-actuelle,62,32,62100 62110,200000001,12\n'
    b"62002,Sans Epci,c,62,32,62120,,1\n"
)
ANCIENNES = b"code,nom,fin,successeur\n62900,Vieille,1974-01-01,62001\n62901,Perdue,,\n"


def territoires(communes=COMMUNES, lus=None) -> Territoires:
    def lire(fichier: str) -> bytes:
        if lus is not None:
            lus.append(fichier)
        return communes if fichier == "communes.csv" else ANCIENNES

    return Territoires(lire)


def test_a_commune_in_force():
    commune = territoires().commune("62001")
    assert commune is not None
    assert (commune.nom, commune.codes_postaux, commune.epci) == (
        "Essai, sur Mer",
        ("62100", "62110"),
        "200000001",
    )
    assert territoires().commune("62002").epci is None
    assert territoires().commune("62900") is None


def test_a_former_commune():
    ancienne = territoires().ancienne("62900")
    assert (ancienne.fin, ancienne.successeur) == (date(1974, 1, 1), "62001")
    perdue = territoires().ancienne("62901")
    assert (perdue.fin, perdue.successeur) == (None, None)


def test_a_code_exists_when_it_is_or_was_in_force():
    trouves = territoires()
    assert [trouves.existe(code) for code in ("62001", "62900", "99999", "")] == [True, True, False, False]


def test_communes_are_found_by_their_name():
    trouves = territoires()
    assert [c.code for c in trouves.nommees("ESSAI SUR-MER")] == ["62001"]
    assert [c.code for c in trouves.nommees("sans epci")] == ["62002"]
    assert [c.code for c in trouves.nommees("Sans É")] == ["62002"]
    assert trouves.nommees("Vieille") == ()
    assert trouves.nommees(" - ") == ()


def test_names_are_folded_like_those_of_people(contrat):
    for code in ("62498", "02738", "62765", "97411", "67482", "2A004"):
        commune = contrat.territoires.commune(code)
        assert commune in contrat.territoires.nommees(plier(commune.nom).upper())


def test_nothing_is_read_before_it_is_asked_for_and_then_once():
    lus: list[str] = []
    trouves = territoires(lus=lus)
    assert lus == []
    with ThreadPoolExecutor(8) as fils:
        assert all(fils.map(trouves.existe, ["62001"] * 32))
    assert lus == ["communes.csv"]


def test_the_files_of_the_contract(contrat):
    assert contrat.territoires.commune("75101").departement == "75"
    assert len(contrat.territoires.codes()) > 35_000
    contrat.territoires.prechauffer()
    assert contrat.territoires.epci("200000172").type == "CC"


@pytest.mark.parametrize("octets", [b"insee,nom\n", b"", "code,é".encode("latin-1")])
def test_a_file_without_its_columns(octets):
    with pytest.raises(ContractError, match=r"communes\.csv"):
        territoires(octets).existe("62001")


def test_a_short_line():
    with pytest.raises(ContractError, match="62001,Essai"):
        territoires(COMMUNES.splitlines()[0] + b"\n62001,Essai\n").commune("62001")
