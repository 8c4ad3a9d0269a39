"""The way of a call, from its fields to its answer. THE FILE TO READ FIRST.

The numbered steps are those of `Pipeline.traiter`. `exchange` comes before: it opens the exchange and has the
call read by `soap`. It gives the function that packs the answer, inside the same transaction, and closes the
exchange.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import chain
from typing import Any, TypeVar

from sne_interface.contract import codec
from sne_interface.contract.contrats import Contrats
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.contract.explication import expliquer
from sne_interface.contract.schemas import SchemaError
from sne_interface.domain.anomalie import Anomalie
from sne_interface.domain.base import Base
from sne_interface.domain.dates import date_francaise
from sne_interface.domain.demande import NUMERO_MAX
from sne_interface.domain.echange import Appel, Echange, Piece, Reponse, VerdictEchange
from sne_interface.domain.element_recu import Element
from sne_interface.errors import (
    CertificatNonConforme,
    ErreurInterne,
    MessageMalforme,
    SandboxError,
    StructureIncorrecte,
)
from sne_interface.rules import controle
from sne_interface.rules.engine import Jugement
from sne_interface.rules.rule import Contexte
from sne_interface.settings import Limites
from sne_sandbox.bases import travail_des_nuits
from sne_sandbox.operations.question import GUICHET_DANS_NOM, Operation, Question, Sortie
from sne_sandbox.operations.table_des_operations import OPERATIONS
from sne_sandbox.store.lignes import tasser_un_message
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.store.registre import RegistreBase

#: An answer as its caller packs it.
Emballee = TypeVar("Emballee")


class Pipeline:
    """The numbered steps, over one contract and one store. Any thread may call it."""

    def __init__(
        self,
        contrat: Contrat,
        magasin: Magasin,
        limites: Limites | None = None,
        contrats: Contrats | None = None,
    ) -> None:
        """`contrats` are those among which the contract to come of a base is; None: nobody is warned."""
        self.contrat = contrat
        self._contrats = contrats
        self.magasin = magasin
        self.limites = limites or Limites()

    def traiter(
        self,
        appel: Appel,
        base: Base,
        echange: Echange,
        emballer: Callable[[Reponse, RegistreBase], Emballee],
        *,
        consigner: bool = True,
    ) -> Emballee:
        """Does the work of a call on a base, and returns the answer as `emballer` packs it.

        `echange` is the line of the journal: the steps note there what they find, and `emballer` completes
        it, inside the transaction whose register it is given. Any exception, of the steps or of `emballer`,
        rolls everything back: ExchangeError for a fault, BaseInconnue, StoreError. Anomalies are in the
        answer. `consigner=False` writes no line.
        """
        operation = OPERATIONS[appel.operation]
        # (1) The base, whose due nights are lived whatever becomes of this call, and the guichet.
        base, maintenant = self._vivre_les_nuits(base)
        echange.guichet = guichet_de(appel, None) or echange.guichet
        _exiger_certificat(appel, operation)
        document = None
        if operation.champ is not None:
            # (2) The contract of the base: its parser reads the document, and no message can trick it.
            octets = appel.piece(operation.champ)
            racine = self._lire(octets)
            # (3) Validate the document against the schema.
            self._valider(racine, operation, appel, base, maintenant)
            # (4) Decode it, once, into an index by path, which says better who calls.
            document = codec.decoder_recu(racine, self.contrat.nomenclatures, octets)
        guichet = guichet_de(appel, document)
        echange.guichet = guichet or echange.guichet
        # (5) The rules. Those that need the message alone come before anybody has to wait for us.
        jugement = self._jugement(appel, operation, document, base, maintenant, guichet, echange)
        if jugement is not None:
            jugement.lire_le_message()
        if base.reglages.contrat_suivant and document is not None:
            echange.a_venir = self._prevoir(operation, appel, base, maintenant)
        # Compressed before others wait for who writes it.
        tassee = tasser_un_message(echange.requete)

        def travailler(registre: RegistreBase) -> Reponse:
            juge: tuple[Contexte | None, tuple[Anomalie, ...]] = None, ()
            if jugement is not None:
                jugement.consulter(registre)
                juge = jugement.contexte, tuple(jugement.anomalies)
            question = Question(appel, base, maintenant, self.contrat, registre, guichet, document, *juge)
            _noter(echange, question.anomalies)
            # (6) Apply.
            refuser = operation.refuser if question.bloquantes else None
            sortie = (refuser or operation.executer)(question)
            _noter(echange, (*question.anomalies, *sortie.anomalies))
            echange.numero_unique = sortie.numero_unique or echange.numero_unique
            echange.notes += sortie.notes
            # (7) Encode the answer.
            reponse = _encoder(sortie)
            # (8) Hold our own answer to the contract.
            self._verifier(sortie, echange)
            return reponse

        def finir(registre: RegistreBase) -> Emballee:
            emballee = emballer(travailler(registre) if lue is None else lue, registre)
            # (9) The line of the journal, once the answer is packed.
            if consigner:
                self.magasin.journal.consigner(registre.connexion, echange, tassee)
            return emballee

        # The rest is one transaction, that those who wait share; an operation that only reads makes nobody
        # wait while it does.
        lue = None
        if not operation.ecrit:
            with self.magasin.lire(base.nom) as registre:
                lue = travailler(registre)
        # (10) The commit.
        return self.magasin.ecrire_ensemble(base.nom, finir)

    def controler(self, appel: Appel, racine: Any, registre: RegistreBase) -> list[Anomalie]:
        """The anomalies of the document `racine` as `traiter` would find them over this register; nothing is
        written. Raises StructureIncorrecte, without an explanation."""
        operation = OPERATIONS[appel.operation]
        base = registre.base
        maintenant = base.horloge.maintenant(datetime.now(UTC))
        annoncee = racine.get("versionInterface", "")
        version = self.contrat.version_de_lecture(annoncee, base.jour_du_contrat(maintenant))
        if self.contrat.schemas.validate(racine, document=operation.genre, version=version):
            raise StructureIncorrecte
        document = codec.decoder_recu(racine, self.contrat.nomenclatures)
        guichet, sans_suite = guichet_de(appel, document), Echange(appel.base, appel.recu_le)
        jugement = self._jugement(appel, operation, document, base, maintenant, guichet, sans_suite)
        if jugement is None:
            return []
        jugement.lire_le_message()
        jugement.consulter(registre)
        return jugement.anomalies

    def _vivre_les_nuits(self, base: Base) -> tuple[Base, datetime]:
        """The base once its due nights are lived, and the time of its clock."""
        maintenant = base.horloge.maintenant(datetime.now(UTC))
        if base.nuit_due(maintenant):
            return travail_des_nuits.a_jour(self.magasin, base)
        return base, maintenant

    def _prevoir(
        self, operation: Operation, appel: Appel, base: Base, maintenant: datetime
    ) -> list[dict[str, Any]]:
        """Lists what the contract to come would refuse of a document, as the journal keeps it."""
        if self._contrats is None or operation.champ is None:
            return []
        from sne_sandbox.operations import contrat_a_venir  # of the few bases that have a contract to come

        nom = base.reglages.contrat_suivant
        try:
            return contrat_a_venir.prevoir(
                appel.piece(operation.champ),
                self.contrat,
                self._contrats.nomme(nom),
                base.reglages.profile,
                maintenant,
                genre=operation.genre,
                type_fichier=operation.type_regles,
                nom=appel.texte(operation.champ_nom) if operation.champ_nom else None,
                xml_max=self.limites.xml_max,
            )
        except Exception as erreur:  # noqa: BLE001 - a warning that fails must not change the answer
            dit = erreur.diagnostics() if isinstance(erreur, SandboxError) else repr(erreur)
            return [{"contrat": nom, "changement": "", "message": f"Non jugé sous cette interface : {dit}"}]

    def _lire(self, octets: bytes) -> Any:
        try:
            return codec.parse(octets, limit=self.limites.xml_max, serre=True)
        except MessageMalforme as erreur:
            # Attested: the real server has one sentence for every bad structure.
            raise StructureIncorrecte(explication=erreur.explication) from erreur

    def _valider(
        self, racine: Any, operation: Operation, appel: Appel, base: Base, maintenant: datetime
    ) -> None:
        annoncee = racine.get("versionInterface", "")
        version = self.contrat.version_de_lecture(annoncee, base.jour_du_contrat(maintenant))
        if self.contrat.schemas.validate(racine, document=operation.genre, version=version):
            profil = base.reglages.profile
            if version != self.contrat.version_de_lecture(annoncee):  # it is not there yet
                jour = date_francaise(self.contrat.deploye[annoncee])
                raise StructureIncorrecte(
                    explication=f"La version {annoncee} n'est en base école que le {jour} (réglage "
                    f"deploiement) : écrivez un message {version}."
                )
            raise StructureIncorrecte(
                explication=_expliquer(racine, operation, appel, self.contrat, profil, maintenant)
            )

    def _jugement(
        self,
        appel: Appel,
        operation: Operation,
        document: Element | None,
        base: Base,
        maintenant: datetime,
        guichet: str,
        echange: Echange,
    ) -> Jugement | None:
        """Returns what the rules have to judge, None for an operation without rules; tells `echange` what the
        document says of itself."""
        if document is None:
            # Whatever was sent as a number: the journal's index does not take a megabyte.
            echange.numero_unique = appel.texte("numUnique")[:NUMERO_MAX] or None
            return None
        jour = base.jour_du_contrat(maintenant)
        contexte = Contexte(
            type_fichier=operation.type_regles or document.texte_de("entete/typeFichier") or "",
            document=document,
            maintenant=maintenant,
            nomenclatures=self.contrat.nomenclatures,
            territoires=self.contrat.territoires,
            droits=self.contrat.guichets,
            operation=operation.nom,
            canal=appel.canal,
            versions=self.contrat.versions_du(jour),
            a_venir=self.contrat.a_venir(jour),
            roles=self.contrat.roles,
            guichet_certificat=appel.guichet_certificat,
            guichet_emetteur=guichet or None,
            nom_fichier=appel.texte(operation.champ_nom) if operation.champ_nom else None,
            localisations_max=base.reglages.localisations_max,
            recherche_max=base.reglages.recherche_max,
        )
        demande = contexte.demande
        echange.version = demande.version
        echange.type_fichier = demande.type_fichier
        echange.numero_unique = demande.numero_unique or document.texte_de("operation/numUnique")
        if operation.type_regles == "":
            return None
        return Jugement(contexte, self.contrat, base.reglages.profile)

    def _verifier(self, sortie: Sortie, echange: Echange) -> None:
        """Raises ErreurInterne for an answer that the contract refuses."""
        racine = sortie.racine
        if racine is None:
            if not sortie.octets:
                echange.reponse_conforme = True
                return
            racine = codec.relire(sortie.octets)
        fautes = self.contrat.schemas.validate(racine, document=sortie.genre, version=sortie.version)
        echange.reponse_conforme = not fautes
        if any("/listeAnomalie" in faute.chemin for faute in fautes):
            # The user's own contract, then: ours has room for each of our codes.
            dites = expliquer(racine, sortie.genre, sortie.version, self.contrat.schemas)
            codes = ", ".join(dict.fromkeys(str(e.get("code")) for e in racine.iter("{*}anomalie")))
            remede = (
                "\n→ dans rules.toml, donnez à ces règles un code_officiel que le schéma admet ; "
                "« sne-sandbox contrat verifier DOSSIER » dit lesquelles."
                if any(faute.chemin.endswith("@code") for faute in dites)
                else ""
            )
            raise ErreurInterne(
                "Le bac à sable refuse ce message, et le contrat ne peut pas porter son refus ; rien n'a été "
                "enregistré.",
                explication=f"Anomalies : {codes}.\n{_phrases(dites or fautes)}{remede}",
            )
        if fautes:
            raise ErreurInterne(
                "Le bac à sable a préparé une réponse contraire au contrat ; rien n'a été enregistré.",
                explication=_phrases(fautes),
            )


def _encoder(sortie: Sortie) -> Reponse:
    champs = dict(sortie.champs)
    if sortie.octets or sortie.racine is not None:
        champs[sortie.champ_nom] = sortie.nom_fichier
        champs[sortie.champ] = Piece(sortie.octets or codec.ecrire(sortie.racine), "text/xml")
    return Reponse(champs)


def _noter(echange: Echange, anomalies: Sequence[Anomalie]) -> None:
    """The line of the journal, as far as these anomalies tell how the exchange ends."""
    bloquee = any(anomalie.bloquante for anomalie in anomalies)
    echange.verdict = VerdictEchange.ANOMALIES if bloquee else VerdictEchange.ACCEPTE
    echange.anomalies = [anomalie.en_json() for anomalie in anomalies]


def _exiger_certificat(appel: Appel, operation: Operation) -> None:
    if not operation.certificat_exige:
        return
    nom = appel.texte("nomCertificat")
    if not nom.startswith("CER") or not appel.piece("certificat"):
        raise CertificatNonConforme(
            nom,
            explication="Les opérations …DepuisLe exigent un nomCertificat en CER… et un certificat.",
        )


def guichet_de(appel: Appel, document: Element | None) -> str:
    """Returns the guichet that calls, "" when nothing says it; `document` is None as long as it is not
    read."""
    # Deduced: the certificate, else the document, else the certificate's name, else the file's.
    if appel.guichet_certificat:
        return appel.guichet_certificat
    if document is not None:
        for chemin in ("demande/demandeLogement/numGuichet", "entete/codeGuichet"):
            if ecrit := document.texte_de(chemin):
                return ecrit
    for champ in chain(("nomCertificat",), (nom for nom in appel.champs if nom.startswith("nomFichier"))):
        trouve = GUICHET_DANS_NOM.match(appel.texte(champ))
        if trouve is not None:
            return trouve[1]
    return ""


def _expliquer(
    racine: Any, operation: Operation, appel: Appel, contrat: Contrat, profil: str, maintenant: datetime
) -> str:
    """All that is wrong with a document that its schema refuses; the answer says none of it."""
    nom = appel.texte(operation.champ_nom) if operation.champ_nom else None
    try:
        refuse = controle.passer(
            racine, operation.genre, contrat, profil, maintenant, nom=nom, type_fichier=operation.type_regles
        )
        return controle.dire(refuse)
    except Exception as erreur:  # noqa: BLE001 - an explanation that fails must not hide the refusal
        return f"L'explication a échoué : {erreur!r}"


def _phrases(fautes: list[SchemaError]) -> str:
    return "\n".join(
        f"ligne {f.ligne}, {f.chemin} : {f.message}{f' → {f.remede}' if f.remede else ''}" for f in fautes
    )
