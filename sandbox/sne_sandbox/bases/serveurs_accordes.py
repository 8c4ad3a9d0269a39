"""Several servers, each on its host and with its home, over one database: what of a home is the same in all.

The authority that signs their certificates, the names by which they are called and the key of their cookies
are in the database (`coffre`), when it is PostgreSQL and a secret is given that encrypts them. The
home of each has a copy of its own, which is what is read at work. The first server to come gives what its
home has, or makes it.
"""

import json
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from sne_interface.errors import StoreError, UsageError, raison_ecriture
from sne_sandbox.bases.jetons import CLE_CONSOLE, FICHIER, cle_des_cookies
from sne_sandbox.pki import pki_verifiee
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.store.plusieurs_serveurs.coffre import Coffre, CoffreTenu, lire_secret

#: Files of a home that are the same in all, the certificate of the authority after its key.
_PARTAGES: Final = ("pki/ca.key", "pki/ca.pem", CLE_CONSOLE)
#: Those that a home may do without: the admin token that its server drew.
_FACULTATIFS: Final = (FICHIER,)
_NOMS: Final = "pki/noms"

#: What makes or renews the certificates of a home, for a server of these names.
Preparation = Callable[[Path, Sequence[str]], object]


def accorder(
    magasin: Magasin,
    home: Path,
    noms: Sequence[str],
    fichier_secret: Path | None,
    preparer: Preparation = pki_verifiee.preparer,
) -> str:
    """Makes or renews what lacks of the certificates of `home`, whose server answers to `noms`; with a
    secret, by the authority that the servers of this database share. Answers what is to be said of it to who
    starts a server, "" for nothing.

    Raises PkiError, StoreError (another secret than that of the other servers), and UsageError when a secret
    is needed, or cannot be read."""
    secret = None if fichier_secret is None else lire_secret(fichier_secret)
    coffre = Coffre(magasin, secret)
    if secret is None:
        if coffre.ferme_a_cle:
            raise UsageError(
                "Les serveurs de cette base de données partagent leur autorité et leurs clés : il faut leur "
                "secret.",
                remede="donnez par --secret-file (ou SNE_SANDBOX_SECRET_FILE) le même fichier qu'à eux",
            )
        preparer(home, noms)
        return (
            "sans --secret-file, l'autorité, la clé des cookies et le lien de lecture restent ceux de ce "
            "dossier : un autre serveur de cette base de données aurait les siens"
        )
    with coffre.tenu() as tenu:
        return _accorder(tenu, home, noms, preparer)


def _accorder(tenu: CoffreTenu, home: Path, noms: Sequence[str], preparer: Preparation) -> str:
    communs = {nom: tenu.lire(nom) for nom in (*_PARTAGES, *_FACULTATIFS)}
    autre_autorite = False
    for nom, commun in communs.items():
        fichier = home / nom
        ici = fichier.read_bytes() if fichier.is_file() else None
        if commun is not None and ici != commun:
            autre_autorite |= ici is not None and nom == "pki/ca.pem"
            _ecrire(fichier, commun)
    connus = json.loads(tenu.lire(_NOMS) or b"[]")
    tous = sorted({*connus, *noms})
    preparer(home, tous)
    cle_des_cookies(home)  # drawn, if none is there
    for nom, commun in communs.items():
        fichier = home / nom
        if (nom in _PARTAGES or fichier.is_file()) and (tenue := fichier.read_bytes()) != commun:
            tenu.ecrire(nom, tenue)
    if tous != connus:
        tenu.ecrire(_NOMS, json.dumps(tous).encode(), chiffre=False)
    if autre_autorite:
        return (
            "l'autorité de ce dossier a laissé la place à celle des autres serveurs de cette base de "
            f"données : donnez {home / 'pki' / 'ca.pem'} aux applications qui appelaient celui-ci"
        )
    return ""


def _ecrire(fichier: Path, contenu: bytes) -> None:
    """By rename: a reader sees the old file or the new one. For its owner alone."""
    provisoire = fichier.with_name(f".{fichier.name}.{secrets.token_hex(8)}")
    try:
        fichier.parent.mkdir(parents=True, exist_ok=True)
        provisoire.touch(mode=0o600)
        provisoire.write_bytes(contenu)
        provisoire.replace(fichier)
    except OSError as erreur:
        raise StoreError(
            f"Le fichier [{fichier}] ne peut pas être écrit : {raison_ecriture(erreur)}.",
            remede="choisissez un dossier par --home où vous pouvez écrire",
        ) from erreur
    finally:
        provisoire.unlink(missing_ok=True)
