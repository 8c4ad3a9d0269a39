"""Recorded exchanges replayed: the same contract says the same, and one difference brings forth no other."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from banc import FORMULAIRE, MIDI, Banc, message, poser, radiation, renouvellement, specimen

from sne_calibrage.enregistrements.enregistrement_rejoue import Repris, rejouer
from sne_conformite.bilan.trafic_juge import parcourir
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.anomalie import Gravite
from sne_interface.domain.dates import PARIS
from sne_interface.domain.echange import REMISE, Echange, VerdictEchange

ACCEPTE = VerdictEchange.ACCEPTE


def enregistre(banc: Banc) -> Iterator[Echange]:
    return parcourir(banc.services.magasin.journal, banc.nom)


def sous(contrat: Contrat, code: str, gravite: Gravite) -> Contrat:
    """The contract, one rule of which bites otherwise."""
    fiche = replace(contrat.regles[code], gravite_imposee=gravite)
    return replace(contrat, regles={**contrat.regles, code: fiche})


def repris(banc: Banc, contrat: Contrat | None = None) -> list[Repris]:
    return list(rejouer(contrat or banc.services.contrat, enregistre(banc)))


def test_the_same_contract_says_the_same(banc: Banc) -> None:
    numero, racine = banc.creer_demande()
    banc.demander(message(racine, "MOD", numero, refInterne="AUTRE"))
    banc.regler_horloge(datetime(2019, 2, 15, 12, tzinfo=PARIS))
    banc.demander(renouvellement(racine, numero, "2019-02-15"))
    banc.demander(radiation(racine, numero, "RADABA", "2019-02-15"))
    banc.relire(numero, "1")
    banc.demander(b"<rien/>")
    banc.demander(message(racine, "MOD", "123456789012345678"))
    tous = repris(banc)
    (nuit,) = [v for v in tous if v.ecarte]
    assert nuit.vue.echange.methode == "NUIT"
    vus = [v for v in tous if not v.ecarte]
    assert [v.vue.echange.verdict for v in vus] == [v.ici.verdict for v in vus]
    assert [v.ici.numero_unique for v in vus][:5] == [numero] * 5
    assert [bool(v.inconnus) for v in vus] == [False] * 6 + [True]


def test_what_was_refused_there_changes_nothing_here(banc: Banc) -> None:
    racine = specimen("personne_seule")
    poser(racine, f"{FORMULAIRE}/dateCreationDemande", "2018-03-20")  # ENT008
    refus = banc.demander(message(racine, "CRE"))
    assert refus.anomalies == ["ENT008"]
    numero, _ = banc.creer_demande()
    un, deux = repris(banc, sous(banc.services.contrat, "ENT008", Gravite.AVERTISSEMENT))
    assert (un.vue.echange.verdict, un.ici.verdict) == (VerdictEchange.ANOMALIES, ACCEPTE)
    # Had the first stayed, the second would be its double.
    assert (deux.ici.verdict, deux.ici.numero_unique) == (ACCEPTE, numero)


def test_what_was_accepted_there_is_done_here(banc: Banc) -> None:
    racine = specimen("personne_seule")
    numero = banc.demander(message(racine, "CRE")).numero
    banc.relire(numero)
    stricte = sous(banc.services.contrat, "ENT005", Gravite.BLOQUANTE)
    banc.demander(message(racine, "MOD", numero), nom="DEMG0690-201803151200-000000.xml")
    banc.relire(numero)
    vus = repris(banc, stricte)
    assert [v.ici.verdict for v in vus] == [ACCEPTE, ACCEPTE, VerdictEchange.ANOMALIES, ACCEPTE]
    assert [a["regle"] for a in vus[2].ici.anomalies if a["gravite"] == "bloquante"] == ["ENT005"]


def test_a_deleted_demande_that_is_shown_again_stops_nothing(banc: Banc) -> None:
    numero, racine = banc.creer_demande()
    banc.relire(numero)
    banc.demander(message(racine, "SUP", numero))
    banc.creer_demande("colocataires")
    creation, lecture, suppression, suite = enregistre(banc)
    vus = list(rejouer(banc.services.contrat, [creation, lecture, suppression, lecture, suite]))
    assert [v.ici.verdict for v in vus] == [*[ACCEPTE] * 3, VerdictEchange.FAULT, ACCEPTE]


def test_a_demande_that_an_answer_shows_first_is_planted(banc: Banc) -> None:
    numero, racine = banc.creer_demande()
    banc.relire(numero, "1")
    banc.demander(message(racine, "MOD", numero))
    lus = list(enregistre(banc))[1:]
    un, deux = rejouer(banc.services.contrat, lus)
    assert (un.ici.verdict, bool(un.inconnus)) == (VerdictEchange.FAULT, True)
    assert (deux.ici.verdict, bool(deux.inconnus)) == (ACCEPTE, True)


@pytest.mark.parametrize("avant", [0, 1])
def test_the_clock_is_that_of_the_answers(banc: Banc, avant: int) -> None:
    """A line without a stamp is as far from its arrival as the next that has one."""
    for _ in range(avant):
        banc.demander(b"<rien/>")
    banc.creer_demande()
    lus = [replace(e, instant_base=None) for e in enregistre(banc)]
    vus = list(rejouer(banc.services.contrat, lus))
    assert vus[-1].ici.verdict is ACCEPTE
    assert vus[-1].vue.reponse_document is not None
    stampe = vus[-1].vue.reponse_document.instant_de("entete/dateFichier")
    assert stampe is not None
    assert stampe.date() == MIDI.date()


@pytest.mark.parametrize(("secondes", "suivies"), [(30, 2), (120, 1)])
def test_a_clock_that_goes_back_tells_that_the_base_was_emptied(
    banc: Banc, secondes: int, suivies: int
) -> None:
    banc.creer_demande("personne_seule")
    banc.creer_demande("couple_garde_alternee_handicap")
    premiere, seconde = enregistre(banc)
    assert premiere.instant_base is not None
    reculee = replace(seconde, instant_base=premiere.instant_base - timedelta(seconds=secondes))
    *_, fin = rejouer(banc.services.contrat, [premiere, reculee])
    assert len(fin.suivies) == suivies


def test_a_line_that_says_so_and_a_number_drawn_again_tell_it_too(banc: Banc) -> None:
    banc.creer_demande("personne_seule")
    banc.creer_demande("couple_garde_alternee_handicap")
    premiere, seconde = enregistre(banc)
    remise = replace(premiere, methode=REMISE, identifiant=9)
    for lus in ([premiere, remise, seconde], [premiere, seconde, replace(premiere, identifiant=9)]):
        *_, fin = rejouer(banc.services.contrat, lus)
        assert len(fin.suivies) == 1
