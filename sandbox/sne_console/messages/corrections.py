"""Mends a document where no thought is needed: for each remark, the pieces of text to write otherwise.

A correction changes the text and nothing around it, so that what was typed keeps its shape. It leaves the
value to the user where there are several (`choix`).
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches
from typing import Annotated, Any, Final
from xml.sax.saxutils import escape

from sne_console.messages.document_deroule import Remarque
from sne_interface.contract.codec import NS
from sne_interface.contract.elements import ElementLu, declares, elements, ordre
from sne_interface.contract.modele_de_schema import VERROU_DES_MODELES, valeur_de
from sne_interface.contract.phrases_d_explication import defaut_de_valeur, espace, local, phrases
from sne_interface.contract.places import AttributEcrit, PlaceElement, attributs, marge, places
from sne_interface.contract.reparation_du_contenu import ressemble
from sne_interface.contract.schemas import BLANCS, Document
from sne_interface.contract.versions import Contrat
from sne_interface.domain.element import sans_indices
from sne_interface.domain.nir import cache_un_nir, masquer_nirs

#: Stands, in the text of a correction that wants a choice, for the value that is chosen.
CHOISI: Final = "\N{OBJECT REPLACEMENT CHARACTER}"
#: Remarks of one document for which corrections are looked for.
REMARQUES_MAX: Final = 100
#: Characters of a value that a button shows.
_MONTRE: Final = 40
_VERSION: Final = "interfaceNuu/@versionInterface"
#: Faults of an element that is not where it may be: its neighbours are placed without it.
_EGARES: Final = frozenset({"inconnu", "double", "trop_de_fois", "autre_branche", "deplace"})
_BOOLEENS: Final = (("true", "oui"), ("false", "non"))
_OUI_NON: Final = {"oui": "true", "o": "true", "vrai": "true", "non": "false", "n": "false", "faux": "false"}
_JOUR_D_ABORD: Final = re.compile(r"(\d{1,2})[/. -](\d{1,2})[/. -](\d{4})")
_ANNEE_D_ABORD: Final = re.compile(r"(\d{4})[/. -](\d{1,2})[/. -](\d{1,2})")


@dataclass(frozen=True, slots=True)
class Retouche:
    """A piece of the text, in characters, and what takes its place."""

    debut: Annotated[int, "caractères depuis le début du document"]
    fin: Annotated[int, "le premier caractère qui reste"]
    texte: Annotated[str, "ce qui s'écrit là ; U+FFFC y tient la place de la valeur choisie"]


@dataclass(frozen=True, slots=True)
class ChoixDeCorrection:
    """A value that may be written, and its words."""

    valeur: str
    libelle: str


@dataclass(frozen=True, slots=True)
class Correction:
    """One way to mend a place. `nom` stays the same while the place does; `choix` are the values of which one
    takes the place of `CHOISI` in its pieces, () when there is nothing to choose."""

    nom: Annotated[str, "le même tant que la faute est à cette place"]
    titre: Annotated[str, {"example": "Ajouter « motifDemande »"}]
    retouches: Annotated[tuple[Retouche, ...], "toutes du document vérifié : la dernière d'abord"]
    choix: Annotated[tuple[ChoixDeCorrection, ...], "une valeur à choisir ; vide : rien à choisir"] = ()


@dataclass(frozen=True, slots=True)
class Situee:
    """A remark on a text: what it underlines ([debut, fin[, in characters), and how it can be mended."""

    debut: int
    fin: int
    corrections: tuple[Correction, ...] = ()


def situer(texte: str, remarques: Sequence[Remarque], contrat: Contrat, document: Document) -> list[Situee]:
    """Each remark on its text."""
    return _Correcteur(texte, remarques, contrat, document).situer()


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
        self._texte, self._remarques, self._contrat = texte, remarques, contrat
        self._places = places(texte)
        racine = next(iter(self._places.values()), None)
        annoncee = self._attribut(racine, "versionInterface") if racine is not None else None
        version = contrat.version_de_lecture(texte[annoncee.valeur : annoncee.fin] if annoncee else "")
        self._connus: Mapping[str, ElementLu] = {
            e.chemin: e for e in reversed(elements(contrat, document, version))
        }
        self._rangs = ordre(contrat, document, version)
        self._declares = declares(contrat, document, version)
        self._egares = {_nu(str(r.get("propriete"))) for r in remarques if r.get("sorte") in _EGARES}
        self._lignes: list[int] = [0]
        for ligne in texte.split("\n"):
            self._lignes.append(self._lignes[-1] + len(ligne) + 1)

    def situer(self) -> list[Situee]:
        return [self._situer(r, rang < REMARQUES_MAX) for rang, r in enumerate(self._remarques)]

    # --- where ----------------------------------------------------------------------------------------

    def _situer(self, remarque: Remarque, corriger: bool) -> Situee:
        chemin, sorte = str(remarque.get("propriete") or ""), str(remarque.get("sorte") or "")
        lieu, _, attribut = chemin.partition("/@")
        place = self._places.get(_nu(lieu))
        debut, fin = self._portee(place, attribut, int(remarque.get("ligne") or 0), lieu)
        if not corriger or not self._places:
            return Situee(debut, fin)
        trouvees: Iterable[Correction]
        if sorte in phrases("valeurs"):
            trouvees = self._valeur(lieu, attribut, place)
        elif sorte in _PAR_SORTE:
            trouvees = _PAR_SORTE[sorte](self, lieu, attribut, place)
        else:
            trouvees = self._code(lieu, attribut, place)
        return Situee(debut, fin, tuple(trouvees))

    def _portee(self, place: PlaceElement | None, attribut: str, ligne: int, lieu: str) -> tuple[int, int]:
        if place is None:
            # What is missing: the line that is told, else the start tag of the nearest above.
            if 0 < ligne < len(self._lignes):
                debut, fin = self._lignes[ligne - 1], self._lignes[ligne] - 1
                vu = self._texte[debut:fin]
                return debut + len(vu) - len(vu.lstrip()), max(fin, debut)
            while lieu and _nu(lieu) not in self._places:
                lieu = lieu.rpartition("/")[0]
            if not lieu:
                return 0, 0
            place = self._places[_nu(lieu)]
        ecrit = self._attribut(place, attribut) if attribut else None
        if ecrit is not None:
            return ecrit.debut, ecrit.fin + 1
        return place.debut, place.ouverte if place.enfants else place.fin

    def _attribut(self, place: PlaceElement, nom: str) -> AttributEcrit | None:
        ecrits = attributs(self._texte, place)
        return next((a for a in ecrits if a.nom.rpartition(":")[2] == nom), None)

    # --- elements ---------------------------------------------------------------------------------------

    def _inserer(self, lieu: str, attribut: str, place: PlaceElement | None) -> Iterator[Correction]:
        haut, _, nom = lieu.rpartition("/")
        dessus, connu = self._places.get(_nu(haut)), self._connus.get(sans_indices(lieu))
        if dessus is None or connu is None:
            return
        choix = self._choix(connu)
        if not choix:
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

    def _retirer(self, lieu: str, attribut: str, place: PlaceElement | None) -> Iterator[Correction]:
        if place is not None and "/" in lieu:
            yield Correction(f"retirer:{lieu}", f"Retirer « {_dernier(lieu)} »", (self._coupe(place),))

    def _coupe(self, place: PlaceElement) -> Retouche:
        return Retouche(place.debut - len(marge(self._texte, place.debut)), place.fin, "")

    def _deplacer(self, lieu: str, attribut: str, place: PlaceElement | None) -> Iterator[Correction]:
        dessus = self._places.get(_nu(lieu).rpartition("/")[0])
        if place is None or dessus is None:
            return
        pose = self._dans(dessus, _dernier(lieu), self._texte[place.debut : place.fin])
        retouches = (self._coupe(place), pose)
        correction = Correction(f"deplacer:{lieu}", f"Déplacer « {_dernier(lieu)} » à sa place", retouches)
        if appliquer(self._texte, correction) != self._texte:
            yield correction

    def _renommer(self, lieu: str, attribut: str, place: PlaceElement | None) -> Iterator[Correction]:
        haut, _, nom = lieu.rpartition("/")
        dessus = self._places.get(_nu(haut))
        if place is None or dessus is None:
            return
        chemin, nom = sans_indices(haut), sans_indices(nom)
        admis = [c.rpartition("/")[2] for c in self._rangs if c.rpartition("/")[0] == chemin]
        autour = [self._rangs.get(sans_indices(e.chemin), -1) for e in dessus.enfants]
        ici = next(rang for rang, e in enumerate(dessus.enfants) if e is place)
        bas = max((r for r in autour[:ici] if r >= 0), default=-1)
        haut_rang = min((r for r in autour[ici + 1 :] if r >= 0), default=len(self._rangs))
        proches = [n for n in admis if ressemble(nom, n) and bas <= self._rangs[f"{chemin}/{n}"] <= haut_rang]
        if not proches:
            return
        attendu = max(proches, key=lambda n: SequenceMatcher(None, nom.lower(), n.lower()).ratio())
        retouches = [Retouche(place.debut + 1, place.debut + 1 + len(place.nom), place.prefixe + attendu)]
        if not place.court:
            bout = place.ferme + 2
            retouches.append(Retouche(bout, bout + len(place.nom), place.prefixe + attendu))
        yield Correction(f"renommer:{lieu}", f"Écrire « {attendu} »", tuple(retouches))

    def _mettre_dans_l_espace(
        self, lieu: str, attribut: str, place: PlaceElement | None
    ) -> Iterator[Correction]:
        """The namespace is wrong where it is declared; without any, the root declares ours."""
        racine = next(iter(self._places.values()))
        if place is None:
            return
        declaration = f"xmlns:{place.prefixe[:-1]}" if place.prefixe else "xmlns"
        retouches = []
        for element in self._places.values():
            for ecrit in attributs(self._texte, element):
                if ecrit.nom == declaration and self._texte[ecrit.valeur : ecrit.fin] != NS:
                    retouches.append(Retouche(ecrit.valeur, ecrit.fin, NS))
        if not retouches and not place.prefixe:
            bout = racine.debut + 1 + len(racine.nom)
            retouches.append(Retouche(bout, bout, f' xmlns="{NS}"'))
        if retouches:
            yield Correction("espace:", f"Déclarer l'espace de noms {NS}", tuple(retouches))

    # --- attributes -----------------------------------------------------------------------------------------

    def _donner_attribut(self, lieu: str, attribut: str, place: PlaceElement | None) -> Iterator[Correction]:
        choix = self._choix_d_attribut(lieu, attribut)
        if place is not None and choix:
            bout = place.debut + 1 + len(place.nom)
            pose = Retouche(bout, bout, f' {attribut}="{CHOISI}"')
            yield Correction(f"ajouter:{lieu}/@{attribut}", f"Ajouter « {attribut} »", (pose,), choix)

    def _oter_attribut(self, lieu: str, attribut: str, place: PlaceElement | None) -> Iterator[Correction]:
        ecrit = self._attribut(place, attribut) if place is not None else None
        if ecrit is not None:
            debut = ecrit.debut
            while self._texte[debut - 1] in BLANCS:
                debut -= 1
            coupe = Retouche(debut, ecrit.fin + 1, "")
            yield Correction(f"retirer:{lieu}/@{attribut}", f"Retirer « {attribut} »", (coupe,))

    def _renommer_attribut(
        self, lieu: str, attribut: str, place: PlaceElement | None
    ) -> Iterator[Correction]:
        ecrit = self._attribut(place, attribut) if place is not None else None
        declare = self._declares.get(sans_indices(lieu))
        if ecrit is None or place is None or declare is None:
            return
        noms = {local(nom): nom for nom in declare.attributes if nom}
        deja = {a.nom for a in attributs(self._texte, place)}
        for proche in get_close_matches(attribut, noms, n=1):
            qualifie = bool(espace(noms[proche]))
            if qualifie and not place.prefixe:  # nothing stands for the namespace here
                return
            attendu = f"{place.prefixe if qualifie else ''}{proche}"
            if attendu in deja:
                yield from self._oter_attribut(lieu, attribut, place)
                return
            retouche = Retouche(ecrit.debut, ecrit.debut + len(ecrit.nom), attendu)
            yield Correction(f"renommer:{lieu}/@{attribut}", f"Écrire « {attendu} »", (retouche,))

    # --- texts and values ---------------------------------------------------------------------------------

    def _valeur(self, lieu: str, attribut: str, place: PlaceElement | None) -> Iterator[Correction]:
        if place is None:
            return
        if attribut:
            yield from self._code(lieu, attribut, place)
            return
        connu, declare = self._connus.get(sans_indices(lieu)), self._declares.get(sans_indices(lieu))
        if connu is None or declare is None or place.enfants or cache_un_nir(connu.nom):
            return
        choix = self._choix(connu)
        ecrit = None if connu.liste else _reecrit(declare, place.texte)
        if ecrit is not None:
            retouche = self._contenu(place, ecrit)
            montre = masquer_nirs(ecrit) if len(ecrit) <= _MONTRE else f"{masquer_nirs(ecrit)[:_MONTRE]}…"
            quoi = (
                "Couper à"
                if place.texte.strip().startswith(ecrit) and ecrit != place.texte.strip()
                else ("Écrire")
            )
            yield Correction(f"ecrire:{lieu}", f"{quoi} « {montre} »", (retouche,))
        elif choix:
            yield Correction(f"choisir:{lieu}", f"Choisir « {connu.nom} »",
                             (self._contenu(place, CHOISI),), choix)  # fmt: skip
        if not place.texte.strip() and connu.minimum == 0 and not connu.choix:
            yield from self._retirer(lieu, "", place)

    def _contenu(self, place: PlaceElement, ecrit: str) -> Retouche:
        """An element that holds this text, which is not yet escaped, and nothing else."""
        ecrit = _ecrit(ecrit)
        if place.court:
            bout = place.ouverte - 2
            return Retouche(bout, place.fin, f">{ecrit}</{place.nom}>")
        return Retouche(place.ouverte, place.ferme, ecrit)

    def _texte_de_trop(self, lieu: str, attribut: str, place: PlaceElement | None) -> Iterator[Correction]:
        connu = self._connus.get(sans_indices(lieu))
        if place is None or connu is None:
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
            bout = place.debut + 1 + len(place.nom)
            pose = Retouche(bout, bout, f' code="{CHOISI}"')
            yield Correction(f"coder:{lieu}", f"Écrire le code de « {connu.nom} »", (pose, *vides), choix)
        elif vides:
            yield Correction(f"vider:{lieu}", f"Vider « {connu.nom} »", tuple(vides))

    def _code(self, lieu: str, attribut: str, place: PlaceElement | None) -> Iterator[Correction]:
        """Yields a choice among codes, for a remark of a rule on a code, or of the schema on an attribute."""
        if place is None:
            return
        connu = self._connus.get(sans_indices(lieu))
        par_attribut = bool(attribut) or (connu is not None and connu.type == "code")
        nom = attribut or "code"
        ecrit = self._attribut(place, nom) if par_attribut else None
        deja = self._texte[ecrit.valeur : ecrit.fin] if ecrit is not None else place.texte.strip()
        choix = self._choix_d_attribut(lieu, nom) if par_attribut else self._choix(connu) if connu else ()
        if not choix or (place.enfants and not attribut) or deja in {c.valeur for c in choix}:
            return
        if not par_attribut:
            retouche = self._contenu(place, CHOISI)
        elif ecrit is not None:
            retouche = Retouche(ecrit.valeur, ecrit.fin, CHOISI)
        else:
            bout = place.debut + 1 + len(place.nom)
            retouche = Retouche(bout, bout, f' {nom}="{CHOISI}"')
        dite = _dernier(lieu) if nom == "code" else nom
        yield Correction(f"choisir:{lieu}", f"Choisir « {dite} »", (retouche,), _proches_d_abord(choix, deja))

    # --- what may be chosen -------------------------------------------------------------------------------

    def _choix(self, connu: ElementLu) -> tuple[ChoixDeCorrection, ...]:
        """The only values that an element may have; () when they cannot be told."""
        if connu.nom == "commune" and connu.type == "code":
            return self._communes(connu.chemin)
        if connu.liste:
            codes = self._contrat.nomenclatures.liste(connu.liste)
            return tuple(ChoixDeCorrection(code, nom) for code, nom in codes.items() if code)
        if connu.type == "oui ou non":
            return tuple(ChoixDeCorrection(valeur, nom) for valeur, nom in _BOOLEENS)
        return tuple(ChoixDeCorrection(valeur, "") for valeur in connu.valeurs)

    def _choix_d_attribut(self, lieu: str, attribut: str) -> tuple[ChoixDeCorrection, ...]:
        if f"{lieu}/@{attribut}" == _VERSION:
            return tuple(ChoixDeCorrection(version, "") for version in reversed(self._contrat.versions))
        connu = self._connus.get(sans_indices(lieu))
        return self._choix(connu) if connu is not None and attribut == "code" else ()

    def _communes(self, chemin: str) -> tuple[ChoixDeCorrection, ...]:
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


_Trouver = Callable[[_Correcteur, str, str, PlaceElement | None], Iterable[Correction]]
#: By the name of what is wrong (`phrases.toml`).
_PAR_SORTE: Final[Mapping[str, _Trouver]] = {
    "manque": _Correcteur._inserer,
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
    """A path as `places` writes it."""
    return chemin.replace("[1]", "")


def _dernier(chemin: str) -> str:
    return sans_indices(chemin.rpartition("/")[2])


def _ecrit(valeur: str) -> str:
    return escape(valeur, {'"': "&quot;"})


def _proches_d_abord(choix: Collection[ChoixDeCorrection], ecrit: str) -> tuple[ChoixDeCorrection, ...]:
    """The same choices, those that look like what was written first."""
    rangs = {code: rang for rang, code in enumerate(get_close_matches(ecrit, [c.valeur for c in choix]))}
    return tuple(sorted(choix, key=lambda c: rangs.get(c.valeur, len(rangs))))


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
