"""A version of the interface, read from its folder: all that the code knows of the contract; and its WSDL and
schemas as they are served."""

import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import lru_cache, wraps
from pathlib import Path
from typing import Annotated, Any, Concatenate, Final, ParamSpec, TypeVar
from urllib.parse import quote

from lxml import etree

from sne_interface import resources
from sne_interface.contract.declarations_des_schemas import ModelesDemande
from sne_interface.contract.fiches_du_contrat import FicheRegle, lire_droits, lire_evenements, lire_fiches
from sne_interface.contract.nomenclatures_et_territoires import (
    Nomenclatures,
    Quartiles,
    Territoires,
    lignes_csv,
    lire_chemins,
    lire_listes,
    lire_quartiles,
)
from sne_interface.contract.overlay import PAR_DEFAUT, DossiersContrat, lire_le_fichier
from sne_interface.contract.schemas import DOSSIER, Document, Schemas, chemin_inclus, inclusions, lire_arbre
from sne_interface.contract.table_des_roles import lire_roles
from sne_interface.contract.tables_en_fiches import fiche_de, table_de
from sne_interface.domain.base import DroitsGuichets
from sne_interface.domain.evenement import TypeEvenement
from sne_interface.domain.nir import retenir_noms_nir
from sne_interface.domain.roles import Roles
from sne_interface.errors import ContractError, UsageError
from sne_interface.resources import TableToml
from sne_interface.settings import DE_BASE, Reglages

#: The file that makes a folder a contract.
CONTRAT: Final = "contract.toml"
#: Results of one function that a contract keeps.
_RETENUS_MAX: Final = 256
_Cle = ParamSpec("_Cle")
_Valeur = TypeVar("_Valeur")
_FICHIERS: Final = (
    "operations", "chemins", "nomenclatures", "communes", "communes_anciennes", "epci", "regles",
    "evenements", "exigences", "quartiles", "guichets",
)  # fmt: skip


#: Invented amounts, so that the feature is seen on the seeded territories; in `fixtures/`.
QUARTILES_DE_DEMONSTRATION: Final = "quartiles-demo.csv"
_SOAP_ADDRESS: Final = (
    "{http://schemas.xmlsoap.org/wsdl/soap12/}address",
    "{http://schemas.xmlsoap.org/wsdl/soap/}address",
)


@dataclass(frozen=True, slots=True)
class Service:
    """A SOAP service. `chemins` are the paths it answers on, without last slash; `wsdl` is its file in the
    contract, `xsd` the schemas that file imports."""

    nom: str
    port: str
    binding: str
    port_type: str
    chemins: tuple[str, ...]
    wsdl: str
    xsd: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _ContratEcrit:
    """The file that makes a folder a contract, as it is written."""

    versions: tuple[str, ...]
    namespace: str
    namespace_services: str
    schemas: Mapping[str, str]
    fichiers: Mapping[str, str]
    services: Mapping[str, TableToml]
    nom: str = ""
    titre: str = ""
    extends: str = ""
    conventions: tuple[str, ...] = ()
    deploye: Mapping[str, date] = field(default_factory=dict)
    roles: Any = None
    reglages: Any = field(default_factory=dict)
    publication: Any = None


@dataclass(frozen=True, slots=True)
class ChampLu:
    """A field of a message."""

    nom: str
    type: Annotated[str, "xs:string, xs:dateTime, tns:base64Binary ou tns:codeElement"]
    obligatoire: bool


@dataclass(frozen=True, slots=True)
class MessageOperation:
    """A message: the element of its Body (`qname`, in Clark notation), and its unqualified children."""

    qname: str
    champs: tuple[ChampLu, ...]


@dataclass(frozen=True, slots=True)
class OperationPubliee:
    """An operation of a SOAP service, with the message it takes and the one it answers; `espace` is the
    namespace of the services."""

    service: str
    nom: str
    espace: str
    soap_action: str
    entree: MessageOperation
    sortie: MessageOperation

    @property
    def attribut_content_type(self) -> str:
        """The qualified attribute that base64Binary fields may carry, in Clark notation."""
        return f"{{{self.espace}}}contentType"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Contrat:
    """A published interface. Built by `charger`; shared by every thread; compared by identity.

    `versions` are the message versions it accepts, lowest first, `conventions` those of them whose schema
    is ours; `namespace` that of the payload documents. `reglages` are settings, by name, that a base has
    under this contract as long as nobody changes them (`[reglages]` of contract.toml). `deploye` is the first
    day of a message version, or of a type of events, in the base école; one that it does not name is there
    on any day.
    """

    nom: str
    titre: str
    namespace: str
    versions: tuple[str, ...]
    conventions: frozenset[str]
    nomenclatures: Nomenclatures
    territoires: Territoires
    guichets: DroitsGuichets
    quartiles: Quartiles
    schemas: Schemas
    regles: Mapping[str, FicheRegle]
    evenements: tuple[TypeEvenement, ...]
    roles: Roles
    services: Mapping[str, Service]
    operations: Mapping[str, OperationPubliee]
    dossiers: DossiersContrat
    reglages: Mapping[str, Any]
    deploye: Mapping[str, date]
    #: The results that `retenu` keeps with it.
    retenus: dict[Any, dict[Any, Any]] = field(default_factory=dict, init=False)

    def __repr__(self) -> str:
        return f"<Contrat {self.nom}>"

    @property
    def version_haute(self) -> str:
        """The highest version of message that the contract accepts."""
        return self.versions[-1]

    @lru_cache(maxsize=64)  # noqa: B019 - a contract lives as long as its process
    def a_venir(self, jour: date | None) -> frozenset[str]:
        """The message versions and types of events that the base école does not have yet on `jour`; none of
        no day."""
        return frozenset(nom for nom, premier in self.deploye.items() if jour is not None and jour < premier)

    @lru_cache(maxsize=64)  # noqa: B019 - as above
    def versions_du(self, jour: date | None) -> tuple[str, ...]:
        """The message versions that the base école takes on `jour`; all of them, before the first."""
        a_venir = self.a_venir(jour)
        return tuple(version for version in self.versions if version not in a_venir) or self.versions

    def version_de_lecture(self, version: str, jour: date | None = None) -> str:
        """The version whose schema reads a message of `version` on `jour`: itself, or the highest when the
        contract does not list it (convention)."""
        admises = self.versions if jour is None else self.versions_du(jour)
        return version if version in admises else admises[-1]

    def wsdl(self, service: str) -> bytes:
        """The WSDL of a service, as it is in the contract. Raises ContractError for an unknown service."""
        if service not in self.services:
            raise ContractError(
                f"Le service [{service}] est inconnu.", remede=f"services : {', '.join(self.services)}"
            )
        return self.fichier(self.services[service].wsdl)

    def fichier(self, chemin: str) -> bytes:
        """Bytes of a file of the contract. Raises ContractError when no folder has it."""
        return self.dossiers.lire(chemin)


def retenu(
    calcul: Callable[Concatenate[Contrat, _Cle], _Valeur],
) -> Callable[Concatenate[Contrat, _Cle], _Valeur]:
    """Makes a function of a contract compute each result once, and keep it with the contract: it leaves the
    memory with it. A client may write what the result is asked for (a type of file): the results of one
    function are bounded."""

    @wraps(calcul)
    def lire(contrat: Contrat, /, *args: _Cle.args, **nommes: _Cle.kwargs) -> _Valeur:
        gardes = contrat.retenus.setdefault(calcul, {})
        cle = (*args, *nommes.items())
        if cle not in gardes:
            if len(gardes) >= _RETENUS_MAX:
                gardes.clear()
            gardes[cle] = calcul(contrat, *args, **nommes)
        valeur: _Valeur = gardes[cle]
        return valeur

    return lire


def livres() -> tuple[str, ...]:
    """Names of the contracts that are shipped."""
    return tuple(sorted(dossier.parent.name for dossier in resources.contracts_dir().glob(f"*/{CONTRAT}")))


def charger(
    nom: str = PAR_DEFAUT,
    overlay: Path | None = None,
    quartiles: Path | None = None,
    *,
    tolerer: bool = False,
) -> Contrat:
    """The contract `nom`, under the user's folder `overlay`. Compiles every schema. `quartiles` is the user's
    own table of first quartiles, instead of the contract's and of the invented amounts. With `tolerer`, a
    role that this folder binds to what it does not have is bound to nothing, and told, as ours are.

    Raises UsageError for a name that is none, ContractError, with file and line or key, for whatever cannot
    be read.
    """
    dossiers = DossiersContrat(resources.contracts_dir(), nom, overlay)
    ecrit = fiche_de(_ContratEcrit, dossiers.toml(CONTRAT), CONTRAT)
    versions = _versions(ecrit.versions)
    dits = table_de(ecrit.fichiers, f"{CONTRAT} [fichiers]", _FICHIERS)
    fichiers = {cle: dits.get(cle, "") for cle in _FICHIERS}

    def lire(cle: str) -> bytes:
        return dossiers.lire(fichiers[cle])

    espace = ecrit.namespace_services
    services = {
        nom: fiche_de(Service, table, f"{CONTRAT} : [services.{nom}]", nom=nom)
        for nom, table in ecrit.services.items()
    }
    operations = _operations(lire("operations"), fichiers["operations"], espace)
    orphelines = sorted({operation.service for operation in operations.values()} - services.keys())
    if orphelines:
        raise ContractError(
            f"{fichiers['operations']} cite des services inconnus : {', '.join(orphelines)}.",
            remede=f"décrivez-les dans {CONTRAT}, table [services.NOM]",
        )
    schemas = Schemas(dossiers.lire, _schemas(ecrit.schemas, versions))
    chemins = lire_chemins(lire("chemins"), fichiers["chemins"])
    # Schemas that are the user's may call anything otherwise: it is read off them what they have.
    modeles = ModelesDemande(schemas, versions) if _a_ses_schemas(dossiers, fichiers["chemins"]) else None
    if modeles is not None:
        chemins = modeles.chemins(chemins)
    nomenclatures = Nomenclatures(lire_listes(lire("nomenclatures"), fichiers["nomenclatures"]), chemins)
    evenements = lire_evenements(dossiers.toml(fichiers["evenements"]), fichiers["evenements"])
    refus = (lambda _, __: "") if modeles is None else modeles.refus
    roles = lire_roles(dossiers, nomenclatures, evenements, refus, tolerer=tolerer)
    retenir_noms_nir(roles.demande.noms_nir | (modeles.noms_de_nir() if modeles is not None else frozenset()))
    return Contrat(
        nom=nom,
        titre=ecrit.titre or nom,
        namespace=ecrit.namespace,
        versions=versions,
        conventions=frozenset(ecrit.conventions) & frozenset(versions),
        nomenclatures=nomenclatures,
        territoires=Territoires(
            dossiers.lire,
            communes=fichiers["communes"],
            anciennes=fichiers["communes_anciennes"],
            epci=fichiers["epci"],
        ),
        guichets=lire_droits(dossiers.toml(fichiers["guichets"]), fichiers["guichets"]),
        quartiles=_quartiles(dossiers, fichiers["quartiles"], quartiles),
        schemas=schemas,
        regles=lire_fiches(dossiers, fichiers["regles"]),
        evenements=evenements,
        roles=roles,
        services=services,
        operations=operations,
        dossiers=dossiers,
        reglages=_reglages(ecrit.reglages),
        deploye=ecrit.deploye,
    )


def _quartiles(dossiers: DossiersContrat, fichier: str, donne: Path | None) -> Quartiles:
    """The thresholds of the user's file; else of the contract's, with the invented amounts of
    `fixtures/quartiles-demo.csv` where it has none, unless its table is the user's own. A contract without a
    table computes no quartile."""
    if donne is not None:
        if not donne.is_file():
            raise UsageError(
                f"Le fichier de seuils [{donne}] n'existe pas.",
                remede="donnez à --quartiles un CSV disposé comme contracts/v5.2/quartiles.csv",
            )
        return Quartiles(lire_quartiles(lire_le_fichier(donne), str(donne)))
    if not fichier:
        return Quartiles()
    seuils = lire_quartiles(dossiers.lire(fichier), fichier)
    if not dossiers.du_contrat(dossiers.trouver(fichier)):
        return Quartiles(seuils)
    demonstration = resources.fixtures_dir() / QUARTILES_DE_DEMONSTRATION
    return Quartiles(seuils, lire_quartiles(lire_le_fichier(demonstration), demonstration.name))


def _a_ses_schemas(dossiers: DossiersContrat, chemins: str) -> bool:
    """True when the user's folder changes the elements that make the documents of a demande."""
    siens = dossiers.surcharge
    if any(fichier.endswith((".xsd", f"/{chemins}")) or fichier == chemins for fichier in siens):
        return True
    tables = [lu for fichier, lu in dossiers.tomls(CONTRAT) if not dossiers.du_contrat(fichier)]
    return any("schemas" in lu or "versions" in lu for lu in tables)


def _reglages(table: Any) -> dict[str, Any]:
    """The settings of a base that a contract sets, read. Raises ContractError for what is none."""
    try:
        lus = asdict(Reglages.de({cle: str(valeur) for cle, valeur in dict(table).items()}))
        if fixes := [setting.nom for setting in DE_BASE if setting.fixe and setting.nom in table]:
            raise UsageError(f"le réglage [{fixes[0]}] n'est que d'une base.", remede="ôtez-le")
    except (UsageError, TypeError, ValueError) as erreur:
        raise ContractError(
            f"{CONTRAT} : [reglages] {erreur}",
            remede=getattr(erreur, "remede", "") or "une table de réglages",
        ) from None
    return {cle: lus[cle] for cle in dict(table)}


def _schemas(table: Mapping[str, str], versions: tuple[str, ...]) -> dict[Document, dict[str, str]]:
    """Files by document and version, from keys `demande/02.00`, `evenement`, `type_evenement`, …"""
    fichiers: dict[Document, dict[str, str]] = {}
    for cle, fichier in table.items():
        nom, _, version = cle.partition("/")
        try:
            document = Document(nom.replace("_", "-"))
        except ValueError:
            raise ContractError(
                f"{CONTRAT} : [schemas] document inconnu « {nom} ».",
                remede=f"documents : {', '.join(d.replace('-', '_') for d in Document)}",
            ) from None
        if version in (*versions, ""):
            fichiers.setdefault(document, {})[version] = fichier
    sans = [d for d in Document if d not in fichiers]
    sans += [version for version in versions if version not in fichiers.get(Document.DEMANDE, {})]  # type: ignore[misc]
    if sans:
        raise ContractError(
            f"{CONTRAT} : [schemas] aucun schéma pour : {', '.join(sans)}.",
            remede='nommez-le : "demande/02.02" = "xsd/demande-02.02.xsd"',
        )
    return fichiers


def _versions(versions: tuple[str, ...]) -> tuple[str, ...]:
    if not versions or any(re.fullmatch(r"\d\d\.\d\d", version) is None for version in versions):
        raise ContractError(
            f"{CONTRAT} : « versions » attend des versions de message, reçu [{', '.join(versions)}].",
            remede='deux chiffres, point, deux : versions = ["02.00"]',
        )
    return tuple(sorted(versions))


# --- operations ---------------------------------------------------------------------------------------------


def _operations(octets: bytes, fichier: str, espace: str) -> dict[str, OperationPubliee]:
    """The operations by name, from a CSV with one line per field of a message."""
    colonnes = ("service", "operation", "soapAction", "direction", "element", "field", "type", "min")
    par_nom: dict[str, list[dict[str, str]]] = {}
    for ligne in lignes_csv(octets, fichier, colonnes):
        par_nom.setdefault(ligne["operation"], []).append(ligne)
    operations = {}
    for nom, siennes in par_nom.items():
        messages = []
        for sens in ("input", "output"):
            lignes = [ligne for ligne in siennes if ligne["direction"] == sens]
            if not lignes:
                raise ContractError(
                    f"{fichier} : l'opération {nom} n'a pas de ligne « {sens} ».",
                    remede="donnez une ligne à chaque champ de l'entrée et de la sortie",
                )
            champs = [ChampLu(li["field"], li["type"], li["min"] != "0") for li in lignes if li["field"]]
            messages.append(MessageOperation(f"{{{espace}}}{lignes[-1]['element']}", tuple(champs)))
        derniere = siennes[-1]
        operations[nom] = OperationPubliee(
            derniere["service"], nom, espace, derniere["soapAction"], *messages
        )
    return operations


# --- as it is served: the address of the caller, and schema locations that resolve there ------------------


def wsdl_servi(contrat: Contrat, service: str, adresse: str, base_url: str) -> bytes:
    """The WSDL of `service`, whose ports are at `adresse` and whose schemas are at `<base_url>?xsd=<name>`.

    Both may be absolute; an empty `base_url` writes locations relative to the WSDL's own address. Raises
    ContractError for an unknown service, or a WSDL that cannot be read.
    """
    octets = contrat.wsdl(service)
    chemin = contrat.services[service].wsdl
    racine = lire_arbre(octets, chemin)
    for port in racine.iter(*_SOAP_ADDRESS):
        port.set("location", adresse)
    return _situer(racine, chemin, base_url)


#: What may be a path of a schema: no file system refuses to look for it.
_CHEMIN: Final = re.compile(r"[\w./ -]{1,200}")


def xsd_servi(contrat: Contrat, fichier: str, base_url: str) -> bytes:
    """The schema `fichier` (a name of `?xsd=`), its own imports at `<base_url>?xsd=<name>`.

    Raises ContractError when the contract has no such schema.
    """
    chemin = posixpath.normpath(DOSSIER + fichier)
    # Said of what is asked, and no more: in which folders it was looked for is nobody's business.
    inconnu = ContractError(f"Le schéma [{fichier[:60]}] est inconnu.", remede="suivez les liens de ?wsdl")
    if not (chemin.startswith(DOSSIER) and chemin.endswith(".xsd") and _CHEMIN.fullmatch(chemin)):
        raise inconnu
    try:
        octets = contrat.fichier(chemin)
    except ContractError:
        raise inconnu from None
    racine = lire_arbre(octets, chemin)
    return _situer(racine, chemin, base_url)


def _situer(racine: Any, chemin: str, base_url: str) -> bytes:
    """The bytes of the file at `chemin`, whose inclusions are below `base_url`."""
    for inclusion in inclusions(racine):
        nom = chemin_inclus(chemin, inclusion.get("schemaLocation")).removeprefix(DOSSIER)
        inclusion.set("schemaLocation", f"{base_url}?xsd={quote(nom)}")
    return bytes(etree.tostring(racine.getroottree(), encoding="UTF-8", xml_declaration=True))
