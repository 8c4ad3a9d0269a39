"""`sne-sandbox diagnostic`: whether an application can reach the SNE with what it is given."""

import contextlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from sne_interface.domain.base import BASE_PAR_DEFAUT, prefixe_de
from sne_interface.domain.texte import accorde
from sne_interface.errors import OperatorError, UsageError
from sne_sandbox.cli.options import COMMUNES, reglages, une_forme

if TYPE_CHECKING:
    from sne_sandbox.server.adresse_et_certificats_d_une_base import BaseServie
    from sne_sandbox.server.diagnostic import Branchement, Point

_F = TypeVar("_F", bound=Callable[..., Any])
_SIGNES: Final[Mapping[bool | None, str]] = {True: "✓", None: "!", False: "✗"}


def _fichier(option: str, nom: str, variable: str, aide: str) -> Callable[[_F], _F]:
    return click.option(option, nom, type=click.Path(path_type=Path, dir_okay=False), envvar=variable,
                        metavar="FICHIER", help=f"{aide} [{variable}].")  # fmt: skip


@click.command("diagnostic")
@click.option("--url", envvar="SNE_URL", metavar="ADRESSE",
              help="Celle du serveur, à laquelle s'ajoute /services/… [SNE_URL].")  # fmt: skip
@_fichier("--ca", "ca", "SNE_CA_FILE", "L'autorité du serveur")
@_fichier("--cert", "certificat", "SNE_CERT_FILE", "Le certificat client")
@_fichier("--key", "cle", "SNE_KEY_FILE", "Sa clé")
@_fichier("--pkcs12", "pkcs12", "SNE_PKCS12_FILE", "Les deux en PKCS#12")
@click.option(
    "--guichet", envvar="SNE_GUICHET", default="", help="Le guichet de l'application [SNE_GUICHET]."
)
@_fichier("--ready-file", "pret", "SNE_READY_FILE", "Le fichier prêt d'un serveur : tout cela à la fois")
@une_forme
@reglages(*COMMUNES)
def commande(pret: Path | None, forme: str, **options: Any) -> int:
    """Vérifie le branchement d'une application : adresse, proxy, certificats, TLS, guichet, heure, emballage.

    Ce que l'application rencontrera est essayé d'ici avant elle, avec un remède pour ce qui ne va pas ; puis
    vient ce que la base a vu d'elle. Ce qui manque aux options est lu dans les variables SNE_… et le fichier
    prêt ; sans adresse, un serveur est lancé, comme le fait « run ». Rien n'est envoyé aux services. Sortie 0
    si rien n'est à corriger, 1 sinon.

    Exemples :
      sne-sandbox diagnostic
      sne-sandbox diagnostic --ready-file pret.json
      sne-sandbox diagnostic --url https://bac.exemple.fr:8443 --ca ca.pem --cert G1226.pem --key G1226.key
      sne-sandbox run -- sne-sandbox diagnostic
    """
    from sne_sandbox.server.diagnostic import diagnostiquer, serveur_des_services

    with contextlib.ExitStack() as pile:
        if not pret:
            options["url"] = options["url"] or serveur_des_services(os.environ)
        branchement = _branchement(options, pret) if options["url"] or pret else _lance(options, pile)
        points = list(diagnostiquer(branchement))
    faux = sum(point.bon is False for point in points)
    if forme == "json":
        vus = {"url": branchement.dite, "points": [asdict(point) for point in points]}
        click.echo(json.dumps(vus, ensure_ascii=False, indent=2))
    else:
        if branchement.essai:
            click.echo("Sans adresse (--url, SNE_URL, --ready-file) : un serveur est lancé pour l'essai.")
        click.echo(f"Diagnostic de {branchement.dite}")
        for ligne in dire(points):
            click.echo(ligne)
        click.echo(f"{accorde(faux, 'point', 'points')} à corriger." if faux else "Rien n'est à corriger.")
    return min(faux, 1)


def dire(points: "list[Point]") -> Iterator[str]:
    """Lines of a terminal."""
    large = max(len(point.nom) for point in points)
    for point in points:
        yield f"  {_SIGNES[point.bon]} {point.nom:<{large}}  {point.dit}"
        if point.remede:
            yield f"    {'':<{large}}  → {point.remede}"


class ConfigurationFausse(OperatorError):
    """No application could be tried here: what it would be given does not work."""


def verifier(servie: "BaseServie") -> None:
    """At the head of a trial: raises ConfigurationFausse when nobody could reach this base with what an
    application is given. A finding that only deserves a look is not said: the trial sees to proxies."""
    from sne_sandbox.server.diagnostic import diagnostiquer

    environ = {**os.environ, **servie.sans_proxy()}
    faux = [p for p in diagnostiquer(_servi(servie), complet=False, environ=environ) if p.bon is False]
    if faux:
        dits = " ; ".join(f"{point.nom} : {point.dit}" for point in faux)
        raise ConfigurationFausse(
            f"L'épreuve ne peut pas avoir lieu, et ce n'est pas la faute de l'application. {dits}.",
            remede=f"{faux[0].remede} ; « sne-sandbox diagnostic » montre le reste",
        )


def _servi(servie: "BaseServie") -> "Branchement":
    from sne_sandbox.pki import MOT_DE_PASSE
    from sne_sandbox.server.diagnostic import PATIENCE_POUR_LES_NOTRES, Branchement

    fichiers: dict[str, Any] = {nom: Path(servie.pret[cle]) for nom, cle in _CLES.items()}
    return Branchement(
        servie.racine,
        **fichiers,
        mot_de_passe=MOT_DE_PASSE,
        guichet=servie.pret["guichet"],
        jeton=servie.pret["admin_token"] or "",
        patience=PATIENCE_POUR_LES_NOTRES,
    )


#: Field of a Branchement → key of the ready file.
_CLES: Final = {"ca": "ca_file", "certificat": "cert_file", "cle": "key_file", "pkcs12": "pkcs12_file"}


def _branchement(options: Mapping[str, Any], pret: Path | None) -> "Branchement":
    """Of the options, what lacks taken from the ready file. Raises UsageError."""
    from sne_sandbox.pki import MOT_DE_PASSE
    from sne_sandbox.server.diagnostic import Branchement

    lu: dict[str, Any] = {}
    if pret is not None:
        try:
            lu = json.loads(pret.read_text("utf-8"))
            lu["url"] = f"{lu['https'] or lu['http']}{prefixe_de(lu.get('base', BASE_PAR_DEFAUT))}"
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            raise UsageError(
                f"[{pret}] n'est pas un fichier prêt.",
                remede="donnez celui qu'écrit « serve --ready-file FICHIER », pendant que le serveur tourne",
            ) from None
    donnes: dict[str, Any] = {
        nom: options[nom] or (Path(lu[cle]) if cle in lu else None) for nom, cle in _CLES.items()
    }
    return Branchement(
        str(options["url"] or lu["url"]).rstrip("/"),
        **donnes,
        mot_de_passe=os.environ.get("SNE_PKCS12_PASSWORD", MOT_DE_PASSE),
        guichet=options["guichet"] or lu.get("guichet", ""),
        jeton=lu.get("admin_token") or "",
    )


def _lance(options: Mapping[str, Any], pile: contextlib.ExitStack) -> "Branchement":
    """Of a server of our own."""
    from sne_sandbox.server.adresse_et_certificats_d_une_base import BaseServie
    from sne_sandbox.server.serveur_enfant import servir_en_enfant

    donnes = ["--seed-base=vide", f"--contract={options['contract']}"]
    if options["contracts"] is not None:
        donnes.append(f"--contracts={options['contracts']}")
    return replace(_servi(BaseServie.de(pile.enter_context(servir_en_enfant(donnes)))), essai=True)
