"""What a refusal by the schema is worth: what was published, or a convention of ours."""

from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from sne_sandbox.contract.codec import NS
from sne_sandbox.contract.refus import expliquer_sous
from sne_sandbox.contract.schema import Document
from sne_sandbox.contract.versions import charger
from sne_sandbox.contract.xml import parse
from sne_sandbox.domain.anomalie import Fidelite
from sne_sandbox.resources import fixtures_dir
from sne_sandbox.settings import Limites


def document(version: str) -> Any:
    octets = (fixtures_dir() / "demandes" / "personne_seule_nir.xml").read_bytes()
    racine = parse(octets, limit=Limites().xml_max)
    racine.set("versionInterface", version)
    return racine


def fautes(racine: Any, **options: Any) -> dict[str, Fidelite]:
    trouvees = expliquer_sous(charger("v5.2", **options), racine, Document.DEMANDE)
    return {faute.chemin.rpartition("/")[2]: fidelite for faute, fidelite in trouvees}


@pytest.fixture
def fausse() -> Any:
    """A document of 02.02 with a fault that 02.01 knows, and one in what 02.02 adds."""
    racine = document("02.02")
    racine.find(f"{{{NS}}}entete/{{{NS}}}dateFichier").text = "hier"
    nir = next(racine.iter(f"{{{NS}}}nir"))
    nir.append(etree.SubElement(nir, f"{{{NS}}}cle"))
    return racine


def test_what_a_convention_adds_is_a_convention(fausse: Any) -> None:
    dites = fautes(fausse)
    assert dites.pop("dateFichier") is Fidelite.ATTESTEE
    assert set(dites.values()) == {Fidelite.CONVENTION}


def test_a_published_version_is_attested() -> None:
    assert set(fautes(document("02.01")).values()) == {Fidelite.ATTESTEE}


def test_who_holds_the_official_schema_says_so(fausse: Any, tmp_path: Path) -> None:
    (tmp_path / "contract.toml").write_text("conventions = []\n")
    assert set(fautes(fausse, overlay=tmp_path).values()) == {Fidelite.ATTESTEE}
