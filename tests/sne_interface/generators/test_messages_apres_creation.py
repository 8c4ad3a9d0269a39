"""What follows a creation is valid, of every kind, and suits a base that knows the demande; each criterion
of a search appears.
"""

from collections import defaultdict
from datetime import date, datetime
from typing import Any

import pytest
from lxml import etree

from sne_interface.contract import codec
from sne_interface.contract.contrats_charges import Contrat, charger
from sne_interface.contract.schemas import Document
from sne_interface.domain import decision_de_commission as d
from sne_interface.domain.dates import PARIS, ajouter_mois
from sne_interface.domain.decision_de_commission import Decision
from sne_interface.domain.demande import Demande, DemandeStockee, EtatDemande, NumeroUnique
from sne_interface.domain.element_recu import Element
from sne_interface.domain.evenement import convient
from sne_interface.generators import messages_apres_creation
from sne_interface.generators.contraintes_de_menages import Atelier, Contraintes, atelier
from sne_interface.generators.demandes_ornees import bornes
from sne_interface.generators.exemples_de_regles import ExempleDeRegle, contexte
from sne_interface.generators.messages_apres_creation import VERSION, document_de_recherche, recherche
from sne_interface.generators.tirage import TirageVarie, noms
from sne_interface.rules.controle import controler
from sne_interface.rules.engine import juger
from sne_interface.rules.registre_vu_des_regles import RegistreMemoire
from sne_interface.rules.rule import Contexte
from sne_sandbox.bases import bases

JOUR = date(2018, 3, 15)
NUMERO = "0620417000001G1226"
COMBIEN = 60


@pytest.fixture(scope="module")
def ici(contrat: Contrat) -> Atelier:
    return atelier(contrat, jour=JOUR, guichet="G1226", contraintes=Contraintes(richesse=0.4))


def _valide(contrat: Contrat, racine: Element) -> None:
    """Accepted by a base that knows the demande of the number."""
    arbre = codec.arbre(racine)
    assert not contrat.schemas.validate(arbre, document=Document.EVENEMENT)
    exemple = ExempleDeRegle(
        fichier="", rang=0, regle="", verdict="accepte", specimen="evenement", type="EVT",
        operation="ajouterEvenementDemande",
    )  # fmt: skip
    bloquantes = [a for a in juger(contexte(exemple, contrat, arbre), contrat, "strict") if a.bloquante]
    assert not bloquantes


def caracteristiques(evenement: Element) -> list[tuple[str, str]]:
    """(code, value) of those that an event gives."""
    liste = evenement.tous("listeCaracteristiquesSpecifiques/caracteristiqueSpecifique")
    return [(c.texte_de("code") or "", c.texte_de("valeurCaracteristiqueSpecifique") or "") for c in liste]


def test_events_of_every_type_are_valid(contrat: Contrat, ici: Atelier) -> None:
    types = messages_apres_creation.types_utilisables(ici)
    assert {t.code for t in types} >= {"DECATT", "RECTIF", "ENTRET62"}
    assert "VISITE69" not in {t.code for t in types}  # another territory's
    ecrites: set[tuple[str, str]] = set()
    mediation = atelier(contrat, jour=JOUR, guichet="G0622", contraintes=ici.contraintes)
    for genre in types:
        qui = mediation if genre.code == "DALOFAV" else ici  # DAL005
        for graine in range(COMBIEN):
            evenement = messages_apres_creation.evenement(TirageVarie(graine), qui, code=genre.code)
            _valide(contrat, messages_apres_creation.document_d_evenement(qui, evenement, NUMERO))
            ecrites |= {(genre.code, code) for code, _ in caracteristiques(evenement)}
    assert ecrites == {(t.code, c.code) for t in types for c in t.caracteristiques}


def test_values_read_as_their_type_and_try_both_ways_to_write_a_day(ici: Atelier) -> None:
    (genre,) = [t for t in messages_apres_creation.types_utilisables(ici) if t.code == "DALOFAV"]
    par_code = {c.code: c for c in genre.caracteristiques}
    jours = set()
    for graine in range(COMBIEN):
        valeurs = caracteristiques(
            messages_apres_creation.evenement(TirageVarie(graine), ici, code="DALOFAV")
        )
        assert all(convient(par_code[code], valeur) for code, valeur in valeurs)
        jours.add("/" in dict(valeurs)["DATEDEC"])
    assert jours == {True, False}


@pytest.mark.parametrize("bail", [True, False])
def test_decisions_with_and_without_lease(contrat: Contrat, ici: Atelier, bail: bool) -> None:
    issues = set()
    for graine in range(COMBIEN):
        evenement = messages_apres_creation.decision(TirageVarie(graine), ici, bail=bail)
        decision = Decision.de(evenement, contrat.roles.decision)
        assert decision.booleen(d.BAIL) is bail
        assert all(len(valeurs) == 1 for valeurs in decision.valeurs.values())
        issues.add(decision.prise)
        _valide(contrat, messages_apres_creation.document_d_evenement(ici, evenement, NUMERO))
    assert issues == (set(d.ATTRIBUTIONS) if bail else {*d.DECISIONS, None})


def test_the_document_that_asks_for_the_list_has_no_event(contrat: Contrat, ici: Atelier) -> None:
    racine = messages_apres_creation.document_d_evenement(ici, None, NUMERO)
    assert not contrat.schemas.validate(codec.arbre(racine), document=Document.EVENEMENT)
    assert racine.enfant("listeEvenements") is None


def test_radiations_of_a_motive(ici: Atelier) -> None:
    motifs = set()
    for graine in range(COMBIEN):
        radiation = messages_apres_creation.radiation(TirageVarie(graine), ici, depot=date(2018, 3, 10))
        motifs.add(radiation.code_de("motifRadiation"))
        jour = radiation.date_de("dateRadiation")
        assert jour is not None
        assert date(2018, 3, 10) <= jour <= JOUR
    assert motifs == {"RADATT", "RADABA", "RADIRR", "RADCON"}
    retour = messages_apres_creation.radiation(TirageVarie(1), ici, motif="")
    assert retour.code_de("motifRadiation") is None
    assert [e.nom for e in retour.enfants] == ["dateRadiation", "motifRadiation"]


def test_an_active_dalo_has_its_typology(ici: Atelier) -> None:
    for graine in range(COMBIEN):
        assert messages_apres_creation.dalo(TirageVarie(graine), ici, statut="ACTIF").code_de(
            "typologieLogementDalo"
        )


#: What the SNE writes in an event, a guichet only to name one of its own.
DU_SNE = {
    "idEvenement", "libelleTypeEvenement", "auteurCreation", "dateCreation", "auteurModification",
    "dateModification", "natureModification", "reglementaire",
    "listeCaracteristiquesSpecifiques/caracteristiqueSpecifique/libelle",
    "listeCaracteristiquesSpecifiques/caracteristiqueSpecifique/texteDescriptif",
}  # fmt: skip


def test_every_part_of_an_event_is_written_up_to_its_length(contrat: Contrat) -> None:
    racine = "interfaceNuu/listeEvenements/evenement"
    lues = bornes(contrat, messages_apres_creation.VERSION, Document.EVENEMENT)
    longueurs = {c.removeprefix(f"{racine}/"): b.longueur for c, b in lues.items() if c.startswith(racine)}
    ecrits: dict[str, set[int]] = defaultdict(set)
    ici = _atelier(contrat, richesse=0.5)
    for graine in range(400):
        _longueurs(messages_apres_creation.evenement(TirageVarie(graine), ici), "", ecrits)
    assert set(longueurs) - DU_SNE <= set(ecrits)
    assert not DU_SNE & set(ecrits)
    for chemin in ("commentaire", "listeCaracteristiquesSpecifiques/caracteristiqueSpecifique/"
                   "valeurCaracteristiqueSpecifique"):  # fmt: skip
        assert max(ecrits[chemin]) == longueurs[chemin]


def test_an_event_at_its_limits(contrat: Contrat) -> None:
    ici = _atelier(contrat, richesse=1.0, limites=True)
    for graine in range(20):
        assert (
            len(messages_apres_creation.evenement(TirageVarie(graine), ici).texte_de("commentaire") or "")
            == 500
        )


def _atelier(contrat: Contrat, **contraintes: Any) -> Atelier:
    return atelier(contrat, jour=JOUR, guichet="G1226", contraintes=Contraintes(**contraintes))


def _longueurs(element: Element, chemin: str, ecrits: dict[str, set[int]]) -> None:
    for enfant in element.enfants:
        ici = f"{chemin}/{enfant.nom}" if chemin else enfant.nom
        ecrits[ici].add(len(enfant.texte))
        _longueurs(enfant, ici, ecrits)


INSTANT = datetime(2018, 3, 15, 12, tzinfo=PARIS)
DEPOT = date(2017, 4, 15)
NUMERO_CONNU = str(NumeroUnique.de("062", DEPOT, 7, "G1226"))
COMBIEN_DE_SUITES = 40


def _ici(contrat: Contrat, **voulu: object) -> Atelier:
    contraintes = Contraintes(depot=DEPOT, richesse=0.4, **voulu)  # type: ignore[arg-type]
    return atelier(contrat, jour=JOUR, guichet="G1226", contraintes=contraintes, instant=INSTANT)


def _stockee(racine: Element) -> DemandeStockee:
    vue = Demande(racine)
    return DemandeStockee(
        NUMERO_CONNU, "062", EtatDemande.ACTIVE, vue.version, "G1226", "G1226", False, DEPOT, DEPOT,
        ajouter_mois(DEPOT, 12), vue, codec.encoder(racine),
    )  # fmt: skip


def _bloquantes(contrat: Contrat, racine: Element, stockee: DemandeStockee) -> list[str]:
    octets = codec.encoder(racine)
    arbre = codec.arbre(racine)
    type_fichier = Demande(racine).type_fichier
    assert not contrat.schemas.validate(arbre, document=Document.DEMANDE)
    contexte = Contexte(
        type_fichier=type_fichier,
        document=codec.lire(octets),
        maintenant=INSTANT,
        nomenclatures=contrat.nomenclatures,
        territoires=contrat.territoires,
        registre=RegistreMemoire((stockee,), tuple(bases.guichets_de("ecole"))),
        versions=contrat.versions,
        stockee=stockee if type_fichier != "CRS" else None,
        nom_fichier="DEMG1226-201803151200-000001.xml",
    )
    return [a.regle for a in juger(contexte, contrat, "strict") if a.bloquante]


@pytest.mark.parametrize("type_fichier", ["MOD", "REN", "RAD", "SUP", "COP"])
def test_later_messages_are_accepted(contrat: Contrat, type_fichier: str) -> None:
    ici, tirage = _ici(contrat), TirageVarie(type_fichier)
    for _ in range(COMBIEN_DE_SUITES):
        avant = ici.message(tirage)
        radiation = (
            messages_apres_creation.radiation(tirage, ici, depot=DEPOT) if type_fichier == "RAD" else None
        )
        racine = messages_apres_creation.suite(
            tirage, ici, avant, type_fichier, NUMERO_CONNU, radiation=radiation
        )
        assert Demande(racine).numero_unique == NUMERO_CONNU
        assert _bloquantes(contrat, racine, _stockee(avant)) == []


def test_a_modification_changes_something_but_not_who_asks(contrat: Contrat) -> None:
    ici, tirage = _ici(contrat), TirageVarie(2)
    for _ in range(COMBIEN_DE_SUITES):
        avant = Demande(ici.message(tirage))
        apres = Demande(messages_apres_creation.suite(tirage, ici, avant.element, "MOD", NUMERO_CONNU))
        assert avant.demandeur is not None
        assert apres.demandeur is not None
        assert apres.date_creation == avant.date_creation
        for champ in ("nom", "prenom", "date_naissance"):
            assert getattr(apres.demandeur, champ) == getattr(avant.demandeur, champ)
        roles = contrat.roles.demande
        assert roles.nirs(apres)[0] == roles.nirs(avant)[0]
        assert codec.encoder(apres.formulaire) != codec.encoder(avant.formulaire)


def test_the_first_document_keeps_its_children(contrat: Contrat) -> None:
    ici, tirage = _ici(contrat), TirageVarie(3)
    avant = ici.message(tirage)
    ecrit = codec.encoder(avant)
    messages_apres_creation.suite(tirage, ici, avant, "SUP", NUMERO_CONNU)
    assert codec.encoder(avant) == ecrit
    assert all(enfant.parent is parent for parent in avant.parcourir() for enfant in parent.enfants)


def test_a_separation_is_accepted(contrat: Contrat) -> None:
    ici, tirage = _ici(contrat, sorte="couple_avec_enfant"), TirageVarie(4)
    for _ in range(COMBIEN_DE_SUITES):
        origine = ici.message(tirage)
        racine = messages_apres_creation.separation(tirage, ici, origine, NUMERO_CONNU)
        vue = Demande(racine)
        assert vue.demandeur is not None
        assert vue.demandeur.prenom == Demande(origine).cotitulaires[0].prenom
        assert vue.numero_associe == NUMERO_CONNU
        assert _bloquantes(contrat, racine, _stockee(origine)) == []


def test_nobody_to_separate_from(contrat: Contrat) -> None:
    ici, tirage = _ici(contrat, sorte="personne_seule"), TirageVarie(5)
    with pytest.raises(ValueError, match="nobody"):
        messages_apres_creation.separation(tirage, ici, ici.message(tirage), NUMERO_CONNU)


RACINE = "interfaceNuu/operation/demandeMulticritere"
XS = "{http://www.w3.org/2001/XMLSchema}"


def _elements(contrat: Contrat, racine: str) -> dict[str, bool]:
    """The elements of the schema of a search below `racine`, by path: whether they may be left out."""
    arbre = etree.fromstring(contrat.schemas.lire(contrat.schemas.fichier(Document.RECHERCHE, VERSION)))
    trouves = {}
    for element in arbre.iter(XS + "element"):
        noms = [e.get("name") for e in (*reversed(list(element.iterancestors(XS + "element"))), element)]
        chemin = "/".join(noms)
        if chemin.startswith(f"{racine}/"):
            trouves[chemin] = element.get("minOccurs") == "0"
    return trouves


def test_every_criterion_is_seen_present_absent_and_valid() -> None:
    contrat = charger("v5.2")
    ici = atelier(contrat, jour=JOUR, guichet="G1226", contraintes=Contraintes(richesse=0.3))
    vus: dict[str, set[bool]] = defaultdict(set)
    schema = _elements(contrat, RACINE)
    for graine in range(300):
        criteres = recherche(TirageVarie(graine), ici)
        for parent, chemin in ((criteres, RACINE), *((e, f"{RACINE}/{e.nom}") for e in criteres.enfants)):
            for fils in schema:
                if fils.rpartition("/")[0] == chemin:
                    vus[fils].add(parent.enfant(fils.rpartition("/")[2]) is not None)
        octets = codec.encoder(document_de_recherche(ici, criteres))
        controle = controler(octets, contrat, "strict", ici.instant)
        assert controle.conforme, controle.fautes
    voulu = {c: {True, False} if facultatif else {True} for c, facultatif in schema.items()}
    assert vus == voulu | {f"{RACINE}/personneRecherchee/nom": {True}}  # RCH004


def test_a_person_is_searched_by_its_name_and_any_part_of_the_rest() -> None:
    ici = atelier(charger("v5.2"), jour=JOUR, guichet="G1226", contraintes=Contraintes(richesse=1.0))
    dits, prenoms = set(), set()
    for graine in range(300):
        personne = recherche(TirageVarie(graine), ici).enfant("personneRecherchee")
        assert personne is not None
        dits.add(tuple(e.nom for e in personne.enfants))
        prenoms.add(personne.texte_de("prenom"))
    assert dits == {
        ("nom",), ("nom", "prenom"), ("nom", "dateNaissance"), ("nom", "prenom", "dateNaissance"),
    }  # fmt: skip
    assert prenoms & set(noms().masculins)
    assert prenoms & set(noms().feminins)


@pytest.mark.parametrize("limites", [None, True])
def test_names_as_long_as_the_schema_allows_are_searched(limites: bool | None) -> None:
    contrat = charger("v5.2")
    contraintes = Contraintes(richesse=1.0, limites=limites)
    ici = atelier(contrat, jour=JOUR, guichet="G1226", contraintes=contraintes)
    longueurs: dict[str, set[int]] = defaultdict(set)
    for graine in range(300):
        criteres = recherche(TirageVarie(graine), ici)
        for bloc in ("association", "personneRecherchee"):
            for nom in criteres.tous(f"{bloc}/nom") + criteres.tous(f"{bloc}/prenom"):
                longueurs[f"{RACINE}/{bloc}/{nom.nom}"].add(len(nom.texte))
    assert len(longueurs) == 3
    for chemin, borne in bornes(contrat, VERSION, Document.RECHERCHE).items():
        if chemin in longueurs:
            assert borne.longueur in longueurs[chemin]
            assert (limites is None) == (len(longueurs[chemin]) > 1)


def test_a_search_always_has_a_criterion() -> None:
    ici = atelier(
        charger("v5.2"), jour=date(2018, 3, 15), guichet="G1226", contraintes=Contraintes(richesse=0.0)
    )
    assert [e.nom for e in recherche(TirageVarie(1), ici).enfants] == ["etatDemande"]
