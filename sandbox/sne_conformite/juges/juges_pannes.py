"""The behaviour of an application when something goes wrong: ROB-01 to ROB-06."""

from typing import Final

from sne_conformite.juges.juge import CONSTATS, Constats, Dire, PasJoue
from sne_conformite.observation.observation import PANNES_LISIBLES, Observation
from sne_conformite.protocole.protocole import Statut
from sne_conformite.rapports.rapport import Constat
from sne_interface.domain.echange import Piece

#: By panne, the requirement that it puts to the test, and the `sorte` of what breaks it.
PANNES: Final = {p: (e, s) for p, (e, s) in CONSTATS["pannes"].items()}
#: The requirement that the first command after a panne puts to the test.
APRES: Final = "ROB-04"
_NUMERO_FAUX: Final = "numero_faux"


def juger_panne(pas: PasJoue) -> Constats:
    """Returns the findings of the step on the pannes that were played in it, or on the life after one."""
    if not pas.pannes:
        yield from _apres(pas)
    for panne in dict.fromkeys(pas.pannes):
        if panne not in PANNES:
            continue
        exigence, sorte = PANNES[panne]
        touche = next(o for o in pas.observations if o.panne == panne)
        dire = Dire(exigence, touche.identifiant, None)
        if panne in PANNES_LISIBLES:
            yield dire.si(pas.fait or not touche.acceptee, sorte, observe=_dit(pas))
        elif _succes_invente(pas, panne):
            yield _invente(pas, touche, dire)
        else:
            yield dire.tenue()


def _invente(pas: PasJoue, touche: Observation, dire: Dire) -> Constat:
    """The finding of a success that was none; `touche` is the exchange that the panne was played on."""
    panne = touche.panne or ""
    phrase = ""
    if panne != _NUMERO_FAUX and any(o.lisible and o.acceptee for o in pas.observations):
        phrase = "Le SNE n'a pas fait ce qui était demandé, et l'application a annoncé un succès."
    return dire.rompue(PANNES[panne][1], observe=_dit(pas), phrase=phrase, coupees=_coupees(touche))


def _coupees(touche: Observation) -> str:
    """Which pieces of an answer that was cut arrived whole, and which did not, in French; "" when all or none
    did. The journal has the answer as it was meant."""
    part = (touche.echange.panne or {}).get("parametres", {}).get("part")
    if touche.panne != "mime_tronque" or part is None:
        return ""
    reponse = touche.echange.reponse
    garde = len(reponse) * int(part) // 100
    fins = {
        nom: reponse.find(piece.contenu) + len(piece.contenu)
        for nom, piece in touche.reponse.champs.items()
        if isinstance(piece, Piece) and piece.contenu
    }
    entieres = [nom for nom, fin in fins.items() if fin <= garde]
    coupees = [nom for nom, fin in fins.items() if fin > garde]
    if not (entieres and coupees):
        return ""
    return f" ({', '.join(entieres)} en entier, mais pas {', '.join(coupees)})"


def _succes_invente(pas: PasJoue, panne: str) -> bool:
    """True when the application says « fait » though no answer that it could read says so; for the panne
    « numero_faux », when it tells a wrong number."""
    dit = str(pas.reponse.get("numero_unique") or "")
    if panne == _NUMERO_FAUX:
        return bool(dit) and dit != pas.connu.numeros.get(pas.reference)
    if not pas.fait:
        return False
    if not (pas.retrouve or any(o.acceptee for o in pas.de(*pas.prevue.operations))):
        return True  # the SNE did it neither in this step, whether its answer arrived or not, nor before
    if any(o.lisible and o.acceptee for o in pas.observations):
        return False  # it asked again, or looked for the demande, and was answered
    # The answer is whole all the same, when one reads it kindly.
    if pas.prevue.enregistre and panne in ("longueur_fausse", "cid_faux", "encodage_faux"):
        return dit != pas.connu.numeros.get(pas.reference)
    return True


def _apres(pas: PasJoue) -> Constats:
    """ROB-04: the first command after a panne works."""
    if not pas.connu.panne_jouee or pas.faux or not {Statut.FAIT, Statut.REFUSE}.issuperset(pas.attendus):
        return
    dernier = pas.dernier.identifiant if pas.dernier is not None else None
    dire = Dire(APRES, dernier, None)
    if pas.fait:
        yield dire.tenue()
    elif pas.statut is Statut.ERREUR and not pas.decline:
        yield dire.rompue("ne_repart_pas", observe=_dit(pas))


def _dit(pas: PasJoue) -> str:
    """How the step ended, in the application's own words."""
    dits = (pas.statut.value, *(str(pas.reponse.get(nom) or "") for nom in ("numero_unique", "message")))
    return " : ".join(filter(None, dits))
