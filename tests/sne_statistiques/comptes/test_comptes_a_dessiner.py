"""The pictures: each number is that of the demandes that its address finds, whatever the base."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime

import pytest

from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.base import Horloge
from sne_interface.domain.codes import MOTIF_ATTRIBUTION
from sne_interface.domain.dates import PARIS
from sne_sandbox.bases import bases
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.store.registre import RegistreBase
from sne_statistiques.comptes import (
    comptes_a_dessiner,
    comptes_par_territoire,
    demandes_comptees,
    statistiques,
)
from sne_statistiques.comptes.comptes_a_dessiner import Images
from sne_statistiques.comptes.requetes_statistiques import EFFACEE
from sne_statistiques.vues import page_demandes_comptees
from sne_statistiques.vues.page_demandes_comptees import periode

HORLOGE = Horloge(fige_a=datetime(2018, 3, 15, 12, tzinfo=PARIS))
JOUR = date(2018, 3, 15)
SEMENCES = ("ecole", "attributions", "radiations", "vide")


@pytest.fixture(scope="module", params=SEMENCES)
def registre(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, contrat: Contrat
) -> Iterator[RegistreBase]:
    """A base of each seed, as it is delivered."""
    with Magasin.ouvrir(None, tmp_path_factory.mktemp("home")) as magasin:
        bases.creer(magasin, contrat, "a", semence=request.param, seed=7, horloge=HORLOGE)
        with magasin.lire("a") as ouvert:
            yield ouvert


@pytest.fixture
def lues(registre: RegistreBase, contrat: Contrat) -> Images:
    return comptes_a_dessiner.compter(registre, contrat, JOUR)


def test_the_past_of_a_seed_is_whole(registre: RegistreBase, contrat: Contrat) -> None:
    """At the end of 2015 and of 2016, the years that the announcement of 5.2 names, tables, territories and
    pictures count the same demandes, of which most were erased."""
    for jour in (date(2015, 12, 31), date(2016, 12, 31), JOUR):
        tab01, tab02, tab03 = (
            statistiques.tableau(code, registre, contrat, jour) for code in statistiques.CODES
        )
        personnes, associations, total = (nombres[0] for _, _, nombres in tab01.lignes)
        for titre in {titre for titre, _, _ in tab03.lignes}:
            assert sum(n for rubrique, _, (n,) in tab03.lignes if rubrique == titre) == personnes
        annee = dict(zip(tab02.colonnes, tab02.lignes[-1][2], strict=True))
        assert annee["stock"] == total
        for niveau in comptes_par_territoire.NIVEAUX:
            sommes: Counter[str] = Counter()
            for ligne in comptes_par_territoire.compter(registre, contrat, niveau, jour).lignes:
                sommes[ligne.indicateur] += ligne.valeur
                sommes[ligne.code] += ligne.valeur if ligne.indicateur == "demandes_actives" else 0
            assert (sommes["personnes"], sommes["associations"]) == (personnes, associations)
            for indicateur in ("motif", "taille", "quartile"):
                assert sommes[f"demandes_actives_{indicateur}"] == personnes
            assert jour == JOUR or sommes["demandes_satisfaites"] == annee["RADATT"]
        images = comptes_a_dessiner.compter(registre, contrat, jour)
        assert sum(lieu.premieres for lieu in images.communes) == images.mois[-1].actives == total
        assert sum(mois.radiees for mois in images.mois[1:]) == sum(
            nombres[tab02.colonnes.index("radiees")] for titre, _, nombres in tab02.lignes if titre == "Mois"
        )
        assert all(lieu.premieres <= (lieu.souhaitees or 0) for lieu in images.communes)
        assert "Le passé est entier" not in tab03.note  # it always is


def compter(registre: RegistreBase, contrat: Contrat, **champs: str) -> int:
    """How many demandes an address finds: as it counts them, and as it lists them, page after page, but for
    those that were erased."""
    choix = page_demandes_comptees.lire(champs, registre, contrat)
    assert choix.fautes == []
    trouvees, repere = 0, None
    while True:
        page = demandes_comptees.lister(registre, choix.selection, 40, repere)
        trouvees += len(page.demandes)
        if page.suite is None:
            break
        repere = page.suite
    effacees = demandes_comptees.compter(registre, (EFFACEE, *choix.selection))
    assert demandes_comptees.compter(registre, choix.selection) == trouvees + effacees
    return trouvees + effacees


def test_each_place_opens_its_demandes(registre: RegistreBase, contrat: Contrat, lues: Images) -> None:
    douze_mois = periode(lues.depuis, JOUR)
    for lieu in (*lues.communes, *lues.epcis):
        au = {"au": JOUR.isoformat()}
        assert compter(registre, contrat, premiere=lieu.code, **au) == lieu.premieres, lieu
        if lieu.souhaitees is not None:
            assert compter(registre, contrat, souhaitee=lieu.code, **au) == lieu.souhaitees, lieu
        assert (
            compter(registre, contrat, attribuee=lieu.code, motif=MOTIF_ATTRIBUTION, radiees=douze_mois)
            == lieu.attribuees
        ), lieu


def test_each_month_opens_its_demandes(registre: RegistreBase, contrat: Contrat, lues: Images) -> None:
    assert len(lues.mois) == comptes_a_dessiner.MOIS
    for mois in lues.mois:
        ici = periode(mois.du, mois.au)
        assert compter(registre, contrat, au=mois.au.isoformat()) == mois.actives
        assert compter(registre, contrat, deposees=ici) == mois.deposees
        assert compter(registre, contrat, radiees=ici) == mois.radiees
        assert compter(registre, contrat, radiees=ici, motif=MOTIF_ATTRIBUTION) == mois.attribuees


def test_each_slice_of_resources_opens_its_demandes(
    registre: RegistreBase, contrat: Contrat, lues: Images
) -> None:
    for tranche in lues.tranches:
        bornes = f"{tranche.bas}-{'' if tranche.haut is None else tranche.haut}"
        comptes = {"sous": tranche.sous, "dessus": tranche.au_dessus, "sans-seuil": tranche.sans_seuil}
        for quartile, n in comptes.items():
            champs = {"au": JOUR.isoformat(), "qui": "personnes", "ressources": bornes, "quartile": quartile}
            assert compter(registre, contrat, **champs) == n, (tranche, quartile)
    sans = {"au": JOUR.isoformat(), "qui": "personnes", "quartile": "inconnu"}
    assert compter(registre, contrat, **sans) == lues.sans_ressources


def test_the_parts_make_the_stock(registre: RegistreBase, contrat: Contrat, lues: Images) -> None:
    table = statistiques.tableau("TAB01", registre, contrat, JOUR)
    personnes, _, total = (nombres[0] for _, _, nombres in table.lignes)
    assert sum(lieu.premieres for lieu in lues.communes) == total
    assert sum(lieu.premieres for lieu in lues.epcis) == total
    assert lues.mois[-1].actives == total
    classees = sum(t.sous + t.au_dessus + t.sans_seuil for t in lues.tranches)
    assert classees + lues.sans_ressources == personnes
    assert sum(lieu.attribuees for lieu in lues.communes) == lues.motifs.get(MOTIF_ATTRIBUTION, 0)
    assert lues.depuis == date(2017, 3, 16)


def test_each_line_of_tab03_opens_its_demandes(registre: RegistreBase, contrat: Contrat) -> None:
    table = statistiques.tableau("TAB03", registre, contrat, JOUR)
    for rubrique, libelle, (n,) in table.lignes:
        champs = {"au": JOUR.isoformat(), "qui": "personnes", "rubrique": rubrique, "modalite": libelle}
        assert compter(registre, contrat, **champs) == n, (rubrique, libelle)


def test_associations_and_territories_open_theirs(registre: RegistreBase, contrat: Contrat) -> None:
    for territoire in (None, "111", "062"):
        table = statistiques.tableau("TAB01", registre, contrat, JOUR, territoire)
        for qui, (_, _, nombres) in zip(("personnes", "associations"), table.lignes, strict=False):
            champs: Mapping[str, str] = {"au": JOUR.isoformat(), "qui": qui}
            dans = {} if territoire is None else {"territoire": territoire}
            assert compter(registre, contrat, **champs, **dans) == nombres[0]


@pytest.mark.parametrize(
    ("champ", "ecrit"),
    [
        ("au", "15/03/2018"), ("qui", "tous"), ("premiere", "99999"), ("motif", "RAD"), ("radiees", "2018"),
        ("ressources", "peu"), ("quartile", "dernier"), ("rubrique", "Couleur"),
    ],
)  # fmt: skip
def test_what_says_nothing_is_said(registre: RegistreBase, contrat: Contrat, champ: str, ecrit: str) -> None:
    choix = page_demandes_comptees.lire({champ: ecrit}, registre, contrat)
    assert len(choix.fautes) == 1
    assert ecrit in choix.fautes[0]
