"""The base of a run: put back, its clock moved, others at work in it, beside the server."""

import os
from datetime import timedelta

import pytest
from banc import MIDI, Banc, message, specimen
from lxml import etree

from sne_conformite.observation.reponses_lues import modifies
from sne_conformite.pilotage.base_pilotee import BaseJugee
from sne_interface.contract import codec
from sne_interface.domain.base import NatureGuichet
from sne_interface.domain.panne import PanneDefinition
from sne_sandbox.operations.boites_sur_disque import DossiersGuichet
from sne_sandbox.store.fichiers_des_boites import Boite, Boites


@pytest.fixture
def base(banc: Banc) -> BaseJugee:
    return BaseJugee(banc.services.magasin, banc.services.contrat, banc.nom)


def test_it_is_made_when_it_does_not_exist(banc: Banc) -> None:
    faite = BaseJugee(banc.services.magasin, banc.services.contrat, f"{banc.nom}-bis", profil="strict")
    assert faite.magasin.bases.lire(faite.nom).reglages.profile == "strict"
    assert faite.compter() == 0


def test_put_back_it_keeps_only_its_journal(banc: Banc, base: BaseJugee) -> None:
    banc.creer_demande()
    base.jouer("G1226", NatureGuichet.ETAT)
    base.armer(PanneDefinition("delai"))
    base.avancer("P1M")
    avant = base.dernier()
    base.remettre(MIDI)
    assert base.compter() == 0
    assert base.maintenant == MIDI
    assert base.dernier() == avant > 0
    with base.magasin.lire(base.nom) as registre:
        guichet = registre.guichet("G1226")
    assert guichet is not None
    assert guichet.nature is NatureGuichet.BAILLEUR
    base.remettre(MIDI - timedelta(days=300))  # with nothing in it, time may go back
    assert base.maintenant < MIDI


def test_a_file_left_before_it_was_put_back_is_never_taken_in(banc: Banc, base: BaseJugee) -> None:
    canal = banc.services.boites
    dossiers = DossiersGuichet.de(canal.home, banc.nom, "G1226")
    dossiers.ouvrir()

    def deposer() -> None:
        fichier = dossiers.entree / "DEMG1226-201803151200-000001.xml"
        fichier.write_bytes(etree.tostring(message(specimen("personne_seule"), "CRE", numGuichet="G1226")))
        os.utime(fichier, (0, 0))  # the round leaves alone what has just been written

    deposer()
    base.remettre(MIDI, str(dossiers.entree))
    canal.tournee()
    assert (base.compter(), base.dernier()) == (0, 0)
    deposer()
    canal.tournee()
    assert (base.compter(), base.dernier()) == (1, 1)


def test_an_inbox_that_an_application_is_told_of_is_there(banc: Banc, base: BaseJugee) -> None:
    dossiers = DossiersGuichet.de(banc.services.boites.home, banc.nom, "G1226")
    base.remettre(MIDI, str(dossiers.entree))
    assert dossiers.entree.is_dir()


def test_the_exchanges_since_an_id_come_with_their_bytes(banc: Banc, base: BaseJugee) -> None:
    banc.creer_demande()
    repere = base.dernier()
    numero, _ = banc.creer_demande("association")
    banc.relire(numero)
    vus = base.echanges(repere)
    assert [e.operation for e in vus] == ["getNumUnique", "getDemandeLogement"]
    assert all(e.requete and e.reponse for e in vus)
    assert base.echanges(base.dernier()) == []


def test_another_guichet_is_no_line_of_the_journal_and_is_dispatched(banc: Banc, base: BaseJugee) -> None:
    document = codec.decoder(message(specimen("personne_seule"), "CRE", numGuichet="G0621"))
    base.autrui("getNumUnique", "G0621", document)
    assert base.compter() == 1
    assert base.dernier() == 0
    ((nom, contenu),) = base.boite_sortie("G1104")
    assert nom.startswith("DISG1104-")
    numero, marques = modifies(contenu)
    assert numero.endswith("G0621")
    assert marques == ["interfaceNuu/demande/demandeLogement"]
    assert base.boite_sortie("G1104") == []


def test_files_left_for_the_asynchronous_channel_are_seen(base: BaseJugee) -> None:
    with base.magasin.ecrire(base.nom) as registre:
        Boites(registre.connexion, base.nom, "G1226").deposer(Boite.ENTREE, "DEM.xml", b"<a/>", MIDI)
    assert base.fichiers_laisses("G1226") == ["DEM.xml"]


def test_a_guichet_that_does_not_exist_plays_no_part(base: BaseJugee) -> None:
    with pytest.raises(KeyError):
        base.jouer("G9999", NatureGuichet.ETAT)
