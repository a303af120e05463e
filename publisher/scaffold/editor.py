"""Editor support for a catalogue: JSON Schemas and the setting that ties them to its files.

The schemas are copied into the catalogue, each complete in itself, so that completion and hover
help work offline and in the version of the tool that wrote them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from publisher.catalogue.jsonschemas import KINDS, whole_schema

EDITOR_FOLDER = ".opendata-schemas"
SETTINGS = ".vscode/settings.json"
_GLOBS = {
    "catalog": ["catalog/catalog.yaml"],
    "dataset": ["datasets/**/dataset.yaml"],
    "review": ["datasets/**/reviews/*.yaml", "catalog/reviews/*.yaml"],
    "table-schema": ["schemas/*.yaml"],
    "consent": ["catalog/consents/*.yaml"],
}


def schema_settings(folder: str) -> dict[str, list[str]]:
    """What the YAML extension calls ``yaml.schemas``: by schema file the globs of the files it describes."""
    return {f"{folder}/{kind}.json": _GLOBS.get(kind, [f"catalog/{kind}.yaml"]) for kind in KINDS}


def editor_files() -> Mapping[str, str]:
    """Files for a new catalogue, by path from its root: the setting for VS Code and the schemas."""
    files = {f"{EDITOR_FOLDER}/{kind}.json": _json(whole_schema(kind)) for kind in KINDS}
    return {SETTINGS: settings_text(EDITOR_FOLDER), **files}


def settings_text(folder: str) -> str:
    """``.vscode/settings.json`` for schemas in a folder."""
    settings = {
        "yaml.schemas": schema_settings(folder),
        "files.eol": "\n",
        "files.encoding": "utf8",
        "[yaml]": {"editor.insertSpaces": True, "editor.tabSize": 2},
    }
    return _json(settings)


def _json(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"
