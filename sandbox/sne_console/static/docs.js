// The API tried from its page: a form becomes a call, and its answer is shown as text.
"use strict";

const LONG = 20000; // characters of an answer that are shown

const appeler = async (forme) => {
  let adresse = forme.dataset.chemin;
  const question = new URLSearchParams();
  for (const champ of forme.querySelectorAll("[data-ou]")) {
    if (champ.dataset.ou === "adresse") adresse = adresse.replace(`{${champ.name}}`, encodeURIComponent(champ.value));
    else if (champ.value) question.set(champ.name, champ.value);
  }
  if ([...question].length) adresse += `?${question}`;
  const corps = forme.querySelector("[data-corps]");
  const options = { method: forme.dataset.essai, headers: { Accept: "application/json, */*" } };
  if (corps && corps.value.trim()) {
    options.body = corps.value;
    options.headers["Content-Type"] = forme.dataset.type;
  }
  const debut = performance.now();
  const reponse = await fetch(adresse, options);
  const type = reponse.headers.get("Content-Type") || "";
  let texte = "";
  if (/json|text|xml/.test(type)) {
    texte = await reponse.text();
    if (texte && /json/.test(type)) texte = JSON.stringify(JSON.parse(texte), null, 2);
  } else if (reponse.status !== 204) {
    texte = `[${(await reponse.blob()).size} octets, ${type}]`;
  }
  const ms = Math.round(performance.now() - debut);
  return { titre: `${options.method} ${adresse} → ${reponse.status} ${reponse.statusText} (${ms} ms)`, texte, bien: reponse.ok };
};

for (const forme of document.querySelectorAll("[data-essai]")) {
  forme.querySelector("[data-essayer]").hidden = false;
  forme.addEventListener("submit", async (evenement) => {
    evenement.preventDefault();
    if (forme.dataset.essai === "DELETE" && !confirm("Cet appel supprime pour de bon. Continuer ?")) return;
    const place = forme.querySelector("[data-resultat]");
    const titre = document.createElement("p");
    const bloc = document.createElement("pre");
    bloc.tabIndex = 0;
    place.replaceChildren(titre, bloc);
    place.hidden = false;
    titre.textContent = "Appel en cours…";
    try {
      const { titre: dit, texte, bien } = await appeler(forme);
      titre.textContent = dit;
      titre.className = bien ? "message" : "message erreur";
      bloc.textContent = texte.length > LONG ? `${texte.slice(0, LONG)}\n… (${texte.length} caractères)` : texte;
      bloc.hidden = !texte;
    } catch (erreur) {
      titre.textContent = `L'appel n'a pas abouti : ${erreur.message}`;
      titre.className = "message erreur";
      bloc.hidden = true;
    }
  });
}
// An address that names a call opens it.
const vise = location.hash && document.getElementById(location.hash.slice(1));
if (vise && vise.tagName === "DETAILS") vise.open = true;
