"""Where the application under test finds us, with which certificates, and the servers that it must refuse."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from sne_interface.resources import table
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
