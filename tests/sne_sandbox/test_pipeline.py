"""The numbered steps: who calls, what is rolled back, what the journal says of it."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from banc import FORMULAIRE, MIDI, Banc, message, oter, poser, specimen, texte
from lxml import etree

from sne_interface.contract import codec
from sne_interface.domain.echange import Appel
from sne_interface.rules import engine
from sne_interface.rules.rule import Contexte, Infraction
from sne_sandbox.operations import get_num_unique, table_des_operations
from sne_sandbox.pki.authority import Autorite

INATTENDUE = "Une erreur inattendue est survenue lors du traitement de la demande."


@pytest.fixture(scope="session")
def certifier(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], bytes]:
    """`certifier(guichet, base)`: a client certificate, DER."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    autorite = Autorite.ouvrir(tmp_path_factory.mktemp("pki"))

    def emettre(guichet: str, base: str) -> bytes:
        pem = autorite.emettre(guichet, base).certificat
        return x509.load_pem_x509_certificates(pem)[0].public_bytes(Encoding.DER)

    return emettre


def test_every_operation_of_the_contract_has_its_work(banc: Banc) -> None:
    assert set(table_des_operations.OPERATIONS) == set(banc.services.contrat.operations)
    for nom, operation in table_des_operations.OPERATIONS.items():
        champs = {champ.nom for champ in banc.services.contrat.operations[nom].entree.champs}
        assert {operation.champ, operation.champ_nom} - {None} <= champs


# --- who calls ------------------------------------------------------------------------------------------


def test_the_certificate_says_who_calls(banc: Banc, certifier: Callable[[str, str], bytes]) -> None:
    certificat = certifier("G1104", banc.nom)
    resultat = banc.demander(specimen("personne_seule"), certificat=certificat)
    assert resultat.numero.endswith("G1104")
    autre = banc.demander(specimen("colocataires"), certificat=certificat)
    assert autre.anomalies == ["ENT007"]
    assert autre.echange is not None
    assert autre.echange.guichet == "G1104"


def test_a_certificate_of_another_base_is_refused(banc: Banc, certifier: Callable[[str, str], bytes]) -> None:
    resultat = banc.demander(specimen("personne_seule"), certificat=certifier("G1104", "ailleurs"))
    code, phrase = resultat.fault or ("", "")
    assert code == "Sender"
    assert phrase == f"Le certificat présenté vaut pour la base [ailleurs], pas pour [{banc.nom}]."
    assert banc.compter() == 0
    assert [e.verdict for e in banc.journal()] == ["fault"]


@pytest.mark.parametrize(
    ("champs", "attendu"),
    [
        ({"nomCertificat": "CERG1205-201803151200.pem"}, "G1205"),
        ({"nomCertificat": "CERGDPUB-201803151200.pem"}, "GDPUB"),
        ({"nomCertificat": "autre"}, None),
        ({"nomCertificat": ""}, None),
    ],
)
def test_without_document_the_certificates_name_says_who_calls(
    banc: Banc, champs: dict[str, str], attendu: str | None
) -> None:
    numero, _ = banc.creer_demande()
    resultat = banc.appeler("getDemandeLogement", {"numUnique": numero, "certificat": b"", **champs})
    assert resultat.echange is not None
    assert (resultat.echange.guichet or None) == attendu
    assert str(resultat.champs["nomFichierDemande"]).startswith(f"RET{attendu or 'GDPUB'}-")


def test_the_document_comes_before_the_names(banc: Banc) -> None:
    resultat = banc.demander(specimen("personne_seule"), nom="DEMG1226-201803151200-000000.xml")
    assert resultat.echange is not None
    assert resultat.echange.guichet == "G1104"


def test_the_file_name_comes_last(banc: Banc) -> None:
    racine = specimen("recherche", "documents")
    poser(racine, "entete/codeGuichet", "")
    champs: dict[str, str | bytes] = {
        "nomFichier": "RCHG0621-201803151200-000000.xml",
        "fichierXml": etree.tostring(racine),
        "nomCertificat": "",
    }
    resultat = banc.appeler("rechercheDemandeMulticritere", champs)
    assert resultat.echange is not None
    assert resultat.echange.guichet == "G0621"


# --- bugs of ours ---------------------------------------------------------------------------------------


@pytest.fixture
def regle_cassee(monkeypatch: pytest.MonkeyPatch, banc: Banc) -> Iterator[None]:
    """The rule ENT006 throws."""

    def controler(contexte: Contexte) -> Iterator[Infraction]:
        raise ZeroDivisionError("règle cassée")

    regles = tuple(
        replace(regle, controler=controler) if regle.code == "ENT006" else regle for regle in engine.REGLES
    )
    monkeypatch.setattr(engine, "REGLES", regles)
    banc.services.contrat.retenus.clear()
    yield
    monkeypatch.undo()
    banc.services.contrat.retenus.clear()


@pytest.mark.usefixtures("regle_cassee")
def test_a_rule_that_throws_is_a_receiver_fault_and_nothing_is_stored(banc: Banc) -> None:
    resultat = banc.demander(specimen("personne_seule"))
    assert resultat.statut == 500
    assert resultat.fault == ("Receiver", INATTENDUE)
    assert banc.compter() == 0
    echange = resultat.echange
    assert echange is not None
    assert echange.verdict == "erreur"
    assert echange.fault is not None
    assert "ENT006" in echange.fault["explication"]
    assert echange.trace is not None
    assert "ZeroDivisionError: règle cassée" in echange.trace
    assert echange.requete
    assert echange.reponse == resultat.corps


def _mauvaise(question: Any) -> Any:
    sortie = get_num_unique.executer(question)
    racine = codec.relire(sortie.octets)
    racine[0].remove(racine[0][0])
    return replace(sortie, octets=codec.ecrire(racine))


def test_a_bad_answer_of_ours_is_rolled_back_and_said(banc: Banc, monkeypatch: pytest.MonkeyPatch) -> None:
    operation = replace(get_num_unique.OPERATION, executer=_mauvaise)
    monkeypatch.setattr(
        "sne_sandbox.pipeline.OPERATIONS", {**table_des_operations.OPERATIONS, "getNumUnique": operation}
    )
    resultat = banc.demander(specimen("personne_seule"))
    code, phrase = resultat.fault or ("", "")
    assert code == "Receiver"
    assert phrase == "Le bac à sable a préparé une réponse contraire au contrat ; rien n'a été enregistré."
    assert banc.compter() == 0
    assert resultat.echange is not None
    assert resultat.echange.reponse_conforme is False
    assert resultat.echange.verdict == "erreur"
    assert resultat.echange.fault is not None
    assert "typeFichier" in resultat.echange.fault["explication"]
    monkeypatch.undo()
    assert banc.demander(specimen("personne_seule")).numero[7:13] == "000001"  # the number was never given


def test_an_explanation_that_fails_hides_no_refusal(banc: Banc, monkeypatch: pytest.MonkeyPatch) -> None:
    def casser(*_: object) -> None:
        raise KeyError("explication")

    monkeypatch.setattr("sne_interface.contract.explication.expliquer", casser)
    racine = specimen("personne_seule")
    oter(racine, f"{FORMULAIRE}/precision")
    resultat = banc.demander(racine)
    assert resultat.fault == ("Sender", INATTENDUE)


def test_an_operation_that_throws(banc: Banc, monkeypatch: pytest.MonkeyPatch) -> None:
    def casser(_: object) -> None:
        raise RuntimeError("panne")

    operation = replace(get_num_unique.OPERATION, executer=casser)
    monkeypatch.setattr(
        "sne_sandbox.pipeline.OPERATIONS", {**table_des_operations.OPERATIONS, "getNumUnique": operation}
    )
    resultat = banc.demander(specimen("personne_seule"))
    assert resultat.fault == ("Receiver", INATTENDUE)
    assert resultat.echange is not None
    assert "RuntimeError: panne" in (resultat.echange.trace or "")


# --- the journal ----------------------------------------------------------------------------------------


def test_the_journals_line_of_an_accepted_message(banc: Banc) -> None:
    resultat = banc.demander(specimen("personne_seule"))
    (echange,) = banc.journal()
    assert echange.verdict == "accepté"
    assert (echange.operation, echange.type_fichier, echange.version) == ("getNumUnique", "CRE", "02.01")
    assert (echange.guichet, echange.numero_unique) == ("G1104", resultat.numero)
    assert echange.service == "DemandeLogementImplService"
    assert echange.reponse_conforme is True
    assert echange.instant_base == MIDI
    assert echange.duree_us > 0
    assert [p["content_id"] for p in echange.parties] == ["fichierDemande", "certificat"]
    entier = resultat.echange
    assert entier is not None
    assert b"<ns1:interfaceNuu" in entier.requete
    assert entier.reponse == resultat.corps


def test_the_journals_line_of_a_refusal(banc: Banc) -> None:
    racine = message(specimen("personne_seule"), "CRE", dateCreationDemande="2018-04-01")
    banc.demander(racine)
    (echange,) = banc.journal()
    assert (echange.verdict, echange.statut, echange.numero_unique) == ("anomalies", 200, None)
    (anomalie,) = echange.anomalies
    assert anomalie["regle"] == "ENT008"
    assert anomalie["gravite"] == "bloquante"
    assert anomalie["propriete"].endswith("/dateCreationDemande")
    assert anomalie["valeur"] == "2018-04-01"


def test_the_journals_line_and_the_demande_are_one_transaction(
    banc: Banc, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = banc.services.magasin.journal
    consigner = journal.consigner
    pannes = iter([True])

    def tomber(*quoi: Any) -> int:
        if next(pannes, False):
            raise OSError("disque plein")
        return int(consigner(*quoi))

    monkeypatch.setattr(journal, "consigner", tomber)
    resultat = banc.demander(specimen("personne_seule"))
    assert resultat.statut == 500
    assert banc.compter() == 0
    (echange,) = banc.journal()
    assert echange.verdict == "erreur"
    assert "disque plein" in (banc.services.magasin.journal.lire(banc.nom, 1).trace or "")


def test_numbers_never_repeat_between_threads(banc: Banc) -> None:
    numeros: list[str] = []
    erreurs: list[BaseException] = []

    def travailler(rang: int) -> None:
        try:
            for i in range(5):
                racine = message(specimen("personne_seule"), "CRE", refInterne=f"R{rang}-{i}")
                poser(racine, f"{FORMULAIRE}/forcerDoublon", "true", apres="dateCreationDemande")
                numeros.append(Banc(banc.app, banc.nom).demander(racine).numero)
        except BaseException as erreur:  # noqa: BLE001 - told by the main thread
            erreurs.append(erreur)

    fils = [threading.Thread(target=travailler, args=(rang,)) for rang in range(4)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    assert erreurs == []
    assert len(set(numeros)) == 20
    assert banc.compter() == 20
    assert sorted(e.numero_unique or "" for e in banc.journal()) == sorted(numeros)


def test_a_plain_question_gets_a_plain_answer(banc: Banc) -> None:
    resultat = banc.demander(specimen("personne_seule"), forme=None)
    assert resultat.en_tetes["Content-Type"] == "application/soap+xml; charset=utf-8"
    assert texte(resultat.document, f"{FORMULAIRE}/numUnique") == resultat.numero


@pytest.mark.parametrize("forme_de_question", ["mtom", "simple"])
@pytest.mark.parametrize("emballage", ["mtom", "simple"])
def test_the_base_may_impose_a_packaging(
    nouvelle_base: Callable[..., Banc], emballage: str, forme_de_question: str
) -> None:
    banc = nouvelle_base(emballage=emballage)
    options = {"forme": None} if forme_de_question == "simple" else {}
    resultat = banc.demander(specimen("personne_seule"), **options)
    assert resultat.en_tetes["Content-Type"].startswith("multipart/related") is (emballage == "mtom")
    assert len(resultat.numero) == 18
    fault = banc.relire("1110318000099G1104", **options)
    assert fault.en_tetes["Content-Type"].startswith("multipart/related") is (emballage == "mtom")


def test_an_appel_reads_its_fields() -> None:
    appel = Appel("x", {"a": "texte"}, "ecole", None, None)  # type: ignore[arg-type]
    assert (appel.texte("a"), appel.texte("b"), appel.piece("a")) == ("texte", "", b"")
