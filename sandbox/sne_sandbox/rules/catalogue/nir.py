"""The NIR of applicant and co-holders, interface 5.2 (NIR). It is masked wherever it is shown."""

from collections.abc import Iterator

from sne_sandbox.domain.demande import Personne
from sne_sandbox.domain.element import Element
from sne_sandbox.domain.nir import cle_valide, convient_a_la_civilite, convient_a_la_naissance, forme_valide
from sne_sandbox.domain.texte import masquer_nir
from sne_sandbox.rules.context import Contexte
from sne_sandbox.rules.rule import Infraction, constat, regle


@regle("NIR001")
def forme_du_nir(contexte: Contexte) -> Iterator[Infraction]:
    """A NIR has 15 characters: 13 (2A and 2B allowed) and a key of 2 digits. Source: net-entreprises
    (attested)."""
    for _, element, nir in _nirs(contexte):
        if not forme_valide(nir):
            yield constat(element, valeur=masquer_nir(nir))


@regle("NIR002")
def cle_du_nir(contexte: Contexte) -> Iterator[Infraction]:
    """The key is 97 - (number mod 97), 2A read as 19 and 2B as 18. Source: public rule (attested)."""
    for _, element, nir in _bien_formes(contexte):
        if not cle_valide(nir):
            yield constat(element, valeur=masquer_nir(nir))


@regle("NIR003")
def nir_et_civilite(contexte: Contexte) -> Iterator[Infraction]:
    """The first digit fits the civilité: 1, 3, 7 Monsieur; 2, 4, 8 Madame and Mademoiselle (7 and 8 are
    waiting numbers). Deduced."""
    for personne, element, nir in _bien_formes(contexte):
        civilite = personne.civilite
        if civilite is not None and not convient_a_la_civilite(nir, civilite):
            yield constat(element, valeur=masquer_nir(nir))


@regle("NIR004")
def nir_et_date_de_naissance(contexte: Contexte) -> Iterator[Infraction]:
    """Year and month fit the birth date; a month above 12 fits any (incomplete civil status). Deduced."""
    for personne, element, nir in _bien_formes(contexte):
        naissance = personne.date_naissance
        if naissance is not None and not convient_a_la_naissance(nir, naissance):
            yield constat(element, valeur=masquer_nir(nir))


@regle("NIR006", registre=True)
def nir_deja_porte(contexte: Contexte) -> Iterator[Infraction]:
    """No active demande of the same territory, the associated one excepted, holds this NIR, unless the
    duplicate is forced. Source: L. 441-2-1 (convention). Silent where DOU001 names the same demande."""
    demande, territoire = contexte.demande, contexte.demande.territoire
    if territoire is None or demande.forcer_doublon:
        return
    sauf = (demande.numero_associe,) if demande.numero_associe else ()
    for _, element, nir in _nirs(contexte):
        numeros = contexte.registre.demandes_du_nir(territoire, nir, sauf=sauf)
        if not numeros:
            continue
        doublons = contexte.registre.doublons(territoire, demande.titulaires, sauf=sauf)
        nommes = {doublon.numero_unique for doublon in doublons}
        for numero in numeros:
            if numero not in nommes:
                yield constat(element, valeur=masquer_nir(nir), numero=numero)


@regle("NIR007")
def nir_en_double(contexte: Contexte) -> Iterator[Infraction]:
    """No NIR is given for two persons of the demande. Convention."""
    vus: set[str] = set()
    for _, element, nir in _nirs(contexte):
        if nir in vus:
            yield constat(element, valeur=masquer_nir(nir))
        vus.add(nir)


def _nirs(contexte: Contexte) -> Iterator[tuple[Personne, Element, str]]:
    for personne in contexte.demande.titulaires:
        element = personne.element.enfant("nir")
        if element is not None:
            yield personne, element, element.texte


def _bien_formes(contexte: Contexte) -> Iterator[tuple[Personne, Element, str]]:
    return (trouve for trouve in _nirs(contexte) if forme_valide(trouve[2]))


REGLES = (
    forme_du_nir,
    cle_du_nir,
    nir_et_civilite,
    nir_et_date_de_naissance,
    nir_deja_porte,
    nir_en_double,
)
