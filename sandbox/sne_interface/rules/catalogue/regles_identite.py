"""The applicants, and how to reach them (IDT); the NIR of the adults, interface 5.2 (NIR).

A NIR is masked wherever it is shown.
"""

import unicodedata
from collections.abc import Iterator
from itertools import chain
from typing import Final

from sne_interface.domain.dates import MAJORITE, age
from sne_interface.domain.demande import Demande, Personne
from sne_interface.domain.element_recu import Element
from sne_interface.domain.nir import (
    cle_valide,
    convient_a_la_civilite,
    convient_a_la_naissance,
    forme_valide,
    masquer_nir,
)
from sne_interface.domain.texte import Retenus, plier
from sne_interface.rules.catalogue.regles_vie import doublons, sauf_l_associee
from sne_interface.rules.rule import (
    Contexte,
    Infraction,
    Infractions,
    allege,
    en_double,
    infraction,
    manquant,
    regle,
    sur,
)

# --- IDT ----------------------------------------------------------------------------------------------


#: What a name may hold beside letters: spaces, apostrophes, hyphens, full stops, slashes.
_SIGNES: Final = str.maketrans("", "", " \u00a0\u202f'\u2019-\u2010\u2011./")
_TELEPHONES: Final = ("telDomicile", "telPortable", "telTravail")
_MOYENS: Final = (*_TELEPHONES, "mel")
#: Of the applicant, in the form.
_NAISSANCE: Final = "personnePhysique/demandeur/dateNaissance"
AGE_MINIMAL: Final = 16
AGE_MAXIMAL: Final = 120
#: ListeSexe → ListeCivilite.
_CIVILITE_DU_SEXE: Final = {"M": "1", "F": "2"}


@regle("IDT001", par_place=True)
def caracteres_du_nom(contexte: Contexte) -> Infractions:
    """Names hold letters, spaces, apostrophes, hyphens, full stops, slashes only."""
    for personne in contexte.demande.titulaires:
        for champ, ecrit in (("nom", personne.nom), ("prenom", personne.prenom)):
            if not _NOMS_ADMIS[ecrit]:
                yield sur(personne.element, champ)


@regle("IDT002", "dateNaissance")
def naissance_du_demandeur(contexte: Contexte) -> Infractions:
    """The applicant is born; who is older than 120 is only warned of, as the bound is ours."""
    formulaire, ne_le = contexte.demande.formulaire, contexte.demande.naissance_du_demandeur
    if ne_le is not None and ne_le > contexte.aujourdhui:
        yield sur(formulaire, _NAISSANCE)
    elif ne_le is not None and age(ne_le, contexte.jour) > AGE_MAXIMAL:
        yield allege(sur(formulaire, _NAISSANCE))


@regle("IDT003", "dateNaissance")
def demandeur_trop_jeune(contexte: Contexte) -> Infractions:
    """The applicant was at least 16 on the day of deposit."""
    ne_le = contexte.demande.naissance_du_demandeur
    if ne_le is not None and ne_le <= contexte.aujourdhui and age(ne_le, contexte.depot) < AGE_MINIMAL:
        yield sur(contexte.demande.formulaire, _NAISSANCE)


@regle("IDT004", "dateNaissance")
def demandeur_mineur(contexte: Contexte) -> Infractions:
    """The applicant was not 16 or 17 on the day of deposit."""
    ne_le = contexte.demande.naissance_du_demandeur
    if ne_le is not None and AGE_MINIMAL <= age(ne_le, contexte.depot) < MAJORITE:
        yield sur(contexte.demande.formulaire, _NAISSANCE)


@regle("IDT005", "situationFamiliale=M", "situationFamiliale=V")
def nom_de_naissance(contexte: Contexte) -> Infractions:
    """A woman married or widowed gives her birth name."""
    for personne in contexte.demande.titulaires:
        attendu = personne.civilite in ("2", "3") and personne.situation_familiale in ("M", "V")
        if attendu and not personne.nom_patronymique.strip():
            yield manquant(personne.element, "nomPatronymique")


@regle("IDT006")
def moyen_de_contact(contexte: Contexte) -> Infractions:
    """The applicant can be reached by telephone or electronic mail."""
    demandeur = _demandeur_ou_association(contexte.demande)
    if demandeur is not None and not any(demandeur.texte_de(champ) for champ in _MOYENS):
        yield infraction(demandeur)


@regle("IDT007", *_TELEPHONES, "tel", par_place=True)
def telephone_francais(contexte: Contexte) -> Infractions:
    """A telephone has 10 digits and begins with 0."""
    demande = contexte.demande
    porteurs = [personne.element for personne in demande.titulaires]
    if demande.association is not None:
        porteurs.append(demande.association)
    numeros = [porteur.presents.get(champ) for porteur in porteurs for champ in _TELEPHONES]
    numeros += [handicap.enfant("referent/tel") for handicap in demande.handicaps]
    for ecrit in numeros:
        if ecrit is not None and not (len(ecrit.texte) == 10 and ecrit.texte[0] == "0"):
            yield infraction(ecrit)


@regle("IDT008", "notifSms")
def notification_par_sms(contexte: Contexte) -> Infractions:
    """A notification by SMS needs a mobile telephone."""
    return _injoignable(contexte, "notifSms", "telPortable")


@regle("IDT009", "notifEvt")
def notification(contexte: Contexte) -> Infractions:
    """A notification needs a mail address or a mobile telephone."""
    return _injoignable(contexte, "notifEvt", "mel", "telPortable")


@regle("IDT010", "renouvellementElec")
def renouvellement_electronique(contexte: Contexte) -> Infractions:
    """The electronic renewal needs a mail address."""
    if contexte.demande.formulaire.booleen_de("renouvellementElec"):
        demandeur = _demandeur_ou_association(contexte.demande)
        if demandeur is None or not demandeur.texte_de("mel"):
            yield sur(contexte.demande.formulaire, "renouvellementElec")


@regle("IDT011", registre=True)
def etat_civil_change(contexte: Contexte) -> Infractions:
    """The applicant's civil status is that of the stored demande."""
    nouveau = contexte.demande.demandeur
    ancien = contexte.stockee.demande.demandeur if contexte.stockee is not None else None
    if nouveau is None or ancien is None:
        return
    for champ, change in (
        ("civilite", nouveau.civilite != ancien.civilite),
        ("nom", plier(nouveau.nom) != plier(ancien.nom)),
        ("prenom", plier(nouveau.prenom) != plier(ancien.prenom)),
        ("dateNaissance", nouveau.date_naissance != ancien.date_naissance),
    ):
        if change:
            yield sur(nouveau.element, champ)


@regle("IDT012")
def raison_sociale(contexte: Contexte) -> Infractions:
    """An association gives its name."""
    for ecrit in contexte.demande.formulaire.enfants:
        if ecrit.nom == "association" and not (ecrit.texte_de("nom") or "").strip():
            yield sur(ecrit, "nom")


@regle("IDT013", "cotitulaire")
def cotitulaire_demandeur(contexte: Contexte) -> Infractions:
    """A co-holder is not the applicant."""
    demandeur = contexte.demande.demandeur
    for cotitulaire in contexte.demande.cotitulaires:
        if demandeur is not None and cotitulaire.identite == demandeur.identite:
            yield infraction(cotitulaire.element, valeur=cotitulaire.nom)


@regle("IDT014", "cotitulaire")
def cotitulaire_en_double(contexte: Contexte) -> Infractions:
    """No co-holder is declared twice."""
    for cotitulaire in en_double(contexte.demande.cotitulaires, lambda cotitulaire: cotitulaire.identite):
        yield infraction(cotitulaire.element, valeur=cotitulaire.nom)


@regle("IDT015", "cotitulaire")
def cotitulaire_trop_jeune(contexte: Contexte) -> Infractions:
    """Each co-holder is at least 16."""
    for cotitulaire in contexte.demande.cotitulaires:
        naissance = cotitulaire.date_naissance
        if naissance is not None and age(naissance, contexte.jour) < AGE_MINIMAL:
            yield sur(cotitulaire.element, "dateNaissance")


@regle("IDT016")
def nom_obligatoire(contexte: Contexte) -> Infractions:
    """Applicant and co-holders have a name; a missing prénom only warns."""
    for personne in contexte.demande.titulaires:
        if not personne.nom.strip():
            yield sur(personne.element, "nom")
        if not personne.prenom.strip():
            yield allege(sur(personne.element, "prenom"))


@regle("IDT017", "principauxMotifDemande", "listeHandicap")
def rubrique_de_personne_physique(contexte: Contexte) -> Infractions:
    """An association has neither motives nor handicap."""
    if contexte.demande.est_association:
        for rubrique in ("principauxMotifDemande", "listeHandicap"):
            ecrit = contexte.demande.formulaire.enfant(rubrique)
            if ecrit is not None:
                yield infraction(ecrit, valeur=rubrique)


@regle("IDT018", registre=True)
def nature_du_demandeur(contexte: Contexte) -> Infractions:
    """A person stays a person, an association an association."""
    stockee = contexte.stockee
    if stockee is None or contexte.demande.est_association is stockee.demande.est_association:
        return
    nom = "association" if contexte.demande.est_association else "personnePhysique"
    for ecrit in contexte.demande.formulaire.enfants:
        if ecrit.nom == nom:
            yield infraction(ecrit, valeur=nom)


@regle("IDT019", registre=True)
def demande_d_un_inconnu(contexte: Contexte) -> Infractions:
    """One person of the stored demande, holder or à charge, is still in it: a household that has nobody left
    of it is another, which would take its number and its seniority. A death leaves the others; a name that
    changes, a date that is corrected leave the person. Source: L. 441-2-1 (convention)."""
    if contexte.stockee is None:
        return
    avant, apres = _du_foyer(contexte.stockee.demande), _du_foyer(contexte.demande)
    if avant and apres and not any(_meme_personne(un, autre) for un in avant for autre in apres):
        yield sur(apres[0].element, "nom")


def _du_foyer(demande: Demande) -> tuple[Personne, ...]:
    """The persons that have a name in the form."""
    return (*demande.titulaires, *(Personne(e) for e in demande.personnes_a_charge))


def _meme_personne(un: Personne, autre: Personne) -> bool:
    """True when nothing tells two persons apart for sure: one birth date, two names in common, or one name
    and nearly one date (of year, month and day two are the same, or day and month are swapped)."""
    ici, la = un.date_naissance, autre.date_naissance
    communs = {*un.noms, plier(un.prenom)} & {*autre.noms, plier(autre.prenom)} - {""}
    if ici is None or la is None:
        return bool(communs)
    egales = (ici.year == la.year) + (ici.month == la.month) + (ici.day == la.day)
    proches = egales > 1 or (ici.day, ici.month) == (la.month, la.day)
    return ici == la or len(communs) > 1 or (bool(communs) and proches)


def _nom_admis(nom: str) -> bool:
    lettres = nom.translate(_SIGNES)
    # Letters and accents written apart (NFD) are letters all the same.
    return not lettres or lettres.isalpha() or unicodedata.normalize("NFC", lettres).isalpha()


_NOMS_ADMIS: Final = Retenus(_nom_admis)


def _demandeur_ou_association(demande: Demande) -> Element | None:
    return demande.association or (demande.demandeur.element if demande.demandeur is not None else None)


def _injoignable(contexte: Contexte, notification: str, *moyens: str) -> Infractions:
    demandeur = contexte.demande.demandeur
    if demandeur is None or not demandeur.element.booleen_de(notification):
        return
    if not any(demandeur.element.texte_de(moyen) for moyen in moyens):
        yield sur(demandeur.element, notification)


# --- NIR ----------------------------------------------------------------------------------------------


@regle("NIR001", roles=("demande.nir",))
def forme_du_nir(contexte: Contexte) -> Infractions:
    """A NIR has 15 characters: 13 (2A and 2B allowed) and a key of 2 digits. Source: net-entreprises for the
    number (attested); that the message carries all of it follows (deduced)."""
    for _, element in _tous_les_nirs(contexte):
        if not forme_valide(element.texte):
            yield _masque(element)


@regle("NIR002", roles=("demande.nir",))
def cle_du_nir(contexte: Contexte) -> Infractions:
    """The key is 97 - (number mod 97), 2A read as 19 and 2B as 18. Source: public rule (attested) on an
    element whose schema is not public (deduced)."""
    for _, element in _bien_formes(contexte):
        if not cle_valide(element.texte):
            yield _masque(element)


@regle("NIR003", roles=("demande.nir",))
def nir_et_civilite(contexte: Contexte) -> Infractions:
    """The first digit fits the civilité: 1, 3, 7 Monsieur; 2, 4, 8 Madame and Mademoiselle (7 and 8 are
    waiting numbers). Deduced."""
    for personne, element in _bien_formes(contexte):
        # Of a person à charge, the form says the sex, and no civilité.
        civilite = personne.code_de("civilite") or _CIVILITE_DU_SEXE.get(personne.code_de("sexe") or "")
        if civilite is not None and not convient_a_la_civilite(element.texte, civilite):
            yield _masque(element)


@regle("NIR004", roles=("demande.nir",))
def nir_et_date_de_naissance(contexte: Contexte) -> Infractions:
    """Year and month fit the birth date; a month above 12 fits any (incomplete civil status). Deduced."""
    for personne, element in _bien_formes(contexte):
        naissance = personne.date_de("dateNaissance")
        if naissance is not None and not convient_a_la_naissance(element.texte, naissance):
            yield _masque(element)


@regle("NIR006", registre=True, roles=("demande.nir",))
def nir_deja_porte(contexte: Contexte) -> Infractions:
    """No active demande of the same territory, the associated one excepted, holds this NIR, unless the
    duplicate is forced. Source: L. 441-2-1 (convention). Silent where DOU001 names the same demande."""
    demande, territoire = contexte.demande, contexte.demande.territoire
    if territoire is None or demande.forcer_doublon:
        return
    sauf = sauf_l_associee(demande)
    for _, element in _nirs(contexte):
        numeros = contexte.registre.demandes_du_nir(territoire, element.texte, sauf=sauf)
        nommes = {doublon.numero_unique for doublon in doublons(contexte)} if numeros else set()
        for numero in numeros:
            if numero not in nommes:
                yield _masque(element, numero=numero)


@regle("NIR007", roles=("demande.nir",))
def nir_en_double(contexte: Contexte) -> Infractions:
    """No NIR is given for two persons of the demande. Convention."""
    for _, element in en_double(_tous_les_nirs(contexte), lambda porte: porte[1].texte):
        yield _masque(element)


@regle("NIR008", roles=("demande.nir.a_charge",))
def nir_d_un_mineur(contexte: Contexte) -> Infractions:
    """Of the persons à charge, only an adult has a NIR in the demande (one day of tolerance). Source:
    R. 441-2-2 a), « personnes physiques majeures » (attested); convention for the element."""
    for personne, element in _nirs_a_charge(contexte):
        naissance = personne.date_de("dateNaissance")
        if naissance is not None and age(naissance, contexte.aujourdhui) < MAJORITE:
            yield _masque(element)


def _nirs(contexte: Contexte) -> Iterator[tuple[Element, Element]]:
    """(person, NIR) of the holders: another demande may well know a person à charge."""
    roles, demande = contexte.roles.demande, contexte.demande
    for personne in demande.titulaires:
        element = roles.nir_de(demande, personne)
        if element is not None:
            yield personne.element, element


def _nirs_a_charge(contexte: Contexte) -> Iterator[tuple[Element, Element]]:
    for personne in contexte.demande.personnes_a_charge:
        element = contexte.roles.demande.nir_a_charge(personne)
        if element is not None:
            yield personne, element


def _tous_les_nirs(contexte: Contexte) -> Iterator[tuple[Element, Element]]:
    return chain(_nirs(contexte), _nirs_a_charge(contexte))


def _bien_formes(contexte: Contexte) -> Iterator[tuple[Element, Element]]:
    return (trouve for trouve in _tous_les_nirs(contexte) if forme_valide(trouve[1].texte))


def _masque(nir: Element, **valeurs: str) -> Infraction:
    """The rule does not hold on this NIR, which is not shown."""
    return infraction(nir, valeur=masquer_nir(nir.texte), **valeurs)
