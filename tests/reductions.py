"""Writes `fixtures/reductions/<CODE>.xml`: the smallest request that triggers each blocking rule, made from
one of its refusing examples.

    .venv/bin/python tests/reductions.py            # writes them all
    .venv/bin/python tests/reductions.py ENT009     # or those named

What can be taken away is, as long as the document fits its schema and this rule alone refuses it.
`tests/sne_interface/generators/test_document_reduit.py` makes them again and compares.
"""

import sys
from functools import cache
from typing import Any

from lxml import etree

from sne_interface.contract.codec import ecrire, parse
from sne_interface.contract.contrats_charges import Contrat, charger
from sne_interface.errors import ErreurInterne
from sne_interface.generators.document_reduit import codes_bloquants, elaguer, profil_bloquant
from sne_interface.generators.exemples_de_regles import (
    ExempleDeRegle,
    circonstances,
    contexte,
    document,
    exemples,
    genre,
)
from sne_interface.resources import fixtures_dir
from sne_interface.rules.engine import juger
from sne_interface.settings import Limites


def refuse_par_elle_seule(code: str, exemple: ExempleDeRegle, contrat: Contrat, racine: Any) -> bool:
    """Whether `racine`, sent where `exemple` stands, fits its schema and is refused by this rule alone."""
    profil = profil_bloquant(code, contrat)
    version = contrat.version_de_lecture(racine.get("versionInterface", ""))
    if profil is None or contrat.schemas.validate(racine, document=genre(exemple), version=version):
        return False
    anomalies = juger(contexte(exemple, contrat, racine), contrat, profil)
    return {a.regle for a in anomalies if a.bloquante} == {code}


@cache
def exemple_a_reduire(code: str, contrat: Contrat) -> ExempleDeRegle:
    """The first refusing example that no other rule refuses. Raises ErreurInterne when there is none."""
    for exemple in exemples():
        if (
            exemple.regle == code
            and exemple.verdict == "refuse"
            and refuse_par_elle_seule(code, exemple, contrat, document(exemple, contrat))
        ):
            return exemple
    raise ErreurInterne(f"Aucun exemple n'est refusé par la seule règle {code}.")


def reduire(code: str, contrat: Contrat) -> Any:
    """The lxml tree of the smallest request: nothing more can be taken from it, alone. Raises ErreurInterne
    as `exemple_a_reduire`."""
    exemple = exemple_a_reduire(code, contrat)
    racine = parse(ecrire(document(exemple, contrat)), limit=Limites().xml_max)
    elaguer(racine, lambda reste: refuse_par_elle_seule(code, exemple, contrat, reste))
    return racine


def ecrit(code: str, contrat: Contrat) -> bytes:
    """The result of `reduire` as it is stored: XML, headed by what the document does not say."""
    racine = reduire(code, contrat)
    dits = [f"{code} la refuse, profil {profil_bloquant(code, contrat)}"]
    dits += circonstances(exemple_a_reduire(code, contrat))
    racine.insert(0, etree.Comment(f" {' ; '.join(dits).replace('--', '- -')} "))
    etree.indent(racine, space="  ")
    texte: bytes = etree.tostring(racine, encoding="UTF-8", xml_declaration=True)
    return texte + b"\n"


def ecrire_tout(codes: list[str]) -> None:
    """Writes the requests of these rules, of all those that block for none."""
    contrat = charger()
    dossier = fixtures_dir() / "reductions"
    dossier.mkdir(exist_ok=True)
    for code in codes or codes_bloquants(contrat):
        (dossier / f"{code}.xml").write_bytes(ecrit(code, contrat))


if __name__ == "__main__":
    ecrire_tout(sys.argv[1:])
