"""The badge and the page to hand over say what the report says, to whoever does not read it.

One truth: every form of a report tells the same numbers, and a gate on any of them decides the same.
"""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pypdf
import pytest
from hypothesis import given, settings
from lxml import etree
from specimen import HOSTILE, LONG, NIR, conforme, entete, excuse, grand, rapport, trafic
from tirages import rapports
from verite import en_texte, verifier

from sne_conformite.rapports import (
    attestation_de_conformite,
    badge,
    manquements_connus,
    rapport_json,
    synthese,
)
from sne_conformite.rapports.constats_groupes import compter
from sne_conformite.rapports.manquements_connus import Connue
from sne_conformite.rapports.rapport import Alentours, Candidat, Mention, Rapport, VerdictMention
from sne_conformite.rapports.signalements_a_la_forge import signaler
from sne_conformite.rapports.verdict_de_conformite import TOUTES, decider
from sne_sandbox.operations.attestation import LIGNES


def dit(juge: Rapport) -> Any:
    return etree.fromstring(badge.octets(juge))


@pytest.mark.parametrize(
    ("juge", "droite"),
    [
        (rapport(), "3 exigences enfreintes"),
        (conforme(), "1 exigence prouvée sur 1"),
        (replace(conforme(), mentions=(Mention("s", "SNE 5.2 – socle", VerdictMention.ACQUISE),)),
         "SNE 5.2 – socle"),
        (replace(conforme(), mentions=(Mention("s", "S", VerdictMention.INCOMPLETE),)),
         "1 exigence prouvée sur 1"),
        (decider(replace(conforme(), entete=entete(inacheve="Interrompu."))), "épreuve inachevée"),
        (replace(conforme(), conforme=False, mentions=(
            Mention("s", "SNE 5.2 – socle", VerdictMention.RESERVES), Mention("d", "SNE 5.2 – dalo",
            VerdictMention.ACQUISE), Mention("c", "SNE 5.2 – complet", VerdictMention.INCOMPLETE))),
         "non retenue, 2 mentions sur 3 (avec réserves)"),
    ],
)  # fmt: skip
def test_the_badge_says_the_verdict_to_who_sees_it_and_to_who_does_not(juge: Rapport, droite: str) -> None:
    dessin = dit(juge)
    titre = f"SNE v5.2 : {droite}"
    assert dessin.get("role") == "img"
    assert dessin.get("aria-label") == titre == dessin.findtext("{*}title")
    assert [t.text for t in dessin.iterfind(".//{*}text")] == ["SNE v5.2", droite]


def test_the_badge_obeys_nobody() -> None:
    juge = replace(
        conforme(),
        mentions=(Mention("s", HOSTILE + LONG, VerdictMention.ACQUISE),),
        entete=entete(contrat=HOSTILE),
    )
    dessin = dit(juge)
    assert {etree.QName(e).localname for e in dessin.iter()} == {"svg", "title", "rect", "path", "g", "text"}
    assert int(dessin.get("width")) < 800


def page(juge: Rapport, alentours: Alentours | None = None) -> str:
    octets = attestation_de_conformite.octets(juge, alentours or Alentours())
    assert octets.isascii()
    (seule,) = pypdf.PdfReader(io.BytesIO(octets)).pages
    return "\n".join(ligne.rstrip() for ligne in seule.extract_text().split("\n"))


def test_the_page_says_what_the_report_says_and_where_its_proof_is() -> None:
    numero = "SNE52-7K3M-QWX2-B4DH-6TAZ"
    texte = page(rapport(), Alentours(preuves="ab" * 32, signatures=("Loge SA",), numero=numero))
    for attendu in (
        "2 opérations sur 3, 1 exigence prouvée sur 9, manquements :\n",
        "3 exigences obligatoires enfreintes, 1 scénario en erreur\n",
        "Application essayée : Mon logiciel <b>&</b> (identité non demandée par un défi)\n",
        f"certification --verifier {numero} DOSSIER\n",
        "Le 02/03/2026 à 19 h 00 ; 412 échanges, 700 ménages, graine 7\n",
        "Fidélité à ce qui est saisi : 1 prouvée sur 3, 2 enfreintes\n",
        "– 3 exigences obligatoires enfreintes : FID-02, FID-12, CTR-05.\n",
        "elle n'en est pas la preuve.\n",
        "ab" * 32,
        "Signé par : Loge SA",
    ):
        assert attendu in texte
    assert NIR not in texte


def test_what_the_baseline_excuses_is_told_by_all_with_the_same_numbers() -> None:
    """2 of the 3 broken requirements are, and what has no excuse still is what fails."""
    juge = rapport()
    juge = replace(juge, bilans=tuple(replace(b, risque=f"Risque {b.exigence}.") for b in juge.bilans))
    connues = [Connue("ticket 12", date(2027, 1, 31), exigence=e) for e in ("FID-02", "FID-12")]
    excuse = manquements_connus.appliquer(juge, connues, date(2026, 3, 2)).rapport
    assert dit(excuse).findtext("{*}title") == "SNE v5.2 : 1 exigence enfreinte, 2 manquements connus"
    assert synthese.tete(excuse).titre.endswith("1 scénario en erreur, hors 2 connus")
    texte = " ".join(page(excuse).split()).lower()
    for attendu in (
        "1 exigence enfreinte, 2 manquements connus : ",
        "saisi : 1 prouvée sur 3, 2 manquements connus",
        "messages : 0 prouvée sur 2, 1 recommandation non suivie",
        "– FID-02 : ticket 12 (jusqu'au 31/01/2027)",
        "– Risque FID-02. (manquement connu)",
    ):
        assert attendu.lower() in texte
    assert "enfreintes" not in texte
    toutes = [Connue("ticket 12", date(2027, 1, 31), exigence=b.exigence) for b in juge.bilans]
    excuse = manquements_connus.appliquer(juge, toutes, date(2026, 3, 2)).rapport
    assert synthese.tete(excuse).classe == "conseil"
    assert dit(excuse).findtext("{*}title") == "SNE v5.2 : 4 manquements connus, 1 exigence prouvée sur 9"


def test_without_evidence_nor_signature_the_page_names_none() -> None:
    texte = page(conforme())
    assert "preuves.zip" not in texte
    assert "Signé" not in texte
    assert "Classe" not in texte
    assert "Signé par : personne" in page(conforme(), Alentours(signatures=()))
    assert "Classe : auto-déclarée" in page(conforme(), Alentours(classe="auto-déclarée"))


def test_the_page_stays_one_whatever_is_said() -> None:
    mentions = tuple(Mention(f"m{n}", f"{LONG}{HOSTILE}", VerdictMention.ACQUISE) for n in range(30))
    candidat = Candidat(LONG, f"Œuvre (\\) {HOSTILE}", "1")
    juge = replace(rapport(), mentions=mentions, entete=entete(candidat=candidat), motifs=(LONG,) * 30)
    assert len(attestation_de_conformite.lignes(juge)) == LIGNES
    texte = page(juge, Alentours(preuves="ab" * 32))
    assert "… la suite est dans rapport.html.\n" in texte
    assert texte.rstrip().endswith("DOSSIER"), "the foot is never what is left out"
    reservee = Mention("m", "M", VerdictMention.RESERVES, reserves=("Elle décline les couples.",))
    assert "  Elle décline les couples.\n" in page(replace(conforme(), mentions=(reservee,)))
    assert "Œuvre (\\)" in page(replace(conforme(), entete=entete(candidat=replace(candidat, editeur="É"))))


@given(rapports())
@settings(max_examples=60)
def test_whatever_was_judged(juge: Rapport) -> None:
    verifier(juge)


@pytest.mark.parametrize("faire", [rapport, trafic, conforme, grand])
def test_the_specimens(faire: Callable[[], Rapport]) -> None:
    verifier(faire())


def test_a_recommendation_that_is_not_followed_lets_pass_everywhere() -> None:
    premier = rapport().scenarios[0]
    juge = replace(conforme(), scenarios=(premier,), bilans=(rapport().bilans[0], rapport().bilans[3]))
    verifier(juge)
    assert rapport_json.en_json(juge)["synthese"]["recommandations_non_suivies"] == 1
    (dit,) = signaler(juge)
    assert dit.niveau == "warning"


def test_what_a_baseline_excuses_lets_pass_everywhere() -> None:
    excusee = decider(excuse(rapport()))
    assert excusee.conforme
    verifier(excusee)


def test_the_numbers_are_told_by_the_words_of_the_issues() -> None:
    mots = {issue.un for issue in TOUTES}
    synthese = compter(rapport()).en_json()
    assert set(synthese["verifications"]) | set(synthese["exigences"]) == mots
    assert "3 échouées" in en_texte(rapport())
    assert synthese["verifications"]["échouée"] == 3
