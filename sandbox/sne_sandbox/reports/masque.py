"""No report shows a NIR, nor the password of an address: what it says is masked before it is written, whoever
wrote the finding.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from sne_sandbox.domain.texte import masquer_message, masquer_nir, masquer_nirs
from sne_sandbox.reports.model import Bilan, Constat, EchangeCite, Rapport, ResultatScenario, Verification

#: Where a NIR is spoken of, any long run of digits may be one, badly written as it may be.
_SUITE: Final = re.compile(r"(?<!\w)\d(?:[ .]?[0-9AB]){8,}(?!\w)")
_NIR: Final = "nir"
#: What stands for a secret.
CACHE: Final = "***"
_MOT_DE_PASSE: Final = re.compile(r"(://[^\s/:@]*:)[^\s/@]+(?=@)|([?&]password=)[^&\s'\"]+")


def masquer(rapport: Rapport) -> Rapport:
    """`rapport` as it may be shown: every NIR masked, in findings, examples and exchanges. Doing it twice
    changes nothing more."""
    return replace(
        rapport,
        entete=replace(
            rapport.entete,
            commande=_commande(rapport.entete.commande),
            application=_commande(rapport.entete.application),
        ),
        motifs=tuple(masquer_nirs(motif) for motif in rapport.motifs),
        scenarios=tuple(_scenario(scenario) for scenario in rapport.scenarios),
        bilans=tuple(_bilan(bilan) for bilan in rapport.bilans),
        echanges=tuple(_echange(echange) for echange in rapport.echanges),
        reponses=tuple(replace(r, message=masquer_nirs(r.message)) for r in rapport.reponses),
    )


def masquer_valeur(valeur: Any, nom: str = "") -> Any:
    """A JSON value with its NIRs masked: all that a key `nir` holds, and what reads like one elsewhere."""
    if isinstance(valeur, str):
        return masquer_nir(valeur) if nom == _NIR else _commande(valeur)
    if isinstance(valeur, Mapping):
        return {cle: masquer_valeur(v, cle) for cle, v in valeur.items()}
    if isinstance(valeur, list | tuple):
        return [masquer_valeur(v, nom) for v in valeur]
    return valeur


def _commande(texte: str) -> str:
    return masquer_nirs(_MOT_DE_PASSE.sub(rf"\1\2{CACHE}", texte))


def _scenario(scenario: ResultatScenario) -> ResultatScenario:
    return replace(
        scenario,
        verifications=tuple(_verification(v) for v in scenario.verifications),
        raison=masquer_nirs(scenario.raison),
    )


def _verification(verification: Verification) -> Verification:
    if not (verification.constats or verification.exemple or verification.raison or verification.commande):
        return verification
    return replace(
        verification,
        constats=tuple(_constat(constat) for constat in verification.constats),
        exemple=None if verification.exemple is None else masquer_valeur(verification.exemple),
        commande=_commande(verification.commande),
        raison=masquer_nirs(verification.raison),
    )


def _bilan(bilan: Bilan) -> Bilan:
    return replace(bilan, constats=tuple(_constat(c) for c in bilan.constats)) if bilan.constats else bilan


def _constat(constat: Constat) -> Constat:
    textes = constat.phrase, constat.attendu, constat.observe
    parle_de_nir = any(_NIR in texte.lower() for texte in (constat.chemin, constat.sorte, constat.phrase))
    phrase, attendu, observe = (_texte(texte, parle_de_nir) for texte in textes)
    exemple = None if constat.exemple is None else masquer_valeur(constat.exemple)
    return replace(constat, phrase=phrase, attendu=attendu, observe=observe, exemple=exemple)


def _texte(texte: str, parle_de_nir: bool) -> str:
    texte = masquer_message(texte) if "<" in texte else masquer_nirs(texte)
    return _SUITE.sub(lambda trouve: masquer_nir(trouve[0]), texte) if parle_de_nir else texte


def _echange(echange: EchangeCite) -> EchangeCite:
    return replace(
        echange,
        resume=masquer_nirs(echange.resume),
        requete=masquer_message(echange.requete),
        reponse=masquer_message(echange.reponse),
    )
