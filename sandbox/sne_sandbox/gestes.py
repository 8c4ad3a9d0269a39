"""The deeds: what one may do to a base, each told once, with its command line and its call of the API.

The console reads them for « La même chose en ligne de commande, par l'API », the API for the sentence that
its description has of each call, the docs for their tables (`en_markdown`). `tests/guards/test_gestes.py`
holds the rows to the commands, the calls and the pages: none of these is without a row, and no row names what
is not there.

To add a deed: its row here, its view of the API (`web/api/`), its button (`web/console/`), its command
(`cli/`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

#: What « … » stands for at the head of the path of a call.
BASE: Final = "/bases/{base}"
#: Why a deed has no command.
A_LIRE: Final = "se lit dans la console ou par l'API"
PAR_SOAP: Final = "une application le demande par SOAP ; la console et l'API le montrent"
D_UN_SERVEUR: Final = "ne se fait que sur un serveur en marche"
#: Why it has no call.
SANS_SERVEUR: Final = "se fait sans serveur"

_PLACE: Final = re.compile(r"\{(\w+)\}")
_MORCEAU: Final = re.compile(r"\[([^]]+)\]…?|(\S+)")


@dataclass(frozen=True, slots=True)
class Geste:
    """A deed. `phrase` is what it does, in French.

    `appel` is its call: method, and path below /api/v1 (« … » is `BASE`). `corps` names the fields of its
    JSON body (« {x} »: the body is the value x itself; "": no body), `question` those that may follow « ? »;
    `curl` is what curl needs beside them. `commande` is what follows `sne-sandbox`: « {x} » is a value,
    « [--x {x}] » goes without it, « [--x {x}]… » is repeated; `options` are those of ours that it takes
    beside (`home` stands for --contract and --contracts too). `vues` are the views of the console that do it.
    `sans` says why there is no command, or no call.
    """

    nom: str
    phrase: str
    appel: str = ""
    commande: str = ""
    corps: str = ""
    question: str = ""
    vues: str = ""
    sans: str = ""
    curl: tuple[str, ...] = ()
    options: str = "base home database"

    @property
    def methode(self) -> str:
        """GET, POST…, "" without a call."""
        return self.appel.partition(" ")[0]

    @property
    def chemin(self) -> str:
        """The path of its call below /api/v1, its places between braces; "" without a call."""
        return self.appel.partition(" ")[2].replace("…", BASE, 1)

    def mots(self, valeurs: Mapping[str, Any]) -> list[str]:
        """The words of its command line; an option whose value is not given is left out."""
        morceaux = (facultatif or mot for facultatif, mot in _MORCEAU.findall(self.commande))
        return [mot for morceau in morceaux for mot in _remplir(morceau, valeurs)]

    def adresse(self, valeurs: Mapping[str, Any]) -> str:
        """The path of its call, with what is asked after « ? »."""
        chemin = _PLACE.sub(lambda place: str(valeurs[place[1]]), self.chemin)
        posees = {nom: valeurs[nom] for nom in self.question.split() if valeurs.get(nom) is not None}
        return f"{chemin}?{urlencode(posees)}" if posees else chemin

    def envoi(self, valeurs: Mapping[str, Any]) -> Any:
        """The JSON body of its call; None when it takes none."""
        entier = _PLACE.fullmatch(self.corps)
        if entier is not None:
            return valeurs[entier[1]]
        champs = self.corps.split()
        return {nom: valeurs[nom] for nom in champs if valeurs.get(nom) is not None} if champs else None


def _remplir(morceau: str, valeurs: Mapping[str, Any]) -> list[str]:
    """The words of one piece of a command line: once for each item of a mapping, none without its value."""
    place = _PLACE.search(morceau)
    if place is None:
        return morceau.split()
    valeur = valeurs.get(place[1])
    if valeur is None:
        return []
    ecrites = [f"{nom}={v}" for nom, v in valeur.items()] if isinstance(valeur, Mapping) else [str(valeur)]
    return [mot.replace(place[0], ecrite) for ecrite in ecrites for mot in morceau.split()]


@dataclass(frozen=True, slots=True)
class Sujet:
    """Deeds of one kind. `pages` are the entries of the console's menu that have them, "" for none."""

    titre: str
    pages: str
    gestes: tuple[Geste, ...]


#: All of them, in the order of the docs.
SUJETS: Final = (
    Sujet("Les bases", "Contrôle", (
        Geste("lister_bases", "Les bases", "GET /bases", "bases list", vues="controle.bases",
              options="home database"),
        Geste("creer_base", "Crée une base", "POST /bases",
              "bases create {nom} [--seed-base {semence}] [--seed {seed}] [--seed-size {taille}] "
              "[--profile {profil}] [--clock {horloge}]",
              corps="nom semence taille seed profil horloge reglages", vues="controle.creer_base",
              options="home database"),
        Geste("lire_base", "Une base", "GET …", sans=A_LIRE),
        Geste("supprimer_base",
              "Supprime une base et tout ce qu'elle contient, sauvegardes et boîtes comprises", "DELETE …",
              "bases delete {base}", vues="controle.faire_supprimer_base", options="home database"),
        Geste("lire_reglages", "Les réglages d'une base", "GET …/settings", vues="controle.reglages",
              sans="« bases list » en dit le profil"),
        Geste("regler", "Change des réglages ; ceux qui ne sont pas cités restent", "PATCH …/settings",
              "bases set {base} [{reglages}]…", corps="{reglages}", vues="controle.regler",
              options="home database"),
        Geste("remettre", "Remet une base à son départ ; sans corps, tout sauf réglages et horloge",
              "POST …/reset", "db reset [--portee {portee}] [--clock {horloge}]", corps="portee horloge",
              vues="controle.faire_remettre"),
        Geste("lister_semences", "Les jeux de départ d'une base", "GET /seeds",
              sans="« bases create --help » les nomme"),
    )),
    Sujet("L'horloge", "Contrôle", (
        Geste("lire_horloge", "L'heure d'une base", "GET …/clock", "clock read", vues="controle.page"),
        Geste("figer", "Fige l'horloge", "POST …/clock/freeze", "clock freeze [{instant}]", corps="instant",
              vues="controle.figer"),
        Geste("avancer", "Avance l'horloge : les nuits passent", "POST …/clock/advance",
              "clock advance {vers}", corps="vers", vues="controle.avancer"),
        Geste("rendre_reelle", "Rend l'horloge à l'heure réelle", "POST …/clock/real", "clock real",
              vues="controle.reelle"),
    )),
    Sujet("Les pannes", "Contrôle", (
        Geste("lister_pannes",
              "Les pannes d'une base, de la plus ancienne à la plus récente, et la table des genres",
              "GET …/pannes", "pannes list", vues="controle.pannes"),
        Geste("armer", "Arme une panne", "POST …/pannes",
              "pannes arm {genre} [--operation {operation}] [--guichet {guichet}] [--fois {fois}] "
              "[--taux {taux}] [--seed {graine}] [--param {parametres}]…",
              corps="genre operation guichet fois taux graine parametres", vues="controle.armer"),
        Geste("desarmer", "Désarme toutes les pannes", "DELETE …/pannes", "pannes clear",
              vues="controle.desarmer"),
        Geste("desarmer_une", "Désarme une panne", "DELETE …/pannes/{identifiant}",
              "pannes clear {identifiant}", vues="controle.desarmer"),
    )),
    Sujet("Les sauvegardes", "Contrôle", (
        Geste("lister_sauvegardes", "Les sauvegardes d'une base, de la plus récente à la plus ancienne",
              "GET …/snapshots", "snapshots list", vues="controle.sauvegardes"),
        Geste("sauvegarder", "Sauvegarde une base telle qu'elle est", "POST …/snapshots",
              "snapshots save {nom}", corps="nom remplacer", vues="controle.sauvegarder"),
        Geste("lire_sauvegarde", "Une sauvegarde", "GET …/snapshots/{nom}", sans=A_LIRE),
        Geste("emporter_sauvegarde",
              "Le fichier d'une sauvegarde, NIR en clair : à qui peut tout (« db restore » le remet "
              "ailleurs)", "GET …/snapshots/{nom}/file", "db snapshot {fichier}", vues="controle.fichier"),
        Geste("remettre_fichier", "Remet une base telle qu'elle est dans un fichier de sauvegarde", "",
              "db restore {fichier}", sans=SANS_SERVEUR),
        Geste("restaurer", "Remet la base telle qu'elle était ; son journal continue",
              "POST …/snapshots/{nom}/restore", "snapshots restore {nom}", vues="controle.faire_restaurer"),
        Geste("oublier", "Supprime une sauvegarde", "DELETE …/snapshots/{nom}", "snapshots delete {nom}",
              vues="controle.faire_oublier"),
        Geste("comparer_sauvegardes",
              "Ce qui a changé depuis une sauvegarde : demandes ajoutées, disparues, changées, et leurs "
              "champs", "GET …/snapshots/{nom}/compare", "snapshots compare {nom} [{avec}]", question="avec",
              vues="controle.comparer"),
    )),
    Sujet("Le journal", "Journal", (
        Geste("lire_journal", "Les échanges, du plus récent au plus ancien", "GET …/exchanges",
              question="guichet operation verdict numero texte avant apres xpath limite",
              vues="journal.page", sans=A_LIRE),
        Geste("compter_journal", "Combien d'échanges gardés répondent aux filtres", "GET …/exchanges/count",
              question="guichet operation verdict numero texte", vues="journal.page", sans=A_LIRE),
        Geste("lire_refus",
              "Les requêtes refusées par SOAP ou avant lui (404, TLS…), et ce qui les aurait fait accepter",
              "GET …/exchanges/near-misses", question="avant limite", sans="un programme seul le demande"),
        Geste("lire_echange", "Un échange, décodé et en octets", "GET …/exchanges/{identifiant}",
              vues="echange.page echange_nomme", sans=A_LIRE),
        Geste("emporter_octets", "Le corps de la requête ou de la réponse, tel qu'il a voyagé, NIR masqués",
              "GET …/exchanges/{identifiant}/{cote}", vues="echange.octets", sans=A_LIRE),
        Geste("emporter_document",
              "Le document que porte la requête ou la réponse, hors de l'enveloppe, NIR masqués",
              "GET …/exchanges/{identifiant}/{cote}/document", vues="echange.document", sans=A_LIRE),
        Geste("lister_pieces",
              "Les pièces du message : ses parties MIME, ou ce que l'enveloppe porte en base64",
              "GET …/exchanges/{identifiant}/{cote}/parts", vues="echange.piece", sans=A_LIRE),
        Geste("emporter_piece", "Une pièce du message, décodée, NIR masqués",
              "GET …/exchanges/{identifiant}/{cote}/parts/{rang}", vues="echange.piece", sans=A_LIRE),
        Geste("emporter_har", "L'échange en archive HAR 1.2, NIR masqués",
              "GET …/exchanges/{identifiant}/har", vues="echange.archive", sans=A_LIRE),
        Geste("rejouer",
              "Rejoue la requête : les mêmes octets, sans certificat, comme s'ils arrivaient maintenant",
              "POST …/exchanges/{identifiant}/replay", vues="echange.rejouer", sans=D_UN_SERVEUR),
        Geste("reduire",
              "Le plus petit document qui soulève encore une anomalie de l'échange ; rien n'est écrit, cinq "
              "secondes au plus", "POST …/exchanges/{identifiant}/reduce", corps="cible",
              vues="echange.reduire", sans=D_UN_SERVEUR),
    )),
    Sujet("Les messages", "Composer", (
        Geste("lister_operations", "Les opérations, d'où partir, et ce qui s'y remplit sans XML",
              "GET …/messages", vues="composer.page", sans=A_LIRE),
        Geste("commencer_message", "Un message pour commencer, au jour de la base, NIR masqués",
              "GET …/messages/{operation}", question="depart", vues="composer.operation",
              sans="« generate » écrit des messages tirés"),
        Geste("envoyer_message",
              "Envoie un message par la vraie interface (SOAP), sans certificat ; sans corps, le plus "
              "simple", "POST …/messages/{operation}", corps="{message}", vues="composer.envoyer",
              sans=PAR_SOAP),
        Geste("verifier_message",
              "Ce que diraient le schéma et les contrôles d'un document envoyé maintenant ; rien n'est "
              "envoyé", "POST …/messages/{operation}/check", corps="{message}", vues="composer.envoyer",
              sans="« check » contrôle un fichier, sans base"),
        Geste("montrer_requete",
              "La requête HTTP entière que serait un message, NIR masqués ; rien n'est envoyé",
              "POST …/messages/{operation}/request", corps="{message}", vues="composer.envoyer",
              sans=A_LIRE),
        Geste("generer", "Écrit des messages : ménages tirés, valides ou fautifs d'une seule façon", "",
              "generate --kind {genre} --count {nombre} [--defect {regle}] [--seed {graine}] --out "
              "{dossier}", sans=SANS_SERVEUR, options="home"),
        Geste("controler", "Contrôle des documents : schéma, nomenclatures, règles", "", "check {fichier}",
              sans=SANS_SERVEUR, options="home"),
    )),
    Sujet("Les demandes", "Demandes", (
        Geste("chercher_demandes", "Cherche des demandes, du dépôt le plus récent au plus ancien",
              "GET …/demandes",
              question="numero nom prenom naissance association commune etat debut depuis jusqua apres "
              "limite", vues="demandes.page", sans=PAR_SOAP),
        Geste("lire_demande", "Une demande : son document, ses événements, ses mouvements",
              "GET …/demandes/{numero}", vues="demande.page", sans=PAR_SOAP),
        Geste("emporter_demande",
              "Le document que rend getDemandeLogement (complet), en fichier XML, NIR masqués",
              "GET …/demandes/{numero}/document", vues="demande.document", sans=PAR_SOAP),
        Geste("lire_foyer",
              "Le foyer : qui compte pour combien, ce qui entre, le seuil du premier quartile, et pourquoi",
              "GET …/demandes/{numero}/household", vues="demande.page", sans=A_LIRE),
        Geste("lire_doublons", "Les autres demandes actives du territoire qu'a déjà l'un de ses titulaires",
              "GET …/demandes/{numero}/duplicates", vues="demande.page", sans=PAR_SOAP),
        Geste("lire_histoire",
              "Sa vie, du plus ancien à ce que le temps lui réserve : échanges, mouvements, événements",
              "GET …/demandes/{numero}/timeline", vues="demande.page", sans=A_LIRE),
        Geste("emporter_attestation", "L'attestation d'enregistrement (PDF)",
              "GET …/demandes/{numero}/attestation",
              vues="demande.voir_attestation demande.telecharger_attestation", sans=PAR_SOAP,
              curl=("-o", "attestation.pdf")),
    )),
    Sujet("Les guichets et leurs boîtes", "Guichets, Boîtes", (
        Geste("lister_guichets", "Les guichets d'une base, et ce que contiennent leurs boîtes",
              "GET …/guichets", vues="guichets.page", sans=A_LIRE),
        Geste("emettre_certificat", "Émet un certificat client pour un guichet",
              "POST …/guichets/{code}/certificate", "pki issue --guichet {code} --out {dossier}",
              vues="guichets.certificat", options="base home"),
        Geste("emporter_autorite", "Le certificat de l'autorité, à donner en confiance à l'application",
              "GET /ca.pem", vues="guichets.autorite", sans="« pki issue » l'écrit avec le certificat"),
        Geste("lire_entree", "Les fichiers déposés par un guichet, traités ou non",
              "GET …/guichets/{code}/inbox", vues="boites.page", sans=A_LIRE),
        Geste("relever_entree",
              "Traite sans attendre les fichiers déposés (aussi ceux du dossier), et distribue",
              "POST …/guichets/{code}/inbox/relever", vues="boites.relever", sans=D_UN_SERVEUR),
        Geste("deposer", "Dépose un fichier : il est traité à la minute suivante, ou par …/inbox/relever",
              "PUT …/guichets/{code}/inbox/{nom}", vues="boites.deposer",
              sans="on le copie aussi dans le dossier de la boîte",
              curl=("--data-binary", "@demande.xml", "-H", "Content-Type: text/xml")),
        Geste("deposer_par_post", "Dépose un fichier, comme PUT", "POST …/guichets/{code}/inbox/{nom}",
              vues="boites.deposer", sans="on le copie aussi dans le dossier de la boîte"),
        Geste("lire_depose", "Un fichier de la boîte d'entrée, traité ou non, NIR masqués",
              "GET …/guichets/{code}/inbox/{nom}", vues="boites.fichier boites.telecharger", sans=A_LIRE),
        Geste("retirer_depose", "Retire un fichier : s'il attendait, il ne sera pas traité",
              "DELETE …/guichets/{code}/inbox/{nom}", vues="boites.supprimer", sans=D_UN_SERVEUR),
        Geste("lire_sortie",
              "Les fichiers à intégrer : réponses (RET, ATT, .err) et dispatching (DIS) déjà distribué",
              "GET …/guichets/{code}/outbox", vues="boites.page", sans=A_LIRE),
        Geste("relever_sortie",
              "Distribue sans attendre ce que d'autres guichets ont changé (DIS), et rend la boîte de "
              "sortie", "POST …/guichets/{code}/outbox/relever", vues="boites.relever", sans=D_UN_SERVEUR),
        Geste("lire_recu", "Un fichier de la boîte de sortie, NIR en clair : à qui peut tout",
              "GET …/guichets/{code}/outbox/{nom}", vues="boites.fichier boites.telecharger", sans=A_LIRE),
        Geste("retirer_recu", "Retire un fichier : le guichet l'a intégré",
              "DELETE …/guichets/{code}/outbox/{nom}", vues="boites.supprimer", sans=D_UN_SERVEUR),
    )),
    Sujet("Les statistiques", "Statistiques", (
        Geste("lire_statistiques", "TAB01, TAB02 et TAB03 d'une base ou d'un de ses territoires, à une date",
              "GET …/statistics", "stats [--at {date}] [--table {tableau}] [--territoire {territoire}]",
              question="date territoire", vues="statistiques.page"),
        Geste("emporter_tableau", "Un tableau en CSV (UTF-8, avec la marque que les tableurs attendent)",
              "GET …/statistics/{tableau}/csv", "stats --format csv [--at {date}] --table {tableau}",
              question="date territoire", vues="statistiques.feuille"),
        Geste("dessiner", "Le graphique d'une rubrique d'un tableau, en SVG",
              "GET …/statistics/{tableau}/svg", question="date territoire rubrique",
              vues="statistiques.graphique", sans=A_LIRE),
    )),
    Sujet("Les scènes", "Scènes", (
        Geste("lister_scenes", "Les scènes, et où en est chacune", "GET /scenes", vues="scenes.page",
              sans=A_LIRE),
        Geste("lire_scene", "Une scène : ses pas, et ce qu'ont donné ceux qui sont joués",
              "GET /scenes/{scene}", vues="scenes.scene", sans=A_LIRE),
        Geste("commencer_scene", "Met la scène au début, ou l'y remet : sa base est faite, ou vidée de tout",
              "POST /scenes/{scene}/start", corps="vider", vues="scenes.commencer", sans=D_UN_SERVEUR),
        Geste("jouer_pas", "Joue le pas suivant, et montre ce qu'il a donné", "POST /scenes/{scene}/next",
              corps="rang", vues="scenes.jouer", sans=D_UN_SERVEUR),
    )),
    Sujet("Les règles", "Règles", (
        Geste("lister_regles",
              "Les contrôles du contrat, dans l'ordre où ils passent, ou ceux que l'on cherche",
              "GET /rules", "rules [--profile {profil}]", question="texte sujet effet fidelite type profil",
              vues="regles.page", options="home"),
        Geste("lire_regle",
              "Un contrôle, par son code ou l'officiel : ses exemples, le plus petit message qu'il refuse",
              "GET /rules/{regle}", "rules {regle}", question="profil", vues="regles.regle", options="home"),
    )),
    Sujet("Le contrat", "Contrat", (
        Geste("lire_contrat", "L'interface : versions de message, documents, services", "GET /contract",
              vues="contrat.page", sans=A_LIRE),
        Geste("lire_schema",
              "Les éléments d'un document, parents avant enfants, avec leurs bornes, ou ceux que l'on "
              "cherche", "GET /contract/documents/{document}", question="version texte",
              vues="contrat.schema", sans=A_LIRE),
        Geste("lister_nomenclatures", "Les nomenclatures, et les éléments que chacune régit",
              "GET /contract/nomenclatures", vues="contrat.nomenclatures", sans=A_LIRE),
        Geste("lire_nomenclature", "Une nomenclature : ses codes et leurs libellés",
              "GET /contract/nomenclatures/{liste}", vues="contrat.nomenclature", sans=A_LIRE),
        Geste("lister_evenements", "Les types d'événements, et ce que chacun porte", "GET /contract/events",
              vues="contrat.evenements", sans=A_LIRE),
        Geste("decrire_operations", "Les opérations SOAP, et les champs de leurs messages",
              "GET /contract/operations", vues="contrat.operation", sans=A_LIRE),
    )),
    Sujet("La conformité", "Conformité", (
        Geste("lister_jugements",
              "Les jugements, du plus récent au plus ancien, rapports de la ligne de commande compris",
              "GET /reports", vues="conformite.page", sans=A_LIRE),
        Geste("juger", "Commence un jugement, un seul à la fois ; il finit avec le serveur", "POST /reports",
              "report --report-dir {dossier}", corps="mode base", vues="conformite.juger"),
        Geste("piloter_temoin", "Pilote l'application témoin à travers le plan, et la juge", "POST /reports",
              "conform --application temoin [--scenario {famille}] [--examples {exemples}] [--seed "
              "{graine}] [--faute {faute}] --report-dir {dossier}",
              corps="mode base famille exemples graine faute", vues="conformite.temoin", options=""),
        Geste("lire_jugement", "Un jugement : où il en est, ce qu'il a dit, son résumé",
              "GET /reports/{rapport}", vues="conformite.rapport", sans=A_LIRE),
        Geste("arreter_jugement",
              "Demande l'arrêt d'un jugement en cours ; rien de plus pour un jugement fini",
              "POST /reports/{rapport}/stop", vues="conformite.arreter",
              sans="Ctrl-C arrête celui de la ligne de commande"),
        Geste("effacer_jugement", "Efface un jugement fini, et ses fichiers", "DELETE /reports/{rapport}",
              vues="conformite.effacer", sans="on efface son dossier"),
        Geste("lire_rapport",
              "Le rapport entier, dans sa forme publiée (rapport.schema.json, format 1), NIR masqués",
              "GET /reports/{rapport}/report", vues="conformite.rapport",
              sans="« report --report-dir » l'écrit"),
        Geste("emporter_fichier",
              "Un fichier du rapport",
              "GET /reports/{rapport}/files/{fichier}", vues="conformite.fichier",
              sans="« report --report-dir » les écrit"),
        Geste("comparer_rapports",
              "Ce qui a changé depuis un autre rapport : manquements nouveaux, corrigés, toujours là",
              "GET /reports/{rapport}/compare", "report --compare {avant} {apres}", question="avec",
              vues="conformite.comparer", options="home"),
    )),
    Sujet("Les erreurs", "", (
        Geste("lister_problemes", "Les genres de problème", "GET /problems",
              sans="un programme seul le demande"),
        Geste("lire_probleme", "Un genre de problème : l'adresse que porte type", "GET /problems/{genre}",
              sans="un programme seul le demande"),
    )),
)  # fmt: skip
#: By name.
GESTES: Final[Mapping[str, Geste]] = {geste.nom: geste for sujet in SUJETS for geste in sujet.gestes}
#: Commands that are no deed on a base of a server, and why.
COMMANDES_SEULES: Final[Mapping[str, str]] = {
    "serve": "lance le serveur",
    "run": "lance un serveur, une base et vos tests",
    "proxy": "lance un relais vers un vrai serveur",
    "demo": "montre le produit, sur un dossier à elle",
    "exigences": "dit sur quoi une application est jugée",
    "pannes genres": "« pannes list » et sa page les donnent aussi",
    "db upgrade": "avant que le serveur ne parte",
    "db seed": "avant que le serveur ne parte ; ensuite, « bases create »",
}


def en_markdown(niveau: int = 3) -> str:
    """The tables of the docs, one a subject, below headings of that level."""
    return "\n".join(_table(sujet, niveau) for sujet in SUJETS)


def _table(sujet: Sujet, niveau: int) -> str:
    lignes = [f"{'#' * niveau} {sujet.titre}", ""]
    if sujet.pages:
        lignes += [f"Dans la console : {sujet.pages}.", ""]
    lignes += ["| geste | console | ligne de commande | API, sous `/api/v1` |", "| --- | --- | --- | --- |"]
    return "\n".join([*lignes, *map(_ligne, sujet.gestes), ""])


def _ligne(geste: Geste) -> str:
    corps = f", corps : {_champs(geste.corps)}" if geste.corps else ""
    question = f", question : {_champs(geste.question)}" if geste.question else ""
    appel = f"`{geste.methode} {geste.chemin}`{corps}{question}" if geste.appel else f"({geste.sans})"
    mots = _PLACE.sub(lambda place: place[1].upper(), geste.commande)
    commande = f"`sne-sandbox {mots}`" if geste.commande else f"({geste.sans})"
    return f"| {geste.phrase} | {'oui' if geste.vues else ''} | {commande} | {appel} |"


def _champs(noms: str) -> str:
    return ", ".join(f"`{nom.strip('{}')}`" for nom in noms.split())
