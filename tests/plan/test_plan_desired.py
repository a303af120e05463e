"""Records and the desired state from a loaded catalogue."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import pytest
from support.pictures import png

from publisher.catalogue.load import load
from publisher.catalogue.model import Catalogue, PortalEntry, Status
from publisher.digest import canonical_json, digest_of
from publisher.freshness.model import Observation, Timeline
from publisher.plan.desired import EMBARGO, desired_state, showing_day, with_history
from publisher.plan.model import DesiredState, Holding, Kind, PortalState, Record, Subject
from publisher.tables.model import CheckedTable, PartFacts, TableFacts

NAME = "truong-mam-non"
DATASET = Subject(Kind.DATASET, NAME)
FILE = f"datasets/{NAME}/{NAME}.csv"
FACTS = TableFacts(
    "csv",
    (PartFacts(FILE, "abc", 10, rows=2),),
    ("ma", "ten", "so_tre"),
    2,
    "rows",
    (("1", None, "2"),),
    missing={"ten": 1, "ma": 0},
)


@dataclass
class Report:
    """What a validation found."""

    tables: dict[tuple[str, str], CheckedTable] = field(
        default_factory=lambda: {(NAME, NAME): CheckedTable(NAME, NAME, FACTS)}
    )
    held: dict[str, tuple[str, ...]] = field(default_factory=dict)


def timeline(*others: Observation) -> Timeline:
    return Timeline("annual", None, None, None, date(2025, 1, 1), None, None, None, others)


def entry(catalogue: Catalogue, *include: Status) -> PortalEntry:
    return replace(catalogue.portals["site"], include=include or tuple(Status))


def made(root: Path, report: Report | None = None, *include: Status, lines: Timeline | None = None) -> DesiredState:
    catalogue = load(root).catalogue
    assert catalogue is not None
    lines = lines or timeline(Observation("git", "f", on=date(2024, 2, 3)))
    return desired_state(
        catalogue,
        report or Report(),
        {NAME: lines},
        entry(catalogue, *include),
        "commit",
        None,
        today=date(2024, 6, 1),
    )


def record(state: DesiredState) -> Record:
    return state.subjects[DATASET].record


def test_a_record_is_plain_json_without_anything_empty(catalogue_dir: Path) -> None:
    state = made(catalogue_dir)
    for one in state.subjects.values():
        assert json.loads(canonical_json(one.record)) == one.record
        assert [key for key, value in one.record.items() if value in (None, "", [], {}, ())] == []
    found = record(state)
    assert found["modified"] == "2024-02-03"
    assert found["temporal"] == {"start": "2023-01-01", "end": "2023-12-31"}
    (resource,) = found["resources"]
    assert resource["missing"] == {"ten": 1}
    assert resource["preview"] == [["1", None, "2"]]
    assert resource["schema"]["fields"][0]["title"] == {"vi": "Mã trường", "en": "Code"}


def test_a_committed_file_makes_way_for_the_derived_one_of_its_name(catalogue_dir: Path) -> None:
    state = made(catalogue_dir)
    assert [one.name for one in state.subjects[DATASET].sources] == [f"original/{NAME}.csv"]
    assert record(state)["resources"][0]["parts"][0]["name"] == f"original/{NAME}.csv"


def test_stewards_are_not_public(catalogue_dir: Path, edit: Callable[..., Path]) -> None:
    body = {"name": {"vi": "Sở"}, "stewards": ["nguyen-van-a"], "contact": {"email": "so@example.org"}}
    edit("catalog/organizations.yaml", **{"so-giao-duc": body})
    state = made(catalogue_dir)
    assert "nguyen-van-a" not in canonical_json([one.record for one in state.subjects.values()])


def test_only_included_statuses_are_there(catalogue_dir: Path) -> None:
    assert DATASET not in made(catalogue_dir, None, Status.PROPOSED).subjects
    assert DATASET in made(catalogue_dir, None, Status.PUBLISHED).subjects


def test_what_is_not_published_has_no_bytes(catalogue_dir: Path, edit: Callable[..., Path]) -> None:
    for keys in (
        {"status": "proposed"},
        {"status": "published", "access_rights": "restricted"},
        {"status": "withdrawn", "status_reason": "x", "access_rights": "public"},
    ):
        edit(f"datasets/{NAME}/dataset.yaml", **keys)
        state = made(catalogue_dir)
        assert state.subjects[DATASET].sources == ()
        told = canonical_json(record(state))
        assert not [one for one in ("preview", "points", "parts", "digest", "missing") if f'"{one}"' in told]


def test_errors_and_embargo_hold(catalogue_dir: Path, edit: Callable[..., Path]) -> None:
    assert made(catalogue_dir, Report(held={NAME: ("x",)})).held == {DATASET: ("x",)}
    edit(f"datasets/{NAME}/dataset.yaml", publish_at="2024-06-02")
    assert made(catalogue_dir).held == {DATASET: (EMBARGO,)}
    edit(f"datasets/{NAME}/dataset.yaml", publish_at="2024-06-01")
    assert made(catalogue_dir).held == {}


def test_another_day_never_lifts_an_embargo_that_runs_today() -> None:
    june, july = date(2024, 6, 1), date(2024, 7, 1)
    assert [showing_day(july, june), showing_day(june, july), showing_day(None, june)] == [june] * 3
    assert showing_day(None, None) is None


def test_succession_follows_the_line_and_no_circle(catalogue_dir: Path, edit: Callable[..., Path]) -> None:
    def body(name: str, after: str) -> dict[str, object]:
        return {"name": {"vi": name}, "valid_to": "2025-06-30", "successor": {"key": after, "basis": "x"}}

    edit("catalog/organizations.yaml", **{"so-giao-duc": body("Sở A", "so-moi"), "so-moi": body("Sở B", "so-giao-duc")})
    assert [one["key"] for one in record(made(catalogue_dir))["succession"]] == ["so-moi"]


def test_a_shallow_clone_keeps_the_published_history(catalogue_dir: Path) -> None:
    full = made(catalogue_dir)
    one = full.subjects[DATASET]
    have = PortalState("c", holdings={DATASET: Holding(DATASET, one.id, one.record, one.digest)})
    shallow = made(catalogue_dir, lines=timeline(Observation("git", "shallow clone")))
    assert shallow.subjects[DATASET].digest != one.digest
    assert with_history(shallow, have).subjects[DATASET].digest == one.digest


@pytest.mark.parametrize(
    ("as_of", "state"),
    [("2024-12-01", "fresh"), ("2025-01-01", "due"), (None, None)],
)
def test_a_shallow_clone_says_the_state_of_the_day_asked_for_by_the_published_dates(
    catalogue_dir: Path, as_of: str | None, state: str | None
) -> None:
    one = made(catalogue_dir).subjects[DATASET]
    old = {**one.record["freshness"], "state": "overdue", "as_of": "2020-01-01"}
    published = {**one.record, "freshness": old}
    have = PortalState("c", holdings={DATASET: Holding(DATASET, one.id, published, digest_of(published))})
    shallow = replace(made(catalogue_dir, lines=timeline(Observation("git", "shallow clone"))), as_of=as_of)
    found = with_history(shallow, have).subjects[DATASET].record["freshness"]
    assert (found.get("state"), found.get("as_of")) == (state, as_of)
    assert found["due_at"] == old["due_at"]


def test_what_a_portal_needs_stays_as_it_was_written(catalogue_dir: Path) -> None:
    path = catalogue_dir / "datasets" / NAME / "dataset.yaml"
    fields = '{spatial: "", tags: [], more: {empty: "", none: null, zero: 0}}'
    path.write_text(path.read_text("utf-8") + f"portal_fields: {fields}\n", "utf-8")
    wanted = {"spatial": "", "tags": [], "more": {"empty": "", "none": None, "zero": 0}}
    assert record(made(catalogue_dir))["portal_fields"] == wanted


def test_a_logo_stands_in_the_record_with_its_file_and_nothing_stands_there_without_one(
    catalogue_dir: Path, edit: Callable[..., Path]
) -> None:
    theme = Subject(Kind.THEME, "giao-duc")
    bare = made(catalogue_dir).subjects[theme]
    assert "logo" not in bare.record and bare.sources == ()
    content = png()
    (catalogue_dir / "catalog/Giáo dục.png").write_bytes(content)
    edit("catalog/themes.yaml", **{"giao-duc": {"name": {"vi": "Giáo dục", "en": "Education"}, "logo": "Giáo dục.png"}})
    one = made(catalogue_dir).subjects[theme]
    (source,) = one.sources
    assert one.record["logo"] == {"name": "logo.png", "sha256": source.sha256, "bytes": len(content)}
    assert {**bare.record, "logo": one.record["logo"]} == one.record
    assert source.path.read_bytes() == content
