"""Records and contexts made up for tests of the mapping to CKAN."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from hypothesis import strategies as st

from publisher.digest import digest_of
from publisher.plan.model import Desired, Kind, Record, SourceFile, Subject
from publisher.portals.ckan.mapping.mapping import Context
from publisher.portals.ckan.model import Options, Rights

ID = str(uuid5(NAMESPACE_URL, "test"))
CATALOGUE: dict[str, Any] = {
    "id": "0fa9b4fa-a6d2-407c-8d0e-000000000000",
    "standing": "official",
    "publisher": {"name": {"vi": "Người biên soạn thử"}},
    "licenses": {
        "cc-by": {"name": {"vi": "Ghi công"}, "spdx": "CC-BY-4.0", "url": "https://example.org/by"},
        "rieng": {"name": {"vi": "Điều khoản riêng"}},
    },
    "regions": {
        "tinh-a": {"name": {"vi": "Tỉnh A"}, "valid_to": "2025-06-30", "successor": {"key": "tinh-b"}},
        "tinh-b": {"name": {"vi": "Tỉnh B"}},
    },
    "decisions": {"qd-1": {"name": {"vi": "Quyết định thử"}, "number": "1/QĐ"}},
}
ORGANIZATIONS: dict[str, Record] = {
    "so-a": {"name": "so-a", "title": {"vi": "Sở A", "en": "Department A"}, "valid_to": "2025-06-30", "code": "A1"},
    "so-b": {"name": "so-b", "title": {"vi": "Sở B"}},
}
THEMES: dict[str, Record] = {
    "y-te": {"name": "y-te", "title": {"vi": "Y tế"}, "eu_theme": "http://example.org/HEAL"},
    "xa-hoi": {"name": "xa-hoi", "title": {"vi": "Xã hội"}},
}
SYSADMIN = Rights((2, 12), frozenset({"datastore"}), "admin", sysadmin=True)


def context(rights: Rights = SYSADMIN, standing: str = "official", **options: Any) -> Context:
    """What the made-up records are mapped with."""
    wishes = Options(**{"languages": ("vi", "en"), **options})
    return Context({**CATALOGUE, "standing": standing}, ORGANIZATIONS, THEMES, "recipe", wishes, rights)


def desired(record: Mapping[str, Any], sources: tuple[SourceFile, ...] = ()) -> Desired:
    """A dataset of a record; what every record has is added."""
    full = {"id": ID, "name": "thu", "title": {"vi": "Thử"}, "organization": "so-a", "status": "published", **record}
    return Desired(Subject(Kind.DATASET, full["name"]), full["id"], full, digest_of(full), sources)


def table(name: str = "bang", **more: Any) -> dict[str, Any]:
    """A resource with a table."""
    return {
        "id": str(uuid5(NAMESPACE_URL, name)),
        "name": name,
        "title": {"vi": "Bảng", "en": "Table"},
        "format": "csv",
        "rows": 3,
        "digest": "d",
        "derived": ["csv", "xlsx", "json"],
        **more,
    }


_DAYS = st.dates().map(str)
_WORDS = st.text(max_size=40)
_TEXTS = st.fixed_dictionaries({"vi": st.text(min_size=1, max_size=80)}, optional={"en": st.text(max_size=80)})
_FRESHNESS = st.fixed_dictionaries(
    {"frequency": st.sampled_from(["annual", "monthly", "R/P18M", "as-needed", "unknown"])},
    optional={
        "covered": st.just({"name": "2024", "start": "2024-01-01", "end": "2024-12-31"}),
        "next": st.just({"name": "2025", "start": "2025-01-01", "end": "2025-12-31"}),
        "due_at": _DAYS,
        "overdue_at": _DAYS,
        "missing": st.just(["2022", "2023"]),
        "evidence": st.fixed_dictionaries({"kind": st.sampled_from(["git", "column", "other"]), "detail": _WORDS}),
        "fixed": st.sampled_from(["paused", "ended", "exempt", "planned"]),
        "fixed_until": _DAYS,
        "fixed_from": _DAYS,
    },
)
_PROVENANCE = st.fixed_dictionaries(
    {"source": _WORDS}, optional={"url": _WORDS, "note": _TEXTS, "basis": _WORDS, "supports": st.just("data")}
)
_RESOURCES = st.lists(
    st.sampled_from(
        [
            table("mot"),
            table("hai", derived=["csv"], title={"vi": "Chỉ CSV"}),
            {"id": ID, "name": "lien-ket", "url": "https://example.org/a.csv", "description": {"vi": "Liên kết"}},
            {"id": str(uuid5(NAMESPACE_URL, "api")), "name": "api", "url": "example.org/api", "service": True},
            {"id": str(uuid5(NAMESPACE_URL, "mau")), "name": "mau", "form": True, "schema": {"fields": []}},
        ]
    ),
    unique_by=lambda one: str(one["name"]),
    max_size=3,
)
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "title": _TEXTS,
    "description": _TEXTS,
    "organization": st.sampled_from(["so-a", "so-b"]),
    "succession": st.just([{"key": "so-b", "basis": {"vi": "thử"}, "inferred": True}]),
    "responsible": st.just("so-b"),
    "themes": st.lists(st.sampled_from(["y-te", "xa-hoi"]), unique=True),
    "keywords": st.lists(st.text(max_size=120), max_size=5),
    "license": st.sampled_from(["cc-by", "rieng", "la"]),
    "region": st.sampled_from(["tinh-a", "tinh-b", "la"]),
    "temporal": st.fixed_dictionaries({}, optional={"start": _DAYS, "end": _DAYS}),
    "issued": _DAYS,
    "modified": _DAYS,
    "status": st.sampled_from(["published", "proposed", "planned", "not-open", "withdrawn"]),
    "status_reason": _TEXTS,
    "promised": _DAYS,
    "access_rights": st.sampled_from(["public", "restricted", "non-public"]),
    "security_note": _TEXTS,
    "approval": st.just({"decision": "qd-1", "item": "3"}),
    "contact": st.fixed_dictionaries({"email": st.just("a@example.org")}, optional={"name": _TEXTS, "phone": _WORDS}),
    "landing_page": st.just("https://example.org/trang"),
    "provenance": st.lists(_PROVENANCE, max_size=2),
    "corrections": st.lists(st.fixed_dictionaries({"on": _DAYS, "note": _TEXTS}), max_size=2),
    "reviews": st.lists(st.fixed_dictionaries({"on": _DAYS, "note": _TEXTS}), max_size=2),
    "freshness": _FRESHNESS,
    "resources": _RESOURCES,
}
"""Every field of a dataset's record that may change, with what may stand in it."""
RECORDS = st.fixed_dictionaries({"title": _TEXTS}, optional={key: FIELDS[key] for key in FIELDS if key != "title"})
