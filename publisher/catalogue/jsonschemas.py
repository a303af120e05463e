"""The JSON Schemas (2020-12) of the YAML files, shipped in ``schemas/``, and their compiled validators."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from importlib import resources
from typing import Any

from jsonschema_rs import Draft202012Validator

from publisher.catalogue.frequencies import is_frequency

KINDS = [
    "catalog",
    "organizations",
    "themes",
    "licenses",
    "regions",
    "legal",
    "decisions",
    "portals",
    "dataset",
    "table-schema",
    "review",
    "consent",
    "baseline",
]


@lru_cache
def json_schema(name: str) -> Mapping[str, Any]:
    """The JSON Schema shipped for a kind of YAML file (a name of :data:`KINDS`, or ``common``), as written."""
    text = (resources.files("publisher.catalogue") / "schemas" / f"{name}.json").read_text("utf-8")
    loaded: Mapping[str, Any] = json.loads(text)
    return loaded


@lru_cache
def whole_schema(kind: str) -> Mapping[str, Any]:
    """The schema of a kind with all references put in their place: one file that needs no other.

    ``$comment`` names the shared definition that a part comes from.
    """
    whole: Mapping[str, Any] = _resolved(json_schema(kind))
    return whole


@lru_cache
def validator(kind: str) -> Draft202012Validator:
    """The validator of a kind."""
    return _compiled(whole_schema(kind))


@lru_cache
def _definition(name: str) -> Draft202012Validator:
    return _compiled(json_schema("common")["$defs"][name])


def is_name(text: str) -> bool:
    """Whether a text is a machine name, by the shared definition ``name``."""
    return _definition("name").is_valid(text)


def _compiled(schema: Mapping[str, Any]) -> Draft202012Validator:
    formats = {"date": _is_date, "regex": _is_regex, "frequency": is_frequency}
    return Draft202012Validator(dict(schema), formats=formats, validate_formats=True)


def _resolved(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_resolved(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" not in schema:
        return {key: _resolved(value) for key, value in schema.items()}
    file, _, pointer = schema["$ref"].partition("#")
    target: Any = json_schema(file.removesuffix(".json"))
    steps = [step for step in pointer.split("/") if step]
    for step in steps:
        target = target[step]
    inner = {key: value for key, value in _resolved(target).items() if key not in {"$id", "$schema"}}
    own = {key: _resolved(value) for key, value in schema.items() if key != "$ref"}
    return {**inner, **({"$comment": steps[-1]} if steps else {}), **own}


def _is_date(text: str) -> bool:
    # A year below 1000 is a slip (0205-07-01), and the periods before it would leave the calendar.
    try:
        return bool(re.fullmatch(r"[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}", text)) and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _is_regex(text: str) -> bool:
    try:
        return re.compile(text) is not None
    except (re.error, OverflowError, RecursionError):
        return False
