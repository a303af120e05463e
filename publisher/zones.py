"""Time zones by name, and the day that an instant is in one."""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from publisher.errors import OpendataError


def zone_of(name: str) -> tzinfo:
    """The time zone of a catalogue.

    Raises:
        OpendataError: ``time-zone-unknown``.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise OpendataError("time-zone-unknown", zone=name) from error


def day_in(zone: str, instant: datetime) -> date:
    """The day that it is in a time zone at an instant.

    Raises:
        OpendataError: ``time-zone-unknown``.
    """
    return instant.astimezone(zone_of(zone)).date()
