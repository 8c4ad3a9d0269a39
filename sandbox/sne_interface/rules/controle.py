"""The offline control of a document (`sne-sandbox check`): schema, nomenclatures, and the rules that need
neither a base nor a transport."""

import re
from collections.abc import Collection, Iterable, Iterator, Set
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from itertools import islice
from typing import Any, Final, NoReturn

from sne_interface.contract import codec, places_dans_le_texte
from sne_interface.contract.contrats_charges import Contrat, retenu
from sne_interface.contract.explication import expliquer_sous
from sne_interface.contract.schemas import Document, SchemaError
from sne_interface.contract.suggestions import remede_de_regle, types_voulus
from sne_interface.domain.anomalie import Anomalie, Gravite
from sne_interface.domain.codes import DALO_RECONNU
from sne_interface.domain.demande import Demande
from sne_interface.domain.element_recu import DocumentRecu, Element, ElementNu
from sne_interface.domain.menage import LISTES_DES_FAITS, Menage, faits_du_formulaire
from sne_interface.domain.valeurs_en_json import tirer
from sne_interface.errors import ExchangeError
from sne_interface.rules import engine
from sne_interface.rules.rule import Contexte, Infractions, Regle
from sne_interface.settings import PAR_NOM

#: Code of a fault of form: the document is not well-formed, or does not fit its schema.
XML: Final = "XML"
XSD: Final = "XSD"
#: `typeFichier` of the declaration of a DALO.
DALO: Final = "DAL"
_ILLISIBLE: Final = "Le document XML n'est pas lisible"
#: A whole message, saved as it travels.
_MULTIPART: Final = re.compile(rb"\s*(?:--[\w=]|(?:POST|HTTP/1\.[01]) |(?i:content-type|mime-version)\s*:)")
_ESPACE: Final = f"{{{codec.NS}}}"
#: Blocks of `demande` that one type of document alone has.
_D_UN_TYPE: Final = ("informationDalo", "demandeLogement/radiation", "demandeLogement/renouvellement")
#: Types of document that say what a household is: the whole form, or its DALO.
_DU_MENAGE: Final = ("CRE", "CRS", "MOD", "REN", "DALO")

#: Above what the rules say of a document that the schema refuses.
ENSUITE: Final = "Et aussi, une fois ceci corrigé"
_TITRE: Final = f"{ENSUITE} :"
_DE_REGLE: Final = re.compile(r"ligne \d+, \S+ : (\w+) \((\w+)\) : (.+?)(?: → .*)?")
#: Characters of a faulty value that is shown.
VALEUR_MAX: Final = 200
#: Elements of a refused document that the rules read, ten times what a real one has: an exchange waits.
ELEMENTS_MAX: Final = 3_000
#: What a document that cannot be read says that it is.
_TYPE: Final = re.compile(rb"typeFichier>\s*([A-Z]{3})\s*<")


@dataclass(frozen=True, slots=True)
class FauteDeDocument:
    """One fault of a document. `regle` is « XML », « XSD » and the name of what is wrong (« XSD manque »), or
    the code of a rule; `colonne` is 0 when it is not known; `fidelite` and `source` say how surely the real
    SNE sees it so. `ensuite` says that it is a rule's, told while the schema refuses the document: the SNE
    would say it once this is mended."""

    ligne: int
    chemin: str
    regle: str
    gravite: Gravite
    message: str
    valeur: str = ""
    remede: str = ""
    fidelite: str = ""
    source: str = ""
    colonne: int = 0
    ensuite: bool = False


@dataclass(frozen=True, slots=True)
class Controle:
    """The verdict on one document. `omises` are the codes of the rules that could not be judged here, for
    want of a base or of a transport; `en_attente` of those that look at what the schema refuses, or at what
    could not be read. `categories` are those of L. 441-1 that it lets propose."""

    genre: str
    fautes: tuple[FauteDeDocument, ...]
    omises: tuple[str, ...] = ()
    en_attente: tuple[str, ...] = ()
    categories: "tuple[CategorieProposee, ...]" = ()

    @property
    def conforme(self) -> bool:
        """Tell whether the document would be accepted: no fault of it blocks."""
        return not any(faute.gravite is Gravite.BLOQUANTE for faute in self.fautes)


@dataclass(frozen=True, slots=True)
class CategorieProposee:
    """A category of L. 441-1 that a household may have: its code, its letter on that day, the facts that
    propose it (a code with its label), and how surely they do."""

    code: str
    libelle: str
    lettre: str
    d_apres: tuple[str, ...]
    fidelite: str
    source: str


_DALO: Final = CategorieProposee(
    "DALO", "Reconnu par la commission de médiation", "", (), "déduite", "L. 441-1 et L. 441-2-3"
)


def categories_proposees(
    demande: Demande, jour: date, contrat: Contrat, statut_dalo: str | None
) -> tuple[CategorieProposee, ...]:
    """The priorities of a household: its DALO, then the categories of L. 441-1 in force on `jour` that the
    form lets propose, in the order of the contract: the form never proves one."""
    categories, proposees = contrat.roles.decision.categories.values(), []
    if statut_dalo in DALO_RECONNU:
        proposees.append(replace(_DALO, d_apres=(f"statut {statut_dalo}",)))
    menage = Menage.de(demande, jour) if categories else None
    if menage is None:
        return tuple(proposees)
    seuil = contrat.quartiles.seuil(demande, contrat.territoires, jour)
    faits = faits_du_formulaire(demande, jour, menage.premier_quartile(seuil.montant) if seuil else None)
    for c in categories:
        d_apres = tuple(_en_clair(fait, contrat) for fait in c.proposee(faits))
        if d_apres and c.en_vigueur(jour):
            proposees.append(tirer(CategorieProposee, c, lettre=c.lettre(jour), d_apres=d_apres))
    return tuple(proposees)


def _en_clair(fait: str, contrat: Contrat) -> str:
    genre, _, code = fait.partition(" ")
    liste = LISTES_DES_FAITS.get(genre)
    return f"{fait} ({contrat.nomenclatures.libelle(liste, code)})" if liste else fait


def controler(octets: bytes, contrat: Contrat, profil: str, maintenant: datetime, **options: Any) -> Controle:
    """Judge one document; `options` are those of `controler_par_etapes`."""
    *_, juge = controler_par_etapes(octets, contrat, profil, maintenant, **options)
    assert juge is not None
    return juge


def controler_par_etapes(
    octets: bytes,
    contrat: Contrat,
    profil: str,
    maintenant: datetime,
    *,
    nom: str | None = None,
    xml_max: int = PAR_NOM["xml_max"].defaut,
    genre: Document | None = None,
    type_fichier: str | None = None,
) -> Iterator[Controle | None]:
    """Judge one document as the pipeline would: None after each step, its verdict after the last. `nom` is
    its file name when the rules may read it (DEM…); `xml_max` the bytes that it may have. `genre` and
    `type_fichier` stand for what its content says when its operation decides (« "" »: no rule applies)."""
    try:
        racine = codec.parse(octets, limit=xml_max, serre=True)
    except ExchangeError as erreur:
        faute = _illisible(octets, erreur)
        annonce = _TYPE.search(octets)  # by which alone the rules that wait are known
        yield Controle("", (faute,), *(_sans_avis(contrat, annonce[1].decode(), nom) if annonce else ()))
        return
    yield None
    genre = genre or genre_de(racine)
    version = contrat.version_de_lecture(racine.get("versionInterface", ""))
    refuse = contrat.schemas.validate(racine, document=genre, version=version)
    yield None
    if refuse:
        juge = passer(racine, genre, contrat, profil, maintenant, nom=nom, type_fichier=type_fichier)
    elif type_fichier == "":
        juge = _sans_faute(genre, ())
    else:
        document = codec.decoder_recu(racine, contrat.nomenclatures, octets)
        yield None
        juge = _juger(document, genre, contrat, profil, maintenant, nom, type_fichier)
    if juge.fautes:
        juge = replace(juge, fautes=tuple(places_dans_le_texte.situer(juge.fautes, octets, racine)))
    yield juge


def passer(
    racine: Any,
    genre: Document,
    contrat: Contrat,
    profil: str,
    maintenant: datetime,
    *,
    nom: str | None = None,
    type_fichier: str | None = None,
) -> Controle:
    """Every fault of a document (lxml) that its schema refuses, in one pass: those of the schema, then those
    of the rules that read neither the base nor what the schema refuses. `nom` and `maintenant` as for
    `controler`; `type_fichier` stands for what the document says when its operation decides."""
    refus = expliquer_sous(contrat, racine, genre)
    fautes = [
        FauteDeDocument(
            f.ligne, f.chemin, f"{XSD} {f.sorte}".rstrip(), Gravite.BLOQUANTE, f.message,
            abrege_valeur(f.valeur), f.remede, str(fidelite), XSD,
        )
        for f, fidelite in refus
    ]  # fmt: skip
    if any(faute.sorte == "racine" for faute, _ in refus):  # no rule waits for another document
        return Controle(str(genre), tuple(fautes))
    if sum(1 for _ in islice(racine.iter(), ELEMENTS_MAX + 1)) > ELEMENTS_MAX:
        dit = type_fichier or racine.findtext(f"{_ESPACE}entete/{_ESPACE}typeFichier", "")
        return Controle(str(genre), tuple(fautes), *_sans_avis(contrat, dit, nom))
    conteneurs = contrat.nomenclatures.conteneurs
    document, lisible = (codec.decoder(racine, conteneurs) for _ in range(2))
    types = (type_fichier,) if type_fichier else _types(document, genre, contrat)
    if types is None:
        return Controle(str(genre), tuple(fautes))
    contexte = contexte_sans_registre(document, types[0], contrat, maintenant, nom)
    omises, douteuses = _omises(contrat, types, nom is not None)
    anomalies, tues = juger_malgre(contexte, contrat, profil, [faute for faute, _ in refus], lisible)
    fautes += _ensuite(anomalies, contrat, {*omises, *douteuses})
    en_attente = dict.fromkeys(code for code in (*tues, *douteuses) if code not in omises)
    return Controle(str(genre), tuple(fautes), omises, tuple(en_attente))


def _sans_avis(contrat: Contrat, dit: str, nom: str | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Of a document of that `typeFichier`, that no rule reads: the codes left out, and those that wait."""
    omises, _ = _omises(contrat, (dit,), nom is not None)
    return omises, tuple(r.code for r in engine.regles_de(contrat, dit) if r.code not in omises)


def _ensuite(
    anomalies: Iterable[Anomalie], contrat: Contrat, tus: Collection[str]
) -> Iterator[FauteDeDocument]:
    return (replace(_de_regle(a, contrat), ensuite=True) for a in anomalies if a.regle not in tus)


def dire(controle: Controle) -> str:
    """All these faults as the journal explains them, one a line: « ligne 12, interfaceNuu/… : phrase →
    remède », those of the rules below a title, each with its code."""
    lignes: list[str] = []
    suite: list[str] = []
    for f in controle.fautes:
        quoi = f"{f.regle} ({f.gravite}) : {f.message}" if f.ensuite else f.message
        phrase = f"ligne {f.ligne}, {f.chemin} : {quoi}{f' → {f.remede}' if f.remede else ''}"
        (suite if f.ensuite else lignes).append(" ".join(phrase.split("\n")))
    return "\n".join([*lignes, *([_TITRE, *suite] if suite else [])])


def lire_explication(explication: str) -> tuple[list[str], list[tuple[str, str, str]]]:
    """The explanation that `dire` wrote, read back: the lines of the schema; (code, gravité, message) of each
    rule that would speak next."""
    lignes = explication.split("\n")
    coupure = lignes.index(_TITRE) if _TITRE in lignes else len(lignes)
    dites = [_DE_REGLE.fullmatch(ligne) for ligne in lignes[coupure + 1 :]]
    return lignes[:coupure], [(dite[1], dite[2], dite[3]) for dite in dites if dite is not None]


def abrege_valeur(valeur: str) -> str:
    """A value as a fault shows it."""
    if len(valeur) <= VALEUR_MAX:
        return valeur
    return f"{valeur[:VALEUR_MAX]}… ({len(valeur)} caractères)"


def _illisible(octets: bytes, erreur: ExchangeError) -> FauteDeDocument:
    """The fault that keeps bytes from being a document, its place and its remedy."""
    dit, _, remede = erreur.explication.partition(" → ")
    lieu = codec.lire_lieu(dit)
    ligne, colonne, cause = lieu or (0, 0, dit)
    if not octets.strip():
        remede = "vérifiez ce qui devait écrire ce fichier : il n'y a rien à contrôler"
    elif _MULTIPART.match(octets):
        cause = "ce n'est pas un document, mais un message HTTP ou MIME entier"
        remede = "n'en donnez que la partie qui porte le document : après ses en-têtes, jusqu'au séparateur"
    apres = b"".join(octets.splitlines(keepends=True)[ligne - 1 :])[colonne:].strip() if lieu else b""
    suite = " ; la suite n'a pas pu être lue" if apres else ""
    message = f"{_ILLISIBLE} : {cause.rstrip('.')}{suite}." if lieu else cause
    chemin = places_dans_le_texte.ouvert(octets) if lieu else ""
    return FauteDeDocument(ligne, chemin, XML, Gravite.BLOQUANTE, message, remede=remede, colonne=colonne)


def genre_de(racine: Any) -> Document:
    """Which of the documents this is. Four of them share the root name: their content tells them apart."""
    if racine.tag == _ESPACE + "listeDoublons":
        return Document.DOUBLONS
    lieux = (f"{_ESPACE}*", f"{_ESPACE}operation/{_ESPACE}*")
    noms = {enfant.tag.removeprefix(_ESPACE) for lieu in lieux for enfant in racine.iterfind(lieu)}
    if noms & {"demandeMulticritere", "listeDemandes"}:
        return Document.RECHERCHE
    if noms & {"codeTerritoire", "listeTypesEvenements"}:
        return Document.TYPE_EVENEMENT
    if noms & {"numUnique", "listeEvenements"}:
        return Document.EVENEMENT
    # The national event types are asked for by the header alone, and no demande has a codeGuichet there.
    if "demande" not in noms and racine.find(f"{_ESPACE}entete/{_ESPACE}codeGuichet") is not None:
        return Document.TYPE_EVENEMENT
    return Document.DEMANDE


@retenu
def _omises(
    contrat: Contrat, types: tuple[str, ...], transport: bool
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Of the rules of a type of file, the codes of those that need a base, or a transport that is not there;
    then, where another type may be meant, of those that it has not."""
    premier, *autres = (engine.regles_de(contrat, type_fichier) for type_fichier in types)
    omises = tuple(r.code for r in premier if r.registre or (r.transport and not transport))
    return omises, tuple(r.code for r in premier if not all(r in regles for regles in autres))


@lru_cache(maxsize=256)
def _sans_faute(genre: Document, omises: tuple[str, ...]) -> Controle:
    """One for all: a process hands it to another once for many documents."""
    return Controle(str(genre), (), omises)


def _juger(
    document: DocumentRecu,
    genre: Document,
    contrat: Contrat,
    profil: str,
    maintenant: datetime,
    nom: str | None,
    type_fichier: str | None,
) -> Controle:
    types = (type_fichier,) if type_fichier else _types(document, genre, contrat)
    if types is None:
        return _sans_faute(genre, ())
    contexte = contexte_sans_registre(document, types[0], contrat, maintenant, nom)
    omises, douteuses = _omises(contrat, types, nom is not None)
    anomalies = engine.juger(contexte, contrat, profil, engine.Jeu.SANS_REGISTRE)
    categories: tuple[CategorieProposee, ...] = ()
    if types[0] in _DU_MENAGE:
        statut = document.code_de("demande/informationDalo/statutDalo")
        categories = categories_proposees(contexte.demande, contexte.jour, contrat, statut)
    if not (anomalies or categories):
        return _sans_faute(genre, omises)
    fautes = [_de_regle(a, contrat) for a in anomalies if a.regle not in omises]
    if any(a.regle in engine.FINALES for a in anomalies):
        lu = replace(contexte, document=document.exact())
        toutes = engine.juger_par(lambda regle: regle.controler(lu), lu, contrat, profil)
        fautes += _ensuite(toutes, contrat, {*omises, *douteuses, *engine.FINALES})
        return Controle(str(genre), tuple(fautes), omises, tuple(c for c in douteuses if c not in omises))
    return Controle(str(genre), tuple(fautes), omises, categories=categories)


def _types(document: Element, genre: Document, contrat: Contrat) -> tuple[str, ...] | None:
    """By which the rules of a document are chosen: one, or those of which one is meant; None for a document
    that no rule judges."""
    if genre is not Document.DEMANDE:
        return {Document.EVENEMENT: ("EVT",), Document.RECHERCHE: ("RCH",)}.get(genre)
    ecrit = document.texte_de("entete/typeFichier") or ""
    # The declaration of a DALO has the schema of a demande; the code is a convention, as are file names.
    if ecrit == DALO:
        return ("DALO",)
    voulus = types_voulus(contrat, ecrit)
    # What is told by its content is not to be taken for another.
    connu = len(voulus) > 1 and any(document.enfant(f"demande/{bloc}") for bloc in _D_UN_TYPE)
    return (ecrit,) if connu else voulus


def contexte_sans_registre(
    document: Element, type_fichier: str, contrat: Contrat, maintenant: datetime, nom: str | None
) -> Contexte:
    """All that the rules read of a document alone, whose register is empty."""
    return Contexte(
        type_fichier=type_fichier,
        document=document,
        maintenant=maintenant,
        nomenclatures=contrat.nomenclatures,
        territoires=contrat.territoires,
        droits=contrat.guichets,
        versions=contrat.versions,
        roles=contrat.roles,
        nom_fichier=nom,
        localisations_max=contrat.reglages.get("localisations_max", 0),
    )


def _de_regle(a: Anomalie, contrat: Contrat) -> FauteDeDocument:
    fiche = contrat.regles[a.regle]
    remede = remede_de_regle(contrat, a.regle, a.propriete, a.valeur)
    dit = (a.ligne, a.propriete, a.regle, a.gravite, a.message, abrege_valeur(a.valeur))
    return FauteDeDocument(*dit, remede, str(fiche.fidelite), fiche.source)


# --- the rules in spite of a schema that refuses: what they would say once the document is corrected -------
#
# A rule is given a document in which nothing that the schema refuses can be read: as soon as it looks there
# it is stopped, and says nothing more. An anomaly found without looking there does not depend on the faults.
# A rule that judges each place by itself (`par_place`) is run on the document as it is, and not heard on the
# places at fault.

#: Faults of a document that is none of this schema, or whose place is not told: no rule is run.
_SANS_SUITE: Final = frozenset({"", "racine", "la_suite", "trop_long", "type_annonce", "refus_brut"})
#: Faults that leave all that is written readable.
_LISIBLES: Final = frozenset({"autre_espace", "deplace"})
#: The same, of an element that holds others: its text is nobody's.
_DU_TEXTE: Final = frozenset({"texte_inattendu", "blancs", "blanc_etranger"})
#: Faults after which what an element lacks may be there, under another name.
_DOUTEUSES: Final = frozenset({"inconnu", "faute_de_frappe", "choix_vide"})
#: Faults of all that the parent holds.
_DU_PARENT: Final = frozenset({"autre_branche", "enfant_dans_texte"})
#: Types of files whose document is no demande.
_SANS_DEMANDE: Final = frozenset({"EVT", "RCH"})


def juger_malgre(
    contexte: Contexte, contrat: Contrat, profil: str, fautes: Collection[SchemaError], lisible: Element
) -> tuple[list[Anomalie], list[str]]:
    """The anomalies of the rules that read neither the base nor what `fautes`, those of the schema, refuse;
    and the codes of those that were stopped.

    `contexte` holds the document, whose elements tell their place (`codec.decoder`); `lisible` is a second
    reading of it. A rule that fails on such a document says nothing.
    """
    tues = [r.code for r in engine.regles_de(contrat, contexte.type_fichier) if not r.registre]
    if any(faute.sorte in _SANS_SUITE for faute in fautes):
        return [], tues
    voile = replace(contexte, document=_Voile(lisible, fautes).copier(lisible))
    if contexte.type_fichier not in _SANS_DEMANDE and not _a_un_formulaire(voile):
        return [], tues
    tues.clear()
    lieux = {de_l_element(faute.chemin) for faute in fautes}

    def controler(regle: Regle) -> Infractions:
        try:
            if not regle.par_place:
                yield from regle.controler(voile)
                return
            for trouvee in regle.controler(contexte):
                if not any(f"{trouvee.chemin}/".startswith(f"{lieu}/") for lieu in lieux):
                    yield trouvee
        except Exception:  # noqa: BLE001 - what cannot be read is not judged, and the schema says why
            tues.append(regle.code)

    return engine.juger_par(controler, contexte, contrat, profil), tues


def de_l_element(chemin: str) -> str:
    """A path without its attribute."""
    tete, _, dernier = chemin.rpartition("/")
    return tete if dernier.startswith("@") else chemin


def _a_un_formulaire(contexte: Contexte) -> bool:
    try:
        # One that is not written is made, and has no parent.
        return contexte.demande.formulaire.parent is not None
    except _Illisible:
        return False


class _Illisible(Exception):
    """Raised as a rule looks at what the schema refuses."""


class _Presents(dict[str, Element]):
    """The children of an element by name, some of which cannot be read: those of `refuses` and, when `doute`,
    all that it does not hold."""

    def __init__(self, presents: dict[str, Element], refuses: Set[str], *, doute: bool) -> None:
        super().__init__({nom: lu for nom, lu in presents.items() if nom not in refuses})
        self._refuses, self._doute = refuses, doute

    def __contains__(self, nom: object) -> bool:
        connu = super().__contains__(nom)
        if not connu and (self._doute or nom in self._refuses):
            raise _Illisible
        return connu

    def get(self, nom: str, sinon: Any = None) -> Any:
        return super().__getitem__(nom) if nom in self else sinon

    def _rien(self, *_: object) -> NoReturn:
        raise _Illisible

    __iter__ = __len__ = keys = values = items = _rien


class _Enfants(tuple[Element, ...]):
    """The children of an element that may have others, under names that the schema does not know: nobody
    comes to the end of them."""

    __slots__ = ()

    def __iter__(self) -> Iterator[Element]:
        yield from super().__iter__()
        raise _Illisible


def _rien(_: Element) -> NoReturn:
    raise _Illisible


class _SansAttributs(ElementNu):
    """An element whose attributes cannot be read."""

    __slots__ = ()

    attributs = code = property(_rien)


class _Refuse(_SansAttributs):
    """An element of which only the name and the place can be read."""

    __slots__ = ()

    texte = vide = presents = enfants = property(_rien)


class _Voile:
    """The places that faults are about in a document, by path, and a copy of the document that hides them:
    elements are `refuses` whole, or `sans_attributs`; in an element, the children of a name are `tus`, or
    there may be others than are known (`douteux`)."""

    def __init__(self, document: Element, fautes: Iterable[SchemaError]) -> None:
        self._elements = dict(document.lieux())
        self._refuses: set[str] = set()
        self._sans_attributs: set[str] = set()
        self._tus: dict[str, set[str]] = {}
        self._douteux: set[str] = set()
        for faute in fautes:
            if faute.sorte not in _LISIBLES:
                self._poser(faute)

    def _poser(self, faute: SchemaError) -> None:
        chemin = de_l_element(faute.chemin)
        tete, _, dernier = chemin.rpartition("/")
        element = self._elements.get(chemin)
        if faute.sorte in _DU_PARENT:
            self._refuser(tete)
        elif faute.sorte in _DOUTEUSES:
            self._taire(tete)
            self._douteux.add(tete)
        elif element is None:
            self._taire(tete, dernier)
        elif not element.enfants:
            self._refuser(chemin)
        elif chemin != faute.chemin:
            self._sans_attributs.add(chemin)
        elif faute.sorte not in _DU_TEXTE:
            self._refuser(chemin)

    def _refuser(self, chemin: str) -> None:
        if chemin in self._elements:
            self._refuses.add(chemin)
            tete, _, _ = chemin.rpartition("/")
            self._taire(tete, self._elements[chemin].nom)

    def _taire(self, chemin: str, *noms: str) -> None:
        element = self._elements.get(chemin)
        if element is None:
            return
        self._tus.setdefault(chemin, set()).update(noms)
        if element.vide:  # it counts as absent: its name cannot be read either
            self._taire(chemin.rpartition("/")[0], element.nom)

    def copier(self, vrai: Element) -> Element:
        """The copy of an element, of the root to begin with."""
        chemin = vrai.chemin
        if chemin in self._refuses:
            refuse: ElementNu = _Refuse()
            refuse.nommer(vrai)
            return refuse
        copie: ElementNu = _SansAttributs() if chemin in self._sans_attributs else ElementNu()
        copie.nommer(vrai)
        copie.texte, copie.vide = vrai.texte, vrai.vide
        if chemin not in self._sans_attributs:
            copie.attributs, copie.code = vrai.attributs, vrai.code
        copies = {id(enfant): self.copier(enfant) for enfant in vrai.enfants}
        copie.adopter(tuple(copies.values()))
        copie.presents = {nom: copies[id(enfant)] for nom, enfant in vrai.presents.items()}
        if chemin in self._tus:
            doute = chemin in self._douteux
            copie.presents = _Presents(copie.presents, self._tus[chemin], doute=doute)
            if doute:
                copie.enfants = _Enfants(copie.enfants)
        return copie
