"""Questions to a portal whose answers must be of one kind; what it does not tell us is None."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, BinaryIO, Protocol, TypeVar

from ckanapi.errors import CKANAPIError, NotAuthorized, NotFound

from publisher.errors import Exit, OpendataError
from publisher.messages import Term
from publisher.portals.ckan.wire.transport import typed
from publisher.portals.ckan.writing.settle import refused

_Kind = TypeVar("_Kind")


class Calls(Protocol):
    """What is needed of the transport."""

    def call(self, action: str, data: Mapping[str, Any] | None = None) -> Any:
        """The result of an action."""

    def open(self, url: str) -> AbstractContextManager[BinaryIO]:
        """The bytes behind an address."""


def ask(calls: Calls, action: str, data: Mapping[str, Any], kind: type[_Kind]) -> _Kind:
    """An answer of a kind.

    Raises:
        OpendataError: ``portal-refused``, ``portal-not-allowed``, ``portal-answer-broken``, and what the transport
            raises.
    """
    try:
        return typed(calls.call(action, data), kind, action)
    except CKANAPIError as error:
        raise refused(error) from error


def ask_for(calls: Calls, action: str, data: Mapping[str, Any]) -> dict[str, Any] | None:
    """A single thing; None if it is not there, or not for us to see.

    Raises:
        OpendataError: as :func:`ask`.
    """
    try:
        return typed(calls.call(action, data), dict, action)
    except (NotFound, NotAuthorized):
        return None
    except CKANAPIError as error:
        raise refused(error) from error


def text(data: Mapping[str, Any], key: str, action: str) -> str:
    """A text that an answer must hold.

    Raises:
        OpendataError: ``portal-answer-broken``.
    """
    found = typed(data.get(key), str, action)
    if not found:
        raise broken(action)
    return found


def objects(data: Mapping[str, Any], key: str, action: str) -> list[dict[str, Any]]:
    """A list of objects that an answer may hold; empty where there is none.

    Raises:
        OpendataError: ``portal-answer-broken``.
    """
    return all_objects(data.get(key) or [], action)


def all_objects(found: object, action: str) -> list[dict[str, Any]]:
    """A list of objects.

    Raises:
        OpendataError: ``portal-answer-broken``.
    """
    listed: Sequence[Any] = typed(found, list, action)
    return [typed(one, dict, action) for one in listed]


def broken(action: str) -> OpendataError:
    """An answer that is not what CKAN answers."""
    return OpendataError("portal-answer-broken", Exit.UNREACHABLE, url=action, reason=Term("wrong type"))
