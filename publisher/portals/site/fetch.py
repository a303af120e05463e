"""A site read from its public address: for a machine that does not have its folder."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from tempfile import SpooledTemporaryFile
from typing import IO
from urllib.parse import quote

import requests

from publisher.digest import digest_of_stream
from publisher.errors import Exit, OpendataError
from publisher.http import CONNECTIONS, TIMEOUT, make_session
from publisher.portals.site.state import STATE, Made

CHUNK = 1 << 16
IN_MEMORY = 1 << 20
"""Bytes of a file that are kept in memory; larger files wait on the disk."""


class Address:
    """The public address of a site."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/") + "/"
        self._session = make_session()

    def get(self, path: str) -> IO[bytes] | None:
        """The file at a path, whole and to be closed by the caller; None if there is nothing.

        Raises:
            OpendataError: ``portal-unreachable``.
            OSError: the disk is full.
        """
        # The state of an hour ago would plan changes that are already made.
        headers = {"Cache-Control": "no-cache"} if path == STATE else {}
        try:
            with self._session.get(self.url + quote(path), timeout=TIMEOUT, headers=headers, stream=True) as answer:
                if answer.status_code in {404, 410}:
                    return None
                if answer.status_code != 200:
                    raise self._unreachable(f"HTTP {answer.status_code}")
                return _received(answer)
        except requests.RequestException as error:
            raise self._unreachable(type(error).__name__) from error

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def fetch(self, files: dict[str, Made], keep: Callable[[str, IO[bytes]], None]) -> list[str]:
        """Give each file to ``keep``, several at once; the paths whose bytes are gone or are others."""

        def one(path: str) -> bool:
            content = self.get(path)
            if content is None:
                return False
            with content:
                if digest_of_stream(content) != files[path].sha256:
                    return False
                content.seek(0)
                keep(path, content)
            return True

        with ThreadPoolExecutor(CONNECTIONS) as pool:
            return [path for path, found in zip(files, pool.map(one, files), strict=True) if not found]

    def _unreachable(self, reason: str) -> OpendataError:
        return OpendataError("portal-unreachable", Exit.UNREACHABLE, url=self.url, reason=reason)


def _received(answer: requests.Response) -> IO[bytes]:
    """An answer's bytes, from their beginning, in bounded memory."""
    with ExitStack() as unless_whole:
        content = unless_whole.enter_context(SpooledTemporaryFile(IN_MEMORY))
        for chunk in answer.iter_content(CHUNK):
            content.write(chunk)
        content.seek(0)
        unless_whole.pop_all()
    return content
