"""What changed between two versions of a table, in numbers and names."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from publisher.tables.model import Row, TableChange

Version = tuple[Sequence[str], Iterable[Row]]

# A type on the left may become one on the right without breaking those who read the column as the left one.
_WIDENS = {
    ("integer", "number"),
    ("year", "integer"),
    ("year", "number"),
    *((kind, "any") for kind in ("string", "integer", "number", "boolean", "date", "datetime", "year")),
}


def compare(
    resource: str,
    before: Version,
    after: Version,
    *,
    keys_before: Sequence[str] = (),
    keys_after: Sequence[str] = (),
    types_before: Mapping[str, str] | None = None,
    types_after: Mapping[str, str] | None = None,
) -> TableChange:
    """Compare two tables given as columns and rows, each read once.

    Rows are told apart by the key after, where both tables have its columns and it repeats in
    neither; else by their whole content. Only columns of both tables count as content, so that a new
    column does not change every row. Types are the schemas'; without them nothing is said of types.
    """
    old_columns, new_columns = tuple(before[0]), tuple(after[0])
    shared = [name for name in new_columns if name in old_columns]
    key = list(keys_after) if keys_after and set(keys_after) <= set(shared) else []
    old, new = _Side(old_columns, before[1], shared, key), _Side(new_columns, after[1], shared, key)
    added, removed, changed = _by_key(old, new) if key and old.distinct and new.distinct else _by_content(old, new)
    types = _types_changed(shared, types_before or {}, types_after or {})
    narrowed = any(pair not in _WIDENS for pair in types.values())
    gone = tuple(name for name in old_columns if name not in new_columns)
    key_changed = tuple(keys_before) != tuple(keys_after)
    return TableChange(
        resource,
        added,
        removed,
        changed,
        old.rows,
        new.rows,
        tuple(name for name in new_columns if name not in old_columns),
        gone,
        tuple(types),
        key_changed,
        tuple(name for name in shared if new.rows and name in old.filled and name not in new.filled),
        bool(gone) or narrowed or key_changed,
    )


class _Side:
    """One version: how often each content occurs, the content under each key, and which columns hold values."""

    def __init__(self, columns: Sequence[str], rows: Iterable[Row], shared: Sequence[str], key: Sequence[str]) -> None:
        self.rows = 0
        self.distinct = True
        self.filled: set[str] = set()
        self.contents: Counter[bytes] = Counter()
        self.by_key: dict[bytes, bytes] = {}
        indexes = [columns.index(name) for name in shared]
        key_indexes = [columns.index(name) for name in key]
        unfilled = dict(enumerate(columns))
        for row in rows:
            self.rows += 1
            content = _hash(row, indexes)
            if key:
                self.distinct &= self.by_key.setdefault(_hash(row, key_indexes), content) is content
            self.contents[content] += 1
            for index in [index for index in unfilled if row[index] is not None]:
                self.filled.add(unfilled.pop(index))


def _hash(row: Row, indexes: Sequence[int]) -> bytes:
    text = "\x1f".join("\x00" if row[index] is None else str(row[index]) for index in indexes)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _by_key(old: _Side, new: _Side) -> tuple[int, int, int]:
    both = old.by_key.keys() & new.by_key.keys()
    changed = sum(old.by_key[key] != new.by_key[key] for key in both)
    return len(new.by_key) - len(both), len(old.by_key) - len(both), changed


def _by_content(old: _Side, new: _Side) -> tuple[int, int, int]:
    return (new.contents - old.contents).total(), (old.contents - new.contents).total(), 0


def _types_changed(
    shared: Sequence[str], before: Mapping[str, str], after: Mapping[str, str]
) -> dict[str, tuple[str, str]]:
    return {
        name: (before[name], after[name])
        for name in shared
        if name in before and name in after and before[name] != after[name]
    }
