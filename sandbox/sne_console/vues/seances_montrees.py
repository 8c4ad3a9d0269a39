"""The sessions of commissions and the lines of the ledger of attributions, as pages and API show them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final

from werkzeug.exceptions import NotFound

from sne_console.vues.paroles import PAROLES
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.codes import MOTIF_ATTRIBUTION
from sne_interface.domain.decision_de_commission import CATEGORIE, DECISION
from sne_interface.domain.evenement import lire_jour
from sne_interface.domain.livre_des_attributions import RANG_RADIATION, DecisionNotee, SuiteDonnee
from sne_interface.domain.nir import masquer_nirs
from sne_interface.domain.seance_de_commission import Seance
from sne_interface.domain.valeurs_en_json import tirer
from sne_sandbox.store.registre import RegistreBase
from sne_sandbox.web.configuration_et_services import services

#: Length of the day that begins the name of a session.
_JOUR: Final = 10


@dataclass(frozen=True)
class DecisionLue:
    """A line of the ledger of attributions: a decision, and what followed it."""

    numero_unique: Annotated[str, "d'une demande effacée depuis, un nom tiré"]
    rang: Annotated[int, "événement qui la dit ; 0 : la radiation seule ; < 0 : demande effacée"]
    jour: Annotated[date | None, "de la commission ; null : la radiation seule parle, et ne le dit pas"]
    guichet: Annotated[str, "qui l'a écrite"]
    siren: Annotated[str | None, "bailleur, tel qu'il est dit"]
    seance: Annotated[str | None, "séance de la commission ; null : la radiation seule la dit"]
    logement: Annotated[str | None, "numéro RPLS, sinon l'adresse"]
    issue: Annotated[str | None, "ce qui fut décidé ; null : seul le refus du ménage est dit"]
    decision: Annotated[str, "la même chose, en clair"]
    classement: Annotated[int | None, "rang parmi les candidats (R. 441-3 b)"]
    contingent: Annotated[str | None, "code de ListeTypeReservataire"]
    reservataire: Annotated[str, "la même chose, en clair"]
    dalo: bool | None
    prioritaire: Annotated[bool | None, "d'une catégorie de L. 441-1, DALO à part ; null : non dit"]
    categories: Annotated[str | None, "codes des catégories dites"]
    categories_dites: Annotated[list[str], "les mêmes, en clair"]
    association: Annotated[bool, "une association n'est pas un ménage"]
    devenir: Annotated[SuiteDonnee | None, "null : rien encore"]
    suivie: Annotated[str, "la même chose, en clair ; vide : rien n'est attendu"]
    bail: Annotated[date | None, "signature du bail qui a suivi"]
    radiee_le: Annotated[date | None, "radiation pour attribution"]


@dataclass(frozen=True)
class SeanceBreve:
    """A session of a commission, on one line."""

    nom: Annotated[str, "ce que prend son adresse"]
    jour: date
    bailleur: Annotated[str, "SIREN ; à défaut, code du guichet"]
    nom_bailleur: Annotated[str, "vide : inconnu de la base"]
    logement: Annotated[str | None, "numéro RPLS, sinon l'adresse ; null : non dit"]
    demandes: Annotated[int, "demandes examinées, celles dont la décision est connue de la base"]
    baux: Annotated[list[str], "demandes dont le bail est signé ; plusieurs : le logement n'est pas dit"]


@dataclass(frozen=True)
class SeanceLue(SeanceBreve):
    """The same, with its candidates."""

    candidats: Annotated[list[DecisionLue], "par rang, puis les non-attributions"]


@dataclass(frozen=True)
class PageDecisions:
    """Some decisions, the latest first."""

    nombre: Annotated[int, "combien il y en a"]
    radiations: Annotated[int, "parmi elles, les radiations qui disent seules leur attribution"]
    decisions: list[DecisionLue]
    suite: Annotated[int | None, "à redonner dans « apres » ; null : il n'y en a plus"]


class Montreur:
    """Shows the ledger of a base inside one transaction; a day is read once."""

    def __init__(self, registre: RegistreBase, contrat: Contrat | None = None) -> None:
        contrat = contrat or services().contrats.de(registre.base)
        self._registre = registre
        self._roles = contrat.roles.decision
        self._listes = contrat.nomenclatures
        self._jours: dict[date, list[Seance]] = {}
        type_ = registre.type_evenement(self._roles.type)
        # The words are those of the event's own lists.
        listes = {c.code: dict(c.valeurs) for c in (() if type_ is None else type_.caracteristiques)}
        self._mots = listes.get(self._roles.code(DECISION), {})
        self._categories = listes.get(self._roles.code(CATEGORIE), {})

    def _du_jour(self, jour: date) -> list[Seance]:
        if jour not in self._jours:
            self._jours[jour] = self._registre.seances(jour, jour)
        return self._jours[jour]

    def decision(self, ligne: DecisionNotee, seance: Seance | None = None) -> DecisionLue:
        """A line, as it is shown; `seance` is that of the line, found without."""
        jour = None if ligne.rang == RANG_RADIATION else ligne.jour
        du_jour = [] if jour is None else self._du_jour(jour)
        sienne = seance or next((s for s in du_jour if ligne in s.lignes), None)
        logement = ligne.logement or (sienne.logement if sienne is not None else None)
        categories = masquer_nirs(ligne.categories or "")
        suivie = "sans suite encore" if ligne.attribue else ""
        return tirer(
            DecisionLue,
            ligne,
            jour=jour,
            devenir=ligne.suite,
            seance=None if sienne is None else sienne.nom,
            logement=None if logement is None else masquer_nirs(logement),
            decision=self._dite(ligne),
            categories=categories or None,
            categories_dites=[self._categories.get(code, code) for code in categories.split()],
            suivie=PAROLES["suites_donnees"][ligne.suite] if ligne.suite else suivie,
            reservataire=self._listes.libelle("ListeTypeReservataire", ligne.contingent or "") or "",
        )

    def _dite(self, ligne: DecisionNotee) -> str:
        if ligne.issue is None:
            return "Refus du ménage" if ligne.refus else "Décision non dite"
        if ligne.issue == MOTIF_ATTRIBUTION:
            return self._listes.libelle("ListeMotifsRadiation", ligne.issue) or ligne.issue
        return self._mots.get(self._roles.valeurs.get(ligne.issue, ""), ligne.issue)

    def decisions(self, lignes: Iterable[DecisionNotee]) -> list[DecisionLue]:
        """Lines, as they are shown; the radiation that another line tells has none of its own."""
        return [self.decision(ligne) for ligne in lignes if ligne.rang or ligne.bail]

    def quelques(self, lignes: Sequence[DecisionNotee], debut: int, limite: int) -> PageDecisions:
        """The lines after the first `debut`, `limite` of them."""
        suite = debut + limite
        montrees = self.decisions(lignes[debut:suite])
        seules = sum(ligne.rang == RANG_RADIATION for ligne in lignes)
        return PageDecisions(len(lignes), seules, montrees, suite if suite < len(lignes) else None)

    def breve(self, seance: Seance) -> SeanceBreve:
        """A session on one line."""
        guichets = self._registre.guichets()
        noms = (g.nom for g in guichets if seance.bailleur in (g.siren, g.code))
        return tirer(
            SeanceBreve,
            seance,
            nom_bailleur=next(noms, ""),
            logement=None if seance.logement is None else masquer_nirs(seance.logement),
            demandes=len({ligne.numero_unique for ligne in seance.lignes}),
            baux=[ligne.numero_unique for ligne in seance.baux],
        )

    def entiere(self, nom: str) -> SeanceLue:
        """The session of that name, with its candidates. Raises NotFound."""
        jour = lire_jour(nom[:_JOUR])
        trouvee = next((s for s in self._du_jour(jour) if s.nom == nom), None) if jour else None
        if trouvee is None:
            raise NotFound(f"La base n'a pas de séance [{nom[:40]}]. Remède : cherchez-la par son jour.")
        candidats = [self.decision(ligne, trouvee) for ligne in trouvee.candidats]
        return tirer(SeanceLue, self.breve(trouvee), candidats=candidats)

    def page(self, du: date, au: date, limite: int, apres: str = "") -> tuple[list[SeanceBreve], str | None]:
        """The sessions of these days, the latest first, those after the one named `apres` (all of them when
        it is none); and the name that the next page is asked by, None after the last."""
        au = min(au, lire_jour(apres[:_JOUR]) or au)
        # A day has one session at least: those of the day of `apres` may be behind.
        jours = self._registre.jours_de_seance(du, au, limite + 2)
        toutes = self._registre.seances(jours[-1], au) if jours else []
        noms = [seance.nom for seance in toutes]
        debut = noms.index(apres) + 1 if apres in noms else 0
        lues = toutes[debut : debut + limite]
        reste = len(toutes) > debut + limite
        return [self.breve(seance) for seance in lues], lues[-1].nom if lues and reste else None
