"""HTTP beside SOAP, and the application that ties everything together (`app`)."""
