"""The examples of the controls told in French: what changes in the specimen, and what stands around it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from sne_sandbox.domain.dates import date_francaise
from sne_sandbox.domain.texte import masquer_nirs
from sne_sandbox.generators.exemples import ExempleDeRegle

#: Fields of `ExempleDeRegle` beside the document and the base, as they are told.
_REGLAGES: Final = {
    "operation": "opération {}",
    "nom_fichier": "fichier nommé « {} »",
    "guichet_certificat": "certificat du guichet {}",
    "localisations_max": "réglage localisations_max {}",
    "recherche_max": "réglage recherche_max {}",
    "resultats": "{} demandes trouvées",
}


def decrire(exemple: ExempleDeRegle) -> str:
    """An example in one line: type, specimen, edits, circumstances. A NIR is masked."""
    morceaux = [f"{exemple.type} d'après {exemple.specimen}", *gestes(exemple.edits), *circonstances(exemple)]
    return masquer_nirs(" ; ".join(morceaux))


def circonstances(exemple: ExempleDeRegle) -> list[str]:
    """What the document does not say: clock, sender, file name, settings, and what the base holds."""
    dits = []
    if exemple.maintenant is not None:
        dits.append(f"horloge au {_valeur(exemple.maintenant)}")
    ordinaire = ExempleDeRegle(fichier="", rang=0, regle="", verdict="")
    for champ, phrase in _REGLAGES.items():
        valeur = getattr(exemple, champ)
        if valeur != getattr(ordinaire, champ):
            dits.append(phrase.format(valeur))
    if exemple.stockee is False:
        dits.append("le numéro n'est pas dans la base")
    elif isinstance(exemple.stockee, Mapping):
        dits.append(f"demande en base : {_table(exemple.stockee)}")
    dits += [f"autre demande en base : {_table(table)}" for table in exemple.registre]
    dits += [f"événement en base : {_table(table)}" for table in exemple.evenements]
    return dits


def gestes(edits: Iterable[Sequence[str]]) -> list[str]:
    """Each edit of an example, told."""
    return [_geste(*edit) for edit in edits]


def _geste(geste: str, chemin: str, *reste: str) -> str:
    chemin = chemin.removeprefix("~/").replace("~", "demandeLogement")
    match [geste, *reste]:
        case ["texte", texte]:
            return f"{chemin} = « {texte} »" if texte else f"{chemin} vide"
        case ["code", code]:
            return f"{chemin} de code {code}" if code else f"{chemin} sans code"
        case ["attribut", nom, valeur]:
            return f"{chemin}/@{nom} = « {valeur} »"
        case ["ajouter", xml]:
            return f"{chemin} reçoit {xml}"
        case _:
            return f"sans {chemin}"


def _table(table: Mapping[str, Any]) -> str:
    dits = [f"{cle} {_valeur(valeur)}" for cle, valeur in table.items() if cle != "edits"]
    return ", ".join([*dits, *gestes(table.get("edits", ()))])


def _valeur(valeur: object) -> str:
    if isinstance(valeur, datetime):
        return valeur.isoformat()
    if isinstance(valeur, date):
        return date_francaise(valeur)
    if isinstance(valeur, bool):
        return "oui" if valeur else "non"
    return str(valeur)
