// A list that lives, and what is chosen in it. Everything here is a comfort: the pages read without it.
"use strict";

// --- live list: <tbody data-flux="URL" data-dernier="ID">, rows rendered and escaped by the server ----------
// The newest come first.
// Rows that come while one reads (scrolled, or with a focus, a selection, an open or a checked row) wait behind
// a button: what is under the eye does not move.
const liste = document.querySelector("[data-flux]");
if (liste && window.EventSource) {
  const GARDEES = 200;
  const annonce = document.querySelector("[data-annonce]");
  const nouveaux = document.querySelector("[data-nouveaux]");
  const compte = document.querySelector("[data-gardes]"), depart = Number(liste.dataset.dernier);
  let dernier = liste.dataset.dernier, arrivees = 0;
  let attente = [], tues = 0;

  const nombre = (n) => n.toLocaleString("fr-FR");

  // --- what waits ---
  const lit = () => {
    const choix = getSelection();
    return scrollY > 4 || liste.contains(document.activeElement)
      || (!choix.isCollapsed && liste.contains(choix.anchorNode))
      || liste.querySelector("details[open], input:checked") !== null;
  };
  const montrer = () => {
    const n = attente.length + tues;
    nouveaux.textContent = `↑ ${nombre(n)} ${n === 1 ? "nouvel échange" : "nouveaux échanges"}`;
    nouveaux.hidden = false;
  };
  const inserer = () => {
    for (const texte of attente) poser(texte);
    while (liste.children.length > GARDEES) liste.lastElementChild.remove();
    // Ids follow each other: what a filter keeps out is counted too.
    const gardes = Number(compte.dataset.gardes) + Number(dernier) - depart;
    compte.textContent = `${nombre(gardes)} ${gardes < 2 ? "échange gardé" : "échanges gardés"}`;
    document.querySelector("[data-vide]")?.remove();
    document.querySelector("[data-liste]").hidden = false;
    document.getElementById("selection")?.removeAttribute("hidden");
    arrivees += attente.length + tues;
    attente = [];
    tues = 0;
    nouveaux.hidden = true;
  };
  const poser = (texte) => {
    const ancienne = liste.firstElementChild;
    liste.insertAdjacentHTML("afterbegin", texte);
    const ligne = liste.firstElementChild;
    ligne.classList.add("arrivee");
    if (!ligne.dataset.cle || ligne.dataset.cle !== ancienne?.dataset.cle) return;
    // The same refusal again: one line, as the server folds them.
    const seule = ancienne.querySelector("template").content.cloneNode(true).firstElementChild;
    const pli = ancienne.querySelector("[data-pli]") ?? seule;
    if (pli !== seule) pli.querySelector("ul").prepend(...seule.querySelector("ul").children);
    pli.querySelector("[data-combien]").textContent = nombre(pli.querySelector("ul").children.length + 1);
    ligne.querySelector(".resume").append(pli);
    ancienne.remove();
  };
  // Once one reads no more. Not under the pointer: what one is about to click stays in its place.
  const tenter = () => { if (attente.length && !lit() && !liste.matches(":hover")) inserer(); };
  for (const [cible, quoi] of [[window, "scroll"], [document, "selectionchange"], [liste, "change"], [liste, "focusout"], [liste, "pointerleave"]])
    cible.addEventListener(quoi, () => setTimeout(tenter), { passive: true });
  liste.addEventListener("toggle", tenter, true);
  nouveaux.addEventListener("click", (evenement) => {
    const combien = Math.min(attente.length, GARDEES);
    inserer();
    const premiere = liste.firstElementChild;
    scrollTo({ top: 0 });
    if (premiere.getBoundingClientRect().top > innerHeight * .8) premiere.scrollIntoView({ block: "start" });
    // A focus is not lost with the button: that of a keyboard goes to the oldest of those that came.
    const lignes = liste.querySelectorAll("th a");
    if (evenement.detail === 0) lignes[Math.min(combien, lignes.length) - 1]?.focus({ preventScroll: true });
    else document.getElementById("contenu").focus({ preventScroll: true });
  });

  setInterval(() => { // a reader is told once a while, not at each line
    if (arrivees) annonce.textContent = `${nombre(arrivees)} ${arrivees === 1 ? "nouvel échange" : "nouveaux échanges"}`;
    arrivees = 0;
  }, 3000);
  const adresse = () => {
    const flux = new URL(liste.dataset.flux, location.href);
    if (dernier) flux.searchParams.set("depuis", dernier);
    return flux;
  };
  const echange = (evenement) => {
    dernier = evenement.lastEventId;
    attente.push(evenement.data);
    if (attente.length > GARDEES) { attente.shift(); tues += 1; }
    if (lit()) montrer(); else inserer();
  };
  suivreUnFlux(adresse, { echange }, document.querySelector("[data-direct]"));
}

// --- what is chosen -----------------------------------------------------------------------------------------
const choix = document.getElementById("selection");
if (choix) {
  const cases = () => [...document.querySelectorAll('input[name="ids"][form="selection"]')];
  const dit = choix.querySelector("[data-choisis]"), tout = choix.querySelector("[data-tout]");
  let derniere = null;
  const dire = () => {
    const n = cases().filter((une) => une.checked).length;
    dit.textContent = n ? `${n.toLocaleString("fr-FR")} ${n === 1 ? "échange choisi" : "échanges choisis"} :` : "Avec les échanges cochés :";
    tout.textContent = n && n === cases().length ? "Ne rien choisir" : "Tout choisir";
  };
  document.addEventListener("click", (evenement) => {
    if (!evenement.target.matches?.('input[name="ids"]')) return;
    if (evenement.shiftKey && derniere?.isConnected) {
      const toutes = cases(), bornes = [toutes.indexOf(derniere), toutes.indexOf(evenement.target)].sort((a, b) => a - b);
      for (const une of toutes.slice(bornes[0], bornes[1] + 1)) une.checked = evenement.target.checked;
    }
    derniere = evenement.target;
    dire();
  });
  tout.addEventListener("click", (evenement) => {
    evenement.preventDefault();
    const toutes = cases(), voulu = !toutes.every((une) => une.checked);
    for (const une of toutes) une.checked = voulu;
    dire();
    document.querySelector("[data-flux]")?.dispatchEvent(new Event("change"));
  });
  dire();
}

// --- an address for what one sees ---------------------------------------------------------------------------
document.addEventListener("toggle", (evenement) => {
  if (!evenement.target.matches?.("[data-pli]")) return;
  const adresse = new URL(location.href);
  adresse.searchParams.delete("ouvert");
  for (const pli of document.querySelectorAll("[data-pli][open]")) adresse.searchParams.append("ouvert", pli.dataset.ancre);
  history.replaceState(history.state, "", adresse);
}, true);
const lien = document.querySelector("[data-copier-lien]");
if (lien) {
  lien.hidden = false;
  lien.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(location.href);
      lien.textContent = "Lien copié";
    } catch { // no clipboard outside a secure page: the address bar has it
      lien.textContent = "Copiez l'adresse de la page";
    }
    setTimeout(() => { lien.textContent = "Copier le lien"; }, 1500);
  });
}
