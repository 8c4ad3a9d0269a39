"""The things that an address of the console or of the API names, found. Each function raises NotFound, with a
sentence, for a thing that does not exist. A judgement, an observation, a control bring modules of their own:
they are imported where one is found."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated, Final, NoReturn

from flask import request
from werkzeug.exceptions import NotFound, ServiceUnavailable

from sne_interface.contract.contrats_charges import Contrat, OperationPubliee
from sne_interface.contract.schemas import Document
from sne_interface.domain.base import Guichet
from sne_interface.domain.echange import LOURD, Echange
from sne_interface.domain.valeurs_en_json import TU, tirer
from sne_interface.errors import UsageError
from sne_interface.rules.rule import Regle
from sne_sandbox.bases.guichets import DroitDeGuichet, droits_de, proches
from sne_sandbox.bases.sauvegardes import SauvegardeLue, Sauvegardes
from sne_sandbox.operations.table_des_operations import OPERATIONS
from sne_sandbox.store.fichiers_des_boites import Boite, Boites, Compte, compter
from sne_sandbox.web.acces import voit
from sne_sandbox.web.configuration_et_services import services

if TYPE_CHECKING:
    from sne_conformite.observation.observation import Observation
    from sne_console.vues.epreuves import JugementConserve

#: Bytes of an exchange that any thread of the server opens and masks, without others waiting for it.
LEGER_MAX: Final = 500_000
#: Bytes of exchanges that are opened together.
ENSEMBLE_MAX: Final = 32_000_000


def echange(base: str, identifiant: int) -> Echange:
    """An exchange, with its bytes. Raises ServiceUnavailable for one so heavy that what is asked of it is to
    be answered elsewhere (LOURD): the server sees to that."""
    journal = services().magasin.journal
    if _se_lit_ici() and journal.est_lourd(base, identifiant, LEGER_MAX):
        _lire_ailleurs()
    trouve = journal.lire(base, identifiant)
    return trouve if trouve is not None else _perdu(base, identifiant)


def tete(base: str, identifiant: int) -> Echange:
    """An exchange without its bytes, which may be heavy."""
    trouves = services().magasin.journal.chercher(base, avant_id=identifiant + 1, apres_id=identifiant - 1)
    return trouves[0] if trouves else _perdu(base, identifiant)


def observation(base: str, identifiant: int) -> "Observation":
    """Reads what an exchange carried, by the contract."""
    from sne_conformite.observation.observation import Observation

    return Observation(echange(base, identifiant), services().contrat_de(base))


def observations(base: str, identifiants: Sequence[int]) -> "list[Observation]":
    """Reads what several exchanges carried. Raises UsageError when they weigh too much together, and the
    errors of `echange`."""
    from sne_conformite.observation.observation import Observation

    contrat, poids, lus = services().contrat_de(base), 0, []
    for identifiant in identifiants:
        lu = echange(base, identifiant)
        poids += len(lu.requete) + len(lu.reponse)
        if poids > LEGER_MAX and _se_lit_ici():
            _lire_ailleurs()
        if poids > ENSEMBLE_MAX:
            raise UsageError(
                f"Ces échanges pèsent ensemble plus de {ENSEMBLE_MAX // 1_000_000} Mo.",
                remede="choisissez-en moins à la fois",
            )
        lus.append(lu)
    return [Observation(lu, contrat) for lu in lus]


def _se_lit_ici() -> bool:
    """True when another process can read a heavy exchange for us, and has not been asked to yet."""
    return request.environ.get(LOURD) is False and request.method in ("GET", "HEAD")


def _lire_ailleurs() -> NoReturn:
    request.environ[LOURD] = True
    raise ServiceUnavailable("Cet échange est lourd : il se lit dans un processus à part.")


def _perdu(base: str, identifiant: int) -> NoReturn:
    raise NotFound(f"L'échange {identifiant} n'est pas, ou n'est plus, au journal de la base [{base}].")


def guichet(base: str, code: str) -> Guichet:
    """A guichet of a base."""
    with services().magasin.lire(base) as registre:
        # What no column takes is no code.
        trouve = registre.guichet(code) if code.isascii() and code.isalnum() else None
        if trouve is None:
            dit = proches(code[:20], registre.guichets())
            raise NotFound(f"Le guichet [{code[:20]}] n'existe pas dans la base [{base}] : {dit}")
    return trouve


@dataclass(frozen=True)
class GuichetLu:
    """A guichet, and what lies in its boxes."""

    code: str
    nature: str
    territoire: str
    nom: str
    adresse: str
    ouvert_le: date
    ferme_le: date | None
    siren: Annotated[str | None, "SIREN de l'organisme, null quand il n'en a pas"]
    siren_invente: Annotated[bool, "true quand aucun organisme n'a ce SIREN"]
    autres_territoires: Annotated[Sequence[str], "ceux que couvre un système particulier, en plus du sien"]
    actes: Annotated[Sequence[str] | None, "les actes que la base lui permet ; null : ceux de sa nature"]
    droits: Annotated[Sequence[DroitDeGuichet], "ce qu'il peut faire, et ce qu'il ne peut pas"]
    ouvert: Annotated[bool, TU]
    inbox: Annotated[int, "fichiers qui attendent d'être traités"]
    outbox: Annotated[int, "fichiers à intégrer"]


def guichets(base: str) -> list[GuichetLu]:
    """The guichets of a base."""
    droits = services().contrat_de(base).guichets
    with services().magasin.lire(base) as registre:
        comptes = compter(registre.connexion, base)
        jour = registre.base.horloge.maintenant().date()
        return [
            tirer(
                GuichetLu,
                guichet,
                droits=droits_de(guichet, droits),
                ouvert=guichet.est_ouvert(jour),
                inbox=comptes.get((guichet.code, Boite.ENTREE), Compte()).en_attente,
                outbox=comptes.get((guichet.code, Boite.SORTIE), Compte()).total,
            )
            for guichet in registre.guichets()
        ]


def guichet_lu(base: str, code: str) -> GuichetLu:
    """One of them, which is there, as they are shown."""
    return next(lu for lu in guichets(base) if lu.code == code)


def fichier_de_boite(base: str, code: str, boite: Boite, nom: str) -> bytes:
    """The bytes of a file of a box."""
    guichet(base, code)
    contenu = None
    if nom.isascii() and nom.isprintable():  # what no column takes is no file of ours
        with services().magasin.lire(base) as registre:
            contenu = Boites(registre.connexion, base, code).lire(boite, nom)
    return contenu if contenu is not None else _fichier_absent(code, boite, nom)


def retirer_de_boite(base: str, code: str, boite: Boite, nom: str) -> None:
    """Takes a file out of a box."""
    fichier_de_boite(base, code, boite, nom)
    if boite is Boite.SORTIE:
        ote = services().boites.oter(base, guichet(base, code), nom)
    else:
        with services().magasin.ecrire(base) as registre:
            ote = Boites(registre.connexion, base, code).oter(boite, nom)
    if not ote:
        _fichier_absent(code, boite, nom)


def _fichier_absent(code: str, boite: Boite, nom: str) -> NoReturn:
    ou = "d'entrée" if boite is Boite.ENTREE else "de sortie"
    raise NotFound(f"Le fichier [{nom[:100]}] n'est pas dans la boîte {ou} de [{code}].")


def sauvegardes() -> Sauvegardes:
    """The snapshots of this home."""
    return Sauvegardes(services().magasin)


def sauvegarde(base: str, nom: str) -> SauvegardeLue:
    """A snapshot of a base."""
    if not sauvegardes().existe(base, nom):
        raise NotFound(f"La base [{base}] n'a pas de sauvegarde [{nom[:40]}].")
    return sauvegardes().lire(base, nom)


def regle(contrat: Contrat, code: str) -> Regle:
    """A control of a contract; `code` may be the official one."""
    from sne_console.vues import regles_montrees

    trouvee = regles_montrees.trouver(contrat, code)
    if trouvee is None:
        raise NotFound(f"Aucune règle n'a le code [{code[:20]}].")
    return trouvee


def operation(contrat: Contrat, nom: str) -> OperationPubliee:
    """An operation of a contract, that this server answers."""
    connue = contrat.operations.get(nom)
    if connue is None or nom not in OPERATIONS:
        raise NotFound(f"L'opération [{nom[:60]}] n'est pas de cette interface.")
    return connue


def nomenclature(contrat: Contrat, nom: str) -> str:
    """The name of a closed list of a contract."""
    if nom not in contrat.nomenclatures.noms:
        raise NotFound(f"Le contrat n'a pas de nomenclature [{nom[:60]}].")
    return nom


def jugements() -> "list[JugementConserve]":
    """The judgements of this home that who asks may see, the newest first."""
    from sne_console.vues import epreuves

    home = services().magasin.home
    return [trouve for trouve in epreuves.lister(home, services().classeur) if _est_a_lui(trouve)]


def _est_a_lui(epreuve: "JugementConserve") -> bool:
    """True when the visitor has a right on the base of the judgement, and the judgement is not that of an
    earlier base of the same name."""
    if voit(None):
        return True
    if epreuve.base is None or not voit(epreuve.base):
        return False
    creee, commence = services().magasin.bases.lire(epreuve.base).creee_le, epreuve.commence_le
    return creee is None or (commence is not None and commence >= creee)


def jugement(nom: str) -> "JugementConserve":
    """A judgement of this home that who asks may see."""
    from sne_console.vues import epreuves

    trouve = epreuves.trouver(services().magasin.home, nom, services().classeur)
    if trouve is None or not _est_a_lui(trouve):
        raise NotFound(f"Aucun jugement ne s'appelle [{nom[:80]}].")
    return trouve


def document(nom: str) -> Document:
    """A document of the interface."""
    try:
        return Document(nom)
    except ValueError:
        raise NotFound(f"Le contrat n'a pas de document [{nom[:40]}].") from None
