"""getDemandesRadieesDepuisLe and getNouveauxDaloDepuisLe: a ZIP of what was recorded since an instant.

Nothing is lost between two calls, the second from the last instant of the first: what was recorded at that
instant is told again (convention).
"""

import io
import zipfile
from collections.abc import Sequence
from datetime import MINYEAR, UTC, datetime
from typing import Final

from sne_interface.contract import codec
from sne_interface.domain.dates import PARIS
from sne_interface.domain.demande import DemandeStockee
from sne_interface.domain.echange import Piece
from sne_interface.domain.element_recu import lire_instant
from sne_interface.errors import EnveloppeIncorrecte
from sne_sandbox.operations.document_ecrit import Presentation
from sne_sandbox.operations.question import Operation, Question, Sortie

#: Years that an entry of a ZIP can carry.
_ANNEES_ZIP: Final = range(1980, 2108)


def radiees(question: Question) -> Sortie:
    """A ZIP of the demandes radiated since, by motive, DALO status and reserver where they are given."""
    appel = question.appel
    demandes = question.registre.radiees_depuis(
        _instant(question, "dateRadiationDepuisLe"),
        motif_radiation=appel.texte("motifRadiation") or None,
        statut_dalo=appel.texte("statutDalo") or None,
        type_reservataire=appel.texte("typeReservataire") or None,
    )
    return _sortie(question, demandes, "RAD", "nomFichierDemandesRadiees", "fichierDemandesRadiees")


def nouveaux_dalo(question: Question) -> Sortie:
    """A ZIP of the demandes whose DALO decision was recorded since."""
    demandes = question.registre.daloes_depuis(_instant(question, "dateNouveauDaloDepuisLe"))
    return _sortie(question, demandes, "DAL", "nomFichierNouveauxDalo", "fichierNouveauxDalo")


def _instant(question: Question, champ: str) -> datetime:
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


def _sortie(
    question: Question, demandes: Sequence[DemandeStockee], genre: str, champ_nom: str, champ: str
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
    vue = Presentation.complete(stockee, question.contrat.nomenclatures, question.maintenant, "RET")
    vue.changer("incrementFichier", f"{rang:06d}")
    vue.valider(question.contrat, "Un document du fichier ne respecte pas le contrat.")
    return codec.ecrire(vue.racine)


RADIEES: Final = Operation(nom="getDemandesRadieesDepuisLe", executer=radiees, certificat_exige=True)
NOUVEAUX_DALO: Final = Operation(nom="getNouveauxDaloDepuisLe", executer=nouveaux_dalo, certificat_exige=True)
