"""The documents that operations write: the stored part of a message, and the content of an answer.

The store holds the form alone. The data that the SNE owns (DALO, processing information, renewal, radiation)
is kept beside it, and put back into the answers that show it.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final

from lxml import etree

from sne_interface.contract import codec
from sne_interface.contract.arbres_compares import nom_de, parcourir
from sne_interface.contract.codec import NS
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.contract.nomenclatures_et_territoires import Nomenclatures
from sne_interface.contract.schemas import Document
from sne_interface.domain.anomalie import Anomalie
from sne_interface.domain.dates import ajouter_mois, xs_date_time
from sne_interface.domain.decision_de_commission import ATTRIBUTION_SOUS_CONDITION, Decision, RolesDecision
from sne_interface.domain.demande import FORMULAIRE, Demande, DemandeStockee
from sne_interface.domain.element_recu import Element, Elements, construire, construits, sans_indices
from sne_interface.domain.evenement import Evenement
from sne_interface.domain.menage import Menage, SeuilQuartile
from sne_interface.domain.roles import RolesDemande
from sne_interface.errors import ErreurInterne
from sne_sandbox.operations.question import Question, Sortie

#: Blocks of the form that a message may hold and the SNE owns: never stored as received.
_DU_SNE: Final = frozenset(
    {"informationTraitement", "renouvellement", "radiation", "listeAnomalie", "listeDoublons"}
)

#: What a `doublon` tells of a person.
_IDENTITE: Final = ("civilite", "nom", "nomPatronymique", "prenom", "dateNaissance")
#: `versionInterface` of these documents is fixed.
VERSION_FICHIER_XML: Final = "02.00"
#: Paris, years before a delay is abnormally long: 1 room, 2-3 rooms, 4 and more (attested: 6, 9, 10 years).
_PARIS_ANS: Final = {"C": 6, "T1": 6, "T2": 9, "T3": 9}
_PARIS_GRAND_ANS: Final = 10
#: Elsewhere (convention).
DELAI_HORS_DE_PARIS_ANS: Final = 3
#: All the delays there are.
DELAIS_ANS: Final = frozenset({DELAI_HORS_DE_PARIS_ANS, *_PARIS_ANS.values(), _PARIS_GRAND_ANS})


class FormulaireEcrit:
    """The form of a message, written once: for what is stored of it, and for what the answer shows. Its
    children are kept as text, each with its rank in the schema, in order."""

    def __init__(
        self,
        demande: Demande,
        contrat: Contrat,
        maintenant: datetime,
        valeurs: Mapping[str, str | None],
    ) -> None:
        """The form without what the SNE owns. `valeurs` are texts imposed on elements of the form
        (`numUnique`, `dateCreationDemande`, …); None leaves the message's own."""
        self._ordre = contrat.nomenclatures.ordre
        self._version = demande.version
        self._date = xs_date_time(maintenant)
        self._racine = Element("demandeLogement", "", demande.formulaire.attributs)
        imposees = [construire(nom, valeur) for nom, valeur in valeurs.items() if valeur is not None]
        noms = _DU_SNE.union([impose.nom for impose in imposees], _blocs_du_sne(contrat.roles.demande))
        self._blocs = self._ranger([e for e in demande.formulaire.enfants if e.nom not in noms], imposees)
        #: The document, with a header of now.
        self.document = self._ecrire(self._blocs)

    def avec(self, ajouts: list[Element | bytes]) -> bytes:
        """The document with `ajouts` (elements, or their stored bytes) at their place."""
        if not ajouts:
            return self.document
        lus = [codec.lire(ajout) if isinstance(ajout, bytes) else ajout for ajout in ajouts]
        return self._ecrire(sorted([*self._blocs, *self._ranger(lus)], key=_rang))

    def _ecrire(self, blocs: list[tuple[int, str]]) -> bytes:
        contenu = "".join([ecrit for _, ecrit in blocs])
        corps = codec.enveloppe(self._racine, contenu)
        tete = f"<ns1:typeFichier>RET</ns1:typeFichier><ns1:dateFichier>{self._date}</ns1:dateFichier>"
        contenu = f"<ns1:entete>{tete}</ns1:entete><ns1:demande>{corps}</ns1:demande>"
        return codec.document(self._version, contenu)

    def _ranger(self, *listes: Iterable[Element]) -> list[tuple[int, str]]:
        ordre = self._ordre
        rangs = [(ordre(f"{FORMULAIRE}/{e.nom}"), codec.fragment(e)) for liste in listes for e in liste]
        rangs.sort(key=_rang)
        return rangs


_rang: Final = itemgetter(0)


@lru_cache(maxsize=8)
def _blocs_du_sne(roles: RolesDemande) -> list[str]:
    """Names of the children of the form that hold what the SNE computes."""
    return [chemin.removeprefix(f"{FORMULAIRE}/").partition("/")[0] for chemin in roles.calcules.values()]


def entete(type_fichier: str, maintenant: datetime, **autres: str) -> Element:
    """An `entete`; `autres` are its further elements, in order (`codeGuichet`)."""
    return construire("entete", construits(typeFichier=type_fichier, dateFichier=maintenant, **autres))


def dater(racine: Any, type_fichier: str, maintenant: datetime) -> None:
    """Give the header of a tree another type and the date of now."""
    tete = racine.find(f"{{{NS}}}entete")
    tete[0].text = type_fichier
    tete[1].text = xs_date_time(maintenant)


def renouvellement(stockee: DemandeStockee) -> list[Element]:
    """The `renouvellement` of a stored demande, when it has one."""
    if stockee.date_renouvellement is None:
        return []
    return [construire("renouvellement", construits(dateRenouvellement=stockee.date_renouvellement))]


class Presentation:
    """A stored demande, made ready to be shown in an answer: blocks are put at their place in the schema."""

    def __init__(self, document: bytes, nomenclatures: Nomenclatures) -> None:
        self.racine: Any = etree.fromstring(document)
        self._nomenclatures = nomenclatures
        self.demande: Any = self.racine.find(f"{{{NS}}}demande")
        self.formulaire: Any = self.demande.find(f"{{{NS}}}demandeLogement")

    @classmethod
    def de(
        cls, stockee: DemandeStockee, nomenclatures: Nomenclatures, maintenant: datetime, type_fichier: str
    ) -> "Presentation":
        """The form of `stockee` with a header of now, and its renewal."""
        vue = cls(stockee.document, nomenclatures)
        dater(vue.racine, type_fichier, maintenant)
        for bloc in renouvellement(stockee):
            vue.placer(bloc)
        return vue

    @classmethod
    def complete(
        cls, stockee: DemandeStockee, nomenclatures: Nomenclatures, maintenant: datetime, type_fichier: str
    ) -> "Presentation":
        """The form as `de` makes it, with the radiation and the DALO declaration that the base keeps
        beside."""
        vue = cls.de(stockee, nomenclatures, maintenant, type_fichier)
        if stockee.radiation is not None:
            vue.placer(stockee.radiation)
        if stockee.information_dalo is not None:
            vue.placer_dalo(stockee.information_dalo)
        return vue

    def valider(self, contrat: Contrat, phrase: str) -> None:
        """Raises ErreurInterne, which says `phrase`, when the document breaks the contract."""
        version = self.racine.get("versionInterface")
        fautes = contrat.schemas.validate(self.racine, document=Document.DEMANDE, version=version)
        if fautes:
            raise ErreurInterne(phrase, explication="; ".join(f"{f.chemin} : {f.message}" for f in fautes))

    def placer(self, bloc: Element | bytes) -> None:
        """Put a block (an element, or its stored bytes) into the form."""
        noeud = etree.fromstring(bloc) if isinstance(bloc, bytes) else codec.arbre(bloc)
        ordre = self._nomenclatures.ordre
        rang = ordre(f"{FORMULAIRE}/{nom_de(noeud)}")
        for place, frere in enumerate(self.formulaire):
            if ordre(f"{FORMULAIRE}/{nom_de(frere)}") > rang:
                self.formulaire.insert(place, noeud)
                return
        self.formulaire.append(noeud)

    def placer_dalo(self, bloc: bytes) -> None:
        """Puts the stored `informationDalo` where the schema wants it: before the form."""
        self.demande.insert(0, etree.fromstring(bloc))

    def changer(self, nom: str, texte: str) -> None:
        """Give an element of the form another text, adding it when it is missing."""
        existant = self.formulaire.find(f"{{{NS}}}{nom}")
        if existant is not None:
            existant.text = texte
        else:
            self.placer(construire(nom, texte))

    def adapter(self, contrat: Contrat, jour: date | None) -> str:
        """Writes the document in the highest message version that the contract has on `jour`, unless that one
        has no place for what a lower one holds (convention). Returns the version of the document."""
        version, sienne = contrat.versions_du(jour)[-1], self.racine.get("versionInterface")
        if version > sienne:
            self.racine.set("versionInterface", version)
            if contrat.schemas.validate(self.racine, document=Document.DEMANDE, version=version):
                self.racine.set("versionInterface", version := sienne)
        else:
            self.en_version(version)
        return version

    def en_version(self, version: str) -> None:
        """Write the document in another message version: elements that it does not know are left out."""
        if self.racine.get("versionInterface") == version:
            return
        self.racine.set("versionInterface", version)
        connu = self._nomenclatures.a_sa_place
        for chemin, noeud in list(parcourir(self.racine, "interfaceNuu")):
            if not connu(sans_indices(chemin), version) and noeud.getparent() is not None:
                noeud.getparent().remove(noeud)


def liste_anomalie(anomalies: Iterable[Anomalie]) -> Element:
    """`listeAnomalie` of a demande document. No complement: a client in the field takes the text of the
    first child as the message (attested)."""
    return construire("listeAnomalie", tuple(_anomalie(a, propriete=True) for a in anomalies))


def _anomalie(anomalie: Anomalie, *, propriete: bool) -> Element:
    attributs = {"code": anomalie.code}
    if propriete and anomalie.propriete_ecrite:
        attributs["propriete"] = anomalie.propriete_ecrite
    return Element("anomalie", "", attributs, construits(message=anomalie.message))


def doublon(stockee: DemandeStockee) -> Element:
    """The `doublon` of a stored demande: who, where, wished places."""
    demande = stockee.demande
    enfants = [*construits(numUnique=stockee.numero_unique)]
    if demande.demandeur is not None:
        logement = demande.formulaire.enfant("personnePhysique/adresseLogement")
        morceaux = _copies(demande.demandeur.element, *_IDENTITE, "adressePostale")
        enfants.append(construire("demandeur", morceaux + (() if logement is None else (_copie(logement),))))
    if demande.cotitulaires:
        identites = (_copies(c.element, *_IDENTITE) for c in demande.cotitulaires)
        liste = tuple(construire("cotitulaire", identite) for identite in identites)
        enfants.append(construire("listeCotitulaire", liste))
    souhaitees = tuple(
        construire("localisationSouhaitee", tuple(_copie(e) for e in place.enfants))
        for place in demande.localisations
    )
    if not souhaitees:  # a lenient profile let it in: the schema wants one place, its code is optional
        souhaitees = (construire("localisationSouhaitee", (construire("commune"),)),)
    enfants.append(construire("listeLocalisationSouhaitee", souhaitees))
    return construire("doublon", tuple(enfants))


def liste_doublons(doublons: Iterable[DemandeStockee]) -> Element:
    """`listeDoublons`, in a demande document or as a document of its own."""
    return construire("listeDoublons", tuple(doublon(d) for d in doublons))


def _copies(element: Element, *noms: str) -> Elements:
    return tuple(_copie(enfant) for enfant in element.enfants if enfant.nom in noms)


def _copie(element: Element) -> Element:
    # The duplicates' elements carry no `modifie`.
    attributs = {nom: valeur for nom, valeur in element.attributs.items() if nom != "modifie"}
    return Element(element.nom, element.texte, attributs, tuple(_copie(e) for e in element.enfants))


# --- events and searches: documents with `entete/codeGuichet` and `listeAnomalies` ---------------------


def fichier_xml(question: Question, genre: Document, prefixe: str, *blocs: Element) -> Sortie:
    """The answer of an operation on events, or of a search: the document received with the header RET, its
    `operation`, then `blocs` and `listeAnomalies` (empty ones left out). Without `blocs`, a refusal."""
    guichet = question.recu.texte_de("entete/codeGuichet") or question.guichet or ""
    tete = entete("RET", question.maintenant, codeGuichet=guichet)
    operation = tuple(e for e in question.recu.enfants if e.nom == "operation")
    dites = construire("listeAnomalies", tuple(_anomalie(a, propriete=False) for a in question.en_reponse))
    contenu = tuple(bloc for bloc in (*blocs, dites) if bloc.enfants)
    racine = Element(
        "interfaceNuu", "", {"versionInterface": VERSION_FICHIER_XML}, (tete, *operation, *contenu)
    )
    return Sortie(
        octets=codec.encoder(racine),
        genre=genre,
        version=VERSION_FICHIER_XML,
        champ="fichierXmlRetour",
        champ_nom="nomFichierXmlRetour",
        nom_fichier=question.nom_de_fichier(prefixe, "000000"),
    )


# --- what the SNE computes: the indicators of 02.01; what 5.2 adds has the place that the contract gives ---


def delai_anormal_ans(demande: Demande) -> int:
    """Years after which the wait is abnormally long: the territory's, by the smallest dwelling wished."""
    communes = demande.communes_souhaitees
    if not communes or not communes[0].attributs["code"].startswith("75"):
        return DELAI_HORS_DE_PARIS_ANS
    delais = [_PARIS_ANS.get(souhaite.code or "", _PARIS_GRAND_ANS) for souhaite in demande.types_souhaites]
    return min(delais, default=_PARIS_GRAND_ANS)


def est_delai_anormalement_long(demande: Demande, depot: date, jour: date) -> bool:
    """True when a demande deposited on `depot` has waited more than its territory's delay on `jour`."""
    return ajouter_mois(depot, 12 * delai_anormal_ans(demande)) < jour


def a_multiples_attributions(evenements: Iterable[Evenement], roles: RolesDecision) -> bool:
    """True when more than one attribution under condition was decided (convention)."""
    decisions = [Decision.stockee(e, roles) for e in evenements if roles.est(e) and not e.supprime]
    return [decision.prise for decision in decisions].count(ATTRIBUTION_SOUS_CONDITION) > 1


@lru_cache(maxsize=8)
def montre_les_calculs(contrat: Contrat, version: str) -> bool:
    """True when the contract has a place, in messages of that version, for the resources per UC, the UC or
    the quartile: every answer then shows them."""
    roles = contrat.roles.demande
    return any(version >= roles.depuis[chemin] for chemin in roles.calcules.values())


def blocs_calcules(stockee: DemandeStockee, question: Question, version: str) -> list[Element]:
    """Computes the blocks of the SNE, now: `informationTraitement` with its indicators, the resources per UC,
    the UC and the quartile where the contract binds them. Leaves out the content that has no place in that
    version, and a block whose compulsory content is not known."""
    jour, contrat = question.maintenant.date(), question.contrat
    roles = contrat.roles.demande
    bloc = f"{FORMULAIRE}/informationTraitement"
    evenements = question.registre.evenements(stockee.numero_unique)
    valeurs: dict[str, str | bool | int | datetime | None] = {
        f"{bloc}/estDelaiAnormalementLong": est_delai_anormalement_long(
            stockee.demande, stockee.date_creation, jour
        ),
        f"{bloc}/estMultiplesAttributionsSousConditions": a_multiples_attributions(
            evenements, contrat.roles.decision
        ),
        f"{bloc}/dateCalculIndicateur": question.maintenant,
    }
    menage = Menage.de(stockee.demande, jour) if montre_les_calculs(contrat, version) else None
    if menage is not None:
        seuil = _seuil(stockee, question)
        valeurs[roles.ressources_uc] = menage.ressources_annuelles_uc
        valeurs[roles.nombre_uc] = f"{menage.nombre_uc:.2f}"
        valeurs[roles.premier_quartile] = None if seuil is None else menage.premier_quartile(seuil.montant)
    return _ecrits(valeurs, contrat.nomenclatures, version)


def _ecrits(
    valeurs: Mapping[str, str | bool | int | datetime | None], nomenclatures: Nomenclatures, version: str
) -> list[Element]:
    """The elements of the form that hold `valeurs`, by path, each at its place in its block."""
    connus = {
        chemin: valeur
        for chemin, valeur in valeurs.items()
        if valeur is not None and nomenclatures.a_sa_place(chemin, version)
    }
    blocs: dict[str, list[str]] = {}
    for chemin in sorted(connus, key=nomenclatures.ordre):
        parent = chemin.rpartition("/")[0]
        blocs.setdefault(chemin if parent == FORMULAIRE else parent, []).append(chemin)
    ecrits = []
    for bloc, chemins in blocs.items():
        if not all(exige in connus for exige in nomenclatures.exiges(bloc, version)):
            continue
        elements = [construits(**{chemin.rpartition("/")[2]: connus[chemin]})[0] for chemin in chemins]
        seul = chemins == [bloc]
        ecrits.append(elements[0] if seul else construire(bloc.rpartition("/")[2], tuple(elements)))
    return ecrits


def note_du_quartile(stockee: DemandeStockee, question: Question, version: str) -> tuple[str, ...]:
    """Tells, for the journal, what the first quartile of an answer in `version` rests on, or why it is
    absent. Tells nothing of an association, or where the quartile has no place."""
    roles = question.contrat.roles.demande
    if version < roles.depuis.get(roles.premier_quartile, "99"):
        return ()
    menage = Menage.de(stockee.demande, question.maintenant.date())
    if menage is None:
        return ()
    seuil = _seuil(stockee, question)
    if menage.ressources_mensuelles is None:
        return ("Premier quartile : inconnu, aucune ressource n'est déclarée (convention).",)
    if seuil is None:
        return ("Premier quartile : inconnu, aucun seuil n'est connu pour la première commune souhaitée.",)
    marque = "montant inventé pour la démonstration" if seuil.invente else f"source : {seuil.source}"
    jour = question.maintenant.date()
    return (
        f"Premier quartile : seuil de {seuil.libelle}, {seuil.montant} € par an et par UC, "
        f"{seuil.pourquoi(jour)} (convention) ; {marque}.",
    )


def _seuil(stockee: DemandeStockee, question: Question) -> SeuilQuartile | None:
    contrat = question.contrat
    return contrat.quartiles.seuil(stockee.demande, contrat.territoires, question.maintenant.date())
