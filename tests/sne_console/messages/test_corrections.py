"""What is mended by a click: a correction removes its remark, and the schema finds nothing more."""

from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from banc import MIDI, NS, specimen
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from sne_console.messages.corrections import Correction, appliquer, reparations, situer
from sne_console.messages.document_deroule import Remarque, en_remarques
from sne_interface.contract import contrats_charges
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.contract.elements import ordre
from sne_interface.contract.explication import expliquer_sous
from sne_interface.contract.places_dans_le_texte import attributs, places
from sne_interface.contract.schemas import Document
from sne_interface.domain.nir import cache_un_nir
from sne_interface.rules.controle import controler

#: The small ones: of a longer document, each explanation rests between its steps.
SPECIMENS = ("personne_seule", "association")
FORMULAIRE = "interfaceNuu/demande/demandeLogement"


@cache
def contrat() -> Contrat:
    return contrats_charges.charger()


@cache
def texte(nom: str) -> str:
    racine = specimen(nom)
    etree.indent(racine)
    return str(etree.tostring(racine, encoding="unicode"))


def dire(ecrit: str) -> list[Remarque]:
    return en_remarques(contrat(), controler(ecrit.encode(), contrat(), "ecole", MIDI, nom=None))


def du_schema(ecrit: str) -> Counter[tuple[str, str]]:
    racine = etree.fromstring(ecrit.encode())
    return Counter((f.sorte, f.message) for f, _ in expliquer_sous(contrat(), racine, Document.DEMANDE))


def corrections(ecrit: str) -> list[tuple[Remarque, Correction]]:
    dites = dire(ecrit)
    situees = situer(ecrit, dites, contrat(), Document.DEMANDE)
    return [(r, c) for r, s in zip(dites, situees, strict=True) for c in s.corrections]


def faire(ecrit: str, correction: Correction, rang: int = 0) -> str:
    choix = correction.choix[rang % len(correction.choix)].valeur if correction.choix else ""
    return appliquer(ecrit, correction, choix)


# --- ways to spoil an element of a good document ----------------------------------------------------------


def _oter(element: Any) -> None:
    element.getparent().remove(element)


def _doubler(element: Any) -> None:
    copie = etree.fromstring(etree.tostring(element))
    copie.tail = element.tail
    element.addnext(copie)


def _remonter(element: Any) -> None:
    element.getparent().insert(0, element)


def _descendre(element: Any) -> None:
    element.getparent().append(element)


def _renommer(element: Any) -> None:
    nom = etree.QName(element).localname
    element.tag = f"{{{NS}}}{nom[:-1] if len(nom) > 4 else nom + 'x'}"


def _inventer(element: Any) -> None:
    element.addnext(etree.Element(f"{{{NS}}}zorglub"))


def _ecrire(valeur: str) -> Callable[[Any], None]:
    def gater(element: Any) -> None:
        if not len(element):
            element.text = valeur

    return gater


def _attribut(nom: str) -> Callable[[Any], None]:
    return lambda element: element.set(nom, "true")


GATER = {
    "oter": _oter, "doubler": _doubler, "remonter": _remonter, "descendre": _descendre, "renommer": _renommer,
    "inventer": _inventer, "attribut": _attribut("zorglub"), "attribut_mal_ecrit": _attribut("modifi"),
    **{f"ecrire {v!r}": _ecrire(v) for v in
       ("", " ", "oui", "15/03/2018", "2018-15-03", "2018-03-15", "1 250,50 €", "12.7", "x" * 300,
        "06.39.98.01.01",
        "+33 6 39 98 01 01", "  espaces  ", "g1104", "-5", "vrai & faux")},
}  # fmt: skip


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(SPECIMENS), st.lists(st.tuples(st.integers(0, 400), st.sampled_from(sorted(GATER))),
       min_size=1, max_size=3), st.integers(0, 50))  # fmt: skip
def test_a_correction_removes_its_remark_and_adds_none_of_the_schema(
    nom: str, fautes: list[tuple[int, str]], rang: int
) -> None:
    racine = etree.fromstring(texte(nom).encode())
    for place, comment in fautes:
        dessous = list(racine.iter(etree.Element))[1:]
        GATER[comment](dessous[place % len(dessous)])
    ecrit = str(etree.tostring(racine, encoding="unicode"))
    avant = du_schema(ecrit)
    for remarque, correction in corrections(ecrit):
        if not remarque["sorte"]:  # a rule's
            continue
        apres = du_schema(faire(ecrit, correction, rang))
        assert sum((apres - avant).values()) == 0, (remarque, correction, apres - avant)
        cle = (remarque["sorte"], remarque["message"])
        assert apres[cle] < avant[cle], (remarque, correction)


@pytest.mark.parametrize(
    ("avant", "apres", "nom"),
    [
        (">15/03/2018</ns1:dateNaissance>", ">2018-03-15</ns1:dateNaissance>", "ecrire:"),
        (">2018-15-03</ns1:dateNaissance>", ">2018-03-15</ns1:dateNaissance>", "ecrire:"),
        (">mars 1991</ns1:dateNaissance>", None, ""),
    ],
)
def test_a_date_is_written_as_the_schema_wants_it(avant: str, apres: str | None, nom: str) -> None:
    bon = texte("personne_seule")
    debut = bon.index(">", bon.index("<ns1:dateNaissance"))
    fin = bon.index("</ns1:dateNaissance>") + len("</ns1:dateNaissance>")
    ecrit = bon[:debut] + avant + bon[fin:]
    trouvees = [c for r, c in corrections(ecrit) if r["propriete"].endswith("dateNaissance")]
    assert [faire(ecrit, c) for c in trouvees] == ([bon[:debut] + apres + bon[fin:]] if apres else [])
    assert all(c.nom.startswith(nom) for c in trouvees)


def test_a_missing_code_is_chosen_and_comes_at_its_place() -> None:
    bon = texte("personne_seule")
    racine = etree.fromstring(bon.encode())
    for motif in racine.findall(f".//{{{NS}}}motifDemande"):
        motif.getparent().remove(motif)
    ecrit = str(etree.tostring(racine, encoding="unicode"))
    ((_, correction),) = corrections(ecrit)
    assert correction.titre == "Ajouter « motifDemande »"
    assert ("19" in {c.valeur for c in correction.choix}) is True
    mende = etree.fromstring(appliquer(ecrit, correction, "19").encode())
    assert mende.find(f".//{{{NS}}}principauxMotifDemande/{{{NS}}}motifDemande").get("code") == "19"
    with pytest.raises(KeyError):
        appliquer(ecrit, correction, "zz")


def test_a_code_of_no_list_is_chosen_among_its_codes() -> None:
    ecrit = texte("personne_seule").replace('<ns1:civilite code="1"/>', '<ns1:civilite code="M"/>')
    (correction,) = [c for r, c in corrections(ecrit) if r["propriete"].endswith("civilite")]
    assert [c.valeur for c in correction.choix] == ["1", "2", "3"]
    assert appliquer(ecrit, correction, "1") == texte("personne_seule")


def test_a_postal_code_gives_its_communes() -> None:
    bon = texte("personne_seule")
    code = attributs(bon, next(p for p in places(bon).values() if p.chemin.endswith("Souhaite/commune")))[0]
    ecrit = f"{bon[: code.valeur]}94000{bon[code.fin :]}"
    (correction,) = [c for r, c in corrections(ecrit) if "localisationSouhaite" in r["propriete"]]
    assert "94028" in {c.valeur for c in correction.choix}


@pytest.mark.parametrize("faux", ["http://ailleurs/", None])
def test_the_namespace_is_declared(faux: str | None) -> None:
    bon = texte("personne_seule")
    ecrit = bon.replace(NS, faux) if faux else bon.replace("ns1:", "").replace(f' xmlns:ns1="{NS}"', "")
    trouvees = [c for _, c in corrections(ecrit) if c.nom == "espace:"]
    assert trouvees
    assert not du_schema(appliquer(ecrit, trouvees[0]))


def test_a_version_of_no_message_is_chosen() -> None:
    ecrit = texte("personne_seule").replace('versionInterface="', 'versionInterface="9')
    trouvees = [c for r, c in corrections(ecrit) if (r["propriete"] or "").endswith("versionInterface")]
    assert trouvees
    assert {c.valeur for c in trouvees[0].choix} == set(contrat().versions)


def test_no_correction_shows_or_writes_a_nir() -> None:
    ecrit = texte("personne_seule_nir")
    nirs = [p for p in places(ecrit).values() if cache_un_nir(p.chemin.rpartition("/")[2]) and not p.enfants]
    assert nirs
    for place in nirs:
        gate = ecrit[: place.ouverte] + "2 06 12 99 123 456 78 9" + ecrit[place.ferme :]
        for remarque, correction in corrections(gate):
            assert not correction.nom.startswith("ecrire:") or place.chemin != remarque["propriete"]


def test_places_are_those_of_the_text() -> None:
    ecrit = (
        '<?xml version="1.0"?>\n<é:a xmlns:é="u" x = \'1>2\'><!-- <b> -->\n  <é:b/>é😀<é:b >t</é:b ></é:a>'
    )
    trouvees = places(ecrit)
    assert list(trouvees) == ["a", "a/b", "a/b[2]"]
    court, long_ = trouvees["a/b"], trouvees["a/b[2]"]
    assert ecrit[court.debut : court.fin] == "<é:b/>"
    assert court.court
    assert ecrit[long_.debut : long_.fin] == "<é:b >t</é:b >"
    assert ecrit[long_.ouverte : long_.ferme] == "t"
    assert [ecrit[a.valeur : a.fin] for a in attributs(ecrit, trouvees["a"])] == ["u", "1>2"]
    assert places("<a>") == {}


# --- what is no XML is mended by a click, where that is mechanical ---------------------------------------


def repare(texte: str) -> tuple[str, str]:
    """The title of the only mending, and what it makes of the text."""
    (correction,) = reparations(texte, ordre(contrats_charges.charger("v5.2"), Document.DEMANDE))
    return correction.titre, appliquer(texte, correction)


@pytest.fixture
def bon() -> str:
    return str(etree.tostring(specimen("personne_seule"), encoding="unicode"))


def test_what_is_not_closed_is_closed_before_what_cannot_be_in_it(bon: str) -> None:
    fin = "</ns1:logementRecherche>"
    titre, fait = repare(bon.replace(fin, "", 1))
    assert titre == "Fermer « logementRecherche »"
    assert etree.canonicalize(fait, strip_text=True) == etree.canonicalize(bon, strip_text=True)


def test_an_end_tag_that_ends_nothing_is_written_otherwise(bon: str) -> None:
    titre, fait = repare(bon.replace("</ns1:entete>", "</ns1:entte>", 1))
    assert (titre, fait) == ("Écrire « </ns1:entete> »", bon)


@pytest.mark.parametrize(("signe", "ecrit"), [("&", "&amp;"), ("<", "&lt;")])
def test_a_bare_sign_is_written_as_its_entity(signe: str, ecrit: str, bon: str) -> None:
    titre, fait = repare(bon.replace("Marchand", f"Marchand {signe} fils", 1))
    assert titre == f"Écrire « {ecrit} »"
    assert etree.fromstring(fait).findtext(".//{*}nom") == f"Marchand {signe} fils"


def test_what_is_cut_between_two_tags_is_ended(bon: str) -> None:
    coupe = bon[: bon.index("<ns1:logementActuel>")]
    titre, fait = repare(coupe)
    assert titre == "Fermer les 4 balises ouvertes"
    assert fait.startswith(coupe.rstrip())
    assert etree.fromstring(fait).find(".//{*}logementActuel") is None


def test_nothing_is_proposed_for_what_nobody_can_tell(bon: str) -> None:
    for texte in ("", "bonjour", bon, bon[: bon.index("<ns1:logementActuel") + 6]):
        assert reparations(texte, ()) == ()
