"""A household has what is asked of it."""

from collections.abc import Callable
from datetime import date, datetime

import pytest

from sne_interface.contract import codec
from sne_interface.contract.contrats_charges import Contrat, charger
from sne_interface.domain.dates import PARIS, age
from sne_interface.domain.demande import Demande
from sne_interface.domain.nir import cle_valide, convient_a_la_naissance, forme_valide
from sne_interface.errors import UsageError
from sne_interface.generators.contraintes_de_menages import Contraintes, atelier
from sne_interface.generators.menages import SORTES
from sne_interface.generators.tirage import TirageVarie
from sne_interface.rules.controle import controler

JOUR = date(2018, 3, 15)
COMBIEN = 25


def _domicile_etranger(demande: Demande) -> bool:
    demandeur = demande.demandeur
    return demandeur is not None and demandeur.element.enfant("adressePostale/pays") is not None


def _naissance_a_venir(demande: Demande) -> bool:
    return demande.formulaire.enfant("personnePhysique/personneANaitre") is not None


def _garde(demande: Demande) -> bool:
    return any(e.code_de("coParentalite") == "G" for e in demande.personnes_en_garde)


def _nir(demande: Demande) -> str | None:
    return charger().roles.demande.nirs(demande)[0]


@pytest.mark.parametrize(
    ("voulu", "tient"),
    [
        (Contraintes(enfants_min=4), lambda d: len(d.personnes_a_charge) >= 4),
        (Contraintes(cotitulaires_min=3), lambda d: len(d.cotitulaires) >= 3),
        (Contraintes(garde_alternee=True), _garde),
        (Contraintes(naissance_a_venir=True), _naissance_a_venir),
        (Contraintes(handicap=True), lambda d: d.handicaps),
        (Contraintes(etranger=True), _domicile_etranger),
        (Contraintes(nir=True), lambda d: d.version == "02.02" and _nir(d)),
        (Contraintes(nir=False), lambda d: _nir(d) is None),
        (Contraintes(version="02.00"), lambda d: d.version == "02.00"),
        (Contraintes(communes=("75111", "93001")), lambda d: d.territoire == "111"),
        (Contraintes(forcer_doublon=True), lambda d: d.forcer_doublon),
        (Contraintes(depot=date(2017, 5, 2)), lambda d: d.date_creation == date(2017, 5, 2)),
        (Contraintes(sorte="association"), lambda d: d.est_association),
        (Contraintes(sorte="personne_seule"), lambda d: not d.cotitulaires),
        (Contraintes(sorte="couple_avec_enfant"), lambda d: d.cotitulaires and d.personnes_a_charge),
    ],
)  # fmt: skip
def test_what_is_asked_for_is_there_and_valid(
    contrat: Contrat, voulu: Contraintes, tient: Callable[[Demande], object]
) -> None:
    ici = atelier(contrat, jour=JOUR, guichet="G1226", contraintes=voulu)
    for graine in range(COMBIEN):
        racine = ici.message(TirageVarie(graine))
        assert tient(Demande(racine))
        controle = controler(codec.encoder(racine), contrat, "strict", ici.instant)
        assert controle.conforme, controle.fautes


def test_every_kind_of_household_comes_but_associations(contrat: Contrat) -> None:
    ici = atelier(contrat, jour=JOUR, guichet="G1226")
    demandes = [Demande(ici.message(TirageVarie(graine))) for graine in range(120)]
    assert not any(d.est_association for d in demandes)
    assert any(len(d.cotitulaires) > 1 for d in demandes)
    assert any(d.personnes_en_garde for d in demandes)
    assert {d.version for d in demandes} == set(contrat.versions)
    assert "association" in SORTES


def test_people_of_a_household_are_not_the_same_person(contrat: Contrat) -> None:
    ici = atelier(contrat, jour=JOUR, guichet="G1226", contraintes=Contraintes(cotitulaires_min=4))
    for graine in range(COMBIEN):
        naissances = [p.date_naissance for p in Demande(ici.message(TirageVarie(graine))).titulaires]
        assert len(set(naissances)) == len(naissances)


def test_the_instant_is_nine_o_clock_unless_it_is_given(contrat: Contrat) -> None:
    assert atelier(contrat, jour=JOUR, guichet="G1226").instant == datetime(2018, 3, 15, 9, tzinfo=PARIS)
    autre = datetime(2018, 3, 15, 17, tzinfo=PARIS)
    assert atelier(contrat, jour=JOUR, guichet="G1226", instant=autre).instant == autre


def test_a_commune_has_to_exist(contrat: Contrat) -> None:
    with pytest.raises(UsageError, match="99999"):
        atelier(contrat, jour=JOUR, guichet="G1226", contraintes=Contraintes(communes=("99999",)))


def test_each_adult_of_a_household_has_a_right_nir_and_no_minor_has_one(contrat: Contrat) -> None:
    ici = atelier(contrat, jour=JOUR, guichet="G1226", contraintes=Contraintes(nir=True))
    porteurs = 0
    for graine in range(60):
        demande = Demande(ici.message(TirageVarie(graine)))
        for personne in demande.personnes_a_charge:
            nir, naissance = personne.texte_de("nir"), personne.date_de("dateNaissance")
            assert naissance is not None
            assert (nir is not None) == (age(naissance, JOUR) >= 18)
            porteurs += nir is not None
            assert nir is None or (forme_valide(nir) and cle_valide(nir))
            assert nir is None or convient_a_la_naissance(nir, naissance)
    assert porteurs > 3
