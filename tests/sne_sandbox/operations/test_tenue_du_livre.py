"""What decisions still ask for, as the nights notice it (R. 441-2-8 a, d)."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from banc import MIDI, Banc
from joueur import Joueur, debut
from temps import nuits

from sne_interface.contract import codec
from sne_interface.contract.contrats_charges import charger
from sne_interface.domain.base import Horloge
from sne_interface.domain.dates import PARIS
from sne_interface.domain.element_recu import Element, bloc
from sne_interface.rules.catalogue import REGLES
from sne_interface.rules.rule import Contexte
from sne_sandbox.bases import bases
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.store.recherche_de_demandes import parcourir

COMMISSION, BAIL = date(2018, 3, 8), date(2018, 3, 12)
SIGNE: dict[str, Any] = {"decide": "attribution", "commission": COMMISSION, "bail": BAIL}


def _le(mois: int, jour: int) -> date:
    return date(2018, mois, jour)


def _notees(banc: Banc) -> list[tuple[str, str]]:
    """(day of the night, code), oldest first."""
    return [
        (f"{nuit.instant_base.astimezone(PARIS):%d/%m}", anomalie["code"])
        for nuit in nuits(banc.services.magasin, banc.nom)
        if nuit.instant_base is not None
        for anomalie in nuit.anomalies
    ]


@pytest.mark.parametrize(
    ("pas", "notees"),
    [
        ([{"le": BAIL, **SIGNE}], [("11/04", "BAILSR")]),
        # Told late: the night after.
        ([{"le": _le(5, 15), **SIGNE}], [("16/05", "BAILSR")]),
        # Told twice: once noticed.
        ([{"le": BAIL, **SIGNE}, {"le": _le(3, 20), **SIGNE}], [("11/04", "BAILSR")]),
        # Then it was not signed after all.
        ([{"le": BAIL, **SIGNE}, {"le": _le(3, 20), "codes": {
            "DATECAL": "2018-03-08", "DECISION": "ATTRIB", "BAIL": "non"}}], []),
        # It came to nothing, and the demande waits again.
        ([{"le": BAIL, **SIGNE}, {"le": _le(3, 13), "radie": "RADATT", "bail": BAIL},
          {"le": _le(3, 20), "reactive": True}], []),
        # A radiation of another kind ends it all the same.
        ([{"le": BAIL, **SIGNE}, {"le": _le(3, 20), "radie": "RADABA"}], []),
        # Irrecevable, told late: the warning is due the night after, the radiation possible too.
        ([{"le": _le(5, 15), "decide": "irrecevabilite", "motif": "ressources", "commission": COMMISSION}],
         [("16/05", "AVERTI"), ("16/05", "IRRDUE")]),
        ([{"le": COMMISSION, "decide": "irrecevabilite", "motif": "ressources"},
          {"le": _le(4, 8), "radie": "RADIRR"}], [("09/03", "AVERTI"), ("08/04", "IRRDUE")]),
        ([{"le": COMMISSION, "decide": "non_attribution", "motif": "x"}], []),
    ],
)  # fmt: skip
def test_what_the_nights_notice(
    nouvelle_base: Callable[..., Banc], pas: list[dict[str, Any]], notees: list[tuple[str, str]]
) -> None:
    histoire = {"pas": [*pas, {"le": _le(7, 1), "attend": True}]}
    banc = nouvelle_base(horloge=debut(histoire))
    assert all(not constat.codes for _, constat in Joueur(banc, histoire).jouer())
    assert _notees(banc) == notees


_PAS_SIGNE = {"DATECAL": "2018-03-08", "DECISION": "ATTRIB", "BAIL": "non"}


@pytest.mark.parametrize(
    ("pas", "baux", "decisions"),
    [
        ([{"le": BAIL, **SIGNE}], 1, {"attribution_bail": 1}),
        # Told again when the lease is signed, or told twice: one decision, one lease.
        ([{"le": COMMISSION, "codes": _PAS_SIGNE}, {"le": BAIL, **SIGNE}], 1, {"attribution_bail": 1}),
        ([{"le": BAIL, **SIGNE}, {"le": _le(3, 20), **SIGNE}], 1, {"attribution_bail": 1}),
        # Then it was not signed after all.
        ([{"le": BAIL, **SIGNE}, {"le": _le(3, 20), "codes": _PAS_SIGNE}], 0, {"attribution": 1}),
        # Refused by one, signed at another's the same day, the radiation alone telling the lease.
        ([{"le": COMMISSION, "decide": "attribution", "guichet": "G0690", "categorie": "SANLOG"},
          {"le": BAIL, "refuse": "loin", "commission": COMMISSION, "guichet": "G0690"},
          {"le": BAIL, "decide": "attribution", "commission": _le(3, 9)},
          {"le": BAIL, "radie": "RADATT", "bail": BAIL}], 1, {"attribution": 1, "attribution_bail": 1}),
        # It came to nothing, and the demande waits again; what is told afterwards does not bring it back.
        ([{"le": BAIL, **SIGNE}, {"le": _le(3, 13), "radie": "RADATT", "bail": BAIL},
          {"le": _le(3, 20), "reactive": True}], 0, {"attribution": 1}),
        ([{"le": BAIL, **SIGNE}, {"le": _le(3, 13), "radie": "RADATT", "bail": BAIL},
          {"le": _le(3, 20), "reactive": True},
          {"le": _le(4, 2), "decide": "non_attribution", "motif": "x", "commission": _le(4, 1)}],
         0, {"attribution": 1, "non_attribution": 1}),
        # Two sittings are two decisions.
        ([{"le": COMMISSION, "decide": "non_attribution", "motif": "x"}, {"le": _le(4, 2), "decide":
          "attribution", "commission": _le(4, 1), "bail": _le(4, 2)}],
         1, {"non_attribution": 1, "attribution_bail": 1}),
    ],
)  # fmt: skip
def test_what_is_counted_is_what_decisions_have_come_to(
    nouvelle_base: Callable[..., Banc], pas: list[dict[str, Any]], baux: int, decisions: dict[str, int]
) -> None:
    """Rules and counts read one way of the demande."""
    quotas = pytest.importorskip(
        "sne_statistiques.comptes.quotas", reason="the statistics are a package that one may take away"
    )
    comptes_par_territoire = pytest.importorskip("sne_statistiques.comptes.comptes_par_territoire")
    histoire = {"pas": pas}
    banc = nouvelle_base(horloge=debut(histoire))
    Joueur(banc, histoire).jouer()
    with banc.services.magasin.lire(banc.nom) as registre:
        comptes = quotas.compter(registre, banc.services.contrat, 2018)
        comptees = comptes_par_territoire.compter(
            registre, banc.services.contrat, "commune", date(2018, 12, 31)
        )
    assert comptes.ensemble.baux == baux
    assert {lu.code: lu.valeur for lu in comptees.lignes if lu.indicateur == "decisions"} == decisions


_DECIDE: dict[str, Any] = {"le": COMMISSION, "decide": "attribution", "commission": COMMISSION, "nom": "d1"}
_RADIE: dict[str, Any] = {"le": _le(3, 26), "radie": "RADATT", "bail": BAIL}
_RECONNU, _CADUC = {"le": COMMISSION, "declare": "ACTIF"}, {"le": _le(3, 20), "declare": "CADUC"}
_RECONNU_APRES = {"le": _le(3, 20), "declare": "ACTIF"}
_REVIENT = {"le": _le(3, 27), "reactive": True}


@pytest.mark.parametrize(
    ("pas", "dalo"),
    [
        # What a radiation alone told goes with it; not what the register knew.
        ([_DECIDE, _RADIE | {"dalo": True}], [True, True]),
        ([_DECIDE, _RADIE | {"dalo": True}, _REVIENT], [None]),
        ([_RECONNU, _DECIDE, _RADIE, _REVIENT], [True]),
        # It was known on the day of the commission: told again, or its comment corrected, it still was.
        ([_RECONNU, _DECIDE, _CADUC, {"le": _le(3, 25), "corrige": "d1", "codes": {}}], [True]),
        ([_RECONNU, _DECIDE, _CADUC, _DECIDE | {"le": _le(3, 25), "nom": "d2"}], [True, True]),
        ([_RECONNU, _DECIDE, _CADUC, {"le": _le(3, 25), "corrige": "d1", "decide": "attribution",
          "commission": _le(3, 9)}], [True]),
        # It lapsed, then a commission sat.
        ([_RECONNU, _DECIDE, _CADUC, _DECIDE | {"le": _le(3, 25), "commission": _le(3, 22)}], [True, None]),
        # Declared late, whoever told what before.
        ([_DECIDE, {"le": _le(3, 5), "dite": _le(3, 10), "declare": "ACTIF"}], [True]),
        # It was not then, and is since.
        ([_DECIDE | {"dalo": False}, _RECONNU_APRES, _RADIE | {"dalo": False}], [False, False]),
        ([_RECONNU_APRES, _DECIDE | {"le": _le(3, 25)}], [None]),
        ([_RECONNU_APRES, _RADIE | {"dalo": False}], [False]),
        # Another day than the one that was told.
        ([_DECIDE, _RECONNU_APRES, {"le": _le(3, 25), "corrige": "d1", "decide": "attribution"}], [True]),
    ],
)  # fmt: skip
def test_dalo_is_what_was_known_on_the_day_or_said(
    nouvelle_base: Callable[..., Banc], pas: list[dict[str, Any]], dalo: list[bool | None]
) -> None:
    histoire = {"pas": pas}
    banc = nouvelle_base(horloge=debut(histoire))
    joueur = Joueur(banc, histoire)
    assert not any(constat.refuse for _, constat in joueur.jouer())
    with banc.services.magasin.lire(banc.nom) as registre:
        lignes = registre.livre(joueur.numero)
    assert [ligne.dalo for ligne in lignes] == dalo
    assert {ligne.prioritaire for ligne in lignes} <= {None, False}


@pytest.mark.parametrize("jours", [0, 5, 200])
def test_the_days_are_a_setting(nouvelle_base: Callable[..., Banc], jours: int) -> None:
    histoire = {"pas": [{"le": BAIL, **SIGNE}, {"le": _le(7, 1), "attend": True}]}
    banc = nouvelle_base(horloge=debut(histoire), bail_sans_radiation_jours=jours)
    Joueur(banc, histoire).jouer()
    nuit = max(BAIL + timedelta(days=jours), BAIL + timedelta(days=1))
    assert _notees(banc) == ([(f"{nuit:%d/%m}", "BAILSR")] if nuit <= _le(7, 1) else [])


def _reproches(magasin: Magasin, base: str) -> tuple[int, list[tuple[str, str]]]:
    """How many decisions and radiations a base holds, and (numéro, code) of the rules on decisions that hold
    something against them, each judged against all that the base knows beside it."""
    contrat, juges, reproches = charger("v5.2"), 0, []
    regles = [regle for regle in REGLES if regle.code.startswith("DEC")]
    with magasin.lire(base) as registre:
        for stockee in parcourir(registre):
            numero = Element("numUnique", stockee.numero_unique)
            evenements = registre.evenements(stockee.numero_unique)
            messages = [
                (
                    "EVT",
                    bloc("interfaceNuu", bloc("operation", numero), bloc("listeEvenements", bloc(
                        "evenement",
                        Element("idEvenement", str(evenement.identifiant)),
                        Element("codeTypeEvenement", evenement.code_type),
                        bloc("listeCaracteristiquesSpecifiques", *[bloc(
                            "caracteristiqueSpecifique", Element("code", code),
                            Element("valeurCaracteristiqueSpecifique", valeur),
                        ) for code, valeur in evenement.caracteristiques]),
                    ))),
                    evenement.auteur_creation,
                )
                for evenement in evenements
            ]  # fmt: skip
            if stockee.radiation is not None and evenements:
                formulaire = bloc("demandeLogement", numero, codec.lire(stockee.radiation))
                radiation = bloc("interfaceNuu", bloc("demande", formulaire))
                messages.append(("RAD", radiation, evenements[-1].auteur_creation))
            for type_fichier, document, auteur in messages:
                juges += 1
                contexte = Contexte(
                    type_fichier, document, MIDI, contrat.nomenclatures, contrat.territoires, registre,
                    contrat.guichets, operation="modifierEvenementDemande", stockee=stockee,
                    roles=contrat.roles, guichet_emetteur=auteur,
                )  # fmt: skip
                reproches += [
                    (stockee.numero_unique, regle.code)
                    for regle in regles
                    if type_fichier in contrat.regles[regle.code].types and list(regle.controler(contexte))
                ]
    return juges, reproches


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("semence", ["attributions", "ecole"])
def test_the_decisions_of_a_seed_are_lawful(magasin: Magasin, semence: str, seed: int) -> None:
    nom = f"{semence}-{seed}"
    bases.creer(
        magasin, charger("v5.2"), nom, semence=semence, seed=seed, taille=600, horloge=Horloge(fige_a=MIDI)
    )
    juges, reproches = _reproches(magasin, nom)
    assert juges > 30
    assert reproches == []
