"""All that is wrong with a document, told at once and the same by `check`, the journal, the console, `run`,
Composer; the wire says what it always said."""

from collections.abc import Callable
from typing import Any

import pytest
from banc import FORMULAIRE, MIDI, NS, Banc, oter, poser, specimen
from lxml import etree

from sne_conformite.bilan.constats_recueillis import A_VENIR
from sne_conformite.bilan.trafic_juge import ReglagesTrafic, juger_base
from sne_conformite.rapports.rapport import Fin, Rapport
from sne_interface.rules.controle import ENSUITE, controler, lire_explication

LOGEMENT = f"interfaceNuu/{FORMULAIRE}/logementRecherche/listeLocalisationSouhaite"
DEMANDEUR = f"interfaceNuu/{FORMULAIRE}/personnePhysique/demandeur"
MANQUE = "l'élément obligatoire « motifDemande » manque"
COMMUNE = "La commune [99999] n'existe pas."
NAISSANCE = "La date de naissance [2023-09-14] n'est pas plausible."


def mauvais() -> Any:
    """Four faults: a motive that the schema wants, a commune that does not exist twice, a child who asks."""
    racine = specimen("personne_seule")
    for _ in range(2):
        oter(racine, f"{FORMULAIRE}/principauxMotifDemande/motifDemande")
    listes = racine.find(f".//{{{NS}}}listeLocalisationSouhaite")
    listes[1][0].set("code", "99999")
    poser(racine, f"{FORMULAIRE}/personnePhysique/demandeur/situationProfessionnelle/commune", code="99999")
    poser(racine, f"{FORMULAIRE}/personnePhysique/demandeur/dateNaissance", "2023-09-14")
    return racine


def octets(racine: Any) -> bytes:
    etree.indent(racine)
    return etree.tostring(racine, encoding="UTF-8", xml_declaration=True)


def rapport(banc: Banc) -> Rapport:
    *_, fin = juger_base(banc.services.magasin.journal, banc.nom, banc.services.contrat, ReglagesTrafic())
    assert isinstance(fin, Fin)
    return fin.rapport


@pytest.fixture
def envoye(banc: Banc) -> Banc:
    reponse = banc.demander(mauvais())
    assert reponse.echange.identifiant == 1
    return banc


def test_check_says_the_four(banc: Banc) -> None:
    controle = controler(octets(mauvais()), banc.services.contrat, "ecole", MIDI)
    assert [(f.regle, f.message, f.ensuite) for f in controle.fautes] == [
        ("XSD manque", MANQUE, False),
        ("ADR002", COMMUNE, True),
        ("IDT002", NAISSANCE, True),
        ("ADR002", COMMUNE, True),
    ]
    assert "MOT001" in controle.en_attente, "it reads the motive that is missing"
    assert {"ENT006", "DOU001", "ENT004"} <= set(controle.omises)


def test_the_journal_says_the_four(envoye: Banc) -> None:
    echange = envoye.services.magasin.journal.lire(envoye.nom, 1)
    schema, regles = lire_explication(echange.fault["explication"])
    assert len(schema) == 1
    assert MANQUE in schema[0]
    assert regles == [
        ("ADR002", "bloquante", COMMUNE),
        ("IDT002", "bloquante", NAISSANCE),
        ("ADR002", "bloquante", COMMUNE),
    ]


def test_the_console_says_the_four(envoye: Banc, page: Callable[..., Any]) -> None:
    arbre = page("/echanges/1")
    lignes = [" ".join(li.text_content().split()) for li in arbre.xpath("//ul[@class='constats']/li")]
    assert len(lignes) == 4
    dites = (f"L{MANQUE[1:]}.", COMMUNE, NAISSANCE, COMMUNE)
    assert all(dite in ligne for dite, ligne in zip(dites, lignes, strict=True)), lignes
    titre = arbre.xpath(f"//strong[contains(., '{ENSUITE}')]")
    assert len(titre) == 1
    assert len(titre[0].xpath("preceding::ul[@class='constats']/li")) == 1
    assert len(titre[0].xpath("following::ul[@class='constats']/li")) == 3


def test_run_says_the_four(envoye: Banc) -> None:
    juge = rapport(envoye)
    rompues = {(c.exigence, c.chemin) for b in juge.bilans for c in b.constats}
    assert ("CTR-01", f"interfaceNuu/{FORMULAIRE}/principauxMotifDemande/motifDemande") in rompues
    assert {("CTR-04", f"{LOGEMENT}/localisationSouhaite[2]/commune"),
            ("CTR-04", f"{DEMANDEUR}/situationProfessionnelle/commune")} <= rompues  # fmt: skip
    a_venir = [(r.code, r.message, r.nombre) for r in juge.reponses if r.nature == A_VENIR]
    assert sorted(a_venir) == [("ADR002", COMMUNE, 2), ("IDT002", NAISSANCE, 1)]


def test_the_wire_says_what_it_always_said(banc: Banc) -> None:
    """The SNE has one sentence for every bad structure, and tells no more of it."""
    refus = banc.demander(mauvais())
    dit = refus.echange.reponse.decode("utf-8", "replace")
    assert "Une erreur inattendue est survenue lors du traitement de la demande." in dit
    assert "ADR002" not in dit
    assert "motifDemande" not in dit


def test_composer_says_the_four_before_anything_is_sent(banc: Banc) -> None:
    verifie = banc.api(
        "POST", f"/bases/{banc.nom}/messages/getNumUnique/check", {"document": octets(mauvais()).decode()}
    )
    assert verifie.status_code == 200, verifie.text
    remarques = verifie.json["remarques"]
    assert [r["message"] for r in remarques if r["gravite"] == "bloquante"] == [
        MANQUE, COMMUNE, NAISSANCE, COMMUNE,
    ]  # fmt: skip
    assert [r["ensuite"] for r in remarques] == [False, True, True, True]


def test_once_mended_the_rules_say_what_was_announced(banc: Banc) -> None:
    """What is said « ensuite » is what the SNE says next."""
    annonce = controler(octets(mauvais()), banc.services.contrat, "ecole", MIDI)
    corrige = mauvais()
    motifs = corrige.find(f".//{{{NS}}}principauxMotifDemande")
    etree.SubElement(motifs, f"{{{NS}}}motifDemande", code="19")
    suite = controler(octets(corrige), banc.services.contrat, "ecole", MIDI)
    dites = [(f.regle, f.chemin, f.message) for f in annonce.fautes if f.ensuite]
    assert dites == [(f.regle, f.chemin, f.message) for f in suite.fautes if f.gravite == "bloquante"]
