"""The engine: runs the rules that apply to a message, and makes anomalies of what they find.

Order of the anomalies is that of the document; none is reported twice. A rule that says so (`prealable`)
runs first, and ends the judgement when it fails.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache
from typing import Final

from sne_interface.contract.contrats_charges import Contrat, retenu
from sne_interface.contract.fiches_du_contrat import FicheRegle
from sne_interface.contract.nomenclatures_et_territoires import Nomenclatures
from sne_interface.contract.table_des_roles import dire_eteinte
from sne_interface.domain.anomalie import Anomalie, Gravite
from sne_interface.domain.element_recu import DocumentRecu, sans_indices
from sne_interface.domain.nir import cache_un_nir, extrait, masquer_nir
from sne_interface.errors import ERREUR_INATTENDUE, ErreurInterne
from sne_interface.rules.catalogue import REGLES
from sne_interface.rules.registre_vu_des_regles import Registre
from sne_interface.rules.rule import Contexte, Infraction, Infractions, Regle, allege, gravite

#: Bounds of `anomalie/message` and `anomalie/@propriete` in the schema.
MESSAGE_MAX: Final = 512
PROPRIETE_MAX: Final = 255

#: Content faults that a stored demande may already have: on MOD and REN they do not block again.
_CONTENU: Final = ("IDT", "ADR", "MEN", "RES", "LOG", "REC", "MOT", "HAN")

#: Rules after which the SNE says no more.
FINALES: Final = frozenset(regle.code for regle in REGLES if regle.prealable)

#: Types whose message is compared with the stored demande: judged in one go, over an open register.
COMPARES_AU_REGISTRE: Final = frozenset({"MOD", "REN"})


@dataclass(slots=True)
class _Poste:
    """A rule as it runs under a contract and a profile."""

    regle: Regle
    fiche: FicheRegle
    gravite: Gravite
    si: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Plan:
    """The rules that run for a type of file. `faits` are all the facts that its rules look for, `utiles` the
    rules that run for some of them."""

    prealables: tuple[_Poste, ...]
    postes: tuple[_Poste, ...]
    faits: frozenset[str]
    utiles: Callable[[frozenset[str]], tuple[_Poste, ...]]


class Jeu(Enum):
    """The set of rules that run."""

    TOUS = "tous"
    #: Those that the message alone decides.
    SANS_REGISTRE = "sans registre"
    #: Those that read the base.
    AU_REGISTRE = "au registre"


_UTILES_MAX: Final = 256


class Jugement:
    """The judgement of one message, in two times: what it says by itself, before anybody has to wait for us,
    then what the register says of it. A message that is compared with the stored demande (MOD, REN) is judged
    at the second time only, in one go.
    """

    def __init__(self, contexte: Contexte, contrat: Contrat, profil: str) -> None:
        """Raises UsageError for an unknown profile."""
        self.contexte = contexte
        #: What was found, warnings included, in document order.
        self.anomalies: list[Anomalie] = []
        self._contrat, self._profil = contrat, profil
        self._reste = Jeu.TOUS

    def lire_le_message(self) -> None:
        """The first time. Raises ErreurInterne when a rule throws."""
        if self.contexte.type_fichier not in COMPARES_AU_REGISTRE:
            self._reste = Jeu.AU_REGISTRE
            self._controler(Jeu.SANS_REGISTRE)

    def consulter(self, registre: Registre) -> None:
        """The second time, over an open register. Raises as the first."""
        self.contexte.consulter(registre)
        self._controler(self._reste)

    def _controler(self, choix: Jeu) -> None:
        if self.anomalies and self.anomalies[0].regle in FINALES:
            return
        trouvees = juger(self.contexte, self._contrat, self._profil, choix)
        if trouvees:
            self.anomalies = ranger([*self.anomalies, *trouvees], self._contrat)


def juger(contexte: Contexte, contrat: Contrat, profil: str, choix: Jeu = Jeu.TOUS) -> list[Anomalie]:
    """Every anomalie that these rules find in a message, warnings included, in document order. `contexte` has
    its register, unless they do not read it.

    Raises ErreurInterne when a rule throws, UsageError for an unknown profile.
    """
    plan = _plan(contrat, contexte.type_fichier, contexte.canal, profil, choix)
    trouves = _controler_tous(plan.prealables, contexte)
    if not trouves:
        recu = contexte.document
        postes = plan.utiles(plan.faits & recu.faits) if isinstance(recu, DocumentRecu) else plan.postes
        trouves = _deja_connus(_controler_tous(postes, contexte), contexte)
    return _rediger(trouves, contrat) if trouves else []


def juger_par(
    controler: Callable[[Regle], Infractions], contexte: Contexte, contrat: Contrat, profil: str
) -> list[Anomalie]:
    """As `juger`, by the rules without register, each run by `controler`, and none ending the judgement."""
    plan = _plan(contrat, contexte.type_fichier, contexte.canal, profil, Jeu.SANS_REGISTRE)
    postes = (*plan.prealables, *plan.postes)
    trouves = [(poste, vues) for poste in postes if (vues := list(controler(poste.regle)))]
    return _rediger(trouves, contrat)


def ranger(anomalies: Iterable[Anomalie], contrat: Contrat) -> list[Anomalie]:
    """Anomalies of several runs in document order, none twice."""
    uniques: dict[tuple[str, str, str], Anomalie] = {}
    for a in anomalies:
        uniques.setdefault((a.regle, a.propriete, a.message), a)
    return sorted(uniques.values(), key=lambda anomalie: _rang(anomalie.propriete, contrat.nomenclatures))


def regles_de(contrat: Contrat, type_fichier: str, canal: str = "") -> tuple[Regle, ...]:
    """Returns the rules that apply to a type of file under this contract, in the catalogue's order, with
    those of the channel that it came by. A rule that reads a role bound to nothing is off."""
    voulus = {type_fichier, "*", canal} - {""}
    return tuple(
        regle
        for regle in REGLES
        if (fiche := contrat.regles.get(regle.code)) is not None
        and not voulus.isdisjoint(fiche.types)
        and not eteinte(regle, contrat)
    )


def eteinte(regle: Regle, contrat: Contrat) -> str:
    """Why a rule is off under this contract, in French; "" when it applies."""
    return dire_eteinte(contrat.roles, regle.roles)


def regles_eteintes(contrat: Contrat) -> tuple[str, ...]:
    """French sentences, one for each reason: which rules of the contract are off, and why."""
    raisons: dict[str, list[str]] = {}
    for regle in REGLES:
        if regle.code in contrat.regles and (raison := eteinte(regle, contrat)):
            raisons.setdefault(raison, []).append(regle.code)
    return tuple([f"{', '.join(codes)} : {raison}" for raison, codes in raisons.items()])


@retenu
def _plan(contrat: Contrat, type_fichier: str, canal: str, profil: str, choix: Jeu) -> _Plan:
    postes = []
    for regle in regles_de(contrat, type_fichier, canal):
        if choix is not Jeu.TOUS and regle.registre is not (choix is Jeu.AU_REGISTRE):
            continue
        fiche = contrat.regles[regle.code]
        poids = gravite(fiche, profil)
        if poids is not Gravite.IGNOREE:
            # A rule of NIRs finds nothing without an element of one.
            si = contrat.roles.demande.noms_nir if regle.code.startswith("NIR") else regle.si
            postes.append(_Poste(regle, fiche, poids, si))
    suivants = tuple(poste for poste in postes if not poste.regle.prealable)
    return _Plan(
        tuple(poste for poste in postes if poste.regle.prealable),
        suivants,
        frozenset().union(*[poste.si for poste in postes]),
        lru_cache(_UTILES_MAX)(lambda faits: tuple([p for p in suivants if not p.si or p.si & faits])),
    )


def _controler_tous(postes: Iterable[_Poste], contexte: Contexte) -> "list[_Trouve]":
    trouves = []
    poste = exact = None
    try:
        for poste in postes:
            # It holds in most documents: where it does not, the place is told.
            for _ in poste.regle.controler(contexte):
                if exact is None and isinstance(contexte.document, DocumentRecu):
                    exact = replace(contexte, document=contexte.document.exact())
                trouves.append((poste, list(poste.regle.controler(exact or contexte))))
                break
    except Exception as erreur:
        assert poste is not None
        quoi = f"La règle {poste.regle.code} ({poste.regle.nom}) a échoué : {erreur!r}"
        raise ErreurInterne(ERREUR_INATTENDUE, explication=quoi) from erreur
    return trouves


# --- faults that the stored demande already has ------------------------------------------------------

_Trouve = tuple[_Poste, list[Infraction]]


def ne_rebloque_pas(fiche: FicheRegle, type_fichier: str) -> bool:
    """True when a fault of this rule does not block again, in a message of that type, if the stored demande
    has it already."""
    de_contenu = not fiche.structurante and fiche.code.startswith(_CONTENU)
    return de_contenu and type_fichier in COMPARES_AU_REGISTRE


def _deja_connus(trouves: list[_Trouve], contexte: Contexte) -> list[_Trouve]:
    if not trouves or contexte.type_fichier not in COMPARES_AU_REGISTRE or contexte.stockee is None:
        return trouves
    repris = [
        poste
        for poste, _ in trouves
        if poste.gravite is Gravite.BLOQUANTE and ne_rebloque_pas(poste.fiche, contexte.type_fichier)
    ]
    ancien = replace(contexte, document=contexte.stockee.demande.element)
    avant = {poste.regle.code: vues for poste, vues in _controler_tous(repris, ancien)}
    return [(poste, _alleger(vues, avant.get(poste.regle.code, []))) for poste, vues in trouves]


def _alleger(infractions: list[Infraction], anciens: list[Infraction]) -> list[Infraction]:
    """`infractions`, made light where `anciens` holds the same: at the same place, else at the place of a
    namesake (an index moves when a person is added or taken away), each old fault serving once."""
    avant, apres = [_empreintes(c) for c in anciens], [_empreintes(c) for c in infractions]
    restants, par_nom = Counter(place for place, _ in avant), Counter(nom for _, nom in avant)
    legers = set()
    for rang, (place, nom) in enumerate(apres):
        if restants[place] > 0:
            restants[place] -= 1
            par_nom[nom] -= 1
            legers.add(rang)
    for rang, (_, nom) in enumerate(apres):
        if rang not in legers and par_nom[nom] > 0:
            par_nom[nom] -= 1
            legers.add(rang)
    return [allege(c) if rang in legers else c for rang, c in enumerate(infractions)]


_Empreinte = tuple[str, tuple[tuple[str, str], ...]]


def _empreintes(infraction: Infraction) -> tuple[_Empreinte, _Empreinte]:
    """By which a fault is known again: at its place, at the place of any namesake."""
    valeurs = tuple(sorted(infraction.valeurs.items()))
    return (infraction.chemin, valeurs), (sans_indices(infraction.chemin), valeurs)


# --- the sentences -----------------------------------------------------------------------------------


def _rediger(trouves: Iterable[_Trouve], contrat: Contrat) -> list[Anomalie]:
    anomalies = [_anomalie(poste, infraction) for poste, vues in trouves for infraction in vues]
    return ranger(sorted(anomalies, key=lambda anomalie: anomalie.ligne), contrat)


def _anomalie(poste: _Poste, infraction: Infraction) -> Anomalie:
    fiche, chemin = poste.fiche, infraction.chemin
    parent, _, nom = chemin.rpartition("/")
    valeurs = defaultdict(str, infraction.valeurs)  # one that the rule did not give stays empty
    if cache_un_nir(nom.partition("[")[0]):
        valeurs["valeur"] = masquer_nir(valeurs["valeur"])
    leger = infraction.leger and poste.gravite is Gravite.BLOQUANTE
    return Anomalie(
        regle=poste.regle.code,
        code=fiche.code_officiel or fiche.code,
        message=extrait(fiche.texte.format_map(valeurs), MESSAGE_MAX),
        propriete=chemin[:PROPRIETE_MAX],
        gravite=Gravite.AVERTISSEMENT if leger else poste.gravite,
        valeur="" if infraction.absent else valeurs["valeur"],
        ligne=infraction.ligne,
        propriete_officielle=None
        if fiche.propriete is None
        else fiche.propriete.format(chemin=chemin, parent=parent, nom=nom)[:PROPRIETE_MAX],
    )


def _rang(chemin: str, nomenclatures: Nomenclatures) -> tuple[tuple[int, int], ...]:
    """Returns the sort key of a path: the schema's order step by step, then the index among namesakes. A path
    outside the document of a demande (a field of the message, an event) keeps the order of its lines."""
    rang = []
    parcouru = ""
    for morceau in chemin.split("/"):
        nom, _, indice = morceau.partition("[")
        parcouru = f"{parcouru}/{nom}" if parcouru else nom
        try:
            ordre = nomenclatures.ordre(parcouru)
        except KeyError:
            break
        rang.append((ordre, int(indice.rstrip("]")) if indice else 1))
    return tuple(rang)
