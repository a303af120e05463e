"""What a forge offers to the CI jobs, and the one way of speaking HTTP to it.

The address, the project and the token come from the environment of the CI alone, never from a file
of the catalogue. No redirect is followed, no address out of an answer is asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote

import requests
from requests.auth import AuthBase

from publisher.errors import Exit, OpendataError
from publisher.freshness.new_file import is_branch, is_project
from publisher.http import TIMEOUT, make_session

PAGE = 100
MAX_PAGES = 50
_EDITABLE = (".yaml", ".yml", ".csv", ".tsv", ".json", ".jsonl", ".md", ".po", ".txt")


@dataclass(frozen=True, slots=True)
class MergeRequest:
    """A merge request: its number, and the project and branch that it comes from (None if not to be seen)."""

    number: int
    project: str | None
    branch: str | None
    same_project: bool


@dataclass(frozen=True, slots=True)
class Post:
    """A comment or issue of ours or somebody's; ``key`` is its id in the forge's API."""

    key: int
    body: str
    mine: bool
    open: bool = True


class Forge(Protocol):
    """GitHub or GitLab, bound to one project."""

    def merge_request(self, number: int | None = None) -> MergeRequest | None:
        """The merge request of that number, else the one that this CI run is about, if any."""
        ...

    def edit_address(self, request: MergeRequest, file: str, line: int | None) -> str | None:
        """Where a file of the merge request is edited in the browser."""
        ...

    def comments(self, number: int) -> Iterator[Post]:
        """The comments of a merge request."""
        ...

    def write_comment(self, number: int, body: str, key: int | None = None) -> None:
        """A new comment, or a new text of the one with that key."""
        ...

    def issues(self) -> Iterator[Post]:
        """The issues that bear our label, open and closed."""
        ...

    def write_issue(self, title: str, body: str, open: bool, key: int | None = None) -> None:
        """A new issue, or a new text and state of the one with that key."""
        ...

    def may_write(self, user: Mapping[str, Any]) -> bool:
        """Whether a user of an event may push to the project."""
        ...


class Bearer(AuthBase):
    """The token as a header; also keeps a .netrc from taking its place."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """The request with the token."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class Http:
    """JSON requests below one address."""

    def __init__(self, base: str, token: str, headers: Mapping[str, str] | None = None) -> None:
        self._base = base.rstrip("/")
        self._session = make_session()
        self._session.auth = Bearer(token)
        self._session.headers.update(headers or {})

    def ask(self, method: str, path: str, *, absent: bool = False, **options: Any) -> Any:
        """The answer's JSON; None for 403 and 404 where ``absent`` allows it.

        Raises:
            OpendataError: ``ci-unreachable``, ``ci-refused``.
        """
        try:
            answer = self._session.request(
                method, f"{self._base}/{path}", timeout=TIMEOUT, allow_redirects=False, **options
            )
        except requests.RequestException as error:
            raise OpendataError("ci-unreachable", Exit.UNREACHABLE, reason=type(error).__name__) from error
        if absent and answer.status_code in {401, 403, 404}:
            return None
        if not 200 <= answer.status_code < 300:
            code = Exit.UNREACHABLE if answer.status_code >= 500 or answer.status_code == 429 else Exit.NO
            raise OpendataError("ci-refused", code, status=answer.status_code, method=method, path=path)
        try:
            return answer.json() if answer.content else None
        except ValueError as error:
            raise OpendataError("ci-refused", Exit.NO, status="JSON", method=method, path=path) from error

    def pages(self, path: str, **parameters: Any) -> Iterator[Mapping[str, Any]]:
        """The entries of a listing, page by page, until one is not full."""
        for page in range(1, MAX_PAGES + 1):
            found = self.ask("GET", path, params={**parameters, "per_page": PAGE, "page": page})
            entries = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
            yield from entries
            if len(entries) < PAGE:
                return


def edit_address(base: str, request: MergeRequest, file: str, line: int | None, steps: tuple[str, str]) -> str | None:
    """``base/project/EDIT/branch/file#L12``; ``steps`` are the words for editing and for looking at a file."""
    if not (request.project and request.branch and is_project(request.project) and is_branch(request.branch)):
        return None
    if ".." in file.split("/"):
        return None
    step = steps[0] if file.lower().endswith(_EDITABLE) else steps[1]
    anchor = f"#L{line}" if line and step == steps[0] else ""
    return f"{base.rstrip('/')}/{request.project}/{step}/{quote(request.branch)}/{quote(file)}{anchor}"


def put_comment(forge: Forge, number: int, marker: str, body: str) -> str:
    """Write our one comment, or a new text into it; ``created``, ``updated`` or ``unchanged``."""
    ours = next((one for one in forge.comments(number) if one.mine and one.body.startswith(marker)), None)
    if ours is not None and ours.body.replace("\r\n", "\n").strip() == body.strip():
        return "unchanged"
    forge.write_comment(number, body, ours.key if ours else None)
    return "updated" if ours else "created"


def put_issue(forge: Forge, marker: str, title: str, body: str, wanted: bool | None) -> str:
    """Open, update or close our one issue; ``wanted`` None leaves it open or closed as it is."""
    ours = next((one for one in forge.issues() if one.mine and one.body.startswith(marker)), None)
    if ours is None and not wanted:
        return "unchanged"
    state = ours.open if wanted is None and ours else bool(wanted)
    if ours is not None and (not ours.open and not state):
        return "unchanged"
    forge.write_issue(title, body, state, ours.key if ours else None)
    return "created" if ours is None else "updated" if state else "closed"
