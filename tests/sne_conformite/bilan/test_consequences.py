"""What one fault drags along, without an application."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from donnees import a_cote

from sne_conformite.bilan.consequences import Consequences, Lectures, chef, chefs
from sne_conformite.juges.juge import Connu, PasJoue
from sne_conformite.rapports.rapport import Constat
from sne_interface.domain.element_recu import Element

NOM = "interfaceNuu/demande/demandeLogement/personnePhysique/demandeur/nom"


def conclure(
    demandees: Collection[str] = ("FID-10", "CTR-01"), *, observe: str, **de_fidelite: Any
) -> list[Constat]:
    """The findings of the traffic of a step, in which « L'œil & l'ouïe » was entered, and `observe` sent."""
    attendu = Element("demandeLogement", enfants=(Element("nom", "L'œil & l'ouïe"),))
    pas = PasJoue("enregistrer", {}, {"statut": "erreur"}, (), Connu(), (), attendu)
    suivies = Consequences(frozenset(demandees), Lectures())
    fidelite = replace(Constat("FID-10", False, "abîmé", echange=1), **de_fidelite)
    assert suivies.trier(pas, [fidelite]) == [fidelite]
    trop_longue = Constat("CTR-01", False, "trop longue", "schema_nom", NOM, observe=observe, echange=1)
    return suivies.conclure([trop_longue])


def test_a_text_that_grew_as_it_was_escaped_twice_is_not_told_to_be_shortened() -> None:
    """Its escapes made it too long: that is charged to FID-10 alone, and to the schema where the text is
    another's, was written as it was entered, or where no text of that exchange is damaged."""
    for echappe in ("L&#39;œil &amp; l&#39;ouïe", "L&#39;œil &am… (4000 caractères)", "L&#39;œil &amp; l…"):
        (plie,) = conclure(observe=echappe)
        assert (plie.cause, plie.rompue) == ("FID-10", False)
    for autre in ("L'œil & l'ouïe", "L&#39;œil &amp; l&#39;autre", "L&#39;œil gauche…", "L'œil et l'ouïe"):
        (seul,) = conclure(observe=autre)
        assert (seul.cause, seul.rompue) == ("", True)
    for sans in ({"echange": 2}, {"tenue": True}, {"exigence": "FID-01"}):
        assert conclure(observe="L&#39;œil &amp; l&#39;ouïe", **sans)[0].rompue


def test_what_the_contract_does_not_ask_explains_nothing() -> None:
    """EMB-18 and FID-10 are no requirements of v5.0: what they would explain is charged there."""
    pas = PasJoue("supprimer_evenement", {}, {"statut": "fait"}, (), Connu(), ())
    sorte = "evenement_reglementaire_supprime"
    lot = [Constat(exigence, False, "dit", sorte, echange=1) for exigence in ("EMB-18", "VIE-17")]
    for demandees, cause in (({"EMB-18", "VIE-17"}, "EMB-18"), ({"VIE-17"}, "")):
        suivies = Consequences(frozenset(demandees), Lectures())
        (dernier,) = [c for c in suivies.trier(pas, lot) if c.exigence == "VIE-17"]
        (du_trafic,) = [c for c in suivies.conclure(lot) if c.exigence == "VIE-17"]
        assert (dernier.cause, du_trafic.cause) == (cause, cause)
    (seule,) = conclure({"CTR-01"}, observe="L&#39;œil &amp; l&#39;ouïe")
    assert seule.rompue


def test_a_wrong_number_explains_that_it_is_sent_and_no_other() -> None:
    suivies = Consequences(frozenset({"VIE-21"}), Lectures())
    fait = PasJoue("enregistrer", {}, {"statut": "fait", "numero_unique": "n"}, (), Connu(), ())
    suivies.trier(fait, [Constat("VIE-21", False, "dit", "numero_altere", observe="n")])
    for observe, cause in (("n", "VIE-21"), ("m", ""), ("", "")):
        envoye = Constat("VIE-03", False, "dit", "numero_errone", observe=observe)
        assert [c.cause for c in suivies.trier(fait, [envoye])] == [cause]


def test_a_recommendation_explains_no_command_that_was_given_up() -> None:
    pas = PasJoue("modifier_evenement", {}, {"statut": "erreur"}, (), Connu(), ())
    for exigence, cause in (("EMB-04", ""), ("CTR-01", "CTR-01")):
        suivies = Consequences(frozenset({"CTR-01"}), Lectures())
        suivies.renoncer(pas, "rien", [Constat(exigence, False, "dit", "x")])
        assert [c.cause for c in suivies.conclure([])] == [cause] * bool(cause)
        assert bool(suivies.empechees) != bool(cause)


def test_what_one_cause_does_in_two_families_is_charged_once() -> None:
    """To the first of them; a value that is changed, or left out, for no reason that is known, to each."""
    for sorte, chemin, attendu, observe in a_cote(__file__)["charged_once"]:
        ruptures = {e: [Constat(e, False, "", sorte, chemin, attendu, observe)] for e in ("FID-03", "FID-01")}
        causes = [chef(c, chefs(ruptures)) for (c,) in ruptures.values()]
        assert causes == ["" if attendu in ("Dupont", "3") else "FID-01", ""]
        assert not chef(ruptures["FID-01"][0], chefs({"FID-03": ruptures["FID-03"]})), "nor by a later one"
