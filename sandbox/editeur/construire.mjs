// Builds the editor of the console into the one file that the pages load, with the licences of what is in it and the
// hash of what it was made of: `npm ci`, then `npm run construire`. tests/sne_console/vues/test_editeur.py reads that hash.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const SORTIE = "../sne_console/static/editeur/";
const RECETTE = ["source.js", "construire.mjs", "package.json", "package-lock.json"];

const { metafile } = await build({
  entryPoints: ["source.js"],
  bundle: true,
  minify: true,
  format: "iife",
  globalName: "CodeMirror",
  target: "es2022",
  legalComments: "none",
  metafile: true,
  outfile: `${SORTIE}codemirror.js`,
});

const paquets = new Set(
  Object.keys(metafile.inputs).map((chemin) => chemin.match(/node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1]).filter(Boolean),
);
const licences = [...paquets].sort().map((nom) => {
  const { version, license } = JSON.parse(readFileSync(`node_modules/${nom}/package.json`, "utf-8"));
  const fichier = readdirSync(`node_modules/${nom}`).find((f) => /^licen[cs]e/i.test(f));
  return `${nom} ${version} (${license})\n\n${readFileSync(`node_modules/${nom}/${fichier}`, "utf-8").trim()}\n`;
});
writeFileSync(`${SORTIE}LICENCES.txt`, licences.join(`\n${"-".repeat(78)}\n\n`));

const hacher = (chemins) => {
  const somme = createHash("sha256");
  for (const chemin of chemins) somme.update(readFileSync(chemin)).update("\0");
  return somme.digest("hex");
};
const empreintes = {
  recette: hacher(RECETTE),
  paquets: Object.fromEntries(
    [...paquets].sort().map((nom) => [nom, JSON.parse(readFileSync(`node_modules/${nom}/package.json`, "utf-8")).version]),
  ),
  fichier: hacher([`${SORTIE}codemirror.js`]),
};
writeFileSync(`${SORTIE}codemirror.json`, `${JSON.stringify(empreintes, null, 2)}\n`);
