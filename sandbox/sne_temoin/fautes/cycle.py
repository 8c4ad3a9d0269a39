"""Defects of the life of a demande: created, changed, renewed, radiated, decided."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from sne_temoin.application import Temoin
from sne_temoin.demandes import Cible
from sne_temoin.fautes.faute import Etape, Faute, constante, resultat, saisie
from sne_temoin.incidents import Refus
from sne_temoin.memoire import Dossier
from sne_temoin.message import Contenu
from sne_temoin.noms import jour

#: Parts of a form that a lazy MOD leaves out.
_FACULTATIFS: Final = ("logementRecherche", "principauxMotifDemande", "listeHandicap")


def _numero_invente(temoin: Temoin, honnete: Etape) -> Etape:
    def fautive(genre: str, version: str, contenu: Contenu) -> Any:
        if genre == "CRE":
            numero = f"0620118{temoin.memoire.rang_suivant():06d}{temoin.liaison.session.guichet}"
            contenu = temoin.redaction.formulaire(contenu, {"numUnique": numero})
        return honnete(genre, version, contenu)

    return fautive


def _recree(temoin: Temoin, honnete: Etape) -> Etape:
    """A change is sent as a creation, doublons forced, and the new number kept."""

    def fautive(cible: Cible, contenu: Contenu, version: str = "") -> Dossier:
        dossier = temoin.demandes.dossier(cible)
        dossier.contenu, dossier.numero = dict(contenu), None
        cree: Dossier = temoin.inscription.creer("CRE", dossier, True)
        return cree

    return fautive


def _renvoie_la_creation(temoin: Temoin, honnete: Etape) -> Etape:
    """Before each change the creation is sent again."""

    def fautive(cible: Cible, contenu: Contenu, version: str = "") -> Any:
        dossier = temoin.demandes.dossier(cible)
        try:
            temoin.envoi.envoyer("CRE", dossier.version, temoin.envoi.formulaire(dossier.contenu, {}))
        except Refus:
            return honnete(cible, contenu, version)
        return honnete(cible, contenu, version)

    return fautive


def _modification_partielle(temoin: Temoin, honnete: Etape) -> Etape:
    def fautive(genre: str, version: str, contenu: Contenu) -> Any:
        if genre == "MOD":
            contenu = {nom: valeur for nom, valeur in contenu.items() if nom not in _FACULTATIFS}
        return honnete(genre, version, contenu)

    return fautive


def _cumulee(temoin: Temoin, honnete: Etape) -> Etape:
    """What was entered before stays, but for what is entered anew."""

    def fautive(cible: Cible, contenu: Contenu, version: str = "") -> Any:
        return honnete(cible, _fusion(temoin.demandes.dossier(cible).contenu, contenu), version)

    return fautive


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


def _renouvele_le_jour_meme(temoin: Temoin, honnete: Etape) -> Etape:
    def fautive(cible: Cible, contenu: Contenu, date: str, version: str = "") -> Any:
        return honnete(cible, contenu, jour(temoin.liaison.maintenant), version)

    return fautive


def _modification_qui_radie(temoin: Temoin, honnete: Etape) -> Etape:
    def fautive(genre: str, version: str, contenu: Contenu) -> Any:
        if genre == "MOD":
            date = jour(temoin.liaison.maintenant)
            radiation = {"dateRadiation": date, "motifRadiation": {"code": "RADABA"}}
            contenu = temoin.redaction.formulaire(contenu, {"radiation": radiation})
        return honnete(genre, version, contenu)

    return fautive


def _creation_du_jour(temoin: Temoin, honnete: Etape) -> Etape:
    return lambda dossier: {"dateCreationDemande": jour(temoin.liaison.maintenant)}


def _sans(genre: str, nom: str) -> Any:
    """A message of that kind is sent without an element."""

    def remplacer(temoin: Temoin, honnete: Etape) -> Etape:
        def fautive(ce_genre: str, version: str, contenu: Contenu) -> Any:
            garde = {n: v for n, v in contenu.items() if n != nom} if ce_genre == genre else contenu
            return honnete(ce_genre, version, garde)

        return fautive

    return remplacer


def _comme(genre: str, autre: str) -> Any:
    """A message of that kind is sent as one of another."""

    def remplacer(temoin: Temoin, honnete: Etape) -> Etape:
        def fautive(ce_genre: str, version: str, contenu: Contenu) -> Any:
            return honnete(autre if ce_genre == genre else ce_genre, version, contenu)

        return fautive

    return remplacer


def _renouvelee_au_depot(temoin: Temoin, honnete: Etape) -> Etape:
    def fautive(genre: str, version: str, contenu: Contenu) -> Any:
        if genre == "REN":
            depot = {"dateRenouvellement": contenu["dateCreationDemande"]}
            contenu = {**contenu, "renouvellement": depot}
        return honnete(genre, version, contenu)

    return fautive


def _issue_d_elle_meme(temoin: Temoin, honnete: Etape) -> Etape:
    return lambda dossier: {**honnete(dossier), "numUniqueAssocie": dossier.numero}


def _confirmation_perdue(temoin: Temoin, honnete: Etape) -> Etape:
    return lambda genre, dossier, forcer: honnete(genre, dossier, False)


def _radiation(changer: Any) -> Any:
    """The radiation that the user entered, changed."""

    def remplacer(temoin: Temoin, honnete: Etape) -> Etape:
        def fautive(cible: Cible, radiation: Contenu, *autres: Any) -> Any:
            return honnete(cible, changer(dict(radiation)), *autres)

        return fautive

    return remplacer


def _motif_hors_liste(radiation: dict[str, Any]) -> dict[str, Any]:
    return {**radiation, "motifRadiation": {"code": "AUTRE"}}


def _sans_date(radiation: dict[str, Any]) -> dict[str, Any]:
    return {nom: valeur for nom, valeur in radiation.items() if nom != "dateRadiation"}


def _sans_attribution(radiation: dict[str, Any]) -> dict[str, Any]:
    return {nom: valeur for nom, valeur in radiation.items() if nom != "attributionLogement"}


def _radren(radiation: dict[str, Any]) -> dict[str, Any]:
    return {"dateRadiation": radiation["dateRadiation"], "motifRadiation": {"code": "RADREN"}}


def _sans_origine(contenu: dict[str, Any]) -> None:
    contenu.pop("numUniqueAssocie", None)


def _force_toujours(temoin: Temoin, honnete: Etape) -> Etape:
    return lambda genre, dossier, forcer: honnete(genre, dossier, True)


def _force_apres_refus(temoin: Temoin, honnete: Etape) -> Etape:
    def fautive(genre: str, dossier: Dossier, forcer: bool) -> Any:
        try:
            return honnete(genre, dossier, forcer)
        except Refus as refus:
            if not refus.doublons:
                raise
            return honnete(genre, dossier, True)

    return fautive


def _insiste(temoin: Temoin, honnete: Etape) -> Etape:
    """Sends the very same once more after a refusal."""

    def fautive(*arguments: Any) -> Any:
        try:
            return honnete(*arguments)
        except Refus:
            return honnete(*arguments)

    return fautive


def _depot_asynchrone(temoin: Temoin, honnete: Etape) -> Etape:
    """Drops a file into the inbox, as in 2017."""

    def fautive(genre: str, dossier: Dossier, forcer: bool) -> Any:
        entree = temoin.liaison.session.boites.get("entree")
        if entree:
            contenu = temoin.envoi.formulaire(dossier.contenu, {})
            document = temoin.redaction.demande(genre, temoin.liaison.maintenant, dossier.version, contenu)
            dossier_entree = Path(entree)
            dossier_entree.mkdir(parents=True, exist_ok=True)
            (dossier_entree / temoin.liaison.fichier("DEM")).write_bytes(document)
        return honnete(genre, dossier, forcer)

    return fautive


def _evenement_sans(nom: str) -> Any:
    def changer(contenu: dict[str, Any]) -> dict[str, Any]:
        evenement = contenu.get("listeEvenements", {}).get("evenement")
        if not evenement:
            return contenu
        reste = {n: v for n, v in evenement.items() if n != nom}
        return {**contenu, "listeEvenements": {"evenement": reste}}

    return resultat(changer)


def _type_inconnu(contenu: dict[str, Any]) -> dict[str, Any]:
    evenement = contenu.get("listeEvenements", {}).get("evenement")
    if not evenement or "codeTypeEvenement" not in evenement:
        return contenu
    return {**contenu, "listeEvenements": {"evenement": {**evenement, "codeTypeEvenement": "DIVERS"}}}


def _autre_evenement(contenu: dict[str, Any]) -> dict[str, Any]:
    evenement = contenu.get("listeEvenements", {}).get("evenement")
    if not evenement or "idEvenement" not in evenement:
        return contenu
    autre = {**evenement, "idEvenement": str(int(evenement["idEvenement"]) + 1)}
    return {**contenu, "listeEvenements": {"evenement": autre}}


def _bail_sans_radiation(temoin: Temoin, honnete: Etape) -> Etape:
    def fautive(cible: Cible, decision: Contenu, *autres: Any) -> Any:
        return temoin.partage.ajouter(cible, temoin.partage.decision(decision))

    return fautive


def _decision_tue(temoin: Temoin, honnete: Etape) -> Etape:
    def fautive(cible: Cible, decision: Contenu, radiation: Contenu | None, version: str = "") -> str:
        if radiation:
            temoin.demandes.radier(cible, radiation, version)
        return ""

    return fautive


def _dalo_sans_date(temoin: Temoin, honnete: Etape) -> Etape:
    def fautive(cible: Cible, information: Mapping[str, Any]) -> Any:
        return honnete(cible, {n: v for n, v in information.items() if n != "dateDecisionDalo"})

    return fautive


FAUTES: Final = (
    Faute("numero-invente", "La création porte un numéro unique inventé.", ("VIE-01",), "envoi.envoyer",
          _numero_invente),
    Faute("modifie-en-creant", "Une modification est envoyée comme une création forcée.", ("VIE-02",
          "VIE-03"),
          "demandes.modifier", _recree, suites=("ROB-03",)),
    Faute("creation-renvoyee", "La création est renvoyée avant chaque modification.", ("VIE-02",),
          "demandes.modifier", _renvoie_la_creation, suites=("FID-07", "VIE-03")),
    Faute("modification-partielle", "La modification ne porte pas tout le formulaire.", ("VIE-03",),
          "envoi.envoyer", _modification_partielle,
          suites=("FID-05", "FID-08")),
    Faute("modification-cumulee", "Ce que l'utilisateur retire reste dans la modification.", ("FID-13",),
          "demandes.modifier", _cumulee, suites=("FID-03",)),
    Faute("modification-qui-radie", "Une modification porte une radiation que personne n'a saisie.",
          ("FID-13",), "envoi.envoyer", _modification_qui_radie),
    Faute("modification-sans-numero", "La modification ne porte pas le numéro unique.", ("VIE-03",),
          "envoi.envoyer", _sans("MOD", "numUnique")),
    Faute("creation-du-jour", "La date de création devient celle de chaque message.", ("VIE-04",),
          "demandes.invariants", _creation_du_jour),
    Faute("renouvellement-sans-date", "Le renouvellement ne porte pas sa date.", ("VIE-05",), "envoi.envoyer",
          _sans("REN", "renouvellement")),
    Faute("renouvelee-au-depot", "Le renouvellement porte la date du dépôt.", ("VIE-05",), "envoi.envoyer",
          _renouvelee_au_depot),
    Faute("renouvelee-en-modifiant", "Un renouvellement est envoyé comme une modification.", ("VIE-05",),
          "envoi.envoyer", _comme("REN", "MOD"),
          suites=("EMB-10",)),
    Faute("piece-en-modifiant", "Une pièce est envoyée comme une modification.", ("VIE-27",), "envoi.envoyer",
          _comme("COP", "MOD")),
    Faute("radiee-en-modifiant", "Une radiation est envoyée comme une modification.", ("VIE-06",),
          "envoi.envoyer", _comme("RAD", "MOD"),
          suites=("VIE-18",)),
    Faute("issue-d-elle-meme", "Une modification dit la demande séparée d'elle-même.", ("FID-13",),
          "demandes.invariants", _issue_d_elle_meme),
    Faute("renouvellement-du-jour", "Le renouvellement porte la date du message.", ("VIE-05",),
          "demandes.renouveler", _renouvele_le_jour_meme),
    Faute("motif-autre", "La radiation porte un motif hors de la liste.", ("VIE-06", "CTR-03"),
          "demandes.radier", _radiation(_motif_hors_liste),
          suites=("FID-14", "VIE-18")),
    Faute("radiation-sans-date", "La radiation ne porte pas sa date.", ("VIE-06", "CTR-01"),
          "demandes.radier",
          _radiation(_sans_date),
          suites=("FID-14",)),
    Faute("attribution-omise", "La radiation pour attribution ne décrit pas le logement.", ("VIE-07",
          "FID-14"),
          "demandes.radier", _radiation(_sans_attribution),
          suites=("VIE-18",)),
    Faute("radren", "L'application radie elle-même pour non-renouvellement.", ("VIE-08", "FID-14"),
          "demandes.radier", _radiation(_radren),
          suites=("VIE-18",)),
    saisie("separation-sans-origine", "VIE-09", "La séparation ne cite pas la demande d'origine.",
           _sans_origine),
    Faute("force-toujours", "Toute création est forcée malgré les doublons.", ("VIE-10",),
          "inscription.creer",
          _force_toujours),
    Faute("confirmation-perdue", "L'utilisateur confirme malgré les doublons, et rien n'est envoyé.",
          ("VIE-10",), "inscription.creer", _confirmation_perdue),
    Faute("force-apres-refus", "Un refus pour doublon est aussitôt forcé.", ("VIE-10",), "inscription.creer",
          _force_apres_refus),
    Faute("evenement-sans-date", "L'événement ne porte pas de date de survenance.", ("VIE-16",),
          "partage.evenement_de", _evenement_sans("dateSurvenance"),
          suites=("FID-14",)),
    Faute("evenement-sans-caracteristiques", "L'événement ne porte pas ses caractéristiques.", ("VIE-16",
          "FID-14"),
          "partage.evenement_de", _evenement_sans("listeCaracteristiquesSpecifiques")),
    Faute("evenement-divers", "Tout événement est du type DIVERS.", ("VIE-16",), "partage.evenement_de",
          resultat(_type_inconnu),
          suites=("FID-14",)),
    Faute("evenement-d-autrui", "L'application change et supprime les événements des autres.", ("VIE-17",),
          "partage.exiger_auteur", constante({})),
    Faute("evenement-reglementaire-supprime", "Un événement réglementaire est supprimé comme un autre.",
          ("VIE-17",), "partage.exiger_auteur", resultat(lambda lu: {**lu, "reglementaire": "false"})),
    Faute("evenement-confondu", "L'événement changé ou supprimé n'est pas le bon.", ("VIE-17",),
          "partage.evenement_de", resultat(_autre_evenement)),
    Faute("bail-sans-radiation", "Un bail signé n'est pas suivi de la radiation.", ("VIE-18",),
          "partage.decider", _bail_sans_radiation),
    Faute("decision-tue", "La décision n'est pas transmise, seule la radiation l'est.", ("VIE-18",),
          "partage.decider", _decision_tue),
    Faute("depot-asynchrone", "La demande est aussi déposée dans la boîte asynchrone.", ("VIE-19",),
          "inscription.creer", _depot_asynchrone, ("VIE-02",)),
    Faute("renvoi-identique", "Un document refusé est renvoyé tel quel.", ("VIE-20",), "envoi.envoyer",
          _insiste),
    Faute("dalo-sans-date", "La décision DALO ne porte pas sa date.", ("VIE-22",), "partage.declarer_dalo",
          _dalo_sans_date),
    Faute("suppression-sans-numero", "La suppression ne porte pas le numéro unique.", ("VIE-27",),
          "envoi.envoyer", _sans("SUP", "numUnique")),
    Faute("piece-sans-numero", "L'envoi d'une pièce ne porte pas le numéro unique.", ("VIE-27",),
          "envoi.envoyer", _sans("COP", "numUnique")),
)  # fmt: skip
