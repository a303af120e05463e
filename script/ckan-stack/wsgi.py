"""What gunicorn serves, in CKAN's own environment: CKAN with the configuration named by CKAN_INI."""

import os

from ckan.cli import CKANConfigLoader  # also sets up logging from the file
from ckan.config.middleware import make_app

application = make_app(CKANConfigLoader(os.environ["CKAN_INI"]).get_config())
