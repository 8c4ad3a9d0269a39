"""A report in a few lines: what a test that fails shows of it."""

from collections.abc import Iterator
from typing import Final

from sne_sandbox.reports.accords import accorde
from sne_sandbox.reports.caracteres import abrege, visible
from sne_sandbox.reports.exemple import RIEN
from sne_sandbox.reports.groupes import GroupeConstats, grouper
from sne_sandbox.reports.masque import masquer
from sne_sandbox.reports.model import Entete, Rapport

_GROUPES_MAX: Final = 10
_VALEUR_MAX: Final = 200


def juges(entete: Entete) -> str:
    """« 5 échanges jugés, dont 3 refusés »: a conforming report of which all was refused has to show it."""
    dits = accorde(entete.echanges, "échange jugé", "échanges jugés")
    return f"{dits}, dont {accorde(entete.refuses, 'refusé', 'refusés')}" if entete.refuses else dits


def en_une_ligne(rapport: Rapport) -> str:
    """« <rapport non conforme : 1 exigence obligatoire enfreinte : NOM-02.> », NIRs masked."""
    rapport = masquer(rapport)
    if rapport.conforme:
        return f"<rapport conforme : {juges(rapport.entete)}>"
    return f"<rapport {rapport.conclusion} : {visible(' '.join(rapport.motifs))}>"


def en_bref(rapport: Rapport) -> str:
    """Why it does not conform, then each kind of finding: sentence, place, expected, observed, exchanges;
    NIRs masked."""
    rapport = masquer(rapport)
    groupes = [g for g in grouper(rapport) if not g.connue]
    lignes = [en_une_ligne(rapport).strip("<>")]
    for groupe in groupes[:_GROUPES_MAX]:
        lignes += _lignes(groupe)
    if len(groupes) > _GROUPES_MAX:
        lignes.append(f"… et {accorde(len(groupes) - _GROUPES_MAX, 'autre', 'autres')}")
    return "\n".join(lignes)


def _lignes(groupe: GroupeConstats) -> Iterator[str]:
    signe = "✗" if groupe.obligatoire else "!"
    yield f"{signe} {groupe.titre} {visible(groupe.phrase)}"
    constat = groupe.constat
    if constat is not None and constat.chemin:
        yield f"    chemin  : {constat.chemin}"
    if constat is not None and (constat.attendu or constat.observe):
        yield f"    attendu : {abrege(visible(constat.attendu), _VALEUR_MAX) or RIEN}"
        yield f"    observé : {abrege(visible(constat.observe), _VALEUR_MAX) or RIEN}"
    if groupe.echanges:
        yield f"    {groupe.ou}"
