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
    from xlsxwriter.exceptions import FileCreateError

    from publisher.tables import convert

    def filling(*_: Any) -> None:
        no_space = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        raise FileCreateError(no_space) if format == "xlsx" else no_space

    before = published.tree()
    with monkeypatch.context() as patched:
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
