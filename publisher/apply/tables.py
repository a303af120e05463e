"""The catalogue's tables as portals and plans ask for them: derived files, forms, comparison row by row."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any

from publisher.catalogue.model import Catalogue, Resource
from publisher.digest import digest_of
from publisher.errors import Exit, OpendataError
from publisher.plan.fields import resources_of
from publisher.plan.model import Desired, Holding
from publisher.portals.base import CannotMake, Portal, SourceChanged
from publisher.tables.model import Row, TableChange

_SMALL = 5_000
"""Rows that are kept while a table's formats are made."""


class CatalogueTables:
    """Files made from a catalogue's checked tables, and what changed in them since they were published.

    With ``by_row`` published tables are read and compared row by row; without it by what their records tell, which
    asks nothing of a portal and sees losses and breaking changes alike.
    """

    def __init__(self, catalogue: Catalogue, *, by_row: bool = True) -> None:
        self._catalogue = catalogue
        self._by_row = by_row
        self._languages = catalogue.settings.languages
        self._last: tuple[tuple[str, str], Sequence[str], Sequence[Row]] | None = None

    @property
    def recipe(self) -> str:
        """See :class:`publisher.portals.base.Tables`."""
        from publisher.tables.convert import RECIPE

        return digest_of([RECIPE, list(self._languages)])[:16]

    def derive(self, dataset: str, resource: str, format: str, path: Path) -> None:
        """See :class:`publisher.portals.base.Tables`.

        Raises:
            OpendataError: ``cannot-convert`` if the format's library is not installed.
        """
        from publisher.tables.convert import CannotConvert, LibraryMissing, column_specs, convert
        from publisher.tables.source import Unreadable

        found = self._resource(dataset, resource)
        schema = found.schema.data if found.schema else None
        try:
            names, rows = self._read(dataset, found)
            convert(format, column_specs(schema, names, self._languages), rows, path)
        except LibraryMissing as error:
            raise OpendataError("cannot-convert", format=format, dataset=dataset, resource=resource) from error
        except CannotConvert as error:
            raise CannotMake(path.name) from error
        except (Unreadable, FileNotFoundError) as error:
            raise SourceChanged(f"{dataset}/{resource}") from error

    def form(self, dataset: str, resource: str, path: Path) -> None:
        """See :class:`publisher.portals.base.Tables`."""
        from publisher.tables.form import write_form

        found = self._resource(dataset, resource)
        if found.schema is None:
            raise SourceChanged(f"{dataset}/{resource}")
        title = found.title.get(*self._languages) or self._catalogue.datasets[dataset].title.get(*self._languages)
        write_form(found.schema, title, self._languages, path)

    def compare(self, portal: Portal, before: Holding, after: Desired, old: str, new: str) -> TableChange | None:
        """What changed in a table, row by row, between the CSV that the portal holds and the files in git.

        Where the portal holds no CSV of it, only what the records tell is known: columns and numbers of rows.
        """
        from publisher.tables.compare import compare
        from publisher.tables.rows import read_columns, read_csv_rows, read_rows
        from publisher.tables.source import Unreadable

        was = _named(before.record, old)
        now = _named(after.record, new)
        told = partial(
            compare,
            new,
            keys_before=_keys(was),
            keys_after=_keys(now),
            types_before=_types(was),
            types_after=_types(now),
        )
        found = self._resource(after.subject.name, new)
        if self._by_row:
            try:
                with _text(portal, before, f"{old}.csv") as stream:
                    published = read_csv_rows(stream)
                    return told(published, (read_columns(found), read_rows(found)))
            except (OpendataError, Unreadable, UnicodeDecodeError):
                pass
        nothing: Sequence[Row] = ()
        counted = told((was.get("columns", ()), nothing), (now.get("columns", ()), nothing))
        rows = {"rows_before": was["rows"], "rows_after": now["rows"]}
        return replace(counted, **rows, emptied=_emptied(was, now), by_row=was.get("digest") == now.get("digest"))

    def _read(self, dataset: str, resource: Resource) -> tuple[Sequence[str], Iterable[Row]]:
        """Columns and rows; a small table is read once for all of its formats."""
        from publisher.tables.rows import read_columns, read_rows

        key = (dataset, resource.name)
        if self._last is None or self._last[0] != key:
            columns, rows = read_columns(resource), read_rows(resource)
            first = list(islice(rows, _SMALL))
            if len(first) == _SMALL:
                return columns, chain(first, rows)
            self._last = (key, columns, first)
        return self._last[1:]

    def _resource(self, dataset: str, name: str) -> Resource:
        found = self._catalogue.datasets.get(dataset)
        resource = found.resource(name) if found else None
        if resource is None:
            raise SourceChanged(f"{dataset}/{name}")
        return resource


@contextmanager
def _text(portal: Portal, holding: Holding, name: str) -> Iterator[io.TextIOWrapper]:
    if not any(file.name == name and file.made_from is not None for file in holding.files):
        raise OpendataError("portal-file-missing", Exit.UNREACHABLE, path=name)
    with portal.read(holding.subject, name) as stream, io.TextIOWrapper(stream, "utf-8", newline="") as text:
        yield text


def _named(record: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return next(one for one in resources_of(record).values() if one["name"] == name)


def _keys(resource: Mapping[str, Any]) -> Sequence[str]:
    key = resource.get("schema", {}).get("primaryKey", ())
    return (key,) if isinstance(key, str) else tuple(key)


def _types(resource: Mapping[str, Any]) -> dict[str, str]:
    return {one["name"]: one.get("type", "string") for one in resource.get("schema", {}).get("fields", ())}


def _emptied(was: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[str, ...]:
    """Columns that had values and have none now, by the counts of empty cells."""

    def empty(resource: Mapping[str, Any], column: str) -> bool:
        return bool(resource.get("missing", {}).get(column, 0) == resource["rows"])

    shared = [one for one in now.get("columns", ()) if one in was.get("columns", ())]
    return tuple(one for one in shared if now["rows"] and empty(now, one) and not empty(was, one))
