"""One tree for everything that goes wrong."""

import errno
from typing import Any

import pytest

from sne_conformite.preuves.paquet_de_preuves import DossierAltere
from sne_conformite.preuves.signature import SignatureRefusee
from sne_interface import errors
from sne_interface.errors import raison_ecriture, raison_systeme


def _toutes(racine: type[BaseException]) -> list[type[BaseException]]:
    return [c for fille in racine.__subclasses__() for c in (fille, *_toutes(fille))]


def test_operator_errors_have_the_exit_codes_of_the_design() -> None:
    codes = {c: c.exit_code for c in _toutes(errors.OperatorError)}
    assert all((code == 2) == issubclass(c, errors.UsageError) for c, code in codes.items())
    # Evidence that was tampered with, or that nobody trusted signed, proves nothing: not conforming.
    assert {c for c, code in codes.items() if code == 1} == {DossierAltere, SignatureRefusee}
    assert set(codes.values()) == {1, 2, 3}


def test_diagnostics_give_the_remedy() -> None:
    assert errors.StoreError("Panne.", remede="réparez").diagnostics() == "Panne.\n→ réparez"
    assert errors.StoreError("Panne.").diagnostics() == "Panne."
    assert "bases list" in errors.BaseInconnue("x").diagnostics()


def test_a_test_that_fails_shows_the_remedy_too() -> None:
    """pytest prints an exception with its notes, not its diagnostics."""
    assert errors.StoreError("Panne.", remede="réparez").__notes__ == ["→ réparez"]
    assert not hasattr(errors.StoreError("Panne."), "__notes__")


def test_exchange_errors_are_faults_of_soap_12() -> None:
    codes: dict[str, Any] = {c.__name__: c.code for c in _toutes(errors.ExchangeError) if hasattr(c, "code")}
    assert set(codes.values()) == {"Sender", "Receiver", "VersionMismatch", "MustUnderstand"}
    assert [nom for nom, code in codes.items() if code == "Receiver"] == [
        "ErreurInterne",
        "ContratIndisponible",
        "ServiceIndisponible",
        "PanneServeur",
    ]


def test_the_explanation_stays_inside() -> None:
    erreur = errors.MessageMalforme("Illisible.", explication="ligne 3")
    assert (str(erreur), erreur.diagnostics()) == ("Illisible.", "Illisible.\nligne 3")


@pytest.mark.parametrize(
    ("erreur", "phrase"),
    [
        (
            errors.StructureIncorrecte(),
            "Une erreur inattendue est survenue lors du traitement de la demande.",
        ),
        (
            errors.CertificatNonConforme(""),
            "Le nom du certificat associé [] n\N{RIGHT SINGLE QUOTATION MARK}est pas conforme.",
        ),
        (
            errors.DoublonsAssociation(),
            "Une erreur inattendue est survenue lors du traitement de la demande.",
        ),
        (errors.NumeroInconnu("X"), "Le numéro unique [X] est inconnu."),
    ],
)
def test_the_sentences_byte_for_byte(erreur: errors.ExchangeError, phrase: str) -> None:
    assert str(erreur) == phrase
    assert erreur.code == "Sender"


def test_the_system_speaks_french() -> None:
    assert raison_systeme(FileNotFoundError(errno.ENOENT, "No such file or directory")) == "il n'existe pas"
    assert raison_systeme(OSError(errno.ENOTTY, "Inappropriate ioctl for device")) == (
        f"le système a refusé (erreur {errno.ENOTTY})"
    )
    assert raison_systeme(OSError("dit autrement")) == "dit autrement"


def test_what_cannot_be_made_is_not_said_to_be_missing() -> None:
    assert raison_ecriture(FileNotFoundError(errno.ENOENT, "")) == "le dossier où l'écrire n'existe pas"
    assert raison_ecriture(FileExistsError(errno.EEXIST, "")) == "un fichier porte déjà ce nom"
    assert raison_ecriture(PermissionError(errno.EACCES, "")) == "les droits manquent"
