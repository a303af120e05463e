"""Personal data in tables: what must never be published."""

from __future__ import annotations

from publisher.personal.email import EmailDetector
from publisher.personal.model import Detector
from publisher.personal.scan import Scanner

VERSION = 2
"""Raised when a detector changes, so that tables are scanned again."""


def detectors(country: str | None) -> tuple[Detector, ...]:
    """The detectors for a country: e-mail everywhere, and what the country's pack adds."""
    if country == "vn":
        from publisher.countries.vn.personal import OFFICES, SURNAMES, CccdDetector, MobileDetector

        return (EmailDetector(SURNAMES, OFFICES), CccdDetector(), MobileDetector())
    return (EmailDetector(),)


__all__ = ["VERSION", "Detector", "EmailDetector", "Scanner", "detectors"]
