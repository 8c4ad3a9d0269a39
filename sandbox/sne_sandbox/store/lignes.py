"""Values as the columns hold them, and the rows of what a base is made of: read, and written.

An instant is a number of microseconds since 1970, a day ISO text, a document its bytes compressed: both
engines keep and sort them alike (`tables`).
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from functools import cache, lru_cache
from operator import attrgetter
from pathlib import Path
from typing import Any, Final

from isal import isal_zlib

from sne_interface.contract import codec
from sne_interface.domain.base import Acte, Base, Guichet, Horloge, NatureGuichet
from sne_interface.domain.codes import MOTIF_ATTRIBUTION
from sne_interface.domain.demande import DemandeStockee, EtatDemande, Mouvement, Personne
from sne_interface.domain.evenement import Caracteristique, Evenement, TypeEvenement
from sne_interface.domain.livre_des_attributions import DecisionNotee, Demandeur, SuiteDonnee
from sne_interface.domain.menage import Menage, composition, taille
from sne_interface.domain.texte import plier
from sne_interface.errors import StoreError, UsageError
from sne_interface.settings import Reglages
from sne_sandbox.store import tables
from sne_sandbox.store.connexion_en_transaction import Ligne

#: As small as zlib's own first level.
_NIVEAU: Final = 2
#: The text that messages of the SNE have in common: a question, names of the schema that it does not use, our
#: answer, runs of spaces cut: of the first versions, and of today.
DICTIONNAIRES: Final = tuple(
    Path(__file__).with_name(nom).read_bytes()
    for nom in ("messages_en_commun.bin", "messages_en_commun_2.bin")
)
#: What is compressed names its dictionary by this checksum: each stays as it is.
_PAR_SOMME: Final = {isal_zlib.adler32(dictionnaire): dictionnaire for dictionnaire in DICTIONNAIRES}
#: How many times smaller than itself zlib can make anything, at the most.
RAPPORT_MAX: Final = 1_032
_EPOQUE: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO: Final = timedelta(microseconds=1)
#: The largest number of a column.
IDENTIFIANT_MAX: Final = 2**63 - 1

#: Values by column: a row that has no order.
Rangee = dict[str, Any]
#: How a column that is not null is read, by its name.
Lectures = Mapping[str, Callable[[Any], Any]]


# --- one value -------------------------------------------------------------------------------------------


def micros(instant: datetime) -> int:
    """Microseconds since 1970 of an aware instant. Raises ValueError for a naive one: it names no moment."""
    if instant.tzinfo is None:
        raise ValueError(f"an aware instant is expected, not {instant!r}")
    return (instant - _EPOQUE) // _MICRO


def instant_de(valeur: int) -> datetime:
    """The instant (UTC) of a column."""
    return _EPOQUE + timedelta(microseconds=valeur)


def instant_ou_rien(valeur: int | None) -> datetime | None:
    """The instant (UTC) of a column that may be null."""
    return None if valeur is None else instant_de(valeur)


def jour_ou_rien(valeur: str | None) -> date | None:
    """The day of a column that may be null."""
    return None if valeur is None else date.fromisoformat(valeur)


def tasser(octets: bytes) -> bytes:
    """Compressed bytes, in the format of zlib."""
    return isal_zlib.compress(octets, _NIVEAU)


def tasser_un_message(octets: bytes) -> bytes:
    """The same, with what messages have in common as its dictionary."""
    tasseur = isal_zlib.compressobj(_NIVEAU, zdict=DICTIONNAIRES[-1])
    return tasseur.compress(octets) + tasseur.flush()


def detasser(octets: bytes) -> bytes:
    """The bytes that either compressed."""
    lecteur = isal_zlib.decompressobj(zdict=_dictionnaire(octets))
    lus = lecteur.decompress(octets)
    if not lecteur.eof:
        raise ValueError("compressed bytes without an end")
    return lus


def _dictionnaire(octets: bytes) -> bytes:
    """The dictionary of compressed bytes: its checksum follows their first two (RFC 1950, § 2.2)."""
    return _PAR_SOMME.get(int.from_bytes(octets[2:6], "big"), DICTIONNAIRES[-1])


def longueur_tassee(octets: bytes, assez: int) -> int:
    """Counts the bytes that either compressed, `assez` for as many or more, 0 for bytes that do not
    unpack."""
    try:
        return len(isal_zlib.decompressobj(zdict=_dictionnaire(octets)).decompress(octets, assez))
    except Exception:  # noqa: BLE001 - isal's own, without a type; whoever reads the row says that it is damaged
        return 0


@cache
def _ecriture(genre: type) -> Callable[[Any], Any] | None:
    """How a value of that type is written; None for one that is written as it is."""
    if issubclass(genre, Enum):  # before the text that it is too
        return attrgetter("_value_")
    if issubclass(genre, datetime):  # before the day that it is too
        return micros
    if issubclass(genre, date):
        return date.isoformat
    return tasser if issubclass(genre, bytes) else None


def en_colonne(valeur: Any) -> Any:
    """A value as its column holds it. Raises ValueError for a naive instant."""
    ecrire = _ecriture(valeur.__class__)
    return valeur if ecrire is None else ecrire(valeur)


def en_colonnes(noms: tuple[str, ...], objet: Any) -> Rangee:
    """The attributes of an object that have these names, as their columns hold them."""
    return {
        nom: valeur if (ecrire := _ecriture(valeur.__class__)) is None else ecrire(valeur)
        for nom, valeur in attributs(noms, objet).items()
    }


def attributs(noms: tuple[str, ...], objet: Any) -> Rangee:
    """The attributes of an object that have these names, as they are."""
    return dict(zip(noms, _lecture(noms)(objet), strict=True))


@cache
def _lecture(noms: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    return attrgetter(*noms)


def _lire(colonnes: Sequence[str], lectures: Lectures, ligne: Ligne) -> Rangee:
    """The values of a row by column, those that `lectures` names read from their column."""
    lues = dict(zip(colonnes, ligne, strict=True))
    for nom, lire in lectures.items():
        if lues[nom] is not None:
            lues[nom] = lire(lues[nom])
    return lues


# --- a base ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class BaseLue:
    """A base, the token of its guichets and event types, and whether a panne is armed in it."""

    base: Base
    jeton: int
    pannes: bool = False


#: The columns that `base_de` reads, before the one that says whether a panne is armed.
COLONNES_BASE: Final = tables.base.noms


def base_de(ligne: Sequence[Any]) -> BaseLue:
    """The base of a row: `COLONNES_BASE`, then whether a panne is armed. Raises StoreError for one that this
    version cannot read."""
    lue = dict(zip(COLONNES_BASE, ligne, strict=False))
    try:
        base = Base(
            nom=lue["nom"],
            semence=lue["semence"],
            seed=lue["seed"],
            horloge=Horloge(instant_ou_rien(lue["fige_a"]), timedelta(microseconds=lue["decalage"])),
            reglages=_lire_reglages(lue["reglages"]),
            derniere_nuit=jour_ou_rien(lue["derniere_nuit"]),
            creee_le=instant_ou_rien(lue["creee_le"]),
            taille=lue["taille"],
        )
    except (UsageError, ValueError, OverflowError, TypeError, AttributeError) as erreur:
        pourquoi = erreur if isinstance(erreur, UsageError) else "un de ses champs n'a pas la forme attendue"
        raise StoreError(
            f"La base [{lue['nom']}] ne se lit pas dans cette version : {pourquoi}",
            remede="remettez la version qui l'a écrite, ou supprimez cette base",
        ) from erreur
    return BaseLue(base, lue["jeton"], bool(ligne[-1]))


def ligne_base(base: Base) -> Rangee:
    """The row of a base, but for its token."""
    return {
        **en_colonnes(("nom", "semence", "seed", "derniere_nuit", "creee_le", "taille"), base),
        **colonnes_horloge(base.horloge),
        "reglages": ecrire_reglages(base.reglages),
    }


def colonnes_horloge(horloge: Horloge) -> dict[str, int | None]:
    """The two columns of a clock: the instant it is frozen at, and how far it is from the machine's."""
    return {"fige_a": en_colonne(horloge.fige_a), "decalage": horloge.decalage // _MICRO}


def ecrire_reglages(reglages: Reglages) -> str:
    """Settings as their column holds them."""
    return json.dumps(asdict(reglages), ensure_ascii=False, sort_keys=True)


@lru_cache(maxsize=64)
def _lire_reglages(texte: str) -> Reglages:
    # Raises UsageError for a setting that this version does not know. A base that an older version made goes
    # on as it was: it minds no day of deployment.
    return Reglages.de({"deploiement": "ignore"} | json.loads(texte))


# --- guichets and types of events ------------------------------------------------------------------------


def ligne_guichet(base: str, guichet: Guichet) -> Rangee:
    """The row of a guichet."""
    ligne = {"base": base, **en_colonnes(tables.guichet.noms[1:], guichet)}
    ligne["autres_territoires"] = " ".join(guichet.autres_territoires) or None
    ligne["actes"] = None if guichet.actes is None else " ".join(guichet.actes)
    return ligne


def guichet_de(ligne: Ligne) -> Guichet:
    """The guichet of a row of the table."""
    _, code, nature, territoire, nom, adresse, ouvert_le, ferme_le, siren, invente, autres, actes = ligne
    ouverture, fermeture = date.fromisoformat(ouvert_le), jour_ou_rien(ferme_le)
    return Guichet(
        *(code, NatureGuichet(nature), territoire, nom, adresse, ouverture, fermeture, siren, bool(invente)),
        autres_territoires=tuple((autres or "").split()),
        actes=None if actes is None else tuple(map(Acte, actes.split())),
    )


def ligne_type(base: str, type_: TypeEvenement) -> Rangee:
    """The row of an event type: its definition is read whole or not at all."""
    return {
        "base": base,
        "code": type_.code,
        "territoire": type_.territoire,
        "definition": _definition(type_),
    }


@lru_cache(maxsize=64)
def _definition(type_: TypeEvenement) -> str:
    definition = asdict(type_)
    del definition["code"], definition["territoire"]
    # A day's text is its ISO form.
    return json.dumps(definition, ensure_ascii=False, default=str)


def type_de(ligne: Ligne) -> TypeEvenement:
    """The event type of a row of the table."""
    _, code, territoire, texte = ligne
    lu = _datee(json.loads(texte))
    lu["caracteristiques"] = tuple(
        Caracteristique(**(_datee(c) | {"valeurs": tuple((v, libelle) for v, libelle in c["valeurs"])}))
        for c in lu["caracteristiques"]
    )
    return TypeEvenement(code=code, territoire=territoire, **lu)


def _datee(lu: Rangee) -> Rangee:
    return lu | {nom: jour_ou_rien(lu[nom]) for nom in ("debut_validite", "fin_validite")}


# --- demandes --------------------------------------------------------------------------------------------

#: What `demande_de` reads, in its order; the number comes first.
COLONNES: Final = tuple(f.name for f in fields(DemandeStockee) if f.name != "demande")
_LECTURES_DEMANDE: Final[Lectures] = {
    "etat": EtatDemande,
    "touchee_par_autrui": bool,
    **dict.fromkeys(("date_creation", "debut_validite", "fin_validite"), date.fromisoformat),
    **dict.fromkeys(("date_renouvellement", "date_radiation"), date.fromisoformat),
    **dict.fromkeys(("radiation_enregistree_le", "dalo_enregistre_le"), instant_de),
    **dict.fromkeys(("document", "radiation", "information_dalo"), detasser),
}


def demande_de(ligne: Ligne) -> DemandeStockee:
    """The demande of a row of `COLONNES`, its document decoded."""
    lue = _lire(COLONNES, _LECTURES_DEMANDE, ligne)
    return DemandeStockee(demande=codec.lire_demande(lue["document"]), **lue)


def ligne_demande(base: str, stockee: DemandeStockee, revision: int) -> Rangee:
    """The row of a demande under that revision, with the values that searches need."""
    association = stockee.demande.association
    type_reservataire, commune_attribution = _attribution(stockee.radiation)
    return {
        **en_colonnes(COLONNES, stockee),
        "base": base,
        "revision": revision,
        "ref_interne": stockee.demande.ref_interne,
        "association_plie": plier(association.texte_de("nom") or "") if association is not None else None,
        "type_reservataire": type_reservataire,
        "commune_attribution": commune_attribution,
    }


def lignes_personnes(base: str, stockee: DemandeStockee, nirs: Sequence[str | None]) -> list[Rangee]:
    """The rows of applicant and co-holders, names folded; `nirs` are theirs, in order."""
    return [
        {
            "base": base,
            "numero_unique": stockee.numero_unique,
            "rang": rang,
            "role": personne.element.nom,
            "nom_plie": plier(personne.nom),
            "patronymique_plie": plier(personne.nom_patronymique),
            "prenom_plie": plier(personne.prenom),
            "date_naissance": naissance_de(personne),
            "nir": nirs[rang] if rang < len(nirs) else None,
        }
        for rang, personne in enumerate(stockee.demande.titulaires)
    ]


def lignes_communes(base: str, stockee: DemandeStockee) -> list[Rangee]:
    """The rows of the wished communes, each once."""
    codes = dict.fromkeys(commune.code for commune in stockee.demande.communes_souhaitees)
    return [{"base": base, "numero_unique": stockee.numero_unique, "commune": code} for code in codes]


def lignes_motifs(base: str, stockee: DemandeStockee) -> list[Rangee]:
    """The rows of the reasons of the demande, each once."""
    motifs = stockee.demande.formulaire.tous("principauxMotifDemande/motifDemande")
    codes = dict.fromkeys(motif.code for motif in motifs if motif.code)
    return [{"base": base, "numero_unique": stockee.numero_unique, "motif": code} for code in codes]


def ligne_stat(base: str, stockee: DemandeStockee) -> Rangee:
    """The row of a demande that the statistics read."""
    demande = stockee.demande
    demandeur = demande.demandeur
    menage = Menage.de(demande, stockee.debut_validite)
    return {
        "base": base,
        "numero_unique": stockee.numero_unique,
        "date_creation": stockee.date_creation.isoformat(),
        "composition": composition(demande).value,
        "personnes": taille(demande),
        "date_naissance": naissance_de(demandeur) if demandeur is not None else None,
        "nationalite": demandeur.element.code_de("nationalite") if demandeur is not None else None,
        "situation": demandeur.situation_familiale if demandeur is not None else None,
        "contrat": demandeur.contrat_travail if demandeur is not None else None,
        "ressources": demande.ressources_mensuelles,
        "ressources_uc": menage.ressources_uc if menage is not None else None,
        "commune": demande.premiere_commune,
        "motif": demande.formulaire.code_de("principauxMotifDemande/motifDemande"),
        "type_logement": demande.formulaire.code_de("logementRecherche/listeTypeLogement/typeLogement"),
    }


def anonyme(numero: str, hasard: int) -> str:
    """The name of what is counted of a demande that is erased: the territory of its numéro, which the
    statistics ask for, and 64 bits drawn. A rank would tell its numéro to who knows which were erased."""
    return f"{numero[:3]}-{hasard:016x}"


def ligne_decision(base: str, notee: DecisionNotee) -> Rangee:
    """The row of a line of the ledger."""
    return {"base": base, **en_colonnes(tables.decision.noms[1:], notee)}


_LECTURES_DECISION: Final[Lectures] = {
    "jour": date.fromisoformat,
    "bail": date.fromisoformat,
    "radiee_le": date.fromisoformat,
    "dalo_depuis": date.fromisoformat,
    "suite": SuiteDonnee,
    # A boolean is a number in SQLite.
    **dict.fromkeys(("en_quartier", "dalo", "prioritaire", "refus", "association"), bool),
}


def decision_de(ligne: Ligne) -> DecisionNotee:
    """The line of the ledger that a row holds."""
    return DecisionNotee(**_lire(tables.decision.noms[1:], _LECTURES_DECISION, ligne))


def attribution_de(stockee: DemandeStockee, organisme: str | None = None) -> DecisionNotee | None:
    """The attribution that the radiation of a demande tells, by a guichet of that body (SIREN); None when it
    was not radiated for one."""
    if stockee.motif_radiation != MOTIF_ATTRIBUTION:
        return None
    jour = stockee.date_radiation or stockee.debut_validite
    radiation = codec.lire(stockee.radiation) if stockee.radiation else None
    return DecisionNotee.de_la_radiation(
        stockee.numero_unique, jour, stockee.guichet_dernier, radiation, demandeur_de(stockee), organisme
    )


def demandeur_de(stockee: DemandeStockee) -> Demandeur:
    """What the ledger keeps of the household of a stored demande."""
    return Demandeur.de(stockee, codec.dalo_de(stockee))


def naissance_de(personne: Personne) -> str | None:
    """Day of birth of a person, as its column holds it."""
    naissance = personne.date_naissance
    return None if naissance is None else naissance.isoformat()


def _attribution(radiation: bytes | None) -> tuple[str | None, str | None]:
    """Kind of reservataire and commune of the attribution that a `radiation` element describes."""
    if radiation is None:
        return None, None
    lue = codec.lire(radiation)
    return lue.code_de("attributionLogement/typeReservataire"), lue.code_de(
        "attributionLogement/adresse/commune"
    )


# --- events and movements --------------------------------------------------------------------------------

_COLONNES_MOUVEMENT: Final = tuple(f.name for f in fields(Mouvement))
#: What `evenement_de` reads, in its order.
COLONNES_EVENEMENT: Final = tuple(f.name for f in fields(Evenement))
_LECTURES_EVENEMENT: Final[Lectures] = {
    "cree_le": instant_de,
    "modifie_le": instant_de,
    "date_survenance": date.fromisoformat,
    "suite_le": date.fromisoformat,
    "caracteristiques": lambda texte: tuple((code, valeur) for code, valeur in json.loads(texte)),
}


def evenement_de(ligne: Ligne) -> Evenement:
    """The event of a row of `COLONNES_EVENEMENT`."""
    return Evenement(**_lire(COLONNES_EVENEMENT, _LECTURES_EVENEMENT, ligne))


def ligne_evenement(base: str, evenement: Evenement) -> Rangee:
    """The row of an event."""
    return {
        **en_colonnes(COLONNES_EVENEMENT, evenement),
        "base": base,
        "caracteristiques": json.dumps(evenement.caracteristiques, ensure_ascii=False),
    }


def ligne_mouvement(base: str, mouvement: Mouvement) -> Rangee:
    """The row of a movement."""
    return {"base": base, **en_colonnes(_COLONNES_MOUVEMENT, mouvement)}
