"""The quotas of L. 441-1: the shares of each public in the attributions of a year, per landlord and EPCI.

The two shares of the first quartile bear on the leases signed in the year; those of the households with
priority on the attributions of the year, followed by a lease or not, each contingent apart; one of ours,
beside them, on the leases. `libelles.toml` says what each bears on, and who says so. A fact that a message
does not say (where the dwelling lies, its contingent, what the household declared) is told as unknown, never
counted as a yes; a share that an unknown fact could turn is told as undetermined.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final, Literal

from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.base import Guichet
from sne_interface.domain.livre_des_attributions import DecisionNotee
from sne_interface.domain.texte import ecrire_csv
from sne_interface.errors import UsageError, exiger_connu
from sne_sandbox.store.registre import RegistreBase
from sne_statistiques.comptes import requetes_attributions
from sne_statistiques.comptes.requetes_attributions import Attributions
from sne_statistiques.comptes.requetes_statistiques import AU_DESSUS, SOUS, Seuils
from sne_statistiques.comptes.statistiques import LIBELLES, a_venir, inventes, nom_d_epci, seuils

#: How far to believe the counts, for whoever reads them.
FIDELITE: Final = LIBELLES["notes"]["quotas"]
#: What a line counts, by key: words.
COMPTES: Final = LIBELLES["comptes"]
#: The same, and all of its leases and of its attributions.
FIGURES: Final = {**LIBELLES["figures"], **COMPTES}
#: Of a share: the decisions that it counts, those among which it counts them, those of which nobody knows.
CEUX: Final = LIBELLES["ceux"]
_QUOTAS: Final = LIBELLES["quotas"]
#: Code, and name.
_Nomme = tuple[str, str]
TOUS: Final = ("", "Tous les bailleurs")
TOUS_LES_EPCI: Final = ("", "Tous les EPCI")
_BAILLEUR_INCONNU: Final = "Bailleur inconnu (base d'une version antérieure)"

Etat = Literal["atteint", "non atteint", "indéterminé", "rien à compter"]
PorteSur = Literal["baux", "attributions"]
#: True or false of some attributions; None when it is not known.
_Fait = Callable[[Attributions], bool | None]


def _premier_quartile(dites: Attributions) -> bool | None:
    return {SOUS: True, AU_DESSUS: False}.get(dites.quartile or "")


def _prioritaire(dites: Attributions) -> bool | None:
    return dites.dalo or dites.prioritaire


def _non(dit: bool | None) -> bool | None:
    return None if dit is None else not dit


def _bail(ou: _Fait) -> _Fait:
    """Of the leases signed by households, those of which it is true: an association is no household."""
    return lambda dites: ou(dites) if dites.signees and not dites.association else False


def _du_contingent(*codes: str) -> _Fait:
    """Of the attributions to households, those of dwellings of these contingents."""

    def ou(dites: Attributions) -> bool | None:
        if not dites.decidees or dites.association:
            return False
        return None if dites.contingent is None else dites.contingent in codes

    return ou


@dataclass(frozen=True)
class PartDite:
    """A share: at least `objectif` hundredths of some attributions go to some households."""

    code: Annotated[str, f"une de : {', '.join(_QUOTAS)}"]
    libelle: str
    porte_sur: Annotated[PorteSur, "attributions : suivies ou non d'un bail"]
    denominateur: Annotated[str, "ce parmi quoi ces ménages sont comptés"]
    article: str
    source: Annotated[str, "qui le dit ainsi : la loi, une fédération, ce bac à sable"]
    fidelite: Annotated[str, "déduite ou convention"]
    objectif: Annotated[int, "en pour cent"]


@dataclass(frozen=True)
class RegleDeQuota(PartDite):
    """A share by its rule: `dans` says whether an attribution is one of those, `oui` whether the household is
    one; `court` names it in a column."""

    court: str
    dans: _Fait
    oui: _Fait


_PARTS: Final = {
    "premier_quartile": (_bail(lambda dites: _non(dites.en_quartier)), _premier_quartile),
    "autres_en_quartier": (
        _bail(lambda dites: dites.en_quartier),
        lambda dites: _non(_premier_quartile(dites)),
    ),
    "prioritaires_bailleur": (_du_contingent("AUCUN"), _prioritaire),
    "prioritaires_action_logement": (_du_contingent("COLACT"), _prioritaire),
    "prioritaires_collectivites": (_du_contingent("COLTER"), _prioritaire),
    "prioritaires_etat": (_du_contingent("PPRIOR", "PFONCT"), _prioritaire),
    "prioritaires": (_bail(lambda _: True), _prioritaire),
}
REGLES: Final = tuple(
    RegleDeQuota(code, **_QUOTAS[code], court=LIBELLES["quotas_en_colonne"][code], dans=dans, oui=oui)
    for code, (dans, oui) in _PARTS.items()
)


@dataclass(frozen=True)
class PartDeQuota(PartDite):
    """A share: `compte` attributions of `sur`. `inconnus` could be of them, or of those, if more was
    known."""

    compte: Annotated[int, "attributions qui vont à ces ménages"]
    sur: Annotated[int, "attributions parmi lesquelles ils sont comptés"]
    inconnus: Annotated[int, "celles dont on ne sait pas si elles en sont, jamais comptées comme un oui"]
    taux: Annotated[float | None, "en pour cent, arrondi au dixième ; null : inconnu, ou rien à compter"]
    etat: Annotated[Etat, "indéterminé : ce qui est inconnu pourrait le faire basculer"]


@dataclass(frozen=True)
class LigneQuota:
    """The attributions of a landlord in an EPCI, and the shares."""

    bailleur: Annotated[str, "SIREN ; à défaut, code du guichet ; vide : tous, ou inconnu"]
    nom_bailleur: str
    epci: Annotated[str, "SIREN ; vide : tous, ou inconnu"]
    nom_epci: str
    baux: Annotated[int, "baux signés dans l'année"]
    attributions: Annotated[int, "attributions de l'année, suivies ou non d'un bail"]
    comptes: Annotated[dict[str, int], "baux par lieu, quartile, priorité ; attributions par contingent"]
    parts: list[PartDeQuota]
    seuils_inventes: Annotated[str, "ceux des communes de ces baux que nous avons inventés ; vide : aucun"]


@dataclass(frozen=True)
class Quotas:
    """The quotas of a base and a year."""

    base: str
    annee: int
    annees: Annotated[list[int], "de la première à la dernière où un logement a été attribué"]
    ensemble: LigneQuota
    epcis: Annotated[list[LigneQuota], "une par EPCI, tous bailleurs, le plus grand nombre de baux d'abord"]
    lignes: Annotated[list[LigneQuota], "une par bailleur et EPCI, le plus grand nombre de baux d'abord"]
    note: Annotated[str, "ce qui est de la loi, ce qui en est déduit, ce qui est convention"]


def _figures(dites: Attributions) -> Iterator[str]:
    """The keys of `FIGURES` that count an attribution: of an association, which is no household, only those
    that count all."""
    yield from ["baux"] * dites.signees + ["attributions"] * dites.decidees
    if dites.association:
        return
    if dites.signees:
        yield {False: "hors_quartier", True: "en_quartier", None: "lieu_inconnu"}[dites.en_quartier]
        quartile = _premier_quartile(dites)
        yield {True: "premier_quartile", False: "au_dessus", None: "quartile_inconnu"}[quartile]
        prioritaire = _prioritaire(dites)
        dit = {True: "prioritaires", False: "non_prioritaires", None: "priorite_inconnue"}[prioritaire]
        yield "dalo" if dites.dalo else dit
    if dites.decidees:
        yield f"contingent_{dites.contingent or 'inconnu'}"


def compter(registre: RegistreBase, contrat: Contrat, annee: int) -> Quotas:
    """The quotas of a base, of `annee`."""
    connexion, base = registre.connexion, registre.base.nom
    premier, dernier, des_communes = _periode(registre, contrat, annee)
    toutes = requetes_attributions.attributions(connexion, base, premier, dernier, des_communes)
    guichets = {guichet.code: guichet for guichet in registre.guichets()}
    groupes: dict[tuple[_Nomme, _Nomme], list[Attributions]] = {}
    for dites in toutes:
        epci = _epci(dites.commune, contrat)
        for bailleur in (_bailleur(dites.siren, dites.guichet, guichets), TOUS):
            groupes.setdefault((bailleur, epci), []).append(dites)
    lues = sorted((_ligne(*qui, siennes, des_communes) for qui, siennes in groupes.items()), key=_rang)
    return Quotas(
        base,
        annee,
        list(requetes_attributions.annees(connexion, base)),
        _ligne(TOUS, TOUS_LES_EPCI, toutes, des_communes),
        [ligne for ligne in lues if ligne.nom_bailleur == TOUS[1]],
        [ligne for ligne in lues if ligne.nom_bailleur != TOUS[1]],
        FIDELITE + inventes(des_communes) + a_venir(registre.base, premier),
    )


def _periode(registre: RegistreBase, contrat: Contrat, annee: int) -> tuple[date, date, Seuils]:
    """The first day of a year, the last, and the thresholds of the communes of the dwellings: amounts are
    those that hold at the end of the year (L. 441-1: set once a year)."""
    places = requetes_attributions.communes_attribuees(registre.connexion, registre.base.nom)
    return date(annee, 1, 1), date(annee, 12, 31), seuils(places, contrat, date(annee, 12, 31))


def _rang(ligne: LigneQuota) -> tuple[int, int, str, str, str]:
    return -ligne.baux, -ligne.attributions, ligne.nom_bailleur, ligne.bailleur, ligne.nom_epci


def _ligne(
    bailleur: _Nomme, epci: _Nomme, toutes: Sequence[Attributions], des_communes: Seuils
) -> LigneQuota:
    figures: Counter[str] = Counter()
    for dites in toutes:
        figures.update(dict.fromkeys(_figures(dites), dites.nombre))
    places = {dites.commune for dites in toutes}
    siens = {code: seuil for code, seuil in des_communes.items() if code in places}
    return LigneQuota(
        *(*bailleur, *epci, figures["baux"], figures["attributions"]),
        comptes={cle: figures[cle] for cle in COMPTES},
        parts=[_part(regle, toutes) for regle in REGLES],
        seuils_inventes=inventes(siens).strip(),
    )


def _part(regle: RegleDeQuota, toutes: Iterable[Attributions]) -> PartDeQuota:
    n: Counter[tuple[bool | None, bool | None]] = Counter()
    for dites in toutes:
        n[regle.dans(dites), regle.oui(dites)] += dites.nombre
    oui, sur = n[True, True], n[True, True] + n[True, False] + n[True, None]
    # At worst, what is unknown is counted and says no; at best, it says yes where it may be counted.
    au_pire = oui, sur + n[None, False] + n[None, None]
    peut_etre = n[None, True] + n[None, None]
    au_mieux = oui + n[True, None] + peut_etre, sur + peut_etre
    return PartDeQuota(
        regle.code,
        **_QUOTAS[regle.code],
        compte=oui,
        sur=sur,
        inconnus=n[True, None] + n[None, True] + n[None, False] + n[None, None],
        taux=(2000 * oui + sur) // (2 * sur) / 10 if sur > n[True, None] else None,
        etat=_etat(sur, *(100 * combien >= regle.objectif * parmi for combien, parmi in (au_pire, au_mieux))),
    )


def _etat(sur: int, au_pire: bool, au_mieux: bool) -> Etat:
    if not sur:
        return "rien à compter"
    if au_pire:
        return "atteint"
    return "indéterminé" if au_mieux else "non atteint"


def _bailleur(dit: str | None, code: str, guichets: Mapping[str, Guichet]) -> tuple[str, str]:
    """The landlord, and its name: by the SIREN that is told, else by the guichet that wrote."""
    guichet = guichets.get(code)
    if not dit and not code:
        return "", _BAILLEUR_INCONNU
    siren = dit or (guichet.siren if guichet is not None else None)
    if siren is None:
        return code, guichet.nom if guichet is not None else f"guichet {code}"
    return siren, next((g.nom for g in guichets.values() if g.siren == siren), f"SIREN {siren}")


def _epci(code: str | None, contrat: Contrat) -> tuple[str, str]:
    commune = contrat.territoires.actuelle(code or "")
    if commune is None:
        return "", "EPCI inconnu (commune du logement non dite)"
    if commune.epci is None:
        return "", "Hors EPCI"
    return commune.epci, nom_d_epci(commune.epci, contrat)


# --- the decisions behind a figure --------------------------------------------------------------------------

_PAR_CODE: Final = {regle.code: regle for regle in REGLES}


@dataclass(frozen=True)
class ChoixDeDecisions:
    """A figure: a year, a landlord and an EPCI by code or name ("": all), a contingent, a figure of a line of
    the quotas, a share and which of its decisions ("": « oui »). Raises UsageError for what is none."""

    annee: int
    bailleur: str = ""
    epci: str = ""
    contingent: str = ""
    compte: str = ""
    part: str = ""
    ceux: str = ""

    def __post_init__(self) -> None:
        for dit, connus in ((self.compte, FIGURES), (self.part, _PAR_CODE), (self.ceux, CEUX)):
            exiger_connu("Le chiffre", dit, connus)
        if self.ceux and not self.part:
            raise UsageError(
                f"« ceux » [{self.ceux}] choisit dans une part, et aucune n'est dite.",
                remede=f"ajoutez « part », une de : {', '.join(_PAR_CODE)}",
            )

    @property
    def mots(self) -> list[str]:
        """The figure in French."""
        dits = [f"Année {self.annee}", self.bailleur, self.epci, self.contingent]
        if self.compte:
            dits.append(FIGURES[self.compte])
        if self.part:
            dits.append(f"{_PAR_CODE[self.part].libelle} : {CEUX[self.ceux or 'oui']}")
        return [dit for dit in dits if dit]


def choisir(registre: RegistreBase, contrat: Contrat, choix: ChoixDeDecisions) -> list[DecisionNotee]:
    """The lines of the ledger of a year, or those that a figure counts, the latest first. One may be of two
    years: the attribution of one, its lease of the next. Raises UsageError for a landlord, an EPCI or a
    contingent that no year of the base knows."""
    guichets = {guichet.code: guichet for guichet in registre.guichets()}
    du, au, des_communes = _periode(registre, contrat, choix.annee)
    connexion, base = registre.connexion, registre.base.nom
    nommes = requetes_attributions.bailleurs(connexion, base)
    nommes += [(guichet.siren, guichet.code) for guichet in guichets.values()]
    bailleurs = {dit: None for nomme in nommes for dit in _bailleur(*nomme, guichets)}
    exiger_connu("Le bailleur", choix.bailleur, bailleurs)
    places = [None, *requetes_attributions.communes_attribuees(connexion, base)]
    epcis = {dit: None for place in places for dit in _epci(place, contrat)}
    if contrat.territoires.epci(choix.epci) is None:
        exiger_connu("L'EPCI", choix.epci, epcis)
    exiger_connu("Le contingent", choix.contingent, contrat.nomenclatures.liste("ListeTypeReservataire"))
    return [
        ligne
        for dites, ligne in requetes_attributions.une_a_une(connexion, base, du, au, des_communes)
        if choix.bailleur in ("", *_bailleur(dites.siren, dites.guichet, guichets))
        and choix.epci in ("", *_epci(dites.commune, contrat))
        and choix.contingent in ("", dites.contingent)
        and (not choix.compte or choix.compte in _figures(dites))
        and (not choix.part or (choix.ceux or "oui") in _ceux(dites, _PAR_CODE[choix.part]))
    ]


def _ceux(dites: Attributions, regle: RegleDeQuota) -> Iterator[str]:
    """The keys of `CEUX` that an attribution is of, for a share."""
    dans, oui = regle.dans(dites), regle.oui(dites)
    if dans:
        yield "dans"
    if dans and oui:
        yield "oui"
    if dans is None or (dans and oui is None):
        yield "inconnus"


# --- the sheet ----------------------------------------------------------------------------------------------


def en_csv(quotas: Quotas) -> str:
    """The quotas as CSV, one line per landlord and EPCI, then one for all."""
    # « prioritaires_etat » is the share of the State.
    colonnes = {"compte": "compte", "sur": "sur", "inconnus": "inconnus", "taux": "taux", "verdict": "etat"}
    entetes = (
        *("annee", "bailleur", "nom_bailleur", "epci", "nom_epci", "baux", "attributions", *COMPTES),
        *(f"{regle.code}_{colonne}" for regle in REGLES for colonne in colonnes),
        "avertissement",
    )
    lignes = (
        (
            *(quotas.annee, ligne.bailleur, ligne.nom_bailleur, ligne.epci, ligne.nom_epci),
            *(ligne.baux, ligne.attributions, *ligne.comptes.values()),
            *(getattr(part, champ) for part in ligne.parts for champ in colonnes.values()),
            ligne.seuils_inventes,
        )
        for ligne in (*quotas.lignes, quotas.ensemble)
    )
    return ecrire_csv(entetes, lignes)
