"""`sne-sandbox serve`."""

import gc
import json
import os
import secrets
import sys
from pathlib import Path
from typing import Any

import click

from sandbox.cli.options import COMMUNES, reglages, taille_de_semence

_EXEMPLES = """
\b
Exemples :
  sne-sandbox serve
  sne-sandbox serve --https-port 0 --http-port 0 --ready-file pret.json
  sne-sandbox serve --host 0.0.0.0 --server-name sne.exemple.fr --client-cert required
  sne-sandbox serve --seed-base vide
  sne-sandbox serve --home grande --seed-size 200000 --seed 7
  sne-sandbox serve --clock 2018-03-15T09:00:00 --profile strict --workers 2
"""


@click.command(epilog=_EXEMPLES)
@reglages(
    *COMMUNES, "https_port", "http_port", "host", "database", "client_cert", "workers", "threads",
    "journal_max", "message_max", "xml_max", "admin_token", "compression",
)  # fmt: skip
@click.option("--server-name", "noms", multiple=True, metavar="NOM", help="Autre nom du certificat serveur.")
@click.option("--seed-base", "semence", default="ecole", show_default=True, help="Jeu de départ de la base.")
@click.option("--seed", type=int, default=0, show_default=True, help="Graine des tirages.")
@taille_de_semence
@click.option("--clock", "horloge", default="real", show_default=True, help="real, ou un instant ISO.")
@click.option(
    "--ready-file",
    "pret",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Fichier JSON écrit quand tout écoute (adresses, certificats).",
)
def commande(
    noms: tuple[str, ...],
    semence: str,
    seed: int,
    taille: int | None,
    horloge: str,
    pret: Path | None,
    **options: Any,
) -> None:
    """Sert le bac à sable jusqu'à SIGTERM ou Ctrl-C.

    Au premier démarrage, crée dans --home une autorité de certification, un certificat serveur et un
    certificat client par guichet.
    """
    gc.disable()  # until it serves: start-up makes few objects that die
    from sandbox.operations import bases
    from sandbox.pki.authority import Autorite, ecrire
    from sandbox.server import lancement
    from sandbox.settings import Limites, Reglages
    from sandbox.web.app import Configuration

    home: Path = options["home"]
    jeton = _jeton(options["host"], options["admin_token"])
    configuration = Configuration(
        home=home,
        contract=options["contract"],
        contracts=options["contracts"],
        database=options["database"],
        journal_max=options["journal_max"],
        limites=Limites(message_max=options["message_max"], xml_max=options["xml_max"]),
        jeton=jeton,
        compression=options["compression"] == "oui",
        semence=semence,
        seed=seed,
        taille=taille,
        horloge=bases.lire_horloge(horloge),
        reglages=Reglages(profile=options["profile"]),
    )
    autorite = Autorite.ouvrir(home, [*noms, options["host"]])
    guichets = [guichet.code for guichet in bases.guichets_de(semence)]
    dossier = home / "pki" / "guichets"
    for guichet in guichets:
        if not (dossier / f"{guichet}.pem").is_file():
            ecrire(autorite.emettre(guichet), dossier)
    vitrine = "G1226" if "G1226" in guichets else guichets[0]

    def annoncer(adresses: Any) -> None:
        if pret is not None:
            _ecrire_pret(pret, adresses, home, dossier, vitrine, jeton)
        click.echo("sne-sandbox : bac à sable non officiel de la base école du SNE", err=True)
        for nom in ("https", "http"):
            if getattr(adresses, nom):
                click.echo(f"  {nom:5} {getattr(adresses, nom)}/services/", err=True)
        click.echo(f"  certificats : {dossier}", err=True)
        if jeton is not None:
            click.echo(f"  jeton d'administration : {jeton}", err=True)

    if taille is not None or options["workers"] > 1:
        _semer(configuration)
    a_servir = lancement.Lancement(configuration, lancement.ecoute_de(options), autorite)
    lancement.lancer(a_servir, options["workers"], annoncer)
    sys.exit(0)


def _semer(configuration: Any) -> None:
    """Makes the base now: a large one shows how far it is, and workers find it made."""
    from sandbox.cli.contexte import ouvrir
    from sandbox.cli.progres import barre
    from sandbox.operations import bases

    contrat, magasin = ouvrir(
        configuration.home, configuration.contract, configuration.contracts, configuration.database
    )
    with magasin, barre("Les ménages arrivent") as progres:
        bases.assurer(
            magasin,
            contrat,
            semence=configuration.semence,
            seed=configuration.seed,
            taille=configuration.taille,
            horloge=configuration.horloge,
            reglages=configuration.reglages,
            progres=progres,
        )


def _jeton(host: str, donne: str | None) -> str | None:
    if host in ("127.0.0.1", "::1", "localhost"):
        return donne
    return donne or secrets.token_urlsafe(24)


def _ecrire_pret(
    fichier: Path, adresses: Any, home: Path, dossier: Path, guichet: str, jeton: str | None
) -> None:
    from sandbox.web.app import VERSION

    contenu = {
        "https": adresses.https,
        "http": adresses.http,
        "https_expire": adresses.https_expire,
        "ca_file": str((home / "pki" / "ca.pem").resolve()),
        "cert_file": str((dossier / f"{guichet}.pem").resolve()),
        "key_file": str((dossier / f"{guichet}.key").resolve()),
        "pkcs12_file": str((dossier / f"{guichet}.p12").resolve()),
        "guichet": guichet,
        "admin_token": jeton,
        "version": VERSION,
    }
    fichier.parent.mkdir(parents=True, exist_ok=True)
    provisoire = fichier.with_name(f".{fichier.name}.{os.getpid()}")
    provisoire.write_text(json.dumps(contenu, ensure_ascii=False, indent=2) + "\n", "utf-8")
    provisoire.replace(fichier)
