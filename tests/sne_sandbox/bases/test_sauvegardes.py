"""Snapshots under a name, and what changed from one to the other."""

from functools import partial
from pathlib import Path

import pytest
from banc import FORMULAIRE, Banc, message, poser, radiation, specimen

from sne_interface.errors import BaseInconnue, StoreError, UsageError
from sne_sandbox.bases.sauvegardes import MAINTENANT, Sauvegardes, depuis
from sne_sandbox.store import fichier_de_sauvegarde
from sne_sandbox.store.connexion_en_transaction import RequeteSql
from sne_sandbox.store.magasin import Magasin


@pytest.fixture
def sauvegardes(banc: Banc) -> Sauvegardes:
    return Sauvegardes(banc.services.magasin)


def test_a_base_comes_back_and_its_journal_goes_on(banc: Banc, sauvegardes: Sauvegardes) -> None:
    banc.creer_demande("personne_seule")
    faite = sauvegardes.faire(banc.nom, "avant")
    assert (faite.nom, faite.demandes, faite.base) == ("avant", 1, banc.nom)
    assert faite.octets == faite.fichier.stat().st_size
    banc.creer_demande("colocataires")
    assert banc.compter() == 2
    assert sauvegardes.restaurer(banc.nom, "avant", banc.services.contrats) == faite
    assert banc.compter() == 1
    assert [e.methode for e in banc.journal()] == ["REMISE", "POST", "POST"]
    assert banc.creer_demande("colocataires")
    assert [e.identifiant for e in banc.journal()] == [4, 3, 2, 1]


def test_snapshots_are_listed_replaced_and_deleted(banc: Banc, sauvegardes: Sauvegardes) -> None:
    assert sauvegardes.lister(banc.nom) == []
    sauvegardes.faire(banc.nom, "a")
    banc.creer_demande("personne_seule")
    sauvegardes.faire(banc.nom, "b")
    assert {s.nom: s.demandes for s in sauvegardes.lister(banc.nom)} == {"a": 0, "b": 1}
    with pytest.raises(UsageError, match="déjà"):
        sauvegardes.faire(banc.nom, "a")
    assert sauvegardes.faire(banc.nom, "a", remplacer=True).demandes == 1
    sauvegardes.supprimer(banc.nom, "a")
    assert [s.nom for s in sauvegardes.lister(banc.nom)] == ["b"]
    sauvegardes.oublier(banc.nom)
    assert sauvegardes.lister(banc.nom) == []


def test_a_name_taken_meanwhile_is_not_taken_again(
    banc: Banc, sauvegardes: Sauvegardes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two at once: both found the name free."""
    ecrire = fichier_de_sauvegarde.sauvegarder

    def pendant(magasin: Magasin, base: str, fichier: Path, *, journal: bool) -> None:
        ecrire(magasin, base, fichier, journal=journal)
        monkeypatch.setattr(fichier_de_sauvegarde, "sauvegarder", ecrire)
        sauvegardes.faire(banc.nom, "a")
        banc.creer_demande("personne_seule")

    monkeypatch.setattr(fichier_de_sauvegarde, "sauvegarder", pendant)
    with pytest.raises(UsageError, match="déjà"):
        sauvegardes.faire(banc.nom, "a")
    assert [s.nom for s in sauvegardes.lister(banc.nom)] == ["a"]
    assert [f.name for f in sauvegardes.lire(banc.nom, "a").fichier.parent.iterdir()] == ["a.zip"]


def test_what_cannot_be_restored_is_listed_as_such_and_deleted(banc: Banc, sauvegardes: Sauvegardes) -> None:
    faite = sauvegardes.faire(banc.nom, "a")
    faite.fichier.with_name("b.zip").write_bytes(b"PK")
    lues = {s.nom: s for s in sauvegardes.lister(banc.nom)}
    assert (lues["a"].illisible, lues["a"].demandes) == ("", 0)
    assert (bool(lues["b"].illisible), lues["b"].demandes) == (True, None)
    with pytest.raises(UsageError, match="déjà"):
        sauvegardes.faire(banc.nom, "b")
    with pytest.raises(StoreError):
        sauvegardes.restaurer(banc.nom, "b", banc.services.contrats)
    with pytest.raises(StoreError):
        depuis(sauvegardes, banc.nom, "b", None)
    sauvegardes.supprimer(banc.nom, "b")
    assert [s.nom for s in sauvegardes.lister(banc.nom)] == ["a"]


def test_the_present_is_no_snapshot(banc: Banc, sauvegardes: Sauvegardes) -> None:
    """A comparison with « maintenant » is with the base as it is: it would never read this one."""
    with pytest.raises(UsageError, match="telle qu'elle est"):
        sauvegardes.faire(banc.nom, MAINTENANT)


@pytest.mark.parametrize("nom", ["", "a/b", "..", "../ecole", ".a", "é", "a" * 41, "a\n"])
def test_a_name_stays_in_its_folder(banc: Banc, sauvegardes: Sauvegardes, nom: str) -> None:
    assert not sauvegardes.existe(banc.nom, nom)
    restaurer = partial(sauvegardes.restaurer, contrats=banc.services.contrats)
    for geste in (sauvegardes.faire, sauvegardes.lire, restaurer, sauvegardes.supprimer):
        with pytest.raises(UsageError):
            geste(banc.nom, nom)


def test_an_unknown_base(sauvegardes: Sauvegardes) -> None:
    for nom in ("nulle-part", "../ecole", ".."):
        with pytest.raises(BaseInconnue):
            sauvegardes.faire(nom, "a")
        with pytest.raises(BaseInconnue):
            sauvegardes.lister(nom)


def test_what_changed_is_told_field_by_field(banc: Banc, sauvegardes: Sauvegardes) -> None:
    reste, _ = banc.creer_demande("personne_seule")
    radiee, racine = banc.creer_demande("colocataires")
    sauvegardes.faire(banc.nom, "avant")
    banc.demander(radiation(racine, radiee, "RADABA"))
    nouvelle, _ = banc.creer_demande("association")
    comparaison = depuis(sauvegardes, banc.nom, "avant")
    assert (comparaison.ajoutees, comparaison.disparues, comparaison.changees) == (1, 0, 1)
    assert comparaison.inchangees == 1
    assert reste not in {e.numero for e in comparaison.ecarts}
    genres = {e.numero: e.genre for e in comparaison.ecarts}
    assert genres == {nouvelle: "ajoutée", radiee: "changée"}
    (changee,) = [e for e in comparaison.ecarts if e.numero == radiee]
    champs = {c.nom: (c.avant, c.apres) for c in changee.champs}
    assert champs["état"] == ("A", "R")
    assert champs["motif de radiation"] == ("", "RADABA")
    assert champs["dateRadiation"] == ("", "2018-03-15")
    assert comparaison.phrase() == "Demandes : 1 ajoutée, 1 changée, 1 inchangée."

    sauvegardes.faire(banc.nom, "apres")
    entre = depuis(sauvegardes, banc.nom, "avant", "apres")
    assert entre.ecarts == comparaison.ecarts
    retour = depuis(sauvegardes, banc.nom, "apres", "avant")
    assert (retour.ajoutees, retour.disparues, retour.changees) == (0, 1, 1)
    assert depuis(sauvegardes, banc.nom, "apres").phrase() == "Aucune demande n'a changé."


def test_an_event_that_changed_is_told(banc: Banc, sauvegardes: Sauvegardes) -> None:
    numero, _ = banc.creer_demande("hebergee_secret")
    reste, _ = banc.creer_demande("colocataires")
    for cible in (numero, reste):
        evenement = specimen("evenement", "documents")
        poser(evenement, "operation/numUnique", cible)
        assert banc.fichier("ajouterEvenementDemande", evenement).anomalies == []
    sauvegardes.faire(banc.nom, "avant")
    with banc.services.magasin.ecrire(banc.nom) as registre:
        commenter = RequeteSql("UPDATE evenement SET commentaire = 'après' WHERE numero_unique = :numero")
        assert registre.connexion.faire(commenter, {"numero": numero}) > 0
    comparaison = depuis(sauvegardes, banc.nom, "avant")
    assert (comparaison.changees, comparaison.inchangees) == (1, 1)
    (change,) = comparaison.ecarts
    assert change.numero == numero
    assert [(c.nom, c.avant, c.apres) for c in change.champs] == [("événements", "1", "1, de contenu changé")]


def test_a_field_of_the_form_and_a_nir(banc: Banc, sauvegardes: Sauvegardes) -> None:
    numero, racine = banc.creer_demande("personne_seule")
    sauvegardes.faire(banc.nom, "avant")
    maj = message(racine, "MOD", numero)
    poser(maj, f"{FORMULAIRE}/personnePhysique/demandeur/telPortable", "0612345678")
    assert banc.demander(maj).anomalies == []
    (ecart,) = depuis(sauvegardes, banc.nom, "avant").ecarts
    assert any(c.nom.endswith("demandeur/telPortable") and c.apres == "0612345678" for c in ecart.champs)


def test_a_nir_is_never_told(banc: Banc, sauvegardes: Sauvegardes) -> None:
    numero, racine = banc.creer_demande("personne_seule_nir")
    sauvegardes.faire(banc.nom, "avant")
    maj = message(racine, "MOD", numero)
    (nir,) = maj.iter("{http://nuu.application.i2/}nir")
    ecrit = nir.text
    nir.text = None
    nir.getparent().remove(nir)
    banc.demander(maj)
    (ecart,) = depuis(sauvegardes, banc.nom, "avant").ecarts
    dits = " ".join(c.avant + c.apres for c in ecart.champs)
    assert any(c.nom.endswith("/nir") for c in ecart.champs)
    assert ecrit not in dits
    assert ecrit[3:] not in dits


def test_a_long_list_is_cut_and_counted(
    banc: Banc, sauvegardes: Sauvegardes, monkeypatch: pytest.MonkeyPatch
) -> None:
    sauvegardes.faire(banc.nom, "avant")
    banc.creer_demande("personne_seule")
    banc.demander(message(specimen("colocataires"), "CRE"))
    monkeypatch.setattr("sne_sandbox.bases.sauvegardes.DEMANDES_MAX", 1)
    comparaison = depuis(sauvegardes, banc.nom, "avant")
    assert (comparaison.ajoutees, len(comparaison.ecarts)) == (2, 1)
