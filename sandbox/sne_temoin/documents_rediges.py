"""Documents: what the user typed (JSON) becomes the XML that the SNE reads, in a file that has a name."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from lxml import etree

from sne_temoin.interface import NUU, OBLIGATOIRES, ORDRE
from sne_temoin.memoire import Memoire

#: A form: names as in the schema; text, `{"code": …}`, an object, or an array of these.
Contenu = Mapping[str, Any]


class Redaction:
    """Writes documents: `demande` those about a demande, `fichier` those of events and searches. Both put a
    header (`entete`) before a content, in the order and under the names of the published schema."""

    def formulaire(self, saisie: Contenu, ajouts: Contenu) -> dict[str, Any]:
        """The content of demandeLogement: what was typed and what is added, in the order of the schema."""
        tout = {**saisie, **{nom: valeur for nom, valeur in ajouts.items() if valeur is not None}}
        return {nom: tout[nom] for nom in ORDRE if nom in tout}

    def demande(
        self, genre: str, maintenant: datetime, version: str, contenu: Contenu, dalo: Contenu | None = None
    ) -> bytes:
        """A document about a demande (getNumUnique, getDoublons, DALO); `genre` is its typeFichier."""
        racine = self.racine(version)
        self.remplir(racine, {"entete": self.entete(genre, maintenant)})
        corps: dict[str, Any] = {} if dalo is None else {"informationDalo": dalo}
        self.remplir(racine, {"demande": {**corps, "demandeLogement": contenu}})
        return self.octets(racine)

    def fichier(self, genre: str, maintenant: datetime, guichet: str, contenu: Contenu) -> bytes:
        """A document of the events or of the search: `contenu` follows its header."""
        racine = self.racine("02.00")
        self.remplir(racine, {"entete": self.entete(genre, maintenant) | {"codeGuichet": guichet}})
        self.remplir(racine, contenu)
        return self.octets(racine)

    def entete(self, genre: str, maintenant: datetime) -> dict[str, str]:
        """The header of a document."""
        return {"typeFichier": genre, "dateFichier": date_heure(maintenant)}

    def racine(self, version: str) -> Any:
        """The root, in the namespace of the documents."""
        return etree.Element(f"{{{NUU}}}interfaceNuu", nsmap={"ns1": NUU}, versionInterface=version)

    def remplir(self, parent: Any, contenu: Contenu) -> None:
        """Adds the children that `contenu` names. An empty child is left out, unless the schema wants it."""
        voulus = OBLIGATOIRES.get(parent.tag.rpartition("}")[2], frozenset())
        for nom, valeur in contenu.items():
            for une in valeur if isinstance(valeur, list) else [valeur]:
                if nom in voulus or not vide(une):
                    self.element(parent, nom, une)

    def element(self, parent: Any, nom: str, valeur: Any) -> Any:
        """One child: a text, a code, or a container."""
        enfant = etree.SubElement(parent, f"{{{NUU}}}{nom}")
        if isinstance(valeur, str):
            enfant.text = valeur
        elif est_code(nom, valeur):
            enfant.set("code", valeur["code"])
        else:
            self.remplir(enfant, valeur)
        return enfant

    def octets(self, racine: Any) -> bytes:
        """The document, in UTF-8, and it says so."""
        document: bytes = etree.tostring(racine, encoding="UTF-8", xml_declaration=True)
        return document


def est_code(nom: str, valeur: Contenu) -> bool:
    """True when a value is that of a coded element; a characteristic has a child named `code`."""
    return valeur.keys() == {"code"} and nom != "caracteristiqueSpecifique" and bool(valeur["code"])


def vide(valeur: Any) -> bool:
    """True when there is nothing in a value: no text, no code, down to the last leaf."""
    if isinstance(valeur, str):
        return not valeur
    return all(vide(une) for une in (valeur.values() if isinstance(valeur, Mapping) else valeur))


# --- the names of files, and the dates in both -----------------------------------------------------------

#: Files that an instance gives names to before those of the next are reached: in a minute, none does.
PAR_INSTANCE = 100_000
#: The SNE's own clock.
PARIS = ZoneInfo("Europe/Paris")


@dataclass
class Noms:
    """The names of the files sent: kind, guichet, minute, six digits; never twice the same, whichever of the
    instances of this application gives them (`instance`, from 1)."""

    memoire: Memoire
    instance: int = 1

    def fichier(self, genre: str, guichet: str, maintenant: datetime) -> str:
        """`DEMG1226-201803151654-000042.xml`: the rank is kept in memory, hence new each time."""
        rang = (self.memoire.rang_suivant() + (self.instance - 1) * PAR_INSTANCE) % 1_000_000
        return f"{genre}{guichet}-{tampon(maintenant)}-{rang:06d}.xml"

    def certificat(self, guichet: str, maintenant: datetime) -> str:
        """The name under which the certificate is sent: `CERG1226-201803151654.pem`."""
        return f"CER{guichet}-{tampon(maintenant)}.pem"


def tampon(instant: datetime) -> str:
    """The minute that file names hold: `YYYYMMDDHHMM`, in Paris."""
    return instant.astimezone(PARIS).strftime("%Y%m%d%H%M")


def date_heure(instant: datetime) -> str:
    """An `xs:dateTime` of Paris, with milliseconds and offset."""
    return instant.astimezone(PARIS).isoformat(timespec="milliseconds")


def jour(instant: datetime) -> str:
    """The day of an instant in Paris, as an `xs:date`."""
    return instant.astimezone(PARIS).date().isoformat()
