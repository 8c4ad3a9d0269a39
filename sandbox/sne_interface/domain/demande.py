"""A demande de logement social: its numéro unique, its document, what the base holds of it, and its
movements.

Nobody is given a dwelling whose demande is not registered under its number (L. 441-2-1). The number and the
day of deposit never change; the demande lives a year from its deposit or its last renewal, and leaves the
stock when it is radiated (R. 441-2-8). Its document is `interfaceNuu` (`xsd/demande-….xsd`), seen here with
the field's names.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Final, Self, TypeVar

from sne_interface.domain.codes import DALO_CADUC, DALO_RECONNU
from sne_interface.domain.element_recu import Element, Elements, Vue, une_fois
from sne_interface.domain.texte import plier

T = TypeVar("T")
#: Path of the form (the Cerfa) in the document.
FORMULAIRE: Final = "interfaceNuu/demande/demandeLogement"
#: Path of the household in it, absent for an association.
PERSONNE_PHYSIQUE: Final = f"{FORMULAIRE}/personnePhysique"
#: Characters of a numéro unique.
NUMERO_MAX: Final = 18
_FORME: Final = re.compile(r"([0-9][0-9AB][0-9AB])(\d\d)(\d\d)(\d{6})([A-Z0-9]{5})")
_ILE_DE_FRANCE: Final = frozenset({"075", "077", "078", "091", "092", "093", "094", "095"})

#: Territory of Île-de-France: one number for the whole region (R. 441-2-1; code deduced).
TERRITOIRE_ILE_DE_FRANCE: Final = "111"

# --- the numéro unique: TTT MM AA NNNNNN GGGGG, e.g. 1110318016982G1104 (deduced from two real numbers)


def departement_de(commune: str) -> str:
    """Département of an INSEE commune code: « 62 », « 2A », « 971 » (collectivities: « 975 », « 988 »)."""
    return commune[:3] if commune.startswith(("97", "98")) else commune[:2]


@lru_cache(maxsize=8192)
def territoire_de(commune: str) -> str:
    """The territory in which the demandes that wish this commune (INSEE code) first are numbered.

    111 for Île-de-France (R. 441-2-1; code deduced); elsewhere `0` + département, `971`…, `02A`/`02B`
    (convention). The Rhône and the Métropole de Lyon are one territory (069), Corsica stays two.
    """
    return numerote(mediation_de(commune))


def mediation_de(commune: str) -> str:
    """The territory of the commission de médiation of a commune: its département (L. 441-2-3), in
    Île-de-France too, as « 075 », « 062 », « 02A », « 971 »."""
    return departement_de(commune).rjust(3, "0")


def numerote(territoire: str) -> str:
    """The territory by which numbers begin there: that of the region for a département of Île-de-France."""
    return TERRITOIRE_ILE_DE_FRANCE if territoire in _ILE_DE_FRANCE else territoire


@dataclass(frozen=True, slots=True)
class NumeroUnique:
    """A numéro unique, taken apart: territory, month and year of deposit, rank in that month and territory,
    guichet that registered the demande."""

    territoire: str
    mois: int
    annee: int
    sequence: int
    guichet: str

    @classmethod
    def lire(cls, texte: str) -> Self | None:
        """The number written in `texte`, None when it has not the form (18 characters)."""
        trouve = _FORME.fullmatch(texte)
        if trouve is None or not 1 <= int(trouve[2]) <= 12:
            return None
        return cls(trouve[1], int(trouve[2]), int(trouve[3]), int(trouve[4]), trouve[5])

    @classmethod
    def de(cls, territoire: str, depot: date, sequence: int, guichet: str) -> Self:
        """The number of rank `sequence` in the month of `depot`."""
        return cls(territoire, depot.month, depot.year % 100, sequence, guichet)

    def __str__(self) -> str:
        return f"{self.territoire}{self.mois:02d}{self.annee:02d}{self.sequence:06d}{self.guichet}"


# --- the document --------------------------------------------------------------------------------------


def _texte(chemin: str) -> une_fois[str]:
    """The text at a path below the element of a view, "" when absent."""
    return une_fois(lambda vue: vue.element.texte_de(chemin) or "")


def _lu(lire: Callable[[Element, str], T], chemin: str) -> une_fois[T]:
    """The value that is read at a path below the element of a view."""
    return une_fois(lambda vue: lire(vue.element, chemin))


def _du_formulaire(lire: Callable[[Element, str], T], chemin: str) -> une_fois[T]:
    """The value that is read at a path below the form of a demande."""
    return une_fois(lambda demande: lire(demande.formulaire, chemin))


def _reference(nom: str) -> une_fois[str | None]:
    """The text of an element of the form that names something; None of blanks: what indents a document may
    put some into an empty element."""

    def lire(demande: "Demande") -> str | None:
        texte = demande.formulaire.texte_de(nom)
        return texte if texte is not None and texte.strip() else None

    return une_fois(lire)


#: Folded nom, folded prénom, birth date.
Identite = tuple[str, str, date | None]


class Personne(Vue):
    """A holder of the demande: the `demandeur`, who asks, or a `cotitulaire`, who would sign the lease with
    him."""

    # Rules ask for the same persons and places again and again: what is walked to is kept.
    __slots__ = ("__dict__",)

    #: Name in use (`nom`), "" when absent.
    nom = _texte("nom")

    #: Name at birth (`nomPatronymique`), "" when absent.
    nom_patronymique = _texte("nomPatronymique")

    #: First name (`prenom`), "" when absent.
    prenom = _texte("prenom")

    #: Day of birth; None when absent, or no date.
    date_naissance = _lu(Element.date_de, "dateNaissance")

    #: Monsieur or Madame, by code of ListeCivilite.
    civilite = _lu(Element.code_de, "civilite")

    #: Married, divorced, widowed…, by code of ListeSituationFamiliale.
    situation_familiale = _lu(Element.code_de, "situationFamiliale")

    #: The tie of a cotitulaire to the demandeur, by code of ListeLienDemandeur; None for the
    #: demandeur.
    lien_demandeur = _lu(Element.code_de, "lienDemandeur")

    #: Kind of employment, by code of ListeTypeContratTravail (student, retired… are some).
    contrat_travail = _lu(Element.code_de, "situationProfessionnelle/typeContratTravail")

    @property
    def identite(self) -> Identite:
        """The identity of a person for the duplicate search: nom, prénom and birth date (attested
        criterion)."""
        return plier(self.nom), plier(self.prenom), self.date_naissance

    @property
    def identite_patronymique(self) -> Identite | None:
        """The same with the birth name in place of nom; None for a person who gives none."""
        nom = plier(self.nom_patronymique)
        return (nom, plier(self.prenom), self.date_naissance) if nom else None

    @property
    def noms(self) -> frozenset[str]:
        """The folded names that a person is known by: nom, and birth name when it is given."""
        return frozenset(filter(None, (plier(self.nom), plier(self.nom_patronymique))))


_SOUHAIT: Final = "logementRecherche"
_LISTES_DE_RESSOURCES: Final = (
    "listeRessourceRecue",
    "listeRessourceVersee",
    "listeRessourceRecuePersACharge",
    "listeRessourceVerseePersACharge",
)


class Demande(Vue):
    """The whole `interfaceNuu` document of a demande, `element` being its root. An empty element is
    absent."""

    __slots__ = ("__dict__",)

    @une_fois
    def formulaire(self) -> Element:
        """The form itself (`demandeLogement`), compulsory in the schema: an empty element where it lacks."""
        # As is the path to it, even when everything in it is empty.
        return _seul(_seul(self.element, "demande"), "demandeLogement")

    @une_fois
    def version(self) -> str:
        """Version of the message (`@versionInterface`), « 02.01 »; "" when absent."""
        return self.element.attributs.get("versionInterface", "")

    #: The action of the message (`entete/typeFichier`): CRE creates, CRS creates for a household that
    #: separates, MOD modifies, REN renews, RAD radiates or reactivates, SUP deletes, COP notes a
    #: scanned piece; "" when absent.
    type_fichier = _texte("entete/typeFichier")

    #: When the message was written (`entete/dateFichier`); naive when it names no time zone.
    date_fichier = _lu(Element.instant_de, "entete/dateFichier")

    @une_fois
    def num_guichet(self) -> str:
        """Code of the guichet that sends (`numGuichet`), "" when absent."""
        return self.formulaire.texte_de("numGuichet") or ""

    #: The numéro unique that the message is about (`numUnique`).
    numero_unique = _reference("numUnique")

    #: That of the joint demande which a household that separates leaves (`numUniqueAssocie`).
    numero_associe = _reference("numUniqueAssocie")

    #: The sender's own reference of the demande (`refInterne`).
    ref_interne = _reference("refInterne")

    #: Day of deposit (`dateCreationDemande`), from which seniority counts.
    date_creation = _du_formulaire(Element.date_de, "dateCreationDemande")

    #: Whether the sender wants the demande even if one of its holders has another (`forcerDoublon`).
    forcer_doublon = _du_formulaire(Element.booleen_de, "forcerDoublon")

    @une_fois
    def est_association(self) -> bool:
        """True when the applicant is an association (written, even empty: the branch of the choice
        counts)."""
        return any(e.nom == "association" for e in self.formulaire.enfants)

    #: The association that asks for a dwelling for those it lodges, in place of a person.
    association = _du_formulaire(Element.enfant, "association")

    @une_fois
    def demandeur(self) -> Personne | None:
        """The person who asks, None for an association."""
        demandeur = self.formulaire.enfant("personnePhysique/demandeur")
        return Personne(demandeur) if demandeur is not None else None

    #: Her situation, by code of ListeSituationFamiliale.
    situation_du_demandeur = _du_formulaire(Element.code_de, "personnePhysique/demandeur/situationFamiliale")

    #: Her day of birth; None when absent, or no date.
    naissance_du_demandeur = _du_formulaire(Element.date_de, "personnePhysique/demandeur/dateNaissance")

    @une_fois
    def cotitulaires(self) -> tuple[Personne, ...]:
        """The cotitulaires: those who would sign the lease with the demandeur, in order."""
        liste = "personnePhysique/listeCotitulaire/cotitulaire"
        return tuple([Personne(e) for e in self.formulaire.tous(liste)])

    @une_fois
    def titulaires(self) -> tuple[Personne, ...]:
        """The demandeur then the cotitulaires: those by whom two demandes are found to be one household's."""
        demandeur = self.demandeur
        return ((demandeur,) if demandeur is not None else ()) + self.cotitulaires

    @une_fois
    def ressources(self) -> tuple[tuple[Element, Elements], ...]:
        """The lists of resources of the holders, received and paid, their own and those of the persons à
        charge, each with its `detailRessource` in order."""
        siens = [(p.element.presents, nom) for p in self.titulaires for nom in _LISTES_DE_RESSOURCES]
        listes = [presents[nom] for presents, nom in siens if nom in presents]
        return tuple([(liste, liste.tous("detailRessource")) for liste in listes])

    @une_fois
    def ressources_recues(self) -> Elements:
        """Every `detailRessource` received by the household, in document order by person."""
        recues = [
            d for liste, details in self.ressources if liste.nom == "listeRessourceRecue" for d in details
        ]
        if self.demandeur is not None:
            recues += self.demandeur.element.tous("listeRessourceRecuePersACharge/detailRessource")
        return tuple(recues)

    @une_fois
    def ressources_mensuelles(self) -> int:
        """Euros received a month by the applicant, the co-holders and the persons à charge (attested); 0 when
        none is declared.

        Pensions paid are not deducted (convention). The resources of the persons à charge are one list, held
        on the applicant.
        """
        return sum([recue.entier_de("montant") or 0 for recue in self.ressources_recues])

    #: The persons à charge, who depend on the household and live in it, in order.
    personnes_a_charge = _du_formulaire(Element.tous, "personnePhysique/listePersonneACharge/personneACharge")

    #: The children in alternate custody, or with a right of visit, in order (see `coParentalite`).
    personnes_en_garde = _du_formulaire(Element.tous, "personnePhysique/listePersonneEnGarde/personneEnGarde")

    @une_fois
    def gardes_alternees(self) -> list[Element]:
        """Of these, the children in alternate custody."""
        return [e for e in self.personnes_en_garde if e.code_de("coParentalite") == "G"]

    @une_fois
    def logement_actuel(self) -> Element:
        """The dwelling of today: what kind it is, since when, what it costs; an empty element when nothing is
        told of it."""
        return self.formulaire.enfant("personnePhysique/logementActuel") or Element("logementActuel")

    @une_fois
    def modeles_logement(self) -> Elements:
        """The modes of that dwelling (`modeleLogement`), in order; codes of ListeModeleLogement."""
        return self.logement_actuel.tous("listeModeleLogement/modeleLogement")

    @une_fois
    def modes_de_logement(self) -> frozenset[str]:
        """Their codes."""
        return frozenset([modele.code for modele in self.modeles_logement if modele.code])

    #: The dwelling wished: kinds, places, what the household can pay.
    logement_recherche = _du_formulaire(Element.enfant, _SOUHAIT)

    #: The kinds of dwelling wished, in order; codes of ListeTypeLogement.
    types_souhaites = _du_formulaire(Element.tous, f"{_SOUHAIT}/listeTypeLogement/typeLogement")

    #: The places wished, in order: a commune each, and a quartier of it.
    localisations = _du_formulaire(
        Element.tous, "logementRecherche/listeLocalisationSouhaite/localisationSouhaite"
    )

    @une_fois
    def communes_souhaitees(self) -> Elements:
        """The communes wished, in order: the first decides on the territory. A commune without a code is left
        out."""
        lues = [place.presents.get("commune") for place in self.localisations]
        return tuple([commune for commune in lues if commune is not None and commune.code])

    @property
    def premiere_commune(self) -> str | None:
        """The code of the first commune wished."""
        communes = self.communes_souhaitees
        return communes[0].code if communes else None

    @une_fois
    def adresses(self) -> Elements:
        """The blocks of the form that are written in one way in France and in another abroad: its addresses,
        and the place of work."""
        blocs = [self.association.enfant("adressePostale")] if self.association is not None else []
        personne, demandeur = self.formulaire.presents.get("personnePhysique"), self.demandeur
        if demandeur is not None:
            siens = demandeur.element.presents
            blocs += [siens.get("adressePostale"), siens.get("situationProfessionnelle")]
        if personne is not None:
            blocs.append(personne.presents.get("adresseLogement"))
            blocs += [c.element.presents.get("situationProfessionnelle") for c in self.cotitulaires]
            blocs.append(personne.presents.get("logementActuel"))
        return tuple([bloc for bloc in blocs if bloc is not None])

    @une_fois
    def communes(self) -> Elements:
        """Every commune of the form that is not empty: wished ones first, then those of the addresses."""
        ecrites = [a.presents["commune"] for a in self.adresses if "commune" in a.presents]
        return (*self.communes_souhaitees, *ecrites)

    @une_fois
    def territoire(self) -> str | None:
        """Territory of the first commune wished (see `territoire_de`), None without any."""
        communes = self.communes_souhaitees
        return territoire_de(communes[0].attributs["code"]) if communes else None

    #: Why the household asks (`motifDemande`), in order; codes of ListeMotifDemande.
    motifs = _du_formulaire(Element.tous, "principauxMotifDemande/motifDemande")

    #: The handicaps of members of the household, in order.
    handicaps = _du_formulaire(Element.tous, "listeHandicap/handicap")

    #: The part of a RAD message on the radiation: day, motive, dwelling attributed.
    radiation = _du_formulaire(Element.enfant, "radiation")

    #: Why the demande is radiated (ListeMotifsRadiation); None also for a message that reactivates it.
    motif_radiation = _du_formulaire(Element.code_de, "radiation/motifRadiation")

    def radiation_pour(self, motif: str) -> Element | None:
        """Its radiation, when that is the motive."""
        return self.radiation if self.motif_radiation == motif else None

    #: Day of the renewal (`renouvellement/dateRenouvellement`).
    date_renouvellement = _du_formulaire(Element.date_de, "renouvellement/dateRenouvellement")

    #: The decision of a commission de médiation (`informationDalo`): the right to a dwelling (L. 441-2-3).
    information_dalo = _lu(Element.enfant, "demande/informationDalo")


def _seul(parent: Element, nom: str) -> Element:
    for enfant in parent.enfants:
        if enfant.nom == nom:
            return enfant
    return Element(nom)


# --- as the base holds it ------------------------------------------------------------------------------


class EtatDemande(StrEnum):
    """The state of a demande: it waits for a dwelling (active) or has left the stock (radiée); letters of
    `etatDemande`."""

    ACTIVE = "A"
    RADIEE = "R"


@dataclass(frozen=True, slots=True)
class Dalo:
    """What the register knows of the DALO of a household: its status, and the day that this was decided.
    None: not told."""

    statut: str | None = None
    decide_le: date | None = None

    def reconnu_le(self, jour: date) -> bool | None:
        """Whether the household was recognised that day. None: its DALO lapsed later, and nobody knows since
        when it was."""
        if self.statut in DALO_RECONNU:
            return self.decide_le is None or self.decide_le <= jour
        caduc_depuis = self.statut == DALO_CADUC and self.decide_le is not None and jour < self.decide_le
        return None if caduc_depuis else False


SANS_DALO: Final = Dalo()


@dataclass(frozen=True, slots=True)
class DemandeStockee:
    """A demande as the base holds it: its last document, and what the SNE knows beside.

    `demande` is the view of its last document, `version` the message version it was written in. Its present
    year of validity runs from `debut_validite` (deposit or last renewal) to `fin_validite`. `date_radiation`
    is the day that the message says, `radiation_enregistree_le` the instant of the base at which it was
    recorded, as is `dalo_enregistre_le`. `touchee_par_autrui`: whether a guichet other than its creator has
    written to it. `numero_associe` is the joint demande that a separating household left. `revision` grows by
    one at each write.
    """

    numero_unique: str
    territoire: str
    etat: EtatDemande
    version: str
    guichet_createur: str
    guichet_dernier: str
    touchee_par_autrui: bool
    date_creation: date
    debut_validite: date
    fin_validite: date
    demande: Demande
    #: The document of the form (`interfaceNuu`), normalised XML, without what the SNE owns.
    document: bytes = field(repr=False)
    date_renouvellement: date | None = None
    date_radiation: date | None = None
    motif_radiation: str | None = None
    #: The `radiation` element as received, normalised XML.
    radiation: bytes | None = field(default=None, repr=False)
    radiation_enregistree_le: datetime | None = None
    #: The `informationDalo` element as received, normalised XML.
    information_dalo: bytes | None = field(default=None, repr=False)
    statut_dalo: str | None = None
    dalo_enregistre_le: datetime | None = None
    numero_associe: str | None = None
    revision: int = 1

    @property
    def active(self) -> bool:
        """True when the demande waits for a dwelling."""
        return self.etat is EtatDemande.ACTIVE


# --- what happens to the stock of demandes: a line each time one enters, is renewed, or leaves ---------


class GenreMouvement(StrEnum):
    """The kind of a movement: the demande is created, renewed, radiated, reactivated, deleted, becomes an
    association's or a person's."""

    CREATION = "CRE"
    RENOUVELLEMENT = "REN"
    RADIATION = "RAD"
    REACTIVATION = "REA"
    SUPPRESSION = "SUP"
    MODIFICATION = "MOD"


@dataclass(frozen=True, slots=True)
class Mouvement:
    """A movement of a demande on `jour`. `rang` orders those of one demande; `effet` is what it adds to the
    stock of active demandes: 1, 0 or -1."""

    numero_unique: str
    rang: int
    genre: GenreMouvement
    jour: date
    effet: int
    association: bool
    #: Code of ListeMotifsRadiation.
    motif: str | None = None


def mouvements_d_arrivee(stockee: DemandeStockee, jour: date) -> list[Mouvement]:
    """Lists the past movements of a demande that arrives; `jour` is today. The request of a separating
    household enters the stock today, with the seniority of the joint one."""
    entree = stockee.date_creation if stockee.numero_associe is None else jour
    faits: list[tuple[GenreMouvement, date, int, str | None]] = [(GenreMouvement.CREATION, entree, 1, None)]
    if stockee.date_renouvellement is not None:
        faits.append((GenreMouvement.RENOUVELLEMENT, stockee.date_renouvellement, 0, None))
    if not stockee.active:
        faits.append((GenreMouvement.RADIATION, stockee.date_radiation or jour, -1, stockee.motif_radiation))
    premier = stockee.revision - len(faits) + 1
    association = stockee.demande.est_association
    return [
        Mouvement(stockee.numero_unique, premier + i, genre, quand, effet, association, motif)
        for i, (genre, quand, effet, motif) in enumerate(faits)
    ]


def mouvement_de_changement(avant: DemandeStockee, apres: DemandeStockee, jour: date) -> Mouvement | None:
    """Returns the effect on the stock, on `jour`, of the change from `avant` to `apres` (which has the new
    revision); None when it has none."""
    if avant.active and not apres.active:
        genre, quand, effet = GenreMouvement.RADIATION, apres.date_radiation or jour, -1
    elif apres.active and apres.date_renouvellement not in (None, avant.date_renouvellement):
        genre, quand = GenreMouvement.RENOUVELLEMENT, apres.date_renouvellement or jour
        effet = 0 if avant.active else 1
    elif apres.active and not avant.active:
        genre, quand, effet = GenreMouvement.REACTIVATION, jour, 1
    elif avant.demande.est_association != apres.demande.est_association:
        genre, quand, effet = GenreMouvement.MODIFICATION, jour, 0
    else:
        return None
    association, motif = apres.demande.est_association, apres.motif_radiation
    return Mouvement(apres.numero_unique, apres.revision, genre, quand, effet, association, motif)
