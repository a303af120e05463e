"""A catalogue made up for tests: sixteen datasets, one in each state that a steward can meet, on 10 April 2026."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from publisher.catalogue.load import load
from publisher.catalogue.model import Catalogue
from publisher.freshness.assess import assess
from publisher.freshness.evidence import observe
from publisher.freshness.model import Assessment, Observation, State
from publisher.freshness.timeline import timeline_of
from publisher.reports.freshness.model import Report, by_urgency, coming
from publisher.zones import zone_of

NOW = "2026-04-10"
ORGANIZATIONS = """\
so-giao-duc:
  name: {vi: Sở Giáo dục và Đào tạo, en: Department of Education}
  contact: {email: giaoduc@example.org}
so-y-te:
  name: {vi: Sở Y tế, en: Department of Health}
  contact: {email: yte@example.org}
so-cu:
  name: {vi: Sở Thông tin và Truyền thông, en: Department of Information}
  valid_to: 2025-02-28
  successor: {key: so-moi, basis: thử nghiệm, inferred: true}
so-moi:
  name: {vi: Sở Khoa học và Công nghệ, en: Department of Science}
"""
DATASETS: dict[str, tuple[str, str, str, str]] = {
    "truong-mam-non": (
        "Trường mầm non", "Kindergartens", "so-giao-duc",
        "status: published\ntemporal: {start: 2023-01-01, end: 2023-12-31}\nfreshness: {frequency: annual}"),
    "benh-vien": (
        "Bệnh viện, phòng khám", "Hospitals, clinics", "so-y-te",
        "status: published\ntemporal: {start: 2025-01-01, end: 2025-09-30}\n"
        "freshness: {frequency: quarterly, due: P15D, grace: P7D, delinquent: P120D}"),
    "nhiet-do": (
        "Dữ liệu quý <thử> & \"lạ\"", "Quarterly <test> & \"odd\"", "so-cu",
        "status: published\ntemporal: {start: 2025-01-01, end: 2025-12-31}\nfreshness: {frequency: quarterly}"),
    "nha-tre": (
        "Nhà trẻ tư thục", "Private nurseries", "so-giao-duc",
        "status: published\nfreshness: {frequency: annual}"),
    "gia-thuoc": (
        "Giá thuốc", "Prices of medicine", "so-y-te",
        "status: published\nfreshness: {frequency: monthly, evidence: [{column: ngay}]}"),
    "tram-y-te": (
        "Trạm y tế", "Health stations", "so-y-te",
        "status: published\ntemporal: {start: 2025-01-01, end: 2025-12-31}\nfreshness: {frequency: annual}"),
    "thu-tuc": (
        "Thủ tục hành chính", "Procedures", "so-moi",
        "status: published\nfreshness: {frequency: as-needed}"),
    "ket-qua-2020": (
        "Kết quả năm 2020", "Results of 2020", "so-moi",
        "status: published\ntemporal: {start: 2020-01-01, end: 2020-12-31}\nfreshness: {frequency: never}"),
    "ke-hoach-hen": (
        "Bản đồ trường học", "Map of schools", "so-giao-duc",
        "status: planned\npromised: 2026-06-30\nfreshness: {frequency: annual}"),
    "ke-hoach-1": ("Kế hoạch một", "Plan one", "so-giao-duc", "status: planned\nfreshness: {frequency: annual}"),
    "de-xuat": ("Đề xuất", "Proposal", "so-giao-duc", "status: proposed\nfreshness: {frequency: annual}"),
    "tam-dung": (
        "Điều tra hộ nghèo", "Survey of poor households", "so-y-te",
        "status: published\ntemporal: {start: 2023-01-01, end: 2023-12-31}\n"
        "freshness: {frequency: annual, paused: {until: 2026-12-31, reason: chờ mẫu mới}}"),
    "duoc-mien": ("Miễn", "Exempt one", "so-y-te", "status: published\nfreshness: {frequency: annual, exempt: thử}"),
    "da-het": (
        "Sổ cũ", "Old register", "so-moi",
        "status: published\ntemporal: {start: 2023-01-01, end: 2023-12-31}\n"
        "freshness: {frequency: annual, ended: 2024-12-31}"),
    "khong-mo": (
        "Không mở", "Closed one", "so-y-te",
        "status: not-open\nstatus_reason: thử\nfreshness: {frequency: annual}"),
    "da-rut": (
        "Đã rút", "Withdrawn one", "so-y-te",
        "status: withdrawn\nstatus_reason: thử\nfreshness: {frequency: annual}"),
}  # fmt: skip


def write_catalogue(root: Path) -> Path:
    """Put the sixteen datasets into the catalogue of the fixture ``catalogue_dir``."""
    (root / "catalog/organizations.yaml").write_text(ORGANIZATIONS, "utf-8")
    for path in sorted((root / "datasets").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    for name, (vi, en, body, terms) in DATASETS.items():
        folder = root / "datasets" / name
        folder.mkdir(parents=True)
        (folder / "dataset.yaml").write_text(
            f"title:\n  vi: '{vi}'\n  en: '{en}'\ndescription:\n  vi: Dữ liệu giả dùng để thử nghiệm.\n"
            f"  en: Synthetic data for tests.\norganization: {body}\nthemes: [giao-duc]\nlicense: cc-by-4\n{terms}\n",
            "utf-8",
        )
    return root


def catalogue_of(root: Path) -> Catalogue:
    """The catalogue, without problems."""
    loaded = load(root)
    assert loaded.catalogue and not loaded.catalogue.broken, [str(one) for one in loaded.problems]
    return loaded.catalogue


def assessed(catalogue: Catalogue, now: str = NOW, language: str = "vi") -> list[Assessment]:
    """All datasets, assessed by what the descriptors say; the prices of medicine cannot be measured."""
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    found = []
    for one in catalogue.datasets.values():
        seen = observe(one, {}, {}) if one.name != "gia-thuoc" else (Observation("column", "gia-thuoc.ngay"),)
        found.append(assess(one, timeline_of(one, seen), at, catalogue=catalogue, language=language))
    return found


def report_of(root: Path, now: str = NOW, language: str = "vi", fail_on: State = State.OVERDUE) -> Report:
    """The report of the sixteen, with what comes due in the 90 days from now."""
    catalogue = catalogue_of(root)
    at = datetime.fromisoformat(f"{now}T06:00:00+00:00").astimezone(zone_of(catalogue.settings.time_zone))
    found = assessed(catalogue, now, language)
    until = datetime.fromisoformat("2026-07-09").date()
    soon = tuple(coming(found, catalogue, at.date(), until))
    return Report(catalogue, at, tuple(by_urgency(found)), fail_on, soon, until, language=language)
