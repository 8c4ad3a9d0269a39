"""One example of a scenario, from the reset base to its findings."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from sne_sandbox.conformance import changements, corps, jugement, lectures, retards
from sne_sandbox.conformance.adresses import FAUX_SERVEURS, VRAI, Adresses
from sne_sandbox.conformance.application import Application, LienRompu
from sne_sandbox.conformance.autrui import AutreGuichet, AutruiRefuse
from sne_sandbox.conformance.base import BaseJugee
from sne_sandbox.conformance.consequences import Consequences, Lectures
from sne_sandbox.conformance.controles import CONTROLES
from sne_sandbox.conformance.exemples import ExempleTire, element_json, saisie
from sne_sandbox.conformance.exemples import corps as corps_de
from sne_sandbox.conformance.observation import Observation, observer
from sne_sandbox.conformance.pas import Connu, PasJoue
from sne_sandbox.conformance.plan import Etape, Scenario, panne_de
from sne_sandbox.conformance.poignees import Poignees, renoncement
from sne_sandbox.conformance.pouls import Pouls
from sne_sandbox.conformance.protocole import COMMANDES, Statut
from sne_sandbox.conformance.verifications import juger_pas
from sne_sandbox.contract.versions import Contrat
from sne_sandbox.domain.base import NatureGuichet
from sne_sandbox.domain.element import Element
from sne_sandbox.errors import SandboxError
from sne_sandbox.reports.model import Constat


@dataclass(frozen=True, slots=True)
class Deroule:
    """What an example showed. `arret` says in French why it was cut short ("" for an example that went to
    its end), `erreur` what failed of the link or of the suite itself."""

    constats: tuple[Constat, ...] = ()
    observations: tuple[Observation, ...] = ()
    arret: str = ""
    erreur: str = ""
    empechees: Mapping[str, str] = field(default_factory=dict)
    """Requirements of commands that the application gave up by itself, each with its words."""
    consequences: Mapping[str, str] = field(default_factory=dict)
    """Requirements whose findings another one explains, each with which."""
    bloque: bool = False
    """Whether it was cut short before the application did any command."""

    @property
    def fautes(self) -> dict[tuple[str, str], Constat]:
        """The first finding of each (requirement, sorte) that is broken."""
        fautes: dict[tuple[str, str], Constat] = {}
        for constat in self.constats:
            if not constat.tenue:
                fautes.setdefault((constat.exigence, constat.sorte), constat)
        return fautes


@dataclass(slots=True)
class LienApplication:
    """The application, the pulse of the server, the number of the next message, the server whose addresses
    the application was told last (VRAI or a name of FAUX_SERVEURS), whether it was seen to read an answer,
    and its handshakes."""

    application: Application
    pouls: Pouls
    suivant: int = 1
    serveur: str = VRAI
    lectures: Lectures = field(default_factory=Lectures)
    poignees: Poignees = field(default_factory=Poignees)

    def dire(self, commande: str, maintenant: datetime, champs: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to a command. Raises LienRompu."""
        message = {"id": self.suivant, "commande": commande, "maintenant": maintenant.isoformat(), **champs}
        self.suivant += 1
        return self.application.envoyer(message)


def derouler(
    scenario: Scenario,
    exemple: ExempleTire,
    lien: LienApplication,
    base: BaseJugee,
    contrat: Contrat,
    adresses: Adresses,
    instant: datetime,
    obligatoires: frozenset[str] = frozenset(),
) -> Deroule:
    """Runs one example; `obligatoires` are the ids of the MUST requirements. Never raises for what the
    application does."""
    consequences = Consequences(obligatoires, lien.lectures)
    seance = _Seance(scenario, exemple, lien, base, contrat, adresses, consequences)
    return seance.courir(instant)


@dataclass(slots=True)
class _Seance:
    scenario: Scenario
    exemple: ExempleTire
    lien: LienApplication
    base: BaseJugee
    contrat: Contrat
    adresses: Adresses
    consequences: Consequences
    connu: Connu = field(default_factory=Connu)
    formulaires: dict[str, Element] = field(default_factory=dict)
    constats: list[Constat] = field(default_factory=list)
    observations: list[Observation] = field(default_factory=list)
    dernier: int = 0
    rang: int = 0
    """Of the step under way, from 1."""
    debuts: list[int] = field(default_factory=list)
    fait: bool = False
    attente: float = 0.0
    """Seconds that the application took over the command under way."""
    sourd: float = 0.0
    """Seconds that the server answered nobody meanwhile."""
    sur: int | None = None
    """The last exchange before an answer that was too slow: what follows one another is judged up to it."""
    dits: dict[int | None, Mapping[str, Any]] = field(default_factory=dict)
    """By exchange, what was told when it is not the household as it was drawn: changed, or criteria."""

    def courir(self, instant: datetime) -> Deroule:
        arret = erreur = ""
        try:
            self.lien.pouls.attendre(retards.seuil(self.adresses.delai_max_s))
            self.base.remettre(instant, self.adresses.boite_entree)
            self.dernier = self.base.dernier()
            # The example before broke off, and the application did not start again.
            if self.lien.serveur != VRAI:
                self._adresser(VRAI)
            self.lien.dire("reinitialiser", instant, {})
            for etape in self.scenario.etapes:
                self.rang += 1
                arret = self._passer(etape)
                if arret:
                    break
            if self.lien.serveur != VRAI:
                self._adresser(VRAI)
        except LienRompu as rompu:
            erreur = rompu.diagnostics()
            self.lien.poignees.attendre(self._relever)
        except (SandboxError, KeyError) as impossible:  # of a plan of the user's own, under another contract
            erreur = f"le scénario ne peut pas être joué : {impossible}"
        self.constats.extend(self.consequences.conclure(self._trafic()))
        return Deroule(
            tuple(self._montrer(constat) for constat in self.constats),
            tuple(self.observations),
            arret,
            erreur,
            self.consequences.empechees,
            self.consequences.expliquees,
            bloque=bool(arret) and not self.fait and self.sur is None,
        )

    # --- steps -----------------------------------------------------------------------------------------

    def _passer(self, etape: Etape) -> str:
        """Does a step; why the example stops there, "" when it goes on."""
        return _ETAPES[etape.sorte](self, etape)

    def _faire(self, etape: Etape) -> str:
        pas = self._commander(etape)
        if pas.statut is Statut.NON_GERE:
            return f"l'application ne gère pas « {etape.quoi} »"
        self._retenir(pas)
        trop_tard = retards.trop_tard(
            pas, self.adresses.delai_max_s, self.attente, self.sourd, lues=self.lien.lectures.lues
        )
        if trop_tard:
            self.sur = self.debuts[-1]
            return trop_tard
        self.fait = self.fait or pas.statut is Statut.FAIT
        self.constats.extend(self.consequences.trier(pas, juger_pas(pas)))
        if pas.pannes:
            self.connu.panne_jouee = True
        if pas.empeche:
            raison = renoncement(pas)
            self.consequences.renoncer(pas, raison)
            return raison
        if pas.statut not in pas.attendus:
            return f"« {etape.quoi} » s'est terminé par « {pas.statut.value} »{pas.dit}"
        return ""

    def _commander(self, etape: Etape) -> PasJoue:
        maintenant = self.base.maintenant
        champs, attendu = self._champs(etape, maintenant.date())
        fichiers: Sequence[tuple[str, bytes]] = ()
        if etape.quoi == "integrer_dispatching":
            fichiers = self.base.boite_sortie(self.adresses.guichet)
            champs["fichiers"] = [{"nom": nom, "contenu": o.decode()} for nom, o in fichiers]
        self._relever()  # lines of nights, or that came late: of no step
        self.debuts.append(self.dernier)
        debut = time.monotonic()
        reponse = self.lien.dire(etape.quoi, maintenant, champs)
        self.attente, self.sourd = time.monotonic() - debut, self.lien.pouls.retard(debut)
        vues = self._relever()
        if not vues and reponse["statut"] == Statut.ERREUR:
            vues = self.lien.poignees.attendre(self._relever)
        observations = [o for o in vues if o.soap]
        if "criteres" in champs:
            dit = {"criteres": champs["criteres"]}
        elif etape.options.get("changements"):
            dit = {etape.options["reference"]: champs["demande"]}
        else:
            dit = {}
        if dit:
            self.dits.update(dict.fromkeys((o.echange.identifiant for o in observations), dit))
        return PasJoue(
            commande=etape.quoi,
            message=champs,
            reponse=reponse,
            observations=observations,
            connu=self.connu,
            attendus=etape.attendus,
            attendu=attendu,
            fichiers=fichiers,
            faux=FAUX_SERVEURS.get(self.lien.serveur),
            poignees=[o for o in vues if o.poignee],
        )

    def _champs(self, etape: Etape, jour: date) -> tuple[dict[str, Any], Element | None]:
        """The fields of the command, and what the application has to send of them."""
        champs = self._cible(etape)
        options, reference = etape.options, etape.options.get("reference", "")
        attendu: Element | None = None
        if COMMANDES[etape.quoi].avec_demande:
            attendu = self._formulaire(etape, jour)
            champs["demande"] = saisie(attendu, self.contrat)
            champs["version"] = self._version(options.get("menage") or reference)
        if "origine" in options:
            champs["reference_origine"] = options["origine"]
        if options.get("forcer"):
            champs["forcer_doublon"] = True
        if etape.quoi == "renouveler":
            champs["date_renouvellement"] = (jour - _RENOUVELE_DEPUIS).isoformat()
        if "complet" in options:
            champs["complet"] = options["complet"]
        if "portee" in options:
            champs["portee"] = options["portee"]
        acte = self.exemple.actes.get(self.rang, {})
        for option in _SAISIS:
            if option in options and option not in acte:
                raise KeyError(f"{option} {options[option]}")
        if "radiation" in acte:
            attendu = acte["radiation"]
            champs["radiation"] = element_json(attendu, self.contrat)
        if "evenement" in acte:
            attendu = acte["evenement"]
            champs["evenement"] = element_json(attendu, self.contrat)
        if COMMANDES[etape.quoi].sur_evenement:
            champs["id_evenement"] = self.connu.evenements.get(reference, "0")
        if "decision" in acte:
            attendu = acte["decision"]
            champs["decision"] = corps.valeurs(attendu)
        if "dalo" in acte:
            attendu = acte["dalo"]
            champs["information_dalo"] = element_json(attendu, self.contrat)
        if "criteres" in acte:
            attendu = acte["criteres"]
            champs["criteres"] = element_json(attendu, self.contrat)
        if "criteres" in options:
            attendu = corps.criteres(options["criteres"], self._saisie_de(options), jour)
            champs["criteres"] = element_json(attendu, self.contrat)
        return champs, attendu

    def _cible(self, etape: Etape) -> dict[str, Any]:
        reference = etape.options.get("reference")
        if reference is None or etape.quoi == "rechercher":
            return {}
        if reference in self.connu.autrui:
            return {"numero_unique": self.connu.numeros[reference]}
        return {"reference": reference}

    def _formulaire(self, etape: Etape, jour: date) -> Element:
        """The form that the step is about, changed as it says, and remembered."""
        reference = etape.options["reference"]
        menage = etape.options.get("menage")
        avant = None if menage else self.formulaires.get(reference)
        if avant is None:
            avant = corps_de(self.exemple.demandes[menage or reference])
        apres = changements.appliquer(avant, etape.options.get("changements", []), self.contrat, jour)
        if etape.options.get("attendu", ["fait"]) == ["fait"]:
            self.formulaires[reference] = apres
        return apres

    def _saisie_de(self, options: Mapping[str, Any]) -> Element | None:
        reference = options.get("reference", "d1")
        connu = self.formulaires.get(reference)
        if connu is not None:
            return connu
        message = self.exemple.demandes.get(reference)
        return None if message is None else corps_de(message)

    def _version(self, nom: str) -> str:
        message = self.exemple.demandes.get(nom)
        if message is None:
            message = next(iter(self.exemple.demandes.values()))
        return message.attributs.get("versionInterface", "")

    def _retenir(self, pas: PasJoue) -> None:
        """What the SNE delivered, whatever the application made of it."""
        for observation in pas.observations:
            if observation.numero_rendu and pas.reference and observation.type_fichier in ("CRE", "CRS"):
                self.connu.numeros[pas.reference] = observation.numero_rendu
            if observation.operation == "ajouterEvenementDemande" and observation.acceptee and pas.reference:
                for identifiant, _ in lectures.evenements(observation):
                    self.connu.evenements[pas.reference] = identifiant

    def _autrui(self, etape: Etape) -> str:
        try:
            acte = self.exemple.actes.get(self.rang, {})
            AutreGuichet(etape, acte, self.base, self.exemple, self.connu, self.formulaires).agir()
        except (SandboxError, AutruiRefuse) as erreur:
            return f"l'autre guichet n'a pas pu « {etape.quoi} » : {erreur}"
        return ""

    def _temps(self, etape: Etape) -> str:
        """A duration, or a day: it is then at least that day."""
        if not etape.quoi.startswith("P") and self.base.maintenant.date() >= date.fromisoformat(etape.quoi):
            return ""
        self.base.avancer(etape.quoi)
        return ""

    def _panne(self, etape: Etape) -> str:
        self.base.armer(panne_de(etape))
        return ""

    def _fin_panne(self, etape: Etape) -> str:
        self.base.desarmer()
        return ""

    def _role(self, etape: Etape) -> str:
        self.base.jouer(self.adresses.guichet, NatureGuichet(etape.quoi))
        return ""

    def _serveur(self, etape: Etape) -> str:
        if etape.quoi != VRAI and etape.quoi not in self.adresses.faux:
            return f"aucun serveur dont le certificat est {FAUX_SERVEURS[etape.quoi].certificat} n'est ouvert"
        self._adresser(etape.quoi)
        return ""

    def _adresser(self, serveur: str) -> None:
        services = self.adresses.services if serveur == VRAI else self.adresses.faux[serveur]
        if serveur != VRAI:
            self.lien.serveur = serveur  # whatever it answers, it was told
        self.lien.dire("adresser", self.base.maintenant, {"adresses": asdict(services)})
        self.lien.serveur = serveur

    def _controle(self, etape: Etape) -> str:
        constat = CONTROLES[etape.quoi](self.base, self.adresses)
        if constat is not None:
            cite = self.observations[-1].echange.identifiant if self.observations else None
            self.constats.append(replace(constat, echange=cite))
        return ""

    def _montrer(self, constat: Constat) -> Constat:
        dit = None if constat.tenue else self.dits.get(constat.echange)
        return constat if dit is None else replace(constat, exemple=dit)

    # --- traffic ---------------------------------------------------------------------------------------

    def _relever(self) -> list[Observation]:
        """The exchanges since the last time."""
        echanges = self.base.echanges(self.dernier)
        if echanges:
            self.dernier = echanges[-1].identifiant or self.dernier
        nouvelles = [observer(e, self.contrat) for e in echanges]
        vues = [o for o in nouvelles if o.de_l_application]
        self.observations.extend(vues)
        for vue in vues:
            if vue.operation in _RELEVES and vue.acceptee and vue.lisible:
                self.connu.recus.setdefault(vue.operation, {}).update(dict.fromkeys(lectures.releves(vue)))
        return vues

    def _trafic(self) -> list[Constat]:
        siens = self.observations
        constats = [c for o in siens for c in jugement.juger(o, self.contrat, pilote=True)]
        if self.sur is not None:
            siens = [o for o in siens if (o.echange.identifiant or 0) <= self.sur]
        return constats + jugement.juger_suite(siens, self.contrat, pilote=True, commandes=self.debuts)


#: How long ago the applicant renewed, when it is entered: the day of the message is another one.
_RENOUVELE_DEPUIS: Final = timedelta(days=3)
_RELEVES: Final = frozenset(o for c in COMMANDES.values() if c.releve for o in c.operations)
_SAISIS: Final = ("radiation", "evenement", "decision", "dalo")
_ETAPES: Final[Mapping[str, Callable[[_Seance, Etape], str]]] = {
    "faire": _Seance._faire,
    "autrui": _Seance._autrui,
    "temps": _Seance._temps,
    "panne": _Seance._panne,
    "fin_panne": _Seance._fin_panne,
    "role": _Seance._role,
    "serveur": _Seance._serveur,
    "controle": _Seance._controle,
}
