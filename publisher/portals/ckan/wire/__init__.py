"""How a CKAN is spoken to."""
