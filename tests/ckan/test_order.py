"""New tags never meet in flight, every job gets its turn, and names are free when they are taken."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from publisher.portals.ckan.writing.order import Job, Turns

keys = st.sampled_from("abcdefgh")
works = st.lists(
    st.builds(Job, keys, st.frozensets(st.sampled_from(["x", "X", "y", "z"])), st.frozensets(keys)),
    unique_by=lambda job: job.key,
)


@given(works, st.sets(st.sampled_from("xy")), st.data())
def test_whatever_ends_first_new_tags_never_meet_and_all_get_their_turn(
    jobs: list[Job], known: set[str], data: st.DataObject
) -> None:
    turns = Turns(jobs, known)
    there = set(known)
    flying: dict[str, Job] = {}
    ended: list[str] = []
    while True:
        while len(flying) < 3 and (job := turns.next()) is not None:
            assert job.key not in flying
            assert job.key not in ended
            new = {tag.lower() for tag in job.tags} - there
            assert not any(new & {tag.lower() for tag in other.tags} for other in flying.values())
            flying[job.key] = job
        if not flying:
            break
        key = data.draw(st.sampled_from(sorted(flying)))
        succeeded = data.draw(st.booleans())
        job = flying.pop(key)
        turns.done(key, succeeded)
        ended.append(key)
        if succeeded:
            there |= {tag.lower() for tag in job.tags}
    assert sorted(ended) == sorted(job.key for job in jobs)


def test_a_job_waits_for_those_before_it() -> None:
    turns = Turns([Job("takes-the-name", after=frozenset({"gives-it-up"})), Job("gives-it-up")])
    first = turns.next()
    assert first is not None
    assert first.key == "gives-it-up"
    assert turns.next() is None
    turns.done("gives-it-up", succeeded=False)
    second = turns.next()
    assert second is not None
    assert second.key == "takes-the-name"


def test_tags_that_are_there_hold_nobody_up() -> None:
    turns = Turns([Job(key, frozenset({"giáo dục"})) for key in "abc"], known=["giáo dục"])
    assert [turns.next() is not None for _ in "abc"] == [True, True, True]
