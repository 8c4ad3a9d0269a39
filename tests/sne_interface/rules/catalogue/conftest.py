"""One way to try a rule on a few lines of a document, without a base; of the contract, it knows the roles."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import cache
from typing import Any

import pytest
from lxml import etree

from sne_interface.contract.contrats_charges import charger
from sne_interface.contract.fiches_du_contrat import lire_droits
from sne_interface.contract.overlay import DossiersContrat
from sne_interface.domain.base import DroitsGuichets
from sne_interface.domain.dates import PARIS
from sne_interface.domain.demande import Demande, DemandeStockee, EtatDemande
from sne_interface.domain.element_recu import Element
from sne_interface.resources import contracts_dir
from sne_interface.rules.registre_vu_des_regles import RegistreMemoire
from sne_interface.rules.rule import Contexte, Infraction, Regle

MAINTENANT = datetime(2018, 3, 15, 12, tzinfo=PARIS)
ROLES = charger("v5.2").roles

Juger = Callable[..., list[Infraction]]


def _element(xml: Any) -> Element:
    return Element(
        xml.tag,
        (xml.text or "").strip() if len(xml) else xml.text or "",
        dict(xml.attrib),
        tuple(_element(enfant) for enfant in xml),
        xml.sourceline or 0,
    )


def lire(xml: str) -> Element:
    """The element written in `xml`, without namespace."""
    return _element(etree.fromstring(xml))


def document(formulaire: str, suite: str = "") -> Element:
    """A demande of 15 March 2018 whose form is `formulaire`."""
    return lire(
        '<interfaceNuu versionInterface="02.02"><entete><typeFichier>CRE</typeFichier>'
        "<dateFichier>2018-03-15T12:00:00+01:00</dateFichier></entete>"
        f"<demande>{suite}<demandeLogement>{formulaire}</demandeLogement></demande></interfaceNuu>"
    )


@pytest.fixture
def juger() -> Juger:
    """`juger(regle, formulaire, …)`: what a rule finds in the form of a demande, on 15 March 2018."""

    def executer(
        regle: Regle, formulaire: str = "", *, suite: str = "", type_fichier: str = "CRE", **autres: Any
    ) -> list[Infraction]:
        return _constats(regle, document(formulaire, suite), type_fichier, autres)

    return executer


@pytest.fixture
def juger_document() -> Juger:
    """`juger_document(regle, xml, …)`: the same on a whole document (events, search)."""

    def executer(regle: Regle, xml: str, *, type_fichier: str = "EVT", **autres: Any) -> list[Infraction]:
        return _constats(regle, lire(xml), type_fichier, autres)

    return executer


@cache
def droits() -> DroitsGuichets:
    """What each kind of guichet may do, as the contract says it."""
    return lire_droits(DossiersContrat(contracts_dir(), "v5.2").toml("guichets.toml"), "guichets.toml")


def _constats(regle: Regle, racine: Element, type_fichier: str, autres: dict[str, Any]) -> list[Infraction]:
    contrat: dict[str, Any] = {"nomenclatures": None, "territoires": None, "droits": droits()}  # few read it
    contexte = Contexte(
        type_fichier=type_fichier,
        document=racine,
        **{"maintenant": MAINTENANT, "roles": ROLES, "registre": RegistreMemoire(), **contrat, **autres},
    )
    trouves: Iterator[Infraction] = regle.controler(contexte)
    return list(trouves)


@pytest.fixture
def stocker() -> Callable[..., DemandeStockee]:
    """`stocker(formulaire, …)`: a demande of the base, active, deposited in Île-de-France."""

    def executer(formulaire: str = "", **autres: Any) -> DemandeStockee:
        depot = date(2018, 1, 10)
        champs: dict[str, Any] = {
            "numero_unique": "1110118000001G1104",
            "territoire": "111",
            "etat": EtatDemande.ACTIVE,
            "version": "02.02",
            "guichet_createur": "G1104",
            "guichet_dernier": "G1104",
            "touchee_par_autrui": False,
            "date_creation": depot,
            "debut_validite": depot,
            "fin_validite": date(2019, 1, 10),
            "demande": Demande(document(formulaire)),
            "document": b"",
        }
        return DemandeStockee(**{**champs, **autres})

    return executer
