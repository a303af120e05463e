"""Records as CKAN's packages, organizations and groups."""
