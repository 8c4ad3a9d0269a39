"""Why another contract refuses a recorded request, or answers it otherwise: each refusal led back to the
difference between the two contracts that brings it, and to its change.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from sne_calibrage.enregistrements.enregistrement_rejoue import Repris
from sne_calibrage.enregistrements.ligne_de_journal_relue import fautes_de_la_requete
from sne_calibrage.versions.differences_de_contrats import (
    ComparaisonDeContrats,
    DifferenceDeContrats,
    Sens,
    Severite,
)
from sne_calibrage.versions.sorts_des_requetes import ENVELOPPE, REPONSE, SCHEMA, Cause
from sne_conformite.observation.observation import Observation
from sne_interface.contract.changements import Nature
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.element_recu import sans_indices
from sne_interface.domain.nir import masquer_nirs
from sne_sandbox.operations.gestion_partagee import caracteristiques_ecrites
from sne_sandbox.operations.table_des_operations import OPERATIONS


class Chercheur:
    """Looks causes up in a comparison, `contrat` being that of its two which refuses."""

    def __init__(self, comparaison: ComparaisonDeContrats, contrat: Contrat) -> None:
        self._contrat = contrat
        self._par_objet: dict[tuple[Nature, str], DifferenceDeContrats] = {}
        # Of several differences of one object, what is hardest on requests refuses them.
        durete = tuple(Severite).index
        for d in sorted(
            comparaison.differences,
            key=lambda d: durete(d.severites.get(Sens.REQUETE, Severite.INFORMATION)),
        ):
            self._par_objet.setdefault((d.nature, d.objet), d)

    def refus(self, repris: Repris) -> Iterator[Cause]:
        """Why the sandbox refuses, each cause once."""
        vue = repris.vue
        for a in repris.ici.anomalies:
            if a.get("gravite") == "bloquante":
                regle, chemin, valeur, message = (
                    str(a.get(nom) or "") for nom in ("regle", "propriete", "valeur", "message")
                )
                d = self._de_la_regle(regle, chemin, valeur)
                d = d or self._de_l_evenement(vue, valeur, message) or self._de_la_version(vue)
                yield _cause(regle, chemin, message, valeur, d)
        fault = repris.ici.fault
        if fault is not None:
            fautes = fautes_de_la_requete(vue, vue.operation, self._contrat)
            for faute in fautes:
                d, dit = self._du_document(vue, faute.chemin), str(faute).partition(" : ")[2]
                yield _cause(SCHEMA, faute.chemin, dit, masquer_nirs(faute.valeur), d)
            if not fautes:
                dit = "\n".join(filter(None, (fault.get("message", ""), fault.get("explication", ""))))
                yield _cause(ENVELOPPE, "", masquer_nirs(dit), "", self._de_l_enveloppe(vue, dit))

    def levees(self, repris: Repris, encore: Collection[tuple[str, ...]] = ()) -> Iterator[Cause]:
        """Why the sandbox refuses under this contract, and no more under the other, which refuses for
        `encore` (keys of causes): without what was to be done."""
        for cause in self.refus(repris):
            if cause.cle not in encore:
                yield replace(cause, message=cause.message.partition(" → ")[0], levee=True)

    def reponse(self, vue: Observation, chemins: Iterable[str]) -> Iterator[Cause]:
        """Yields the causes of the different answers at these paths."""
        operation = vue.operation or ""
        for chemin in chemins:
            champ = self._trouver((Nature.OPERATIONS, f"{operation}/output/{chemin}"))
            d = champ or self._du_document(vue, chemin)
            trouvees = [d] if d is not None or not operation.startswith("lister") else self._des_evenements()
            for trouvee in trouvees or [None]:
                yield _cause(REPONSE, chemin, "la réponse n'est plus la même ici", "", trouvee)

    def _des_evenements(self) -> list[DifferenceDeContrats | None]:
        """Returns the differences in the types of events, one a change."""
        siennes = [d for (nature, _), d in self._par_objet.items() if nature is Nature.EVENEMENTS]
        return list({d.changement or d.objet.partition("/")[0]: d for d in reversed(siennes)}.values())

    # --- the difference behind ---------------------------------------------------------------------------

    def _trouver(self, *ou: tuple[Nature, str]) -> DifferenceDeContrats | None:
        return next((d for lieu in ou if (d := self._par_objet.get(lieu)) is not None), None)

    def _de_la_regle(self, regle: str, chemin: str, valeur: str) -> DifferenceDeContrats | None:
        """The rule itself; else the list that it reads at this place."""
        nu = sans_indices(chemin)
        liste = self._contrat.nomenclatures.par_chemin.get(nu, "")
        return self._trouver(
            (Nature.REGLES, regle), (Nature.NOMENCLATURES, f"{liste}/{valeur}"), (Nature.CHEMINS, nu)
        )

    def _de_l_evenement(self, vue: Observation, valeur: str, message: str) -> DifferenceDeContrats | None:
        """Finds the difference behind a refused event of the request: on the code of its value, else on the
        name that the sentence gives in brackets, else on its type."""
        if vue.document is None or vue.demande is not None:
            return None
        nommes = {mot.partition("]")[0] for mot in message.split("[")[1:]} | {valeur}
        for evenement in vue.document.tous("listeEvenements/evenement"):
            code = evenement.texte_de("codeTypeEvenement") or ""
            donnees = [f"{nom}/{dite}" for nom, dite in caracteristiques_ecrites(evenement) if nom in nommes]
            objets = (*donnees, *sorted(nommes))
            trouvee = self._trouver(*((Nature.EVENEMENTS, f"{code}/{objet}") for objet in objets))
            if trouvee is not None or (trouvee := self._trouver((Nature.EVENEMENTS, code))) is not None:
                return trouvee
        return None

    def _de_la_version(self, vue: Observation) -> DifferenceDeContrats | None:
        version = vue.echange.version or (vue.demande.version if vue.demande is not None else "")
        return self._trouver((Nature.MESSAGES, version))

    def _du_document(self, vue: Observation, chemin: str) -> DifferenceDeContrats | None:
        """The difference of the schema at a place; else at its attributes, above it, or below it; else the
        version of message that is gone, or new."""
        prevue = OPERATIONS.get(vue.operation or "")
        genre = prevue.genre.value if prevue is not None else "demande"
        version = vue.arbre.get("versionInterface", "") if vue.arbre is not None else ""
        schema = f"{genre}/{self._contrat.version_de_lecture(version)}" if genre == "demande" else genre
        objet = f"{schema}:{sans_indices(chemin)}"
        exacte = self._trouver((Nature.SCHEMAS, objet), (Nature.SCHEMAS, f"{objet}/@code"))
        if exacte is not None:
            return exacte
        partie = self._de_la_version(vue) if genre == "demande" else None
        if partie is not None and partie.sorte == "version-retiree":
            return partie
        for (nature, autre), d in self._par_objet.items():
            if nature is Nature.SCHEMAS and autre.startswith(f"{schema}:"):
                parent = autre.rpartition("/")[0]
                if autre.startswith(f"{objet}/") or objet.startswith(f"{autre}/") or parent == objet:
                    return d
        return partie if partie is not None and partie.sorte == "version-ajoutee" else None

    def _de_l_enveloppe(self, vue: Observation, dit: str) -> DifferenceDeContrats | None:
        operation = vue.operation or ""
        for (nature, objet), d in self._par_objet.items():
            nom, _, champ = objet.partition("/input/")
            if nature is Nature.OPERATIONS and nom == operation and (not champ or champ in dit):
                return d
        return self._trouver((Nature.OPERATIONS, operation))


def _cause(
    regle: str, chemin: str, message: str, valeur: str, difference: DifferenceDeContrats | None
) -> Cause:
    d = difference
    dite = () if d is None else (d.changement, d.empreinte, f"{d.objet} : {d.texte}")
    return Cause(regle, chemin, message, valeur, *dite)
