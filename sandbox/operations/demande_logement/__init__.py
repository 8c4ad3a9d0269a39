"""DemandeLogementImplService."""
