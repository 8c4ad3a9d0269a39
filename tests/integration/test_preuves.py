"""Evidence judged again, and the ways to forge it: each is named, and refused."""

import base64
import hashlib
import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pypdf
import pytest
from commande import blanchir, rapport_de, sne
from fautes import designation
from paquet_refait import contenus, emballer
from securesystemslib.dsse import Envelope
from securesystemslib.signer import SSlibKey

from sne_conformite.cli.options_de_jugement import RapportDemande, Verificateur
from sne_conformite.cli.preuves_rejugees import rejuger
from sne_conformite.cli.sorties_de_rapport import Sorties
from sne_conformite.preuves import paquet_de_preuves, signature
from sne_conformite.protocole.defi_du_verificateur import graine_du_defi, horloge_du_defi
from sne_conformite.rapports.formats_de_rapport import PAGES
from sne_interface.contract import contrats_charges
from sne_interface.errors import UsageError
from sne_interface.resources import fixtures_dir
from sne_interface.rules.rule import gravite

pytestmark = pytest.mark.cher

#: A loss, a refusal, what another guichet does: as much as the forgers below want.
COURTS = ("CRE-COLOCATION", "ANO-MOTIF", "EVT-AUTRUI")
#: One that loses something of a household (shrunk), what another guichet does, a server to refuse, a panne.
SCENARIOS = (
    "CRE-SIMPLE", "CRE-COLOCATION", "CRE-NIR", "TRA-EXPIRE", "ANO-MOTIF", "DIS-CREATION", "DOU-COUPLE",
    "ASY-FIN", "CON-CONSULTER", "EVT-AUTRUI", "REL-RADIATIONS", "ROB-REPONSE-PERDUE",
)  # fmt: skip
DEFI = "défi d'essai"
FAUX = "0621126000099G1226"
PLAN = ("proces-verbal.jsonl", "plan.json")
Lignes = list[dict[str, Any]]
Juge = Callable[..., tuple[int, str]]
#: Changes the members of a package, by their names.
Forge = Callable[[dict[str, bytes]], None]


@pytest.fixture(scope="module")
def ici(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two keys (`x`, `v`), those that are trusted, the signed report `r` of a fault, tried on a challenge."""
    dossier = tmp_path_factory.mktemp("preuves")
    for nom, titulaire in (("x", "Éditeur X"), ("v", "Vérificateur V")):
        vu = sne(dossier, "cles", "creer", "--nom", titulaire, "--out", nom)
        assert vu.returncode == 0, vu.stderr
    (dossier / "confiance.toml").write_text(
        '[[cles]]\ncle = "x/sne-sandbox.cle.pub"\ntitulaire = "Éditeur X"\nclasse = "éditeur"\n'
        '[[cles]]\ncle = "v/sne-sandbox.cle.pub"\ntitulaire = "V"\nclasse = "vérificateur"\n',
        "utf-8",
    )
    _conduire(dossier, COURTS, 2, "r")
    return dossier


#: The reference application, behind a pipe that gives it another name.
RENOMMEE = """
import json, subprocess, sys
temoin = subprocess.Popen([sys.executable, "-P", "-m", "sne_temoin"], stdout=subprocess.PIPE)
for ligne in temoin.stdout:
    dit = json.loads(ligne)
    print(json.dumps(dit | {"nom": "LogeNet"} if "nom" in dit else dit), flush=True)
"""


@pytest.fixture(scope="module")
def entier(ici: Path) -> Path:
    """A longer one, beside."""
    _conduire(ici, SCENARIOS, 2, "entier")
    return ici / "entier"


def _conduire(
    dossier: Path, scenarios: tuple[str, ...], exemples: int, vers: str, application: str = "", cle: str = "x"
) -> str:
    choix = [mot for scenario in scenarios for mot in ("--scenario", scenario)]
    vu = sne(
        dossier, "conform", "--application", application or designation("second-cotitulaire"),
        "--examples", str(exemples), *choix, "--defi", DEFI, "--cle", f"{cle}/sne-sandbox.cle",
        "--report-dir", vers,
    )  # fmt: skip
    assert vu.returncode == (not application), vu.stderr
    return vu.stdout


@pytest.fixture
def juge(capsys: pytest.CaptureFixture[str]) -> Juge:
    """The exit code of a verification, and the lines that it writes; `vers` gets its reports."""

    def juge(
        fichier: Path,
        verificateur: Verificateur | None = None,
        cle: str | None = None,
        contracts: Path | None = None,
        vers: Path | None = None,
    ) -> tuple[int, str]:
        options = {"contract": "v5.2", "contracts": contracts}
        try:
            sorties = Sorties.preparer(RapportDemande(vers, cle=cle), options=options)
            code = sorties.rendre(*rejuger(fichier, verificateur or Verificateur(), sorties, options))
        except paquet_de_preuves.DossierAltere as altere:
            code, dit = altere.exit_code, str(altere)
        else:
            dit = ""
        return code, capsys.readouterr().err + dit

    return juge


# --- a forger's tools ------------------------------------------------------------------------------------


def _lignes(nom: str, membre: str, changer: Callable[[Lignes], Lignes | None]) -> Forge:
    """Other lines in a member: those that `changer` changes, or gives back."""

    def forger(membres: dict[str, bytes]) -> None:
        dites = [json.loads(ligne) for ligne in membres[membre].splitlines()]
        dites = changer(dites) or dites
        membres[membre] = "".join(json.dumps(d, ensure_ascii=False) + "\n" for d in dites).encode()

    forger.__name__ = nom
    return forger


def _journal(nom: str, changer: Callable[[Lignes], Lignes | None]) -> Forge:
    return _lignes(nom, "journal.jsonl", changer)


def _proces_verbal(nom: str, changer: Callable[[Lignes], None]) -> Forge:
    return _lignes(nom, PLAN[0], changer)


def _document(nom: str, membre: str, changer: Callable[[dict[str, Any]], object]) -> Forge:
    """Other words in a member that is one document."""

    def forger(membres: dict[str, bytes]) -> None:
        lu = json.loads(membres[membre])
        changer(lu)
        membres[membre] = (json.dumps(lu, ensure_ascii=False, indent=1) + "\n").encode()

    forger.__name__ = nom
    return forger


def _rapport(nom: str, changer: Callable[[dict[str, Any]], object]) -> Forge:
    return _document(nom, "rapport.json", changer)


def _dit(nom: str, membre: str = "configuration.json", **champs: Any) -> Forge:
    return _document(nom, membre, lambda lu: lu.update(champs))


def _entete(**champs: Any) -> Forge:
    return _rapport("entete", lambda rapport: rapport["entete"].update(champs))


def _graine(membres: dict[str, bytes]) -> None:
    """The seed, wherever it is written."""
    _entete(graine=7, defi="")(membres)
    _tete("", graine=7)(membres)


def _faits(dites: Lignes) -> Iterator[dict[str, Any]]:
    for ligne in dites:
        yield from ligne.get("faits", ()) if ligne["ligne"] == "exemple" else ()


def _repond(nom: str, champ: str, **rendu: str) -> Forge:
    """Another answer of the application, once, than one that has that field."""

    def changer(dites: Lignes) -> None:
        fait = next(f for f in _faits(dites) if f["appel"] == "envoyer" and f["rendu"].get(champ))
        fait["rendu"] = {"id": fait["rendu"].get("id"), **rendu}

    return _proces_verbal(nom, changer)


def _autre_instant(dites: Lignes) -> None:
    """What the application was told."""
    message = next(f["message"] for f in _faits(dites) if f.get("message", {}).get("demande"))
    message["demande"]["dateCreationDemande"] = "2018-03-15"


def _menage(membres: dict[str, bytes]) -> None:
    """A household, in its drawing and in all that it was told: an easier one."""
    ligne = next(ligne for ligne in membres[PLAN[0]].splitlines() if json.loads(ligne)["ligne"] == "ménage")
    nom = json.dumps(json.loads(ligne), ensure_ascii=False).split('["nom", "')[1].split('"')[0].encode()
    assert nom
    for membre in (PLAN[0], "journal.jsonl"):
        membres[membre] = membres[membre].replace(nom, b"Facile")


def _permuter(dites: Lignes) -> None:
    """Two exchanges, each under the other's number."""
    un, deux = [d for d in dites if d["operation"] == "getNumUnique"][:2]
    for champ in un.keys() - {"identifiant"}:
        un[champ], deux[champ] = deux[champ], un[champ]


def _plan(membres: dict[str, bytes]) -> None:
    """A plan that forgives, with its digests."""
    nom = "creation/CRE-COLOCATION.toml"
    texte = json.loads(membres["plan.json"])[nom].replace('"FID-02"', '"VIE-01"')
    _dit("", "plan.json", **{nom: texte})(membres)
    sha256 = hashlib.sha256(texte.encode()).hexdigest()
    _document("", "manifeste.json", lambda lu: lu["juges"]["plan"].update({nom: sha256}))(membres)


def _identite(membres: dict[str, bytes]) -> None:
    """The two strings of an identity, wherever they are."""
    for nom in (PLAN[0], "rapport.json"):
        texte = membres[nom].decode().replace('"nom": "témoin"', '"nom": "LogeNet"')
        membres[nom] = (
            texte.replace('"nom":"témoin"', '"nom":"LogeNet"').replace("témoin 1.0", "LogeNet 1.0").encode()
        )


def _temoin(membres: dict[str, bytes]) -> None:
    """The same, and all the words of its own in the traffic: boundary, parts, prefixes."""
    _identite(membres)
    for dit, autre in ((b"@temoin", b"@x"), (b"temoin1", b"limite"), (b"ns1:", b"d:"), (b":ns1=", b":d=")):
        membres["journal.jsonl"] = membres["journal.jsonl"].replace(dit, autre)
    _entete(marques="")(membres)


def _attestation(membres: dict[str, bytes], date: str = "2025-11-20", phrase: str = "") -> None:
    """A product that the model attests, or that is attested otherwise."""
    phrase = (
        phrase or "CHAQUE ÉCHANGE, question et réponse, est conservé treize mois dans la base d’exploitation"
    )
    dite = {"exigence": "EMB-14", "auteur": "Anne Roy", "date": date, "phrase": phrase}
    candidat = {"editeur": "X", "produit": "témoin", "version": "1.0", "pile": "", "empreinte": ""}
    candidat |= {"roles": [], "options": [], "attestations": [{**dite, "fichier": "", "sha256": ""}]}
    _entete(candidat=candidat)(membres)


def _a_venir(membres: dict[str, bytes]) -> None:
    """The year of the run, wherever a machine wrote it."""
    for nom, dates in (("rapport.json", r'"(debut|fin)": "'), ("journal.jsonl", r'"(recu_le)": ?"')):
        membres[nom] = re.sub(rf"({dates})\d{{4}}", r"\g<1>2999", membres[nom].decode()).encode()


def _guichet(membres: dict[str, bytes]) -> None:
    membres[PLAN[0]] = membres[PLAN[0]].replace(b"G1226", b"G1104")


def _echanger_les_exemples(dites: Lignes) -> None:
    """Two examples of a scenario, each told as the other."""
    un, deux = [d for d in dites if d["ligne"] == "exemple" and d["scenario"] == COURTS[0]][:2]
    un["faits"], deux["faits"] = deux["faits"], un["faits"]


def _tete(nom: str, **champs: Any) -> Forge:
    """The head of the procès-verbal, and its settings, changed."""

    def changer(dites: Lignes) -> None:
        reglages = dites[0]["reglages"]
        reglages.update((cle, valeur) for cle, valeur in champs.items() if cle in reglages)
        dites[0].update((cle, valeur) for cle, valeur in champs.items() if cle not in reglages)

    return _proces_verbal(nom, changer)


def _profil(membres: dict[str, bytes]) -> None:
    """A stricter profile, wherever the report says it."""
    _tete("", profil="strict")(membres)
    _entete(profil="strict")(membres)


def _profil_partout(membres: dict[str, bytes]) -> None:
    """In the configuration too: what the server warned of says that it was another."""
    _profil(membres)
    _document("", "configuration.json", lambda lu: lu["options"].update(profile="strict"))(membres)
    fiches = contrats_charges.charger("v5.2").regles
    regle = next(c for c, f in fiches.items() if gravite(f, "strict") is not gravite(f, "ecole"))
    averti = {"regle": regle, "gravite": "avertissement"}
    _journal("", lambda dites: dites[0]["anomalies"].append(averti))(membres)


def _cache(**champs: Any) -> Forge:
    """A call made a line that is not the application's, by a word of it or two."""
    return _journal(
        f"_cache_{'_'.join(map(str, champs.values()))}",
        lambda dites: next(d for d in dites if d["operation"] == "getNumUnique").update(champs),
    )


CONNUE = {"raison": "x", "expire": "2020-01-01", "verification": "", "exigence": "FID-02", "sorte": ""}
REFERENCE = {"jour": "2019-01-01", "partiel": True, "scenarios": [], "connues": [CONNUE | {"ligne": 1}]}
SANS_RAISON = REFERENCE | {"connues": [CONNUE | {"ligne": 1, "raison": ""}]}
CACHES: list[dict[str, Any]] = [
    {"methode": "NUIT"}, {"methode": "GET"}, {"service": None}, {"methode": "REMISE", "operation": None},
    {"methode": "HEAD", "operation": None}, {"service": None, "operation": None},
]  # fmt: skip
FORGES: list[tuple[Forge, str]] = [
    (_rapport("verdicts", blanchir), "conforme : true dans le dossier, false refait"),
    (_graine, "ce n'est pas celui que la graine tire"),
    (_repond("reponse", "numero_unique", statut="fait", numero_unique=FAUX), "Comparaison : non"),
    (
        _repond("echec_en_succes", "anomalies", statut="fait", numero_unique=FAUX),
        "le procès-verbal dit encore",
    ),
    (
        _proces_verbal("instant", _autre_instant),
        "le message écrit n'est pas celui que donnent le plan et ses ménages",
    ),
    (_menage, "ce n'est pas celui que la graine tire"),
    (_journal("ote", lambda d: [*d[:2], *d[3:]]), "manque au journal"),
    (_journal("dernier_ote", lambda d: d[:-1]), "manque au journal"),
    (
        _journal("ajoute", lambda d: [*d, d[-1] | {"identifiant": d[-1]["identifiant"] + 1}]),
        "suit la fin de l'épreuve",
    ),
    (_journal("ordre", lambda d: [d[1], d[0], *d[2:]]), "vient après l'échange"),
    (_journal("permute", _permuter), "Comparaison : non, "),
    (_plan, "le plan (changés : creation/CRE-COLOCATION.toml)"),
    (
        # Rules of another overlay, which the manifest owns up to.
        _document(
            "regles", "manifeste.json", lambda lu: lu["juges"].update(surcharge={"rules.toml": "0" * 64})
        ),
        "la surcharge (--contracts) (absents ici : rules.toml)",
    ),
    (
        _rapport("empreinte", lambda r: r["entete"]["empreintes"].update(regles="0" * 64)),
        "ne sont pas celles du manifeste",
    ),
    (_dit("conclusion", "rapport.json", conforme=True, motifs=[]), "conforme : true dans le dossier"),
    (_dit("conforme", "rapport.json", conforme=True), "conforme : true dans le dossier, false refait"),
    (_dit("bilans", "rapport.json", bilans=[]), "bilans : [] dans le dossier"),
    (_tete("interrompue", interruption="SIGTERM"), "interruption : SIGTERM écrite, aucune refaite"),
    (_tete("reduction", reduction=-1), "reglages.reduction : -1"),
    (_tete("exemples", exemples=10**9), "reglages.exemples : 1000000000"),
    (_profil, "le profil du rapport est strict, celui de la configuration ecole"),
    (_profil_partout, "refuse, et n'a fait ici qu'avertir"),
    (
        _journal("sans_numero", lambda d: [*d[:2], d[0] | {"identifiant": None}, *d[2:]]),
        "un échange sans numéro",
    ),
    *((_cache(**champs), "ne serait pas de l'application : c'est un appel") for champs in CACHES),
    (
        _journal("champ", lambda d: [d[0] | {"commentaire": "faux"}, *d[1:]]),
        "un champ que personne ne lit (commentaire)",
    ),
    (
        _journal("ancien", lambda d: [e | {"recu_le": f"2019{e['recu_le'][4:]}"} for e in d]),
        "des échanges sont du 2019-",
    ),
    (_dit("reference_expiree", reference=REFERENCE), "Référence : non, son jour, 2019-01-01, n'est"),
    (_dit("reference_vide", reference=SANS_RAISON), "il manque [raison]"),
    (_dit("reference_nombre", reference={**REFERENCE, "connues": 5}), "ne se lit pas"),
    (_dit("mentions", mentions=5), "ne se lit pas"),
    (_dit("plan_impossible", "plan.json", creation="a = 1"), "ne se lit pas"),
    (_identite, "le défi ne donne ni cette graine ni cette horloge à « LogeNet 1.0 »"),
    (_temoin, "entete.marques"),
    (
        _attestation,
        "Ce produit n'a pas pu être déclaré. [rapport.json], « phrase » : c'est l'exemple du modèle",
    ),
    (partial(_attestation, date="2999-01-01", phrase="Oui."), "2999-01-01 est à venir"),
    (_a_venir, "l'épreuve se dit du 2999-"),
    (
        _rapport("acquises", lambda r: [m.update(verdict="acquise", lacunes=[]) for m in r["mentions"]]),
        "Comparaison : non, mentions[messages].verdict",
    ),
    (_guichet, "Comparaison : non, "),
    (
        _proces_verbal("exemples_echanges", _echanger_les_exemples),
        "le message écrit n'est pas celui que donnent",
    ),
    (
        _rapport("un_dit_cent", lambda r: [s.update(exemples=100) for s in r["scenarios"]]),
        "exemples : 100 dans le dossier",
    ),
    (_repond("non_gere", "numero_unique", statut="non_gere"), "Comparaison : non, "),
]


@pytest.mark.parametrize(
    ("forger", "dit"), FORGES, ids=[getattr(forger, "__name__", dit) for forger, dit in FORGES]
)
def test_whatever_is_edited_and_sealed_again_is_named(
    ici: Path, tmp_path: Path, juge: Juge, forger: Forge, dit: str
) -> None:
    """No signature is needed to see these."""
    membres = contenus(ici / "r" / "preuves.zip")
    avant = dict(membres)
    forger(membres)
    assert membres != avant
    code, lignes_dites = juge(emballer(tmp_path / "preuves.zip", membres))
    assert code == 1
    assert dit in lignes_dites
    assert "octet pour octet" not in lignes_dites or "Classe : aucune" in lignes_dites


def test_what_is_signed_is_another_package(ici: Path, tmp_path: Path, juge: Juge) -> None:
    membres = contenus(ici / "r" / "preuves.zip")
    _graine(membres)
    shutil.copy(ici / "r" / "attestation.dsse.json", tmp_path)
    code, dites = juge(emballer(tmp_path / "preuves.zip", membres))
    assert code == 1
    assert "Signature : REFUSÉE, l'attestation est celle d'un autre dossier" in dites


def test_an_honest_package_comes_to_the_same_report_byte_for_byte(
    ici: Path, entier: Path, juge: Juge
) -> None:
    """At fault as it is: what is confirmed is that it is. Four lanes, a shrink, pannes, other guichets."""
    verificateur = Verificateur(confiance=ici / "confiance.toml", defi=DEFI)
    code, dites = juge(entier / "preuves.zip", verificateur)
    assert code == 1, "it does not conform"
    assert "Signature : valable, de Éditeur X (éditeur)" in dites
    assert "octet pour octet" in dites
    assert (
        "Classe : auto-déclarée (aucun vérificateur de confiance n'a signé) ; le défi est vérifié ;" in dites
    )
    titres = [ligne.partition(" :")[0] for ligne in dites.splitlines() if " :" in ligne]
    ordre = ["Signature", "Empreintes", "Rejugement", "Comparaison", "Défi", "Classe"]
    assert list(dict.fromkeys(titres)) == ordre
    rapport = rapport_de(entier)
    assert rapport["entete"]["graine"] == graine_du_defi(DEFI, "témoin 1.0")
    assert f"--clock {horloge_du_defi(DEFI).isoformat()}" in rapport["entete"]["commande"]
    refaits, autres = re.findall(r"refaits de (\d+) échanges(?: \(et (\d+) lignes? du journal)?", dites)[0]
    assert int(refaits) == rapport["entete"]["echanges"]
    journal = contenus(entier / "preuves.zip")["journal.jsonl"]
    assert int(refaits) + int(autres or 0) == journal.count(b"\n")


def test_a_report_says_its_class_and_no_more_than_is_known(ici: Path, tmp_path: Path) -> None:
    """As it was made, the challenge is its vendor's word; verified, the class is that of the verification."""
    fait = (ici / "r" / "rapport.html").read_text("utf-8")
    assert "auto-déclarée à sa signature (qui a mené l" in fait
    assert "le défi reste à confirmer par qui l" in fait
    vu = sne(
        ici, "report", "--verify", "r", "--confiance", "confiance.toml", "--defi", DEFI,
        "--report-dir", str(tmp_path),
    )  # fmt: skip
    dite = "Classe : auto-déclarée (aucun vérificateur de confiance n'a signé) ; le défi est vérifié"
    assert f"{dite} ; verdicts refaits par report --verify" in vu.stdout
    assert "sur défi" not in vu.stdout, "that class takes a verifier's signature"
    assert (tmp_path / "rapport.html").read_text("utf-8") == fait, "it is signed as it is"


@pytest.mark.parametrize(
    ("faute", "scenarios"),
    [
        ("", ("TRA-MTOM", "CRE-NIR", "ROB-COUPURE")),
        ("soap-1.1", ("CRE-SIMPLE", "CRE-COUPLE", "TRA-MTOM")),
        ("nir-des-cotitulaires", ("CRE-NIR", "CRE-COUPLE", "CRE-COLOCATION")),
        ("tls-aveugle", ("TRA-EXPIRE", "CRE-SIMPLE")),
        ("sans-accents", ("CRE-SIMPLE", "CON-CONSULTER", "RAD-ABANDON")),
    ],
)
def test_an_application_at_fault_or_not_is_judged_again_alike(
    tmp_path: Path, juge: Juge, faute: str, scenarios: tuple[str, ...]
) -> None:
    choix = [mot for scenario in scenarios for mot in ("--scenario", scenario)]
    application = designation(faute) if faute else "temoin"
    vu = sne(
        tmp_path, "conform", "--application", application, "--examples", "2", *choix, "--report-dir", "r"
    )
    assert vu.returncode == bool(faute), vu.stderr
    code, dites = juge(tmp_path / "r" / "preuves.zip")
    assert code == bool(faute)
    assert "octet pour octet" in dites, dites
    assert "Classe : non signée" in dites


def test_evidence_of_a_version_that_planted_defects_itself_is_judged_again(
    ici: Path, tmp_path: Path, juge: Juge
) -> None:
    """Its commands say « --application temoin --faute NOM »: so do those that are made again."""
    siennes = shlex.quote(designation("second-cotitulaire")).encode()
    membres = {
        nom: membre.replace(siennes, b"temoin --faute second-cotitulaire")
        for nom, membre in contenus(ici / "r" / "preuves.zip").items()
    }
    assert b"temoin --faute second-cotitulaire --report-dir" in membres["rapport.json"], "mentions have one"
    code, dites = juge(emballer(tmp_path / "p.zip", membres))
    assert code == 1
    assert "octet pour octet" in dites, dites


def test_another_plan_and_an_overlay_are_told_again(tmp_path: Path, juge: Juge) -> None:
    """By what is in the package, whatever the report that came with it says."""
    plan, surcharge = tmp_path / "plan", tmp_path / "surcharge"
    shutil.copytree(fixtures_dir() / "scenarios", plan)
    (plan / "creation" / "CRE-NIR.toml").write_bytes((plan / "creation" / "CRE-SIMPLE.toml").read_bytes())
    surcharge.mkdir()
    (surcharge / "rules.toml").write_text('[ENT008]\ntexte = "autre"\n', "utf-8")
    mots = ("--scenario", "CRE-SIMPLE", "--examples", "1", "--plan", str(plan), "--contracts", str(surcharge))
    vu = sne(tmp_path, "conform", "--application", "temoin", *mots, "--report-dir", "r")
    assert "(contrat surchargé)" in vu.stdout.splitlines()[0]
    assert "(changés : creation/CRE-NIR.toml)" in vu.stdout.splitlines()[1]
    rapport = rapport_de(tmp_path / "r")
    assert {m["verdict"] for m in rapport["mentions"]} == {"incomplète"}
    assert {m["lacunes"][0]["quoi"] for m in rapport["mentions"] if m["id"] == "messages"} == {"plan"}
    assert all("rules.toml" in m["reserves"][0] for m in rapport["mentions"])

    verificateur, preuves = Verificateur(plan=plan), tmp_path / "r" / "preuves.zip"
    code, dites = juge(preuves, verificateur, contracts=surcharge)
    assert code == 0, dites
    assert "octet pour octet" in dites
    membres = contenus(preuves)
    _entete(autre_plan="", surcharge=[])(membres)
    code, dites = juge(emballer(preuves, membres), verificateur, contracts=surcharge)
    assert code == 1
    assert "entete.autre_plan" in dites
    assert "entete.surcharge" in dites


def test_another_challenge_is_not_answered(ici: Path, juge: Juge) -> None:
    code, dites = juge(ici / "r" / "preuves.zip", Verificateur(defi="un autre"))
    assert code == 1
    assert "Défi : non, ce dossier n'y répond pas." in dites


def test_households_that_are_not_drawn_again_answer_no_challenge(
    ici: Path, tmp_path: Path, juge: Juge
) -> None:
    """One word of the manifest, which the vendor writes, has them taken as they are: it is told."""
    membres = contenus(ici / "r" / "preuves.zip")
    _document("", "manifeste.json", lambda lu: lu["versions"].update(hypothesis="6.0.0"))(membres)
    dossier = emballer(tmp_path / "preuves.zip", membres)
    dit = "les ménages n'ont pas pu être retirés : autre version d'hypothesis"
    code, dites = juge(dossier, Verificateur(defi=DEFI))
    assert code == 1
    assert f"Défi : non, {dit}." in dites
    assert "Classe : aucune" in dites
    code, dites = juge(dossier)
    assert f"Classe : non signée ; rejugée ici, mais {dit}." in dites


PROFOND = b"[" * 100_000 + b"]" * 100_000 + b"\n"


@pytest.mark.parametrize(
    ("forger", "dit"),
    [
        (lambda m: m.update({"plan.json": b'{"creation/X.toml": 5}'}), "ne donne pas que des textes"),
        (lambda m: m.update({"plan.json": b'{"a.toml": "\\ud800"}'}), "ne donne pas que des textes"),
        *(
            (lambda m, nom=nom: m.update({nom: PROFOND}), "son JSON est trop imbriqué")
            for nom in ("configuration.json", "rapport.json", "journal.jsonl", "proces-verbal.jsonl")
        ),
        (_dit("", "manifeste.json", versions={"hypothesis": {"a": 1}}), "n'a pas la forme attendue"),
        *(
            (lambda m, nom=nom: m.update({nom: m[nom].replace(b"{", b'{"x": 1, "x": 2,', 1)}), "deux fois")
            for nom in ("configuration.json", "rapport.json", "plan.json", "journal.jsonl", PLAN[0])
        ),
    ],
)
def test_a_hostile_member_is_told_as_what_it_is(
    ici: Path, tmp_path: Path, juge: Juge, forger: Forge, dit: str
) -> None:
    membres = contenus(ici / "r" / "preuves.zip")
    forger(membres)
    with pytest.raises(paquet_de_preuves.DossierIllisible, match=dit):
        juge(emballer(tmp_path / "preuves.zip", membres))


def _statement(ici: Path, dossier: Path, changer: Callable[[dict[str, Any]], object], cle: str) -> Path:
    """The package in `dossier`, its statement changed and signed again by this key."""
    shutil.copytree(ici / "r", dossier)
    attestation = dossier / "attestation.dsse.json"
    dit = json.loads(base64.b64decode(json.loads(attestation.read_text())["payload"]))
    changer(dit)
    lue = signature.lire_cle(str(ici / cle / "sne-sandbox.cle"))
    attestation.write_bytes(signature.signer(json.dumps(dit).encode(), lue))
    return dossier / "preuves.zip"


@pytest.mark.parametrize(
    ("changer", "dit"),
    [
        (
            lambda s: s["subject"].append({"name": "Autre produit", "digest": {"sha256": "0" * 64}}),
            "elle ne dit pas ce que dit ce dossier : subject",
        ),
        (lambda s: s["predicate"].update(result="PASSED"), "ce que dit ce dossier : predicate.result"),
        (lambda s: s["predicate"]["sne-sandbox"].update(menee_par="0" * 64), "qui a mené l'épreuve"),
        (lambda s: s["subject"].pop(), "ce que dit ce dossier : subject"),
        (lambda s: s["subject"][1]["digest"].update(sha256="0" * 64), "ce que dit ce dossier : subject"),
        (lambda s: s["predicate"]["sne-sandbox"].pop("menee_par"), "on ne le disait pas. Demandez à"),
        (lambda s: s.update(subject="preuves.zip"), "forme attendue"),
        (lambda s: s.pop("subject"), "forme attendue"),
        (lambda s: s["predicate"].update({"sne-sandbox": 5}), "forme attendue"),
    ],
)
def test_a_signed_statement_of_something_else_is_refused(
    ici: Path, tmp_path: Path, juge: Juge, changer: Callable[[dict[str, Any]], object], dit: str
) -> None:
    code, dites = juge(_statement(ici, tmp_path / "r", changer, "x"))
    assert code == 1
    assert "Signature : REFUSÉE" in dites
    assert dit in dites


@pytest.mark.parametrize("page", [*PAGES, "rapport.json", "junit.xml"])
def test_a_page_that_is_changed_beside_a_right_package_is_named(
    ici: Path, tmp_path: Path, juge: Juge, page: str
) -> None:
    shutil.copytree(ici / "r", tmp_path / "r")
    (tmp_path / "r" / page).write_bytes((ici / "r" / page).read_bytes() + b"\n")
    code, dites = juge(tmp_path / "r" / "preuves.zip")
    assert code == 1
    assert f"Fichiers : non, {page} n'est pas celui que donne preuves.zip : il a été changé." in dites
    (tmp_path / "r" / page).unlink()
    assert "Signature : valable" in juge(tmp_path / "r" / "preuves.zip", vers=tmp_path / "v")[1]
    assert (tmp_path / "v" / page).exists() is (page not in PAGES), "one that is made here is not signed"
    assert "Signature : valable" in juge(tmp_path / "v" / "preuves.zip")[1]


def test_the_reference_application_under_another_name_is_told(ici: Path, tmp_path: Path, juge: Juge) -> None:
    """It answers the challenge as LogeNet: its traffic says whose it is, everywhere; nobody can sign it."""
    dit = _conduire(ici, ("CRE-SIMPLE",), 1, "renommee", shlex.join([sys.executable, "-c", RENOMMEE]))
    phrase = "ce trafic porte les marques de l'application témoin"
    assert f"Identité : répondue dans le défi ; {phrase}" in dit
    lu = rapport_de(ici / "renommee")
    assert (lu["entete"]["application"], lu["entete"]["marques"]) == ("LogeNet 1.0", phrase[10:])
    assert f"{phrase}, et se dit « LogeNet 1.0 »" in {
        lac["phrase"] for m in lu["mentions"] for lac in m["lacunes"]
    }
    (pdf,) = pypdf.PdfReader(ici / "renommee" / "verdict.pdf").pages
    for texte in (pdf.extract_text(), (ici / "renommee" / "rapport.html").read_text("utf-8")):
        assert "porte les marques de l" in " ".join(texte.split())
    sien = Verificateur(ici / "confiance.toml", contresigner=True)
    code, dites = juge(ici / "renommee" / "preuves.zip", sien, str(ici / "v" / "sne-sandbox.cle"))
    assert code == 1
    assert f"Identité : non, {phrase}, et se dit « LogeNet 1.0 »." in dites
    assert "Classe : aucune" in dites
    (ici / "renommee" / "attestation.dsse.json").unlink()
    (ici / "renommee" / "rapport.html").write_text(lu["numero"], "utf-8")
    _, dites = juge(ici / "renommee" / "preuves.zip", Verificateur(numero=lu["numero"]))
    assert "Fichiers : rapport.html n'est pas signé, et n'est pas vérifié" in dites


def test_a_verifier_who_drives_it_himself_gives_the_highest_class_and_its_number_is_checked(
    ici: Path,
) -> None:
    dit = _conduire(ici, ("CRE-SIMPLE",), 1, "tiers", "temoin", "v")
    (numero,) = re.findall(r"^Numéro : (\S+)$", dit, re.MULTILINE)
    assert re.fullmatch(r"SNE52(-[0-9A-Z]{4}){4}", numero)
    (pdf,) = pypdf.PdfReader(ici / "tiers" / "verdict.pdf").pages
    page, texte = (ici / "tiers" / "rapport.html").read_text("utf-8"), pdf.extract_text()
    demande = ("certification", "--confiance", "confiance.toml", "--verifier")
    (ici / "tiers" / "autre.txt").touch()
    for dite in (page, texte, rapport_de(ici / "tiers")["numero"]):
        (lu,) = {*re.findall(r"SNE52(?:-[2-7A-Z]{4}){4}", dite)}
        assert lu == numero
        vu = sne(ici, *demande, lu.replace("-", " ").lower(), "tiers")
        assert vu.returncode == 0, vu.stderr
        assert vu.stderr.startswith("Numéro : oui, c'est celui de ce dossier.\n")
        assert "Classe : menée par un tiers ; rejugée ici" in vu.stderr
        assert "Fichiers : ne sont pas de ce certificat, et ne sont pas vérifiés : autre.txt" in vu.stderr
    lu = json.loads(sne(ici, *demande, numero, "tiers/preuves.zip", "--format", "json").stdout)
    assert lu.pop("classe").startswith("menée par un tiers")
    oui = {"numero_juste": True, "confirme": True, "motifs": []}
    assert lu == {"numero": numero, **oui, "mentions": dict.fromkeys(lu["mentions"], "incomplète")}
    vu = sne(ici, *demande, numero, "r", "--format", "json")
    assert (vu.returncode, json.loads(vu.stdout)["numero_juste"], "acquise" in vu.stdout) == (1, False, False)
    for dit, debut in ((vu.stderr, "Numéro : non, "), (vu.stdout, '"')):
        assert re.search(rf"{debut}ce certificat porte le numéro SNE52-\S+, et non {numero}\.", dit)
    vu = sne(ici, *demande, numero[:-1] + ("A" if numero[-1] != "A" else "B"), "tiers")
    assert (vu.returncode, "n'est pas bien recopié" in vu.stderr) == (2, True)


def test_a_verifier_alone_judges_nothing_again(ici: Path, tmp_path: Path, juge: Juge) -> None:
    """Judged again takes two: who drove it signs."""
    seul = _statement(ici, tmp_path / "r", lambda s: None, "v")
    code, dites = juge(seul, Verificateur(ici / "confiance.toml"))
    assert code == 1
    assert "REFUSÉE, il y manque la signature de qui a mené l'épreuve" in dites


def test_who_countersigns_is_another_and_trusted(ici: Path, tmp_path: Path, juge: Juge) -> None:
    shutil.copytree(ici / "r", tmp_path / "r")
    dossier = tmp_path / "r" / "preuves.zip"
    avant = (tmp_path / "r" / "attestation.dsse.json").read_bytes()
    sien = Verificateur(ici / "confiance.toml", contresigner=True)
    with pytest.raises(UsageError, match="a déjà signé") as refus:
        juge(dossier, sien, str(ici / "x" / "sne-sandbox.cle"))
    assert refus.value.exit_code == 2
    assert (tmp_path / "r" / "attestation.dsse.json").read_bytes() == avant
    _, _, inconnue = signature.creer("Passant", tmp_path / "p")
    _, dites = juge(dossier, sien, str(tmp_path / "p" / "sne-sandbox.cle"))
    assert f"celle de « {inconnue.titulaire} » est ajoutée" in dites
    assert "Classe : auto-déclarée (aucun vérificateur de confiance n'a signé)" in dites


def test_openssl_and_securesystemslib_read_the_signature(ici: Path, tmp_path: Path) -> None:
    """Programs that are not ours; a bit flipped is refused by both."""
    enveloppe = json.loads((ici / "r" / "attestation.dsse.json").read_text())
    payload, genre = base64.b64decode(enveloppe["payload"]), enveloppe["payloadType"].encode()
    pae = b"DSSEv1 %d %s %d %s" % (len(genre), genre, len(payload), payload)
    (tmp_path / "sig").write_bytes(base64.b64decode(enveloppe["signatures"][0]["sig"]))
    publique = ici / "x" / "sne-sandbox.cle.pub"
    commande = shlex.split(f"openssl pkeyutl -verify -pubin -inkey {publique} -rawin -in pae -sigfile sig")
    keyid = enveloppe["signatures"][0]["keyid"]
    cle = SSlibKey(
        keyid, "ed25519", "ed25519", {"public": signature.lire_cle_publique(str(publique))[0][-32:].hex()}
    )
    for octets, vu in ((pae, 0), (pae[:-1] + bytes([pae[-1] ^ 1]), 1)):
        (tmp_path / "pae").write_bytes(octets)
        fini = subprocess.run(commande, cwd=tmp_path, capture_output=True, check=False)
        assert (fini.returncode != 0) is bool(vu), fini.stderr
    acceptes = Envelope.from_dict(json.loads(json.dumps(enveloppe))).verify([cle], 1)
    assert set(acceptes) == {keyid}
    change = payload[:-1] + bytes([payload[-1] ^ 1])
    enveloppe["payload"] = base64.b64encode(change).decode()
    with pytest.raises(Exception, match=r"(?i)threshold|verif"):
        Envelope.from_dict(enveloppe).verify([cle], 1)
    statement = json.loads(payload)
    zip_sha256 = hashlib.sha256((ici / "r" / "preuves.zip").read_bytes()).hexdigest()
    assert statement["subject"][0] == {"name": "preuves.zip", "digest": {"sha256": zip_sha256}}
    assert statement["predicate"]["result"] == "FAILED"
    assert statement["predicate"]["failedTests"] == ["FID-02"]
    assert statement["predicate"]["sne-sandbox"]["defi"] == DEFI


def test_a_verifier_signs_too_once_all_is_confirmed(ici: Path, tmp_path: Path, juge: Juge) -> None:
    shutil.copytree(ici / "r", tmp_path / "r")
    cle = str(ici / "v" / "sne-sandbox.cle")
    sien = Verificateur(ici / "confiance.toml", contresigner=True)
    _, dites = juge(tmp_path / "r" / "preuves.zip", sien, cle, vers=tmp_path / "deux")
    assert "celle de « Vérificateur V » est ajoutée" in dites
    deux = json.loads((tmp_path / "r" / "attestation.dsse.json").read_text())["signatures"]
    assert len({signature["keyid"] for signature in deux}) == 2
    dossier = tmp_path / "r" / "preuves.zip"
    _, dites = juge(dossier, Verificateur(ici / "confiance.toml"), vers=tmp_path / "vu")
    assert "Éditeur X (éditeur), V (vérificateur)" in dites
    assert "Classe : rejugée" in dites
    for sorti in (tmp_path / "vu", tmp_path / "deux"):
        assert "Signature : valable" in juge(sorti / "preuves.zip")[1]
    sien = Verificateur(ici / "confiance.toml", defi=DEFI)
    assert "Classe : sur défi, rejugée" in juge(dossier, sien)[1]


@pytest.mark.parametrize(
    ("change", "attestation", "dit"),
    [
        (lambda texte: texte.replace("x/", "v/", 1), True, "clé inconnue"),
        (lambda texte: texte + "jusqu_a = 2020-12-31\n", True, "n'était pas valable"),
        (lambda texte: texte, False, "attestation.dsse.json n'est pas à côté du dossier"),
    ],
)
def test_who_is_not_trusted_is_told(
    ici: Path, tmp_path: Path, juge: Juge, change: Callable[[str], str], attestation: bool, dit: str
) -> None:
    """A key that is not in the file, one whose day is past, none at all."""
    premiere = "[[cles]]".join((ici / "confiance.toml").read_text("utf-8").split("[[cles]]")[:2])
    (ici / "autre.toml").write_text(change(premiere), "utf-8")
    shutil.copytree(ici / "r", tmp_path / "r")
    if not attestation:
        (tmp_path / "r" / "attestation.dsse.json").unlink()
    code, dites = juge(tmp_path / "r" / "preuves.zip", Verificateur(ici / "autre.toml"))
    assert code == 1
    assert "Signature : REFUSÉE" in dites
    assert dit in dites


def test_no_secret_is_written(ici: Path) -> None:
    cle = (ici / "x" / "sne-sandbox.cle").read_text("utf-8").splitlines()[2].encode()
    for fichier in (ici / "r").iterdir():
        octets = b"".join(contenus(fichier).values()) if fichier.suffix == ".zip" else fichier.read_bytes()
        assert cle not in octets
        assert b"mot_de_passe" not in octets or fichier.suffix != ".zip"
    droits = (ici / "x" / "sne-sandbox.cle").stat().st_mode & 0o777
    assert droits == 0o600
