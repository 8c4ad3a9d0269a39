"""Defects of the documents: XML, encodings, schema, codes, what belongs to the SNE."""

from copy import deepcopy
from typing import Any, Final

from lxml import etree

from sne_temoin.application import Temoin
from sne_temoin.fautes.faute import (
    Etape,
    Faute,
    arbre,
    liste,
    menage,
    resultat,
    saisie,
    titulaires,
)
from sne_temoin.incidents import Refus
from sne_temoin.interface import NUU
from sne_temoin.message import Contenu

_DECLARATION: Final = b"<?xml version='1.0' encoding='UTF-8'?>\n"


def _latin_1(octets: bytes) -> bytes:
    return octets.decode("utf-8").encode("latin-1", "replace")


def _dtd(octets: bytes) -> bytes:
    return octets.replace(_DECLARATION, _DECLARATION + b"<!DOCTYPE interfaceNuu>\n")


def _marquer(racine: Any) -> None:
    for element in racine.iter(f"{{{NUU}}}nom", f"{{{NUU}}}precision"):
        element.set(f"{{{NUU}}}modifie", "true")


def _balises_vides(racine: Any) -> None:
    for creation in racine.iter(f"{{{NUU}}}dateCreationDemande"):
        if creation.getparent().find(f"{{{NUU}}}refInterne") is None:
            creation.addprevious(etree.Element(f"{{{NUU}}}refInterne"))
    for souhait in racine.iter(f"{{{NUU}}}localisationSouhaite"):
        if souhait.find(f"{{{NUU}}}quartier") is None:
            etree.SubElement(souhait, f"{{{NUU}}}quartier")


def _autre_version(temoin: Temoin, honnete: Etape) -> Etape:
    return lambda version: honnete("03.00" if version != "02.00" else version)


def _desordre(contenu: dict[str, Any]) -> None:
    for nom in sorted(contenu):
        contenu[nom] = contenu.pop(nom)


def _sans_guichet(contenu: dict[str, Any]) -> None:
    contenu.pop("numGuichet", None)


def _nationalite(contenu: dict[str, Any]) -> None:
    for personne in titulaires(contenu):
        personne["nationalite"] = {"code": "FRA"}


def _commune_postale(contenu: dict[str, Any]) -> None:
    for personne in titulaires(contenu):
        adresse = personne.get("adressePostale") or {}
        if "codePostal" in adresse:
            adresse["commune"] = {"code": "99" + adresse["codePostal"][2:]}


def _indicatif(contenu: dict[str, Any]) -> None:
    for personne in [*titulaires(contenu), contenu.get("association") or {}]:
        for nom in ("telDomicile", "telPortable", "telTravail"):
            if personne.get(nom):
                personne[nom] = "+33" + personne[nom][1:]


def _infos_du_sne(temoin: Temoin, honnete: Etape) -> Etape:
    """Only the versions that know the element carry it."""

    def fautive(genre: str, maintenant: Any, version: str, contenu: Contenu, *dalo: Any) -> bytes:
        tout = dict(contenu)
        if version != "02.00":
            tout["informationTraitement"] = {"estDelaiAnormalementLong": "false"}
        octets: bytes = honnete(genre, maintenant, version, temoin.redaction.formulaire(tout, {}), *dalo)
        return octets

    return fautive


def _nir_sans_cle(contenu: dict[str, Any]) -> None:
    for personne in titulaires(contenu):
        if personne.get("nir"):
            personne["nir"] = personne["nir"][:13]


def _cle_du_nir(contenu: dict[str, Any]) -> None:
    for personne in titulaires(contenu):
        if personne.get("nir"):
            personne["nir"] = personne["nir"][:13] + f"{int(personne['nir'][13:]) % 97 + 1:02d}"


def _nir_exige(temoin: Temoin, honnete: Etape) -> Etape:
    def fautive(reference: str, contenu: Contenu, *autres: Any) -> Any:
        if any(not personne.get("nir") for personne in titulaires(contenu)):
            raise Refus("Le numéro de sécurité sociale est obligatoire.")
        return honnete(reference, contenu, *autres)

    return fautive


def _decimales_francaises(contenu: dict[str, Any]) -> None:
    for personne in titulaires(contenu):
        for ressource in liste(personne, "listeRessourceRecue", "detailRessource"):
            if ressource.get("montant"):
                ressource["montant"] = ressource["montant"].partition(".")[0] + ",00"


def _dates_francaises(contenu: dict[str, Any]) -> None:
    for personne in titulaires(contenu):
        annee, mois, jour = personne["dateNaissance"][:10].split("-")
        personne["dateNaissance"] = f"{jour}/{mois}/{annee}"


def _booleens_francais(contenu: dict[str, Any]) -> None:
    logement = contenu.get("logementRecherche") or {}
    for nom in ("demandeElargie", "avecParking", "rezDeChaussee", "sansAscenseur"):
        if nom in logement:
            logement[nom] = {"true": "oui", "1": "oui"}.get(logement[nom], "non")


def _situation_libelle(contenu: dict[str, Any]) -> None:
    for personne in titulaires(contenu):
        personne["situationFamiliale"] = {"code": "MARIE"}


def _sans_prefixe(temoin: Temoin, honnete: Etape) -> Etape:
    """Children of the root in no namespace: the schema wants them qualified."""

    def fautive(racine: Any) -> bytes:
        copie = deepcopy(racine)
        for element in list(copie.iterdescendants()):
            element.tag = etree.QName(element).localname
        octets: bytes = honnete(copie)
        return octets

    return fautive


def _logement_a_rebours(contenu: dict[str, Any]) -> None:
    physique = menage(contenu)
    if "logementActuel" in physique:
        actuel = physique["logementActuel"]
        physique["logementActuel"] = {nom: actuel[nom] for nom in reversed(list(actuel))}


FAUTES: Final = (
    Faute("latin-1", "Le document est écrit en Latin-1 et se dit en UTF-8.", ("EMB-09",), "redaction.octets",
          resultat(_latin_1)),
    Faute("dtd", "Le document porte une DTD.", ("EMB-09",), "redaction.octets", resultat(_dtd)),
    Faute("document-sans-espace", "Les éléments du document ne sont pas dans leur espace de noms.",
          ("CTR-01",),
          "redaction.octets", _sans_prefixe),
    saisie("ordre-alphabetique", "CTR-01", "Les éléments sont écrits dans l'ordre alphabétique.", _desordre),
    saisie("logement-desordonne", "CTR-01", "Le logement actuel est écrit dans le désordre.",
           _logement_a_rebours),
    saisie("numguichet-oublie", "NOM-04", "numGuichet n'est pas écrit.", _sans_guichet),
    saisie("date-francaise", "CTR-01", "Les dates de naissance sont écrites JJ/MM/AAAA.", _dates_francaises,
          suites=("FID-01",)),
    saisie("virgule-decimale", "CTR-01", "Les montants sont écrits avec une virgule.", _decimales_francaises,
          suites=("FID-04",)),
    saisie("oui-non", "CTR-01", "Les booléens sont écrits oui et non.", _booleens_francais,
          suites=("FID-05",)),
    Faute("version-future", "La version d'interface déclarée est 03.00.", ("CTR-02",), "redaction.racine",
          _autre_version),
    saisie("nationalite-iso", "CTR-03", "La nationalité est envoyée en code ISO (FRA).", _nationalite,
          suites=("FID-01",)),
    saisie("situation-libelle", "CTR-03", "La situation familiale est envoyée par son libellé.",
           _situation_libelle,
          suites=("FID-01",)),
    saisie("commune-inventee", "CTR-04", "Le code de commune est fabriqué à partir du code postal.",
           _commune_postale,
          suites=("FID-06",)),
    saisie("indicatif-international", "CTR-05", "Les téléphones sont écrits avec leur indicatif (+33).",
           _indicatif, "CTR-01",
          suites=("FID-07", "FID-09")),
    Faute("marque-modifie", "L'application marque elle-même ses changements par modifie.", ("CTR-06",),
          "redaction.octets", arbre(_marquer), suites=("CTR-01",)),
    Faute("infos-du-sne", "L'application renvoie les informations que le SNE calcule.", ("CTR-07",),
          "redaction.demande", _infos_du_sne),
    Faute("balises-vides", "Les champs sans valeur sont envoyés vides.", ("CTR-08",), "redaction.octets",
          arbre(_balises_vides)),
    saisie("nir-sans-cle", "CTR-12", "Le NIR est envoyé sans sa clé.", _nir_sans_cle, "CTR-01", "FID-12"),
    saisie("cle-du-nir", "CTR-12", "La clé du NIR est mal calculée.", _cle_du_nir, "FID-12"),
    Faute("nir-exige", "L'application refuse d'enregistrer qui n'a pas de NIR.", ("CTR-12", "VIE-01"),
          "inscription.enregistrer", _nir_exige, suites=("VIE-10", "VIE-20")),
)  # fmt: skip
