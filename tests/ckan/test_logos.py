"""Which pictures are sent to a portal, and which are left alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from ckanapi.errors import ValidationError
from support.mapped import ORGANIZATIONS, context
from support.pictures import png

from publisher.digest import digest_of, digest_of_file
from publisher.errors import OpendataError
from publisher.plan.model import Desired, Kind, SourceFile, Subject
from publisher.portals.ckan.adoption.bodies import Ownership
from publisher.portals.ckan.notes.home import extras_of
from publisher.portals.ckan.wire.transport import Unsettled, Upload
from publisher.portals.ckan.writing.bodies import MARK, listed
from publisher.portals.ckan.writing.logos import LOGO, Logos, with_logo_of

CATALOGUE = "6c1c2f0e-0a51-4c1e-9f5a-2f6f1c0d7a11"


class Body:
    """One organization as the real CKAN was measured to keep it."""

    def __init__(self, **extras: str) -> None:
        self.there: dict[str, Any] = {"id": "1", "image_url": "", "extras": listed(extras)}
        self.asked: list[str] = []
        self.sent: list[Upload] = []
        self.fates: list[str] = []
        self.wrong = ""

    def call(self, action: str, data: Mapping[str, Any] | None = None, *, files: Sequence[Upload] = ()) -> Any:
        self.asked.append(action)
        fate = self.fates.pop(0) if self.fates else ""
        if fate == "before":
            raise Unsettled(action)
        if files and self.wrong:
            raise ValidationError({self.wrong: ["Unsupported upload type: image/svg+xml"]})
        if action.endswith("_patch"):
            self.there |= {key: value for key, value in (data or {}).items() if key != "clear_upload"}
            for file in files:
                self.there["image_url"] = f"2026-{file.name}"
                self.sent.append(file)
        if fate == "after":
            raise Unsettled(action)
        return self.there


@pytest.fixture
def picture(tmp_path: Path) -> SourceFile:
    path = tmp_path / "a.png"
    path.write_bytes(png())
    return SourceFile("logo.png", path, digest_of_file(path), path.stat().st_size, "logo")


def bring(body: Body, picture: SourceFile | None, kind: Kind = Kind.ORGANIZATION) -> None:
    Logos(body, CATALOGUE).bring(kind, "1", picture)


def test_a_new_picture_is_sent_with_its_kind_and_noted_and_sent_once(picture: SourceFile) -> None:
    body = Body(**{MARK: CATALOGUE, "phone": "1022"})
    bring(body, picture, Kind.THEME)
    (sent,) = body.sent
    assert (sent.field, sent.path, sent.name, sent.media_type) == (
        "image_upload",
        picture.path,
        "logo.png",
        "image/png",
    )
    assert extras_of(body.there) == {MARK: CATALOGUE, "phone": "1022", LOGO: picture.sha256}
    bring(body, picture, Kind.THEME)
    assert body.asked == ["group_show", "group_patch", "group_patch", "group_show"]


def test_a_picture_that_somebody_took_away_is_sent_again(picture: SourceFile) -> None:
    body = Body(**{MARK: CATALOGUE, LOGO: picture.sha256})
    bring(body, picture)
    assert len(body.sent) == 1


def test_ours_is_cleared_and_that_of_others_is_not() -> None:
    ours, theirs = Body(**{MARK: CATALOGUE, LOGO: "x"}), Body(**{MARK: CATALOGUE})
    for body in (ours, theirs):
        body.there["image_url"] = "a.png"
        bring(body, None)
    assert (ours.there["image_url"], extras_of(ours.there)) == ("", {MARK: CATALOGUE})
    assert theirs.there["image_url"] == "a.png"


@pytest.mark.parametrize("extras", [{}, {MARK: "another-catalogue", LOGO: "x"}])
def test_a_body_of_somebody_else_is_never_touched(picture: SourceFile, extras: dict[str, str]) -> None:
    body = Body(**extras)
    bring(body, picture)
    bring(body, None)
    assert set(body.asked) == {"organization_show"}


@pytest.mark.parametrize("fates", [["", "before"], ["", "after"], ["", "", "before"], ["", "", "after"]])
def test_a_lost_answer_leaves_it_as_wanted(picture: SourceFile, fates: list[str]) -> None:
    body = Body(**{MARK: CATALOGUE})
    body.fates = fates
    bring(body, picture)
    assert body.there["image_url"] and extras_of(body.there)[LOGO] == picture.sha256


def test_what_is_refused_is_told_apart_from_other_refusals(picture: SourceFile) -> None:
    body = Body(**{MARK: CATALOGUE})
    body.wrong = "image_upload"
    with pytest.raises(OpendataError) as told:
        bring(body, picture)
    assert (told.value.code, told.value.params) == ("logo-refused", {"path": "logo.png"})
    body.wrong = "name"
    with pytest.raises(ValidationError):
        bring(body, picture)
    assert LOGO not in extras_of(body.there)


@pytest.mark.parametrize("content", [None, b"another one"])
def test_a_picture_that_changed_meanwhile_is_not_sent(picture: SourceFile, content: bytes | None) -> None:
    picture.path.unlink()
    if content is not None:
        picture.path.write_bytes(content)
    body = Body(**{MARK: CATALOGUE})
    with pytest.raises(OpendataError) as told:
        bring(body, picture)
    assert told.value.code == "source-changed"
    assert body.sent == []


def test_a_record_whose_picture_did_not_arrive_keeps_that_of_before() -> None:
    assert with_logo_of({"name": "a", "logo": {"sha256": "2"}}, {"logo": {"sha256": "1"}}) == {
        "name": "a",
        "logo": {"sha256": "1"},
    }
    assert with_logo_of({"name": "a", "logo": {"sha256": "2"}}, {}) == {"name": "a"}


@pytest.mark.parametrize("noted", ["", "2"])
def test_taking_over_notes_the_logo_only_where_it_is_there_already_and_giving_back_leaves_the_picture(
    noted: str,
) -> None:
    record = {**ORGANIZATIONS["so-b"], "logo": {"name": "logo.png", "sha256": "2", "bytes": 1}}
    desired = Desired(Subject(Kind.ORGANIZATION, "so-b"), "so-b", record, digest_of(record))
    body = Body(**({LOGO: noted} if noted else {}))
    body.there |= {"name": "so-b", "title": "Sở B", "image_url": "theirs.png"}
    owner = Ownership(body, CATALOGUE)
    kept = owner.take(desired, context(), None)
    assert ("logo" in kept.record, kept.digest == desired.digest) == (bool(noted), bool(noted))
    owner.give_back(Kind.ORGANIZATION, "so-b")
    assert (body.there["image_url"], body.there["extras"]) == ("theirs.png", [])
