"""In which order datasets are written where several are in flight at once.

Two writes that bring CKAN the same new tag at the same time make the tag twice (measured), and a dataset with such a
tag changes on every write from then on. And a dataset that takes the name of another has to wait until that is free.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Job:
    """Something to be done: the tags that it brings, and the jobs that have to be done before it."""

    key: str
    tags: frozenset[str] = frozenset()
    after: frozenset[str] = field(default_factory=frozenset)


class Turns:
    """Says which job may start. Tags are new until a job that brought them has succeeded.

    Jobs whose wishes for an order run in a circle are given out nevertheless, once nothing else is in flight.
    """

    def __init__(self, jobs: Iterable[Job], known: Collection[str] = ()) -> None:
        self._jobs: Mapping[str, Job] = {job.key: job for job in jobs}
        self._known = {_same(tag) for tag in known}
        self._waiting = {key: {one for one in job.after if one in self._jobs} for key, job in self._jobs.items()}
        self._followers: dict[str, list[str]] = {}
        for key, before in self._waiting.items():
            for one in before:
                self._followers.setdefault(one, []).append(key)
        self._ready = deque(key for key, before in self._waiting.items() if not before)
        for key in self._ready:
            del self._waiting[key]
        self._flying: dict[str, frozenset[str]] = {}
        self._claimed: set[str] = set()
        self._parked: dict[str, list[str]] = {}

    def next(self) -> Job | None:
        """A job that may start now, and counts as started; None if none may before another is done."""
        while self._ready:
            key = self._ready.popleft()
            new = frozenset(map(_same, self._jobs[key].tags)) - self._known
            meets = next(iter(sorted(new & self._claimed)), None)
            if meets is not None:
                self._parked.setdefault(meets, []).append(key)
                continue
            self._flying[key] = new
            self._claimed |= new
            return self._jobs[key]
        if not self._flying and self._waiting:
            self._release(next(iter(self._waiting)))
            return self.next()
        return None

    def done(self, key: str, succeeded: bool) -> None:
        """A job has ended: what waited for it may start."""
        new = self._flying.pop(key)
        self._claimed -= new
        if succeeded:
            self._known |= new
        for tag in sorted(new):
            self._ready.extend(self._parked.pop(tag, ()))
        for follower in self._followers.get(key, ()):
            before = self._waiting.get(follower)
            if before is not None:
                before.discard(key)
                if not before:
                    self._release(follower)

    def _release(self, key: str) -> None:
        del self._waiting[key]
        self._ready.append(key)


def _same(tag: str) -> str:
    """What makes two tags the same to us: one more that seem alike costs a moment, one less a tag made twice."""
    return tag.casefold()
