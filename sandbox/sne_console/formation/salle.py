"""The view that a room has of a scene: who speaks to whom, what came of it, what changed in the demande, its
life; and the content of a sheet about a message.

Everything is read off the exchanges of the scene and off the store; the trainer's notes are not in it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from textwrap import wrap
from typing import Any, Final

from lxml import etree

from sne_conformite.observation.observation import Observation
from sne_console.formation.scene_jouee import Joue, Representation, en_francais
from sne_console.formation.scenes import MessageScene, PasScene, Scene
from sne_console.messages import documents_masques
from sne_console.messages.champs_saisis import trouver
from sne_console.vues.filtres_jinja import accorde, jour
from sne_console.vues.formulaire_cerfa import SectionRemplie, presenter
from sne_console.vues.paroles import PAROLES
from sne_console.vues.vie_de_la_demande import ECHANGES, EtapeLue, lire_nuit, relire
from sne_interface.contract import codec
from sne_interface.contract.codec import NS
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain import decision_de_commission
from sne_interface.domain.base import Guichet
from sne_interface.domain.demande import NumeroUnique
from sne_interface.domain.echange import Echange, VerdictEchange
from sne_sandbox.store.registre import RegistreBase
from sne_sandbox.web.configuration_et_services import Services

#: What a screen holds: lines that changed, points of the life that was and of the life to come, guichets.
CHANGEMENTS_MAX: Final = 5
_PASSEES_MAX: Final = 4
_A_VENIR_MAX: Final = 2
_AUTRES_MAX: Final = 3
#: Lines that changed beyond which the life of the demande is told more shortly.
_SERRE: Final = 3
_MONTRES_MAX: Final = 4
_CHAMPS_MAX: Final = 6
#: Characters of a line of the picture, and of a value on the screen.
_LIGNE: Final = 15
_VALEUR_MAX: Final = 46
_FORMULAIRE: Final = "demande/demandeLogement"
#: What the SNE adds to some answers.
_DU_SNE: Final = (f"{_FORMULAIRE}/informationTraitement", "demande/informationDalo")
_LECTURES: Final = ("getDemandeLogement", "getDoublons", "getNouveauxDaloDepuisLe")
_ANOMALIES_DITES: Final = 2
#: Of an event, what a room waits for: a screen does not hold all its characteristics.
_DITS_D_ABORD: Final = ( decision_de_commission.DECISION, decision_de_commission.REFUS_DU_MENAGE,
decision_de_commission.MOTIF, decision_de_commission.BAIL, decision_de_commission.DATE_BAIL,
decision_de_commission.CATEGORIE, )  # fmt: skip


@dataclass(frozen=True)
class Acteur:
    """A participant: `nature` and `code` of a guichet; `actif` is True when the step is theirs."""

    code: str
    nature: str
    actif: bool = False

    @property
    def lignes(self) -> list[str]:
        """Folds its nature at the width of its box."""
        return wrap(self.nature, _LIGNE - 1)


@dataclass(frozen=True)
class IssueDuPas:
    """The outcome of a step. `genre` is « message », « temps », « boite », or "" when nobody speaks; `aller`
    and `retour` are the words of each direction; `classe` is that of the screen: accepte, refuse, perdu,
    temps or ""; `phrase` says it as the guichet lives it."""

    genre: str = ""
    aller: str = ""
    retour: str = ""
    classe: str = ""
    phrase: str = ""


@dataclass(frozen=True)
class SchemaActeurs:
    """The picture of who speaks to whom in a step."""

    emetteur: Acteur
    autres: tuple[Acteur, ...]
    issue: IssueDuPas

    @property
    def lignes(self) -> tuple[list[str], list[str]]:
        """Folds what goes and what comes back at the width of an arrow."""
        return wrap(self.issue.aller, _LIGNE), wrap(self.issue.retour, _LIGNE)

    @property
    def phrase(self) -> str:
        """The same in words, for who does not see the picture (French)."""
        code, issue = self.emetteur.code, self.issue
        if issue.genre == "message":
            return f"{code} envoie au SNE : {issue.aller}. Le SNE répond : {issue.retour}."
        if issue.genre == "temps":
            return f"Le temps passe au SNE : {issue.aller}."
        if issue.genre == "boite":
            return f"Le SNE distribue à {code} : {issue.retour}."
        return "Aucun message : " + ", ".join([code, *(a.code for a in self.autres)]) + " et le SNE."


@dataclass(frozen=True)
class ChangementVu:
    """A line of the demande that is not the same any more; "" where it was not, or is not any more."""

    libelle: str
    avant: str
    apres: str


@dataclass(frozen=True)
class Salle:
    """The screen of a room. `joue` is the step that is shown, None before the first; `pose` the step whose
    question is asked, with its rank; `en_tout` counts the changes, of which `changements` are the first;
    `numero` is the numéro unique cut in its parts, with what each means."""

    joue: Joue | None
    schema: SchemaActeurs
    changements: tuple[ChangementVu, ...]
    en_tout: int
    numero: tuple[tuple[str, str], ...]
    montres: tuple[tuple[str, str], ...]
    frise: tuple[EtapeLue, ...]
    pose: PasScene | None
    rang_pose: int


def regarder(services: Services, etat: Representation, rang: int | None = None) -> Salle:
    """Returns the view that the room has of a scene now, or (`rang`) of what the step of that rank did."""
    joues = etat.joues if rang is None else etat.joues[:rang]
    vus = [*joues, *(etat.essais[-1:] if len(joues) == len(etat.joues) else ())]
    joue = vus[-1] if vus else None
    pose = etat.scene.pas[len(joues)] if etat.commencee and len(joues) < len(etat.scene.pas) else None
    numero = next((vu.numero for vu in reversed(vus) if vu.numero is not None), None)
    changements: list[ChangementVu] = []
    frise: tuple[EtapeLue, ...] = ()
    guichets: dict[str, Guichet] = {}
    issue = IssueDuPas()
    if etat.base is not None:
        contrat = services.contrat_de(etat.base)
        if joue is not None:
            issue, changements = _issue(joue, contrat), list(_changements(joue, joues, contrat))
        with services.magasin.lire(etat.base.nom) as registre:
            guichets = {guichet.code: guichet for guichet in registre.guichets()}
            if numero is not None:
                frise = _frise(services, registre, numero, contrat, serre=len(changements) > _SERRE)
    montres = changements[:CHANGEMENTS_MAX]
    return Salle(
        joue,
        _schema(guichets, etat.scene, joue, issue),
        tuple(montres),
        len(changements),
        tuple(_parties(numero)),
        tuple(_montres(joue, [numero or "", *(changement.apres for changement in montres)])),
        frise,
        pose,
        len(joues) + 1,
    )


# --- who speaks to whom -------------------------------------------------------------------------------------


def _schema(
    guichets: dict[str, Guichet], scene: Scene, joue: Joue | None, issue: IssueDuPas
) -> SchemaActeurs:
    cites = dict.fromkeys(code for pas in scene.pas if (code := _guichet(pas)) is not None)
    ici = _guichet(joue.pas) if joue is not None else None
    emetteur = ici or next(iter(cites), "")
    connu = guichets.get(emetteur)
    ici_meme = connu.territoires[0] if connu is not None else None
    voisins = [g.code for g in guichets.values() if g.territoires[0] == ici_meme]
    autres = [code for code in dict.fromkeys([*cites, *voisins]) if code != emetteur][:_AUTRES_MAX]
    return SchemaActeurs(
        _acteur(emetteur, guichets, actif=ici is not None),
        tuple(_acteur(code, guichets) for code in autres),
        issue,
    )


def _acteur(code: str, guichets: dict[str, Guichet], *, actif: bool = False) -> Acteur:
    guichet = guichets.get(code)
    return Acteur(code, "guichet" if guichet is None else str(guichet.nature), actif)


def _guichet(pas: PasScene) -> str | None:
    return pas.message.guichet if pas.message is not None else pas.relever


def _acte(message: MessageScene, echange: Echange, contrat: Contrat) -> Sequence[str]:
    """Says what the message of a step asks for, and what is done once it is accepted."""
    if message.type == "RAD":
        motif = trouver(Observation(echange, contrat).arbre, f"{_FORMULAIRE}/radiation/motifRadiation")
        if motif is not None and not motif.get("code"):
            return _dit("REA")
    return _dit(_cle(message))


def _cle(message: MessageScene) -> str:
    """The name of what a message does, in the words."""
    return message.operation if message.operation in _LECTURES else message.type


def _dit(cle: str) -> Sequence[str]:
    dits: Sequence[str] = PAROLES["actes"].get(cle, (cle, "le message est accepté"))
    return dits


# --- what came of it ----------------------------------------------------------------------------------------


def _issue(joue: Joue, contrat: Contrat) -> IssueDuPas:
    """The outcome of a step that was played."""
    pas, echange = joue.pas, joue.echange
    if pas.avancer is not None:
        faits = ", ".join(f for nuit in joue.nuits for f in lire_nuit(nuit).faits)
        phrase = f"Nous sommes le {jour(joue.fin)} : {faits or 'les nuits n’avaient rien à faire'}."
        return IssueDuPas("temps", f"{jour(joue.debut)} → {jour(joue.fin)}", "", "temps", phrase)
    if pas.relever is not None:
        combien = accorde(len(joue.fichiers), "fichier distribué", "fichiers distribués")
        dis = accorde(len(joue.fichiers), "fichier DIS", "fichiers DIS")
        return IssueDuPas("boite", "", dis, "accepte", f"{combien} dans la boîte de {pas.relever}.")
    if pas.message is None or echange is None:
        return IssueDuPas(classe="temps", phrase="Le message est en route." if pas.message else "On regarde.")
    aller, fait = _acte(pas.message, echange, contrat)
    if joue.perdue:
        phrase = f"Au SNE, {fait}. Mais la réponse s'est perdue : le guichet ne sait rien."
        return IssueDuPas("message", aller, "réponse perdue", "perdu", phrase)
    if echange.accepte:
        return IssueDuPas("message", aller, "accepté", "accepte", f"Accepté : {fait}.")
    refus = ", ".join(str(a["regle"]) for a in joue.bloquantes[:_ANOMALIES_DITES])
    phrase = "Une faute SOAP : le message est rejeté en entier."
    if echange.verdict is VerdictEchange.ANOMALIES:
        phrase = "Refusé : rien n'est enregistré."
    return IssueDuPas("message", aller, refus or "faute SOAP", "refuse", phrase)


def _montres(joue: Joue | None, dits: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The values to look at, but for those that are told already; none of an answer that never came, nor of a
    choice that was refused, whose answer says again what was sent."""
    if joue is None or not joue.fait or joue.perdue:
        return
    for libelle, valeur in joue.montres[:_MONTRES_MAX]:
        if not any(valeur.rpartition(" : ")[2] in dit for dit in dits):
            yield libelle, valeur


# --- the demande --------------------------------------------------------------------------------------------


def _parties(numero: str | None) -> Iterator[tuple[str, str]]:
    lu = NumeroUnique.lire(numero) if numero is not None else None
    if lu is None:
        return
    yield lu.territoire, "territoire"
    yield f"{lu.mois:02d}", "mois"
    yield f"{lu.annee % 100:02d}", "année"
    yield f"{lu.sequence:06d}", "rang"
    yield lu.guichet, "guichet"


def _frise(
    services: Services, registre: RegistreBase, numero: str, contrat: Contrat, *, serre: bool
) -> tuple[EtapeLue, ...]:
    """The last points of the life of a demande, and the next ones, fewer where the rest is long (`serre`);
    none of one that is no more."""
    stockee = registre.demande(numero)
    if stockee is None:
        return ()
    echanges = services.magasin.journal.chercher(registre.base.nom, numero=numero, limite=ECHANGES)
    etapes = relire(registre, stockee, echanges, contrat)
    dites = [dite for etape in etapes if (dite := _de_sa_vie(etape)) is not None]
    passees = [e for e in dites if e.genre != "avenir"][-(_PASSEES_MAX // 2 if serre else _PASSEES_MAX) :]
    return (*passees, *[e for e in dites if e.genre == "avenir"][:_A_VENIR_MAX])


def _de_sa_vie(etape: EtapeLue) -> EtapeLue | None:
    """A point of the life of a demande, in the words of a room; None for what only asked, or is told by the
    movement that it made, or by the event that told it."""
    if etape.genre in ("calendrier", "decision"):
        return None
    if etape.genre == "evenement":
        return replace(etape, titre=etape.titre.partition(" : ")[2])
    if etape.genre != "echange":
        return etape
    if etape.verdict is VerdictEchange.ACCEPTE and "(MOD)" in etape.titre:
        return replace(etape, titre="Modification")
    nuit, _, fait = etape.titre.partition(" : ")
    if nuit.startswith("Nuit") and "radiée" not in fait:
        return replace(etape, titre=fait[:1].upper() + fait[1:])
    return None


def _changements(joue: Joue, joues: Sequence[Joue], contrat: Contrat) -> Iterator[ChangementVu]:
    """Yields the differences in the demande after a step, from the answers of the SNE before and after it."""
    message, echange = joue.pas.message, joue.echange
    if message is None or echange is None or not echange.accepte:
        for nuit in joue.nuits:
            lue = lire_nuit(nuit)
            for fait in lue.faits:
                yield ChangementVu(jour(lue.quand), "", fait)
        return
    if message.operation in _LECTURES:
        return
    if message.type == "EVT":
        yield from _ce_qui_arrive(echange, contrat)
        return
    apres = _demande(joue, contrat)
    if apres is None:
        return
    siens = [
        j
        for j in joues
        if j.rang < joue.rang and j.echange is not None and j.echange.accepte and j.numero == joue.numero
    ]
    avant = next((lu for j in reversed(siens) if (lu := _demande(j, contrat)) is not None), None)
    if avant is None:
        yield from _ce_qui_entre(_parties_du_cerfa(apres, contrat))
        return
    for nom in _DU_SNE:  # what not every answer tells has not changed when it is told no more
        if trouver(apres, nom) is None and (element := trouver(avant, nom)) is not None:
            element.getparent().remove(element)
    yield from _ce_qui_change(_parties_du_cerfa(avant, contrat), _parties_du_cerfa(apres, contrat))


def _ce_qui_arrive(echange: Echange, contrat: Contrat) -> Iterator[ChangementVu]:
    """The events that a message adds: what each is and when; then what it says, by the names of the contract,
    what was decided and answered first."""
    racine = Observation(echange, contrat).arbre
    for evenement in () if racine is None else racine.iter(f"{{{NS}}}evenement"):
        code = evenement.findtext(f"{{{NS}}}codeTypeEvenement", "")
        genre = next((genre for genre in contrat.evenements if genre.code == code), None)
        survenu = en_francais(evenement.findtext(f"{{{NS}}}dateSurvenance", ""))
        yield ChangementVu(f"Événement du {survenu}", "", code if genre is None else genre.libelle)
        connues = {c.code: c for c in genre.caracteristiques} if genre is not None else {}
        dites = []
        for dite in evenement.iter(f"{{{NS}}}caracteristiqueSpecifique"):
            nom = dite.findtext(f"{{{NS}}}code", "")
            valeur = dite.findtext(f"{{{NS}}}valeurCaracteristiqueSpecifique", "")
            connue = connues.get(nom)
            role = contrat.roles.decision.role(nom)
            rang = _DITS_D_ABORD.index(role) if role in _DITS_D_ABORD else len(_DITS_D_ABORD)
            mots = dict(connue.valeurs) if connue is not None else {}
            mot = mots.get(valeur, en_francais(valeur))
            dites.append((rang, nom if connue is None else connue.libelle, mot))
        for _, libelle, mot in sorted(dites, key=itemgetter(0)):
            yield ChangementVu(libelle, "", _couper(mot))


def _demande(joue: Joue, contrat: Contrat) -> Any:
    """The demande as the SNE answered it after a step (lxml); None when it answered none."""
    racine = (
        None if joue.echange is None else documents_masques.arbre_repondu(Observation(joue.echange, contrat))
    )
    return None if racine is None or trouver(racine, _FORMULAIRE) is None else racine


def _parties_du_cerfa(racine: Any, contrat: Contrat) -> tuple[SectionRemplie, ...]:
    return presenter(codec.lire(etree.tostring(racine)), contrat)


def _ce_qui_entre(apres: Sequence[SectionRemplie]) -> Iterator[ChangementVu]:
    """A demande that enters: what its form says, part by part, those of the household and of the dwelling."""
    lignes = sum(len(groupe.lignes) for partie in apres for groupe in partie.groupes)
    yield ChangementVu("La demande entre", "", accorde(lignes, "renseignement"))
    dites = apres[1:]
    for partie in (*dites[:2], *dites[2:][-2:]):
        lues = [v.texte for groupe in partie.groupes for ligne in groupe.lignes for v in ligne.valeurs]
        valeurs = [texte for texte in lues if texte not in ("Oui", "Non")]  # nothing without their question
        yield ChangementVu(partie.titre, "", _couper(", ".join(valeurs)))


def _ce_qui_change(
    avant: Sequence[SectionRemplie], apres: Sequence[SectionRemplie]
) -> Iterator[ChangementVu]:
    anciennes, nouvelles = _lignes(avant), _lignes(apres)
    for cle in dict.fromkeys([*nouvelles, *anciennes]):
        ancienne, nouvelle = anciennes.get(cle, ""), nouvelles.get(cle, "")
        if ancienne != nouvelle:
            _, groupe, libelle = cle
            nom = f"{groupe} : {libelle[:1].lower()}{libelle[1:]}" if groupe else libelle
            yield ChangementVu(nom, _couper(ancienne), _couper(nouvelle))


def _lignes(parties: Sequence[SectionRemplie]) -> dict[tuple[str, str, str], str]:
    return {
        (partie.titre, groupe.titre, ligne.libelle): ", ".join(v.texte for v in ligne.valeurs)
        for partie in parties
        for groupe in partie.groupes
        for ligne in groupe.lignes
    }


def _couper(texte: str) -> str:
    return texte if len(texte) <= _VALEUR_MAX else texte[: _VALEUR_MAX - 1].rstrip(" ,") + "…"


# --- a sheet ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class MessageEssentiel:
    """The content of a sheet about a message: `champs` are (element, value) of the fields that its step
    sets."""

    quoi: str
    guichet: str
    champs: tuple[tuple[str, str], ...]


def essentiel(pas: PasScene) -> MessageEssentiel | None:
    """The essential of what a step sends; None when it sends nothing."""
    message = pas.message
    if message is None:
        return None
    cle = _cle(message)
    quoi, _ = _dit(cle)
    champs = [
        (edit[1].rpartition("/")[2], edit[2])
        for edit in message.edits
        if edit[0] in ("texte", "code") and "[" not in edit[1].rpartition("/")[2]
    ]
    lisibles = [
        (nom, "du jour" if "{jour}" in valeur else "délivré plus haut" if "{" in valeur else valeur)
        for nom, valeur in (*champs, *message.champs.items())
    ]
    return MessageEssentiel(
        f"{quoi[:1].upper()}{quoi[1:]} ({cle})", message.guichet, tuple(lisibles[:_CHAMPS_MAX])
    )
