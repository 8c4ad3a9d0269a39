"""The fate of recorded requests under another contract, as values: `versions.requetes_sous_un_autre_contrat`
finds it, `rendu_des_versions` writes it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from sne_calibrage.versions.differences_de_contrats import DifferenceDeContrats
from sne_interface.contract.changements import Changement
from sne_interface.domain import valeurs_en_json

#: What stands for a rule in a refusal of the schema, or of the envelope.
SCHEMA: Final = "schéma"
ENVELOPPE: Final = "message"
REPONSE: Final = "réponse"


class Devenir(StrEnum):
    """The fate of a request under the target."""

    #: It was accepted.
    REFUSE = "refusé"
    AUTREMENT = "répondu autrement"
    #: It depends on what the recording does not tell.
    INDECIDABLE = "indécidable"
    INCHANGE = "inchangé"
    #: By the recorded server: nothing to lose.
    DEJA_REFUSE = "déjà refusé"
    #: No call of the application's, or one that no server answered.
    ECARTE = "non rejoué"


#: The fates that are told exchange by exchange.
DETAILLES: Final = (Devenir.REFUSE, Devenir.AUTREMENT, Devenir.INDECIDABLE)


@dataclass(frozen=True)
class Cause:
    """Why: the code of a rule, `SCHEMA`, `ENVELOPPE` or `REPONSE`; the place, with its indexes, the sentence
    and the value (NIR masked). `changement` is the id of the change, `difference` the fingerprint of the
    difference between the contracts, and `texte` what it says: all three "" when none is found. `levee` says
    that it refused before, and that the target refuses no more."""

    regle: str
    chemin: str
    message: str
    valeur: str = ""
    changement: str = ""
    difference: str = ""
    texte: str = ""
    levee: bool = False

    @property
    def cle(self) -> tuple[str, str, str]:
        """The key that makes two of them one."""
        return self.regle, self.chemin, self.message


@dataclass(frozen=True)
class SortDEchange:
    """The fate of one recorded exchange; `echange` is its number in the recording. `raison` says in French
    why it is undecided, or was not put to the sandbox."""

    echange: int
    operation: str
    type_fichier: str
    numero: str
    devenir: Devenir
    causes: tuple[Cause, ...] = ()
    raison: str = ""

    def en_json(self) -> dict[str, Any]:
        """Its JSON: what is not told is null, but for the rule and the sentence of a cause."""
        causes = [
            {**_sans_vide(cause), "regle": cause.regle, "message": cause.message} for cause in self.causes
        ]
        return {**_sans_vide(self), "causes": causes}


@dataclass(frozen=True)
class Nouveaute:
    """Something of the target that the traffic never uses: `envoyer` says whether an application writes it;
    else it reads it."""

    difference: DifferenceDeContrats
    envoyer: bool

    def en_json(self) -> dict[str, Any]:
        """Its JSON."""
        d = self.difference
        return {
            "nature": str(d.nature),
            "objet": d.objet,
            "texte": d.texte,
            "sens": "envoyer" if self.envoyer else "lire",
            "changement": d.changement or None,
        }


@dataclass(frozen=True)
class Preparation:
    """The result of a recording under the target. `sorts` are the fates of the exchanges, in their order;
    `perdus` says in French what was recorded and is no longer kept, "" when all of it is."""

    depuis: str
    vers: str
    source: str
    sorts: tuple[SortDEchange, ...]
    nouveautes: tuple[Nouveaute, ...]
    changements: Mapping[str, Changement] = field(default_factory=dict)
    perdus: str = ""

    @property
    def comptes(self) -> Mapping[Devenir, int]:
        """How many exchanges become what."""
        comptes = Counter(sort.devenir for sort in self.sorts)
        return {devenir: comptes[devenir] for devenir in Devenir}

    @property
    def vide(self) -> bool:
        """Tell whether nothing that was accepted could be put to the target: nothing is known then."""
        return not any(self.comptes[d] for d in (Devenir.REFUSE, Devenir.AUTREMENT, Devenir.INCHANGE))

    @property
    def prete(self) -> bool:
        """Tell whether the target refuses nothing that was accepted."""
        return not self.comptes[Devenir.REFUSE]

    def de(self, devenir: Devenir) -> list[SortDEchange]:
        """The exchanges that become that."""
        return [sort for sort in self.sorts if sort.devenir is devenir]

    def en_json(self) -> dict[str, Any]:
        """Its JSON: of the exchanges, those that are not unaffected."""
        return {
            **{nom: getattr(self, nom) for nom in ("depuis", "vers", "source", "prete")},
            "perdus": self.perdus or None,
            "comptes": valeurs_en_json.en_json(self.comptes),
            "changements": [changement.en_json() for changement in self.changements.values()],
            "echanges": [sort.en_json() for sort in self.sorts if sort.devenir in DETAILLES],
            "nouveautes": [nouveaute.en_json() for nouveaute in self.nouveautes],
        }


def _sans_vide(valeur: Any) -> dict[str, Any]:
    return {nom: None if v == "" else v for nom, v in valeurs_en_json.en_json(valeur).items()}
