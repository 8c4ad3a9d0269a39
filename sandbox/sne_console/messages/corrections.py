"""Mends a document where no thought is needed: for each remark, the pieces of text to write otherwise.

A correction changes the text and nothing around it, so that what was typed keeps its shape. It leaves the
value to the user where there are several (`choix`).
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches
from typing import Annotated, Any, ClassVar, Final, Self
from xml.parsers.expat.errors import (
    XML_ERROR_INVALID_TOKEN,
    XML_ERROR_NO_ELEMENTS,
    XML_ERROR_TAG_MISMATCH,
    codes,
)
from xml.sax.saxutils import escape

from sne_console.messages.document_deroule import Remarque
from sne_interface.contract.codec import NS
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.contract.declarations_des_schemas import VERROU_DES_MODELES, valeur_de
from sne_interface.contract.elements import ElementLu, declares, elements, ordre
from sne_interface.contract.phrases_d_explication import defaut_de_valeur, espace, local, phrases
from sne_interface.contract.places_dans_le_texte import (
    AttributEcrit,
    PlaceElement,
    Rupture,
    attributs,
    marge,
    parcourir,
    places,
    plus_proche,
)
from sne_interface.contract.reparation_du_contenu import ressemble
from sne_interface.contract.schemas import BLANCS, Document
from sne_interface.domain.anomalie import Fidelite, Gravite
from sne_interface.domain.element_recu import sans_indices
from sne_interface.domain.nir import cache_un_nir, masquer_nirs
from sne_interface.domain.texte import abrege
from sne_interface.domain.valeurs_en_json import TU

#: Stands, in the text of a correction that wants a choice, for the value that is chosen.
CHOISI: Final = "\N{OBJECT REPLACEMENT CHARACTER}"
#: Remarks of one document for which corrections are looked for.
REMARQUES_MAX: Final = 100
#: Characters of a value that a button shows.
_MONTRE: Final = 40
_VERSION: Final = "interfaceNuu/@versionInterface"
#: Faults of an element that is not where it may be: its neighbours are placed without it.
_EGARES: Final = frozenset({"inconnu", "double", "trop_de_fois", "autre_branche", "deplace"})
_OUI_NON: Final = {"oui": "true", "o": "true", "vrai": "true", "non": "false", "n": "false", "faux": "false"}
_JOUR_D_ABORD: Final = re.compile(r"(\d{1,2})[/. -](\d{1,2})[/. -](\d{4})")
_ANNEE_D_ABORD: Final = re.compile(r"(\d{4})[/. -](\d{1,2})[/. -](\d{1,2})")


@dataclass(frozen=True)
class Retouche:
    """A piece of the text, in characters, and what takes its place."""

    debut: Annotated[int, "caractères depuis le début du document"]
    fin: Annotated[int, "le premier caractère qui reste"]
    texte: Annotated[str, "ce qui s'écrit là ; U+FFFC y tient la place de la valeur choisie"]


@dataclass(frozen=True)
class ChoixDeCorrection:
    """A value that may be written, and its words."""

    valeur: str
    libelle: str


@dataclass(frozen=True)
class Correction:
    """One way to mend a place. `nom` stays the same while the place does; `choix` are the values of which one
    takes the place of `CHOISI` in its pieces, () when there is nothing to choose."""

    nom: Annotated[str, "le même tant que la faute est à cette place"]
    titre: Annotated[str, {"example": "Ajouter « motifDemande »"}]
    retouches: Annotated[tuple[Retouche, ...], "toutes du document vérifié : la dernière d'abord"]
    choix: Annotated[tuple[ChoixDeCorrection, ...], "une valeur à choisir ; vide : rien à choisir"] = ()


@dataclass(frozen=True)
class RemarquePlacee:
    """A finding of the schema or of a control, at its place in the text that was checked."""

    NOM_PUBLIE: ClassVar = "RemarqueLue"
    regle: Annotated[str | None, "null : le schéma, ou la lecture"]
    gravite: Gravite
    message: str
    remede: str
    condition: str
    propriete: Annotated[str | None, "chemin de l'élément"]
    ligne: Annotated[int, "dans le document"]
    colonne: Annotated[int, "de cette ligne"]
    debut: Annotated[int, "caractères du document avant la place"]
    fin: Annotated[int, "caractères du document jusqu'à sa fin"]
    fidelite: Fidelite | None
    source: str
    ensuite: Annotated[bool, "d'un contrôle, qui le dira une fois le document accepté par le schéma"]
    corrections: Annotated[tuple[Correction, ...], "ce qui la lève sans rien décider d'autre"]
    dite: Annotated[Remarque, TU]

    @classmethod
    def de(cls, dite: Remarque, corrections: Iterable[Correction] = (), **place: int) -> Self:
        """A remark, at its place: `debut`, `fin`, `ligne`, `colonne`."""
        dits: dict[str, Any] = {nom: dite.get(nom) for nom in ("regle", "gravite", "propriete", "fidelite")}
        dits |= {nom: dite.get(nom) or "" for nom in ("message", "remede", "condition", "source")}
        dits |= {"ensuite": bool(dite.get("ensuite")), **place}
        return cls(**dits, corrections=tuple(corrections), dite=dite)

    @property
    def bloque(self) -> bool:
        """True when the remark would stop the message."""
        return self.gravite == Gravite.BLOQUANTE


def situer(
    texte: str, remarques: Sequence[Remarque], contrat: Contrat, document: Document
) -> list[RemarquePlacee]:
    """Each remark on its text, with what mends it."""
    correcteur = _Correcteur(texte, remarques, contrat, document)
    return [correcteur.situer(r, rang < REMARQUES_MAX) for rang, r in enumerate(remarques)]


def appliquer(texte: str, correction: Correction, valeur: str = "") -> str:
    """The text, mended; `valeur` is what was chosen. Raises KeyError when it is none of the choices."""
    if correction.choix and valeur not in {choix.valeur for choix in correction.choix}:
        raise KeyError(valeur)
    for r in sorted(correction.retouches, key=lambda r: (r.debut, r.fin), reverse=True):
        ecrit = r.texte.replace(CHOISI, _ecrit(valeur)) if correction.choix else r.texte
        texte = texte[: r.debut] + ecrit + texte[r.fin :]
    return texte


class _Correcteur:
    """The corrections of one text."""

    def __init__(
        self, texte: str, remarques: Sequence[Remarque], contrat: Contrat, document: Document
    ) -> None:
        self._texte, self._contrat = texte, contrat
        self._places = places(texte)
        racine = next(iter(self._places.values()), None)
        annoncee = self._attribut(racine, "versionInterface") if racine is not None else None
        version = contrat.version_de_lecture(texte[annoncee.valeur : annoncee.fin] if annoncee else "")
        self._connus = {e.chemin: e for e in reversed(elements(contrat, document, version))}
        self._rangs = ordre(contrat, document, version)
        self._declares = declares(contrat, document, version)
        self._egares = {_nu(str(r.get("propriete"))) for r in remarques if r.get("sorte") in _EGARES}

    def situer(self, remarque: Remarque, corriger: bool) -> RemarquePlacee:
        """A remark, with its corrections if they are asked for."""
        chemin, sorte = str(remarque.get("propriete") or ""), str(remarque.get("sorte") or "")
        lieu, _, attribut = chemin.partition("/@")
        place = self._places.get(_nu(lieu))
        debut, fin = self._portee(place, attribut, int(remarque.get("ligne") or 0), lieu)
        trouvees: Iterable[Correction] = ()
        if corriger and sorte == "manque":
            trouvees = self._inserer(lieu)
        elif corriger and place is not None:
            trouver = _Correcteur._valeur if sorte in phrases("valeurs") else _PAR_SORTE.get(sorte)
            trouvees = (trouver or _Correcteur._code)(self, place, attribut)
        ligne, colonne = self._texte.count("\n", 0, debut) + 1, debut - self._texte.rfind("\n", 0, debut)
        return RemarquePlacee.de(remarque, trouvees, debut=debut, fin=fin, ligne=ligne, colonne=colonne)

    # --- where ----------------------------------------------------------------------------------------

    def _portee(self, place: PlaceElement | None, attribut: str, ligne: int, lieu: str) -> tuple[int, int]:
        if place is None:
            # What is missing: the line that is told, else the start tag of the nearest above.
            lignes = self._texte.split("\n")
            if 0 < ligne <= len(lignes):
                debut, vu = sum(len(avant) + 1 for avant in lignes[: ligne - 1]), lignes[ligne - 1]
                return debut + len(vu) - len(vu.lstrip()), debut + len(vu)
            place, _ = plus_proche(self._places, lieu)
            if place is None:
                return 0, 0
        ecrit = self._attribut(place, attribut) if attribut else None
        if ecrit is not None:
            return ecrit.debut, ecrit.fin + 1
        return place.debut, place.ouverte if place.enfants else place.fin

    def _attribut(self, place: PlaceElement, nom: str) -> AttributEcrit | None:
        return next((a for a in attributs(self._texte, place) if a.nom.rpartition(":")[2] == nom), None)

    def _dessus(self, place: PlaceElement) -> PlaceElement | None:
        return self._places.get(place.chemin.rpartition("/")[0])

    def _connu(self, place: PlaceElement) -> ElementLu | None:
        return self._connus.get(sans_indices(place.chemin))

    # --- elements ---------------------------------------------------------------------------------------

    def _inserer(self, lieu: str) -> Iterator[Correction]:
        haut, _, nom = lieu.rpartition("/")
        dessus, connu = self._places.get(_nu(haut)), self._connus.get(sans_indices(lieu))
        choix = self._choix(connu)
        if dessus is None or connu is None or not choix:
            return
        balise = f"{dessus.prefixe}{nom}"
        ecrit = f'<{balise} code="{CHOISI}"/>' if connu.type == "code" else f"<{balise}>{CHOISI}</{balise}>"
        yield Correction(f"ajouter:{lieu}", f"Ajouter « {nom} »", (self._dans(dessus, nom, ecrit),), choix)

    def _dans(self, dessus: PlaceElement, nom: str, ecrit: str) -> Retouche:
        """Puts a text into an element, where the order of the schema wants the child of that name."""
        chemin = sans_indices(dessus.chemin)
        rang = self._rangs.get(f"{chemin}/{nom}", len(self._rangs))
        freres = [e for e in dessus.enfants if e.chemin not in self._egares]
        for frere in freres:
            if self._rangs.get(sans_indices(frere.chemin), -1) > rang:
                return Retouche(frere.debut, frere.debut, ecrit + marge(self._texte, frere.debut))
        if freres:
            dernier = freres[-1]
            return Retouche(dernier.fin, dernier.fin, marge(self._texte, dernier.debut) + ecrit)
        autour = marge(self._texte, dessus.debut)
        dedans = f"{autour}  {ecrit}" if autour else ecrit
        if dessus.court:
            bout = dessus.ouverte - 2
            while self._texte[bout - 1] in BLANCS:
                bout -= 1
            return Retouche(bout, dessus.fin, f">{dedans}{autour}</{dessus.nom}>")
        if dessus.enfants:  # all of them are to go
            return Retouche(dessus.ouverte, dessus.ouverte, dedans)
        return Retouche(dessus.ouverte, dessus.ferme, dedans + autour)

    def _retirer(self, place: PlaceElement, attribut: str) -> Iterator[Correction]:
        if "/" in place.chemin:
            coupe = self._coupe(place)
            yield Correction(f"retirer:{place.chemin}", f"Retirer « {_dernier(place)} »", (coupe,))

    def _coupe(self, place: PlaceElement) -> Retouche:
        return Retouche(place.debut - len(marge(self._texte, place.debut)), place.fin, "")

    def _deplacer(self, place: PlaceElement, attribut: str) -> Iterator[Correction]:
        dessus, nom = self._dessus(place), _dernier(place)
        if dessus is None:
            return
        retouches = (self._coupe(place), self._dans(dessus, nom, self._texte[place.debut : place.fin]))
        correction = Correction(f"deplacer:{place.chemin}", f"Déplacer « {nom} » à sa place", retouches)
        if appliquer(self._texte, correction) != self._texte:
            yield correction

    def _renommer(self, place: PlaceElement, attribut: str) -> Iterator[Correction]:
        dessus, nom = self._dessus(place), _dernier(place)
        if dessus is None:
            return
        chemin = sans_indices(dessus.chemin)
        autour = [self._rangs.get(sans_indices(e.chemin), -1) for e in dessus.enfants]
        ici = next(rang for rang, e in enumerate(dessus.enfants) if e is place)
        bas = max((r for r in autour[:ici] if r >= 0), default=-1)
        haut = min((r for r in autour[ici + 1 :] if r >= 0), default=len(self._rangs))
        admis = {c.rpartition("/")[2]: r for c, r in self._rangs.items() if c.rpartition("/")[0] == chemin}
        proches = [n for n, r in admis.items() if ressemble(nom, n) and bas <= r <= haut]
        if not proches:
            return
        attendu = max(proches, key=lambda n: SequenceMatcher(None, nom.lower(), n.lower()).ratio())
        bouts = [place.debut + 1] if place.court else [place.debut + 1, place.ferme + 2]
        retouches = [Retouche(b, b + len(place.nom), place.prefixe + attendu) for b in bouts]
        yield Correction(f"renommer:{place.chemin}", f"Écrire « {attendu} »", tuple(retouches))

    def _mettre_dans_l_espace(self, place: PlaceElement, attribut: str) -> Iterator[Correction]:
        """The namespace is wrong where it is declared; without any, the root declares ours."""
        declaration = f"xmlns:{place.prefixe[:-1]}" if place.prefixe else "xmlns"
        retouches = [
            Retouche(ecrit.valeur, ecrit.fin, NS)
            for element in self._places.values()
            for ecrit in attributs(self._texte, element)
            if ecrit.nom == declaration and self._texte[ecrit.valeur : ecrit.fin] != NS
        ]
        if not retouches and not place.prefixe:
            retouches = [_ajout(next(iter(self._places.values())), "xmlns", NS)]
        if retouches:
            yield Correction("espace:", f"Déclarer l'espace de noms {NS}", tuple(retouches))

    # --- attributes -----------------------------------------------------------------------------------------

    def _donner_attribut(self, place: PlaceElement, attribut: str) -> Iterator[Correction]:
        choix, nom = self._choix_d_attribut(place, attribut), f"ajouter:{place.chemin}/@{attribut}"
        if choix:
            yield Correction(nom, f"Ajouter « {attribut} »", (_ajout(place, attribut, CHOISI),), choix)

    def _oter_attribut(self, place: PlaceElement, attribut: str) -> Iterator[Correction]:
        ecrit = self._attribut(place, attribut)
        if ecrit is not None:
            coupe = Retouche(len(self._texte[: ecrit.debut].rstrip(BLANCS)), ecrit.fin + 1, "")
            yield Correction(f"retirer:{place.chemin}/@{attribut}", f"Retirer « {attribut} »", (coupe,))

    def _renommer_attribut(self, place: PlaceElement, attribut: str) -> Iterator[Correction]:
        ecrit, declare = self._attribut(place, attribut), self._declares.get(sans_indices(place.chemin))
        if ecrit is None or declare is None:
            return
        noms = {local(nom): nom for nom in declare.attributes if nom}
        for proche in get_close_matches(attribut, noms, n=1):
            qualifie = bool(espace(noms[proche]))
            if qualifie and not place.prefixe:  # nothing stands for the namespace here
                return
            attendu = f"{place.prefixe if qualifie else ''}{proche}"
            if attendu in {a.nom for a in attributs(self._texte, place)}:
                yield from self._oter_attribut(place, attribut)
                return
            retouche = Retouche(ecrit.debut, ecrit.debut + len(ecrit.nom), attendu)
            yield Correction(f"renommer:{place.chemin}/@{attribut}", f"Écrire « {attendu} »", (retouche,))

    # --- texts and values ---------------------------------------------------------------------------------

    def _valeur(self, place: PlaceElement, attribut: str) -> Iterator[Correction]:
        if attribut:
            yield from self._code(place, attribut)
            return
        connu, declare = self._connu(place), self._declares.get(sans_indices(place.chemin))
        if connu is None or declare is None or place.enfants or cache_un_nir(connu.nom):
            return
        choix, dit = self._choix(connu), place.texte.strip()
        ecrit = None if connu.liste else _reecrit(declare, place.texte)
        if ecrit is not None:
            retouche = self._contenu(place, ecrit)
            quoi = "Couper à" if dit.startswith(ecrit) and ecrit != dit else "Écrire"
            yield Correction(
                f"ecrire:{place.chemin}", f"{quoi} « {abrege(masquer_nirs(ecrit), _MONTRE)} »", (retouche,)
            )
        elif choix:
            retouche = self._contenu(place, CHOISI)
            yield Correction(f"choisir:{place.chemin}", f"Choisir « {connu.nom} »", (retouche,), choix)
        if not dit and connu.minimum == 0 and not connu.choix:
            yield from self._retirer(place, "")

    def _contenu(self, place: PlaceElement, ecrit: str) -> Retouche:
        """An element that holds this text, which is not yet escaped, and nothing else."""
        ecrit = _ecrit(ecrit)
        if place.court:
            return Retouche(place.ouverte - 2, place.fin, f">{ecrit}</{place.nom}>")
        return Retouche(place.ouverte, place.ferme, ecrit)

    def _texte_de_trop(self, place: PlaceElement, attribut: str) -> Iterator[Correction]:
        connu = self._connu(place)
        if connu is None:
            return
        bornes = [place.ouverte, *(b for e in place.enfants for b in (e.debut, e.fin)), place.ferme]
        vides = []
        for debut, fin in zip(bornes[::2], bornes[1::2], strict=True):
            trou = self._texte[debut:fin]
            if "<" in trou:  # a comment, or what is quoted: nobody knows what it is for
                return
            if trou.strip():
                vides.append(Retouche(debut + len(trou) - len(trou.lstrip()), debut + len(trou.rstrip()), ""))
        if not place.enfants:
            vides = [Retouche(place.ouverte, place.ferme, "")]
        dit = place.texte.strip()
        if connu.liste and not self._attribut(place, "code"):
            codes = self._contrat.nomenclatures.liste(connu.liste)
            voulu = next((c for c, nom in codes.items() if c and dit in (c, nom)), None)
            choix = (ChoixDeCorrection(voulu, codes[voulu]),) if voulu else self._choix(connu)
            pose = _ajout(place, "code", CHOISI)
            titre = f"Écrire le code de « {connu.nom} »"
            yield Correction(f"coder:{place.chemin}", titre, (pose, *vides), choix)
        elif vides:
            yield Correction(f"vider:{place.chemin}", f"Vider « {connu.nom} »", tuple(vides))

    def _code(self, place: PlaceElement, attribut: str) -> Iterator[Correction]:
        """Yields a choice among codes, for a remark of a rule on a code, or of the schema on an attribute."""
        connu, nom = self._connu(place), attribut or "code"
        par_attribut = bool(attribut) or (connu is not None and connu.type == "code")
        ecrit = self._attribut(place, nom) if par_attribut else None
        deja = self._texte[ecrit.valeur : ecrit.fin] if ecrit is not None else place.texte.strip()
        choix = self._choix_d_attribut(place, nom) if par_attribut else self._choix(connu)
        if not choix or (place.enfants and not attribut) or deja in {c.valeur for c in choix}:
            return
        if not par_attribut:
            retouche = self._contenu(place, CHOISI)
        elif ecrit is not None:
            retouche = Retouche(ecrit.valeur, ecrit.fin, CHOISI)
        else:
            retouche = _ajout(place, nom, CHOISI)
        dite = _dernier(place) if nom == "code" else nom
        proches = get_close_matches(deja, [c.valeur for c in choix])
        tries = tuple(sorted(choix, key=lambda c: proches.index(c.valeur) if c.valeur in proches else 3))
        yield Correction(f"choisir:{place.chemin}", f"Choisir « {dite} »", (retouche,), tries)

    # --- what may be chosen -------------------------------------------------------------------------------

    def _choix(self, connu: ElementLu | None) -> tuple[ChoixDeCorrection, ...]:
        """The only values that an element may have; () when they cannot be told."""
        if connu is None:
            return ()
        if connu.nom == "commune" and connu.type == "code":
            return self._communes()
        codes: Mapping[str, str] = dict.fromkeys(connu.valeurs, "")
        if connu.liste:
            codes = self._contrat.nomenclatures.liste(connu.liste)
        elif connu.type == "oui ou non":
            codes = {"true": "oui", "false": "non"}
        return tuple(ChoixDeCorrection(code, nom) for code, nom in codes.items() if code)

    def _choix_d_attribut(self, place: PlaceElement, attribut: str) -> tuple[ChoixDeCorrection, ...]:
        if f"{place.chemin}/@{attribut}" == _VERSION:
            return tuple(ChoixDeCorrection(version, "") for version in reversed(self._contrat.versions))
        return self._choix(self._connu(place)) if attribut == "code" else ()

    def _communes(self) -> tuple[ChoixDeCorrection, ...]:
        """Lists the communes of the postal codes that stand for a commune, and those that the document
        names."""
        territoires = self._contrat.territoires
        trouvees: dict[str, str] = {}
        for place in self._places.values():
            if not place.chemin.endswith("commune") and "/commune[" not in place.chemin:
                continue
            ecrit = self._attribut(place, "code")
            code = self._texte[ecrit.valeur : ecrit.fin] if ecrit is not None else ""
            if territoires.existe(code):
                trouvees[code] = territoires.nom_de_commune(code)
            elif code:
                trouvees |= {c.code: c.nom for c in territoires.du_code_postal(code)}
        return tuple(ChoixDeCorrection(code, nom) for code, nom in trouvees.items())


#: By the name of what is wrong (`phrases.toml`) with an element that is there.
_PAR_SORTE: Final = {
    "deplace": _Correcteur._deplacer,
    "faute_de_frappe": _Correcteur._renommer,
    "autre_espace": _Correcteur._mettre_dans_l_espace,
    "racine": _Correcteur._mettre_dans_l_espace,
    "attribut_manquant": _Correcteur._donner_attribut,
    "attribut_inconnu": _Correcteur._oter_attribut,
    **dict.fromkeys(("inconnu", "double", "trop_de_fois", "autre_branche", "enfant_dans_texte"),
                    _Correcteur._retirer),
    **dict.fromkeys(("attribut_avec_prefixe", "attribut_sans_espace", "attribut_mal_ecrit"),
                    _Correcteur._renommer_attribut),
    **dict.fromkeys(("texte_inattendu", "blancs", "blanc_etranger"), _Correcteur._texte_de_trop),
}  # fmt: skip


def _nu(chemin: str) -> str:
    """A path as `places_dans_le_texte` writes it."""
    return chemin.replace("[1]", "")


def _dernier(place: PlaceElement) -> str:
    return sans_indices(place.chemin.rpartition("/")[2])


def _ecrit(valeur: str) -> str:
    return escape(valeur, {'"': "&quot;"})


def _ajout(place: PlaceElement, attribut: str, valeur: str) -> Retouche:
    """Gives an attribute to an element that has not got it."""
    bout = place.debut + 1 + len(place.nom)
    return Retouche(bout, bout, f' {attribut}="{valeur}"')


# --- a value, written otherwise -----------------------------------------------------------------------------


def _reecrit(declare: Any, valeur: str) -> str | None:
    """The same value, as its element (of xmlschema) wants it; None when nobody can tell."""
    with VERROU_DES_MODELES:
        type_ = valeur_de(declare)
        if type_ is None:
            return None
        for candidat in _candidats(type_, valeur):
            if candidat and candidat != valeur and defaut_de_valeur(type_, candidat) is None:
                return candidat
    return None


def _candidats(type_: Any, valeur: str) -> Iterator[str]:
    """Yields the values that may have been meant, the likeliest first."""
    propre = " ".join(valeur.split())
    yield propre
    yield _OUI_NON.get(propre.lower(), "")
    yield from _dates(propre)
    compact = "".join(propre.replace("€", "").split()).replace(",", ".")
    yield compact
    if re.fullmatch(r"[+-]?\d+\.\d+", compact):
        entier, _, decimales = compact.partition(".")
        yield from (f"{entier}.{decimales[:2]}", entier)
    chiffres = "".join(c for c in propre if c.isascii() and c.isdigit())
    if re.match(r"(\+|00)\s*33", propre):
        yield "0" + chiffres.removeprefix("00").removeprefix("33").lstrip("0")
    elif chiffres and not re.search(r"[^\d\s.()/-]", propre):
        yield chiffres
    yield propre.upper()
    if type_.max_length is not None:
        yield propre[: type_.max_length].strip()


def _dates(valeur: str) -> Iterator[str]:
    heure = valeur.partition("T")[2] or "00:00:00"
    if trouve := _JOUR_D_ABORD.match(valeur):
        jour, mois, annee = trouve.groups()
    elif trouve := _ANNEE_D_ABORD.match(valeur):
        annee, mois, jour = trouve.groups()
    else:
        return
    for m, j in ((mois, jour), (jour, mois)):
        yield f"{annee}-{m:0>2}-{j:0>2}"
        yield f"{annee}-{m:0>2}-{j:0>2}T{heure}"


# --- a text that is no XML --------------------------------------------------------------------------------

_ENTITES: Final = {"&": "&amp;", "<": "&lt;"}


def reparations(texte: str, chemins: Collection[str]) -> tuple[Correction, ...]:
    """How a text that is no XML may become one; () when nobody can tell. `chemins` are the elements that the
    schema knows, without index: what is not closed is closed before what cannot be in it."""
    _, rompu = parcourir(texte)
    if rompu is None:
        return ()
    if rompu.code == codes[XML_ERROR_INVALID_TOKEN]:
        return tuple(_echapper(texte, rompu.place))
    if rompu.code == codes[XML_ERROR_TAG_MISMATCH] and rompu.ouverts:
        return (_fermer(texte, rompu, chemins),)
    if rompu.code == codes[XML_ERROR_NO_ELEMENTS] and rompu.ouverts:
        return (_achever(texte, rompu.ouverts),)
    return ()


def _echapper(texte: str, place: int) -> Iterator[Correction]:
    """A sign of XML where it is meant as itself."""
    for ici in (place, place - 1):
        ecrit = _ENTITES.get(texte[ici : ici + 1])
        if ecrit is not None:
            yield Correction("echapper", f"Écrire « {ecrit} »", (Retouche(ici, ici + 1, ecrit),))
            return


def _fermer(texte: str, rompu: Rupture, chemins: Collection[str]) -> Correction:
    """The end tag that an element lacks; instead of one that ends nothing."""
    ouvert, bout = rompu.ouverts[-1], texte.find(">", rompu.place)
    # Where expat stands: at the end tag, or at its name.
    debut = texte.rfind("</", 0, rompu.place + 2)
    if texte[debut + 2 : bout].strip() not in {autre.nom for autre in rompu.ouverts[:-1]}:
        dite = f"</{ouvert.nom}>"
        return Correction("fermer", f"Écrire « {dite} »", (Retouche(debut, bout + 1, dite),))
    ou = next((e.debut for e in ouvert.enfants if _egare(e, ouvert, chemins)), debut)
    blancs = marge(texte, ouvert.debut)
    avant = marge(texte, ou)
    pose = Retouche(ou - len(avant), ou - len(avant), f"{blancs}</{ouvert.nom}>")
    return Correction("fermer", f"Fermer « {ouvert.nom.rpartition(':')[2]} »", (pose,))


def _egare(enfant: PlaceElement, dans: PlaceElement, chemins: Collection[str]) -> bool:
    """Tell whether the schema wants an element beside the one in which it stands."""
    nom = enfant.nom.rpartition(":")[2]
    ici = sans_indices(dans.chemin)
    return f"{ici}/{nom}" not in chemins and f"{ici.rpartition('/')[0]}/{nom}" in chemins


def _achever(texte: str, ouverts: tuple[PlaceElement, ...]) -> Correction:
    """The end tags of all that is open where the text ends."""
    bout = len(texte.rstrip())
    suite = "".join(f"{marge(texte, ouvert.debut)}</{ouvert.nom}>" for ouvert in reversed(ouverts))
    titre = "Fermer la balise" if len(ouverts) == 1 else f"Fermer les {len(ouverts)} balises ouvertes"
    return Correction("achever", titre, (Retouche(bout, bout, suite),))
