"""Whatever the console does, the API does, or it is said why not."""

from typing import Final

import pytest
from flask import Flask

from sne_sandbox.web.app import Configuration, creer_application

_PAGE: Final = "pages only: nothing of a base"
_LIVE: Final = "a stream of pages: a program asks again"
_FORM: Final = "the page that asks again before a deed"

#: Views of the console: the views of the API that do the same, or why there is none.
PAIRES: Final[dict[str, set[str] | str]] = {
    "accueil": _PAGE, "accueil_console": _PAGE, "accueil_base": _PAGE, "docs.page": _PAGE,
    "services": _PAGE, "services_base": _PAGE, "echange_nomme": {"exchanges.Un"},
    "bootstrap.static": _PAGE, "static": _PAGE, "guide.page": _PAGE, "guide.image": _PAGE,
    "guide.fichier": _PAGE,
    "connexion.page": _PAGE, "connexion.entrer": _PAGE, "connexion.sortir": _PAGE, "connexion.lecture": _PAGE,
    "boites.page": {"guichets.BoiteEntree", "guichets.BoiteSortie"},
    "boites.fichier": {"guichets.FichierRecu", "guichets.FichierDepose"},
    "boites.telecharger": {"guichets.FichierRecu", "guichets.FichierDepose"},
    "boites.supprimer": {"guichets.FichierRecu", "guichets.FichierDepose"},
    "boites.deposer": {"guichets.FichierDepose"},
    "boites.relever": {"guichets.Levee", "guichets.Distribution"},
    "composer.page": {"messages.Collection"}, "composer.operation": {"messages.Un"},
    "composer.envoyer": {"messages.Un", "messages.Verification", "messages.Requete"},
    "conformite.page": {"reports.Collection"}, "conformite.rapport": {"reports.Un", "reports.Contenu"},
    "conformite.arreter": {"reports.Arret"}, "conformite.effacer": {"reports.Un"},
    "conformite.fichier": {"reports.Fichier"}, "conformite.flux": _LIVE,
    "conformite.comparer": {"reports.Comparee"}, "conformite.juger": {"reports.Collection"},
    "conformite.temoin": {"reports.Collection"},
    "contrat.page": {"contract.Sommaire"}, "contrat.schema": {"contract.Elements"},
    "contrat.evenements": {"contract.Evenements"}, "contrat.nomenclatures": {"contract.Nomenclatures"},
    "contrat.nomenclature": {"contract.UneNomenclature"}, "contrat.operation": {"contract.Operations"},
    "regles.page": {"rules.Collection"}, "regles.regle": {"rules.Une"},
    "controle.page": {"clock.Lecture"}, "controle.avancer": {"clock.Avancee"},
    "controle.figer": {"clock.Gelee"}, "controle.reelle": {"clock.Rendue"},
    "controle.bases": {"bases.Collection"}, "controle.creer_base": {"bases.Collection"},
    "controle.supprimer_base": _FORM, "controle.faire_supprimer_base": {"bases.Une"},
    "controle.pannes": {"pannes.Collection"}, "controle.armer": {"pannes.Collection"},
    "controle.desarmer": {"pannes.Collection", "pannes.Une"},
    "controle.reglages": {"bases.Reglage"}, "controle.regler": {"bases.Reglage"},
    "controle.remise": _FORM, "controle.remettre": _FORM, "controle.faire_remettre": {"bases.Remise"},
    "controle.sauvegardes": {"snapshots.Collection"}, "controle.sauvegarder": {"snapshots.Collection"},
    "controle.fichier": {"snapshots.Fichier"}, "controle.restaurer": _FORM,
    "controle.faire_restaurer": {"snapshots.Restauration"}, "controle.oublier": _FORM,
    "controle.faire_oublier": {"snapshots.Une"}, "controle.comparer": {"snapshots.Comparee"},
    "base.demandes": {"demandes.Collection"},
    "demande.page": {"demandes.Une", "demandes.Foyer", "demandes.Doublons", "demandes.Histoire"},
    "demande.voir_attestation": {"demandes.Attestation"},
    "demande.telecharger_attestation": {"demandes.Attestation"}, "demande.document": {"demandes.Document"},
    "echange.page": {"exchanges.Un"}, "echange.document": {"exchanges.DocumentSeul"},
    "echange.octets": {"exchanges.Octets"}, "echange.piece": {"exchanges.Pieces", "exchanges.Piece"},
    "echange.archive": {"exchanges.Archive"}, "echange.reduire": {"exchanges.Reduction"},
    "echange.rejouer": {"exchanges.Rejeu"},
    "guichets.page": {"guichets.Collection"}, "guichets.certificat": {"certificates.Emission"},
    "guichets.autorite": {"authority.Confiance"},
    "journal.page": {"exchanges.Journal", "exchanges.Compte"}, "journal.flux": _LIVE,
    "scenes.page": {"scenes.Collection"}, "scenes.scene": {"scenes.Une"},
    "scenes.commencer": {"scenes.Debut"}, "scenes.jouer": {"scenes.Suite"},
    "statistiques.page": {"statistics.Lecture"}, "statistiques.feuille": {"statistics.Feuille"},
    "statistiques.graphique": {"statistics.Graphique"},
}  # fmt: skip
#: What only programs need.
SEULES: Final = {
    "openapi", "metrics", "problems.Tous", "problems.Un", "seeds.Collection", "exchanges.Manques",
}  # fmt: skip


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return creer_application(Configuration(home=tmp_path_factory.mktemp("home"), semence="vide"))


def _vues(application: Flask, partie: str) -> set[str]:
    return set(application.extensions["aiguillage"].partie(partie).view_functions)


def test_each_view_of_the_console_has_its_like_or_a_reason(application: Flask) -> None:
    assert _vues(application, "console") == set(PAIRES)


def test_the_likes_are_there_and_no_other_view_of_the_api_is_alone(application: Flask) -> None:
    pareilles = {vue for vues in PAIRES.values() if not isinstance(vues, str) for vue in vues}
    assert _vues(application, "api") - {"api-docs.openapi_json"} == pareilles | SEULES
