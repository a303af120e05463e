"""What can be used of a file whose shape is wrong, so that all else of it is checked in the same run.

Misspelt keys are read as the key that was meant; parts that fail their shape are left out, and so is
what cannot be without them. What is used this way is checked, never published.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from jsonschema_rs import ValidationError

from publisher.catalogue.document import Document, Pointer
from publisher.catalogue.jsonschemas import validator
from publisher.catalogue.shape import is_about_file, is_shaped, meant_branch, meant_keys, names_both, shape_problems
from publisher.problem import Problem

_MOST = 1000
_TEXTS = {"name", "title", "description", "unit"}
_JUDGED_BY = (
    {"type", "format", "constraints", "missingValues"}
    | {"decimalChar", "groupChar", "bareNumber", "trueValues", "falseValues"}
)  # fmt: skip


def understood(document: Document, kind: str, dataset: str | None = None) -> tuple[Document | None, list[Problem]]:
    """What can be used of a document, and its departures from the shape of its kind.

    The document itself where there are none; None where nothing of it can be used.
    """
    if is_shaped(document.data, kind):
        return document, []
    read = _as_meant(document, kind)
    problems = shape_problems(read, kind, dataset)
    if read is not document:
        misspelt = shape_problems(document, kind, dataset)
        problems += [one for one in misspelt if one.code == "shape-unknown-key"]
    return _usable(read, kind), problems


def is_about_files(left_out: Pointer) -> bool:
    """Whether a dataset without this part of its descriptor may have files that it does not name."""
    return left_out[0] == "resources" and (len(left_out) < 3 or left_out[2] == "path")


def _as_meant(document: Document, kind: str) -> Document:
    """The document with misspelt keys under the names that were meant."""
    moved: dict[Pointer, dict[str | int, str | int]] = {}
    for error in islice(_plain_errors(document.data, kind), _MOST):
        if error.kind.name == "additionalProperties":
            for old, new in meant_keys(error, kind).items():
                if new is not None:
                    moved.setdefault(tuple(error.instance_path), {})[new] = old
    return replace(document, data=_renamed(document.data, (), moved), moved=moved) if moved else document


def _renamed(value: Any, at: Pointer, moved: dict[Pointer, dict[str | int, str | int]]) -> Any:
    if isinstance(value, list):
        return [_renamed(item, (*at, index), moved) for index, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    new = {old: meant for meant, old in moved.get(at, {}).items()}
    return {new.get(key, key): _renamed(item, (*at, key), moved) for key, item in value.items()}


def _usable(read: Document, kind: str) -> Document | None:
    left_out: set[Pointer] = set()
    kept = read
    while True:
        errors = list(islice(_plain_errors(kept.data, kind), _MOST))
        # Pointers are those of the file: what is left out of a list moves what stands behind it.
        faulty = {kept.written(one) for error in errors for one in _faulty(error, kind)} - left_out
        if () in faulty or len(errors) == _MOST:
            return None
        if not faulty:
            return kept
        left_out |= faulty
        kept = _without(read, kind, frozenset(left_out))


def _plain_errors(data: Any, kind: str) -> Iterator[ValidationError]:
    """The errors, each of alternatives as the errors of the one that was meant."""
    pending = list(islice(validator(kind).iter_errors(data), _MOST))
    while pending:
        error = pending.pop()
        meant = meant_branch(error) if error.kind.name in {"oneOf", "anyOf"} and not is_about_file(error) else ()
        pending += meant
        if not meant:
            yield error


def _faulty(error: ValidationError, kind: str) -> Iterator[Pointer]:
    """What to leave out for an error; for what is merely absent, where it should be."""
    at: Pointer = tuple(error.instance_path)
    keyword = error.kind.name
    if keyword == "additionalProperties":
        found = [(*at, key) for key in error.kind.value]
    elif keyword == "propertyNames":
        found = [(*at, str(error.kind.value.instance))]
    elif keyword == "required" and _stays(at, kind):
        found = [(*at, error.kind.value)]
    elif keyword in {"oneOf", "anyOf"} and is_about_file(error):
        found = [(*at, "url" if names_both(error) else "path")]
    else:
        found = [at]
    schema = _schema_of(at, kind)
    for one in found:
        yield schema if schema is not None and _decides(one[len(schema) :]) else one


def _stays(at: Pointer, kind: str) -> bool:
    """Whether something is checked even where a required key of it is absent."""
    return (kind == "dataset" and (not at or _is_resource(at))) or _is_column(at, kind)


def _is_resource(at: Pointer) -> bool:
    return len(at) == 2 and at[0] == "resources"


def _schema_of(at: Pointer, kind: str) -> Pointer | None:
    """The table schema that a pointer leads into."""
    if kind == "table-schema":
        return ()
    return at[:3] if kind == "dataset" and len(at) >= 3 and (at[0], at[2]) == ("resources", "schema") else None


def _is_column(at: Pointer, kind: str) -> bool:
    schema = _schema_of(at, kind)
    return schema is not None and len(at) == len(schema) + 2 and at[-2] == "fields"


def _decides(inside: Pointer) -> bool:
    """Whether a table cannot be judged without this part of its schema: a column's name, what counts as empty."""
    if not inside:
        return True
    return inside[0] == "missingValues" or (inside[0] == "fields" and (len(inside) < 3 or inside[2] == "name"))


def _spoilt_column(left_out: Pointer, kind: str) -> Pointer | None:
    """The column of which something is left out that its cells are judged by."""
    column = left_out[: len(_schema_of(left_out, kind) or ()) + 2]
    judged = len(left_out) > len(column) and left_out[len(column)] in _JUDGED_BY
    return column if judged and _is_column(column, kind) else None


def _without(read: Document, kind: str, left_out: frozenset[Pointer]) -> Document:
    moved: dict[Pointer, dict[str | int, str | int]] = {}
    spoilt = {column for column in (_spoilt_column(one, kind) for one in left_out) if column is not None}

    def copy(value: Any, at: Pointer) -> Any:
        if not isinstance(value, dict | list):
            return value
        steps = read.moved.get(at, {})
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        kept = [(key, (*at, steps.get(key, key)), item) for key, item in pairs]
        kept = [one for one in kept if one[1] not in left_out]
        if isinstance(value, list):
            moved[at] = {index: one[1][-1] for index, one in enumerate(kept)}
            return [copy(item, where) for _, where, item in kept]
        moved[at] = {key: where[-1] for key, where, _ in kept}
        copied = {key: copy(item, where) for key, where, item in kept}
        if at in spoilt:
            # What the column's cells should be is not known, so any cell will do.
            copied = {key: item for key, item in copied.items() if key in _TEXTS} | {"type": "any"}
        return copied

    return replace(read, data=copy(read.data, ()), left_out=left_out, moved=moved)
