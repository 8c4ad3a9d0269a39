import zlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from ecritures import vider

from sne_interface.domain.base import Base
from sne_interface.domain.dates import PARIS
from sne_interface.domain.echange import EFFACE, NUIT, Echange, VerdictEchange
from sne_sandbox.store import journal
from sne_sandbox.store.connexion_en_transaction import RequeteSql
from sne_sandbox.store.journal import PAS, SQL, _conditions, _requete
from sne_sandbox.store.lignes import DICTIONNAIRES, detasser, tasser, tasser_un_message
from sne_sandbox.store.magasin import Magasin

RECU = datetime(2026, 3, 15, 16, 54, 6, 339123, tzinfo=UTC)


def _echange(**champs: object) -> Echange:
    return replace(Echange("ecole", RECU), **champs)  # type: ignore[arg-type]


def test_an_exchange_comes_back_as_it_was_written(magasin: Magasin) -> None:
    echange = _echange(
        methode="POST",
        chemin="/services/DemandeLogementImplService/",
        statut=200,
        verdict=VerdictEchange.ANOMALIES,
        instant_base=datetime(2018, 3, 15, 17, tzinfo=PARIS),
        pair="127.0.0.1:4242",
        guichet="G1104",
        service="DemandeLogementImplService",
        operation="getNumUnique",
        type_fichier="CRE",
        version="02.01",
        numero_unique="1110318000001G1104",
        duree_us=1234,
        en_tetes=[("Host", "sne.example"), ("Accept", "a"), ("Accept", "b")],
        en_tetes_reponse=[("Content-Type", "text/xml")],
        requete=bytes(range(256)) * 50,
        reponse="é".encode("latin-1"),
        parties=[{"content_id": "xml_id", "taille": 12, "content_type": None}],
        tolerances=[{"code": "T-01", "phrase": "…"}],
        anomalies=[{"regle": "DOU001", "message": "Une demande existe déjà.", "ligne": 3}],
        fault={"code": "Sender", "message": "m", "explication": "e"},
        reponse_conforme=True,
        trace="Traceback",
    )
    identifiant = magasin.journal.consigner(None, echange)
    assert echange.identifiant == identifiant == 1
    assert magasin.journal.lire("ecole", 1) == echange
    assert magasin.journal.lire("ecole", 2) is None
    assert magasin.journal.lire("ecole", 2**63) is None
    assert magasin.journal.lire("autre", 1) is None


def test_an_answer_that_was_not_delivered_is_noted_in_its_line(magasin: Magasin) -> None:
    """And nothing else of it changes; a line that is gone is nobody's business."""
    echange = _echange(methode="POST", numero_unique="1110318000001G1104", tolerances=[{"code": "T-01"}])
    magasin.journal.consigner(None, echange)
    magasin.journal.noter_non_remise("ecole", 1, "le client était parti")
    magasin.journal.noter_non_remise("ecole", 2, "le client était parti")
    assert magasin.journal.lire("ecole", 1) == replace(echange, non_remise="le client était parti")
    assert magasin.journal.compter("ecole") == (1, 0)
    assert len(magasin.journal.chercher("ecole", texte="était parti")) == 1


@pytest.mark.parametrize(
    "abime",
    [
        {"requete": b"\1\2"},
        {"reponse": b""},
        {"details": "{"},
        {"details": "[]"},
        {"verdict": "autre"},
        {"recu_le": 9 * 10**18},
    ],
)
def test_a_damaged_line_says_so_and_leaves_the_others_alone(
    magasin: Magasin, abime: dict[str, object]
) -> None:
    for _ in range(3):
        magasin.journal.consigner(None, _echange(methode="POST", chemin="/services/", requete=b"<a/>"))
    with magasin.transaction(ecriture=True, verrou="ecole") as connexion:
        (colonne,) = abime
        connexion.faire(RequeteSql(f"UPDATE echange SET {colonne} = :{colonne} WHERE identifiant = 2"), abime)
    lus = magasin.journal.chercher("ecole", octets=True)
    assert [(lu.identifiant, lu.illisible) for lu in lus] == [(3, False), (2, True), (1, False)]
    abimee = magasin.journal.lire("ecole", 2)
    assert abimee is not None
    assert abimee.fault is not None
    assert (abimee.methode, abimee.chemin, abimee.requete) == ("POST", "/services/", b"")
    assert "abîmée" in abimee.fault["message"]


@pytest.mark.parametrize("octets", [b"", b"<ns1:nom>Roux</ns1:nom>", b"x" * 99_000, Random(1).randbytes(99)])
def test_compressed_bytes_are_read_as_each_version_wrote_them(octets: bytes) -> None:
    """A dictionary never changes: what it packed could not be read any more."""
    assert [zlib.adler32(un) for un in DICTIONNAIRES] == [0x899739, 0x630A6103]
    for dictionnaire in DICTIONNAIRES:
        tasseur = zlib.compressobj(zdict=dictionnaire)
        assert detasser(tasseur.compress(octets) + tasseur.flush()) == octets
    assert detasser(zlib.compress(octets)) == detasser(tasser(octets)) == octets
    tasses = tasser_un_message(octets)
    assert detasser(tasses) == zlib.decompressobj(zdict=DICTIONNAIRES[-1]).decompress(tasses) == octets
    with pytest.raises(ValueError, match="without an end"):
        detasser(tasses[:-1])


def test_a_question_is_compressed_before_others_wait_for_who_writes(
    magasin: Magasin, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasses: list[bytes] = []

    def noter(octets: bytes) -> bytes:
        tasses.append(octets)
        return tasser_un_message(octets)

    monkeypatch.setattr(journal, "tasser_un_message", noter)
    une = Echange("ecole", datetime.now(UTC), requete=b"une question", reponse=b"une suite")
    autre = Echange("ecole", datetime.now(UTC), requete=b"une autre", reponse=b"autre suite")
    tassee = tasser_un_message(une.requete)
    with magasin.ecrire("ecole") as registre:
        tasses.clear()
        magasin.journal.consigner(registre.connexion, une, tassee)
        magasin.journal.consigner(registre.connexion, autre)  # nobody prepared it
    assert tasses == [b"une suite", b"une autre", b"autre suite"]
    for echange in (une, autre):
        lu = magasin.journal.lire("ecole", echange.identifiant or 0)
        assert lu is not None
        assert (lu.requete, lu.reponse) == (echange.requete, echange.reponse)


def test_written_with_the_work_or_not_at_all(magasin: Magasin) -> None:
    with pytest.raises(ZeroDivisionError), magasin.ecrire("ecole") as registre:  # noqa: PT012
        magasin.journal.consigner(registre.connexion, _echange())
        raise ZeroDivisionError
    assert magasin.journal.compter("ecole") == (0, 0)
    with magasin.ecrire("ecole") as registre:
        assert magasin.journal.consigner(registre.connexion, _echange()) == 1


def test_a_base_that_does_not_exist_has_its_lines_too(magasin: Magasin) -> None:
    assert magasin.journal.consigner(None, replace(_echange(), base="absente", statut=404)) == 1
    assert [e.statut for e in magasin.journal.chercher("absente")] == [404]


def test_what_is_no_text_is_journalled_all_the_same(magasin: Magasin) -> None:
    echange = _echange(base="ecole\0", chemin="/\0/\udcff", en_tetes=[("X", "\0\udcff")], pair="é")
    identifiant = magasin.journal.consigner(None, echange)
    lu = magasin.journal.lire("ecole\N{REPLACEMENT CHARACTER}", identifiant)
    assert lu is not None
    assert (lu.chemin, lu.pair) == ("/\N{REPLACEMENT CHARACTER}/?", "é")


def test_a_number_finds_the_nights_that_it_shared(magasin: Magasin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "NUITS_CHERCHEES", 3)

    def nuit(*numeros: str) -> Echange:
        return _echange(methode=NUIT, numero_unique=None, anomalies=[{"valeur": n} for n in numeros])

    for echange in (
        nuit("N1", "N2"),  # too long ago to be looked for
        _echange(numero_unique="N1"),
        nuit("N1", "N10"),
        nuit("N10", "N2"),
        _echange(numero_unique=None, anomalies=[{"valeur": "N1"}]),  # a message about another
    ):
        magasin.journal.consigner(None, echange)
    assert [e.identifiant for e in magasin.journal.chercher("ecole", numero="N1")] == [3, 2]
    assert magasin.journal.denombrer("ecole", numero="N1") == 2
    assert [e.identifiant for e in magasin.journal.chercher("ecole", numero="N%")] == []


def test_searching_newest_first(magasin: Magasin) -> None:
    echanges = (
        _echange(
            guichet="G1104", operation="getNumUnique", verdict=VerdictEchange.ACCEPTE, numero_unique="N1"
        ),
        _echange(guichet="G7501", operation="getNumUnique", verdict=VerdictEchange.ANOMALIES),
        _echange(guichet="G1104", operation="getDoublons", anomalies=[{"message": "100 % élevé_"}]),
        _echange(guichet="G1104", chemin="/bases/x/services", verdict=VerdictEchange.FAULT),
    )
    for echange in echanges:
        magasin.journal.consigner(None, echange)
    chercher = magasin.journal.chercher

    def ids(**criteres: object) -> list[int | None]:
        return [e.identifiant for e in chercher("ecole", **criteres)]  # type: ignore[arg-type]

    assert ids() == [4, 3, 2, 1]
    assert ids(guichet="G1104") == [4, 3, 1]
    assert ids(guichet="G1104", operation="getNumUnique") == [1]
    assert ids(verdict=VerdictEchange.ANOMALIES) == ids(verdict="anomalies") == [2]
    assert ids(verdict="autre", texte="\0") == ids(guichet="\0") == []
    assert ids(numero="N1") == [1]
    assert ids(texte="100 % ÉLEVÉ_") == []
    assert ids(texte="100 % élevé_") == [3]
    assert ids(texte="0%é") == []
    assert ids(texte="BASES/x") == [4]
    assert ids(limite=2) == [4, 3]
    assert ids(avant_id=3, limite=1) == [2]
    assert ids(apres_id=2) == [4, 3]
    assert all(e.requete == b"" for e in chercher("ecole"))


@pytest.mark.parametrize(
    ("maximum", "ecrits", "perdus"), [(5, 12, 7), (300, 366, 60), (700, 700 + PAS + 5, PAS)]
)
def test_only_so_many_are_kept_and_the_rest_counted(
    url_vide: str, tmp_path: Path, maximum: int, ecrits: int, perdus: int
) -> None:
    with Magasin.ouvrir(url_vide, tmp_path, journal_max=maximum) as magasin:
        for base in ("ecole", "voisine"):
            magasin.bases.creer(Base(base))
        with magasin.ecrire("ecole") as registre:
            for _ in range(ecrits):
                magasin.journal.consigner(registre.connexion, _echange())
        magasin.journal.consigner(None, replace(_echange(), base="voisine"))
        gardes, oublies = magasin.journal.compter("ecole")
        trouves = magasin.journal.chercher("ecole", limite=1000)
        assert (gardes, oublies) == (len(trouves), perdus) == (ecrits - perdus, perdus)
        assert trouves[0].identifiant == ecrits
        assert magasin.journal.lire("ecole", perdus) is None
        assert magasin.journal.lire("ecole", perdus + 1) is not None
        assert magasin.journal.compter("voisine") == (1, 0)
        vider(magasin, "ecole", "journal")
        assert magasin.journal.compter("ecole") == (0, 0)
        # An address given out earlier never comes to mean another exchange.
        assert magasin.journal.consigner(None, _echange()) == ecrits + 1
        assert magasin.journal.compter("ecole") == (1, 0)


def test_any_number_may_bound_a_search(magasin: Magasin) -> None:
    with magasin.ecrire("ecole") as registre:
        magasin.journal.consigner(registre.connexion, Echange("ecole", datetime.now(UTC)))
    for grand in (2**63, 10**30):
        assert len(magasin.journal.chercher("ecole", avant_id=grand, apres_id=-grand)) == 1
        assert magasin.journal.chercher("ecole", avant_id=-grand) == []
        assert magasin.journal.chercher("ecole", apres_id=grand) == []


# --- The measures of the journal, and what they read --------------------------------------------------


def test_measures_are_summed_by_operation_and_verdict(magasin: Magasin) -> None:
    for operation, verdict, duree in (
        ("getDemande", VerdictEchange.ACCEPTE, 900),
        ("getDemande", VerdictEchange.ACCEPTE, 20_000),
        (None, VerdictEchange.REFUS, 3),
    ):
        recu = datetime(2026, 3, 15, tzinfo=UTC)
        magasin.journal.consigner(
            None, Echange("ecole", recu, verdict=verdict, operation=operation, duree_us=duree)
        )
    inconnue, lue = magasin.journal.mesures()
    assert (inconnue.operation, inconnue.verdict, inconnue.nombre) == ("", "refus", 1)
    assert (lue.operation, lue.verdict, lue.nombre, lue.duree_us) == ("getDemande", "accepté", 2, 20_900)
    assert lue.sous == (1, 1, 1, 1, 2, 2, 2, 2, 2, 2)


@pytest.mark.parametrize(
    ("criteres", "index"),
    [
        ({"numero": "N1"}, "ix_echange_numero_unique (base=? AND numero_unique=?)"),
        ({"verdict": "refus"}, "ix_echange_verdict (base=? AND verdict=?)"),
        ({"verdict": "fault", "texte": "mot"}, "ix_echange_verdict (base=? AND verdict=?)"),
        ({"verdict": "accepté"}, "sqlite_autoindex_echange_1 (base=?)"),
    ],
)
def test_each_search_has_its_index(tmp_path: Path, criteres: Any, index: str) -> None:
    """Newest first without a sort: the first page stops where it is full."""
    conditions, parametres = _conditions("ecole", criteres)
    ou = " AND ".join(conditions)
    question = _requete(f"SELECT details FROM echange WHERE {ou} ORDER BY identifiant DESC LIMIT 50")
    with Magasin.ouvrir(None, tmp_path) as magasin, magasin.transaction(ecriture=False) as connexion:
        plan = connexion._driver.execute(
            f"EXPLAIN QUERY PLAN {question.textes['sqlite']}", parametres
        ).fetchall()
    etapes = "\n".join(ligne[3] for ligne in plan)
    assert index in etapes
    assert "SCAN" not in etapes
    assert "ORDER BY" not in etapes


def test_a_search_without_an_index_looks_at_so_many(
    magasin: Magasin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "EXAMINES", 4)
    for _ in range(10):
        magasin.journal.consigner(None, _echange())
    plancher = magasin.journal.plancher
    assert plancher("ecole", None, texte="mot") == 6
    assert plancher("ecole", 8, guichet="G1104", verdict="refus") == 3
    assert plancher("ecole", 4, texte="mot") == plancher("ecole", 5, texte="mot") == 0
    assert plancher("ecole", 99, texte="mot") == 6
    for exacts in ({}, {"texte": None}, {"numero": "N1", "texte": "mot"}, {"verdict": "refus"}):
        assert plancher("ecole", None, **exacts) == 0
    assert plancher("vide", None, texte="mot") == 0


def test_the_messages_are_not_walked_through(tmp_path: Path) -> None:
    question = SQL["mesures"].textes["sqlite"]
    with Magasin.ouvrir(None, tmp_path) as magasin, magasin.transaction(ecriture=False) as connexion:
        plan = "\n".join(ligne[3] for ligne in connexion.sa.exec_driver_sql(f"EXPLAIN QUERY PLAN {question}"))
    assert "SCAN echange USING COVERING INDEX ix_echange_operation" in plan
    # In the order of the index: what is sorted is a line an operation and verdict.
    assert plan.index("GROUP BY") > plan.index("ix_echange_operation")


@pytest.mark.parametrize(
    ("requete", "fois", "lourd"),
    [(b"x", 999, False), (b"x", 1_001, True), (Random(1).randbytes(2_000), 1, True), (b"x", 5_000_000, True)],
    ids=["light", "text", "bytes", "long text"],
)
def test_a_heavy_exchange_is_known_without_being_unpacked(
    magasin: Magasin, requete: bytes, fois: int, lourd: bool
) -> None:
    identifiant = magasin.journal.consigner(None, _echange(requete=requete * fois))
    assert magasin.journal.est_lourd("ecole", identifiant, 1_000) is lourd
    assert not magasin.journal.est_lourd("ecole", identifiant + 1, 1_000)
    assert not magasin.journal.est_lourd("ecole", 2**70, 1_000)


def test_the_journal_of_a_base_that_is_deleted_goes_in_steps(
    magasin: Magasin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is left between two of them is a journal that has dropped its oldest."""
    monkeypatch.setattr(journal, "ETAPE", 3)
    for _ in range(7):
        magasin.journal.consigner(None, _echange())
    assert magasin.journal.raccourcir("ecole")
    assert magasin.journal.compter("ecole") == (4, 3)
    assert [e.identifiant for e in magasin.journal.chercher("ecole")] == [7, 6, 5, 4]
    assert magasin.journal.raccourcir("ecole")
    assert not magasin.journal.raccourcir("ecole")
    assert magasin.journal.compter("ecole") == (0, 7)
    assert not magasin.journal.raccourcir("ecole")
    assert not magasin.journal.raccourcir("absente")
    assert magasin.journal.consigner(None, _echange()) == 8
    magasin.bases.supprimer("ecole")
    assert magasin.journal.chercher("ecole") == []


# --- rules, those who have none, lines that are erased ------------------------------------------------------


def test_a_rule_is_found_among_the_anomalies_alone(magasin: Magasin) -> None:
    for champs in (
        {"anomalies": [{"regle": "DOU001", "message": "m"}, {"regle": "IDT002"}]},
        {"fault": {"code": "Sender", "message": '"regle": "DOU001"', "explication": ""}},
        {"a_venir": [{"regle": "DOU001"}]},
        {"anomalies": [{"regle": "DOU0011"}]},
    ):
        magasin.journal.consigner(None, _echange(**champs))

    def ids(regle: str) -> list[int | None]:
        return [e.identifiant for e in magasin.journal.chercher("ecole", regle=regle)]

    assert (ids("DOU001"), ids("IDT002"), ids("DOU"), ids("%")) == ([1], [1], [], [])
    assert magasin.journal.denombrer("ecole", regle="DOU001") == 1


def test_those_without_guichet_or_operation_are_found(magasin: Magasin) -> None:
    for champs in (
        {"methode": "POST", "guichet": "G1104", "operation": "getNumUnique"},
        {"methode": "POST"},
        {"methode": NUIT},
    ):
        magasin.journal.consigner(None, _echange(**champs))

    def ids(**criteres: str) -> list[int | None]:
        return [e.identifiant for e in magasin.journal.chercher("ecole", **criteres)]  # type: ignore[arg-type]

    assert ids(guichet=journal.AUCUN) == [3, 2]
    assert ids(operation=journal.AUCUN) == [2], "a night is no request"


def test_what_is_erased_leaves_its_number_and_its_hour(magasin: Magasin) -> None:
    champs = {"methode": "POST", "numero_unique": "N1", "requete": b"secret", "reponse": b"secret"}
    for _ in range(3):
        magasin.journal.consigner(None, _echange(**champs, anomalies=[{"message": "secret"}], guichet="G1"))
    magasin.journal.consigner(None, _echange(methode=NUIT, chemin="Nuit"))
    compte = magasin.journal.compter("ecole")
    assert magasin.journal.effacer("ecole", [4, 2, 99, 2, -1, 2**70]) == [2]
    assert magasin.journal.effacer("ecole", [2]) == [], "it is erased"
    efface = magasin.journal.lire("ecole", 2)
    assert efface is not None
    assert (efface.methode, efface.recu_le, efface.verdict) == (EFFACE, RECU, VerdictEchange.ACCEPTE)
    assert efface.chemin == journal.EFFACEMENT
    assert (efface.requete, efface.reponse, efface.anomalies, efface.guichet) == (b"", b"", [], None)
    assert magasin.journal.compter("ecole") == compte
    assert [e.identifiant for e in magasin.journal.chercher("ecole", numero="N1")] == [3, 1]
    assert [e.identifiant for e in magasin.journal.chercher("ecole", sans_nuits=True)] == [3, 1]
    assert [e.identifiant for e in magasin.journal.chercher("ecole", operation=EFFACE)] == [2]
