-- The statements of `rattrapage_de_migration`.

-- name: bases
SELECT nom FROM base ORDER BY nom

-- name: demandes
SELECT {demande} FROM demande WHERE base = :base AND numero_unique > :apres ORDER BY numero_unique LIMIT {page}

-- name: decisions
SELECT {evenement} FROM evenement WHERE base = :base AND code_type = :type AND nature <> 'SUP'
ORDER BY identifiant

-- name: livres
SELECT {decision} FROM decision WHERE base = :base

-- name: dalos
SELECT numero_unique FROM demande WHERE base = :base AND statut_dalo IS NOT NULL

-- Whatever added to the stock and was not its first entry: a déradiation, a renewal after RADREN.
-- name: reactivation
SELECT max(jour) FROM mouvement
WHERE base = :base AND numero_unique = :numero AND effet > 0 AND genre <> 'CRE'

-- name: attribuees
SELECT numero_unique FROM demande WHERE base = :base AND motif_radiation = '{attribution}'

-- name: decrire
UPDATE demande_stat SET motif = :motif, type_logement = :type_logement, ressources_uc = :ressources_uc
WHERE base = :base AND numero_unique = :numero_unique

-- Demandes that were erased before v0007: their movements stay, under their numéro.
-- name: effacees
SELECT DISTINCT numero_unique FROM mouvement AS m
WHERE base = :base AND NOT EXISTS (
    SELECT 1 FROM demande_stat AS s WHERE s.base = m.base AND s.numero_unique = m.numero_unique)
ORDER BY 1

-- Their profile: all that their movements and their decisions tell.
-- name: profiler
INSERT INTO demande_stat (base, numero_unique, date_creation, composition, personnes, ressources, ressources_uc,
    commune, entree, sortie)
SELECT base, numero_unique, coalesce(min(CASE WHEN genre = 'CRE' THEN jour END), min(jour)),
    CASE WHEN max(CASE WHEN association THEN 1 ELSE 0 END) = 1 THEN '{association}' ELSE '' END, 0, 0,
    (SELECT max(ressources_uc) FROM decision AS d WHERE d.base = m.base AND d.numero_unique = m.numero_unique),
    (SELECT max(souhaitee) FROM decision AS d WHERE d.base = m.base AND d.numero_unique = m.numero_unique),
    CASE WHEN NOT EXISTS (
        SELECT 1 FROM demande_a_part AS p WHERE p.base = m.base AND p.numero_unique = m.numero_unique)
    THEN min(CASE WHEN effet > 0 THEN jour END) END,
    max(CASE WHEN effet < 0 THEN jour END)
FROM mouvement AS m WHERE base = :base AND numero_unique = :anonyme GROUP BY base, numero_unique

-- That the others are not known tells them from those that were erased since.
-- name: souhaiter
INSERT INTO effacee_commune (base, numero_unique, commune)
SELECT base, numero_unique, '' FROM demande_stat WHERE base = :base AND numero_unique = :anonyme
UNION SELECT base, numero_unique, commune FROM demande_stat
WHERE base = :base AND numero_unique = :anonyme AND commune IS NOT NULL

-- The attribution of those radiated for one before decisions were kept, and its lease, as the radiation alone
-- tells it (`DecisionNotee.de_la_radiation`).
-- name: attribuer
INSERT INTO decision (base, numero_unique, rang, jour, guichet, issue, bail, association, suite, radiee_le)
SELECT base, numero_unique, {radiation}, jour, '', motif, jour, association, '{bail}', jour
FROM mouvement WHERE base = :base AND numero_unique = :anonyme AND motif = '{attribution}'
    AND rang = (SELECT max(rang) FROM mouvement WHERE base = :base AND numero_unique = :anonyme)
ON CONFLICT DO NOTHING

-- That a person's demande became an association's, or the reverse: no movement told it before v0007.
-- name: changees
INSERT INTO mouvement (base, numero_unique, rang, genre, jour, effet, association)
SELECT base, numero_unique, revision, 'MOD', date_creation, 0, association_plie IS NOT NULL
FROM demande AS d WHERE base = :base AND (
    SELECT association FROM mouvement AS m WHERE m.base = d.base AND m.numero_unique = d.numero_unique
    ORDER BY rang DESC LIMIT 1) <> (association_plie IS NOT NULL)
