"""Which elements of a demande the exchanges of a base have held: accepted, refused, or received.

Messages are opened once, beside the pages: the latest `RELEVES_MAX` of a base at first, then what comes.
Nothing of them is kept but names of elements and numbers of exchanges. Each process keeps its own.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from flask import Flask

from sne_conformite.observation.observation import observer
from sne_console.vues.dessin import ajouter, image
from sne_console.vues.echange_isole import essayer
from sne_interface.contract.versions import Contrat
from sne_interface.domain.echange import Echange, VerdictEchange
from sne_interface.domain.element import Element
from sne_sandbox.web.configuration import Services

#: Exchanges of a base that are opened at first; bytes of one that is not; those that an element remembers.
RELEVES_MAX: Final = 1000
OCTETS_MAX: Final = 200_000
GARDES: Final = 50
#: Bases whose elements are remembered.
_BASES_MAX: Final = 32
_LOT: Final = 25
#: Steps of a path that name a block: « demande/demandeLogement/personnePhysique/demandeur ».
_PROFONDEUR: Final = 4
_EXTENSION: Final = "couverture"

Etat = Literal["jamais", "accepté", "refusé", "les deux", "reçu"]


@dataclass(slots=True)
class Vu:
    """How often an element was sent, in messages accepted or refused, and received; the latest exchanges."""

    acceptes: int = 0
    refuses: int = 0
    recus: int = 0
    derniers: list[int] = field(default_factory=list)

    @property
    def etat(self) -> Etat:
        """In a word."""
        if self.acceptes and self.refuses:
            return "les deux"
        if self.acceptes or self.refuses:
            return "accepté" if self.acceptes else "refusé"
        return "reçu" if self.recus else "jamais"


@dataclass(frozen=True, slots=True)
class ElementsVus:
    """The elements seen: `vus` by path, of `releves` exchanges, from `premier` to `dernier`; `en_cours`: more
    are being opened."""

    vus: dict[str, Vu]
    releves: int
    premier: int
    dernier: int
    en_cours: bool

    def de(self, chemin: str) -> Vu:
        """Returns what was seen of an element."""
        return self.vus.get(chemin) or Vu()


@dataclass(slots=True)
class _Releve:
    vus: dict[str, Vu] = field(default_factory=dict)
    releves: int = 0
    premier: int = 0
    haut: int = 0
    travail: threading.Thread | None = None


class RelevesDElements:
    """The elements seen, by base."""

    def __init__(self) -> None:
        self._par_base: OrderedDict[tuple[str, Any], _Releve] = OrderedDict()
        self._verrou = threading.Lock()

    def obtenir(self, services: Services, base: str, *, attente: float) -> ElementsVus:
        """Returns what is known; the last exchange is included when the reading takes less than `attente`
        seconds. Raises BaseInconnue."""
        dernier = services.magasin.journal.dernier(base)
        # A base that starts again is another.
        cle = base, services.magasin.regarder(base).base.creee_le
        with self._verrou:
            releve = self._par_base.setdefault(cle, _Releve())
            self._par_base.move_to_end(cle)
            while len(self._par_base) > _BASES_MAX:
                self._par_base.popitem(last=False)
            if dernier < releve.haut:
                # The journal was emptied, and numbers anew.
                releve = self._par_base[cle] = _Releve()
            if releve.haut < dernier and releve.travail is None:
                # A daemon: a server that stops does not wait for it.
                releve.travail = threading.Thread(
                    target=self._relever,
                    args=(services, base, releve, dernier),
                    name="couverture",
                    daemon=True,
                )
                releve.travail.start()
            travail = releve.travail
        if travail is not None:
            travail.join(attente)
        with self._verrou:
            vus = {
                chemin: Vu(vu.acceptes, vu.refuses, vu.recus, list(vu.derniers))
                for chemin, vu in releve.vus.items()
            }
            return ElementsVus(vus, releve.releves, releve.premier, releve.haut, releve.travail is not None)

    def _relever(self, services: Services, base: str, releve: _Releve, dernier: int) -> None:
        bas, avant, reste = releve.haut, dernier + 1, RELEVES_MAX
        premier = avant
        try:
            contrat = services.contrat_de(base)
            while reste > 0:
                lot = services.magasin.journal.chercher(
                    base, avant_id=avant, apres_id=bas, limite=min(_LOT, reste), octets=True
                )
                for echange in lot:
                    envoyes, recus = _elements_de(echange, contrat)
                    with self._verrou:
                        _noter(releve, echange, envoyes, recus)
                    premier = avant = echange.identifiant or 0
                reste -= len(lot)
                if len(lot) < _LOT:
                    break
        finally:
            with self._verrou:
                releve.haut, releve.travail = dernier, None
                releve.premier = min(releve.premier or premier, premier)


def _noter(releve: _Releve, echange: Echange, envoyes: Iterable[str], recus: Iterable[str]) -> None:
    releve.releves += 1
    accepte = echange.verdict is VerdictEchange.ACCEPTE
    for chemin in envoyes:
        vu = releve.vus.setdefault(chemin, Vu())
        vu.acceptes += accepte
        vu.refuses += not accepte
    for chemin in recus:
        releve.vus.setdefault(chemin, Vu()).recus += 1
    for chemin in {*envoyes, *recus}:
        derniers = releve.vus[chemin].derniers
        derniers.append(echange.identifiant or 0)
        derniers.sort(reverse=True)
        del derniers[GARDES:]


def _elements_de(echange: Echange, contrat: Contrat) -> tuple[set[str], set[str]]:
    """The paths of the elements sent, and of those answered, in demandes."""
    if max(len(echange.requete), len(echange.reponse)) > OCTETS_MAX:
        return set(), set()

    def lire() -> tuple[set[str], set[str]]:
        connus = contrat.nomenclatures.chemins
        vue = observer(echange, contrat)
        envoyes = {chemin for chemin, _ in vue.noeuds if chemin in connus}
        repondu = vue.reponse_document
        recus = set(_chemins(repondu, repondu.nom)) if repondu is not None else set()
        return envoyes, recus.intersection(connus)

    return essayer(lire, lambda _: (set(), set()))


def _chemins(element: Element, chemin: str) -> Iterator[str]:
    """The paths without index of an element and of what it holds."""
    yield chemin
    for enfant in element.enfants:
        yield from _chemins(enfant, f"{chemin}/{enfant.nom}")


def blocs(contrat: Contrat) -> list[tuple[str, list[str]]]:
    """The paths of the elements of a demande, under the block of a form that holds them, in their order."""
    groupes: dict[str, list[str]] = {}
    for chemin in contrat.nomenclatures.chemins:
        parents = chemin.split("/")[1:-1]
        if "/" in chemin:
            groupes.setdefault("/".join(parents[:_PROFONDEUR]) or "interfaceNuu", []).append(chemin)
    return list(groupes.items())


def releves_de(principale: Flask) -> RelevesDElements:
    """Returns the readings that the pages of a server share."""
    releves: RelevesDElements = principale.extensions.setdefault(_EXTENSION, RelevesDElements())
    return releves


# --- as a picture: a square for each element, under the name of what holds it, with its sign ----------------

_LARGEUR: Final = 900
_CASE: Final = 22
_GAUCHE: Final = 330
_POLICE: Final = 13
_EN_LIGNE: Final = (_LARGEUR - _GAUCHE - 20) // _CASE
#: Sign and class of each state, and that of its sign.
_FORMES: Final[Mapping[str, tuple[str, str, str]]] = {
    "jamais": ("·", "n0", "mot"),
    "accepté": ("✓", "s1", "sur5"),
    "les deux": ("±", "n3", "mot"),
    "refusé": ("✕", "s3", "sur5"),
    "reçu": ("↓", "n0", "mot"),
}


def dessiner_couverture(titre: str, blocs: Sequence[tuple[str, Sequence[str]]]) -> Any:
    """The blocks, one below another: its name, then the state of each of its elements, in order."""
    lignes = [-(-len(etats) // _EN_LIGNE) for _, etats in blocs]
    racine = image(_LARGEUR, sum(lignes) * (_CASE + 4) + 60, titre, "chaleur")
    haut = 10
    for (nom, etats), hauteur in zip(blocs, lignes, strict=True):
        place = {"x": _GAUCHE - 10, "y": haut + 16, "text_anchor": "end", "font_size": _POLICE}
        ajouter(racine, "text", nom if len(nom) < 44 else f"…{nom[-43:]}", class_="mot", **place)
        for rang, etat in enumerate(etats):
            x = _GAUCHE + rang % _EN_LIGNE * _CASE
            _case(racine, etat, x, haut + rang // _EN_LIGNE * (_CASE + 4))
        haut += hauteur * (_CASE + 4)
    for rang, etat in enumerate(_FORMES):
        _case(racine, etat, 20 + rang * 170, haut + 18)
        ajouter(racine, "text", etat, class_="mot", x=50 + rang * 170, y=haut + 34, font_size=_POLICE)
    return racine


def _case(racine: Any, etat: str, x: int, y: int) -> None:
    signe, classe, sur = _FORMES[etat]
    ajouter(racine, "rect", class_=classe, x=x, y=y, width=_CASE - 3, height=_CASE - 3)
    place = {"x": x + (_CASE - 3) / 2, "y": y + 14, "text_anchor": "middle", "font_size": _POLICE}
    ajouter(racine, "text", signe, class_=sur, **place)
