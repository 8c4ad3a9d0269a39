"""The counts that the pictures of a base show: its demandes by commune and by EPCI, month by month, and by
resources.

Every number is that of the tables of the same day, and counts demandes as `comptes.demandes_comptees` finds
them: a search for those behind a number finds as many, the erased ones by their profile. Conventions: a
demande is of the first commune it wishes, an attribution of the commune of the dwelling; tension is active
demandes for one attribution of twelve months.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import zip_longest
from typing import Final

from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.codes import MOTIF_ATTRIBUTION
from sne_interface.domain.dates import ajouter_mois
from sne_interface.domain.demande import GenreMouvement
from sne_interface.domain.menage import SeuilQuartile
from sne_sandbox.store.registre import RegistreBase
from sne_statistiques.comptes import demandes_comptees, requetes_attributions, statistiques
from sne_statistiques.comptes import requetes_statistiques as store
from sne_statistiques.comptes.comptes_par_territoire import Niveau, lieu_de
from sne_statistiques.comptes.demandes_comptees import Periode
from sne_statistiques.comptes.requetes_statistiques import Comptes, Seuils

#: Months of the curves; the present one ends at the day counted.
MOIS: Final = 13
#: Bounds of the slices of resources, in euros a year and per UC.
TRANCHES: Final = (0, 2000, 4000, 6000, 8000, 10000, 12000, 14000, 16000, 18000, 20000, 25000, 30000)
INCONNU: Final = "inconnu"


@dataclass(frozen=True)
class LieuCompte:
    """A commune or an EPCI. `code` is INSEE's, or a SIREN, or `INCONNU`; `premieres` active demandes wish it
    first, `souhaitees` in any rank (None: not told of an EPCI); `attribuees` in twelve months."""

    code: str
    nom: str
    epci: str
    premieres: int = 0
    souhaitees: int | None = None
    attribuees: int = 0

    @property
    def tension(self) -> float | None:
        """Active demandes for an attribution; None without any."""
        return self.premieres / self.attribuees if self.attribuees else None


@dataclass(frozen=True)
class Mois:
    """The flows from `du` to `au`, and the stock at the end of that day."""

    du: date
    au: date
    actives: int
    deposees: int
    radiees: int
    attribuees: int

    @property
    def libelle(self) -> str:
        """« 03/2018 »."""
        return f"{self.du:%m/%Y}"


@dataclass(frozen=True)
class TrancheDeRessources:
    """The active demandes of persons whose resources (euros a year and per UC) are from `bas` to below `haut`
    (None: and more), by their class of the first quartile. `seuils`: thresholds that lie there."""

    bas: int
    haut: int | None
    sous: int
    au_dessus: int
    sans_seuil: int
    seuils: tuple[SeuilQuartile, ...]

    @property
    def seuils_dits(self) -> str:
        """« CU d'Arras 8256 ; … »."""
        return " ; ".join(f"{s.libelle} {s.montant}" for s in self.seuils)


@dataclass(frozen=True)
class Images:
    """The content of all the pictures of a base, at the end of a day."""

    base: str
    jour: date
    #: First day of the twelve months of attributions.
    depuis: date
    communes: list[LieuCompte]
    epcis: list[LieuCompte]
    mois: list[Mois]
    tranches: list[TrancheDeRessources]
    #: Active demandes of persons that have declared none.
    sans_ressources: int
    #: Radiations of twelve months by reason.
    motifs: dict[str, int]


def compter(registre: RegistreBase, contrat: Contrat, jour: date) -> Images:
    """The pictures of a base at the end of `jour`, which is its own day."""
    depuis = ajouter_mois(jour, -12) + timedelta(days=1)
    seuils = statistiques.des_souhaits(registre, contrat, jour)
    par_commune, par_tranche = _stock(registre, seuils, jour)
    connexion, base = registre.connexion, registre.base.nom
    comptes = Comptes(connexion, base, jour)
    motifs: Counter[str] = Counter()
    for passage in comptes.passages(depuis):
        if passage.genre is GenreMouvement.RADIATION:
            motifs[passage.motif or ""] += passage.nombre
    attribuees: Counter[str | None] = Counter()
    for (commune, issue, *_), n in requetes_attributions.decidees(connexion, base, depuis, jour).items():
        if issue == MOTIF_ATTRIBUTION:
            attribuees[commune or None] += n
    communes = _communes(contrat, par_commune, store.souhaitees(connexion, base, jour), attribuees)
    return Images(
        registre.base.nom,
        jour,
        depuis,
        communes,
        _epcis(contrat, communes),
        _mois(registre, comptes, jour),
        _tranches(par_tranche, seuils),
        sum(n for (rang, _), n in par_tranche.items() if rang is None),
        dict(motifs.most_common()),
    )


def codes_de(registre: RegistreBase, contrat: Contrat, code: str) -> tuple[str | None, ...]:
    """The communes, as documents write them, that are counted in a commune, an EPCI (by its SIREN) or
    `INCONNU`: former codes count in what took them over."""
    niveau: Niveau = "epci" if len(code) > len("62498") and code != INCONNU else "commune"
    ici = (registre.connexion, registre.base.nom)
    vues = {*store.communes(*ici), *requetes_attributions.communes_attribuees(*ici)}
    code_de = lieu_de(niveau, contrat)
    dites: tuple[str | None, ...] = tuple(sorted(vue for vue in vues if (code_de(vue) or INCONNU) == code))
    return (*dites, None) if code == INCONNU else dites


_Rang = int | None


def _stock(
    registre: RegistreBase, seuils: Seuils, jour: date
) -> tuple[Counter[str | None], Counter[tuple[_Rang, str]]]:
    """The active demandes by first commune, and those of persons by slice of resources and quartile."""
    rang = store.tranches("ressources_uc", TRANCHES[1:])
    communes: Counter[str | None] = Counter()
    ressources: Counter[tuple[_Rang, str]] = Counter()
    comptes = Comptes(registre.connexion, registre.base.nom, jour)
    for (association, commune, quartile, le_rang), n in comptes.profils(seuils, rang).items():
        communes[commune or None] += n
        if not association:
            ressources[int(le_rang) if le_rang else None, quartile] += n
    return communes, ressources


def _communes(
    contrat: Contrat,
    premieres: Counter[str | None],
    souhaitees: Mapping[str, int],
    attribuees: Mapping[str | None, int],
) -> list[LieuCompte]:
    code_de = lieu_de("commune", contrat)
    comptes: dict[str, Counter[str]] = {}
    for champ, source in (("premieres", premieres), ("souhaitees", souhaitees), ("attribuees", attribuees)):
        for ecrit, n in source.items():
            comptes.setdefault(code_de(ecrit) or INCONNU, Counter(souhaitees=0))[champ] += n
    lieux = []
    for code, siens in comptes.items():
        commune = contrat.territoires.commune(code)
        nom = commune.nom.removesuffix(" Arrondissement") if commune is not None else "Commune inconnue"
        epci = (commune.epci if commune is not None else None) or INCONNU
        lieux.append(LieuCompte(code, nom, epci, **siens))
    return sorted(lieux, key=lambda lieu: (-lieu.premieres, -(lieu.souhaitees or 0), lieu.nom))


def _epcis(contrat: Contrat, communes: list[LieuCompte]) -> list[LieuCompte]:
    lieux = []
    for code in {lieu.epci for lieu in communes}:
        siens = [lieu for lieu in communes if lieu.epci == code]
        nom = "Hors EPCI, ou inconnu" if code == INCONNU else statistiques.nom_d_epci(code, contrat)
        premieres, attribuees = sum(lieu.premieres for lieu in siens), sum(lieu.attribuees for lieu in siens)
        lieux.append(LieuCompte(code, nom, code, premieres, attribuees=attribuees))
    return sorted(lieux, key=lambda lieu: (-lieu.premieres, lieu.nom))


def _mois(registre: RegistreBase, comptes: Comptes, jour: date) -> list[Mois]:
    voulus = statistiques.periodes(jour, 1, MOIS)
    debut = voulus[0].du
    deposees = demandes_comptees.deposees(registre, Periode(debut, jour))
    radiees, attribuees = Counter[str](), Counter[str]()
    for passage in comptes.passages(debut):
        if passage.genre is GenreMouvement.RADIATION:
            radiees[passage.mois] += passage.nombre
            attribuees[passage.mois] += passage.nombre if passage.motif == MOTIF_ATTRIBUTION else 0
    fins = [min(mois.au, jour) for mois in voulus]
    stocks = comptes.stocks([fin.isoformat() for fin in fins])
    return [
        Mois(du, au, stock.total, deposees.get(cle := f"{du:%Y-%m}", 0), radiees[cle], attribuees[cle])
        for du, au, stock in zip((mois.du for mois in voulus), fins, stocks, strict=True)
    ]


def _tranches(comptes: Counter[tuple[_Rang, str]], seuils: Seuils) -> list[TrancheDeRessources]:
    distincts = {(seuil.montant, seuil.libelle): seuil for seuil in seuils.values()}
    lues = []
    for rang, (bas, haut) in enumerate(zip_longest(TRANCHES, TRANCHES[1:])):
        dedans = [
            s for _, s in sorted(distincts.items()) if bas < s.montant and (haut is None or s.montant <= haut)
        ]
        sous, au_dessus, sans = (comptes[rang, c] for c in (store.SOUS, store.AU_DESSUS, store.SANS_SEUIL))
        lues.append(TrancheDeRessources(bas, haut, sous, au_dessus, sans, tuple(dedans)))
    return lues
