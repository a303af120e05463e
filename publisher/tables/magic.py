"""What a file's bytes are, whatever its name says, and which encoding they look like."""

from __future__ import annotations

import codecs
import os
import re
import zipfile
from pathlib import Path

from publisher.tables.source import Table, Unreadable, declared_format

MOST_UNPACKED = 500_000_000
"""Bytes of a workbook's parts, as its directory tells them: what reading it may ask of a machine's memory."""
MOST_RATIO = 200
"""How many times smaller than its parts a workbook is; tables of one repeated value stay below 100."""
_SMALL = 10_000_000
"""Parts of so many bytes together harm nobody, however well they are packed."""
_TCVN3 = re.compile(rb"[A-Za-z][\xb5-\xbe\xa8\xa9\xab\xac\xae][A-Za-z]?")
_VIETNAMESE_1258 = re.compile("[aăâeêioôơuưy][\u0300\u0301\u0303\u0309\u0323]|[ăđơư]", re.IGNORECASE)


def kind_of(path: Path) -> str:
    """What the bytes are: ``xlsx``, ``zip``, ``ole`` (.xls), ``encrypted``, ``parquet``, ``html``, ``text``, ..."""
    with path.open("rb") as stream:
        head = stream.read(4096)
    if not head:
        return "empty"
    if head.startswith(b"PK\x03\x04"):
        return _zip_kind(path)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return "encrypted" if "EncryptedPackage".encode("utf-16-le") in path.read_bytes() else "ole"
    for magic, kind in ((b"PAR1", "parquet"), (b"%PDF", "pdf"), (b"\x1f\x8b", "gzip")):
        if head.startswith(magic):
            return kind
    start = head.removeprefix(codecs.BOM_UTF8).lstrip().lower()
    return "html" if start.startswith((b"<!doctype html", b"<html", b"<table", b"<head")) else "text"


def demand(table: Table, file: str, path: Path) -> str:
    """The format of a table's file, by its name, once its bytes agree.

    Raises:
        Unreadable: the file is empty, cut, protected, or not what its name says.
    """
    declared = declared_format(path)
    expected = {"xlsx": "xlsx", "xls": "ole", "parquet": "parquet"}.get(declared, "text")
    found = kind_of(path)
    if found == expected:
        if declared == "parquet" and not _ends_with(path, b"PAR1"):
            raise Unreadable(table.problem("table-truncated", file))
        return declared
    if found == "empty":
        raise Unreadable(table.problem("table-empty", file))
    if found == "encrypted":
        raise Unreadable(table.problem("table-protected", file))
    if found == "truncated" and declared == "xlsx":
        raise Unreadable(table.problem("table-truncated", file))
    if found == "bomb":
        raise Unreadable(table.problem("table-too-large", file))
    actual = {"ole": "xls", "truncated": "zip"}.get(found, found)
    raise Unreadable(table.problem("table-lying-extension", file, actual=actual, expected=declared))


def is_pointer(path: Path) -> bool:
    """Whether a file is a Git LFS pointer that stands for an absent object."""
    with path.open("rb") as stream:
        return stream.read(42).startswith(b"version https://git-lfs.github.com/spec/")


def looks_like(raw: bytes) -> str:
    """The encoding that bytes which are not UTF-8 look like, named as Excel names it."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or raw.count(0) > len(raw) // 8:
        return "UTF-16"
    as_1258 = raw.decode("cp1258", "replace")
    vietnamese = len(_VIETNAMESE_1258.findall(as_1258))
    tcvn3 = len(_TCVN3.findall(raw))
    if tcvn3 > vietnamese:
        return "TCVN3 (ABC)"
    return "Windows-1258" if vietnamese else "Windows-1252"


def _ends_with(path: Path, magic: bytes) -> bool:
    with path.open("rb") as stream:
        stream.seek(-len(magic), os.SEEK_END)
        return stream.read() == magic


def _zip_kind(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):  # the last one for versions it cannot read
        return "truncated"
    if "xl/workbook.xml" not in names and "xl/workbook.bin" not in names:
        return "zip"
    packed, size = sum(one.compress_size for one in parts), sum(one.file_size for one in parts)
    # Parts that overlap are larger together than the file that holds them.
    bomb = size > MOST_UNPACKED or (size > _SMALL and size > MOST_RATIO * packed) or packed > path.stat().st_size
    return "bomb" if bomb else "xlsx"
