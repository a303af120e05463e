"""Taking and giving back what stands there without our mark."""
