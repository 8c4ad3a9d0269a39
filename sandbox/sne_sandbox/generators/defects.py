"""Defects: for each blocking control, a valid generated demande broken in exactly that way, and no other.

What breaks it is data: the refusing examples of the control (`fixtures/exemples`), applied to a twin of
their specimen. The engine has the last word: a defect is given only when that control alone blocks, under the
profile `strict` too, where the most controls do.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

from lxml import etree

from sne_sandbox.contract.codec import NS
from sne_sandbox.contract.schema import Document
from sne_sandbox.contract.versions import Contrat
from sne_sandbox.domain.element import Element
from sne_sandbox.domain.texte import plier
from sne_sandbox.errors import ErreurInterne, UsageError
from sne_sandbox.generators.description import circonstances
from sne_sandbox.generators.exemples import ExempleDeRegle, contexte, document, exemples, genre
from sne_sandbox.generators.jumeaux import correspondances, jumeaux
from sne_sandbox.generators.reduction import codes_bloquants, profil_bloquant
from sne_sandbox.generators.tirage import Tirage
from sne_sandbox.generators.varietes import TirageVarie
from sne_sandbox.rules.engine import juger, juger_sans_registre
from sne_sandbox.rules.registre import RegistreMemoire
from sne_sandbox.rules.rule import Contexte

_ESSAIS_MAX: Final = 60
#: A control whose examples all suppose something is soon known as such.
_ESSAIS_D_AUTONOMIE: Final = 8
_VIDE: Final = RegistreMemoire()
_LE_PLUS_SEVERE: Final = "strict"
#: Channels of which « check » knows nothing: it judges the document as one of getNumUnique.
_HORS_LIGNE: Final = frozenset({"DALO", "ASY"})


@dataclass(frozen=True, slots=True)
class Defaut:
    """A document that the control `code` refuses, alone, under `profil` and any severer one, in the
    circumstances of `contexte` (clock, register, file name, operation…); `exemple` is what it was made
    from."""

    code: str
    document: Element
    racine: Any
    """The same as an lxml tree."""
    contexte: Contexte
    exemple: ExempleDeRegle
    profil: str
    autonome: bool
    """Whether the document alone shows it, as `check` sees it: no base, no transport, ordinary settings."""

    @property
    def type(self) -> str:
        """Its type of file (CRE, …) or channel (EVT, RCH, DALO, ASY)."""
        return self.exemple.type

    @property
    def circonstances(self) -> list[str]:
        """What stands around it, in French: clock, file name, what the base holds."""
        return circonstances(self.exemple)


def defaut(code: str, contrat: Contrat, graine: int | str = 0, *, autonome: bool = False) -> Defaut:
    """A defect of that control; `autonome` asks for one that the document alone shows, if there is any.
    Raises UsageError for a control that never blocks."""
    if profil_bloquant(code, contrat) is None:
        raise UsageError(
            f"La règle [{code}] n'existe pas, ou n'est jamais bloquante.",
            remede=f"règles bloquantes : {', '.join(codes_bloquants(contrat))}",
        )
    repli: Defaut | None = None
    for essai in range(_ESSAIS_MAX):
        trouve = essayer(TirageVarie(f"{code}-{graine}-{essai}"), code, contrat)
        if trouve is not None and (trouve.autonome or not autonome):
            return trouve
        repli = repli or trouve
        if repli is not None and essai >= _ESSAIS_D_AUTONOMIE:
            return repli
    raise ErreurInterne(f"Aucun ménage tiré n'est refusé par la seule règle {code}.")


def essayer(tirage: Tirage, code: str, contrat: Contrat) -> Defaut | None:
    """One try: None when the household drawn breaks another control too, or is not broken at all."""
    exemple = tirage.choix(_refusants(code))
    autres = [str(table["specimen"]) for table in exemple.registre]
    if isinstance(exemple.stockee, dict) and "specimen" in exemple.stockee:
        autres.append(exemple.stockee["specimen"])
    doublures = jumeaux(exemple.specimen, tuple(autres), tirage, contrat)
    if genre(exemple) is Document.DEMANDE:
        table = correspondances(exemple.specimen, doublures[exemple.specimen])
        exemple = replace(exemple, edits=[_traduit(edit, table) for edit in exemple.edits])
    racine = document(exemple, contrat, doublures)
    profil = profil_bloquant(code, contrat)
    version = contrat.version_de_lecture(racine.get("versionInterface", ""))
    if profil is None or contrat.schemas.validate(racine, document=genre(exemple), version=version):
        return None
    lieu = contexte(exemple, contrat, racine, doublures)
    if any(_bloquantes(lieu, contrat, p) != {code} for p in {profil, _LE_PLUS_SEVERE}):
        return None
    hors_ligne = replace(
        lieu, registre=_VIDE, stockee=None, operation="getNumUnique",
        localisations_max=10, nom_fichier=None, guichet_certificat=None,
    )  # fmt: skip
    autonome = exemple.type not in _HORS_LIGNE and code in {
        a.regle for a in juger_sans_registre(hors_ligne, contrat, profil) if a.bloquante
    }
    return Defaut(code, lieu.document, racine, lieu, exemple, profil, autonome)


def _bloquantes(lieu: Contexte, contrat: Contrat, profil: str) -> set[str]:
    return {a.regle for a in juger(lieu, contrat, profil) if a.bloquante}


@lru_cache(maxsize=256)
def _refusants(code: str) -> tuple[ExempleDeRegle, ...]:
    return tuple(e for e in exemples() if e.regle == code and e.verdict == "refuse")


def _traduit(edit: Any, table: Any) -> Any:
    """An edit that names persons of the specimen, about those of its twin; in capitals, as it was written."""
    geste, chemin, *reste = edit
    if geste == "texte":
        return [geste, chemin, _nom(reste[0], table)]
    if geste != "ajouter":
        return edit
    fragment = etree.fromstring(f'<f xmlns="{NS}">{reste[0]}</f>')
    for element in fragment.iter(etree.Element):
        if element.text:
            element.text = _nom(element.text, table)
    morceaux = [etree.tostring(enfant, encoding="unicode") for enfant in fragment]
    return [geste, chemin, "".join(morceaux)]


def _nom(texte: str, table: Any) -> str:
    plie = plier(texte)
    trouve: str | None = table.get(plie) if plie else None
    return texte if trouve is None else trouve.upper()
