"""`certification.toml`: expressions, inheritance, what an overlay adds, what is refused and where."""

from pathlib import Path

import pytest
from donnees import a_cote

from sne_conformite.juges import PILOTEES
from sne_interface import resources
from sne_interface.contract.exigences_et_mentions import FICHIER, Certification, charger_certification
from sne_interface.contract.overlay import DossiersContrat
from sne_interface.errors import ContractError


def charger(nom: str = "v5.2", overlay: Path | None = None) -> Certification:
    return charger_certification(DossiersContrat(resources.contracts_dir(), nom, overlay))


def avec(dossier: Path, texte: str, nom: str = "v5.2") -> Certification:
    (dossier / FICHIER).write_text(texte, "utf-8")
    return charger(nom, dossier)


def test_5_2_adds_to_5_0() -> None:
    avant, apres = charger("v5.0"), charger("v5.2")
    assert set(avant.mentions) < set(apres.mentions)
    assert set(avant.roles["enregistreur"].exigences) < set(apres.roles["enregistreur"].exigences)
    assert avant.mentions["socle"].titre == "SNE 5.0 – socle"
    assert apres.mentions["socle"].titre == "SNE 5.2 – socle"
    assert all(mention.quoi.endswith(".") for mention in apres.mentions.values()), "each says what it is"


def test_each_mention_of_5_2_demands_what_5_2_brought_to_its_roles() -> None:
    certification = charger()

    def demande(nom: str) -> tuple[set[str], set[str]]:
        mention = certification.mentions[nom]
        demandees = set(certification.demandees(mention, mention.options))
        return demandees, {forme.id for forme in certification.formes_de(mention.roles, demandees)}

    assert {"VIE-19", "FID-12", "CTR-12"} <= demande("socle")[0]
    assert "nir-de-corse" in demande("socle")[1]
    assert {"bail-signe", "sans-bail"} <= demande("attributions")[1]
    assert not {"bail-signe", "sans-bail"} & demande("gestion-partagee")[1], "it decides nothing"
    assert "premier-quartile" in demande("consultation")[1]
    assert demande("complet")[1] == set(certification.formes)
    assert demande("complet")[0] == {*certification.niveaux} - {"VIE-13", "VIE-33"}, "not all have an object"


def test_traffic_alone_can_attain_messages_and_that_is_what_it_is_for() -> None:
    certification = charger()
    messages = certification.mentions["messages"]
    assert messages.mode == ""
    assert not set(certification.demandees(messages, ())) & set(PILOTEES)
    assert all(m.mode == "plan" for m in certification.mentions.values() if m is not messages)


def test_a_mention_has_all_that_it_inherits_and_the_roles_that_others_stand_on() -> None:
    certification = charger()
    complet, socle = certification.mentions["complet"], certification.mentions["socle"]
    assert set(socle.roles) == {"enveloppe", "messages", "echanges", "enregistreur"}
    assert set(complet.roles) == set(certification.roles)
    assert (complet.mode, complet.profils) == (socle.mode, socle.profils) == ("plan", ("ecole", "strict"))
    assert (complet.plan, complet.niveau, complet.exemples_min) == ("joue", "SHOULD", 10)
    rangs = list(certification.mentions)
    assert all(rangs.index(h) < rangs.index(m.id) for m in certification.mentions.values() for h in m.herite)


def test_recommendations_are_demanded_at_their_level_alone() -> None:
    certification = charger()
    socle, complet = certification.mentions["socle"], certification.mentions["complet"]
    assert "VIE-12" in certification.exigences_de(socle, ())
    assert "VIE-12" not in certification.demandees(socle, ())
    assert "EMB-14" in certification.demandees(socle, ()), "it wants it attested"
    assert "VIE-12" in certification.demandees(complet, ())


def test_an_overlay_adds_one_row_and_repeats_nothing(tmp_path: Path) -> None:
    texte = a_cote(__file__)["texte"]
    certification = avec(tmp_path, texte)
    assert set(charger().roles["enregistreur"].exigences) | {"FID-09"} == set(
        certification.roles["enregistreur"].exigences
    )
    assert certification.roles["archiviste"].exigences == tuple(f"ROB-0{n}" for n in range(1, 7))
    assert certification.mentions["archives"].roles == ("enveloppe", "archiviste")


@pytest.mark.parametrize(
    ("expression", "designe"),
    [("CTR-09", ("CTR-09",)), ("VIE-01..03", ("VIE-01", "VIE-02", "VIE-03")), ("VIE-28..28", ("VIE-28",))],
)
def test_an_expression_names_requirements(tmp_path: Path, expression: str, designe: tuple[str, ...]) -> None:
    certification = avec(tmp_path, f'[roles.essai]\ntitre = "Essai"\nexigences = ["{expression}"]\n')
    assert certification.roles["essai"].exigences == designe


@pytest.mark.parametrize(("texte", "lieu", "dit"), a_cote(__file__)["what_is_wrong"])
def test_what_is_wrong_is_refused_with_file_key_and_remedy(
    tmp_path: Path, texte: str, lieu: str, dit: str
) -> None:
    with pytest.raises(ContractError) as refus:
        avec(tmp_path, texte)
    assert str(tmp_path / FICHIER) in str(refus.value)
    assert dit in refus.value.diagnostics()
    assert refus.value.remede
    if "line" not in dit:
        assert lieu in str(refus.value)


def test_a_contract_without_the_file_has_no_mention(tmp_path: Path) -> None:
    racine = tmp_path / "contrats"
    (racine / "v9").mkdir(parents=True)
    (racine / "v9" / "contract.toml").write_text('nom = "v9"\n', "utf-8")
    assert charger_certification(DossiersContrat(racine, "v9")).mentions == {}
