"""The attestation says what R. 441-2-4 lists, annexes included, and marks what is invented."""

import re
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace

import pytest
from banc import FORMULAIRE, Banc, message, oter, poser, radiation, renouvellement, specimen

from sne_sandbox.operations import attestation
from sne_sandbox.operations.attestation import ANNEXES, FICTIF, LARGEUR, LIGNES, LIGNES_RESUME, PIECES

_ECHAPPE = re.compile(rb"\\(\d{3}|.)")


def _pages(pdf: bytes) -> list[list[str]]:
    """The lines of each page of a PDF, blank ones left out: its strings, their escapes undone."""

    def lire(trouve: re.Match[bytes]) -> bytes:
        signe = trouve[1]
        return bytes((int(signe, 8),)) if len(signe) == 3 else signe

    pages = []
    for flux in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        chaines = re.findall(rb"\(((?:[^()\\]|\\.)*)\) Tj", flux, re.DOTALL)
        textes = [_ECHAPPE.sub(lire, chaine).decode("cp1252").rstrip() for chaine in chaines]
        pages.append([texte for texte in textes if texte])
    return pages


def _delivree(banc: Banc, racine: object) -> tuple[str, list[list[str]]]:
    cree = banc.demander(racine)
    assert cree.anomalies == []
    pdf = cree.champs["attestation"]
    assert isinstance(pdf, bytes)
    assert not pdf.isascii()
    return cree.numero, _pages(pdf)


def _dit(page: list[str]) -> str:
    return " ".join(" ".join(page).split())


def test_each_mention_of_the_article_is_there(banc: Banc) -> None:
    numero, (premiere, droits, annexe1, annexe2) = _delivree(banc, specimen("colocataires"))
    page = _dit(premiere)
    demandeur = specimen("colocataires").find(".//{*}demandeur")
    qui = f"{demandeur.findtext('{*}nom')} {demandeur.findtext('{*}prenom')}"
    adresse = demandeur.find("{*}adressePostale")
    # a, b, c, d
    assert f"Destinataire : {qui}" in page
    assert f"{adresse.findtext('{*}numero')} {adresse.findtext('{*}voie')}" in page
    assert adresse.findtext("{*}codePostal") in page
    assert "Expéditeur : Maisons et Jardins d'Artois 8 place des Beffrois, 62000 Arras" in page
    assert numero in page
    assert "Date de dépôt initial : 03/04/2017" in page
    assert "Date du dernier renouvellement" not in page
    # e and g, invented
    assert "Bailleurs qui ont des logements dans ces communes (noms et adresses inventés) :" in page
    assert "– Maisons et Jardins d'Artois, 8 place des Beffrois, 62000 Arras (fictif)" in page
    assert "À compter du 03/04/2020" in page
    assert "délai de 3 ans, une convention de ce bac à sable" in page
    assert (
        f"Commission de médiation du Pas-de-Calais (essai), 100 avenue des Mineurs, 62000 Arras{FICTIF}"
        in page
    )
    # f, and no page half blank
    assert "menacé d'expulsion sans relogement" in page
    assert "suroccupés" in page
    assert len(premiere) > LIGNES / 2
    # h, i, and data protection
    suite = _dit(droits)
    for mot in ("Changement de situation", "valable un an", "irrecevable", "bail est signé",
                "Suivre sa demande", "CNIL"):  # fmt: skip
        assert mot in suite
    # annexes
    assert annexe1[0] == ANNEXES[0]
    assert "Personnes à loger : 2" in _dit(annexe1)
    assert "Les étapes à venir" in annexe1
    assert annexe2[0] == ANNEXES[1]
    assert "avis d'imposition" in _dit(annexe2)
    assert all("bac à sable non officiel" in _dit(p) for p in (premiere, droits, annexe1, annexe2))


def test_a_renewal_is_dated(banc: Banc) -> None:
    cree = banc.demander(specimen("colocataires"))
    renouvelee = banc.demander(renouvellement(specimen("colocataires"), cree.numero, "2018-03-15"))
    pdf = renouvelee.champs["attestation"]
    assert isinstance(pdf, bytes)
    assert "Date du dernier renouvellement : 15/03/2018" in _dit(_pages(pdf)[0])


@pytest.mark.parametrize(
    ("commune", "dits"),
    [
        ("75113", (r"délai de (6|9|10) ans ;", r"Commission de médiation de Paris \(essai\)")),
        ("93066", (r"délai de 3 ans, une", r"Commission de médiation de la Seine-Saint-Denis \(essai\)")),
        ("95018", ("Logis de la Boucle", r"Commission de médiation d'essai, département 095, .* \(fictif\)")),
        (
            "59350",
            ("Office d'Essai, territoire 059", r"essai, département 059, 3 rue de l'Exemple \(fictif\)"),
        ),
    ],
)
def test_the_bodies_are_of_the_place_invented_where_the_base_has_none(
    banc: Banc, commune: str, dits: tuple[str, ...]
) -> None:
    """The delays of Paris are published, the others ours."""
    racine = message(specimen("personne_seule"), "CRE")
    for souhaitee in racine.iterfind(".//{*}localisationSouhaite/{*}commune"):
        souhaitee.set("code", commune)
    _, (premiere, *_) = _delivree(banc, racine)
    assert all(re.search(dit, _dit(premiere)) for dit in dits)
    assert _dit(premiere).count("Commission de médiation") == 1


@pytest.mark.parametrize("mots", [0, 30])
def test_what_the_page_cannot_name_of_the_landlords_is_counted(banc: Banc, mots: int) -> None:
    # The commission keeps its room, however many they are and however long their names.
    for rang in range(30):
        nom = f"Organisme {rang}" + " œuvre" * mots
        champs = {"code": f"G3{rang:03}", "nature": "bailleur", "territoire": "062", "nom": nom,
                  "ouvert_le": "2011-03-28"}  # fmt: skip
        assert banc.api("POST", f"/bases/{banc.nom}/guichets", corps=champs).status_code == 201
    _, (premiere, *_) = _delivree(banc, specimen("colocataires"))
    page = _dit(premiere)
    nommes = page.count(FICTIF) - 1  # but for the commission
    assert 1 <= nommes < 31
    assert f"et {31 - nommes} autres, que la page ne peut nommer." in page
    assert "Commission de médiation du Pas-de-Calais" in page
    assert premiere[-1].startswith("Annexes :")


def test_a_landlord_without_an_address_leaves_no_comma(banc: Banc) -> None:
    champs = {
        "code": "G3000",
        "nature": "bailleur",
        "territoire": "062",
        "ouvert_le": "2011-03-28",
        "nom": "Logis",
    }
    assert banc.api("POST", f"/bases/{banc.nom}/guichets", corps=champs).status_code == 201
    _, (premiere, *_) = _delivree(banc, specimen("colocataires"))
    assert f"  – Logis{FICTIF}" in premiere


def test_an_association_has_its_address_and_no_household(banc: Banc) -> None:
    """And nothing on the commission de médiation, that persons only go to (L. 441-2-3)."""
    numero, (premiere, droits, annexe1, annexe2) = _delivree(banc, specimen("association"))
    voie = specimen("association").findtext(".//{*}association/{*}adressePostale/{*}voie")
    assert voie in _dit(premiere)
    assert "Personnes à loger" not in _dit(annexe1)
    assert not re.search("médiation|saisi", _dit([*premiere, *droits, *annexe1, *annexe2]))
    assert not re.search("livret|bulletins|avis d'imposition", _dit(annexe2))
    assert "convention de ce bac à sable" in _dit(annexe2)
    page = banc.http.get(f"/console/{banc.nom}/demandes/{numero}").text
    assert "livret de famille" not in page


def test_a_radiated_demande_is_said_to_be_valid_no_more(banc: Banc) -> None:
    numero, racine = banc.creer_demande("personne_seule")
    assert banc.demander(radiation(racine, numero, "RADABA")).anomalies == []
    pdf = banc.api("GET", f"/bases/{banc.nom}/demandes/{numero}/attestation").data
    premiere = _dit(_pages(pdf)[0])
    assert re.search(r"Demande radiée le : \d\d/\d\d/\d{4} Motif : \w.* Elle n'est plus valable", premiere)
    assert "valable jusqu'au" not in premiere
    assert "peut être saisie" not in premiere


@pytest.mark.parametrize("nom", ["adresse_etranger", "hebergee_secret", "parent_a_charge_nir"])
def test_nothing_is_cut_and_no_nir_is_told(banc: Banc, nom: str) -> None:
    racine = specimen(nom)
    numero, _ = _delivree(banc, racine)
    with banc.services.magasin.lire(banc.nom) as registre:
        stockee = registre.demande(numero)
        assert stockee is not None
    page = banc.http.get(f"/console/{banc.nom}/demandes/{numero}").text
    assert "Annexe 2\N{NO-BREAK SPACE}: pièces justificatives" in page
    for nir in racine.iter("{*}nir"):
        assert nir.text not in page


def test_a_long_list_says_how_many_it_leaves_out_and_the_page_is_whole(
    nouvelle_base: Callable[..., Banc],
) -> None:
    """Nine landlords and sixteen co-holders: what the article lists is there to its last line."""
    banc = nouvelle_base(profile="souple")
    with banc.services.magasin.ecrire(banc.nom) as registre:
        modele = registre.guichet("G1226")
        assert modele is not None
        for rang in range(8):
            nom = f"Office public de la Très Grande Communauté d'agglomération du Bassin minier {rang}"
            registre.remplacer_guichet(replace(modele, code=f"G88{rang:02d}", nom=nom))
    racine = specimen("colocataires")
    (premier,) = racine.iter("{*}cotitulaire")
    for _ in range(15):
        premier.addnext(deepcopy(premier))
    _, (premiere, *_) = _delivree(banc, racine)
    page = _dit(premiere)
    tus = re.search(r"– et (\d+) autres Numéro unique", page)
    assert tus is not None
    assert page.count("Co-titulaire : ") == 16 - int(tus[1])
    autres = re.search(r"– et (\d+) autres, que la page ne peut nommer\. À compter du", page)
    assert autres is not None
    assert page.count("Très Grande Communauté") == 9 - int(autres[1]) - 1  # one of them is G1226, as it was
    assert premiere[-1].startswith("Annexes : ")


@pytest.mark.parametrize(
    ("nom", "prenom", "dit"),
    [
        ("Łuczak-Đorđević", "Éloïse Žofia", "Luczak-Dordevic Éloïse Žofia"),
        ("Nguyễn", "Đạt", "Nguyen Dat"),
        ("Иванов", "Élise", "?????? Élise"),
        ("ÀÉÎÕÜÇŒŸÈ" * 4, "ÀÉÎÕÜÇŒŸÈ" * 4, f"{'ÀÉÎÕÜÇŒŸÈ' * 4} {'ÀÉÎÕÜÇŒŸÈ' * 4}"),
    ],
)
def test_a_name_keeps_its_letters(banc: Banc, nom: str, prenom: str, dit: str) -> None:
    """One letter that the font lacks takes the accents of no other."""
    racine = specimen("personne_seule")
    for chemin, valeur in (("nom", nom), ("prenom", prenom)):
        poser(racine, f"{FORMULAIRE}/personnePhysique/demandeur/{chemin}", valeur)
    _, (premiere, *_) = _delivree(banc, racine)
    assert f"Destinataire : {dit}" in _dit(premiere)


def test_without_a_declared_resource_the_summary_says_none(banc: Banc) -> None:
    racine = message(specimen("personne_seule"), "CRE")
    oter(racine, f"{FORMULAIRE}/personnePhysique/demandeur/listeRessourceRecue/detailRessource")
    _, (_, _, annexe1, _) = _delivree(banc, racine)
    assert "Ressources déclarées : aucune" in _dit(annexe1)


def test_the_lines_fit_the_pages() -> None:
    fixes = attestation.textes_fixes()
    assert set(fixes) == {"association", "saisine", "droits", "etapes", *PIECES}
    assert max(len(ligne) for lignes in fixes.values() for ligne in lignes) <= LARGEUR
    assert (
        max(
            len(fixes["droits"]),
            *(len(fixes[nom]) for nom in PIECES),
            LIGNES_RESUME + 1 + len(fixes["etapes"]),
        )
        <= LIGNES
    )
