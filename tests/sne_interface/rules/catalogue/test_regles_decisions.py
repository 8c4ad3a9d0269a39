"""Where the rules DEC point; the verdicts are those of `fixtures/exemples/decision.toml` and
`fixtures/histoires`."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from donnees import evenement_ecrit

from sne_interface.contract.contrats_charges import Contrat, charger
from sne_interface.domain.base import Guichet, NatureGuichet
from sne_interface.domain.dates import PARIS
from sne_interface.domain.demande import DemandeStockee, EtatDemande, GenreMouvement, Mouvement
from sne_interface.domain.evenement import Evenement, TypeEvenement
from sne_interface.domain.livre_des_attributions import DecisionNotee, SuiteDonnee
from sne_interface.domain.roles import Roles
from sne_interface.rules.catalogue import REGLES, regles_decisions
from sne_interface.rules.registre_vu_des_regles import RegistreMemoire
from sne_interface.rules.rule import Infraction, Regle

Juger = Callable[..., list[Infraction]]
Stocker = Callable[..., DemandeStockee]

AJOUTER = "ajouterEvenementDemande"
MODIFIER = "modifierEvenementDemande"
NUMERO = "1110118000001G1104"
REGLES_DEC = [regle for regle in REGLES if regle.code.startswith("DEC")]
TYPES = tuple(TypeEvenement(code, code, "", "", reglementaire=True) for code in ("DECATT", "AUTRE"))


def evenement(identifiant: int, dit: str, auteur: str = "G1104") -> Evenement:
    valeurs = tuple((code, valeur) for code, _, valeur in (mot.partition("=") for mot in dit.split()))
    instant = datetime(2018, 3, 1, tzinfo=PARIS)
    return Evenement(identifiant, NUMERO, "DECATT", auteur, instant, "CRE", instant.date(), None, valeurs)


def registre(*dits: str, auteur: str = "G1104", **autres: Any) -> RegistreMemoire:
    """A base that knows those decisions, told by one guichet, numbered from 1."""
    connus = tuple(evenement(rang, dit, auteur) for rang, dit in enumerate(dits, 1))
    return RegistreMemoire(types_evenement=TYPES, tous_evenements=connus, **autres)


def decision(caracteristiques: str, *, code: str = "DECATT", identifiant: str = "") -> str:
    return (
        "<interfaceNuu><entete><codeGuichet>G1104</codeGuichet></entete><operation>"
        f"<numUnique>{NUMERO}</numUnique></operation><listeEvenements>"
        f"{evenement_ecrit(code, caracteristiques, identifiant=identifiant)}</listeEvenements></interfaceNuu>"
    )


@pytest.mark.parametrize(
    ("regle", "caracteristiques", "fautives"),
    [
        (regles_decisions.decision_incomplete, "DECISION=ATTRIB DATECAL=2018-03-10", []),
        (regles_decisions.decision_incomplete, "DECISION=IRRECE DATECAL=16/03/2018", []),
        (regles_decisions.decision_incomplete, "REFUSMEN=oui DATECAL=2018-03-10", []),
        (regles_decisions.decision_incomplete, "DECISION=REFUS DATECAL=2018-03-10", ["REFUS"]),
        (regles_decisions.decision_incomplete, "REFUSMEN=non DATECAL=2018-03-10", ["DECISION"]),
        (regles_decisions.decision_incomplete, "DECISION=ATTRIB", ["DATECAL"]),
        (regles_decisions.decision_incomplete, "DECISION=ATTRIB DATECAL=2018-03-17", ["2018-03-17"]),
        (regles_decisions.decision_incomplete, "DECISION=ATTRIB DATECAL=hier", ["hier"]),
        (regles_decisions.decision_incomplete, "", ["DECISION", "DATECAL"]),
        (regles_decisions.categorie_en_vigueur, "DATECAL=2018-03-10", []),
        (regles_decisions.categorie_en_vigueur, "DATECAL=2018-03-10 CATEG=AUCUNE", []),
        (regles_decisions.categorie_en_vigueur, "DATECAL=2018-03-10 CATEG=HANDIC CATEG=SANLOG", []),
        (regles_decisions.categorie_en_vigueur, "DATECAL=2018-03-10 CATEG=RIEN", []),  # EVT004's
        (regles_decisions.categorie_en_vigueur, "DATECAL=2018-11-25 CATEG=SORACT", []),
        (regles_decisions.categorie_en_vigueur, "DATECAL=2018-11-24 CATEG=SORACT", ["SORACT"]),
        (regles_decisions.categorie_en_vigueur, "CATEG=SORACT", ["SORACT"]),  # on the day of the base
        (regles_decisions.categorie_en_vigueur, "CATEG=HANDIC CATEG=AUCUNE", ["AUCUNE"]),
        (regles_decisions.bail_et_sa_date, "BAIL=oui DATEBAIL=2018-03-12", []),
        (regles_decisions.bail_et_sa_date, "BAIL=non", []),
        (regles_decisions.bail_et_sa_date, "DECISION=ATTRIB", []),
        (regles_decisions.bail_et_sa_date, "BAIL=oui", ["DATEBAIL"]),
        (regles_decisions.bail_et_sa_date, "DATEBAIL=2018-03-12", ["2018-03-12"]),
        (regles_decisions.bail_et_sa_date, "BAIL=non DATEBAIL=2018-03-12", ["2018-03-12"]),
        (regles_decisions.decision_a_completer, "DECISION=ATTRIB", []),
        (regles_decisions.decision_a_completer, "DECISION=NONATT", []),
        (regles_decisions.decision_a_completer, "DECISION=ATTCLA RANG=2", []),
        (regles_decisions.decision_a_completer, "DECISION=ATTCON CONDITION=garant", []),
        (regles_decisions.decision_a_completer, "DECISION=ATTCLA", ["ATTCLA"]),
        (regles_decisions.decision_a_completer, "DECISION=ATTCON RANG=1", ["ATTCON"]),
        (regles_decisions.motif_du_refus, "DECISION=ATTRIB", []),
        (regles_decisions.motif_du_refus, "DECISION=NONATT MOTIF=ressources", []),
        (regles_decisions.motif_du_refus, "DECISION=NONATT", ["NONATT"]),
        (regles_decisions.motif_du_refus, "DECISION=IRRECE", ["IRRECE"]),
        (regles_decisions.motif_du_menage, "REFUSMEN=non", []),
        (regles_decisions.motif_du_menage, "REFUSMEN=oui MOTIF=loyer", []),
        (regles_decisions.motif_du_menage, "REFUSMEN=oui", ["REFUSMEN"]),
        (regles_decisions.bail_sans_attribution, "DECISION=ATTCON BAIL=oui", []),
        (regles_decisions.bail_sans_attribution, "DECISION=NONATT BAIL=non", []),
        (regles_decisions.bail_sans_attribution, "DECISION=INCONNUE BAIL=oui", []),  # DEC001's
        (regles_decisions.bail_sans_attribution, "DECISION=IRRECE BAIL=oui", ["oui"]),
        (regles_decisions.bail_sans_attribution, "DECISION=ATTRIB REFUSMEN=oui BAIL=oui", ["oui"]),
        (regles_decisions.bail_sans_attribution, "REFUSMEN=oui BAIL=oui", ["oui"]),
        (regles_decisions.bail_hors_du_temps, "DATEBAIL=2018-03-16", []),  # a day of tolerance
        (regles_decisions.bail_hors_du_temps, "DATECAL=2018-03-08 DATEBAIL=2018-03-08", []),
        (regles_decisions.bail_hors_du_temps, "DATEBAIL=2018-03-17", ["2018-03-17"]),
        (regles_decisions.bail_hors_du_temps, "DATECAL=2018-03-08 DATEBAIL=2018-03-07", ["2018-03-07"]),
        (regles_decisions.rang_impossible, "RANG=1", []),
        (regles_decisions.rang_impossible, "RANG=premier", []),  # EVT004's
        (regles_decisions.rang_impossible, "RANG=0", ["0"]),
        (regles_decisions.rang_impossible, "RANG=-3", ["-3"]),
        (regles_decisions.complement_deplace, "DECISION=ATTCLA RANG=1", []),
        (
            regles_decisions.complement_deplace,
            "REFUSMEN=oui RANG=1",
            [],
        ),  # of a decision that is not said again
        (regles_decisions.complement_deplace, "DECISION=ATTRIB RANG=1 CONDITION=garant", ["1", "garant"]),
        (regles_decisions.complement_deplace, "DECISION=ATTCLA RANG=1 CONDITION=garant", ["garant"]),
        (regles_decisions.siren_mal_forme, "SIREN=993681931", []),
        (regles_decisions.siren_mal_forme, "SIREN=993681932", ["993681932"]),
        (regles_decisions.siren_mal_forme, "SIREN=12", ["12"]),
        (regles_decisions.rpls_mal_forme, "RPLS=62BAC00042", []),
        (regles_decisions.rpls_mal_forme, "RPLS=62BAC0042", ["62BAC0042"]),
    ],
)
def test_what_one_decision_says(
    juger_document: Juger, regle: Regle, caracteristiques: str, fautives: list[str]
) -> None:
    trouves = juger_document(regle, decision(caracteristiques), operation=AJOUTER, registre=registre())
    assert [c.valeurs["valeur"] for c in trouves] == fautives


def test_only_decisions_are_judged_and_a_change_keeps_what_it_does_not_give(
    juger_document: Juger, stocker: Stocker
) -> None:
    # Its deposit, its radiation and its lease would all be faults, if the decision were read.
    radiee = stocker(etat=EtatDemande.RADIEE, date_radiation=date(2018, 1, 11))
    connu = registre("DECISION=ATTRIB DATECAL=2018-03-01")
    autres: dict[str, Any] = {"stockee": radiee, "registre": connu}
    fautive = "DECISION=NONATT DATECAL=2017-01-01 RANG=0 SIREN=1 RPLS=1 BAIL=oui DATEBAIL=2016-01-01"
    for regle in REGLES_DEC:
        autre = decision(fautive, code="AUTRE")
        assert juger_document(regle, autre, operation=AJOUTER, **autres) == []
        garde = decision("", code="", identifiant="1")
        assert juger_document(regle, garde, operation=MODIFIER, **autres) == []
    change = decision("DECISION=ATTCLA", code="", identifiant="1")
    assert (
        len(juger_document(regles_decisions.decision_a_completer, change, operation=MODIFIER, **autres)) == 1
    )


def test_what_the_contract_binds_to_nothing_is_not_missed(juger_document: Juger, stocker: Stocker) -> None:
    radiee = stocker(etat=EtatDemande.RADIEE, date_radiation=date(2018, 1, 11))
    for regle in REGLES_DEC:
        trouves = juger_document(
            regle, decision("DECISION=NONATT"), operation=AJOUTER, roles=Roles(), stockee=radiee
        )
        assert trouves == []


def test_the_demande_was_there_before_the_commission(juger_document: Juger, stocker: Stocker) -> None:
    autres: dict[str, Any] = {"operation": AJOUTER, "registre": registre(), "stockee": stocker()}
    regle = regles_decisions.decision_avant_la_demande
    assert juger_document(regle, decision("DATECAL=2018-01-10"), **autres) == []
    (trop_tot,) = juger_document(regle, decision("DATECAL=2018-01-09"), **autres)
    assert trop_tot.valeurs == {"valeur": "2018-01-09", "depot": "10/01/2018"}


def test_it_was_not_radiated_yet(juger_document: Juger, stocker: Stocker) -> None:
    regle = regles_decisions.decision_apres_la_radiation
    radiee = stocker(etat=EtatDemande.RADIEE, date_radiation=date(2018, 3, 8))
    autres: dict[str, Any] = {"operation": AJOUTER, "registre": registre()}
    assert juger_document(regle, decision("DATECAL=2018-03-08"), stockee=radiee, **autres) == []
    assert juger_document(regle, decision("DATECAL=2018-03-09"), stockee=stocker(), **autres) == []
    (trop_tard,) = juger_document(regle, decision("DATECAL=2018-03-09"), stockee=radiee, **autres)
    assert trop_tard.valeurs == {"valeur": "2018-03-09", "radiation": "08/03/2018"}


def _mouvement(genre: str, jour: date, effet: int, motif: str | None = None) -> Mouvement:
    return Mouvement(NUMERO, 1, GenreMouvement(genre), jour, effet, False, motif)


def test_nor_when_it_came_back(juger_document: Juger, stocker: Stocker) -> None:
    faits = (_mouvement("RAD", date(2018, 3, 2), -1, "RADABA"), _mouvement("REA", date(2018, 3, 9), 1))
    connu = registre(tous_mouvements=faits)
    for jour, fautes in ((2, 0), (5, 1), (9, 0)):
        dite = decision(f"DATECAL=2018-03-{jour:02}")
        trouves = juger_document(
            regles_decisions.decision_apres_la_radiation, dite, operation=AJOUTER, registre=connu,
            stockee=stocker(),
        )  # fmt: skip
        assert [c.leger for c in trouves] == [True] * fautes


AUTRE = "DATECAL=2018-03-08 RPLS=62BAC00042 BAIL=oui DATEBAIL=2018-03-12"
BAIL = "DECISION=ATTRIB DATECAL=2018-02-01 RPLS=62BAC00001 BAIL=oui DATEBAIL=2018-02-10"


@pytest.mark.parametrize(
    ("dit", "connu", "reactivee_le", "autre"),
    [
        (AUTRE, BAIL, None, "10/02/2018"),
        (AUTRE, BAIL, date(2018, 2, 20), None),
        (AUTRE, BAIL, date(2018, 2, 9), "10/02/2018"),
        ("DATECAL=2018-02-01 RPLS=62BAC00042 BAIL=oui DATEBAIL=2018-03-12", BAIL, None, "10/02/2018"),
        ("DATECAL=2018-02-01 BAIL=oui DATEBAIL=2018-03-12", BAIL, None, None),
        ("DATECAL=2018-03-08 RPLS=62bac00001 BAIL=oui DATEBAIL=2018-03-12", BAIL, None, None),
        ("DATECAL=2018-03-08 RPLS=62BAC00042 BAIL=oui DATEBAIL=2018-02-10", BAIL, None, "10/02/2018"),
        ("DATECAL=2018-03-08 BAIL=oui DATEBAIL=2018-02-10", BAIL, None, None),
        ("DATECAL=2018-03-08 RPLS=62BAC00042 BAIL=non", BAIL, None, None),
        ("DATECAL=2018-03-08 BAIL=oui DATEBAIL=2018-03-12", BAIL.replace("ATTRIB", "NONATT"), None, None),
    ],
)  # fmt: skip
def test_one_lease(
    juger_document: Juger,
    stocker: Stocker,
    dit: str,
    connu: str,
    reactivee_le: date | None,
    autre: str | None,
) -> None:
    retours = () if reactivee_le is None else (_mouvement("REA", reactivee_le, 1),)
    trouves = juger_document(
        regles_decisions.second_bail,
        decision(f"DECISION=ATTRIB {dit}"),
        operation=AJOUTER,
        registre=registre(connu, tous_mouvements=retours),
        stockee=stocker(),
    )
    assert [c.valeurs["autre"] for c in trouves] == ([autre] if autre else [])


def test_an_event_is_not_its_own_second_lease(juger_document: Juger, stocker: Stocker) -> None:
    corrige = decision(
        "DECISION=ATTRIB DATECAL=2018-03-08 BAIL=oui DATEBAIL=2018-03-12", code="", identifiant="1"
    )
    autres: dict[str, Any] = {"registre": registre(BAIL), "stockee": stocker()}
    assert juger_document(regles_decisions.second_bail, corrige, operation=MODIFIER, **autres) == []


@pytest.mark.parametrize(
    ("bail", "rpls", "fautes"),
    [("2018-03-12", "X", 1), ("2018-03-12", "", 0), ("2018-03-10", "62BAC00042", 0), ("2018-03-10", "", 1)],
)
def test_the_lease_of_the_radiation_is_one_too(
    juger_document: Juger, stocker: Stocker, bail: str, rpls: str, fautes: int
) -> None:
    radiation = (
        f"<radiation><attributionLogement><dateSignatureBail>{bail}</dateSignatureBail>"
        f"<numeroRpls>{rpls}</numeroRpls></attributionLogement></radiation>"
    )
    radiee = stocker(motif_radiation="RADATT", radiation=radiation.encode())
    dite = decision("DECISION=ATTRIB DATECAL=2018-03-08 RPLS=62BAC00042 BAIL=oui DATEBAIL=2018-03-12")
    trouves = juger_document(
        regles_decisions.second_bail, dite, operation=AJOUTER, registre=registre(), stockee=radiee
    )
    assert len(trouves) == fautes


def guichet(code: str, siren: str | None, nature: NatureGuichet = NatureGuichet.BAILLEUR) -> Guichet:
    return Guichet(code, nature, "111", code, "", date(2011, 1, 1), siren=siren)


@pytest.mark.parametrize(
    ("attributaire", "emetteur", "fautes"),
    [
        (guichet("G1104", "111"), guichet("G1205", "222"), 1),
        (guichet("G1104", "111"), guichet("G1205", "111"), 0),
        (guichet("G1104", "111"), guichet("G1104", "111"), 0),
        (guichet("G1104", None), guichet("G1205", "222"), 0),
        (guichet("G1104", "111"), guichet("G1205", None), 0),
        (guichet("G1104", "111"), guichet("G1205", "222", NatureGuichet.SYSTEME), 0),
        (guichet("G1104", "111", NatureGuichet.SYSTEME), guichet("G1205", "222"), 0),
    ],
)
def test_the_body_that_attributed_radiates(
    juger: Juger, stocker: Stocker, attributaire: Guichet, emetteur: Guichet, fautes: int
) -> None:
    """A body may have several guichets; those whose SIREN is not known are of any."""
    formulaire = (
        f"<numGuichet>{emetteur.code}</numGuichet><radiation><dateRadiation>2018-03-15</dateRadiation>"
        '<motifRadiation code="RADATT"/></radiation>'
    )
    connu = registre(BAIL, auteur=attributaire.code, guichets=(attributaire, emetteur))
    trouves = juger(
        regles_decisions.radiation_par_un_autre,
        formulaire,
        type_fichier="RAD",
        registre=connu,
        stockee=stocker(),
        guichet_emetteur=emetteur.code,
    )
    assert [c.valeurs["attributaire"] for c in trouves] == [attributaire.code] * fautes


def _candidat(rang: int, **champs: Any) -> DecisionNotee:
    dit = {"logement": "62BAC00042", "classement": rang, **champs}
    issue = "attribution_par_classement"
    return DecisionNotee("1110118000002G1104", 9, date(2018, 3, 8), "G1104", issue, **dit)


LE_12, LE_12_AVRIL = date(2018, 3, 12), date(2018, 4, 12)


@pytest.mark.parametrize(
    ("regle", "dit", "autre", "fautes"),
    [
        (regles_decisions.logement_deux_fois_loue, "RANG=1 BAIL=oui DATEBAIL=2018-03-12", {"bail": LE_12}, 1),
        (regles_decisions.logement_deux_fois_loue, "RANG=1 BAIL=oui DATEBAIL=2018-03-12",
         {"bail": LE_12_AVRIL}, 0),
        (regles_decisions.logement_deux_fois_loue, "RANG=1 BAIL=oui DATEBAIL=2018-03-12", {}, 0),
        (regles_decisions.rang_deja_donne, "RANG=1", {}, 1),
        (regles_decisions.rang_deja_donne, "RANG=2", {}, 0),
        (regles_decisions.rang_deja_donne, "RANG=1", {"suite": SuiteDonnee.CORRIGEE}, 0),
        (regles_decisions.rang_deja_donne, "RANG=1", {"siren": "900000019", "organisme": "900000019"}, 0),
        (regles_decisions.candidat_servi_avant_son_tour, "RANG=2 BAIL=oui DATEBAIL=2018-03-12", {}, 1),
        (regles_decisions.candidat_servi_avant_son_tour, "RANG=1 BAIL=oui DATEBAIL=2018-03-12", {}, 0),
        (regles_decisions.candidat_servi_avant_son_tour, "RANG=2", {}, 0),
        (regles_decisions.candidat_servi_avant_son_tour, "RANG=2 BAIL=oui DATEBAIL=2018-03-12",
         {"suite": SuiteDonnee.REFUS}, 0),
        (regles_decisions.candidat_servi_avant_son_tour, "RANG=2 BAIL=oui DATEBAIL=2018-03-12",
         {"logement": "62BAC00001"}, 0),
    ],
)  # fmt: skip
def test_a_dwelling_and_its_candidates(
    juger_document: Juger, stocker: Stocker, regle: Regle, dit: str, autre: dict[str, Any], fautes: int
) -> None:
    """Another candidate, of rank 1 unless said, was told before; his demande is active."""
    connu = replace(
        registre(),
        livre=(_candidat(1, **autre),),
        demandes=(stocker(numero_unique="1110118000002G1104"),),
        guichets=(guichet("G1104", "111"),),
    )
    dite = decision(f"DECISION=ATTCLA DATECAL=2018-03-08 RPLS=62bac00042 SIREN=111 {dit}")
    trouves = juger_document(regle, dite, operation=AJOUTER, registre=connu, stockee=stocker())
    assert [c.valeurs["numero"] for c in trouves] == ["1110118000002G1104"] * fautes


@pytest.mark.parametrize(("emetteur", "fautes"), [("111", 0), ("222", 1)])
def test_the_body_that_pronounced_irrecevabilite_radiates(
    juger: Juger, stocker: Stocker, emetteur: str, fautes: int
) -> None:
    formulaire = (
        "<numGuichet>G1205</numGuichet><radiation><dateRadiation>2018-03-15</dateRadiation>"
        '<motifRadiation code="RADIRR"/></radiation>'
    )
    guichets = (guichet("G1104", "111"), guichet("G1205", emetteur))
    trouves = juger(
        regles_decisions.irrecevabilite_d_un_autre,
        formulaire,
        type_fichier="RAD",
        registre=registre("DECISION=IRRECE DATECAL=2018-02-01", guichets=guichets),
        stockee=stocker(),
        guichet_emetteur="G1205",
    )
    assert [c.valeurs["organisme"] for c in trouves] == ["G1104"] * fautes


def test_interface_5_0_tells_no_decision() -> None:
    contrat: Contrat = charger("v5.0")
    assert not [code for code in contrat.regles if code.startswith("DEC")]
