"""What a message is composed from: an invented household, a specimen, a demande of the base, the smallest
message that a rule refuses, or an exchange to mend. Each has a key, from which it is made again, the same."""

from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from lxml import etree
from werkzeug.exceptions import NotFound

from sne_sandbox.conformance.observation import observer
from sne_sandbox.contract.codec import NS, encoder, parse
from sne_sandbox.contract.schema import Document
from sne_sandbox.contract.versions import Contrat
from sne_sandbox.domain.base import Guichet, NatureGuichet
from sne_sandbox.domain.dates import PARIS, xs_date_time
from sne_sandbox.domain.demande import Demande, DemandeStockee, EtatDemande
from sne_sandbox.domain.journal import Echange
from sne_sandbox.domain.texte import entier_de, masquer_nir
from sne_sandbox.errors import ContractError, UsageError
from sne_sandbox.generators import exemples, menages
from sne_sandbox.generators.reduction import plus_petite_demande
from sne_sandbox.operations.table import OPERATIONS
from sne_sandbox.settings import Limites
from sne_sandbox.store.recherche import Criteres, plus_recentes
from sne_sandbox.store.registre import RegistreBase
from sne_sandbox.web.messages import cote, inventes
from sne_sandbox.web.messages.documents import lire, masquer_octets
from sne_sandbox.web.messages.elements import ordre
from sne_sandbox.web.messages.saisie import ecrire, greffer, poser, trouver
from sne_sandbox.web.partage import Services

SPECIMENS: Final = {
    "personne_seule": "une personne seule",
    "couple_garde_alternee_handicap": "un couple, garde alternée, handicap",
    "colocataires": "des colocataires", "hebergee_secret": "une adresse tenue secrète",
    "adresse_etranger": "une adresse à l'étranger", "association": "une association",
    "personne_seule_nir": "avec NIR (version 02.02)",
}  # fmt: skip
#: What may be sent about a demande that the base holds, by getNumUnique: types of file, and REA, which is a
#: RAD without motive.
SUITES: Final = {
    "MOD": "la modifier", "REN": "la renouveler", "RAD": "la radier", "REA": "la réactiver",
    "COP": "annoncer une pièce", "SUP": "la supprimer",
}  # fmt: skip
#: Specimens of the documents that are no demande.
_AUTRES: Final = {
    Document.EVENEMENT: "evenement",
    Document.TYPE_EVENEMENT: "type_evenement",
    Document.RECHERCHE: "recherche",
}
_GUICHET: Final = "G1226"
_FORMULAIRE: Final = "demande/demandeLogement"
_EVENEMENT: Final = "listeEvenements/evenement"
_MOTIF: Final = "RADABA"
#: Bytes of a document in a form; the largest demandes take a tenth of it.
DOCUMENT_MAX: Final = 200_000
#: Demandes that the page offers.
PROPOSEES: Final = 20


@dataclass(frozen=True, slots=True)
class Depart:
    """A document to begin with: the key that makes it again, its lxml root (None when it is no XML), and its
    text, NIR masked."""

    cle: str
    racine: Any
    texte: str


def commencer(services: Services, base: str, operation: str, cle: str) -> Depart:
    """The document of `cle` (« menage-personne_seule-3 », « specimen-association », « demande-NUMERO-REN »,
    « regle-ENT009 », « echange-12 »), by default the simplest of the operation. Raises NotFound."""
    with services.magasin.lire(base) as registre:
        atelier_ = _Atelier(services, registre, operation)
        cle = cle or atelier_.defaut()
        genre, _, reste = cle.partition("-")
        try:
            if genre == "echange":
                return _d_echange(services, base, cle, reste)
            racine = _GENRES[genre](atelier_, reste)
        except (KeyError, ContractError):
            raise NotFound(f"Rien ne répond au point de départ [{cle[:60]}].") from None
    texte = en_texte(masquer(racine))
    _mesurer(len(texte))
    return Depart(cle, racine, texte)


def _mesurer(taille: int) -> None:
    """Raises UsageError for a document that no form can carry."""
    if taille > DOCUMENT_MAX:
        raise UsageError(
            f"Ce document pèse {taille // 1000} ko : Composer n'en ouvre que de {DOCUMENT_MAX // 1000} ko "
            "au plus.",
            remede="téléchargez-le depuis la page de son échange, et vérifiez-le par « sne-sandbox check »",
        )


def question(services: Services, base: str, cle: str) -> tuple[dict[str, str], str]:
    """The texts that an exchange asked, by field, and its guichet; nothing for another start."""
    genre, _, identifiant = cle.partition("-")
    if genre != "echange":
        return {}, ""
    lu = _echange(services, base, identifiant)
    if lu is None:
        raise NotFound(f"L'échange [{identifiant[:20]}] n'est pas, ou n'est plus, au journal.")
    champs = observer(lu, services.contrat).champs
    return {nom: valeur for nom, valeur in champs.items() if isinstance(valeur, str)}, lu.guichet or ""


def _d_echange(services: Services, base: str, cle: str, identifiant: str) -> Depart:
    """The document of an exchange as it was sent, lines included."""
    lu = _echange(services, base, identifiant)
    octets = b"" if lu is None else cote.document(observer(lu, services.contrat), "requete")
    if not octets:
        raise KeyError(identifiant)
    _mesurer(len(octets))
    return Depart(cle, lire(octets), masquer_octets(octets).decode("utf-8", "replace"))


def _echange(services: Services, base: str, identifiant: str) -> Echange | None:
    numero = entier_de(identifiant)
    return None if numero is None else services.magasin.journal.lire(base, numero)


def dire(cle: str) -> str:
    """A start that no list offers, in words."""
    genre, _, reste = cle.partition("-")
    if genre == "demande":
        numero, _, type_ = reste.partition("-")
        return f"la demande {numero}" + (f", pour {SUITES[type_]}" if type_ in SUITES else "")
    return {"echange": f"l'échange n° {reste}", "regle": f"le plus petit message que {reste} refuse"}.get(
        genre, cle
    )


def proposees(services: Services, base: str) -> list[DemandeStockee]:
    """The last active demandes of the base."""
    with services.magasin.lire(base) as registre:
        return plus_recentes(registre, Criteres(etat=EtatDemande.ACTIVE), PROPOSEES)


def guichets(services: Services, base: str) -> list[Guichet]:
    """The guichets of the base that are open today."""
    with services.magasin.lire(base) as registre:
        jour = registre.base.horloge.maintenant(datetime.now(UTC)).astimezone(PARIS).date()
        return [guichet for guichet in registre.guichets() if guichet.est_ouvert(jour)]


def guichet_par_defaut(services: Services, base: str) -> str:
    """The guichet that calls when nobody chose one."""
    codes = [guichet.code for guichet in guichets(services, base)]
    return _GUICHET if _GUICHET in codes or not codes else codes[0]


def redater(racine: Any, maintenant: datetime) -> None:
    """Brings a document written for another day to `maintenant`, in place: every date moves by as many days,
    years of income by as many years. A birth date that a NIR repeats stays."""
    fichier = trouver(racine, "entete/dateFichier")
    ecrit = _jour((fichier.text or "")[:10]) if fichier is not None else None
    aujourdhui = maintenant.astimezone(PARIS).date()
    if ecrit is None:
        return
    ecart = aujourdhui - ecrit
    for element in racine.iter(etree.Element):
        nom, texte = etree.QName(element).localname, element.text or ""
        jour = _jour(texte)
        if nom.startswith("annee") and texte.isdecimal():
            element.text = str(int(texte) + aujourdhui.year - ecrit.year)
        elif jour is not None and not (nom == "dateNaissance" and _a_un_nir(element)):
            element.text = (jour + ecart).isoformat()
    fichier.text = xs_date_time(maintenant)


def masquer(racine: Any) -> Any:
    """A copy of a document, each NIR masked."""
    copie = deepcopy(racine)
    for nir in copie.iter(f"{{{NS}}}nir"):
        nir.text = masquer_nir(nir.text or "")
    return copie


def demasquer(racine: Any, depart: Any) -> None:
    """Gives its NIRs back, in place, to a document that was shown masked: those of `depart` (None for none),
    person by person, where nothing else was typed over them."""
    if depart is None:
        return
    originaux = {masquer_nir(nir.text or ""): nir.text for nir in depart.iter(f"{{{NS}}}nir")}
    par_place = {depart.getroottree().getelementpath(nir): nir.text for nir in depart.iter(f"{{{NS}}}nir")}
    for nir in racine.iter(f"{{{NS}}}nir"):
        if "*" in (nir.text or ""):
            la = par_place.get(racine.getroottree().getelementpath(nir))
            nir.text = (
                la if la is not None and masquer_nir(la) == nir.text else originaux.get(nir.text, nir.text)
            )


def en_texte(racine: Any) -> str:
    """The document, indented anew."""
    for element in racine.iter(etree.Element):
        element.tail = None
        if len(element) and not (element.text or "").strip():
            element.text = None
    etree.indent(racine, space="  ")
    octets: bytes = etree.tostring(racine, encoding="UTF-8", xml_declaration=True)
    return octets.decode() + "\n"


class _Atelier:
    """Makes the documents of one operation over one base."""

    def __init__(self, services: Services, registre: RegistreBase, operation: str) -> None:
        self._contrat: Contrat = services.contrat
        self._registre = registre
        self._operation = operation
        self._genre = OPERATIONS[operation].genre
        self._maintenant = registre.base.horloge.maintenant(datetime.now(UTC))
        self._aujourdhui = self._maintenant.astimezone(PARIS).date()

    def defaut(self) -> str:
        """Key of the simplest document of the operation."""
        if self._operation == "getNumUnique":
            ici = (self._contrat, self._guichet(_GUICHET), self._maintenant)
            return f"menage-{inventes.inconnu(self._registre, *ici)}"
        if self._operation == "getDoublons":
            return f"menage-{menages.SEUL}-1"
        if self._genre is Document.TYPE_EVENEMENT:
            return f"specimen-{_AUTRES[self._genre]}"
        derniere = next(iter(plus_recentes(self._registre, Criteres(etat=EtatDemande.ACTIVE), 1)), None)
        if derniere is not None:
            return f"demande-{derniere.numero_unique}"
        return f"specimen-{_AUTRES.get(self._genre, 'dalo')}"

    def menage(self, reste: str) -> Any:
        """« SORTE-GRAINE »."""
        sorte, _, graine = reste.rpartition("-")
        if sorte not in inventes.MENAGES or entier_de(graine) is None:
            raise KeyError(reste)
        element = inventes.tirer(self._contrat, self._guichet(_GUICHET), self._maintenant, sorte, int(graine))
        return parse(encoder(element), limit=Limites().xml_max)

    def specimen(self, nom: str) -> Any:
        """A named specimen, brought to the base's day."""
        racine = exemples.specimen(nom)
        redater(racine, self._maintenant)
        self._signer(racine)
        if nom == _AUTRES[Document.EVENEMENT]:
            self._ajuster_evenement(racine)
        return racine

    def regle(self, code: str) -> Any:
        """The smallest message that a rule refuses, brought to the base's day."""
        ecrite = plus_petite_demande(code)
        if ecrite is None:
            raise KeyError(code)
        racine = parse(ecrite.encode(), limit=Limites().xml_max)
        redater(racine, self._maintenant)
        return racine

    def demande(self, reste: str) -> Any:
        """« NUMERO » or « NUMERO-TYPE »: about a demande of the base."""
        numero, _, type_ = reste.partition("-")
        stockee = self._registre.demande(numero)
        if stockee is None:
            raise KeyError(numero)
        if self._genre is Document.EVENEMENT:
            racine = self.specimen(_AUTRES[Document.EVENEMENT])
            trouver(racine, "operation/numUnique").text = numero
            self._ajuster_evenement(racine)
            return racine
        if self._genre is Document.RECHERCHE:
            racine = self.specimen(_AUTRES[Document.RECHERCHE])
            ecrire(racine, self._genre, self._contrat, _criteres(stockee.demande))
            return racine
        racine = parse(stockee.document, limit=Limites().xml_max)
        self._poser(racine, "entete/dateFichier", xs_date_time(self._maintenant))
        self._poser(racine, f"{_FORMULAIRE}/numUnique", numero)
        if self._operation == "getDeclarationNouveauDalo":
            self._daloiser(racine)
        elif self._operation == "getNumUnique":
            self._suivre(racine, type_ or "MOD")
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
        exemple = exemples.specimen("dalo")
        redater(exemple, self._maintenant)
        self._poser(racine, "entete/typeFichier", "DAL")
        demande = trouver(racine, "demande")
        ancienne = trouver(racine, "demande/informationDalo")
        if ancienne is not None:
            demande.remove(ancienne)
        rangs = ordre(self._contrat, Document.DEMANDE, racine.get("versionInterface"))
        greffer(demande, trouver(exemple, "demande/informationDalo"), "interfaceNuu/demande", rangs)
        # The secretariat of the commission de médiation is a State service, of the same territory if any.
        etats = [g for g in self._registre.guichets() if g.nature is NatureGuichet.ETAT]
        ecrit = self._registre.guichet(trouver(racine, f"{_FORMULAIRE}/numGuichet").text or "")
        etats.sort(key=lambda g: ecrit is None or g.territoire != ecrit.territoire)
        if etats:
            self._poser(racine, f"{_FORMULAIRE}/numGuichet", etats[0].code)

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
        ouverts = [g.code for g in self._registre.guichets() if g.est_ouvert(self._aujourdhui)]
        return voulu if voulu in ouverts or not ouverts else ouverts[0]


def _criteres(demande: Demande) -> dict[str, str]:
    """What a search for a demande says of it, by field of the form."""
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


def _jour(texte: str) -> date | None:
    try:
        # Python reads « 0139980101 » too, which is a telephone.
        return date.fromisoformat(texte) if len(texte) == 10 and texte[4] == "-" else None
    except ValueError:
        return None


def _a_un_nir(naissance: Any) -> bool:
    return naissance.getparent().find(f"{{{NS}}}nir") is not None
