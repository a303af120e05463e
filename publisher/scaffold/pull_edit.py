"""Changes of a YAML file's text by position: comments, order and form of all else stay as they are.

Every change is proved: the new text, read strictly, says the old data with exactly that change, else it is refused.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping
from typing import Any

import yaml

from publisher.catalogue.document import Document, parse_document
from publisher.catalogue.nodes import Loader, Pointer
from publisher.scaffold.pull_yaml import emit, entry, flow, item, scalar

_BLANK = re.compile(r"[ \t]*(?:#.*)?")


class CannotEdit(Exception):
    """A file whose text cannot be changed without doubt; the message is its name."""


def with_value(document: Document, pointer: Pointer, value: Any) -> Document:
    """The file with a value at a pointer, replaced or new; objects on the way are made.

    Raises:
        CannotEdit: where the file is written so that this cannot be done with certainty.
    """
    if _at(document.data, pointer) == value and pointer[-1:]:
        return document
    wanted = copy.deepcopy(document.data)
    try:
        _put(wanted, pointer, value)
    except (TypeError, AttributeError, IndexError, KeyError) as error:
        raise CannotEdit(document.file) from error
    return _proved(document, wanted, lambda root: _set(document.text, root, pointer, value))


def without(document: Document, pointer: Pointer) -> Document:
    """The file without a key or an item; an object that is then empty goes too.

    Raises:
        CannotEdit: as :func:`with_value`.
    """
    parent = _at(document.data, pointer[:-1])
    if parent is None or (isinstance(parent, dict) and pointer[-1] not in parent):
        return document
    if len(parent) == 1 and len(pointer) > 1:
        return without(document, pointer[:-1])
    wanted = copy.deepcopy(document.data)
    del _at(wanted, pointer[:-1])[pointer[-1]]
    return _proved(document, wanted, lambda root: _removed(document.text, root, pointer))


def with_items(document: Document, pointer: Pointer, gone: list[str], new: list[str]) -> Document:
    """The file with a list of texts that lost some items and got others at its end.

    Raises:
        CannotEdit: as :func:`with_value`.
    """
    there = _at(document.data, pointer)
    if not isinstance(there, list):
        return with_value(document, pointer, new) if new else document
    left = [one for one in there if one not in gone]
    if not left and not new:
        return without(document, pointer)
    root = Loader(document.text).get_single_node()
    node = _node(root, pointer)
    if node is None or node.flow_style or not left:
        return with_value(document, pointer, [*left, *new])
    for index in reversed([index for index, one in enumerate(there) if one in gone]):
        document = without(document, (*pointer, index))
    for one in new:
        document = _appended(document, pointer, one)
    return document


def with_entries(raw: bytes | None, file: str, entries: Mapping[str, Any]) -> bytes:
    """A file of entries by key, or a new one, with more entries at its end.

    Raises:
        CannotEdit: as :func:`with_value`.
    """
    added = emit(entries)
    if raw is None or not raw.strip():
        return added.encode()
    document, _ = parse_document(raw, file)
    blank = all(_BLANK.fullmatch(line) for line in raw.decode("utf-8", "replace").splitlines())
    if document is None and not blank:
        raise CannotEdit(file)
    made = raw.rstrip() + b"\n\n" + added.encode()
    proved, _ = parse_document(made, file)
    if proved is None or proved.data != {**(document.data if document is not None else {}), **entries}:
        raise CannotEdit(file)
    return made


def _appended(document: Document, pointer: Pointer, value: str) -> Document:
    wanted = copy.deepcopy(document.data)
    _at(wanted, pointer).append(value)

    def change(root: Any) -> str:
        node = _node(root, pointer)
        lines = document.text.splitlines()
        column = node.value[0].start_mark.column - _dash(lines, node.value[0])
        return _inserted(lines, _last_line(lines, node), list(item(value, column)))

    return _proved(document, wanted, change)


def _dash(lines: list[str], node: Any) -> int:
    """How far before an item its dash stands."""
    line: str = lines[node.start_mark.line][: node.start_mark.column]
    return len(line) - int(line.rindex("-"))


def _proved(document: Document, wanted: Any, change: Callable[[Any], str]) -> Document:
    try:
        text = change(Loader(document.text).get_single_node())
    except (yaml.YAMLError, ValueError, IndexError, AttributeError) as error:
        raise CannotEdit(document.file) from error
    made, _ = parse_document(text.encode(), document.file)
    if made is None or made.data != wanted:
        raise CannotEdit(document.file)
    return made


def _set(text: str, root: Any, pointer: Pointer, value: Any) -> str:
    lines = text.splitlines()
    parent = _node(root, pointer[:-1])
    if parent is None:  # the object itself is new
        above, missing = pointer[:-1], [pointer[-1]]
        while _node(root, above) is None:
            missing.insert(0, above[-1])
            above = above[:-1]
        for key in reversed(missing[1:]):
            value = {key: value}
        return _set(text, root, (*above, missing[0]), value)
    if parent.flow_style:
        return _reflowed(text, root, pointer[:-1], lambda data: _put(data, (pointer[-1],), value))
    pairs = {key.value: (key, one) for key, one in parent.value} if isinstance(parent, yaml.MappingNode) else {}
    if pointer[-1] not in pairs:
        indent = parent.start_mark.column
        return _inserted(lines, _last_line(lines, parent), list(entry(scalar(str(pointer[-1])), value, indent)))
    key, node = pairs[pointer[-1]]
    if isinstance(node, yaml.ScalarNode) and node.style not in {"|", ">"} and _in_line(node) and not _is_long(value):
        start, end = node.start_mark, node.end_mark
        line = lines[start.line]
        lines[start.line] = line[: start.column] + flow(value) + line[end.column :]
        return _joined(lines)
    column = key.start_mark.column
    written = lines[key.start_mark.line][column : key.end_mark.column]
    lines[key.start_mark.line : _last_line(lines, node) + 1] = list(entry(written, value, column))
    return _joined(lines)


def _removed(text: str, root: Any, pointer: Pointer) -> str:
    lines = text.splitlines()
    parent = _node(root, pointer[:-1])
    if parent.flow_style:
        return _reflowed(text, root, pointer[:-1], lambda data: data.__delitem__(pointer[-1]))
    if isinstance(parent, yaml.SequenceNode):
        node = parent.value[int(pointer[-1])]
        first = node
    else:
        first, node = next((key, one) for key, one in parent.value if key.value == pointer[-1])
    if lines[first.start_mark.line][: first.start_mark.column].strip(" -"):
        raise ValueError(pointer)
    del lines[first.start_mark.line : _last_line(lines, node) + 1]
    return _joined(lines)


def _reflowed(text: str, root: Any, pointer: Pointer, change: Callable[[Any], None]) -> str:
    """The text with an object or a list in brackets written anew."""
    node = _node(root, pointer)
    made, _ = parse_document(text.encode(), "")
    data = _at(made.data if made is not None else {}, pointer)
    change(data)
    lines = text.splitlines()
    start, end = node.start_mark, node.end_mark
    lines[start.line : end.line + 1] = [lines[start.line][: start.column] + flow(data) + lines[end.line][end.column :]]
    return _joined(lines)


def _inserted(lines: list[str], after: int, new: list[str]) -> str:
    return _joined([*lines[: after + 1], *new, *lines[after + 1 :]])


def _joined(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"


def _last_line(lines: list[str], node: Any) -> int:
    """The last line of a value: comments and blank lines after it belong to what follows."""
    last = int(node.end_mark.line)
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        tail = node.value[-1]
        return _last_line(lines, tail[1] if isinstance(tail, tuple) else tail)
    if node.end_mark.column == 0 and last > node.start_mark.line:
        last -= 1
    block = isinstance(node, yaml.ScalarNode) and node.style in {"|", ">"}
    while last > node.start_mark.line and (_is_blank(lines, last) if not block else _is_outside(lines, last, node)):
        last -= 1
    return last


def _is_blank(lines: list[str], number: int) -> bool:
    return number >= len(lines) or _BLANK.fullmatch(lines[number]) is not None


def _is_outside(lines: list[str], number: int, node: Any) -> bool:
    """Whether a line after a block of text is none of it: blank, or a comment that is not indented like it."""
    if number >= len(lines) or not lines[number].strip():
        return True
    first = next((one for one in lines[node.start_mark.line + 1 :] if one.strip()), "")
    depth = len(first) - len(first.lstrip())
    return len(lines[number]) - len(lines[number].lstrip()) < depth


def _in_line(node: Any) -> bool:
    return bool(node.start_mark.line == node.end_mark.line)


def _is_long(value: Any) -> bool:
    return isinstance(value, Mapping | list) or (isinstance(value, str) and "\n" in value)


def _node(root: Any, pointer: Pointer) -> Any:
    node = root
    for step in pointer:
        if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
        elif isinstance(node, yaml.MappingNode):
            node = next((one for key, one in node.value if key.value == step), None)
        else:
            return None
    return node


def _at(data: Any, pointer: Pointer) -> Any:
    for step in pointer:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def _put(data: Any, pointer: Pointer, value: Any) -> None:
    there = data
    for step in pointer[:-1]:
        there = there.setdefault(step, {}) if isinstance(there, dict) else there[step]
    there[pointer[-1]] = value


__all__ = ["CannotEdit", "with_entries", "with_items", "with_value", "without"]
