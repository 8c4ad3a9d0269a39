// Scenes: keys and clicker of the trainer's window, what the room looks at again, full screen, the time that passes.
// Everything here is a comfort: each step is played by its button, which has the focus as the page opens.
"use strict";

const regie = document.querySelector("[data-regie]");
const salle = document.querySelector("[data-salle]");
// Both windows of one browser: the trainer's says which step the room looks at again; none is the present.
const canal = window.BroadcastChannel && new BroadcastChannel("scenes");

if (regie) {
  let revu = null; // rank of the step that is looked at again

  const revoir = (rang) => {
    revu = rang;
    canal?.postMessage({ scene: regie.dataset.regie, pas: rang });
    const dit = document.querySelector("[data-revue]");
    if (!dit) return;
    dit.hidden = rang === null;
    dit.textContent = rang === null ? "" : `La salle revoit le pas ${rang}.`;
  };
  const reculer = () => {
    const joues = Number(regie.dataset.joues);
    revoir(Math.max(1, (revu ?? joues) - 1));
  };
  const avancer = () => {
    const joues = Number(regie.dataset.joues);
    if (revu !== null) { revoir(revu + 1 < joues ? revu + 1 : null); return; }
    const ici = document.activeElement?.closest(".choix-salle")?.contains(document.activeElement);
    const bouton = ici ? document.activeElement : document.querySelector("[data-jouer]");
    bouton?.click();
  };
  document.addEventListener("keydown", (evenement) => {
    if (evenement.ctrlKey || evenement.metaKey || evenement.altKey || evenement.shiftKey || evenement.repeat) return;
    if ("sansRaccourcis" in document.documentElement.dataset) return; // one has turned single keys off
    if (evenement.target.closest("input, select, textarea, [contenteditable]")) return;
    const sur = evenement.target.closest("a, button, summary");
    const touches = { PageDown: avancer, ArrowRight: avancer, PageUp: reculer, ArrowLeft: reculer, Home: () => revoir(null) };
    if (evenement.key === " " && !sur) touches[" "] = avancer;
    if (!touches[evenement.key]) return;
    evenement.preventDefault();
    touches[evenement.key]();
  });
  // A step that is on its way is not sent twice by an impatient finger.
  document.addEventListener("submit", (evenement) => {
    if (evenement.target.dataset.parti) { evenement.preventDefault(); return; }
    evenement.target.dataset.parti = "oui";
  });
  addEventListener("pageshow", () => {
    for (const formulaire of document.querySelectorAll("[data-parti]")) delete formulaire.dataset.parti;
  });
  revoir(null);
  // Who plays alone, on a telephone: the button of the next step has the focus, what the last one did is in sight.
  const fait = [...regie.querySelectorAll(".regie-essai")].pop() ?? regie.querySelector(".regie-carte.pas-joue");
  if ("seul" in regie.dataset && fait) addEventListener("load", () => requestAnimationFrame(() => fait.scrollIntoView()));
  setInterval(() => {
    const depuis = document.querySelector("[data-ecoule]");
    if (!depuis) return;
    const minutes = Math.max(0, Math.floor((Date.now() - Date.parse(depuis.dateTime)) / 60000));
    depuis.textContent = minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")}`;
  }, 10000);
}

if (salle) {
  const relire = async () => {
    const reponse = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!reponse.ok) return;
    const recue = new DOMParser().parseFromString(await reponse.text(), "text/html").getElementById("scene");
    const ici = document.getElementById("scene");
    if (recue && ici && !ici.isEqualNode(recue)) ici.replaceChildren(...document.importNode(recue, true).childNodes);
    armer();
  };
  canal?.addEventListener("message", ({ data }) => {
    if (data.scene !== salle.dataset.salle) return;
    const adresse = new URL(location.href);
    if (data.pas === null) adresse.searchParams.delete("pas"); else adresse.searchParams.set("pas", data.pas);
    if (adresse.href === location.href) return;
    history.replaceState(null, "", adresse);
    relire();
  });
  const armer = () => {
    const bouton = document.querySelector("[data-plein]");
    // Only what is not so yet: to set an attribute again is a change too, of which the observer would be told.
    if (bouton?.hidden && document.fullscreenEnabled) bouton.hidden = false;
    for (const lien of document.querySelectorAll("[data-sans-script]:not([hidden])")) lien.hidden = true;
  };
  document.addEventListener("click", (evenement) => {
    if (!evenement.target.closest("[data-plein]")) return;
    if (document.fullscreenElement) document.exitFullscreen(); else document.documentElement.requestFullscreen();
  });
  armer();
  new MutationObserver(armer).observe(salle, { childList: true, subtree: true, attributes: true, attributeFilter: ["hidden"] });
}
