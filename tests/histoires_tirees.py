"""Lives of demandes as anything that writes movements may make them, and what is counted of each: by the
store, and by hand, from what was done alone (`Vie`)."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, NamedTuple

import pytest
from exemples_store import personne, stockee
from hypothesis import strategies as st

from sne_interface.domain.base import Horloge
from sne_interface.domain.demande import DemandeStockee, EtatDemande, GenreMouvement
from sne_sandbox.store.registre import RegistreBase

JOURS: Final = [date(2018, 2, 25) + timedelta(days=i) for i in range(9)]
TERRITOIRES: Final = ("111", "062")
GESTES: Final = (
    "arrive", "radie", "ranime", "renouvelle", "nuit", "horloge", "change", "supprime", "efface",
)  # fmt: skip
#: What is done, to which demande, on which day, and a choice that some deeds have.
GESTE: Final = st.tuples(st.sampled_from(GESTES), st.integers(0, 3), st.sampled_from(JOURS), st.booleans())
HISTOIRE: Final = st.lists(GESTE, min_size=1, max_size=25)


class Profil(NamedTuple):
    """Who asks: where (the first commune first), the reason, the year of birth."""

    communes: tuple[str, ...]
    motif: str
    naissance: int
    association: bool = False

    def ecrire(self, numero: str, **champs: Any) -> DemandeStockee:
        """The demande, stored under that number."""
        qui = personne("demandeur", "Marchand", "Éloïse", f"{self.naissance}-07-14")
        return stockee(
            numero,
            titulaires=(qui,),
            communes=self.communes,
            motifs=(self.motif,),
            association="Toits" if self.association else None,
            **champs,
        )


PROFILS: Final = (
    Profil(("75112", "93066"), "01", 1980),
    Profil(("93066",), "02", 1988),
    Profil(("62498", "62041", "75112"), "01", 1952),
)
TOITS: Final = Profil(("62041",), "01", 1980, association=True)


@dataclass
class Vie:
    """All that happened to a demande: day, kind, effect on the stock, reason; `profil` is the last told."""

    profil: Profil
    depot: date
    faits: list[tuple[date, str, int, str | None]] = field(default_factory=list)

    def active(self, jour: date) -> bool:
        """True when it is in the stock at the end of that day."""
        return sum(effet for quand, _, effet, _ in self.faits if quand <= jour) > 0


#: By numéro, those that were erased too.
Recit = dict[str, Vie]


def vivre(
    registre: RegistreBase, histoire: list[tuple[str, int, date, bool]], recit: Recit, debut: int = 0
) -> None:
    """Does all of it, in order, and tells it in `recit`; what cannot be done to such a demande is left out.
    `debut`: how many others have been lived in this base."""
    vivantes: dict[int, str] = {}
    for tire, (geste, rang, jour, choix) in enumerate(histoire):
        numero = vivantes.get(rang)
        connue = None if numero is None else registre.demande(numero)
        aujourdhui = registre.base.horloge.maintenant().date()
        if geste == "horloge":
            registre.regler_horloge(Horloge(fige_a=datetime(jour.year, jour.month, jour.day, 12, tzinfo=UTC)))
            continue
        if connue is None:
            _arriver(registre, recit, vivantes, 100 * debut + tire, rang, jour, choix=choix)
            continue
        vie = recit[connue.numero_unique]
        if geste == "nuit" and connue.active:
            registre.radier_tout(
                [connue.numero_unique],
                jour=jour,
                motif="RADREN",
                element=b"<r/>",
                instant=datetime(2018, 3, 1, tzinfo=UTC),
            )
            vie.faits.append((jour, "RAD", -1, "RADREN"))
        elif geste == "radie" and connue.active:
            radiee = {"motif_radiation": "RADATT", "date_radiation": jour if choix else None}
            registre.remplacer(replace(connue, etat=EtatDemande.RADIEE, **radiee))
            vie.faits.append((jour if choix else aujourdhui, "RAD", -1, "RADATT"))
        elif geste in ("ranime", "renouvelle"):
            champs: dict[str, Any] = {"etat": EtatDemande.ACTIVE, "motif_radiation": None}
            effet = 0 if connue.active else 1
            if geste == "renouvelle" and jour != connue.date_renouvellement:
                vie.faits.append((jour, "REN", effet, None))
            elif effet:
                vie.faits.append((aujourdhui, "REA", effet, None))
            if geste == "renouvelle":
                champs["date_renouvellement"] = jour
            registre.remplacer(replace(connue, date_radiation=None, **champs))
        elif geste == "change":
            vie.profil = TOITS if choix else PROFILS[tire % 3]
            autre = vie.profil.ecrire(connue.numero_unique)
            registre.remplacer(replace(connue, demande=autre.demande, document=autre.document))
        elif geste == "supprime":
            registre.supprimer(connue.numero_unique)
            vie.faits += [(aujourdhui, "SUP", -1, None)] if connue.active else []
        elif geste == "efface":
            registre.supprimer_tout([connue.numero_unique])


def _arriver(
    registre: RegistreBase,
    recit: Recit,
    vivantes: dict[int, str],
    tire: int,
    rang: int,
    jour: date,
    *,
    choix: bool,
) -> None:
    numero = f"{TERRITOIRES[rang % 2]}0318{tire + 1:06d}G1104"
    vivantes[rang] = numero
    vie = recit[numero] = Vie(TOITS if choix and rang == 1 else PROFILS[rang % 3], jour)
    champs: dict[str, Any] = {"date_creation": jour}
    entree = jour
    if choix and rang == 2:
        champs["numero_associe"] = "1110318999999G1104"
        entree = registre.base.horloge.maintenant().date()
    vie.faits.append((entree, "CRE", 1, None))
    if choix and rang == 3:
        champs |= {"etat": EtatDemande.RADIEE, "motif_radiation": "RADABA", "date_radiation": JOURS[4]}
        champs |= {"revision": 2}
        vie.faits.append((JOURS[4], "RAD", -1, "RADABA"))
    registre.ajouter(vie.profil.ecrire(numero, **champs))


def verifier(registre: RegistreBase, recit: Recit) -> None:
    """What is counted is what was done, at the end of some days, of all and of a territory."""
    comptees = pytest.importorskip(
        "sne_statistiques.comptes.requetes_statistiques",
        reason="the statistics are a package that one may take away",
    )
    for territoire in (None, TERRITOIRES[0]):
        siennes = [vie for numero, vie in recit.items() if numero.startswith(territoire or "")]
        for jour in JOURS[::2]:
            presentes = [vie.profil for vie in siennes if vie.active(jour)]
            assos = sum(profil.association for profil in presentes)
            comptes = comptees.Comptes(registre.connexion, registre.base.nom, jour, territoire)
            assert comptes.stocks([jour.isoformat()]) == [comptees.Stock(len(presentes) - assos, assos)]
            attendu = Counter("ASS" if profil.association else "SEU" for profil in presentes)
            assert comptes.croiser([comptees.selon("composition")]) == (attendu.total(), [attendu])
            depuis = JOURS[2]
            passes = Counter(
                (f"{quand:%Y-%m}", GenreMouvement(genre), motif)
                for vie in siennes
                for quand, genre, _, motif in vie.faits
                if depuis <= quand <= jour
            )
            lus = [p for p in comptes.passages(depuis) if p.genre is not GenreMouvement.MODIFICATION]
            assert Counter({(p.mois, p.genre, p.motif): p.nombre for p in lus}) == passes
