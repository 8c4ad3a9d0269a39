"""`/console/<base>/echanges/<id>`: one exchange, explained; replay, reduction, two compared. The files that
one keeps of it are the API's."""

import re
import shlex
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from flask import g, render_template, request, url_for
from werkzeug.wrappers import Response as Redirection

from sne_conformite.observation.observation import Observation
from sne_console.cadre.equivalents import curl
from sne_console.cadre.outillage_des_sections import annoncer, apres_action, champ_ecrit, contrat_servi
from sne_console.messages import echange_montre as cotes
from sne_console.messages import envoi_et_rejeu
from sne_console.messages.document_deroule import Remarque, construire, remarques_de
from sne_console.messages.documents_compares import DifferencesXml, comparer_xml, queue
from sne_console.messages.documents_masques import arbre_repondu, masquer_en_tetes
from sne_console.messages.sequence import dessiner
from sne_console.messages.verdicts_et_refus import verdict_vecu
from sne_console.vues import objet_de_l_adresse
from sne_console.vues.echanges_immontrables import Essais, essayer, nu
from sne_interface.domain.anomalie import Gravite
from sne_interface.domain.echange import HORS_HTTP, REJEU, Echange, VerdictEchange
from sne_interface.domain.nir import masquer_nirs
from sne_interface.domain.panne import GENRES
from sne_interface.domain.texte import entier_de
from sne_interface.errors import UsageError
from sne_sandbox.operations.table_des_operations import OPERATIONS
from sne_sandbox.store.journal import CriteresJournal
from sne_sandbox.web.acces import adresse_d_ici
from sne_sandbox.web.configuration_et_services import expediteur, services

_DELIMITEUR: Final = re.compile(r';\s*boundary=("[^"]*"|[^;]*)', re.IGNORECASE)
#: Headers that a request sent again needs.
_UTILES: Final = ("content-type", "soapaction", "accept", "mime-version")


def page(base: str, identifiant: int) -> str:
    """The exchange; what of it cannot be shown is said in its place."""
    observation = objet_de_l_adresse.observation(base, identifiant)
    journal = services().magasin.journal
    precedents = journal.chercher(base, avant_id=identifiant, limite=1)
    voisins = {
        "precedent": precedents[0].identifiant if precedents else None,
        # Ids follow each other, but for those that were dropped: these are the oldest.
        "suivant": identifiant + 1 if journal.dernier(base) > identifiant else None,
    }
    return essayer(
        lambda: render_template("echange/page.html", **_montrer(observation), **voisins),
        lambda raison: render_template(
            "echange/perdu.html", echange=nu(observation.echange, raison), **voisins
        ),
    )


def _montrer(observation: Observation) -> dict[str, Any]:
    """Gathers the content of the page of an exchange."""
    echange, essais = observation.echange, Essais()
    remarques = essais.part("Les remarques", lambda: _remarques(observation), [])
    panne = echange.panne or {}
    vecu = verdict_vecu(echange)
    plier = champ_ecrit("document") != "entier"
    deux = (
        essais.part(
            "La requête",
            lambda: cotes.cote_de(observation, "requete", remarques, plier=plier),
            cotes.cote_nu(observation, "requete"),
        ),
        essais.part(
            "La réponse",
            lambda: cotes.cote_de(observation, "reponse", plier=plier),
            cotes.cote_nu(observation, "reponse"),
        ),
    )
    bloquantes = [r for r in remarques if r.get("gravite") == Gravite.BLOQUANTE]
    return {
        "echange": echange,
        "vecu": vecu,
        "remarques": remarques,
        "bloquantes": [r for r in bloquantes if not r.get("ensuite")],
        "ensuite": [r for r in bloquantes if r.get("ensuite")],
        "avertissements": [r for r in remarques if r.get("gravite") != Gravite.BLOQUANTE],
        "raison": None if remarques or echange.fault is None else raison_de(echange),
        "lieu": essais.part("La ligne fautive", lambda: cotes.lieu_malforme(observation), None),
        "differences": essais.part("Ce que le SNE a changé", lambda: _changements(observation), None),
        "diagramme": essais.part(
            "Le schéma", lambda: dessiner(echange, vecu, deux, _autres_guichets(echange)), None
        ),
        "plier": plier,
        "a_comparer": essais.part("L'échange à comparer", lambda: _pareil(echange), None),
        "cotes": deux,
        "tolerances": [(t.get("code"), t.get("phrase")) for t in echange.tolerances],
        "panne": panne,
        "genre_panne": GENRES.get(str(panne.get("genre"))),
        "empechement": envoi_et_rejeu.empechement(echange),
        "http": echange.methode not in HORS_HTTP,
        "rejeu_de": observation.en_tete(REJEU),
        "cibles": essais.part("La réduction", lambda: envoi_et_rejeu.cibles(observation), []),
        "curl": essais.part("La commande curl", lambda: _curl(echange), ""),
        "masque": essais.part(
            "Le masquage",
            lambda: cotes.octets(observation, "requete") != echange.requete,
            True,
        ),
        "perdus": essais.perdus,
    }


def _remarques(observation: Observation) -> list[Remarque]:
    """The remarks of an exchange, each with its rank, the end of its path, and where it is mended."""
    echange = observation.echange
    remarques = remarques_de(echange.anomalies, observation.contrat) or cotes.defauts(
        observation, g.base.reglages.profile
    )
    mende = not echange.accepte and echange.operation in OPERATIONS and echange.methode not in HORS_HTTP
    for rang, remarque in enumerate(remarques):
        remarque["queue"] = queue(str(remarque.get("propriete") or ""))
        if mende:
            remarque["corriger"] = url_for(
                "composer.operation", operation=echange.operation, echange=echange.identifiant, remarque=rang
            )
    return remarques


def raison_de(echange: Echange) -> tuple[str, str]:
    """Why an exchange without remarks was refused, beyond what its caller was told, and what to do."""
    dit = echange.dit_du_fault("explication").strip()
    if echange.panne is not None:
        return dit, "rien n'est à corriger dans ce message ; désarmez la panne si vous ne l'attendiez pas"
    raison, fleche, remede = dit.rpartition(" → ")
    if fleche:
        return raison, remede
    # What is refused before SOAP is explained by what to do.
    if echange.verdict is VerdictEchange.REFUS:
        return "", dit
    if echange.verdict is VerdictEchange.ERREUR:
        return dit, "signalez-la ; rien n'est à corriger dans ce message"
    return dit, "corrigez ce que dit cette faute, puis renvoyez le message"


def _changements(observation: Observation) -> DifferencesXml | None:
    """Finds what the answer's document changes in that of the question; None where it is not the same
    document."""
    operation = OPERATIONS.get(observation.operation or "")
    if operation is None or not operation.ecrit or observation.arbre is None:
        return None
    repondu = arbre_repondu(observation)
    if repondu is None or repondu.tag != observation.arbre.tag:
        return None
    return comparer_xml(observation.arbre, repondu)


def _autres_guichets(echange: Echange) -> list[str] | None:
    """Codes of the guichets that are told of what was accepted; None where the base dispatches nothing."""
    operation = OPERATIONS.get(echange.operation or "")
    fait = echange.accepte and operation is not None and operation.ecrit
    if not fait or not echange.numero_unique or g.base.reglages.dispatching != "oui":
        return None
    with services().magasin.lire(echange.base) as registre:
        stockee = registre.demande(echange.numero_unique)
        if stockee is None:
            return None
        return [
            guichet.code
            for guichet in registre.guichets()
            if stockee.territoire in guichet.territoires and guichet.code != echange.guichet
        ]


def _pareil(echange: Echange) -> tuple[int, str] | None:
    """Id of the exchange before this one about the same demande, else of the same operation, and which of
    both; None without."""
    journal, base, ici = services().magasin.journal, echange.base, echange.identifiant
    semblables: tuple[tuple[CriteresJournal, str], ...] = (
        ({"numero": echange.numero_unique}, "de la même demande"),
        ({"operation": echange.operation}, "de la même opération"),
    )
    for criteres, dit in semblables:
        if any(criteres.values()):
            plancher = journal.plancher(base, ici, **criteres)
            for trouve in journal.chercher(base, avant_id=ici, apres_id=plancher, limite=5, **criteres):
                if trouve.methode not in HORS_HTTP:
                    return trouve.identifiant or 0, dit
    return None


# --- two of them ----------------------------------------------------------------------------------------


def comparer(base: str) -> str:
    """Two exchanges side by side: what became of each, the anomalies that came and went, what differs in
    their documents and headers. Without both numbers, the form that asks for them."""
    numeros = [entier_de(champ_ecrit(nom)) for nom in ("a", "b")]
    if None in numeros:
        return render_template("echange/comparer.html", numeros=numeros, deux=None)
    deux = [objet_de_l_adresse.observation(base, numero or 0) for numero in numeros]
    essais = Essais()
    return render_template(
        "echange/comparer.html",
        numeros=numeros,
        deux=[{"echange": vue.echange, "vecu": verdict_vecu(vue.echange)} for vue in deux],
        anomalies=essais.part("Les anomalies", lambda: _anomalies_comparees(*deux), {}),
        documents=[
            (
                "Document de la requête",
                essais.part("Les requêtes", partial(_compares, "requete", *deux), None),
            ),
            (
                "Document de la réponse",
                essais.part("Les réponses", partial(_compares, "reponse", *deux), None),
            ),
        ],
        en_tetes=essais.part("Les en-têtes", lambda: _en_tetes_differents(*deux), []),
        perdus=essais.perdus,
    )


def _anomalies_comparees(avant: Observation, apres: Observation) -> Mapping[str, list[Remarque]]:
    """The remarks of two exchanges: those that went, those that came, those that stay."""
    cles = [
        {(r.get("regle") or r.get("message"), r.get("propriete")): r for r in _remarques(vue)}
        for vue in (avant, apres)
    ]
    anciennes, nouvelles = cles
    return {
        "parties": [r for cle, r in anciennes.items() if cle not in nouvelles],
        "venues": [r for cle, r in nouvelles.items() if cle not in anciennes],
        "restees": [r for cle, r in nouvelles.items() if cle in anciennes],
    }


def _compares(cote: cotes.Nom, premier: Observation, second: Observation) -> DifferencesXml | str:
    """Finds what differs between the documents of one side, or says why they are not compared."""
    avant, apres = (vue.arbre if cote == "requete" else arbre_repondu(vue) for vue in (premier, second))
    if avant is None and apres is None:
        return "Ni l'un ni l'autre n'en porte qui se lise."
    if avant is None or apres is None:
        return f"Seul le {'second' if avant is None else 'premier'} en porte un qui se lise."
    return comparer_xml(avant, apres)


def _en_tetes_differents(avant: Observation, apres: Observation) -> list[tuple[str, str, str, str]]:
    """(side, name, value in the first, in the second) of the headers that differ, the boundary of their parts
    aside, which is never twice the same."""
    trouves = []
    for titre, champ in (("requête", "en_tetes"), ("réponse", "en_tetes_reponse")):
        premiers, seconds = (
            {
                nom.lower(): _DELIMITEUR.sub("", dit)
                for nom, dit in masquer_en_tetes(getattr(v.echange, champ))
            }
            for v in (avant, apres)
        )
        trouves += [
            (titre, nom, premiers.get(nom, ""), seconds.get(nom, ""))
            for nom in premiers | seconds
            if premiers.get(nom) != seconds.get(nom)
        ]
    return trouves


# --- to do --------------------------------------------------------------------------------------------------


def rejouer(base: str, identifiant: int) -> Redirection:
    """Sends it again, and shows what came of it."""
    echange = objet_de_l_adresse.echange(base, identifiant)
    empechement = envoi_et_rejeu.empechement(echange)
    if empechement:
        raise UsageError(empechement, remede="recomposez le message dans Composer")
    nouveau = envoi_et_rejeu.rejouer(echange, expediteur())
    if nouveau is None:
        phrase = "La requête est repartie, mais n'a laissé aucune ligne au journal."
        return apres_action(url_for("echange.page", identifiant=identifiant), phrase, reussie=False)
    return annoncer(f"Le message de l'échange n° {identifiant} est reparti", *nouveau)


def reduire(base: str, identifiant: int) -> str:
    """The smallest document that still raises an anomaly of this exchange."""
    observation = objet_de_l_adresse.observation(base, identifiant)
    cible = champ_ecrit("cible")
    if cible not in envoi_et_rejeu.cibles(observation):
        raise UsageError(
            f"L'échange {identifiant} n'a pas d'anomalie [{cible[:20]}] à réduire.",
            remede="choisissez une anomalie de la page de l'échange",
        )
    reduction = envoi_et_rejeu.reduire(base, observation, cible)
    return render_template(
        "echange/reduction.html",
        echange=observation.echange,
        cible=cible,
        reduction=reduction,
        arbre=construire(reduction.racine, contrat=contrat_servi()),
    )


# --- pieces -------------------------------------------------------------------------------------------------


def _curl(echange: Echange) -> str:
    """The command that sends the downloaded bytes again; "" for what is no HTTP request."""
    if envoi_et_rejeu.empechement(echange):
        return ""
    en_tetes = masquer_en_tetes(echange.en_tetes)
    arguments = [f"--data-binary @echange-{echange.identifiant}-request.bin"]
    arguments += [
        f"-H {shlex.quote(f'{nom}: {valeur}')}" for nom, valeur in en_tetes if nom.lower() in _UTILES
    ]
    if request.is_secure:
        arguments.append("--cacert ca.pem")
        if echange.certificat:
            guichet = shlex.quote(echange.guichet or "GUICHET")
            arguments.append(f"--cert {guichet}.pem --key {guichet}.key")
    if echange.methode != "POST":
        arguments.insert(0, f"-X {shlex.quote(echange.methode)}")
    adresse = adresse_d_ici() + masquer_nirs(echange.chemin)
    return " \\\n  ".join([shlex.join(curl()), *arguments, shlex.quote(adresse)])
