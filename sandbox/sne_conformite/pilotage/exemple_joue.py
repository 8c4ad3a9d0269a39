"""One example of a scenario, played from the reset base to its findings."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from functools import partial
from typing import Any, Final

from sne_conformite.bilan.consequences import Cle, Consequences, Lectures, cle_de
from sne_conformite.bilan.couverture_et_angles_morts import formes
from sne_conformite.juges import Suite, juger, juges_saisies
from sne_conformite.juges.juge import Connu, Ordre, PasJoue, avec_remede
from sne_conformite.juges.juges_dires_de_l_application import juger_pas
from sne_conformite.juges.juges_vie import FIN_ASYNCHRONE
from sne_conformite.observation import reponses_lues
from sne_conformite.observation.observation import Observation
from sne_conformite.pilotage.base_pilotee import BaseJugee, controler
from sne_conformite.pilotage.cahier_de_pilotage import Cahier, sans_secret
from sne_conformite.pilotage.lien_application import Application, LienRompu, Message
from sne_conformite.pilotage.retards_excuses import (
    Duree,
    Poignees,
    Pouls,
    renoncement,
    sans_reponse,
    seuil,
    trop_tard,
)
from sne_conformite.pilotage.utilisateur_joue import AutreGuichet, AutruiRefuse, Utilisateur
from sne_conformite.plan.exemples_tires import ExempleTire
from sne_conformite.plan.plan import Etape, Scenario, panne_de
from sne_conformite.protocole.protocole import COMMANDES, FAUX_SERVEURS, VRAI, Adresses, Statut
from sne_conformite.rapports.rapport import Accident, Constat
from sne_interface.domain.base import NatureGuichet
from sne_interface.domain.demande import Demande
from sne_interface.domain.echange import Echange
from sne_interface.domain.element_recu import bloc
from sne_interface.errors import SandboxError

#: Seconds between two looks at the journal.
_PAUSE: Final = 0.01
#: Operations of the feeds.
_RELEVES: Final = frozenset(o for c in COMMANDES.values() if c.releve for o in c.operations)


@dataclass
class LienApplication:
    """The application under test, as the suite speaks to it: with the pulse of the server, the number of the
    next message, the server whose addresses the application was told last (VRAI or a name of FAUX_SERVEURS),
    whether it was seen to read an answer, and its handshakes; how fast its clock goes while it waits, the
    versions of messages that it says it writes (none when it does not say), when its last example began (of
    `time.monotonic`), whether something was late in it, and the last exchange read then (id); `seul` when
    what was late is played again. Its answers go through a `cahier`."""

    application: Application
    pouls: Pouls
    suivant: int = 1
    serveur: str = VRAI
    lectures: Lectures = field(default_factory=Lectures)
    poignees: Poignees = field(default_factory=Poignees)
    acceleration: float = 1.0
    ecrites: frozenset[str] = frozenset()
    depuis: float = field(default_factory=time.monotonic)
    tard: bool = False
    seul: bool = False
    vu: int = 0
    cahier: Cahier = field(default_factory=Cahier)

    def dire(self, commande: str, maintenant: datetime, champs: Mapping[str, Any]) -> Message:
        """The answer to a command. Raises LienRompu."""
        return self.dire_ensemble([(commande, champs)], maintenant)[0]

    def dire_ensemble(
        self,
        commandes: Sequence[tuple[str, Mapping[str, Any]]],
        maintenant: datetime,
        attendre: Callable[[int], None] = lambda combien: None,
    ) -> list[Message]:
        """The answers to commands, each told before the one before it is answered; `attendre` waits until so
        many of them have begun. Raises LienRompu."""
        messages = [
            {"id": rang, "commande": commande, "maintenant": maintenant.isoformat(), **champs}
            for rang, (commande, champs) in enumerate(commandes, self.suivant)
        ]
        self.suivant += len(messages)
        reponse = partial(next, self._envoyer(messages, attendre))
        return [self.cahier.demander("envoyer", reponse, message=sans_secret(m)) for m in messages]

    def _envoyer(self, messages: Sequence[Message], attendre: Callable[[int], None]) -> Iterator[Message]:
        """The answers in the order of the messages, which are sent when the first one is asked for."""
        if len(messages) == 1:
            yield self.application.envoyer(messages[0])
            return
        with ThreadPoolExecutor(len(messages)) as fils:
            promesses = []
            for rang, message in enumerate(messages):
                attendre(rang)
                promesses.append(fils.submit(self.application.envoyer, message))
        yield from (promesse.result() for promesse in promesses)

    def duree(self, delai: float, debut: float) -> Duree:
        """Measures the time since `debut`, for a command that waits `delai` for an answer."""
        fin = time.monotonic()
        mesures = self.cahier.demander(
            "duree", lambda: [fin - debut, self.pouls.retard(debut), self.pouls.lenteur(debut)]
        )
        return Duree(delai, self.seul, *mesures)


@dataclass(frozen=True, slots=True)
class BancDEssai:
    """The bench on which examples are played: the link to the application, the base that it works on, the
    addresses that it was given; `obligatoires` are the ids of the MUST requirements."""

    lien: LienApplication
    base: BaseJugee
    adresses: Adresses
    obligatoires: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ExempleJoue:
    """The results of an example. `arret` says in French why it was cut short ("" for an example that went to
    its end), `erreur` what failed of the link or of the suite itself; both, that a busy machine may be why no
    answer came."""

    constats: tuple[Constat, ...] = ()
    observations: tuple[Observation, ...] = ()
    arret: str = ""
    erreur: str = ""
    #: Requirements of commands that the application gave up by itself, each with its words.
    empechees: Mapping[str, str] = field(default_factory=dict)
    #: How many commands the application did.
    faites: int = 0
    #: The command that the application declined, with the hard forms of its household; none when it did not.
    declins: Mapping[str, frozenset[str]] = field(default_factory=dict)
    #: Whether it was cut short before the application did any command.
    bloque: bool = False
    #: Whether it was cut short because an answer may have come too late to be judged by.
    tardif: bool = False
    #: What the suite failed to judge of it.
    accidents: tuple[Accident, ...] = ()
    #: All that the journal wrote since the example before.
    echanges: tuple[Echange, ...] = ()

    @property
    def fautes(self) -> dict[Cle, Constat]:
        """The first finding of each kind that is broken, and that no other explains."""
        fautes: dict[Cle, Constat] = {}
        for constat in self.constats:
            if constat.rompue:
                fautes.setdefault(cle_de(constat), constat)
        return fautes


def jouer_exemple(
    scenario: Scenario, exemple: ExempleTire, instant: datetime, banc: BancDEssai
) -> ExempleJoue:
    """Plays one example, the base put back at `instant` (aware). Never raises for what the application
    does."""
    connu = Connu()
    utilisateur = Utilisateur(exemple, banc.base.contrat, connu, banc.lien.ecrites)
    trafic = _TraficDExemple(banc.base, connu, dernier=banc.lien.vu)
    consequences = Consequences(banc.obligatoires, banc.lien.lectures)
    return _Seance(scenario, exemple, banc, connu, utilisateur, trafic, consequences).jouer(instant)


@dataclass
class _TraficDExemple:
    """The exchanges of an example, read from the journal as they come. `ordres` are the commands that the
    application was told; `jusqu_a` is the last exchange before a step that was too slow: nothing is judged
    beyond it."""

    base: BaseJugee
    connu: Connu
    echanges: list[Echange] = field(default_factory=list)
    observations: list[Observation] = field(default_factory=list)
    dernier: int = 0
    ordres: list[Ordre] = field(default_factory=list)
    jusqu_a: int | None = None

    def lire(self) -> list[Echange]:
        """The exchanges since the last time."""
        echanges = self.base.echanges(self.dernier)
        if echanges:
            self.dernier = echanges[-1].identifiant or self.dernier
            self.echanges.extend(echanges)
        return echanges

    def relever(self) -> list[Observation]:
        """The same, read, and the application's alone."""
        echanges = self.lire()
        nouvelles = [Observation(echange, self.base.contrat) for echange in echanges]
        vues = [vue for vue in nouvelles if vue.de_l_application]
        self.observations.extend(vues)
        for vue in vues:
            with vue.isoler("lire ce qu'il relève"):
                if vue.operation in _RELEVES and vue.acceptee and vue.lisible:
                    recus = self.connu.recus.setdefault(vue.operation, {})
                    recus.update(dict.fromkeys(reponses_lues.releves(vue)))
        return vues

    def commencer_une_commande(self, commande: str, champs: Mapping[str, Any]) -> None:
        """Reads what has come until now (nights, late exchanges), so that it counts for no command; the next
        one begins after it."""
        self.relever()
        self.ordres.append(Ordre(self.dernier, len(self.ordres) + 1, json.dumps([commande, champs])))

    def retenir(self) -> None:
        """The command under way is not judged, nor what comes after it."""
        self.jusqu_a = self.ordres[-1].depuis if self.ordres else self.dernier

    def juger(self, acceleration: float) -> tuple[list[Constat], list[Accident]]:
        """Judges the exchanges, one by one and in sequence, of an application whose clock is that much
        faster; returns their findings, and the accidents for what could not be judged of the sequence."""
        siens = self.observations
        if self.jusqu_a is not None:
            siens = [vue for vue in siens if (vue.identifiant or 0) <= self.jusqu_a]
        constats = [constat for vue in siens for constat in juger(vue, pilote=True)]
        suite = Suite(pilote=True, acceleration=acceleration, commandes=self.ordres)
        return constats + suite.juger(siens), suite.accidents


@dataclass
class _Seance:
    """An example under way. A step is done by the method of its kind, which gives the reason why the example
    stops there, in French, None when it goes on."""

    scenario: Scenario
    exemple: ExempleTire
    banc: BancDEssai
    connu: Connu
    utilisateur: Utilisateur
    trafic: _TraficDExemple
    consequences: Consequences
    constats: list[Constat] = field(default_factory=list)
    accidents: list[Accident] = field(default_factory=list)
    faites: int = 0
    #: When what it was told last was told.
    debut: float = 0.0
    declins: dict[str, frozenset[str]] = field(default_factory=dict)
    #: By exchange, what was told when it is not the household as it was drawn: changed, or criteria.
    dits: dict[int | None, Mapping[str, Any]] = field(default_factory=dict)

    def jouer(self, instant: datetime) -> ExempleJoue:
        arret = erreur = ""
        lien, base, adresses = self.banc.lien, self.banc.base, self.banc.adresses
        try:
            lien.pouls.attendre(seuil(adresses.delai_max_s), lien.depuis, tard=lien.tard)
            self.debut = lien.depuis = time.monotonic()
            base.remettre(instant, adresses.boite_entree)
            dernier = base.dernier()
            self.trafic.lire()  # what came late is of the example before
            self.trafic.dernier = max(self.trafic.dernier, dernier)  # beyond what a full journal dropped
            # The example before broke off, and the application did not start again.
            self._revenir_au_vrai_serveur()
            lien.dire("reinitialiser", instant, {})
            for groupe in self.scenario.groupes(self.exemple.demandes):
                (rang, etape), *_ = groupe
                if etape.sorte == "faire":
                    arret = self.faire(groupe)
                else:
                    arret = getattr(self, etape.sorte)(etape, rang) or ""
                if arret:
                    break
            self._revenir_au_vrai_serveur()
        except LienRompu as rompu:
            erreur = rompu.diagnostics()
            arret = sans_reponse(lien.duree(adresses.delai_max_s, self.debut))
            if arret:
                self.trafic.retenir()
            lien.poignees.attendre(self.trafic.relever)
        except (SandboxError, KeyError) as impossible:  # of a plan of the user's own, under another contract
            erreur = f"le scénario ne peut pas être joué : {impossible}"
        tardif = lien.tard = self.trafic.jusqu_a is not None
        lien.vu = self.trafic.dernier
        constats, accidents = self.trafic.juger(lien.acceleration)
        self.constats.extend(self.consequences.conclure(constats))
        vues = {vue.identifiant: vue for vue in self.trafic.observations}
        siens = (accident for vue in vues.values() for accident in vue.accidents)
        guichets = str(self.scenario.guichets)
        montres = [avec_remede(c, vues.get(c.echange), guichets=guichets) for c in self.constats]
        for rang, constat in enumerate(montres):
            if not constat.tenue and constat.echange in self.dits:
                montres[rang] = replace(constat, exemple=self.dits[constat.echange])
        return ExempleJoue(
            tuple(montres),
            tuple(self.trafic.observations),
            arret,
            erreur,
            self.consequences.empechees,
            self.faites,
            self.declins,
            bloque=bool(arret) and not self.faites and not tardif,
            tardif=tardif,
            accidents=(*self.accidents, *accidents, *siens),
            echanges=tuple(self.trafic.echanges),
        )

    # --- the kinds of steps ----------------------------------------------------------------------------

    def faire(self, groupe: Sequence[tuple[int, Etape]]) -> str:
        """The application is told a command, or several at once, and judged on what it made of them."""
        dites = self.connu.enregistrees
        groupe = [g for g in groupe if g[1].quoi != "enregistrer" or g[1].options["reference"] not in dites]
        if not groupe:
            return ""
        faits, duree = self._commander(groupe)
        for pas, (_, etape) in zip(faits, groupe, strict=True):
            if pas.statut is Statut.NON_GERE:
                menage = self.exemple.demandes.get(etape.options.get("menage") or pas.reference)
                self.declins[pas.commande] = formes(self.banc.base.contrat, menage)
                return f"l'application ne gère pas « {pas.commande} »"
            self._retenir(pas)
        if len(faits) > 1:
            self.connu.menees |= {pas.reference: pas.lu for pas in faits if pas.lu is not None}
        for pas in faits:
            raison = trop_tard(pas, duree)
            if raison:
                self.trafic.retenir()
                return raison
        return next(filter(None, [self._juger(pas) for pas in faits]), "")

    def _juger(self, pas: PasJoue) -> str:
        """Judges a command; returns why the example stops there, "" when it goes on."""
        self.faites += pas.statut is Statut.FAIT
        constats = self.consequences.trier(pas, juger_pas(pas))
        self.constats.extend(constats)
        self.accidents.extend(pas.accidents)
        self.connu.panne_jouee = self.connu.panne_jouee or bool(pas.pannes)
        if pas.empeche:
            raison = renoncement(pas)
            self.consequences.renoncer(pas, raison, constats)
            return raison
        if pas.statut not in pas.attendus and not pas.decline:
            return f"« {pas.commande} » s'est terminé par « {pas.statut.value} »{pas.dit}"
        return ""

    def autrui(self, etape: Etape, rang: int) -> str | None:
        """Another guichet does something in the same base."""
        acte = self.exemple.actes.get(rang, {})
        formulaires = self.utilisateur.formulaires
        try:
            AutreGuichet(etape, acte, self.banc.base, self.exemple, self.connu, formulaires).agir()
        except (SandboxError, AutruiRefuse) as erreur:
            return f"l'autre guichet n'a pas pu « {etape.quoi} » : {erreur}"
        return None

    def temps(self, etape: Etape, rang: int) -> None:
        """Time goes by: for a duration, or to a day, when that is not past already."""
        base = self.banc.base
        if etape.quoi.startswith("P") or base.maintenant.date() < date.fromisoformat(etape.quoi):
            base.avancer(etape.quoi)

    def panne(self, etape: Etape, rang: int) -> None:
        """Something is to go wrong."""
        self.banc.base.armer(panne_de(etape))

    def fin_panne(self, etape: Etape, rang: int) -> None:
        """Nothing is to go wrong any more."""
        self.banc.base.desarmer()

    def role(self, etape: Etape, rang: int) -> None:
        """The guichet plays another part."""
        self.banc.base.jouer(self.banc.adresses.guichet, NatureGuichet(etape.quoi))

    def serveur(self, etape: Etape, rang: int) -> str | None:
        """The application is sent to another server: one that it must refuse, or the true one again."""
        if etape.quoi != VRAI and etape.quoi not in self.banc.adresses.faux:
            return f"aucun serveur dont le certificat est {FAUX_SERVEURS[etape.quoi].certificat} n'est ouvert"
        statut = self._adresser(etape.quoi)
        if statut == Statut.FAIT:
            return None
        # Which server it calls now is not known: nothing that follows would show anything.
        if statut == Statut.NON_GERE:
            self.declins["adresser"] = frozenset()
            return "l'application ne gère pas « adresser »"
        return f"« adresser » s'est terminé par « {statut} »"

    def controle(self, etape: Etape, rang: int) -> None:
        """The state of the base is looked at."""
        constat = controler(etape.quoi, self.banc.base, self.banc.adresses)
        if constat is not None:
            vues = self.trafic.observations
            self.constats.append(replace(constat, echange=vues[-1].identifiant if vues else None))

    # --- a command -------------------------------------------------------------------------------------

    def _commander(self, groupe: Sequence[tuple[int, Etape]]) -> tuple[list[PasJoue], Duree]:
        lien, base, adresses = self.banc.lien, self.banc.base, self.banc.adresses
        maintenant = base.maintenant
        faits = [self._preparer(etape, rang, maintenant.date()) for rang, etape in groupe]
        for pas in faits:
            self.trafic.commencer_une_commande(pas.commande, pas.message)
        self.debut = time.monotonic()
        dits = [(pas.commande, pas.message) for pas in faits]
        reponses = lien.dire_ensemble(dits, maintenant, self._attendre_des_appels)
        duree = lien.duree(adresses.delai_max_s, self.debut)
        vues = self.trafic.relever()
        if not vues and any(reponse["statut"] == Statut.ERREUR for reponse in reponses):
            vues = lien.poignees.attendre(self.trafic.relever)
        joues = [
            replace(
                pas,
                reponse=reponse,
                observations=[vue for vue in siennes if vue.soap],
                poignees=[vue for vue in siennes if vue.poignee],
                inacheves=[vue for vue in siennes if vue.inachevee],
            )
            for pas, reponse, siennes in zip(faits, reponses, _partager(vues, faits), strict=True)
        ]
        for pas, (_, etape) in zip(joues, groupe, strict=True):
            dit = {}
            if "criteres" in pas.message:
                dit = {"criteres": pas.message["criteres"]}
            elif etape.options.get("changements"):
                dit = {etape.options["reference"]: pas.message["demande"]}
            self.dits |= {vue.identifiant: dit for vue in pas.observations if dit}
        return joues, duree

    def _preparer(self, etape: Etape, rang: int, jour: date) -> PasJoue:
        """A command as it is to be told."""
        champs, attendu = self.utilisateur.dire(etape, rang, jour)
        fichiers: Sequence[tuple[str, bytes]] = ()
        if etape.quoi == "integrer_dispatching":
            fichiers = self.banc.base.boite_sortie(self.banc.adresses.guichet)
            champs["fichiers"] = [{"nom": nom, "contenu": o.decode()} for nom, o in fichiers]
        adresses = self.banc.adresses
        laisses = partial(self.banc.base.fichiers_laisses, adresses.guichet, adresses.boite_entree)
        return PasJoue(
            commande=etape.quoi,
            message=champs,
            reponse={},
            observations=(),
            connu=self.connu,
            attendus=etape.attendus,
            attendu=attendu,
            fichiers=fichiers,
            faux=FAUX_SERVEURS.get(self.banc.lien.serveur),
            laisses=tuple if jour <= FIN_ASYNCHRONE else laisses,
        )

    def _attendre_des_appels(self, combien: int) -> None:
        """Waits until the application has called so many times, for commands that are under way."""
        base, limite = self.banc.base, time.monotonic() + self.banc.adresses.delai_max_s
        while base.dernier() < self.trafic.dernier + combien and time.monotonic() < limite:
            time.sleep(_PAUSE)

    def _retenir(self, pas: PasJoue) -> None:
        """Remembers what is told registered; the holders sent, and the numbers and the ids of events that the
        SNE delivered, whatever the application made of them."""
        if pas.prevue.enregistre and pas.statut is Statut.FAIT:
            self.connu.enregistrees.add(pas.reference)
        for vue in pas.observations if pas.reference else ():
            with vue.isoler("retenir ce qu'il délivre"):
                if vue.operation == "getNumUnique":
                    self.connu.titulaires.setdefault(pas.reference, []).append(
                        juges_saisies.titulaires_de(vue.demande)
                    )
                if vue.numero_rendu and vue.type_fichier in ("CRE", "CRS"):
                    self.connu.numeros[pas.reference] = vue.numero_rendu
                if vue.operation == "ajouterEvenementDemande" and vue.acceptee:
                    for identifiant, _ in reponses_lues.evenements(vue):
                        self.connu.evenements[pas.reference] = identifiant

    def _adresser(self, serveur: str) -> str:
        """Tells it where the SNE is; how that ended, as the application says."""
        lien, adresses = self.banc.lien, self.banc.adresses
        services = adresses.services if serveur == VRAI else adresses.faux[serveur]
        if serveur != VRAI:
            lien.serveur = serveur  # whatever it answers, it was told
        reponse = lien.dire("adresser", self.banc.base.maintenant, {"adresses": asdict(services)})
        lien.serveur = serveur
        return str(reponse["statut"])

    def _revenir_au_vrai_serveur(self) -> None:
        if self.banc.lien.serveur != VRAI:
            self._adresser(VRAI)


def _partager(vues: Sequence[Observation], faits: Sequence[PasJoue]) -> list[list[Observation]]:
    """The exchanges of each of the commands that were under way: a form tells for whom it is, by names and
    days of birth, else by names; else a number of which demande; else a form is of one that has none yet;
    else a certificate for which guichet; and the first has what tells nothing."""
    parts: list[list[Observation]] = [[] for _ in faits]
    saisies = [() if pas.attendu is None else (pas.attendu,) for pas in faits]
    demandes = [Demande(bloc("interfaceNuu", bloc("demande", *saisie))) for saisie in saisies]
    noms = list(map(juges_saisies.titulaires_de, demandes))
    for vue in vues:
        qui = juges_saisies.titulaires_de(vue.demande)
        siens = (
            *(rang for rang, autres in enumerate(noms) if qui and qui == autres),
            *(rang for rang, autres in enumerate(noms) if qui and _sans_jours(qui) == _sans_jours(autres)),
            *(rang for rang, pas in enumerate(faits) if pas.numero and pas.numero == vue.numero),
            *(rang for rang, part in enumerate(parts) if qui and not part),
            *(rang for rang, pas in enumerate(faits) if pas.message.get("guichet") == vue.guichet),
            0,
        )
        parts[siens[0]].append(vue)
    return parts


def _sans_jours(titulaires: frozenset[str]) -> frozenset[str]:
    return frozenset(titulaire.rpartition(" ")[0] for titulaire in titulaires)
