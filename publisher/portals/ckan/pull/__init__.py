"""CKAN's packages as descriptors."""
