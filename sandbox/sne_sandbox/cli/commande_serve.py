"""`sne-sandbox serve`: the server."""

import sys
from pathlib import Path
from typing import Any, Final

import click

from sne_interface.domain.base import BASE_PAR_DEFAUT, lire_horloge
from sne_sandbox.cli import preparatifs_d_ecoute
from sne_sandbox.cli.options import COMMUNES, barre, d_autres_noms, depart_de_base, ouvrir_magasin, reglages

#: Seconds in which a program that starts its own server has called it, or has no use of it.
_ESSAI: Final = 0.3


@click.command()
@reglages(
    *COMMUNES, "https_port", "http_port", "host", "database", "secret_file", "synchronous", "client_cert",
    "pkcs12", "workers", "threads", "delai_arret", "journal_max", "message_max", "xml_max", "connexions_max",
    "octets_max", "debit_min", "patience", "ouvert", "admin_token", "read_only_token", "url_publique",
    "compression", "quartiles", "statistiques_publiques",
)  # fmt: skip
@d_autres_noms
@click.option("--application", "applications", multiple=True, metavar="NOM=COMMANDE",
              help="Application que la page Conformité peut piloter, sous ce nom : la commande de son "
              "adaptateur (peut se répéter).")  # fmt: skip
@depart_de_base(preparatifs_d_ecoute.SEMENCE)
@click.option(
    "--ready-file",
    "pret",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Fichier JSON écrit quand tout écoute (adresses, certificats).",
)
@click.option("--refusals-base", "base_des_refus", default=BASE_PAR_DEFAUT, hidden=True,
              help="Base où se notent les connexions refusées.")  # fmt: skip
def commande(
    noms: tuple[str, ...],
    applications: tuple[str, ...],
    semence: str,
    seed: int,
    taille: int | None,
    horloge: str,
    pret: Path | None,
    base_des_refus: str,
    **options: Any,
) -> None:
    """Sert le bac à sable jusqu'à SIGTERM ou Ctrl-C.

    Au premier démarrage, crée dans --home une autorité de certification, un certificat serveur et un
    certificat client par guichet.

    Exemples :
      sne-sandbox serve
      sne-sandbox serve --https-port 0 --http-port 0 --ready-file pret.json
      sne-sandbox serve --host 0.0.0.0 --server-name sne.exemple.fr --client-cert required
      sne-sandbox serve --seed-base vide
      sne-sandbox serve --home grande --seed-size 200000 --seed 7
      sne-sandbox serve --application logenet="java -jar adaptateur.jar"
      sne-sandbox serve --clock 2018-03-15T09:00:00 --profile strict --workers 2
    """
    from sne_sandbox.server import lancement
    from sne_sandbox.server.fichier_pret import le_temps_de_servir
    from sne_sandbox.web.configuration_et_services import ouvrir

    click.get_current_context().with_resource(le_temps_de_servir(pret))
    home: Path = options["home"]
    configuration = preparatifs_d_ecoute.configuration(
        options,
        noms,
        compression=options["compression"] == "oui",
        statistiques_publiques=options["statistiques_publiques"],
        semence=semence,
        seed=seed,
        taille=taille,
        horloge=lire_horloge(horloge),
        applications=preparatifs_d_ecoute.applications_declarees(applications),
    )
    dossier, vitrine = preparatifs_d_ecoute.preparer_certificats(options, [*noms, options["host"]], semence)
    configuration = preparatifs_d_ecoute.jeton_commun(configuration)

    def annoncer(adresses: Any) -> None:
        # Who reads the ready file may end the server at once: its log says by then where it was.
        _annoncer(adresses, dossier, configuration)
        if pret is not None:
            preparatifs_d_ecoute.ecrire_pret(pret, adresses, home, dossier, vitrine, configuration.jeton)
        _annoncer_la_lecture(adresses, configuration, options, noms)

    preparatifs_d_ecoute.signaler_ecart(options)
    donnees, publique = preparatifs_d_ecoute.options_de_base_donnees(), options["statistiques_publiques"]
    if donnees or publique:
        with ouvrir_magasin(options) as magasin:
            if donnees:
                preparatifs_d_ecoute.signaler_ignorees(magasin, BASE_PAR_DEFAUT, donnees)
            if publique:
                preparatifs_d_ecoute.signaler_publique_absente(magasin, publique)
    processus = preparatifs_d_ecoute.processus(options)
    if taille is not None or processus > 1:
        # Made now: a large base shows how far it is, and workers find it.
        with barre("Les ménages arrivent") as progres:
            ouvrir(configuration, progres)[1].fermer()
    attente = _ESSAI if click.get_current_context().find_root().params["avec_parent"] else 0.0
    a_servir = lancement.Lancement(configuration, lancement.ecoute_de(options), base_des_refus, attente)
    lancement.lancer(a_servir, processus, annoncer)
    sys.exit(0)


def _annoncer(adresses: Any, dossier: Path, configuration: Any) -> None:
    """Says on stderr where the services and the console are, and by which token they open."""
    click.echo("sne-sandbox : bac à sable non officiel de la base école du SNE", err=True)
    for nom in ("https", "http"):
        if getattr(adresses, nom):
            click.echo(f"  {nom:5} {getattr(adresses, nom)}/services/", err=True)
    click.echo(f"  certificats : {dossier}", err=True)
    preparatifs_d_ecoute.annoncer_la_console(adresses, configuration)


def _annoncer_la_lecture(
    adresses: Any, configuration: Any, options: dict[str, Any], noms: tuple[str, ...]
) -> None:
    """Says on stderr where the console is only read, what a power cut may lose, and what travels in clear.
    The link is a token: a screen shows it, a log does not hold it."""
    from sne_sandbox.bases.jetons import jeton_de_lecture

    if sys.stderr.isatty():
        partagee = configuration.url_publique or preparatifs_d_ecoute.adresse_pour_les_autres(
            adresses.http or adresses.https, options["host"], noms
        )
        with ouvrir_magasin(options) as magasin:
            lecture = configuration.jeton_lecture or jeton_de_lecture(magasin)
        click.echo(f"  console en lecture seule : {partagee}/lecture/{lecture}", err=True)
    else:
        commande = preparatifs_d_ecoute.commande_du_lien(
            configuration.home, adresses.http or adresses.https, "--lecture"
        )
        click.echo(f"  console en lecture seule : son lien est à la page Scènes, ou « {commande} »", err=True)
    if configuration.synchronous == "NORMAL" and not preparatifs_d_ecoute.sur_postgresql(options):
        click.echo(
            "  coupure de courant : peut perdre les derniers numéros ; --synchronous FULL les garde", err=True
        )
    if not configuration.locale and adresses.http and not configuration.url_publique:
        click.echo(
            "  attention : en http, les jetons et les cookies circulent en clair sur le réseau ; "
            + ("préférez l'adresse https" if adresses.https else "ouvrez aussi --https-port"),
            err=True,
        )
