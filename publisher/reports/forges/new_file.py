"""The address at which a forge opens its web editor for a new file whose content is there already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit

from publisher.errors import OpendataError
from publisher.reports.forges.base import is_branch, is_project


@dataclass(frozen=True, slots=True)
class Project:
    """A project's address on GitHub or GitLab, and the branch on which files are added."""

    address: str
    branch: str
    provider: str


def project_of(environment: Mapping[str, str], address: str | None = None, branch: str | None = None) -> Project | None:
    """The project of an address such as ``https://github.com/owner/name``, else the one whose CI job this is.

    A host whose name has ``github`` in it is taken for GitHub, any other for GitLab, which has its own host
    at most of those who run it themselves.

    Raises:
        OpendataError: ``repository-bad-address``.
    """
    if address is None and environment.get("GITHUB_REPOSITORY"):
        server = environment.get("GITHUB_SERVER_URL", "https://github.com").rstrip("/")
        address, provider = f"{server}/{environment['GITHUB_REPOSITORY']}", "github"
        branch = branch or environment.get("GITHUB_REF_NAME")
    elif address is None and environment.get("CI_PROJECT_URL"):
        address, provider = environment["CI_PROJECT_URL"], "gitlab"
        branch = branch or environment.get("CI_DEFAULT_BRANCH")
    elif address is None:
        return None
    else:
        provider = "github" if "github" in (urlsplit(address).hostname or "") else "gitlab"
    parts = urlsplit(address)
    path = parts.path.strip("/").removesuffix(".git")
    name = branch or "main"
    if parts.scheme not in {"https", "http"} or not parts.hostname or not is_project(path) or not is_branch(name):
        raise OpendataError("repository-bad-address")
    host = parts.hostname + (f":{parts.port}" if parts.port else "")
    return Project(f"{parts.scheme}://{host}/{path}", name, provider)


def new_file(project: Project, path: str, content: str) -> str:
    """The address; what is sent from there is a commit or a merge request of whoever is logged in.

    ``filename`` and ``value`` are GitHub's parameters, ``file_name`` and ``content`` GitLab's.
    """
    if project.provider == "github":
        query = urlencode({"filename": path, "value": content}, quote_via=quote)
        return f"{project.address}/new/{quote(project.branch)}?{query}"
    query = urlencode({"file_name": path, "content": content}, quote_via=quote)
    return f"{project.address}/-/new/{quote(project.branch)}?{query}"
