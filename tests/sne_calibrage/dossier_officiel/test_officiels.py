"""Official folders that call things otherwise: a registration never fails for our own answer, rules follow
their role or say that they are off."""

import functools
import shutil
from collections.abc import Callable, Collection, Iterator, Set
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import officiels
import pytest
from banc import FORMULAIRE, MIDI, Banc, message, poser, specimen, texte, trouver
from lxml import etree

from sne_calibrage.cli.commande_contrat_verifier import ecrire_la_liaison
from sne_calibrage.dossier_officiel.contrat_eprouve import essayer_les_specimens, traduire
from sne_calibrage.dossier_officiel.noms_devines import EtatLiaison, LiaisonDeRole, lier
from sne_console.messages import documents_masques
from sne_interface.contract import contrats_charges
from sne_interface.contract.codec import NS
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.contract.nomenclatures_et_territoires import Quartiles, lire_quartiles
from sne_interface.domain.base import Horloge
from sne_interface.errors import ContractError
from sne_interface.resources import contracts_dir
from sne_interface.rules.catalogue import REGLES
from sne_interface.rules.engine import regles_eteintes
from sne_sandbox.web.application_wsgi import creer_application
from sne_sandbox.web.configuration_et_services import Configuration

DEMANDEUR = f"{FORMULAIRE}/personnePhysique/demandeur"
NIRS = ("NIR001", "NIR002", "NIR003", "NIR004", "NIR006", "NIR007", "NIR008")
ROLES_NIR = {"demande.nir.demandeur", "demande.nir.cotitulaire", "demande.nir.a_charge"}
DECISIONS = [r.code for r in REGLES if any(role.startswith("decision.") for role in r.roles)]
CALCULS = {"demande.ressources_uc", "demande.nombre_uc", "demande.premier_quartile"}
AUTRES_NIR = {"demande.nir.cotitulaire", "demande.nir.a_charge"}
NOTRE_DECISION = contrats_charges.charger().roles.decision
CARACTERISTIQUES = {f"decision.{role}" for role in NOTRE_DECISION.caracteristiques}
VALEURS = {f"decision.valeurs.{role}" for role in NOTRE_DECISION.valeurs}
CATEGORIES = {f"decision.categories.{c.role}" for c in NOTRE_DECISION.categories.values()}


Faire = Callable[[Path], None]
Fabrique = Callable[[Faire], Path]
Ouvrir = Callable[[Path], Banc]


class Dossier(NamedTuple):
    """What the folder is; roles found under another name; roles that are missing; rules that are off when
    nothing is bound again; those that are still off once the guesses are written."""

    faire: Faire
    devines: Set[str] = frozenset()
    manquants: Set[str] = frozenset()
    eteintes: Collection[str] = ()
    restent: Collection[str] = ()


DOSSIERS = [
    Dossier(officiels.nir_renomme, ROLES_NIR, eteintes=NIRS),
    Dossier(officiels.nir_dans_un_bloc, ROLES_NIR, eteintes=NIRS),
    Dossier(officiels.nir_en_fin, set(), {"demande.nir.a_charge"}, ["NIR008"], ["NIR008"]),
    Dossier(officiels.nir_du_demandeur_seul, set(), AUTRES_NIR, ["NIR008"], ["NIR008"]),
    Dossier(officiels.nir_hors_de_la_personne, {"demande.nir.demandeur"}, AUTRES_NIR, NIRS, ["NIR008"]),
    Dossier(officiels.nir_sous_un_nom_accentue, ROLES_NIR, eteintes=NIRS),
    Dossier(officiels.nir_et_cle_a_part, set(), ROLES_NIR, NIRS, NIRS),
    Dossier(officiels.version_d_apres, ROLES_NIR, eteintes=NIRS),
    Dossier(officiels.nir_de_13_caracteres, set(), ROLES_NIR, NIRS, NIRS),
    Dossier(officiels.sans_bloc, set(), CALCULS),
    Dossier(officiels.bloc_hors_du_formulaire, set(), CALCULS),
    Dossier(officiels.un_calcul_renomme, {"demande.ressources_uc"}),
    Dossier(officiels.calculs_retires, set(), CALCULS),
    Dossier(officiels.quartile_en_code, set(), {"demande.premier_quartile"}),
    Dossier(officiels.uc_en_texte),
    Dossier(officiels.quartile_obligatoire),
    Dossier(officiels.bloc_a_part, CALCULS),
    Dossier(officiels.autre_type, {"decision.type"}, eteintes=DECISIONS),
    Dossier(officiels.type_remplace, {"decision.type"}),
    Dossier(officiels.caracteristiques_renommees, {"decision.type", *CARACTERISTIQUES}, eteintes=DECISIONS),
    Dossier(officiels.codes_de_decision, VALEURS),
    Dossier(officiels.sans_irrecevabilite, set(), {"decision.valeurs.irrecevabilite"}),
    Dossier(officiels.sans_decisions, set(), {"decision.type"}, DECISIONS, DECISIONS),
    Dossier(officiels.bail_en_texte),
    Dossier(
        officiels.autres_categories,
        {*CATEGORIES, "decision.sans_categorie"} - {"decision.categories.handicap"},
    ),
]
#: Of one folder after the other.
parmi = pytest.mark.parametrize("cas", DOSSIERS, ids=[d.faire.__name__ for d in DOSSIERS], scope="module")
#: Contracts that are kept: those of a folder, and ours.
_GARDES = 6


@pytest.fixture(scope="module", autouse=True)
def lus_une_fois() -> Iterator[None]:
    """A folder is read once, whoever asks: none of these folders changes once it is there, nor changes our
    territories. Its quartiles are kept by their path."""
    honnete, territoires = contrats_charges.charger, contrats_charges.charger().territoires

    @functools.lru_cache(maxsize=_GARDES)
    def charger(
        nom: str = "v5.2",
        overlay: Path | None = None,
        quartiles: Path | None = None,
        *,
        tolerer: bool = False,
    ) -> Contrat:
        if quartiles is None:
            return replace(honnete(nom, overlay, tolerer=tolerer), territoires=territoires)
        seuils = Quartiles(lire_quartiles(quartiles.read_bytes(), str(quartiles)))
        return replace(charger(nom, overlay, tolerer=tolerer), quartiles=seuils)

    with mock.patch.object(contrats_charges, "charger", charger):
        yield


@pytest.fixture
def banc_officiel(tmp_path: Path) -> Any:
    applications = []

    def faire(contrats: Path) -> Banc:
        app = creer_application(
            Configuration(
                ouvert=True,
                home=tmp_path / "home",
                contracts=contrats,
                quartiles=contracts_dir() / "v5.2" / "quartiles.csv",  # none is invented
                horloge=Horloge(fige_a=MIDI),
            )
        )
        applications.append(app)
        return Banc(app, f"essai{len(applications)}").creer()

    yield faire
    for app in applications:
        app.extensions["sne"].magasin.fermer()


@pytest.fixture(scope="module")
def notre() -> Contrat:
    return contrats_charges.charger()


@pytest.fixture(scope="module")
def officiel(tmp_path_factory: pytest.TempPathFactory) -> Fabrique:
    """The folder as it comes."""

    @functools.cache
    def un(faire: Faire) -> Path:
        dossier = tmp_path_factory.mktemp("officiel")
        faire(dossier)
        return dossier

    return un


@pytest.fixture(scope="module")
def lie(tmp_path_factory: pytest.TempPathFactory, officiel: Fabrique, notre: Contrat) -> Fabrique:
    """The same, with what is guessed written into it."""

    @functools.cache
    def un(faire: Faire) -> Path:
        dossier = tmp_path_factory.mktemp("lie") / "officiel"
        shutil.copytree(officiel(faire), dossier)
        ecrire_la_liaison(dossier, "v5.2", _liaisons(officiel(faire), notre))
        return dossier

    return un


def _liaisons(dossier: Path, notre: Contrat) -> tuple[LiaisonDeRole, ...]:
    return tuple(lier(contrats_charges.charger(overlay=dossier, tolerer=True), notre))


def _eteintes(contrat: Contrat) -> set[str]:
    return {code for dite in regles_eteintes(contrat) for code in dite.partition(" : ")[0].split(", ")}


@parmi
def test_each_role_is_found_guessed_or_missing(
    officiel: Fabrique, lie: Fabrique, notre: Contrat, cas: Dossier
) -> None:
    dossier = officiel(cas.faire)
    liaisons = _liaisons(dossier, notre)
    par_etat = {
        etat: {liaison.role for liaison in liaisons if liaison.etat is etat}
        for etat in (EtatLiaison.DEVINE, EtatLiaison.MANQUANT)
    }
    assert par_etat == {EtatLiaison.DEVINE: cas.devines, EtatLiaison.MANQUANT: cas.manquants}
    assert all(dite.pourquoi and dite.nom for dite in liaisons if dite.etat is EtatLiaison.DEVINE)
    assert _eteintes(contrats_charges.charger(overlay=dossier)) == {*cas.eteintes}
    ecrit = contrats_charges.charger(overlay=lie(cas.faire))
    assert _eteintes(ecrit) == {*cas.restent}
    assert ecrit.roles.perdus == {}
    assert [essai for essai in essayer_les_specimens(ecrit, notre) if essai.fautes] == []


@parmi
def test_no_registration_fails_for_our_own_answer(
    officiel: Fabrique, lie: Fabrique, notre: Contrat, banc_officiel: Ouvrir, cas: Dossier
) -> None:
    """As the folder comes, then with what is guessed written into it: registered, consulted whole, and a NIR
    with a wrong key is refused as soon as a role says where it is."""
    _enregistrer(banc_officiel(officiel(cas.faire)), notre)
    banc = banc_officiel(lie(cas.faire))
    _enregistrer(banc, notre)
    contrat = banc.services.contrat
    fausse = specimen("personne_seule_nir")
    fausse.set("versionInterface", contrat.version_haute)
    poser(fausse, f"{DEMANDEUR}/nir", "206127511100500")
    traduire(fausse, notre.roles.demande, contrat)
    refusee = "NIR002" in banc.demander(fausse).anomalies
    assert refusee is ("demande.nir.demandeur" not in cas.manquants)


def _enregistrer(banc: Banc, notre: Contrat) -> None:
    contrat = banc.services.contrat
    for nom in ("personne_seule_nir", "colocataires", "association"):
        demande = specimen(nom)
        demande.set("versionInterface", contrat.version_haute)
        traduire(demande, notre.roles.demande, contrat)
        resultat = banc.demander(demande)
        assert resultat.statut == 200, resultat.echange and resultat.echange.fault
        assert banc.relire(resultat.numero, "oui").statut == 200
        page = banc.http.get(f"/console/{banc.nom}/demandes/{resultat.numero}")
        assert page.status_code == 200
        numero = resultat.numero
        modifie = message(resultat.document, "MOD", numero, precision="Autre.")
        for bloc in ("informationTraitement", "volet", "renouvellement"):
            if (trouve := trouver(modifie, f"{FORMULAIRE}/{bloc}")) is not None:
                trouve.getparent().remove(trouve)
        assert banc.demander(modifie).statut == 200


def _calculs(racine: Any) -> dict[str, str | None]:
    dits = {}
    for noeud in racine.iter(etree.Element):
        nom = etree.QName(noeud).localname
        if "uartile" in nom or "UC" in nom:
            dits[nom] = noeud.text
    return dits


@pytest.mark.parametrize(
    ("faire", "ecrits"),
    [
        (officiels.un_calcul_renomme, {"ressourcesAnnuellesParUC": "10800", "nombreUC": "1.00"}),
        (officiels.calculs_retires, {}),
        (officiels.quartile_en_code, {"ressourcesAnnuellesUC": "10800", "nombreUC": "1.00"}),
        (officiels.uc_en_texte, {"ressourcesAnnuellesUC": "10800", "nombreUC": "1.00"}),
        (officiels.quartile_obligatoire, {}),  # no threshold is known there: the block is left out
        (officiels.bloc_a_part, {"ressourcesAnnuellesUC": "10800", "nombreUC": "1.00"}),
    ],
)
def test_what_is_computed_is_written_where_it_has_a_place(
    tmp_path: Path, lie: Fabrique, banc_officiel: Ouvrir, faire: Faire, ecrits: dict[str, str]
) -> None:
    banc = banc_officiel(lie(faire))
    document = banc.demander(specimen("personne_seule_nir")).document
    attendus = _calculs(banc_officiel(_vide(tmp_path)).demander(specimen("personne_seule_nir")).document)
    assert attendus.keys() == {"ressourcesAnnuellesUC", "nombreUC"}
    valeurs = {nom: attendus[nom.replace("Par", "")] for nom in ecrits}
    assert _calculs(document) == valeurs


def _vide(tmp_path: Path) -> Path:
    """A folder that changes nothing."""
    dossier = tmp_path / "rien"
    dossier.mkdir()
    (dossier / "rules.toml").write_text("", "utf-8")
    return dossier


@pytest.mark.parametrize(
    ("faire", "dit"),
    [
        (officiels.xml_casse, "XML illisible"),
        (officiels.schema_manquant, "manque au contrat"),
        (officiels.lien_faux, "demande.nir.demandeur"),
    ],
)
def test_a_folder_that_cannot_be_is_refused_with_its_place(
    officiel: Fabrique, faire: Faire, dit: str
) -> None:
    dossier = officiel(faire)
    with pytest.raises(ContractError, match=dit) as refus:
        contrats_charges.charger(overlay=dossier)
    assert refus.value.remede


def test_a_wrong_binding_is_guessed_again(officiel: Fabrique, notre: Contrat) -> None:
    (demandeur, *_) = _liaisons(officiel(officiels.lien_faux), notre)
    assert (demandeur.etat, demandeur.nom) == (
        EtatLiaison.DEVINE,
        f"interfaceNuu/{DEMANDEUR}/numeroSecuriteSociale",
    )


def test_a_category_is_in_force_as_the_folder_says(officiel: Fabrique) -> None:
    decision = contrats_charges.charger(overlay=officiel(officiels.autres_categories)).roles.decision
    (categorie,) = decision.categories.values()
    assert categorie.code == "P1"
    assert not categorie.en_vigueur(MIDI.date())


def test_a_renamed_nir_is_masked_wherever_it_is_shown(
    lie: Fabrique, notre: Contrat, banc_officiel: Ouvrir
) -> None:
    """Even one that is badly written, and reads like no NIR."""
    banc = banc_officiel(lie(officiels.nir_renomme))
    demande = specimen("personne_seule_nir")
    poser(demande, f"{DEMANDEUR}/nir", "20612751")
    traduire(demande, notre.roles.demande, banc.services.contrat)
    assert texte(demande, f"{DEMANDEUR}/numeroSecuriteSociale") == "20612751"
    resultat = banc.demander(demande)
    assert resultat.anomalies == ["NIR001"]
    assert resultat.messages == ["Le NIR [206*****] n'a pas la forme attendue."]
    (echange,) = [e for e in banc.journal() if e.anomalies]
    montre = banc.api("GET", f"/bases/{banc.nom}/exchanges/{echange.identifiant}/request/document")
    assert b"20612751" not in montre.data
    assert f"{{{NS}}}numeroSecuriteSociale"[-21:].encode() in montre.data
    a_composer = documents_masques.masquer(demande)
    assert texte(a_composer, f"{DEMANDEUR}/numeroSecuriteSociale") == "206*****"
    documents_masques.demasquer(a_composer, demande)
    assert texte(a_composer, f"{DEMANDEUR}/numeroSecuriteSociale") == "20612751"


def test_a_nir_that_no_role_names_is_masked_by_what_its_element_is_called(
    officiel: Fabrique, banc_officiel: Ouvrir
) -> None:
    """Its 13 characters without the key, and an attribute: they read like no NIR."""
    banc = banc_officiel(officiel(officiels.nir_et_cle_a_part))
    demande = specimen("personne_seule_nir")
    demandeur = trouver(demande, DEMANDEUR)
    bloc = trouver(demande, f"{DEMANDEUR}/nir")
    bloc.tag, bloc.text = f"{{{NS}}}numSecu", None
    for nom, dit in (("corps", "2850662041034"), ("cle", "64")):
        etree.SubElement(bloc, f"{{{NS}}}{nom}").text = dit
    demandeur.set("nirDeclare", "2850662041035")
    resultat = banc.demander(demande)
    assert resultat.statut == 200, resultat.echange and resultat.echange.fault
    adresse = f"/bases/{banc.nom}/exchanges/{resultat.echange.identifiant}"
    montres = [
        banc.api("GET", f"{adresse}/request/document").data,
        banc.api("GET", f"{adresse}/request").data,
        banc.http.get(f"/console/{banc.nom}/echanges/{resultat.echange.identifiant}").data,
        banc.http.get(f"/console/{banc.nom}/demandes/{resultat.numero}").data,
    ]
    assert all(montres)
    assert [m[m.index(b"285066204103") - 400 :][:500] for m in montres if b"285066204103" in m] == []


def test_what_has_no_place_is_shown_in_the_console_and_not_written(
    officiel: Fabrique, banc_officiel: Ouvrir
) -> None:
    banc = banc_officiel(officiel(officiels.calculs_retires))
    resultat = banc.demander(specimen("personne_seule_nir"))
    assert _calculs(resultat.document) == {}
    page = banc.http.get(f"/console/{banc.nom}/demandes/{resultat.numero}").get_data(as_text=True)
    assert "€ par an et par UC" in page
    assert "Les messages 02.02 de ce contrat n'ont pas de place pour ressources annuelles" in page
    regles = banc.http.get(f"/console/{banc.nom}/regles").get_data(as_text=True)
    assert "éteinte" not in regles
