"""Lives of a demande, as `fixtures/histoires/*.toml` tell them, played on a base, message by message.

    [[histoire]]
    titre = "…"                     what it is called
    source = "R. 441-3"             article, or what it is known by
    depot = 2018-01-10              day of deposit, by default
    enregistree = 2018-01-10        day it is registered, that of the deposit by default
    dalo = 2018-02-01               the household is recognised as DALO that day, and declared so
    specimen = "personne_seule_nir" who asks, two that share a flat by default; `guichet`, `version`, and
                                    what is written of it: communes = ["69264"] (wished),
                                    ecrit = { path = "text" }, a_charge = [days of birth]
    enregistrement = ["NIR002"]     the codes that its registration raises, none by default; `faute` for a
                                    request that gets the fault; `numero` is how its number begins
    traitement = { nombreUC = "1.50" }  what the SNE computes of it, "" for what it does not write
    pas = [{ le = 2018-03-08, … }]  in order; `le` is the day of the base, at noon

A step is one of:

    decide = "attribution"          a decision, by its role; refuse = "motive" goes beside it, or alone
        commission, bail (days; `commission` is `le` by default), rang, condition, motif, categorie, dalo,
        siren, rpls, reservataire: by role, as `[roles.decision]` of contract.toml
    codes = { DECISION = "X" }      by the codes of the contract; evenement = "DALOFAV": of another type
    corrige = "d1"                  the event of the step whose `nom` is d1, with what is decided here
    supprime = "d1"                 that event
    radie = "RADATT"                dwelling: bail, siren, rpls, reservataire, dalo; commune, in its address;
                                    courrier (a day); comme = "RADIRR" when it carries what that motive would
    reactive, renouvelle, modifie = true
    enregistre = true               the same household asks again
    depose = "23:30:00"             … by a file left in an inbox at that time
    declare = "ACTIF"               a status of DALO
    attend = true                   nothing but the day, and its nights

with `communes` and `ecrit` for those that write a form, `guichet` (G1226, or G0622 for a DALO), `dite` (the
day of the base, when it is not `le`), and `menage` when it is about another household, who asks the same
day as the first. `attendu` are the codes that a step raises, in any order, none by default. Of the whole:
`nuits` are the codes that its nights noted, `statut` its last status of DALO, when they are told.
"""

import tomllib
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Final

import banc as atelier
from banc import FORMULAIRE, NS, Banc
from lxml import etree

from sne_interface.domain import decision_de_commission as d
from sne_interface.domain.dates import PARIS
from sne_interface.domain.echange import Echange, VerdictEchange
from sne_interface.resources import fixtures_dir

_GUICHET: Final = "G1226"
_DEPOT: Final = date(2018, 1, 10)
_BLOC: Final = (
    '<radiation xmlns="{ns}"><dateRadiation>{jour}</dateRadiation><motifRadiation{motif}/>{suite}</radiation>'
)
_DECRIT: Final = (
    "<adresse><numero>4</numero><voie>allée des Peupliers</voie><codePostal>62800</codePostal>"
    '<commune code="{commune}"/></adresse>'
)
#: The values of a decision, by the key of a step.
_ROLES: Final = {
    "rang": d.RANG,
    "condition": d.CONDITION,
    "motif": d.MOTIF,
    "categorie": d.CATEGORIE,
    "dalo": d.DALO,
    "reservataire": d.RESERVATAIRE,
    "siren": d.SIREN,
    "rpls": d.RPLS,
}


def histoires(nom: str, table: str = "histoire") -> list[dict[str, Any]]:
    """Those of a file, in order; or the rows of another table."""
    fichier = fixtures_dir() / "histoires" / f"{nom}.toml"
    lues: list[dict[str, Any]] = tomllib.loads(fichier.read_text("utf-8"))[table]
    return lues


def debut(histoire: Mapping[str, Any]) -> datetime:
    """When its base begins: noon of the day that the demande is registered."""
    return _midi(histoire.get("enregistree", histoire.get("depot", _DEPOT)))


def _midi(jour: date) -> datetime:
    return datetime.combine(jour, time(12), PARIS)


@dataclass
class Constat:
    """What a step came to: was it refused (anomalies, or a fault), and the codes it raised, each once."""

    refuse: bool
    codes: set[str]


@dataclass
class Joueur:
    """Plays one history on a base of its own, which begins at its `debut`."""

    banc: Banc
    histoire: Mapping[str, Any]
    numero: str = ""
    racine: Any = None
    document: Any = None
    voisins: dict[str, tuple[str, Any]] = field(default_factory=dict)
    evenements: dict[str, str] = field(default_factory=dict)
    instant: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.instant = debut(self.histoire)

    def jouer(self) -> list[tuple[Mapping[str, Any], Constat]]:
        """Each step, and what it came to. The demande is registered first."""
        depot = self.histoire.get("depot", _DEPOT)
        specimen = atelier.specimen(self.histoire.get("specimen", "colocataires"))
        racine = atelier.message(specimen, "CRE", dateCreationDemande=depot.isoformat())
        if "version" in self.histoire:
            racine.set("versionInterface", self.histoire["version"])
        _changer(racine, self.histoire)
        resultat = self._demander(racine)
        self.racine, premier = racine, _constat(resultat)
        attendu = {"attendu": self.histoire.get("enregistrement", [])}
        if premier.refuse:
            return [(attendu, premier)]
        self.numero, self.document = resultat.numero, resultat.document
        pas = list(self.histoire.get("pas", []))
        if "dalo" in self.histoire:
            pas.insert(0, {"le": self.histoire["dalo"], "declare": "ACTIF"})
        return [(attendu, premier), *((un, self.faire(un)) for un in pas)]

    def faire(self, pas: Mapping[str, Any]) -> Constat:
        """A step."""
        if pas.get("menage"):
            sienne = self.numero, self.racine
            self.numero, self.racine = self._voisin(pas["menage"])
            constat = self.faire({cle: dit for cle, dit in pas.items() if cle != "menage"})
            self.numero, self.racine = sienne
            return constat
        self._regler(pas.get("dite", pas["le"]))
        if not {"decide", "refuse", "corrige", "codes"}.isdisjoint(pas):
            return self._decider(pas)
        if "supprime" in pas:
            return self._decider({"corrige": pas["supprime"], **pas}, "supprimerEvenementDemande")
        if "radie" in pas or "reactive" in pas:
            return _constat(self._demander(self._radiation(pas)))
        if "renouvelle" in pas:
            racine = atelier.renouvellement(self.racine, self.numero, pas["le"].isoformat())
            return _constat(self._demander(racine))
        if "modifie" in pas:
            racine = atelier.message(self.racine, "MOD", self.numero, precision="Situation revue.")
            _changer(racine, pas)
            return _constat(self._demander(racine))
        if "enregistre" in pas or "depose" in pas:
            racine = atelier.message(self.racine, "CRE", dateCreationDemande=pas["le"].isoformat())
            _changer(racine, pas)
            return self._deposer(racine, pas) if "depose" in pas else _constat(self._demander(racine))
        if "declare" in pas:
            return _constat(self._demander(self._declaration(pas), "getDeclarationNouveauDalo"))
        assert pas["attend"]
        self.banc.relire(self.numero)
        return Constat(refuse=False, codes=set())

    def _voisin(self, menage: str) -> tuple[str, Any]:
        """The number and the document of another household's demande: registered the first time."""
        if menage not in self.voisins:
            racine = deepcopy(self.racine)
            atelier.poser(racine, f"{FORMULAIRE}/personnePhysique/demandeur/nom", f"Voisin {menage}")
            for autre in ("listeCotitulaire", "listePersonneACharge"):
                if atelier.trouver(racine, f"{FORMULAIRE}/personnePhysique/{autre}") is not None:
                    atelier.oter(racine, f"{FORMULAIRE}/personnePhysique/{autre}")
            self.voisins[menage] = self._demander(racine).numero, racine
        return self.voisins[menage]

    def _regler(self, jour: date) -> None:
        self.instant = _midi(jour)
        self.banc.regler_horloge(self.instant)

    def _demander(self, racine: Any, operation: str = "getNumUnique") -> atelier.Resultat:
        atelier.poser(racine, "entete/dateFichier", self.instant.isoformat())
        return self.banc.demander(racine, operation=operation)

    def _deposer(self, racine: Any, pas: Mapping[str, Any]) -> Constat:
        self.instant = datetime.combine(pas["le"], time.fromisoformat(pas["depose"]), PARIS)
        self.banc.regler_horloge(self.instant)
        atelier.poser(racine, "entete/dateFichier", self.instant.isoformat())
        boites = self.banc.services.boites
        with self.banc.services.magasin.lire(self.banc.nom) as registre:
            guichet = registre.guichet(atelier.texte(racine, f"{FORMULAIRE}/numGuichet"))
        nom = f"DEM{guichet.code}-201812312330-000001.xml"
        boites.deposer(self.banc.nom, guichet, nom, etree.tostring(racine, encoding="UTF-8"))
        (traite,) = boites.relever(self.banc.nom, guichet).traites
        echange = self.banc.services.magasin.journal.lire(self.banc.nom, traite.echange)
        return _lu(echange, refuse=echange.verdict is not VerdictEchange.ACCEPTE)

    def _decider(self, pas: Mapping[str, Any], operation: str = "") -> Constat:
        racine = atelier.specimen("evenement", "documents")
        atelier.poser(racine, "entete/dateFichier", self.instant.isoformat())
        atelier.poser(racine, "entete/codeGuichet", pas.get("guichet", _GUICHET))
        atelier.poser(racine, "operation/numUnique", self.numero)
        evenement = atelier.trouver(racine, "listeEvenements/evenement")
        evenement[:] = []
        corrige = pas.get("corrige")
        champs = {"idEvenement": self.evenements[corrige]} if corrige else {}
        champs |= {
            "codeTypeEvenement": pas.get("evenement", "DECATT"),
            "dateSurvenance": pas["le"].isoformat(),
            "commentaire": ".",
        }
        for nom, valeur in champs.items():
            etree.SubElement(evenement, f"{{{NS}}}{nom}").text = valeur
        self._ecrire(evenement, pas)
        operation = operation or ("modifierEvenementDemande" if corrige else "ajouterEvenementDemande")
        resultat = self.banc.fichier(operation, racine)
        if "nom" in pas:
            chemin = "listeEvenements/evenement/idEvenement"
            self.evenements[pas["nom"]] = atelier.texte(resultat.document, chemin) or ""
        return _constat(resultat)

    def _ecrire(self, evenement: Any, pas: Mapping[str, Any]) -> None:
        """The characteristics of the event: none for a step that decides nothing."""
        roles = self.banc.services.contrat.roles.decision
        ecrites = pas["codes"].items() if "codes" in pas else roles.ecrire(_dites(pas))
        if not ecrites:
            return
        liste = etree.SubElement(evenement, f"{{{NS}}}listeCaracteristiquesSpecifiques")
        for code, valeur in ecrites:
            une = etree.SubElement(liste, f"{{{NS}}}caracteristiqueSpecifique")
            etree.SubElement(une, f"{{{NS}}}code").text = code
            etree.SubElement(une, f"{{{NS}}}valeurCaracteristiqueSpecifique").text = valeur

    def _radiation(self, pas: Mapping[str, Any]) -> Any:
        racine = atelier.message(self.racine, "RAD", self.numero, numGuichet=pas.get("guichet", _GUICHET))
        motif = pas.get("radie", "")
        suite = ""
        porte = pas.get("comme", motif)
        if porte == "RADIRR":
            suite = '<sousMotifIrrecevabilite code="IRRRES"/>'
        elif "courrier" in pas:
            suite = f"<absenceReponse><dateCourrier>{pas['courrier']}</dateCourrier></absenceReponse>"
        elif porte == "RADATT":
            suite = _attribution(pas)
        dit = f' code="{motif}"' if motif else ""
        bloc = _BLOC.format(ns=NS, jour=pas["le"], motif=dit, suite=suite)
        atelier.trouver(racine, FORMULAIRE).append(etree.fromstring(bloc))
        return racine

    def _declaration(self, pas: Mapping[str, Any]) -> Any:
        racine = atelier.message(self.racine, "DAL", self.numero, numGuichet=pas.get("guichet", "G0622"))
        bloc = deepcopy(atelier.trouver(atelier.specimen("dalo"), "demande/informationDalo"))
        atelier.poser(bloc, "statutDalo", code=pas["declare"])
        atelier.poser(bloc, "dateDecisionDalo", pas["le"].isoformat())
        atelier.trouver(racine, "demande").insert(0, bloc)
        return racine


def _dites(pas: Mapping[str, Any]) -> dict[str, str | tuple[str, ...]]:
    """What a step decides, by role; nothing when it does not."""
    if "decide" not in pas and "refuse" not in pas:
        return {}
    dites: dict[str, str | tuple[str, ...]] = {d.DATE_COMMISSION: _texte(pas.get("commission", pas["le"]))}
    if "decide" in pas:
        dites[d.DECISION] = pas["decide"]
    if "refuse" in pas:
        dites |= {d.REFUS_DU_MENAGE: "oui", d.MOTIF: pas["refuse"]}
    for cle, role in _ROLES.items():
        if cle in pas:
            valeur = pas[cle]
            dites[role] = tuple(valeur) if isinstance(valeur, list) else _texte(valeur)
    if "bail" in pas:
        dites |= {d.BAIL: "oui", d.DATE_BAIL: _texte(pas["bail"])}
    return dites


def _attribution(pas: Mapping[str, Any]) -> str:
    """The dwelling of a RADATT: named by its RPLS number, as specimens are, and described by its commune."""
    decrit = _DECRIT.format(commune=pas["commune"]) if "commune" in pas else ""
    dalo = ""
    if "dalo" in pas:
        dalo = f"<attribueEnComDALO>{_texte(pas['dalo'], vrai='true', faux='false')}</attribueEnComDALO>"
    siren = f"<codeSirenBailleur>{pas['siren']}</codeSirenBailleur>" if "siren" in pas else ""
    return (
        f"<attributionLogement><dateSignatureBail>{pas['bail']}</dateSignatureBail>"
        f'<dejaLogeParcBailleur code="NON"/><numeroRpls>{pas.get("rpls", "62BAC00042")}</numeroRpls>'
        f'{dalo}<accordCollectif code="AUCUN"/><typeReservataire code="{pas.get("reservataire", "AUCUN")}"/>'
        f"{siren}{decrit}</attributionLogement>"
    )


def _texte(valeur: Any, *, vrai: str = "oui", faux: str = "non") -> str:
    if isinstance(valeur, bool):
        return vrai if valeur else faux
    return str(valeur)


def _changer(racine: Any, dit: Mapping[str, Any]) -> None:
    """Write what a history, or a step, says of the form."""
    if "guichet" in dit:
        atelier.poser(racine, f"{FORMULAIRE}/numGuichet", dit["guichet"])
    for chemin, texte in dit.get("ecrit", {}).items():
        atelier.poser(racine, f"{FORMULAIRE}/{chemin}", texte)
    if "communes" in dit:
        souhaits = atelier.trouver(racine, f"{FORMULAIRE}/logementRecherche/listeLocalisationSouhaite")
        souhaits[:] = []
        for code in dit["communes"]:
            un = etree.SubElement(souhaits, f"{{{NS}}}localisationSouhaite")
            etree.SubElement(un, f"{{{NS}}}commune", code=code)
    if "a_charge" in dit:
        actuel = atelier.trouver(racine, f"{FORMULAIRE}/personnePhysique/logementActuel")
        liste = etree.Element(f"{{{NS}}}listePersonneACharge")
        actuel.addprevious(liste)
        for rang, jour in enumerate(dit["a_charge"]):
            une = etree.SubElement(liste, f"{{{NS}}}personneACharge")
            for nom, texte in (
                ("nom", "Carlier"),
                ("prenom", f"Enfant{'ABC'[rang]}"),
                ("dateNaissance", jour),
            ):
                etree.SubElement(une, f"{{{NS}}}{nom}").text = str(texte)
            etree.SubElement(une, f"{{{NS}}}sexe", code="F")
            etree.SubElement(une, f"{{{NS}}}lienParente", code="E")


def _constat(resultat: atelier.Resultat) -> Constat:
    assert resultat.echange is not None
    return _lu(resultat.echange, refuse=resultat.fault is not None or bool(resultat.anomalies))


def _lu(echange: Echange, *, refuse: bool) -> Constat:
    return Constat(refuse, {str(anomalie["regle"]) for anomalie in echange.anomalies})
