"""The form in the order of the Cerfa: every path has its label, and nothing of a document is lost."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from banc import FORMULAIRE, poser, specimen
from lxml import etree

from sne_console.vues.formulaire_cerfa import GenreValeur, SectionRemplie, lire_cerfa, presenter
from sne_interface.contract import codec, contrats_charges
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.errors import ContractError
from sne_interface.resources import fixtures_dir

SPECIMENS = sorted(fichier.stem for fichier in (fixtures_dir() / "demandes").glob("*.xml"))
#: What an answer says about a message, and no demande holds.
HORS_FORMULAIRE = ("listeAnomalie/", "listeDoublons/")


def mettre_en_page(racine: etree._Element, contrat: Contrat) -> dict[str, SectionRemplie]:
    document = codec.lire(etree.tostring(racine))
    return {p.titre: p for p in presenter(document, contrat)}


def textes(partie: SectionRemplie) -> dict[str, list[str]]:
    """Values by label, codes in brackets."""
    lignes = [ligne for groupe in partie.groupes for ligne in groupe.lignes]
    return {
        ligne.libelle: [v.texte + (f" [{v.code}]" if v.code else "") for v in ligne.valeurs]
        for ligne in lignes
    }


def chemins_ranges(contrat: Contrat) -> Iterator[str]:
    """Every path that has a label, below `demande`."""
    cerfa = lire_cerfa(contrat)
    for section in cerfa.sections:
        racine = f"{section.racine}/".removeprefix("demande/")
        for bloc in section.blocs:
            for champ in bloc.champs:
                chemin = "/".join(filter(None, (bloc.chemin, champ.chemin)))
                feuilles = {
                    GenreValeur.ADRESSE: [nom for nom, _, _ in cerfa.adresse],
                    GenreValeur.RESSOURCES: ["ressource", "montant"],
                }.get(champ.genre)
                yield from (f"{racine}{chemin}/{f}" for f in feuilles) if feuilles else (racine + chemin,)


def test_every_path_of_the_contract_has_a_label(contrat: Contrat) -> None:
    lignes = csv.DictReader(io.StringIO(contrat.fichier("chemins.csv").decode()))
    feuilles = {
        ligne["path"].removeprefix("interfaceNuu/demande/")
        for ligne in lignes
        if ligne["content"] != "sequence" and ligne["path"].startswith("interfaceNuu/demande/")
    }
    sans = feuilles - set(chemins_ranges(contrat))
    assert [c for c in sans if not c.removeprefix("demandeLogement/").startswith(HORS_FORMULAIRE)] == []


@pytest.mark.parametrize("nom", SPECIMENS)
def test_nothing_of_a_specimen_is_left_over_nor_lost(contrat: Contrat, nom: str) -> None:
    racine = specimen(nom)
    parties = mettre_en_page(racine, contrat)
    assert "Autres éléments du document" not in parties
    groupes = [groupe for partie in parties.values() for groupe in partie.groupes]
    valeurs = [valeur for groupe in groupes for ligne in groupe.lignes for valeur in ligne.valeurs]
    tout = " ".join(f"{valeur.texte} {valeur.code}" for valeur in valeurs)
    for element in racine.find("{*}demande").iter():
        if element.tag.endswith("}nir"):
            continue
        if element.get("code"):
            assert element.get("code") in tout, element.tag
        elif (element.text or "").strip() and not element.text[:1].isdigit():
            dit = {"true": "Oui", "false": "Non"}.get(element.text, element.text.strip())
            assert dit in tout or element.tag.endswith("}etranger"), element.tag


def test_codes_dates_sums_and_addresses_are_put_into_words(contrat: Contrat) -> None:
    parties = mettre_en_page(specimen("couple_garde_alternee_handicap"), contrat)
    demandeur = textes(parties["Le demandeur"])
    assert demandeur["Situation de famille"] == ["Marié(e) [M]"]
    assert demandeur["Date de naissance"] == ["03/02/1982"]
    assert demandeur["Adresse postale"] == ["étage 2, bât. B, 7 rue des Mineurs, 62300 Lens (62498)"]
    charges = parties["Les personnes à charge qui vivront dans le logement"]
    assert [groupe.titre for groupe in charges.groupes] == [
        "Personne à charge 1",
        "Personne à charge 2",
        "Enfant en garde alternée ou droit de visite",
        "Enfant à naître",
    ]
    ressources = parties["Les ressources mensuelles"].groupes[0].lignes[0]
    assert (
        ressources.valeurs[0].texte
        == "Salaire ou revenu d’activité : 1\N{NARROW NO-BREAK SPACE}640 € par mois"
    )


def test_what_the_table_does_not_know_is_shown_under_its_path(contrat: Contrat) -> None:
    racine = specimen("personne_seule")
    poser(racine, f"{FORMULAIRE}/invente", "<b>2061275111005 64</b>", apres="precision")
    poser(racine, f"{FORMULAIRE}/personnePhysique/demandeur/gout", code="X1", apres="prenom")
    reste = textes(mettre_en_page(racine, contrat)["Autres éléments du document"])
    assert list(reste) == ["invente", "personnePhysique/demandeur/gout"]
    assert reste["personnePhysique/demandeur/gout"] == ["X1 [X1]"]
    assert "2061275111005" not in reste["invente"][0].replace(" ", "")


def test_the_nir_is_masked_however_it_is_written(contrat: Contrat) -> None:
    racine = specimen("personne_seule_nir")
    poser(racine, f"{FORMULAIRE}/personnePhysique/demandeur/nir", "pas un nir")
    dit = textes(mettre_en_page(racine, contrat)["Le demandeur"])
    assert dit["Numéro de sécurité sociale (NIR)"] == ["pas*******"]


def test_a_commune_that_nobody_knows_is_still_shown(contrat: Contrat) -> None:
    racine = specimen("personne_seule")
    for commune in racine.iter("{*}commune"):
        commune.set("code", "99999")
    dit = textes(mettre_en_page(racine, contrat)["Le logement recherché"])
    assert dit["Commune"] == ["commune inconnue [99999]"]


def test_a_folder_of_ones_own_changes_labels_and_sections_key_by_key(tmp_path: Path) -> None:
    (tmp_path / "cerfa.toml").write_text(
        """
[champs.etat_civil]
prenom = "Prénoms"
[champs.ajout]
numGuichet = "Chez"
[sections.enregistrement]
titre = "Le dossier"
[sections.ajout]
titre = "En plus"
blocs = { "" = { champs = ["ajout"] } }
""",
        "utf-8",
    )
    parties = mettre_en_page(specimen("personne_seule"), contrats_charges.charger(overlay=tmp_path))
    assert next(iter(parties)) == "Le dossier"
    assert list(parties)[-1] == "En plus"
    dits = textes(parties["Le demandeur"])
    assert {"Prénoms", "Prénom", "Civilité"} & set(dits) == {"Prénoms", "Civilité"}


@pytest.mark.parametrize(
    "ecrit",
    [
        '[champs.etat_civil]\ninvente = { genre = "nir" }',
        '[champs.etat_civil]\nnir = { libelle = "NIR", genre = "secret" }',
        '[sections.motif.blocs]\nradiation = { champs = ["inconnus"] }',
        "[sections.motif]\nblocs = 3",
    ],
)
def test_a_layout_that_is_none_says_where(tmp_path: Path, ecrit: str) -> None:
    (tmp_path / "cerfa.toml").write_text(ecrit, "utf-8")
    contrat = contrats_charges.charger(overlay=tmp_path)
    with pytest.raises(ContractError, match=r"cerfa\.toml"):
        lire_cerfa(contrat)
