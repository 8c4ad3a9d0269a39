import errno

from sne_interface.raisons_du_systeme import raison_ecriture, raison_systeme


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
