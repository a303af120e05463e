"""Columns of the DataStore made from a table schema: PostgreSQL types, names, and the words of the data dictionary.

A type is chosen by the schema, and a column whose cells do not all fit into it is kept in a wider one: nothing is ever
rounded or dropped because of a value.

========================  ===================  =============================================================
Table Schema              PostgreSQL           why
========================  ===================  =============================================================
integer                   int8, numeric, text  int4 ends at 2,147,483,647, which sums in đồng pass easily
number                    numeric, text        exact; a float would turn 0.1 + 0.2 into 0.30000000000000004
boolean                   bool, text
date                      date, text
datetime                  timestamp, text      text where a time has an offset, which timestamp forgets, or a
                                               fraction of seconds, which CKAN 2.10 and 2.11 do not show
time                      time, text           as for datetime
year                      int4, text
string and all others     text                 what stands in the file, to the letter
========================  ===================  =============================================================
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from publisher.messages import messages
from publisher.tables.model import Row
from publisher.text import text_of

NAME_BYTES = 63
"""CKAN counts 63 characters, PostgreSQL 63 bytes, and cuts longer names without a word (NAMEDATALEN)."""
_SYSTEM = frozenset({"tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"})
"""Columns that every table of PostgreSQL has; CKAN answers 500 to such a name."""
_UNSAFE = re.compile(r'["%\\\x00-\x1f\x7f]+')
_INTEGER = re.compile(r"-?[0-9]{1,1000}")
_NUMBER = re.compile(r"-?[0-9]{1,1000}(?:\.[0-9]{1,1000})?|NaN")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}")
_TIME = re.compile(r"[0-9]{2}:[0-9]{2}:[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Kind:
    """A PostgreSQL type: which canonical text fits into it, one form for equal values, what the dictionary says.

    ``override`` is the dictionary's ``type_override``: a loader of the portal that reads a file on its own keeps to it.
    """

    name: str
    override: str
    fits: Callable[[str], bool]
    same: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: ``name`` as in the file, ``id`` as in the DataStore, types from the narrowest to the
    widest, and the dictionary's ``label`` and ``notes``.
    """

    name: str
    id: str
    kinds: tuple[Kind, ...]
    label: str
    notes: str
    language: str

    def kind(self, name: str) -> Kind | None:
        """The kind of that PostgreSQL name, if it is one of this column's."""
        return next((kind for kind in self.kinds if kind.name == name), None)

    def info(self, kind: Kind) -> dict[str, str]:
        """What the data dictionary says of the column when it has that type."""
        notes = self.notes
        if kind is not self.kinds[0]:
            notes = f"{notes}\n{self.widened}" if notes else self.widened
        return {"label": self.label, "notes": notes, "type_override": kind.override}

    @property
    def widened(self) -> str:
        """The dictionary's sentence for a column that is kept in a wider type than its schema says."""
        return messages(self.language).text("Not all values fit into the type {type}.", type=self.kinds[0].name)

    def stored(self, needed: Kind, there: Mapping[str, Any] | None) -> Kind | None:
        """The kind that a column gets which stands there already, given the one that its cells need; None where they
        do not fit into what is there, although the schema never changed.

        A column that was widened stays so: only another schema, to which somebody agreed, makes a new table.
        """
        found = self.kind(there["type"]) if there else None
        if there is None or found is None or found is needed:
            return needed
        if self.kinds.index(found) < self.kinds.index(needed):
            return None
        return found if str((there.get("info") or {}).get("notes", "")).endswith(self.widened) else needed


def columns_of(resource: Mapping[str, Any], names: Sequence[str], language: str) -> tuple[Column, ...]:
    """The columns of a record's table, named as in its file; plain text where there is no schema."""
    fields = {field["name"]: field for field in resource.get("schema", {}).get("fields", ())}
    ids = column_ids(names)
    return tuple(_column(name, ids[name], fields.get(name, {}), language) for name in names)


def column_ids(names: Iterable[str]) -> dict[str, str]:
    """Names that CKAN and PostgreSQL take, by name in the file; the same for the same names, and no two alike."""
    taken: dict[str, str] = {}
    ordered = list(names)
    kept = {name for name in ordered if _plain(name) == name}
    for name in ordered:
        candidate, length = _plain(name), 6
        while candidate != name and (candidate in kept or candidate in taken.values() or length == 6):
            candidate = _marked(name, length)
            length += 2
        taken[name] = candidate
    return taken


def survey(columns: Sequence[Column], rows: Iterable[Row]) -> tuple[tuple[Kind, ...], int]:
    """The narrowest kind of each column into which all its cells fit, and the number of rows."""
    left = [list(column.kinds) for column in columns]
    typed = [index for index, kinds in enumerate(left) if len(kinds) > 1]
    count = 0
    for row in rows:
        count += 1
        for index in typed:
            cell, kinds = row[index], left[index]
            while cell is not None and not kinds[0].fits(cell):
                kinds.pop(0)
    return tuple(kinds[0] for kinds in left), count


def _column(name: str, column_id: str, field: Mapping[str, Any], language: str) -> Column:
    def said(key: str) -> str:
        return unicodedata.normalize("NFC", text_of(field.get(key), (language,)).get(language)).strip()

    words = messages(language)
    notes = [said("description")]
    if unit := said("unit"):
        notes.append(words.text("Unit: {unit}", unit=unit))
    title = said("title")
    if column_id != name and title:
        notes.append(words.text("Name in the file: {name}", name=name))
    label = title or ("" if column_id == name else name)
    kinds = _KINDS.get(field.get("type", "string"), (TEXT,))
    return Column(name, column_id, kinds, label, "\n".join(filter(None, notes)), language)


def _plain(name: str) -> str:
    """The name without what CKAN or PostgreSQL refuse; shorter where it is too long."""
    plain = _UNSAFE.sub("_", unicodedata.normalize("NFC", name))
    plain = "".join(letter for letter in plain if unicodedata.category(letter)[0] != "C").strip()
    plain = re.sub(r"^[_\s]+", "", plain)
    return _cut(plain, NAME_BYTES) if plain and plain.lower() not in _SYSTEM else f"column {plain}".strip()


def _marked(name: str, length: int) -> str:
    """The plain name with digits that only this name gives."""
    mark = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:length]
    return f"{_cut(_plain(name), NAME_BYTES - length - 1)}-{mark}"


def _cut(text: str, size: int) -> str:
    return text.encode("utf-8", "ignore")[:size].decode("utf-8", "ignore").strip()


def _is_integer(bits: int) -> Callable[[str], bool]:
    limit = 1 << (bits - 1)
    return lambda cell: _INTEGER.fullmatch(cell) is not None and -limit <= int(cell) < limit


def _parses(pattern: re.Pattern[str], parse: Callable[[str], object]) -> Callable[[str], bool]:
    def fits(cell: str) -> bool:
        try:
            return pattern.fullmatch(cell) is not None and parse(cell) is not None
        except ValueError:
            return False

    return fits


def _as_is(text: str) -> str:
    return text


def _integer(text: str) -> str:
    return str(int(text)) if _INTEGER.fullmatch(text) else text


def _number(text: str) -> str:
    if not _NUMBER.fullmatch(text) or text == "NaN":
        return text
    negative, plain = text.startswith("-"), text.removeprefix("-")
    whole, _, rest = plain.partition(".")
    whole, rest = whole.lstrip("0") or "0", rest.rstrip("0")
    number = f"{whole}.{rest}" if rest else whole
    return f"-{number}" if negative and number != "0" else number


def _truth(text: str) -> str:
    return {"t": "true", "f": "false"}.get(text, text)


def _moment(text: str) -> str:
    """PostgreSQL writes a space where ISO 8601 has a T; CKAN 2.12 gives milliseconds, also where there are none."""
    whole, _, fraction = text.replace(" ", "T").partition(".")
    return f"{whole}.{fraction}" if fraction.strip("0") else whole


TEXT = Kind("text", "text", lambda cell: True, _as_is)
_NUMERIC = Kind("numeric", "numeric", lambda cell: _NUMBER.fullmatch(cell) is not None, _number)
_INT8 = Kind("int8", "numeric", _is_integer(64), _integer)
_INT4 = Kind("int4", "numeric", _is_integer(32), _integer)
_BOOL = Kind("bool", "", lambda cell: cell in {"true", "false"}, _truth)
_DAY = Kind("date", "", _parses(_DATE, date.fromisoformat), _as_is)
_INSTANT = Kind("timestamp", "timestamp", _parses(_MOMENT, datetime.fromisoformat), _moment)
_CLOCK = Kind("time", "", _parses(_TIME, time.fromisoformat), _as_is)
_KINDS: Mapping[str, tuple[Kind, ...]] = {
    "integer": (_INT8, _NUMERIC, TEXT),
    "number": (_NUMERIC, TEXT),
    "boolean": (_BOOL, TEXT),
    "date": (_DAY, TEXT),
    "datetime": (_INSTANT, TEXT),
    "time": (_CLOCK, TEXT),
    "year": (_INT4, TEXT),
}
