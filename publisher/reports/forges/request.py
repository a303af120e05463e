"""A steward's comment read as a request: strictly, and for users only who may push."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from publisher.errors import Exit, OpendataError
from publisher.freshness.new_file import is_branch
from publisher.reports.forges.base import Forge, MergeRequest

_FIX = re.compile(r"/opendata[ \t]+fix\s*\Z")
_ATTEST = re.compile(
    r"/opendata[ \t]+attest[ \t]+(?P<dataset>[a-z0-9]+(?:-[a-z0-9]+)*)[ \t]+(?P<note>\S.*)\Z", re.DOTALL
)
MAX_BODY = 4000


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked: ``action`` is ``fix``, ``attest`` or, without a comment, ``validate``."""

    action: str
    merge_request: MergeRequest
    by: str = ""
    dataset: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment of an event: its text and its author, as the forge told them."""

    body: str
    user: Mapping[str, Any]
    number: int


def github_comment(event: Mapping[str, Any]) -> Comment | None:
    """The new comment on a pull request of an ``issue_comment`` event."""
    comment, issue = event.get("comment"), event.get("issue")
    if event.get("action") != "created" or not isinstance(comment, dict) or not isinstance(issue, dict):
        return None
    if "pull_request" not in issue or (comment.get("user") or {}).get("type") == "Bot":
        return None
    return Comment(str(comment.get("body") or ""), comment.get("user") or {}, int(issue["number"]))


def gitlab_comment(event: Mapping[str, Any]) -> Comment | None:
    """The new note on a merge request of a note event."""
    note, request = event.get("object_attributes"), event.get("merge_request")
    if event.get("object_kind") != "note" or not isinstance(note, dict) or not isinstance(request, dict):
        return None
    if note.get("noteable_type") != "MergeRequest" or note.get("action", "create") != "create":
        return None
    return Comment(str(note.get("note") or ""), event.get("user") or {}, int(request["iid"]))


def new_commits(event: Mapping[str, Any]) -> bool:
    """Whether a GitLab event says that a merge request was opened or got commits; other events change no file."""
    attributes = event.get("object_attributes")
    if event.get("object_kind") != "merge_request" or not isinstance(attributes, dict):
        return False
    return attributes.get("action") in {"open", "reopen"} or bool(attributes.get("oldrev"))


def read_request(forge: Forge, comment: Comment) -> Request:
    """The request in a comment, its author's right checked with the forge before anything else is looked at.

    Raises:
        OpendataError: ``ci-not-allowed``, ``ci-request-unclear``, ``ci-request-fork``.
    """
    body = comment.body.strip()
    if not forge.may_write(comment.user):
        raise OpendataError("ci-not-allowed", Exit.NO)
    attest = _ATTEST.match(body) if len(body) <= MAX_BODY else None
    if attest is None and not _FIX.match(body):
        raise OpendataError("ci-request-unclear", Exit.NO)
    request = forge.merge_request(comment.number)
    if request is None or not request.same_project or not request.branch or not is_branch(request.branch):
        raise OpendataError("ci-request-fork", Exit.NO)
    by = str(comment.user.get("login") or comment.user.get("username") or "")
    if attest is None:
        return Request("fix", request, by)
    return Request("attest", request, by, attest["dataset"], attest["note"])
