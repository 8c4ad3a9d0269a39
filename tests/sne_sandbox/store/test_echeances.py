"""What falls due, on both engines."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from exemples_store import radiation, stockee

from sne_interface.domain.base import Horloge
from sne_interface.domain.dates import PARIS
from sne_interface.domain.demande import EtatDemande
from sne_interface.domain.evenement import Evenement
from sne_sandbox.store import echeances
from sne_sandbox.store.echeances import DemandeDeposee, Echeance
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.store.rattrapage_de_migration import rattraper_le_passe
from sne_sandbox.store.recherche_de_demandes import parcourir

N = [f"1110318{rang:06d}G1104" for rang in range(1, 6)]
MINUIT = datetime(2019, 4, 15, tzinfo=PARIS)


def _active(numero: str, jour: date, **champs: Any) -> Any:
    return stockee(numero, date_creation=jour, **champs)


def _radiee(numero: str, debut: date, jour: date, motif: str) -> Any:
    return stockee(
        numero,
        date_creation=debut,
        etat=EtatDemande.RADIEE,
        date_radiation=jour,
        motif_radiation=motif,
        radiation=radiation(motif),
        radiation_enregistree_le=MINUIT,
    )


@pytest.fixture
def garni(magasin: Magasin) -> Magasin:
    """Three active demandes and two radiated ones."""
    with magasin.ecrire("ecole") as registre:
        for demande in (
            _active(N[0], date(2018, 3, 15), communes=("94028", "75112")),
            _active(N[1], date(2018, 3, 16), communes=("94028",)),
            _active(N[2], date(2018, 3, 17), communes=("93001", "94028")),
            _radiee(N[3], date(2018, 3, 15), date(2019, 4, 15), "RADREN"),
            _radiee(N[4], date(2018, 3, 16), date(2018, 6, 1), "RADATT"),
        ):
            registre.ajouter(demande)
    return magasin


def test_bounds_are_inclusive_and_radiated_demandes_fall_due_for_nothing_of_the_active(
    garni: Magasin,
) -> None:
    with garni.lire("ecole") as registre:
        ou = (registre.connexion, "ecole")
        fins = sorted(e.numero for e in echeances.fins_de_validite(*ou, date(2019, 3, 15), date(2019, 3, 16)))
        assert fins == N[:2]
        assert list(echeances.perimees(*ou, date(2019, 3, 15))) == [Echeance(N[0], date(2018, 3, 15))]
        assert sorted(
            echeances.depots(*ou, date(2018, 3, 15), date(2018, 3, 16)), key=lambda d: d.numero
        ) == [
            DemandeDeposee(N[0], date(2018, 3, 15), a_paris=True),
            DemandeDeposee(N[1], date(2018, 3, 16), a_paris=False),
        ]


def test_radiated_demandes_by_motive_and_by_day(garni: Magasin) -> None:
    with garni.lire("ecole") as registre:
        ou = (registre.connexion, "ecole")
        jour = date(2018, 3, 15)
        assert list(echeances.radiees_pour(*ou, "RADREN", jour, jour)) == [Echeance(N[3], jour)]
        avant, apres = jour - timedelta(days=1), jour + timedelta(days=1)
        assert list(echeances.radiees_pour(*ou, "RADREN", date.min, avant)) == []
        assert list(echeances.radiees_pour(*ou, "RADREN", apres, date.max)) == []
        assert list(echeances.radiees(*ou, date(2018, 6, 1))) == [Echeance(N[4], date(2018, 6, 1))]
        assert len(list(echeances.radiees(*ou, date(2019, 4, 15)))) == 2


def test_many_are_radiated_at_once(garni: Magasin) -> None:
    bloc = radiation("RADREN")
    with garni.ecrire("ecole") as registre:
        assert registre.demande(N[0]) is not None
        registre.radier_tout(N[:2], jour=date(2019, 4, 15), motif="RADREN", element=bloc, instant=MINUIT)
        registre.radier_tout([], jour=date(2019, 4, 15), motif="RADREN", element=bloc, instant=MINUIT)
        lue = registre.demande(N[0])
    assert lue is not None
    assert (lue.etat, lue.revision, lue.date_radiation) == (EtatDemande.RADIEE, 2, date(2019, 4, 15))
    assert (lue.motif_radiation, lue.radiation, lue.radiation_enregistree_le) == ("RADREN", bloc, MINUIT)
    with garni.lire("ecole") as registre:
        assert [d.numero_unique for d in registre.radiees_depuis(MINUIT, motif_radiation="RADREN")] == [
            N[0],
            N[1],
            N[3],
        ]
        assert registre.compter(actives=True) == 1


def test_many_are_deleted_at_once_with_their_events(garni: Magasin) -> None:
    with garni.ecrire("ecole") as registre:
        registre.ajouter_evenement(Evenement(0, N[0], "DECATT", "G1104", MINUIT, "CRE", None, None))
        avant = registre.demande(N[0])
        assert avant is not None
        registre.noter_changement(avant, avant, "G1104", MINUIT)
        registre.supprimer_tout([N[0], N[4]])
        registre.supprimer_tout([])
        assert registre.demande(N[0]) is None
    with garni.lire("ecole") as registre:
        assert [d.numero_unique for d in parcourir(registre)] == N[1:4]
        assert registre.evenements(N[0]) == []
        assert registre.etat_avant(1).document is None
        gardes = (
            "SELECT count(*) FROM changement WHERE numero_unique <> '' OR date_renouvellement IS NOT NULL"
        )
        assert registre.connexion.entier(gardes) == 0
    # What a version of before kept of one that is gone is taken up too.
    with garni.ecrire("ecole") as registre:
        registre.noter_changement(avant, avant, "G1104", MINUIT)
    with garni.ecrire("ecole") as registre:
        assert registre.connexion.entier(gardes) == 1
        rattraper_le_passe(registre.connexion, "ecole")
        assert registre.connexion.entier(gardes) == 0


def test_demandes_are_leafed_through(garni: Magasin) -> None:
    with garni.lire("ecole") as registre:
        assert [d.numero_unique for d in registre.feuilleter([N[2], "inconnue", N[0]])] == [N[2], N[0]]


def test_the_clock_is_set_with_what_happened_on_the_way(garni: Magasin) -> None:
    with pytest.raises(ZeroDivisionError), garni.ecrire("ecole") as registre:  # noqa: PT012
        registre.regler_horloge(Horloge(fige_a=MINUIT))
        raise ZeroDivisionError
    assert garni.bases.lire("ecole").horloge.reelle
    with garni.ecrire("ecole") as registre:
        registre.regler_horloge(Horloge(fige_a=MINUIT))
        assert registre.base.horloge.fige_a == MINUIT
    assert garni.bases.lire("ecole").horloge.fige_a == MINUIT


def test_a_register_opened_to_be_read_lets_nothing_pass(garni: Magasin) -> None:
    with garni.lire("ecole") as registre:
        for geste in (
            lambda: registre.supprimer_tout(N),
            lambda: registre.regler_horloge(Horloge()),
            lambda: registre.radier_tout(
                N, jour=date(2019, 4, 15), motif="RADREN", element=b"", instant=MINUIT
            ),
        ):
            with pytest.raises(RuntimeError):
                geste()
