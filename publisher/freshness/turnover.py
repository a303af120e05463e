"""How many datasets changed state at once: a sign that the measurement broke rather than the data.

HDX stops its freshness run when 50 % of its datasets change at once (OCHA-DAP/hdx-data-freshness).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from publisher.freshness.model import State

SHARE = 50
"""Percent."""
FEW = 3
"""Fewer changes than this are told one by one whatever share of a small catalogue they are."""
_MEASURED = frozenset(
    {State.DELINQUENT, State.OVERDUE, State.DUE, State.NO_EVIDENCE, State.UNMEASURED, State.FRESH}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Turnover:
    """Datasets followed now and last time, and how many of them are in another state now."""

    followed: int
    changed: int

    def exceeds(self, percent: int) -> bool:
        """Whether more than a share of them changed."""
        return self.changed >= FEW and self.changed * 100 > self.followed * percent


def turnover(previous: Mapping[str, State], current: Mapping[str, State]) -> Turnover:
    """Compare two runs' states by dataset; what is new, gone, or not followed either time does not count."""
    both = [name for name in current if name in previous and current[name] in _MEASURED and previous[name] in _MEASURED]
    return Turnover(len(both), sum(previous[name] is not current[name] for name in both))
