"""The messages that free traffic never carries through: kinds of messages that the SNE refused, all of them.

A refusal breaks nothing by itself, because a vendor's test may want it (`juge.refus_essaye`). That excuse
holds as long as the application shows elsewhere that it knows better: a message of the same kind is accepted.
Where no such message was accepted, the excuse does not hold, and the requirement that the rule defends is
broken:

- for a whole kind (an operation, a type of file), when one rule refused every message of it, on two demandes
  or more. One refusal is a test; several refusals of one demande are one test and its values, or attempts to
  mend it, and nothing tells the two apart: they are told as a blind spot, and no verdict depends on them;
- for the messages of a kind that have something at one place (a second co-holder…), on `CAS_MIN` demandes or
  more, when one rule refused all of them there, while the messages without it pass. Tests may try a rare
  field with bad values only: hence more demandes;
- for creations that are changed and sent again, with the reference of a demande that is registered, of two
  demandes or more, when all were refused as duplicates and no modification was ever accepted: the application
  sends them in place of a modification.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from sys import intern
from typing import Final

from sne_conformite.juges.juge import CONSTATS, REFUS, Constats, Dire, est_creation, personnes
from sne_conformite.observation.observation import Observation
from sne_conformite.rapports.rapport import AngleMort, Constat
from sne_interface.domain.element_recu import Element
from sne_interface.domain.nir import noms_nir
from sne_interface.domain.texte import accorde
from sne_interface.rules.catalogue import REGLES

#: Where to read what no command shows: it is there too where no repository is.
GUIDE: Final = "le guide : /guide/{} à la console (sne-sandbox serve)"

#: Demandes that a whole kind is refused on, and messages with something at one place.
GENRES_MIN: Final = 2
CAS_MIN: Final = 3
#: Exchanges of a series that are kept.
_ECHANGES_MAX: Final = 5
#: Of each rule, the one requirement that it defends, if there is one only.
_DEFENDUES: Final = {
    regle: exigences[0]
    for regle in frozenset().union(*REFUS.values())
    if len(exigences := [e for e, regles in REFUS.items() if regle in regles]) == 1
}
#: Rules whose refusal never excuses: the requirement that says it broke already, in each message.
_DITES_AILLEURS: Final = {"ENT003", "ENT004", "ENT005", "ASY001"}
#: A number that the SNE does not know: where it was damaged, VIE-01 says so.
_INCONNU: Final = {"CYC001", "EVT001", "DAL001"}
_REGLES: Final = {regle.code: regle for regle in REGLES}
_NOMS: Final = CONSTATS["genres"]


@dataclass
class _Serie:
    """Messages of a kind that a rule refused: how many, of which demandes (the first ones), in which
    exchanges, with which sentence."""

    nombre: int = 0
    demandes: set[object] = field(default_factory=set)
    echanges: list[int] = field(default_factory=list)
    phrase: str = ""

    def ajouter(self, demande: object, echange: int | None, phrase: str) -> None:
        self.nombre += 1
        self.phrase = self.phrase or phrase
        if len(self.demandes) < CAS_MIN:
            self.demandes.add(demande)
        if echange is not None and len(self.echanges) < _ECHANGES_MAX:
            self.echanges.append(echange)


@dataclass
class _Genre:
    """Messages of an operation and a type of file. `lieux` and `faits` are what the accepted ones hold;
    `series` are by rule, and by the place that it named, "" for all places."""

    acceptes: int = 0
    refuses: int = 0
    lieux: set[str] = field(default_factory=set)
    faits: set[str] = field(default_factory=set)
    series: dict[tuple[str, str], _Serie] = field(default_factory=dict)


@dataclass
class Aboutissements:
    """Follows what becomes of each kind of message, in memory that the contract bounds."""

    _genres: dict[tuple[str, str], _Genre] = field(default_factory=dict)
    _creees: dict[object, bytes] = field(default_factory=dict)
    _recrees: dict[object, Constat] = field(default_factory=dict)

    def voir(self, vue: Observation) -> None:
        """One more exchange."""
        if vue.operation is None or not (vue.soap or vue.asynchrone) or not (vue.acceptee or vue.refusee):
            return
        genre = self._genres.setdefault((vue.operation, vue.type_fichier[:3]), _Genre())
        if vue.acceptee:
            genre.acceptes += 1
            genre.lieux |= _lieux(vue.document)
            genre.faits |= _faits(vue)
        else:
            genre.refuses += 1
            self._refuser(vue, genre)
        if est_creation(vue):
            self._recreer(vue)

    def _refuser(self, vue: Observation, genre: _Genre) -> None:
        demande: object = vue.numero or personnes(vue) or vue.empreinte_du_fond
        lieux = _lieux(vue.document)
        vus: set[tuple[str, str]] = set()
        for anomalie in vue.echange.anomalies:
            if anomalie.get("gravite") != "bloquante":
                continue
            regle, lieu = str(anomalie.get("regle")), _lieu(str(anomalie.get("propriete")))
            # What lacks is at no place that an accepted message could have: the facts of the rule tell it.
            cas = lieu if lieu in lieux else "/" if _faits_exiges(regle) else ""
            for cle in {(regle, ""), (regle, cas)} - vus:
                vus.add(cle)
                serie = genre.series.setdefault(cle, _Serie())
                serie.ajouter(demande, vue.identifiant, str(anomalie.get("message")))

    def _recreer(self, vue: Observation) -> None:
        demande = vue.demande
        qui = personnes(vue)
        if demande is None or not qui:
            return
        cle = (vue.guichet, demande.ref_interne, qui)
        if vue.acceptee:
            self._creees[cle] = vue.empreinte_du_fond
            self._recrees.pop(cle, None)  # forced, or the other one has gone: it was a trial
        elif (
            vue.bloquantes == ["DOU001"]
            and not demande.forcer_doublon
            and self._creees.get(cle, vue.empreinte_du_fond) != vue.empreinte_du_fond
        ):
            self._recrees[cle] = Dire("VIE-02", vue.identifiant).rompue(
                "modification_en_creation", observe=vue.type_fichier
            )

    def finir(self, enfreintes: Collection[str]) -> Constats:
        """Returns the findings on the messages never carried through; `enfreintes` are the requirements that
        broke otherwise."""
        tues = _DITES_AILLEURS | (_INCONNU if "VIE-01" in enfreintes else set())
        modifie = any(g.acceptes for (_, type_fichier), g in self._genres.items() if type_fichier == "MOD")
        if len(self._recrees) >= GENRES_MIN and not modifie:
            yield from self._recrees.values()
        for quoi, genre in self._genres.items():
            for (regle, lieu), serie in genre.series.items():
                if regle in tues:
                    continue
                qui = f"{_nommer(*quoi)} : les {serie.nombre} messages"
                if not lieu and not genre.acceptes and self._compte(genre, serie):
                    yield _jamais(qui, regle, serie)
                elif lieu and genre.acceptes and _jamais_passe(genre, regle, lieu, serie):
                    ou = lieu.partition("/demandeLogement/")[2] or lieu.strip("/")
                    yield _jamais(f"{qui} avec {ou}" if ou else qui, regle, serie)

    def angles(self) -> Iterator[AngleMort]:
        """Kinds that were refused, too few times to conclude."""
        for quoi, genre in self._genres.items():
            communes = [s for (_, lieu), s in genre.series.items() if not lieu and self._compte(genre, s)]
            if genre.acceptes or communes or not genre.refuses:
                continue
            regles = ", ".join(dict.fromkeys(regle for regle, _ in genre.series)) or "faute SOAP"
            refuses = accorde(genre.refuses, "message refusé", "messages refusés")
            yield AngleMort(
                "non_mene_a_bien",
                f"{_nommer(*quoi)} : {refuses} ({regles}), aucun accepté. "
                "Si ces refus sont des essais, ajoutez un cas qui passe.",
                _commande(quoi[1]),
            )

    def _compte(self, genre: _Genre, serie: _Serie) -> bool:
        """True when a rule refused every message of a kind, on demandes enough."""
        return serie.nombre == genre.refuses and len(serie.demandes) >= GENRES_MIN


def _faits_exiges(code: str) -> frozenset[str]:
    """Facts of a document without which a rule finds nothing: those that it says, an element of a NIR."""
    regle = _REGLES.get(code)
    if regle is None:
        return frozenset()
    return noms_nir() if "demande.nir" in regle.roles else regle.si


def _jamais_passe(genre: _Genre, regle: str, lieu: str, serie: _Serie) -> bool:
    """True when no accepted message has what the refused ones have."""
    si = _faits_exiges(regle)
    passe = lieu in genre.lieux or lieu == "/"
    return len(serie.demandes) >= CAS_MIN and not (passe and (not si or si & genre.faits))


def _jamais(quoi: str, regle: str, serie: _Serie) -> Constat:
    dire = Dire(_DEFENDUES.get(regle, "VIE-20"), serie.echanges[0] if serie.echanges else None)
    return dire.rompue(
        "jamais_accepte", observe=f"{serie.nombre} refus {regle}", quoi=quoi, regle=regle, dite=serie.phrase
    )


def _nommer(operation: str, type_fichier: str) -> str:
    if operation != "getNumUnique":
        return operation
    return f"{_NOMS[type_fichier].capitalize()} ({type_fichier})" if type_fichier in _NOMS else type_fichier


def _commande(type_fichier: str) -> str:
    connu = type_fichier in _NOMS
    return (
        f"sne-sandbox generate --kind {type_fichier} --out exemples"
        if connu
        else GUIDE.format("reference/messages")
    )


def _faits(vue: Observation) -> set[str]:
    """Names of the elements that are not empty, and « name=code » of those that have one."""
    pleins = [element for _, element in vue.noeuds if not element.vide]
    return {e.nom for e in pleins} | {f"{e.nom}={e.code}" for e in pleins if e.code is not None}


def _lieux(document: Element | None) -> set[str]:
    """Paths of what stands in a document, those of second namesakes and on with « [+] »."""
    lieux: set[str] = set()
    if document is not None:
        _parcourir(document, document.nom, lieux)
    return lieux


def _parcourir(element: Element, chemin: str, lieux: set[str]) -> None:
    lieux.add(intern(chemin))
    vus: set[str] = set()
    for enfant in element.enfants:
        if not enfant.vide:
            rang = "[+]" if enfant.nom in vus else ""
            vus.add(enfant.nom)
            _parcourir(enfant, f"{chemin}/{enfant.nom}{rang}", lieux)


def _lieu(propriete: str) -> str:
    """A path that a rule names, written in the same way."""
    pas = []
    for morceau in propriete.split("/"):
        nom, _, indice = morceau.partition("[")
        if not nom.startswith("@"):
            pas.append(nom if indice in ("", "1]") else f"{nom}[+]")
    return "/".join(pas)
