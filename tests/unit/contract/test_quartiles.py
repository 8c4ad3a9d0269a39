import pytest

from sne_sandbox.contract import codec
from sne_sandbox.contract.quartiles import lire_quartiles
from sne_sandbox.domain.demande import Demande
from sne_sandbox.errors import ContractError

ENTETE = b"territoire,siren,libelle,annee,montant_uc,source,fidelite\n"


def test_the_threshold_of_the_first_wished_commune(contrat, specimen):
    racine = specimen()
    commune = racine.find(".//{*}localisationSouhaite/{*}commune")
    commune.set("code", "75113")
    seuil = contrat.quartiles.seuil(Demande(codec.decoder(racine)), contrat.territoires)
    assert (seuil.nature, seuil.code) == ("REGION", "11")
    commune.set("code", "99999")
    assert contrat.quartiles.seuil(Demande(codec.decoder(racine)), contrat.territoires) is None


def test_a_line_that_cannot_be_read():
    with pytest.raises(ContractError, match="COMMUNE"):
        lire_quartiles(ENTETE + b"COMMUNE,1,x,2020,8000,,A\n", "quartiles.csv")
    with pytest.raises(ContractError, match="EPCI,1"):
        lire_quartiles(ENTETE + b"EPCI,1,x,2020,huit,,A\n", "quartiles.csv")
