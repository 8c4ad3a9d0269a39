"""Why the system refused, in French: what it says itself is in English."""

import errno
from collections.abc import Mapping
from typing import Final

_RAISONS: Final[Mapping[int, str]] = {
    errno.ENOENT: "il n'existe pas",
    errno.EACCES: "les droits manquent",
    errno.EPERM: "les droits manquent",
    errno.EISDIR: "c'est un dossier",
    errno.ENOTDIR: "un élément du chemin n'est pas un dossier",
    errno.EEXIST: "il existe déjà",
    errno.ENOSPC: "le disque est plein",
    errno.EDQUOT: "le quota du disque est atteint",
    errno.EROFS: "le disque est en lecture seule",
    errno.ENAMETOOLONG: "son nom est trop long",
    errno.ELOOP: "ses liens symboliques tournent en rond",
    errno.EMFILE: "trop de fichiers sont ouverts",
    errno.ENFILE: "trop de fichiers sont ouverts",
    errno.EFBIG: "il est trop gros",
    errno.EIO: "le disque a failli",
    errno.ENOTEMPTY: "le dossier n'est pas vide",
    errno.EBUSY: "il est occupé",
    errno.ENOEXEC: "ce n'est ni un programme, ni un script qui commence par #!/bin/sh",
}


def raison_systeme(erreur: OSError) -> str:
    """The reason, to follow a colon; the number of the error for one that has no sentence here."""
    if erreur.errno is None:
        return str(erreur) or "le système a refusé"
    return _RAISONS.get(erreur.errno, f"le système a refusé (erreur {erreur.errno})")


def raison_ecriture(erreur: OSError) -> str:
    """The same, of a file or folder that was to be made: what is missing then is not that one."""
    if erreur.errno == errno.ENOENT:
        return "le dossier où l'écrire n'existe pas"
    if erreur.errno == errno.EEXIST:
        return "un fichier porte déjà ce nom"
    return raison_systeme(erreur)
