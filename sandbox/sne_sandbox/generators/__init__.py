"""People, households, documents, and the examples of the controls: invented data, drawn or written."""
