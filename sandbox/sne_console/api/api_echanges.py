"""`/api/v1/bases/{base}/exchanges`: the journal, and one exchange read, taken apart, sent again, cut down.

A NIR is masked wherever it is shown.
"""

import base64
import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, ClassVar, Final, Literal, TypeVar

from flask import Response, jsonify
from werkzeug.exceptions import NotFound

from sne_conformite.observation.observation import Observation
from sne_console.api.questions_et_reponses import (
    Appels,
    QuestionLue,
    questions,
)
from sne_console.messages import echange_montre as cotes
from sne_console.messages import envoi_et_rejeu
from sne_console.messages.document_deroule import remarques_de
from sne_console.messages.documents_masques import masquer_en_tetes, montrer_bruts, montrer_octets
from sne_console.messages.recherche_xpath import chercher
from sne_console.vues import objet_de_l_adresse, presque_acceptes
from sne_console.vues.echanges_immontrables import Essais, essayer, nu
from sne_interface.domain.dates import PARIS
from sne_interface.domain.echange import HORS_HTTP, Echange, VerdictEchange
from sne_interface.domain.nir import masquer_nirs
from sne_interface.domain.valeurs_en_json import tirer
from sne_interface.errors import UsageError
from sne_sandbox.web.acces import adresse_d_ici
from sne_sandbox.web.configuration_et_services import expediteur, services
from sne_sandbox.web.reponses_http import OCTETS, telechargement

blueprint: Final = Appels("exchanges", "/bases/<base>/exchanges", "Le journal")
_QUESTIONS: Final = questions(__file__, verdicts=VerdictEchange)

_Ligne = TypeVar("_Ligne")
_BRUT: Final = {403: "brut=oui sans le jeton d'administration"}
_COTE: Final = "/<int:identifiant>/<any(request, response):cote>"


# --- questions ----------------------------------------------------------------------------------------------


# --- answers ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LigneDuJournal:
    """One exchange, without its bytes."""

    NOM_PUBLIE: ClassVar = "Ligne"
    id: Annotated[int, "numéro dans la base"]
    recu_le: Annotated[datetime, "à l'heure de la machine"]
    instant_base: Annotated[datetime | None, "à l'heure de la base"]
    methode: Annotated[str, "HTTP, ou NUIT, TLS, FICHIER"]
    chemin: str
    pair: Annotated[str, "adresse de l'appelant"]
    statut: Annotated[int, "HTTP ; 0 : aucune réponse"]
    verdict: VerdictEchange
    guichet: str | None
    service: str | None
    operation: str | None
    type_fichier: str | None
    version: str | None
    numero_unique: str | None
    duree_us: Annotated[int, "microsecondes"]
    tolerances: list[dict[str, Any]]
    anomalies: Annotated[list[dict[str, Any]], "regle, code, message, propriete, gravite, valeur, ligne"]
    fault: Annotated[dict[str, Any] | None, "code, message, explication"]
    reponse_conforme: bool | None
    notes: Annotated[list[str], "ce que la réponse suppose : le seuil du premier quartile"]
    panne: Annotated[dict[str, Any] | None, "jouée : id, genre, description, effet, parametres, armee_le"]
    non_remise: Annotated[str, "pourquoi l'appelant n'a pas eu la réponse ; vide : rien ne le dit"]
    a_venir: Annotated[
        list[dict[str, Any]],
        "ce que refuserait l'interface à venir (contrat_suivant) : contrat, changement, exige, regle, "
        "chemin, ligne, message ; changement vide : pourquoi elle n'a pas pu juger",
    ]


@dataclass(frozen=True)
class MessageMontre:
    """Bytes that travelled: text when it reads as text, else base64; NIR masked."""

    NOM_PUBLIE: ClassVar = "Message"
    en_tetes: list[list[str]]
    encodage: Literal["utf-8", "base64"]
    corps: str


@dataclass(frozen=True)
class Detail(LigneDuJournal):
    """One exchange with its bytes and what is known of them."""

    parties: list[dict[str, Any]]
    trace: Annotated[str | None, "d'une erreur interne"]
    requete: MessageMontre
    reponse: MessageMontre


@dataclass(frozen=True)
class Page:
    """A page of the journal, newest first."""

    gardes: Annotated[int, "échanges gardés"]
    oublies: Annotated[int, "échanges oubliés (--journal-max)"]
    echanges: list[LigneDuJournal]
    suite: Annotated[
        int | None,
        "à redonner dans avant ; null : il n'y en a plus. D'une recherche, une page peut être courte, ou "
        "vide, sans être la dernière",
    ]
    ignores: Annotated[int, "ceux que l'XPath n'a pas lus : trop gros, ou trop longs à lire"]


@dataclass(frozen=True)
class Nombre:
    """How many exchanges answer the filters."""

    nombre: Annotated[int, "échanges gardés qui répondent aux filtres"]


@dataclass(frozen=True)
class Efface:
    """The exchanges that were erased."""

    effaces: Annotated[list[int], "numéros de ceux qui l'ont été ; ni nuits, ni remises, ni pas de scènes"]


@dataclass(frozen=True)
class ManqueLu:
    """A request that was refused by SOAP, or before it."""

    id: Annotated[int, "numéro de l'échange"]
    recu_le: Annotated[datetime, "à l'heure de la machine"]
    methode: Annotated[str, "HTTP, ou TLS, FICHIER"]
    chemin: str
    statut: Annotated[int, "HTTP ; 0 : aucune réponse"]
    verdict: Annotated[str, {"enum": [str(verdict) for verdict in presque_acceptes.VERDICTS]}]
    guichet: str | None
    operation: Annotated[str | None, "null : aucune n'a été reconnue"]
    pourquoi: Annotated[str, "la première cause"]
    remede: Annotated[str, "ce qui l'aurait rendue acceptable ; vide quand le journal ne le dit pas"]
    plus_proche: Annotated[str | None, "l'adresse ou l'opération connue qui ressemble à celle appelée"]


@dataclass(frozen=True)
class Reduite:
    """The rest of a document that was reduced."""

    cible: str
    cibles: Annotated[list[str], "celles qu'a cet échange"]
    document: Annotated[str, "XML indenté, NIR masqués"]
    avant: Annotated[int, "éléments"]
    apres: Annotated[int, "éléments"]
    entiere: Annotated[bool, "false : le temps a manqué pour tout essayer"]
    secondes: float


@dataclass(frozen=True)
class Rejoue:
    """The outcome of a request sent again."""

    base: Annotated[str | None, "null : la requête n'a laissé aucune ligne"]
    id: Annotated[int | None, "le nouvel échange"]


def _ligne(classe: type[_Ligne], echange: Echange, **autres: Any) -> _Ligne:
    """A value of `classe` about an exchange: what `autres` does not give is read off it, NIR masked."""
    noms = [champ.name for champ in dataclasses.fields(classe)]  # type: ignore[arg-type]
    instant = echange.instant_base
    propres = {
        "id": echange.identifiant,
        "recu_le": echange.recu_le,
        "instant_base": None if instant is None else instant.astimezone(PARIS),
        "verdict": echange.verdict,
        **autres,
    }
    return classe(**{n: propres[n] if n in propres else _masquer(getattr(echange, n)) for n in noms})


def _montrer(echange: Echange) -> LigneDuJournal:
    """The line of an exchange; of one that cannot be shown, a line that says so in its fault."""
    return essayer(
        lambda: _ligne(LigneDuJournal, echange),
        lambda raison: _ligne(LigneDuJournal, nu(echange, raison)),
    )


def _detailler(observation: Observation) -> Detail:
    """The whole of an exchange; what cannot be shown of it is said in its trace."""
    echange, essais, rien = observation.echange, Essais(), MessageMontre([], "utf-8", "")
    anomalies = essais.part("Les anomalies", lambda: remarques_de(echange.anomalies, observation.contrat), [])
    requete = essais.part("La requête", lambda: _message(observation, "requete"), rien)
    reponse_ = essais.part("La réponse", lambda: _message(observation, "reponse"), rien)
    return essayer(
        lambda: _ligne(
            Detail,
            echange,
            anomalies=_masquer(anomalies),
            trace=_masquer("\n".join(essais.perdus) or echange.trace),
            requete=requete,
            reponse=reponse_,
        ),
        lambda raison: _ligne(Detail, nu(echange, raison), requete=rien, reponse=rien),
    )


def _masquer(valeur: Any) -> Any:
    if isinstance(valeur, str):
        return masquer_nirs(valeur)
    if isinstance(valeur, Mapping):
        return {nom: _masquer(v) for nom, v in valeur.items()}
    return [_masquer(v) for v in valeur] if isinstance(valeur, list) else valeur


def _message(observation: Observation, cote: cotes.Nom) -> MessageMontre:
    echange = observation.echange
    propres = masquer_en_tetes(echange.en_tetes if cote == "requete" else echange.en_tetes_reponse)
    en_tetes = [list(en_tete) for en_tete in propres]
    octets = cotes.octets(observation, cote)
    try:
        return MessageMontre(en_tetes, "utf-8", octets.decode("utf-8"))
    except UnicodeDecodeError:
        return MessageMontre(en_tetes, "base64", base64.b64encode(octets).decode())


def _cote(cote: str) -> cotes.Nom:
    """The side that an address names (request, response)."""
    return "requete" if cote == "request" else "reponse"


# --- the journal --------------------------------------------------------------------------------------------


@blueprint.get(
    "", question=_QUESTIONS["FiltresPage"], refus={409: "Une autre recherche par XPath est en cours"}
)
def lister(filtres: QuestionLue, base: str) -> Page:
    """The exchanges of a base, newest first, narrowed by filters or an XPath."""
    gardes, oublies = services().magasin.journal.compter(base)
    avant, limite, xpath = (filtres.pop(nom) for nom in ("avant", "limite", "xpath"))
    filtres["apres_id"] = filtres.pop("apres")
    filtres["sans_nuits"] = filtres.pop("nuits") == "non"
    trouve = chercher(base, xpath.strip(), filtres, avant=avant, limite=limite)
    return Page(gardes, oublies, [_montrer(e) for e in trouve.trouves], trouve.suite, trouve.ignores)


@blueprint.get("/count", question=_QUESTIONS["Filtres"])
def denombrer(filtres: QuestionLue, base: str) -> Nombre:
    """How many exchanges answer the filters."""
    filtres["sans_nuits"] = filtres.pop("nuits") == "non"
    return Nombre(services().magasin.journal.denombrer(base, **filtres))


@blueprint.get(
    "/har",
    question=_QUESTIONS["Ids"],
    schema={"type": "object"},
    description="HAR 1.2",
    refus={422: "Aucun de ces numéros n'est d'une requête HTTP, ou il y en a trop"},
)
def donner_archives(question: QuestionLue, base: str) -> Response:
    """Several exchanges as one HTTP archive (HAR 1.2), the oldest first, NIR masked."""
    contenu = cotes.archive(base, envoi_et_rejeu.choisis([question["ids"]]), origine=adresse_d_ici())
    return Response(contenu, content_type="application/json")


@blueprint.delete(
    "", question=_QUESTIONS["Ids"], refus={422: "Ce ne sont pas des numéros, ou il y en a trop"}
)
def effacer(question: QuestionLue, base: str) -> Efface:
    """Erases what exchanges were; their ids stay."""
    return Efface(services().magasin.journal.effacer(base, envoi_et_rejeu.choisis([question["ids"]])))


@blueprint.get("/near-misses", question=_QUESTIONS["DepuisRefus"])
def lister_manques(filtres: QuestionLue, base: str) -> list[ManqueLu]:
    """The requests that SOAP refused, or HTTP before it, and their remedies."""
    trouves = presque_acceptes.chercher(services().magasin, services().contrat_de(base), base, **filtres)
    propres = ("pourquoi", "remede", "plus_proche")
    return [
        _ligne(ManqueLu, manque.echange, **{nom: _masquer(getattr(manque, nom)) for nom in propres})
        for manque in trouves
    ]


# --- one exchange -------------------------------------------------------------------------------------------


@blueprint.get("/<int:identifiant>")
def montrer(base: str, identifiant: int) -> Detail:
    """One exchange, decoded and in bytes."""
    return _detailler(objet_de_l_adresse.observation(base, identifiant))


@blueprint.get(
    _COTE,
    question=_QUESTIONS["Brut"],
    contenu=OCTETS,
    description="Le corps, NIR masqués sauf brut=oui",
    refus=_BRUT,
)
def donner_octets(question: QuestionLue, base: str, identifiant: int, cote: str) -> Response:
    """The body of one side, NIR masked; as it travelled, when it is asked for on purpose."""
    brut = question["brut"] == "oui"
    octets = cotes.octets(objet_de_l_adresse.observation(base, identifiant), _cote(cote), brut=brut)
    return telechargement(octets, f"echange-{identifiant}-{cote}.bin")


@blueprint.get(
    f"{_COTE}/document",
    question=_QUESTIONS["Brut"],
    contenu=OCTETS,
    description="XML ou archive, NIR masqués sauf brut=oui",
    refus=_BRUT,
)
def donner_document(question: QuestionLue, base: str, identifiant: int, cote: str) -> Response:
    """The document of one side, out of its envelope, NIR masked but for `brut`."""
    contenu = cotes.document(objet_de_l_adresse.observation(base, identifiant), _cote(cote))
    if not contenu:
        raise NotFound("Ce message ne porte pas de document.")
    suffixe = "zip" if contenu.startswith(b"PK") else "xml"
    montre = (montrer_bruts if question["brut"] == "oui" else montrer_octets)(contenu)
    return telechargement(montre, f"echange-{identifiant}-{cote}.{suffixe}")


@blueprint.get("/<int:identifiant>/har", schema={"type": "object"}, description="HAR 1.2")
def donner_archive(base: str, identifiant: int) -> Response:
    """The exchange as an HTTP archive (HAR 1.2), NIR masked."""
    observation = objet_de_l_adresse.observation(base, identifiant)
    if observation.echange.methode in HORS_HTTP:
        raise NotFound("Cette ligne n'est pas une requête HTTP : elle n'a pas d'archive HAR.")
    return jsonify(cotes.en_har(observation, origine=adresse_d_ici()))


@blueprint.post(
    "/<int:identifiant>/replay",
    statut=201,
    refus={422: "Ce n'est pas une requête HTTP (une nuit, un fichier, du TLS), ou elle est d'un relais"},
)
def rejouer(base: str, identifiant: int) -> Rejoue:
    """The request sent again, the same bytes, without certificate."""
    echange = objet_de_l_adresse.echange(base, identifiant)
    empechement = envoi_et_rejeu.empechement(echange)
    if empechement:
        raise UsageError(empechement, remede="recomposez le message dans la console (Composer)")
    return Rejoue(*(envoi_et_rejeu.rejouer(echange, expediteur()) or (None, None)))


@blueprint.get(f"{_COTE}/parts")
def lister_pieces(base: str, identifiant: int, cote: str) -> list[cotes.PieceLue]:
    """The pieces of one side: its MIME parts, or what the envelope holds in base64."""
    return list(cotes.decrire(objet_de_l_adresse.observation(base, identifiant), _cote(cote)))


@blueprint.get(
    f"{_COTE}/parts/<int:rang>",
    question=_QUESTIONS["Brut"],
    contenu=OCTETS,
    description="La pièce, NIR masqués sauf brut=oui",
    refus=_BRUT,
)
def donner_piece(question: QuestionLue, base: str, identifiant: int, cote: str, rang: int) -> Response:
    """One piece, decoded, NIR masked but for `brut`."""
    brut = question["brut"] == "oui"
    trouvee = cotes.piece(objet_de_l_adresse.observation(base, identifiant), _cote(cote), rang, brut=brut)
    if trouvee is None:
        raise NotFound("Ce message n'a pas tant de pièces.")
    suffixe, contenu = trouvee
    return telechargement(contenu, f"echange-{identifiant}-{cote}-{rang}.{suffixe}")


@blueprint.post(
    "/<int:identifiant>/reduce",
    corps=_QUESTIONS["Cible"],
    refus={422: "L'échange n'a rien de tel à réduire, ou la base a changé"},
)
def reduire(donnees: QuestionLue, base: str, identifiant: int) -> Reduite:
    """The smallest document that still raises an anomaly of the exchange; nothing is written."""
    observation = objet_de_l_adresse.observation(base, identifiant)
    cibles = envoi_et_rejeu.cibles(observation)
    cible = donnees["cible"] or next(iter(cibles), "")
    if cible not in cibles:
        raise UsageError(
            f"L'échange {identifiant} n'a pas d'anomalie [{cible[:20]}] à réduire.",
            remede=f"anomalies de cet échange : {', '.join(cibles) or 'aucune'}",
        )
    reduction = envoi_et_rejeu.reduire(base, observation, cible)
    return tirer(Reduite, reduction, cible=cible, cibles=cibles, document=reduction.texte)
