"""GUI: where one registers, and what its kind may do; what examples do not show."""

from collections.abc import Callable
from datetime import date

import pytest

from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.base import Guichet, NatureGuichet
from sne_interface.domain.demande import DemandeStockee
from sne_interface.rules.catalogue import regles_message
from sne_interface.rules.registre_vu_des_regles import RegistreMemoire
from sne_interface.rules.rule import Infraction

Juger = Callable[..., list[Infraction]]


def guichet(nature: NatureGuichet, territoire: str, *autres: str) -> RegistreMemoire:
    lu = Guichet("G0001", nature, territoire, "Guichet", "", date(2011, 3, 28), autres_territoires=autres)
    return RegistreMemoire(guichets=(lu,))


def souhait(*communes: str) -> str:
    places = "".join(f'<localisationSouhaite><commune code="{c}"/></localisationSouhaite>' for c in communes)
    liste = f"<listeLocalisationSouhaite>{places}</listeLocalisationSouhaite>"
    return f"<numGuichet>G0001</numGuichet><logementRecherche>{liste}</logementRecherche>"


@pytest.mark.parametrize(
    ("nature", "territoire", "commune", "averti"),
    [
        (NatureGuichet.BAILLEUR, "062", "59350", False),  # one region
        (NatureGuichet.BAILLEUR, "062", "75112", True),
        (NatureGuichet.BAILLEUR, "111", "95018", False),
        (NatureGuichet.BAILLEUR, "02A", "2B033", False),
        (NatureGuichet.COMMUNE, "971", "97209", True),  # each its own region
        (NatureGuichet.EPCI, "069", "01053", False),
        (NatureGuichet.ETAT, "069", "62498", True),
        (NatureGuichet.ACTION_LOGEMENT, "111", "97411", False),
        (NatureGuichet.PORTAIL, "111", "2A004", False),
        (NatureGuichet.SYSTEME, "044", "44109", False),
        (NatureGuichet.SYSTEME, "044", "85191", True),  # of the region, and none of its départements
        (NatureGuichet.BAILLEUR, "111", "98818", False),  # GUI004
        (NatureGuichet.BAILLEUR, "111", "XX001", False),  # ADR002
    ],
)
def test_who_registers_where(
    juger: Juger, contrat: Contrat, nature: NatureGuichet, territoire: str, commune: str, averti: bool
) -> None:
    trouves = juger(
        regles_message.enregistrement_hors_territoire,
        souhait(commune),
        registre=guichet(nature, territoire),
        territoires=contrat.territoires,
    )
    assert bool(trouves) is averti
    assert [t.chemin.rpartition("/")[2] for t in trouves] == ["numGuichet"] * averti


def test_nothing_is_said_of_an_unknown_guichet_or_of_no_wish(juger: Juger, contrat: Contrat) -> None:
    regle, ou = regles_message.enregistrement_hors_territoire, contrat.territoires
    assert juger(regle, souhait("62498"), territoires=ou) == []
    registre = guichet(NatureGuichet.BAILLEUR, "111")
    assert juger(regle, souhait(), registre=registre, territoires=ou) == []
    assert juger(regles_message.enregistrement_reserve, souhait("62498")) == []


@pytest.mark.parametrize(
    ("nature", "territoire", "refuse"),
    [
        (NatureGuichet.COMMISSION, "111", False),
        (NatureGuichet.COMMISSION, "062", True),
        (NatureGuichet.ETAT, "062", True),
        (NatureGuichet.BAILLEUR, "062", False),  # DAL004
    ],
)
def test_a_commission_declares_at_home(
    juger: Juger,
    stocker: Callable[..., DemandeStockee],
    nature: NatureGuichet,
    territoire: str,
    refuse: bool,
) -> None:
    registre = guichet(nature, territoire)
    trouves = juger(regles_message.dalo_hors_territoire, souhait(), registre=registre, stockee=stocker())
    assert bool(trouves) is refuse
    assert juger(regles_message.dalo_hors_territoire, souhait(), registre=registre) == []  # DAL001


def test_only_the_first_commune_says_where_the_demande_is(juger: Juger) -> None:
    regle = regles_message.hors_du_registre
    (trouve,) = juger(regle, souhait("98818", "75112"))
    assert trouve.valeurs == {"valeur": "98818"}
    assert juger(regle, souhait("75112", "98818")) == []  # REC005
