"""The counts of a base by commune, EPCI, département or région, in the shape of public open data: a line for
each number, under the code of its territory.

That counts are given at these levels, of demandes « en cours » and « satisfaites », is attested; what is
counted, and by what, is a convention of this sandbox. A demande is of the first commune it wishes, an
attribution of the commune of its dwelling, when its radiation says it; lines of zero are left out.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Annotated, Final, Literal, get_args

from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.codes import MOTIF_ATTRIBUTION
from sne_interface.domain.dates import ajouter_mois
from sne_interface.domain.texte import ecrire_csv
from sne_sandbox.store import metadonnees
from sne_sandbox.store.registre import RegistreBase
from sne_statistiques.comptes import requetes_attributions, statistiques
from sne_statistiques.comptes.requetes_statistiques import AU_DESSUS, SANS_SEUIL, SOUS, Comptes, Seuils

_S: Final = metadonnees.demande_stat.c
Niveau = Literal["commune", "epci", "departement", "region"]
NIVEAUX: Final[tuple[Niveau, ...]] = get_args(Niveau)
#: How far to believe the counts, for whoever reads them.
FIDELITE: Final = statistiques.LIBELLES["notes"]["territoires"]
_INCONNU: Final = "Inconnu"
#: Codes of each class of the first quartile, and of where a dwelling lies.
_QUARTILES: Final = {SOUS: "q1", AU_DESSUS: "au_dessus", SANS_SEUIL: "sans_seuil", "": "inconnu"}
_QUARTIERS: Final = {True: "qpv", False: "hors_qpv", None: "inconnu"}
#: What is counted, in order: words.
INDICATEURS: Final = statistiques.LIBELLES["indicateurs"]


#: Those that compare with a threshold.
_AU_QUARTILE: Final = ("demandes_actives_quartile", "baux_quartile_quartier")


@dataclass(frozen=True)
class CompteDeLieu:
    """A number of a territory."""

    code_territoire: Annotated[str, "code INSEE, SIREN d'un EPCI ; vide : inconnu"]
    territoire: str
    indicateur: Annotated[str, "ce qui est compté"]
    code: Annotated[str, "de la modalité ; vide : le total, ou ce qui n'est pas dit"]
    modalite: str
    valeur: int


@dataclass(frozen=True)
class ComptesDeLieux:
    """The counts of a base at the end of a day, by territory."""

    base: str
    depuis: Annotated[date, "premier jour des douze mois d'attributions et de décisions"]
    date: date
    niveau: Niveau
    lignes: list[CompteDeLieu]
    note: Annotated[str, "ce qui est attesté, ce qui est convention"]
    seuils_inventes: Annotated[
        dict[str, str], "par code de territoire, ceux du premier quartile que nous avons inventés"
    ]


#: Indicator, code and words of a modality.
_Mesure = tuple[str, str, str]


def compter(registre: RegistreBase, contrat: Contrat, niveau: Niveau, jour: date) -> ComptesDeLieux:
    """The counts of a base at the end of `jour`, by territories of that level."""
    depuis = ajouter_mois(jour, -12) + timedelta(days=1)
    comptes: Counter[tuple[str, _Mesure]] = Counter()
    territoire_de = lieu_de(niveau, contrat)
    souhaites = statistiques.des_souhaits(registre, contrat, jour)
    places = requetes_attributions.communes_attribuees(registre.connexion, registre.base.nom)
    attribues = statistiques.seuils(places, contrat, jour)
    mesures = (
        *_demandes(registre, contrat, jour, souhaites),
        *_decisions(registre, depuis, jour, attribues),
    )
    for commune, mesure, nombre in mesures:
        comptes[territoire_de(commune), mesure] += nombre
    noms = {code: _nom(niveau, code, contrat) for code in {code for code, _ in comptes}}
    rangs = list(INDICATEURS)
    lignes = [CompteDeLieu(code, noms[code], *mesure, n) for (code, mesure), n in comptes.items() if n]
    lignes.sort(key=lambda dit: (dit.code_territoire, rangs.index(dit.indicateur), dit.code, dit.modalite))
    lieux_de: dict[str, Seuils] = {}
    for commune, seuil in (souhaites | attribues).items():
        lieux_de.setdefault(territoire_de(commune), {})[commune] = seuil
    averties = {code: statistiques.inventes(siens).strip() for code, siens in lieux_de.items()}
    note = FIDELITE + statistiques.inventes(souhaites | attribues)
    note += statistiques.passe(registre, jour) + statistiques.a_venir(registre.base, jour)
    return ComptesDeLieux(
        registre.base.nom,
        depuis,
        jour,
        niveau,
        lignes,
        note,
        {code: averti for code, averti in averties.items() if averti},
    )


def _demandes(
    registre: RegistreBase, contrat: Contrat, jour: date, des_communes: Seuils
) -> Iterator[tuple[str, _Mesure, int]]:
    comptes = Comptes(registre.connexion, registre.base.nom, jour)
    motifs, types = (contrat.nomenclatures.liste(nom) for nom in ("ListeMotifDemande", "ListeTypeLogement"))
    lus = comptes.profils(des_communes, _S.motif, _S.type_logement)
    for (association, commune, quartile, motif, type_logement), nombre in lus.items():
        if association:
            yield commune, ("demandes_actives", "associations", "Associations"), nombre
            continue
        yield commune, ("demandes_actives", "personnes", "Personnes (hors associations)"), nombre
        yield commune, ("demandes_actives_motif", motif, _dit(motifs, motif)), nombre
        yield commune, ("demandes_actives_taille", type_logement, _dit(types, type_logement)), nombre
        code = _QUARTILES[quartile]
        yield commune, ("demandes_actives_quartile", code, statistiques.LIBELLES["quartiles"][code]), nombre


def _decisions(
    registre: RegistreBase, depuis: date, jour: date, des_communes: Seuils
) -> Iterator[tuple[str, _Mesure, int]]:
    connexion, base = registre.connexion, registre.base.nom
    lues = requetes_attributions.decidees(connexion, base, depuis, jour)
    for (commune, issue, suivie, refus), nombre in lues.items():
        if issue == MOTIF_ATTRIBUTION:
            yield commune, ("demandes_satisfaites", "", "Radiées pour attribution"), nombre
            continue
        if refus:
            yield commune, ("refus_des_menages", "", "Logement refusé par le ménage"), nombre
        if issue or not refus:
            mots = statistiques.LIBELLES["decisions"][issue] + " suivie d'un bail" * bool(suivie)
            yield commune, ("decisions", issue + "_bail" * bool(suivie), mots), nombre
    for dites in requetes_attributions.attributions(connexion, base, depuis, jour, des_communes):
        if dites.signees:
            code, ou = _QUARTILES[dites.quartile or ""], _QUARTIERS[dites.en_quartier]
            mots = f"{statistiques.LIBELLES['quartiles'][code]}, {statistiques.LIBELLES['quartiers'][ou]}"
            yield dites.commune or "", ("baux_quartile_quartier", f"{code}_{ou}", mots), dites.nombre


def _dit(liste: Mapping[str, str], code: str) -> str:
    return liste.get(code, code) if code else "Non renseigné"


def lieu_de(niveau: Niveau, contrat: Contrat) -> Callable[[str | None], str]:
    """Finds the code of the territory of a commune; "" for one that nobody knows, or that has none."""

    @cache
    def chercher(code: str | None) -> str:
        commune = contrat.territoires.actuelle(code or "")
        if commune is None:
            return ""
        return commune.code if niveau == "commune" else getattr(commune, niveau) or ""

    return chercher


def _nom(niveau: Niveau, code: str, contrat: Contrat) -> str:
    if not code:
        return _INCONNU
    return {
        "commune": contrat.territoires.nom_de_commune(code),
        "epci": statistiques.nom_d_epci(code, contrat),
        "departement": str(statistiques.LIBELLES["departements"].get(code, f"Département {code}")),
        "region": str(statistiques.LIBELLES["regions"].get(code, f"Région {code}")),
    }[niveau]


def en_csv(comptes: ComptesDeLieux) -> str:
    """The counts as CSV, a line for each."""
    colonnes = ("code_territoire", "territoire", "indicateur", "code", "modalite", "valeur")
    lignes = (
        (
            *(comptes.date, comptes.niveau),
            *(getattr(ligne, colonne) for colonne in colonnes),
            comptes.seuils_inventes.get(ligne.code_territoire) if ligne.indicateur in _AU_QUARTILE else "",
        )
        for ligne in comptes.lignes
    )
    return ecrire_csv(("date", "niveau", *colonnes, "avertissement"), lignes)
