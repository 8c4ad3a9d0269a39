"""ADR: addresses and communes."""

from collections.abc import Iterator
from typing import Final

from sne_sandbox.domain.codes import HEBERGES
from sne_sandbox.domain.texte import plier
from sne_sandbox.rules.context import Contexte
from sne_sandbox.rules.lieux import commune, commune_inconnue, remplacante
from sne_sandbox.rules.rule import Infraction, Regle, constat, manquant, regle

#: Blocks where the schema always asks for both the flag and one branch of the choice.
_COMPLETES: Final = ("adressePostale", "adresseLogement")
_BRANCHE_FRANCE: Final = frozenset({"codePostal", "commune"})
_BRANCHE_ETRANGER: Final = frozenset({"codePostalEtranger", "communeEtranger", "pays"})


@regle("ADR001")
def indicateur_etranger(contexte: Contexte) -> Iterator[Infraction]:
    """The flag « étranger » goes with the branch given."""
    for adresse in contexte.demande.adresses:
        etranger = adresse.booleen_de("etranger")
        if etranger is None:
            continue
        complete = adresse.nom in _COMPLETES  # there an empty branch is a branch all the same
        donnes = {e.nom for e in adresse.enfants if complete or not e.vide}
        contraire = _BRANCHE_FRANCE if etranger else _BRANCHE_ETRANGER
        if not donnes.isdisjoint(contraire):
            yield constat(adresse.enfant("etranger") or adresse)


@regle("ADR002")
def commune_inexistante(contexte: Contexte) -> Iterator[Infraction]:
    """Every French commune exists, or has existed."""
    for ecrite in contexte.demande.communes:
        yield from commune_inconnue(ecrite, contexte)


@regle("ADR003")
def code_postal_de_la_commune(contexte: Contexte) -> Iterator[Infraction]:
    """The postal code is one of the commune's."""
    for adresse in contexte.demande.adresses:
        postal = adresse.enfant("codePostal")
        code = adresse.code_de("commune")
        if postal is None or code is None or len(postal.texte) != 5:
            continue
        trouvee = commune(code, contexte.territoires)
        if trouvee is not None and trouvee.codes_postaux and postal.texte not in trouvee.codes_postaux:
            yield constat(postal, commune=trouvee.nom)


@regle("ADR004")
def code_postal_incomplet(contexte: Contexte) -> Iterator[Infraction]:
    """A postal code has 5 digits."""
    for adresse in contexte.demande.adresses:
        postal = adresse.enfant("codePostal")
        if postal is not None and len(postal.texte) != 5:
            yield constat(postal)


@regle("ADR005")
def pays_etranger(contexte: Contexte) -> Iterator[Infraction]:
    """The country of an address abroad is not blank, and not France."""
    for adresse in contexte.demande.adresses:
        pays = adresse.enfant("pays")
        if pays is not None and adresse.booleen_de("etranger") and plier(pays.texte) in ("", "france"):
            yield constat(pays)


@regle("ADR006")
def nom_de_l_hebergeant(contexte: Contexte) -> Iterator[Infraction]:
    """Who lives at somebody's says whose."""
    logement = contexte.demande.logement_actuel
    if logement is None:
        return
    modeles = logement.tous("listeModeleLogement/modeleLogement")
    if HEBERGES.isdisjoint(modele.code or "" for modele in modeles):
        return
    adresse = contexte.demande.formulaire.enfant(
        "personnePhysique/adresseLogement"
    ) or contexte.demande.formulaire.enfant("personnePhysique/demandeur/adressePostale")
    if adresse is not None and not (adresse.texte_de("nomHebergeant") or "").strip():
        yield manquant(adresse, "nomHebergeant")


@regle("ADR007")
def commune_remplacee(contexte: Contexte) -> Iterator[Infraction]:
    """Every commune is in force on the base's clock."""
    jour, territoires = contexte.jour, contexte.territoires
    for ecrite in contexte.demande.communes:
        if ecrite.code is not None:
            nouvelle = remplacante(ecrite.code, jour, territoires)
            if nouvelle is not None:
                yield constat(ecrite, commune=nouvelle)


REGLES: Final[tuple[Regle, ...]] = (
    indicateur_etranger,
    commune_inexistante,
    code_postal_de_la_commune,
    code_postal_incomplet,
    pays_etranger,
    nom_de_l_hebergeant,
    commune_remplacee,
)
