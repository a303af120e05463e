"""Boundary by boundary what HDX publishes and what dbt does."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from publisher.catalogue.model import FreshnessTerms
from publisher.freshness.assess import state_on
from publisher.freshness.deadlines import HDX
from publisher.freshness.model import Observation, State
from publisher.freshness.timeline import timeline

UPDATED = date(2024, 2, 10)

# OCHA-DAP/hdx-data-freshness, src/hdx/freshness/app/project_configuration.yaml, "aging": update interval in days,
# then the days since the last update from which a dataset is due, overdue and delinquent.
AGING = [
    (1, 1, 2, 3, "daily"),
    (2, 2, 4, 6, "R/P2D"),
    (7, 7, 14, 21, "weekly"),
    (14, 14, 21, 28, "biweekly"),
    (30, 30, 44, 60, "monthly"),
    (60, 60, 84, 108, "bimonthly"),
    (90, 90, 120, 150, "quarterly"),
    (120, 120, 147, 174, "every-four-months"),
    (180, 180, 210, 240, "semiannual"),
    (300, 300, 342, 384, "R/P300D"),
    (365, 365, 425, 455, "annual"),
    (730, 730, 785, 840, "biennial"),
]


@pytest.mark.parametrize(("interval", "due", "overdue", "delinquent", "frequency"), AGING)
def test_rolling_mode_has_the_thresholds_of_hdx(
    interval: int, due: int, overdue: int, delinquent: int, frequency: str
) -> None:
    assert HDX[interval] == (due, overdue, delinquent)
    got = timeline(FreshnessTerms(frequency, mode="rolling"), [Observation("git", "f", on=UPDATED)])
    seen = {age: state_on(got, UPDATED + timedelta(age)) for age in range(delinquent + 2)}
    begins = {state: min(age for age, one in seen.items() if one is state) for state in set(seen.values())}
    assert begins == {State.FRESH: 0, State.DUE: due, State.OVERDUE: overdue, State.DELINQUENT: delinquent}


def test_the_table_of_hdx_has_these_rows_and_no_others() -> None:
    assert sorted(HDX) == [row[0] for row in AGING]


@pytest.mark.parametrize("frequency", ["as-needed", "never", "continuous"])
def test_what_hdx_calls_live_as_needed_and_never_is_always_fresh(frequency: str) -> None:
    got = timeline(FreshnessTerms(frequency, mode="rolling"), [Observation("git", "f", on=UPDATED)])
    assert state_on(got, UPDATED + timedelta(10_000)) is State.FRESH


def dbt(age: timedelta, warn_after: int, error_after: int) -> str:
    """What dbt answers for an age, thresholds in days: an age above a threshold exceeds it, an equal one does not.

    dbt-labs/dbt-core, core/dbt/artifacts/resources/v1/components.py, Time.exceeded and FreshnessThreshold.status.
    """
    return "error" if age > timedelta(error_after) else "warn" if age > timedelta(warn_after) else "pass"


AS_DBT = {State.FRESH: "pass", State.DUE: "pass", State.OVERDUE: "warn", State.DELINQUENT: "error"}


@pytest.mark.parametrize(("warn_after", "error_after"), [(2, 3), (3, 3), (7, 14), (30, 45), (366, 400)])
def test_dbt_warns_when_a_dataset_is_overdue_and_errs_when_it_is_delinquent(warn_after: int, error_after: int) -> None:
    # A day stands for its midnight as dbt casts dates; one looks at noon. The day of "due" is still in time.
    terms = FreshnessTerms(
        f"R/P{warn_after - 1}D", mode="rolling", grace="P1D", delinquent=f"P{error_after - warn_after + 1}D"
    )
    got = timeline(terms, [Observation("column", "t.loaded_at", UPDATED)])
    loaded = datetime(UPDATED.year, UPDATED.month, UPDATED.day)
    for age in range(error_after + 3):
        noon = loaded + timedelta(age, hours=12)
        assert AS_DBT[state_on(got, noon.date())] == dbt(noon - loaded, warn_after, error_after)


def test_what_dbt_could_not_measure_is_neither_in_time_nor_late() -> None:
    # dbt gives "runtime error" where a query fails, and fails as well on a table without any date.
    terms = FreshnessTerms("daily", mode="rolling")
    assert state_on(timeline(terms, [Observation("column", "t.loaded_at")]), UPDATED) is State.UNMEASURED
    assert state_on(timeline(terms, []), UPDATED) is State.NO_EVIDENCE
