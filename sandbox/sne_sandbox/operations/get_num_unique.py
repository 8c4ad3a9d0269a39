"""getNumUnique: creates, modifies, renews, radiates, deletes a demande, according to `typeFichier`."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Final

from sne_interface.contract import codec
from sne_interface.domain.codes import DALO_ACTIF, DALO_RELOGE
from sne_interface.domain.dates import ajouter_mois
from sne_interface.domain.demande import (
    FORMULAIRE,
    TERRITOIRE_ILE_DE_FRANCE,
    Demande,
    DemandeStockee,
    EtatDemande,
)
from sne_interface.domain.echange import Champ, Piece
from sne_interface.domain.element_recu import Element, avec_enfants, de_code
from sne_sandbox.operations import attestation, document_ecrit
from sne_sandbox.operations.document_ecrit import (
    FormulaireEcrit,
    blocs_calcules,
    montre_les_calculs,
    note_du_quartile,
)
from sne_sandbox.operations.question import Operation, Question, Sortie
from sne_sandbox.operations.tenue_du_livre import tenir_le_livre

#: The public portal: who writes when nobody says (souple profile only).
PORTAIL: Final = "GDPUB"
#: A demande is valid one year from its deposit or last renewal (attested).
VALIDITE_MOIS: Final = 12


#: What became of the demande, and the form of the message when it is what is stored now.
_Fait = tuple[DemandeStockee, FormulaireEcrit | None]


def executer(question: Question) -> Sortie:
    """Does what `typeFichier` says. The rules have accepted the message: nothing blocks any more."""
    demande = _demande(question)
    stockee, ecrit = _PAR_TYPE[demande.type_fichier](question, demande)
    if demande.type_fichier != "SUP":
        question.noter_changement(stockee)
    return _reponse(question, demande, stockee, ecrit)


def _demande(question: Question) -> Demande:
    assert question.contexte is not None
    return question.contexte.demande


def creer(question: Question, demande: Demande) -> _Fait:
    """CRE and CRS: a new number; the deposit date is the message's, and never changes again."""
    depot = demande.date_creation or question.maintenant.date()
    emetteur = _emetteur(question, demande)
    territoire = demande.territoire or _territoire_du_guichet(question, emetteur)
    debut = depot
    if demande.type_fichier == "CRS":
        associee = question.registre.demande(demande.numero_associe or "")
        # The request of the separating household lives on: its year began with the joint one's last.
        debut = associee.debut_validite if associee is not None else depot
    numero = question.registre.prochain_numero(territoire, depot, emetteur)
    ecrit = FormulaireEcrit(demande, question.contrat, question.maintenant, {"numUnique": numero})
    stockee = DemandeStockee(
        numero_unique=numero,
        territoire=territoire,
        etat=EtatDemande.ACTIVE,
        version=demande.version,
        guichet_createur=emetteur,
        guichet_dernier=emetteur,
        touchee_par_autrui=False,
        date_creation=depot,
        debut_validite=debut,
        fin_validite=ajouter_mois(debut, VALIDITE_MOIS),
        demande=demande,
        document=ecrit.document,
        numero_associe=demande.numero_associe,
    )
    question.registre.ajouter(stockee, question.contrat.roles.demande.nirs(demande))
    return stockee, ecrit


def _emetteur(question: Question, demande: Demande) -> str:
    """The sender, as the number can hold it: a lenient profile lets in what is no guichet's code."""
    for code in (demande.num_guichet, question.guichet):
        if len(code) == len(PORTAIL) and code.isascii() and code.isalnum() and code.isupper():
            return code
    return PORTAIL


def _territoire_du_guichet(question: Question, code: str) -> str:
    # Only a lenient profile lets a demande without a wished commune in: its guichet says where it is.
    guichet = question.registre.guichet(code)
    return guichet.territoires[0] if guichet is not None else TERRITOIRE_ILE_DE_FRANCE


def modifier(question: Question, demande: Demande) -> _Fait:
    """MOD: replaces the data of the form. Number, deposit date, renewal and radiation stay."""
    apres, ecrit = _formulaire_remplace(question, demande, question.stockee)
    return _remplacer(question, apres, demande), ecrit


def renouveler(question: Question, demande: Demande) -> _Fait:
    """REN: another year from `dateRenouvellement`; the data of the form may change with it. A demande
    radiated for want of renewal becomes active again (attested: number and seniority kept)."""
    avant = question.stockee
    jour = demande.date_renouvellement or question.maintenant.date()
    apres, ecrit = _formulaire_remplace(question, demande, avant)
    apres = _remplacer(question, replace(_active(apres, jour), date_renouvellement=jour), demande)
    if not avant.active:
        tenir_le_livre(question.registre, apres.numero_unique, question.contrat.roles.decision)
    return apres, ecrit


def radier(question: Question, demande: Demande) -> _Fait:
    """RAD: radiates; without a motive code it reactivates (« Déradiation », attested). The form stays. A
    household that is DALO and housed as such is « Actif relogé » from then on (deduced from the label), and
    waits again if its demande comes back (convention)."""
    avant = question.stockee
    bloc = demande.radiation
    assert bloc is not None  # RAD001 is structurante
    if demande.motif_radiation is not None:
        apres = replace(
            avant,
            etat=EtatDemande.RADIEE,
            date_radiation=bloc.date_de("dateRadiation"),
            motif_radiation=demande.motif_radiation,
            radiation=codec.encoder(bloc),
            radiation_enregistree_le=question.maintenant,
        )
        if apres.statut_dalo == DALO_ACTIF and _au_titre_du_dalo(bloc):
            apres = _de_statut_dalo(apres, DALO_RELOGE)
    else:
        # Convention: one whose year had run out lives again from today, else the next night would radiate it.
        jour = question.maintenant.date()
        apres = _active(avant, jour if avant.fin_validite <= jour else avant.debut_validite)
        radiation = codec.lire(avant.radiation) if avant.radiation is not None else None
        if avant.statut_dalo == DALO_RELOGE and radiation is not None and _au_titre_du_dalo(radiation):
            apres = _de_statut_dalo(apres, DALO_ACTIF)
    apres = _remplacer(question, apres, demande)
    tenir_le_livre(question.registre, apres.numero_unique, question.contrat.roles.decision)
    return apres, None


def _au_titre_du_dalo(radiation: Element) -> bool:
    return bool(radiation.booleen_de("attributionLogement/attribueEnComDALO"))


def _de_statut_dalo(stockee: DemandeStockee, statut: str) -> DemandeStockee:
    """The same demande under another status, which no new declaration tells."""
    declaration = stockee.information_dalo
    if declaration is not None:
        lue = codec.lire(declaration)
        enfants = [de_code("statutDalo", statut) if e.nom == "statutDalo" else e for e in lue.enfants]
        declaration = codec.encoder(avec_enfants(lue, tuple(enfants)))
    return replace(stockee, statut_dalo=statut, information_dalo=declaration)


def _active(avant: DemandeStockee, debut: date) -> DemandeStockee:
    """The demande, active for a year from `debut`; its radiation is forgotten."""
    return replace(
        avant,
        etat=EtatDemande.ACTIVE,
        debut_validite=debut,
        fin_validite=ajouter_mois(debut, VALIDITE_MOIS),
        date_radiation=None,
        motif_radiation=None,
        radiation=None,
        radiation_enregistree_le=None,
    )


def supprimer(question: Question, demande: Demande) -> _Fait:
    """SUP: deletes (convention); the answer shows what was deleted."""
    stockee = question.stockee
    question.registre.supprimer(stockee.numero_unique)
    return stockee, None


def noter_piece(question: Question, demande: Demande) -> _Fait:
    """COP: notes a scanned piece (`dateDerniereModificationPiece`, `incrementFichier`; convention)."""
    avant = question.stockee
    vue = document_ecrit.Presentation(avant.document, question.contrat.nomenclatures)
    for nom in ("dateDerniereModificationPiece", "incrementFichier"):
        valeur = demande.formulaire.texte_de(nom)
        if valeur is not None:
            vue.changer(nom, valeur)
    return _remplacer(question, replace(avant, document=codec.ecrire(vue.racine)), demande), None


_PAR_TYPE: Final[Mapping[str, Callable[[Question, Demande], _Fait]]] = {
    "CRE": creer,
    "CRS": creer,
    "MOD": modifier,
    "REN": renouveler,
    "RAD": radier,
    "SUP": supprimer,
    "COP": noter_piece,
}


def refuser(question: Question) -> Sortie:
    """The document received, header unchanged, plus `listeAnomalie` (and `listeDoublons` for DOU001)."""
    demande = _demande(question)
    ajouts = [document_ecrit.liste_anomalie(question.en_reponse)]
    if any(a.regle == "DOU001" for a in question.bloquantes):
        associe = [demande.numero_associe] if demande.numero_associe else []
        doublons = question.registre.doublons(demande.territoire or "", demande.titulaires, sauf=associe)
        if doublons:
            ajouts.append(document_ecrit.liste_doublons(doublons))
    return _sortie(
        question,
        codec.encoder(_avec(demande, ajouts, question)),
        question.contrat.version_de_lecture(demande.version, question.jour_du_contrat),
        question.sequence_recue(),
    )


def _avec(demande: Demande, ajouts: list[Element], question: Question) -> Element:
    noms = {ajout.nom for ajout in ajouts} | {"listeAnomalie", "listeDoublons"}
    ordre = question.contrat.nomenclatures.ordre
    enfants = [e for e in demande.formulaire.enfants if e.nom not in noms] + ajouts
    enfants.sort(key=lambda e: ordre(f"{FORMULAIRE}/{e.nom}"))
    corps = avec_enfants(demande.formulaire, tuple(enfants))
    racine = demande.element
    return avec_enfants(
        racine,
        tuple(
            avec_enfants(e, tuple(corps if f.nom == "demandeLogement" else f for f in e.enfants))
            if e.nom == "demande"
            else e
            for e in racine.enfants
        ),
    )


def _formulaire_remplace(
    question: Question, demande: Demande, avant: DemandeStockee
) -> tuple[DemandeStockee, FormulaireEcrit]:
    garder: dict[str, str | None] = {
        "numUnique": avant.numero_unique,
        "dateCreationDemande": avant.date_creation.isoformat(),
    }
    for nom in ("numUniqueAssocie", "dateDerniereModificationPiece", "incrementFichier"):
        if not (demande.formulaire.texte_de(nom) or "").strip():
            conservee = avant.demande.formulaire.texte_de(nom)
            if conservee is not None:
                garder[nom] = conservee
    ecrit = FormulaireEcrit(demande, question.contrat, question.maintenant, garder)
    return replace(avant, version=demande.version, demande=demande, document=ecrit.document), ecrit


def _remplacer(question: Question, apres: DemandeStockee, demande: Demande) -> DemandeStockee:
    emetteur = _emetteur(question, demande)
    apres = replace(
        apres,
        guichet_dernier=emetteur,
        touchee_par_autrui=apres.touchee_par_autrui or emetteur != apres.guichet_createur,
    )
    # The form of a radiation is not stored: its NIRs are those of before.
    nirs = question.contrat.roles.demande.nirs(demande) if apres.demande is demande else None
    question.registre.remplacer(apres, nirs)
    return apres


def _reponse(
    question: Question, demande: Demande, stockee: DemandeStockee, ecrit: FormulaireEcrit | None
) -> Sortie:
    ajouts: list[Element | bytes] = []
    if demande.type_fichier == "RAD" and stockee.radiation is not None:
        ajouts.append(stockee.radiation)
    if montre_les_calculs(question.contrat, demande.version):
        ajouts += blocs_calcules(stockee, question, demande.version)
    if question.en_reponse:
        ajouts.append(document_ecrit.liste_anomalie(question.en_reponse))
    if ecrit is None:
        vue = document_ecrit.Presentation.de(
            stockee, question.contrat.nomenclatures, question.maintenant, "RET"
        )
        vue.en_version(demande.version)
        for ajout in ajouts:
            vue.placer(ajout)
        octets = codec.ecrire(vue.racine)
    else:
        octets = ecrit.avec([*document_ecrit.renouvellement(stockee), *ajouts])
    sequence = stockee.numero_unique[7:13]
    champs: dict[str, Champ] = {}
    if demande.type_fichier in ("CRE", "CRS", "REN"):
        pdf = attestation.rediger(stockee, question)
        champs = {
            "nomAttestation": question.nom_de_fichier("ATT", sequence, "pdf"),
            "attestation": Piece(pdf, "application/pdf"),
        }
    notes = note_du_quartile(stockee, question, demande.version)
    return _sortie(question, octets, demande.version, sequence, champs, stockee.numero_unique, notes)


def _sortie(
    question: Question,
    octets: bytes,
    version: str,
    suite: str,
    champs: Mapping[str, Champ] = MappingProxyType({}),
    numero_unique: str | None = None,
    notes: tuple[str, ...] = (),
) -> Sortie:
    return Sortie(
        champs=champs,
        notes=notes,
        numero_unique=numero_unique,
        octets=octets,
        version=version,
        champ="fichierDemande",
        champ_nom="nomFichierDemande",
        nom_fichier=question.nom_de_fichier("RET", suite),
    )


OPERATION: Final = Operation(
    nom="getNumUnique",
    executer=executer,
    champ="fichierDemande",
    champ_nom="nomFichierDemande",
    type_regles=None,
    ecrit=True,
    refuser=refuser,
)
