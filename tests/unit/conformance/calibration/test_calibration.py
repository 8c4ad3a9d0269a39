"""The other SNE, in process: every change is found, and what is proposed makes the two agree."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from banc import MIDI, Banc
from calibrage import CHANGEMENTS, ClientDesEcarts, ecrire_l_autre
from flask import Flask

from sne_sandbox.conformance.calibration import rendu, surcharge
from sne_sandbox.conformance.calibration.comparaison import calibrer
from sne_sandbox.conformance.calibration.ecarts import Bilan
from sne_sandbox.conformance.relecture import relire
from sne_sandbox.conformance.trafic import parcourir
from sne_sandbox.contract import versions
from sne_sandbox.contract.versions import Contrat
from sne_sandbox.domain.base import Horloge
from sne_sandbox.domain.echange import Echange
from sne_sandbox.mime.client import Forme
from sne_sandbox.web.app import creer_application
from sne_sandbox.web.partage import Configuration


def converser(application: Flask, nom: str) -> list[Echange]:
    """What the relay records of a client before this application."""
    banc = Banc(application, nom).creer()

    def appeler(operation: str, champs: dict[str, str | bytes]) -> bytes:
        recu = banc.appeler(operation, champs, forme=Forme.CLIENT_REEL)
        if recu.statut != 200:
            return b""
        return next((v for v in recu.champs.values() if isinstance(v, bytes) and v.startswith(b"<?xml")), b"")

    ClientDesEcarts(appeler).converser()
    enregistres = [nue(echange) for echange in parcourir(banc.services.magasin, nom)]
    banc.supprimer()
    return enregistres


def nue(echange: Echange) -> Echange:
    """The line as the relay makes it, read by our contract and not by the server's."""
    return Echange(
        base="proxy",
        recu_le=echange.recu_le,
        identifiant=echange.identifiant,
        methode=echange.methode,
        chemin=echange.chemin,
        statut=echange.statut,
        en_tetes=echange.en_tetes,
        en_tetes_reponse=echange.en_tetes_reponse,
        requete=echange.requete,
        reponse=echange.reponse,
    )


def lus(enregistres: list[Echange], contrat: Contrat) -> Iterator[Echange]:
    for echange in enregistres:
        ligne = nue(echange)
        relire(ligne, contrat)
        yield ligne


def juger(enregistres: list[Echange], contrat: Contrat) -> Bilan:
    return calibrer(contrat, lus(enregistres, contrat))


@pytest.fixture(scope="module")
def enregistrement(tmp_path_factory: pytest.TempPathFactory) -> list[Echange]:
    dossier = tmp_path_factory.mktemp("autre")
    autre = ecrire_l_autre(dossier / "contrats")
    configuration = Configuration(home=dossier / "home", contracts=autre, horloge=Horloge(fige_a=MIDI))
    application = creer_application(configuration)
    try:
        return converser(application, "autre")
    finally:
        application.extensions["sne"].magasin.fermer()


def test_every_change_is_found_and_nothing_else(enregistrement: list[Echange]) -> None:
    bilan = juger(enregistrement, versions.charger())
    dits = [(groupe.genre, groupe.titre) for groupe in bilan.groupes]
    manquent = [c for c in CHANGEMENTS if not any(c[0] == genre and c[1] in titre for genre, titre in dits)]
    de_trop = [d for d in dits if not any(c[0] == d[0] and c[1] in d[1] for c in CHANGEMENTS)]
    assert (manquent, de_trop) == ([], []), rendu.en_texte(bilan)
    assert not bilan.accidents


def test_what_is_proposed_makes_the_two_agree(enregistrement: list[Echange], tmp_path: Path) -> None:
    bilan = juger(enregistrement, versions.charger())
    surcharge.ecrire(tmp_path / "surcharge", bilan, versions.charger())
    apres = juger(enregistrement, versions.charger(overlay=tmp_path / "surcharge"))
    assert apres.groupes == [], rendu.en_texte(apres)
    assert apres.compares == bilan.compares


def test_the_same_contract_makes_no_difference(application: Flask) -> None:
    bilan = juger(converser(application, "jumeau"), versions.charger())
    assert bilan.groupes == [], rendu.en_texte(bilan)
    assert not bilan.accidents
    assert bilan.accords > 90
