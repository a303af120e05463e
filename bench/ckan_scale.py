"""What a great catalogue and this repository's own cost on a CKAN."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path

import ckan_made_up as made_up
from ckan_count import Goal
from ckan_peer import HEAD, LINE, PUBLISH, row
from ckan_stack import BenchStack, Measured, tell
from measure import OPENDATA, Benchmark, forget

PARALLEL = 4
PLAN = [*OPENDATA, "plan", "--portal", made_up.PORTAL]
PLANNED = (0, 2)
"""How a plan ends: nothing to do, something to do."""


def great(bench: Benchmark, ckan: BenchStack, root: Path, datasets: int, times: int) -> None:
    """A catalogue of so many datasets with a link each: loaded, planned, changed a little."""
    tell(f"a catalogue of {datasets} datasets")
    made_up.with_links(root, datasets, PARALLEL)
    ckan.empty()
    bench.say(f"## {datasets:,} datasets with a link each")
    bench.say()
    bench.say(HEAD)
    bench.say(LINE)
    measure = functools.partial(ckan.measure, bench, cwd=root)

    def print_of(name: str, command: list[str], times: int = 1) -> list[Measured]:
        tell(f"  {name}")
        bench.fine = PLANNED if command is PLAN else (0,)
        runs = [measure(command) for _ in range(times)]
        bench.say(row(name, runs))
        return runs

    all_runs = print_of("publish, first load", PUBLISH)
    same = print_of("plan, nothing to do", PLAN, times)
    forget(root)
    all_runs += print_of("plan, nothing to do, no cache", PLAN)
    all_runs += [*same, *print_of("publish, nothing changed", PUBLISH)]
    for count in (1, 100):
        made_up.other_texts(root, count, f"changed {count}")
        what = "1 dataset changed" if count == 1 else f"{count} datasets changed"
        all_runs += print_of(f"plan, {what}", PLAN)
        all_runs += print_of(f"publish, {what}", PUBLISH)
    bench.say()
    bench.say("| | goal | reached | met |")
    bench.say("|---|---|---:|---|")
    for goal in goals(same, all_runs):
        bench.say(goal.line())
    bench.say()


def goals(same: list[Measured], all_runs: list[Measured]) -> Iterator[Goal]:
    """What is to be reached: by the worst of the plans with nothing to do, and by the largest process of all runs."""
    yield Goal("plan, nothing to do: requests", max(one.counts.all for one in same), 15)
    yield Goal("plan, nothing to do: seconds", max(one.run.seconds for one in same), 30)
    held = [one.run.largest for one in all_runs if one.run.largest is not None]
    if held:
        yield Goal("memory of the largest process of any run above, MiB", max(held), 500)


def this_repository(bench: Benchmark, ckan: BenchStack, clone: Path, rounds: int) -> None:
    """This repository's own catalogue to its portal ``local``, as committed."""
    publish = [*OPENDATA, "publish", "--portal", "local", "--yes"]
    first, same = [], []
    for number in range(rounds):
        tell(f"this repository, round {number + 1} of {rounds}")
        ckan.empty()
        forget(clone)
        first.append(ckan.measure(bench, publish, clone))
        same.append(ckan.measure(bench, publish, clone))
        same.append(ckan.measure(bench, publish, clone))
    bench.say(f"## This repository's own catalogue: {ckan.datasets()} datasets, DataStore loaded")
    bench.say()
    bench.say(HEAD)
    bench.say(LINE)
    bench.say(row("opendata publish --portal local, first load", first))
    bench.say(row("opendata publish --portal local, nothing changed", same))
    bench.say()
    bench.say(f"- first load: {first[-1].counts}")
    bench.say(f"- nothing changed: {same[-1].counts}")
    bench.say()
