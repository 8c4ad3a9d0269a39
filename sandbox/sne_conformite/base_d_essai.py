"""A served base in a vendor's own test: its clock, its pannes, what it has seen, and the judgement of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sne_conformite.bilan import trafic_juge
from sne_conformite.bilan.mentions import charger_referentiel, mentionner
from sne_conformite.derniers_echanges_racontes import raconter, raisons
from sne_conformite.rapports.rapport import Fin, Rapport
from sne_conformite.rapports.rapport_texte import RapportDeTest
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.base import BASE_PAR_DEFAUT, lire_instant
from sne_interface.domain.echange import Echange
from sne_interface.domain.panne import PanneDefinition
from sne_interface.errors import UsageError
from sne_sandbox.bases import horloge, pannes
from sne_sandbox.pki.authority import Autorite, ecrire
from sne_sandbox.server.adresse_et_certificats_d_une_base import BaseServie
from sne_sandbox.store.magasin import Magasin


@dataclass(frozen=True, slots=True)
class HorlogeEssai:
    """The clock of a base. Instants are ISO strings or datetimes, of Paris when they name no zone."""

    magasin: Magasin
    base: str

    @property
    def maintenant(self) -> datetime:
        """Returns the instant that the clock shows (aware, Paris)."""
        return horloge.lire(self.magasin, self.base).maintenant

    def figer(self, instant: str | datetime | None = None) -> datetime:
        """Freezes it at an instant, by default where it is; answers what it says. Raises UsageError."""
        lu = None if instant is None else lire_instant(str(instant))
        voulu = horloge.DeplacementVoulu("gel", instant=lu)
        return horloge.deplacer(self.magasin, self.base, voulu, reprenable=False).horloge.maintenant

    def avancer(self, vers: str | date) -> datetime:
        """Moves it on by an ISO 8601 duration (« P13M »), or to a date or an instant: the nights in between
        are lived. Answers what it says. Raises UsageError."""
        return horloge.avancer(self.magasin, self.base, str(vers), reprenable=False).horloge.maintenant


@dataclass(frozen=True, slots=True)
class PannesEssai:
    """The pannes of a base (`sne-sandbox pannes genres` describes each kind)."""

    magasin: Magasin
    base: str

    def armer(
        self,
        genre: str,
        *,
        operation: str | None = None,
        guichet: str | None = None,
        fois: int | None = None,
        taux: float | None = None,
        graine: int = 0,
        **parametres: str | float,
    ) -> int:
        """Arms a panne for the next `fois` exchanges that it is for, or a share `taux` of them; answers its
        id. As for `pannes arm`, `fois` is 1 by default, without end with `taux`; 0 is until it is disarmed.
        Raises UsageError for an unknown kind or parameter."""
        definition = PanneDefinition(
            genre,
            operation=operation,
            guichet=guichet,
            fois=(1 if taux is None else None) if fois is None else fois or None,
            taux=taux,
            graine=graine,
            parametres={nom: str(valeur) for nom, valeur in parametres.items()},
        )
        return pannes.armer(self.magasin, self.base, definition)

    def desarmer(self, identifiant: int | None = None) -> None:
        """Disarms one panne, or all of them."""
        pannes.desarmer(self.magasin, self.base, identifiant)


class BaseEssai:
    """A base of its own for one test, on a server that several share.

    `url` is the address to which `/services/…` is added; `certificat` and `cle` are those of `guichet`,
    `jeton` opens the API, and `variables` are all the SNE_… variables of `sne-sandbox run`, for a process to
    start.
    """

    def __init__(self, servie: BaseServie, magasin: Magasin, contrat: Contrat, dossier: Path) -> None:
        self.nom = servie.nom
        self.url = servie.racine
        self.demande_logement = servie.service("DemandeLogementImplService")
        self.gestion_partagee_evt = servie.service("GestionPartageeEVTImplService")
        self.recherche_demande = servie.service("RechercheDemandeImplService")
        pret = servie.pret
        self.ca = Path(pret["ca_file"])
        self.certificat = Path(pret["cert_file"])
        self.cle = Path(pret["key_file"])
        self.pkcs12 = Path(pret["pkcs12_file"])
        self.guichet: str = pret["guichet"]
        self.jeton: str = pret["admin_token"]
        self.variables: Mapping[str, str] = servie.variables(dossier / f"{servie.nom}.json")
        self.clock = HorlogeEssai(magasin, servie.nom)
        self.pannes = PannesEssai(magasin, servie.nom)
        self._magasin = magasin
        self._contrat = contrat
        # A refused handshake names no base: those of this server go to its default one.
        self._deja_refuses = magasin.journal.dernier(BASE_PAR_DEFAUT)

    def identite(self, guichet: str) -> tuple[Path, Path]:
        """Certificate and key (PEM) of another guichet of the base, issued the first time. Raises UsageError
        when it has not."""
        dossier = self.certificat.parent
        certificat, cle = dossier / f"{guichet}.pem", dossier / f"{guichet}.key"
        with self._magasin.lire(self.nom) as registre:
            connus = [connu.code for connu in registre.guichets()]
        if guichet not in connus:
            raise UsageError(
                f"Le guichet [{guichet}] n'est pas de la base [{self.nom}].",
                remede=f"guichets : {', '.join(connus)}",
            )
        if not certificat.exists():
            ecrire(Autorite(self.ca.parent).emettre(guichet, self.nom), dossier)
        return certificat, cle

    @property
    def echanges(self) -> list[Echange]:
        """Every exchange that the base has seen, oldest first, with its bytes."""
        return list(trafic_juge.parcourir(self._magasin.journal, self.nom))

    def raconter(self) -> str:
        """The last exchanges, in a few lines of French: what is shown of them when the test fails; why
        nothing arrived when nothing did."""
        return raconter(self._magasin, self.nom, self._contrat) or "\n".join(
            ("Aucun échange n'est arrivé.", *raisons(self._magasin, BASE_PAR_DEFAUT, self._deja_refuses))
        )

    def juger(self) -> Rapport:
        """The judgement of what the base has seen so far, as `sne-sandbox run` gives it: `conforme`, and
        `motifs` that say in French why it is not."""
        base = self._magasin.bases.lire(self.nom)
        arrives = self._magasin.journal.dernier(self.nom)
        reglages = trafic_juge.ReglagesTrafic(
            profil=base.reglages.profile,
            graine=base.seed,
            autres_motifs=[] if arrives else raisons(self._magasin, BASE_PAR_DEFAUT, self._deja_refuses),
        )
        *_, fin = trafic_juge.juger_base(self._magasin.journal, self.nom, self._contrat, reglages)
        assert isinstance(fin, Fin)
        mentions = mentionner(fin.rapport, charger_referentiel(self._contrat.dossiers))
        return RapportDeTest.de(replace(fin.rapport, mentions=mentions))

    def __repr__(self) -> str:
        return f"<base {self.nom} {self.url}>"

    def __getstate__(self) -> Any:
        raise TypeError("a base of a test does not travel: give `variables` to the other process")
