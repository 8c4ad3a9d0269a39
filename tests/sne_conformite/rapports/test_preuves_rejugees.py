"""A package judged again says what was said: its NIRs are stand-ins, and no verdict moves."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from banc import FORMULAIRE, Banc, message, poser, radiation, specimen, trouver
from paquet_refait import contenus, emballer

from sne_conformite.bilan import trafic_juge
from sne_conformite.cli.options_de_jugement import RapportDemande, Verificateur
from sne_conformite.cli.preuves_rejugees import classer, rejuger
from sne_conformite.cli.sorties_de_rapport import Sorties, versions
from sne_conformite.preuves import empreintes_de_ce_qui_juge, paquet_de_preuves
from sne_conformite.preuves.signature import CleDeConfiance, EnveloppeVerifiee
from sne_conformite.rapports.rapport import EtatExigence, Fin, Rapport
from sne_interface.domain.echange import Echange

NIRS = ("206127511100564", "2061275111005", "206127511100599")


def juger(banc: Banc) -> Rapport:
    *_, fin = trafic_juge.juger_base(banc.services.magasin.journal, banc.nom, banc.services.contrat)
    assert isinstance(fin, Fin)
    return fin.rapport


def verdicts(rapport: Rapport) -> dict[str, object]:
    """What became of each check, and of each requirement."""
    bilans = {b.exigence: (b.etat, {c.sorte for c in b.constats if not c.tenue}) for b in rapport.bilans}
    return {v.id: v.verdict for v in rapport.verifications} | bilans


def deplie(echange: Echange) -> bytes:
    """All the bytes of an exchange, those of its ZIP too."""
    octets = echange.requete + echange.reponse
    if b"PK\x05\x06" in octets:
        with zipfile.ZipFile(io.BytesIO(echange.reponse)) as archive:
            octets += b"".join(archive.read(nom) for nom in archive.namelist())
    return octets


def rejouer(banc: Banc, echanges: Iterator[Echange] | paquet_de_preuves.EchangesDuDossier) -> Rapport:
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
    tous = trafic_juge.parcourir(banc.services.magasin.journal, banc.nom)
    paquet_de_preuves.ecrire(rapport, chemin, echanges=tous, configuration={}, versions={})
    dossier = paquet_de_preuves.lire(chemin)
    relus = list(dossier.echanges)
    assert len(relus) == rapport.entete.echanges
    for nir in (*NIRS, ecrit):
        assert not [e.identifiant for e in relus if nir.encode() in deplie(e)]

    assert verdicts(dossier.rapport) == verdicts(rejouer(nouvelle_base(), dossier.echanges))


@pytest.fixture
def dossier(nouvelle_base: Callable[..., Banc], tmp_path: Path) -> Path:
    """The evidence of the traffic of a base, of five exchanges."""
    banc = nouvelle_base()
    for _ in range(5):
        banc.demander(message(specimen("personne_seule"), "CRE"))
    magasin, contrat, chemin = banc.services.magasin, banc.services.contrat, tmp_path / "preuves.zip"
    juges, rapport = empreintes_de_ce_qui_juge.detailler(contrat), juger(banc)
    entete = replace(rapport.entete, empreintes=empreintes_de_ce_qui_juge.resumer(juges))
    configuration = {
        "options": {"profile": "ecole"},
        "trafic": trafic_juge.faits(trafic_juge.ReglagesTrafic(), magasin.journal, banc.nom),
    }
    sorties = Sorties(None, contrat=(contrat.nom, None))
    paquet_de_preuves.ecrire(
        sorties.mentionner(replace(rapport, entete=entete))[0],
        chemin,
        echanges=trafic_juge.parcourir(magasin.journal, banc.nom),
        configuration=configuration,
        versions=versions(),
        juges=juges,
    )
    return chemin


def refaire(
    dossier: Path, capsys: pytest.CaptureFixture[str], premier: int, journal: list[int] | None
) -> str:
    """What is said of a package whose exchanges before `premier` are taken away, the journal being told as
    `journal`, and all hashes done again."""
    membres = contenus(dossier)
    lignes = membres["journal.jsonl"].splitlines(keepends=True)
    membres["journal.jsonl"] = b"".join(lignes[premier - 1 :])
    configuration = json.loads(membres["configuration.json"])
    if journal is not None:
        configuration["trafic"]["journal"] = journal
    membres["configuration.json"] = json.dumps(configuration).encode()
    emballer(dossier, membres)
    options = {"contract": "v5.2", "contracts": None}
    sorties = Sorties.preparer(RapportDemande(), options=options)
    sorties.rendre(*rejuger(dossier, Verificateur(), sorties, options))
    return capsys.readouterr().err


@pytest.mark.parametrize(
    ("meneur", "signataires", "defi", "classe"),
    [
        ("v", "v", "", "auto-déclarée (un vérificateur l'a menée, mais sans défi)"),
        ("v", "vw", "", "rejugée"),
        ("v", "v", "défi", "menée par un tiers"),
        ("x", "xz", "défi", "auto-déclarée (aucun vérificateur de confiance n'a signé)"),
        ("x", "xv", "", "rejugée"),
    ],
)
def test_the_class_is_of_who_drove_and_of_who_judged_again(
    meneur: str, signataires: str, defi: str, classe: str
) -> None:
    """A verifier without a challenge drove it as any other does: another one has to judge it again."""
    confiance = {"x": CleDeConfiance("X", "éditeur")}
    confiance |= {nom: CleDeConfiance(nom, "vérificateur") for nom in "vw"}
    dit = {"menee_par": meneur, "defi": defi, "fin": "2026-01-01"}
    enveloppe = EnveloppeVerifiee({"predicate": {"sne-sandbox": dit}}, {})
    assert classer(enveloppe, signataires, confiance) == classe


def test_the_whole_traffic_is_confirmed(dossier: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dites = refaire(dossier, capsys, 1, None)
    assert "octet pour octet" in dites
    assert "avant" not in dites.partition("Classe")[0].replace("d'avant", "")


@pytest.mark.parametrize(
    ("journal", "dit"),
    [
        (None, "l'échange 1 manque au journal"),
        ([3, 2, 5], "2 échanges oubliés avant"),
        ([3, 0, 5], "2 échanges oubliés avant"),
        ([5, 2, 5], "le journal dit 5 gardés, 2 oubliés, et 5 pour dernier"),
        ([2, 3, 5], "l'échange 3 n'est pas de ceux que le journal dit garder"),
        ([10**9, 0, 10**9], "l'échange 1 manque au journal"),
    ],
)
def test_traffic_whose_first_exchanges_are_dropped_is_told(
    dossier: Path, capsys: pytest.CaptureFixture[str], journal: list[int] | None, dit: str
) -> None:
    dites = refaire(dossier, capsys, 3, journal)
    assert dit in dites
    assert "Comparaison : le rapport" not in dites
