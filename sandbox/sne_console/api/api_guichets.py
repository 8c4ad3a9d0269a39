"""`/api/v1/bases/{base}/guichets`: the guichets of a base, added and changed, the boxes of their asynchronous
channel, client certificates for them, and the authority that signs these."""

import base64
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated, ClassVar, Final

from flask import Response, request
from marshmallow import fields, validate
from werkzeug.exceptions import InternalServerError

from sne_console.api.questions_et_reponses import Appels, QuestionLue, questions
from sne_console.messages.documents_masques import montrer_octets
from sne_console.vues import objet_de_l_adresse
from sne_interface.domain.base import CODE_GUICHET, Acte, Guichet, NatureGuichet
from sne_interface.domain.guichet_ecrit import TEXTE_MAX
from sne_interface.domain.valeurs_en_json import tirer
from sne_interface.errors import ExchangeError
from sne_sandbox.bases import guichets as gestion
from sne_sandbox.operations import dispatching
from sne_sandbox.operations.boites_sur_disque import NOM_ADMIS
from sne_sandbox.pki import MOT_DE_PASSE
from sne_sandbox.pki.authority import Autorite
from sne_sandbox.store.fichiers_des_boites import Boite, Boites, Depot
from sne_sandbox.web.acces import reserver
from sne_sandbox.web.configuration_et_services import services
from sne_sandbox.web.reponses_http import OCTETS, telechargement

blueprint: Final = Appels(
    "guichets", "/bases/<base>/guichets", "Les guichets et leurs boîtes : canal asynchrone et dispatching"
)
certificates: Final = Appels(
    "certificates", "/bases/<base>/guichets/<code>/certificate", "Les certificats de développement"
)
authority: Final = Appels("authority", "/ca.pem", "L'autorité de développement")

_CORPS: Final = {"content": {"text/xml": {"schema": {"type": "string"}}}}
_TYPES: Final = {"xml": "text/xml", "pdf": "application/pdf", "err": "text/plain; charset=utf-8"}


_TERRITOIRE: Final = validate.Regexp(r"^\d[0-9AB]{2}$", error="Attendu : 111, 062, 02A, 971…")
_CODE: Final = validate.Regexp(f"^{CODE_GUICHET.pattern}$", error="Attendu : G et quatre chiffres, ou GDPUB.")


_QUESTIONS: Final = questions(
    __file__,
    genres={
        "nom de guichet": (fields.String, validate.Length(1, TEXTE_MAX)),
        "adresse": (fields.String, validate.Length(0, TEXTE_MAX)),
        "code": (fields.String, _CODE),
        "date": (fields.Date, None),
        "territoire": (fields.String, _TERRITOIRE),
        "territoires": (partial(fields.List, fields.String(validate=_TERRITOIRE)), None),
        "actes": (partial(fields.List, fields.String(validate=validate.OneOf(list(Acte)))), None),
    },
    natures=NatureGuichet,
)


@dataclass(frozen=True)
class FichierDeBoite:
    """A file of a box."""

    NOM_PUBLIE: ClassVar = "Fichier"
    nom: str
    depose_le: datetime


@dataclass(frozen=True)
class FichierEntrant(FichierDeBoite):
    """A file of an inbox."""

    traite_le: Annotated[datetime | None, "null tant qu'il attend"]


@dataclass(frozen=True)
class BoiteEntreeLue:
    """An inbox, oldest file first."""

    NOM_PUBLIE: ClassVar = "Entree"
    fichiers: list[FichierEntrant]


@dataclass(frozen=True)
class BoiteSortieLue:
    """An outbox, oldest file first."""

    NOM_PUBLIE: ClassVar = "Sortie"
    fichiers: list[FichierDeBoite]
    en_attente: Annotated[int, "changements d'autres guichets, à venir : POST …/outbox/relever"]


@dataclass(frozen=True)
class FichierTraite:
    """A file, and its answer."""

    nom: str
    verdict: str
    reponse: Annotated[str, "nom du fichier, dans la boîte de sortie"]
    numero_unique: str | None
    echange: Annotated[int | None, "ligne du journal"]


@dataclass(frozen=True)
class FichierIgnore:
    """A file that the folder of an inbox keeps."""

    nom: str
    pourquoi: str
    remede: str


@dataclass(frozen=True)
class ReleveFait:
    """The files that were taken, answered and dispatched."""

    traites: list[FichierTraite]
    distribues: Annotated[int, "documents DIS déposés"]
    en_attente: int
    ignores: Annotated[
        list[FichierIgnore], "fichiers que le dossier garde, car la boîte ne prend pas leur nom"
    ]


@dataclass(frozen=True)
class CertificatEmis:
    """An identity, its private key included: it protects nothing."""

    guichet: str
    base: Annotated[str, "base pour laquelle il vaut"]
    certificat: Annotated[str, "PEM : le certificat, puis l'autorité"]
    cle: Annotated[str, "PEM : la clé privée, sans mot de passe"]
    ca: Annotated[str, "PEM : l'autorité seule"]
    pkcs12: Annotated[str, "base64 : le certificat et sa clé"]
    truststore: Annotated[str, "base64 : l'autorité, comme magasin de confiance Java"]
    mot_de_passe: Annotated[str, "celui des deux PKCS#12"]


def _depots(base: str, code: str, boite: Boite) -> list[Depot]:
    with services().magasin.lire(base) as registre:
        return Boites(registre.connexion, base, code).lister(boite)


def _sortie(base: str, guichet: Guichet) -> BoiteSortieLue:
    with services().magasin.lire(base) as registre:
        depots = Boites(registre.connexion, base, guichet.code).lister(Boite.SORTIE)
        attendent = dispatching.en_attente(registre, guichet)
    return BoiteSortieLue([tirer(FichierDeBoite, d) for d in depots], attendent)


@blueprint.get("")
def lister(base: str) -> list[objet_de_l_adresse.GuichetLu]:
    """The guichets of a base, and how many files lie in their boxes."""
    return objet_de_l_adresse.guichets(base)


@blueprint.post(
    "",
    corps=_QUESTIONS["GuichetNouveau"],
    statut=201,
    refus={409: "Le code est pris", 422: "Code, nature, territoire, SIREN ou jour incorrect"},
)
def ajouter(donnees: QuestionLue, base: str) -> objet_de_l_adresse.GuichetLu:
    """Adds one to the base."""
    guichet = gestion.ajouter(services().magasin, services().contrat_de(base), base, donnees)
    return objet_de_l_adresse.guichet_lu(base, guichet.code)


@blueprint.patch(
    "/<code>", corps=_QUESTIONS["GuichetChange"], refus={422: "Nature, territoire, SIREN ou jour incorrect"}
)
def changer(donnees: QuestionLue, base: str, code: str) -> objet_de_l_adresse.GuichetLu:
    """Changes it; what is not named stays."""
    objet_de_l_adresse.guichet(base, code)
    gestion.changer(services().magasin, services().contrat_de(base), base, code, donnees)
    return objet_de_l_adresse.guichet_lu(base, code)


@blueprint.get("/<code>/inbox")
def lister_entree(base: str, code: str) -> BoiteEntreeLue:
    """The files that a guichet left, processed or not."""
    objet_de_l_adresse.guichet(base, code)
    return BoiteEntreeLue([tirer(FichierEntrant, d) for d in _depots(base, code, Boite.ENTREE)])


@blueprint.post("/<code>/inbox/relever")
def relever(base: str, code: str) -> ReleveFait:
    """The files left, those of the folder too, processed at once, and what others changed dispatched."""
    guichet = objet_de_l_adresse.guichet(base, code)
    try:
        releve = services().boites.relever(base, guichet)
    except ExchangeError as erreur:
        raise InternalServerError(erreur.diagnostics()) from erreur
    traites = [tirer(FichierTraite, traite) for traite in releve.traites]
    pourquoi = f"La boîte ne prend pas ce nom. Elle prend {NOM_ADMIS}."
    remede = f"renommez-le comme DEM{code}-201803151200-000001.xml"
    ignores = [FichierIgnore(nom, pourquoi, remede) for nom in releve.ignores]
    return tirer(ReleveFait, releve, traites=traites, ignores=ignores)


@blueprint.get("/<code>/inbox/<nom>", contenu=OCTETS, description="Le fichier, NIR masqués")
def lire_depose(base: str, code: str, nom: str) -> Response:
    """A file of an inbox, NIR masked."""
    contenu = objet_de_l_adresse.fichier_de_boite(base, code, Boite.ENTREE, nom)
    return telechargement(montrer_octets(contenu), nom)


@blueprint.route(
    "/<code>/inbox/<nom>",
    statut=201,
    refus={422: "Nom ou taille que la boîte ne prend pas"},
    methods=["POST", "PUT"],
)
@blueprint.doc(requestBody=_CORPS)
def deposer(base: str, code: str, nom: str) -> FichierDeBoite:
    """Leaves one."""
    services().boites.deposer(
        base, objet_de_l_adresse.guichet(base, code), nom, request.get_data(cache=False)
    )
    return next(tirer(FichierDeBoite, d) for d in _depots(base, code, Boite.ENTREE) if d.nom == nom)


@blueprint.delete("/<code>/inbox/<nom>")
def retirer(base: str, code: str, nom: str) -> None:
    """Takes it out."""
    objet_de_l_adresse.retirer_de_boite(base, code, Boite.ENTREE, nom)


@blueprint.get("/<code>/outbox")
def lister_sortie(base: str, code: str) -> BoiteSortieLue:
    """The files to take in: answers (RET, ATT, .err) and changes already dispatched (DIS)."""
    return _sortie(base, objet_de_l_adresse.guichet(base, code))


@blueprint.post("/<code>/outbox/relever")
def distribuer(base: str, code: str) -> BoiteSortieLue:
    """Dispatches at once the changes of other guichets (DIS); answers the outbox."""
    guichet = objet_de_l_adresse.guichet(base, code)
    try:
        services().boites.distribuer(base, guichet)
    except ExchangeError as erreur:
        raise InternalServerError(erreur.diagnostics()) from erreur
    return _sortie(base, guichet)


@blueprint.get("/<code>/outbox/<nom>", contenu="text/xml", description="Le fichier, tel quel")
def lire_recu(base: str, code: str, nom: str) -> Response:
    """A file of an outbox, NIR in clear, for who may do everything."""
    reserver("Un fichier de la boîte de sortie")
    contenu = objet_de_l_adresse.fichier_de_boite(base, code, Boite.SORTIE, nom)
    return telechargement(contenu, nom, _TYPES.get(nom.rpartition(".")[2], OCTETS))


@blueprint.delete("/<code>/outbox/<nom>")
def prendre(base: str, code: str, nom: str) -> None:
    """Takes it out, once it is taken in."""
    objet_de_l_adresse.retirer_de_boite(base, code, Boite.SORTIE, nom)


# --- their certificates -------------------------------------------------------------------------------------


@certificates.post("", statut=201)
def emettre(base: str, code: str) -> CertificatEmis:
    """A new client certificate for a guichet and this base."""
    guichet = objet_de_l_adresse.guichet(base, code)
    autorite = Autorite.ouvrir(services().configuration.home)
    identite = autorite.emettre(guichet.code, base, services().configuration.pkcs12)
    return CertificatEmis(
        guichet=guichet.code,
        base=base,
        certificat=identite.certificat.decode(),
        cle=identite.cle.decode(),
        ca=autorite.ca.read_text("ascii"),
        pkcs12=base64.b64encode(identite.pkcs12).decode(),
        truststore=base64.b64encode(identite.truststore).decode(),
        mot_de_passe=MOT_DE_PASSE,
    )


@authority.get("", contenu="application/x-pem-file", description="PEM")
def donner_autorite() -> Response:
    """The certificate of the authority, which an application must trust."""
    ca = Autorite.ouvrir(services().configuration.home).ca
    return telechargement(ca.read_bytes(), "ca.pem", "application/x-pem-file")
