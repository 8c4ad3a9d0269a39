"""The controls, read by a program as on their page."""

import pytest
from banc import Banc
from lxml import etree

from sne_sandbox.rules.catalogue import REGLES
from sne_sandbox.rules.rule import PROFILS, gravite


def codes(banc: Banc, question: str = "") -> list[str]:
    reponse = banc.api("GET", f"/rules{question}")
    assert reponse.status_code == 200, reponse.text
    return [regle["code"] for regle in reponse.json]


def test_all_are_listed_in_the_order_they_run(banc: Banc) -> None:
    contrat = banc.services.contrat
    assert codes(banc) == [r.code for r in REGLES if r.code in contrat.regles]


@pytest.mark.parametrize("profil", PROFILS)
def test_what_each_does_is_told_under_a_profile(banc: Banc, profil: str) -> None:
    lues = banc.api("GET", f"/rules?profil={profil}").json
    fiches = banc.services.contrat.regles
    assert {r["code"]: r["effet"] for r in lues} == {
        r["code"]: str(gravite(fiches[r["code"]], profil)) for r in lues
    }


def test_they_are_searched(banc: Banc) -> None:
    trouvees = banc.api("GET", "/rules?sujet=radiation&effet=bloquante&fidelite=attest%C3%A9e").json
    assert trouvees
    assert {(r["sujet"], r["effet"], r["fidelite"]) for r in trouvees} == {
        ("radiation", "bloquante", "attestée")
    }
    assert "ENT009" in codes(banc, "?texte=ent009")
    assert codes(banc, "?texte=rien-de-tel") == []
    assert 0 < len(codes(banc, "?type=RAD")) < len(codes(banc))
    for faux in ("sujet=x", "effet=x", "fidelite=x", "profil=x"):
        assert banc.api("GET", f"/rules?{faux}").status_code == 422, faux


def test_one_has_its_examples_and_the_smallest_message_it_refuses(banc: Banc) -> None:
    lue = banc.api("GET", "/rules/ent009").json
    assert lue["code"] == "ENT009"
    assert lue["acceptes"]
    assert all(e["depart"] and e["gestes"] for e in lue["refuses"])
    assert lue["refuses"]
    assert etree.fromstring(lue["plus_petite"].encode()).tag.endswith("interfaceNuu")
    assert lue["surcharge"].startswith("[ENT009]")
    assert set(lue["effets"]) == set(PROFILS)
    for profil in PROFILS:
        assert banc.api("GET", f"/rules/ENT009?profil={profil}").json["effet"] == lue["effets"][profil]


def test_every_one_can_be_read(banc: Banc) -> None:
    for code in codes(banc):
        reponse = banc.api("GET", f"/rules/{code}")
        assert reponse.status_code == 200, code
        assert reponse.json["refuses"], code
    inconnue = banc.api("GET", "/rules/XXX999")
    assert (inconnue.status_code, inconnue.content_type) == (404, "application/problem+json")
