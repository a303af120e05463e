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
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY / "tests" / "support"))

from generate import generate  # noqa: E402

OPENDATA = [sys.executable, "-m", "publisher", "--quiet"]
METADATA = """
import sys
from datetime import date
from pathlib import Path
from publisher.catalogue.load import load
from publisher.validation.run import Options, validate
from publisher.workspace import Workspace
root = Path(sys.argv[1])
report = validate(load(root), today=date(2024, 6, 1), workspace=Workspace(root), options=Options(tables=False))
sys.exit(f"{len(report.problems)} problems, first: {report.problems[0]}" if report.failed else 0)
"""


@dataclass(frozen=True)
class Run:
    """One process: seconds of wall time, and mebibytes at its peak where the system tells."""

    seconds: float
    peak: float | None


def run(command: Sequence[str], cwd: Path, allowed: Sequence[int] = (0,)) -> Run:
    """Run a command to its end; another exit code than the allowed ones ends the benchmark."""
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        process = subprocess.Popen(list(command), cwd=cwd, stdout=output, stderr=subprocess.STDOUT)
        if hasattr(os, "wait4"):
            _, status, usage = os.wait4(process.pid, 0)
            code, scale = os.waitstatus_to_exitcode(status), 2**20 if sys.platform == "darwin" else 2**10
            process.returncode = code
            peak = usage.ru_maxrss / scale
        else:
            code, peak = process.wait(), None
        seconds = time.perf_counter() - start
        if code not in allowed:
            output.seek(0)
            sys.exit(f"{' '.join(command)}\nended with {code}:\n{output.read().decode('utf-8', 'replace')[-3000:]}")
    return Run(seconds, peak)


def report(name: str, runs: Sequence[Run]) -> None:
    """Print one line: median, fastest and slowest run, highest peak."""
    times = [one.seconds for one in runs]
    peaks = [one.peak for one in runs if one.peak is not None]
    memory = f"{max(peaks):6.0f} MiB" if peaks else "         -"
    spread = f"{min(times):.2f}-{max(times):.2f}"
    print(f"| {name:58} | {len(runs):4} | {statistics.median(times):8.2f} s | {spread:>13} | {memory} |", flush=True)


def measure(
    name: str, times: int, command: Sequence[str], cwd: Path, before: Callable[[], object] = lambda: None
) -> None:
    """Run a command several times, each after a preparation that is not counted."""
    runs = []
    for _ in range(times):
        before()
        runs.append(run(command, cwd))
    report(name, runs)


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


def this_repository(times: int, folder: Path) -> None:
    """The jobs on the repository's own catalogue, as committed."""
    root = folder / "repository"
    subprocess.run(["git", "clone", "--quiet", str(REPOSITORY), str(root)], check=True)
    publish = [*OPENDATA, "publish", "--portal", "site", "--yes"]
    measure("opendata --help", times * 3, [sys.executable, "-m", "publisher", "--help"], root)
    measure("validate, this repository, no cache", times, [*OPENDATA, "validate"], root, lambda: forget(root))
    measure("validate, this repository, warm cache", times, [*OPENDATA, "validate"], root)
    measure("publish to site, this repository, from nothing", times, publish, root, lambda: forget(root))
    measure("publish to site, this repository, nothing changed", times, publish, root)
    measure("publish to site, this repository, one dataset changed", times, publish, root, lambda: change_one(root))


def generated(datasets: int, folder: Path) -> None:
    """The jobs on a great synthetic catalogue."""
    root = folder / "generated"
    generate(root, datasets)
    measure(f"metadata of {datasets} datasets loaded and checked", 1, [sys.executable, "-c", METADATA, str(root)], root)
    publish = [*OPENDATA, "publish", "--portal", "site", "--yes"]
    measure(f"publish to site, {datasets} datasets, from nothing", 1, publish, root, lambda: forget(root))
    measure(f"publish to site, {datasets} datasets, nothing changed", 1, publish, root)
    measure(f"publish to site, {datasets} datasets, one changed", 1, publish, root, lambda: change_one(root))


def beside_frictionless(times: int, tables: int, folder: Path) -> None:
    """The same tables checked by us (descriptors, rules and personal data too) and by frictionless alone."""
    import json

    root = folder / "peer"
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
    measure(f"validate, {tables} datasets, no cache", times, [*OPENDATA, "validate"], root, lambda: forget(root))
    measure(f"frictionless validate, the same {tables} tables", times, peer, root)


def main() -> None:
    """Print the machine, the versions and the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer runs and 500 instead of 10,000 datasets")
    quick = parser.parse_args().quick
    times, datasets, tables = (1, 500, 100) if quick else (3, 10_000, 1_000)
    machine = f"{os.cpu_count()} processors ({platform.processor() or platform.machine()})"
    print(f"{datetime.now(UTC):%Y-%m-%d}, {platform.platform()}, {machine}")
    names = ("opendata-publisher", "frictionless", "jinja2", "pyyaml", "babel")
    print(f"Python {platform.python_version()}, " + ", ".join(f"{name} {version(name)}" for name in names))
    print()
    print(f"| {'job':58} | runs | median     | from-to (s)   | most memory |")
    print(f"|{'-' * 60}|-----:|-----------:|--------------:|-----------:|")
    with tempfile.TemporaryDirectory() as folder:
        this_repository(times, Path(folder))
        generated(datasets, Path(folder))
        beside_frictionless(times, tables, Path(folder))


if __name__ == "__main__":
    main()
