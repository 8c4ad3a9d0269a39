"""Several exchanges of a journal, chosen: taken away as one archive, sent again in order, erased."""

import json
from collections.abc import Iterable, Sequence
from typing import Final

from sne_console.messages import echange_montre, expedition
from sne_console.vues import adresses_trouvees
from sne_interface.domain.echange import DITES, HORS_HTTP, SCENE, Echange
from sne_interface.domain.texte import entier_de
from sne_interface.errors import UsageError
from sne_sandbox.web.configuration import Expediteur

#: Exchanges that are chosen at once.
CHOISIS_MAX: Final = 200


def choisis(ecrits: Iterable[str]) -> list[int]:
    """The ids that are written, each once, oldest first. Raises UsageError for none, too many, or what is no
    id."""
    lus = {entier_de(ecrit.strip()) for morceau in ecrits for ecrit in morceau.split(",")}
    ids = sorted(lu for lu in lus if lu is not None)
    if not ids or len(ids) < len(lus):
        raise UsageError(
            "Aucun échange n'est choisi." if not lus else "Un numéro d'échange est un nombre.",
            remede="cochez-en dans le journal",
        )
    if len(ids) > CHOISIS_MAX:
        raise UsageError(
            f"{len(ids)} échanges sont choisis : {CHOISIS_MAX} au plus à la fois.", remede="cochez-en moins"
        )
    return ids


def archive(base: str, ids: Sequence[int], *, origine: str) -> bytes:
    """One HTTP archive (HAR 1.2) of exchanges, in the order of `ids`, NIR masked; what is no HTTP request is
    left out. Raises NotFound for an id that is not there, UsageError when none is an HTTP request, or they
    weigh too much together."""
    voulus = [i for i in ids if adresses_trouvees.tete(base, i).methode not in HORS_HTTP]
    requetes = adresses_trouvees.observations(base, voulus)
    if not requetes:
        raise UsageError(
            "Aucune de ces lignes n'est une requête HTTP : il n'y a pas d'archive HAR à en faire.",
            remede="choisissez des échanges",
        )
    return json.dumps(
        echange_montre.en_har(*requetes, origine=origine), ensure_ascii=False, indent=1
    ).encode()


def rejouer(base: str, ids: Sequence[int], qui: Expediteur) -> list[int]:
    """Sends exchanges again, in the order of `ids`, those that can be. Answers the ids of what they left in
    the journal of the base. Raises NotFound for an id that is not there: nothing is sent then."""
    voulus = [i for i in ids if not expedition.empechement(adresses_trouvees.tete(base, i))]
    # One after the other: together they may be all that the memory holds.
    partis = [expedition.rejouer(adresses_trouvees.echange(base, identifiant), qui) for identifiant in voulus]
    return [parti[1] for parti in partis if parti is not None and parti[0] == base]


def effacable(echange: Echange) -> bool:
    """Whether a line is an exchange that somebody sent: facts of the base stay."""
    return echange.methode not in DITES | {SCENE}
