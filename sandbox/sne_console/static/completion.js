// What may be written at a place of a document: elements in the order of the schema, attributes, codes with their words.
// The contract comes from the API, once a page; a nomenclature when it is first asked for.
"use strict";

const Completion = (() => {
  const BLANC = /\s/;

  const lire = async (chemin) => {
    const reponse = await fetch(chemin, { headers: { Accept: "application/json" } });
    if (!reponse.ok) throw new Error(`${reponse.status}`);
    return reponse.json();
  };

  // Once for each address; what failed is tried again the next time.
  const dejaLus = new Map();
  const lireUneFois = (chemin) => {
    if (!dejaLus.has(chemin)) dejaLus.set(chemin, lire(chemin).catch((erreur) => { dejaLus.delete(chemin); throw erreur; }));
    return dejaLus.get(chemin);
  };

  // The elements by path, each with its children in the order of the schema.
  const elements = async (base, document_, version) => {
    const question = new URLSearchParams({ base });
    if (version) question.set("version", version);
    const { elements: lus } = await lireUneFois(`/api/v1/contract/documents/${document_}?${question}`);
    const parChemin = new Map();
    lus.forEach((element, rang) => {
      if (parChemin.has(element.chemin)) return;
      const dernier = element.chemin.lastIndexOf("/");
      const connu = { ...element, nom: element.chemin.slice(dernier + 1), rang, enfants: [], ouvre: false };
      parChemin.set(element.chemin, connu);
      const dessus = parChemin.get(element.chemin.slice(0, dernier));
      if (!dessus) return;
      dessus.enfants.push(connu);
      dessus.ouvre = true;
    });
    return parChemin;
  };

  const codes = async (base, liste) => {
    const { codes: lus } = await lireUneFois(`/api/v1/contract/nomenclatures/${liste}?${new URLSearchParams({ base })}`);
    return lus.filter(({ code }) => code);
  };

  // Those of a name, however little of it is typed, of a postal code or of a code.
  const communes = async (base, nom) => {
    if (nom.trim().length < 2) return [];
    return lireUneFois(`/api/v1/contract/communes?${new URLSearchParams({ base, nom: nom.trim() })}`).catch(() => []);
  };
  const deCommune = ({ nom, liste, type }) => /^commune/.test(nom) && !liste && type !== "oui ou non";

  const local = (nom) => nom.slice(nom.indexOf(":") + 1);

  // Where a tag that begins at `debut` ends, or `bout` when it does not end before it.
  const finDeBalise = (texte, debut, bout) => {
    let guillemet = "";
    for (let i = debut; i < bout; i += 1) {
      const c = texte[i];
      if (guillemet) { if (c === guillemet) guillemet = ""; }
      else if (c === '"' || c === "'") guillemet = c;
      else if (c === ">") return i + 1;
    }
    return bout;
  };

  // What is not an element: comments, declarations, quoted text.
  const SAUTS = [["<!--", "-->"], ["<![CDATA[", "]]>"], ["<?", "?>"], ["<!", ">"]];
  const sauter = (texte, ou) => {
    for (const [debut, fin] of SAUTS) {
      if (!texte.startsWith(debut, ou)) continue;
      const la = texte.indexOf(fin, ou + debut.length);
      return la < 0 ? texte.length : la + fin.length;
    }
    return -1;
  };

  // The elements that are open at `place` (with the names of what each holds so far), and the tag that is being written
  // there, if any ({ debut, texte }). `muet`: inside a comment, nothing is proposed.
  const situer = (texte, place) => {
    const ouverts = [{ nom: "", enfants: [] }];
    let ou = 0;
    for (;;) {
      const debut = texte.indexOf("<", ou);
      if (debut < 0 || debut >= place) return { ouverts, debutTexte: ou };
      const apres = sauter(texte, debut);
      if (apres >= 0) {
        if (apres > place) return { ouverts, muet: true };
        ou = apres;
        continue;
      }
      const fin = finDeBalise(texte, debut, place);
      if (fin >= place && texte[place - 1] !== ">") return { ouverts, balise: { debut, texte: texte.slice(debut, place) } };
      const dedans = texte.slice(debut + 1, fin - 1);
      if (dedans.startsWith("/")) {
        if (ouverts.length > 1) ouverts.pop();
      } else {
        const nom = dedans.split(/[\s/]/, 1)[0];
        ouverts.at(-1).enfants.push(local(nom));
        if (!dedans.endsWith("/")) ouverts.push({ nom, enfants: [] });
      }
      ou = fin;
    }
  };

  // Name of the next element of the same parent after `place`, "" when there is none.
  const suivant = (texte, place) => {
    let ou = place;
    for (;;) {
      const debut = texte.indexOf("<", ou);
      if (debut < 0 || texte[debut + 1] === "/") return "";
      const apres = sauter(texte, debut);
      if (apres < 0) return local(texte.slice(debut + 1).split(/[\s/>]/, 1)[0]);
      ou = apres;
    }
  };

  const chemin = (ouverts) => ouverts.slice(1).map(({ nom }) => local(nom)).join("/");

  const cardinal = ({ minimum, maximum }) => {
    const haut = maximum === null ? "n" : String(maximum);
    return String(minimum) === haut ? haut : `${minimum}..${haut}`;
  };

  const decrire = (element) => [
    element.minimum && !element.choix ? "obligatoire" : element.choix ? "au choix" : "facultatif", cardinal(element),
    element.liste || element.type, element.bornes,
  ].filter(Boolean).join(", ");

  // The elements allowed here: after what precedes, before what follows, and not once too often.
  const enfantsPermis = (connus, ouverts, prochain) => {
    const dessus = chemin(ouverts);
    const admis = dessus ? connus.get(dessus)?.enfants ?? [] : [...connus.values()].slice(0, 1);
    const deja = ouverts.at(-1).enfants;
    const rang = (nom) => admis.findIndex((element) => element.nom === nom);
    const bas = Math.max(-1, ...deja.map(rang)), haut = prochain && rang(prochain) >= 0 ? rang(prochain) : admis.length;
    const permis = admis.filter((element, i) => {
      const fois = deja.filter((nom) => nom === element.nom).length + (prochain === element.nom ? 1 : 0);
      return i >= bas && i <= haut && (element.maximum === null || fois < element.maximum);
    });
    return permis.length ? permis : admis;
  };

  const PLACE = "\u0000"; // where the cursor goes in what is written
  const appliquer = (ecrit, rouvrir = false) => (vue, _, de, a) => {
    const curseur = ecrit.indexOf(PLACE);
    const insert = ecrit.replace(PLACE, "");
    vue.dispatch({
      changes: { from: de, to: a, insert }, scrollIntoView: true, userEvent: "input.complete",
      selection: { anchor: de + (curseur < 0 ? insert.length : curseur) },
    });
    if (rouvrir) CodeMirror.startCompletion(vue);
  };

  const valeurs = async (base, element) => {
    if (!element) return [];
    if (element.liste) {
      return (await codes(base, element.liste)).map(({ code, libelle }) => ({ label: code, detail: libelle }));
    }
    if (element.type === "oui ou non") return [{ label: "true", detail: "oui" }, { label: "false", detail: "non" }];
    return element.valeurs.map((label) => ({ label }));
  };

  // A commune by its name: what is written is its code. Asked again at each key, the server alone knows names.
  const parNom = async (base, ecrit, from) => ({
    from, filter: false,
    options: (await communes(base, ecrit)).map(({ code, nom, codes_postaux: postaux }) => ({
      label: code, displayLabel: nom, detail: `${code}, code postal ${postaux.slice(0, 3).join(", ")}`,
    })),
  });

  // What completes names, by prefix of the document, is ordered by the schema.
  const deElements = (base, connus, etat, permis, prefixe, fermeture) => permis.map((element, i) => {
    const nom = prefixe + element.nom, code = element.attributs.some((a) => a.split(" ")[0] === "code");
    const simple = !element.ouvre;
    const ecrit = code && simple ? `${nom} code="${PLACE}"/>` : `${nom}>${PLACE}</${nom}>`;
    return {
      label: element.nom, displayLabel: nom, detail: decrire(element), type: "type", boost: 50 - Math.min(i, 99),
      section: fermeture, apply: appliquer(ecrit, code || element.valeurs.length > 0 || element.type === "oui ou non" || element.ouvre),
    };
  });

  // The source of CodeMirror; `versionDe` reads the version of the message in the text.
  const source = ({ base, document: document_, versionDe }) => async (contexte) => {
    const texte = contexte.state.doc.toString(), place = contexte.pos;
    const { ouverts, balise, muet, debutTexte } = situer(texte, place);
    if (muet) return null;
    const avant = balise ? null : texte.slice(debutTexte, place);
    if (!balise && !contexte.explicit) return null;
    let connus;
    try {
      connus = await elements(base, document_, versionDe(texte));
    } catch {
      return null; // the contract cannot be had: one types without it
    }
    if (contexte.aborted) return null;
    const racine = ouverts[1]?.nom ?? "", prefixe = racine.includes(":") ? racine.slice(0, racine.indexOf(":") + 1) : "";
    if (!balise) {
      // In a text: its values, else the elements that may come here.
      const ici = connus.get(chemin(ouverts));
      if (ici && !ici.ouvre && deCommune(ici)) return parNom(base, avant, place - avant.trimStart().length);
      const options = await valeurs(base, ici && !ici.ouvre ? ici : null);
      if (options.length) return { from: place - avant.trimStart().length, options };
      if (avant.trim()) return null;
      const permis = enfantsPermis(connus, ouverts, suivant(texte, place));
      const balises = deElements(base, connus, contexte.state, permis, prefixe).map((o, i) => ({
        ...o, displayLabel: `<${o.displayLabel}>`, apply: (vue, c, de, a) => {
          vue.dispatch({ changes: { from: de, to: a, insert: "<" }, selection: { anchor: de + 1 } });
          o.apply(vue, c, de + 1, de + 1);
        },
      }));
      return { from: place, options: balises, filter: false };
    }
    const dedans = balise.texte.slice(1);
    if (dedans.startsWith("/")) {
      const nom = ouverts.at(-1).nom;
      return nom ? { from: balise.debut + 2, options: [{ label: nom, apply: `${nom}>` }] } : null;
    }
    if (!BLANC.test(dedans)) {
      const ecrit = dedans.indexOf(":") + 1;
      const permis = enfantsPermis(connus, ouverts, suivant(texte, place));
      const options = deElements(base, connus, contexte.state, permis, prefixe).map((o) => ({
        ...o, apply: (vue, c, de, a) => o.apply(vue, c, balise.debut + 1, a),
      }));
      return { from: balise.debut + 1 + ecrit, options, validFor: /^[\w.-]*$/ };
    }
    const nom = dedans.split(/\s/, 1)[0];
    const element = connus.get([chemin(ouverts), local(nom)].filter(Boolean).join("/"));
    if (!element) return null;
    const valeur = /([\w:.-]+)\s*=\s*("[^"]*|'[^']*)$/.exec(dedans);
    if (valeur) {
      if (local(valeur[1]) !== "code") return null;
      if (deCommune(element)) return parNom(base, valeur[2].slice(1), place - valeur[2].length + 1);
      return { from: place - valeur[2].length + 1, options: await valeurs(base, element), validFor: /^\w*$/ };
    }
    const debut = /[\w:.-]*$/.exec(dedans)[0];
    const deja = new Set([...dedans.matchAll(/([\w:.-]+)\s*=/g)].map(([, ecrit]) => ecrit));
    const options = element.attributs.map((a) => a.split(" ")).filter(([a]) => !deja.has(a)).map(([a, ...reste]) => ({
      label: a, detail: reste.join(" ") || "obligatoire", type: "property", apply: appliquer(`${a}="${PLACE}"`, a === "code"),
    }));
    return { from: place - debut.length, options };
  };

  return { source, communes };
})();
