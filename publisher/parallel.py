"""Work spread over processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from multiprocessing.context import BaseContext

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def in_processes(
    function: Callable[[_Item], _Result],
    items: Sequence[_Item],
    workers: int,
    context: BaseContext | None = None,
    *,
    broken: Callable[[], None] = lambda: None,
) -> Iterator[_Result]:
    """The function's result for each item, in order; what it raises is raised here.

    If a worker is killed, as the system does where memory is short, ``broken`` is called and the items without
    a result are worked on in this process, one after another.
    """
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    done = 0
    try:
        with ProcessPoolExecutor(workers, context) as pool:
            for result in pool.map(function, items):
                done += 1
                yield result
    except BrokenProcessPool:
        broken()
        yield from map(function, items[done:])
