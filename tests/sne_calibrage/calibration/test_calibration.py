"""The other SNE, in process: every change is found, and what is proposed makes the two agree."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
from banc import MIDI, Banc, message
from calibrage import (
    CHANGEMENTS,
    DEMANDEUR,
    FORMULAIRE,
    ClientDesEcarts,
    contrat,
    ecrire_l_autre,
    nue,
    specimen,
    trouver,
)
from flask import Flask
from lxml import etree

from sne_calibrage.calibration import rendu_de_calibration, surcharge_proposee
from sne_calibrage.calibration.calibration import calibrer
from sne_calibrage.calibration.ecarts_par_cause import Calibrage
from sne_calibrage.calibration.schemas_retouches import Facette
from sne_calibrage.enregistrements.export_du_relais import du_dossier
from sne_calibrage.enregistrements.fixtures_ecrites import echantillons, ecrire
from sne_calibrage.enregistrements.ligne_de_journal_relue import relire
from sne_conformite.bilan.trafic_juge import parcourir
from sne_interface.contract import contrats_charges
from sne_interface.contract.codec import NS
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.base import Horloge
from sne_interface.domain.echange import Echange
from sne_interface.errors import UsageError
from sne_interface.resources import contracts_dir
from sne_sandbox.soap.requete_soap_ecrite import Forme
from sne_sandbox.web.application_wsgi import creer_application
from sne_sandbox.web.configuration_et_services import Configuration

_AUTRE: Final = b'<ns1:anomalie code="X99"><ns1:message>Autre chose.</ns1:message></ns1:anomalie>'


def converser(application: Flask, nom: str) -> list[Echange]:
    """What the relay records of a client before this application."""
    banc = Banc(application, nom).creer()

    def appeler(operation: str, champs: dict[str, str | bytes]) -> bytes:
        recu = banc.appeler(operation, champs, forme=Forme.CLIENT_REEL)
        if recu.statut != 200:
            return b""
        return next((v for v in recu.champs.values() if isinstance(v, bytes) and v.startswith(b"<?xml")), b"")

    ClientDesEcarts(appeler).converser()
    return relayes(banc)


def relayes(banc: Banc) -> list[Echange]:
    """What the relay records of the calls of a base, which then goes."""
    enregistres = [nue(echange) for echange in parcourir(banc.services.magasin.journal, banc.nom)]
    banc.supprimer()
    return enregistres


def lus(enregistres: list[Echange], contrat: Contrat) -> Iterator[Echange]:
    for echange in enregistres:
        ligne = nue(echange)
        relire(ligne, contrat)
        yield ligne


def repondus(enregistres: list[Echange], avant: bytes, apres: bytes) -> list[Echange]:
    """The same, answered otherwise."""
    return [replace(e, reponse=e.reponse.replace(avant, apres)) for e in enregistres]


def juger(enregistres: list[Echange], contrat: Contrat) -> Calibrage:
    return calibrer(contrat, lus(enregistres, contrat))


def sous_la_surcharge(bilan: Calibrage, enregistres: list[Echange], dossier: Path) -> Calibrage:
    """What is left of it once what it proposes is written in a folder."""
    surcharge_proposee.ecrire(dossier, bilan, contrat())
    apres = juger(enregistres, contrats_charges.charger(overlay=dossier))
    assert apres.groupes == [], rendu_de_calibration.en_texte(apres)
    return apres


def enregistrer(
    home: Path, autre: Path, jouer: Callable[[Flask, str], list[Echange]] = converser
) -> list[Echange]:
    """What is recorded of a client before a server of this overlay."""
    application = creer_application(
        Configuration(ouvert=True, home=home, contracts=autre, horloge=Horloge(fige_a=MIDI))
    )
    try:
        return jouer(application, "autre")
    finally:
        application.extensions["sne"].magasin.fermer()


@pytest.fixture(scope="module")
def enregistrement(tmp_path_factory: pytest.TempPathFactory) -> list[Echange]:
    dossier = tmp_path_factory.mktemp("autre")
    return enregistrer(dossier / "home", ecrire_l_autre(dossier / "contrats"))


@pytest.fixture(scope="module")
def jumeau(application: Flask) -> list[Echange]:
    """What is recorded of the same client before a server of the same contract."""
    return converser(application, "jumeau")


@pytest.fixture(scope="module")
def bilan(enregistrement: list[Echange]) -> Calibrage:
    return juger(enregistrement, contrat())


def test_every_change_is_found_and_nothing_else(bilan: Calibrage) -> None:
    dits = [(groupe.genre, groupe.titre) for groupe in bilan.groupes]
    manquent = [c for c in CHANGEMENTS if not any(c[0] == genre and c[1] in titre for genre, titre in dits)]
    de_trop = [d for d in dits if not any(c[0] == d[0] and c[1] in d[1] for c in CHANGEMENTS)]
    assert (manquent, de_trop) == ([], []), rendu_de_calibration.en_texte(bilan)
    assert not bilan.accidents


def test_what_is_proposed_makes_the_two_agree(
    enregistrement: list[Echange], bilan: Calibrage, tmp_path: Path
) -> None:
    assert sous_la_surcharge(bilan, enregistrement, tmp_path / "surcharge").compares == bilan.compares


def test_the_same_contract_makes_no_difference(jumeau: list[Echange]) -> None:
    bilan = juger(jumeau, contrat())
    assert bilan.groupes == [], rendu_de_calibration.en_texte(bilan)
    assert not bilan.accidents
    assert bilan.accords > 90


def test_what_shows_in_every_answer_is_a_setting(tmp_path: Path) -> None:
    """Warnings shown tell those of a rule that is ignored; several paths written alike are one cause."""
    (tmp_path / "autre").mkdir()
    (tmp_path / "autre" / "contract.toml").write_text(
        '[reglages]\navertissements = "reponse"\nemballage = "simple"\n', "utf-8"
    )
    (tmp_path / "autre" / "rules.toml").write_text(
        '[IDT004]\ngravite = "ignorée"\n[ADR001]\npropriete = "{nom}"\n[MEN005]\npropriete = "{nom}"\n'
        '[LOG011]\ngravite = "bloquante"\n',
        "utf-8",
    )
    enregistre = enregistrer(tmp_path / "home", tmp_path / "autre")
    bilan = juger(enregistre, contrat())
    dits = sorted((groupe.genre, groupe.titre.partition(" :")[0]) for groupe in bilan.groupes)
    assert dits == [
        ("gravité", "IDT004 n'est pas contrôlée."),
        ("gravité", "LOG011 refuse le message."),
        ("propriété", "MEN005, ADR001"),
        ("réglage", "Le réglage avertissements est « reponse », et non « interne »."),
        ("réglage", "Le réglage emballage est « simple », et non « question »."),
    ], rendu_de_calibration.en_texte(bilan)
    sous_la_surcharge(bilan, enregistre, tmp_path / "surcharge")


def test_an_element_that_we_do_not_know_is_told(jumeau: list[Echange]) -> None:
    """In what the server answers: the schema is to be changed, and the sandbox does not write it."""
    enregistres = repondus(jumeau, b"</ns1:precision>", b"</ns1:precision><ns1:avis>oui</ns1:avis>")
    bilan = juger(enregistres, contrat())
    assert {groupe.genre for groupe in bilan.groupes} == {"schéma", "élément"}, rendu_de_calibration.en_texte(
        bilan
    )
    assert all("avis" in groupe.titre for groupe in bilan.groupes)
    (proposition,) = {p.arguments for p in bilan.propositions if p.fichier == "xsd/demande-02.01.xsd"}
    assert proposition == (Facette.ELEMENT, "interfaceNuu/demande/demandeLogement/avis", "precision")


def test_a_code_that_is_no_rule_of_ours_is_told_and_nothing_is_proposed(jumeau: list[Echange]) -> None:
    fin = b"</ns1:listeAnomalie>"
    bilan = juger(repondus(jumeau, fin, _AUTRE + fin), contrat())
    (groupe,) = bilan.groupes
    assert (groupe.genre, groupe.propositions) == ("contrôle inconnu", [])
    assert "X99" in groupe.titre


def test_no_nir_is_shown_nor_written(enregistrement: list[Echange], tmp_path: Path) -> None:
    """Those of the examples of NIR001, which a server without mask repeats."""
    nir = b"189046210100199"
    enregistres = repondus(enregistrement, b"</ns1:message>", b" (" + nir + b")</ns1:message>")
    nous = contrat()
    bilan = juger(enregistres, nous)
    ecrits = b"".join(surcharge_proposee.fichiers(bilan, nous).values()).decode()
    sorties = (
        json.dumps(rendu_de_calibration.en_json(bilan)),
        rendu_de_calibration.en_texte(bilan),
        rendu_de_calibration.en_html(bilan, "v5.2", "proxy"),
    )
    assert "189***" in sorties[1]
    for sortie in (*sorties, ecrits):
        assert nir.decode() not in sortie


def test_a_second_overlay_keeps_the_first(enregistrement: list[Echange], tmp_path: Path) -> None:
    (tmp_path / "un").mkdir()
    (tmp_path / "un" / "rules.toml").write_text(
        '[regles.ADR001]\ncode_officiel = "RG-201"\n[MOT001]\nremede = "Le mien."\n', "utf-8"
    )
    premiere = contrats_charges.charger(overlay=tmp_path / "un")
    bilan = juger(enregistrement, premiere)
    assert not any(g.genre == "code" and "ADR001" in g.titre for g in bilan.groupes)
    surcharge_proposee.ecrire(tmp_path / "deux", bilan, premiere)
    deux = contrats_charges.charger(overlay=tmp_path / "deux")
    assert (deux.regles["ADR001"].code_officiel, deux.regles["MOT001"].remede) == ("RG-201", "Le mien.")
    assert juger(enregistrement, deux).groupes == []
    # What is written says why, and how surely.
    regles = (tmp_path / "deux" / "rules.toml").read_text("utf-8")
    assert "# c'est le code que le serveur enregistré donne à IDT013 (faible : un seul échange" in regles
    assert "[RES004] gravite = avertissement" in (tmp_path / "deux" / surcharge_proposee.LISEZ_MOI).read_text(
        "utf-8"
    )
    with pytest.raises(UsageError, match="n'est pas vide"):
        surcharge_proposee.ecrire(tmp_path / "deux", bilan, premiere)


def test_exported_files_are_a_recording_too(jumeau: list[Echange], tmp_path: Path) -> None:
    """What they hold of the twin makes no difference; what is no recording is refused."""
    nous = contrat()
    assert ecrire(tmp_path / "export", echantillons(lus(jumeau, nous), nous), anonymiser=True).inconnus == {}
    bilan = calibrer(nous, du_dossier(tmp_path / "export", nous))
    assert bilan.groupes == [], rendu_de_calibration.en_texte(bilan)
    assert bilan.compares > 80
    with pytest.raises(UsageError, match="aucun enregistrement"):
        list(du_dossier(tmp_path, nous))


@pytest.fixture
def communes(application: Flask) -> list[Echange]:
    """ADR002 warns of a commune that a known département has not, and refuses one of no département."""
    banc = Banc(application, "communes").creer()
    for code in ("93999", "99999"):
        racine = specimen()
        trouver(racine, f"{DEMANDEUR}/adressePostale/commune").set("code", code)
        banc.demander(racine)
    return relayes(banc)


def test_a_rule_that_only_warns_of_some_values_is_no_contradiction(communes: list[Echange]) -> None:
    bilan = juger(communes, contrat())
    assert (bilan.compares, bilan.groupes) == (2, []), rendu_de_calibration.en_texte(bilan)


def test_what_a_rule_only_warns_of_here_and_is_refused_there_is_told(communes: list[Echange]) -> None:
    acceptee, refusee = communes
    reponse = refusee.reponse.replace(b"99999", b"93999")
    autre = replace(acceptee, reponse=reponse, en_tetes_reponse=refusee.en_tetes_reponse)
    bilan = juger([autre, refusee], contrat())
    (groupe,) = bilan.groupes
    assert groupe.titre == "ADR002 refuse là-bas des valeurs dont le bac à sable avertit."
    assert (groupe.echanges, groupe.propositions) == ([acceptee.identifiant], [])


def test_what_is_undecided_is_told_once_a_reason_whole_and_by_its_exchanges(jumeau: list[Echange]) -> None:
    """What an application reads and changes of demandes that were there before it."""
    lectures = [e for e in lus(jumeau, contrat()) if e.operation == "getDemandeLogement"]
    venues = [e for e in jumeau if e.identifiant in {lecture.identifiant for lecture in lectures}]
    bilan = juger(venues, contrat())
    avant = [raison for raison in bilan.indecidables if raison.startswith("la demande")]
    assert avant
    assert not any(caractere.isdigit() for raison in avant for caractere in raison)
    longue = "Renvoyez-les en ne changeant qu'une chose à la fois : " + "a" * 150
    bilan.indecidables = {longue: [9], "courte": [1, 4]}
    lignes = rendu_de_calibration.en_texte(bilan).splitlines()
    assert f"   {longue} — échange 9" in lignes
    assert "   courte — échanges 1, 4" in lignes


def test_what_the_nights_did_there_they_do_here_and_a_base_put_back_is_known_as_such(banc: Banc) -> None:
    """A demande that nobody renewed is radiated, then erased: a fault that is no difference."""
    numero, racine = banc.creer_demande()
    assert banc.relire(numero).statut == 200
    assert banc.api("POST", f"/bases/{banc.nom}/snapshots", {"nom": "avant"}).status_code == 201
    assert banc.api("POST", f"/bases/{banc.nom}/clock/advance", {"vers": "P30M"}).status_code == 200
    assert banc.relire(numero).statut == 500
    assert banc.api("POST", f"/bases/{banc.nom}/snapshots/avant/restore").status_code == 200
    assert banc.demander(message(racine, "MOD", numero, refInterne="AUTRE")).anomalies == []
    bilan = calibrer(contrat(), parcourir(banc.services.magasin.journal, banc.nom))
    assert (bilan.groupes, bilan.compares) == ([], 4), rendu_de_calibration.en_texte(bilan)
    assert len(bilan.indecidables) == 1
    assert banc.api("POST", f"/bases/{banc.nom}/reset", {"portee": "etat"}).status_code == 200
    assert banc.creer_demande()[0] == numero
    assert calibrer(contrat(), parcourir(banc.services.magasin.journal, banc.nom)).groupes == []


@pytest.mark.parametrize(
    ("genre", "indecidables"),
    [("<xs:enumeration value='CELIB'/>", 1), ("", 0), ("<xs:maxLength value='5'/>", 0)],
)
def test_what_an_anonymous_export_replaced_is_no_difference(
    tmp_path: Path, genre: str, indecidables: int
) -> None:
    """An element of an official folder: where its values are listed, the text that stands in for it is none
    of them, in the request and in the answer."""
    schema = (contracts_dir() / "v5.2/xsd/demande-02.02.xsd").read_text("utf-8")
    place = '      <xs:element name="numUnique"'
    element = (
        '<xs:element name="statutUsage" minOccurs="0"><xs:simpleType><xs:restriction base="xs:string">'
        f"{genre}</xs:restriction></xs:simpleType></xs:element>"
    )
    dossier = tmp_path / "officiel"
    (dossier / "xsd").mkdir(parents=True)
    (dossier / "xsd/demande-02.02.xsd").write_text(schema.replace(place, element + place, 1), "utf-8")
    officiel = contrats_charges.charger(overlay=dossier)

    def deposer(application: Flask, nom: str) -> list[Echange]:
        banc = Banc(application, nom).creer()
        racine = specimen("personne_seule_nir")
        usage = etree.Element(f"{{{NS}}}statutUsage")
        usage.text = "CELIB"
        trouver(racine, f"{FORMULAIRE}/numGuichet").addnext(usage)
        assert banc.demander(racine).fault is None
        return relayes(banc)

    enregistres = enregistrer(tmp_path / "home", dossier, deposer)
    ecrit = ecrire(tmp_path / "export", echantillons(lus(enregistres, officiel), officiel), anonymiser=True)
    assert ecrit.inconnus == {"statutUsage": 2}
    bilan = calibrer(officiel, du_dossier(tmp_path / "export", officiel))
    assert (bilan.compares, bilan.groupes) == (1, []), rendu_de_calibration.en_texte(bilan)
    assert len(bilan.indecidables) == indecidables
    assert bilan.accords == 1 - indecidables
