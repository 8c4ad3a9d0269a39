"""`sne-sandbox certification`: the mentions, what each demands, and what is to be done to attain them."""

import shlex
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from sne_conformite.bilan.candidat import MODELE, lire_candidat
from sne_conformite.bilan.mentions import (
    ADAPTATEUR,
    ReferentielDeCertification,
    charger_referentiel,
    remarques,
)
from sne_conformite.cli.options_de_jugement import Verificateur
from sne_conformite.cli.sorties_de_rapport import Sorties
from sne_conformite.plan.plan import EXEMPLES
from sne_conformite.rapports.rapport import Candidat
from sne_conformite.rapports.verdict_de_conformite import OBLIGATOIRE
from sne_interface import resources
from sne_interface.contract.exigences_et_mentions import JOUE, Certification, MentionProposee, PartieDeProduit
from sne_interface.contract.overlay import DossiersContrat
from sne_interface.errors import UsageError
from sne_sandbox.cli.options import COMMUNES, ecrire_json, reglages, une_forme


@click.command()
@click.option("--a-faire", "fichier", type=click.Path(path_type=Path, dir_okay=False), metavar="CANDIDAT",
              help="Ce qu'il reste à faire à ce produit, avant toute épreuve.")  # fmt: skip
@click.option("--mentions", "arbre", is_flag=True,
              help="L'arbre : mention, rôles, opérations, exigences.")  # fmt: skip
@click.option("--modele", is_flag=True, help="Un candidat.toml à remplir, commenté.")
@click.option("--verifier", "a_verifier", type=(str, click.Path(path_type=Path)),
              metavar="NUMERO DOSSIER", help="Dit si le certificat de ce dossier a ce numéro, et si tout "
              "y tient.")  # fmt: skip
@click.option("--confiance", type=click.Path(path_type=Path, dir_okay=False), metavar="FICHIER",
              help="--verifier : les clés de confiance (confiance.toml).")  # fmt: skip
@une_forme
@reglages(*COMMUNES)
def commande(
    fichier: Path | None,
    arbre: bool,
    modele: bool,
    a_verifier: tuple[str, Path] | None,
    confiance: Path | None,
    forme: str,
    **options: Any,
) -> int:
    """Montre les mentions qu'un produit peut acquérir, et ce que chacune demande.

    Une mention s'acquiert sur preuves, par run ou conform : --candidat dit le produit, --mention ID en fait
    une condition. Avant toute épreuve, --a-faire dit ce qui sera jugé, par quelles commandes, et les
    attestations à écrire.

    Exemples :
      sne-sandbox certification
      sne-sandbox certification --mentions
      sne-sandbox certification --modele > candidat.toml
      sne-sandbox certification --a-faire candidat.toml
      sne-sandbox certification --verifier SNE52-7K3M-QWX2-B4DH-6TAZ rapport
    """
    if sum(map(bool, (fichier, arbre, modele, a_verifier))) > 1:
        raise UsageError(
            "--a-faire, --mentions, --modele et --verifier ne vont pas ensemble.", remede="choisissez-en une"
        )
    if a_verifier is not None:
        return _verifier(*a_verifier, confiance, forme, options)
    if modele:
        click.echo(MODELE.read_text("utf-8"), nl=False)
        return 0
    dossiers = DossiersContrat(resources.contracts_dir(), options["contract"], options["contracts"])
    referentiel = charger_referentiel(dossiers)
    certification = referentiel.certification
    dites: tuple[str, ...] = ()
    if fichier is not None:
        candidat = lire_candidat(fichier, certification)
        contenu, dire = _a_faire(referentiel, candidat, fichier), _dire_a_faire
        dites = remarques(candidat, certification)
    else:
        decrites = [_decrire(certification, mention) for mention in certification.mentions.values()]
        contenu = {"contrat": options["contract"], "mentions": decrites}
        dire = _dire_arbre if arbre else _dire_liste
    if forme == "json":
        ecrire_json(contenu)
    else:
        for ligne in dire(contenu):
            click.echo(ligne)
    for remarque in dites:
        click.echo(f"sne-sandbox : {remarque}", err=True)
    return 0


def _verifier(
    numero: str, dossier: Path, confiance: Path | None, forme: str, options: Mapping[str, Any]
) -> int:
    """Judges again the package of a folder, which must have that number, as `report --verify`. Raises
    UsageError."""
    from sne_conformite.cli.preuves_rejugees import rejuger
    from sne_conformite.preuves.paquet_de_preuves import lire_numero

    verificateur = Verificateur(confiance, numero=lire_numero(numero))
    sorties = Sorties(None, contrat=(options["contract"], options["contracts"]))
    rapport, preuves = rejuger(dossier, verificateur, sorties, options)
    if forme != "json":
        return sorties.rendre(rapport, preuves)
    rapport, _ = sorties.mentionner(rapport, preuves.configuration.get("gardees", ()))
    dit = {
        "numero": preuves.numero,
        "numero_juste": preuves.numero == verificateur.numero,
        "confirme": preuves.signataires is not None,
        "motifs": rapport.motifs,
        "classe": preuves.classe,
        "mentions": {mention.id: mention.verdict for mention in rapport.mentions},
    }
    ecrire_json(dit)
    return sorties.code(rapport)


# --- the mentions ----------------------------------------------------------------------------------


def _decrire(certification: Certification, mention: MentionProposee) -> dict[str, Any]:
    """A mention and all that it demands, as JSON values."""
    herites = [certification.mentions[h] for h in mention.herite]
    apportes = {p.id for h in herites for p in certification.parties(h, h.options)}
    return {
        "id": mention.id,
        "titre": mention.titre,
        "herite": list(mention.herite),
        "niveau": mention.niveau,
        "epreuve": [*_epreuve(mention)],
        "attestations": list(mention.attestations),
        "parties": [
            {
                **_partie(certification, partie),
                "genre": "option" if partie.id in certification.options else "rôle",
                "herite": partie.id in apportes,
                "exigences": [{"id": e, "niveau": certification.niveaux[e]} for e in partie.exigences],
                "une_parmi": [list(certification.alternatives[a].parmi) for a in partie.alternatives],
            }
            for partie in certification.parties(mention, mention.options)
        ],
    }


def _partie(certification: Certification, partie: PartieDeProduit) -> dict[str, Any]:
    """A part of a product, as JSON values."""
    return {
        "id": partie.id,
        "titre": partie.titre,
        "operations": list(partie.operations),
        "formes": [f.titre for f in certification.formes_de((partie.id,), partie.exigences)],
    }


def _epreuve(mention: MentionProposee) -> Iterator[str]:
    """The conditions of the trial, in French."""
    if mention.plan == JOUE:
        yield "le plan entier joué, sans scénario ignoré ni sans objet"
    elif mention.plan:
        yield "le plan entier proposé à l'application"
    if mention.exemples_min:
        yield f"{mention.exemples_min} exemples par scénario au moins"
    if mention.profils:
        yield f"profil {' ou '.join(mention.profils)}"
    if mention.niveau != OBLIGATOIRE:
        yield "les recommandations prouvées, elles aussi"


def _dire_liste(contenu: Mapping[str, Any]) -> Iterator[str]:
    largeur = max((len(mention["id"]) for mention in contenu["mentions"]), default=0)
    for mention in contenu["mentions"]:
        roles = [p["titre"] for p in mention["parties"] if p["genre"] == "rôle" and not p["herite"]]
        dit = " ; ".join(roles) or f"tout ce que demandent {', '.join(mention['herite'])}"
        yield f"{mention['id']:<{largeur}}  {mention['titre']} : {dit}"
    click.echo("→ ce que chacune demande : sne-sandbox certification --mentions", err=True)


def _dire_arbre(contenu: Mapping[str, Any]) -> Iterator[str]:
    """Each part is told once: by the mentions that bring it."""
    for mention in contenu["mentions"]:
        yield f"{mention['titre']} ({mention['id']})"
        if mention["herite"]:
            yield f"  tout ce que demandent : {', '.join(mention['herite'])}"
        if mention["epreuve"]:
            yield f"  épreuve : {' ; '.join(mention['epreuve'])}"
        if mention["attestations"]:
            yield f"  attestations de l'éditeur : {', '.join(mention['attestations'])}"
        for partie in mention["parties"]:
            if not partie["herite"]:
                yield from _dire_partie(partie)


def _dire_partie(partie: Mapping[str, Any]) -> Iterator[str]:
    yield f"  {partie['genre']} {partie['id']} : {partie['titre']}"
    if partie["operations"]:
        yield f"    opérations : {', '.join(partie['operations'])}"
    for niveau, dit in (("MUST", "obligatoires"), ("SHOULD", "recommandées")):
        ids = [e["id"] for e in partie["exigences"] if e["niveau"] == niveau]
        if ids:
            yield f"    {dit} : {' '.join(ids)}"
    for parmi in partie["une_parmi"]:
        yield f"    une suffit : {' '.join(parmi)}"
    if partie["formes"]:
        yield f"    à voir : {_liste(partie['formes'])}"


# --- what is to be done ----------------------------------------------------------------------------


def _a_faire(referentiel: ReferentielDeCertification, candidat: Candidat, fichier: Path) -> dict[str, Any]:
    """The tasks of a product that has done nothing yet, as JSON values."""
    certification = referentiel.certification
    declares = set(certification.avec_leurs_appuis(candidat.roles))
    visees = [m for m in certification.mentions.values() if declares.issuperset(m.roles)]
    options = dict.fromkeys(o for m in visees for o in certification.options_de(m, candidat.options))
    parties = list(dict.fromkeys(p for m in visees for p in certification.parties(m, options)))
    attestees = {a.exigence for a in candidat.attestations}
    dues = dict.fromkeys(
        e for m in visees for e in certification.demandees(m, options) if e in certification.attestables
    )
    herites = {h for m in visees for h in m.herite}
    protocole = list(dict.fromkeys(c for partie in parties for c in partie.commandes))
    exemples = max((m.exemples_min for m in visees), default=0)
    mots = ["sne-sandbox", "conform", "--application", ADAPTATEUR, "--candidat", str(fichier)]
    mots += ["--examples", str(exemples)] if exemples >= EXEMPLES else []
    mots += [mot for m in visees if m.id not in herites for mot in ("--mention", m.id)]
    return {
        "produit": f"{candidat.editeur}, {candidat.produit} {candidat.version}",
        "mentions": [{"id": m.id, "titre": m.titre, "epreuve": [*_epreuve(m)]} for m in visees],
        "hors_de_ses_roles": [
            {"id": m.id, "roles": [r for r in m.roles if r not in declares]}
            for m in certification.mentions.values()
            if m not in visees
        ],
        "commande": shlex.join(mots) if visees else "",
        "protocole": protocole,
        "une_suffit": [
            {"id": a.id, "titre": a.titre, "parmi": list(a.parmi), "commandes": commandes}
            for a in dict.fromkeys(certification.alternatives[a] for p in parties for a in p.alternatives)
            if all(commandes := [referentiel.commandes_pour(e, protocole) for e in a.parmi])
        ],
        "roles": [
            {
                **_partie(certification, partie),
                "exigences": [e for e in partie.exigences if e not in certification.attestables],
                "commandes": _commandes(referentiel, partie),
            }
            for partie in parties
        ],
        "attestations": [
            {"exigence": e, "pourquoi": certification.attestables[e], "ecrite": e in attestees} for e in dues
        ],
    }


def _commandes(referentiel: ReferentielDeCertification, partie: PartieDeProduit) -> list[str]:
    """The fewest commands that would show a role, or an option, by itself."""
    cherches = [*partie.exigences, *partie.operations]
    formes = referentiel.certification.formes_de((partie.id,), partie.exigences)
    durs = (referentiel.scenario_de_forme(f, e) for f in formes for e in partie.exigences if e in f.exigences)
    scenarios = dict.fromkeys(filter(None, (*durs, *referentiel.scenarios_pour(cherches).values())))
    mots = ["sne-sandbox", "conform", "--application", ADAPTATEUR]
    mots += [mot for scenario in scenarios for mot in ("--scenario", scenario)]
    return [shlex.join(mots)] if scenarios else []


def _dire_a_faire(contenu: Mapping[str, Any]) -> Iterator[str]:
    yield contenu["produit"]
    if not contenu["mentions"]:
        yield "Aucune mention ne tient dans les rôles déclarés : ajoutez-en à candidat.toml."
    else:
        yield "\nÀ viser"
        for mention in contenu["mentions"]:
            yield f"  {mention['titre']} ({mention['id']}) : {' ; '.join(mention['epreuve'])}"
        yield "\nEn une épreuve"
        yield f"  {contenu['commande']}"
        yield f"  L'adaptateur y répond aux commandes : {_liste(contenu['protocole'])}"
        for choix in contenu["une_suffit"]:
            dites = ", ou ".join(" et ".join(commandes) for commandes in choix["commandes"])
            yield f"  et à l'une de celles-ci, une suffit : {dites}"
            yield f"    {choix['titre']} ({' ou '.join(choix['parmi'])})"
        yield "\nRôle par rôle"
        for role in contenu["roles"]:
            yield f"  {role['id']} : {role['titre']}"
            parts = ("opérations", "operations"), ("exigences", "exigences"), ("à voir", "formes")
            for dit, quoi in parts:
                if role[quoi]:
                    yield f"    {dit} : {_liste(role[quoi])}"
            for commande in role["commandes"]:
                yield f"    pour l'essayer seul : {commande}"
        yield "\nAttestations, dans candidat.toml"
        for attestation in contenu["attestations"]:
            signe = "✓ écrite" if attestation["ecrite"] else "à écrire"
            yield f"  {signe}  {attestation['exigence']} : {attestation['pourquoi']}"
    if contenu["hors_de_ses_roles"]:
        yield "\nHors des rôles déclarés"
        for autre in contenu["hors_de_ses_roles"]:
            yield f"  {autre['id']} : il faudrait {_liste(autre['roles'])}"


def _liste(mots: Iterable[str]) -> str:
    return ", ".join(mots)
