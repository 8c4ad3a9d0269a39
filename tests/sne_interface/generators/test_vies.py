"""The decisions that seeds plant: lawful, of one piece with the radiation that follows, and of every kind."""

import functools
import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

import pytest

from sne_interface.contract import codec
from sne_interface.contract.contrats_charges import Contrat, charger
from sne_interface.domain import decision_de_commission as d
from sne_interface.domain.base import Horloge
from sne_interface.domain.codes import MOTIF_ATTRIBUTION, MOTIF_IRRECEVABILITE
from sne_interface.domain.dates import PARIS, ajouter_mois, xs_date_time
from sne_interface.domain.decision_de_commission import Decision
from sne_interface.domain.demande import DemandeStockee, EtatDemande
from sne_interface.domain.element_recu import Element, avec_enfants, bloc
from sne_interface.domain.evenement import Evenement
from sne_interface.domain.livre_des_attributions import IRRECEVABILITE
from sne_interface.rules.engine import juger
from sne_interface.rules.registre_vu_des_regles import RegistreMemoire
from sne_interface.rules.rule import Contexte
from sne_sandbox.bases import bases
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.store.recherche_de_demandes import parcourir

#: After the law of 23 November 2018, which opened a category; and before.
JOURS = (datetime(2018, 3, 15, 12, tzinfo=PARIS), datetime(2019, 6, 3, 12, tzinfo=PARIS))
#: Households of each base.
TAILLE = 600

#: A demande, and its decisions in order.
Plantee = tuple[DemandeStockee, list[Evenement]]
Plantees = Callable[[Contrat, str, datetime], list[Plantee]]


@pytest.fixture(scope="module")
def plantees(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plantees]:
    """The demandes of a base that have decisions; each base is made once."""
    noms = (f"a{rang}" for rang in itertools.count(1))

    @functools.cache
    def lire(contrat: Contrat, semence: str, jour: datetime) -> list[Plantee]:
        nom = next(noms)
        bases.creer(magasin, contrat, nom, semence=semence, taille=TAILLE, horloge=Horloge(fige_a=jour))
        with magasin.lire(nom) as registre:
            lues = [(lue, list(registre.evenements(lue.numero_unique))) for lue in parcourir(registre)]
        return [(lue, evenements) for lue, evenements in lues if evenements]

    with Magasin.ouvrir(None, tmp_path_factory.mktemp("vies")) as magasin:
        yield lire


def _active(stockee: DemandeStockee) -> DemandeStockee:
    """As it was before its radiation."""
    return replace(
        stockee, etat=EtatDemande.ACTIVE, radiation=None, motif_radiation=None, date_radiation=None
    )


def _message_evenement(evenement: Evenement) -> Element:
    entete = bloc(
        "entete",
        Element("typeFichier", "EVT"),
        Element("dateFichier", xs_date_time(evenement.cree_le)),
        Element("codeGuichet", evenement.auteur_creation),
    )
    dites = [
        bloc(
            "caracteristiqueSpecifique",
            Element("code", code),
            Element("valeurCaracteristiqueSpecifique", valeur),
        )
        for code, valeur in evenement.caracteristiques
    ]
    survenance = evenement.date_survenance
    assert survenance is not None
    decrit = bloc(
        "evenement",
        Element("codeTypeEvenement", evenement.code_type),
        Element("dateSurvenance", survenance.isoformat()),
        bloc("listeCaracteristiquesSpecifiques", *dites),
    )
    operation = bloc("operation", Element("numUnique", evenement.numero_unique))
    suite = (entete, operation, bloc("listeEvenements", decrit))
    return Element("interfaceNuu", "", {"versionInterface": "02.00"}, suite)


def _message_radiation(stockee: DemandeStockee, guichet: str, quand: datetime) -> Element:
    assert stockee.radiation is not None
    entete = bloc("entete", Element("typeFichier", "RAD"), Element("dateFichier", xs_date_time(quand)))
    formulaire = stockee.demande.formulaire
    enfants = [Element("numGuichet", guichet) if e.nom == "numGuichet" else e for e in formulaire.enfants]
    corps = avec_enfants(formulaire, (*enfants, codec.lire(stockee.radiation)))
    attributs = {"versionInterface": stockee.version}
    return Element("interfaceNuu", "", attributs, (entete, bloc("demande", corps)))


def _constats(
    contrat: Contrat, semence: str, plantee: Plantee, document: Element, emetteur: str, quand: datetime
) -> list[str]:
    """What the rules say of a message, under the strictest profile; `plantee` is what the base holds then."""
    stockee, evenements = plantee
    type_ = document.texte_de("entete/typeFichier") or ""
    contexte = Contexte(
        type_fichier=type_,
        document=codec.lire(codec.encoder(document)),
        maintenant=quand,
        nomenclatures=contrat.nomenclatures,
        territoires=contrat.territoires,
        registre=RegistreMemoire(
            (_active(stockee),), bases.guichets_de(semence), contrat.evenements, evenements
        ),
        droits=contrat.guichets,
        operation="ajouterEvenementDemande" if type_ == "EVT" else "getNumUnique",
        versions=contrat.versions,
        stockee=_active(stockee),
        guichet_emetteur=emetteur,
        roles=contrat.roles,
    )
    return [f"{a.regle} {a.message}" for a in juger(contexte, contrat, "strict")]


@pytest.mark.parametrize("jour", JOURS, ids=("2018", "2019"))
@pytest.mark.parametrize("semence", ["ecole", "attributions", "dalo"])
def test_no_rule_says_a_word(plantees: Plantees, contrat: Contrat, semence: str, jour: datetime) -> None:
    """Of the decisions, told in order, nor of the radiation that follows them."""
    faits: Counter[str] = Counter()
    fautes = []
    for stockee, evenements in plantees(contrat, semence, jour):
        for rang, evenement in enumerate(evenements):
            avant, racine = (stockee, evenements[:rang]), _message_evenement(evenement)
            auteur, quand = evenement.auteur_creation, evenement.cree_le
            fautes += _constats(contrat, semence, avant, racine, auteur, quand)
            faits["EVT"] += 1
        faits["réexamens"] += len(evenements) - 1
        motif, radiee_le = stockee.motif_radiation, stockee.date_radiation
        if radiee_le is None or motif not in (MOTIF_ATTRIBUTION, MOTIF_IRRECEVABILITE):
            continue
        auteur = evenements[-1].auteur_creation
        quand = datetime(radiee_le.year, radiee_le.month, radiee_le.day, 9, tzinfo=PARIS)
        racine = _message_radiation(stockee, auteur, quand)
        fautes += _constats(contrat, semence, (stockee, evenements), racine, auteur, quand)
        faits[motif] += 1
    assert fautes == []
    assert faits["EVT"] > 80
    assert faits["réexamens"] > 10
    assert faits[MOTIF_ATTRIBUTION] > 50


def test_a_radiation_tells_what_was_decided_last(plantees: Plantees, contrat: Contrat) -> None:
    """Landlord, dwelling, contingent, lease, and the ten days of the offer (R. 441-10)."""
    baux = 0
    for stockee, evenements in plantees(contrat, "attributions", JOURS[0]):
        *avant, dite = [Decision.stockee(evenement, contrat.roles.decision) for evenement in evenements]
        assert [lue for lue in avant if lue.booleen(d.BAIL)] == []
        if stockee.motif_radiation != MOTIF_ATTRIBUTION or stockee.radiation is None:
            assert dite.booleen(d.BAIL) is not True
            continue
        baux += 1
        logement = codec.lire(stockee.radiation).enfant("attributionLogement")
        assert logement is not None
        assert dite.texte(d.SIREN) == logement.texte_de("codeSirenBailleur")
        assert dite.texte(d.RPLS) == logement.texte_de("numeroRpls")
        assert dite.texte(d.RESERVATAIRE) == logement.code_de("typeReservataire")
        bail, commission = dite.jour(d.DATE_BAIL), dite.jour(d.DATE_COMMISSION)
        assert bail is not None
        assert commission is not None
        assert bail == logement.date_de("dateSignatureBail")
        assert commission == stockee.date_creation or (bail - commission).days >= 10
    assert baux > 100


def test_who_is_examined_again_was_housed_by_nobody(plantees: Plantees, contrat: Contrat) -> None:
    """An attribution was refused; one by rank, or under condition, came to nothing."""
    premieres = Counter[str | None]()
    for stockee, evenements in plantees(contrat, "attributions", JOURS[0]):
        dites = [Decision.stockee(evenement, contrat.roles.decision) for evenement in evenements]
        seances = [dite.jour(d.DATE_COMMISSION) for dite in dites]
        assert all(seance is not None and stockee.date_creation <= seance for seance in seances)
        if len(dites) == 1:
            continue
        premiere, seconde = seances
        assert premiere is not None
        assert seconde is not None
        assert (seconde - premiere).days > 31
        premieres[dites[0].prise] += 1
        assert dites[0].prise != d.ATTRIBUTION or dites[0].booleen(d.REFUS_DU_MENAGE)
    assert set(premieres) == {*d.ATTRIBUTIONS, d.NON_ATTRIBUTION}


def test_all_that_a_commission_may_decide_is_there(plantees: Plantees, contrat: Contrat) -> None:
    roles = contrat.roles.decision
    lues = [
        (stockee, evenement, Decision.stockee(evenement, roles))
        for stockee, evenements in plantees(contrat, "attributions", JOURS[1])
        for evenement in evenements
    ]
    prises = Counter((dite.prise, dite.booleen(d.BAIL) is True) for _, _, dite in lues)
    assert {prise for prise, _ in prises} == set(d.DECISIONS)
    assert {prise for prise, bail in prises if bail} == set(d.ATTRIBUTIONS)
    assert prises[d.IRRECEVABILITE, False] < 0.1 * sum(n for (_, bail), n in prises.items() if not bail)
    refusees = [dite for _, _, dite in lues if dite.booleen(d.REFUS_DU_MENAGE)]
    assert refusees
    assert all(dite.texte(d.MOTIF) and dite.prise in d.ATTRIBUTIONS for dite in refusees)
    assert len({dite.texte(d.MOTIF) for _, _, dite in lues if dite.prise == d.NON_ATTRIBUTION}) > 3
    categories = [dite.texte(d.CATEGORIE) for _, _, dite in lues]
    assert 0.5 < categories.count(None) / len(categories) < 0.9
    assert len(set(categories)) > 7
    # An active demande that was found irrecevable is one whose household the nights will have warned.
    for stockee, evenement, dite in lues:
        avertie = dite.prise == d.IRRECEVABILITE and stockee.active
        assert (evenement.suite == IRRECEVABILITE) is avertie
        if avertie:
            assert evenement.suite_le is not None
            assert ajouter_mois(evenement.suite_le, 1) > JOURS[1].date()


def test_an_irrecevabilite_is_a_month_older_than_its_radiation(plantees: Plantees, contrat: Contrat) -> None:
    radiees = 0
    for stockee, evenements in plantees(contrat, "radiations", JOURS[0]):
        if stockee.motif_radiation != MOTIF_IRRECEVABILITE:
            continue
        dite = Decision.stockee(evenements[-1], contrat.roles.decision)
        commission = dite.jour(d.DATE_COMMISSION)
        assert dite.prise == d.IRRECEVABILITE
        assert commission is not None
        assert stockee.date_radiation is not None
        assert stockee.date_creation <= commission <= ajouter_mois(stockee.date_radiation, -1)
        radiees += 1
    assert radiees > 20


def test_where_no_decision_has_a_place_none_is_planted(plantees: Plantees) -> None:
    assert plantees(charger("v5.0"), "attributions", JOURS[0]) == []
