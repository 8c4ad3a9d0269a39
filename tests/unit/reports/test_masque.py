from base64 import b64decode, b64encode
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest
from specimen import NIR, NIR_ESPACE, NIR_TREIZE, conforme, grand, rapport

from sne_sandbox.reports.masque import masquer, masquer_valeur
from sne_sandbox.reports.model import Constat, EchangeCite, Rapport


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


def test_a_long_number_is_masked_only_where_a_nir_is_spoken_of() -> None:
    juge = conforme()

    def observe(chemin: str) -> str:
        constat = Constat("X", False, "Autre.", chemin=chemin, observe="2061275111005")
        avec: Rapport = replace(juge, bilans=(replace(juge.bilans[0], constats=(constat,)),))
        return masquer(avec).bilans[0].constats[0].observe

    assert observe("demandeur/nir") == "206**********"
    assert observe("demandeur/reference") == "2061275111005"


def test_an_exchange_is_masked_inside_its_base64() -> None:
    document = f"<demande><nir>{NIR}</nir><reste>{'x' * 60}</reste></demande>"
    cite = EchangeCite(1, "POST", b64encode(document.encode()).decode(), "")
    requete = masquer(replace(conforme(), echanges=(cite,))).echanges[0].requete
    assert NIR not in b64decode(requete).decode()
    assert b64decode(requete).decode().startswith("<demande><nir>206*")


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
