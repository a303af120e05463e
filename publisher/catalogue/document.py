"""YAML files read strictly, with the line and column of every key and value.

Stricter than YAML 1.1, so that what a steward sees is what is meant: no aliases, no duplicate keys,
UTF-8 and NFC only, and scalars by the core schema of YAML 1.2 (chapter 10.3) except that a number
with leading zeros stays text: the code ``07627`` must not become 7627, nor ``no`` become false.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from publisher.problem import Problem, Severity

Pointer = tuple[str | int, ...]
MAX_BYTES = 1_000_000
MAX_DEPTH = 60

_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)\Z")
_FLOAT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)?(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?\Z")
_TAGS = {f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "timestamp", "merge", "value")}
_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None, "~": None, "": None}
_UNREADABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Document:
    """One YAML file: its plain data, and where each part of it stands.

    ``file`` is relative to the catalogue's root with forward slashes.
    """

    file: str
    text: str = field(repr=False)
    data: Any

    def place(self, pointer: Pointer = (), *, key: bool = False) -> tuple[int, int]:
        """Line and column, from 1, of the value (or its key) at a pointer; of its nearest parent if absent."""
        found = self._places
        while pointer not in found and pointer:
            pointer = pointer[:-1]
        of_key, of_value = found.get(pointer, ((1, 1), (1, 1)))
        return of_key if key else of_value

    def problem(
        self,
        code: str,
        pointer: Pointer = (),
        *,
        key: bool = False,
        severity: Severity = Severity.ERROR,
        dataset: str | None = None,
        **params: object,
    ) -> Problem:
        """A problem at a pointer of this document."""
        line, column = self.place(pointer, key=key)
        return Problem(code, self.file, line, column, severity, params, dataset=dataset)

    @cached_property
    def _places(self) -> dict[Pointer, tuple[tuple[int, int], tuple[int, int]]]:
        # Positions are needed only where there is a problem, so the file is composed again for them.
        node = _Loader(self.text).get_single_node()
        return dict(_walk((), _mark(node), node)) if node is not None else {}


def read_document(path: Path, file: str) -> tuple[Document | None, list[Problem]]:
    """A YAML file as a document, or None with the problems that prevent it.

    Problems that leave the data readable (a byte order mark, CRLF) come beside the document.
    """
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            return None, [Problem("yaml-too-large", file, params={"size": size, "limit": MAX_BYTES})]
        raw = path.read_bytes()
    except OSError as error:
        return None, [Problem("file-unreadable", file, params={"reason": error.strerror or str(error)})]
    return parse_document(raw, file)


def parse_document(raw: bytes, file: str) -> tuple[Document | None, list[Problem]]:
    """As :func:`read_document`, from bytes."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return None, [Problem("yaml-encoding", file, 1, 1, params={"encoding": "UTF-16"})]
    problems = []
    if raw.startswith(codecs.BOM_UTF8):
        raw = raw[len(codecs.BOM_UTF8) :]
        problems.append(Problem("yaml-bom", file, 1, 1, Severity.WARNING))
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - raw.rfind(b"\n", 0, error.start)
        return None, [Problem("yaml-encoding", file, line, column, params={"encoding": "?"})]
    if "\r" in text:
        before = text[: text.index("\r")]
        problems.append(Problem("yaml-crlf", file, before.count("\n") + 1, 1, Severity.WARNING))
    if not unicodedata.is_normalized("NFC", text):
        line = next(n for n, one in enumerate(text.splitlines(), 1) if not unicodedata.is_normalized("NFC", one))
        return None, [*problems, Problem("yaml-not-nfc", file, line, 1)]
    bad = _UNREADABLE.search(text)
    if bad:
        line, column = _line_column(text, bad.start())
        return None, [*problems, Problem("yaml-control-character", file, line, column)]
    return _parse(text, file, problems)


def _parse(text: str, file: str, problems: list[Problem]) -> tuple[Document | None, list[Problem]]:
    if _depth(text) > MAX_DEPTH:
        return None, [*problems, Problem("yaml-too-deep", file, 1, 1, params={"limit": MAX_DEPTH})]
    try:
        node = _Loader(text).get_single_node()
    except yaml.YAMLError as error:
        return None, [*problems, _syntax(error, text, file)]
    if not isinstance(node, yaml.MappingNode):
        return None, [*problems, Problem("yaml-not-mapping", file, 1, 1)]
    builder = _Builder(file)
    data = builder.value(node, 0)
    if builder.problems:
        return None, [*problems, *builder.problems]
    return Document(file, text, data), problems


def _syntax(error: yaml.YAMLError, text: str, file: str) -> Problem:
    mark = getattr(error, "problem_mark", None)
    reason = str(getattr(error, "problem", None) or error).splitlines()[0]
    if mark is None:
        return Problem("yaml-syntax", file, 1, 1, params={"reason": reason})
    line, column = mark.line + 1, mark.column + 1
    lines = text.splitlines()
    indent = lines[mark.line] if mark.line < len(lines) else ""
    if "\t" in indent[: len(indent) - len(indent.lstrip())] or "'\\t'" in reason:
        return Problem("yaml-tab", file, line, column)
    return Problem("yaml-syntax", file, line, column, params={"reason": reason})


def _depth(text: str) -> int:
    # Flow collections and compact nesting are all that can nest deeply in a small file; the parser recurses on them.
    deepest = flow = 0
    for char in text:
        if char in "[{":
            flow += 1
            deepest = max(deepest, flow)
        elif char in "]}":
            flow = max(0, flow - 1)
    compact = max((line.count("- ") + line.count("? ") for line in text.splitlines()), default=0)
    return max(deepest, compact if compact > MAX_DEPTH and _only_dashes(text) else 0)


def _only_dashes(text: str) -> bool:
    return any(re.match(r"\s*(?:[-?] ){%d}" % MAX_DEPTH, line) for line in text.splitlines())


class _Builder:
    """Plain data from nodes, with every problem of the tree, not only the first."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self._seen: set[int] = set()

    def value(self, node: Any, depth: int) -> Any:
        if isinstance(node, yaml.ScalarNode):
            if node.tag not in _TAGS:
                self._add("yaml-tag", node, tag=node.tag)
            return _plain(node.value) if not node.style else node.value
        if id(node) in self._seen:
            self._add("yaml-alias", node)
            return None
        self._seen.add(id(node))
        if depth > MAX_DEPTH:
            self._add("yaml-too-deep", node, limit=MAX_DEPTH)
            return None
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, depth + 1) for item in node.value]
        return self._mapping(node, depth)

    def _mapping(self, node: Any, depth: int) -> dict[str, Any]:
        result: dict[str, Any] = {}
        first: dict[str, int] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._add("yaml-key", key_node)
                continue
            key = key_node.value
            if key in result:
                self._add("yaml-duplicate-key", key_node, key=key, first=first[key])
                continue
            first[key] = key_node.start_mark.line + 1
            result[key] = self.value(value_node, depth + 1)
        return result

    def _add(self, code: str, node: Any, **params: object) -> None:
        line, column = _mark(node)
        self.problems.append(Problem(code, self.file, line, column, params=params))


def _plain(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if _INT.match(text):
        return int(text) if len(text) < 19 else text
    if text[-1] in "0123456789" and _FLOAT.match(text) and text not in {"+", "-"}:
        return float(text)
    return text


def _mark(node: Any) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _walk(
    pointer: Pointer, of_key: tuple[int, int], node: Any
) -> Iterator[tuple[Pointer, tuple[tuple[int, int], tuple[int, int]]]]:
    yield pointer, (of_key, _mark(node))
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _walk((*pointer, key.value), _mark(key), value)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _walk((*pointer, index), _mark(item), item)


def _line_column(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
