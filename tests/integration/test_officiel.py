"""An official folder in which nothing of 5.2 has our names, end to end: verified, served, registered with a
NIR, decided, consulted, judged."""

import json
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import officiels
import pytest
from client_mtom import EVENEMENT, Client
from commande import sne
from lxml import etree
from serveur_local import HORLOGE, Serveur

from sne_interface.contract import codec
from sne_interface.contract.codec import NS
from sne_interface.contract.contrats_charges import charger
from sne_interface.domain import decision_de_commission as d
from sne_interface.domain.dates import PARIS
from sne_interface.generators import messages_apres_creation
from sne_interface.generators.contraintes_de_menages import Contraintes, atelier
from sne_interface.generators.tirage import TirageVarie
from sne_interface.resources import fixtures_dir

INSTANT = datetime.fromisoformat(HORLOGE).replace(tzinfo=PARIS)


@pytest.fixture(scope="module")
def dossier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder, its binding written by the command; thresholds known."""
    lieu = tmp_path_factory.mktemp("officiel") / "officiel"
    lieu.mkdir()
    officiels.tout_autrement(lieu)
    shutil.copy(fixtures_dir() / "quartiles-demo.csv", lieu / "quartiles.csv")
    vu = sne(lieu.parent, "contrat", "verifier", lieu, "--ecrire", "--format", "json")
    assert vu.stdout, vu.stderr
    dit = json.loads(vu.stdout)
    assert vu.returncode == 1, vu.stderr  # guesses are to be read by somebody
    assert {r["etat"] for r in dit["roles"]} == {"trouvé", "deviné"}
    assert [s for s in dit["specimens"] if s["fautes"]] == []
    vu = sne(lieu.parent, "contrat", "verifier", lieu)
    assert vu.returncode == 0, vu.stdout
    return lieu


@pytest.mark.cher
def test_it_is_served_and_judged_as_ours_is(
    dossier: Path, demarrer: Callable[..., Serveur], tmp_path: Path
) -> None:
    contrat = charger(overlay=dossier)
    assert contrat.roles.perdus == {}
    ici = atelier(
        contrat, jour=INSTANT.date(), guichet="G1226", contraintes=Contraintes(nir=True), instant=INSTANT
    )
    serveur = demarrer("--clock", HORLOGE, "--contracts", str(dossier))
    client = Client(serveur, https=True)

    # Registered with a NIR; one whose key is wrong is refused.
    demande = codec.encoder(ici.message(TirageVarie(1)))
    assert b"numSecu>" in demande
    assert b"<ns1:nir>" not in demande
    numero = client.enregistrer(demande).numero
    fausse = etree.fromstring(codec.encoder(ici.message(TirageVarie(2))))
    nir = fausse.find(f".//{{{NS}}}demandeur//{{{NS}}}numSecu")
    nir.text = f"{nir.text[:13]}{int(nir.text[13:]) % 97 + 1:02d}"
    refus = client.enregistrer(etree.tostring(fausse)).document
    assert [a.get("code") for a in refus.iter(f"{{{NS}}}anomalie")] == ["NIR002"]

    # Decided; a decision that is not whole is refused by the schema's own codes.
    decision = codec.arbre(
        messages_apres_creation.document_d_evenement(
            ici,
            messages_apres_creation.decision(TirageVarie(3), ici, issue="attribution", bail=False),
            numero,
        )
    )
    commission = contrat.roles.decision.code(d.DATE_COMMISSION)
    for caracteristique in decision.iter(f"{{{NS}}}caracteristiqueSpecifique"):
        if caracteristique[0].text == commission:  # not before the demande
            caracteristique[1].text = INSTANT.date().isoformat()
    ecrite = codec.ecrire(decision)
    assert b"CALEOL" in ecrite
    assert b"DECATT" not in ecrite
    recu = client.appeler(
        EVENEMENT,
        "ajouterEvenementDemande",
        nomFichier="EVTG1226-201803151200-000000.xml",
        fichierXml=ecrite,
        nomCertificat="CERG1226-201803151200.pem",
    )
    assert recu.phrase is None, recu.phrase
    assert recu.document.findtext(f".//{{{NS}}}idEvenement") is not None

    # Consulted: what is computed has the place that the folder gives it.
    lue = client.relire(numero, complet=True).document
    calculs = {
        nom: lue.findtext(f".//{{{NS}}}{nom}") for nom in ("revenuAnnuelParUC", "nbUnitesConsommation")
    }
    assert all(calculs.values())
    assert lue.findtext(f".//{{{NS}}}estPremierQuartile") in ("true", "false")
    assert lue.find(f".//{{{NS}}}premierQuartile") is None
    client.fermer()
    assert serveur.arreter() == 0

    # Judged, under the same folder. The wrong NIR was refused: a test may have meant it. It is hidden.
    vu = sne(tmp_path, "report", "--home", serveur.home, "--contracts", dossier, "--format", "json")
    assert vu.returncode == 0, vu.stderr
    rapport = json.loads(vu.stdout)
    etats = {b["exigence"]: b["etat"] for b in rapport["bilans"]}
    assert etats["CTR-12"] == "prouvée"
    assert etats["CTR-01"] == "prouvée"
    assert rapport["entete"].get("regles_eteintes", []) == []
    assert nir.text not in vu.stdout
