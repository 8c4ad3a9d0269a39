"""The documents that both servers answered, compared as trees, and the data that they show: types of events,
thresholds of the first quartile."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from lxml import etree

from sne_calibrage.calibration.donnees_comparees import EVENEMENTS, sans_vide, type_en_cles
from sne_calibrage.calibration.ecarts_par_cause import SANS_SURCHARGE, Causes, Modification
from sne_calibrage.calibration.structures_comparees import generiques, remplace
from sne_calibrage.enregistrements.enregistrement_rejoue import Repris
from sne_conformite.observation.observation import arbre_de
from sne_interface.contract.arbres_compares import comparer, en_rang, texte_de
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.demande import Demande
from sne_interface.domain.echange import document_parmi
from sne_interface.domain.element_recu import Element, sans_indices
from sne_interface.domain.menage import seuil_du_jour, zone_du_seuil
from sne_interface.domain.nir import cache_un_nir, masquer_nir, masquer_secrets
from sne_interface.domain.texte import abrege

#: Stamps and numbers, which are each server's own; and lists that are compared elsewhere.
_TUS: Final = {
    "dateFichier", "dateCalculIndicateur", "dateCreation", "dateModification", "idEvenement",
    "listeAnomalie", "listeAnomalies",
}  # fmt: skip
#: What a server computes of a demande, beside what a contract binds by roles.
_CALCULES: Final = frozenset({"estDelaiAnormalementLong", "estMultiplesAttributionsSousConditions"})
_LISTES_DE_TYPES: Final = ("listerTypesEvenementsNationaux", "listerTypesEvenementsTerritoriaux")
#: Operations that answer the demandes of a register that the recording does not hold.
_DU_REGISTRE: Final = frozenset({"rechercheDemandeMulticritere", "getDoublons"})
_ARCHIVES: Final = frozenset({"getDemandesRadieesDepuisLe", "getNouveauxDaloDepuisLe"})
SELON_LE_REGISTRE: Final = _DU_REGISTRE | _ARCHIVES
#: What a reading shows may have been written by others, whom the recording does not hold.
_LECTURES: Final = frozenset({"getDemandeLogement", "listerEvenementsDemande"})
_D_AUTRUI: Final = "ce qui est relu diffère par endroits : d'autres ont pu l'écrire"
_REPONSE_DE_REGISTRE: Final = "la réponse cite des demandes d'avant l'enregistrement"
_ARCHIVE: Final = "le contenu d'une archive dépend du registre entier : il n'est pas comparé"
_TYPE: Final = {
    "libelle": "libelleTypeEvenement/libelle",
    "texte_pgp": "texteDescriptifPGP",
    "texte_sne": "texteDescriptifSNE",
}
_TYPE_BOOLEENS: Final = {
    "reglementaire": "reglementaire",
    "a_publier": "aPublierSurPGP",
    "multiples_attributions": "utilisableMultiplesAttributionsSousConditions",
    "recherche_instruction": "utilisableRechercheInstruction",
}
_CARACTERISTIQUE: Final = {
    "code": "code",
    "libelle": "libelle",
    "type": "typeCaracteristiqueSpecifique",
    "texte": "texteDescriptif",
    "aide": "aideALaSaisie",
}


class ReponsesComparees:
    """The answers of a recording, compared one by one; what they show of the data is concluded at the end."""

    def __init__(self, contrat: Contrat, causes: Causes) -> None:
        self._contrat, self._causes = contrat, causes
        self._roles = contrat.roles.demande
        self._types = {genre.code: genre for genre in contrat.evenements}
        self._types_vus: dict[str, tuple[dict[str, Any], list[int]]] = {}
        self._listes: list[tuple[str | None, int]] = []
        #: By territory: (resources a year and UC, whether below the threshold, exchange).
        self._quartiles: dict[tuple[str, str], list[tuple[int, bool, int]]] = defaultdict(list)
        self._jour = date.min
        #: Readings (exchange, paths shown), and what differs in them.
        self._lectures: list[tuple[int, set[str]]] = []
        self._relus: list[tuple[int, str, str | None, str | None]] = []

    def comparer(self, repris: Repris) -> None:
        """Two answers to one request that both servers accepted."""
        vue, echange = repris.vue, repris.rang
        la = arbre_de(document_parmi(vue.reponse.champs))
        ici = arbre_de(repris.document)
        if vue.operation in _LISTES_DE_TYPES:
            if vue.reponse_document is not None:
                self._lire_les_types(vue.reponse_document, echange, vue.operation)
        elif vue.operation in _ARCHIVES:
            self._causes.indecidable(_ARCHIVE, echange)
        elif vue.operation in _DU_REGISTRE:
            self._comparer_listes(la, ici, repris)
        elif (la is None) is not (ici is None):
            quoi = "sans document" if la is None else "avec un document"
            cause = "réponse", vue.operation or "", quoi
            self._causes.noter(cause, f"{vue.operation} est répondu {quoi}.", echange, quoi)
        elif la is not None:
            self._noter_le_quartile(repris, echange)
            ecarts = [
                (chemin, une, autre)
                for chemin, une, autre in differences(la, ici)
                if une is None or autre is None or not remplace(repris, chemin)
            ]
            if vue.operation in _LECTURES:
                self._lectures.append((echange, {chemin for chemin, _ in generiques(la)}))
                self._relus += [(echange, *ecart) for ecart in ecarts]
                return
            for chemin, une, autre in ecarts:
                self._noter(echange, chemin, une, autre)

    def _conclure_les_lectures(self) -> None:
        """Differences of readings count where every reading that shows the place has one."""
        par_lieu: dict[str, set[int]] = defaultdict(set)
        for echange, chemin, _, _ in self._relus:
            par_lieu[sans_indices(chemin)].add(echange)
        for echange, chemin, la, ici in self._relus:
            lieu = sans_indices(chemin)
            montrent = {e for e, chemins in self._lectures if lieu.partition("@")[0] in chemins}
            calcule = self._calcule(lieu)
            # What only the recorded server shows is what others wrote.
            partout = ici is not None and len(par_lieu[lieu]) > 1 and montrent <= par_lieu[lieu]
            if calcule or partout:
                self._noter(echange, chemin, la, ici)
            else:
                self._causes.indecidable(_D_AUTRUI, echange)

    def _noter(self, echange: int, chemin: str, la: str | None, ici: str | None) -> None:
        nu = sans_indices(chemin)
        nom = nu.rpartition("/")[2].partition("@")[0]
        if nu == self._roles.premier_quartile:
            return  # `_quartiles` has it
        if nom == "libelleTypeEvenement":
            return  # `_lire_les_types` has it
        genre = "valeur calculée" if self._calcule(nu) else "valeur"
        if la is None or ici is None:
            cause: tuple[str, ...] = ("élément", nu, "là-bas" if la is None else "ici")
            titre = f"{nu} manque à la réponse {'du serveur enregistré' if la is None else 'du bac à sable'}."
        else:
            titre, cause = f"{nu} n'a pas la même valeur.", (genre, nu)
        dit = f"là-bas {_montre(nom, la)}, ici {_montre(nom, ici)}"
        self._causes.noter(cause, titre, echange, dit, SANS_SURCHARGE)

    def _calcule(self, chemin: str) -> bool:
        return chemin in self._roles.calcules.values() or chemin.rpartition("/")[2] in _CALCULES

    # --- lists ------------------------------------------------------------------------------------------

    def _comparer_listes(self, la: Any, ici: Any, repris: Repris) -> None:
        echange, operation = repris.rang, repris.vue.operation or ""
        cites_la, cites_ici = _numeros(la), _numeros(ici)
        if cites_la - cites_ici - repris.suivies:
            self._causes.indecidable(_REPONSE_DE_REGISTRE, echange)
        eux, nous = "le serveur enregistré", "le bac à sable"
        for ou, seuls, un, autre in (
            ("là-bas", (cites_la - cites_ici) & repris.suivies, eux, nous),
            ("ici", cites_ici - cites_la, nous, eux),
        ):
            titre = f"{operation} : {un} trouve des demandes que {autre} ne trouve pas."
            for numero in sorted(seuls):
                self._causes.noter(("liste", operation, ou), titre, echange, numero, SANS_SURCHARGE)

    # --- types of events ----------------------------------------------------------------------------------

    def _lire_les_types(self, document: Element, echange: int, operation: str) -> None:
        territoire = None
        for element in document.tous("listeTypesEvenements/typeEvenement"):
            code = element.texte_de("codeTypeEvenement") or ""
            territoire = element.texte_de("codeTerritoire") or territoire
            self._types_vus.setdefault(code, (_type_lu(element), []))[1].append(echange)
        if operation == _LISTES_DE_TYPES[0] or territoire is not None:
            self._listes.append((territoire, echange))

    def _conclure_les_types(self) -> None:
        for code, (lu, echanges) in self._types_vus.items():
            sien = self._types.get(code)
            cause: tuple[str, ...] = ("type d'événement", code)
            if sien is None:
                changes = {cle: valeur for cle, valeur in lu.items() if valeur not in (None, [], False)}
                changes["reglementaire"] = lu["reglementaire"]
                titre = f"Le type d'événement « {code} » est inconnu du bac à sable."
            else:
                ici = type_en_cles(sien)
                changes = {cle: lu[cle] for cle in lu if not _pareils(lu[cle], ici[cle])}
                titre = f"Le type d'événement « {code} » diffère : {', '.join(changes)}."
                cause = (*cause, "différent")
            if not changes:
                continue
            dit = f"la liste des types le dit : {', '.join(changes)}"
            groupe = self._causes.de(cause, titre, echanges, dit)
            groupe.propositions.clear()  # what the list says is better than what an event shows
            pourquoi = "la liste des types du serveur enregistré le dit"
            for cle, valeur in changes.items():
                groupe.proposer(EVENEMENTS, (code, cle, valeur), pourquoi, echanges)
        for territoire, echange in dict(self._listes).items():
            for genre in self._types.values():
                if genre.territoire == territoire and genre.code not in self._types_vus:
                    titre = f"Le serveur enregistré n'a pas le type d'événement « {genre.code} »."
                    cause, dit = ("type d'événement", genre.code), "absent de la liste des types"
                    groupe = self._causes.noter(cause, titre, echange, dit)
                    pourquoi = "il n'est pas dans la liste des types du serveur enregistré"
                    groupe.propositions.clear()
                    groupe.proposer(EVENEMENTS, (genre.code, "retire", True), pourquoi)

    # --- first quartile -----------------------------------------------------------------------------------

    def _noter_le_quartile(self, repris: Repris, echange: int) -> None:
        document = repris.vue.reponse_document
        lieux = [
            chemin.partition("/")[2] for chemin in (self._roles.ressources_uc, self._roles.premier_quartile)
        ]
        if document is None or not all(lieux):
            return
        ressources, dessous = document.texte_de(lieux[0]), document.booleen_de(lieux[1])
        communes = Demande(document).communes_souhaitees
        cle = self._territoire(communes[0].attributs["code"]) if communes else None
        if cle is None or dessous is None or not ressources:
            return
        try:
            self._quartiles[cle].append((int(float(ressources)), dessous, echange))
        except ValueError:
            return
        self._jour = repris.vue.instant.date()

    def _territoire(self, code: str) -> tuple[str, str] | None:
        """The territory whose threshold holds in a commune (region in Île-de-France, EPCI elsewhere)."""
        commune = self._contrat.territoires.actuelle(code)
        zone = ("EPCI", None) if commune is None else zone_du_seuil(commune.epci, commune.region)
        return None if zone[1] is None else (zone[0], zone[1])

    def _conclure_les_quartiles(self) -> None:
        for (nature, code), vues in self._quartiles.items():
            siens = [s for s in self._contrat.quartiles.seuils if (s.nature, s.code) == (nature, code)]
            sien = seuil_du_jour(siens, self._jour)
            faux = [v for v in vues if sien is None or (v[0] < sien.montant) is not v[1]]
            if not faux:
                continue
            # Strictly below the threshold (L. 441-1).
            plancher = max((r for r, dessous, _ in vues if dessous), default=-1) + 1
            plafond = min((r for r, dessous, _ in vues if not dessous), default=None)
            voulu = plancher if plafond is None else plafond
            epci = self._contrat.territoires.epci(code) if sien is None and nature == "EPCI" else None
            nom = sien.libelle if sien is not None else epci.nom if epci is not None else code
            titre = f"Le seuil du premier quartile de {nom} n'est pas celui du bac à sable."
            groupe = self._causes.de(("quartile", nature, code), titre)
            ici = f"{sien.montant} €" if sien is not None else "aucun"
            for ressource, dessous, echange in faux:
                ou = "dessous" if dessous else "pas dessous"
                groupe.noter(echange, f"{ressource} € par an et par UC : {ou} (ici {ici})")
            bornes = f"d'au moins {plancher} €" + ("" if plafond is None else f" et d'au plus {plafond} €")
            contre = [e for r, dessous, e in vues if (r < voulu) is not dessous]
            groupe.proposer(
                "quartiles.csv",
                (nature, code, nom, sien.annee if sien else self._jour.year, voulu),
                f"le seuil du serveur enregistré est {bornes}",
                (e for _, _, e in vues if e not in contre),
                contre,
                geste=Modification.SEUIL,
            )

    def finir(self) -> None:
        """The groups of the data that the answers show."""
        self._conclure_les_lectures()
        self._conclure_les_types()
        self._conclure_les_quartiles()


def differences(la: Any, ici: Any) -> Iterator[tuple[str, str | None, str | None]]:
    """Where two trees differ: path, and what stands there, None for nothing. Prefixes, blanks between
    elements and the order of attributes do not count, nor do stamps, numbers, and `modifie`."""
    for d in comparer(la, ici, en_rang):
        if not _TUS.isdisjoint(sans_indices(d.chemin).split("/")):
            continue
        if d.avant is None or d.apres is None:
            present = d.apres if d.avant is None else d.avant
            dit = "".join(present.itertext()).strip() or "(présent)"
            yield d.chemin, None if d.avant is None else dit, None if d.apres is None else dit
            continue
        if not len(d.avant) and not len(d.apres) and texte_de(d.avant) != texte_de(d.apres):
            yield d.chemin, d.avant.text or "", d.apres.text or ""
        unes, autres = _attributs(d.avant), _attributs(d.apres)
        for nom in sorted({*unes, *autres}):
            if unes.get(nom) != autres.get(nom):
                yield f"{d.chemin}@{nom}", unes.get(nom), autres.get(nom)


def _attributs(element: Any) -> dict[str, str]:
    lus = {str(etree.QName(nom).localname): str(valeur) for nom, valeur in element.attrib.items()}
    return {nom: valeur for nom, valeur in lus.items() if nom not in ("modifie", "schemaLocation")}


def _numeros(racine: Any) -> set[str]:
    return set() if racine is None else {str(e.text or "") for e in racine.iter("{*}numUnique")}


def _montre(nom: str, valeur: str | None) -> str:
    if valeur is None:
        return "rien"
    return f"« {masquer_nir(valeur) if cache_un_nir(nom) else abrege(masquer_secrets(valeur), 80)} »"


def _type_lu(element: Element) -> dict[str, Any]:
    lu: dict[str, Any] = {cle: element.texte_de(chemin) or "" for cle, chemin in _TYPE.items()}
    lu |= {cle: element.booleen_de(chemin) is True for cle, chemin in _TYPE_BOOLEENS.items()}
    lu["territoire"] = element.texte_de("codeTerritoire")
    lu["debut_validite"] = element.date_de("dateDebutValidite")
    lu["fin_validite"] = element.date_de("dateFinValidite")
    lu["caracteristiques"] = [
        {
            **{cle: c.texte_de(chemin) or "" for cle, chemin in _CARACTERISTIQUE.items()},
            "obligatoire": c.booleen_de("obligatoire") is True,
            "debut_validite": c.date_de("dateDebutValidite"),
            "fin_validite": c.date_de("dateFinValidite"),
        }
        for c in element.tous("listeCaracteristiquesSpecifiques/caracteristiqueSpecifique")
    ]
    return lu


def _pareils(lu: Any, ici: Any) -> bool:
    """Tell whether what a list of types says is what the contract says; it does not say the values of
    lists."""
    if not isinstance(lu, list):
        return (lu or None) == (ici or None)
    dits, notres = ([sans_vide({**une, "valeurs": None}) for une in lot] for lot in (lu, ici))
    return dits == notres
