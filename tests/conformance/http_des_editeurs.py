"""HTTP as vendors' stacks speak it: zeep with its own MTOM, in chunks, a connection a call, or HTTP/1.0."""

import base64
import http.client
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import requests
from lxml import etree
from zeep.transports import Transport

WS = "http://ws.metier.nuu.application.i2/"
XOP = "http://www.w3.org/2004/08/xop/include"


class TransportEditeur(Transport):
    """zeep's own, with the vendor's ways with HTTP and MTOM."""

    def __init__(self, habitudes: frozenset[str], **choix: Any) -> None:
        super().__init__(**choix)
        self.habitudes = habitudes

    def post_xml(self, address: str, envelope: Any, headers: dict[str, str]) -> requests.Response:
        """zeep's: send an envelope, give the answer."""
        corps, content_type = etree.tostring(envelope, encoding="utf-8"), headers["Content-Type"]
        if "mtom" in self.habitudes:
            content_type, corps = en_mtom(envelope, content_type)
        headers = headers | {"Content-Type": content_type}
        if "http10" in self.habitudes:
            return poster_a_l_ancienne(self.session, address, corps, headers, self.operation_timeout)
        if "connexion" in self.habitudes:
            headers["Connection"] = "close"
        envoye: Any = iter([corps[:700], corps[700:]]) if "chunked" in self.habitudes else corps
        reponse = self.session.post(address, data=envoye, headers=headers, timeout=self.operation_timeout)
        # zeep reads as far as it can: a last part that was cut is noticed here.
        annonce = reponse.headers.get("Content-Type", "")
        if annonce.startswith("multipart/") and not reponse.content.rstrip().endswith(b"--"):
            raise requests.ConnectionError("la réponse est tronquée")
        return reponse


def en_mtom(envelope: Any, content_type: str) -> tuple[str, bytes]:
    """Files as parts, the root last but named by `start`."""
    action = content_type.rpartition('action="')[2].rstrip('"')
    limite, parties = "----=_Part_7_1234.5678", []
    for champ in [c for c in envelope.iter() if (c.text or "").strip() and c.get(f"{{{WS}}}contentType")]:
        cid = f"{len(parties)}.{champ.tag}@editeur.example"
        tete = f"--{limite}\r\nContent-ID: <{cid}>\r\nContent-Type: application/octet-stream\r\n"
        tete += "Content-Transfer-Encoding: binary\r\n\r\n"
        parties.append(tete.encode() + base64.b64decode(champ.text) + b"\r\n")
        champ.text = None
        etree.SubElement(champ, f"{{{XOP}}}Include", href=f"cid:{cid}")
    tete = f'--{limite}\r\nContent-Type: application/xop+xml; charset=UTF-8; type="application/soap+xml"\r\n'
    tete += "Content-Transfer-Encoding: binary\r\nContent-ID: <racine@editeur.example>\r\n\r\n"
    racine = tete.encode() + etree.tostring(envelope, encoding="utf-8") + b"\r\n"
    annonce = (
        f'multipart/related; start="<racine@editeur.example>"; type="application/xop+xml"; '
        f'boundary="{limite}"; start-info="application/soap+xml"; action="{action}"'
    )
    return annonce, racine + b"".join(parties) + f"--{limite}--\r\n".encode()


class _Ancienne(http.client.HTTPSConnection):
    _http_vsn = 10
    _http_vsn_str = "HTTP/1.0"


def poster_a_l_ancienne(
    session: requests.Session, adresse: str, corps: bytes, en_tetes: Mapping[str, str], delai: float
) -> requests.Response:
    """The answer to a POST in HTTP/1.0, with the authority and the certificate of `session`. Raises
    requests.RequestException when there is none."""
    ou = urlsplit(adresse)
    contexte = ssl.create_default_context(cafile=str(session.verify))
    contexte.load_cert_chain(*session.cert)  # type: ignore[misc]
    connexion = _Ancienne(ou.hostname or "", ou.port, timeout=delai, context=contexte)
    try:
        connexion.request("POST", ou.path, corps, dict(en_tetes))
        recue = connexion.getresponse()
        reponse = requests.Response()
        reponse.status_code = recue.status
        reponse.headers.update(recue.headers)
        reponse._content = recue.read()
    except (OSError, http.client.HTTPException) as erreur:
        raise requests.RequestException(str(erreur)) from erreur
    finally:
        connexion.close()
    return reponse
