"""Sequences: cursors, decisions, handshakes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from banc import FORMULAIRE, MIDI, Banc, evenement, poser, specimen, trouver

from sne_conformite.bilan.trafic_juge import parcourir
from sne_conformite.juges import Suite
from sne_conformite.juges.juge import CONSTATS
from sne_conformite.observation.observation import Observation
from sne_interface.domain.echange import Echange, VerdictEchange
from sne_sandbox.server import tls

Rompues = Callable[..., set[tuple[str, str]]]
Tenues = Callable[..., set[str]]
RADIEES, DALOS = "getDemandesRadieesDepuisLe", "getNouveauxDaloDepuisLe"


@pytest.mark.parametrize("operation", [RADIEES, DALOS])
def test_un_curseur_tenu_puis_perdu(banc: Banc, rompues: Rompues, tenues: Tenues, operation: str) -> None:
    """VIE-29: from the last answer, or before; not after."""
    banc.depuis(operation, "2018-03-01T00:00:00")
    banc.regler_horloge(MIDI + timedelta(hours=2))
    banc.depuis(operation, MIDI.isoformat())
    assert {"VIE-14", "VIE-29"} <= tenues(banc)
    assert rompues(banc) == set()

    banc.regler_horloge(MIDI + timedelta(hours=6))
    banc.depuis(operation, (MIDI + timedelta(hours=5)).isoformat())
    assert rompues(banc, pilote=True) == {("VIE-29", "curseur_perdu")}


def _maintenant(**plus_tard: int) -> str:
    return (datetime.now(UTC) + timedelta(**plus_tard)).isoformat(timespec="seconds")


def test_un_curseur_suivi_puis_perdu(banc: Banc, rompues: Rompues) -> None:
    """VIE-29 in free traffic: an application that went on from its last reading, then no more."""
    banc.depuis(RADIEES, _maintenant())
    # As the machine had it, however long it stood still before and after.
    (premier,) = banc.services.magasin.journal.chercher(banc.nom, limite=1)
    banc.depuis(RADIEES, premier.recu_le.isoformat(timespec="seconds"))
    assert rompues(banc) == set()

    banc.depuis(RADIEES, _maintenant(hours=1))
    assert rompues(banc) == {("VIE-29", "curseur_perdu")}


def test_un_essai_qui_releve_ce_qu_il_a_fait(nouvelle_base: Callable[..., Banc], rompues: Rompues) -> None:
    """VIE-29: tests that each read from the instant at which they began, on a base that is ahead."""
    banc = nouvelle_base(horloge=MIDI.replace(year=2040))
    for heures in (0, 1, 2):
        banc.depuis(RADIEES, _maintenant(hours=heures))

    assert rompues(banc) == set()


def test_un_releve_qui_suit_de_loin_le_dernier_lu(
    nouvelle_base: Callable[..., Banc], rompues: Rompues
) -> None:
    """VIE-29: the base's clock is its own, though the last reading is nearer to the machine's day by now."""
    lu = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    banc = nouvelle_base(horloge=lu)
    banc.depuis(RADIEES, lu.isoformat())
    banc.regler_horloge(lu + timedelta(days=4))
    banc.depuis(RADIEES, (lu - timedelta(minutes=10)).isoformat())

    assert rompues(banc, pilote=True) == set()


@pytest.mark.parametrize(
    ("depuis", "attendu"),
    [
        (["2018-01-01", "2018-01-01", "2018-01-01"], set()),  # each within a month of the last reading
        (["2017-01-01", "2017-01-01", "2017-01-01"], {("VIE-14", "curseur_immobile")}),
        (["2017-01-01", "2017-02-01", "2018-03-15"], set()),  # once is a catching up
    ],
)
def test_un_curseur_qui_ne_bouge_pas(
    nouvelle_base: Callable[..., Banc], rompues: Rompues, depuis: list[str], attendu: set[tuple[str, str]]
) -> None:
    """VIE-14: twice in a row, of a driven application alone."""
    debut = datetime(2018, 1, 20, 12, tzinfo=MIDI.tzinfo)
    banc = nouvelle_base(horloge=debut)
    for rang, jour in enumerate(depuis):
        banc.regler_horloge(debut + timedelta(days=rang))
        banc.depuis(RADIEES, f"{jour}T00:00:00")

    assert rompues(banc) == set()
    assert rompues(banc, pilote=True) - {("VIE-29", "curseur_perdu")} == attendu


def test_deux_curseurs_ne_se_melangent_pas(banc: Banc, rompues: Rompues) -> None:
    """One by operation and by filter."""
    banc.depuis(RADIEES, "2018-03-01T00:00:00")
    banc.regler_horloge(MIDI + timedelta(hours=2))
    banc.depuis(DALOS, (MIDI + timedelta(hours=1)).isoformat())
    banc.depuis(RADIEES, (MIDI + timedelta(hours=1)).isoformat(), motifRadiation="RADATT")

    assert rompues(banc) == set()


def test_une_horloge_que_l_application_ne_regle_pas(banc: Banc, rompues: Rompues) -> None:
    """It asks by the machine's clock over a base that lives in 2018."""
    for _ in range(2):
        banc.depuis(RADIEES, datetime.now(UTC).isoformat(timespec="seconds"))

    assert rompues(banc) == set()


def test_un_releve_sans_certificat_nomme(banc: Banc, rompues: Rompues) -> None:
    banc.depuis(RADIEES, nom="", certificat=b"")

    assert rompues(banc) == {("NOM-02", "nom_de_certificat"), ("VIE-14", "certificat_non_nomme")}


def test_un_releve_sans_les_octets_du_certificat(banc: Banc, rompues: Rompues) -> None:
    """Its name is there: the bytes are what lacks."""
    banc.depuis(RADIEES, certificat=b"")

    assert ("VIE-14", "certificat_absent") in rompues(banc)


def _decision(banc: Banc, numero: str, *, bail: bool, operation: str = "ajouterEvenementDemande") -> None:
    decision = evenement(numero, identifiant="" if operation == "ajouterEvenementDemande" else "1")
    if not bail:
        liste = trouver(decision, "listeEvenements/evenement/listeCaracteristiquesSpecifiques")
        for caracteristique in list(liste)[-2:]:
            liste.remove(caracteristique)
    banc.fichier(operation, decision)


def _attribuer(banc: Banc, numero: str, date: str = "") -> None:
    radiee = specimen("radiation")
    poser(radiee, f"{FORMULAIRE}/numUnique", numero)
    if date:
        poser(radiee, f"{FORMULAIRE}/radiation/dateRadiation", date)
    banc.demander(radiee, nom="DEMG1226-201803151200-000009.xml")


def test_une_decision_et_son_bail(banc: Banc, rompues: Rompues, tenues: Tenues) -> None:
    """VIE-18, whatever the order of the two messages."""
    numero, _ = banc.creer_demande("colocataires")
    _decision(banc, numero, bail=True)
    assert rompues(banc) == {("VIE-18", "bail_sans_radiation")}

    _attribuer(banc, numero)
    assert rompues(banc) == set()
    assert "VIE-18" in tenues(banc)


def test_un_bail_et_sa_radiation_refusee(banc: Banc, rompues: Rompues) -> None:
    """VIE-18: what refused the radiation is told by itself, when the application is driven."""
    numero, _ = banc.creer_demande("colocataires")
    _decision(banc, numero, bail=True)
    _attribuer(banc, numero, "2019-03-15")

    assert ("VIE-18", "bail_sans_radiation") in rompues(banc)
    assert ("VIE-18", "bail_sans_radiation") not in rompues(banc, pilote=True)


def test_un_bail_repris(banc: Banc, rompues: Rompues) -> None:
    """VIE-18: no radiation is waited for when the lease was corrected; the SNE deletes no decision."""
    numero, _ = banc.creer_demande("colocataires")
    _decision(banc, numero, bail=True)
    _decision(banc, numero, bail=False, operation="modifierEvenementDemande")
    dernier = banc.journal()[0]

    assert dernier.verdict is VerdictEchange.ACCEPTE, dernier.anomalies
    assert ("VIE-18", "bail_sans_radiation") not in rompues(banc)


def test_une_decision_sans_bail(banc: Banc, rompues: Rompues, tenues: Tenues) -> None:
    numero, _ = banc.creer_demande("colocataires")
    _decision(banc, numero, bail=False)

    assert rompues(banc) == set()
    assert "VIE-18" in tenues(banc)


def test_une_attribution_sans_decision(banc: Banc, rompues: Rompues) -> None:
    """VIE-18, of a demande whose whole life was seen: of another, the journal may have lost the decision."""
    numero, _ = banc.creer_demande("colocataires")
    _attribuer(banc, numero)
    assert rompues(banc) == {("VIE-18", "radiation_sans_decision")}

    contrat = banc.services.contrat
    _, radiee = (Observation(e, contrat) for e in parcourir(banc.services.magasin.journal, banc.nom))
    assert [c for c in Suite().juger([radiee]) if not c.tenue] == []


def _refus_tls(banc: Banc, raison: str, explication: str = "") -> None:
    ligne = Echange(
        base=banc.nom,
        recu_le=datetime.now(UTC),
        methode="TLS",
        verdict=VerdictEchange.REFUS,
        fault={"code": "TLS", "message": raison, "explication": explication},
    )
    banc.services.magasin.journal.consigner(None, ligne)


@pytest.mark.parametrize(
    ("raison", "sorte"),
    [
        ("aucun certificat client, alors que le serveur en exige un", "sans_certificat"),
        (
            "le certificat client n'est pas signé par l'autorité du bac à sable",
            "certificat_d_une_autre_autorite",
        ),
        ("le certificat client est expiré", "certificat_client_expire"),
        ("le certificat présenté n'est pas un certificat client", "certificat_de_serveur"),
    ],
)
def test_une_poignee_de_main_refusee(banc: Banc, rompues: Rompues, raison: str, sorte: str) -> None:
    """EMB-11; a call, before or after it, shows that the certificate is presented."""
    _refus_tls(banc, raison)
    assert rompues(banc) == {("EMB-11", sorte)}

    banc.creer_demande()
    _refus_tls(banc, raison)
    assert rompues(banc) == set()


def test_un_serveur_expire_refuse(banc: Banc, rompues: Rompues, tenues: Tenues) -> None:
    """EMB-12. A client that does not know the authority may be a probe: it says nothing."""
    _refus_tls(banc, "le client refuse le certificat du serveur")
    assert tenues(banc) == set()

    _refus_tls(banc, "le client refuse le certificat du serveur, expiré")
    assert tenues(banc) == {"EMB-12"}
    assert rompues(banc) == set()


@pytest.mark.parametrize("port", ["https", "https_expire"])
def test_pilotee_elle_connait_l_autorite(banc: Banc, rompues: Rompues, port: str) -> None:
    """EMB-12. Refused by any alert, a server that is to be refused is refused rightly; and one call shows
    that the true one is known."""
    phrases = tls.phrases()
    raison, remede = phrases["raisons"]["serveur_refuse"]
    _refus_tls(banc, raison, f"{phrases['a_bon_droit'].get(port, remede)} (tls alert certificate unknown)")
    assert rompues(banc) == set(), "in free traffic, it may be a probe"
    attendues = {("EMB-12", "vrai_serveur_refuse")} if port == "https" else set()
    assert rompues(banc, pilote=True) == attendues

    banc.creer_demande()
    assert rompues(banc, pilote=True) == set()


def test_un_serveur_a_un_autre_nom_refuse(banc: Banc, rompues: Rompues, tenues: Tenues) -> None:
    """EMB-16, once a call shows that the authority is known: the refusal may be of the authority."""
    for _ in range(2):
        _refus_tls(banc, "le client refuse le certificat du serveur, qui est à un autre nom")
    assert "EMB-16" not in tenues(banc)

    banc.creer_demande()
    assert "EMB-16" in tenues(banc)
    assert rompues(banc) == set()


def test_les_phrases_sont_celles_du_serveur() -> None:
    """What is looked for is what the server writes: a sentence changed there would blind us."""
    ecrites = [phrase for phrase, _ in tls.phrases()["raisons"].values()]
    ici = ("certificat du serveur, expiré", "certificat du serveur, qui est à un autre nom")
    for morceau in (*CONSTATS["poignees"].values(), *ici):
        assert any(morceau in phrase for phrase in ecrites), morceau
