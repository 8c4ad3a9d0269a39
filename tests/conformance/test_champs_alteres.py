"""Who is named in `tests/guards/champs.toml` as the judge of a field sees it altered: it is not enough that a
requirement speaks of it."""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest
from constat_de_faute import Trouvee
from epreuve import Epreuve
from fautes import Faute
from fautes.faute import arbre
from lxml import etree

from sne_interface.contract.nomenclatures_et_territoires import Nomenclatures
from sne_temoin.temoin_assemble import Temoin

TABLES: Final = tomllib.loads((Path(__file__).parents[1] / "guards" / "champs.toml").read_text("utf-8"))
#: Tables of champs.toml, each with what only its documents hold, and scenarios that send them, beside those
#: that name the requirement.
DOCUMENTS: Final = {
    "demande": ("demande", ()),
    "evenement": ("operation/numUnique", ("EVT-AJOUTER", "EVT-MODIFIER")),
    "recherche": ("operation/demandeMulticritere", ("RCH-NOM",)),
    "type_evenement": ("", ("EVT-TYPES-NATIONAUX",)),
}
#: What the reference application never sends: planted faults do.
JAMAIS: Final = frozenset({"informationTraitement", "forcerDoublon", "listeAnomalie", "listeDoublons"})
LIGNES: Final = [
    (table, champ, exigence)
    for table in DOCUMENTS
    for champ, exigence in TABLES[table].items()
    if len(exigence) == 6 and exigence[3] == "-" and champ.rpartition("/")[2] not in JAMAIS
]
#: What the natures of an event are taken for.
_NATURES: Final = {"CRE": "MOD", "MOD": "SUP", "SUP": "MOD"}


def _chemins(racine: Any) -> Iterator[tuple[str, Any]]:
    """The leaves under a root, with their paths."""
    for element in racine.iter():
        if not len(element):
            noms = [etree.QName(e).localname for e in (element, *element.iterancestors())]
            yield "/".join(reversed(noms[:-1])), element


def _table(racine: Any) -> str:
    """The one that a document is of."""
    dedans = [f"{chemin}/" for chemin, _ in _chemins(racine)]
    return next(
        t
        for t, (propre, _) in DOCUMENTS.items()
        if any(c.startswith(f"{propre}/") for c in dedans) or not propre
    )


def _alterer(codes: Nomenclatures, chemin: str, element: Any) -> None:
    """Another value of the same kind, in the place of the one that was entered."""
    texte = element.text or ""
    if "code" in element.attrib:
        autres = next(
            (set(codes.liste(nom)) for nom in codes.noms if element.get("code") in codes.liste(nom)), ()
        )
        element.set("code", next(iter(sorted(set(autres) - {"", element.get("code")})), "75112"))
    elif texte in _NATURES:
        element.text = _NATURES[texte]
    elif texte in ("true", "false"):
        element.text = "false" if texte == "true" else "true"
    elif texte[4:5] == "-" and texte[7:8] == "-":
        element.text = (date.fromisoformat(texte[:10]) - timedelta(days=4)).isoformat() + texte[10:]
    elif texte.isdigit():
        element.text = texte[:-1] + str((int(texte[-1]) + 1) % 10)
    else:
        element.text = f"{texte[:-1]}{'a' if texte[-1:] != 'a' else 'b'}"


def _altere(codes: Nomenclatures, table: str, champ: str) -> Temoin:
    def changer(racine: Any) -> None:
        if _table(racine) == table:
            trouves = [(c, e) for c, e in _chemins(racine) if f"{c}/".startswith(f"{champ}/")]
            for chemin, element in trouves[:1]:
                _alterer(codes, chemin, element)

    temoin = Temoin()
    Faute("altere", "", (), "redaction.octets", arbre(changer)).planter(temoin)
    return temoin


@pytest.mark.parametrize(("table", "champ", "exigence"), LIGNES)
def test_le_juge_nomme_voit_le_champ_altere(epreuve: Epreuve, table: str, champ: str, exigence: str) -> None:
    altere = partial(_altere, epreuve.contrat.nomenclatures, table, champ)
    rouges: Mapping[str, Any] = {}
    nommant = [s.id for s in epreuve.plan if exigence in s.exigences and not s.avec_panne]
    scenarios = [*DOCUMENTS[table][1], *nommant]
    for rang in range(0, len(scenarios), 3):
        rouges = Trouvee.dans(epreuve.passer(altere, scenarios[rang : rang + 3], exemples=1)).echecs
        if exigence in rouges:
            break
    assert exigence in rouges
