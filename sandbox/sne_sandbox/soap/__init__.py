"""The SOAP 1.2 server: HTTP bytes to an `Appel`, a `Reponse` or an error back to HTTP bytes."""
