"""NOM: names of files and certificates, and the guichet they name. NOM-03 is judged in sequence."""

import re
from datetime import datetime
from typing import Final

from sne_conformite.juges.juge import DOCUMENTS, Constats, Dire, Juge, operations
from sne_conformite.observation.observation import Observation
from sne_interface.rules.catalogue.regles_message import NOM_FICHIER
from sne_sandbox.operations.question import GUICHET_DANS_NOM

_CERTIFICAT: Final = re.compile(r"CER(G[0-9A-Z]{4})-([0-9]{12})\.pem")
#: The feeds name their caller by the certificate: an empty name is refused there, and there only (attested).
_DEPUIS_LE: Final = ("getDemandesRadieesDepuisLe", "getNouveauxDaloDepuisLe")


def nom_du_fichier(vue: Observation, dire: Dire, nom_fichier: str) -> Constats:
    """NOM-01: the file of a demande has the name that it should. Names of the other files are conventions:
    nothing is said of them."""
    yield dire.si(_conforme(NOM_FICHIER, nom_fichier), "nom_de_fichier", observe=nom_fichier)


def nom_du_certificat(vue: Observation, dire: Dire) -> Constats:
    """NOM-02. An empty name is taken by most operations of the real server: it says nothing there."""
    nom = vue.champs.get("nomCertificat")
    if not isinstance(nom, str) or (not nom and vue.operation not in _DEPUIS_LE):
        return
    yield dire.si(_conforme(_CERTIFICAT, nom), "nom_de_certificat", observe=nom or "(vide)")


def guichet_du_message(vue: Observation, dire: Dire) -> Constats:
    """NOM-04. The message names its guichet, that of the TLS certificate: without one, nothing is proved."""
    ecrit = _guichet_du_message(vue)
    if ecrit is None:
        return
    chemin, guichet = ecrit
    if not guichet:
        yield dire.rompue("guichet_absent", chemin=chemin)
    elif vue.a_regle("ENT007") is not None or (vue.echange.certificat and guichet != vue.guichet):
        # The rule is of demandes alone; the guichet of a certificate that names one is who calls.
        yield dire.rompue("guichet_du_certificat", vue.guichet, guichet, chemin=chemin)
    elif vue.echange.certificat:
        yield dire.tenue()


def guichet_des_noms(vue: Observation, dire: Dire) -> Constats:
    """NOM-05, a SHOULD: a real client writes one guichet in all its file names (attested, ENT005)."""
    ecrit = _guichet_du_message(vue)
    if ecrit is None or not ecrit[1]:
        return
    chemin, guichet = ecrit
    for sorte, nom in (
        ("guichet_du_fichier", vue.nom_fichier),
        ("guichet_du_nom_de_certificat", vue.texte("nomCertificat")),
    ):
        lu = GUICHET_DANS_NOM.match(nom or "")
        autre = lu[1] if lu is not None else None
        if autre == guichet:
            yield dire.tenue()
        elif autre is not None:
            yield dire.rompue(sorte, guichet, autre, chemin=chemin)


def _guichet_du_message(vue: Observation) -> tuple[str, str] | None:
    """Path and value of the guichet in the document; None for a message that has no place for it."""
    if vue.demande is not None:
        return "interfaceNuu/demande/demandeLogement/numGuichet", vue.demande.num_guichet
    if vue.document is None:
        return None
    guichet = vue.document.texte_de("entete/codeGuichet") or ""
    demande = guichet or vue.document.enfant("operation") is not None
    return ("interfaceNuu/entete/codeGuichet", guichet) if demande else None


def _conforme(forme: re.Pattern[str], nom: str) -> bool:
    trouve = forme.fullmatch(nom)
    if trouve is None:
        return False
    try:
        datetime.strptime(trouve[2], "%Y%m%d%H%M")
    except ValueError:
        return False
    return True


JUGES: Final = (
    Juge("NOM-01", nom_du_fichier, operations("getNumUnique")),
    Juge("NOM-02", nom_du_certificat),
    Juge("NOM-04", guichet_du_message, DOCUMENTS),
    Juge("NOM-05", guichet_des_noms, DOCUMENTS),
)
