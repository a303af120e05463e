"""What holds for every record that is mapped to CKAN."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from support.mapped import FIELDS, RECORDS, SYSADMIN, context, desired

from publisher.portals.ckan.mapping.mapping import Context, owned, record_field, record_fields, wanted
from publisher.portals.ckan.mapping.places import normal
from publisher.portals.ckan.model import Rights

EDITOR = Rights((2, 10), frozenset(), "a", False, {"so-a": "1"}, {"y-te": "2"})
CONTEXTS = st.builds(
    context,
    rights=st.sampled_from([SYSADMIN, EDITOR]),
    standing=st.sampled_from(["official", "reference"]),
    fluent=st.booleans(),
    prefix=st.sampled_from(["", "tinh-"]),
)


def places(record: dict[str, Any], there: Context) -> dict[str, Any]:
    return owned(wanted(desired(record), there), {})


@given(RECORDS, CONTEXTS)
def test_a_package_is_json_and_the_same_each_time(record: dict[str, Any], there: Context) -> None:
    found = places(record, there)
    assert json.loads(json.dumps(found)) == found
    assert found == places(json.loads(json.dumps(record)), there)


@given(RECORDS, CONTEXTS)
def test_no_place_is_empty_and_none_is_more_than_solr_takes(record: dict[str, Any], there: Context) -> None:
    made = wanted(desired(record), there)
    assert all(value and len(value.encode()) <= 32_766 for value in made.extras.values())
    assert len(str(made.fields["title"]).encode()) <= 32_766
    assert all(normal(value) == value for value in places(record, there).values())


@given(RECORDS, CONTEXTS, st.sampled_from(sorted(FIELDS)), st.data())
def test_a_changed_field_changes_only_places_that_are_made_from_it(
    record: dict[str, Any], there: Context, field: str, data: st.DataObject
) -> None:
    before, after = (places({**record, field: data.draw(FIELDS[field])}, there) for _ in range(2))
    changed = {place for place in before.keys() | after.keys() if before.get(place) != after.get(place)}
    assert all(field in record_fields(place) for place in changed)
    assert all(record_field(place) in FIELDS for place in changed)


@given(RECORDS, CONTEXTS)
def test_resources_have_ids_of_their_own(record: dict[str, Any], there: Context) -> None:
    made = wanted(desired(record), there).resources
    assert len({one.id for one in made}) == len(made)
    assert len({one.file.name for one in made if one.file}) == sum(one.file is not None for one in made)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda one: st.lists(one, max_size=3) | st.dictionaries(st.text(max_size=3), one, max_size=3),
    )
)
def test_normal_values_stay_as_they_are(value: Any) -> None:
    assert normal(normal(value)) == normal(value)
