"""At least one file of a published dataset is in an open format that machines can process.

Figures in a PDF or a picture have to be typed off again; the old ``.xls`` of Excel is a closed format that many
tools read wrongly. CSV, XLSX, ODS, JSON, XML, Parquet and geographic formats are fine; other
formats for download are made from the table by the tool itself.

To fix it, add the table that the PDF was made from as CSV or XLSX; the PDF may stay beside it. In Excel,
save an ``.xls`` as "Excel Workbook (.xlsx)".

Source: Law on Electronic Transactions 20/2023/QH15 art. 43 (read in a summary only; no official
list of formats was found).
"""

from collections.abc import Iterator
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from publisher.catalogue.model import Resource
from publisher.problem import Problem, Severity
from publisher.validation.rule import Context, at_dataset

CODE = "format-not-open"
SEVERITY = Severity.ERROR
CODES = {CODE: SEVERITY, "format-old-excel": Severity.WARNING}
DEPENDS_ON_TODAY: frozenset[str] = frozenset()

_IMAGES = {"png", "jpg", "jpeg", "gif", "tif", "tiff", "bmp", "webp", "heic"}
_CLOSED = {"pdf", "doc", "docx", "ppt", "pptx", "rtf", "odt", *_IMAGES}


def check(context: Context) -> Iterator[Problem]:
    """The problems of a catalogue."""
    for dataset in context.published:
        formats = {_format(resource) for resource in dataset.resources} - {None}
        names = ", ".join(sorted(one for one in formats if one))
        if formats and formats <= _CLOSED:
            yield at_dataset(dataset, CODE, "resources", formats=names)
        elif formats and formats <= {"xls", *_CLOSED}:
            yield at_dataset(dataset, "format-old-excel", "resources", formats=names)


def _format(resource: Resource) -> str | None:
    """The format by the ending of the name; '' for a service and for what has no ending, None for nothing."""
    name = resource.path if resource.path is not None else resource.url
    if name is None:
        return None
    if resource.service:
        return ""
    try:
        path = resource.path if resource.path is not None else urlsplit(name).path
    except ValueError:
        return ""
    return PurePosixPath(path).suffix.lower().removeprefix(".")
