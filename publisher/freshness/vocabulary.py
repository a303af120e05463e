"""A frequency in the words of others: EU authority table, Dublin Core, ISO 8601, people."""

from __future__ import annotations

from dataclasses import dataclass

from publisher.text import fold

EU = "http://publications.europa.eu/resource/authority/frequency/"
DUBLIN_CORE = "http://purl.org/cld/freq/"


@dataclass(frozen=True, slots=True)
class Frequency:
    """A frequency's codes. ``interval`` is the repeating interval that DCAT-US uses; ``label`` an interface text.

    ``said`` are what people write, folded.
    """

    key: str
    label: str
    eu: str
    dublin_core: str | None = None
    interval: str | None = None
    said: tuple[str, ...] = ()

    @property
    def eu_uri(self) -> str:
        """Its address in the EU authority table."""
        return EU + self.eu

    @property
    def dublin_core_uri(self) -> str | None:
        """Its address in the Dublin Core Collection Description Frequency vocabulary."""
        return DUBLIN_CORE + self.dublin_core if self.dublin_core else None


FREQUENCIES: dict[str, Frequency] = {
    one.key: one
    for one in (
        Frequency("continuous", "continuously", "CONT", "continuous", "R/PT1S", ("lien tuc", "thuong xuyen")),
        Frequency("daily", "every day", "DAILY", "daily", "R/P1D", ("hang ngay", "ngay")),
        Frequency("weekly", "every week", "WEEKLY", "weekly", "R/P1W", ("hang tuan", "tuan")),
        Frequency("biweekly", "every two weeks", "BIWEEKLY", "biweekly", "R/P2W", ("hai tuan", "2 tuan")),
        Frequency("monthly", "every month", "MONTHLY", "monthly", "R/P1M", ("hang thang", "thang")),
        Frequency("bimonthly", "every two months", "BIMONTHLY", "bimonthly", "R/P2M", ("hai thang", "2 thang")),
        Frequency("quarterly", "every quarter", "QUARTERLY", "quarterly", "R/P3M", ("hang quy", "quy", "3 thang")),
        Frequency(
            "semiannual", "every six months", "ANNUAL_2", "semiannual", "R/P6M", ("6 thang", "sau thang", "nua nam")
        ),
        Frequency("annual", "every year", "ANNUAL", "annual", "R/P1Y", ("hang nam", "nam")),
        Frequency("biennial", "every two years", "BIENNIAL", "biennial", "R/P2Y", ("hai nam", "2 nam")),
        Frequency("school-year", "every school year", "ANNUAL", "annual", "R/P1Y", ("nam hoc", "hang nam hoc")),
        Frequency("irregular", "irregularly", "IRREG", "irregular", None, ("khong dinh ky", "dot xuat")),
        Frequency("as-needed", "when needed", "AS_NEEDED", None, None, ("khi co thay doi", "khi co phat sinh")),
        Frequency("never", "never again", "NEVER", None, None, ("khong cap nhat", "mot lan")),
        Frequency("unknown", "not stated", "UNKNOWN", None, None, ("chua xac dinh", "khong ro")),
    )
}


def frequency_from(text: str) -> str | None:
    """Our word for what a text says: our own, an EU or Dublin Core code or address, an ISO interval, Vietnamese."""
    asked = text.strip()
    code = asked.removeprefix(EU).removeprefix(DUBLIN_CORE)
    spoken = " ".join(fold(asked).split()).replace("moi ", "hang ")
    for one in FREQUENCIES.values():
        if code in (one.key, one.eu, one.dublin_core) or asked == one.interval or spoken in one.said:
            return one.key
    return None
