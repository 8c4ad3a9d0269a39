"""The register of one base: what rules ask of it, and what operations write to it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Final

import sqlalchemy as sa

from sne_sandbox.domain.base import Base, Horloge
from sne_sandbox.domain.demande import Personne
from sne_sandbox.domain.demande_stockee import DemandeStockee
from sne_sandbox.domain.evenement import Evenement, TypeEvenement
from sne_sandbox.domain.guichet import Guichet
from sne_sandbox.domain.mouvement import Mouvement
from sne_sandbox.domain.texte import plier
from sne_sandbox.errors import StoreError
from sne_sandbox.store import bases, echeances, evenements, mouvements, requetes, sequences, tables
from sne_sandbox.store.bases import BaseLue, Bases, Referentiel
from sne_sandbox.store.connexion import Connexion
from sne_sandbox.store.lignes import (
    COLONNES,
    demande_de,
    ligne_demande,
    ligne_stat,
    lignes_communes,
    lignes_motifs,
    lignes_personnes,
    naissance_de,
)
from sne_sandbox.store.recherche import Criteres, conditions, numeros
from sne_sandbox.store.valeurs import micros

_PAGE: Final = 200

#: Keeps, or not, a demande whose stored criteria hold: for the criteria that are computed.
Filtre = Callable[[DemandeStockee], bool]


class RegistreBase:
    """A base inside one transaction (`Magasin.ecrire`, `Magasin.lire`); implements `rules.context.Registre`.

    Writing in a transaction that only reads raises RuntimeError. Demandes are decoded once a transaction.
    """

    def __init__(self, connexion: Connexion, lue: BaseLue, toutes: Bases) -> None:
        self.connexion = connexion
        self.base: Base = lue.base
        self._lue = lue
        self._toutes = toutes
        self._nom = lue.base.nom
        self._demandes: dict[str, DemandeStockee | None] = {}
        self._proches: dict[tuple[str | None, ...], list[tuple[str, str, str]]] = {}

    @property
    def pannes_armees(self) -> bool:
        """Whether a panne of the base has still to be played, as of the beginning of the transaction."""
        return self._lue.pannes

    # --- guichets and event types ------------------------------------------------------------------

    @property
    def _referentiel(self) -> Referentiel:
        return self._toutes.referentiel(self.connexion, self._lue)

    def guichet(self, code: str) -> Guichet | None:
        """The guichet of that code."""
        return self._referentiel.guichets.get(code)

    def guichets(self) -> list[Guichet]:
        """All guichets, by code."""
        return list(self._referentiel.guichets.values())

    def type_evenement(self, code: str) -> TypeEvenement | None:
        """The event type of that code, national or territorial, whatever its validity."""
        return self._referentiel.types.get(code)

    def types_evenements(self, territoire: str | None) -> list[TypeEvenement]:
        """The national event types for None, else those of `territoire`, by code, whatever their validity."""
        return [type_ for type_ in self._referentiel.types.values() if type_.territoire == territoire]

    # --- demandes, one by one ----------------------------------------------------------------------

    def demande(self, numero: str) -> DemandeStockee | None:
        """The stored demande of that number."""
        if numero not in self._demandes:
            ligne = self.connexion.ligne(requetes.LIRE, {"base": self._nom, "numero": numero})
            self._demandes[numero] = None if ligne is None else demande_de(ligne)
        return self._demandes[numero]

    def prochain_numero(self, territoire: str, depot: date, guichet: str) -> str:
        """Draws a numéro unique. The sequence restarts each month and territory; a number drawn in a
        transaction that is rolled back was never given. Raises StoreError when the month is full."""
        return self.prochains_numeros([(territoire, depot, guichet)])[0]

    def prochains_numeros(self, depots: Sequence[tuple[str, date, str]]) -> list[str]:
        """Draws a numéro unique for each (territory, deposit, guichet), in order. Raises as
        `prochain_numero`."""
        self._ecrit()
        return sequences.numeros_uniques(self.connexion, self._nom, depots)

    def ajouter(self, stockee: DemandeStockee) -> None:
        """Stores a new demande, under the revision it says."""
        self.ajouter_tout((stockee,))
        self._demandes[stockee.numero_unique] = stockee

    def ajouter_tout(
        self, stockees: Sequence[DemandeStockee], passe: Iterable[Mouvement] | None = None
    ) -> None:
        """Stores many, with one call of the driver per table; not remembered: there may be many. `passe` are
        the movements of their past (default: what they tell themselves)."""
        self._ecrit()
        base = self._nom
        faire_tout = self.connexion.faire_tout
        faire_tout(requetes.AJOUTER, [ligne_demande(base, s, s.revision) for s in stockees])
        self._ajouter_enfants(stockees)
        if passe is None:
            jour = self._aujourdhui()
            passe = [mouvement for s in stockees for mouvement in mouvements.d_arrivee(s, jour)]
        mouvements.ajouter(self.connexion, base, passe)
        for stockee in stockees:
            self._demandes.pop(stockee.numero_unique, None)

    def remplacer(self, stockee: DemandeStockee) -> DemandeStockee:
        """Replaces the stored demande of the same number, which must still be at `stockee.revision`; answers
        what is stored now, one revision further. Raises StoreError when somebody else wrote in between."""
        self._ecrit()
        numero = stockee.numero_unique
        avant = self.demande(numero)
        ligne = ligne_demande(self._nom, stockee, stockee.revision + 1)
        ligne |= {"cle_base": self._nom, "cle_numero": numero, "revision_lue": stockee.revision}
        if not self.connexion.faire(requetes.REMPLACER, ligne):
            raise StoreError(
                f"La demande {numero} a changé ou disparu depuis sa révision {stockee.revision}.",
                remede="relisez-la et recommencez",
            )
        for suppression in requetes.SUPPRIMER_ENFANTS:
            self.connexion.faire(suppression, {"base": self._nom, "numero": numero})
        self._ajouter_enfants((stockee,))
        ecrite = replace(stockee, revision=stockee.revision + 1)
        fait = mouvements.de_changement(avant, ecrite, self._aujourdhui()) if avant is not None else None
        if fait is not None:
            mouvements.ajouter(self.connexion, self._nom, (fait,))
        self._demandes[numero] = ecrite
        return ecrite

    def supprimer(self, numero: str) -> bool:
        """Deletes a demande and its events; whether there was one. Its number is never given again."""
        self._ecrit()
        self._proches.clear()
        self._demandes[numero] = None
        mouvements.noter_suppression(self.connexion, self._nom, numero, self._aujourdhui())
        return self.connexion.faire(requetes.SUPPRIMER, {"base": self._nom, "numero": numero}) == 1

    # --- demandes, found -----------------------------------------------------------------------------

    def doublons(
        self, territoire: str, personnes: Sequence[Personne], *, sauf: Sequence[str] = ()
    ) -> list[DemandeStockee]:
        """Active demandes of `territoire`, `sauf` excepted, that hold one of `personnes` (same folded nom,
        folded prénom, and birth date, applicant or co-holder), by number. Who lacks one of these has none."""
        return self._homonymes(territoire, [(p, plier(p.nom)) for p in personnes], 1, sauf)

    def doublons_patronymiques(
        self, territoire: str, personnes: Sequence[Personne], *, sauf: Sequence[str] = ()
    ) -> list[DemandeStockee]:
        """The same with nomPatronymique in place of nom on both sides."""
        return self._homonymes(territoire, [(p, plier(p.nom_patronymique)) for p in personnes], 2, sauf)

    def demande_de_reference(self, guichet: str, ref_interne: str) -> str | None:
        """Number of the active demande that `guichet` created under this refInterne."""
        cle = {"base": self._nom, "guichet": guichet, "ref": ref_interne}
        return min((numero for (numero,) in self.connexion.lignes(requetes.REFERENCE, cle)), default=None)

    def demandes_du_nir(self, territoire: str, nir: str, *, sauf: Sequence[str] = ()) -> list[str]:
        """Numbers of the active demandes of `territoire` that hold this NIR, `sauf` excepted."""
        cle = {"base": self._nom, "territoire": territoire, "nir": nir}
        numeros = {numero for (numero,) in self.connexion.lignes(requetes.NIR, cle)}
        return sorted(numeros.difference(sauf))

    def radiees_depuis(
        self,
        instant: datetime,
        motif: str | None = None,
        statut_dalo: str | None = None,
        type_reservataire: str | None = None,
    ) -> list[DemandeStockee]:
        """Radiated demandes whose radiation was recorded at or after `instant` (aware), oldest first."""
        donnes = {
            nom: valeur
            for nom, valeur in (
                ("motif_radiation", motif),
                ("statut_dalo", statut_dalo),
                ("type_reservataire", type_reservataire),
            )
            if valeur is not None
        }
        parametres = {"base": self._nom, "instant": micros(instant), **donnes}
        return [
            demande_de(tuple(r)) for r in self.connexion.sa.execute(requetes.radiees(*donnes), parametres)
        ]

    def daloes_depuis(self, instant: datetime) -> list[DemandeStockee]:
        """Demandes whose DALO declaration was recorded at or after `instant` (aware), oldest first."""
        cle = {"base": self._nom, "instant": micros(instant)}
        return [demande_de(ligne) for ligne in self.connexion.lignes(requetes.DALOES, cle)]

    def rechercher(self, criteres: Criteres, limite: int, filtre: Filtre | None = None) -> list[str]:
        """Numbers of the demandes that fit, in order, `limite` + 1 of them at most: one more than `limite`
        says that there are more. `filtre` decides on the criteria that are computed; without it they raise
        ValueError."""
        if criteres.calcules and filtre is None:
            raise ValueError("computed criteria need a filter")
        if filtre is None:
            return [
                numero for (numero,) in self.connexion.sa.execute(numeros(self._nom, criteres, limite + 1))
            ]
        retenus: list[str] = []
        for stockee in self._parcourir(conditions(self._nom, criteres)):
            if filtre(stockee):
                retenus.append(stockee.numero_unique)
                if len(retenus) > limite:
                    break
        return retenus

    def iterer(self) -> Iterator[DemandeStockee]:
        """All demandes by number, read page after page."""
        apres = ""
        while True:
            cle = {"base": self._nom, "apres": apres, "limite": _PAGE}
            lignes = self.connexion.lignes(requetes.PAGE, cle)
            yield from map(demande_de, lignes)
            if len(lignes) < _PAGE:
                return
            apres = lignes[-1][0]

    def compter(self, *, actives: bool = False) -> int:
        """How many demandes the base holds, radiated ones included unless `actives`."""
        requete = requetes.COMPTER_ACTIVES if actives else requetes.COMPTER
        ligne = self.connexion.ligne(requete, {"base": self._nom})
        assert ligne is not None
        return int(ligne[0])

    # --- events ----------------------------------------------------------------------------------------

    def evenement(self, identifiant: int) -> Evenement | None:
        """The event of that id, deleted ones included."""
        return evenements.lire(self.connexion, self._nom, identifiant)

    def evenements(self, numero: str) -> list[Evenement]:
        """The events of a demande in the order they were written, deleted ones (`supprime`) included."""
        return evenements.lister(self.connexion, self._nom, numero)

    def ajouter_evenement(self, evenement: Evenement) -> int:
        """Stores a new event of a stored demande, under an id that is drawn: whatever it holds is ignored."""
        self._ecrit()
        identifiant = sequences.numero_d_evenement(self.connexion, self._nom)
        evenements.ajouter(self.connexion, self._nom, replace(evenement, identifiant=identifiant))
        return identifiant

    def modifier_evenement(self, evenement: Evenement) -> None:
        """Replaces the event of the same id. Raises StoreError when there is none."""
        self._ecrit()
        if not evenements.modifier(self.connexion, self._nom, evenement):
            raise StoreError(f"L'événement {evenement.identifiant} n'existe pas.")

    # --- time --------------------------------------------------------------------------------------------

    def noter_nuit(self, jour: date) -> None:
        """Records, with what that night did, that the nightly work of `jour` is done."""
        self._ecrit()
        bases.noter_nuit(self.connexion, self._nom, jour)
        self.base = replace(self.base, derniere_nuit=jour)

    def regler_horloge(self, horloge: Horloge) -> None:
        """Sets the clock of the base, with what happened on the way to it."""
        self._ecrit()
        bases.regler_horloge(self.connexion, self._nom, horloge)
        self.base = replace(self.base, horloge=horloge)

    def radier_tout(
        self, numeros: Sequence[str], *, jour: date, motif: str, element: bytes, instant: datetime
    ) -> None:
        """Radiates many demandes at once, their documents unread: `element` is their `radiation` block,
        `instant` (aware) when it is recorded."""
        self._ecrit()
        for numero in numeros:
            self._demandes.pop(numero, None)
        echeances.radier(
            self.connexion, self._nom, numeros, jour=jour, motif=motif, element=element, instant=instant
        )
        mouvements.noter_radiations(self.connexion, self._nom, numeros, jour, motif)

    def supprimer_tout(self, numeros: Sequence[str]) -> None:
        """Deletes many demandes and their events at once. Their numbers are never given again."""
        self._ecrit()
        self._proches.clear()
        for numero in numeros:
            self._demandes.pop(numero, None)
        self.connexion.faire_tout(
            requetes.SUPPRIMER, [{"base": self._nom, "numero": numero} for numero in numeros]
        )

    def feuilleter(self, numeros: Iterable[str]) -> Iterator[DemandeStockee]:
        """These demandes, those that exist, read one by one and not remembered: there may be many."""
        for numero in numeros:
            ligne = self.connexion.ligne(requetes.LIRE, {"base": self._nom, "numero": numero})
            if ligne is not None:
                yield demande_de(ligne)

    # --- inside --------------------------------------------------------------------------------------------

    def _ecrit(self) -> None:
        if not self.connexion.ecriture:
            raise RuntimeError("this register was opened to be read")

    def _aujourdhui(self) -> date:
        return self.base.horloge.maintenant(datetime.now(UTC)).date()

    def _ajouter_enfants(self, stockees: Sequence[DemandeStockee]) -> None:
        base = self._nom
        self._proches.clear()
        faire_tout = self.connexion.faire_tout
        faire_tout(requetes.AJOUTER_PERSONNE, [r for s in stockees for r in lignes_personnes(base, s)])
        faire_tout(requetes.AJOUTER_COMMUNE, [r for s in stockees for r in lignes_communes(base, s)])
        faire_tout(requetes.AJOUTER_MOTIF, [r for s in stockees for r in lignes_motifs(base, s)])
        faire_tout(requetes.AJOUTER_STAT, [ligne_stat(base, s) for s in stockees])

    def _homonymes(
        self, territoire: str, cherches: Iterable[tuple[Personne, str]], colonne: int, sauf: Sequence[str]
    ) -> list[DemandeStockee]:
        numeros = {
            proche[0]
            for personne, nom in cherches
            for proche in self._proches_de(territoire, personne)
            if nom and proche[colonne] == nom and proche[0] not in sauf
        }
        trouvees = (self.demande(numero) for numero in sorted(numeros))
        return [stockee for stockee in trouvees if stockee is not None]

    def _proches_de(self, territoire: str, personne: Personne) -> list[tuple[str, str, str]]:
        naissance, prenom = naissance_de(personne), plier(personne.prenom)
        if naissance is None or not prenom:
            return []
        nom, patronymique = plier(personne.nom) or None, plier(personne.nom_patronymique) or None
        cle = (territoire, naissance, prenom, nom, patronymique)
        connus = self._proches.get(cle)
        if connus is None:
            parametres = {
                "base": self._nom,
                "territoire": territoire,
                "naissance": naissance,
                "prenom": prenom,
                "nom": nom,
                "patronymique": patronymique,
            }
            connus = self._proches[cle] = [
                (numero, nom, patronymique)
                for numero, nom, patronymique in self.connexion.lignes(requetes.PROCHES, parametres)
            ]
        return connus

    def _parcourir(self, posees: list[sa.ColumnElement[bool]]) -> Iterator[DemandeStockee]:
        numero = tables.demande.c.numero_unique
        apres = ""
        while True:
            choix = sa.select(*COLONNES).where(*posees, numero > apres).order_by(numero).limit(_PAGE)
            lignes = self.connexion.sa.execute(choix).all()
            yield from (demande_de(tuple(ligne)) for ligne in lignes)
            if len(lignes) < _PAGE:
                return
            apres = lignes[-1][0]
