"""CTR: the document sent, against schema, nomenclatures and what belongs to the SNE; EMB-09, its bytes."""

import re
from typing import Any, Final

from sne_conformite.juges.juge import DEMANDES, DOCUMENTS, MOJIBAKE, Constats, Dire, Juge
from sne_conformite.observation.observation import Observation
from sne_conformite.rapports.rapport import Constat
from sne_interface.contract import codec
from sne_interface.contract.explication import expliquer
from sne_interface.contract.schemas import Document
from sne_interface.contract.suggestions import suggerer, suggerer_une_commune
from sne_interface.domain import nir
from sne_interface.domain.demande import Demande
from sne_interface.domain.element_recu import Element, sans_indices
from sne_interface.domain.nir import cache_un_nir, extrait, masquer_nir, masquer_nirs
from sne_interface.domain.texte import est_mal_lu
from sne_interface.errors import ExchangeError
from sne_interface.rules.catalogue.regles_logement import departement_connu
from sne_interface.rules.controle import lire_explication
from sne_interface.settings import Limites
from sne_sandbox.operations.table_des_operations import OPERATIONS

_DU_SNE: Final = ("informationTraitement", "listeAnomalie", "listeDoublons")
_UNICODE: Final = ("UTF-8", "UTF8", "UTF-16", "UTF-16LE", "UTF-16BE")
_TELEPHONE: Final = re.compile(r"[0-9]{0,10}")
#: A value, in the sentence that says it is none of its type.
_CITEE: Final = re.compile(r"(?:La valeur|Le téléphone|L'adresse) \[([^\]]*)\]")
#: A line of the journal's explanation: « ligne 12, interfaceNuu/… : phrase → remède ».
_LIGNE: Final = re.compile(r"ligne (\d+), (\S+) : (.+)")
#: The last tag opened.
_BALISE: Final = re.compile(rb"<([A-Za-z_][\w:.-]*)[^<>]*>[^<]*\Z")
#: Findings told of one document, of those that tell one element each, which a long list repeats.
LIEUX_MAX: Final = 100


def document_bien_forme(vue: Observation, dire: Dire) -> Constats:
    """EMB-09: the document is well-formed XML, in the encoding that it declares."""
    octets = vue.octets_document
    if vue.arbre is not None:
        declare = vue.arbre.getroottree().docinfo.encoding or "UTF-8"
        sur = octets.isascii() or declare.upper() in _UNICODE or _octet_etranger(octets) is not None
        yield dire.si(sur, "encodage_annonce", observe=declare)
    elif octets:
        yield _illisible(octets, dire)
    elif _genre(vue) is not None and _champ(vue) in vue.champs:
        yield dire.rompue("document_vide")


def _illisible(octets: bytes, dire: Dire) -> Constat:
    try:
        codec.parse(octets, limit=max(Limites().xml_max, len(octets)))
        explication = ""
    except ExchangeError as erreur:
        explication = erreur.explication
    if "<!DOCTYPE" in explication:
        return dire.rompue("dtd", explication=explication)
    debut, etranger = octets[:200].partition(b"?>")[0].lower(), _octet_etranger(octets)
    if etranger is not None and (b"encoding" not in debut or b"utf-8" in debut):
        return dire.rompue("latin_1", observe=_dire_l_octet(octets, etranger), explication=explication)
    return dire.rompue("mal_forme", observe=_autour(octets, explication), explication=explication)


def _dire_l_octet(octets: bytes, place: int) -> str:
    """The byte that is no UTF-8, what it would be in ISO-8859-1, and the element that holds it: the text that
    it makes in that encoding would look right."""
    octet = octets[place : place + 1]
    lu = octet.decode("latin-1")
    comme = f" (« {lu} » en ISO-8859-1)" if lu.isprintable() else ""
    dans = _BALISE.search(octets[:place])
    ou = f", dans <{dans[1].decode('ascii')}>" if dans else ""
    return f"octet {octet.hex().upper()}{comme}{ou}"


def _autour(octets: bytes, explication: str) -> str:
    """The text of the line at fault, near the column; the beginning of the document when none is named."""
    lieu = codec.lire_lieu(explication)
    if lieu is None:
        return extrait(octets[:200].decode("utf-8", "replace"), 80)
    lignes = octets.splitlines()
    rang, colonne, _ = lieu
    ligne = lignes[rang - 1].decode("utf-8", "replace") if 0 < rang <= len(lignes) else ""
    return f"ligne {rang} : {masquer_nirs(ligne)[max(0, colonne - 80) : colonne + 80].strip()}"


def _octet_etranger(octets: bytes) -> int | None:
    """Where the bytes cease to be UTF-8."""
    try:
        octets.decode("utf-8")
    except UnicodeDecodeError as erreur:
        return erreur.start
    return None


def schema(vue: Observation, dire: Dire) -> Constats:
    """CTR-01: the document is one that its schema takes."""
    sien = _son_schema(vue)
    if sien is None:
        return
    genre, version = sien
    if not vue.contrat.schemas.validate(vue.arbre, document=genre, version=version):
        yield dire.tenue()
        return
    for chemin, phrase, valeur in _du_schema(vue):
        nom = sans_indices(chemin).rpartition("/")[2].lstrip("@")
        attendu = f"ce que le schéma {version} permet à cette place"
        observe = masquer_nir(valeur) if cache_un_nir(nom) else valeur or _sinon(nom, phrase)
        # What grew as it was damaged may be longer than the schema lets it be.
        sorte = MOJIBAKE if est_mal_lu(observe) else f"schema_{nom}"
        yield dire.rompue(sorte, attendu, observe, chemin=chemin, phrase=phrase)


def _son_schema(vue: Observation) -> tuple[Document, str] | None:
    """The schema of the document sent: of which genre, of which version. None without any: a version that the
    contract does not list has none, and CTR-02 says it."""
    genre = _genre(vue)
    if genre is None or vue.arbre is None:
        return None
    version = vue.arbre.get("versionInterface", "")
    if genre is Document.DEMANDE and version not in vue.contrat.versions:
        return None
    return genre, version


def _sinon(nom: str, phrase: str) -> str:
    citee = _CITEE.match(phrase)
    if citee is not None:
        return citee[1]
    return "" if "manque" in phrase else f"<{nom}>"


def _du_schema(vue: Observation) -> list[tuple[str, str, str]]:
    """(path, sentence, value) of each fault: as the journal explained them, else explained now."""
    sien = _son_schema(vue)
    if sien is None:
        return []
    lues = [_LIGNE.fullmatch(ligne) for ligne in lire_explication(vue.fault("explication"))[0]]
    if lues and all(lues):
        return [(lue[2], _phrase(*lue[3].split(" → ", 1)), "") for lue in lues if lue is not None]
    fautes = expliquer(vue.arbre, *sien, vue.contrat.schemas)
    return [(f.chemin, _phrase(f.message, f.remede), f.valeur) for f in fautes]


def _phrase(*dits: str) -> str:
    """« L'élément … manque. → Ajoutez-le … »: a sentence, then its remedy when there is one."""
    phrases = (f"{dit[0].upper()}{dit[1:]}" for dit in dits if dit)
    return " → ".join(phrase if phrase[-1] in ".?!…" else f"{phrase}." for phrase in phrases)


def version_acceptee(vue: Observation, dire: Dire, arbre: Any) -> Constats:
    """CTR-02. The other documents have one version, that their schema fixes."""
    if _genre(vue) is Document.DEMANDE:
        version, admises = arbre.get("versionInterface", ""), vue.contrat.versions
        yield dire.si(
            version in admises, "version_inconnue" if version else "version_absente", admises, version
        )


def codes_de_nomenclature(vue: Observation, dire: Dire) -> Constats:
    """CTR-03: every code is of its list."""
    listes = vue.contrat.nomenclatures
    fautes, vus = 0, 0
    for chemin, element in vue.noeuds:
        liste = listes.par_chemin.get(chemin)
        if liste is None or element.code is None or chemin.endswith("/typeFichier"):
            continue
        vus += 1
        if not listes.contient(liste, element.code):
            fautes += 1
            if fautes <= LIEUX_MAX:
                attendu = suggerer(vue.contrat, liste, element.code)
                yield dire.rompue("code_inconnu", attendu, element.code, chemin=element.chemin, regle=liste)
    if vus and not fautes:
        yield dire.tenue()


def communes(vue: Observation, dire: Dire) -> Constats:
    """CTR-04. A gap of our tables is not the sender's fault: an unknown code of a known département says
    nothing, either way."""
    territoires = vue.contrat.territoires
    vues = rompues = douteuses = 0
    for chemin, element in vue.noeuds:
        code = element.code if element.nom == "commune" else None
        if element.nom in ("communeSouhaitee", "communeAttribution"):
            code = element.texte.strip() or None
        if code is None:
            continue
        vues += 1
        if territoires.existe(code):
            continue
        if departement_connu(code):
            douteuses += 1
            continue
        rompues += 1
        chemin = element.chemin if element.nom == "commune" else chemin
        attendu = suggerer_une_commune(vue.contrat, code) or "un code INSEE de commune (5 caractères)"
        yield dire.rompue("commune_inconnue", attendu, code, chemin=chemin)
    if vues and not rompues and not douteuses:
        yield dire.tenue()


def telephones(vue: Observation, dire: Dire) -> Constats:
    """CTR-05: telephones are ten digits at most."""
    ecrits = [element for _, element in vue.noeuds if element.nom.startswith("tel") and element.texte]
    faux = [element for element in ecrits if _TELEPHONE.fullmatch(element.texte) is None]
    for element in faux[:LIEUX_MAX]:
        yield dire.rompue(
            "telephone", observe=element.texte, chemin=element.chemin, valeur=extrait(element.texte, 30)
        )
    if ecrits and not faux:
        yield dire.tenue()


def attribut_modifie(vue: Observation, dire: Dire, document: Element) -> Constats:
    """CTR-06: the attribute `modifie` is the SNE's to write."""
    marques = [element for _, element in vue.noeuds if "modifie" in element.attributs]
    if marques:
        observe = f'modifie="{marques[0].attributs["modifie"]}"'
        yield dire.rompue("modifie_envoye", observe=observe, chemin=marques[0].chemin, combien=len(marques))
    else:
        yield dire.tenue()


def elements_du_sne(vue: Observation, dire: Dire, demande: Demande) -> Constats:
    """CTR-07: so are the blocks that it computes."""
    ecrits = [e for nom in _DU_SNE for e in demande.formulaire.enfants if e.nom == nom]
    fautes = [dire.rompue("element_du_sne", observe=e.nom, chemin=e.chemin) for e in ecrits]
    yield from fautes or [dire.tenue()]


def elements_vides(vue: Observation, dire: Dire, demande: Demande) -> Constats:
    """CTR-08. An absent motive asks for a déradiation: that one is empty on purpose."""
    vides = [
        element
        for chemin, element in vue.noeuds
        if element.vide and element.nom != "motifRadiation" and _facultatif(chemin, element, vue)
    ]
    if vides and not vue.acceptee:  # what the schema wants inside is the finding: leaving it out is no remedy
        refuses = [chemin for chemin, _, _ in _du_schema(vue)]
        vides = [e for e in vides if not any(chemin.startswith(f"{e.chemin}/") for chemin in refuses)]
    if vides:
        phrase = (
            f"L'élément facultatif [{vides[0].nom}] est envoyé vide."
            if len(vides) == 1
            else f"{len(vides)} éléments facultatifs sont envoyés vides, à commencer par [{vides[0].nom}]."
        )
        observe = ", ".join(dict.fromkeys(element.nom for element in vides))
        yield dire.rompue("element_vide", "élément omis", observe, chemin=vides[0].chemin, phrase=phrase)
    else:
        yield dire.tenue()


def _facultatif(chemin: str, element: Element, vue: Observation) -> bool:
    try:
        return not vue.contrat.nomenclatures.obligatoire(chemin)
    except KeyError:  # unknown to the contract: CTR-01 says it
        return False


def nir_valide(vue: Observation, dire: Dire, demande: Demande) -> Constats:
    """CTR-12: a NIR that is given is a right one; none is asked for."""
    roles, depuis = vue.contrat.roles.demande, vue.contrat.nomenclatures.depuis
    portes = [(roles.nir_de(demande, p), p.element.nom) for p in demande.titulaires]
    # Of a person à charge, nothing is said where it is not given.
    a_charge = [roles.nir_a_charge(personne) for personne in demande.personnes_a_charge]
    for ecrit, genre in (*portes, *((donne, "") for donne in a_charge if donne is not None)):
        if ecrit is None:
            chemin = roles.nir.get(genre)
            if chemin is not None and demande.version >= depuis(chemin):
                yield dire.tenue()
            continue
        numero = ecrit.texte
        if not nir.forme_valide(numero):
            sorte = "nir_mal_forme"
        elif not nir.cle_valide(numero):
            sorte = "cle_du_nir"
        else:
            yield dire.tenue()
            continue
        yield dire.rompue(sorte, observe=masquer_nir(numero), chemin=ecrit.chemin, combien=len(numero))


def _genre(vue: Observation) -> Document | None:
    """Which document the operation receives; None when it receives none."""
    operation = OPERATIONS.get(vue.operation or "")
    return operation.genre if operation is not None and operation.champ is not None else None


def _champ(vue: Observation) -> str:
    operation: Any = OPERATIONS.get(vue.operation or "")
    return str(operation.champ) if operation is not None else ""


JUGES: Final = (
    Juge("EMB-09", document_bien_forme, DOCUMENTS),
    Juge("CTR-01", schema, DOCUMENTS),
    Juge("CTR-02", version_acceptee, DEMANDES),
    Juge("CTR-03", codes_de_nomenclature, DOCUMENTS),
    Juge("CTR-04", communes, DOCUMENTS),
    Juge("CTR-05", telephones, DOCUMENTS),
    Juge("CTR-06", attribut_modifie, DOCUMENTS),
    Juge("CTR-07", elements_du_sne, DEMANDES),
    Juge("CTR-08", elements_vides, DEMANDES),
    Juge("CTR-12", nir_valide, DEMANDES),
)
