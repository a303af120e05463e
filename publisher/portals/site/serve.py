"""The site served on this computer: its files, and the read API that needs a program to answer."""

from __future__ import annotations

import hashlib
import json
import mimetypes
import re
import sys
from collections.abc import Mapping
from email.utils import formatdate
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from publisher.portals.site.query import Api

TYPES = {
    ".csv": "text/csv; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".jsonld": "application/ld+json",
    ".jsonl": "application/jsonl; charset=utf-8",
    ".ics": "text/calendar; charset=utf-8",
    ".atom": "application/atom+xml; charset=utf-8",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
    ".txt": "text/plain; charset=utf-8",
    ".xml": "application/xml; charset=utf-8",
    ".woff2": "font/woff2",
    ".parquet": "application/vnd.apache.parquet",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_API = re.compile(r"/api/(?:3/)?action/(\w+)/?")
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_CHUNK = 1 << 16
_MAX_BODY = 1 << 20
NO_BYTES = (-1, 0)
_DRAWING = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox"
"""An SVG opened by its own address is a page: it may show something, and nothing else."""


class SiteServer(ThreadingHTTPServer):
    """Serves one folder; nothing outside it, whatever is asked."""

    daemon_threads = True

    def __init__(self, folder: Path, host: str, port: int) -> None:
        self.folder = folder
        self.api = Api(folder)
        super().__init__((host, port), Handler)

    @property
    def address(self) -> str:
        """Where it listens."""
        host, port = self.server_address[0], self.server_address[1]
        name = f"[{host!s}]" if ":" in str(host) else str(host)
        return f"http://{name}:{port}/"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Readers who go away in the middle of an answer are no news; all else is told as ever."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: SiteServer
    protocol_version = "HTTP/1.1"
    server_version = "opendata"
    sys_version = ""
    timeout = 60

    def do_GET(self) -> None:
        """A file, a page, or an answer of the API."""
        parts = urlsplit(self.path)
        path = unquote(parts.path)
        if found := _API.fullmatch(path):
            self._answer(found[1], dict(parse_qsl(parts.query)))
            return
        file = self._file(path)
        if file is None:
            self._not_found()
        elif file.is_dir():
            self._redirect(quote(path) + "/" + (f"?{parts.query}" if parts.query else ""))
        else:
            self._send_file(file, HTTPStatus.OK)

    do_HEAD = do_GET

    def do_POST(self) -> None:
        """An answer of the API; parameters as JSON or as a form."""
        found = _API.fullmatch(unquote(urlsplit(self.path).path))
        length = self.headers.get("Content-Length", "0")
        whole = length.isdecimal() and int(length) <= _MAX_BODY and "Transfer-Encoding" not in self.headers
        if found is None or not whole:
            self.close_connection = True
            self._send_json(HTTPStatus.BAD_REQUEST, {"success": False, "error": {"message": "Bad request"}})
            return
        body = self.rfile.read(int(length))
        self._answer(found[1], _parameters(body, self.headers.get_content_type()))

    def do_OPTIONS(self) -> None:
        """What a browser asks before it lets a page of another site read the API."""
        self._head(HTTPStatus.NO_CONTENT, {"Access-Control-Allow-Headers": "Content-Type", "Content-Length": "0"})

    def log_message(self, format: str, *args: Any) -> None:
        """Requests are not logged."""

    def _file(self, path: str) -> Path | None:
        """The file of a path, the page of a folder with its slash, a folder without it; None for all else."""
        root = self.server.folder.resolve()
        if "\0" in path or "\\" in path:
            return None
        try:
            file = (root / path.lstrip("/")).resolve()
            if not file.is_relative_to(root):
                return None
            if file.is_dir():
                page = file / "index.html"
                if not page.is_file():
                    return None
                return page if path.endswith("/") or not path else file
            return file if file.is_file() and not path.endswith("/") else None
        except (OSError, RuntimeError):  # a name that is too long, a circle of links
            return None

    def _answer(self, action: str, parameters: Mapping[str, str]) -> None:
        status, answer = self.server.api.answer(action, parameters)
        self._send_json(HTTPStatus(status), answer)

    def _not_found(self) -> None:
        page = self.server.folder / "404.html"
        if page.is_file():
            self._send_file(page, HTTPStatus.NOT_FOUND)
        else:
            self._send(HTTPStatus.NOT_FOUND, b"404\n", "text/plain; charset=utf-8")

    def _redirect(self, location: str) -> None:
        # Two slashes at the start would lead to another host.
        self._head(HTTPStatus.MOVED_PERMANENTLY, {"Location": "/" + location.lstrip("/"), "Content-Length": "0"})

    def _send_json(self, status: HTTPStatus, data: Any) -> None:
        self._send(status, json.dumps(data, ensure_ascii=False).encode(), "application/json; charset=utf-8")

    def _send(self, status: HTTPStatus, content: bytes, media_type: str) -> None:
        self._head(status, {"Content-Type": media_type, "Content-Length": str(len(content))})
        if self.command != "HEAD":
            self.wfile.write(content)

    def _send_file(self, file: Path, status: HTTPStatus) -> None:
        try:
            stream = file.open("rb")
        except OSError:
            self._send(HTTPStatus.NOT_FOUND, b"404\n", "text/plain; charset=utf-8")
            return
        with stream:
            known = file.stat()
            size = known.st_size
            tag = '"' + hashlib.sha256(f"{known.st_mtime_ns}-{size}-{file}".encode()).hexdigest()[:32] + '"'
            headers = {
                "Content-Type": _type_of(file),
                "ETag": tag,
                "Last-Modified": formatdate(known.st_mtime, usegmt=True),
                "Accept-Ranges": "bytes",
                "Cache-Control": "no-cache",
            }
            if file.suffix.lower() == ".svg":
                headers["Content-Security-Policy"] = _DRAWING
            if status is HTTPStatus.OK and _matches(self.headers.get("If-None-Match"), tag):
                self._head(HTTPStatus.NOT_MODIFIED, headers)
                return
            start, length = 0, size
            if status is HTTPStatus.OK and self.headers.get("If-Range") in {None, tag}:
                wanted = _range(self.headers.get("Range"), size)
                if wanted is NO_BYTES:
                    self._head(
                        HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
                        {"Content-Range": f"bytes */{size}", "Content-Length": "0"},
                    )
                    return
                if wanted is not None:
                    start, length = wanted
                    status = HTTPStatus.PARTIAL_CONTENT
                    headers["Content-Range"] = f"bytes {start}-{start + length - 1}/{size}"
            self._head(status, {**headers, "Content-Length": str(length)})
            if self.command != "HEAD":
                self._pour(stream, start, length)

    def _pour(self, stream: BinaryIO, start: int, length: int) -> None:
        stream.seek(start)
        while length > 0 and (chunk := stream.read(min(length, _CHUNK))):
            self.wfile.write(chunk)
            length -= len(chunk)

    def _head(self, status: HTTPStatus, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Access-Control-Allow-Origin", "*")
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()


def _type_of(file: Path) -> str:
    if not file.suffix and "action" in file.parts:
        return TYPES[".json"]
    return TYPES.get(file.suffix.lower()) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"


def _matches(given: str | None, tag: str) -> bool:
    tags = [one.strip().removeprefix("W/") for one in (given or "").split(",")]
    return tag in tags or tags == ["*"]


def _range(given: str | None, size: int) -> tuple[int, int] | None:
    """Start and length of the one range asked for (RFC 9110, 14.2); NO_BYTES if there are none there, None for all."""
    found = _RANGE.fullmatch(given.strip()) if given else None
    if found is None or found[1] == found[2] == "":
        return None
    if found[1] == "":
        length = min(int(found[2]), size)
        return (size - length, length) if length else NO_BYTES
    start = int(found[1])
    end = min(int(found[2]), size - 1) if found[2] else size - 1
    if start >= size:
        return NO_BYTES
    return (start, end - start + 1) if start <= end else None


def _parameters(body: bytes, media_type: str) -> dict[str, str]:
    if media_type == "application/x-www-form-urlencoded":
        return dict(parse_qsl(body.decode("utf-8", "replace")))
    try:
        data = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        return {}
    return {str(key): str(value) for key, value in data.items()} if isinstance(data, dict) else {}
