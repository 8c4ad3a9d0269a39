"""What one exchange holds, or the suite does wrong with it, ends no judgement: the others are judged, and it
is told for what it is."""

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from banc import FORMULAIRE, MIDI, Banc, poser, specimen
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from sne_conformite import juges
from sne_conformite.bilan import constats_recueillis
from sne_conformite.bilan.trafic_juge import juger_base, parcourir
from sne_conformite.juges.juge import VALEUR_MAX, Dire, Juge, appeler
from sne_conformite.observation.accidents_de_la_suite import (
    ACCIDENTS_MAX,
    ERREUR_MAX,
    GARDES_MAX,
    Isolement,
    dire_les_accidents,
)
from sne_conformite.observation.observation import Observation
from sne_conformite.rapports.rapport import Accident, Constat, EtatExigence, Fin, Rapport, Verdict
from sne_interface.domain.echange import ILLISIBLE, Echange, VerdictEchange
from sne_interface.rules import engine

ICI: Final = Path(__file__).name

DATES = (
    "4294967296-01-01", "-99999999999-01-01", "2147483648-01-01", "99999-01-01", "0000-01-01", "-0044-03-15",
    "9999-12-31-14:00", "0001-01-01+14:00", "2018-13-45", "",
)  # fmt: skip
NOMBRES = ("9" * 5_000, "1e400", "NaN", "-INF", "0x10", "١٢٣", "-0", " 12 ")
CHEMINS = {
    "personnePhysique/demandeur/dateNaissance": DATES,
    "dateCreationDemande": DATES,
    "logementRecherche/montantLoyer": NOMBRES,
}


def rapport(banc: Banc) -> Rapport:
    *_, fin = juger_base(banc.services.magasin.journal, banc.nom, banc.services.contrat)
    assert isinstance(fin, Fin)
    return fin.rapport


@pytest.mark.parametrize(
    ("chemin", "valeur"),
    [(chemin, valeur) for chemin, valeurs in CHEMINS.items() for valeur in valeurs],
    ids=lambda dit: dit.rpartition("/")[2][:20],
)
def test_an_absurd_value_is_judged_like_another(banc: Banc, chemin: str, valeur: str) -> None:
    """In a document that the schema refuses besides, hence explains: a year beyond 2³¹ voided the report."""
    racine = specimen("personne_seule")
    poser(racine, f"{FORMULAIRE}/{chemin}", valeur)
    poser(racine, f"{FORMULAIRE}/inconnu", "x", apres="precision")
    banc.demander(racine)
    banc.demander(specimen("personne_seule"), nom="DEMG1104-201803151200-000007.xml")
    juge = rapport(banc)

    assert juge.entete.non_juges == ""
    assert juge.entete.echanges == 2
    assert {v.exigence for v in juge.verifications if v.verdict is Verdict.ECHOUE} == {"CTR-01"}
    assert any("inconnu" in c.chemin for v in juge.verifications for c in v.constats)


@pytest.mark.parametrize(
    "document",
    [b"", b"<", b"\x00" * 100, b"\xed\xa0\x80", b"<a>&#xD800;</a>", b"<a>" * 5_000, b"<?xml version='1.0'?>",
     b"<interfaceNuu/>", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", b"long"],
    ids=lambda octets: octets[:12].decode("latin-1"),
)  # fmt: skip
def test_what_is_no_document_is_judged_too(banc: Banc, document: bytes) -> None:
    if document == b"long":
        document = b"x" * 10_000_000
    relais = pytest.importorskip(
        "sne_calibrage.enregistrements.ligne_de_journal_relue",
        reason="the relay is in a package that one may take away",
    )
    banc.demander(specimen("personne_seule"))
    (bon,) = parcourir(banc.services.magasin.journal, banc.nom)
    debut = bon.requete.index(b"<ns1:interfaceNuu")
    fin = bon.requete.index(b"</ns1:interfaceNuu>") + len(b"</ns1:interfaceNuu>")
    autre = Echange(
        base=banc.nom, recu_le=bon.recu_le, methode=bon.methode, chemin=bon.chemin, service=bon.service,
        operation=bon.operation, statut=500, en_tetes=bon.en_tetes, verdict=VerdictEchange.FAULT,
        requete=bon.requete[:debut] + document + bon.requete[fin:], reponse=document,
    )  # fmt: skip
    banc.services.magasin.journal.consigner(None, autre)
    juge = rapport(banc)

    assert juge.entete.non_juges == ""
    assert juge.entete.echanges == 2
    relais.relire(autre, banc.services.contrat)
    assert rapport(banc).entete.non_juges == ""


def test_a_line_that_does_not_read_any_more_is_told_and_the_others_judged(banc: Banc) -> None:
    banc.demander(specimen("personne_seule"))
    banc.demander(specimen("personne_seule"))
    magasin = banc.services.magasin
    with magasin.transaction(ecriture=True, verrou=banc.nom) as connexion:
        connexion.sa.exec_driver_sql("UPDATE echange SET requete = x'0102' WHERE identifiant = 1")
    juge = rapport(banc)

    assert juge.entete.non_juges.startswith(
        "Erreur du bac à sable, et non de l'application : impossible de lire sa ligne du journal, échange 1"
    )
    assert juge.entete.echanges == 1
    assert [bilan.exigence for bilan in juge.bilans if bilan.etat is EtatExigence.ENFREINTE] == []


@pytest.mark.parametrize("garde", range(1, 15))
def test_a_nir_that_a_cut_divides_is_masked_all_the_same(banc: Banc, garde: int) -> None:
    """`garde` characters of it stand before the cut: of a value seen, an error, a line of the journal."""

    def avant(maximum: int) -> str:
        return "x" * (maximum - garde - 1) + " "

    vu = Dire("X", 1).rompue("sorte", "", f"{avant(VALEUR_MAX)}206127511100564", phrase="Phrase.").observe
    accidents: list[Accident] = []
    with Isolement(accidents, "juger"):
        raise ValueError(f"{avant(ERREUR_MAX - len('ValueError : '))}206127511100564")
    for code in (ILLISIBLE, "interne"):
        erreur = {"code": code, "message": "", "explication": f"{avant(ERREUR_MAX)}206127511100564"}
        verdict = VerdictEchange.ERREUR
        echange = Echange(base=banc.nom, recu_le=MIDI, methode="POST", fault=erreur, verdict=verdict)
        banc.services.magasin.journal.consigner(None, echange)
    accidents += banc.rapport().accidents
    assert len(accidents) == 3
    masque = re.escape("206************"[:garde])
    for dit in (vu, *(accident.erreur for accident in accidents)):
        assert re.search(rf"x {masque}(?:,|$)", dit), dit


def _casser(monkeypatch: pytest.MonkeyPatch, exigence: str, sur: int) -> None:
    """The judge of a requirement fails on the exchange of that id."""

    def casse(juge: Juge) -> Juge:
        def juger(vue: Observation, dire: Dire) -> Iterator[Constat]:
            if vue.echange.identifiant == sur:
                raise KeyError("206127511100564")
            yield from appeler(juge.juger, vue, dire)

        return Juge(juge.exigence, juger, juge.sur) if juge.exigence == exigence else juge

    monkeypatch.setattr(juges, "JUGES", tuple(casse(juge) for juge in juges.JUGES))


def test_a_judge_that_fails_accuses_nobody_and_is_told(banc: Banc, monkeypatch: pytest.MonkeyPatch) -> None:
    _casser(monkeypatch, "NOM-01", 1)
    banc.demander(specimen("personne_seule"))
    juge = rapport(banc)
    bilans = {bilan.exigence: bilan for bilan in juge.bilans}

    assert juge.conforme
    assert juge.entete.non_juges.startswith(
        "Erreur du bac à sable, et non de l'application : impossible de juger NOM-01, échange 1 (KeyError : "
    )
    assert "206127511100564" not in juge.entete.non_juges
    assert f"{ICI}:" in juge.entete.non_juges, "where to look"
    (accident,) = juge.accidents
    assert (accident.echange, accident.exigences) == (1, ("NOM-01",))
    assert "206127511100564" not in accident.erreur + accident.trace
    assert accident.trace.splitlines()[0].startswith("__init__.py:"), "from the loop over the judges…"
    assert accident.trace.splitlines()[-1].startswith("test_accidents_de_la_suite.py:"), (
        "… to where it was raised"
    )
    assert bilans["NOM-01"].etat is EtatExigence.SANS_PREUVE
    assert bilans["NOM-01"].raison.startswith("erreur du bac à sable : impossible de juger NOM-01, échange 1")
    (verification,) = (v for v in juge.verifications if v.exigence == "NOM-01")
    assert (verification.verdict, verification.raison) == (Verdict.EN_ATTENTE, bilans["NOM-01"].raison)
    assert bilans["NOM-02"].etat is EtatExigence.PROUVEE, "the rest is judged"


def test_a_thousand_accidents_of_one_bug_are_kept_in_short(
    banc: Banc, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(juges, "JUGES", (Juge("NOM-01", _rater),))
    banc.demander(specimen("personne_seule"))
    (echange,) = parcourir(banc.services.magasin.journal, banc.nom)
    for _ in range(GARDES_MAX + 2):
        banc.services.magasin.journal.consigner(None, replace(echange, identifiant=None))
    juge = rapport(banc)

    assert len(juge.accidents) == GARDES_MAX
    assert len({id(accident.trace) for accident in juge.accidents}) == 1
    assert juge.entete.non_juges.count("Erreur du bac à sable") == 1


def _rater(*_: Any) -> Any:
    raise ZeroDivisionError


def test_the_other_exchanges_are_judged_by_it(banc: Banc, monkeypatch: pytest.MonkeyPatch) -> None:
    _casser(monkeypatch, "NOM-01", 1)
    banc.demander(specimen("personne_seule"))
    banc.demander(specimen("colocataires"), nom="demande.xml")
    juge = rapport(banc)

    assert {v.exigence for v in juge.verifications if v.verdict is Verdict.ECHOUE} == {"NOM-01"}
    assert "juger NOM-01, échange 1 " in juge.entete.non_juges


@pytest.mark.parametrize(
    ("ou", "dit"),
    [
        ("sne_conformite.bilan.constats_recueillis.citer", "le montrer"),
        ("sne_conformite.bilan.constats_recueillis._dites", "relever ce que le SNE y répond"),
        ("sne_conformite.juges.juges_refus.RefusRenvoyes.voir", "juger VIE-20"),
    ],
)
def test_what_is_shown_answered_or_followed_stays_there_too(
    banc: Banc, monkeypatch: pytest.MonkeyPatch, ou: str, dit: str
) -> None:
    monkeypatch.setattr(ou, _rater)
    banc.demander(specimen("personne_seule"), nom="demande.xml")
    juge = rapport(banc)

    assert f"impossible de {dit}, échange 1 (ZeroDivisionError, " in juge.entete.non_juges
    assert {v.exigence for v in juge.verifications if v.verdict is Verdict.ECHOUE} == {"NOM-01"}


def test_what_fails_at_the_end_of_a_sequence_is_of_no_exchange(
    banc: Banc, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sne_conformite.juges.juges_releves.Decisions.finir", _rater)
    banc.demander(specimen("personne_seule"))
    juge = rapport(banc)

    assert juge.conforme
    assert "impossible de juger la suite des échanges : VIE-18 (ZeroDivisionError" in juge.entete.non_juges


def test_what_is_read_again_to_be_shown_and_cannot_be_is_told(
    banc: Banc, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a sequence ends by finding cites an exchange that was gone through long before."""
    monkeypatch.setattr(
        "sne_conformite.juges.juges_releves.Decisions.finir",
        lambda _: iter([Dire("VIE-18", 1).rompue("bail_sans_radiation", phrase="Rien ne suit.")]),
    )
    monkeypatch.setattr(constats_recueillis, "citer", _rater)
    banc.demander(specimen("personne_seule"))
    juge = rapport(banc)

    assert {v.exigence for v in juge.verifications if v.verdict is Verdict.ECHOUE} == {"VIE-18"}
    assert "impossible de le montrer, échange 1 (ZeroDivisionError, " in juge.entete.non_juges


def test_what_was_found_before_the_failure_is_kept(banc: Banc) -> None:
    banc.demander(specimen("personne_seule"))
    (echange,) = parcourir(banc.services.magasin.journal, banc.nom)
    vue = Observation(echange, banc.services.contrat)
    trouves: list[int] = []

    def trouver() -> Iterator[int]:
        yield 1
        raise OverflowError("year overflow")

    with vue.isoler("juger", "CTR-01"):
        trouves.extend(trouver())
    assert trouves == [1]
    assert [(a.echange, a.quoi, a.exigences) for a in vue.accidents] == [(1, "juger", ("CTR-01",))]


def test_a_signal_is_not_caught() -> None:
    accidents: list[Accident] = []
    with pytest.raises(KeyboardInterrupt), Isolement(accidents, "juger"):
        raise KeyboardInterrupt
    assert accidents == []


@pytest.mark.parametrize(
    ("echanges", "erreurs", "dits"),
    [
        ((), 0, []),
        ((None,), 1, ["juger CTR-01 (E0)"]),
        ((7,), 1, ["juger CTR-01, échange 7 (E0)"]),
        (range(1, 8), 1, ["juger CTR-01, échanges 1, 2, 3, 4, 5 et 2 autres (E0)"]),
        ((3,), ACCIDENTS_MAX + 1, [f"juger CTR-01, échange 3 (E{n})" for n in range(ACCIDENTS_MAX)]),
    ],
)
def test_errors_are_told_once_each(echanges: Any, erreurs: int, dits: list[str]) -> None:
    accidents = [
        Accident(echange, "juger", ("CTR-01",), f"E{n}") for n in range(erreurs) for echange in echanges
    ]
    phrases = list(dire_les_accidents(accidents))
    for phrase, dit in zip(phrases, dits, strict=False):
        assert f"impossible de {dit}." in phrase
    assert phrases[len(dits) :] == (["1 autre erreur du bac à sable."] if erreurs > ACCIDENTS_MAX else [])


def test_a_rule_that_fails_is_an_exchange_that_is_not_judged(
    banc: Banc, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the SNE would have answered is not known: the application is charged with nothing."""
    banc.demander(specimen("personne_seule"))
    monkeypatch.setattr(engine, "_controler_tous", _rater)
    banc.demander(specimen("colocataires"))
    monkeypatch.undo()
    juge = rapport(banc)

    assert juge.conforme
    (accident,) = juge.accidents
    assert (accident.echange, accident.quoi) == (2, "répondre comme le SNE")
    assert "ZeroDivisionError" in accident.erreur
    assert ICI in accident.trace
    assert "impossible de répondre comme le SNE, échange 2 (ZeroDivisionError" in juge.entete.non_juges


#: What no form expects, and what XSD or Python reads otherwise than the other.
HOSTILES = (
    "99999999999-01-01", "-99999999999-01-01", "4294967296-01-01T00:00:00", "9" * 10_000, "0." + "1" * 10_000,
    "P9999999999999Y", "1e999", "NaN", "INF", "x" * 20_000, "", " ", "\u202e", "\x85", "2018-02-30",
    "0000-01-01", "2018-03-15T24:00:00", "2018-03-15T10:00:00+14:00", "１２", "²", "{valeur}", "%s%n", "]]>",
    "2018-03-15T10:00:00.123456789012345678901234567890",
)  # fmt: skip


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_document_is_an_accident(banc: Banc, data: st.DataObject) -> None:
    """Whatever stands in whatever place, in the question and in the answer."""
    racine = specimen(data.draw(st.sampled_from(("colocataires", "dalo", "radiation", "association"))))
    elements = [e for e in racine.iter() if isinstance(e.tag, str)]
    for rang in data.draw(st.lists(st.integers(0, len(elements) - 1), min_size=1, max_size=4)):
        element = elements[rang]
        match data.draw(st.sampled_from(("texte", "code", "double", "dedans"))):
            case "texte":
                element.text = data.draw(st.sampled_from(HOSTILES))
            case "code":
                element.set("code", data.draw(st.sampled_from(HOSTILES)))
            case "double" if element.getparent() is not None:
                element.addnext(deepcopy(element))
            case "dedans":
                element.append(deepcopy(elements[-1]))
    avant = banc.services.magasin.journal.dernier(banc.nom)
    banc.demander(etree.tostring(racine, encoding="UTF-8"))
    echange = banc.services.magasin.journal.lire(banc.nom, avant + 1)
    assert echange is not None
    assert echange.verdict is not VerdictEchange.ERREUR, echange.fault
    assert "explication a échoué" not in str(echange.fault)
    absurde = data.draw(st.sampled_from(HOSTILES[:6])).encode()
    for reponse in (echange.reponse, echange.reponse.replace(b"2018-03-15", absurde)):
        vue = Observation(replace(echange, reponse=reponse), banc.services.contrat)
        for pilote in (False, True):
            juges.juger(vue, pilote=pilote)
            juges.Suite(pilote=pilote).juger([vue])
        constats_recueillis.citer(vue)
        assert vue.accidents == []
