"""Demandes: a household, its wish and its file, written as the `interfaceNuu` documents of the contract."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from sne_sandbox.domain.dates import xs_date_time
from sne_sandbox.domain.element import Element, bloc, de_code
from sne_sandbox.generators import logements
from sne_sandbox.generators.logements import Souhait
from sne_sandbox.generators.menages import ASSOCIATION, Enfant, Foyer, Individu, telephone_fixe, tirer_foyer
from sne_sandbox.generators.noms import noms
from sne_sandbox.generators.population import Place, Population, Territoire
from sne_sandbox.generators.tirage import Repartition, Tirage

_PRECISIONS: Final = Repartition(
    {
        "Sans précision.": 70,
        "Logement proche des transports souhaité.": 14,
        "Disponible en semaine après 18 heures.": 8,
        "Changement d'école à prévoir.": 8,
    }
)
_ASSOCIATIONS: Final = ("Un Toit en Partage", "Les Amis du Logement", "Escale Solidaire", "Clefs en Main")


@dataclass(frozen=True, slots=True)
class DossierTire:
    """All that was drawn of a demande. `depot` is the day of deposit, `jour` the day it is written as of;
    `foyer` is None for an association, whose name is in `association`."""

    version: str
    territoire: Territoire
    guichet: str
    depot: date
    jour: date
    souhait: Souhait
    foyer: Foyer | None
    association: str | None
    adresse: Element
    telephone: str
    precision: str
    motifs: tuple[str, ...] = ()
    logement: Element | None = None
    handicap: bool = False
    electronique: bool = False
    handicapes: tuple[date, ...] = ()
    """Birth dates of the handicapped persons beside the applicant."""


def tirer_dossier(tirage: Tirage, population: Population, *, depot: date, jour: date) -> DossierTire:
    """A household of `population` with its file, deposited on `depot` and written as on `jour`."""
    sorte = tirage.selon(population.menages)
    version = tirage.selon(population.versions)
    territoire = tirage.selon(population.territoires)
    guichet = tirage.choix(territoire.guichets)
    foyer = None
    if sorte != ASSOCIATION:
        foyer = tirer_foyer(
            tirage,
            sorte,
            nationalites=population.nationalites,
            depot=depot,
            jour=jour,
            avec_nir=version >= "02.02" and tirage.booleen(population.nir),
            departement=territoire.places[0].departement,
        )
    souhait = logements.tirer_souhait(tirage, territoire, foyer)
    place = souhait.places[0] if tirage.booleen(0.7) else tirage.choix(territoire.places)
    hebergeant = tirage.choix(noms().familles) if foyer and foyer.logement in ("CP", "CPE") else None
    dossier = DossierTire(
        version=version,
        territoire=territoire,
        guichet=guichet,
        depot=depot,
        jour=jour,
        souhait=souhait,
        foyer=foyer,
        association=None if foyer else f"{tirage.choix(_ASSOCIATIONS)} {tirage.entier(1, 95)}",
        adresse=adresse_postale(tirage, place, foyer, hebergeant),
        telephone=telephone_fixe(tirage),
        precision=tirage.selon(_PRECISIONS),
    )
    if foyer is None:
        return dossier
    handicap = tirage.booleen(0.04)
    return replace(
        dossier,
        motifs=logements.tirer_motifs(tirage, foyer, handicap=handicap),
        logement=logements.actuel(tirage, foyer, place, jour),
        handicap=handicap,
        electronique=foyer.demandeur.mel is not None and tirage.booleen(0.3),
    )


def message(
    dossier: DossierTire, instant: datetime, *, emetteur: str | None = None, forcer: bool = False
) -> Element:
    """The `interfaceNuu` message (CRE) that registers `dossier`, sent at `instant` by `emetteur` (by default,
    its guichet); `forcer` says that a duplicate is meant."""
    return document(dossier.version, "CRE", instant, formulaire(dossier, emetteur=emetteur, forcer=forcer))


def document(version: str, type_fichier: str, instant: datetime, corps: Element) -> Element:
    """An `interfaceNuu` document around the form `corps`."""
    entete = (Element("typeFichier", type_fichier), Element("dateFichier", xs_date_time(instant)))
    return Element(
        "interfaceNuu", "", {"versionInterface": version}, (bloc("entete", *entete), bloc("demande", corps))
    )


def formulaire(
    dossier: DossierTire,
    *,
    emetteur: str | None = None,
    numero: str | None = None,
    reference: str | None = None,
    forcer: bool = False,
) -> Element:
    """`demandeLogement`; `numero` is its numUnique, `reference` its refInterne."""
    enfants = [Element("numGuichet", emetteur or dossier.guichet)]
    for nom, valeur in (("numUnique", numero), ("refInterne", reference)):
        if valeur is not None:
            enfants.append(Element(nom, valeur))
    enfants.append(Element("dateCreationDemande", dossier.depot.isoformat()))
    if forcer:
        enfants.append(Element("forcerDoublon", "true"))
    if dossier.electronique:
        enfants.append(Element("renouvellementElec", "true"))
    enfants += (Element("precision", dossier.precision), logements.recherche(dossier.souhait))
    if dossier.motifs:
        codes = tuple([de_code("motifDemande", motif) for motif in dossier.motifs])
        enfants.append(bloc("principauxMotifDemande", *codes))
    foyer = dossier.foyer
    if foyer is None:
        enfants.append(_association(dossier))
    else:
        enfants.append(_personne_physique(dossier, foyer))
        handicapes = ((foyer.demandeur.naissance,) if dossier.handicap else ()) + dossier.handicapes
        if handicapes:
            enfants.append(bloc("listeHandicap", *[_handicap(n) for n in handicapes]))
    return bloc("demandeLogement", *enfants)


def _association(dossier: DossierTire) -> Element:
    return bloc(
        "association",
        Element("nom", dossier.association or ""),
        Element("telTravail", dossier.telephone),
        dossier.adresse,
    )


def _personne_physique(dossier: DossierTire, foyer: Foyer) -> Element:
    enfants = [_demandeur(dossier, foyer.demandeur)]
    if foyer.a_charge:
        enfants.append(bloc("listePersonneACharge", *[_a_charge(enfant) for enfant in foyer.a_charge]))
    if foyer.a_naitre is not None:
        nombre = Element("nombre", str(foyer.naissances))
        attendu = (nombre, Element("dateNaissancePrevue", foyer.a_naitre.isoformat()))
        enfants.append(bloc("personneANaitre", *attendu))
    if foyer.en_garde:
        enfants.append(bloc("listePersonneEnGarde", *[_en_garde(enfant) for enfant in foyer.en_garde]))
    autres = [_cotitulaire(individu, "L", dossier) for individu in foyer.colocataires]
    if foyer.cotitulaire is not None:
        autres.insert(0, _cotitulaire(foyer.cotitulaire, foyer.lien or "", dossier))
    if autres:
        enfants.append(bloc("listeCotitulaire", *autres))
    if dossier.logement is not None:
        enfants.append(dossier.logement)
    return bloc("personnePhysique", *enfants)


def _identite(individu: Individu) -> list[Element]:
    enfants = [de_code("civilite", individu.civilite), Element("nom", individu.nom)]
    if individu.nom_naissance is not None:
        enfants.append(Element("nomPatronymique", individu.nom_naissance))
    enfants += (Element("prenom", individu.prenom), Element("dateNaissance", individu.naissance.isoformat()))
    if individu.nir is not None:
        enfants.append(Element("nir", individu.nir))
    enfants += (
        de_code("nationalite", individu.nationalite),
        de_code("situationFamiliale", individu.situation),
        Element("telPortable", individu.portable),
    )
    return enfants


def _demandeur(dossier: DossierTire, individu: Individu) -> Element:
    enfants = _identite(individu)
    if individu.mel is not None:
        enfants.append(Element("mel", individu.mel))
    if dossier.version >= "02.01":
        enfants.append(Element("notifSms", "true"))
    enfants += (
        dossier.adresse,
        *_situation(individu, dossier),
        Element("listeRessourceRecuePersACharge"),
        Element("listeRessourceVerseePersACharge"),
    )
    return bloc("demandeur", *enfants)


def _cotitulaire(individu: Individu, lien: str, dossier: DossierTire) -> Element:
    return bloc(
        "cotitulaire", *_identite(individu), de_code("lienDemandeur", lien), *_situation(individu, dossier)
    )


def _situation(individu: Individu, dossier: DossierTire) -> tuple[Element, Element, Element, Element]:
    metier = individu.metier
    emploi = [] if metier.profession is None else [Element("profession", metier.profession)]
    emploi.append(de_code("typeContratTravail", metier.contrat))
    if metier.employeur is not None:
        lieu = dossier.souhait.places[0]
        emploi += (
            Element("multiEmployeur", "false"),
            Element("nomEmployeurPrincipal", metier.employeur),
            Element("etranger", "false"),
            Element("codePostal", lieu.code_postal),
            de_code("commune", lieu.code),
        )
    annee, (dernier, avant) = dossier.jour.year, individu.revenus
    revenu = (
        Element("anneeMoins1", str(annee - 1)),
        Element("montantMoins1", str(dernier)),
        Element("anneeMoins2", str(annee - 2)),
        Element("montantMoins2", str(avant)),
    )
    recues = [
        bloc("detailRessource", de_code("ressource", code), Element("montant", str(montant)))
        for code, montant in individu.ressources
    ]
    return (
        bloc("situationProfessionnelle", *emploi),
        bloc("revenuFiscal", *revenu),
        bloc("listeRessourceRecue", *recues),
        Element("listeRessourceVersee"),
    )


def _a_charge(enfant: Enfant) -> Element:
    return bloc(
        "personneACharge",
        Element("nom", enfant.nom),
        Element("prenom", enfant.prenom),
        Element("dateNaissance", enfant.naissance.isoformat()),
        de_code("sexe", enfant.sexe),
        de_code("lienParente", enfant.lien),
    )


def _en_garde(enfant: Enfant) -> Element:
    return bloc(
        "personneEnGarde",
        Element("dateNaissance", enfant.naissance.isoformat()),
        de_code("sexe", enfant.sexe),
        de_code("coParentalite", enfant.garde or "G"),
    )


def adresse_postale(
    tirage: Tirage, place: Place, foyer: Foyer | None, hebergeant: str | None = None
) -> Element:
    """`adressePostale` in the commune of `place`."""
    enfants = [Element("etranger", "false")]
    if foyer is not None and foyer.logement == "SD":
        enfants += (Element("compAdresse", "Domiciliation au CCAS"), Element("voie", "place de la Mairie"))
    else:
        enfants += (Element("numero", str(tirage.entier(1, 99))), Element("voie", tirage.choix(noms().voies)))
    enfants += (Element("codePostal", place.code_postal), de_code("commune", place.code))
    if hebergeant is not None:
        enfants.append(Element("nomHebergeant", hebergeant))
    return bloc("adressePostale", *enfants)


def _handicap(naissance: date) -> Element:
    nature = de_code("natureHandicapMoteur", "MI")
    aide = de_code("aideTechniqueHandicap", "2")
    return bloc(
        "handicap",
        Element("dateNaissance", naissance.isoformat()),
        de_code("etatHandicap", "STA"),
        de_code("capaciteMarcheHandicap", "2"),
        Element("handicapMoteur", "true"),
        Element("handicapSensoriel", "false"),
        bloc("listeNatureHandicapMoteur", nature),
        bloc("listeAideTechniqueHandicap", aide),
    )
