"""A calibration as it is shown: text, JSON, one page of HTML. NIRs and passwords are masked everywhere."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from sne_calibrage.calibration.ecarts_par_cause import Calibrage, Proposition
from sne_conformite.rapports.rapport_html import environnement
from sne_conformite.rapports.rapport_masque import masquer_valeur
from sne_interface.domain import valeurs_en_json
from sne_interface.domain.nir import masquer_secrets
from sne_interface.domain.texte import abrege, accorde, visible

_LARGEUR: Final = 160
_MONTRES: Final = 8


def en_json(bilan: Calibrage, apres: int | None = None) -> dict[str, Any]:
    """The calibration as JSON values; `apres` is how many causes remain under what is proposed."""
    dit = {
        "accord": not bilan.groupes,
        "compares": bilan.compares,
        "perdus": bilan.perdus or None,
        "accords": bilan.accords,
        "causes": [
            {
                **valeurs_en_json.en_json(groupe),
                "exemples": [{"echange": echange, "dit": dit} for echange, dit in groupe.exemples],
                "propositions": [
                    {
                        **valeurs_en_json.en_json(proposition),
                        "confiance": proposition.confiance,
                        "retenue": proposition.retenue,
                        "phrase": proposition.phrase,
                    }
                    for proposition in groupe.propositions
                ],
            }
            for groupe in bilan.groupes
        ],
        **{
            nom: [
                {"raison": raison, "echanges": sorted(set(lus))}
                for raison, lus in getattr(bilan, nom).items()
            ]
            for nom in ("indecidables", "ecartes", "accidents")
        },
        "causes_restantes": apres,
    }
    masque: dict[str, Any] = masquer_valeur(dit)
    return masque


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
        combien = accorde(groupe.nombre, "échange")
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


def restes(bilan: Calibrage) -> tuple[tuple[str, dict[str, list[int]]], ...]:
    """All that is no difference, under its title."""
    return (
        ("Indécidable, et non compté", bilan.indecidables),
        ("Laissé de côté", bilan.ecartes),
        ("Non jugé, par notre faute", bilan.accidents),
    )


def _restes(bilan: Calibrage) -> Iterator[str]:
    for titre, raisons in restes(bilan):
        if raisons:
            yield ""
            yield f"{titre} :"
            for raison, echanges in raisons.items():
                yield visible(f"   {masquer_secrets(raison)} — {citer(sorted(set(echanges)))}")


def proposer(proposition: Proposition) -> str:
    """« rules.toml : [IDT003] code_officiel = A012 (confiance bonne : 3 échanges sur 3) »."""
    retenue = "" if proposition.retenue else ", non retenue"
    return f"{proposition.fichier} : {_dit(proposition.phrase)} (confiance {proposition.confiance}{retenue})"


def montrer(echanges: Sequence[int]) -> str:
    """« 3, 7, 12… »."""
    return ", ".join(map(str, echanges[:_MONTRES])) + ("…" if len(echanges) > _MONTRES else "")


def citer(echanges: Sequence[int]) -> str:
    """« échange 3 », « échanges 3, 7, 12… »."""
    return f"{'échange' if len(echanges) == 1 else 'échanges'} {montrer(echanges)}"


def _dit(texte: str) -> str:
    return abrege(masquer_secrets(texte), _LARGEUR)


def en_html(bilan: Calibrage, contrat: str, source: str) -> str:
    """One page, which needs no other file."""
    pages = environnement(Path(__file__).parent)
    pages.filters |= {
        "dit": lambda texte: visible(masquer_secrets(texte)),
        "citer": lambda echanges: citer(sorted(set(echanges))),
        "montrer": lambda echanges: montrer(sorted(set(echanges))),
        "proposer": proposer,
        "combien": lambda groupe: accorde(groupe.nombre, "échange"),
    }
    return pages.get_template("calibration.html.j2").render(
        bilan=bilan, contrat=contrat, source=source, resume=resumer(bilan), restes=restes(bilan)
    )
