"""A small portal in records: a few printed figures, a proposal, and a made-up line of years for the chart."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.pictures import SVG, png

from publisher.plan.model import PublishedFile
from publisher.portals.site.view import SiteView

CATALOGUE: dict[str, Any] = {
    "id": "6c1c2f0e-0a51-4c1e-9f5a-2f6f1c0d7a11",
    "name": {"vi": "Dữ liệu mở tỉnh Bắc Giang", "en": "Open data of Bac Giang", "pt": "Dados abertos de Bac Giang"},
    "description": {"vi": "Danh mục tham khảo: số liệu in trong năm bài báo và các đề xuất.", "en": "A reference."},
    "publisher": {"name": {"vi": "Nhóm dự án", "en": "The project"}, "email": "data@example.org"},
    "base_url": "https://data.example.org/",
    "languages": ["vi", "en"],
    "standing": "reference",
    "licenses": {
        "cc-by-4": {
            "name": {"vi": "Creative Commons Ghi công 4.0", "en": "CC BY 4.0"},
            "url": "https://creativecommons.org/licenses/by/4.0/",
            "spdx": "CC-BY-4.0",
            "open": True,
            "basis": "text",
        }
    },
    "regions": {
        "bac-giang": {
            "name": {"vi": "tỉnh Bắc Giang", "en": "Bac Giang province"},
            "valid_to": "2025-06-30",
            "successor": {"key": "bac-ninh", "basis": "Nghị quyết về sắp xếp tỉnh", "inferred": False},
        },
        "bac-ninh": {"name": {"vi": "tỉnh Bắc Ninh", "en": "Bac Ninh province"}, "valid_from": "2025-07-01"},
    },
    "legal": {
        "nd47-2020": {
            "name": {"vi": "Dữ liệu mở theo Nghị định 47", "en": "Open data under Decree 47"},
            "act": "Nghị định 47/2020/NĐ-CP, điều 17-21",
            "basis": "text",
            "valid_from": "2020-05-25",
            "valid_to": "2025-08-18",
        }
    },
    "decisions": {},
}
ORGANIZATIONS: dict[str, Any] = {
    "so-thong-tin-va-truyen-thong": {
        "name": "so-thong-tin-va-truyen-thong",
        "title": {"vi": "Sở Thông tin và Truyền thông tỉnh Bắc Giang", "en": "Department of Information"},
        "valid_to": "2025-02-28",
        "successor": {"key": "so-khoa-hoc-va-cong-nghe", "basis": "nguoiduatin, 19/02/2025", "inferred": False},
    },
    "so-khoa-hoc-va-cong-nghe": {
        "name": "so-khoa-hoc-va-cong-nghe",
        "title": {"vi": "Sở Khoa học và Công nghệ tỉnh Bắc Giang", "en": "Department of Science"},
        "region": "bac-giang",
        "valid_to": "2025-06-30",
        "successor": {"key": "so-khcn-bac-ninh", "basis": "suy ra theo cùng chức năng", "inferred": True},
    },
    "so-khcn-bac-ninh": {
        "name": "so-khcn-bac-ninh",
        "title": {"vi": "Sở Khoa học và Công nghệ tỉnh Bắc Ninh", "en": "Department of Science, Bac Ninh"},
        "contact": {"name": {"vi": "Phòng Chuyển đổi số"}, "email": "so@example.org", "phone": "0204 000 000"},
    },
}
THEMES: dict[str, Any] = {
    "cong-nghe": {"name": "cong-nghe", "title": {"vi": "Công nghệ", "en": "Technology"}},
    "nong-nghiep": {"name": "nong-nghiep", "title": {"vi": "Nông nghiệp", "en": "Agriculture"}},
}
SUCCESSION = [
    {"key": "so-khoa-hoc-va-cong-nghe", "basis": "nguoiduatin, 19/02/2025", "inferred": False},
    {"key": "so-khcn-bac-ninh", "basis": "suy ra theo cùng chức năng", "inferred": True},
]
FIGURES = [
    ("Xếp hạng DTI tỉnh", "09/63", "9", "hạng trên 63", "năm 2022"),
    ("Xếp hạng ICT Index", "05/63", "5", "hạng trên 63", "năm 2022"),
    ("Danh mục dữ liệu mở của tỉnh", "94", "94", "danh mục", "năm 2023"),
    ("Doanh nghiệp đang hoạt động", "43.117", "43117", "doanh nghiệp", "năm 2022"),
    ("Tỷ lệ hoàn thành chỉ tiêu kích hoạt", "122,51%", "122.51", "%", "năm 2022"),
]
COLUMNS = [
    {"name": "chi_tieu", "type": "string", "title": {"vi": "Chỉ tiêu", "en": "Indicator"}},
    {"name": "in", "type": "string", "title": {"vi": "In trong bài", "en": "As printed"}},
    {"name": "gia_tri", "type": "number", "title": {"vi": "Giá trị", "en": "Value"}, "constraints": {"minimum": 0}},
    {"name": "don_vi", "type": "string", "title": {"vi": "Đơn vị", "en": "Unit"}},
    {"name": "ky", "type": "string", "title": {"vi": "Kỳ", "en": "Period"}},
]
CSV = "\n".join(["chi_tieu,in,gia_tri,don_vi,ky", *(",".join(f'"{c}"' for c in row) for row in FIGURES)]) + "\n"
YEARS = [[str(year), name, str(base + step * (year - 2010))]
         for name, base, step in (("Nuôi trồng", 484, 36), ("Khai thác", 749, -15))
         for year in range(2010, 2026)]  # fmt: skip
YEARS_CSV = "\n".join(["nam,loai,tan", *(",".join(row) for row in YEARS)]) + "\n"

FIGURES_RECORD: dict[str, Any] = {
    "id": "1f0e1a52-63a5-5f3e-9a53-0c1b6f2f0001",
    "name": "so-lieu-chuyen-doi-so",
    "formerly": ["so-lieu-cds"],
    "title": {"vi": "Số liệu chuyển đổi số tỉnh Bắc Giang", "en": "Digital transformation figures"},
    "description": {
        "vi": "Các con số **in trong bài báo**, mỗi dòng một con số.",
        "en": "Printed figures.",
    },
    "organization": "so-thong-tin-va-truyen-thong",
    "succession": SUCCESSION,
    "themes": ["cong-nghe"],
    "keywords": ["chuyển đổi số", "DTI"],
    "license": "cc-by-4",
    "region": "bac-giang",
    "temporal": {"start": "2022-01-01", "end": "2023-12-31"},
    "issued": "2026-01-05",
    "modified": "2026-01-05",
    "status": "published",
    "freshness": {
        "frequency": "annual",
        "mode": "calendar",
        "covered": {"name": "2023", "start": "2023-01-01", "end": "2023-12-31"},
        "next": {"name": "2024", "start": "2024-01-01", "end": "2024-12-31"},
        "opens_at": "2025-01-01",
        "due_at": "2025-01-31",
        "overdue_at": "2025-02-01",
        "delinquent_at": "2025-04-30",
        "evidence": {"kind": "column", "detail": "ky", "through": "2023-12-31"},
    },
    "provenance": [
        {"source": "Bài báo 27/12/2023", "url": "https://example.org/bai", "basis": "text", "supports": "data"},
        {"source": "vietnam-provinces", "package": "vietnam-provinces", "version": "0.4.0", "license": "MIT"},
    ],
    "corrections": [{"on": "2026-02-01", "note": {"vi": "Sửa đơn vị của dòng 3.", "en": "Unit of row 3."}}],
    "reviews": [{"on": "2026-03-01", "note": {"vi": "Đã rà soát, không thay đổi."}}],
    "resources": [
        {
            "id": "9a0b5c52-63a5-5f3e-9a53-0c1b6f2f0001",
            "name": "so-lieu",
            "formerly": ["bang-1"],
            "title": {"vi": "Bảng số liệu", "en": "Figures"},
            "format": "csv",
            "parts": [{"name": "so-lieu.csv", "sha256": "0" * 64, "bytes": 400, "rows": 5}],
            "rows": 12480,
            "schema": {"fields": COLUMNS, "primaryKey": ["chi_tieu", "ky"]},
            "preview": [list(row) for row in FIGURES],
            "derived": ["csv", "xlsx", "json"],
            "chart": {"x": "chi_tieu", "y": "gia_tri", "kind": "bar", "points": [[f[0], "", f[2]] for f in FIGURES]},
        }
    ],
}
LINE_RECORD: dict[str, Any] = {
    "id": "1f0e1a52-63a5-5f3e-9a53-0c1b6f2f0002",
    "name": "san-luong-thuy-san",
    "title": {"vi": "Sản lượng thủy sản (số giả để thử)", "en": "Fishery output (made up)"},
    "description": {"vi": "Số giả, chỉ để thử biểu đồ đường."},
    "organization": "so-khoa-hoc-va-cong-nghe",
    "themes": ["nong-nghiep"],
    "license": "cc-by-4",
    "status": "published",
    "modified": "2026-02-05",
    "resources": [
        {
            "id": "9a0b5c52-63a5-5f3e-9a53-0c1b6f2f0002",
            "name": "san-luong",
            "title": {"vi": "Sản lượng theo năm", "en": "Output by year"},
            "format": "csv",
            "parts": [{"name": "san-luong.csv", "sha256": "0" * 64, "bytes": 400, "rows": 32}],
            "rows": 32,
            "schema": {
                "fields": [
                    {"name": "nam", "type": "year", "title": {"vi": "Năm", "en": "Year"}},
                    {"name": "loai", "type": "string", "title": {"vi": "Loại hình", "en": "Kind"}},
                    {"name": "tan", "type": "integer", "title": {"vi": "Sản lượng", "en": "Output"}, "unit": "tấn"},
                ]
            },
            "preview": YEARS,
            "derived": ["csv"],
            "chart": {"x": "nam", "y": "tan", "series": "loai", "kind": "line", "points": YEARS},
        }
    ],
}
PROPOSAL_RECORD: dict[str, Any] = {
    "id": "1f0e1a52-63a5-5f3e-9a53-0c1b6f2f0003",
    "name": "danh-muc-du-lieu-mo",
    "title": {"vi": "Danh mục dữ liệu mở của tỉnh", "en": "Provincial open data list"},
    "description": {"vi": "Danh mục các tập dữ liệu mở do cơ quan nhà nước tỉnh công bố."},
    "organization": "so-thong-tin-va-truyen-thong",
    "succession": SUCCESSION,
    "themes": ["cong-nghe"],
    "status": "proposed",
    "freshness": {"frequency": "semiannual", "fixed": "proposed"},
    "provenance": [{"source": "Bài báo 27/12/2023", "basis": "second-hand", "supports": "existence"}],
    "resources": [
        {
            "id": "9a0b5c52-63a5-5f3e-9a53-0c1b6f2f0003",
            "name": "danh-muc",
            "title": {"vi": "Danh mục", "en": "List"},
            "schema": {"fields": COLUMNS},
            "form": True,
        }
    ],
}


def published(name: str, resource: str, data: bytes, made: bool = True) -> PublishedFile:
    """The facts of a file with these bytes."""
    return PublishedFile(name, hashlib.sha256(data).hexdigest(), len(data), resource, "t" * 64 if made else None)


FILES = {
    "so-lieu-chuyen-doi-so": (
        published("so-lieu.csv", "so-lieu", CSV.encode()),
        published("so-lieu.xlsx", "so-lieu", b"not a workbook" * 400),
        published("so-lieu.json", "so-lieu", b"[]"),
        published("original/so-lieu.csv", "so-lieu", b"x" * 412, made=False),
    ),
    "san-luong-thuy-san": (published("san-luong.csv", "san-luong", YEARS_CSV.encode()),),
    "danh-muc-du-lieu-mo": (published("danh-muc-form.xlsx", "danh-muc", b"form"),),
}


def make_view(**changes: Any) -> SiteView:
    """The sample portal, with some of its parts exchanged."""
    records = (FIGURES_RECORD, LINE_RECORD, PROPOSAL_RECORD)
    parts: dict[str, Any] = {
        "catalogue": CATALOGUE,
        "organizations": ORGANIZATIONS,
        "themes": THEMES,
        "datasets": {record["name"]: record for record in records},
        "files": FILES,
        "redirects": {"so-lieu-cds": "so-lieu-chuyen-doi-so"},
        "commit": "0123456789abcdef0123456789abcdef01234567",
        "tool": "0.1.0",
    }
    return SiteView(**{**parts, **changes})


def logo(name: str, content: bytes) -> dict[str, Any]:
    """A logo as records tell of it."""
    return {"name": name, "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}


@pytest.fixture
def view() -> SiteView:
    """The sample portal."""
    return make_view()


@pytest.fixture
def make() -> Callable[..., SiteView]:
    """Make the sample portal with some of its parts exchanged."""
    return make_view


@pytest.fixture(scope="session")
def site_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample portal written to a folder, with logos, its CSV files beside."""
    from publisher.portals.site.pages import render_site

    root = tmp_path_factory.mktemp("site")
    body, theme = "so-khoa-hoc-va-cong-nghe", "cong-nghe"
    view = make_view(
        organizations={**ORGANIZATIONS, body: {**ORGANIZATIONS[body], "logo": logo("logo.svg", SVG)}},
        themes={**THEMES, theme: {**THEMES[theme], "logo": logo("logo.png", png())}},
    )
    data = {
        f"organization/{body}/logo.svg": SVG,
        f"group/{theme}/logo.png": png(),
        "dataset/so-lieu-chuyen-doi-so/so-lieu.csv": CSV.encode(),
        "dataset/san-luong-thuy-san/san-luong.csv": YEARS_CSV.encode(),
    }
    for name, content in [*render_site(view), *data.items()]:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root
