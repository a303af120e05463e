"""The state in the private dataset: small enough for CKAN's index, whole or not at all."""

from __future__ import annotations

import base64
import json
import random
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.plan.model import Kind, Subject
from publisher.portals.ckan.notes.home import (
    EXTRA,
    Deleted,
    HomeState,
    Kept,
    KeptBody,
    decode,
    encode,
    home_name,
    is_ours,
    short_id,
)

CATALOGUE = "6c1c2f0e-0a51-4c1e-9f5a-2f6f1c0d7a11"
words = st.text(max_size=20)
states = st.builds(
    HomeState,
    catalogue=words,
    commit=st.none() | words,
    tool=st.none() | words,
    as_of=st.none() | words,
    subjects=st.dictionaries(
        st.builds(Subject, st.sampled_from(Kind), words),
        st.builds(
            Kept,
            words,
            words,
            st.dictionaries(words, words | st.integers()),
            st.none() | words,
            st.none() | st.builds(KeptBody, words, words, st.dictionaries(words, words, max_size=2)),
        ),
        max_size=4,
    ),
    deleted=st.dictionaries(words, st.builds(Deleted, words, words, words), max_size=3),
    known=st.frozensets(st.builds(short_id, words), max_size=5),
)


def large() -> HomeState:
    """A thousand organizations with descriptions that do not compress (made up)."""
    chance = random.Random(1)
    subjects = {
        Subject(Kind.ORGANIZATION, f"co-quan-{number}"): Kept(
            f"co-quan-{number}", f"{chance.getrandbits(256):064x}", {"name": f"{chance.getrandbits(2000):x}"}
        )
        for number in range(1000)
    }
    return HomeState(CATALOGUE, "abc", "1.0", None, subjects)


@given(states)
def test_what_is_written_is_read_again(state: HomeState) -> None:
    assert decode(encode(state)) == state


def test_a_thousand_organizations_fit_into_extras_that_the_index_takes() -> None:
    extras = encode(large())
    assert len(extras) > 1
    assert max(len(value.encode()) for value in extras.values()) <= 32_766
    assert all(is_ours(key) for key in extras)
    assert decode({**extras, "opendata_lease": "{}", "another": "x"}) == large()


def test_ten_thousand_datasets_are_known_in_two_extras() -> None:
    known = frozenset(short_id(f"{number}") for number in range(10_000))
    extras = encode(HomeState(CATALOGUE, known=known))
    assert len(extras) == 2
    assert decode(extras).known == known


def test_what_was_written_before_datasets_were_known_is_read() -> None:
    extras = encode(HomeState(CATALOGUE, "abc"))
    first = json.loads(extras[EXTRA])
    data = json.loads(zlib.decompress(base64.b64decode(first["packed"])))
    del data["known"]
    first["packed"] = base64.b64encode(zlib.compress(json.dumps(data).encode())).decode()
    assert decode({EXTRA: json.dumps(first)}) == HomeState(CATALOGUE, "abc")


def test_the_lease_and_other_peoples_extras_are_no_part_of_the_state() -> None:
    assert not is_ours("opendata_lease")
    assert not is_ours("opendata_catalogue")
    assert not is_ours("opendatax")


def test_extras_left_over_from_a_longer_state_do_no_harm() -> None:
    state = HomeState(CATALOGUE, "abc")
    assert decode({**encode(large()), **encode(state)}) == state


@pytest.mark.parametrize("lost", ["opendata", "opendata_2"])
def test_a_state_with_a_part_missing_is_no_state(lost: str) -> None:
    extras = encode(large())
    del extras[lost]
    with pytest.raises(ValueError, match="opendata"):
        decode(extras)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        json.dumps({"format": 2}),
        json.dumps(
            {"format": 1, "parts": 1, "packed": "AAAA", "catalogue": "", "commit": None, "tool": None, "as_of": None}
        ),
        json.dumps(
            {"format": 1, "parts": 1, "packed": 7, "catalogue": "", "commit": None, "tool": None, "as_of": None}
        ),
    ],
)
def test_what_somebody_wrote_over_is_told_from_a_state(text: str) -> None:
    with pytest.raises(ValueError, match="opendata"):
        decode({EXTRA: text})


def test_a_state_that_would_fill_our_memory_is_refused() -> None:
    bomb = base64.b64encode(zlib.compress(b" " * (65 << 20))).decode()
    extras = encode(HomeState(CATALOGUE))
    first = json.loads(extras[EXTRA])
    with pytest.raises(ValueError, match="opendata"):
        decode({EXTRA: json.dumps({**first, "packed": bomb})})


def test_each_catalogue_has_a_name_of_its_own_that_ckan_accepts() -> None:
    assert home_name(CATALOGUE) == "opendata-6c1c2f0e-0a5"
