"""Which law held on a day, by the dated profiles of ``catalog/legal.yaml``. No act stands in code."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date

from publisher.catalogue.model import Catalogue, Dataset, LegalProfile

_NUMBER = re.compile(r"\b\d+/\d{4}/[A-ZĐ]+[A-ZĐ0-9-]*")

_STATED: Mapping[str, Callable[[Dataset], bool]] = {
    "security_note": lambda dataset: bool(dataset.security_note),
    "approval": lambda dataset: dataset.decision is not None,
    "license": lambda dataset: dataset.license is not None,
    "temporal": lambda dataset: dataset.temporal is not None,
    "region": lambda dataset: dataset.region is not None,
    "contact": lambda dataset: dataset.contact is not None,
}


def profiles_on(catalogue: Catalogue, day: date) -> tuple[LegalProfile, ...]:
    """The profiles in force on a day, those whose text was read first; several acts may hold at once."""
    found = [profile for profile in catalogue.legal.values() if day in profile.validity]
    return tuple(sorted(found, key=lambda profile: (profile.basis != "text", profile.key)))


def missing_fields(dataset: Dataset, profile: LegalProfile) -> tuple[str, ...]:
    """The fields that a profile asks for and a dataset does not state."""
    return tuple(field for field in profile.requires if field in _STATED and not _STATED[field](dataset))


def act_numbers(act: str) -> tuple[str, ...]:
    """The numbers of acts in a text: ``47/2020/NĐ-CP``."""
    return tuple(_NUMBER.findall(act))
