"""A site read from its public address: for a machine that does not have its folder."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from publisher.errors import Exit, OpendataError
from publisher.portals.site.state import STATE, Made

TIMEOUT = (10.0, 60.0)
"""Seconds to connect and to wait for bytes."""
WORKERS = 8


class Address:
    """The public address of a site. Proxies are taken from the environment, as requests does."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/") + "/"
        self._session = requests.Session()
        retries = Retry(total=3, backoff_factor=0.3, status_forcelist=(502, 503, 504), allowed_methods=("GET",))
        adapter = HTTPAdapter(max_retries=retries, pool_maxsize=WORKERS)
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)

    def get(self, path: str) -> bytes | None:
        """The bytes at a path, None if there is nothing.

        Raises:
            OpendataError: ``portal-unreachable``.
        """
        try:
            # The state of an hour ago would plan changes that are already made.
            headers = {"Cache-Control": "no-cache"} if path == STATE else {}
            answer = self._session.get(self.url + quote(path), timeout=TIMEOUT, headers=headers)
        except requests.RequestException as error:
            raise OpendataError(
                "portal-unreachable", Exit.UNREACHABLE, url=self.url, reason=type(error).__name__
            ) from error
        if answer.status_code in {404, 410}:
            return None
        if answer.status_code != 200:
            raise OpendataError(
                "portal-unreachable", Exit.UNREACHABLE, url=self.url, reason=f"HTTP {answer.status_code}"
            )
        return answer.content

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def fetch(self, files: dict[str, Made], keep: Callable[[str, bytes], None]) -> list[str]:
        """Give the bytes of each file to ``keep``, several at once; the paths whose bytes are gone or are others."""

        def one(path: str) -> bool:
            content = self.get(path)
            if content is None or hashlib.sha256(content).hexdigest() != files[path].sha256:
                return False
            keep(path, content)
            return True

        with ThreadPoolExecutor(WORKERS) as pool:
            return [path for path, found in zip(files, pool.map(one, files), strict=True) if not found]
