"""The table of the mapping: the documentation, the rule and the code say the same."""

from __future__ import annotations

import ast
import runpy
from pathlib import Path
from typing import Any
from uuid import UUID

from support.mapped import FIELDS as RECORD_FIELDS
from support.mapped import ID, context, desired, table

from publisher.digest import digest_of
from publisher.messages import messages
from publisher.portals.ckan.mapping.files import FIELDS
from publisher.portals.ckan.mapping.mapping import VERSION, owned, wanted
from publisher.portals.ckan.mapping.table import GROUPS, ROWS, TAGS
from publisher.portals.ckan.mapping.words import SENTENCES
from publisher.validation.rules import portal_fields

ROOT = Path(__file__).parents[2]


def test_the_documentation_is_made_from_the_table() -> None:
    made = runpy.run_path(str(ROOT / "script" / "docs-ckan"))["reference"]()
    assert (ROOT / "docs" / "ckan-mapping.md").read_text("utf-8") == made, "run script/docs-ckan"


def test_every_note_stands_in_vietnamese() -> None:
    words = messages("vi")
    notes = {row.note for row in (*ROWS, TAGS, GROUPS)} | {note for _, _, note in FIELDS}
    assert [note for note in sorted(notes - {""}) if words.text(note) == note] == []


def test_a_place_is_written_once() -> None:
    places = [(row.place, row.when) for row in ROWS]
    assert len(set(places)) == len(places)


def test_the_rule_knows_what_the_table_writes() -> None:
    plain = {row.place for row in (*ROWS, TAGS, GROUPS) if ":" not in row.place and row.when != "fluent"}
    # What a dataset is made of, and what only CKAN decides.
    assert plain | {"id", "private", "resources", "state", "type"} == portal_fields.FIELDS


def test_every_field_of_the_table_is_tried() -> None:
    # A field that is new in records has to be added to the made-up ones, or it would be mapped without any test.
    fields = {field for row in (*ROWS, TAGS, GROUPS) for field in row.fields}
    assert fields - {"id", "name", "taken_down"} <= set(RECORD_FIELDS)


def test_a_sentence_that_is_worded_anew_is_seen() -> None:
    words = messages("vi")
    notes = {row.note for row in (*ROWS, TAGS, GROUPS)} | {note for _, _, note in FIELDS}
    texts = {
        node.value
        for path in (ROOT / "publisher" / "portals" / "ckan" / "mapping").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if path.name != "mapping_words.py" and isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert set(SENTENCES) <= texts
    assert {one for one in texts - notes if " " in one and words.text(one) != one} <= set(SENTENCES)


SAMPLE: dict[str, Any] = {
    "title": {"vi": "Thử", "en": "Test"},
    "description": {"vi": "Mô tả", "en": "Description"},
    "status": "planned",
    "promised": "2027-03-31",
    "succession": [{"key": "so-b", "inferred": True}],
    "themes": ["y-te", "xa-hoi"],
    "keywords": ["một; hai", "ba"],
    "license": "cc-by",
    "region": "tinh-a",
    "temporal": {"start": "2024-01-01"},
    "issued": "2024-05-06",
    "access_rights": "public",
    "approval": {"decision": "qd-1", "item": "3"},
    "contact": {"email": "a@example.org"},
    "provenance": [{"source": "Nguồn", "supports": "data", "basis": "text", "accessed": "2024-01-01"}],
    "corrections": [{"on": "2024-06-01", "note": {"vi": "Sửa"}}],
    "freshness": {
        "frequency": "annual",
        "covered": {"name": "2023"},
        "next": {"name": "2024"},
        "due_at": "2025-01-31",
        "evidence": {"kind": "git", "detail": "a/b.csv", "on": "2024-01-02"},
    },
    "resources": [
        table(),
        {"id": ID, "name": "api", "url": "https://example.org/api", "service": True},
        {"id": str(UUID(int=1)), "name": "mau", "form": True, "schema": {"fields": []}},
    ],
}


def test_another_mapping_has_another_version() -> None:
    # What stands on portals is written anew when VERSION changes. If this fails, the same record gives another package
    # than before: raise VERSION in publisher/portals/ckan/mapping/mapping.py, then put the new digest here.
    packages = [
        owned(wanted(desired(SAMPLE), context(standing=standing, fluent=fluent)), {})
        for standing in ("official", "reference")
        for fluent in (False, True)
    ]
    assert (VERSION, digest_of(packages)[:16]) == (1, "f7aa12d6b10a7eaa")
