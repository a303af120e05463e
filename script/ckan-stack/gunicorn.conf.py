"""Settings of gunicorn, which serves CKAN; the address and the log files are given by services.py."""

import logging
from typing import Any

workers = 2
worker_class = "gthread"
threads = 2
timeout = 300  # a worker that takes a file of several hundred megabytes is not dead
control_socket_disable = True  # it would lie outside of the stack's folder
access_log_format = "%(t)s %(m)s %(U)s %(s)s %(B)s %(D)s"


def post_worker_init(worker: Any) -> None:
    """Loading CKAN's logging section disables loggers that exist already, the access log among them."""
    for name in ("gunicorn.access", "gunicorn.error"):
        logging.getLogger(name).disabled = False
