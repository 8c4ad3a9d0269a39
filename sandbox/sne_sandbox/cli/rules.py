"""`sne-sandbox rules`."""

import json
import sys
from textwrap import indent
from typing import Any

import click

from sne_sandbox.cli.options import COMMUNES, forme_de_liste, inconnu, reglages
from sne_sandbox.contract import versions
from sne_sandbox.domain.anomalie import Gravite
from sne_sandbox.generators.exemples import decrire, exemples
from sne_sandbox.generators.reduction import plus_petite_demande
from sne_sandbox.rules.catalogue import REGLES
from sne_sandbox.rules.rule import gravite

_EXEMPLES = """
\b
Exemples :
  sne-sandbox rules
  sne-sandbox rules ENT009 REC001
  sne-sandbox rules --bloquantes --profile strict
  sne-sandbox rules --detail | less
  sne-sandbox rules --format json > regles.json
  sne-sandbox rules --profile strict --contracts mes-contrats/
"""


@click.command(epilog=_EXEMPLES)
@click.argument("codes", nargs=-1, metavar="[CODE…]")
@forme_de_liste
@click.option("--bloquantes", "bloquantes", is_flag=True, help="Seulement ceux qui refusent, sous le profil.")
@click.option("--detail", is_flag=True, help="Tout de chacun, comme pour ceux que l'on nomme.")
@reglages(*COMMUNES)
def commande(codes: tuple[str, ...], forme: str, bloquantes: bool, detail: bool, **options: Any) -> None:
    """Montre les contrôles, une ligne chacun : sévérité sous le profil, fidélité, condition.

    De ceux que l'on nomme (ou de tous, avec --detail) : aussi la source, le remède, le code officiel s'il y
    en a un, et la plus petite demande qu'un contrôle bloquant refuse. Les formes json et markdown disent
    tout ; json, aussi ce que chaque contrôle accepte et refuse.
    """
    contrat = versions.charger(options["contract"], options["contracts"])
    inconnus = sorted(set(codes) - contrat.regles.keys())
    if inconnus:
        raise inconnu("La règle", inconnus[0], contrat.regles)
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
            "plus_petite_demande": plus_petite_demande(regle.code),
        }
        for regle in REGLES
        if regle.code in contrat.regles and (not codes or regle.code in codes)
    ]
    if bloquantes:
        fiches = [fiche for fiche in fiches if fiche["effet"] == Gravite.BLOQUANTE]
    if forme == "json":
        for fiche in fiches:
            siens = [e for e in exemples() if e.regle == fiche["code"]]
            fiche["exemples"] = {
                verdict: [decrire(e) for e in siens if e.verdict == verdict]
                for verdict in ("accepte", "refuse")
            }
        json.dump({"profil": options["profile"], "regles": fiches}, sys.stdout, ensure_ascii=False, indent=2)
        sys.stdout.write("\n")
    elif forme == "markdown":
        _markdown(fiches)
    elif codes or detail:
        _texte(fiches)
    else:
        _lignes(fiches)


def _lignes(fiches: list[dict[str, Any]]) -> None:
    effets, fidelites = (max((len(f[nom]) for f in fiches), default=0) for nom in ("effet", "fidelite"))
    for fiche in fiches:
        tete = f"{fiche['code']}  {fiche['effet']:<{effets}}  {fiche['fidelite']:<{fidelites}}"
        click.echo(f"{tete}  {' '.join(fiche['condition'].split())}")
    click.echo("→ tout d'un contrôle : sne-sandbox rules CODE ; de tous : --detail", err=True)


def _texte(fiches: list[dict[str, Any]]) -> None:
    for fiche in fiches:
        officiel = f" (code officiel {fiche['code_officiel']})" if fiche["code_officiel"] else ""
        click.echo(f"{fiche['code']}{officiel}  {fiche['effet']} [{fiche['fidelite']}]  {fiche['condition']}")
        click.echo(f"        {' '.join(map(str, fiche['types']))} · {fiche['texte']}")
        click.echo(f"        remède : {fiche['remede']} · source : {fiche['source']}")
        if fiche["plus_petite_demande"]:
            click.echo("        la plus petite demande refusée :")
            click.echo(indent(fiche["plus_petite_demande"], " " * 10))


def _markdown(fiches: list[dict[str, Any]]) -> None:
    click.echo("| Code | Code officiel | Types | Effet | Fidélité | Condition | Message | Remède | Source |")
    click.echo("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for fiche in fiches:
        cases = (
            fiche["code"],
            fiche["code_officiel"] or "",
            " ".join(fiche["types"]),
            fiche["effet"] + (" (structurante)" if fiche["structurante"] else ""),
            fiche["fidelite"],
            fiche["condition"],
            fiche["texte"],
            fiche["remede"],
            fiche["source"],
        )
        click.echo("| " + " | ".join(str(case).replace("|", "\\|") for case in cases) + " |")
    for fiche in fiches:
        if fiche["plus_petite_demande"]:
            click.echo(f"\n## {fiche['code']} : la plus petite demande refusée\n")
            click.echo(f"```xml\n{fiche['plus_petite_demande']}```")
