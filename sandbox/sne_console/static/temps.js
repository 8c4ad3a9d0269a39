// The picture of a base's time: its day is moved by dragging, or by the arrows, and what that would do is read.
"use strict";
for (const frise of document.querySelectorAll("[data-frise]")) {
  const JOUR = 86_400_000, SVG = "http://www.w3.org/2000/svg";
  const dessin = frise.querySelector("svg"), curseur = frise.querySelector("input"), sortie = frise.querySelector("output");
  const dit = frise.querySelector("[data-dit]"), champ = document.querySelector("#vers-date");
  const lire = (texte) => new Date(`${texte}T00:00:00Z`);
  const depuis = lire(frise.dataset.aujourdhui), premier = lire(frise.dataset.premier), mois = Number(frise.dataset.mois);
  const fin = new Date(premier);
  fin.setUTCMonth(fin.getUTCMonth() + mois);
  const jours = Math.max(400, Math.round((fin - depuis) / JOUR));
  const [, , largeur, hauteur] = dessin.getAttribute("viewBox").split(" ").map(Number);
  const cible = document.createElementNS(SVG, "line");
  cible.setAttribute("class", "cible");
  cible.setAttribute("y1", "0");
  cible.setAttribute("y2", String(hauteur - 18));
  curseur.max = String(jours);
  frise.querySelector(".curseur").hidden = false;
  let attente = 0, demandee = null;

  const jourDit = (jour) => jour.toLocaleDateString("fr-FR", { timeZone: "UTC", day: "2-digit", month: "2-digit", year: "numeric" });

  async function prevoir(jour) {
    demandee?.abort();
    demandee = new AbortController();
    try {
      const reponse = await fetch(`${frise.dataset.apercu}?jour=${encodeURIComponent(jourDit(jour))}`, { signal: demandee.signal });
      const lue = new DOMParser().parseFromString(await reponse.text(), "text/html").querySelector("#apercu-phrase");
      dit.textContent = lue ? lue.textContent.trim() : "Cette date ne se prévoit pas.";
      if (lue) {
        const lien = document.createElement("a");
        lien.href = `${frise.dataset.apercu}?jour=${encodeURIComponent(jourDit(jour))}`;
        lien.textContent = "Le détail, et avancer";
        dit.append(" ", lien);
      }
    } catch (erreur) {
      if (erreur.name !== "AbortError") dit.textContent = "Le serveur ne répond pas.";
    }
  }

  curseur.addEventListener("input", () => {
    const jour = new Date(depuis.getTime() + Number(curseur.value) * JOUR);
    sortie.textContent = jourDit(jour);
    curseur.setAttribute("aria-valuetext", jourDit(jour));
    if (champ) champ.value = jourDit(jour);
    const rang = (jour.getUTCFullYear() - premier.getUTCFullYear()) * 12 + jour.getUTCMonth() - premier.getUTCMonth() + (jour.getUTCDate() - 1) / 31;
    const x = String((rang * largeur) / mois);
    cible.setAttribute("x1", x);
    cible.setAttribute("x2", x);
    if (!cible.parentNode) dessin.append(cible);
    clearTimeout(attente);
    attente = setTimeout(() => prevoir(jour), 250);
  });
}
