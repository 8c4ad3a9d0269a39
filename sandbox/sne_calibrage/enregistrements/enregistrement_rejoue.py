"""Recorded exchanges put to the sandbox again, one by one and in order, in a base that follows the recording.

The base is a temporary one, called in process. Before each request its clock is set to the recording's, and
the numbers that the recorded server drew are imposed on it. After each request its state is the one that the
recorded answer says, not the one of our answer: a request accepted there is applied, whatever our verdict,
and a request refused there changes nothing. So one difference does not cause the next ones.

A demande first shown by an answer is planted from that answer. `Repris.inconnus` names everything that the
recording does not tell (the rest of the register, guichets that nobody described).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Set
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from sne_conformite.observation.observation import Observation
from sne_interface.contract import codec
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.anomalie import Gravite
from sne_interface.domain.base import Base, Guichet, Horloge, NatureGuichet
from sne_interface.domain.dates import PARIS, ajouter_mois
from sne_interface.domain.demande import Demande, DemandeStockee, EtatDemande
from sne_interface.domain.echange import (
    REMISE,
    Appel,
    Champ,
    Echange,
    Reponse,
    RequeteHttp,
    VerdictEchange,
    document_parmi,
)
from sne_interface.errors import SandboxError
from sne_interface.rules.rule import gravite
from sne_interface.settings import Limites, Reglages
from sne_sandbox.bases import bases
from sne_sandbox.operations import get_num_unique
from sne_sandbox.operations.document_ecrit import FormulaireEcrit
from sne_sandbox.operations.table_des_operations import OPERATIONS
from sne_sandbox.pipeline import Pipeline
from sne_sandbox.pki.identite_du_certificat import ANONYME, Identite
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.store.registre import RegistreBase
from sne_sandbox.store.requetes_sql import SQL

#: A clock of ours that says nearly when a line arrived is the machine's.
_MEME_HEURE: Final = timedelta(seconds=5)
#: Of several clocks of one server, none is that late: time went back, which it never does over demandes.
_RECUL: Final = timedelta(hours=1)
#: Nor is a line of a base of ours written that late after another.
_RETARD: Final = timedelta(minutes=1)
_BASE: Final = "reprise"
#: Types of files that draw a numéro unique.
CREATIONS: Final = ("CRE", "CRS")
#: A numéro unique: territory and month (the name of its sequence), sequence, guichet.
_PREFIXE, _SEQUENCE, _NUMERO = 7, 13, 18
#: A guichet that nobody described was open before anything is recorded.
_OUVERT_LE: Final = date(2009, 1, 1)
_LECTURE: Final = "getDemandeLogement"
SANS_OPERATION: Final = "l'opération appelée n'est pas reconnue"
_PANNE: Final = "la réponse enregistrée est celle d'une panne"
_SANS_REPONSE: Final = "le serveur n'a pas répondu"


@dataclass(frozen=True)
class Repris:
    """One recorded exchange, and what the sandbox makes of the same request.

    `ici` has our verdict, anomalies (warnings included, and those of rules that the contract ignores) and
    fault; `champs` our answer, empty for a fault. `ecarte` says in French why it was not put to the sandbox,
    "" when it was. `inconnus` are the French reasons why our register may not be the recorded one here.
    """

    vue: Observation
    ici: Echange
    champs: Mapping[str, Champ] = field(default_factory=dict)
    ecarte: str = ""
    inconnus: tuple[str, ...] = ()
    #: The demandes whose birth the recording has shown so far.
    suivies: Set[str] = frozenset()

    @property
    def rang(self) -> int:
        """Its number in the recording."""
        return self.vue.identifiant or 0

    @property
    def document(self) -> bytes:
        """The document of our answer, b"" without any."""
        return document_parmi(self.champs)


def rejouer(
    contrat: Contrat,
    echanges: Iterable[Echange],
    *,
    reglages: Reglages | None = None,
    certificats: bool = False,
    remises: Collection[int] = (),
    d_avance: bool = False,
) -> Iterator[Repris]:
    """Each exchange of a recording, in its order, with what the sandbox says of it under `contrat`.

    `echanges` hold their bytes, and what `ligne_de_journal_relue.relire` or our own server noted. `reglages`
    are those of the base. `certificats` says that the recorded server saw the client certificates that the
    lines name: true of what our own server recorded, not of what the relay did. `remises` are the ids of the
    exchanges before which the recorded base was emptied, beside those that a line tells, or a clock that goes
    back. With `d_avance`, a demande first shown by an answer is planted before the request too, as if it had
    been so: this serves to compare two contracts, not ours with the answer. Raises StoreError when there is
    no room for the temporary base.
    """
    dernier: datetime | None = None
    menee: datetime | None = None
    reglages = reglages or Reglages()
    with (
        TemporaryDirectory(prefix="sne-reprise-") as dossier,
        Magasin.ouvrir(None, Path(dossier), journal_max=1) as magasin,
    ):
        reprise = _Reprise(_bavard(contrat, reglages.profile), magasin, reglages)
        for echange, instant in _dater(echanges, contrat):
            recule = dernier is not None and instant < dernier - _RECUL
            if echange.instant_base is not None:
                recule = recule or (menee is not None and echange.instant_base < menee - _RETARD)
                menee = echange.instant_base
            if recule or echange.methode == REMISE or echange.identifiant in remises:
                reprise.vider(instant)
            dernier = instant
            yield reprise.rejouer(Observation(echange, contrat), instant, certificats, d_avance)


def _bavard(contrat: Contrat, profil: str) -> Contrat:
    """The contract, whose ignored rules warn: what they would say is known."""
    regles = {
        code: replace(fiche, gravite_imposee=Gravite.AVERTISSEMENT)
        if gravite(fiche, profil) is Gravite.IGNOREE
        else fiche
        for code, fiche in contrat.regles.items()
    }
    return replace(contrat, regles=regles)


# --- when --------------------------------------------------------------------------------------------------


def _dater(echanges: Iterable[Echange], contrat: Contrat) -> Iterator[tuple[Echange, datetime]]:
    """Each exchange with the recorded server's clock at that moment: the stamp of its answer, else the clock
    of the base when it is not the machine's, else the arrival, as far from it as in the last exchange that
    has one of these (the first, before there is one)."""
    attente = []
    decalage: timedelta | None = None
    for echange in echanges:
        tampon = _tampon(Observation(echange, contrat)) or _horloge_menee(echange)
        if tampon is None and decalage is None:
            attente.append(echange)
            continue
        if tampon is not None:
            decalage = tampon - echange.recu_le
        assert decalage is not None
        for avant in attente:
            yield avant, avant.recu_le + decalage
        attente.clear()
        yield echange, tampon or echange.recu_le + decalage
    for echange in attente:
        yield echange, echange.instant_base or echange.recu_le


def _tampon(vue: Observation) -> datetime | None:
    """When the answer was written; None for one without a stamp of the server's own. A refused demande comes
    back under the header of its sender."""
    document = vue.reponse_document
    if (
        not vue.soap
        or document is None
        or vue.type_fichier == "RET"
        or document.texte_de("entete/typeFichier") != "RET"
    ):
        return None
    ecrit = document.instant_de("entete/dateFichier")
    if ecrit is None:
        return None
    return ecrit if ecrit.tzinfo is not None else ecrit.replace(tzinfo=PARIS)


def _horloge_menee(echange: Echange) -> datetime | None:
    """The clock of a base of ours that was frozen or moved; None for the machine's, as a relay's base has."""
    dit = echange.instant_base
    return dit if dit is not None and abs(dit - echange.recu_le) > _MEME_HEURE else None


# --- one exchange after the other --------------------------------------------------------------------------


class _Defaire(Exception):
    """The recorded server did not do it: rolled back."""


@dataclass
class _Connu:
    """The known part of the recorded register. `suivies` are the demandes that the recording saw born, `vues`
    those that an answer showed, `perdues` those left in an unknown state, `guichets` those that were
    planted."""

    suivies: set[str] = field(default_factory=set)
    vues: set[str] = field(default_factory=set)
    perdues: set[str] = field(default_factory=set)
    guichets: set[str] = field(default_factory=set)

    def perdre(self, numero: str) -> None:
        """Nothing is known of a demande any more."""
        self.perdues.add(numero)
        self.suivies.discard(numero)


class _Reprise:
    """The temporary base, and what is known of the recorded one."""

    def __init__(self, contrat: Contrat, magasin: Magasin, reglages: Reglages) -> None:
        from sne_sandbox.soap.serveur_soap import ServeurSoap  # Spyne: for who replays alone

        limites = Limites()
        self._contrat, self._magasin, self._reglages = contrat, magasin, reglages
        self._soap = ServeurSoap(contrat, limites)
        self._pipeline = Pipeline(contrat, magasin, limites)
        # What the recorded server accepted is applied by no rule of ours.
        self._libre = Pipeline(replace(contrat, regles={}), magasin, limites)
        self._connu = _Connu()
        self._guichets: set[str] = set()
        self._base: Base | None = None

    def vider(self, instant: datetime) -> None:
        """The recorded base was emptied, and its clock set to `instant`."""
        self._connu = _Connu()
        if self._base is not None:
            with self._magasin.ecrire(_BASE) as registre:
                registre.vider("etat")
                registre.noter_nuit(instant.astimezone(PARIS).date())

    def rejouer(self, vue: Observation, instant: datetime, certificats: bool, d_avance: bool) -> Repris:
        """Replays one request in the sandbox, and returns the result. The base is then as the recorded answer
        says."""
        recu = vue.echange
        ici = Echange(_BASE, recu.recu_le, recu.methode, recu.chemin, service=recu.service)
        ecarte = _ecarte(vue)
        if ecarte:
            if ecarte in (_PANNE, _SANS_REPONSE) and vue.numero:
                self._connu.perdre(vue.numero)  # it may have been done
            return Repris(vue, ici, ecarte=ecarte)
        base = self._preparer(vue, instant)
        inconnus = tuple(self._inconnus(vue))
        if d_avance and vue.acceptee and vue.type_fichier not in CREATIONS and inconnus:
            self._planter(vue, base, vue.numero or "")
        appelant = Identite(recu.guichet) if certificats and recu.certificat else ANONYME
        requete = RequeteHttp(recu.methode, recu.chemin, recu.en_tetes, recu.requete)
        appel: Appel | None = None
        champs = {}
        try:
            appel = self._soap.ouvrir(requete, appelant, ici)
            champs = _traiter(self._pipeline, vue, appel, base, ici)
        except Exception as erreur:  # noqa: BLE001 - as `exchange` does: whatever goes wrong is the answer
            ici.echouer(erreur)
        if vue.acceptee:
            self._suivre(vue, appel, base, ici)
        return Repris(vue, ici, champs, inconnus=inconnus, suivies=self._connu.suivies)

    # --- before ------------------------------------------------------------------------------------------

    def _preparer(self, vue: Observation, instant: datetime) -> Base:
        if self._base is None:
            self._base = bases.creer(
                self._magasin, self._contrat, _BASE, horloge=Horloge(instant), reglages=self._reglages
            )
        connu = self._connu
        if vue.type_fichier in CREATIONS and vue.numero_rendu in connu.suivies | connu.vues | connu.perdues:
            self.vider(instant)  # a number is given once: the recorded base was put back to its start
        with self._magasin.ecrire(_BASE) as registre:
            registre.regler_horloge(Horloge(instant))
            if vue.acceptee:
                self._planter_guichets(vue, registre)
                self._imposer(vue, registre)
            self._guichets = {guichet.code for guichet in registre.guichets()}
            return registre.base

    def _planter_guichets(self, vue: Observation, registre: RegistreBase) -> None:
        """The recorded server knows whom it answers."""
        code = vue.guichet or ""
        if registre.guichet(code) is not None or code in self._connu.guichets or len(code) != 5:
            return
        territoire = (vue.demande.territoire if vue.demande is not None else None) or "111"
        registre.remplacer_guichet(
            Guichet(code, NatureGuichet.BAILLEUR, territoire, code, "", ouvert_le=_OUVERT_LE)
        )
        self._connu.guichets.add(code)

    def _imposer(self, vue: Observation, registre: RegistreBase) -> None:
        """The numbers that the recorded server drew are the next to be drawn."""
        numero = vue.numero_rendu or ""
        if vue.type_fichier in CREATIONS and len(numero) == _NUMERO and numero[_PREFIXE:_SEQUENCE].isdigit():
            self._poser(registre, numero[:_PREFIXE], int(numero[_PREFIXE:_SEQUENCE]) - 1)
        if vue.operation == "ajouterEvenementDemande" and vue.reponse_document is not None:
            ecrits = (
                e.texte_de("idEvenement") or ""
                for e in vue.reponse_document.tous("listeEvenements/evenement")
            )
            rangs = [int(ecrit) for ecrit in ecrits if ecrit.isdigit()]
            if rangs:
                self._poser(registre, "evenement", min(rangs) - 1)

    def _reserver(self, registre: RegistreBase, numero: str) -> None:
        """No creation of ours draws the number of a demande that was planted."""
        if numero[_PREFIXE:_SEQUENCE].isdigit():
            dernier = registre.connexion.ligne(SQL["sequence"], {"base": _BASE, "nom": numero[:_PREFIXE]})
            rang = int(numero[_PREFIXE:_SEQUENCE])
            self._poser(registre, numero[:_PREFIXE], max(rang, 0 if dernier is None else int(dernier[0])))

    def _poser(self, registre: RegistreBase, nom: str, rang: int) -> None:
        registre.connexion.faire(SQL["poser"], {"base": _BASE, "nom": nom, "rang": rang})

    def _inconnus(self, vue: Observation) -> Iterator[str]:
        """Why our register may not be the recorded one, for what this request reads of it."""
        numero = vue.numero or ""
        if vue.type_fichier not in CREATIONS and numero and numero not in self._connu.suivies:
            if numero in self._connu.perdues:
                yield "l'état de la demande n'a pas pu être suivi"
            elif numero in self._connu.vues:
                yield "la demande existait avant : une réponse en montre une partie"
            else:
                yield "la demande n'est connue d'aucun échange d'avant"
        if vue.guichet and (vue.guichet in self._connu.guichets or vue.guichet not in self._guichets):
            yield f"le guichet {vue.guichet} n'est pas de la base : ce qu'il peut faire ne se sait pas"

    # --- after -------------------------------------------------------------------------------------------

    def _suivre(self, vue: Observation, appel: Appel | None, base: Base, ici: Echange) -> None:
        """Brings the base to what an accepted exchange left."""
        ecrit = OPERATIONS[vue.operation or ""].ecrit
        numero = (vue.numero_rendu if vue.type_fichier in CREATIONS else vue.numero) or ""
        if ecrit and not (
            _pareil(vue, ici) or self._forcer(vue, appel, base) or self._planter(vue, base, numero)
        ):
            self._connu.perdre(numero)
            return
        if vue.type_fichier in CREATIONS and numero:
            self._connu.suivies.add(numero)
        elif numero and not ecrit and vue.operation == _LECTURE:
            # Others write to a demande too: what an answer shows is how it is.
            inconnue = numero not in self._connu.suivies
            if self._planter(vue, base, numero) and inconnue:
                self._connu.vues.add(numero)

    def _forcer(self, vue: Observation, appel: Appel | None, base: Base) -> bool:
        """Applies what the recorded server accepted, without a rule; whether it could be."""
        if appel is None:
            return False
        ici = Echange(_BASE, vue.echange.recu_le)
        try:
            with self._magasin.ecrire(_BASE) as registre:
                self._imposer(vue, registre)
            _traiter(self._libre, vue, appel, base, ici)
        except Exception:  # noqa: BLE001 - without its rules, an operation may stumble on anything
            return False
        return _pareil(vue, ici)

    def _planter(self, vue: Observation, base: Base, numero: str) -> bool:
        """Stores the demande that an answer shows; whether it shows one."""
        document = vue.reponse_document
        if document is None or not numero:
            return False
        demande = Demande(document)
        if demande.numero_unique != numero or demande.date_creation is None:
            return False
        try:
            with self._magasin.ecrire(_BASE) as registre:
                stockee = _stockee(
                    demande, numero, self._contrat, base.horloge.maintenant(vue.echange.recu_le)
                )
                nirs = self._contrat.roles.demande.nirs(demande)
                avant = registre.demande(numero)
                if avant is None and registre.mouvements(numero):
                    return False  # deleted, and shown again: what was counted of it stays
                if avant is None:
                    registre.ajouter(stockee, nirs)
                    self._reserver(registre, numero)
                else:
                    registre.remplacer(_mise_a_jour(avant, stockee), nirs)
        except (SandboxError, ValueError, KeyError, OverflowError):
            return False  # a document of another shape: nothing is planted
        return True


def _traiter(
    pipeline: Pipeline, vue: Observation, appel: Appel, base: Base, ici: Echange
) -> dict[str, Champ]:
    """Returns our answer. Its writes stay when the recorded server did the same, under the same number."""
    champs: dict[str, Champ] = {}

    def retenir(reponse: Reponse, _: RegistreBase) -> None:
        champs.update(reponse.champs)
        if OPERATIONS[appel.operation].ecrit and not _pareil(vue, ici):
            raise _Defaire

    with suppress(_Defaire):
        pipeline.traiter(appel, base, ici, retenir, consigner=False)
    return champs


def _ecarte(vue: Observation) -> str:
    if not vue.soap or vue.de_la_console:
        return "n'est pas un appel d'un service"
    if vue.panne is not None and not vue.acceptee:  # else its line keeps the answer as it was meant
        return _PANNE
    if vue.echange.verdict is VerdictEchange.ERREUR or vue.fault("code") == "Receiver":
        return _SANS_REPONSE
    return "" if vue.operation in OPERATIONS else SANS_OPERATION


def _pareil(vue: Observation, ici: Echange) -> bool:
    """True when both servers accepted, and gave a creation the same number."""
    if not vue.acceptee or ici.verdict is not VerdictEchange.ACCEPTE:
        return False
    return vue.type_fichier not in CREATIONS or vue.numero_rendu in (None, ici.numero_unique)


def _mise_a_jour(avant: DemandeStockee, vue: DemandeStockee) -> DemandeStockee:
    """A stored demande, as an answer shows it now: what no answer shows stays."""
    pris = ["version", "guichet_dernier", "demande", "document"]
    if vue.date_renouvellement != avant.date_renouvellement and vue.date_renouvellement is not None:
        pris += ["date_renouvellement", "debut_validite", "fin_validite"]
    if vue.radiation is not None and vue.date_radiation != avant.date_radiation:
        pris += ["etat", "date_radiation", "motif_radiation", "radiation", "radiation_enregistree_le"]
    if vue.information_dalo is not None and vue.statut_dalo != avant.statut_dalo:
        pris += ["information_dalo", "statut_dalo", "dalo_enregistre_le"]
    return replace(avant, **{nom: getattr(vue, nom) for nom in pris})


def _stockee(demande: Demande, numero: str, contrat: Contrat, maintenant: datetime) -> DemandeStockee:
    """The demande of an answer, as far as it is shown there: its year runs from its last renewal."""
    depot = demande.date_creation
    assert depot is not None
    renouvelee = demande.date_renouvellement
    debut = renouvelee or depot
    radiation, dalo = demande.radiation, demande.information_dalo
    garder = {"numUnique": numero, "dateCreationDemande": depot.isoformat()}
    return DemandeStockee(
        numero_unique=numero,
        territoire=numero[:3],
        etat=EtatDemande.ACTIVE if radiation is None else EtatDemande.RADIEE,
        version=demande.version,
        guichet_createur=numero[_SEQUENCE:],
        guichet_dernier=demande.num_guichet or numero[_SEQUENCE:],
        touchee_par_autrui=False,
        date_creation=depot,
        debut_validite=debut,
        fin_validite=ajouter_mois(debut, get_num_unique.VALIDITE_MOIS),
        demande=demande,
        document=FormulaireEcrit(demande, contrat, maintenant, garder).document,
        date_renouvellement=renouvelee,
        date_radiation=None if radiation is None else radiation.date_de("dateRadiation"),
        motif_radiation=demande.motif_radiation,
        radiation=None if radiation is None else codec.encoder(radiation),
        radiation_enregistree_le=None if radiation is None else maintenant,
        information_dalo=None if dalo is None else codec.encoder(dalo),
        statut_dalo=None if dalo is None else dalo.code_de("statutDalo"),
        dalo_enregistre_le=None if dalo is None else maintenant,
        numero_associe=demande.numero_associe,
    )
