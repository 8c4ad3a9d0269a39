"""Every page and every call, asked for with every right: the table is written here once more, by hand."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from flask import Flask

from sne_interface.domain.base import Base
from sne_sandbox.bases import jetons
from sne_sandbox.bases.jetons import Droit, Entree
from sne_sandbox.store.jetons_en_base import JetonGarde
from sne_sandbox.web import acces as module_acces
from sne_sandbox.web import droits
from sne_sandbox.web.application_wsgi import creer_application
from sne_sandbox.web.configuration_et_services import Configuration
from sne_sandbox.web.droits import NiveauRequis, permet
from sne_sandbox.web.frein import Frein

#: Where one comes to get a right.
LIBRES: Final = {
    "static", "connexion.page", "connexion.entrer", "connexion.entree",
    "connexion.lecture", "connexion.lecteur", "connexion.sortir",
    "affichage.page", "affichage.choisir", "connexion.atelier", "connexion.stagiaire",
    "statistiques.publique",  # of the base that the owner of the server shows to all
    "services", "services_base",  # they lead to a page that wants a right
}  # fmt: skip
#: What shows nothing of any base.
COMMUNES: Final = {
    "accueil", "accueil_console", "guide.page", "guide.image", "guide.fichier",
    "openapi", "seeds.lister_semences", "rules.lister_regles", "rules.lire_regle", "contract.resumer",
    "contract.lire_document", "contract.decrire_formulaire", "contract.lister_nomenclatures",
    "contract.lire_nomenclature", "contract.chercher_communes", "contract.lister_evenements",
    "contract.lister_operations",
    "problems.lister", "problems.montrer", "authority.donner_autorite",
    # Of the console, pages of the same, which a base shows by its own contract, and its certificate.
    "regles.page", "regles.regle", "contrat.page", "contrat.schema", "contrat.nomenclatures",
    "contrat.nomenclature", "contrat.evenements", "contrat.formulaire", "contrat.operation",
}  # fmt: skip
#: What shows several bases, or changes which there are.
DU_SERVEUR: Final = {
    "metrics", "bases.lister", "bases.creer", "bases.supprimer", "bases.page", "bases.faire_supprimer",
    "conformite.piloter", "conformite.rejouer", "reports.rejouer",
}  # fmt: skip
#: What shows to who has a right on a base what is of it: the views look at that (their own tests).
SIENS: Final = {
    *(f"reports.{vue}" for vue in ("lister", "juger", "suivre", "effacer", "arreter", "lire_rapport",
                                   "donner_fichier", "comparer")),
    *(f"conformite.{vue}" for vue in ("page", "juger", "comparer", "rapport", "flux", "fichier", "arreter",
                                      "effacer", "scenario")),
}  # fmt: skip
#: Who may enter.
ADMIN: Final = {
    "jetons.page", "jetons.nouveau", "jetons.revoquer", "jetons.lister", "jetons.creer",
    "scenes.corrige",  # the trainer's answers
    # They name people, and hand out what opens their bases.
    *(f"ateliers.{vue}" for vue in (
        "page", "creer", "tableau", "flux", "fiches", "renouveler", "aider", "noter", "remise", "remettre",
        "fin", "clore", "lister", "lire", "lire_fiches", "refaire_liens", "dire",
    )),
}  # fmt: skip
#: What any place of an address may be.
PLACES: Final = {"cote": "requete", "boite": "entree", "identifiant": 1, "rang": 1}
TOUT: Final = "kQ3vX0aZ8rT5yB1nM7cW2e"


@pytest.fixture(scope="module")
def monde(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, dict[str, str]]]:
    """An application whose views do nothing, its bases A and B, and a token of each right."""
    app = creer_application(Configuration(tmp_path_factory.mktemp("droits"), jeton=TOUT))
    magasin = app.extensions["sne"].magasin
    for nom in ("A", "B"):
        magasin.bases.creer(Base(nom))
    tenus = {
        "base A": jetons.nouveau(magasin, "a", Droit.BASE, "A").jeton,
        "lecture": jetons.nouveau(magasin, "l", Droit.LECTURE).jeton,
        "tout fait": jetons.nouveau(magasin, "t", Droit.TOUT).jeton,
        "révoqué": jetons.nouveau(magasin, "r", Droit.TOUT).jeton,
        "expiré": "un-jeton-d-hier",
        "tout": TOUT,
        "faux": "faux",
    }
    jetons.revoquer(magasin, "r")
    hier = datetime.now(UTC) - timedelta(days=1)
    expire = JetonGarde("e", jetons.empreinte(tenus["expiré"]), "tout", None, hier, None, hier)
    magasin.jetons.ajouter(expire)
    for nom in ("console", "api"):
        partie = app.extensions["aiguillage"].partie(nom)
        avant = partie.before_request_funcs[None]
        avant[:] = [f for f in avant if f.__name__ != "_controler_formulaire"]  # CSRF has its own tests
        for endpoint in partie.view_functions:
            partie.view_functions[endpoint] = lambda **_: "vu"
    yield app, tenus
    magasin.fermer()


def adresses(app: Flask, base: str) -> Iterator[tuple[str, str, str, str]]:
    """(part, endpoint, method, address) of every page and call, in one base."""
    for nom in ("console", "api"):
        partie = app.extensions["aiguillage"].partie(nom)
        for regle in partie.url_map.iter_rules():
            # The options of a place (« any ») give its values.
            valeurs: dict[str, Any] = {}
            for place, convertisseur in regle._converters.items():
                permis = sorted(getattr(convertisseur, "items", ()))
                valeurs[place] = permis[0] if permis else PLACES.get(place, "x")
            valeurs |= {"base": base} if "base" in regle.arguments else {}
            _, chemin = regle.build(valeurs, append_unknown=False) or ("", "")
            for methode in sorted((regle.methods or set()) - {"HEAD", "OPTIONS"}):
                yield nom, regle.endpoint, methode, chemin


def attendu(droit: str, endpoint: str, methode: str, base: str, dans_une_base: bool) -> bool:
    """Whether this right opens it, by hand."""
    if endpoint in LIBRES or droit.startswith("tout"):
        return True
    if droit in ("personne", "faux", "révoqué", "expiré"):
        return False
    if droit == "lecture":
        return methode == "GET" and endpoint not in ADMIN
    if endpoint in ADMIN | DU_SERVEUR:
        return False
    if dans_une_base:
        return base == "A"
    if endpoint in SIENS:
        return True
    return endpoint in COMMUNES and methode == "GET"


@pytest.mark.parametrize("base", ["A", "B"])
@pytest.mark.parametrize(
    "droit", ["personne", "faux", "révoqué", "expiré", "lecture", "base A", "tout", "tout fait"]
)
def test_every_address_opens_to_the_rights_that_it_wants_and_to_no_other(
    monde: tuple[Flask, dict[str, str]], droit: str, base: str
) -> None:
    app, tenus = monde
    en_tetes = {"Host": "127.0.0.1:8080"}
    if droit != "personne":
        en_tetes["Authorization"] = f"Bearer {tenus[droit]}"
    faux, vus = [], 0
    for nom, endpoint, methode, chemin in adresses(app, base):
        app.extensions["acces"]._frein = Frein()
        reponse = (
            app.extensions["aiguillage"]
            .partie(nom)
            .test_client()
            .open(chemin, method=methode, headers=en_tetes)
        )
        ouverte = reponse.status_code < 300 and reponse.text == "vu"
        assert ouverte or reponse.status_code in (303, 401, 403), (chemin, reponse.status_code, reponse.text)
        dans_une_base = f"/{base}/" in f"{chemin}/"
        if ouverte != attendu(droit, endpoint, methode, base, dans_une_base):
            faux.append((methode, chemin, endpoint, reponse.status_code))
        vus += 1
    assert faux == []
    assert vus > 170


def test_what_is_in_no_table_is_the_admins_alone(monde: tuple[Flask, dict[str, str]]) -> None:
    app, tenus = monde
    partie = app.extensions["aiguillage"].partie("api")
    connus = {**droits.APPELS}
    for cle in (("GET", "/api/v1/bases"), ("GET", "/api/v1/seeds")):
        droits.APPELS.pop(cle)  # type: ignore[attr-defined]
    try:
        for chemin in ("/api/v1/bases", "/api/v1/seeds"):
            statuts = [
                partie.test_client()
                .get(chemin, headers={"Authorization": f"Bearer {tenus[droit]}"})
                .status_code
                for droit in ("lecture", "base A", "tout")
            ]
            assert statuts == [403, 403, 200]
    finally:
        droits.APPELS.update(connus)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("question", "statut"), [("", 200), ("?base=A", 200), ("?base=B", 403), ("?base=A&base=B", 200)]
)
def test_a_base_that_is_asked_for_after_the_question_mark_counts(
    monde: tuple[Flask, dict[str, str]], question: str, statut: int
) -> None:
    """The first is the one that is read, here and by the views."""
    app, tenus = monde
    en_tetes = {"Authorization": f"Bearer {tenus['base A']}"}
    partie = app.extensions["aiguillage"].partie("api")
    assert partie.test_client().get(f"/api/v1/contract{question}", headers=en_tetes).status_code == statut


def test_an_address_that_leads_nowhere_tells_nobody_anything(monde: tuple[Flask, dict[str, str]]) -> None:
    app, tenus = monde
    partie = app.extensions["aiguillage"].partie("api")
    app.extensions["acces"]._frein = Frein()
    assert partie.test_client().get("/api/v1/rien").status_code == 401
    en_tetes = {"Authorization": f"Bearer {tenus['base A']}"}
    assert partie.test_client().get("/api/v1/rien", headers=en_tetes).status_code == 404


def test_a_right_on_a_base_opens_what_names_it_alone() -> None:
    entree = Entree("a", "x", Droit.BASE, "A")
    assert permet(entree, NiveauRequis.BASE, ecrit=True, bases=["A"])
    assert not permet(entree, NiveauRequis.BASE, ecrit=False, bases=[])
    assert not permet(entree, NiveauRequis.BASE, ecrit=False, bases=["A", "B"])
    assert not permet(entree, NiveauRequis.COMMUN, ecrit=True, bases=["A"])


def test_only_views_that_exist_are_in_the_table(monde: tuple[Flask, dict[str, str]]) -> None:
    app, _ = monde
    vues = set(app.extensions["aiguillage"].partie("console").view_functions)
    assert set(droits.VUES) == vues


def test_the_key_of_the_cookies_says_nothing_of_the_tokens(tmp_path: Path) -> None:
    from sne_sandbox.store.magasin import Magasin

    with Magasin.ouvrir(None, tmp_path) as magasin:
        un, autre = (module_acces.Acces(Configuration(tmp_path, jeton=j), magasin) for j in ("un", "autre"))
        assert un.cle == autre.cle
        assert len(un.cle) == 64


def test_a_nir_in_clear_is_for_who_may_do_everything_and_for_no_base(tmp_path: Path) -> None:
    app = creer_application(Configuration(tmp_path, jeton=TOUT))
    magasin = app.extensions["sne"].magasin
    magasin.bases.creer(Base("A"))
    tenus = {
        "base": jetons.nouveau(magasin, "a", Droit.BASE, "A").jeton,
        "lecture": jetons.nouveau(magasin, "l", Droit.LECTURE).jeton,
        "tout fait": jetons.nouveau(magasin, "t", Droit.TOUT).jeton,
        "tout": TOUT,
    }
    partie = app.extensions["aiguillage"].partie("api")
    for chemin in ("snapshots/x/file", "guichets/G1226/outbox/RET.xml"):
        vus = {
            droit: partie.test_client()
            .get(f"/api/v1/bases/A/{chemin}", headers={"Authorization": f"Bearer {jeton}"})
            .status_code
            for droit, jeton in tenus.items()
        }
        assert vus == {"base": 403, "lecture": 403, "tout fait": 404, "tout": 404}, chemin
    clairs = set()
    for droit, jeton in tenus.items():
        with partie.test_request_context(headers={"Authorization": f"Bearer {jeton}"}):
            partie.preprocess_request()
            if module_acces.voit_en_clair():
                clairs.add(droit)
    assert clairs == {"tout fait", "tout"}  # what ?brut=oui asks
    magasin.fermer()
