"""Another SNE than ours, made of 36 changes to our contract, and a client who goes where they show.

What tests of the calibration share: in process (`tests/sne_calibrage/calibration`) and over HTTP
(`tests/integration/test_calibrer.py`).
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from donnees import a_cote
from lxml import etree

from sne_interface.contract import contrats_charges
from sne_interface.contract.codec import NS
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.contract.schemas import Document
from sne_interface.domain.echange import Echange
from sne_interface.generators import exemples_de_regles
from sne_interface.resources import contracts_dir, fixtures_dir

DONNEES = a_cote(__file__)

FORMULAIRE: Final = "demande/demandeLogement"
DEMANDEUR: Final = f"{FORMULAIRE}/personnePhysique/demandeur"
_RECHERCHE: Final = f"{FORMULAIRE}/logementRecherche"
#: Examples of the rules that the client sends.
_REGLES: Final = (
    "ADR001", "ADR002", "ADR005", "HAN004", "IDT002", "IDT003", "IDT004", "IDT008", "IDT016", "LOG008",
    "LOG011", "IDT013", "MEN004", "MEN005", "MEN009", "MOT001", "MOT003", "REC005", "RES002", "RES004",
    "NIR001",
)  # fmt: skip

REGLES: Final = DONNEES["regles"]
CONTRAT: Final = """
[reglages]
localisations_max = 8
recherche_max = 3
doublons_association = "vide"
"""
EVENEMENTS: Final = (
    ("[AVISINST]", "[AVISINST]\nretire = true"),
    ('[DALOFAV]\nlibelle = "Décision favorable de la commission de médiation (DALO)"',
     '[DALOFAV]\nlibelle = "Décision favorable"'),
    ('code = "DONNEE"', 'code = "DONNEE"\nobligatoire = true'),
    ('  ["HANDIC", ', '  ["MUTATI", "Mutation"],\n  ["HANDIC", '),
)  # fmt: skip
_NOM_DU_DEMANDEUR: Final = """\
  <xs:complexType name="Demandeur">
    <xs:sequence>
      <xs:element name="civilite" type="CodificationModifiable"/>
      <xs:element name="nom" type="Chaine36Modifiable"/>
"""
VISITE: Final = DONNEES["visite"]
#: What the overlay changes, as (genre, words of the title) of the group that must tell it.
CHANGEMENTS: Final = (
    *(("code", regle) for regle in
      ("ADR001", "IDT002", "IDT008", "IDT013", "RES002", "HAN004", "REC005", "ADR005")),
    *(("texte", regle) for regle in ("ADR002", "MEN005", "IDT016", "MEN004", "REC005")),
    *(("gravité", regle) for regle in ("RES004", "MOT003", "MEN009", "IDT003", "LOG011", "ADR005")),
    ("propriété", "LOG008"),
    ("borne", "localisations_max"),
    ("borne", "recherche_max"),
    ("réglage", "doublons_association"),
    ("nomenclature", "« 4 » dans ListeNationalite"),
    ("nomenclature", "« 02 » dans ListeMotifDemande"),
    ("type d'événement", "VISITE"),
    ("type d'événement", "AVISINST"),
    ("type d'événement", "DALOFAV"),
    ("type d'événement", "RECTIF"),
    ("caractéristique", "« MUTATI » est admise"),
    ("caractéristique", "« AUTRES » n'est pas admise"),
    ("quartile", "Villefranche"),
    ("schéma", "demandeur/nom"),
    ("schéma", "demandeLogement/precision"),
    ("schéma", "profession"),
    ("schéma", "montantLoyer"),
)  # fmt: skip

#: Calls an operation with its fields; gives the document answered, b"" for none.
Appeler = Callable[[str, Mapping[str, str | bytes]], bytes]


def ecrire_l_autre(dossier: Path) -> Path:
    """The overlay of the other SNE."""
    dossier.mkdir(parents=True)
    (dossier / "rules.toml").write_text(REGLES, "utf-8")
    (dossier / "contract.toml").write_text(CONTRAT, "utf-8")
    avant, apres = ((contracts_dir() / v / "evenements.toml").read_text("utf-8") for v in ("v5.0", "v5.2"))
    apres = _remplacer(apres, ('  ["AUTRES", "Autres réservataires"],\n', ""))
    evenements = _remplacer(f"{avant}\n{apres}", *EVENEMENTS)
    (dossier / "evenements.toml").write_text(f"{evenements}\n{VISITE}", "utf-8")
    _copier(
        dossier,
        "v5.0/nomenclatures.csv",
        ("ListeNationalite,3,", "ListeNationalite,4,Apatride,02.00\nListeNationalite,3,"),
        ("ListeMotifDemande,02,Démolition,02.00\n", ""),
    )
    _copier(dossier, "v5.2/quartiles.csv", ("2020,8256,", "2020,9100,"))
    (dossier / "xsd").mkdir()
    _copier(
        dossier,
        "v5.0/xsd/demande-02.01.xsd",
        (_NOM_DU_DEMANDEUR, _NOM_DU_DEMANDEUR.replace("Chaine36", "Chaine44")),
        ('"precision" type="Chaine255Modifiable"', '"precision" type="Chaine255Modifiable" minOccurs="0"'),
    )
    _copier(
        dossier,
        "v5.0/xsd/types-demande.xsd",
        ('"profession" type="Chaine39Modifiable"', '"profession" type="Chaine25Modifiable"'),
        ('"montantLoyer" type="Entier4Modifiable" minOccurs="0"', '"montantLoyer" type="Entier4Modifiable"'),
    )
    return dossier


def _copier(dossier: Path, fichier: str, *changes: tuple[str, str]) -> None:
    texte = _remplacer((contracts_dir() / fichier).read_text("utf-8"), *changes)
    (dossier / fichier.partition("/")[2]).write_text(texte, "utf-8")


def _remplacer(texte: str, *changes: tuple[str, str]) -> str:
    """The first place of each; there must be one."""
    for avant, apres in changes:
        assert avant in texte, avant
        texte = texte.replace(avant, apres, 1)
    return texte


# --- the client ---------------------------------------------------------------------------------------------


@cache
def contrat() -> Contrat:
    """Ours."""
    return contrats_charges.charger()


def specimen(nom: str = "personne_seule", **textes: str) -> Any:
    """A document that may be sent again and again; `textes` are of its form."""
    chemin = fixtures_dir() / "demandes" / f"{nom}.xml"
    racine = etree.parse(chemin, etree.XMLParser(remove_blank_text=True)).getroot()
    return _renouvelable(racine)


def _renouvelable(racine: Any) -> Any:
    formulaire = trouver(racine, FORMULAIRE)
    reference = trouver(racine, f"{FORMULAIRE}/refInterne")
    if reference is not None:
        formulaire.remove(reference)
    force = trouver(racine, f"{FORMULAIRE}/forcerDoublon")
    if force is None:
        force = etree.Element(f"{{{NS}}}forcerDoublon")
        trouver(racine, f"{FORMULAIRE}/dateCreationDemande").addnext(force)
    force.text = "true"
    return racine


def trouver(racine: Any, chemin: str) -> Any:
    """The element at « a/b/c » below the root, None when there is none."""
    return racine.find("/".join(f"{{{NS}}}{pas}" for pas in chemin.split("/")))


class ClientDesEcarts:
    """Sends what shows the differences, and as much that shows none."""

    def __init__(self, appeler: Appeler) -> None:
        self._appeler = appeler
        self._rang = 0

    def converser(self) -> None:
        """All of it."""
        numero = self._numero(self.enregistrer(specimen()))
        self.relire(numero)
        self._modifier(numero)
        for racine in _exemples():
            self.enregistrer(racine)
        self._structures()
        self._listes()
        self._quartiles()
        self._rechercher()
        self._evenements()
        association = specimen("association")
        if trouver(association, f"{_RECHERCHE}/montantLoyer") is None:
            loyer = etree.Element(f"{{{NS}}}montantLoyer")
            loyer.text = "500"
            trouver(association, f"{_RECHERCHE}/demandeElargie").addprevious(loyer)
        self._document("getDoublons", association, "Demande", "DEM")

    def enregistrer(self, racine: Any) -> bytes:
        """getNumUnique."""
        return self._document("getNumUnique", racine, "Demande", "DEM")

    def relire(self, numero: str) -> bytes:
        """getDemandeLogement."""
        certificat = {"nomCertificat": "CERG1104-201803151200.pem", "certificat": b""}
        return self._appeler("getDemandeLogement", {"numUnique": numero, **certificat, "complet": "oui"})

    def _document(self, operation: str, racine: Any, champ: str, genre: str) -> bytes:
        self._rang += 1
        guichet = racine.findtext(f".//{{{NS}}}numGuichet") or racine.findtext(f".//{{{NS}}}codeGuichet")
        nom = f"{genre}{guichet}-201803151200-{self._rang:06d}.xml"
        champs: dict[str, str | bytes] = {
            "nomCertificat": f"CER{guichet}-201803151200.pem",
            "certificat": b"",
        }
        octets = etree.tostring(racine, encoding="UTF-8", xml_declaration=True)
        if champ == "fichierXml":
            champs = {"nomFichier": nom, "fichierXml": octets, "nomCertificat": champs["nomCertificat"]}
        else:
            champs = {f"nomFichier{champ}": nom, f"fichier{champ}": octets, **champs}
        return self._appeler(operation, champs)

    @staticmethod
    def _numero(document: bytes) -> str:
        numero = etree.fromstring(document).findtext(f".//{{{NS}}}numUnique")
        assert numero
        return str(numero)

    def _modifier(self, numero: str) -> None:
        racine = specimen()
        trouver(racine, "entete/typeFichier").text = "MOD"
        unique = etree.Element(f"{{{NS}}}numUnique")
        unique.text = numero
        trouver(racine, f"{FORMULAIRE}/numGuichet").addnext(unique)
        trouver(racine, f"{_RECHERCHE}/montantLoyer").text = "530"
        self.enregistrer(racine)
        self.relire(numero)

    def _structures(self) -> None:
        for chemin, texte in (
            (f"{DEMANDEUR}/nom", "Marchand-" + "de-Saint-Hilaire-" * 2),
            (f"{DEMANDEUR}/situationProfessionnelle/profession", "Aide-soignant de nuit en gériatrie"),
            (f"{FORMULAIRE}/precision", None),
            (f"{_RECHERCHE}/montantLoyer", None),
        ):
            racine = specimen()
            element = trouver(racine, chemin)
            if texte is None:
                element.getparent().remove(element)
            else:
                element.text = texte[:39].rstrip("-")
            self.enregistrer(racine)

    def _listes(self) -> None:
        for chemin, code in (
            (f"{DEMANDEUR}/nationalite", "4"),
            (f"{FORMULAIRE}/principauxMotifDemande/motifDemande", "02"),
        ):
            racine = specimen()
            trouver(racine, chemin).set("code", code)
            self.enregistrer(racine)
        racine = specimen()
        places = trouver(racine, f"{_RECHERCHE}/listeLocalisationSouhaite")
        for code in ("93001", "93005", "93006", "93007", "93008", "93010"):
            place = etree.SubElement(places, f"{{{NS}}}localisationSouhaite")
            etree.SubElement(place, f"{{{NS}}}commune", code=code)
        self.enregistrer(racine)

    def _quartiles(self) -> None:
        for montant in ("600", "740", "800"):
            racine = specimen()
            racine.set("versionInterface", "02.02")
            places = trouver(racine, f"{_RECHERCHE}/listeLocalisationSouhaite")
            for place in list(places)[1:]:
                places.remove(place)
            trouver(places, "localisationSouhaite/commune").set("code", "69264")
            trouver(racine, f"{DEMANDEUR}/listeRessourceRecue/detailRessource/montant").text = montant
            trouver(racine, f"{_RECHERCHE}/montantLoyer").text = "250"
            self.enregistrer(racine)

    def _rechercher(self) -> None:
        racine = etree.parse(
            fixtures_dir() / "documents" / "recherche.xml", etree.XMLParser(remove_blank_text=True)
        ).getroot()
        criteres = trouver(racine, "operation/demandeMulticritere")
        for critere in list(criteres)[1:]:
            criteres.remove(critere)
        self._document("rechercheDemandeMulticritere", racine, "fichierXml", "RCH")

    def _evenements(self) -> None:
        types = etree.parse(fixtures_dir() / "documents" / "type_evenement.xml").getroot()
        self._document("listerTypesEvenementsNationaux", types, "fichierXml", "TYP")
        numero = self._numero(self.enregistrer(specimen("couple_garde_alternee_handicap")))
        for genre, valeurs in (
            ("DECATT", {}),
            ("DECATT", {"CATEG": "MUTATI"}),
            ("DECATT", {"CATEG": "MUTATI", "DATECAL": "2018-03-08"}),  # refused, for something else
            ("DECATT", {"RESERVAT": "AUTRES"}),
            ("VISITE", None),
            ("AVISINST", None),
        ):
            racine = etree.parse(
                fixtures_dir() / "documents" / "evenement.xml", etree.XMLParser(remove_blank_text=True)
            ).getroot()
            trouver(racine, "operation/numUnique").text = numero
            evenement = trouver(racine, "listeEvenements/evenement")
            trouver(evenement, "codeTypeEvenement").text = genre
            liste = trouver(evenement, "listeCaracteristiquesSpecifiques")
            if valeurs is None:
                evenement.remove(liste)
            trouver(evenement, "dateSurvenance").text = "2018-03-15"
            for une in list(liste) if valeurs is not None else ():
                code, valeur = trouver(une, "code").text, trouver(une, "valeurCaracteristiqueSpecifique")
                if valeur.text.startswith("2018-"):  # the day of deposit: not before it
                    valeur.text = "2018-03-15"
                valeur.text = valeurs.get(code, valeur.text)
            self._document("ajouterEvenementDemande", racine, "fichierXml", "EVT")


def _exemples() -> Iterator[Any]:
    """Examples of the rules, of those that the schemas of both let in."""
    for exemple in exemples_de_regles.exemples():
        simple = not (
            exemple.registre or exemple.maintenant or exemple.nom_fichier or exemple.guichet_certificat
        )
        if exemple.regle in _REGLES and exemple.type == "CRE" and simple and exemple.profil == "ecole":
            racine = _renouvelable(exemples_de_regles.document(exemple, contrat()))
            if trouver(racine, f"{_RECHERCHE}/montantLoyer") is None:
                continue
            if not contrat().schemas.validate(racine, document=Document.DEMANDE):
                yield racine


def nue(echange: Echange) -> Echange:
    """The line as the relay makes it, read by our contract and not by the server's."""
    gardes = (
        "recu_le", "identifiant", "methode", "chemin", "statut", "en_tetes", "en_tetes_reponse", "requete",
        "reponse",
    )  # fmt: skip
    return Echange(base="proxy", **{nom: getattr(echange, nom) for nom in gardes})
