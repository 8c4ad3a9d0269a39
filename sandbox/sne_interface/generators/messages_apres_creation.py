"""The messages that a guichet writes after a creation: later messages about the demande, its separation,
radiations, DALO declarations, events and decisions, searches.

A function draws one fragment, or the whole message (`suite`, `separation`, `document_d_evenement`,
`document_de_recherche`) that carries one.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from sne_interface.contract.contrats_charges import Contrat
from sne_interface.contract.schemas import Document
from sne_interface.domain import decision_de_commission as d
from sne_interface.domain.codes import (
    DALO_FAVORABLE,
    MOTIF_ATTRIBUTION,
    MOTIF_IRRECEVABILITE,
    MOTIF_NON_RENOUVELLEMENT,
    MOTIF_SANS_CONTACT,
)
from sne_interface.domain.dates import ajouter_mois, date_francaise
from sne_interface.domain.demande import FORMULAIRE, Demande
from sne_interface.domain.element_recu import Element, avec_enfants, bloc, construits, de_code
from sne_interface.domain.evenement import Caracteristique, TypeEvenement
from sne_interface.domain.nir import est_nom_de_nir
from sne_interface.generators.contraintes_de_menages import Atelier
from sne_interface.generators.demandes import document
from sne_interface.generators.demandes_ornees import ORNEMENTS, PRECISIONS, allonger, bornes, orner, ranger
from sne_interface.generators.menages import CRITERES, ELEMENTS, TEXTES
from sne_interface.generators.population import Place
from sne_interface.generators.tirage import Tirage, noms
from sne_interface.resources import TableToml
from sne_interface.rules.catalogue.regles_radiation import MOIS_SANS_REPONSE

_RADIATION: Final = "interfaceNuu/demande/demandeLogement/radiation"
_DALO: Final = "interfaceNuu/demande/informationDalo"
#: That of the guichet G1226, invented as it is.
_SIREN: Final = "993681931"
_ACTIF: Final = "ACTIF"
#: Texts of a characteristic or a comment: the last is the longest that a characteristic may hold.
_TEXTES: Final = TEXTES["caracteristiques"]
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
    dalo: bool = True,
    version: str | None = None,
) -> Element:
    """`radiation`, on the day of `ici`, of a demande deposited on `depot`; `motif` "" is a déradiation, None
    any motive that a landlord may give; `version` is the highest by default. The dwelling of an attribution
    lies in the territory of `ici`; it is attributed by that title only for a household that may be `dalo`."""
    if motif is None:
        codes = ici.contrat.nomenclatures.codes(f"{_RADIATION}/motifRadiation")
        motif = tirage.choix([code for code in codes if code != MOTIF_NON_RENOUVELLEMENT])
    depuis = max(depot or ici.jour, ici.jour - timedelta(days=20))
    jour = tirage.date(depuis, ici.jour)
    ecrit = Element("motifRadiation", "", {"code": motif} if motif else None)
    enfants = [*construits(dateRadiation=jour), ecrit]
    if motif == MOTIF_IRRECEVABILITE:
        enfants.append(_code(tirage, ici, f"{_RADIATION}/sousMotifIrrecevabilite"))
    elif motif == MOTIF_SANS_CONTACT:
        courrier = ajouter_mois(jour, -MOIS_SANS_REPONSE) - timedelta(days=tirage.entier(0, 60))
        enfants.append(bloc("absenceReponse", *construits(dateCourrier=courrier)))
    elif motif == MOTIF_ATTRIBUTION:
        place = tirage.choix(ici.territoire.places)
        enfants.append(_attribution(tirage, ici, tirage.date(depuis, jour), place))
    scene = ici.scene(tirage, version or ici.contrat.version_haute, ici.territoire.places[0])
    ornee = orner(bloc("radiation", *enfants), scene, _RADIATION, ORNEMENTS)
    return ornee if dalo else remplacer(ornee, {"attribueEnComDALO": "false"})


def remplacer(element: Element, textes: Mapping[str, str]) -> Element:
    """A copy where each element of these names, at any depth, has that text; one that has a code, that
    code."""
    if element.nom in textes:
        dit = textes[element.nom]
        return de_code(element.nom, dit) if element.code is not None else Element(element.nom, dit)
    return avec_enfants(element, tuple([remplacer(enfant, textes) for enfant in element.enfants]))


def _attribution(tirage: Tirage, ici: Atelier, bail: date, place: Place) -> Element:
    chemin = f"{_RADIATION}/attributionLogement"
    adresse = (
        *construits(voie=tirage.choix(noms().voies), codePostal=place.code_postal),
        de_code("commune", place.code),
    )
    enfants = [
        *construits(dateSignatureBail=bail),
        de_code("dejaLogeParcBailleur", "NON"),
        de_code("accordCollectif", "AUCUN"),
        de_code("typeReservataire", "AUCUN"),
    ]
    if tirage.booleen(0.3):  # described in full instead of named by its number
        enfants += (
            Element("codeSirenBailleur", _SIREN),
            _code(tirage, ici, f"{chemin}/typeLogement"),
            *construits(surface=tirage.entier(9, 140), montantLoyer=tirage.montant(150, 900)),
            bloc("adresse", *adresse),
        )
    else:
        enfants.insert(2, Element("numeroRpls", f"62BAC{tirage.entier(0, 99_999):05d}"))
        if tirage.booleen(max(0.5, ici.contraintes.richesse)):
            enfants.append(bloc("adresse", *adresse))
    return bloc("attributionLogement", *enfants)


def _code(tirage: Tirage, ici: Atelier, chemin: str) -> Element:
    return de_code(chemin.rpartition("/")[2], tirage.choix(ici.contrat.nomenclatures.codes(chemin)))


# --- DALO --------------------------------------------------------------------------------------------


def dalo(tirage: Tirage, ici: Atelier, *, statut: str | None = None) -> Element:
    """`informationDalo` decided at most 60 days before the day of `ici`."""
    jour = ici.jour - timedelta(days=tirage.entier(0, 60))
    ecrit = _code(tirage, ici, f"{_DALO}/statutDalo") if statut is None else de_code("statutDalo", statut)
    enfants = [ecrit, *construits(dateDecisionDalo=jour)]
    for nom in ("diagnosticSocialDalo", "accompagnementSocialDalo"):
        if tirage.booleen(max(0.5, ici.contraintes.richesse)):
            enfants.append(Element(nom, tirage.choix(("false", "true"))))
    if ecrit.code == _ACTIF or tirage.booleen(0.5):
        enfants.append(_code(tirage, ici, f"{_DALO}/typologieLogementDalo"))
    return bloc("informationDalo", *enfants)


# --- events ------------------------------------------------------------------------------------------


def types_utilisables(ici: Atelier) -> tuple[TypeEvenement, ...]:
    """The event types in force on the day of `ici`, national or of its territory."""
    return tuple(
        genre
        for genre in ici.contrat.evenements
        if genre.est_valide(ici.jour) and genre.territoire in (None, ici.territoire.code)
    )


def codes_de_tous(ici: Atelier) -> list[str]:
    """The types that any guichet may tell: a favourable decision on the DALO is a commission's (DAL005)."""
    return [genre.code for genre in types_utilisables(ici) if genre.code != DALO_FAVORABLE]


def evenement(tirage: Tirage, ici: Atelier, *, code: str | None = None) -> Element:
    """`evenement` of that type, by default of any that any guichet may tell. Raises StopIteration for a type
    that is not in force."""
    if code is None:
        code = tirage.choix(codes_de_tous(ici))
    genre = next(t for t in types_utilisables(ici) if t.code == code)
    if ici.contrat.roles.decision.est(genre):
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
    depot: date | None = None,
    dalo: bool = False,
) -> Element:
    """Draws the `evenement` of a decision. `issue` is one of DECISIONS (by default any of them, or none
    beside a refusal by the household); `bail` tells whether a lease was signed (it is then an attribution).
    The demande was deposited on `depot`, by a household that is `dalo` or not. A value that the contract has
    no place for is left out."""
    roles = ici.contrat.roles.decision
    (genre,) = [t for t in ici.contrat.evenements if roles.est(t)]
    par_role = {role: c for c in genre.caracteristiques if (role := roles.role(c.code)) is not None}
    prises = {role: code for role, code in roles.valeurs.items() if not bail or role in d.ATTRIBUTIONS}
    if issue is None:
        # In the order of the contract's list; none is a decision too, of the household.
        codes = [c for c, _ in par_role[d.DECISION].valeurs] if d.DECISION in par_role else []
        ordre = [role for code in codes for role, sien in prises.items() if sien == code]
        issue = tirage.choix([r for r in d.ATTRIBUTIONS if r in prises] or [""] if bail else [*ordre, ""])
    if bail is None:
        bail = issue in d.ATTRIBUTIONS and tirage.booleen(0.5)
    refus = not issue or (issue in d.ATTRIBUTIONS and not bail and tirage.booleen(0.2))
    commission = max(ici.jour - timedelta(days=tirage.entier(0, 40)), depot or date.min)
    dit: dict[str, str | tuple[str, ...]] = {
        d.DATE_COMMISSION: commission.isoformat(),
        d.DECISION: issue,
        d.REFUS_DU_MENAGE: "oui" if refus else "",
    }
    if issue == d.ATTRIBUTION_PAR_CLASSEMENT:
        dit[d.RANG] = str(tirage.entier(1, 9))
    if issue == d.ATTRIBUTION_SOUS_CONDITION:
        dit[d.CONDITION] = _texte(tirage, ici, _TEXTES)
    if refus or issue in (d.NON_ATTRIBUTION, d.IRRECEVABILITE):
        dit[d.MOTIF] = _texte(tirage, ici, _TEXTES)
    en_vigueur = [c.code for c in roles.categories.values() if c.en_vigueur(commission)]
    if en_vigueur:
        premiere = tirage.entier(0, len(en_vigueur) - 1)
        combien = tirage.entier(1, categories_max)
        dit[d.CATEGORIE] = tuple(en_vigueur[premiere : premiere + combien])
    dit[d.DALO] = "oui" if dalo else "non"
    for role in (d.RESERVATAIRE, d.SIREN, d.RPLS):
        if role in par_role and tirage.booleen(ici.contraintes.richesse):
            dit[role] = _valeur(tirage, ici, par_role[role])
    dit[d.BAIL] = "oui" if bail else "non"
    if bail:
        dit[d.DATE_BAIL] = tirage.date(commission, ici.jour).isoformat()
    return _evenement(tirage, ici, genre.code, roles.ecrire(dit))


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
            role = ici.contrat.roles.decision.role(caracteristique.code)
            forme = {d.SIREN: (_SIREN,), d.RPLS: ("62BAC00042",)}.get(role or "", _TEXTES)
            return _texte(tirage, ici, forme)


def _texte(tirage: Tirage, ici: Atelier, textes: Sequence[str]) -> str:
    """One of `textes`; the last, which is the longest, where limits are asked for."""
    return textes[-1] if ici.contraintes.limites else tirage.choix(textes)


def _evenement(tirage: Tirage, ici: Atelier, code: str, valeurs: Sequence[tuple[str, str]]) -> Element:
    jour = ici.jour - timedelta(days=tirage.entier(0, 90))
    enfants = [*construits(codeTypeEvenement=code, dateSurvenance=jour)]
    if tirage.booleen(ici.contraintes.richesse):
        textes = (*_TEXTES, "Reçu à l'agence & <vu> ".ljust(_COMMENTAIRE_MAX - 1, "œ") + ".")
        enfants.append(Element("commentaire", _texte(tirage, ici, textes)))
    if valeurs:
        enfants.append(caracteristiques(valeurs))
    return bloc("evenement", *enfants)


def caracteristiques(valeurs: Iterable[tuple[str, str]]) -> Element:
    """`listeCaracteristiquesSpecifiques` of these values, each after its code."""
    lignes = [
        bloc("caracteristiqueSpecifique", *construits(code=nom, valeurCaracteristiqueSpecifique=valeur))
        for nom, valeur in valeurs
    ]
    return bloc("listeCaracteristiquesSpecifiques", *lignes)


def document_d_evenement(ici: Atelier, evenement: Element | None, numero: str = NUMERO_INVENTE) -> Element:
    """The `interfaceNuu` message of the event operations; without event, the one that asks for the list."""
    blocs = [bloc("operation", Element("numUnique", numero))]
    if evenement is not None:
        blocs.append(bloc("listeEvenements", evenement))
    return _enveloppe("EVT", ici, *blocs)


def _enveloppe(type_fichier: str, ici: Atelier, *blocs: Element) -> Element:
    """An `interfaceNuu` message of the event and search services around `blocs`."""
    entete = construits(typeFichier=type_fichier, dateFichier=ici.instant, codeGuichet=ici.guichet)
    return Element("interfaceNuu", "", {"versionInterface": VERSION}, (bloc("entete", *entete), *blocs))


# --- messages about a demande that is written --------------------------------------------------------

_MODIFIANTS: Final = frozenset({"MOD", "REN"})
#: What belongs to one message, and not to the demande.
_DU_MESSAGE: Final = frozenset(ELEMENTS["du_message"])
_IDENTITE: Final = frozenset(ELEMENTS["identite"])
_SEPARE: Final = "S"
_SEPARATION: Final = "11"


def suite(
    tirage: Tirage,
    ici: Atelier,
    demande: Element,
    type_fichier: str,
    numero: str,
    *,
    radiation: Element | None = None,
) -> Element:
    """The message of that type (MOD, REN, RAD, SUP, COP) about `demande`, an `interfaceNuu` document that the
    base knows as `numero`. MOD and REN change something, never who the applicant is."""
    ordre = ici.contrat.nomenclatures.ordre
    formulaire = copie(Demande(demande).formulaire)
    enfants = [e for e in formulaire.enfants if e.nom not in _DU_MESSAGE]
    enfants += construits(numGuichet=ici.guichet, numUnique=numero)
    if type_fichier == "REN":
        enfants.append(bloc("renouvellement", *construits(dateRenouvellement=ici.jour)))
    if type_fichier == "COP":
        enfants += construits(dateDerniereModificationPiece=ici.jour)
    if radiation is not None:
        enfants.append(copie(radiation))
    if type_fichier in _MODIFIANTS:
        autres = [p for p in PRECISIONS if p != formulaire.texte_de("precision")]
        enfants = [e for e in enfants if e.nom != "precision"]
        enfants += construits(precision=tirage.choix(autres))
    corps = bloc("demandeLogement", *ranger(enfants, FORMULAIRE, ordre))
    racine = document(demande.attributs["versionInterface"], type_fichier, ici.instant, corps)
    if type_fichier not in _MODIFIANTS:
        return racine
    return ici.orner(tirage, racine, connus=True)


def separation(tirage: Tirage, ici: Atelier, origine: Element, numero: str) -> Element:
    """The CRS message of the first co-holder of `origine`, known as `numero`, who leaves alone. Raises
    ValueError when there is nobody to separate from."""
    vue = Demande(copie(origine))
    ordre = ici.contrat.nomenclatures.ordre
    garde = ("dateCreationDemande", "precision", "logementRecherche")
    enfants = [
        *construits(numGuichet=ici.guichet, numUniqueAssocie=numero),
        *(e for e in vue.formulaire.enfants if e.nom in garde),
        bloc("principauxMotifDemande", de_code("motifDemande", _SEPARATION)),
        qui_part(vue, ici.contrat),
    ]
    corps = copie(bloc("demandeLogement", *ranger(enfants, FORMULAIRE, ordre)))
    return ici.orner(tirage, document(vue.version, "CRS", ici.instant, corps), connus=True)


def qui_part(vue: Demande, contrat: Contrat) -> Element:
    """The `personnePhysique` of the first co-holder of a demande, who leaves alone. Raises ValueError when
    there is nobody to separate from."""
    if vue.demandeur is None or not vue.cotitulaires:
        raise ValueError("there is nobody to separate from")
    parti = vue.cotitulaires[0].element
    adresse = vue.demandeur.element.enfant("adressePostale")
    assert adresse is not None  # the schema asks for it
    identite = [e for e in parti.enfants if e.nom in _IDENTITE or est_nom_de_nir(e.nom)]
    taxes = (parti, vue.demandeur.element)  # together, where he gives no income
    revenu = next((e for p in taxes if (e := p.enfant("revenuFiscal")) is not None), Element("revenuFiscal"))
    situation = de_code("situationFamiliale", _SEPARE)
    restes = [e for e in parti.enfants if e.nom in ELEMENTS["moyens"]]
    restes += (Element("listeRessourceRecuePersACharge"), Element("listeRessourceVerseePersACharge"))
    enfants = [*identite, situation, adresse, revenu, *restes]
    place = f"{FORMULAIRE}/personnePhysique/demandeur"
    demandeur = bloc("demandeur", *ranger(enfants, place, contrat.nomenclatures.ordre))
    return bloc("personnePhysique", demandeur, *vue.formulaire.tous("personnePhysique/logementActuel"))


def copie(element: Element) -> Element:
    """The same tree, that shares no element with the first: an element knows one parent only."""
    return avec_enfants(element, tuple([copie(enfant) for enfant in element.enfants]))


# --- searches: a table of criteria, each there or not ------------------------------------------------

_CHEMIN: Final = "interfaceNuu/operation/demandeMulticritere"


def _critere(tirage: Tirage, ici: Atelier, rangee: TableToml) -> Sequence[Element]:
    """The elements that a row of the table draws."""
    match rangee:
        case {"nom": nom, "parmi": valeurs}:
            return [Element(nom, tirage.choix(valeurs))]
        case {"nom": nom, "liste": liste}:
            return [Element(nom, tirage.choix([c for c in ici.contrat.nomenclatures.liste(liste) if c]))]
        case {"nom": nom, "rang": rang}:
            places = ici.territoire.places
            return [Element(nom, tirage.choix(places[rang::2] or places).code)]
        case {"debut": debut, "fin": fin, "depuis": depuis}:
            haut = ici.jour - timedelta(days=tirage.entier(depuis, depuis + 30))
            bas = haut - timedelta(days=tirage.entier(1, 730))
            jours = construits(**{debut: bas, fin: haut})
            return tirage.choix((jours, jours[:1], jours[1:], jours))
        case {"nom": "association", "noms": noms_connus}:
            return [bloc("association", _nomme(tirage, ici, "association/nom", noms_connus))]
        case {"nom": "personneRecherchee", "dits": dits}:
            return [_personne(tirage, ici, tirage.choix(dits))]
        case {"nom": "piecesJustificatives", "categories": codes}:
            combien = len(codes) if ici.contraintes.longues else tirage.entier(1, 2)
            return [bloc("piecesJustificatives", *[Element("codeCategorie", c) for c in codes[:combien]])]
        case _:
            raise KeyError(str(rangee))


def _personne(tirage: Tirage, ici: Atelier, dits: Sequence[str]) -> Element:
    prenoms = noms().masculins if "prenom" in dits and tirage.booleen(0.5) else noms().feminins
    naissance = ici.jour - timedelta(days=tirage.entier(7000, 30_000))
    pools = {"nom": noms().familles, "prenom": prenoms}
    nommes = [_nomme(tirage, ici, f"personneRecherchee/{nom}", pools[nom]) for nom in dits if nom in pools]
    dates = construits(dateNaissance=naissance) if "dateNaissance" in dits else ()
    return bloc("personneRecherchee", *nommes, *dates)


def _nomme(tirage: Tirage, ici: Atelier, chemin: str, pool: Sequence[str]) -> Element:
    """One of `pool`, now and then as long as the schema allows."""
    texte = tirage.choix(pool)
    limites = ici.aux_limites(tirage)
    borne = bornes(ici.contrat, VERSION, Document.RECHERCHE).get(f"{_CHEMIN}/{chemin}")
    if limites and borne is not None and borne.longueur is not None:
        texte = allonger(texte, borne.longueur)
    return Element(chemin.rpartition("/")[2], texte)


def recherche(tirage: Tirage, ici: Atelier) -> Element:
    """`demandeMulticritere`, one criterion at least."""
    enfants: list[Element] = []
    for rangee in CRITERES:
        if tirage.booleen(ici.contraintes.richesse):
            enfants += _critere(tirage, ici, rangee)
    return bloc("demandeMulticritere", *(tuple(enfants) or (Element("etatDemande", "A"),)))


def document_de_recherche(ici: Atelier, criteres: Element) -> Element:
    """The `interfaceNuu` message of the search."""
    return _enveloppe("RCH", ici, bloc("operation", criteres))
