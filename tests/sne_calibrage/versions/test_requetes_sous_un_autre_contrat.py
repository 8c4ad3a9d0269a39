"""Recorded requests under another contract: what it refuses is found, at its exchange and for its cause."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from banc import FORMULAIRE, MIDI, Banc, message, poser, radiation, specimen
from donnees import a_cote
from flask import Flask

from sne_calibrage.versions.rendu_des_versions import preparation_en_texte
from sne_calibrage.versions.requetes_sous_un_autre_contrat import preparer, remises_notees
from sne_calibrage.versions.sorts_des_requetes import Devenir, Preparation
from sne_conformite.bilan.trafic_juge import parcourir
from sne_interface.contract.contrats_charges import Contrat, charger
from sne_interface.domain.echange import Echange, VerdictEchange
from sne_interface.resources import contracts_dir

#: The exchanges of the traffic, by what they are.
CREATION, COUPLE, MODIFICATION, EVENEMENT, RECHERCHE, REFUSEE, LECTURE, RADIATION, TYPES = range(9)


def decision(numero: str) -> Any:
    """The event of the fixtures, of this demande: its commission does not sit before."""
    evenement = specimen("evenement", "documents")
    poser(evenement, "operation/numUnique", numero)
    for element in evenement.iter():
        if (element.text or "").startswith("2018-03-"):
            element.text = MIDI.date().isoformat() + element.text[10:]
    return evenement


@pytest.fixture(scope="module")
def trafic(application: Flask) -> Iterator[list[Echange]]:
    """What an application sent: eight requests that were accepted, and one that was refused."""
    banc = Banc(application, "recue").creer()
    numero, seule = banc.creer_demande("personne_seule")
    banc.creer_demande("couple_garde_alternee_handicap")
    autre = message(seule, "MOD", numero, refInterne="AUTRE")
    # Named after another guichet: ENT005 warns.
    assert banc.demander(autre, nom="DEMG0690-201803151200-000000.xml").anomalies == []
    assert banc.fichier("ajouterEvenementDemande", decision(numero)).anomalies == []
    banc.fichier("rechercheDemandeMulticritere", specimen("recherche", "documents"))
    demain = message(specimen("colocataires"), "CRE")
    poser(demain, f"{FORMULAIRE}/dateCreationDemande", "2018-03-20")
    assert banc.demander(demain).anomalies == ["ENT008"]
    banc.relire(numero)
    assert banc.demander(radiation(seule, numero, "RADABA")).anomalies == []
    banc.fichier("listerTypesEvenementsNationaux", specimen("type_evenement", "documents"))
    yield list(parcourir(banc.services.magasin.journal, banc.nom))
    banc.supprimer()


def passer(trafic: list[Echange], vers: Contrat, depuis: Contrat | None = None) -> Preparation:
    avant = depuis or charger()
    return preparer(lambda: iter(trafic), avant, vers, noms=(avant.nom, vers.nom, "essai"))


def rangs(trafic: list[Echange], faite: Preparation, devenir: Devenir = Devenir.REFUSE) -> list[int]:
    numeros = [echange.identifiant for echange in trafic]
    return [numeros.index(sort.echange) for sort in faite.de(devenir)]


# --- the same, and what 5.2 brings -------------------------------------------------------------------------


def test_the_same_contract_changes_nothing(trafic: list[Echange]) -> None:
    faite = passer(trafic, charger())
    assert faite.prete
    assert faite.comptes[Devenir.INCHANGE] == 8
    assert rangs(trafic, faite, Devenir.DEJA_REFUSE) == [REFUSEE]
    assert faite.nouveautes == ()


def test_5_2_refuses_nothing_of_5_0_and_says_what_could_be_sent(trafic: list[Echange]) -> None:
    de_5_0 = [echange for rang, echange in enumerate(trafic) if rang != EVENEMENT]
    faite = passer(de_5_0, charger("v5.2"), charger("v5.0"))
    assert (faite.prete, faite.comptes[Devenir.INDECIDABLE]) == (True, 0)
    (autre,) = faite.de(Devenir.AUTREMENT)
    assert autre.operation == "listerTypesEvenementsNationaux"
    assert [(c.chemin, c.changement) for c in autre.causes] == [
        ("interfaceNuu/listeTypesEvenements/typeEvenement", "DECISIONS")
    ]
    envoyees, lues = ([n.difference for n in faite.nouveautes if n.envoyer is sens] for sens in (True, False))
    envoyer = {(d.objet.rpartition("/")[2], d.changement) for d in envoyees}
    assert envoyer == {("02.02", "MESSAGE-0202"), ("nir", "NIR"), ("DECATT", "DECISIONS")}
    lire = {d.objet.rpartition("/")[2] for d in lues}
    assert lire == {"ressourcesAnnuellesUC", "nombreUC", "premierQuartile"}
    assert faite.changements.keys() == {"MESSAGE-0202", "NIR", "DECISIONS", "PREMIER-QUARTILE"}


def test_what_5_2_alone_takes_is_refused_by_5_0_with_its_change(trafic: list[Echange]) -> None:
    faite = passer(trafic, charger("v5.0"), charger("v5.2"))
    assert rangs(trafic, faite) == [EVENEMENT]
    (sort,) = faite.de(Devenir.REFUSE)
    assert {cause.regle for cause in sort.causes} == {"EVT002"}
    assert {cause.changement for cause in sort.causes} == {"DECISIONS"}


def test_what_5_0_refused_and_5_2_takes_is_told_as_lifted_and_never_as_refused(banc: Banc) -> None:
    numero, _ = banc.creer_demande("personne_seule")
    banc.creer_demande("personne_seule_nir")
    banc.fichier("ajouterEvenementDemande", decision(numero))
    premier, *autres = parcourir(banc.services.magasin.journal, banc.nom)
    # The last two as a server of 5.0 answered them.
    refuses = [replace(e, verdict=VerdictEchange.FAULT, numero_unique=None) for e in autres]
    faite = passer([premier, *refuses], charger("v5.2"), charger("v5.0"))
    creation, evenement = faite.de(Devenir.AUTREMENT)
    assert {(c.regle, c.changement) for c in creation.causes} == {("schéma", "MESSAGE-0202")}
    assert {(c.regle, c.changement) for c in evenement.causes} == {("EVT002", "DECISIONS")}
    assert all(c.levee and "→" not in c.message for c in (*creation.causes, *evenement.causes))
    dit = preparation_en_texte(faite)
    assert "n'est plus refusé par EVT002, changement DECISIONS" in dit
    assert "n'est plus refusé par schéma, changement MESSAGE-0202" in dit


# --- tightened in twelve ways ------------------------------------------------------------------------------


CHANGEMENT = a_cote(__file__)["changement"]


def remplacer(fichier: str, *textes: str, version: str = "v5.0") -> Callable[[Path], None]:
    """Writes a file of the contract, each text replaced by the one that follows it."""

    def ecrire(dossier: Path) -> None:
        texte = (contracts_dir() / version / fichier).read_text("utf-8")
        for avant, apres in zip(textes[::2], textes[1::2], strict=True):
            assert avant in texte
            texte = texte.replace(avant, apres)
        (dossier / fichier).parent.mkdir(parents=True, exist_ok=True)
        (dossier / fichier).write_text(texte, "utf-8")

    return ecrire


def toml(fichier: str, texte: str) -> Callable[[Path], None]:
    def ecrire(dossier: Path) -> None:
        (dossier / fichier).write_text(texte, "utf-8")

    return ecrire


DE_02_01 = [CREATION, MODIFICATION, RADIATION]
DEMANDES = [CREATION, COUPLE, MODIFICATION, RADIATION]
MANDAT = """[[DECATT.caracteristiques]]
code = "MANDAT"
libelle = "Mandataire"
type = "TXT"
obligatoire = true
"""
MALLOG = '  ["MALLOG", "Mal logement ou difficultés particulières (b ; c depuis le 25/11/2018)"],\n'
TYPES_DEMANDE = "xsd/types-demande.xsd"
SANS_ASCENSEUR = '<xs:element name="sansAscenseur" type="BooleenModifiable" minOccurs="0"/>'
COMPLET = "demandeLogementParametres,complet,xs:string,0"
LOYER = 'name="montantLoyer" type="Entier4Modifiable"'
#: What is changed, the exchanges that are then refused, and of each the rule (or « schéma », « message »),
#: the end of the place, and the difference that is behind.
SERREES: dict[str, tuple[Callable[[Path], None], list[int], str, str, str]] = {
    "un élément devient obligatoire": (
        remplacer("xsd/demande-02.01.xsd", '"listeHandicap" minOccurs="0"', '"listeHandicap"'),
        DE_02_01, "schéma", "demandeLogement/listeHandicap", "listeHandicap : au moins 1 fois",
    ),
    "un élément disparaît": (
        remplacer(TYPES_DEMANDE, SANS_ASCENSEUR, ""),
        DEMANDES, "schéma", "sansAscenseur", "sansAscenseur : n'existe plus",
    ),
    "un élément se déplace": (
        remplacer("xsd/demande-02.01.xsd", '<xs:element name="precision" type="Chaine255Modifiable"/>', "",
                  "<xs:sequence>\n      <xs:element name=\"numGuichet\"",
                  "<xs:sequence>\n      <xs:element name=\"precision\" type=\"Chaine255Modifiable\"/>\n"
                  "      <xs:element name=\"numGuichet\""),
        DE_02_01, "schéma", "precision", "demandeLogement : les éléments ne sont plus dans le même ordre",
    ),
    "une longueur baisse": (
        remplacer("xsd/types.xsd", '<xs:maxLength value="255"/>', '<xs:maxLength value="8"/>'),
        DEMANDES, "schéma", "precision", "precision : longueur maximale : 8, et non plus 255",
    ),
    "un élément ne se répète plus": (
        remplacer(TYPES_DEMANDE, '"localisationSouhaite" maxOccurs="unbounded"', '"localisationSouhaite"'),
        DEMANDES, "schéma", "localisationSouhaite[2]", "localisationSouhaite : au plus 1 fois",
    ),
    "un type change": (
        remplacer(TYPES_DEMANDE, LOYER, 'name="montantLoyer" type="DateModifiable"'),
        DEMANDES, "schéma", "montantLoyer", "montantLoyer : type date, et non plus int",
    ),
    "une version disparaît": (
        toml("contract.toml", 'versions = ["02.01", "02.02"]\n'),
        [COUPLE], "ENT003", "interfaceNuu", "02.00 : la version de message n'est plus admise",
    ),
    "un code disparaît": (
        remplacer("nomenclatures.csv", "ListeTypeLogement,T4,T4,02.00\n", ""),
        [COUPLE], "ENT011", "typeLogement[1]", "ListeTypeLogement/T4 : le code n'est plus admis",
    ),
    "un contrôle bloque": (
        toml("rules.toml", '[ENT005]\ngravite = "bloquante"\n'),
        [MODIFICATION], "ENT005", "", "ENT005 : le contrôle refuse, et non plus : avertit",
    ),
    "un type d'événement finit": (
        toml("evenements.toml", "[DECATT]\nfin_validite = 2018-01-31\n"),
        [EVENEMENT], "EVT002", "codeTypeEvenement", "DECATT : fin_validite",
    ),
    "une caractéristique est exigée": (
        remplacer("evenements.toml", "[[DECATT.caracteristiques]]\ncode = \"DATECAL\"",
                  MANDAT + "\n[[DECATT.caracteristiques]]\ncode = \"DATECAL\"", version="v5.2"),
        [EVENEMENT], "EVT004", "listeCaracteristiquesSpecifiques", "MANDAT : nouvelle caractéristique",
    ),
    "une valeur disparaît": (
        remplacer("evenements.toml", MALLOG, "", version="v5.2"),
        [EVENEMENT], "EVT004", "valeurCaracteristiqueSpecifique", "DECATT/CATEG/MALLOG : le code n'est plus",
    ),
    "un champ d'appel devient obligatoire": (
        remplacer("operations.csv", COMPLET, COMPLET.replace(",0", ",1")),
        [LECTURE], "message", "", "getDemandeLogement/input/complet : le champ devient obligatoire",
    ),
}  # fmt: skip


@pytest.mark.parametrize("facon", SERREES)
def test_what_a_folder_tightens_refuses_the_right_exchanges_for_the_right_cause(
    facon: str, trafic: list[Echange], tmp_path: Path
) -> None:
    ecrire, attendus, regle, fin, difference = SERREES[facon]
    ecrire(tmp_path)
    (tmp_path / "changements.toml").write_text(CHANGEMENT, "utf-8")
    faite = passer(trafic, charger("v5.2", tmp_path))
    assert rangs(trafic, faite) == attendus
    assert not faite.prete
    for sort in faite.de(Devenir.REFUSE):
        siennes = [c for c in sort.causes if c.regle == regle and c.chemin.endswith(fin)]
        assert siennes, sort.causes
        assert all(difference in cause.texte for cause in siennes)
        assert {cause.changement for cause in sort.causes} == {"SERRER"}


# --- what the recording does not tell ----------------------------------------------------------------------


def test_what_depends_on_a_demande_of_before_is_undecided_and_never_refused(trafic: list[Echange]) -> None:
    """No answer shows the demande of an event, nor what it was before it was radiated."""
    for rang in (EVENEMENT, RADIATION):
        faite = passer([trafic[rang]], charger())
        (sort,) = faite.de(Devenir.INDECIDABLE)
        assert "n'est connue d'aucun échange" in sort.raison
        assert faite.prete
        assert faite.vide


def test_a_demande_of_before_that_an_answer_shows_is_known(trafic: list[Echange]) -> None:
    for suite in ([trafic[LECTURE]], [trafic[MODIFICATION], trafic[LECTURE]]):
        faite = passer(suite, charger())
        assert faite.comptes[Devenir.INCHANGE] == len(suite)


def test_a_refusal_that_is_told_otherwise_is_answered_otherwise(
    trafic: list[Echange], tmp_path: Path
) -> None:
    (tmp_path / "rules.toml").write_text('[ENT008]\ncode_officiel = "A008"\n', "utf-8")
    (sort,) = passer(trafic, charger("v5.2", tmp_path)).de(Devenir.AUTREMENT)
    assert sort.echange == trafic[REFUSEE].identifiant
    assert sort.causes


def test_a_message_that_the_target_refuses_whatever_the_base_holds_is_refused(
    trafic: list[Echange], tmp_path: Path
) -> None:
    remplacer(TYPES_DEMANDE, SANS_ASCENSEUR, "")(tmp_path)
    faite = passer([trafic[MODIFICATION]], charger("v5.2", tmp_path))
    assert faite.comptes[Devenir.REFUSE] == 1


def test_a_panne_in_the_place_of_the_work_is_not_put_to_the_target(trafic: list[Echange]) -> None:
    gatee = replace(trafic[LECTURE], verdict=VerdictEchange.FAULT, panne={"genre": "indisponible"})
    (sort,) = passer([trafic[CREATION], gatee], charger()).de(Devenir.ECARTE)
    assert "panne" in sort.raison


def test_what_a_panne_spoiled_after_the_work_was_asked_and_done(trafic: list[Echange]) -> None:
    perdue = replace(trafic[CREATION], panne={"genre": "coupure"})
    faite = passer([perdue, trafic[MODIFICATION]], charger())
    assert faite.comptes[Devenir.INCHANGE] == 2


# --- where the base was put back ---------------------------------------------------------------------------


def test_a_driven_run_notes_where_each_example_began() -> None:
    vide, lu = ({"appel": "echanges", "rendu": rendu} for rendu in ([], [7, 8]))
    exemples = [{"ligne": "exemple", "faits": faits} for faits in ([{"appel": "remettre"}, vide, lu], [lu])]
    lignes: list[dict[str, Any]] = [{"ligne": "épreuve"}, *exemples]
    assert remises_notees(lignes) == {7}
