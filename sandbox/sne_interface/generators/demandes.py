"""Demandes: a household, its wish and its file, written as the `interfaceNuu` documents of the contract.

Written as text, in a third of the time that elements take, for those that are only stored; `lus` reads them,
for others to go on with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from sne_interface.contract.codec import NS, feuille, lire
from sne_interface.domain.codes import HEBERGES, LOCATAIRES
from sne_interface.domain.demande import FORMULAIRE, PERSONNE_PHYSIQUE
from sne_interface.domain.element_recu import Element, Elements, bloc, construits
from sne_interface.domain.roles import PERSONNES
from sne_interface.generators.menages import (
    ASSOCIATION,
    ELEMENTS,
    HANDICAP,
    NOMS,
    PARTS,
    Enfant,
    Foyer,
    Individu,
    telephone_fixe,
    tirer_foyer,
)
from sne_interface.generators.population import Place, PlaceDuNir, Population, Territoire
from sne_interface.generators.tirage import Tirage, noms

#: Elements that hold no other, by name, in order.
Feuilles = Mapping[str, str]
#: Those of them that are codes.
_CODES: Final = frozenset(ELEMENTS["codes"])


def _feuille(nom: str, texte: str) -> str:
    """An element that holds a text, as `codec.encoder` writes it."""
    return feuille(f"<ns1:{nom}", nom, texte)


def _code(nom: str, code: str) -> str:
    """An empty element whose attribute `code` is letters and digits."""
    return f'<ns1:{nom} code="{code}"/>'


def _bloc(nom: str, *contenu: str) -> str:
    return f"<ns1:{nom}>{''.join(contenu)}</ns1:{nom}>" if contenu else f"<ns1:{nom}/>"


def _feuilles(feuilles: Mapping[str, str | None]) -> list[str]:
    """Leaves as they are written; None is none."""
    dites = [(nom, texte) for nom, texte in feuilles.items() if texte is not None]
    return [_code(n, v) if n in _CODES else _feuille(n, v) for n, v in dites]


def _oui(vrai: bool) -> str | None:
    return "true" if vrai else None


def _nom(ecrit: str) -> str:
    return ecrit[5 : ecrit.index(">")].partition(" ")[0].rstrip("/")


def lus(*ecrits: str) -> Elements:
    """The elements that these texts write."""
    return lire(f'<ns1:lus xmlns:ns1="{NS}">{"".join(ecrits)}</ns1:lus>'.encode()).enfants


# --- dwellings: the one a household lives in, the one it wishes for, and why --------------------------

_PROPRE: Final = LOCATAIRES | {"POCC"}
_PIECES: Final = ("T1", "T1", "T2", "T3", "T4", "T5", "T6P")
_PIECES_MAX: Final = 6
MOTIFS_MAX: Final = 3
_SEPARATION: Final = "11"
_DECOHABITATION: Final = "12"
_HANDICAP: Final = "07"
_ACCEDANT: Final = "22"
#: How many live in a dwelling.
HABITANTS: Final = "nombreHabitant"


@dataclass(slots=True)
class Souhait:
    """The dwelling wished for: types (ListeTypeLogement), communes in order, monthly rent in euros."""

    categorie: str
    parking: bool
    types: tuple[str, ...]
    places: tuple[Place, ...]
    loyer: int | None
    elargie: bool


def tirer_souhait(tirage: Tirage, territoire: Territoire, foyer: Foyer | None) -> Souhait:
    """A wish that the household's size and means allow."""
    nombre = min(int(tirage.selon(PARTS["communes"])), len(territoire.places))
    premier = tirage.entier(0, len(territoire.places) - 1)
    places = (territoire.places + territoire.places)[premier : premier + nombre]
    personnes = foyer.taille if foyer is not None else 2
    pieces = min(personnes // 2 + 1, _PIECES_MAX)
    if tirage.booleen(0.55) and pieces < _PIECES_MAX:
        pieces += 1
    types: tuple[str, ...] = (_PIECES[pieces],)
    if pieces > 1 and tirage.booleen(0.4):
        types = (_PIECES[pieces - 1], _PIECES[pieces])
    loyer = None
    if foyer is not None and tirage.booleen(0.4):
        loyer = foyer.ressources * tirage.entier(25, 40) // 1000 * 10
    return Souhait(
        tirage.selon(PARTS["categorie"]), tirage.booleen(0.45), types, places, loyer, tirage.booleen(0.7)
    )


def tirer_motifs(tirage: Tirage, foyer: Foyer, *, handicap: bool) -> tuple[str, ...]:
    """One to three motives that fit where the household lives and how it is made."""
    modele = foyer.logement
    motifs: list[str] = [_HANDICAP] if handicap else []
    if foyer.demandeur.situation in ("D", "S") and tirage.booleen(0.45):
        motifs.append(_SEPARATION)
    if modele == "CPE":
        motifs.append(_DECOHABITATION)
    elif modele == "POCC":
        motifs.append(_ACCEDANT)
    if modele in _PROPRE:
        motifs.append(tirage.selon(PARTS["motif_loge"]))
    elif modele != "CPE" or tirage.booleen(0.4):
        motifs.append(tirage.selon(PARTS["motif_sans_logement"]))
    return tuple(dict.fromkeys(motifs))[:MOTIFS_MAX]


def logement_recherche(souhait: Souhait) -> str:
    """The element `logementRecherche` of a wish."""
    dit = {
        "categorieLogementRecherche": souhait.categorie,
        "avecParking": "true" if souhait.parking else "false",
        "rezDeChaussee": "true",
        "sansAscenseur": "false" if souhait.parking else "true",
        "montantLoyer": None if souhait.loyer is None else str(souhait.loyer),
        "demandeElargie": "true" if souhait.elargie else "false",
    }
    listes = (
        _bloc("listeTypeLogement", *[_code("typeLogement", t) for t in souhait.types]),
        _bloc(
            "listeLocalisationSouhaite",
            *[_bloc("localisationSouhaite", _code("commune", place.code)) for place in souhait.places],
        ),
    )
    return _bloc("logementRecherche", *_feuilles(dit), *listes)


def logement_actuel(tirage: Tirage, foyer: Foyer, place: Place, jour: date) -> Feuilles:
    """The dwelling of today, but for its kind, drawn as it is written: nothing else depends on it."""
    modele = foyer.logement
    feuilles = _complement(tirage, modele, jour - timedelta(days=tirage.entier(40, 900)))
    habitants = foyer.taille + (tirage.entier(1, 3) if modele in HEBERGES else 0)
    if modele in LOCATAIRES:
        pieces = min(max(1, habitants // 2 + tirage.entier(0, 1)), _PIECES_MAX)
        loyer = 190 + 90 * pieces + (180 if modele == "LP" else 0) + tirage.montant(0, 90)
        feuilles["montantMensuelLoyer"] = str(loyer)
        if tirage.booleen(0.5):
            feuilles["montantMensuelAPL"] = str(loyer * tirage.entier(2, 6) // 10)
        feuilles[HABITANTS] = str(habitants)
        feuilles["categorieLogement"] = "A"
        feuilles["typeLogementActuel"] = _PIECES[pieces]
        feuilles["surface"] = str(14 + 16 * pieces)
    elif modele != "SD":
        feuilles[HABITANTS] = str(habitants)
    feuilles["proprietaire"] = "true" if modele == "POCC" else "false"
    feuilles["etranger"] = "false"
    feuilles["codePostal"] = place.code_postal
    feuilles["commune"] = place.code
    return feuilles


def _complement(tirage: Tirage, modele: str, depuis: date) -> dict[str, str]:
    if modele == "HLM":
        return {"compNomOrgBailleur": tirage.choix(NOMS["bailleurs"])}
    if modele == "SH":
        return {"compStructDepuis": depuis.isoformat(), "compNomStructure": tirage.choix(NOMS["structures"])}
    if modele == "CDEFCM":
        return {"compCentreDepuis": depuis.isoformat(), "compNomCentre": "Le Nid"}
    nom = NOMS["depuis"].get(modele)
    return {nom: depuis.isoformat()} if nom is not None else {}


# --- demandes -----------------------------------------------------------------------------------------


@dataclass(slots=True)
class DossierTire:
    """All that was drawn of a demande. `depot` is the day of deposit, `jour` the day it is written as of;
    `foyer` is None for an association, whose name is in `association`."""

    version: str
    territoire: Territoire
    guichet: str
    depot: date
    jour: date
    souhait: Souhait
    foyer: Foyer | None
    association: str | None
    adresse: Feuilles
    telephone: str
    precision: str
    motifs: tuple[str, ...] = ()
    #: What is written of the dwelling of today, whose kind its household tells.
    logement: Feuilles = field(default_factory=dict)
    handicap: bool = False
    electronique: bool = False
    #: Birth dates of the handicapped persons beside the applicant.
    handicapes: tuple[date, ...] = ()
    #: Where the NIR of a kind of person is written, in that version; nothing for those that have no place.
    nirs: Mapping[str, PlaceDuNir] = field(default_factory=dict)


def tirer_dossier(
    tirage: Tirage,
    population: Population,
    naissance: date | None = None,
    ne_a: str = "",
    *,
    depot: date,
    jour: date,
) -> DossierTire:
    """A household of `population` with its file, deposited on `depot` and written as on `jour`; `naissance`
    is that of its applicant, `ne_a` the département where its adults are born (None, "": drawn)."""
    sorte = tirage.selon(population.menages)
    version = tirage.selon(population.versions)
    territoire = tirage.selon(population.territoires)
    guichet = tirage.choix(territoire.guichets)
    nirs = population.nirs[version]
    foyer = None
    if sorte != ASSOCIATION:
        foyer = tirer_foyer(
            tirage,
            sorte,
            nationalites=population.nationalites,
            depot=depot,
            jour=jour,
            avec_nir=bool(nirs) and tirage.booleen(population.nir),
            departement=ne_a or territoire.places[0].departement,
            naissance=naissance,
        )
    souhait = tirer_souhait(tirage, territoire, foyer)
    place = souhait.places[0] if tirage.booleen(0.7) else tirage.choix(territoire.places)
    dossier = DossierTire(
        version,
        territoire,
        guichet,
        depot,
        jour,
        souhait,
        foyer,
        None if foyer else f"{tirage.choix(NOMS['associations'])} {tirage.entier(1, 95)}",
        adresse_postale(tirage, place, foyer),
        telephone_fixe(tirage),
        tirage.selon(PARTS["precision"]),
        nirs=nirs,
    )
    if foyer is not None:
        dossier.handicap = tirage.booleen(0.04)
        dossier.motifs = tirer_motifs(tirage, foyer, handicap=dossier.handicap)
        dossier.logement = logement_actuel(tirage, foyer, place, jour)
        dossier.electronique = foyer.demandeur.mel is not None and tirage.booleen(0.3)
    return dossier


def message(
    dossier: DossierTire, instant: datetime, *, emetteur: str | None = None, forcer: bool = False
) -> Element:
    """The `interfaceNuu` message (CRE) that registers `dossier`, sent at `instant` by `emetteur` (by default,
    its guichet); `forcer` says that a duplicate is meant."""
    (corps,) = lus(formulaire(dossier, emetteur=emetteur, forcer=forcer))
    return document(dossier.version, "CRE", instant, corps)


def document(version: str, type_fichier: str, instant: datetime, corps: Element) -> Element:
    """An `interfaceNuu` document around the form `corps`."""
    entete = bloc("entete", *construits(typeFichier=type_fichier, dateFichier=instant))
    return Element("interfaceNuu", "", {"versionInterface": version}, (entete, bloc("demande", corps)))


def contenu(type_fichier: str, date_fichier: str, corps: str) -> tuple[str, str]:
    """Returns the content of such a document, as text."""
    entete = (_feuille("typeFichier", type_fichier), _feuille("dateFichier", date_fichier))
    return _bloc("entete", *entete), _bloc("demande", corps)


def formulaire(
    dossier: DossierTire,
    *,
    emetteur: str | None = None,
    numero: str | None = None,
    reference: str | None = None,
    forcer: bool = False,
) -> str:
    """`demandeLogement`; `numero` is its numUnique, `reference` its refInterne."""
    dit = {
        "numGuichet": emetteur or dossier.guichet,
        "numUnique": numero,
        "refInterne": reference,
        "dateCreationDemande": dossier.depot.isoformat(),
        "forcerDoublon": _oui(forcer),
        "renouvellementElec": _oui(dossier.electronique),
        "precision": dossier.precision,
    }
    enfants = [*_feuilles(dit), logement_recherche(dossier.souhait)]
    if dossier.motifs:
        codes = tuple([_code("motifDemande", motif) for motif in dossier.motifs])
        enfants.append(_bloc("principauxMotifDemande", *codes))
    foyer = dossier.foyer
    if foyer is None:
        contenu = _feuilles({"nom": dossier.association or "", "telTravail": dossier.telephone})
        adresse = _bloc("adressePostale", *_feuilles(dossier.adresse))
        enfants.append(_bloc("association", *contenu, adresse))
    else:
        enfants.append(_personne_physique(dossier, foyer))
        handicapes = ((foyer.demandeur.naissance,) if dossier.handicap else ()) + dossier.handicapes
        if handicapes:
            enfants.append(_bloc("listeHandicap", *[_handicap(n) for n in handicapes]))
        _placer_le_nir(enfants, "demandeur", foyer.demandeur, FORMULAIRE, dossier)
    return _bloc("demandeLogement", *enfants)


def _personne_physique(dossier: DossierTire, foyer: Foyer) -> str:
    enfants = [_demandeur(dossier, foyer.demandeur)]
    if foyer.a_charge:
        a_charge = [_a_charge(enfant, dossier) for enfant in foyer.a_charge]
        enfants.append(_bloc("listePersonneACharge", *a_charge))
    if foyer.a_naitre is not None:
        nombre = _feuille("nombre", str(foyer.naissances))
        attendu = (nombre, _feuille("dateNaissancePrevue", foyer.a_naitre.isoformat()))
        enfants.append(_bloc("personneANaitre", *attendu))
    if foyer.en_garde:
        enfants.append(_bloc("listePersonneEnGarde", *[_en_garde(enfant) for enfant in foyer.en_garde]))
    autres = [_cotitulaire(individu, "L", dossier) for individu in foyer.colocataires]
    if foyer.cotitulaire is not None:
        autres.insert(0, _cotitulaire(foyer.cotitulaire, foyer.lien or "", dossier))
    if autres:
        enfants.append(_bloc("listeCotitulaire", *autres))
    modele = _bloc("listeModeleLogement", _code("modeleLogement", foyer.logement))
    enfants.append(_bloc("logementActuel", modele, *_feuilles(dossier.logement)))
    _placer_le_nir(enfants, "demandeur", foyer.demandeur, PERSONNE_PHYSIQUE, dossier)
    return _bloc("personnePhysique", *enfants)


def _identite(individu: Individu) -> list[str]:
    dit = {
        "civilite": individu.civilite,
        "nom": individu.nom,
        "nomPatronymique": individu.nom_naissance,
        "prenom": individu.prenom,
        "dateNaissance": individu.naissance.isoformat(),
        "nationalite": individu.nationalite,
        "situationFamiliale": individu.situation,
        "telPortable": individu.portable,
    }
    return _feuilles(dit)


def _placer_le_nir(
    enfants: list[str], genre: str, individu: Individu | Enfant, niveau: str, dossier: DossierTire
) -> None:
    """Among the children of the element at `niveau`, when that is where the contract has it."""
    place = dossier.nirs.get(genre)
    if individu.nir is None or place is None or place.niveau != niveau:
        return
    ecrit = _feuille(place.pas[-1], individu.nir)
    for pas in reversed(place.pas[:-1]):
        ecrit = _bloc(pas, ecrit)
    rang = max([r for r, enfant in enumerate(enfants, 1) if _nom(enfant) in place.avant], default=0)
    enfants.insert(rang, ecrit)


def _demandeur(dossier: DossierTire, individu: Individu) -> str:
    enfants = [
        *_identite(individu),
        *_feuilles({"mel": individu.mel, "notifSms": _oui(dossier.version >= "02.01")}),
        _bloc("adressePostale", *_feuilles(dossier.adresse)),
        *_situation(individu, dossier),
        _feuille("listeRessourceRecuePersACharge", ""),
        _feuille("listeRessourceVerseePersACharge", ""),
    ]
    _placer_le_nir(enfants, "demandeur", individu, PERSONNES["demandeur"], dossier)
    return _bloc("demandeur", *enfants)


def _cotitulaire(individu: Individu, lien: str, dossier: DossierTire) -> str:
    enfants = [*_identite(individu), _code("lienDemandeur", lien), *_situation(individu, dossier)]
    _placer_le_nir(enfants, "cotitulaire", individu, PERSONNES["cotitulaire"], dossier)
    return _bloc("cotitulaire", *enfants)


def _situation(individu: Individu, dossier: DossierTire) -> tuple[str, str, str, str]:
    metier = individu.metier
    emploi = _feuilles({"profession": metier.profession, "typeContratTravail": metier.contrat})
    if metier.employeur is not None:
        lieu = dossier.souhait.places[0]
        employeur = {"multiEmployeur": "false", "nomEmployeurPrincipal": metier.employeur}
        place = {"etranger": "false", "codePostal": lieu.code_postal, "commune": lieu.code}
        emploi += _feuilles(employeur | place)
    annee, (dernier, avant) = dossier.jour.year, individu.revenus
    revenu = {
        "anneeMoins1": str(annee - 1),
        "montantMoins1": str(dernier),
        "anneeMoins2": str(annee - 2),
        "montantMoins2": str(avant),
    }
    recues = [
        _bloc("detailRessource", _code("ressource", nature), _feuille("montant", str(montant)))
        for nature, montant in individu.ressources
    ]
    return (
        _bloc("situationProfessionnelle", *emploi),
        _bloc("revenuFiscal", *_feuilles(revenu)),
        _bloc("listeRessourceRecue", *recues),
        _feuille("listeRessourceVersee", ""),
    )


def _a_charge(enfant: Enfant, dossier: DossierTire) -> str:
    dit = {
        "nom": enfant.nom,
        "prenom": enfant.prenom,
        "dateNaissance": enfant.naissance.isoformat(),
        "sexe": enfant.sexe,
        "lienParente": enfant.lien,
    }
    enfants = _feuilles(dit)
    _placer_le_nir(enfants, "a_charge", enfant, PERSONNES["a_charge"], dossier)
    return _bloc("personneACharge", *enfants)


def _en_garde(enfant: Enfant) -> str:
    naissance, garde = enfant.naissance.isoformat(), enfant.garde or "G"
    dit = {"dateNaissance": naissance, "sexe": enfant.sexe, "coParentalite": garde}
    return _bloc("personneEnGarde", *_feuilles(dit))


def adresse_postale(tirage: Tirage, place: Place, foyer: Foyer | None) -> Feuilles:
    """Builds the content of `adressePostale`, in the commune of `place`; who lodges the household is drawn
    first."""
    chez = {}
    if foyer is not None and foyer.logement in HEBERGES:
        chez = {"nomHebergeant": tirage.choix(noms().familles)}
    if foyer is not None and foyer.logement == "SD":
        lieu = {"compAdresse": "Domiciliation au CCAS", "voie": "place de la Mairie"}
    else:
        lieu = {"numero": str(tirage.entier(1, 99)), "voie": tirage.choix(noms().voies)}
    return {"etranger": "false", **lieu, "codePostal": place.code_postal, "commune": place.code, **chez}


def _handicap(naissance: date) -> str:
    return _bloc(
        "handicap",
        *_feuilles({"dateNaissance": naissance.isoformat(), **HANDICAP}),
        _bloc("listeNatureHandicapMoteur", _code("natureHandicapMoteur", "MI")),
        _bloc("listeAideTechniqueHandicap", _code("aideTechniqueHandicap", "2")),
    )
