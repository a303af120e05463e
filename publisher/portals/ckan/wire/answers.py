"""What an answer of CKAN's API means: a result, an error of ckanapi's, or a failure on the way."""

from __future__ import annotations

import json
from typing import Any, Never

from ckanapi.common import reverse_apicontroller_action
from ckanapi.errors import CKANAPIError

from publisher.messages import Term
from publisher.portals.ckan.wire.exchange import Answer
from publisher.portals.ckan.wire.failures import Failure

_SHOWN = 500
_HIDDEN = "•••"


def result_of(answer: Answer, token: str | None) -> Any:
    """The result, or a :class:`Failure`. The token is struck from what the server says of an error.

    Raises:
        ckanapi.errors.CKANAPIError: what CKAN itself answers.
    """
    status = answer.status
    reason = Term(f"HTTP {status}")
    if status == 200:
        return _result(answer.body)
    if status == 429:
        return Failure("portal-busy", reason, sent=False, wait=answer.wait)
    if status == 503:
        return Failure("portal-busy", reason, wait=answer.wait)
    if status == 408 or status >= 500:
        return Failure("portal-failed", reason, wait=answer.wait)
    if status < 400:
        return Failure("portal-answer-broken", reason)
    text = answer.body.decode("utf-8", "replace")
    _raise_if_ckan_says_it(status, text.replace(token, _HIDDEN) if token else text)
    code = "portal-upload-too-large" if status == 413 else "portal-answer-broken"
    return Failure(code, reason, sent=False, final=True)


def _result(body: bytes) -> Any:
    try:
        answer = json.loads(body)
        if b"\\ud" in body.lower():  # halves of characters are no text that could be shown or sent
            json.dumps(answer, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return Failure("portal-answer-broken", Term("not JSON"))
    if not isinstance(answer, dict) or answer.get("success") is not True or "result" not in answer:
        return Failure("portal-answer-broken", Term("wrong type"))
    return answer["result"]


def _raise_if_ckan_says_it(status: int, text: str) -> None:
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        return
    if isinstance(answer, str):  # "Bad request: Action name not known: ..."
        raise CKANAPIError(f"HTTP {status}: {answer[:_SHOWN]}")
    error = answer.get("error") if isinstance(answer, dict) else None
    if not isinstance(error, dict):
        return
    if "message" in error:
        error["message"] = str(error["message"])
    _raise(status, json.dumps({"error": error}))


def _raise(status: int, text: str) -> Never:
    """By ckanapi's table of error types."""
    reverse_apicontroller_action("", status, text)
    raise CKANAPIError(f"HTTP {status}: {text[:_SHOWN]}")
