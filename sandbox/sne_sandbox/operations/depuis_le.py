"""What the two `…DepuisLe` feeds share: the ZIP of demandes recorded since an instant."""

import io
import zipfile
from collections.abc import Sequence
from datetime import MINYEAR, UTC, datetime
from typing import Final

from sne_sandbox.contract import codec
from sne_sandbox.contract.schema import Document
from sne_sandbox.domain.dates import PARIS
from sne_sandbox.domain.demande import DemandeStockee
from sne_sandbox.domain.element import lire_instant
from sne_sandbox.domain.exchange import Piece
from sne_sandbox.errors import EnveloppeIncorrecte, ErreurInterne
from sne_sandbox.operations.document import Presentation
from sne_sandbox.operations.question import Question, Sortie

#: Years that an entry of a ZIP can carry.
_ANNEES_ZIP: Final = range(1980, 2108)


def instant(question: Question, champ: str) -> datetime:
    """The instant of a field; Paris time when it names no zone. Raises EnveloppeIncorrecte."""
    lu = lire_instant(question.appel.texte(champ))
    if lu is None:
        raise EnveloppeIncorrecte(
            f"Le champ {champ} n'est pas un xs:dateTime.",
            explication=f"Reçu [{question.appel.texte(champ)}] ; écrivez par exemple 2018-03-15T00:00:00.",
        )
    try:
        return (lu.replace(tzinfo=PARIS) if lu.tzinfo is None else lu).astimezone(UTC)
    except OverflowError:  # the first or the last day there is, in a zone that puts it outside
        return (datetime.min if lu.year == MINYEAR else datetime.max).replace(tzinfo=UTC)


def sortie(
    question: Question,
    demandes: Sequence[DemandeStockee],
    genre: str,
    champ_nom: str,
    champ: str,
) -> Sortie:
    """One document per demande, oldest first, `incrementFichier` its rank (deduced); no field for none."""
    if not demandes:
        return Sortie()
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w", zipfile.ZIP_DEFLATED) as archive:
        for rang, stockee in enumerate(demandes, 1):
            nom = question.nom_de_fichier(genre, f"{rang:06d}")
            moment = question.maintenant.timetuple()[:6]
            annee = min(max(moment[0], _ANNEES_ZIP[0]), _ANNEES_ZIP[-1])
            entree = zipfile.ZipInfo(nom, (annee, *moment[1:]))
            entree.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entree, _document(question, stockee, rang))
    return Sortie(
        champs={
            champ_nom: question.nom_de_fichier(genre, "", "zip"),
            champ: Piece(tampon.getvalue(), "application/zip"),
        }
    )


def _document(question: Question, stockee: DemandeStockee, rang: int) -> bytes:
    vue = Presentation.de(stockee, question.contrat.nomenclatures, question.maintenant, "RET")
    if stockee.radiation is not None:
        vue.placer(stockee.radiation)
    if stockee.information_dalo is not None:
        vue.placer_dalo(stockee.information_dalo)
    vue.changer("incrementFichier", f"{rang:06d}")
    fautes = question.contrat.schemas.validate(vue.racine, document=Document.DEMANDE, version=stockee.version)
    if fautes:
        raise ErreurInterne(
            "Un document du fichier ne respecte pas le contrat.",
            explication="; ".join(f"{f.chemin} : {f.message}" for f in fautes),
        )
    return codec.ecrire(vue.racine)
