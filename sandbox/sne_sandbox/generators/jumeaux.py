"""Twins of the specimens: generated documents of the same shape, that may stand where a specimen stands.

A twin has the specimen's header, guichet, numbers, days, wished communes and kind of household; everything
else is drawn. So the examples of the controls, written as edits of specimens, hold for any household.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, Final

from sne_sandbox.contract.codec import decoder, encoder, lire
from sne_sandbox.contract.versions import Contrat
from sne_sandbox.domain.demande import FORMULAIRE, Demande
from sne_sandbox.domain.element import Element, avec_enfants
from sne_sandbox.domain.menage import LIENS_DE_COUPLE
from sne_sandbox.domain.texte import plier
from sne_sandbox.generators import suites
from sne_sandbox.generators.actes import NUMERO_INVENTE
from sne_sandbox.generators.demandes import formulaire
from sne_sandbox.generators.diversite import Contraintes, atelier
from sne_sandbox.generators.exemples import specimen
from sne_sandbox.generators.menages import ASSOCIATION, COLOCATION, COUPLE, FAMILLE, MONOPARENTAL, SEUL
from sne_sandbox.generators.noms import noms
from sne_sandbox.generators.tirage import Tirage

#: Specimens of other channels, and the demande that each speaks of.
CANAUX: Final = {"dalo": "hebergee_secret", "evenement": "colocataires"}
#: The separation leaves this one.
_COMMUNE: Final = {"separation": "couple_garde_alternee_handicap"}
#: What a twin takes from its specimen: what belongs to the message.
_DU_MESSAGE: Final = frozenset(
    {
        *("numGuichet", "numUnique", "numUniqueAssocie", "dateCreationDemande", "renouvellement"),
        *("radiation", "dateDerniereModificationPiece", "forcerDoublon"),
    }
)
_IDENTITE: Final = ("nom", "prenom", "dateNaissance")
_RICHESSE: Final = 0.2


def jumeaux(nom: str, autres: tuple[str, ...], tirage: Tirage, contrat: Contrat) -> dict[str, bytes]:
    """Twins of the specimen `nom`, of those it speaks of, and of `autres`, by name of specimen: XML."""
    trouves: dict[str, Element] = {}
    for besoin in (CANAUX.get(nom), _COMMUNE.get(nom), *autres, nom):
        if besoin is not None and besoin not in trouves:
            trouves[besoin] = _jumeau(besoin, trouves, tirage, contrat)
    return {besoin: encoder(element) for besoin, element in trouves.items()}


def correspondances(nom: str, jumeau: bytes) -> Mapping[str, str]:
    """Folded names and birth dates of the specimen's applicant and co-holders → those of the twin's."""
    avant = Demande(decoder(specimen(nom))).titulaires
    apres = Demande(lire(jumeau)).titulaires
    table: dict[str, str] = {}
    for personne, autre in zip(avant, apres, strict=False):
        for champ in _IDENTITE:  # a name that two share is the first one's
            ancien, nouveau = (p.element.texte_de(champ) or "" for p in (personne, autre))
            table.setdefault(plier(ancien), nouveau)
    return table


def _jumeau(nom: str, deja: Mapping[str, Element], tirage: Tirage, contrat: Contrat) -> Element:
    modele = decoder(specimen(nom))
    if nom == "evenement":
        return _autre_evenement(modele, tirage)
    if nom == "recherche":
        return _autre_recherche(modele, tirage)
    vue = Demande(modele)
    ici = atelier(
        contrat,
        jour=vue.date_creation or date.min,
        guichet=vue.num_guichet,
        contraintes=_contraintes(vue),
        instant=vue.date_fichier,
    )
    commune = deja.get(_COMMUNE.get(nom, ""))
    if commune is not None:
        return _greffe(suites.separation(tirage, ici, commune, NUMERO_INVENTE), modele, contrat)
    dossier = ici.dossier(tirage)
    nu = avec_enfants(modele, _avec_formulaire(modele, formulaire(dossier)))
    return ici.orner(tirage, _greffe(nu, modele, contrat), dossier.souhait.places[0])


def _contraintes(vue: Demande) -> Contraintes:
    seul = not vue.cotitulaires
    enfants = len(vue.personnes_a_charge)
    if vue.est_association:
        sorte = ASSOCIATION
    elif seul:
        sorte = MONOPARENTAL if enfants else SEUL
    elif any(c.lien_demandeur in LIENS_DE_COUPLE for c in vue.cotitulaires):
        sorte = FAMILLE if enfants else COUPLE
    else:
        sorte = COLOCATION
    demandeur = vue.demandeur
    return Contraintes(
        sorte=sorte,
        version=vue.version,
        enfants_min=enfants,
        garde_alternee=bool(vue.personnes_en_garde),
        naissance_a_venir=vue.formulaire.enfant("personnePhysique/personneANaitre") is not None,
        handicap=bool(vue.handicaps),
        etranger=demandeur is not None and demandeur.element.enfant("adressePostale/pays") is not None,
        nir=None if demandeur is None or demandeur.nir is None else True,
        limites=False,
        richesse=_RICHESSE,
        communes=tuple(c.code for c in vue.communes_souhaitees if c.code),
    )


def _avec_formulaire(modele: Element, corps: Element) -> tuple[Element, ...]:
    demande = modele.enfant("demande")
    assert demande is not None  # the schema asks for it
    blocs = tuple([corps if e.nom == corps.nom else e for e in demande.enfants])
    return tuple([avec_enfants(e, blocs) if e is demande else e for e in modele.enfants])


def _greffe(racine: Element, modele: Element, contrat: Contrat) -> Element:
    """`racine` with what belongs to the message of `modele`."""
    corps = Demande(racine).formulaire
    gardes = [e for e in corps.enfants if e.nom not in _DU_MESSAGE]
    pris = [e for e in Demande(modele).formulaire.enfants if e.nom in _DU_MESSAGE]
    base, ordre = FORMULAIRE, contrat.nomenclatures.ordre
    ranges = sorted([*gardes, *pris], key=lambda e: ordre(f"{base}/{e.nom}"))
    greffe = Element("demandeLogement", "", None, tuple(ranges))
    return suites.copie(avec_enfants(modele, _avec_formulaire(modele, greffe)))


# --- the documents of the other channels -------------------------------------------------------------


def _autre_evenement(modele: Element, tirage: Tirage) -> Element:
    """The specimen with another day, another comment."""
    jour = date(2018, 3, 8) - timedelta(days=tirage.entier(0, 60))
    return _avec_textes(
        modele,
        {
            "dateSurvenance": jour.isoformat(),
            "commentaire": tirage.choix(("Vu.", "Décision « notifiée » à l’œuvre.", "Suite & fin")),
        },
    )


def _autre_recherche(modele: Element, tirage: Tirage) -> Element:
    """The specimen with another person."""
    naissance = date(1990, 1, 1) - timedelta(days=tirage.entier(0, 15_000))
    return _avec_textes(
        modele,
        {
            "nom": tirage.choix(noms().familles),
            "prenom": tirage.choix(noms().feminins),
            "dateNaissance": naissance.isoformat(),
        },
    )


def _avec_textes(element: Element, textes: Mapping[str, str]) -> Element:
    if element.nom in textes:
        return Element(element.nom, textes[element.nom], element.attributs)
    return avec_enfants(element, tuple(_chacun(element, textes)))


def _chacun(element: Element, textes: Mapping[str, str]) -> Iterator[Any]:
    for enfant in element.enfants:
        yield _avec_textes(enfant, textes)
