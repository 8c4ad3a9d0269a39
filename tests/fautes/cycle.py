"""Defects of the life of a demande: created, changed, renewed, radiated, decided."""

import contextlib
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from fautes.faute import (
    Etape,
    Famille,
    Faute,
    Formulaire,
    argument,
    constante,
    entiere,
    message,
    resultat,
    saisie,
    sans,
    toujours,
)
from sne_temoin.demande_suivie import Cible
from sne_temoin.documents_rediges import Contenu, jour
from sne_temoin.incidents import Refus
from sne_temoin.memoire import Dossier
from sne_temoin.temoin_assemble import Temoin

#: Parts of a form that a lazy MOD leaves out.
_FACULTATIFS: Final = ("logementRecherche", "principauxMotifDemande", "listeHandicap")

FAUTES: Final = Famille()


def _fusion(avant: Contenu, apres: Contenu) -> dict[str, Any]:
    """`apres`, and what of `avant` it no longer has, each in its place."""
    fusion: dict[str, Any] = {}
    restes = list(avant)
    for nom, valeur in apres.items():
        if nom in restes:
            rang = restes.index(nom)
            fusion |= {reste: avant[reste] for reste in restes[:rang] if reste not in apres}
            restes = restes[rang + 1 :]
        ancienne = avant.get(nom)
        deux = isinstance(valeur, Mapping) and isinstance(ancienne, Mapping) and "code" not in valeur
        fusion[nom] = _fusion(ancienne or {}, valeur) if deux else valeur
    return fusion | {reste: avant[reste] for reste in restes if reste not in apres}


def _numero_invente(temoin: Temoin, contenu: Formulaire) -> Formulaire:
    numero = f"0620118{temoin.memoire.rang_suivant():06d}{temoin.liaison.session.guichet}"
    return temoin.redaction.formulaire(contenu, {"numUnique": numero})


def _partielle(temoin: Temoin, contenu: Formulaire) -> Formulaire:
    return {nom: valeur for nom, valeur in contenu.items() if nom not in _FACULTATIFS}


def _doublee(
    temoin: Temoin, honnete: Etape, genre: str, version: str, contenu: Formulaire, **autrement: str
) -> Any:
    try:
        return honnete(genre, version, contenu)
    finally:
        if genre in ("CRE", "CRS"):
            with contextlib.suppress(Refus):
                honnete(genre, version, temoin.redaction.formulaire(contenu, autrement))


def _radiee(temoin: Temoin, contenu: Formulaire) -> Formulaire:
    date = jour(temoin.liaison.maintenant)
    radiation = {"dateRadiation": date, "motifRadiation": {"code": "RADABA"}}
    return temoin.redaction.formulaire(contenu, {"radiation": radiation})


def _renouvelee_au_depot(temoin: Temoin, contenu: Formulaire) -> Formulaire:
    return {**contenu, "renouvellement": {"dateRenouvellement": contenu["dateCreationDemande"]}}


def _sans(nom: str) -> Callable[[Temoin, Formulaire], Formulaire]:
    return lambda temoin, contenu: {autre: valeur for autre, valeur in contenu.items() if autre != nom}


def _comme(genre: str, autre: str) -> Any:
    """A message of that kind is sent as one of another."""
    return lambda temoin, honnete: (
        lambda ce_genre, *reste: honnete(autre if ce_genre == genre else ce_genre, *reste)
    )


def _radren(radiation: Formulaire) -> None:
    date = radiation["dateRadiation"]
    radiation.clear()
    radiation.update({"dateRadiation": date, "motifRadiation": {"code": "RADREN"}})


def _abandon_en_radren(radiation: Formulaire) -> None:
    if radiation["motifRadiation"] == {"code": "RADABA"}:
        radiation["motifRadiation"] = {"code": "RADREN"}


def _reactivation_motivee(temoin: Temoin, contenu: Formulaire) -> Formulaire:
    radiation = contenu["radiation"]
    motif = radiation["motifRadiation"] or {"code": "RADABA"}
    return {**contenu, "radiation": {**radiation, "motifRadiation": motif}}


def _voisin(evenement: Formulaire) -> None:
    if "idEvenement" in evenement:
        evenement["idEvenement"] = str(int(evenement["idEvenement"]) + 1)


@FAUTES.etape("modifie-en-creant", "VIE-02", "VIE-03", dans="demandes.modifier", suites=("ROB-03",))
def _recree(temoin: Temoin, honnete: Etape, cible: Cible, contenu: Contenu, version: str = "") -> Dossier:
    """Une modification est envoyée comme une création forcée."""
    # And the new number is kept.
    dossier = temoin.demandes.dossier(cible)
    dossier.contenu, dossier.numero = dict(contenu), None
    cree: Dossier = temoin.inscription.creer("CRE", dossier, True)
    return cree


@FAUTES.etape("creation-renvoyee", "VIE-02", dans="demandes.modifier", suites=("FID-07", "VIE-03"))
def _renvoie_la_creation(
    temoin: Temoin, honnete: Etape, cible: Cible, contenu: Contenu, version: str = ""
) -> Any:
    """La création est renvoyée avant chaque modification."""
    _recreer(temoin, cible)
    return honnete(cible, contenu, version)


@FAUTES.etape("creation-rejouee", "VIE-02", dans="demandes.piece")
def _rejoue_la_creation(temoin: Temoin, honnete: Etape, cible: Cible) -> Any:
    """La création est renvoyée avant chaque pièce numérisée."""
    _recreer(temoin, cible)
    return honnete(cible)


def _recreer(temoin: Temoin, cible: Cible) -> None:
    dossier = temoin.demandes.dossier(cible)
    with contextlib.suppress(Refus):
        temoin.envoi.envoyer("CRE", dossier.version, temoin.envoi.formulaire(dossier.contenu, {}))


@FAUTES.etape("modification-cumulee", "FID-13", dans="demandes.modifier", suites=("FID-03",))
def _cumulee(temoin: Temoin, honnete: Etape, cible: Cible, contenu: Contenu, version: str = "") -> Any:
    """Ce que l'utilisateur retire reste dans la modification."""
    # What was entered before stays, but for what is entered anew.
    return honnete(cible, _fusion(temoin.demandes.dossier(cible).contenu, contenu), version)


@FAUTES.etape("renouvellement-du-jour", "VIE-05", dans="demandes.renouveler")
def _renouvele_le_jour_meme(
    temoin: Temoin, honnete: Etape, cible: Cible, contenu: Contenu, date: str, version: str = ""
) -> Any:
    """Le renouvellement porte la date du message."""
    return honnete(cible, contenu, jour(temoin.liaison.maintenant), version)


@FAUTES.etape("force-apres-refus", "VIE-10", dans="inscription.creer")
def _force_apres_refus(temoin: Temoin, honnete: Etape, genre: str, dossier: Dossier, forcer: bool) -> Any:
    """Un refus pour doublon est aussitôt forcé."""
    try:
        return honnete(genre, dossier, forcer)
    except Refus as refus:
        if not refus.doublons:
            raise
        return honnete(genre, dossier, True)


@FAUTES.etape("bail-sans-radiation", "VIE-18", dans="partage.decider")
def _bail_sans_radiation(
    temoin: Temoin, honnete: Etape, cible: Cible, decision: Contenu, *autres: Any
) -> Any:
    """Un bail signé n'est pas suivi de la radiation."""
    return temoin.partage.ajouter(cible, temoin.partage.decision(decision))


@FAUTES.etape("decision-tue", "VIE-18", dans="partage.decider")
def _decision_tue(
    temoin: Temoin,
    honnete: Etape,
    cible: Cible,
    decision: Contenu,
    radiation: Contenu | None,
    version: str = "",
) -> str:
    """La décision n'est pas transmise, seule la radiation l'est."""
    if radiation:
        temoin.demandes.radier(cible, radiation, version)
    return ""


def _deposer(temoin: Temoin, genre: str, dossier: Dossier, ajouts: Formulaire) -> None:
    entree = temoin.liaison.session.boites.get("entree")
    if entree:
        contenu = temoin.envoi.formulaire(dossier.contenu, ajouts)
        document = temoin.redaction.demande(genre, temoin.liaison.maintenant, dossier.version, contenu)
        Path(entree).mkdir(parents=True, exist_ok=True)
        (Path(entree) / temoin.liaison.fichier("DEM")).write_bytes(document)


# ROB-01: where the SNE is silent, it finds the demande that the box made, and tells a success.
@FAUTES.etape("depot-asynchrone", "VIE-19", dans="inscription.creer", suites=("VIE-02", "ROB-01"))
def _depot_asynchrone(temoin: Temoin, honnete: Etape, genre: str, dossier: Dossier, forcer: bool) -> Any:
    """La demande est aussi déposée dans la boîte asynchrone."""
    _deposer(temoin, genre, dossier, {})
    return honnete(genre, dossier, forcer)


@FAUTES.etape("modification-asynchrone", "VIE-19", dans="demandes.modifier")
def _modification_asynchrone(
    temoin: Temoin, honnete: Etape, cible: Cible, contenu: Contenu, version: str = ""
) -> Any:
    """La modification est aussi déposée dans la boîte asynchrone."""
    dossier: Dossier = honnete(cible, contenu, version)
    _deposer(temoin, "MOD", dossier, {"numUnique": dossier.numero})
    return dossier


@FAUTES.etape("renvoi-identique", "VIE-20", dans="envoi.envoyer")
def _insiste(temoin: Temoin, honnete: Etape, *arguments: Any) -> Any:
    """Un document refusé est renvoyé tel quel."""
    try:
        return honnete(*arguments)
    except Refus:
        return honnete(*arguments)


def _nature(vraie: str, autre: str) -> Any:
    """Tells the nature `autre` of an event in place of the true one."""
    return lambda temoin, honnete: (
        lambda numero, evenement, nature="": honnete(numero, evenement, autre if nature == vraie else nature)
    )


FAUTES.extend((
    # messages
    Faute("numero-invente", "La création porte un numéro unique inventé.", ("VIE-01",), "envoi.envoyer",
          message("CRE", _numero_invente)),
    Faute("modification-partielle", "La modification ne porte pas tout le formulaire.", ("VIE-03",),
          "envoi.envoyer", message("MOD", _partielle), suites=("FID-05", "FID-08")),
    Faute("modification-qui-radie", "Une modification porte une radiation que personne n'a saisie.",
          ("FID-13",), "envoi.envoyer", message("MOD", _radiee)),
    Faute("modification-sans-numero", "La modification ne porte pas le numéro unique.", ("VIE-03",),
          "envoi.envoyer", message("MOD", _sans("numUnique"))),
    Faute("creation-du-jour", "La date de création devient celle de chaque message.", ("VIE-04",),
          "demandes.invariants",
          lambda temoin, honnete: lambda dossier: {"dateCreationDemande": jour(temoin.liaison.maintenant)}),
    Faute("issue-d-elle-meme", "Une modification dit la demande séparée d'elle-même.", ("FID-13",),
          "demandes.invariants",
          lambda temoin, honnete: lambda dossier: {**honnete(dossier), "numUniqueAssocie": dossier.numero}),
    saisie("separation-sans-origine", "VIE-09", "La séparation ne cite pas la demande d'origine.",
           sans("numUniqueAssocie")),
    Faute("renouvellement-sans-date", "Le renouvellement ne porte pas sa date.", ("VIE-05",), "envoi.envoyer",
          message("REN", _sans("renouvellement"))),
    Faute("renouvelee-au-depot", "Le renouvellement porte la date du dépôt.", ("VIE-05",), "envoi.envoyer",
          message("REN", _renouvelee_au_depot)),
    Faute("renouvelee-en-modifiant", "Un renouvellement est envoyé comme une modification.", ("VIE-05",),
          "envoi.envoyer", _comme("REN", "MOD"), suites=("EMB-10",)),
    Faute("piece-en-modifiant", "Une pièce est envoyée comme une modification.", ("VIE-27",), "envoi.envoyer",
          _comme("COP", "MOD")),
    Faute("radiee-en-modifiant", "Une radiation est envoyée comme une modification.", ("VIE-06",),
          "envoi.envoyer", _comme("RAD", "MOD"), suites=("VIE-18",)),
    Faute("suppression-sans-numero", "La suppression ne porte pas le numéro unique.", ("VIE-27",),
          "envoi.envoyer", message("SUP", _sans("numUnique"))),
    Faute("piece-sans-numero", "L'envoi d'une pièce ne porte pas le numéro unique.", ("VIE-27",),
          "envoi.envoyer", message("COP", _sans("numUnique"))),
    # radiations
    Faute("motif-autre", "La radiation porte un motif hors de la liste.", ("VIE-06", "CTR-03"),
          "demandes.radier", argument(1, toujours("motifRadiation", {"code": "AUTRE"})),
          suites=("FID-14", "VIE-18")),
    Faute("radiation-sans-date", "La radiation ne porte pas sa date.", ("VIE-06", "CTR-01"),
          "demandes.radier", argument(1, sans("dateRadiation")), suites=("FID-14",)),
    Faute("attribution-omise", "La radiation pour attribution ne décrit pas le logement.",
          ("VIE-07",), "demandes.radier", argument(1, sans("attributionLogement"))),
    Faute("reactivation-motivee", "Une réactivation part avec un motif de radiation.", ("VIE-06",),
          "envoi.envoyer", message("RAD", _reactivation_motivee)),
    Faute("radren", "L'application radie elle-même pour non-renouvellement.", ("VIE-08", "FID-14"),
          "demandes.radier", argument(1, _radren), suites=("VIE-18",)),
    Faute("abandon-en-radren", "Un abandon est radié comme un non-renouvellement.", ("VIE-08",),
          "demandes.radier", argument(1, _abandon_en_radren)),
    # doublons
    Faute("creation-doublee", "Chaque création est envoyée deux fois.", ("VIE-02",), "envoi.envoyer",
          entiere(_doublee)),
    Faute("creation-doublee-autrement", "Chaque création est envoyée deux fois, sous deux références.",
          ("VIE-02",), "envoi.envoyer", entiere(partial(_doublee, refInterne="DOUBLE"))),
    Faute("force-toujours", "Toute création est forcée malgré les doublons.", ("VIE-10",),
          "inscription.creer",
          lambda temoin, honnete: lambda genre, dossier, forcer: honnete(genre, dossier, True)),
    Faute("confirmation-perdue", "L'utilisateur confirme malgré les doublons, et rien n'est envoyé.",
          ("VIE-10",), "inscription.creer",
          lambda temoin, honnete: lambda genre, dossier, forcer: honnete(genre, dossier, False)),
    # events
    Faute("evenement-sans-date", "L'événement ne porte pas de date de survenance.", ("VIE-16",),
          "partage.evenement_de", argument(1, sans("dateSurvenance"))),
    Faute("evenement-sans-caracteristiques", "L'événement ne porte pas ses caractéristiques.",
          ("VIE-16",), "partage.evenement_de",
          argument(1, sans("listeCaracteristiquesSpecifiques"))),
    Faute("evenement-divers", "Tout événement est du type DIVERS.", ("VIE-16",), "partage.evenement_de",
          argument(1, toujours("codeTypeEvenement", "DIVERS")), suites=("FID-14",)),
    Faute("evenement-confondu", "L'événement changé ou supprimé n'est pas le bon.", ("VIE-17",),
          "partage.evenement_de", argument(1, _voisin)),
    Faute("evenement-d-autrui", "L'application change et supprime les événements des autres.", ("VIE-17",),
          "partage.exiger_auteur", constante({})),
    Faute("evenement-reglementaire-supprime", "Un événement réglementaire est supprimé comme un autre.",
          ("VIE-17",), "partage.exiger_auteur", resultat(lambda lu: {**lu, "reglementaire": "false"})),
    Faute("modification-dite-suppression", "Un événement modifié est dit supprimé (natureModification).",
          ("VIE-31",), "partage.evenement_de", _nature("MOD", "SUP")),
    Faute("suppression-dite-modification", "Un événement supprimé est dit modifié (natureModification).",
          ("VIE-31",), "partage.evenement_de", _nature("SUP", "MOD")),
    Faute("dalo-sans-date", "La décision DALO ne porte pas sa date.", ("VIE-22",), "partage.declarer_dalo",
          argument(1, sans("dateDecisionDalo"))),
))  # fmt: skip
