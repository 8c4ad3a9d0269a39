"""What the base of the browser tests holds beside its seed, so that every page has something to show."""

import time
from datetime import date, timedelta
from itertools import count
from typing import Final

import requests
from client_mtom import DEMANDE, Client, adapter, specimen
from formulaires import Formulaires
from serveur_local import Serveur
from specimen import rapport

from sne_conformite.rapports import rapport_json

#: The seed is dated relative to it: the same people, numbers and dates every time.
HORLOGE: Final = "2018-10-15T12:00:00"
#: An application that the server knows how to start, by its name and by the defect that is planted in it.
APPLICATION: Final = "editeur-distrait"
DEFAUT: Final = "second-cotitulaire"
#: Where the crawl begins.
DEPARTS: Final = ("/", "/console/ecole/guichets/G1104")
_DEPOT: Final = "DEMG1104-201810151200-000001.xml"
_RANGS: Final = count(1)
#: Seconds that a judgement, or a page, may take.
_PATIENCE: Final = 240.0


def peupler(serveur: Serveur) -> None:
    """Accepted, refused by a rule, refused by the schema, read again, and no message at all; the report of an
    application that was driven; then what `tenir` adds."""
    client = Client(serveur, "G1104")
    try:
        numero = client.enregistrer(neuve()).numero
        client.enregistrer(specimen("demandes/colocataires"))
        client.enregistrer(fautif())
        client.enregistrer(neuve(sexe="X"))
        client.relire(numero)
        client.envoyer(f"/services/{DEMANDE}/", b"<demande>", "text/xml")
    finally:
        client.fermer()
    pilotee = serveur.home / "conformite" / "mon-application"
    pilotee.mkdir(parents=True)
    (pilotee / "rapport.json").write_bytes(rapport_json.octets(rapport()))
    tenir(serveur.pret["http"], serveur.pret["admin_token"])
    compter(serveur.pret["http"], serveur.pret["admin_token"])


def neuve(**textes: str) -> bytes:
    """A demande that was never sent: reference and birth date tell it from the others."""
    rang = next(_RANGS)
    textes.setdefault("dateNaissance", (date(1970, 1, 1) + timedelta(days=40 * rang)).isoformat())
    return adapter(specimen("demandes/personne_seule"), refInterne=f"NAV-{rang}", **textes)


def fautif() -> bytes:
    """A household whose applicant is born in the future: refused by a rule."""
    return neuve(dateNaissance="2091-09-14")


def tenir(origine: str, jeton: str) -> None:
    """What only the forms of the console make: a file in the boxes of G1104 and its answer, a snapshot,
    another base whose clock was moved, an atelier, and two judgements of the traffic."""
    formulaires = Formulaires(origine, jeton)
    document = adapter(specimen("demandes/couple_garde_alternee_handicap"))
    formulaires.envoyer("/console/ecole/guichets/G1104/deposer", (_DEPOT, document))
    formulaires.envoyer("/console/ecole/guichets/G1104/relever")
    formulaires.envoyer("/console/ecole/controle/sauvegardes", nom="depart")
    formulaires.envoyer(
        "/console/ecole/controle/bases", nom="essai", semence="vide", horloge=HORLOGE, seed="0"
    )
    # What may be undone for as long as nothing comes after it.
    formulaires.envoyer("/console/essai/controle/avancer", vers="P1D", vu="oui")
    formulaires.envoyer("/console/ecole/ateliers", nom="salle", combien="1", noms="Une personne")
    for rang in (1, 2):
        formulaires.envoyer("/console/ecole/conformite/juger")
        limite = time.monotonic() + _PATIENCE
        while (page := formulaires.lire("/console/ecole/conformite")).count("-trafic-ecole</a>") < rang or (
            "en cours" in page
        ):
            assert time.monotonic() < limite, f"judgement {rang} does not end"
            time.sleep(0.3)


def compter(origine: str, jeton: str, base: str = "ecole") -> None:
    """Waits for the tables of statistics: a page that has none yet loads itself again under whoever reads it,
    and one that has old ones says so."""
    for tableau in ("TAB01", "TAB02", "TAB03", "territoires"):
        # The sheet waits for its table, as it is now.
        requests.get(
            f"{origine}/console/{base}/statistiques/{tableau}.csv",
            headers={"Authorization": f"Bearer {jeton}"},
            timeout=_PATIENCE,
        ).raise_for_status()
