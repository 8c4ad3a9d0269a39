"""The question to an operation, and its output: the two values that the pipeline carries."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from sne_interface.contract.contrats_charges import Contrat
from sne_interface.contract.schemas import Document
from sne_interface.domain.anomalie import Anomalie
from sne_interface.domain.base import Base
from sne_interface.domain.dates import tampon
from sne_interface.domain.demande import DemandeStockee
from sne_interface.domain.echange import Appel, Champ
from sne_interface.domain.element_recu import Element
from sne_interface.rules.rule import Contexte
from sne_sandbox.store.registre import RegistreBase

#: A guichet in the name of any file or certificate: DEMG1226-…, CERG1226-….
GUICHET_DANS_NOM: Final = re.compile(r"[A-Z]{3}(G[0-9A-Z]{4})-")


@dataclass(frozen=True, slots=True)
class Question:
    """A call whose guichet is known, whose document is valid and decoded, over an open register.

    `maintenant` is the base's clock. `guichet` is the caller's code, "" when nothing says it. `document`
    is None for the operations that receive none.
    """

    appel: Appel
    base: Base
    maintenant: datetime
    contrat: Contrat
    registre: RegistreBase
    guichet: str
    document: Element | None = None
    contexte: Contexte | None = None
    #: What the rules found, in document order.
    anomalies: tuple[Anomalie, ...] = ()

    @property
    def bloquantes(self) -> tuple[Anomalie, ...]:
        """The anomalies that refuse the message."""
        return tuple([a for a in self.anomalies if a.bloquante])

    @property
    def en_reponse(self) -> tuple[Anomalie, ...]:
        """The anomalies that go on the wire: blocking ones, and warnings where the base wants them."""
        return self.anomalies if self.base.reglages.avertissements == "reponse" else self.bloquantes

    @property
    def recu(self) -> Element:
        """The document of an operation that always receives one."""
        assert self.document is not None
        return self.document

    @property
    def stockee(self) -> DemandeStockee:
        """The demande that the message is about, where a structurante rule (CYC001, ENT010, DAL001, EVT001)
        wants one."""
        assert self.contexte is not None
        assert self.contexte.stockee is not None
        return self.contexte.stockee

    @property
    def jour_du_contrat(self) -> date | None:
        """The day by which its contract has what is deployed one day: see `Base`."""
        return self.base.jour_du_contrat(self.maintenant)

    def sequence_recue(self) -> str:
        """The 6 digits that end the file name received, else 000000."""
        suite = self.appel.texte("nomFichierDemande")[-10:-4]
        return suite if len(suite) == 6 and suite.isascii() and suite.isdigit() else "000000"

    def nom_de_fichier(self, genre: str, suite: str = "", extension: str = "xml") -> str:
        """`RETG1226-201803151654-000000.xml`: genre, guichet, stamp, and a sequence if there is one."""
        nom = f"{genre}{self.guichet or 'GDPUB'}-{tampon(self.maintenant)}"
        return f"{nom}-{suite}.{extension}" if suite else f"{nom}.{extension}"

    def noter_changement(self, apres: DemandeStockee) -> None:
        """Records a change just made, when the base dispatches and another guichet of the territory is there
        to be told. `apres` is what was stored; the state before is the one that the message was judged
        against."""
        if self.base.reglages.dispatching != "oui":
            return
        auteur = apres.guichet_dernier
        if not any(apres.territoire in g.territoires and g.code != auteur for g in self.registre.guichets()):
            return
        avant = self.contexte.stockee if self.contexte is not None else None
        if avant is not None and avant.numero_unique != apres.numero_unique:
            avant = None
        self.registre.noter_changement(avant, apres, auteur, self.maintenant)


@dataclass(frozen=True, slots=True)
class Sortie:
    """The output of an operation.

    `octets` is its document, or `racine` the lxml tree that is to be written: validated as `genre` in
    `version` before it leaves, and carried by the answer's field `champ`, its file name by `champ_nom`.
    `champs` are the other fields, `anomalies` those that the operation itself found.
    """

    champs: Mapping[str, Champ] = field(default_factory=dict)
    octets: bytes = b""
    racine: Any = None
    genre: Document = Document.DEMANDE
    version: str = "02.00"
    champ: str = ""
    champ_nom: str = ""
    nom_fichier: str = ""
    numero_unique: str | None = None
    anomalies: tuple[Anomalie, ...] = ()
    #: What the answer rests on and does not say, for its line of the journal.
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Operation:
    """One operation of the interface, as the pipeline runs it.

    `champ` is the field of the document received (None: no document), read as `genre` and judged by the
    rules of `type_regles` (None: the document's own `typeFichier`; "": no rule). `ecrit` opens a writing
    transaction. `refuser` makes the answer of a message with blocking anomalies.
    """

    nom: str
    executer: Callable[[Question], Sortie]
    champ: str | None = None
    champ_nom: str | None = None
    genre: Document = Document.DEMANDE
    type_regles: str | None = ""
    ecrit: bool = False
    certificat_exige: bool = False
    refuser: Callable[[Question], Sortie] | None = None
