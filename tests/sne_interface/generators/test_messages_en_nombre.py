"""Files by the thousand: names, kinds, and the same again from the same seed."""

from datetime import datetime

import pytest

from sne_interface.contract import codec
from sne_interface.contract.contrats_charges import Contrat, charger
from sne_interface.domain.anomalie import Gravite
from sne_interface.domain.dates import PARIS
from sne_interface.domain.demande import Demande, NumeroUnique
from sne_interface.errors import UsageError
from sne_interface.generators import messages_en_nombre
from sne_interface.generators.document_reduit import codes_bloquants
from sne_interface.generators.exemples_de_regles import ExempleDeRegle, contexte, document, genre
from sne_interface.generators.messages_en_nombre import correspondances, defaut, jumeaux
from sne_interface.generators.tirage import TirageVarie
from sne_interface.rules.controle import controler
from sne_interface.rules.engine import juger

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


SPECIMENS = (
    "personne_seule", "personne_seule_nir", "association", "adresse_etranger", "colocataires",
    "couple_garde_alternee_handicap", "hebergee_secret",
)  # fmt: skip


@pytest.mark.parametrize("specimen", SPECIMENS)
def test_a_twin_is_valid_and_not_its_specimen(contrat: Contrat, specimen: str) -> None:
    exemple = ExempleDeRegle(fichier="", rang=0, regle="", verdict="accepte", specimen=specimen)
    for graine in range(8):
        doublures = jumeaux(specimen, (), TirageVarie(graine), contrat)
        racine = document(exemple, contrat, doublures)
        anomalies = juger(contexte(exemple, contrat, racine, doublures), contrat, "strict")
        assert [a.regle for a in anomalies if a.bloquante] == []
        jumeau = Demande(codec.lire(doublures[specimen]))
        if jumeau.demandeur is not None:
            noms = correspondances(specimen, doublures[specimen])
            assert jumeau.demandeur.nom in noms.values()
            assert jumeau.demandeur.nom.casefold() not in noms


def test_who_leaves_is_in_the_demande_that_is_left(contrat: Contrat) -> None:
    doublures = jumeaux("separation", (), TirageVarie(1), contrat)
    assert set(doublures) == {"separation", "couple_garde_alternee_handicap"}
    parti = Demande(codec.lire(doublures["separation"])).demandeur
    commune = Demande(codec.lire(doublures["couple_garde_alternee_handicap"]))
    assert parti is not None
    assert (parti.nom, parti.prenom) in {(p.nom, p.prenom) for p in commune.cotitulaires}


def test_the_same_names_and_numbers_stand_around_a_twin(contrat: Contrat) -> None:
    doublures = jumeaux("dalo", (), TirageVarie(2), contrat)
    assert set(doublures) == {"dalo", "hebergee_secret"}
    dalo = Demande(codec.lire(doublures["dalo"]))
    assert dalo.numero_unique == "1111117000001G1104"
    assert dalo.information_dalo is not None
    assert correspondances("dalo", doublures["dalo"])


GRAINES = range(4)
CODES = tuple(codes_bloquants(charger("v5.2")))


def test_every_rule_that_the_contract_says_blocks_has_one(contrat: Contrat) -> None:
    bloquantes = {code for code, fiche in contrat.regles.items() if fiche.gravite is Gravite.BLOQUANTE}
    assert set(CODES) == bloquantes


@pytest.mark.parametrize("code", CODES)
def test_the_control_refuses_it_alone(contrat: Contrat, code: str) -> None:
    documents = set()
    for graine in GRAINES:
        trouve = defaut(code, contrat, graine)
        # Judged again from its bytes, as it would be received.
        octets = codec.encoder(trouve.document)
        documents.add(octets)
        arbre = codec.arbre(trouve.document)
        version = contrat.version_de_lecture(arbre.get("versionInterface", ""))
        assert not contrat.schemas.validate(arbre, document=genre(trouve.exemple), version=version)
        for profil in {trouve.profil, "strict"}:
            anomalies = juger(trouve.contexte, contrat, profil)
            assert {a.regle for a in anomalies if a.bloquante} == {code}
        if trouve.autonome:
            controle = controler(octets, contrat, "strict", trouve.contexte.maintenant)
            assert {f.regle for f in controle.fautes if f.gravite == "bloquante"} == {code}
    if trouve.type not in ("EVT", "RCH"):  # whose example may write the whole event, or an empty search
        assert len(documents) == len(GRAINES)


def test_the_same_seed_gives_the_same_defect(contrat: Contrat) -> None:
    un, deux = (codec.encoder(defaut("IDT013", contrat, 5).document) for _ in range(2))
    assert un == deux


def test_what_never_blocks_has_no_defect(contrat: Contrat) -> None:
    for code in ("MEN001", "XXX999"):
        with pytest.raises(UsageError, match=code):
            defaut(code, contrat)


def test_circumstances_are_told(contrat: Contrat) -> None:
    assert any("demande en base" in phrase for phrase in defaut("CYC002", contrat).circonstances)
    assert not defaut("CYC002", contrat).autonome
    assert defaut("REC001", contrat).autonome


def test_one_that_the_document_alone_shows_is_preferred_when_asked_for(contrat: Contrat) -> None:
    assert not all(
        defaut("REC003", contrat, graine).autonome for graine in range(12)
    )  # a setting of the base
    assert all(defaut("REC003", contrat, graine, autonome=True).autonome for graine in range(12))
    assert not defaut("CYC001", contrat, autonome=True).autonome
