"""A request's headers."""

from sne_sandbox.soap.types_http import RequeteHttp


def test_en_tete_quelle_que_soit_la_casse_le_premier_gagne():
    requete = RequeteHttp("POST", "/", [("SOAPAction", "a"), ("soapaction", "b")], b"")
    assert requete.en_tete("soapACTION") == "a"
    assert requete.en_tete("Content-Type") == ""
