"""Damaged texts, seen without knowing what was entered; and no French name taken for one."""

import html

import pytest
from banc import FORMULAIRE, Banc, message, poser, specimen
from faker import Faker
from hypothesis import given
from hypothesis import strategies as st

from sne_conformite.bilan.trafic_juge import juger_base
from sne_conformite.juges.juges_textes import ECHAPPE, TextesAbimes, abime, reparer
from sne_conformite.observation.observation import Observation
from sne_conformite.rapports.rapport import Fin, Rapport, Verdict

PERSONNE = f"{FORMULAIRE}/personnePhysique/demandeur"
#: Letters of French, and what is written between them.
LETTRES = "àâäçéèêëîïôöùûüÿœæÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸŒÆ"
ENTRE = " -'’.,;:!?…«»“”–—\u00a0\u202f()/&°"
JUSTES = (
    "L’Haÿ-les-Roses", "CAFÉ…", "« LA CITÉ »", "«\u00a0LA CITÉ\u00a0»", "RÉSIDENCE CITÉ–SUD", "N° 12 bis",
    "O'Brien & Fils", "AT&T; puis", "H&M;", "Cœur de Ville", "CŒUR", "Æbelø", "IRMÃOS", "COVILHÃ",
    "COVILHÃ\u00a0!", "« COVILHÃ»", "MAGALHÃES", "ÅNGSTRÖM", "Łódź", "Nguyễn Thị Âu", "BÂ", "N’GUESSAN",
    "C:\\users", "Où ? Quand ?", "ÊTRE", "Ü", "e\u0301te\u0301", "à 100 €", "5 m²", "Ÿ",
)  # fmt: skip
ABIMES = {
    "AndrÃ©": "texte_mal_decode", "VOILÃ€": "texte_mal_decode", "Ã\u00a0 la porte": "texte_mal_decode",
    "aoÃ»t": "texte_mal_decode", "lâ€™avenue": "texte_mal_decode", "CÅ“ur": "texte_mal_decode",
    "NÂ° 12": "texte_mal_decode", "l\x92avenue": "texte_mal_decode", "Andr\ufffd": "texte_mal_decode",
    "Andrï¿½": "texte_mal_decode", "DÃ”ME": "texte_mal_decode",
    "O&#x27;Brien": ECHAPPE, "Andr&eacute;": ECHAPPE,
    "O&#39;Brien": ECHAPPE, "Dupont &amp; Fils": ECHAPPE, "Andr&amp;#233;": ECHAPPE, "R&amp;amp;D": ECHAPPE,
    "l\\'avenue": ECHAPPE, "Andr\\u00e9": ECHAPPE,
    "C?ur": "lettre_en_point_d_interrogation", "Ren?e": "lettre_en_point_d_interrogation",
}  # fmt: skip


@pytest.mark.parametrize(("texte", "sorte"), ABIMES.items())
def test_a_damaged_name(texte: str, sorte: str) -> None:
    assert abime(texte, nom=True) == sorte
    libre = "" if sorte == "lettre_en_point_d_interrogation" else sorte
    assert abime(texte, nom=False) == libre, "in a sentence, « quoi?encore » is one"


@pytest.mark.parametrize("texte", JUSTES)
def test_a_name_that_is_whole(texte: str) -> None:
    assert abime(texte, nom=True) == ""


@given(st.text(st.sampled_from("abcdeABCDE" + LETTRES + ENTRE), max_size=12))
def test_no_sentence_in_french_is_damaged(texte: str) -> None:
    assert abime(texte, nom=False) == ""


@given(st.text(st.sampled_from("abcdeABCDE '-" + LETTRES), max_size=12))
def test_no_name_in_french_is_damaged(nom: str) -> None:
    assert abime(nom, nom=True) == ""


@pytest.mark.parametrize(
    "pays", ["fr_FR", "pt_PT", "es_ES", "it_IT", "de_DE", "pl_PL", "vi_VN", "tr_TR", "sv_SE"]
)
def test_no_person_and_no_address_is_damaged(pays: str) -> None:
    """As they are, in capitals, and by a typographer."""
    faux = Faker(pays)
    faux.seed_instance(12)
    for _ in range(300):
        for dit in (faux.name(), faux.street_name(), faux.city(), faux.company(), faux.text(60)):
            for texte in (dit, dit.upper(), dit.replace("'", "’").replace(" ?", "\u00a0?")):
                assert abime(texte, nom=True) == "", texte


@given(st.text(st.sampled_from("abcdé" + LETTRES.replace("à", "")), min_size=1, max_size=8))
def test_what_is_read_in_another_encoding_is_seen_and_repaired(nom: str) -> None:
    """« û » and « ë » inside a word, « à » by itself: elsewhere a quotation mark may be one."""
    lu = f"{nom}e".encode().decode("latin-1")
    if not nom.isascii():
        assert abime(lu, nom=False) == "texte_mal_decode"
        assert reparer(lu, "texte_mal_decode") == f"{nom}e"


@given(st.text(st.sampled_from("abcdé'&<" + LETTRES), min_size=1, max_size=8))
def test_what_is_escaped_twice_is_seen_and_repaired(nom: str) -> None:
    lu = html.escape(nom)
    if lu != nom:
        assert abime(lu, nom=False) == ECHAPPE
        assert reparer(lu, ECHAPPE) == nom


def rapport(banc: Banc, *noms: str) -> Rapport:
    """The judgement of a creation for each of these names."""
    for rang, nom in enumerate(noms):
        racine = specimen("personne_seule")
        poser(racine, f"{PERSONNE}/nom", nom)
        poser(racine, f"{FORMULAIRE}/refInterne", f"AndrÃ©-{rang}")  # nobody reads it
        banc.demander(racine, nom=f"DEMG1104-201803151200-{rang:06d}.xml")
    *_, fin = juger_base(banc.services.magasin.journal, banc.nom, banc.services.contrat)
    assert isinstance(fin, Fin)
    return fin.rapport


def test_two_damaged_texts_do_not_conform(banc: Banc) -> None:
    juge = rapport(banc, "LÃ©VY", "BÃ©ART", "BÃ©ART")
    (echouee,) = [v for v in juge.verifications if v.verdict is Verdict.ECHOUE]

    assert not juge.conforme
    assert echouee.id == "trafic-ctr/FID-10"
    assert [(c.echange, c.attendu, c.observe) for c in echouee.constats] == [
        (1, "LéVY", "LÃ©VY"), (2, "BéART", "BÃ©ART"), (3, "BéART", "BÃ©ART")
    ]  # fmt: skip
    assert {e.identifiant for e in juge.echanges} == {1, 2, 3}, "the first one is shown too"
    assert juge.bilans[[b.exigence for b in juge.bilans].index("FID-10")].nombres == {"texte_mal_decode": 3}


def test_one_damaged_text_is_told_and_decides_of_nothing(banc: Banc) -> None:
    """It may be a datum of the tests, sent once or ten times."""
    juge = rapport(banc, "O&#39;BRIEN", "O&#39;BRIEN", "LÃ©VY")
    dits = [angle for angle in juge.angles_morts if angle.quoi.startswith("texte_")]

    assert juge.conforme
    assert {angle.quoi for angle in dits} == {ECHAPPE, "texte_mal_decode"}
    assert "(LÃ©VY, échange 3)" in next(a.phrase for a in dits if a.quoi == "texte_mal_decode")


#: Names of employers (names of people have a pattern, which refuses « & ») → whether they were escaped twice.
EMPLOYEURS = {
    "what nobody types, in two texts": (["Salon d&#39;Anna", "L&#x27;Atelier"], True),
    "accents": (["Caf&eacute; Roux", "Cr\\u00e8che"], True),
    "what is typed and copied, in three": (["Roux &amp; Fils", "Cie &amp; Co", "H&amp;M"], True),
    "two copied names": (["Roux &amp; Fils", "Cie &amp; Co"], False),
    "one copied name in many texts": ([f"Roux &amp; Fils, {rang}" for rang in range(5)], False),
    "beside a plain one, later": (["Roux &amp; Fils", "Cie &amp; Co", "H&amp;M", "Petit & Grand"], False),
    "apostrophes beside a plain one": (["Salon d&#39;Anna", "L&#x27;Atelier", "L'Oubli"], False),
    "accents beside the same": (["Caf&eacute; Roux", "&Eacute;t&eacute;", "Créée"], False),
    "accents beside a plain ampersand": (["R&D", "Caf&eacute; &amp; Roux", "&Eacute;t&eacute;"], True),
    "accents escaped once more": (["Caf&amp;eacute;", "Cr&amp;#232;che", "R&D"], True),
    "accents escaped once more beside the same": (
        ["Caf&amp;eacute;", "Cr&amp;#232;che", "Crèche", "É", "é"],
        False,
    ),
    "an ampersand escaped once more": (["R&amp;amp;D", "Roux &amp;amp; Fils", "A & B"], True),
    "an ampersand before a word": (
        ["Untel &amp;Fils; Lens", "Roux &amp;Co; Lens", "H&amp;M;", "A & B"],
        False,
    ),
    "an apostrophe that is not escaped": (["L'&eacute;t&eacute;", "Caf&eacute; Roux"], True),
}


@pytest.mark.parametrize("cas", EMPLOYEURS)
def test_what_was_escaped_twice_is_told_from_what_was_typed(banc: Banc, cas: str) -> None:
    noms, abimes = EMPLOYEURS[cas]
    vus = TextesAbimes()
    constats = [c for rang, nom in enumerate(noms, 1) for c in vus.voir(_employe(banc, nom, rang))]
    assert constats == [], "the whole traffic tells"
    constats = list(vus.finir())
    assert [c.observe for c in constats] == [nom for nom in noms if abimes and abime(nom, nom=True)]
    assert {a.quoi for a in vus.angles()} == (set() if abimes else {ECHAPPE})


def test_a_text_that_is_damaged_otherwise_acquits_nothing(banc: Banc) -> None:
    """The « & » of its own escape is no plain one."""
    vus = TextesAbimes()
    noms = ("Roux &amp; Fils", "H&amp;M", "C&amp;A", "CafÃ© &amp; Bar")
    assert [c for rang, nom in enumerate(noms, 1) for c in vus.voir(_employe(banc, nom, rang))] == []
    assert [c.observe for c in vus.finir()] == [*noms[:3]]


@pytest.mark.parametrize(("voie", "abimes"), [("RUE DE L'ÉGLISE", 0), ("RUE DU BAC", 2)])
def test_a_plain_apostrophe_anywhere_acquits_names_that_were_typed_so(
    banc: Banc, voie: str, abimes: int
) -> None:
    vus = TextesAbimes()
    for rang, nom in enumerate(("L&apos;Hermitte", "D&apos;Angelo"), 1):
        racine = specimen("personne_seule")
        poser(racine, f"{PERSONNE}/situationProfessionnelle/nomEmployeurPrincipal", nom)
        poser(racine, f"{PERSONNE}/adressePostale/voie", voie)
        recu = banc.demander(racine, nom=f"DEMG1104-201803151200-{rang:06d}.xml")
        assert recu.echange is not None
        assert list(vus.voir(Observation(recu.echange, banc.services.contrat))) == []
    assert len(list(vus.finir())) == abimes


def test_a_plain_character_of_another_kind_of_message_acquits_nothing(banc: Banc) -> None:
    """A form that is filled anew from a page is escaped when it is changed, not when it is created."""
    vus = TextesAbimes()
    crees = [_employe(banc, nom, rang) for rang, nom in enumerate(("Roux & Fils", "L'Atelier"), 1)]
    changes = [_employe(banc, html.escape(nom), 3, "MOD") for nom in ("Roux d'Or", "L'Atelier")]
    assert [c for vue in (*crees, *changes) for c in vus.voir(vue)] == []
    assert len(list(vus.finir())) == 2


def _employe(banc: Banc, employeur: str, rang: int, genre: str = "CRE") -> Observation:
    """What is seen of a demande of somebody who works there."""
    racine = message(specimen("personne_seule"), genre)
    poser(racine, f"{PERSONNE}/situationProfessionnelle/nomEmployeurPrincipal", employeur)
    recu = banc.demander(racine, nom=f"DEMG1104-201803151200-{rang:06d}.xml")
    assert recu.echange is not None
    return Observation(recu.echange, banc.services.contrat)


def test_whole_texts_prove_nothing(banc: Banc) -> None:
    juge = rapport(banc, "LÉVY", "D'ŒUVRE")

    assert juge.conforme
    assert "FID-10" not in {v.exigence for v in juge.verifications}
