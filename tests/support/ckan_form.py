"""Somebody who makes and edits datasets in CKAN's web form, as a browser sends it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .ckan_reading import WebForm

_FIELDS = ("title", "name", "notes", "license_id", "owner_org", "url", "version", "author", "maintainer")


class Desk(WebForm):
    """The forms for datasets and their resources."""

    def new_dataset(self, fields: Mapping[str, str], extras: Mapping[str, str], tags: str = "") -> None:
        """The first page of a new dataset; its resources come next."""
        self._post("/dataset/new", {"_ckan_phase": "1", "private": "False", "save": "", **_form(fields, extras, tags)})

    def new_resource(
        self,
        dataset: str,
        fields: Mapping[str, str],
        upload: tuple[str, bytes] | None = None,
        save: str = "again",
    ) -> None:
        """The page of a resource: ``again`` asks for another one, ``go-metadata`` ends."""
        kind = "upload" if upload is not None else ""
        data = {"id": "", "url": "", "url_type": kind, **fields, "save": save}
        self._post(f"/dataset/{dataset}/resource/new", data, {"upload": upload} if upload is not None else {})

    def edit_dataset(self, package: Mapping[str, Any], **changes: str) -> None:
        """Save a dataset's form with changed fields; ``tags`` are separated by commas, ``extras_KEY`` are extras."""
        fields = {key: str(package.get(key) or "") for key in _FIELDS}
        extras = {one["key"]: one["value"] for one in package["extras"]}
        tags = ",".join(one["name"] for one in package["tags"])
        for key, value in changes.items():
            if key.startswith("extras_"):
                extras[key.removeprefix("extras_")] = value
            elif key == "tags":
                tags = value
            else:
                fields[key] = value
        form = {"pkg_name": str(package["id"]), "_ckan_phase": "", "private": "False", **_form(fields, extras, tags)}
        self._post(f"/dataset/edit/{package['name']}", {**form, "save": ""})


def _form(fields: Mapping[str, str], extras: Mapping[str, str], tags: str) -> dict[str, str]:
    made = {**fields, "tag_string": tags}
    for number, (key, value) in enumerate(extras.items()):
        made |= {f"extras__{number}__key": key, f"extras__{number}__value": value}
    return made
