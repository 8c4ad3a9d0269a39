"""The lists of a contract, in CSV: codes and the elements they rule, communes and EPCI, first quartiles.

Sources of the geography: INSEE, DGCL, La Poste. It is read at first use.
"""

import csv
import re
import threading
import unicodedata
from array import array
from bisect import bisect_left
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from itertools import chain, islice
from typing import Final, Literal

from sne_interface.domain.demande import Demande, departement_de, territoire_de
from sne_interface.domain.menage import SeuilQuartile, seuil_du_jour, zone_du_seuil
from sne_interface.domain.texte import LIGATURES, Retenus, plier
from sne_interface.errors import ContractError

#: What folding drops, in a text of many lines.
_SIGNES: Final = re.compile(r"[^\w\n]|_")
#: A line of a CSV, and its first column.
_CODE: Final = re.compile(rb'^(?=.)"?([^",\n]*).*', re.MULTILINE)
#: Half of a number of 64 bits.
_PLACE: Final = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Chemin:
    """One element of the `interfaceNuu` document of a demande.

    `chemin` is its path from the root, without index; `depuis` the first message version that has it,
    `jusque` the last, "" when the highest has it; `liste` the closed list that rules it, None for none;
    `obligatoire` whether its parent must hold it.
    """

    chemin: str
    obligatoire: bool
    depuis: str
    liste: str | None
    jusque: str = ""


class PasDeChemin:
    """A step of the contract's paths, to a closed list or to a commune, with the steps below it by name. At
    the end of one, `liste` and its `codes` (None for a commune), whether an element that is there needs a
    code, and whether its parent must hold one that has."""

    __slots__ = ("code_obligatoire", "code_requis", "codes", "enfants", "liste", "obligatoire")

    def __init__(self, obligatoire: bool) -> None:
        self.obligatoire = obligatoire
        self.liste: str | None = None
        self.codes: frozenset[str] | None = None
        self.code_requis = self.code_obligatoire = False
        self.enfants: dict[str, PasDeChemin] = {}


#: Containers of the search and event documents, which the table of paths does not describe.
_CONTENEURS_D_AILLEURS: Final = {
    "operation", "demandeMulticritere", "personneRecherchee", "piecesJustificatives", "listeEvenements",
    "evenement", "listeCaracteristiquesSpecifiques", "caracteristiqueSpecifique",
}  # fmt: skip


class Nomenclatures:
    """The closed lists of a contract by name, and which element of a demande each of them rules."""

    def __init__(self, listes: Mapping[str, Mapping[str, str]], chemins: Iterable[Chemin] = ()) -> None:
        self._listes = listes
        self._chemins = {ligne.chemin: ligne for ligne in chemins}
        self._rangs = {chemin: rang for rang, chemin in enumerate(self._chemins)}
        #: Path without index -> the list that rules the element.
        self.par_chemin: Mapping[str, str] = {
            chemin: ligne.liste for chemin, ligne in self._chemins.items() if ligne.liste is not None
        }
        parents = {chemin.rpartition("/")[0] for chemin in self._chemins}
        #: Names of the elements that only ever hold elements.
        self.conteneurs = (frozenset(_nom(c) for c in parents) | _CONTENEURS_D_AILLEURS) - {
            _nom(c) for c in self._chemins.keys() - parents
        }
        inconnues = sorted({*self.par_chemin.values()} - self._listes.keys())
        if inconnues:
            raise ContractError(
                f"Nomenclature citée mais non définie : {', '.join(inconnues)}.",
                remede="ajoutez ses codes à nomenclatures.csv",
            )

        #: Above the first step of the paths that lead to a closed list, or to a commune.
        self.sommet = self._arbre()

    def _arbre(self) -> PasDeChemin:
        sommet = PasDeChemin(True)
        for chemin in self._chemins:
            liste = self.par_chemin.get(chemin)
            nom = _nom(chemin)
            if nom == "typeFichier" or (liste is None and nom != "commune"):
                continue
            courant, parcouru = sommet, ""
            for morceau in chemin.split("/"):
                parcouru = f"{parcouru}/{morceau}" if parcouru else morceau
                if morceau not in courant.enfants:
                    courant.enfants[morceau] = PasDeChemin(self.obligatoire(parcouru))
                courant = courant.enfants[morceau]
            courant.liste = liste
            courant.codes = None if liste is None else frozenset(self._listes[liste])
            # An absent motif de radiation is a déradiation.
            courant.code_requis = nom != "motifRadiation"
            courant.code_obligatoire = courant.obligatoire and courant.code_requis
        return sommet

    @property
    def noms(self) -> tuple[str, ...]:
        """Names of the lists."""
        return tuple(self._listes)

    def liste(self, nom: str) -> Mapping[str, str]:
        """Labels by code, in the order of the file. Raises KeyError for an unknown list."""
        return self._listes[nom]

    def codes(self, chemin: str) -> tuple[str, ...]:
        """The codes that the element at a path may carry. Raises KeyError for one without a list."""
        return tuple(code for code in self._listes[self.par_chemin[chemin]] if code)

    def est_un_code(self, code: str) -> bool:
        """True when any list holds `code`."""
        return any(code in liste for liste in self._listes.values())

    def contient(self, nom: str, code: str) -> bool:
        """True when list `nom` holds `code`. Raises KeyError for an unknown list."""
        return code in self._listes[nom]

    def libelle(self, nom: str, code: str) -> str | None:
        """Label of `code` in list `nom` (`""`: an absent code); None when it has none."""
        return self._listes[nom].get(code)

    def ordre(self, chemin: str) -> int:
        """Rank of a path (without index) in document order. Raises KeyError for an unknown path."""
        return self._rangs[chemin]

    def depuis(self, chemin: str) -> str:
        """First message version that has a path, "" for one that the contract does not have."""
        return self._chemins[chemin].depuis if chemin in self._chemins else ""

    def jusque(self, chemin: str) -> str:
        """Last message version that has a path, "" when the highest has it. Raises KeyError for an unknown
        path."""
        return self._chemins[chemin].jusque

    def a_sa_place(self, chemin: str, version: str) -> bool:
        """True when messages of `version` have this path."""
        if chemin not in self._chemins:
            return False
        ligne = self._chemins[chemin]
        return ligne.depuis <= version <= (ligne.jusque or version)

    def obligatoire(self, chemin: str) -> bool:
        """True when the parent of a path must hold it. Raises KeyError for an unknown path."""
        return self._chemins[chemin].obligatoire

    @lru_cache(maxsize=64)  # noqa: B019 - a contract lives as long as its process
    def exiges(self, chemin: str, version: str) -> tuple[str, ...]:
        """The paths right below `chemin` that it must hold, in messages of `version`."""
        exigees = [dessous for dessous, ligne in self._chemins.items() if ligne.obligatoire]
        ici = [dessous for dessous in exigees if dessous.rpartition("/")[0] == chemin]
        return tuple([dessous for dessous in ici if self.a_sa_place(dessous, version)])

    @property
    def chemins(self) -> tuple[str, ...]:
        """Every path of the document, in document order."""
        return tuple(self._chemins)


def _nom(chemin: str) -> str:
    return chemin.rpartition("/")[2]


def lire_listes(octets: bytes, fichier: str) -> dict[str, dict[str, str]]:
    """Lists from a CSV with columns list, code, label."""
    listes: dict[str, dict[str, str]] = {}
    for ligne in lignes_csv(octets, fichier, ("list", "code", "label")):
        listes.setdefault(ligne["list"], {})[ligne["code"]] = ligne["label"]
    return listes


def lire_chemins(octets: bytes, fichier: str) -> tuple[Chemin, ...]:
    """Paths from a CSV with columns path, min, since, nomenclature, in document order."""
    return tuple(
        Chemin(ligne["path"], ligne["min"] != "0", ligne["since"], ligne["nomenclature"] or None)
        for ligne in lignes_csv(octets, fichier, ("path", "min", "since", "nomenclature"))
    )


def lignes_csv(octets: bytes, fichier: str, colonnes: tuple[str, ...]) -> Iterable[dict[str, str]]:
    """Rows of a CSV. Raises ContractError when it is not UTF-8 or lacks one of `colonnes`."""
    try:
        lecteur = csv.DictReader(octets.decode("utf-8-sig").splitlines(), restval="")
    except UnicodeDecodeError as erreur:
        raise ContractError(
            f"{fichier} n'est pas en UTF-8 (octet {erreur.start}).", remede="enregistrez-le en UTF-8"
        ) from None
    manquantes = [colonne for colonne in colonnes if colonne not in (lecteur.fieldnames or ())]
    if manquantes:
        raise ContractError(
            f"{fichier} : colonne absente : {', '.join(manquantes)}.",
            remede=f"colonnes attendues : {', '.join(colonnes)}, séparées par des virgules",
        )
    return lecteur


# --- communes and EPCI -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune (or municipal arrondissement) in force. `code` is INSEE's, `epci` the SIREN of its EPCI."""

    code: str
    nom: str
    departement: str
    region: str
    codes_postaux: tuple[str, ...]
    epci: str | None


@dataclass(frozen=True, slots=True)
class CommuneAncienne:
    """A commune no longer in force. `fin` is its last day's date, `successeur` the code in force that took
    it over; None when unknown."""

    code: str
    nom: str
    fin: date | None
    successeur: str | None


@dataclass(frozen=True, slots=True)
class Epci:
    """An intercommunal body. `type` is CA, CC, CU, METRO, …"""

    siren: str
    nom: str
    type: str


class Territoires:
    """The geography of a contract.

    `lire` gives the bytes of a file of the contract; the others name its files.
    Each file is read once, by the first call that needs it, whatever the number of threads; that call raises
    ContractError when the file is missing or has not its columns.
    """

    def __init__(
        self,
        lire: Callable[[str], bytes],
        *,
        communes: str = "communes.csv",
        anciennes: str = "communes-anciennes.csv",
        epci: str = "epci.csv",
    ) -> None:
        colonnes = ("code", "nom", "departement", "region", "codes_postaux", "epci")
        self._communes = _Table(lire, communes, colonnes)
        self._anciennes = _Table(lire, anciennes, ("code", "nom", "fin", "successeur"))
        self._epci = _Table(lire, epci, ("siren", "nom", "type"))
        self._connues: Retenus[Commune | None] = Retenus(self._commune)
        self._par_postal: Retenus[tuple[Commune, ...]] = Retenus(self._du_code_postal)

    def prechauffer(self) -> None:
        """Read communes and former communes now, rather than in the first request."""
        self._communes.lire()
        self._anciennes.lire()

    def commune(self, code: str) -> Commune | None:
        """The commune or arrondissement of that INSEE code, in force."""
        return self._connues[code]

    def _commune(self, code: str) -> Commune | None:
        ligne = self._communes.get(code)
        if ligne is None:
            return None
        nom, departement, region, postaux, epci = ligne
        return Commune(code, nom, departement, region, tuple(postaux.split()), epci or None)

    def ancienne(self, code: str) -> CommuneAncienne | None:
        """The former commune of that INSEE code."""
        ligne = self._anciennes.get(code)
        if ligne is None:
            return None
        nom, fin, successeur = ligne
        return CommuneAncienne(code, nom, date.fromisoformat(fin) if fin else None, successeur or None)

    def actuelle(self, code: str) -> Commune | None:
        """The commune of that code, or the one that took it over."""
        ancienne = self.ancienne(code) if self.commune(code) is None else None
        return self.commune(code if ancienne is None else ancienne.successeur or "")

    def nom_de_commune(self, code: str) -> str:
        """Name of a commune in force or not, "" when nobody knows the code."""
        connue = self.commune(code) or self.ancienne(code)
        return connue.nom if connue is not None else ""

    def existe(self, code: str) -> bool:
        """True when a commune has, or had, that code."""
        return bool(self._communes.get(code) or self._anciennes.get(code))

    def epci(self, siren: str) -> Epci | None:
        """The EPCI of that SIREN."""
        ligne = self._epci.get(siren)
        return None if ligne is None else Epci(siren, *ligne)

    def codes(self) -> tuple[str, ...]:
        """Codes of all communes in force, in the order of the file."""
        return tuple(self._communes.codes())

    @cached_property
    def numerotes(self) -> frozenset[str]:
        """The territories by which a numéro unique may begin: those of a commune, in force or not."""
        communes = chain(self._communes.codes(), self._anciennes.codes())
        une_par_departement = {departement_de(code): code for code in communes}
        return frozenset(map(territoire_de, une_par_departement.values()))

    def region_de(self, territoire: str) -> str | None:
        """The code of the region of a territory (« 111 », « 062 »), None for one that has no commune."""
        return self._regions.get(territoire)

    @cached_property
    def _regions(self) -> Mapping[str, str]:
        une_par_departement = {departement_de(code): code for code in self._communes.codes()}
        communes = filter(None, map(self.commune, une_par_departement.values()))
        return {territoire_de(commune.code): commune.region for commune in communes}

    @cached_property
    def _noms(self) -> list[tuple[str, str]]:
        return list(zip(self._communes.codes(), _plier_tout(self._communes.noms()), strict=True))

    def nommees(self, nom: str) -> tuple[Commune, ...]:
        """The communes in force that have that name, folded; without any, those whose name begins with it.
        In the order of the file; the first call folds all names."""
        cherche = plier(nom)
        codes = [code for code, plie in self._noms if plie == cherche]
        if not codes and cherche:
            codes = [code for code, plie in self._noms if plie.startswith(cherche)]
        return tuple(commune for code in codes if (commune := self.commune(code)) is not None)

    def du_code_postal(self, code: str) -> tuple[Commune, ...]:
        """The communes in force that have that postal code, in the order of the file; () for what is none."""
        return self._par_postal[code]

    def _du_code_postal(self, code: str) -> tuple[Commune, ...]:
        if not (len(code) == 5 and code.isascii() and code.isdigit()):
            return ()
        trouvees = map(self.commune, self._communes.codes_ou_figure(code))
        return tuple(commune for commune in trouvees if commune is not None and code in commune.codes_postaux)


def _plier_tout(noms: list[str]) -> list[str]:
    """Names folded, as one text: one by one, 35,000 take half a second."""
    texte = unicodedata.normalize("NFKD", "\n".join(noms).translate(LIGATURES)).casefold()
    return _SIGNES.sub("", texte).split("\n")


class _Table:
    """Rows of a CSV by their first column, kept as the bytes of the file: a row is read when it is asked for,
    and remembered a while. Millions of bytes as a dictionary of texts would be four times as many."""

    def __init__(self, lire: Callable[[str], bytes], fichier: str, colonnes: tuple[str, ...]) -> None:
        self._lire = lire
        self._fichier = fichier
        self._colonnes = colonnes
        self._verrou = threading.Lock()
        self._rangs: tuple[int, ...] = ()
        self._octets = b""
        self._places = array("Q")
        self.get = lru_cache(maxsize=512)(self._chercher)

    def lire(self) -> None:
        """Reads the file, if nobody did yet."""
        if not self._rangs:
            with self._verrou:
                if not self._rangs:
                    self._charger()

    def codes(self) -> Iterator[str]:
        """The first column of every row, in order."""
        self.lire()
        return (trouve[1].decode() for trouve in islice(_CODE.finditer(self._octets), 1, None))

    def codes_ou_figure(self, mot: str) -> Iterator[str]:
        """The first column of the rows in which a text is, in order."""
        self.lire()
        octets, cherche = self._octets, mot.encode()
        place = octets.find(cherche)
        while place >= 0:
            debut, fin = octets.rfind(b"\n", 0, place) + 1, octets.find(b"\n", place)
            code = _CODE.match(octets, debut)
            if code is not None:
                yield code[1].decode()
            place = octets.find(cherche, fin) if fin >= 0 else -1

    def _chercher(self, code: str) -> tuple[str, ...] | None:
        """The wanted columns, but for the first, of the row of that code: the last one, of several."""
        self.lire()
        octets, places = code.encode(errors="replace"), self._places
        hachage, ligne = _hachage(octets), None
        rang = bisect_left(places, hachage)
        while rang < len(places) and places[rang] - hachage <= _PLACE:
            trouve = _CODE.match(self._octets, places[rang] & _PLACE)
            if trouve is not None and trouve[1] == octets:
                ligne = trouve[0].decode()
            rang += 1
        if ligne is None:
            return None
        valeurs = next(csv.reader((ligne,)))
        if len(valeurs) <= max(self._rangs):
            raise ContractError(
                f"{self._fichier}, ligne [{ligne}] : il manque des colonnes.",
                remede=f"colonnes attendues : {', '.join(self._colonnes)}",
            )
        return tuple([valeurs[rang] for rang in self._rangs])

    def noms(self) -> list[str]:
        """The second wanted column of every row, in order; "" where it is missing."""
        self.lire()
        lues, rang = islice(_CODE.finditer(self._octets), 1, None), self._rangs[0]
        lignes = csv.reader(trouve[0].decode() for trouve in lues)
        return [valeurs[rang] if len(valeurs) > rang else "" for valeurs in lignes]

    def _charger(self) -> None:
        octets = self._lire(self._fichier).removeprefix(BOM_UTF8)
        if b"\r" in octets:
            octets = b"\n".join(octets.splitlines())
        try:
            octets.decode()
        except UnicodeDecodeError:
            raise ContractError(
                f"{self._fichier} n'est pas en UTF-8.", remede="enregistrez-le en UTF-8"
            ) from None
        entete = next(csv.reader((octets.partition(b"\n")[0].decode(),)), [])
        if entete[:1] != [self._colonnes[0]] or not set(self._colonnes) <= set(entete):
            raise ContractError(
                f"{self._fichier} n'a pas les colonnes attendues.",
                remede=f"première ligne attendue : {','.join(self._colonnes)}",
            )
        places = [_hachage(trouve[1]) | trouve.start() for trouve in _CODE.finditer(octets)]
        self._octets, self._places = octets, array("Q", sorted(places[1:]))
        # Last: it says to other threads that the file is read.
        self._rangs = tuple(entete.index(colonne) for colonne in self._colonnes[1:])


def _hachage(code: bytes) -> int:
    """Returns the number that the places of that code begin with: the place in the file is added to it."""
    return (hash(code) & _PLACE) << 32


# --- first quartiles ------------------------------------------------------------------------------------

_COLONNES_QUARTILES: Final = ("territoire", "siren", "libelle", "annee", "montant_uc", "source", "fidelite")
#: A year, or the first and the last of several: « 2019 », « 2019…2025 ».
_ANNEES: Final = re.compile(r"(\d{4})(?:(?:…|\.\.\.)(\d{4}))?")
#: What marks an amount of ours in the column `fidelite`, where others have A, D or C.
INVENTE: Final = "I"
_FIDELITES_QUARTILES: Final = ("A", "D", "C", INVENTE, "")
_MONTANT: Final = re.compile(r"0*[1-9][0-9]{0,6}")
#: An area of which no commune is would never serve, and say so nowhere.
_CODES_DE_ZONE: Final = {"EPCI": r"[0-9]{9}", "REGION": r"[0-9]{2}"}


class Quartiles:
    """All thresholds of a contract, in the order of the file. Where `complement` knows an area that `seuils`
    does not, its thresholds serve: a published amount is never crossed with an invented one."""

    def __init__(
        self, seuils: Iterable[SeuilQuartile] = (), complement: Iterable[SeuilQuartile] = ()
    ) -> None:
        publies = tuple(seuils)
        connues = {(s.nature, s.code) for s in publies}
        self.seuils = publies + tuple(s for s in complement if (s.nature, s.code) not in connues)
        self._par_zone: dict[tuple[str, str | None], list[SeuilQuartile]] = {}
        for seuil in self.seuils:
            self._par_zone.setdefault((seuil.nature, seuil.code), []).append(seuil)

    def seuil(self, demande: Demande, territoires: Territoires, jour: date) -> SeuilQuartile | None:
        """The threshold of the first wished commune on `jour`; None when none is known or no commune is
        wished."""
        if not demande.communes_souhaitees:
            return None
        return self.seuil_de(demande.communes_souhaitees[0].attributs["code"], territoires, jour)

    def seuil_de(self, code: str, territoires: Territoires, jour: date) -> SeuilQuartile | None:
        """The threshold of a commune on `jour` (see `seuil_du_jour`), of the one that took it over when it is
        no longer in force; None when none is known."""
        commune = territoires.actuelle(code)
        if commune is None:
            return None
        return seuil_du_jour(self._par_zone.get(zone_du_seuil(commune.epci, commune.region), ()), jour)


def lire_quartiles(octets: bytes, fichier: str) -> tuple[SeuilQuartile, ...]:
    """The thresholds of a CSV, one for each year of a row. Raises ContractError for a row that cannot be
    read, and for two amounts of one area and year."""
    seuils, montants = [], dict[tuple[str, str, int], int]()
    for ligne in lignes_csv(octets, fichier, _COLONNES_QUARTILES):
        nature, annees = ligne["territoire"], _ANNEES.fullmatch(ligne["annee"])
        premiere, derniere = (int(annees[1]), int(annees[2] or annees[1])) if annees else (1, 0)
        montant, fidelite, code = ligne["montant_uc"], ligne["fidelite"], ligne["siren"]
        if (
            premiere > derniere
            or not re.fullmatch(_CODES_DE_ZONE.get(nature, "(?!)"), code)
            or not _MONTANT.fullmatch(montant)
            or fidelite not in _FIDELITES_QUARTILES
        ):
            raise ContractError(
                f"{fichier} : ligne [{nature},{code},…] illisible.",
                remede="EPCI et son SIREN (neuf chiffres), ou REGION et son code INSEE ; une année (2019) ou "
                "plusieurs (2019…2025) ; un montant en chiffres, en euros par an et par UC, supérieur à 0 ; "
                "fidelite A, D, C, I (inventé) ou rien",
            )
        invente = fidelite == INVENTE
        zone: Literal["EPCI", "REGION"] = "EPCI" if nature == "EPCI" else "REGION"
        origine = ligne["source"], "C" if invente else fidelite, invente
        for annee in range(premiere, derniere + 1):
            if montants.setdefault((nature, code, annee), int(montant)) != int(montant):
                raise ContractError(
                    f"{fichier} : deux montants pour [{nature},{code}] en {annee}.",
                    remede="gardez celui qui vaut",
                )
            seuils.append(SeuilQuartile(zone, code, ligne["libelle"], annee, int(montant), *origine))
    return tuple(seuils)
