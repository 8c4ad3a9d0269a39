"""GestionPartageeEVTImplService."""
