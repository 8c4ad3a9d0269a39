"""A calibration as it is shown: text, JSON, one page of HTML. NIRs and passwords are masked everywhere."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Template

from sne_calibrage.calibration.ecarts_par_cause import Calibrage, CauseDEcart, Proposition
from sne_conformite.rapports.rapport_html import environnement
from sne_interface.domain.nir import masquer_secrets
from sne_interface.domain.texte import abrege, accorde, visible

_LARGEUR: Final = 160
_MONTRES: Final = 8


def en_json(bilan: Calibrage, apres: int | None = None) -> dict[str, Any]:
    """The calibration as JSON values; `apres` is how many causes remain under what is proposed."""
    return {
        "accord": not bilan.groupes,
        "compares": bilan.compares,
        "perdus": bilan.perdus or None,
        "accords": bilan.accords,
        "causes": [
            {
                "genre": groupe.genre,
                "titre": masquer_secrets(groupe.titre),
                "echanges": groupe.echanges,
                "exemples": [
                    {"echange": echange, "dit": masquer_secrets(dit)} for echange, dit in groupe.exemples
                ],
                "conseil": groupe.conseil,
                "propositions": [_proposition(p) for p in groupe.propositions],
            }
            for groupe in bilan.groupes
        ],
        "indecidables": _raisons(bilan.indecidables),
        "ecartes": _raisons(bilan.ecartes),
        "accidents": _raisons(bilan.accidents),
        "causes_restantes": apres,
    }


def _proposition(proposition: Proposition) -> dict[str, Any]:
    return {
        "fichier": proposition.fichier,
        "geste": proposition.geste.value,
        "arguments": json.loads(
            masquer_secrets(json.dumps(proposition.arguments, default=str, ensure_ascii=False))
        ),
        "pourquoi": masquer_secrets(proposition.pourquoi),
        "confiance": proposition.confiance,
        "pour": list(proposition.pour),
        "contre": list(proposition.contre),
        "retenue": proposition.retenue,
        "phrase": masquer_secrets(proposition.phrase),
    }


def _raisons(raisons: Mapping[str, list[int]]) -> list[dict[str, Any]]:
    return [{"raison": masquer_secrets(r), "echanges": sorted(set(e))} for r, e in raisons.items()]


def resumer(bilan: Calibrage) -> str:
    """The whole in one sentence."""
    compares = accorde(bilan.compares, "échange comparé", "échanges comparés")
    if bilan.groupes:
        return f"{compares} : {accorde(len(bilan.groupes), 'cause', 'causes')} de différence."
    return f"{compares} : aucune différence."


def en_texte(bilan: Calibrage) -> str:
    """The calibration for a terminal."""
    return "\n".join([resumer(bilan), *_causes(bilan), *_restes(bilan)])


def _causes(bilan: Calibrage) -> Iterator[str]:
    for rang, groupe in enumerate(bilan.groupes, 1):
        combien = accorde(groupe.nombre, "échange", "échanges")
        yield ""
        yield visible(
            f"{rang}. [{groupe.genre}] {_dit(groupe.titre)} — {combien} ({montrer(groupe.echanges)})"
        )
        for echange, dit in groupe.exemples[:2]:
            yield visible(f"     échange {echange} : {_dit(dit)}")
        if groupe.conseil:
            yield f"   → {groupe.conseil}"
        for proposition in groupe.propositions:
            yield visible(f"   → {proposer(proposition)}")


def _restes(bilan: Calibrage) -> Iterator[str]:
    titres = (
        ("Indécidable, et non compté", bilan.indecidables),
        ("Laissé de côté", bilan.ecartes),
        ("Non jugé, par notre faute", bilan.accidents),
    )
    for titre, raisons in titres:
        if raisons:
            yield ""
            yield f"{titre} :"
            for raison, echanges in raisons.items():
                yield visible(f"   {masquer_secrets(raison)} — {citer(sorted(set(echanges)))}")


def proposer(proposition: Proposition) -> str:
    """« rules.toml : [IDT003] code_officiel = A012 (confiance bonne : 3 échanges sur 3) »."""
    retenue = "" if proposition.retenue else ", non retenue"
    return f"{proposition.fichier} : {_dit(proposition.phrase)} (confiance {proposition.confiance}{retenue})"


def montrer(echanges: list[int]) -> str:
    """« 3, 7, 12… »."""
    return ", ".join(map(str, echanges[:_MONTRES])) + ("…" if len(echanges) > _MONTRES else "")


def citer(echanges: list[int]) -> str:
    """« échange 3 », « échanges 3, 7, 12… »."""
    return f"{'échange' if len(echanges) == 1 else 'échanges'} {montrer(echanges)}"


def _dit(texte: str) -> str:
    return abrege(masquer_secrets(texte), _LARGEUR)


def en_html(bilan: Calibrage, contrat: str, source: str) -> str:
    """One page, which needs no other file."""
    return _modele().render(
        bilan=bilan,
        contrat=contrat,
        source=source,
        resume=resumer(bilan),
        restes=[
            ("Indécidable, et non compté", bilan.indecidables),
            ("Laissé de côté", bilan.ecartes),
            ("Non jugé, par notre faute", bilan.accidents),
        ],
    )


@cache
def _modele() -> Template:
    pages = environnement(Path(__file__).parent)
    pages.filters["dit"] = lambda texte: visible(masquer_secrets(texte))
    pages.filters["citer"] = lambda echanges: citer(sorted(set(echanges)))
    pages.filters["montrer"] = lambda echanges: montrer(sorted(set(echanges)))
    pages.filters["proposer"] = proposer
    pages.filters["combien"] = _combien
    return pages.get_template("calibration.html.j2")


def _combien(groupe: CauseDEcart) -> str:
    return accorde(groupe.nombre, "échange", "échanges")
