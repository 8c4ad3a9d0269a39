"""`/api/v1/bases/{base}/demandes`: the demandes of a base, searched and read. NIR are masked."""

from datetime import UTC, date, datetime
from typing import Any, Final

from flask import Response
from flask.views import MethodView
from flask_smorest import Blueprint
from lxml import etree
from marshmallow import Schema, fields, validate
from werkzeug.exceptions import NotFound

from sne_sandbox.domain.demande import DemandeStockee, EtatDemande, Mouvement
from sne_sandbox.domain.evenement import Evenement
from sne_sandbox.domain.exchange import Appel
from sne_sandbox.domain.texte import masquer_message, masquer_nirs
from sne_sandbox.errors import UsageError
from sne_sandbox.operations import attestation, get_demande_logement
from sne_sandbox.operations.question import Question
from sne_sandbox.store.recherche import Criteres, Prefixe, Repere, mouvements_de, plus_recentes
from sne_sandbox.store.registre import RegistreBase
from sne_sandbox.web.api.contexte import Corps, combien, entier, jour_iso, ou_rien, services, texte
from sne_sandbox.web.telechargement import telechargement

blueprint: Final = Blueprint(
    "demandes", __name__, url_prefix="/api/v1/bases/<base>/demandes", description="Les demandes d'une base"
)


class RechercheDemandesSchema(Corps):
    """What is looked for: all that is given must hold."""

    numero = fields.String(load_default=None, metadata={"description": "numéro unique"})
    nom = fields.String(
        load_default=None,
        metadata={
            "description": "nom d'usage d'un titulaire ; sans prénom ni naissance, ou d'une association"
        },
    )
    prenom = fields.String(load_default=None, metadata={"description": "prénom du même titulaire"})
    naissance = jour_iso("date de naissance du même titulaire")
    association = fields.String(load_default=None, metadata={"description": "nom d'une association"})
    debut = fields.Boolean(
        load_default=False,
        metadata={"description": "le début du numéro et des noms suffit : « Vass » trouve Vasseur"},
    )
    commune = fields.String(load_default=None, metadata={"description": "code INSEE d'une commune souhaitée"})
    etat = fields.String(
        load_default=None,
        validate=validate.OneOf([str(e) for e in EtatDemande]),
        metadata={"description": "A : active, R : radiée"},
    )
    depuis = jour_iso("date de dépôt, au plus tôt")
    jusqua = jour_iso("date de dépôt, au plus tard")
    apres = fields.String(
        load_default=None,
        validate=validate.Regexp(
            r"^\d{4}-\d\d-\d\d_[0-9A-Za-z]{1,40}$", error="Attendu : la « suite » de la page précédente."
        ),
        metadata={"description": "« suite » de la page précédente"},
    )
    limite = combien()


class DemandeBreve(Schema):
    """A demande, on one line."""

    numero_unique = texte()
    etat = fields.String(
        required=True,
        validate=validate.OneOf([str(e) for e in EtatDemande]),
        metadata={"description": "A : active, R : radiée"},
    )
    qui = texte("titulaires, ou association")
    territoire = texte("département, ou 111 pour l'Île-de-France")
    guichet_createur = texte()
    guichet_dernier = texte()
    date_creation = texte("date de dépôt")
    debut_validite = texte()
    fin_validite = texte()
    date_renouvellement = ou_rien()
    date_radiation = ou_rien()
    motif_radiation = ou_rien()
    statut_dalo = ou_rien()
    numero_associe = ou_rien("demande dont elle est séparée")
    version = texte("version du message qui l'a écrite")
    revision = entier("écritures")


class PageDemandes(Schema):
    """Some demandes, latest deposit first."""

    demandes = fields.List(fields.Nested(DemandeBreve), required=True)
    suite = ou_rien("à redonner dans « apres » ; null : il n'y en a plus")


class EvenementLuSchema(Schema):
    """An event of the gestion partagée."""

    identifiant = entier()
    code_type = texte()
    nature = texte()
    auteur_creation = texte()
    cree_le = texte()
    date_survenance = ou_rien()
    commentaire = ou_rien()
    caracteristiques = fields.List(
        fields.List(fields.String()), required=True, metadata={"description": "paires code, valeur"}
    )


class MouvementLu(Schema):
    """Something that happened to the stock."""

    genre = texte()
    jour = texte()
    motif = ou_rien()


class DemandeEntiere(DemandeBreve):
    """A demande, whole."""

    document = texte("XML : ce que rend getDemandeLogement, complet, NIR masqués")
    evenements = fields.List(fields.Nested(EvenementLuSchema), required=True)
    mouvements = fields.List(fields.Nested(MouvementLu), required=True)


@blueprint.route("")
class RessourceDemandes(MethodView):
    """The demandes of a base."""

    @blueprint.arguments(RechercheDemandesSchema, location="query")
    @blueprint.response(200, PageDemandes)
    def get(self, cherche: dict[str, Any], base: str) -> dict[str, Any]:
        """Cherche des demandes, du dépôt le plus récent au plus ancien"""
        limite = cherche["limite"]
        with services().magasin.lire(base) as registre:
            trouvees = plus_recentes(registre, _criteres(cherche), limite + 1, _repere(cherche["apres"]))
        suite = trouvees[limite - 1] if len(trouvees) > limite else None
        return {
            "demandes": [breve(stockee) for stockee in trouvees[:limite]],
            "suite": None if suite is None else f"{suite.date_creation}_{suite.numero_unique}",
        }


@blueprint.route("/<numero>")
class RessourceDemande(MethodView):
    """One demande."""

    @blueprint.response(200, DemandeEntiere)
    def get(self, base: str, numero: str) -> dict[str, Any]:
        """Une demande : son document, ses événements, ses mouvements"""
        with services().magasin.lire(base) as registre:
            stockee = trouver(registre, numero)
            racine = get_demande_logement.executer(question(registre, numero)).racine
            return {
                **breve(stockee),
                "document": masquer_message(etree.tostring(racine, encoding="unicode")),
                "evenements": [_evenement(e) for e in registre.evenements(numero)],
                "mouvements": [_mouvement(m) for m in mouvements_de(registre, numero)],
            }


@blueprint.route("/<numero>/attestation")
class Attestation(MethodView):
    """Its attestation."""

    @blueprint.response(200, content_type="application/pdf", description="L'attestation")
    def get(self, base: str, numero: str) -> Response:
        """L'attestation d'enregistrement (PDF)"""
        with services().magasin.lire(base) as registre:
            stockee = trouver(registre, numero)
            createur = registre.guichet(stockee.guichet_createur)
            pdf = attestation.rediger(stockee, createur, question(registre, numero))
            nom = f"attestation-{stockee.numero_unique}.pdf"
        return telechargement(pdf, nom, "application/pdf")


def _criteres(cherche: dict[str, Any]) -> Criteres:
    propre: dict[str, Any] = {nom: _lisible(v) if isinstance(v, str) else v for nom, v in cherche.items()}
    if cherche["debut"]:
        noms = ("numero", "nom", "prenom", "association")
        propre |= {nom: Prefixe(propre[nom]) for nom in noms if propre[nom] is not None}
    d_une_personne = propre["prenom"] is not None or propre["naissance"] is not None
    return Criteres(
        numero_unique=propre["numero"],
        etat=EtatDemande(propre["etat"]) if propre["etat"] else None,
        depot_debut=propre["depuis"],
        depot_fin=propre["jusqua"],
        commune_souhaitee=propre["commune"],
        association_nom=propre["association"],
        nom=None if d_une_personne else propre["nom"],
        personne_nom=propre["nom"] if d_une_personne else None,
        personne_prenom=propre["prenom"],
        personne_naissance=propre["naissance"],
    )


def _lisible(ecrit: str) -> str:
    # What no column takes is in none.
    return ecrit.replace("\0", "\N{REPLACEMENT CHARACTER}")


def _repere(apres: str | None) -> Repere | None:
    if apres is None:
        return None
    jour, _, numero = apres.partition("_")
    try:
        return Repere(date.fromisoformat(jour), numero)
    except ValueError:
        raise UsageError(
            f"[{apres}] n'est la suite d'aucune page.", remede="redonnez « suite » telle qu'elle a été rendue"
        ) from None


def trouver(registre: RegistreBase, numero: str) -> DemandeStockee:
    """The demande of a base. Raises NotFound."""
    stockee = registre.demande(numero) if numero.isascii() and numero.isprintable() else None
    if stockee is None:
        raise NotFound(f"La demande [{numero[:40]}] n'existe pas dans la base [{registre.base.nom}].")
    return stockee


def question(registre: RegistreBase, numero: str) -> Question:
    """What getDemandeLogement (complet) would be asked of a demande now."""
    base, machine = registre.base, datetime.now(UTC)
    appel = Appel("getDemandeLogement", {"numUnique": numero, "complet": "oui"}, base.nom, None, machine)
    maintenant = base.horloge.maintenant(machine)
    return Question(appel, base, maintenant, services().contrat, registre, "")


def breve(stockee: DemandeStockee) -> dict[str, Any]:
    """The line of a demande: `DemandeBreve`."""
    demande = stockee.demande
    noms = [f"{p.nom} {p.prenom}".strip() for p in demande.titulaires]
    if demande.est_association:
        noms = [demande.formulaire.texte_de("association/nom") or ""]
    return {
        "numero_unique": stockee.numero_unique,
        "etat": str(stockee.etat),
        "qui": masquer_nirs(" et ".join(filter(None, noms))),
        "territoire": stockee.territoire,
        "guichet_createur": stockee.guichet_createur,
        "guichet_dernier": stockee.guichet_dernier,
        "date_creation": stockee.date_creation.isoformat(),
        "debut_validite": stockee.debut_validite.isoformat(),
        "fin_validite": stockee.fin_validite.isoformat(),
        "date_renouvellement": _iso(stockee.date_renouvellement),
        "date_radiation": _iso(stockee.date_radiation),
        "motif_radiation": stockee.motif_radiation,
        "statut_dalo": stockee.statut_dalo,
        "numero_associe": stockee.numero_associe,
        "version": stockee.version,
        "revision": stockee.revision,
    }


def _evenement(evenement: Evenement) -> dict[str, Any]:
    return {
        "identifiant": evenement.identifiant,
        "code_type": evenement.code_type,
        "nature": str(evenement.nature),
        "auteur_creation": evenement.auteur_creation,
        "cree_le": evenement.cree_le.isoformat(),
        "date_survenance": _iso(evenement.date_survenance),
        "commentaire": None if evenement.commentaire is None else masquer_nirs(evenement.commentaire),
        "caracteristiques": [[code, masquer_nirs(valeur)] for code, valeur in evenement.caracteristiques],
    }


def _mouvement(mouvement: Mouvement) -> dict[str, Any]:
    return {"genre": str(mouvement.genre), "jour": mouvement.jour.isoformat(), "motif": mouvement.motif}


def _iso(jour: date | None) -> str | None:
    return None if jour is None else jour.isoformat()
