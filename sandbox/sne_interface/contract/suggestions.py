"""The codes to write in place of a refused one: those of its list, or the nearest, with their labels."""

from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import Final

from sne_interface.contract.contrats_charges import Contrat
from sne_interface.contract.phrases_d_explication import dire
from sne_interface.contract.schemas import BLANCS, SchemaError
from sne_interface.domain.element_recu import sans_indices
from sne_interface.domain.texte import plier

#: A list of so many codes is told whole.
_COURTE: Final = 9
_PROCHES_MAX: Final = 3
#: Among the types of files, those that only the SNE sends.
_TYPES: Final = "ListeTypeFichier"
_DU_SNE: Final = frozenset({"DIS", "RET"})
_TYPE: Final = "/entete/typeFichier"
#: Those whose document is a whole demande.
_ENTIERES: Final = ("CRE", "CRS", "MOD", "REN")
#: Rules whose `valeur` may be a code that is not of the list of its element.
_DE_CODE: Final = frozenset({"ENT001", "ENT011", "DAL002", "DAL003"})
_VERSION: Final = "interfaceNuu/@versionInterface"


def liste_de(contrat: Contrat, chemin: str) -> str:
    """Name of the closed list that rules the element at `chemin` (indices, attribute `code` included), "" for
    none."""
    nu = sans_indices(chemin).removesuffix("/@code")
    return contrat.nomenclatures.par_chemin.get(nu, "")


def suggerer(contrat: Contrat, liste: str, ecrit: str) -> str:
    """Suggests a replacement for `ecrit`, which the list does not hold, in French, without a full stop.
    Raises KeyError for an unknown list."""
    codes = _codes(contrat, liste)
    commande = f"sne-sandbox nomenclatures {liste}"
    if ecrit != ecrit.strip() and ecrit.strip() in codes:
        ou = "au début" if ecrit[0].isspace() else "à la fin"
        return f"il y a une espace {ou} : écrivez {dire_code(codes, ecrit.strip())}"
    proches = _proches(codes, ecrit)
    tete = f"vouliez-vous écrire {' ou '.join(dire_code(codes, c) for c in proches)} ? " if proches else ""
    if len(codes) <= _COURTE:
        return f"{tete}codes de {liste} : {', '.join(dire_code(codes, code) for code in codes)}"
    return f"{tete}tous les codes de {liste} : {commande}"


def types_voulus(contrat: Contrat, ecrit: str) -> tuple[str, ...]:
    """The types of file that this one may stand for: itself if it is one, else the nearest, else those of a
    whole demande."""
    if ecrit in contrat.nomenclatures.liste(_TYPES):
        return (ecrit,)
    return tuple(_proches(_codes(contrat, _TYPES), ecrit)) or _ENTIERES


def suggerer_une_commune(contrat: Contrat, ecrit: str) -> str:
    """Suggests the communes of that postal code in place of a code that no commune has. "" for none."""
    communes = {c.code: c.nom for c in contrat.territoires.du_code_postal(ecrit)}
    if not communes:
        return ""
    dites = " ou ".join(dire_code(communes, code) for code in list(communes)[:_PROCHES_MAX])
    suite = f", ou une autre des {len(communes)} communes de ce code" if len(communes) > _PROCHES_MAX else ""
    return f"{ecrit} est un code postal. Écrivez le code INSEE de la commune : {dites}{suite}."


def dire_code(codes: Mapping[str, str], code: str) -> str:
    """« CDI » (CDI ou fonctionnaire)."""
    return f"« {code} » ({codes[code]})" if codes[code] not in ("", code) else f"« {code} »"


def _codes(contrat: Contrat, liste: str) -> dict[str, str]:
    """The codes of a list that an application may write, with their labels."""
    tus = {"", *_DU_SNE} if liste == _TYPES else {""}
    return {code: nom for code, nom in contrat.nomenclatures.liste(liste).items() if code not in tus}


def _proches(codes: Mapping[str, str], ecrit: str) -> list[str]:
    """The codes that were probably meant, nearest first: by the code itself, else by its label."""
    plie = plier(ecrit)
    if not plie:
        return []
    par_code = {plier(code): code for code in codes}
    par_libelle = {plier(libelle): code for code, libelle in codes.items()}
    for exacts, cherche in ((par_code, plie), (par_code, f"0{plie}"), (par_libelle, plie)):
        if cherche in exacts:
            return [exacts[cherche]]
    nommes = [code for libelle, code in par_libelle.items() if libelle.startswith(plie)]
    debuts = [code for p, code in par_code.items() if len(p) > 1 and plie.startswith(p)]
    voisins = [par_code[p] for p in get_close_matches(plie, par_code, n=_PROCHES_MAX, cutoff=0.5)]
    voisins += [par_libelle[p] for p in get_close_matches(plie, par_libelle, n=_PROCHES_MAX, cutoff=0.8)]
    return list(dict.fromkeys([*nommes, *debuts, *voisins]))[:_PROCHES_MAX]


def preciser(contrat: Contrat, faute: SchemaError) -> SchemaError:
    """The same fault; of a code, a type of file or a version, with those that are admitted as remedy."""
    if faute.sorte == "racine" and faute.valeur == "Envelope":
        message, _, remede, _ = dire("enveloppe")
        return replace(faute, message=message, remede=remede)
    if faute.chemin == _VERSION:
        versions = ", ".join(contrat.versions)
        return replace(faute, remede=f"versions de message que le contrat admet : {versions}")
    code = faute.chemin.endswith("/@code") or faute.chemin.endswith(_TYPE)
    place = faute.sorte == "manque" or not faute.chemin.endswith(_TYPE)
    vide = place and not faute.valeur.strip(BLANCS)
    liste = liste_de(contrat, faute.chemin) if code and not vide else ""
    return replace(faute, remede=suggerer(contrat, liste, faute.valeur)) if liste else faute


def remede_de_regle(contrat: Contrat, regle: str, chemin: str, valeur: str) -> str:
    """Returns the remedy for an anomalie of this rule at this path, "" when nobody wrote one. The remedy
    gives the codes of the list when `valeur` is none of them."""
    fiche = contrat.regles.get(regle)
    remede = fiche.remede if fiche is not None else ""
    if chemin.endswith("/commune") and not contrat.territoires.existe(valeur):
        return suggerer_une_commune(contrat, valeur) or remede
    liste = liste_de(contrat, chemin) if regle in _DE_CODE else ""
    if not liste or not valeur or contrat.nomenclatures.contient(liste, valeur):
        return remede
    dite = suggerer(contrat, liste, valeur)
    return f"{dite[0].upper()}{dite[1:]}."
