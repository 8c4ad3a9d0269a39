"""The document of a demande, seen with the field's names."""

from dataclasses import replace
from datetime import date

import pytest
from donnees import a_cote

from sne_interface.contract import codec
from sne_interface.domain.demande import (
    Demande,
    DemandeStockee,
    EtatDemande,
    NumeroUnique,
    departement_de,
    mouvement_de_changement,
    mouvements_d_arrivee,
    territoire_de,
)
from sne_interface.domain.element_recu import construire
from sne_interface.resources import fixtures_dir


def _specimen(nom: str) -> Demande:
    return codec.lire_demande((fixtures_dir() / "demandes" / f"{nom}.xml").read_bytes())


def test_a_household() -> None:
    demande = _specimen("couple_garde_alternee_handicap")
    assert (demande.type_fichier, demande.num_guichet) == ("CRE", "G1226")
    assert demande.territoire == "062"
    assert not demande.est_association
    assert demande.demandeur is not None
    assert [p.element.nom for p in demande.titulaires] == ["demandeur", "cotitulaire"]
    assert demande.cotitulaires[0].lien_demandeur in ("M", "P", "C")
    assert demande.personnes_en_garde
    assert demande.handicaps
    assert demande.numero_unique is None
    assert not demande.forcer_doublon
    assert demande.date_fichier is not None


def test_an_association() -> None:
    demande = _specimen("association")
    assert demande.est_association
    assert demande.association is not None
    assert (demande.demandeur, demande.titulaires) == (None, ())


def test_a_radiation_a_renewal_a_dalo() -> None:
    assert _specimen("radiation").motif_radiation == "RADATT"
    assert _specimen("renouvellement").date_renouvellement is not None
    dalo = _specimen("dalo").information_dalo
    assert dalo is not None
    assert dalo.code_de("statutDalo") == "ACTIF"


def test_a_separation() -> None:
    demande = _specimen("separation")
    assert demande.numero_associe == "0620318000001G1226"
    assert demande.motifs
    assert demande.date_creation == date(2018, 3, 15)


def test_blanks_are_no_reference() -> None:
    noms = ("numUnique", "numUniqueAssocie", "refInterne")
    for ecrit, lu in (("\n   ", None), ("ABC", "ABC")):
        formulaire = construire("demandeLogement", tuple(construire(nom, ecrit) for nom in noms))
        demande = Demande(construire("interfaceNuu", (construire("demande", (formulaire,)),)))
        assert (demande.numero_unique, demande.numero_associe, demande.ref_interne) == (lu, lu, lu)


def test_the_persons_words() -> None:
    demandeur = _specimen("personne_seule_nir").demandeur
    assert demandeur is not None
    assert demandeur.civilite in ("1", "2", "3")
    assert (demandeur.nom, demandeur.prenom) != ("", "")
    assert demandeur.date_naissance is not None
    assert demandeur.situation_familiale
    assert demandeur.contrat_travail is not None


def test_a_document_with_nothing_in_it() -> None:
    demande = Demande(construire("interfaceNuu", (construire("demande", (construire("demandeLogement"),)),)))
    assert (demande.version, demande.type_fichier, demande.num_guichet) == ("", "", "")
    assert demande.communes_souhaitees == ()
    assert demande.territoire is None
    assert not demande.est_association
    assert Demande(construire("interfaceNuu")).numero_unique is None


def test_an_association_counts_even_when_empty() -> None:
    formulaire = construire("demandeLogement", (construire("association"),))
    demande = Demande(construire("interfaceNuu", (construire("demande", (formulaire,)),)))
    assert demande.est_association
    assert demande.association is None


# --- TTT MM AA NNNNNN GGGGG ---------------------------------------------------------------------------


@pytest.mark.parametrize(("commune", "territoire"), a_cote(__file__)["the_territory_of_a_commune"])
def test_the_territory_of_a_commune(commune: str, territoire: str) -> None:
    assert territoire_de(commune) == territoire


def test_the_departement_of_a_commune() -> None:
    assert [departement_de(c) for c in ("62041", "2A004", "97105", "98818")] == ["62", "2A", "971", "988"]


@pytest.mark.parametrize(
    "texte", ["1110318016982G1104", "02A1218000001G0622", "9710101999999GDPUB", "0620417000001G1226"]
)
def test_read_and_written_again(texte: str) -> None:
    lu = NumeroUnique.lire(texte)
    assert lu is not None
    assert str(lu) == texte


def test_its_parts() -> None:
    assert NumeroUnique.lire("1110318016982G1104") == NumeroUnique("111", 3, 18, 16982, "G1104")
    assert str(NumeroUnique.de("062", date(2009, 12, 31), 7, "GDPUB")) == "0621209000007GDPUB"


@pytest.mark.parametrize(
    "texte",
    ["", "1110318016982G110", "1110318016982G11045", "1111318016982G1104", "1110018016982G1104", "x" * 18],
)
def test_what_is_no_number(texte: str) -> None:
    assert NumeroUnique.lire(texte) is None


@pytest.mark.parametrize(
    ("avant", "apres", "attendu"),
    [
        ("A", "A", None),
        ("A", "R", ("RAD", -1)),
        ("R", "R", None),
        ("R", "A", ("REA", 1)),
        ("A", "A renouvelée", ("REN", 0)),
        ("R", "A renouvelée", ("REN", 1)),
    ],
)
def test_what_a_change_does_to_the_stock(avant: str, apres: str, attendu: tuple[str, int] | None) -> None:
    jour = date(2018, 3, 15)
    demande = _specimen("personne_seule")
    un = DemandeStockee(
        *("075031801698111304", "111", EtatDemande(avant), "02.02", "G1104", "G1104", False),
        *(jour, jour, jour, demande, b""),
    )
    renouvelee = jour if apres.endswith("renouvelée") else None
    deux = replace(un, etat=EtatDemande(apres[0]), date_renouvellement=renouvelee)
    mouvement = mouvement_de_changement(un, deux, jour)
    assert (mouvement and (mouvement.genre.value, mouvement.effet)) == attendu
    # The movements of one that arrives in this state add up to the same stock.
    assert sum(un_autre.effet for un_autre in mouvements_d_arrivee(deux, jour)) == int(deux.active)
