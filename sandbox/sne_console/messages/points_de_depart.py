"""The starts of a message: an invented household, a specimen, a demande of the base, the smallest message
that a rule refuses, or an exchange to mend. Each start has a key; the same key makes the same start again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, Self

from werkzeug.exceptions import NotFound

from sne_console.messages.champs_saisis import ecrire, greffer, poser, trouver
from sne_console.messages.documents_masques import en_texte, lire, masquer, montrer_octets, redater
from sne_console.vues.paroles import PAROLES
from sne_interface.contract.codec import NS, encoder, parse
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.contract.elements import ordre
from sne_interface.contract.schemas import Document
from sne_interface.domain import decision_de_commission as d
from sne_interface.domain.base import Acte, Guichet
from sne_interface.domain.dates import xs_date_time
from sne_interface.domain.demande import Demande, DemandeStockee, EtatDemande, mediation_de
from sne_interface.domain.element_recu import Element
from sne_interface.domain.texte import entier_de
from sne_interface.errors import ContractError, UsageError
from sne_interface.generators import exemples_de_regles, menages
from sne_interface.generators.document_reduit import plus_petite_demande
from sne_interface.settings import Limites
from sne_sandbox.operations.table_des_operations import OPERATIONS
from sne_sandbox.store.demandes_recentes import Criteres, plus_recentes
from sne_sandbox.store.registre import RegistreBase
from sne_sandbox.web.configuration_et_services import services

if TYPE_CHECKING:
    from sne_conformite.observation.observation import Observation

MENAGES: Final = PAROLES["menages"]
SPECIMENS: Final = PAROLES["specimens"]
SUITES: Final = PAROLES["suites"]
_VERSION_TIREE: Final = "02.01"
#: How many households are looked at for one whom the base does not know.
_ESSAIS: Final = 200
#: Specimens of the documents that are no demande.
_AUTRES: Final = {
    Document.EVENEMENT: "evenement",
    Document.TYPE_EVENEMENT: "type_evenement",
    Document.RECHERCHE: "recherche",
}
_GUICHET: Final = "G1226"
_FORMULAIRE: Final = "demande/demandeLogement"
_SOUHAITEE: Final = "logementRecherche/listeLocalisationSouhaite/localisationSouhaite/commune"
_EVENEMENT: Final = "listeEvenements/evenement"
_MOTIF: Final = "RADABA"
#: Bytes of a document in a form; the largest demandes take a tenth of it.
DOCUMENT_MAX: Final = 200_000
#: Demandes that the page offers.
PROPOSEES: Final = 20


@dataclass(frozen=True)
class CleDepart:
    """The key of a start, as addresses and forms write it: « menage-personne_seule-3 » (kind of household,
    seed), « specimen-association », « demande-NUMERO », « demande-NUMERO-REN », « regle-ENT009 »,
    « echange-12 »."""

    genre: str
    nom: str = ""
    suite: str = ""

    @classmethod
    def lire(cls, ecrite: str) -> Self:
        """From its text; it may be the key of nothing."""
        return cls(*ecrite.split("-", 2))

    def __str__(self) -> str:
        return "-".join(filter(None, (self.genre, self.nom, self.suite)))

    @property
    def reste(self) -> str:
        """All that follows the kind: the name of what has no variant."""
        return "-".join(filter(None, (self.nom, self.suite)))

    @property
    def autre(self) -> "CleDepart | None":
        """Another household of the same kind; None for what is not drawn."""
        graine = entier_de(self.suite)
        return replace(self, suite=str(graine + 1)) if self.genre == "menage" and graine is not None else None

    def dire(self) -> str:
        """In words, what no list offers."""
        match self.genre:
            case "demande":
                pour = f", pour {SUITES[self.suite]}" if self.suite in SUITES else ""
                return f"la demande {self.nom}{pour}"
            case "echange":
                return f"l'échange n° {self.reste}"
            case "regle":
                return f"le plus petit message que {self.reste} refuse"
        return str(self)


@dataclass(frozen=True)
class Depart:
    """A document to begin with: the key that makes it again, its lxml root (None when it is no XML), and its
    text, NIR masked."""

    cle: str
    racine: Any
    texte: str


def commencer(base: str, operation: str, ecrite: str) -> Depart:
    """The document of a key, by default the simplest of the operation. Raises NotFound."""
    with services().magasin.lire(base) as registre:
        atelier_ = _Atelier(registre, operation)
        cle = CleDepart.lire(ecrite) if ecrite else atelier_.defaut()
        try:
            if cle.genre == "echange":
                return _d_echange(base, cle)
            racine = _GENRES[cle.genre](atelier_, cle)
        except (KeyError, ContractError):
            raise NotFound(f"Rien ne répond au point de départ [{(ecrite or str(cle))[:60]}].") from None
    texte = en_texte(masquer(racine))
    _mesurer(len(texte))
    return Depart(str(cle), racine, texte)


def _mesurer(taille: int) -> None:
    """Raises UsageError for a document that no form can carry."""
    if taille > DOCUMENT_MAX:
        raise UsageError(
            f"Ce document pèse {taille // 1000} ko : Composer n'en ouvre que de {DOCUMENT_MAX // 1000} ko "
            "au plus.",
            remede="téléchargez-le depuis la page de son échange, et vérifiez-le par « sne-sandbox check »",
        )


def question(base: str, ecrite: str) -> tuple[dict[str, str], str]:
    """The texts that an exchange asked, by field, and its guichet; nothing for another start."""
    cle = CleDepart.lire(ecrite)
    if cle.genre != "echange":
        return {}, ""
    lue = _observer(base, cle)
    if lue is None:
        raise NotFound(f"L'échange [{cle.reste[:20]}] n'est pas, ou n'est plus, au journal.")
    textes = {nom: valeur for nom, valeur in lue.champs.items() if isinstance(valeur, str)}
    return textes, lue.echange.guichet or ""


def _d_echange(base: str, cle: CleDepart) -> Depart:
    """The document of an exchange as it was sent, lines included."""
    from sne_console.messages import echange_montre

    lue = _observer(base, cle)
    octets = b"" if lue is None else echange_montre.document(lue, "requete")
    if not octets:
        raise KeyError(cle)
    _mesurer(len(octets))
    return Depart(str(cle), lire(octets), montrer_octets(octets).decode("utf-8", "replace"))


def _observer(base: str, cle: CleDepart) -> "Observation | None":
    from sne_conformite.observation.observation import Observation

    numero = entier_de(cle.reste)
    lu = None if numero is None else services().magasin.journal.lire(base, numero)
    return None if lu is None else Observation(lu, services().contrat_de(lu.base))


def proposees(base: str) -> list[DemandeStockee]:
    """The last active demandes of the base."""
    with services().magasin.lire(base) as registre:
        return plus_recentes(registre, Criteres(etat=EtatDemande.ACTIVE), PROPOSEES).demandes


def guichets(base: str) -> list[Guichet]:
    """The guichets of the base that are open today."""
    with services().magasin.lire(base) as registre:
        return _ouverts(registre)


def _ouverts(registre: RegistreBase) -> list[Guichet]:
    jour = registre.base.horloge.maintenant().date()
    return [guichet for guichet in registre.guichets() if guichet.est_ouvert(jour)]


def guichet_par_defaut(ouverts: Sequence[Guichet], voulu: str = _GUICHET) -> str:
    """The guichet that calls: the one that is wanted, if it is open; else the first one."""
    codes = [guichet.code for guichet in ouverts]
    return voulu if voulu in codes or not codes else codes[0]


class _Atelier:
    """Makes the documents of one operation over one base."""

    def __init__(self, registre: RegistreBase, operation: str) -> None:
        self._contrat = services().contrats.de(registre.base)
        self._registre = registre
        self._operation = operation
        self._genre = OPERATIONS[operation].genre
        self._maintenant = registre.base.horloge.maintenant()
        self._aujourdhui = self._maintenant.date()

    def defaut(self) -> CleDepart:
        """Key of the simplest document of the operation."""
        if self._operation == "getNumUnique":
            return _inconnu(self._registre, self._contrat, self._guichet(_GUICHET), self._maintenant)
        if self._operation == "getDoublons":
            return CleDepart("menage", menages.SEUL, "1")
        if self._genre is Document.TYPE_EVENEMENT:
            return CleDepart("specimen", _AUTRES[self._genre])
        for derniere in plus_recentes(self._registre, Criteres(etat=EtatDemande.ACTIVE), 1).demandes:
            return CleDepart("demande", derniere.numero_unique)
        return CleDepart("specimen", _AUTRES.get(self._genre, "dalo"))

    def menage(self, cle: CleDepart) -> Any:
        """The creation of an invented household."""
        graine = entier_de(cle.suite)
        if cle.nom not in MENAGES or graine is None:
            raise KeyError(cle)
        element = _tirer(self._contrat, self._guichet(_GUICHET), self._maintenant, cle.nom, graine)
        return parse(encoder(element), limit=Limites().xml_max)

    def specimen(self, cle: CleDepart) -> Any:
        """A named specimen, brought to the base's day."""
        racine = redater(exemples_de_regles.specimen(cle.reste), self._maintenant)
        self._signer(racine)
        if cle.nom == _AUTRES[Document.EVENEMENT]:
            self._ajuster_evenement(racine)
        return racine

    def regle(self, cle: CleDepart) -> Any:
        """The smallest message that a rule refuses, brought to the base's day."""
        ecrite = plus_petite_demande(cle.reste)
        if ecrite is None:
            raise KeyError(cle)
        return redater(parse(ecrite.encode(), limit=Limites().xml_max), self._maintenant)

    def demande(self, cle: CleDepart) -> Any:
        """A message about a demande of the base: one of SUITES, or what the operation says of it."""
        numero = cle.nom
        stockee = self._registre.demande(numero)
        if stockee is None:
            raise KeyError(cle)
        if self._genre is Document.EVENEMENT:
            racine = self.specimen(CleDepart("specimen", _AUTRES[Document.EVENEMENT]))
            trouver(racine, "operation/numUnique").text = numero
            self._dater_decision(racine, stockee.date_creation)
            self._ajuster_evenement(racine)
            return racine
        if self._genre is Document.RECHERCHE:
            racine = self.specimen(CleDepart("specimen", _AUTRES[Document.RECHERCHE]))
            ecrire(racine, self._genre, self._contrat, _criteres(stockee.demande))
            return racine
        racine = parse(stockee.document, limit=Limites().xml_max)
        self._poser(racine, "entete/dateFichier", xs_date_time(self._maintenant))
        self._poser(racine, f"{_FORMULAIRE}/numUnique", numero)
        if self._operation == "getDeclarationNouveauDalo":
            self._daloiser(racine)
        elif self._operation == "getNumUnique":
            self._suivre(racine, cle.suite or "MOD")
        return racine

    def _suivre(self, racine: Any, type_: str) -> None:
        if type_ not in SUITES:
            raise KeyError(type_)
        jour = self._aujourdhui.isoformat()
        self._poser(racine, "entete/typeFichier", "RAD" if type_ == "REA" else type_)
        if type_ == "REN":
            self._poser(racine, f"{_FORMULAIRE}/renouvellement/dateRenouvellement", jour)
        elif type_ in ("RAD", "REA"):
            self._poser(racine, f"{_FORMULAIRE}/radiation/dateRadiation", jour)
            self._poser(racine, f"{_FORMULAIRE}/radiation/motifRadiation", _MOTIF, code=True)
            if type_ == "REA":
                ecrire(racine, self._genre, self._contrat, {"motif_radiation": ""})
        elif type_ == "COP":
            self._poser(racine, f"{_FORMULAIRE}/dateDerniereModificationPiece", jour)

    def _daloiser(self, racine: Any) -> None:
        exemple = redater(exemples_de_regles.specimen("dalo"), self._maintenant)
        self._poser(racine, "entete/typeFichier", "DAL")
        demande = trouver(racine, "demande")
        ancienne = trouver(racine, "demande/informationDalo")
        if ancienne is not None:
            demande.remove(ancienne)
        rangs = ordre(self._contrat, Document.DEMANDE, racine.get("versionInterface"))
        greffer(demande, trouver(exemple, "demande/informationDalo"), "interfaceNuu/demande", rangs)
        # By the commission de médiation of the first commune; else by whom may of the same territory, if any.
        etats = [g for g in self._registre.guichets() if self._contrat.guichets.peut(g, Acte.DECLARER_DALO)]
        ecrit = self._registre.guichet(trouver(racine, f"{_FORMULAIRE}/numGuichet").text or "")
        souhaitee = trouver(racine, f"{_FORMULAIRE}/{_SOUHAITEE}")
        siens = "" if souhaitee is None else mediation_de(souhaitee.get("code", ""))
        loin = frozenset() if ecrit is None else frozenset(ecrit.territoires)
        etats.sort(key=lambda g: (g.territoire != siens, loin.isdisjoint(g.territoires)))
        if etats:
            self._poser(racine, f"{_FORMULAIRE}/numGuichet", etats[0].code)

    def _dater_decision(self, racine: Any, depot: date) -> None:
        """No day of a decision comes before the deposit of its demande (L. 441-2-1)."""
        roles = self._contrat.roles.decision
        dates = {roles.code(role) for role in (d.DATE_COMMISSION, d.DATE_BAIL)}
        for une in racine.iter(f"{{{NS}}}caracteristiqueSpecifique"):
            if trouver(une, "code").text in dates:
                jour = trouver(une, "valeurCaracteristiqueSpecifique")
                jour.text = max(jour.text, depot.isoformat())

    def _ajuster_evenement(self, racine: Any) -> None:
        """An event message says no more than its operation reads."""
        liste = trouver(racine, "listeEvenements")
        if self._operation == "listerEvenementsDemande":
            if liste is not None:
                racine.remove(liste)
            return
        if self._operation == "ajouterEvenementDemande":
            return
        numero = trouver(racine, "operation/numUnique").text
        vivants = [e for e in reversed(self._registre.evenements(numero)) if not e.supprime]
        dernier = next(iter(vivants), None)
        if self._operation == "supprimerEvenementDemande":
            # A regulatory event is never deleted: another one, if there is one.
            dernier = next((e for e in vivants if not self._reglementaire(e.code_type)), dernier)
            evenement = trouver(racine, _EVENEMENT)
            for enfant in list(evenement):
                evenement.remove(enfant)
        self._poser(racine, f"{_EVENEMENT}/idEvenement", str(dernier.identifiant if dernier else 1))

    def _reglementaire(self, code: str) -> bool:
        type_ = self._registre.type_evenement(code)
        return type_ is not None and type_.reglementaire

    def _poser(self, racine: Any, chemin: str, valeur: str, *, code: bool = False) -> None:
        poser(racine, self._genre, self._contrat, chemin, valeur, code=code)

    def _signer(self, racine: Any) -> None:
        """Its guichet, if the base has it; else another."""
        for chemin in (f"{_FORMULAIRE}/numGuichet", "entete/codeGuichet"):
            element = trouver(racine, chemin)
            if element is not None:
                element.text = self._guichet(element.text or "")

    def _guichet(self, voulu: str) -> str:
        return guichet_par_defaut(_ouverts(self._registre), voulu)


def _criteres(demande: Demande) -> dict[str, str]:
    """Returns the criteria of a search for a demande, by field of the form."""
    depot = demande.date_creation
    jour = depot.isoformat() if depot else ""
    personne = next(iter(demande.titulaires), None)
    ne_le = None if personne is None else personne.date_naissance
    commune = next(iter(demande.communes_souhaitees), None)
    return {
        "depot_debut": jour,
        "depot_fin": jour,
        "commune": "" if commune is None else commune.attributs["code"],
        "nom": "" if personne is None else personne.nom,
        "prenom": "" if personne is None else personne.prenom,
        "naissance": "" if ne_le is None else ne_le.isoformat(),
    }


_GENRES: Final = {
    "menage": _Atelier.menage,
    "specimen": _Atelier.specimen,
    "regle": _Atelier.regle,
    "demande": _Atelier.demande,
}


# --- invented households ------------------------------------------------------------------------------------


def _tirer(contrat: Contrat, guichet: str, instant: datetime, sorte: str, graine: int) -> Element:
    """The creation that `guichet` would send at `instant` for a household of `sorte` (a key of MENAGES)."""
    jour = instant.date()
    from sne_interface.generators.contraintes_de_menages import Contraintes, atelier
    from sne_interface.generators.demandes import message, tirer_dossier
    from sne_interface.generators.tirage import Tirage

    ici = atelier(
        contrat,
        jour=jour,
        guichet=guichet,
        contraintes=Contraintes(
            sorte=sorte,
            associations=True,
            version=_VERSION_TIREE if _VERSION_TIREE in contrat.versions else contrat.version_haute,
        ),
    )
    # Not the atelier's own: its variety leaves out what rules of ours expect.
    dossier = tirer_dossier(Tirage(graine), ici.population, depot=jour, jour=jour)
    return message(dossier, instant, emetteur=guichet)


def _inconnu(registre: RegistreBase, contrat: Contrat, guichet: str, instant: datetime) -> CleDepart:
    """Key of the first person alone whom the base does not know: what is proposed is not refused for having
    been sent already."""
    for graine in range(1, _ESSAIS + 1):
        demande = Demande(_tirer(contrat, guichet, instant, menages.SEUL, graine))
        territoire = demande.territoire
        if territoire is None or not registre.doublons(territoire, demande.titulaires):
            break
    return CleDepart("menage", menages.SEUL, str(graine))
