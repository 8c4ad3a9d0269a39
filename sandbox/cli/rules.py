"""`sne-sandbox rules`."""

import json
import sys
from typing import Any

import click

from sandbox.cli.options import COMMUNES, reglages

_EXEMPLES = """
\b
Exemples :
  sne-sandbox rules
  sne-sandbox rules --format json > regles.json
  sne-sandbox rules --profile strict --contracts mes-contrats/
"""


@click.command(epilog=_EXEMPLES)
@click.option(
    "--format",
    "forme",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
    help="Forme de la liste.",
)
@reglages(*COMMUNES[1:])
def commande(forme: str, **options: Any) -> None:
    """Montre chaque contrôle : condition, sévérité sous le profil, fidélité, source, remède."""
    from sandbox.contract import versions
    from sandbox.rules.catalogue import REGLES
    from sandbox.rules.profiles import gravite

    contrat = versions.charger(options["contract"], options["contracts"])
    fiches: list[dict[str, Any]] = [
        {
            "code": regle.code,
            "code_officiel": contrat.regles[regle.code].code_officiel,
            "nom": regle.nom,
            "types": list(contrat.regles[regle.code].types),
            "condition": contrat.regles[regle.code].condition,
            "texte": contrat.regles[regle.code].texte,
            "remede": contrat.regles[regle.code].remede,
            "gravite": str(contrat.regles[regle.code].gravite),
            "effet": str(gravite(contrat.regles[regle.code], options["profile"])),
            "fidelite": str(contrat.regles[regle.code].fidelite),
            "source": contrat.regles[regle.code].source,
            "structurante": contrat.regles[regle.code].structurante,
            "demande_une_base": regle.registre,
        }
        for regle in REGLES
        if regle.code in contrat.regles
    ]
    if forme == "json":
        json.dump({"profil": options["profile"], "regles": fiches}, sys.stdout, ensure_ascii=False, indent=2)
        sys.stdout.write("\n")
    elif forme == "markdown":
        _markdown(fiches)
    else:
        for fiche in fiches:
            click.echo(f"{fiche['code']}  {fiche['effet']} [{fiche['fidelite']}]  {fiche['condition']}")
            click.echo(f"        {' '.join(map(str, fiche['types']))} · {fiche['texte']}")
            click.echo(f"        remède : {fiche['remede']} · source : {fiche['source']}")


def _markdown(fiches: list[dict[str, Any]]) -> None:
    click.echo("| Code | Types | Effet | Fidélité | Condition | Message | Remède | Source |")
    click.echo("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for fiche in fiches:
        cases = (
            fiche["code"],
            " ".join(fiche["types"]),
            fiche["effet"] + (" (structurante)" if fiche["structurante"] else ""),
            fiche["fidelite"],
            fiche["condition"],
            fiche["texte"],
            fiche["remede"],
            fiche["source"],
        )
        click.echo("| " + " | ".join(str(case).replace("|", "\\|") for case in cases) + " |")
