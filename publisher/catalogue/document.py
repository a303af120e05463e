"""YAML files read strictly, with the line and column of every key and value.

Stricter than YAML 1.1, so that what a steward sees is what is meant: no aliases, no tags, no
duplicate keys, UTF-8 and NFC only, and scalars by the core schema of YAML 1.2 (chapter 10.3) except
that a number with leading zeros stays text: the code ``07627`` must not become 7627, nor ``no`` false.
"""

from __future__ import annotations

import codecs
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from publisher.catalogue.nodes import NOT_COMPOSED, UNREADABLE, Builder, Loader, Place, Pointer, guard, places
from publisher.catalogue.syntax import conflict, syntax_problem
from publisher.messages import reason_of
from publisher.problem import Problem, Severity

MAX_BYTES = 1_000_000
Parse = Callable[[bytes, str], tuple["Document | None", list[Problem]]]


@dataclass(frozen=True)
class Document:
    """One YAML file: its plain data, and where each part of it stands.

    ``file`` is relative to the catalogue's root with forward slashes. Where ``data`` is only what could be
    used of the file (:mod:`publisher.catalogue.lenient`), ``left_out`` points to what is not in it, and ``moved``
    says, by container, which step of the file a step of the data stands for. Both point into the file.
    """

    file: str
    text: str = field(repr=False)
    data: Any
    left_out: frozenset[Pointer] = field(default=frozenset(), repr=False)
    moved: Mapping[Pointer, Mapping[str | int, str | int]] = field(default_factory=dict, repr=False)

    def written(self, pointer: Pointer) -> Pointer:
        """The pointer into the file for a pointer into the data."""
        found: Pointer = ()
        for step in pointer:
            found = (*found, self.moved.get(found, {}).get(step, step))
        return found

    def lacks(self, pointer: Pointer) -> bool:
        """Whether what stands at a pointer, or a part of it, was left out: its absence is told already."""
        if not self.left_out:
            return False
        at = self.written(pointer)
        return at in self._around_left_out or any(at[:length] in self.left_out for length in range(1, len(at) + 1))

    def place(self, pointer: Pointer = (), *, key: bool = False) -> Place:
        """Line and column, from 1, of the value (or its key) at a pointer; of its nearest parent if absent."""
        found = self._places
        pointer = self.written(pointer)
        while pointer not in found and pointer:
            pointer = pointer[:-1]
        of_key, of_value = found.get(pointer, ((1, 1), (1, 1)))
        line, column = of_key if key else of_value
        lines = f"{self.text}.".splitlines()
        # The parser puts what is absent at the end of a file on a line behind it.
        return (line, column) if line <= len(lines) else (len(lines), len(lines[-1]))

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
    def _around_left_out(self) -> frozenset[Pointer]:
        return frozenset(one[:length] for one in self.left_out for length in range(len(one) + 1))

    @cached_property
    def _places(self) -> dict[Pointer, tuple[Place, Place]]:
        # Positions are needed only where there is a problem, so the file is composed again for them.
        return places(Loader(self.text).get_single_node())


def read_document(path: Path, file: str, parse: Parse | None = None) -> tuple[Document | None, list[Problem]]:
    """A YAML file as a document, or None with the problems that prevent it.

    Problems that leave the data readable (a byte order mark, CRLF, letters that are not composed) come beside the
    document. ``parse`` stands in for :func:`parse_document`.
    """
    try:
        if path.exists() and not path.is_file():
            return None, [Problem("not-a-file", file)]
        size = path.stat().st_size
        if size > MAX_BYTES:
            return None, [Problem("yaml-too-large", file, 1, 1, params={"size": size, "limit": MAX_BYTES})]
        raw = path.read_bytes()
    except OSError as error:
        return None, [Problem("file-unreadable", file, params={"reason": reason_of(error)})]
    return (parse or parse_document)(raw, file)


def parse_document(raw: bytes, file: str) -> tuple[Document | None, list[Problem]]:
    """As :func:`read_document`, from bytes."""
    problems = []
    if raw.startswith(codecs.BOM_UTF8):
        raw = raw[len(codecs.BOM_UTF8) :]
        problems.append(Problem("yaml-bom", file, 1, 1, Severity.WARNING))
    text, wrong = _decoded(raw, file)
    if wrong is not None:
        return None, [*problems, wrong]
    if "\r" in text:
        before = text[: text.index("\r")]
        problems.append(Problem("yaml-crlf", file, before.count("\n") + 1, 1, Severity.WARNING))
    bad = UNREADABLE.search(text)
    if bad:
        return None, [*problems, Problem("yaml-control-character", file, *_line_column(text, bad.start()))]
    if not unicodedata.is_normalized("NFC", text):
        problems.append(Problem(NOT_COMPOSED, file, *_first_not_nfc(text)))
    return _parse(text, file, problems)


def _parse(text: str, file: str, problems: list[Problem]) -> tuple[Document | None, list[Problem]]:
    conflicting = conflict(text, file)
    if conflicting is not None:
        return None, [*problems, conflicting]
    try:
        guarded = guard(text, file)
        node = None if guarded else Loader(text).get_single_node()
    except yaml.YAMLError as error:
        return None, [*problems, syntax_problem(error, text, file)]
    if guarded:
        return None, [*problems, *guarded]
    if not isinstance(node, yaml.MappingNode):
        return None, [*problems, Problem("yaml-not-mapping", file, 1, 1)]
    # Of a text whose letters are not composed that is told once already.
    builder = Builder(file, escapes=all(one.code != NOT_COMPOSED for one in problems))
    data = builder.value(node)
    found = [*problems, *builder.problems]
    if any(one.code != NOT_COMPOSED for one in builder.problems):
        return None, found
    return Document(file, text, data), found


def _decoded(raw: bytes, file: str) -> tuple[str, Problem | None]:
    # UTF-16 and UTF-32 show by their byte order mark, or by the zero bytes that no UTF-8 text holds.
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in raw:
        return "", Problem("yaml-encoding", file, 1, 1)
    try:
        return raw.decode("utf-8"), None
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8")
        return "", Problem("yaml-encoding", file, *_line_column(before, len(before)))


def _first_not_nfc(text: str) -> Place:
    for number, line in enumerate(text.splitlines(), 1):
        normal = unicodedata.normalize("NFC", line)
        if normal != line:
            column = next((n for n, pair in enumerate(zip(line, normal, strict=False), 1) if pair[0] != pair[1]), 1)
            return number, column
    return 1, 1


def _line_column(text: str, offset: int) -> Place:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


__all__ = ["Document", "Pointer", "parse_document", "read_document"]
