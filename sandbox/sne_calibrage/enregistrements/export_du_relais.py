"""The export of the relay, read as exchanges again.

Files hold documents, not calls: they leave out the names of files, the calls without a document, and the
documents sent again, which cannot be looked at. The base where the relay records has all of it.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sne_calibrage.enregistrements.ligne_de_journal_relue import relire
from sne_conformite.observation.observation import arbre_de
from sne_interface import archives
from sne_interface.contract.contrats_charges import ChampLu, Contrat, OperationPubliee
from sne_interface.domain.echange import Echange, VerdictEchange
from sne_interface.errors import UsageError, raison_systeme
from sne_sandbox.soap.envelope import SOAP12
from sne_sandbox.soap.requete_soap_ecrite import ecrire

_SOAP: Final = "application/soap+xml; charset=utf-8"
#: In place of a base: only documents were kept.
EXPORT: Final = "(export)"
#: The same, of an anonymous export: what no schema of ours has is not what was sent.
EXPORT_ANONYME: Final = "(export anonyme)"
_AUX_TEXTES_LIBRES: Final = ("ajouterEvenementDemande", "modifierEvenementDemande")
_REPONSES: Final = (".reponse.xml", ".reponse.zip")
_ENVELOPE: Final = f"{{{SOAP12}}}Envelope"
#: The instant from which exchanges without any are a second apart: that of their answers counts.
_DEBUT: Final = datetime(2000, 1, 1, tzinfo=UTC)


def du_dossier(dossier: Path, contrat: Contrat) -> Iterator[Echange]:
    """The exchanges of an exported folder (`proxy --export`), in order, each call made again around its
    document. Of an anonymous one, what invented texts change is left out: refused structures, and events,
    whose values are texts. Raises UsageError for a folder without any, or a file that cannot be read."""
    fichiers = sorted(f for f in dossier.glob("*.xml") if not f.name.endswith(_REPONSES))
    lus = [(fichier, *_nommer(fichier, contrat)) for fichier in fichiers]
    if not any(prevue is not None for _, _, prevue in lus):
        raise UsageError(
            f"Le dossier [{dossier}] ne contient aucun enregistrement.",
            remede="donnez celui que « sne-sandbox proxy --export DOSSIER » a écrit, ou le nom de la base "
            "où le relais enregistre",
        )
    anonyme = not (dossier / ".gitignore").is_file()
    for fichier, rang, prevue in lus:
        if prevue is None or (anonyme and prevue.nom in _AUX_TEXTES_LIBRES):
            continue
        echange = _echange(fichier, rang, prevue, contrat)
        echange.base = EXPORT_ANONYME if anonyme else EXPORT
        if not (anonyme and echange.verdict is VerdictEchange.FAULT):
            yield echange


def _nommer(fichier: Path, contrat: Contrat) -> tuple[int, OperationPubliee | None]:
    """The rank and the operation that the name of a file tells: `000012-getNumUnique-CRE.xml`."""
    rang, _, suite = fichier.name.removesuffix(".xml").partition("-")
    operation = contrat.operations.get(suite.partition("-")[0])
    return (int(rang), operation) if rang.isascii() and rang.isdigit() else (0, None)


def _echange(fichier: Path, rang: int, prevue: OperationPubliee, contrat: Contrat) -> Echange:
    demande = _lire(fichier)
    reponses = (fichier.with_name(fichier.name.removesuffix(".xml") + suite) for suite in _REPONSES)
    reponse = next((_lire(f) for f in reponses if f.is_file()), b"")
    guichet = _guichet(demande)
    champs: dict[str, str | bytes] = {}
    for champ in prevue.entree.champs:
        if _est_une_piece(champ):
            champs[champ.nom] = b"" if champ.nom == "certificat" else demande
        elif champ.nom == "nomCertificat":
            champs[champ.nom] = f"CER{guichet}-200001010000.pem"
        elif champ.nom.startswith("nomFichier"):
            genre = {"nomFichierDemande": "DEM", "nomFichierDalo": "DAL"}.get(champ.nom, "EVT")
            champs[champ.nom] = f"{genre}{guichet}-200001010000-{rang % 1_000_000:06d}.xml"
    content_type, corps = ecrire(prevue, champs, None)
    racine = arbre_de(reponse)
    enveloppe = reponse if racine is not None and racine.tag == _ENVELOPE else _envelopper(prevue, reponse)
    fault = racine is not None and racine.find(f"{{{SOAP12}}}Body/{{{SOAP12}}}Fault") is not None
    echange = Echange(
        base=EXPORT,
        recu_le=_DEBUT + timedelta(seconds=rang),
        identifiant=rang,
        methode="POST",
        chemin=contrat.services[prevue.service].chemins[0],
        statut=500 if fault else 200,
        en_tetes=[("Content-Type", content_type)],
        en_tetes_reponse=[("Content-Type", _SOAP)],
        requete=corps,
        reponse=enveloppe,
    )
    relire(echange, contrat)
    return echange


def _lire(fichier: Path) -> bytes:
    try:
        return archives.octets(fichier, archives.DOCUMENT_MAX)
    except OSError as erreur:
        raise UsageError(
            f"Le fichier [{fichier}] ne se lit pas : {raison_systeme(erreur)}.", remede="vérifiez ses droits"
        ) from None


def _guichet(document: bytes) -> str:
    racine: Any = arbre_de(document)
    ecrit = (
        "" if racine is None else racine.findtext(".//{*}numGuichet") or racine.findtext(".//{*}codeGuichet")
    )
    return ecrit or "GDPUB"


def _envelopper(prevue: OperationPubliee, document: bytes) -> bytes:
    """The answer around its document; its attestation was not exported."""
    champs = {
        champ.nom: document if _est_une_piece(champ) else "sans-nom.xml"
        for champ in prevue.sortie.champs
        if document and champ.nom not in ("attestation", "nomAttestation")
    }
    return ecrire(replace(prevue, entree=prevue.sortie), champs, None)[1]


def _est_une_piece(champ: ChampLu) -> bool:
    return champ.type.rpartition(":")[2] == "base64Binary"
