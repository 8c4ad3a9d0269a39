"""`sne-sandbox rules`: the rules, with their severity, source and examples."""

import json
from textwrap import indent
from typing import Any

import click

from sne_interface.contract import contrats_charges
from sne_interface.domain.anomalie import Gravite
from sne_interface.generators.document_reduit import plus_petite_demande
from sne_interface.generators.exemples_de_regles import decrire, exemples
from sne_interface.rules.catalogue import REGLES
from sne_interface.rules.engine import eteinte
from sne_interface.rules.rule import gravite
from sne_sandbox.cli.options import COMMUNES, forme_de_liste, inconnu, reglages, tableau_markdown
from sne_sandbox.cli.terminal import DISCRET, GRAS, PRUDENT, Style, ecrire, nu

#: What a rule does where the contract binds nothing to a role that it reads.
_ETEINTE = "éteinte"
_COLONNES = (
    "Code", "Code officiel", "Types", "Effet", "Fidélité", "Condition", "Message", "Remède", "Source",
)  # fmt: skip


@click.command()
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

    Exemples :
      sne-sandbox rules
      sne-sandbox rules ENT009 REC001
      sne-sandbox rules --bloquantes --profile strict
      sne-sandbox rules --detail | less
      sne-sandbox rules --format json > regles.json
      sne-sandbox rules --profile strict --contracts mes-contrats/
    """
    contrat = contrats_charges.charger(options["contract"], options["contracts"])
    inconnus = sorted(set(codes) - contrat.regles.keys())
    if inconnus:
        raise inconnu("La règle", inconnus[0], contrat.regles)
    fiches: list[dict[str, Any]] = [
        {
            "code": regle.code,
            "code_officiel": ligne.code_officiel,
            "nom": regle.nom,
            "types": list(ligne.types),
            "condition": ligne.condition,
            "texte": ligne.texte,
            "remede": ligne.remede,
            "gravite": str(ligne.gravite),
            "effet": _ETEINTE if eteinte(regle, contrat) else str(gravite(ligne, options["profile"])),
            "fidelite": str(ligne.fidelite),
            "source": ligne.source,
            "structurante": ligne.structurante,
            "demande_une_base": regle.registre,
            "eteinte": eteinte(regle, contrat),
            "plus_petite_demande": plus_petite_demande(regle.code),
        }
        for regle in REGLES
        if (ligne := contrat.regles.get(regle.code)) is not None and (not codes or regle.code in codes)
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
        click.echo(json.dumps({"profil": options["profile"], "regles": fiches}, ensure_ascii=False, indent=2))
    elif forme == "markdown":
        _markdown(fiches)
    elif codes or detail:
        _texte(fiches)
    else:
        _lignes(fiches)


def _lignes(fiches: list[dict[str, Any]]) -> None:
    effets, fidelites = (max((len(f[nom]) for f in fiches), default=0) for nom in ("effet", "fidelite"))
    styles = {str(Gravite.BLOQUANTE): nu, str(Gravite.AVERTISSEMENT): PRUDENT}
    lignes: list[tuple[str, Style]] = []
    for fiche in fiches:
        tete = f"{fiche['code']}  {fiche['effet']:<{effets}}  {fiche['fidelite']:<{fidelites}}"
        suite = f" ({fiche['eteinte']})" if fiche["eteinte"] else ""
        style = styles.get(fiche["effet"], DISCRET)
        lignes.append((f"{tete}  {' '.join(fiche['condition'].split())}{suite}", style))
    ecrire(lignes)
    ecrire([("→ tout d'un contrôle : sne-sandbox rules CODE ; de tous : --detail", nu)], err=True)


def _texte(fiches: list[dict[str, Any]]) -> None:
    lignes: list[tuple[str, Style]] = []
    for fiche in fiches:
        officiel = f" (code officiel {fiche['code_officiel']})" if fiche["code_officiel"] else ""
        tete = f"{fiche['code']}{officiel}  {fiche['effet']} [{fiche['fidelite']}]  {fiche['condition']}"
        lignes.append((tete, GRAS))
        lignes.append((f"        {' '.join(map(str, fiche['types']))} · {fiche['texte']}", nu))
        if fiche["eteinte"]:
            lignes.append((f"        éteinte : {fiche['eteinte']}", PRUDENT))
        lignes.append((f"        remède : {fiche['remede']} · source : {fiche['source']}", nu))
        if fiche["plus_petite_demande"]:
            lignes.append(("        la plus petite demande refusée :", DISCRET))
            lignes += (
                (ligne, DISCRET) for ligne in indent(fiche["plus_petite_demande"], " " * 10).split("\n")
            )
    ecrire(lignes)


def _markdown(fiches: list[dict[str, Any]]) -> None:
    lignes = [
        (
            f["code"], f["code_officiel"] or "", " ".join(f["types"]),
            f["effet"] + (" (structurante)" if f["structurante"] else ""),
            f["fidelite"], f["condition"], f["texte"], f["remede"], f["source"],
        )
        for f in fiches
    ]  # fmt: skip
    click.echo(tableau_markdown(_COLONNES, lignes))
    for fiche in fiches:
        if fiche["plus_petite_demande"]:
            click.echo(f"\n## {fiche['code']} : la plus petite demande refusée\n")
            click.echo(f"```xml\n{fiche['plus_petite_demande']}```")
