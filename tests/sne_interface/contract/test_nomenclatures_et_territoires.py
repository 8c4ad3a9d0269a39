from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from sne_interface.contract import codec
from sne_interface.contract.contrats_charges import Contrat, charger
from sne_interface.contract.nomenclatures_et_territoires import (
    Chemin,
    Nomenclatures,
    Quartiles,
    Territoires,
    lire_chemins,
    lire_listes,
    lire_quartiles,
)
from sne_interface.domain.demande import Demande
from sne_interface.domain.menage import SeuilQuartile
from sne_interface.domain.texte import plier
from sne_interface.errors import ContractError, UsageError

FORMULAIRE = "interfaceNuu/demande/demandeLogement"


def test_codes_and_labels(contrat):
    listes = contrat.nomenclatures
    assert listes.liste("ListeCivilite")["1"] == "Monsieur"
    assert listes.contient("ListeTypeLogement", "T6P")
    assert not listes.contient("ListeTypeLogement", "T7")
    assert listes.libelle("ListeCivilite", "9") is None
    with pytest.raises(KeyError):
        listes.contient("ListeInconnue", "1")


def test_which_list_rules_a_path(contrat):
    listes, chemin = contrat.nomenclatures, f"{FORMULAIRE}/personnePhysique/demandeur/civilite"
    assert (listes.par_chemin[chemin], listes.obligatoire(chemin)) == ("ListeCivilite", True)
    dalo = "interfaceNuu/demande/informationDalo/statutDalo"
    assert (listes.par_chemin[dalo], listes.obligatoire(dalo)) == ("ListeStatutDalo", False)


def test_order_and_first_version(contrat):
    listes = contrat.nomenclatures
    assert listes.ordre(f"{FORMULAIRE}/numGuichet") < listes.ordre(f"{FORMULAIRE}/precision")
    assert listes.depuis(f"{FORMULAIRE}/informationTraitement") == "02.01"
    assert listes.depuis(f"{FORMULAIRE}/personnePhysique/demandeur/nir") == "02.02"


def test_containers_only_ever_hold_elements(contrat):
    conteneurs = contrat.nomenclatures.conteneurs
    assert {"listeRessourceRecue", "detailRessource", "demandeMulticritere", "evenement"} <= conteneurs
    assert conteneurs.isdisjoint({"nom", "commune", "typeFichier"})


def test_a_list_that_is_not_defined():
    with pytest.raises(ContractError, match="ListeAbsente"):
        Nomenclatures({}, [Chemin("a", True, "02.00", "ListeAbsente")])


def test_files_that_cannot_be_read():
    with pytest.raises(ContractError, match="label"):
        lire_listes(b"list,code\nA,1\n", "nomenclatures.csv")
    with pytest.raises(ContractError, match="UTF-8"):
        lire_chemins("path,é\n".encode("latin-1"), "chemins.csv")


# --- territoires --------------------------------------------------------------------------------------


COMMUNES = (
    b"code,nom,type,departement,region,codes_postaux,epci,population\n"
    b'62001,"Essai, sur Mer",commune-actuelle,62,32,62100 62110,200000001,12\n'
    b"62002,Sans Epci,c,62,32,62120,,1\n"
)
ANCIENNES = b"code,nom,fin,successeur\n62900,Vieille,1974-01-01,62001\n62901,Perdue,,\n"


def territoires(communes=COMMUNES, lus=None) -> Territoires:
    def lire(fichier: str) -> bytes:
        if lus is not None:
            lus.append(fichier)
        return communes if fichier == "communes.csv" else ANCIENNES

    return Territoires(lire)


def test_a_commune_in_force():
    commune = territoires().commune("62001")
    assert commune is not None
    assert (commune.nom, commune.codes_postaux, commune.epci) == (
        "Essai, sur Mer",
        ("62100", "62110"),
        "200000001",
    )
    assert territoires().commune("62002").epci is None
    assert territoires().commune("62900") is None


def test_a_former_commune():
    ancienne = territoires().ancienne("62900")
    assert (ancienne.fin, ancienne.successeur) == (date(1974, 1, 1), "62001")
    perdue = territoires().ancienne("62901")
    assert (perdue.fin, perdue.successeur) == (None, None)


def test_a_code_exists_when_it_is_or_was_in_force():
    trouves = territoires()
    assert [trouves.existe(code) for code in ("62001", "62900", "99999", "")] == [True, True, False, False]


def test_communes_are_found_by_their_name():
    trouves = territoires()
    assert [c.code for c in trouves.nommees("ESSAI SUR-MER")] == ["62001"]
    assert [c.code for c in trouves.nommees("sans epci")] == ["62002"]
    assert [c.code for c in trouves.nommees("Sans É")] == ["62002"]
    assert trouves.nommees("Vieille") == ()
    assert trouves.nommees(" - ") == ()


def test_names_are_folded_like_those_of_people(contrat):
    for code in ("62498", "02738", "62765", "97411", "67482", "2A004"):
        commune = contrat.territoires.commune(code)
        assert commune in contrat.territoires.nommees(plier(commune.nom).upper())


def test_nothing_is_read_before_it_is_asked_for_and_then_once():
    lus: list[str] = []
    trouves = territoires(lus=lus)
    assert lus == []
    with ThreadPoolExecutor(8) as fils:
        assert all(fils.map(trouves.existe, ["62001"] * 32))
    assert lus == ["communes.csv"]


def test_the_files_of_the_contract(contrat):
    assert contrat.territoires.commune("75101").departement == "75"
    assert len(contrat.territoires.codes()) > 35_000
    contrat.territoires.prechauffer()
    assert contrat.territoires.epci("200000172").type == "CC"


@pytest.mark.parametrize("octets", [b"insee,nom\n", b"", "code,é".encode("latin-1")])
def test_a_file_without_its_columns(octets):
    with pytest.raises(ContractError, match=r"communes\.csv"):
        territoires(octets).existe("62001")


def test_a_file_as_a_spreadsheet_writes_it():
    """A byte order mark, line ends of two characters, quotes; the last of two lines stands."""
    entete, premiere, *autres = COMMUNES.splitlines()
    deux = premiere.replace(b"Essai", b"Ancien essai")
    lignes = (entete, b"", deux, b'"62003"' + premiere[5:], *autres, premiere)
    trouves = territoires(b"\xef\xbb\xbf" + b"\r\n".join(lignes) + b"\r\n")
    for code in ("62001", "62003"):
        commune = trouves.commune(code)
        assert commune is not None
        assert (commune.nom, commune.epci) == ("Essai, sur Mer", "200000001")
    assert [trouves.existe(code) for code in ("6200", "620010", "code", "\ud800")] == [False] * 4
    assert set(trouves.codes()) == {"62001", "62002", "62003"}
    assert {"062"} == set(trouves.numerotes)


def test_a_short_line():
    with pytest.raises(ContractError, match="62001,Essai"):
        territoires(COMMUNES.splitlines()[0] + b"\n62001,Essai\n").commune("62001")


# --- quartiles ----------------------------------------------------------------------------------------


JOUR = date(2018, 3, 15)
ENTETE = b"territoire,siren,libelle,annee,montant_uc,source,fidelite\n"


def test_the_threshold_of_the_first_wished_commune(contrat, specimen):
    racine = specimen()
    commune = racine.find(".//{*}localisationSouhaite/{*}commune")
    commune.set("code", "75113")
    seuil = contrat.quartiles.seuil(Demande(codec.decoder(racine)), contrat.territoires, JOUR)
    assert (seuil.nature, seuil.code) == ("REGION", "11")
    commune.set("code", "99999")
    assert contrat.quartiles.seuil(Demande(codec.decoder(racine)), contrat.territoires, JOUR) is None


@pytest.mark.parametrize(
    "ligne",
    [
        "COMMUNE,1,x,2020,8000,,A",
        "EPCI,200033579,x,2020,huit,,A",
        "EPCI,200033579,x,2025…2019,8000,,A",
        "EPCI,200033579,x,2020,0,,A",
        f"EPCI,200033579,x,2020,{'9' * 23},,A",
        "EPCI,12,x,2020,8000,,A",
        "REGION,Île-de-France,x,2020,8000,,A",
        "EPCI,200033579,x,2020,8000,,i",  # nobody would be told that it is invented
    ],
)
def test_a_line_that_cannot_be_read(ligne: str):
    with pytest.raises(ContractError, match="illisible"):
        lire_quartiles(ENTETE + f"{ligne}\n".encode(), "quartiles.csv")


def test_two_amounts_of_one_area_and_year_are_one_too_many():
    deux = "EPCI,200033579,x,2016…2018,8000,,A\nEPCI,200033579,x,2017,{},,A\n"
    assert len(lire_quartiles(ENTETE + deux.format(8000).encode(), "q.csv")) == 4
    with pytest.raises(ContractError, match=r"deux montants pour \[EPCI,200033579\] en 2017"):
        lire_quartiles(ENTETE + deux.format(8001).encode(), "q.csv")


def test_a_row_of_several_years_and_what_is_invented():
    un, autre = "200033579", "200046977"
    lignes = f"EPCI,{un},x,2019…2021,8000,s,I\nEPCI,{autre},y,2020,7000,,A\n"
    lus = lire_quartiles(ENTETE + lignes.encode(), "q.csv")
    assert [(s.code, s.annee, s.invente, s.fidelite) for s in lus] == [
        (un, 2019, True, "C"),
        (un, 2020, True, "C"),
        (un, 2021, True, "C"),
        (autre, 2020, False, "A"),
    ]


def test_a_published_amount_is_never_crossed_with_an_invented_one():
    publie = SeuilQuartile("EPCI", "1", "publié", 2020, 8000)
    inventes = [SeuilQuartile("EPCI", code, "inventé", 2017, 1, invente=True) for code in ("1", "2")]
    assert Quartiles([publie], inventes).seuils == (publie, inventes[1])


def test_the_amounts_invented_for_the_seeds_are_there_by_default_and_go_with_the_users_own(tmp_path):
    arras = "62041"

    def seuil(**autres):
        contrat = charger(**autres)
        return contrat.quartiles.seuil_de(arras, contrat.territoires, JOUR)

    assert seuil().invente
    assert seuil(nom="v5.0") is None
    siens = tmp_path / "miens.csv"
    siens.write_bytes(ENTETE + b"EPCI,200033579,CU d'Arras,2017,9000,moi,D\n")
    lu = seuil(quartiles=siens)
    assert (lu.montant, lu.invente) == (9000, False)
    (tmp_path / "dossier").mkdir()
    (tmp_path / "dossier" / "quartiles.csv").write_bytes(ENTETE + b"REGION,11,x,2017,9000,moi,D\n")
    assert seuil(overlay=tmp_path / "dossier") is None
    with pytest.raises(UsageError, match=r"absent\.csv"):
        seuil(quartiles=tmp_path / "absent.csv")


def test_an_abolished_commune_is_now_its_successor(contrat: Contrat) -> None:
    for code, attendu in (("01003", "01165"), ("75113", "75113")):
        commune = contrat.territoires.actuelle(code)
        assert commune is not None
        assert commune.code == attendu
    assert contrat.territoires.actuelle("99999") is None
