"""A CKAN of the benchmark's own, which may be emptied, and runs on it that are counted and timed."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ckan_count import Counts, Forwarder, counted, files_of, files_sent, forwarding
from measure import REPOSITORY, Benchmark, Run

sys.path.insert(0, str(REPOSITORY / "script" / "ckan-stack"))
sys.path.insert(0, str(REPOSITORY / "tests"))

from settings import home
from support.ckan import NEWEST, ActionError, Stack, fresh, script, stack_of

PORT = 5150
_STARTED = time.monotonic()
_WARMING = 4


@dataclass(frozen=True)
class Measured:
    """What a run took: time and memory, requests, files that CKAN took in, bytes sent to it, its processor seconds."""

    run: Run
    counts: Counts
    files: int
    sent: int
    worked: float


def tell(line: str) -> None:
    """What is being done, on standard error."""
    print(f"[{time.monotonic() - _STARTED:4.0f} s] {line}", file=sys.stderr, flush=True)


class BenchStack:
    """The CKAN of the benchmark: ``stack`` itself, and ``forwarder``, through which runs reach it."""

    def __init__(self, environment: dict[str, str], stack: Stack, forwarder: Forwarder) -> None:
        self._environment = environment
        self.stack = stack
        self.forwarder = forwarder

    def empty(self) -> None:
        """An empty CKAN that has worked already: what it does at its first requests is nobody's to pay."""
        tell("  emptying CKAN")
        _must("reset", environment=self._environment)
        name = fresh("warm")
        self.stack.action("organization_create", name=name)
        with ThreadPoolExecutor(_WARMING) as pool:
            made = list(pool.map(lambda number: self._write_once(f"{name}-{number}", name), range(_WARMING * 2)))
        for identity in made:  # one by one: CKAN answers 500 to some of several at once
            self.stack.action("dataset_purge", id=identity)
        self.stack.action("organization_purge", id=name)

    def _write_once(self, name: str, organization: str) -> str:
        made = self.stack.action("package_create", name=name, owner_org=organization, resources=[{"url": "/a"}])
        self.stack.action("package_patch", id=made["id"], title="warm")
        self.stack.action("package_search", rows=1)
        return str(made["id"])

    def measure(self, bench: Benchmark, command: Sequence[str], cwd: Path) -> Measured:
        """Run a command to its end, which nobody else may use this CKAN meanwhile."""
        before = self._files()
        mark, sent, worked = self.stack.mark(), self.forwarder.sent, self._worked()
        run = bench.run(command, cwd)
        sent, worked = self.forwarder.sent - sent, self._worked() - worked
        counts = counted(request.action for request in self.stack.requests_since(mark))
        return Measured(run, counts, files_sent(before, self._files()), sent, worked)

    def datasets(self) -> int:
        """How many public datasets stand there."""
        return int(self.stack.action("package_search", rows=0)["count"])

    def _worked(self) -> float:
        """Processor seconds that CKAN and its stores have taken so far."""
        return processor_seconds(self._environment["CKAN_STACK_DIR"])

    def _files(self) -> dict[str, Any]:
        """The files that CKAN holds; of a thousand datasets at most, which is enough where files are measured."""
        return files_of(self.stack.action("package_search", rows=1000, sort="id asc")["results"])


@contextmanager
def own_stack(bench: Benchmark) -> Iterator[BenchStack]:
    """The benchmark's CKAN, in a folder and on ports of its own; it ends with the context if it was down before.

    Runs of ``bench`` find it by CKAN_URL and CKAN_TOKEN.
    """
    folder = home()
    environment = {"CKAN_STACK_DIR": str(folder.with_name(f"{folder.name}-bench")), "CKAN_STACK_PORT": str(PORT)}
    was_up = script("status", "--version", NEWEST, env=environment).returncode == 0
    tell(f"CKAN {NEWEST} in {environment['CKAN_STACK_DIR']}, which takes a minute or two the first time")
    _must("up", environment=environment)
    try:
        stack = stack_of(NEWEST, environment)
        with forwarding(int(stack.url.rpartition(":")[2])) as forwarder:
            bench.environment |= {
                "CKAN_URL": forwarder.url,
                "CKAN_TOKEN": stack.token,
                "NO_PROXY": "127.0.0.1",
                "PYTHONDONTWRITEBYTECODE": "",  # as installed packages, ours is compiled once
                # ckanapi starts its workers by its own name
                "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
            }
            yield BenchStack(environment, stack, forwarder)
    finally:
        if not was_up:
            tell("ending CKAN")
            script("down", "--version", NEWEST, env=environment)


def processor_seconds(word: str) -> float:
    """Processor seconds of the processes in whose command line a word stands, and of all below them."""
    parents: dict[int, int] = {}
    ticks: dict[int, int] = {}
    found: set[int] = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            numbers = (folder / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
            command = (folder / "cmdline").read_bytes()
        except OSError:  # it has ended meanwhile
            continue
        pid = int(folder.name)
        parents[pid], ticks[pid] = int(numbers[1]), sum(map(int, numbers[11:15]))
        if word.encode() in command:
            found.add(pid)
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return sum(ticks[pid] for pid in found) / os.sysconf("SC_CLK_TCK")


def version_of(stack: Stack) -> str:
    """CKAN's own."""
    return str(stack.action("status_show")["ckan_version"])


def _must(command: str, *, environment: dict[str, str]) -> None:
    done = script(command, "--version", NEWEST, env=environment)
    if done.returncode != 0:
        sys.exit(f"script/ckan {command} failed:\n{done.stderr.strip()}")


__all__ = ["ActionError", "BenchStack", "Measured", "own_stack", "tell", "version_of"]
