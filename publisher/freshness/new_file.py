"""The address at which a forge opens its web editor for a new file whose content is there already."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit

_PROJECT = re.compile(r"[\w.-]+(?:/[\w.-]+)+\Z")
_BRANCH = re.compile(r"(?!-)[^\s\x00-\x1f\x7f~^:?*\[\\]{1,250}\Z")
BRANCH = "main"
DAY = "YYYY-MM-DD"
"""Stands for the day of a review where the day is not known: the reader's own."""


@dataclass(frozen=True, slots=True)
class Project:
    """A project's address on GitHub or GitLab, and the branch on which files are added."""

    address: str
    branch: str
    provider: str


def project_at(address: str, branch: str | None = None, provider: str | None = None) -> Project | None:
    """The project at an address such as ``https://github.com/owner/name``; None if it cannot be one.

    A host whose name has ``github`` in it is taken for GitHub, any other for GitLab, which has its own host
    at most of those who run it themselves.
    """
    parts = urlsplit(address)
    path = parts.path.strip("/").removesuffix(".git")
    name = branch or BRANCH
    if parts.scheme not in {"https", "http"} or not parts.hostname or not is_project(path) or not is_branch(name):
        return None
    host = parts.hostname + (f":{parts.port}" if parts.port else "")
    known = provider or ("github" if "github" in parts.hostname else "gitlab")
    return Project(f"{parts.scheme}://{host}/{path}", name, known)


def is_project(text: str) -> bool:
    """Whether a text is a project's path."""
    return _PROJECT.match(text) is not None and ".." not in text


def is_branch(text: str) -> bool:
    """Whether a text can be a branch's name, and no option of a command."""
    return _BRANCH.match(text) is not None and ".." not in text


def new_file(project: Project, path: str, content: str) -> str:
    """The address; what is sent from there is a commit or a merge request of whoever is logged in.

    ``filename`` and ``value`` are GitHub's parameters, ``file_name`` and ``content`` GitLab's.
    """
    if project.provider == "github":
        query = urlencode({"filename": path, "value": content}, quote_via=quote)
        return f"{project.address}/new/{quote(project.branch)}?{query}"
    query = urlencode({"file_name": path, "content": content}, quote_via=quote)
    return f"{project.address}/-/new/{quote(project.branch)}?{query}"


def review_link(project: Project, folder: str, day: str = DAY) -> str:
    """Where a review of a dataset is written in the browser; its name and finding are still to be filled in.

    A check refuses the file until they are.
    """
    return new_file(project, f"{folder}/reviews/{day}.yaml", f'on: {day}\nby: ""\nnote: ""\n')
