"""Lives of demandes as anything that writes movements may make them, and what is counted of each."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import pytest
from exemples_store import stockee
from hypothesis import strategies as st

from sne_interface.domain.base import Horloge
from sne_interface.domain.demande import EtatDemande, GenreMouvement
from sne_sandbox.store.connexion_en_transaction import RequeteSql
from sne_sandbox.store.registre import RegistreBase

JOURS: Final = [date(2018, 2, 25) + timedelta(days=i) for i in range(9)]
TERRITOIRES: Final = ("111", "062")
GESTES: Final = (
    "arrive", "radie", "ranime", "renouvelle", "change", "nuit", "supprime", "efface", "horloge",
)  # fmt: skip
#: What is done, to which demande, on which day, and a choice that some deeds have.
GESTE: Final = st.tuples(st.sampled_from(GESTES), st.integers(0, 3), st.sampled_from(JOURS), st.booleans())
HISTOIRE: Final = st.lists(GESTE, min_size=1, max_size=25)
_MOUVEMENTS: Final = RequeteSql(
    "SELECT numero_unique, genre, jour, effet, association, motif FROM mouvement WHERE base = :base"
)
_DECRITES: Final = RequeteSql("SELECT numero_unique, composition FROM demande_stat WHERE base = :base")


def vivre(registre: RegistreBase, histoire: list[tuple[str, int, date, bool]], debut: int = 0) -> None:
    """Does all of it, in order; what cannot be done to such a demande is left out. `debut`: how many others
    have been lived in this base."""
    vivantes: dict[int, str] = {}
    for tire, (geste, rang, jour, choix) in enumerate(histoire):
        numero = vivantes.get(rang)
        connue = None if numero is None else registre.demande(numero)
        if geste == "horloge":
            registre.regler_horloge(Horloge(fige_a=datetime(jour.year, jour.month, jour.day, 12, tzinfo=UTC)))
        elif connue is None:
            _arriver(registre, vivantes, 100 * debut + tire, rang, jour, choix=choix)
        elif geste in ("radie", "nuit") and connue.active:
            if geste == "nuit":
                registre.radier_tout(
                    [connue.numero_unique],
                    jour=jour,
                    motif="RADREN",
                    element=b"<r/>",
                    instant=datetime(2018, 3, 1, tzinfo=UTC),
                )
            else:
                radiee = {"motif_radiation": "RADATT", "date_radiation": jour if choix else None}
                registre.remplacer(replace(connue, etat=EtatDemande.RADIEE, **radiee))
        elif geste in ("ranime", "renouvelle"):
            champs: dict[str, Any] = {"etat": EtatDemande.ACTIVE, "motif_radiation": None}
            if geste == "renouvelle":
                champs["date_renouvellement"] = jour
            registre.remplacer(replace(connue, date_radiation=None, **champs))
        elif geste == "change":
            autre = stockee(connue.numero_unique, association="Toits" if choix else None)
            registre.remplacer(replace(connue, demande=autre.demande, document=autre.document))
        elif geste == "supprime":
            registre.supprimer(connue.numero_unique)
        elif geste == "efface":
            registre.supprimer_tout([connue.numero_unique])


def _arriver(
    registre: RegistreBase, vivantes: dict[int, str], tire: int, rang: int, jour: date, *, choix: bool
) -> None:
    numero = f"{TERRITOIRES[rang % 2]}0318{tire + 1:06d}G1104"
    vivantes[rang] = numero
    champs: dict[str, Any] = {"date_creation": jour, "association": "Toits" if choix and rang == 1 else None}
    if choix and rang == 2:
        champs["numero_associe"] = "1110318999999G1104"
    if choix and rang == 3:
        champs |= {"etat": EtatDemande.RADIEE, "motif_radiation": "RADABA", "date_radiation": JOURS[4]}
        champs |= {"revision": 2}
    registre.ajouter(stockee(numero, **champs))


def verifier(registre: RegistreBase) -> None:
    """What is counted is what each movement tells, at the end of some days, of all and of a territory."""
    comptees = pytest.importorskip(
        "sne_statistiques.comptes.requetes_statistiques",
        reason="the statistics are a package that one may take away",
    )
    cle = {"base": registre.base.nom}
    faits = registre.connexion.lignes(_MOUVEMENTS, cle)
    decrites = dict(registre.connexion.lignes(_DECRITES, cle))
    for territoire in (None, TERRITOIRES[0]):
        siens = [fait for fait in faits if fait[0].startswith(territoire or "")]
        for jour in JOURS[::2]:
            effets: Counter[str] = Counter()
            associations: dict[str, bool] = {}
            for numero, _, quand, effet, association, _ in siens:
                if quand <= jour.isoformat():
                    effets[numero] += effet
                    associations[numero] = associations.get(numero, False) or bool(association)
            presentes = [numero for numero, effet in effets.items() if effet > 0]
            assos = sum(associations[numero] for numero in presentes)
            comptes = comptees.Comptes(registre.connexion, registre.base.nom, jour, territoire)
            assert comptes.stocks([jour.isoformat()]) == [comptees.Stock(len(presentes) - assos, assos)]
            attendu = Counter(decrites[numero] for numero in presentes if numero in decrites)
            assert comptes.croiser([comptees.selon("composition")]) == (attendu.total(), [attendu])
            depuis = JOURS[2]
            passes = Counter(
                (quand[:7], genre, motif)
                for _, genre, quand, _, _, motif in siens
                if depuis.isoformat() <= quand <= jour.isoformat()
            )
            assert sorted(comptes.passages(depuis), key=repr) == sorted(
                (
                    comptees.Passage(mois, GenreMouvement(genre), motif, n)
                    for (mois, genre, motif), n in passes.items()
                ),
                key=repr,
            )
