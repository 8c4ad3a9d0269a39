"""axe-core finds no fault on any page, however slight."""

from typing import Any, Final

import pytest
from recensement import MODULES, Recensement
from visite import Visite, Visiter

_LANCER: Final = """() => axe.run({resultTypes: ['violations'],
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"""
#: The menu of bases would lie over what is below it.
_DEPLIER = "document.querySelectorAll('details:not(.choix-base)').forEach((d) => { d.open = true; })"
#: What the other scheme of colours may spoil, and nothing else.
_CONTRASTES: Final = """() => axe.run({resultTypes: ['violations'],
  runOnly: {type: 'rule', values: ['color-contrast', 'link-in-text-block']}})"""


def fautes(visite: Visite, axe: str) -> list[str]:
    """What axe finds on the page that is shown, in light colours, then of colours in dark ones."""
    visite.page.evaluate(axe)
    trouvees = _dites(visite, visite.page.evaluate(_LANCER))
    visite.page.emulate_media(color_scheme="dark")
    sombres = _dites(visite, visite.page.evaluate(_CONTRASTES))
    visite.page.emulate_media(color_scheme="light")
    return trouvees + [f"en sombre, {faute}" for faute in sombres]


def _dites(visite: Visite, resultat: dict[str, Any]) -> list[str]:
    return [
        f"{visite.page.url} : {v['id']} ({v['impact']}) {n['target']} {n['failureSummary'][:300]}"
        for v in resultat["violations"]
        for n in v["nodes"][:3]
    ]


@pytest.mark.cher
@pytest.mark.parametrize("section", MODULES)
def test_axe_finds_nothing(section: str, recense: Recensement, visiter: Visiter, axe: str) -> None:
    visite = visiter()
    trouvees = []
    for adresse in recense.de(section):
        visite.aller(adresse).evaluate(_DEPLIER)
        trouvees += fautes(visite, axe)
    assert trouvees == []


_AU_TELEPHONE = (
    "/console/ecole/",
    "/console/ecole/journal",
    "/console/ecole/echanges/3",
    "/console/ecole/composer/getNumUnique",
    "/console/ecole/controle",
    "/console/ecole/ateliers/salle",
    "/console/ecole/conformite/mon-application",
    "/console/ecole/statistiques/territoires",
    "/console/ecole/demandes",
    "/console/ecole/guichets",
    "/console/ecole/contrat/formulaire",
    "/console/ecole/statistiques/flux",
    "/connexion",
)


@pytest.mark.parametrize("chemin", _AU_TELEPHONE)
def test_axe_at_the_width_of_a_telephone(chemin: str, visiter: Visiter, axe: str) -> None:
    visite = visiter(largeur=(390, 844))
    visite.aller(chemin)
    assert fautes(visite, axe) == []


def test_axe_sees_what_is_wrong(visiter: Visiter, axe: str) -> None:
    visite = visiter()
    visite.aller("/console/ecole/journal")
    visite.page.evaluate("document.querySelector('main').append(document.createElement('input'))")
    assert any("label" in faute for faute in fautes(visite, axe))
