"""The guichets of a base: added, changed, and what each of them may do."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from typing import Annotated, Any, Final

from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.anomalie import Fidelite
from sne_interface.domain.base import Acte, DroitsGuichets, Guichet, NatureGuichet
from sne_interface.domain.demande import numerote
from sne_interface.domain.guichet_ecrit import lire_guichet
from sne_interface.errors import ConflitEtat, UsageError
from sne_sandbox.store.magasin import Magasin

#: Codes proposed in place of one that is unknown.
_PROPOSES: Final = 3


@dataclass(frozen=True)
class DroitDeGuichet:
    """The right of a guichet to do something, given or not."""

    acte: Acte
    libelle: str
    permis: bool
    fidelite: Annotated[Fidelite | None, "null quand rien ne permet l'acte"]
    source: Annotated[str, "article, ou texte ; vide quand rien ne permet l'acte"]


def droits_de(guichet: Guichet, droits: DroitsGuichets) -> list[DroitDeGuichet]:
    """Lists what a guichet may do and what it may not, deed by deed."""
    dits = []
    for acte in Acte:
        droit = droits.de(guichet.nature).droits.get(acte)
        permis = droits.peut(guichet, acte)
        if permis is (droit is not None):
            fidelite, source = (droit.fidelite, droit.source) if droit is not None else (None, "")
        else:
            fidelite, source = Fidelite.CONVENTION, "réglé pour ce guichet dans cette base"
        dits.append(DroitDeGuichet(acte, droits.actes.get(acte, acte), permis, fidelite, source))
    return dits


def proches(code: str, guichets: Iterable[Guichet]) -> str:
    """Proposes the guichets that an unknown code may have meant: « vouliez-vous dire G1104 (…) ? », or some
    of them when none is near; "" without any."""
    noms = {guichet.code: guichet.nom for guichet in guichets}
    trouves = get_close_matches(code.upper(), noms, n=_PROPOSES) or sorted(noms)[:_PROPOSES]
    dits = " ou ".join(f"{trouve} ({noms[trouve]})" for trouve in trouves)
    return f"vouliez-vous dire {dits} ?" if dits else ""


def verifier_delivrable(code: str, base: str, guichets: Iterable[Guichet]) -> None:
    """Raises UsageError when a certificate is wanted for what is none of the guichets of a base: whoever
    showed it would be nobody."""
    siens = tuple(guichets)
    if code not in {guichet.code for guichet in siens}:
        raise UsageError(
            f"Le guichet [{code[:20]}] n'existe pas dans la base [{base}] : son certificat ne vaudrait rien.",
            remede=f"{proches(code, siens)} La page Guichets de la console les a tous, et en ajoute".strip(),
        )


def ajouter(magasin: Magasin, contrat: Contrat, base: str, champs: Mapping[str, Any]) -> Guichet:
    """A new guichet of a base, of the fields of `Guichet` by name. Raises BaseInconnue, UsageError for a
    field that does not fit, ConflitEtat when its code is taken."""
    guichet = lire_guichet(champs)
    _verifier(guichet, contrat)
    with magasin.ecrire(base) as registre:
        if registre.guichet(guichet.code) is not None:
            raise ConflitEtat(
                f"Le guichet [{guichet.code}] existe déjà dans la base [{base}].",
                remede="changez-le, ou prenez un autre code",
            )
        registre.remplacer_guichet(guichet)
    return guichet


def changer(magasin: Magasin, contrat: Contrat, base: str, code: str, champs: Mapping[str, Any]) -> Guichet:
    """Changes fields of a guichet of a base; the others stay, and so does its code. Raises BaseInconnue,
    UsageError for a field that does not fit, or a guichet that is not there."""
    with magasin.ecrire(base) as registre:
        ancien = registre.guichet(code)
        if ancien is None:
            raise UsageError(
                f"Le guichet [{code[:20]}] n'existe pas dans la base [{base}].", remede="ajoutez-le d'abord"
            )
        connus = {champ.name: getattr(ancien, champ.name) for champ in fields(Guichet)}
        guichet = lire_guichet(connus | dict(champs) | {"code": code})
        _verifier(guichet, contrat)
        registre.remplacer_guichet(guichet)
    return guichet


def _verifier(guichet: Guichet, contrat: Contrat) -> None:
    """Raises UsageError for a territory that the register does not have, or a SIREN of a kind without."""
    permis = contrat.territoires.numerotes - contrat.guichets.hors_registre.codes
    if guichet.nature is NatureGuichet.COMMISSION:
        permis |= {guichet.territoire} if numerote(guichet.territoire) in permis else set()
    for territoire in (guichet.territoire, *guichet.autres_territoires):
        if territoire not in permis:
            raise UsageError(
                f"Le guichet [{guichet.code}] ne convient pas : [{territoire}] n'est pas un territoire du "
                "système national.",
                remede="111 (Île-de-France ; d'une commission de médiation : 075, 093…), ou un département : "
                "062, 02A, 971… ; hors du registre : "
                + ", ".join(sorted(contrat.guichets.hors_registre.codes)),
            )
    if guichet.siren is not None and not contrat.guichets.de(guichet.nature).siren:
        raise UsageError(
            f"Le guichet [{guichet.code}] ne convient pas : {guichet.nature} n'a pas de SIREN à lui.",
            remede="retirez le SIREN, ou changez la nature",
        )
