"""GitLab: https://docs.gitlab.com/api/rest/"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import quote

from publisher.errors import OpendataError
from publisher.reports.forges.base import Http, MergeRequest, Post, edit_address

LABEL = "opendata-freshness"
DEVELOPER = 30
"""The lowest access level that may push: https://docs.gitlab.com/api/access_requests/"""


class GitLab:
    """The project that a GitLab job runs for; ``event`` is the webhook that triggered it, if one did."""

    def __init__(self, environment: Mapping[str, str], event: Mapping[str, Any]) -> None:
        project = environment.get("CI_PROJECT_ID", "")
        if not (project.isascii() and project.isdigit()):
            raise OpendataError("ci-environment", variable="CI_PROJECT_ID")
        for variable in ("CI_API_V4_URL", "CI_SERVER_URL", "OPENDATA_CI_TOKEN"):
            if not environment.get(variable):
                raise OpendataError("ci-environment", variable=variable)
        if event and str((event.get("project") or {}).get("id")) != project:
            raise OpendataError("ci-event-unusable")
        self._project = int(project)
        self._server = environment["CI_SERVER_URL"]
        self._sha = environment.get("CI_COMMIT_SHA", "")
        self._iid = environment.get("CI_MERGE_REQUEST_IID", "")
        self._event = event
        self._http = Http(environment["CI_API_V4_URL"], environment["OPENDATA_CI_TOKEN"])
        self._path = f"projects/{project}"

    def merge_request(self, number: int | None = None) -> MergeRequest | None:
        """By number, else by the event or the pipeline."""
        number = number or self._number()
        if number is None:
            return None
        data = self._http.ask("GET", f"{self._path}/merge_requests/{number}")
        source = data.get("source_project_id")
        project = self._http.ask("GET", f"projects/{source}", absent=True) if isinstance(source, int) else None
        path = project.get("path_with_namespace") if isinstance(project, dict) else None
        return MergeRequest(number, path, data.get("source_branch"), source == self._project)

    def _number(self) -> int | None:
        if self._iid.isascii() and self._iid.isdigit():
            return int(self._iid)
        kind = self._event.get("object_kind")
        holder = self._event.get({"note": "merge_request", "merge_request": "object_attributes"}.get(str(kind), ""))
        if isinstance(holder, dict) and isinstance(holder.get("iid"), int):
            return int(holder["iid"])
        if self._sha and not self._event:
            path = f"{self._path}/repository/commits/{quote(self._sha, safe='')}/merge_requests"
            found = self._http.ask("GET", path) or []
            return next((one["iid"] for one in found if one.get("state") == "merged"), None)
        return None

    def edit_address(self, request: MergeRequest, file: str, line: int | None) -> str | None:
        """``/-/edit/`` for what is text, ``/-/blob/`` for what is not."""
        return edit_address(self._server, request, file, line, ("-/edit", "-/blob"))

    def comments(self, number: int) -> Iterator[Post]:
        """The notes of a merge request."""
        for one in self._http.pages(f"{self._path}/merge_requests/{number}/notes"):
            yield self._post(one, "id", "body")

    def write_comment(self, number: int, body: str, key: int | None = None) -> None:
        """Post, or put."""
        path = f"{self._path}/merge_requests/{number}/notes"
        if key is None:
            self._http.ask("POST", path, json={"body": body})
        else:
            self._http.ask("PUT", f"{path}/{key}", json={"body": body})

    def issues(self) -> Iterator[Post]:
        """With our label."""
        for one in self._http.pages(f"{self._path}/issues", labels=LABEL, scope="all"):
            yield self._post(one, "iid", "description")

    def write_issue(self, title: str, body: str, open: bool, key: int | None = None) -> None:
        """Post, or put with the state."""
        data = {"title": title, "description": body}
        if key is None:
            self._http.ask("POST", f"{self._path}/issues", json={**data, "labels": LABEL})
        else:
            change = {**data, "state_event": "reopen" if open else "close"}
            self._http.ask("PUT", f"{self._path}/issues/{key}", json=change)

    def may_write(self, user: Mapping[str, Any]) -> bool:
        """Whether the user is an active member from Developer on, inherited membership included."""
        key = user.get("id")
        if not isinstance(key, int):
            return False
        answer = self._http.ask("GET", f"{self._path}/members/all/{key}", absent=True)
        if not isinstance(answer, dict) or answer.get("state", "active") != "active":
            return False
        level = answer.get("access_level")
        return isinstance(level, int) and level >= DEVELOPER

    def _post(self, one: Mapping[str, Any], key: str, body: str) -> Post:
        author = (one.get("author") or {}).get("id")
        return Post(int(one[key]), str(one.get(body) or ""), author == self._own_id, one.get("state") != "closed")

    @cached_property
    def _own_id(self) -> int | None:
        answer = self._http.ask("GET", "user")
        return answer.get("id") if isinstance(answer, dict) else None
