"""Files left in a guichet's inbox, and their answers in its outbox."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from banc import FORMULAIRE, Banc, message, poser, specimen, texte
from ecritures import vider
from lxml import etree

from sne_interface.contract.codec import NS
from sne_interface.domain.base import Guichet
from sne_interface.domain.dates import PARIS
from sne_interface.domain.echange import FICHIER, VerdictEchange
from sne_interface.errors import ERREUR_INATTENDUE, StoreError, UsageError
from sne_sandbox import canal_asynchrone, exchange
from sne_sandbox.canal_asynchrone import CanalAsynchrone
from sne_sandbox.store.fichiers_des_boites import Boite, Boites

NOM = "DEMG1104-201803151200-000001.xml"
RET = "RETG1104-201803151200-000001.xml"
ATT = "ATTG1104-201803151200-000001.pdf"
ERR = "RETG1104-201803151200-000001.err"


@pytest.fixture
def canal(banc: Banc) -> CanalAsynchrone:
    return banc.services.boites


def guichet(banc: Banc, code: str = "G1104") -> Guichet:
    with banc.services.magasin.lire(banc.nom) as registre:
        trouve = registre.guichet(code)
    assert trouve is not None
    return trouve


def dossier(canal: CanalAsynchrone, banc: Banc, code: str = "G1104") -> Path:
    return canal.home / "bases" / banc.nom / "guichets" / code


def octets(racine: Any) -> bytes:
    fait: bytes = etree.tostring(racine, encoding="UTF-8")
    return fait


def noms(banc: Banc, boite: Boite = Boite.SORTIE, code: str = "G1104") -> list[str]:
    with banc.services.magasin.lire(banc.nom) as registre:
        return sorted(d.nom for d in Boites(registre.connexion, banc.nom, code).lister(boite))


def recu(banc: Banc, nom: str, code: str = "G1104") -> bytes:
    with banc.services.magasin.lire(banc.nom) as registre:
        contenu = Boites(registre.connexion, banc.nom, code).lire(Boite.SORTIE, nom)
    assert contenu is not None, noms(banc)
    return contenu


def anomalies(document: bytes) -> list[str | None]:
    return [a.get("code") for a in etree.fromstring(document).iter(f"{{{NS}}}anomalie")]


def test_a_file_is_registered_and_answered(banc: Banc, canal: CanalAsynchrone) -> None:
    canal.deposer(banc.nom, guichet(banc), NOM, octets(specimen("personne_seule")))
    assert (noms(banc), banc.compter()) == ([], 0)  # it waits
    (traite,) = canal.relever(banc.nom, guichet(banc)).traites
    assert (traite.nom, traite.verdict, traite.reponse) == (NOM, VerdictEchange.ACCEPTE, RET)
    assert noms(banc) == [ATT, RET]
    assert recu(banc, ATT).startswith(b"%PDF")
    document = etree.fromstring(recu(banc, RET))
    assert texte(document, "entete/typeFichier") == "RET"
    assert texte(document, f"{FORMULAIRE}/numUnique") == traite.numero_unique == "1110318000001G1104"
    assert canal.relever(banc.nom, guichet(banc)).traites == ()
    assert banc.compter() == 1


def test_it_is_judged_as_a_call_would_be(banc: Banc, canal: CanalAsynchrone) -> None:
    envoye = specimen("personne_seule")
    poser(envoye, f"{FORMULAIRE}/personnePhysique/demandeur/dateNaissance", "2030-01-01")
    attendues = banc.demander(envoye).anomalies
    canal.deposer(banc.nom, guichet(banc), NOM, octets(envoye))
    (traite,) = canal.relever(banc.nom, guichet(banc)).traites
    assert (traite.verdict, traite.numero_unique) == (VerdictEchange.ANOMALIES, None)
    assert noms(banc) == [RET]
    assert anomalies(recu(banc, RET)) == attendues != []
    assert banc.compter() == 0


def test_the_guichet_is_that_of_the_box(banc: Banc, canal: CanalAsynchrone) -> None:
    nom = "DEMG1226-201803151200-000001.xml"
    canal.deposer(banc.nom, guichet(banc, "G1226"), nom, octets(specimen("personne_seule")))
    canal.relever(banc.nom, guichet(banc, "G1226"))
    reponse = recu(banc, "RETG1226-201803151200-000001.xml", "G1226")
    assert "ENT007" in anomalies(reponse)
    assert (
        "la boîte de ce guichet" in banc.services.contrat.regles["ENT007"].remede
    )  # a file has no certificate


def test_modifications_come_in_the_order_of_the_box(banc: Banc, canal: CanalAsynchrone) -> None:
    numero, racine = banc.creer_demande()
    for rang, precision in enumerate(("un", "deux")):
        contenu = octets(message(racine, "MOD", numero, precision=precision))
        canal.deposer(banc.nom, guichet(banc), f"DEMG1104-201803151200-00000{2 - rang}.xml", contenu)
    canal.relever(banc.nom, guichet(banc))
    assert texte(banc.relire(numero).document, f"{FORMULAIRE}/precision") == "deux"


@pytest.mark.parametrize(
    ("contenu", "phrase"),
    [
        (b"", ERREUR_INATTENDUE),
        (b"pas du XML", ERREUR_INATTENDUE),
        (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', ERREUR_INATTENDUE),
        (f'<ns1:interfaceNuu xmlns:ns1="{NS}" versionInterface="02.01"/>'.encode(), ERREUR_INATTENDUE),
    ],
)
def test_what_cannot_be_read_is_answered_in_words(
    banc: Banc, canal: CanalAsynchrone, contenu: bytes, phrase: str
) -> None:
    canal.deposer(banc.nom, guichet(banc), NOM, contenu)
    (traite,) = canal.relever(banc.nom, guichet(banc)).traites
    assert (traite.verdict, traite.reponse) == (VerdictEchange.FAULT, ERR)
    dit = recu(banc, ERR).decode()
    assert dit.startswith(f"Le fichier {NOM} n'a pas été traité ; rien n'a été enregistré.\n\n{phrase}\n\n")
    assert canal.relever(banc.nom, guichet(banc)).traites == ()


def test_a_file_has_its_line_in_the_journal(banc: Banc, canal: CanalAsynchrone) -> None:
    canal.deposer(banc.nom, guichet(banc), NOM, octets(specimen("personne_seule")))
    canal.deposer(banc.nom, guichet(banc), "illisible.xml", b"?")
    traites = canal.relever(banc.nom, guichet(banc)).traites
    fault, ligne = banc.journal()
    assert [t.echange for t in traites] == [ligne.identifiant, fault.identifiant]
    assert (ligne.methode, ligne.chemin, ligne.operation) == (
        FICHIER,
        f"guichets/G1104/inbox/{NOM}",
        "getNumUnique",
    )
    assert (ligne.guichet, ligne.type_fichier, ligne.numero_unique) == (
        "G1104",
        "CRE",
        traites[0].numero_unique,
    )
    assert ligne.reponse_conforme is True
    assert fault.verdict is VerdictEchange.FAULT
    assert fault.fault is not None
    assert fault.fault["message"] == ERREUR_INATTENDUE
    lue = banc.services.magasin.journal.lire(banc.nom, fault.identifiant)
    assert lue.requete == b"?"
    assert lue.reponse == recu(banc, "RETillisible.err")


def test_a_bug_of_ours_is_answered_once_and_told(
    banc: Banc, canal: CanalAsynchrone, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tomber(*_: object) -> None:
        raise ZeroDivisionError("essai")

    monkeypatch.setattr(exchange, "_fichiers_de", tomber)
    canal.deposer(banc.nom, guichet(banc), NOM, octets(specimen("personne_seule")))
    (traite,) = canal.relever(banc.nom, guichet(banc)).traites
    assert traite.verdict is VerdictEchange.ERREUR
    assert ERREUR_INATTENDUE in recu(banc, ERR).decode()
    (ligne,) = banc.journal()
    assert "ZeroDivisionError" in (ligne.trace or "")
    assert banc.compter() == 0  # rolled back
    assert canal.relever(banc.nom, guichet(banc)).traites == ()


def test_a_store_out_of_reach_leaves_the_file_for_later(
    banc: Banc, canal: CanalAsynchrone, monkeypatch: pytest.MonkeyPatch
) -> None:
    canal.deposer(banc.nom, guichet(banc), NOM, octets(specimen("personne_seule")))

    def tomber(*_: object) -> None:
        raise StoreError("La base ne répond pas.")

    monkeypatch.setattr(exchange, "_fichiers_de", tomber)
    with pytest.raises(StoreError):
        canal.relever(banc.nom, guichet(banc))
    monkeypatch.undo()
    assert len(canal.relever(banc.nom, guichet(banc)).traites) == 1


@pytest.mark.parametrize("profil", ["ecole", "souple"])
@pytest.mark.parametrize(
    ("instant", "attendues"),
    [(datetime(2018, 12, 31, 23, 59, tzinfo=PARIS), []), (datetime(2019, 1, 1, tzinfo=PARIS), ["ASY001"])],
)
def test_the_channel_ends_with_2018(
    nouvelle_base: Callable[..., Banc], profil: str, instant: datetime, attendues: list[str]
) -> None:
    banc = nouvelle_base(horloge=instant, profile=profil)
    canal = banc.services.boites
    canal.deposer(banc.nom, guichet(banc), NOM, octets(specimen("personne_seule")))
    canal.relever(banc.nom, guichet(banc))
    reponse = recu(banc, RET)
    assert anomalies(reponse) == attendues
    assert banc.compter() == (0 if attendues else 1)
    if attendues:
        (anomalie,) = etree.fromstring(reponse).iter(f"{{{NS}}}anomalie")
        assert anomalie[0].text == "Les échanges asynchrones ont pris fin le 31 décembre 2018."
        assert anomalie.get("propriete") == "interfaceNuu/entete/typeFichier"


def test_soap_and_dispatching_go_on_in_2019(nouvelle_base: Callable[..., Banc]) -> None:
    banc = nouvelle_base(horloge=datetime(2019, 2, 1, 12, tzinfo=PARIS))
    canal = banc.services.boites
    numero, _ = banc.creer_demande()
    assert canal.relever(banc.nom, guichet(banc, "G7501")).distribues == 1
    (nom,) = noms(banc, code="G7501")
    assert nom.startswith("DISG7501-201902011200-")
    assert numero.encode() in recu(banc, nom, "G7501")


def test_a_dispatched_document_sent_back_is_refused_whatever_the_year(
    nouvelle_base: Callable[..., Banc],
) -> None:
    banc = nouvelle_base(horloge=datetime(2019, 2, 1, 12, tzinfo=PARIS))
    canal = banc.services.boites
    canal.deposer(banc.nom, guichet(banc), NOM, octets(message(specimen("personne_seule"), "DIS")))
    canal.relever(banc.nom, guichet(banc))
    assert anomalies(recu(banc, RET)) == ["ENT001"]


def test_a_file_left_again_is_processed_again(banc: Banc, canal: CanalAsynchrone) -> None:
    envoye = specimen("personne_seule")
    for _ in range(2):
        canal.deposer(banc.nom, guichet(banc), NOM, octets(envoye))
        canal.relever(banc.nom, guichet(banc))
    assert anomalies(recu(banc, RET)) == ["DOU001"]
    assert noms(banc, Boite.ENTREE) == [NOM]
    assert banc.compter() == 1


@pytest.mark.parametrize("nom", ["", "../a.xml", ".a.xml", "é.xml", "a/b.xml", "a" * 101, "a\0.xml"])
def test_names_that_no_box_takes(banc: Banc, canal: CanalAsynchrone, nom: str) -> None:
    with pytest.raises(UsageError, match="nom de fichier"):
        canal.deposer(banc.nom, guichet(banc), nom, b"")


def test_a_file_too_big_is_not_taken(banc: Banc, canal: CanalAsynchrone) -> None:
    with pytest.raises(UsageError, match="octets"):
        canal.deposer(banc.nom, guichet(banc), NOM, b" " * (canal.limites.xml_max + 1))


# --- folders ---------------------------------------------------------------------------------------


def test_a_file_in_the_folder_is_taken_and_answered_there(banc: Banc, canal: CanalAsynchrone) -> None:
    canal.relever(banc.nom, guichet(banc))  # the first visit makes the folders
    entree, sortie = (dossier(canal, banc) / nom for nom in ("inbox", "outbox"))
    (entree / NOM).write_bytes(octets(specimen("personne_seule")))
    (entree / ".en-cours.xml").write_bytes(b"<")
    assert len(canal.relever(banc.nom, guichet(banc)).traites) == 1
    assert [c.name for c in entree.iterdir()] == [".en-cours.xml"]
    assert sorted(c.name for c in sortie.iterdir()) == [ATT, RET]
    assert (sortie / RET).read_bytes() == recu(banc, RET)
    (sortie / RET).unlink()  # integrated by hand: it does not come back
    canal.relever(banc.nom, guichet(banc))
    assert sorted(c.name for c in sortie.iterdir()) == [ATT]


def test_a_file_integrated_leaves_table_and_folder(banc: Banc, canal: CanalAsynchrone) -> None:
    canal.deposer(banc.nom, guichet(banc), NOM, octets(specimen("personne_seule")))
    canal.relever(banc.nom, guichet(banc))
    assert canal.oter(banc.nom, guichet(banc), RET)
    assert not canal.oter(banc.nom, guichet(banc), RET)
    assert noms(banc) == [c.name for c in (dossier(canal, banc) / "outbox").iterdir()] == [ATT]


def test_a_base_put_back_to_its_start_empties_its_folders(banc: Banc, canal: CanalAsynchrone) -> None:
    canal.deposer(banc.nom, guichet(banc), NOM, octets(specimen("personne_seule")))
    canal.relever(banc.nom, guichet(banc))
    vider(banc.services.magasin, banc.nom, "etat")
    canal.relever(banc.nom, guichet(banc))
    assert list((dossier(canal, banc) / "outbox").iterdir()) == []


def test_the_round_of_the_minute_visits_the_guichets_that_have_a_folder(
    banc: Banc, canal: CanalAsynchrone, monkeypatch: pytest.MonkeyPatch
) -> None:
    banc.creer_demande()
    monkeypatch.setattr(canal_asynchrone, "AGE_MIN", 0.0)
    canal.tournee()
    assert noms(banc, code="G7501") == []
    (dossier(canal, banc, "G7501")).mkdir(parents=True)
    (dossier(canal, banc, "G9999")).mkdir()  # no guichet of the base
    canal.tournee()
    assert len(noms(banc, code="G7501")) == 1
    assert len(list((dossier(canal, banc, "G7501") / "outbox").iterdir())) == 1


def test_the_round_goes_on_after_a_box_that_fails(
    banc: Banc, canal: CanalAsynchrone, monkeypatch: pytest.MonkeyPatch
) -> None:
    banc.creer_demande()
    for code in ("G1205", "G7501"):
        dossier(canal, banc, code).mkdir(parents=True)
    (dossier(canal, banc, "G1205") / "inbox").write_text("")
    canal.tournee()
    assert len(noms(banc, code="G7501")) == 1


def test_the_round_goes_on_after_a_base_that_is_deleted_meanwhile(
    banc: Banc, canal: CanalAsynchrone, monkeypatch: pytest.MonkeyPatch
) -> None:
    banc.creer_demande()
    dossier(canal, banc, "G7501").mkdir(parents=True)
    (presente,) = [b for b in canal.magasin.bases.lister() if b.nom == banc.nom]
    partie = replace(presente, nom=f"{banc.nom[:30]}-partie")
    (canal.home / "bases" / partie.nom / "guichets" / "G7501").mkdir(parents=True)
    monkeypatch.setattr(canal.magasin.bases, "lister", lambda: [partie, presente])
    canal.tournee()
    assert len(noms(banc, code="G7501")) == 1


def test_several_visits_at_once_process_a_file_once(banc: Banc, canal: CanalAsynchrone) -> None:
    racine = specimen("personne_seule")
    poser(racine, f"{FORMULAIRE}/forcerDoublon", "true", apres="dateCreationDemande")
    canal.relever(banc.nom, guichet(banc))
    for rang in range(4):
        (dossier(canal, banc) / "inbox" / f"DEMG1104-201803151200-00000{rang}.xml").write_bytes(
            octets(racine)
        )
    releves: list[int] = []
    qui = guichet(banc)
    fils = [
        threading.Thread(target=lambda: releves.append(len(canal.relever(banc.nom, qui).traites)))
        for _ in range(4)
    ]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join(60)
    assert sum(releves) == 4
    assert banc.compter() == 4


def test_a_night_that_is_due_runs_before_the_file(banc: Banc, canal: CanalAsynchrone) -> None:
    numero, _ = banc.creer_demande()
    banc.regler_horloge(datetime(2018, 12, 30, 12, tzinfo=PARIS))
    canal.deposer(banc.nom, guichet(banc), NOM, octets(message(specimen("personne_seule"), "MOD", numero)))
    (traite,) = canal.relever(banc.nom, guichet(banc)).traites
    assert (traite.verdict, traite.numero_unique) == (VerdictEchange.ACCEPTE, numero)
    assert banc.services.magasin.bases.lire(banc.nom).derniere_nuit == date(2018, 12, 30)
