"""Data as YAML of ours: readable, and read back as exactly the same.

A text is plain only where nobody could take it for something else, in our strict reading as well as in YAML 1.1.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from publisher.catalogue.nodes import plain

_PLAIN = re.compile(r"[^\W_](?:[\w ()/.,+–-]*[\w)])?")
_BREAKS = {"\x85": "\\u0085", "\u2028": "\\u2028", "\u2029": "\\u2029", "\ufeff": "\\ufeff", "\xa0": "\\u00a0"}
_WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
_STEP = 2
_WIDTH = 100


def emit(data: Mapping[str, Any]) -> str:
    """A file's text."""
    return "".join(f"{line}\n" for line in mapping(data, 0))


def mapping(data: Mapping[str, Any], indent: int) -> Iterator[str]:
    """The lines of an object in block style."""
    for key, value in data.items():
        yield from entry(scalar(key), value, indent)


def entry(key: str, value: Any, indent: int) -> Iterator[str]:
    """The lines of a key, as it is written, with its value."""
    margin = " " * indent
    if isinstance(value, Mapping) and value:
        yield f"{margin}{key}:"
        yield from mapping(value, indent + _STEP)
    elif isinstance(value, list) and value and not _is_short(value):
        yield f"{margin}{key}:"
        for one in value:
            yield from item(one, indent + _STEP)
    elif isinstance(value, str) and _is_block(value):
        yield f"{margin}{key}: |-"
        yield from (f"{margin}{' ' * _STEP}{line}" if line else "" for line in value.split("\n"))
    else:
        yield f"{margin}{key}: {flow(value)}"


def item(value: Any, indent: int) -> Iterator[str]:
    """The lines of an item of a list in block style."""
    margin = " " * indent
    if isinstance(value, Mapping) and value:
        lines = list(mapping(value, indent + _STEP))
        yield f"{margin}- {lines[0][indent + _STEP :]}"
        yield from lines[1:]
    else:
        yield f"{margin}- {flow(value)}"


def flow(value: Any) -> str:
    """A value in one line."""
    if isinstance(value, str):
        return scalar(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{quoted(key)}: {_inner(one)}" for key, one in value.items()) + "}"
    if isinstance(value, Sequence):
        return "[" + ", ".join(map(_inner, value)) + "]"
    return json.dumps(value)


def scalar(value: str) -> str:
    """A text in one line, plain where it cannot be misread."""
    safe = _PLAIN.fullmatch(value) and plain(value) == value and value.lower() not in _WORDS
    return value if safe and not value[0].isdigit() and "  " not in value else quoted(value)


def quoted(value: str) -> str:
    """A text in double quotes."""
    made = json.dumps(value, ensure_ascii=False)
    return "".join(_BREAKS.get(one, one) for one in made)


def _inner(value: Any) -> str:
    return quoted(value) if isinstance(value, str) and "," in value else flow(value)


def _is_short(values: Sequence[Any]) -> bool:
    texts = all(isinstance(one, str | int | float) for one in values)
    return texts and sum(len(str(one)) + 4 for one in values) < _WIDTH


def _is_block(value: str) -> bool:
    """Whether a text of several lines can stand as it is: no line of it needs an escape or begins the text indented."""
    return (
        "\n" in value
        and value[0] not in " \t\n"
        and not value.endswith("\n")
        and "\t" not in value
        and not any(one in value for one in _BREAKS)
    )
