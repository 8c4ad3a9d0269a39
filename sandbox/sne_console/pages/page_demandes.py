"""`/console/<base>/demandes`: the demandes of a base, searched as an agent would."""

from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any, Final

from flask import render_template, url_for

from sne_console.cadre.outillage_des_sections import PAR_PAGE, champ_ecrit, compter, contrat_servi
from sne_console.vues.demande_relue import nom_de
from sne_console.vues.demandes_cherchees import criteres_de, repere_lu
from sne_interface.contract.nomenclatures_et_territoires import Commune, Territoires
from sne_interface.domain.dates import lire_date_saisie
from sne_interface.domain.demande import DemandeStockee, EtatDemande
from sne_interface.domain.nir import masquer_nirs
from sne_sandbox.offres_des_paquets import unique
from sne_sandbox.store import demandes_recentes
from sne_sandbox.store.demandes_recentes import Recentes, Repere, plus_recentes
from sne_sandbox.web.configuration_et_services import services

CHAMPS: Final = ("numero", "nom", "prenom", "naissance", "commune", "etat", "entiers", "depot_du", "depot_au")
#: Communes of one name that are offered.
CHOIX_MAX: Final = 24
_CODE_INSEE: Final = 5
#: Codes of the municipal arrondissements: whoever writes « Paris » wants those too.
_ARRONDISSEMENTS: Final = {
    "75056": range(75101, 75121),
    "13055": range(13201, 13217),
    "69123": range(69381, 69390),
}


@dataclass
class Demandee:
    """The search that was asked: the fields as written, the question of the API that they make, and what is
    wrong with them."""

    champs: dict[str, str]
    question: dict[str, Any] = field(default_factory=dict)
    fautes: list[str] = field(default_factory=list)
    #: Communes that bear the name asked for, when there are several.
    choix: tuple[Commune, ...] = ()
    commune: str = ""

    @property
    def impossible(self) -> bool:
        """True when nothing can be looked for."""
        return bool(self.fautes or self.choix)


@dataclass(frozen=True)
class LigneTrouvee:
    """A line of what the search found."""

    stockee: DemandeStockee
    qui: str
    naissance: date | None
    communes: str


def page(base: str) -> str:
    """The search, and what it finds; the latest demandes without a criterion."""
    # Those behind a number, when the address asks for them.
    d_un_nombre = unique("demandes comptees")
    comptees: str | None = None if d_un_nombre is None else d_un_nombre(base)
    if comptees is not None:
        return comptees
    demandee = lire(contrat_servi().territoires)
    apres = repere_lu(champ_ecrit("apres"))
    trouvees = Recentes([])
    with services().magasin.lire(base) as registre:
        if not demandee.impossible:
            trouvees = plus_recentes(registre, criteres_de(demandee.question), PAR_PAGE, apres)
        total = compter(registre)
        actives = compter(registre, actives=True)
    territoires = contrat_servi().territoires
    return render_template(
        "demandes/page.html",
        demandee=demandee,
        champs=demandee.champs,
        lignes=[ligne_trouvee(stockee, territoires) for stockee in trouvees.demandes],
        total=total,
        actives=actives,
        choix_max=CHOIX_MAX,
        partielle=trouvees.suite.depot if trouvees.partielle and trouvees.suite else None,
        parcourues=demandes_recentes.PARCOURUES,
        **autres_pages(base, demandee.champs, apres, trouvees.suite),
    )


def lire(territoires: Territoires) -> Demandee:
    """The criteria of the address."""
    # Masked from the beginning: what is looked for comes back in the page, its links and its commands.
    ecrits = {nom: masquer_nirs(champ_ecrit(nom).replace("\0", "")) for nom in CHAMPS}
    champs = {nom: ecrit for nom, ecrit in ecrits.items() if ecrit}
    demandee = Demandee(champs)
    question = demandee.question
    question |= {nom: champs[nom] for nom in ("nom", "prenom") if nom in champs}
    if "numero" in champs:
        question["numero"] = "".join(champs["numero"].split()).upper()
    if "entiers" not in champs and question:
        question["debut"] = "true"
    for nom, voulu in (("naissance", "naissance"), ("depot_du", "depuis"), ("depot_au", "jusqua")):
        if nom in champs:
            question[voulu] = lire_date_saisie(champs[nom])
            if question[voulu] is None:
                demandee.fautes.append(f"« {champs[nom]} » n'est pas une date : écrivez 18/04/2018.")
    if champs.get("etat") in (EtatDemande.ACTIVE, EtatDemande.RADIEE):
        question["etat"] = champs["etat"]
    elif "etat" in champs:
        demandee.fautes.append(f"« {champs['etat']} » n'est pas un état : A (active) ou R (radiée).")
    if "commune" in champs:
        question["commune"] = _commune(champs["commune"], territoires, demandee)
    return demandee


def _commune(ecrite: str, territoires: Territoires, demandee: Demandee) -> str | None:
    """INSEE code of the commune written, by its code or its name."""
    code = ecrite.upper()
    if len(code) == _CODE_INSEE and code[-1].isdigit() and code[0].isdigit():
        demandee.commune = territoires.nom_de_commune(code)
        if not demandee.commune:
            demandee.fautes.append(f"Aucune commune n'a le code INSEE « {code} ».")
        return code
    nommees = territoires.nommees(ecrite)
    if len(nommees) == 1:
        leurs = (territoires.commune(str(rang)) for rang in _ARRONDISSEMENTS.get(nommees[0].code, ()))
        nommees += tuple(commune for commune in leurs if commune is not None)
    if len(nommees) == 1:
        demandee.commune = nommees[0].nom
        return nommees[0].code
    if nommees:
        demandee.choix = nommees
    else:
        demandee.fautes.append(f"Aucune commune ne s'appelle « {ecrite} ».")
    return None


def ligne_trouvee(stockee: DemandeStockee, territoires: Territoires) -> LigneTrouvee:
    demande = stockee.demande
    codes = list(dict.fromkeys(c.attributs["code"] for c in demande.communes_souhaitees))
    noms = [(territoires.nom_de_commune(code) or code).removesuffix(" Arrondissement") for code in codes[:2]]
    suite = f" et {len(codes) - 2} de plus" if len(codes) > 2 else ""
    return LigneTrouvee(
        stockee,
        nom_de(demande),
        demande.demandeur.date_naissance if demande.demandeur is not None else None,
        ", ".join(noms) + suite,
    )


def autres_pages(
    base: str, champs: dict[str, Any], apres: Repere | None, suite: Repere | None
) -> dict[str, str | None]:
    """The addresses of the first page and of the next one; None where it is this one, or there is none."""
    ailleurs = partial(url_for, "demandes.page", base=base, **champs)
    return {
        "premiere": None if apres is None else ailleurs(),
        "suivante": None if suite is None else ailleurs(apres=str(suite)),
    }
