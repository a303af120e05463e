"""Small synthetic catalogues that are published to a CKAN through a proxy which does harm; what then stands there."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
import yaml
from support.ckan import Stack

from publisher.cli import run

TABLE, OTHER, FORM = "truong-mam-non", "tai-lieu", "bieu-mau"
ROWS = "ma,ten,so_tre\n001,Hoa Sen,121\n002,Hoa Mai,85\n004,Hoa Cúc,40\n"
_IDS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_OURS = ("name", "title", "notes", "state", "private", "license_id")
_FILE = ("name", "format", "size", "hash", "url_type", "datastore_active", "position")


@dataclass(frozen=True)
class Case:
    """A catalogue of its own, whose names nobody else uses: ``word`` is in all of them."""

    root: Path
    word: str

    @property
    def prefix(self) -> str:
        """What the names of its datasets on the portal begin with."""
        return f"t{self.word}-"

    def publish(self, *more: str) -> int:
        """Publish; the exit code."""
        return self._run("publish", "--yes", "--wait", "0", *more)

    def plan(self) -> int:
        """Plan; the exit code."""
        return self._run("plan")

    def change(self) -> None:
        """Edit what a steward edits: texts, rows, a name; and remove a dataset."""
        self._edit(TABLE, title={"vi": "Tên mới", "en": "New name"}, keywords=[f"từ {self.word}", f"mới {self.word}"])
        (self.root / "datasets" / TABLE / f"{TABLE}.csv").write_bytes(ROWS.encode())
        (self.root / "datasets" / OTHER).rename(self.root / "datasets" / "tai-lieu-moi")
        self._edit("tai-lieu-moi", formerly=[OTHER], issued=None)
        shutil.rmtree(self.root / "datasets" / FORM)

    def arguments(self, command: str, *more: str) -> list[str]:
        """A command line on this catalogue and its portal."""
        return ["--catalog", str(self.root), "--lang", "en", command, "--portal", "there", *more]

    def _run(self, command: str, *more: str) -> int:
        return run(self.arguments(command, *more))

    def _edit(self, name: str, **keys: Any) -> None:
        _edit(self.root / "datasets" / name / "dataset.yaml", keys)


def case_of(original: Path, folder: Path) -> Case:
    """A copy of a small catalogue with names of its own: a table, a document, a proposal with a form."""
    word = uuid.uuid4().hex[:8]
    root = folder / word
    shutil.copytree(original, root)
    body, theme = f"so-{word}", f"chu-de-{word}"
    entry = {
        "type": "ckan",
        "url_env": "CKAN_URL",
        "token_env": "CKAN_TOKEN",
        "prefix": f"t{word}-",
        "include": ["published", "proposed"],
        "formats": ["csv"],
        "timeout": 2,
        "parallel": 1,
    }
    _edit(root / "catalog/catalog.yaml", {"id": str(uuid.uuid4())})
    _write(root / "catalog/organizations.yaml", {body: {"name": "Sở thử nghiệm"}})
    _write(root / "catalog/themes.yaml", {theme: {"name": "Chủ đề thử nghiệm"}})
    _write(root / "catalog/portals.yaml", {"there": entry})
    described = yaml.safe_load((root / f"datasets/{TABLE}/dataset.yaml").read_text("utf-8"))
    described |= {"organization": body, "themes": [theme], "keywords": [f"từ {word}"]}
    _write(root / f"datasets/{TABLE}/dataset.yaml", described)
    document = {"name": "van-ban", "title": "Văn bản", "path": "van-ban.xml"}
    _write(root / f"datasets/{OTHER}/dataset.yaml", {**described, "title": "Tập tài liệu thử", "resources": [document]})
    (root / f"datasets/{OTHER}/van-ban.xml").write_bytes(b"<a>synthetic</a>\n")
    proposal = {"name": "bang", "title": "Bảng", "schema": TABLE}
    _write(
        root / f"datasets/{FORM}/dataset.yaml",
        {**described, "title": "Đề xuất thử", "status": "proposed", "resources": [proposal]},
    )
    return Case(root, word)


def what_stands(stack: Stack, case: Case) -> Any:
    """All that a portal shows of a catalogue, without what differs between two runs: instants, ids, its word."""
    query = {"q": f"name:{case.prefix}*", "rows": 100, "include_private": True, "include_drafts": True}
    found = sorted(stack.action("package_search", **query)["results"], key=lambda one: str(one["name"]))
    body = stack.action("organization_show", id=f"so-{case.word}", include_datasets=False)
    theme = stack.action("group_show", id=f"chu-de-{case.word}", include_datasets=False)
    seen = {
        "datasets": [_dataset(stack, one) for one in found],
        "organization": [body["title"], body["package_count"], sorted(one["key"] for one in body["extras"])],
        "group": [theme["title"], theme["package_count"], sorted(one["key"] for one in theme["extras"])],
        "tags": sorted(stack.action("tag_list", query=case.word)),
    }
    return json.loads(_IDS.sub("ID", json.dumps(seen, ensure_ascii=False, sort_keys=True).replace(case.word, "W")))


def _dataset(stack: Stack, package: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **{key: package[key] for key in _OURS},
        "owner": package["organization"]["name"],
        "tags": sorted(one["name"] for one in package["tags"]),
        "groups": sorted(one["name"] for one in package["groups"]),
        "extras": {one["key"]: one["value"] for one in package["extras"] if not one["key"].startswith("opendata")},
        "resources": [_resource(stack, one) for one in package["resources"]],
    }


def _resource(stack: Stack, resource: Mapping[str, Any]) -> dict[str, Any]:
    content = requests.get(resource["url"], timeout=30).content
    seen = {key: resource[key] for key in _FILE}
    seen |= {"file": resource["url"].rpartition("/")[2], "bytes": hashlib.sha256(content).hexdigest()}
    seen["views"] = sorted(one["view_type"] for one in stack.action("resource_view_list", id=resource["id"]))
    if resource["datastore_active"]:
        table = stack.action("datastore_search", resource_id=resource["id"], sort="ma")
        seen["table"] = [{key: row[key] for key in row if key != "_id"} for row in table["records"]]
    return seen


def _edit(path: Path, keys: Mapping[str, Any]) -> None:
    data = yaml.safe_load(path.read_text("utf-8")) | keys
    _write(path, {key: value for key, value in data.items() if value is not None})


def _write(path: Path, data: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(dict(data), allow_unicode=True, sort_keys=False), "utf-8")
