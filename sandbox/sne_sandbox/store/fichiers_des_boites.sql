-- The statements of `fichiers_des_boites`.

-- name: lister
SELECT nom, depose_le, traite_le FROM fichier
WHERE base = :base AND guichet = :guichet AND boite = :boite ORDER BY depose_le, nom

-- name: derniers
SELECT nom, depose_le, traite_le FROM fichier
WHERE base = :base AND guichet = :guichet AND boite = :boite ORDER BY depose_le DESC, nom DESC LIMIT :limite

-- name: compter
SELECT guichet, boite, count(*), count(traite_le) FROM fichier WHERE base = :base GROUP BY guichet, boite

-- name: lire
SELECT contenu FROM fichier WHERE base = :base AND guichet = :guichet AND boite = :boite AND nom = :nom

-- name: oter
DELETE FROM fichier WHERE base = :base AND guichet = :guichet AND boite = :boite AND nom = :nom

-- name: marquer
UPDATE fichier SET traite_le = :instant
WHERE base = :base AND guichet = :guichet AND boite = :boite AND nom = :nom
    AND depose_le = :depot AND traite_le IS NULL
