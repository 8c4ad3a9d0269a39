"""Households as a test wants them: what `Contraintes` asks for, and what life rarely brings together.

The builder of seeds draws the household; here it is given more co-holders, other dependants, custody,
handicaps, any present dwelling, any motive. Then `demandes_ornees` adds the optional elements.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.codes import LOGEMENT_PROPRE, TYPES_LOGEMENT
from sne_interface.domain.dates import PARIS
from sne_interface.domain.demande import territoire_de
from sne_interface.domain.element_recu import Element
from sne_interface.errors import UsageError
from sne_interface.generators.demandes import (
    HABITANTS,
    MOTIFS_MAX,
    DossierTire,
    adresse_postale,
    logement_actuel,
    message,
    tirer_dossier,
)
from sne_interface.generators.demandes_ornees import ORNEMENTS, Decor, bornes, orner
from sne_interface.generators.menages import (
    ASSOCIATION,
    COLOCATION,
    COUPLE,
    FAMILLE,
    MADAME,
    MONOPARENTAL,
    Foyer,
    Individu,
    nir_a_charge,
    tirer_civilite,
    tirer_enfant,
    tirer_individu,
)
from sne_interface.generators.population import Place, Population, Territoire, lire_population
from sne_interface.generators.tirage import Repartition, Tirage

_POPULATION: Final = "ecole"
_LOCALISATIONS_MAX: Final = 8
_COLOCATAIRES_MAX: Final = 4
_NAISSANCES_MAX: Final = 9
_HEURE: Final = 9
#: How many there are in a list that has to be long: beyond the ten lines of a screen.
_LONGUE: Final = 12
#: Chance of what households of a test have and those of a seed never do.
_VARIANTE: Final = 0.2
#: What a single person may wish, and a large household.
_PETITS: Final = (("C",), ("C", "T1"))
_GRANDS: Final = (("T4", "T5"), ("T5", "T6P"), ("T6P",))
#: Situations of those who share a dwelling without being a couple.
_SANS_LIEN: Final = ("C", "D", "S", "V")
_MADEMOISELLE: Final = "3"


@dataclass(frozen=True, slots=True)
class Contraintes:
    """The constraints on a demande; None, False or 0 leaves the draw free.

    `sorte` is a kind of household (`menages.SORTES`); an association comes only when it is asked for, or when
    `associations` lets it in; `limites` asks for the longest legal texts and the extreme numbers (None: now
    and then); `richesse` is the chance, from 0 to 1, of each optional element that the household does not
    need; `communes` are the INSEE codes of the wished communes, all of one territory; `etranger` puts the
    applicant's address abroad; `depot` is the day of deposit, that of the message by default; `naissance`
    is the day when the applicant is born, `ne_a` the département where each adult is, as a NIR says it (2A,
    2B, 99 for abroad), `nouveau_ne` adds a child born on the day of deposit, `ascendant` a parent;
    `difficile` asks Hypothesis for hard values first, instead of simple ones, `tour` for those of that rank,
    one after another, and `longues` for lists beyond ten, or as long as rules let them be, of members that
    differ.
    """

    sorte: str | None = None
    associations: bool = False
    version: str | None = None
    enfants_min: int = 0
    cotitulaires_min: int = 0
    garde_alternee: bool = False
    naissance_a_venir: bool = False
    handicap: bool = False
    etranger: bool = False
    nir: bool | None = None
    limites: bool | None = None
    richesse: float = 0.25
    communes: tuple[str, ...] = ()
    forcer_doublon: bool = False
    depot: date | None = None
    naissance: date | None = None
    ne_a: str = ""
    nouveau_ne: bool = False
    ascendant: bool = False
    difficile: bool = False
    longues: bool = False
    tour: int = 0


LIBRE: Final = Contraintes()


@dataclass(frozen=True, slots=True)
class Atelier:
    """A workshop that makes demandes of `contraintes`: `guichet` sends them on `jour`, at `instant`."""

    contrat: Contrat
    jour: date
    guichet: str
    contraintes: Contraintes
    instant: datetime
    population: Population

    @property
    def territoire(self) -> Territoire:
        """Where the guichet is."""
        return self.population.territoires.valeurs[0]

    def dossier(self, tirage: Tirage) -> DossierTire:
        """A household and its file."""
        voulu = self.contraintes
        depot = voulu.depot or self.jour
        dossier = tirer_dossier(
            tirage, self.population, voulu.naissance, voulu.ne_a, depot=depot, jour=self.jour
        )
        if voulu.communes:
            souhait = replace(dossier.souhait, places=dossier.territoire.places[: len(voulu.communes)])
            dossier = replace(dossier, souhait=souhait)
        dossier = _souhaits(tirage, dossier, voulu)
        return dossier if dossier.foyer is None else _varier(tirage, dossier, dossier.foyer, self)

    def message(self, tirage: Tirage) -> Element:
        """A whole message CRE (`interfaceNuu`), with its ornaments."""
        dossier = self.dossier(tirage)
        nu = message(dossier, self.instant, emetteur=self.guichet, forcer=self.contraintes.forcer_doublon)
        return self.orner(tirage, nu, dossier.souhait.places[0])

    def orner(
        self, tirage: Tirage, racine: Element, place: Place | None = None, *, connus: bool = False
    ) -> Element:
        """A message with optional elements; `place` is where a French place is written (the first of the
        territory by default); `connus` says that the base knows these people already."""
        place = place or self.territoire.places[0]
        scene = self.scene(tirage, racine.attributs["versionInterface"], place)
        scene = replace(scene, etranger=self.contraintes.etranger and not connus, connus=connus)
        return orner(racine, scene, racine.nom, ORNEMENTS)

    def scene(self, tirage: Tirage, version: str, place: Place) -> Decor:
        """Where what is ornamented stands."""
        limites = self.aux_limites(tirage)
        return Decor(
            tirage,
            self.contrat.nomenclatures,
            bornes(self.contrat, version),
            version,
            self.jour,
            (place.code_postal, place.code),
            self.contraintes.richesse,
            limites,
            longues=self.contraintes.longues,
        )

    def avec(self, contraintes: Contraintes) -> "Atelier":
        """The same under other constraints."""
        return atelier(
            self.contrat, jour=self.jour, guichet=self.guichet, contraintes=contraintes, instant=self.instant
        )

    def aux_limites(self, tirage: Tirage) -> bool:
        """Tells if texts and numbers are stretched to their bounds: as it is asked, else now and then."""
        voulu = self.contraintes
        if voulu.limites is None:
            return voulu.richesse > 0 and tirage.booleen(0.15)
        return voulu.limites


def atelier(
    contrat: Contrat,
    *,
    jour: date,
    guichet: str = "G1226",
    contraintes: Contraintes = LIBRE,
    instant: datetime | None = None,
) -> Atelier:
    """The maker of demandes; `instant` is their `dateFichier`, 9 o'clock on `jour` in Paris by default.
    Raises UsageError for a commune that does not exist."""
    quand = instant or datetime(jour.year, jour.month, jour.day, _HEURE, tzinfo=PARIS)
    return Atelier(contrat, jour, guichet, contraintes, quand, _population(contrat, guichet, contraintes))


def _population(contrat: Contrat, guichet: str, voulu: Contraintes) -> Population:
    population = lire_population(contrat, _POPULATION)
    territoires = population.territoires.valeurs
    ici = next((t for t in territoires if guichet in (*t.guichets, *t.etats.values())), territoires[0])
    if voulu.communes:
        ici = _territoire(contrat, ici, voulu.communes)
    sortes: Mapping[str, float] = {
        s: 1.0 for s in population.menages.valeurs if s != ASSOCIATION or voulu.associations
    }
    if voulu.sorte is not None:
        sortes = {voulu.sorte: 1.0}
    elif voulu.enfants_min:
        sortes = {MONOPARENTAL: 1.0, FAMILLE: 1.0}
    elif voulu.cotitulaires_min:
        sortes = {COLOCATION: 1.0, COUPLE: 1.0, FAMILLE: 1.0}
    versions = dict.fromkeys(contrat.versions, 1.0)
    if voulu.nir:
        versions = {v: 1.0 for v in contrat.versions if population.nirs[v]} or versions
    if voulu.version is not None:
        versions = {voulu.version: 1.0}
    return replace(
        population,
        territoires=Repartition({replace(ici, guichets=(guichet,)): 1.0}),
        menages=Repartition(sortes),
        versions=Repartition(versions),
        nir=population.nir if voulu.nir is None else float(voulu.nir),
    )


def _territoire(contrat: Contrat, ici: Territoire, codes: tuple[str, ...]) -> Territoire:
    places = []
    for code in codes:
        commune = contrat.territoires.commune(code)
        if commune is None:
            raise UsageError(f"La commune [{code}] n'existe pas.", remede="donnez un code INSEE en vigueur")
        # The first is the one that a table of communes gives by itself.
        places.append(replace(Place.de(commune), code_postal=commune.codes_postaux[-1]))
    return replace(ici, code=territoire_de(codes[0]), places=tuple(places))


# --- the wish ----------------------------------------------------------------------------------------


def _souhaits(tirage: Tirage, dossier: DossierTire, voulu: Contraintes) -> DossierTire:
    """Now and then as many places as the form has, or a room."""
    souhait, places = dossier.souhait, dossier.territoire.places
    variante = voulu_ou(tirage)
    if variante(voulu.longues):
        souhait = replace(souhait, places=places[:_LOCALISATIONS_MAX])
    if voulu.longues:
        return replace(dossier, souhait=replace(souhait, types=_GRANDS[1]))
    if variante(voulu.tour > 0):
        seul = dossier.foyer is None or dossier.foyer.taille == 1
        souhait = replace(souhait, types=tirage.choix((*(_PETITS if seul else ()), *_GRANDS)))
    return replace(dossier, souhait=souhait)


def _assez_grand(dossier: DossierTire, foyer: Foyer) -> DossierTire:
    """The file, its wish and its present dwelling large enough for `foyer`, which may have grown."""
    types = dossier.souhait.types
    besoin = TYPES_LOGEMENT[min(foyer.taille // 2 + 1, len(TYPES_LOGEMENT) - 1)]
    if TYPES_LOGEMENT.index(max(types, key=TYPES_LOGEMENT.index)) < TYPES_LOGEMENT.index(besoin):
        dossier = replace(dossier, souhait=replace(dossier.souhait, types=(besoin,)))
    if int(dossier.logement.get(HABITANTS, foyer.taille)) < foyer.taille:
        dossier = replace(dossier, logement={**dossier.logement, HABITANTS: str(foyer.taille)})
    return dossier


# --- the household -----------------------------------------------------------------------------------


def _varier(tirage: Tirage, dossier: DossierTire, foyer: Foyer, ici: Atelier) -> DossierTire:
    voulu, variante = ici.contraintes, voulu_ou(tirage)
    foyer = _personnes(tirage, dossier, foyer, ici)
    if variante(voulu.tour > 0):
        foyer = replace(foyer, logement=tirage.choix(_codes(ici.contrat, "ListeModeleLogement")))
        place = dossier.souhait.places[0]
        dossier = replace(
            dossier,
            adresse=adresse_postale(tirage, place, foyer),
            logement=logement_actuel(tirage, foyer, place, ici.jour),
        )
    enfants = (*foyer.a_charge, *foyer.en_garde)
    handicap = dossier.handicap or voulu.handicap
    autres = tuple(e.naissance for e in enfants if variante(voulu.longues)) if handicap else ()
    dossier = replace(dossier, foyer=foyer, handicap=handicap, handicapes=autres)
    dossier = _assez_grand(dossier, foyer)
    return replace(dossier, motifs=_motifs(tirage, dossier, foyer, ici))


def voulu_ou(tirage: Tirage) -> Callable[[bool], bool]:
    """Returns the test that tells whether a variant is there: when it is asked for, or now and then."""
    return lambda voulu: voulu or tirage.booleen(_VARIANTE)


def _personnes(tirage: Tirage, dossier: DossierTire, foyer: Foyer, ici: Atelier) -> Foyer:
    voulu, variante = ici.contraintes, voulu_ou(tirage)
    demandeur = foyer.demandeur
    civilite = _civilite(tirage, demandeur.civilite, demandeur.situation)
    foyer = replace(foyer, demandeur=replace(demandeur, civilite=civilite))

    def enfant(garde: str | None = None) -> Foyer:
        parent = foyer.cotitulaire or demandeur
        ne = tirer_enfant(tirage, nom=parent.nom, age_max=12, jour=ici.jour, garde=garde)
        if garde is not None:
            return replace(foyer, en_garde=(*foyer.en_garde, ne))
        return replace(foyer, a_charge=(*foyer.a_charge, ne))

    while len(foyer.a_charge) < (_LONGUE if voulu.longues else voulu.enfants_min):
        foyer = enfant()
    if voulu.nouveau_ne:
        *aines, dernier = enfant().a_charge
        foyer = replace(foyer, a_charge=(*aines, replace(dernier, naissance=ici.jour)))
    while voulu.longues and len(foyer.en_garde) < _LONGUE:
        foyer = enfant(tirage.choix(("G", "D")))
    if variante(voulu.garde_alternee and not any(e.garde == "G" for e in foyer.en_garde)):
        foyer = enfant("G" if voulu.garde_alternee else tirage.choix(("G", "D")))
    if variante(voulu.longues or voulu.ascendant):
        foyer = _ascendant(tirage, foyer, demandeur, ici.jour)
    if variante(voulu.naissance_a_venir) and foyer.a_naitre is None:
        foyer = replace(foyer, a_naitre=ici.jour + timedelta(days=tirage.entier(15, 230)))
    if foyer.a_naitre is not None and variante(voulu.difficile and voulu.naissance_a_venir):
        foyer = replace(foyer, naissances=tirage.entier(2, _NAISSANCES_MAX))
    voulus = _LONGUE if voulu.longues and foyer.lien is not None else voulu.cotitulaires_min
    manquants = voulus - (foyer.cotitulaire is not None)
    if foyer.lien is not None and variante(False):
        manquants = max(manquants, tirage.entier(1, _COLOCATAIRES_MAX))
    colocataires = tuple(_colocataire(tirage, dossier, demandeur, ici) for _ in range(manquants))
    _, *autres = _distincts((*foyer.adultes, *colocataires))
    return replace(foyer, cotitulaire=foyer.cotitulaire and autres.pop(0), colocataires=tuple(autres))


def _ascendant(tirage: Tirage, foyer: Foyer, demandeur: Individu, jour: date) -> Foyer:
    """A parent of the applicant, or another, à charge."""
    ne = tirer_enfant(tirage, nom=demandeur.nom, age_max=1, jour=demandeur.naissance)
    lien = tirage.choix(("P", "A"))
    age = timedelta(days=7000 if lien == "P" else 0)
    ne = replace(ne, naissance=demandeur.naissance - age, lien=lien)
    return replace(foyer, a_charge=(*foyer.a_charge, replace(ne, nir=nir_a_charge(ne, foyer.adultes, jour))))


def _colocataire(tirage: Tirage, dossier: DossierTire, demandeur: Individu, ici: Atelier) -> Individu:
    civilite = tirer_civilite(tirage)
    situation = tirage.choix(_SANS_LIEN)
    tire = tirer_individu(
        tirage,
        civilite=civilite,
        nom=None,
        naissance=demandeur.naissance - timedelta(days=tirage.entier(1, 1500)),
        nationalite=demandeur.nationalite,
        situation=situation,
        jour=ici.jour,
        avec_nir=demandeur.nir is not None,
        departement=dossier.territoire.places[0].departement,
    )
    return replace(tire, civilite=_civilite(tirage, civilite, situation))


def _civilite(tirage: Tirage, civilite: str, situation: str) -> str:
    """That civility, or another that a single woman may have."""
    seule = civilite == MADAME and situation == "C"
    return tirage.choix((MADAME, _MADEMOISELLE)) if seule else civilite


def _distincts(adultes: Sequence[Individu]) -> Iterator[Individu]:
    """Adults whose births are months apart: no two are one person, nor have one NIR."""
    pris = set()
    for individu in adultes:
        naissance = individu.naissance
        while f"{naissance:%Y%m}" in pris:
            naissance -= timedelta(days=31)
        pris.add(f"{naissance:%Y%m}")
        yield individu.ne_le(naissance)


# --- motives -----------------------------------------------------------------------------------------


def _motifs(tirage: Tirage, dossier: DossierTire, foyer: Foyer, ici: Atelier) -> tuple[str, ...]:
    """The drawn motives, and now and then another that fits."""
    voulu = ici.contraintes
    plusieurs = voulu.longues or voulu.tour > 0
    if not (plusieurs or tirage.booleen(2 * _VARIANTE)):
        return dossier.motifs
    situation, modele = foyer.demandeur.situation, foyer.logement
    exclus = {
        "01": modele in LOGEMENT_PROPRE,
        "07": not dossier.handicap,
        "11": situation not in ("D", "S", "M", "P"),
        "14": situation == "M",
    }
    libres = [
        code
        for code in _codes(ici.contrat, "ListeMotifDemande")
        if not exclus.get(code) and code not in dossier.motifs
    ]
    if plusieurs:
        return (*dossier.motifs, *libres[2 * (voulu.tour - 1) % len(libres) :])[:MOTIFS_MAX]
    return (*dossier.motifs[:2], tirage.choix(libres))


def _codes(contrat: Contrat, liste: str) -> tuple[str, ...]:
    return tuple(code for code in contrat.nomenclatures.liste(liste) if code)
