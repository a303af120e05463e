"""GitHub: https://docs.github.com/en/rest"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import quote

from publisher.errors import OpendataError
from publisher.freshness.new_file import is_project
from publisher.reports.forges.base import Http, MergeRequest, Post, edit_address

LABEL = "opendata-freshness"
BOT = "github-actions[bot]"
_HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}


class GitHub:
    """The repository that a GitHub Actions job runs for; ``event`` is what started the job."""

    def __init__(self, environment: Mapping[str, str], event: Mapping[str, Any]) -> None:
        self._repository = _needed(environment, "GITHUB_REPOSITORY")
        if not is_project(self._repository):
            raise OpendataError("ci-environment", variable="GITHUB_REPOSITORY")
        self._server = environment.get("GITHUB_SERVER_URL", "https://github.com")
        self._sha = environment.get("GITHUB_SHA", "")
        self._event = event
        base = environment.get("GITHUB_API_URL", "https://api.github.com")
        self._http = Http(base, _needed(environment, "GITHUB_TOKEN"), _HEADERS)
        self._path = f"repos/{self._repository}"

    def merge_request(self, number: int | None = None) -> MergeRequest | None:
        """By number, else by the event: never by anything that a report says."""
        if number is None:
            number = self._number()
        if number is None:
            return None
        data = self._http.ask("GET", f"{self._path}/pulls/{number}")
        head = data.get("head") or {}
        project = (head.get("repo") or {}).get("full_name")
        return MergeRequest(number, project, head.get("ref"), project == self._repository)

    def _number(self) -> int | None:
        event = self._event
        for holder in (event.get("pull_request"), event.get("issue")):
            if isinstance(holder, dict) and isinstance(holder.get("number"), int):
                return int(holder["number"])
        run = event.get("workflow_run")
        if isinstance(run, dict):
            return self._number_of_run(run)
        if self._sha and "head_commit" in event:
            found = self._http.ask("GET", f"{self._path}/commits/{quote(self._sha, safe='')}/pulls") or []
            return next((one["number"] for one in found if one.get("merged_at")), None)
        return None

    def _number_of_run(self, run: Mapping[str, Any]) -> int | None:
        # GitHub leaves pull_requests empty for forks; the branch and its commit tell which one it is.
        owner = ((run.get("head_repository") or {}).get("owner") or {}).get("login")
        head = f"{owner}:{run.get('head_branch')}"
        for one in self._http.pages(f"{self._path}/pulls", state="open", head=head):
            if (one.get("head") or {}).get("sha") == run.get("head_sha"):
                return int(one["number"])
        return None

    def edit_address(self, request: MergeRequest, file: str, line: int | None) -> str | None:
        """``/edit/`` for what is text, ``/blob/`` for what is not."""
        return edit_address(self._server, request, file, line, ("edit", "blob"))

    def comments(self, number: int) -> Iterator[Post]:
        """A pull request's comments are those of its issue."""
        for one in self._http.pages(f"{self._path}/issues/{number}/comments"):
            yield self._post(one, "id")

    def write_comment(self, number: int, body: str, key: int | None = None) -> None:
        """Post, or patch."""
        if key is None:
            self._http.ask("POST", f"{self._path}/issues/{number}/comments", json={"body": body})
        else:
            self._http.ask("PATCH", f"{self._path}/issues/comments/{key}", json={"body": body})

    def issues(self) -> Iterator[Post]:
        """With our label; pull requests, which GitHub lists among them, left out."""
        for one in self._http.pages(f"{self._path}/issues", state="all", labels=LABEL):
            if "pull_request" not in one:
                yield self._post(one, "number")

    def write_issue(self, title: str, body: str, open: bool, key: int | None = None) -> None:
        """Post, or patch with the state."""
        if key is None:
            self._http.ask("POST", f"{self._path}/issues", json={"title": title, "body": body, "labels": [LABEL]})
        else:
            change = {"title": title, "body": body, "state": "open" if open else "closed"}
            self._http.ask("PATCH", f"{self._path}/issues/{key}", json=change)

    def may_write(self, user: Mapping[str, Any]) -> bool:
        """The user's permission on the repository; ``maintain`` is told as ``write``."""
        login = user.get("login")
        if not isinstance(login, str) or not login:
            return False
        path = f"{self._path}/collaborators/{quote(login, safe='')}/permission"
        answer = self._http.ask("GET", path, absent=True)
        return isinstance(answer, dict) and answer.get("permission") in {"admin", "write"}

    def _post(self, one: Mapping[str, Any], key: str) -> Post:
        author = (one.get("user") or {}).get("login")
        return Post(int(one[key]), str(one.get("body") or ""), author == self._own_name, one.get("state") != "closed")

    @cached_property
    def _own_name(self) -> str:
        # The token of a job may not ask who it is; then it is the bot.
        answer = self._http.ask("GET", "user", absent=True)
        return str(answer["login"]) if isinstance(answer, dict) and answer.get("login") else BOT


def _needed(environment: Mapping[str, str], variable: str) -> str:
    if not environment.get(variable):
        raise OpendataError("ci-environment", variable=variable)
    return environment[variable]
