"""What the contract to come would refuse, and how the answer says it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copy, rmtree
from typing import Any

import pytest
from banc import Banc, message, specimen
from banc import poser as ecrire
from ecritures import poser
from flask import Flask
from lxml import etree

from sne_conformite.bilan import trafic_juge
from sne_conformite.bilan.constats_recueillis import SUIVANT
from sne_conformite.bilan.trafic_juge import ReglagesTrafic
from sne_conformite.rapports.rapport import Fin
from sne_sandbox.operations import contrat_a_venir

Nouvelle = Callable[..., Banc]
CHANGEMENTS = Path(__file__).with_suffix(".toml")


@pytest.fixture
def futurs(application: Flask) -> Iterator[Path]:
    """A contract of the operator's, `futur`, that takes 02.02 alone."""
    dossier = application.extensions["sne"].configuration.home / "contrats"
    futur = poser(dossier / "futur", "v5.2")
    with (futur / "contract.toml").open("a", encoding="utf-8") as fichier:
        fichier.write('versions = ["02.02"]\n')
    copy(CHANGEMENTS, futur / "changements.toml")
    yield dossier
    rmtree(dossier)


def en(version: str, nom: str = "personne_seule") -> Any:
    racine = message(specimen(nom), "CRE")
    racine.set("versionInterface", version)
    return racine


def test_the_answer_names_the_change_and_its_day(nouvelle_base: Nouvelle, futurs: Path) -> None:
    banc = nouvelle_base(contrat_suivant="futur")
    recu = banc.demander(en("02.01"))
    assert recu.anomalies == []
    assert recu.en_tetes["SNE-Avertissement"] == 'FIN-ANCIENNES; exige="2018-12-31"'
    (note,) = recu.echange.a_venir  # type: ignore[union-attr]
    assert (note["contrat"], note["regle"], note["exige"]) == ("futur", "ENT003", "2018-12-31")
    assert "SNE-Avertissement" not in banc.demander(en("02.02", "colocataires")).en_tetes
    assert banc.journal()[0].a_venir == []


def test_it_is_shown_in_the_journal_on_the_page_and_in_the_report(
    nouvelle_base: Nouvelle, futurs: Path
) -> None:
    banc = nouvelle_base(contrat_suivant="futur")
    banc.demander(en("02.01"))
    banc.demander(en("02.01", "colocataires"))
    assert ">futur\u00a0: FIN-ANCIENNES<" in banc.http.get(f"/console/{banc.nom}/journal").text
    page = banc.http.get(f"/console/{banc.nom}/echanges/1").text
    assert "Ce que refusera futur" in page
    assert "exigé au plus tard le 2018-12-31" in page
    dit = banc.api("GET", f"/bases/{banc.nom}/exchanges/1").json
    assert [refus["changement"] for refus in dit["a_venir"]] == ["FIN-ANCIENNES"]
    services = banc.services
    evenements = trafic_juge.juger_base(
        services.magasin.journal, banc.nom, services.contrat, ReglagesTrafic()
    )
    (rapport,) = [e.rapport for e in evenements if isinstance(e, Fin)]
    (dite,) = [r for r in rapport.reponses if r.nature == SUIVANT]
    assert (dite.code, dite.nombre, dite.echanges) == ("FIN-ANCIENNES", 2, (1, 2))
    assert "refusé sous futur, exigé au plus tard le 2018-12-31" in dite.message
    assert rapport.conforme, "it is told, and decides of nothing"


def test_what_the_base_refuses_already_is_no_news(nouvelle_base: Nouvelle, futurs: Path) -> None:
    banc = nouvelle_base(contrat="v5.0", contrat_suivant="v5.2")
    fautif = en("02.01")
    ecrire(fautif, "demande/demandeLogement/personnePhysique/demandeur/dateNaissance", "2030-01-01")
    recu = banc.demander(fautif)
    assert recu.anomalies != []
    assert "SNE-Avertissement" not in recu.en_tetes
    # A document of the version to come is refused now, and would not be then.
    recu = banc.demander(en("02.02"))
    assert recu.anomalies == ["ENT003"]
    assert "SNE-Avertissement" not in recu.en_tetes


def test_a_fault_that_only_the_register_can_weigh_is_not_told(nouvelle_base: Nouvelle, futurs: Path) -> None:
    dur = poser(futurs / "dur", "v5.2", '[IDT007]\ngravite = "bloquante"\nfidelite = "attestée"\n')
    copy(CHANGEMENTS, dur / "changements.toml")
    banc = nouvelle_base(contrat_suivant="dur")
    racine = message(specimen("personne_seule"), "CRE")
    ecrire(racine, "demande/demandeLogement/personnePhysique/demandeur/telPortable", "9639980099")
    recu = banc.demander(racine)
    assert recu.en_tetes["SNE-Avertissement"] == 'TELEPHONE; exige="2018-06-30"'
    # The stored demande has it: a modification that leaves it would not be refused for it.
    modifiee = banc.demander(message(racine, "MOD", recu.numero))
    assert modifiee.anomalies == []
    assert "SNE-Avertissement" not in modifiee.en_tetes


def test_a_contract_to_come_that_does_not_read_changes_no_answer(
    nouvelle_base: Nouvelle, futurs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    banc = nouvelle_base(contrat_suivant="futur")

    def casser(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(contrat_a_venir, "prevoir", casser)
    recu = banc.demander(en("02.01"))
    assert recu.anomalies == []
    assert "SNE-Avertissement" not in recu.en_tetes
    (note,) = recu.echange.a_venir  # type: ignore[union-attr]
    assert "ZeroDivisionError" in note["message"]
    assert "Non jugé sous cette interface" in banc.http.get(f"/console/{banc.nom}/echanges/1").text


def test_a_file_of_a_box_is_judged_so_too(nouvelle_base: Nouvelle, futurs: Path) -> None:
    banc = nouvelle_base(contrat="v5.0", contrat_suivant="futur")
    boites = banc.services.boites
    with banc.services.magasin.lire(banc.nom) as registre:
        guichet = registre.guichet("G1104")
    octets = etree.tostring(en("02.01"), encoding="UTF-8")
    boites.deposer(banc.nom, guichet, "DEMG1104-201803151200-000001.xml", octets)
    boites.relever(banc.nom, guichet)
    (ligne,) = banc.journal()
    assert (ligne.methode, ligne.verdict) == ("FICHIER", "accepté")
    assert [refus["changement"] for refus in ligne.a_venir] == ["FIN-ANCIENNES"]
