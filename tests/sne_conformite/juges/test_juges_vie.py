"""VIE: what one message says."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from banc import (
    FORMULAIRE,
    Banc,
    evenement,
    message,
    oter,
    poser,
    radiation,
    renouvellement,
    specimen,
    trouver,
)
from lxml import etree

from sne_conformite.rapports.rapport import Constat
from sne_interface.domain.dates import PARIS

Rompues = Callable[..., set[tuple[str, str]]]
Tenues = Callable[..., set[str]]
Juger = Callable[..., list[Constat]]


def envoyer(banc: Banc, racine: Any, rang: int = 2) -> Any:
    """getNumUnique under a name of its own."""
    guichet = trouver(racine, f"{FORMULAIRE}/numGuichet")
    code = "G1104" if guichet is None else guichet.text
    return banc.demander(racine, nom=f"DEM{code}-201803151200-{rang:06d}.xml")


def test_une_creation_avec_un_numero(banc: Banc, rompues: Rompues) -> None:
    envoyer(banc, message(specimen("personne_seule"), "CRE", "0620318000001G1104"))

    assert rompues(banc, pilote=True) == {("VIE-01", "numero_a_la_creation")}


@pytest.mark.parametrize(
    ("oubli", "sorte"),
    [
        ("numUnique", "numero_absent"),
        ("logementRecherche", "donnees_manquantes"),
        ("principauxMotifDemande", "donnees_manquantes"),
    ],
)
def test_une_modification_incomplete(banc: Banc, rompues: Rompues, oubli: str, sorte: str) -> None:
    numero, racine = banc.creer_demande()
    modifiee = message(racine, "MOD", numero)
    oter(modifiee, f"{FORMULAIRE}/{oubli}")
    envoyer(banc, modifiee)

    assert ("VIE-03", sorte) in rompues(banc, pilote=True)


def test_une_modification_qui_perd_un_bloc_ne_prouve_rien(
    banc: Banc, rompues: Rompues, tenues: Tenues
) -> None:
    """VIE-03: a household may have changed, so it is no fault; nor is it the proof that all was sent."""
    numero, racine = banc.creer_demande("couple_garde_alternee_handicap")
    modifiee = message(racine, "MOD", numero)
    oter(modifiee, f"{FORMULAIRE}/personnePhysique/listePersonneEnGarde")
    assert envoyer(banc, modifiee).anomalies == []
    assert "VIE-03" not in {e for e, _ in rompues(banc, pilote=True)} | tenues(banc)

    envoyer(banc, modifiee, 3)
    assert "VIE-03" in tenues(banc)


def test_un_message_refuse_ne_prouve_rien(banc: Banc, tenues: Tenues) -> None:
    """A renewal of an unknown demande has its date, and renews nothing."""
    envoyer(banc, renouvellement(specimen("personne_seule"), "1110318000099G1104", "2018-03-15"))
    assert not {exigence for exigence in tenues(banc) if exigence.startswith("VIE")}


def test_une_modification(banc: Banc, rompues: Rompues, tenues: Tenues) -> None:
    """VIE-03 and VIE-04 held, then the date changed."""
    numero, racine = banc.creer_demande()
    envoyer(banc, message(racine, "MOD", numero))
    assert rompues(banc, pilote=True) == set()
    assert tenues(banc) >= {"VIE-01", "VIE-02", "VIE-03", "VIE-04", "EMB-10"}

    envoyer(banc, message(racine, "MOD", numero, dateCreationDemande="2018-03-01"), 3)
    assert rompues(banc, pilote=True) == {("VIE-04", "date_de_creation_changee")}


def test_un_renouvellement(banc: Banc, rompues: Rompues, tenues: Tenues) -> None:
    numero, racine = banc.creer_demande()
    envoyer(banc, renouvellement(racine, numero, "2018-03-15"))
    assert "VIE-05" in tenues(banc)

    envoyer(banc, message(racine, "REN", numero), 3)
    assert rompues(banc, pilote=True) == {("VIE-05", "date_de_renouvellement_absente")}


def _sans_date(racine: Any) -> None:
    bloc = trouver(racine, f"{FORMULAIRE}/radiation")
    bloc.remove(bloc[0])


def _sans_bloc(racine: Any) -> None:
    oter(racine, f"{FORMULAIRE}/radiation")


@pytest.mark.parametrize(
    ("motif", "casser", "attendu"),
    [
        ("RADABA", _sans_date, ("VIE-06", "date_de_radiation_absente")),
        ("RADABA", _sans_bloc, ("VIE-06", "date_de_radiation_absente")),
        ("ZZZ", None, ("VIE-06", "motif_de_radiation_inconnu")),
        ("RADATT", None, ("VIE-07", "attribution_absente")),
        ("RADREN", None, ("VIE-08", "radren_envoye")),
    ],
)
def test_une_radiation_fautive(
    banc: Banc,
    rompues: Rompues,
    motif: str,
    casser: Callable[[Any], None] | None,
    attendu: tuple[str, str],
) -> None:
    numero, racine = banc.creer_demande()
    radiee = radiation(racine, numero, motif)
    if casser is not None:
        casser(radiee)
    envoyer(banc, radiee)

    assert attendu in rompues(banc, pilote=True)


def test_une_creation_ne_prouve_que_la_moitie(banc: Banc, tenues: Tenues) -> None:
    """VIE-01: in free traffic the number has to come back; driven, what is given back is judged."""
    numero, _ = banc.creer_demande()
    assert "VIE-01" not in tenues(banc)
    assert "VIE-01" in tenues(banc, pilote=True)

    banc.relire(numero)
    assert "VIE-01" in tenues(banc)


def test_une_radiation_pour_attribution(banc: Banc, rompues: Rompues, tenues: Tenues) -> None:
    numero, _ = banc.creer_demande("colocataires")
    radiee = specimen("radiation")
    poser(radiee, f"{FORMULAIRE}/numUnique", numero)
    envoyer(banc, radiee)

    assert tenues(banc) >= {"VIE-06", "VIE-07", "VIE-08"}
    assert rompues(banc, pilote=True) == {("VIE-18", "radiation_sans_decision")}


def test_une_separation(banc: Banc, rompues: Rompues, tenues: Tenues) -> None:
    numero, _ = banc.creer_demande("couple_garde_alternee_handicap")
    separee = specimen("separation")
    poser(separee, f"{FORMULAIRE}/numUniqueAssocie", numero)
    envoyer(banc, separee)
    assert "VIE-09" in tenues(banc)
    assert rompues(banc, pilote=True) == set()

    oter(separee, f"{FORMULAIRE}/numUniqueAssocie")
    envoyer(banc, separee, 3)
    assert rompues(banc, pilote=True) == {("VIE-09", "demande_d_origine_absente")}


EVENEMENT = "listeEvenements/evenement"
CARACTERISTIQUES = f"{EVENEMENT}/listeCaracteristiquesSpecifiques"


@pytest.mark.parametrize(
    ("casser", "sorte"),
    [
        (lambda e: oter(e, f"{EVENEMENT}/codeTypeEvenement"), "type_d_evenement_absent"),
        (lambda e: oter(e, f"{EVENEMENT}/dateSurvenance"), "date_de_survenance_absente"),
        (lambda e: oter(e, CARACTERISTIQUES), "caracteristique_absente"),
        (lambda e: poser(e, f"{EVENEMENT}/codeTypeEvenement", "INCONNU"), "type_d_evenement_inconnu"),
    ],
    ids=["type", "date", "caractéristique", "inconnu"],
)
def test_un_evenement_incomplet(
    banc: Banc, rompues: Rompues, casser: Callable[[Any], None], sorte: str
) -> None:
    incomplet = evenement(banc.creer_demande("colocataires")[0])
    casser(incomplet)
    banc.fichier("ajouterEvenementDemande", incomplet)

    assert rompues(banc, pilote=True) == {("VIE-16", sorte)}


def test_l_auteur_d_un_evenement(banc: Banc, rompues: Rompues, tenues: Tenues) -> None:
    """VIE-17: the one who wrote it changes it; a regulatory one stays."""
    numero, _ = banc.creer_demande("colocataires")
    banc.fichier("ajouterEvenementDemande", evenement(numero))
    change = evenement(numero, identifiant="1")
    banc.fichier("modifierEvenementDemande", change)
    assert tenues(banc) >= {"VIE-16", "VIE-17"}

    banc.fichier("supprimerEvenementDemande", change)
    poser(change, "entete/codeGuichet", "G1104")
    banc.fichier("modifierEvenementDemande", change)
    oter(change, f"{EVENEMENT}/idEvenement")
    banc.fichier("modifierEvenementDemande", change)
    assert {sorte for exigence, sorte in rompues(banc, pilote=True) if exigence == "VIE-17"} == {
        "evenement_reglementaire_supprime",
        "evenement_d_autrui",
        "id_evenement_absent",
    }


@pytest.mark.parametrize(
    ("nature", "attendu"),
    [
        ("MOD", set()),
        ("SUP", {("VIE-31", "nature_contraire")}),
        ("CRE", {("VIE-31", "nature_contraire")}),
        ("MODIF", set()),  # no code of ours: nothing is known of it
    ],
)
def test_la_nature_d_une_modification(
    banc: Banc, rompues: Rompues, constats: Juger, nature: str, attendu: set[tuple[str, str]]
) -> None:
    """VIE-31: what is written of the event is what the operation does."""
    numero, _ = banc.creer_demande("colocataires")
    banc.fichier("ajouterEvenementDemande", evenement(numero))
    banc.fichier("modifierEvenementDemande", evenement(numero, identifiant="1", nature=nature))

    assert {rompue for rompue in rompues(banc, pilote=True) if rompue[0] == "VIE-31"} == attendu
    dits = [c.tenue for c in constats(banc, pilote=True) if c.exigence == "VIE-31"]
    # The event was added without a nature, which contradicts nothing.
    assert dits == [True] + {"MOD": [True], "MODIF": []}.get(nature, [False])


def test_le_canal_asynchrone(nouvelle_base: Callable[..., Banc], rompues: Rompues, tenues: Tenues) -> None:
    """VIE-19: what counts is the base's clock."""
    banc = nouvelle_base(horloge=datetime(2019, 1, 1, 0, 30, tzinfo=PARIS))  # still 2018 in UTC
    boite = f"/bases/{banc.nom}/guichets/G1104/inbox"
    banc.http.put(
        f"/api/v1{boite}/DEMG1104-201901021200-000001.xml",
        data=etree.tostring(specimen("personne_seule")),
        headers={"Host": "127.0.0.1:8080", "Content-Type": "text/xml"},
    )
    banc.api("POST", f"{boite}/relever")
    assert rompues(banc, pilote=True) == {("VIE-19", "asynchrone_apres_2018")}
    assert rompues(banc) == {("VIE-19", "asynchrone_apres_2018")}  # refused, and no test's whim all the same
    assert "VIE-19" not in tenues(banc)

    envoyer(banc, specimen("hebergee_secret"))
    assert "VIE-19" in tenues(banc)


def test_une_declaration_de_dalo(banc: Banc, rompues: Rompues, tenues: Tenues) -> None:
    numero, _ = banc.creer_demande("hebergee_secret")
    dalo = specimen("dalo")
    poser(dalo, f"{FORMULAIRE}/numUnique", numero)
    banc.demander(dalo, operation="getDeclarationNouveauDalo")
    assert "VIE-22" in tenues(banc)
    assert rompues(banc, pilote=True) == set()

    for chemin in ("demande/informationDalo", f"{FORMULAIRE}/numUnique"):
        oter(dalo, chemin)
    banc.demander(dalo, operation="getDeclarationNouveauDalo", nom="DALG0751-201803151200-000002.xml")
    assert {sorte for exigence, sorte in rompues(banc, pilote=True) if exigence == "VIE-22"} == {
        "numero_absent",
        "statut_dalo_absent",
        "date_dalo_absente",
    }


@pytest.mark.parametrize("type_fichier", ["SUP", "COP"])
def test_une_suppression_ou_une_piece(
    banc: Banc, rompues: Rompues, tenues: Tenues, type_fichier: str
) -> None:
    numero, racine = banc.creer_demande()
    envoyer(banc, message(racine, type_fichier))
    assert rompues(banc, pilote=True) == {("VIE-27", "numero_absent")}

    envoyer(banc, message(racine, type_fichier, numero), 3)
    assert "VIE-27" in tenues(banc)
