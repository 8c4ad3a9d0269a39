"""`/console/<base>/boites`: inbox and outbox of a guichet, its asynchronous channel."""

import shlex
from dataclasses import dataclass
from typing import Final

from flask import Response, g, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as Redirection

from sne_console.cadre.sections import apres_action, contrat_servi, maintenant, section
from sne_console.messages.document_deroule import Arbre, construire
from sne_console.messages.documents_masques import lire as lire_xml
from sne_console.messages.documents_masques import montrer_octets
from sne_console.messages.echange_montre import imprimable
from sne_console.messages.refus_groupes import resumer
from sne_console.vues import adresses_trouvees
from sne_console.vues.filtres_jinja import accorde
from sne_interface.domain.base import Guichet
from sne_interface.domain.echange import VerdictEchange
from sne_interface.domain.texte import masquer_nirs
from sne_interface.errors import ExchangeError, UsageError
from sne_interface.rules.catalogue.regles_autres_messages import DERNIER_JOUR
from sne_sandbox.exchange import Traite
from sne_sandbox.operations.dossiers_des_boites import NOM_ADMIS, DossiersGuichet
from sne_sandbox.store.fichiers_des_boites import Boite, Boites, Compte, Depot, compter
from sne_sandbox.web.configuration import services
from sne_sandbox.web.reponses_http import OCTETS, telechargement

blueprint: Final = section("boites", __name__)

#: Files of a box, the last ones, that its page lists; characters of a text it shows.
FICHIERS_MAX: Final = 200
#: Names of files that the folder keeps, that the page tells.
IGNORES_MAX: Final = 20
TEXTE_MAX: Final = 20_000
_GENRES: Final = {"xml": "application/xml", "pdf": "application/pdf", "err": "text/plain; charset=utf-8"}
#: What a file of an outbox is, by the beginning of its name.
_NATURES: Final = {
    "RET": "réponse à un fichier déposé",
    "ATT": "attestation d'enregistrement",
    "DIS": "dispatching : ce qu'un autre guichet a changé",
}


@dataclass(frozen=True, slots=True)
class ContenuBoite:
    """A box: its last files, newest first, and how many there are."""

    boite: Boite
    depots: tuple[Depot, ...]
    total: int


@blueprint.get("/boites")
def page(base: str) -> str:
    """The boxes of the guichet that `?guichet=` names, else of the first one."""
    with services().magasin.lire(base) as registre:
        guichets = registre.guichets()
        voulu = request.args.get("guichet", guichets[0].code if guichets else "")
        choisi = next((guichet for guichet in guichets if guichet.code == voulu), None)
        contenus = [] if choisi is None else _contenus(Boites(registre.connexion, base, choisi.code))
    if guichets and choisi is None:
        raise NotFound(f"Le guichet [{voulu[:20]}] n'existe pas dans la base [{base}].")
    dossiers = (
        DossiersGuichet.de(services().configuration.home, base, choisi.code) if choisi is not None else None
    )
    return render_template(
        "boites/page.html",
        guichets=guichets,
        choisi=choisi,
        contenus=contenus,
        dernier_jour=DERNIER_JOUR,
        ferme=maintenant().date() > DERNIER_JOUR,
        dispatching=g.base.reglages.dispatching == "oui",
        dossiers=dossiers,
        ignores=dossiers.ignores() if dossiers is not None else [],
        ignores_max=IGNORES_MAX,
        nom_admis=NOM_ADMIS,
        gestes_du_dossier="" if choisi is None or dossiers is None else _au_dossier(choisi, dossiers),
        taille_max=services().configuration.limites.xml_max,
        nature=nature,
    )


@blueprint.post("/boites/<code>/deposer")
def deposer(base: str, code: str) -> Redirection:
    """Leaves a file in the inbox."""
    guichet = adresses_trouvees.guichet(base, code)
    recu = request.files.get("fichier")
    if recu is None or not recu.filename:
        raise UsageError("Aucun fichier n'est choisi.", remede="choisissez un fichier XML, puis déposez-le")
    nom = request.form.get("nom", "").strip() or recu.filename.replace("\\", "/").rpartition("/")[2]
    contenu = recu.stream.read(services().configuration.limites.xml_max + 1)
    services().boites.deposer(base, guichet, nom, contenu)
    return apres_action(
        _adresse(guichet), f"{nom} est dans la boîte d'entrée de {code} : relevez-la, ou attendez la minute."
    )


@blueprint.post("/boites/<code>/relever")
def relever(base: str, code: str) -> Redirection:
    """Processes what lies in the inbox, and dispatches."""
    guichet = adresses_trouvees.guichet(base, code)
    try:
        releve = services().boites.relever(base, guichet)
    except ExchangeError as erreur:
        return apres_action(_adresse(guichet), masquer_nirs(erreur.diagnostics()), reussie=False)
    traites = [_dire(base, traite) for traite in releve.traites[:5]]
    if len(releve.traites) > len(traites):
        traites.append(f"et {accorde(len(releve.traites) - len(traites), 'autre', 'autres')}")
    phrase = " ; ".join(traites) if traites else "Aucun fichier n'attendait"
    documents = accorde(releve.distribues, "document de dispatching", "documents de dispatching")
    suite = f" Il en reste {releve.en_attente} : relevez encore." if releve.en_attente else ""
    acceptes = all(traite.verdict is VerdictEchange.ACCEPTE for traite in releve.traites)
    phrase = masquer_nirs(f"{phrase}. {documents}.{suite}")
    return apres_action(_adresse(guichet), phrase, reussie=acceptes)


@blueprint.post("/boites/<code>/<any(entree, sortie):boite>/<nom>/supprimer")
def supprimer(base: str, code: str, boite: str, nom: str) -> Redirection:
    """Takes a file out of a box."""
    guichet = adresses_trouvees.guichet(base, code)
    _lire(base, guichet, Boite(boite), nom)
    if boite == Boite.SORTIE:
        ote = services().boites.oter(base, guichet, nom)
    else:
        with services().magasin.ecrire(base) as registre:
            ote = Boites(registre.connexion, base, code).oter(Boite.ENTREE, nom)
    phrase = f"{nom} est retiré de la boîte." if ote else f"{nom} n'y était plus."
    return apres_action(_adresse(guichet), phrase, reussie=ote)


@blueprint.get("/boites/<code>/<any(entree, sortie):boite>/<nom>")
def fichier(base: str, code: str, boite: str, nom: str) -> str:
    """A file, shown: a tree, or text."""
    guichet = adresses_trouvees.guichet(base, code)
    contenu = _lire(base, guichet, Boite(boite), nom)
    arbre, texte = montrer(contenu)
    return render_template(
        "boites/fichier.html",
        guichet=guichet,
        boite=boite,
        nom=nom,
        taille=len(contenu),
        arbre=arbre,
        texte=texte,
        nature=nature(nom) if boite == Boite.SORTIE else "fichier déposé",
    )


@blueprint.get("/boites/<code>/<any(entree, sortie):boite>/<nom>/telecharger")
def telecharger(base: str, code: str, boite: str, nom: str) -> Response:
    """A file, to keep, NIR masked."""
    contenu = _lire(base, adresses_trouvees.guichet(base, code), Boite(boite), nom)
    genre = _GENRES.get(nom.rpartition(".")[2], OCTETS)
    return telechargement(montrer_octets(contenu), nom, genre)


# --- pieces -------------------------------------------------------------------------------------------------


def nature(nom: str) -> str:
    """What a file of an outbox is."""
    if nom.endswith(".err"):
        return "refus : le fichier déposé n'a pas pu être traité"
    return _NATURES.get(nom[:3], "")


def montrer(contenu: bytes) -> tuple[Arbre | None, str]:
    """The tree of an XML file, else its text, NIR masked; neither for what is no text."""
    racine = lire_xml(contenu)
    if racine is not None:
        return construire(racine, contrat=contrat_servi()), ""
    if contenu.startswith(b"%PDF") or b"\0" in contenu:
        return None, ""
    texte = montrer_octets(contenu).decode("utf-8", "replace")
    propre = imprimable(texte)
    return None, propre[:TEXTE_MAX] + (" …" if len(propre) > TEXTE_MAX else "")


def _contenus(boites: Boites) -> list[ContenuBoite]:
    comptes = compter(boites.connexion, boites.base)
    return [
        ContenuBoite(
            boite,
            tuple(boites.derniers(boite, FICHIERS_MAX)),
            comptes.get((boites.guichet, boite), Compte()).total,
        )
        for boite in Boite
    ]


def _lire(base: str, guichet: Guichet, boite: Boite, nom: str) -> bytes:
    contenu = adresses_trouvees.fichier_de_boite(base, guichet.code, boite, nom)
    if contenu is None:
        ou = "d'entrée" if boite is Boite.ENTREE else "de sortie"
        raise NotFound(f"Le fichier [{nom[:100]}] n'est pas dans la boîte {ou} de {guichet.code}.")
    return contenu


def _dire(base: str, traite: Traite) -> str:
    """What became of a file, and why it was refused."""
    echange = None if traite.echange is None else services().magasin.journal.lire(base, traite.echange)
    pourquoi = ""
    if echange is not None and traite.verdict is not VerdictEchange.ACCEPTE:
        pourquoi = f" (échange n° {traite.echange}, {resumer(echange).phrase})"
    return f"{traite.nom} : {traite.verdict}{pourquoi}, réponse {traite.reponse}"


def _au_dossier(guichet: Guichet, dossiers: DossiersGuichet) -> str:
    """Lines that leave a file, and list the answers: folders are there once somebody has made them."""
    dossiers_faits = ("mkdir", "-p", str(dossiers.entree), str(dossiers.sortie))
    depot = ("cp", "demande.xml", str(dossiers.entree / f"DEM{guichet.code}-201803151200-000001.xml"))
    return "\n".join(map(shlex.join, (dossiers_faits, depot, ("ls", str(dossiers.sortie)))))


def _adresse(guichet: Guichet) -> str:
    return url_for("boites.page", guichet=guichet.code)
