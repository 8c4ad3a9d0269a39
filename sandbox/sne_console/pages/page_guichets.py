"""`/console/<base>/guichets`: the guichets of a base, what they may do, client certificates for them; and of
each, its inbox and its outbox, the asynchronous channel."""

import io
import shlex
import zipfile
from pathlib import Path
from typing import Any, Final

from flask import Response, g, render_template, request, url_for
from werkzeug.wrappers import Response as Redirection

from sne_console.cadre.outillage_des_sections import (
    apres_action,
    avec_remede,
    champ_ecrit,
    contrat_servi,
    geste,
    jour_saisi,
    maintenant,
)
from sne_console.messages.document_deroule import Arbre, construire
from sne_console.messages.documents_masques import lire as lire_xml
from sne_console.messages.documents_masques import montrer_octets
from sne_console.messages.echange_montre import imprimable
from sne_console.messages.verdicts_et_refus import resumer
from sne_console.vues import objet_de_l_adresse
from sne_console.vues.filtres_jinja import accorde
from sne_interface.domain.base import Acte, Guichet, NatureGuichet
from sne_interface.domain.echange import VerdictEchange
from sne_interface.domain.nir import masquer_nirs
from sne_interface.errors import ExchangeError, UsageError
from sne_interface.rules.catalogue.regles_dalo_evenements_recherches import DERNIER_JOUR
from sne_sandbox.bases import guichets as gestion
from sne_sandbox.exchange import Traite
from sne_sandbox.operations.boites_sur_disque import NOM_ADMIS, DossiersGuichet
from sne_sandbox.pki import MOT_DE_PASSE
from sne_sandbox.pki.authority import Autorite
from sne_sandbox.store.fichiers_des_boites import Boite, Boites, Compte, compter
from sne_sandbox.web.configuration_et_services import services
from sne_sandbox.web.reponses_http import OCTETS, telechargement

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


#: What stands beside the files of a certificate.
_LISEZ_MOI: Final = Path(__file__).parents[1] / "templates" / "guichets" / "LISEZMOI.txt"


def page(base: str) -> str:
    """The guichets of the base, how many files lie in their boxes, and what each kind may do."""
    return render_template(
        "guichets/page.html",
        guichets=objet_de_l_adresse.guichets(base),
        natures=list(NatureGuichet),
        actes=list(Acte),
        table=contrat_servi().guichets,
        mot_de_passe=MOT_DE_PASSE,
    )


def guichet(base: str, code: str) -> str:
    """A guichet: its boxes, and what may be changed of it."""
    choisi = objet_de_l_adresse.guichet(base, code)
    with services().magasin.lire(base) as registre:
        boites, comptes = Boites(registre.connexion, base, code), compter(registre.connexion, base)
        contenus = [
            (boite, boites.derniers(boite, FICHIERS_MAX), comptes.get((code, boite), Compte()).total)
            for boite in Boite
        ]
    dossiers = DossiersGuichet.de(services().configuration.home, base, code)
    return render_template(
        "guichets/guichet.html",
        choisi=choisi,
        natures=list(NatureGuichet),
        actes=list(Acte),
        table=contrat_servi().guichets,
        contenus=contenus,
        dernier_jour=DERNIER_JOUR,
        ferme=maintenant().date() > DERNIER_JOUR,
        dispatching=g.base.reglages.dispatching == "oui",
        dossiers=dossiers,
        ignores=dossiers.ignores(),
        ignores_max=IGNORES_MAX,
        nom_admis=NOM_ADMIS,
        gestes_du_dossier=_au_dossier(choisi, dossiers),
        taille_max=services().configuration.limites.xml_max,
        nature=nature,
    )


@geste("guichets.page")
def ajouter(base: str) -> str:
    """Adds one."""
    champs = _champs() | {"code": champ_ecrit("code")}
    guichet = gestion.ajouter(services().magasin, contrat_servi(), base, champs)
    return f"Le guichet {guichet.code} est ajouté à la base."


@geste("guichets.page")
def changer(base: str, code: str) -> str | Redirection:
    """Changes it; what does not fit is said above its own form."""
    objet_de_l_adresse.guichet(base, code)
    try:
        gestion.changer(services().magasin, contrat_servi(), base, code, _champs())
    except UsageError as erreur:
        return apres_action(_adresse(code), avec_remede(erreur), reussie=False)
    return f"Le guichet {code} est changé."


def _champs() -> dict[str, Any]:
    """The fields that a form gives; without « actes à part », what a guichet may do is what its kind may.
    Raises UsageError for a day that is none, and for acts without it: they would be lost."""
    if request.form.getlist("actes") and "a_part" not in request.form:
        raise UsageError(
            "Des actes sont cochés, et « Actes à part » ne l'est pas.",
            remede="cochez aussi « Actes à part », ou décochez-les",
        )
    territoire, *autres = champ_ecrit("territoires").split() or [""]
    return {
        **{nom: champ_ecrit(nom) for nom in ("nature", "nom", "adresse")},
        "territoire": territoire,
        "autres_territoires": autres,
        "ouvert_le": jour_saisi("ouvert_le"),
        "ferme_le": jour_saisi("ferme_le"),
        "siren": champ_ecrit("siren") or None,
        "siren_invente": "siren_invente" in request.form,
        "actes": request.form.getlist("actes") if "a_part" in request.form else None,
    }


def certificat(base: str, code: str) -> Response:
    """A new client certificate for the guichet and this base: a ZIP of its files."""
    guichet = objet_de_l_adresse.guichet(base, code)
    autorite = Autorite.ouvrir(services().configuration.home)
    identite = autorite.emettre(guichet.code, base, services().configuration.pkcs12)
    dit = _LISEZ_MOI.read_text("utf-8").format(guichet=guichet.code, base=base, mot_de_passe=MOT_DE_PASSE)
    rendue = io.BytesIO()
    with zipfile.ZipFile(rendue, "w", zipfile.ZIP_DEFLATED) as archive:
        for nom, contenu in (
            (f"{guichet.code}.pem", identite.certificat),
            (f"{guichet.code}.key", identite.cle),
            (f"{guichet.code}.p12", identite.pkcs12),
            ("truststore.p12", identite.truststore),
            ("ca.pem", autorite.ca.read_bytes()),
            ("LISEZMOI.txt", dit.encode()),
        ):
            archive.writestr(nom, contenu)
    return telechargement(rendue.getvalue(), f"{guichet.code}-{base}.zip", "application/zip")


# --- its boxes ----------------------------------------------------------------------------------------------


def deposer(base: str, code: str) -> Redirection:
    """Leaves a file in the inbox."""
    guichet = objet_de_l_adresse.guichet(base, code)
    recu = request.files.get("fichier")
    if recu is None or not recu.filename:
        raise UsageError("Aucun fichier n'est choisi.", remede="choisissez un fichier XML, puis déposez-le")
    nom = champ_ecrit("nom") or recu.filename.replace("\\", "/").rpartition("/")[2]
    contenu = recu.stream.read(services().configuration.limites.xml_max + 1)
    services().boites.deposer(base, guichet, nom, contenu)
    return apres_action(
        _adresse(code), f"{nom} est dans la boîte d'entrée de {code} : relevez-la, ou attendez la minute."
    )


def relever(base: str, code: str) -> Redirection:
    """Processes what lies in the inbox, and dispatches."""
    guichet = objet_de_l_adresse.guichet(base, code)
    try:
        releve = services().boites.relever(base, guichet)
    except ExchangeError as erreur:
        return apres_action(_adresse(code), masquer_nirs(erreur.diagnostics()), reussie=False)
    traites = [_dire(base, traite) for traite in releve.traites[:5]]
    if len(releve.traites) > len(traites):
        traites.append(f"et {accorde(len(releve.traites) - len(traites), 'autre')}")
    phrase = " ; ".join(traites) if traites else "Aucun fichier n'attendait"
    documents = accorde(releve.distribues, "document de dispatching", "documents de dispatching")
    suite = f" Il en reste {releve.en_attente} : relevez encore." if releve.en_attente else ""
    acceptes = all(traite.verdict is VerdictEchange.ACCEPTE for traite in releve.traites)
    phrase = masquer_nirs(f"{phrase}. {documents}.{suite}")
    return apres_action(_adresse(code), phrase, reussie=acceptes)


def retirer(base: str, code: str, boite: str, nom: str) -> Redirection:
    """Takes a file out of a box."""
    objet_de_l_adresse.retirer_de_boite(base, code, Boite(boite), nom)
    return apres_action(_adresse(code), f"{nom} est retiré de la boîte.")


def fichier(base: str, code: str, boite: str, nom: str) -> str:
    """A file, shown: a tree, or text."""
    guichet = objet_de_l_adresse.guichet(base, code)
    contenu = objet_de_l_adresse.fichier_de_boite(base, code, Boite(boite), nom)
    arbre, texte = montrer(contenu)
    return render_template(
        "guichets/fichier.html",
        guichet=guichet,
        boite=boite,
        nom=nom,
        taille=len(contenu),
        arbre=arbre,
        texte=texte,
        nature=nature(nom) if boite == Boite.SORTIE else "fichier déposé",
    )


def telecharger(base: str, code: str, boite: str, nom: str) -> Response:
    """A file, to keep, NIR masked."""
    contenu = objet_de_l_adresse.fichier_de_boite(base, code, Boite(boite), nom)
    return telechargement(montrer_octets(contenu), nom, _GENRES.get(nom.rpartition(".")[2], OCTETS))


# --- pieces -------------------------------------------------------------------------------------------------


def nature(nom: str) -> str:
    """Says what a file of an outbox is."""
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
    propre = imprimable(montrer_octets(contenu).decode("utf-8", "replace"))
    return None, propre[:TEXTE_MAX] + (" …" if len(propre) > TEXTE_MAX else "")


def _dire(base: str, traite: Traite) -> str:
    """Says what became of a file, and why it was refused."""
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


def _adresse(code: str) -> str:
    return url_for("guichets.guichet", code=code)
