"""The life of a demande: what may happen to it, and when (CYC); one person has one demande in a territory
(DOU).
"""

from collections.abc import Sequence
from typing import Final

from sne_interface.domain.codes import MOTIF_NON_RENOUVELLEMENT
from sne_interface.domain.dates import ajouter_mois
from sne_interface.domain.demande import Demande, DemandeStockee, NumeroUnique, Personne, territoire_de
from sne_interface.domain.texte import plier
from sne_interface.rules.catalogue.regles_logement import departement_connu
from sne_interface.rules.rule import (
    Contexte,
    Infraction,
    Infractions,
    infraction,
    mal_datee,
    manquant,
    regle,
    sur,
)

# --- CYC ----------------------------------------------------------------------------------------------


#: A demande radiated for want of renewal can come back until then, from its last validity start (deduced).
MOIS_DE_REACTIVATION: Final = 18
#: A renewal earlier than this before the end of validity is noted (convention).
MOIS_D_ANTICIPATION: Final = 2


@regle("CYC001", registre=True)
def numero_inconnu(contexte: Contexte) -> Infractions:
    """The base holds the demande that the message names."""
    if contexte.demande.numero_unique is not None and contexte.stockee is None:
        yield _sur_le_numero(contexte)


@regle("CYC002", registre=True)
def demande_radiee(contexte: Contexte) -> Infractions:
    """A demande is modified, or gets a piece, while it is active."""
    if contexte.stockee is not None and not contexte.stockee.active:
        yield _sur_le_numero(contexte, numero=contexte.stockee.numero_unique)


@regle("CYC003", registre=True)
def renouvellement_tardif(contexte: Contexte) -> Infractions:
    """A demande is renewed while active, or radiated RADREN for less than 18 months since its last start."""
    stockee = contexte.stockee
    if stockee is None or stockee.active:
        return
    if stockee.motif_radiation != MOTIF_NON_RENOUVELLEMENT or not reactivable(stockee, contexte):
        yield _sur_le_numero(contexte, numero=stockee.numero_unique)


@regle("CYC004")
def date_de_renouvellement(contexte: Contexte) -> Infractions:
    """The renewal has a date, not in the future, not before the deposit."""
    return mal_datee("renouvellement", "dateRenouvellement", contexte)


@regle("CYC005", registre=True)
def renouvellement_anticipe(contexte: Contexte) -> Infractions:
    """A renewal does not come more than 2 months before the end of validity."""
    stockee = contexte.stockee
    if stockee is None or not stockee.active:
        return
    if contexte.jour < ajouter_mois(stockee.fin_validite, -MOIS_D_ANTICIPATION):
        yield sur(contexte.demande.formulaire, "renouvellement/dateRenouvellement")


@regle("CYC006", registre=True)
def date_de_creation_changee(contexte: Contexte) -> Infractions:
    """The day of deposit never changes."""
    if contexte.stockee is not None and contexte.demande.date_creation != contexte.stockee.date_creation:
        yield sur(contexte.demande.formulaire, "dateCreationDemande")


@regle("CYC007", registre=True)
def demande_associee(contexte: Contexte) -> Infractions:
    """A separation names the joint demande, which is known and active."""
    associee = _associee(contexte)
    if contexte.demande.numero_associe is None:
        yield manquant(contexte.demande.formulaire, "numUniqueAssocie", valeur="")
    elif associee is None or not associee.active:
        yield sur(contexte.demande.formulaire, "numUniqueAssocie")


@regle("CYC008", registre=True)
def demandeur_hors_de_la_demande_associee(contexte: Contexte) -> Infractions:
    """The demandeur who separates is a person of the joint demande."""
    associee = _associee(contexte)
    demandeur = contexte.demande.demandeur
    if associee is None or demandeur is None:
        return
    prenom, ne_le = plier(demandeur.prenom), demandeur.date_naissance
    memes = (p for p in associee.demande.titulaires if (plier(p.prenom), p.date_naissance) == (prenom, ne_le))
    if all(demandeur.noms.isdisjoint(personne.noms) for personne in memes):
        yield infraction(demandeur.element, valeur=demandeur.nom)


@regle("CYC009", registre=True)
def suppression_interdite(contexte: Contexte) -> Infractions:
    """Only its creator deletes a demande, and only while nobody else has touched it."""
    stockee = contexte.stockee
    if stockee is None:
        return
    if contexte.code_emetteur != stockee.guichet_createur or stockee.touchee_par_autrui:
        yield _sur_le_numero(contexte, numero=stockee.numero_unique)


@regle("CYC011", registre=True)
def commune_hors_du_territoire(contexte: Contexte) -> Infractions:
    """The wished communes lie in the territory of the numéro unique."""
    stockee = contexte.stockee
    if stockee is None:
        return
    numero = NumeroUnique.lire(stockee.numero_unique)
    territoire = numero.territoire if numero is not None else stockee.territoire
    for commune in contexte.demande.communes_souhaitees:
        code = commune.code or ""
        if territoire_de(code) == territoire:
            continue
        if contexte.territoires.existe(code) or departement_connu(code):  # else ADR002 says what is wrong
            yield infraction(commune, numero=stockee.numero_unique)


@regle("CYC012", registre=True)
def renouvellement_anterieur(contexte: Contexte) -> Infractions:
    """A renewal is not dated before the last one."""
    dernier = contexte.stockee.date_renouvellement if contexte.stockee is not None else None
    nouveau = contexte.demande.date_renouvellement
    if dernier is not None and nouveau is not None and nouveau < dernier:
        yield sur(contexte.demande.formulaire, "renouvellement/dateRenouvellement")


@regle("CYC013", registre=True)
def date_de_la_demande_associee(contexte: Contexte) -> Infractions:
    """A separation keeps the day of deposit of the joint demande."""
    associee = _associee(contexte)
    if associee is not None and contexte.demande.date_creation != associee.date_creation:
        yield sur(contexte.demande.formulaire, "dateCreationDemande")


@regle("CYC014")
def separation_d_une_association(contexte: Contexte) -> Infractions:
    """An association does not separate."""
    for ecrit in contexte.demande.formulaire.enfants:
        if ecrit.nom == "association":
            yield infraction(ecrit)


@regle("CYC015", "renouvellement", "radiation")
def bloc_ignore(contexte: Contexte) -> Infractions:
    """No radiation outside RAD, no renewal outside REN."""
    for nom in ("renouvellement", "radiation"):
        bloc = contexte.demande.formulaire.enfant(nom)
        if bloc is not None and not (nom == "renouvellement" and contexte.type_fichier == "REN"):
            yield infraction(bloc, valeur=nom)


def reactivable(stockee: DemandeStockee, contexte: Contexte) -> bool:
    """True when a demande radiated for want of renewal may still come back."""
    return contexte.jour < ajouter_mois(stockee.debut_validite, MOIS_DE_REACTIVATION)


def _associee(contexte: Contexte) -> DemandeStockee | None:
    numero = contexte.demande.numero_associe
    return contexte.registre.demande(numero) if numero is not None else None


def _sur_le_numero(contexte: Contexte, **valeurs: str) -> Infraction:
    return sur(contexte.demande.formulaire, "numUnique", **valeurs)


# --- DOU ----------------------------------------------------------------------------------------------


def doublons(contexte: Contexte) -> Sequence[DemandeStockee]:
    """The active demandes of the territory that DOU001 names, by number; none with `forcerDoublon`, none for
    an association. The joint demande of a separation is no duplicate."""
    territoire = _territoire(contexte.demande)
    if territoire is None:
        return ()
    demande = contexte.demande
    return contexte.registre.doublons(territoire, demande.titulaires, sauf=sauf_l_associee(demande))


@regle("DOU001", registre=True)
def demande_en_double(contexte: Contexte) -> Infractions:
    """No active demande of the territory holds the same person."""
    titulaires = contexte.demande.titulaires
    for trouvee in doublons(contexte):
        connues = {personne.identite for personne in trouvee.demande.titulaires}
        memes = (p for p in titulaires if p.identite in connues)
        yield _sur_la_personne(next(memes, titulaires[0]), trouvee)


@regle("DOU002", registre=True)
def demande_proche(contexte: Contexte) -> Infractions:
    """No active demande of the territory holds the same person under her birth name."""
    demande = contexte.demande
    territoire = _territoire(demande)
    titulaires = demande.titulaires
    if territoire is None:
        return
    proches = contexte.registre.doublons(
        territoire, titulaires, sauf=sauf_l_associee(demande), patronymiques=True
    )
    if not proches:
        return
    nommees = {trouvee.numero_unique for trouvee in doublons(contexte)}
    for trouvee in proches:
        if trouvee.numero_unique not in nommees:
            connues = {personne.identite_patronymique for personne in trouvee.demande.titulaires}
            memes = (p for p in titulaires if p.identite_patronymique in connues)
            yield _sur_la_personne(next(memes, titulaires[0]), trouvee)


@regle("DOU003", registre=True)
def personne_ajoutee_en_double(contexte: Contexte) -> Infractions:
    """A person that this message adds is in no other active demande of the territory."""
    stockee = contexte.stockee
    if stockee is None:
        return
    connues = {personne.identite for personne in stockee.demande.titulaires}
    sauf = (stockee.numero_unique,)
    for ajoutee in contexte.demande.titulaires:
        if ajoutee.identite not in connues:
            for trouvee in contexte.registre.doublons(stockee.territoire, (ajoutee,), sauf=sauf):
                yield _sur_la_personne(ajoutee, trouvee)


def _territoire(demande: Demande) -> str | None:
    """Where duplicates are looked for; None when they are not."""
    if demande.forcer_doublon or demande.est_association:
        return None
    return demande.territoire


def sauf_l_associee(demande: Demande) -> tuple[str, ...]:
    """The joint demande of a separation, by number: it is no duplicate."""
    return (demande.numero_associe,) if demande.numero_associe is not None else ()


def _sur_la_personne(personne: Personne, trouvee: DemandeStockee) -> Infraction:
    numero = trouvee.numero_unique
    return infraction(personne.element, valeur=numero, numero=numero)
