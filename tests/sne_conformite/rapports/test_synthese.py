from dataclasses import replace

import pytest
from specimen import conforme, entete, rapport

from sne_conformite.rapports import synthese
from sne_conformite.rapports.rapport import Bilan, EtatExigence, Mention, Rapport, Verdict, VerdictMention
from sne_conformite.rapports.verdict_de_conformite import ENFREINTE, NON_SUIVIE, decider


def mentions(*verdicts: VerdictMention) -> tuple[Mention, ...]:
    return tuple(Mention(f"m{n}", f"Mention {n}", verdict) for n, verdict in enumerate(verdicts))


MANQUEMENTS = "manquements : 3 exigences obligatoires enfreintes, 1 scénario en erreur"
COUVERT = "2 opérations sur 3, 1 exigence prouvée sur "


@pytest.mark.parametrize(
    ("juge", "titre", "classe"),
    [
        (rapport(), f"{COUVERT}9, {MANQUEMENTS}", "mal"),
        (conforme(), f"{COUVERT}1, aucun manquement", "bien"),
        (decider(replace(conforme(), entete=entete(inacheve="Interrompu."))), "Épreuve inachevée", "mal"),
        (replace(conforme(), mentions=mentions(VerdictMention.INCOMPLETE)),
         f"{COUVERT}1, aucun manquement", "neutre"),
        (replace(conforme(), mentions=mentions(VerdictMention.ACQUISE)), "Mention 0", "bien"),
        (replace(conforme(), mentions=mentions(VerdictMention.ACQUISE, VerdictMention.RESERVES)),
         "Mention 0, Mention 1 (avec réserves)", "conseil"),
        (replace(rapport(), mentions=mentions(VerdictMention.ACQUISE, VerdictMention.REFUSEE)),
         f"Mention 0, {MANQUEMENTS}", "mal"),
    ],
)  # fmt: skip
def test_the_head_says_what_is_concluded_and_how_much_was_covered(
    juge: Rapport, titre: str, classe: str
) -> None:
    tete = synthese.tete(juge)
    assert (tete.titre, tete.classe) == (titre, classe)
    assert f"{tete.titre} {tete.couvre}".count("2 opérations sur 3") == 1
    acquises = any(mention.acquise for mention in juge.mentions)
    assert ("(les mentions acquises n'en demandent pas d'autre)" in tete.couvre) is acquises
    assert tete.motifs == juge.motifs
    assert tete.non_conforme == (bool(juge.motifs) and not juge.entete.inacheve)


def test_families_are_in_the_order_of_the_contract() -> None:
    lues = {f.sigle: (f.titre, f.prouvees, f.manquements) for f in synthese.familles(rapport())}
    assert list(lues) == ["EMB", "CTR", "FID", "ROB", "VIE"]
    assert lues["FID"] == ("Fidélité à ce qui est saisi", 1, [(ENFREINTE, 2)])
    assert lues["EMB"] == ("Emballage des messages", 0, [(NON_SUIVIE, 1)])


def test_how_far_the_sources_of_what_is_proved_go() -> None:
    bilans = [
        Bilan(f"A-0{n}", "", "MUST", "source", etat, fidelite=fidelite)
        for n, (fidelite, etat) in enumerate(
            [
                ("attestée", EtatExigence.PROUVEE),
                ("convention", EtatExigence.PROUVEE),
                ("convention", EtatExigence.PROUVEE),
                ("déduite", EtatExigence.ENFREINTE),
                ("", EtatExigence.PROUVEE),
            ]
        )
    ]
    dite = synthese.fidelites(replace(rapport(), bilans=tuple(bilans)))
    assert dite == (
        "3 exigences prouvées : 1 sur un texte public (attestée), 0 déduite d'un tel texte,"
        " 2 par convention du bac à sable."
    )
    assert synthese.fidelites(rapport()) == "", "a report of before does not tell"
    assert bilans[0].source_dite == "attestée : source"
    assert bilans[4].source_dite == "source"


def test_a_cell_of_the_matrix_is_the_worst_of_its_checks() -> None:
    colonnes, lignes = synthese.matrice(rapport())
    assert colonnes == ["CRE", "ROB", "EVT"], "what the application does not do has no column"
    case = lignes["FID-01"]["CRE"]
    assert (case.issue.mot, case.nombre) == ("réussie", 2)
    juge = rapport()
    premier = juge.scenarios[0]
    cassee = replace(premier.verifications[0], verdict=Verdict.ECHOUE)
    juge = replace(juge, scenarios=(replace(premier, verifications=(cassee,)), *juge.scenarios[1:]))
    case = synthese.matrice(juge)[1]["FID-01"]["CRE"]
    assert (case.issue.mot, case.nombre) == ("échouée", 1)
    assert synthese.matrice(rapport())[1]["EMB-06"]["CRE"].issue.mot == "non suivie"
