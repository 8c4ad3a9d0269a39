"""The decisions behind a figure are as many as it says, and all that is counted is what the raw events and
radiations of a seed tell, counted again by hand."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

import pytest
import sqlalchemy as sa

from sne_interface.contract import codec
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.base import Horloge
from sne_interface.domain.dates import PARIS
from sne_interface.domain.menage import Menage
from sne_interface.errors import UsageError
from sne_sandbox.bases import bases
from sne_sandbox.store import metadonnees
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.store.registre import RegistreBase
from sne_statistiques.comptes import comptes_par_territoire, quotas
from sne_statistiques.comptes.quotas import ChoixDeDecisions, choisir

#: The year that is counted; what was erased, a year after its radiation, is older.
ANNEE, DU, AU = 2018, date(2018, 1, 1), date(2018, 12, 31)


@pytest.fixture(scope="module")
def registre(tmp_path_factory: pytest.TempPathFactory, contrat: Contrat) -> Iterator[RegistreBase]:
    horloge = Horloge(fige_a=datetime(2018, 12, 31, 12, tzinfo=PARIS))
    with Magasin.ouvrir(None, tmp_path_factory.mktemp("home")) as magasin:
        bases.creer(magasin, contrat, "a", semence="attributions", taille=400, seed=5, horloge=horloge)
        with magasin.lire("a") as ouvert:
            yield ouvert


def test_every_figure_has_as_many_decisions_as_it_says(registre: RegistreBase, contrat: Contrat) -> None:
    comptes = quotas.compter(registre, contrat, ANNEE)
    assert comptes.ensemble.attributions > comptes.ensemble.baux > 20
    for ligne in (comptes.ensemble, *comptes.epcis[:3], *comptes.lignes[:3]):
        qui = {
            "bailleur": ligne.bailleur if ligne.nom_bailleur != quotas.TOUS[1] else "",
            "epci": ligne.nom_epci if ligne.nom_epci != quotas.TOUS_LES_EPCI[1] else "",
        }
        figures = {"baux": ligne.baux, "attributions": ligne.attributions, **ligne.comptes}
        for compte, nombre in figures.items():
            lues = choisir(registre, contrat, ChoixDeDecisions(ANNEE, compte=compte, **qui))
            assert len(lues) == nombre, (qui, compte)
        for part in ligne.parts:
            dites = {"oui": part.compte, "dans": part.sur, "inconnus": part.inconnus}
            for ceux, nombre in dites.items():
                lues = choisir(registre, contrat, ChoixDeDecisions(ANNEE, part=part.code, ceux=ceux, **qui))
                assert len(lues) == nombre, (qui, part.code, ceux)
    # Without a figure, what attributes nothing too.
    toutes = choisir(registre, contrat, ChoixDeDecisions(ANNEE))
    assert {"non_attribution", "attribution"} < {ligne.issue for ligne in toutes}
    prefet = choisir(registre, contrat, ChoixDeDecisions(ANNEE, contingent="PPRIOR"))
    assert {ligne.contingent for ligne in prefet} == {"PPRIOR"}
    assert prefet == sorted(prefet, key=lambda ligne: (ligne.rang and ligne.jour) or ligne.bail, reverse=True)


@pytest.mark.parametrize("champ", ["compte", "part", "ceux"])
def test_a_figure_that_the_quotas_have_not(champ: str) -> None:
    with pytest.raises(UsageError, match="couleur"):
        ChoixDeDecisions(2017, **{champ: "couleur"})


# --- counted again, from the raw events ---------------------------------------------------------------------

#: Each contingent, of the seed, in a share of its own.
DU_CONTINGENT = {
    "prioritaires_bailleur": {"AUCUN"}, "prioritaires_action_logement": {"COLACT"},
    "prioritaires_collectivites": {"COLTER"}, "prioritaires_etat": {"PPRIOR", "PFONCT"},
}  # fmt: skip


@dataclass
class Dite:
    """A decision that an event tells, or (`lettre` RADATT) a lease that a radiation alone does; `commune`,
    `zus`: of the dwelling, as the radiation says it."""

    lettre: str
    rpls: str
    jour: date
    bail: date | None
    contingent: str | None
    #: None, dalo, prioritaires, non_prioritaires.
    priorite: str | None
    refus: bool
    souhaitee: str
    uc: int | None
    association: bool
    commune: str = ""
    zus: str | None = None

    @property
    def attribuee_le(self) -> date | None:
        return self.jour if self.lettre.startswith("ATT") else self.bail


def raconter(registre: RegistreBase) -> tuple[list[Dite], list[tuple[date, str]]]:
    """What the documents of a seed tell: each decision once, and the radiation names the dwelling of the one
    that it follows. Then the radiations for attribution: day, commune."""
    colonnes = metadonnees.demande.c
    numeros = sa.select(colonnes.numero_unique).where(colonnes.base == registre.base.nom)
    dites, radiees = list[Dite](), list[tuple[date, str]]()
    for numero in registre.connexion.sa.execute(numeros).scalars().all():
        stockee = registre.demande(numero)
        assert stockee is not None
        menage = Menage.de(stockee.demande, stockee.debut_validite)
        uc = None if menage is None else menage.ressources_uc
        lui = (stockee.demande.premiere_commune or "", uc, stockee.demande.est_association)
        connu_le = date.max
        if stockee.statut_dalo in ("ACTIF", "ACTREL") and stockee.information_dalo is not None:
            connu_le = codec.lire(stockee.information_dalo).date_de("dateDecisionDalo") or date.min
        siennes = []
        for evenement in registre.evenements(numero):
            dit = dict(evenement.caracteristiques)
            if evenement.code_type == "DECATT":
                dalo, bail = dit["DALO"] == "oui", dit.get("BAIL") == "oui"
                dalo |= connu_le <= date.fromisoformat(dit["DATECAL"])
                autre = "prioritaires" if "CATEG" in dit else "non_prioritaires"
                le = date.fromisoformat(dit["DATEBAIL"]) if bail else None
                fait = dit["DECISION"], dit.get("RPLS", ""), date.fromisoformat(dit["DATECAL"]), le
                quoi = dit.get("RESERVAT"), "dalo" if dalo else autre, dit.get("REFUSMEN") == "oui"
                siennes.append(Dite(*fait, *quoi, *lui))
        if stockee.motif_radiation == "RADATT":
            assert stockee.radiation is not None
            assert stockee.date_radiation is not None
            dite = codec.lire(stockee.radiation).enfant("attributionLogement")
            assert dite is not None
            rpls, le = dite.texte_de("numeroRpls") or "", stockee.date_radiation
            suivie = next((une for une in siennes if une.rpls == rpls and une.bail), None)
            if suivie is None:
                bail = dite.date_de("dateSignatureBail") or le
                quoi = dite.code_de("typeReservataire"), "dalo" if connu_le <= bail else None, False
                siennes.append(suivie := Dite("RADATT", rpls, le, bail, *quoi, *lui))
            suivie.commune, suivie.zus = dite.code_de("adresse/commune") or "", dite.code_de("zus")
            radiees.append((le, suivie.commune))
        dites += siennes
    return dites, radiees


def epci_de(contrat: Contrat, code: str) -> str:
    commune = contrat.territoires.actuelle(code)
    return (commune.epci if commune is not None else None) or ""


def sous_le_seuil(contrat: Contrat, dite: Dite) -> bool | None:
    seuil = contrat.quartiles.seuil_de(dite.commune, contrat.territoires, AU) if dite.commune else None
    return None if dite.uc is None or seuil is None else dite.uc < seuil.montant


def recompter(dites: Iterable[Dite], contrat: Contrat) -> Counter[str]:
    """The figures of a line of the quotas."""
    comptes: Counter[str] = Counter()
    for dite in dites:
        if dite.bail is not None and DU <= dite.bail <= AU:
            sous = sous_le_seuil(contrat, dite)
            comptes["baux"] += 1
            if not dite.association:
                zus = {"ZUSNON": "hors_quartier", "ZUSOUI": "en_quartier"}.get(dite.zus or "", "lieu_inconnu")
                quartile = {True: "premier_quartile", False: "au_dessus", None: "quartile_inconnu"}[sous]
                comptes.update([zus, quartile, dite.priorite or "priorite_inconnue"])
                prioritaire = dite.priorite in ("dalo", "prioritaires")
                comptes["part prioritaires"] += prioritaire
                comptes["part premier_quartile"] += zus == "hors_quartier" and sous is True
                comptes["part autres_en_quartier"] += zus == "en_quartier" and sous is False
        if dite.attribuee_le is not None and DU <= dite.attribuee_le <= AU:
            comptes["attributions"] += 1
            if not dite.association:
                comptes[f"contingent_{dite.contingent or 'inconnu'}"] += 1
                for code, contingents in DU_CONTINGENT.items():
                    prioritaire = dite.priorite in ("dalo", "prioritaires")
                    comptes[f"part {code}"] += prioritaire and dite.contingent in contingents
    return comptes


def dit_par_les_quotas(ligne: quotas.LigneQuota) -> Counter[str]:
    parts = {f"part {part.code}": part.compte for part in ligne.parts}
    return Counter({"baux": ligne.baux, "attributions": ligne.attributions, **ligne.comptes, **parts})


def test_the_quotas_are_what_the_raw_events_tell(registre: RegistreBase, contrat: Contrat) -> None:
    dites, _ = raconter(registre)
    comptes = quotas.compter(registre, contrat, ANNEE)
    assert dit_par_les_quotas(comptes.ensemble) == recompter(dites, contrat)
    par_epci: dict[str, list[Dite]] = {}
    for dite in dites:
        par_epci.setdefault(epci_de(contrat, dite.commune), []).append(dite)
    attendues = {code: recompter(siennes, contrat) for code, siennes in par_epci.items()}
    par_code = {ligne.epci: dit_par_les_quotas(ligne) for ligne in comptes.epcis}
    assert par_code == {code: n for code, n in attendues.items() if +n}
    for compte in ("baux", "attributions"):
        lues = choisir(registre, contrat, ChoixDeDecisions(ANNEE, compte=compte))
        assert len(lues) == recompter(dites, contrat)[compte] > 20


@pytest.mark.parametrize("niveau", ["epci", "commune"])
def test_a_decision_is_counted_where_its_dwelling_lies(
    registre: RegistreBase, contrat: Contrat, niveau: comptes_par_territoire.Niveau
) -> None:
    """A lease is where its radiation says, and so is the decision that it follows: one table cannot attribute
    here and house there."""
    dites, radiees = raconter(registre)
    mots = {"ATTRIB": "attribution", "ATTCLA": "attribution_par_classement", "NONATT": "non_attribution",
            "ATTCON": "attribution_sous_condition", "IRRECE": "irrecevabilite"}  # fmt: skip
    ou = comptes_par_territoire.lieu_de(niveau, contrat)
    attendues: Counter[tuple[str, str, str]] = Counter()
    for dite in dites:
        if dite.lettre != "RADATT" and DU <= dite.jour <= AU:
            code = mots[dite.lettre] + "_bail" * (dite.bail is not None)
            attendues[ou(dite.commune or dite.souhaitee), "decisions", code] += 1
            attendues[ou(dite.commune or dite.souhaitee), "refus_des_menages", ""] += dite.refus
        if dite.bail is not None and DU <= dite.bail <= AU:
            sous = {True: "q1", False: "au_dessus", None: "inconnu"}[sous_le_seuil(contrat, dite)]
            qpv = {"ZUSNON": "hors_qpv", "ZUSOUI": "qpv"}.get(dite.zus or "", "inconnu")
            attendues[ou(dite.commune), "baux_quartile_quartier", f"{sous}_{qpv}"] += 1
    attendues.update((ou(commune), "demandes_satisfaites", "") for le, commune in radiees if DU <= le <= AU)
    lues = comptes_par_territoire.compter(registre, contrat, niveau, AU).lignes
    assert +attendues == Counter(
        {
            (ligne.code_territoire, ligne.indicateur, ligne.code): ligne.valeur
            for ligne in lues
            if not ligne.indicateur.startswith("demandes_actives")
        }
    )
