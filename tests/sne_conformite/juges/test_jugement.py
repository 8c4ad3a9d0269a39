"""The tables of judges: every requirement that traffic can show has one, and every judge a requirement; what
becomes of their memory when the state of a base is put back."""

import ast
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from banc import FORMULAIRE, MIDI, Banc, poser, specimen
from donnees import a_cote

from sne_conformite import juges
from sne_conformite.juges import juge, juges_fidelite
from sne_conformite.observation.observation import Observation
from sne_conformite.rapports.rapport import Constat
from sne_interface.contract.contrats_charges import charger
from sne_interface.contract.exigences_et_mentions import charger_exigences
from sne_interface.domain.echange import Echange

DONNEES = a_cote(__file__)

EXIGENCES = charger_exigences(charger().dossiers)
JUGEES = {juge.exigence for juge in juges.JUGES} | {e for suite in juges.SUITES for e in suite.exigences}


def test_chaque_exigence_qui_se_voit_a_son_juge() -> None:
    """Those without one are not tested, or judged by the driven mode alone, for a reason that is written."""
    a_juger = {exigence.id for exigence in EXIGENCES.values() if not exigence.non_testee}

    assert a_juger - JUGEES == juges.PILOTEES.keys()
    assert all(juges.PILOTEES.values())


def test_chaque_juge_a_son_exigence() -> None:
    """An id that no file has would never be read."""
    assert EXIGENCES.keys() >= JUGEES
    assert not JUGEES & juges.PILOTEES.keys()


def test_chaque_constat_a_sa_phrase() -> None:
    """A slug without a sentence would be an accident of ours, the day that the fault is met."""
    dossier = Path(juges.__file__).parent
    appels = [n for m in dossier.glob("*.py") for n in ast.walk(ast.parse(m.read_text())) if _rompt(n)]
    nommees = [appel.args[appel.func.attr == "si"] for appel in appels]
    sortes = {c.value for nommee in nommees for c in ast.walk(nommee) if isinstance(c, ast.Constant)}

    assert sortes <= juge.CONSTATS["phrases"].keys()
    assert juge.CONSTATS["attendus"].keys() <= juge.CONSTATS["phrases"].keys()


def _rompt(noeud: ast.AST) -> bool:
    """Tell whether it is a call that breaks a requirement, in the words of the table."""
    rompt = isinstance(noeud, ast.Call) and isinstance(noeud.func, ast.Attribute)
    des_notres = rompt and noeud.func.attr in ("rompue", "si")
    return des_notres and all(mot.arg != "phrase" for mot in noeud.keywords)


def test_chaque_remede_est_d_une_exigence_et_se_cherche_dans_ce_qui_se_voit() -> None:
    """A condition on what nobody tells would never hold, and its remedy never be read."""
    dits = "ecart commande message envoye rendus guichets ailleurs"
    vus = {*juge._FAITS, *Constat.__slots__, *dits.split()}
    sortes = {*juge.CONSTATS["phrases"], *juges_fidelite._PHRASES}
    assert juge.CONSTATS["remedes"].keys() <= {*EXIGENCES, "partout"}
    for diagnostic in (d for lus in juge.CONSTATS["remedes"].values() for d in lus):
        assert diagnostic.keys() <= vus, diagnostic
        assert diagnostic["remede"][-1] == "."
        for motif in (motif for nom, motif in diagnostic.items() if nom == "sorte"):
            assert any(re.search(motif, sorte) for sorte in sortes), motif


@pytest.mark.parametrize(("agent", "mot"), DONNEES["le_remede_est_celui_de_la_pile"])
def test_le_remede_est_celui_de_la_pile(banc: Banc, agent: str, mot: str) -> None:
    banc.creer_demande()
    echange = banc.services.magasin.journal.chercher(banc.nom, limite=1)[0]
    vue = Observation(replace(echange, en_tetes=[("User-Agent", agent)]), banc.services.contrat)
    constat = Constat("EMB-01", False, "", "soap_1_1")
    assert mot in juge.avec_remede(constat, vue).remede
    assert juge.avec_remede(replace(constat, tenue=True), vue).remede == ""


@pytest.mark.parametrize(
    ("exigence", "sorte", "chemin", "ecart", "mot"), DONNEES["le_remede_est_celui_de_ce_qui_est_arrive"]
)
def test_le_remede_est_celui_de_ce_qui_est_arrive(
    exigence: str, sorte: str, chemin: str, ecart: str, mot: str
) -> None:
    attendu, observe = ecart.split(" → ")
    saisi = str({"nom": "d'Arc", "dateNaissance": "1990-01-02", "precision": "Eve"})
    constat = Constat(exigence, False, "", sorte, chemin, attendu, observe)
    remede = juge.avec_remede(constat, None, saisi=saisi).remede
    assert mot in remede
    assert bool(remede) is bool(mot)


def test_le_remede_d_un_debutant_nomme_ce_qu_il_a_oublie() -> None:
    deja = Constat("VIE-01", False, "", "issue_inattendue")
    dit = juge.avec_remede(deja, None, envoye="", message="Demande déjà enregistrée.").remede
    assert "reinitialiser" in dit
    assert "plus strict" in juge.avec_remede(deja, None, envoye="", message="NIR manquant").remede
    radiee = Constat("VIE-06", False, "", "issue_inattendue")
    assert "SUP" in juge.avec_remede(radiee, None, envoye="", commande="reactiver").remede


def test_les_juges_sont_dans_l_ordre_de_leur_famille() -> None:
    """The tables read as the requirements do, EMB-09 apart: it is about the document."""
    for famille in ("NOM", "CTR", "VIE"):
        rangs = [j.exigence for j in juges.JUGES if j.exigence.startswith(famille)]
        assert rangs == sorted(rangs)


def _remettre(banc: Banc) -> None:
    assert banc.api("POST", f"/bases/{banc.nom}/reset", {"portee": "etat"}).status_code < 300


def _restaurer(banc: Banc) -> None:
    assert banc.api("POST", f"/bases/{banc.nom}/snapshots/vide/restore").status_code < 300


@pytest.mark.parametrize("remettre", [_remettre, _restaurer])
def test_une_remise_se_lit_au_journal(
    banc: Banc, rompues: Callable[..., set[tuple[str, str]]], remettre: Callable[[Banc], None]
) -> None:
    """A radiation for attribution without its decision is found, whatever becomes of the base. A number of
    the state before, read after it, is no damaged number of ours, even when the first message after it
    delivers none."""
    assert banc.api("POST", f"/bases/{banc.nom}/snapshots", {"nom": "vide"}).status_code < 300
    numero, _ = banc.creer_demande("colocataires")
    radiee = specimen("radiation")
    poser(radiee, f"{FORMULAIRE}/numUnique", numero)
    banc.demander(radiee)
    remettre(banc)
    banc.relire(numero[:14])

    assert rompues(banc, pilote=True) == {("NOM-03", "nom_reutilise"), ("VIE-18", "radiation_sans_decision")}


def test_une_poignee_de_main_refusee_avant_une_remise(
    banc: Banc, rompues: Callable[..., set[tuple[str, str]]]
) -> None:
    """A handshake that a test has refused says nothing, when a service is called after the base was put
    back."""
    refus = {"code": "TLS", "message": "aucun certificat client"}
    banc.services.magasin.journal.consigner(
        None, Echange(base=banc.nom, recu_le=MIDI - timedelta(days=1), methode="TLS", fault=refus)
    )
    assert ("EMB-11", "sans_certificat") in rompues(banc)
    _remettre(banc)
    banc.creer_demande()

    assert ("EMB-11", "sans_certificat") not in rompues(banc)
