"""What an agent does with a demande that is registered, through the adapter."""

from typing import Any

from banc import specimen
from pilote import Pilote, saisie

from sne_temoin.documents_lus import Lecture


def _inscrire(pilote: Pilote, **champs: Any) -> str:
    reponse = pilote.faire("enregistrer", reference="d1", demande=saisie("personne_seule", **champs))
    return str(reponse["numero_unique"])


def test_une_modification_porte_tout_le_formulaire_et_la_date_du_depot(pilote: Pilote) -> None:
    numero = _inscrire(pilote)
    voulue = saisie("personne_seule", precision="Au calme.", dateCreationDemande="2018-03-10")
    pilote.faire("modifier", reference="d1", demande=voulue)
    lue = pilote.faire("consulter", reference="d1")["demande"]
    lue.pop("informationTraitement")  # 02.02 shows it in every answer
    depot = saisie("personne_seule")["dateCreationDemande"]
    assert lue == {**voulue, "dateCreationDemande": depot, "numGuichet": "G1226", "numUnique": numero}


def test_une_demande_est_du_guichet_pour_lequel_elle_est_saisie(pilote: Pilote) -> None:
    menages = {"G0621": saisie("personne_seule"), "G1226": saisie("colocataires")}
    for guichet, demande in menages.items():
        rendu = pilote.faire("enregistrer", reference=guichet, demande=demande, guichet=guichet)
        assert rendu["numero_unique"].endswith(guichet)
    assert _inscrire(pilote, precision="Un autre.", forcerDoublon="true").endswith("G1226")
    assert pilote.dire("piece", reference="G1226", guichet="G9999")["statut"] == "erreur"


def test_un_renouvellement_rend_une_nouvelle_attestation(pilote: Pilote) -> None:
    avant = pilote.faire("enregistrer", reference="d1", demande=saisie("colocataires"))
    apres = pilote.faire(
        "renouveler", reference="d1", demande=saisie("colocataires"), date_renouvellement="2018-03-15"
    )
    assert apres["numero_unique"] == avant["numero_unique"]
    assert apres["attestation_sha256"] != avant["attestation_sha256"]


def test_radier_puis_reactiver(pilote: Pilote) -> None:
    numero = _inscrire(pilote)
    pilote.faire(
        "radier",
        reference="d1",
        radiation={"dateRadiation": "2018-03-15", "motifRadiation": {"code": "RADABA"}},
    )
    assert pilote.banc.stockee(numero).motif_radiation == "RADABA"
    assert pilote.faire("relever_radiations")["numeros"] == [numero]
    assert pilote.faire("relever_radiations")["numeros"] == []
    pilote.faire("reactiver", reference="d1")
    assert pilote.banc.stockee(numero).motif_radiation is None


def test_une_suppression_et_une_piece_portent_le_numero(pilote: Pilote) -> None:
    numero = _inscrire(pilote)
    pilote.faire("piece", reference="d1")
    assert pilote.faire("consulter", numero_unique=numero)["demande"]["incrementFichier"] == "000001"
    pilote.faire("supprimer", reference="d1")
    assert pilote.banc.compter() == 0
    assert pilote.dire("consulter", reference="d1")["statut"] == "decline"


def test_une_faute_est_rendue_avec_sa_phrase(pilote: Pilote) -> None:
    reponse = pilote.dire("consulter", numero_unique="0620318999999G1226")
    assert reponse["statut"] == "erreur"
    assert reponse["message"] == "Le numéro unique [0620318999999G1226] est inconnu."


def test_une_decision_avec_bail_est_suivie_de_la_radiation(pilote: Pilote) -> None:
    numero = _inscrire(pilote, dateCreationDemande="2018-03-01")
    radiation = Lecture().demande(specimen("radiation"))["radiation"]
    decision = {
        "DATECAL": "2018-03-08", "DECISION": "ATTRIB", "CATEG": ["MALLOG", "HEBERG"], "BAIL": "oui",
        "DATEBAIL": radiation["attributionLogement"]["dateSignatureBail"],
    }  # fmt: skip
    pilote.faire("decider", reference="d1", decision=decision, radiation=radiation)
    assert pilote.banc.stockee(numero).motif_radiation == "RADATT"
    evenements = pilote.faire("lister_evenements", reference="d1")["evenements"]
    assert [e["code"] for e in evenements] == ["DECATT"]


def test_une_decision_sans_bail_ne_radie_pas(pilote: Pilote) -> None:
    numero = _inscrire(pilote, dateCreationDemande="2018-03-01")
    decision = {"DATECAL": "2018-03-08", "DECISION": "NONATT", "MOTIF": "Ressources", "BAIL": "non"}
    pilote.faire("decider", reference="d1", decision=decision)
    assert pilote.banc.stockee(numero).motif_radiation is None


def test_un_evenement_reglementaire_ou_d_autrui_n_est_pas_touche(pilote: Pilote) -> None:
    numero = _inscrire(pilote, dateCreationDemande="2018-03-01")
    sien = pilote.faire(
        "decider", reference="d1", decision={"DATECAL": "2018-03-08", "DECISION": "NONATT", "MOTIF": "M"}
    )["id_evenement"]
    pilote.role("G1104")
    envois = len(pilote.operations())
    refus = pilote.dire("modifier_evenement", numero_unique=numero, id_evenement=sien, evenement={})
    assert (refus["statut"], refus["message"]) == (
        "decline", "Cet événement a été écrit par un autre guichet."
    )  # fmt: skip
    pilote.role("G1226")
    refus = pilote.dire("supprimer_evenement", reference="d1", id_evenement=sien)
    assert (refus["statut"], refus["message"]) == (
        "decline", "Un événement réglementaire ne se supprime pas."
    )  # fmt: skip
    assert pilote.operations()[envois:] == ["EVT", "EVT"]  # both times read, never sent


def test_un_dalo_est_declare_puis_releve(pilote: Pilote) -> None:
    numero = _inscrire(pilote)
    pilote.role("G0751")
    pilote.faire(
        "declarer_dalo",
        reference="d1",
        information_dalo={
            "statutDalo": {"code": "ACTIF"},
            "dateDecisionDalo": "2018-03-06",
            "typologieLogementDalo": {"code": "03"},
        },
    )
    pilote.role("G1226")
    assert pilote.faire("relever_dalos")["numeros"] == [numero]
    assert pilote.faire("relever_dalos")["numeros"] == []


def test_un_releve_sans_rien_avance_quand_meme(pilote: Pilote) -> None:
    assert pilote.faire("relever_radiations")["numeros"] == []
    assert pilote.temoin.memoire.curseur("radiations") == pilote.temoin.liaison.maintenant


def test_une_recherche_rend_tous_ses_resultats(pilote: Pilote) -> None:
    numero = _inscrire(pilote)
    autre = pilote.faire("enregistrer", reference="d2", demande=saisie("colocataires"))["numero_unique"]
    assert pilote.faire("rechercher", criteres={"etatDemande": "A"})["resultats"] == sorted([numero, autre])
    refus = pilote.dire("rechercher", criteres={"dateDepotDebut": "2018-03-02", "dateDepotFin": "2018-03-01"})
    assert [a["code"] for a in refus["anomalies"]] == ["RCH002"]


def test_les_types_d_evenements_sont_tous_lus(pilote: Pilote) -> None:
    nationaux = pilote.faire("lister_types_evenements", portee="nationaux")["types"]
    territoriaux = pilote.faire("lister_types_evenements", portee="territoriaux")["types"]
    assert "DECATT" in nationaux
    assert territoriaux
    assert not set(nationaux) & set(territoriaux)


def test_le_dispatching_est_integre_entier(pilote: Pilote) -> None:
    document = (
        '<?xml version="1.0" encoding="UTF-8"?><ns1:interfaceNuu xmlns:ns1="http://nuu.application.i2/" '
        'versionInterface="02.01"><ns1:demande><ns1:demandeLogement>'
        "<ns1:numUnique>0620318000001G1104</ns1:numUnique>"
        '<ns1:precision ns1:modifie="true">Été</ns1:precision>'
        "</ns1:demandeLogement></ns1:demande></ns1:interfaceNuu>"
    )
    fichiers = [{"nom": f"DIS{rang}.xml", "contenu": document} for rang in range(2)]
    assert (
        pilote.faire("integrer_dispatching", fichiers=fichiers)["integres"]
        == [
            {
                "numero_unique": "0620318000001G1104",
                "modifies": ["interfaceNuu/demande/demandeLogement/precision"],
            }
        ]
        * 2
    )


def test_une_commande_inconnue_et_un_message_bancal_ont_leur_reponse(pilote: Pilote) -> None:
    assert pilote.dire("danser")["statut"] == "non_gere"
    assert pilote.dire("enregistrer", reference="d1")["statut"] == "erreur"


def test_reinitialiser_oublie_tout(pilote: Pilote) -> None:
    _inscrire(pilote)
    pilote.faire("reinitialiser")
    assert pilote.dire("consulter", reference="d1")["statut"] == "decline"
