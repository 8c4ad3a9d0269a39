// Pages that follow: what has moved takes the place of what was shown, without a reload. What has the focus, what is
// open and where one reads stay as they are. Everything here is a comfort: the pages read without it.
//
//   data-suivre="URL"   a stream; its event « pas » has this page asked for again, « etat » brings HTML itself
//   id data-vif         what is replaced, by the element of the same id; `data-annonce` is said when it changes
"use strict";

const diseur = document.querySelector("[data-dit-suivre]");

// Makes `ici` look like `recu`, keeping each node that has one like it there.
function fondre(ici, recu) {
  if (ici.isEqualNode(recu)) return;
  if (ici.nodeType !== recu.nodeType || ici.nodeName !== recu.nodeName || ici.id !== recu.id) {
    ici.replaceWith(recu);
    return;
  }
  if (ici.nodeType !== Node.ELEMENT_NODE) { ici.nodeValue = recu.nodeValue; return; }
  if (ici === document.activeElement && ici.matches("input, textarea, select")) return; // somebody types there
  const garder = (nom) => nom === "data-suivre" || (nom === "open" && ici.nodeName === "DETAILS");
  for (const { name } of [...ici.attributes]) if (!recu.hasAttribute(name) && !garder(name)) ici.removeAttribute(name);
  for (const { name, value } of recu.attributes) {
    if (!garder(name) && ici.getAttribute(name) !== value) ici.setAttribute(name, value);
  }
  fondreEnfants(ici, recu);
}

function fondreEnfants(ici, recu) {
  const restes = new Set(ici.childNodes);
  let place = ici.firstChild;
  for (const neuf of [...recu.childNodes]) {
    const pareil = neuf.id
      ? [...restes].find((ancien) => ancien.id === neuf.id)
      : [...restes].find((ancien) => !ancien.id && ancien.nodeName === neuf.nodeName && ancien.nodeType === neuf.nodeType);
    if (!pareil) { ici.insertBefore(neuf, place); continue; }
    restes.delete(pareil);
    if (pareil !== place) { // who goes before it and is wanted no more goes: what has the focus is not moved
      while (place && place !== pareil && restes.has(place)) {
        const parti = place;
        place = place.nextSibling;
        restes.delete(parti);
        parti.remove();
      }
      if (pareil !== place) ici.insertBefore(pareil, place);
    }
    place = pareil.nextSibling;
    fondre(pareil, neuf);
  }
  for (const parti of restes) parti.remove();
}

// Puts what came in its place; whether something changed.
function remplacer(arbre) {
  let change = false;
  const tenait = document.activeElement;
  for (const neuf of arbre.querySelectorAll("[id][data-vif]")) {
    const ici = document.getElementById(neuf.id);
    if (!ici || ici.isEqualNode(neuf)) continue;
    const avant = ici.dataset.annonce;
    const cadre = ici.closest("[tabindex]") ?? ici;
    fondre(ici, document.importNode(neuf, true));
    change = true;
    if (diseur && ici.dataset.annonce && ici.dataset.annonce !== avant) diseur.textContent = ici.dataset.annonce;
    // Who was on what is gone stays beside it, instead of at the top of the page.
    if (tenait !== document.body && !tenait.isConnected) cadre.focus({ preventScroll: true });
  }
  return change;
}

function suivre(suivi) {
  let demandee = false, encore = false;
  for (const lien of document.querySelectorAll("[data-sans-script]")) lien.hidden = true;
  const adresse = new URL(suivi.dataset.suivre, location.href);

  // Two that come at once ask for the page once more, not twice at the same time.
  const redemander = async () => {
    if (demandee) { encore = true; return; }
    demandee = true;
    try {
      do {
        encore = false;
        const reponse = await fetch(location.href, { headers: { Accept: "text/html" } });
        if (reponse.redirected) { location.replace(reponse.url); return; } // the scene has begun, on its own base
        if (!reponse.ok) return;
        remplacer(new DOMParser().parseFromString(await reponse.text(), "text/html"));
        for (const lien of document.querySelectorAll("[data-sans-script]")) lien.hidden = true;
      } while (encore);
    } catch { /* the server is away: the stream says when it is back */ } finally { demandee = false; }
  };

  const pas = (evenement) => {
    adresse.searchParams.set("depuis", evenement.lastEventId);
    redemander();
  };
  const etat = (evenement) => remplacer(new DOMParser().parseFromString(evenement.data, "text/html"));
  suivreUnFlux(() => adresse, { pas, etat });
}

if (window.EventSource) for (const suivi of document.querySelectorAll("[data-suivre]")) suivre(suivi);
