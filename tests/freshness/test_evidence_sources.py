"""What sources say beside the evidence, what a portal lacks, and what was known earlier. Every value is made up."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from publisher.catalogue.load import load
from publisher.catalogue.model import FreshnessTerms
from publisher.errors import Exit, OpendataError
from publisher.freshness.behind import Behind, behind
from publisher.freshness.disagreement import disagreements
from publisher.freshness.line import Change, Step
from publisher.freshness.measure import observations
from publisher.freshness.model import Observation
from publisher.freshness.past import known_at
from publisher.freshness.timeline import timeline
from publisher.freshness.versions import versions_of

QUARTERLY = FreshnessTerms("quarterly")
COLUMN = Observation("column", "t.quy", date(2026, 3, 31), periods=("2025-Q4", "2026-Q1"))
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("other", "against"),
    [
        (Observation("period", "t-{period}.csv", day("2025-12-31"), periods=("2025-Q4",)), "2025-Q4"),
        (Observation("period", "t-{period}.csv", day("2026-03-31"), periods=("2026-Q1",)), None),
        (Observation("temporal", "temporal.end", day("2026-06-30")), "2026-Q2"),
        (Observation("attested", "reviews/1.yaml", day("2025-12-31"), day("2026-04-02")), "2025-Q4"),
        (Observation("attested", "reviews/1.yaml", None, day("2026-01-02")), None),  # a look, no statement
        (Observation("content", "t.csv", on=day("2026-02-10")), "2025-Q4"),  # before the quarter was over
        (Observation("content", "t.csv", on=day("2026-09-10")), None),  # a correction
        (Observation("git", "shallow-clone"), None),
    ],
)
def test_sources_that_say_otherwise(other: Observation, against: str | None) -> None:
    got = disagreements(timeline(QUARTERLY, [COLUMN, other], by=day("2026-10-01")), day("2026-10-01"))
    assert [(seen, period.name) for seen, period in got] == ([(other, against)] if against else [])


def test_changes_disagree_with_a_column_and_with_each_other() -> None:
    written = Observation("git", "t.csv", on=day("2026-08-10"))
    changed = Observation("content", "t.csv", on=day("2026-02-10"))
    got = disagreements(timeline(QUARTERLY, [written, changed, COLUMN]))
    assert [(seen.kind, period.name) for seen, period in got] == [("content", "2025-Q4"), ("column", "2026-Q1")]


def test_a_later_change_disagrees_with_what_a_steward_stated() -> None:
    stated = Observation("temporal", "temporal.end", date(2025, 12, 31))
    changed = Observation("content", "t.csv", on=date(2026, 9, 10))
    look = Observation("attested", "reviews/1.yaml", on=date(2026, 9, 10))
    got = disagreements(timeline(QUARTERLY, [stated, changed, look]))
    assert [(seen.kind, period.name) for seen, period in got] == [("content", "2026-Q2")]


def test_without_a_period_there_is_nothing_to_disagree_about() -> None:
    assert disagreements(timeline(QUARTERLY, [])) == ()
    assert disagreements(timeline(FreshnessTerms("irregular"), [COLUMN])) == ()


@dataclass(frozen=True)
class Made:
    """A record as a portal holds it and as git wants it."""

    digest: str
    commit: str | None = None
    record: Mapping[str, Any] = field(default_factory=dict)


def data(digest: str) -> dict[str, Any]:
    return {"resources": [{"id": "r", "digest": digest}]}


def step(commit: str, number: int, *files: str, edge: bool = False) -> Step:
    return Step(commit, datetime(2026, 1, number, tzinfo=UTC), edge, tuple(Change(file, None, "b") for file in files))


LINE = [
    step("c5", 5, "README.md"),
    step("c4", 4, "schemas/s.yaml"),
    step("c3", 3, "datasets/a/a.csv"),
    step("c2", 2, "datasets/a/dataset.yaml", "datasets/ab/x.csv"),
    step("c1", 1, "datasets/a/a.csv", "datasets/a/dataset.yaml"),
]
WANTED = Made("new", record=data("new"))


@pytest.mark.parametrize(
    ("served", "expected"),
    [
        (Made("new", "c1", data("new")), None),  # the same, whatever commit it came from
        (Made("old", "c1", data("old")), ("c1", 2, True)),
        (Made("old", "c2", data("old")), ("c2", 3, True)),
        (Made("old", "c1", data("new")), ("c1", 2, False)),  # only what is said of it
        (Made("old", "c3", data("old")), ("c3", 4, True)),  # another schema, so other columns
        (Made("old", "c3", data("new")), None),  # drawn by another version of the tool
        (Made("old", "c5", data("old")), None),
        (Made("old", "unknown", data("old")), ("unknown", None, True)),
    ],
)
def test_what_a_portal_lacks_and_since_when(served: Made, expected: tuple[str, int | None, bool] | None) -> None:
    got = behind({"a": served}, {"a": WANTED}, {}, {"a": "datasets/a"}, LINE)
    if expected is None:
        assert got == ()
    else:
        commit, number, other = expected
        since = datetime(2026, 1, number, tzinfo=UTC) if number else None
        assert got == (Behind("a", True, commit, since, other),)


def test_what_a_portal_never_had_and_what_is_held_back() -> None:
    first = datetime(2026, 1, 1, tzinfo=UTC)
    assert behind({}, {"a": WANTED}, {}, {"a": "datasets/a"}, LINE) == (Behind("a", False, None, first, True),)
    shallow = [*LINE[:-1], step("c1", 1, "datasets/a/a.csv", edge=True)]
    assert behind({}, {"a": WANTED}, {}, {"a": "datasets/a"}, shallow)[0].since is None
    (held,) = behind({"a": Made("old", "c2")}, {}, {"a": ["table-empty"]}, {"a": "datasets/a"}, LINE)
    assert (held.held, held.since) == (("table-empty",), datetime(2026, 1, 3, tzinfo=UTC))
    assert behind({"gone": Made("old", "c2")}, {}, {}, {"a": "datasets/a"}, LINE) == ()


needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")


def commit(root: Path, on: str) -> None:
    when = f"{on}T08:00:00+07:00"
    who = {f"GIT_{one}_{what}": "lan@example.org" for one in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    env = {"PATH": "/usr/bin:/bin:/usr/local/bin", "HOME": str(root), **who}
    env |= {"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when}
    for arguments in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-qm", "x"]):
        subprocess.run(["git", *arguments], cwd=root, check=True, env=env)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}T12:00:00").replace(tzinfo=ZONE)


@needs_git
def test_the_past_knows_nothing_of_what_came_later(
    catalogue_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    descriptor = catalogue_dir / "datasets/truong-mam-non/dataset.yaml"
    table = catalogue_dir / "datasets/truong-mam-non/truong-mam-non.csv"
    review = descriptor.parent / "reviews" / "2026-01-10.yaml"
    commit(catalogue_dir, "2026-01-05")
    descriptor.write_text(descriptor.read_text("utf-8").replace("2023-12-31", "2025-12-31"), "utf-8")
    review.parent.mkdir()
    review.write_text("on: 2026-01-10\nby: Nguyễn Thị Thử\nnote: Dữ liệu giả.\n", "utf-8")  # told of later
    commit(catalogue_dir, "2026-02-05")
    table.write_bytes(table.read_bytes() + "zz,Trường giả,7\n".encode())
    commit(catalogue_dir, "2026-03-05")
    review.unlink()  # not committed
    present = datetime(2026, 6, 1, tzinfo=UTC)
    seen = {}
    for on in ("2026-01-20", "2026-02-20", "2026-03-05", "2026-06-01"):
        with known_at(catalogue_dir, at(on), present) as known:
            catalogue = load(known.root).catalogue
            assert catalogue is not None
            (found,) = observations(catalogue, catalogue.datasets.values(), {}, known.repository).values()
            versions = versions_of(catalogue, known.repository)
        seen[on] = ({one.kind: str(one.through or one.on) for one in found}, sum(map(len, versions.values())))
    assert seen == {
        "2026-01-20": ({"temporal": "2023-12-31", "content": "2026-01-05"}, 1),
        "2026-02-20": ({"temporal": "2025-12-31", "attested": "2026-01-10", "content": "2026-01-05"}, 1),
        "2026-03-05": ({"temporal": "2025-12-31", "attested": "2026-01-10", "content": "2026-03-05"}, 2),
        "2026-06-01": ({"temporal": "2025-12-31", "content": "2026-03-05"}, 2),  # today: the folder as it is
    }
    with pytest.raises(OpendataError) as before, known_at(catalogue_dir, at("2026-01-04"), present):
        pass
    assert (before.value.code, before.value.params) == ("freshness-before-history", {"first": "2026-01-05"})
    clone = tmp_path_factory.mktemp("clone") / "c"
    subprocess.run(["git", "clone", "-q", "--depth", "1", catalogue_dir.as_uri(), str(clone)], check=True)
    with pytest.raises(OpendataError) as cut, known_at(clone, at("2026-02-20"), present):
        pass
    assert (cut.value.code, cut.value.exit_code) == ("freshness-history-cut", Exit.UNREACHABLE)


def test_without_git_the_past_is_the_folder(catalogue_dir: Path) -> None:
    with known_at(catalogue_dir, at("2020-01-01"), datetime(2026, 6, 1, tzinfo=UTC)) as known:
        assert (known.root, known.repository) == (catalogue_dir, None)
