"""A package judged again says what was said: its NIRs are stand-ins, and no verdict moves."""

import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from banc import FORMULAIRE, Banc, message, poser, radiation, specimen, trouver

from sne_sandbox.conformance import trafic
from sne_sandbox.domain.echange import Echange
from sne_sandbox.reports import evidence
from sne_sandbox.reports.compare import memes_verdicts
from sne_sandbox.reports.model import EtatExigence, Fin, Rapport

NIRS = ("206127511100564", "2061275111005", "206127511100599")


def juger(banc: Banc) -> Rapport:
    *_, fin = trafic.juger_base(banc.services.magasin, banc.nom, banc.services.contrat)
    assert isinstance(fin, Fin)
    return fin.rapport


def deplie(echange: Echange) -> bytes:
    """All the bytes of an exchange, those of its ZIP too."""
    octets = echange.requete + echange.reponse
    if b"PK\x05\x06" in octets:
        with zipfile.ZipFile(io.BytesIO(echange.reponse)) as archive:
            octets += b"".join(archive.read(nom) for nom in archive.namelist())
    return octets


def rejouer(banc: Banc, echanges: Iterator[Echange] | evidence.EchangesDuDossier) -> Rapport:
    for echange in echanges:
        echange.base = banc.nom
        banc.services.magasin.journal.consigner(None, echange)
    return juger(banc)


def test_traffic_with_nirs_right_and_wrong_is_judged_the_same(
    nouvelle_base: Callable[..., Banc], tmp_path: Path
) -> None:
    banc = nouvelle_base()
    numero, racine = banc.creer_demande("personne_seule_nir")
    ecrit = str(trouver(racine, f"{FORMULAIRE}/personnePhysique/demandeur/nir").text)
    for nir in NIRS:
        autre = specimen("personne_seule_nir")
        poser(autre, f"{FORMULAIRE}/personnePhysique/demandeur/nir", nir)
        banc.demander(message(autre, "CRE"))
    assert banc.demander(radiation(racine, numero, "RADABA")).anomalies == []
    # A ZIP of demandes, whose NIRs are inside.
    (demande,) = banc.depuis("getDemandesRadieesDepuisLe").archive.values()
    assert ecrit in demande.itertext()
    banc.relire(numero)
    banc.demander(message(specimen("personne_seule"), "MOD", numero))
    rapport = juger(banc)
    assert any(bilan.etat is EtatExigence.ENFREINTE for bilan in rapport.bilans)

    chemin = tmp_path / "preuves.zip"
    tous = trafic.parcourir(banc.services.magasin, banc.nom)
    evidence.ecrire(rapport, chemin, echanges=tous, configuration={}, versions={})
    dossier = evidence.lire(chemin)
    relus = list(dossier.echanges)
    assert len(relus) == rapport.entete.echanges
    for nir in (*NIRS, ecrit):
        assert not [e.identifiant for e in relus if nir.encode() in deplie(e)]

    assert memes_verdicts(dossier.rapport, rejouer(nouvelle_base(), dossier.echanges)) == ()


def test_an_exchange_taken_away_is_seen(nouvelle_base: Callable[..., Banc], tmp_path: Path) -> None:
    banc = nouvelle_base()
    numero, racine = banc.creer_demande("personne_seule")
    banc.demander(radiation(racine, numero, "RADABA"))
    rapport, chemin = juger(banc), tmp_path / "preuves.zip"
    tous = trafic.parcourir(banc.services.magasin, banc.nom)
    evidence.ecrire(rapport, chemin, echanges=tous, configuration={}, versions={})
    premiers = list(evidence.lire(chemin).echanges)[:1]
    assert memes_verdicts(rapport, rejouer(nouvelle_base(), iter(premiers))) != ()
