"""`/console/<base>/composer`: a message is composed in a form, checked, and sent by the real interface."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from flask import g, render_template, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as Redirection

from sne_console.cadre.outillage_des_sections import (
    annoncer,
    avec_remede,
    champ_ecrit,
    contrat_servi,
    maintenant,
)
from sne_console.messages import (
    brouillon,
    champs_saisis,
    echange_montre,
    envoi_et_rejeu,
    points_de_depart,
)
from sne_console.messages.brouillon import Brouillon, VerificationMessage
from sne_console.messages.champs_saisis import Rempli
from sne_console.messages.document_deroule import Remarque, construire, remarques_de
from sne_console.messages.documents_masques import masquer
from sne_console.vues import objet_de_l_adresse
from sne_console.vues.interface_montree import par_service, presentation
from sne_interface.domain.nir import masquer_nirs
from sne_interface.domain.valeurs_en_json import en_json
from sne_interface.errors import UsageError
from sne_sandbox.operations.table_des_operations import OPERATIONS
from sne_sandbox.web.configuration_et_services import expediteur


def page(base: str) -> str:
    """The operations of the interface, by service."""
    contrat = contrat_servi()
    return render_template(
        "composer/page.html", par_service=par_service(contrat), presentation=presentation(contrat)
    )


def operation(base: str, operation: str) -> str | tuple[str, int]:
    """The form of an operation, begun from what the address says. A number that is not there is said in the
    form."""
    objet_de_l_adresse.operation(contrat_servi(), operation)
    cle, demande = champ_ecrit("depart"), champ_ecrit("demande")
    for nom in ("echange", "regle"):
        if ecrit := champ_ecrit(nom):
            cle = f"{nom}-{ecrit}"
    # The demande of the page is still in its field when another start is chosen above it.
    autre_depart = not cle.startswith("demande-") and champ_ecrit("deja") == demande
    if demande and not (cle and autre_depart):
        suite = champ_ecrit("type")
        # Written as where demandes are searched: « 1110318 000001 g1104 ».
        numero = "".join(demande.split()).upper()
        cle = f"demande-{numero}" + (f"-{suite}" if suite else "")
    try:
        pret = brouillon.nouveau(g.base, operation, cle)
        return _montrer(pret, Retour(verifie=_deja_dites(pret)))
    except NotFound:
        if not demande:
            raise
    dit = f"La demande [{masquer_nirs(demande)[:40]}] n'est pas dans la base."
    return _montrer(brouillon.nouveau(g.base, operation, ""), Retour(erreur=dit)), 404


def envoyer(base: str, operation: str) -> str | Redirection | tuple[str, int]:
    """Prepares, shows or sends what was composed (`geste`). On any error, the form comes back as it was
    sent."""
    objet_de_l_adresse.operation(contrat_servi(), operation)
    recu = Brouillon.recu(g.base, operation, request.form)
    try:
        pret = recu.reporte().nomme()
        if nom := champ_ecrit("corriger"):
            # Two remarks may want the same correction.
            valeur = next(filter(None, request.form.getlist(brouillon.CHOISIE + nom)), "")
            pret = brouillon.corriger(pret, nom, valeur)
            return _montrer(pret, Retour(verifie=brouillon.verifier(pret)))
        match champ_ecrit("geste"):
            case "preparer":
                verifie = brouillon.verifier(pret)
                return _montrer(pret, Retour(verifie=verifie)), 200 if verifie.lisible else 422
            case "voir":
                return _montrer(pret, Retour(envoi=pret.requete()))
    except UsageError as erreur:
        return _montrer(recu, Retour(_illisible(recu), erreur=avec_remede(erreur))), 422
    laisse = envoi_et_rejeu.expedier(pret.requete(), expediteur())
    if laisse is None:
        perdue = "La requête est partie, mais n'a laissé aucune ligne au journal."
        return _montrer(pret, Retour(erreur=perdue)), 502
    return annoncer("Le message est parti", *laisse)


@dataclass(frozen=True)
class Retour:
    """The outcome of a form that was sent: the remarks found (None: it was not checked), the request it
    makes, the error."""

    verifie: VerificationMessage | None = None
    envoi: envoi_et_rejeu.RequeteEcrite | None = None
    erreur: str = ""

    @property
    def apercu(self) -> str:
        """The request as it would travel, NIR masked."""
        if self.envoi is None:
            return ""
        tete = "".join(f"{nom}: {valeur}\n" for nom, valeur in self.envoi.en_tetes)
        corps = self.envoi.corps_montre.replace("\r\n", "\n")
        return f"POST {self.envoi.adresse} HTTP/1.1\n{masquer_nirs(tete)}\n{corps}"


def _deja_dites(pret: Brouillon) -> VerificationMessage | None:
    """Of the document of an exchange, what the exchange was told of it; None when that was nothing."""
    if pret.depart.genre != "echange" or not pret.de_document:
        return None
    observation = objet_de_l_adresse.observation(g.base.nom, int(pret.depart.reste))
    dites = remarques_de(observation.echange.anomalies, observation.contrat) or echange_montre.defauts(
        observation, g.base.reglages.profile
    )
    if dites:
        return brouillon.placer(pret, dites)
    return _illisible(pret)


def _illisible(pret: Brouillon) -> VerificationMessage | None:
    """Finds what keeps a document from being XML; None for a document that is XML."""
    try:
        pret.racine()
    except UsageError:
        return brouillon.verifier(pret)
    return None


def _montrer(pret: Brouillon, retour: Retour = Retour()) -> str:
    """The form of a message, with what came of the last time it was sent."""
    contrat, verifie = contrat_servi(), retour.verifie
    genre = OPERATIONS[pret.operation].genre
    racine: Any = None
    if pret.de_document:
        with suppress(UsageError):  # said where it is checked
            racine = pret.racine()
    arbre = None
    if verifie and verifie.remarques and racine is not None:
        dites = [remarque.dite for remarque in verifie.remarques]
        arbre = construire(masquer(racine), remarques=dites, contrat=contrat)
    champs = champs_saisis.remplir(racine, genre, contrat, maintenant().date()) if racine is not None else []
    return render_template(
        "composer/operation.html",
        pret=pret,
        document=genre,
        dite=presentation(contrat).operation(pret.operation),
        retour=retour,
        verifie=verifie,
        dites=en_json(verifie.remarques) if verifie else None,
        fautes=_par_champ(verifie, champs),
        visee=champ_ecrit("remarque"),
        arbre=arbre,
        departs=points_de_depart,
        proposees=points_de_depart.proposees(g.base.nom),
        guichets=points_de_depart.guichets(g.base.nom),
        champs=champs,
        parametres=[
            (nom, presentation(contrat).parametre(nom), pret.parametres.get(nom, ""))
            for nom in brouillon.parametres(contrat, pret.operation)
        ],
        commune_dite=_commune_dite,
        listes=contrat.nomenclatures,
        emballages=envoi_et_rejeu.EMBALLAGES,
    )


def _par_champ(verifie: VerificationMessage | None, champs: Iterable[Rempli]) -> dict[str, Remarque]:
    """The first remark on each plain field that has one, by its name."""
    trouvees: dict[str, Remarque] = {}
    for remarque in verifie.remarques if verifie else ():
        lieu = str(remarque.dite.get("propriete") or "").partition("/@")[0].replace("[1]", "")
        trouvees.setdefault(lieu, remarque.dite)
    lieux = ((rempli.champ.nom, f"interfaceNuu/{rempli.champ.chemin}") for rempli in champs)
    return {nom: trouvees[lieu] for nom, lieu in lieux if lieu in trouvees}


def _commune_dite(code: str) -> str:
    """Name of the commune of a code, "" for a code of none."""
    commune = contrat_servi().territoires.commune(code)
    return "" if commune is None else commune.nom
