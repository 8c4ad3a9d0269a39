"""`/api/v1/rules`: the controls, searched; one control, with its examples and how to change it."""

from dataclasses import dataclass
from typing import Annotated, Any, Final

from werkzeug.exceptions import NotFound

from sne_sandbox.domain.anomalie import Fidelite, Gravite
from sne_sandbox.domain.publication import tirer
from sne_sandbox.generators.exemples import exemples
from sne_sandbox.generators.reduction import plus_petite_demande
from sne_sandbox.rules.catalogue import sujet_de
from sne_sandbox.rules.rule import PROFILS, gravite
from sne_sandbox.web import catalogue
from sne_sandbox.web.api.contexte import Appels, QuestionSchema, facultatif
from sne_sandbox.web.catalogue import Illustration, LigneDeRegle
from sne_sandbox.web.partage import services

blueprint: Final = Appels(
    "rules",
    __name__,
    url_prefix="/api/v1/rules",
    description="Les contrôles, les mêmes pour toutes les bases",
)


class RechercheReglesSchema(QuestionSchema):
    """What is looked for: all that is given must hold."""

    texte = facultatif("chaque mot : dans le code, la condition, le remède…", "")
    sujet = facultatif("celles de ce sujet", "", parmi=catalogue.SUJETS)
    effet = facultatif("ce qu'elle fait sous le profil", "", parmi=Gravite)
    fidelite = facultatif("d'où on les tient", "", parmi=Fidelite)
    type = facultatif("celles qui regardent ce type de fichier", "", exemple="REN")
    profil = facultatif("absent : celui des nouvelles bases de ce serveur", parmi=PROFILS)


class ProfilSchema(QuestionSchema):
    """The profile under which the control is looked at."""

    profil = RechercheReglesSchema._declared_fields["profil"]


@dataclass(frozen=True, slots=True)
class RegleLue:
    """A control: its row in the contract, and what it does under the profile looked at."""

    code: Annotated[str, {"example": "ENT009"}]
    code_officiel: Annotated[str | None, "celui qui part sur le fil, quand le contrat en donne un autre"]
    sujet: Annotated[str, {"enum": list(catalogue.SUJETS)}]
    types: Annotated[tuple[str, ...], "types de fichier regardés ; * : tous"]
    condition: Annotated[str, "ce qui doit être vrai"]
    remede: str
    gravite: Annotated[Gravite, "celle de la table"]
    effet: Annotated[Gravite, "ce qu'elle fait sous le profil"]
    fidelite: Fidelite
    source: str
    texte: Annotated[str, "la phrase de l'anomalie, avec ses places ({valeur})"]
    structurante: Annotated[bool, "bloque sous tous les profils, quoi qu'on règle"]


@dataclass(frozen=True, slots=True)
class RegleEntiere(RegleLue):
    """A control with its examples, its effect under each profile, and how to change it."""

    effets: Annotated[dict[str, str], "ce qu'elle fait, par profil"]
    acceptes: list[Illustration]
    refuses: list[Illustration]
    plus_petite: Annotated[
        str | None, "XML : le plus petit message qu'elle seule refuse ; null : elle ne bloque jamais"
    ]
    essai: Annotated[str | None, "l'opération à laquelle il peut être envoyé tel quel"]
    surcharge: Annotated[str, "les lignes d'un rules.toml à soi (--contracts) qui la changent"]


def _profil(choisi: str | None) -> str:
    return choisi or services().configuration.reglages.profile


def _lue(ligne: LigneDeRegle) -> RegleLue:
    return tirer(RegleLue, ligne.fiche, sujet=ligne.sujet, effet=ligne.effet)


@blueprint.get("", question=RechercheReglesSchema)
def lister(cherche: dict[str, Any]) -> list[RegleLue]:
    """The controls of the contract, in the order they run, or those that are looked for."""
    profil = _profil(cherche.pop("profil"))
    toutes = catalogue.lignes(services().contrat, profil)
    return [_lue(ligne) for ligne in toutes if catalogue.convient(ligne, cherche)]


@blueprint.get("/<regle>", question=ProfilSchema)
def montrer(choix: dict[str, Any], regle: str) -> RegleEntiere:
    """One control by its code, or the official one; its examples, the smallest message it refuses."""
    contrat = services().contrat
    trouvee = catalogue.trouver(contrat, regle)
    if trouvee is None:
        raise NotFound(f"Aucune règle n'a le code [{regle[:20]}].")
    fiche = contrat.regles[trouvee.code]
    siens = [exemple for exemple in exemples() if exemple.regle == trouvee.code]
    return tirer(
        RegleEntiere,
        fiche,
        sujet=sujet_de(trouvee.code).nom,
        effet=gravite(fiche, _profil(choix["profil"])),
        effets={profil: str(gravite(fiche, profil)) for profil in PROFILS},
        acceptes=[catalogue.illustrer(e) for e in siens if e.verdict == "accepte"],
        refuses=[catalogue.illustrer(e) for e in siens if e.verdict == "refuse"],
        plus_petite=plus_petite_demande(trouvee.code),
        essai=catalogue.essai(trouvee, fiche),
        surcharge=catalogue.surcharge(fiche),
    )
