"""A demande is registered once, whatever becomes of the answers."""

from dataclasses import replace

import pytest
from pilote import Dommage, Pilote, saisie

from sne_temoin.documents_lus import Lecture
from sne_temoin.incidents import SansReponse
from sne_temoin.transport import ReponseBrute

#: Elements that the SNE writes, not who registers.
_DU_SNE = ("numGuichet", "numUnique", "informationTraitement")


def perdre(reponse: ReponseBrute) -> ReponseBrute:
    raise SansReponse("La connexion au SNE est perdue.")


def _tronquer(reponse: ReponseBrute) -> ReponseBrute:
    return replace(reponse, corps=reponse.corps[: len(reponse.corps) // 2])


def _fausser_le_cid(reponse: ReponseBrute) -> ReponseBrute:
    return replace(reponse, corps=reponse.corps.replace(b"cid:", b"cid:autre-"))


def _fausser_l_encodage(reponse: ReponseBrute) -> ReponseBrute:
    return replace(reponse, corps=reponse.corps.replace("é".encode(), "é".encode("latin-1")))


def _annoncer_latin_1(reponse: ReponseBrute) -> ReponseBrute:
    return replace(reponse, corps=reponse.corps.replace(b"charset=UTF-8", b"charset=iso-8859-1"))


def _abreger_le_numero(reponse: ReponseBrute) -> ReponseBrute:
    return replace(reponse, corps=reponse.corps.replace(b"G1226</ns1:numUnique>", b"G122</ns1:numUnique>"))


def _page_html(reponse: ReponseBrute) -> ReponseBrute:
    return ReponseBrute(502, "Bad Gateway", "text/html", b"<html><body>Bad Gateway</body></html>")


DOMMAGES: list[Dommage] = [
    perdre, _tronquer, _fausser_le_cid, _fausser_l_encodage, _annoncer_latin_1, _abreger_le_numero, _page_html
]  # fmt: skip


def test_le_numero_et_l_attestation_sont_conserves(pilote: Pilote) -> None:
    reponse = pilote.faire("enregistrer", reference="d1", demande=saisie("personne_seule"))
    dossier = pilote.temoin.memoire.dossier("d1")
    assert dossier is not None
    assert dossier.numero == reponse["numero_unique"]
    assert dossier.attestation is not None
    assert dossier.attestation.startswith(b"%PDF")
    assert pilote.banc.stockee(dossier.numero) is not None


def test_une_demande_enregistree_n_est_pas_renvoyee(pilote: Pilote) -> None:
    premiere = pilote.faire("enregistrer", reference="d1", demande=saisie("personne_seule"))
    seconde = pilote.faire("enregistrer", reference="d1", demande=saisie("personne_seule"))
    assert premiere["numero_unique"] == seconde["numero_unique"]
    assert pilote.operations() == ["CRE"]


@pytest.mark.parametrize("dommage", DOMMAGES, ids=lambda dommage: dommage.__name__)
def test_apres_une_reponse_perdue_la_demande_est_retrouvee(pilote: Pilote, dommage: Dommage) -> None:
    pilote.dommages = [dommage]
    reponse = pilote.faire("enregistrer", reference="d1", demande=saisie("personne_seule"))
    assert pilote.banc.compter() == 1
    assert pilote.banc.stockee(reponse["numero_unique"]) is not None
    assert pilote.operations() == ["CRE", "RCH", "getDemandeLogement"]
    assert pilote.attentes == [1]


def test_une_association_est_retrouvee(pilote: Pilote) -> None:
    pilote.dommages = [perdre]
    reponse = pilote.faire("enregistrer", reference="d1", demande=saisie("association"))
    assert pilote.banc.compter() == 1
    assert reponse["numero_unique"].endswith("G1226")


def test_un_homonyme_n_est_pas_adopte(pilote: Pilote) -> None:
    pilote.faire("enregistrer", reference="d1", demande=saisie("personne_seule"))
    autre = saisie("personne_seule", refInterne="AUTRE")
    pilote.dommages = [perdre]
    reponse = pilote.faire("enregistrer", reference="d2", demande=autre, forcer_doublon=True)
    lue = pilote.faire("consulter", numero_unique=reponse["numero_unique"])["demande"]
    assert lue["refInterne"] == "AUTRE"
    assert pilote.banc.compter() == 2


def test_ce_que_le_sne_n_a_pas_recu_est_renvoye_sous_un_autre_nom(pilote: Pilote) -> None:
    envoyer = pilote.temoin.liaison.transport.poster
    noms: list[bytes] = []

    def couper_une_fois(adresse: str, content_type: str, corps: bytes) -> ReponseBrute:
        if b"numUniqueParametres" in corps:
            noms.append(corps.partition(b"<nomFichierDemande>")[2].partition(b"<")[0])
            if len(noms) == 1:
                raise SansReponse("La connexion au SNE est perdue.")
        return envoyer(adresse, content_type, corps)

    pilote.temoin.liaison.transport.poster = couper_une_fois  # type: ignore[method-assign]
    pilote.faire("enregistrer", reference="d1", demande=saisie("personne_seule"))
    assert pilote.operations() == ["RCH", "CRE"]
    assert len(set(noms)) == 2


def test_les_essais_sont_en_nombre_limite(pilote: Pilote) -> None:
    essais = []

    def toujours_couper(adresse: str, content_type: str, corps: bytes) -> ReponseBrute:
        essais.append(corps)
        raise SansReponse("Le SNE n'a pas répondu à temps.")

    pilote.temoin.liaison.transport.poster = toujours_couper  # type: ignore[method-assign]
    reponse = pilote.dire("enregistrer", reference="d1", demande=saisie("personne_seule"))
    assert reponse["statut"] == "erreur"
    assert reponse["message"] == "Le SNE n'a pas répondu à temps."
    assert "numero_unique" not in reponse
    assert len(essais) == 4  # one creation, three searches


def test_ce_qui_est_reste_en_suspens_est_recherche_avant_d_etre_renvoye(pilote: Pilote) -> None:
    envoyer = pilote.temoin.liaison.transport.poster
    coupee = True

    def perdre_tout(adresse: str, content_type: str, corps: bytes) -> ReponseBrute:
        reponse = envoyer(adresse, content_type, corps)
        return perdre(reponse) if coupee else reponse

    pilote.temoin.liaison.transport.poster = perdre_tout  # type: ignore[method-assign]
    assert pilote.dire("enregistrer", reference="d1", demande=saisie("personne_seule"))["statut"] == "erreur"
    coupee = False
    pilote.faire("enregistrer", reference="d1", demande=saisie("personne_seule"))
    assert pilote.banc.compter() == 1


def test_un_refus_rend_chaque_anomalie_et_n_est_pas_renvoye_tel_quel(pilote: Pilote) -> None:
    fautive = saisie("personne_seule", principauxMotifDemande=None, logementRecherche=None)
    refus = pilote.dire("enregistrer", reference="d1", demande=fautive)
    assert refus["statut"] == "refuse"
    assert {a["code"] for a in refus["anomalies"]} == {"MOT001", "REC001"}
    assert all(a["propriete"] and a["message"] for a in refus["anomalies"])
    avant = len(pilote.operations())
    assert pilote.dire("corriger", reference="d1", demande=fautive)["anomalies"] == refus["anomalies"]
    assert len(pilote.operations()) == avant
    corrigee = pilote.faire("corriger", reference="d1", demande=saisie("personne_seule"))
    assert pilote.banc.stockee(corrigee["numero_unique"]) is not None


def test_les_doublons_sont_tous_rendus_et_forces_sur_decision_seulement(pilote: Pilote) -> None:
    demande = saisie("personne_seule", refInterne=None)
    premier = pilote.faire("enregistrer", reference="d1", demande=demande)["numero_unique"]
    second = pilote.faire("enregistrer", reference="d2", demande=demande, forcer_doublon=True)[
        "numero_unique"
    ]
    refus = pilote.dire("enregistrer", reference="d3", demande=demande)
    assert refus["statut"] == "refuse"
    assert sorted(refus["doublons"]) == sorted([premier, second])
    assert sorted(pilote.faire("chercher_doublons", reference="d3")["doublons"]) == sorted([premier, second])
    pilote.faire("corriger", reference="d3", demande=demande, forcer_doublon=True)
    assert pilote.banc.compter() == 3


def test_une_separation_cite_la_demande_d_origine(pilote: Pilote) -> None:
    origine = pilote.faire("enregistrer", reference="d1", demande=saisie("couple_garde_alternee_handicap"))[
        "numero_unique"
    ]
    separee = saisie("separation", numUniqueAssocie=None)
    reponse = pilote.faire("separer", reference="d2", reference_origine="d1", demande=separee)
    assert pilote.banc.stockee(reponse["numero_unique"]).numero_associe == origine


def test_ce_qui_est_lu_est_ce_qui_a_ete_saisi(pilote: Pilote) -> None:
    voulue = saisie("couple_garde_alternee_handicap")
    pilote.faire("enregistrer", reference="d1", demande=voulue, version="02.00")
    lue = pilote.faire("consulter", reference="d1")["demande"]
    assert {n: v for n, v in lue.items() if n not in _DU_SNE} == voulue
    assert Lecture().modifies(pilote.banc.relire(lue["numUnique"]).document) == []
