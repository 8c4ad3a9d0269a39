"""The SETTINGS table, which the command line, the environment, the console, the API and the documents read.

A setting of the server is a row here, and named by the commands that take it; one of a base is a line of
`Reglages`, and nothing else: its command, its page, its API and its column follow.
"""

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final, Literal

from sne_interface.errors import UsageError

Portee = Literal["serveur", "base"]
#: The largest number of a setting: databases count on from it, and none has room for any number.
ENTIER_MAX: Final = 2_000_000_000
PORT_MAX: Final = 65_535
#: Of each scenario of the plan, how many examples may be asked, or held by evidence.
EXEMPLES_MAX: Final = 10_000


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. `nom` gives its option (`--https-port`), its variable (`SNE_SANDBOX_HTTPS_PORT`) and its
    key in a base's settings; `portee` says whether it rules the server or one base."""

    nom: str
    type: type
    defaut: Any
    portee: Portee
    aide: str
    choix: tuple[str, ...] = ()
    minimum: int = 0
    maximum: int = ENTIER_MAX
    secret: bool = False
    """Whether no report may show its value."""
    fixe: bool = False
    """Of a base: whether it is chosen once, when the base is made."""
    titre: str = ""
    """Of a base: what people call it, in French."""

    @property
    def option(self) -> str:
        """Name of the command-line option."""
        return "--" + self.nom.replace("_", "-")

    @property
    def variable(self) -> str:
        """Name of the environment variable."""
        return "SNE_SANDBOX_" + self.nom.upper()

    def lire(self, brut: str) -> Any:
        """The value written in `brut`. Raises UsageError when it has not the type, or is no choice."""
        if self.choix and brut not in self.choix:
            raise UsageError(
                f"Le réglage {self.nom} vaut [{brut}].",
                remede=f"valeurs possibles : {', '.join(self.choix)}",
            )
        if self.type is bool:
            return _oui_ou_non(self.nom, brut)
        try:
            valeur = self.type(brut)
        except ValueError:
            valeur = None
        if valeur is None or (self.type is int and not self.minimum <= valeur <= self.maximum):
            raise UsageError(
                f"Le réglage {self.nom} vaut [{brut[:40]}].",
                remede=f"un entier est attendu, de {self.minimum} à {self.maximum}",
            )
        return valeur


#: How yes and no are written in a variable.
OUI_NON: Final = {"oui": True, "1": True, "true": True, "non": False, "0": False, "false": False}


def _oui_ou_non(nom: str, brut: str) -> bool:
    if brut.lower() not in OUI_NON:
        raise UsageError(f"Le réglage {nom} vaut [{brut[:40]}].", remede="valeurs possibles : oui, non")
    return OUI_NON[brut.lower()]


_DU_SERVEUR: Final = (
    Setting("home", Path, Path(".sne-sandbox"), "serveur", "dossier des certificats et de la base embarquée"),
    Setting("contract", str, "v5.2", "serveur", "version de l'interface servie"),
    Setting("contracts", Path, None, "serveur", "dossier qui remplace, fichier par fichier, ceux du contrat"),
    Setting("quartiles", Path, None, "serveur",
            "fichier des seuils du premier quartile, à la place de ceux du contrat et des montants inventés"),
    Setting("host", str, "127.0.0.1", "serveur", "adresse d'écoute"),
    Setting("https_port", int, 8443, "serveur", "port HTTPS (0 : un port libre, -1 : aucun)",
            minimum=-1, maximum=PORT_MAX),
    Setting("http_port", int, 8080, "serveur", "port HTTP en clair (0 : un port libre, -1 : aucun)",
            minimum=-1, maximum=PORT_MAX),
    Setting("database", str, None, "serveur", "URL de la base de données (SQLite embarqué par défaut)"),
    Setting("database_file", Path, None, "serveur",
            "fichier de cette URL, quand elle porte un mot de passe"),
    Setting("secret_file", Path, None, "serveur",
            "fichier du secret qui chiffre les clés que des serveurs partagent dans PostgreSQL"),
    Setting("synchronous", str, "FULL", "serveur",
            "ce qu'un échange enregistré dans SQLite attend : le disque (FULL, survit à une coupure) "
            "ou le système (NORMAL, survit à kill -9)", ("FULL", "NORMAL")),
    Setting("client_cert", str, "optional", "serveur", "certificat client en HTTPS",
            ("optional", "required", "off")),
    Setting("pkcs12", str, "moderne", "serveur",
            "algorithmes des fichiers .p12 : AES-256 et SHA-256, ou 3DES et SHA-1, pour Java avant 8u301 et "
            "Windows avant 10", ("moderne", "compatible")),
    Setting("workers", int, None, "serveur",
            "nombre de processus (sinon un seul, ou autant que de cœurs si le serveur est partagé : --host "
            "ouvert à d'autres machines, ou base PostgreSQL)", minimum=1, maximum=64),
    Setting("threads", int, 8, "serveur", "fils d'exécution par processus", minimum=1, maximum=256),
    Setting("delai_arret", int, 0, "serveur",
            "secondes pendant lesquelles un serveur qui s'arrête (SIGTERM) reçoit encore ; /readyz le dit",
            maximum=3600),
    Setting("journal_max", int, 50_000, "serveur", "échanges gardés au journal, par base"),
    Setting("message_max", int, 20_000_000, "serveur", "taille maximale d'un message, en octets"),
    Setting("xml_max", int, 5_000_000, "serveur", "taille maximale d'un document XML, en octets"),
    Setting("connexions_max", int, None, "serveur",
            "connexions tenues à la fois, par processus (sinon selon les descripteurs que le système laisse, "
            "10 000 au plus) ; au-delà : 503", minimum=1),
    Setting("octets_max", int, 512_000_000, "serveur",
            "octets en route à la fois, par processus : reçus et pas encore traités, répondus et pas "
            "encore lus ; au-delà : 503", minimum=1_000_000),
    Setting("debit_min", int, 10_000, "serveur",
            "octets par seconde sous lesquels est abandonné un pair qui envoie une requête, ou lit une "
            "longue réponse (0 : jamais)"),
    Setting("patience", int, 30, "serveur", "secondes sur lesquelles ce débit se mesure", minimum=1,
            maximum=3_600),
    Setting("compression", str, "non", "serveur",
            "compresse les réponses en gzip si le client l'admet (un client réel l'annonce et ne sait pas "
            "lire)", ("non", "oui")),
    Setting("ouvert", bool, False, "serveur",
            "ouvre console et API sans jeton, à qui est sur cette machine ; refusé hors de la boucle locale"),
    Setting("admin_token", str, None, "serveur",
            "jeton d'administration, 128 bits au moins (par défaut, celui du fichier jeton de --home, fait "
            "au premier démarrage)", secret=True),
    Setting("admin_token_file", Path, None, "serveur", "fichier de ce jeton, qu'aucune liste de processus ne "
            "montre"),
    Setting("read_only_token", str, None, "serveur",
            "jeton qui lit tout (console et API) et ne change rien (par défaut, celui du lien de lecture)",
            secret=True),
    Setting("read_only_token_file", Path, None, "serveur", "fichier de ce jeton"),
    Setting("url_publique", str, None, "serveur",
            "adresse par laquelle on l'appelle derrière un relais (https://sne.exemple.fr)"),
)  # fmt: skip


def _de_base(titre: str, defaut: Any, aide: str, choix: tuple[str, ...] = (), *, fixe: bool = False) -> Any:
    return field(default=defaut, metadata={"titre": titre, "aide": aide, "choix": choix, "fixe": fixe})


@dataclass(frozen=True, slots=True)
class Reglages:
    """The settings of one base. Each line is a row of SETTINGS: its name, type, default, help and choices."""

    profile: str = _de_base(
        "Sévérité des contrôles", "ecole", "sévérité des contrôles", ("ecole", "strict", "souple")
    )
    avertissements: str = _de_base(
        "Où vont les avertissements",
        "interne",
        "où vont les avertissements : journal seul, ou aussi la réponse",
        ("interne", "reponse"),
    )
    emballage: str = _de_base(
        "Emballage des réponses",
        "question",
        "emballage de la réponse : comme la question, ou imposé",
        ("question", "mtom", "simple"),
    )
    localisations_max: int = _de_base(
        "Localisations souhaitées, au plus",
        0,
        "localisations souhaitées par demande (REC003) ; 0 : selon le jour du dépôt, 10 avant le 10/09/2018, "
        "8 depuis",
    )
    recherche_max: int = _de_base(
        "Résultats d'une recherche, au plus", 500, "résultats d'une recherche (RCH003)"
    )
    doublons_association: str = _de_base(
        "Doublons d'une association",
        "erreur",
        "doublons d'une association : erreur comme le serveur réel, ou réponse vide",
        ("erreur", "vide"),
    )
    dispatching: str = _de_base(
        "Dispatching entre guichets",
        "oui",
        "dit à chaque guichet ce que les autres changent dans son territoire",
        ("oui", "non"),
    )
    contrat: str = _de_base(
        "Interface servie",
        "",
        "interface servie, choisie à la création : une version (v5.0), ou un dossier de contrats/ ; vide : "
        "celle du serveur",
        fixe=True,
    )
    contrat_suivant: str = _de_base(
        "Interface à venir",
        "",
        "interface à venir (v5.2, ou un dossier de contrats/) : l'en-tête SNE-Avertissement dit ce qu'elle "
        "refuserait ; vide : aucune",
    )

    bail_sans_radiation_jours: int = _de_base(
        "Bail signé sans radiation : jours admis",
        30,
        "jours après lesquels un bail signé, non suivi de la radiation RADATT, est noté au journal",
    )

    sauvegarde_avant_nuits: int = _de_base(
        "Sauvegarde avant des nuits : part admise",
        10,
        "part des demandes, en %, que des nuits ne radient ou n'effacent pas (dix au moins) sans que la base "
        "soit d'abord sauvegardée ; 0 : aucune sauvegarde",
    )

    @classmethod
    def de(cls, valeurs: Mapping[str, str]) -> "Reglages":
        """Settings from their written values. Raises UsageError for an unknown key or a wrong value."""
        lus: dict[str, Any] = {}
        for nom, brut in valeurs.items():
            setting = PAR_NOM.get(nom)
            if setting is None or setting.portee != "base":
                connus = ", ".join(s.nom for s in DE_BASE)
                raise UsageError(f"Le réglage [{nom}] est inconnu.", remede=f"réglages d'une base : {connus}")
            lus[nom] = setting.lire(str(brut))
        return cls(**lus)


#: The settings that each base has of its own.
DE_BASE: Final = tuple(
    Setting(f.name, type(f.default), f.default, "base", **f.metadata) for f in fields(Reglages)
)
SETTINGS: Final[tuple[Setting, ...]] = (*_DU_SERVEUR, *DE_BASE)
PAR_NOM: Final[Mapping[str, Setting]] = {setting.nom: setting for setting in SETTINGS}


@dataclass(frozen=True, slots=True)
class Limites:
    """The limits on the weight of a message. Sizes in bytes."""

    message_max: int = PAR_NOM["message_max"].defaut
    xml_max: int = PAR_NOM["xml_max"].defaut
    parties_max: int = 64


def valeur(nom: str, donnee: Any = None) -> Any:
    """The value of a server setting: what was given, else the environment, else the default."""
    setting = PAR_NOM[nom]
    if donnee is not None:
        return donnee
    brut = os.environ.get(setting.variable)
    return setting.lire(brut) if brut else setting.defaut


def est_adresse(nom: str) -> bool:
    """True when it is an IP address, and no name (without brackets)."""
    try:
        ipaddress.ip_address(nom)
    except ValueError:
        return False
    return True


def est_boucle_locale(nom: str) -> bool:
    """True when only this machine reaches the host `nom`: localhost, 127.0.0.0/8, ::1 (without brackets)."""
    if nom == "localhost":
        return True
    try:
        return ipaddress.ip_address(nom).is_loopback
    except ValueError:
        return False
