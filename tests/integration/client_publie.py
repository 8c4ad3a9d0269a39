"""The one published client of the SNE, as far as it reads answers: it takes the body for a text, and cuts."""

#: Roots of the documents it looks for.
RACINES = (":interfaceNuu", ":listeDoublons")


def lire(corps: bytes) -> str | None:
    """The document in the body of an answer, None where it finds none. All is UTF-8, the tag begins 4
    characters before the first of RACINES, and its closing tag ends it."""
    texte = corps.decode("utf-8")
    rangs = [(rang, racine) for racine in RACINES if (rang := texte.find(racine)) >= 0]
    if not rangs:
        return None
    rang, racine = min(rangs)
    prefixe = texte[rang - 4 : rang]
    assert prefixe[0] == "<", f"cut at [{texte[max(0, rang - 40) : rang + 40]}], which is no document"
    fermante = f"</{prefixe[1:]}{racine}>"
    return texte[rang - 4 : texte.index(fermante) + len(fermante)]
