"""The demandes behind a number of a picture, as an address asks for them: `?premiere=62498&au=2018-03-15`."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Final, TypeVar

from sne_interface.contract.versions import Contrat
from sne_interface.domain.dates import PARIS, date_francaise
from sne_interface.domain.texte import nombre
from sne_sandbox.store.registre import RegistreBase
from sne_statistiques.comptes import comptes_des_images, statistiques
from sne_statistiques.comptes import requetes_statistiques as store
from sne_statistiques.comptes.demandes_comptees import Periode, Selection

_T = TypeVar("_T")
#: Names of a class of the first quartile in an address, and its words.
QUARTILES: Final = {
    "sous": (store.SOUS, "sous le seuil du premier quartile"),
    "dessus": (store.AU_DESSUS, "au seuil du premier quartile ou au-dessus"),
    "sans-seuil": (store.SANS_SEUIL, "territoire sans seuil connu"),
    "inconnu": ("", "ressources inconnues"),
}
#: The fields of an address: `_LecteurDeChamps` reads each by its method of that name.
CHAMPS: Final = (
    "au", "qui", "territoire", "premiere", "souhaitee", "attribuee", "motif", "radiees", "deposees",
    "ressources", "quartile", "rubrique", "modalite",
)  # fmt: skip
_QUI: Final = {"personnes": (False, "hors associations"), "associations": (True, "associations")}


@dataclass(slots=True)
class ChoixLu:
    """The request of an address: the selection, in words, and what is wrong with it; `champs` are the fields
    that were read."""

    champs: dict[str, str]
    selection: Selection
    mots: list[str]
    fautes: list[str]


class _ChampIllisible(ValueError):
    """A field that says nothing that can be looked for."""


def demandee(arguments: Mapping[str, str]) -> bool:
    """True when an address asks for a selection."""
    return any(arguments.get(champ) for champ in CHAMPS)


def lire(arguments: Mapping[str, str], registre: RegistreBase, contrat: Contrat) -> ChoixLu:
    """The selection of an address."""
    choix = ChoixLu({}, Selection(), [], [])
    lecteur = _LecteurDeChamps(registre, contrat, arguments)
    for champ in CHAMPS:
        ecrit = arguments.get(champ, "").strip()[:80]
        if not ecrit:
            continue
        choix.champs[champ] = ecrit
        try:
            choix.selection, mots = getattr(lecteur, champ)(choix.selection, ecrit)
        except _ChampIllisible as refus:
            choix.fautes.append(str(refus))
        else:
            choix.mots += [mots] if mots else []
    return choix


@dataclass(frozen=True, slots=True)
class _LecteurDeChamps:
    """Reads the fields, each into the selection so far and its words."""

    registre: RegistreBase
    contrat: Contrat
    arguments: Mapping[str, str]

    def au(self, selection: Selection, ecrit: str) -> tuple[Selection, str]:
        le = _jour(ecrit)
        return replace(selection, actives_au=le), f"actives au soir du {date_francaise(le)}"

    def qui(self, selection: Selection, ecrit: str) -> tuple[Selection, str]:
        associations, mots = _parmi(_QUI, ecrit)
        return replace(selection, associations=associations), mots

    def territoire(self, selection: Selection, ecrit: str) -> tuple[Selection, str]:
        return replace(selection, territoire=ecrit), f"territoire {ecrit} du numéro"

    def premiere(self, selection: Selection, ecrit: str) -> tuple[Selection, str]:
        codes, nom = self._lieu(ecrit)
        return replace(selection, premieres=codes), f"première commune souhaitée : {nom}"

    def souhaitee(self, selection: Selection, ecrit: str) -> tuple[Selection, str]:
        codes, nom = self._lieu(ecrit)
        dites = tuple(code for code in codes if code is not None)
        return replace(selection, souhaitees=dites), f"commune souhaitée, à n'importe quel rang : {nom}"

    def attribuee(self, selection: Selection, ecrit: str) -> tuple[Selection, str]:
        codes, nom = self._lieu(ecrit)
        return replace(selection, attribuees=codes), f"logement attribué : {nom}"

    def motif(self, selection: Selection, ecrit: str) -> tuple[Selection, str]:
        mots = self.contrat.nomenclatures.liste("ListeMotifsRadiation").get(ecrit)
        if not mots:
            raise _ChampIllisible(f"« {ecrit} » n'est pas un motif de radiation.")
        return replace(selection, motif_radiation=ecrit), f"{mots} ({ecrit})"

    def radiees(self, selection: Selection, ecrit: str) -> tuple[Selection, str]:
        periode = _periode(ecrit)
        return replace(selection, radiees=periode), f"radiées {_dire(periode)}"

    def deposees(self, selection: Selection, ecrit: str) -> tuple[Selection, str]:
        periode = _periode(ecrit)
        return replace(selection, deposees=periode), f"déposées {_dire(periode)}"

    def ressources(self, selection: Selection, ecrit: str) -> tuple[Selection, str]:
        bas, _, haut = ecrit.partition("-")
        if not all(borne.isascii() and (borne.isdigit() or not borne) for borne in (bas, haut)):
            raise _ChampIllisible(f"« {ecrit} » n'est pas une tranche de ressources : écrivez 6000-8000.")
        bornes = int(bas) if bas else None, int(haut) if haut else None
        dites = f"de {nombre(bornes[0] or 0)} €" + (
            f" à moins de {nombre(bornes[1])} €" if bornes[1] is not None else " et plus"
        )
        return replace(selection, ressources=bornes), f"ressources annuelles par UC {dites}"

    def quartile(self, selection: Selection, ecrit: str) -> tuple[Selection, str]:
        classe, mots = _parmi(QUARTILES, ecrit)
        seuils = statistiques.des_souhaits(self.registre, self.contrat, self._jour_compte)
        return replace(selection, quartile=classe, seuils=seuils), mots

    def rubrique(self, selection: Selection, ecrit: str) -> tuple[Selection, str]:
        libelle = self.arguments.get("modalite", "")[:120]
        lue = statistiques.modalite(self.registre, self.contrat, self._jour_compte, ecrit, libelle)
        if lue is None:
            raise _ChampIllisible(f"TAB03 n'a pas de ligne « {libelle} » dans « {ecrit} ».")
        return replace(selection, modalite=lue), f"{ecrit} : {libelle}"

    def modalite(self, selection: Selection, ecrit: str) -> tuple[Selection, str]:
        # Read with its section.
        return selection, ""

    @property
    def _jour_compte(self) -> date:
        au = self.arguments.get("au", "")
        if au:
            return _jour(au)
        return self.registre.base.horloge.maintenant(datetime.now(UTC)).astimezone(PARIS).date()

    def _lieu(self, ecrit: str) -> tuple[tuple[str | None, ...], str]:
        if ecrit == comptes_des_images.INCONNU:
            nom = "inconnue"
        elif (epci := self.contrat.territoires.epci(ecrit)) is not None:
            nom = f"{epci.nom} (EPCI)"
        elif lu := self.contrat.territoires.nom_de_commune(ecrit):
            nom = f"{lu} ({ecrit})"
        else:
            raise _ChampIllisible(f"« {ecrit} » n'est ni une commune (code INSEE), ni un EPCI (SIREN).")
        return comptes_des_images.codes_de(self.registre, self.contrat, ecrit), nom


def periode(du: date, au: date) -> str:
    """A period as an address says it: « 2018-03-01..2018-03-15 »."""
    return f"{du.isoformat()}..{au.isoformat()}"


def _periode(ecrit: str) -> Periode:
    du, _, au = ecrit.partition("..")
    return Periode(_jour(du), _jour(au or du))


def _dire(periode: Periode) -> str:
    assert periode.du is not None
    assert periode.au is not None
    return f"du {date_francaise(periode.du)} au {date_francaise(periode.au)}"


def _jour(ecrit: str) -> date:
    try:
        return date.fromisoformat(ecrit)
    except ValueError:
        raise _ChampIllisible(f"« {ecrit[:20]} » n'est pas un jour : écrivez 2018-03-15.") from None


def _parmi(connus: Mapping[str, tuple[_T, str]], ecrit: str) -> tuple[_T, str]:
    if ecrit not in connus:
        raise _ChampIllisible(f"« {ecrit} » n'en est pas : {', '.join(connus)}.")
    return connus[ecrit]
