"""The private dataset that a catalogue keeps on a portal: what no dataset can carry, packed into a few extras.

It holds the catalogue, organizations and themes as we last applied them, the published commit, and the datasets that we
deleted. Measured on CKAN 2.12: an extra is indexed as one term of Solr, and one of more than 32,766 bytes fails the
whole write; so what is longer goes on in numbered extras.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from itertools import count, takewhile
from typing import Any

from publisher.digest import canonical_json, digest_of
from publisher.plan.model import Kind, Record, Subject

EXTRA = "opendata"
"""The extra that the rest of the state follows, in ``opendata_2`` and so on."""
FORMAT = 1
_CHUNK = 30_000
_SHORT = 8
_LARGEST = 64 << 20


@dataclass(frozen=True, slots=True)
class Kept:
    """The catalogue, an organization or a theme as we last applied it."""

    id: str
    digest: str
    record: Record
    commit: str | None = None
    body: KeptBody | None = None


@dataclass(frozen=True, slots=True)
class KeptBody:
    """An organization or group as we last wrote it: CKAN's id of it, its name there, and short digests of its title and
    description by place; none of these where it is somebody else's, and is used as it is.
    """

    id: str
    name: str
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Deleted:
    """A dataset that we deleted: its name with us, CKAN's id of it, and the day."""

    name: str
    portal_id: str
    on: str


@dataclass(frozen=True, slots=True)
class HomeState:
    """What the private dataset tells. ``deleted`` is by our id of the dataset."""

    catalogue: str
    commit: str | None = None
    tool: str | None = None
    as_of: str | None = None
    subjects: Mapping[Subject, Kept] = field(default_factory=dict)
    deleted: Mapping[str, Deleted] = field(default_factory=dict)
    roll: str | None = None
    """:func:`roll_call` of the datasets that stood there when the last publication ended, None if it is not known."""
    around: str | None = None
    """:func:`publisher.portals.ckan.reading.surroundings.surroundings` that all datasets were written with, None if it
    is not known."""
    known: frozenset[str] = frozenset()
    """:func:`short_id` of every dataset that we published and did not delete: one that is nowhere was removed by
    somebody else."""


def roll_call(ids: Iterable[str]) -> str:
    """A digest of our ids of datasets: a portal whose search shows exactly these has lost none of them."""
    return digest_of(sorted(set(ids)))[:16]


def short_id(identity: str) -> str:
    """Eight digits that stand for our id of a dataset: ten thousand of them are two extras."""
    return digest_of(identity)[:_SHORT]


def home_name(catalogue_id: str) -> str:
    """The name of a catalogue's private dataset: one for each catalogue and portal."""
    return f"opendata-{catalogue_id[:12].lower()}"


def encode(state: HomeState) -> dict[str, str]:
    """The state as extras by key."""
    data = {
        "subjects": {str(subject): _plain(kept) for subject, kept in state.subjects.items()},
        "deleted": {key: [one.name, one.portal_id, one.on] for key, one in state.deleted.items()},
        "known": "".join(sorted(state.known)),
    }
    packed = base64.b64encode(zlib.compress(canonical_json(data).encode(), 9)).decode("ascii")
    chunks = [packed[start : start + _CHUNK] for start in range(0, len(packed), _CHUNK)]
    first = {
        "format": FORMAT,
        "catalogue": state.catalogue,
        "commit": state.commit,
        "tool": state.tool,
        "as_of": state.as_of,
        "roll": state.roll,
        "around": state.around,
        "parts": len(chunks),
        "packed": chunks[0],
    }
    return {EXTRA: json.dumps(first)} | {_key(number): chunk for number, chunk in enumerate(chunks[1:], 2)}


def decode(extras: Mapping[str, str]) -> HomeState:
    """The state that extras hold; others are passed over.

    Raises:
        ValueError: if they hold none that can be read as a whole.
    """
    try:
        first = json.loads(extras[EXTRA])
        if first["format"] != FORMAT:
            raise ValueError("format")
        rest = list(takewhile(lambda key: key in extras, map(_key, count(2))))[: first["parts"] - 1]
        if len(rest) != first["parts"] - 1:
            raise ValueError("parts")
        data = json.loads(_unpacked("".join([first["packed"], *(extras[key] for key in rest)])))
        return HomeState(
            str(first["catalogue"]),
            first["commit"],
            first["tool"],
            first["as_of"],
            {_subject(name): _kept(one) for name, one in data["subjects"].items()},
            {key: Deleted(*map(str, one)) for key, one in data["deleted"].items()},
            first.get("roll"),
            first.get("around"),
            _shorts(str(data.get("known", ""))),
        )
    except (ValueError, KeyError, TypeError, AttributeError, zlib.error, RecursionError) as error:
        raise ValueError(EXTRA) from error


def extras_of(package: Mapping[str, Any]) -> dict[str, str]:
    """The extras of a dataset by key."""
    return {one["key"]: one["value"] for one in package.get("extras", ())}


def is_ours(key: str) -> bool:
    """Whether an extra of the private dataset holds a part of the state."""
    head, _, number = key.partition("_")
    return head == EXTRA and (key == EXTRA or number.isdecimal())


def _key(number: int) -> str:
    return f"{EXTRA}_{number}"


def _plain(kept: Kept) -> dict[str, Any]:
    plain = {"id": kept.id, "digest": kept.digest, "record": kept.record, "commit": kept.commit}
    return plain | ({"body": asdict(kept.body)} if kept.body is not None else {})


def _kept(data: Mapping[str, Any]) -> Kept:
    body = data.get("body")
    return Kept(
        str(data["id"]),
        str(data["digest"]),
        dict(data["record"]),
        data["commit"],
        KeptBody(str(body["id"]), str(body["name"]), dict(body["fields"])) if body is not None else None,
    )


def _shorts(text: str) -> frozenset[str]:
    return frozenset(text[start : start + _SHORT] for start in range(0, len(text), _SHORT))


def _subject(text: str) -> Subject:
    kind, _, name = text.partition("/")
    return Subject(Kind(kind), name)


def _unpacked(text: str) -> bytes:
    """What was packed, if it is no more than any catalogue needs: a portal is not trusted with our memory."""
    worker = zlib.decompressobj()
    found = worker.decompress(base64.b64decode(text, validate=True), _LARGEST)
    if not worker.eof:
        raise ValueError("size")
    return found
