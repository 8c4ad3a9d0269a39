"""The charts of the quotas: one tells their lines apart, and reads each number whole."""

from typing import Any

from lxml import etree

from sne_statistiques.comptes.quotas import REGLES, Etat, LigneQuota, PartDeQuota, Quotas
from sne_statistiques.vues.tableaux import dessiner_quota

_LETTRE = 8.2
_EPCIS = ("CA de Béthune-Bruay, Artois-Lys Romane", "CA de Lens - Liévin", "CA du Boulonnais", "CU d'Arras")


def ligne(bailleur: str, epci: str, taux: float, etat: Etat) -> LigneQuota:
    parts = [
        PartDeQuota(
            *(r.code, r.libelle, r.porte_sur, r.denominateur, r.article, r.source, r.fidelite, r.objectif),
            *(1, 1, 0, taux, etat),
        )
        for r in REGLES
    ]
    nom = "Maisons et Jardins d'Artois" if bailleur else "Tous les bailleurs"
    return LigneQuota(bailleur, nom, epci, epci or "Tous les EPCI", 1, 1, {}, parts, "")


def dessin(taux: float, etat: Etat) -> Any:
    comptes = Quotas(
        "ecole", 2018, [2018], ligne("", "", taux, etat), [],
        [ligne("993681931", epci, taux, etat) for epci in _EPCIS], "",
    )  # fmt: skip
    return etree.fromstring(dessiner_quota(comptes, "prioritaires"))


def test_a_landlord_in_several_epci_has_as_many_names() -> None:
    arbre = dessin(50.0, "atteint")
    noms = [t.text for t in arbre.iter("{*}text") if (t.text or "").startswith("Mais")]
    assert len(noms) == len(set(noms)) == len(_EPCIS)


def test_each_number_ends_within_the_image() -> None:
    arbre = dessin(100.0, "atteint")
    ecrits = [t for t in arbre.iter("{*}text") if t.text == "100 %"]
    assert len(ecrits) == len(_EPCIS) + 1
    for ecrit in ecrits:
        assert float(ecrit.get("x")) + len(ecrit.text) * _LETTRE <= float(arbre.get("viewBox").split()[2])


def test_what_is_undetermined_is_no_plain_number() -> None:
    arbre = dessin(0.0, "indéterminé")
    ecrits = [t.text for t in arbre.iter("{*}text")]
    assert ecrits.count("0 % ?") == len(_EPCIS) + 1
    assert "objectif 25 %" in ecrits
