"""Each way in which a form does not arrive as it was entered, and what is no difference at all."""

from collections.abc import Callable
from typing import Any

import pytest
from donnees import a_cote

from sne_conformite.juges import juges_fidelite
from sne_conformite.juges.juges_fidelite import comparer
from sne_conformite.protocole.formulaire_saisi import de_json
from sne_interface.domain.element_recu import Element

DONNEES = a_cote(__file__)


def personne(**plus: Any) -> dict[str, Any]:
    return {
        "civilite": {"code": "2"},
        "nom": "Lefèvre",
        "nomPatronymique": "Martin",
        "prenom": "Bérénice-Alexandra",
        "dateNaissance": "1980-01-02",
        "nir": "280010100000123",
        "telPortable": "0611223344",
        "adressePostale": {"etranger": "false", "voie": "rue de l'Église", "codePostal": "01000"},
        "situationProfessionnelle": {"profession": "Libraire"},
        "listeRessourceRecue": {
            "detailRessource": [
                {"ressource": {"code": "SAL"}, "montant": "1200"},
                {"ressource": {"code": "AF"}, "montant": "131"},
            ]
        },
        **plus,
    }


def demande() -> dict[str, Any]:
    autres = [
        personne(prenom="Paul", nom="Petit", lienDemandeur={"code": "M"}, dateNaissance="1979-05-06"),
        personne(prenom="Zoé", nom="Roux", lienDemandeur={"code": "L"}, dateNaissance="1985-07-08"),
    ]
    return {
        "dateCreationDemande": "2018-03-15",
        "precision": "Près de l'école.",
        "logementRecherche": {
            "listeLocalisationSouhaite": {
                "localisationSouhaite": [{"commune": {"code": "62041"}}, {"commune": {"code": "62498"}}]
            }
        },
        "principauxMotifDemande": {"motifDemande": [{"code": "01"}, {"code": "12"}]},
        "personnePhysique": {
            "demandeur": personne(),
            "listePersonneACharge": {"personneACharge": [{"prenom": "Ana"}, {"prenom": "Théo"}]},
            "listeCotitulaire": {"cotitulaire": autres},
        },
        "listeHandicap": {"handicap": [{"etatHandicap": {"code": "STA"}}]},
    }


def ecarts(changer: Callable[[dict[str, Any]], object]) -> list[tuple[str, str]]:
    autre = demande()
    changer(autre)
    trouves = comparer(de_json("demandeLogement", demande()), de_json("demandeLogement", autre))
    return [(c.exigence, c.sorte) for c in trouves if not c.tenue]


def demandeur(d: dict[str, Any]) -> dict[str, Any]:
    trouve: dict[str, Any] = d["personnePhysique"]["demandeur"]
    return trouve


def cotitulaires(d: dict[str, Any]) -> list[dict[str, Any]]:
    trouves: list[dict[str, Any]] = d["personnePhysique"]["listeCotitulaire"]["cotitulaire"]
    return trouves


def ressources(d: dict[str, Any]) -> list[dict[str, Any]]:
    trouvees: list[dict[str, Any]] = demandeur(d)["listeRessourceRecue"]["detailRessource"]
    return trouvees


def souhaits(d: dict[str, Any]) -> list[dict[str, Any]]:
    liste: dict[str, list[dict[str, Any]]] = d["logementRecherche"]["listeLocalisationSouhaite"]
    return liste["localisationSouhaite"]


#: What is changed, and the one finding that it makes, "" for no fault.
CAS: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "nothing": (lambda d: None, ""),
    "one co-holder less is one finding": (lambda d: cotitulaires(d).pop(), "FID-02 cotitulaire_absent"),
    "the first co-holder less": (lambda d: cotitulaires(d).pop(0), "FID-02 cotitulaire_absent"),
    "no co-holder": (lambda d: d["personnePhysique"].pop("listeCotitulaire"), "FID-02 cotitulaire_absent"),
    "no child at all": (
        lambda d: d["personnePhysique"].pop("listePersonneACharge"),
        "FID-03 personne_a_charge_absente",
    ),
    "cut": (lambda d: demandeur(d).update(prenom="Bérénice-Al"), "FID-10 texte_coupe"),
    "without accents": (lambda d: demandeur(d).update(nom="Lefevre"), "FID-10 caractere_abime"),
    "names swapped": (
        lambda d: demandeur(d).update(nom="Martin", nomPatronymique="Lefèvre"),
        "FID-01 noms_echanges",
    ),
    "a field less": (lambda d: demandeur(d).pop("nomPatronymique"), "FID-01 champ_absent"),
    "a telephone less": (lambda d: demandeur(d).pop("telPortable"), "FID-07 champ_absent"),
    "another civility": (lambda d: demandeur(d).update(civilite={"code": "1"}), "FID-01 valeur_changee"),
    "no NIR": (lambda d: demandeur(d).pop("nir"), "FID-12 nir_absent"),
    "a resource less": (lambda d: ressources(d).pop(), "FID-04 ressource_absente"),
    "an amount changed": (lambda d: ressources(d)[0].update(montant="1201"), "FID-04 valeur_changee"),
    "an address less": (lambda d: demandeur(d).pop("adressePostale"), "FID-06 adresse_absente"),
    "a leading zero less": (
        lambda d: demandeur(d)["adressePostale"].update(codePostal="1000"),
        "FID-06 valeur_changee",
    ),
    "wishes in another order": (lambda d: souhaits(d).reverse(), "FID-05 ordre_change"),
    "a motive less": (lambda d: d["principauxMotifDemande"]["motifDemande"].pop(), "FID-05 motif_absent"),
    "handicap less": (lambda d: d.pop("listeHandicap"), "FID-08 handicap_absent"),
    "invented": (lambda d: demandeur(d).update(mel="inconnu@exemple.fr"), "FID-13 champ_invente"),
    "a profession less": (lambda d: demandeur(d)["situationProfessionnelle"].clear(), "FID-11 champ_absent"),
    "a text less": (lambda d: d.pop("precision"), "FID-13 champ_absent"),
    "capitals": (lambda d: demandeur(d).update(nom="LEFÈVRE"), ""),
    "an unticked box": (lambda d: demandeur(d).update(notifSms="false"), ""),
    "its own reference": (lambda d: d.update(refInterne="A-12"), ""),
    "amounts of a fixed width": (lambda d: ressources(d)[1].update(montant="000131"), ""),
    "another guichet's header": (lambda d: d.update(numGuichet="G1226", numUnique="X"), ""),
    "resources in another order": (lambda d: ressources(d).reverse(), ""),
}


@pytest.mark.parametrize(("changer", "attendu"), CAS.values(), ids=CAS)
def test_each_difference_has_its_name(changer: Callable[[dict[str, Any]], object], attendu: str) -> None:
    assert [" ".join(ecart) for ecart in ecarts(changer)] == list(filter(None, [attendu]))


def test_what_holds_is_said_once_for_each_requirement() -> None:
    trouves = comparer(de_json("demandeLogement", demande()), de_json("demandeLogement", demande()))
    tenues = [c.exigence for c in trouves]
    assert all(c.tenue for c in trouves)
    assert sorted(set(tenues)) == tenues
    assert {f"FID-{rang:02d}" for rang in (1, 2, 3, 4, 5, 6, 7, 10, 12)} <= set(tenues)


def test_a_nir_that_nobody_gave_is_invented() -> None:
    sans = demande()
    demandeur(sans).pop("nir")
    trouves = comparer(de_json("demandeLogement", sans), de_json("demandeLogement", demande()))
    assert [(c.exigence, c.sorte) for c in trouves if not c.tenue] == [("FID-12", "nir_invente")]


@pytest.mark.parametrize(
    ("saisi", "transmis", "attendus"),
    [
        ("155046299900117", "155046299900117", []),
        ("155046299900117", None, []),  # no public text says where the message has it
        ("155046299900117", "155046299900214", [("FID-12", "valeur_changee")]),
        (None, "155046299900117", [("FID-12", "nir_invente")]),
    ],
)
def test_the_nir_of_a_person_a_charge_may_not_arrive_and_nothing_else(
    saisi: str | None, transmis: str | None, attendus: list[tuple[str, str]]
) -> None:
    def avec(nir: str | None) -> Element:
        d = demande()
        if nir is not None:
            d["personnePhysique"]["listePersonneACharge"]["personneACharge"][1]["nir"] = nir
        return de_json("demandeLogement", d)

    trouves = comparer(avec(saisi), avec(transmis))
    assert [(c.exigence, c.sorte) for c in trouves if not c.tenue] == attendus


def test_a_nir_is_not_shown() -> None:
    autre = demande()
    demandeur(autre)["nir"] = "180010100000123"
    trouves = comparer(de_json("demandeLogement", demande()), de_json("demandeLogement", autre))
    (constat,) = [c for c in trouves if not c.tenue]
    assert "0100000" not in constat.attendu + constat.observe


def test_what_is_read_was_not_entered() -> None:
    autre = {nom: valeur for nom, valeur in demande().items() if nom != "precision"} | {
        "dateCreationDemande": "2018-03-16",
        "renouvellementElec": "true",
    }
    trouves = comparer(de_json("demandeLogement", demande()), de_json("demandeLogement", autre), lue=True)
    assert {constat.phrase for constat in trouves if not constat.tenue} == {
        "« precision » est tenu par le SNE et n'est pas rendu.",
        "« dateCreationDemande » n'a pas la valeur que tient le SNE.",
        "« renouvellementElec » est rendu alors que le SNE ne le tient pas.",
    }
    assert "saisi" not in " ".join(constat.phrase for constat in trouves)


def test_one_requirement_may_rule_all() -> None:
    attendu = Element("radiation", "", None, (Element("dateRadiation", "2018-03-15"),))
    recu = Element("radiation", "", None, (Element("dateRadiation", "2018-03-16"),))
    (constat,) = comparer(attendu, recu, exigence="FID-14", echange=7)
    assert (constat.exigence, constat.sorte) == ("FID-14", "jour_de_plus")
    assert (constat.chemin, constat.echange) == ("radiation/dateRadiation", 7)
    assert constat.phrase == "« dateRadiation » a un jour de plus : fuseau horaire ?"


def test_dates_that_are_all_a_day_off_are_one_finding() -> None:
    """A date that is right, off otherwise, or shifted the other way is no matter of time zones."""

    def dites(*jours: str) -> Element:
        noms = ("dateCreationDemande", "radiation")  # what a radiation says is the application's own
        creation, radiation = (
            Element(nom, jour) for nom, jour in zip(noms, (jours[0], jours[2]), strict=True)
        )
        demandeur = Element("demandeur", "", None, (Element("dateNaissance", jours[1]),))
        personne = Element("personnePhysique", "", None, (demandeur,))
        return Element("demandeLogement", "", None, (creation, personne, radiation))

    def rompues(*jours: str) -> dict[str, tuple[str, str]]:
        trouves = comparer(dites("2018-03-01", "1980-01-01", "2018-03-15"), dites(*jours))
        return {c.exigence: (c.sorte, c.cause) for c in trouves if not c.tenue}

    assert rompues("2018-02-28", "1979-12-31", "2018-03-15") == {
        "FID-13": ("jour_de_moins", ""),
        "FID-01": ("jour_de_moins", "FID-13"),
    }
    assert rompues("2018-03-02", "1980-01-02", "2018-03-15")["FID-01"] == ("jour_de_plus", "FID-13")
    assert rompues("2018-03-01", "1979-12-31", "2018-03-15") == {"FID-01": ("valeur_changee", "")}
    assert rompues("2018-02-28", "1980-01-02", "2018-03-15")["FID-01"] == ("valeur_changee", "")
    assert rompues("2018-02-28", "1979-12-30", "2018-03-15")["FID-01"] == ("valeur_changee", "")


def test_the_reference_is_the_application_s_own() -> None:
    dite, autre = {"precision": "Ici.", "refInterne": "R-1"}, {"precision": "Ici.", "refInterne": "ED/1"}
    for ecrite in (autre, {"precision": "Ici."}):
        trouves = comparer(de_json("demandeLogement", dite), de_json("demandeLogement", ecrite))
        assert [c for c in trouves if not c.tenue] == []
    lue = comparer(de_json("demandeLogement", dite), de_json("demandeLogement", autre), exigence="VIE-24")
    assert [c.sorte for c in lue if not c.tenue] == ["valeur_changee"], "what is read is told as it is"


def test_a_number_for_two_telephones_is_written_once() -> None:
    deux = personne(telDomicile="0611223344")
    une = {nom: valeur for nom, valeur in deux.items() if nom != "telPortable"}
    trouves = comparer(de_json("demandeur", deux), de_json("demandeur", une), exigence="FID-07")
    assert [c.tenue for c in trouves] == [True]
    perdus = comparer(
        de_json("demandeur", personne(telDomicile="0321000000")),
        de_json("demandeur", personne(telDomicile="0321000000", telPortable=None)),
        exigence="FID-07",
    )
    assert [c.sorte for c in perdus if not c.tenue], "another number is lost"


@pytest.mark.parametrize(("attendu", "observe", "memes"), DONNEES["the_same_or_not"])
def test_the_same_or_not(attendu: str, observe: str, memes: bool) -> None:
    assert juges_fidelite.equivalents(attendu, observe) is memes


@pytest.mark.parametrize(("attendu", "observe", "sorte"), DONNEES["what_became_of_it"])
def test_what_became_of_it(attendu: str, observe: str, sorte: str) -> None:
    assert juges_fidelite.sorte_d_ecart(attendu, observe) == sorte


def test_what_says_nothing() -> None:
    neutres = [t for t in ("false", "0", "0.00", "true", "1", "x", "") if juges_fidelite.est_neutre(t)]
    assert neutres == ["false", "0", "0.00"]


@pytest.mark.parametrize(
    ("observe", "memes"), [("0100", True), ("+100", True), ("100.00", True), ("010", False), ("", False)]
)
def test_a_whole_number(observe: str, memes: bool) -> None:
    assert juges_fidelite.equivalents("100", observe, entier=True) is memes
    assert not juges_fidelite.equivalents("100", "0100"), "elsewhere it is rather an identifier"


def test_every_difference_has_its_sentence() -> None:
    """Of what was entered, and of what was read."""
    sortes = {
        *juges_fidelite._ABSENTS.values(),
        juges_fidelite.TEXTE_COUPE,
        juges_fidelite.CARACTERE_ABIME,
        juges_fidelite.VALEUR_CHANGEE,
    }
    for phrases in (juges_fidelite._PHRASES, juges_fidelite._PHRASES_LUES):
        assert sortes | {"champ_absent", "champ_invente", "element_en_trop", "ordre_change"} <= phrases.keys()


def test_what_a_requirement_refuses_of_a_place_is_not_another_s_finding() -> None:
    """Of that place alone; of what is not there, also under what should hold it."""
    avant, apres = demande(), demande()
    demandeur(apres).update(civilite={"code": "M"}, nationalite={"code": "FRA"})
    apres["personnePhysique"]["listeCotitulaire"]["cotitulaire"][1].update(civilite={"code": "1"})
    del demandeur(apres)["adressePostale"]["voie"]
    trouves = comparer(
        de_json("demandeLogement", avant),
        de_json("demandeLogement", apres),
        refusees=lambda: {
            "personnePhysique/demandeur/civilite": "CTR-03",
            "personnePhysique/demandeur/adressePostale": "CTR-04",
            "personnePhysique/listeCotitulaire": "CTR-05",
        },
    )
    assert {(c.exigence, c.chemin.rpartition("/")[2], c.cause) for c in trouves if not c.tenue} == {
        ("FID-01", "civilite", "CTR-03"),
        ("FID-01", "civilite", ""),
        ("FID-06", "voie", "CTR-04"),
        ("FID-13", "nationalite", ""),
    }
    assert "FID-01" not in {c.exigence for c in trouves if c.tenue}


def test_what_is_held_does_not_depend_on_whose_the_elements_were() -> None:
    """An element knows one parent: those of a form that was copied may be another's, or nobody's."""
    form = de_json("demandeLogement", demande())
    tenues = {c.exigence for c in comparer(form, de_json("demandeLogement", demande()))}
    assert {"FID-01", "FID-02", "FID-05", "FID-06", "FID-10"} <= tenues
    Element("copie", "", None, form.enfants)
    assert {c.exigence for c in comparer(form, de_json("demandeLogement", demande()))} == tenues
