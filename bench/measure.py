"""What the product's main jobs cost: medians of wall time, and the most memory that a run held.

Works on copies in a temporary folder: this repository as committed, and synthetic catalogues (made-up data).
Every run is a process of its own, as a user would start it.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "support"))

from generate import generate

REPOSITORY = Path(__file__).resolve().parent.parent
PARTS = ("repository", "generated", "peer")
OPENDATA = [sys.executable, "-m", "publisher", "--quiet"]

PAGE = """\
# What the main jobs cost

Printed by `script/bench --write` on the machine named below. Every run is a process of its own. Other work on the
machine makes the times longer; "processor" is the time of all processors together, and suffers less. "From nothing"
and "no cache" begin without `.opendata` and without a portal; the files themselves may be in the system's cache.
Memory is the peak: of the largest process, and of all processes together, with what they share counted once. The
catalogues of many datasets are synthetic: made-up data, one CSV table of 20 rows and a schema each.

"""


@dataclass(frozen=True)
class Run:
    """One process with its children: seconds, and where the system tells, processor seconds and mebibytes at the peak.

    ``largest`` is the largest process; ``together`` is the sum of all, memory that they share counted once
    (Linux's proportional set size, looked at four times a second).
    """

    seconds: float
    processor: float | None
    largest: float | None
    together: float | None


class Memory(threading.Thread):
    """Watches what a process and its children hold together, on Linux."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid = pid
        self.peak = 0
        self.ended = threading.Event()

    def run(self) -> None:
        """Look until the process has ended."""
        while not self.ended.wait(0.25):
            self.peak = max(self.peak, _held(self.pid))


def _held(pid: int) -> int:
    """Kibibytes of a process and all below it; what has just ended counts nothing."""
    try:
        told = Path(f"/proc/{pid}/smaps_rollup").read_text()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return 0
    own = next((int(line.split()[1]) for line in told.splitlines() if line.startswith("Pss:")), 0)
    return own + sum(_held(int(child)) for child in children)


class Benchmark:
    """Runs jobs with the code of one checkout; ``lines`` is what was printed, ``notes`` what is said at the end.

    An exit code that is not ``fine`` ends the benchmark.
    """

    def __init__(self, code: Path, fine: Collection[int] = (0,)) -> None:
        self.fine = fine
        self.environment = {**os.environ, "PYTHONPATH": str(code)}
        self.lines: list[str] = []
        self.notes: list[str] = []

    def say(self, line: str = "") -> None:
        """Print a line."""
        print(line, flush=True)
        self.lines.append(line)

    def run(self, command: Sequence[str], cwd: Path) -> Run:
        """Run a command to its end."""
        with tempfile.TemporaryFile() as output:
            start = time.perf_counter()
            process = subprocess.Popen(
                list(command), cwd=cwd, env=self.environment, stdout=output, stderr=subprocess.STDOUT
            )
            memory = Memory(process.pid)
            memory.start()
            largest = processor = None
            if hasattr(os, "wait4"):
                _, status, usage = os.wait4(process.pid, 0)
                process.returncode = os.waitstatus_to_exitcode(status)
                processor = usage.ru_utime + usage.ru_stime
                largest = usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
            else:
                process.wait()
            seconds = time.perf_counter() - start
            memory.ended.set()
            memory.join()
            if process.returncode not in self.fine:
                output.seek(0)
                said = output.read().decode("utf-8", "replace")[-3000:]
                sys.exit(f"{' '.join(command)}\nended with {process.returncode}:\n{said}")
        return Run(seconds, processor, largest, memory.peak / 1024 or None)

    def measure(
        self, name: str, times: int, command: Sequence[str], cwd: Path, before: Callable[[], object] = lambda: None
    ) -> None:
        """Run a command several times, each after a preparation that is not counted; print a line."""
        runs = []
        for _ in range(times):
            before()
            runs.append(self.run(command, cwd))
        spent = [one.seconds for one in runs]
        spread = f"{min(spent):.2f}-{max(spent):.2f}"
        worked = [one.processor for one in runs if one.processor is not None]
        processor = f"{statistics.median(worked):7.2f} s" if worked else f"{'-':>9}"
        largest, together = _most([one.largest for one in runs]), _most([one.together for one in runs])
        median = f"{statistics.median(spent):8.2f} s"
        self.say(f"| {name:58} | {times:4} | {median} | {spread:>13} | {processor} | {largest} | {together} |")


def _most(peaks: Sequence[float | None]) -> str:
    known = [peak for peak in peaks if peak is not None]
    return f"{max(known):11.0f} MiB" if known else f"{'-':>15}"


def forget(root: Path) -> None:
    """Take away caches and what was published: the next run starts from nothing."""
    shutil.rmtree(root / ".opendata", ignore_errors=True)
    shutil.rmtree(root / "build", ignore_errors=True)


def change_one(root: Path) -> None:
    """Give one published dataset another correction note."""
    before = "\ncorrections: [{on: 2024-01-01, note: Benchmark"
    for descriptor in sorted(root.glob("datasets/**/dataset.yaml")):
        text, _, _ = descriptor.read_text("utf-8").partition(before)
        if "status: published" in text and "\ncorrections:" not in text:
            descriptor.write_text(f"{text}{before} {time.perf_counter_ns()}.}}]\n", "utf-8")
            return
    sys.exit("no published dataset to change")


def times_of(root: Path) -> dict[Path, int]:
    """When each file below a folder was last written, but git's own and the locks."""
    return {
        path: path.stat().st_mtime_ns
        for path in root.rglob("*")
        if path.is_file() and ".git" not in path.parts and path.suffix != ".lock"
    }


def this_repository(bench: Benchmark, times: int, root: Path) -> None:
    """The jobs on the repository's own catalogue, as committed."""
    publish = [*OPENDATA, "publish", "--portal", "site", "--yes"]
    bench.measure("opendata --help", times * 3, [sys.executable, "-m", "publisher", "--help"], root)
    bench.measure("validate, this repository, no cache", times, [*OPENDATA, "validate"], root, lambda: forget(root))
    bench.measure("validate, this repository, warm cache", times, [*OPENDATA, "validate"], root)
    bench.measure("publish to site, this repository, from nothing", times, publish, root, lambda: forget(root))
    before = times_of(root)
    bench.measure("publish to site, this repository, nothing changed", times, publish, root)
    after = times_of(root)
    written = [path for path in before.keys() | after.keys() if before.get(path) != after.get(path)]
    bench.measure(
        "publish to site, this repository, one dataset changed", times, publish, root, lambda: change_one(root)
    )
    bench.notes.append(f"Files that a publish wrote where nothing had changed: {len(written)} of {len(after)}.")


def generated(bench: Benchmark, datasets: int, root: Path) -> None:
    """The jobs on a great synthetic catalogue."""
    generate(root, datasets)
    metadata = [*OPENDATA, "validate", "--no-tables"]
    bench.measure(f"validate --no-tables, {datasets} datasets", 3, metadata, root)
    publish = [*OPENDATA, "publish", "--portal", "site", "--yes"]
    bench.measure(f"publish to site, {datasets} datasets, from nothing", 1, publish, root, lambda: forget(root))
    bench.measure(f"publish to site, {datasets} datasets, nothing changed", 1, publish, root)
    bench.measure(f"publish to site, {datasets} datasets, one changed", 1, publish, root, lambda: change_one(root))


def beside_frictionless(bench: Benchmark, times: int, tables: int, root: Path) -> None:
    """The same tables checked by us (descriptors, rules and personal data too) and by frictionless alone."""
    import json

    generate(root, tables)
    fields = [
        {"name": "ma", "type": "string", "constraints": {"required": True}},
        {"name": "ten", "type": "string"},
        {"name": "so_luong", "type": "integer", "constraints": {"minimum": 0}},
        {"name": "ngay", "type": "date"},
    ]
    resources = [
        {
            "name": path.parent.name,
            "type": "table",
            "path": path.relative_to(root).as_posix(),
            "schema": {"fields": fields, "primaryKey": ["ma"]},
        }
        for path in sorted(root.glob("datasets/**/bang.csv"))
    ]
    (root / "datapackage.json").write_text(json.dumps({"name": "made-up", "resources": resources}), "utf-8")
    peer = [sys.executable, "-m", "frictionless", "validate", "datapackage.json", "--json"]
    bench.measure(f"validate, {tables} datasets, no cache", times, [*OPENDATA, "validate"], root, lambda: forget(root))
    bench.measure(f"frictionless validate, the same {tables} tables", times, peer, root)


def main() -> None:
    """Print the machine, the versions and the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer runs and 500 instead of 10,000 datasets")
    parser.add_argument("--write", action="store_true", help="write what is printed into docs/benchmarks.md too")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all if none is named")
    asked = parser.parse_args()
    parts = asked.parts or PARTS
    times, datasets, tables = (1, 500, 100) if asked.quick else (3, 10_000, 1_000)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clone = folder / "repository"
        subprocess.run(["git", "clone", "--quiet", str(REPOSITORY), str(clone)], check=True)
        bench = Benchmark(clone)
        head(bench, clone)
        if "repository" in parts:
            this_repository(bench, times, clone)
        if "generated" in parts:
            generated(bench, datasets, folder / "generated")
        if "peer" in parts:
            beside_frictionless(bench, times, tables, folder / "peer")
        bench.say()
        for note in bench.notes:
            bench.say(note)
    if asked.write:
        (REPOSITORY / "docs" / "benchmarks.md").write_text(PAGE + "\n".join(bench.lines) + "\n", "utf-8")


def head(bench: Benchmark, clone: Path) -> None:
    """Print what was measured, where and when, and the head of the table."""
    about(bench, clone, ("frictionless", "jinja2", "pyyaml", "babel", "xlsxwriter"))
    bench.say(f"| {'job':58} | runs | median     | from-to (s)   | processor | largest process | all together    |")
    bench.say(f"|{'-' * 60}|-----:|-----------:|--------------:|----------:|----------------:|----------------:|")


def about(bench: Benchmark, clone: Path, names: Sequence[str]) -> None:
    """Print what was measured, where and when; ``names`` are packages whose versions matter."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short=12", "HEAD"], cwd=clone, check=True, capture_output=True, text=True
    ).stdout.strip()
    machine = f"{os.cpu_count()} processors ({platform.processor() or platform.machine()})"
    bench.say(f"{datetime.now(UTC):%Y-%m-%d}, commit {commit}, {platform.platform()}, {machine}")
    git = subprocess.run(["git", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    bench.say(f"Python {platform.python_version()}, {git}, " + ", ".join(f"{name} {version(name)}" for name in names))
    if hasattr(os, "getloadavg"):
        bench.say(
            f"Other work on the machine when it began: load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"
        )
    bench.say()


if __name__ == "__main__":
    main()
