"""The attestation d'enregistrement (R. 441-2-4), its annexes included: four pages, PDF, in ASCII but for the
four bytes that tell a PDF from a text.

A client in the field decodes the whole answer as UTF-8: these bytes are UTF-8 too, and no other text's.
Its text is escaped in octal, and nothing is compressed: NIRs can be looked for in it. ReportLab has laid the
pages out once (`tests/gabarits.py`): its import costs four megabytes and a tenth of a second. The pages hold
the text common to all attestations; first page and summary are filled.
"""

import textwrap
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from itertools import count
from typing import Any, Final

import tomli

from sne_interface.contract.nomenclatures_et_territoires import Territoires
from sne_interface.domain.base import NatureGuichet
from sne_interface.domain.dates import ajouter_mois, date_francaise
from sne_interface.domain.demande import TERRITOIRE_ILE_DE_FRANCE, DemandeStockee, mediation_de
from sne_interface.domain.element_recu import Element
from sne_interface.domain.menage import taille
from sne_interface.domain.texte import nombre
from sne_interface.resources import fixtures_dir
from sne_sandbox.operations.document_ecrit import DELAI_HORS_DE_PARIS_ANS, delai_anormal_ans
from sne_sandbox.operations.question import Question

#: Lines that are filled, of the first page and of the summary; bytes that each may take once escaped (an
#: accent takes four), and characters.
LIGNES: Final = 42
LIGNES_RESUME: Final = 14
OCTETS_LIGNE: Final = 200
LARGEUR: Final = 96
#: What the first page can hold: of the lists of a demande, of a body. Landlords fill what is left.
_COTITULAIRES: Final = 4
_LIGNES_COMMUNES: Final = 3
_LIGNES_ORGANISME: Final = 2
#: What follows the name of a body, and says that it does not exist.
FICTIF: Final = " (fictif)"
ANNEXES: Final = ("Annexe 1 : résumé de la demande et étapes à venir", "Annexe 2 : pièces justificatives")
#: The table of the supporting pieces: those of a household, of an association.
PIECES: Final = ("pieces", "pieces_association")
_PUCE: Final = "  – "


#: Letters that no accent makes.
_BARREES: Final = dict(zip("ŁłĐđĦħŦŧıŊŋ", "LlDdHhTtiNn", strict=True))
#: The characters of WinAnsi, by code, as a string of a PDF writes them (ISO 32000, 7.3.4.2).
_ECHAPPES: Final = {
    ord(signe): f"\\{signe}" if signe in "()\\" else signe if " " <= signe <= "~" else f"\\{octet:03o}"
    for octet in range(256)
    if (signe := bytes((octet,)).decode("cp1252", "ignore"))
}


def rediger(stockee: DemandeStockee, question: Question) -> bytes:
    """The PDF of a demande just created or renewed.

    The pages have blank lines of a fixed length; they are filled in place, which keeps every offset of the
    file right and takes 20 µs instead of milliseconds.
    """
    genre = "regional" if stockee.territoire == TERRITOIRE_ILE_DE_FRANCE else "departemental"
    if stockee.demande.est_association:
        genre += "-association"
    premiere = lignes(stockee, question)[:LIGNES]
    blanches = [""] * (LIGNES - len(premiere))
    return remplir(f"attestation/{genre}", [*premiere, *blanches, *resume(stockee, question)])


def remplir(gabarit: str, texte: Sequence[str]) -> bytes:
    """Fills the pages of that name in `fixtures/` with the lines of `texte`. Leaves out the text that a line
    or the pages have no room for."""
    morceaux = list(_morceaux(gabarit))
    for rang, ligne in enumerate(texte[: len(morceaux) // 2]):
        morceaux[2 * rang + 1] = _remplir(ligne)
    return b"".join(morceaux)


@cache
def _morceaux(gabarit: str) -> tuple[bytes, ...]:
    """The pages cut at their lines, which are blank: what comes before the first, the first, what comes
    between, …"""
    pdf = (fixtures_dir() / f"{gabarit}.pdf").read_bytes()
    coupes = [0]
    for rang in count():
        debut = pdf.find(marque(rang), coupes[-1])
        if debut < 0:
            break
        coupes += [debut, debut + OCTETS_LIGNE]
    blancs = b" " * OCTETS_LIGNE
    entre = (pdf[debut:fin] for debut, fin in zip(coupes[::2], [*coupes[1::2], len(pdf)], strict=True))
    return tuple(morceau for avant in entre for morceau in (avant, blancs))[:-1]


def marque(rang: int) -> bytes:
    """Returns the mark that holds the place of a line in the page."""
    return f"@{rang:03d}".encode("ascii").ljust(OCTETS_LIGNE, b"@")


@lru_cache(maxsize=512)
def _remplir(ligne: str) -> bytes:
    """A PDF string of exactly `OCTETS_LIGNE` bytes: blanks after."""
    ligne = unicodedata.normalize("NFC", ligne[:LARGEUR])
    while len(ecrite := _ecrire(ligne)) > OCTETS_LIGNE:
        ligne = ligne[:-1]
    return ecrite.ljust(OCTETS_LIGNE)


def _ecrire(ligne: str) -> bytes:
    try:
        return ligne.translate(_ECHAPPES).encode("ascii")
    except UnicodeEncodeError:
        return "".join(map(_signe, unicodedata.normalize("NFC", ligne))).translate(_ECHAPPES).encode("ascii")


def _signe(signe: str) -> str:
    """A letter that the standard fonts lack loses its accent, or its stroke; one that is of another alphabet
    is shown missing."""
    if ord(signe) in _ECHAPPES:
        return signe
    nue = unicodedata.normalize("NFKD", _BARREES.get(signe, signe))
    sans_accent = "".join(s for s in nue if not unicodedata.combining(s))
    return sans_accent.encode("cp1252", "replace").decode("cp1252")


def texte(stockee: DemandeStockee, question: Question) -> list[str]:
    """All that the attestation says, a line each, what every one says alike included."""
    fixes = textes_fixes()
    return [
        *lignes(stockee, question), "", *fixes["droits"],
        "", ANNEXES[0], "", *resume(stockee, question), "", *fixes["etapes"],
        "", ANNEXES[1], "", *fixes[PIECES[stockee.demande.est_association]],
    ]  # fmt: skip


@cache
def textes_fixes() -> Mapping[str, list[str]]:
    """Returns the text common to all attestations, by table of `textes.toml`: lines of the page."""
    return {nom: _mettre_en_lignes(tables) for nom, tables in _textes().items() if isinstance(tables, list)}


@cache
def _textes() -> dict[str, Any]:
    return tomli.loads((fixtures_dir() / "attestation" / "textes.toml").read_text("utf-8"))


def _mettre_en_lignes(tables: list[dict[str, Any]]) -> list[str]:
    lignes_: list[str] = []
    for table in tables:
        lignes_ += ["", table["titre"]] if lignes_ else [table["titre"]]
        for point in table["points"]:
            lignes_ += textwrap.wrap(point, LARGEUR, initial_indent=_PUCE, subsequent_indent=" " * len(_PUCE))
    return lignes_


def lignes(stockee: DemandeStockee, question: Question) -> list[str]:
    """The first page, a line each: a to g of R. 441-2-4 (convention for the layout: the real one is not
    published, but for « Expéditeur », « Destinataire » and « Date de dépôt initial »). A legal person cannot
    go to the commission de médiation (L. 441-2-3)."""
    demande, territoires = stockee.demande, question.contrat.territoires
    guichet = question.registre.guichet(stockee.guichet_createur)
    demandeur = demande.demandeur
    association = demande.association
    if demandeur is not None:
        qui, ou = f"{demandeur.nom} {demandeur.prenom}", demandeur.element.enfant("adressePostale")
    else:
        qui = demande.formulaire.texte_de("association/nom") or ""
        ou = association.enfant("adressePostale") if association is not None else None
    dites = [
        *_organisme(f"Expéditeur : {guichet.nom if guichet else stockee.guichet_createur}"),
        *(_organisme(guichet.adresse) if guichet and guichet.adresse else []),
        "",
        *_replier(f"Destinataire : {qui}"),
        *_replier(f"Adresse : {_adresse(ou, territoires)}"),
        *_cotitulaires([f"Co-titulaire : {c.nom} {c.prenom}" for c in demande.cotitulaires]),
        "",
        f"Numéro unique d'enregistrement : {stockee.numero_unique}",
        f"Date de dépôt initial : {date_francaise(stockee.date_creation)}",
    ]
    if stockee.date_renouvellement is not None:
        dites.append(f"Date du dernier renouvellement : {date_francaise(stockee.date_renouvellement)}")
    dites += _validite(stockee, question)
    codes = [commune.attributs["code"] for commune in demande.communes_souhaitees]
    noms = [f"{nom} ({code})" if (nom := territoires.nom_de_commune(code)) else code for code in codes]
    dites += ["", "Localisations souhaitées :", *_communes(noms)]
    dites += ["", "Bailleurs qui ont des logements dans ces communes (noms et adresses inventés) :"]
    departement = mediation_de(codes[0]) if codes else stockee.territoire
    suite: Sequence[str] = textes_fixes()["association"]
    if association is None:
        suite = _saisine(stockee, question, departement) if stockee.active else ()
    suite = [
        *suite,
        "Changement de situation, validité, radiation, suivi, données personnelles : page suivante.",
        "Annexes : le résumé de la demande et les étapes à venir ; les pièces justificatives.",
    ]
    bailleurs = _organismes(question, NatureGuichet.BAILLEUR, stockee.territoire)
    place = LIGNES - len(dites) - len(suite) - 1
    return [*dites, *_bailleurs(bailleurs, place), "", *suite]


def _validite(stockee: DemandeStockee, question: Question) -> list[str]:
    """Until when the demande is valid; of a radiated one, since when and why it is not."""
    if stockee.date_radiation is None:
        return [f"Demande valable jusqu'au : {date_francaise(stockee.fin_validite)}"]
    motif = stockee.motif_radiation or ""
    dit = question.contrat.nomenclatures.libelle("ListeMotifsRadiation", motif) or motif
    return [
        f"Demande radiée le : {date_francaise(stockee.date_radiation)}",
        *_replier(f"Motif : {dit or 'non dit'}"),
        "Elle n'est plus valable, et cette attestation non plus.",
    ]


def _saisine(stockee: DemandeStockee, question: Question, departement: str) -> list[str]:
    """When the commission de médiation of `departement` (« 093 ») may be gone to, and where it is."""
    ans = delai_anormal_ans(stockee.demande)
    saisine = ajouter_mois(stockee.date_creation, 12 * ans)
    hors_de_paris = ans == DELAI_HORS_DE_PARIS_ANS
    return [
        f"À compter du {date_francaise(saisine)}, faute de proposition adaptée, la commission de médiation",
        "peut être saisie (art. L. 441-2-3 du code de la construction et de l'habitation) :",
        f"{_PUCE}délai de {ans} ans{', une convention de ce bac à sable' if hors_de_paris else ''} ;",
        *_organisme(f"{_PUCE}{_organismes(question, NatureGuichet.COMMISSION, departement)[0]}{FICTIF}."),
        *textes_fixes()["saisine"],
    ]


def _bailleurs(bailleurs: Sequence[str], place: int) -> list[str]:
    """The first landlords, in `place` lines at most; the last says how many others there are."""
    dites: list[str] = []
    for rang, bailleur in enumerate(bailleurs):
        siennes, reste = _organisme(f"{_PUCE}{bailleur}{FICTIF}", LIGNES), len(bailleurs) - rang
        if len(dites) + len(siennes) > place - (reste > 1):
            return [
                *dites,
                f"{_PUCE}et {reste} {'autres' if reste > 1 else 'autre'}, que la page ne peut nommer.",
            ]
        dites += siennes
    return dites


def _cotitulaires(noms: Sequence[str]) -> list[str]:
    """The first co-holders; the last line says how many others there are."""
    if len(noms) <= _COTITULAIRES:
        return list(noms)
    return [*noms[: _COTITULAIRES - 1], f"{_PUCE}et {len(noms) - _COTITULAIRES + 1} autres"]


def _communes(noms: Sequence[str]) -> list[str]:
    """The communes in lines; by their number alone, those that there is no room for."""
    for dites in range(len(noms), -1, -1):
        reste = [f"et {len(noms) - dites} autres"] if dites < len(noms) else []
        repliees = _replier(_PUCE + ", ".join([*noms[:dites], *reste]))
        if len(repliees) <= _LIGNES_COMMUNES:
            break
    return repliees


def resume(stockee: DemandeStockee, question: Question) -> list[str]:
    """The summary of the demande, of the annexe, a line each (convention for what it holds)."""
    demande, libelle = stockee.demande, question.contrat.nomenclatures.libelle
    recherche = demande.logement_recherche
    types = [libelle("ListeTypeLogement", type_.code or "") or "" for type_ in demande.types_souhaites]
    dites = [f"Logement recherché : {', '.join(types) or 'non dit'}"]
    loyer = recherche.entier_de("montantLoyer") if recherche is not None else None
    if loyer:
        dites.append(f"Loyer maximum, charges comprises : {nombre(loyer)} € par mois")
    dites.append(f"Communes souhaitées : {len(demande.communes_souhaitees)}, dites en première page")
    if demande.demandeur is None:  # R. 441-2-2: of an association, these only
        return dites
    motifs = [libelle("ListeMotifDemande", motif.code or "") or "" for motif in demande.motifs]
    logements = [libelle("ListeModeleLogement", m.code or "") or "" for m in demande.modeles_logement]
    ressources = (
        f"{nombre(demande.ressources_mensuelles)} € par mois" if demande.ressources_recues else "aucune"
    )
    dites += [
        f"Personnes à loger : {taille(demande)}",
        f"Ressources déclarées : {ressources}",
        *_replier(f"Logement actuel : {', '.join(logements) or 'non dit'}"),
        *_replier(f"Motifs : {', '.join(motifs) or 'non dits'}"),
        f"Complément handicap : {'oui' if demande.handicaps else 'non'}",
    ]
    return dites


def _organismes(question: Question, nature: NatureGuichet, territoire: str) -> list[str]:
    """The bodies of a kind in a territory, or a département: guichets of the base, else invented."""
    jour = question.maintenant.date()
    siens = [
        ", ".join(filter(None, (guichet.nom, guichet.adresse)))
        for guichet in question.registre.guichets()
        if guichet.nature is nature
        and territoire in (guichet.territoire, *guichet.autres_territoires)
        and guichet.est_ouvert(jour)
    ]
    return siens or [nom.format(territoire=territoire) for nom in _textes()["invente"][nature]]


def _adresse(adresse: Element | None, territoires: Territoires) -> str:
    if adresse is None:
        return "non dite"
    texte_de = adresse.texte_de
    rue = " ".join(filter(None, (texte_de("numero"), texte_de("voie"))))
    commune = territoires.nom_de_commune(adresse.code_de("commune") or "")
    ville = " ".join(filter(None, (texte_de("codePostal"), commune)))
    ailleurs = " ".join(filter(None, (texte_de("codePostalEtranger"), texte_de("communeEtranger"))))
    chez = texte_de("nomHebergeant")
    morceaux = (f"chez {chez}" if chez else "", texte_de("compAdresse"), rue, texte_de("lieuDit"), ville,
                ailleurs, texte_de("pays"))  # fmt: skip
    return ", ".join(filter(None, morceaux)) or "non dite"


@lru_cache(maxsize=256)
def _organisme(ligne: str, place: int = _LIGNES_ORGANISME) -> list[str]:
    return _replier(ligne)[:place]


def _replier(ligne: str) -> list[str]:
    if 4 * len(ligne) <= OCTETS_LIGNE:  # four bytes a letter, at most
        return [ligne]
    for large in (LARGEUR, LARGEUR // 2):
        repliees = [ligne] if len(ligne) <= large else textwrap.wrap(ligne, large, subsequent_indent="  ")
        if all(len(_ecrire(repliee)) <= OCTETS_LIGNE for repliee in repliees):
            break
    return repliees
