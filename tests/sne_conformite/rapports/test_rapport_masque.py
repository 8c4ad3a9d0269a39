from base64 import b64encode
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest
from specimen import NIR, NIR_ESPACE, NIR_TREIZE, conforme, grand, rapport

from sne_conformite.juges.juge import Dire
from sne_conformite.preuves.pseudonymes import Pseudonymes
from sne_conformite.rapports import rapport_masque
from sne_conformite.rapports.formats_de_rapport import FORMATS, FormatDeRapport
from sne_conformite.rapports.rapport import (
    Attestation,
    Candidat,
    Constat,
    EchangeCite,
    Lacune,
    Mention,
    Rapport,
    ResultatScenario,
    Verdict,
    VerdictMention,
    Verification,
)
from sne_conformite.rapports.rapport_masque import masquer, masquer_valeur


def textes(valeur: Any) -> list[str]:
    if isinstance(valeur, str):
        return [valeur]
    if is_dataclass(valeur):
        return [t for champ in fields(valeur) for t in textes(getattr(valeur, champ.name))]
    if isinstance(valeur, dict):
        return [t for v in valeur.values() for t in textes(v)]
    return [t for v in valeur for t in textes(v)] if isinstance(valeur, tuple | list) else []


def test_no_text_of_a_report_holds_a_nir_once_masked() -> None:
    assert any(NIR in texte for texte in textes(rapport()))
    masque = masquer(rapport())
    for texte in textes(masque):
        assert NIR not in texte
        assert NIR_ESPACE not in texte
        assert NIR_TREIZE not in texte


def test_twice_is_once_and_what_holds_none_stays() -> None:
    assert masquer(masquer(rapport())) == masquer(rapport())
    assert masquer(conforme()) == conforme()
    assert masquer(grand(3)).scenarios == grand(3).scenarios


@pytest.mark.parametrize(
    ("valeur", "masquee"),
    [
        ({"nir": "12345"}, {"nir": "123**"}),
        ({"nir": ["12345"]}, {"nir": ["123**"]}),
        ({"telephone": "0612345678", "montant": 12}, {"telephone": "0612345678", "montant": 12}),
        ({"numeroUnique": "075031800001226001"}, {"numeroUnique": "075031800001226001"}),
        ({"libre": f"voir {NIR}"}, {"libre": f"voir {NIR[:3]}{'*' * 12}"}),
    ],
)
def test_a_value_keeps_all_but_its_nirs(valeur: Any, masquee: Any) -> None:
    assert masquer_valeur(valeur) == masquee


def test_a_number_that_is_no_nir_is_masked_only_where_a_nir_is_spoken_of() -> None:
    juge = conforme()

    def observe(chemin: str) -> str:
        constat = Constat("X", False, "Autre.", chemin=chemin, observe="20612751110")
        avec: Rapport = replace(juge, bilans=(replace(juge.bilans[0], constats=(constat,)),))
        return masquer(avec).bilans[0].constats[0].observe

    assert observe("demandeur/nir") == "206********"
    autres = ("demandeur/reference", "pieces/aFournir", "FOURNIR", "à venir", "obtenir", "définir", "réunir")
    assert {observe(nom) for nom in autres} == {"20612751110"}
    assert {
        observe(nom)
        for nom in ("cle_du_nir", "nirConjoint", "NIR absent", "numNir", "NUMNIR", "NIRs", "numerodunir")
    } == {"206********"}


@pytest.mark.cher
def test_what_an_application_says_at_length_is_quoted_in_part() -> None:
    """A megabyte in each field that is its words, in ten findings: the report stays one that opens."""
    long = "é" * 1_000_000
    juge, constat = conforme(), Constat("X", False, long, "sorte", long, long, long)
    scenario = ResultatScenario(
        "S", "creation", "Titre", Verdict.ECHOUE,
        tuple(Verification("S", f"X{n}", Verdict.ECHOUE, (constat,), raison=long) for n in range(10)),
        raison=long,
    )  # fmt: skip
    juge = replace(
        juge,
        entete=replace(juge.entete, application=long, inacheve=long),
        motifs=(long,),
        scenarios=(scenario,),
        bilans=(replace(juge.bilans[0], constats=(constat,), raison=long),),
        echanges=(EchangeCite(1, long, "", ""),),
    )
    dits = textes(masquer(juge))
    assert max(map(len, dits)) <= rapport_masque.CITATION_MAX
    assert any(dit.endswith(f"… ({1_000_000 - 1_960} caractères de plus)") for dit in dits)
    assert masquer(masquer(juge)) == masquer(juge)
    for forme in FORMATS:
        assert len(forme.ecrire(juge)) < 400_000, forme.nom


def test_base64_of_an_exchange_that_holds_one_is_not_shown() -> None:
    document = f"<demande><nir>{NIR}</nir><reste>{'x' * 60}</reste></demande>"
    cite = EchangeCite(1, "POST", b64encode(document.encode()).decode(), "")
    requete = masquer(replace(conforme(), echanges=(cite,))).echanges[0].requete
    assert requete == "[base64 : non montré, il porte un NIR]"


def test_passwords_of_addresses_are_masked() -> None:
    base = "postgresql://moi:S3CRET@hote/sne?password=S3CRET&sslmode=require"
    adresse = "http://moi:S3CRET@hote:9000/sne"
    entete = replace(rapport().entete, commande=f"sne-sandbox run --database '{base}'", application=adresse)
    masque = masquer(replace(rapport(), entete=entete))
    assert masque.entete.application == "http://moi:***@hote:9000/sne"
    assert "S3CRET" not in masque.entete.commande
    assert "CRET" not in masquer_valeur({"commande": f"run --database={adresse}"})["commande"]
    assert masque.entete.commande.endswith("?password=***&sslmode=require'")
    sans = "conform --application http://hote:9000/a@b --scenario CRE-01"
    assert masquer_valeur(sans) == sans


#: No « ~ » in base64 nor in hexadecimal: the hash of a style sheet is not taken for the password.
DIT = f"proxy http://svc:M@T~42@proxy:3128 refuse {NIR}"


@pytest.mark.parametrize("forme", FORMATS, ids=lambda forme: forme.nom)
@pytest.mark.parametrize(
    "dit", [DIT, f"<faute>{DIT}</faute>", "x" * (rapport_masque.CITATION_MAX - 60) + DIT]
)
def test_no_form_shows_the_password_of_an_address(forme: FormatDeRapport, dit: str) -> None:
    """In what an application answers, wherever a report quotes it, be it cut there."""
    constat = Constat("CTR-05", False, dit, "essai", observe=dit, attendu=dit)
    faite = Verification("X-01", "CTR-05", Verdict.ECHOUE, (constat,), raison=dit)
    scenario = ResultatScenario("X-01", "robustesse", "Titre", Verdict.ECHOUE, (faite,), raison=dit)
    juge = replace(rapport(), scenarios=(scenario,), motifs=(dit,), echanges=(EchangeCite(1, dit, dit, dit),))
    ecrit = forme.ecrire(juge).decode()
    assert "svc:" not in ecrit or "svc:***@" in ecrit
    assert "M@T" not in ecrit
    assert "T~42" not in ecrit
    assert masquer(masquer(juge)) == masquer(juge)


def test_an_answer_in_the_evidence_gives_the_same_finding() -> None:
    """The stand-ins of the procès-verbal take the password away, and the judge says the same of it."""
    ecrit = Pseudonymes().valeur({"statut": "erreur", "message": DIT})["message"]
    assert "svc:***@proxy" in ecrit
    assert "T~42" not in ecrit
    avant, apres = (Dire("X").rompue("sorte", dit, dit, phrase=dit) for dit in (DIT, ecrit))
    assert rapport_masque._constat(avant) == rapport_masque._constat(apres)


def profond(niveaux: int) -> dict[str, Any]:
    exemple: dict[str, Any] = {}
    for _ in range(niveaux):
        exemple = {"a": exemple}
    return exemple


@pytest.mark.parametrize("forme", FORMATS, ids=lambda forme: forme.nom)
@pytest.mark.parametrize(
    "exemple",
    [profond(3000), profond(200), {"annee": 10**5000}, {"octets": b"x"}, {"demi": "\ud800"}],
    ids=["très profond", "profond", "très grand", "octets", "demi-caractère"],
)
def test_an_example_that_cannot_be_shown_takes_nothing_else_away(
    forme: FormatDeRapport, exemple: dict[str, Any]
) -> None:
    avant = rapport()
    constat = Constat("CTR-05", False, "Celui-ci.", "essai", exemple=exemple)
    faite = Verification("X-01", "CTR-05", Verdict.ECHOUE, (constat,), exemple)
    scenario = ResultatScenario("X-01", "robustesse", "Titre", Verdict.ECHOUE, (faite,))
    ecrit = forme.ecrire(replace(avant, scenarios=(scenario, *avant.scenarios))).decode()
    assert "Celui-ci." in ecrit
    assert "transmis" in ecrit


@pytest.mark.parametrize("forme", FORMATS, ids=lambda forme: forme.nom)
def test_an_exchange_that_cannot_be_masked_is_said_to_be_so_and_the_others_are_shown(
    forme: FormatDeRapport, monkeypatch: pytest.MonkeyPatch
) -> None:
    def casser(_: object, texte: str) -> str:
        if "ICI" in texte:
            raise OverflowError(f"date value out of range {NIR}")
        return texte

    monkeypatch.setattr(rapport_masque.Masqueur, "texte", casser)
    echanges = tuple(
        EchangeCite(rang, f"échange {rang}", "ICI" if rang == 1 else "LÀ", "") for rang in (1, 2)
    )
    avant = replace(rapport(), echanges=echanges)
    montre = masquer(avant)
    assert montre.echanges[0].requete == ""
    assert "OverflowError : date value out of range 206*" in montre.echanges[0].resume
    assert montre.echanges[1].requete == "LÀ"
    assert forme.ecrire(avant)


def test_a_finding_that_is_badly_made_is_said_to_be_so() -> None:
    avant = rapport()
    mauvais = Constat("CTR-05", False, "Phrase.", "sorte", observe=None, echange=3)  # type: ignore[arg-type]
    bilan = replace(avant.bilans[0], constats=(mauvais, *avant.bilans[0].constats))
    premier, *autres = masquer(replace(avant, bilans=(bilan,))).bilans[0].constats
    assert (premier.exigence, premier.sorte, premier.echange) == ("CTR-05", "sorte", 3)
    assert premier.phrase.startswith("Ceci ne peut pas être montré (")
    assert len(autres) == len(avant.bilans[0].constats)


def test_mentions_and_attestations_hold_no_nir_either() -> None:
    lacune = Lacune("FID-12", f"enfreinte : Le NIR {NIR_TREIZE} n'est pas transmis.", "http://u:secret@h/")
    mention = Mention(
        "socle", "Socle", VerdictMention.REFUSEE, lacunes=(lacune,), reserves=(f"Le NIR {NIR}.",)
    )
    atteste = Candidat("E", "P", "1", attestations=(Attestation("EMB-14", "A", "", f"Vu pour {NIR}."),))
    juge = conforme()
    juge = replace(juge, entete=replace(juge.entete, candidat=atteste), mentions=(mention,))
    masque_ = masquer(juge)
    assert masquer(masque_) == masque_
    dit = repr((masque_.mentions, masque_.entete.candidat))
    assert "FID-12" in dit
    for secret in (NIR, NIR_TREIZE, "secret"):
        assert secret not in dit
