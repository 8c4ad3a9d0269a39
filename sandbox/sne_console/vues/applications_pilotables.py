"""The applications that a server may drive from a page: the reference one, those that its owner declared, by
their names (`serve --application`), and one that answers at an address; and a part of a judgement of one of
them, played again.
"""

import socket
from typing import Final
from urllib.parse import urlsplit

from sne_console.vues import epreuves
from sne_console.vues.epreuves import TEMOIN, JugementConserve, PartieRejouee
from sne_interface.domain.nir import masquer_secrets
from sne_interface.errors import UsageError
from sne_sandbox.web.configuration_et_services import Configuration, Services

#: Characters of the address of an application.
ADRESSE_MAX: Final = 500
ADRESSE_EXEMPLE: Final = "http://localhost:9000/sne"


def designer(configuration: Configuration, *, application: str = "", adresse: str = "") -> str:
    """The value of --application for one that the owner of the server declared, by its name, or that answers
    at an address. Raises UsageError: one of both, and one that may be driven from here."""
    if bool(application) == bool(adresse):
        raise UsageError(
            "Il faut une application déclarée, ou une adresse : l'une ou l'autre.",
            remede="choisissez l'application dans la liste, ou donnez l'adresse de son adaptateur",
        )
    if adresse:
        return _adresse(adresse)
    declarees = dict(configuration.applications)
    if application not in declarees:
        raise UsageError(
            f"Aucune application ne s'appelle [{application[:40]}].",
            remede=f"celles qui sont déclarées : {', '.join(declarees) or 'aucune'} "
            "(sne-sandbox serve --application NOM=COMMANDE)",
        )
    return declarees[application]


def nommer(configuration: Configuration, designation: str) -> str:
    """How an application is called on a page, by what --application was given."""
    noms = {commande: nom for nom, commande in configuration.applications}
    return "Application témoin" if designation == TEMOIN else noms.get(designation, designation)


def rejouable(configuration: Configuration, epreuve: JugementConserve) -> bool:
    """True when this server may play a part of a judgement again: it began it, and may still run the same
    application. Version 0.2.0 could plant a defect in the reference one (`--faute`)."""
    designation = epreuve.options.get("--application", "")
    connues = {TEMOIN, *dict(configuration.applications).values()}
    sue = designation in connues or designation.startswith(("http://", "https://"))
    return epreuve.pilotee and sue and "--faute" not in epreuve.options


def rejouer(
    services: Services, contrat: str, epreuve: JugementConserve, scenario: str, exigence: str = ""
) -> JugementConserve:
    """Plays a scenario of a judgement again, as it was played: the same application, households and profile;
    `contrat` is that of the base from which it is asked, `exigence` the one that one looks at. Raises
    UsageError for a judgement of which nothing can be played from here, or made under another contract;
    ConflitEtat while another is running."""
    options = epreuve.options
    if not rejouable(services.configuration, epreuve):
        raise UsageError(
            "Ce jugement ne se rejoue pas d'ici : ce serveur ne l'a pas fait, ou n'en a plus l'application.",
            remede="la commande qui le rejoue est dans le rapport",
        )
    nom, _ = services.contrats.lieu(contrat)
    if options.get("--contract") != nom:
        raise UsageError(
            f"Ce jugement a été fait sous le contrat {options.get('--contract')}, et cette base est sous "
            f"{nom}.",
            remede="rejouez-le depuis une base du même contrat",
        )
    designation = options["--application"]
    if designation.startswith(("http://", "https://")):
        designation = _adresse(designation)
    return epreuves.piloter(
        services,
        contrat,
        options["--profile"],
        designation=designation,
        exemples=int(options["--examples"]),
        graine=int(options["--seed"]),
        scenario=scenario,
        partie=PartieRejouee(epreuve.nom, scenario, exigence[:40]),
    )


def _adresse(brut: str) -> str:
    """The address of an application, whom this server may call: this machine and its network, as it is used
    there; not what a machine of a cloud asks for its own secrets (`hors_d_atteinte`), which is looked at
    again when it is called. Raises UsageError."""
    from sne_conformite.pilotage.lien_application import hors_d_atteinte

    ecrite = brut.strip()
    try:
        lue = urlsplit(ecrite)
        machine, port = lue.hostname or "", lue.port
    except ValueError:
        raise _refus(ecrite, "sa machine ou son port ne se lisent pas") from None
    defauts = {
        "elle ne commence pas par http:// ou https://": lue.scheme not in ("http", "https"),
        "elle ne dit pas quelle machine": not machine,
        "elle porte un nom d'utilisateur ou un mot de passe": lue.username is not None,
        "elle a un « # »": bool(lue.fragment),
        f"elle a plus de {ADRESSE_MAX} caractères": len(ecrite) > ADRESSE_MAX,
        "elle a une espace, ou un caractère invisible": not ecrite.isprintable() or " " in ecrite,
    }
    for defaut, trouve in defauts.items():
        if trouve:
            raise _refus(ecrite, defaut)
    if any(map(hors_d_atteinte, _numeros(machine, port))):
        raise UsageError(
            f"La machine [{machine[:60]}] ne s'appelle pas d'ici : son adresse est réservée au système.",
            remede="donnez l'adresse de l'adaptateur sur cette machine, ou sur son réseau",
        )
    return ecrite


def _refus(adresse: str, defaut: str) -> UsageError:
    return UsageError(
        f"L'adresse [{masquer_secrets(adresse)[:60]}] ne convient pas : {defaut}.",
        remede=f"donnez-la comme {ADRESSE_EXEMPLE}",
    )


def _numeros(machine: str, port: int | None) -> set[str]:
    """The IP addresses of a machine; none when its name is not known: the trial will say so."""
    try:
        trouvees = socket.getaddrinfo(machine, port or 80, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return set()
    return {str(ou[4][0]).partition("%")[0] for ou in trouvees}
