"""A package read as a descriptor and mapped back gives what the portal holds, place by place."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.ckan_reading import package
from support.mapped import SYSADMIN

from publisher.catalogue.document import Document, parse_document
from publisher.catalogue.model import Catalogue, Settings, Source
from publisher.portals.ckan.mapping.mapping import held
from publisher.portals.ckan.model import Options, Package, Rights
from publisher.portals.ckan.pull.descriptor import Around, is_sound, places, read
from publisher.portals.ckan.pull.source import Candidate, Standing
from publisher.portals.ckan.pull.tables import schema_of
from publisher.portals.ckan.pull.values import address, key_of, text
from publisher.portals.ckan.tables.table import index_name
from publisher.scaffold.pull_names import names_of
from publisher.scaffold.pull_yaml import emit
from publisher.text import Text

ID = str(uuid5(NAMESPACE_URL, "a dataset"))
EMPTY = Source(Document("catalog/catalog.yaml", "", {}))
SCHEMED = Rights((2, 12), frozenset({"datastore"}), "admin", True, fields=frozenset({"issued", "theme", "frequency"}))


def catalogue(standing: str = "official") -> Catalogue:
    name = Text({"vi": "Danh mục thử"})
    return Catalogue(Path(), Settings(EMPTY, UUID(int=1), name, name, ("vi", "en"), "UTC", standing))


def around(
    one: Package, options: Options | None = None, rights: Rights = SYSADMIN, standing: str = "official"
) -> Around:
    """What a package is read with, as pull makes it."""
    options = options or Options(("vi", "en"))
    groups = tuple(group["name"] for group in one["groups"])
    candidate = Candidate(one["id"], one["name"], Standing.FREE, "so-a", groups, one.get("license_id"), b"")
    names = names_of(catalogue(standing), options, rights, [candidate], [one["organization"]["name"]], groups)
    return Around(catalogue(standing), names.context, names.datasets, names.organizations, names.themes, names.licenses)


def differing(one: Package, there: Around) -> dict[str, tuple[Any, Any]]:
    """Places of the portal that the descriptor, written and read again, does not give."""
    reading = read(one, there)
    assert reading is not None
    document, problems = parse_document(emit(reading.data).encode(), "dataset.yaml")
    assert document is not None
    assert problems == []
    assert is_sound(document.data)
    made = places(document.data, reading.name, there)
    kept = {place: value for place, value in held(one).items() if not place.endswith("/hash")}
    return {place: (value, made.get(place)) for place, value in kept.items() if made.get(place) != value}


_NAMES = st.from_regex(r"[a-z0-9_-]{2,100}", fullmatch=True)
_WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"]), max_size=40
)
_LINES = st.lists(_WORDS, max_size=4).map("\n".join)
_TAGS = st.from_regex(r"[a-zàáảạăắđêôơưỹ0-9_.-]{2,20}( [a-z0-9]{1,5})?", fullmatch=True)
_EXTRAS = st.dictionaries(
    st.sampled_from(
        [
            "identifier",
            "language",
            "issued",
            "frequency",
            "theme",
            "access_rights",
            "contact_email",
            "contact_name",
            "contact_url",
            "temporal_start",
            "temporal_end",
            "spatial",
            "status",
            "title_en",
            "notes_en",
            "license_title",
            "modified",
            "của_tôi",
        ]
    )
    | _WORDS.filter(lambda one: text(one) == one and not one.startswith("opendata")),
    st.sampled_from(
        [
            "2024-01-02", "2024", "hằng năm", "a@example.org", "https://example.org/a", "no", "{}", "[]",
            "http://publications.europa.eu/resource/authority/frequency/ANNUAL",
            "http://publications.europa.eu/resource/authority/access-right/PUBLIC",
        ]
    )
    | _LINES,
    max_size=6,
)  # fmt: skip
_JSON = st.recursive(
    st.booleans() | st.integers(-(10**6), 10**6) | _WORDS.map(lambda one: text(one) or "x"),
    lambda one: (
        st.lists(one, min_size=1, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "tên", "no"]), one, min_size=1, max_size=3)
    ),
    max_leaves=6,
)
_RESOURCES = st.lists(
    st.fixed_dictionaries(
        {"url": st.sampled_from(["https://a.example/x.csv", "http://a.example/a b.pdf", "https://a.example/?x=1&y=ă"])},
        optional={
            "name": _WORDS,
            "description": _LINES,
            "format": st.sampled_from(["CSV", "csv", "PDF", "API", "Trang web", ""]),
            "mimetype": st.sampled_from(["text/csv", "application/pdf", None]),
            "url_type": st.sampled_from(["upload", None]),
            "rights": _JSON,
            "size": st.integers(0, 9),
        },
    ),
    max_size=4,
).map(lambda found: [{**one, "id": str(uuid5(NAMESPACE_URL, str(n)))} for n, one in enumerate(found)])
PACKAGES = st.fixed_dictionaries(
    {
        "title": _WORDS,
        "notes": _LINES,
        "extras": _EXTRAS.map(lambda found: [{"key": key, "value": value} for key, value in found.items()]),
        "tags": st.lists(_TAGS, unique=True, max_size=4).map(lambda found: [{"name": one} for one in found]),
        "groups": st.lists(_NAMES, unique=True, max_size=3).map(lambda found: [{"name": one} for one in found]),
        "resources": _RESOURCES,
    },
    optional={
        "license_id": st.sampled_from(["cc-by", "CC-BY-4.0", "notspecified", "other open", "Ư"]),
        "url": st.sampled_from(["https://example.org/", "www.example.org", "ftp://example.org", "a b"]),
        "author": _WORDS,
        "version": _WORDS,
        "theme": _JSON,
        "spatial": _JSON,
        "issued": st.sampled_from(["2024-01-02", "2024"]),
        "title_translated": st.fixed_dictionaries({}, optional={"vi": _WORDS, "en": _WORDS, "lo": _WORDS}),
    },
)


@settings(deadline=None)
@given(
    PACKAGES,
    _NAMES,
    _NAMES,
    st.sampled_from([SYSADMIN, SCHEMED]),
    st.sampled_from(["", "tinh-"]),
)
def test_what_is_read_is_written_as_it_stands(
    fields: dict[str, Any], name: str, organization: str, rights: Rights, prefix: str
) -> None:
    body = {"name": organization, "title": "Sở", "id": "1"}
    one = package(ID, name, **{**fields, "title": fields["title"].strip() or name}, organization=body)
    groups = [group for group in one["groups"] if group["name"] != organization]
    one = {**one, "groups": groups}
    # The server gives a field of its form at one place alone.
    one["extras"] = [extra for extra in one["extras"] if extra["key"] not in one]
    if rights is SCHEMED:
        one["extras"] = [extra for extra in one["extras"] if extra["key"] not in SCHEMED.fields]
    assert differing(one, around(one, Options(("vi", "en"), prefix=prefix), rights)) == {}


def test_a_portal_with_fluent_texts_is_read_in_all_languages() -> None:
    one = package(
        ID,
        title="Trường",
        title_translated={"vi": "Trường", "en": "Schools"},
        notes="Mô tả",
        notes_translated={"vi": "Mô tả", "en": "About"},
    )
    there = around(one, Options(("vi", "en"), fluent=True))
    reading = read(one, there)
    assert reading is not None
    assert reading.data["title"] == {"vi": "Trường", "en": "Schools"}
    assert "portal_fields" not in reading.data
    assert differing(one, there) == {}


def test_the_sentence_of_a_trial_is_not_read_as_a_description_and_told_where_it_is_missing() -> None:
    one = package(ID, notes="Mô tả")
    there = around(one, standing="reference")
    reading = read(one, there)
    assert reading is not None
    assert (reading.data["description"], reading.differs) == ("Mô tả", ("notes",))
    notes = places(reading.data, reading.name, there)["notes"]
    again = read({**one, "notes": notes}, there)
    assert again is not None
    assert (again.data["description"], again.differs) == ("Mô tả", ())


HOSTILE = [
    "../../x",
    "..",
    "/etc/passwd",
    "C:\\x",
    "con",
    "a\x00b",
    "\u202eevil",
    "x" * 1_000_000,
    "ngu\u0301",
    "- a: b",
]


@pytest.mark.parametrize("evil", HOSTILE)
def test_nothing_that_a_portal_says_leaves_the_folders_or_breaks_the_file(evil: str) -> None:
    resource = {"id": str(UUID(int=5)), "name": evil, "url": f"https://a.example/{evil}", "format": evil}
    one = package(
        ID,
        evil,
        title=evil,
        notes=evil,
        extras=[{"key": evil, "value": evil}],
        tags=[{"name": evil}],
        groups=[{"name": evil}],
        license_id=evil,
        organization={"name": evil, "title": evil},
        resources=[resource],
    )
    one |= {"trường": evil, evil: {evil: [evil]}}
    there = around(one)
    reading = read(one, there)
    assert reading is not None
    steps = reading.folder.split("/")
    assert len(steps) == 2
    assert all(set(step) <= set("abcdefghijklmnopqrstuvwxyz0123456789-") and 2 <= len(step) <= 100 for step in steps)
    document, problems = parse_document(emit(reading.data).encode(), "dataset.yaml")
    assert document is not None
    assert problems == []
    assert document.data == reading.data
    assert is_sound(document.data)


@pytest.mark.parametrize("broken", [None, 1, "x", [], {}, [1], [{"a": 1}], True])
def test_answers_of_any_shape_are_read_or_left(broken: Any) -> None:
    whole = package(ID, groups=[], tags=[], resources=[])
    for key in ("title", "notes", "extras", "tags", "resources", "license_id", "url"):
        reading = read({**whole, key: broken}, around(whole))
        assert reading is None or is_sound(reading.data)


def test_what_has_no_address_or_usual_id_stays_the_portals_own() -> None:
    listed = [
        {"id": "khac", "url": "https://a.example/", "name": "A"},
        {"id": ID, "url": "ftp://a.example/", "name": "B"},
    ]
    one = package(ID, resources=listed)
    reading = read(one, around(one))
    assert reading is not None
    assert (reading.skipped, "resources" in reading.data) == (("A", "B"), False)


def test_a_secret_in_an_address_does_not_come_into_git() -> None:
    assert address("https://lan:matkhau@a.example/") is None
    assert address("https://a.example/?token=abcdefgh12") is None


def test_keys_are_unique_and_keep_what_they_can() -> None:
    assert key_of("so-y-te", set(), "x") == "so-y-te"
    assert key_of("so_y_te", {"so-y-te"}, "x") == "so-y-te-2"
    assert key_of("---", set(), "theme") == "theme"


def test_a_dictionary_becomes_a_schema() -> None:
    info = {
        "fields": [
            {"id": "_id", "type": "int", "schema": {"index_name": "x"}},
            {
                "id": "mã",
                "type": "text",
                "info": {"label": "Mã", "notes": "giữ số 0"},
                "schema": {"index_name": index_name("r", ["mã"])},
            },
            {"id": "số", "type": "numeric"},
            {"id": "lúc", "type": "timestamp"},
            {"id": "nhãn", "type": "_text"},
            {"id": 7},
        ]
    }
    assert schema_of(info, "r") == {
        "fields": [
            {"name": "mã", "title": "Mã", "description": "giữ số 0", "type": "string"},
            {"name": "số", "type": "number"},
            {"name": "lúc", "type": "datetime"},
            {"name": "nhãn", "type": "string"},
        ],
        "primaryKey": ["mã"],
    }
    assert schema_of({"fields": [{"id": "_id"}]}, "r") is None
    assert schema_of({"fields": "x"}, "r") is None


def test_a_field_that_cannot_be_held_as_it_is_stays_the_portals_own() -> None:
    one = package(ID, extras=[{"key": "a", "value": "x\x07y"}, {"key": "b", "value": "z"}], version="1\x07")
    reading = read(one, around(one))
    assert reading is not None
    assert (reading.data["portal_fields"], reading.differs) == ({"extras": {"b": "z"}}, ())
