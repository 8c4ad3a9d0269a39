"""The journal: every exchange of every base, refused ones included, kept to a number; and what it measures,
by SQL: the same whichever process served the exchanges."""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any, Final, TypedDict, Unpack

from sne_interface.domain.echange import (
    DITES,
    EFFACE,
    HORS_HTTP,
    ILLISIBLE,
    NUIT,
    NUIT_ANNULEE,
    SCENE,
    Echange,
    VerdictEchange,
)
from sne_sandbox.store.base_de_donnees import BaseDeDonnees
from sne_sandbox.store.connexion_en_transaction import Connexion, Ligne, RequeteSql, lire_requetes
from sne_sandbox.store.lignes import (
    IDENTIFIANT_MAX,
    RAPPORT_MAX,
    attributs,
    detasser,
    en_colonnes,
    instant_de,
    instant_ou_rien,
    longueur_tassee,
    tasser_un_message,
)
from sne_sandbox.store.plusieurs_serveurs import partitions_du_journal


def _noms(methodes: Collection[str]) -> str:
    """For IN."""
    return ", ".join(f"'{methode}'" for methode in sorted(methodes))


#: Exchanges are dropped this many at a time, a tenth of the maximum when it is smaller: the journal may hold
#: as many more. On PostgreSQL a journal of several slices drops them whole (`partitions_du_journal`).
PAS: Final = 64
#: Of a base that is deleted, at a time: a SQLite file has one writer, who waits 20 ms then, not seconds.
ETAPE: Final = 500
#: From how many exchanges to keep on it does so.
_A_TRANCHES: Final = 4 * partitions_du_journal.TAILLE
#: How far back the search of a numéro looks for the nights that several demandes share: no column names them.
NUITS_CHERCHEES: Final = 5_000
#: Exchanges that a page of a search looks at, where no index leads to what is looked for.
EXAMINES: Final = 10_000
#: What a line that was erased says.
EFFACEMENT: Final = "Échange effacé à la main : son numéro reste, rien de son contenu."
#: In the place of a guichet or an operation: those that have none.
AUCUN: Final = "-"
#: The verdicts of a partial index: written out, for it is used only by what is seen to imply its condition.
RARES: Final = frozenset(("fault", "refus", "erreur"))
_RARES: Final = "verdict IN ('fault', 'refus', 'erreur')"

_COLONNES: Final = ("identifiant", "recu_le", "instant_base", "verdict", "statut", "duree_us")
_TEXTES: Final = (
    "methode", "chemin", "guichet", "service", "operation", "type_fichier", "version", "numero_unique",
)  # fmt: skip
_DETAILS: Final = (
    "pair", "en_tetes", "en_tetes_reponse", "parties", "tolerances", "anomalies", "fault",
    "reponse_conforme", "trace", "ecoute", "certificat", "panne", "a_venir", "notes", "non_remise", "temps",
)  # fmt: skip
#: Those that a line always has: it is read, and searched, by them.
_CITES: Final = frozenset({"en_tetes", "en_tetes_reponse", "anomalies", "fault"})
_LIRE_LES_DETAILS: Final = attrgetter(*_DETAILS)
_ECRIRE: Final = json.JSONEncoder(ensure_ascii=False, default=str).encode
_TETE: Final = ("base", *_COLONNES, *_TEXTES, "details")
_LIGNE: Final = (*_TETE, "requete", "reponse")
#: Upper bounds of durations, in microseconds.
BORNES_US: Final = (1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000, 5_000_000)
SQL: Final = lire_requetes(
    __file__,
    efface=EFFACE,
    gardees=_noms(DITES | {SCENE}),
    ligne=", ".join(_LIGNE),
    ligne_dite=f":{', :'.join(_LIGNE)}",
    nuit=NUIT,
    nuit_annulee=NUIT_ANNULEE,
    sommes=", ".join(f"sum(sous_{borne})" for borne in BORNES_US),
    sous=", ".join(f"count(*) FILTER (WHERE duree_us <= {borne}) AS sous_{borne}" for borne in BORNES_US),
)


@dataclass(frozen=True)
class Tenue:
    """The journal of a base: exchanges ever written, kept, and dropped to make room."""

    base: str
    ecrits: int
    gardes: int
    oublies: int


@dataclass(frozen=True, slots=True)
class Mesure:
    """The exchanges kept of one operation and verdict. `operation` is "" where none was recognised;
    `sous` counts those that took no longer than each bound of BORNES_US."""

    base: str
    operation: str
    verdict: str
    nombre: int
    duree_us: int
    sous: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class NuitDite:
    """The line of a night: its id, the instant (aware) at which it began by the clock of its base, its
    sentence, and whether it was taken back since."""

    identifiant: int
    instant: datetime | None
    phrase: str
    annulee: bool


class CriteresJournal(TypedDict, total=False):
    """The criteria of a search of exchanges; None, or absent, is no criterion.

    `texte` is looked for in the path, and in all that was noted: headers, parts, tolerances, anomalies, fault
    (case of ASCII letters ignored). `regle` is the code of a rule that they raise. `guichet` and `operation`
    may be AUCUN: the exchanges that have none. `numero` finds the exchanges about one demande, and the nights
    that worked on it with others, in the last NUITS_CHERCHEES exchanges. `sans_nuits` leaves out the lines of
    nights, taken back or not (`Journal.nuits` tells them), and of what was erased: the ids that are missing
    between two lines belong to them.
    """

    guichet: str | None
    operation: str | None
    verdict: str | None
    numero: str | None
    texte: str | None
    regle: str | None
    sans_nuits: bool


class Journal:
    """The journal of a store. Keeps `maximum` exchanges of each base."""

    def __init__(self, donnees: BaseDeDonnees, *, maximum: int) -> None:
        self._donnees = donnees
        self._maximum = maximum
        self._pas = max(1, min(PAS, maximum // 10))
        self._entieres = donnees.dialecte == "postgresql" and maximum >= _A_TRANCHES

    def consigner(self, ou: Connexion | None, echange: Echange, question: bytes | None = None) -> int:
        """Writes an exchange, inside the caller's transaction when it gives one; answers its id, which the
        exchange then holds too. Ids of a base are 1, 2, 3, … `question` is its
        question as `tasser_un_message` compresses it: to be done before others wait for who writes."""
        if ou is None:
            return self._donnees.grouper(echange.base, lambda c: self._ajouter(c, echange, question))
        return self._ajouter(ou, echange, question)

    def noter_non_remise(self, base: str, identifiant: int, raison: str) -> None:
        """Notes, in the line of an exchange, why its answer did not reach the caller; nothing when the line
        is gone. Raises StoreError."""
        cle = {"base": base, "identifiant": identifiant}
        with self._donnees.transaction(ecriture=True, verrou=base) as connexion:
            ligne = connexion.ligne(SQL["details_de"], cle)
            if ligne is not None:
                connexion.faire(
                    SQL["noter"], {**cle, "details": _ECRIRE(json.loads(ligne[0]) | {"non_remise": raison})}
                )

    def effacer(self, base: str, identifiants: Collection[int]) -> list[int]:
        """Erases what these exchanges were: their messages, who sent them, what they came to. A line stays in
        their place, of method `EFFACE`: ids follow each other. Nights, steps of scenes, moves of the clock
        and states put back stay as they are. Answers the ids of those erased, in order. Raises StoreError."""
        vide = Echange(base, datetime.fromtimestamp(0, UTC))
        details = _ECRIRE(_details(vide))
        valeurs = {"base": base, "phrase": EFFACEMENT, "details": details, "rien": tasser_un_message(b"")}
        with self._donnees.transaction(ecriture=True, verrou=base) as connexion:
            faits = (
                connexion.ligne(SQL["effacer"], {**valeurs, "identifiant": identifiant})
                for identifiant in sorted(set(identifiants))
                if 0 < identifiant <= IDENTIFIANT_MAX
            )
            return [int(fait[0]) for fait in faits if fait is not None]

    def annuler_nuits(self, connexion: Connexion, base: str, de_id: int, a_id: int) -> None:
        """Says of the nights of these ids that they were taken back; the lines stay, to be read."""
        connexion.faire(SQL["annuler_nuits"], {"base": base, "de": _borne(de_id), "a": _borne(a_id)})

    def lire(self, base: str, identifiant: int) -> Echange | None:
        """An exchange with its bytes, None when it was never there or was dropped."""
        ligne = self._donnees.ligne(SQL["lire"], {"base": base, "identifiant": _borne(identifiant)})
        return None if ligne is None else _echange_de(ligne)

    def est_lourd(self, base: str, identifiant: int, seuil: int) -> bool:
        """True when the messages of an exchange weigh more than `seuil` bytes; they are unpacked only as far
        as the answer needs."""
        cle = {"base": base, "identifiant": _borne(identifiant)}
        with self._donnees.transaction(ecriture=False) as connexion:
            poids = connexion.ligne(SQL["peser"], cle)
            if poids is None or poids[0] * RAPPORT_MAX < seuil:
                return False
            messages = () if poids[0] > seuil else connexion.ligne(SQL["sans_tete"], cle) or ()
        return poids[0] > seuil or sum(longueur_tassee(octets, seuil + 1) for octets in messages) > seuil

    def chercher(
        self,
        base: str,
        *,
        avant_id: int | None = None,
        apres_id: int | None = None,
        limite: int = 50,
        octets: bool = False,
        **criteres: Unpack[CriteresJournal],
    ) -> list[Echange]:
        """The last `limite` exchanges that fit, newest first, with their bytes if asked. `avant_id` and
        `apres_id` may be any numbers."""
        conditions, parametres = _conditions(base, criteres)
        if avant_id is not None:
            conditions.append("identifiant < :avant")
            parametres["avant"] = _borne(avant_id)
        if apres_id is not None:
            conditions.append("identifiant > :apres")
            parametres["apres"] = _borne(apres_id)
        requete = _requete(
            f"SELECT {', '.join(_LIGNE if octets else _TETE)} FROM echange WHERE {' AND '.join(conditions)} "
            "ORDER BY identifiant DESC LIMIT :limite"
        )
        lignes = self._donnees.lignes(requete, {**parametres, "limite": limite})
        return [_echange_de(ligne) for ligne in lignes]

    def nuits(self, base: str, de_id: int, a_id: int, limite: int) -> list[NuitDite]:
        """The lines of nights from the id `de_id` to `a_id`, both included, taken back or not, oldest first;
        `limite` at most. Nothing but their sentence is read."""
        valeurs = {"base": base, "de": _borne(de_id), "a": _borne(a_id), "limite": limite}
        return [
            NuitDite(identifiant, instant_ou_rien(instant), phrase, methode == NUIT_ANNULEE)
            for identifiant, instant, phrase, methode in self._donnees.lignes(SQL["nuits_de"], valeurs)
        ]

    def plancher(self, base: str, avant_id: int | None, **criteres: Unpack[CriteresJournal]) -> int:
        """Id after which a page of a search looks, so that it does not look at more than EXAMINES exchanges;
        0 when it may look at all."""
        filtres = {nom for nom, valeur in criteres.items() if valeur} - {"sans_nuits"}
        indexes = filtres == {"verdict"} and criteres.get("verdict") in RARES
        if not filtres or "numero" in filtres or indexes:
            return 0
        dernier, origine, oublies = self._compteur(base)
        trouve = (dernier if avant_id is None else min(dernier, _borne(avant_id) - 1)) - EXAMINES
        return trouve if trouve > origine + oublies else 0

    def denombrer(self, base: str, **criteres: Unpack[CriteresJournal]) -> int:
        """How many exchanges fit, of those that are kept."""
        conditions, parametres = _conditions(base, criteres)
        requete = _requete(f"SELECT count(*) FROM echange WHERE {' AND '.join(conditions)}")
        ((nombre,),) = self._donnees.lignes(requete, parametres)
        return int(nombre)

    def compter(self, base: str) -> tuple[int, int]:
        """How many exchanges are kept, and how many were dropped to make room, since the last emptying."""
        dernier, origine, oublies = self._compteur(base)
        return dernier - origine - oublies, oublies

    def dernier(self, base: str) -> int:
        """Id of the last exchange, 0 before any: a look that costs one row."""
        return int(self._compteur(base)[0])

    def _compteur(self, base: str) -> Ligne:
        return self._donnees.ligne(SQL["compter"], {"base": base}) or (0, 0, 0)

    def tenues(self) -> list[Tenue]:
        """The journals of all bases, by name."""
        return [
            Tenue(base, dernier, dernier - origine - oublies, oublies)
            for base, dernier, origine, oublies in self._donnees.lignes(SQL["compter_tout"], {})
        ]

    def mesures(self) -> Iterator[Mesure]:
        """All exchanges that are kept, by base, operation and verdict."""
        for base, nom, verdict, *comptes in self._donnees.lignes(SQL["mesures"], {}):
            nombre, duree, *sous = map(int, comptes)
            yield Mesure(base, nom, verdict, nombre, duree, tuple(sous))

    def _ajouter(self, connexion: Connexion, echange: Echange, question: bytes | None) -> int:
        base = echange.base = _lisible(echange.base) or ""
        identifiant, origine, oublies = connexion.suivant(SQL["suivant"], SQL["avancer"], {"cle": base})
        echange.identifiant = identifiant
        if not identifiant % partitions_du_journal.TAILLE:
            partitions_du_journal.ouvrir(connexion, base, (identifiant,))
        ligne = {
            "base": echange.base,
            **en_colonnes(_COLONNES, echange),
            **{nom: _lisible(texte) for nom, texte in attributs(_TEXTES, echange).items()},
            "details": _lisible(_ECRIRE(_details(echange))),
            "requete": question or tasser_un_message(echange.requete),
            "reponse": tasser_un_message(echange.reponse),
        }
        connexion.differer(SQL["ajouter"], [ligne])
        trop = identifiant - origine - oublies - self._maximum
        if trop >= (partitions_du_journal.TAILLE if self._entieres else self._pas):
            self._purger(connexion, base, identifiant, origine)
        return int(identifiant)

    def _purger(self, connexion: Connexion, base: str, identifiant: int, origine: int) -> None:
        jusqua = identifiant - self._maximum
        if self._entieres:
            if identifiant % PAS:  # where somebody reads, it is tried again, but not at each exchange
                return
            avant = (jusqua + 1) // partitions_du_journal.TAILLE * partitions_du_journal.TAILLE
            if not partitions_du_journal.lacher(connexion, base, avant):
                return
            jusqua = avant - 1
        purgees = min(jusqua, partitions_du_journal.TAILLE - 1) if self._entieres else jusqua
        connexion.faire(SQL["purger"], {"base": base, "jusqua": purgees})
        connexion.faire(SQL["oublier"], {"cle": base, "combien": jusqua - origine})

    def raccourcir(self, base: str) -> bool:
        """Drops the oldest exchanges of a base that is about to be deleted, ETAPE of them; whether some are
        left. Others write between two calls."""
        with self._donnees.transaction(ecriture=True, verrou=base) as connexion:
            dernier, origine, oublies = connexion.ligne(SQL["compter"], {"base": base}) or (0, 0, 0)
            jusqua = min(dernier, origine + oublies + ETAPE)
            connexion.faire(SQL["purger"], {"base": base, "jusqua": jusqua})
            connexion.faire(SQL["oublier"], {"cle": base, "combien": jusqua - origine})
        return bool(jusqua < dernier)


def ligne_de_base(base: str, methode: str, phrase: str, instant: datetime, **autres: Any) -> Echange:
    """The line of what happens to a base without a request; `instant` is by its clock."""
    return Echange(
        base=base,
        recu_le=datetime.now(UTC),
        methode=methode,
        chemin=phrase,
        verdict=VerdictEchange.ACCEPTE,
        instant_base=instant,
        **autres,
    )


def _borne(identifiant: int) -> int:
    # What no column takes is before, or after, all there is.
    return min(max(identifiant, 0), IDENTIFIANT_MAX)


def _conditions(base: str, criteres: CriteresJournal) -> tuple[list[str], dict[str, Any]]:
    posees = ["base = :base"]
    parametres: dict[str, Any] = {"base": base}
    operation, verdict = criteres.get("operation"), criteres.get("verdict")
    # What is no call has no operation: it is asked by its method.
    nommee = "methode" if operation in HORS_HTTP else "operation"
    for colonne, valeur in (
        ("guichet", criteres.get("guichet")),
        (nommee, operation),
        ("verdict", None if verdict is None else str(verdict)),  # a `VerdictEchange`, or what a user wrote
    ):
        if valeur == AUCUN and colonne in ("guichet", "operation"):
            posees.append(f"{colonne} IS NULL" + (_APPELS if colonne == "operation" else ""))
        elif valeur is not None:
            posees.append(f"{colonne} = :{colonne}")
            parametres[colonne] = _lisible(valeur)
    if verdict in RARES:
        posees.append(_RARES)
    if (numero := _lisible(criteres.get("numero"))) is not None:
        # Of either, SQLite would look at every exchange.
        siens = "SELECT identifiant FROM echange WHERE base = :base AND numero_unique = :numero"
        posees.append(f"identifiant IN ({siens} UNION ALL {_NUITS})")
        parametres |= {
            "numero": numero,
            "nuits": NUITS_CHERCHEES,
            "cite": _contient(json.dumps(numero, ensure_ascii=False)),
        }
    if criteres.get("sans_nuits"):
        # No index has the method: the walk by id steps over them, and reads nothing of their details.
        posees.append(_SANS_NUITS)
    if texte := _lisible(criteres.get("texte")):
        posees.append("(details ILIKE :texte ESCAPE '/' OR chemin ILIKE :texte ESCAPE '/')")
        parametres["texte"] = _contient(texte)
    if regle := _lisible(criteres.get("regle")):
        # Among its anomalies, which come before its fault; a quote inside a text has a backslash before it.
        # LIKE is slow, and is asked of those alone that cite it.
        posees.append("instr(details, :citation) > 0 AND details LIKE :regle ESCAPE '/'")
        citation = f'"regle": {json.dumps(regle, ensure_ascii=False)}'
        parametres |= {"citation": citation, "regle": f'{_contient(citation)}], "fault": %'}
    return posees, parametres


def _requete(texte: str) -> RequeteSql:
    """Of each engine: in SQLite, LIKE is ILIKE; strpos is its instr."""
    return RequeteSql(
        {"sqlite": texte.replace(" ILIKE ", " LIKE "), "postgresql": texte.replace("instr(", "strpos(")}
    )


def _contient(texte: str) -> str:
    """Returns the pattern of LIKE, with « / » as its escape, for values that contain a text."""
    for signe in "/%_":
        texte = texte.replace(signe, f"/{signe}")
    return f"%{texte}%"


_APPELS: Final = f" AND methode NOT IN ({_noms(HORS_HTTP)})"
_SANS_NUITS: Final = f"methode NOT IN ('{NUIT}', '{NUIT_ANNULEE}', '{EFFACE}')"
#: The nights that name a demande.
_NUITS: Final = (
    "SELECT identifiant FROM echange WHERE base = :base AND identifiant > "
    "(SELECT dernier FROM journal_compteur WHERE base = :base) - :nuits "
    f"AND methode = '{NUIT}' AND numero_unique IS NULL AND details LIKE :cite ESCAPE '/'"
)


def _details(echange: Echange) -> dict[str, Any]:
    """The details of an exchange, without those that it does not have."""
    lus = zip(_DETAILS, _LIRE_LES_DETAILS(echange), strict=True)
    return {nom: lu for nom, lu in lus if lu or lu is False or nom in _CITES}


def _lisible(texte: str | None) -> str | None:
    """Text that a column takes: what a client puts in its address may be no text at all."""
    if texte is None or (texte.isascii() and "\0" not in texte):
        return texte
    return texte.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()


def _echange_de(ligne: Ligne) -> Echange:
    """The exchange of a row. A row that does not read, by its bytes or its notes, gives an exchange whose
    fault says so: those beside it are read, listed and judged all the same."""
    try:
        return _lire_la_ligne(ligne)
    except Exception as erreur:  # noqa: BLE001 - a damaged file may hold anything
        return _illisible(ligne, erreur)


def _illisible(ligne: Ligne, erreur: Exception) -> Echange:
    base, identifiant, recu_le, _, _, statut, _ = ligne[:7]
    textes: dict[str, Any] = {
        nom: texte for nom, texte in zip(_TEXTES, ligne[7:15], strict=True) if isinstance(texte, str)
    }
    try:
        instant = instant_de(recu_le)
    except (TypeError, ValueError, OverflowError):
        instant = datetime.fromtimestamp(0, UTC)
    return Echange(
        base=base,
        identifiant=identifiant,
        recu_le=instant,
        verdict=VerdictEchange.ERREUR,
        statut=statut if isinstance(statut, int) else 0,
        fault={
            "code": ILLISIBLE,
            "message": "La ligne de cet échange, au journal, est abîmée : elle ne se lit plus.",
            "explication": f"{type(erreur).__name__} : {erreur}",
        },
        **textes,
    )


def _lire_la_ligne(ligne: Ligne) -> Echange:
    base, identifiant, recu_le, instant_base, verdict, statut, duree_us = ligne[:7]
    textes = dict(zip(_TEXTES, ligne[7:15], strict=True))
    details = json.loads(ligne[15])
    for nom in ("en_tetes", "en_tetes_reponse"):
        details[nom] = [(cle, valeur) for cle, valeur in details[nom]]
    echange = Echange(
        base=base,
        identifiant=identifiant,
        recu_le=instant_de(recu_le),
        instant_base=instant_ou_rien(instant_base),
        verdict=VerdictEchange(verdict),
        statut=statut,
        duree_us=duree_us,
        **textes,
        **details,
    )
    if len(ligne) > len(_TETE):
        echange.requete, echange.reponse = detasser(ligne[16]), detasser(ligne[17])
    return echange
