"""The evidence package: one ZIP from which a judgement is made again, offline, whole.

`manifeste.json` (format, versions, what was masked, exchanges that are not there, SHA-256 of what judged file
by file, SHA-256 and size of each member), `configuration.json`, `rapport.json` (the recorded verdicts),
`journal.jsonl` (an exchange a line, with its bytes); of a driven run, `plan.json` (the scenarios) and
`proces-verbal.jsonl` (what the application was told and answered, with which households). The comment of the
ZIP is the SHA-256 of all that precedes it. The same contents give the same bytes. Hashes tell a damaged
package from a whole one; who vouches for it is told by the signature beside it (`signature`).
"""

import hashlib
import io
import json
import re
import zipfile
import zlib
from base64 import b32encode, b64decode, b64encode
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields
from datetime import datetime
from functools import partial
from pathlib import Path
from textwrap import wrap
from typing import IO, Any, Final

from sne_conformite.preuves.empreintes_de_ce_qui_juge import Detail
from sne_conformite.preuves.pseudonymes import Pseudonymes
from sne_conformite.rapports import rapport_json
from sne_conformite.rapports.rapport import Rapport
from sne_conformite.rapports.rapport_masque import impossible, masquer_valeur
from sne_interface import archives
from sne_interface.domain.echange import Echange, VerdictEchange
from sne_interface.domain.texte import abrege, visible
from sne_interface.errors import OperatorError, UsageError, raison_systeme

FORMAT_DOSSIER: Final = 2
#: What is still read, though not judged again whole: there was no procès-verbal.
ANCIEN_FORMAT: Final = 1
_MANIFESTE: Final = "manifeste.json"
_CONFIGURATION: Final = "configuration.json"
_RAPPORT: Final = "rapport.json"
_JOURNAL: Final = "journal.jsonl"
_PLAN: Final = "plan.json"
_PROCES_VERBAL: Final = "proces-verbal.jsonl"
_DU_PLAN: Final = (_PLAN, _PROCES_VERBAL)
#: The oldest date a ZIP can say: that of a package is in its report.
_DATE: Final = (1980, 1, 1, 0, 0, 0)
#: The record that ends a ZIP, without its numbers, and the length of the hash that is its comment.
_FIN_DU_ZIP: Final = b"PK\x05\x06" + bytes(18)
_SCEAU: Final = 64
_BLOC: Final = 1 << 20
#: Of the names that an error says.
_NOMS_MAX: Final = 200
#: Of a number: its letters (base 32, RFC 4648), the digits that are taken for some, how many are drawn.
_LETTRES: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_CONFONDUES: Final = str.maketrans("018", "OIB")
_CHIFFRES: Final = 15
_ENTIER: Final = "donnez le preuves.zip écrit par --report-dir, recopié en entier"
_OU_REFAITES: Final = "redemandez le dossier d'origine, ou refaites le jugement"
_TEXTES: Final = frozenset({"requete", "reponse"})
_REGLE_NIR: Final = (
    "Chaque NIR est remplacé par un NIR inventé de même longueur et de même forme, toujours le même : sexe, "
    "année et mois de naissance gardés, clé juste si elle l'était. Ce qui se juge du contenu exact d'un NIR "
    "vient des verdicts enregistrés."
)


class DossierIllisible(UsageError):
    """A file that is no evidence package, is cut short, or is of another format: another one is to be given
    (exit code 2)."""


class DossierAltere(OperatorError):
    """A package whose contents are not those it was closed with: what it proves is nothing (exit code 1)."""

    exit_code = 1


def _illisible(fichier: Path, quoi: str, remede: str = "") -> DossierIllisible:
    return DossierIllisible(f"Le dossier [{fichier}]{quoi}.", remede=remede)


def _modifie(fichier: Path, quoi: str, remede: str = "redemandez le dossier d'origine") -> DossierAltere:
    return DossierAltere(f"Le dossier [{fichier}] a été modifié : {quoi}.", remede=remede)


@dataclass(frozen=True)
class EchangesDuDossier:
    """The exchanges of a package, in the order of the journal, read from the file each time they are gone
    through: there may be thousands. `list()` holds them all; `lignes` gives each with its line."""

    fichier: Path
    nombre: int

    def __len__(self) -> int:
        return self.nombre

    def __iter__(self) -> Iterator[Echange]:
        """Each of them. Raises as `lignes`."""
        return (echange for echange, _ in self.lignes())

    def lignes(self) -> Iterator[tuple[Echange, bytes]]:
        """Raises DossierIllisible for a line that is no exchange, DossierAltere for one that is not in its
        place; both name it."""
        dernier = 0
        with _ouvert(self.fichier) as archive, archive.open(_JOURNAL) as flux:
            for rang, ligne in enumerate(_lignes(flux), 1):
                try:
                    echange = relire_echange(ligne)
                except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as erreur:
                    imbrique = isinstance(erreur, RecursionError)
                    quoi = rapport_json.pas_du_json(erreur) if imbrique else str(erreur)
                    dit = f", {_JOURNAL}, ligne {rang} : ce n'est pas un échange ({quoi})"
                    raise _illisible(self.fichier, dit) from None
                if isinstance(echange.identifiant, int):
                    if echange.identifiant <= dernier:
                        vient = f"l'échange {echange.identifiant} vient après l'échange {dernier}"
                        raise _modifie(self.fichier, f"{_JOURNAL}, ligne {rang}, {vient}", "")
                    dernier = echange.identifiant
                yield echange, ligne


@dataclass(frozen=True)
class DossierPreuves:
    """A package whose hashes were checked. `versions` of all that judged, `absents` why an exchange (by its
    id) could not be put in it; `texte` is that of `rapport`, `juges` the digests of what judged, `plan` the
    scenarios by their paths."""

    fichier: Path
    format: int
    configuration: Mapping[str, Any]
    echanges: EchangesDuDossier
    rapport: Rapport
    texte: str
    versions: Mapping[str, str]
    absents: Mapping[str, str]
    juges: Detail
    plan: Mapping[str, str]

    def proces_verbal(self) -> Iterator[dict[str, Any]]:
        """Its lines, read from the file. Raises DossierIllisible."""
        with _ouvert(self.fichier) as archive, archive.open(_PROCES_VERBAL) as flux:
            for rang, ligne in enumerate(_lignes(flux), 1):
                try:
                    yield rapport_json.relire(ligne)
                except (ValueError, RecursionError) as erreur:
                    dit = f", {_PROCES_VERBAL}, ligne {rang} : {rapport_json.pas_du_json(erreur)}"
                    raise _illisible(self.fichier, dit) from None


def ecrire(
    rapport: Rapport,
    chemin: Path,
    *,
    echanges: Iterable[Echange],
    configuration: Mapping[str, Any],
    versions: Mapping[str, str],
    juges: Detail | None = None,
    plan: Mapping[str, str] | None = None,
    proces_verbal: Callable[[Pseudonymes], Iterable[Mapping[str, Any]]] | None = None,
) -> Mapping[str, str]:
    """Writes a package, exchange by exchange; answers those that cannot be written, by their ids, and why.

    `configuration` is JSON values, `juges` the digests of what judged. Of a driven run, `plan` are its
    scenarios, and `proces_verbal` gives its lines, with stand-ins for NIRs. NIRs are masked in the report,
    and are stand-ins in the journal. Raises OSError; nothing is left behind then."""
    provisoire = chemin.with_name(f"{chemin.name}.tmp")
    pseudonymes = Pseudonymes()
    absents: dict[str, str] = {}
    try:
        with zipfile.ZipFile(provisoire, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            contenus = {
                _CONFIGURATION: _document(masquer_valeur(configuration)),
                _RAPPORT: [rapport_json.octets(rapport)],
                _JOURNAL: _lignes_de(echanges, pseudonymes, absents),
            }
            if proces_verbal is not None:
                contenus[_PLAN] = _document(dict(plan or {}))
                contenus[_PROCES_VERBAL] = map(_en_ligne, proces_verbal(pseudonymes))
            membres = {nom: _ajouter(archive, nom, morceaux) for nom, morceaux in contenus.items()}
            manifeste = {
                "format": FORMAT_DOSSIER,
                "versions": dict(versions),
                "juges": juges or {},
                "nir": {"masques": True, "regle": _REGLE_NIR, "remplaces": pseudonymes.nombre},
                **({"absents": absents} if absents else {}),
                "membres": membres,
            }
            _ajouter(archive, _MANIFESTE, _document(manifeste))
            archive.comment = bytes(_SCEAU)
        sceller(provisoire)
        provisoire.replace(chemin)
    finally:
        provisoire.unlink(missing_ok=True)
    return absents


def sceller(fichier: Path) -> None:
    """Writes the hash of a package at its end, over the one that is there. Raises OSError."""
    with fichier.open("r+b") as flux:
        sceau = _hacher(flux, flux.seek(-_SCEAU, io.SEEK_END))
        flux.seek(-_SCEAU, io.SEEK_END)
        flux.write(sceau)


def _hacher(flux: IO[bytes], octets: int) -> bytes:
    """The hash of the first bytes of a file, as the end of a package writes it."""
    sha256 = hashlib.sha256()
    flux.seek(0)
    while octets and (bloc := flux.read(min(_BLOC, octets))):
        sha256.update(bloc)
        octets -= len(bloc)
    return sha256.hexdigest().encode("ascii")


def lire(fichier: Path) -> DossierPreuves:
    """The package of a file, every hash checked. Raises DossierIllisible (no package, cut short, another
    format) or DossierAltere (a member missing, added or changed, bytes around them), which name the file
    and the member."""
    try:
        return _lire(fichier)
    except DossierIllisible:
        if _change_depuis_son_sceau(fichier):
            raise _modifie(fichier, "ce n'est plus ce qui fut scellé") from None
        raise


def _change_depuis_son_sceau(fichier: Path) -> bool:
    """Tell whether a file that does not read ends as a package does, by the hash of other bytes than its
    own."""
    with suppress(OSError), fichier.open("rb") as flux:
        taille = flux.seek(-_SCEAU, io.SEEK_END)
        sceau = flux.read()
        return not sceau.strip(b"0123456789abcdef") and _hacher(flux, taille) != sceau
    return False


def _lire(fichier: Path) -> DossierPreuves:
    with _ouvert(fichier) as archive:
        if archive.comment and len(archive.comment) < _SCEAU:
            raise DossierIllisible(f"Le fichier [{fichier}] est tronqué.", remede=_ENTIER)
        noms = archive.namelist()
        if _MANIFESTE not in noms:
            raise DossierIllisible(
                f"Le fichier [{fichier}] n'est pas un dossier de preuve : {_MANIFESTE} manque.",
                remede="donnez le preuves.zip écrit par --report-dir",
            )
        manifeste = _json(archive, _MANIFESTE, fichier)
        forme = manifeste.get("format") if isinstance(manifeste, dict) else None
        if forme not in (FORMAT_DOSSIER, ANCIEN_FORMAT):
            remede = "vérifiez-le avec la version de sne-sandbox qui l'a écrit"
            raise _illisible(fichier, f" n'est pas au format {FORMAT_DOSSIER}", remede)
        try:
            membres = {
                nom: {cle: m[cle] for cle in ("sha256", "octets", "lignes")}
                for nom, m in manifeste["membres"].items()
            }
            versions, absents = _textes(manifeste["versions"]), _textes(manifeste.get("absents", {}))
            juges = {genre: _textes(siens) for genre, siens in manifeste.get("juges", {}).items()}
        except (KeyError, TypeError, AttributeError, ValueError):
            raise _illisible(fichier, f" : {_MANIFESTE} n'a pas la forme attendue") from None
        if ecarts := _ecarts(noms, membres):
            raise DossierAltere(
                f"Le dossier [{fichier}] ne contient pas ce qu'il annonce : {ecarts}.",
                remede=_OU_REFAITES,
            )
        for nom, annonce in membres.items():
            with archive.open(nom) as flux:
                mesure = _mesurer(iter(partial(flux.read, _BLOC), b""), len)
            if mesure != annonce:
                raise _modifie(fichier, f"{nom} n'a plus l'empreinte annoncée", _OU_REFAITES)
        if not _seule(archive, fichier, scellee=forme == FORMAT_DOSSIER):
            raise _modifie(fichier, "des octets ont changé, précèdent l'archive ou la suivent")
        configuration = _json(archive, _CONFIGURATION, fichier)
        texte = _petit(archive, _RAPPORT, fichier)
        plan = _json(archive, _PLAN, fichier) if _PLAN in noms else {}
    for nom, lu in ((_CONFIGURATION, configuration), (_PLAN, plan)):
        if not isinstance(lu, dict):
            raise _illisible(fichier, f" : {nom} n'est pas un objet")
    try:
        plan = _textes(plan)
    except (TypeError, ValueError):
        raise _illisible(fichier, f" : {_PLAN} ne donne pas que des textes") from None
    try:
        rapport = rapport_json.de_texte(texte, f"{fichier}, {_RAPPORT}")
    except rapport_json.RapportIllisible as erreur:
        raise DossierIllisible(str(erreur), remede=erreur.remede) from None
    echanges = EchangesDuDossier(fichier, membres[_JOURNAL]["lignes"])
    return DossierPreuves(
        fichier, forme, configuration, echanges, rapport, texte, versions, absents, juges, plan
    )


# --- members -----------------------------------------------------------------------------------------


def _ajouter(archive: zipfile.ZipFile, nom: str, morceaux: Iterable[bytes]) -> dict[str, Any]:
    """Writes a member as it comes; answers its line of the manifest."""
    info = zipfile.ZipInfo(nom, _DATE)
    info.compress_type, info.external_attr, info.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
    with archive.open(info, "w", force_zip64=True) as flux:
        return _mesurer(morceaux, flux.write)


def _document(valeur: Any) -> list[bytes]:
    return [json.dumps(valeur, ensure_ascii=False, indent=1, default=str).encode(), b"\n"]


def _mesurer(morceaux: Iterable[bytes], ecrire: Callable[[bytes], object]) -> dict[str, Any]:
    """The line of the manifest of a member, each piece of which is given to `ecrire`."""
    sha256, octets, lignes = hashlib.sha256(), 0, 0
    for morceau in morceaux:
        ecrire(morceau)
        sha256.update(morceau)
        octets += len(morceau)
        lignes += morceau.count(b"\n")
    return {"sha256": sha256.hexdigest(), "octets": octets, "lignes": lignes}


def _ecarts(noms: Sequence[str], annonces: Collection[str]) -> str:
    """The members that a package lacks, and those that it should not have; "" when it has its members, each
    once."""
    du_plan = _DU_PLAN if any(nom in noms or nom in annonces for nom in _DU_PLAN) else ()
    attendus = (_CONFIGURATION, _RAPPORT, _JOURNAL, *du_plan, _MANIFESTE)
    combien = Counter(noms)
    lots = (
        ("il manque {}", [nom for nom in dict.fromkeys((*attendus, *annonces)) if nom not in combien]),
        ("{} en trop", sorted(combien.keys() - set(attendus))),
        ("{} en double", sorted(nom for nom in attendus if combien[nom] > 1)),
        ("{} non annoncé", [nom for nom in attendus[:-1] if nom in combien and nom not in annonces]),
    )
    return " ; ".join(dit.format(abrege(visible(", ".join(lot)), _NOMS_MAX)) for dit, lot in lots if lot)


def _seule(archive: zipfile.ZipFile, fichier: Path, *, scellee: bool) -> bool:
    """Tell whether the file holds the archive and nothing else, as it was hashed: readers skip what stands
    before and after, and much of what stands between."""
    debut = min((info.header_offset for info in archive.infolist()), default=0)
    sceau = archive.comment if scellee else b""
    with fichier.open("rb") as flux:
        flux.seek(-len(_FIN_DU_ZIP) - len(sceau), io.SEEK_END)
        fin = flux.read()
        entiere = not scellee or _hacher(flux, flux.seek(-len(sceau), io.SEEK_END)) == sceau
    annonce = int.from_bytes(fin[len(_FIN_DU_ZIP) - 2 : len(_FIN_DU_ZIP)], "little")
    return debut == 0 and fin[:4] == _FIN_DU_ZIP[:4] and annonce == len(sceau) and entiere


@contextmanager
def _ouvert(fichier: Path) -> Iterator[zipfile.ZipFile]:
    try:
        if raison := archives.annuaire_trop_gros(fichier, archives.PREUVES):
            raise _illisible(fichier, f" est trop gros : {raison}", _ENTIER)
        with zipfile.ZipFile(fichier) as archive:
            if raison := archives.trop(archive, archives.PREUVES):
                raise _illisible(fichier, f" est trop gros : {raison}", _ENTIER)
            yield archive
    except OSError as erreur:
        raise DossierIllisible(
            f"Le dossier de preuves [{fichier}] ne se lit pas : {raison_systeme(erreur)}.",
            remede="vérifiez le chemin",
        ) from None
    except zipfile.BadZipFile as erreur:
        # A member whose CRC is wrong was changed; no directory at the end: the file was cut.
        if "CRC" in str(erreur):
            raise _modifie(fichier, "l'empreinte d'un de ses fichiers est fausse", "") from None
        phrase = f"Le fichier [{fichier}] n'est pas un ZIP, ou il est tronqué."
        raise DossierIllisible(phrase, remede=_ENTIER) from None
    except (EOFError, NotImplementedError, RuntimeError, zlib.error):
        raise _illisible(fichier, " ne se décompresse pas : il est abîmé") from None


def _petit(archive: zipfile.ZipFile, nom: str, fichier: Path) -> str:
    """The text of a member that is read whole."""
    if archive.getinfo(nom).file_size > archives.PREUVES.entier:
        raise _illisible(fichier, f" : {nom} est trop gros")
    try:
        return archive.read(nom).decode("utf-8")
    except UnicodeDecodeError:
        raise _illisible(fichier, f" : {nom} n'est pas en UTF-8") from None


def _json(archive: zipfile.ZipFile, nom: str, fichier: Path) -> Any:
    texte = _petit(archive, nom, fichier)
    try:
        return rapport_json.relire(texte)
    except (ValueError, RecursionError) as erreur:
        raise _illisible(fichier, f", {nom} : {rapport_json.pas_du_json(erreur)}") from None


def _textes(dits: Mapping[str, Any]) -> dict[str, str]:
    """Texts by name, each of which can be written. Raises TypeError, ValueError, AttributeError."""
    for nom, texte in dits.items():
        f"{nom}{texte}".encode()
        if not isinstance(texte, str):
            raise TypeError(nom)
    return dict(dits)


def _lignes(flux: IO[bytes]) -> Iterator[bytes]:
    tampon = io.BufferedReader(flux, _BLOC)  # type: ignore[type-var]
    while ligne := tampon.readline(archives.PREUVES.ligne):
        yield ligne


def empreinte(fichier: Path) -> str:
    """The SHA-256 of a file, in hexadecimal. Raises OSError."""
    with fichier.open("rb") as flux:
        return hashlib.file_digest(flux, "sha256").hexdigest()


def numero(contrat: str, sha256: str) -> str:
    """The number of the certificate of a package, from its digest: « SNE52-7K3M-… », whose last character
    checks the others."""
    corps = b32encode(bytes.fromhex(sha256)).decode()[:_CHIFFRES]
    corps += _cle(corps)
    return "-".join(["SNE" + re.sub(r"\W|_|v", "", contrat).upper(), *wrap(corps, 4)])


def _cle(corps: str) -> str:
    """The letter that checks others: Luhn's, in base 32."""
    produits = (_LETTRES.index(lettre) * (2 - rang % 2) for rang, lettre in enumerate(reversed(corps)))
    return _LETTRES[-sum(sum(divmod(produit, 32)) for produit in produits) % 32]


def lire_numero(dit: str) -> str:
    """A number as it is typed or heard, as `numero` writes it. Raises UsageError for one that was not copied
    right."""
    lettres = "".join(filter(str.isalnum, dit.upper()))
    tete, corps = lettres[: -_CHIFFRES - 1], lettres[-_CHIFFRES - 1 :].translate(_CONFONDUES)
    if not tete or {*corps} - {*_LETTRES} or _cle(corps[:-1]) != corps[-1]:
        raise UsageError(
            f"Le numéro [{dit}] n'est pas bien recopié : ses caractères ne vont pas ensemble.",
            remede="relisez-le sur le rapport : SNE52, puis quatre fois quatre caractères",
        )
    return "-".join([tete, *wrap(corps, 4)])


# --- exchanges ---------------------------------------------------------------------------------------


def _lignes_de(
    echanges: Iterable[Echange], pseudonymes: Pseudonymes, absents: dict[str, str]
) -> Iterator[bytes]:
    """The lines of the journal; `absents` is told which exchange has none, and why."""
    for echange in echanges:
        try:
            masque = pseudonymes.echange(echange)
            valeurs = {champ.name: getattr(masque, champ.name) for champ in fields(masque)}
            ligne = _en_ligne(valeurs | {nom: _corps(valeurs[nom]) for nom in _TEXTES})
        except Exception as erreur:  # noqa: BLE001 - whatever is wrong with one, the others are evidence
            absents[str(echange.identifiant)] = impossible(erreur)
        else:
            yield ligne


def _en_ligne(valeurs: Mapping[str, Any]) -> bytes:
    texte = json.dumps(
        valeurs,
        ensure_ascii=False,
        default=lambda v: v.isoformat() if isinstance(v, datetime) else str(v),
        separators=(",", ":"),
    )
    return texte.encode("utf-8", "replace") + b"\n"


def _corps(octets: bytes) -> dict[str, str]:
    """Bytes that are text are kept as text: they are read, and they compress."""
    try:
        return {"utf8": octets.decode("utf-8")}
    except UnicodeDecodeError:
        return {"base64": b64encode(octets).decode("ascii")}


def relire_echange(ligne: bytes) -> Echange:
    """The exchange of a line of the journal. Raises ValueError, KeyError, TypeError, AttributeError."""
    valeurs = rapport_json.relire(ligne)
    for nom in _TEXTES:
        corps = valeurs[nom]
        utf8 = "utf8" in corps
        valeurs[nom] = corps["utf8"].encode() if utf8 else b64decode(corps["base64"], validate=True)
    for nom in ("en_tetes", "en_tetes_reponse"):
        valeurs[nom] = [(cle, valeur) for cle, valeur in valeurs[nom]]
    for nom in ("recu_le", "instant_base"):
        valeurs[nom] = valeurs[nom] and datetime.fromisoformat(valeurs[nom])
    valeurs["verdict"] = VerdictEchange(valeurs["verdict"])
    # A later version may note more of an exchange.
    connus = {champ.name for champ in fields(Echange)}
    return Echange(**{nom: valeur for nom, valeur in valeurs.items() if nom in connus})
