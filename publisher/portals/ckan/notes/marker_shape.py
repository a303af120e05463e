"""The shape of a dataset's record, checked before a record that a portal gave back is used.

Whoever may edit a dataset may write into its extras, so nothing is taken for granted there.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

_Shape = Any
"""A type, a dictionary of shapes by key (absent keys are right, unknown ones free), or a list with one shape."""


class _Texts:
    """Texts by language."""


class _Id:
    """A UUID."""


class _Said:
    """A text, by language or not."""


_DATED = [{"on": str, "note": _Texts}]
_STEP = {"key": str, "basis": _Said, "inferred": bool}
_PERIOD = {"name": str, "start": str, "end": str}
_EVIDENCE = {"kind": str, "detail": str, "through": str, "on": str}
_WORDS = ("organization", "responsible", "license", "region", "status", "access_rights", "landing_page", "taken_down")
_DAYS = ("issued", "modified", "promised")
_TEXTS = ("title", "description", "status_reason", "security_note")
_LISTS = ("formerly", "themes", "keywords")
_RESOURCE: _Shape = {
    "id": _Id,
    "name": str,
    "title": _Texts,
    "description": _Texts,
    "url": str,
    "service": bool,
    "form": bool,
    "format": str,
    "media_type": str,
    "digest": str,
    "schema_digest": str,
    "rows": int,
    "derived": [str],
    "columns": [str],
    "formerly": [str],
    "schema": dict,
    "missing": dict,
    "chart": dict,
    "portal_fields": dict,
    "parts": [{"name": str, "sha256": str, "bytes": int, "period": str, "rows": int}],
}
_RECORD: _Shape = {
    **dict.fromkeys((*_WORDS, *_DAYS), str),
    **dict.fromkeys(_TEXTS, _Texts),
    **{key: [str] for key in _LISTS},
    "id": str,
    "name": str,
    "succession": [_STEP],
    "temporal": {"start": str, "end": str},
    "approval": {"decision": str, "item": str},
    "contact": {"name": _Texts, "email": str, "phone": str, "url": str, "address": _Texts},
    "provenance": [
        {**dict.fromkeys(("source", "url", "basis", "package", "version", "license", "accessed"), str), "note": _Texts}
    ],
    "corrections": _DATED,
    "reviews": _DATED,
    "freshness": {
        **dict.fromkeys(("frequency", "mode", "due_at", "overdue_at", "fixed", "fixed_from", "fixed_until"), str),
        **dict.fromkeys(("covered", "next"), _PERIOD),
        "missing": [str],
        "partial": [str],
        "evidence": _EVIDENCE,
        "others": [_EVIDENCE],
    },
    "resources": [_RESOURCE],
    "portal_fields": dict,
}
_ALWAYS = ("id", "name")
_IN_RESOURCES = ("id", "name")


def is_record(value: Any) -> bool:
    """Whether this is a dataset's record as we make them."""
    return (
        _has(value, _RECORD)
        and all(key in value for key in _ALWAYS)
        and all(key in one for one in value.get("resources", ()) for key in _IN_RESOURCES)
    )


def _has(value: Any, shape: _Shape) -> bool:
    if isinstance(shape, dict):
        return isinstance(value, dict) and all(_has(value[key], one) for key, one in shape.items() if key in value)
    if isinstance(shape, list):
        return isinstance(value, list) and all(_has(one, shape[0]) for one in value)
    if shape is _Said:
        return isinstance(value, str) or _has(value, _Texts)
    if shape is _Texts:
        return isinstance(value, dict) and all(isinstance(one, str) for one in value.values())
    if shape is _Id:
        return isinstance(value, str) and _is_uuid(value)
    return isinstance(value, shape) and (shape is not int or not isinstance(value, bool))


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
