"""The one way of speaking HTTP: timeouts, retries and proxies are the same for whoever asks."""

from __future__ import annotations

from requests import Session
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from publisher import __version__

TIMEOUT = (10.0, 60.0)
"""Seconds to connect and to wait for bytes; every request is given it."""
CONNECTIONS = 8
RETRIES = 3
_BACKOFF = 0.3


def make_session(retries: int = RETRIES) -> Session:
    """A session that asks again where a connection fails, or a gateway does for what only reads.

    Proxies come from the environment, as requests does it. A server's wish to be asked again in an hour is
    not granted: a job that waits is worse than one that says why it stopped. The caller closes the session.
    """
    session = Session()
    session.headers["User-Agent"] = f"opendata-publisher/{__version__}"
    adapter = HTTPAdapter(
        pool_maxsize=CONNECTIONS,
        max_retries=Retry(
            total=retries,
            backoff_factor=_BACKOFF,
            status_forcelist=(502, 503, 504),
            allowed_methods=("GET", "HEAD"),
            raise_on_status=False,
            respect_retry_after_header=False,
        ),
    )
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session
