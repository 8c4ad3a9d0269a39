"""What may be added to a valid demande, element by element, and stays valid: the table `ORNEMENTS`, after the
words it is written with.

A drawing (`Dessin`) gives the elements to add below a parent, the simplest value first; a condition says when
that has a meaning. The table says only what neither the nomenclatures nor the schemas do.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, Final

from sne_sandbox.domain.element import Element, bloc, de_code
from sne_sandbox.generators.decoration import Condition, Decor, Dessin, Ornement, Ornements
from sne_sandbox.generators.noms import noms

# --- drawings ----------------------------------------------------------------------------------------

#: Places of other départements, as postal code and INSEE code: a number would lose their leading zero.
_AILLEURS: Final = (("01000", "01053"), ("06300", "06088"))
#: Ways of being housed that go with any other.
_ACCOMMODANTS: Final = ("HOT", "LTG")


def texte(nom: str, *textes: str) -> Dessin:
    """An element with one of `textes`."""

    def dessiner(scene: Decor, chemin: str, parent: Element) -> tuple[Element, ...]:
        return (Element(nom, scene.tirage.choix(textes)),)

    return dessiner


def entier(nom: str, bas: int, haut: int) -> Dessin:
    """An element with a whole number from `bas` to `haut`, both included."""

    def dessiner(scene: Decor, chemin: str, parent: Element) -> tuple[Element, ...]:
        return (Element(nom, str(scene.tirage.entier(bas, haut))),)

    return dessiner


def booleen(nom: str) -> Dessin:
    """An element with « false » or « true »."""
    return texte(nom, "false", "true")


def code(nom: str) -> Dessin:
    """An element with a code of its nomenclature."""

    def dessiner(scene: Decor, chemin: str, parent: Element) -> tuple[Element, ...]:
        return (de_code(nom, scene.tirage.choix(scene.codes(f"{chemin}/{nom}"))),)

    return dessiner


def reserve(nom: str, pool: str) -> Dessin:
    """An element with a text of that pool of `noms()`."""

    def dessiner(scene: Decor, chemin: str, parent: Element) -> tuple[Element, ...]:
        return (Element(nom, scene.tirage.choix(getattr(noms(), pool))),)

    return dessiner


def telephone(nom: str) -> Dessin:
    """An element with a number that nobody has."""
    return texte(nom, "0199000001", "0353019999", "0465719876")


def jour(nom: str, avant: int) -> Dessin:
    """A day of the last `avant` days."""

    def dessiner(scene: Decor, chemin: str, parent: Element) -> tuple[Element, ...]:
        jour = scene.jour - timedelta(days=scene.tirage.entier(1, avant))
        return (Element(nom, jour.isoformat()),)

    return dessiner


def vide(nom: str) -> Dessin:
    """An element with nothing in it."""
    return lambda scene, chemin, parent: (Element(nom),)


def codes(liste: str, nom: str, seul: str | None = None) -> Dessin:
    """A list of distinct codes, one at least; `seul` is a code that excludes the others."""

    def dessiner(scene: Decor, chemin: str, parent: Element) -> tuple[Element, ...]:
        codes = scene.codes(f"{chemin}/{liste}/{nom}")
        premier = scene.tirage.entier(0, len(codes) - 1)
        combien = scene.tirage.entier(1, len(codes) - premier)
        retenus: Sequence[str] = codes[premier : premier + combien]
        if seul is not None and seul in retenus:
            retenus = (seul,)
        return (bloc(liste, *[de_code(nom, c) for c in retenus]),)

    return dessiner


def ressources(scene: Decor, chemin: str, parent: Element) -> tuple[Element, ...]:
    """One to three resources of natures that are not there yet."""
    deja = {detail.code_de("ressource") for detail in parent.enfants}
    libres = [c for c in scene.codes(f"{chemin}/detailRessource/ressource") if c not in deja]
    if not libres:
        return ()
    premier = scene.tirage.entier(0, len(libres) - 1)
    combien = scene.tirage.entier(1, 3)
    return tuple(
        [
            bloc(
                "detailRessource",
                de_code("ressource", code),
                Element("montant", str(scene.tirage.entier(0, 900))),
            )
            for code in libres[premier : premier + combien]
        ]
    )


def expatrie(scene: Decor, chemin: str, parent: Element) -> tuple[Element, ...]:
    """The four elements of an address abroad, in place of a French postal code and commune."""
    postal, commune, pays = scene.tirage.choix(
        (
            ("5000", "Namur", "Belgique"),
            ("L-2453", "Luxembourg", "Luxembourg"),
            ("CH-1201", "Genève", "Suisse"),
            ("16000", "Alger", "Algérie"),
            ("01067", "Dresde", "Allemagne"),
            ("ABIDJAN 01", "Abidjan", "Côte d’Ivoire"),
            ("SW1A 1AA", "Londres", "Royaume-Uni de Grande-Bretagne et d’I."),
        )
    )
    return (
        Element("etranger", "true"),
        Element("codePostalEtranger", postal),
        Element("communeEtranger", commune),
        Element("pays", pays),
    )


def _place(scene: Decor, *places: tuple[str, str]) -> tuple[Element, ...]:
    postal, commune = scene.tirage.choix(places)
    return (Element("etranger", "false"), Element("codePostal", postal), de_code("commune", commune))


def adresse_logement(scene: Decor, chemin: str, parent: Element) -> tuple[Element, ...]:
    """An `adresseLogement` in the commune of the scene, or elsewhere."""
    etranger, *lieu = _place(scene, scene.place, *_AILLEURS)
    voie = Element("voie", scene.tirage.choix(noms().voies))
    return (bloc("adresseLogement", etranger, voie, *lieu),)


def lieu_de_travail(scene: Decor, chemin: str, parent: Element) -> tuple[Element, ...]:
    """A place in the commune of the scene, or elsewhere."""
    return _place(scene, scene.place, *_AILLEURS)


def ailleurs(scene: Decor, chemin: str, parent: Element) -> tuple[Element, ...]:
    """A place of another département: who receives letters in one commune may live in another."""
    return _place(scene, *_AILLEURS)


def autre_modele(scene: Decor, chemin: str, parent: Element) -> tuple[Element, ...]:
    """A second way of being housed, which contradicts no other and asks for nothing more; nothing to who has
    them all."""
    restent = [modele for modele in _ACCOMMODANTS if all(m.code != modele for m in parent.enfants)]
    return (de_code("modeleLogement", scene.tirage.choix(restent)),) if restent else ()


def logement_possede(scene: Decor, chemin: str, parent: Element) -> tuple[Element, ...]:
    """An owner, with the kind of dwelling."""
    return (Element("proprietaire", "true"), *code("typeLogementPossede")(scene, chemin, parent))


def autre_handicap(scene: Decor, chemin: str, parent: Element) -> tuple[Element, ...]:
    """A handicap of another nature, told in words."""
    nature = scene.tirage.choix(("Autisme", "Maladie de l’œil", "Épilepsie, fatigue"))
    return (Element("compAutreNature", nature), Element("handicapAutre", "true"))


def sensoriel(scene: Decor, chemin: str, parent: Element) -> tuple[Element, ...]:
    """A sensory handicap, with its natures."""
    liste = codes("listeNatureHandicapSensoriel", "natureHandicapSensoriel")(scene, chemin, parent)
    return (Element("handicapSensoriel", "true"), *liste)


# --- conditions --------------------------------------------------------------------------------------


def a_un_motif(code: str) -> Condition:
    """That the parent has the motive `code`."""
    return lambda scene, parent: any(motif.code == code for motif in parent.enfants)


def habite(*modeles: str) -> Condition:
    """That the parent lives in a dwelling of one of `modeles` (codes)."""

    def tient(scene: Decor, parent: Element) -> bool:
        return any(m.code in modeles for m in parent.tous("listeModeleLogement/modeleLogement"))

    return tient


def n_habite_pas(*modeles: str) -> Condition:
    """That it lives in none of them."""
    condition = habite(*modeles)
    return lambda scene, parent: not condition(scene, parent)


def a(*noms: str) -> Condition:
    """That the parent has a child of one of these names."""
    return lambda scene, parent: any(parent.enfant(nom) is not None for nom in noms)


def sans(*noms: str) -> Condition:
    """That it has none of them."""
    condition = a(*noms)
    return lambda scene, parent: not condition(scene, parent)


def joignable(*noms: str) -> Condition:
    """That one of these children tells how to reach who is not to be notified on a telephone."""
    par_un_autre = a(*noms)
    return lambda scene, parent: (
        par_un_autre(scene, parent)
        and not parent.booleen_de("notifSms")
        and (not parent.booleen_de("notifEvt") or parent.enfant("mel") is not None)
    )


def rien(scene: Decor, chemin: str, parent: Element) -> tuple[Element, ...]:
    """Nothing: for what only takes away."""
    return ()


# --- the table ---------------------------------------------------------------------------------------

#: Texts of `precision` worth trying: what XML escapes, a line end, quotes, the euro sign.
PRECISIONS: Final = (
    "Rien.",
    "L'œil & l’ouïe : <calme>",
    "« Près de l’école » ; 2e étage max. – merci, 20 € de charges",
    "Première ligne.\nSeconde ligne, « à la suite ».",
)


def _un(dessin: Callable[..., Dessin], nom: str, *arguments: Any, **conditions: Any) -> Ornement:
    """The ornament `nom` as `dessin(nom, *arguments)` draws it; `conditions` are those of `Ornement`."""
    return Ornement(nom, dessin(nom, *arguments), **conditions)


def _facultatif(*noms: str, si: Condition | None = None, garde: float = 0.0) -> Ornement:
    """What the builder of seeds always writes, and a demande may do without: all of `noms` or none."""
    return Ornement(noms[0], rien, si, retire=noms, facultatif=True, garde=garde)


#: Most people have an income.
_AVEC_RESSOURCES: Final = 0.7
_RESSOURCES: Final = Ornement("detailRessource", ressources, ajoute=True)
_SANS_ABRI: Final = ("SD", "SQUAT", "CAMCAR")
_LIEU: Final = ("codePostal", "commune")
_ADRESSE: Final = (
    _facultatif("numero"),
    _un(texte, "appartement", "1", "A-12"),
    _un(texte, "etage", "0", "12", "É1"),
    _un(texte, "escalier", "A", "Est"),
    _un(texte, "batiment", "B", "Tour"),
    _un(texte, "compAdresse", "Cour", "Résidence « L’Œillet », porte 3"),
    _un(texte, "numero", "1", "12bis", "3 ter"),
    _un(texte, "lieuDit", "Aÿ", "Le Bas d’Œuf", "L'Hôpital-près-la-Forêt"),
    _un(reserve, "nomHebergeant", "familles"),
)
_EXPATRIATION: Final = Ornement("codePostalEtranger", expatrie, si=a("commune"), expatrie=True, retire=_LIEU)
_TELEPHONES: Final = (_un(telephone, "telDomicile"), _un(telephone, "telTravail"))
_NOM_DE_NAISSANCE: Final = _un(reserve, "nomPatronymique", "familles")

ORNEMENTS: Final[Ornements] = {
    "demandeLogement": (
        _un(texte, "refInterne", "R-1", "2018/03-Œ’x", "ABCDEFGHIJKLMNOPQR"),
        _un(texte, "forcerDoublon", "false"),
        _un(texte, "renouvellementElec", "false"),
        _un(texte, "precision", *PRECISIONS, refait=True),
    ),
    "logementRecherche": (
        _facultatif("categorieLogementRecherche"),
        _facultatif("avecParking"),
        _facultatif("rezDeChaussee"),
        _facultatif("sansAscenseur"),
        _un(code, "categorieLogementRecherche", refait=True),
        _un(booleen, "rezDeChaussee", refait=True),
        _un(booleen, "sansAscenseur", refait=True),
        _un(entier, "montantLoyer", 60, 300),
    ),
    "localisationSouhaite": (_un(texte, "quartier", "Gare", "L’Œil-de-Bœuf", "Saint-Éloi d'Aÿ"),),
    "principauxMotifDemande": (
        _un(jour, "compDateJugement", 700, si=a_un_motif("05")),
        _un(
            texte,
            "compAutreMotif",
            "Bruit",
            "Rapprochement d’un aîné à l'hôpital",
            si=a_un_motif("23"),
            toujours=True,
        ),
    ),
    "association": (
        *_TELEPHONES,
        _un(telephone, "telPortable"),
        _un(texte, "mel", "a@example.org", "l.oeuvre_d-alme@example.org"),
        _facultatif("telTravail", si=a("telDomicile", "telPortable", "mel")),
        _facultatif("adressePostale"),
    ),
    "demandeur": (
        _facultatif("notifSms"),
        _NOM_DE_NAISSANCE,
        *_TELEPHONES,
        _un(texte, "mel", "a@example.org", "jean-noel.d_alme@sous.domaine.example.org"),
        _un(booleen, "notifSms", si=a("telPortable"), refait=True),
        _un(booleen, "notifEvt", si=a("telPortable", "mel")),
        _facultatif("telPortable", si=joignable("telDomicile", "telTravail", "mel")),
        _un(code, "nationalite", refait=True),
    ),
    "cotitulaire": (_facultatif("telPortable"), _facultatif("revenuFiscal"), _NOM_DE_NAISSANCE, *_TELEPHONES),
    "revenuFiscal": (
        _facultatif("anneeMoins1", "montantMoins1", si=a("anneeMoins2")),
        _facultatif("anneeMoins2", "montantMoins2", si=a("anneeMoins1")),
    ),
    "adressePostale": (*_ADRESSE, _EXPATRIATION),
    "adresseLogement": (*_ADRESSE, _EXPATRIATION),
    "adresse": tuple(o for o in _ADRESSE if o.nom != "nomHebergeant"),
    "personnePhysique": (Ornement("adresseLogement", adresse_logement),),
    "situationProfessionnelle": (
        _facultatif("profession"),
        _facultatif("multiEmployeur", "nomEmployeurPrincipal", "etranger", *_LIEU),
        _un(reserve, "profession", "metiers"),
        _un(booleen, "multiEmployeur", refait=True),
        _un(reserve, "nomEmployeurPrincipal", "employeurs"),
        Ornement("commune", lieu_de_travail, si=sans("pays")),
        _EXPATRIATION,
        _un(texte, "nomOrganismeCollecteur", "CIL", "Collecte d’Œuvre & Cie"),
    ),
    "listeRessourceRecue": (_facultatif("detailRessource", garde=_AVEC_RESSOURCES), _RESSOURCES),
    "listeRessourceVersee": (_RESSOURCES,),
    "listeRessourceRecuePersACharge": (_RESSOURCES,),
    "listeRessourceVerseePersACharge": (_RESSOURCES,),
    "listeModeleLogement": (Ornement("modeleLogement", autre_modele, ajoute=True),),
    "logementActuel": (
        _facultatif("etranger"),
        Ornement("commune", ailleurs, si=a("commune"), refait=True),
        _un(entier, "montantMensuelLoyer", 250, 900, si=n_habite_pas("SD")),
        _un(entier, "montantMensuelAPL", 0, 200, si=a("montantMensuelLoyer")),
        _un(code, "categorieLogement", si=n_habite_pas(*_SANS_ABRI), refait=True),
        _un(code, "typeLogementActuel", si=n_habite_pas(*_SANS_ABRI), refait=True),
        _un(entier, "surface", 9, 140, si=n_habite_pas(*_SANS_ABRI)),
        Ornement("typeLogementPossede", logement_possede, si=n_habite_pas("POCC")),
        _EXPATRIATION,
    ),
    "handicap": (
        _facultatif("etatHandicap"),
        _facultatif("capaciteMarcheHandicap"),
        _facultatif("handicapMoteur", "listeNatureHandicapMoteur"),
        _facultatif("handicapSensoriel"),
        _facultatif("listeAideTechniqueHandicap"),
        _un(vide, "referent"),
        Ornement("handicapAutre", autre_handicap),
        _un(texte, "handicapAutre", "false"),
        _un(code, "etatHandicap", refait=True),
        _un(code, "capaciteMarcheHandicap", refait=True),
        _un(booleen, "accompagne"),
        Ornement("listeNatureHandicapSensoriel", sensoriel),
        _un(codes, "listeNatureHandicapMoteur", "natureHandicapMoteur", refait=True),
        _un(texte, "handicapMoteur", "false", si=sans("listeNatureHandicapMoteur")),
        _un(codes, "listeAideTechniqueHandicap", "aideTechniqueHandicap", "1", refait=True),
        _un(codes, "listeEquipementHandicap", "equipementHandicap"),
        _un(texte, "besoinParticulier", "Douche", "Portes d’au moins 90 cm, accès à l'œilleton"),
        _un(texte, "besoinAutre", "Calme", "Chien guide d’aveugle"),
    ),
    "referent": (
        _un(booleen, "handicapReconnu"),
        _un(booleen, "procheDomicile"),
        _un(reserve, "nom", "familles"),
        _un(texte, "adresse", "1 rue X", "3 bis, allée de l’Œuf – 62300 Lens"),
        _un(telephone, "tel"),
        _un(texte, "mel", "a@example.org"),
    ),
    "attributionLogement": (
        _un(code, "dejaLogeParcBailleur", refait=True),
        _un(booleen, "attribueEnComDALO"),
        _un(code, "accordCollectif", refait=True),
        _un(code, "typeReservataire", refait=True),
        _un(texte, "codeSirenBailleur", "900000019"),
        _un(code, "zus"),
        _un(code, "typeLogement", refait=True),
        _un(entier, "surface", 9, 140),
        _un(entier, "montantLoyer", 150, 900),
    ),
}
