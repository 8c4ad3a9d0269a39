-- The statements of `pannes`.

-- name: derniere
SELECT max(identifiant) FROM panne WHERE base = :cle

-- name: lister
SELECT identifiant, definition, restantes, armee_le FROM panne WHERE base = :cle ORDER BY identifiant

-- name: noter
UPDATE panne SET definition = :valeur, restantes = :reste WHERE base = :cle AND identifiant = :numero

-- name: oublier
DELETE FROM panne WHERE base = :cle AND restantes = 0 AND identifiant <= :jusqua

-- name: supprimer
DELETE FROM panne WHERE base = :cle AND identifiant = :numero

-- name: supprimer_tout
DELETE FROM panne WHERE base = :cle
