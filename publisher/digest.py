"""Digests of bytes and of plain data."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import IO, Any

_CHUNK = 1 << 20
_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and no spare spaces (compare RFC 8785): equal data, equal text."""
    return _CANONICAL.encode(value)


def digest_of(value: Any) -> str:
    """SHA-256 in hex of plain data, by its canonical JSON."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()


def digest_of_file(path: Path) -> str:
    """SHA-256 in hex of a file's bytes, read in bounded chunks."""
    with path.open("rb") as stream:
        return digest_of_stream(stream)


def digest_of_stream(stream: IO[bytes]) -> str:
    """SHA-256 in hex of what is left of a stream, read in bounded chunks: a file, an answer of a server."""
    found = hashlib.sha256()
    while chunk := stream.read(_CHUNK):
        found.update(chunk)
    return found.hexdigest()
