"""`sne-sandbox generate`: messages written to files, valid or broken in one way."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from click.core import ParameterSource

from sne_interface.contract import contrats_charges
from sne_interface.contract.codec import indenter
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.base import lire_horloge
from sne_interface.domain.texte import accorde
from sne_interface.errors import OperatorError, UsageError, raison_ecriture
from sne_interface.generators import messages_en_nombre
from sne_interface.generators.contraintes_de_menages import Contraintes
from sne_interface.generators.menages import SORTES
from sne_sandbox.cli.options import COMMUNES, barre, reglages, une_horloge, verifier_guichet

if TYPE_CHECKING:
    from sne_interface.generators.messages_en_nombre import Defaut


#: Parameters that mean nothing of a defect.
_SANS_DEFAUT: Final = ("sorte", "guichet", "menage", "version", "limites", "horloge")


@click.command("generate")
@click.option("--kind", "sorte", type=click.Choice(messages_en_nombre.SORTES_DE_MESSAGE), default="CRE",
              show_default=True, help="Type des messages ; DALO : déclaration, EVT : événement de gestion "
              "partagée, RCH : recherche.")  # fmt: skip
@click.option("--count", "combien", type=click.IntRange(1, 1_000_000), default=1, show_default=True,
              metavar="N", help="Nombre de messages.")  # fmt: skip
@click.option("--seed", "graine", type=int, default=1, show_default=True, metavar="S",
              help="Graine : la même, la même horloge, donnent les mêmes fichiers.")  # fmt: skip
@click.option("--out", "dossier", type=click.Path(path_type=Path, file_okay=False), required=True,
              metavar="DOSSIER", help="Dossier où écrire, créé s'il manque.")  # fmt: skip
@click.option(
    "--defect",
    "defaut",
    metavar="CODE",
    help="Règle bloquante que chaque message enfreint, et elle seule ; le type est alors le sien.",
)
@click.option("--guichet", default="G1226", show_default=True, help="Guichet émetteur.")
@click.option("--household", "menage", type=click.Choice(SORTES), help="Ménages d'une seule sorte.")
@click.option(
    "--message-version", "version", metavar="VERSION", help="Version des messages (02.00, 02.01, 02.02)."
)
@click.option("--limits", "limites", is_flag=True, help="Textes les plus longs, nombres extrêmes.")
@une_horloge
@click.option("--compact", is_flag=True, help="Chaque document sur une ligne, comme le bac à sable l'envoie.")
@reglages(*COMMUNES)
def commande(
    sorte: str, combien: int, graine: int, dossier: Path, defaut: str | None, compact: bool, **options: Any
) -> int:
    """Écrit des messages d'essai : ménages inventés, tous conformes, ou enfreignant une règle.

    Chaque message est valable : il suit le schéma et aucune règle ne le bloque, même au profil strict.
    Ensemble, ils emploient tous les éléments facultatifs et tous les codes. Les fichiers se nomment comme
    le SNE le veut (DEMG1226-201803151654-000000.xml). Une demande modifiée, renouvelée ou radiée porte un
    numéro qu'aucune base n'a délivré.

    Un défaut est daté du 15 mars 2018, jour des exemples ; ce qu'il suppose autour de lui est dit.

    Exemples :
      sne-sandbox generate --kind CRE --count 10 --seed 1 --out envois
      sne-sandbox generate --kind RAD --guichet G1104 --out envois
      sne-sandbox generate --household couple_avec_enfant --limits --count 100 --out envois
      sne-sandbox generate --defect ENT011 --count 3 --out fautes
      sne-sandbox check --profile strict envois
    """
    contrat = contrats_charges.charger(options["contract"], options["contracts"])
    if defaut is not None:
        _refuser_avec_defaut()
        return _ecrire_defauts(contrat, defaut.upper(), combien, graine, dossier, compact)
    version, guichet = options["version"], options["guichet"]
    if version is not None and version not in contrat.versions:
        raise click.BadParameter(
            f"le contrat admet {', '.join(contrat.versions)}", param_hint="--message-version"
        )
    verifier_guichet(guichet)
    fichiers = messages_en_nombre.messages(
        contrat,
        sorte,
        combien,
        graine=graine,
        guichet=guichet,
        instant=lire_horloge(options["horloge"]).maintenant(),
        contraintes=Contraintes(
            sorte=options["menage"], associations=True, version=version, limites=options["limites"] or None
        ),
    )
    ecrits = _ecrire(fichiers, combien, dossier, compact)
    click.echo(f"{accorde(ecrits, 'message', 'messages')} {sorte} dans {dossier}.", err=True)
    return 0


def _refuser_avec_defaut() -> None:
    """A defect decides of all this by itself. Raises UsageError for an option that it would drop."""
    contexte = click.get_current_context()
    for option in contexte.command.params:
        if option.name in _SANS_DEFAUT and contexte.get_parameter_source(option.name) not in (
            ParameterSource.DEFAULT,
            ParameterSource.DEFAULT_MAP,
        ):
            raise UsageError(
                f"{option.opts[0]} ne va pas avec --defect : le message est celui du défaut.",
                remede=f"retirez {option.opts[0]}",
            )


def _ecrire_defauts(
    contrat: Contrat, code: str, combien: int, graine: int, dossier: Path, compact: bool
) -> int:
    vus: list[Defaut] = []

    def fichiers() -> Iterator[messages_en_nombre.FichierGenere]:
        for fichier, trouve in messages_en_nombre.defauts(contrat, code, combien, graine=graine):
            if not vus or trouve.circonstances != vus[-1].circonstances:
                vus.append(trouve)
            yield fichier

    ecrits = _ecrire(fichiers(), combien, dossier, compact)
    click.echo(
        f"{accorde(ecrits, 'message refusé', 'messages refusés')} par la seule règle {code} dans {dossier}.",
        err=True,
    )
    premier = vus[0]
    if all(trouve.autonome for trouve in vus):
        instant = premier.contexte.maintenant.isoformat()
        click.echo(
            f"À contrôler par : sne-sandbox check --profile {premier.profil} --clock {instant} {dossier}",
            err=True,
        )
    else:
        click.echo(
            "La règle demande une base ou un transport, que « check » n'a pas. Circonstances :", err=True
        )
        for phrase in sorted({p for trouve in vus for p in trouve.circonstances}) or ["celles des exemples"]:
            click.echo(f"  - {phrase}", err=True)
    return 0


def _ecrire(
    fichiers: Iterator[messages_en_nombre.FichierGenere], combien: int, dossier: Path, compact: bool
) -> int:
    ecrits = 0
    with barre("Génération") as progres:
        try:
            dossier.mkdir(parents=True, exist_ok=True)
            for fichier in fichiers:
                chemin = dossier / fichier.nom
                if "/" in fichier.nom:
                    chemin.parent.mkdir(exist_ok=True)
                # One element a line: what « check » says of a line then tells where.
                octets = fichier.octets if compact else indenter(fichier.octets)
                _ne_pas_remplacer(chemin, octets)
                chemin.write_bytes(octets)
                ecrits += 1
                progres(ecrits, combien)
        except OSError as erreur:
            raise OperatorError(
                f"Impossible d'écrire dans [{dossier}] : {raison_ecriture(erreur)}.",
                remede="vérifiez le chemin, les droits et la place",
            ) from None
    return ecrits


def _ne_pas_remplacer(chemin: Path, octets: bytes) -> None:
    """Names tell guichet, minute and rank: two kinds written in the same minute have the same. Raises
    UsageError, OSError."""
    if chemin.is_file() and chemin.read_bytes() != octets:
        raise UsageError(
            f"[{chemin}] existe déjà, et c'est un autre message : il aurait été remplacé.",
            remede="donnez à --out un dossier par type, ou videz celui-ci",
        )
