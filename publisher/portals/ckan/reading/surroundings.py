"""What datasets are mapped with besides their own records: the catalogue, organizations, themes, and what rights reach.

A new title of an organization stands in every one of its datasets. Whether anything of this changed is one digest, kept
in the private dataset; only then is it looked at what that means for each dataset.
"""

from __future__ import annotations

from collections.abc import Mapping

from publisher.digest import digest_of
from publisher.plan.model import Desired, DesiredState, Holding, Kind, Subject
from publisher.portals.ckan.mapping import mapping
from publisher.portals.ckan.model import Applied, Found, Options, Rights
from publisher.portals.ckan.notes import marker

_BY_RIGHTS = frozenset({"groups"})
"""Places that are left as they are where rights do not reach them."""


def surroundings(desired: DesiredState, options: Options, rights: Rights) -> str:
    """The digest of all that is not a dataset's own."""
    records = {
        str(subject): one.digest for subject, one in desired.subjects.items() if subject.kind is not Kind.DATASET
    }

    def names(kind: Kind, named: Mapping[str, str]) -> set[str]:
        return {named.get(one.name, one.name) for one in desired.subjects if one.kind is kind}

    reach = [
        sorted(names(Kind.ORGANIZATION, options.organizations) & set(rights.organizations)),
        sorted(names(Kind.THEME, options.groups) & set(rights.groups)),
        sorted(rights.fields),
        "datastore" in rights.plugins,
    ]
    return digest_of([mapping.rules(options), records, reach])[:16]


def moved(
    holdings: Mapping[Subject, Holding],
    found: Mapping[Subject, Found],
    desired: Mapping[Subject, Desired],
    context: mapping.Context,
) -> list[Subject]:
    """Datasets that equal git's record and would be written otherwise today, for what stands around them."""
    return [
        subject
        for subject, holding in holdings.items()
        if (one := desired.get(subject)) is not None
        and subject in found
        and holding.stale is None
        and not holding.deleted
        and holding.digest == one.digest
        and (applied := found[subject].applied) is not None
        and _differs(one, applied, context)
    ]


def _differs(desired: Desired, applied: Applied, context: mapping.Context) -> bool:
    """Whether a place that we wrote has another value now. What would only be added comes with the next change."""
    owned = mapping.owned(mapping.wanted(desired, context), {file.name: file for file in applied.files})
    digests = marker.digests(owned)
    return any(digests.get(place) != digest for place, digest in applied.fields.items() if place not in _BY_RIGHTS)
