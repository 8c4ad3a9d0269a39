"""An exchange from its opening to its line: what is answered and kept, however it ends."""

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from banc import FORMULAIRE, Banc, message, oter, poser, specimen
from lxml import etree

import sne_sandbox
from sne_interface.domain.echange import RequeteHttp, VerdictEchange
from sne_interface.domain.panne import PanneDefinition
from sne_sandbox.bases import pannes
from sne_sandbox.pipeline import Pipeline


def requete(banc: Banc, methode: str = "POST", corps: bytes = b"", **suite: Any) -> RequeteHttp:
    chemin = f"/bases/{banc.nom}/services/DemandeLogementImplService/"
    return RequeteHttp(methode, chemin, [("Content-Type", "application/soap+xml")], corps, **suite)


def appeler(banc: Banc, recue: RequeteHttp, base: str | None = None) -> Any:
    return banc.services.echanges.appel(recue, "DemandeLogementImplService", base or banc.nom)


@pytest.mark.parametrize("methode", ["PUT", "DELETE", "PATCH"])
def test_another_method_is_refused_with_a_line(banc: Banc, methode: str) -> None:
    reponse = appeler(banc, requete(banc, methode))
    assert (reponse.statut, dict(reponse.en_tetes)["Allow"]) == (405, "GET, POST")
    (echange,) = banc.journal()
    assert (echange.verdict, echange.methode, echange.statut) == (VerdictEchange.REFUS, methode, 405)


def test_the_page_of_another_site_is_refused_before_anything_is_read(banc: Banc) -> None:
    reponse = appeler(banc, requete(banc, corps=b"\xff", d_un_autre_site="Origin: http://ailleurs.example"))
    assert reponse.statut == 403
    (echange,) = banc.journal()
    assert (echange.verdict, echange.operation) == (VerdictEchange.REFUS, None)


@pytest.mark.parametrize(
    "panne",
    [
        PanneDefinition("bom", parametres={"partie": "document"}),
        PanneDefinition("encodage_faux", parametres={"encodage": "utf-16"}),
        PanneDefinition("encodage_faux", parametres={"lieu": "en_tete"}),
        PanneDefinition("numero_faux"),
        PanneDefinition("partie_absente"),
    ],
    ids=lambda panne: panne.genre,
)
def test_a_refusal_that_is_no_envelope_has_its_line_whatever_is_armed(
    banc: Banc, panne: PanneDefinition
) -> None:
    pannes.armer(banc.services.magasin, banc.nom, panne)
    reponse = appeler(banc, requete(banc, corps=b"<a/>", d_un_autre_site="Origin: http://ailleurs.example"))
    assert reponse.statut == 403
    assert "SNE-Echange" in dict(reponse.en_tetes)
    assert len(banc.journal()) == 1


def test_a_base_that_is_none_is_told_in_the_journal_of_the_default_one(banc: Banc) -> None:
    reponse = appeler(banc, requete(banc), base="absente")
    assert reponse.statut == 404
    assert "/bases/ecole/exchanges/" in dict(reponse.en_tetes)["SNE-Echange"]


def test_warnings_prevent_nothing(nouvelle_base: Callable[..., Banc]) -> None:
    banc = nouvelle_base(profile="souple")
    racine = specimen("personne_seule")
    poser(racine, f"{FORMULAIRE}/personnePhysique/demandeur/civilite", code="9")
    resultat = banc.demander(racine)
    assert resultat.numero
    assert resultat.echange is not None
    assert resultat.echange.verdict is VerdictEchange.ACCEPTE
    assert {a["gravite"] for a in resultat.echange.anomalies} == {"avertissement"}


def test_what_was_noted_before_a_fault_stays_in_the_line(banc: Banc) -> None:
    numero, racine = banc.creer_demande()
    resultat = banc.demander(message(racine, "MOD", numero.replace("1", "9", 1)))
    assert resultat.echange is not None
    assert (resultat.echange.type_fichier, resultat.echange.version) == ("MOD", "02.01")


def test_a_refusal_by_the_schema_changes_nothing_and_explains_itself(banc: Banc) -> None:
    racine = specimen("personne_seule")
    oter(racine, f"{FORMULAIRE}/numGuichet")
    resultat = banc.demander(etree.tostring(racine))
    assert (resultat.statut, banc.compter()) == (500, 0)
    (echange,) = banc.journal()
    assert echange.verdict is VerdictEchange.FAULT
    assert "numGuichet" in (echange.fault or {})["explication"]


def test_a_journal_that_cannot_be_written_loses_no_answer(
    banc: Banc, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def tomber(*_: Any) -> int:
        raise OSError("disque plein")

    monkeypatch.setattr(banc.services.magasin.journal, "consigner", tomber)
    reponse = appeler(banc, requete(banc, corps=b"<a/>"))
    assert reponse.statut == 500
    assert "SNE-Echange" not in dict(reponse.en_tetes)


def test_the_reading_of_a_call_does_not_hold_the_writers(banc: Banc, monkeypatch: pytest.MonkeyPatch) -> None:
    """What only reads works outside of the transaction that writes its line."""
    numero, _ = banc.creer_demande()
    magasin = banc.services.magasin
    vues: list[bool] = []
    valider = banc.services.contrat.schemas.validate

    def regarder(*args: Any, **options: Any) -> Any:
        vues.append(bool(getattr(magasin._local, "ecrit", False)))
        return valider(*args, **options)

    monkeypatch.setattr(type(banc.services.contrat.schemas), "validate", staticmethod(regarder))
    assert banc.relire(numero).statut == 200
    assert vues
    assert not any(vues)


def test_from_the_wsgi_entry_to_the_steps_there_are_seven_frames_of_ours_at_most(
    nouvelle_base: Callable[..., Banc], monkeypatch: pytest.MonkeyPatch
) -> None:
    banc = nouvelle_base()
    racine = str(Path(sne_sandbox.__file__).parent)
    cadres: list[str] = []
    traiter = Pipeline.traiter

    def compter(self: Pipeline, *args: Any, **options: Any) -> Any:
        cadre = sys._getframe(1)
        while cadre is not None:
            if cadre.f_code.co_filename.startswith(racine):
                cadres.append(cadre.f_code.co_qualname)
            cadre = cadre.f_back  # type: ignore[assignment]
        return traiter(self, *args, **options)

    monkeypatch.setattr(Pipeline, "traiter", compter)
    assert banc.demander(specimen("personne_seule")).numero
    assert cadres[-1] == "PorteSoap.__call__"
    assert len(cadres) + 1 <= 7, cadres


#: Of the budget of an accepted getNumUnique.
FICHIERS_MAX = 45


def test_an_accepted_call_goes_through_few_files_of_ours(nouvelle_base: Callable[..., Banc]) -> None:
    assert nouvelle_base().demander(specimen("colocataires")).numero  # what is read once is read
    banc = nouvelle_base()
    racine = str(Path(sne_sandbox.__file__).parent.parent)
    touches: set[str] = set()
    entree = banc.app.wsgi_app

    def noter(cadre: FrameType, evenement: str, _: Any) -> None:
        if evenement == "call" and cadre.f_code.co_filename.startswith(racine):
            touches.add(cadre.f_code.co_filename.removeprefix(racine))

    def suivre(environ: Any, start_response: Any) -> Any:
        sys.setprofile(noter)
        try:
            return entree(environ, start_response)
        finally:
            sys.setprofile(None)

    banc.app.wsgi_app = suivre  # type: ignore[method-assign]
    try:
        assert banc.demander(specimen("colocataires")).numero
    finally:
        banc.app.wsgi_app = entree  # type: ignore[method-assign]
    assert len(touches) <= FICHIERS_MAX, sorted(touches)
