"""An exchange as a picture of who spoke to whom: the guichet, its connection, the SNE, the other guichets.

This module makes everything that is drawn, coordinates included; the template only writes it. Each arrow has
its sentence, which a screen reader reads instead.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from sne_console.messages.echange_montre import Cote
from sne_console.messages.verdicts_et_refus import Vecu
from sne_console.vues.filtres_jinja import duree, octets
from sne_console.vues.paroles import PAROLES
from sne_interface.domain.echange import FICHIER, TLS, Echange, VerdictEchange
from sne_interface.domain.nir import masquer_nirs
from sne_interface.domain.texte import abrege, accorde

#: « plein » arrives as it was meant, « abime » otherwise, « perdu » not at all.
SorteFleche = Literal["plein", "abime", "perdu"]

#: Width of the picture, in its own units, and where the four stand.
LARGEUR: Final = 420
GUICHET, CONNEXION, SNE, AUTRES = 44, 138, 262, 376
#: Height of the heads, and of a step.
_TETE: Final = 46
_PAS: Final = 50
#: Letters that a text beside an arrow may have.
_TEXTE_MAX: Final = 38
#: Guichets that are named.
_NOMMES: Final = 3
#: Pannes after which nothing more arrives, or something that is not the answer.
_PERDUES: Final = frozenset({"silence", "coupure", "reponse_perdue"})
#: A gateway answers in the place of the SNE.
_PASSERELLE: Final = frozenset({"html_502", "html_503"})
#: Those that leave the answer as it was, late.
_ENTIERES: Final = frozenset({"delai", "goutte"})


@dataclass(frozen=True)
class ActeurDeSequence:
    """One of the four: its name, on one or two lines, and where its line stands."""

    nom: str
    precision: str
    x: int


@dataclass(frozen=True)
class Fleche:
    """One step, from `x1` to `x2` at `y` (the same place: what is done there). `texte` is above it, `detail`
    below; `phrase` says it all."""

    x1: int
    x2: int
    y: int
    texte: str
    detail: str
    phrase: str
    sorte: SorteFleche = "plein"

    @property
    def milieu(self) -> int:
        """Where its texts are centred."""
        return (self.x1 + self.x2) // 2


@dataclass(frozen=True)
class Diagramme:
    """The picture, of LARGEUR by `hauteur`; `titre` says what it shows."""

    titre: str
    acteurs: tuple[ActeurDeSequence, ...]
    fleches: tuple[Fleche, ...]
    hauteur: int
    largeur: int = LARGEUR


def dessiner(
    echange: Echange, vecu: Vecu, cotes: Sequence[Cote], autres: Sequence[str] | None
) -> Diagramme | None:
    """The picture of an exchange; `cotes` are its question and its answer as they are shown, `autres` the
    codes of the guichets whose boxes it fills, None where the base dispatches nothing. None for a line that
    no caller left."""
    if not echange.requete and echange.methode not in ("POST", TLS):
        return None
    etapes = [*_question(echange, cotes[0]), *_travail(echange, vecu), *_boites(autres)]
    etapes += _reponse(echange, vecu, cotes[1])
    fleches = tuple(
        Fleche(x1, x2, _TETE + 36 + rang * _PAS, _court(texte), _court(detail), masquer_nirs(phrase), sorte)
        for rang, (x1, x2, texte, detail, phrase, sorte) in enumerate(etapes)
    )
    acteurs = (
        ActeurDeSequence("Guichet", masquer_nirs(echange.guichet or ""), GUICHET),
        ActeurDeSequence(*_connexion(echange), CONNEXION),
        ActeurDeSequence("SNE", "bac à sable", SNE),
        ActeurDeSequence("Autres", "guichets", AUTRES),
    )
    return Diagramme(f"Qui a parlé à qui : {vecu.titre}", acteurs, fleches, _TETE + 30 + len(fleches) * _PAS)


_Etape = tuple[int, int, str, str, str, SorteFleche]


def _connexion(echange: Echange) -> tuple[str, str]:
    if echange.methode == FICHIER:
        return "Boîte", "d'entrée"
    if echange.ecoute == "http" or not echange.ecoute:
        return "HTTP", "en clair" if echange.ecoute else ""
    return "TLS", "avec certificat" if echange.certificat else "sans certificat"


def _question(echange: Echange, requete: Cote) -> Iterator[_Etape]:
    if echange.methode == TLS:
        phrase = f"La poignée de main TLS échoue : {echange.dit_du_fault('message').rstrip('.')}."
        yield GUICHET, CONNEXION, "poignée de main", "refusée", phrase, "perdu"
        return
    quoi = " ".join(filter(None, (echange.operation or echange.methode, echange.type_fichier)))
    taille, pieces = _poids(requete)
    phrase = f"Le guichet envoie {quoi} : {taille}{pieces}."
    if not echange.statut and echange.verdict is VerdictEchange.REFUS and echange.panne is None:
        phrase += " Le message n'arrive pas entier."
        yield GUICHET, CONNEXION, quoi, octets(requete.taille), phrase, "perdu"
    else:
        yield GUICHET, SNE, quoi, taille, phrase, "plein"


def _poids(cote: Cote) -> tuple[str, str]:
    """The size of a message with the number of its pieces, and what each of them is."""
    if not cote.morceaux:
        return octets(cote.taille), ""
    combien = accorde(len(cote.morceaux), "pièce")
    dites = " ; ".join(f"{m.nom} {octets(m.taille)}" for m in cote.morceaux)
    return f"{octets(cote.taille)}, {combien}", f" ({dites})"


def _travail(echange: Echange, vecu: Vecu) -> Iterator[_Etape]:
    if echange.methode == TLS or (not echange.statut and not echange.reponse and echange.panne is None):
        return
    dit = PAROLES["travail"][echange.verdict] if echange.panne is None or echange.reponse else "pas traité"
    temps = duree(echange.duree_us) if echange.duree_us else ""
    phrase = f"Le SNE : {dit}{f', en {temps}' if temps else ''}."
    sorte: SorteFleche = "plein" if echange.accepte else "abime"
    yield SNE, SNE, dit, temps, phrase, sorte


def _boites(autres: Sequence[str] | None) -> Iterator[_Etape]:
    if not autres:
        return
    reste = f" et {len(autres) - _NOMMES} de plus" if len(autres) > _NOMMES else ""
    noms = ", ".join(autres[:_NOMMES]) + reste
    combien = accorde(len(autres), "boîte")
    phrase = f"Le changement part vers les autres guichets du territoire ({noms}), à leur prochaine relève."
    yield SNE, AUTRES, combien, abrege(noms, 18), phrase, "plein"


def _reponse(echange: Echange, vecu: Vecu, reponse: Cote) -> Iterator[_Etape]:
    if echange.methode == TLS:
        return
    statut = f"HTTP {echange.statut}" if echange.statut else "réponse"
    taille, pieces = _poids(reponse)
    if echange.panne is not None:
        yield _abimee(echange, vecu, taille)
    elif echange.non_remise:
        phrase = f"La réponse ({taille}) n'arrive pas : {echange.non_remise}."
        yield SNE, CONNEXION, "non remise", taille, phrase, "perdu"
    elif echange.statut or echange.reponse:
        phrase = f"Le guichet reçoit {statut} : {taille}{pieces}."
        yield SNE, GUICHET, statut, taille, phrase, "plein"


def _abimee(echange: Echange, vecu: Vecu, taille: str) -> _Etape:
    nom = str((echange.panne or {}).get("genre", ""))
    titre, phrase = f"panne : {vecu.titre[:1].lower()}{vecu.titre[1:]}", vecu.phrase
    if nom in _PERDUES:
        return SNE, CONNEXION, titre, taille, phrase, "perdu"
    if nom in _PASSERELLE:
        return CONNEXION, GUICHET, f"panne, {echange.statut}", "page HTML", phrase, "abime"
    return SNE, GUICHET, titre, taille, phrase, "plein" if nom in _ENTIERES else "abime"


def _court(texte: str) -> str:
    return abrege(masquer_nirs(texte), _TEXTE_MAX)
