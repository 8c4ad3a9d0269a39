"""`/api/v1/bases/{base}/demandes`: the demandes of a base, searched, read, worked out. NIR are masked."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Final, Self

from flask import Response
from lxml import etree
from werkzeug.exceptions import NotFound

from sne_console.api.questions_et_reponses import (
    Appels,
    QuestionLue,
    questions,
)
from sne_console.vues import calcul_du_foyer, demande_relue, vie_de_la_demande
from sne_console.vues.calcul_du_foyer import FoyerLu
from sne_console.vues.demande_relue import question, titulaires, trouver
from sne_console.vues.demandes_cherchees import criteres_de, repere_lu
from sne_console.vues.seances_montrees import DecisionLue, Montreur
from sne_console.vues.vie_de_la_demande import EtapeLue
from sne_interface.domain.demande import DemandeStockee, EtatDemande
from sne_interface.domain.evenement import Evenement
from sne_interface.domain.nir import masquer_nirs
from sne_interface.domain.valeurs_en_json import tirer
from sne_interface.errors import UsageError
from sne_sandbox.mime.masquage import masquer_corps
from sne_sandbox.store.demandes_recentes import doublons_de, plus_recentes
from sne_sandbox.web.configuration_et_services import services
from sne_sandbox.web.reponses_http import telechargement

#: Demandes that a page holds at most, whatever was asked: each is decoded.
LIGNES_MAX: Final = 200
blueprint: Final = Appels("demandes", "/bases/<base>/demandes", "Les demandes d'une base")
_QUESTIONS: Final = questions(__file__)


@dataclass(frozen=True)
class DemandeBreve:
    """A demande, on one line."""

    numero_unique: str
    etat: Annotated[EtatDemande, "A : active, R : radiée"]
    qui: Annotated[str, "titulaires, ou association"]
    territoire: Annotated[str, "département, ou 111 pour l'Île-de-France"]
    guichet_createur: str
    guichet_dernier: str
    date_creation: Annotated[date, "date de dépôt"]
    debut_validite: date
    fin_validite: date
    date_renouvellement: date | None
    date_radiation: date | None
    motif_radiation: str | None
    statut_dalo: str | None
    numero_associe: Annotated[str | None, "demande dont elle est séparée"]
    version: Annotated[str, "version du message qui l'a écrite"]
    revision: Annotated[int, "écritures"]

    @classmethod
    def de(cls, stockee: DemandeStockee, **autres: Any) -> Self:
        """The shown form of a demande."""
        return tirer(cls, stockee, qui=titulaires(stockee.demande), **autres)


@dataclass(frozen=True)
class PageDemandes:
    """Some demandes, latest deposit first: a page may be short, or empty, and not be the last."""

    demandes: list[DemandeBreve]
    suite: Annotated[
        str | None,
        "à redonner dans « apres » ; null : il n'y en a plus. Une page peut être courte, ou vide, sans être "
        "la dernière",
    ]


@dataclass(frozen=True)
class EvenementDeDemande:
    """An event of the gestion partagée."""

    NOM_PUBLIE: ClassVar = "EvenementLu"
    identifiant: int
    code_type: str
    nature: str
    auteur_creation: str
    cree_le: datetime
    date_survenance: date | None
    commentaire: str | None
    caracteristiques: Annotated[list[list[str]], "paires code, valeur"]

    @classmethod
    def de(cls, evenement: Evenement) -> Self:
        """The shown form of an event."""
        dit = evenement.commentaire
        return tirer(
            cls,
            evenement,
            commentaire=None if dit is None else masquer_nirs(dit),
            caracteristiques=[[code, masquer_nirs(valeur)] for code, valeur in evenement.caracteristiques],
        )


@dataclass(frozen=True)
class MouvementLu:
    """Something that happened to the stock."""

    genre: str
    jour: date
    motif: str | None


@dataclass(frozen=True)
class DemandeEntiere(DemandeBreve):
    """A demande with its document, its events, its movements."""

    document: Annotated[str, "XML : ce que rend getDemandeLogement, complet, NIR masqués"]
    evenements: list[EvenementDeDemande]
    decisions: Annotated[list[DecisionLue], "celles des commissions, et ce qui a suivi chacune"]
    mouvements: list[MouvementLu]


@blueprint.get("", question=_QUESTIONS["RechercheDemandes"])
def chercher(cherche: QuestionLue, base: str) -> PageDemandes:
    """The demandes that are looked for, latest deposit first."""
    limite, apres = min(cherche["limite"], LIGNES_MAX), cherche["apres"]
    repere = None if apres is None else repere_lu(apres)
    if apres is not None and repere is None:
        raise UsageError(
            f"[{apres}] n'est la suite d'aucune page.", remede="redonnez « suite » telle qu'elle a été rendue"
        )
    with services().magasin.lire(base) as registre:
        page = plus_recentes(registre, criteres_de(cherche), limite, repere)
    return PageDemandes(
        [DemandeBreve.de(stockee) for stockee in page.demandes],
        None if page.suite is None else str(page.suite),
    )


@blueprint.get("/<numero>")
def montrer(base: str, numero: str) -> DemandeEntiere:
    """One demande, its document, its events, its movements."""
    with services().magasin.lire(base) as registre:
        stockee = trouver(registre, numero)
        racine = demande_relue.document(question(registre, numero))
        return DemandeEntiere.de(
            stockee,
            document=masquer_corps(etree.tostring(racine, encoding="utf-8")).octets.decode(),
            evenements=[EvenementDeDemande.de(e) for e in registre.evenements(numero)],
            decisions=Montreur(registre).decisions(registre.livre(stockee.numero_unique)),
            mouvements=[tirer(MouvementLu, m) for m in registre.mouvements(numero)],
        )


@blueprint.get("/<numero>/attestation", contenu="application/pdf", description="L'attestation")
def donner_attestation(base: str, numero: str) -> Response:
    """The attestation of registration (PDF)."""
    return telechargement(demande_relue.pdf(base, numero), f"attestation-{numero}.pdf", "application/pdf")


@blueprint.get("/<numero>/document", contenu="application/xml", description="Le document, NIR masqués")
def donner_document(base: str, numero: str) -> Response:
    """The document that getDemandeLogement answers (complet), as a file, NIR masked."""
    with services().magasin.lire(base) as registre:
        numero_unique = trouver(registre, numero).numero_unique
        octets = demande_relue.fichier(question(registre, numero))
    return telechargement(octets, f"{numero_unique}.xml", "application/xml")


@blueprint.get("/<numero>/household", refus={404: "La demande n'existe pas, ou est d'une association"})
def detailler_foyer(base: str, numero: str) -> FoyerLu:
    """The household: who counts for how much, what comes in, the threshold of the first quartile."""
    with services().magasin.lire(base) as registre:
        stockee = trouver(registre, numero)
        jour = question(registre, numero).maintenant.date()
    calcule = calcul_du_foyer.calculer(stockee.demande, jour, services().contrat_de(base))
    if calcule is None:
        raise NotFound(f"La demande [{numero}] est d'une association : elle n'a pas de foyer.")
    return calcule


@blueprint.get("/<numero>/duplicates")
def lister_doublons(base: str, numero: str) -> list[DemandeBreve]:
    """The other active demandes of the territory that one of its holders has already."""
    with services().magasin.lire(base) as registre:
        return [DemandeBreve.de(doublon) for doublon in doublons_de(registre, trouver(registre, numero))]


@blueprint.get("/<numero>/timeline")
def raconter(base: str, numero: str) -> list[EtapeLue]:
    """Its life, oldest first, up to what time holds in store: exchanges, movements, events."""
    echanges = services().magasin.journal.chercher(base, numero=numero, limite=vie_de_la_demande.ECHANGES)
    with services().magasin.lire(base) as registre:
        stockee = trouver(registre, numero)
        return list(
            vie_de_la_demande.relire(registre, stockee, echanges, services().contrats.de(registre.base))
        )
