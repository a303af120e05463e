"""All datasets of a portal by its search, or nothing: what came is held against what the portal counts.

Pages follow each other by id (``id:{"LAST" TO *]``), so that nothing slides from one to another as it does with
offsets. A page is whole in itself; what could go wrong is an index that loses documents meanwhile, a server that
leaves some out, and one that answers anything. Deleted datasets are never in the index.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from publisher.errors import Exit, OpendataError
from publisher.portals.ckan.model import Package
from publisher.portals.ckan.wire.asking import Calls, all_objects, ask, broken, text
from publisher.portals.ckan.wire.transport import typed

ROWS = 1000
"""The most that CKAN gives at once (``ckan.search.rows_max``); it cuts more without a word."""
SEARCH = "package_search"
_Turned = TypeVar("_Turned")


class _Moved(Exception):
    """What came is not what was counted."""

    def __init__(self, came: int, counted: int) -> None:
        super().__init__(came, counted)
        self.came = came
        self.counted = counted


def read_all(
    calls: Calls, turn: Callable[[Package], _Turned], scope: Sequence[str] = (), rows: int = ROWS
) -> list[_Turned]:
    """Every dataset that we may see, private ones and drafts too, by id; each is turned into something small at once.

    Where the count moved while pages were read, all is read once more. Then new datasets may come in (they come in on
    busy portals all the time, and each page is whole in itself), but none may vanish.

    Raises:
        OpendataError: ``portal-incomplete``, ``portal-answer-broken``, and as :func:`ask`.
    """
    try:
        return _read(calls, turn, scope, rows, growing=False)
    except _Moved:
        pass
    try:
        return _read(calls, turn, scope, rows, growing=True)
    except _Moved as moved:
        raise OpendataError("portal-incomplete", Exit.UNREACHABLE, seen=moved.came, count=moved.counted) from None


def _read(
    calls: Calls, turn: Callable[[Package], _Turned], scope: Sequence[str], rows: int, growing: bool
) -> list[_Turned]:
    found: list[_Turned] = []
    last: str | None = None
    left: int | None = None
    size = 0
    while left != 0:
        count, packages = _page(calls, scope, last, rows)
        if left is not None and (count < left or (count > left and not growing)):
            raise _Moved(len(found), len(found) + left)
        # A server may give fewer at once than asked for, but then always as many.
        size = size or len(packages)
        if len(packages) != min(count, size) or (count and not packages):
            raise _Moved(len(found) + len(packages), len(found) + count)
        for package in packages:
            identity = text(package, "id", SEARCH)
            if last is not None and identity <= last:
                raise _Moved(len(found), len(found) + count)
            last = identity
            found.append(turn(package))
        left = count - len(packages)
    return found


def _page(calls: Calls, scope: Sequence[str], last: str | None, rows: int) -> tuple[int, list[dict[str, Any]]]:
    conditions = [f"+organization:({' OR '.join(map(_quoted, scope))})"] if scope else []
    if last is not None:
        conditions.append(f"+id:{{{_quoted(last)} TO *]")
    query = {
        "fq": " ".join(conditions),
        "sort": "id asc",
        "rows": rows,
        "include_private": True,
        "include_drafts": True,
        "facet": "false",
    }
    answer = ask(calls, SEARCH, query, dict)
    count = typed(answer.get("count"), int, SEARCH)
    if count < 0 or isinstance(count, bool):
        raise broken(SEARCH)
    return count, all_objects(answer.get("results"), SEARCH)


def _quoted(word: str) -> str:
    """A word of Solr's query language that means itself."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
