"""`sne-sandbox exigences`: what an application is judged on."""

from typing import Any

import click

from sne_conformite.juges import PILOTEES
from sne_conformite.plan import plan
from sne_interface.contract import contrats_charges
from sne_interface.contract.exigences_et_mentions import charger_certification, charger_exigences
from sne_sandbox.cli.options import COMMUNES, ecrire_json, forme_de_liste, inconnu, reglages, tableau_markdown

_NIVEAUX = {"MUST": "obligatoire", "SHOULD": "recommandée"}
#: The fields of a requirement that are told.
_DITES = ("id", "niveau", "texte", "source", "fidelite", "depuis", "non_testee", "remede")


@click.command()
@click.argument("ids", nargs=-1, metavar="[ID…]")
@click.option("--mention", "mention", metavar="ID", help="Celles que cette mention demande, à son niveau.")
@forme_de_liste
@reglages(*COMMUNES)
def commande(ids: tuple[str, ...], mention: str | None, forme: str, **options: Any) -> None:
    """Montre les exigences sur lesquelles une application est jugée, une ligne chacune.

    De celles que l'on nomme : aussi la source, comment elles se jugent (par le trafic, ou en pilotant
    l'application), ce que l'on fait quand elles sont enfreintes, et les scénarios du plan qui les vérifient.

    Exemples :
      sne-sandbox exigences
      sne-sandbox exigences EMB-09 VIE-20
      sne-sandbox exigences --mention socle
      sne-sandbox exigences --format json > exigences.json
    """
    contrat = contrats_charges.charger(options["contract"], options["contracts"])
    exigences = charger_exigences(contrat.dossiers)
    ids = tuple(nom.upper() for nom in ids)
    for nom in ids:
        if nom not in exigences:
            raise inconnu("L'exigence", nom, exigences)
    montrees = set(ids or exigences) & set(exigences if mention is None else _de(mention, contrat))
    le_plan = plan.charger()
    # v5.2 adds to the families of v5.0: the families in their order, each one's ids together.
    familles = list(dict.fromkeys(id_[:3] for id_ in exigences))
    fiches = [
        {
            **{nom: getattr(e, nom) for nom in _DITES},
            "par_le_trafic": not e.non_testee and e.id not in PILOTEES,
            "scenarios": [s.id for s in le_plan if e.id in s.exigences],
        }
        for e in sorted(exigences.values(), key=lambda e: (familles.index(e.id[:3]), e.id))
        if e.id in montrees
    ]
    if forme == "json":
        ecrire_json({"contrat": contrat.nom, "exigences": fiches})
    elif forme == "markdown":
        _markdown(fiches)
    else:
        for fiche in fiches:
            _ligne(fiche, detail=bool(ids))
        if not ids:
            click.echo("→ tout d'une exigence : sne-sandbox exigences ID", err=True)


def _de(nom: str, contrat: contrats_charges.Contrat) -> set[str]:
    """The requirements of a mention, each that may stand for another included. Raises UsageError."""
    certification = charger_certification(contrat.dossiers)
    if nom not in certification.mentions:
        raise inconnu("La mention", nom, certification.mentions)
    mention = certification.mentions[nom]
    parties = certification.parties(mention, mention.options)
    autres = (e for p in parties for a in p.alternatives for e in certification.alternatives[a].parmi)
    return {*certification.demandees(mention, mention.options), *autres}


def _comment(fiche: dict[str, Any]) -> str:
    if fiche["non_testee"]:
        return f"non testée, {fiche['non_testee']}"
    return "par le trafic, ou piloté" if fiche["par_le_trafic"] else "piloté (sne-sandbox conform) seulement"


def _ligne(fiche: dict[str, Any], *, detail: bool) -> None:
    click.echo(f"{fiche['id']}  {_NIVEAUX[fiche['niveau']]:<11}  {fiche['texte']}")
    if detail:
        click.echo(f"        source : {fiche['source']} ({fiche['fidelite']})")
        click.echo(f"        se juge : {_comment(fiche)}")
        if fiche["remede"]:
            click.echo(f"        remède : {fiche['remede']}")
        if fiche["scenarios"]:
            click.echo(f"        scénarios : {' '.join(fiche['scenarios'])}")


def _markdown(fiches: list[dict[str, Any]]) -> None:
    titres = ("Exigence", "Niveau", "Texte", "Se juge", "Remède", "Fidélité", "Source")
    lignes = [
        (f["id"], _NIVEAUX[f["niveau"]], f["texte"], _comment(f), f["remede"], f["fidelite"], f["source"])
        for f in fiches
    ]
    click.echo(tableau_markdown(titres, lignes))
