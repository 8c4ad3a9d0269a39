"""A planted defect: one stage of the honest application, replaced by one that errs.

A defect is written as a function, whose first line says in French what the vendor did:

    @FAUTES.etape("curseur-perdu", "VIE-29", dans="releves.depuis")
    def _curseur_perdu(temoin: Temoin, honnete: Etape, flux: str) -> Any:
        \"\"\"Chaque relevé part de l'instant présent.\"\"\"
        return temoin.liaison.maintenant

It stands for the stage `releves.depuis` of the application `temoin`, is called as that stage is, and may call
`honnete`, the stage that it stands for. Where only a form, a result or an argument is spoiled, the function
is given that alone: `saisie`, and `par=`.
"""

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from sne_temoin.temoin_assemble import Temoin

#: A stage of the application, with whatever arguments it takes.
Etape = Callable[..., Any]
#: From the application and its honest stage, the stage that errs.
Remplacement = Callable[[Temoin, Etape], Etape]
#: The content of demandeLogement, or a part of it, to change in place; what changes it; what finds parts.
Formulaire = dict[str, Any]
Changement = Callable[[Formulaire], object]
Parties = Callable[[Formulaire], list[Formulaire]]
_ECRITURE: Final = "redaction.formulaire"


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

    @property
    def seule(self) -> str:
        """The one requirement that it turns red, "" when it breaks several, or may."""
        return self.exigences[0] if len(self.exigences) == 1 and not self.suites else ""

    def planter(self, temoin: Temoin) -> None:
        """Puts the defect into an application."""
        chemin, _, nom = self.etape.rpartition(".")
        partie: Any = temoin
        for pas in chemin.split("."):
            partie = getattr(partie, pas)
        setattr(partie, nom, self.remplacer(temoin, getattr(partie, nom)))


def entiere(fautive: Etape) -> Remplacement:
    """A function that is the stage: given the application and the honest stage, then what the stage is."""
    return lambda temoin, honnete: partial(fautive, temoin, honnete)


def resultat(changer: Callable[[Any], Any]) -> Remplacement:
    """The honest stage, its result changed."""
    return lambda temoin, honnete: lambda *args, **noms: changer(honnete(*args, **noms))


def constante(valeur: Any) -> Remplacement:
    """A stage that gives always the same."""
    return lambda temoin, honnete: lambda *args, **noms: valeur


def formulaire(changer: Changement, de: Parties = lambda contenu: [contenu]) -> Remplacement:
    """The content of demandeLogement, or each part of it that `de` finds, changed before it is written."""

    def fautive(temoin: Temoin, honnete: Etape, *args: Any) -> Formulaire:
        contenu: Formulaire = deepcopy(honnete(*args))
        for partie in de(contenu):
            changer(partie)
        return contenu

    return entiere(fautive)


def argument(rang: int, changer: Changement) -> Remplacement:
    """Changes the argument of the stage at that place before the stage goes on; None stays None."""

    def fautive(temoin: Temoin, honnete: Etape, *donnes: Any, **noms: Any) -> Any:
        arguments = list(donnes)
        if len(arguments) > rang and arguments[rang] is not None:
            arguments[rang] = deepcopy(arguments[rang])
            changer(arguments[rang])
        return honnete(*arguments, **noms)

    return entiere(fautive)


def message(genre: str, changer: Callable[[Temoin, Formulaire], Formulaire]) -> Remplacement:
    """The content of every message of that kind (`typeFichier`), another in its place."""

    def fautive(temoin: Temoin, honnete: Etape, ce_genre: str, version: str, contenu: Formulaire) -> Any:
        return honnete(ce_genre, version, changer(temoin, contenu) if ce_genre == genre else contenu)

    return entiere(fautive)


def arbre(changer: Changement) -> Remplacement:
    """The tree of a document, changed in place before it is written."""

    def fautive(temoin: Temoin, honnete: Etape, racine: Any) -> Any:
        changer(racine)
        return honnete(racine)

    return entiere(fautive)


class Famille(list[Faute]):
    """The defects of one kind, as their functions are written one after the other."""

    def etape(
        self,
        nom: str,
        *exigences: str,
        dans: str,
        suites: tuple[str, ...] = (),
        par: Callable[[Any], Remplacement] = entiere,
    ) -> Callable[[Etape], Etape]:
        """The function below is a defect of the stage `dans`, of which `par` says what it is given."""

        def noter(fautive: Etape) -> Etape:
            self.append(Faute(nom, fautive.__doc__ or "", exigences, dans, par(fautive), suites))
            return fautive

        return noter

    def saisie(
        self,
        nom: str,
        *exigences: str,
        suites: tuple[str, ...] = (),
        de: Parties = lambda contenu: [contenu],
    ) -> Callable[[Etape], Etape]:
        """The function below spoils what is written of the form: the whole, or each part that `de` finds."""
        return self.etape(nom, *exigences, dans=_ECRITURE, suites=suites, par=partial(formulaire, de=de))


def saisie(
    nom: str,
    exigence: str,
    phrase: str,
    changer: Changement,
    *autres: str,
    de: Parties = lambda contenu: [contenu],
    suites: tuple[str, ...] = (),
) -> Faute:
    """The same, for a function that has no name; `autres` requirements name the defect rightly too."""
    return Faute(nom, phrase, (exigence, *autres), _ECRITURE, formulaire(changer, de), suites)


# --- what is done to a form, or to a part of one -------------------------------------------------------


def sans(*noms: str) -> Changement:
    """Fields that are left out."""
    return lambda partie: [partie.pop(nom, None) for nom in noms]


def toujours(nom: str, valeur: Any) -> Changement:
    """A field that says always the same, when there is one."""
    return lambda partie: partie.update({nom: valeur}) if nom in partie else None


def coupe(combien: int, conteneur: str, nom: str) -> Changement:
    """A list that stops after so many."""

    def couper(partie: Formulaire) -> None:
        del liste(partie, conteneur, nom)[combien:]

    return couper


# --- where things are in a form ------------------------------------------------------------------------


def menage(contenu: Mapping[str, Any]) -> Formulaire:
    """personnePhysique, {} for an association."""
    trouve: Formulaire = contenu.get("personnePhysique") or {}
    return trouve


def foyer(contenu: Mapping[str, Any]) -> list[Formulaire]:
    """The household, as the only part of a form."""
    return [menage(contenu)]


def titulaires(contenu: Mapping[str, Any]) -> list[Formulaire]:
    """The demandeur and the cotitulaires."""
    physique = menage(contenu)
    demandeur = [physique["demandeur"]] if "demandeur" in physique else []
    return [*demandeur, *cotitulaires(contenu)]


def cotitulaires(contenu: Mapping[str, Any]) -> list[Formulaire]:
    """The cotitulaires, without the demandeur."""
    return liste(menage(contenu), "listeCotitulaire", "cotitulaire")


def ressources(contenu: Mapping[str, Any]) -> list[Formulaire]:
    """The resources that the holders receive, those with an amount."""
    toutes = [r for un in titulaires(contenu) for r in liste(un, "listeRessourceRecue", "detailRessource")]
    return [ressource for ressource in toutes if ressource.get("montant")]


def liste(parent: Mapping[str, Any], conteneur: str, nom: str) -> list[Formulaire]:
    """The list of a container, to change in place; [] when there is none."""
    trouvee: list[Formulaire] = (parent.get(conteneur) or {}).get(nom, [])
    return trouvee


def textes(valeur: Any, changer: Callable[[str, str], str], nom: str = "") -> Any:
    """The same content, every text changed: `changer(nom, texte)`."""
    if isinstance(valeur, str):
        return changer(nom, valeur)
    if isinstance(valeur, list):
        return [textes(une, changer, nom) for une in valeur]
    if "code" in valeur:
        return valeur
    return {enfant: textes(une, changer, enfant) for enfant, une in valeur.items()}
