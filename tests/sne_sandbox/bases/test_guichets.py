"""The guichets of a base, added and changed, and what they may and may not do over the wire."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from banc import FORMULAIRE, Banc, message, poser, radiation, specimen, trouver
from lxml import etree

from sne_interface.domain.anomalie import Fidelite
from sne_interface.domain.base import Acte, Guichet, NatureGuichet
from sne_interface.errors import BaseInconnue, ConflitEtat, UsageError
from sne_sandbox.bases import bases, guichets

DALO = "getDeclarationNouveauDalo"
COMMUNES = f"{FORMULAIRE}/logementRecherche/listeLocalisationSouhaite"
NOUVEAU: dict[str, Any] = {
    "code": "G0591",
    "nature": "bailleur",
    "territoire": "059",
    "nom": "Logis des Flandres",
    "ouvert_le": date(2011, 3, 28),
    "siren": "992200337",
}


def guichet(banc: Banc, code: str) -> Guichet:
    with banc.services.magasin.lire(banc.nom) as registre:
        trouve = registre.guichet(code)
    assert trouve is not None
    return trouve


def ajouter(banc: Banc, **champs: Any) -> Guichet:
    return guichets.ajouter(banc.services.magasin, banc.services.contrat, banc.nom, NOUVEAU | champs)


def changer(banc: Banc, code: str, **champs: Any) -> Guichet:
    return guichets.changer(banc.services.magasin, banc.services.contrat, banc.nom, code, champs)


def souhaiter(nom: str, *communes: str, guichet: str = "G1104") -> Any:
    """A creation that wishes these communes and no other."""
    racine = specimen(nom)
    poser(racine, f"{FORMULAIRE}/numGuichet", guichet)
    liste = trouver(racine, COMMUNES)
    del liste[len(communes) :]
    for place, commune in zip(liste, communes, strict=True):
        place[0].set("code", commune)
    return racine


def regles(banc: Banc, racine: Any, **options: Any) -> dict[str, str]:
    """The rules about guichets that a message raised, by what they did."""
    echange = banc.demander(racine, **options).echange
    assert echange is not None
    return {a["regle"]: a["gravite"] for a in echange.anomalies if a["regle"].startswith("GUI")}


def test_the_seeded_guichets_are_somebody(banc: Banc) -> None:
    droits = banc.services.contrat.guichets
    for lu in bases.guichets_de("ecole"):
        assert (lu.siren is not None) is droits.de(lu.nature).siren, lu.code
    assert {g.nature for g in bases.guichets_de("ecole")} >= {
        NatureGuichet.COMMISSION, NatureGuichet.DEPARTEMENT, NatureGuichet.EPCI, NatureGuichet.SERVICE_COMMUN,
        NatureGuichet.SIAO, NatureGuichet.SYSTEME
    }  # fmt: skip
    systeme = guichet(banc, "G0440")
    assert set(systeme.territoires) <= droits.systemes_particuliers.codes
    epci = guichet(banc, "G0623")
    assert banc.services.contrat.territoires.epci(epci.siren or "") is not None


@pytest.mark.parametrize("nature", ["bailleur", "département", "SIAO", "service commun"])
def test_one_is_added_and_registers_at_once(nouvelle_base: Callable[..., Banc], nature: str) -> None:
    banc = nouvelle_base(profile="strict")
    assert ajouter(banc, nature=nature) == guichet(banc, "G0591")
    assert banc.demander(souhaiter("personne_seule", "59350", guichet="G0591")).numero == "0590318000001G0591"
    with pytest.raises(ConflitEtat, match="existe déjà"):
        ajouter(banc)
    with pytest.raises(BaseInconnue):
        guichets.ajouter(
            banc.services.magasin, banc.services.contrat, "ailleurs", NOUVEAU | {"code": "G0592"}
        )


def test_one_is_changed_and_the_rest_stays(banc: Banc) -> None:
    avant = guichet(banc, "G1226")
    assert changer(banc, "G1226", nom="Logis du Nord").nom == "Logis du Nord"
    assert guichet(banc, "G1226").siren == avant.siren
    changer(banc, "G1226", ferme_le=date(2018, 3, 1))
    assert banc.demander(souhaiter("personne_seule", "62498", guichet="G1226")).anomalies == ["ENT006"]
    with pytest.raises(UsageError, match="n'existe pas dans la base"):
        changer(banc, "G9999", nom="Personne")


@pytest.mark.parametrize(
    ("champs", "dit"),
    [
        ({"siren": "12"}, "SIREN [12] est mal formé"),
        ({"territoire": "988"}, "[988] n'est pas un territoire"),
        ({"territoire": "096"}, "[096] n'est pas un territoire"),
        ({"territoire": "093"}, "[093] n'est pas un territoire"),  # a commission's only
        ({"nature": "commission de médiation"}, "n'a pas de SIREN à lui"),
    ],
)
def test_what_does_not_fit_changes_nothing(banc: Banc, champs: dict[str, Any], dit: str) -> None:
    avant = guichet(banc, "G1226")
    with pytest.raises(UsageError) as refus:
        changer(banc, "G1226", **champs)
    assert dit in str(refus.value)
    assert guichet(banc, "G1226") == avant
    with pytest.raises(UsageError):
        ajouter(banc, **champs)


def test_what_each_may_do_says_how_surely(banc: Banc) -> None:
    table = banc.services.contrat.guichets
    dits = {d.acte: d for d in guichets.droits_de(guichet(banc, "G1226"), table)}
    assert dits[Acte.RADIER_ATTRIBUTION].fidelite is Fidelite.DEDUITE
    assert "R. 441-2-8 a)" in dits[Acte.RADIER_ATTRIBUTION].source
    assert (dits[Acte.DECLARER_DALO].permis, dits[Acte.DECLARER_DALO].fidelite) == (False, None)
    a_part = {d.acte: d for d in guichets.droits_de(changer(banc, "G1226", actes=["declarer_dalo"]), table)}
    assert a_part[Acte.DECLARER_DALO].permis
    assert a_part[Acte.DECLARER_DALO].fidelite is Fidelite.CONVENTION
    assert not a_part[Acte.DECIDER].permis
    assert a_part[Acte.DECIDER].source == a_part[Acte.DECLARER_DALO].source != ""


# --- what was found: a landlord anywhere, a commission elsewhere, overseas --------------------------------


@pytest.mark.parametrize("commune", ["97120", "2A004", "62498"])
def test_a_landlord_of_one_region_in_another_is_warned_and_answered(banc: Banc, commune: str) -> None:
    racine = souhaiter("personne_seule", commune)
    assert regles(banc, racine) == {"GUI001": "avertissement"}
    assert banc.demander(message(racine, "CRE"), nom="DEMG1104-201803151200-000009.xml").anomalies == [
        "DOU001"
    ]


@pytest.mark.parametrize("commune", ["97502", "97701", "97801", "98613", "98735", "98818"])
@pytest.mark.parametrize("profil", ["ecole", "strict"])
def test_there_is_no_register_overseas(nouvelle_base: Callable[..., Banc], commune: str, profil: str) -> None:
    banc = nouvelle_base(profile=profil)
    for code in ("G1104", "GDPUB"):
        resultat = banc.demander(souhaiter("personne_seule", commune, guichet=code))
        assert resultat.anomalies == ["GUI004"]
        assert commune in resultat.messages[0]
    assert banc.compter() == 0


@pytest.mark.parametrize(
    ("commission", "commune", "createur", "refus"),
    [
        ("G0751", "62498", "G1226", ["GUI002"]),
        ("G0622", "62498", "G1226", []),
        ("G0622", "94028", "G1104", ["GUI002"]),
        ("G0751", "94028", "G1104", []),  # a household of the region goes to the one that it likes
        ("G0941", "94028", "G1104", []),
        ("G7501", "94028", "G1104", ["DAL004"]),
    ],
)
def test_a_commission_declares_in_its_territory(
    banc: Banc, commission: str, commune: str, createur: str, refus: list[str]
) -> None:
    numero = banc.demander(souhaiter("personne_seule", commune, guichet=createur)).numero
    dalo = message(specimen("dalo"), "DAL", numero, numGuichet=commission)
    assert banc.demander(dalo, operation=DALO).anomalies == refus


@pytest.mark.parametrize(("profil", "refus"), [("ecole", []), ("strict", ["GUI003"])])
def test_a_commission_registers_nothing(
    nouvelle_base: Callable[..., Banc], profil: str, refus: list[str]
) -> None:
    banc = nouvelle_base(profile=profil)
    resultat = banc.demander(souhaiter("personne_seule", "94028", guichet="G0751"))
    assert resultat.anomalies == refus


def test_a_closed_commission_declares_nothing(banc: Banc) -> None:
    numero = banc.demander(souhaiter("personne_seule", "75113")).numero
    changer(banc, "G0751", ferme_le=date(2018, 3, 15))
    dalo = message(specimen("dalo"), "DAL", numero)
    assert banc.demander(dalo, operation=DALO).anomalies == ["GUI005"]
    changer(banc, "G0751", ferme_le=date(2018, 3, 16))
    assert banc.demander(dalo, operation=DALO).anomalies == []


def test_the_base_says_who_radiates_for_attribution(banc: Banc) -> None:
    """RAD006 reads the table: an EPCI may not, until its base says that it may."""
    numero = banc.demander(souhaiter("personne_seule", "62498", guichet="G1226")).numero
    racine = specimen("radiation")
    bloc = etree.fromstring(etree.tostring(trouver(racine, f"{FORMULAIRE}/radiation")))
    rad = radiation(souhaiter("personne_seule", "62498", guichet="G0623"), numero, "RADATT")
    formulaire = trouver(rad, FORMULAIRE)
    formulaire.replace(trouver(rad, f"{FORMULAIRE}/radiation"), bloc)
    assert "RAD006" in banc.demander(rad).anomalies
    changer(banc, "G0623", actes=["radier_attribution"])
    assert "RAD006" not in banc.demander(rad).anomalies
