"""Nothing that an application sends goes unseen: every field has a judge, or a reason; every list is drawn at
its bounds; every criterion and every filter is asked for; every requirement has a planted fault."""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from zlib import crc32

import pytest
from fautes import FAUTES
from lxml import etree

from sne_conformite.juges import juges_fidelite
from sne_conformite.pilotage.exemple_reduit import Exemples, au_sort
from sne_conformite.plan import plan
from sne_conformite.plan.exemples_tires import ExempleTire, formulaire_de, strategie
from sne_conformite.plan.plan import d_une_etape
from sne_conformite.protocole.protocole import COMMANDES
from sne_interface.contract.contrats_charges import charger
from sne_interface.contract.exigences_et_mentions import charger_exigences
from sne_interface.contract.schemas import Document, chemin_inclus, inclusions
from sne_interface.domain.dates import PARIS
from sne_interface.domain.demande import FORMULAIRE
from sne_interface.domain.element_recu import Element

TABLES = tomllib.loads(Path(__file__).with_name("champs.toml").read_text("utf-8"))
CONTRAT = charger()
INSTANT = datetime(2018, 3, 15, 12, tzinfo=PARIS)
#: « Above ten »: the eleventh line is the one that a page of ten loses.
LONGUE = 11
_XS = "{http://www.w3.org/2001/XMLSchema}"


def _est_une_exigence(juge: str) -> bool:
    return len(juge) == 6 and juge[3] == "-"


# --- every field has a judge ------------------------------------------------------------------------------


def test_chaque_champ_des_operations_a_son_juge() -> None:
    table = TABLES["operations"]
    employees = set()
    for operation in CONTRAT.operations.values():
        for champ in operation.entree.champs:
            cle = f"{operation.nom}/{champ.nom}"
            cle = cle if cle in table else champ.nom
            assert cle in table, f"{operation.nom} : {champ.nom} n'a ni juge ni raison dans champs.toml"
            employees.add(cle)
            if _est_une_exigence(table[cle]):
                commandes = [c for c in COMMANDES.values() if operation.nom in c.operations]
                assert any(table[cle] in d_une_etape("faire", c.nom) for c in commandes), (cle, operation.nom)
    assert table.keys() == employees


@cache
def _feuilles(document: Document) -> tuple[str, ...]:
    """The paths of the leaves of a document, under its root."""
    types: dict[str, etree._Element] = {}

    def lire(fichier: str) -> etree._Element:
        racine = etree.fromstring(CONTRAT.schemas.lire(fichier))
        for inclusion in inclusions(racine):
            lire(chemin_inclus(fichier, inclusion.get("schemaLocation")))
        types.update({e.get("name"): e for e in racine if e.tag in (_XS + "complexType", _XS + "simpleType")})
        return racine

    def elements(noeud: etree._Element) -> Iterator[etree._Element]:
        for enfant in noeud:
            if enfant.tag == _XS + "element":
                yield enfant
            elif enfant.tag in (_XS + "sequence", _XS + "choice", _XS + "all"):
                yield from elements(enfant)

    def parcourir(element: etree._Element, chemin: str) -> Iterator[str]:
        type_ = types.get(element.get("type", ""), element.find(_XS + "complexType"))
        enfants = [] if type_ is None else list(elements(type_))
        if not enfants:
            yield chemin
        for enfant in enfants:
            yield from parcourir(enfant, f"{chemin}/{enfant.get('name')}".lstrip("/"))

    version = CONTRAT.version_haute if document is Document.DEMANDE else "02.00"
    (racine,) = lire(CONTRAT.schemas.fichier(document, version)).findall(_XS + "element")
    return tuple(parcourir(racine, ""))


@pytest.mark.parametrize(
    ("table", "document"),
    [
        ("demande", Document.DEMANDE),
        ("evenement", Document.EVENEMENT),
        ("recherche", Document.RECHERCHE),
        ("type_evenement", Document.TYPE_EVENEMENT),
    ],
)
def test_chaque_element_envoye_a_son_juge(table: str, document: Document) -> None:
    lignes: Mapping[str, str] = TABLES[table]
    employees = set()
    formulaire = FORMULAIRE.partition("/")[2] + "/"
    for feuille in _feuilles(document):
        ligne = next((debut for debut in lignes if f"{feuille}/".startswith(f"{debut}/")), None)
        if ligne is not None:
            employees.add(ligne)
            continue
        assert feuille.startswith(formulaire), f"{feuille} n'a ni juge ni raison dans champs.toml"
        sous = feuille.removeprefix(formulaire)
        # What is compared with what was entered, under the requirement of its path.
        assert sous.partition("/")[0] not in juges_fidelite._A_PART | juges_fidelite._LIBRES, feuille
        assert juges_fidelite.exigence_de(sous).startswith("FID-")
    assert lignes.keys() == employees


def test_chaque_formulaire_envoye_est_compare_ou_dit_pourquoi_non() -> None:
    compares, envoyes = set(), set()
    for commande in COMMANDES.values():
        operations = [
            o for o in commande.operations if "fichierDemande" in _champs(o) or "fichierDalo" in _champs(o)
        ]
        genres = {*commande.genres, *commande.suites} or {o for o in operations if o != "getNumUnique"}
        envoyes |= genres
        compares |= genres if "FID-01" in d_une_etape("faire", commande.nom) else set()
    assert envoyes - compares == TABLES["formulaires"].keys()


def _champs(operation: str) -> set[str]:
    """The fields of an operation, by their names."""
    return {champ.nom for champ in CONTRAT.operations[operation].entree.champs}


def test_les_juges_nommes_existent_et_les_raisons_sont_dites() -> None:
    exigences = charger_exigences(CONTRAT.dossiers)
    for table in ("operations", "demande", "evenement", "recherche", "type_evenement"):
        for cle, juge in TABLES[table].items():
            assert juge in exigences if _est_une_exigence(juge) else len(juge) > 10, (table, cle)
            assert not (_est_une_exigence(juge) and exigences[juge].non_testee), (table, cle)


def test_chaque_exigence_a_une_faute_plantee_qui_la_montre() -> None:
    exigences = charger_exigences(CONTRAT.dossiers)
    montrees = {exigence for faute in FAUTES for exigence in faute.exigences}
    assert {e.id for e in exigences.values() if not e.non_testee} - montrees == set(), (
        "Plant a fault that breaks it in tests/fautes/."
    )


# --- every list at its bounds, every criterion, every filter --------------------------------------------


@cache
def _premiers() -> tuple[ExempleTire, ...]:
    """The first example of every scenario: what `--examples 1` plays, whatever the seed."""
    premiers = []
    for scenario in plan.charger():
        instant = datetime.fromisoformat(scenario.instant) if scenario.instant else INSTANT
        tirees = strategie(scenario, CONTRAT, instant=instant, guichet="G1226")
        graine = crc32(scenario.id.encode())
        premiers += (
            Exemples(scenario, au_sort(tirees, graine), lambda _: pytest.fail("rien n'est joué"))
            .tirer(1)
            .values()
        )
    return tuple(premiers)


def _combien(racine: Element, repetables: set[str], vus: dict[str, set[int]]) -> None:
    """Notes how many there are of each repeatable (« parent/name ») in each of its parents."""
    for parent in racine.parcourir():
        for cle in repetables:
            conteneur, _, nom = cle.partition("/")
            if parent.nom == conteneur:
                vus[cle].add(sum(enfant.nom == nom for enfant in parent.enfants))


def test_chaque_liste_est_tiree_a_ses_bornes() -> None:
    """At its lower bound, beyond ten, or at its upper bound, somewhere in the first examples."""
    lignes = CONTRAT.fichier("chemins.csv").decode("utf-8-sig").splitlines()[1:]
    minima = {
        "listeCaracteristiquesSpecifiques/caracteristiqueSpecifique": 1,
        "piecesJustificatives/codeCategorie": 1,
    }
    for chemin, mini, maxi, *_ in (ligne.split(",") for ligne in lignes):
        if maxi != "1" and not any(nom in chemin for nom in ("listeAnomalie", "listeDoublons")):
            cle = "/".join(chemin.split("/")[-2:])
            minima[cle] = min(int(mini), minima.get(cle, 1))
    vus: dict[str, set[int]] = defaultdict(set)
    for exemple in _premiers():
        for message in exemple.demandes.values():
            formulaire = formulaire_de(message)
            _combien(formulaire, set(minima), vus)
            conteneurs = {element.nom for element in formulaire.parcourir()}
            for cle in minima:
                if cle.partition("/")[0] not in conteneurs:
                    vus[cle].add(0)  # the list itself may be left out
        for acte in exemple.actes.values():
            for element in acte.values():
                _combien(element, set(minima), vus)
    maxima = {cle.rpartition("/")[0].rpartition("/")[2] + "/" + cle.rpartition("/")[2]: ligne[0]
              for cle, ligne in TABLES["listes"].items()}  # fmt: skip
    assert maxima.keys() <= minima.keys()
    ecarts = {}
    for cle, mini in minima.items():
        haut = maxima.get(cle, LONGUE)
        if min(vus[cle] - ({0} if mini else set()), default=None) != mini or max(vus[cle], default=0) < haut:
            ecarts[cle] = (mini, haut, sorted(vus[cle]))
    assert ecarts == {}, "Draw it so in a scenario: `longues = true`, or say its bound in champs.toml."


def test_chaque_critere_et_chaque_filtre_est_demande() -> None:
    criteres = {f for f in _feuilles(Document.RECHERCHE) if f.startswith("operation/demandeMulticritere/")}
    demandes = {
        "operation/" + re.sub(r"\[\d+\]", "", element.chemin)
        for exemple in _premiers()
        for acte in exemple.actes.values()
        if "criteres" in acte
        for element in acte["criteres"].parcourir()
        if not element.enfants
    }
    assert criteres - demandes == set(), "Ask for it in a scenario of fixtures/scenarios/recherche/."
    filtres = {filtre for commande in COMMANDES.values() for filtre in commande.filtres}
    assert filtres - {f for scenario in plan.charger() for f in scenario.filtres} == set()
