"""Every page that links lead to, of a base that holds a little of everything."""

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any, Final

import pytest
import requests
from banc import MIDI, Banc, message, specimen
from flask.testing import FlaskClient
from lxml import etree, html
from navigateur import ENTETES
from recensement import MODULES, Recensement, fuites, recenser
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from specimen import rapport

from sne_conformite.rapports import rapport_json
from sne_interface.domain.base import Horloge
from sne_sandbox.bases import bases
from sne_sandbox.web.application_wsgi import creer_application
from sne_sandbox.web.configuration_et_services import Configuration

ORIGINE: Final = "http://127.0.0.1:8080"


class EnProcessus(BaseAdapter):
    """The application without a socket: `requests` asks Flask's client."""

    def __init__(self, http: FlaskClient) -> None:
        super().__init__()
        self._http = http

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        """The answer; of a stream, which has no end, nothing is read."""
        with self._http.open(request.path_url, base_url=ORIGINE, headers=dict(request.headers)) as lue:
            reponse = requests.Response()
            reponse.request = request
            reponse.status_code, reponse.url, reponse.encoding = lue.status_code, request.url or "", "utf-8"
            reponse.headers = CaseInsensitiveDict(lue.headers)
            reponse.raw = BytesIO(b"" if lue.mimetype == "text/event-stream" else lue.data)
        return reponse

    def close(self) -> None:
        """Nothing is held."""


def remplir(banc: Banc) -> None:
    """Exchanges accepted and refused, a file in the boxes, a snapshot, an atelier, the report of a suite."""
    numero, racine = banc.creer_demande("colocataires")
    banc.demander(message(racine, "MAJ", numero))
    banc.demander(message(specimen("personne_seule"), "CRE", refInterne=""))
    banc.demander(b"<illisible>")
    jeton = html.fromstring(banc.http.get("/console/ecole/guichets/G1104", headers=ENTETES).text).xpath(
        "//input[@name='csrf']/@value"
    )[0]
    fichier = (BytesIO(etree.tostring(specimen("association"))), "DEMG1104-201803151200-000001.xml")
    for chemin, champs in (
        ("guichets/G1104/deposer", {"fichier": fichier}),
        ("guichets/G1104/relever", {}),
        ("controle/sauvegardes", {"nom": "depart"}),
        ("controle/bases", {"nom": "essai", "semence": "vide", "seed": "0"}),
        ("ateliers", {"nom": "salle", "combien": "1", "noms": "Une personne"}),
    ):
        envoye = banc.http.post(f"/console/ecole/{chemin}", headers=ENTETES, data={"csrf": jeton, **champs})
        assert envoye.status_code == 303, envoye.text
    pilotee = banc.services.configuration.home / "conformite" / "mon-application"
    pilotee.mkdir(parents=True)
    (pilotee / "rapport.json").write_bytes(rapport_json.octets(rapport()))


@pytest.fixture(scope="module")
def recense(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recensement]:
    """The pages of a server that has one base as a school has it, and another."""
    midi = Horloge(fige_a=MIDI)
    app = creer_application(Configuration(ouvert=True, home=tmp_path_factory.mktemp("pages"), horloge=midi))
    banc = Banc(app, "ecole")
    bases.assurer(
        banc.services.magasin, banc.services.contrat, semence="ecole", taille=30, seed=7, horloge=midi
    )
    remplir(banc)
    with requests.Session() as session:
        session.mount(ORIGINE, EnProcessus(banc.http))
        yield recenser(session, ORIGINE, ("/", "/console/ecole/guichets/G1104"), {})
    banc.services.magasin.fermer()


@pytest.mark.parametrize("section", MODULES)
def test_a_link_leads_to_each_section(section: str, recense: Recensement) -> None:
    assert recense.de(section)


def test_no_link_is_dead(recense: Recensement) -> None:
    assert recense.morts == {}


def test_no_page_prints_python(recense: Recensement) -> None:
    assert recense.fuites == {}


@pytest.mark.parametrize(
    ("page", "vues"),
    [
        ("<p>Contrat &lt;bound method Contrats.nom_de of &lt;Contrats object at 0x7f&gt;&gt;</p>", 1),
        ("<p title='&lt;Base object at 0x7f&gt;'>Base</p>", 1),
        ("<pre>Traceback (most recent call last)</pre>", 1),
        ("<p>Reçu le None</p>", 1),
        ("<p>Bonjour {{ nom }}</p>", 1),
        ("<p>NoneType n'est pas un mot, nonette non plus</p>", 0),
        ("<p>Écrivez <code>reponse is None</code></p><pre>${{ github.sha }}</pre>", 0),
    ],
)
def test_what_a_page_may_not_print(page: str, vues: int) -> None:
    assert len(fuites(html.fromstring(f"<html><body>{page}</body></html>"))) == vues


@pytest.mark.parametrize(
    "adresse",
    ["composer/nimporte", "composer/getDemandeLogement?echange=999", "controle/remettre/ailleurs",
     "regles/ZZZ999", "contrat/documents/zzz", "contrat/nomenclatures/zzz", "contrat/operations/zzz",
     "contrat/nomenclatures/%3Cscript%3E",
     *(f"composer/getNumUnique?{question}" for question in (
         "depart=menage-x-1", "depart=menage-association-zz", "demande=0000", "echange=999", "echange=abc",
         "regle=../../x", "depart=specimen-../../../pyproject", f"depart=echange-{'9' * 5000}",
         f"depart=menage-personne_seule-{'9' * 5000}"))],
)  # fmt: skip
def test_what_is_not_there_is_not_found(page: Callable[..., Any], adresse: str) -> None:
    page(f"/{adresse}", statut=404)
