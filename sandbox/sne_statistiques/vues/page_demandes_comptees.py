"""`/console/<base>/demandes?premiere=62498&au=2018-03-15`: the demandes behind a number of the statistics, as
the address asks for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import sqlalchemy as sa
from flask import render_template, request

from sne_console.cadre.outillage_des_sections import PAR_PAGE, champ_ecrit, contrat_servi
from sne_console.pages.page_demandes import autres_pages, ligne_trouvee
from sne_console.vues.demandes_cherchees import repere_lu
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.dates import date_francaise
from sne_interface.domain.texte import nombre
from sne_sandbox.store import metadonnees
from sne_sandbox.store.demandes_recentes import Recentes
from sne_sandbox.store.registre import RegistreBase
from sne_sandbox.web.configuration_et_services import services
from sne_statistiques.comptes import comptes_a_dessiner, demandes_comptees, statistiques
from sne_statistiques.comptes import requetes_statistiques as store
from sne_statistiques.comptes.demandes_comptees import Periode
from sne_statistiques.comptes.requetes_statistiques import Condition
from sne_statistiques.vues.adresse_d_un_nombre import CHAMPS

_S: Final = metadonnees.demande_stat.c
_M: Final = metadonnees.mouvement.c


@dataclass
class ChoixLu:
    """The request of an address: the selection, in words, and what is wrong with it; `champs` are the fields
    that were read."""

    champs: dict[str, str]
    selection: demandes_comptees.Selection
    mots: list[str]
    fautes: list[str]


class _ChampIllisible(ValueError):
    """A field that says nothing that can be looked for."""


def page(base: str) -> str:
    """The page, which tells the selection again."""
    apres = repere_lu(champ_ecrit("apres"))
    trouvees, combien, effacees = Recentes([]), 0, 0
    with services().magasin.lire(base) as registre:
        choix = lire(request.args, registre, contrat_servi())
        if not choix.fautes:
            combien = demandes_comptees.compter(registre, choix.selection)
            effacees = demandes_comptees.compter(registre, (store.EFFACEE, *choix.selection))
            trouvees = demandes_comptees.lister(registre, choix.selection, PAR_PAGE, apres)
    territoires = contrat_servi().territoires
    return render_template(
        "demandes/selection.html",
        choix=choix,
        combien=combien,
        effacees=effacees,
        lignes=[ligne_trouvee(stockee, territoires) for stockee in trouvees.demandes],
        **autres_pages(base, choix.champs, apres, trouvees.suite),
    )


def lire(arguments: Mapping[str, str], registre: RegistreBase, contrat: Contrat) -> ChoixLu:
    """The selection of an address."""
    lecteur = _LecteurDeChamps(registre, contrat, arguments)
    champs: dict[str, str] = {}
    mots, fautes = list[str](), list[str]()
    conditions, radiation = list[Condition](), list[Condition]()
    for champ in CHAMPS:
        ecrit = arguments.get(champ, "").strip()[:80]
        if not ecrit:
            continue
        champs[champ] = ecrit
        try:
            dit, *lues = lecteur.lire(champ, ecrit)
        except _ChampIllisible as refus:
            fautes.append(str(refus))
            continue
        mots += filter(None, [dit])
        (radiation if champ in ("motif", "radiees") else conditions).extend(lues)
    if radiation:
        conditions.append(demandes_comptees.qui_sont_radiees(registre.base.nom, *radiation))
    return ChoixLu(champs, conditions, mots, fautes)


@dataclass(frozen=True)
class _LecteurDeChamps:
    registre: RegistreBase
    contrat: Contrat
    arguments: Mapping[str, str]

    def lire(self, champ: str, ecrit: str) -> tuple[Any, ...]:
        """The words of a field, then its conditions, on a demande or on its radiation."""
        base = self.registre.base.nom
        match champ:
            case "au":
                le = _jour(ecrit)
                return f"actives au soir du {date_francaise(le)}", store.presente(base, le.isoformat())
            case "qui":
                associations, mots = _parmi("qui", ecrit)
                return mots, sa.not_(store.PERSONNES) if associations else store.PERSONNES
            case "territoire":
                ici = _S.numero_unique >= ecrit, _S.numero_unique < f"{ecrit}~"
                return f"territoire {ecrit} du numéro", *ici
            case "premiere":
                codes, nom = self._lieu(ecrit)
                return f"première commune souhaitée : {nom}", demandes_comptees.parmi(_S.commune, codes)
            case "souhaitee":
                codes, nom = self._lieu(ecrit)
                ou = demandes_comptees.qui_souhaitent(base, codes)
                return f"commune souhaitée, à n'importe quel rang : {nom}", ou
            case "attribuee":
                codes, nom = self._lieu(ecrit)
                return f"logement attribué : {nom}", demandes_comptees.qui_sont_attribuees(base, codes)
            case "motif":
                mots = self.contrat.nomenclatures.liste("ListeMotifsRadiation").get(ecrit, "")
                if not mots:
                    raise _ChampIllisible(f"« {ecrit} » n'est pas un motif de radiation.")
                return f"{mots} ({ecrit})", _M.motif == ecrit
            case "radiees":
                periode = _periode(ecrit)
                return f"radiées {_dire(periode)}", periode.contient(_M.jour)
            case "deposees":
                periode = _periode(ecrit)
                return f"déposées {_dire(periode)}", periode.contient(_S.date_creation)
            case "ressources":
                return _ressources(ecrit)
            case "quartile":
                classe, mots = _parmi("classes", ecrit)
                seuils = statistiques.des_souhaits(self.registre, self.contrat, self._jour_compte)
                dite = store.quartile(seuils)
                return mots, dite == classe if classe else _S.ressources_uc.is_(None)
            case "rubrique":
                libelle = self.arguments.get("modalite", "")[:120]
                jour = self._jour_compte
                lue = statistiques.modalite(self.registre, self.contrat, jour, ecrit, libelle)
                if lue is None:
                    raise _ChampIllisible(f"TAB03 n'a pas de ligne « {libelle} » dans « {ecrit} ».")
                return f"{ecrit} : {libelle}", lue.condition
        # « modalite » is read with its section.
        return ("",)

    @property
    def _jour_compte(self) -> date:
        au = self.arguments.get("au", "")
        if au:
            return _jour(au)
        return self.registre.base.horloge.maintenant().date()

    def _lieu(self, ecrit: str) -> tuple[tuple[str | None, ...], str]:
        if ecrit == comptes_a_dessiner.INCONNU:
            nom = "inconnue"
        elif (epci := self.contrat.territoires.epci(ecrit)) is not None:
            nom = f"{epci.nom} (EPCI)"
        elif lu := self.contrat.territoires.nom_de_commune(ecrit):
            nom = f"{lu} ({ecrit})"
        else:
            raise _ChampIllisible(f"« {ecrit} » n'est ni une commune (code INSEE), ni un EPCI (SIREN).")
        return comptes_a_dessiner.codes_de(self.registre, self.contrat, ecrit), nom


def _ressources(ecrit: str) -> tuple[Any, ...]:
    bas, _, haut = ecrit.partition("-")
    if not all(borne.isascii() and (borne.isdigit() or not borne) for borne in (bas, haut)):
        raise _ChampIllisible(f"« {ecrit} » n'est pas une tranche de ressources : écrivez 6000-8000.")
    dit = f"ressources annuelles par UC de {nombre(int(bas or 0))} €"
    assez = _S.ressources_uc >= int(bas or 0)
    if not haut:
        return f"{dit} et plus", assez
    return f"{dit} à moins de {nombre(int(haut))} €", assez, _S.ressources_uc < int(haut)


def periode(du: date, au: date) -> str:
    """A period as an address says it: « 2018-03-01..2018-03-15 »."""
    return f"{du.isoformat()}..{au.isoformat()}"


def _periode(ecrit: str) -> Periode:
    du, _, au = ecrit.partition("..")
    return Periode(_jour(du), _jour(au or du))


def _dire(periode: Periode) -> str:
    return f"du {date_francaise(periode.du)} au {date_francaise(periode.au)}"


def _jour(ecrit: str) -> date:
    try:
        return date.fromisoformat(ecrit)
    except ValueError:
        raise _ChampIllisible(f"« {ecrit[:20]} » n'est pas un jour : écrivez 2018-03-15.") from None


def _parmi(quoi: str, ecrit: str) -> Sequence[Any]:
    """Returns the part that a word of an address stands for, and its label."""
    connus: Mapping[str, Sequence[Any]] = statistiques.LIBELLES["adresses"][quoi]
    if ecrit not in connus:
        raise _ChampIllisible(f"« {ecrit} » n'en est pas : {', '.join(connus)}.")
    return connus[ecrit]
