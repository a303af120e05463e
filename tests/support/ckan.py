"""A real CKAN for tests: what the fixtures of tests/ckan/conftest.py give, and helpers on it.

    def test_something(stack: Stack) -> None:            # 2.12 every day; 2.11 and 2.10 too in script/test --all
        editor = stack.organization_editor()             # a new person, editor of a new organization
        made = editor.action("package_create", name=fresh("a"), owner_org=editor.organization)
        mark = stack.mark()
        ...                                              # the code under test, with stack.url and stack.token
        assert [(r.method, r.action) for r in stack.requests_since(mark)] == [("POST", "package_search")]

Rules: one stack serves all tests of a run, and maybe people beside it. Use names from ``fresh``, remove nothing that
the test did not make, never reset. script/test runs the tests marked ``ckan`` one after the other, so that
``requests_since`` sees only the requests of the test that asks (and of people who use the stack meanwhile).
A test that takes ``stack`` is marked ``ckan``; on the older versions also ``slow``.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

COMMAND = Path(__file__).resolve().parents[2] / "script" / "ckan"
NEWEST = "2.12"
OLDER = ("2.11", "2.10")
EXTENSIONS = "extensions"


class Unavailable(Exception):
    """Why there is no CKAN here: what script/ckan said."""


class ActionError(Exception):
    """CKAN did not do what was asked: the HTTP status and its ``error`` (or the text of another answer)."""

    def __init__(self, status: int, error: Any) -> None:
        super().__init__(f"{status} {error}")
        self.status = status
        self.error = error


@dataclass(frozen=True)
class Request:
    """One line of CKAN's access log."""

    method: str
    path: str
    status: int

    @property
    def action(self) -> str:
        """The API action, or the path of anything else."""
        return self.path.removeprefix("/api/3/action/").removeprefix("/api/action/")


@dataclass(frozen=True)
class Stack:
    """A running CKAN. The tokens stay out of pytest's reports."""

    version: str
    url: str
    access_log: Path
    token: str = field(repr=False)
    editor_token: str = field(repr=False)
    password: str = field(repr=False)
    """The sysadmin's, whose name is ``admin``: for CKAN's web form."""

    def action(self, action: str, /, **data: Any) -> Any:
        """Call an action as sysadmin; its result. Raises ActionError."""
        return call(self.url, self.token, action, data)

    def anonymous(self, action: str, /, **data: Any) -> Any:
        """Call an action without a token; its result. Raises ActionError."""
        return call(self.url, None, action, data)

    def exists(self, dataset: str) -> bool:
        """Whether a dataset stands there that is not deleted, by name or id."""
        try:
            return bool(self.action("package_show", id=dataset)["state"] != "deleted")
        except ActionError as problem:
            if problem.status == 404:
                return False
            raise

    def mark(self) -> int:
        """A place in the access log, after every request answered so far."""
        return len(self._log_after_settling()[0])

    def requests_since(self, mark: int) -> list[Request]:
        """The requests that CKAN answered since a mark, in the order of their answers."""
        log, own = self._log_after_settling()
        return [request for request in _parse(log[mark:]) if request.path != own and not _is_probe(request.path)]

    def _log_after_settling(self) -> tuple[bytes, str]:
        # gunicorn writes a line after the answer has gone out: wait until one of our own has arrived.
        probe = f"/api/i18n/probe-{uuid.uuid4().hex}"
        requests.get(self.url + probe, timeout=30)
        until = time.monotonic() + 10
        while True:
            log = self.access_log.read_bytes()
            if probe.encode() in log:
                return log, probe
            if time.monotonic() > until:
                raise AssertionError(f"{self.access_log} does not show a request that was answered")

    def organization(self, **more: Any) -> str:
        """The name of a new organization."""
        return str(self.action("organization_create", **{"name": fresh("org"), "title": "Thử nghiệm", **more})["name"])

    def organization_editor(self, role: str = "editor") -> Editor:
        """A new person with that role in a new organization, and without any other right."""
        organization = self.organization()
        name = fresh("user")
        self.action("user_create", name=name, email=f"{name}@example.org", password=uuid.uuid4().hex)
        self.action("organization_member_create", id=organization, username=name, role=role)
        token = self.action("api_token_create", user=name, name="tests")["token"]
        return Editor(self.url, name, organization, token)

    def lose_document(self, dataset_id: str) -> None:
        """Take a dataset out of the search index behind CKAN's back, as a crash does."""
        port = int(self.url.rpartition(":")[2]) + 3
        query = json.dumps({"delete": {"query": f'id:"{dataset_id}"'}})
        answer = requests.post(
            f"http://127.0.0.1:{port}/solr/ckan/update?commit=true",
            query,
            headers={"Content-Type": "application/json"},
            timeout=30,
        )
        answer.raise_for_status()


@dataclass(frozen=True)
class Editor:
    """A person with rights in one organization."""

    url: str
    name: str
    organization: str
    token: str = field(repr=False)

    def action(self, action: str, /, **data: Any) -> Any:
        """Call an action as this person; its result. Raises ActionError."""
        return call(self.url, self.token, action, data)


def harvest(stack: Stack, address: str, organization: str) -> None:
    """Let the stack with extensions harvest a catalogue in DCAT (Turtle) into an organization."""
    source = stack.action(
        "harvest_source_create",
        name=fresh("source"),
        title="Nguồn thử nghiệm",
        url=address,
        source_type="dcat_rdf",
        owner_org=organization,
        config=json.dumps({"rdf_format": "text/turtle"}),
    )
    folder = stack.access_log.parents[1]
    command = [
        folder / "venv" / "bin" / "ckan",
        "-c",
        folder / "data" / "ckan.ini",
        "harvester",
        "run-test",
        source["id"],
    ]
    done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr[-2000:]


def fresh(prefix: str) -> str:
    """A name that nobody has used."""
    return f"{prefix}-{uuid.uuid4().hex[:12]}"


def call(
    url: str, token: str | None, action: str, data: Mapping[str, Any], files: Mapping[str, Any] | None = None
) -> Any:
    """Call an action; its result. With ``files`` (as for requests) ``data`` goes as form fields. Raises ActionError."""
    headers = {"Authorization": token} if token else {}
    body: dict[str, Any] = {"data": data, "files": files} if files else {"json": data}
    answer = requests.post(f"{url}/api/3/action/{action}", headers=headers, timeout=300, allow_redirects=False, **body)
    try:
        content = answer.json()
    except requests.JSONDecodeError:
        raise ActionError(answer.status_code, answer.text[:500]) from None
    if answer.status_code != 200:
        raise ActionError(answer.status_code, content.get("error") if isinstance(content, dict) else content)
    return content["result"]


def script(
    *arguments: str, env: Mapping[str, str] | None = None, timeout: float = 1200
) -> subprocess.CompletedProcess[str]:
    """Run script/ckan; ``env`` is added to the environment."""
    if os.name == "nt":
        return subprocess.CompletedProcess([], 2, "", "script/ckan needs Linux")
    return subprocess.run(
        [COMMAND, *arguments],
        env={**os.environ, **(env or {})},
        capture_output=True,
        encoding="utf-8",
        timeout=timeout,
    )


def choose(version: str) -> list[str]:
    """The arguments of script/ckan that mean a stack."""
    return ["--extensions"] if version == EXTENSIONS else ["--version", version]


def is_up(version: str) -> bool:
    """Whether a stack runs already."""
    return script("status", *choose(version)).returncode == 0


def start(version: str) -> Stack:
    """Bring a stack up. Raises Unavailable with the reason."""
    done = script("up", *choose(version))
    if done.returncode != 0:
        raise Unavailable(done.stderr.strip())
    return stack_of(version)


def stack_of(version: str, env: Mapping[str, str] | None = None) -> Stack:
    """A stack that is up. Raises Unavailable if it was never made."""
    done = script("env", *choose(version), env=env)
    if done.returncode != 0:
        raise Unavailable(done.stderr.strip())
    values = read_exports(done.stdout)
    return Stack(
        version=version,
        url=values["CKAN_URL"],
        access_log=Path(values["CKAN_ACCESS_LOG"]),
        token=values["CKAN_TOKEN"],
        editor_token=values["CKAN_EDITOR_TOKEN"],
        password=values["CKAN_PASSWORD"],
    )


def read_exports(text: str) -> dict[str, str]:
    """The variables that a shell would set from ``export NAME=VALUE`` lines."""
    words = [shlex.split(line) for line in text.splitlines()]
    assert all(word[0] == "export" and len(word) == 2 for word in words)
    return dict(word[1].split("=", 1) for word in words)


def _is_probe(path: str) -> bool:
    return path.startswith("/api/i18n/probe-")


def _parse(log: bytes) -> Iterable[Request]:
    for line in log.decode("utf-8", "replace").splitlines():
        method, path, status = line.rpartition("] ")[2].split(" ")[:3]
        yield Request(method, path, int(status))
