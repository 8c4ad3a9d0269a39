"""Bases: created from a seed of `fixtures/seeds/`, and put back to their start."""

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any, ClassVar, Final, Self, TypedDict, Unpack

import tomli

from sne_interface.contract.contrats import Contrats
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.base import BASE_PAR_DEFAUT, Base, Guichet, Horloge, Portee
from sne_interface.domain.guichet_ecrit import lire_guichet
from sne_interface.errors import BaseInconnue, ConflitEtat, OperatorError, UsageError
from sne_interface.resources import fichier_des_guichets, fixtures_dir
from sne_interface.settings import DE_BASE, Reglages
from sne_sandbox.bases.sauvegardes import Sauvegardes, consigner_remise
from sne_sandbox.operations import boites_sur_disque
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.store.registre import RegistreBase

#: The seed of a base without a demande.
VIDE: Final = "vide"
#: The largest base that is made from a seed, in households.
TAILLE_MAX: Final = 5_000_000

#: The guichet that the specimens of `fixtures/demandes/` come from.
_VITRINE: Final = "G1226"

#: Told how many households of how many are stored.
Progres = Callable[[int, int], None]


def semences() -> list[str]:
    """Names of the seeds that a base can start from: the folders of `fixtures/seeds/`."""
    return sorted(fichier.parent.name for fichier in (fixtures_dir() / "seeds").glob("*/semence.toml"))


@cache
def guichets_de(semence: str) -> tuple[Guichet, ...]:
    """The guichets of a seed; those of `ecole` when it has no list of its own. Raises UsageError."""
    if semence not in semences():
        raise UsageError(
            f"Le jeu de départ [{semence}] n'existe pas.", remede=f"jeux de départ : {', '.join(semences())}"
        )
    lus: Mapping[str, Mapping[str, Any]] = tomli.loads(fichier_des_guichets(semence).read_text("utf-8"))
    return tuple(lire_guichet({"code": code, **table}) for code, table in lus.items())


def vitrine(codes: Sequence[str]) -> str:
    """The guichet of a base that users are shown first: that of the specimens, else the first one."""
    return _VITRINE if _VITRINE in codes else codes[0]


@dataclass(frozen=True)
class BasePubliee:
    """A base, as the API and the command line show it."""

    NOM_PUBLIE: ClassVar = "BaseLue"
    nom: str
    semence: str
    seed: int
    profil: str
    horloge: Annotated[str, "real, décalée, ou l'instant gelé"]
    reglages: Annotated[dict[str, Any], "tous ses réglages"]
    contrat: Annotated[str, "l'interface qu'elle sert : la sienne, ou celle du serveur", {"example": "v5.2"}]
    illisible: Annotated[str, "pourquoi son contrat ne se lit pas ; vide : il se lit"]
    adresses: Annotated[dict[str, str], "chemin de chaque service SOAP"]

    @classmethod
    def de(cls, base: Base, contrats: Contrats) -> Self:
        """Returns what is shown of a base: when its contract does not read, the reason."""
        services: tuple[str, ...] = ()
        illisible = ""
        try:
            services = tuple(contrats.de(base).services)
        except OperatorError as erreur:
            illisible = erreur.diagnostics()
        return cls(
            base.nom,
            base.semence,
            base.seed,
            base.reglages.profile,
            base.horloge.en_texte(),
            asdict(base.reglages),
            contrats.nom_de(base),
            illisible,
            {nom: f"{base.prefixe}/services/{nom}/" for nom in services},
        )


class DepartBase(TypedDict, total=False):
    """How a base begins: the name of its seed (default `vide`), the number that fixes people and numbers, how
    many households (default: the seed's own number), its clock (default: the machine's time), its settings;
    `progres` is told how far it is."""

    semence: str
    seed: int
    taille: int | None
    horloge: Horloge | None
    reglages: Reglages | None
    progres: Progres | None


def creer(magasin: Magasin, contrat: Contrat, nom: str, **depart: Unpack[DepartBase]) -> Base:
    """A new base of a contract (that of its settings: `Contrats.verifier`), filled from its seed, whole or
    not at all. Raises UsageError when the name is no name or the seed is unknown, ConflitEtat when the name
    is taken."""
    horloge = depart.get("horloge") or Horloge()
    maintenant = datetime.now(UTC)
    base = Base(
        nom=nom,
        semence=depart.get("semence", VIDE),
        seed=depart.get("seed", 0),
        horloge=horloge,
        reglages=_sous_contrat(depart.get("reglages") or Reglages(), contrat),
        derniere_nuit=horloge.maintenant(maintenant).date(),  # nothing is due before its first day
        creee_le=maintenant,
        taille=depart.get("taille"),
    )
    guichets = guichets_de(base.semence)
    if not _semee(base):
        return magasin.bases.creer(base, guichets, contrat.evenements)
    with closing(_etapes(contrat, base, horloge.maintenant(maintenant), depart.get("progres"))) as remplir:
        return magasin.bases.creer(base, guichets, contrat.evenements, remplir)


def _sous_contrat(reglages: Reglages, contrat: Contrat) -> Reglages:
    """The settings of a new base: where one is left at its default, that of the contract, if it has one."""
    defaut = Reglages()
    poses = {n: v for n, v in contrat.reglages.items() if getattr(reglages, n) == getattr(defaut, n)}
    return replace(reglages, **poses)


def _semee(base: Base) -> bool:
    return base.semence != VIDE or bool(base.taille)


def _etapes(
    contrat: Contrat, base: Base, maintenant: datetime, progres: Progres | None
) -> Generator[Callable[[RegistreBase], None], None, None]:
    """Yields the steps that fill a base from its seed, batch by batch."""
    from sne_sandbox.bases.semis import semer  # not for nothing: most starts find their base

    if progres is not None:
        progres(0, 1)
    for brassee in semer(
        base.nom, contrat, semence=base.semence, seed=base.seed, taille=base.taille, maintenant=maintenant
    ):
        yield brassee.planter
        if progres is not None:
            progres(brassee.fait, brassee.total)


def remettre(
    magasin: Magasin, contrat: Contrat, nom: str, portee: Portee, horloge: Horloge | None = None
) -> Base:
    """Puts a base back to its start: what `portee` names is emptied, and a state comes back from its seed,
    as many demandes as it was made with, dated back from the base's clock: all of it, or nothing. Settings
    stay, and the clock unless `horloge` is one: over demandes it never goes back, so that only here can a
    seeded base be brought back from the future. A journal that stays has a line of it. Raises BaseInconnue,
    UsageError for a clock without a state to date."""
    avec_etat = portee in ("etat", "tout")
    if horloge is not None and not avec_etat:
        raise UsageError(
            f"L'horloge ne se remet pas avec la portée [{portee}].", remede="portée etat, ou tout"
        )
    with magasin.ecrire(nom) as registre:
        registre.vider(portee)
        if horloge is not None:
            registre.regler_horloge(horloge)
        base = registre.base
        if avec_etat and (horloge is not None or _semee(base)):
            maintenant = base.horloge.maintenant()
            registre.noter_nuit(maintenant.date())
            if _semee(base):
                for planter in _etapes(contrat, base, maintenant, None):
                    planter(registre)  # all of it, or nothing: one transaction
    if portee == "etat":
        consigner_remise(magasin, base, "Base remise à son état de départ.")
    return magasin.bases.lire(nom)


def supprimer(magasin: Magasin, nom: str) -> None:
    """Deletes a base and all it holds: rows, snapshots, and the folders of its boxes, whose files a base of
    the same name would take for its own. Raises BaseInconnue, ConflitEtat for the one that stays, StoreError
    when a folder cannot be deleted: the base is no more all the same."""
    verifier_supprimable(nom)
    magasin.bases.supprimer(nom)
    Sauvegardes(magasin).oublier(nom)
    boites_sur_disque.effacer(magasin.home, nom)


def verifier_supprimable(nom: str) -> None:
    """Raises ConflitEtat for the base that every server serves."""
    if nom == BASE_PAR_DEFAUT:
        raise ConflitEtat(
            f"La base [{nom}] ne se supprime pas.",
            remede="remettez-la à son départ : « sne-sandbox db reset »",
        )


def regler(magasin: Magasin, contrats: Contrats, nom: str, valeurs: Mapping[str, str]) -> Base:
    """Changes settings of a base, as they are written; the others stay. Raises BaseInconnue, UsageError,
    ConflitEtat for one that is chosen once, ContractError for a contract to come that does not read."""
    if suivant := valeurs.get("contrat_suivant"):
        contrats.nomme(suivant)
    with magasin.ecrire(nom) as registre:  # read and written as one: two changes meet
        actuels = {cle: str(valeur) for cle, valeur in asdict(registre.base.reglages).items()}
        for setting in DE_BASE:
            if setting.fixe and valeurs.get(setting.nom, actuels[setting.nom]) != actuels[setting.nom]:
                raise ConflitEtat(
                    f"La base [{nom}] garde le réglage {setting.nom} qu'elle a reçu à sa création : "
                    f"[{actuels[setting.nom]}].",
                    remede="créez une autre base : ce qu'elle contient a été admis sous cette interface",
                )
        registre.changer_reglages(Reglages.de({**actuels, **valeurs}))
    return magasin.bases.lire(nom)


def assurer(
    magasin: Magasin, contrat: Contrat, nom: str = BASE_PAR_DEFAUT, **depart: Unpack[DepartBase]
) -> Base:
    """Returns the base of that name, created as by `creer` when it does not exist yet. Deletes the remains of
    bases whose creation never ended."""
    magasin.bases.balayer()
    try:
        return magasin.bases.lire(nom)
    except BaseInconnue:
        pass
    try:
        return creer(magasin, contrat, nom, **depart)
    except ConflitEtat:  # another worker has made it in the meantime
        return magasin.bases.lire(nom)
