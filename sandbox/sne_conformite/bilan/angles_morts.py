"""The blind spots of a vendor's tests: `run` and `report` tell them at their end, and no verdict depends on
them.

The list is bounded to what matters: a dozen lines at most, each with what would show it. A product need not
try an operation that it does not have: `certification` says what it claims.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from sne_conformite.juges.juge import CONSTATS, personnes
from sne_conformite.juges.juges_aboutissement import GUIDE
from sne_conformite.observation.observation import Observation
from sne_conformite.rapports.rapport import AngleMort, Rubrique
from sne_interface.domain.nir import est_nom_de_nir
from sne_sandbox.mime.message_mime import Packaging

_JAMAIS: Final = CONSTATS["jamais_envoyes"]


@dataclass
class Menages:
    """The households that the messages seen tell of, in bounded memory."""

    qui: set[frozenset[str]] = field(default_factory=set)
    #: Whether a text had a character that takes care: beyond ASCII, or one that XML escapes.
    difficiles: bool = False
    pannes: bool = False
    #: How documents travelled.
    emballages: set[Packaging] = field(default_factory=set)

    def voir(self, vue: Observation) -> None:
        """One more exchange."""
        self.pannes = self.pannes or vue.panne is not None
        if vue.message is not None and vue.octets_document:
            self.emballages.add(vue.message.packaging)
        if vue.demande is not None and len(self.qui) < 2 and (menage := personnes(vue)):
            self.qui.add(menage)
        if not self.difficiles:
            self.difficiles = any(
                not e.texte.isascii() or "&" in e.texte or "'" in e.texte for _, e in vue.noeuds
            )


def angles_morts(
    rubriques: Iterable[Rubrique], menages: Menages, *, refuses: int, a_nir: bool
) -> Iterator[AngleMort]:
    """Lists the things that some traffic did not exercise, when it exercised anything. `a_nir` is true when
    the contract has a place for a NIR."""
    vus = {rubrique.nom: set(rubrique.vus) for rubrique in rubriques}
    manquent = [(code, dit) for code, dit in _JAMAIS["types"].items() if code not in vus["types_fichier"]]
    if manquent:
        commande = f"sne-sandbox generate --kind {manquent[0][0]} --out exemples"
        yield AngleMort("types", _jamais(dit for _, dit in manquent), commande)
    absentes = [dit for nom, dit in _JAMAIS["operations"].items() if nom not in vus["operations"]]
    if absentes:
        yield AngleMort("operations", _jamais(absentes), GUIDE.format("reference/messages"))
    menage, elements = bool(menages.qui), [f"{chemin}/" for chemin in vus["elements"]]
    manques = {
        "refus": not refuses,
        "un_menage": len(menages.qui) == 1,
        "cotitulaire": menage and not any("/cotitulaire/" in lieu for lieu in elements),
        "a_charge": menage and not any("/personneACharge/" in lieu for lieu in elements),
        "nir": menage and a_nir and not any(est_nom_de_nir(lieu.split("/")[-2]) for lieu in elements),
        "textes": menage and not menages.difficiles,
        "mtom": menages.emballages == {Packaging.SIMPLE},
        "pannes": not menages.pannes,
    }
    for quoi, (phrase, commande) in _JAMAIS["autres"].items():
        if manques[quoi]:
            yield AngleMort(quoi, phrase, commande)


def _jamais(quoi: Iterable[str]) -> str:
    return f"Les tests n'exercent jamais : {', '.join(quoi)}."
