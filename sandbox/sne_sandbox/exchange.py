"""The only place that opens and closes an exchange, from its opening to its line in the journal.

SOAP calls, calls to an address where no service is, files left in a guichet's inbox, and messages of the
console all come through here, straight down and straight up:

    opened → read (`soap`) → worked on (`pipeline`, one transaction) → packed (`soap`), damaged by the panne
    that is armed for it, journalled and committed → closed

Every error is answered, and has its line too.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from sne_interface.contract.contrats import Contrats
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.base import BASE_PAR_DEFAUT, Base
from sne_interface.domain.echange import (
    ASYNCHRONE,
    FICHIER,
    Appel,
    Echange,
    Piece,
    Reponse,
    ReponseHttp,
    RequeteHttp,
    VerdictEchange,
    methode_recue,
)
from sne_interface.domain.panne import PanneDefinition
from sne_interface.errors import (
    ERREUR_INATTENDUE,
    AdresseInconnue,
    BaseInconnue,
    ContratIndisponible,
    ExchangeError,
    HttpRefus,
    MagasinIndisponible,
    OperationRefusee,
    OperatorError,
    SandboxError,
    ServiceIndisponible,
    VersionSoapRefusee,
)
from sne_interface.settings import Limites
from sne_sandbox.bases import pannes, travail_des_nuits
from sne_sandbox.journal_technique import journal_technique
from sne_sandbox.pipeline import Pipeline, guichet_de
from sne_sandbox.pki.identite_du_certificat import Identite, identite
from sne_sandbox.soap.pannes_de_reponse import a_la_place, abimer, erreur_de
from sne_sandbox.soap.serveur_soap import Emballage
from sne_sandbox.store.connexion_en_transaction import Connexion
from sne_sandbox.store.fichiers_des_boites import Boite, Boites, Depot
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.store.registre import RegistreBase

if TYPE_CHECKING:
    # With Spyne under it; who only visits the boxes of the guichets does without.
    from sne_sandbox.soap.serveur_soap import ServeurSoap

#: What a service may be asked by.
METHODES: Final = "GET, POST"
#: The operation of a file left in an inbox, and its service.
_ENREGISTREMENT: Final = "getNumUnique"
_DES_DEMANDES: Final = "DemandeLogementImplService"
_PANNE: Final = "Le bac à sable a rencontré une erreur interne ; rien n'a été enregistré."
_JOURNAL: Final = "sne_sandbox.exchange"
_SERVICES_ICI: Final = "les services sont sous /services/… : ajoutez-le à l'adresse du serveur"


@dataclass(frozen=True)
class _Interface:
    """The interface that answers the bases of one contract."""

    contrat: Contrat
    pipeline: Pipeline
    soap: "ServeurSoap"
    chemins: Mapping[str, str]


class _EnCours:
    """An exchange under way: its request, its line in the journal, how its answer travels, and whether the
    base has a panne to play."""

    def __init__(
        self, requete: RequeteHttp, base: str, service: str | None, soap: "ServeurSoap | None" = None
    ) -> None:
        self._debut = time.perf_counter()
        self.requete = requete
        self.echange = Echange(
            base=base,
            recu_le=datetime.now(UTC),
            methode=methode_recue(requete.methode),
            chemin=requete.chemin,
            pair=requete.pair,
            en_tetes=requete.en_tetes,
            requete=requete.corps,
            service=service,
            ecoute=requete.ecoute,
            certificat=requete.certificat is not None if requete.certificat_demande else None,
        )
        #: The base that it is for, once it is known.
        self.base: Base | None = None
        #: What packs its answer: that of the server's contract, then of the base's; None for files.
        self.soap = soap
        self.pannes = False

    @property
    def emballage(self) -> Emballage:
        """How its answer travels."""
        return Emballage.de(self.requete, self.base)

    def clore(self, reponse: ReponseHttp) -> None:
        """Completes the line with the answer. A panne damages it afterwards: what is kept was meant."""
        echange = self.echange
        echange.statut = reponse.statut
        echange.reponse = reponse.corps
        echange.en_tetes_reponse = list(reponse.en_tetes)
        echange.duree_us = int((time.perf_counter() - self._debut) * 1_000_000)

    def avertir(self, reponse: ReponseHttp) -> ReponseHttp:
        """The answer, with what the contract to come would refuse of its question (SNE-Avertissement)."""
        if not self.echange.a_venir or not (dit := self.echange.avertissement):
            return reponse
        return ReponseHttp(
            reponse.statut, [*reponse.en_tetes, ("SNE-Avertissement", dit)], reponse.corps, reponse.panne
        )

    def nommer(self, reponse: ReponseHttp) -> ReponseHttp:
        """The answer, with the address of its exchange (header SNE-Echange) when it has a line."""
        echange = self.echange
        if echange.identifiant is None:
            return reponse
        adresse = f"{self.requete.origine}/api/v1/bases/{echange.base}/exchanges/{echange.identifiant}"
        en_tetes = [*reponse.en_tetes, ("SNE-Echange", adresse)]
        ligne = echange.base, echange.identifiant
        return ReponseHttp(reponse.statut, en_tetes, reponse.corps, reponse.panne, ligne)


class Echanges:
    """The exchanges of a process. Any thread may call it."""

    def __init__(
        self,
        contrats: Contrats,
        magasin: Magasin,
        limites: Limites,
        soap: "Callable[[Contrat], ServeurSoap]",
    ) -> None:
        """`soap` makes the services of a contract: of the server's now, of another when a base that has it is
        first called. Raises OperatorError."""
        self._contrats = contrats
        self._magasin = magasin
        self._limites = limites
        self._fabrique = soap
        self._interfaces: dict[Contrat, _Interface] = {}
        self._verrou = Lock()
        self._defaut = self._interface(contrats.defaut)
        #: The services of the server's contract.
        self.chemins = self._defaut.chemins

    def _interface(self, contrat: Contrat) -> _Interface:
        faite = self._interfaces.get(contrat)
        if faite is None:
            with self._verrou:
                if (faite := self._interfaces.get(contrat)) is None:
                    pipeline = Pipeline(contrat, self._magasin, self._limites, self._contrats)
                    faite = _Interface(contrat, pipeline, self._fabrique(contrat), chemins(contrat))
                    self._interfaces[contrat] = faite
        return faite

    def _interface_de(self, base: Base) -> _Interface:
        """That of the contract of a base, the server's when it names none. Raises ContratIndisponible."""
        if not base.reglages.contrat:
            return self._defaut
        try:
            return self._interface(self._contrats.de(base))
        except OperatorError as erreur:
            raise ContratIndisponible(
                f"Le contrat [{base.reglages.contrat}] de la base [{base.nom}] ne se lit pas sur ce serveur.",
                explication=erreur.diagnostics(),
            ) from erreur

    # --- by HTTP -------------------------------------------------------------------------------------

    def appel(self, requete: RequeteHttp, service: str, base: str) -> ReponseHttp:
        """A call to a SOAP service of a base: `service` as the server's contract calls the one at this path,
        "" when it has none there. Never raises."""
        cours = _EnCours(requete, base, service or None, self._defaut.soap)
        try:
            reponse = self._appeler(cours)
        except BaseInconnue as erreur:
            cours.echange.base = BASE_PAR_DEFAUT
            reponse = self._refuser(cours, HttpRefus(404, erreur.diagnostics()))
        except HttpRefus as erreur:
            reponse = self._refuser(cours, erreur)
        except MagasinIndisponible as erreur:
            reponse = self._excuser(cours, erreur)
        except Exception as erreur:  # noqa: BLE001 - the last net: the server lives on, the journal says why
            reponse = self._repondre_par_une_fault(cours, erreur)
        return cours.nommer(reponse)

    def egare(self, requete: RequeteHttp, base: str | None) -> ReponseHttp:
        """A call to an address where no service is: a fault that says where they are, with HTTP 404. The
        address of the server, given for that of a service, is the commonest of all. `base` is the one that
        the path names, None for none. Never raises."""
        cours = _EnCours(requete, base or BASE_PAR_DEFAUT, None, self._defaut.soap)
        chemin = requete.chemin.partition("?")[0]
        debut = requete.origine + (f"/bases/{base}" if base else "")
        adresses = " ".join(
            f"{debut}{chemin_admis.rstrip('/')}/"
            for service in self._contrat_de(base).services.values()
            for chemin_admis in service.chemins
            if chemin_admis.startswith("/services/")
        )
        message = f"Aucun service n'est à {chemin} : ils sont à {adresses}"
        erreur = (
            VersionSoapRefusee(message, soap11=True)
            if self._defaut.soap.parle_soap11(requete)
            else AdresseInconnue(message)
        )
        cours.echange.verdict = VerdictEchange.REFUS
        cours.echange.fault = {"code": "404", "message": message, "explication": _SERVICES_ICI}
        reponse = self._defaut.soap.refuser(erreur, cours.emballage, 404)
        cours.clore(reponse)
        return cours.nommer(self._consigner(cours, reponse))

    def non_remise(self, base: str, identifiant: int, raison: str) -> None:
        """Notes in the line of an exchange that its answer did not reach the caller. Never raises."""
        try:
            self._magasin.journal.noter_non_remise(base, identifiant, raison)
        except Exception:  # noqa: BLE001 - the database is out of reach, and nobody waits for this
            journal_technique().exception("undelivered answer not noted", base=base, exchange=identifiant)

    def _contrat_de(self, base: str | None) -> Contrat:
        """That of a base; the server's for none, or for one whose own does not read."""
        try:
            return self._contrats.de(self._magasin.bases.lire(base)) if base else self._defaut.contrat
        except OperatorError:
            return self._defaut.contrat

    def _appeler(self, cours: _EnCours) -> ReponseHttp:
        requete, echange = cours.requete, cours.echange
        # Whatever it is has its line: where nothing can be written, nothing is read either.
        self._magasin.disjoncteur.verifier(ecriture=True)
        if requete.methode != "POST":
            raise HttpRefus(405, f"La méthode {requete.methode} n'est pas admise : SOAP s'appelle par POST.")
        lue = self._magasin.regarder(echange.base)
        base, cours.pannes = lue.base, lue.pannes
        echange.instant_base = base.horloge.maintenant(echange.recu_le)
        if ailleurs := requete.d_un_autre_site:
            raise HttpRefus(
                403,
                f"Cet appel vient de la page d'un autre site ([{ailleurs}]) : rien n'a été lu. "
                "Une application n'envoie ni Origin ni Sec-Fetch-Site ; une page passe par la console "
                "(Composer).",
            )
        cours.base = base
        interface = self._interface_de(base)
        if interface is not self._defaut:
            cours.soap, echange.service = interface.soap, interface.chemins.get(_chemin(requete, base))
        if echange.service is None:
            return self.egare(requete, echange.base)
        appelant = identite(requete.certificat)
        echange.guichet = appelant.guichet
        appel = interface.soap.ouvrir(requete, appelant, echange)
        _admettre(appelant, appel, base)
        if cours.pannes:
            reponse = self._jouer_a_la_place(cours, interface.soap, appel, base)
            if reponse is not None:
                return reponse

        def emballer(reponse: Reponse, registre: RegistreBase) -> ReponseHttp:
            emballee = cours.avertir(interface.soap.repondre(appel, reponse, cours.emballage))
            cours.clore(emballee)
            return self._abimer(cours, registre.connexion, emballee)

        return interface.pipeline.traiter(appel, base, echange, emballer)

    # --- what ends otherwise -------------------------------------------------------------------------

    def _refuser(self, cours: _EnCours, erreur: HttpRefus) -> ReponseHttp:
        """Refused before SOAP: a text, and an HTTP status."""
        en_tetes = [("Content-Type", "text/plain; charset=utf-8")]
        if erreur.statut == 405:
            en_tetes.append(("Allow", METHODES))
        cours.echange.verdict = VerdictEchange.REFUS
        cours.echange.fault = {"code": str(erreur.statut), "message": str(erreur), "explication": ""}
        reponse = ReponseHttp(erreur.statut, en_tetes, f"{erreur}\n".encode())
        cours.clore(reponse)
        return self._consigner(cours, reponse)

    def _repondre_par_une_fault(self, cours: _EnCours, erreur: Exception) -> ReponseHttp:
        """A SOAP fault; what the call had written was rolled back."""
        echange = cours.echange
        if not isinstance(erreur, ExchangeError):
            journal_technique(_JOURNAL).exception(
                "exchange failed", base=echange.base, service=echange.service
            )
        echange.identifiant = echange.panne = None
        # The real server's sentence is for what it was asked; before the message was read, ours.
        phrase = _PANNE if echange.operation is None else ERREUR_INATTENDUE
        assert cours.soap is not None
        reponse = cours.avertir(cours.soap.refuser(echange.echouer(erreur, phrase), cours.emballage))
        cours.clore(reponse)
        return self._consigner(cours, reponse)

    def _excuser(self, cours: _EnCours, erreur: MagasinIndisponible) -> ReponseHttp:
        """The database does not answer: a fault that says why, without a line in a journal that is out of
        reach; with one in the technical log, unless it has been said of all of them."""
        echange = cours.echange
        echange.identifiant = echange.panne = None
        assert cours.soap is not None
        reponse = cours.soap.refuser(echange.echouer(ServiceIndisponible(erreur)), cours.emballage)
        cours.clore(reponse)
        if not erreur.connue:
            journal_technique(_JOURNAL).error(
                "exchange refused",
                base=echange.base,
                service=echange.service,
                cause=erreur.cause,
                uncertain=erreur.incertain,
            )
        return reponse

    def _consigner(self, cours: _EnCours, reponse: ReponseHttp) -> ReponseHttp:
        """Journals an exchange that has nothing else to commit; the answer as it leaves."""
        echange = cours.echange

        def ecrire(connexion: Connexion) -> ReponseHttp:
            # A bug of ours is told as it is.
            sienne = echange.verdict is VerdictEchange.ERREUR
            sortie = reponse if sienne else self._abimer(cours, connexion, reponse)
            self._magasin.journal.consigner(connexion, echange)
            return sortie

        try:
            return self._magasin.grouper(echange.base, ecrire)
        except MagasinIndisponible as erreur:
            # What the answer rests on may be wrong: a base that is not there, in a file that was replaced.
            return self._excuser(cours, erreur)
        except Exception:  # noqa: BLE001 - the database refuses the row
            # The client has its answer all the same, and this line tells the operator.
            echange.identifiant = None
            journal_technique(_JOURNAL).exception("journal line lost", base=echange.base)
            return reponse

    # --- what goes wrong on purpose ------------------------------------------------------------------

    def _jouer_a_la_place(
        self, cours: _EnCours, soap: "ServeurSoap", appel: Appel, base: Base
    ) -> ReponseHttp | None:
        """The answer of a call whose work a panne takes the place of; None when none is armed for it. It is
        counted and journalled in one transaction, where nothing else happens."""
        echange = cours.echange
        guichet = guichet_de(appel, None) or None
        echange.guichet = guichet or echange.guichet
        nom, operation = base.nom, appel.operation
        with self._magasin.lire(nom) as registre:
            if not pannes.attendue(
                registre.connexion, nom, operation=operation, guichet=guichet, prise=_prend_la_place
            ):
                return None
        travail_des_nuits.a_jour(self._magasin, base)
        with self._magasin.ecrire(nom) as registre:
            armee = pannes.consommer(
                registre.connexion, nom, operation=operation, guichet=guichet, prise=_prend_la_place
            )
            if armee is None:
                return None
            echange.panne = pannes.en_journal(armee, "la base ne change pas")
            fault = soap.refuser(
                echange.echouer(erreur_de(armee.definition, armee.identifiant)), cours.emballage
            )
            reponse = a_la_place(armee.definition, fault)
            if reponse.corps is not fault.corps:
                echange.verdict, echange.reponse_conforme = VerdictEchange.REFUS, None
                code = str(reponse.statut) if reponse.statut else "panne"
                echange.fault = {**(echange.fault or {}), "code": code}
            cours.clore(reponse)
            self._magasin.journal.consigner(registre.connexion, echange)
        return reponse

    def _abimer(self, cours: _EnCours, connexion: Connexion, reponse: ReponseHttp) -> ReponseHttp:
        """The answer as it leaves: damaged by the panne that is armed for it, if any, which is noted and
        counted in the transaction of `connexion`."""
        if not cours.pannes:
            return reponse
        echange = cours.echange
        accepte = echange.verdict is VerdictEchange.ACCEPTE
        numero = echange.numero_unique or "" if accepte else None

        def abimable(definition: PanneDefinition) -> bool:
            return not definition.avant and abimer(definition, reponse, numero) is not None

        armee = pannes.consommer(
            connexion, echange.base, operation=echange.operation, guichet=echange.guichet, prise=abimable
        )
        if armee is None:
            return reponse
        effet = "le travail est fait et enregistré" if accepte else "la base ne change pas"
        echange.panne = pannes.en_journal(armee, effet)
        return abimer(armee.definition, reponse, numero) or reponse


def chemins(contrat: Contrat) -> Mapping[str, str]:
    """The services of a contract by the paths that lead to them, without last slash."""
    return {c.rstrip("/"): s.nom for s in contrat.services.values() for c in s.chemins}


def _chemin(requete: RequeteHttp, base: Base) -> str:
    """The path of a service, as contracts write it: without the base, the query and the last slash."""
    return requete.chemin.partition("?")[0].rstrip("/").removeprefix(f"/bases/{base.nom}")


def noter_refus(
    magasin: Magasin, base: str, *, methode: str, raison: str, detail: str = "", **autres: Any
) -> None:
    """The line of what a listener refused before any call: a handshake (`methode` TLS), a request that is no
    HTTP; `autres` are fields of the exchange. Raises StoreError."""
    fault = {"code": methode, "message": raison, "explication": detail}
    echange = Echange(
        base, datetime.now(UTC), methode=methode, verdict=VerdictEchange.REFUS, fault=fault, **autres
    )
    magasin.journal.consigner(None, echange)


def base_nommee(magasin: Magasin, chemin: str) -> str | None:
    """The base that a path names (`/bases/NAME/…`), when it exists."""
    nom = chemin.partition("/bases/")[2].partition("/")[0]
    try:
        return magasin.bases.lire(nom).nom if nom else None
    except SandboxError:
        return None


def _admettre(appelant: Identite, appel: Appel, base: Base) -> None:
    """Raises OperationRefusee for the certificate of another base."""
    if appelant.base is not None and appelant.base != base.nom:
        raise OperationRefusee(
            f"Le certificat présenté vaut pour la base [{appelant.base}], pas pour [{base.nom}].",
            explication="Émettez-en un : sne-sandbox pki issue --guichet "
            f"{appelant.guichet or guichet_de(appel, None) or 'GUICHET'} "
            f"--base {base.nom} --out DOSSIER ; ou appelez /bases/{appelant.base}/services/…",
        )


def _prend_la_place(definition: PanneDefinition) -> bool:
    return definition.avant


# --- the files of a box -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Traite:
    """A file that was processed, and its answer. `echange` is the id of its line in the journal."""

    nom: str
    verdict: VerdictEchange
    reponse: str
    numero_unique: str | None
    echange: int | None


def traiter_fichier(pipeline: Pipeline, base: str, code: str, depot: Depot) -> Traite | None:
    """A file left in the inbox of the guichet `code`: processed as getNumUnique by the guichet of the box,
    answered by files in its outbox; None when somebody else did meanwhile. One that breaks us is answered
    too, or it would come back every minute. Raises OperatorError: nothing happened."""
    with pipeline.magasin.lire(base) as registre:
        contenu = Boites(registre.connexion, base, code).lire(Boite.ENTREE, depot.nom)
        servie = registre.base
    if contenu is None:
        return None
    chemin = f"guichets/{code}/inbox/{depot.nom}"
    cours = _EnCours(RequeteHttp(FICHIER, chemin, [], contenu), base, _DES_DEMANDES)
    echange = cours.echange
    echange.methode, echange.guichet, echange.operation = FICHIER, code, _ENREGISTREMENT
    appel = Appel(
        _ENREGISTREMENT,
        {"nomFichierDemande": depot.nom, "fichierDemande": Piece(contenu, "text/xml")},
        base,
        guichet_certificat=code,
        recu_le=echange.recu_le,
        canal=ASYNCHRONE,
    )

    def emballer(reponse: Reponse, registre: RegistreBase) -> list[tuple[str, bytes]]:
        fichiers = _fichiers_de(depot.nom, reponse)
        _repondre_par_fichiers(registre, code, depot, fichiers, cours)
        return fichiers

    try:
        try:
            fichiers = pipeline.traiter(appel, servie, echange, emballer)
        except (OperatorError, _DejaTraite):
            raise
        except Exception as erreur:  # noqa: BLE001 - told to the guichet, and in the journal
            fichiers = [(_nom_de_reponse(depot.nom, "RET", "err"), _excuses(depot.nom, erreur, echange))]
            with pipeline.magasin.ecrire(base) as registre:
                _repondre_par_fichiers(registre, code, depot, fichiers, cours)
                pipeline.magasin.journal.consigner(registre.connexion, echange)
    except _DejaTraite:
        return None
    return Traite(depot.nom, echange.verdict, fichiers[0][0], echange.numero_unique, echange.identifiant)


class _DejaTraite(Exception):
    """Another process answered this file: what was done here is rolled back."""


def _repondre_par_fichiers(
    registre: RegistreBase, code: str, depot: Depot, fichiers: list[tuple[str, bytes]], cours: _EnCours
) -> None:
    """Leaves the answer in the outbox and marks the file as processed. Raises _DejaTraite."""
    boites, maintenant = Boites(registre.connexion, registre.base.nom, code), datetime.now(UTC)
    if not boites.marquer(Boite.ENTREE, depot, maintenant):
        raise _DejaTraite
    for nom, contenu in fichiers:
        boites.deposer(Boite.SORTIE, nom, contenu, maintenant)
    cours.echange.instant_base = registre.base.horloge.maintenant(cours.echange.recu_le)
    cours.clore(ReponseHttp(0, [], fichiers[0][1]))


def _fichiers_de(nom: str, reponse: Reponse) -> list[tuple[str, bytes]]:
    """The files of an answer, the document first."""
    fichiers = []
    for champ, prefixe, extension in (("fichierDemande", "RET", "xml"), ("attestation", "ATT", "pdf")):
        piece = reponse.champs.get(champ)
        if isinstance(piece, Piece):
            fichiers.append((_nom_de_reponse(nom, prefixe, extension), piece.contenu))
    return fichiers


def _nom_de_reponse(nom: str, prefixe: str, extension: str) -> str:
    # The name of the question, so that a client finds the answer whatever the order (convention).
    return f"{prefixe}{nom.removesuffix('.xml').removeprefix('DEM')}.{extension}"


def _excuses(nom: str, erreur: Exception, echange: Echange) -> bytes:
    """The text of a `.err` file; what went wrong is noted for the journal."""
    connue = echange.echouer(erreur)
    lignes = [f"Le fichier {nom} n'a pas été traité ; rien n'a été enregistré.", "", str(connue)]
    if connue.explication:
        lignes += ["", connue.explication]
    return ("\n".join(lignes) + "\n").encode()
