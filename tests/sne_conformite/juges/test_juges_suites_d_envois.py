"""Sequences: numbers kept, creations and retries sent again."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from banc import FORMULAIRE, MIDI, Banc, evenement, message, poser, radiation, specimen
from donnees import a_cote

from sne_conformite.bilan.trafic_juge import parcourir
from sne_conformite.juges import Suite
from sne_conformite.observation.observation import Observation
from sne_conformite.rapports.rapport import Constat
from sne_interface.domain.panne import PanneDefinition
from sne_sandbox.bases import pannes, travail_des_nuits
from sne_sandbox.bases.faits_des_nuits import Fait

Juger = Callable[..., list[Constat]]
Rompues = Callable[..., set[tuple[str, str]]]
Tenues = Callable[..., set[str]]
#: Between two exchanges of an application that waits for nothing.
AUSSITOT = timedelta(milliseconds=1)
REFERENCE = f"{FORMULAIRE}/refInterne"
NAISSANCE = "personnePhysique/demandeur/dateNaissance"


def envoyer(banc: Banc, racine: Any, rang: int, **choix: Any) -> Any:
    """getNumUnique under a name of its own."""
    return banc.demander(racine, nom=f"DEMG1104-201803151200-{rang:06d}.xml", **choix)


def armer(banc: Banc, genre: str, fois: int = 1, **parametres: str) -> None:
    """Arm a panne on the bench's base."""
    pannes.armer(
        banc.services.magasin, banc.nom, PanneDefinition(genre=genre, fois=fois, parametres=parametres)
    )


def _evenement(banc: Banc) -> Any:
    """An event of a demande that is registered."""
    return evenement(banc.creer_demande("colocataires")[0])


def _dernier(banc: Banc) -> int:
    """The id of the last exchange."""
    return banc.journal()[0].identifiant or 0


@pytest.mark.parametrize("abimer", [lambda n: n[:14], lambda n: n + "0", str.lower])
def test_un_numero_abime(banc: Banc, rompues: Rompues, abimer: Callable[[str], str]) -> None:
    """VIE-01: what comes back looks like what was delivered, and is not."""
    numero, _ = banc.creer_demande()
    banc.relire(abimer(numero))

    assert rompues(banc) == set()  # a vendor tries a number that is wrong
    assert rompues(banc, pilote=True) == {("VIE-01", "numero_abime")}


def test_tous_les_numeros_abimes(banc: Banc, rompues: Rompues) -> None:
    """VIE-01 in free traffic: several numbers are cut, and none comes back whole."""
    specimens = ("personne_seule", "hebergee_secret")
    numeros = [envoyer(banc, specimen(nom), rang).numero for rang, nom in enumerate(specimens)]
    for numero in numeros:
        banc.relire(numero[:14])
    assert rompues(banc) == {("VIE-01", "numero_abime")}

    banc.relire(numeros[0])
    assert rompues(banc) == set()


def test_le_numero_d_un_autre(banc: Banc, rompues: Rompues) -> None:
    """An unknown number that looks like none of ours is a test of the vendor's."""
    banc.creer_demande()
    banc.relire("0620318999999G1226")

    assert rompues(banc) == set()


def test_la_meme_creation_deux_fois(banc: Banc, rompues: Rompues) -> None:
    """VIE-02: the very same file, once it was accepted. In free traffic, a test of DOU001 sends it too."""
    racine = specimen("personne_seule")
    for _ in range(2):
        envoyer(banc, racine, 1)

    assert rompues(banc) == set()
    assert ("VIE-02", "creation_renvoyee") in rompues(banc, pilote=True)


def test_un_document_force_deux_fois(banc: Banc, rompues: Rompues) -> None:
    """VIE-02: two tests of a vendor that share one file, duplicates forced."""
    racine = specimen("personne_seule")
    poser(racine, f"{FORMULAIRE}/forcerDoublon", "true", apres="dateCreationDemande")
    for _ in range(2):
        assert envoyer(banc, racine, 1).numero

    assert rompues(banc) == set()


@pytest.mark.parametrize(
    ("menage", "change", "dites"),
    [
        ("personne_seule", {"precision": "Autre précision."}, {("VIE-02", "creation_renvoyee")}),
        ("personne_seule", {NAISSANCE: "1961-04-12"}, set()),  # the father, of the same name
        ("colocataires", {NAISSANCE: "1961-04-12"}, {("VIE-02", "creation_renvoyee")}),  # a typo
    ],
)
def test_la_meme_reference_deux_fois(
    nouvelle_base: Callable[..., Banc],
    rompues: Rompues,
    menage: str,
    change: dict[str, str],
    dites: set[tuple[str, str]],
) -> None:
    """VIE-02: the same file of the application, written anew, where duplicates are not refused; not that of
    two persons of one name."""
    banc = nouvelle_base(profile="souple")
    racine = specimen(menage)
    poser(racine, REFERENCE, "DOSSIER-1", apres="numGuichet")
    envoyer(banc, racine, 1)
    assert envoyer(banc, message(racine, "CRE", **change), 2).numero

    assert rompues(banc) - {("NOM-05", "guichet_du_fichier")} == dites


def test_apres_une_reponse_qui_s_est_fait_attendre(
    nouvelle_base: Callable[..., Banc], rompues: Rompues, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A busy machine: the client may have given the answer up, and sent its creation again."""
    banc = nouvelle_base(profile="souple")
    racine = specimen("personne_seule")
    poser(racine, REFERENCE, "DOSSIER-1", apres="numGuichet")
    envoyer(banc, racine, 1)
    envoyer(banc, message(racine, "CRE", precision="Autre précision."), 2)
    assert rompues(banc) == {("VIE-02", "creation_renvoyee")}

    monkeypatch.setattr(Observation, "retard", property(lambda _: 2.5))
    assert rompues(banc) == set()


def test_la_meme_personne_dans_un_autre_dossier(banc: Banc, rompues: Rompues) -> None:
    """Two tests of a vendor may register the same household: DOU001 is there for it."""
    racine = specimen("personne_seule")
    for rang in (1, 2):
        poser(racine, REFERENCE, f"DOSSIER-{rang}")
        poser(racine, "entete/dateFichier", f"2018-03-15T10:3{rang}:00.000+01:00")
        envoyer(banc, racine, rang)

    assert rompues(banc) == set()


def test_pilotee_le_meme_fond_suffit(banc: Banc, rompues: Rompues) -> None:
    """An application that was told once says it once."""
    racine = specimen("personne_seule")
    poser(racine, REFERENCE, "")
    for rang in (1, 2):
        poser(racine, "entete/dateFichier", f"2018-03-15T10:3{rang}:00.000+01:00")
        envoyer(banc, racine, rang)

    assert ("VIE-02", "creation_renvoyee") not in rompues(banc)
    assert ("VIE-02", "creation_renvoyee") in rompues(banc, pilote=True)


def test_apres_une_reponse_perdue(banc: Banc, rompues: Rompues, tenues: Tenues) -> None:
    """VIE-12: looked for, or sent again blindly."""
    racine = specimen("personne_seule")
    armer(banc, "reponse_perdue")
    envoyer(banc, racine, 1)
    envoyer(banc, racine, 1)
    assert ("VIE-12", "creation_a_l_aveugle") in rompues(banc)
    assert "VIE-02" not in {exigence for exigence, _ in rompues(banc)}

    autre = specimen("hebergee_secret")
    armer(banc, "reponse_perdue")
    envoyer(banc, autre, 2)
    envoyer(banc, autre, 3, operation="getDoublons")
    envoyer(banc, autre, 4)
    assert {e for e, _ in rompues(banc)} == {"VIE-12", "VIE-13"}
    assert "VIE-12" in tenues(banc)


def test_apres_une_reponse_non_remise(banc: Banc, rompues: Rompues) -> None:
    """The client left before it had its number: it is not accused of sending a registered demande again."""
    racine = specimen("personne_seule")
    envoyer(banc, racine, 1)
    envoyer(banc, racine, 1)
    assert ("VIE-02", "creation_renvoyee") in rompues(banc, pilote=True)
    banc.services.echanges.non_remise(banc.nom, 1, "le client était parti")
    assert {e for e, _ in rompues(banc, pilote=True)} == {"VIE-12"}


@pytest.mark.parametrize(
    ("suite", "attendu"),
    [
        (["ajouterEvenementDemande"], {("evenement_a_l_aveugle", False)}),
        (["listerEvenementsDemande", "ajouterEvenementDemande"], {("", True)}),
        ([], {("", True)}),
    ],
    ids=["à l'aveugle", "relus", "laissé"],
)
@pytest.mark.parametrize("genre", ["reponse_perdue", "mime_tronque"])
def test_un_evenement_dont_la_reponse_est_perdue(
    banc: Banc, constats: Juger, genre: str, suite: list[str], attendu: set[tuple[str, bool]]
) -> None:
    """VIE-28: read again, added again blindly, or left."""
    document = _evenement(banc)
    armer(banc, genre)
    for operation in ("ajouterEvenementDemande", *suite):
        banc.fichier(operation, document)

    assert {(c.sorte, c.tenue) for c in constats(banc) if c.exigence == "VIE-28"} == attendu


def test_l_evenement_que_l_utilisateur_redemande(banc: Banc, rompues: Rompues) -> None:
    """VIE-28 speaks of what an application adds again by itself."""
    document = _evenement(banc)
    armer(banc, "reponse_perdue")
    for _ in range(2):
        banc.fichier("ajouterEvenementDemande", document)

    aveugle = ("VIE-28", "evenement_a_l_aveugle")
    assert aveugle in rompues(banc, pilote=True)
    assert aveugle not in rompues(banc, pilote=True, commandes=[_dernier(banc)])


@pytest.mark.parametrize(("suite", "libre", "pilotee"), a_cote(__file__)["ce_qui_est_ecrit_deux_fois"])
def test_ce_qui_est_ecrit_deux_fois(
    banc: Banc, rompues: Rompues, suite: str, libre: bool, pilotee: bool
) -> None:
    """VIE-32: of a driven application for one command; in free traffic the same, at once, and always."""
    numero, racine = banc.creer_demande("hebergee_secret")
    decision, autre = evenement(numero), evenement(numero)
    poser(autre, "listeEvenements/evenement/dateSurvenance", "2018-03-02")
    modification, dalo = message(racine, "MOD", numero), specimen("dalo")
    poser(dalo, f"{FORMULAIRE}/numUnique", numero)
    gestes: dict[str, Callable[[int], Any]] = {
        "décision": lambda rang: banc.fichier("ajouterEvenementDemande", decision),
        "autre": lambda rang: banc.fichier("ajouterEvenementDemande", autre),
        "modification": lambda rang: envoyer(banc, modification, rang),
        "dalo": lambda rang: banc.demander(dalo, operation="getDeclarationNouveauDalo"),
        "radiation": lambda rang: envoyer(banc, radiation(racine, numero, "RADABA"), rang),
        "lecture": lambda rang: banc.relire(numero),
        "panne": lambda rang: armer(banc, "reponse_perdue"),
    }
    for rang, geste in enumerate(suite.split(), 2):
        gestes[geste](rang)

    vue = ("VIE-32", "ecriture_repetee")
    assert (vue in rompues(banc), vue in rompues(banc, pilote=True)) == (libre, pilotee)


def test_une_panne_qui_n_a_rien_ajoute(banc: Banc, constats: Juger) -> None:
    """VIE-28: the proxy's page came before the SNE was reached."""
    document = _evenement(banc)
    armer(banc, "html_502")
    for _ in range(2):
        banc.fichier("ajouterEvenementDemande", document)

    assert [c for c in constats(banc) if c.exigence == "VIE-28"] == []


def test_une_recherche_qui_se_perd_aussi(banc: Banc, rompues: Rompues) -> None:
    """VIE-12: who looked for it in vain is not blind, until the user asks again."""
    racine = specimen("personne_seule")
    armer(banc, "reponse_perdue", fois=2)
    envoyer(banc, racine, 1)
    envoyer(banc, racine, 2, operation="getDoublons")
    envoyer(banc, racine, 1)

    aveugle = ("VIE-12", "creation_a_l_aveugle")
    assert aveugle not in rompues(banc, pilote=True)
    assert aveugle in rompues(banc, pilote=True, commandes=[_dernier(banc)])


def test_un_homonyme_apres_une_reponse_perdue(banc: Banc, rompues: Rompues) -> None:
    """VIE-12 in free traffic: another file of a person of the same name is no creation sent again."""
    racine = specimen("personne_seule")
    armer(banc, "reponse_perdue")
    envoyer(banc, racine, 1)
    autre = message(racine, "CRE", precision="Un autre dossier.")
    poser(autre, f"{FORMULAIRE}/forcerDoublon", "true", apres="dateCreationDemande")
    assert envoyer(banc, autre, 2).numero

    assert rompues(banc) == set()


def test_une_radiation_permet_une_autre_creation(banc: Banc, rompues: Rompues) -> None:
    """The register has let it go."""
    racine = specimen("personne_seule")
    numero = envoyer(banc, racine, 1).numero
    envoyer(banc, radiation(racine, numero, "RADABA"), 2)
    envoyer(banc, racine, 1)

    assert rompues(banc) == set()


def _nuit(banc: Banc, faits: dict[Fait, list[str]]) -> None:
    banc.services.magasin.journal.consigner(None, travail_des_nuits.ligne(banc.nom, MIDI, faits))


@pytest.mark.parametrize(
    ("fait", "combien", "permise"),
    [
        (Fait.RADIATION, 1, True),
        (Fait.EFFACEMENT, 1, True),
        (Fait.RADIATION, 60, True),  # too many for their numbers to be told
        (Fait.PREAVIS, 1, False),
        (Fait.DELAI_LONG, 1, False),
        (Fait.FIN_DE_REACTIVATION, 1, False),
    ],
)
def test_une_nuit_permet_une_autre_creation(
    banc: Banc, rompues: Rompues, fait: Fait, combien: int, permise: bool
) -> None:
    """VIE-02: what the SNE radiated or erased may be created again, what it only warned of may not."""
    racine = specimen("personne_seule")
    numero = envoyer(banc, racine, 1).numero
    _nuit(banc, {fait: [numero, *(f"{rang}" for rang in range(1, combien))]})
    envoyer(banc, racine, 1)

    assert (("VIE-02", "creation_renvoyee") in rompues(banc, pilote=True)) is not permise


def test_une_demande_reactivee_n_est_pas_recreee(banc: Banc, rompues: Rompues) -> None:
    """VIE-02: radiated, then active again."""
    racine = specimen("personne_seule")
    numero = envoyer(banc, racine, 1).numero
    envoyer(banc, radiation(racine, numero, "RADABA"), 2)
    envoyer(banc, radiation(racine, numero, None), 3)
    envoyer(banc, racine, 1)

    assert ("VIE-02", "creation_renvoyee") in rompues(banc, pilote=True)


def test_un_reessai_sans_attente(banc: Banc, rompues: Rompues) -> None:
    """VIE-13."""
    armer(banc, "html_503")
    for _ in range(2):
        envoyer(banc, specimen("personne_seule"), 1)

    assert rompues(banc, ecart=AUSSITOT) == {("VIE-13", "reessai_sans_attente")}


@pytest.mark.parametrize(("combien", "rompue"), [(2, False), (3, False), (4, True)])
def test_la_meme_question_apres_un_echec(banc: Banc, rompues: Rompues, combien: int, rompue: bool) -> None:
    """VIE-13 in free traffic: two tests that ask the same in turn are no retry; three retries are."""
    armer(banc, "html_503", combien)
    for _ in range(combien):
        banc.relire("0620318999999G1226")

    assert (("VIE-13", "reessai_sans_attente") in rompues(banc, ecart=AUSSITOT)) is rompue
    assert ("VIE-13", "reessai_sans_attente") in rompues(banc, pilote=True, ecart=AUSSITOT)


def test_une_panne_armee_entre_deux_questions(banc: Banc, rompues: Rompues) -> None:
    """VIE-13: tests that go through the pannes, with the same question of each, are no retries."""
    for _ in range(4):
        armer(banc, "html_503")
        banc.relire("0620318999999G1226")

    assert rompues(banc, ecart=timedelta(microseconds=1)) == set()


@pytest.mark.parametrize(("fois", "rompue"), [(1, False), (6, True)])
def test_des_reessais_espaces(banc: Banc, constats: Juger, fois: int, rompue: bool) -> None:
    """VIE-13: spaced, and not without end."""
    armer(banc, "html_503", fois)
    for _ in range(fois + 1):
        envoyer(banc, specimen("personne_seule"), 1)
    trouves = [c for c in constats(banc, ecart=timedelta(seconds=5)) if c.exigence == "VIE-13"]

    assert trouves
    assert [c.sorte for c in trouves if not c.tenue] == (["reessais_sans_fin"] if rompue else [])


@pytest.mark.parametrize(("acceleration", "rompue"), [(1.0, True), (5.0, False)])
def test_des_attentes_sur_l_horloge_de_l_epreuve(
    banc: Banc, constats: Juger, acceleration: float, rompue: bool
) -> None:
    """VIE-13: a quarter of a second is more than one on a clock that goes five times as fast."""
    armer(banc, "html_502")
    for _ in range(2):
        banc.relire("0620318999999G1226")
    dits = constats(banc, pilote=True, ecart=timedelta(seconds=0.25), acceleration=acceleration)

    assert [c.tenue for c in dits if c.exigence == "VIE-13"] == [not rompue]


def test_l_utilisateur_qui_redemande(banc: Banc, rompues: Rompues) -> None:
    """A driven application that is told the same again does it at once: that is no retry of its own."""
    armer(banc, "html_502")
    for _ in range(2):
        banc.relire("0620318999999G1226")
    second = _dernier(banc)

    une = [second - 1]
    assert rompues(banc, pilote=True, ecart=AUSSITOT, commandes=une) == {("VIE-13", "reessai_sans_attente")}
    assert rompues(banc, pilote=True, ecart=AUSSITOT, commandes=[*une, second]) == set()


def test_deux_clients_a_la_fois(banc: Banc) -> None:
    """Two clients that ask the same together, the first of which fails: neither is the other's retry."""
    armer(banc, "html_502")
    for _ in range(2):
        banc.relire("0620318999999G1226")
    contrat = banc.services.contrat
    premier, second = list(parcourir(banc.services.magasin.journal, banc.nom))
    second.recu_le = premier.recu_le
    premier.duree_us = 50_000
    constats = Suite().juger(Observation(e, contrat) for e in (premier, second))

    assert [c for c in constats if c.exigence == "VIE-13"] == []


def test_ce_que_la_console_rejoue(banc: Banc, rompues: Rompues, tenues: Tenues) -> None:
    """Nobody's application sent it."""
    racine = specimen("personne_seule")
    envoyer(banc, racine, 1)
    (echange,) = banc.journal()
    avant = tenues(banc)
    assert banc.api("POST", f"/bases/{banc.nom}/exchanges/{echange.identifiant}/replay").status_code < 300
    assert len(banc.journal()) == 2

    assert (rompues(banc), tenues(banc)) == (set(), avant)
