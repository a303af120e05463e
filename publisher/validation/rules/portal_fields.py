"""A descriptor's ``portal_fields`` name nothing that is written from the descriptor itself.

``portal_fields`` go to a CKAN portal as they are written, for fields that its own form has and for extras. A field that
this tool fills from the descriptor, such as the title, can only come from there: what ``portal_fields``
say of it would be lost without a word. Of an extra that it would fill too, the word of ``portal_fields`` counts.

To fix it, take the field out of ``portal_fields`` and say it where the descriptor has its place. The
table in docs/ckan-mapping.md shows which.

Source: the mapping of catalogues to CKAN.
"""

from collections.abc import Iterator, Mapping

from publisher.problem import Problem, Severity
from publisher.validation.rule import Context, at_dataset

CODE = "portal-field-taken"
SEVERITY = Severity.ERROR
CODES = {CODE: SEVERITY}
DEPENDS_ON_TODAY: frozenset[str] = frozenset()

_WRITTEN = "groups id license_id name notes owner_org private resources state tags title type url"
FIELDS = frozenset(_WRITTEN.split())
"""Fields of a dataset on CKAN that are written from the descriptor."""
_OURS = "opendata"


def check(context: Context) -> Iterator[Problem]:
    """The problems of a catalogue."""
    for dataset in context.datasets:
        given = dataset.portal_fields
        free = {"url"} if dataset.landing_page is None else frozenset()
        for key in sorted((given.keys() & FIELDS) - free):
            yield at_dataset(dataset, CODE, "portal_fields", key, name=key)
        extras = given.get("extras")
        for key in sorted(extras) if isinstance(extras, Mapping) else ():
            if str(key).partition("_")[0] == _OURS:
                yield at_dataset(dataset, CODE, "portal_fields", "extras", key, name=f"extras.{key}")
