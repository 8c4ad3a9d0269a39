"""When two persons are one, for the rules that compare them."""

from datetime import date

from sne_sandbox.domain.demande import Personne
from sne_sandbox.domain.texte import plier

#: Folded nom, folded prénom, birth date.
Identite = tuple[str, str, date | None]


def identite(personne: Personne) -> Identite:
    """Who a person is for the duplicate search: nom, prénom and birth date (attested criterion)."""
    return plier(personne.nom), plier(personne.prenom), personne.date_naissance


def identite_patronymique(personne: Personne) -> Identite | None:
    """The same with the birth name in place of nom; None for a person who gives none."""
    nom = plier(personne.nom_patronymique)
    return (nom, plier(personne.prenom), personne.date_naissance) if nom else None


def noms(personne: Personne) -> frozenset[str]:
    """The folded names that a person is known by: nom, and birth name when it is given."""
    return frozenset(filter(None, (plier(personne.nom), plier(personne.nom_patronymique))))
