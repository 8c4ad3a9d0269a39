"""The preparations of the commands that listen: token, certificates, ready file."""

import re
import socket
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import click
from click.core import ParameterSource

from sne_interface import systeme
from sne_interface.domain.base import BASE_PAR_DEFAUT, lire_horloge, verifier_nom
from sne_interface.errors import BaseInconnue, UsageError
from sne_interface.settings import PAR_NOM, est_boucle_locale

if TYPE_CHECKING:
    from sne_sandbox.bases.serveurs_accordes import Preparation
    from sne_sandbox.server.listeners import AdressesServies
    from sne_sandbox.store.magasin import Magasin
    from sne_sandbox.web.configuration_et_services import Configuration

#: What the base `ecole` starts from, unless it is asked otherwise.
SEMENCE: Final = "ecole"
#: Where a server is that is told nothing.
ADRESSE_D_ORIGINE: Final = "http://127.0.0.1:8080"
_NOM_D_APPLICATION: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_PARTOUT: Final = ("0.0.0.0", "::", "")  # noqa: S104 - looked for, not listened on


def jetons_du_serveur(options: Mapping[str, Any]) -> dict[str, Any]:
    """The tokens of a server that listens as `options` say, as fields of its Configuration. Without one that
    is given, that of the home lets everything be done, unless the server is open. Raises UsageError for one
    that can be guessed, or when both are the same: who is given the link could change everything; StoreError.
    """
    from sne_sandbox.bases import jetons

    donne, lecture = options["admin_token"], options["read_only_token"]
    for nom, jeton in (("--admin-token", donne), ("--read-only-token", lecture)):
        if jeton:
            jetons.verifier_force(jeton, nom)
    if donne and donne == lecture:
        raise UsageError(
            "Le jeton de lecture est celui d'administration : qui lit pourrait tout changer.",
            remede="donnez-en deux, --admin-token et --read-only-token",
        )
    if donne or options["ouvert"]:
        return {"jeton": donne, "jeton_lecture": lecture}
    home: Path = options["home"]
    fichier = home / jetons.FICHIER
    return {"jeton": jetons.jeton_du_home(home), "jeton_fichier": fichier, "jeton_lecture": lecture}


def jeton_commun(configuration: "Configuration") -> "Configuration":
    """With the admin token that the servers of its database share by now, when it was that of the home.
    Raises StoreError."""
    from sne_sandbox.bases import jetons

    if configuration.jeton_fichier is None:
        return configuration
    return replace(configuration, jeton=jetons.jeton_du_home(configuration.home))


def adresse_publique(ecrite: str | None, option: str = "--url-publique") -> str | None:
    """The address by which others call the server, without its last slash. Raises UsageError for none, which
    names the option it came by."""
    if ecrite is None:
        return None
    parties = urlsplit(ecrite)
    reste = parties.path.strip("/") or parties.query or parties.fragment or parties.username
    if parties.scheme not in ("http", "https") or not parties.hostname or reste:
        raise UsageError(
            f"[{ecrite}] n'est pas une adresse pour {option}.",
            remede="donnez le schéma et le nom seuls, par exemple https://sne.exemple.fr",
        )
    return f"{parties.scheme}://{parties.netloc}"


def _verifier_ouvert(options: Mapping[str, Any]) -> None:
    """Raises UsageError for a server that would be open to other machines, or that is given a token too."""
    if not options["ouvert"]:
        return
    if not est_boucle_locale(options["host"]):
        raise UsageError(
            f"--ouvert laisserait entrer sans jeton quiconque atteint [{options['host']}].",
            remede="retirez --ouvert, ou restez sur 127.0.0.1",
        )
    if options["admin_token"]:
        raise UsageError("--ouvert ne demande aucun jeton, --admin-token en demande un.",
                         remede="gardez l'un des deux")  # fmt: skip
    if options["url_publique"]:
        raise UsageError("--url-publique est l'adresse d'un relais : --ouvert refuse ce qui en vient.",
                         remede="retirez --ouvert")  # fmt: skip


def configuration(options: Mapping[str, Any], noms: Sequence[str], **autres: Any) -> "Configuration":
    """That of an application that listens as `options` say, also under `noms`; `autres` are more of its
    fields. Raises UsageError, as `jetons_du_serveur`."""
    from sne_interface.settings import Limites, Reglages
    from sne_sandbox.web.configuration_et_services import Configuration

    _verifier_ouvert(options)
    poids = {nom: options[nom] for nom in ("message_max", "xml_max") if nom in options}
    return Configuration(
        quartiles=options.get("quartiles"),
        **{nom: options[nom] for nom in ("home", "contract", "contracts", "database", "journal_max")},
        limites=Limites(**poids),
        synchronous=synchronous(options),
        ouvert=options["ouvert"],
        **jetons_du_serveur(options),
        url_publique=adresse_publique(options["url_publique"]),
        reglages=Reglages(profile=options["profile"]),
        pkcs12=options["pkcs12"],
        noms=(*noms, options["host"]),
        **autres,
    )


def applications_declarees(ecrites: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """(name, command) of each « NOM=COMMANDE ». Raises UsageError."""
    declarees: dict[str, str] = {}
    for ecrite in ecrites:
        nom, _, commande = ecrite.partition("=")
        if not (_NOM_D_APPLICATION.fullmatch(nom) and commande.strip()) or nom in declarees:
            raise UsageError(
                f"L'application [{ecrite[:60]}] ne se lit pas.",
                remede="--application NOM=COMMANDE ; un nom chacune : lettres, chiffres, point, tiret",
            )
        declarees[nom] = commande.strip()
    return tuple(declarees.items())


def preparer_certificats(options: Mapping[str, Any], noms: Sequence[str], semence: str) -> tuple[Path, str]:
    """Makes or renews what lacks of the authority of the home of `options`, whose server answers to `noms`
    (one that means every address is nobody's); with PostgreSQL, that of the servers of its database
    (`bases.serveurs_accordes`). Answers the folder where each guichet of the seed has its client certificate,
    and the guichet to show. Raises OperatorError."""
    from sne_sandbox.bases import bases

    home: Path = options["home"]
    guichets = [guichet.code for guichet in bases.guichets_de(semence)]
    dossier = home / "pki" / "guichets"
    systeme.resserrer(home)
    noms = [nom for nom in noms if nom not in _PARTOUT]
    if a_dire := preparer_autorite(options, noms):
        click.echo(f"sne-sandbox : {a_dire}", err=True)
    ca = (home / "pki" / "ca.pem").read_bytes()
    manquants = [code for code in guichets if not _est_de(dossier / f"{code}.pem", ca)]
    if manquants:
        from sne_sandbox.pki.authority import Autorite, ecrire

        autorite = Autorite.ouvrir(home, noms)
        for guichet in manquants:
            ecrire(autorite.emettre(guichet, pkcs12_en=options["pkcs12"]), dossier)
    return dossier, bases.vitrine(guichets)


def preparer_autorite(
    options: Mapping[str, Any], noms: Sequence[str], preparer: "Preparation | None" = None
) -> str:
    """The authority of the home of `options`, made by `pki_verifiee.preparer` or `preparer`; what there is
    to say of it, "" for nothing. Raises as `preparer_certificats`."""
    from sne_sandbox.pki import pki_verifiee

    preparer = preparer or pki_verifiee.preparer
    if not sur_postgresql(options):
        preparer(options["home"], noms)
        return ""
    from sne_sandbox.bases import serveurs_accordes
    from sne_sandbox.cli.options import ouvrir_magasin

    with ouvrir_magasin(options) as magasin:
        return serveurs_accordes.accorder(magasin, options["home"], noms, options["secret_file"], preparer)


def signaler_ecart(options: Mapping[str, Any]) -> None:
    """Says on stderr that other servers of this database have other contracts. Raises StoreError."""
    if sur_postgresql(options):
        from sne_sandbox.cli.options import ouvrir_contrats, ouvrir_magasin
        from sne_sandbox.store.plusieurs_serveurs import voisins
        from sne_sandbox.web.configuration_et_services import VERSION

        with ouvrir_magasin(options) as magasin:
            a_dire = voisins.ecart(magasin, VERSION, ouvrir_contrats(options).empreinte())
        if a_dire:
            click.echo(f"sne-sandbox : attention, {a_dire}", err=True)


def _est_de(fichier: Path, ca: bytes) -> bool:
    """True when a certificate is there, followed by that of its authority: it may have another by now."""
    return fichier.is_file() and fichier.read_bytes().endswith(ca)


def adresse_pour_les_autres(adresse: str, host: str, noms: Sequence[str]) -> str:
    """The address of a listener as another machine of the network writes it: a listener on every address is
    called by the name of the server (`noms`, those given, first), else of the machine."""
    if host not in _PARTOUT:
        return adresse
    parties = urlsplit(adresse)
    return f"{parties.scheme}://{next(iter(noms), None) or socket.gethostname()}:{parties.port}"


def annoncer_la_console(
    adresses: "AdressesServies", configuration: "Configuration", chemin: str = "/"
) -> None:
    """Says on stderr where the console is, and what opens it: a link that is good once, and where the token
    is. The token itself is in no log."""
    from sne_sandbox.bases import jetons

    adresse = configuration.url_publique or adresses.http or adresses.https or ""
    if configuration.ouvert:
        click.echo(f"  console : {adresse}{chemin}", err=True)
        click.echo(
            "  attention : --ouvert, quiconque est sur cette machine change tout, sans jeton", err=True
        )
        return
    click.echo(f"  console : {adresse}/connexion?code={jetons.code_de_lien(configuration.home)}", err=True)
    un_autre = f"« {commande_du_lien(configuration.home, adresse)} » en fait un autre"
    click.echo(f"            (ce lien ouvre une fois, dans les dix minutes ; {un_autre})", err=True)
    ou = configuration.jeton_fichier
    click.echo(f"  jeton d'administration : {'celui que vous avez donné' if ou is None else ou}", err=True)


def commande_du_lien(home: Path, adresse: str, *options: str) -> str:
    """The command that makes a link of this server, as it is typed where this one was."""
    mots = ["sne-sandbox", "jetons", "lien", *options]
    if home != PAR_NOM["home"].defaut:
        mots += ["--home", str(home)]
    if adresse != ADRESSE_D_ORIGINE:
        mots += ["--url", adresse]
    return " ".join(f'"{mot}"' if " " in mot else mot for mot in mots)


def ecrire_pret(
    fichier: Path, adresses: "AdressesServies", home: Path, dossier: Path, guichet: str, jeton: str | None
) -> None:
    """Writes the ready file; `dossier` holds the certificates, `guichet` is the one shown. Raises
    OperatorError."""
    from sne_sandbox.server import fichier_pret
    from sne_sandbox.web.configuration_et_services import VERSION

    contenu: dict[str, Any] = {
        **asdict(adresses),
        "ca_file": str((home / "pki" / "ca.pem").resolve()),
        **fichier_pret.certificat_de(dossier, guichet),
        "admin_token": jeton,
        "version": VERSION,
    }
    fichier_pret.ecrire(fichier, contenu)


def processus(options: Mapping[str, Any]) -> int:
    """How many processes serve: those that are asked for; else one a core where others come."""
    if options["workers"] is not None:
        return int(options["workers"])
    partage = not est_boucle_locale(options["host"]) or sur_postgresql(options)
    return systeme.coeurs() if partage and systeme.PLUSIEURS_PROCESSUS else 1


def synchronous(options: Mapping[str, Any]) -> str:
    """The durability of what SQLite commits: the one that is asked for; else FULL where others come: on a
    machine of one's own nobody need wait for the disk."""
    partage = options["url_publique"] or not est_boucle_locale(options["host"]) or processus(options) > 1
    return options.get("synchronous") or ("FULL" if partage else "NORMAL")


def sur_postgresql(options: Mapping[str, Any]) -> bool:
    """True when the database of `options` is PostgreSQL, which has a durability of its own."""
    return (options["database"] or "").startswith("postgres")


def options_de_base_donnees() -> dict[str, Any]:
    """The options of the running command that make a base, by parameter, if they were given (environment
    included)."""
    contexte = click.get_current_context()
    par_defaut = (ParameterSource.DEFAULT, ParameterSource.DEFAULT_MAP)
    return {
        nom: contexte.params[nom]
        for nom in ("horloge", "profile", "semence", "seed", "taille")
        if contexte.get_parameter_source(nom) not in par_defaut
    }


def signaler_ignorees(magasin: "Magasin", nom: str, donnees: dict[str, Any]) -> bool:
    """True when the base exists: it then keeps its clock, its profile and its start, and one line of stderr
    says so of each option that asks for another, with what changes it. Raises UsageError for a clock that is
    none."""
    try:
        base = magasin.bases.lire(nom)
    except BaseInconnue:
        return False
    ailleurs = (
        "une base se sème à sa création : prenez un autre --home, ou « sne-sandbox db seed --base AUTRE »"
    )
    heure = donnees.get("horloge")
    voulue = base.horloge if heure is None else lire_horloge(heure)
    figer = "real" if voulue.reelle else f"freeze {heure}"
    for option, donnee, ici, remede in (
        (
            "--clock",
            voulue,
            base.horloge,
            f"« sne-sandbox clock {figer} --base {nom} » ; en arrière, « db reset »",
        ),
        (
            "--profile",
            donnees.get("profile", base.reglages.profile),
            base.reglages.profile,
            f"« sne-sandbox bases set {nom} profile={donnees.get('profile')} »",
        ),
        ("--seed-base", donnees.get("semence", base.semence), base.semence, ailleurs),
        ("--seed", donnees.get("seed", base.seed), base.seed, ailleurs),
        ("--seed-size", donnees.get("taille", base.taille), base.taille, ailleurs),
    ):
        if donnee != ici:
            click.echo(f"{option} ignoré : la base [{nom}] existe déjà → {remede}", err=True)
    return True


def signaler_publique_absente(magasin: "Magasin", nom: str) -> None:
    """Says on stderr that the base of `--statistiques-publiques` is not there yet, and which are: one may be
    created while the server runs. Raises UsageError for a name that no base may have."""
    verifier_nom(nom)
    connues = sorted({BASE_PAR_DEFAUT, *(base.nom for base in magasin.bases.lister())})
    if nom not in connues:
        click.echo(
            f"sne-sandbox : attention, --statistiques-publiques : la base [{nom}] n'existe pas encore, et "
            f"/statistiques ne la montrera qu'une fois créée → bases connues : {', '.join(connues)}",
            err=True,
        )
