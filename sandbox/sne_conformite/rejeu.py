"""A driven run judged again from its evidence: no server, no application, no search.

`pilotage.derouler` runs as it did: there is no second judge. Its questions to the application and to the base
go through a `Cahier`, and that of a replay answers by the procès-verbal (`greffe`); the exchanges of the
package give what it reads of the journal. A thing that does not fit (another message, an exchange that lacks)
ends it; households that the seed does not draw, exchanges that nobody read are its `ecarts`.
"""

import hashlib
import json
import os
import re
import signal
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from multiprocessing import Pipe, get_context, parent_process
from typing import Any, Final, cast

from hypothesis import Phase

from sne_conformite.observation.observation import Observation
from sne_conformite.pilotage import pilotage
from sne_conformite.pilotage.base_pilotee import BaseJugee
from sne_conformite.pilotage.cahier_de_pilotage import (
    ECHANGES,
    FAITS,
    MAINTENANT,
    Cahier,
    Fait,
    relire_erreur,
)
from sne_conformite.pilotage.couloirs import Couloir, Couloirs, Renforts, ScenarioJoue
from sne_conformite.pilotage.exemple_joue import BancDEssai, LienApplication
from sne_conformite.pilotage.exemple_reduit import Exemples, Montre, essayes
from sne_conformite.pilotage.lien_application import Message
from sne_conformite.pilotage.proces_verbal import (
    EXEMPLE,
    MENAGE,
    REPRIS,
    REPRISE,
    SCENARIO,
    SESSION,
    TETE,
    ExempleNote,
    Fiche,
    Greffe,
    desserrer,
    relire_element,
    serrer,
)
from sne_conformite.pilotage.retards_excuses import Poignees, Pouls
from sne_conformite.plan.exemples_tires import ExempleTire
from sne_conformite.plan.plan import Plan, Scenario
from sne_conformite.protocole.protocole import Adresses, AdressesServices, verifier_reponse
from sne_conformite.rapports.rapport import Fin, Rapport
from sne_conformite.rapports.rapport_masque import masquer_valeur
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.dates import PARIS
from sne_interface.domain.echange import Echange
from sne_interface.domain.nir import masquer_nirs, noms_nir
from sne_interface.domain.texte import abrege
from sne_interface.errors import OperatorError
from sne_sandbox.bases.horloge import atteindre

#: Of an exchange or a household, how many are named.
_NOMMES_MAX: Final = 5
_VALEUR_MAX: Final = 60
#: What names an object of a list, in the path of a difference.
_NOMS: Final = ("id", "exigence", "identifiant", "nom")
_CHAMPS: Final = frozenset(champ.name for champ in fields(Echange))


class RejeuImpossible(Exception):
    """The procès-verbal, the journal and the plan do not fit one another: a French sentence says where."""


class JournalRejoue:
    """The exchanges of a package by their ids, compressed: there may be thousands, and each is read once or
    twice. `lus` are the ids that were handed out, `jours` the days of arrival, `poids` the rules that found
    something with the gravité that they had, `comptes` what the base's journal had: how many it kept and
    dropped, its last id. Raises RejeuImpossible for an exchange without number, with a field that nobody
    would read, or that is said not to be the application's and holds a call."""

    def __init__(
        self,
        echanges: Iterable[tuple[Echange, bytes]],
        relire: Callable[[bytes], Echange],
        contrat: Contrat,
        comptes: Sequence[int],
    ) -> None:
        self._relire = relire
        self.comptes = comptes
        self._lignes: dict[int, bytes] = {}
        self.lus: set[int] = set()
        self.jours: set[date] = set()
        self.poids: set[tuple[str, str]] = set()
        for rang, (echange, ligne) in enumerate(echanges, 1):
            numero = echange.identifiant
            if type(numero) is not int or numero < 1:
                raise RejeuImpossible(f"la ligne {rang} du journal : un échange sans numéro ({numero})")
            if inconnus := sorted(json.loads(ligne).keys() - _CHAMPS):
                raise RejeuImpossible(f"l'échange {numero} : un champ que personne ne lit ({inconnus[0]})")
            if Observation(echange, contrat).cache_un_appel:
                raise RejeuImpossible(f"l'échange {numero} ne serait pas de l'application : c'est un appel")
            self.jours.add(echange.recu_le.date())
            self.poids |= {(str(a.get("regle")), str(a.get("gravite"))) for a in echange.anomalies}
            self._lignes[numero] = zlib.compress(ligne, 1)

    @property
    def numeros(self) -> list[int]:
        """The ids, in order."""
        return list(self._lignes)

    def lire(self, base: str, identifiant: int) -> Echange | None:
        """An exchange, None when it is not there."""
        ligne = self._lignes.get(identifiant)
        return None if ligne is None else self._relire(zlib.decompress(ligne))

    def compter(self, base: str) -> tuple[int, int]:
        """How many it kept, and dropped."""
        return self.comptes[0], self.comptes[1]

    def dernier(self, base: str) -> int:
        """The last id."""
        return self.comptes[2]

    def prendre(self, identifiant: int) -> Echange:
        """An exchange that an example read. Raises RejeuImpossible when it is not there."""
        echange = self.lire("", identifiant)
        if echange is None:
            raise RejeuImpossible(f"l'échange {identifiant} manque au journal")
        self.lus.add(identifiant)
        return echange


# --- what answers in the place of the application and of the base ----------------------------------------


class CahierRejoue(Cahier):
    """A notebook that is read: it answers each call by the next *fait*. `ou` says where we are."""

    def __init__(self, rang: int, session: Sequence[Fait], journal: JournalRejoue) -> None:
        super().__init__(rang, session=list(session))
        self.journal = journal
        self.ou = "début"

    def relire(self, faits: Sequence[Fait], ou: str) -> None:
        """An example begins."""
        self.faits, self.ou = list(faits), ou

    def demander(self, nom: str, appel: Callable[[], Any], **dits: Any) -> Any:
        """Returns the result of the call that was noted. Raises the error that the call raised, and
        RejeuImpossible when this call is not the one that is written, or was told something else."""
        if nom != "envoyer":
            return FAITS[nom].relire(self._prendre(nom).get("rendu"))
        message = dits["message"]
        reponse: Message = self._prendre(nom, message)["rendu"]
        if ecart := verifier_reponse(message["commande"], reponse):
            raise RejeuImpossible(f"{self.ou} : une réponse écrite n'est pas du protocole : {ecart}")
        return dict(reponse)

    def lire_l_heure(self) -> None:
        """The clock was read then too."""
        self._prendre(MAINTENANT)

    def lus(self) -> list[Echange]:
        """The exchanges that this reading brought."""
        if self._suit != ECHANGES:
            return []
        return [self.journal.prendre(numero) for numero in self._prendre(ECHANGES)["rendu"]]

    @property
    def _suit(self) -> str:
        """The name of the next *fait*."""
        return str(self.faits[0]["appel"]) if self.faits else "rien"

    def _prendre(self, nom: str, message: Message | None = None) -> Fait:
        if (trouve := self._suit) != nom:
            raise RejeuImpossible(f"{self.ou} : le procès-verbal dit « {trouve} » où le plan veut « {nom} »")
        fait = self.faits.pop(0)
        if message is not None:
            self._comparer(fait["message"], message)
        if "erreur" in fait:
            raise relire_erreur(fait["erreur"])
        return fait

    def _comparer(self, ecrit: Any, message: Message) -> None:
        dit = json.dumps(message)
        # Their texts first, which are nearly always the same.
        ecarts = differences(ecrit, json.loads(dit)) if dit != json.dumps(ecrit) else ()
        for ou, *valeurs in ecarts:
            ecrite, attendue = (abrege(str(masquer_valeur(v)), _VALEUR_MAX) for v in valeurs)
            raise RejeuImpossible(
                f"{self.ou} : le message écrit n'est pas celui que donnent le plan et ses ménages "
                f"(« {message['commande']} », {ou} : {ecrite} écrit, {attendue} attendu)"
            )


class BaseRejouee(BaseJugee):
    """The base of a run, as the procès-verbal shows it; its clock is that of the plan."""

    cahier: CahierRejoue

    def __init__(self, nom: str, contrat: Contrat, cahier: CahierRejoue) -> None:
        self.nom, self.contrat, self.cahier = nom, contrat, cahier
        self._instant = datetime.now(UTC)
        self._dernier = 0

    def remettre(self, instant: datetime, boite_entree: str = "") -> None:
        """Its clock begins again."""
        super().remettre(instant, boite_entree)
        self._instant = instant

    def avancer(self, duree: str) -> None:
        """Its clock moves on."""
        super().avancer(duree)
        self._instant = atteindre(self._instant, duree)

    @property
    def maintenant(self) -> datetime:
        """Returns the instant that its clock shows."""
        self.cahier.lire_l_heure()
        return self._instant.astimezone(PARIS)

    def dernier(self) -> int:
        """The last exchange that was read."""
        return self._dernier

    def echanges(self, apres: int) -> list[Echange]:
        """Returns the exchanges that this reading brought."""
        lus = self.cahier.lus()
        for echange in lus:
            if (echange.identifiant or 0) <= self._dernier:
                raise RejeuImpossible(
                    f"{self.cahier.ou} : l'échange {echange.identifiant} n'est pas à sa place"
                )
            self._dernier = echange.identifiant or 0
        return lus

    def echange(self, identifiant: int) -> Echange | None:
        """An exchange of the journal."""
        return self.cahier.journal.lire(self.nom, identifiant)


class _Absente:
    """The application and the pulse of a run that is over: the notebook answers in their place."""

    def envoyer(self, message: Message) -> Message:
        """Nobody is asked."""
        raise AssertionError(message)

    def fermer(self) -> None:
        """There is nothing to end."""

    def attendre(self, seuil: float, depuis: float, *, tard: bool) -> None:
        """Nothing is waited for."""


class _CouloirsRejoues(Couloirs):
    """The lanes of a procès-verbal, each of which plays its scenarios in a process of its own, once it is
    asked for one."""

    def __init__(self, banc: BancDEssai, rejeu: "Rejeu") -> None:
        super().__init__(banc, None, rejeu.suivre)
        self._rejeu = rejeu
        self._ouverts: dict[int, Iterator[Any]] = {}
        self._pile = ExitStack()
        self.possibles = any(fiche.couloir > 1 for fiche in rejeu.fiches.values())

    def ouvrir(self, scenarios: Sequence[Scenario], *dits: Any) -> None:
        """Keeps what the lanes play, and how."""
        self.possibles = False
        self._scenarios = {scenario.id: scenario for scenario in scenarios}
        _, self._a_dire, *self._comment = dits
        self._lectures = replace(self._banc.lien.lectures)

    def rendre(self, scenario: str) -> ScenarioJoue | None:
        """Returns the scenario that a lane played."""
        rejeu = self._rejeu
        fiche = rejeu.fiches.get(scenario)
        if fiche is None or fiche.couloir == 1 or self.possibles or scenario not in self._scenarios:
            return None
        if fiche.interrompu:
            raise KeyboardInterrupt(fiche.interrompu)
        if fiche.couloir not in self._ouverts:
            jouer = _a_cote(self._passer, fiche.couloir)
            self._ouverts[fiche.couloir] = iter(self._pile.enter_context(jouer), None)
        rendus = self._ouverts[fiche.couloir]
        rendu, faits, ecrits, lus = next(reste for qui, *reste in rendus if qui == scenario)
        vars(fiche).update(faits)
        rejeu.ecrits |= ecrits
        rejeu.journal.lus |= lus
        for cle, joue in rendu.exemples.items():
            vues = [Observation(echange, rejeu.contrat) for echange, _ in joue.observations]
            for vue, (_, accidents) in zip(vues, joue.observations, strict=True):
                vue.accidents += accidents
            rendu.exemples[cle] = replace(joue, observations=vues)
        return cast(ScenarioJoue, rendu)

    def _passer(self, rang: int) -> Iterator[Any]:
        """Plays the scenarios of a lane; gives of each what `rendre` wants, its exchanges unread."""
        rejeu, lien = self._rejeu, replace(self._banc.lien, lectures=self._lectures)
        couloir = Couloir(self._suivre(replace(self._banc, lien=lien), rang), rang)
        couloir.presenter(*self._a_dire, rang)
        for scenario in self._scenarios:
            fiche = rejeu.fiches.get(scenario)
            if fiche is not None and fiche.couloir == rang:
                rendu: Any = couloir.passer(self._scenarios[scenario], *self._comment)
                for cle, joue in rendu.exemples.items():
                    vues = [(vue.echange, vue.accidents) for vue in joue.observations]
                    rendu.exemples[cle] = replace(joue, observations=vues, echanges=())
                yield scenario, rendu, vars(fiche), rejeu.ecrits, rejeu.journal.lus

    def fermer(self) -> None:
        """Ends them."""
        self._pile.close()


# --- the run ---------------------------------------------------------------------------------------------


class Rejeu(Greffe):
    """A run, as its procès-verbal has it (`lignes`, JSON objects), on the exchanges of `journal`. With
    `retirer`, households are drawn again from the seed, and compared: `retires` says that they were. `ecarts`
    are French sentences."""

    def __init__(
        self, lignes: Iterable[Mapping[str, Any]], journal: JournalRejoue, contrat: Contrat, *, retirer: bool
    ) -> None:
        super().__init__()
        self.journal, self.contrat, self.retirer = journal, contrat, retirer
        self.retires = False
        self.ecarts: list[str] = []
        self.ecrits: dict[str, list[str]] = {}
        self.adresses: dict[int, Adresses] = {}
        try:
            for ligne in lignes:
                self._prendre(ligne)
            self.reglages = pilotage.ReglagesPilotage.de_json(self.tete["reglages"])
            self.base = str(self.tete["base"])
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as erreur:
            raise RejeuImpossible(
                f"le procès-verbal ne se lit pas ({type(erreur).__name__} : {erreur})"
            ) from None

    def _prendre(self, ligne: Mapping[str, Any]) -> None:
        genre = ligne["ligne"]
        if genre == TETE:
            self.tete = {nom: valeur for nom, valeur in ligne.items() if nom != "ligne"}
        elif genre == SESSION:
            rang = int(ligne["couloir"])
            self.sessions[rang] = ({"base": str(ligne["base"])}, list(ligne["faits"]))
            dites = ligne["adresses"]
            faux = {nom: AdressesServices(**siens) for nom, siens in dites["faux"].items()}
            services = AdressesServices(**dites["services"])
            self.adresses[rang] = Adresses(**{**dites, "services": services, "faux": faux})
        elif genre == SCENARIO:
            tirages = [list(map(int, tirage)) for tirage in ligne["tirages"]]
            self.fiches[ligne["scenario"]] = Fiche(
                tirages=tirages, couloir=int(ligne["couloir"]), interrompu=str(ligne["interrompu"])
            )
        elif genre == MENAGE:
            self.fiches[ligne["scenario"]].menages.append(serrer(ligne))
        elif genre == EXEMPLE:
            note = ExempleNote(int(ligne["couloir"]), int(ligne["suivant"]), serrer(ligne["faits"]))
            self.fiches[ligne["scenario"]].joues[int(ligne["rang"])] = note
        else:
            raise ValueError(genre)

    def juger(self, plan: Plan) -> Rapport:
        """The report that the run comes to. Raises RejeuImpossible."""
        base = BaseRejouee(self.base, self.contrat, CahierRejoue(1, (), self.journal))
        choisis = Plan(tuple(scenario for scenario in plan if scenario.id in self.fiches))
        retirer = (choisis, self.contrat, self.reglages, self.adresses[1].guichet)
        with _a_cote(_retirer, *retirer) if self.retirer else nullcontext() as tires:
            *_, fin = pilotage.derouler(plan, _Absente(), base, self.adresses[1], self.reglages, greffe=self)
            if tires is not None:
                self._comparer(tires())
                self.retires = True
        assert isinstance(fin, Fin)
        self._verifier_les_restes()
        return fin.rapport

    def _verifier_les_restes(self) -> None:
        lus, tous = self.journal.lus, self.journal.numeros
        fin = int(self.tete["dernier"])
        milieu = [n for n in tous if n not in lus and lus and min(lus) < n < max(lus)]
        self.ecarts += [f"l'échange {n} n'est lu par aucun exemple" for n in milieu[:_NOMMES_MAX]]
        trop = [n for n in tous if n > fin]
        self.ecarts += [f"l'échange {n} suit la fin de l'épreuve" for n in trop[:_NOMMES_MAX]]
        if max(tous, default=0) < fin:
            self.ecarts.append(f"le journal s'arrête avant l'échange {fin}, le dernier de l'épreuve")
        for scenario, fiche in self.fiches.items():
            if fiche.joues and not self.tete.get("interruption"):
                self.ecarts.append(f"{scenario} : des exemples du procès-verbal ne sont joués par personne")

    # --- what pilotage asks ------------------------------------------------------------------------------

    def commencer(self, base: str, reglages: Mapping[str, Any]) -> None:
        """It is known already."""

    def finir(self, dernier: int, interruption: str) -> None:
        """Notes where the run was not interrupted as is written."""
        ecrite = self.tete.get("interruption")
        if ecrite != interruption:
            dite = abrege(str(ecrite), _VALEUR_MAX) or "aucune"
            self.ecarts.append(f"interruption : {dite} écrite, {interruption or 'aucune'} refaite")

    def pouls(self, adresses: Adresses, base: BaseJugee) -> AbstractContextManager[Pouls]:
        """None beats."""
        return nullcontext(cast(Pouls, None))

    def couloirs(self, banc: BancDEssai, renforts: Renforts | None) -> Couloirs:
        """Returns the lanes of the procès-verbal."""
        return _CouloirsRejoues(banc, self)

    def suivre(self, banc: BancDEssai, rang: int = 1) -> BancDEssai:
        """The bench of a lane, which the procès-verbal answers."""
        ou, session = self.sessions[rang]
        cahier = CahierRejoue(rang, session, self.journal)
        lien = LienApplication(
            _Absente(),
            cast(Pouls, _Absente()),
            lectures=banc.lien.lectures,
            poignees=Poignees(attente=0.0),
            cahier=cahier,
        )
        base = BaseRejouee(ou["base"], self.contrat, cahier)
        return replace(banc, lien=lien, base=base, adresses=self.adresses[rang])

    def reprendre(self, banc: BancDEssai, delai: float) -> BancDEssai | None:
        """The bench of what was played again, if anything was."""
        return self.suivre(banc, REPRISE) if REPRISE in self.sessions else None

    def exemples(self, scenario: Scenario, exemples: Exemples, lien: LienApplication) -> Exemples:
        """Returns the examples that were tried, in their order."""
        fiche = self.fiche(scenario, lien)

        def essayer(combien: int, un: Callable[[ExempleTire], None], phases: tuple[Phase, ...]) -> None:
            if not fiche.tirages and Phase.shrink in phases:
                return  # another finding than was recorded: the comparison of the reports says so
            if not fiche.tirages:
                raise RejeuImpossible(f"{scenario.id} : des ménages manquent au procès-verbal")
            essais = [self.menage(scenario.id, fiche, rang) for rang in fiche.tirages.pop(0)]
            if Phase.shrink not in phases:
                self.ecrits[scenario.id + REPRIS * lien.seul] = [_sans_nir(exemple) for exemple in essais]
            for exemple in essais:
                with suppress(Montre):
                    un(exemple)

        return replace(exemples, essayer=essayer)

    @contextmanager
    def exemple(self, scenario: Scenario, exemple: ExempleTire, lien: LienApplication) -> Iterator[None]:
        """Answers the calls of its block, which plays an example, by what was noted of it."""
        cahier, fiche = lien.cahier, self.fiche(scenario, lien)
        assert isinstance(cahier, CahierRejoue)
        if exemple.cle() not in fiche.rangs:  # a shrink left demandes out of it
            for rang in range(len(fiche.menages)):
                self.menage(scenario.id, fiche, rang)
        rang = fiche.rangs[exemple.cle()]
        ou = f"{scenario.id}, exemple {rang + 1}"
        note = fiche.joues.pop(rang, None)
        if note is None:
            raise RejeuImpossible(f"{ou} : le procès-verbal n'en a rien")
        lien.suivant = note.suivant
        cahier.relire(desserrer(note.faits), ou)
        yield
        if cahier.faits:
            raise RejeuImpossible(f"{ou} : le procès-verbal dit encore « {cahier.faits[0]['appel']} »")
        cahier.fermer()

    # --- households --------------------------------------------------------------------------------------

    def menage(self, scenario: str, fiche: Fiche, rang: int) -> ExempleTire:
        """A household of the procès-verbal."""
        try:
            ecrit = desserrer(fiche.menages[rang])
            demandes = {nom: relire_element(e) for nom, e in ecrit["demandes"].items()}
            actes = {
                int(etape): {nom: relire_element(e) for nom, e in acte.items()}
                for etape, acte in ecrit["actes"].items()
            }
        except (KeyError, TypeError, ValueError, AttributeError, IndexError):
            raise RejeuImpossible(f"{scenario}, ménage {rang + 1} : il ne se lit pas") from None
        exemple = ExempleTire(demandes, self.contrat, actes)
        fiche.rangs[exemple.cle()] = rang
        return exemple

    def _comparer(self, tires: Mapping[str, Sequence[str]]) -> None:
        """Notes where households are not those that the seed draws, NIRs apart."""
        for scenario, ecrits in self.ecrits.items():
            vrais = tires[scenario.removesuffix(REPRIS)]
            autres = [rang for rang, (a, b) in enumerate(zip(ecrits, vrais, strict=False), 1) if a != b]
            if autres:
                self.ecarts.append(f"{scenario}, ménage {autres[0]} : ce n'est pas celui que la graine tire")
            elif len(ecrits) != len(vrais):
                self.ecarts.append(f"{scenario} : {len(ecrits)} ménages, la graine en tire {len(vrais)}")


@contextmanager
def _a_cote(fonction: Callable[..., Iterator[Any]], *dits: Any) -> Iterator[Callable[[], Any]]:
    """Runs `fonction` in a process of its own, beside what is within, and gives what waits for the next thing
    that it yields, or raises what it raised. It ends with us, however we end."""
    ici, la_bas = Pipe(duplex=False)

    def guetter() -> None:
        if (pere := parent_process()) is not None:
            pere.join()
        os._exit(1)

    def faire() -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one that waits
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        threading.Thread(target=guetter, daemon=True).start()
        try:
            for rendu in fonction(*dits):
                la_bas.send(rendu)
        except Exception as erreur:  # noqa: BLE001 - raised by who waits for it
            la_bas.send(erreur)

    processus = get_context("fork").Process(target=faire, daemon=True)
    processus.start()
    la_bas.close()

    def attendre() -> Any:
        try:
            recu = ici.recv()
        except EOFError:
            raise OperatorError(
                "Un processus qui rejugeait a été arrêté : rien n'est dit de ce dossier.",
                remede="recommencez, avec plus de mémoire libre",
            ) from None
        if isinstance(recu, Exception):
            raise recu
        return recu

    try:
        yield attendre
    finally:
        processus.terminate()
        processus.join()


def _retirer(
    plan: Plan, contrat: Contrat, reglages: pilotage.ReglagesPilotage, guichet: str
) -> Iterator[dict[str, list[str]]]:
    """Draws again the households of each scenario from the seed; gives their digests, without NIRs."""
    assert reglages.maintenant is not None
    tires = {}
    for scenario in plan:
        essayer = pilotage.tirages_de(scenario, contrat, reglages, reglages.maintenant, guichet)
        tires[scenario.id] = list(map(_sans_nir, essayes(essayer, scenario.combien(reglages.exemples))))
    yield tires


def _sans_nir(exemple: ExempleTire) -> str:
    """A digest of a household, short enough to be kept, with what a stand-in keeps of its NIRs."""
    noms = "|".join(map(re.escape, sorted(noms_nir())))
    ecrit = masquer_nirs(re.sub(rf'("(?:{noms})": "\w{{0,3}})(?:[^"\\]|\\.)*', r"\1", exemple.cle()))
    return hashlib.sha256(ecrit.encode("utf-8", "surrogatepass")).hexdigest()


def differences(ecrit: Any, refait: Any, ou: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Where two JSON values differ: the path, and what each has there."""
    if isinstance(ecrit, dict) and isinstance(refait, dict):
        for cle in dict.fromkeys((*ecrit, *refait)):
            yield from differences(ecrit.get(cle), refait.get(cle), f"{ou}.{cle}" if ou else cle)
    elif isinstance(ecrit, list) and isinstance(refait, list) and len(ecrit) == len(refait):
        for rang, (a, b) in enumerate(zip(ecrit, refait, strict=True)):
            nom = next((a[n] for n in _NOMS if isinstance(a, dict) and a.get(n)), rang)
            yield from differences(a, b, f"{ou}[{nom}]")
    elif ecrit != refait or isinstance(ecrit, bool) is not isinstance(refait, bool):
        yield ou, ecrit, refait
