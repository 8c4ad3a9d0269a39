-- What counts the movements, whoever writes them, and makes a demande one `a_part`. A blank line ends an order.
CREATE TRIGGER compter_mouvement AFTER INSERT ON mouvement BEGIN
  INSERT INTO flux
    VALUES (NEW.base, substr(NEW.numero_unique, 1, 3), NEW.jour, NEW.genre, NEW.effet, NEW.association,
            coalesce(NEW.motif, ''), 1)
    ON CONFLICT DO UPDATE SET nombre = nombre + 1;
  INSERT OR IGNORE INTO demande_a_part
    SELECT NEW.base, NEW.numero_unique
    WHERE EXISTS (SELECT 1 FROM mouvement AS o
      WHERE o.base = NEW.base AND o.numero_unique = NEW.numero_unique AND o.rang < NEW.rang
      AND (o.association <> NEW.association OR o.effet * NEW.effet > 0
           OR (o.effet * NEW.effet < 0 AND (o.effet < 0 OR o.jour > NEW.jour))));
  UPDATE demande_stat SET
    entree = CASE WHEN EXISTS (SELECT 1 FROM demande_a_part AS p
                    WHERE p.base = demande_stat.base AND p.numero_unique = demande_stat.numero_unique)
             THEN NULL WHEN NEW.effet > 0 THEN NEW.jour ELSE entree END,
    sortie = CASE WHEN NEW.effet < 0 THEN NEW.jour ELSE sortie END
    WHERE NEW.effet <> 0 AND base = NEW.base AND numero_unique = NEW.numero_unique;
END
