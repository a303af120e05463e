"""The table of the mapping: the documentation, the rule and the code say the same."""

from __future__ import annotations

import runpy
from pathlib import Path

from support.mapped import FIELDS as RECORD_FIELDS

from publisher.messages import messages
from publisher.portals.ckan.mapping_files import FIELDS
from publisher.portals.ckan.mapping_table import GROUPS, LANG, ROWS, TAGS
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
    extras = {row.place.removeprefix("extras:") for row in ROWS if row.place.startswith("extras:")}
    assert {one for one in extras if LANG not in one} == portal_fields.EXTRAS


def test_every_field_of_the_table_is_tried() -> None:
    # A field that is new in records has to be added to the made-up ones, or it would be mapped without any test.
    fields = {field for row in (*ROWS, TAGS, GROUPS) for field in row.fields}
    assert fields - {"id", "name", "taken_down"} <= set(RECORD_FIELDS)
