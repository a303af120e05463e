"""Excel workbooks whose bytes repeat: a fixed date of creation, no names of machines or people."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from publisher.workspace import replacing

CREATED = datetime(2000, 1, 1)
_SHEET_NAME = str.maketrans(dict.fromkeys("[]:*?/\\", " "))


@contextmanager
def workbook(path: Path, *, streamed: bool = False) -> Iterator[Any]:
    """An xlsxwriter workbook that appears under its name when it is complete.

    Cells that look like formulas, links or numbers stay the text that they are. ``streamed`` keeps
    one row in memory and writes texts inline; else no temporary files are made, of which a workbook
    has a dozen, and which cost more than the cells of a small table.

    Raises:
        OSError: the disk is full or the folder is not writable.
    """
    import xlsxwriter

    options = {
        "constant_memory": streamed,
        "in_memory": not streamed,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": True,
    }
    with replacing(path, durable=False) as partial:
        book = xlsxwriter.Workbook(str(partial), options)
        book.set_properties({"created": CREATED})
        try:
            yield book
        finally:
            _close(book)


def _close(book: Any) -> None:
    """Write the workbook; xlsxwriter wraps what the operating system says in an error of its own."""
    from xlsxwriter.exceptions import FileCreateError

    try:
        book.close()
    except FileCreateError as error:
        cause = error.args[0] if error.args else None
        raise cause if isinstance(cause, OSError) else OSError(str(error)) from error


def sheet_name(text: str) -> str:
    """A text as Excel accepts it for a sheet: 31 characters, none of ``[]:*?/\\``, no apostrophe at an end."""
    return " ".join(text.translate(_SHEET_NAME).split())[:31].strip(" '") or "Data"
