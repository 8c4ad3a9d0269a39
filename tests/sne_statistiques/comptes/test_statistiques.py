"""The tables, over a few demandes whose every number can be counted by hand."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from histoires_tirees import HISTOIRE, JOURS, Recit, vivre
from hypothesis import HealthCheck, given, settings
from lxml import etree

from sne_interface.contract import codec
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.base import Base, Horloge
from sne_interface.domain.dates import PARIS, ajouter_mois
from sne_interface.domain.demande import Demande, DemandeStockee, EtatDemande
from sne_interface.domain.menage import Composition, composition
from sne_interface.resources import fixtures_dir
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.store.registre import RegistreBase
from sne_statistiques.comptes import comptes_a_dessiner, comptes_par_territoire, statistiques
from sne_statistiques.comptes.statistiques import Tableau

MIDI = datetime(2018, 3, 15, 12, tzinfo=PARIS)
JOUR = date(2018, 3, 15)


@pytest.fixture
def registre(tmp_path: Path) -> Iterator[RegistreBase]:
    with Magasin.ouvrir(None, tmp_path) as magasin:
        magasin.bases.creer(Base("ecole", horloge=Horloge(fige_a=MIDI)))
        with magasin.ecrire("ecole") as ouvert:
            yield ouvert


#: Lines of TAB03 by the years of birth of drawn histories, in the spring of 2018.
_AGES = {1952: "65 ans et plus", 1980: "De 30 à moins de 40 ans", 1988: "De 30 à moins de 40 ans"}


def _demande(nom: str) -> Demande:
    return codec.lire_demande((fixtures_dir() / "demandes" / f"{nom}.xml").read_bytes())


def _stocker(registre: RegistreBase, nom: str, rang: int, depot: date) -> DemandeStockee:
    demande = _demande(nom)
    territoire = demande.territoire or ""
    stockee = DemandeStockee(
        f"{territoire}{depot:%m%y}{rang:06d}G1226", territoire, EtatDemande.ACTIVE, demande.version, "G1226",
        "G1226", False, depot, depot, ajouter_mois(depot, 12), demande, codec.encoder(demande.element),
    )  # fmt: skip
    registre.ajouter(stockee)
    return stockee


def _radiee(stockee: DemandeStockee, motif: str, jour: date) -> DemandeStockee:
    return replace(stockee, etat=EtatDemande.RADIEE, motif_radiation=motif, date_radiation=jour)


def _tableaux(registre: RegistreBase, contrat: Contrat, jour: date) -> dict[str, Tableau]:
    return {code: statistiques.tableau(code, registre, contrat, jour) for code in statistiques.CODES}


def _lignes(tableau: Tableau, section: str) -> dict[str, int]:
    return {libelle: n for rubrique, libelle, (n, *_) in tableau.lignes if rubrique == section and n}


def _flux(tableau: Tableau, libelle: str) -> dict[str, int]:
    nombres = next(n for _, lib, n in tableau.lignes if lib == libelle)
    return {colonne: n for colonne, n in zip(tableau.colonnes, nombres, strict=True) if n}


def test_an_empty_base_counts_nothing(registre: RegistreBase, contrat: Contrat) -> None:
    tableaux = _tableaux(registre, contrat, JOUR)
    assert [*tableaux] == ["TAB01", "TAB02", "TAB03"]
    assert not any(n for tableau in tableaux.values() for *_, nombres in tableau.lignes for n in nombres)


def test_the_stock_tells_persons_from_associations(registre: RegistreBase, contrat: Contrat) -> None:
    _stocker(registre, "personne_seule", 1, date(2018, 1, 10))
    _stocker(registre, "colocataires", 2, date(2018, 2, 10))
    _stocker(registre, "association", 3, date(2018, 2, 10))
    tab01 = _tableaux(registre, contrat, JOUR)["TAB01"]
    assert _lignes(tab01, "Demandes actives") == {"Personnes physiques": 2, "Associations": 1, "Total": 3}
    avant = _tableaux(registre, contrat, date(2018, 1, 31))["TAB01"]
    assert _lignes(avant, "Demandes actives") == {"Personnes physiques": 1, "Total": 1}


def test_the_life_of_a_demande_is_told_where_it_happens(registre: RegistreBase, contrat: Contrat) -> None:
    stockee = _stocker(registre, "personne_seule", 1, date(2017, 1, 10))
    stockee = registre.remplacer(
        replace(stockee, date_renouvellement=date(2017, 12, 20), debut_validite=date(2017, 12, 20))
    )
    stockee = registre.remplacer(replace(stockee, version="02.01"))  # a MOD is no movement
    stockee = registre.remplacer(_radiee(stockee, "RADATT", date(2018, 2, 1)))
    tableaux = _tableaux(registre, contrat, JOUR)
    assert not _lignes(tableaux["TAB01"], "Demandes actives")
    tab02 = tableaux["TAB02"]
    assert _flux(tab02, "2017") == {"stock": 1, "nouvelles": 1, "renouvelees": 1}
    assert _flux(tab02, "12/2017") == {"stock": 1, "renouvelees": 1}
    assert _flux(tab02, "02/2018") == {"radiees": 1, "RADATT": 1}
    assert _flux(tab02, "T1 2018") == {"radiees": 1, "RADATT": 1}
    assert _flux(tab02, "01/2018") == {"stock": 1}
    # Reactivated today: it is in the stock of today, not in that of yesterday.
    registre.remplacer(replace(stockee, etat=EtatDemande.ACTIVE, motif_radiation=None, date_radiation=None))
    assert _lignes(_tableaux(registre, contrat, JOUR)["TAB01"], "Demandes actives")["Total"] == 1
    hier = _tableaux(registre, contrat, date(2018, 3, 14))
    assert not _lignes(hier["TAB01"], "Demandes actives")


def test_a_renewal_that_revives_brings_the_demande_back(registre: RegistreBase, contrat: Contrat) -> None:
    stockee = _stocker(registre, "personne_seule", 1, date(2017, 1, 10))
    stockee = registre.remplacer(_radiee(stockee, "RADREN", date(2018, 2, 10)))
    registre.remplacer(
        replace(
            stockee, etat=EtatDemande.ACTIVE, motif_radiation=None, date_radiation=None,
            date_renouvellement=date(2018, 3, 1), debut_validite=date(2018, 3, 1),
        )
    )  # fmt: skip
    tableaux = _tableaux(registre, contrat, JOUR)
    assert _lignes(tableaux["TAB01"], "Demandes actives")["Total"] == 1
    assert _flux(tableaux["TAB02"], "03/2018") == {"stock": 1, "renouvelees": 1}


def test_nights_and_deletions_leave_their_trace(registre: RegistreBase, contrat: Contrat) -> None:
    seule = _stocker(registre, "personne_seule", 1, date(2016, 12, 1))
    autre = _stocker(registre, "colocataires", 2, date(2017, 12, 1))
    registre.radier_tout(
        [seule.numero_unique], jour=date(2018, 1, 1), motif="RADREN", element=b"<r/>", instant=MIDI
    )
    assert registre.supprimer(autre.numero_unique)
    registre.supprimer_tout([seule.numero_unique])
    tableaux = _tableaux(registre, contrat, JOUR)
    assert not _lignes(tableaux["TAB01"], "Demandes actives")
    assert _flux(tableaux["TAB02"], "01/2018") == {"stock": 1, "radiees": 1, "RADREN": 1}
    assert _flux(tableaux["TAB02"], "2017") == {"stock": 2, "nouvelles": 1}
    # The past of what was erased is still counted, and described.
    decembre = _tableaux(registre, contrat, date(2017, 12, 31))
    assert _lignes(decembre["TAB01"], "Demandes actives")["Total"] == 2
    assert _lignes(decembre["TAB03"], "Composition familiale") == {"Personne seule": 1, "Autre ménage": 1}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(histoire=HISTOIRE)
def test_the_tables_of_a_drawn_history_are_those_counted_by_hand(
    registre: RegistreBase, contrat: Contrat, histoire: list[tuple[str, int, date, bool]]
) -> None:
    """At any day: TAB01 to TAB03, the territories, the pictures."""
    registre.vider("etat")
    recit = Recit()
    vivre(registre, histoire, recit)
    for jour in (JOURS[3], JOURS[8], JOUR):
        profils = [vie.profil for vie in recit.values() if vie.active(jour)]
        personnes = [profil for profil in profils if not profil.association]
        tableaux = _tableaux(registre, contrat, jour)
        assert _lignes(tableaux["TAB01"], "Demandes actives").get("Total", 0) == len(profils)
        assert _flux(tableaux["TAB02"], "2018").get("stock", 0) == len(profils)
        radiees = [
            (quand, motif)
            for vie in recit.values()
            for quand, genre, _, motif in vie.faits
            if genre == "RAD" and quand <= jour
        ]
        assert _flux(tableaux["TAB02"], "2018").get("radiees", 0) == len(radiees)
        ages = Counter(_AGES[profil.naissance] for profil in personnes)
        assert _lignes(tableaux["TAB03"], "Âge du demandeur") == ages
        assert _lignes(tableaux["TAB03"], "Composition familiale").get("Personne seule", 0) == len(personnes)
        comptes = comptes_par_territoire.compter(registre, contrat, "commune", jour).lignes
        lus = {(c.code_territoire, c.indicateur, c.code): c.valeur for c in comptes}
        attendus: Counter[tuple[str, str, str]] = Counter()
        for profil in profils:
            sorte = "associations" if profil.association else "personnes"
            attendus[profil.communes[0], "demandes_actives", sorte] += 1
            if not profil.association:
                attendus[profil.communes[0], "demandes_actives_motif", profil.motif] += 1
        assert {cle: n for cle, n in lus.items() if cle in attendus or "motif" in cle[1]} == attendus
        images = comptes_a_dessiner.compter(registre, contrat, jour)
        souhaits = Counter(commune for profil in profils for commune in profil.communes)
        assert (
            Counter({lieu.code: lieu.souhaitees for lieu in images.communes if lieu.souhaitees}) == souhaits
        )
        assert images.mois[-1].actives == len(profils)
        assert images.motifs == Counter(motif for _, motif in radiees)


def test_the_stock_is_described(registre: RegistreBase, contrat: Contrat) -> None:
    _stocker(registre, "personne_seule", 1, date(2018, 3, 15))
    _stocker(registre, "couple_garde_alternee_handicap", 2, date(2014, 3, 15))
    _stocker(registre, "association", 3, date(2017, 3, 16))
    tab03 = _tableaux(registre, contrat, JOUR)["TAB03"]
    assert _lignes(tab03, "Ancienneté") == {"Moins de 1 an": 1, "De 3 à moins de 5 ans": 1}
    assert _lignes(tab03, "Composition familiale") == {"Personne seule": 1, "Couple avec enfant": 1}
    assert _lignes(tab03, "Taille du ménage") == {"1 personne": 1, "4 personnes": 1}
    # 1 640 + 295 + 130 for the children + 810: 2 875 euros.
    assert _lignes(tab03, "Ressources mensuelles")["De 2500 à moins de 3000 €"] == 1
    assert _lignes(tab03, "Âge du demandeur")["De 30 à moins de 40 ans"] >= 1
    # Associations are out, as the title says, and every section sorts the same demandes (findings A5).
    assert "(hors associations)" in tab03.titre
    rubriques = {rubrique for rubrique, _, _ in tab03.lignes}
    assert len(rubriques) == 9
    assert {rubrique: sum(_lignes(tab03, rubrique).values()) for rubrique in rubriques} == dict.fromkeys(
        rubriques, 2
    )


@pytest.mark.parametrize(
    ("jour", "ligne"),
    [
        (date(2018, 3, 14), "Moins de 1 an"),
        (date(2018, 3, 15), "De 1 à moins de 2 ans"),
        (date(2019, 3, 14), "De 1 à moins de 2 ans"),
        (date(2027, 3, 15), "10 ans et plus"),
    ],
)
def test_a_demande_ages_on_its_anniversary(
    registre: RegistreBase, contrat: Contrat, jour: date, ligne: str
) -> None:
    _stocker(registre, "personne_seule", 1, date(2017, 3, 15))
    assert _lignes(_tableaux(registre, contrat, jour)["TAB03"], "Ancienneté") == {ligne: 1}


@pytest.mark.parametrize(
    ("declare", "ligne", "quartile"),
    [
        ("0", "Moins de 500 €", "Sous le seuil du premier quartile"),
        (None, "Ressources inconnues", "Ressources inconnues"),
    ],
)
def test_who_declares_no_resource_is_not_poor_for_it(
    registre: RegistreBase, contrat: Contrat, declare: str | None, ligne: str, quartile: str
) -> None:
    """Nothing declared is unknown; 0 € declared is not."""
    octets = (fixtures_dir() / "demandes" / "personne_seule.xml").read_bytes()
    racine = etree.fromstring(octets)
    for recues in [*racine.iter("{*}listeRessourceRecue")]:
        for montant in recues.iter("{*}montant"):
            montant.text = declare
        if declare is None:
            recues.getparent().remove(recues)
    stockee = _stocker(registre, "personne_seule", 1, JOUR)
    dite = codec.lire_demande(etree.tostring(racine))
    registre.remplacer(replace(stockee, demande=dite, document=codec.encoder(dite.element)))
    tab03 = _tableaux(registre, contrat, JOUR)["TAB03"]
    assert _lignes(tab03, "Ressources mensuelles") == {ligne: 1}
    assert _lignes(tab03, "Premier quartile") == {quartile: 1}


def test_the_threshold_itself_is_above(registre: RegistreBase, contrat: Contrat) -> None:
    from sne_statistiques.comptes.requetes_statistiques import AU_DESSUS, SANS_SEUIL, SOUS, Comptes, quartile

    stockee = _stocker(registre, "personne_seule", 1, JOUR)
    commune = stockee.demande.communes_souhaitees[0].attributs["code"]
    comptes = Comptes(registre.connexion, "ecole", JOUR)

    from sne_interface.domain.menage import Menage, SeuilQuartile

    def classe(montant: int | None) -> str:
        seuils = {} if montant is None else {commune: SeuilQuartile("REGION", "11", "", 2018, montant)}
        _, ((trouvee,),) = comptes.croiser([quartile(seuils)])
        return str(trouvee)

    assert classe(10**9) == SOUS

    menage = Menage.de(stockee.demande, JOUR)
    exact = menage.ressources_annuelles_uc
    assert classe(exact) == AU_DESSUS
    assert classe(exact + 1) == SOUS
    assert classe(None) == SANS_SEUIL


def test_the_stock_is_told_with_its_evolution(registre: RegistreBase, contrat: Contrat) -> None:
    ancienne = _stocker(registre, "personne_seule", 1, date(2016, 1, 10))
    _stocker(registre, "colocataires", 2, date(2017, 6, 1))
    _stocker(registre, "association", 3, date(2018, 3, 1))
    registre.remplacer(_radiee(ancienne, "RADABA", date(2018, 3, 2)))
    tableaux = _tableaux(registre, contrat, JOUR)
    assert tableaux["TAB01"].titre == "Évolution du stock au 15/03/2018"
    assert [(libelle, nombres) for _, libelle, nombres in tableaux["TAB01"].lignes] == [
        ("Personnes physiques", (1, 2, 1, 0)), ("Associations", (1, 0, 0, 1)), ("Total", (2, 2, 1, 1)),
    ]  # fmt: skip
    # Each period ends with the stock that the table of its last day tells.
    for libelle, jour in (("12/2017", date(2017, 12, 31)), ("T4 2017", date(2017, 12, 31)), ("2018", JOUR)):
        stock = _lignes(_tableaux(registre, contrat, jour)["TAB01"], "Demandes actives")["Total"]
        assert _flux(tableaux["TAB02"], libelle)["stock"] == stock


def test_a_radiation_is_told_in_one_column_of_reasons(registre: RegistreBase, contrat: Contrat) -> None:
    for rang, motif in enumerate(("RADATT", "RADATT", "RADABA"), 1):
        stockee = _stocker(registre, "personne_seule", rang, date(2018, 1, 10))
        registre.remplacer(_radiee(stockee, motif, date(2018, 2, 1)))
    tab02 = _tableaux(registre, contrat, JOUR)["TAB02"]
    assert "attributions" not in tab02.colonnes
    for _, libelle, _ in tab02.lignes:
        flux = _flux(tab02, libelle)
        assert flux.get("radiees", 0) == sum(n for colonne, n in flux.items() if colonne.startswith("RAD"))


def test_no_table_passes_for_that_of_another(registre: RegistreBase, contrat: Contrat) -> None:
    """Titles are attested, and what is ours is said to be."""
    dit = " ".join(
        [statistiques.FIDELITE, *(f"{t.titre} {t.note}" for t in _tableaux(registre, contrat, JOUR).values())]
    )
    assert "infocentre" not in dit.lower()
    assert "conventions de ce bac à sable" in dit
    assert "le premier quartile est la nôtre" in dit


def test_compositions() -> None:
    assert composition(_demande("association")) is Composition.ASSOCIATION
    assert composition(_demande("colocataires")) is Composition.AUTRE
    assert composition(_demande("personne_seule")) is Composition.SEULE
    assert composition(_demande("couple_garde_alternee_handicap")) is Composition.COUPLE_AVEC_ENFANT


def test_json_names_each_count(registre: RegistreBase, contrat: Contrat) -> None:
    _stocker(registre, "personne_seule", 1, JOUR)
    tab01 = _tableaux(registre, contrat, JOUR)["TAB01"].lu
    assert tab01.lignes[0] == {
        "rubrique": "Demandes actives", "libelle": "Personnes physiques", "demandes": 1,
        "un_mois_avant": 0, "un_an_avant": 0, "evolution": 1,
    }  # fmt: skip
