"""ATT: the dwelling that a radiation for attribution describes (R. 441-2-9)."""

from collections.abc import Iterator
from typing import Final

from stdnum import luhn

from sne_sandbox.domain.codes import DALO_RECONNU
from sne_sandbox.domain.demande import Demande
from sne_sandbox.domain.element import Element
from sne_sandbox.rules.context import Contexte
from sne_sandbox.rules.lieux import actuelle, commune_inconnue
from sne_sandbox.rules.rule import Infraction, Regle, constat, manquant, regle

_DESCRIPTION: Final = ("codeSirenBailleur", "typeLogement", "surface", "montantLoyer", "adresse")
_LONGUEUR_RPLS: Final = 10


@regle("ATT001")
def date_du_bail(contexte: Contexte) -> Iterator[Infraction]:
    """The lease is not signed in the future."""
    attribution = _attribution(contexte.demande)
    if attribution is None:
        return
    bail = attribution.date_de("dateSignatureBail")
    if bail is not None and bail > contexte.aujourdhui:
        yield constat(attribution.enfant("dateSignatureBail") or attribution)


@regle("ATT002")
def logement_designe(contexte: Contexte) -> Iterator[Infraction]:
    """The dwelling is named by its RPLS number, or described in full."""
    attribution = _attribution(contexte.demande)
    if attribution is None or len((attribution.texte_de("numeroRpls") or "").strip()) == _LONGUEUR_RPLS:
        return
    if any(attribution.enfant(champ) is None for champ in _DESCRIPTION):
        rpls = attribution.enfant("numeroRpls")
        yield constat(rpls) if rpls is not None else manquant(attribution, "numeroRpls")


@regle("ATT003")
def siren_du_bailleur(contexte: Contexte) -> Iterator[Infraction]:
    """The SIREN has 9 digits and a right key."""
    attribution = _attribution(contexte.demande)
    siren = attribution.enfant("codeSirenBailleur") if attribution is not None else None
    if siren is None:
        return
    texte = siren.texte
    if not (len(texte) == 9 and texte.isascii() and texte.isdigit() and luhn.is_valid(texte)):
        yield constat(siren)


@regle("ATT004", registre=True)
def dalo_inconnu(contexte: Contexte) -> Iterator[Infraction]:
    """A dwelling attributed under DALO goes to somebody known as recognised."""
    attribution = _attribution(contexte.demande)
    if attribution is None or contexte.stockee is None or not attribution.booleen_de("attribueEnComDALO"):
        return
    if contexte.stockee.statut_dalo not in DALO_RECONNU:
        yield constat(attribution.enfant("attribueEnComDALO") or attribution)


@regle("ATT005", registre=True)
def logement_hors_des_souhaits(contexte: Contexte) -> Iterator[Infraction]:
    """The dwelling lies in a wished commune, or in its EPCI."""
    attribution = _attribution(contexte.demande)
    commune = attribution.enfant("adresse/commune") if attribution is not None else None
    if commune is None or commune.code is None or contexte.stockee is None:
        return
    territoires = contexte.territoires
    logement = actuelle(commune.code, territoires)
    souhaits = [actuelle(c.code or "", territoires) for c in contexte.stockee.demande.communes_souhaitees]
    connus = [souhait for souhait in souhaits if souhait is not None]
    if logement is None or not connus:  # a commune that does not exist is the business of ATT007
        return
    for souhait in connus:
        if souhait.code == logement.code or (souhait.epci is not None and souhait.epci == logement.epci):
            return
    yield constat(commune)


@regle("ATT006")
def bail_avant_la_demande(contexte: Contexte) -> Iterator[Infraction]:
    """The lease does not come before the demande."""
    attribution = _attribution(contexte.demande)
    creation = contexte.demande.date_creation
    if attribution is None or creation is None:
        return
    bail = attribution.date_de("dateSignatureBail")
    if bail is not None and bail < creation:
        yield constat(attribution.enfant("dateSignatureBail") or attribution)


@regle("ATT007")
def commune_du_logement(contexte: Contexte) -> Iterator[Infraction]:
    """The commune of the dwelling exists, or has existed."""
    attribution = _attribution(contexte.demande)
    commune = attribution.enfant("adresse/commune") if attribution is not None else None
    if commune is not None:
        yield from commune_inconnue(commune, contexte)


def _attribution(demande: Demande) -> Element | None:
    """The block, None in a déradiation, which ignores it."""
    if demande.motif_radiation is None:
        return None
    return demande.formulaire.enfant("radiation/attributionLogement")


REGLES: Final[tuple[Regle, ...]] = (
    date_du_bail,
    logement_designe,
    siren_du_bailleur,
    dalo_inconnu,
    logement_hors_des_souhaits,
    bail_avant_la_demande,
    commune_du_logement,
)
