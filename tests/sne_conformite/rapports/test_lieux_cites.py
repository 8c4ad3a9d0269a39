import pytest

from sne_conformite.rapports.lieux_cites import situer

TEXTE = """POST /services/X
Content-Type: text/xml

<?xml version='1.0'?><!-- <personne> -->
<n:demande xmlns:n="urn:x"><n:personne><n:nom>A</n:nom></n:personne>
  <n:personne code="1"/><n:liste><n:personne><n:nom>B</n:nom></n:personne></n:liste>
</n:demande>
"""


@pytest.mark.parametrize(
    ("chemin", "place"),
    [
        ("demande", (5, 1)),
        ("demande/personne/nom", (5, 40)),
        ("demande/personne[2]", (6, 3)),
        ("demande/personne[2]/@code", (6, 3)),
        ("n:demande/n:liste/n:personne[1]/n:nom", (6, 46)),
        ("liste/personne/nom", (6, 46)),
        # What should hold what is missing.
        ("demande/liste/personne[2]", (6, 25)),
        ("demande/personne[2]/prenom", (6, 3)),
        ("absent/tout", (0, 0)),
        ("", (0, 0)),
        ("pas un chemin", (0, 0)),
    ],
)
def test_a_path_leads_to_its_tag_or_to_what_should_hold_it(chemin: str, place: tuple[int, int]) -> None:
    assert situer(TEXTE, chemin) == place


@pytest.mark.parametrize("texte", ["", "<", "</a></b>", "<a><a><a>", "<!-- ", "<a" * 10_000, "<a>" * 10_000])
def test_whatever_was_sent_is_read_to_its_end(texte: str) -> None:
    assert situer(texte, "b/c") == (0, 0)
