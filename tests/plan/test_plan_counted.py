"""Where nobody looks at a plan, a portal is not asked for its tables: what records tell is enough to be careful."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from publisher.apply.tables import CatalogueTables
from publisher.catalogue.load import load
from publisher.messages import messages
from publisher.plan.model import Desired, Holding, Kind, Subject
from publisher.reports.plan import table_words

NAME = "truong-mam-non"
SUBJECT = Subject(Kind.DATASET, NAME)


class Asked:
    """A portal that must not be asked."""

    def read(self, subject: Subject, name: str) -> Any:
        raise AssertionError(name)


def record(digest: str, rows: int, *, columns: tuple[str, ...] = ("ma", "ten"), missing: int = 0) -> dict[str, Any]:
    table = {"id": "1", "name": NAME, "digest": digest, "rows": rows, "columns": list(columns)}
    return {"name": NAME, "resources": [{**table, "missing": {"ten": missing}}]}


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (record("b", 3), "data changed (3 → 3 rows)"),
        (record("b", 1), "data changed (3 → 1 rows)"),
        (record("b", 2, missing=2), "column ten emptied"),
        (record("b", 3, columns=("ma",)), "column ten removed"),
    ],
)
def test_losses_and_breaking_changes_are_seen_without_reading(
    catalogue_dir: Path, after: dict[str, Any], said: str
) -> None:
    catalogue = load(catalogue_dir).catalogue
    assert catalogue is not None
    tables = CatalogueTables(catalogue, by_row=False)
    portal: Any = Asked()
    change = tables.compare(
        portal, Holding(SUBJECT, "1", record("a", 3), "a"), Desired(SUBJECT, "1", after, "b"), NAME, NAME
    )
    assert change is not None
    assert not change.by_row
    assert said in table_words(change, messages("en"))
