"""Work on many datasets spread over processes, where the system can fork safely; elsewhere one after another.

A forked child has all that its parent has, so nothing large is sent to it. What it adds to the stage
it tells its parent.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from publisher.parallel import in_processes
from publisher.portals.site.files import Stage
from publisher.portals.site.state import Made

FROM = 400
"""With fewer datasets to work on, starting processes costs more than it saves."""
_CHUNK = 50
_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
_Delta = tuple[list[Any], dict[str, Made], list[str]]

_work: list[tuple[Stage, Callable[[Any], Any]]] = []


def spread(
    stage: Stage, function: Callable[[_Item], _Result], items: Sequence[_Item]
) -> Iterator[tuple[_Item, _Result]]:
    """Each item with the function's result, in order. The function may add files to the stage, and nothing else."""
    workers = os.cpu_count() or 1
    if len(items) < FROM or workers < 2 or not _can_fork():
        yield from ((item, function(item)) for item in items)
        return
    chunks = [items[start : start + _CHUNK] for start in range(0, len(items), _CHUNK)]
    _work.append((stage, function))
    gc.freeze()  # a collection in a child would copy every page of memory that it shares with its parent
    try:
        context = multiprocessing.get_context("fork")
        done = in_processes(_run, chunks, min(workers, 8), context, broken=stage.clear_partial)
        for chunk, (results, made, written) in zip(chunks, done, strict=True):
            stage.made |= made
            stage.written += written
            yield from zip(chunk, results, strict=True)
    finally:
        gc.unfreeze()
        _work.pop()


def _can_fork() -> bool:
    """Not on macOS, whose system libraries may crash in a forked child.

    Source: https://docs.python.org/3/library/multiprocessing.html#contexts-and-start-methods
    """
    return sys.platform != "darwin" and "fork" in multiprocessing.get_all_start_methods()


def _run(chunk: Sequence[Any]) -> _Delta:
    stage, function = _work[-1]
    made, written = len(stage.made), len(stage.written)
    results = [function(item) for item in chunk]
    paths = list(stage.made)[made:]
    new = stage.written[written:]
    # Whoever reads the result adds it, also where this runs in the same process.
    del stage.written[written:]
    return results, {path: stage.made[path] for path in paths}, new
