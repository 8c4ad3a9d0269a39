// A judgement that is being made: <div data-suivi="URL">, pieces rendered and escaped by the server. Each piece
// takes the place of the one of its id; branches that are open stay open, the focus where it is.
"use strict";

const suivi = document.querySelector("[data-suivi]");
if (suivi && window.EventSource) {
  const annonce = document.querySelector("[data-annonce]");
  const arbre = document.querySelector(".familles");
  const ouvertes = new Set([...suivi.querySelectorAll(".branche.rate")].map((branche) => branche.id));
  let change = false, touche = false;

  // What is inside takes the place of what was; who was on a link is on the same link, or on its branch.
  const remplir = (ici, recu) => {
    if (!ici || !recu || ici.isEqualNode(recu)) return;
    const tenu = document.activeElement !== ici && ici.contains(document.activeElement) ? document.activeElement : null;
    const lien = tenu?.getAttribute("href");
    ici.replaceChildren(...document.importNode(recu, true).childNodes);
    if (!tenu) return;
    const meme = lien && [...ici.querySelectorAll("a")].find((a) => a.getAttribute("href") === lien);
    (meme || ici.closest("details")?.querySelector("summary"))?.focus({ preventScroll: true });
  };

  const fondre = (recu) => {
    const ici = document.getElementById(recu.id);
    if (!ici) return;
    if (!recu.classList.contains("branche")) {
      for (const nom of ["class", "data-dit"]) if (recu.hasAttribute(nom)) ici.setAttribute(nom, recu.getAttribute(nom));
      remplir(ici, recu);
      return;
    }
    ici.className = recu.className;
    for (const nom of ["summary", ".dedans"]) remplir(ici.querySelector(nom), recu.querySelector(nom));
    if (!recu.classList.contains("rate")) return;
    const famille = ici.closest(".famille");
    famille.classList.add("rate");
    if (ouvertes.has(ici.id)) return; // once: who has closed it wants it closed
    ouvertes.add(ici.id);
    ici.querySelector("details").open = famille.open = true;
  };

  const etat = (evenement) => {
    const recus = new DOMParser().parseFromString(evenement.data, "text/html");
    for (const recu of recus.querySelectorAll("#avancement, #dite, [id^='f-'], .branche")) fondre(recu);
    change = true;
  };
  const fin = (evenement) => {
    flux.finir("fini");
    if (!touche) { location.replace(evenement.data); return; }
    document.querySelector("[data-fini]").hidden = false;
    annonce.textContent = "Le jugement est fini : le rapport est prêt.";
  };
  const flux = suivreUnFlux(() => suivi.dataset.suivi, { etat, fin }, document.querySelector("[data-direct]"));

  // Who is reading a branch is not taken away from it at the end.
  for (const nom of ["pointerdown", "keydown"]) arbre?.addEventListener(nom, () => { touche = true; });
  setInterval(() => { // a reader is told once a while, not at each line
    const dit = document.getElementById("avancement")?.dataset.dit;
    if (change && dit && dit !== annonce.textContent) annonce.textContent = dit;
    change = false;
  }, 3000);
}
