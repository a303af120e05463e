"""Repairs that are provable and lose nothing: how a YAML file is written, never what it says."""

from __future__ import annotations

import codecs
import json
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from publisher.catalogue.document import parse_document
from publisher.catalogue.load import load
from publisher.catalogue.nodes import Loader

_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Repair:
    """One thing to change in a file: ``content`` is the new bytes, or ``target`` the new name (one of them)."""

    code: str
    file: str
    content: bytes | None = None
    target: str | None = None


def repaired(raw: bytes) -> tuple[bytes, tuple[str, ...]]:
    """A file's bytes as they should be, and the codes of what was changed; unchanged where nothing is provable.

    UTF-8 without byte order mark, LF, NFC. Comments and order stay. The data before and after are
    compared: where they differ in more than their form, nothing is changed.
    """
    codes = []
    text = _utf16(raw)
    if text is not None:
        codes.append("yaml-encoding")
    else:
        if raw.startswith(codecs.BOM_UTF8):
            codes.append("yaml-bom")
        try:
            text = raw.removeprefix(codecs.BOM_UTF8).decode("utf-8")
        except UnicodeDecodeError:
            return raw, ()
    steps: tuple[tuple[str, Callable[[str], str]], ...] = (
        ("yaml-crlf", lambda one: one.replace("\r\n", "\n").replace("\r", "\n")),
        ("yaml-not-nfc", _composed),
    )
    for code, step in steps:
        changed = step(text)
        if changed != text:
            codes.append(code)
        text = changed
    content = text.encode()
    return (content, tuple(codes)) if codes and _same(raw, content) else (raw, ())


def repairs(root: Path) -> Iterator[Repair]:
    """What can be repaired in a catalogue, by the problems that loading it meets."""
    found = load(root).problems
    for file in sorted({one.file for one in found if one.code.startswith("yaml-")}):
        try:
            raw = (root / file).read_bytes()
        except OSError:
            continue
        content, codes = repaired(raw)
        for code in codes:
            yield Repair(code, file, content=content)
    for one in found:
        if one.code == "file-name":
            target = str(PurePosixPath(one.file).with_name(str(one.params["expected"])))
            if _only_form(one.file, target) and not _taken(root / one.file, root / target):
                yield Repair(one.code, one.file, target=target)


def repair(root: Path, wanted: Callable[[str], bool], write: Callable[[Path, bytes], None]) -> list[Repair]:
    """Repair the files that are wanted and say what was done.

    A file that got its right name is read for the first time, so a few rounds may be needed.

    Raises:
        OSError: a file cannot be written or renamed.
    """
    done: list[Repair] = []
    for _ in range(_ROUNDS):
        found = [one for one in repairs(root) if wanted(one.file)]
        for one in found:
            if one.content is not None:
                write(root / one.file, one.content)
        for one in found:
            if one.target is not None:
                (root / one.file).rename(root / one.target)
        done += found
        if not any(one.target for one in found):
            break
    return done


def _utf16(raw: bytes) -> str | None:
    if not raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return None
    try:
        return raw.decode("utf-16")
    except UnicodeDecodeError:
        return None


def _composed(text: str) -> str:
    """A text with composed letters, those too that escapes in double quotes spell in pieces."""
    text = unicodedata.normalize("NFC", text)
    if "\\" not in text:
        return text
    try:
        scalars: list[Any] = [one for one in yaml.parse(text, Loader=Loader) if isinstance(one, yaml.ScalarEvent)]
    except yaml.YAMLError:
        return text
    for one in reversed(scalars):
        value = unicodedata.normalize("NFC", one.value)
        if one.style == '"' and value != one.value:
            # A string of JSON is one of YAML (1.2, 1.2).
            text = text[: one.start_mark.index] + json.dumps(value, ensure_ascii=False) + text[one.end_mark.index :]
    return text


def _same(before: bytes, after: bytes) -> bool:
    text = _utf16(before)
    old, _ = parse_document(text.encode() if text is not None else before, "")
    new, _ = parse_document(after, "")
    if new is None:
        return False
    return old is not None and _normal(old.data) == _normal(new.data)


def _normal(value: Any) -> Any:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, list):
        return [_normal(one) for one in value]
    if isinstance(value, dict):
        return {_normal(key): _normal(one) for key, one in value.items()}
    return value


def _only_form(file: str, target: str) -> bool:
    return PurePosixPath(file).stem.lower() == PurePosixPath(target).stem.lower()


def _taken(path: Path, target: Path) -> bool:
    # On a file system that ignores case the old name itself answers to the new one.
    return target.exists() and not target.samefile(path)
