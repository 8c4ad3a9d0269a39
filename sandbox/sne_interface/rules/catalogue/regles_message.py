"""The message: its header, its file name, its sender, the closed lists (ENT); a scanned piece (COP); the
guichet that registers (GUI)."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from sne_interface.contract.nomenclatures_et_territoires import PasDeChemin
from sne_interface.domain.base import Acte, NatureGuichet
from sne_interface.domain.dates import PARIS
from sne_interface.domain.element_recu import CODE_INCONNU, VIDE_OBLIGATOIRE, Element
from sne_interface.domain.texte import Retenus
from sne_interface.rules.rule import (
    Contexte,
    Infraction,
    Infractions,
    a_venir,
    infraction,
    manquant,
    regle,
    sans_valeur,
    sur,
)

# --- ENT ----------------------------------------------------------------------------------------------


#: What may be sent; DIS and RET only come from the SNE.
TYPES_ADMIS: Final = frozenset({"CRE", "CRS", "MOD", "REN", "RAD", "SUP", "COP"})
#: Channels whose documents are read with any code (convention).
CANAUX: Final = frozenset({"DALO", "EVT", "RCH", "ASY"})
NOM_FICHIER: Final = re.compile(r"DEM(G[0-9A-Z]{4})-([0-9]{12})-[0-9]{6}\.xml")
GUICHET: Final = re.compile("G[0-9A-Z]{4}")
#: Territory (02A and 02B admitted), month and year of deposit, rank, guichet: 1110318016982G1104.
NUMERO_UNIQUE: Final = re.compile(r"[0-9]{2}[0-9AB](?:0[1-9]|1[0-2])[0-9]{2}[0-9]{6}G[0-9A-Z]{4}")
_CHEMIN_NOM_FICHIER: Final = "nomFichierDemande"


@regle("ENT001", prealable=True)
def type_de_fichier(contexte: Contexte) -> Infractions:
    """The type of file is one that may be sent."""
    if contexte.type_fichier in CANAUX or contexte.demande.type_fichier in TYPES_ADMIS:
        return
    entete = contexte.document.enfant("entete")
    if entete is None:
        yield manquant(contexte.document, "entete", valeur="")
        return
    ecrit = entete.enfant("typeFichier")
    yield infraction(ecrit) if ecrit is not None else manquant(entete, "typeFichier", valeur="")


@regle("ENT002", "dateFichier")
def date_du_fichier(contexte: Contexte) -> Infractions:
    """The file is not dated more than 24 hours after the base's clock."""
    instant = contexte.demande.date_fichier
    if instant is None:
        return
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=PARIS)
    if instant > contexte.maintenant + timedelta(hours=24):
        yield sur(contexte.document, "entete/dateFichier")


@regle("ENT003")
def version_interface(contexte: Contexte) -> Infractions:
    """The message version is one that the contract accepts."""
    version = contexte.demande.version
    if version not in contexte.versions:
        yield infraction(contexte.document, valeur=version)


@regle("ENT004", transport=True)
def nom_du_fichier(contexte: Contexte) -> Infractions:
    """The file name is DEM + guichet + -YYYYMMDDHHMM- + 6 digits + .xml."""
    nom = contexte.nom_fichier
    if nom is not None and _guichet_du_nom(nom) is None:
        yield Infraction(_CHEMIN_NOM_FICHIER, {"valeur": nom})


@regle("ENT005", transport=True)
def guichet_du_nom_de_fichier(contexte: Contexte) -> Infractions:
    """The guichet of the file name is the sender."""
    guichet = _guichet_du_nom(contexte.nom_fichier or "")
    if guichet is not None and guichet != contexte.demande.num_guichet:
        yield Infraction(_CHEMIN_NOM_FICHIER, {"valeur": guichet})


@regle("ENT006", registre=True, transport=True)
def guichet_inconnu(contexte: Contexte) -> Infractions:
    """The sender is a known, open guichet."""
    guichet = contexte.registre.guichet(contexte.demande.num_guichet)
    if guichet is None or not guichet.est_ouvert(contexte.jour):
        yield _sur_le_guichet(contexte, contexte.demande.num_guichet)


@regle("ENT007", transport=True)
def guichet_du_certificat(contexte: Contexte) -> Infractions:
    """The sender is the guichet of the client certificate, when it names one."""
    if contexte.guichet_certificat and contexte.guichet_certificat != contexte.demande.num_guichet:
        yield _sur_le_guichet(contexte, contexte.demande.num_guichet)


@regle("ENT008", "dateCreationDemande")
def date_de_creation(contexte: Contexte) -> Infractions:
    """The day of deposit is not in the future."""
    yield from a_venir(contexte.demande.formulaire, "dateCreationDemande", contexte)


@regle("ENT009", "numUnique")
def numero_a_la_creation(contexte: Contexte) -> Infractions:
    """A creation carries no numéro unique: the SNE delivers it."""
    if contexte.demande.numero_unique is not None:
        yield sur(contexte.demande.formulaire, "numUnique")


@regle("ENT010")
def numero_obligatoire(contexte: Contexte) -> Infractions:
    """Any other message names its demande."""
    if contexte.demande.numero_unique is None:
        yield manquant(contexte.demande.formulaire, "numUnique", valeur="")


@regle("ENT011", CODE_INCONNU, par_place=True)
def code_hors_nomenclature(contexte: Contexte) -> Infractions:
    """Every code given belongs to its closed list."""
    nomenclatures = contexte.nomenclatures
    for element, noeud in _elements_de_liste(contexte):
        code = element.attributs.get("code")
        if code and noeud.liste is not None and not nomenclatures.contient(noeud.liste, code):
            yield infraction(element, liste=noeud.liste)


@regle("ENT012", "refInterne", registre=True)
def reference_interne_reprise(contexte: Contexte) -> Infractions:
    """The sender's own reference is not that of another active demande of his."""
    reference = contexte.demande.ref_interne
    if reference is None:
        return
    numero = contexte.registre.demande_de_reference(contexte.code_emetteur, reference)
    if numero is not None:
        yield sur(contexte.demande.formulaire, "refInterne", numero=numero)


@regle("ENT013", VIDE_OBLIGATOIRE, par_place=True)
def code_obligatoire(contexte: Contexte) -> Infractions:
    """Every element of a closed list that the schema requires carries a code; a commune likewise."""
    for depart in _depart(contexte):
        yield from _sans_code(*depart)


@regle("ENT014", "informationDalo", "informationTraitement")
def informations_du_sne(contexte: Contexte) -> Infractions:
    """A sender does not send data that the SNE owns: they are ignored."""
    traitement = contexte.demande.formulaire.enfant("informationTraitement")
    for bloc in (contexte.demande.information_dalo, traitement):
        if bloc is not None:
            yield infraction(bloc)


@regle("ENT015", "numUnique")
def forme_du_numero(contexte: Contexte) -> Infractions:
    """A numéro unique has the form of those that the SNE delivers. Deduced from two real numbers."""
    numero = contexte.demande.numero_unique
    if numero is not None and NUMERO_UNIQUE.fullmatch(numero) is None:
        yield sur(contexte.demande.formulaire, "numUnique")


@regle("ENT016", "numGuichet")
def forme_du_guichet(contexte: Contexte) -> Infractions:
    """The code of a guichet is G and four digits or capitals. Deduced from the samples."""
    code = contexte.demande.formulaire.enfant("numGuichet")
    if code is not None and GUICHET.fullmatch(code.texte) is None:
        yield infraction(code)


def _guichet_du_nom(nom: str) -> str | None:
    """The guichet in a conforming file name, None when it does not conform."""
    trouve = NOM_FICHIER.fullmatch(nom)
    return trouve[1] if trouve is not None and _TAMPONS[trouve[2]] else None


def _est_tampon(chiffres: str) -> bool:
    try:
        datetime.strptime(chiffres, "%Y%m%d%H%M")
    except ValueError:
        return False
    return True


_TAMPONS: Final = Retenus(_est_tampon)


# --- elements of closed lists: one walk of the document along the contract's paths ---------------------


def _depart(contexte: Contexte) -> list[tuple[Element, PasDeChemin]]:
    """Where the walk begins: the whole document; for RAD its radiation block, and only when it has a motive
    (without, the rest of it is ignored); nowhere for SUP and COP."""
    sommet = contexte.nomenclatures.sommet.enfants.get("interfaceNuu")
    if contexte.type_fichier in ("SUP", "COP") or sommet is None:
        return []
    if contexte.type_fichier != "RAD":
        return [(contexte.document, sommet)]
    radiation = contexte.demande.radiation
    if radiation is None or contexte.demande.motif_radiation is None:
        return []
    for nom in ("demande", "demandeLogement", "radiation"):
        sommet = sommet.enfants.get(nom) if sommet is not None else None
    return [(radiation, sommet)] if sommet is not None else []


def _elements_de_liste(contexte: Contexte) -> Iterator[tuple[Element, PasDeChemin]]:
    pile = _depart(contexte)
    while pile:
        element, noeud = pile.pop()
        enfants = noeud.enfants
        if not enfants:
            yield element, noeud
            continue
        for enfant in element.enfants:
            if not enfant.vide:
                suivant = enfants.get(enfant.nom)
                if suivant is not None:
                    pile.append((enfant, suivant))


def _sans_code(parent: Element, noeud: PasDeChemin) -> Infractions:
    vides: list[Element] = []
    for enfant in parent.enfants:
        suivant = noeud.enfants.get(enfant.nom)
        if suivant is None:
            continue
        if enfant.vide:
            if suivant.obligatoire:
                vides.append(enfant)
        elif suivant.enfants:
            yield from _sans_code(enfant, suivant)
    if not vides:
        return
    # An empty element counts as absent: it is a fault where the schema requires one and no namesake is there.
    remplis = {enfant.nom for enfant in parent.enfants if not enfant.vide}
    for vide in vides:
        nom = vide.nom
        if nom in remplis:
            continue
        remplis.add(nom)  # said once
        suivant = noeud.enfants[nom]
        if suivant.enfants:
            yield from _sans_code(vide, suivant)
        elif suivant.code_requis:
            yield sans_valeur(infraction(vide, valeur=nom))


# --- COP ----------------------------------------------------------------------------------------------


@regle("COP001")
def date_de_la_piece(contexte: Contexte) -> Infractions:
    """dateDerniereModificationPiece is present and not in the future (one day of tolerance). Convention."""
    formulaire = contexte.demande.formulaire
    if formulaire.enfant("dateDerniereModificationPiece") is None:
        yield manquant(formulaire, "dateDerniereModificationPiece", valeur="")
    yield from a_venir(formulaire, "dateDerniereModificationPiece", contexte)


# --- GUI: where one registers, and what its kind may do ------------------------------------------------

# Who may radiate for attribution or irrecevabilité is RAD006 and RAD011, who may declare a DALO is DAL004:
# all of them read one table, `guichets.toml` of the contract.


@regle("GUI001", registre=True)
def enregistrement_hors_territoire(contexte: Contexte) -> Infractions:
    """The demande is of the region of the guichet that registers it; of one of its départements when it is a
    système particulier (R. 441-2-5 IV). Elsewhere it only warns: the law lets one ask any landlord that has
    dwellings in the communes wished (R. 441-2-1), and nobody knows which have. Convention. A guichet without
    a territory of its own is nowhere elsewhere."""
    guichet, ici = contexte.emetteur, contexte.demande.territoire
    if guichet is None or ici is None or contexte.droits.de(guichet.nature).nationale:
        return
    region = contexte.territoires.region_de(ici)
    # What is no territory, or none of the register, is the business of ADR002 and GUI004.
    if region is None or ici in contexte.droits.hors_registre.codes or ici in guichet.territoires:
        return
    systeme = guichet.nature is NatureGuichet.SYSTEME
    if systeme or region != contexte.territoires.region_de(guichet.territoires[0]):
        yield _sur_le_guichet(contexte, guichet.code, territoire=ici)


@regle("GUI002", registre=True)
def dalo_hors_territoire(contexte: Contexte) -> Infractions:
    """A commission de médiation is that of a département (L. 441-2-3): the demande is of its territory. In
    Île-de-France a household may go to the commission of any of its départements, but to one alone.
    Deduced."""
    guichet, stockee = contexte.emetteur, contexte.stockee
    if guichet is None or stockee is None or not contexte.habilite(Acte.DECLARER_DALO):
        return  # DAL001 and DAL004
    if stockee.territoire not in guichet.territoires:
        yield _sur_le_guichet(contexte, guichet.code, territoire=stockee.territoire)


@regle("GUI003", registre=True)
def enregistrement_reserve(contexte: Contexte) -> Infractions:
    """A guichet of that kind registers demandes: a commission de médiation is no place where one deposits
    (R. 441-2-1). Convention."""
    guichet = contexte.emetteur
    if guichet is not None and not contexte.habilite(Acte.ENREGISTRER):
        yield _sur_le_guichet(contexte, guichet.code, nature=guichet.nature)


@regle("GUI004", "commune")
def hors_du_registre(contexte: Contexte) -> Infractions:
    """The first commune wished, which says where the demande is numbered, is not in a collectivity that the
    register does not cover. Deduced."""
    for commune in contexte.demande.communes_souhaitees[:1]:
        if contexte.demande.territoire in contexte.droits.hors_registre.codes:
            yield infraction(commune)


@regle("GUI005", registre=True)
def guichet_ferme(contexte: Contexte) -> Infractions:
    """The guichet that declares a DALO, or writes an event, is known and open on that day: ENT006 says so of
    a demande's own messages. Deduced, as that one. One that is unknown and declares is DAL004's business."""
    guichet = contexte.emetteur
    if guichet is not None and guichet.est_ouvert(contexte.jour):
        return
    if contexte.type_fichier != "EVT":
        if guichet is not None:
            yield _sur_le_guichet(contexte, guichet.code)
    elif contexte.document.enfant("listeEvenements") is not None:  # else it only reads
        yield sur(contexte.document, "entete/codeGuichet", valeur=contexte.code_emetteur)


def _sur_le_guichet(contexte: Contexte, code: str, **valeurs: str) -> Infraction:
    return sur(contexte.demande.formulaire, "numGuichet", valeur=code, **valeurs)
