"""The `interfaceNuu` document of a demande, seen with the field's names (`xsd/demande-….xsd`)."""

from datetime import date, datetime
from functools import cached_property
from typing import Final

from sne_sandbox.domain.element import Element, Vue
from sne_sandbox.domain.numero_unique import territoire_de

#: Path of its form.
FORMULAIRE: Final = "interfaceNuu/demande/demandeLogement"


class Personne(Vue):
    """`demandeur` or `cotitulaire`."""

    __slots__ = ()

    @property
    def nom(self) -> str:
        """Name in use, "" when absent."""
        return self.element.texte_de("nom") or ""

    @property
    def nom_patronymique(self) -> str:
        """Birth name, "" when absent."""
        return self.element.texte_de("nomPatronymique") or ""

    @property
    def prenom(self) -> str:
        """First name, "" when absent."""
        return self.element.texte_de("prenom") or ""

    @property
    def date_naissance(self) -> date | None:
        """Day of birth."""
        return self.element.date_de("dateNaissance")

    @property
    def nir(self) -> str | None:
        """The NIR (02.02), as written."""
        return self.element.texte_de("nir")

    @property
    def civilite(self) -> str | None:
        """Code of ListeCivilite."""
        return self.element.code_de("civilite")

    @property
    def situation_familiale(self) -> str | None:
        """Code of ListeSituationFamiliale."""
        return self.element.code_de("situationFamiliale")

    @property
    def lien_demandeur(self) -> str | None:
        """Code of ListeLienDemandeur (cotitulaire only)."""
        return self.element.code_de("lienDemandeur")

    @property
    def contrat_travail(self) -> str | None:
        """Code of ListeTypeContratTravail."""
        return self.element.code_de("situationProfessionnelle/typeContratTravail")


class Demande(Vue):
    """The whole `interfaceNuu` document of a demande; `element` is its root."""

    # Rules ask for the same persons and places again and again: what is walked to is kept.
    __slots__ = ("__dict__", "_formulaire")

    def __init__(self, element: Element) -> None:
        super().__init__(element)
        # The path demande/demandeLogement is compulsory in the schema, even when everything in it is empty.
        self._formulaire = _seul(_seul(element, "demande"), "demandeLogement")

    @property
    def formulaire(self) -> Element:
        """`demandeLogement`: the form itself."""
        return self._formulaire

    @property
    def version(self) -> str:
        """`@versionInterface`, e.g. « 02.01 »."""
        return self.element.attributs.get("versionInterface", "")

    @cached_property
    def type_fichier(self) -> str:
        """`entete/typeFichier`."""
        return self.element.texte_de("entete/typeFichier") or ""

    @property
    def date_fichier(self) -> datetime | None:
        """`entete/dateFichier`."""
        return self.element.instant_de("entete/dateFichier")

    @property
    def num_guichet(self) -> str:
        """The sender."""
        return self.formulaire.texte_de("numGuichet") or ""

    @property
    def numero_unique(self) -> str | None:
        """`numUnique`."""
        return self._reference("numUnique")

    @property
    def numero_associe(self) -> str | None:
        """`numUniqueAssocie`."""
        return self._reference("numUniqueAssocie")

    @property
    def ref_interne(self) -> str | None:
        """`refInterne`: the landlord's own reference."""
        return self._reference("refInterne")

    def _reference(self, nom: str) -> str | None:
        # Blanks name nothing: what indents a document may put some into an empty element.
        texte = self.formulaire.texte_de(nom)
        return texte if texte is not None and texte.strip() else None

    @cached_property
    def date_creation(self) -> date | None:
        """`dateCreationDemande`: day of deposit."""
        return self.formulaire.date_de("dateCreationDemande")

    @property
    def forcer_doublon(self) -> bool:
        """`forcerDoublon`."""
        return self.formulaire.booleen_de("forcerDoublon") is True

    @cached_property
    def est_association(self) -> bool:
        """Whether the applicant is an association (written, even empty: the branch of the choice counts)."""
        return any(e.nom == "association" for e in self.formulaire.enfants)

    @cached_property
    def association(self) -> Element | None:
        """`association`."""
        return self.formulaire.enfant("association")

    @cached_property
    def demandeur(self) -> Personne | None:
        """The applicant, None for an association."""
        return Personne.de(self.formulaire.enfant("personnePhysique/demandeur"))

    @cached_property
    def cotitulaires(self) -> tuple[Personne, ...]:
        """The co-holders, in order."""
        return tuple(
            Personne(e) for e in self.formulaire.tous("personnePhysique/listeCotitulaire/cotitulaire")
        )

    @cached_property
    def titulaires(self) -> tuple[Personne, ...]:
        """Applicant then co-holders: who the duplicate search looks at."""
        demandeur = self.demandeur
        return ((demandeur,) if demandeur is not None else ()) + self.cotitulaires

    @cached_property
    def personnes_a_charge(self) -> tuple[Element, ...]:
        """`personneACharge`, in order."""
        return self.formulaire.tous("personnePhysique/listePersonneACharge/personneACharge")

    @cached_property
    def personnes_en_garde(self) -> tuple[Element, ...]:
        """`personneEnGarde`, in order."""
        return self.formulaire.tous("personnePhysique/listePersonneEnGarde/personneEnGarde")

    @cached_property
    def logement_actuel(self) -> Element | None:
        """`logementActuel`."""
        return self.formulaire.enfant("personnePhysique/logementActuel")

    @cached_property
    def logement_recherche(self) -> Element | None:
        """`logementRecherche`."""
        return self.formulaire.enfant("logementRecherche")

    @cached_property
    def communes_souhaitees(self) -> tuple[Element, ...]:
        """The `commune` elements of the wished places that carry a code, in order."""
        places = self.formulaire.tous("logementRecherche/listeLocalisationSouhaite/localisationSouhaite")
        trouvees = (place.enfant("commune") for place in places)
        return tuple(c for c in trouvees if c is not None and c.code)

    @cached_property
    def adresses(self) -> tuple[Element, ...]:
        """Every block of the form with a French and a foreign branch."""
        blocs = [self.formulaire.enfant("association/adressePostale")]
        personne = self.formulaire.enfant("personnePhysique")
        if personne is not None:
            blocs += [
                personne.enfant("demandeur/adressePostale"),
                personne.enfant("demandeur/situationProfessionnelle"),
                personne.enfant("adresseLogement"),
                *(c.element.enfant("situationProfessionnelle") for c in self.cotitulaires),
                personne.enfant("logementActuel"),
            ]
        return tuple(bloc for bloc in blocs if bloc is not None)

    @cached_property
    def communes(self) -> tuple[Element, ...]:
        """Every `commune` of the form that is not empty, wished ones first."""
        ecrites = (adresse.enfant("commune") for adresse in self.adresses)
        return (*self.communes_souhaitees, *(ecrite for ecrite in ecrites if ecrite is not None))

    @property
    def territoire(self) -> str | None:
        """Territory of the first wished commune, None without any."""
        communes = self.communes_souhaitees
        return territoire_de(communes[0].attributs["code"]) if communes else None

    @cached_property
    def motifs(self) -> tuple[Element, ...]:
        """`motifDemande`, in order."""
        return self.formulaire.tous("principauxMotifDemande/motifDemande")

    @cached_property
    def handicaps(self) -> tuple[Element, ...]:
        """`handicap` blocks, in order."""
        return self.formulaire.tous("listeHandicap/handicap")

    @cached_property
    def radiation(self) -> Element | None:
        """`radiation`."""
        return self.formulaire.enfant("radiation")

    @cached_property
    def motif_radiation(self) -> str | None:
        """Code of `radiation/motifRadiation`; None also for a déradiation."""
        return self.formulaire.code_de("radiation/motifRadiation")

    @property
    def date_renouvellement(self) -> date | None:
        """`renouvellement/dateRenouvellement`."""
        return self.formulaire.date_de("renouvellement/dateRenouvellement")

    @property
    def information_dalo(self) -> Element | None:
        """`demande/informationDalo`."""
        return self.element.enfant("demande/informationDalo")


def _seul(parent: Element, nom: str) -> Element:
    for enfant in parent.enfants:
        if enfant.nom == nom:
            return enfant
    return Element(nom)
