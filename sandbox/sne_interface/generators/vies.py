"""The lives of drawn households: what happened to each demande up to the day the base is made (deposit,
renewals, radiation, DALO, decision), dated back from it so that nothing is overdue.
"""

from bisect import bisect
from collections.abc import Set
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final

from sne_interface.domain import codes as motifs
from sne_interface.domain import decision_de_commission as d
from sne_interface.domain.dates import PARIS, ajouter_mois
from sne_interface.domain.element_recu import Element, bloc, construits, de_code
from sne_interface.domain.livre_des_attributions import MOIS_APRES_AVERTISSEMENT, radiation_possible_le
from sne_interface.generators.demandes import DossierTire
from sne_interface.generators.menages import NOMS, PARTS
from sne_interface.generators.population import Population
from sne_interface.generators.tirage import Tirage

#: Motives that only a landlord may give.
DU_BAILLEUR: Final = frozenset({motifs.MOTIF_ATTRIBUTION, motifs.MOTIF_IRRECEVABILITE})

#: Days. An active demande may be a little past its year: the system waits for t+13 months.
_DERNIER_DEBUT_MAX: Final = 380
_RENOUVELEE_AVANT_MAX: Final = 45
#: A radiated one is erased after a year.
_RADIEE_DEPUIS_MAX: Final = 330
#: Days between two commissions; the age of a demande that is examined again, whatever a lease puts back.
_ENTRE_EXAMENS: Final = 35
_AVANT_REEXAMEN: Final = timedelta(days=100)
_TYPES_RPLS: Final = {"C": "T1", "T6P": "T6"}
#: Whether a dwelling lies in a quartier prioritaire, by the last two digits of its number: less than the
#: first bound it does, from the second on nobody knows.
_ZONES: Final = ("ZUSOUI", "ZUSNON", "ZUSNSP")
_ZONES_JUSQUA: Final = (28, 97)
OUVERTURE: Final = time(9)


@dataclass(slots=True)
class Vie:
    """The events in the life of a demande, with their days. `renouvellements` in order; `radiation` a day and
    the code of a motive; `dalo` and `decision` the days of a DALO and of a commission's decision; `reexamen`
    says that another commission had decided before, and housed nobody."""

    depot: date
    renouvellements: tuple[date, ...] = ()
    radiation: tuple[date, str] | None = None
    dalo: date | None = None
    decision: date | None = None
    reexamen: bool = False

    @property
    def decisions(self) -> int:
        """How many decisions are told."""
        return 0 if self.decision is None else 1 + self.reexamen

    @property
    def debut(self) -> date:
        """Start of the last year of validity: the last renewal, or the deposit."""
        return self.renouvellements[-1] if self.renouvellements else self.depot


def tirer_vie(tirage: Tirage, population: Population, jour: date) -> Vie:
    """A life that has led to `jour`."""
    radiation: tuple[date, str] | None = None
    if tirage.booleen(population.radiees):
        fin = jour - timedelta(days=tirage.entier(0, _RADIEE_DEPUIS_MAX))
        motif = tirage.selon(population.radiations)
        radiation = (fin, motif)
        if motif == motifs.MOTIF_NON_RENOUVELLEMENT:
            debut = ajouter_mois(fin, -13)
        else:
            debut = fin - timedelta(days=tirage.entier(0, 364))
        if motif == motifs.MOTIF_IRRECEVABILITE:  # a month after it was pronounced, at the least
            debut = min(debut, ajouter_mois(fin, -MOIS_APRES_AVERTISSEMENT))
    else:
        debut = jour - timedelta(days=tirage.entier(0, _DERNIER_DEBUT_MAX))
    etapes = [debut]
    for _ in range(tirage.selon(population.anciennete)):
        avance = timedelta(days=tirage.entier(0, _RENOUVELEE_AVANT_MAX))
        etapes.append(ajouter_mois(etapes[-1] + avance, -12))
    etapes.reverse()
    fin = radiation[0] if radiation else jour
    dalo = tirage.date(etapes[0], fin) if tirage.booleen(population.dalo) else None
    decision = None
    dite = radiation[1] if radiation and population.decisions > 0 else None
    # Where decisions are told at all, an attribution has its own.
    if tirage.booleen(population.decisions) or dite == motifs.MOTIF_ATTRIBUTION:
        decision = tirage.date(max(debut, fin - timedelta(days=120)), fin)
    if dite == motifs.MOTIF_IRRECEVABILITE:
        decision = ajouter_mois(fin, -MOIS_APRES_AVERTISSEMENT)
    return Vie(etapes[0], tuple(etapes[1:]), radiation, dalo, decision)


def tirer_vie_effacee(tirage: Tirage, population: Population, jour: date) -> Vie:
    """A life that ended more than a year before `jour`: only what is counted of it is left."""
    vie = tirer_vie(tirage, replace(population, radiees=1.0, dalo=0.0, decisions=0.0), jour)
    assert vie.radiation is not None
    recul = vie.radiation[0] - (jour - timedelta(days=366 + tirage.entier(0, 730)))
    return Vie(
        vie.depot - recul,
        tuple(quand - recul for quand in vie.renouvellements),
        (vie.radiation[0] - recul, vie.radiation[1]),
    )


def instant(jour: date, maintenant: datetime) -> datetime:
    """Opening time on `jour`, in Paris, and never after `maintenant`."""
    return min(datetime.combine(jour, OUVERTURE, PARIS), maintenant)


def est_dalo(vie: Vie, jour: date) -> bool:
    """True when the household was recognised as DALO on `jour`."""
    return vie.dalo is not None and vie.dalo <= jour


def dater(vie: Vie, tirage: Tirage) -> date | None:
    """The day of the lease of a life that an attribution ended, None of another. Where it has a decision, its
    commission sat before: an offer leaves ten days at least (R. 441-10), and so does an irrecevabilité
    leave a month (R. 441-2-8 d)."""
    fin, motif = vie.radiation or (None, None)
    if fin is not None and motif == motifs.MOTIF_ATTRIBUTION:
        bail = max(vie.depot, fin - timedelta(days=tirage.entier(0, 20)))
        if vie.decision is not None:
            vie.decision = max(vie.depot, bail - timedelta(days=tirage.entier(10, 45)))
        return bail
    if fin is not None and motif == motifs.MOTIF_IRRECEVABILITE and vie.decision is not None:
        recul = timedelta(days=tirage.entier(0, 25))
        vie.decision = max(vie.depot, ajouter_mois(fin, -MOIS_APRES_AVERTISSEMENT) - recul)
    return None


def tirer_reexamen(tirage: Tirage, population: Population, vie: Vie) -> None:
    """Draws whether a life that has a decision had another before it: that takes time."""
    if vie.decision is not None and vie.depot + _AVANT_REEXAMEN <= vie.decision:
        vie.reexamen = tirage.booleen(population.commissions.reexamens)


def premier_examen(vie: Vie, tirage: Tirage) -> Vie:
    """The life at the first of its two decisions, more than a month before the other."""
    assert vie.decision is not None
    recul = timedelta(days=tirage.entier(_ENTRE_EXAMENS, 150))
    return Vie(vie.depot, vie.renouvellements, dalo=vie.dalo, decision=max(vie.depot, vie.decision - recul))


def bloc_radiation(
    tirage: Tirage,
    motif: str,
    jour: date,
    dossier: DossierTire,
    *,
    bail: date | None = None,
    siren: str | None = None,
    dalo: bool = False,
) -> Element:
    """`radiation`, with what its motive asks for: the `bail`, of the day itself by default, and the `siren`
    of the landlord; a household that is `dalo` is housed as such."""
    enfants = [*construits(dateRadiation=jour), de_code("motifRadiation", motif)]
    if motif == motifs.MOTIF_IRRECEVABILITE:
        enfants.append(de_code("sousMotifIrrecevabilite", tirage.choix(("IRRRES", "IRRSEJ"))))
    elif motif == motifs.MOTIF_SANS_CONTACT:
        courrier = jour - timedelta(days=tirage.entier(32, 70))
        enfants.append(bloc("absenceReponse", *construits(dateCourrier=courrier)))
    elif motif == motifs.MOTIF_ATTRIBUTION:
        enfants.append(_attribution(tirage, bail or jour, dossier, siren, dalo=dalo))
    return bloc("radiation", *enfants)


def _attribution(
    tirage: Tirage, bail: date, dossier: DossierTire, siren: str | None, *, dalo: bool
) -> Element:
    souhait = dossier.souhait
    type_ = souhait.types[-1]
    place = tirage.choix(souhait.places)
    adresse = {nom: texte for nom, texte in dossier.adresse.items() if nom in ("numero", "voie")}
    lieu = (*construits(**adresse, codePostal=place.code_postal), de_code("commune", place.code))
    rpls = _rpls(tirage)
    hlm = dossier.foyer is not None and dossier.foyer.logement == "HLM"
    return bloc(
        "attributionLogement",
        *construits(dateSignatureBail=bail),
        de_code("dejaLogeParcBailleur", "OUI" if hlm else "NON"),
        *construits(numeroRpls=rpls, attribueEnComDALO=dalo or None),
        de_code("accordCollectif", "AUCUN"),
        de_code("typeReservataire", reservataire(tirage, dalo, personne=dossier.foyer is not None)),
        *construits(codeSirenBailleur=siren or None),
        de_code("zus", _ZONES[bisect(_ZONES_JUSQUA, int(rpls[-2:]))]),
        de_code("typeLogement", _TYPES_RPLS.get(type_, type_)),
        bloc("adresse", *lieu),
    )


def reservataire(tirage: Tirage, dalo: bool, *, personne: bool) -> str:
    """The reserving body of a dwelling, by code: an association is no household with priority."""
    tire = tirage.selon(PARTS["reservataire_dalo" if dalo else "reservataire"])
    return tire if personne or tire != motifs.CONTINGENT_DES_PRIORITAIRES else "AUCUN"


def bloc_dalo(statut: str, jour: date, dossier: DossierTire) -> Element:
    """`informationDalo`: `statut` is a code of ListeStatutDalo."""
    type_ = NOMS["types_dalo"].get(dossier.souhait.types[-1], "09")
    return bloc(
        "informationDalo",
        de_code("statutDalo", statut),
        *construits(dateDecisionDalo=jour),
        de_code("typologieLogementDalo", type_),
    )


def decision(
    vie: Vie,
    tirage: Tirage,
    population: Population,
    siren: str | None,
    jour: date,
    radiation: Element | None = None,
    *,
    faits: Set[str] = frozenset(),
    reexaminee: bool = False,
) -> tuple[tuple[str, str], ...]:
    """Characteristics of the event of a life that has a decision, by code, as on `jour`; those that have a
    place. `siren` is that of the landlord who tells it, `faits` those of the form, which the category does
    not contradict. That of an attribution or of an irrecevabilité which ended the life agrees with its
    `radiation`; of a demande that is `reexaminee` after, it was refused."""
    assert vie.decision is not None
    roles, commissions = population.roles.decision, population.commissions
    logement = radiation.enfant("attributionLogement") if radiation is not None else None
    retenue = _retenue(vie, tirage, population, jour, logement)
    dit = {d.DATE_COMMISSION: vie.decision.isoformat(), d.DECISION: retenue}
    if retenue == d.NON_ATTRIBUTION:
        dit[d.MOTIF] = tirage.choix(commissions.motifs_non_attribution)
    elif retenue == d.IRRECEVABILITE:
        motifs_dits = commissions.motifs_irrecevabilite
        sous_motif = radiation.code_de("sousMotifIrrecevabilite") if radiation is not None else None
        dit[d.MOTIF] = motifs_dits[sous_motif or tirage.choix(tuple(motifs_dits))]
    elif retenue == d.ATTRIBUTION_PAR_CLASSEMENT:
        # Three candidates at least, for one dwelling (R. 441-3): a lease goes to the first most often.
        dit[d.RANG] = str(tirage.choix((1, 1, 2) if logement is not None else (2, 3, 1)))
    elif retenue == d.ATTRIBUTION_SOUS_CONDITION:
        dit[d.CONDITION] = tirage.choix(commissions.conditions)
    dalo = est_dalo(vie, vie.decision)
    dit[d.DALO] = "oui" if dalo else "non"
    dit[d.SIREN] = siren or ""
    if logement is not None:
        dit[d.RESERVATAIRE] = logement.code_de("typeReservataire") or ""
        dit[d.RPLS] = logement.texte_de("numeroRpls") or ""
        dit |= {d.BAIL: "oui", d.DATE_BAIL: logement.texte_de("dateSignatureBail") or ""}
    elif retenue != d.IRRECEVABILITE:
        # The dwelling for which the demande was examined.
        dit[d.RESERVATAIRE] = reservataire(tirage, dalo, personne=bool(faits))
        dit[d.RPLS] = _rpls(tirage)
        dit[d.BAIL] = "non"
        laissee = reexaminee and retenue == d.ATTRIBUTION
        if laissee or (retenue in d.ATTRIBUTIONS and tirage.booleen(commissions.refus)):
            dit |= {d.REFUS_DU_MENAGE: "oui", d.MOTIF: tirage.choix(commissions.motifs_refus)}
    due = dit.get(d.RESERVATAIRE) == motifs.CONTINGENT_DES_PRIORITAIRES and not dalo
    if commissions.categories is not None and (due or tirage.booleen(commissions.prioritaires)):
        siennes = [tirage.selon(commissions.categories), *(commissions.categories.valeurs if due else ())]
        # One that the law has not opened yet, or has closed, or that the form contradicts, is none.
        justes = [c.code for c in siennes if c.en_vigueur(vie.decision) and not c.contredite(faits)]
        if justes:
            dit[d.CATEGORIE] = justes[0]
    return roles.ecrire({role: dit[role] for role in d.CARACTERISTIQUES if role in dit})


def _retenue(vie: Vie, tirage: Tirage, population: Population, jour: date, logement: Element | None) -> str:
    """Which of d.DECISIONS was taken. Irrecevabilité leads to its radiation: of a demande that is active, it
    is less than a month old; of one radiated for another motive, there was none."""
    assert vie.decision is not None
    commissions = population.commissions
    if logement is not None:
        return tirage.selon(commissions.avec_bail)
    irrecevable = commissions.sans_bail.part(d.IRRECEVABILITE) > 0
    if vie.radiation is not None and vie.radiation[1] == motifs.MOTIF_IRRECEVABILITE and irrecevable:
        return d.IRRECEVABILITE
    retenue = tirage.selon(commissions.sans_bail)
    if retenue != d.IRRECEVABILITE or (vie.radiation is None and jour < radiation_possible_le(vie.decision)):
        return retenue
    return commissions.sans_bail.valeurs[0]


def _rpls(tirage: Tirage) -> str:
    return f"{tirage.entier(1, 9_999_999_999):010d}"
