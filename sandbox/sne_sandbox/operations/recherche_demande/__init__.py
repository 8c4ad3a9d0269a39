"""RechercheDemandeImplService."""
