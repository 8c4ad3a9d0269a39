"""`/console/<base>/composer`: a message is composed in a form, checked, and sent by the real interface."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from flask import g, render_template, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as Redirection

from sne_sandbox.domain.anomalie import Gravite
from sne_sandbox.domain.texte import masquer_nirs
from sne_sandbox.errors import UsageError
from sne_sandbox.operations.table import OPERATIONS
from sne_sandbox.web import trouver
from sne_sandbox.web.console.page import annoncer, avec_remede, contrat_servi, maintenant, section
from sne_sandbox.web.interface import par_service, presentation
from sne_sandbox.web.messages import brouillon, departs, expedition, saisie
from sne_sandbox.web.messages.arbre import Remarque, construire
from sne_sandbox.web.messages.brouillon import Brouillon
from sne_sandbox.web.messages.documents import masquer
from sne_sandbox.web.partage import expediteur, services

blueprint: Final = section("composer", __name__)


@blueprint.get("/composer")
def page(base: str) -> str:
    """The operations of the interface, by service."""
    contrat = contrat_servi()
    return render_template(
        "composer/page.html", par_service=par_service(contrat), presentation=presentation(contrat)
    )


@blueprint.get("/composer/<operation>")
def operation(base: str, operation: str) -> str | tuple[str, int]:
    """The form of an operation, begun from what the address says. A number that is not there is said in the
    form."""
    trouver.operation(contrat_servi(), operation)
    cle = request.args.get("depart", "")
    for nom in ("echange", "regle"):
        if request.args.get(nom):
            cle = f"{nom}-{request.args[nom]}"
    # The demande of the page is still in its field when another start is chosen above it.
    autre_depart = not cle.startswith("demande-") and request.args.get("deja") == request.args.get("demande")
    if request.args.get("demande") and not (cle and autre_depart):
        suite = request.args.get("type", "")
        # Written as where demandes are searched: « 1110318 000001 g1104 ».
        numero = "".join(request.args["demande"].split()).upper()
        cle = f"demande-{numero}" + (f"-{suite}" if suite else "")
    try:
        return _montrer(brouillon.nouveau(services(), g.base, operation, cle))
    except NotFound:
        ecrit = request.args.get("demande", "").strip()
        if not ecrit:
            raise
    dit = f"La demande [{masquer_nirs(ecrit)[:40]}] n'est pas dans la base."
    return _montrer(brouillon.nouveau(services(), g.base, operation, ""), Retour(erreur=dit)), 404


@blueprint.post("/composer/<operation>")
def envoyer(base: str, operation: str) -> str | Redirection | tuple[str, int]:
    """Prepares, shows or sends what was composed (`geste`). Whatever is wrong, the form comes back as it was
    sent."""
    trouver.operation(contrat_servi(), operation)
    recu = Brouillon.recu(operation, request.form)
    try:
        pret = recu.reporte(contrat_servi()).nomme(services(), g.base)
        match request.form.get("geste"):
            case "preparer":
                return _montrer(pret, Retour(remarques=pret.remarques(services(), g.base)))
            case "voir":
                return _montrer(pret, Retour(envoi=pret.requete(services(), g.base)))
    except UsageError as erreur:
        return _montrer(recu, Retour(erreur=avec_remede(erreur))), 422
    laisse = expedition.expedier(pret.requete(services(), g.base), expediteur())
    if laisse is None:
        perdue = "La requête est partie, mais n'a laissé aucune ligne au journal."
        return _montrer(pret, Retour(erreur=perdue)), 502
    return annoncer("Le message est parti", *laisse)


@dataclass(frozen=True, slots=True)
class Retour:
    """What came of a form that was sent: remarks (None: it was not checked), the request it makes, what is
    wrong with it."""

    remarques: Sequence[Remarque] | None = None
    envoi: expedition.RequeteEcrite | None = None
    erreur: str = ""

    @property
    def refuse(self) -> bool:
        """Whether a remark would stop the message."""
        return any(r.get("gravite") == Gravite.BLOQUANTE for r in self.remarques or ())

    @property
    def apercu(self) -> str:
        """The request as it would travel, NIR masked."""
        if self.envoi is None:
            return ""
        tete = "".join(f"{nom}: {valeur}\n" for nom, valeur in self.envoi.en_tetes)
        corps = self.envoi.corps_montre.replace("\r\n", "\n")
        return f"POST {self.envoi.adresse} HTTP/1.1\n{masquer_nirs(tete)}\n{corps}"


def _montrer(pret: Brouillon, retour: Retour = Retour()) -> str:
    """The form of a message, and above it what came of the last time it was sent."""
    contrat = contrat_servi()
    genre = OPERATIONS[pret.operation].genre
    racine: Any = None
    if pret.de_document:
        try:
            racine = pret.racine()
        except UsageError as illisible:
            retour = replace(retour, erreur=retour.erreur or avec_remede(illisible))
    arbre = None
    if retour.remarques and racine is not None:
        arbre = construire(masquer(racine), remarques=retour.remarques, contrat=contrat)
    return render_template(
        "composer/operation.html",
        pret=pret,
        dite=presentation(contrat).operation(pret.operation),
        retour=retour,
        arbre=arbre,
        departs=departs,
        proposees=departs.proposees(services(), g.base.nom),
        guichets=departs.guichets(services(), g.base.nom),
        champs=saisie.remplir(racine, genre, contrat, maintenant().date()) if racine is not None else [],
        parametres=[
            (nom, presentation(contrat).parametre(nom), pret.parametres.get(nom, ""))
            for nom in brouillon.parametres(contrat, pret.operation)
        ],
        commune_dite=_commune_dite,
        listes=contrat.nomenclatures,
        emballages=expedition.EMBALLAGES,
    )


def _commune_dite(code: str) -> str:
    """Name of the commune of a code, "" for a code of none."""
    commune = contrat_servi().territoires.commune(code)
    return "" if commune is None else commune.nom
