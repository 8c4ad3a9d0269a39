// Composer as an editor: CodeMirror over the text area, remarks in the margin, checks as one types. Without it the form
// does the same, a page at a time.
"use strict";

(() => {
  const feuille = document.querySelector("[data-feuille]");
  if (!feuille || !window.CodeMirror) return;
  const C = window.CodeMirror;
  const zone = feuille.querySelector("textarea"), formulaire = zone.form;
  const { base, operation, document: document_, depart, visee } = feuille.dataset;
  const lectureSeule = "lecture" in feuille.dataset;
  const liste = document.querySelector("[data-remarques]");
  const verdict = document.querySelector("[data-verdict]"), compte = document.querySelector("[data-compte]");
  const annonce = document.querySelector("[data-annonce-remarques]"), parcours = document.querySelector("[data-parcours]");
  const PAUSE = 600; // ms without a key before a check
  const CHOISI = "\ufffc"; // where the chosen value goes, in a correction
  const DISTANT = C.Annotation.define(); // a change that nobody typed
  let remarques = [], dites = JSON.parse(liste.dataset.remarques) ?? [], depuis = null, initiale = true;

  // --- the text that was being written, when the page is loaded again -----------------------------------------------
  const CLE = `composer:${base}:${operation}`;
  const garder = (texte) => {
    if (lectureSeule) return;
    try { sessionStorage.setItem(CLE, JSON.stringify({ depart, texte })); } catch { /* full, or forbidden: it is not kept */ }
  };
  const oublier = () => { try { sessionStorage.removeItem(CLE); } catch { /* nothing was kept */ } };
  const origine = zone.value;
  const repris = (() => {
    if (performance.getEntriesByType("navigation")[0]?.type !== "reload") return null;
    try {
      const garde = JSON.parse(sessionStorage.getItem(CLE));
      return garde?.depart === depart && garde.texte !== origine ? garde.texte : null;
    } catch { return null; }
  })();
  if (repris !== null) zone.value = repris;

  // --- the editor -----------------------------------------------------------------------------------------------------
  // Every colour is a variable of the page: the dark scheme redefines them. Images of CodeMirror's own theme are data:
  // addresses, which the pages refuse.
  const theme = C.EditorView.theme({
    "&": { height: "100%", color: "var(--encre)", backgroundColor: "var(--carte)", fontSize: ".8rem" },
    "&.cm-focused": { outline: "none" },
    ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.5" },
    ".cm-content": { caretColor: "var(--encre)" },
    ".cm-cursor, .cm-dropCursor": { borderLeftColor: "var(--encre)" },
    "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--choix-fond)" },
    ".cm-activeLine": { backgroundColor: "var(--ligne-fond)" },
    ".cm-gutters": { backgroundColor: "var(--papier)", color: "var(--encre-douce)", borderRight: "1px solid var(--trait)" },
    ".cm-activeLineGutter": { backgroundColor: "var(--ligne-fond)", color: "var(--encre)" },
    ".cm-foldPlaceholder": { backgroundColor: "var(--gris-pale)", color: "var(--encre)", border: "1px solid var(--trait)" },
    ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": { backgroundColor: "var(--sapin-pale)", outline: "1px solid var(--trait-fort)" },
    ".cm-nonmatchingBracket, &.cm-focused .cm-nonmatchingBracket": { backgroundColor: "var(--rouge-pale)" },
    ".cm-selectionMatch": { backgroundColor: "var(--sapin-pale)" },
    ".cm-searchMatch": { backgroundColor: "var(--ocre-pale)", outline: "1px solid var(--ocre)" },
    ".cm-searchMatch-selected": { backgroundColor: "var(--choix-fond)" },
    ".cm-tooltip": { backgroundColor: "var(--carte)", color: "var(--encre)", border: "1px solid var(--trait-fort)", borderRadius: ".3rem", maxWidth: "34rem" },
    ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", maxHeight: "16em" },
    ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--sapin)", color: "var(--sur-sapin, #fff)" },
    ".cm-tooltip-autocomplete > ul > li[aria-selected] .cm-completionDetail": { color: "inherit" },
    ".cm-completionDetail": { color: "var(--encre-douce)", fontStyle: "normal" },
    ".cm-panels": { backgroundColor: "var(--papier)", color: "var(--encre)" },
    ".cm-panels.cm-panels-top": { borderBottom: "1px solid var(--trait)" },
    ".cm-textfield": { backgroundColor: "var(--carte)", color: "var(--encre)", border: "1px solid var(--trait-fort)" },
    ".cm-button": { backgroundImage: "none", backgroundColor: "var(--carte)", color: "var(--encre)", border: "1px solid var(--trait-fort)", minHeight: "24px" },
    ".cm-panel.cm-search label": { fontSize: ".85em" },
    ".cm-panel.cm-search [name=close]": { color: "var(--encre)", minWidth: "24px", minHeight: "24px" },
    ".cm-lintRange": { backgroundImage: "none !important" },
    ".cm-lintRange-error": { textDecoration: "underline wavy var(--rouge) 1px", textUnderlineOffset: "3px" },
    ".cm-lintRange-warning": { textDecoration: "underline wavy var(--ocre) 1px", textUnderlineOffset: "3px" },
    ".cm-lintRange-active": { backgroundColor: "var(--ocre-pale)" },
    ".cm-gutter-lint": { width: "1.5em" },
    ".cm-lint-marker": { content: "normal", width: "1.2em", height: "auto" },
    ".cm-lint-marker-error, .cm-lint-marker-warning": { content: "normal" },
    ".cm-lint-marker-error::before": { content: "'✕'", color: "var(--rouge)", fontWeight: "700" },
    ".cm-lint-marker-warning::before": { content: "'!'", color: "var(--ocre)", fontWeight: "700" },
    ".cm-diagnostic": { padding: ".35rem .6rem", whiteSpace: "pre-wrap" },
    ".cm-diagnostic-error": { borderLeft: "4px solid var(--rouge)" },
    ".cm-diagnostic-warning": { borderLeft: "4px solid var(--ocre)" },
    ".cm-diagnosticAction": { backgroundColor: "var(--carte)", color: "var(--encre)", border: "1px solid var(--trait-fort)", borderRadius: ".3rem", minHeight: "24px", marginLeft: "0", marginRight: ".4rem" },
  });
  const couleurs = C.HighlightStyle.define([
    { tag: [C.tags.angleBracket, C.tags.processingInstruction, C.tags.documentMeta], color: "var(--encre-douce)" },
    { tag: C.tags.tagName, color: "var(--sapin-vif)", fontWeight: "600" },
    { tag: C.tags.attributeName, color: "var(--prune)" },
    { tag: C.tags.attributeValue, color: "var(--ocre)" },
    { tag: [C.tags.blockComment, C.tags.comment], color: "var(--encre-douce)", fontStyle: "italic" },
    { tag: [C.tags.character, C.tags.special(C.tags.string)], color: "var(--ocre)" },
    { tag: C.tags.invalid, color: "var(--rouge)", textDecoration: "underline" },
  ]);
  const PHRASES = {
    "Find": "Chercher", "Replace": "Remplacer", "next": "suivant", "previous": "précédent", "all": "tous",
    "match case": "casse", "by word": "mot entier", "regexp": "expression", "replace": "remplacer",
    "replace all": "tout remplacer", "close": "fermer", "current match": "trouvé", "on line": "ligne",
    "replaced match on line $": "remplacé ligne $", "replaced $ matches": "$ remplacements",
    "Go to line": "Aller à la ligne", "go": "aller", "Completions": "Propositions", "Diagnostics": "Remarques",
    "No diagnostics": "Aucune remarque", "Control character": "Caractère de contrôle",
    "Selection deleted": "Sélection effacée", "Folded lines": "Lignes repliées", "Unfolded lines": "Lignes dépliées",
    "to": "à", "folded code": "lignes repliées", "unfold": "déplier", "Fold line": "Replier", "Unfold line": "Déplier",
  };
  const versionDe = (texte) => /versionInterface\s*=\s*["']([^"']*)["']/.exec(texte)?.[1] ?? "";

  // Chromium itself, when one types over a selection, keeps its colours by a style attribute, which the pages refuse.
  const taperSurLaSelection = C.EditorView.domEventHandlers({
    beforeinput: (evenement, la) => {
      const { from, to } = la.state.selection.main, texte = evenement.data;
      if (evenement.inputType !== "insertText" || evenement.isComposing || la.composing || from === to || !texte || la.state.readOnly) return false;
      const inserer = () => la.state.update(la.state.replaceSelection(texte), { userEvent: "input.type", scrollIntoView: true });
      if (!la.state.facet(C.EditorView.inputHandler).some((prendre) => prendre(la, from, to, texte, inserer))) la.dispatch(inserer());
      evenement.preventDefault();
      return true;
    },
  });

  const hote = document.createElement("div");
  hote.className = "editeur";
  // In a shadow root, CodeMirror's styles are adopted: nothing inline, and nothing of the page reaches it.
  const ombre = hote.attachShadow({ mode: "open" });
  zone.after(hote);
  zone.hidden = true;
  const vue = new C.EditorView({
    root: ombre,
    parent: ombre,
    state: C.EditorState.create({
      doc: zone.value,
      extensions: [
        C.lineNumbers(), C.lintGutter(), C.foldGutter(), C.highlightActiveLineGutter(), C.highlightSpecialChars(),
        C.history(), C.drawSelection(), C.EditorState.allowMultipleSelections.of(true), C.indentOnInput(),
        C.bracketMatching(), C.closeBrackets(), C.highlightActiveLine(), C.highlightSelectionMatches(), taperSurLaSelection,
        C.search({ top: true }), C.indentUnit.of("  "), C.xml({ autoCloseTags: true }), C.syntaxHighlighting(couleurs), theme,
        C.autocompletion({ override: [Completion.source({ base, document: document_, versionDe })], icons: false, maxRenderedOptions: 200 }),
        C.EditorState.phrases.of(PHRASES),
        C.EditorState.readOnly.of(lectureSeule),
        C.EditorView.contentAttributes.of({ "aria-label": "Le document XML", tabindex: "0", spellcheck: "false", autocapitalize: "off" }),
        C.keymap.of([
          { key: "F8", run: () => aller(1), shift: () => aller(-1) },
          { key: "Mod-Enter", run: () => { verifier(); return true; }, shift: () => { envoyer(); return true; } },
          ...C.closeBracketsKeymap, ...C.defaultKeymap, ...C.searchKeymap, ...C.historyKeymap, ...C.foldKeymap,
          ...C.completionKeymap, C.indentWithTab,
        ]),
        C.EditorView.updateListener.of((mise) => {
          if (!mise.docChanged) return;
          zone.value = mise.state.doc.toString();
          depuis = depuis ? depuis.compose(mise.changes) : mise.changes;
          if (mise.transactions.some((t) => t.annotation(DISTANT))) return;
          garder(zone.value);
          planifier(PAUSE);
        }),
      ],
    }),
  });
  hote.vue = vue;
  for (const aide of document.querySelectorAll("[data-aide-editeur]")) aide.hidden = false;
  for (const aide of document.querySelectorAll("[data-aide-simple]")) aide.hidden = true;
  document.querySelector("label[for=document]")?.addEventListener("click", () => vue.focus());
  // Letters that are typed here open no section of the menu.
  hote.addEventListener("keydown", (evenement) => {
    if (!evenement.ctrlKey && !evenement.metaKey && !evenement.altKey) evenement.stopPropagation();
  });
  formulaire.addEventListener("submit", () => { zone.value = vue.state.doc.toString(); oublier(); });

  // --- remarks: in the margin, and beside -------------------------------------------------------------------------------
  const bloque = (remarque) => remarque.gravite === "bloquante";
  const element = (nom, classe, ...dedans) => {
    const fait = document.createElement(nom);
    if (classe) fait.className = classe;
    fait.append(...dedans.filter((d) => d !== ""));
    return fait;
  };
  const bouton = (titre, faire) => {
    const fait = element("button", "btn btn-outline-secondary btn-sm", titre);
    fait.type = "button";
    fait.addEventListener("click", faire);
    return fait;
  };

  // A sentence, which the schema's are not.
  const phrase = (dite) => dite && `${dite[0].toUpperCase()}${dite.slice(1)}${/[.!?…»]$/.test(dite) ? "" : "."}`;

  // Python counts characters, the browser halves of some.
  const demis = (texte, place) => {
    let vus = 0;
    for (let i = 0; i < texte.length; i += 1) {
      if (vus === place) return i;
      const code = texte.charCodeAt(i);
      if (code >= 0xd800 && code < 0xdc00) i += 1;
      vus += 1;
    }
    return texte.length;
  };
  const enDemis = (texte) => (/[\ud800-\udbff]/.test(texte) ? (place) => demis(texte, place) : (place) => Math.min(place, texte.length));
  const ici = (place, sens) => (depuis ? depuis.mapPos(place, sens) : place);

  const corriger = (correction, valeur) => {
    if (correction.choix.length && !valeur) return;
    const changes = correction.retouches.map(({ debut, fin, texte }) => ({
      from: ici(debut, 1), to: Math.max(ici(debut, 1), ici(fin, -1)), insert: correction.choix.length ? texte.replace(CHOISI, valeur) : texte,
    }));
    const premiere = Math.min(...changes.map(({ from }) => from));
    vue.dispatch({ changes, userEvent: "input.correction" });
    vue.dispatch({ selection: { anchor: Math.min(premiere, vue.state.doc.length) }, scrollIntoView: true });
    vue.focus();
    annonce.textContent = `Fait : ${correction.titre}. Vérification…`;
    planifier(0);
  };

  // Communes are too many to be listed: a name brings those that have it.
  const chercherCommune = (choix, titre) => {
    const nom = element("input", "form-control form-control-sm");
    nom.placeholder = "Nom ou code postal d'une commune";
    nom.setAttribute("aria-label", `${titre} : nom ou code postal d'une commune`);
    nom.autocomplete = "off";
    const dabord = [...choix.options];
    nom.addEventListener("input", async () => {
      const ecrit = nom.value, trouvees = await Completion.communes(base, ecrit);
      if (ecrit !== nom.value) return;
      choix.replaceChildren(...(ecrit.trim() ? [] : dabord), ...trouvees.map((c) => new Option(`${c.code} : ${c.nom} (${c.departement})`, c.code)));
      if (!choix.options.length) choix.append(new Option("(aucune commune)", ""));
      choix.selectedIndex = 0;
    });
    nom.addEventListener("keydown", (evenement) => {
      if (evenement.key !== "Enter") return;
      evenement.preventDefault(); // the form would be sent
      choix.parentElement.querySelector("button").click();
    });
    return nom;
  };

  const montrerCorrection = (correction) => {
    const rangee = element("div", "correction");
    let choix = null;
    if (correction.choix.length) {
      choix = element("select", "form-select form-select-sm", new Option("(choisir)", ""));
      choix.setAttribute("aria-label", `${correction.titre} : valeur`);
      for (const { valeur, libelle } of correction.choix) choix.append(new Option(libelle ? `${valeur} : ${libelle}` : valeur, valeur));
      rangee.append(choix);
      if (/\/commune(\[\d+\])?$/.test(correction.nom)) rangee.prepend(chercherCommune(choix, correction.titre));
    }
    rangee.append(bouton(correction.titre, () => {
      if (choix && !choix.value) choix.focus();
      else corriger(correction, choix?.value ?? "");
    }));
    return rangee;
  };

  const montrerRemarque = (remarque, rang) => {
    const grave = bloque(remarque);
    const ligne = element("a", "", `ligne ${remarque.ligne}`);
    ligne.href = "#document";
    ligne.addEventListener("click", (evenement) => { evenement.preventDefault(); montrer(rang); });
    const signe = element("span", "signe", grave ? "✕" : "!");
    signe.setAttribute("aria-hidden", "true");
    const tete = element("p", "tete", signe, " ", element("span", `gravite ${grave ? "bloquante" : "avertissement"}`, remarque.gravite), " ", ligne);
    if (remarque.regle) {
      const regle = element("a", "code-regle", remarque.regle);
      regle.href = `/console/${encodeURIComponent(base)}/regles/${encodeURIComponent(remarque.regle)}`;
      tete.append(" ", regle);
    }
    if (remarque.propriete) {
      const chemin = element("span", "chemin discret", remarque.propriete.split("/").slice(-2).join("/"));
      chemin.title = remarque.propriete;
      tete.append(" ", chemin);
    }
    const faite = element("li", `remarque ${grave ? "bloquante" : "avertissement"}`, tete, element("p", "", phrase(remarque.message)));
    faite.id = `remarque-${rang}`;
    if (remarque.remede) faite.append(element("p", "", element("strong", "", "Remède"), ` ${phrase(remarque.remede)}`));
    if (!lectureSeule) faite.append(...remarque.corrections.map(montrerCorrection));
    return faite;
  };

  // The fields of the form at fault, by the path of their element.
  const marquerChamps = () => {
    const parChemin = new Map();
    for (const remarque of remarques) {
      const lieu = (remarque.propriete || "").split("/@")[0].replaceAll("[1]", "");
      if (!parChemin.has(lieu)) parChemin.set(lieu, remarque);
    }
    for (const saisie of document.querySelectorAll(".saisie[data-chemin]")) {
      const remarque = parChemin.get(saisie.dataset.chemin), champ = saisie.querySelector("input:not([type=hidden]), select");
      saisie.classList.toggle("fautive", Boolean(remarque));
      if (remarque) champ.setAttribute("aria-invalid", "true"); else champ.removeAttribute("aria-invalid");
      const faute = saisie.querySelector(".faute");
      faute.hidden = !remarque;
      faute.textContent = remarque ? `✕ ${phrase(remarque.message)}` : "";
    }
  };

  // Remarks as the server made them of `texte`, which is in the editor now.
  const poser = (recues, texte) => {
    const places = enDemis(texte);
    depuis = null;
    remarques = recues.map((r) => ({
      ...r, debut: places(r.debut), fin: places(r.fin),
      corrections: r.corrections.map((c) => ({ ...c, retouches: c.retouches.map((t) => ({ ...t, debut: places(t.debut), fin: places(t.fin) })) })),
    }));
    const diagnostics = remarques.map((remarque) => ({
      from: remarque.debut, to: Math.max(remarque.debut, remarque.fin), severity: bloque(remarque) ? "error" : "warning",
      message: `${phrase(remarque.gravite)} ${phrase(remarque.message)}${remarque.remede ? `\nRemède : ${phrase(remarque.remede)}` : ""}`,
      source: remarque.regle || undefined,
      actions: lectureSeule ? [] : remarque.corrections.flatMap((c) => (c.choix.length
        ? c.choix.slice(0, 3).map(({ valeur, libelle }) => ({ name: `${c.titre} : ${libelle || valeur}`.slice(0, 60), apply: () => corriger(c, valeur) }))
        : [{ name: c.titre, apply: () => corriger(c, "") }])),
    }));
    vue.dispatch(C.setDiagnostics(vue.state, diagnostics));
    const titre = (remarque, rang) => (remarque.ensuite && !remarques[rang - 1]?.ensuite
      ? [element("li", "ensuite", element("strong", "", typeof remarque.ensuite === "string" ? remarque.ensuite : "Et aussi, une fois ceci corrigé"))] : []);
    liste.replaceChildren(...remarques.slice(0, 100).flatMap((r, rang) => [...titre(r, rang), montrerRemarque(r, rang)]));
    parcours.hidden = !remarques.length;
    marquerChamps();
  };

  // --- from one to the next -----------------------------------------------------------------------------------------------
  const placeDe = (rang) => Math.min(ici(remarques[rang].debut, 1), vue.state.doc.length);
  // What one types next: over the value that is wrong, or where what is missing goes.
  const aEcrire = (rang) => {
    const { fin, corrections } = remarques[rang], place = placeDe(rang);
    const ajout = corrections.find(({ nom }) => nom.startsWith("ajouter:"));
    if (ajout) return { anchor: Math.min(ici(ajout.retouches[0].debut, 1), vue.state.doc.length) };
    const vu = vue.state.sliceDoc(place, Math.max(place, ici(fin, -1)));
    const valeur = /^(<[^<>]*>\s*)([^<>\s][^<>]*?)\s*<\/[^<>]*>$/.exec(vu) ?? /^((?:<[^<>]*\s)?code\s*=\s*["'])([^"'<>]*)["'][^<>]*>?$/.exec(vu);
    return valeur ? { anchor: place + valeur[1].length, head: place + valeur[1].length + valeur[2].length } : { anchor: place };
  };
  const montrer = (rang, foyer = true) => {
    const remarque = remarques[rang];
    if (!remarque) return;
    const place = placeDe(rang);
    vue.dispatch({ selection: aEcrire(rang), effects: C.EditorView.scrollIntoView(place, { y: "center" }) });
    for (const autre of liste.querySelectorAll(".visee")) autre.classList.remove("visee");
    const la = document.getElementById(`remarque-${rang}`);
    la?.classList.add("visee");
    if (la) liste.scrollTop = la.offsetTop - liste.offsetTop - 4;
    if (foyer) vue.focus();
    annonce.textContent = `Remarque ${rang + 1} sur ${remarques.length}, ${remarque.gravite}, ligne ${vue.state.doc.lineAt(place).number} : ${remarque.message}`;
  };
  let courante = -1;
  const aller = (sens) => {
    if (!remarques.length) return true;
    const ordre = remarques.map((_, rang) => rang).sort((a, b) => placeDe(a) - placeDe(b) || a - b);
    const ou = vue.state.selection.main.from, assise = ordre.indexOf(courante);
    let suivante;
    if (assise >= 0 && aEcrire(courante).anchor === ou) suivante = ordre[(assise + sens + ordre.length) % ordre.length];
    else if (sens > 0) suivante = ordre.find((rang) => placeDe(rang) > ou) ?? ordre[0];
    else suivante = ordre.findLast((rang) => placeDe(rang) < ou) ?? ordre.at(-1);
    courante = suivante;
    montrer(suivante);
    return true;
  };
  for (const fleche of parcours.querySelectorAll("[data-va]")) fleche.addEventListener("click", () => aller(Number(fleche.dataset.va)));

  // --- checks as one types: the last one asked for is the one that counts ----------------------------------------------------
  let attente = null, course = null;
  const planifier = (delai) => {
    if (lectureSeule) return;
    clearTimeout(attente);
    attente = setTimeout(verifier, delai);
  };
  const champs = [...document.querySelectorAll(".saisie[data-chemin]")].map((saisie) => ({
    champ: saisie.querySelector("input:not([type=hidden]), select"), avant: saisie.querySelector("input[type=hidden]"),
    jour: "jour" in saisie.dataset,
  }));
  // A day is shown as it is typed: 14/07/1985.
  const enJour = (valeur) => valeur.replace(/^(\d{4})-(\d\d)-(\d\d)$/, "$3/$2/$1");
  const changes = () => Object.fromEntries(champs.filter(({ champ, avant }) => champ.value.trim() !== avant.value)
    .map(({ champ }) => [champ.name.replace(/^champ\./, ""), champ.value]));

  const accorder = (combien, un, plusieurs) => `${combien} ${combien < 2 ? un : plusieurs}`;
  const dire = () => {
    const graves = remarques.filter(bloque).length, autres = remarques.length - graves;
    verdict.textContent = graves ? "Il serait refusé" : autres ? "Il serait accepté, avec des avertissements" : "Il serait accepté";
    const dit = remarques.length
      ? `${accorder(graves, "remarque bloquante", "remarques bloquantes")}, ${accorder(autres, "avertissement", "avertissements")}.`
      : "Le schéma et tous les contrôles l'acceptent. Rien n'est encore envoyé.";
    compte.textContent = dit;
    const annoncer = `${verdict.textContent} : ${dit}`;
    if (annonce.textContent !== annoncer) annonce.textContent = annoncer;
  };

  // Puts a text in the editor, changing what differs and no more: the cursor stays where it is.
  const remplacer = (texte) => {
    const la = vue.state.doc.toString();
    if (la === texte) return;
    let debut = 0, fin = 0;
    const court = Math.min(la.length, texte.length);
    while (debut < court && la[debut] === texte[debut]) debut += 1;
    while (fin < court - debut && la.at(-1 - fin) === texte.at(-1 - fin)) fin += 1;
    vue.dispatch({
      changes: { from: debut, to: la.length - fin, insert: texte.slice(debut, texte.length - fin) }, annotations: DISTANT.of(true),
    });
    garder(texte);
  };

  async function verifier() {
    clearTimeout(attente);
    course?.abort();
    if (lectureSeule) return;
    const celle = new AbortController();
    course = celle;
    const texte = vue.state.doc.toString(), reportes = changes();
    feuille.setAttribute("aria-busy", "true");
    try {
      const reponse = await fetch(`/api/v1/bases/${encodeURIComponent(base)}/messages/${operation}/check`, {
        method: "POST", signal: celle.signal, headers: { "Content-Type": "application/json", Accept: "application/json" },
        body: JSON.stringify({ depart, document: texte, champs: reportes }),
      });
      if (!reponse.ok) throw new Error((await reponse.json().catch(() => ({}))).message || `réponse ${reponse.status}`);
      const recu = await reponse.json();
      if (course !== celle || vue.state.doc.toString() !== texte) return;
      if (recu.document !== null) remplacer(recu.document.replaceAll("\r\n", "\n"));
      for (const { champ, avant, jour } of champs) {
        const nom = champ.name.replace(/^champ\./, "");
        if (!(nom in recu.champs) || (champ === document.activeElement && champ.value !== reportes[nom])) continue;
        const lue = jour ? enJour(recu.champs[nom]) : recu.champs[nom];
        avant.value = lue;
        if (champ.value !== lue) champ.value = lue;
      }
      initiale = false;
      poser(recu.remarques, vue.state.doc.toString());
      dire();
    } catch (erreur) {
      if (erreur.name !== "AbortError") compte.textContent = `La vérification n'a pas abouti : ${erreur.message}. « Vérifier sans envoyer » reste possible.`;
    } finally {
      if (course === celle) feuille.removeAttribute("aria-busy");
    }
  }
  for (const { champ } of champs) champ.addEventListener("change", () => planifier(0));
  zone.addEventListener("input", () => remplacer(zone.value)); // what fills the field for the user

  // --- keys of the page --------------------------------------------------------------------------------------------------------
  const envoyer = () => {
    annonce.textContent = "Le message part.";
    formulaire.requestSubmit(formulaire.querySelector("button[name=geste][value=envoyer]"));
  };
  document.addEventListener("keydown", (evenement) => {
    if (evenement.defaultPrevented || lectureSeule) return;
    if (evenement.key === "F8") aller(evenement.shiftKey ? -1 : 1);
    else if (evenement.key === "Enter" && (evenement.ctrlKey || evenement.metaKey)) {
      if (evenement.shiftKey) envoyer(); else verifier();
    } else return;
    evenement.preventDefault();
  });

  // --- as it opens ----------------------------------------------------------------------------------------------------------------
  if (repris !== null) {
    const revenir = bouton("Revenir au document de départ", () => { remplacer(origine); oublier(); planifier(0); revenir.parentElement.remove(); });
    feuille.prepend(element("p", "message", "Votre texte d'avant le rechargement est repris. ", revenir));
    planifier(0);
  } else if (dites.length) {
    poser(dites, origine);
    const voulue = /^\d+$/.test(visee ?? "") && remarques[Number(visee)] ? Number(visee) : remarques.findIndex(bloque);
    courante = Math.max(voulue, 0);
    montrer(courante, Boolean(visee));
  }
})();
