"""The schemas of a contract, compiled once, and which files each pulls in: all from the contract's folders.

lxml gives the verdict on a document; `explication` explains a refusal.

libxml2 keeps what it found in a log that belongs to the schema, so a schema serves one document at a time
(under 8 threads with the 13 kB document: 78 µs each, 71 to 92 with a schema per thread). A message with
20,000 faults takes it for a second on a busy machine: a thread that waits for long has the schema compiled
again, in 3 ms and 0.6 MB.
"""

import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import islice
from queue import Empty, SimpleQueue
from typing import Any, Final

from lxml import etree

from sne_interface.errors import ContractError

#: Base of the addresses that a schema's imports and includes are resolved against.
_BASE: Final = "contrat:///"
#: Folder of the schemas in a contract.
DOSSIER: Final = "xsd/"
_XS: Final = "{http://www.w3.org/2001/XMLSchema}"
#: Refusals of libxml2 that are told of one document: twenty thousand take a second to write.
REFUS_MAX: Final = 1_000
#: How long a schema in use is waited for, in seconds; how many times one may be compiled.
_PATIENCE: Final = 0.02
_COPIES_MAX: Final = 8
#: How many times a schema is compiled whose files libxml2 looked for elsewhere; where it says that it did.
_ESSAIS: Final = 20
_AILLEURS: Final = "IO"
_DATE: Final = re.compile(r"is not a valid value of the atomic type 'xs:date(Time)?'")
#: The blanks of XML: a no-break space is none.
BLANCS: Final = " \t\r\n"


class Document(StrEnum):
    """The payload documents. Four of them share the root name `interfaceNuu`: the operation tells which."""

    DEMANDE = "demande"
    EVENEMENT = "evenement"
    TYPE_EVENEMENT = "type-evenement"
    RECHERCHE = "recherche"
    DOUBLONS = "doublons"


@dataclass(frozen=True, slots=True)
class SchemaError:
    """One place where a document does not fit its schema.

    `ligne` is the line in the document, `chemin` the path without prefixes (`interfaceNuu/demande/…`) of the
    faulty or missing element, `message` the sentence, `valeur` the faulty value, `remede` what to do, `sorte`
    the name of the sentence in `phrases.toml`.
    """

    ligne: int
    chemin: str
    message: str
    valeur: str = ""
    remede: str = ""
    sorte: str = ""

    def __str__(self) -> str:
        suite = f" → {self.remede}" if self.remede else ""
        return f"Ligne {self.ligne}, {self.chemin} : {self.message}{suite}"


class Schemas:
    """All the schemas of a contract.

    `lire` gives the bytes of a file of the contract. `fichiers` names the schema of each document: by message
    version for a demande, under the version `""` for the others. Raises ContractError, with file and line,
    for a schema that is missing or broken.
    """

    def __init__(self, lire: Callable[[str], bytes], fichiers: Mapping[Document, Mapping[str, str]]) -> None:
        #: Bytes of a schema file: the copies of a schema are the same, whoever edits it.
        self.lire = lire = cache(lire)
        self._fichiers = fichiers
        compiles: dict[str, _Schema] = {}
        for versions in fichiers.values():
            for fichier in versions.values():
                if fichier not in compiles:
                    compiles[fichier] = _Schema(lire, fichier)
        self._compiles = compiles

    def fichier(self, document: Document, version: str | None = None) -> str:
        """Path of the schema that judges `document`. A version that the contract does not list, or None, is
        judged by the highest. Raises ContractError when the contract has no schema for the document."""
        versions = self._fichiers.get(document)
        if not versions:
            raise ContractError(
                f"Le contrat n'a pas de schéma pour le document « {document} ».",
                remede="nommez-le dans contract.toml",
            )
        return versions.get(version or "") or versions[max(versions)]

    def suivantes(self, document: Document, version: str | None) -> list[tuple[str, str]]:
        """(version, path of its schema) of the document's versions after `version`, oldest first; none when
        the contract does not list it."""
        versions = self._fichiers.get(document, {})
        return [(v, f) for v, f in sorted(versions.items()) if version in versions and v > (version or "")]

    def validate(self, root: Any, *, document: Document, version: str | None = None) -> list[SchemaError]:
        """The faults that the schema finds in the lxml element `root`, `[]` when it fits. Thread safe.

        `message` is libxml2's reason, in English; the list stops at the first fault of each sequence:
        `explication.expliquer` goes on past it. `version` None reads the attribute versionInterface. Blanks
        around the dates of `root` may be dropped.
        """
        if version is None:
            version = root.get("versionInterface")
        return self._compiles[self.fichier(document, version)].valider(root)


class _Schema:
    """A schema, in as many compiled copies as there were documents to judge at the same time for long."""

    def __init__(self, lire: Callable[[str], bytes], fichier: str) -> None:
        self._lire = lire
        self._fichier = fichier
        self._copies = 1
        self._libres: SimpleQueue[Any] = SimpleQueue()
        self._libres.put(self._compiler())

    def _compiler(self) -> Any:
        """The schema, compiled. Raises ContractError.

        lxml sets what finds included files for the whole process, and each thread that parses or compiles
        puts back at its end what it found at its start: one that ends at the wrong moment has this schema
        look for its files on the disk. Nothing is wrong with them then: it is compiled again.
        """
        fichier = self._fichier
        for reste in reversed(range(_ESSAIS)):
            resolveur = _Resolveur(self._lire)
            try:
                return etree.XMLSchema(lire_arbre(self._lire(fichier), fichier, resolveur))
            except etree.XMLSchemaParseError as lue:
                erreur = lue
            if resolveur.erreur is not None:
                raise resolveur.erreur from None
            if not (reste and any(f.domain_name == _AILLEURS for f in erreur.error_log)):
                break
        fautes = erreur.error_log.filter_from_errors()
        premiere = fautes[0] if len(fautes) else None
        raise ContractError(
            f"{_relatif(premiere.filename, fichier) if premiere else fichier}, "
            f"ligne {premiere.line if premiere else 0} : schéma incorrect : "
            f"{premiere.message if premiere else erreur}",
            remede="corrigez ce schéma",
        )

    def valider(self, root: Any) -> list[SchemaError]:
        schema = self._prendre()
        try:
            if schema.validate(root) or (_serrer_les_dates(root, schema.error_log) and schema.validate(root)):
                return []
            refus = schema.error_log
        finally:
            self._libres.put(schema)
        return [
            SchemaError(erreur.line, _chemin(erreur.path or root.tag), erreur.message)
            for erreur in islice(refus, REFUS_MAX)
        ]

    def _prendre(self) -> Any:
        """A copy that nobody uses, to be put back."""
        try:
            return self._libres.get(timeout=_PATIENCE if self._copies < _COPIES_MAX else None)
        except Empty:
            self._copies += 1
            return self._compiler()


def _serrer_les_dates(root: Any, refus: Any) -> bool:
    """Drop the blanks around the dates of `root` that are among `refus`; whether there were any.

    XSD gives every date `whiteSpace="collapse"`, and Java's validators apply it; libxml2 applies it to
    numbers and booleans, not to dates.
    """
    serrees = False
    for erreur in refus:
        if erreur.type_name != "SCHEMAV_CVC_DATATYPE_VALID_1_2_1" or not _DATE.search(erreur.message):
            continue
        prefixes = {prefixe: uri for prefixe, uri in root.nsmap.items() if prefixe}
        for element in root.getroottree().xpath(erreur.path, namespaces=prefixes):
            serre = (element.text or "").strip(BLANCS)
            if serre != element.text:
                element.text, serrees = serre, True
    return serrees


class _Resolveur(etree.Resolver):  # type: ignore[misc]
    """Imports and includes of a schema, looked up in the folders of the contract and nowhere else."""

    def __init__(self, lire: Callable[[str], bytes]) -> None:
        self._lire = lire
        self.erreur: ContractError | None = None

    def resolve(self, system_url: str, public_id: str | None, context: Any) -> Any:
        try:
            octets = self._lire(_chemin_de(system_url))
        except ContractError as erreur:
            self.erreur = erreur
            return self.resolve_string(b"", context)
        return self.resolve_string(octets, context, base_url=system_url)


def _chemin_de(url: str) -> str:
    """Path in the contract of an address that libxml2 asks for; a foreign one is looked up in `xsd/`."""
    if url.startswith(_BASE):
        return posixpath.normpath(url.removeprefix(_BASE))
    return DOSSIER + url.rpartition("/")[2]


def _relatif(url: str, defaut: str) -> str:
    return url.removeprefix(_BASE) if url.startswith(_BASE) else defaut


def _chemin(xpath: str) -> str:
    """libxml2's path (`/ns1:interfaceNuu/*/ns1:nom[2]`) without its prefixes."""
    return "/".join(morceau.rpartition(":")[2] for morceau in xpath.strip("/").split("/"))


# --- which files a schema or a WSDL pulls in -------------------------------------------------------------


def chemin_inclus(chemin: str, location: str) -> str:
    """Path in the contract of the `schemaLocation` found in the file at `chemin`. An address elsewhere is
    looked up by its last segment in `xsd/`: nothing is ever fetched."""
    if "://" in location:
        return DOSSIER + location.rpartition("/")[2]
    return posixpath.normpath(posixpath.join(posixpath.dirname(chemin), location))


def inclusions(racine: Any) -> list[Any]:
    """The import, include and redefine elements with a `schemaLocation`, in a schema or a WSDL's types."""
    noms = (f"{_XS}import", f"{_XS}include", f"{_XS}redefine")
    return [element for element in racine.iter(*noms) if element.get("schemaLocation")]


def cloture(lire: Callable[[str], bytes], fichier: str) -> dict[str, Any]:
    """The roots of a schema and of all that it pulls in, by path, its own first."""
    racines: dict[str, Any] = {}
    a_lire = [fichier]
    for chemin in a_lire:
        racines[chemin] = lire_arbre(lire(chemin), chemin)
        inclus = (chemin_inclus(chemin, i.get("schemaLocation")) for i in inclusions(racines[chemin]))
        a_lire += [nom for nom in dict.fromkeys(inclus) if nom not in a_lire]
    return racines


def lire_arbre(octets: bytes, chemin: str, *resolveurs: etree.Resolver) -> Any:
    """Root of the schema or WSDL at `chemin`. Raises ContractError, with the line, when it is no XML."""
    parseur = etree.XMLParser(no_network=True, load_dtd=False, resolve_entities=False)
    for resolveur in resolveurs:
        parseur.resolvers.add(resolveur)
    try:
        return etree.fromstring(octets, parseur, base_url=_BASE + chemin)
    except etree.XMLSyntaxError as erreur:
        raise ContractError(
            f"{chemin}, ligne {erreur.position[0]} : XML illisible : {erreur.msg}.",
            remede="corrigez ce fichier",
        ) from None
