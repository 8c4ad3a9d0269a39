-- The statements of `ateliers_en_base`.

-- name: tous
SELECT nom, contenu FROM piece WHERE dossier = :dossier ORDER BY nom

-- name: lire
SELECT contenu FROM piece WHERE dossier = :dossier AND nom = :nom AND rang = 0

-- name: oter
DELETE FROM piece WHERE dossier = :dossier AND nom = :nom

-- name: dernier
SELECT identifiant FROM echange
WHERE base = :base AND identifiant > :depuis AND methode NOT IN ('{nuit}', '{scene}', '{remise}')
ORDER BY identifiant DESC LIMIT 1

-- name: verdicts
SELECT verdict, count(*) FROM echange
WHERE base = :base AND identifiant > :depuis AND methode NOT IN ('{nuit}', '{scene}', '{remise}')
GROUP BY verdict

-- name: scene
SELECT chemin FROM echange WHERE base = :base AND identifiant > :depuis AND methode = '{scene}'
ORDER BY identifiant DESC LIMIT 1
