"""Why another contract refuses a recorded request, or answers it otherwise: each refusal led back to the
difference between the two contracts that brings it, and to its change.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from sne_sandbox.conformance.observation import Observation
from sne_sandbox.conformance.reprise import Repris
from sne_sandbox.contract.changements import Nature
from sne_sandbox.contract.differences import ComparaisonDeContrats, DifferenceDeContrats
from sne_sandbox.contract.explication import expliquer
from sne_sandbox.contract.versions import Contrat
from sne_sandbox.domain.texte import masquer_nirs
from sne_sandbox.operations.table import OPERATIONS

#: What stands for a rule in a refusal of the schema, or of the envelope.
SCHEMA: Final = "schéma"
ENVELOPPE: Final = "message"
REPONSE: Final = "réponse"
_INDEX: Final = re.compile(r"\[\d+\]")
#: Natures of the differences that a value alone leads to.
_DE_VALEUR: Final = (Nature.EVENEMENTS, Nature.NOMENCLATURES)


@dataclass(frozen=True, slots=True)
class Cause:
    """Why: the code of a rule, `SCHEMA`, `ENVELOPPE` or `REPONSE`; the place, with its indexes, the sentence
    and the value (NIR masked). `changement` is the id of the change, `difference` the fingerprint of the
    difference between the contracts, and `texte` what it says: all three "" when none is found."""

    regle: str
    chemin: str
    message: str
    valeur: str = ""
    changement: str = ""
    difference: str = ""
    texte: str = ""

    @property
    def cle(self) -> tuple[str, str, str]:
        """What makes two of them one."""
        return self.regle, self.chemin, self.message

    def en_json(self) -> dict[str, Any]:
        """Its JSON."""
        noms = ("chemin", "valeur", "changement", "difference", "texte")
        dits = {nom: getattr(self, nom) or None for nom in noms}
        return {"regle": self.regle, "message": self.message, **dits}


class Chercheur:
    """Looks causes up in a comparison, `vers` being its second contract."""

    def __init__(self, comparaison: ComparaisonDeContrats, vers: Contrat) -> None:
        self._vers = vers
        self._par_objet: dict[tuple[Nature, str], DifferenceDeContrats] = {}
        for d in comparaison.differences:  # the hardest first
            self._par_objet.setdefault((d.nature, d.objet), d)

    def refus(self, repris: Repris) -> Iterator[Cause]:
        """Why the sandbox refuses, each cause once."""
        vue = repris.vue
        for a in repris.ici.anomalies:
            if a.get("gravite") == "bloquante":
                regle, chemin, valeur = (str(a.get(nom) or "") for nom in ("regle", "propriete", "valeur"))
                d = self._de_la_regle(vue, regle, chemin, valeur)
                yield _cause(regle, chemin, str(a.get("message") or ""), valeur, d)
        fault = repris.ici.fault
        if fault is not None:
            fautes = list(self._du_schema(vue))
            yield from fautes
            if not fautes:
                dit = "\n".join(filter(None, (fault.get("message", ""), fault.get("explication", ""))))
                yield _cause(ENVELOPPE, "", masquer_nirs(dit), "", self._de_l_enveloppe(vue, dit))

    def leves(self, avant: Repris, apres: Repris) -> Iterator[Cause]:
        """Why `avant` was refused, and `apres` is not."""
        encore = {cause.cle for cause in self.refus(apres)}
        return (cause for cause in self.refus(avant) if cause.cle not in encore)

    def reponse(self, vue: Observation, chemins: Iterable[str]) -> Iterator[Cause]:
        """What is answered otherwise, at these paths."""
        for chemin in chemins:
            d = self._du_document(vue, chemin) or self._de_la_reponse(vue, chemin)
            yield _cause(REPONSE, chemin, "la réponse n'est plus la même ici", "", d)

    # --- the difference behind ---------------------------------------------------------------------------

    def _trouver(self, *ou: tuple[Nature, str]) -> DifferenceDeContrats | None:
        return next((d for lieu in ou if (d := self._par_objet.get(lieu)) is not None), None)

    def _de_la_regle(
        self, vue: Observation, regle: str, chemin: str, valeur: str
    ) -> DifferenceDeContrats | None:
        """The rule itself; else the list or the type of event that it reads, at this place; else the version
        of the message."""
        nu = _INDEX.sub("", chemin)
        liste = self._vers.nomenclatures.par_chemin.get(nu, ("", False))[0]
        trouvee = self._trouver(
            (Nature.REGLES, regle), (Nature.NOMENCLATURES, f"{liste}/{valeur}"), (Nature.CHEMINS, nu)
        )
        if trouvee is not None:
            return trouvee
        for mot in self._mots(vue, valeur):
            if (trouvee := self._trouver((Nature.EVENEMENTS, mot))) is not None:
                return trouvee
        return self._de_la_version(vue)

    def _mots(self, vue: Observation, valeur: str) -> Iterator[str]:
        """The objects of types of events that a request speaks of, the nearest to `valeur` first."""
        document = vue.document
        if document is None or vue.demande is not None:
            return
        evenements = [e for e in document.parcourir() if e.nom == "evenement"]
        for evenement in evenements:
            code = evenement.texte_de("codeTypeEvenement") or ""
            yield f"{code}/{valeur}"
            unes = [e for e in evenement.parcourir() if e.nom == "caracteristiqueSpecifique"]
            donnes = {u.texte_de("code") or "": u.texte_de("valeurCaracteristiqueSpecifique") or "" for u in unes}
            yield from (f"{code}/{nom}/{dite}" for nom, dite in donnes.items() if not valeur or dite == valeur)
            yield from (f"{code}/{nom}" for nom in donnes)
            absentes = (o for n, o in self._par_objet if n is Nature.EVENEMENTS and o.startswith(f"{code}/"))
            yield from (o for o in absentes if o.partition("/")[2] not in donnes)
            yield code

    def _de_la_version(self, vue: Observation) -> DifferenceDeContrats | None:
        version = vue.echange.version or (vue.demande.version if vue.demande is not None else "")
        return self._trouver((Nature.MESSAGES, version))

    def _du_schema(self, vue: Observation) -> Iterator[Cause]:
        """The faults of the request's document under the target's schema."""
        prevue = OPERATIONS.get(vue.operation or "")
        if vue.arbre is None or prevue is None or prevue.champ is None:
            return
        version = self._vers.version_de_lecture(vue.arbre.get("versionInterface", ""))
        for faute in expliquer(vue.arbre, prevue.genre, version, self._vers.schemas):
            d = self._du_document(vue, faute.chemin)
            yield _cause(SCHEMA, faute.chemin, str(faute).partition(" : ")[2], masquer_nirs(faute.valeur), d)

    def _du_document(self, vue: Observation, chemin: str) -> DifferenceDeContrats | None:
        """The difference of the schema at a place; else at its attributes, above it, or below it; else the
        version of message that is gone."""
        prevue = OPERATIONS.get(vue.operation or "")
        genre = prevue.genre.value if prevue is not None else "demande"
        version = vue.arbre.get("versionInterface", "") if vue.arbre is not None else ""
        schema = f"{genre}/{self._vers.version_de_lecture(version)}" if genre == "demande" else genre
        nu = _INDEX.sub("", chemin)
        objet = f"{schema}:{nu}"
        exacte = self._trouver((Nature.SCHEMAS, objet), (Nature.SCHEMAS, f"{objet}/@code"))
        if exacte is not None:
            return exacte
        if (partie := self._de_la_version(vue)) is not None and partie.sorte == "version-retiree":
            return partie
        for (nature, autre), d in self._par_objet.items():
            if nature is Nature.SCHEMAS and autre.startswith(f"{schema}:"):
                parent = autre.rpartition("/")[0]
                if autre.startswith(f"{objet}/") or objet.startswith(f"{autre}/") or parent == objet:
                    return d
        return None

    def _de_l_enveloppe(self, vue: Observation, dit: str) -> DifferenceDeContrats | None:
        operation = vue.operation or ""
        for (nature, objet), d in self._par_objet.items():
            nom, _, champ = objet.partition("/input/")
            if nature is Nature.OPERATIONS and nom == operation and (not champ or champ in dit):
                return d
        return self._trouver((Nature.OPERATIONS, operation))

    def _de_la_reponse(self, vue: Observation, chemin: str) -> DifferenceDeContrats | None:
        """What an answer may newly hold, or no more: types of events, fields."""
        operation = vue.operation or ""
        champ = self._trouver((Nature.OPERATIONS, f"{operation}/output/{chemin}"))
        if champ is not None or not operation.startswith("lister"):
            return champ
        return next((d for (nature, _), d in self._par_objet.items() if nature in _DE_VALEUR), None)


def _cause(
    regle: str, chemin: str, message: str, valeur: str, difference: DifferenceDeContrats | None
) -> Cause:
    if difference is None:
        return Cause(regle, chemin, message, valeur)
    d = difference
    return Cause(regle, chemin, message, valeur, d.changement, d.empreinte, f"{d.objet} : {d.texte}")
