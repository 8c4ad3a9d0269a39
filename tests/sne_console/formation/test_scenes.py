"""Scenes as data: what a file must say, and what it may not."""

from datetime import datetime
from pathlib import Path

import pytest
from ecritures import mettre_a_l_heure

from sne_console.formation import scenes
from sne_console.formation.scenes import MessageScene
from sne_interface.contract.contrats import Contrats
from sne_interface.contract.contrats_charges import charger
from sne_interface.domain.base import Horloge
from sne_interface.domain.dates import PARIS
from sne_interface.errors import ContractError, UsageError
from sne_sandbox.bases import bases
from sne_sandbox.store.magasin import Magasin

ENTETE = 'titre = "T"\nduree = "1 minute"\npublic = "P"\nresume = "R"\nhorloge = 2018-03-15T12:00:00\n'
PAS = '[[pas]]\ntitre = "Un"\ndire = "D."\nregarder = "R."\n'
ENVOI = ENTETE + PAS + 'envoyer = { guichet = "G1104" }\n'
MIDI = datetime(2018, 3, 15, 12, tzinfo=PARIS)


def ecrire(dossier: Path, texte: str) -> Path:
    fichier = dossier / "essai.toml"
    fichier.write_text(texte, "utf-8")
    return fichier


def test_there_are_twenty_five_scenes_each_in_its_place() -> None:
    toutes = scenes.scenes()
    assert len(toutes) == 25
    assert len({scene.ordre for scene in toutes}) == len({scene.titre for scene in toutes}) == 25


@pytest.mark.parametrize("scene", scenes.scenes(), ids=lambda s: s.identifiant)
def test_every_scene_can_be_read_aloud(scene: scenes.Scene) -> None:
    assert len(scene.pas) >= 3
    assert scene.apprendre.endswith(".")
    for pas in scene.pas:
        # What the room reads before the step asks, and does not tell.
        assert pas.question.endswith("?"), pas.titre
        assert pas.regarder not in pas.question, pas.titre
        assert 1 <= sum(pas.dire.count(fin) for fin in ".?!…") <= 4, pas.titre
        assert pas.regarder.endswith((".", "?", "!")), pas.titre
        # What is sent is told what to become.
        assert pas.message is None or pas.attendu.verdict is not None, pas.titre


@pytest.mark.parametrize("scene", scenes.scenes(), ids=lambda s: s.identifiant)
def test_every_variable_kept_is_used(scene: scenes.Scene) -> None:
    messages = [
        message
        for pas in scene.pas
        if pas.message is not None
        for message in (pas.message, *(scenes.choisir(pas.message, choix) for choix in pas.choix))
    ]
    utilisees = {nom for message in messages for nom in scenes.variables(message)}
    retenues = {pas.message.retient for pas in scene.pas if pas.message and pas.message.retient}
    assert retenues <= utilisees


def test_a_scene_is_read(tmp_path: Path) -> None:
    scene = scenes.lire(ecrire(tmp_path, ENTETE + PAS + 'avancer = "P1M"\n'))
    assert (scene.identifiant, scene.base, scene.horloge) == ("essai", "scene-essai", MIDI)
    assert (scene.pas[0].avancer, scene.pas[0].bouton) == ("P1M", "Avancer l'horloge")
    assert scenes.trouver("essai", tmp_path) == scene
    assert scenes.trouver("autre", tmp_path) is None


@pytest.mark.parametrize(
    ("texte", "dite", "remede"),
    [
        (ENTETE + "couleur = 1\n" + PAS, "essai.toml : clés inconnues : couleur", "titre"),
        (ENTETE + PAS + "cri = 1\n", "essai.toml, pas 1 : clés inconnues : cri", "regarder"),
        (ENTETE + PAS + "attendu = { verdit = 1 }\n", "pas 1, attendu : clés inconnues : verdit", "verdict"),
        (ENVOI.replace("guichet", "gichet"), "pas 1, envoyer : clés inconnues : gichet", "guichet"),
        (ENTETE + PAS + 'envoyer = { specimen = "dalo" }\n', "pas 1, envoyer : ", "guichet"),
        (ENVOI.replace(" }", ', operation = "o" }'), "l'opération [o] n'existe pas", "getDoublons"),
        (ENVOI, "ne vont pas ensemble", "specimen"),
        (ENTETE + PAS + 'avancer = "P1M"\nrelever = "G1104"\n', "pas 1 : plusieurs actions", "une par pas"),
        (
            ENVOI.replace(" }", ', operation = "getDemandeLogement", champs = { numUnique = "{n}" } }'),
            "pas 1 : variables jamais retenues : n",
            "retient",
        ),
        (ENTETE + PAS + 'panne = "bom"\n', "choix et panne ne valent que pour un message", "envoyer"),
        (ENTETE + PAS + 'choix = [{ libelle = "A" }]\n', "choix et panne ne valent que", "envoyer"),
        (ENVOI.replace(" }", ', specimen = "dalo" }') + 'panne = "feu"\n', "la panne [feu] n'existe", "bom"),
        (ENTETE + PAS + 'choix = [{ libele = "A" }]\n', "pas 1, choix 1 : clés inconnues", "libelle"),
        (ENTETE + PAS + 'page = "cave"\n', "pas 1 : la page [cave] n'existe pas", "quotas"),
        (ENTETE, "aucun pas", "[[pas]]"),
        (ENTETE.replace("2018-03-15T12:00:00", "1") + PAS, "horloge n'est pas un instant", "2018-03-15"),
        (PAS, "horloge n'est pas un instant", "horloge = "),
        ("titre =", "essai.toml", "TOML"),
    ],
)  # fmt: skip
def test_a_bad_scene_says_where_and_what_to_do(tmp_path: Path, texte: str, dite: str, remede: str) -> None:
    with pytest.raises(ContractError) as leve:
        scenes.lire(ecrire(tmp_path, texte))
    assert dite in str(leve.value)
    assert remede in leve.value.remede


@pytest.mark.parametrize(
    "pas",
    [pas for scene in scenes.scenes() for pas in scene.pas if pas.choix],
    ids=lambda pas: pas.titre,
)
def test_one_choice_of_a_room_is_right_and_the_others_are_not(pas: scenes.PasScene) -> None:
    justes = [choix for choix in pas.choix if choix.attendu.verdict == "accepté"]
    assert len(justes) == 1
    assert len(pas.choix) >= 3
    assert justes[0].attendu == pas.attendu
    assert all(choix.attendu.verdict in ("anomalies", "fault") for choix in pas.choix if choix not in justes)


def test_variables_are_replaced() -> None:
    message = MessageScene(
        guichet="G1104",
        specimen="personne_seule",
        edits=[["texte", "~/numUnique", "{numero}"]],
        champs={"depuis": "{jour}T00:00"},
    )
    remplace = scenes.remplacer(message, {"numero": "N1"}, MIDI)
    assert remplace.edits == [["texte", "~/numUnique", "N1"]]
    assert remplace.champs == {"depuis": "2018-03-15T00:00"}
    with pytest.raises(UsageError, match="numero"):
        scenes.remplacer(message, {}, MIDI)


def test_a_document_is_of_now_and_of_its_guichet() -> None:
    contrat = charger()
    octets = scenes.document(MessageScene(guichet="G7501", specimen="personne_seule"), contrat, MIDI)
    assert b"<ns1:numGuichet>G7501</ns1:numGuichet>" in octets
    assert b"<ns1:dateFichier>2018-03-15T12:00:00.000+01:00</ns1:dateFichier>" in octets
    assert scenes.document(MessageScene(guichet="G7501"), contrat, MIDI) == b""


def test_a_scene_put_back_has_the_settings_of_a_new_base(tmp_path: Path) -> None:
    contrat, scene = charger(), scenes.lire(ecrire(tmp_path, ENTETE + PAS))
    with Magasin.ouvrir(None, tmp_path / "home") as magasin:
        neuve = scenes.demarrer(magasin, contrat, scene)
        bases.regler(magasin, Contrats(tmp_path, "v5.2"), scene.base, {"profile": "souple"})
        mettre_a_l_heure(magasin, scene.base, Horloge())
        remise = scenes.demarrer(magasin, contrat, scene)
    assert (remise.reglages, remise.horloge) == (neuve.reglages, neuve.horloge)
