"""The shape of a YAML file: JSON Schema errors as problems with positions.

Why jsonschema-rs: ``docs/decisions/0002-json-schema-engine.md``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import Any

from jsonschema_rs import ValidationError

from publisher.catalogue.document import Document
from publisher.catalogue.frequencies import nearest_frequency
from publisher.catalogue.jsonschemas import KINDS, is_name, json_schema, validator, whole_schema
from publisher.catalogue.nodes import MAX_PROBLEMS, Pointer
from publisher.messages import Term
from publisher.problem import Problem
from publisher.text import slug, suggest

_KNOWN_SHOWN = 12
_LIMITS = {"minLength", "minItems", "minProperties"}


def is_shaped(data: Any, kind: str) -> bool:
    """Whether plain data have the shape of a kind."""
    return validator(kind).is_valid(data)


def shape_problems(document: Document, kind: str, dataset: str | None = None) -> list[Problem]:
    """Departures of a document from the JSON Schema of its kind, at most :data:`MAX_PROBLEMS`."""
    if is_shaped(document.data, kind):
        return []
    wording = _Wording(document, kind, dataset)
    errors = list(islice(validator(kind).iter_errors(document.data), MAX_PROBLEMS))
    return list(islice((one for error in _to_tell(errors) for one in wording.problems(error)), MAX_PROBLEMS))


class _Wording:
    """Turns errors of one document into problems."""

    def __init__(self, document: Document, kind: str, dataset: str | None) -> None:
        self.document = document
        self.kind = kind
        self.dataset = dataset

    def problems(self, error: ValidationError) -> Iterator[Problem]:
        pointer: Pointer = tuple(error.instance_path)
        keyword, limit = error.kind.name, error.kind.value
        if error.instance is None and keyword in {"type", "enum", "oneOf", "anyOf", "const"}:
            yield self._at("shape-empty", pointer)
        elif keyword in {"oneOf", "anyOf"}:
            yield from self._of_alternatives(error, pointer)
        elif keyword == "additionalProperties":
            yield from self._unknown_keys(error, pointer)
        elif keyword == "propertyNames":
            key = str(limit.instance)
            # In braces, {vi: Nhà, đất} has a key without a value: the comma belongs to the text.
            comma = isinstance(error.instance, dict) and error.instance.get(key, key) is None
            if comma:
                yield self._at("shape-comma", (*pointer, key), key=True, key_name=key[:80])
                return
            yield self._at("shape-key", (*pointer, key), key=True, key_name=key[:80], expected=self._expected(error))
        elif keyword == "required":
            yield self._at("shape-missing-key", pointer, key_name=limit)
        elif keyword == "type" and isinstance(error.instance, int | float) and (told := self._form(error)):
            yield self._at(told, pointer, value=str(error.instance)[:20], expected=self._expected(error))
        elif keyword == "type":
            code = {"array": "shape-list", "object": "shape-group"}.get("".join(limit), "shape-type")
            yield self._at(code, pointer, expected=_types(limit), found=_kind(error.instance))
        elif keyword in {"enum", "const"}:
            yield self._value(error, pointer, limit if keyword == "enum" else [limit])
        elif keyword == "format" and limit == "date":
            yield self._at("shape-date", pointer, value=str(error.instance)[:20])
        elif keyword == "pattern" and (name := self._name_meant(error)):
            yield self._at("shape-name", pointer, suggestion=name)
        elif keyword in {"pattern", "format"}:
            yield self._at("shape-pattern", pointer, expected=self._expected(error))
        elif keyword == "uniqueItems":
            yield self._at("shape-repeated", pointer)
        elif keyword in _LIMITS and limit == 1:
            yield self._at("shape-empty", pointer)
        else:
            yield self._at("shape-limit", pointer, rule=Term(keyword), limit=limit)

    def _at(self, code: str, pointer: Pointer, *, key: bool = False, **params: object) -> Problem:
        line, column = self.document.place(pointer, key=key)
        params["where"] = _name(pointer[:-1] if key else pointer) or Term("top-level")
        return Problem(code, self.document.file, line, column, params=params, dataset=self.dataset)

    def _unknown_keys(self, error: ValidationError, pointer: Pointer) -> Iterator[Problem]:
        known = list(_schema_at(error, self.kind).get("properties", {}))
        for key, meant in meant_keys(error, self.kind).items():
            if meant is not None:
                yield self._at("shape-unknown-key", (*pointer, key), key=True, key_name=key[:80], suggestion=meant)
            else:
                shown = ", ".join(known[:_KNOWN_SHOWN]) + (", …" if len(known) > _KNOWN_SHOWN else "")
                yield self._at("shape-no-such-key", (*pointer, key), key=True, key_name=key[:80], known=shown)

    def _value(self, error: ValidationError, pointer: Pointer, options: Sequence[Any]) -> Problem:
        allowed = [str(option) for option in options]
        meant = suggest(str(error.instance), allowed)
        value = str(error.instance)[:80]
        if meant is None:
            return self._at("shape-no-such-value", pointer, value=value, allowed=", ".join(allowed))
        return self._at("shape-value", pointer, value=value, allowed=", ".join(allowed), suggestion=meant)

    def _frequency(self, error: ValidationError, pointer: Pointer) -> Problem:
        value = str(error.instance)
        meant = nearest_frequency(value)
        if meant is None:
            return self._at("shape-frequency", pointer, value=value[:80])
        return self._at("shape-frequency-misspelled", pointer, value=value[:80], suggestion=meant)

    def _of_alternatives(self, error: ValidationError, pointer: Pointer) -> Iterator[Problem]:
        branches: Sequence[Sequence[ValidationError]] = error.kind.value
        if is_about_file(error):
            if isinstance(error.instance, dict):  # else its type is told
                yield self._at("resource-path-and-url" if names_both(error) else "resource-without-file", pointer)
        elif any(one.kind.name == "format" and one.kind.value == "frequency" for branch in branches for one in branch):
            yield self._frequency(error, pointer)
        elif meant := meant_branch(error):
            for one in _to_tell(meant):
                yield from self.problems(one)
        else:
            types = [name for branch in branches for one in branch for name in _names(one)]
            yield self._at("shape-type", pointer, expected=_types(types), found=_kind(error.instance))

    def _name_meant(self, error: ValidationError) -> str:
        """The machine name that a text was meant as, where one is asked for: without quotes, commas, marks."""
        if _schema_at(error, self.kind).get("$comment") != "name" or not isinstance(error.instance, str):
            return ""
        name = slug(error.instance.removesuffix(".yaml"))
        return name if is_name(name) and not {"/", "\\"} & set(error.instance) else ""

    def _form(self, error: ValidationError) -> str | None:
        """The code that asks for a text's form, where a number stands in place of one that has a form of its own."""
        schema = _schema_at(error, self.kind)
        if schema.get("format") == "date":
            return "shape-date"
        return "shape-pattern" if "pattern" in schema and "$comment" in schema else None

    def _expected(self, error: ValidationError) -> Term:
        schema = _schema_at(error, self.kind)
        about = schema.get("propertyNames", schema) if error.kind.name == "propertyNames" else schema
        return Term(str(about.get("$comment") or error.kind.value))


def meant_keys(error: ValidationError, kind: str) -> dict[str, str | None]:
    """The unknown keys of an ``additionalProperties`` error, each with the key that was probably meant."""
    # The path ends in the keyword; beside it stand the keys that are known there.
    there = error.instance if isinstance(error.instance, dict) else {}
    left = [one for one in _schema_at(error, kind).get("properties", {}) if one not in there]
    found: dict[str, str | None] = {}
    for number, key in enumerate(error.kind.value):
        near = number < MAX_PROBLEMS and suggest(key, [one for one in left if one not in found.values()])
        found[key] = near or None
    return found


def is_about_file(error: ValidationError) -> bool:
    """Whether an error of alternatives says that a resource names no file, or more than one place."""
    return names_both(error) or all(one.kind.name in {"required", "not"} for one in chain(*error.kind.value))


def names_both(error: ValidationError) -> bool:
    """Whether it is about a resource with a file and an address."""
    return isinstance(error.instance, dict) and {"path", "url"} <= error.instance.keys()


def meant_branch(error: ValidationError) -> Sequence[ValidationError]:
    """Of an error of alternatives, the errors of the first one whose type fits; none if no type fits."""
    branches: Sequence[Sequence[ValidationError]] = error.kind.value
    return next((branch for branch in branches if not any(_is_other_type(one, error) for one in branch)), ())


def _schema_at(error: ValidationError, kind: str) -> Any:
    schema: Any = whole_schema(kind)
    for step in error.schema_path[:-1]:
        schema = schema[step]
    return schema


def _to_tell(errors: Sequence[ValidationError]) -> list[ValidationError]:
    """The errors without those of what stands under a key that cannot be: the key is told."""
    keys = {(*one.instance_path, str(one.kind.value.instance)) for one in errors if one.kind.name == "propertyNames"}
    return [error for error in errors if tuple(error.instance_path) not in keys]


def _is_other_type(one: ValidationError, whole: ValidationError) -> bool:
    return one.kind.name == "type" and one.instance_path == whole.instance_path


def _names(error: ValidationError) -> list[str]:
    return list(error.kind.value) if error.kind.name == "type" else ["string"]


def _types(names: Sequence[str]) -> Term:
    return Term("-or-".join(dict.fromkeys("number" if name == "integer" else name for name in names)))


def _kind(value: object) -> Term:
    names = {dict: "object", list: "array", str: "string", bool: "boolean", int: "number", float: "number"}
    return Term(names.get(type(value), "null"))


def _name(pointer: Pointer) -> str:
    name = ""
    for step in pointer:
        name += f"[{step + 1}]" if isinstance(step, int) else f".{step}" if name else str(step)
    return name[:120]


__all__ = ["KINDS", "is_shaped", "json_schema", "shape_problems"]
