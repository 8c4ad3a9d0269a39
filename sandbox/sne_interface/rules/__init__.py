"""The rules of the SNE, one function each (`catalogue/`), and the engine that runs them."""
