"""The access that an application gets to a base that a child serves: addresses and certificates."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from sne_interface.domain.base import BASE_PAR_DEFAUT, prefixe_de
from sne_sandbox.pki import MOT_DE_PASSE
from sne_sandbox.server.fichier_pret import certificat_de
from sne_sandbox.server.fichier_pret import ecrire as ecrire_pret
from sne_sandbox.server.serveur_enfant import ServeurEnfant

#: End of the variable of each service → its name in an address.
SERVICES: Final = {
    "DEMANDE_LOGEMENT": "DemandeLogementImplService",
    "GESTION_PARTAGEE_EVT": "GestionPartageeEVTImplService",
    "RECHERCHE_DEMANDE": "RechercheDemandeImplService",
}


@dataclass(frozen=True, slots=True)
class BaseServie:
    """A base and the ready file of its server, with the certificates of this base in it.

    `pret` holds what the server's holds, and `base`.
    """

    nom: str
    pret: Mapping[str, Any]

    @classmethod
    def de(
        cls,
        enfant: ServeurEnfant,
        nom: str = BASE_PAR_DEFAUT,
        semence: str = "vide",
        *,
        a_la_demande: bool = False,
        pkcs12: str | None = None,
    ) -> "BaseServie":
        """The base `nom`, which must exist: a certificate is issued to each guichet of its seed (with
        `a_la_demande`, to the one that is shown), but for the base behind /services/, whose server has made
        them. `pkcs12` is the setting of that name. Raises PkiError."""
        pret = dict(enfant.pret) | {"base": nom}
        if nom != BASE_PAR_DEFAUT:
            from sne_sandbox.bases.bases import guichets_de, vitrine
            from sne_sandbox.pki.authority import Autorite, ecrire

            codes = [guichet.code for guichet in guichets_de(semence)]
            dossier, montre = enfant.home / "pki" / "bases" / nom, vitrine(codes)
            autorite = Autorite(enfant.home / "pki")
            for code in [montre] if a_la_demande else codes:
                ecrire(autorite.emettre(code, nom, pkcs12), dossier)
            pret |= certificat_de(dossier, montre)
        return cls(nom, pret)

    @property
    def certificats(self) -> Path:
        """The folder of the certificates of its guichets."""
        return Path(self.pret["cert_file"]).parent

    @property
    def racine(self) -> str:
        """The address to which `/services/…` is added; HTTPS when the server listens to it."""
        return f"{self.pret['https'] or self.pret['http']}{prefixe_de(self.nom)}"

    def service(self, nom: str) -> str:
        """The address of a service (« DemandeLogementImplService »)."""
        return f"{self.racine}/services/{nom}/"

    def sans_proxy(self, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
        """The variables that keep an application from calling this base through the proxy of its network,
        which cannot reach it: none when `environ` has no proxy."""
        regles = {nom.lower(): valeur for nom, valeur in sorted(environ.items()) if valeur}
        if not regles.keys() & {"http_proxy", "https_proxy", "all_proxy"}:
            return {}
        # Which case is read, and first, depends on the program: both say the same.
        exclus = ",".join(filter(None, [regles.get("no_proxy"), urlsplit(self.racine).hostname]))
        return {"NO_PROXY": exclus, "no_proxy": exclus}

    def variables(self, fichier_pret: Path) -> dict[str, str]:
        """Returns what an application's tests read: the SNE_… variables, and those of `sans_proxy`. Writes
        `fichier_pret`. Raises OperatorError."""
        ecrire_pret(fichier_pret, self.pret)
        return {
            **self.sans_proxy(),
            "SNE_URL": self.racine,
            **{f"SNE_ENDPOINT_{cle}": self.service(nom) for cle, nom in SERVICES.items()},
            "SNE_CA_FILE": self.pret["ca_file"],
            "SNE_CERT_FILE": self.pret["cert_file"],
            "SNE_KEY_FILE": self.pret["key_file"],
            "SNE_PKCS12_FILE": self.pret["pkcs12_file"],
            "SNE_PKCS12_PASSWORD": MOT_DE_PASSE,
            "SNE_GUICHET": self.pret["guichet"],
            "SNE_READY_FILE": str(fichier_pret.resolve()),
        }
