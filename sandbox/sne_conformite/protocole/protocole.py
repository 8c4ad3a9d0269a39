"""The protocol « sne-sandbox/1 »: what the suite tells an application to do, and what it hears back.

`fixtures/schemas/protocole.toml` is the protocol, and all that the suite knows of a command is in its table
there; `verifier_reponse` judges by it what really came. `make docs` writes it as the JSON Schema that is
published beside it. One message, one answer, the same `id`; as lines of JSON to a process, or one POST of
application/json each.
"""

import difflib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import tomli

from sne_interface.domain.nir import extrait
from sne_interface.resources import fixtures_dir, table
from sne_sandbox.pki import MOT_DE_PASSE

#: What a step of the plan calls the server that is to be trusted.
VRAI: Final = "vrai"
#: The guichet that an application is told beside its own; of the same territory.
AUTRE_GUICHET: Final = "G0621"
#: Seconds that an application is told to wait for an answer of a machine at rest.
DELAI_MAX_S: Final = 2.0


@dataclass(frozen=True)
class FauxServeur:
    """A server that an application must refuse to speak to, for one thing wrong with its certificate: a row
    of the table, beside the listener that has it, is all that the plan, the protocol and the judges know of
    one.

    `nom` is what a step of the plan calls it, `ecoute` its listener, as the ready file and the journal call
    it; `champ` the field of `demarrer` that gives its addresses; `certificat` what its certificate is, as
    sentences end. An application that speaks to it breaks `exigence`, in the way that `sorte` names."""

    nom: str
    ecoute: str
    champ: str
    certificat: str
    exigence: str
    sorte: str


#: By what a step of the plan calls them: the rows of the table beside.
FAUX_SERVEURS: Final = {ligne["nom"]: FauxServeur(**ligne) for ligne in table(__file__)}


@dataclass(frozen=True)
class AdressesServices:
    """The addresses of the three services (absolute URLs)."""

    demande_logement: str
    gestion_partagee_evt: str
    recherche_demande: str

    @classmethod
    def sous(cls, origine: str, base: str) -> "AdressesServices":
        """Returns the addresses of `base` on the server at `origine` (« https://localhost:8443 »)."""
        racine = f"{origine.rstrip('/')}/bases/{base}/services"
        services = ("DemandeLogement", "GestionPartageeEVT", "RechercheDemande")
        return cls(*(f"{racine}/{service}ImplService/" for service in services))


@dataclass(frozen=True)
class Adresses:
    """All that an application must know to call us. `faux` holds those of FAUX_SERVEURS that listen, by their
    names there; the folders of the boxes are "" when there are none; `delai_max_s` in seconds. The files of
    `autre_guichet`, "" for none, lie beside those of `guichet`."""

    services: AdressesServices
    faux: Mapping[str, AdressesServices]
    ca_file: str
    cert_file: str
    key_file: str
    pkcs12_file: str
    mot_de_passe: str = MOT_DE_PASSE
    guichet: str = "G1226"
    autre_guichet: str = ""
    boite_entree: str = ""
    boite_sortie: str = ""
    delai_max_s: float = DELAI_MAX_S

    @classmethod
    def du_fichier_pret(
        cls, pret: Mapping[str, Any], base: str, *, delai_max_s: float = DELAI_MAX_S, home: Path | None = None
    ) -> "Adresses":
        """Returns the addresses of a running server, from its ready file, for `base`; with the folders of the
        boxes when its `home` is given."""
        faux = {nom: pret.get(serveur.ecoute) for nom, serveur in FAUX_SERVEURS.items()}
        dits = {nom: str(pret[nom]) for nom in ("ca_file", "cert_file", "key_file", "pkcs12_file", "guichet")}
        if home is not None:
            boites = home / "bases" / base / "guichets" / dits["guichet"]
            dits |= {"boite_entree": str(boites / "inbox"), "boite_sortie": str(boites / "outbox")}
        return cls(
            AdressesServices.sous(str(pret["https"] or pret["http"]), base),
            {nom: AdressesServices.sous(str(origine), base) for nom, origine in faux.items() if origine},
            **dits,
            autre_guichet=AUTRE_GUICHET,
            delai_max_s=delai_max_s,
        )

    @classmethod
    def emises(
        cls, pret: Mapping[str, Any], base: str, home: Path, dossier: Path, delai_max_s: float = DELAI_MAX_S
    ) -> "Adresses":
        """Returns the addresses of another base of a server of ours: it issues in `dossier` the certificates
        of its guichets in that base, which no server made. Raises PkiError."""
        from sne_sandbox.pki.authority import Autorite, ecrire  # who judges traffic does without

        for guichet in (AUTRE_GUICHET, str(pret["guichet"])):
            siens = ecrire(Autorite.ouvrir(home).emettre(guichet, base), dossier)
        fichiers = {"cert_file": siens.certificat, "key_file": siens.cle, "pkcs12_file": siens.pkcs12}
        return cls.du_fichier_pret({**pret, **fichiers}, base, home=home, delai_max_s=delai_max_s)

    def en_json(self) -> dict[str, Any]:
        """The fields of `demarrer` that it gives."""
        dit: dict[str, Any] = {
            "adresses": asdict(self.services),
            "certificats": {
                "ca": self.ca_file,
                "certificat": self.cert_file,
                "cle": self.key_file,
                "pkcs12": self.pkcs12_file,
                "mot_de_passe": self.mot_de_passe,
            },
            "guichet": self.guichet,
            "delai_max_s": self.delai_max_s,
        }
        if self.autre_guichet:
            siens = dit["certificats"] | {
                nom: str(Path(dit["certificats"][nom]).with_stem(self.autre_guichet))
                for nom in ("certificat", "cle", "pkcs12")
            }
            dit["autre_guichet"] = {"guichet": self.autre_guichet, "certificats": siens}
        dit |= {FAUX_SERVEURS[nom].champ: asdict(services) for nom, services in self.faux.items()}
        if self.boite_entree or self.boite_sortie:
            dit["boites"] = {"entree": self.boite_entree, "sortie": self.boite_sortie}
        return dit


#: The operation of every message about a demande, of whatever kind.
NUM_UNIQUE: Final = "getNumUnique"
#: Name and version of the protocol, told by `demarrer`.
PROTOCOLE: Final = "sne-sandbox/1"


class Statut(StrEnum):
    """How a command ended, as the application says."""

    #: The SNE accepted.
    FAIT = "fait"
    #: The SNE answered by anomalies, or by doublons.
    REFUSE = "refuse"
    #: The application itself refuses to send what it is told: `message` is why.
    DECLINE = "decline"
    #: A fault, a panne, no answer: `message` is what the user is told.
    ERREUR = "erreur"
    #: The application does not do this.
    NON_GERE = "non_gere"


@dataclass(frozen=True)
class ChampProtocole:
    """A field of a message; `dit` is what it says. `type` is « texte », « booleen », « nombre », « json »
    (any object: a document in the form of `formulaire`) or a name of FORMES; `liste` says that it holds
    several, `filtre` names the element of the operation that it filters by."""

    nom: str
    dit: str
    type: str = "texte"
    liste: bool = False
    requis: bool = False
    filtre: str = ""


@dataclass(frozen=True)
class Commande:
    """A command: its fields, those of an answer « fait », and what the suite has to know of it (see
    `protocole.toml`). The rest is told by its fields."""

    nom: str
    dit: str
    champs: tuple[ChampProtocole, ...] = ()
    reponse: tuple[ChampProtocole, ...] = ()
    operations: tuple[str, ...] = ()
    genres: tuple[str, ...] = ()
    suites: tuple[str, ...] = ()
    exigence: str = ""

    @property
    def enregistre(self) -> bool:
        """True when it makes a demande, which gets a number."""
        return _CHAMPS["nouvelle"] in self.champs

    @property
    def sur_numero(self) -> bool:
        """True when it is about a demande that has its number already."""
        return _CHAMPS["numero_unique"] in self.champs

    @property
    def avec_demande(self) -> bool:
        """True when it is told with a whole form, which has to arrive."""
        return _CHAMPS["demande"] in self.champs

    @property
    def atteste(self) -> bool:
        """True when the SNE answers it by an attestation."""
        return _CHAMPS["attestation_sha256"] in self.reponse

    @property
    def releve(self) -> bool:
        """True when it reads a feed of the SNE, from where the last reading ended."""
        return _CHAMPS["numeros"] in self.reponse

    @property
    def filtres(self) -> dict[str, str]:
        """Its fields that filter a feed, each with the element of the operation."""
        return {champ.nom: champ.filtre for champ in self.champs if champ.filtre}

    @property
    def sur_evenement(self) -> bool:
        """True when it is about an event that was written already."""
        return _CHAMPS["id_evenement"] in self.champs


def _commande(nom: str, dite: Mapping[str, Any]) -> Commande:
    cles = {sens: [*dite.get(sens, ())] for sens in ("champs", "reponse")}
    if _FAUX in cles["champs"]:
        rang = cles["champs"].index(_FAUX)
        cles["champs"][rang : rang + 1] = [faux.champ for faux in FAUX_SERVEURS.values()]
    mauvais = " ou ".join(faux.certificat for faux in FAUX_SERVEURS.values())
    lue: dict[str, Any] = {cle: tuple(v) if isinstance(v, list) else v for cle, v in dite.items()}
    lue |= {sens: tuple(_CHAMPS[cle] for cle in siennes) for sens, siennes in cles.items()}
    return Commande(nom, **lue | {"dit": dite["dit"].replace("{mauvais}", mauvais)})


#: The fields of servers that an application must refuse, one for each (FAUX_SERVEURS).
_FAUX: Final = "faux_serveurs"
TABLES: Final = tomli.loads((fixtures_dir() / "schemas" / "protocole.toml").read_text("utf-8"))
_CHAMPS: Final = {cle: ChampProtocole(**{"nom": cle, **champ}) for cle, champ in TABLES["champs"].items()} | {
    faux.champ: ChampProtocole(faux.champ, f"les mêmes, derrière un certificat {faux.certificat}", "adresses")
    for faux in FAUX_SERVEURS.values()
}
#: The field that every command after `demarrer` holds, beside `id` and `commande`.
MAINTENANT: Final = _CHAMPS[TABLES["toujours"]]
#: Fields that any answer may hold, beside `id` and `statut`.
COMMUNS: Final = tuple(_CHAMPS[cle] for cle in TABLES["communs"])
#: Objects inside messages.
FORMES: Final[Mapping[str, tuple[ChampProtocole, ...]]] = {
    forme: tuple(ChampProtocole(cle, **champ) for cle, champ in champs.items())
    for forme, champs in TABLES["formes"].items()
}
#: Every command, by name, in the order of the documentation.
COMMANDES: Final[Mapping[str, Commande]] = {
    nom: _commande(nom, table) for nom, table in TABLES["commandes"].items()
}

#: Type of a field -> what Python reads it as.
_LUS: Final[Mapping[str, type | tuple[type, ...]]] = {
    "texte": str,
    "booleen": bool,
    "nombre": (int, float),
    "json": Mapping,
}


def verifier_reponse(commande: str, reponse: Any) -> str:
    """Describes in French the fault of an answer to `commande`, "" without any. Unknown fields pass."""
    if not isinstance(reponse, Mapping):
        return "la réponse n'est pas un objet JSON"
    statut = reponse.get("statut")
    if statut not in tuple(Statut):
        ecart = "manque" if statut is None else f"vaut {_montrer(statut)}"
        return f"« statut » {ecart} ; valeurs permises : {', '.join(Statut)}"
    fait, champs = statut == Statut.FAIT, (*COMMUNS, *COMMANDES[commande].reponse)
    ecart = next(filter(None, (_verifier_champ(champ, reponse, exiger=fait) for champ in champs)), "")
    return ecart or (_inconnues(reponse) if commande == "demarrer" and fait else "")


def _inconnues(reponse: Mapping[str, Any]) -> str:
    """Describes the fault of the commands that an application says it knows, or of what it does at once."""
    for nom in ("instances", "a_la_fois", "guichets"):
        combien = reponse.get(nom)
        if combien is not None and (combien < 1 or combien != int(combien)):
            return f"« {nom} » vaut {combien} : un nombre entier, au moins 1"
    for nom in reponse["commandes"]:
        if nom not in COMMANDES:
            proches = difflib.get_close_matches(nom, COMMANDES, 1)
            conseil = f" (vouliez-vous dire « {proches[0]} » ?)" if proches else ""
            return f"commandes : « {nom} » n'est pas une commande du protocole{conseil}"
    return ""


def _verifier_champ(champ: ChampProtocole, objet: Mapping[str, Any], *, exiger: bool = True) -> str:
    valeur = objet.get(champ.nom)
    if valeur is None:
        return f"« {champ.nom} » manque" if champ.requis and exiger else ""
    if not champ.liste:
        return _verifier_valeur(champ, valeur)
    if not isinstance(valeur, list):
        return f"« {champ.nom} » n'est pas une liste"
    return next((ecart for un in valeur if (ecart := _verifier_valeur(champ, un))), "")


def _verifier_valeur(champ: ChampProtocole, valeur: Any) -> str:
    if champ.type in _LUS:
        bon = isinstance(valeur, _LUS[champ.type]) and (
            champ.type != "nombre" or not isinstance(valeur, bool)
        )
        return "" if bon else f"« {champ.nom} » vaut {_montrer(valeur)} : ce n'est pas un {champ.type}"
    if not isinstance(valeur, Mapping):
        return f"« {champ.nom} » vaut {_montrer(valeur)} : ce n'est pas un objet"
    ecarts = filter(None, (_verifier_champ(interieur, valeur) for interieur in FORMES[champ.type]))
    return next((f"{champ.nom} : {ecart}" for ecart in ecarts), "")


def _montrer(valeur: Any) -> str:
    texte = repr(valeur)
    return extrait(texte, 60) if len(texte) <= 60 else extrait(texte, 59) + "…"
