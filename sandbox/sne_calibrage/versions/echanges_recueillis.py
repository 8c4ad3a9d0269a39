"""Where a vendor's recorded exchanges are: evidence, the journal of a base, what the relay exported."""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from zipfile import is_zipfile

from sne_calibrage.enregistrements import export_du_relais
from sne_calibrage.versions.requetes_sous_un_autre_contrat import remises_notees
from sne_conformite.bilan import trafic_juge
from sne_conformite.preuves import paquet_de_preuves
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.echange import Echange
from sne_interface.errors import UsageError
from sne_interface.settings import Reglages
from sne_sandbox.store.magasin import Magasin

#: The base that the relay records in, unless it is told another.
RELAIS: Final = "proxy"


@dataclass(frozen=True)
class Provenance:
    """A recording, called `nom`. `echanges` gives them from the first each time, read under their contract;
    `contrat` is its name, "" when nothing tells it; `remises` the ids before which the base was emptied, as
    far as it is noted apart; `certificats` says that their server saw the client certificates; `surcharge`
    are the files of the user's own that lay over the contract; `perdus` says in French what was recorded and
    is kept no more, "" when all of it is."""

    nom: str
    echanges: Callable[[Contrat], Iterable[Echange]]
    contrat: str = ""
    reglages: Reglages | None = None
    remises: Collection[int] = ()
    certificats: bool = False
    surcharge: tuple[str, ...] = ()
    perdus: str = ""


@contextmanager
def ouvrir(dit: str, ouvrir_magasin: Callable[[], Magasin]) -> Iterator[Provenance]:
    """The recording that `dit` names: an evidence package, a folder that the relay exported, or a base.
    Raises UsageError when it is none, or was changed since it was closed; BaseInconnue, StoreError."""
    fichier = Path(dit)
    if fichier.is_dir():
        yield Provenance(dit, lambda contrat: export_du_relais.du_dossier(fichier, contrat))
    elif fichier.exists() or fichier.suffix == ".zip":
        if fichier.is_file() and not is_zipfile(fichier):
            raise UsageError(
                f"Le fichier [{fichier}] n'est pas un enregistrement.",
                remede="donnez un preuves.zip de --report-dir, un dossier de « proxy --export » ou une base",
            )
        yield _des_preuves(fichier)
    else:
        with ouvrir_magasin() as magasin:
            yield _de_la_base(magasin, dit)


def _des_preuves(fichier: Path) -> Provenance:
    try:
        dossier = paquet_de_preuves.lire(fichier)
    except paquet_de_preuves.DossierAltere as erreur:  # its own exit code, 1, is that of a refusal here
        raise UsageError(str(erreur), remede="donnez le preuves.zip tel que --report-dir l'a écrit") from None
    entete = dossier.rapport.entete
    return Provenance(
        fichier.name,
        lambda _: iter(dossier.echanges),
        contrat=entete.contrat,
        reglages=Reglages(profile=entete.profil),
        remises=remises_notees(dossier.proces_verbal()) if dossier.plan else (),
        certificats=True,
        surcharge=entete.surcharge,
        perdus=" ".join(filter(None, (entete.non_juges, *dict.fromkeys(dossier.absents.values())))),
    )


def _de_la_base(magasin: Magasin, nom: str) -> Provenance:
    reglages = magasin.bases.lire(nom).reglages
    return Provenance(
        f"base {nom}",
        lambda _: trafic_juge.parcourir(magasin.journal, nom),
        contrat=reglages.contrat,
        # What it is replayed in has the contract that is asked, and no other to come.
        reglages=replace(reglages, contrat="", contrat_suivant=""),
        # The relay notes what its caller showed, and shows the real server a certificate of its own.
        certificats=nom != RELAIS,
        perdus=trafic_juge.perdus(magasin.journal, nom, 0),
    )
