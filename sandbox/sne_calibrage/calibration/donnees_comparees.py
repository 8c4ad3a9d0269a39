"""The data behind the rules: closed lists, bounds, types of events. Where one of these differs, a rule that
is the same finds something else; here is told which row would make it find the same."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Final, Self

from sne_calibrage.calibration.anomalies_appariees import Ici, La
from sne_calibrage.calibration.ecarts_par_cause import Causes, Modification
from sne_calibrage.calibration.modeles_de_phrases import Valeurs, entiers, valeurs_de
from sne_calibrage.enregistrements.enregistrement_rejoue import Repris
from sne_conformite.observation.observation import arbre_de
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.element_recu import sans_indices
from sne_interface.domain.evenement import Caracteristique, TypeEvenement
from sne_interface.settings import PAR_NOM
from sne_sandbox.operations.gestion_partagee import caracteristiques_ecrites

#: Rules that judge a code by a closed list, a count by a setting, an event by its type.
CODE_HORS_LISTE: Final = "ENT011"
BORNES: Final = {"REC003": "localisations_max", "RCH003": "recherche_max"}
TYPE_INCONNU: Final = "EVT002"
CARACTERISTIQUE: Final = "EVT004"
_CONTRAT: Final = "contract.toml"
_Nombres = dict[str, list[tuple[int, int]]]
EVENEMENTS: Final = "evenements.toml"
_ECRITURES: Final = ("ajouterEvenementDemande", "modifierEvenementDemande")


@dataclass(frozen=True)
class EvenementEnvoye:
    """An event of a request: the code of its type, and its characteristics (code, value)."""

    type: str
    caracteristiques: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class FaitDeRegle:
    """The part of one exchange that concerns the rules: the anomalies on both sides, and what they may be
    about. `nombre` is what a bound counts (places wished, or results), `codes` what the document gives of
    closed lists, by path."""

    echange: int
    acceptee: bool
    inconnus: bool
    la: tuple[La, ...]
    ici: tuple[Ici, ...]
    nombre: int | None
    codes: tuple[tuple[str, str], ...]
    evenements: tuple[EvenementEnvoye, ...]

    @classmethod
    def de(cls, repris: Repris, la: Iterable[La], ici: Iterable[Ici]) -> Self:
        """That of an exchange."""
        vue, document = repris.vue, repris.vue.document
        evenements: tuple[EvenementEnvoye, ...] = ()
        if document is not None and vue.operation in _ECRITURES:
            evenements = tuple(
                EvenementEnvoye(e.texte_de("codeTypeEvenement") or "", caracteristiques_ecrites(e))
                for e in document.tous("listeEvenements/evenement")
            )
        la = tuple(la)
        codes: tuple[tuple[str, str], ...] = ()
        if la and document is not None:
            codes = tuple((e.chemin, e.code) for e in document.parcourir() if e.code)
        deux, nombre = (la, tuple(ici)), _nombre(repris)
        return cls(repris.rang, vue.acceptee, bool(repris.inconnus), *deux, nombre, codes, evenements)


def _nombre(repris: Repris) -> int | None:
    vue = repris.vue
    if vue.operation == "rechercheDemandeMulticritere" and vue.reponse_document is not None:
        ici = arbre_de(repris.document)
        nombres = [len(vue.reponse_document.tous("listeDemandes/numUnique"))]
        nombres += [] if ici is None else [len(ici.findall("{*}listeDemandes/{*}numUnique"))]
        return max(nombres)
    if vue.demande is not None and vue.operation == "getNumUnique":
        return len(vue.demande.localisations) or None
    return None


class DonneesDesRegles:
    """The data that the rules read beside the message, as the recorded server has them."""

    def __init__(self, contrat: Contrat, causes: Causes) -> None:
        self._contrat, self._causes = contrat, causes
        self._types = {genre.code: genre for genre in contrat.evenements}
        #: Of each bound, what the recorded server accepted (count, exchange), what it alone refused, what it
        #: alone accepted, and what it says of itself.
        self._admis: _Nombres = defaultdict(list)
        self._refuses: _Nombres = defaultdict(list)
        self._depasses: _Nombres = defaultdict(list)
        self._dites: _Nombres = defaultdict(list)

    def voir(self, repris: Repris, fait: FaitDeRegle) -> None:
        """One exchange that neither server answered by a fault."""
        if fait.acceptee and fait.nombre is not None:
            regle = "RCH003" if repris.vue.operation == "rechercheDemandeMulticritere" else "REC003"
            self._admis[regle].append((fait.nombre, fait.echange))

    def borne_dite(self, regle: str, texte: str, valeurs: Valeurs, message: str, echange: int) -> Valeurs:
        """The values that fill a sentence of the recorded server, which tells its own bound."""
        if regle not in BORNES or "max" not in valeurs:
            return valeurs
        lues = valeurs_de(texte, message)
        dite = lues["max"] if lues is not None else None
        if dite is None or not dite.isdigit():
            nombres = [n for n in entiers(message) if str(n) != valeurs.get("valeur")]
            dite = str(nombres[0]) if len(nombres) == 1 else None
        if dite is None or dite == valeurs["max"]:
            return valeurs
        self._dites[regle].append((int(dite), echange))
        return {**valeurs, "max": dite}

    # --- what differs ------------------------------------------------------------------------------------

    def expliquer_ici(self, fait: FaitDeRegle, ici: Ici) -> bool:
        """Tell whether what we alone refuse is a matter of data; the group is then noted. The message was
        accepted, or refused for other things by a server that lists them all."""
        valeur = ici.valeurs.get("valeur", "")
        if ici.regle == CODE_HORS_LISTE and ici.valeurs.get("liste"):
            self._changer_liste(ici.valeurs["liste"], valeur, fait, admis=True)
        elif ici.regle in BORNES:
            if not fait.acceptee:  # else `voir` has it
                self._admis[ici.regle].append((fait.nombre or 0, fait.echange))
            self._depasses[ici.regle].append((fait.nombre or 0, fait.echange))
        elif ici.regle == TYPE_INCONNU and valeur:
            self._type(fait, valeur, admis=True)
        elif ici.regle == CARACTERISTIQUE:
            return self._caracteristique(fait, valeur, admis=True)
        else:
            return False
        return True

    def expliquer_la(self, fait: FaitDeRegle, la: La, regle: str) -> bool:
        """The same of what the recorded server alone refuses."""
        texte = self._contrat.regles[regle].texte
        valeurs = valeurs_de(texte, la.message) or {}
        if regle == CODE_HORS_LISTE:
            return self._code_refuse(fait, la)
        if regle in BORNES:
            if fait.nombre is not None:
                self._refuses[regle].append((fait.nombre, fait.echange))
            self.borne_dite(
                regle, texte, {"valeur": str(fait.nombre or ""), "max": ""}, la.message, fait.echange
            )
            return True
        if regle == TYPE_INCONNU:
            inconnus = [e.type for e in fait.evenements if e.type in self._types]
            cite = [t for t in inconnus if t in la.message] or inconnus
            if len(set(cite)) == 1:
                self._type(fait, cite[0], admis=False)
                return True
        if regle == CARACTERISTIQUE:
            cites = {c for e in fait.evenements for c in self._codes_de(e) if c in la.message}
            cite = [valeurs["valeur"]] if valeurs.get("valeur") else sorted(cites, key=len)[-1:]
            return bool(cite) and self._caracteristique(fait, cite[0], admis=False)
        return False

    def _codes_de(self, evenement: EvenementEnvoye) -> set[str]:
        genre = self._types.get(evenement.type)
        connus = set() if genre is None else {c.code for c in genre.caracteristiques}
        return connus | {code for code, _ in evenement.caracteristiques}

    # closed lists

    def _code_refuse(self, fait: FaitDeRegle, la: La) -> bool:
        nomenclatures = self._contrat.nomenclatures
        for chemin, code in fait.codes:
            liste = nomenclatures.par_chemin.get(sans_indices(chemin))
            vise = la.propriete == chemin or (not la.propriete and f"[{code}]" in la.message)
            if liste is not None and vise:
                self._changer_liste(liste, code, fait, admis=False)
                return True
        return False

    def _changer_liste(self, liste: str, code: str, fait: FaitDeRegle, *, admis: bool) -> None:
        verbe = "admet" if admis else "refuse"
        titre = f"Le serveur enregistré {verbe} le code « {code} » dans {liste}."
        dit = f"{verbe} là-bas, et non ici"
        groupe = self._causes.noter(("nomenclature", liste, code), titre, fait.echange, dit)
        geste = Modification.AJOUTER_CODE if admis else Modification.RETIRER_CODE
        arguments = (liste, code, f"{code} (libellé à écrire)") if admis else (liste, code)
        pourquoi = f"un message qui porte ce code est {'accepté' if admis else 'refusé'}"
        groupe.propositions.clear()
        groupe.proposer("nomenclatures.csv", arguments, pourquoi, geste=geste)

    # bounds

    def _borne(self, regle: str, reglage: str) -> None:
        """A bound that differs: one says so, or accepts what the other refuses."""
        admis, refuses, dites = self._admis[regle], self._refuses[regle], self._dites[regle]
        if dites:
            voulue = Counter(n for n, _ in dites).most_common(1)[0][0]
        elif self._depasses[regle]:
            voulue = max(n for n, _ in admis)
        elif refuses:
            voulue = min(n for n, _ in refuses) - 1
        else:
            return
        if voulue < 1:
            return
        depasses = {e for n, e in self._depasses[regle] if n <= voulue}
        pour = {e for n, e in dites if n == voulue} | {e for n, e in refuses if n > voulue} | depasses
        contre = {e for n, e in admis if n > voulue} | {e for n, e in refuses if n <= voulue}
        actuelle = self._contrat.reglages.get(reglage, PAR_NOM[reglage].defaut)
        # 0 leaves the bound to the day of deposit.
        ici = f"à {actuelle}" if actuelle else "celui du jour du dépôt"
        titre = f"Le réglage {reglage} est à {voulue} ({regle}), et non {ici}."
        groupe = self._causes.de(("borne", reglage), titre, sorted(pour), f"{voulue} là-bas")
        dit = "la phrase le dit" if dites else "d'après ce qui est accepté et refusé : elle peut être autre"
        groupe.proposer(_CONTRAT, ("reglages", reglage, voulue), dit, sorted(pour), sorted(contre))

    # types of events

    def _type(self, fait: FaitDeRegle, code: str, *, admis: bool) -> None:
        verbe = "admet" if admis else "n'admet plus"
        titre = f"Le serveur enregistré {verbe} le type d'événement « {code} »."
        groupe = self._causes.noter(("type d'événement", code), titre, fait.echange, f"{verbe} là-bas")
        pourquoi = f"un événement de ce type est {'accepté' if admis else 'refusé'}"
        if not admis:
            poses: list[tuple[str, Any]] = [("retire", True)]
        else:
            cars = {c: v for e in fait.evenements if e.type == code for c, v in e.caracteristiques}
            textes = [(cle, code) for cle in ("libelle", "texte_pgp", "texte_sne")]
            nouvelles = [{"code": c, "libelle": c, "type": "TXT"} for c in cars]
            poses = [*textes, ("reglementaire", False), ("caracteristiques", nouvelles)]
        groupe.propositions.clear()
        for cle, valeur in poses:
            groupe.proposer(EVENEMENTS, (code, cle, valeur), pourquoi)

    def _caracteristique(self, fait: FaitDeRegle, code: str, *, admis: bool) -> bool:
        """A characteristic that the recorded server judges otherwise; whether it can be told how."""
        for evenement in fait.evenements:
            genre = self._types.get(evenement.type)
            if genre is None or code not in self._codes_de(evenement):
                continue
            valeurs = [valeur for c, valeur in evenement.caracteristiques if c == code]
            sienne = next((c for c in genre.caracteristiques if c.code == code), None)
            change = _changee(sienne, code, valeurs, admis=admis)
            if change is None:
                continue
            quoi, nouvelle = change
            titre = f"Type d'événement {genre.code}, caractéristique {code} : {quoi}."
            dit = "accepté là-bas, refusé ici" if admis else "refusé là-bas, accepté ici"
            cause = "caractéristique", genre.code, code, quoi
            groupe = self._causes.noter(cause, titre, fait.echange, dit)
            groupe.propositions.clear()
            groupe.proposer(EVENEMENTS, (genre.code, "caracteristiques", code, nouvelle), quoi)
            return True
        return False

    def finir(self) -> None:
        """The groups of bounds: they need all exchanges."""
        for regle, reglage in BORNES.items():
            if regle in self._contrat.regles:
                self._borne(regle, reglage)


def _changee(
    sienne: Caracteristique | None, code: str, valeurs: list[str], *, admis: bool
) -> tuple[str, dict[str, Any]] | None:
    """The difference of a characteristic, in French, and its keys as they should be; None when nothing
    that we know of explains it."""
    if sienne is None:
        nouvelle = {"code": code, "libelle": code, "type": "TXT"}
        return ("elle est admise", nouvelle) if admis else None
    if admis and valeurs and sienne.type == "LST":
        valeur = valeurs[0].strip()
        return f"la valeur « {valeur} » est admise", {"valeurs+": [valeur, valeur]}
    if admis and not valeurs and sienne.obligatoire:
        return "elle est facultative", {"obligatoire": False}
    if not admis and not valeurs and not sienne.obligatoire:
        return "elle est obligatoire", {"obligatoire": True}
    if not admis and valeurs and sienne.type == "LST":
        valeur = valeurs[0].strip()
        return f"la valeur « {valeur} » n'est pas admise", {"valeurs-": valeur}
    if admis and valeurs:
        return "sa valeur se lit comme un texte", {"type": "TXT"}
    return None


def type_en_cles(genre: TypeEvenement) -> dict[str, Any]:
    """The keys of a type of event, as `evenements.toml` writes them."""
    cles = {champ.name: getattr(genre, champ.name) for champ in fields(genre) if champ.name != "code"}
    return {**cles, "caracteristiques": [caracteristique_en_cles(c) for c in genre.caracteristiques]}


def caracteristique_en_cles(caracteristique: Caracteristique) -> dict[str, Any]:
    """The keys of a characteristic, as `evenements.toml` writes them; what is not given is left out."""
    cles = {champ.name: getattr(caracteristique, champ.name) for champ in fields(caracteristique)}
    cles["valeurs"] = [list(valeur) for valeur in caracteristique.valeurs]
    return sans_vide(cles)


def sans_vide(cles: Mapping[str, Any]) -> dict[str, Any]:
    """The keys that are given."""
    return {cle: valeur for cle, valeur in cles.items() if valeur not in (None, "", [], False)}
