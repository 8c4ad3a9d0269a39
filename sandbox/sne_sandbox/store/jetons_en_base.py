"""The tokens of the people who may enter, as the database keeps them: every process sees a change at once."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sne_interface.errors import ConflitEtat
from sne_sandbox.store import tables
from sne_sandbox.store.base_de_donnees import BaseDeDonnees
from sne_sandbox.store.connexion_en_transaction import Connexion, Ligne, lire_requetes
from sne_sandbox.store.lignes import en_colonnes, instant_de, instant_ou_rien, micros
from sne_sandbox.store.requetes_sql import inserer

#: What its writers hold alone on PostgreSQL: no base has such a name.
_VERROU: Final = "sne-sandbox:jetons"
_SQL: Final = lire_requetes(__file__, jeton=", ".join(tables.jeton.noms))
_AJOUTER: Final = inserer(tables.jeton)


@dataclass(frozen=True)
class JetonGarde:
    """A token, of which the hash alone is kept (hexadecimal). Instants are aware, UTC."""

    nom: str
    empreinte: str
    droit: str
    base: str | None
    cree_le: datetime
    vu_le: datetime | None = None
    expire_le: datetime | None = None


class Jetons:
    """The tokens of a database."""

    def __init__(self, donnees: BaseDeDonnees) -> None:
        self._donnees = donnees

    def lister(self) -> list[JetonGarde]:
        """All of them, by name, those that have expired too."""
        return [_lu(ligne) for ligne in self._donnees.lignes(_SQL["tous"], {})]

    def trouver(self, empreinte: str) -> JetonGarde | None:
        """The token of this hash; None for none."""
        ligne = self._donnees.ligne(_SQL["de_l_empreinte"], {"empreinte": empreinte})
        return None if ligne is None else _lu(ligne)

    def lire(self, nom: str) -> JetonGarde | None:
        """The token of this name; None for none."""
        ligne = self._donnees.ligne(_SQL["de_nom"], {"nom": nom})
        return None if ligne is None else _lu(ligne)

    def ajouter(self, *jetons: JetonGarde, remplacer: bool = False) -> None:
        """Keeps tokens, all or none of them. Raises ConflitEtat for a name that is taken, unless it is to be
        replaced."""
        with self._seul() as connexion:
            for jeton in jetons:
                cle = {"nom": jeton.nom}
                if remplacer:
                    connexion.faire(_SQL["oter"], cle)
                elif connexion.ligne(_SQL["de_nom"], cle) is not None:
                    raise ConflitEtat(
                        f"Le jeton [{jeton.nom}] existe déjà.",
                        remede=f"un autre nom, ou « sne-sandbox jetons revoquer {jeton.nom} » d'abord",
                    )
                connexion.faire(_AJOUTER, en_colonnes(tables.jeton.noms, jeton))

    def revoquer(self, *noms: str) -> bool:
        """Forgets tokens; whether there was one."""
        with self._seul() as connexion:
            return sum([connexion.faire(_SQL["oter"], {"nom": nom}) for nom in noms]) > 0

    def voir(self, empreinte: str, maintenant: datetime) -> None:
        """Notes when a token was used."""
        with self._seul() as connexion:
            connexion.faire(_SQL["voir"], {"empreinte": empreinte, "vu_le": micros(maintenant)})

    def utiliser(self, empreinte: str, expire_le: datetime, maintenant: datetime) -> bool:
        """Uses a code up, until it is too old; whether nobody had."""
        with self._seul() as connexion:
            connexion.faire(_SQL["oublier_codes"], {"maintenant": micros(maintenant)})
            fait = {"empreinte": empreinte, "expire_le": micros(expire_le)}
            return connexion.faire(_SQL["utiliser"], fait) > 0

    def compter_refus(self, maintenant: datetime) -> None:
        """Counts a wrong token."""
        with self._seul() as connexion:
            connexion.faire(_SQL["compter"], {"maintenant": micros(maintenant)})

    def _seul(self) -> AbstractContextManager[Connexion]:
        return self._donnees.transaction(ecriture=True, verrou=_VERROU)

    def refus(self) -> tuple[int, datetime | None]:
        """How many wrong tokens came, and when the last did."""
        ligne = self._donnees.ligne(_SQL["comptes"], {})
        return (0, None) if ligne is None else (int(ligne[0]), instant_de(ligne[1]))


def revoquer_ceux_de(connexion: Connexion, base: str) -> None:
    """Forgets the tokens of a base that goes: another one of its name is not theirs."""
    connexion.faire(_SQL["oter_de_la_base"], {"base": base})


def _lu(ligne: Ligne) -> JetonGarde:
    nom, empreinte, droit, base, cree_le, vu_le, expire_le = ligne
    return JetonGarde(
        nom, empreinte, droit, base, instant_de(cree_le), instant_ou_rien(vu_le), instant_ou_rien(expire_le)
    )
