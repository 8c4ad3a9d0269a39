"""The controls as people read them, in the console and by the API: searched, illustrated, tried, changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from sne_interface.contract.contrats_charges import Contrat
from sne_interface.contract.fiches_du_contrat import FicheRegle
from sne_interface.domain.anomalie import Fidelite, Gravite
from sne_interface.domain.nir import masquer_nirs
from sne_interface.domain.texte import plier
from sne_interface.domain.valeurs_en_json import tirer
from sne_interface.generators.document_reduit import plus_petite_demande
from sne_interface.generators.exemples_de_regles import ExempleDeRegle, circonstances, exemples, gestes
from sne_interface.rules import catalogue
from sne_interface.rules.catalogue import REGLES, sujet_de
from sne_interface.rules.engine import eteinte
from sne_interface.rules.rule import PROFILS, Regle, gravite

#: What the rules are about, as it is called on the page, in its order.
SUJETS: Final = {sujet.nom: sujet.titre for sujet in catalogue.SUJETS.values()}
#: What each degree of fidelity means for who reads a rule.
FIDELITES: Final = {
    Fidelite.ATTESTEE: "Publiée, ou vue dans un vrai client ou un vrai message : le vrai serveur l'applique.",
    Fidelite.DEDUITE: "Suit de faits attestés (un texte, un schéma) : il serait surprenant que le vrai "
    "serveur ne l'applique pas.",
    Fidelite.CONVENTION: "Rien n'a été trouvé : c'est une convention du bac à sable, jamais la parole du "
    "SNE. Sous le profil « ecole », elle avertit et ne bloque pas, sauf si elle est structurante.",
}
#: Where a message of a type is sent.
_ESSAIS: Final = {
    "CRE": "getNumUnique", "*": "getNumUnique", "DALO": "getDeclarationNouveauDalo",
    "RCH": "rechercheDemandeMulticritere",
}  # fmt: skip


@dataclass(frozen=True)
class IllustrationLue:
    """An example as one reads it: what is sent, what is changed in it, and what stands around."""

    depart: Annotated[str, "le message dont il part"]
    gestes: Annotated[tuple[str, ...], "ce qui y est changé"]
    autour: Annotated[tuple[str, ...], "ce que la base contient, le jour qu'il est…"]


@dataclass(frozen=True)
class RegleLue:
    """A control: its row in the contract, and what it does under the profile looked at."""

    code: Annotated[str, {"example": "ENT009"}]
    code_officiel: Annotated[str | None, "celui qui part sur le fil, quand le contrat en donne un autre"]
    sujet: Annotated[str, {"enum": list(SUJETS)}]
    types: Annotated[tuple[str, ...], "types de fichier regardés ; * : tous"]
    condition: Annotated[str, "ce qui doit être vrai"]
    remede: str
    gravite: Annotated[Gravite, "celle de la table"]
    effet: Annotated[Gravite, "ce qu'elle fait sous le profil"]
    fidelite: Fidelite
    source: str
    texte: Annotated[str, "la phrase de l'anomalie, avec ses places ({valeur})"]
    structurante: Annotated[bool, "bloque sous tous les profils, quoi qu'on règle"]
    eteinte: Annotated[str, "pourquoi ce contrat ne l'applique pas ; vide : il l'applique"]


@dataclass(frozen=True)
class RegleEntiere(RegleLue):
    """A control with its examples, its effect under each profile, and how to change it."""

    effets: Annotated[dict[str, str], "ce qu'elle fait, par profil"]
    acceptes: list[IllustrationLue]
    refuses: list[IllustrationLue]
    plus_petite: Annotated[
        str | None, "XML : le plus petit message qu'elle seule refuse ; null : elle ne bloque jamais"
    ]
    essai: Annotated[str | None, "l'opération à laquelle il peut être envoyé tel quel"]
    surcharge: Annotated[str, "les lignes d'un rules.toml à soi (--contracts) qui la changent"]


def lignes(contrat: Contrat, profil: str) -> list[RegleLue]:
    """Every rule of the contract, in the order they run."""
    connues = (r for r in REGLES if r.code in contrat.regles)
    return [tirer(RegleLue, contrat.regles[r.code], **_faits(contrat, r, profil)) for r in connues]


def _faits(contrat: Contrat, r: Regle, profil: str) -> dict[str, Any]:
    """The fields of a rule that its row in the contract does not have."""
    return {
        "sujet": sujet_de(r.code).nom,
        "effet": _effet(contrat, r, profil),
        "eteinte": eteinte(r, contrat),
    }


def _effet(contrat: Contrat, r: Regle, profil: str) -> Gravite:
    return Gravite.IGNOREE if eteinte(r, contrat) else gravite(contrat.regles[r.code], profil)


def trouver(contrat: Contrat, code: str) -> Regle | None:
    """The rule of a code, ours or the official one; None for none."""
    cherche = code.upper()
    for r in REGLES:
        fiche = contrat.regles.get(r.code)
        if fiche is not None and cherche in (r.code, (fiche.code_officiel or "").upper()):
            return r
    return None


def lire(contrat: Contrat, r: Regle, profil: str) -> RegleEntiere:
    """All that is told of a rule, under the profile that is looked at."""
    fiche = contrat.regles[r.code]
    siens = [exemple for exemple in exemples() if exemple.regle == r.code]
    return tirer(
        RegleEntiere,
        fiche,
        **_faits(contrat, r, profil),
        effets={connu: str(_effet(contrat, r, connu)) for connu in PROFILS},
        acceptes=[illustrer(e) for e in siens if e.verdict == "accepte"],
        refuses=[illustrer(e) for e in siens if e.verdict == "refuse"],
        plus_petite=plus_petite_demande(r.code),
        essai=essai(r, fiche),
        surcharge=surcharge(fiche),
    )


def illustrer(exemple: ExempleDeRegle) -> IllustrationLue:
    """An example told, NIR masked."""
    return IllustrationLue(
        f"{exemple.type} d'après le spécimen {exemple.specimen}"
        + (f", version {exemple.version}" if exemple.version else ""),
        tuple(map(masquer_nirs, gestes(exemple.edits))),
        tuple(map(masquer_nirs, circonstances(exemple))),
    )


def surcharge(fiche: FicheRegle) -> str:
    """The lines of a `rules.toml` of one's own that change the rule."""
    if fiche.structurante:
        return f'[{fiche.code}]\ntexte = "{fiche.texte.replace(chr(34), chr(39))}"\n'
    autre = Gravite.AVERTISSEMENT if fiche.gravite is Gravite.BLOQUANTE else Gravite.BLOQUANTE
    return f'[{fiche.code}]\ngravite = "{autre}"   # {", ".join(Gravite)}\n'


def essai(r: Regle, fiche: FicheRegle) -> str | None:
    """The operation to which the smallest refused message can be sent as it is, None when the rule also looks
    at the base or the file's name."""
    if r.registre or r.transport:
        return None
    return next((operation for type_, operation in _ESSAIS.items() if type_ in fiche.types), None)


def convient(ligne: RegleLue, demandes: Mapping[str, str]) -> bool:
    """True when a rule answers what is asked of it: `texte` (each of its words), `sujet`, `effet`,
    `fidelite`, `type` (of file); "" asks nothing."""
    dit = plier(" ".join((ligne.code, ligne.code_officiel or "", ligne.condition, ligne.texte, ligne.remede)))
    return (
        all(plier(mot) in dit for mot in demandes["texte"].split())
        and demandes["sujet"] in ("", ligne.sujet)
        and demandes["effet"] in ("", ligne.effet)
        and demandes["fidelite"] in ("", ligne.fidelite)
        and (not demandes["type"] or demandes["type"] in ligne.types or "*" in ligne.types)
    )
