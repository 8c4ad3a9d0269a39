"""Multi-criteria searches: a table of criteria, each there or not."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sne_sandbox.contract.schema import Document
from sne_sandbox.domain.element import Element
from sne_sandbox.generators.actes import NUMERO_INVENTE, VERSION, enveloppe
from sne_sandbox.generators.bornes import bornes
from sne_sandbox.generators.decoration import allonger
from sne_sandbox.generators.diversite import Atelier
from sne_sandbox.generators.noms import noms
from sne_sandbox.generators.tirage import Tirage

_CHEMIN: Final = "interfaceNuu/operation/demandeMulticritere"
#: What may be told of a person, the simplest first: always a name (RCH004).
_IDENTITES: Final = (
    ("nom",),
    ("nom", "prenom"),
    ("nom", "dateNaissance"),
    ("nom", "prenom", "dateNaissance"),
)


@dataclass(frozen=True, slots=True)
class _Critere:
    """What a search may ask: elements that go together, drawn."""

    noms: tuple[str, ...]
    dessin: Callable[[Tirage, Atelier], Sequence[Element]]


def _texte(nom: str, *valeurs: str) -> _Critere:
    return _Critere((nom,), lambda tirage, ici: [Element(nom, tirage.choix(valeurs))])


def _periode(debut: str, fin: str) -> _Critere:
    def dessiner(tirage: Tirage, ici: Atelier) -> Sequence[Element]:
        haut = ici.jour - timedelta(days=tirage.entier(0, 30))
        bas = haut - timedelta(days=tirage.entier(0, 730))
        bornes = [Element(debut, bas.isoformat()), Element(fin, haut.isoformat())]
        return tirage.choix((bornes, bornes[:1], bornes[1:]))

    return _Critere((debut, fin), dessiner)


def _de_liste(nom: str, liste: str) -> _Critere:
    def dessiner(tirage: Tirage, ici: Atelier) -> Sequence[Element]:
        return [Element(nom, tirage.choix([c for c in ici.contrat.nomenclatures.liste(liste) if c]))]

    return _Critere((nom,), dessiner)


def _commune(nom: str) -> _Critere:
    def dessiner(tirage: Tirage, ici: Atelier) -> Sequence[Element]:
        return [Element(nom, tirage.choix(ici.population.territoires.valeurs[0].places).code)]

    return _Critere((nom,), dessiner)


def _personne(tirage: Tirage, ici: Atelier) -> Sequence[Element]:
    dits = tirage.choix(_IDENTITES)
    prenoms = noms().masculins if "prenom" in dits and tirage.booleen(0.5) else noms().feminins
    naissance = ici.jour - timedelta(days=tirage.entier(7000, 30_000))
    dessins = {
        "nom": lambda: _nomme(tirage, ici, "personneRecherchee/nom", noms().familles),
        "prenom": lambda: _nomme(tirage, ici, "personneRecherchee/prenom", prenoms),
        "dateNaissance": lambda: Element("dateNaissance", naissance.isoformat()),
    }
    return [Element("personneRecherchee", "", None, tuple([dessins[nom]() for nom in dits]))]


def _une_association(tirage: Tirage, ici: Atelier) -> Sequence[Element]:
    nom = _nomme(tirage, ici, "association/nom", ("Escale", "L’Œuvre d'Aÿ", "Un Toit en Partage 12"))
    return [Element("association", "", None, (nom,))]


def _nomme(tirage: Tirage, ici: Atelier, chemin: str, pool: Sequence[str]) -> Element:
    """One of `pool`, now and then as long as the schema allows."""
    texte = tirage.choix(pool)
    limites = ici.contraintes.limites
    if limites is None:
        limites = ici.contraintes.richesse > 0 and tirage.booleen(0.15)
    borne = bornes(ici.contrat, VERSION, Document.RECHERCHE).get(f"{_CHEMIN}/{chemin}")
    if limites and borne is not None and borne.longueur is not None:
        texte = allonger(texte, borne.longueur)
    return Element(chemin.rpartition("/")[2], texte)


def _pieces(tirage: Tirage, ici: Atelier) -> Sequence[Element]:
    codes = ("IDENTITE", "IMPOT")[: tirage.entier(1, 2)]
    return [
        Element("piecesJustificatives", "", None, tuple([Element("codeCategorie", code) for code in codes]))
    ]


#: In the order of the schema.
_CRITERES: Final = (
    _texte("numUnique", NUMERO_INVENTE),
    _texte("etatDemande", "A", "R"),
    _periode("dateDepotDebut", "dateDepotFin"),
    _periode("dateRenouvellementDebut", "dateRenouvellementFin"),
    _periode("dateRadiationDebut", "dateRadiationFin"),
    _de_liste("motifDemande", "ListeMotifDemande"),
    _de_liste("motifRadiation", "ListeMotifsRadiation"),
    _commune("communeSouhaitee"),
    _commune("communeAttribution"),
    _texte("estDelaiAnormalementLong", "false", "true"),
    _texte("estMultiplesAttributionsSousConditions", "false", "true"),
    _Critere(("association",), _une_association),
    _Critere(("personneRecherchee",), _personne),
    _Critere(("piecesJustificatives",), _pieces),
)


def recherche(tirage: Tirage, ici: Atelier, *, fixes: Mapping[str, str] | None = None) -> Element:
    """`demandeMulticritere`, one criterion at least; `fixes` are criteria (texts by name) that it has
    whatever is drawn."""
    fixes = fixes or {}
    enfants: list[Element] = []
    for critere in _CRITERES:
        imposes = [Element(nom, fixes[nom]) for nom in critere.noms if nom in fixes]
        if imposes:
            enfants += imposes
        elif tirage.booleen(ici.contraintes.richesse):
            enfants += critere.dessin(tirage, ici)
    return Element("demandeMulticritere", "", None, tuple(enfants) or (Element("etatDemande", "A"),))


def document_de_recherche(ici: Atelier, criteres: Element, *, instant: datetime | None = None) -> Element:
    """The `interfaceNuu` message of the search."""
    return enveloppe("RCH", ici, [Element("operation", "", None, (criteres,))], instant)
