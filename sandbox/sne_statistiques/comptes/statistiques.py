"""TAB01, TAB02 and TAB03. A public guide attests these codes and their titles (`FIDELITE`); their lines,
their columns and their slices are conventions of this sandbox.

The stock at a day is what entered and had not left at its end. TAB03 describes that of persons by the form as
the base holds it now, or held it when it erased the demande.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, Final

import tomli

from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.base import Base
from sne_interface.domain.dates import ajouter_mois, date_francaise
from sne_interface.domain.demande import GenreMouvement, territoire_de
from sne_interface.domain.texte import ecrire_csv
from sne_interface.errors import UsageError
from sne_sandbox.store.registre import RegistreBase
from sne_statistiques.comptes import requetes_statistiques as store
from sne_statistiques.comptes.demandes_comptees import Modalite, Periode
from sne_statistiques.comptes.requetes_statistiques import Axe, Comptes, Passage, Seuils

#: Codes of the tables, in order.
CODES: Final = ("TAB01", "TAB02", "TAB03")
#: The periods of TAB02: their section, the months of one, how many there are, and how one is called, by its
#: first day and its quarter.
_DUREES: Final = (
    ("Mois", 1, 12, "{0:%m/%Y}"),
    ("Trimestre", 3, 4, "T{1} {0:%Y}"),
    ("Année", 12, 3, "{0:%Y}"),
)

#: What the statistics say of themselves, by table.
LIBELLES: Final = tomli.loads(Path(__file__).with_name("libelles.toml").read_text("utf-8"))
#: How far to believe the tables, for whoever reads them.
FIDELITE: Final = LIBELLES["notes"]["tableaux"]
_NON_RENSEIGNE: Final = "Non renseigné"
_PREMIER_QUARTILE: Final = "Premier quartile"


@dataclass(frozen=True)
class TableauLu:
    """A table, as the API and the command line show it."""

    code: Annotated[str, "TAB01, TAB02 ou TAB03"]
    titre: str
    lignes: Annotated[list[dict[str, Any]], "rubrique, libelle, et un nombre par colonne du tableau"]
    note: str


@dataclass(frozen=True)
class Tableau:
    """A table: `colonnes` names the counts, `lignes` are (section, label, counts)."""

    code: str
    titre: str
    colonnes: tuple[str, ...]
    lignes: tuple[tuple[str, str, tuple[int, ...]], ...]
    note: str = ""
    #: What `inventes` says of the lines of the first quartile.
    seuils_inventes: str = ""

    @property
    def lu(self) -> TableauLu:
        """As it is shown: each count under the name of its column."""
        lignes = [
            {"rubrique": section, "libelle": libelle, **dict(zip(self.colonnes, nombres, strict=True))}
            for section, libelle, nombres in self.lignes
        ]
        return TableauLu(self.code, self.titre, lignes, self.note)


def en_csv(tableaux: Iterable[Tableau], jour: date) -> str:
    """The tables as CSV, one line per count, so that all fit whatever their columns."""
    entetes = ("date", "tableau", "rubrique", "libelle", "mesure", "nombre", "avertissement")
    lignes = (
        (jour, tableau.code, section, libelle, mesure, nombre,
         tableau.seuils_inventes if section == _PREMIER_QUARTILE else "")
        for tableau in tableaux
        for section, libelle, nombres in tableau.lignes
        for mesure, nombre in zip(tableau.colonnes, nombres, strict=True)
    )  # fmt: skip
    return ecrire_csv(entetes, lignes)


def verifier_territoire(code: str, contrat: Contrat) -> None:
    """Raises UsageError for a territory by which no numéro unique begins: its tables would be zeros."""
    connus = contrat.territoires.numerotes
    if code in connus:
        return
    propose = territoire_de(code.upper().lstrip("0"))
    remede = "les trois caractères qui commencent un numéro unique : 062, 02A, 971, 111 (Île-de-France)"
    raise UsageError(
        f"Le territoire [{code[:20]}] n'existe pas : aucune commune n'en est.",
        remede=f"écrivez {propose}" if propose in connus else remede,
    )


def tableau(
    code: str, registre: RegistreBase, contrat: Contrat, jour: date, territoire: str | None = None
) -> Tableau:
    """A table of the base at the end of `jour`, or of one territory (« 062 ») of it. Raises KeyError for a
    code that is none of `CODES`."""
    comptes = Comptes(registre.connexion, registre.base.nom, jour, territoire)
    match code:
        case "TAB01":
            return tab01(comptes, jour)
        case "TAB02":
            return tab02(comptes, contrat, jour)
        case "TAB03":
            return tab03(comptes, des_souhaits(registre, contrat, jour), contrat, jour, passe(registre, jour))
    raise KeyError(code)


def tab01(comptes: Comptes, jour: date) -> Tableau:
    """TAB01, « Évolution du stock » of the demandes and of associations: at the day, a month and a year
    before, and what the year has added."""
    jours = (jour, ajouter_mois(jour, -1), ajouter_mois(jour, -12))
    stocks = comptes.stocks([le.isoformat() for le in jours])
    lignes = tuple(
        ("Demandes actives", libelle, (*nombres, nombres[0] - nombres[-1]))
        for libelle, nombres in (
            ("Personnes physiques", [stock.personnes for stock in stocks]),
            ("Associations", [stock.associations for stock in stocks]),
            ("Total", [stock.total for stock in stocks]),
        )
    )
    colonnes = ("demandes", "un_mois_avant", "un_an_avant", "evolution")
    return Tableau("TAB01", f"Évolution du stock au {date_francaise(jour)}", colonnes, lignes)


def tab02(comptes: Comptes, contrat: Contrat, jour: date) -> Tableau:
    """TAB02, « Évolution du stock / du nombre de demandes actives » over 12 months, 4 quarters, 3 years: the
    stock at the end of each, and the flows that made it; the present one is cut at `jour`."""
    voulues = [
        (rubrique, forme.format(periode.du, (periode.du.month + 2) // 3), periode)
        for rubrique, duree, combien, forme in _DUREES
        for periode in periodes(jour, duree, combien)
    ]
    passages = comptes.passages(min(periode.du for *_, periode in voulues))
    motifs = {c: lib for c, lib in contrat.nomenclatures.liste("ListeMotifsRadiation").items() if c}
    vus = sorted({p.motif for p in passages if p.motif and p.motif not in motifs})
    motifs |= {code: code for code in vus}
    stocks = comptes.stocks([min(periode.au, jour).isoformat() for *_, periode in voulues])
    lignes = []
    for (rubrique, libelle, periode), stock in zip(voulues, stocks, strict=True):
        dedans = [p for p in passages if f"{periode.du:%Y-%m}" <= p.mois <= f"{periode.au:%Y-%m}"]
        radiees = [_somme(dedans, GenreMouvement.RADIATION, motif) for motif in motifs]
        flux = [_somme(dedans, genre) for genre in _FLUX.values()]
        lignes.append((rubrique, libelle, (stock.total, *flux, *radiees)))
    return Tableau(
        "TAB02",
        f"Évolution du stock / du nombre de demandes actives jusqu'au {date_francaise(jour)}",
        ("stock", *_FLUX, *motifs),
        tuple(lignes),
        LIBELLES["notes"]["flux"],
    )


#: Flows of TAB02, by column.
_FLUX: Final = {
    "nouvelles": GenreMouvement.CREATION,
    "renouvelees": GenreMouvement.RENOUVELLEMENT,
    "radiees": GenreMouvement.RADIATION,
}


def tab03(comptes: Comptes, des_communes: Seuils, contrat: Contrat, jour: date, passe_dit: str) -> Tableau:
    """TAB03 « (hors associations) », the stock of persons sorted nine ways: by seniority, age, household,
    resources…; each sums to the same total. `des_communes` are the thresholds by commune (`seuils`),
    `passe_dit` what `passe` says."""
    rubriques = list(_rubriques(des_communes, contrat, jour))
    decrites, nombres = comptes.croiser([rubrique.axe for rubrique in rubriques], store.PERSONNES)
    lignes = [
        (rubrique.titre, libelle, (nombre,))
        for rubrique, comptees in zip(rubriques, nombres, strict=True)
        for libelle, nombre in rubrique.lignes(comptees, decrites)
    ]
    invente = inventes(des_communes)
    note = LIBELLES["notes"]["profils"] + invente + passe_dit
    titre = f"Demandes actives (hors associations) au {date_francaise(jour)}"
    return Tableau("TAB03", titre, ("demandes",), tuple(lignes), note, invente.strip())


# --- periods ---------------------------------------------------------------------------------------


def periodes(jour: date, duree: int, combien: int) -> list[Periode]:
    """The last periods of so many months, that of `jour` last."""
    dernier = jour.replace(day=1, month=(jour.month - 1) // duree * duree + 1)
    debuts = [ajouter_mois(dernier, -duree * recul) for recul in range(combien - 1, -1, -1)]
    return [Periode(du, ajouter_mois(du, duree) - timedelta(days=1)) for du in debuts]


def _somme(passages: Sequence[Passage], genre: GenreMouvement, motif: str | None = None) -> int:
    return sum(p.nombre for p in passages if p.genre is genre and motif in (None, p.motif))


# --- sections --------------------------------------------------------------------------------------

#: A line: its label, and the classes that it counts.
_Ligne = tuple[str, tuple[str | None, ...]]


@dataclass(frozen=True)
class _Rubrique:
    """A section of TAB03: what it sorts by, its lines, and whether what they leave out has a line even when
    that is nothing."""

    titre: str
    axe: Axe
    modalites: Sequence[_Ligne]
    reste: bool = False

    def lignes(self, comptees: Mapping[Any, int], decrites: int) -> list[tuple[str, int]]:
        """Label and count of each line, of the demandes of each class and of those described."""
        lignes = [(libelle, sum(comptees.get(c, 0) for c in classes)) for libelle, classes in self.modalites]
        autres = decrites - sum(nombre for _, nombre in lignes)
        return [*lignes, (_NON_RENSEIGNE, autres)] if autres or self.reste else lignes

    def modalite(self, libelle: str) -> Modalite | None:
        """Returns what the line of that label counts; None when there is none."""
        for lu, classes in self.modalites:
            if lu == libelle:
                return Modalite(self.axe, classes)
        toutes = tuple(classe for _, classes in self.modalites for classe in classes)
        return Modalite(self.axe, toutes, autres=True) if libelle == _NON_RENSEIGNE else None


def _rubriques(des_communes: Seuils, contrat: Contrat, jour: date) -> Iterator[_Rubrique]:
    for dite in LIBELLES["rubriques"]:
        lignes = [(lu, (classe or None,)) for lu, classe in dite.get("lignes", {}).items()]
        if nomenclature := dite.get("nomenclature"):
            lignes = [(lu, (code,)) for code, lu in contrat.nomenclatures.liste(nomenclature).items()]
        yield _Rubrique(dite["titre"], _axe(dite, des_communes, jour), lignes, bool(nomenclature))


def _axe(dite: Mapping[str, Any], des_communes: Seuils, jour: date) -> Axe:
    match dite:
        case {"colonne": colonne, "annees": annees}:
            # From the oldest bound to the latest. Who was born on or before that day is so old: one day later
            # for the bound, which is excluded. An erased demande keeps the year of a birth alone: ages are
            # those that the year brings.
            fin = date(jour.year, 12, 31) if colonne == "date_naissance" else jour
            veilles = [ajouter_mois(fin, -12 * ans) + timedelta(days=1) for ans in reversed(annees)]
            return store.tranches(colonne, [veille.isoformat() for veille in veilles])
        case {"colonne": "ressources", "bornes": bornes}:
            return store.ressources(bornes)
        case {"colonne": colonne, "bornes": bornes}:
            return store.tranches(colonne, bornes)
        case {"colonne": "ressources_uc"}:
            return store.quartile(des_communes)
    return store.selon(dite["colonne"])


def modalite(
    registre: RegistreBase, contrat: Contrat, jour: date, rubrique: str, libelle: str
) -> Modalite | None:
    """Returns what a line of TAB03 counts at the end of `jour`, by its section and its label; None when the
    table has no such line."""
    rubriques = _rubriques(des_souhaits(registre, contrat, jour), contrat, jour)
    return next((r.modalite(libelle) for r in rubriques if r.titre == rubrique), None)


def seuils(codes: Iterable[str], contrat: Contrat, jour: date) -> Seuils:
    """The thresholds of the first quartile on `jour`, by commune: those of `codes` that have one."""
    trouves = {code: contrat.quartiles.seuil_de(code, contrat.territoires, jour) for code in codes}
    return {code: seuil for code, seuil in trouves.items() if seuil is not None}


def inventes(seuils: Seuils) -> str:
    """Says which of those thresholds are of our invention; "" without any."""
    libelles = sorted({seuil.libelle for seuil in seuils.values() if seuil.invente})
    if not libelles:
        return ""
    return f" Premier quartile : seuils inventés pour la démonstration ({', '.join(libelles)})."


def passe(registre: RegistreBase, jour: date) -> str:
    """Says from which day the past of a base is whole; "" when it always is."""
    depuis = store.entier_depuis(registre.connexion, registre.base.nom)
    if depuis is None:
        return ""
    suite = ", et sont ici en « non renseigné » ou « inconnu »" if jour < depuis else ""
    return (
        f" Le passé est entier depuis le {date_francaise(depuis)} : avant, des demandes effacées n'ont "
        f"laissé que leurs dates{suite}."
    )


def a_venir(base: Base, jour: date) -> str:
    """Says that the base has not come to that day; "" when it has."""
    present = base.horloge.maintenant().date()
    dit = f" Le {date_francaise(jour)} est à venir : la base est au {date_francaise(present)}."
    return dit if jour > present else ""


def des_souhaits(registre: RegistreBase, contrat: Contrat, jour: date) -> Seuils:
    """Returns the thresholds of the communes that the demandes of a base wish."""
    return seuils(store.communes(registre.connexion, registre.base.nom), contrat, jour)


def nom_d_epci(siren: str, contrat: Contrat) -> str:
    """Its name; « SIREN 200069037 » of one that nobody knows."""
    epci = contrat.territoires.epci(siren)
    return epci.nom if epci is not None else f"SIREN {siren}"
