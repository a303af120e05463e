"""Crashes, full disks and rivals in the middle of publishing: the old portal serves on, the next run converges."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from publisher.portals.site import swap

NAME = "truong-mam-non"
MORE = "ma,ten,so_tre\n001,Hoa Sen,121\n002,Hoa Mai,85\n003,Sao Mai,97\n004,Hoa Cúc,40\n"

KILL = """
import os, signal, sys
from publisher.apply.journal import FileJournal
from publisher.portals.site import site, swap
at = sys.argv[1]
write = FileJournal.write
def counting(self, event, /, **details):
    write(self, event, **details)
    if event == at:
        os.kill(os.getpid(), signal.SIGKILL)
FileJournal.write = counting
if at == "between":
    swap._exchange = lambda one, other: False
    rename = swap.Path.rename
    def dying(self, to):
        if self.name.endswith("-next") and not to.exists():
            os.kill(os.getpid(), signal.SIGKILL)
        return rename(self, to)
    swap.Path.rename = dying
from publisher.cli import run
sys.exit(run(sys.argv[2:]))
"""


def full(*_: Any, **__: Any) -> Any:
    """What every write says on a full disk."""
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def after(count: int, real: Callable[..., Any]) -> Callable[..., Any]:
    """Works so many times, then the disk is full."""
    left: Iterator[int] = iter(range(count))

    def limited(*arguments: Any, **keys: Any) -> Any:
        return real(*arguments, **keys) if next(left, None) is not None else full()

    return limited


@pytest.fixture
def published(publisher: Any) -> Any:
    """A site, and a change that is not published yet."""
    assert publisher.publish() == 0
    publisher.data(NAME, MORE)
    return publisher


@pytest.mark.parametrize(
    ("where", "count"),
    [
        ("pathlib.Path.mkdir", 0),
        ("pathlib.Path.hardlink_to+shutil.copy2", 0),
        ("pathlib.Path.hardlink_to+shutil.copy2", 5),
        ("shutil.copyfile", 0),
        ("pathlib.Path.write_bytes", 0),
        ("pathlib.Path.write_bytes", 1),
        ("pathlib.Path.write_bytes", 3),
        ("publisher.portals.site.swap.switch", 0),
    ],
)
def test_a_full_disk_leaves_the_old_portal_and_no_leftovers(
    published: Any, monkeypatch: pytest.MonkeyPatch, where: str, count: int
) -> None:
    before, times = published.tree(), published.times()
    published.run("validate")
    with monkeypatch.context() as patched:
        from publisher.portals.site.site import SitePortal

        build = SitePortal._build

        def broken(*arguments: Any) -> Any:
            for name in where.split("+"):
                target, _, attribute = name.rpartition(".")
                module = {"pathlib.Path": Path, "shutil": sys.modules["shutil"]}.get(target, swap)
                patched.setattr(module, attribute, after(count, getattr(module, attribute)))
            return build(*arguments)

        patched.setattr(SitePortal, "_build", broken)
        published.said()
        assert published.publish() == 1
        assert "old one is still there" in published.said()
    assert published.tree() == before
    assert {p: t for p, t in published.times().items() if p != str(published.site)} == {
        p: t for p, t in times.items() if p != str(published.site)
    }
    assert published.leftovers() == []
    assert published.publish() == 0
    assert "Hoa Cúc" in (published.site / "dataset" / NAME / f"{NAME}.csv").read_text("utf-8-sig")


@pytest.mark.parametrize("format", ["csv", "xlsx", "json"])
def test_a_disk_that_fills_while_a_table_is_converted(
    published: Any, monkeypatch: pytest.MonkeyPatch, format: str
) -> None:
    from xlsxwriter import Workbook
    from xlsxwriter.exceptions import FileCreateError

    from publisher.tables import convert

    def filling(*_: Any) -> None:
        no_space = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        raise FileCreateError(no_space) if format == "xlsx" else no_space

    before = published.tree()
    with monkeypatch.context() as patched:
        if format == "xlsx":
            patched.setattr(Workbook, "close", filling)
        else:
            patched.setitem(convert._WRITERS, format, filling)
        published.said()
        assert published.publish() == 1
        assert os.strerror(errno.ENOSPC) in published.said()
    assert published.tree() == before
    assert published.leftovers() == []
    assert published.publish() == 0


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kill -9 is of POSIX")
@pytest.mark.parametrize("at", ["begin", "staged", "between", "switched", "cleaned"])
def test_kill_9_anywhere_leaves_one_whole_portal_and_the_next_run_converges(published: Any, at: str) -> None:
    before = published.tree()
    arguments = ["--catalog", str(published.root), "publish", "--yes"]
    done = subprocess.run([sys.executable, "-c", KILL, at, *arguments], capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    served = swap.current(published.site)
    assert served.is_dir()
    now = published.tree(served)
    assert (now == before) == (at in {"begin", "staged", "between"})
    assert now["state.json"]
    assert published.publish() == 0
    assert published.run("plan") == 0
    assert published.leftovers() == []
    assert "Hoa Cúc" in (published.site / "dataset" / NAME / f"{NAME}.csv").read_text("utf-8-sig")


def test_where_folders_cannot_be_exchanged_two_renames_do(published: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(swap, "_exchange", lambda one, other: False)
    assert published.publish() == 0
    assert published.run("plan") == 0
    assert published.leftovers() == []


def test_where_files_cannot_be_linked_they_are_copied(published: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: Any) -> None:
        raise OSError(errno.EPERM, "no links here")

    times = published.times()
    monkeypatch.setattr(Path, "hardlink_to", no_links)
    assert published.publish() == 0
    about = str(published.site / "assets" / "app.css")
    assert published.times()[about] == times[about]
    assert published.run("plan") == 0


def test_a_second_publisher_is_refused_when_it_has_waited(published: Any) -> None:
    lock = FileLock(str(published.root / ".opendata" / "lock" / "publish.lock"))
    with lock:
        before = published.tree()
        assert published.publish("--wait", "0") == 1
        assert published.tree() == before
    assert published.publish("--wait", "0") == 0


def test_a_publisher_from_another_workspace_is_refused_at_the_folder(published: Any) -> None:
    with FileLock(str(published.site.with_name(".site.opendata-lock"))):
        assert published.publish() == 1
    assert published.publish() == 0


def test_two_publishers_at_once_both_end_well(published: Any) -> None:
    arguments = [sys.executable, "-m", "publisher", "--catalog", str(published.root), "publish", "--yes"]
    results: list[int] = []

    def one() -> None:
        results.append(subprocess.run(arguments, capture_output=True, check=False).returncode)

    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [0, 0]
    assert published.run("plan") == 0


def test_a_file_that_changes_while_it_is_published_fails_alone(published: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil

    published.add("khac")
    before = published.tree()
    real = shutil.copyfile

    def changing(source: Path, place: Path) -> Path:
        if NAME in Path(source).parent.name:
            Path(source).write_text("ma,ten,so_tre\n009,Khác,1\n", "utf-8")
        return real(source, place)

    with monkeypatch.context() as patched:
        patched.setattr(shutil, "copyfile", changing)
        assert published.publish() == 5
    now = published.tree()
    assert now[f"dataset/{NAME}/{NAME}.csv"] == before[f"dataset/{NAME}/{NAME}.csv"]
    assert now[f"dataset/{NAME}/record.json"] == before[f"dataset/{NAME}/record.json"]
    assert "dataset/khac/index.html" in now


def test_the_journal_tells_what_happened(published: Any) -> None:
    import json

    assert published.publish() == 0
    journals = sorted((published.root / ".opendata" / "journal").iterdir(), key=lambda path: path.stat().st_mtime_ns)
    events = [json.loads(line)["event"] for line in journals[-1].read_text("utf-8").splitlines()]
    assert events[0] == "begin"
    assert events[-1] == "done"
    assert "switched" in events


def test_a_workspace_that_takes_no_files_is_said(
    published: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before = published.tree()
    (tmp_path / "a-file").touch()
    monkeypatch.setenv("OPENDATA_WORKSPACE", str(tmp_path / "a-file"))
    published.said()
    assert published.publish() == 4
    assert "OPENDATA_WORKSPACE" in published.said()
    assert published.tree() == before


def test_no_run_begins_without_its_journal(published: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    before = published.tree()
    monkeypatch.setattr(os, "fsync", full)
    published.said()
    assert published.publish() == 4
    assert os.strerror(errno.ENOSPC) in published.said()
    assert published.tree() == before


def test_a_journal_that_ends_early_ends_no_run(published: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", after(1, os.fsync))
    assert published.publish() == 0
    assert published.run("plan") == 0


@pytest.mark.skipif(sys.platform != "linux", reason="names elsewhere are text")
def test_a_folder_whose_name_is_no_text(published: Any) -> None:
    odd = Path(os.fsdecode(os.fsencode(published.root) + b"-\xff"))
    published.root.rename(odd)
    published.root = odd
    assert published.publish() == 0


def test_a_place_where_no_folder_can_be_is_said(published: Any) -> None:
    published.edit("catalog/portals.yaml", site={"type": "site", "path": "build/site/index.html/site"})
    published.said()
    assert published.publish() == 1
    assert "could not be written" in published.said()


def test_a_file_in_the_place_of_the_folder_is_left_alone(published: Any) -> None:
    published.edit("catalog/portals.yaml", site={"type": "site", "path": "build/file"})
    (published.root / "build" / "file").write_text("mine", "utf-8")
    published.said()
    assert published.publish() == 1
    assert "opendata did not make" in published.said()
    assert (published.root / "build" / "file").read_text("utf-8") == "mine"


def test_a_link_stays_and_leads_to_the_new_portal(published: Any, tmp_path: Path) -> None:
    there = tmp_path / "www" / "portal"
    there.mkdir(parents=True)
    link = published.root / "build" / "link"
    link.symlink_to(there, target_is_directory=True)
    published.edit("catalog/portals.yaml", site={"type": "site", "path": "build/link"})
    assert published.publish() == 0
    assert published.publish() == 0
    published.data(NAME, MORE.replace("Cúc", "Lan"))
    assert published.publish() == 0
    assert link.is_symlink()
    assert "Hoa Lan" in (there / "dataset" / NAME / f"{NAME}.csv").read_text("utf-8-sig")
    assert [one.name for one in there.parent.iterdir() if not one.name.endswith("-lock")] == ["portal"]


def test_nothing_to_do_needs_no_writable_folder(published: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert published.publish() == 0
    monkeypatch.setattr("publisher.portals.site.site.SitePortal._alone", full)
    assert published.publish() == 0


@pytest.mark.parametrize("spoil", [lambda path: path.write_bytes(b"{}"), Path.unlink])
def test_a_spoilt_record_asks_for_consent_and_stops_nothing_else(published: Any, spoil: Callable[[Path], Any]) -> None:
    published.add("khac")
    assert published.publish() == 0
    published.data(NAME, MORE.replace("Cúc", "Lan"))
    spoil(published.site / "dataset" / NAME / "record.json")
    published.said()
    assert published.publish() == 5
    assert "can no longer be read" in published.said()
    assert "Hoa Cúc" in (published.site / "dataset" / NAME / f"{NAME}.csv").read_text("utf-8-sig")
    assert published.publish("--allow", "loss=1") == 0
    assert "Hoa Lan" in (published.site / "dataset" / NAME / f"{NAME}.csv").read_text("utf-8-sig")
    assert published.run("plan") == 0


def test_a_spoilt_record_of_what_did_not_change_is_put_back(published: Any) -> None:
    assert published.publish() == 0
    before = published.tree()
    (published.site / "dataset" / NAME / "record.json").unlink()
    assert published.publish() == 0
    assert published.tree() == before


def test_a_held_dataset_whose_record_is_spoilt_is_named(published: Any) -> None:
    published.add("khac")
    assert published.publish() == 0
    published.edit("datasets/khac/dataset.yaml", organization="khong-co")
    (published.site / "dataset" / "khac" / "record.json").write_bytes(b"{}")
    published.data(NAME, MORE.replace("Cúc", "Lan"))
    published.said()
    assert published.publish() == 5
    assert "dataset/khac/record.json" in published.said()
    assert list((published.site / "dataset" / "khac").glob("*.csv"))
    assert "Hoa Lan" in (published.site / "dataset" / NAME / f"{NAME}.csv").read_text("utf-8-sig")


def test_takedown_works_whatever_is_spoilt(published: Any) -> None:
    published.add("khac")
    assert published.publish() == 0
    before = published.tree()
    for folder in ("dataset/khac", f"dataset/{NAME}", "."):
        (published.site / folder / "record.json").write_bytes(b"{}")
    published.run("takedown", NAME, "--reason", "Lộ thông tin", "--yes")
    assert not list((published.site / "dataset" / NAME).glob("*.csv"))
    assert "Lộ thông tin" in (published.site / "dataset" / NAME / "index.html").read_text("utf-8")
    assert published.publish() == 5
    assert published.publish("--allow", "restore=1") == 0
    assert published.tree() == before


@pytest.mark.parametrize("command", [["plan"], ["publish", "--yes"], ["serve", "--port", "0"]])
def test_a_portal_that_nobody_may_read_is_said(
    published: Any, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    stat = Path.stat

    def denied(path: Path, *arguments: Any, **keys: Any) -> Any:
        if path.name == "state.json":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return stat(path, *arguments, **keys)

    monkeypatch.setattr(Path, "stat", denied)
    published.said()
    assert published.run(*command) == 3
    assert "cannot be read" in published.said()
