"""One resource checked: its files judged, its keys, its facts, its personal data."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from publisher.catalogue.model import Part
from publisher.digest import digest_of, digest_of_file
from publisher.personal import Detector, Scanner
from publisher.problem import Problem, Severity
from publisher.tables.explain import explain_header, explain_row
from publisher.tables.facts import Gatherer
from publisher.tables.judge import Judged, columns_of, judge, make_schema
from publisher.tables.keys import ForeignCheck, Lookups, UniqueKey, foreign_of, unique_of
from publisher.tables.magic import is_pointer
from publisher.tables.model import CheckedTable, PartFacts, TableFacts
from publisher.tables.opening import open_raw
from publisher.tables.quirks import Quirks
from publisher.tables.read_json import load_json
from publisher.tables.schema import key_columns
from publisher.tables.source import TABLE_FORMATS, RawTable, Table, Unreadable, column_letter, declared_format

MOST_PROBLEMS = 100


class _FileProblems:
    """The problems of one file: a hundred of its rows', and the number of the others."""

    def __init__(self) -> None:
        self.kept: list[Problem] = []
        self.more = 0

    def add(self, problem: Problem) -> None:
        if len(self.kept) < MOST_PROBLEMS:
            self.kept.append(problem)
        else:
            self.more += 1

    def all(self, table: Table, file: str) -> list[Problem]:
        if not self.more:
            return self.kept
        return [*self.kept, table.problem("table-more-problems", file, count=self.more, shown=MOST_PROBLEMS)]


def inspect(table: Table, lookups: Lookups, detectors: Sequence[Detector]) -> CheckedTable:
    """Check one resource.

    Facts are None where a file could not be read; other problems leave them there.
    """
    form = declared_format(table.parts[0].file)
    if any(is_pointer(part.path) for part in table.parts if part.path.is_file()):
        problems = [table.problem("table-lfs-pointer", table.parts[0].file)]
        return CheckedTable(table.dataset, table.resource, None, tuple(problems))
    if form in TABLE_FORMATS:
        return _Inspection(table, lookups, detectors).run(form)
    return _inspect_file(table, form, detectors)


class _Inspection:
    """The state of checking one table over its files."""

    def __init__(self, table: Table, lookups: Lookups, detectors: Sequence[Detector]) -> None:
        self.table = table
        self.lookups = lookups
        self.detectors = detectors
        self.types = {field["name"]: field["type"] for field in table.schema["fields"]} if table.schema else {}
        self.gatherer: Gatherer | None = None
        self.problems: list[Problem] = []
        self.parts: list[PartFacts] = []
        self.readable = True
        self.keys: list[UniqueKey | ForeignCheck] = []

    def run(self, form: str) -> CheckedTable:
        table = self.table
        try:
            self.schema = make_schema(table) if table.schema else None
        except Unreadable as failure:
            return CheckedTable(table.dataset, table.resource, None, (failure.problem,))
        for part in table.parts:
            found = _FileProblems()
            try:
                self._part(part, found)
            except Unreadable as failure:
                self.readable = False
                found.add(failure.problem)
            self.problems += found.all(table, part.file)
        if table.schema is None and self.readable:
            notice = table.problem("table-without-schema", table.parts[0].file, severity=Severity.NOTICE)
            self.problems.append(notice)
        facts = None
        if self.gatherer is not None and self.readable:
            keys = key_columns(table.schema) if table.schema else ()
            facts = self.gatherer.facts(form, self.parts, keys)
            if not facts.fits_excel:
                notice = table.problem("table-not-for-excel", table.parts[0].file, severity=Severity.NOTICE)
                self.problems.append(notice)
        return CheckedTable(table.dataset, table.resource, facts, tuple(self.problems))

    def _part(self, part: Part, found: _FileProblems) -> None:
        table, file = self.table, part.file
        raw = open_raw(table, part)
        for problem in raw.problems:
            found.add(problem)
        columns = columns_of(table, raw)
        quirks = Quirks(table, file, raw)
        scanner = Scanner(columns, self.types, table.contact_columns, self.detectors, raw.first)
        before = self.gatherer.rows if self.gatherer else 0
        read = False
        try:
            judgement = judge(table, part, raw, self.schema, (quirks, scanner))
            if judgement.header_errors:
                self.readable = False
                for problem in explain_header(table, file, raw, judgement.header_at):
                    found.add(problem)
            elif self._same_columns(part, columns, found):
                read = True
                self._rows(part, raw, judgement.rows, found)
        finally:
            # What was seen before a file breaks off counts too, and no number of other problems hides it.
            found.kept[:0] = [*_personal(table, file, raw, columns, scanner, self.detectors), *quirks.problems()]
        rows = (self.gatherer.rows if self.gatherer else 0) - before
        if read and not rows:
            found.add(table.problem("table-no-rows", file, sheet=raw.sheet))
        size = part.path.stat().st_size
        self.parts.append(PartFacts(file, digest_of_file(part.path), size, part.period, rows, raw.sheet))

    def _same_columns(self, part: Part, columns: tuple[str, ...], found: _FileProblems) -> bool:
        if self.gatherer is None:
            self.gatherer = Gatherer(columns, self.types, self.table.chart)
            foreign, problems = foreign_of(self.table, columns, self.lookups)
            self.keys = [*unique_of(self.table, columns), *foreign]
            self.problems += problems
        elif self.gatherer.columns != columns:
            self.readable = False
            first = self.table.parts[0].file.rsplit("/", 1)[-1]
            found.add(self.table.problem("table-parts-differ", part.file, first_file=first))
            return False
        return True

    def _rows(self, part: Part, raw: RawTable, rows: Iterator[Judged], found: _FileProblems) -> None:
        assert self.gatherer is not None
        table, file = self.table, part.file
        for row in rows:
            if row.errors:
                for problem in explain_row(table, file, raw, row):
                    found.add(problem)
            self.gatherer.add(row.cells)
            for key in self.keys:
                broken = key.add(table, file, row.line, row.cells, raw.sheet)
                if broken is not None:
                    found.add(broken)


def _personal(
    table: Table, file: str, raw: RawTable, columns: Sequence[str], scanner: Scanner, detectors: Sequence[Detector]
) -> Iterator[Problem]:
    header = Scanner([], {}, (), detectors, 0)
    header(raw.labels)
    for finding in header.findings():
        letter = column_letter(finding.column)
        line = max(raw.first - 1, 1)
        yield table.problem(finding.code, file, line, sheet=raw.sheet, field=letter, count=finding.count)
    telling = {finding.column for finding in header.findings()}
    for finding in scanner.findings():
        known = finding.column < len(columns) and (table.schema is not None or finding.column not in telling)
        name = columns[finding.column] if known else column_letter(finding.column)
        yield table.problem(finding.code, file, finding.row, sheet=raw.sheet, field=name, count=finding.count)


def _inspect_file(table: Table, form: str, detectors: Sequence[Detector]) -> CheckedTable:
    """A file that is no table: its bytes, and for GeoJSON its shape and the texts in it."""
    problems: list[Problem] = []
    parts = []
    for part in table.parts:
        size = part.path.stat().st_size
        parts.append(PartFacts(part.file, digest_of_file(part.path), size, part.period))
        if not size:
            problems.append(table.problem("table-empty", part.file))
        elif form == "geojson":
            problems += _geojson(table, part, detectors)
    digest = digest_of(sorted(one.sha256 for one in parts))
    facts = TableFacts(form, tuple(parts), digest=digest)
    return CheckedTable(table.dataset, table.resource, facts, tuple(problems))


def _geojson(table: Table, part: Part, detectors: Sequence[Detector]) -> Iterator[Problem]:
    try:
        data = load_json(table, part.file, part.path)
    except Unreadable as failure:
        yield failure.problem
        return
    features = data.get("features") if isinstance(data, dict) else None
    if not isinstance(features, list) or data.get("type") != "FeatureCollection":
        yield table.problem("table-geojson", part.file, 1)
        return
    if not all(isinstance(one, dict) and one.get("type") == "Feature" and "geometry" in one for one in features):
        yield table.problem("table-geojson-feature", part.file, 1)
        return
    names = list(dict.fromkeys(name for one in features for name in (one.get("properties") or {})))
    scanner = Scanner(names, {}, table.contact_columns, detectors, 1)
    for one in features:
        values = one.get("properties") or {}
        scanner(
            [
                json.dumps(v, ensure_ascii=False, default=str) if isinstance(v, dict | list) else v
                for v in map(values.get, names)
            ]
        )
    for finding in scanner.findings():
        yield table.problem(finding.code, part.file, finding.row, field=names[finding.column], count=finding.count)
