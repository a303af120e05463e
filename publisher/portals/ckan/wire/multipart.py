"""Files as one body of a request, read in pieces while it is sent, so that none of them is ever whole in memory."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from urllib3.fields import RequestField
from urllib3.filepost import choose_boundary

from publisher.portals.base import SourceChanged

FORM_LIMIT = 500_000
"""Bytes of all values beside the files; CKAN's framework answers 413 to more."""
_PIECE = 1 << 18


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a call: the parameter's name, where it stands, and the name under which the portal is to keep it."""

    field: str
    path: Path
    name: str
    media_type: str = "application/octet-stream"


def form_values(data: Mapping[str, Any]) -> dict[str, str]:
    """Parameters as they stand in a form: strings as they are, all else as JSON, None left out."""
    return {
        key: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for key, value in data.items()
        if value is not None
    }


def form_size(values: Mapping[str, str]) -> int:
    """What :data:`FORM_LIMIT` bounds."""
    return sum(len(value.encode()) for value in values.values())


class Form:
    """A ``multipart/form-data`` body of known length; each iteration reads the files anew.

    Raises:
        SourceChanged: where a file cannot be read, or is no longer as long as it was.
    """

    def __init__(self, values: Mapping[str, str], files: Sequence[Upload]) -> None:
        boundary = choose_boundary()
        self.content_type = f"multipart/form-data; boundary={boundary}"
        opening = f"--{boundary}\r\n".encode()
        self._parts: list[tuple[bytes, bytes | tuple[Upload, int]]] = []
        for name, value in values.items():
            self._parts.append((opening + _headers(RequestField(name, value)), value.encode()))
        for file in files:
            head = _headers(RequestField(file.field, b"", file.name), file.media_type)
            self._parts.append((opening + head, (file, _size(file))))
        self._end = f"--{boundary}--\r\n".encode()

    def __len__(self) -> int:
        bodies = (len(body) if isinstance(body, bytes) else body[1] for _, body in self._parts)
        return sum(bodies) + sum(len(head) + 2 for head, _ in self._parts) + len(self._end)

    def __iter__(self) -> Iterator[bytes]:
        for head, body in self._parts:
            yield head
            if isinstance(body, bytes):
                yield body
            else:
                yield from _pieces(*body)
            yield b"\r\n"
        yield self._end


def _headers(field: RequestField, content_type: str | None = None) -> bytes:
    field.make_multipart(content_type=content_type)
    return field.render_headers().encode()


def _size(file: Upload) -> int:
    try:
        return file.path.stat().st_size
    except OSError as error:
        raise SourceChanged(file.name) from error


def _pieces(file: Upload, size: int) -> Iterator[bytes]:
    try:
        with file.path.open("rb") as stream:
            while piece := stream.read(_PIECE):
                size -= len(piece)
                if size < 0:
                    break
                yield piece
    except OSError as error:
        raise SourceChanged(file.name) from error
    if size:
        raise SourceChanged(file.name)
