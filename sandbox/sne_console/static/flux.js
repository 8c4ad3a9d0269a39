// A stream that a page follows: opened, paused, closed while nobody looks at the page, opened again after a refusal.
//
//   adresse    () => where it is now
//   recevoir   { name of an event: what is done with it }
//   voyant     where the page says how its stream is, with the button that pauses it; nothing for a page without
"use strict";

function suivreUnFlux(adresse, recevoir, voyant = null) {
  const pause = voyant?.querySelector("[data-pause]");
  let source = null, silence = null, essai = null, arrete = false;

  const dire = (mot, actif = false) => {
    clearTimeout(silence);
    silence = null;
    if (!voyant) return;
    voyant.classList.toggle("actif", actif);
    voyant.querySelector("[data-mot]").textContent = mot;
  };
  const fermer = () => {
    source?.close();
    source = null;
    clearTimeout(essai);
    voyant?.classList.remove("actif");
  };
  const ouvrir = () => {
    if (source || arrete || document.hidden) return;
    clearTimeout(essai);
    source = new EventSource(adresse());
    source.onopen = () => dire("en direct", true);
    source.onerror = () => {
      voyant?.classList.remove("actif");
      // A stream that ends is opened again within a second or two: longer, nobody answers, or one is no longer
      // signed in, which a page that is asked for again tells.
      silence ??= setTimeout(() => { if (!arrete) dire("coupé : rechargez la page"); }, 4000);
      // A browser comes back by itself from a stream that ends, not from a refusal (503: too many readers).
      if (source?.readyState === EventSource.CLOSED) { fermer(); essai = setTimeout(ouvrir, 5000); }
    };
    for (const [nom, faire] of Object.entries(recevoir)) source.addEventListener(nom, faire);
  };
  if (voyant) voyant.hidden = false;
  pause?.addEventListener("click", () => {
    arrete = !arrete;
    pause.textContent = arrete ? "Reprendre" : "Pause";
    if (arrete) { fermer(); dire("en pause"); } else ouvrir();
  });
  // Tabs that nobody looks at hold no stream: browsers open six connections to a server, for all tabs.
  document.addEventListener("visibilitychange", () => { if (document.hidden) fermer(); else ouvrir(); });
  addEventListener("pagehide", fermer);
  addEventListener("pageshow", ouvrir);
  ouvrir();
  return { finir: (mot) => { arrete = true; fermer(); dire(mot); } }; // nothing comes after it
}
