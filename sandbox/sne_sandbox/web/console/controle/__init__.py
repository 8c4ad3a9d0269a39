"""`/console/<base>/controle`: time, pannes, settings, snapshots, bases. One module for each page."""

from collections.abc import Callable
from typing import Any, Final

from sne_sandbox.web.console.controle import bases, horloge, pannes, reglages, remise, sauvegardes
from sne_sandbox.web.console.page import section

blueprint: Final = section("controle", __name__)

_Vue = tuple[str, str, Callable[..., Any]]
#: Address, name and view of what is read.
_LUES: Final[tuple[_Vue, ...]] = (
    ("", "page", horloge.page),
    ("/pannes", "pannes", pannes.page),
    ("/reglages", "reglages", reglages.page),
    ("/sauvegardes", "sauvegardes", sauvegardes.page),
    ("/sauvegardes/comparer", "comparer", sauvegardes.comparer),
    ("/sauvegardes/<nom>/fichier", "fichier", sauvegardes.fichier),
    ("/sauvegardes/<nom>/restaurer", "restaurer", sauvegardes.confirmer_restauration),
    ("/sauvegardes/<nom>/supprimer", "oublier", sauvegardes.confirmer_suppression),
    ("/remettre", "remise", remise.page),
    ("/remettre/<portee>", "remettre", remise.confirmer),
    ("/bases", "bases", bases.page),
    ("/bases/supprimer", "supprimer_base", bases.confirmer_suppression),
)
#: And of what changes something.
_FAITES: Final[tuple[_Vue, ...]] = (
    ("/figer", "figer", horloge.figer),
    ("/avancer", "avancer", horloge.avancer),
    ("/reelle", "reelle", horloge.rendre_reelle),
    ("/pannes/armer", "armer", pannes.armer),
    ("/pannes/desarmer", "desarmer", pannes.desarmer),
    ("/reglages", "regler", reglages.regler),
    ("/sauvegardes", "sauvegarder", sauvegardes.sauvegarder),
    ("/sauvegardes/<nom>/restaurer", "faire_restaurer", sauvegardes.restaurer),
    ("/sauvegardes/<nom>/supprimer", "faire_oublier", sauvegardes.supprimer),
    ("/remettre/<portee>", "faire_remettre", remise.remettre),
    ("/bases", "creer_base", bases.creer),
    ("/bases/supprimer", "faire_supprimer_base", bases.supprimer),
)

for _vues, _methode in ((_LUES, "GET"), (_FAITES, "POST")):
    for _adresse, _nom, _vue in _vues:
        blueprint.add_url_rule(f"/controle{_adresse}", _nom, _vue, methods=[_methode])
