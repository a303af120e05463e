"""The JSON Schemas: well-formed, with a bilingual title and description on every property, ready for editors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from publisher.catalogue.jsonschemas import KINDS, is_name, json_schema, whole_schema
from publisher.messages import messages
from publisher.scaffold.editor import EDITOR_FOLDER, SETTINGS, editor_files, settings_text

REPOSITORY = Path(__file__).parent.parent.parent


def properties(schema: Any, at: str) -> Iterator[tuple[str, Any]]:
    if isinstance(schema, dict):
        for name, one in schema.get("properties", {}).items():
            yield f"{at}.{name}", one
            yield from properties(one, f"{at}.{name}")
        for key, one in schema.items():
            if key != "properties":
                yield from properties(one, at)
    elif isinstance(schema, list):
        for one in schema:
            yield from properties(one, at)


def patterns(schema: Any) -> Iterator[Any]:
    if isinstance(schema, dict):
        if "pattern" in schema and isinstance(schema["pattern"], str):
            yield schema
        for one in schema.values():
            yield from patterns(one)
    elif isinstance(schema, list):
        for one in schema:
            yield from patterns(one)


@pytest.mark.parametrize("kind", KINDS)
def test_every_property_has_a_title_and_a_description_in_both_languages(kind: str) -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema(kind))
    found = list(properties(whole_schema(kind), kind))
    assert found
    for where, schema in [(kind, whole_schema(kind)), *found]:
        vietnamese, slash, english = schema["title"].partition(" / ")
        assert vietnamese and slash and english, where
        vietnamese, blank, english = schema["description"].partition("\n\n")
        assert vietnamese and blank and english, where


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_pattern_wants_can_be_said(kind: str) -> None:
    for schema in patterns(whole_schema(kind)):
        for language in ("vi", "en"):
            assert messages(language).of("term", schema["$comment"]), schema


def test_names() -> None:
    assert is_name("truong-mam-non") and is_name("a1") and is_name("contract")
    for wrong in ("con", "nul", "com1", "A", "a", "a--b", "-a", "a" * 101, "..", "a/b", "à"):
        assert not is_name(wrong)


def test_the_repository_itself_is_set_up_for_editors() -> None:
    settings = json.loads((REPOSITORY / ".vscode/settings.json").read_text("utf-8"))
    assert settings == json.loads(settings_text("publisher/catalogue/schemas"))
    for schema, globs in settings["yaml.schemas"].items():
        assert (REPOSITORY / schema).is_file()
        assert globs
    covered = [glob for globs in settings["yaml.schemas"].values() for glob in globs]
    assert "datasets/**/dataset.yaml" in covered


def test_a_new_catalogue_gets_schemas_that_need_no_network() -> None:
    files = editor_files()
    settings = json.loads(files[SETTINGS])
    for schema in settings["yaml.schemas"]:
        assert "$ref" not in files[schema]
        json.loads(files[schema])
    assert set(files) == {SETTINGS, *settings["yaml.schemas"]}
    assert all(name.startswith(EDITOR_FOLDER) for name in settings["yaml.schemas"])
