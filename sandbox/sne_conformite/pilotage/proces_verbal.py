"""The procès-verbal of a driven run: by scenario, the households that were drawn, in what order they were
tried, and for each example all that its judges were told (`cahier_de_pilotage`), whichever lane played it.

With the exchanges of the journal it is all that verdicts come from: `rejeu` judges by it again, offline.
"""

import json
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final

from hypothesis import Phase

from sne_conformite.pilotage.base_pilotee import BaseJugee
from sne_conformite.pilotage.cahier_de_pilotage import ECHANGES, SECRET, Cahier, Fait
from sne_conformite.pilotage.couloirs import INSTANCES_MAX, Couloirs, Renforts, ScenarioJoue
from sne_conformite.pilotage.exemple_joue import BancDEssai, LienApplication
from sne_conformite.pilotage.exemple_reduit import Exemples
from sne_conformite.pilotage.retards_excuses import Pouls, patience
from sne_conformite.plan.exemples_tires import ExempleTire
from sne_conformite.plan.plan import Scenario
from sne_conformite.preuves.pseudonymes import Pseudonymes
from sne_conformite.protocole.protocole import Adresses
from sne_conformite.rapports.rapport_masque import masquer_valeur
from sne_interface.domain.element_recu import Element

#: Kinds of lines, in their order.
TETE: Final = "épreuve"
SESSION: Final = "session"
SCENARIO: Final = "scénario"
MENAGE: Final = "ménage"
EXEMPLE: Final = "exemple"
#: The bench on which what came too late is played again: its rank, after those of the lanes, and what follows
#: the id of a scenario in its lines.
REPRISE: Final = INSTANCES_MAX + 1
REPRIS: Final = " (repris)"


@dataclass
class ExempleNote:
    """An example as it was played: in which lane, the number of its first message, its *faits* (JSON,
    compressed), the exchanges that it read (ids)."""

    couloir: int
    suivant: int
    faits: bytes = b""
    echanges: Sequence[int] = ()


@dataclass
class Fiche:
    """The notes on a scenario. `menages` are the households, JSON compressed, in the order in which they were
    met first; `tirages`, call after call, their ranks as they were tried: what is drawn, then what each
    shrink tried. `interrompu` names the interruption for which its lane was not waited for."""

    rangs: dict[str, int] = field(default_factory=dict)
    menages: list[bytes] = field(default_factory=list)
    tirages: list[list[int]] = field(default_factory=list)
    joues: dict[int, ExempleNote] = field(default_factory=dict)
    couloir: int = 1
    interrompu: str = ""

    def rang(self, exemple: ExempleTire) -> int:
        """The rank of an example, which is new or not."""
        cle = exemple.cle()
        if cle not in self.rangs:
            self.rangs[cle] = len(self.menages)
            # Its messages by reference, and what is entered in its steps, by rank.
            ecrit = {"demandes": _ecrire(exemple.demandes), "actes": _ecrire(exemple.actes)}
            self.menages.append(serrer(ecrit))
        return self.rangs[cle]


class Greffe:
    """Notes a run as it goes; `lignes` gives what it noted. `pilotage` asks it for all that is noted, and
    `rejeu.Rejeu` gives the same from what was noted."""

    def __init__(self) -> None:
        self.tete: dict[str, Any] = {}
        self.sessions: dict[int, tuple[dict[str, Any], list[Fait]]] = {}
        self.fiches: dict[str, Fiche] = {}

    # --- what pilotage asks ------------------------------------------------------------------------------

    def commencer(self, base: str, reglages: Mapping[str, Any]) -> None:
        """The run begins, on a base, with these settings (JSON values)."""
        self.tete = {"base": base, "reglages": dict(reglages)}

    def finir(self, dernier: int, interruption: str) -> None:
        """It has ended: the last exchange of the journal, and what interrupted it."""
        self.tete |= {"dernier": dernier, "interruption": interruption}

    def pouls(self, adresses: Adresses, base: BaseJugee) -> AbstractContextManager[Pouls]:
        """The pulse of the server."""
        return Pouls.de(adresses, base)

    def couloirs(self, banc: BancDEssai, renforts: Renforts | None) -> Couloirs:
        """The lanes beside a bench."""
        return _CouloirsNotes(banc, renforts, self)

    def suivre(self, banc: BancDEssai, rang: int = 1) -> BancDEssai:
        """The bench of a lane, all that it is told being noted."""
        cahier = banc.lien.cahier = banc.base.cahier = Cahier(rang)
        adresses = {nom: valeur for nom, valeur in asdict(banc.adresses).items() if nom != SECRET}
        self.sessions[rang] = ({"base": banc.base.nom, "adresses": adresses}, cahier.session)
        return banc

    def reprendre(self, banc: BancDEssai, delai: float) -> BancDEssai | None:
        """The bench on which what came too late is played again, its application to be told to wait `delai`:
        by default twice what it was, or what the machine asks now. None when nothing is."""
        ancien = banc.lien
        delai = delai or 2 * max(banc.adresses.delai_max_s, patience())
        lien = LienApplication(ancien.application, ancien.pouls, lectures=ancien.lectures)
        adresses = replace(banc.adresses, delai_max_s=delai)
        return self.suivre(replace(banc, lien=lien, adresses=adresses), REPRISE)

    def fiche(self, scenario: Scenario, lien: LienApplication) -> Fiche:
        """The notes on a scenario, as it is played on that link."""
        return self.fiches.setdefault(scenario.id + REPRIS * lien.seul, Fiche())

    def exemples(self, scenario: Scenario, exemples: Exemples, lien: LienApplication) -> Exemples:
        """The examples of a scenario, each try noted."""
        fiche = self.fiche(scenario, lien)

        def essayer(combien: int, un: Callable[[ExempleTire], None], phases: tuple[Phase, ...]) -> None:
            essais: list[int] = []
            fiche.tirages.append(essais)

            def note(exemple: ExempleTire) -> None:
                essais.append(fiche.rang(exemple))
                un(exemple)

            exemples.essayer(combien, note, phases)

        return replace(exemples, essayer=essayer)

    @contextmanager
    def exemple(self, scenario: Scenario, exemple: ExempleTire, lien: LienApplication) -> Iterator[None]:
        """Notes the example that its block plays."""
        fiche, cahier = self.fiche(scenario, lien), lien.cahier
        note = fiche.joues[fiche.rang(exemple)] = ExempleNote(cahier.rang, lien.suivant)
        cahier.ouvrir()
        try:
            yield
        finally:
            note.faits, note.echanges = serrer(cahier.faits), cahier.echanges
            cahier.fermer()

    # --- what was noted ----------------------------------------------------------------------------------

    def lignes(self, pseudonymes: Pseudonymes) -> Iterator[dict[str, Any]]:
        """The lines of the procès-verbal, in the order of the plan, each a JSON object without any NIR."""
        yield {"ligne": TETE, **masquer_valeur(self.tete)}
        for rang, (ou, faits) in sorted(self.sessions.items()):
            yield {"ligne": SESSION, "couloir": rang, **ou, "faits": pseudonymes.valeur(_situer(faits, ()))}
        for scenario, fiche in self.fiches.items():
            dits = {"couloir": fiche.couloir, "tirages": fiche.tirages, "interrompu": fiche.interrompu}
            yield {"ligne": SCENARIO, "scenario": scenario, **dits}
            for rang, menage in enumerate(fiche.menages):
                tire = _sans_nir(desserrer(menage), pseudonymes)
                yield {"ligne": MENAGE, "scenario": scenario, "rang": rang, **tire}
            for rang, note in fiche.joues.items():
                faits = _situer(pseudonymes.valeur(desserrer(note.faits)), note.echanges)
                dits = {"couloir": note.couloir, "suivant": note.suivant, "faits": faits}
                yield {"ligne": EXEMPLE, "scenario": scenario, "rang": rang, **dits}


def _situer(faits: list[Fait], echanges: Sequence[int]) -> list[Fait]:
    """The *faits* of an example, with the ids of the exchanges that each reading brought."""
    situes, lus = [], 0
    for fait in faits:
        if fait["appel"] == ECHANGES:
            lu, lus = lus, lus + fait["nombre"]
            fait = {"appel": ECHANGES, "rendu": list(echanges[lu:lus])}
        situes.append(fait)
    return situes


class _CouloirsNotes(Couloirs):
    def __init__(self, banc: BancDEssai, renforts: Renforts | None, greffe: Greffe) -> None:
        super().__init__(banc, renforts, greffe.suivre)
        self._greffe = greffe

    def rendre(self, scenario: str) -> ScenarioJoue | None:
        """Returns the scenario that a lane played, and notes it as of the base of the run."""
        fiche = self._greffe.fiches.setdefault(scenario, Fiche())
        fiche.couloir = self.places.get(scenario, fiche.couloir)
        try:
            rendu = super().rendre(scenario)
        except KeyboardInterrupt as signal:
            fiche.interrompu = str(signal) or "SIGINT"
            raise
        for cle, joue in rendu.exemples.items() if rendu else ():
            note = fiche.joues.get(fiche.rangs.get(cle, -1))
            if note is not None:  # the application of the lane began
                note.echanges = [echange.identifiant or 0 for echange in joue.echanges]
        return rendu


# --- households, as they are written ---------------------------------------------------------------------


def serrer(valeur: Any) -> bytes:
    """JSON, compressed."""
    return zlib.compress(json.dumps(valeur, ensure_ascii=False).encode("utf-8", "surrogatepass"), 1)


def desserrer(serree: bytes) -> Any:
    """The JSON value of `serrer`."""
    return json.loads(zlib.decompress(serree).decode("utf-8", "surrogatepass"))


def _ecrire(ecrit: Element | Mapping[Any, Any]) -> Any:
    """[name, text, attributes, children] of an element; each of a mapping."""
    if isinstance(ecrit, Element):
        return [ecrit.nom, ecrit.texte, ecrit.attributs, [*map(_ecrire, ecrit.enfants)]]
    return {str(nom): _ecrire(valeur) for nom, valeur in ecrit.items()}


def relire_element(ecrit: Sequence[Any]) -> Element:
    """The element of `_ecrire`."""
    nom, texte, attributs, enfants = ecrit
    return Element(nom, texte, attributs, tuple(map(relire_element, enfants)))


def _sans_nir(ecrit: Any, pseudonymes: Pseudonymes) -> Any:
    """An example, or what it is made of, as it is written."""
    if isinstance(ecrit, dict):
        return {nom: _sans_nir(valeur, pseudonymes) for nom, valeur in ecrit.items()}
    nom, texte, attributs, enfants = ecrit
    return [nom, pseudonymes.valeur(texte, nom), attributs, [_sans_nir(e, pseudonymes) for e in enfants]]
