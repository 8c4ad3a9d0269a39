"""`sne-sandbox run`: the vendor's own tests before a fresh base, and their traffic judged."""

import math
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Timer
from types import FrameType
from typing import TYPE_CHECKING, Any, Final, Self

import click

from sne_conformite.cli import base_d_epreuve
from sne_conformite.cli import sorties_de_rapport as rapports
from sne_conformite.cli.base_d_epreuve import Epreuve, empechement, options_de_serve
from sne_conformite.cli.options_de_jugement import RapportDemande, extraire, sorties_de_rapport
from sne_conformite.rapports.rapport import TRAFIC
from sne_interface import systeme
from sne_interface.domain.base import lire_horloge
from sne_interface.errors import OperatorError, UsageError, raison_systeme

if TYPE_CHECKING:
    from sne_sandbox.server.adresse_et_certificats_d_une_base import BaseServie
    from sne_sandbox.server.serveur_enfant import ServeurEnfant

#: Seconds that the command is given to end, once it was told to.
_DELAI_FIN: Final = 10.0
#: Seconds after which a command is not over at once.
_AUSSITOT: Final = 0.2
#: Seconds of one wait for its end.
_TOUR: Final = 1.0
_EXIGENCE: Final = re.compile(r"[A-Za-z]{3}-\d\d")
_RIEN_VU: Final = (
    "Aucun service n'a été appelé, ni bien ni mal (lire ?wsdl ne compte pas) : la commande a-t-elle lu "
    "SNE_URL, ou SNE_ENDPOINT_DEMANDE_LOGEMENT et les autres ?"
)


@click.command(context_settings={"allow_interspersed_args": False})
@click.argument("commande_lancee", nargs=-1, required=True, type=click.UNPROCESSED, metavar="-- COMMANDE…")
@options_de_serve
@click.option("--seed", type=int, default=0, show_default=True, help="Graine des tirages.")
@click.option("--clock", "horloge", default="real", show_default=True, help="real, ou un instant ISO.")
@click.option("--ready-file", "pret", type=click.Path(path_type=Path, dir_okay=False), metavar="FICHIER",
              help="Celui de SNE_READY_FILE, sinon dans un dossier jeté à la fin.")  # fmt: skip
@sorties_de_rapport(forme=False)
def commande(
    commande_lancee: tuple[str, ...],
    seed: int,
    horloge: str,
    pret: Path | None,
    **options: Any,
) -> int:
    """Lance COMMANDE devant une base neuve, et juge tout ce que l'application a envoyé.

    Rien à changer à l'application que son adresse et son certificat, lus dans les variables SNE_… Ce que la
    commande écrit passe tel quel ; le compte rendu va sur la sortie d'erreur. Sortie 0 si tout est conforme,
    1 si la commande échoue, si une exigence obligatoire est enfreinte, si rien n'est arrivé ou si rien n'a
    été accepté ; l'absence de preuve ne fait échouer que pour les exigences de --require et les mentions de
    --mention ; 3 si l'épreuve n'a pas pu avoir lieu. Interrompue (Ctrl-C, SIGTERM), elle écrit un rapport
    partiel, et sort avec 130 ou 143.

    Exemples :
      sne-sandbox run -- ./mes-tests.sh
      sne-sandbox run --report-dir rapport -- npm test
      sne-sandbox run --https-port 8443 --clock 2018-03-15T09:00:00 -- mvn verify
      sne-sandbox run --require EMB-01 --require VIE-20 -- php vendor/bin/phpunit

    \b
    La commande reçoit : SNE_URL, SNE_ENDPOINT_DEMANDE_LOGEMENT, SNE_ENDPOINT_GESTION_PARTAGEE_EVT,
    SNE_ENDPOINT_RECHERCHE_DEMANDE, SNE_CA_FILE, SNE_CERT_FILE, SNE_KEY_FILE, SNE_PKCS12_FILE,
    SNE_PKCS12_PASSWORD, SNE_GUICHET, SNE_READY_FILE (adresses et certificats, en JSON).
    """
    demande = extraire(RapportDemande, options)
    sorties = rapports.Sorties.preparer(replace(demande, forme=""), options=options)
    application = shlex.join(commande_lancee)
    with sorties.meme_en_echec(options, mode=TRAFIC, application=application, graine=seed):
        programme = _programme(commande_lancee[0])
        with base_d_epreuve.ouvrir(options, lire_horloge(horloge), seed) as ouverte:
            ids = rapports.exigees(demande.exigees, ouverte.contrat)
            if options["contracts"] is not None:  # it may hold an error: told before the command begins
                sorties.apprendre()
            code = _lancer(ouverte, [programme, *commande_lancee[1:]], pret)
            # Once the server has ended: it would import what answers meanwhile, though nobody calls.
            from sne_conformite.bilan import trafic_juge
            from sne_conformite.derniers_echanges_racontes import raisons
            from sne_conformite.preuves import empreintes_de_ce_qui_juge
            from sne_conformite.rapports.avancement_au_terminal import suivre

            ouverte.relever_les_boites()
            inacheve = ouverte.signaux.dire("la commande n'est pas allée à son terme")
            echec = code != 0 and not inacheve
            reglages = trafic_juge.ReglagesTrafic(
                exiger=ids,
                application=application,
                commande=rapports.ligne_de_commande(),
                profil=options["profile"],
                graine=seed,
                autres_motifs=[f"La commande a échoué (code {code})."] if echec else [],
                accord=not inacheve,
                inacheve=inacheve,
            )
            journal = ouverte.magasin.journal
            rapport = suivre(trafic_juge.juger_base(journal, ouverte.base, ouverte.contrat, reglages))
            arrives = rapport.entete.echanges or rapport.entete.non_juges
            rendu = sorties.rendre(
                rapport,
                rapports.Preuves(
                    trafic_juge.parcourir(journal, ouverte.base),
                    {
                        **rapports.configuration(options, seed=seed, horloge=horloge),
                        "trafic": trafic_juge.faits(reglages, journal, ouverte.base),
                    },
                    empreintes_de_ce_qui_juge.detailler(ouverte.contrat) if sorties.dossier else None,
                ),
                remarques=[] if arrives else raisons(ouverte.magasin, ouverte.base) or [_RIEN_VU],
            )
    return ouverte.signaux.sortie(rendu)


def _programme(nom: str) -> str:
    trouve = shutil.which(nom)
    if trouve is None and _EXIGENCE.fullmatch(nom):
        raise UsageError(
            f"[{nom}] est pris pour la commande.", remede=f"plusieurs exigences : --require EMB-01,{nom}"
        )
    if trouve is None:
        quoi, remede = empechement(nom, "vérifiez son chemin, ou lancez-la par sh -c '…'")
        raise UsageError(f"La commande [{nom}] {quoi}.", remede=remede)
    return trouve


def _lancer(ouverte: Epreuve, commande: Sequence[str], pret: Path | None) -> int:
    """Runs the command before the served base; its exit code (128 + n when signal n killed it). From then on
    a signal is held back: what the command sent is to be judged."""
    from sne_sandbox.server.fichier_pret import le_temps_de_servir

    with (
        le_temps_de_servir(pret),
        ouverte.servir() as (enfant, base),
        tempfile.TemporaryDirectory(prefix="sne-run-") as dossier,
    ):
        click.echo(f"sne-sandbox : base [{base.nom}] servie par {base.racine}/services/", err=True)
        ouverte.signaux.tenir()
        vues: list[OperatorError] = []
        branchement = _verifier_a_cote(base, enfant, vues)
        variables = base.variables(pret or Path(dossier) / "pret.json")
        try:
            code = _executer(commande, variables, ouverte.signaux.recus)
            enfant.verifier()
            if code != 0:
                branchement.join()
        finally:
            branchement.cancel()  # the server ends with the trial
        for erreur in vues:
            raise erreur
    return code


def _executer(commande: Sequence[str], variables: Mapping[str, str], recus: list[int]) -> int:
    """`recus` is added what tells us to end."""
    # On a terminal the command stays in our group, so that it can read it; a Ctrl-C then reaches both.
    groupe = None if sys.stdin is not None and sys.stdin.isatty() else 0
    # Nothing that the command prints may come before what we have said.
    sys.stdout.flush()
    sys.stderr.flush()
    with _Signaux(recus, a_part=groupe is not None) as signaux:
        try:
            processus = subprocess.Popen(  # noqa: S603 - what the user asks to be run
                commande,
                env={**os.environ, **variables},
                process_group=groupe,
                umask=systeme.masque_de_l_utilisateur(),
            )
        except OSError as erreur:
            raise UsageError(
                f"La commande [{commande[0]}] ne se lance pas : {raison_systeme(erreur)}.",
                remede=f"lancez-la par l'interprète qu'il lui faut : sh {shlex.quote(commande[0])}",
            ) from None
        signaux.relayer(processus)
        code = signaux.attendre(processus)
    if recus and groupe is not None:  # what it left behind: a background job of a shell does not hear SIGINT
        systeme.prevenir(processus, signal.SIGTERM, groupe=True)
    return code if code >= 0 else 128 - code


def _verifier_a_cote(servie: "BaseServie", enfant: "ServeurEnfant", vues: list[OperatorError]) -> Timer:
    """Verifies, beside the command of a trial, which need not wait for it, what an application is given: a
    wrong set-up is told as soon as it is known, and added to `vues`. Of a command that is over at once, and
    well, it is not asked: the server would import for it all that answers."""
    from sne_sandbox.cli.commande_diagnostic import ConfigurationFausse, verifier

    def verifier_le_branchement() -> None:
        try:
            verifier(servie)
        except ConfigurationFausse as erreur:
            # The end of the server is told by who waits for it; that of the trial is no fault of anybody's.
            if not minuteur.finished.is_set() and enfant.processus.poll() is None:
                vues.append(erreur)
                click.echo(f"sne-sandbox : {erreur.diagnostics()}", err=True)

    minuteur = Timer(_AUSSITOT, verifier_le_branchement)
    minuteur.daemon = True  # a command that is over at once is not kept from ending
    minuteur.start()
    return minuteur


class _Signaux:
    """The signals that end us: while this is entered, it passes them on to the command, and kills a command
    that does not end. A signal that comes before the command begins is passed on as soon as it has begun."""

    def __init__(self, recus: list[int], *, a_part: bool) -> None:
        self._a_part = a_part
        self._processus: subprocess.Popen[bytes] | None = None
        self._limite = math.inf
        self.recus = recus

    def relayer(self, processus: "subprocess.Popen[bytes]") -> None:
        """From now on `processus` is told."""
        self._processus = processus
        for numero in self.recus:
            self._dire(numero)

    def attendre(self, processus: "subprocess.Popen[bytes]") -> int:
        """The exit code of the command. `wait` looks by turns: a signal that comes just before it would stop
        in the system is not seen, and an endless wait would never see it."""
        while True:
            try:
                return processus.wait(_TOUR)
            except subprocess.TimeoutExpired:
                if time.monotonic() > self._limite:
                    self._tuer()

    def _recevoir(self, numero: int, trame: FrameType | None) -> None:
        self.recus.append(numero)
        if len(self.recus) > 2:
            self._tuer()
            return
        self._limite = min(self._limite, time.monotonic() + _DELAI_FIN)
        self._dire(numero)

    def _tuer(self) -> None:
        if self._processus is not None:
            systeme.tuer(self._processus, groupe=self._a_part)

    def _dire(self, numero: int) -> None:
        # On a terminal, Ctrl-C was sent to it already.
        if self._processus is not None and (self._a_part or numero != signal.SIGINT):
            systeme.prevenir(self._processus, numero, groupe=self._a_part)

    def __enter__(self) -> Self:
        self._anciens = {numero: signal.signal(numero, self._recevoir) for numero in systeme.FINS}
        return self

    def __exit__(self, *_: object) -> None:
        for numero, ancien in self._anciens.items():
            signal.signal(numero, ancien)
