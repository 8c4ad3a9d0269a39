"""Households for the benchmarks: the heaviest specimen (165 elements, 11 kB; a real message weighs 12.5),
people and the landlord's reference changed from one to the next: none is a duplicate of another."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from sne_interface.domain.dates import PARIS
from sne_interface.resources import fixtures_dir
from sne_sandbox.mime.message_mime import Part
from sne_sandbox.soap.requete_soap_ecrite import requete

SPECIMEN: Final = "couple_garde_alternee_handicap"
#: Noon of the day the specimen was written: the clock of the bases.
MIDI: Final = datetime(2018, 3, 15, 12, tzinfo=PARIS)
CHEMIN: Final = "/services/DemandeLogementImplService/"
ACTION: Final = "http://ws.metier.nuu.application.i2/getNumUnique"

#: Ten letters for ten digits: a first name that is a number.
_LETTRES: Final = str.maketrans("0123456789", "aeioulmnrs")
_NOM: Final = "DEMG1226-201803151654-000000.xml"
_ENVELOPPE: Final = f"""\
<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope"
 xmlns:ws="http://ws.metier.nuu.application.i2/" xmlns:xop="http://www.w3.org/2004/08/xop/include">
<soap:Header/><soap:Body><ws:numUniqueParametres>
  <nomFichierDemande>{_NOM}</nomFichierDemande>
  <fichierDemande ws:contentType="text/xml"><xop:Include href="cid:xml_id"/></fichierDemande>
  <nomCertificat>CERG1226-201803151654.pem</nomCertificat>
  <certificat ws:contentType="application/x-x509-ca-cert"><xop:Include href="cid:certificate"/></certificat>
</ws:numUniqueParametres></soap:Body></soap:Envelope>""".encode()


def documents(depuis: int, combien: int) -> Iterator[bytes]:
    """Distinct demandes (CRE)."""
    modele = (fixtures_dir() / "demandes" / f"{SPECIMEN}.xml").read_text("utf-8")
    for rang in range(depuis, depuis + combien):
        prenom = str(rang).translate(_LETTRES).capitalize()
        document = re.sub(r"<ns1:prenom>[^<]*", f"<ns1:prenom>{prenom}", modele)
        yield re.sub(r"<ns1:refInterne>[^<]*", f"<ns1:refInterne>BANC-{rang}", document).encode()


def requetes(depuis: int, combien: int) -> Iterator[tuple[str, bytes]]:
    """(Content-Type, body) of the getNumUnique of each, in MTOM, shaped as a real client's."""
    for document in documents(depuis, combien):
        parties = [
            Part("certificate", "application/octet-stream", "BASE64", b""),
            Part("xml_id", "text/xml; charset=us-ascii", "8bit", document),
        ]
        yield requete(_ENVELOPPE, parties, action=ACTION)
