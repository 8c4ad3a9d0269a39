"""What happens to a call, from its fields to its answer. The file to read first.

`soap` gives an `Appel` and takes a `Reponse`; the caller of `traiter` owns the `Travail`: it writes the
journal in the same transaction, commits last, and rolls back when the answer is bad.
"""

import re
from contextlib import ExitStack
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final, Self

from sne_sandbox.contract import codec, xml
from sne_sandbox.contract.schema import Document, SchemaError
from sne_sandbox.contract.versions import Contrat
from sne_sandbox.domain.anomalie import Anomalie
from sne_sandbox.domain.base import Base
from sne_sandbox.domain.demande import Demande
from sne_sandbox.domain.element import Element
from sne_sandbox.domain.exchange import ASYNCHRONE, Appel, Champ, Constats, Piece, Reponse
from sne_sandbox.domain.numero_unique import NUMERO_MAX
from sne_sandbox.errors import (
    CertificatNonConforme,
    ErreurInterne,
    MessageMalforme,
    StructureIncorrecte,
)
from sne_sandbox.operations import asynchrone, lifecycle
from sne_sandbox.operations.question import Operation, Question, Sortie
from sne_sandbox.operations.table import OPERATIONS
from sne_sandbox.rules import engine
from sne_sandbox.rules.context import Contexte
from sne_sandbox.rules.registre_vide import RegistreVide
from sne_sandbox.settings import Limites
from sne_sandbox.store.registre import RegistreBase
from sne_sandbox.store.session import Magasin

_SANS_REGISTRE: Final = RegistreVide()
#: A guichet in the name of any file or certificate: DEMG1226-…, CERG1226-….
GUICHET_DANS_NOM: Final = re.compile(r"[A-Z]{3}(G[0-9A-Z]{4})-")


class Travail:
    """The unit of work of one exchange: a register opened when it is needed, closed by its owner.

    `lecture()` reads; `ecriture()` writes under the base's lock. Leaving the block commits, an exception
    rolls back.
    """

    def __init__(self, magasin: Magasin, base: str) -> None:
        self._magasin = magasin
        self._pile = ExitStack()
        self.nom = base
        self.registre: RegistreBase | None = None
        self.ecrit = False

    def lecture(self) -> RegistreBase:
        """The register, to read."""
        if self.registre is None:
            self.registre = self._pile.enter_context(self._magasin.lire(self.nom))
        return self.registre

    def ecriture(self) -> RegistreBase:
        """The register, to write: nobody else writes to the base until the end of the block."""
        if not self.ecrit:
            self._pile.close()
            self.registre = self._pile.enter_context(self._magasin.ecrire(self.nom))
            self.ecrit = True
        assert self.registre is not None
        return self.registre

    def a_jour(self) -> tuple[Base, datetime]:
        """The base and its instant, the nights that are due behind it (in a transaction of their own: they
        happened, whatever becomes of this exchange; a work that writes already is not cut in two)."""
        base = self.lecture().base
        maintenant = base.horloge.maintenant(datetime.now(UTC))
        if not self.ecrit and lifecycle.nuits_dues(base, maintenant):
            self._pile.close()
            self.registre = None
            lifecycle.rattraper(self._magasin, self.nom)
            base = self.lecture().base
        return base, maintenant

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, genre: type[BaseException] | None, erreur: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        return self._pile.__exit__(genre, erreur, trace)


class Pipeline:
    """The numbered steps, over one contract."""

    def __init__(self, contrat: Contrat, limites: Limites | None = None) -> None:
        self.contrat = contrat
        self.limites = limites or Limites()

    def traiter(self, appel: Appel, constats: Constats, travail: Travail) -> Reponse:
        """The answer to a call. Raises ExchangeError for a fault; anomalies are in the answer."""
        operation = OPERATIONS[appel.operation]
        # (1) base and guichet; the document, once it is read, says better who calls
        base, maintenant = travail.a_jour()
        constats.guichet = guichet_de(appel, None)
        if operation.certificat_exige:
            _exiger_certificat(appel)
        # (2) contract: the document, read by the parser that no message can trick
        racine, document = None, None
        if operation.champ is not None:
            racine = self._lire(appel.piece(operation.champ))
            # (3) validate
            self._valider(racine, operation)
            # (4) decode
            document = codec.decoder(racine, self.contrat.nomenclatures.conteneurs)
        constats.guichet = guichet = guichet_de(appel, document)
        contexte = self._contexte(appel, operation, document, base, maintenant, guichet, constats)
        # (5a) the rules that look at the message alone, before anybody has to wait for us
        seul = contexte is not None and contexte.type_fichier not in engine.COMPARES_AU_REGISTRE
        anomalies = self._juger(contexte, base, registre=False) if contexte is not None and seul else []
        # From here on in one transaction: (5) rules, (6) apply, (7) encode, (8) validate our own answer
        registre = travail.ecriture() if operation.ecrit else travail.lecture()
        question = Question(appel, base, maintenant, self.contrat, registre, guichet, document)
        if contexte is not None:
            contexte = contexte.avec_registre(registre)
            if not any(a.regle == "ENT001" for a in anomalies):
                anomalies += self._juger(contexte, base, registre=True if seul else None)
                if appel.canal == ASYNCHRONE:
                    anomalies += asynchrone.juger(contexte, self.contrat, base.reglages.profile)
                anomalies = engine.ranger(anomalies, self.contrat)
            question = question.avec(contexte, anomalies)
            constats.anomalies = anomalies
        if question.bloquantes and operation.refuser is not None:
            sortie = operation.refuser(question)
        else:
            sortie = operation.executer(question)
        constats.anomalies = [*anomalies, *sortie.anomalies]
        constats.numero_unique = sortie.numero_unique or constats.numero_unique
        return Reponse(self._encoder(sortie, constats))

    def controler(self, appel: Appel, racine: Any, travail: Travail) -> list[Anomalie]:
        """The anomalies of the document `racine` as `traiter` would find them now; nothing is written. Raises
        StructureIncorrecte, without an explanation."""
        operation = OPERATIONS[appel.operation]
        version = self.contrat.version_de_lecture(racine.get("versionInterface", ""))
        if self.contrat.schemas.validate(racine, document=operation.genre, version=version):
            raise StructureIncorrecte
        registre = travail.lecture()
        document = codec.decoder(racine, self.contrat.nomenclatures.conteneurs)
        maintenant = registre.base.horloge.maintenant(datetime.now(UTC))
        guichet = guichet_de(appel, document)
        contexte = self._contexte(appel, operation, document, registre.base, maintenant, guichet, Constats())
        if contexte is None:
            return []
        return self._juger(contexte.avec_registre(registre), registre.base, registre=None)

    def _lire(self, octets: bytes) -> Any:
        try:
            return xml.parse(octets, limit=self.limites.xml_max)
        except MessageMalforme as erreur:
            # Attested: the real server has one sentence for every bad structure.
            raise StructureIncorrecte(explication=erreur.explication) from erreur

    def _valider(self, racine: Any, operation: Operation) -> None:
        version = self.contrat.version_de_lecture(racine.get("versionInterface", ""))
        fautes = self.contrat.schemas.validate(racine, document=operation.genre, version=version)
        if fautes:
            raise StructureIncorrecte(explication=_expliquer(racine, operation.genre, version, self.contrat))

    def _contexte(
        self,
        appel: Appel,
        operation: Operation,
        document: Element | None,
        base: Base,
        maintenant: datetime,
        guichet: str,
        constats: Constats,
    ) -> Contexte | None:
        if document is None:
            # Whatever was sent as a number: the journal's index does not take a megabyte.
            constats.numero_unique = appel.texte("numUnique")[:NUMERO_MAX] or None
            return None
        demande = Demande(document)
        constats.version = demande.version
        constats.type_fichier = demande.type_fichier
        constats.numero_unique = demande.numero_unique or document.texte_de("operation/numUnique")
        if operation.type_regles == "":
            return None
        return Contexte(
            type_fichier=operation.type_regles or demande.type_fichier,
            document=document,
            maintenant=maintenant,
            nomenclatures=self.contrat.nomenclatures,
            territoires=self.contrat.territoires,
            registre=_SANS_REGISTRE,
            operation=operation.nom,
            versions=self.contrat.versions,
            guichet_certificat=appel.guichet_certificat,
            guichet_emetteur=guichet or None,
            nom_fichier=appel.texte(operation.champ_nom) if operation.champ_nom else None,
            localisations_max=base.reglages.localisations_max,
            recherche_max=base.reglages.recherche_max,
        )

    def _juger(self, contexte: Contexte, base: Base, *, registre: bool | None) -> list[Anomalie]:
        return engine.juger(contexte, self.contrat, base.reglages.profile, registre=registre)

    def _encoder(self, sortie: Sortie, constats: Constats) -> dict[str, Champ]:
        champs = dict(sortie.champs)
        if sortie.racine is None:
            constats.reponse_conforme = True
            return champs
        fautes = self.contrat.schemas.validate(sortie.racine, document=sortie.genre, version=sortie.version)
        constats.reponse_conforme = not fautes
        if fautes:
            raise ErreurInterne(
                "Le bac à sable a préparé une réponse contraire au contrat ; rien n'a été enregistré.",
                explication=_phrases(fautes),
            )
        champs[sortie.champ_nom] = sortie.nom_fichier
        champs[sortie.champ] = Piece(codec.ecrire(sortie.racine), "text/xml")
        return champs


def _exiger_certificat(appel: Appel) -> None:
    nom = appel.texte("nomCertificat")
    if not nom.startswith("CER") or not appel.piece("certificat"):
        raise CertificatNonConforme(
            nom,
            explication="Les opérations …DepuisLe exigent un nomCertificat en CER… et un certificat.",
        )


def guichet_de(appel: Appel, document: Element | None) -> str:
    """Who calls, "" when nothing says it; `document` is None as long as it is not read."""
    # Deduced: the certificate, else the document, else the certificate's name, else the file's.
    if appel.guichet_certificat:
        return appel.guichet_certificat
    if document is not None:
        ecrit = Demande(document).num_guichet or document.texte_de("entete/codeGuichet")
        if ecrit:
            return ecrit
    for champ in ("nomCertificat", *(nom for nom in appel.champs if nom.startswith("nomFichier"))):
        trouve = GUICHET_DANS_NOM.match(appel.texte(champ))
        if trouve is not None:
            return trouve[1]
    return ""


def _expliquer(racine: Any, genre: Document, version: str, contrat: Contrat) -> str:
    # Imported for the first refusal: with xmlschema under it, a sixth of the start-up.
    from sne_sandbox.contract import explication

    try:
        return _phrases(explication.explain(racine, genre, version, contrat.schemas))
    except Exception as erreur:  # noqa: BLE001 - an explanation that fails must not hide the refusal
        return f"L'explication a échoué : {erreur!r}"


def _phrases(fautes: list[SchemaError]) -> str:
    return "\n".join(
        f"ligne {f.ligne}, {f.chemin} : {f.message}{f' → {f.remede}' if f.remede else ''}" for f in fautes
    )
