"""The anomalies of the recorded server beside ours: codes, sentences, paths, gravités.

All is looked at once the recording has been gone through: a code that one exchange explains is then known in
the others.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import CodeType, FunctionType
from typing import Final

from sne_calibrage.calibration.anomalies_appariees import Appariement, Ici, La, Paire
from sne_calibrage.calibration.donnees_comparees import DonneesDesRegles, FaitDeRegle
from sne_calibrage.calibration.ecarts_par_cause import Causes
from sne_calibrage.calibration.modeles_de_phrases import Valeurs, modele_commun, remplir
from sne_calibrage.enregistrements.enregistrement_rejoue import Repris
from sne_calibrage.enregistrements.ligne_de_journal_relue import anomalies_dites
from sne_conformite.observation.observation import arbre_de
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.contract.fiches_du_contrat import CODE_MAX
from sne_interface.domain.anomalie import Gravite
from sne_interface.domain.echange import document_parmi
from sne_interface.domain.nir import masquer_nirs
from sne_interface.rules.catalogue import REGLES
from sne_interface.rules.rule import gravite

_REGLES: Final = "rules.toml"
_AU_REGISTRE: Final = frozenset(regle.code for regle in REGLES if regle.registre)
#: What a rule names when it looks at who calls. A guichet of the sandbox is not the real one of its code.
_DU_GUICHET: Final = frozenset(
    {"guichet", "guichet_emetteur", "guichet_certificat", "code_emetteur", "emetteur", "habilite"}
)
#: What `propriete` may be made of, the likeliest first.
_PLACES: Final = ("{chemin}", "{parent}", "{nom}")
_REGISTRE_INCONNU: Final = "le contrôle {regle} lit le registre, que l'enregistrement ne dit pas en entier"
_APPELANT_INCONNU: Final = "le contrôle {regle} dépend de qui appelle, et de ce qu'il peut faire là-bas"
_DEJA_REFUSE: Final = "le message est refusé là-bas pour autre chose, où {regle} n'est peut-être pas lue"
_PREMIERE: Final = (
    "le serveur enregistré ne montre jamais deux anomalies : il s'arrête peut-être à la première"
)
_STRUCTURANTE: Final = (
    "Cette règle est structurante : aucune surcharge ne la lève. Signalez l'écart aux auteurs du bac à sable."
)
_A_PROVOQUER: Final = (
    "Provoquez-le seul, dans un message par ailleurs accepté, et enregistrez encore ; s'il est "
    "celui d'une règle du bac à sable, écrivez son code_officiel dans rules.toml."
)
_SANS_DONNEE: Final = (
    "Rien dans les données ne change ce qu'une règle examine. Signalez l'écart aux auteurs du bac à sable."
)


def _regarde(fonction: FunctionType, vus: set[FunctionType]) -> bool:
    """Tell whether a function of the rules, or one that it calls, names a guichet."""
    vus.add(fonction)
    codes = [fonction.__code__]
    for code in codes:  # what is written inside a function is a constant of it
        codes += [constante for constante in code.co_consts if isinstance(constante, CodeType)]
    noms = {nom for code in codes for nom in code.co_names}
    appelees = [fonction.__globals__.get(nom) for nom in noms]
    return not _DU_GUICHET.isdisjoint(noms) or any(
        _regarde(appelee, vus)
        for appelee in appelees
        if isinstance(appelee, FunctionType) and appelee not in vus
    )


#: The rules that look at who calls, read off their code: none is forgotten.
_DE_L_APPELANT: Final = frozenset(
    regle.code
    for regle in REGLES
    if isinstance(regle.controler, FunctionType) and _regarde(regle.controler, set())
)


@dataclass
class _Vues:
    """Exchanges by what was seen of a rule."""

    codes: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    textes: list[tuple[Valeurs, str, int]] = field(default_factory=list)
    places: list[tuple[str, str, int]] = field(default_factory=list)
    #: Where it refused there, and blocks here or warns.
    bloque: list[int] = field(default_factory=list)
    #: Those of them where it only warns here.
    durcie: list[int] = field(default_factory=list)
    #: Where we found it, and the recorded server accepted.
    laisse: list[int] = field(default_factory=list)
    #: Those of them where it refuses here: a rule may refuse some values, and warn of others.
    toleree: list[int] = field(default_factory=list)
    #: Where it was shown, and did not refuse.
    montree: list[int] = field(default_factory=list)
    bloquante_ici: bool = False
    muette_ici: bool = False

    def laisser(self, echange: int, *, bloquante: bool) -> None:
        """The recorded server let pass what we found, `bloquante` or not."""
        self.laisse.append(echange)
        if bloquante:
            self.toleree.append(echange)


class Anomalies:
    """The anomalies of a recording, gathered, then compared."""

    def __init__(self, contrat: Contrat, profil: str, causes: Causes) -> None:
        self._contrat, self._causes = contrat, causes
        self._muettes = frozenset(
            code for code, fiche in contrat.regles.items() if gravite(fiche, profil) is Gravite.IGNOREE
        )
        self._faits: list[FaitDeRegle] = []
        #: Rules on the register that the recorded server alone raised: it has them, and knows more.
        self._soulevees: set[str] = set()
        self._donnees = DonneesDesRegles(contrat, causes)

    def voir(self, repris: Repris) -> None:
        """One exchange that neither server answered by a fault."""
        la = anomalies_lues(repris)
        ici = [Ici.de(ligne, self._contrat, self._muettes) for ligne in repris.ici.anomalies]
        fait = FaitDeRegle.de(repris, la, ici)
        self._donnees.voir(repris, fait)
        if la or ici:
            self._faits.append(fait)

    def finir(self) -> list[int]:
        """The groups of all that differs; the exchanges whose answer shows warnings."""
        appariement = Appariement(self._contrat, self._codes())
        en_liste = any(len({a.code for a in fait.la}) > 1 for fait in self._faits)
        affiche = [fait.echange for fait in self._faits if fait.acceptee and fait.la]
        vues: dict[str, _Vues] = defaultdict(_Vues)
        for fait in self._faits:
            self._peser(fait, appariement, vues, en_liste=en_liste, affiche=bool(affiche))
        for code, vue in vues.items():
            if code in _AU_REGISTRE and vue.laisse and (vue.bloque or code in self._soulevees):
                self._causes.indecidable(_REGISTRE_INCONNU.format(regle=code), *vue.laisse)
                vue.laisse.clear()
                vue.toleree.clear()
            self._conclure(code, vue, bool(affiche))
        self._donnees.finir()
        return affiche

    def _codes(self) -> dict[str, str]:
        """Our rules by code of the recorded server, of those codes that are not ours: by most exchanges."""
        appariement = Appariement(self._contrat)
        votes: Counter[tuple[str, str]] = Counter()
        for fait in self._faits:
            for paire in appariement.apparier(fait.la, fait.ici)[0]:
                if appariement.regle(paire.la.code) is None:
                    votes[paire.la.code, paire.ici.regle] += 3 if paire.sure else 1
        codes: dict[str, str] = {}
        for (code, regle), _ in votes.most_common():
            if code not in codes and regle not in codes.values():
                codes[code] = regle
        return codes

    # --- one exchange -------------------------------------------------------------------------------------

    def _peser(
        self,
        fait: FaitDeRegle,
        appariement: Appariement,
        vues: Mapping[str, _Vues],
        *,
        en_liste: bool,
        affiche: bool,
    ) -> None:
        paires, reste_la, reste_ici = appariement.apparier(fait.la, fait.ici)
        # Where warnings are shown, who of several refused is not known.
        coupables = [p for p in paires if p.ici.bloquante]
        for paire in paires:
            vue, bloquante = vues[paire.ici.regle], paire.ici.bloquante
            self._noter_paire(fait, paire, vue)
            seule = len(paires) == 1 and not reste_la
            if fait.acceptee:
                vue.laisser(fait.echange, bloquante=bloquante)
                vue.montree.append(fait.echange)
            elif bloquante or seule or not affiche or (not coupables and not reste_la):
                vue.bloque.append(fait.echange)
                if not bloquante:
                    vue.durcie.append(fait.echange)
        for seul in reste_ici:
            vue = vues[seul.regle]
            vue.bloquante_ici |= seul.bloquante
            vue.muette_ici |= seul.muette
            raison = ""
            if not seul.bloquante:
                if fait.acceptee:
                    vue.laisser(fait.echange, bloquante=False)
            elif fait.inconnus and seul.regle in _AU_REGISTRE:
                raison = _REGISTRE_INCONNU
            elif seul.regle in _DE_L_APPELANT:
                raison = _APPELANT_INCONNU
            elif reste_la:
                raison = _DEJA_REFUSE
            elif not (fait.acceptee or en_liste):
                raison = _PREMIERE
            elif not self._donnees.expliquer_ici(fait, seul):
                vue.laisser(fait.echange, bloquante=True)
            if raison:
                self._causes.indecidable(raison.format(regle=seul.regle), fait.echange)
        for autre in reste_la:
            self._orpheline(fait, autre, appariement.regle(autre.code))

    def _noter_paire(self, fait: FaitDeRegle, paire: Paire, vue: _Vues) -> None:
        la, ici = paire.la, paire.ici
        vue.codes[la.code].append(fait.echange)
        vue.textes.append((ici.valeurs, la.message, fait.echange))
        if la.propriete and ici.propriete:
            vue.places.append((ici.propriete, la.propriete, fait.echange))
        vue.bloquante_ici |= ici.bloquante
        vue.muette_ici |= ici.muette

    def _orpheline(self, fait: FaitDeRegle, la: La, regle: str | None) -> None:
        """An anomalie that we do not find."""
        dite = f"{la.code} : {masquer_nirs(la.message)}" + (f" ({la.propriete})" if la.propriete else "")
        if regle is None:
            titre = f"Le code « {la.code} » n'est celui d'aucun contrôle du bac à sable."
            self._causes.noter(("contrôle inconnu", la.code), titre, fait.echange, dite, _A_PROVOQUER)
        elif self._donnees.expliquer_la(fait, la, regle):
            return
        elif regle in _AU_REGISTRE:
            self._soulevees.add(regle)
            self._causes.indecidable(_REGISTRE_INCONNU.format(regle=regle), fait.echange)
        elif regle in _DE_L_APPELANT:
            self._causes.indecidable(_APPELANT_INCONNU.format(regle=regle), fait.echange)
        else:
            titre = f"Le serveur enregistré soulève {regle} où le bac à sable ne la soulève pas."
            self._causes.noter(("contrôle plus large", regle), titre, fait.echange, dite, _SANS_DONNEE)

    # --- what all exchanges say of a rule -----------------------------------------------------------------

    def _conclure(self, regle: str, vue: _Vues, affiche: bool) -> None:
        if self._contrat.regles.get(regle) is None:
            return  # DALO and search notes that are no rule of the contract
        self._code(regle, vue)
        self._texte(regle, vue)
        self._place(regle, vue)
        self._gravite(regle, vue, affiche)

    def _code(self, regle: str, vue: _Vues) -> None:
        actuel = self._contrat.regles[regle].code_officiel or regle
        if not vue.codes or set(vue.codes) == {actuel}:
            return
        code = max((c for c in vue.codes if c != actuel), key=lambda c: len(vue.codes[c]))
        pour = vue.codes[code]
        contre = [e for autre, echanges in vue.codes.items() if autre != code for e in echanges]
        titre = f"Le code de {regle} est « {code} », et non « {actuel} »."
        groupe = self._causes.de(("code", regle), titre, pour, f"« {code} » là-bas, « {actuel} » ici")
        if len(code) > CODE_MAX:
            groupe.conseil = f"Le schéma n'admet que {CODE_MAX} caractères dans anomalie/@code."
            return
        pourquoi = f"c'est le code que le serveur enregistré donne à {regle}"
        groupe.proposer(_REGLES, (regle, "code_officiel", code), pourquoi, pour, contre)

    def _texte(self, regle: str, vue: _Vues) -> None:
        fiche = self._contrat.regles[regle]
        lus = [
            (self._donnees.borne_dite(regle, fiche.texte, valeurs, message, echange), message, echange)
            for valeurs, message, echange in vue.textes
        ]
        autres = [(v, m, e) for v, m, e in lus if remplir(fiche.texte, v) != masquer_nirs(m)]
        if not autres:
            return
        modele, rendus = modele_commun((v, m) for v, m, _ in autres)
        groupe = self._causes.de(("texte", regle), f"La phrase de {regle} n'est pas celle du bac à sable.")
        for valeurs, message, echange in autres:
            dit = remplir(fiche.texte, valeurs)
            groupe.noter(echange, f"là-bas « {masquer_nirs(message)} », ici « {dit} »")
        pour = [e for (_, _, e), rendu in zip(autres, rendus, strict=True) if rendu]
        contre = [e for (_, _, e), rendu in zip(autres, rendus, strict=True) if not rendu]
        contre += [e for v, m, e in lus if (v, m, e) not in autres]
        pourquoi = "c'est sa phrase, les valeurs citées étant remplacées"
        groupe.proposer(_REGLES, (regle, "texte", modele), pourquoi, pour, contre)

    def _place(self, regle: str, vue: _Vues) -> None:
        actuel = self._contrat.regles[regle].propriete or "{chemin}"
        autres = [(c, p, e) for c, p, e in vue.places if _place(actuel, c) != p]
        if not autres:
            return
        candidats = [*_PLACES, *dict.fromkeys(p for _, p, _ in autres)]
        modele = max(candidats, key=lambda m: sum(_place(m, c) == p for c, p, _ in autres))
        groupe = self._causes.de(("propriété", modele), "")
        groupe.titre = (
            f"{regle}{', ' if groupe.titre else ''}{groupe.titre or f' : la propriété est {modele}.'}"
        )
        for chemin, propriete, echange in autres:
            groupe.noter(echange, f"{regle} : là-bas {propriete}, ici {_place(actuel, chemin)}")
        pour = [e for c, p, e in autres if _place(modele, c) == p]
        contre = [e for c, p, e in vue.places if _place(modele, c) != p]
        pourquoi = "c'est l'élément que désigne le serveur enregistré"
        groupe.proposer(_REGLES, (regle, "propriete", modele), pourquoi, pour, contre)

    def _gravite(self, regle: str, vue: _Vues, affiche: bool) -> None:
        fiche = self._contrat.regles[regle]
        if vue.toleree:
            titre, pour, contre = f"{regle} ne refuse pas le message.", vue.toleree, vue.bloque
            tue = affiche and not vue.montree
            voulue = Gravite.IGNOREE if tue else Gravite.AVERTISSEMENT
            dit = "accepté là-bas, refusé ici"
        elif vue.bloquante_ici and vue.durcie:
            titre = f"{regle} refuse là-bas des valeurs dont le bac à sable avertit."
            groupe = self._causes.de(("gravité", regle), titre, vue.durcie, "refusé là-bas, accepté ici")
            groupe.conseil = _SANS_DONNEE
            return
        elif not vue.bloquante_ici and vue.bloque:
            titre, pour, contre = f"{regle} refuse le message.", vue.bloque, vue.laisse
            voulue, dit = Gravite.BLOQUANTE, "refusé là-bas, accepté ici"
        elif affiche and not vue.bloquante_ici and vue.laisse and bool(vue.montree) is vue.muette_ici:
            voulue = Gravite.AVERTISSEMENT if vue.montree else Gravite.IGNOREE
            titre = f"{regle} avertit." if vue.montree else f"{regle} n'est pas contrôlée."
            pour = vue.montree or vue.laisse
            contre = [e for e in vue.laisse if e not in pour]
            dit = "montrée là-bas" if vue.montree else "jamais montrée là-bas"
        else:
            return
        groupe = self._causes.de(("gravité", regle), titre, pour, dit)
        if fiche.structurante:
            groupe.conseil = _STRUCTURANTE
            return
        pourquoi = f"{titre[:-1]} dans l'enregistrement"
        groupe.proposer(_REGLES, (regle, "gravite", str(voulue)), pourquoi, pour, contre)
        if contre:
            groupe.conseil = "Les échanges se contredisent : la règle n'a pas la même condition là-bas."


def anomalies_lues(repris: Repris) -> list[La]:
    """The anomalies of the recorded answer, in order."""
    racine = arbre_de(document_parmi(repris.vue.reponse.champs))
    return [] if racine is None else [La(*dite) for dite in anomalies_dites(racine)]


def _place(modele: str, chemin: str) -> str:
    parent, _, nom = chemin.rpartition("/")
    try:
        return modele.format(chemin=chemin, parent=parent, nom=nom)
    except (KeyError, ValueError, IndexError):  # a path of the server that holds a brace
        return modele
