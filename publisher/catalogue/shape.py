"""The shape of a YAML file: JSON Schema (2020-12) errors as problems with positions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from importlib import resources
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from jsonschema.exceptions import best_match
from referencing import Registry, Resource

from publisher.catalogue.document import Document, Pointer
from publisher.problem import Problem
from publisher.text import suggest

KINDS = ["catalog", "organizations", "themes", "licenses", "regions", "legal", "decisions", "portals", "dataset", "table-schema", "review", "consent", "baseline"]

_formats = FormatChecker(formats=())


@_formats.checks("date", raises=ValueError)
def _is_date(value: object) -> bool:
    if not isinstance(value, str):
        return True
    return bool(re.fullmatch(r"\d{4}-\d\d-\d\d", value)) and bool(date.fromisoformat(value))


@_formats.checks("regex", raises=re.error)
def _is_regex(value: object) -> bool:
    return not isinstance(value, str) or bool(re.compile(value))


@lru_cache
def json_schema(name: str) -> Mapping[str, Any]:
    """The JSON Schema shipped for a kind of YAML file (a name of :data:`KINDS`, or ``common``)."""
    text = (resources.files("publisher.catalogue") / "schemas" / f"{name}.json").read_text("utf-8")
    loaded: Mapping[str, Any] = json.loads(text)
    return loaded


@lru_cache
def _validator(kind: str) -> Draft202012Validator:
    registry: Registry[Any] = Registry()
    for name in ("common", *KINDS):
        registry = registry.with_resource(f"{name}.json", Resource.from_contents(json_schema(name)))
    return Draft202012Validator(json_schema(kind), registry=registry, format_checker=_formats)


def shape_problems(document: Document, kind: str, dataset: str | None = None) -> list[Problem]:
    """All departures of a document from the JSON Schema of its kind."""
    validator = _validator(kind)
    found = []
    for error in validator.iter_errors(document.data):
        found += list(_problems(error, document, dataset))
    return found


def _problems(error: ValidationError, document: Document, dataset: str | None) -> Iterator[Problem]:
    pointer: Pointer = tuple(error.absolute_path)
    where = _name(pointer)
    match error.validator:
        case "oneOf" | "anyOf":
            yield from _of_alternatives(error, document, dataset)
        case "additionalProperties":
            known = list(error.schema.get("properties", {})) if isinstance(error.schema, dict) else []
            for key in error.instance:
                if key not in known:
                    yield document.problem(
                        "shape-unknown-key",
                        (*pointer, key),
                        key=True,
                        dataset=dataset,
                        key_name=key,
                        suggestion=suggest(key, known) or ", ".join(known[:12]),
                    )
        case "required":
            for key in error.validator_value:
                if key not in error.instance:
                    yield document.problem("shape-missing-key", pointer, dataset=dataset, key_name=key, where=where)
        case "type":
            expected = error.validator_value
            expected = expected if isinstance(expected, str) else " | ".join(expected)
            yield document.problem(
                "shape-type", pointer, dataset=dataset, where=where, expected=expected, found=_kind(error.instance)
            )
        case "enum" | "const":
            values = [error.validator_value] if error.validator == "const" else error.validator_value
            allowed = [str(value) for value in values]
            yield document.problem(
                "shape-value",
                pointer,
                dataset=dataset,
                where=where,
                value=str(error.instance)[:80],
                allowed=", ".join(allowed),
                suggestion=suggest(str(error.instance), allowed) or allowed[0],
            )
        case "format" if error.validator_value == "date":
            yield document.problem("shape-date", pointer, dataset=dataset, where=where, value=str(error.instance)[:80])
        case "pattern" | "format":
            about = error.schema if isinstance(error.schema, dict) else {}
            yield document.problem(
                "shape-pattern",
                pointer,
                dataset=dataset,
                where=where,
                value=str(error.instance)[:80],
                expected=str(about.get("description") or error.validator_value).splitlines()[0],
            )
        case "propertyNames":
            yield document.problem(
                "shape-key", pointer, dataset=dataset, where=where, key_name=str(error.instance)[:80]
            )
        case _ if error.parent is None and _is_key_error(error):
            yield document.problem(
                "shape-key", pointer, dataset=dataset, where=where, key_name=str(error.instance)[:80]
            )
        case _:
            yield document.problem(
                "shape-limit",
                pointer,
                dataset=dataset,
                where=where,
                limit=f"{error.validator}: {error.validator_value}"[:80],
            )


def _of_alternatives(error: ValidationError, document: Document, dataset: str | None) -> Iterator[Problem]:
    pointer: Pointer = tuple(error.absolute_path)
    if isinstance(error.instance, dict) and "name" in error.instance and not error.context:
        yield document.problem("resource-path-and-url", pointer, dataset=dataset)
        return
    fitting = [e for e in error.context or () if e.validator != "type" or e.path]
    missing = error.context and all(e.validator in {"required", "not"} for e in error.context)
    if missing:
        yield document.problem("resource-without-file", pointer, dataset=dataset)
    elif fitting:
        best = best_match(iter(fitting))
        if best is not None:
            yield from _problems(best, document, dataset)
    else:
        yield document.problem(
            "shape-type",
            pointer,
            dataset=dataset,
            where=_name(pointer),
            expected="string | mapping",
            found=_kind(error.instance),
        )


def _is_key_error(error: ValidationError) -> bool:
    return "propertyNames" in error.absolute_schema_path


def _name(pointer: Pointer) -> str:
    name = ""
    for step in pointer:
        name += f"[{step + 1}]" if isinstance(step, int) else f".{step}" if name else str(step)
    return name


def _kind(value: object) -> str:
    names = {dict: "mapping", list: "list", str: "text", bool: "true/false", int: "number", float: "number"}
    return names.get(type(value), "nothing")
