from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from donnees import a_cote
from lxml import etree

from sne_interface.contract.contrats_charges import charger, wsdl_servi, xsd_servi
from sne_interface.domain.anomalie import Fidelite, Gravite
from sne_interface.errors import ContractError, UsageError


def ecrire(dossier, chemin, texte):
    fichier = dossier / chemin
    fichier.parent.mkdir(parents=True, exist_ok=True)
    fichier.write_text(texte, encoding="utf-8")
    return dossier


def refus(*args, **kwargs) -> str:
    with pytest.raises(ContractError) as erreur:
        charger(*args, **kwargs)
    return erreur.value.diagnostics()


def test_interface_5_2_extends_5_0(contrat):
    assert contrat.versions == ("02.00", "02.01", "02.02")
    assert contrat.version_haute == "02.02"
    assert charger("v5.0").versions == ("02.00", "02.01")
    assert "NIR001" in contrat.regles
    assert "NIR001" not in charger("v5.0").regles
    assert contrat.regles["ENT001"].structurante


def test_a_message_version_that_is_not_listed_is_read_by_the_highest(contrat):
    assert contrat.version_de_lecture("02.00") == "02.00"
    assert contrat.version_de_lecture("09.00") == "02.02"


def test_an_operation_is_that_of_its_service(contrat):
    operation = contrat.operations["getNumUnique"]
    assert operation.service == "DemandeLogementImplService"
    assert operation.soap_action == "http://ws.metier.nuu.application.i2/getNumUnique"
    assert operation.entree.qname == "{http://ws.metier.nuu.application.i2/}numUniqueParametres"
    assert [(champ.nom, champ.obligatoire) for champ in operation.entree.champs] == [
        ("nomFichierDemande", True),
        ("fichierDemande", True),
        ("nomCertificat", True),
        ("certificat", True),
        ("complet", False),
    ]
    assert operation.attribut_content_type == "{http://ws.metier.nuu.application.i2/}contentType"


def test_an_operation_may_answer_with_no_mandatory_field(contrat):
    assert not any(champ.obligatoire for champ in contrat.operations["getDoublons"].sortie.champs)


def test_an_overlay_changes_a_rule_key_by_key(tmp_path, contrat):
    ecrire(tmp_path, "rules.toml", '[IDT007]\ngravite = "bloquante"\n[regles.ENT006]\ntexte = "Inconnu."\n')
    regles = charger(overlay=tmp_path).regles
    assert regles["IDT007"].gravite is regles["IDT007"].gravite_imposee is Gravite.BLOQUANTE
    assert regles["IDT007"].texte == contrat.regles["IDT007"].texte
    assert regles["ENT006"].texte == "Inconnu."
    assert regles["ENT006"].gravite_imposee is None
    assert regles["ENT006"].fidelite is contrat.regles["ENT006"].fidelite


def test_an_overlay_may_rename_a_structurante_rule_not_switch_it_off(tmp_path):
    ecrire(tmp_path, "rules.toml", '[ENT001]\ncode_officiel = "A12"\n')
    assert charger(overlay=tmp_path).regles["ENT001"].code_officiel == "A12"
    ecrire(tmp_path, "rules.toml", '[ENT001]\ngravite = "ignorée"\n')
    assert "structurante" in refus(overlay=tmp_path)


@pytest.mark.parametrize(("texte", "dits"), a_cote(__file__)["a_wrong_rule_names_file_and_key"])
def test_a_wrong_rule_names_file_and_key(tmp_path, texte, dits):
    dit = refus(overlay=ecrire(tmp_path, "rules.toml", texte))
    assert all(morceau in dit for morceau in dits), dit


def test_an_overlay_may_set_a_base_and_take_a_type_of_event_away(tmp_path):
    ecrire(tmp_path, "contract.toml", '[reglages]\nrecherche_max = 20\nemballage = "mtom"\n')
    ecrire(tmp_path, "evenements.toml", "[RECTIF]\nretire = true\n")
    contrat = charger(overlay=tmp_path)
    assert dict(contrat.reglages) == {"recherche_max": 20, "emballage": "mtom"}
    codes = {genre.code for genre in contrat.evenements}
    assert {genre.code for genre in charger().evenements} - codes == {"RECTIF"}
    assert dict(charger().reglages) == {}


@pytest.mark.parametrize(
    ("reglages", "dits"),
    [
        ('couleur = "x"', ("[reglages]", "couleur", "recherche_max")),
        ('emballage = "zip"', ("[reglages]", "emballage", "mtom")),
        ("recherche_max = -1", ("[reglages]", "recherche_max")),
    ],
)
def test_a_wrong_setting_of_a_contract_is_refused(tmp_path, reglages, dits):
    dit = refus(overlay=ecrire(tmp_path, "contract.toml", f"[reglages]\n{reglages}\n"))
    assert all(morceau in dit for morceau in dits), dit
    assert "[reglages]" in refus(overlay=ecrire(tmp_path, "contract.toml", "reglages = 3\n"))


@pytest.mark.parametrize("sous", ["", "v5.2/", "v5.0/"])
def test_an_overlay_replaces_a_file(tmp_path, sous):
    ecrire(tmp_path, f"{sous}epci.csv", "siren,nom,type,population\n200000001,CC des Essais,CC,12\n")
    territoires = charger(overlay=tmp_path).territoires
    assert territoires.epci("200000001").nom == "CC des Essais"
    assert territoires.epci("200000172") is None


def test_an_overlay_may_add_a_version_of_the_interface(tmp_path):
    ecrire(tmp_path, "v5.3/contract.toml", 'extends = "v5.2"\ntitre = "Essai"\n')
    assert charger("v5.3", tmp_path).titre == "Essai"


def test_an_overlay_may_refuse_a_message_version(tmp_path):
    ecrire(tmp_path, "contract.toml", 'versions = ["02.00", "02.01"]\n')
    assert charger(overlay=tmp_path).version_haute == "02.01"


def test_overlays_that_cannot_be_read(tmp_path):
    assert "aucun fichier de contrat" in refus(overlay=tmp_path)
    with pytest.raises(UsageError) as erreur:
        charger("v9")
    assert "v5.0, v5.2" in erreur.value.diagnostics()
    ecrire(tmp_path, "contract.toml", 'extends = "v9"\n')
    assert "v5.0, v5.2" in refus(overlay=tmp_path)
    ecrire(tmp_path, "contract.toml", 'extends = "v5.2"\n')
    boucle = refus(overlay=tmp_path)
    assert "s'étend lui-même" in boucle
    assert f"retirez « extends » de {tmp_path / 'contract.toml'}" in boucle
    assert f"--contract {tmp_path.name} --contracts {tmp_path.parent}" in boucle
    ecrire(tmp_path, "contract.toml", "couleur = 1\n")
    assert "couleur" in refus(overlay=tmp_path)
    ecrire(tmp_path, "contract.toml", 'versions = ["02.00", "02.07"]\n')
    assert "02.07" in refus(overlay=tmp_path)
    ecrire(tmp_path, "contract.toml", '[services.Autre]\nport = "P"\n')
    assert "services.Autre" in refus(overlay=tmp_path)


def test_a_broken_schema_of_an_overlay_names_its_line(tmp_path):
    assert "xsd/types.xsd, ligne 2" in refus(overlay=ecrire(tmp_path, "xsd/types.xsd", "<a>\n</b>"))


def test_an_overlay_that_is_not_there_or_cannot_be_read(tmp_path, monkeypatch):
    with pytest.raises(UsageError, match="n'existe pas"):
        charger(overlay=tmp_path / "absent")
    ecrire(tmp_path, "rules.toml", "")
    monkeypatch.setattr("os.access", lambda chemin, mode: False)  # root reads everything
    assert "les droits manquent" in refus(overlay=tmp_path)


def test_a_path_never_leaves_the_folders(contrat):
    with pytest.raises(ContractError):
        contrat.fichier("../v5.0/rules.toml")


def test_events(contrat):
    decision = next(type_ for type_ in contrat.evenements if type_.code == "DECATT")
    assert decision.reglementaire
    assert {c.type for c in decision.caracteristiques} <= {"DAT", "TXT", "BOO", "NUM", "LST"}
    territorial = next(type_ for type_ in contrat.evenements if type_.code == "ENTRET62")
    assert territorial.territoire == "062"


@pytest.mark.parametrize(
    ("texte", "dit"),
    [
        ('[NEUF]\nlibelle = "x"\n', "obligatoire"),
        ('[RECTIF]\ncouleur = "x"\n', "couleur"),
        ('[[RECTIF.caracteristiques]]\ncode = "A"\nlibelle = "a"\ntype = "ABC"\n', "ABC"),
        ('[[RECTIF.caracteristiques]]\ncode = "A"\nlibelle = "a"\ntype = "LST"\n', "sans valeurs"),
    ],
)
def test_a_wrong_event_type(tmp_path, texte, dit):
    assert dit in refus(overlay=ecrire(tmp_path, "evenements.toml", texte))


def test_every_rule_is_complete(contrat):
    for regle in contrat.regles.values():
        assert regle.types
        assert regle.texte
        assert regle.source
        assert regle.fidelite in Fidelite
        assert regle.gravite in Gravite


# --- wsdl ---------------------------------------------------------------------------------------------


XS = "{http://www.w3.org/2001/XMLSchema}"
ADRESSE = "https://localhost:8443/services/DemandeLogementImplService/"
SERVICES = ("DemandeLogementImplService", "GestionPartageeEVTImplService", "RechercheDemandeImplService")


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("base", [ADRESSE, ""])
def test_everything_a_client_follows_resolves(contrat, service, base):
    a_lire = [("", etree.fromstring(wsdl_servi(contrat, service, ADRESSE, base)))]
    elements: set[str] = set()
    vus: set[str] = set()
    while a_lire:
        url, racine = a_lire.pop()
        elements |= {element.get("name") for element in racine.iter(f"{XS}element")}
        for inclusion in racine.iter(f"{XS}import", f"{XS}include"):
            cible = urljoin(ADRESSE + url, inclusion.get("schemaLocation"))
            assert cible.startswith(ADRESSE + "?xsd=")
            if cible not in vus:
                vus.add(cible)
                [nom] = parse_qs(urlsplit(cible).query)["xsd"]
                a_lire.append((f"?xsd={nom}", etree.fromstring(xsd_servi(contrat, nom, base))))
    attendus = {
        etree.QName(o.entree.qname).localname for o in contrat.operations.values() if o.service == service
    }
    assert attendus <= elements


def test_the_port_has_the_address_of_the_caller(contrat):
    racine = etree.fromstring(wsdl_servi(contrat, SERVICES[0], ADRESSE, ADRESSE))
    [adresse] = racine.iter("{http://schemas.xmlsoap.org/wsdl/soap12/}address")
    assert adresse.get("location") == ADRESSE


def test_nothing_else_is_served(contrat):
    for nom in ("absent.xsd", "../rules.toml", "../../etc/passwd.xsd", "/etc/passwd", ""):
        with pytest.raises(ContractError):
            xsd_servi(contrat, nom, "")
    with pytest.raises(ContractError, match="Inconnu"):
        wsdl_servi(contrat, "Inconnu", "", "")
