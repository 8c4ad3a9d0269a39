"""The base of a run: put back before every example, its clock and its pannes in the suite's hands, its state
looked at when a scenario says so.

It works on the store directly, beside whatever server answers the application on the same database.
"""

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sne_conformite.juges.juge import Dire
from sne_conformite.pilotage.cahier_de_pilotage import Cahier, fait
from sne_conformite.plan.plan import CONTROLES
from sne_conformite.protocole.protocole import Adresses
from sne_conformite.rapports.rapport import Constat
from sne_interface.contract import codec
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.base import BASE_PAR_DEFAUT, Horloge, NatureGuichet
from sne_interface.domain.dates import tampon
from sne_interface.domain.demande import DemandeStockee
from sne_interface.domain.echange import Appel, Champ, Echange, Piece, Reponse
from sne_interface.domain.element_recu import Element
from sne_interface.domain.evenement import Evenement
from sne_interface.domain.panne import PanneDefinition
from sne_interface.errors import BaseInconnue
from sne_interface.settings import Reglages
from sne_sandbox.bases import bases, horloge, pannes
from sne_sandbox.operations import dispatching
from sne_sandbox.operations.boites_sur_disque import DossiersGuichet
from sne_sandbox.operations.table_des_operations import OPERATIONS
from sne_sandbox.pipeline import Pipeline
from sne_sandbox.store.fichiers_des_boites import Boite, Boites
from sne_sandbox.store.magasin import Magasin

#: Documents dispatched to a guichet in one go; an example never makes that many.
_DISTRIBUES_MAX: Final = 1_000
_PREFIXES: Final = {"getDeclarationNouveauDalo": "DAL", "rechercheDemandeMulticritere": "RCH"}


class BaseJugee:
    """The base `nom` of `magasin`; made, empty, when it does not exist. Its answers to a run go through its
    `cahier`."""

    def __init__(
        self, magasin: Magasin, contrat: Contrat, nom: str = BASE_PAR_DEFAUT, *, profil: str = "ecole"
    ) -> None:
        self.magasin = magasin
        self.contrat = contrat
        self.nom = nom
        self.cahier = Cahier()
        self._pipeline = Pipeline(contrat, magasin)
        self._natures: dict[str, NatureGuichet] = {}
        self._sequence = 0
        reglages = Reglages(profile=profil)
        try:
            if magasin.bases.lire(nom).reglages != reglages:
                with magasin.ecrire(nom) as registre:
                    registre.changer_reglages(reglages)
        except BaseInconnue:
            bases.creer(magasin, contrat, nom, reglages=reglages)

    def jumelle(self, nom: str) -> "BaseJugee":
        """Another base, made as this one was, and empty. Raises ConflitEtat when the name is taken."""
        base = replace(self.magasin.bases.lire(self.nom), nom=nom)
        self.magasin.bases.creer(base, bases.guichets_de(base.semence), self.contrat.evenements)
        return BaseJugee(self.magasin, self.contrat, nom, profil=base.reglages.profile)

    def accueillir(self, echanges: Iterable[Echange]) -> dict[int, int]:
        """Writes exchanges of another base in the journal of this one, and in themselves: the id of each, by
        what it was."""
        numeros = {}
        with self.magasin.transaction(ecriture=True, verrou=self.nom) as connexion:
            for echange in echanges:
                ancien, echange.base = echange.identifiant or 0, self.nom
                numeros[ancien] = self.magasin.journal.consigner(connexion, echange)
        return numeros

    # --- its start and its time --------------------------------------------------------------------

    @fait
    def remettre(self, instant: datetime, boite_entree: str = "") -> None:
        """Empties it of all but its journal, every guichet in its own part, its clock frozen at `instant`
        (aware). So is the folder of an inbox, `boite_entree`: the server takes up to a minute to come for
        what was left there, and would register it amid an example that it is not of. Raises StoreError."""
        with ExitStack() as pile:
            if boite_entree:
                dossiers = DossiersGuichet(Path(boite_entree).parent)
                dossiers.ouvrir()  # an application is told of it
                pile.enter_context(dossiers.seul())  # what the server is taking is then in the state
                dossiers.jeter()
            # In one transaction: between two, the minute's round would note the night of the old clock.
            registre = pile.enter_context(self.magasin.ecrire(self.nom))
            registre.vider("etat")
            registre.vider("pannes")
            registre.regler_horloge(Horloge(fige_a=instant))
        for code, nature in list(self._natures.items()):
            self._faire_jouer(code, nature)
        self._natures.clear()

    @fait
    def avancer(self, duree: str) -> None:
        """Moves its clock on by a duration (« P1D », « P13M »), the nights in between lived."""
        horloge.avancer(self.magasin, self.nom, duree, reprenable=False)

    @property
    def maintenant(self) -> datetime:
        """Returns the instant that its clock shows, in Paris."""
        self.cahier.lire_l_heure()
        return self._heure()

    def _heure(self) -> datetime:
        return self.magasin.bases.lire(self.nom).horloge.maintenant()

    @fait
    def jouer(self, code: str, nature: NatureGuichet) -> None:
        """Gives a guichet of the base another part, until `remettre`. Raises KeyError for an unknown one."""
        self._faire_jouer(code, nature)

    def _faire_jouer(self, code: str, nature: NatureGuichet) -> None:
        with self.magasin.ecrire(self.nom) as registre:
            guichet = registre.guichet(code)
            if guichet is None:
                raise KeyError(code)
            if guichet.nature is not nature:
                self._natures.setdefault(code, guichet.nature)
                registre.remplacer_guichet(replace(guichet, nature=nature))

    # --- what went wrong on purpose ------------------------------------------------------------------

    @fait
    def armer(self, definition: PanneDefinition) -> None:
        """Arms a panne: the next exchanges that it concerns go wrong."""
        pannes.armer(self.magasin, self.nom, definition)

    @fait
    def desarmer(self) -> None:
        """Disarms every panne of the base."""
        pannes.desarmer(self.magasin, self.nom)

    # --- what was seen -------------------------------------------------------------------------------

    def dernier(self) -> int:
        """Id of the last exchange of the journal, 0 without any."""
        return self.magasin.journal.dernier(self.nom)

    def echanges(self, apres: int) -> list[Echange]:
        """The exchanges after the id `apres`, oldest first, with their bytes."""
        lus = []
        while (echange := self.magasin.journal.lire(self.nom, apres + 1)) is not None:
            lus.append(echange)
            apres += 1
        self.cahier.relever(lus)
        return lus

    def echange(self, identifiant: int) -> Echange | None:
        """An exchange of the journal with its bytes, None when it has it no more."""
        return self.magasin.journal.lire(self.nom, identifiant)

    @fait
    def demande(self, numero: str) -> DemandeStockee | None:
        """A demande as it is stored."""
        with self.magasin.lire(self.nom) as registre:
            return registre.demande(numero)

    @fait
    def evenements(self, numero: str) -> list[Evenement]:
        """The events of a demande, deleted ones included."""
        with self.magasin.lire(self.nom) as registre:
            return registre.evenements(numero)

    @fait
    def compter(self) -> int:
        """How many demandes it holds."""
        with self.magasin.lire(self.nom) as registre:
            return registre.compter()

    @fait
    def boite_sortie(self, guichet: str) -> list[tuple[str, bytes]]:
        """Name and bytes of the dispatched files that wait for `guichet`, oldest first; they are taken."""
        with self.magasin.ecrire(self.nom) as registre:
            connu = registre.guichet(guichet)
            if connu is not None:
                dispatching.distribuer(registre, self.contrat, connu, _DISTRIBUES_MAX)
            boites = Boites(registre.connexion, self.nom, guichet)
            fichiers = []
            for depot in boites.lister(Boite.SORTIE):
                if depot.nom.startswith(dispatching.TYPE):
                    fichiers.append((depot.nom, boites.lire(Boite.SORTIE, depot.nom) or b""))
                    boites.oter(Boite.SORTIE, depot.nom)
        return fichiers

    @fait
    def fichiers_laisses(self, guichet: str, boite_entree: str = "") -> list[str]:
        """Names of the files that `guichet` left, processed ones included; and those that its folder still
        has, "" for none: the server makes its round every minute."""
        with self.magasin.lire(self.nom) as registre:
            laisses = [d.nom for d in Boites(registre.connexion, self.nom, guichet).lister(Boite.ENTREE)]
        dossier = Path(boite_entree)
        if boite_entree and dossier.is_dir():
            laisses += sorted(fichier.name for fichier in dossier.iterdir())
        return laisses

    # --- what others do ------------------------------------------------------------------------------

    @fait
    def autrui(
        self,
        operation: str,
        guichet: str,
        document: Element | None = None,
        champs: Mapping[str, Champ] | None = None,
    ) -> Reponse:
        """Returns the answer of the base to a call of `operation` by `guichet`: the whole pipeline, no line
        in the journal. Raises ExchangeError for a fault."""
        prevue = OPERATIONS[operation]
        self._sequence += 1
        suite = tampon(self._heure())
        dits = {
            "nomCertificat": f"CER{guichet}-{suite}.pem",
            "certificat": Piece(b"-----BEGIN CERTIFICATE-----"),
            **(champs or {}),
        }
        if document is not None and prevue.champ is not None and prevue.champ_nom is not None:
            prefixe = _PREFIXES.get(operation, "DEM" if prevue.champ == "fichierDemande" else "EVT")
            dits[prevue.champ] = Piece(codec.encoder(document), "text/xml")
            dits[prevue.champ_nom] = f"{prefixe}{guichet}-{suite}-{self._sequence % 1_000_000:06d}.xml"
        appel = Appel(operation, dits, self.nom, guichet, datetime.now(UTC))
        base, sans_ligne = self.magasin.bases.lire(self.nom), Echange(self.nom, appel.recu_le)
        return self._pipeline.traiter(appel, base, sans_ligne, lambda reponse, _: reponse, consigner=False)


# --- what is looked at in it: the state, not the exchanges ---------------------------------------------


def controler(quoi: str, base: BaseJugee, adresses: Adresses) -> Constat | None:
    """The finding of a step « controle » that looks at the base now; None when there is nothing to look
    at."""
    dire = Dire(CONTROLES[quoi])
    if quoi == "boite_vide":
        laisses = base.fichiers_laisses(adresses.guichet, adresses.boite_entree)
        sorte, vu = "echange_asynchrone", ", ".join(laisses)
    elif combien := base.compter():
        sorte, vu = "demande_en_double", "" if combien == 1 else f"{combien} demandes"
    else:
        return None
    return dire.rompue(sorte, observe=vu) if vu else dire.tenue()
