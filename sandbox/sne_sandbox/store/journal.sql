-- The statements of `journal`.

-- name: ajouter libre
INSERT INTO echange ({ligne}) VALUES ({ligne_dite})

-- name: lire
SELECT {ligne} FROM echange WHERE base = :base AND identifiant = :identifiant

-- name: peser
SELECT length(requete) + length(reponse) FROM echange WHERE base = :base AND identifiant = :identifiant

-- name: sans_tete
SELECT requete, reponse FROM echange WHERE base = :base AND identifiant = :identifiant

-- name: suivant libre
INSERT INTO journal_compteur (base, dernier, origine, oublies) VALUES (:cle, 1, 0, 0)
ON CONFLICT (base) DO UPDATE SET dernier = journal_compteur.dernier + 1 RETURNING dernier, origine, oublies

-- name: avancer libre
UPDATE journal_compteur SET dernier = :rang WHERE base = :cle

-- name: details_de
SELECT details FROM echange WHERE base = :base AND identifiant = :identifiant

-- name: noter
UPDATE echange SET details = :details WHERE base = :base AND identifiant = :identifiant

-- name: nuits_de
SELECT identifiant, instant_base, chemin, methode FROM echange
WHERE base = :base AND identifiant BETWEEN :de AND :a AND methode IN ('{nuit}', '{nuit_annulee}')
ORDER BY identifiant LIMIT :limite

-- Neither a search of a demande nor what reads the nights finds them any more.
-- name: annuler_nuits
UPDATE echange SET methode = '{nuit_annulee}', numero_unique = NULL
WHERE base = :base AND identifiant BETWEEN :de AND :a AND methode = '{nuit}'

-- Its id and its hour stay: ids follow each other, and who judges the journal sees that something is missing.
-- name: effacer
UPDATE echange SET methode = '{efface}', chemin = :phrase, verdict = 'accepté', statut = 0, duree_us = 0,
    guichet = NULL, service = NULL, operation = NULL, type_fichier = NULL, version = NULL, numero_unique = NULL,
    details = :details, requete = :rien, reponse = :rien
WHERE base = :base AND identifiant = :identifiant AND methode NOT IN ({gardees}) RETURNING identifiant

-- name: compter
SELECT dernier, origine, oublies FROM journal_compteur WHERE base = :base

-- name: compter_tout
SELECT base, dernier, origine, oublies FROM journal_compteur ORDER BY base

-- name: purger
DELETE FROM echange WHERE base = :base AND identifiant <= :jusqua

-- name: oublier
UPDATE journal_compteur SET oublies = :combien WHERE base = :cle

-- An index holds all of this, in the order of the groups: a third of a microsecond an exchange kept, whatever
-- the size of its messages.
-- name: mesures
SELECT base, coalesce(operation, '') AS nommee, verdict, sum(nombre), sum(duree), {sommes}
FROM (
    SELECT base, operation, verdict, count(*) AS nombre, sum(duree_us) AS duree, {sous}
    FROM echange GROUP BY base, operation, verdict) AS e
GROUP BY base, nommee, verdict ORDER BY base, nommee, verdict
