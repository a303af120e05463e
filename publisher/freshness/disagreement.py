"""Where sources contradict each other about how far the data reach. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from publisher.freshness.model import Observation, Period, Timeline
from publisher.freshness.timeline import covered_period, is_unmeasured


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Another source than the evidence, and what it says instead.

    ``says`` is the last period that it shows (``2025-Q4``); or, with ``before``, the data last changed on a day
    on which the period that the evidence claims had not ended.
    """

    source: Observation
    says: str | None = None
    before: date | None = None


def disagreements(timeline: Timeline, by: date | None = None) -> tuple[Disagreement, ...]:
    """What the other sources of a timeline say against its evidence, on a day.

    Sources of coverage (column, file names, a review or ``temporal.end`` that says through when) disagree where
    the last complete period is another one. A change of content disagrees where it came too early for the
    period that is claimed. A later change is no contradiction: older values may have been corrected.
    """
    evidence, covered = timeline.evidence, timeline.covered
    if evidence is None or covered is None or is_unmeasured(evidence):
        return ()
    return tuple(_against(timeline.rhythm, evidence, covered, timeline.others, by))


def _against(
    frequency: str, evidence: Observation, covered: Period, others: Iterable[Observation], by: date | None
) -> Iterable[Disagreement]:
    reaches = evidence.through is not None
    for other in others:
        if other.through is not None and reaches:
            found = covered_period(frequency, other, by)
            if found is not None and found != covered:
                yield Disagreement(other, says=found.name)
        elif other.kind in {"content", "git"} and reaches and other.on is not None and other.on <= covered.end:
            yield Disagreement(other, before=other.on)
