"""GitHub and GitLab played on 127.0.0.1: as much of their REST APIs as the CI jobs ask."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

TOKEN = "made-up-for-tests"


@dataclass
class Forge:
    """What the server holds; tests fill it and look at it."""

    comments: list[dict[str, Any]] = field(default_factory=list)
    issues: list[dict[str, Any]] = field(default_factory=list)
    pulls: list[dict[str, Any]] = field(default_factory=list)
    writers: tuple[Any, ...] = ("steward",)
    requests: list[tuple[str, str]] = field(default_factory=list)
    fail: int | None = None
    address: str = ""

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        self.requests.append((method, path))
        if self.fail:
            return self.fail, {"message": "no"}
        if path.startswith("/repos/org/data/"):
            return self._github(method, path.removeprefix("/repos/org/data/"), query, body)
        if path.startswith("/projects/7/"):
            return self._gitlab(method, path.removeprefix("/projects/7/"), query, body)
        if path == "/user":
            return 200, {"id": 99, "login": "github-actions[bot]"}
        if path == "/projects/8":
            return 200, {"path_with_namespace": "fork/data"}
        if path == "/projects/7":
            return 200, {"path_with_namespace": "org/data"}
        return 404, {}

    def _github(self, method: str, path: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        if match := re.fullmatch(r"pulls/(\d+)", path):
            return 200, next(one for one in self.pulls if one["number"] == int(match[1]))
        if path == "pulls" or re.fullmatch(r"commits/\w+/pulls", path):
            return 200, self._page(self.pulls, query)
        if match := re.fullmatch(r"collaborators/([^/]+)/permission", path):
            return 200, {"permission": "write" if unquote(match[1]) in self.writers else "read"}
        if re.fullmatch(r"issues/\d+/comments", path):
            bot = {"login": "github-actions[bot]"}
            return self._collection(self.comments, method, query, {**(body or {}), "user": bot})
        if match := re.fullmatch(r"issues/comments/(\d+)", path):
            return self._change(self.comments, "id", int(match[1]), body)
        if path == "issues":
            bot = {"login": "github-actions[bot]"}
            return self._collection(self.issues, method, query, {**(body or {}), "user": bot, "state": "open"})
        if match := re.fullmatch(r"issues/(\d+)", path):
            return self._change(self.issues, "number", int(match[1]), body)
        return 404, {}

    def _gitlab(self, method: str, path: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        if match := re.fullmatch(r"merge_requests/(\d+)", path):
            return 200, next(one for one in self.pulls if one["iid"] == int(match[1]))
        if re.fullmatch(r"repository/commits/\w+/merge_requests", path):
            return 200, self.pulls
        if match := re.fullmatch(r"members/all/(\d+)", path):
            return (200, {"access_level": 30, "state": "active"}) if int(match[1]) in self.writers else (404, {})
        if re.fullmatch(r"merge_requests/\d+/notes", path):
            return self._collection(self.comments, method, query, {**(body or {}), "author": {"id": 99}})
        if match := re.fullmatch(r"merge_requests/\d+/notes/(\d+)", path):
            return self._change(self.comments, "id", int(match[1]), body)
        if path == "issues":
            made = {**(body or {}), "author": {"id": 99}, "state": "opened"}
            return self._collection(self.issues, method, query, made)
        if match := re.fullmatch(r"issues/(\d+)", path):
            event = (body or {}).pop("state_event", None)
            state = {"close": "closed", "reopen": "opened"}.get(event)
            return self._change(self.issues, "iid", int(match[1]), {**body, **({"state": state} if state else {})})
        return 404, {}

    def _collection(self, held: list[dict[str, Any]], method: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        if method == "GET":
            return 200, self._page(held, query)
        key = len(held) + 1
        held.append({**body, "id": key, "number": key, "iid": key})
        return 201, held[-1]

    def _change(self, held: list[dict[str, Any]], name: str, key: int, body: Any) -> tuple[int, Any]:
        one = next(one for one in held if one[name] == key)
        one.update(body)
        return 200, one

    def _page(self, held: list[dict[str, Any]], query: dict[str, str]) -> list[dict[str, Any]]:
        size, page = int(query.get("per_page", 100)), int(query.get("page", 1))
        return held[(page - 1) * size : page * size]


@contextmanager
def serving(forge: Forge) -> Iterator[Forge]:
    """The server for the length of a test; ``forge.address`` is where it listens."""

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            query = {key: values[0] for key, values in parse_qs(parts.query).items()}
            if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                status, data = 401, {"message": "no token"}
            else:
                status, data = forge.answer(self.command, parts.path, query, body)
            content = json.dumps(data).encode()
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PATCH = do_PUT = handle_any

        def log_message(self, format: str, *arguments: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    forge.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield forge
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
