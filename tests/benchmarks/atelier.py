"""A room of trainees: how long after the trainer has pressed a step each of them sees it, and how long after
a trainee has pressed one the trainer's board shows it. Real browsers, one each, on one machine.

    python tests/benchmarks/atelier.py [--navigateurs 20] [--scene premiere-demande]

Prints milliseconds: median, slowest of twenty, slowest. Needs Chromium.
"""

import argparse
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Final

import requests
from lxml import html
from playwright.sync_api import Page, sync_playwright

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "integration")]

from formulaires import Formulaires  # noqa: E402
from serveur_local import Serveur  # noqa: E402

_PATIENCE: Final = 120_000
#: Notes when an element first begins with each text: the clock of the machine, which is the same for all.
_NOTER: Final = """([ou, voulus]) => {
  window.vus = {};
  const regarder = () => {
    const dit = document.querySelector(ou)?.textContent.trim() ?? "";
    for (const voulu of voulus) if (!(voulu in vus) && dit.startsWith(voulu)) vus[voulu] = Date.now();
  };
  regarder();
  new MutationObserver(regarder).observe(document.body, {subtree: true, childList: true, attributes: true});
}"""


class Salle:
    """A server, and what enters it."""

    def __init__(self, serveur: Serveur, scene: str) -> None:
        self.origine, self.jeton, self.scene = serveur.pret["http"], serveur.pret["admin_token"], scene
        self.entete = {"Authorization": f"Bearer {self.jeton}"}
        self.formulaires = Formulaires(self.origine, self.jeton)

    def appeler(self, methode: str, chemin: str, corps: Any = None) -> Any:
        """A call of the API, by the trainer."""
        adresse = f"{self.origine}/api/v1{chemin}"
        reponse = requests.request(methode, adresse, json=corps, headers=self.entete, timeout=120)
        reponse.raise_for_status()
        return reponse.json() if reponse.content else None

    def entrer(self, navigateur: Any, lien: str, chemin: str) -> Page:
        """A browser of its own, that has followed a link and shows a page."""
        page: Page = navigateur.new_context(locale="fr-FR").new_page()
        page.set_default_timeout(_PATIENCE)
        page.goto(lien)
        page.goto(self.origine + chemin)
        return page


def dire(quoi: str, retards: list[float]) -> None:
    """One line."""
    au_plus = quantiles(retards, n=20)[-1] if len(retards) > 1 else retards[0]
    ligne = f"{quoi:48} {median(retards):6.0f} {au_plus:6.0f} {max(retards):6.0f} ms  ({len(retards)})"
    sys.stdout.write(ligne + "\n")
    sys.stdout.flush()


def suivre(salle: Salle, navigateur: Any, combien: int) -> None:
    """All follow the trainer, who plays the scene to its end."""
    lue = salle.appeler("POST", f"/scenes/{salle.scene}/start", {"vider": True})
    contexte = navigateur.new_context()
    page = contexte.new_page()
    page.goto(f"{salle.origine}/connexion")
    page.get_by_label("Jeton").fill(salle.jeton)
    with page.expect_navigation():
        page.get_by_role("button", name="Entrer").click()
    page.goto(f"{salle.origine}/console/ecole/scenes")
    lien = page.locator("code", has_text="/lecture/").first.text_content() or ""
    contexte.close()
    rangs = [f"Pas {pas['rang']} sur" for pas in lue["pas"]]
    chemin = f"/console/{lue['base']}/scenes/{salle.scene}/salle"
    pages = [salle.entrer(navigateur, lien, chemin) for _ in range(combien)]
    for suiveur in pages:
        suiveur.evaluate(_NOTER, [".s-ou", rangs])
    retards = []
    for pas in lue["pas"]:
        time.sleep(1.0)
        depart = time.time() * 1000
        salle.appeler("POST", f"/scenes/{salle.scene}/next", {"rang": pas["rang"]})
        voulu = f"Pas {pas['rang']} sur"
        for suiveur in pages:
            suiveur.wait_for_function("(voulu) => voulu in window.vus", arg=voulu)
            retards.append(suiveur.evaluate("(voulu) => window.vus[voulu]", voulu) - depart)
    dire(f"un pas du formateur, vu par {combien} suiveurs", retards)
    for suiveur in pages:
        suiveur.context.close()


def ecouter(salle: Salle, combien: int) -> None:
    """The same without browsers, whose work is not the server's: a stream each, then the page."""
    lue = salle.appeler("POST", f"/scenes/{salle.scene}/start", {"vider": True})
    adresse = f"{salle.origine}/console/{lue['base']}/scenes/{salle.scene}"
    retards: list[float] = []
    for pas in lue["pas"]:
        pret, depart = threading.Barrier(combien + 1), [0.0]

        def suiveur(voulu: str, pret: threading.Barrier = pret, depart: list[float] = depart) -> None:
            with requests.Session() as session:
                session.headers.update(salle.entete)
                with session.get(f"{adresse}/flux", stream=True, timeout=60) as flux:
                    lignes = flux.iter_lines(chunk_size=1)
                    next(lignes)  # it is open
                    pret.wait()
                    for ligne in lignes:
                        if (
                            ligne == b"event: pas"
                            and voulu in session.get(f"{adresse}/salle", timeout=60).text
                        ):
                            retards.append((time.time() - depart[0]) * 1000)
                            return

        fils = [threading.Thread(target=suiveur, args=(f"Pas {pas['rang']} sur",)) for _ in range(combien)]
        for fil in fils:
            fil.start()
        pret.wait()
        depart[0] = time.time()
        salle.appeler("POST", f"/scenes/{salle.scene}/next", {"rang": pas["rang"]})
        for fil in fils:
            fil.join()
    # Of the first step each process builds the console, and reads the contract: once in its life.
    dire(f"premier pas de tous, {combien} flux sans navigateur", retards[:combien])
    dire(f"un pas du formateur, {combien} flux sans navigateur", retards[combien:])


def regarder(salle: Salle, navigateur: Any, combien: int) -> None:
    """Each plays a step in their base, with their page open; the board of the trainer shows it."""
    debut = time.monotonic()
    salle.formulaires.envoyer("/console/ecole/ateliers", nom="banc", combien=str(combien))
    dire(f"faire un atelier de {combien}", [(time.monotonic() - debut) * 1000])
    imprimees = html.fromstring(salle.formulaires.lire("/console/ecole/ateliers/banc/fiches"))
    liens = imprimees.xpath("//p[@class='lien-papier']/code/text()")
    fiches = [{"rang": rang, "base": f"banc-{rang:02d}", "lien": lien} for rang, lien in enumerate(liens, 1)]
    for fiche in fiches:
        salle.appeler("POST", f"/bases/{fiche['base']}/scenes/{salle.scene}/start", {})
    pages = [
        salle.entrer(navigateur, f["lien"], f"/console/{f['base']}/scenes/{salle.scene}") for f in fiches
    ]
    contexte = navigateur.new_context()
    tableau = contexte.new_page()
    tableau.goto(f"{salle.origine}/connexion")
    tableau.get_by_label("Jeton").fill(salle.jeton)
    with tableau.expect_navigation():
        tableau.get_by_role("button", name="Entrer").click()
    tableau.goto(f"{salle.origine}/console/ecole/ateliers/banc")
    retards, mots = [], []
    for fiche, page in zip(fiches, pages, strict=True):
        voulu = f"#s-{fiche['rang']} td a[href*='/scenes/']"
        ancien = tableau.locator(f"#s-{fiche['rang']}").inner_text()
        depart = time.time() * 1000
        page.locator("#pas-1.present button.btn-primary").click(no_wait_after=True)
        tableau.wait_for_function(
            "([id, ancien]) => document.getElementById(id).innerText !== ancien",
            arg=[f"s-{fiche['rang']}", ancien], polling=20,
        )  # fmt: skip
        retards.append(time.time() * 1000 - depart)
        assert tableau.locator(voulu).count() == 1
    dire(f"un pas d'un stagiaire sur {combien}, vu au tableau", retards)
    for page in pages:
        page.evaluate(_NOTER, ["#mot-du-formateur", ["Le formateur"]])
    depart = time.time() * 1000
    salle.formulaires.envoyer("/console/ecole/ateliers/banc/mot", mot="Regardez la date.")
    for page in pages:
        page.wait_for_function("() => 'Le formateur' in window.vus")
        mots.append(page.evaluate("() => window.vus['Le formateur']") - depart)
    dire(f"un mot du formateur, vu par {combien} stagiaires", mots)


def principal() -> None:
    """The whole."""
    lecteur = argparse.ArgumentParser(description=__doc__)
    lecteur.add_argument("--navigateurs", type=int, default=20)
    lecteur.add_argument("--scene", default="premiere-demande")
    lecteur.add_argument("--chromium", default=shutil.which("chromium"))
    voulu = lecteur.parse_args()
    with tempfile.TemporaryDirectory() as dossier, sync_playwright() as pilote:
        serveur = Serveur.demarrer(Path(dossier) / "home", "--workers", "2", ouvert=False)
        navigateur = pilote.chromium.launch(executable_path=voulu.chromium)
        try:
            salle = Salle(serveur, voulu.scene)
            sys.stdout.write(f"{'':48} médian   95 %    max\n")
            ecouter(salle, voulu.navigateurs)
            suivre(salle, navigateur, voulu.navigateurs)
            regarder(salle, navigateur, voulu.navigateurs)
        finally:
            navigateur.close()
            serveur.tuer()


if __name__ == "__main__":
    principal()
