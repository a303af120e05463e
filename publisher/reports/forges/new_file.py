"""The project whose files are edited in the browser: as it was named, or that of the CI job that runs."""

from __future__ import annotations

from collections.abc import Mapping

from publisher.errors import OpendataError
from publisher.freshness.new_file import Project, project_at


def project_of(environment: Mapping[str, str], address: str | None = None, branch: str | None = None) -> Project | None:
    """The project of an address such as ``https://github.com/owner/name``, else the one whose CI job this is.

    Raises:
        OpendataError: ``repository-bad-address``.
    """
    provider = None
    if address is None and environment.get("GITHUB_REPOSITORY"):
        server = environment.get("GITHUB_SERVER_URL", "https://github.com").rstrip("/")
        address, provider = f"{server}/{environment['GITHUB_REPOSITORY']}", "github"
        branch = branch or environment.get("GITHUB_REF_NAME")
    elif address is None and environment.get("CI_PROJECT_URL"):
        address, provider = environment["CI_PROJECT_URL"], "gitlab"
        branch = branch or environment.get("CI_DEFAULT_BRANCH")
    if address is None:
        return None
    project = project_at(address, branch, provider)
    if project is None:
        raise OpendataError("repository-bad-address")
    return project
