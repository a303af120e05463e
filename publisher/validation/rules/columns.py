"""Columns that are named in a descriptor or a schema exist in the schema.

The date column that shows how fresh the data are, the columns of a chart, of the primary key, of unique
and foreign keys, and the columns with contacts of agencies are given by name. A name that is not in
the schema would silently do nothing: the freshness would stay unknown, the chart empty.

To fix it, write the name exactly as it stands under ``fields:`` of the schema, marks and
underscores included; the nearest name is suggested.

Source: Frictionless Table Schema (primaryKey, foreignKeys); the format of the catalogue.
"""

from collections.abc import Iterator, Sequence

from publisher.catalogue.model import Catalogue, ColumnEvidence, Dataset, Resource, TableSchema
from publisher.problem import Problem, Severity
from publisher.tables.schema import ForeignKey, foreign_keys, key_columns, unique_keys
from publisher.validation.rule import Context, at_dataset, at_resource, nearest

CODE = "column-unknown"
SEVERITY = Severity.ERROR
CODES = {
    CODE: SEVERITY,
    "column-duplicate": SEVERITY,
    "evidence-column-unknown": SEVERITY,
    "evidence-resource-unknown": SEVERITY,
    "foreign-key-unknown": SEVERITY,
    "foreign-key-columns": SEVERITY,
}
DEPENDS_ON_TODAY: frozenset[str] = frozenset()


def check(context: Context) -> Iterator[Problem]:
    """The problems of a catalogue."""
    catalogue = context.catalogue
    for schema in catalogue.schemas.values():
        yield from _of_schema(schema, None)
    for dataset in context.datasets:
        yield from _evidence(dataset)
        for resource in dataset.resources:
            if resource.schema is not None:
                if resource.schema.name is None:
                    yield from _of_schema(resource.schema, dataset.name)
                yield from _of_resource(dataset, resource, resource.schema)
                yield from _foreign(catalogue, dataset, resource, resource.schema)


def columns_of(schema: TableSchema) -> list[str]:
    """The names of a schema's columns."""
    return [str(one["name"]) for one in schema.data["fields"]]


def _of_schema(schema: TableSchema, dataset: str | None) -> Iterator[Problem]:
    names = columns_of(schema)
    for index, name in enumerate(names):
        if name in names[:index]:
            yield schema.source.problem("column-duplicate", "fields", index, dataset=dataset, name=name)
    keys = [("primaryKey", key_columns(schema.data))]
    keys += [("uniqueKeys", key) for key in unique_keys(schema.data)]
    keys += [("foreignKeys", key.fields) for key in foreign_keys(schema.data)]
    for at, key in keys:
        for name in _absent(key, names):
            yield schema.source.problem(CODE, at, dataset=dataset, name=name, place=at, suggestion=nearest(name, names))


def _of_resource(dataset: Dataset, resource: Resource, schema: TableSchema) -> Iterator[Problem]:
    names = columns_of(schema)
    chart = resource.chart
    if chart is not None:
        for at, column in (("x", chart.x), ("y", chart.y), ("series", chart.series)):
            if column is not None and column not in names:
                hint = nearest(column, names)
                yield at_resource(
                    dataset, resource, CODE, "chart", at, name=column, place=f"chart.{at}", suggestion=hint
                )
    for column in _absent(resource.contact_columns, names):
        hint = nearest(column, names)
        yield at_resource(
            dataset, resource, CODE, "contact_columns", name=column, place="contact_columns", suggestion=hint
        )


def _evidence(dataset: Dataset) -> Iterator[Problem]:
    for index, one in enumerate(dataset.freshness.evidence if dataset.freshness is not None else ()):
        if not isinstance(one, ColumnEvidence):
            continue
        at = ("freshness", "evidence", index)
        if dataset.source.lacks("resources"):
            continue
        if one.resource is not None and dataset.resource(one.resource) is None:
            hint = nearest(one.resource, [resource.name for resource in dataset.resources])
            yield at_dataset(dataset, "evidence-resource-unknown", *at, "resource", name=one.resource, suggestion=hint)
            continue
        asked = [resource for resource in dataset.resources if one.resource in (None, resource.name)]
        if not asked or any(resource.schema is None for resource in asked):
            continue
        names = [name for resource in asked if resource.schema is not None for name in columns_of(resource.schema)]
        if one.column not in names:
            hint = nearest(one.column, names)
            yield at_dataset(dataset, "evidence-column-unknown", *at, "column", name=one.column, suggestion=hint)


def _foreign(catalogue: Catalogue, dataset: Dataset, resource: Resource, schema: TableSchema) -> Iterator[Problem]:
    for key in foreign_keys(schema.data):
        target = _target(catalogue, dataset, resource, key)
        where = "/".join(step for step in (key.dataset, key.resource) if step) or resource.name
        if target is None:
            if (key.dataset or dataset.name) not in catalogue.broken:
                yield at_resource(dataset, resource, "foreign-key-unknown", "schema", target=where)
        elif len(key.fields) != len(key.target):
            yield at_resource(dataset, resource, "foreign-key-columns", "schema", target=where)
        elif target.schema is not None:
            names = columns_of(target.schema)
            for name in _absent(key.target, names):
                hint = nearest(name, names)
                yield at_resource(dataset, resource, CODE, "schema", name=name, place=where, suggestion=hint)


def _target(catalogue: Catalogue, dataset: Dataset, resource: Resource, key: ForeignKey) -> Resource | None:
    if key.dataset is None and not key.resource:
        return resource
    home = dataset if key.dataset is None else catalogue.datasets.get(key.dataset)
    if home is None:
        return None
    return home.resource(key.resource) if key.resource else next(iter(home.resources), None)


def _absent(wanted: Sequence[str], names: Sequence[str]) -> list[str]:
    return [name for name in wanted if name not in names]
