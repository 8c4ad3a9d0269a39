"""Messages by the thousand: what `sne-sandbox generate` writes, file by file, drawn from a seed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sne_interface.contract.codec import ecrire, encoder
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.dates import PARIS, ajouter_mois, tampon
from sne_interface.domain.demande import NumeroUnique
from sne_interface.domain.element_recu import Element, avec_enfants
from sne_interface.generators import messages_apres_creation
from sne_interface.generators.contraintes_de_menages import LIBRE, Atelier, Contraintes, atelier
from sne_interface.generators.demandes_fautives import Defaut, defaut
from sne_interface.generators.menages import COLOCATION, COUPLE, FAMILLE
from sne_interface.generators.tirage import Tirage, TirageVarie
from sne_interface.rules.catalogue import REGLES

#: Kinds of messages.
SORTES_DE_MESSAGE: Final = ("CRE", "CRS", "MOD", "REN", "RAD", "SUP", "COP", "DALO", "EVT", "RCH")
#: A demande that is spoken of again was deposited that long ago: it may be renewed.
_ANCIENNETE_MOIS: Final = 11
_DEMANDE: Final = "DEM"
#: typeFichier of the declaration of a DALO: a convention, the operation reads any.
TYPE_DALO: Final = "DAL"


@dataclass(frozen=True, slots=True)
class FichierGenere:
    """A file to write: `nom` below the folder, `octets` its XML."""

    nom: str
    octets: bytes


def messages(
    contrat: Contrat,
    sorte: str,
    combien: int,
    *,
    graine: int,
    guichet: str,
    instant: datetime,
    contraintes: Contraintes = LIBRE,
) -> Iterator[FichierGenere]:
    """`combien` valid messages of that kind (`SORTES_DE_MESSAGE`), sent by `guichet` at `instant`. A message
    about a demande names a number that no base delivered."""
    jour = instant.astimezone(PARIS).date()
    ici = atelier(contrat, jour=jour, guichet=guichet, contraintes=contraintes, instant=instant)
    avant = _anterieur(contrat, sorte, ici)
    tirage = TirageVarie(graine)
    prefixe = _DEMANDE if sorte not in ("EVT", "RCH") else sorte
    for rang in range(combien):
        element = _tirer(tirage, ici, avant, sorte, rang)
        yield FichierGenere(_nom(prefixe, guichet, instant, rang), encoder(element))


def defauts(
    contrat: Contrat, code: str, combien: int, *, graine: int
) -> Iterator[tuple[FichierGenere, Defaut]]:
    """`combien` documents that the rule `code` refuses, alone. Raises UsageError for a rule that never
    blocks."""
    par_le_nom = any(r.code == code and r.transport for r in REGLES)
    suppose = any(r.code == code and (r.registre or r.transport) for r in REGLES)
    for rang in range(combien):
        trouve = defaut(code, contrat, f"{graine}-{rang}", autonome=not suppose)
        nom = trouve.contexte.nom_fichier or ""
        if par_le_nom:  # the name may be the fault: a folder keeps it from the others
            nom = f"{rang:06d}/{nom}"
        elif trouve.type in ("EVT", "RCH"):
            guichet = trouve.document.texte_de("entete/codeGuichet") or ""
            nom = _nom(trouve.type, guichet, trouve.contexte.maintenant, rang)
        else:
            nom = f"{nom.rpartition('-')[0]}-{rang % 1_000_000:06d}.xml"
        yield FichierGenere(nom, ecrire(trouve.racine)), trouve


def _nom(prefixe: str, guichet: str, instant: datetime, rang: int) -> str:
    return f"{prefixe}{guichet}-{tampon(instant)}-{rang % 1_000_000:06d}.xml"


def _anterieur(contrat: Contrat, sorte: str, ici: Atelier) -> Atelier:
    """The maker of the demandes that messages of that kind speak of."""
    voulu = replace(ici.contraintes, depot=ajouter_mois(ici.jour, -_ANCIENNETE_MOIS))
    if sorte == "CRS" and voulu.sorte not in (COUPLE, FAMILLE, COLOCATION):
        voulu = replace(voulu, sorte=None, cotitulaires_min=1)
    return atelier(contrat, jour=ici.jour, guichet=ici.guichet, contraintes=voulu, instant=ici.instant)


def _numero(avant: Atelier, rang: int) -> str:
    depot = avant.contraintes.depot or avant.jour
    return str(NumeroUnique.de(avant.territoire.code, depot, rang % 1_000_000, avant.guichet))


def _tirer(tirage: Tirage, ici: Atelier, avant: Atelier, sorte: str, rang: int) -> Element:
    """One message of that kind; `avant` makes the demande that it speaks of, when it speaks of one."""
    numero = _numero(avant, rang)
    match sorte:
        case "CRE":
            return ici.message(tirage)
        case "EVT":
            return messages_apres_creation.document_d_evenement(
                ici, messages_apres_creation.evenement(tirage, ici), numero
            )
        case "RCH":
            return messages_apres_creation.document_de_recherche(
                ici, messages_apres_creation.recherche(tirage, ici)
            )
        case "CRS":
            return messages_apres_creation.separation(tirage, ici, avant.message(tirage), numero)
        case "DALO":
            dit = messages_apres_creation.suite(tirage, ici, avant.message(tirage), TYPE_DALO, numero)
            *tete, demande = dit.enfants
            demande = avec_enfants(demande, (messages_apres_creation.dalo(tirage, ici), *demande.enfants))
            return avec_enfants(dit, (*tete, demande))
    radiation = (
        messages_apres_creation.radiation(tirage, ici, depot=avant.contraintes.depot)
        if sorte == "RAD"
        else None
    )
    return messages_apres_creation.suite(
        tirage, ici, avant.message(tirage), sorte, numero, radiation=radiation
    )
