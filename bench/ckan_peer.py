"""The same datasets loaded into the same CKAN by ``ckanapi load`` and by us, in turns."""

from __future__ import annotations

import functools
import json
import statistics
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import ckan_made_up as made_up
from ckan_count import Goal
from ckan_stack import BenchStack, Measured, tell
from measure import OPENDATA, Benchmark, forget

PROCESSES = 3
CHANGED = 5
AWAY = 0.02
"""Seconds of the way to a portal and back, where it is not on this machine."""
FIRST, SAME, COLD, SOME = "first load", "nothing changed", "nothing changed, no cache", "5 files changed"
PHASES = (FIRST, SAME, COLD, SOME)
LINKS, LEAN = "ckanapi load, links only, 2 extras", "ckanapi load --upload-resources, 2 extras"
UPLOADS = "ckanapi load --upload-resources"
OURS, WITH_TABLES = "opendata publish, `tables: false`", "opendata publish, with DataStore"
PUBLISH = [*OPENDATA, "publish", "--portal", made_up.PORTAL, "--yes"]

AGAIN = """
import json, os, sys, time
from publisher.cli import run
spent = []
silent = os.open(os.devnull, os.O_WRONLY)
os.dup2(silent, 1)
for _ in range(int(sys.argv[2])):
    start = time.perf_counter()
    if run(sys.argv[3:]) != 0:
        sys.exit("publish failed")
    spent.append(time.perf_counter() - start)
with open(sys.argv[1], "w") as told:
    json.dump(spent, told)
"""
"""Several runs in one process: the first pays for imports, the others do not."""

HEAD = (
    "| | runs | requests | organizations, groups | DataStore, views | files sent | bytes sent "
    "| wall, median (from-to) | own processor | CKAN's processor | memory |"
)
LINE = "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|"


@dataclass
class Side:
    """Somebody's runs by phase; ``warm`` are the seconds of a run in a process that has run before."""

    name: str
    runs: dict[str, list[Measured]] = field(default_factory=dict)
    warm: list[float] = field(default_factory=list)

    def add(self, phase: str, measured: Measured) -> None:
        """Take in a run."""
        self.runs.setdefault(phase, []).append(measured)

    def seconds(self, phase: str) -> float:
        """The median of the runs of a phase."""
        return statistics.median(one.run.seconds for one in self.runs[phase])

    def requests(self, phase: str) -> int:
        """The most requests that a run of a phase made, organizations, groups and tables apart."""
        return max(one.counts.rest for one in self.runs[phase])

    def files(self, phase: str) -> int:
        """The most files that a run of a phase sent."""
        return max(one.files for one in self.runs[phase])


_Load = Callable[[Benchmark, BenchStack, Path, int, Side], None]


def side_by_side(bench: Benchmark, ckan: BenchStack, folder: Path, datasets: int, rounds: int) -> None:
    """Measure and print both, and the goals; then once more as if the portal were not on this machine."""
    peers = functools.partial(_ckanapi, _as_published(bench, ckan, folder / "like", datasets))
    loads: dict[str, _Load] = {LINKS: peers, LEAN: peers, UPLOADS: peers, OURS: _ours, WITH_TABLES: _ours}
    sides = _measured(bench, ckan, folder, datasets, rounds, loads)
    bench.say(f"## Beside ckanapi: {datasets} datasets with a CSV of {made_up.ROWS} rows each")
    _tables(bench, sides)
    for name in (OURS, WITH_TABLES):
        within = statistics.median(sides[name].warm)
        bench.say(f"{name}, nothing changed, in a process that has run before, so without imports: {within:.2f} s.")
    bench.say()
    bench.say("### Goals")
    bench.say()
    bench.say("| | goal | reached | met |")
    bench.say("|---|---|---:|---|")
    for name in (OURS, WITH_TABLES):
        for goal in goals(sides[name], sides[UPLOADS]):
            bench.say(goal.line())
    bench.say()
    for phase in (FIRST, SAME):
        times = _times(sides[LEAN], sides[OURS], phase)
        bench.say(f"{OURS}, {phase}: {times:.2f} times as fast as a `ckanapi` that writes 2 extras each and no group.")
    bench.say()
    for name in (UPLOADS, OURS, WITH_TABLES):
        for phase in (FIRST, SAME, SOME):
            bench.say(f"- {name}, {phase}: {sides[name].runs[phase][-1].counts}")
    bench.say()
    ckan.forwarder.away = AWAY
    sides = _measured(bench, ckan, folder, datasets, rounds, {UPLOADS: peers, OURS: _ours})
    ckan.forwarder.away = 0.0
    bench.say(f"## The same where each answer comes {AWAY * 1000:.0f} ms later, as from a portal elsewhere")
    _tables(bench, sides)
    for phase in (FIRST, SAME, SOME):
        bench.say(f"- {OURS}, {phase}: {_times(sides[UPLOADS], sides[OURS], phase):.2f} times as fast as {UPLOADS}")
    bench.say()


def _measured(
    bench: Benchmark, ckan: BenchStack, folder: Path, datasets: int, rounds: int, loads: Mapping[str, _Load]
) -> dict[str, Side]:
    """All sides' runs, in turns."""
    sides = {name: Side(name) for name in loads}
    for number in range(rounds):
        for name, load in loads.items():
            tell(f"{name}, round {number + 1} of {rounds}")
            load(bench, ckan, folder / f"{number}-{len(list(folder.iterdir()))}", datasets, sides[name])
    return sides


def _tables(bench: Benchmark, sides: Mapping[str, Side]) -> None:
    bench.say()
    for phase in PHASES:
        bench.say(f"### {phase[0].upper()}{phase[1:]}")
        bench.say()
        bench.say(HEAD)
        bench.say(LINE)
        for side in sides.values():
            if phase in side.runs:
                bench.say(row(side.name, side.runs[phase]))
        bench.say()


def goals(ours: Side, peer: Side) -> Iterator[Goal]:
    """What is to be reached, of the wall times of whole processes on both sides."""
    yield Goal(f"{ours.name}: nothing changed, requests", ours.requests(SAME), 6)
    yield Goal(f"{ours.name}: nothing changed, files sent", ours.files(SAME), 0)
    yield Goal(f"{ours.name}: nothing changed, times faster than ckanapi", _times(peer, ours, SAME), 20, at_least=True)
    yield Goal(f"{ours.name}: first load, requests", ours.requests(FIRST), 200)
    yield Goal(f"{ours.name}: first load, times faster than ckanapi", _times(peer, ours, FIRST), 1, at_least=True)
    fewer = peer.requests(SOME) / ours.requests(SOME)
    yield Goal(f"{ours.name}: 5 files changed, times fewer requests than ckanapi", fewer, 20, at_least=True)


def row(name: str, runs: Sequence[Measured]) -> str:
    """A row of a table: the most requests and bytes of its runs, the median of their times."""
    counts = [one.counts for one in runs]
    spent = [one.run.seconds for one in runs]
    worked = [one.run.processor for one in runs if one.run.processor is not None]
    held = [one.run.largest for one in runs if one.run.largest is not None]
    cells = (
        name,
        str(len(runs)),
        _range([one.rest for one in counts]),
        _range([one.bodies for one in counts]),
        _range([one.tables for one in counts]),
        _range([one.files for one in runs]),
        f"{max(one.sent for one in runs):,}",
        f"{statistics.median(spent):.2f} s ({min(spent):.2f}-{max(spent):.2f})",
        f"{statistics.median(worked):.2f} s" if worked and not name.startswith("ckanapi") else "-",
        f"{statistics.median(one.worked for one in runs):.2f} s",
        f"{max(held):.0f} MiB" if held else "-",
    )
    return f"| {' | '.join(cells)} |"


def _times(peer: Side, ours: Side, phase: str) -> float:
    return peer.seconds(phase) / ours.seconds(phase)


def _range(numbers: Sequence[int]) -> str:
    low, high = min(numbers), max(numbers)
    return f"{low:,}" if low == high else f"{low:,}-{high:,}"


def _as_published(bench: Benchmark, ckan: BenchStack, root: Path, datasets: int) -> list[dict[str, Any]]:
    """The datasets as our own publication leaves them on the portal."""
    tell("what is loaded")
    made_up.with_files(root, datasets, PROCESSES, tables=False)
    ckan.empty()
    bench.run(PUBLISH, root)
    found: list[dict[str, Any]] = ckan.stack.action("package_search", rows=1000, sort="name asc")["results"]
    return found


def _ckanapi(
    packages: list[dict[str, Any]], bench: Benchmark, ckan: BenchStack, root: Path, datasets: int, side: Side
) -> None:
    uploads = side.name != LINKS
    made_up.with_files(root, datasets, PROCESSES, tables=False)
    lines = root / "datasets.jsonl"
    ckan.empty()
    ckan.stack.action("organization_create", name=made_up.ORGANIZATION)
    ckan.stack.action("group_create", name=made_up.THEME)
    with _served(root) as base:
        if side.name == UPLOADS:
            lines.write_text(made_up.same_for_ckanapi(root, base, packages), "utf-8")
        else:
            lines.write_text(made_up.for_ckanapi(root, base, upload=uploads), "utf-8")
        access = ["-r", ckan.forwarder.url, "-a", ckan.stack.token]
        command = ["ckanapi", "load", "datasets", "-I", str(lines), "-p", str(PROCESSES), "-q", *access]
        command += ["--upload-resources"] if uploads else []
        measure = functools.partial(ckan.measure, bench, command, root)
        side.add(FIRST, measure())
        side.add(SAME, measure())
        made_up.other_rows(root, CHANGED)
        side.add(SOME, measure())
    _whole(ckan, datasets, side.name)


def _ours(bench: Benchmark, ckan: BenchStack, root: Path, datasets: int, side: Side) -> None:
    made_up.with_files(root, datasets, PROCESSES, tables=side.name == WITH_TABLES)
    ckan.empty()
    measure = functools.partial(ckan.measure, bench, PUBLISH, root)
    side.add(FIRST, measure())
    side.add(SAME, measure())
    side.add(SAME, measure())
    side.warm.extend(_in_one_process(bench, root))
    forget(root)
    side.add(COLD, measure())
    made_up.other_rows(root, CHANGED)
    side.add(SOME, measure())
    _whole(ckan, datasets, side.name)


def _in_one_process(bench: Benchmark, root: Path, times: int = 4) -> list[float]:
    """Seconds of publishing where nothing changed, without the first time."""
    told = root / "build" / "spent.json"
    told.parent.mkdir(exist_ok=True)
    bench.run([sys.executable, "-c", AGAIN, str(told), str(times), "--quiet", *PUBLISH[len(OPENDATA) :]], root)
    spent: list[float] = json.loads(told.read_text("utf-8"))
    return spent[1:]


def _whole(ckan: BenchStack, datasets: int, name: str) -> None:
    there = ckan.datasets()
    if there != datasets:
        raise SystemExit(f"{name}: {there} of {datasets} datasets stand on the portal")


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


@contextmanager
def _served(root: Path) -> Iterator[str]:
    """The files of a folder over HTTP, from where ckanapi fetches what it uploads."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(root)))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
