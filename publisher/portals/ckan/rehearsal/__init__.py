"""A publication tried on a copy."""
