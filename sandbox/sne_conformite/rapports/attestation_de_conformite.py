"""A report as one page to hand over: what it concludes, of what product, when, and where its proof lies.

The page is a rendering, and says so: the proof is the evidence package, whose digest it names. It is laid out
once, by `tests/gabarits.py`, and filled as the attestation of a demande is.
"""

import textwrap
from collections.abc import Iterator
from typing import Final

from sne_conformite.rapports import synthese, verdict_de_conformite
from sne_conformite.rapports.constats_groupes import compter
from sne_conformite.rapports.rapport import SEUL, TRAFIC, Alentours, Rapport
from sne_conformite.rapports.rapport_masque import masquer
from sne_interface.domain.dates import PARIS
from sne_interface.domain.texte import accorde, visible
from sne_sandbox.operations.attestation import LARGEUR, LIGNES, remplir

GABARIT: Final = "attestation/verdict"
#: Lines of the page that are larger, and characters of each.
TETE: Final = 2
_LARGEUR_TETE: Final = 60
#: Of the mentions, the reasons and the risks, those that the page has room for.
_MENTIONS_MAX: Final = 8
_PHRASES_MAX: Final = 4


def octets(rapport: Rapport, alentours: Alentours = SEUL) -> bytes:
    """The page: PDF, ASCII bytes, NIRs masked."""
    return remplir(GABARIT, lignes(rapport, alentours))


def lignes(rapport: Rapport, alentours: Alentours = SEUL) -> list[str]:
    """The text of the page, a line each: its head first, where the proof lies last."""
    rapport = masquer(rapport)
    tete = synthese.tete(rapport)
    grandes = textwrap.wrap(visible(tete.titre), _LARGEUR_TETE)
    if len(grandes) > TETE:  # what would be cut may be what refuses it
        dit = f"{synthese.bref(rapport)} : {tete.titre}"
        dit = dit[:1].upper() + dit[1:]
        grandes = textwrap.wrap(visible(dit), _LARGEUR_TETE, max_lines=TETE, placeholder=" …")
    pied = [*_replier(_pied(alentours))]
    place = LIGNES - TETE - len(pied) - 1
    corps = list(_replier(_corps(rapport, tete)))
    if len(corps) > place:
        corps = [*corps[: place - 1], "… la suite est dans rapport.html."]
    return [*grandes, *[""] * (TETE - len(grandes)), *corps, *[""] * (place - len(corps) + 1), *pied]


def _corps(rapport: Rapport, tete: synthese.TeteDeRapport) -> Iterator[str]:
    entete, candidat = rapport.entete, rapport.entete.candidat
    if tete.couvre:
        yield f"{tete.couvre}. De ce qui n'est pas prouvé, rien n'est dit."
    yield ""
    if candidat is not None:
        yield f"Produit : {candidat.produit} {candidat.version}, de {candidat.editeur}"
    yield f"Application essayée : {entete.application} (identité {entete.identite})"
    mode = "trafic reçu, sans pilotage" if entete.mode == TRAFIC else "application pilotée par le plan"
    yield f"Contrat {entete.contrat}, profil {entete.profil} ; {mode}"
    tires = f", {accorde(entete.exemples, 'ménage')}, graine {entete.graine}" if entete.exemples else ""
    echanges = f"{accorde(entete.echanges, 'échange', 'échanges')}{tires}"
    yield f"Le {entete.debut.astimezone(PARIS):%d/%m/%Y à %H h %M} ; {echanges}"
    yield f"Par {entete.outil}"
    if entete.defi:
        yield f"Défi annoncé : {entete.defi}"
    if rapport.mentions:
        yield ""
        for mention in rapport.mentions[:_MENTIONS_MAX]:
            yield f"{mention.titre} : {mention.verdict} ({verdict_de_conformite.preuves_de(mention)})"
            if mention.acquise:
                yield from (f"  {dit}" for dit in (mention.quoi, *mention.reserves) if dit)
    yield ""
    for famille in synthese.familles(rapport):
        prouvees = accorde(famille.prouvees, "prouvée")
        suite = "".join(f", {issue.compte(nombre)}" for issue, nombre in famille.manquements)
        yield f"{famille.titre} : {prouvees} sur {len(famille.bilans)}{suite}"
    if fidelites := synthese.fidelites(rapport):
        yield fidelites
    connus = dict.fromkeys(f"{groupe.titre} : {groupe.connue}" for groupe in compter(rapport).connus)
    for titre, phrases in (
        ("Pourquoi :", [*tete.motifs]),
        ("Manquements connus, excusés par --baseline :", [*connus]),
        ("Ce que risque un ménage :", [*synthese.risques(rapport)]),
    ):
        if phrases:
            yield from ("", titre, *(f"– {phrase}" for phrase in phrases[:_PHRASES_MAX]))
        if len(phrases) > _PHRASES_MAX:
            yield "– … et d'autres, dans rapport.html."


def _pied(alentours: Alentours) -> Iterator[str]:
    yield "Cette page rend ce que dit un rapport ; elle n'en est pas la preuve."
    if alentours.preuves:
        yield f"La preuve est preuves.zip, SHA-256 {alentours.preuves}"
        yield f"Vérifier : sne-sandbox certification --verifier {alentours.numero} DOSSIER"
    if alentours.signatures is not None:
        yield f"Signé par : {' ; '.join(alentours.signatures) or 'personne'}"
    if alentours.classe:
        yield f"Classe : {alentours.classe}"


def _replier(phrases: Iterator[str]) -> Iterator[str]:
    for phrase in phrases:
        yield from textwrap.wrap(visible(phrase), LARGEUR, subsequent_indent="  ") or [""]
