"""`sne-sandbox certification`, and what --candidat and --mention make of a judgement."""

import json
import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from specimen import entete

from sne_conformite.bilan.candidat import MODELE, CandidatIncorrect
from sne_conformite.cli.options_de_jugement import RapportDemande
from sne_conformite.cli.sorties_de_rapport import Preuves, Sorties
from sne_conformite.rapports import rapport_json
from sne_conformite.rapports.rapport import Bilan, EtatExigence, Rapport, Rubrique, VerdictMention
from sne_conformite.rapports.verdict_de_conformite import decider
from sne_interface.contract.exigences_et_mentions import charger_certification
from sne_interface.contract.overlay import DossiersContrat
from sne_interface.errors import UsageError
from sne_interface.resources import contracts_dir
from sne_sandbox.cli.main import cli

CANDIDAT = Path(__file__).parents[2] / "candidat.toml"
OPTIONS = {"contract": "v5.2", "contracts": None}


def lancer(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, ["certification", *map(str, arguments)])


def rapport(*sans: str) -> Rapport:
    """Traffic that proves all that « messages » demands, but `sans`."""
    certification = charger_certification(DossiersContrat(contracts_dir(), "v5.2"))
    demandees = certification.demandees(certification.mentions["messages"], ())
    etats = {True: EtatExigence.PROUVEE, False: EtatExigence.SANS_PREUVE}
    bilans = tuple(
        Bilan(e, "", niveau, "", etats[e in demandees and e not in sans])
        for e, niveau in certification.niveaux.items()
    )
    vues = Rubrique("operations", "Opérations", ("getNumUnique",), ("getDoublons",))
    return decider(
        Rapport(entete(mode="trafic", application="essai", exemples=0), True, (), (), bilans, (vues,))
    )


def rendre(juge: Rapport, dossier: Path, **choix: Any) -> tuple[int, Rapport]:
    """The exit code, and the report as written."""
    sorties = Sorties.preparer(RapportDemande(dossier, **choix), options=OPTIONS)
    code = sorties.rendre(juge, Preuves())
    return code, rapport_json.lire(dossier / "rapport.json")


def test_the_list_the_tree_and_json_tell_every_mention() -> None:
    mentions = charger_certification(DossiersContrat(contracts_dir(), "v5.2")).mentions
    assert [ligne.split()[0] for ligne in lancer().stdout.splitlines()] == list(mentions)
    arbre = lancer("--mentions").stdout
    for dit in ("SNE 5.2 – attributions (attributions)", "tout ce que demandent : messages, socle",
                "rôle consultation : ", "opérations : getDemandeLogement, getDoublons",
                "obligatoires : VIE-10 VIE-24", "une suffit : VIE-24 VIE-23", "un NIR de Corse",
                "attestations de l'éditeur : EMB-14, CTR-09", "10 exemples par scénario au"):  # fmt: skip
        assert dit in arbre
    lu = json.loads(lancer("--format", "json").stdout)
    assert [m["id"] for m in lu["mentions"]] == list(mentions)
    assert "5.0" in lancer("--contract", "v5.0").stdout
    assert isinstance(lancer("--mentions", "--a-faire", CANDIDAT).exception, UsageError), "one at a time"


def test_the_model_is_the_example_and_can_be_read(tmp_path: Path) -> None:
    vu = lancer("--modele")
    assert vu.stdout == MODELE.read_text("utf-8")
    (tmp_path / "candidat.toml").write_text(vu.stdout, "utf-8")
    assert lancer("--a-faire", tmp_path / "candidat.toml").exit_code == 0


def test_what_is_to_be_done_is_told_before_any_trial(tmp_path: Path) -> None:
    dit = lancer("--a-faire", CANDIDAT).stdout
    assert "--candidat" in dit
    assert "--examples 10 --mention complet" in dit
    assert "--scenario DEC-AVEC-BAIL --scenario DEC-SANS-BAIL" in dit
    assert "✓ écrite  EMB-14 : L'application conserve la trace" in dit
    assert "Hors des rôles" not in dit
    assert "une suffit : consulter" not in dit, "its roles have these commands already"

    sans_role = 'editeur = "E"\nproduit = "P"\nversion = "1"\n'
    (tmp_path / "c.toml").write_text(sans_role, "utf-8")
    assert "Aucune mention ne tient" in lancer("--a-faire", tmp_path / "c.toml").stdout
    (tmp_path / "c.toml").write_text(sans_role + 'roles = ["enregistreur"]\n', "utf-8")
    lu = json.loads(lancer("--a-faire", tmp_path / "c.toml", "--format", "json").stdout)
    assert [m["id"] for m in lu["mentions"]] == ["messages", "socle"]
    assert lu["commande"].endswith("--mention socle")
    assert {a["exigence"]: a["ecrite"] for a in lu["attestations"]} == {"EMB-14": False, "CTR-09": False}
    hors = {m["id"]: m["roles"] for m in lu["hors_de_ses_roles"]}
    assert hors["dalo"] == ["dalo", "releves"]
    assert "integrer_dispatching" not in lu["protocole"]
    (choix,) = lu["une_suffit"]
    assert choix["id"] == "retrouver"
    assert dict(zip(choix["parmi"], choix["commandes"], strict=True)) == {
        "VIE-24": ["consulter"],
        "VIE-23": ["rechercher"],
    }
    texte = lancer("--a-faire", tmp_path / "c.toml").stdout
    assert "dalo : il faudrait dalo, releves" in texte
    assert "une suffit : consulter, ou rechercher" in texte


def test_an_attestation_that_counts_for_nothing_is_told(tmp_path: Path) -> None:
    texte = CANDIDAT.read_text("utf-8").replace('"EMB-14"', '"EMB-01"')
    (tmp_path / "c.toml").write_text(texte, "utf-8")
    assert "l'attestation de EMB-01 ne compte pas" in lancer("--a-faire", tmp_path / "c.toml").stderr
    _, lu = rendre(rapport(), tmp_path / "r", candidat=tmp_path / "c.toml")
    assert lu.entete.candidat is not None


def test_a_judgement_says_its_mentions_and_its_candidat(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, lu = rendre(rapport(), tmp_path, candidat=CANDIDAT)
    assert code == 0
    assert {m.id: m.verdict for m in lu.mentions}["messages"] is VerdictMention.INCOMPLETE, "it declares MTOM"
    assert lu.entete.candidat is not None
    assert lu.entete.candidat.produit == "LogeNet"
    code, lu = rendre(rapport(), tmp_path)
    assert [m.id for m in lu.mentions if m.acquise] == ["messages"]
    dit = capsys.readouterr().out
    assert "SNE 5.2 – messages : essai, contrat v5.2" in dit
    assert "mode : cette mention se juge en pilotant l'application\n        → sne-sandbox conform" in dit


def test_traffic_without_an_exchange_has_the_mentions_that_are_asked_for(tmp_path: Path) -> None:
    vide = replace(rapport(), entete=replace(rapport().entete, echanges=0))
    assert rendre(vide, tmp_path)[1].mentions == ()
    assert len(rendre(vide, tmp_path, mentions=["messages"])[1].mentions) > 1


def test_a_report_read_again_keeps_its_candidat(tmp_path: Path) -> None:
    _, lu = rendre(rapport(), tmp_path / "un", candidat=CANDIDAT)
    _, relu = rendre(lu, tmp_path / "deux")
    assert relu.entete == lu.entete
    assert [m.verdict for m in relu.mentions] == [m.verdict for m in lu.mentions]


def test_the_command_of_a_whole_trial_keeps_what_was_asked(tmp_path: Path) -> None:
    connues = tmp_path / "connues.toml"
    connues.write_text("", "utf-8")
    options = {"candidat": CANDIDAT, "reference": connues, "mentions": ["socle, dalo"]}
    _, lu = rendre(rapport(), tmp_path / "r", **options)
    (lacune,) = next(m for m in lu.mentions if m.id == "dalo").lacunes
    assert lacune.commande == shlex.join(
        ["sne-sandbox", "conform", "--application", "./adaptateur", "--mention", "socle", "--mention", "dalo"]
        + ["--candidat", str(CANDIDAT), "--baseline", str(connues), "--report-dir", str(tmp_path / "r")]
    )


def test_a_mention_that_is_demanded_decides_of_the_exit_code(tmp_path: Path) -> None:
    assert rendre(rapport(), tmp_path, mentions=["messages"])[0] == 0
    code, lu = rendre(rapport("CTR-01"), tmp_path, mentions=["messages"])
    assert (code, lu.conforme) == (1, False)
    assert lu.motifs == ("Mention exigée, et non acquise : messages (incomplète).",)
    assert {m.id: m.lacunes[0].quoi for m in lu.mentions}["messages"] == "CTR-01"
    assert rendre(lu, tmp_path)[0] == 0, "read again without demanding it"
    reserve = replace(rapport(), entete=replace(rapport().entete, non_juges="1 échange oublié."))
    assert rendre(reserve, tmp_path, mentions=["messages"])[0] == 0, "with reserves is acquired"


def test_an_unknown_mention_or_a_wrong_candidat_is_told_before_the_trial(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as refus:
        Sorties.preparer(RapportDemande(mentions=("messages,lune",)), options=OPTIONS)
    assert "[lune]" in str(refus.value)
    assert "socle" in refus.value.remede
    with pytest.raises(CandidatIncorrect):
        Sorties.preparer(RapportDemande(candidat=tmp_path / "absent.toml"), options=OPTIONS)


def test_a_trial_that_fails_leaves_its_mentions_unfinished(tmp_path: Path) -> None:
    sorties = Sorties.preparer(RapportDemande(tmp_path), options=OPTIONS)
    options = {**OPTIONS, "profile": "ecole"}
    with (
        pytest.raises(OSError, match="plein"),
        sorties.meme_en_echec(options, mode="plan", application="essai", graine=0),
    ):
        raise OSError("plein")
    lu = rapport_json.lire(tmp_path / "rapport.json")
    assert {m.verdict for m in lu.mentions} == {VerdictMention.INACHEVEE}
