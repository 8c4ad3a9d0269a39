"""The sentences of an explanation: each is (message, value, remedy), in French."""

import re
from difflib import get_close_matches
from typing import Final

from sne_sandbox.contract.schema import BLANCS, SchemaError

Phrase = tuple[str, str, str]
_XSI_TYPE: Final = re.compile(r"XMLSchema-instance\}type'|xsi:type")


def local(nom: str) -> str:
    """Local part of a name in Clark notation."""
    return nom.rpartition("}")[2]


def espace(nom: str) -> str:
    """Namespace of a name in Clark notation, "" for none."""
    return nom[1:].partition("}")[0] if nom.startswith("{") else ""


def racine(nom: str, connues: list[str]) -> Phrase:
    """The root is another element."""
    return (
        f"la racine du document est « {local(nom)} »",
        local(nom),
        f"racine attendue : « {' » ou « '.join(connues)} » ; ce document est-il celui de l'opération ?",
    )


def autre_espace(nom: str, attendu: str) -> Phrase:
    """The right local name in another namespace."""
    ecrit = f"dans l'espace de noms [{espace(nom)}]" if espace(nom) else "sans espace de noms"
    return (
        f"l'élément « {local(nom)} » est écrit {ecrit}",
        espace(nom),
        f'espace de noms attendu : [{espace(attendu)}] ; déclarez-le (xmlns:ns1="{espace(attendu)}") '
        f"et écrivez ns1:{local(attendu)}",
    )


def faute_de_frappe(nom: str, attendu: str) -> Phrase:
    """A name close to the one expected here."""
    return (
        f"l'élément « {local(nom)} » est inconnu ici",
        local(nom),
        f"vouliez-vous écrire « {local(attendu)} » ?",
    )


def inconnu(nom: str, connus: list[str]) -> Phrase:
    """A name that the parent does not know."""
    proches = get_close_matches(local(nom), connus, n=1)
    remede = f"vouliez-vous écrire « {proches[0]} » ? sinon retirez-le" if proches else "retirez-le"
    if not proches and connus:
        remede += f" ; éléments connus ici : {', '.join(dict.fromkeys(connus[:12]))}" + (
            ", …" if len(connus) > 12 else ""
        )
    return (f"l'élément « {local(nom)} » est inconnu ici", local(nom), remede)


def de_la_version(nom: str, version: str) -> str:
    """Remedy of an element that a later version of the message knows."""
    return f'« {nom} » existe à partir de la version {version} : écrivez versionInterface="{version}"'


def manque(nom: str, avant: str, apres: str) -> Phrase:
    """A required element is missing."""
    return (f"l'élément obligatoire « {nom} » manque", "", f"ajoutez-le {_place(avant, apres)}".rstrip())


def choix_vide(branches: list[list[str]]) -> Phrase:
    """Nothing of a required choice was written."""
    listes = [_liste(branche) for branche in branches]
    return (f"il manque {', ou bien '.join(listes)}", "", "ajoutez les éléments de l'une de ces possibilités")


def autre_branche(nom: str, rival: str) -> Phrase:
    """Two branches of a choice were written."""
    return (
        f"l'élément « {local(nom)} » ne peut pas accompagner « {rival} »",
        local(nom),
        f"gardez l'un ou l'autre : retirez « {local(nom)} » ou « {rival} » (et ce qui va avec lui)",
    )


def double(nom: str, maximum: int) -> Phrase:
    """Too many of an element."""
    fois = "une seule fois" if maximum == 1 else f"{maximum} fois au plus"
    return (
        f"l'élément « {local(nom)} » est de trop : il est admis {fois}",
        local(nom),
        "gardez-en un seul" if maximum == 1 else f"gardez-en {maximum}",
    )


def deplace(nom: str, avant: str, apres: str) -> Phrase:
    """A known element out of its order."""
    return (
        f"l'élément « {local(nom)} » n'est pas à sa place : l'ordre des éléments est imposé",
        local(nom),
        f"déplacez-le {_place(avant, apres)}".rstrip(),
    )


def enfant_dans_texte(nom: str, chemin: str) -> Phrase:
    """An element inside a simple value."""
    return (
        f"l'élément « {local(nom)} » est de trop : « {chemin.rpartition('/')[2]} » n'a que du texte",
        local(nom),
        "retirez-le",
    )


def texte_inattendu(texte: str, avec_code: bool) -> Phrase:
    """Text where only elements, or nothing, may stand."""
    valeur = texte.strip(BLANCS)
    if not valeur:
        return (
            "l'élément contient des blancs alors qu'il doit être vide",
            texte,
            "fermez-le aussitôt : <… />",
        )
    if not valeur.strip():
        return (
            f"l'élément contient un blanc qui n'est pas du XML (U+{ord(valeur[0]):04X}, souvent issu d'un "
            "copier-coller)",
            valeur,
            "remplacez-le par une espace ordinaire, ou retirez-le",
        )
    remede = f'écrivez la valeur dans l\'attribut code : code="{valeur[:20]}"' if avec_code else "retirez-le"
    return (f"le texte [{valeur[:80]}] n'est pas admis dans cet élément", valeur, remede)


def valeur_fixe(valeur: str, fixe: str) -> Phrase:
    """Another value than the only one admitted."""
    return (f"la valeur [{valeur}] n'est pas admise", valeur, f"seule valeur admise : {fixe}")


def attribut_inconnu(nom: str, valeur: str, connus: list[str]) -> Phrase:
    """An attribute that the element does not know, or knows qualified otherwise."""
    message = f"l'attribut « {local(nom)} » est inconnu ici"
    jumeau = next((connu for connu in connus if local(connu) == local(nom)), None)
    if jumeau is not None and espace(jumeau):
        return (
            f"l'attribut « {local(nom)} » est écrit sans espace de noms",
            valeur,
            f"écrivez-le avec le préfixe de [{espace(jumeau)}] : ns1:{local(nom)}",
        )
    if jumeau is not None:
        return (
            f"l'attribut « {local(nom)} » est écrit avec un préfixe",
            valeur,
            f"écrivez {local(nom)} sans préfixe",
        )
    proches = get_close_matches(local(nom), [local(connu) for connu in connus], n=1)
    return (message, valeur, f"vouliez-vous écrire « {proches[0]} » ?" if proches else "retirez-le")


def attribut_manquant(nom: str) -> Phrase:
    """A required attribute is missing."""
    return (f"l'attribut obligatoire « {local(nom)} » manque", "", f'ajoutez {local(nom)}="…"')


def nil(chemin: str) -> Phrase:
    """xsi:nil on an element that is not nillable."""
    return (
        "l'attribut xsi:nil n'est pas admis ici",
        "",
        f"retirez « {chemin.rpartition('/')[2]} » s'il est facultatif",
    )


def trop_d_enfants(nombre: int, maximum: int) -> Phrase:
    """A list too long to be explained child by child."""
    return (
        f"l'élément a {nombre} enfants et l'un d'eux au moins ne convient pas",
        "",
        f"au-delà de {maximum} enfants, ils ne sont pas comparés un à un : essayez avec un extrait",
    )


def la_suite(maximum: int) -> Phrase:
    """The list of faults was cut."""
    return (
        f"plus de {maximum} fautes : les suivantes ne sont pas énumérées",
        "",
        "corrigez celles-ci d'abord",
    )


def refus_brut(erreur: SchemaError) -> SchemaError:
    """A refusal that the walk did not explain: xsi:type, else in the schema processor's words."""
    if _XSI_TYPE.search(erreur.message):
        return SchemaError(
            erreur.ligne,
            erreur.chemin,
            "le type annoncé par l'attribut xsi:type n'est pas connu, ou n'est pas celui de l'élément",
            erreur.valeur,
            "retirez l'attribut xsi:type : le schéma dit déjà le type de chaque élément",
        )
    return SchemaError(
        erreur.ligne,
        erreur.chemin,
        f"le schéma refuse ce passage : {erreur.message}",
        erreur.valeur,
        "comparez-le au schéma",
    )


def _place(avant: str, apres: str) -> str:
    if avant and apres:
        return f"après « {avant} » et avant « {apres} »"
    if avant:
        return f"après « {avant} »"
    return f"avant « {apres} »" if apres else ""


def _liste(noms: list[str]) -> str:
    cites = [f"« {nom} »" for nom in noms]
    return cites[0] if len(cites) == 1 else f"{', '.join(cites[:-1])} et {cites[-1]}"
