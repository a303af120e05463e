"""Changes of state as an Atom feed (RFC 4287)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5
from xml.etree import ElementTree as ET

NAMESPACE = "http://www.w3.org/2005/Atom"
MAX_ENTRIES = 100
FILE = "application/atom+xml; charset=utf-8"
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Entry:
    """One piece of news; ``id`` is an IRI that never changes, ``updated`` has a time zone."""

    id: str
    title: str
    updated: datetime
    summary: str
    url: str | None = None
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed says of itself. ``updated`` is used where there is no entry."""

    id: str
    title: str
    author: str
    updated: datetime
    url: str | None = None
    self_url: str | None = None
    language: str | None = None


def news_id(catalogue: UUID, *about: str) -> str:
    """An id for something that happened: the same for the same dataset, period and state, wherever it is read."""
    return uuid5(catalogue, "/".join(about)).urn


def atom(feed: Feed, entries: Sequence[Entry]) -> bytes:
    """The XML document, the newest entry first."""
    newest = sorted(entries, key=lambda one: (-one.updated.timestamp(), one.id))[:MAX_ENTRIES]
    ET.register_namespace("", NAMESPACE)
    root = ET.Element(f"{{{NAMESPACE}}}feed")
    if feed.language:
        root.set("{http://www.w3.org/XML/1998/namespace}lang", feed.language)
    _add(root, "id", feed.id)
    _add(root, "title", feed.title)
    _add(root, "updated", _time(newest[0].updated if newest else feed.updated))
    _add(_add(root, "author"), "name", feed.author)
    if feed.self_url:
        _add(root, "link", rel="self", type="application/atom+xml", href=feed.self_url)
    if feed.url:
        _add(root, "link", rel="alternate", type="text/html", href=feed.url)
    for one in newest:
        entry = _add(root, "entry")
        _add(entry, "id", one.id)
        _add(entry, "title", one.title)
        _add(entry, "updated", _time(one.updated))
        if one.url:
            _add(entry, "link", rel="alternate", type="text/html", href=one.url)
        for category in one.categories:
            _add(entry, "category", term=category)
        # Entries without a link to a page of their own must have a content (RFC 4287, 4.1.2).
        _add(entry, "summary" if one.url else "content", one.summary, type="text")
    ET.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'.encode()


def _add(parent: ET.Element, name: str, text: str | None = None, **attributes: str) -> ET.Element:
    element = ET.SubElement(parent, f"{{{NAMESPACE}}}{name}", {key: legal(value) for key, value in attributes.items()})
    if text is not None:
        element.text = legal(text)
    return element


def legal(text: str) -> str:
    """A text without the characters that XML 1.0 (2.2) has no way to write."""
    return _ILLEGAL.sub("", text)


def _time(instant: datetime) -> str:
    return instant.isoformat(timespec="seconds")
