"""What documents answered say."""

import pytest
from banc import specimen
from lxml import etree

from sne_temoin.documents_lus import Lecture, est_numero
from sne_temoin.incidents import ReponseAbimee

NUU = 'xmlns="http://nuu.application.i2/"'


def _racine(interieur: str) -> etree._Element:
    return etree.fromstring(f"<interfaceNuu {NUU}>{interieur}</interfaceNuu>")


def _demande(interieur: str) -> etree._Element:
    return _racine(f"<demande><demandeLogement>{interieur}</demandeLogement></demande>")


@pytest.mark.parametrize("numero", ["0620318000001G1226", "1110318016982G1104", "02A0318000001GDPUB"])
def test_un_numero_unique(numero: str) -> None:
    assert est_numero(numero)


@pytest.mark.parametrize(
    "numero",
    [
        "",
        "0620318000001G122",
        "0620318000001G12266",
        "0621318000001G1226",
        "062031800000éG1226",
        "062 318000001G1226",
    ],
)
def test_ce_qui_n_en_est_pas_un(numero: str) -> None:
    assert not est_numero(numero)
    with pytest.raises(ReponseAbimee):
        Lecture().numero(_demande(f"<numUnique>{numero}</numUnique>"))


def test_les_anomalies_sont_lues_toutes_et_en_entier() -> None:
    racine = _demande(
        '<listeAnomalie><anomalie code="A1" propriete="a/b"><complement nom="n">c</complement>'
        '<message>Première.</message></anomalie><anomalie code="A2"><message>Seconde.</message></anomalie>'
        "</listeAnomalie>"
    )
    assert Lecture().anomalies(racine) == [
        {"code": "A1", "propriete": "a/b", "message": "Première."},
        {"code": "A2", "propriete": "", "message": "Seconde."},
    ]


def test_les_doublons_sont_lus_tous() -> None:
    racine = _racine("<doublon><numUnique>1</numUnique></doublon><doublon><numUnique>2</numUnique></doublon>")
    assert Lecture().doublons(racine) == ["1", "2"]


def test_la_demande_est_rendue_entiere_les_repetitions_en_listes() -> None:
    lue = Lecture().demande(specimen("couple_garde_alternee_handicap"))
    physique = lue["personnePhysique"]
    assert lue["principauxMotifDemande"]["motifDemande"] == [{"code": "07"}, {"code": "13"}]
    assert [p["prenom"] for p in physique["listePersonneACharge"]["personneACharge"]] == ["Louise", "Hugo"]
    assert isinstance(physique["listeCotitulaire"]["cotitulaire"], list)
    assert physique["demandeur"]["listeRessourceVerseePersACharge"] == {}


def test_les_changements_sont_designes_par_leur_chemin() -> None:
    racine = etree.fromstring(
        f'<n:interfaceNuu xmlns:n="http://nuu.application.i2/" {NUU}><n:demande><n:demandeLogement>'
        '<n:precision n:modifie="true"/><n:refInterne n:modifie="false"/><n:association n:modifie="1"/>'
        "</n:demandeLogement></n:demande></n:interfaceNuu>"
    )
    assert Lecture().modifies(racine) == [
        "interfaceNuu/demande/demandeLogement/precision",
        "interfaceNuu/demande/demandeLogement/association",
    ]
