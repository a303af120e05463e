"""Caches by blob that do not grow for ever."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import islice
from typing import TypeVar

Answer = TypeVar("Answer")
SPARE = 50_000
"""Answers about blobs that were not asked for this time and are kept all the same: other branches, other datasets,
``--now`` in the past. About five megabytes."""


def pruned(
    kept: Mapping[str, Mapping[str, Answer]], used: Mapping[str, Collection[str]], spare: int = SPARE
) -> dict[str, dict[str, Answer]]:
    """The answers that are used, and as many of the others as may be spared: the first that came are dropped.

    Both are by the way of reading, then by blob.
    """
    others = [(how, blob) for how, found in kept.items() for blob in found if blob not in used.get(how, ())]
    dropped = set(islice(others, max(0, len(others) - spare)))
    left = {
        how: {blob: answer for blob, answer in found.items() if (how, blob) not in dropped}
        for how, found in kept.items()
    }
    return {how: found for how, found in left.items() if found}
