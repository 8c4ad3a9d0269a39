"""What a planted defect is: one stage of the honest application, replaced by one that errs."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from sne_temoin.application import Temoin

#: A stage of the application, with whatever arguments it takes.
Etape = Callable[..., Any]
#: From the application and its honest stage, the stage that errs.
Remplacement = Callable[[Temoin, Etape], Etape]


@dataclass(frozen=True, slots=True)
class Faute:
    """A defect. `nom` is a slug, `phrase` says in French what the vendor did, `exigences` the requirements
    under which the suite must report it (the first says it best), `etape` is the stage that it replaces
    (« redaction.octets »), `remplacer` makes the faulty one, `suites` are requirements that break along."""

    nom: str
    phrase: str
    exigences: tuple[str, ...]
    etape: str
    remplacer: Remplacement
    suites: tuple[str, ...] = ()

    def planter(self, temoin: Temoin) -> None:
        """Puts the defect into an application."""
        chemin, _, nom = self.etape.rpartition(".")
        partie: Any = temoin
        for pas in chemin.split("."):
            partie = getattr(partie, pas)
        setattr(partie, nom, self.remplacer(temoin, getattr(partie, nom)))


def resultat(changer: Callable[[Any], Any]) -> Remplacement:
    """The honest stage, its result changed."""
    return lambda temoin, honnete: lambda *args, **noms: changer(honnete(*args, **noms))


def constante(valeur: Any) -> Remplacement:
    """A stage that gives always the same."""
    return lambda temoin, honnete: lambda *args, **noms: valeur


def formulaire(changer: Callable[[dict[str, Any]], object]) -> Remplacement:
    """The content of demandeLogement, changed in place before it is written."""

    def remplacer(temoin: Temoin, honnete: Etape) -> Etape:
        def fautive(saisie: Mapping[str, Any], ajouts: Mapping[str, Any]) -> dict[str, Any]:
            contenu: dict[str, Any] = deepcopy(honnete(saisie, ajouts))
            changer(contenu)
            return contenu

        return fautive

    return remplacer


def saisie(
    nom: str,
    exigence: str,
    phrase: str,
    changer: Callable[[dict[str, Any]], object],
    *autres: str,
    suites: tuple[str, ...] = (),
) -> Faute:
    """A defect of what is written of the form; `autres` requirements name it rightly too."""
    return Faute(nom, phrase, (exigence, *autres), "redaction.formulaire", formulaire(changer), suites)


def arbre(changer: Callable[[Any], object]) -> Remplacement:
    """The tree of a document, changed before it is written."""

    def remplacer(temoin: Temoin, honnete: Etape) -> Etape:
        def fautive(racine: Any) -> bytes:
            changer(racine)
            octets: bytes = honnete(racine)
            return octets

        return fautive

    return remplacer


# --- where things are in a form ----------------------------------------------------------------------


def menage(contenu: Mapping[str, Any]) -> dict[str, Any]:
    """personnePhysique, {} for an association."""
    trouve: dict[str, Any] = contenu.get("personnePhysique") or {}
    return trouve


def titulaires(contenu: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The demandeur and the cotitulaires."""
    physique = menage(contenu)
    demandeur = [physique["demandeur"]] if "demandeur" in physique else []
    return [*demandeur, *liste(physique, "listeCotitulaire", "cotitulaire")]


def liste(parent: Mapping[str, Any], conteneur: str, nom: str) -> list[dict[str, Any]]:
    """The list of a container, to change in place; [] when there is none."""
    trouvee: list[dict[str, Any]] = (parent.get(conteneur) or {}).get(nom, [])
    return trouvee


def textes(valeur: Any, changer: Callable[[str, str], str]) -> Any:
    """The same content, every text changed: `changer(nom, texte)`."""
    return _textes("", valeur, changer)


def _textes(nom: str, valeur: Any, changer: Callable[[str, str], str]) -> Any:
    if isinstance(valeur, str):
        return changer(nom, valeur)
    if isinstance(valeur, list):
        return [_textes(nom, une, changer) for une in valeur]
    if "code" in valeur:
        return valeur
    return {enfant: _textes(enfant, une, changer) for enfant, une in valeur.items()}
