"""The summary on a terminal or in a log; what a failed assertion of a test shows of a report."""

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from specimen import COMMANDE, NIR, NIR_ESPACE, NIR_TREIZE, avec, conforme, excuse, grand, rapport, trafic

from sne_conformite.rapports import rapport_texte
from sne_conformite.rapports.rapport import Lacune, Mention, Rapport, VerdictMention
from sne_conformite.rapports.rapport_texte import RapportDeTest


def lignes(juge: Rapport, **choix: Any) -> list[str]:
    sortie = io.StringIO()
    rapport_texte.ecrire(juge, sortie, **choix)
    return sortie.getvalue().splitlines()


def test_the_first_twenty_lines_say_what_is_wrong_and_what_to_do() -> None:
    tout = lignes(rapport())
    debut = tout[:20]
    assert debut[0].startswith(
        "2 opérations sur 3, 1 exigence prouvée sur 9, manquements : 3 exigences obligatoires enfreintes, "
        "1 scénario en erreur : Mon logiciel"
    )
    assert "  3 exigences obligatoires enfreintes : FID-02, FID-12, CTR-05." in debut
    assert any(ligne.startswith("  FID-02 · 2 scénarios · Le co-titulaire") for ligne in debut)
    assert any(ligne.startswith("  CTR-05 · 1 fois · ") for ligne in debut)
    assert tout[-2].startswith("Prochaine étape : rejouez ")
    assert tout[-1].startswith(f"  {COMMANDE.partition(' --scenario')[0]} --scenario ")
    assert (
        "Vérifications : ✓ 2 réussies · ✗ 3 échouées · E 1 en erreur · ! 1 recommandation non suivie"
        in "\n".join(debut)
    )


def test_each_group_tells_all_that_is_known_of_it() -> None:
    tout = lignes(
        rapport(), fichiers={"HTML": Path("r/rapport.html")}, remarques=["manquement connu expiré."]
    )
    debut = tout.index("FID-02 cotitulaire_absent")
    fiche = "\n".join(tout[debut : tout.index("FID-12 nir_change")])
    for dit in ("Chaque co-titulaire saisi est transmis.", "scénarios : CRE-03, CRE-04", "observé : absent",
                "chemin : demandeLogement/cotitulaire[2]", "échange : 12, POST getNumUnique 200",
                '    cotitulaire\n      nom : Œ', f"    {COMMANDE}"):  # fmt: skip
        assert dit in fiche
    assert "  Opérations                2/3      66 %  jamais vus : <getDoublons>" in tout
    assert "Remarque : manquement connu expiré." in tout
    assert tout[-4] == "  HTML  r/rapport.html"
    assert tout[-1] == "  sne-sandbox conform --rejouer r"


def test_a_group_tells_when_it_shows_and_what_a_developer_does_about_it() -> None:
    dit = {"cotitulaire_absent": "Toujours à deux."}
    juge = avec(rapport(), remede="Écrivez chaque co-titulaire.", conditions=dit)
    tout = lignes(juge)
    debut = tout.index("FID-02 cotitulaire_absent")
    fiche = tout[debut : tout.index("FID-12 nir_change")]
    rang = fiche.index("  quand : Toujours à deux.")
    assert fiche[rang + 1] == "  remède : Écrivez chaque co-titulaire."
    assert "    quand   : Toujours à deux." in rapport_texte.en_bref(juge).splitlines()
    assert len([ligne for ligne in tout if "remède :" in ligne]) == 1, "one without a remedy shows none"


def test_a_conforming_application_is_told_so_in_a_screen() -> None:
    tout = lignes(conforme())
    assert tout[0].startswith("2 opérations sur 3, 1 exigence prouvée sur 1, aucun manquement : Mon logiciel")
    assert not [ligne for ligne in tout if "À corriger" in ligne or "échouée" in ligne]
    assert len(tout) < 20


def test_mentions_tell_what_lacks_once_and_how_to_show_it() -> None:
    commande = "sne-sandbox conform --scenario S"
    manquent = tuple(Lacune(f"VIE-{n:02d}", "sans preuve", f"{commande}{n}") for n in range(40))
    reserves, une = ("Une réserve.",), ("EMB-01",)
    acquise = Mention("a", "SNE – a", VerdictMention.RESERVES, une, 1, (), reserves, (), 1, "Le minimum.")
    autre = Mention("b", "SNE – b", VerdictMention.INCOMPLETE, ("EMB-01", "VIE-01"), 1, manquent[:2])
    longue = Mention("c", "SNE – c", VerdictMention.INCOMPLETE, une, 0, manquent[:7], reserves)
    juge = replace(conforme(), mentions=(acquise, autre, longue))
    tout = lignes(juge)
    bloc = tout[tout.index("Mentions") :]
    assert bloc[1:11] == [
        "  SNE – a  acquise avec réserves, 1 exigence prouvée et 1 attestée sur 1",
        "      Le minimum.",
        "      réserve : Une réserve.",
        "  SNE – b  incomplète, 1 exigence prouvée sur 2",
        "      VIE-00 : sans preuve",
        "        → sne-sandbox conform --scenario S0",
        "      VIE-01 : sans preuve",
        "        → sne-sandbox conform --scenario S1",
        "  SNE – c  incomplète, 0 exigence prouvée sur 1",
        "      ce qui manque ci-dessus, et :",
    ]
    assert bloc[12:21:2] == [f"        → sne-sandbox conform --scenario S{n}" for n in range(2, 7)]
    juge = replace(juge, mentions=(replace(longue, lacunes=manquent),))
    ou = "dans rapport.json et rapport.html"
    (dite,) = (ligne for ligne in lignes(juge) if ou in ligne)
    assert dite.endswith(f" autres, {ou} (--report-dir DOSSIER les écrit).")


def test_a_log_takes_no_order_from_what_an_application_sent() -> None:
    juge = rapport()
    entete = replace(juge.entete, application="x\n::error::y\x1b[2J")
    texte = "\n".join(lignes(replace(juge, entete=entete)))
    assert not [c for c in ("\x1b", "\x00", "\u202e", "\n::error") if c in texte]
    assert "[bold]" in texte


@pytest.mark.parametrize("faire", [rapport, trafic])
def test_no_nir_is_shown(faire: Any) -> None:
    texte = "\n".join(lignes(faire()))
    assert "206*" in texte
    for nir in (NIR, NIR_ESPACE, NIR_TREIZE):
        assert nir not in texte


def test_known_failures_are_apart() -> None:
    tout = lignes(excuse(replace(grand(2), bilans=())))
    assert "Manquements connus (2)" in tout
    assert "  EXI-00 · 2 scénarios · Enfreinte. [ticket 12]" in tout
    assert not [ligne for ligne in tout if ligne.startswith("À corriger")]


def test_long_lists_are_cut_and_say_so() -> None:
    juge = grand(2, 400)
    tout = lignes(replace(juge, bilans=()))
    assert "À corriger (40)" in tout
    assert "  … et 30 autres, dans les rapports (--report-dir DOSSIER les écrit)." in tout
    assert any("28 autres détails" in ligne for ligne in tout)
    ecrits = lignes(replace(juge, bilans=()), fichiers={"HTML": Path("rapport.html")})
    assert "  … et 30 autres, dans les rapports." in ecrits


def test_colours_are_for_terminals_that_want_them(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    def ecrit() -> str:
        sortie = Terminal()
        rapport_texte.ecrire(conforme(), sortie)
        return sortie.getvalue()

    for nom in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(nom, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    assert "\x1b[1;32m" in ecrit()
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[1;32m" not in ecrit()
    assert "32m" not in ecrit()


def test_repr_is_one_french_line() -> None:
    assert repr(RapportDeTest.de(conforme())) == (
        "<rapport : 2 opérations sur 3, 1 exigence prouvée sur 1, aucun manquement : 412 échanges jugés>"
    )
    dit = repr(RapportDeTest.de(rapport()))
    assert dit.startswith("<rapport : 2 opérations sur 3, ")
    assert " : 3 exigences obligatoires enfreintes : FID-02, FID-12, CTR-05." in dit
    assert "\n" not in dit


def test_str_says_sentence_expected_observed_and_exchanges() -> None:
    dit = str(RapportDeTest.de(rapport()))
    for attendu in ("✗ CTR-05 Le téléphone porte un indicatif.\n    attendu : 0612345678\n"
                    "    observé : +33612345678\n    échange : 77",
                    "échanges : 12, 14, 99", "! EMB-06 Le Content-ID est sans chevrons."):  # fmt: skip
        assert attendu in dit
    assert not [nir for nir in (NIR, NIR_TREIZE) if nir in dit]
    assert "\x1b" not in dit


def test_it_stays_short() -> None:
    assert len(str(RapportDeTest.de(grand(75, 200))).splitlines()) < 60
