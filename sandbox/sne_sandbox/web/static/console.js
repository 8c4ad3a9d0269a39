// Live journal, keyboard, copy buttons. Everything here is a comfort: the pages read without it.
"use strict";

// --- copy buttons ------------------------------------------------------------------------------------------
for (const bouton of document.querySelectorAll("[data-copier]")) {
  bouton.hidden = false;
  bouton.addEventListener("click", async () => {
    const texte = bouton.parentElement.querySelector("code").textContent;
    try {
      await navigator.clipboard.writeText(texte);
    } catch {
      const choix = document.createRange(); // no clipboard outside a secure page: select, the user copies
      choix.selectNodeContents(bouton.parentElement.querySelector("code"));
      getSelection().removeAllRanges();
      getSelection().addRange(choix);
      document.execCommand("copy");
    }
    bouton.textContent = "Copié";
    setTimeout(() => { bouton.textContent = "Copier"; }, 1500);
  });
}

// --- live list: <tbody data-flux="URL" data-dernier="ID">, rows rendered and escaped by the server ----------
// The newest come first. An event « etat » brings the page as it is now, « fin » leads elsewhere.
const liste = document.querySelector("[data-flux]");
if (liste && window.EventSource) {
  const GARDEES = 200;
  const voyant = document.querySelector("[data-direct]");
  const annonce = document.querySelector("[data-annonce]");
  const pause = document.querySelector("[data-pause]");
  const compte = document.querySelector("[data-gardes]"), depart = Number(liste.dataset.dernier);
  let source = null, silence = null, enPause = false, dernier = liste.dataset.dernier, arrivees = 0;

  const dire = (mot, actif = false) => {
    clearTimeout(silence);
    silence = null;
    voyant.classList.toggle("actif", actif);
    voyant.querySelector("[data-mot]").textContent = mot;
  };

  const ouvrir = () => {
    if (source || enPause) return;
    const adresse = new URL(liste.dataset.flux, location.href);
    if (dernier) adresse.searchParams.set("depuis", dernier);
    source = new EventSource(adresse);
    source.onopen = () => dire("en direct", true);
    source.onerror = () => {
      voyant.classList.remove("actif");
      // A stream that ends is opened again within a second or two: longer, nobody answers, or one is no longer
      // signed in, which a page that is asked for again tells.
      silence ??= setTimeout(() => { if (!enPause) dire("coupé : rechargez la page"); }, 4000);
      // A browser comes back by itself from a stream that ends, not from a refusal (503: too many readers).
      if (source?.readyState === EventSource.CLOSED) { fermer(); setTimeout(ouvrir, 5000); }
    };
    source.addEventListener("echange", (evenement) => {
      dernier = evenement.lastEventId;
      if (compte) { // ids follow each other: what a filter keeps out is counted too
        const gardes = Number(compte.dataset.gardes) + Number(dernier) - depart;
        compte.textContent = `${gardes.toLocaleString("fr-FR")} ${gardes < 2 ? "échange gardé" : "échanges gardés"}`;
      }
      document.querySelector("[data-vide]")?.remove();
      document.querySelector("[data-liste]").hidden = false;
      liste.insertAdjacentHTML("afterbegin", evenement.data);
      liste.firstElementChild.classList.add("arrivee");
      while (liste.children.length > GARDEES) liste.lastElementChild.remove();
      arrivees += 1;
    });
    source.addEventListener("etat", (evenement) => { // what has changed takes the place of what has its id
      const recus = new DOMParser().parseFromString(evenement.data, "text/html");
      for (const recu of recus.querySelectorAll("[id]")) {
        const ici = document.getElementById(recu.id);
        if (!ici?.isEqualNode(recu)) ici?.replaceWith(document.importNode(recu, true));
      }
      arrivees += 1;
    });
    source.addEventListener("fin", (evenement) => {
      enPause = true; // nothing comes after it
      fermer();
      location.replace(evenement.data);
    });
  };
  const fermer = () => { source?.close(); source = null; voyant.classList.remove("actif"); };
  setInterval(() => { // a reader is told once a while, not at each line
    const dit = document.querySelector("[data-dit]")?.dataset.dit;
    if (arrivees) annonce.textContent = dit ?? `${arrivees} ${arrivees === 1 ? "nouvel échange" : "nouveaux échanges"}`;
    arrivees = 0;
  }, 3000);
  voyant.hidden = false;
  pause.addEventListener("click", () => {
    enPause = !enPause;
    pause.textContent = enPause ? "Reprendre" : "Pause";
    if (enPause) { fermer(); dire("en pause"); } else ouvrir();
  });
  // Tabs that nobody looks at hold no stream: browsers open six connections to a server, for all tabs.
  document.addEventListener("visibilitychange", () => { if (document.hidden) fermer(); else ouvrir(); });
  addEventListener("pagehide", fermer);
  addEventListener("pageshow", ouvrir);
  ouvrir();
}

// --- the menu of a telephone, one line that slides: the section that is shown is in sight -------------------
const bande = document.querySelector(".menu");
const ici = bande?.querySelector("[aria-current]");
if (ici && bande.scrollWidth > bande.clientWidth)
  bande.scrollLeft += ici.getBoundingClientRect().left - bande.getBoundingClientRect().left - 24;

// --- one search for everything: Ctrl-K, and what is found shows under the field as one types ---------------
const chercher = document.querySelector("[data-palette]");
const partout = chercher?.querySelector("input");
if (partout) {
  let attente = null, enCours = null;
  const panneau = document.createElement("div");
  panneau.className = "palette";
  panneau.hidden = true;
  panneau.setAttribute("role", "region");
  panneau.setAttribute("aria-label", "Trouvé");
  const dit = document.createElement("p"); // how many, to who does not see them
  dit.className = "visually-hidden";
  dit.setAttribute("role", "status");
  chercher.append(panneau, dit);
  const cacher = () => { panneau.hidden = true; dit.textContent = ""; };
  const trouver = async () => {
    enCours?.abort();
    const mot = partout.value.trim();
    if (!mot) { cacher(); return; }
    enCours = new AbortController();
    try {
      const adresse = new URL(chercher.dataset.palette, location.href);
      adresse.searchParams.set("q", mot);
      const reponse = await fetch(adresse, { signal: enCours.signal });
      if (!reponse.ok) { cacher(); return; }
      const recu = new DOMParser().parseFromString(await reponse.text(), "text/html"); // escaped by the server
      panneau.replaceChildren(...recu.body.childNodes);
      panneau.hidden = false;
      const combien = panneau.querySelectorAll("a").length;
      dit.textContent = combien ? `${combien} ${combien === 1 ? "réponse" : "réponses"}, flèche bas pour y aller` : "Rien";
    } catch (erreur) {
      if (erreur.name !== "AbortError") cacher();
    }
  };
  partout.addEventListener("input", () => { clearTimeout(attente); attente = setTimeout(trouver, 150); });
  chercher.addEventListener("keydown", (evenement) => {
    const liens = [...panneau.querySelectorAll("a")];
    const rang = liens.indexOf(document.activeElement);
    if (evenement.key === "ArrowDown" && liens.length && !panneau.hidden) liens[Math.min(rang + 1, liens.length - 1)].focus();
    else if (evenement.key === "ArrowUp" && rang >= 0) (liens[rang - 1] ?? partout).focus();
    else if (evenement.key === "Escape" && !panneau.hidden) { cacher(); partout.focus(); }
    else return;
    evenement.preventDefault();
    evenement.stopPropagation();
  });
  document.addEventListener("click", (evenement) => { if (!chercher.contains(evenement.target)) cacher(); });
  chercher.addEventListener("focusout", (evenement) => {
    if (evenement.relatedTarget && !chercher.contains(evenement.relatedTarget)) cacher();
  });
}

// --- keyboard ----------------------------------------------------------------------------------------------
const menu = document.querySelector(".raccourcis");
if (menu) menu.hidden = false;
const d_une_lettre = !("sansRaccourcis" in document.documentElement.dataset);
let apresG = false;
document.addEventListener("keydown", (evenement) => {
  if ((evenement.ctrlKey || evenement.metaKey) && evenement.key.toLowerCase() === "k" && partout) {
    evenement.preventDefault();
    partout.focus();
    partout.select();
    return;
  }
  if (evenement.ctrlKey || evenement.metaKey || evenement.altKey) return;
  if (evenement.target.closest("input, select, textarea, [contenteditable]")) {
    if (evenement.key === "Escape") evenement.target.blur();
    return;
  }
  if (!d_une_lettre) return;
  if (apresG) {
    apresG = false;
    document.querySelector(`[data-touche="${CSS.escape(evenement.key)}"]`)?.click();
    return;
  }
  const lignes = [...document.querySelectorAll("[data-lignes] tr")];
  const ici = lignes.findIndex((ligne) => ligne.classList.contains("choisie"));
  const choisir = (rang) => {
    if (!lignes.length) return;
    lignes[ici]?.classList.remove("choisie");
    const ligne = lignes[Math.min(Math.max(rang, 0), lignes.length - 1)];
    ligne.classList.add("choisie");
    (ligne.querySelector("a") || ligne).focus();
  };
  switch (evenement.key) {
    case "g": apresG = true; setTimeout(() => { apresG = false; }, 1200); break;
    case "j": choisir(ici + 1); break;
    case "k": choisir(ici - 1); break;
    case "/": {
      const champ = document.querySelector("[data-recherche]") ?? partout;
      if (champ) { evenement.preventDefault(); champ.closest("details")?.setAttribute("open", ""); champ.focus(); }
      break;
    }
    case "?":
      for (const lien of document.querySelectorAll(".menu a[data-touche]")) {
        if (lien.querySelector("kbd")) { lien.querySelector("kbd").remove(); continue; }
        const touche = document.createElement("kbd");
        touche.textContent = lien.dataset.touche;
        lien.append(" ", touche);
      }
      break;
  }
});
// A menu that is open closes when one clicks elsewhere, or by Esc.
document.addEventListener("keydown", (evenement) => {
  const ouvert = document.querySelector(".choix-base[open]");
  if (evenement.key !== "Escape" || !ouvert) return;
  ouvert.removeAttribute("open");
  ouvert.querySelector("summary").focus();
});
document.addEventListener("click", (evenement) => {
  for (const choix of document.querySelectorAll(".choix-base[open]"))
    if (!choix.contains(evenement.target)) choix.removeAttribute("open");
});
