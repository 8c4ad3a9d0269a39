"""People, households, documents, and the examples of the rules: invented data, drawn or written."""
