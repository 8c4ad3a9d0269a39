"""A move of the clock: its effect before it is made, by fact, by demande; and the last one, taken back.

A transaction that only reads finds it: nobody waits for it. The nights then follow the same list
(`prevision_des_nuits`), so the preview comes true, if nobody writes in between.

The last move is taken back as long as nothing else came: the last line of the journal is then that of the
move, and the clock and the demandes are what they were before it. The snapshot made before its nights
restores what they changed; when they only wrote lines, nothing is restored. Their lines stay, as nights that
were taken back: neither a search of a demande nor a history finds them. A line says that the move was taken
back (REMISE: it tells the judge of the journal that the state is another). Settings, pannes and guichets stay
as they are. One transaction does all of it or nothing, after the whole file was read.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice, starmap
from typing import Annotated, Any, Final

from sne_interface.domain.base import Base
from sne_interface.domain.dates import PARIS, date_francaise
from sne_interface.domain.echange import HORLOGE, REMISE
from sne_interface.errors import ConflitEtat
from sne_sandbox.bases import travail_des_nuits
from sne_sandbox.bases.faits_des_nuits import PERTES, Fait, enumerer_bref
from sne_sandbox.bases.horloge import DeplacementVoulu, HeureLue, relire_horloge, viser
from sne_sandbox.bases.prevision_des_nuits import Faits, Prevision
from sne_sandbox.bases.sauvegardes import Sauvegardes
from sne_sandbox.store import fichier_de_sauvegarde
from sne_sandbox.store.journal import ligne_de_base
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.store.registre import RegistreBase

#: What each question reads at most: a base where more is due is told « au moins ».
PREVUES_MAX: Final = 3_000
#: Facts that are known when one of the questions had more to tell.
_SURS: Final = (*PERTES, Fait.PREAVIS)


@dataclass(frozen=True, slots=True)
class Prevu:
    """The effect that a night would have on one demande."""

    jour: Annotated[date, "la nuit"]
    fait: Fait
    numero: Annotated[str, "la demande"]


@dataclass(frozen=True)
class Apercu:
    """The effect that a move would have. `previsions` are a page of its facts, in the order of the nights."""

    base: str
    mouvement: Annotated[str, "« l'avance de 13 mois »"]
    avant: Annotated[datetime, "l'heure de la base"]
    apres: Annotated[datetime, "celle qu'elle aurait"]
    nuits: Annotated[int, "nuits qui passeraient"]
    faits: Annotated[Mapping[Fait, int], "combien de demandes, par fait"]
    au_moins: Annotated[bool, "la base est grande : il y en aurait plus que ce qui est compté"]
    sauvegarde: Annotated[bool, "la base serait d'abord sauvegardée : l'avance peut alors s'annuler"]
    total: Annotated[int, "faits comptés"]
    previsions: Annotated[tuple[Prevu, ...], "une page de ces faits, nuit après nuit"]
    phrase: Annotated[str, "le tout en une phrase"]

    @property
    def perte(self) -> bool:
        """True when a demande would be radiated or erased."""
        return any(self.faits[fait] for fait in PERTES)


def prevoir(
    magasin: Magasin,
    nom: str,
    mouvement: DeplacementVoulu,
    *,
    fait: Fait | None = None,
    apres: int = 0,
    limite: int = 50,
    machine: datetime | None = None,
) -> Apercu:
    """Tells what `mouvement` would do to the base: counts all its facts, and lists `limite` of them, or of
    `fait` alone, after the first `apres`. Raises BaseInconnue, and as `horloge.viser`."""
    with magasin.lire(nom) as registre:
        visee = viser(registre, mouvement, machine or datetime.now(UTC))
        jour = visee.apres.date()
        # Time that goes back over no demande at all has no night.
        depuis = min(visee.derniere_nuit, jour)
        nuits: dict[date, Faits] = {}
        surs, bornee = tuple(Fait), False
        if jour > depuis:
            prevision = Prevision(registre, depuis + timedelta(days=1), jour, plafond=PREVUES_MAX)
            nuits, bornee = prevision.nuits, prevision.bornee
            if bornee:
                surs = _SURS
            elif prevision.non_lues:
                surs = tuple(f for f in Fait if f is not Fait.DELAI_LONG)
        sauvegarde = travail_des_nuits.sera_sauvee(registre, nuits.items(), demandees=True)
    comptes = {f: sum(len(faits[f]) for faits in nuits.values()) if f in surs else 0 for f in Fait}
    voulus = [f for f in surs if fait in (None, f)]
    tous = ((nuit, f, numero) for nuit in sorted(nuits) for f in voulus for numero in nuits[nuit][f])
    combien = (jour - depuis).days
    return Apercu(
        nom,
        f"{mouvement.nom} ({mouvement.precision})" if mouvement.precision else mouvement.nom,
        visee.avant,
        visee.apres,
        combien,
        comptes,
        len(surs) < len(Fait),
        sauvegarde,
        sum(comptes[f] for f in voulus),
        tuple(starmap(Prevu, islice(islice(tous, apres, None), limite))),
        _phrase(depuis, jour, comptes, bornee=bornee, tout=len(surs) == len(Fait)),
    )


def _phrase(depuis: date, jour: date, comptes: Mapping[Fait, int], *, bornee: bool, tout: bool) -> str:
    combien = (jour - depuis).days
    if not combien:
        return "Aucune nuit ne passerait."
    premiere, derniere = date_francaise(depuis + timedelta(days=1)), date_francaise(jour)
    quand = f"1 nuit ({premiere})" if combien == 1 else f"{combien} nuits, du {premiere} au {derniere}"
    dit = f"{'au moins ' if bornee else ''}{enumerer_bref(comptes) or 'rien à faire'}"
    reste = "" if tout else ", et d'autres faits qui ne sont pas comptés"
    return f"{quand} : {dit}{reste}."


_AUTREMENT: Final = (
    "restaurez une sauvegarde (« sne-sandbox snapshots list » les donne), ou remettez la base au départ"
)


@dataclass(frozen=True)
class Avance:
    """The last move of a clock, as its line of the journal tells it. `refus` says why it cannot be taken
    back, "" when it can."""

    echange: Annotated[int, "sa ligne du journal"]
    faite_le: Annotated[datetime, "à l'heure de la machine"]
    nom: Annotated[str, "« l'avance »"]
    precision: Annotated[str, "« 13 mois » ; vide : rien de plus à dire"]
    phrase: Annotated[str, "ce qu'elle a fait"]
    refus: Annotated[str, "pourquoi elle ne s'annule pas ; vide : elle s'annule"]

    @property
    def titre(self) -> str:
        """« l'avance du 28/11/2026 14:05 (13 mois) »."""
        dit = f" ({self.precision})" if self.precision else ""
        return f"{self.nom} du {self.faite_le.astimezone(PARIS):%d/%m/%Y %H:%M}{dit}"


@dataclass(frozen=True)
class Annulation:
    """A move that was taken back: what the clock says now."""

    horloge: HeureLue
    echange: Annotated[int, "ligne du journal qui le dit"]
    phrase: Annotated[str, "le tout en une phrase"]


def derniere(magasin: Magasin, nom: str) -> Avance | None:
    """The last move of the base, when it is the last line of its journal; None when something else came, or
    none was made. Raises BaseInconnue."""
    base = magasin.bases.lire(nom)
    ligne = magasin.journal.lire(nom, magasin.journal.dernier(nom))
    if ligne is None or ligne.methode != HORLOGE or ligne.temps is None or ligne.identifiant is None:
        return None
    memoire = ligne.temps
    refus = _refus(base, memoire)
    if not refus and memoire["perte"]:
        refus = _sans_sauvegarde(magasin, nom, memoire)
    return Avance(ligne.identifiant, ligne.recu_le, memoire["nom"], memoire["precision"], ligne.chemin, refus)


def _refus(base: Base, memoire: Mapping[str, Any]) -> str:
    return "" if base.horloge == relire_horloge(memoire["apres"]) else "l'horloge a bougé depuis"


def _sans_sauvegarde(magasin: Magasin, base: str, memoire: Mapping[str, Any]) -> str:
    nom = memoire["sauvegarde"]
    if not nom:
        return (
            "aucune sauvegarde n'a été faite avant (base de plus de 20 000 demandes, ou réglage "
            "« sauvegarde_avant_nuits » à 0)"
        )
    la = Sauvegardes(magasin).existe(base, nom)
    return "" if la else f"sa sauvegarde « {nom} » n'est plus là"


def annuler(magasin: Magasin, nom: str, *, attendue: int | None = None) -> Annulation:
    """Takes the last move back; `attendue` is the line that it must be, when it is given. Raises
    BaseInconnue, StoreError, and ConflitEtat, with the reason, when it cannot be."""
    avance = derniere(magasin, nom)
    if avance is None or avance.refus or attendue not in (None, avance.echange):
        raise _impossible(avance.refus if avance is not None and attendue in (None, avance.echange) else "")
    ligne = magasin.journal.lire(nom, avance.echange)
    if ligne is None or ligne.temps is None:
        raise _impossible("")
    memoire, faite = ligne.temps, avance

    def verifier(registre: RegistreBase) -> None:
        if magasin.journal.dernier(nom) != faite.echange or _refus(registre.base, memoire):
            raise _impossible("")

    def conclure(registre: RegistreBase) -> Annulation:
        registre.noter_nuit(date.fromisoformat(memoire["nuit"]))
        registre.regler_horloge(relire_horloge(memoire["horloge"]))
        connexion, journal = registre.connexion, magasin.journal
        journal.annuler_nuits(connexion, nom, faite.echange - memoire["lignes"], faite.echange - 1)
        heure = HeureLue.de(registre.base, datetime.now(UTC))
        faits = {Fait(fait): combien for fait, combien in memoire["faits"].items()}
        defait = f" Défait : {dit}." if (dit := enumerer_bref(faits)) else ""
        revenue = f"Il est de nouveau {heure.maintenant:%d/%m/%Y %H:%M} dans la base."
        phrase = f"Annulé : {faite.titre}. {revenue}{defait}"
        ligne = ligne_de_base(nom, REMISE, phrase, heure.maintenant)
        return Annulation(heure, journal.consigner(connexion, ligne), phrase)

    if not memoire["perte"]:
        with magasin.ecrire(nom) as registre:
            verifier(registre)
            return conclure(registre)
    fichier = Sauvegardes(magasin).lire(nom, memoire["sauvegarde"]).fichier
    try:
        with fichier.open("rb") as lu:
            empreinte = hashlib.file_digest(lu, "sha256").hexdigest()
    except OSError:
        empreinte = ""
    if empreinte != memoire["empreinte"]:
        raise _impossible(f"sa sauvegarde « {memoire['sauvegarde']} » n'est plus celle qui fut faite alors")
    return fichier_de_sauvegarde.remettre_etat(magasin, nom, fichier, verifier, conclure)


def _impossible(raison: str) -> ConflitEtat:
    dit = (
        raison
        or "autre chose est venu depuis (un échange, une nuit, un autre déplacement), ou rien n'a avancé"
    )
    return ConflitEtat(f"L'horloge ne revient pas en arrière : {dit}.", remede=_AUTREMENT)
