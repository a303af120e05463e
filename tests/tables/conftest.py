"""The fixture of the tests of tables; what they share besides stands in ``table_making``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from table_making import Check, make_table

from publisher.personal import detectors
from publisher.tables.inspect import inspect
from publisher.tables.keys import Lookups
from publisher.tables.model import CheckedTable
from publisher.tables.rows import table_rows


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Write one file and check it: ``check('a.csv', b'...', schema=..., sheet=...)``."""

    def run(name: str, content: bytes | None = None, *, country: str | None = "vn", **options: Any) -> CheckedTable:
        path = tmp_path / name
        if content is not None:
            path.write_bytes(content)
        table = make_table(path, **options)
        return inspect(table, Lookups({("d", "r"): table}, table_rows), detectors(country))

    return run
