"""What is done to a demande: radiations, decisions, events, DALO declarations, as a guichet writes them.

Each function draws one fragment; `document_d_evenement` puts an event in its message.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from sne_sandbox.domain import decision as d
from sne_sandbox.domain.codes import (
    MOTIF_ATTRIBUTION,
    MOTIF_IRRECEVABILITE,
    MOTIF_NON_RENOUVELLEMENT,
    MOTIF_SANS_CONTACT,
)
from sne_sandbox.domain.dates import ajouter_mois, date_francaise, xs_date_time
from sne_sandbox.domain.element import Element
from sne_sandbox.domain.evenement import Caracteristique, TypeEvenement
from sne_sandbox.generators.decoration import orner
from sne_sandbox.generators.diversite import Atelier
from sne_sandbox.generators.noms import noms
from sne_sandbox.generators.ornements import ORNEMENTS
from sne_sandbox.generators.population import Place
from sne_sandbox.generators.tirage import Tirage
from sne_sandbox.rules.catalogue.radiation import MOIS_SANS_REPONSE

_RADIATION: Final = "interfaceNuu/demande/demandeLogement/radiation"
_DALO: Final = "interfaceNuu/demande/informationDalo"
_SIREN: Final = "900000019"
_ACTIF: Final = "ACTIF"
#: Texts of a characteristic or a comment: the last is the longest that a characteristic may hold.
_TEXTES: Final = (
    "Avis",
    "Livret de famille & avis d’imposition",
    "Pièce « à l'appui » : œuvre, n° 12 <bis>",
    "Dossier examiné ".ljust(99, "é") + ".",
)
_COMMENTAIRE_MAX: Final = 500
#: Version of the messages of the event and search services.
VERSION: Final = "02.00"
#: A number for a message about no demande in particular.
NUMERO_INVENTE: Final = "0620318000001G1226"


# --- radiations --------------------------------------------------------------------------------------


def radiation(
    tirage: Tirage,
    ici: Atelier,
    *,
    motif: str | None = None,
    depot: date | None = None,
    version: str = "02.02",
    places: Sequence[Place] = (),
) -> Element:
    """`radiation`, on the day of `ici`, of a demande deposited on `depot`; `motif` "" is a déradiation, None
    any motive that a landlord may give. The dwelling of an attribution lies in one of `places`, the wished
    communes."""
    chemin = f"{_RADIATION}/motifRadiation"
    liste = ici.contrat.nomenclatures.liste(ici.contrat.nomenclatures.par_chemin[chemin][0])
    if motif is None:
        motif = tirage.choix([code for code in liste if code and code != MOTIF_NON_RENOUVELLEMENT])
    depuis = max(depot or ici.jour, ici.jour - timedelta(days=20))
    jour = tirage.date(depuis, ici.jour)
    ecrit = Element("motifRadiation", "", {"code": motif} if motif else None)
    enfants = [Element("dateRadiation", jour.isoformat()), ecrit]
    if motif == MOTIF_IRRECEVABILITE:
        enfants.append(_code(tirage, ici, f"{_RADIATION}/sousMotifIrrecevabilite"))
    elif motif == MOTIF_SANS_CONTACT:
        courrier = ajouter_mois(jour, -MOIS_SANS_REPONSE) - timedelta(days=tirage.entier(0, 60))
        enfants.append(Element("absenceReponse", "", None, (Element("dateCourrier", courrier.isoformat()),)))
    elif motif == MOTIF_ATTRIBUTION:
        place = tirage.choix(places or ici.population.territoires.valeurs[0].places)
        enfants.append(_attribution(tirage, ici, tirage.date(depuis, jour), place))
    scene = ici.scene(tirage, version, ici.population.territoires.valeurs[0].places[0])
    return orner(Element("radiation", "", None, tuple(enfants)), scene, _RADIATION, ORNEMENTS)


def _attribution(tirage: Tirage, ici: Atelier, bail: date, place: Place) -> Element:
    chemin = f"{_RADIATION}/attributionLogement"
    adresse = (
        Element("voie", tirage.choix(noms().voies)),
        Element("codePostal", place.code_postal),
        Element("commune", "", {"code": place.code}),
    )
    enfants = [
        Element("dateSignatureBail", bail.isoformat()),
        Element("dejaLogeParcBailleur", "", {"code": "NON"}),
        Element("accordCollectif", "", {"code": "AUCUN"}),
        Element("typeReservataire", "", {"code": "AUCUN"}),
    ]
    if tirage.booleen(0.3):  # described in full instead of named by its number
        enfants += (
            Element("codeSirenBailleur", _SIREN),
            _code(tirage, ici, f"{chemin}/typeLogement"),
            Element("surface", str(tirage.entier(9, 140))),
            Element("montantLoyer", str(tirage.entier(150, 900))),
            Element("adresse", "", None, adresse),
        )
    else:
        enfants.insert(2, Element("numeroRpls", f"62BAC{tirage.entier(0, 99_999):05d}"))
        if tirage.booleen(max(0.5, ici.contraintes.richesse)):
            enfants.append(Element("adresse", "", None, adresse))
    return Element("attributionLogement", "", None, tuple(enfants))


def _code(tirage: Tirage, ici: Atelier, chemin: str) -> Element:
    liste = ici.contrat.nomenclatures.liste(ici.contrat.nomenclatures.par_chemin[chemin][0])
    return Element(chemin.rpartition("/")[2], "", {"code": tirage.choix([c for c in liste if c])})


# --- DALO --------------------------------------------------------------------------------------------


def dalo(tirage: Tirage, ici: Atelier, *, statut: str | None = None) -> Element:
    """`informationDalo` decided at most 60 days before the day of `ici`."""
    jour = ici.jour - timedelta(days=tirage.entier(0, 60))
    ecrit = (
        _code(tirage, ici, f"{_DALO}/statutDalo")
        if statut is None
        else Element("statutDalo", "", {"code": statut})
    )
    enfants = [ecrit, Element("dateDecisionDalo", jour.isoformat())]
    for nom in ("diagnosticSocialDalo", "accompagnementSocialDalo"):
        if tirage.booleen(0.5):
            enfants.append(Element(nom, tirage.choix(("false", "true"))))
    if ecrit.code == _ACTIF or tirage.booleen(0.5):
        enfants.append(_code(tirage, ici, f"{_DALO}/typologieLogementDalo"))
    return Element("informationDalo", "", None, tuple(enfants))


# --- events ------------------------------------------------------------------------------------------


def types_utilisables(ici: Atelier) -> tuple[TypeEvenement, ...]:
    """The event types in force on the day of `ici`, national or of its territory."""
    territoire = ici.population.territoires.valeurs[0].code
    return tuple(
        genre
        for genre in ici.contrat.evenements
        if genre.est_valide(ici.jour) and genre.territoire in (None, territoire)
    )


def evenement(tirage: Tirage, ici: Atelier, *, code: str | None = None) -> Element:
    """`evenement` of that type, of any by default. Raises StopIteration for a type that is not in force."""
    types = types_utilisables(ici)
    genre = tirage.choix(types) if code is None else next(t for t in types if t.code == code)
    if genre.code == d.TYPE_DECISION:
        return decision(tirage, ici, categories_max=3)
    valeurs = [
        (caracteristique.code, _valeur(tirage, ici, caracteristique))
        for caracteristique in genre.caracteristiques
        if caracteristique.obligatoire or tirage.booleen(ici.contraintes.richesse)
    ]
    return _evenement(tirage, ici, genre.code, valeurs)


def decision(
    tirage: Tirage,
    ici: Atelier,
    *,
    bail: bool | None = None,
    issue: str | None = None,
    categories_max: int = 1,
) -> Element:
    """`evenement` of type DECATT: `issue` is its DECISION (any by default, which may be none beside a refusal
    by the household), `bail` whether a lease was signed (an attribution, then)."""
    (genre,) = [t for t in ici.contrat.evenements if t.code == d.TYPE_DECISION]
    par_code = {c.code: c for c in genre.caracteristiques}
    if issue is None:
        attributions = (d.ATTRIBUTION, d.ATTRIBUTION_PAR_CLASSEMENT, d.ATTRIBUTION_SOUS_CONDITION)
        issue = tirage.choix(
            attributions if bail else [code for code, _ in par_code[d.DECISION].valeurs] + [""]
        )
    if bail is None:
        bail = issue.startswith("ATT") and tirage.booleen(0.5)
    refus = not issue or (issue.startswith("ATT") and not bail and tirage.booleen(0.2))
    commission = ici.jour - timedelta(days=tirage.entier(0, 40))
    valeurs = [(d.DATE_COMMISSION, commission.isoformat())]
    if issue:
        valeurs.append((d.DECISION, issue))
    if refus:
        valeurs.append((d.REFUS_DU_MENAGE, "oui"))
    if issue == d.ATTRIBUTION_PAR_CLASSEMENT:
        valeurs.append((d.RANG, str(tirage.entier(1, 9))))
    if issue == d.ATTRIBUTION_SOUS_CONDITION:
        valeurs.append((d.CONDITION, _texte(tirage, ici, _TEXTES)))
    if refus or issue in (d.NON_ATTRIBUTION, d.IRRECEVABILITE):
        valeurs.append((d.MOTIF, _texte(tirage, ici, _TEXTES)))
    en_vigueur = [c for c, _ in par_code[d.CATEGORIE].valeurs if d.categorie_en_vigueur(c, commission)]
    premiere = tirage.entier(0, len(en_vigueur) - 1)
    combien = tirage.entier(1, categories_max)
    valeurs += [(d.CATEGORIE, code) for code in en_vigueur[premiere : premiere + combien]]
    valeurs.append((d.DALO, tirage.choix(("non", "oui"))))
    for code in ("RESERVAT", "SIREN", "RPLS"):
        if code in par_code and tirage.booleen(ici.contraintes.richesse):
            valeurs.append((code, _valeur(tirage, ici, par_code[code])))
    valeurs.append((d.BAIL, "oui" if bail else "non"))
    if bail:
        valeurs.append((d.DATE_BAIL, tirage.date(commission, ici.jour).isoformat()))
    return _evenement(tirage, ici, d.TYPE_DECISION, valeurs)


def _valeur(tirage: Tirage, ici: Atelier, caracteristique: Caracteristique) -> str:
    match caracteristique.type:
        case "DAT":
            jour = ici.jour - timedelta(days=tirage.entier(0, 90))
            return date_francaise(jour) if tirage.booleen(0.3) else jour.isoformat()
        case "BOO":
            return tirage.choix(("non", "oui"))
        case "NUM":
            return str(tirage.entier(1, 99))
        case "LST":
            return tirage.choix([code for code, _ in caracteristique.valeurs])
        case "TXT":
            forme = {"SIREN": (_SIREN,), "RPLS": ("62BAC00042",)}.get(caracteristique.code, _TEXTES)
            return _texte(tirage, ici, forme)


def _texte(tirage: Tirage, ici: Atelier, textes: Sequence[str]) -> str:
    """One of `textes`; the last, which is the longest, where limits are asked for."""
    return textes[-1] if ici.contraintes.limites else tirage.choix(textes)


def _evenement(tirage: Tirage, ici: Atelier, code: str, valeurs: Sequence[tuple[str, str]]) -> Element:
    jour = ici.jour - timedelta(days=tirage.entier(0, 90))
    enfants = [Element("codeTypeEvenement", code), Element("dateSurvenance", jour.isoformat())]
    if tirage.booleen(ici.contraintes.richesse):
        textes = (*_TEXTES, "Reçu à l'agence. ".ljust(_COMMENTAIRE_MAX - 1, "œ") + ".")
        enfants.append(Element("commentaire", _texte(tirage, ici, textes)))
    if valeurs:
        lignes = [
            Element(
                "caracteristiqueSpecifique",
                "",
                None,
                (Element("code", nom), Element("valeurCaracteristiqueSpecifique", valeur)),
            )
            for nom, valeur in valeurs
        ]
        enfants.append(Element("listeCaracteristiquesSpecifiques", "", None, tuple(lignes)))
    return Element("evenement", "", None, tuple(enfants))


def document_d_evenement(
    ici: Atelier, evenement: Element | None, numero: str = NUMERO_INVENTE, *, instant: datetime | None = None
) -> Element:
    """The `interfaceNuu` message of the event operations; without event, the one that asks for the list."""
    blocs = [Element("operation", "", None, (Element("numUnique", numero),))]
    if evenement is not None:
        blocs.append(Element("listeEvenements", "", None, (evenement,)))
    return enveloppe("EVT", ici, blocs, instant)


def enveloppe(type_fichier: str, ici: Atelier, blocs: list[Element], instant: datetime | None) -> Element:
    """An `interfaceNuu` message of the event and search services around `blocs`."""
    entete = (
        Element("typeFichier", type_fichier),
        Element("dateFichier", xs_date_time(instant or ici.instant)),
        Element("codeGuichet", ici.guichet),
    )
    return Element(
        "interfaceNuu", "", {"versionInterface": VERSION}, (Element("entete", "", None, entete), *blocs)
    )
