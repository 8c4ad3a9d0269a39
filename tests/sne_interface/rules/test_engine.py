from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from banc import CREATIONS
from donnees import a_cote

from sne_interface.contract import contrats_charges
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.anomalie import Gravite
from sne_interface.errors import ErreurInterne
from sne_interface.rules import engine
from sne_interface.rules.catalogue import REGLES
from sne_interface.rules.engine import MESSAGE_MAX, PROPRIETE_MAX, Jugement, juger, ranger, regles_de
from sne_interface.rules.rule import Contexte, Infraction, regle

Message = Callable[..., Contexte]
D = "~/personnePhysique/demandeur"
FORMULAIRE = "interfaceNuu/demande/demandeLogement"


def codes(contexte: Contexte, contrat: Contrat, profil: str = "ecole") -> list[str]:
    return [a.regle for a in juger(contexte, contrat, profil)]


def changer(contrat: Contrat, code: str, **champs: object) -> Contrat:
    fiche = replace(contrat.regles[code], **champs)  # type: ignore[arg-type]
    return replace(contrat, regles={**contrat.regles, code: fiche})


def avec_regle(monkeypatch: pytest.MonkeyPatch, *constats: Infraction, code: str = "IDT001") -> None:
    """The catalogue reduced to one rule, which always finds `constats`."""

    @regle(code)
    def toujours(contexte: Contexte) -> Iterator[Infraction]:
        yield from constats

    monkeypatch.setattr(engine, "REGLES", (toujours,))


@pytest.fixture(autouse=True)
def plans_neufs(contrat: Contrat) -> Iterator[None]:
    contrat.retenus.clear()
    yield
    contrat.retenus.clear()


@pytest.mark.parametrize("specimen", CREATIONS)
@pytest.mark.parametrize("profil", ["ecole", "strict"])
def test_a_good_household_breaks_no_rule(
    message: Message, contrat: Contrat, specimen: str, profil: str
) -> None:
    assert juger(message(specimen=specimen), contrat, profil) == []


def test_an_unwanted_type_of_file_is_the_only_anomalie(message: Message, contrat: Contrat) -> None:
    fautes = [["texte", f"{D}/nom", " "], ["code", f"{D}/civilite", "9"]]
    assert codes(message(type="DIS", edits=fautes), contrat) == ["ENT001"]


def test_anomalies_follow_the_document(message: Message, contrat: Contrat) -> None:
    contexte = message(
        specimen="colocataires",
        edits=[
            ["code", "~/personnePhysique/logementActuel/commune", "99999"],
            ["texte", "~/personnePhysique/listeCotitulaire/cotitulaire/nom", ""],
            ["code", f"{D}/civilite", "9"],
            ["texte", f"{D}/nom", ""],
            ["code", "~/principauxMotifDemande/motifDemande[2]", "99"],
            ["texte", "entete/dateFichier", "2018-03-20T12:00:00Z"],
        ],
        maintenant="2018-03-15T12:00:00+01:00",
        nom_fichier="demande.xml",
    )
    assert [a.propriete.removeprefix(FORMULAIRE) for a in juger(contexte, contrat, "ecole")] == [
        "nomFichierDemande",
        "interfaceNuu/entete/dateFichier",
        "/principauxMotifDemande/motifDemande[2]",
        "/personnePhysique/demandeur/civilite",
        "/personnePhysique/demandeur/nom",
        "/personnePhysique/listeCotitulaire/cotitulaire/nom",
        "/personnePhysique/logementActuel/commune",
    ]


def test_indices_sort_as_numbers(message: Message, contrat: Contrat, monkeypatch: pytest.MonkeyPatch) -> None:
    motif = f"{FORMULAIRE}/principauxMotifDemande/motifDemande"
    avec_regle(monkeypatch, Infraction(f"{motif}[10]", {}), Infraction(f"{motif}[9]", {}))
    assert [a.propriete for a in juger(message(), contrat, "ecole")] == [f"{motif}[9]", f"{motif}[10]"]


def test_nothing_is_said_twice(message: Message, contrat: Contrat, monkeypatch: pytest.MonkeyPatch) -> None:
    meme = Infraction("interfaceNuu", {"valeur": "1"})
    avec_regle(monkeypatch, meme, meme, Infraction("interfaceNuu", {"valeur": "2"}))
    assert [a.valeur for a in juger(message(), contrat, "ecole")] == ["1", "2"]


def test_what_no_document_holds_is_on_no_line(message: Message, contrat: Contrat) -> None:
    contexte = message(edits=[["code", f"{D}/civilite", "9"]], nom_fichier="demande.xml")
    nom, civilite = juger(contexte, contrat, "ecole")
    assert (nom.propriete, nom.ligne) == ("nomFichierDemande", 0)
    assert civilite.ligne > 0


def test_two_runs_are_put_back_in_order(message: Message, contrat: Contrat) -> None:
    contexte = message(
        edits=[["code", f"{D}/civilite", "9"], ["texte", "~/numGuichet", "G8888"], ["texte", f"{D}/nom", ""]]
    )
    dehors = juger(contexte, contrat, "ecole", engine.Jeu.SANS_REGISTRE)
    dedans = juger(contexte, contrat, "ecole", engine.Jeu.AU_REGISTRE)
    assert [a.regle for a in dedans] == ["ENT006"]
    assert ranger([*dehors, *dedans, *dehors], contrat) == juger(contexte, contrat, "ecole")


def test_each_rule_runs_in_one_of_the_two_runs(message: Message, contrat: Contrat) -> None:
    def jouees(contexte: Contexte, choix: engine.Jeu) -> list[str]:
        plan = engine._plan(contrat, contexte.type_fichier, contexte.canal, "strict", choix)
        return [poste.regle.code for poste in (*plan.prealables, *plan.postes)]

    for type_fichier in ("CRE", "CRS", "MOD", "REN", "RAD", "SUP", "COP", "DALO", "EVT", "RCH"):
        contexte = replace(message(), type_fichier=type_fichier)
        sans, avec, toutes = (
            jouees(contexte, choix)
            for choix in (engine.Jeu.SANS_REGISTRE, engine.Jeu.AU_REGISTRE, engine.Jeu.TOUS)
        )
        assert sorted(sans + avec) == sorted(toutes)
        assert not set(sans) & set(avec)


def test_a_message_is_judged_in_two_times_as_it_is_in_one(message: Message, contrat: Contrat) -> None:
    edits = [["code", f"{D}/civilite", "9"], ["texte", "~/numGuichet", "G8888"], ["texte", f"{D}/nom", ""]]
    for type_fichier in ("CRE", "MOD"):
        contexte = message(edits=[*edits, ["texte", "entete/typeFichier", type_fichier]], type=type_fichier)
        jugement = Jugement(contexte, contrat, "ecole")
        jugement.lire_le_message()
        assert (not jugement.anomalies) is (type_fichier == "MOD"), "MOD is compared with the stored demande"
        jugement.consulter(contexte.registre)
        assert "ENT006" in [a.regle for a in jugement.anomalies]
        assert jugement.anomalies == juger(contexte, contrat, "ecole")


def test_a_rule_that_comes_first_ends_the_judgement(message: Message, contrat: Contrat) -> None:
    contexte = message(
        edits=[["texte", "entete/typeFichier", "XXX"], ["texte", "~/numGuichet", "G8888"]], type="XXX"
    )
    jugement = Jugement(contexte, contrat, "ecole")
    jugement.lire_le_message()
    jugement.consulter(contexte.registre)
    assert [a.regle for a in jugement.anomalies] == ["ENT001"]


def test_a_contract_runs_only_the_rules_it_has(contrat: Contrat) -> None:
    sans = replace(contrat, regles={c: f for c, f in contrat.regles.items() if not c.startswith("NIR")})
    assert not [r for r in regles_de(sans, "CRE") if r.code.startswith("NIR")]


def test_a_rule_that_an_overlay_ignores_does_not_run(message: Message, contrat: Contrat) -> None:
    contexte = message(edits=[["texte", f"{D}/nom", " "]])
    assert codes(contexte, contrat) == ["IDT016"]
    assert codes(contexte, changer(contrat, "IDT016", gravite_imposee=Gravite.IGNOREE)) == []


def test_an_overlay_renames_a_code_and_keeps_ours_beside(message: Message, contrat: Contrat) -> None:
    officiel = changer(contrat, "IDT016", code_officiel="A-0142", texte="Nom [{valeur}] vide ({inconnu}).")
    (anomalie,) = juger(message(edits=[["texte", f"{D}/nom", " "]]), officiel, "ecole")
    assert (anomalie.regle, anomalie.code) == ("IDT016", "A-0142")
    assert anomalie.message == "Nom [ ] vide ()."


def test_what_is_missing_is_named_and_shows_no_value(message: Message, contrat: Contrat) -> None:
    (absent,) = juger(message(edits=[["supprimer", "~/logementRecherche"]]), contrat, "ecole")
    assert (absent.regle, absent.valeur) == ("REC001", "")
    assert absent.propriete.endswith("/logementRecherche")
    (sans_code,) = juger(message(edits=[["code", f"{D}/civilite", ""]]), contrat, "ecole")
    assert (sans_code.regle, sans_code.valeur) == ("ENT013", "")
    assert sans_code.message == "Le code de [civilite] est obligatoire."


def test_a_faulty_value_beside_what_is_missing_is_shown(message: Message, contrat: Contrat) -> None:
    place = "~/logementRecherche/listeLocalisationSouhaite"
    (anomalie,) = juger(message(localisations_max=2), contrat, "ecole")
    assert (anomalie.regle, anomalie.valeur) == ("REC003", "3")
    assert anomalie.propriete == f"{FORMULAIRE}{place.removeprefix('~')}"


def test_message_and_path_keep_to_the_bounds_of_the_schema(
    message: Message, contrat: Contrat, monkeypatch: pytest.MonkeyPatch
) -> None:
    avec_regle(monkeypatch, Infraction("interfaceNuu/" + "a" * 600, {"valeur": "é" * 600}))
    (anomalie,) = juger(message(), contrat, "ecole")
    assert len(anomalie.message) == MESSAGE_MAX
    assert len(anomalie.propriete) == PROPRIETE_MAX


def test_a_nir_is_never_shown(message: Message, contrat: Contrat, monkeypatch: pytest.MonkeyPatch) -> None:
    nir = "206127511100564"
    avec_regle(monkeypatch, Infraction(f"{FORMULAIRE}/personnePhysique/demandeur/nir", {"valeur": nir}))
    (anomalie,) = juger(message(), contrat, "ecole")
    assert nir not in anomalie.message
    assert anomalie.valeur == "206************"


def test_a_rule_that_throws_is_named_and_its_cause_kept(
    message: Message, contrat: Contrat, monkeypatch: pytest.MonkeyPatch
) -> None:
    def casse(contexte: Contexte) -> Iterator[Infraction]:
        raise ZeroDivisionError
        yield

    monkeypatch.setattr(engine, "REGLES", (regle("IDT001")(casse),))
    with pytest.raises(ErreurInterne) as erreur:
        juger(message(), contrat, "ecole")
    assert "IDT001 (casse)" in erreur.value.explication
    assert isinstance(erreur.value.__cause__, ZeroDivisionError)


class TestFaultsThatTheStoredDemandeHas:
    COT = "~/personnePhysique/listeCotitulaire/cotitulaire"

    def gravites(self, contexte: Contexte, contrat: Contrat, code: str) -> list[Gravite]:
        return [a.gravite for a in juger(contexte, contrat, "ecole") if a.regle == code]

    @pytest.mark.parametrize("type_fichier", ["MOD", "REN"])
    def test_they_only_warn(self, message: Message, contrat: Contrat, type_fichier: str) -> None:
        faute = ["code", f"{D}/adressePostale/commune", "99999"]
        contexte = message(type=type_fichier, edits=[faute], stockee={"edits": [faute]})
        assert self.gravites(contexte, contrat, "ADR002") == [Gravite.AVERTISSEMENT]

    @pytest.mark.parametrize("prefixe", ["IDT", "ADR", "MEN", "RES", "LOG", "REC", "MOT", "HAN"])
    def test_so_does_all_that_is_said_of_the_household(
        self, message: Message, contrat: Contrat, monkeypatch: pytest.MonkeyPatch, prefixe: str
    ) -> None:
        """What it is, lives in and looks for: everything but how the message was written and sent."""
        code = min(code for code in contrat.regles if code.startswith(prefixe))
        bloque = changer(contrat, code, gravite_imposee=Gravite.BLOQUANTE, types=frozenset({"MOD"}))
        avec_regle(monkeypatch, Infraction(FORMULAIRE, {"valeur": "1"}), code=code)
        connue = message(type="MOD", stockee={"edits": []})
        assert self.gravites(connue, bloque, code) == [Gravite.AVERTISSEMENT]
        assert self.gravites(replace(connue, stockee=None), bloque, code) == [Gravite.BLOQUANTE]

    def test_another_value_blocks(self, message: Message, contrat: Contrat) -> None:
        contexte = message(
            type="MOD",
            edits=[["code", f"{D}/adressePostale/commune", "99998"]],
            stockee={"edits": [["code", f"{D}/adressePostale/commune", "99999"]]},
        )
        assert self.gravites(contexte, contrat, "ADR002") == [Gravite.BLOQUANTE]

    def test_an_old_fault_serves_once(self, message: Message, contrat: Contrat) -> None:
        ajout = (
            "<cotitulaire><civilite code='2'/><nom/><prenom>Jeanne</prenom>"
            "<dateNaissance>1994-10-07</dateNaissance><nationalite code='1'/><situationFamiliale code='C'/>"
            "<lienDemandeur code='L'/><situationProfessionnelle><typeContratTravail code='ETU'/>"
            "</situationProfessionnelle><listeRessourceRecue/><listeRessourceVersee/></cotitulaire>"
        )
        sans_nom = ["texte", f"{self.COT}/nom", ""]
        contexte = message(
            type="MOD",
            specimen="colocataires",
            edits=[sans_nom, ["ajouter", self.COT.rpartition("/")[0], ajout]],
            stockee={"edits": [sans_nom]},
        )
        assert sorted(self.gravites(contexte, contrat, "IDT016")) == [
            Gravite.AVERTISSEMENT,
            Gravite.BLOQUANTE,
        ]

    def test_a_fault_of_the_header_blocks_all_the_same(self, message: Message, contrat: Contrat) -> None:
        faute = ["code", f"{D}/civilite", "9"]
        contexte = message(type="MOD", edits=[faute], stockee={"edits": [faute]})
        assert self.gravites(contexte, contrat, "ENT011") == [Gravite.BLOQUANTE]

    def test_a_creation_has_no_past(self, message: Message, contrat: Contrat) -> None:
        faute = ["code", f"{D}/adressePostale/commune", "99999"]
        assert self.gravites(message(edits=[faute]), contrat, "ADR002") == [Gravite.BLOQUANTE]


@pytest.mark.parametrize(
    ("anciens", "courants", "legers"), a_cote(__file__)["each_old_fault_makes_one_light"]
)
def test_each_old_fault_makes_one_light(anciens: str, courants: str, legers: str) -> None:
    def constats(chemins: str) -> list[Infraction]:
        return [Infraction(chemin, {"valeur": "1"}) for chemin in chemins.split()]

    rendus = engine._alleger(constats(courants), constats(anciens))
    assert [c.chemin for c in rendus] == courants.split()
    assert [c.chemin for c in rendus if c.leger] == legers.split()


def test_the_same_place_with_another_value_is_a_new_fault() -> None:
    (rendu,) = engine._alleger([Infraction("a", {"valeur": "2"})], [Infraction("a", {"valeur": "1"})])
    assert not rendu.leger


def test_the_table_of_plans_stays_small(message: Message, contrat: Contrat) -> None:
    for rang in range(contrats_charges._RETENUS_MAX + 10):
        juger(replace(message(), type_fichier=f"X{rang}"), contrat, "ecole")
    assert max(map(len, contrat.retenus.values())) <= contrats_charges._RETENUS_MAX


def test_codes_are_unique() -> None:
    assert len({r.code for r in REGLES}) == len(REGLES)
