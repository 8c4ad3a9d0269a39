"""`/console/<base>/recherche`: one field for everything: numéro, exchange, rule, requirement, person, page,
code."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Final

from flask import render_template, url_for

from sne_console.cadre.outillage_des_sections import champ_ecrit, contrat_servi, permis
from sne_console.pages import page_guide
from sne_console.vues.demande_relue import nom_de
from sne_console.vues.interface_montree import presentation
from sne_interface.contract.exigences_et_mentions import Exigence, charger_exigences
from sne_interface.contract.overlay import DossiersContrat
from sne_interface.domain.dates import date_francaise
from sne_interface.domain.nir import masquer_nirs
from sne_interface.domain.texte import plier
from sne_sandbox.offres_des_paquets import sections
from sne_sandbox.operations.table_des_operations import OPERATIONS
from sne_sandbox.store.demandes_recentes import Criteres, Prefixe, plus_recentes
from sne_sandbox.web.configuration_et_services import services

#: What is shown of each kind.
_DE_CHAQUE: Final = 6
#: Signs below which a word is looked for nowhere but among codes.
_MOT_MIN: Final = 3
#: « n° 12 », « #12 », « échange 12 ».
_ECHANGE: Final = re.compile(r"(?:n°|#|échange|echange)?\s*(\d{1,12})", re.IGNORECASE)


@dataclass(frozen=True)
class Trouvaille:
    """A thing found: its address, its title, and a line about it ("" for none)."""

    adresse: str
    titre: str
    note: str = ""


@dataclass(frozen=True)
class Trouvees:
    """The things found of one kind; `suite` is the address of all of them, "" when these are all."""

    titre: str
    trouvailles: list[Trouvaille]
    suite: str = ""


def page(base: str) -> str:
    """Shows what the field finds, as a page."""
    cherche = _demande()
    return render_template("recherche/page.html", cherche_partout=cherche, rubriques=chercher(base, cherche))


def trouver(base: str) -> str:
    """The same as a piece of a page: what shows under the field as one types."""
    cherche = _demande()
    return render_template("recherche/_trouvailles.html", cherche=cherche, rubriques=chercher(base, cherche))


def _demande() -> str:
    """Reads what is looked for, masked: it comes back in the page."""
    return masquer_nirs(champ_ecrit("q").replace("\0", "")[:200])


def chercher(base: str, cherche: str) -> list[Trouvees]:
    """All that answers to `cherche` in the base that is shown and in what is told about it, kind by kind."""
    if not cherche:
        return []
    rubriques = (
        ("Échanges", _echanges(base, cherche), ""),
        ("Demandes", _demandes(base, cherche), _suite_des_demandes(cherche)),
        ("Règles", _regles(cherche), url_for("regles.page", texte=cherche)),
        ("Exigences", _exigences(cherche), url_for("guide.page", page="reference/exigences")),
        ("Opérations", _operations(cherche), ""),
        ("Codes", _codes(cherche), url_for("contrat.nomenclatures")),
        ("Communes", _communes(cherche), ""),
        ("Pages", _pages(cherche), ""),
    )
    lues = ((titre, list(trouvailles), suite) for titre, trouvailles, suite in rubriques)
    return [
        Trouvees(titre, lus, suite if len(lus) >= _DE_CHAQUE else "") for titre, lus, suite in lues if lus
    ]


def _echanges(base: str, cherche: str) -> Iterator[Trouvaille]:
    ecrit = _ECHANGE.fullmatch(cherche)
    echange = services().magasin.journal.lire(base, int(ecrit[1])) if ecrit is not None else None
    if ecrit is not None and echange is not None:
        yield Trouvaille(
            url_for("echange.page", identifiant=int(ecrit[1])),
            f"Échange n° {ecrit[1]}",
            f"{echange.operation or echange.methode}, {echange.verdict}",
        )


def _demandes(base: str, cherche: str) -> Iterator[Trouvaille]:
    for criteres in _criteres(cherche):
        with services().magasin.lire(base) as registre:
            for stockee in plus_recentes(registre, criteres, _DE_CHAQUE, None).demandes:
                yield Trouvaille(
                    url_for("demande.page", numero=stockee.numero_unique),
                    stockee.numero_unique,
                    f"{nom_de(stockee.demande)}, "
                    f"{'active' if stockee.active else 'radiée'}, "
                    f"déposée le {date_francaise(stockee.date_creation)}",
                )


def _criteres(cherche: str) -> Iterator[Criteres]:
    """How demandes are looked for: by their number, or by one or two names of a person."""
    serre = "".join(cherche.split()).upper()
    if len(serre) >= _MOT_MIN and serre.isalnum() and any(signe.isdigit() for signe in serre):
        yield Criteres(numero_unique=Prefixe(serre))
        return
    mots = cherche.split()
    if len(cherche) < _MOT_MIN or not all(mot.replace("-", "").replace("'", "").isalpha() for mot in mots):
        return
    yield Criteres(nom=Prefixe(cherche))
    if len(mots) == 2:
        for nom, prenom in (mots, mots[::-1]):
            yield Criteres(personne_nom=Prefixe(nom), personne_prenom=Prefixe(prenom))


def _suite_des_demandes(cherche: str) -> str:
    if any(signe.isdigit() for signe in cherche):
        return url_for("demandes.page", numero=cherche)
    return url_for("demandes.page", nom=cherche)


def _regles(cherche: str) -> Iterator[Trouvaille]:
    fiches = contrat_servi().regles.values()
    code = cherche.upper()
    siennes = [f for f in fiches if f.code.startswith(code) or (f.code_officiel or "").startswith(code)]
    siennes = siennes or [f for f in fiches if _contient(cherche, f"{f.condition} {f.texte}")]
    for fiche in siennes[:_DE_CHAQUE]:
        yield Trouvaille(url_for("regles.regle", code=fiche.code), fiche.code, fiche.condition)


def _exigences(cherche: str) -> Iterator[Trouvaille]:
    exigences = exigences_de(contrat_servi().dossiers)
    siennes = [e for e in exigences if e.id.startswith(cherche.upper())]
    siennes = siennes or [e for e in exigences if _contient(cherche, e.texte)]
    for exigence in siennes[:_DE_CHAQUE]:
        la = url_for("guide.page", page="reference/exigences", _anchor=exigence.id)
        yield Trouvaille(la, exigence.id, exigence.texte)


@lru_cache(maxsize=8)
def exigences_de(dossiers: DossiersContrat) -> tuple[Exigence, ...]:
    """The requirements of a contract, read once. Raises ContractError."""
    return tuple(charger_exigences(dossiers).values())


def _operations(cherche: str) -> Iterator[Trouvaille]:
    dites = presentation(contrat_servi())
    for nom in contrat_servi().operations:
        titre = dites.operation(nom).titre
        if nom in OPERATIONS and _contient(cherche, f"{nom} {titre}"):
            yield Trouvaille(url_for("contrat.operation", nom=nom), nom, titre)


def _codes(cherche: str) -> Iterator[Trouvaille]:
    connues = contrat_servi().nomenclatures
    trouves = (
        Trouvaille(url_for("contrat.nomenclature", nom=nom), f"{code} : {libelle}", nom)
        for nom in connues.noms
        for code, libelle in connues.liste(nom).items()
        if code and (code == cherche.upper() or _contient(cherche, libelle))
    )
    return islice(trouves, _DE_CHAQUE)


def _communes(cherche: str) -> Iterator[Trouvaille]:
    territoires = contrat_servi().territoires
    directe = territoires.commune(cherche.upper())
    un_nom = len(cherche) >= _MOT_MIN and not any(signe.isdigit() for signe in cherche)
    nommees = territoires.nommees(cherche)[:_DE_CHAQUE] if un_nom else ()
    for commune in nommees if directe is None else (directe,):
        yield Trouvaille(
            url_for("demandes.page", commune=commune.code),
            f"{commune.nom} ({commune.code})",
            "les demandes qui la souhaitent",
        )


def _pages(cherche: str) -> Iterator[Trouvaille]:
    for s in sections():
        if s.titre and _contient(cherche, f"{s.titre} {s.groupe}") and permis(s.endpoint):
            yield Trouvaille(url_for(s.endpoint), s.titre, "page de la console")
    for nom, titre in page_guide.pages().items():
        if _contient(cherche, f"{titre} {nom}"):
            yield Trouvaille(url_for("guide.page", page=nom), titre, "page du guide")


def _contient(cherche: str, texte: str) -> bool:
    """True when a text holds each word of what is looked for, accents and capitals aside."""
    dit = plier(texte)
    return len(cherche) >= _MOT_MIN and all(plier(mot) in dit for mot in cherche.split())
