"""Do the tests notice? One-line mutations of the schemas, each against the cases of tests/contracts.

    python tests/benchmarks/mutations_xsd.py [--combien 540] [--graine 1] [--ensemble 2]

An element or an attribute goes, may come twice, changes places with the next, has another name or another
type, is required or no longer; a bound moves by one; a pattern admits one sign more or one less. A mutant
that is no schema does not count. Each document of `test_schemas.py` is judged by all mutants that no document
has caught before; what is left goes through the other tests of the folder, in a copy of it. Exits 1 when one
survives that a document could tell from the original.
"""

import argparse
import multiprocessing
import re
import runpy
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any, Final

from lxml import etree
from mutations import Mutant

RACINE: Final = Path(__file__).resolve().parents[2]
CONTRATS: Final = RACINE / "contracts"
ESSAIS: Final = RACINE / "tests" / "contracts"
#: A greatest length that the pattern beside it says too: the lower of the two decides.
_DEUX_FOIS: Final = re.compile(
    r'\s*<xs:maxLength value="(\d+)"/>(\s*<xs:pattern value="[^"{]*\{(?:\d+,)?)(\d+)(\}"/>)'
)
_PREMIERS: Final = ("valeurs", "attributs", "occurrences", "ordre", "entiers", "intrus", "choix")
_MEMES_SORTES: Final = (
    *(("xs:date", "xs:dateTime"), ("xs:int", "xs:decimal"), ("xs:integer", "xs:decimal")),
    *(("xs:long", "xs:int"), ("xs:decimal", "xs:string"), ("xs:boolean", "xs:string")),
    *(("xs:string", "xs:int"), ("xs:dateTime", "xs:date"), ("xs:base64Binary", "xs:string")),
    ("xs:anySimpleType", "xs:int"),
)


def mutants(fichier: str, texte: str) -> Iterator[Mutant]:
    """All one-line mutations of a schema, in its order."""
    lignes = texte.splitlines()
    types = sorted(set(re.findall(r' (?:type|base)="(?!xs:)(\w+)"', texte)))
    for rang, ligne in enumerate(lignes):
        suivante = lignes[rang + 1] if rang + 1 < len(lignes) else ""
        for apres in dict.fromkeys(_retouches(ligne, suivante, types)):
            echange = apres.partition("\n")[0] == suivante
            reste = lignes[rang + (2 if echange else 1) :]
            mute = "\n".join([*lignes[:rang], *([apres] if apres else []), *reste]) + "\n"
            yield Mutant(fichier, rang + 1, ligne.strip(), " / ".join(apres.split("\n")).strip(), mute)


def _retouches(ligne: str, suivante: str, types: Sequence[str]) -> Iterator[str]:
    """What may stand instead of a line: nothing at all for one that goes, its follower then itself for one
    that changes places with it."""
    locale = ligne.startswith("    ")
    if re.match(r"\s+<xs:\w+ [^>]*/>$", ligne) and locale:
        yield ""
        if "<xs:element " in ligne and re.match(r"\s+<xs:element [^>]*/>$", suivante):
            yield f"{suivante}\n{ligne}"
    if locale and re.search(r"<xs:(element|choice)\b", ligne):
        yield _basculer(ligne, "minOccurs", "0")
        yield _basculer(ligne, "maxOccurs", "2")
    if locale and "<xs:attribute " in ligne:
        yield _basculer(ligne, "use", "required")
    if locale and (nom := re.search(r' name="(\w+)"', ligne)):
        yield ligne.replace(nom[0], f' name="{nom[1]}x"')
    if borne := re.search(r' (value|minOccurs|maxOccurs)="([1-9]\d*)"', ligne):
        for autre in (int(borne[2]) - 1, int(borne[2]) + 1):
            yield ligne.replace(borne[0], f' {borne[1]}="{autre}"')
    if fixe := re.search(r' fixed="([^"]*)"', ligne):
        yield ligne.replace(fixe[0], f' fixed="{fixe[1]}1"')
    if "<xs:pattern " in ligne:
        yield from _motifs(ligne)
    if emploi := re.search(r' (type|base)="(\w+)"', ligne):
        rang = types.index(emploi[2])
        for autre in types[rang - 1 : rang] + types[rang + 1 : rang + 2]:
            yield ligne.replace(emploi[0], f' {emploi[1]}="{autre}"')
    for avant, apres in _MEMES_SORTES:
        if f'="{avant}"' in ligne:
            yield ligne.replace(f'="{avant}"', f'="{apres}"')


def _basculer(ligne: str, attribut: str, valeur: str) -> str:
    """Without the attribute, or with it."""
    if dit := re.search(rf' {attribut}="\w+"', ligne):
        return ligne.replace(dit[0], "")
    return re.sub(r"(/?>)", rf' {attribut}="{valeur}"\1', ligne, count=1)


def _motifs(ligne: str) -> Iterator[str]:
    for avant, apres in (("0-9", "0-8"), ("a-z", "a-y"), ("A-Z", "A-Y"), ("]+", "]"), (")?", ")")):
        if avant in ligne:
            yield ligne.replace(avant, apres, 1)
    for combien in re.finditer(r"\{(\d+)(?:,(\d+))?\}", ligne):
        moins, plus = int(combien[1]), combien[2]
        for autre in (
            f"{{{moins + 1}{f',{plus}' if plus else ''}}}",
            plus and f"{{{moins},{int(plus) + 1}}}",
        ):
            if autre:
                yield ligne[: combien.start()] + autre + ligne[combien.end() :]


# --- judged by the cases of test_schemas.py ---------------------------------------------------------------


class _Mutees(etree.Resolver):
    """Included schemas, the mutated one among them."""

    def __init__(self, lire: Callable[[str], bytes]) -> None:
        self._lire = lire

    def resolve(self, system_url: str, public_id: str, context: object) -> object:
        octets = self._lire(f"xsd/{system_url.rpartition('/')[2]}")
        return self.resolve_string(octets, context, base_url=system_url)


class Juge:
    """The tables and their documents, and the schemas as each mutant would have them."""

    def __init__(self) -> None:
        partage = runpy.run_path(str(ESSAIS / "conftest.py"))
        self.trouver: Callable[[str], Path] = partage["fichier_du_contrat"]
        self.modele, self.derivation = partage["_module"]("modele"), partage["_module"]("derivation")
        essai = runpy.run_path(str(ESSAIS / "test_schemas.py"))
        self.exceptions: tuple[str, ...] = essai["PARTICULARITES"]["lxml"]
        messages = self.modele.lire_messages()
        self.racines: list[tuple[str, Any]] = [
            *((schema, self.modele.lire_document(*de)) for schema, de in essai["DOCUMENTS"].items()),
            *((schema, messages[element][1]) for schema, element in essai["MESSAGES"]),
        ]

    def compiler(self, schema: str, mutant: Mutant) -> etree.XMLSchema | None:
        """The schema as the mutant has it, None when it is none of its own."""
        employe = False

        def lire(chemin: str) -> bytes:
            nonlocal employe
            fichier = self.trouver(chemin)
            if fichier == CONTRATS / mutant.fichier:
                employe = True
                return mutant.texte.encode()
            return fichier.read_bytes()

        analyseur = etree.XMLParser(no_network=True)
        analyseur.resolvers.add(_Mutees(lire))
        arbre = etree.fromstring(lire(f"xsd/{schema}.xsd"), analyseur, base_url=f"{schema}.xsd")
        compile_ = etree.XMLSchema(etree.ElementTree(arbre))
        return compile_ if employe else None

    def est_un_schema(self, mutant: Mutant) -> bool:
        """Whether it says something, wrong as it is."""
        try:
            compiles = [self.compiler(schema, mutant) for schema, _ in self.racines]
            return any(compiles)
        except etree.XMLSchemaParseError:
            return False

    def attraper(self, tires: Sequence[Mutant]) -> dict[Mutant, str]:
        """The first case that each does not judge as the tables do."""
        attrapes: dict[Mutant, str] = {}
        for schema, racine in self.racines:
            libres = {
                mutant: compile_
                for mutant in tires
                if mutant not in attrapes and (compile_ := self.compiler(schema, mutant)) is not None
            }
            noeuds = {noeud.chemin: noeud for noeud in racine.parcours()}
            for genre in _PREMIERS:
                for cas in self.derivation.GENRES[genre](self.derivation.Redacteur(racine)):
                    if not libres:
                        break
                    attendu = self.modele.admet(cas.partie, noeuds[cas.ou])
                    for mutant, compile_ in list(libres.items()):
                        if compile_.validate(cas.document) != attendu and not cas.intitule.endswith(
                            self.exceptions
                        ):
                            attrapes[mutant] = f"{schema} : {cas.intitule}"
                            del libres[mutant]
        return attrapes


def _attraper(tires: Sequence[Mutant]) -> dict[Mutant, str]:
    return Juge().attraper(tires)


def _par_les_autres_tests(mutant: Mutant) -> str:
    """The test of the folder, but for those that have judged already, that fails."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as dossier:
        copie = Path(dossier)
        for quoi in ("contracts", "tests/contracts"):
            shutil.copytree(RACINE / quoi, copie / quoi)
        (copie / "contracts" / mutant.fichier).write_text(mutant.texte, "utf-8")
        deja = "not un_document_est_juge and not un_message_est_juge and not particularites"
        mots = ["-x", "-q", "-p", "no:cacheprovider", "--import-mode=importlib", "-k", deja]
        vu = subprocess.run(
            [sys.executable, "-m", "pytest", *mots, "--rootdir", dossier, "tests/contracts"],
            cwd=copie, capture_output=True, text=True, check=False,
        )  # fmt: skip
    rates = re.findall(r"^(?:FAILED|ERROR) (\S+)", vu.stdout, re.MULTILINE)
    return rates[0] if rates else ""


def main() -> int:
    """1 when a mutant survives that is not explained."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--combien", type=int, default=540)
    parser.add_argument("--graine", type=int, default=1)
    parser.add_argument("--ensemble", type=int, default=2, help="processus à la fois")
    choix = parser.parse_args()
    juge = Juge()
    possibles = [
        mutant
        for fichier in sorted(CONTRATS.glob("*/xsd/*.xsd"))
        for mutant in mutants(str(fichier.relative_to(CONTRATS)), fichier.read_text("utf-8"))
    ]
    Random(choix.graine).shuffle(possibles)
    tires: list[Mutant] = []
    for mutant in possibles:
        if len(tires) < choix.combien and juge.est_un_schema(mutant):
            tires.append(mutant)
    lots = [tires[rang :: choix.ensemble] for rang in range(choix.ensemble)]
    attrapes: dict[Mutant, str] = {}
    with multiprocessing.get_context("fork").Pool(choix.ensemble) as bassin:
        for lot in bassin.imap(_attraper, lots):
            attrapes.update(lot)
        restent = [mutant for mutant in tires if mutant not in attrapes]
        attrapes.update(zip(restent, bassin.imap(_par_les_autres_tests, restent), strict=True))
    survivants = [mutant for mutant in sorted(tires) if not attrapes[mutant]]
    for mutant in sorted(tires):
        print(f"{mutant.fichier}:{mutant.ligne}\n    {mutant.avant}\n  → {mutant.apres or '(rien)'}")
        print(
            f"    attrapé par {attrapes[mutant]}" if attrapes[mutant] else f"    SURVIT : {_raison(mutant)}"
        )
    inexpliques = [mutant for mutant in survivants if not _raison(mutant)]
    print(
        f"{len(tires)} mutants sur {len(possibles)} possibles : {len(tires) - len(survivants)} attrapés, "
        f"{len(survivants)} survivants, dont {len(survivants) - len(inexpliques)} équivalents."
    )
    return 1 if inexpliques else 0


def _raison(mutant: Mutant) -> str:
    """Why no document can tell it from the original, "" when one could."""
    original = (CONTRATS / mutant.fichier).read_text("utf-8")
    return "le motif voisin dit la même borne" if _borne(original) == _borne(mutant.texte) else ""


def _borne(texte: str) -> str:
    """The same schema, each such length said once."""
    return _DEUX_FOIS.sub(lambda dit: f"{dit[2]}{min(int(dit[1]), int(dit[3]))}{dit[4]}", texte)


if __name__ == "__main__":
    sys.exit(main())
