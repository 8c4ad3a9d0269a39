"""getDeclarationNouveauDalo: a commission de médiation declares its decision about a demande."""

from dataclasses import replace
from typing import Final

from sne_interface.contract import codec
from sne_interface.domain.demande import Demande
from sne_sandbox.operations import document_ecrit, get_num_unique
from sne_sandbox.operations.question import Operation, Question, Sortie
from sne_sandbox.operations.tenue_du_livre import tenir_le_livre


def executer(question: Question) -> Sortie:
    """Stores `informationDalo`; answers the demande with it (convention: typeFichier RET)."""
    demande = Demande(question.recu)
    avant = question.stockee  # DAL001 is structurante
    bloc = demande.information_dalo
    if bloc is not None:
        avant = replace(
            avant,
            information_dalo=codec.encoder(bloc),
            statut_dalo=bloc.code_de("statutDalo"),
            dalo_enregistre_le=question.maintenant,
            guichet_dernier=question.guichet or avant.guichet_dernier,
            touchee_par_autrui=avant.touchee_par_autrui or question.guichet != avant.guichet_createur,
        )
        question.registre.remplacer(avant)
        question.noter_changement(avant)
        tenir_le_livre(question.registre, avant.numero_unique, question.contrat.roles.decision)
    vue = document_ecrit.Presentation.de(avant, question.contrat.nomenclatures, question.maintenant, "RET")
    if avant.information_dalo is not None:
        vue.placer_dalo(avant.information_dalo)
    vue.en_version(demande.version)
    if question.en_reponse:
        vue.placer(document_ecrit.liste_anomalie(question.en_reponse))
    return _sortie(question, vue.racine, demande.version, avant.numero_unique)


def refuser(question: Question) -> Sortie:
    """The document received, plus `listeAnomalie`; read with any code, answered with RET (convention)."""
    sortie = get_num_unique.refuser(question)
    racine = codec.relire(sortie.octets)
    document_ecrit.dater(racine, "RET", question.maintenant)
    return _sortie(question, racine, sortie.version, None)


def _sortie(question: Question, racine: object, version: str, numero: str | None) -> Sortie:
    return Sortie(
        racine=racine,
        version=version,
        champ="fichierDalo",
        champ_nom="nomFichierDalo",
        nom_fichier=question.nom_de_fichier("RET", numero[7:13] if numero else "000000"),
        numero_unique=numero,
    )


OPERATION: Final = Operation(
    nom="getDeclarationNouveauDalo",
    executer=executer,
    champ="fichierDalo",
    champ_nom="nomFichierDalo",
    type_regles="DALO",
    ecrit=True,
    refuser=refuser,
)
