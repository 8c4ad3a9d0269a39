"""DOU: one person, one demande in a territory."""

from collections.abc import Iterator, Sequence
from typing import Final

from sne_sandbox.domain.demande import Demande, DemandeStockee, Personne
from sne_sandbox.rules.context import Contexte
from sne_sandbox.rules.personnes import identite, identite_patronymique
from sne_sandbox.rules.rule import Infraction, Regle, constat, regle


def doublons(contexte: Contexte) -> Sequence[DemandeStockee]:
    """The active demandes of the territory that DOU001 names, by number; none with `forcerDoublon`, none for
    an association. The joint demande of a separation is no duplicate."""
    territoire = _territoire(contexte.demande)
    if territoire is None:
        return ()
    return contexte.registre.doublons(
        territoire, contexte.demande.titulaires, sauf=_associee(contexte.demande)
    )


@regle("DOU001", registre=True)
def demande_en_double(contexte: Contexte) -> Iterator[Infraction]:
    """No active demande of the territory holds the same person."""
    titulaires = contexte.demande.titulaires
    for trouvee in doublons(contexte):
        connues = {identite(personne) for personne in trouvee.demande.titulaires}
        yield _sur(next((p for p in titulaires if identite(p) in connues), titulaires[0]), trouvee)


@regle("DOU002", registre=True)
def demande_proche(contexte: Contexte) -> Iterator[Infraction]:
    """No active demande of the territory holds the same person under her birth name."""
    demande = contexte.demande
    territoire = _territoire(demande)
    titulaires = demande.titulaires
    if territoire is None or all(identite_patronymique(personne) is None for personne in titulaires):
        return
    proches = contexte.registre.doublons_patronymiques(territoire, titulaires, sauf=_associee(demande))
    if not proches:
        return
    nommees = {trouvee.numero_unique for trouvee in doublons(contexte)}
    for trouvee in proches:
        if trouvee.numero_unique not in nommees:
            connues = {identite_patronymique(personne) for personne in trouvee.demande.titulaires}
            yield _sur(
                next((p for p in titulaires if identite_patronymique(p) in connues), titulaires[0]), trouvee
            )


@regle("DOU003", registre=True)
def personne_ajoutee_en_double(contexte: Contexte) -> Iterator[Infraction]:
    """A person that this message adds is in no other active demande of the territory."""
    stockee = contexte.stockee
    if stockee is None:
        return
    connues = {identite(personne) for personne in stockee.demande.titulaires}
    for ajoutee in contexte.demande.titulaires:
        if identite(ajoutee) not in connues:
            for trouvee in contexte.registre.doublons(
                stockee.territoire, (ajoutee,), sauf=(stockee.numero_unique,)
            ):
                yield _sur(ajoutee, trouvee)


def _territoire(demande: Demande) -> str | None:
    """Where duplicates are looked for; None when they are not."""
    if demande.forcer_doublon or demande.est_association:
        return None
    return demande.territoire


def _associee(demande: Demande) -> tuple[str, ...]:
    return (demande.numero_associe,) if demande.numero_associe is not None else ()


def _sur(personne: Personne, trouvee: DemandeStockee) -> Infraction:
    numero = trouvee.numero_unique
    return constat(personne.element, valeur=numero, numero=numero)


REGLES: Final[tuple[Regle, ...]] = (
    demande_en_double,
    demande_proche,
    personne_ajoutee_en_double,
)
