"""Where sources contradict each other about how far the data reach. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from publisher.freshness.model import Observation, Period, Timeline
from publisher.freshness.timeline import covered_period, is_unmeasured

_CHANGES = frozenset({"content", "git", "remote", "portal"})
_STATED = frozenset({"temporal", "attested"})


def disagreements(timeline: Timeline, by: date | None = None) -> tuple[tuple[Observation, Period], ...]:
    """The sources that speak against a timeline's evidence, with the last period that each of them shows.

    What says how far the data reach (column, file names, ``temporal.end``, a review that says so) disagrees
    where its last complete period is another one. A change disagrees where it came before the period that is
    believed was over. A later one is no contradiction to what the data show, as older values may have been
    corrected; but what a steward stated may be out of date then. A look at the data that says nothing else
    contradicts nobody. ``by`` is the day on which one looks.
    """
    if timeline.covered is None:
        return ()
    return tuple(_against(timeline, timeline.covered, by))


def _against(timeline: Timeline, believed: Period, by: date | None) -> Iterator[tuple[Observation, Period]]:
    stated = timeline.evidence is not None and timeline.evidence.kind in _STATED
    for seen in timeline.others:
        shown = None if is_unmeasured(seen) else covered_period(timeline.rhythm, seen, by)
        if shown is None:
            continue
        early, other = shown.end < believed.end, shown.end != believed.end
        if other if seen.through is not None else seen.kind in _CHANGES and (early or (stated and other)):
            yield seen, shown
