from base64 import b64encode

import pytest
from donnees import a_cote

from sne_conformite.rapports.document_cite import AUTOUR, DocumentMontre, montrer, situer
from sne_conformite.rapports.rapport import EchangeCite

DONNEES = a_cote(__file__)

DOCUMENT = "<a:racine xmlns:a='x'><a:liste><a:un>é</a:un><a:un/></a:liste><a:deux>2</a:deux></a:racine>"
ENVELOPE = "<s:Envelope xmlns:s='y'><s:Body><fichierDemande>{}</fichierDemande></s:Body></s:Envelope>"


def cite(document: str = DOCUMENT, lignes: tuple[int, ...] = ()) -> EchangeCite:
    tete = "POST /services/\nContent-Type: multipart/related; boundary=b\n\n--b\nContent-Type: text/xml\n\n"
    enveloppe = f"<?xml version='1.0'?>\n{ENVELOPE.format('cid:d')}\n--b\nContent-Type: text/xml\n\n"
    return EchangeCite(1, "", f"{tete}{enveloppe}<?xml version='1.0'?>\n{document}\n--b--\n", "", lignes)


def montrer_un(cite: EchangeCite, chemin: str = "") -> DocumentMontre:
    montre = montrer(cite, chemin)
    assert montre is not None
    return montre


def test_the_document_is_taken_out_of_its_packing_and_indented() -> None:
    montre = montrer_un(cite())
    assert montre.lignes[0] == '<a:racine xmlns:a="x">'
    assert montre.lignes[2] == "    <a:un>é</a:un>"
    assert montre.marquees == ()
    assert montre.extrait == []


@pytest.mark.parametrize(
    ("chemin", "marquee", "manque"), DONNEES["the_place_of_a_finding_is_marked_or_what_should"]
)
def test_the_place_of_a_finding_is_marked_or_what_should_hold_it(
    chemin: str, marquee: str, manque: str
) -> None:
    montre = montrer_un(cite(), chemin)
    assert [ligne for ligne, en_cause in montre.extrait if en_cause] == [marquee]
    assert montre.manque == manque


@pytest.mark.parametrize("chemin", ["ailleurs/un", "racine/a/b/c", ""])
def test_a_place_that_is_not_there_marks_nothing(chemin: str) -> None:
    montre = montrer_un(cite(), chemin)
    assert montre.marquees == ()


def test_without_a_place_the_lines_of_the_complaint_are_marked() -> None:
    document = DOCUMENT.replace("><", ">\n<")
    requete = cite(document).requete.split("\n")
    (rang,) = (n for n, ligne in enumerate(requete, 1) if ligne.startswith("<a:deux"))
    montre = montrer_un(cite(document, (rang,)))
    assert [montre.lignes[n] for n in montre.marquees] == ["  <a:deux>2</a:deux>"]


def test_the_excerpt_is_short_and_the_document_whole() -> None:
    montre = montrer_un(cite(f"<r>{'<x/>' * 40}<y/>{'<x/>' * 40}</r>"), "r/y")
    assert len(montre.extrait) == 2 * AUTOUR + 1
    assert montre.extrait[AUTOUR] == ("  <y/>", True)
    assert len(montre.texte.split("\n")) == 83


def test_a_document_in_base64_is_read_out_of_its_message() -> None:
    enveloppe = ENVELOPE.format(b64encode(DOCUMENT.encode()).decode())
    montre = montrer_un(EchangeCite(1, "", f"POST /\n\n{enveloppe}", "", (3,)), "racine/deux")
    assert [montre.lignes[n] for n in montre.marquees] == ["  <a:deux>2</a:deux>"]


def test_a_message_without_document_is_shown_itself() -> None:
    montre = montrer_un(EchangeCite(1, "", f"POST /\n\n{ENVELOPE.format('x')}", ""), "Envelope/Body")
    assert [montre.lignes[n] for n in montre.marquees] == ["  <s:Body>"]


@pytest.mark.parametrize(
    "requete",
    ["", "POST /\n\nrien", "POST /\n\n<a><b>\n[… 300 caractères de plus]", "POST /\n\n<!DOCTYPE a><a/>"],
)
def test_what_is_cut_or_is_no_xml_is_not_shown(requete: str) -> None:
    assert montrer(EchangeCite(1, "", requete, "")) is None


TEXTE = """POST /services/X
Content-Type: text/xml

<?xml version='1.0'?><!-- <personne> -->
<n:demande xmlns:n="urn:x"><n:personne><n:nom>A</n:nom></n:personne>
  <n:personne code="1"/><n:liste><n:personne><n:nom>B</n:nom></n:personne></n:liste>
</n:demande>
"""


@pytest.mark.parametrize(("chemin", "place"), DONNEES["a_path_leads_to_its_tag_or_to_what_should_hold_it"])
def test_a_path_leads_to_its_tag_or_to_what_should_hold_it(chemin: str, place: list[int]) -> None:
    assert situer(TEXTE, chemin) == tuple(place)


@pytest.mark.parametrize("texte", ["", "<", "</a></b>", "<a><a><a>", "<!-- ", "<a" * 10_000, "<a>" * 10_000])
def test_whatever_was_sent_is_read_to_its_end(texte: str) -> None:
    assert situer(texte, "b/c") == (0, 0)
