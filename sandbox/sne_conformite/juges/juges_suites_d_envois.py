"""Sequences: what an application keeps of the answers and of the form that it sent; what it sends twice."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from sys import intern
from typing import Final

from sne_conformite.juges.juge import (
    CONSTATS,
    DOCUMENTS,
    Constats,
    Dire,
    JugeDeSuite,
    Messages,
    Ordre,
    est_creation,
    genres,
    operations,
    personnes,
)
from sne_conformite.juges.juges_vie import NATURES
from sne_conformite.observation.observation import Observation
from sne_conformite.rapports.rapport import Constat
from sne_interface.domain.echange import NUIT, VerdictEchange
from sne_sandbox.bases.faits_des_nuits import Fait, code

#: Operations that name a demande by its number.
_SUR_UN_NUMERO: Final = frozenset(
    {"getDemandeLogement", "getDoublons", "getDeclarationNouveauDalo", "listerEvenementsDemande", *NATURES}
)
#: Kinds of messages that change a demande that has its number; operations that change an event.
_SUR_UNE_DEMANDE: Final = frozenset({"MOD", "REN", "RAD", "SUP", "COP"})
#: Questions that every client of a guichet asks in the same words: no retry is told from another's question.
_DE_TOUS: Final = CONSTATS["noms"]["questions_de_tous"]
#: Pannes that make the client wait by themselves.
_ATTENTES: Final = ("silence", "delai", "goutte")
#: Convention: a retry that comes sooner does not space its calls; more than so many are no longer limited.
ATTENTE_MIN: Final = timedelta(seconds=1)
REESSAIS_MAX: Final = 5
#: Pannes that cut the connection before any byte of the answer: some HTTP libraries then send again
#: by themselves. What is said of the very same file that comes back at once.
_COUPURES: Final = ("coupure", "reponse_perdue")
_RENVOI_HTTP: Final = f" {CONSTATS['suites']['renvoi_http']}"
#: In free traffic, so many retries of one question are no tests that follow one another.
REESSAIS_SURS: Final = 3
#: An answer that took so long without a panne may have been given up: whether it was read cannot be told.
RETARD_MIN: Final = 2.0
#: In free traffic, so many numbers damaged, and none whole, are no test of a number that is wrong.
ABIMES_MIN: Final = 2
#: What a night does that lets a demande be created again.
_SORTIES: Final = frozenset(code(fait) for fait in (Fait.RADIATION, Fait.EFFACEMENT))


@dataclass
class NumerosConserves(JugeDeSuite):
    """VIE-01, second half, and what follows from it: an application that sends the number of an answer has
    read that answer in its packaging (EMB-10), and does not create what it has registered (VIE-02).

    A vendor's test may read a number that it cut on purpose: in free traffic a damaged number counts only
    when several were, and none was sent whole."""

    exigences = ("VIE-01", "VIE-02", "EMB-10")
    sur = Messages(_SUR_UN_NUMERO, _SUR_UNE_DEMANDE)

    _delivres: dict[str, int | None] = field(default_factory=dict)
    _cites: set[str] = field(default_factory=set)
    _abimes: dict[str, Constat] = field(default_factory=dict)

    def voir(self, vue: Observation) -> Constats:
        """Returns the findings on the number of this exchange."""
        numero, echange = vue.numero, vue.identifiant
        if numero is not None and not est_creation(vue):
            if numero in self._delivres and numero not in self._cites:
                self._cites.add(numero)
                yield Dire("VIE-01", echange).tenue()
                yield Dire("EMB-10", echange).tenue()
                if vue.operation == "getNumUnique":
                    yield Dire("VIE-02", echange).tenue()
            elif numero not in self._delivres and _inconnu(vue):
                delivre = self._proche(numero)
                if delivre is not None:
                    abime = Dire("VIE-01", echange).rompue("numero_abime", delivre, numero)
                    if self.pilote:
                        yield abime
                    else:
                        self._abimes.setdefault(delivre, abime)
        if vue.lisible and est_creation(vue) and vue.numero_rendu is not None:
            self._delivres[vue.numero_rendu] = echange

    def finir(self) -> Constats:
        """The damaged numbers of an application that sent none whole."""
        if len(self._abimes) >= ABIMES_MIN and not self._cites:
            yield from self._abimes.values()

    def _proche(self, numero: str) -> str | None:
        """The number delivered that `numero` was made from: cut, lengthened, or written in another case."""
        if len(numero) < 10:  # cut too short to be told from another
            return None
        plie = numero.casefold()
        connus = ((connu, connu.casefold()) for connu in self._delivres)
        return next((d for d, connu in connus if connu.startswith(plie) or plie.startswith(connu)), None)


def _inconnu(vue: Observation) -> bool:
    """True when the SNE does not know the demande that the message names."""
    refusee = vue.operation == "getDemandeLogement" and vue.refusee
    return refusee or vue.a_regle("CYC001", "EVT001", "DAL001") is not None


@dataclass
class NomsUniques(JugeDeSuite):
    """NOM-03. The same file sent again under its name is the same file."""

    exigences = ("NOM-03",)
    sur = DOCUMENTS

    _contenus: dict[tuple[str, str], tuple[bytes, int | None]] = field(default_factory=dict)
    _guichets: set[str] = field(default_factory=set)

    def voir(self, vue: Observation) -> Constats:
        """Returns the findings on the file name of this exchange."""
        if not vue.nom_fichier or not vue.octets_document:
            return
        cle = (vue.guichet, vue.nom_fichier)
        dire = self.dire(vue)
        connu = self._contenus.get(cle)
        if connu is not None and connu[0] != vue.empreinte:
            yield dire.rompue("nom_reutilise", observe=vue.nom_fichier, connu=connu[1])
        elif connu is None and vue.guichet in self._guichets:
            yield dire.tenue()
        self._guichets.add(vue.guichet)
        self._contenus.setdefault(cle, (vue.empreinte, vue.identifiant))


@dataclass(frozen=True, slots=True)
class _Perdue:
    """A creation that the SNE accepted and whose answer was lost: by what it is told from another, for whom,
    the exchange, its file; when it ended, if it was its connection that was cut."""

    cles: frozenset[object]
    qui: frozenset[str]
    echange: int | None
    fichier: object
    coupee: datetime | None


@dataclass
class Creations(JugeDeSuite):
    """VIE-02, a creation sent again for a demande that is registered; VIE-12, after a lost answer."""

    exigences = ("VIE-02", "VIE-12")
    apres_une_panne = ("VIE-12",)
    sur = genres("CRE", "CRS")

    _enregistrees: dict[object, tuple[str, int | None]] = field(default_factory=dict)
    _sorties: set[str] = field(default_factory=set)
    _perdues: list[_Perdue] = field(default_factory=list)
    #: Of those, the ones that were looked for by a question whose answer was lost too.
    _vaines: list[_Perdue] = field(default_factory=list)

    def commander(self, ordre: Ordre) -> None:
        """The user asks again: what could not be looked for has to be, now."""
        self._vaines.clear()

    def voir(self, vue: Observation) -> Constats:
        """Returns the findings of this exchange on the demandes created before."""
        if vue.operation in ("rechercheDemandeMulticritere", "getDoublons", "getDemandeLogement"):
            yield from self._retrouver(vue)
        elif est_creation(vue):
            yield from self._creer(vue)
        elif vue.echange.methode == NUIT:
            self._passer_la_nuit(vue)
        elif vue.acceptee and vue.numero is not None:
            self._suivre(vue.numero, vue)

    def _passer_la_nuit(self, vue: Observation) -> None:
        """Allows demandes that the SNE radiated or erased to be created again. A night that touched many
        demandes does not say which: no registration before it is sure any more."""
        if not vue.echange.anomalies:
            self._enregistrees.clear()
        self._sorties |= {str(a.get("valeur")) for a in vue.echange.anomalies if a.get("regle") in _SORTIES}

    def _suivre(self, numero: str, vue: Observation) -> None:
        """Radiated or deleted, a demande may be created again; renewed or reactivated, it is active."""
        reactivee = vue.type_fichier == "RAD" and vue.demande is not None and not vue.demande.motif_radiation
        if vue.type_fichier == "REN" or reactivee:
            self._sorties.discard(numero)
        elif vue.type_fichier in ("RAD", "SUP"):
            self._sorties.add(numero)

    def _creer(self, vue: Observation) -> Constats:
        echange, qui = vue.identifiant, personnes(vue)
        cles = list(self._cles(vue))
        perdue = next((p for p in self._perdues if not p.cles.isdisjoint(cles)), None)
        vaine = perdue in self._vaines  # looked for before, and nothing could be read
        if perdue is not None and (vue.lisible or not vaine):
            self._perdues.remove(perdue)
        if perdue is not None and not vaine:
            renvoi = ""
            if perdue.coupee is not None and perdue.fichier == _fichier(vue):
                renvoi = _RENVOI_HTTP if vue.echange.recu_le - perdue.coupee < ATTENTE_MIN else ""
            dire = Dire("VIE-12", echange)
            yield dire.rompue(
                "creation_a_l_aveugle", observe="création", echange=perdue.echange, renvoi=renvoi
            )
        connue = next((self._enregistrees[cle] for cle in cles if cle in self._enregistrees), None)
        if connue is not None and self._compte(vue) and connue[0] not in self._sorties and perdue is None:
            yield Dire("VIE-02", echange).rompue("creation_renvoyee", observe=vue.type_fichier, connue=connue)
        if vue.numero_rendu is None or vue.retard >= RETARD_MIN:
            return
        if not vue.lisible:
            coupee = vue.fin if vue.panne in _COUPURES else None
            self._perdues.append(_Perdue(frozenset(cles), qui, echange, _fichier(vue), coupee))
            return
        for cle in cles:
            self._enregistrees[cle] = (vue.numero_rendu, echange)

    def _compte(self, vue: Observation) -> bool:
        """True when a creation sent again breaks VIE-02. In a driven run, it does when it was accepted, or
        refused as a duplicate alone; in free traffic, when it was accepted, and nobody asked to force it."""
        if self.pilote:
            return vue.acceptee or vue.bloquantes == ["DOU001"]
        return vue.acceptee and not (vue.demande is not None and vue.demande.forcer_doublon)

    def _cles(self, vue: Observation) -> Iterator[object]:
        """By what this sending is told from another; under one reference, by the names of all its holders
        and one of them whom DOU001 would find again. Of one person, a day of birth that was mistyped hides a
        second sending: tests of a father and of his son would otherwise be accused."""
        yield vue.guichet, vue.empreinte
        if vue.nom_fichier or self.pilote:
            yield vue.guichet, None if self.pilote else vue.nom_fichier, vue.empreinte_du_fond
        reference = vue.demande.ref_interne if vue.demande is not None else None
        if vue.demande is not None and reference and not vue.demande.forcer_doublon:
            identites: list[object] = [p.identite for p in vue.demande.titulaires]
            yield from ((vue.guichet, reference, personnes(vue), qui) for qui in identites or ["association"])

    def _retrouver(self, vue: Observation) -> Constats:
        if not self._perdues:
            return
        qui = personnes(vue)
        trouvees = [
            p
            for p in self._perdues
            if (p.qui & qui if qui else any(nom.startswith(f"{vue.guichet} ") for nom in p.qui))
        ]
        if not vue.lisible:
            self._vaines.extend(trouvees)
            return
        for perdue in trouvees:
            self._perdues.remove(perdue)
            yield self.dire(vue, "VIE-12").tenue()


@dataclass
class Ajouts(JugeDeSuite):
    """VIE-28. An event that the SNE added, and whose answer was lost: added again, it is there twice, and the
    SNE refuses neither. A user who asks again may want two: of driven traffic, only what one command sends is
    judged. Free traffic does not tell commands apart: what is added again there is said to be, by whoever."""

    exigences = apres_une_panne = ("VIE-28",)
    sur = operations("ajouterEvenementDemande")

    #: By who adds what to which demande, the exchange whose answer was lost.
    _perdus: dict[tuple[str, str | None, bytes], int | None] = field(default_factory=dict)
    _laisses: list[int | None] = field(default_factory=list)

    def commander(self, ordre: Ordre) -> None:
        """Nothing was added again before the next command."""
        self._laisses.extend(self._perdus.values())
        self._perdus.clear()

    def voir(self, vue: Observation) -> Constats:
        """Returns the findings of this exchange on the events that may be there already."""
        if vue.operation == "listerEvenementsDemande":  # should that answer be lost too, it is not blind
            for cle in [c for c in self._perdus if c[:2] == (vue.guichet, vue.numero)]:
                del self._perdus[cle]
                yield self.dire(vue).tenue()
        if vue.operation != "ajouterEvenementDemande":
            return
        cle = (vue.guichet, vue.numero, vue.empreinte_du_fond)
        if cle in self._perdus:
            yield self.dire(vue).rompue(
                "evenement_a_l_aveugle", observe="ajouterEvenementDemande", echange=self._perdus.pop(cle)
            )
        if vue.acceptee and not vue.lisible:
            self._perdus[cle] = vue.identifiant

    def finir(self) -> Constats:
        """Events whose answer was lost, and that nobody added again."""
        for echange in (*self._laisses, *self._perdus.values()):
            yield Dire("VIE-28", echange).tenue()


@dataclass
class EcrituresRepetees(JugeDeSuite):
    """VIE-32. A message that the SNE accepted, and answered, is sent again (of creations, VIE-02 says so). A
    driven application is to be accepted once a command, whatever it says the second time, and to say the same
    once. Free traffic does not tell commands apart: there, the same is accepted again with nothing between,
    and no message of that kind was sent once; beside one that was, a test repeats what it wants."""

    exigences = ("VIE-32",)
    sur = Messages(frozenset({*NATURES, "getDeclarationNouveauDalo"}), _SUR_UNE_DEMANDE)

    #: What may be repeated from now on, each with its exchange.
    _ecrites: dict[object, int | None] = field(default_factory=dict)
    #: By kind of message, how many were accepted, the last of them, and what was repeated.
    _comptes: Counter[str] = field(default_factory=Counter)
    _tenues: dict[str, Constat] = field(default_factory=dict)
    _repetees: dict[str, list[Constat]] = field(default_factory=dict)

    def commander(self, ordre: Ordre) -> None:
        """The user asks for something else, or for the same once more."""
        self._ecrites.clear()

    def voir(self, vue: Observation) -> Constats:
        """Remembers the messages of each kind, which tell together, at the end, what was repeated."""
        cles = list(self._cles(vue))
        avant = next((self._ecrites[cle] for cle in cles if cle in self._ecrites), None)
        if not self.pilote:
            self._ecrites.clear()
        quoi = f"{vue.operation} {vue.type_fichier}"
        if avant is not None:
            rompue = self.dire(vue).rompue("ecriture_repetee", observe=quoi, avant=avant)
            self._repetees.setdefault(quoi, []).append(rompue)
        if cles and vue.acceptee:
            self._comptes[quoi] += 1
            self._tenues[quoi] = self.dire(vue).tenue()
            if vue.panne is None and vue.lisible and vue.retard < RETARD_MIN:  # a lost answer is asked again
                self._ecrites |= dict.fromkeys(cles, vue.identifiant)
        yield from ()

    def _cles(self, vue: Observation) -> Iterator[object]:
        """By what this message is told from another."""
        if not (vue.soap and self.sur.contient(vue.operation, vue.type_fichier)):
            return
        qui = (vue.guichet, vue.operation, vue.type_fichier, vue.numero)
        if vue.acceptee or self.pilote:
            yield *qui, vue.empreinte_du_fond
        if vue.acceptee and self.pilote and vue.document is not None:
            yield *qui, vue.document.texte_de("listeEvenements/evenement/codeTypeEvenement")

    def finir(self) -> Constats:
        """Tells what was written twice; of a driven application, what was written once."""
        for quoi, tenue in self._tenues.items():
            repetees = self._repetees.get(quoi, [])
            if self.pilote:
                yield from repetees or [tenue]
            elif self._comptes[quoi] <= 2 * len(repetees):
                yield from repetees


@dataclass
class Reessais(JugeDeSuite):
    """VIE-13. A passing failure: a panne, a fault of the server's; the same thing asked again after it. In
    free traffic two tests may ask the same in turn: a retry is the very same file, or one of several."""

    exigences = apres_une_panne = ("VIE-13",)

    _echecs: dict[object, tuple[datetime, str | None, int, object]] = field(default_factory=dict)

    def commander(self, ordre: Ordre) -> None:
        """The user who asks again is no automatic retry."""
        self._echecs.clear()

    def voir(self, vue: Observation) -> Constats:
        """Returns the findings of this exchange on the failure before it."""
        if not vue.soap or (vue.operation in _DE_TOUS and not self.pilote):
            return
        cle = (vue.guichet, vue.operation, vue.empreinte_du_fond)
        recu_le = vue.echange.recu_le
        dire = self.dire(vue)
        precedent = self._echecs.pop(cle, None)
        combien = 0
        if precedent is not None and not _armee_depuis(vue, precedent[0]):
            fin, panne, combien, fichier = precedent
            combien += 1
            meme = fichier is not None and fichier == _fichier(vue)
            sur = self.pilote or combien >= REESSAIS_SURS or meme
            ecart = (recu_le - fin) * self.acceleration
            if ecart < timedelta(0) and panne not in _ATTENTES:
                combien -= 1  # on its way before the other failed: another client, that asks the same
            elif panne not in _ATTENTES and ecart < ATTENTE_MIN:
                if sur:
                    renvoi = _RENVOI_HTTP if meme and panne in _COUPURES else ""
                    observe = f"{ecart.total_seconds():.3f} s"
                    yield dire.rompue("reessai_sans_attente", observe=observe, renvoi=renvoi)
            else:
                attendu = f"{REESSAIS_MAX} essais au plus (convention du bac à sable)"
                assez = combien != REESSAIS_MAX + 1
                yield dire.si(assez, "reessais_sans_fin", attendu, str(combien), admis=REESSAIS_MAX)
        if _passager(vue):
            self._echecs[cle] = (vue.fin, vue.panne, combien, _fichier(vue))


def _armee_depuis(vue: Observation, fin: datetime) -> bool:
    """True when the panne of an exchange was armed after `fin`: a test went on to its next case."""
    armee_le = (vue.echange.panne or {}).get("armee_le")
    return armee_le is not None and datetime.fromisoformat(armee_le) > fin


def _fichier(vue: Observation) -> object:
    """The very file sent, None for a question without one."""
    return (vue.nom_fichier, vue.empreinte) if vue.octets_document else None


def _passager(vue: Observation) -> bool:
    """True when an exchange failed, and its sender is not at fault."""
    if vue.panne is not None:
        return not vue.lisible and vue.panne != "fault_client"
    echec = vue.echange.verdict in (VerdictEchange.FAULT, VerdictEchange.ERREUR) and not vue.refusee
    return echec and vue.fault("code") == "Receiver"


@dataclass
class FormulairesEntiers(JugeDeSuite):
    """VIE-03, held: every block of the form that was accepted before is there again. One that is gone proves
    nothing either way: a household changes."""

    exigences = ("VIE-03",)
    sur = genres("MOD")

    _tenus: dict[str, Counter[str]] = field(default_factory=dict)

    def voir(self, vue: Observation) -> Constats:
        """Returns the findings on what an accepted form keeps of the previous one."""
        entier = vue.operation == "getNumUnique" and vue.type_fichier in ("CRE", "CRS", "MOD")
        if not (entier and vue.acceptee):
            return
        numero = vue.numero_rendu or vue.numero
        if numero is None:
            return
        blocs = Counter(intern(chemin) for chemin, element in vue.noeuds if element.enfants)
        avant = self._tenus.get(numero)
        if vue.type_fichier == "MOD" and avant is not None and avant <= blocs:
            yield self.dire(vue).tenue()
        self._tenus[numero] = blocs
