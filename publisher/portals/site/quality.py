"""``quality.jsonld``: how timely and complete a dataset is, in the W3C Data Quality Vocabulary.

Made from the record alone. No clock is asked: dates, gaps and past deliveries hold on whatever day they are read
(docs/decisions/0004-no-clock-in-published-bytes.md); how late the data are is told only where the build was
given an instant.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from publisher.freshness.quality import dataset, graph
from publisher.plan.model import Record
from publisher.plan.records import day_of
from publisher.portals.site.context import Lens, has_data

FILE = "quality.jsonld"


def quality(lens: Lens, name: str) -> dict[str, Any] | None:
    """The measurements of a dataset; None where it has no data, or nothing is measured."""
    record = lens.view.datasets[name]
    values = {**_timeless(record), **_on_day(record)}
    if not values or not has_data(record):
        return None
    catalogue = lens.view.catalogue
    base = str(catalogue.get("base_url") or "").rstrip("/")
    address = f"{base}/dataset/{name}/" if base else f"urn:uuid:{record.get('id')}"
    base = base or f"urn:uuid:{catalogue.get('id')}"
    terms = record.get("freshness") or {}
    seen = terms.get("evidence") or {}
    note = ": ".join(str(seen[key]) for key in ("kind", "detail") if seen.get(key))
    about = dataset(
        address, base, values, at=_instant(terms), notes=dict.fromkeys(("data-through", "last-changed"), note)
    )
    return graph(base, [about])


def _timeless(record: Record) -> dict[str, object]:
    terms = record.get("freshness") or {}
    seen = terms.get("evidence") or {}
    outcomes = Counter(str(one.get("outcome")) for one in terms.get("history") or ())
    in_time, late = outcomes["early"] + outcomes["on-time"], outcomes["late"]
    known = in_time + late + outcomes["missing"]
    tables = [one for one in record.get("resources") or () if one.get("columns") and one.get("rows") is not None]
    found: dict[str, object | None] = {
        "data-through": (terms.get("covered") or {}).get("end") or seen.get("through"),
        "last-changed": seen.get("on"),
        "due-at": terms.get("due_at"),
        "overdue-at": terms.get("overdue_at"),
        "periods-in-time": in_time if known else None,
        "periods-late": late if known else None,
        "share-in-time": f"{in_time / known:.3f}" if known else None,
        "gaps": len(terms.get("missing") or ()) if terms.get("covered") else None,
        "partial-periods": len(terms.get("partial") or ()) if terms.get("covered") else None,
        "empty-cells": sum(sum((one.get("missing") or {}).values()) for one in tables) if tables else None,
    }
    return {name: value for name, value in found.items() if value is not None}


def _on_day(record: Record) -> dict[str, int]:
    """How late the data are on the day that the build was given; nothing where it was given none."""
    terms: Mapping[str, Any] = record.get("freshness") or {}
    day, due = day_of(terms.get("as_of")), day_of(terms.get("due_at"))
    if day is None or due is None:
        return {}
    return {"days-late": (day - due).days if terms.get("state") in {"overdue", "delinquent"} else 0}


def _instant(terms: Mapping[str, Any]) -> str | None:
    return f"{terms['as_of']}T00:00:00" if terms.get("as_of") else None
