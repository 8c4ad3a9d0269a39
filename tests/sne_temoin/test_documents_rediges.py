"""What the user typed becomes the document that the schema wants."""

from banc import MIDI
from lxml import etree

from sne_temoin.documents_rediges import PAR_INSTANCE, Noms, Redaction, vide
from sne_temoin.interface import NUU, ORDRE
from sne_temoin.memoire import Memoire


def _noms(element: etree._Element) -> list[str]:
    return [etree.QName(enfant).localname for enfant in element]


def _demande(contenu: dict[str, object]) -> etree._Element:
    octets = Redaction().demande("CRE", MIDI, "02.02", contenu)
    trouve = etree.fromstring(octets).find(f"{{{NUU}}}demande/{{{NUU}}}demandeLogement")
    assert trouve is not None
    return trouve


def test_le_formulaire_est_dans_l_ordre_du_schema() -> None:
    saisie = {"personnePhysique": {}, "precision": "", "dateCreationDemande": "2018-03-15"}
    ajouts = {"radiation": {}, "numUnique": "X", "numGuichet": "G1226", "forcerDoublon": None}
    assert list(Redaction().formulaire(saisie, ajouts)) == [
        "numGuichet", "numUnique", "dateCreationDemande", "precision", "personnePhysique", "radiation"
    ]  # fmt: skip
    assert len(set(ORDRE)) == len(ORDRE)


def test_texte_code_conteneur_et_repetition() -> None:
    demande = _demande(
        {
            "precision": "L'été à l’œuvre : <&>",
            "logementRecherche": {"listeTypeLogement": {"typeLogement": [{"code": "T2"}, {"code": "T3"}]}},
        }
    )
    assert demande[0].text == "L'été à l’œuvre : <&>"
    assert [t.get("code") for t in demande.iter(f"{{{NUU}}}typeLogement")] == ["T2", "T3"]


def test_une_caracteristique_a_un_enfant_code() -> None:
    racine = etree.Element("racine")
    Redaction().remplir(racine, {"caracteristiqueSpecifique": [{"code": "BAIL"}]})
    assert racine[0].get("code") is None
    assert racine[0][0].text == "BAIL"


def test_ce_qui_est_vide_est_omis_sauf_ce_que_le_schema_exige() -> None:
    demande = _demande(
        {
            "refInterne": "",
            "precision": "",
            "listeHandicap": {},
            "personnePhysique": {
                "demandeur": {"nom": "Roussel", "mel": "", "revenuFiscal": {}, "listeRessourceVersee": {}}
            },
        }
    )
    assert _noms(demande) == ["precision", "personnePhysique"]
    assert _noms(demande[1][0]) == ["nom", "revenuFiscal", "listeRessourceVersee"]


def test_l_entete_date_et_signe() -> None:
    racine = etree.fromstring(Redaction().fichier("RCH", MIDI, "G1226", {}))
    assert [e.text for e in racine[0]] == ["RCH", "2018-03-15T12:00:00.000+01:00", "G1226"]
    assert racine.get("versionInterface") == "02.00"


def test_le_vide() -> None:
    assert vide({"a": {"b": ["", {"code": ""}]}})
    assert not vide({"a": {"b": ["", {"code": "1"}]}})


def test_les_noms_de_deux_instances_different() -> None:
    """Each remembers its own."""
    premiere, seconde = Noms(Memoire()), Noms(Memoire())
    seconde.instance = 2
    donnes = [noms.fichier("DEM", "G1226", MIDI)[-10:-4] for noms in (premiere, seconde)]
    assert [int(rang) for rang in donnes] == [1, PAR_INSTANCE + 1]
