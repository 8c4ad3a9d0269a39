"""Defects of the use of answers: numbers, anomalies, doublons, attestations, feeds, lists."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from fautes.faute import Etape, Famille, Faute, Remplacement, constante, cotitulaires, resultat
from sne_temoin.demande_suivie import Cible
from sne_temoin.documents_rediges import Contenu
from sne_temoin.incidents import Echec, FauteSoap, Refus
from sne_temoin.memoire import Dossier
from sne_temoin.temoin_assemble import Temoin

FAUTES: Final = Famille()


def _coupe(nom: str, phrase: str, exigence: str, etape: str, combien: int = 1) -> Faute:
    """A list that stops after so many."""
    return Faute(nom, phrase, (exigence,), etape, resultat(lambda lus: lus[:combien]))


def _en_cache(temoin: Temoin, honnete: Etape) -> Etape:
    """Keeps what was read once, and does not read it again until everything is forgotten."""
    lus: dict[Any, Any] = {}
    oublier = temoin.memoire.oublier

    def tout_oublier() -> None:
        lus.clear()
        oublier()

    temoin.memoire.oublier = tout_oublier  # type: ignore[method-assign]
    return lambda *quoi: lus[quoi] if quoi in lus else lus.setdefault(quoi, honnete(*quoi))


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


@FAUTES.etape("faute-muette", "CTR-10", dans="liaison.ouverture.lire_faute")
def _faute_muette(temoin: Temoin, honnete: Etape, element: Any) -> None:
    """Une fault est montrée comme « Erreur technique »."""
    try:
        honnete(element)
    except FauteSoap:
        raise Echec("Erreur technique, veuillez réessayer plus tard.") from None


@FAUTES.etape("anomalies-ignorees", "CTR-11", "VIE-21", dans="inscription.creer", suites=("VIE-10",))
def _anomalies_ignorees(temoin: Temoin, honnete: Etape, genre: str, dossier: Dossier, forcer: bool) -> Any:
    """Un refus est annoncé comme un succès."""
    try:
        return honnete(genre, dossier, forcer)
    except Refus:
        return dossier


@FAUTES.etape("radiation-refusee-crue", "CTR-11", dans="demandes.radier")
def _radiation_crue(temoin: Temoin, honnete: Etape, cible: Cible, *autres: Any) -> Any:
    """Une radiation que le SNE refuse est donnée pour faite."""
    try:
        return honnete(cible, *autres)
    except Refus:
        return temoin.demandes.dossier(cible)


@FAUTES.etape("anomalie-sans-message", "CTR-11", dans="lecture.anomalies", par=resultat)
def _message_refait(anomalies: list[dict[str, str]]) -> list[dict[str, str]]:
    """Le message d'une anomalie est remplacé par son code."""
    return [{**anomalie, "message": f"Anomalie {anomalie['code']}"} for anomalie in anomalies]


@FAUTES.etape("doublons-tus", "VIE-10", dans="demandes.chercher_doublons")
def _doublons_de(temoin: Temoin, honnete: Etape, reference: str) -> list[str]:
    """La recherche de doublons répond toujours « aucun »."""
    # The doublons that are searched for are looked at in the form alone.
    honnete(reference)
    return []


@FAUTES.etape("doublons-du-demandeur", "VIE-10", dans="demandes.chercher_doublons")
def _doublons_du_demandeur(temoin: Temoin, honnete: Etape, reference: str) -> Any:
    """Les doublons ne sont cherchés que pour le demandeur, jamais pour les co-titulaires."""
    entier, sien = temoin.memoire.dossier(reference), temoin.memoire.dossier(reference)
    if entier is None or sien is None:
        return honnete(reference)
    cotitulaires(sien.contenu).clear()
    temoin.memoire.garder(sien)
    try:
        return honnete(reference)
    finally:
        temoin.memoire.garder(entier)


@FAUTES.etape("attestation-perdue", "VIE-11", dans="inscription.accepter", par=resultat)
def _sans_attestation(dossier: Dossier) -> Dossier:
    """L'attestation n'est pas conservée."""
    dossier.attestation = None
    return dossier


@FAUTES.etape("numero-du-doublon", "VIE-21", dans="inscription.creer")
def _numero_du_doublon(temoin: Temoin, honnete: Etape, genre: str, dossier: Dossier, forcer: bool) -> Any:
    """Le numéro du doublon est pris pour celui de la demande."""
    try:
        return honnete(genre, dossier, forcer)
    except Refus as refus:
        if not refus.doublons:
            raise
        dossier.numero = refus.doublons[0]
        return dossier


@FAUTES.etape("curseur-perdu", "VIE-29", dans="releves.depuis")
def _curseur_perdu(temoin: Temoin, honnete: Etape, flux: Any) -> Any:
    """Chaque relevé part de l'instant présent."""
    return temoin.liaison.maintenant


@FAUTES.etape("curseur-partage", "VIE-29", dans="memoire.avancer")
def _curseur_partage(temoin: Temoin, honnete: Etape, flux: str, instant: Any) -> None:
    """Les deux relevés partent de la même date."""
    for un in ("radiations", "dalos"):
        honnete(un, instant)


@FAUTES.etape("curseur-du-debut", "VIE-14", dans="memoire.avancer")
def _curseur_du_debut(temoin: Temoin, honnete: Etape, flux: str, instant: Any) -> None:
    """Tous les relevés repartent du premier."""
    if temoin.memoire.curseur(flux) is None:
        honnete(flux, instant)


@FAUTES.etape("releve-redit-et-perdu", "VIE-29", dans="releves.relever", suites=("VIE-15",), par=resultat)
def _releve_redit_et_perdu(numeros: list[str]) -> list[str]:
    """D'un relevé, la première demande est rendue deux fois, et la dernière perdue."""
    return [*numeros[:1], *numeros[:-1]] if len(numeros) > 1 else numeros


@FAUTES.etape("certificat-anonyme", "VIE-14", "NOM-02", dans="liaison.certificat")
def _certificat_anonyme(temoin: Temoin, honnete: Etape, nom: str) -> dict[str, Any]:
    """Les relevés sont demandés sans certificat nommé."""
    champs: dict[str, Any] = honnete(nom)
    return {**champs, "nomCertificat": "", "certificat": b""} if nom.endswith("DepuisLe") else champs


@FAUTES.etape("critere-oublie", "VIE-23", dans="partage.rechercher")
def _critere_oublie(temoin: Temoin, honnete: Etape, criteres: Contenu) -> Any:
    """Le dernier critère de recherche n'est pas envoyé."""
    noms = list(criteres)
    return honnete({nom: criteres[nom] for nom in (noms[:-1] if len(noms) > 1 else noms)})


@FAUTES.etape("consultation-tronquee", "VIE-24", dans="lecture.demande", par=resultat)
def _consultation_tronquee(contenu: dict[str, Any]) -> dict[str, Any]:
    """La demande consultée est rendue sans le reste du ménage."""
    physique = contenu.get("personnePhysique")
    if not physique:
        return {nom: valeur for nom, valeur in contenu.items() if nom != "logementRecherche"}
    garde = {nom: valeur for nom, valeur in physique.items() if nom in ("demandeur", "logementActuel")}
    reste = {nom: valeur for nom, valeur in contenu.items() if nom not in ("listeHandicap", "refInterne")}
    return {**reste, "personnePhysique": garde}


@FAUTES.etape("dispatching-illisible", "VIE-25", dans="lecture.modifies")
def _illisible_si_modifie(temoin: Temoin, honnete: Etape, racine: Any) -> list[str]:
    """Un attribut modifie empêche l'intégration du dispatching."""
    marques: list[str] = honnete(racine)
    if marques:
        raise ValueError("attribut inattendu : modifie")
    return marques


@FAUTES.etape("dernier-evenement", "VIE-26", dans="partage.evenements")
def _dernier_evenement(temoin: Temoin, honnete: Etape, cible: Cible) -> list[dict[str, str]]:
    """Seul le dernier événement d'une demande est rendu."""
    tous: list[dict[str, str]] = honnete(cible)
    return tous[-1:]


FAUTES.extend((
    Faute("dalo-refuse-cru", "Une déclaration de DALO que le SNE refuse est donnée pour faite.", ("CTR-11",),
          "partage.verifier", lambda temoin, honnete: lambda racine: racine),
    _coupe("premiere-anomalie", "Seule la première anomalie est montrée.", "CTR-11", "lecture.anomalies"),
    _coupe("premier-doublon", "Seul le premier doublon est lu.", "VIE-10", "lecture.doublons"),
    Faute("attestation-en-texte", "L'attestation est lue comme un texte, fins de ligne changées.",
          ("VIE-11",),
          "envoi.attestation", resultat(lambda pdf: pdf.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))),
    Faute("attestation-recodee", "L'attestation est lue comme un texte en Latin-1, et gardée en UTF-8.",
          ("VIE-11",), "envoi.attestation", resultat(lambda pdf: pdf.decode("latin-1").encode())),
    Faute("numero-coupe", "Le numéro unique est coupé à 17 caractères.", ("VIE-21", "VIE-01"),
          "inscription.accepter", _numero_abime(lambda numero: numero[:17]),
          suites=("ROB-02",)),
    Faute("numero-minuscule", "Le numéro unique est rendu en minuscules.", ("VIE-21", "VIE-01"),
          "inscription.accepter", _numero_abime(str.lower),
          suites=("ROB-02",)),
    Faute("releves-meles", "Une radiation relevée est prise pour un DALO déjà relevé.", ("VIE-29",),
          "memoire.nouveaux", lambda temoin, honnete: lambda flux, numeros: honnete("tous", numeros)),
    Faute("curseur-immobile", "Le curseur n'est pas gardé : chaque relevé remonte à plus d'un an.",
          ("VIE-14",), "memoire.curseur", constante(None), suites=("VIE-29",)),
    _coupe("dix-documents", "Seuls les dix premiers documents d'un relevé sont lus.", "VIE-29",
           "releves.numeros", 10),
    _coupe("dix-anomalies", "Seules les dix premières anomalies sont rendues.", "CTR-11", "lecture.anomalies",
           10),
    _coupe("dix-doublons", "Seuls les dix premiers doublons sont lus.", "VIE-10", "lecture.doublons", 10),
    _coupe("dix-evenements", "Seuls les dix premiers événements d'une demande sont rendus.", "VIE-26",
           "lecture.evenements", 10),
    Faute("consultation-en-cache", "Une demande consultée n'est plus relue au SNE.", ("VIE-24",),
          "demandes.consulter", _en_cache),
    Faute("evenements-en-cache", "Les événements d'une demande ne sont plus relus au SNE.", ("VIE-26",),
          "partage.evenements", _en_cache, suites=("VIE-17",)),
    _coupe("premier-resultat", "Seul le premier résultat d'une recherche est rendu.", "VIE-23",
           "lecture.numeros"),
    _coupe("dix-resultats", "Seuls les dix premiers résultats d'une recherche sont rendus.", "VIE-23",
           "lecture.numeros", 10),
    _coupe("changement-unique", "Seul le premier changement d'un document est retenu.", "VIE-25",
           "lecture.modifies"),
    Faute("premier-fichier", "Seul le premier fichier du dispatching est intégré.", ("VIE-25",),
          "releves.integrer", lambda temoin, honnete: lambda fichiers: honnete(fichiers[:1])),
    Faute("types-nationaux", "Les types territoriaux sont demandés, les nationaux sont lus.", ("VIE-26",),
          "partage.types", lambda temoin, honnete: lambda portee: honnete("nationaux")),
    _coupe("types-tronques", "La liste des types d'événements est coupée à cinq.", "VIE-26", "lecture.types",
           5),
    Faute("un-evenement-par-type", "Un seul événement de chaque type est rendu.", ("VIE-26",),
          "lecture.evenements",
          resultat(lambda lus: list({lu["codeTypeEvenement"]: lu for lu in lus}.values()))),
    Faute("anomalie-sans-propriete", "L'élément en cause d'une anomalie n'est pas montré.", ("CTR-11",),
          "lecture.anomalies",
          resultat(lambda anomalies: [{**anomalie, "propriete": ""} for anomalie in anomalies])),
    Faute("numero-montre-coupe",
          "Après une séparation, le numéro unique est gardé entier, et montré coupé à 17 caractères.",
          ("VIE-21",), "inscription.separer",
          resultat(lambda dossier: replace(dossier, numero=(dossier.numero or "")[:17]))),
    Faute("releve-jete", "Les relevés sont lus, et rien n'en est gardé.", ("VIE-29",), "releves.relever",
          resultat(lambda numeros: [])),
    Faute("filtre-perdu", "Les filtres d'un relevé ne sont pas transmis.", ("VIE-30",), "releves.radiations",
          lambda temoin, honnete: lambda filtres: honnete({})),
    Faute("filtre-invente", "Qui ne choisit pas de motif ne relève que les abandons.", ("VIE-30",),
          "releves.radiations",
          lambda temoin, honnete: lambda filtres: honnete(filtres or {"motif_radiation": "RADABA"}),
          suites=("VIE-29",)),
    Faute("releve-redit", "Les demandes déjà relevées sont rendues de nouveau.", ("VIE-15",),
          "memoire.nouveaux", lambda temoin, honnete: lambda flux, numeros: list(numeros)),
    Faute("consultation-sans-complet", "La demande entière est demandée, et lue sans ce que le SNE y ajoute.",
          ("VIE-24",), "demandes.consulter",
          lambda temoin, honnete: lambda cible, complet: honnete(cible, False)),
))  # fmt: skip
