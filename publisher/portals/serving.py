"""What a portal really serves: whether its links answer, and whether the bytes behind them are those that are noted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor

from publisher.digest import digest_of_stream
from publisher.errors import OpendataError
from publisher.plan.model import Holding, PublishedFile, Subject
from publisher.portals.base import Portal

_AT_ONCE = 4


def unserved(portal: Portal, holdings: Iterable[Holding], *, deep: bool = False) -> Mapping[Subject, tuple[str, ...]]:
    """Names of files that do not answer, by subject; with ``deep`` also of those that hold other bytes than noted.

    Raises:
        OpendataError: what the portal raises where it cannot say; no answer at all does not mean that a file is gone.
    """
    links = [(holding, file) for holding in holdings for file in holding.files]

    def answers(link: tuple[Holding, PublishedFile]) -> bool:
        holding, file = link
        try:
            with portal.read(holding.subject, file.name) as stream:
                return not deep or digest_of_stream(stream) == file.sha256
        except OpendataError as error:
            if error.code != "portal-file-missing":
                raise
            return False

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        good = list(pool.map(answers, links))
    lost: dict[Subject, tuple[str, ...]] = {}
    for (holding, file), is_good in zip(links, good, strict=True):
        if not is_good:
            lost[holding.subject] = (*lost.get(holding.subject, ()), file.name)
    return lost
