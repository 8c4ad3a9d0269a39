-- The statements of `fichiers_partages`.

-- name: dossiers
SELECT DISTINCT dossier FROM piece WHERE dossier >= :debut AND dossier < :fin ORDER BY dossier

-- name: fichiers
SELECT nom, max(ecrit_le), sum(length(contenu)) FROM piece WHERE dossier = :dossier GROUP BY nom

-- name: pieces
SELECT contenu FROM piece WHERE dossier = :dossier AND nom = :nom AND ecrit_le = :ecrit_le AND rang = :rang

-- name: existe
SELECT ecrit_le FROM piece WHERE dossier = :dossier AND nom = :nom LIMIT 1

-- name: oter
DELETE FROM piece WHERE dossier = :dossier AND nom = :nom

-- name: oter_tout
DELETE FROM piece WHERE dossier = :dossier
