"""Every problem of tables and personal data has its sentences in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import publisher
from publisher.messages import messages

FOLDER = Path(publisher.__file__).parent
CODE = re.compile(r'"((?:table|personal|parquet)-[a-z-]+)"')
TYPES = (
    *("string", "number", "integer", "boolean", "object", "array", "date", "time", "datetime", "year", "yearmonth"),
    *("duration", "geopoint", "geojson", "any"),
)
CONSTRAINTS = ("required", "pattern", "enum", "minimum", "maximum", "min-length", "max-length")


def every_code() -> list[str]:
    files = [*FOLDER.glob("tables/*.py"), *FOLDER.glob("personal/*.py"), FOLDER / "countries/vn/personal.py"]
    written = {code for path in files for code in CODE.findall(path.read_text("utf-8"))}
    made = {f"table-type-{kind}" for kind in TYPES} | {f"table-{name}" for name in CONSTRAINTS}
    made |= {f"table-type-{kind}-format" for kind in ("date", "datetime", "time", "string")}
    return sorted(written | made | {"table-unique-error", "table-primary-key"})


@pytest.mark.parametrize("code", every_code())
@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_code_has_its_sentences(code: str, language: str) -> None:
    words = messages(language)
    found = words._translations.pgettext
    assert found("message", code) != code
    assert found("help", code) != code
