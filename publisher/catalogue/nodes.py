"""YAML nodes and events: a loader that guesses no types, guards against nesting and aliases, plain data."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import yaml

from publisher.catalogue.syntax import INVISIBLE, LIST_MARK
from publisher.problem import Problem
from publisher.text import OVERRIDES

Pointer = tuple[str | int, ...]
Place = tuple[int, int]
MAX_DEPTH = 60
MAX_PROBLEMS = 100
"""As many problems of one kind of check are told of one file; whoever repairs those sees the next."""
NOT_COMPOSED = "yaml-not-nfc"

_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)\Z")
_FLOAT = re.compile(r"[-+]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?\Z")
_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None, "~": None, "": None}
_LEADING = re.compile(r"^[ \t?:-]*", re.MULTILINE)
UNREADABLE = re.compile(f"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[{OVERRIDES}]")
"""What YAML 1.2 (5.1) has no way to write, and what makes a reader see another text than the one that is there."""

_INVISIBLE = re.compile(f"[{INVISIBLE}]")

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Loader(_Base):  # type: ignore[misc]  # the base is C code where libyaml is there, without types
    """Composes nodes whose tag is '' unless the file writes one: YAML 1.1 does not decide what a scalar means."""

    def resolve(self, _kind: Any, _value: Any, _implicit: Any) -> str:
        """No tag for what has none."""
        return ""


def guard(text: str, file: str) -> list[Problem]:
    """Aliases and deep nesting, found from events, which need no recursion.

    Only a text that could hold either is looked at: nesting is bounded by the brackets and by the
    longest run of indentation and dashes.
    """
    deep = text.count("[") + text.count("{") > MAX_DEPTH or max(map(len, _LEADING.findall(text))) > MAX_DEPTH / 2
    return list(_guarded(text, file)) if deep or "*" in text else []


def _guarded(text: str, file: str) -> Iterator[Problem]:
    depth = 0
    met: set[str | None] = set()
    for event in yaml.parse(text, Loader=Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                yield Problem("yaml-too-deep", file, *place_of(event), params={"limit": MAX_DEPTH})
                return
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.AliasEvent) and event.anchor not in met:
            met.add(event.anchor)
            yield Problem("yaml-alias", file, *place_of(event), params={"name": str(event.anchor)[:40]})


class Builder:
    """Plain data from nodes, with every problem of the tree, not only the first."""

    def __init__(self, file: str, *, escapes: bool = True) -> None:
        """``escapes`` has letters looked for that escapes in quotes leave without their marks."""
        self.file = file
        self._escapes = escapes
        self.problems: list[Problem] = []

    def value(self, node: Any) -> Any:
        """What a node holds: text, number, true or false, None, list or dict with text keys."""
        if node.tag:
            self._add("yaml-tag", node, tag=str(node.tag)[:40])
        if isinstance(node, yaml.ScalarNode):
            return plain(node.value) if not node.style else self._quoted(node)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item) for item in node.value]
        return self._mapping(node)

    def _mapping(self, node: Any) -> dict[str, Any]:
        result: dict[str, Any] = {}
        first: dict[str, int] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode) or key_node.tag:
                self._add("yaml-key", key_node)
                continue
            key = self._quoted(key_node) if key_node.style else key_node.value
            if not (key_node.style or key.isascii()) and _INVISIBLE.search(key):
                self._add("yaml-space", key_node)
                continue
            self._look_for_marks(key_node, value_node)
            if key in result:
                self._add("yaml-duplicate-key", key_node, key=key[:80], first=first[key])
                continue
            first[key] = key_node.start_mark.line + 1
            result[key] = self.value(value_node)
        return result

    def _look_for_marks(self, key: Any, value: Any) -> None:
        """A text below its key that starts like an item of a list was meant as one."""
        if not isinstance(value, yaml.ScalarNode) or value.style or value.start_mark.line == key.start_mark.line:
            return
        if LIST_MARK.match(value.value):
            pasted = value.value[0] == "-" and _INVISIBLE.match(value.value[1])
            self._add("yaml-space" if pasted else "yaml-list-mark", value)

    def _quoted(self, node: Any) -> str:
        text = str(node.value)
        # Escapes in double quotes can bring in what the file's own text was already searched for.
        if node.style == '"' and UNREADABLE.search(text):
            self._add("yaml-control-character", node)
        elif self._escapes and node.style == '"' and not unicodedata.is_normalized("NFC", text):
            self._add(NOT_COMPOSED, node)
        return text

    def _add(self, code: str, node: Any, **params: object) -> None:
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Problem(code, self.file, *place_of(node), params=params))


def plain(text: str) -> Any:
    """An unquoted scalar by YAML 1.2's core schema (10.3.2), without octal, hexadecimal, infinity and NaN."""
    if text in _WORDS:
        return _WORDS[text]
    if _INT.match(text):
        return int(text) if len(text) < 19 else text
    if text[-1] in "0123456789" and _FLOAT.match(text):
        number = float(text)
        return number if math.isfinite(number) else text
    return text


def place_of(marked: Any) -> Place:
    """Line and column, from 1, of a node or event."""
    return marked.start_mark.line + 1, marked.start_mark.column + 1


def places(node: Any) -> dict[Pointer, tuple[Place, Place]]:
    """By pointer, where the key and where the value stand; nothing for an empty file."""
    return dict(_walk((), place_of(node), node)) if node is not None else {}


def _walk(pointer: Pointer, of_key: Place, node: Any) -> Iterator[tuple[Pointer, tuple[Place, Place]]]:
    yield pointer, (of_key, place_of(node))
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _walk((*pointer, key.value), place_of(key), value)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _walk((*pointer, index), place_of(item), item)
