"""One step of a plan: written down before and after, and never the end of the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Lock

from ckanapi.errors import CKANAPIError

from publisher.errors import Exit, OpendataError
from publisher.messages import Term
from publisher.plan.desired import CATALOGUE
from publisher.plan.model import Action, Outcome, OutcomeStatus, Subject
from publisher.portals.base import Journal
from publisher.portals.ckan.wire.transport import Transport, Unsettled
from publisher.portals.ckan.writing.settle import refused


class Stepper:
    """Takes steps, from several threads; knows which failed, and whether the portal is still there."""

    def __init__(self, transport: Transport, journal: Journal) -> None:
        self._transport = transport
        self._journal = journal
        self._failed: set[Subject] = set()
        self._lost: tuple[str, Mapping[str, object]] | None = None
        self._asking = Lock()

    def take(self, action: Action, work: Callable[[], None]) -> Outcome:
        """What becomes of an action; ``work`` does it.

        It is not tried if something that it needs has failed, or nothing can be reached any more.
        """
        subject = action.subject
        failure = self._lost or self._needs(action)
        if failure is None:
            self._journal.write("step", subject=str(subject), change=action.change.value)
            failure = self._failure(work)
            self._journal.write("stepped", subject=str(subject), failed=failure[0] if failure else None)
        if failure is None:
            return Outcome(subject, OutcomeStatus.DONE)
        self._failed.add(subject)
        return Outcome(subject, OutcomeStatus.FAILED, *failure)

    def must(self, action: Action, work: Callable[[], None]) -> Outcome:
        """A step without which nothing can begin.

        Raises:
            OpendataError: why it could not be taken.
        """
        self._journal.write("step", subject=str(action.subject), change=action.change.value)
        try:
            work()
        except Unsettled as error:
            raise unreachable(self._transport.url) from error
        except CKANAPIError as error:
            raise refused(error) from error
        self._journal.write("stepped", subject=str(action.subject), failed=None)
        return Outcome(action.subject, OutcomeStatus.DONE)

    def stop(self, error: OpendataError) -> None:
        """From here on every step fails for this reason."""
        self._lost = self._lost or _told(error)

    def _needs(self, action: Action) -> tuple[str, Mapping[str, object]] | None:
        needed = next((one for one in action.depends_on if one in self._failed and one != CATALOGUE), None)
        return ("needs-failed", {"path": needed.name}) if needed is not None else None

    def _failure(self, work: Callable[[], None]) -> tuple[str, Mapping[str, object]] | None:
        try:
            work()
        except OpendataError as error:
            if error.exit_code is Exit.UNREACHABLE:
                self._still_there()
            return _told(error)
        except Unsettled:
            self._still_there()
            return "portal-unsettled", {}
        except CKANAPIError as error:
            return _told(refused(error))
        return None

    def _still_there(self) -> None:
        """Ask whether the portal answers at all: if not, thousands of datasets do not each find that out anew."""
        with self._asking:
            if self._lost is None:
                try:
                    self._transport.call("status_show")
                except OpendataError as error:
                    self.stop(error)
                except CKANAPIError:
                    pass


def unreachable(url: str) -> OpendataError:
    """``portal-unreachable``: what was sent got no answer, and looking got none either."""
    return OpendataError("portal-unreachable", Exit.UNREACHABLE, url=url, reason=Term("connection lost"))


def _told(error: OpendataError) -> tuple[str, Mapping[str, object]]:
    return error.code, error.params
