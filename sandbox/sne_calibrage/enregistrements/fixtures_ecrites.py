"""A recording made into fixtures: each distinct document that was sent, and what was answered, beside it.

NIRs are always replaced. The rest is what real people wrote, unless it is asked that it be invented.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Final

from sne_calibrage.enregistrements.anonymat import Anonymat
from sne_conformite.observation.observation import Observation
from sne_conformite.preuves.pseudonymes import Pseudonymes
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.echange import Echange, document_parmi
from sne_interface.errors import OperatorError, UsageError, raison_ecriture

_ZIP: Final = b"PK\x03\x04"


@dataclass(frozen=True)
class Echantillon:
    """A document that was sent, and the answer: its document, or the envelope when it has none."""

    rang: int
    operation: str
    type_fichier: str
    demande: bytes
    reponse: bytes


def echantillons(echanges: Iterable[Echange], contrat: Contrat) -> Iterator[Echantillon]:
    """The documents that these exchanges sent."""
    for echange in echanges:
        vue = Observation(echange, contrat)
        if vue.soap and vue.octets_document:
            recu = vue.reponse.message
            reponse = document_parmi(vue.reponse.champs) or (recu.racine if recu else b"")
            genres = echange.operation or "", echange.type_fichier or ""
            yield Echantillon(echange.identifiant or 0, *genres, vue.octets_document, reponse)


@dataclass
class Recueil:
    """The outcome of the writing: `fichiers` in order, `doubles` documents sent again, `nirs` NIRs replaced,
    `laisses` documents and answers left out because they cannot be made anonymous; `inconnus` counts by name
    the texts replaced in elements that no schema of ours has."""

    fichiers: list[Path] = field(default_factory=list)
    doubles: int = 0
    nirs: int = 0
    laisses: int = 0
    inconnus: Mapping[str, int] = field(default_factory=dict)


def ecrire(
    dossier: Path,
    echantillons: Iterable[Echantillon],
    *,
    anonymiser: bool,
    est_un_code: Callable[[str], bool] = lambda _: False,
) -> Recueil:
    """Writes the fixtures in an empty folder: `000012-getNumUnique-CRE.xml`, its answer in `….reponse.xml`
    (or `.zip`). A document sent several times keeps its first answer. A folder that is not anonymous gets a
    `.gitignore` of everything. `est_un_code` as for `Anonymat`. Raises UsageError for a folder that holds
    something, OperatorError when it cannot be written."""
    recueil, pseudonymes = Recueil(), Pseudonymes()
    anonymat = Anonymat(est_un_code) if anonymiser else None
    vus = set()
    with dossier_vide(dossier, "--export", ", et vérifiez la place du disque"):
        if anonymat is None:
            (dossier / ".gitignore").write_text("*\n", "utf-8")
        for echantillon in echantillons:
            empreinte = blake2b(echantillon.demande).digest()
            if empreinte in vus:
                recueil.doubles += 1
                continue
            vus.add(empreinte)
            _ecrire(dossier, echantillon, pseudonymes, anonymat, recueil)
    recueil.nirs = pseudonymes.nombre
    if anonymat is not None:
        recueil.inconnus = anonymat.inconnus
    return recueil


@contextmanager
def dossier_vide(dossier: Path, option: str, suite: str = "") -> Iterator[None]:
    """Makes the folder in which one writes. Raises UsageError when it holds something, OperatorError when it
    cannot be written."""
    try:
        dossier.mkdir(parents=True, exist_ok=True)
        if any(dossier.iterdir()):
            raise UsageError(
                f"Le dossier [{dossier}] n'est pas vide.", remede=f"donnez-en un autre à {option}"
            )
        yield
    except OSError as erreur:
        raise OperatorError(
            f"Le dossier [{dossier}] ne peut pas être écrit : {raison_ecriture(erreur)}.",
            remede=f"donnez à {option} un dossier vide où vous pouvez écrire{suite}",
        ) from None


def _ecrire(
    dossier: Path,
    echantillon: Echantillon,
    pseudonymes: Pseudonymes,
    anonymat: Anonymat | None,
    recueil: Recueil,
) -> None:
    morceaux = (f"{echantillon.rang:06d}", echantillon.operation, echantillon.type_fichier)
    nom = "-".join("".join(c for c in m if c.isascii() and c.isalnum()) for m in morceaux if m)
    for suffixe, octets in ((".xml", echantillon.demande), (".reponse.xml", echantillon.reponse)):
        if not octets:
            continue
        remplacer = pseudonymes.octets if octets.startswith(_ZIP) else pseudonymes.corps
        propre: bytes | None = remplacer(octets)
        if anonymat is not None and propre is not None:
            propre = anonymat.document(propre)
        if propre is None:
            recueil.laisses += 1
            if suffixe == ".xml":
                return  # an answer says nothing without what was asked
            continue
        fichier = dossier / f"{nom}{suffixe.replace('.xml', '.zip') if propre.startswith(_ZIP) else suffixe}"
        fichier.write_bytes(propre)
        recueil.fichiers.append(fichier)
