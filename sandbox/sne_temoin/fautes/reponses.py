"""Defects of the use of answers: numbers, anomalies, doublons, attestations, feeds, lists."""

from collections.abc import Callable
from typing import Any, Final

from sne_temoin.application import Temoin
from sne_temoin.demandes import Cible
from sne_temoin.fautes.faute import Etape, Faute, Remplacement, resultat
from sne_temoin.incidents import Echec, FauteSoap, Refus
from sne_temoin.memoire import Dossier
from sne_temoin.message import Contenu


def _faute_muette(temoin: Temoin, honnete: Etape) -> Etape:
    def fautive(element: Any) -> None:
        try:
            honnete(element)
        except FauteSoap:
            raise Echec("Erreur technique, veuillez réessayer plus tard.") from None

    return fautive


def _anomalies_ignorees(temoin: Temoin, honnete: Etape) -> Etape:
    """A refusal is told as a success."""

    def fautive(genre: str, dossier: Dossier, forcer: bool) -> Any:
        try:
            return honnete(genre, dossier, forcer)
        except Refus:
            return dossier

    return fautive


def _sans_propriete(anomalies: list[dict[str, str]]) -> list[dict[str, str]]:
    return [{**anomalie, "propriete": ""} for anomalie in anomalies]


def _message_refait(anomalies: list[dict[str, str]]) -> list[dict[str, str]]:
    return [{**anomalie, "message": f"Anomalie {anomalie['code']}"} for anomalie in anomalies]


def _premier(liste: list[Any]) -> list[Any]:
    return liste[:1]


def _sans_attestation(dossier: Dossier) -> Dossier:
    dossier.attestation = None
    return dossier


def _numero_abime(changer: Callable[[str], str]) -> Remplacement:
    """The number is kept otherwise than it came."""

    def remplacer(temoin: Temoin, honnete: Etape) -> Etape:
        def fautive(*arguments: Any) -> Any:
            dossier: Dossier = honnete(*arguments)
            dossier.numero = changer(dossier.numero or "")
            temoin.memoire.garder(dossier)
            return dossier

        return fautive

    return remplacer


def _numero_du_doublon(temoin: Temoin, honnete: Etape) -> Etape:
    """The number of the first doublon is taken for that of the demande."""

    def fautive(genre: str, dossier: Dossier, forcer: bool) -> Any:
        try:
            return honnete(genre, dossier, forcer)
        except Refus as refus:
            if not refus.doublons:
                raise
            dossier.numero = refus.doublons[0]
            return dossier

    return fautive


def _curseur_perdu(temoin: Temoin, honnete: Etape) -> Etape:
    """Each feed starts from now."""
    return lambda flux: temoin.liaison.maintenant


def _curseur_partage(temoin: Temoin, honnete: Etape) -> Etape:
    def fautive(flux: str, instant: Any) -> None:
        for un in ("radiations", "dalos"):
            honnete(un, instant)

    return fautive


def _certificat_anonyme(temoin: Temoin, honnete: Etape) -> Etape:
    def fautive(nom: str) -> dict[str, Any]:
        champs: dict[str, Any] = honnete(nom)
        return {**champs, "nomCertificat": "", "certificat": b""} if nom.endswith("DepuisLe") else champs

    return fautive


def _tout_redire(temoin: Temoin, honnete: Etape) -> Etape:
    return lambda flux, numeros: list(numeros)


def _critere_oublie(temoin: Temoin, honnete: Etape) -> Etape:
    def fautive(criteres: Contenu) -> Any:
        noms = list(criteres)
        return honnete({nom: criteres[nom] for nom in (noms[:-1] if len(noms) > 1 else noms)})

    return fautive


def _consultation_tronquee(contenu: dict[str, Any]) -> dict[str, Any]:
    physique = contenu.get("personnePhysique")
    if not physique:
        return {nom: valeur for nom, valeur in contenu.items() if nom != "logementRecherche"}
    garde = {nom: valeur for nom, valeur in physique.items() if nom in ("demandeur", "logementActuel")}
    reste = {nom: valeur for nom, valeur in contenu.items() if nom not in ("listeHandicap", "refInterne")}
    return {**reste, "personnePhysique": garde}


def _illisible_si_modifie(temoin: Temoin, honnete: Etape) -> Etape:
    """An attribute that is not expected breaks the reading."""

    def fautive(racine: Any) -> list[str]:
        marques: list[str] = honnete(racine)
        if marques:
            raise ValueError("attribut inattendu : modifie")
        return marques

    return fautive


def _doublons_de(temoin: Temoin, honnete: Etape) -> Etape:
    """The doublons that are searched for are looked at in the form alone."""

    def fautive(reference: str) -> list[str]:
        honnete(reference)
        return []

    return fautive


def _radiation_crue(temoin: Temoin, honnete: Etape) -> Etape:
    def fautive(cible: Cible, *autres: Any) -> Any:
        try:
            return honnete(cible, *autres)
        except Refus:
            return temoin.demandes.dossier(cible)

    return fautive


def _sans_complet(temoin: Temoin, honnete: Etape) -> Etape:
    return lambda cible, complet: honnete(cible, False)


def _dernier_evenement(temoin: Temoin, honnete: Etape) -> Etape:
    def fautive(cible: Cible) -> list[dict[str, str]]:
        tous: list[dict[str, str]] = honnete(cible)
        return tous[-1:]

    return fautive


FAUTES: Final = (
    Faute("faute-muette", "Une fault est montrée comme « Erreur technique ».", ("CTR-10",),
          "liaison.ouverture.lire_faute", _faute_muette),
    Faute("anomalies-ignorees", "Un refus est annoncé comme un succès.", ("CTR-11", "VIE-21"),
          "inscription.creer", _anomalies_ignorees,
          suites=("VIE-10",)),
    Faute("radiation-refusee-crue", "Une radiation que le SNE refuse est donnée pour faite.", ("CTR-11",),
          "demandes.radier", _radiation_crue),
    Faute("dalo-refuse-cru", "Une déclaration de DALO que le SNE refuse est donnée pour faite.", ("CTR-11",),
          "partage.verifier", lambda temoin, honnete: lambda racine: racine),
    Faute("premiere-anomalie", "Seule la première anomalie est montrée.", ("CTR-11",), "lecture.anomalies",
          resultat(_premier)),
    Faute("anomalie-sans-propriete", "L'élément en cause d'une anomalie n'est pas montré.", ("CTR-11",),
          "lecture.anomalies", resultat(_sans_propriete)),
    Faute("anomalie-sans-message", "Le message d'une anomalie est remplacé par son code.", ("CTR-11",),
          "lecture.anomalies", resultat(_message_refait)),
    Faute("premier-doublon", "Seul le premier doublon est lu.", ("VIE-10",), "lecture.doublons",
          resultat(_premier)),
    Faute("doublons-tus", "La recherche de doublons répond toujours « aucun ».", ("VIE-10",),
          "demandes.chercher_doublons", _doublons_de),
    Faute("attestation-perdue", "L'attestation n'est pas conservée.", ("VIE-11",), "inscription.accepter",
          resultat(_sans_attestation)),
    Faute("attestation-en-texte", "L'attestation est lue comme un texte, fins de ligne changées.",
          ("VIE-11",),
          "envoi.attestation", resultat(lambda pdf: pdf.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))),
    Faute("numero-coupe", "Le numéro unique est coupé à 17 caractères.", ("VIE-21", "VIE-01"),
          "inscription.accepter", _numero_abime(lambda numero: numero[:17]),
          suites=("ROB-02",)),
    Faute("numero-minuscule", "Le numéro unique est rendu en minuscules.", ("VIE-21", "VIE-01"),
          "inscription.accepter", _numero_abime(str.lower),
          suites=("ROB-02",)),
    Faute("numero-du-doublon", "Le numéro du doublon est pris pour celui de la demande.", ("VIE-21",
          "VIE-10"),
          "inscription.creer", _numero_du_doublon,
          suites=("CTR-11",)),
    Faute("curseur-perdu", "Chaque relevé part de l'instant présent.", ("VIE-14",), "releves.depuis",
          _curseur_perdu),
    Faute("curseur-partage", "Les deux relevés partent de la même date.", ("VIE-14",), "memoire.avancer",
          _curseur_partage),
    Faute("releves-meles", "Une radiation relevée est prise pour un DALO déjà relevé.", ("VIE-14",),
          "memoire.nouveaux", lambda temoin, honnete: lambda flux, numeros: honnete("tous", numeros)),
    Faute("certificat-anonyme", "Les relevés sont demandés sans certificat nommé.", ("VIE-14", "NOM-02"),
          "liaison.certificat", _certificat_anonyme),
    Faute("releve-redit", "Les demandes déjà relevées sont rendues de nouveau.", ("VIE-15",),
          "memoire.nouveaux", _tout_redire),
    Faute("critere-oublie", "Le dernier critère de recherche n'est pas envoyé.", ("VIE-23",),
          "partage.rechercher", _critere_oublie),
    Faute("premier-resultat", "Seul le premier résultat d'une recherche est rendu.", ("VIE-23",),
          "lecture.numeros", resultat(_premier)),
    Faute("dix-resultats", "Seuls les dix premiers résultats d'une recherche sont rendus.", ("VIE-23",),
          "lecture.numeros", resultat(lambda numeros: numeros[:10])),
    Faute("consultation-tronquee", "La demande consultée est rendue sans le reste du ménage.", ("VIE-24",),
          "lecture.demande", resultat(_consultation_tronquee)),
    Faute("consultation-sans-complet", "La demande entière est demandée, et lue sans ce que le SNE y ajoute.",
          ("VIE-24",), "demandes.consulter", _sans_complet),
    Faute("dispatching-illisible", "Un attribut modifie empêche l'intégration du dispatching.", ("VIE-25",),
          "lecture.modifies", _illisible_si_modifie),
    Faute("changement-unique", "Seul le premier changement d'un document est retenu.", ("VIE-25",),
          "lecture.modifies", resultat(_premier)),
    Faute("premier-fichier", "Seul le premier fichier du dispatching est intégré.", ("VIE-25",),
          "releves.integrer", lambda temoin, honnete: lambda fichiers: honnete(fichiers[:1])),
    Faute("types-nationaux", "Les types territoriaux sont demandés, les nationaux sont lus.", ("VIE-26",),
          "partage.types", lambda temoin, honnete: lambda portee: honnete("nationaux")),
    Faute("types-tronques", "La liste des types d'événements est coupée à cinq.", ("VIE-26",),
          "lecture.types",
          resultat(lambda types: types[:5])),
    Faute("un-evenement-par-type", "Un seul événement de chaque type est rendu.", ("VIE-26",),
          "lecture.evenements",
          resultat(lambda lus: list({lu["codeTypeEvenement"]: lu for lu in lus}.values()))),
    Faute("dernier-evenement", "Seul le dernier événement d'une demande est rendu.", ("VIE-26",),
          "partage.evenements", _dernier_evenement),
)  # fmt: skip
