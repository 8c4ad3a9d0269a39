"""A message being composed: what the form holds, from which the call is made. Nothing typed is ever lost.

Checked, it has remarks, each at its place in the text, with what mends it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Self

from werkzeug.exceptions import NotFound

from sne_console.messages import champs_saisis, points_de_depart
from sne_console.messages.corrections import Correction, RemarquePlacee, appliquer, reparations, situer
from sne_console.messages.document_deroule import Remarque, refus_du_schema, remarques_de
from sne_console.messages.documents_masques import demasquer, en_texte
from sne_console.messages.envoi_et_rejeu import (
    SANS_CERTIFICAT,
    RequeteEcrite,
    champs_d_appel,
    controler,
    emballer,
    nom_de_fichier,
)
from sne_console.messages.points_de_depart import CleDepart
from sne_console.vues.interface_montree import presentation
from sne_interface.contract.codec import parse
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.contract.elements import ordre
from sne_interface.domain.base import CODE_GUICHET, Base
from sne_interface.domain.dates import xs_date_time
from sne_interface.domain.echange import Piece
from sne_interface.domain.nir import masquer_nirs
from sne_interface.domain.texte import hors_xml
from sne_interface.errors import ExchangeError, StructureIncorrecte, UsageError
from sne_interface.rules import controle
from sne_interface.settings import Limites
from sne_sandbox.operations.table_des_operations import OPERATIONS
from sne_sandbox.soap.requete_soap_ecrite import Champs
from sne_sandbox.web.configuration_et_services import services

#: Heads of the names of fields in the form: what is written, and what was there when the page was made.
CHAMP: Final = "champ."
AVANT: Final = "avant."
PARAMETRE: Final = "parametre."
#: Where a document that is not well-formed still says it.
_GUICHET_ECRIT: Final = re.compile(r"<(?:[\w.-]+:)?(?:numGuichet|codeGuichet)>\s*(G(?:\d{4}|DPUB))\s*<")


@dataclass(frozen=True)
class Brouillon:
    """The content of the form of an operation on a base. `texte` is the document ("" for an operation that
    takes none); `changements` are the plain fields that were changed, not yet in `texte`; `parametres` the
    other fields of the call by name; `nom` the file's name, renewed at each sending while it is
    `nom_propose`."""

    base: Base
    operation: str
    cle: str = ""
    texte: str = ""
    guichet: str = ""
    nom: str = ""
    nom_propose: str = ""
    emballage: str = "mtom"
    parametres: Mapping[str, str] = field(default_factory=dict)
    changements: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def recu(cls, base: Base, operation: str, formulaire: Mapping[str, str]) -> Self:
        """The form that was sent."""
        return cls(
            base,
            operation,
            cle=formulaire.get("depart", ""),
            # Browsers end lines with CRLF.
            texte=formulaire.get("document", "").replace("\r\n", "\n"),
            guichet=formulaire.get("guichet", "").strip(),
            nom=formulaire.get("nom", "").strip(),
            nom_propose=formulaire.get("nom_propose", ""),
            emballage="simple" if formulaire.get("emballage") == "simple" else "mtom",
            parametres={
                cle.removeprefix(PARAMETRE): valeur.strip()
                for cle, valeur in formulaire.items()
                if cle.startswith(PARAMETRE)
            },
            changements={
                cle.removeprefix(CHAMP): valeur
                for cle, valeur in formulaire.items()
                if cle.startswith(CHAMP)
                and valeur.strip() != formulaire.get(AVANT + cle.removeprefix(CHAMP), "")
            },
        )

    @property
    def depart(self) -> CleDepart:
        """Reads the key of the start of the message."""
        return CleDepart.lire(self.cle)

    @property
    def de_document(self) -> bool:
        """True when the operation takes a document."""
        return OPERATIONS[self.operation].champ is not None

    @property
    def contrat(self) -> Contrat:
        """The contract of its base. Raises OperatorError."""
        return services().contrats.de(self.base)

    def reporte(self) -> Self:
        """The same, changed fields written into the document. Raises UsageError when it cannot be read, or
        when a field holds what no message can carry."""
        # The document itself goes as it is typed, malformed included.
        for valeur in (self.guichet, self.nom, *self.parametres.values(), *self.changements.values()):
            if intrus := hors_xml(valeur):
                raise UsageError(
                    f"Un champ porte le caractère U+{ord(intrus):04X}, qu'aucun message XML n'admet.",
                    remede="retapez ce champ : un copier-coller y a laissé un caractère invisible",
                )
        if not self.changements:
            return self
        racine = self.racine()
        champs_saisis.ecrire(racine, OPERATIONS[self.operation].genre, self.contrat, self.changements)
        return replace(self, texte=en_texte(racine), changements={})

    def racine(self) -> Any:
        """The document (lxml). Raises UsageError, with line and reason, when it is not well-formed."""
        try:
            return parse(self.texte.encode(), limit=Limites().xml_max)
        except ExchangeError as erreur:
            raison, _, remede = erreur.explication.partition(" → ")
            raise UsageError(f"{erreur} {raison}".rstrip(), remede=remede) from None

    def qui(self) -> str:
        """The guichet that calls, by the document or the field; "" for none."""
        if not self.de_document:
            return self.guichet
        try:
            racine = self.racine()
        except UsageError:
            trouve = _GUICHET_ECRIT.search(self.texte)
            return trouve[1] if trouve is not None else ""
        champs = presentation(self.contrat).champs(OPERATIONS[self.operation].genre)
        return next((champs_saisis.lire(racine, champ) for champ in champs if champ.nom == "guichet"), "")

    def nomme(self) -> Self:
        """The same, under a name of file that was never used, unless one was chosen."""
        if not self.de_document or (self.nom and self.nom != self.nom_propose):
            return self
        guichet = self.qui() or self.nom_propose[3:8] or "G0000"
        rang = services().magasin.journal.dernier(self.base.nom) + 1
        nom = nom_de_fichier(self.operation, guichet, self.base.horloge.maintenant(), rang)
        return replace(self, nom=nom, nom_propose=nom)

    def champs(self) -> Champs:
        """The fields of the call."""
        guichet = self.qui()
        return champs_d_appel(
            self.operation,
            guichet,
            self.base.horloge.maintenant(),
            {nom: valeur for nom, valeur in self.parametres.items() if valeur},
            certificat=_certificat(guichet),
            document=(self.nom, self._octets()),
        )

    def requete(self) -> RequeteEcrite:
        """The HTTP request that it is."""
        return emballer(self.contrat, self.base.nom, self.operation, self.champs(), self.emballage)

    def remarques(self) -> list[Remarque]:
        """Lists the remarks of the schema and the rules on the document, as if it were sent now; nothing is
        written. Raises UsageError when the document is not well-formed."""
        racine, base = self.racine(), self.base
        champs = {n: Piece(v, None) if isinstance(v, bytes) else v for n, v in self.champs().items()}
        demasquer(racine, self._depart())
        try:
            with services().magasin.lire(base.nom) as registre:
                anomalies = controler(registre, self.operation, champs, racine)
        except StructureIncorrecte:
            instant, profil = base.horloge.maintenant(), base.reglages.profile
            return refus_du_schema(racine, self.operation, self.contrat, profil, instant, self.nom)
        return remarques_de([anomalie.en_json() for anomalie in anomalies], self.contrat)

    def _octets(self) -> bytes:
        """The document as it travels: what was shown masked is whole again."""
        octets = self.texte.encode()
        if "*" not in self.texte:
            return octets
        try:
            racine = self.racine()
        except UsageError:
            return octets
        demasquer(racine, self._depart())
        return en_texte(racine).encode()

    def _depart(self) -> Any:
        """Root of the document that it was begun from; None without any, or when it is no more there: what
        was typed since is kept, its masked NIRs apart."""
        if not self.cle:
            return None
        try:
            return points_de_depart.commencer(self.base.nom, self.operation, self.cle).racine
        except NotFound:
            return None


def nouveau(base: Base, operation: str, cle: str) -> Brouillon:
    """The form as it is first shown. Raises NotFound for a start that is not there."""
    if OPERATIONS[operation].champ is None:
        dits, guichet = points_de_depart.question(base.nom, cle)
        return Brouillon(
            base,
            operation,
            guichet=guichet or points_de_depart.guichet_par_defaut(points_de_depart.guichets(base.nom)),
            parametres=_parametres(base, operation, cle) | dits,
        )
    depart = points_de_depart.commencer(base.nom, operation, cle)
    return Brouillon(base, operation, cle=depart.cle, texte=depart.texte).nomme()


def parametres(contrat: Contrat, operation: str) -> list[str]:
    """Names of the fields of a call that are typed: neither document, nor certificate, nor their names."""
    prevue = contrat.operations[operation]
    faits = {OPERATIONS[operation].champ, OPERATIONS[operation].champ_nom, "nomCertificat", "certificat"}
    return [champ.nom for champ in prevue.entree.champs if champ.nom not in faits]


def _parametres(base: Base, operation: str, cle: str) -> dict[str, str]:
    connus = {}
    noms = parametres(services().contrats.de(base), operation)
    if "numUnique" in noms:
        derniere = next(iter(points_de_depart.proposees(base.nom)), None)
        connus["numUnique"] = cle.removeprefix("demande-") or (derniere.numero_unique if derniere else "")
    minuit = base.horloge.maintenant().replace(hour=0, minute=0, second=0, microsecond=0)
    return connus | {nom: xs_date_time(minuit) for nom in noms if nom.endswith("DepuisLe")}


def _certificat(guichet: str) -> bytes:
    """The PEM that goes with a message: that of the guichet when the home has it."""
    if CODE_GUICHET.fullmatch(guichet):
        fichier = services().configuration.home / "pki" / "guichets" / f"{guichet}.pem"
        if fichier.is_file():
            return fichier.read_bytes()
    return SANS_CERTIFICAT


#: What separates, in a form, the name of a correction from the value that is chosen.
CHOISIE: Final = "choix."


@dataclass(frozen=True)
class VerificationMessage:
    """The remarks of the schema and the rules on a message. `lisible`: its document is XML."""

    remarques: tuple[RemarquePlacee, ...]
    lisible: bool = True

    @property
    def refuse(self) -> bool:
        """True when a remark would stop the message."""
        return any(remarque.bloque for remarque in self.remarques)

    def correction(self, nom: str) -> Correction | None:
        """The correction of that name; None when nothing calls for it any more."""
        toutes = (c for remarque in self.remarques for c in remarque.corrections)
        return next((c for c in toutes if c.nom == nom), None)


def verifier(pret: Brouillon) -> VerificationMessage:
    """Checks a message as if it were sent now; its changed fields are in its text. Nothing is written."""
    try:
        pret.racine()
    except UsageError:
        return VerificationMessage((_illisible(pret),), lisible=False)
    return placer(pret, pret.remarques())


def placer(pret: Brouillon, remarques: Sequence[Remarque]) -> VerificationMessage:
    """Remarks that were made of this document, wherever it was written, at their place in its text."""
    document = OPERATIONS[pret.operation].genre
    return VerificationMessage(tuple(situer(pret.texte, remarques, pret.contrat, document)))


def corriger(pret: Brouillon, nom: str, valeur: str) -> Brouillon:
    """The message with one correction made. Raises UsageError when it is no longer called for, or wants a
    choice."""
    correction = verifier(pret).correction(nom)
    if correction is None:
        raise UsageError(
            "Cette correction n'est plus à faire.", remede="vérifiez : le document a changé depuis"
        )
    try:
        return replace(pret, texte=appliquer(pret.texte, correction, valeur))
    except KeyError:
        raise UsageError(
            f"« {correction.titre} » demande une valeur.", remede="choisissez-en une dans la liste"
        ) from None


def _illisible(pret: Brouillon) -> RemarquePlacee:
    """Finds what keeps the text from being XML, at its line."""
    operation, base, contrat = OPERATIONS[pret.operation], pret.base, pret.contrat
    dits = controle.controler(
        pret.texte.encode("utf-8", "replace"), contrat, base.reglages.profile, base.horloge.maintenant(),
        genre=operation.genre, type_fichier=operation.type_regles,
    )  # fmt: skip
    faute = dits.fautes[0]
    lignes = pret.texte.split("\n")
    rang = min(max(faute.ligne, 1), len(lignes))
    avant = sum(len(ligne) + 1 for ligne in lignes[: rang - 1])
    colonne = min(max(faute.colonne, 1), len(lignes[rang - 1]) + 1)
    dite = {
        "gravite": str(faute.gravite),
        "message": masquer_nirs(faute.message),
        "remede": faute.remede,
        "propriete": faute.chemin or None,
        "ligne": rang,
        "sorte": faute.regle,
        "source": "XML",
    }
    corrections = reparations(pret.texte, ordre(contrat, operation.genre))
    fin = avant + len(lignes[rang - 1])
    return RemarquePlacee.de(dite, corrections, debut=avant, fin=fin, ligne=rang, colonne=colonne)
