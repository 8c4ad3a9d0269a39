"""The ledger of attributions: what was decided on a demande, and what followed each decision.

A commission decides on a candidate (R. 441-3). An attribution is offered; the household signs, or refuses,
and the demande waits on. A signed lease is followed by a radiation (RADATT, R. 441-2-8 a), irrecevabilité
by another, a month after the household was warned (d). Events and radiations tell all of it, in any order
and sometimes late: `tenir` says once what came of each. Rules, nights, quotas, statistics and pages read
what it says, and nothing else decides what is a lease.

Only the radiation tells where the dwelling lies. Its element `zus` is read as « in a quartier prioritaire »
(convention: the ZUS gave way to these on 1 January 2015, and the message has no other place for it).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Final, Self

from sne_interface.domain import decision_de_commission as d
from sne_interface.domain.base import Guichet, NatureGuichet
from sne_interface.domain.codes import DALO_RECONNU, MOTIF_ATTRIBUTION
from sne_interface.domain.dates import PARIS, ajouter_mois
from sne_interface.domain.decision_de_commission import Decision, RolesDecision
from sne_interface.domain.demande import SANS_DALO, Dalo, DemandeStockee, GenreMouvement, Mouvement
from sne_interface.domain.element_recu import Element
from sne_interface.domain.evenement import Evenement
from sne_interface.domain.menage import Menage
from sne_interface.domain.texte import plier

#: What a radiation has to follow: a signed lease (R. 441-2-8 a), an irrecevabilité (d).
BAIL: Final = "bail"
IRRECEVABILITE: Final = "irrecevabilite"
#: The household has that long, from the warning, before the radiation for irrecevabilité (R. 441-2-8 d).
MOIS_APRES_AVERTISSEMENT: Final = 1
#: It has these days at least, from the offer, to answer; silence is a refusal (R. 441-10).
_JOURS_DE_REPONSE: Final = timedelta(days=10)
#: The rank of what a radiation tells: events are numbered from 1.
RANG_RADIATION: Final = 0
_ZONES: Final = {"ZUSOUI": True, "ZUSNON": False}
#: Begins what is known of a dwelling that has no RPLS number.
_PAR_ADRESSE: Final = "adresse "


class SuiteDonnee(StrEnum):
    """The end of a decision: a signed lease, a refusal by the household, a lease that came to nothing, the
    same decision told otherwise since."""

    BAIL = "bail"
    REFUS = "refus"
    ABANDON = "abandon"
    CORRIGEE = "corrigee"


@dataclass(frozen=True, slots=True)
class Demandeur:
    """The data of a household that are kept with the decision about it: see `DecisionNotee`."""

    souhaitee: str | None = None
    ressources_uc: int | None = None
    association: bool = False
    dalo: Dalo = SANS_DALO

    def dalo_depuis(self, jour: date, lignes: "Iterable[DecisionNotee]") -> date | None:
        """Since when it was recognised (DALO) on that day, by what the register knows, or the lines of its
        ledger tell of a DALO that was decided again or lapsed since; None when it was not."""
        reconnu = self.dalo.reconnu_le(jour)
        if reconnu:
            return self.dalo.decide_le or jour
        if reconnu is False and self.dalo.statut not in DALO_RECONNU:
            return None
        sues = (ligne.dalo_depuis for ligne in lignes)
        return max((sue for sue in sues if sue is not None and sue <= jour), default=None)

    @classmethod
    def de(cls, stockee: DemandeStockee, dalo: Dalo) -> Self:
        """That of a stored demande. Ages are taken as the register tells them, when its year of validity
        began."""
        menage = Menage.de(stockee.demande, stockee.debut_validite)
        return cls(
            stockee.demande.premiere_commune,
            menage.ressources_uc if menage is not None else None,
            stockee.demande.est_association,
            dalo,
        )


#: Of a household of which nothing is known.
_INCONNU: Final = Demandeur()


@dataclass(frozen=True, slots=True)
class DecisionNotee:
    """A line of the ledger: a decision that an event tells (`rang` is its number, below 0 once its
    demande is erased), or a radiation for attribution (RANG_RADIATION).

    `jour` is that of the commission, or of the radiation; `issue` the role of what was decided, RADATT of a
    radiation, None of an event that only says that the household refused (`refus`). `bail` is the day of the
    lease that followed, None without one: a lease is on one line. `guichet` told it ("": nobody knows which
    one did), `organisme` is the SIREN of that guichet, `siren` the landlord's as it is told. `logement` is
    the RPLS number of the dwelling, else its address at its landlord's; `commune` where it lies, `souhaitee`
    the first that the household wished; `ressources_uc` euros a year and per UC, rounded down. None: not
    told."""

    numero_unique: str
    rang: int
    jour: date
    guichet: str
    issue: str | None
    bail: date | None = None
    siren: str | None = None
    commune: str | None = None
    souhaitee: str | None = None
    en_quartier: bool | None = None
    dalo: bool | None = None
    #: Of a priority category of L. 441-1, DALO apart.
    prioritaire: bool | None = None
    refus: bool | None = None
    ressources_uc: int | None = None
    organisme: str | None = None
    logement: str | None = None
    contingent: str | None = None
    #: Rank among the candidates (R. 441-3 b).
    classement: int | None = None
    #: Codes of L. 441-1 that the decision gives, between blanks.
    categories: str | None = None
    association: bool = False
    suite: SuiteDonnee | None = None
    #: Day that the radiation for attribution followed it.
    radiee_le: date | None = None
    #: Since when the register knew the household as recognised (DALO) on that day: `dalo` is that, or what
    #: was said. None: it did not, or this is a radiation.
    dalo_depuis: date | None = None
    #: What the event says of the lease: signed, not signed.
    signe: bool | None = field(default=None, compare=False)
    #: Day it was last told, in Paris. None of the three is kept: the event, or the radiation, tells them.
    dite_le: date = field(default=date.min, compare=False)
    #: What a radiation says of DALO.
    dalo_dit: bool | None = field(default=None, compare=False)

    @classmethod
    def de_la_radiation(
        cls, numero: str, jour: date, guichet: str, radiation: Element | None,
        demandeur: Demandeur = _INCONNU, organisme: str | None = None,
    ) -> Self:  # fmt: skip
        """Reads a radiation for attribution, written by that guichet. By law its lease is signed: when the
        message does not tell the day of the lease, it is the day of the radiation."""
        vide = Element("attributionLogement")
        dite = vide if radiation is None else radiation.enfant("attributionLogement") or vide
        bail, dalo_dit = dite.date_de("dateSignatureBail") or jour, dite.booleen_de("attribueEnComDALO")
        return cls(
            numero,
            RANG_RADIATION,
            jour,
            guichet,
            MOTIF_ATTRIBUTION,
            bail=bail,
            siren=dite.texte_de("codeSirenBailleur"),
            commune=dite.code_de("adresse/commune"),
            souhaitee=demandeur.souhaitee,
            en_quartier=_ZONES.get(dite.code_de("zus") or ""),
            dalo=demandeur.dalo.reconnu_le(bail) or dalo_dit,
            ressources_uc=demandeur.ressources_uc,
            organisme=organisme,
            logement=logement_decrit(dite),
            contingent=dite.code_de("typeReservataire"),
            association=demandeur.association,
            suite=SuiteDonnee.BAIL,
            radiee_le=jour,
            dite_le=jour,
            dalo_dit=dalo_dit,
        )

    @classmethod
    def de_l_evenement(
        cls, evenement: Evenement, roles: RolesDecision, demandeur: Demandeur, organisme: str | None = None,
        avant: "Sequence[DecisionNotee]" = (),
    ) -> Self | None:  # fmt: skip
        """Reads the decision that an event tells, None when the event is no decision or was deleted; see
        `de_la_decision`."""
        if evenement.supprime or not roles.est(evenement):
            return None
        return cls.de_la_decision(
            evenement.numero_unique,
            evenement.identifiant,
            evenement.auteur_creation,
            (evenement.modifie_le or evenement.cree_le).astimezone(PARIS).date(),
            Decision.stockee(evenement, roles),
            demandeur,
            organisme,
            evenement.date_survenance or evenement.cree_le.date(),
            avant,
        )

    @classmethod
    def de_la_decision(
        cls, numero: str, rang: int, guichet: str, dite_le: date, lue: Decision,
        demandeur: Demandeur = _INCONNU, organisme: str | None = None, survenue: date | None = None,
        avant: "Sequence[DecisionNotee]" = (),
    ) -> Self:  # fmt: skip
        """Reads a decision that a guichet told that day; `survenue` stands for the day of the commission when
        it is not given. The first of the lines that the ledger has (`avant`) of a commission of that day
        tells of the household as it was then. One that gives DALO or a category, but no category of the law,
        says that there is none."""
        jour = lue.jour(d.DATE_COMMISSION) or survenue or dite_le
        connu = next((ligne for ligne in avant if ligne.jour == jour), demandeur)
        depuis, categories = demandeur.dalo_depuis(jour, avant), lue.textes(d.CATEGORIE)
        dite = lue.booleen(d.DALO) is not None or bool(categories)
        rpls, classement = lue.texte(d.RPLS), lue.texte(d.RANG)
        return cls(
            numero,
            rang,
            jour,
            guichet,
            lue.prise,
            bail=(lue.jour(d.DATE_BAIL) or jour) if lue.booleen(d.BAIL) else None,
            siren=lue.texte(d.SIREN),
            souhaitee=connu.souhaitee,
            dalo=depuis is not None or lue.booleen(d.DALO),
            prioritaire=any(code in lue.roles.categories for code in categories) if dite else None,
            refus=lue.booleen(d.REFUS_DU_MENAGE),
            ressources_uc=connu.ressources_uc,
            organisme=organisme,
            logement=rpls.upper() if rpls else None,
            contingent=lue.texte(d.RESERVATAIRE),
            classement=int(classement) if classement is not None and classement.isdecimal() else None,
            categories=" ".join(categories) or None,
            association=connu.association,
            dalo_depuis=depuis,
            signe=lue.booleen(d.BAIL),
            dite_le=dite_le,
        )

    @property
    def attribue(self) -> bool:
        """True when a dwelling was attributed: a), b) and c) of R. 441-3, or by what a radiation tells."""
        return self.issue == MOTIF_ATTRIBUTION or self.issue in d.ATTRIBUTIONS

    @property
    def ordre(self) -> tuple[date, int]:
        """Sorts by when each was last told."""
        return self.dite_le, self.rang

    @property
    def organismes(self) -> set[str]:
        """The body that it is of: the landlord that it names, that of its guichet; empty when unknown."""
        return {corps for corps in (self.siren, self.organisme) if corps}

    @property
    def sorte(self) -> str | None:
        """Of one sitting and of no dwelling in particular, those of one sort are one decision."""
        return d.ATTRIBUTION if self.attribue else self.issue

    def meme_seance(self, autre: "DecisionNotee") -> bool:
        """True when both tell of one sitting of the commission: same day, same body, which two guichets are
        when the base knows it."""
        if self.jour != autre.jour or RANG_RADIATION in (self.rang, autre.rang):
            return False
        return self.meme_organisme(autre) and (
            self.guichet == autre.guichet or bool(self.organismes & autre.organismes)
        )

    def meme_organisme(self, autre: "DecisionNotee") -> bool:
        """True when both may be of one body: the landlord that each names, else its guichet's. A body that
        the base does not know may be any: a système particulier sends for all its landlords."""
        if self.siren and autre.siren and self.siren != autre.siren:
            return False
        if self.guichet == autre.guichet or not self.organismes or not autre.organismes:
            return True
        return bool(self.organismes & autre.organismes)

    def meme_logement(self, autre: "DecisionNotee") -> bool:
        """True unless each names a dwelling of its own. A number and an address may be of one."""
        ici, ailleurs = self.logement, autre.logement
        if ici is None or ailleurs is None or ici == ailleurs:
            return True
        return ici.startswith(_PAR_ADRESSE) != ailleurs.startswith(_PAR_ADRESSE)

    def meme_bail(self, autre: "DecisionNotee") -> bool:
        """True when the leases of both are one: nothing says that the body or the dwelling differ, and the
        dwelling, the sitting or the day of signature is the same."""
        if not self.meme_organisme(autre) or not self.meme_logement(autre):
            return False
        un_logement = self.logement is not None and self.logement == autre.logement
        return un_logement or self.meme_seance(autre) or self.bail == autre.bail

    def remplace(self, avant: "DecisionNotee") -> bool:
        """True when this tells `avant` again. A refusal alone says nothing of the decision that it
        answers."""
        if not self.meme_seance(avant) or self.logement != avant.logement:
            return False
        memes = (self.sorte, self.logement) == (avant.sorte, None)
        return memes or (self.logement is not None and (self.issue is None) == (avant.issue is None))

    def repond_a(self, autre: "DecisionNotee") -> bool:
        """True when this is a refusal by the household, and answers that decision. One that does not say its
        dwelling is of the whole sitting."""
        return bool(self.refus) and self.meme_seance(autre) and self.meme_logement(autre)

    def defait(self, autre: "DecisionNotee") -> bool:
        """True when this, told later, takes back the lease of that decision: a refusal, or a lease not signed
        after all, of the same sitting and of no dwelling in particular."""
        if self.ordre <= autre.ordre:
            return False
        return self.repond_a(autre) or (self.signe is False and not self.logement and self.meme_seance(autre))


def logement_decrit(attribution: Element) -> str | None:
    """The dwelling that a radiation describes (`attributionLogement`): its RPLS number, else its address, its
    size and its landlord; None when neither is told."""
    rpls = (attribution.texte_de("numeroRpls") or "").strip()
    if rpls:
        return rpls.upper()
    adresse, siren = attribution.enfant("adresse"), attribution.texte_de("codeSirenBailleur")
    if adresse is None or siren is None or adresse.enfant("voie") is None:
        return None
    dits = [plier(element.code or element.texte) for element in adresse.parcourir()]
    taille = (attribution.code_de("typeLogement"), attribution.texte_de("surface"))
    return _PAR_ADRESSE + " ".join(mot for mot in (siren, *dits, *taille) if mot)


def organisme_de(guichet: Guichet | None) -> str | None:
    """The SIREN of the body that a guichet speaks for; None when nobody knows it, or when it speaks for
    several, as a système particulier."""
    return None if guichet is None or guichet.nature is NatureGuichet.SYSTEME else guichet.siren


def decisions_dites(
    evenements: Iterable[Evenement],
    roles: RolesDecision,
    guichet: Callable[[str], Guichet | None],
    demandeur: Demandeur = _INCONNU,
    livre: Iterable[DecisionNotee] = (),
) -> list[DecisionNotee]:
    """The lines of those of these events that tell a decision; `guichet` finds who wrote, `livre` has those
    that the ledger has, by rank."""
    avant = [ligne for ligne in livre if ligne.rang != RANG_RADIATION]
    dites = (
        DecisionNotee.de_l_evenement(e, roles, demandeur, organisme_de(guichet(e.auteur_creation)), avant)
        for e in evenements
    )
    return [dite for dite in dites if dite is not None]


def tenir(
    dites: Iterable[DecisionNotee],
    radiation: DecisionNotee | None = None,
    revenue_le: date | None = None,
) -> list[DecisionNotee]:
    """The ledger of one demande: the decisions told on it, in the order they were written, and the radiation
    for attribution, each with what followed it. A lease signed before the demande came back for the last time
    (`revenue_le`) came to nothing."""
    en_ordre = sorted(dites, key=lambda dite: dite.ordre)
    lignes = [situee(dite, en_ordre) for dite in en_ordre]
    gardees = [
        dite
        for rang, dite in enumerate(lignes)
        if not any(autre.remplace(dite) for autre in lignes[rang + 1 :])
    ]
    debout = [dite for dite in gardees if _debout(dite, lignes, revenue_le)]
    tenues = []
    for dite in lignes:
        suite = _suite(dite, lignes, gardees, debout)
        tenues.append(replace(dite, suite=suite, bail=dite.bail if suite is SuiteDonnee.BAIL else None))
    return tenues if radiation is None else _radiee(tenues, radiation)


def situee(dite: DecisionNotee, lignes: Iterable[DecisionNotee]) -> DecisionNotee:
    """A decision that names no dwelling is of the one that its sitting named otherwise, when it named one
    alone."""
    if dite.logement or dite.issue is None:
        return dite
    nommes = {un.logement for un in lignes if un.sorte == dite.sorte and un.meme_seance(dite)} - {None}
    return replace(dite, logement=nommes.pop()) if len(nommes) == 1 else dite


def _debout(dite: DecisionNotee, lignes: Sequence[DecisionNotee], revenue_le: date | None) -> bool:
    """True when a decision tells a lease that nothing has undone."""
    if dite.bail is None or dite.refus or not (dite.attribue or dite.issue is None):
        return False
    revenue = revenue_le is not None and dite.bail <= revenue_le
    return not revenue and not any(autre.defait(dite) for autre in lignes)


def _suite(
    dite: DecisionNotee,
    lignes: Sequence[DecisionNotee],
    gardees: Sequence[DecisionNotee],
    debout: Sequence[DecisionNotee],
) -> SuiteDonnee | None:
    if dite not in gardees:
        return SuiteDonnee.CORRIGEE
    if dite in debout:
        # The same lease, told again of another sitting, is that of the last one.
        repris = any(autre.ordre > dite.ordre and autre.meme_bail(dite) for autre in debout)
        return None if repris else SuiteDonnee.BAIL
    if dite.refus or (dite.attribue and any(autre.repond_a(dite) for autre in lignes)):
        return SuiteDonnee.REFUS
    return SuiteDonnee.ABANDON if dite.bail is not None and dite.attribue else None


def _radiee(lignes: list[DecisionNotee], radiation: DecisionNotee) -> list[DecisionNotee]:
    """Adds the radiation to the decision that it follows: that of its lease, else the last attribution of
    this dwelling by this body that still waits; or one that was refused, or came to nothing, when both name
    the dwelling: the household has changed its mind. One held after the day of the lease is the last resort,
    and both have to name the dwelling. Without any, the radiation alone tells the lease."""
    suivies = [
        dite
        for dite in lignes
        if dite.suite is not SuiteDonnee.CORRIGEE
        and (dite.suite in (None, SuiteDonnee.BAIL) or dite.logement == radiation.logement is not None)
        and dite.attribue
        and dite.meme_organisme(radiation)
        and dite.meme_logement(radiation)
        and (dite.bail is None or dite.meme_bail(radiation))
        and (
            dite.bail is not None
            or radiation.bail is None
            or dite.jour <= radiation.bail
            or dite.logement == radiation.logement is not None
        )
    ]
    if not suivies:
        return [*lignes, radiation]
    suivie = max(
        suivies,
        key=lambda dite: (
            dite.bail is not None,
            radiation.bail is None or dite.jour <= radiation.bail,
            dite.suite is None,
            dite.logement is not None,
            dite.ordre,
        ),
    )
    complete = replace(
        suivie,
        suite=SuiteDonnee.BAIL,
        bail=suivie.bail or radiation.bail,
        siren=suivie.siren or radiation.siren,
        commune=radiation.commune,
        en_quartier=radiation.en_quartier,
        dalo=suivie.dalo or (suivie.dalo if radiation.dalo_dit is None else radiation.dalo_dit),
        logement=suivie.logement or radiation.logement,
        contingent=suivie.contingent or radiation.contingent,
        radiee_le=radiation.radiee_le,
    )
    tenues = [complete if dite is suivie else dite for dite in lignes]
    return [*tenues, replace(radiation, bail=None)]


def reactivee_le(mouvements: Iterable[Mouvement]) -> date | None:
    """The last day that a demande, radiated, became active again: a déradiation, a renewal after RADREN."""
    retours = (m.jour for m in mouvements if m.effet > 0 and m.genre is not GenreMouvement.CREATION)
    return max(retours, default=None)


def radiee_alors(mouvements: Iterable[Mouvement], jour: date) -> date | None:
    """Since when a demande that is active again was radiated on `jour`; None when it was not. A radiation for
    attribution that was undone does not count: its lease came to nothing."""
    depuis = None
    for mouvement in mouvements:
        if mouvement.effet < 0 and mouvement.motif != MOTIF_ATTRIBUTION:
            depuis = mouvement.jour
        elif mouvement.effet > 0 and depuis is not None:
            if depuis < jour < mouvement.jour:
                return depuis
            depuis = None
    return None


def baux(lignes: Iterable[DecisionNotee]) -> list[DecisionNotee]:
    """The lines that a signed lease followed."""
    return [ligne for ligne in lignes if ligne.suite is SuiteDonnee.BAIL and ligne.bail is not None]


def attributions(lignes: Iterable[DecisionNotee]) -> list[DecisionNotee]:
    """The attributions by a commission that a lease followed, or that still wait for the household."""
    return [
        ligne
        for ligne in lignes
        if ligne.rang != RANG_RADIATION and ligne.attribue and ligne.suite in (None, SuiteDonnee.BAIL)
    ]


def irrecevabilites(lignes: Sequence[DecisionNotee]) -> list[DecisionNotee]:
    """The decisions that found the demande irrecevable. One is left out when the same body took it back
    since by attributing a dwelling."""
    dites = [ligne for ligne in lignes if ligne.suite is not SuiteDonnee.CORRIGEE]
    return [
        ligne
        for ligne in dites
        if ligne.issue == d.IRRECEVABILITE
        and not any(a.attribue and a.meme_organisme(ligne) and a.jour > ligne.jour for a in dites)
    ]


def suites_attendues(lignes: Sequence[DecisionNotee]) -> dict[int, tuple[str, date]]:
    """The outcomes that a radiation has to follow, and since when, by the event that tells them."""
    attendues = {ligne.rang: (BAIL, ligne.bail) for ligne in baux(lignes) if ligne.bail is not None}
    return attendues | {ligne.rang: (IRRECEVABILITE, ligne.jour) for ligne in irrecevabilites(lignes)}


def radiation_possible_le(irrecevabilite: date) -> date:
    """From when the landlord may radiate a demande found irrecevable that day, warned at once at the best."""
    return ajouter_mois(irrecevabilite, MOIS_APRES_AVERTISSEMENT)


def reponse_attendue_jusqu_au(commission: date) -> date:
    """Until when, at least, a household to whom that commission attributed a dwelling may answer, had the
    offer been made at once."""
    return commission + _JOURS_DE_REPONSE
