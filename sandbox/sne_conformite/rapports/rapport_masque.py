"""The part of a report that may be shown: no NIR, nor the password of an address, whoever wrote the finding;
and nothing that would keep the rest from being shown.

Every form of a report is drawn from the result of `masquer`. Where one finding, example or exchange cannot be
masked or written (an example too deep, a number too long, a bug of ours), it gives way to a sentence that
says so: the others are shown all the same.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final, TypeVar

from sne_conformite.rapports.rapport import (
    Bilan,
    Candidat,
    Constat,
    EchangeCite,
    Mention,
    Rapport,
    ReponseDuSne,
    ResultatScenario,
    Verification,
)
from sne_interface.domain.nir import cache_un_nir, masquer_nir, masquer_secrets, noms_nir
from sne_interface.domain.texte import abrege, borne, visible
from sne_sandbox.mime.masquage import masquer_message

_T = TypeVar("_T")

#: Where a NIR is spoken of, any long run of digits may be one, badly written as it may be.
_SUITE: Final = re.compile(r"(?<!\w)\d(?:[ .]?[0-9AB]){8,}(?!\w)")
#: Values within values of an example: a household has ten.
_PROFONDEUR_MAX: Final = 100
_RAISON_MAX: Final = 200
#: Characters that a report quotes of one text: applications answer messages of a megabyte. The evidence has
#: all of it.
CITATION_MAX: Final = 2_000


def masquer(rapport: Rapport) -> Rapport:
    """`rapport` as it may be shown: every NIR masked, in findings, examples and exchanges, and what cannot be
    shown said to be so. Doing it twice changes nothing more."""
    return replace(
        rapport,
        entete=replace(
            rapport.entete,
            commande=masquer_secrets(rapport.entete.commande),
            application=borne(masquer_secrets(rapport.entete.application), CITATION_MAX),
            inacheve=_dit(rapport.entete.inacheve),
            candidat=_candidat(rapport.entete.candidat),
        ),
        motifs=tuple(map(_dit, rapport.motifs)),
        scenarios=_chacun(_scenario, rapport.scenarios, lambda s, r: replace(s, verifications=(), raison=r)),
        bilans=_chacun(_bilan, rapport.bilans, lambda b, r: replace(b, constats=(), raison=r)),
        echanges=_chacun(_echange, rapport.echanges, lambda e, r: EchangeCite(e.identifiant, r, "", "")),
        reponses=_chacun(_reponse, rapport.reponses, lambda v, r: replace(v, message=r)),
        angles_morts=tuple(replace(a, phrase=_dit(a.phrase)) for a in rapport.angles_morts),
        mentions=tuple(map(_mention, rapport.mentions)),
    )


def masquer_valeur(valeur: Any, nom: str = "", profondeur: int = 0) -> Any:
    """A JSON value with its NIRs masked: all that the key of a NIR holds, and what reads like one elsewhere.
    Raises ValueError for one that is too deep to be read."""
    if profondeur > _PROFONDEUR_MAX:
        raise ValueError(f"plus de {_PROFONDEUR_MAX} niveaux")
    if isinstance(valeur, str):
        return masquer_nir(valeur) if cache_un_nir(nom) else masquer_secrets(valeur)
    if isinstance(valeur, Mapping):
        return {cle: masquer_valeur(v, cle, profondeur + 1) for cle, v in valeur.items()}
    if isinstance(valeur, list | tuple):
        return [masquer_valeur(v, nom, profondeur + 1) for v in valeur]
    return valeur


def impossible(erreur: Exception) -> str:
    """Why one thing cannot be shown, in French, NIRs masked."""
    dit = f"{type(erreur).__name__} : {erreur}"
    return f"Ceci ne peut pas être montré ({abrege(visible(masquer_secrets(dit)), _RAISON_MAX)})."


def _chacun(
    masquer_un: Callable[[_T], _T], valeurs: Iterable[_T], sinon: Callable[[_T, str], _T]
) -> tuple[_T, ...]:
    """Each of `valeurs` masked; `sinon` makes of one that cannot be what says why."""
    masquees = []
    for valeur in valeurs:
        try:
            masquees.append(masquer_un(valeur))
        except Exception as erreur:  # noqa: BLE001 - whatever is wrong with one, the others are shown
            masquees.append(sinon(valeur, impossible(erreur)))
    return tuple(masquees)


def _dit(texte: str) -> str:
    """A sentence: masked first, half of a NIR is still one."""
    return borne(masquer_secrets(texte), CITATION_MAX)


def _scenario(scenario: ResultatScenario) -> ResultatScenario:
    return replace(
        scenario,
        verifications=_chacun(
            _verification,
            scenario.verifications,
            lambda v, r: Verification(v.scenario, v.exigence, v.verdict, raison=r, connue=v.connue),
        ),
        raison=_dit(scenario.raison),
    )


def _verification(verification: Verification) -> Verification:
    if not (verification.constats or verification.exemple or verification.raison or verification.commande):
        return verification
    return replace(
        verification,
        constats=_constats(verification.constats),
        exemple=_exemple(verification.exemple),
        commande=masquer_secrets(verification.commande),
        raison=_dit(verification.raison),
    )


def _bilan(bilan: Bilan) -> Bilan:
    if not (bilan.constats or bilan.raison):
        return bilan
    return replace(bilan, constats=_constats(bilan.constats), raison=_dit(bilan.raison))


def _constats(constats: Iterable[Constat]) -> tuple[Constat, ...]:
    return _chacun(
        _constat, constats, lambda c, r: Constat(c.exigence, c.tenue, r, c.sorte, echange=c.echange)
    )


def _constat(constat: Constat) -> Constat:
    textes = constat.phrase, constat.attendu, constat.observe
    parle_de_nir = any(map(_parle_de_nir, (constat.chemin, constat.sorte, constat.phrase)))
    phrase, attendu, observe = (borne(_texte(texte, parle_de_nir), CITATION_MAX) for texte in textes)
    return replace(
        constat,
        phrase=phrase,
        chemin=borne(constat.chemin, CITATION_MAX),
        attendu=attendu,
        observe=observe,
        exemple=_exemple(constat.exemple),
    )


def _exemple(exemple: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    if exemple is None:
        return None
    try:
        masque: Mapping[str, Any] = masquer_valeur(exemple)
        json.dumps(masque)
    except (ValueError, TypeError, RecursionError) as erreur:  # too deep, too long a number, no JSON
        return {"exemple": impossible(erreur)}
    return masque


def _parle_de_nir(texte: str) -> bool:
    return any(nom.lower() in texte.lower() for nom in noms_nir())


def _texte(texte: str, parle_de_nir: bool) -> str:
    texte = masquer_secrets(masquer_message(texte) if "<" in texte else texte)
    return _SUITE.sub(lambda trouve: masquer_nir(trouve[0]), texte) if parle_de_nir else texte


@lru_cache(maxsize=256)
def _echange(echange: EchangeCite) -> EchangeCite:
    """Kept: each of seven forms masks the same ones, and that is most of what writing a report costs."""
    return replace(
        echange,
        resume=_dit(echange.resume),
        requete=masquer_secrets(masquer_message(echange.requete)),
        reponse=masquer_secrets(masquer_message(echange.reponse)),
    )


def _mention(mention: Mention) -> Mention:
    return replace(
        mention,
        lacunes=tuple(
            replace(
                lacune,
                phrase=borne(_texte(lacune.phrase, _parle_de_nir(lacune.phrase)), CITATION_MAX),
                commande=masquer_secrets(lacune.commande),
            )
            for lacune in mention.lacunes
        ),
        reserves=tuple(masquer_secrets(reserve) for reserve in mention.reserves),
    )


def _candidat(candidat: Candidat | None) -> Candidat | None:
    if candidat is None:
        return None
    attestations = tuple(replace(a, phrase=masquer_secrets(a.phrase)) for a in candidat.attestations)
    return replace(candidat, attestations=attestations)


def _reponse(reponse: ReponseDuSne) -> ReponseDuSne:
    return replace(reponse, message=_dit(reponse.message), remede=_dit(reponse.remede))
