"""What we last applied to a dataset, kept in an extra of the dataset itself.

Measured on CKAN: every extra is indexed by Solr, twice. As one term: more than 32,766 bytes fail the whole write with a
500 after the database has taken it, so what is longer goes on in ``opendata_2`` and so on. And as text, cut into words
where letters, digits and capitals meet: base64 made datasets be found by searches for ``an``, ``ha`` or ``x1``. So the
packed bytes are written in small letters alone, in long words that nobody asks for.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict, fields
from functools import cache
from itertools import count, product, takewhile
from sys import intern
from typing import Any

from publisher.digest import canonical_json, digest_of
from publisher.plan.model import PublishedFile, Record
from publisher.portals.ckan.model import Applied, TableState
from publisher.portals.ckan.notes.marker_shape import is_record

EXTRA = "opendata"
"""The extra that a marker begins in."""
_FORMAT = 1
_LARGEST = 16 << 20
"""Bytes of JSON that are read at most."""
_SHORT = 64
"""Characters of a text that other datasets may have too."""
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_BLOCK, _WORD = 7, 12
"""Seven bytes are twelve letters: 256 ** 7 is less than 26 ** 12."""
_LINE = 40
"""Letters in a word: CKAN's pages break lines between words only."""
_PIECE = 750 * (_LINE + 1)
"""Characters of whole lines, as many as one extra takes."""
_DIGITS = str.maketrans(_LETTERS, "0123456789abcdefghijklmnop")
"""Letters as ``int`` reads a number of base 26."""


class BadMarker(ValueError):
    """An extra of ours that cannot be read as a whole."""


def encode(applied: Applied) -> str:
    """What was applied, as small letters in words of 40; :func:`pieces` makes extras of it."""
    data = {one.name: getattr(applied, one.name) for one in fields(applied)}
    data["record"] = kept(applied.record)
    data["files"] = [asdict(one) for one in applied.files]
    data["tables"] = {key: asdict(one) for key, one in applied.tables.items()}
    if not applied.ids:
        del data["ids"]
    packed = zlib.compress(canonical_json([_FORMAT, data]).encode(), 9)
    letters = _spelled(len(packed).to_bytes(_BLOCK) + packed + bytes(-len(packed) % _BLOCK))
    return " ".join(letters[start : start + _LINE] for start in range(0, len(letters), _LINE))


def decode(text: str, catalogue: str | None = None) -> Applied:
    """What an extra of ours says.

    Raises:
        BadMarker: if it cannot be read as a whole, or is of another catalogue than the one asked for.
    """
    try:
        version, data = json.loads(_unpacked(_bytes_of(text.replace(" ", ""))), object_pairs_hook=_sharing)
        if version != _FORMAT:
            raise BadMarker("format")
        applied = _applied(data)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, zlib.error, RecursionError) as error:
        raise BadMarker(EXTRA) from error
    if catalogue is not None and applied.catalogue != catalogue:
        raise BadMarker("catalogue")
    return applied


def pieces(text: str) -> dict[str, str]:
    """A marker's text as extras by key, none longer than Solr takes."""
    cut = [text[start : start + _PIECE].strip() for start in range(0, len(text), _PIECE)]
    return {_key(number): piece for number, piece in enumerate(cut, 1)}


def gather(found: Mapping[str, str]) -> str | None:
    """The marker's text from a dataset's extras by key, None where there is none."""
    keys = takewhile(lambda key: key in found, map(_key, count(1)))
    return " ".join(found[key] for key in keys) or None


def is_ours(key: str) -> bool:
    """Whether an extra is a part of the marker or of what we keep beside it."""
    return key == EXTRA or key.startswith(f"{EXTRA}_")


def digests(places: Mapping[str, Any]) -> dict[str, str]:
    """Short digests of the values of places, by place."""
    return {place: digest_of(value)[:12] for place, value in places.items()}


def kept(record: Record) -> dict[str, Any]:
    """A record without what only pages need: previews, and the points of charts."""
    made = dict(record)
    if "resources" in made:
        made["resources"] = [_kept_resource(one) for one in made["resources"]]
    return made


def _kept_resource(resource: Record) -> dict[str, Any]:
    made = {key: value for key, value in resource.items() if key != "preview"}
    if isinstance(made.get("chart"), Mapping):
        made["chart"] = {key: value for key, value in made["chart"].items() if key != "points"}
    return made


def _key(number: int) -> str:
    return EXTRA if number == 1 else f"{EXTRA}_{number}"


def _spelled(raw: bytes) -> str:
    """Bytes, a multiple of a block, in letters."""
    blocks = (int.from_bytes(raw[start : start + _BLOCK]) for start in range(0, len(raw), _BLOCK))
    return "".join(_word(block) for block in blocks)


def _word(block: int) -> str:
    triples = _triples()
    block, fourth = divmod(block, len(triples))
    block, third = divmod(block, len(triples))
    first, second = divmod(block, len(triples))
    return triples[first] + triples[second] + triples[third] + triples[fourth]


@cache
def _triples() -> tuple[str, ...]:
    """Every three letters in their order: the digits of a larger base, four of which are a word."""
    return tuple(map("".join, product(_LETTERS, repeat=3)))


def _bytes_of(letters: str) -> bytes:
    """The bytes that letters spell.

    Raises:
        ValueError, OverflowError: if they spell none.
    """
    if len(letters) % _WORD or len(letters) < 2 * _WORD or not set(letters) <= set(_LETTERS):
        raise BadMarker("letters")
    digits = letters.translate(_DIGITS)
    words = (digits[start : start + _WORD] for start in range(0, len(digits), _WORD))
    raw = b"".join(int(word, 26).to_bytes(_BLOCK) for word in words)
    size = int.from_bytes(raw[:_BLOCK])
    packed = raw[_BLOCK : _BLOCK + size]
    if len(packed) != size or len(raw) - _BLOCK - size >= _BLOCK or any(raw[_BLOCK + size :]):
        raise BadMarker("length")
    return packed


def _unpacked(packed: bytes) -> bytes:
    """What was packed, if it is no more than any dataset needs: a portal is not trusted with our memory."""
    worker = zlib.decompressobj()
    found = worker.decompress(packed, _LARGEST)
    if not worker.eof or worker.unused_data:
        raise BadMarker("size")
    return found


def _sharing(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON whose keys and short texts are kept once for all datasets: of ten thousand they repeat."""
    return {
        intern(key): intern(value) if isinstance(value, str) and len(value) <= _SHORT else value for key, value in pairs
    }


def _applied(data: Mapping[str, Any]) -> Applied:
    return Applied(
        catalogue=_text(data["catalogue"]),
        id=_text(data["id"]),
        name=_text(data["name"]),
        digest=_text(data["digest"]),
        commit=_maybe(data["commit"]),
        rules=_text(data["rules"]),
        record=_record(data["record"]),
        fields={_text(place): _text(value) for place, value in _object(data["fields"]).items()},
        files=tuple(_file(one) for one in _list(data["files"])),
        tables={_text(key): _table(one) for key, one in _object(data["tables"]).items()},
        complete=_truth(data["complete"]),
        ids={_text(ours): _text(theirs) for ours, theirs in _object(data.get("ids", {})).items()},
    )


def _file(data: Any) -> PublishedFile:
    one = _object(data)
    return PublishedFile(
        _text(one["name"]),
        _text(one["sha256"]),
        _number(one["bytes"]),
        _maybe(one["resource"]),
        _maybe(one["made_from"]),
    )


def _table(data: Any) -> TableState:
    one = _object(data)
    views = tuple(_text(view) for view in _list(one["views"]))
    return TableState(_text(one["schema"]), _text(one["rows_digest"]), _number(one["rows"]), views)


def _record(value: Any) -> dict[str, Any]:
    if not is_record(value):
        raise BadMarker("record")
    return _object(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise BadMarker("type")
    return value


def _maybe(value: Any) -> str | None:
    return None if value is None else _text(value)


def _number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise BadMarker("type")
    return value


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise BadMarker("type")
    return value


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadMarker("type")
    return value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise BadMarker("type")
    return value
