"""Habits of vendors' applications, all of which the contract allows, and how each writes its documents."""

import contextlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lxml import etree

NUU = "http://nuu.application.i2/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

HABITUDES: dict[str, str] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
TETE = (
    "numGuichet", "numUnique", "numUniqueAssocie", "refInterne", "dateCreationDemande", "forcerDoublon",
    "renouvellementElec", "precision", "informationTraitement", "logementRecherche", "principauxMotifDemande",
    "association", "personnePhysique", "listeHandicap", "renouvellement", "radiation",
    "dateDerniereModificationPiece", "incrementFichier",
)  # fmt: skip
EN_CAPITALES = frozenset({"nom", "nomPatronymique", "prenom", "voie", "localite", "compAdresse"})
ENTIERS = frozenset({"montant", "montantLoyer", "montantMoins1", "montantMoins2", "surface"})
TELEPHONES = ("telDomicile", "telPortable", "telTravail")


@dataclass(frozen=True)
class Redaction:
    """Writes documents, with the habits of its vendor."""

    habitudes: frozenset[str]

    def a(self, habitude: str) -> bool:
        """Whether it has this habit."""
        return habitude in self.habitudes

    def formulaire(self, contenu: Mapping[str, Any], ajouts: Mapping[str, Any]) -> dict[str, Any]:
        """A form and what the application adds, in the order of the schema."""
        tout = dict(contenu)
        if self.a("reference"):
            tout["refInterne"] = "ED/2018"
        elif self.a("sans_reference"):
            tout.pop("refInterne", None)
        tout |= {nom: valeur for nom, valeur in ajouts.items() if valeur is not None}
        return {nom: tout[nom] for nom in TETE if nom in tout}

    def document(
        self, genre: str, version: str, guichet: str, maintenant: datetime, corps: Mapping[str, Any]
    ) -> bytes:
        """A document; `version` is that of a demande's message, "" for the documents that say their guichet
        in the header."""
        prefixe = None if self.a("defaut") else "sne" if self.a("indente") else "ns1"
        racine = etree.Element(f"{{{NUU}}}interfaceNuu", nsmap={prefixe: NUU})
        if self.a("schema_location"):
            racine.set(f"{{{XSI}}}schemaLocation", f"{NUU} demande.xsd")
        racine.set("versionInterface", version or "02.00")
        instant = maintenant.astimezone(UTC) if self.a("utc") else maintenant
        entete = {"typeFichier": genre, "dateFichier": instant.isoformat(timespec="seconds")}
        if not version:
            entete["codeGuichet"] = guichet
        self.remplir(racine, {"entete": entete, **corps})
        if self.a("indente"):
            etree.indent(racine, "\t")
        return self.octets(racine)

    def octets(self, racine: Any) -> bytes:
        if self.a("sans_declaration"):
            return etree.tostring(racine, encoding="UTF-8", xml_declaration=False)
        if self.a("latin9"):
            with contextlib.suppress(UnicodeEncodeError):
                texte = etree.tostring(racine, encoding="unicode")
                return f'<?xml version="1.0" encoding="ISO-8859-15"?>\n{texte}'.encode("iso-8859-15")
        encodage = "US-ASCII" if self.a("ascii") else "UTF-16" if self.a("utf16") else "UTF-8"
        octets: bytes = etree.tostring(racine, encoding=encodage, xml_declaration=True)
        return (b"\xef\xbb\xbf" if self.a("bom") else b"") + octets

    def remplir(self, parent: Any, valeurs: Mapping[str, Any]) -> None:
        for nom, valeur in self.sans_repetition(valeurs).items():
            for une in valeur if isinstance(valeur, list) else [valeur]:
                enfant = etree.SubElement(parent, f"{{{NUU}}}{nom}")
                if isinstance(une, str):
                    texte = self.valeur(nom, une)
                    enfant.text = etree.CDATA(texte) if self.a("cdata") and texte else texte
                elif une.keys() == {"code"} and nom != "caracteristiqueSpecifique":
                    enfant.set("code", une["code"])
                else:
                    self.remplir(enfant, une)

    def sans_repetition(self, valeurs: Mapping[str, Any]) -> Mapping[str, Any]:
        if not self.a("telephone_unique"):
            return valeurs
        vus: set[str] = set()
        gardees = dict(valeurs)
        for nom in TELEPHONES:
            if gardees.get(nom) in vus:
                del gardees[nom]
            elif gardees.get(nom):
                vus.add(gardees[nom])
        return gardees

    def valeur(self, nom: str, texte: str) -> str:
        if self.a("majuscules") and nom in EN_CAPITALES:
            return texte.upper()
        if self.a("booleens") and texte in ("true", "false"):
            return "1" if texte == "true" else "0"
        if self.a("entiers") and nom in ENTIERS and texte.isdigit() and len(texte) < 4:
            return f"{int(texte):04d}"
        if self.a("fuseau") and len(texte) == 10 and texte[4] == texte[7] == "-" and "Caract" not in nom:
            return f"{texte}+01:00"
        return texte


def en_nombres(valeur: Any) -> Any:
    """The same JSON, with numbers and booleans where the texts write some."""
    if isinstance(valeur, dict):
        return valeur if valeur.keys() == {"code"} else {nom: en_nombres(v) for nom, v in valeur.items()}
    if isinstance(valeur, list):
        return [en_nombres(v) for v in valeur]
    if valeur in ("true", "false"):
        return valeur == "true"
    return int(valeur) if valeur.isdigit() and str(int(valeur)) == valeur else valeur
