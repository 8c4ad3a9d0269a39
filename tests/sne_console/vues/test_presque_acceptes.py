"""Near misses: the path, the base or the operation that was meant."""

from datetime import UTC, datetime

import pytest
from banc import Banc, specimen

from sne_console.vues import presque_acceptes
from sne_interface.domain.echange import Echange, VerdictEchange

DEMANDE = "/services/DemandeLogementImplService/"


@pytest.mark.parametrize(
    ("appele", "proche"),
    [
        ("/services/DemandeLogementImplService", None),
        ("/services/DemandeLogementImplService/?x=1", None),
        ("/services/DemandeLogementService", DEMANDE),
        ("/SERVICES/demandelogementimplservice", DEMANDE),
        ("/bases/essai/services/DemandeLogementImplService/", None),
        ("/bases/esai/services/DemandeLogementImplService/", f"/bases/essai{DEMANDE}"),
        ("/bases/essai/services/DemandeLogement", f"/bases/essai{DEMANDE}"),
        ("/bases/rien-de-tel/services/DemandeLogementImplService/", None),
        ("/wp-login.php", None),
        ("", None),
        ("DEMG1226-201803151200-000001.xml", None),
        ("/services/" + "x" * 10_000, None),
    ],
)
def test_the_nearest_path(banc: Banc, appele: str, proche: str | None) -> None:
    assert presque_acceptes.chemin_proche(appele, banc.services.contrat, ["ecole", "essai"]) == proche


def refus(chemin: str = DEMANDE, verdict: VerdictEchange = VerdictEchange.REFUS, **fault: str) -> Echange:
    recu = datetime(2026, 3, 15, tzinfo=UTC)
    return Echange("ecole", recu, methode="POST", chemin=chemin, verdict=verdict, fault=fault)


@pytest.mark.parametrize(
    ("echange", "pourquoi", "remede", "proche"),
    [
        (refus(message="m", explication="a → b\nc → d"), "a", "b", None),
        (refus(message="La base manque.\n→ créez-la", explication=""), "La base manque.", "créez-la", None),
        (refus(message="m", explication="e"), "m", "e", None),
        (refus(message="m", explication=""), "m", "", None),
        (
            refus("/services/DemandeLogementService/", message="m", explication="sous /services/"),
            "m",
            f"appelez {DEMANDE}",
            DEMANDE,
        ),
        (
            refus(verdict=VerdictEchange.FAULT, message="L'élément [getNumUniqe] n'est pas…", explication=""),
            "L'élément [getNumUniqe] n'est pas…",
            "appelez getNumUnique",
            "getNumUnique",
        ),
    ],
)
def test_why_and_what_to_do(
    banc: Banc, echange: Echange, pourquoi: str, remede: str, proche: str | None
) -> None:
    manque = presque_acceptes.expliquer(echange, banc.services.contrat, ["ecole"])
    assert (manque.pourquoi, manque.remede, manque.plus_proche) == (pourquoi, remede, proche)


def test_refusals_of_a_base_newest_first(banc: Banc) -> None:
    banc.creer_demande()
    racine = specimen("personne_seule")
    racine.set("versionInterface", "02.01")
    racine.remove(racine[0])
    banc.demander(racine)
    banc.relire("inconnu")
    chemin = f"/bases/{banc.nom}/services/DemandeLogementImplService/"
    banc.http.put(chemin, data=b"x")

    def lire(question: str = "") -> list[dict[str, object]]:
        reponse = banc.api("GET", f"/bases/{banc.nom}/exchanges/near-misses{question}")
        assert reponse.status_code == 200
        lus: list[dict[str, object]] = reponse.json
        return lus

    methode, inconnu, structure = lire()
    assert (methode["verdict"], methode["statut"]) == ("refus", 405)
    assert "SOAP s'appelle par POST" in str(methode["pourquoi"])
    assert inconnu["operation"] is not None
    assert "entete" in str(structure["pourquoi"])
    assert structure["remede"]
    assert [m["id"] for m in lire(f"?avant={methode['id']}&limite=1")] == [inconnu["id"]]
