"""The pass-through at work: the relay, its journal, and the console and the API that read it."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from sne_calibrage.enregistrements.ligne_de_journal_relue import relire
from sne_calibrage.relais.amont import Amont, LienAmont
from sne_calibrage.relais.relais import Relais
from sne_interface.contract.contrats import Contrats
from sne_interface.domain.echange import Echange
from sne_sandbox.bases import bases
from sne_sandbox.offres_des_paquets import parties
from sne_sandbox.server.lancement import Lancement, noter_le_refus
from sne_sandbox.server.service_wsgi import ApplicationWsgi
from sne_sandbox.server.workers import Taches
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.web.configuration_et_services import ouvrir
from sne_sandbox.web.parties_au_besoin import Aiguillage
from sne_sandbox.web.sante import VERIFICATIONS, Sante

#: First segments of the paths that are ours: every other one goes by.
ICI: Final = frozenset({"healthz", "readyz"}).union(*(partie.segments for partie in parties()))


@dataclass(frozen=True, kw_only=True)
class LancementRelais(Lancement):
    """The settings of a process of the pass-through; `base` is where it records. Picklable."""

    amont: Amont
    base: str

    def ouvrir(self) -> tuple[Contrats, Magasin]:
        """The contracts and the store of its configuration, and the base where it records."""
        contrats, magasin = ouvrir(self.configuration)
        bases.assurer(magasin, contrats.defaut, self.base, reglages=self.configuration.reglages)
        return contrats, magasin

    def taches(self, ouverts: tuple[Contrats, Magasin] | None = None) -> Taches:
        """The relay of this process. Nothing is done every minute: the other bases of the home are not its.
        Raises UsageError for an address or a certificate that cannot be used."""
        lien = LienAmont(self.amont)
        application = Aiguillage(self.configuration, ouverts or self.ouvrir())
        services = application.services
        magasin, contrat = services.magasin, services.contrat_de(self.base)
        magasin.servir()

        def completer(echange: Echange, certificat: bytes | None) -> None:
            # The clock of the base is the real server's: an exercise may have another than ours.
            echange.instant_base = magasin.bases.lire(self.base).horloge.maintenant(echange.recu_le)
            relire(echange, contrat, certificat)

        relais = Relais(
            lien=lien, base=self.base, relire=completer, consigner=partial(magasin.journal.consigner, None)
        )
        return Taches(
            application=_partager(application, relais),
            refus=partial(noter_le_refus, magasin, self.base),
            lecteur=self.lecteur,
            # Nights of the other bases of the home are nobody's here.
            etat=Sante(magasin, tuple(v for v in VERIFICATIONS if v.nom != "nuits")),
        )

    def lecteur(self) -> ApplicationWsgi:
        """The application that heavy reads are asked, in a process of its own."""
        return Aiguillage(self.configuration, self.ouvrir())


def _partager(ici: ApplicationWsgi, relais: ApplicationWsgi) -> ApplicationWsgi:
    def servir(environ: dict[str, Any], start_response: Any, /) -> Iterable[bytes]:
        segment = environ.get("PATH_INFO", "").removeprefix("/").partition("/")[0]
        return (ici if segment in ICI else relais)(environ, start_response)

    return servir
