// Keyboard, copy buttons. Everything here is a comfort: the pages read without it.
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
  dit.setAttribute("aria-live", "polite");
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
