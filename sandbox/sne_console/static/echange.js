"use strict";
// « Tout déplier » where the page is: without JavaScript the link opens it again, unfolded.
for (const lien of document.querySelectorAll("[data-deplier]")) {
  const panneau = lien.closest("section");
  const noeuds = [...panneau.querySelectorAll(".arbre details")];
  const depart = noeuds.map((noeud) => noeud.open);
  if (!depart.includes(false)) continue;
  lien.setAttribute("role", "button");
  lien.setAttribute("aria-expanded", "false");
  const basculer = (evenement) => {
    evenement.preventDefault();
    const ouvre = lien.getAttribute("aria-expanded") === "false";
    noeuds.forEach((noeud, rang) => { noeud.open = ouvre || depart[rang]; });
    lien.setAttribute("aria-expanded", String(ouvre));
    lien.textContent = ouvre ? "Replier ce qui est juste" : "Tout déplier";
  };
  lien.addEventListener("click", basculer);
  lien.addEventListener("keydown", (evenement) => { if (evenement.key === " ") basculer(evenement); });
}
