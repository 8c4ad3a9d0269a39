-- The statements of `jetons_en_base`.

-- name: tous
SELECT {jeton} FROM jeton ORDER BY nom

-- name: de_nom
SELECT {jeton} FROM jeton WHERE nom = :nom

-- name: de_l_empreinte
SELECT {jeton} FROM jeton WHERE empreinte = :empreinte

-- name: oter
DELETE FROM jeton WHERE nom = :nom

-- name: oter_de_la_base
DELETE FROM jeton WHERE base = :base

-- name: voir
UPDATE jeton SET vu_le = :vu_le WHERE empreinte = :empreinte

-- name: oublier_codes
DELETE FROM code_utilise WHERE expire_le < :maintenant

-- name: utiliser
INSERT INTO code_utilise (empreinte, expire_le) VALUES (:empreinte, :expire_le) ON CONFLICT DO NOTHING

-- name: compter
INSERT INTO jeton_compteur (nom, nombre, dernier_le)
VALUES ('refus', 1, :maintenant)
ON CONFLICT (nom) DO UPDATE SET nombre = jeton_compteur.nombre + 1, dernier_le = :maintenant

-- name: comptes
SELECT nombre, dernier_le FROM jeton_compteur WHERE nom = 'refus'
