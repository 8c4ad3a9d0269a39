"""The offline control of a document (`sne-sandbox check`): schema, nomenclatures, and the rules that need
neither a base nor a transport."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from sne_sandbox.contract import codec
from sne_sandbox.contract.explication import expliquer_sous
from sne_sandbox.contract.schema import Document
from sne_sandbox.contract.versions import Contrat
from sne_sandbox.domain.anomalie import Gravite
from sne_sandbox.domain.element import DocumentRecu
from sne_sandbox.errors import ExchangeError
from sne_sandbox.rules import engine
from sne_sandbox.rules.registre import RegistreMemoire
from sne_sandbox.rules.rule import Contexte
from sne_sandbox.settings import PAR_NOM, Reglages

#: Code of a fault of form: the document is not well-formed, or does not fit its schema.
XML: Final = "XML"
XSD: Final = "XSD"
#: `typeFichier` of the declaration of a DALO.
DALO: Final = "DAL"
_ESPACE: Final = f"{{{codec.NS}}}"
_VIDE: Final = RegistreMemoire()


@dataclass(frozen=True, slots=True)
class FauteDeDocument:
    """One fault of a document. `regle` is XML, XSD or the code of a rule; `fidelite` and `source` say how
    surely the real SNE sees it so."""

    ligne: int
    chemin: str
    regle: str
    gravite: Gravite
    message: str
    valeur: str = ""
    remede: str = ""
    fidelite: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Controle:
    """The verdict on one document. `omises` are the codes of the rules that could not be judged here."""

    genre: str
    fautes: tuple[FauteDeDocument, ...]
    omises: tuple[str, ...] = ()

    @property
    def conforme(self) -> bool:
        """Whether the document would be accepted: no fault of it blocks."""
        return not any(faute.gravite is Gravite.BLOQUANTE for faute in self.fautes)


def controler(
    octets: bytes,
    contrat: Contrat,
    profil: str,
    maintenant: datetime,
    *,
    nom: str | None = None,
    xml_max: int = PAR_NOM["xml_max"].defaut,
) -> Controle:
    """Judge one document as the pipeline would. `nom` is its file name when the rules may read it (DEM…);
    `xml_max` the bytes that it may have."""
    try:
        racine = codec.parse(octets, limit=xml_max, serre=True)
    except ExchangeError as erreur:
        faute = FauteDeDocument(0, "", XML, Gravite.BLOQUANTE, str(erreur), remede=erreur.explication)
        return Controle("", (faute,))
    genre = genre_de(racine)
    version = contrat.version_de_lecture(racine.get("versionInterface", ""))
    if contrat.schemas.validate(racine, document=genre, version=version):
        refus = Gravite.BLOQUANTE
        return Controle(
            str(genre),
            tuple(
                FauteDeDocument(
                    f.ligne, f.chemin, XSD, refus, f.message, f.valeur, f.remede, str(fidelite), XSD
                )
                for f, fidelite in expliquer_sous(contrat, racine, genre)
            ),
        )
    document = codec.decoder_recu(racine, contrat.nomenclatures, octets)
    return _juger(document, genre, contrat, profil, maintenant, nom)


def genre_de(racine: Any) -> Document:
    """Which of the documents this is. Four of them share the root name: their content tells them apart."""
    espace = _ESPACE
    if racine.tag == espace + "listeDoublons":
        return Document.DOUBLONS
    noms = {e.tag for e in racine}
    if espace + "operation" in noms:
        noms |= {e.tag for e in racine.find(espace + "operation")}
    if espace + "demandeMulticritere" in noms or espace + "listeDemandes" in noms:
        return Document.RECHERCHE
    if espace + "codeTerritoire" in noms or espace + "listeTypesEvenements" in noms:
        return Document.TYPE_EVENEMENT
    if espace + "numUnique" in noms or espace + "listeEvenements" in noms:
        return Document.EVENEMENT
    # The national event types are asked for by the header alone, and no demande has a codeGuichet there.
    if espace + "demande" not in noms and racine.find(f"{espace}entete/{espace}codeGuichet") is not None:
        return Document.TYPE_EVENEMENT
    return Document.DEMANDE


@lru_cache(maxsize=256)
def _omises(contrat: Contrat, type_fichier: str, transport: bool) -> tuple[str, ...]:
    """Codes of the rules that need a base, or a transport that is not there."""
    applicables = engine.regles_de(contrat, type_fichier)
    return tuple(r.code for r in applicables if r.registre or (r.transport and not transport))


@lru_cache(maxsize=256)
def _sans_faute(genre: Document, omises: tuple[str, ...]) -> Controle:
    """One for all: a process hands it to another once for many documents."""
    return Controle(str(genre), (), omises)


def _juger(
    document: DocumentRecu,
    genre: Document,
    contrat: Contrat,
    profil: str,
    maintenant: datetime,
    nom: str | None,
) -> Controle:
    reglages = Reglages()
    type_fichier = {Document.EVENEMENT: "EVT", Document.RECHERCHE: "RCH"}.get(genre)
    if type_fichier is None:
        if genre is not Document.DEMANDE:
            return _sans_faute(genre, ())
        type_fichier = document.texte_de("entete/typeFichier") or ""
        # The declaration of a DALO has the schema of a demande; the code is a convention, as are file names.
        type_fichier = "DALO" if type_fichier == DALO else type_fichier
    contexte = Contexte(
        type_fichier=type_fichier,
        document=document,
        maintenant=maintenant,
        nomenclatures=contrat.nomenclatures,
        territoires=contrat.territoires,
        registre=_VIDE,
        versions=contrat.versions,
        nom_fichier=nom,
        localisations_max=reglages.localisations_max,
        recherche_max=reglages.recherche_max,
    )
    omises = _omises(contrat, type_fichier, nom is not None)
    anomalies = engine.juger_sans_registre(contexte, contrat, profil)
    if not anomalies:
        return _sans_faute(genre, omises)
    fautes = []
    for a in anomalies:
        if a.regle not in omises:
            fiche = contrat.regles[a.regle]
            dit = (a.ligne, a.propriete, a.regle, a.gravite, a.message, a.valeur)
            fautes.append(FauteDeDocument(*dit, fiche.remede, str(fiche.fidelite), fiche.source))
    return Controle(str(genre), tuple(fautes), omises)
