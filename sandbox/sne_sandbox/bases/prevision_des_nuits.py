"""The facts of the nights of a period, foreseen by a few indexed questions. Only the demandes that wait for
Paris are read.

A move of the clock (`travail_des_nuits.passer`) and its preview (`apercu_et_retour_d_horloge`) use the
same list: the one cannot differ from the other.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import islice
from typing import Final, TypeVar

from sne_interface.domain.codes import MOTIF_NON_RENOUVELLEMENT
from sne_interface.domain.dates import PARIS, ajouter_mois
from sne_interface.domain.livre_des_attributions import BAIL, radiation_possible_le
from sne_interface.rules.catalogue.regles_radiation import MOIS_AVANT_EFFACEMENT
from sne_interface.rules.catalogue.regles_vie import MOIS_DE_REACTIVATION
from sne_sandbox.bases.faits_des_nuits import Fait
from sne_sandbox.operations.document_ecrit import DELAI_HORS_DE_PARIS_ANS, DELAIS_ANS, delai_anormal_ans
from sne_sandbox.store import echeances
from sne_sandbox.store.lignes import IDENTIFIANT_MAX
from sne_sandbox.store.registre import RegistreBase

_Lue = TypeVar("_Lue")

#: From the last start of validity to the radiation by the system (deduced).
MOIS_AVANT_RADIATION: Final = 13
#: From the notice to the end of validity (attested: at least that long).
MOIS_DE_PREAVIS: Final = 1
#: Documents that a bounded foresight reads.
DOCUMENTS_MAX: Final = 100

_JOUR: Final = timedelta(days=1)
#: The longest and the shortest civil month.
_MOIS_LONG: Final = timedelta(days=31)
_MOIS_COURT: Final = timedelta(days=28)
#: By how much the ends of months differ.
_MARGE: Final = timedelta(days=3)


#: The numéros that each fact of one night concerns.
Faits = dict[Fait, list[str]]


class Prevision:
    """The facts of each night from `premiere` to `derniere`, when nobody writes in between.

    `plafond` bounds what each question reads. `bornee` says that a question had more to tell: the counts of
    radiations, erasures and notices are then minimums, and the other facts are not looked for. `non_lues`
    says that more demandes wait for Paris than were read: their delay is not known.
    """

    def __init__(
        self, registre: RegistreBase, premiere: date, derniere: date, *, plafond: int | None = None
    ) -> None:
        self._ou = (registre.connexion, registre.base.nom)
        self._registre = registre
        self._premiere = premiere
        self._derniere = derniere
        self._plafond = IDENTIFIANT_MAX - 1 if plafond is None else plafond
        self._documents = IDENTIFIANT_MAX if plafond is None else DOCUMENTS_MAX
        self.bornee = self.non_lues = False
        self.nuits: dict[date, Faits] = defaultdict(lambda: {fait: [] for fait in Fait})
        self._radiations: dict[str, date] = {}
        self._prevoir_radiations()
        self._prevoir_effacements()
        self._prevoir_preavis()
        if not self.bornee:
            for ans in sorted(DELAIS_ANS):
                self._prevoir_delais(ans)
            self._prevoir_suites()
        for faits in self.nuits.values():
            for numeros in faits.values():
                numeros.sort()

    def _lues(self, question: Callable[..., Iterator[_Lue]], *bornes: date | str) -> Iterator[_Lue]:
        """Yields the answers to a question, up to the bound."""
        for rang, lue in enumerate(question(*self._ou, *bornes, limite=self._plafond + 1)):
            if rang == self._plafond:
                self.bornee = True
                return
            yield lue

    def _noter(self, fait: Fait, jour: date, numero: str) -> None:
        if self._premiere <= jour <= self._derniere:
            self.nuits[jour][fait].append(numero)

    def _prevoir_radiations(self) -> None:
        for perimee in self._lues(echeances.perimees, self._derniere - _MOIS_COURT):
            # What was due before the first night, it makes up for.
            nuit = max(ajouter_mois(perimee.jour, MOIS_AVANT_RADIATION), self._premiere)
            if nuit > self._derniere:
                continue
            self._radiations[perimee.numero] = nuit
            self._noter(Fait.RADIATION, nuit, perimee.numero)
            self._noter(Fait.EFFACEMENT, ajouter_mois(nuit, MOIS_AVANT_EFFACEMENT), perimee.numero)
            fin = ajouter_mois(perimee.jour, MOIS_DE_REACTIVATION)
            if fin > nuit:
                self._noter(Fait.FIN_DE_REACTIVATION, fin, perimee.numero)

    def _prevoir_effacements(self) -> None:
        effaces: dict[str, date] = {}
        # One day more: a 29 February is a year old on the 28th.
        limite = ajouter_mois(self._derniere, -MOIS_AVANT_EFFACEMENT) + _JOUR
        for radiee in self._lues(echeances.radiees, limite):
            nuit = max(ajouter_mois(radiee.jour, MOIS_AVANT_EFFACEMENT), self._premiere)
            effaces[radiee.numero] = nuit
            self._noter(Fait.EFFACEMENT, nuit, radiee.numero)
        du, au = (ajouter_mois(jour, -MOIS_DE_REACTIVATION) for jour in (self._premiere, self._derniere))
        for radiee in self._lues(echeances.radiees_pour, MOTIF_NON_RENOUVELLEMENT, du - _MARGE, au + _MARGE):
            fin = ajouter_mois(radiee.jour, MOIS_DE_REACTIVATION)
            if fin < effaces.get(radiee.numero, date.max):
                self._noter(Fait.FIN_DE_REACTIVATION, fin, radiee.numero)

    def _prevoir_preavis(self) -> None:
        bornes = (self._premiere + _MOIS_COURT, self._derniere + _MOIS_LONG)
        for active in self._lues(echeances.fins_de_validite, *bornes):
            self._noter(Fait.PREAVIS, ajouter_mois(active.jour, -MOIS_DE_PREAVIS), active.numero)

    def _prevoir_delais(self, ans: int) -> None:
        du = ajouter_mois(self._premiere - _JOUR, -12 * ans)
        au = ajouter_mois(self._derniere - _JOUR, -12 * ans) + _JOUR
        douteux: dict[str, date] = {}
        for depot in self._lues(echeances.depots, du, au):
            nuit = ajouter_mois(depot.jour, 12 * ans) + _JOUR
            if nuit >= self._radiations.get(depot.numero, date.max):
                continue
            if depot.a_paris:
                douteux[depot.numero] = nuit
            elif ans == DELAI_HORS_DE_PARIS_ANS:
                self._noter(Fait.DELAI_LONG, nuit, depot.numero)
        self.non_lues |= len(douteux) > self._documents
        for stockee in self._registre.feuilleter(islice(douteux, self._documents)):
            if delai_anormal_ans(stockee.demande) == ans:
                self._noter(Fait.DELAI_LONG, douteux[stockee.numero_unique], stockee.numero_unique)

    def _prevoir_suites(self) -> None:
        delai = timedelta(days=self._registre.base.reglages.bail_sans_radiation_jours)
        prevus: set[tuple[Fait, date, str]] = set()
        for attendue in self._lues(echeances.suites_attendues, self._derniere):
            # What is told late is noticed the night after.
            demain = max(attendue.jour, attendue.dite_le.astimezone(PARIS).date()) + _JOUR
            if attendue.suite == BAIL:
                faits = {Fait.BAIL_SANS_RADIATION: max(attendue.jour + delai, demain)}
            else:
                possible = max(radiation_possible_le(attendue.jour), demain)
                faits = {Fait.AVERTISSEMENT: demain, Fait.IRRECEVABILITE: possible}
            for fait, nuit in faits.items():
                if nuit < self._radiations.get(attendue.numero, date.max):
                    prevus.add((fait, nuit, attendue.numero))
        for prevu in prevus:
            self._noter(*prevu)
