"""What an application says of a command against what passed: habits that are no fault."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from banc import FORMULAIRE, MIDI, Banc, evenement, message, oter, poser, radiation, renouvellement, specimen
from lxml import etree

from sne_conformite.bilan.consequences import Consequences, Lectures
from sne_conformite.bilan.trafic_juge import parcourir
from sne_conformite.juges import juger
from sne_conformite.juges.juge import Connu, PasJoue
from sne_conformite.juges.juges_dires_de_l_application import juger_pas
from sne_conformite.observation import reponses_lues
from sne_conformite.observation.observation import Observation
from sne_conformite.protocole.protocole import FAUX_SERVEURS, Statut
from sne_conformite.rapports.rapport import Constat
from sne_interface.domain.echange import Piece
from sne_interface.domain.panne import PanneDefinition
from sne_sandbox.bases import pannes
from sne_sandbox.soap.requete_soap_ecrite import ecrire

FAIT = (Statut.FAIT,)


def vues(banc: Banc) -> list[Observation]:
    contrat = banc.services.contrat
    return [Observation(echange, contrat) for echange in parcourir(banc.services.magasin.journal, banc.nom)]


def rompues(banc: Banc, commande: str, reponse: dict[str, Any], **choix: Any) -> list[tuple[str, str]]:
    """(requirement, slug) of what a step made of all the traffic of the bench breaks."""
    return [(c.exigence, c.sorte) for c in casses(banc, commande, reponse, **choix)]


def casses(banc: Banc, commande: str, reponse: dict[str, Any], **choix: Any) -> list[Constat]:
    """The findings of `rompues`."""
    pas = PasJoue(
        commande=commande,
        message=choix.pop("message", {"reference": "d1"}),
        reponse={"statut": "fait", **reponse},
        observations=choix.pop("observations", None) or vues(banc),
        connu=choix.pop("connu", None) or Connu(),
        attendus=FAIT,
    )
    return [c for c in juger_pas(pas) if not c.tenue]


def _anomalies(vue: Observation) -> list[dict[str, str]]:
    """Those answered, as the application tells them."""
    champs = ("code", "propriete", "message")
    return [dict(zip(champs, anomalie, strict=True)) for anomalie in reponses_lues.anomalies(vue)]


@pytest.mark.parametrize(
    ("statut", "attendus", "dits"),
    [
        ("decline", (Statut.REFUSE, Statut.ERREUR), [("VIE-17", True)]),
        ("refuse", (Statut.REFUSE, Statut.ERREUR), [("VIE-17", True)]),
        ("erreur", (Statut.REFUSE, Statut.ERREUR), []),
        ("decline", FAIT, [("VIE-17", False)]),
        ("refuse", FAIT, [("VIE-17", False)]),
    ],
)
def test_an_application_may_refuse_by_itself(
    banc: Banc, statut: str, attendus: tuple[Statut, ...], dits: list[tuple[str, bool]]
) -> None:
    """It reads at the SNE, sees that the event is another guichet's, and sends nothing. An error proves
    nothing: it may come of anything."""
    numero, _ = banc.creer_demande()
    banc.relire(numero)
    pas = PasJoue(
        commande="modifier_evenement",
        message={"reference": "d1", "id_evenement": "1"},
        reponse={"statut": statut, "message": "Cet événement a été écrit par un autre guichet."},
        observations=vues(banc)[1:],
        connu=Connu(numeros={"d1": numero}),
        attendus=attendus,
    )
    assert [(c.exigence, c.tenue) for c in juger_pas(pas)] == dits


def test_an_error_is_no_refusal_where_the_sne_might_accept() -> None:
    """After a lost answer both may come: an application that is dead says neither."""

    def decline(statut: str) -> bool:
        pas = PasJoue("enregistrer", {}, {"statut": statut}, [], Connu(), (Statut.FAIT, Statut.REFUSE))
        return pas.decline

    assert [decline(statut) for statut in ("decline", "refuse", "erreur", "fait")] == [
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize("commande", ["enregistrer", "radier"])
def test_what_is_put_into_the_inbox_is_no_message_that_was_not_sent(commande: str) -> None:
    pas = PasJoue(
        commande, {"reference": "d1"}, {"statut": "fait"}, [], Connu(), FAIT, laisses=lambda: ["DEM.xml"]
    )
    assert [(c.exigence, c.sorte, c.observe) for c in juger_pas(pas)] == [
        ("VIE-19", "echange_asynchrone", "DEM.xml")
    ]


def test_a_result_told_twice_is_no_proof_and_no_fault(banc: Banc) -> None:
    numero, racine = banc.creer_demande()
    banc.demander(racine, operation="getDoublons", nom="DEMG1104-201803151200-000002.xml")
    (cherche,) = (vue for vue in vues(banc) if vue.operation == "getDoublons")
    assert reponses_lues.doublons(cherche) == [numero]

    def dits(*numeros: str) -> list[tuple[str, bool]]:
        fait = {"statut": "fait", "doublons": list(numeros)}
        pas = PasJoue("chercher_doublons", {"reference": "d1"}, fait, [cherche], Connu(), FAIT)
        return [(c.exigence, c.tenue) for c in juger_pas(pas) if c.exigence == "VIE-10"]

    assert dits(numero) == [("VIE-10", True)]
    assert dits(numero, numero) == []


def test_who_speaks_to_the_true_server_is_not_said_to_speak_to_the_other(banc: Banc) -> None:
    """It was told to go elsewhere, says that it did, and did not: its certificate checks are not seen."""
    banc.creer_demande()
    (arrive,) = parcourir(banc.services.magasin.journal, banc.nom)

    def dits(ecoute: str) -> list[tuple[str, bool]]:
        pas = PasJoue(
            commande="enregistrer",
            message={"reference": "d1"},
            reponse={"statut": "fait"},
            observations=[Observation(replace(arrive, ecoute=ecoute), banc.services.contrat)],
            connu=Connu(),
            attendus=(Statut.ERREUR,),
            faux=FAUX_SERVEURS["expire"],
        )
        return [(c.exigence, c.tenue) for c in juger_pas(pas) if c.exigence == "EMB-12"]

    assert dits("https_expire") == [("EMB-12", False)]
    assert dits("https") == []


def test_the_line_end_of_a_part_is_not_the_attestation_s(banc: Banc) -> None:
    numero, _ = banc.creer_demande()
    pdf = vues(banc)[0].reponse.champs["attestation"]
    assert isinstance(pdf, Piece)

    def dit(octets: bytes) -> list[tuple[str, str]]:
        empreinte = hashlib.sha256(octets).hexdigest()
        return rompues(banc, "enregistrer", {"numero_unique": numero, "attestation_sha256": empreinte})

    assert dit(pdf.contenu) == []
    assert dit(pdf.contenu.rstrip(b"\r\n")) == []
    assert dit(pdf.contenu[:-10]) == [("VIE-11", "attestation_alteree")]
    assert rompues(banc, "enregistrer", {"numero_unique": numero, "attestation_sha256": ""}) == [
        ("VIE-11", "attestation_perdue")
    ]
    assert rompues(banc, "enregistrer", {"numero_unique": numero}) == [], "it says nothing of it"


def test_anomalies_are_told_in_any_order(banc: Banc) -> None:
    racine = specimen("personne_seule")
    oter(racine, f"{FORMULAIRE}/principauxMotifDemande")
    poser(racine, f"{FORMULAIRE}/dateCreationDemande", "2019-01-01")
    banc.demander(racine)
    recues = _anomalies(vues(banc)[0])
    assert len(recues) > 1

    def dit(anomalies: list[dict[str, str]]) -> list[str]:
        refus = {"statut": "refuse", "anomalies": anomalies}
        return [sorte for exigence, sorte in rompues(banc, "enregistrer", refus) if exigence == "CTR-11"]

    assert dit(recues) == dit(recues[::-1]) == []
    assert dit(recues[1:]) == ["anomalies_perdues"]
    assert dit([recues[0] | {"message": "Non."}, *recues[1:]]) == ["anomalie_alteree"]
    refus = {"statut": "refuse", "anomalies": [{**a, "code": ""} for a in recues]}
    (sans,) = [c for c in casses(banc, "enregistrer", refus) if c.sorte == "anomalies_changees"]
    assert set(sans.observe.split(", ")) == {"(sans code)"}, "« , » would say nothing"


def test_a_fault_met_by_the_way_spoils_nothing(banc: Banc) -> None:
    """A demande looked for before it is registered: unknown, then accepted."""
    banc.relire("0620318999999G1226")
    numero, _ = banc.creer_demande()
    pdf = vues(banc)[1].reponse.champs["attestation"]
    assert isinstance(pdf, Piece)
    fait = {"numero_unique": numero, "attestation_sha256": hashlib.sha256(pdf.contenu).hexdigest()}
    assert rompues(banc, "enregistrer", fait) == []

    un, deux = vues(banc)
    assert rompues(banc, "enregistrer", fait, observations=[deux, un]) == []
    lue = {"numero_unique": "0620318999999G1226"}
    assert ("CTR-10", "faute_prise_pour_succes") in rompues(
        banc, "consulter", {}, message=lue, observations=[un]
    )


def test_both_lists_of_types_may_be_read(banc: Banc) -> None:
    types = specimen("type_evenement", "documents")
    banc.fichier("listerTypesEvenementsNationaux", types)
    banc.fichier("listerTypesEvenementsTerritoriaux", types)
    nationaux, territoriaux = (reponses_lues.types(vue) for vue in vues(banc))
    for portee, lus in (("nationaux", nationaux), ("territoriaux", territoriaux)):
        assert rompues(banc, "lister_types_evenements", {"types": lus}, message={"portee": portee}) == []
    assert rompues(banc, "lister_types_evenements", {"types": territoriaux}, message={"portee": "nationaux"})


def test_a_feed_read_between_two_commands_is_told_at_the_next(banc: Banc) -> None:
    banc.depuis("getDemandesRadieesDepuisLe")
    connu = Connu(recus={"getDemandesRadieesDepuisLe": {"A": None, "B": None}})
    dit = rompues(banc, "relever_radiations", {"numeros": ["B", "A"]}, message={}, connu=connu)
    assert dit == []
    assert rompues(banc, "relever_radiations", {"numeros": ["A"]}, message={}, connu=connu) == [
        ("VIE-15", "deja_relevee")
    ]


def test_a_reading_that_tells_one_twice_is_judged_on_what_it_lost_too(banc: Banc) -> None:
    """VIE-15 is advice: it does not stand in for VIE-29."""
    banc.depuis("getDemandesRadieesDepuisLe")

    def dits(*numeros: str) -> list[tuple[str, str]]:
        recus = {"getDemandesRadieesDepuisLe": dict.fromkeys("ABC")}
        connu = Connu(recus=recus, releves={"relever_radiations": {"A"}})
        fait = {"statut": "fait", "numeros": list(numeros)}
        constats = juger_pas(PasJoue("relever_radiations", {}, fait, vues(banc), connu, FAIT))
        return [(c.exigence, c.sorte) for c in constats if c.exigence in ("VIE-15", "VIE-29")]

    assert dits("B", "B") == [("VIE-15", "deja_relevee"), ("VIE-29", "releve_perdu")]
    assert dits("A", "B") == [("VIE-15", "deja_relevee"), ("VIE-29", "releve_perdu")]
    assert dits("A", "B", "C", "C") == [("VIE-15", "deja_relevee"), ("VIE-29", "")], "all told: held"
    assert dits("B", "C") == [("VIE-15", ""), ("VIE-29", "")]


@pytest.mark.parametrize(
    ("nature", "attendu"),
    [("SUP", ["nature_contraire"]), ("CRE", ["nature_contraire"]), ("MOD", [""]), ("MODIF", [])],
)
def test_the_nature_of_an_event_that_no_action_names_is_judged_against_the_command(
    banc: Banc, nature: str, attendu: list[str]
) -> None:
    """VIE-31: SUP has our server take a change for a deletion, and is not folded into EMB-04, which is
    advice. The traffic alone says nothing of it."""
    numero, _ = banc.creer_demande("colocataires")
    banc.fichier("ajouterEvenementDemande", evenement(numero))
    modifier = banc.services.contrat.operations["modifierEvenementDemande"]
    champs = {
        "nomFichier": "EVTG1226-201803151200-000001.xml",
        "fichierXml": etree.tostring(evenement(numero, identifiant="1", nature=nature), encoding="UTF-8"),
        "nomCertificat": "CERG1226-201803151200.pem",
    }
    genre, corps = ecrire(modifier, champs, None)
    banc.poster(
        corps, genre.partition("; action")[0], chemin=f"/bases/{banc.nom}/services/{modifier.service}/"
    )
    vue = vues(banc)[-1]
    assert vue.devinee
    assert [c for c in juger(vue) if c.exigence == "VIE-31"] == []

    pas = PasJoue("modifier_evenement", {"reference": "d1"}, {"statut": "fait"}, [vue], Connu(), FAIT)
    tries = Consequences(frozenset({"VIE-31"}), Lectures()).trier(pas, juger_pas(pas))
    assert [c.sorte for c in tries if c.exigence == "VIE-31"] == attendu
    assert all(c.rompue for c in tries if c.sorte == "nature_contraire")


@pytest.mark.parametrize(
    ("rang", "code"),
    [(4, "DALO — Ménage reconnu DALO"), (9, "DATEBAIL — Date de signature du bail")],
)
def test_what_is_wrong_in_a_decision_has_its_code_and_label(banc: Banc, rang: int, code: str) -> None:
    numero, _ = banc.creer_demande()
    document = evenement(numero)
    banc.fichier("ajouterEvenementDemande", document)
    une = document.findall(".//{*}caracteristiqueSpecifique")[rang - 1]
    une[1].text = "2018-03-01" if rang == 9 else "oui"
    banc.fichier("ajouterEvenementDemande", document)
    une.getparent().remove(une)
    banc.fichier("ajouterEvenementDemande", document)
    _, juste, changee, omise = vues(banc)

    def dits(vue: Observation) -> list[tuple[str, str]]:
        attendu = next(reponses_lues.tous(juste.document, "evenement"))
        pas = PasJoue("decider", {"reference": "d1"}, {"statut": "fait"}, [vue], Connu(), FAIT, attendu)
        return [(c.phrase, c.chemin) for c in juger_pas(pas) if c.exigence == "FID-14" and c.rompue]

    lieu = f"evenement/listeCaracteristiquesSpecifiques/caracteristiqueSpecifique[{rang}]"
    valeur = f"{lieu}/valeurCaracteristiqueSpecifique"
    assert dits(changee) == [(f"« {code} » n'a pas la valeur saisie.", valeur)]
    assert dits(omise) == [(f"« {code} » a été saisi et n'est pas transmis.", lieu)]


def test_duplicates_may_be_told_by_the_messages_of_the_anomalies(banc: Banc) -> None:
    """`doublons` is optional: who reads the SNE's own message has their numbers."""
    banc.creer_demande()
    banc.demander(specimen("personne_seule"))
    (_, refus) = vues(banc)
    anomalies = _anomalies(refus)
    assert reponses_lues.doublons(refus)

    def dit(reponse: dict[str, Any]) -> list[str]:
        rompu = rompues(banc, "enregistrer", {"statut": "refuse", **reponse}, observations=[refus])
        return [sorte for exigence, sorte in rompu if exigence == "VIE-10"]

    assert dit({"anomalies": anomalies}) == []
    assert dit({"anomalies": [a | {"message": "Doublon."} for a in anomalies]}) == ["doublon_perdu"]
    assert dit({"anomalies": anomalies, "doublons": []}) == ["doublon_perdu"]


def test_a_refusal_of_a_change_taken_for_a_success_is_told_whatever_number_comes_with_it(banc: Banc) -> None:
    numero, _ = banc.creer_demande()
    banc.demander(specimen("personne_seule"))  # any refusal
    connu = Connu(numeros={"d1": numero})
    dit = rompues(banc, "modifier", {"numero_unique": numero}, observations=[vues(banc)[1]], connu=connu)
    assert ("CTR-11", "refus_pris_pour_succes") in dit


@pytest.mark.parametrize(
    ("pour", "dits"),
    [("G0621", [("NOM-04", "guichet_du_certificat")]), ("G1226", []), (None, [])],
    ids=["of the other", "its own", "of one guichet"],
)
def test_what_is_asked_for_a_guichet_goes_under_its_certificate(
    banc: Banc, pour: str | None, dits: list[tuple[str, str]]
) -> None:
    """It is so of a reading too, that names no guichet."""
    numero, _ = banc.creer_demande()
    banc.relire(numero)
    lue = Observation(replace(vues(banc)[1].echange, certificat=True, guichet="G1226"), banc.services.contrat)
    message = {"reference": "d1"} | ({"guichet": pour} if pour else {})
    connu = Connu(numeros={"d1": numero})
    lues = {"demande": {}, "message": message, "connu": connu, "observations": [lue]}
    trouves = [dit for dit in rompues(banc, "consulter", {}, **lues) if dit[0] == "NOM-04"]
    assert trouves == dits


@pytest.mark.parametrize(("guichet", "melees"), [("", True), ("G0621", False)], ids=["same", "another"])
def test_two_guichets_may_have_one_reference_each(banc: Banc, guichet: str, melees: bool) -> None:
    """A reference is of the guichet that gives it."""
    numero, _ = banc.creer_demande()
    (sienne,) = vues(banc)
    voisine = Observation(replace(sienne.echange, guichet=guichet or sienne.guichet), banc.services.contrat)
    connu = Connu(numeros={"d1": numero}, menees={"d1": sienne, "d2": voisine})
    dits = rompues(banc, "enregistrer", {"numero_unique": numero}, connu=connu, observations=[sienne])
    assert (("VIE-33", "reference_d_une_voisine") in dits) is melees


def test_a_success_without_any_message_says_so(banc: Banc) -> None:
    (constat,) = casses(banc, "enregistrer", {})
    assert (constat.exigence, constat.attendu) == ("VIE-21", "un envoi au SNE")
    assert "rien n'a été envoyé" in constat.phrase
    assert "l'appel n'est jamais parti" in constat.remede


def test_a_number_found_by_name_is_said_to_be_that_of_another_guichet(banc: Banc) -> None:
    numero, racine = banc.creer_demande()
    banc.demander(racine, operation="getDoublons", nom="DEMG1104-201803151200-000002.xml")
    cherche = vues(banc)[-1]
    guichet = replace(cherche.echange, guichet="G0691")
    ailleurs = [Observation(guichet, banc.services.contrat)]
    (constat,) = casses(banc, "enregistrer", {"numero_unique": numero}, observations=ailleurs)
    assert constat.phrase == "Le numéro unique rendu est celui d'une autre demande, d'un autre guichet."
    assert "une recherche" in constat.remede
    (constat,) = casses(banc, "enregistrer", {"numero_unique": numero}, observations=[cherche])
    assert constat.sorte == "numero_d_une_autre"


@pytest.mark.parametrize("commande", ["enregistrer", "separer", "corriger"])
def test_a_duplicate_not_forced_names_the_command_that_confirmed(banc: Banc, commande: str) -> None:
    banc.creer_demande()
    banc.demander(specimen("personne_seule"))
    dit = {"reference": "d1", "reference_origine": "d0", "forcer_doublon": True}
    trouves = casses(banc, commande, {"statut": "refuse"}, message=dit, observations=vues(banc)[1:])
    assert "VIE-20" not in {c.exigence for c in trouves}
    (phrase,) = [c.phrase for c in trouves if c.sorte == "doublon_non_force"]
    assert phrase.startswith(f"« {commande} » dit forcer_doublon")


def test_a_renewal_may_come_after_a_modification(banc: Banc) -> None:
    numero, racine = banc.creer_demande()
    connu = Connu(numeros={"d1": numero})
    dit = {"reference": "d1", "date_renouvellement": "2018-03-15"}

    def rompu(*messages: Any) -> set[tuple[str, str]]:
        deja = len(vues(banc))
        for rang, un in enumerate(messages, start=deja + 1):
            banc.demander(un, nom=f"DEMG1104-201803151200-{rang:06d}.xml")
        trouves = rompues(banc, "renouveler", {}, message=dit, connu=connu, observations=vues(banc)[deja:])
        return {(exigence, sorte) for exigence, sorte in trouves if exigence == "VIE-05"}

    modifiee = message(racine, "MOD", numero)
    assert rompu(modifiee) == {("VIE-05", "type_errone")}
    assert rompu(modifiee, renouvellement(racine, numero, "2018-03-15")) == set()
    assert rompu(renouvellement(racine, numero, "2018-03-15+01:00")) == set()
    assert rompu(renouvellement(racine, numero, "2018-03-14")) == {("VIE-05", "jour_de_moins")}
    erronee = ("VIE-05", "date_de_renouvellement_erronee")
    assert rompu(renouvellement(racine, numero, "2018-03-12")) == {erronee}


def test_a_demande_comes_only_from_the_one_it_was_separated_from(banc: Banc) -> None:
    numero, racine = banc.creer_demande()
    connu = Connu(numeros={"d1": numero})
    modifiee = message(racine, "MOD", numero)
    poser(modifiee, f"{FORMULAIRE}/numUniqueAssocie", numero, apres="numUnique")
    banc.demander(modifiee, nom="DEMG1104-201803151200-000002.xml")
    (_, envoi) = vues(banc)

    def rompu() -> list[tuple[str, str]]:
        return rompues(banc, "modifier", {}, connu=connu, observations=[envoi])

    assert ("FID-13", "origine_inventee") in rompu()
    connu.origines["d1"] = numero
    assert ("FID-13", "origine_inventee") not in rompu()


def test_a_whole_demande_is_asked_for_as_such(banc: Banc) -> None:
    numero, _ = banc.creer_demande()
    banc.relire(numero)
    banc.relire(numero, "true")
    banc.relire(numero, "false")
    (_, partie, entiere, niee) = vues(banc)

    def rompu(*lues: Observation) -> set[str]:
        dit = {"reference": "d1", "complet": True}
        trouves = rompues(banc, "consulter", {"demande": {}}, message=dit, observations=list(lues))
        return {sorte for _, sorte in trouves}

    assert rompu(partie) == {"complet_absent"}
    assert not {"complet_absent"} & (rompu(partie, entiere) | rompu(partie, niee)), "whatever its text"


def test_a_demande_that_is_read_is_not_radiated(banc: Banc) -> None:
    numero, racine = banc.creer_demande()
    pannes.armer(banc.services.magasin, banc.nom, PanneDefinition(genre="html_502"))
    banc.demander(radiation(racine, numero, "RADABA"), nom="DEMG1104-201803151200-000002.xml")
    banc.relire(numero)
    _, envoi, lecture = vues(banc)
    assert envoi.panne == "html_502"
    assert lecture.acceptee

    (constat,) = casses(banc, "radier", {"numero_unique": numero}, observations=[envoi, lecture])
    assert constat.exigence == "ROB-03"
    assert constat.phrase.startswith("Le SNE n'a pas fait ce qui était demandé")


@pytest.mark.parametrize(
    ("jours", "attendu"),
    [(0, []), (0.9, []), (-0.9, []), (3, [("CTR-13", "date_future")]), (-10, [("CTR-13", "date_passee")])],
)
def test_the_date_of_a_file_is_that_of_its_sending(
    banc: Banc, jours: float, attendu: list[tuple[str, str]]
) -> None:
    racine = message(specimen("personne_seule"), "CRE")
    poser(racine, "entete/dateFichier", (MIDI + timedelta(days=jours)).isoformat())
    banc.demander(racine)

    trouvees = [r for r in rompues(banc, "enregistrer", {}) if r[0] == "CTR-13"]
    assert trouvees == attendu


def test_the_date_of_a_clock_that_cannot_be_set_is_the_machine_s(banc: Banc) -> None:
    racine = message(specimen("personne_seule"), "CRE")
    poser(racine, "entete/dateFichier", datetime.now(UTC).isoformat(timespec="seconds"))
    banc.demander(racine)

    assert "CTR-13" not in {exigence for exigence, _ in rompues(banc, "enregistrer", {})}


@pytest.mark.parametrize(
    ("saisi", "envoye", "attendu"),
    [
        ({"motif_radiation": "RADIRR"}, {"motifRadiation": "RADIRR"}, []),
        ({"motif_radiation": "RADIRR"}, {}, [("VIE-30", "filtre_absent")]),
        ({"motif_radiation": "RADIRR"}, {"motifRadiation": "RADABA"}, [("VIE-30", "filtre_change")]),
        ({}, {"statutDalo": "ACTIF"}, [("VIE-30", "filtre_invente")]),
        ({}, {}, []),
    ],
)
def test_a_feed_is_asked_for_with_its_filters(
    banc: Banc, saisi: dict[str, str], envoye: dict[str, str], attendu: list[tuple[str, str]]
) -> None:
    banc.depuis("getDemandesRadieesDepuisLe", MIDI.isoformat(), **envoye)

    assert rompues(banc, "relever_radiations", {"numeros": []}, message=saisi) == attendu


def test_a_reading_that_is_filtered_tells_a_part(banc: Banc) -> None:
    banc.depuis("getDemandesRadieesDepuisLe", MIDI.isoformat(), motifRadiation="RADIRR")
    connu = Connu(a_relever={"relever_radiations": {"0620318000001G1104"}})

    dits = {"message": {"motif_radiation": "RADIRR"}, "connu": connu}
    assert rompues(banc, "relever_radiations", {"numeros": []}, **dits) == []
    assert rompues(banc, "relever_radiations", {"numeros": []}, message={}, connu=connu) == [
        ("VIE-29", "demande_non_relevee"),
        ("VIE-30", "filtre_invente"),
    ]
