"""A request as a client that was seen in the field writes it."""

ACTION = "http://ws.metier.nuu.application.i2/getNumUnique"
ENVELOPPE = b'<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope"/>'
CLIENT_REEL = (
    'multipart/related; type="application/xop+xml"; start="soaproot"; start-info="application/soap+xml"; '
    f'boundary="MIME_BOUNDARY"; action="{ACTION}"'
)
CORPS_CLIENT_REEL = (
    b"--MIME_BOUNDARY\r\n"
    b'Content-Type: application/xop+xml; charset=UTF-8; type="application/soap+xml"; '
    b'action="getNumUnique"\r\n'
    b"Content-Transfer-Encoding: 8bit\r\n"
    b"Content-ID: <soaproot>\r\n"
    b"\r\n" + ENVELOPPE + b"\r\n"
    b"--MIME_BOUNDARY\r\n"
    b"Content-Type: application/octet-stream\r\n"
    b"Content-Transfer-Encoding: BASE64\r\n"
    b"Content-ID: <certificate>\r\n"
    b"\r\n"
    b"--MIME_BOUNDARY\r\n"
    b"Content-Type: text/xml; charset=us-ascii\r\n"
    b"Content-Transfer-Encoding: 7bit\r\n"
    b"Content-ID: <xml_id>\r\n"
    b"\r\n"
    b"<interfaceNuu/>\r\n"
    b"--MIME_BOUNDARY--"
)
