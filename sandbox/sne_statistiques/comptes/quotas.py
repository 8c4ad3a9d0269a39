"""The quotas of L. 441-1: the shares of each public in the attributions of a year that a signed lease
followed, per landlord and EPCI.

The shares are those of the law; the grain, the year of the lease, and one lease a demande are deduced from it
(« déduite »). A fact that a message does not say (where the dwelling lies, what the household declared) is
told as unknown, never counted as a yes; a share that an unknown fact could turn is told as undetermined.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final, Literal

from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.base import Guichet
from sne_interface.domain.texte import ecrire_csv
from sne_sandbox.store.registre import RegistreBase
from sne_statistiques.comptes import requetes_attributions
from sne_statistiques.comptes.requetes_attributions import Baux
from sne_statistiques.comptes.requetes_statistiques import AU_DESSUS, SOUS, Seuils
from sne_statistiques.comptes.statistiques import LIBELLES, inventes, nom_d_epci, seuils

ARTICLE: Final = "L. 441-1 CCH"
#: How far to believe the counts, for whoever reads them.
FIDELITE: Final = LIBELLES["notes"]["quotas"]
#: Code, and name.
_Nomme = tuple[str, str]
_TOUS: Final = ("", "Tous les bailleurs")
_BAILLEUR_INCONNU: Final = "Bailleur inconnu (base d'une version antérieure)"

Etat = Literal["atteint", "non atteint", "indéterminé", "rien à compter"]


def _premier_quartile(bail: Baux) -> bool | None:
    return {SOUS: True, AU_DESSUS: False}.get(bail.quartile or "")


def _prioritaire(bail: Baux) -> bool | None:
    if bail.dalo or bail.prioritaire:
        return True
    return False if bail.dalo is False and bail.prioritaire is False else None


def _non(dit: bool | None) -> bool | None:
    return None if dit is None else not dit


@dataclass(frozen=True)
class RegleDeQuota:
    """A share of the law: at least `objectif` hundredths of some leases go to some households. Of a lease,
    `dans` says whether it is one of those, `oui` whether the household is: None when it is not known."""

    code: str
    libelle: str
    objectif: int
    dans: Callable[[Baux], bool | None]
    oui: Callable[[Baux], bool | None]


REGLES: Final = (
    RegleDeQuota(
        "premier_quartile",
        "Hors quartiers prioritaires : premier quartile",
        25,
        lambda bail: _non(bail.en_quartier),
        _premier_quartile,
    ),
    RegleDeQuota("prioritaires", "Ménages DALO et autres prioritaires", 25, lambda _: True, _prioritaire),
    RegleDeQuota(
        "autres_en_quartier",
        "En quartier prioritaire : autres que le premier quartile",
        50,
        lambda bail: bail.en_quartier,
        lambda bail: _non(_premier_quartile(bail)),
    ),
)


@dataclass(frozen=True)
class PartDeQuota:
    """A share: `compte` leases of `sur`. `inconnus` could be of them, or of those, if more was known."""

    code: Annotated[str, "premier_quartile, prioritaires ou autres_en_quartier"]
    libelle: str
    article: str
    fidelite: Annotated[str, "déduite : la part est dans l'article, le grain du compte en suit"]
    objectif: Annotated[int, "en pour cent"]
    compte: Annotated[int, "baux qui vont à ces ménages"]
    sur: Annotated[int, "baux parmi lesquels ils sont comptés"]
    inconnus: Annotated[int, "baux dont on ne sait pas s'ils en sont, jamais comptés comme un oui"]
    taux: Annotated[float | None, "en pour cent, à un dixième, par défaut ; null : rien à compter"]
    etat: Annotated[Etat, "indéterminé : ce qui est inconnu pourrait le faire basculer"]


@dataclass(frozen=True)
class LigneQuota:
    """The leases of a landlord in an EPCI, and the shares of the law."""

    bailleur: Annotated[str, "SIREN ; à défaut, code du guichet ; vide : tous, ou inconnu"]
    nom_bailleur: str
    epci: Annotated[str, "SIREN ; vide : tous, ou inconnu"]
    nom_epci: str
    baux: Annotated[int, "attributions suivies d'un bail signé dans l'année"]
    comptes: Annotated[dict[str, int], "baux par lieu, par quartile, par priorité"]
    parts: list[PartDeQuota]
    seuils_inventes: Annotated[str, "ceux des communes de ces baux que nous avons inventés ; vide : aucun"]


@dataclass(frozen=True)
class Quotas:
    """The quotas of a base, of the leases signed in a year."""

    base: str
    annee: int
    annees: Annotated[list[int], "de la première à la dernière où un bail a été signé"]
    ensemble: LigneQuota
    epcis: Annotated[list[LigneQuota], "une par EPCI, tous bailleurs, le plus grand nombre de baux d'abord"]
    lignes: Annotated[list[LigneQuota], "une par bailleur et EPCI, le plus grand nombre de baux d'abord"]
    note: Annotated[str, "ce qui est de la loi, ce qui en est déduit, ce qui est convention"]


#: What a line counts, by key: words, and which leases.
COMPTES: Final[Mapping[str, tuple[str, Callable[[Baux], bool]]]] = {
    "hors_quartier": ("Hors quartier prioritaire", lambda b: b.en_quartier is False),
    "en_quartier": ("En quartier prioritaire", lambda b: b.en_quartier is True),
    "lieu_inconnu": ("Quartier inconnu", lambda b: b.en_quartier is None),
    "premier_quartile": ("Premier quartile", lambda b: _premier_quartile(b) is True),
    "au_dessus": ("Au-dessus du seuil", lambda b: _premier_quartile(b) is False),
    "quartile_inconnu": ("Quartile inconnu", lambda b: _premier_quartile(b) is None),
    "dalo": ("DALO", lambda b: b.dalo is True),
    "prioritaires": ("Autres prioritaires", lambda b: b.dalo is not True and b.prioritaire is True),
    "non_prioritaires": ("Non prioritaires", lambda b: _prioritaire(b) is False),
    "priorite_inconnue": ("Priorité inconnue", lambda b: _prioritaire(b) is None),
}


def compter(registre: RegistreBase, contrat: Contrat, annee: int) -> Quotas:
    """The quotas of a base, of the leases signed in `annee`."""
    connexion, base = registre.connexion, registre.base.nom
    places = requetes_attributions.communes_attribuees(connexion, base)
    # Amounts are those that hold at the end of the year (L. 441-1: set once a year).
    premier, dernier = date(annee, 1, 1), date(annee, 12, 31)
    des_communes = seuils(places, contrat, dernier)
    baux = requetes_attributions.baux(connexion, base, premier, dernier, des_communes)
    guichets = {guichet.code: guichet for guichet in registre.guichets()}
    groupes: dict[tuple[_Nomme, _Nomme], list[Baux]] = {}
    for bail in baux:
        groupes.setdefault((_bailleur(bail, guichets), _epci(bail.commune, contrat)), []).append(bail)
    par_epci: dict[_Nomme, list[Baux]] = {}
    for (_, epci), siens in groupes.items():
        par_epci.setdefault(epci, []).extend(siens)
    epcis = [_ligne(_TOUS, epci, siens, des_communes) for epci, siens in par_epci.items()]
    lignes = [_ligne(*qui, siens, des_communes) for qui, siens in groupes.items()]
    return Quotas(
        base,
        annee,
        list(requetes_attributions.annees(connexion, base)),
        _ligne(_TOUS, ("", "Tous les EPCI"), baux, des_communes),
        sorted(epcis, key=lambda ligne: (-ligne.baux, ligne.nom_epci)),
        sorted(lignes, key=lambda ligne: (-ligne.baux, ligne.nom_bailleur, ligne.bailleur, ligne.nom_epci)),
        FIDELITE + inventes(des_communes),
    )


def _ligne(bailleur: _Nomme, epci: _Nomme, baux: Sequence[Baux], des_communes: Seuils) -> LigneQuota:
    comptes = {cle: sum(bail.nombre for bail in baux if compte(bail)) for cle, (_, compte) in COMPTES.items()}
    parts = [_part(regle, baux) for regle in REGLES]
    places = {bail.commune for bail in baux}
    siens = {code: seuil for code, seuil in des_communes.items() if code in places}
    nombre, averti = sum(bail.nombre for bail in baux), inventes(siens).strip()
    return LigneQuota(*bailleur, *epci, nombre, comptes, parts, averti)


def _part(regle: RegleDeQuota, baux: Iterable[Baux]) -> PartDeQuota:
    n: Counter[tuple[bool | None, bool | None]] = Counter()
    for bail in baux:
        n[regle.dans(bail), regle.oui(bail)] += bail.nombre
    oui, sur = n[True, True], n[True, True] + n[True, False] + n[True, None]
    # At worst, what is unknown is counted and says no; at best, it says yes where it may be counted.
    au_pire = oui, sur + n[None, False] + n[None, None]
    peut_etre = n[None, True] + n[None, None]
    au_mieux = oui + n[True, None] + peut_etre, sur + peut_etre
    return PartDeQuota(
        regle.code,
        regle.libelle,
        ARTICLE,
        "déduite",
        regle.objectif,
        oui,
        sur,
        n[True, None] + n[None, True] + n[None, False] + n[None, None],
        # Rounded down: a share that is not reached is never shown as the one that is wanted.
        1000 * oui // sur / 10 if sur else None,
        _etat(sur, *(100 * combien >= regle.objectif * parmi for combien, parmi in (au_pire, au_mieux))),
    )


def _etat(sur: int, au_pire: bool, au_mieux: bool) -> Etat:
    if not sur:
        return "rien à compter"
    if au_pire:
        return "atteint"
    return "indéterminé" if au_mieux else "non atteint"


def _bailleur(bail: Baux, guichets: Mapping[str, Guichet]) -> tuple[str, str]:
    """The landlord of a lease, and its name: by the SIREN that is told, else by the guichet that wrote."""
    guichet = guichets.get(bail.guichet)
    if not bail.siren and not bail.guichet:
        return "", _BAILLEUR_INCONNU
    siren = bail.siren or (guichet.siren if guichet is not None else None)
    if siren is None:
        return bail.guichet, guichet.nom if guichet is not None else f"guichet {bail.guichet}"
    return siren, next((g.nom for g in guichets.values() if g.siren == siren), f"SIREN {siren}")


def _epci(code: str | None, contrat: Contrat) -> tuple[str, str]:
    commune = contrat.territoires.actuelle(code or "")
    if commune is None:
        return "", "EPCI inconnu (commune du logement non dite)"
    if commune.epci is None:
        return "", "Hors EPCI"
    return commune.epci, nom_d_epci(commune.epci, contrat)


def en_csv(quotas: Quotas, *, separateur: str = ",") -> str:
    """The quotas as CSV, one line per landlord and EPCI, then one for all."""
    colonnes = ("compte", "sur", "inconnus", "taux", "etat")
    entetes = (
        *("annee", "bailleur", "nom_bailleur", "epci", "nom_epci", "baux", *COMPTES),
        *(f"{regle.code}_{colonne}" for regle in REGLES for colonne in colonnes),
        "avertissement",
    )
    lignes = (
        (
            *(quotas.annee, ligne.bailleur, ligne.nom_bailleur, ligne.epci, ligne.nom_epci, ligne.baux),
            *ligne.comptes.values(),
            *(getattr(part, colonne) for part in ligne.parts for colonne in colonnes),
            ligne.seuils_inventes,
        )
        for ligne in (*quotas.lignes, quotas.ensemble)
    )
    return ecrire_csv(entetes, lignes, separateur)
