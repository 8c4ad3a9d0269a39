"""A rule is a value: a code, and a function that yields the places where it does not hold.

Here is all that a subject of `catalogue/` needs: what a rule is (`regle`), what it may look at (`Contexte`),
how it says where it does not hold (`infraction`, `manquant`, `sur`), and how hard it bites (`gravite`).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Final, TypeVar

from sne_interface.contract.fiches_du_contrat import FicheRegle
from sne_interface.contract.nomenclatures_et_territoires import Nomenclatures, Territoires
from sne_interface.domain.anomalie import Fidelite, Gravite
from sne_interface.domain.base import Acte, DroitsGuichets, Guichet
from sne_interface.domain.dates import PARIS
from sne_interface.domain.demande import Demande, DemandeStockee
from sne_interface.domain.element_recu import Element
from sne_interface.domain.roles import Roles
from sne_interface.errors import UsageError
from sne_interface.rules.registre_vu_des_regles import SANS_REGISTRE, Registre
from sne_interface.settings import PAR_NOM

T = TypeVar("T")
#: Names of the profiles (setting `profile`).
PROFILS: Final = PAR_NOM["profile"].choix


@dataclass(slots=True)
class Contexte:
    """The message to judge, and all that it is judged against. Only `consulter` changes it, between the two
    times of a judgement.

    `type_fichier` is the message's type (CRE, …), or what stands for it where there is none (DALO, EVT, RCH);
    `canal` is ASY for a file left in an inbox: the rules of that channel judge it too. `document` is the root
    (`interfaceNuu`), `maintenant` the base's clock, `operation` the SOAP operation, `versions` the message
    versions that the contract accepts that day, `nom_fichier` the name that the file was sent under.
    `localisations_max` (0: by the day of deposit, REC003) and `recherche_max` are settings of the base.
    """

    type_fichier: str
    document: Element
    maintenant: datetime
    nomenclatures: Nomenclatures
    territoires: Territoires
    registre: Registre = SANS_REGISTRE
    #: What each kind of guichet may do; by default nobody is kept from anything.
    droits: DroitsGuichets = field(default_factory=DroitsGuichets)
    operation: str = "getNumUnique"
    canal: str = ""
    versions: tuple[str, ...] = ("02.00", "02.01", "02.02")
    #: Types of events that the contract does not have yet on that day (`Contrat.a_venir`).
    a_venir: frozenset[str] = frozenset()
    #: The stored demande that the message names (numUnique), when there is one.
    stockee: DemandeStockee | None = None
    #: The guichet that the client certificate names, if it names one.
    guichet_certificat: str | None = None
    #: Who the caller is, by its certificate, else by what the message says (`pipeline.guichet_de`).
    guichet_emetteur: str | None = None
    nom_fichier: str | None = None
    #: What the contract binds; without it, nothing.
    roles: Roles = field(default_factory=Roles)
    localisations_max: int = 0
    recherche_max: int = 500
    #: How many demandes a search finds; None until it has run (RCH003).
    resultats: int | None = None

    #: `document`, as a demande.
    demande: Demande = field(init=False)
    #: The day of `maintenant`, in Paris.
    jour: date = field(init=False)

    #: The last day that is « not in the future »: one day of tolerance for overseas guichets.
    aujourdhui: date = field(init=False)

    def __post_init__(self) -> None:
        self.demande = Demande(self.document)
        self.jour = self.maintenant.astimezone(PARIS).date()
        self.aujourdhui = self.jour + timedelta(days=1)

    def consulter(self, registre: Registre) -> None:
        """Looks at an open register, and at the stored demande that the message names."""
        numero = self.document.texte_de("operation/numUnique") or self.demande.numero_unique
        self.registre = registre
        self.stockee = registre.demande(numero) if numero else None

    @property
    def code_emetteur(self) -> str:
        """The guichet that sends: that of the certificate, else the one that the document says."""
        dit_par = self.guichet_emetteur or self.document.texte_de("entete/codeGuichet")
        return dit_par or self.demande.num_guichet

    @property
    def emetteur(self) -> Guichet | None:
        """The same, None for one that the base does not know."""
        return self.registre.guichet(self.code_emetteur)

    def habilite(self, acte: Acte) -> bool:
        """True when the sender may do that deed; an unknown sender is the business of ENT006."""
        emetteur = self.emetteur
        return emetteur is None or self.droits.peut(emetteur, acte)

    @property
    def depot(self) -> date:
        """Day of deposit: dateCreationDemande, else the base's day."""
        return self.demande.date_creation or self.jour


@dataclass(frozen=True, slots=True)
class Infraction:
    """One place where a rule does not hold.

    `chemin` is the path of the faulty (or missing) element; `valeurs` fill the sentence of the rule
    (`{valeur}`, `{commune}`, `{max}`, …); `ligne` is the line in the document received, 0 for none.
    `leger` says that this place only warns, whatever the gravité of the rule. `absent` says that nothing is
    written there: `valeur` is then what the sentence needs, not a faulty value.
    """

    chemin: str
    valeurs: dict[str, str]
    ligne: int = 0
    leger: bool = False
    absent: bool = False


#: The places where a rule does not hold, in the order it finds them.
Infractions = Iterator[Infraction]


@dataclass(frozen=True, slots=True)
class Regle:
    """A rule. Its types, text, gravité, fidélité and source are the row of `rules.toml` of the same code.

    `registre` says that it reads the base: such rules run inside the transaction, and `check` leaves them
    out. `transport` says that it reads the file name or the certificate. `prealable` says that a message
    which it refuses is not judged any further: the other rules would read what is not there. `si` are facts
    of a document (`DocumentRecu.faits`) without any of which the rule finds nothing: it is then not run.
    `par_place` says that it judges each place alone: whatever is wrong elsewhere, what it says there holds.
    `roles` are those of the contract that it reads (`domain/roles.py`): it is off where one of them is bound
    to nothing.
    """

    code: str
    controler: Callable[[Contexte], Infractions]
    registre: bool
    transport: bool
    prealable: bool
    si: frozenset[str]
    par_place: bool = False
    roles: tuple[str, ...] = ()

    @property
    def nom(self) -> str:
        """Name of its function: `radiation_sans_motif`."""
        return self.controler.__name__


def regle(
    code: str,
    *si: str,
    registre: bool = False,
    transport: bool = False,
    prealable: bool = False,
    par_place: bool = False,
    roles: tuple[str, ...] = (),
) -> Callable[[Callable[[Contexte], Infractions]], Regle]:
    """Makes a `Regle` of a function that yields where it does not hold, of documents that have one of the
    facts `si`, when any is named. The catalogue finds it by type."""

    def faire(controler: Callable[[Contexte], Infractions]) -> Regle:
        return Regle(code, controler, registre, transport, prealable, frozenset(si), par_place, roles)

    return faire


def de_codes(nom: str, codes: Iterable[str]) -> list[str]:
    """The facts that an element `nom` has one of these codes."""
    return [f"{nom}={code}" for code in sorted(codes)]


def infraction(element: Element, **valeurs: str) -> Infraction:
    """The rule does not hold on `element`; `valeur` defaults to its text, or its code."""
    valeurs.setdefault("valeur", element.texte or element.code or "")
    return Infraction(element.chemin, valeurs, element.ligne)


def manquant(parent: Element, nom: str, **valeurs: str) -> Infraction:
    """The rule does not hold on `nom` below `parent`, which is missing, or empty.

    `valeur` is the faulty value that something else shows there (a count, a total); without it, the
    sentence names the element and the anomalie shows no value.
    """
    absent = "valeur" not in valeurs
    valeurs.setdefault("valeur", nom)
    for enfant in parent.enfants:  # written, but empty: that is the place to show
        if enfant.nom == nom:
            return Infraction(enfant.chemin, valeurs, enfant.ligne, absent=absent)
    return Infraction(f"{parent.chemin}/{nom}", valeurs, parent.ligne, absent=absent)


def sur(parent: Element, nom: str, **valeurs: str) -> Infraction:
    """The rule does not hold on the child `nom` (or « a/b ») of `parent`, be it written, empty or missing."""
    ecrit = parent.enfant(nom)
    return infraction(ecrit, **valeurs) if ecrit is not None else manquant(parent, nom, **valeurs)


def en_double(choses: Iterable[T], cle: Callable[[T], object]) -> Iterator[T]:
    """Yields the things that one before them equals, by that key."""
    vues = set()
    for chose in choses:
        sienne = cle(chose)
        if sienne in vues:
            yield chose
        vues.add(sienne)


def incomplets(parents: Iterable[Element], attendus: Mapping[str, str]) -> Infractions:
    """The rule does not hold on those of `parents` that have not all of these children, told by their French
    names."""
    for parent in parents:
        manques = [nom for nom in attendus if nom not in parent.presents]
        if manques:
            yield manquant(parent, manques[0], manque=", ".join(attendus[nom] for nom in manques))


def a_venir(parent: Element, nom: str, contexte: Contexte) -> Infractions:
    """The rule does not hold on the date `nom` of `parent` when it is in the future."""
    jour = parent.date_de(nom)
    if jour is not None and jour > contexte.aujourdhui:
        yield sur(parent, nom)


def mal_datee(nom_du_bloc: str, nom: str, contexte: Contexte) -> Infractions:
    """The same, on a date that this block of the form must hold, and that does not come before the
    deposit."""
    bloc = contexte.demande.formulaire.enfant(nom_du_bloc)
    if bloc is None:
        yield manquant(contexte.demande.formulaire, nom_du_bloc, valeur="")
        return
    jour, creation = bloc.date_de(nom), contexte.demande.date_creation
    if jour is None or jour > contexte.aujourdhui or (creation is not None and jour < creation):
        yield infraction(bloc.enfant(nom) or bloc)


def sans_valeur(trouve: Infraction) -> Infraction:
    """The same place, where nothing is written: its `valeur` only fills the sentence."""
    return replace(trouve, absent=True)


def allege(trouve: Infraction) -> Infraction:
    """The same place, that only warns."""
    return replace(trouve, leger=True)


def gravite(fiche: FicheRegle, profil: str) -> Gravite:
    """Returns the effect of a fault of this rule under `profil` (`ecole`, `strict` or `souple`).

    A structurante rule keeps the base sane: it blocks everywhere, and no overlay switches it off. Any other
    takes the gravité of the overlay when it sets one. Raises UsageError for an unknown profile.
    """
    if profil not in PROFILS:
        raise UsageError(f"Le profil [{profil}] est inconnu.", remede=f"profils : {', '.join(PROFILS)}")
    if fiche.structurante:
        return Gravite.BLOQUANTE
    if fiche.gravite_imposee is not None:
        return fiche.gravite_imposee
    if fiche.gravite is not Gravite.BLOQUANTE:
        return fiche.gravite
    bloque = profil == "strict" or (profil == "ecole" and fiche.fidelite is not Fidelite.CONVENTION)
    return Gravite.BLOQUANTE if bloque else Gravite.AVERTISSEMENT
