"""What makes an application conforming, said once: by whoever judges, and again when a baseline excuses.

A MUST that broke, a check that the suite could not carry out, and required evidence that is missing make it
not conforming; a SHOULD never does. What a caller alone knows (its command failed, nothing arrived) it adds.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace

from sne_sandbox.domain.texte import accorde
from sne_sandbox.reports.model import Bilan, EtatExigence, Rapport, Verdict, Verification

OBLIGATOIRE = "MUST"


def decider(rapport: Rapport, autres: Iterable[str] = (), *, exigees: Collection[str] = ()) -> Rapport:
    """`rapport` with `conforme` and `motifs` set: what its checks and balances say, then `autres`, French
    sentences of reasons that are not in it. `exigees` are ids whose evidence may not lack. A trial that did
    not go to its end conforms to nothing."""
    inacheve = (rapport.entete.inacheve,) if rapport.entete.inacheve else ()
    motifs = (*inacheve, *motifs_des_manquements(rapport), *motifs_des_preuves(rapport, exigees), *autres)
    return replace(rapport, motifs=motifs, conforme=not motifs)


def motifs_des_manquements(rapport: Rapport) -> tuple[str, ...]:
    """A French sentence for the mandatory requirements that broke, one for the checks in error; known
    failures count for nothing."""
    niveaux = niveaux_de(rapport)
    enfreintes = dict.fromkeys(
        v.exigence
        for v in rapport.verifications
        if v.verdict is Verdict.ECHOUE and not v.connue and niveaux.get(v.exigence) == OBLIGATOIRE
    )
    enfreintes |= dict.fromkeys(b.exigence for b in rapport.bilans if _compte(b))
    erreurs = dict.fromkeys(v.scenario for v in rapport.verifications if en_erreur(v))
    erreurs |= dict.fromkeys(
        s.id for s in rapport.scenarios if s.verdict is Verdict.ERREUR and _sans_excuse(s.verifications)
    )
    motifs = []
    if enfreintes:
        motifs.append(
            accorde(len(enfreintes), "exigence obligatoire enfreinte", "exigences obligatoires enfreintes")
            + f" : {_liste(enfreintes)}."
        )
    if erreurs:
        motifs.append(
            accorde(len(erreurs), "scénario en erreur", "scénarios en erreur") + f" : {_liste(erreurs)}."
        )
    return tuple(motifs)


def motifs_des_preuves(rapport: Rapport, exigees: Collection[str]) -> tuple[str, ...]:
    """A French sentence for the ids of `exigees` that no evidence proves, unknown ids included."""
    prouvees = {
        b.exigence for b in rapport.bilans if b.etat in (EtatExigence.PROUVEE, EtatExigence.ENFREINTE)
    }
    manquent = [exigence for exigence in exigees if exigence not in prouvees]
    return (f"Preuve exigée, et absente : {_liste(manquent)}.",) if manquent else ()


def niveaux_de(rapport: Rapport) -> dict[str, str]:
    """MUST or SHOULD by requirement; one that has no balance counts as MUST."""
    niveaux = {v.exigence: OBLIGATOIRE for v in rapport.verifications}
    return niveaux | {b.exigence: b.niveau for b in rapport.bilans}


def en_erreur(verification: Verification) -> bool:
    """Whether a check could not be carried out, and nothing excuses it."""
    return verification.verdict is Verdict.ERREUR and not verification.connue


def _compte(bilan: Bilan) -> bool:
    return bilan.etat is EtatExigence.ENFREINTE and bilan.niveau == OBLIGATOIRE and not bilan.connue


def _sans_excuse(verifications: tuple[Verification, ...]) -> bool:
    return not any(v.connue for v in verifications if v.verdict is Verdict.ERREUR)


def _liste(noms: Iterable[str]) -> str:
    return ", ".join(noms)
