"""The time zone of the catalogue is one that computers know.

Deadlines, days of release and "today" are days in the catalogue's own time zone. With a name that no
computer knows, none of them could be told.

To fix it, write a name of the IANA time zone database under ``time_zone:``, such as Asia/Ho_Chi_Minh.
On Windows the Python package tzdata brings that database.

Source: IANA time zone database (RFC 6557).
"""

from collections.abc import Iterator

from publisher.errors import OpendataError
from publisher.problem import Problem, Severity
from publisher.validation.rule import Context
from publisher.zones import zone_of

CODE = "time-zone-unknown"
SEVERITY = Severity.ERROR
CODES = {CODE: SEVERITY}
DEPENDS_ON_TODAY: frozenset[str] = frozenset()


def check(context: Context) -> Iterator[Problem]:
    """The problems of a catalogue."""
    settings = context.catalogue.settings
    try:
        zone_of(settings.time_zone)
    except OpendataError:
        yield settings.source.problem(CODE, "time_zone", zone=settings.time_zone[:60])
