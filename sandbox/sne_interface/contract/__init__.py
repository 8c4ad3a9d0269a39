"""A published interface, read: versions, schemas, nomenclatures, texts of the rules, hardened XML parser."""
