"""What a portal is given of past deliveries: by git alone, whatever the clock says. All data are made up."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import icalendar
import pytest
from punctual import two_years

from publisher.cli import run

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")


def test_a_published_history_depends_on_git_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = two_years(tmp_path / "catalogue").root
    made = []
    for place, now in enumerate(["2026-11-23T05:00:00Z", "2029-01-01T05:00:00Z"]):
        monkeypatch.setenv("OPENDATA_NOW", now)
        (root / "catalog" / "portals.yaml").write_text(f"site: {{type: site, path: build/site{place}}}\n", "utf-8")
        assert run(["--catalog", str(root), "--quiet", "publish", "--yes"]) == 0
        site = root / "build" / f"site{place}"
        made.append({path.relative_to(site): path.read_bytes() for path in sorted(site.rglob("*")) if path.is_file()})
    assert made[0] == made[1]
    record = json.loads(made[0][Path("dataset/quy-theo-tep/record.json")])
    assert [one["outcome"] for one in record["freshness"]["history"]][-4:] == ["on-time"] * 4
    assert record["freshness"]["ahead"][0] == {"name": "2027-Q1", "due_at": "2027-04-15"}
    assert "datasets%2Fquy-theo-tep%2Freviews%2FYYYY-MM-DD.yaml" in record["freshness"]["review"]


def test_a_shallow_clone_leaves_the_published_history(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OPENDATA_NOW", "2026-11-23T05:00:00Z")
    past = two_years(tmp_path / "catalogue")
    assert run(["--catalog", str(past.root), "--quiet", "publish", "--yes"]) == 0
    clone = tmp_path / "clone"
    past.write("2026-11-20", {"datasets/thang-theo-thay-doi/a.csv": "ngay,so\n1,99\n"})
    subprocess.run(["git", "clone", "-q", "--depth", "1", past.root.as_uri(), str(clone)], check=True)
    shutil.rmtree(clone / "build", ignore_errors=True)
    shutil.copytree(past.root / "build", clone / "build")
    before = json.loads((clone / "build/site/dataset/thang-theo-thay-doi/record.json").read_bytes())
    other = (clone / "build/site/dataset/quy-theo-tep/record.json").read_bytes()
    assert run(["--catalog", str(clone), "--quiet", "publish", "--yes", "--allow", "loss=9"]) == 0, capsys.readouterr()
    after = json.loads((clone / "build/site/dataset/thang-theo-thay-doi/record.json").read_bytes())
    assert after["resources"][0]["digest"] != before["resources"][0]["digest"]
    assert after["freshness"]["history"][-10:] == before["freshness"]["history"][-10:]
    assert (clone / "build/site/dataset/quy-theo-tep/record.json").read_bytes() == other


def test_the_portal_s_calendar_has_the_events_of_the_report_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENDATA_NOW", "2026-11-23T05:00:00Z")
    root = two_years(tmp_path / "catalogue").root
    assert run(["--catalog", str(root), "--quiet", "publish", "--yes"]) == 0
    asked = ["freshness", "--fail-on", "delinquent", "--format", "ics", "--out", str(tmp_path / "report.ics")]
    run(["--catalog", str(root), *asked])
    first, second = (
        {str(one["UID"]): one.decoded("DTSTART") for one in icalendar.Calendar.from_ical(path.read_bytes()).events}
        for path in (tmp_path / "report.ics", root / "build" / "site" / "freshness.ics")
    )
    common = first.keys() & second.keys()
    # How far each looks ahead differs: the report a year from today, the portal a year from the next due date.
    assert len(common) > 15 and all(first[one] == second[one] for one in common)
