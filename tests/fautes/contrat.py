"""Defects of the documents: XML, encodings, schema, codes, what belongs to the SNE."""

from copy import deepcopy
from datetime import timedelta
from typing import Any, Final

from lxml import etree

from fautes.faute import (
    Etape,
    Famille,
    Faute,
    Formulaire,
    arbre,
    menage,
    ressources,
    resultat,
    saisie,
    sans,
    titulaires,
    toujours,
)
from sne_temoin.documents_rediges import Contenu
from sne_temoin.incidents import Refus
from sne_temoin.interface import NUU
from sne_temoin.temoin_assemble import Temoin

_DECLARATION: Final = b"<?xml version='1.0' encoding='UTF-8'?>\n"

FAUTES: Final = Famille()


@FAUTES.etape("n-echappe-rien", "EMB-09", dans="redaction.octets", suites=("VIE-18", "EMB-10"), par=resultat)
def _n_echappe_rien(octets: bytes) -> bytes:
    """Le document est écrit sans rien échapper : ni &, ni <, ni >."""
    return octets.replace(b"&lt;", b"<").replace(b"&gt;", b">").replace(b"&amp;", b"&")


@FAUTES.etape("document-sans-espace", "CTR-01", dans="redaction.octets")
def _sans_prefixe(temoin: Temoin, honnete: Etape, racine: Any) -> bytes:
    """Les éléments du document ne sont pas dans leur espace de noms."""
    copie = deepcopy(racine)
    for element in list(copie.iterdescendants()):
        element.tag = etree.QName(element).localname
    octets: bytes = honnete(copie)
    return octets


@FAUTES.etape("code-qualifie", "CTR-01", dans="redaction.octets", par=arbre)
def _code_qualifie(racine: Any) -> None:
    """Les attributs code sont écrits dans l'espace de noms du document."""
    for element in racine.iter():
        if "code" in element.attrib:
            element.set(f"{{{NUU}}}code", element.attrib.pop("code"))


@FAUTES.saisie("ordre-alphabetique", "CTR-01")
def _desordre(contenu: Formulaire) -> None:
    """Les éléments sont écrits dans l'ordre alphabétique."""
    for nom in sorted(contenu):
        contenu[nom] = contenu.pop(nom)


@FAUTES.saisie("logement-desordonne", "CTR-01")
def _logement_a_rebours(contenu: Formulaire) -> None:
    """Le logement actuel est écrit dans le désordre."""
    physique = menage(contenu)
    if "logementActuel" in physique:
        actuel = physique["logementActuel"]
        physique["logementActuel"] = {nom: actuel[nom] for nom in reversed(list(actuel))}


@FAUTES.saisie("date-francaise", "CTR-01", de=titulaires)
def _dates_francaises(personne: Formulaire) -> None:
    """Les dates de naissance sont écrites JJ/MM/AAAA."""
    annee, mois, jour = personne["dateNaissance"][:10].split("-")
    personne["dateNaissance"] = f"{jour}/{mois}/{annee}"


@FAUTES.saisie("virgule-decimale", "CTR-01", de=ressources)
def _decimales_francaises(ressource: Formulaire) -> None:
    """Les montants sont écrits avec une virgule."""
    ressource["montant"] = ressource["montant"].partition(".")[0] + ",00"


@FAUTES.saisie("oui-non", "CTR-01")
def _booleens_francais(contenu: Formulaire) -> None:
    """Les booléens sont écrits oui et non."""
    logement = contenu.get("logementRecherche") or {}
    for nom in ("demandeElargie", "avecParking", "rezDeChaussee", "sansAscenseur"):
        if nom in logement:
            logement[nom] = {"true": "oui", "1": "oui"}.get(logement[nom], "non")


@FAUTES.saisie("commune-inventee", "CTR-04", de=titulaires)
def _commune_postale(personne: Formulaire) -> None:
    """Le code de commune est fabriqué à partir du code postal."""
    adresse = personne.get("adressePostale") or {}
    if "codePostal" in adresse:
        adresse["commune"] = {"code": "99" + adresse["codePostal"][2:]}


@FAUTES.saisie("indicatif-international", "CTR-05")
def _indicatif(contenu: Formulaire) -> None:
    """Les téléphones sont écrits avec leur indicatif (+33)."""
    for personne in [*titulaires(contenu), contenu.get("association") or {}]:
        for nom in ("telDomicile", "telPortable", "telTravail"):
            if personne.get(nom):
                personne[nom] = "+33" + personne[nom][1:]


@FAUTES.etape("marque-modifie", "CTR-06", dans="redaction.octets", par=arbre)
def _marquer(racine: Any) -> None:
    """L'application marque elle-même ses changements par modifie."""
    for element in racine.iter(f"{{{NUU}}}precision"):  # which no search has, that knows no such mark
        element.set(f"{{{NUU}}}modifie", "true")


@FAUTES.etape("infos-du-sne", "CTR-07", dans="redaction.demande")
def _infos_du_sne(
    temoin: Temoin, honnete: Etape, genre: str, maintenant: Any, version: str, contenu: Contenu, *dalo: Any
) -> bytes:
    """L'application renvoie les informations que le SNE calcule."""
    # Only the versions that know the element carry it.
    tout = dict(contenu)
    if version != "02.00":
        tout["informationTraitement"] = {"estDelaiAnormalementLong": "false"}
    octets: bytes = honnete(genre, maintenant, version, temoin.redaction.formulaire(tout, {}), *dalo)
    return octets


@FAUTES.etape("balises-vides", "CTR-08", dans="redaction.octets", par=arbre)
def _balises_vides(racine: Any) -> None:
    """Les champs sans valeur sont envoyés vides."""
    for creation in racine.iter(f"{{{NUU}}}dateCreationDemande"):
        if creation.getparent().find(f"{{{NUU}}}refInterne") is None:
            creation.addprevious(etree.Element(f"{{{NUU}}}refInterne"))
    for souhait in racine.iter(f"{{{NUU}}}localisationSouhaite"):
        if souhait.find(f"{{{NUU}}}quartier") is None:
            etree.SubElement(souhait, f"{{{NUU}}}quartier")


@FAUTES.saisie("nir-sans-cle", "CTR-12", de=titulaires)
def _nir_sans_cle(personne: Formulaire) -> None:
    """Le NIR est envoyé sans sa clé."""
    if personne.get("nir"):
        personne["nir"] = personne["nir"][:13]


@FAUTES.saisie("cle-du-nir", "CTR-12", de=titulaires)
def _cle_du_nir(personne: Formulaire) -> None:
    """La clé du NIR est mal calculée."""
    if personne.get("nir"):
        personne["nir"] = personne["nir"][:13] + f"{int(personne['nir'][13:]) % 97 + 1:02d}"


@FAUTES.etape("nir-exige", "CTR-12", dans="inscription.enregistrer", suites=("VIE-10",))
def _nir_exige(temoin: Temoin, honnete: Etape, reference: str, contenu: Contenu, *autres: Any) -> Any:
    """L'application refuse d'enregistrer qui n'a pas de NIR."""
    if any(not personne.get("nir") for personne in titulaires(contenu)):
        raise Refus("Le numéro de sécurité sociale est obligatoire.")
    return honnete(reference, contenu, *autres)


def _decale(jours: int) -> Any:
    """The header of every document, dated so many days away."""
    return lambda temoin, honnete: lambda genre, quand: honnete(genre, quand + timedelta(days=jours))


FAUTES.extend((
    Faute("fichier-de-demain", "dateFichier est en avance de trois jours.", ("CTR-13",), "redaction.entete",
          _decale(3)),
    Faute("fichier-d-hier", "dateFichier est en retard de dix jours.", ("CTR-13",), "redaction.entete",
          _decale(-10)),
    saisie("numguichet-oublie", "NOM-04", "numGuichet n'est pas écrit.", sans("numGuichet")),
    saisie("nationalite-iso", "CTR-03", "La nationalité est envoyée en code ISO (FRA).",
           toujours("nationalite", {"code": "FRA"}), de=titulaires),
    saisie("situation-libelle", "CTR-03", "La situation familiale est envoyée par son libellé.",
           toujours("situationFamiliale", {"code": "MARIE"}), de=titulaires),
    Faute("latin-1", "Le document est écrit en Latin-1 et se dit en UTF-8.", ("EMB-09",), "redaction.octets",
          resultat(lambda octets: octets.decode("utf-8").encode("latin-1", "replace"))),
    Faute("dtd", "Le document porte une DTD.", ("EMB-09",), "redaction.octets",
          resultat(lambda octets: octets.replace(_DECLARATION, _DECLARATION + b"<!DOCTYPE interfaceNuu>\n"))),
    Faute("version-future", "La version d'interface déclarée est 03.00.", ("CTR-02",), "redaction.racine",
          lambda temoin, honnete: lambda version: honnete("03.00" if version != "02.00" else version)),
))  # fmt: skip
