"""TAB01, TAB02 and TAB03, as the national infocentre lays them out (the subjects are attested, their lines
and slices are conventions).

The stock at a day is what entered and had not left at its end. TAB03 describes it by the form as the base
holds it now; demandes erased since are counted in TAB01, and told apart in TAB03.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, Final

from sandbox.contract.versions import Contrat
from sandbox.domain.composition import Composition
from sandbox.domain.dates import ajouter_mois, date_francaise
from sandbox.domain.mouvement import Genre
from sandbox.store.registre import RegistreBase
from sandbox.store.statistiques import Comptes, Passage

MOIS: Final = 12
TRIMESTRES: Final = 4
ANNEES: Final = 3

_NON_RENSEIGNE: Final = "Non renseigné"
_COMPOSITIONS: Final = {
    Composition.SEULE: "Personne seule",
    Composition.MONOPARENTALE: "Famille monoparentale",
    Composition.COUPLE: "Couple sans enfant",
    Composition.COUPLE_AVEC_ENFANT: "Couple avec enfant",
    Composition.AUTRE: "Autre ménage",
    Composition.ASSOCIATION: "Association",
}
_ANCIENNETES: Final = (1, 2, 3, 5, 10)  # years
_AGES: Final = (20, 25, 30, 40, 50, 65)  # years
_RESSOURCES: Final = (500, 1000, 1500, 2000, 2500, 3000)  # euros a month
_TAILLE_MAX: Final = 6


@dataclass(frozen=True, slots=True)
class Tableau:
    """A table: `colonnes` names the counts, `lignes` are (section, label, counts)."""

    code: str
    titre: str
    colonnes: tuple[str, ...]
    lignes: tuple[tuple[str, str, tuple[int, ...]], ...]
    note: str = ""

    def en_json(self) -> dict[str, Any]:
        """As the JSON format shows it."""
        return {
            "code": self.code,
            "titre": self.titre,
            "lignes": [
                {"rubrique": section, "libelle": libelle, **dict(zip(self.colonnes, nombres, strict=True))}
                for section, libelle, nombres in self.lignes
            ],
            "note": self.note,
        }


def tableaux(registre: RegistreBase, contrat: Contrat, jour: date) -> tuple[Tableau, ...]:
    """The three tables of the base at the end of `jour`."""
    comptes = Comptes(registre.connexion, registre.base.nom, jour)
    return tab01(comptes, jour), tab02(comptes, contrat, jour), tab03(comptes, contrat, jour)


def tab01(comptes: Comptes, jour: date) -> Tableau:
    """Stock: persons, associations."""
    stock = comptes.stock()
    lignes = (
        ("Demandes actives", "Personnes physiques", (stock.personnes,)),
        ("Demandes actives", "Associations", (stock.associations,)),
        ("Demandes actives", "Total", (stock.personnes + stock.associations,)),
    )
    return Tableau("TAB01", f"Stock des demandes au {date_francaise(jour)}", ("demandes",), lignes)


def tab02(comptes: Comptes, contrat: Contrat, jour: date) -> Tableau:
    """Flows over 12 months, 4 quarters, 3 years, the present ones included and cut at `jour`."""
    periodes = [*_mois(jour), *_trimestres(jour), *_annees(jour)]
    passages = comptes.passages(min(date.fromisoformat(f"{min(p.mois)}-01") for p in periodes))
    motifs = {c: lib for c, lib in contrat.nomenclatures.liste("ListeMotifsRadiation").items() if c}
    vus = sorted({p.motif for p in passages if p.motif and p.motif not in motifs})
    motifs |= {code: code for code in vus}
    lignes = []
    for periode in periodes:
        dedans = [p for p in passages if p.mois in periode.mois]
        radiees = [_somme(dedans, Genre.RADIATION, motif) for motif in motifs]
        lignes.append(
            (
                periode.rubrique,
                periode.libelle,
                (
                    _somme(dedans, Genre.CREATION),
                    _somme(dedans, Genre.RENOUVELLEMENT),
                    _somme(dedans, Genre.RADIATION),
                    *radiees,
                    _somme(dedans, Genre.RADIATION, "RADATT"),
                ),
            )
        )
    colonnes = ("nouvelles", "renouvelees", "radiees", *motifs, "attributions")
    return Tableau(
        "TAB02",
        f"Flux des demandes jusqu'au {date_francaise(jour)}",
        colonnes,
        tuple(lignes),
        "Une attribution est une radiation RADATT ; la période en cours s'arrête à cette date.",
    )


def tab03(comptes: Comptes, contrat: Contrat, jour: date) -> Tableau:
    """The stock, sorted nine ways."""
    nomenclature = contrat.nomenclatures.liste
    stock = comptes.stock()
    sections: list[tuple[str, Iterable[tuple[str, int]]]] = [
        ("Ancienneté", _anciennetes(comptes, jour)),
        ("Âge du demandeur", _ages(comptes, jour)),
        ("Nationalité", _codes(comptes.selon("nationalite"), nomenclature("ListeNationalite"))),
        ("Taille du ménage", _tailles(comptes)),
        ("Composition familiale", _compositions(comptes)),
        (
            "Activité professionnelle",
            _codes(comptes.selon("contrat"), nomenclature("ListeTypeContratTravail")),
        ),
        ("Situation familiale", _codes(comptes.selon("situation"), nomenclature("ListeSituationFamiliale"))),
        (
            "Ressources mensuelles",
            _tranches(comptes.par_tranches("ressources", _RESSOURCES), _RESSOURCES, "€"),
        ),
        ("Premier quartile", _quartile(comptes, contrat)),
    ]
    lignes = tuple(
        (section, libelle, (nombre,)) for section, comptees in sections for libelle, nombre in comptees
    )
    absentes = stock.personnes + stock.associations - stock.decrites
    note = (
        "Associations : « non renseigné » pour ce qui décrit une personne. Ressources par UC et âges des"
        " enfants au début de l'année de validité."
    )
    if absentes:
        note += f" {absentes} demandes du stock, effacées depuis, ne sont pas décrites."
    return Tableau("TAB03", f"Demandes actives au {date_francaise(jour)}", ("demandes",), lignes, note)


# --- periods ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Periode:
    rubrique: str
    libelle: str
    mois: frozenset[str]


def _mois(jour: date) -> list[_Periode]:
    premiers = [ajouter_mois(jour.replace(day=1), -recul) for recul in range(MOIS - 1, -1, -1)]
    return [_Periode("Mois", f"{m:%m/%Y}", frozenset({f"{m:%Y-%m}"})) for m in premiers]


def _trimestres(jour: date) -> list[_Periode]:
    dernier = date(jour.year, (jour.month - 1) // 3 * 3 + 1, 1)
    periodes = []
    for recul in range(TRIMESTRES - 1, -1, -1):
        debut = ajouter_mois(dernier, -3 * recul)
        mois = frozenset(f"{ajouter_mois(debut, i):%Y-%m}" for i in range(3))
        periodes.append(_Periode("Trimestre", f"T{(debut.month + 2) // 3} {debut.year}", mois))
    return periodes


def _annees(jour: date) -> list[_Periode]:
    return [
        _Periode("Année", str(annee), frozenset(f"{annee:04d}-{mois:02d}" for mois in range(1, 13)))
        for annee in range(jour.year - ANNEES + 1, jour.year + 1)
    ]


def _somme(passages: Sequence[Passage], genre: Genre, motif: str | None = None) -> int:
    return sum(p.nombre for p in passages if p.genre is genre and motif in (None, p.motif))


# --- sections --------------------------------------------------------------------------------------


def _anciennetes(comptes: Comptes, jour: date) -> list[tuple[str, int]]:
    # From the oldest bound to the latest: the first slice holds the oldest demandes.
    bornes = [_veille(jour, annees) for annees in reversed(_ANCIENNETES)]
    nombres = list(reversed(comptes.par_tranches("date_creation", bornes, associations=True)))
    return _tranches(nombres, _ANCIENNETES, "ans")


def _ages(comptes: Comptes, jour: date) -> list[tuple[str, int]]:
    bornes = [_veille(jour, annees) for annees in reversed(_AGES)]
    nombres = list(reversed(comptes.par_tranches("date_naissance", bornes)))
    return _tranches(nombres, _AGES, "ans")


def _veille(jour: date, annees: int) -> str:
    # Who was born on or before that day is `annees` old: one day later for the bound, which is excluded.
    return date.fromordinal(ajouter_mois(jour, -12 * annees).toordinal() + 1).isoformat()


def _tailles(comptes: Comptes) -> list[tuple[str, int]]:
    nombres = comptes.par_tranches("personnes", range(2, _TAILLE_MAX + 1))
    libelles = [
        "1 personne",
        *(f"{n} personnes" for n in range(2, _TAILLE_MAX)),
        f"{_TAILLE_MAX} personnes et plus",
    ]
    return list(zip(libelles, nombres, strict=True))


def _compositions(comptes: Comptes) -> list[tuple[str, int]]:
    nombres = comptes.selon("composition")
    return [(libelle, nombres.get(code.value, 0)) for code, libelle in _COMPOSITIONS.items()]


def _codes(nombres: Mapping[Any, int], liste: Mapping[str, str]) -> list[tuple[str, int]]:
    lignes = [(libelle, nombres.get(code, 0)) for code, libelle in liste.items()]
    return [*lignes, (_NON_RENSEIGNE, sum(n for code, n in nombres.items() if code not in liste))]


def _tranches(nombres: Sequence[int], bornes: Sequence[int], unite: str) -> list[tuple[str, int]]:
    milieu = [f"De {bas} à moins de {haut} {unite}" for bas, haut in pairwise(bornes)]
    premiere = f"Moins de {bornes[0]} {'an' if (bornes[0], unite) == (1, 'ans') else unite}"
    libelles = [premiere, *milieu, f"{bornes[-1]} {unite} et plus"]
    return list(zip(libelles, nombres, strict=True))


def _quartile(comptes: Comptes, contrat: Contrat) -> list[tuple[str, int]]:
    seuils = {}
    for code in comptes.communes():
        seuil = contrat.quartiles.seuil_de(code, contrat.territoires)
        if seuil is not None:
            seuils[code] = seuil.montant
    nombres = comptes.par_quartile(seuils)
    return [
        ("Sous le seuil du premier quartile", nombres["sous"]),
        ("Au seuil ou au-dessus", nombres["au_dessus"]),
        ("Territoire sans seuil connu", nombres["sans_seuil"]),
    ]
