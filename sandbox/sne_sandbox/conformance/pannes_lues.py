"""What becomes of an application when something goes wrong: ROB-01 to ROB-06."""

from collections.abc import Iterator
from typing import Final

from sne_sandbox.conformance.observation import PANNES_LISIBLES
from sne_sandbox.conformance.pas import OPERATIONS_DE, PasJoue
from sne_sandbox.conformance.protocole import Statut
from sne_sandbox.reports.model import Constat

#: Requirement and `sorte` by panne.
_PANNES: Final = {
    "silence": ("ROB-01", "silence_pris_pour_succes"),
    "coupure": ("ROB-01", "coupure_prise_pour_succes"),
    "reponse_perdue": ("ROB-01", "reponse_perdue_prise_pour_succes"),
    "mime_tronque": ("ROB-02", "reponse_tronquee_prise_pour_succes"),
    "longueur_fausse": ("ROB-02", "longueur_fausse_prise_pour_succes"),
    "partie_absente": ("ROB-02", "partie_absente_prise_pour_succes"),
    "cid_faux": ("ROB-02", "reference_fausse_prise_pour_succes"),
    "encodage_faux": ("ROB-02", "encodage_faux_pris_pour_succes"),
    "html_502": ("ROB-03", "html_pris_pour_succes"),
    "html_503": ("ROB-03", "html_pris_pour_succes"),
    "numero_faux": ("ROB-05", "numero_mal_forme_conserve"),
    "delai": ("ROB-06", "reponse_lente_non_lue"),
    "goutte": ("ROB-06", "reponse_lente_non_lue"),
    "bom": ("ROB-06", "bom_non_lu"),
}
#: Pannes of an answer that is whole all the same, when one reads it kindly.
_DEVINABLES: Final = frozenset({"longueur_fausse", "cid_faux", "encodage_faux"})
#: What is said of a success that was none, and what was expected: by panne, "" for the others.
_PHRASES: Final = {
    "": (
        "Aucune réponse lisible n'est arrivée, et l'application a annoncé un succès.",
        "une erreur, dite à l'utilisateur",
    ),
    "numero_faux": ("Le numéro reçu, mal formé, a été gardé.", "aucun numéro"),
}
_ENREGISTREMENTS: Final = frozenset({"enregistrer", "corriger", "separer"})


def juger_panne(pas: PasJoue) -> Iterator[Constat]:
    """What the step shows of the panne that was played in it, or of the life after one."""
    if not pas.pannes:
        yield from _apres(pas)
        return
    for panne in dict.fromkeys(pas.pannes):
        exigence, sorte = _PANNES.get(panne, ("", ""))
        if not exigence:
            continue
        touche = next(o for o in pas.observations if o.panne == panne)
        echange = touche.echange.identifiant
        if panne in PANNES_LISIBLES:
            lue = pas.statut is Statut.FAIT or not touche.acceptee
            phrase = (
                "La réponse est lue."
                if lue
                else "Une réponse juste, mais lente ou précédée d'une marque, n'est pas lue."
            )
            yield Constat(
                exigence,
                lue,
                phrase,
                "" if lue else sorte,
                attendu="la réponse, lue",
                observe=_dit(pas),
                echange=echange,
            )
        elif _succes_invente(pas, panne):
            phrase, attendu = _PHRASES.get(panne, _PHRASES[""])
            if panne not in _PHRASES and any(o.lisible and o.acceptee for o in pas.observations):
                phrase = "Le SNE n'a pas fait ce qui était demandé, et l'application a annoncé un succès."
            yield Constat(
                exigence,
                False,
                phrase,
                sorte,
                attendu=attendu,
                observe=_dit(pas),
                echange=echange,
            )
        else:
            phrase = (
                "Le numéro mal formé n'est pas gardé."
                if panne == "numero_faux"
                else "La panne n'est pas prise pour un succès."
            )
            yield Constat(exigence, True, phrase, echange=echange)


def _succes_invente(pas: PasJoue, panne: str) -> bool:
    """Whether « fait » is said of what no answer that can be read says."""
    dit = str(pas.reponse.get("numero_unique") or "")
    if panne == "numero_faux":
        return bool(dit) and dit != pas.connu.numeros.get(pas.reference)
    if pas.statut is not Statut.FAIT:
        return False
    if not _faite(pas, dit):
        return True
    if any(o.lisible and o.acceptee for o in pas.observations):
        return False  # it asked again, or looked for the demande, and was answered
    if pas.commande in _ENREGISTREMENTS and panne in _DEVINABLES:
        return dit != pas.connu.numeros.get(pas.reference)
    return True


def _faite(pas: PasJoue, dit: str) -> bool:
    """Whether the SNE did what was asked: in this step, whether its answer arrived or not, or before it."""
    if any(o.acceptee for o in pas.de(*OPERATIONS_DE.get(pas.commande, ()))):
        return True
    return pas.commande in _ENREGISTREMENTS and bool(dit) and dit == pas.connu.numeros.get(pas.reference)


def _apres(pas: PasJoue) -> Iterator[Constat]:
    """ROB-04: the first command after a panne works."""
    if not pas.connu.panne_jouee or pas.faux or pas.attendus != (Statut.FAIT,):
        return
    echange = pas.dernier.echange.identifiant if pas.dernier is not None else None
    if pas.statut is Statut.FAIT:
        yield Constat("ROB-04", True, "L'application travaille de nouveau.", echange=echange)
    elif pas.statut is Statut.ERREUR:
        phrase = "Après la panne, l'application ne travaille plus."
        yield Constat(
            "ROB-04", False, phrase, "ne_repart_pas", observe=_dit(pas), attendu="fait", echange=echange
        )


def _dit(pas: PasJoue) -> str:
    dit = [
        pas.statut.value,
        str(pas.reponse.get("numero_unique") or ""),
        str(pas.reponse.get("message") or ""),
    ]
    return " : ".join(mot for mot in dit if mot)
