"""What the files that we make are made from: a digest that changes when other bytes would come of it."""

from __future__ import annotations

from typing import Any

from publisher.digest import digest_of
from publisher.plan.model import Record


def made_from_table(recipe: str, format: str, resource: Record) -> str:
    """What a table in a format depends on: the recipe, its rows and schema, and the bytes of its parts.

    The bytes of the parts too: a table's digest does not tell the order of rows.
    """
    parts = [part["sha256"] for part in resource.get("parts", ())]
    key: list[Any] = [resource.get("digest"), resource.get("schema_digest"), resource.get("columns"), parts]
    return digest_of([recipe, format, key])


def made_from_schema(recipe: str, dataset: Record, resource: Record) -> str:
    """What the empty form of a schema depends on: the recipe, the schema, and the titles that it shows."""
    title = [dataset.get("title"), resource.get("title")]
    return digest_of([recipe, "form", resource.get("schema"), title])
