"""What follows a creation: the later messages about a demande that is already written."""

from collections.abc import Callable, Sequence
from typing import Final

from sne_sandbox.domain.demande import FORMULAIRE, Demande
from sne_sandbox.domain.element import Element, avec_enfants
from sne_sandbox.generators.demandes import document
from sne_sandbox.generators.diversite import Atelier
from sne_sandbox.generators.ornements import PRECISIONS
from sne_sandbox.generators.tirage import Tirage

_MODIFIANTS: Final = frozenset({"MOD", "REN"})
#: What belongs to one message, and not to the demande.
_DU_MESSAGE: Final = frozenset(
    {
        *("numGuichet", "numUnique", "numUniqueAssocie", "forcerDoublon", "renouvellement", "radiation"),
        *("dateDerniereModificationPiece", "listeAnomalie", "listeDoublons", "incrementFichier"),
    }
)
_IDENTITE: Final = frozenset(
    {
        *("civilite", "nom", "nomPatronymique", "prenom", "dateNaissance", "nir", "nationalite"),
        *("telDomicile", "telPortable", "telTravail"),
    }
)
_SEPARE: Final = "S"
_SEPARATION: Final = "11"


def suite(
    tirage: Tirage,
    ici: Atelier,
    demande: Element,
    type_fichier: str,
    numero: str,
    *,
    radiation: Element | None = None,
) -> Element:
    """The message of that type (MOD, REN, RAD, SUP, COP) about `demande`, an `interfaceNuu` document that the
    base knows as `numero`. MOD and REN change something, never who the applicant is."""
    ordre = ici.contrat.nomenclatures.ordre
    formulaire = copie(Demande(demande).formulaire)
    jour = ici.jour.isoformat()
    enfants = [e for e in formulaire.enfants if e.nom not in _DU_MESSAGE]
    enfants += (Element("numGuichet", ici.guichet), Element("numUnique", numero))
    if type_fichier == "REN":
        enfants.append(Element("renouvellement", "", None, (Element("dateRenouvellement", jour),)))
    if type_fichier == "COP":
        enfants.append(Element("dateDerniereModificationPiece", jour))
    if radiation is not None:
        enfants.append(copie(radiation))
    if type_fichier in _MODIFIANTS:
        autres = [p for p in PRECISIONS if p != formulaire.texte_de("precision")]
        enfants = [e for e in enfants if e.nom != "precision"]
        enfants.append(Element("precision", tirage.choix(autres)))
    corps = Element("demandeLogement", "", None, _ranges(enfants, FORMULAIRE, ordre))
    racine = document(demande.attributs["versionInterface"], type_fichier, ici.instant, corps)
    if type_fichier not in _MODIFIANTS:
        return racine
    return ici.orner(tirage, racine, connus=True)


def separation(tirage: Tirage, ici: Atelier, origine: Element, numero: str) -> Element:
    """The CRS message of the first co-holder of `origine`, known as `numero`, who leaves alone. Raises
    ValueError when there is nobody to separate from."""
    vue = Demande(copie(origine))
    if vue.demandeur is None or not vue.cotitulaires:
        raise ValueError("there is nobody to separate from")
    parti = vue.cotitulaires[0].element
    adresse = vue.demandeur.element.enfant("adressePostale")
    assert adresse is not None  # the schema asks for it
    identite = [e for e in parti.enfants if e.nom in _IDENTITE]
    revenu = parti.enfant("revenuFiscal") or Element("revenuFiscal")
    situation = Element("situationFamiliale", "", {"code": _SEPARE})
    restes = [
        e
        for e in parti.enfants
        if e.nom in ("situationProfessionnelle", "listeRessourceRecue", "listeRessourceVersee")
    ]
    restes += (Element("listeRessourceRecuePersACharge"), Element("listeRessourceVerseePersACharge"))
    ordre = ici.contrat.nomenclatures.ordre
    demandeur = Element(
        "demandeur",
        "",
        None,
        _ranges(
            [*identite, situation, adresse, revenu, *restes],
            f"{FORMULAIRE}/personnePhysique/demandeur",
            ordre,
        ),
    )
    actuel = vue.logement_actuel
    personne = Element("personnePhysique", "", None, (demandeur,) if actuel is None else (demandeur, actuel))
    motif = Element("motifDemande", "", {"code": _SEPARATION})
    garde = ("dateCreationDemande", "precision", "logementRecherche")
    enfants = [
        Element("numGuichet", ici.guichet),
        Element("numUniqueAssocie", numero),
        *(e for e in vue.formulaire.enfants if e.nom in garde),
        Element("principauxMotifDemande", "", None, (motif,)),
        personne,
    ]
    corps = copie(Element("demandeLogement", "", None, _ranges(enfants, FORMULAIRE, ordre)))
    return ici.orner(tirage, document(vue.version, "CRS", ici.instant, corps), connus=True)


def copie(element: Element) -> Element:
    """The same tree, that shares no element with the first: an element knows one parent only."""
    return avec_enfants(element, tuple([copie(enfant) for enfant in element.enfants]))


def _ranges(enfants: Sequence[Element], chemin: str, ordre: Callable[[str], int]) -> tuple[Element, ...]:
    return tuple(sorted(enfants, key=lambda e: ordre(f"{chemin}/{e.nom}")))
