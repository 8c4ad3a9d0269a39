"""The admin API: bases, resets, the journal; every error an RFC 9457 problem."""

import base64
from collections.abc import Callable
from typing import Any

import pytest
from banc import FORMULAIRE, Banc, poser, specimen

from sne_sandbox.web.securite import LECTURES

PROBLEME = "application/problem+json"


def _probleme(reponse: Any, statut: int) -> dict[str, Any]:
    assert reponse.status_code == statut, reponse.text
    assert reponse.content_type == PROBLEME
    corps: dict[str, Any] = reponse.json
    assert {"type", "title", "status", "detail"} <= corps.keys()
    assert corps["status"] == statut
    return corps


def test_a_base_is_created_read_and_deleted(banc: Banc) -> None:
    nom = f"{banc.nom}-b"
    corps = {"nom": nom, "horloge": "2018-03-15T12:00:00", "profil": "strict", "seed": 7}
    reponse = banc.api("POST", "/bases", corps)
    assert reponse.status_code == 201
    assert reponse.json["profil"] == "strict"
    assert reponse.json["horloge"] == "2018-03-15T12:00:00+01:00"
    assert reponse.json["adresses"]["DemandeLogementImplService"] == (
        f"/bases/{nom}/services/DemandeLogementImplService/"
    )
    assert banc.api("GET", f"/bases/{nom}").json == reponse.json
    assert nom in [b["nom"] for b in banc.api("GET", "/bases").json]
    assert Banc(banc.app, nom).demander(specimen("personne_seule")).numero
    assert banc.api("DELETE", f"/bases/{nom}").status_code == 204
    _probleme(banc.api("GET", f"/bases/{nom}"), 404)
    _probleme(banc.api("DELETE", f"/bases/{nom}"), 404)


@pytest.mark.parametrize(
    "corps",
    [
        {},
        {"nom": ""},
        {"nom": "a/b"},
        {"nom": "é"},
        {"nom": "a" * 41},
        {"nom": 3},
        {"nom": "a", "semence": "inconnue"},
        {"nom": "a", "profil": "dur"},
        {"nom": "a", "horloge": "hier"},
        {"nom": "a", "horloge": "0001-01-01T00:00:00"},
        {"nom": "a", "horloge": "9999-12-31T23:59:59"},
        {"nom": "a", "seed": 2**63},
        {"nom": "a", "inconnu": 1},
        {"nom": "a", "reglages": {"inconnu": "1"}},
        {"nom": "a", "reglages": {"recherche_max": "beaucoup"}},
        {"nom": "a", "reglages": {"recherche_max": "-1"}},
        {"nom": "a", "reglages": {"emballage": "papier"}},
        [],
        "a",
    ],
    ids=str,
)
def test_a_bad_base_is_a_problem(banc: Banc, corps: Any) -> None:
    _probleme(banc.api("POST", "/bases", corps), 422)


def test_a_name_taken_is_a_problem(banc: Banc) -> None:
    assert banc.nom in _probleme(banc.api("POST", "/bases", {"nom": banc.nom}), 409)["detail"]


def test_broken_json_is_a_problem(banc: Banc) -> None:
    reponse = banc.http.post(
        "/api/v1/bases", data=b"{", headers={"Host": "localhost", "Content-Type": "application/json"}
    )
    _probleme(reponse, 400)


@pytest.mark.parametrize(
    ("methode", "chemin", "statut"),
    [("GET", "/rien", 404), ("PATCH", "/bases", 405), ("POST", "/bases/x", 405)],
)
def test_http_errors_are_problems(banc: Banc, methode: str, chemin: str, statut: int) -> None:
    reponse = banc.api(methode, chemin)
    _probleme(reponse, statut)
    if statut == 405:
        assert "GET" in reponse.headers["Allow"]


def test_the_default_base_is_not_deleted(banc: Banc) -> None:
    assert "reset" in _probleme(banc.api("DELETE", "/bases/ecole"), 409)["detail"]


@pytest.mark.parametrize(
    ("portee", "demandes", "lignes"),
    [("journal", 1, 0), ("etat", 0, 2), ("pannes", 1, 1), ("tout", 0, 0), (None, 0, 0)],
)
def test_a_reset_empties_what_it_says(banc: Banc, portee: str | None, demandes: int, lignes: int) -> None:
    banc.creer_demande()
    reponse = banc.api("POST", f"/bases/{banc.nom}/reset", {} if portee is None else {"portee": portee})
    assert reponse.status_code == 200
    assert (banc.compter(), len(banc.journal())) == (demandes, lignes)
    if demandes == 0:
        assert banc.creer_demande()[0][7:13] == "000001"


def test_a_reset_of_nothing_known(banc: Banc) -> None:
    _probleme(banc.api("POST", f"/bases/{banc.nom}/reset", {"portee": "moitié"}), 422)
    _probleme(banc.api("POST", "/bases/nulle-part/reset", {}), 404)


def test_the_openapi_document_describes_it(banc: Banc) -> None:
    lu = banc.api("GET", "/openapi.json").json
    assert lu["openapi"].startswith("3.1")
    assert "/api/v1/bases/{base}/exchanges/{identifiant}" in lu["paths"]
    appels = [(c, appel) for c, methodes in lu["paths"].items() for appel in methodes.values()]
    muets = [
        (chemin, p["name"])
        for chemin, appel in appels
        if isinstance(appel, dict)
        for p in appel.get("parameters", [])
        if p.get("in") == "query" and not p.get("description")
    ]
    assert muets == []


# --- the journal ------------------------------------------------------------------------------------------


def test_the_journal_newest_first_filtered_and_paged(banc: Banc) -> None:
    numero, _ = banc.creer_demande("personne_seule")
    banc.creer_demande("colocataires")
    banc.relire("inconnu")
    chemin = f"/bases/{banc.nom}/exchanges"
    page = banc.api("GET", chemin).json
    assert [e["id"] for e in page["echanges"]] == [3, 2, 1]
    assert (page["gardes"], page["oublies"]) == (3, 0)
    assert page["echanges"][0]["fault"]["code"] == "Sender"

    def ids(question: str) -> list[int]:
        return [e["id"] for e in banc.api("GET", f"{chemin}?{question}").json["echanges"]]

    assert ids("limite=1") == [3]
    assert ids("avant=3") == [2, 1]
    assert ids("guichet=G1104") == [1]
    assert ids("operation=getDemandeLogement") == [3]
    assert ids("verdict=fault") == [3]
    assert ids(f"numero={numero}") == [1]
    assert ids("guichet=G1104&verdict=fault") == []
    assert ids("apres=1") == [3, 2]
    assert ids("apres=3") == []
    assert (page["suite"], page["ignores"]) == (None, 0)
    assert banc.api("GET", f"{chemin}?limite=2").json["suite"] == 2
    assert banc.api("GET", f"{chemin}?limite=1&avant=2").json["suite"] is None
    _probleme(banc.api("GET", f"{chemin}?limite=0"), 422)
    _probleme(banc.api("GET", f"{chemin}?avant=x"), 422)
    _probleme(banc.api("GET", "/bases/nulle-part/exchanges"), 404)


def test_the_journal_is_searched_by_xpath(banc: Banc) -> None:
    for nom in ("personne_seule", "association"):
        banc.creer_demande(nom)
    chemin = f"/bases/{banc.nom}/exchanges"

    def trouves(question: str) -> list[int]:
        ids: list[int] = []
        suite = ""
        while True:  # a page opens a number of documents, for a time
            page = banc.api("GET", f"{chemin}?{question}{suite}").json
            ids += [e["id"] for e in page["echanges"]]
            if page["suite"] is None:
                return ids
            suite = f"&avant={page['suite']}"

    assert trouves("xpath=//association") == [2]
    assert trouves("xpath=//demandeLogement&limite=1") == [2, 1]
    assert trouves("xpath=//demandeLogement&apres=1") == [2]
    for faux in ("//[", "inconnue()", "$x"):
        assert "xpath" in _probleme(banc.api("GET", f"{chemin}?xpath={faux}"), 422)["detail"].lower()


def test_an_anomaly_is_explained(banc: Banc) -> None:
    racine = specimen("colocataires")
    banc.demander(racine)
    banc.demander(racine)
    detail = banc.api("GET", f"/bases/{banc.nom}/exchanges/2").json
    (doublon,) = [a for a in detail["anomalies"] if a["regle"] == "DOU001"]
    assert doublon["remede"]
    assert doublon["condition"]
    assert doublon["fidelite"] == "déduite"
    assert "circulaire" in doublon["source"]


def test_an_exchange_that_is_not_there(banc: Banc) -> None:
    for identifiant in (1, 0, 2**63, 10**30):
        _probleme(banc.api("GET", f"/bases/{banc.nom}/exchanges/{identifiant}"), 404)


NIR = "206127511100564"


@pytest.mark.parametrize("forme", ["mtom", "simple"])
def test_a_nir_is_masked_wherever_the_journal_is_shown(banc: Banc, forme: str) -> None:
    racine = specimen("personne_seule_nir", nir=NIR)
    options = {"forme": None} if forme == "simple" else {}
    resultat = banc.demander(racine, **options)
    assert resultat.statut == 200
    brut = resultat.echange.requete
    assert NIR.encode() in brut or forme == "simple"
    lu = banc.api("GET", f"/bases/{banc.nom}/exchanges/1")
    assert NIR not in lu.text
    assert NIR[3:] not in lu.text
    assert lu.json["instant_base"] == "2018-03-15T12:00:00+01:00"
    for sens in ("requete", "reponse"):
        corps = lu.json[sens]["corps"]
        assert lu.json[sens]["encodage"] == "utf-8"
        for morceau in corps.replace("<", ">").split(">"):
            if len(morceau) > 400 and " " not in morceau:
                assert NIR.encode() not in base64.b64decode(morceau)
    assert NIR not in banc.api("GET", f"/bases/{banc.nom}/exchanges").text


def test_a_nir_quoted_by_a_fault_is_masked(banc: Banc) -> None:
    racine = specimen("personne_seule_nir")
    poser(racine, f"{FORMULAIRE}/personnePhysique/demandeur/telPortable", NIR)
    assert banc.demander(racine).statut == 500
    assert NIR not in banc.api("GET", f"/bases/{banc.nom}/exchanges/1").text
    assert NIR not in banc.api("GET", f"/bases/{banc.nom}/exchanges").text


def test_secrets_of_headers_are_masked(banc: Banc) -> None:
    banc.http.post(
        f"/bases/{banc.nom}/services/DemandeLogementImplService/",
        data=b"x",
        headers={"Authorization": "Basic c2VjcmV0"},
    )
    assert "c2VjcmV0" not in banc.api("GET", f"/bases/{banc.nom}/exchanges/1").text


def test_a_nir_is_masked_in_the_name_of_a_header_and_in_base64(banc: Banc) -> None:
    """Both came to whoever may only read."""
    dit = base64.b64encode(NIR.encode()).decode()
    banc.http.post(
        f"/bases/{banc.nom}/services/DemandeLogementImplService/",
        data=b"x",
        headers={f"X-N{NIR}": "1", "X-Dit": dit},
    )
    for suite in ("", "/har"):
        lu = banc.api("GET", f"/bases/{banc.nom}/exchanges/1{suite}").text
        assert not any(cherche in lu for cherche in (NIR, dit))


def test_bytes_that_are_no_text_are_given_in_base64(nouvelle_base: Callable[..., Banc]) -> None:
    banc = nouvelle_base()
    chemin = f"/bases/{banc.nom}/services/DemandeLogementImplService/"
    banc.poster(b"\xff\xfe", "x/y", chemin=chemin)
    banc.poster(b"\xff\xfe\x00", "x/y", chemin=chemin)
    lu, binaire = (banc.api("GET", f"/bases/{banc.nom}/exchanges/{n}").json["requete"] for n in (1, 2))
    assert (lu["encodage"], base64.b64decode(lu["corps"])) == ("base64", b"\xff\xfe")
    assert binaire["encodage"] == "utf-8"
    assert binaire["corps"].startswith("[contenu de 3 octets : non montré")


def test_a_problem_has_a_type_that_is_told_and_a_title_that_never_varies(banc: Banc) -> None:
    genres = {f"/api/v1/problems/{g['slug']}": g for g in banc.api("GET", "/problems").json}
    rencontres = [
        _probleme(banc.api("GET", "/bases/ni-l-une"), 404),
        _probleme(banc.api("GET", "/bases/ni-l-autre"), 404),
        _probleme(banc.api("GET", "/nulle-part"), 404),
        _probleme(banc.api("DELETE", "/bases/ecole"), 409),
        _probleme(banc.api("POST", "/bases", {"nom": ""}), 422),
        _probleme(banc.api("PUT", "/bases"), 405),
        _probleme(banc.http.get("/healthz/rien", headers={"Host": "127.0.0.1"}), 404),
    ]
    for rencontre in rencontres:
        genre = genres[rencontre["type"]]
        assert (genre["title"], genre["status"]) == (rencontre["title"], rencontre["status"])
        assert banc.http.get(rencontre["type"], headers={"Host": "127.0.0.1"}).json == genre
    assert rencontres[0]["detail"] != rencontres[1]["detail"]


# --- bodies that are not announced as JSON: refused, never taken for no body -----------------------------


def test_no_call_takes_a_body_that_is_not_announced_as_json(banc: Banc) -> None:
    api = banc.app.extensions["aiguillage"].partie("api")
    appels = [
        (methode, regle.rule)
        for regle in api.url_map.iter_rules()
        if regle.endpoint != "guichets.deposer"
        for methode in sorted((regle.methods or set()) - set(LECTURES))
    ]
    assert len(appels) > 20
    numero, _ = banc.creer_demande()
    for methode, regle in appels:
        chemin = regle.removeprefix("/api/v1").replace("<base>", banc.nom).replace("<int:identifiant>", "1")
        for genre in ("text/plain", "application/x-www-form-urlencoded", ""):
            reponse = banc.http.open(
                f"/api/v1{chemin}",
                method=methode,
                data='{"portee": "journal", "instant": "2018-03-16T12:00:00"}',
                headers={"Host": "127.0.0.1:8080"},
                content_type=genre,
            )
            assert reponse.status_code == 415, (methode, chemin, genre)
            assert reponse.content_type == "application/problem+json"
            assert "-H 'Content-Type: application/json'" in reponse.json["detail"]
    assert banc.api("GET", f"/bases/{banc.nom}/demandes/{numero}").status_code == 200


def test_a_file_left_in_an_inbox_is_of_any_type(banc: Banc) -> None:
    reponse = banc.http.put(
        f"/api/v1/bases/{banc.nom}/guichets/G1226/inbox/DEMG1226-20180315120000-000001.xml",
        data=b"<x/>",
        content_type="text/xml",
        headers={"Host": "127.0.0.1:8080"},
    )
    assert reponse.status_code == 201


@pytest.mark.parametrize("corps", [None, {}])
def test_a_reset_without_a_body_resets_all(banc: Banc, corps: Any) -> None:
    banc.demander(specimen("personne_seule"))
    assert banc.api("POST", f"/bases/{banc.nom}/reset", corps).status_code == 200
    assert banc.api("GET", f"/bases/{banc.nom}/demandes").json["demandes"] == []
    assert banc.api("GET", f"/bases/{banc.nom}/exchanges/count").json["nombre"] == 0


@pytest.mark.parametrize("corps", ["journal", ["journal"], 3])
def test_a_body_that_is_no_object_is_refused(banc: Banc, corps: Any) -> None:
    numero, _ = banc.creer_demande()
    assert banc.api("POST", f"/bases/{banc.nom}/reset", corps).status_code == 422
    assert banc.api("GET", f"/bases/{banc.nom}/demandes/{numero}").status_code == 200


def test_files_are_kept_never_shown(banc: Banc) -> None:
    numero, _ = banc.creer_demande()
    assert banc.api("POST", f"/bases/{banc.nom}/snapshots", {"nom": "avant"}).status_code == 201
    for chemin in (
        f"demandes/{numero}/attestation",
        "exchanges/1/request",
        "exchanges/1/response",
        "snapshots/avant/file",
    ):
        recu = banc.api("GET", f"/bases/{banc.nom}/{chemin}")
        assert recu.status_code == 200
        assert recu.headers["Content-Disposition"].startswith("attachment; filename=")
        assert recu.data
