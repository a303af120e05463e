"""For tests that read a CKAN: a portal made up in memory, that may answer wrongly, and somebody at a real web form."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import requests
from ckanapi.errors import NotFound

from publisher.errors import OpendataError
from publisher.portals.ckan.model import Applied, Package
from publisher.portals.ckan.notes import marker

from .ckan import Stack

STATUS = {"ckan_version": "2.12.0", "extensions": ["activity", "datastore", "datatables_view"]}
_AFTER = re.compile(r'\+id:\{"((?:[^"\\]|\\.)*)" TO \*\]')
_SCOPE = re.compile(r"\+organization:\(([^)]*)\)")


@dataclass
class MadePortal:
    """A CKAN in memory: datasets by id, those of which the index has lost the document, and answers of the test's own.

    ``answers`` go before all else: a value, or a function of the parameters that may raise.
    """

    packages: list[Package] = field(default_factory=list)
    lost: set[str] = field(default_factory=set)
    answers: dict[str, Any] = field(default_factory=dict)
    most: int = 1000
    files: dict[str, bytes] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    def call(self, action: str, data: Mapping[str, Any] | None = None) -> Any:
        self.calls.append(action)
        data = data or {}
        if action in self.answers:
            answer = self.answers[action]
            return answer(data) if callable(answer) else answer
        known: dict[str, Callable[[Mapping[str, Any]], Any]] = {
            "package_search": self.search,
            "package_list": lambda _: sorted(one["name"] for one in self.packages if one["state"] == "active"),
            "package_show": self.show,
            "status_show": lambda _: STATUS,
            "user_show": lambda _: {"name": "admin", "sysadmin": True},
            "organization_list_for_user": lambda _: [{"name": "so-a", "id": "1"}],
            "group_list_authz": lambda _: [],
        }
        return known[action](data)

    @contextmanager
    def open(self, url: str) -> Iterator[BinaryIO]:
        if url not in self.files:
            raise OpendataError("portal-file-missing", path=url)
        yield io.BytesIO(self.files[url])

    def search(self, data: Mapping[str, Any]) -> dict[str, Any]:
        after = _AFTER.search(data["fq"])
        last = re.sub(r"\\(.)", r"\1", after[1]) if after else ""
        scope = _SCOPE.search(data["fq"])
        names = re.findall(r'"([^"]*)"', scope[1]) if scope else None
        found = sorted(
            (
                one
                for one in self.packages
                if one["id"] > last
                and one["id"] not in self.lost
                and one["state"] != "deleted"
                and (names is None or one["organization"]["name"] in names)
            ),
            key=lambda one: str(one["id"]),
        )
        return {"count": len(found), "results": found[: min(data["rows"], self.most)]}

    def show(self, data: Mapping[str, Any]) -> Package:
        for one in self.packages:
            if data["id"] in (one["id"], one["name"]):
                return one
        raise NotFound()


def package(identity: str, name: str | None = None, applied: Applied | None = None, **more: Any) -> Package:
    """A dataset as ``package_show`` gives it (made up)."""
    extras = marker.pieces(marker.encode(applied)) if applied is not None else {}
    return {
        "id": identity,
        "name": name or f"ten-{identity}",
        "title": "Thử",
        "state": "active",
        "private": False,
        "metadata_created": "2026-01-01T00:00:00.000001",
        "metadata_modified": "2026-01-02T00:00:00.000001",
        "organization": {"name": "so-a", "title": "Sở A", "id": "1"},
        "owner_org": "1",
        "extras": [{"key": key, "value": value} for key, value in extras.items()],
        "tags": [],
        "groups": [],
        "resources": [],
        **more,
    }


class WebForm:
    """Somebody who is logged in on a CKAN's pages and uses its forms as a browser does."""

    def __init__(self, stack: Stack, login: str = "admin", password: str | None = None) -> None:
        self._url = stack.url
        self._session = requests.Session()
        self._cookie = ""
        self._post("/user/login", {"login": login, "password": password or stack.password})

    def edit_resource(self, dataset: str, resource: Mapping[str, Any], upload: tuple[str, bytes] | None = None) -> None:
        """Save the form of a resource as it is shown, with another file if one is given."""
        shown = {key: resource.get(key) or "" for key in ("name", "description", "format", "url_type")}
        url = str(resource["url"]).rpartition("/")[2] if resource.get("url_type") == "upload" else str(resource["url"])
        data = {**shown, "id": str(resource["id"]), "url": url, "save": "go_metadata"}
        files = {"upload": upload} if upload is not None else {}
        self._post(f"/dataset/{dataset}/resource/{resource['id']}/edit", data, files)

    def _post(self, path: str, data: Mapping[str, str], files: Mapping[str, tuple[str, bytes]] | None = None) -> None:
        page = self._keep(self._session.get(self._url + path, headers=self._headers(), timeout=60))
        token = re.search(r'name="_csrf_token" content="([^"]+)"', page.text)
        assert token is not None, path
        sent = self._session.post(
            self._url + path,
            data={**data, "_csrf_token": token[1]},
            files=files or None,
            headers=self._headers(),
            allow_redirects=False,
            timeout=60,
        )
        assert sent.status_code == 302, (path, sent.status_code)
        self._keep(sent)

    def _headers(self) -> dict[str, str]:
        # CKAN's cookie has an empty domain, which browsers take and the library does not.
        return {"Cookie": self._cookie} if self._cookie else {}

    def _keep(self, answer: requests.Response) -> requests.Response:
        self._cookie = answer.headers.get("Set-Cookie", self._cookie).partition(";")[0]
        return answer
