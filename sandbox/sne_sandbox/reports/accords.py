"""Words that agree with a number, in French."""


def accorde(nombre: int, un: str, plusieurs: str) -> str:
    """« 1 scénario », « 3 scénarios »."""
    return f"{nombre} {un if nombre < 2 else plusieurs}"
