"""Sequences: feeds read since the last time, decisions and their radiation, TLS handshakes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from sne_conformite.juges.juge import CONSTATS, Constats, Dire, JugeDeSuite, Messages, est_creation
from sne_conformite.observation.observation import Observation
from sne_conformite.rapports.rapport import Constat
from sne_interface.domain.codes import MOTIF_ATTRIBUTION
from sne_interface.domain.dates import PARIS
from sne_interface.domain.decision_de_commission import BAIL, Decision
from sne_interface.domain.element_recu import lire_instant

_CURSEURS: Final[Mapping[str, str]] = CONSTATS["curseurs"]
_FILTRES: Final = ("motifRadiation", "statutDalo", "typeReservataire")
#: An application may write its instants to the second.
_ARRONDI: Final = timedelta(seconds=1)
_DECISIONS: Final = frozenset({"ajouterEvenementDemande", "modifierEvenementDemande"})


#: How long before the last reading one may start: more is to read everything again (convention).
RECOUVREMENT_MAX: Final = timedelta(days=31)
#: Readings in a row that start earlier than that before the cursor is said not to move.
_FIGES_MAX: Final = 2


@dataclass(frozen=True, slots=True)
class _ReleveRepondu:
    """A feed that was answered: when, by the base's clock and by the machine's, end of the answer; how many
    readings in a row, up to this one, did not start from the one before."""

    base: datetime
    machine: datetime
    duree: timedelta
    echange: int | None
    figes: int = 0


@dataclass
class Curseurs(JugeDeSuite):
    """VIE-14, VIE-29. An instant later than the last answer leaves out what was recorded between them; one
    that is always far before it reads everything again. In free traffic a test may read from the instant at
    which it began: only an application that once went on from its last reading is said to lose it, and by
    both clocks; a cursor that does not move is told of a driven one alone."""

    exigences = ("VIE-14", "VIE-29")
    sur = Messages(frozenset(_CURSEURS))

    _releves: dict[object, _ReleveRepondu] = field(default_factory=dict)
    _suivis: set[object] = field(default_factory=set)

    def voir(self, vue: Observation) -> Constats:
        """Returns the findings on the instant asked."""
        champ = _CURSEURS.get(vue.operation or "")
        if champ is None:
            return
        dire = self.dire(vue)
        if vue.refusee and "certificat" in vue.fault("message"):
            nom = vue.texte("nomCertificat")
            if nom:
                yield dire.rompue("certificat_absent", observe=f"{nom}, certificat vide")
            else:
                yield dire.rompue("certificat_non_nomme", observe="(vide)")
        demande = lire_instant(vue.texte(champ))
        if demande is None or not vue.acceptee:
            return
        cle = (vue.guichet, vue.operation, *map(vue.texte, _FILTRES))
        duree = timedelta(microseconds=vue.echange.duree_us)
        ici = _ReleveRepondu(vue.instant + duree, vue.fin, duree, vue.identifiant)
        if cle in self._releves:
            demande = demande.replace(tzinfo=demande.tzinfo or PARIS)
            yield from self._juger(cle, demande, champ, ici, dire.sous("VIE-29"))
            avant = self._releves[cle]
            if demande < min(avant.base, avant.machine) - RECOUVREMENT_MAX:
                ici = replace(ici, figes=avant.figes + 1)
                if self.pilote and ici.figes >= _FIGES_MAX:
                    yield _fige(demande, avant, champ, dire)
            else:
                yield dire.tenue()
        if vue.lisible:
            self._releves[cle] = ici

    def _juger(self, cle: object, demande: datetime, champ: str, ici: _ReleveRepondu, dire: Dire) -> Constats:
        avant = self._releves[cle]
        # An application whose clock cannot be set asks by the machine's, whatever the base's says.
        # Its instant is that of a reading, this one or the last that it read, by the clock that it follows.
        par_la_base, par_la_machine = (
            min(abs(demande - instant) for instant in instants)
            for instants in ((avant.base, ici.base), (avant.machine, ici.machine))
        )
        dernier = avant.base if par_la_base <= par_la_machine else avant.machine
        if demande <= dernier + _ARRONDI:
            if demande >= dernier - avant.duree - _ARRONDI:
                self._suivis.add(cle)
            yield dire.tenue()
        elif self.pilote or (cle in self._suivis and demande > max(avant.base, avant.machine) + _ARRONDI):
            attendu = f"{dernier.astimezone(demande.tzinfo).isoformat(timespec='seconds')} au plus tard"
            yield dire.rompue(
                "curseur_perdu", attendu, demande.isoformat(), chemin=champ, echange=avant.echange
            )


def _fige(demande: datetime, avant: _ReleveRepondu, champ: str, dire: Dire) -> Constat:
    attendu = f"{avant.base.astimezone(demande.tzinfo).isoformat(timespec='seconds')}, ou un peu avant"
    return dire.rompue("curseur_immobile", attendu, demande.isoformat(), chemin=champ, echange=avant.echange)


#: A lease whose radiation never came.
BAIL_SEUL: Final = "bail_sans_radiation"


@dataclass
class Decisions(JugeDeSuite):
    """VIE-18. Both messages are waited for to the end: their order is the application's. The decision on a
    demande whose registration was not seen may be older than the journal, or a part of its seed."""

    exigences = ("VIE-18",)
    sur = Messages(_DECISIONS, frozenset({"RAD"}))

    _type: str = ""
    _suivies: set[str] = field(default_factory=set)
    _decidees: set[str] = field(default_factory=set)
    _baux: dict[str, int | None] = field(default_factory=dict)
    _attributions: dict[str, int | None] = field(default_factory=dict)
    _refusees: set[str] = field(default_factory=set)

    def voir(self, vue: Observation) -> Constats:
        """Notes a decision or an attribution."""
        roles = vue.contrat.roles.decision
        self._type = roles.type or self._type
        if est_creation(vue) and vue.numero_rendu is not None:
            self._suivies.add(vue.numero_rendu)
        if vue.numero is not None and _attribue(vue) and not vue.acceptee:
            self._refusees.add(vue.numero)
        if not vue.acceptee or vue.numero is None:
            return
        if vue.operation in _DECISIONS and vue.document is not None:
            for evenement in vue.document.tous("listeEvenements/evenement"):
                if roles.est(evenement.texte_de("codeTypeEvenement")):
                    self._decidees.add(vue.numero)
                    if Decision.de(evenement, roles).booleen(BAIL) is True:
                        self._baux[vue.numero] = vue.identifiant
                    else:
                        self._baux.pop(vue.numero, None)  # corrected
                        yield self.dire(vue).tenue()
        elif _attribue(vue):
            self._attributions[vue.numero] = vue.identifiant

    def finir(self) -> Constats:
        """Each lease has its radiation, each radiation for attribution its decision."""
        for numero, echange in self._baux.items():
            if numero in self._attributions:
                yield Dire("VIE-18", echange).tenue()
            elif not (self.pilote and numero in self._refusees):  # sent, and why it was refused is told
                yield Dire("VIE-18", echange).rompue(BAIL_SEUL, observe="aucune", numero=numero)
        for numero, echange in self._attributions.items():
            if numero in self._suivies - self._decidees:
                attendu = f"un événement {self._type}"
                yield Dire("VIE-18", echange).rompue(
                    "radiation_sans_decision", attendu, "aucun", numero=numero
                )


def _attribue(vue: Observation) -> bool:
    demande = vue.demande
    return vue.type_fichier == "RAD" and demande is not None and demande.motif_radiation == MOTIF_ATTRIBUTION


#: What EMB-11 asks for; and where an application that is driven finds it.
_EN_COURS: Final = "un certificat client de l'autorité du bac à sable, en cours de validité"
CERTIFICAT_DONNE: Final = CONSTATS["suites"]["certificat_donne"]


def refus_du_certificat(raison: str) -> str:
    """The `sorte` of the finding that a failed handshake makes, by the journal's sentence; "" when it failed
    for another reason than the client's certificate."""
    return next((sorte for sorte, morceau in CONSTATS["poignees"].items() if morceau in raison), "")


@dataclass
class PoigneesDeMain(JugeDeSuite):
    """EMB-11, EMB-12 and EMB-16. A probe, or a test of refusals, may fail a handshake that the application
    passes: what was refused counts only when no service was called, before or after. A client that refuses an
    expired server is right; one that refuses a server of another name too, if a service was called: it may
    have refused an authority that it does not know. Driven, it was told that authority, and a good name: an
    application that refuses the true server checks it by something else."""

    exigences = ("EMB-11", "EMB-12", "EMB-16")
    de_l_etat = False

    _refus: list[Constat] = field(default_factory=list)
    _autre_nom: list[Constat] = field(default_factory=list)
    _passe: bool = False

    def voir(self, vue: Observation) -> Constats:
        """Notes a handshake, or a call that shows that one succeeded."""
        if not vue.poignee:
            self._passe = self._passe or vue.soap
            return
        raison = vue.fault("message")
        if "certificat du serveur, expiré" in raison:
            yield self.dire(vue, "EMB-12").tenue()
        if "certificat du serveur, qui est à un autre nom" in raison and not self._autre_nom:
            self._autre_nom.append(self.dire(vue, "EMB-16").tenue())
        sorte = refus_du_certificat(raison)
        if sorte and len(self._refus) < _REFUS_MAX:
            phrase = f"La négociation TLS échoue : {raison}."
            attendu = CERTIFICAT_DONNE if self.pilote else _EN_COURS
            presente = _PRESENTE.match(vue.fault("explication"))
            observe = f"{raison} ({presente[0]})" if presente else raison
            self._refus.append(self.dire(vue).rompue(sorte, attendu, observe, phrase=phrase))
        elif self.pilote and raison == _REFUSE and vue.fault("explication").startswith(_A_RECONNAITRE):
            dire = self.dire(vue, "EMB-12")
            self._refus.append(dire.rompue("vrai_serveur_refuse", _AUTORITE_DONNEE, raison))

    def finir(self) -> Constats:
        """Returns the findings that no call of a service contradicts, or those that a call supports."""
        yield from self._autre_nom if self._passe else self._refus


#: What the journal says of a client that refuses the server which is to be trusted.
_REFUSE: Final = "le client refuse le certificat du serveur"
_A_RECONNAITRE: Final = "faites-lui connaître l'autorité"
_AUTORITE_DONNEE: Final = "le serveur reconnu par l'autorité que « demarrer » donne : certificats.ca"
_REFUS_MAX: Final = 5
#: Whose certificate it was, in what the journal explains.
_PRESENTE: Final = re.compile(r"sujet .+, émetteur .+(?= \(erreur \d+\))")
