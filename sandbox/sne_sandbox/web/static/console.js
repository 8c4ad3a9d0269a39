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

// --- keyboard ----------------------------------------------------------------------------------------------
const menu = document.querySelector(".raccourcis");
if (menu) menu.hidden = false;
let apresG = false;
document.addEventListener("keydown", (evenement) => {
  if (evenement.ctrlKey || evenement.metaKey || evenement.altKey) return;
  if (evenement.target.closest("input, select, textarea, [contenteditable]")) {
    if (evenement.key === "Escape") evenement.target.blur();
    return;
  }
  if (apresG) {
    apresG = false;
    const lien = document.querySelector(`.menu a[data-touche="${CSS.escape(evenement.key)}"]`);
    if (lien) lien.click();
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
      const champ = document.querySelector("[data-recherche]");
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
