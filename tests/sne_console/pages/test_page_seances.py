"""The sessions of commissions, on pages and by the API; the way of a demande through them."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from banc import Banc, poser, specimen

Page = Callable[..., Any]
RPLS = "62BAC00042"


def decider(banc: Banc, numero: str, *, sans: tuple[str, ...] = (), **valeurs: str) -> None:
    """Writes the decision of the specimen about a demande, `sans` some characteristics, others changed."""
    racine = specimen("evenement", "documents")
    poser(racine, "operation/numUnique", numero)
    traits = {trait.findtext("{*}code"): trait for trait in racine.iter("{*}caracteristiqueSpecifique")}
    for code in sans:
        traits[code].getparent().remove(traits[code])
    for code, valeur in valeurs.items():
        if code not in traits:
            traits[code] = deepcopy(traits["SIREN"])
            traits[code].find("{*}code").text = code
            traits["SIREN"].addprevious(traits[code])
        traits[code].find("{*}valeurCaracteristiqueSpecifique").text = valeur
    reponse = banc.fichier("ajouterEvenementDemande", racine)
    assert reponse.echange is not None
    assert reponse.echange.verdict == "accepté", reponse.echange.anomalies


@pytest.fixture
def examinees(banc: Banc) -> list[str]:
    """The numéros of a session: the first by rank refuses, the second signs, nothing is attributed to the
    third."""
    noms = ("colocataires", "personne_seule", "couple_garde_alternee_handicap")
    numeros = [banc.creer_demande(nom, dateCreationDemande="2018-03-01")[0] for nom in noms]
    decider(banc, numeros[1], DECISION="ATTCLA", RANG="2", CATEG="SANLOG")
    decider(banc, numeros[0], sans=("DATEBAIL",), DECISION="ATTCLA", RANG="1", BAIL="non", REFUSMEN="oui")
    aucune = {"DECISION": "NONATT", "MOTIF": "Autre", "BAIL": "non", "CATEG": "AUCUNE"}
    decider(banc, numeros[2], sans=("DATEBAIL", "DALO"), **aucune)
    return numeros


def lignes(arbre: Any, legende: str) -> list[list[str]]:
    rangees = arbre.xpath("//table[caption=$legende]/tbody/tr", legende=legende)
    return [[" ".join(case.text_content().split()) for case in rangee] for rangee in rangees]


def test_a_session_shows_its_candidates_by_rank_and_what_followed(
    banc: Banc, page: Page, examinees: list[str]
) -> None:
    refuse, signe, sans = examinees
    liste = page("/seances")
    assert lignes(liste, "Séances, de la plus récente à la plus ancienne") == [
        ["08/03/2018", "Maisons et Jardins d'Artois 993681931", RPLS, "3", signe]
    ]
    (adresse,) = liste.xpath("//tbody//a[contains(@href, '/seances/')]/@href")
    seance = page(f"/{adresse}")
    candidats = [
        (n, decision, rang, priorite, suite)
        for n, decision, rang, priorite, _, suite, _ in lignes(seance, "Candidats, par rang")
    ]
    mal = "Mal logement ou difficultés particulières (b ; c depuis le 25/11/2018) MALLOG"
    sans_toit = "Sans logement, y compris hébergé par des tiers (j ; k depuis le 25/11/2018) SANLOG"
    assert candidats == [
        (refuse, "Attribution par classement", "1", mal, "refusée par le ménage"),
        (signe, "Attribution par classement", "2", sans_toit, "suivie d'un bail signé le 12/03/2018"),
        (sans, "Non-attribution", "", "Aucune AUCUNE non", ""),
    ]
    assert seance.xpath("//dl[@class='fiche']//dd/a/text()") == [signe]
    # The way of a demande leads to it.
    demande = page(f"/demandes/{refuse}")
    assert adresse in demande.xpath("//section[@aria-labelledby='t-commissions']//a/@href")
    assert page("/seances?du=09/03/2018").xpath("//div[@class='vide']")
    assert page(f"/{adresse}0", statut=404) is not None
    assert len(page("/seances?apres=hier").xpath("//tbody/tr")) == 1
    # Of one that is erased, the dwelling is forgotten: it is in a session of that day that names none.
    with banc.services.magasin.ecrire(banc.nom) as registre:
        registre.supprimer_tout([signe])
    autre, meme = page("/seances").xpath("//tbody//a[contains(@href, '/seances/')]/@href")
    for ou, attendus in ((adresse, [refuse, sans]), (({autre, meme} - {adresse}).pop(), ["effacée"])):
        assert [lue[0] for lue in lignes(page(f"/{ou}"), "Candidats, par rang")] == attendus


def test_sessions_by_the_api(banc: Banc, examinees: list[str]) -> None:
    """By year, between days, page after page; one by its name; those of a demande in it."""
    refuse, signe, _ = examinees
    decider(banc, refuse, sans=("DATEBAIL",), DATECAL="2018-03-10", BAIL="non", RPLS="62BAC00043")

    def lire(chemin: str) -> Any:
        return banc.api("GET", f"/bases/{banc.nom}{chemin}").json

    premiere = lire("/seances?annee=2018&limite=1")
    seconde = lire(f"/seances?annee=2018&limite=1&apres={premiere['suite']}")
    assert [page["seances"][0]["jour"] for page in (premiere, seconde)] == ["2018-03-10", "2018-03-08"]
    assert seconde["suite"] is None
    assert lire("/seances?annee=2018")["seances"] == [*premiere["seances"], *seconde["seances"]]
    assert lire("/seances?du=2018-03-09&au=2018-03-10")["seances"] == premiere["seances"]
    assert lire("/seances?annee=2017") == {"seances": [], "suite": None}
    breve = seconde["seances"][0]
    assert (breve["logement"], breve["demandes"], breve["baux"]) == (RPLS, 3, [signe])
    entiere = lire(f"/seances/{breve['nom']}")
    assert {**breve, "candidats": entiere["candidats"]} == entiere
    assert [c["devenir"] for c in entiere["candidats"]] == ["refus", "bail", None]
    dites = lire(f"/demandes/{refuse}")["decisions"]
    assert [(d["jour"], d["seance"]) for d in dites] == [
        ("2018-03-08", breve["nom"]), ("2018-03-10", premiere["seances"][0]["nom"]),
    ]  # fmt: skip
    assert banc.api("GET", f"/bases/{banc.nom}/seances/hier").status_code == 404
    assert banc.api("GET", f"/bases/{banc.nom}/seances?apres=hier").status_code == 422
