-- The statements of `registre` and of the bases, the same text on both engines: see `requetes_sql`.

-- A base, its guichets and its types of events.
-- The last column rides on what every exchange reads anyway: a base without pannes pays one look-up in an empty
-- index.

-- name: base libre
SELECT {base}, EXISTS (
    SELECT 1 FROM panne WHERE panne.base = base.nom AND (restantes IS NULL OR restantes <> 0))
FROM base WHERE nom = :cle AND jeton >= 0

-- name: bases
SELECT {base}, EXISTS (
    SELECT 1 FROM panne WHERE panne.base = base.nom AND (restantes IS NULL OR restantes <> 0))
FROM base WHERE jeton >= 0 ORDER BY nom

-- name: inachevees
SELECT nom FROM base WHERE jeton < 0 ORDER BY nom

-- Be it finished or not.
-- name: base_meme_inachevee
SELECT {base}, EXISTS (
    SELECT 1 FROM panne WHERE panne.base = base.nom AND (restantes IS NULL OR restantes <> 0))
FROM base WHERE nom = :cle

-- name: supprimer_base
DELETE FROM base WHERE nom = :cle

-- Ids go on: an address given out earlier (SNE-Echange) never comes to mean another exchange.
-- name: vider_compteur
UPDATE journal_compteur SET origine = dernier, oublies = 0 WHERE base = :cle

-- name: guichets libre
SELECT {guichet} FROM guichet WHERE base = :base ORDER BY code

-- name: types libre
SELECT {type_evenement} FROM type_evenement WHERE base = :base ORDER BY code

-- name: oter_guichet
DELETE FROM guichet WHERE base = :base AND code = :code

-- Sequences. Draws the next number of one.
-- name: tirer libre
INSERT INTO sequence (base, nom, dernier) VALUES (:base, :nom, 1)
ON CONFLICT (base, nom) DO UPDATE SET dernier = sequence.dernier + 1 RETURNING dernier

-- Sets it at `rang`.
-- name: poser
INSERT INTO sequence (base, nom, dernier) VALUES (:base, :nom, :rang)
ON CONFLICT (base, nom) DO UPDATE SET dernier = :rang

-- name: sequence
SELECT dernier FROM sequence WHERE base = :base AND nom = :nom

-- Demandes.
-- name: lire libre
SELECT {demande} FROM demande WHERE base = :base AND numero_unique = :numero

-- name: compter
SELECT count(*) FROM (SELECT 1 FROM demande WHERE base = :base LIMIT :jusqua) AS d

-- name: compter_actives
SELECT count(*) FROM (SELECT 1 FROM demande WHERE base = :base AND etat = 'A' LIMIT :jusqua) AS d

-- name: remplacer
UPDATE demande SET {demande_affectee}
WHERE base = :base AND numero_unique = :numero_unique AND revision = :revision_lue

-- Radiates a demande, its document unread.
-- name: radier
UPDATE demande SET etat = 'R', revision = revision + 1, date_radiation = :jour, motif_radiation = :motif,
    radiation = :element, radiation_enregistree_le = :instant
WHERE base = :base AND numero_unique = :numero

-- name: supprimer
DELETE FROM demande WHERE base = :base AND numero_unique = :numero

-- Those who have this first name and this day of birth, with both folded names. Serves both searches of
-- duplicates. A null name is equal to none: who lacks one has no homonym.
-- name: proches libre
SELECT p.numero_unique, p.nom_plie, p.patronymique_plie
FROM demande_personne AS p JOIN demande AS d ON d.base = p.base AND d.numero_unique = p.numero_unique
WHERE p.base = :base AND d.territoire = :territoire AND d.etat = 'A' AND p.date_naissance = :naissance
    AND p.prenom_plie = :prenom AND (p.nom_plie = :nom OR p.patronymique_plie = :patronymique)

-- NIRs of the persons of a demande, in order.
-- name: nirs libre
SELECT nir FROM demande_personne WHERE base = :base AND numero_unique = :numero ORDER BY rang

-- name: nir libre
SELECT p.numero_unique
FROM demande_personne AS p JOIN demande AS d ON d.base = p.base AND d.numero_unique = p.numero_unique
WHERE p.base = :base AND d.territoire = :territoire AND d.etat = 'A' AND p.nir = :nir

-- name: reference libre
SELECT numero_unique FROM demande
WHERE base = :base AND ref_interne = :ref AND guichet_createur = :guichet AND etat = 'A' LIMIT 1

-- name: daloes
SELECT {demande} FROM demande WHERE base = :base AND dalo_enregistre_le >= :instant
ORDER BY dalo_enregistre_le, numero_unique

-- Movements. That of a demande that was just radiated, drawn from its row.
-- name: noter_radiation
INSERT INTO mouvement ({mouvement})
SELECT base, numero_unique, revision, 'RAD', CAST(:jour AS TEXT), -1, association_plie IS NOT NULL,
    CAST(:motif AS TEXT)
FROM demande WHERE base = :base AND numero_unique = :numero

-- Of an active one that is about to be deleted.
-- name: noter_suppression
INSERT INTO mouvement ({mouvement})
SELECT base, numero_unique, revision + 1, 'SUP', CAST(:jour AS TEXT), -1, association_plie IS NOT NULL,
    CAST(:motif AS TEXT)
FROM demande WHERE base = :base AND numero_unique = :numero AND etat = 'A'

-- name: mouvements
SELECT rang, genre, jour, effet, association, motif FROM mouvement
WHERE base = :base AND numero_unique = :numero ORDER BY rang

-- The ledger of attributions.
-- name: livre
SELECT {decision} FROM decision WHERE base = :base AND numero_unique = :numero ORDER BY rang

-- name: seances
SELECT {decision} FROM decision WHERE base = :base AND rang <> 0 AND jour BETWEEN :du AND :au
ORDER BY jour, numero_unique, rang

-- name: jours_de_seance
SELECT DISTINCT jour FROM decision WHERE base = :base AND rang <> 0 AND jour BETWEEN :du AND :au
ORDER BY jour DESC LIMIT :limite

-- name: du_logement
SELECT {decision} FROM decision WHERE base = :base AND logement = :logement ORDER BY jour

-- name: oter_decision libre
DELETE FROM decision WHERE base = :base AND numero_unique = :numero AND rang = :rang

-- All those of a demande.
-- name: oter_decisions
DELETE FROM decision WHERE base = :base AND numero_unique = :numero

-- Events.
-- name: evenement
SELECT {evenement} FROM evenement WHERE base = :base AND identifiant = :identifiant

-- name: evenements
SELECT {evenement} FROM evenement WHERE base = :base AND numero_unique = :numero ORDER BY identifiant

-- name: modifier_evenement
UPDATE evenement SET {evenement_affecte} WHERE base = :base AND identifiant = :identifiant

-- Changes, for dispatching. Ranks go on: the last change is never purged, and a base has one writer at a time.
-- name: noter_changement libre
INSERT INTO changement ({changement})
VALUES (:base, (SELECT coalesce(max(identifiant), 0) + 1 FROM changement WHERE base = :base), {changement_dit})

-- name: purger_changements
DELETE FROM changement
WHERE base = :base AND identifiant <= (SELECT max(identifiant) FROM changement WHERE base = :base) - :gardes

-- The changes of demandes that were erased stay in their rank, and say nothing.
-- name: taire_changements
UPDATE changement
SET numero_unique = '', date_renouvellement = NULL, document = NULL, radiation = NULL, information_dalo = NULL
WHERE base = :base AND numero_unique <> ''
    AND NOT EXISTS (SELECT 1 FROM demande AS d WHERE d.base = :base AND d.numero_unique = changement.numero_unique)

-- name: changement
SELECT instant, date_renouvellement, document, radiation, information_dalo FROM changement
WHERE base = :base AND identifiant = :identifiant
