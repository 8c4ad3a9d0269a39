"""The examples of the rules: for each, documents that it accepts and documents that it refuses.

They are data, `fixtures/exemples/<sujet>.toml`, one `[[exemple]]` each. An example is a named specimen
(`fixtures/demandes/`, `fixtures/documents/`), a few edits, and what the base holds:

    [[exemple]]
    regle = "IDT012"            # the rule
    verdict = "refuse"          # « refuse »: the rule is raised; « accepte »: it is not
    gravite = "bloquante"       # optional: of the first anomalie raised, under `profil`
    specimen = "association"    # default personne_seule
    type = "CRE"                # default CRE; sets typeFichier. DALO, EVT, RCH, ASY: the channel
    version = "02.01"           # optional: sets versionInterface
    edits = [["texte", "~/association/nom", " "]]
    anomalies = [["~/association/nom", " ", "La raison sociale de l'association est obligatoire."]]
    stockee = { specimen = "personne_seule", etat = "A" }   # or false: the base does not know the number
    registre = [{ specimen = "colocataires", numero = "…" }]  # other demandes of the base
    maintenant = 2018-03-15T12:00:00+01:00                  # default: the dateFichier of the specimen
    nom_fichier = "…"           # default: a right one
    profil = "ecole"            # default ecole
    guichet_certificat, operation, localisations_max, recherche_max, resultats, evenements: as in `Contexte`

Edits, in order, on paths from the root (an index counts namesakes from 1; `~` is `demande/demandeLogement`):
`["texte", path, text]` and `["code", path, code]` (the element is created at its place when missing; a code
"" takes the attribute away), `["attribut", path, name, value]`, `["supprimer", path]`, `["ajouter", parent
path, xml without prefix]`. An added element, and all that it holds, is put in the order of the schema,
whatever the order it was written in; in an event or a search it stays as it was written.

`anomalies` are those of the rule in document order, as (path, faulty value or "", sentence): a refusal has
some, and the guard of the rules compares them; here `~` is `interfaceNuu/demande/demandeLogement`.

A message that names a number (MOD, REN, RAD, SUP, COP, DALO, EVT) has by default its own specimen, unedited,
stored and active (DALO: hebergee_secret, EVT: colocataires). The keys of `stockee` and `registre` beside
`specimen`, `numero` and `edits` are fields of `DemandeStockee`.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal

import tomli
from lxml import etree

from sne_interface.contract.codec import NS, decoder, ecrire, encoder, parse
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.contract.nomenclatures_et_territoires import Nomenclatures
from sne_interface.contract.schemas import Document
from sne_interface.contract.tables_en_fiches import champs_de, fiche_de
from sne_interface.domain.base import Guichet, lire_instant
from sne_interface.domain.dates import PARIS, ajouter_mois, date_francaise, tampon
from sne_interface.domain.demande import Demande, DemandeStockee, EtatDemande, NumeroUnique
from sne_interface.domain.evenement import Evenement
from sne_interface.domain.guichet_ecrit import lire_guichet
from sne_interface.domain.livre_des_attributions import decisions_dites
from sne_interface.domain.nir import masquer_nirs
from sne_interface.errors import ContractError
from sne_interface.resources import TableToml, fixtures_dir
from sne_interface.resources import table as table_a_cote
from sne_interface.rules.catalogue.regles_message import CANAUX
from sne_interface.rules.registre_vu_des_regles import RegistreMemoire
from sne_interface.rules.rule import Contexte
from sne_interface.settings import Limites

_FORMULAIRE: Final = "demande/demandeLogement"
_CREATIONS: Final = frozenset({"CRE", "CRS"})
_GENRES: Final = {"EVT": Document.EVENEMENT, "RCH": Document.RECHERCHE}
#: What the specimens of these channels speak of.
_STOCKEE_DU_CANAL: Final = {"DALO": "hebergee_secret", "EVT": "colocataires"}
_SANS_STOCKEE: Final = _CREATIONS | {"RCH", "ASY"}
_Q: Final = f"{{{NS}}}"
_CHAMPS_STOCKEE: Final = frozenset(champ.name for champ in fields(DemandeStockee))


@dataclass(frozen=True, slots=True)
class ExempleDeRegle:
    """One example, as written. `fichier` and `rang` say where."""

    fichier: str
    rang: int
    regle: str
    verdict: Literal["accepte", "refuse"]
    specimen: str = "personne_seule"
    type: str = "CRE"
    gravite: str | None = None
    version: str | None = None
    edits: Sequence[Sequence[str]] = ()
    anomalies: Sequence[Sequence[str]] = ()
    #: A table; False where the base does not know the number.
    stockee: Any = None
    registre: Sequence[TableToml] = ()
    evenements: Sequence[TableToml] = ()
    maintenant: datetime | str | None = None
    nom_fichier: str | None = None
    guichet_certificat: str | None = None
    operation: str | None = None
    localisations_max: int = 0
    recherche_max: int = 500
    resultats: int | None = None
    profil: str = "ecole"
    commentaire: str = field(default="", compare=False)

    def __str__(self) -> str:
        return f"{self.fichier}-{self.rang}-{self.regle}-{self.verdict}"


@cache
def exemples(dossier: Path | None = None) -> tuple[ExempleDeRegle, ...]:
    """Every example, by file and rank. Raises ContractError for an unknown key or a wrong value."""
    lus = []
    for fichier, donnees in _fichiers(dossier or fixtures_dir() / "exemples"):
        for rang, table in enumerate(donnees.get("exemple", ()), 1):
            lieu = f"fixtures/exemples/{fichier}.toml, exemple {rang} :"
            lus.append(fiche_de(ExempleDeRegle, table, lieu, fichier=fichier, rang=rang))
    return tuple(lus)


@cache
def guichets() -> tuple[Guichet, ...]:
    """The guichets of the examples (`[[guichet]]`)."""
    return tuple(
        lire_guichet(table)
        for _, donnees in _fichiers(fixtures_dir() / "exemples")
        for table in donnees.get("guichet", ())
    )


#: Documents that take the place of specimens, by name: bytes.
Doublures = Mapping[str, bytes]


def document(exemple: ExempleDeRegle, contrat: Contrat, doublures: Doublures = MappingProxyType({})) -> Any:
    """The lxml tree of an example, edits done."""
    racine = specimen(exemple.specimen, doublures)
    if exemple.version is not None:
        racine.set("versionInterface", exemple.version)
    if exemple.type not in CANAUX:
        _editer(racine, ("texte", "entete/typeFichier", exemple.type), contrat.nomenclatures)
        numero = f"{_FORMULAIRE}/numUnique"
        if exemple.type in _CREATIONS:
            _editer(racine, ("supprimer", numero), contrat.nomenclatures)
        elif exemple.stockee is not False and not _texte(racine, numero):
            defaut = _numero(Demande(decoder(racine)))
            connu = exemple.stockee.get("numero") if isinstance(exemple.stockee, Mapping) else None
            _editer(racine, ("texte", numero, str(connu or defaut)), contrat.nomenclatures)
    for edit in exemple.edits:
        _editer(racine, edit, contrat.nomenclatures)
    return racine


def genre(exemple: ExempleDeRegle) -> Document:
    """Which schema the document of an example has to fit."""
    return _GENRES.get(exemple.type, Document.DEMANDE)


def contexte(
    exemple: ExempleDeRegle, contrat: Contrat, racine: Any = None, doublures: Doublures = MappingProxyType({})
) -> Contexte:
    """Builds the context of an example for the rules; `racine`, an lxml tree, takes the place of its
    document."""
    origine = Demande(decoder(specimen(exemple.specimen, doublures)))
    # Through bytes, so that lines are those of the document as it would be received.
    ecrit = ecrire(document(exemple, contrat, doublures) if racine is None else racine)
    element = decoder(parse(ecrit, limit=Limites().xml_max), contrat.nomenclatures.conteneurs)
    demande = Demande(element)
    maintenant = origine.date_fichier or datetime(2018, 3, 15, 12, tzinfo=PARIS)
    if exemple.maintenant is not None:
        maintenant = lire_instant(str(exemple.maintenant))
    stockee = _stockee_de(exemple, demande, contrat, doublures)
    autres = [_stockee(table, None, contrat, doublures) for table in exemple.registre]
    evenements = [_evenement(table) for table in exemple.evenements]
    registre = RegistreMemoire(
        demandes=(*([stockee] if stockee is not None else []), *autres),
        guichets=guichets(),
        types_evenement=contrat.evenements,
        tous_evenements=evenements,
        livre=decisions_dites(
            evenements, contrat.roles.decision, {guichet.code: guichet for guichet in guichets()}.get
        ),
        roles=contrat.roles.demande,
    )
    guichet = demande.num_guichet
    return Contexte(
        type_fichier=exemple.type,
        document=element,
        maintenant=maintenant,
        nomenclatures=contrat.nomenclatures,
        territoires=contrat.territoires,
        droits=contrat.guichets,
        registre=registre,
        operation=exemple.operation or "getNumUnique",
        versions=contrat.versions,
        roles=contrat.roles,
        stockee=stockee,
        guichet_certificat=exemple.guichet_certificat,
        guichet_emetteur=exemple.guichet_certificat or guichet or None,
        nom_fichier=f"DEM{guichet}-{tampon(maintenant)}-000000.xml"
        if exemple.nom_fichier is None
        else exemple.nom_fichier,
        localisations_max=exemple.localisations_max,
        recherche_max=exemple.recherche_max,
        resultats=exemple.resultats,
    )


def specimen(nom: str, doublures: Doublures = MappingProxyType({})) -> Any:
    """A fresh lxml tree of a named specimen. Raises ContractError when there is none of that name."""
    return parse(doublures[nom] if nom in doublures else _octets(nom), limit=Limites().xml_max)


def specimens() -> tuple[str, ...]:
    """Names of the specimens of a demande."""
    return tuple(sorted(fichier.stem for fichier in (fixtures_dir() / "demandes").glob("*.xml")))


@cache
def _octets(nom: str) -> bytes:
    # A page of the console takes the name from its address: it is one of the list, never a path.
    chemin = _specimens().get(nom)
    if chemin is None:
        raise ContractError(f"Le spécimen [{nom}] n'existe pas.")
    return chemin.read_bytes()


@cache
def _specimens() -> dict[str, Path]:
    """File of each specimen, by name."""
    return {
        chemin.stem: chemin
        for dossier in ("documents", "demandes")
        for chemin in (fixtures_dir() / dossier).glob("*.xml")
    }


@cache
def _fichiers(dossier: Path) -> tuple[tuple[str, dict[str, Any]], ...]:
    return tuple(
        (chemin.stem, tomli.loads(chemin.read_text(encoding="utf-8")))
        for chemin in sorted(dossier.glob("*.toml"))
    )


# --- what the base holds -----------------------------------------------------------------------------


def _stockee_de(
    exemple: ExempleDeRegle, demande: Demande, contrat: Contrat, doublures: Doublures
) -> DemandeStockee | None:
    if exemple.stockee is False or exemple.type in _SANS_STOCKEE:
        return None
    table: TableToml = exemple.stockee if isinstance(exemple.stockee, Mapping) else {}
    propre = _STOCKEE_DU_CANAL.get(exemple.type, exemple.specimen)
    numero = next((e.texte for e in demande.element.parcourir() if e.nom == "numUnique" and e.texte), None)
    stockee = _stockee({"specimen": propre, **table}, numero, contrat, doublures)
    return stockee if numero == stockee.numero_unique else None


def _stockee(table: TableToml, numero: str | None, contrat: Contrat, doublures: Doublures) -> DemandeStockee:
    racine = specimen(table["specimen"], doublures)
    for edit in table.get("edits", ()):
        _editer(racine, edit, contrat.nomenclatures)
    demande = Demande(decoder(racine))
    creation = table.get("date_creation") or demande.date_creation
    if creation is None:
        raise ContractError(f"Le spécimen [{table['specimen']}] n'a pas de date de création.")
    debut = table.get("debut_validite") or table.get("date_renouvellement") or creation
    valeurs: dict[str, Any] = {
        "numero_unique": str(table.get("numero") or numero or _numero(demande)),
        "territoire": demande.territoire or "111",
        "etat": EtatDemande.ACTIVE,
        "version": demande.version,
        "guichet_createur": demande.num_guichet,
        "guichet_dernier": demande.num_guichet,
        "touchee_par_autrui": False,
        "date_creation": creation,
        "debut_validite": debut,
        "fin_validite": ajouter_mois(debut, 12),
        "demande": demande,
        "document": ecrire(racine),
    }
    dits = {cle: valeur for cle, valeur in table.items() if cle not in ("specimen", "numero", "edits")}
    fragments = {cle: _fragment(dits.pop(cle)) for cle in ("radiation", "information_dalo") if cle in dits}
    valeurs |= champs_de(DemandeStockee, dits, "DemandeStockee", _CHAMPS_STOCKEE) | fragments
    return DemandeStockee(**valeurs)


def _numero(demande: Demande) -> str:
    if demande.numero_unique is not None:
        return demande.numero_unique
    creation = demande.date_creation or date(2018, 3, 15)
    return str(NumeroUnique.de(demande.territoire or "111", creation, 1, demande.num_guichet))


def _evenement(table: TableToml) -> Evenement:
    valeurs = {"auteur_creation": "G1226", "nature": "CRE", "date_survenance": None, "commentaire": None}
    return Evenement(**{**valeurs, "cree_le": datetime(2018, 3, 1, tzinfo=PARIS), **table})


# --- edits -------------------------------------------------------------------------------------------


def _editer(racine: Any, edit: Sequence[str], nomenclatures: Nomenclatures) -> None:
    geste, chemin, *reste = edit
    match [geste, _FORMULAIRE + chemin[1:] if chemin.startswith("~") else chemin, *reste]:
        case ["texte", chemin, texte]:
            _trouver_ou_creer(racine, chemin, nomenclatures).text = texte or None
        case ["code", chemin, ""]:
            _trouver_ou_creer(racine, chemin, nomenclatures).attrib.pop("code", None)
        case ["code", chemin, code]:
            _trouver_ou_creer(racine, chemin, nomenclatures).set("code", code)
        case ["attribut", chemin, nom, valeur]:
            _trouver_ou_creer(racine, chemin, nomenclatures).set(nom, valeur)
        case ["supprimer", chemin]:
            trouve = _trouver(racine, chemin)
            if trouve is not None:
                trouve.getparent().remove(trouve)
        case ["ajouter", chemin, xml]:
            parent = _trouver_ou_creer(racine, chemin, nomenclatures)
            parent.extend(etree.fromstring(f'<f xmlns="{NS}">{xml}</f>'))
            _ranger(parent, nomenclatures)
        case _:
            raise ContractError(f"Modification d'exemple inconnue : {list(edit)}.")


def _trouver(racine: Any, chemin: str) -> Any:
    return racine.find("/".join(_Q + morceau for morceau in chemin.split("/"))) if chemin else racine


def _trouver_ou_creer(racine: Any, chemin: str, nomenclatures: Nomenclatures) -> Any:
    trouve = _trouver(racine, chemin)
    if trouve is None:
        parent_chemin, _, nom = chemin.rpartition("/")
        parent = _trouver_ou_creer(racine, parent_chemin, nomenclatures)
        trouve = etree.SubElement(parent, _Q + nom.partition("[")[0])
        _ranger(parent, nomenclatures)
    return trouve


def _ranger(element: Any, nomenclatures: Nomenclatures) -> None:
    """Puts all that `element` holds in the order of the schema."""
    element[:] = sorted(element, key=lambda enfant: _rang(element, enfant.tag, nomenclatures))
    for enfant in element:
        _ranger(enfant, nomenclatures)


def _rang(parent: Any, nom: Any, nomenclatures: Nomenclatures) -> float:
    """Rank of a child of `parent` in a demande; infinite where no order is known (events, searches)."""
    noms = [*reversed([n.tag for n in parent.iterancestors()]), parent.tag, nom]
    try:
        return nomenclatures.ordre("/".join(etree.QName(n).localname for n in noms))
    except (KeyError, ValueError):  # ValueError: a comment of the specimen has no name
        return math.inf


def _texte(racine: Any, chemin: str) -> str:
    trouve = _trouver(racine, chemin)
    return "" if trouve is None else trouve.text or ""


def _fragment(xml: str) -> bytes:
    (element,) = etree.fromstring(f'<f xmlns="{NS}">{xml}</f>')
    return encoder(decoder(element))


# --- an example told in French -----------------------------------------------------------------------

#: Fields of `ExempleDeRegle` beside the document and the base, as they are told.
_REGLAGES: Final = {ligne["champ"]: ligne["phrase"] for ligne in table_a_cote(__file__)}


def decrire(exemple: ExempleDeRegle) -> str:
    """An example in one line: type, specimen, edits, circumstances. A NIR is masked."""
    morceaux = [f"{exemple.type} d'après {exemple.specimen}", *gestes(exemple.edits), *circonstances(exemple)]
    return masquer_nirs(" ; ".join(morceaux))


def circonstances(exemple: ExempleDeRegle) -> list[str]:
    """Lists the circumstances that the document does not say: clock, sender, file name, settings, and content
    of the base."""
    dits = []
    if exemple.maintenant is not None:
        dits.append(f"horloge au {_valeur(exemple.maintenant)}")
    ordinaire = ExempleDeRegle(fichier="", rang=0, regle="", verdict="accepte")
    for champ, phrase in _REGLAGES.items():
        valeur = getattr(exemple, champ)
        if valeur != getattr(ordinaire, champ):
            dits.append(phrase.format(valeur))
    if exemple.stockee is False:
        dits.append("le numéro n'est pas dans la base")
    elif isinstance(exemple.stockee, Mapping):
        dits.append(f"demande en base : {_table(exemple.stockee)}")
    dits += [f"autre demande en base : {_table(table)}" for table in exemple.registre]
    dits += [f"événement en base : {_table(table)}" for table in exemple.evenements]
    return dits


def gestes(edits: Iterable[Sequence[str]]) -> list[str]:
    """Each edit of an example, told."""
    return [_geste(*edit) for edit in edits]


def _geste(geste: str, chemin: str, *reste: str) -> str:
    chemin = chemin.removeprefix("~/").replace("~", "demandeLogement")
    match [geste, *reste]:
        case ["texte", texte]:
            return f"{chemin} = « {texte} »" if texte else f"{chemin} vide"
        case ["code", code]:
            return f"{chemin} de code {code}" if code else f"{chemin} sans code"
        case ["attribut", nom, valeur]:
            return f"{chemin}/@{nom} = « {valeur} »"
        case ["ajouter", xml]:
            return f"{chemin} reçoit {xml}"
        case _:
            return f"sans {chemin}"


def _table(table: TableToml) -> str:
    dits = [f"{cle} {_valeur(valeur)}" for cle, valeur in table.items() if cle != "edits"]
    return ", ".join([*dits, *gestes(table.get("edits", ()))])


def _valeur(valeur: object) -> str:
    if isinstance(valeur, datetime):
        return valeur.isoformat()
    if isinstance(valeur, date):
        return date_francaise(valeur)
    if isinstance(valeur, bool):
        return "oui" if valeur else "non"
    return str(valeur)
