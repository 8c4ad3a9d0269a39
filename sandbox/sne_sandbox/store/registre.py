"""The register of one base: what rules ask of it, and what operations write to it."""

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from operator import itemgetter
from typing import Final

from sne_interface.domain.base import Base, Guichet, Horloge, Portee
from sne_interface.domain.codes import MOTIF_ATTRIBUTION
from sne_interface.domain.demande import (
    DemandeStockee,
    GenreMouvement,
    Mouvement,
    NumeroUnique,
    Personne,
    mouvement_de_changement,
    mouvements_d_arrivee,
)
from sne_interface.domain.evenement import Evenement, TypeEvenement
from sne_interface.domain.livre_des_attributions import RANG_RADIATION, DecisionNotee, organisme_de
from sne_interface.domain.seance_de_commission import Seance, seances
from sne_interface.domain.texte import plier
from sne_interface.errors import StoreError
from sne_interface.settings import Reglages
from sne_sandbox.store import lignes, requetes_sql, tables
from sne_sandbox.store.connexion_en_transaction import Connexion, Ligne
from sne_sandbox.store.plusieurs_serveurs import partitions_du_journal
from sne_sandbox.store.requetes_sql import SQL

_SEQUENCE_MAX: Final = 999_999
#: The sequence of the events of a base.
_EVENEMENT: Final = "evenement"
#: Changes kept for those guichets that have not come yet (convention); older ones go, `PAS` at a time.
CHANGEMENTS_MAX: Final = 50_000
PAS: Final = 1_000
_PORTEES: Final[Mapping[Portee, tuple[tables.Table, ...]]] = {
    "journal": (tables.echange,),
    "etat": tables.ETAT,
    "pannes": (tables.panne,),
    "tout": (*tables.ETAT, tables.panne, tables.echange),
}


@dataclass(frozen=True)
class Referentiel:
    """Guichets and event types of a base, by code, in order; `jeton` tells one state of them from another."""

    jeton: int
    guichets: Mapping[str, Guichet]
    types: Mapping[str, TypeEvenement]


class Referentiels:
    """Guichets and event types of the bases of a store, remembered from one transaction to the next."""

    def __init__(self) -> None:
        self._connus: dict[str, Referentiel] = {}
        self._changements = 0

    def de(self, connexion: Connexion, lue: lignes.BaseLue) -> Referentiel:
        """The guichets and event types of a base, as they are now."""
        connu = self._connus.get(lue.base.nom)
        if connu is None or connu.jeton != lue.jeton:
            cle = {"base": lue.base.nom}
            guichets = [lignes.guichet_de(ligne) for ligne in connexion.lignes(SQL["guichets"], cle)]
            types = [lignes.type_de(ligne) for ligne in connexion.lignes(SQL["types"], cle)]
            connu = Referentiel(lue.jeton, {g.code: g for g in guichets}, {t.code: t for t in types})
            self._connus[lue.base.nom] = connu
        return connu

    def changement_a_purger(self) -> bool:
        """Counts a change; whether it is time to drop the oldest."""
        self._changements += 1
        return self._changements % PAS == 0


@dataclass(frozen=True, slots=True)
class Trace:
    """A change of a demande by a guichet: its rank in the base, the demande, the guichet."""

    identifiant: int
    numero_unique: str
    auteur: str


@dataclass(frozen=True, slots=True)
class Avant:
    """The state before a change made at `instant` (the base's clock); `document` None: there was none."""

    instant: datetime
    date_renouvellement: date | None
    document: bytes | None
    radiation: bytes | None
    information_dalo: bytes | None


def _verifier_sequence(prefixe: str, dernier: int) -> None:
    if dernier > _SEQUENCE_MAX:
        raise StoreError(
            f"La séquence des numéros uniques {prefixe} est épuisée ({_SEQUENCE_MAX} numéros).",
            remede="avancez l'horloge de la base d'un mois, ou videz son état",
        )


class RegistreBase:
    """A base inside one transaction (`Magasin.ecrire`, `Magasin.lire`); implements `Registre` of the rules.

    Writing in a transaction that only reads raises RuntimeError. Demandes are decoded once a transaction.
    """

    def __init__(self, connexion: Connexion, lue: lignes.BaseLue, referentiels: Referentiels) -> None:
        self.connexion = connexion
        self.base: Base = lue.base
        self._lue = lue
        self._referentiels = referentiels
        self._referentiel = referentiels.de(connexion, lue)
        self._nom = lue.base.nom
        self._demandes: dict[str, DemandeStockee | None] = {}
        self._proches: dict[tuple[str | None, ...], list[Ligne]] = {}

    @property
    def pannes_armees(self) -> bool:
        """True when a panne of the base had still to be played at the beginning of the transaction."""
        return self._lue.pannes

    # --- guichets and event types ------------------------------------------------------------------

    def guichet(self, code: str) -> Guichet | None:
        """The guichet of that code."""
        return self._referentiel.guichets.get(code)

    def guichets(self) -> list[Guichet]:
        """All guichets of the base, by code."""
        return list(self._referentiel.guichets.values())

    def type_evenement(self, code: str) -> TypeEvenement | None:
        """The event type of that code, national or territorial, whatever its validity."""
        return self._referentiel.types.get(code)

    def types_evenements(self, territoire: str | None) -> list[TypeEvenement]:
        """The national event types for None, else those of `territoire`, by code, whatever their validity."""
        return [type_ for type_ in self._referentiel.types.values() if type_.territoire == territoire]

    def remplacer_guichet(self, guichet: Guichet) -> None:
        """Puts `guichet` in the place of the one of its code, if any, for every process; this register still
        has the former one."""
        self._ecrit()
        self.connexion.faire(SQL["oter_guichet"], {"base": self._nom, "code": guichet.code})
        self.connexion.faire(requetes_sql.AJOUTER_GUICHET, lignes.ligne_guichet(self._nom, guichet))
        changer_jeton(self.connexion, self._nom)

    # --- demandes, one by one ----------------------------------------------------------------------

    def demande(self, numero: str) -> DemandeStockee | None:
        """The stored demande of that number."""
        if numero not in self._demandes:
            ligne = self.connexion.ligne(SQL["lire"], {"base": self._nom, "numero": numero})
            self._demandes[numero] = None if ligne is None else lignes.demande_de(ligne)
        return self._demandes[numero]

    def prochain_numero(self, territoire: str, depot: date, guichet: str) -> str:
        """Draws a numéro unique. The sequence restarts each month and territory; a number drawn in a
        transaction that is rolled back was never given. Raises StoreError when the month is full."""
        self._ecrit()
        # The prefix holds two digits of the year: 1918 and 2018 share their sequence, and never a number.
        prefixe = f"{territoire}{depot:%m%y}"
        rang = self._tirer(prefixe)
        _verifier_sequence(prefixe, rang)
        return str(NumeroUnique.de(territoire, depot, rang, guichet))

    def ajouter(self, stockee: DemandeStockee, nirs: Sequence[str | None] = ()) -> None:
        """Stores a new demande, under the revision it says; `nirs` are those of its titulaires, in order."""
        self._ecrit()
        self.connexion.faire(requetes_sql.AJOUTER, lignes.ligne_demande(self._nom, stockee, stockee.revision))
        self._ajouter_enfants(stockee, nirs)
        faits = mouvements_d_arrivee(stockee, self._aujourdhui())
        self.connexion.differer(
            requetes_sql.AJOUTER_MOUVEMENT, [lignes.ligne_mouvement(self._nom, fait) for fait in faits]
        )
        self._noter_attribution(None, stockee)
        self._demandes[stockee.numero_unique] = stockee

    def planter(
        self,
        colonnes: Mapping[str, Sequence[str]],
        lots: Sequence[Mapping[str, Sequence[Ligne]]],
        sequences: Mapping[str, int],
    ) -> None:
        """Stores the rows of many new demandes, by table: the base, then `colonnes`. `sequences` says where
        they leave those of the base. Raises StoreError when a month is full."""
        self._ecrit()
        for table, noms in colonnes.items():
            # In the order of the keys: fewer pages are gone through.
            plantees = sorted((ligne for lot in lots for ligne in lot.get(table, ())), key=itemgetter(1))
            self.connexion.planter(table, ("base", *noms), plantees)
        for nom, dernier in sequences.items():
            if nom != _EVENEMENT:
                _verifier_sequence(nom, dernier)
            self.connexion.faire(SQL["poser"], {"base": self._nom, "nom": nom, "rang": dernier})

    def remplacer(self, stockee: DemandeStockee, nirs: Sequence[str | None] | None = None) -> DemandeStockee:
        """Replaces the stored demande of the same number, which must still be at `stockee.revision`; answers
        what is stored now, one revision further. `nirs` are those of its titulaires, in order; None: those of
        before stay. Raises StoreError when somebody else wrote in between."""
        self._ecrit()
        numero = stockee.numero_unique
        avant = self.demande(numero)
        ligne = lignes.ligne_demande(self._nom, stockee, stockee.revision + 1)
        ligne["revision_lue"] = stockee.revision
        if not self.connexion.faire(SQL["remplacer"], ligne):
            raise StoreError(
                f"La demande {numero} a changé ou disparu depuis sa révision {stockee.revision}.",
                remede="relisez-la et recommencez",
            )
        cle = {"base": self._nom, "numero": numero}
        if nirs is None:
            nirs = [nir for (nir,) in self.connexion.lignes(SQL["nirs"], cle)]
        for suppression in requetes_sql.SUPPRIMER_ENFANTS:
            self.connexion.faire(suppression, cle)
        self._ajouter_enfants(stockee, nirs)
        ecrite = replace(stockee, revision=stockee.revision + 1)
        fait = mouvement_de_changement(avant, ecrite, self._aujourdhui()) if avant is not None else None
        if fait is not None:
            self.connexion.differer(requetes_sql.AJOUTER_MOUVEMENT, [lignes.ligne_mouvement(self._nom, fait)])
        self._noter_attribution(avant, ecrite)
        self._demandes[numero] = ecrite
        return ecrite

    def supprimer(self, numero: str) -> bool:
        """Deletes a demande, its events and what was counted of its decisions: it should not have been.
        Answers whether there was one. Its number is never given again."""
        self._ecrit()
        cle = {"base": self._nom, "numero": numero}
        if self.connexion.ligne(SQL["lire"], cle) is None:
            return False
        jour = self._aujourdhui().isoformat()
        self.connexion.faire(SQL["noter_suppression"], {**cle, "jour": jour, "motif": None})
        self.connexion.faire(SQL["oter_decisions"], cle)
        self.supprimer_tout([numero])
        return True

    # --- demandes, found -----------------------------------------------------------------------------

    def doublons(
        self,
        territoire: str,
        personnes: Sequence[Personne],
        *,
        sauf: Sequence[str] = (),
        patronymiques: bool = False,
    ) -> list[DemandeStockee]:
        """Finds the active demandes of `territoire`, `sauf` excepted, that hold one of `personnes` (same
        folded nom, folded prénom, and birth date, applicant or co-holder), by number; with `patronymiques`,
        nomPatronymique in place of nom on both sides. A person who lacks one of these has none."""
        numeros = {
            proche[0]
            for personne in personnes
            if (nom := plier(personne.nom_patronymique if patronymiques else personne.nom))
            for proche in self._proches_de(territoire, personne)
            if proche[1 + patronymiques] == nom and proche[0] not in sauf
        }
        trouvees = (self.demande(numero) for numero in sorted(numeros))
        return [stockee for stockee in trouvees if stockee is not None]

    def demande_de_reference(self, guichet: str, ref_interne: str) -> str | None:
        """Number of the active demande that `guichet` created under this refInterne."""
        cle = {"base": self._nom, "guichet": guichet, "ref": ref_interne}
        return min((numero for (numero,) in self.connexion.lignes(SQL["reference"], cle)), default=None)

    def demandes_du_nir(self, territoire: str, nir: str, *, sauf: Sequence[str] = ()) -> list[str]:
        """Numbers of the active demandes of `territoire` that hold this NIR, `sauf` excepted."""
        cle = {"base": self._nom, "territoire": territoire, "nir": nir}
        numeros = {numero for (numero,) in self.connexion.lignes(SQL["nir"], cle)}
        return sorted(numeros.difference(sauf))

    def radiees_depuis(self, instant: datetime, **criteres: str | None) -> list[DemandeStockee]:
        """Radiated demandes whose radiation was recorded at or after `instant` (aware), oldest first;
        `criteres` are columns and what they hold, None for any."""
        donnes = {nom: valeur for nom, valeur in criteres.items() if valeur is not None}
        parametres = {"base": self._nom, "instant": lignes.micros(instant), **donnes}
        trouvees = self.connexion.lignes(requetes_sql.radiees(*donnes), parametres)
        return [lignes.demande_de(ligne) for ligne in trouvees]

    def daloes_depuis(self, instant: datetime) -> list[DemandeStockee]:
        """Demandes whose DALO declaration was recorded at or after `instant` (aware), oldest first."""
        cle = {"base": self._nom, "instant": lignes.micros(instant)}
        return [lignes.demande_de(ligne) for ligne in self.connexion.lignes(SQL["daloes"], cle)]

    def compter(self, *, actives: bool = False, jusqua: int = lignes.IDENTIFIANT_MAX) -> int:
        """How many demandes the base holds, radiated ones included unless `actives`; `jusqua`, which is soon
        counted, when it holds as many or more."""
        requete = SQL["compter_actives"] if actives else SQL["compter"]
        ligne = self.connexion.ligne(requete, {"base": self._nom, "jusqua": jusqua})
        assert ligne is not None
        return int(ligne[0])

    # --- events ----------------------------------------------------------------------------------------

    def evenement(self, identifiant: int) -> Evenement | None:
        """The event of that id, deleted ones included."""
        ligne = self.connexion.ligne(SQL["evenement"], {"base": self._nom, "identifiant": identifiant})
        return None if ligne is None else lignes.evenement_de(ligne)

    def evenements(self, numero: str) -> list[Evenement]:
        """The events of a demande in the order they were written, deleted ones (`supprime`) included."""
        trouves = self.connexion.lignes(SQL["evenements"], {"base": self._nom, "numero": numero})
        return [lignes.evenement_de(ligne) for ligne in trouves]

    def mouvements(self, numero: str) -> list[Mouvement]:
        """The movements of a demande, oldest first; those of one that was deleted stay."""
        lus = self.connexion.lignes(SQL["mouvements"], {"base": self._nom, "numero": numero})
        return [
            Mouvement(
                numero, rang, GenreMouvement(genre), date.fromisoformat(jour), effet, bool(association), motif
            )
            for rang, genre, jour, effet, association, motif in lus
        ]

    def ajouter_evenement(self, evenement: Evenement) -> int:
        """Stores a new event of a stored demande, under an id that is drawn: whatever it holds is ignored."""
        self._ecrit()
        identifiant = self._tirer(_EVENEMENT)
        ligne = lignes.ligne_evenement(self._nom, replace(evenement, identifiant=identifiant))
        self.connexion.faire(requetes_sql.AJOUTER_EVENEMENT, ligne)
        return identifiant

    def modifier_evenement(self, evenement: Evenement) -> None:
        """Replaces the event of the same id. Raises StoreError when there is none."""
        self._ecrit()
        ligne = lignes.ligne_evenement(self._nom, evenement)
        if not self.connexion.faire(SQL["modifier_evenement"], ligne):
            raise StoreError(f"L'événement {evenement.identifiant} n'existe pas.")

    # --- the ledger of attributions --------------------------------------------------------------------

    def livre(self, numero: str) -> list[DecisionNotee]:
        """The lines of a demande, erased or not."""
        lus = self.connexion.lignes(SQL["livre"], {"base": self._nom, "numero": numero})
        return [lignes.decision_de(ligne) for ligne in lus]

    def decisions_du_logement(self, logement: str) -> list[DecisionNotee]:
        """The lines that name a dwelling, by day."""
        lus = self.connexion.lignes(SQL["du_logement"], {"base": self._nom, "logement": logement})
        return [lignes.decision_de(ligne) for ligne in lus]

    def seances(self, du: date, au: date) -> list[Seance]:
        """The sessions of commissions of these days, both included, the latest first."""
        bornes = {"base": self._nom, "du": du.isoformat(), "au": au.isoformat()}
        lues = self.connexion.lignes(SQL["seances"], bornes)
        return seances(lignes.decision_de(ligne) for ligne in lues)

    def jours_de_seance(self, du: date, au: date, limite: int) -> list[date]:
        """The last days on which a commission sat, from `du` to `au`, `limite` at most, the latest first."""
        bornes = {"base": self._nom, "du": du.isoformat(), "au": au.isoformat(), "limite": limite}
        jours = self.connexion.lignes(SQL["jours_de_seance"], bornes)
        return [date.fromisoformat(jour) for (jour,) in jours]

    def noter_decision(self, numero: str, rang: int, notee: DecisionNotee | None) -> None:
        """Keeps the line of that rank, in place of the one there was; None: there is none any more."""
        self._ecrit()
        if notee is None:
            self.connexion.faire(SQL["oter_decision"], {"base": self._nom, "numero": numero, "rang": rang})
        else:
            self.connexion.faire(requetes_sql.NOTER_DECISION, lignes.ligne_decision(self._nom, notee))

    def _noter_attribution(self, avant: DemandeStockee | None, apres: DemandeStockee) -> None:
        # What a radiation says is read when it is made: who writes afterwards did not attribute.
        dite = (None, None) if avant is None else (avant.motif_radiation, avant.radiation)
        if (apres.motif_radiation, apres.radiation) == dite:
            return
        notee = lignes.attribution_de(apres, organisme_de(self.guichet(apres.guichet_dernier)))
        if notee is not None or (avant is not None and avant.motif_radiation == MOTIF_ATTRIBUTION):
            self.noter_decision(apres.numero_unique, RANG_RADIATION, notee)

    # --- changes, for dispatching -----------------------------------------------------------------------
    #
    # A row holds the state **before** the change, as the demande's own columns hold it: the state after is
    # that before the next change of the same demande, or the one stored now. A creation has no state before
    # it, and costs a hundred bytes.

    def noter_changement(
        self, avant: DemandeStockee | None, apres: DemandeStockee, auteur: str, instant: datetime
    ) -> None:
        """Records that the guichet `auteur` made `apres` of `avant` (None: a creation) at `instant`."""
        self._ecrit()
        etat = ("date_renouvellement", "document", "radiation", "information_dalo")
        ligne = {
            "base": self._nom,
            "territoire": apres.territoire,
            "numero_unique": apres.numero_unique,
            "auteur": auteur,
            "instant": lignes.micros(instant),
            **(dict.fromkeys(etat) if avant is None else lignes.en_colonnes(etat, avant)),
        }
        self.connexion.differer(SQL["noter_changement"], [ligne])
        if self._referentiels.changement_a_purger():
            self.connexion.faire(SQL["purger_changements"], {"base": self._nom, "gardes": CHANGEMENTS_MAX})

    def changements(self, guichet: Guichet) -> list[Trace]:
        """The changes in the territories of a guichet since the last one that was dispatched to it, its own
        too, oldest first."""
        siens = {f"t{rang}": territoire for rang, territoire in enumerate(guichet.territoires)}
        cle = {"base": self._nom, "identifiant": self.curseur(guichet.code), **siens}
        return [Trace(*ligne) for ligne in self.connexion.lignes(requetes_sql.changements(len(siens)), cle)]

    def etat_avant(self, identifiant: int) -> Avant:
        """The state before a change that `changements` told of. Raises LookupError when it is gone."""
        ligne = self.connexion.ligne(SQL["changement"], {"base": self._nom, "identifiant": identifiant})
        if ligne is None:
            raise LookupError(identifiant)
        instant, renouvellement, *documents = ligne
        lus = [None if octets is None else lignes.detasser(octets) for octets in documents]
        return Avant(lignes.instant_de(instant), lignes.jour_ou_rien(renouvellement), *lus)

    def curseur(self, guichet: str) -> int:
        """Rank of the last change that was dispatched to a guichet, 0 before the first."""
        ligne = self.connexion.ligne(SQL["sequence"], {"base": self._nom, "nom": _curseur(guichet)})
        return 0 if ligne is None else int(ligne[0])

    def avancer_curseur(self, guichet: str, identifiant: int) -> None:
        """Records that a guichet was told of all changes up to that one."""
        self._ecrit()
        cle = {"base": self._nom, "nom": _curseur(guichet), "rang": identifiant}
        self.connexion.faire(SQL["poser"], cle)

    # --- the base itself ---------------------------------------------------------------------------------

    def noter_nuit(self, jour: date) -> None:
        """Records, with what that night did, that the nightly work of `jour` is done."""
        self._regler(derniere_nuit=jour.isoformat())
        self.base = replace(self.base, derniere_nuit=jour)

    def regler_horloge(self, horloge: Horloge) -> None:
        """Sets the clock of the base, with what happened on the way to it."""
        self._regler(**lignes.colonnes_horloge(horloge))
        self.base = replace(self.base, horloge=horloge)

    def changer_reglages(self, reglages: Reglages) -> None:
        """Replaces the settings of the base."""
        self._regler(reglages=lignes.ecrire_reglages(reglages))
        self.base = replace(self.base, reglages=reglages)

    def vider(self, portee: Portee) -> None:
        """Empties part of the base; its clock, settings, guichets and event types stay. Numbers start again
        with « etat », ids of exchanges never do."""
        self._ecrit()
        videes = _PORTEES[portee]
        if tables.echange in videes:
            partitions_du_journal.vider(self.connexion, self._nom)
        for table in videes:
            self.connexion.faire(requetes_sql.VIDER[table.nom], {"cle": self._nom})
        if tables.echange in videes:
            self.connexion.faire(SQL["vider_compteur"], {"cle": self._nom})
        if tables.demande in videes:
            self._demandes.clear()
            self._proches.clear()
            self._regler(derniere_nuit=None)
            self.base = replace(self.base, derniere_nuit=None)

    def radier_tout(
        self, numeros: Sequence[str], *, jour: date, motif: str, element: bytes, instant: datetime
    ) -> None:
        """Radiates many demandes at once, their documents unread: `element` is their `radiation` block,
        `instant` (aware) when it is recorded."""
        self._ecrit()
        for numero in numeros:
            self._demandes.pop(numero, None)
        fait = {"base": self._nom, "jour": jour.isoformat(), "motif": motif}
        record = {"element": lignes.tasser(element), "instant": lignes.micros(instant)}
        self.connexion.faire_tout(SQL["radier"], [{**fait, **record, "numero": n} for n in numeros])
        self.connexion.faire_tout(SQL["noter_radiation"], [{**fait, "numero": n} for n in numeros])

    def supprimer_tout(self, numeros: Sequence[str]) -> None:
        """Deletes many demandes and their events at once. Their numbers are never given again; what the
        statistics count of each stays, under a name that does not lead back to it."""
        self._ecrit()
        self._proches.clear()
        for numero in numeros:
            self._demandes.pop(numero, None)
        effacees = nommer_effacees(self._nom, numeros)
        for requete in (*requetes_sql.EFFACER, *requetes_sql.ANONYMISER, SQL["supprimer"]):
            self.connexion.faire_tout(requete, effacees)
        if effacees:
            self.connexion.faire(SQL["taire_changements"], {"base": self._nom})

    def feuilleter(self, numeros: Iterable[str]) -> Iterator[DemandeStockee]:
        """These demandes, those that exist, read one by one and not remembered: there may be many."""
        for numero in numeros:
            ligne = self.connexion.ligne(SQL["lire"], {"base": self._nom, "numero": numero})
            if ligne is not None:
                yield lignes.demande_de(ligne)

    # --- inside --------------------------------------------------------------------------------------------

    def _ecrit(self) -> None:
        if not self.connexion.ecriture:
            raise RuntimeError("this register was opened to be read")

    def _regler(self, **colonnes: str | int | None) -> None:
        self._ecrit()
        self.connexion.faire(requetes_sql.regler_base(*colonnes), {"cle": self._nom, **colonnes})

    def _tirer(self, sequence: str) -> int:
        """Draws a number. One drawn in a transaction that is rolled back was never given."""
        cle = {"base": self._nom, "nom": sequence}
        return int(self.connexion.suivant(SQL["tirer"], SQL["poser"], cle)[0])

    def _aujourdhui(self) -> date:
        return self.base.horloge.maintenant(datetime.now(UTC)).date()

    def _ajouter_enfants(self, stockee: DemandeStockee, nirs: Sequence[str | None]) -> None:
        """Writes the rows below it. Only searches and statistics read those of communes, reasons and figures:
        they are written with those of the exchanges that share the transaction."""
        connexion, base = self.connexion, self._nom
        self._proches.clear()
        connexion.faire_tout(requetes_sql.AJOUTER_PERSONNE, lignes.lignes_personnes(base, stockee, nirs))
        connexion.differer(requetes_sql.AJOUTER_COMMUNE, lignes.lignes_communes(base, stockee))
        connexion.differer(requetes_sql.AJOUTER_MOTIF, lignes.lignes_motifs(base, stockee))
        connexion.differer(requetes_sql.AJOUTER_STAT, [lignes.ligne_stat(base, stockee)])

    def _proches_de(self, territoire: str, personne: Personne) -> list[Ligne]:
        naissance, prenom = lignes.naissance_de(personne), plier(personne.prenom)
        if naissance is None or not prenom:
            return []
        nom, patronymique = plier(personne.nom) or None, plier(personne.nom_patronymique) or None
        cle = (territoire, naissance, prenom, nom, patronymique)
        connus = self._proches.get(cle)
        if connus is None:
            noms = ("territoire", "naissance", "prenom", "nom", "patronymique")
            parametres = {"base": self._nom, **dict(zip(noms, cle, strict=True))}
            connus = self._proches[cle] = self.connexion.lignes(SQL["proches"], parametres)
        return connus


def changer_jeton(connexion: Connexion, base: str) -> None:
    """Tells every process that what it remembers of the guichets and event types of a base is stale."""
    connexion.faire(requetes_sql.regler_base("jeton"), {"cle": base, "jeton": secrets.randbits(62)})


def nommer_effacees(base: str, numeros: Iterable[str]) -> list[dict[str, str]]:
    """Gives each of these demandes the name that it has once erased (`anonyme`)."""
    return [
        {"base": base, "numero": numero, "anonyme": lignes.anonyme(numero, secrets.randbits(64))}
        for numero in numeros
    ]


def _curseur(guichet: str) -> str:
    return f"dispatching:{guichet}"
