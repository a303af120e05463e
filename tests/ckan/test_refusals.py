"""CKAN's refusals, told in one line with the field that they are about."""

from __future__ import annotations

from typing import Any

import pytest
from ckanapi.errors import CKANAPIError, NotAuthorized, ValidationError

from publisher.portals.ckan.writing.settle import refused


@pytest.mark.parametrize(
    ("said", "field", "reason"),
    [
        ({"name": ["That URL is already in use."]}, "name", "That URL is already in use."),
        ({"resources": [{}, {"url": ["Missing value"]}]}, "resources/2/url", "Missing value"),
        ({"match__id": "Missing value"}, "match__id", "Missing value"),
        ({"tags": ['Tag "a" length is less than minimum 2']}, "tags", 'Tag "a" length is less than minimum 2'),
        ({"extras": [{"value": ["Line one\n  line two"]}]}, "extras/1/value", "Line one line two"),
    ],
)
def test_a_validation_error_names_its_field(said: dict[str, Any], field: str, reason: str) -> None:
    error = refused(ValidationError({"__type": "Validation Error", **said}))
    assert (error.code, error.params) == ("portal-refused", {"field": field, "reason": reason})


def test_a_file_that_is_too_large_has_its_own_words() -> None:
    assert refused(ValidationError({"upload": ["File upload too large"]})).code == "portal-file-too-large"


def test_missing_rights_have_their_own_words() -> None:
    assert refused(NotAuthorized({"message": "Access denied"})).code == "portal-not-allowed"


def test_whatever_else_it_says_is_one_short_line() -> None:
    error = refused(CKANAPIError("x\n" * 1000))
    assert error.code == "portal-refused"
    assert len(str(error.params["reason"])) <= 300
    assert "\n" not in str(error.params["reason"])
