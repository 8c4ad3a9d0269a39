"""Sequences: what becomes of a message that was refused."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from sne_conformite.juges.juge import Constats, JugeDeSuite, Messages, Ordre, personnes
from sne_conformite.juges.juges_vie import NATURES
from sne_conformite.observation.observation import Observation

_ECRITURES: Final = frozenset({"getNumUnique", "getDeclarationNouveauDalo", *NATURES})


class Corrections:
    """Follows messages that were refused until one of the same operation and type is accepted for the same
    demande. `par_personne`: a demande of the same holders is the same, whatever its number and its reference.
    An accepted message has mended what the rules refused, since they accept it; another message alone mends
    nothing."""

    def __init__(self, *, par_personne: bool = True) -> None:
        self._par_personne = par_personne
        self._refuses: dict[object, tuple[bytes, tuple[str, ...], int | None]] = {}

    def voir(self, vue: Observation) -> tuple[tuple[str, ...], int | None] | None:
        """The rules that had refused this message, and the exchange, when it is accepted corrected."""
        if vue.operation not in _ECRITURES:
            return None
        cles = list(_cles(vue, self._par_personne))
        if vue.refusee:
            for cle in cles:
                self._refuses[cle] = (vue.empreinte_du_fond, tuple(vue.bloquantes), vue.identifiant)
            return None
        if not vue.acceptee:
            return None
        refuses = [refus for cle in cles if (refus := self._refuses.pop(cle, None)) is not None]
        corrige = next((r for r in refuses if r[0] != vue.empreinte_du_fond), None)
        return None if corrige is None else (corrige[1], corrige[2])


def _cles(vue: Observation, par_personne: bool) -> Iterator[object]:
    """By what the demande of a message is known: its number, the sender's reference, its holders; each for
    that kind of message only."""
    genre = (vue.operation, vue.type_fichier)
    if vue.numero is not None:
        yield genre, vue.numero
    if vue.demande is not None and vue.demande.ref_interne:
        yield genre, vue.guichet, vue.demande.ref_interne
    if not par_personne:
        return
    for personne in personnes(vue):
        yield genre, personne
    association = None if vue.demande is None else vue.demande.association
    if association is not None:  # its name may be what was refused: how to reach it tells it too
        contact = tuple(e.texte for e in association.parcourir() if e.texte.strip() and e.nom != "nom")
        if contact:
            yield genre, vue.guichet, contact


@dataclass
class RefusRenvoyes(JugeDeSuite):
    """VIE-20. A document refused comes back corrected, not as it was; refused again for the same reasons,
    else it is the base that changed meanwhile. In free traffic the very same document may be refused in one
    test after another, on purpose: only an application that was driven is said to repeat itself, and only of
    what it was not asked twice."""

    exigences = ("VIE-20",)
    sur = Messages(_ECRITURES)

    _refuses: dict[object, tuple[tuple[str, ...], int | None, Ordre]] = field(default_factory=dict)
    _corrections: Corrections = field(init=False)
    _ordre: Ordre = field(default_factory=lambda: Ordre(0))

    def __post_init__(self) -> None:
        # In free traffic a namesake is another test's.
        self._corrections = Corrections(par_personne=self.pilote)

    def commander(self, ordre: Ordre) -> None:
        """Attributes the messages sent from now on to this command."""
        self._ordre = ordre

    def voir(self, vue: Observation) -> Constats:
        """Returns the findings of this exchange on a refusal before it."""
        dire = self.dire(vue)
        correction = self._corrections.voir(vue)
        if correction is not None:
            yield dire.tenue()
        if not self.pilote or vue.operation not in _ECRITURES or not vue.refusee or not vue.octets_document:
            return
        # A file lies in its box until the round of some minute: it is not sent at the moment it is read.
        if vue.asynchrone:
            return
        cle = (vue.guichet, vue.operation, vue.empreinte_du_fond)
        raisons = tuple(vue.bloquantes) or (vue.fault("message"),)
        avant = self._refuses.get(cle)
        if avant is not None and avant[0] == raisons and not self._ordre.redemande(avant[2]):
            yield dire.rompue("refus_renvoye_a_l_identique", observe=", ".join(raisons), avant=avant[1])
        self._refuses[cle] = (raisons, vue.identifiant, self._ordre)
