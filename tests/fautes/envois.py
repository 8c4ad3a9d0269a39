"""Defects of what is sent twice, or crossed: what is right in each message, and wrong in their sequence."""

from collections.abc import Callable
from dataclasses import fields, replace
from functools import cache
from itertools import count
from threading import Condition
from typing import Any, Final

from fautes.faute import Etape, Famille, Faute, Formulaire, Remplacement, constante, entiere
from sne_temoin.incidents import Echec, Incident, Refus
from sne_temoin.memoire import Dossier
from sne_temoin.partage import DECISION
from sne_temoin.reponse import ReponseLue
from sne_temoin.temoin_assemble import Temoin

FAUTES: Final = Famille()


def _deux_fois(genre: str) -> Remplacement:
    """A message of that kind (`typeFichier`), sent again once its answer is read."""

    def fautive(temoin: Temoin, honnete: Etape, ce_genre: str, *dits: Any) -> Any:
        reponse = honnete(ce_genre, *dits)
        if ce_genre == genre:
            honnete(ce_genre, *dits)
        return reponse

    return entiere(fautive)


def _refait(temoin: Temoin, honnete: Etape, *dits: Any) -> Any:
    """The stage, done again; its first result."""
    resultat = honnete(*dits)
    honnete(*dits)
    return resultat


def _decision_refaite(temoin: Temoin, honnete: Etape, cible: Any, evenement: Formulaire) -> Any:
    if evenement.get("codeTypeEvenement") == DECISION:
        honnete(cible, evenement)
    return honnete(cible, evenement)


def _dans_l_ordre_des_envois(melanger: Callable[[ReponseLue, ReponseLue], ReponseLue]) -> Remplacement:
    """Answers go to those who asked in the order in which they come: right as long as one asks at a time.
    `melanger` says what is told, of the answer to the question and of the one that came in its turn."""

    def remplacer(temoin: Temoin, honnete: Etape) -> Etape:
        venues: list[Any] = []
        tour, partis = Condition(), count()

        def fautive(*dits: Any) -> Any:
            with tour:
                rang = next(partis)
            try:
                sienne: Any = honnete(*dits)
            except (Refus, Echec, Incident) as erreur:
                sienne = erreur
            with tour:
                venues.append(sienne)
                tour.notify_all()
                tour.wait_for(lambda: len(venues) > rang)
            if isinstance(sienne, Exception):
                raise sienne
            autre = venues[rang]
            return sienne if isinstance(autre, Exception) else melanger(sienne, autre)

        return fautive

    return remplacer


def _avec_l_attestation(sienne: ReponseLue, autre: ReponseLue) -> ReponseLue:
    if "attestation" not in sienne.pieces or "attestation" not in autre.pieces:
        return sienne
    return replace(sienne, pieces={**sienne.pieces, "attestation": autre.pieces["attestation"]})


def _un_seul_dossier(temoin: Temoin, honnete: Etape) -> Etape:
    courant = Dossier("", {}, "")

    def fautive(*dits: Any) -> Dossier:
        ouvert = honnete(*dits)
        for champ in fields(Dossier):
            setattr(courant, champ.name, getattr(ouvert, champ.name))
        return courant

    return fautive


def _reference_comptee(temoin: Temoin, honnete: Etape) -> Etape:
    """The number of a file is that of the last one, plus one; it is kept once the SNE has answered."""
    dernier = [0]

    def fautive(genre: str, version: str, contenu: Formulaire) -> Any:
        if genre != "CRE":
            return honnete(genre, version, contenu)
        rang = dernier[0] + 1
        reponse = honnete(genre, version, temoin.redaction.formulaire(contenu, {"refInterne": f"D-{rang}"}))
        dernier[0] = rang
        return reponse

    return fautive


def _premier_contexte(temoin: Temoin, honnete: Etape) -> Etape:
    """The TLS context that was made first, whichever guichet is served."""
    return cache(honnete)


FAUTES.extend((
    *(Faute(nom, phrase, ("VIE-32",), "envoi.envoyer", _deux_fois(genre))
      for nom, genre, phrase in (
          ("modification-repetee", "MOD", "Chaque modification est envoyée deux fois."),
          ("renouvellement-repete", "REN", "Chaque renouvellement est envoyé deux fois, attestation avec."),
          ("radiation-repetee", "RAD", "Chaque radiation est envoyée deux fois."),
          ("piece-repetee", "COP", "Chaque pièce est envoyée deux fois."),
      )),
    Faute("dalo-repete", "Chaque DALO est déclaré deux fois.", ("VIE-32",), "partage.declarer_dalo",
          entiere(_refait)),
    Faute("decision-repetee", "Chaque décision est ajoutée deux fois.", ("VIE-32",), "partage.ajouter",
          entiere(_decision_refaite)),
    Faute("evenement-repete", "Chaque événement est ajouté deux fois.", ("VIE-32",), "partage.ajouter",
          entiere(_refait)),
    Faute("evenement-change-deux-fois", "Chaque changement d'un événement est envoyé deux fois.", ("VIE-32",),
          "partage.modifier", entiere(_refait)),
    # demandes that are led at once
    Faute("reponses-croisees", "De deux demandes à la fois, chacune reçoit la réponse de l'autre.",
          ("VIE-33",), "liaison.appeler", _dans_l_ordre_des_envois(lambda sienne, autre: autre),
          suites=("VIE-24", "VIE-11", "ROB-06")),
    Faute("attestation-d-une-autre", "De deux demandes à la fois, chacune garde l'attestation de l'autre.",
          ("VIE-33",), "liaison.appeler", _dans_l_ordre_des_envois(_avec_l_attestation)),
    Faute("un-seul-dossier", "La demande en cours est la même pour tous ceux qui travaillent à la fois.",
          ("VIE-33",), "inscription.ouvrir", _un_seul_dossier),
    Faute("reference-partagee", "Deux demandes à la fois prennent la même référence interne.", ("VIE-33",),
          "envoi.envoyer", _reference_comptee),
    # guichets that are served at once
    Faute("certificat-commun", "Deux guichets ont un seul contexte TLS : le certificat du premier servi.",
          ("NOM-04",), "liaison.transport.contexte", _premier_contexte),
    Faute("guichet-commun", "Ce qui est demandé pour un second guichet est fait pour le premier.",
          ("NOM-04",), "liaison.servir", constante(None)),
))  # fmt: skip
