-- What counts the movements, whoever writes them, and makes a demande one `a_part`. A blank line ends an order.
CREATE FUNCTION compter_mouvements() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO flux AS f
    SELECT n.base, substr(n.numero_unique, 1, 3), n.jour, n.genre, n.effet, n.association,
           coalesce(n.motif, ''), count(*)
    FROM neufs AS n GROUP BY 1, 2, 3, 4, 5, 6, 7
    ON CONFLICT (base, territoire, jour, genre, effet, association, motif)
    DO UPDATE SET nombre = f.nombre + excluded.nombre;
  INSERT INTO demande_a_part
    SELECT n.base, n.numero_unique FROM neufs AS n
    WHERE EXISTS (SELECT 1 FROM mouvement AS o
      WHERE o.base = n.base AND o.numero_unique = n.numero_unique AND o.rang < n.rang
      AND (o.association <> n.association OR o.effet * n.effet > 0
           OR (o.effet * n.effet < 0 AND (o.effet < 0 OR o.jour > n.jour))))
    ON CONFLICT DO NOTHING;
  UPDATE demande_stat SET
    entree = CASE WHEN EXISTS (SELECT 1 FROM demande_a_part AS p
                    WHERE p.base = demande_stat.base AND p.numero_unique = demande_stat.numero_unique)
             THEN NULL ELSE coalesce(n.entree, demande_stat.entree) END,
    sortie = coalesce(n.sortie, demande_stat.sortie)
    FROM (SELECT base, numero_unique,
                 max(jour) FILTER (WHERE effet > 0) AS entree, max(jour) FILTER (WHERE effet < 0) AS sortie
          FROM neufs WHERE effet <> 0 GROUP BY 1, 2) AS n
    WHERE demande_stat.base = n.base AND demande_stat.numero_unique = n.numero_unique;
  RETURN NULL;
END $$

CREATE TRIGGER compter_mouvement AFTER INSERT ON mouvement
  REFERENCING NEW TABLE AS neufs FOR EACH STATEMENT EXECUTE FUNCTION compter_mouvements()
