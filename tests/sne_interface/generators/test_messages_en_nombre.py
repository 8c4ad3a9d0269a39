"""Files by the thousand: names, kinds, and the same again from the same seed."""

from datetime import datetime

import pytest

from sne_interface.contract import codec
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.dates import PARIS
from sne_interface.domain.demande import Demande, NumeroUnique
from sne_interface.generators import messages_en_nombre
from sne_interface.rules.controle import controler

INSTANT = datetime(2018, 3, 15, 16, 54, tzinfo=PARIS)


def _lot(contrat: Contrat, sorte: str, graine: int = 1) -> list[messages_en_nombre.FichierGenere]:
    return list(
        messages_en_nombre.messages(contrat, sorte, 12, graine=graine, guichet="G1104", instant=INSTANT)
    )


@pytest.mark.parametrize("sorte", messages_en_nombre.SORTES_DE_MESSAGE)
def test_every_kind_is_valid_and_well_named(contrat: Contrat, sorte: str) -> None:
    for rang, fichier in enumerate(_lot(contrat, sorte)):
        prefixe = sorte if sorte in ("EVT", "RCH") else "DEM"
        assert fichier.nom == f"{prefixe}G1104-201803151654-{rang:06d}.xml"
        nom = fichier.nom if prefixe == "DEM" else None
        controle = controler(fichier.octets, contrat, "strict", INSTANT, nom=nom)
        assert controle.conforme, controle.fautes
        assert codec.lire(fichier.octets).texte_de("entete/typeFichier") == sorte[:3]


def test_numbers_are_those_of_the_guichet_s_territory(contrat: Contrat) -> None:
    numeros = [Demande(codec.lire(f.octets)).numero_unique or "" for f in _lot(contrat, "MOD")]
    assert len(set(numeros)) == len(numeros)
    assert {n.territoire for n in map(NumeroUnique.lire, numeros) if n} == {"111"}


def test_a_seed_is_a_lot(contrat: Contrat) -> None:
    assert _lot(contrat, "CRE") == _lot(contrat, "CRE")
    assert _lot(contrat, "CRE") != _lot(contrat, "CRE", graine=2)


def test_the_longest_number_of_files_keeps_six_digits(contrat: Contrat) -> None:
    (fichier,) = messages_en_nombre.messages(contrat, "CRE", 1, graine=1, guichet="G1104", instant=INSTANT)
    assert len(fichier.nom) == len("DEMG1104-201803151654-000000.xml")


def test_defects_are_named_after_their_document(contrat: Contrat) -> None:
    fichiers = [fichier for fichier, _ in messages_en_nombre.defauts(contrat, "RCH005", 2, graine=1)]
    assert [f.nom for f in fichiers] == [
        "RCHG1226-201803151030-000000.xml",
        "RCHG1226-201803151030-000001.xml",
    ]
    mal_nommes = [fichier.nom for fichier, _ in messages_en_nombre.defauts(contrat, "ENT004", 3, graine=1)]
    assert [nom.partition("/")[0] for nom in mal_nommes] == ["000000", "000001", "000002"]
