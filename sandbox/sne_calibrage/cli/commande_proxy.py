"""`sne-sandbox proxy`: a relay to a real server, which records what passes."""

import sys
from pathlib import Path
from typing import Any

import click

from sne_calibrage.enregistrements import fixtures_ecrites
from sne_calibrage.enregistrements.fixtures_ecrites import Recueil
from sne_calibrage.relais.amont import Amont, LienAmont
from sne_conformite.bilan import trafic_juge
from sne_interface.domain.texte import accorde
from sne_interface.errors import UsageError
from sne_interface.settings import est_boucle_locale
from sne_sandbox.cli import preparatifs_d_ecoute
from sne_sandbox.cli.options import COMMUNES, Poste, d_autres_noms, reglages

_FICHIER = click.Path(path_type=Path, dir_okay=False, exists=True)
_AVERTISSEMENT = """\
Attention : les NIR sont remplacés, le reste est tel qu'enregistré. L'enregistrement d'un serveur réel peut
porter des données personnelles : ne le versez dans aucun dépôt (un .gitignore l'écarte), puis effacez-le.
--anonymiser invente aussi les noms, coordonnées, adresses et textes libres."""
_ANONYME = """\
Anonymisé : NIR, noms, prénoms, téléphones, adresses électroniques, numéros et noms de voie, quartiers,
professions, employeurs, organismes, références internes et textes libres sont inventés, et le texte de tout
élément que les schémas livrés n'ont pas. Restent les dates (de
naissance aussi), communes, codes postaux, étages et escaliers, ressources et numéros uniques :
relisez avant de partager."""


@click.command()
@click.option("--upstream", "url", metavar="URL", help="Adresse du serveur réel, avant /services/….")
@click.option("--upstream-cert", "certificat", type=_FICHIER, metavar="PEM",
              help="Certificat client présenté au serveur réel.")  # fmt: skip
@click.option("--upstream-key", "cle", type=_FICHIER, metavar="PEM",
              help="Sa clé, sans mot de passe (par défaut, dans le même fichier).")  # fmt: skip
@click.option("--upstream-ca", "autorite_amont", type=_FICHIER, metavar="PEM",
              help="Autorité du serveur réel (par défaut, celles du système).")  # fmt: skip
@click.option("--upstream-timeout", "delai", type=click.FloatRange(0, 3600, min_open=True), default=60.0,
              show_default=True, metavar="SECONDES", help="Temps laissé au serveur réel.")  # fmt: skip
@click.option("--base", default="proxy", show_default=True, help="Base où enregistrer, créée au besoin.")
@click.option("--export", "dossier", type=click.Path(path_type=Path, file_okay=False), metavar="DOSSIER",
              help="Ne sert pas : écrit l'enregistrement en fichiers, un par document distinct.")  # fmt: skip
@click.option("--anonymiser", is_flag=True, help="Avec --export : invente aussi noms, téléphones, voies…")
@d_autres_noms
@click.option("--ready-file", "pret", type=click.Path(path_type=Path, dir_okay=False),
              help="Fichier JSON écrit quand tout écoute (adresses, certificats).")  # fmt: skip
@reglages(
    *COMMUNES, "https_port", "http_port", "host", "database", "secret_file", "client_cert", "pkcs12",
    "workers", "threads", "journal_max", "message_max", "connexions_max", "octets_max", "debit_min",
    "patience", "ouvert", "admin_token", "read_only_token", "url_publique",
)  # fmt: skip
def commande(
    url: str | None,
    certificat: Path | None,
    cle: Path | None,
    base: str,
    dossier: Path | None,
    anonymiser: bool,
    noms: tuple[str, ...],
    pret: Path | None,
    **options: Any,
) -> None:
    """Relaie vos échanges vers un serveur réel, octet pour octet, et les enregistre.

    Votre application appelle le relais comme le bac à sable (mêmes chemins, certificats de développement) ;
    le relais appelle le serveur réel. Requêtes et réponses sont validées contre le contrat, dans le journal
    de --base. Un enregistrement devient des fichiers par --export.

    Exemples :
      sne-sandbox proxy --upstream https://sne.exemple.fr --upstream-cert G1226.pem --upstream-key G1226.key
      sne-sandbox proxy --upstream http://127.0.0.1:8080/bases/essai --http-port 8081 --https-port -1
      sne-sandbox report --base proxy --report-dir rapport
      sne-sandbox proxy --export enregistrement --anonymiser
    """
    if (url is None) == (dossier is None):
        raise UsageError(
            "proxy relaie, ou exporte.", remede="donnez --upstream URL pour relayer, ou --export DOSSIER"
        )
    if anonymiser and dossier is None:
        raise UsageError("--anonymiser ne change rien à ce qui passe.", remede="il va avec --export DOSSIER")
    if cle is not None and certificat is None:
        raise UsageError("--upstream-key est la clé d'un certificat.", remede="donnez aussi --upstream-cert")
    if dossier is not None:
        _exporter(dossier, base, anonymiser, options)
        return
    assert url is not None
    amont = Amont(url, certificat, cle, options["autorite_amont"], options["delai"], options["message_max"])
    _refuser_le_pret(amont, options)
    _servir(amont, base, noms, pret, options)
    sys.exit(0)


def _refuser_le_pret(amont: Amont, options: dict[str, Any]) -> None:
    """A caller of a relay borrows its certificate: from another machine, the relay must know the caller.
    Raises UsageError."""
    ferme = options["client_cert"] == "required" and options["http_port"] < 0
    if amont.certificat is not None and not est_boucle_locale(options["host"]) and not ferme:
        raise UsageError(
            f"Sur [{options['host']}], quiconque atteint le relais appellerait le serveur réel avec votre "
            "certificat.",
            remede="restez sur 127.0.0.1, ou ajoutez --client-cert required --http-port -1",
        )


def _servir(
    amont: Amont, base: str, noms: tuple[str, ...], pret: Path | None, options: dict[str, Any]
) -> None:
    from sne_calibrage.relais.service_de_relais import LancementRelais
    from sne_sandbox.server import lancement
    from sne_sandbox.server.fichier_pret import le_temps_de_servir

    click.get_current_context().with_resource(le_temps_de_servir(pret))
    LienAmont(amont)  # said before anything is made
    home: Path = options["home"]
    # A `serve` that comes after on this home finds its base as it would have made it.
    configuration = preparatifs_d_ecoute.configuration(options, noms, semence=preparatifs_d_ecoute.SEMENCE)
    guichets, vitrine = preparatifs_d_ecoute.preparer_certificats(
        options, [*noms, options["host"]], preparatifs_d_ecoute.SEMENCE
    )
    configuration = preparatifs_d_ecoute.jeton_commun(configuration)

    def annoncer(adresses: Any) -> None:
        if pret is not None:
            preparatifs_d_ecoute.ecrire_pret(pret, adresses, home, guichets, vitrine, configuration.jeton)
        click.echo(f"sne-sandbox : relais vers {amont.url}", err=True)
        for nom in ("https", "http"):
            if getattr(adresses, nom):
                click.echo(f"  {nom:5} {getattr(adresses, nom)}/services/", err=True)
        click.echo(f"  certificats : {guichets}", err=True)
        preparatifs_d_ecoute.annoncer_la_console(adresses, configuration, f"/console/{base}/")
        click.echo("  Ce journal peut porter des données personnelles : gardez-le pour vous.", err=True)

    a_servir = LancementRelais(configuration, lancement.ecoute_de(options), amont=amont, base=base)
    lancement.lancer(a_servir, preparatifs_d_ecoute.processus(options), annoncer)


# --- the recording as files -------------------------------------------------------------------------------


def _exporter(dossier: Path, base: str, anonymiser: bool, options: dict[str, Any]) -> None:
    contrats, magasin = Poste(options).ouvrir()
    contrat = contrats.de(magasin.bases.lire(base))
    ecrit = fixtures_ecrites.ecrire(
        dossier,
        fixtures_ecrites.echantillons(trafic_juge.parcourir(magasin.journal, base), contrat),
        anonymiser=anonymiser,
        est_un_code=lambda valeur: (
            contrat.nomenclatures.est_un_code(valeur) or contrat.territoires.commune(valeur) is not None
        ),
    )
    if not ecrit.fichiers and not ecrit.laisses:
        click.echo(f"La base [{base}] n'a vu aucun document : il n'y a rien à exporter.", err=True)
        click.echo("→ faites passer votre application par « sne-sandbox proxy --upstream URL »", err=True)
        return
    for fichier in ecrit.fichiers:
        click.echo(fichier)
    click.echo(_resume(ecrit), err=True)
    click.echo(_ANONYME if anonymiser else _AVERTISSEMENT, err=True)


def _resume(ecrit: Recueil) -> str:
    doubles = ("envoi d'un document déjà vu, gardé une fois", "envois de documents déjà vus, gardés une fois")
    laisses = (
        "document laissé : il ne peut pas être anonymisé",
        "documents laissés : ils ne peuvent pas être anonymisés",
    )
    textes = [
        accorde(len(ecrit.fichiers), "fichier écrit", "fichiers écrits"),
        accorde(ecrit.nirs, "NIR remplacé"),
        *([accorde(ecrit.doubles, *doubles)] if ecrit.doubles else []),
        *([accorde(ecrit.laisses, *laisses)] if ecrit.laisses else []),
    ]
    dit = " ; ".join(textes) + "."
    if ecrit.inconnus:
        noms = ", ".join(f"{nom} ({combien})" for nom, combien in sorted(ecrit.inconnus.items()))
        dit += f"\nInconnus du bac à sable, remplacés par des textes de même forme : {noms}."
    return dit
