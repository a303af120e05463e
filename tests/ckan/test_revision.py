"""What is sent to CKAN for a dataset: every list whole, what others wrote as it is."""

from __future__ import annotations

from typing import Any

from publisher.portals.ckan.model import Wanted, WantedFile, WantedResource
from publisher.portals.ckan.writing.revision import creation, marked, revision

MARKER = {"opendata": "abc"}
FILE = WantedFile("a.csv", "a", format="csv")


def package(**more: Any) -> dict[str, Any]:
    return {"id": "d", "name": "n", "metadata_modified": "2026", "extras": [], "resources": [], **more}


def wanted(*resources: WantedResource, **more: Any) -> Wanted:
    given: dict[str, Any] = {"fields": {"title": "T"}, "extras": {}, "tags": (), "groups": (), **more}
    return Wanted("d", "n", resources=resources, **given)


def test_a_draft_gives_its_resources_no_address_and_no_hash() -> None:
    resource = WantedResource("r1", "r1", {"name": "A"}, FILE)
    body = creation(wanted(resource, tags=("x",)), MARKER, active=False, with_id=False)
    assert body["state"] == "draft"
    assert "id" not in body
    assert body["resources"] == [{"name": "A", "id": "r1"}]
    assert body["tags"] == [{"name": "x"}]
    assert creation(wanted(), MARKER, active=True, with_id=True)["id"] == "d"


def test_a_revision_is_bound_to_what_was_seen() -> None:
    assert revision(package(), wanted(), {}, MARKER, places=(), before=())["match"] == {
        "id": "d",
        "metadata_modified": "2026",
    }


def test_others_extras_stay_and_old_pieces_of_the_marker_go() -> None:
    there = [{"key": key, "value": "v"} for key in ("theirs", "ours", "gone", "opendata", "opendata_2")]
    body = revision(
        package(extras=there),
        wanted(extras={"ours": "new"}),
        {},
        MARKER,
        places=("extras:ours",),
        before=("extras:ours", "extras:gone"),
    )
    assert {one["key"]: one["value"] for one in body["update"]["extras"]} == {
        "theirs": "v",
        "ours": "new",
        "opendata": "abc",
    }
    assert {"-extras", "-resources"} <= set(body["filter"])


def test_lists_that_were_never_ours_are_not_touched() -> None:
    body = revision(package(tags=[{"name": "theirs"}]), wanted(), {}, MARKER, places=(), before=())
    assert "tags" not in body["update"]
    assert "-tags" not in body["filter"]
    body = revision(package(tags=[{"name": "old"}]), wanted(), {}, MARKER, places=(), before=("tags",))
    assert body["update"]["tags"] == []


def test_tags_of_vocabularies_stay() -> None:
    there = [{"name": "theirs", "vocabulary_id": "v"}, {"name": "old"}]
    body = revision(package(tags=there), wanted(tags=("new",)), {}, MARKER, places=("tags",), before=("tags",))
    assert body["update"]["tags"] == [there[0], {"name": "new"}]


def test_what_ckan_would_merge_is_replaced_whole() -> None:
    there = package(title_translated={"vi": "a", "en": "b"}, notes_translated={"vi": "c"})
    fields = {"title_translated": {"vi": "z"}}
    body = revision(
        there, wanted(fields=fields), {}, MARKER, places=("title_translated",), before=("notes_translated",)
    )
    assert {"-title_translated", "-notes_translated"} <= set(body["filter"])
    assert body["update"]["title_translated"] == {"vi": "z"}
    assert "notes_translated" not in body["update"]


def test_resources_of_others_keep_their_places() -> None:
    theirs = [{"id": "t1", "url": "u"}, {"id": "r1", "url": "f/a.csv", "url_type": "upload"}, {"id": "t2"}]
    resources = [WantedResource(one, one, {"name": one}, FILE) for one in ("r2", "r1")]
    body = revision(
        package(resources=theirs),
        wanted(*resources),
        {"r2": "sha256:2"},
        MARKER,
        places=(),
        before=("resources/r1/name",),
    )
    sent = body["update"]["resources"]
    assert [one["id"] for one in sent] == ["t1", "r2", "t2", "r1"]
    assert sent[0] == theirs[0]
    assert sent[1] == {"name": "r2", "id": "r2", "hash": "sha256:2"}
    assert sent[3]["url"] == "f/a.csv"


def test_a_file_that_gives_way_to_an_address_goes_from_the_server() -> None:
    there = {"id": "r1", "url": "f/a.csv", "url_type": "upload", "size": 3}
    body = revision(
        package(resources=[there]),
        wanted(WantedResource("r1", "r1", {"url": "https://example.org"})),
        {},
        MARKER,
        places=(),
        before=("resources/r1/hash",),
    )
    sent = body["update"]["resources"][0]
    assert (sent["url"], sent["url_type"], sent["clear_upload"]) == ("https://example.org", "", True)


def test_kept_places_are_not_sent() -> None:
    there = package(title="Theirs", extras=[{"key": "e", "value": "theirs"}])
    body = revision(
        there,
        wanted(extras={"e": "ours"}),
        {},
        MARKER,
        places=("title", "extras:e"),
        before=("title", "extras:e"),
        kept=("title", "extras:e"),
    )
    assert "title" not in body["update"]
    assert {"key": "e", "value": "theirs"} in body["update"]["extras"]


def test_a_mark_changes_nothing_else() -> None:
    body = marked(package(extras=[{"key": "e", "value": "1"}, {"key": "opendata", "value": "old"}]), MARKER)
    assert body["update"] == {"extras": [{"key": "e", "value": "1"}, {"key": "opendata", "value": "abc"}]}
    assert body["filter"] == ["-extras"]
