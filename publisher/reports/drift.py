"""What somebody changed on a portal, in words: a line for each thing that a person did there.

A portal calls its fields as its own programs do; the names that readers know stand under its places in the context
``place`` of the words: ``dataset/FIELD``, and ``resources/FIELD`` for those of files and links.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from publisher.dates import moment
from publisher.messages import Messages
from publisher.plan.model import Drift

_WIDTH = 60
_RESOURCE = "resources/"
_ITSELF = frozenset({"hash", "url", "size"})
"""Fields of a file or link that are the thing itself: empty it is gone, another value is another one."""
_LANGUAGE = "LANG"


@dataclass(frozen=True, slots=True)
class Edit:
    """One thing that somebody did, with all the places that show it, and its whole sentence."""

    drift: tuple[Drift, ...]
    said: str


def edits(drift: Iterable[Drift], words: Messages, zone: str) -> Iterator[Edit]:
    """What people did, sentence by sentence: a file that was removed or replaced is one, whatever shows it.

    Raises:
        OpendataError: ``time-zone-unknown``.
    """
    by_resource: dict[str, list[Drift]] = {}
    for one in drift:
        kind, _, rest = one.place.partition("/")
        if kind == "resources" and rest:
            by_resource.setdefault(rest.partition("/")[0], []).append(one)
        else:
            yield Edit((one,), _sentence(one, words) + _who(one, words, zone))
    for places in by_resource.values():
        yield from _of_resource(places, words, zone)


def drift_lines(drift: Iterable[Drift], words: Messages, zone: str) -> Iterator[str]:
    """What somebody changed on the portal, who and when as far as the portal tells."""
    return (one.said for one in edits(drift, words, zone))


def place_words(one: Drift, words: Messages) -> str:
    """What a place is called by those who write descriptors, CKAN's name where nothing of ours is called so."""
    if one.place.startswith(_RESOURCE):
        _, _, field = one.place.split("/", 2)
        return f"{_part(one, words)}: {_field('resources', field, words)}"
    return _field("dataset", one.place.removeprefix("extras:"), words)


def short(value: Any) -> str:
    """A value that fits a line, else ''."""
    if isinstance(value, (str, int, float, bool)):
        text = str(value)
        return text if len(text) <= _WIDTH and "\n" not in text else ""
    if isinstance(value, list) and value and all(isinstance(one, str) for one in value):
        return short(", ".join(value))
    return ""


def _of_resource(places: list[Drift], words: Messages, zone: str) -> Iterator[Edit]:
    first, itself = places[0], [one for one in places if one.place.rpartition("/")[2] in _ITSELF]
    what, who = {"place": _part(first, words)}, _who(first, words, zone)
    if any(one.there is None for one in itself):
        yield Edit(tuple(places), words.text("{place} was removed on the portal", **what) + who)
        return
    if itself:
        yield Edit(tuple(itself), words.text("{place} was replaced on the portal", **what) + who)
    for one in places:
        if one not in itself:
            yield Edit((one,), _sentence(one, words) + who)


def _sentence(one: Drift, words: Messages) -> str:
    known = words.of("drift", f"{one.place}={one.there}")
    if known:
        return known
    place = place_words(one, words)
    if one.there in (None, "", [], {}):
        return words.text("{place} was emptied on the portal", place=place)
    there = short(one.there)
    if there:
        return words.text("{place} was changed on the portal: {there}", place=place, there=there)
    return words.text("{place} was changed on the portal", place=place)


def _who(one: Drift, words: Messages, zone: str) -> str:
    if not one.on:
        return ""
    on = moment(one.on, zone, words.language)
    return " " + (words.text("(by {by}, {on})", by=one.by, on=on) if one.by else f"({on})")


def _part(one: Drift, words: Messages) -> str:
    """A file by its name, a link by its title."""
    name = one.part or one.place.split("/")[1]
    return words.text("file “{name}”", name=name) if "." in name else f"“{name}”"


def _field(kind: str, name: str, words: Messages) -> str:
    head, _, language = name.rpartition("_")
    return (
        words.of("place", f"{kind}/{name}")
        or words.of("place", f"{kind}/{head}_{_LANGUAGE}", language=language)
        or words.text("the portal's own field “{name}”", name=name)
    )
