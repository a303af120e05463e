"""Whether the catalogue's list is due for review, by the dated profiles of ``catalog/legal.yaml``.

No term of law stands in code: a profile says ``review_every`` and ``update_within``, and from when until when.
After its last day nothing of it is shown as law in force. The dates come from the same timeline as
those of a dataset.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from publisher.catalogue.model import Catalogue, FreshnessTerms, LegalProfile, Review
from publisher.freshness.assess import LATE, state_on
from publisher.freshness.calendar import Calendar, calendar_of
from publisher.freshness.durations import parse_duration
from publisher.freshness.model import Observation, State, Timeline
from publisher.freshness.timeline import timeline
from publisher.zones import zone_of

NO_TERM = "as-needed"


@dataclass(frozen=True, slots=True)
class ListReview:
    """The state of the catalogue's list on a day.

    ``profile`` is the act whose term holds; None where no profile in force sets one, and then nothing is
    due. ``last`` is the last review. ``update_by`` is the last day for adding what it found missing,
    where the profile says so.
    """

    state: State
    timeline: Timeline
    profile: LegalProfile | None = None
    last: Review | None = None
    update_by: date | None = None
    days_late: int = 0


def list_review(catalogue: Catalogue, reviews: Sequence[Review], now: datetime) -> ListReview:
    """Whether the list is due for review at ``now``, on the day that it then is in the catalogue's time zone.

    ``reviews`` are those of the list (``catalogue.reviews``); later ones than that day do not count. Before the
    first review the term runs from the day on which the profile came into force, or the list's first
    dataset was issued if that was later. A term that would end after the profile does is none.

    Raises:
        OpendataError: ``time-zone-unknown``.
    """
    today = now.astimezone(zone_of(catalogue.settings.time_zone)).date()
    known = sorted((one for one in reviews if one.on <= today), key=lambda one: one.on, reverse=True)
    last = known[0] if known else None
    seen = [Observation("attested", one.source.document.file, on=one.on) for one in known]
    profile = profile_on(catalogue, today)
    if profile is None:
        still = timeline(FreshnessTerms(NO_TERM), seen, by=today)
        return ListReview(state_on(still, today), still, last=last)
    calendar = calendar_of(catalogue)
    terms = FreshnessTerms(f"R/{profile.review_every}", mode="rolling", grace="P0D")
    start = Observation("law", profile.key, on=_runs_from(catalogue, profile))
    found = _within(profile, timeline(terms, [*seen, start], by=today, calendar=calendar))
    state = state_on(found, today)
    late = (today - found.due_at).days if state in LATE and found.due_at else 0
    return ListReview(state, found, profile, last, _update_by(profile, last, calendar), late)


def profile_on(catalogue: Catalogue, day: date) -> LegalProfile | None:
    """The profile in force on a day that asks for reviews of the list; the one that asks most often of several."""
    asking = [one for one in catalogue.legal.values() if one.review_every is not None and day in one.validity]
    return min(asking, key=lambda one: (parse_duration(one.review_every or "").after(day), one.key), default=None)


def _runs_from(catalogue: Catalogue, profile: LegalProfile) -> date:
    issued = [one.issued for one in catalogue.sound.values() if one.issued is not None]
    return max(profile.validity.start or date.min, min(issued, default=date.min))


def _within(profile: LegalProfile, found: Timeline) -> Timeline:
    """The timeline as far as the profile reaches: a term that ends after it does no longer binds."""
    end = profile.validity.end
    if end is None or found.due_at is None or found.due_at <= end:
        ended = None if end is None or end == date.max else end + timedelta(1)
        return replace(found, fixed=State.ENDED, fixed_from=ended) if ended else found
    return replace(found, opens_at=None, due_at=None, overdue_at=None, delinquent_at=None, fixed=State.FRESH)


def _update_by(profile: LegalProfile, last: Review | None, calendar: Calendar) -> date | None:
    if profile.update_within is None or last is None or last.on not in profile.validity:
        return None
    day = calendar.deadline(parse_duration(profile.update_within).after(last.on))
    return day if day in profile.validity else None
