"""``opendata fix`` changes how a file is written, never what it says."""

from __future__ import annotations

import json
import shutil
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.catalogue.document import parse_document
from publisher.catalogue.load import load
from publisher.catalogue.repair import repaired
from publisher.cli import run
from publisher.errors import Exit

BASE = Path(__file__).parent.parent / "examples" / "base"
FILE = "datasets/truong-hoc/dataset.yaml"
TEXT = (BASE / FILE).read_text("utf-8").replace("status:", "# ghi chú của người phụ trách\nstatus:")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(BASE, tmp_path, dirs_exist_ok=True)
    return tmp_path


@pytest.mark.parametrize(
    ("raw", "codes"),
    [
        (b"\xef\xbb\xbf" + TEXT.encode(), ["yaml-bom"]),
        (TEXT.replace("\n", "\r\n").encode(), ["yaml-crlf"]),
        (TEXT.replace("\n", "\r").encode(), ["yaml-crlf"]),
        (unicodedata.normalize("NFD", TEXT).encode(), ["yaml-not-nfc"]),
        (TEXT.encode("utf-16"), ["yaml-encoding"]),
        (
            b"\xef\xbb\xbf" + unicodedata.normalize("NFD", TEXT).replace("\n", "\r\n").encode(),
            ["yaml-bom", "yaml-crlf", "yaml-not-nfc"],
        ),
    ],
)
def test_a_repaired_file_is_the_right_one_with_its_comments(
    root: Path, raw: bytes, codes: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    (root / FILE).write_bytes(raw)
    assert run(["--catalog", str(root), "fix", "--check", "--format", "json"]) == Exit.NO
    assert [one["code"] for one in json.loads(capsys.readouterr().out)["changes"]] == codes
    assert (root / FILE).read_bytes() == raw
    assert run(["--catalog", str(root), "fix"]) == Exit.DONE
    assert (root / FILE).read_bytes() == TEXT.encode()
    assert load(root).problems == ()
    assert run(["--catalog", str(root), "fix", "--check"]) == Exit.DONE


@pytest.mark.parametrize(
    "written",
    [
        unicodedata.normalize("NFD", '# ghi chú cũ\ndescription: "Số học sinh, giáo viên"'),
        '# ghi chú cũ\ndescription: "So\\u0302\\u0301 học sinh, giáo viên"',
        '# ghi chú cũ\ndescription: "S\u00f4\\u0301 học sinh, giáo viên"',
    ],
)
def test_letters_in_quotes_are_composed_and_told_once(root: Path, written: str) -> None:
    before = TEXT.split("description:")[0] + written + TEXT[TEXT.index("\norganization:") :]
    (root / FILE).write_text(before, "utf-8", newline="\n")
    assert [one.code for one in load(root).problems] == ["yaml-not-nfc"]
    assert run(["--catalog", str(root), "fix"]) == Exit.DONE
    after = (root / FILE).read_text("utf-8")
    assert '\n# ghi chú cũ\ndescription: "Số học sinh, giáo viên"\norganization:' in after
    assert load(root).problems == ()


def test_a_descriptor_gets_its_name_and_then_its_form(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / FILE).rename((root / FILE).with_name("Dataset.YML"))
    (root / "datasets/truong-hoc/Dataset.YML").write_bytes(TEXT.replace("\n", "\r\n").encode())
    assert run(["--catalog", str(root), "--lang", "vi", "fix"]) == Exit.DONE
    assert "đổi tên thành datasets/truong-hoc/dataset.yaml" in capsys.readouterr().out
    assert (root / FILE).read_bytes() == TEXT.encode()
    assert load(root).problems == ()


def test_a_name_is_not_given_where_a_file_has_it(root: Path) -> None:
    shutil.copy(root / "schemas/truong-hoc.yaml", root / "schemas/truong-hoc.yml")
    run(["--catalog", str(root), "fix"])
    assert (root / "schemas/truong-hoc.yml").exists()


def test_a_guess_is_not_a_proof(root: Path) -> None:
    (root / "catalog/themes.yaml").rename(root / "catalog/theme.yaml")
    run(["--catalog", str(root), "fix"])
    assert (root / "catalog/theme.yaml").exists()


def test_only_the_paths_asked_for(root: Path) -> None:
    for file in (FILE, "catalog/themes.yaml"):
        (root / file).write_bytes(b"\xef\xbb\xbf" + (root / file).read_bytes())
    assert run(["--catalog", str(root), "fix", str(root / "datasets")]) == Exit.DONE
    assert [one.file for one in load(root).problems] == ["catalog/themes.yaml"]
    assert run(["--catalog", str(root), "fix", str(root.parent)]) == Exit.USAGE


@settings(deadline=None)
@given(st.binary(max_size=100) | st.text(max_size=100).map(lambda text: ("a: |\n " + text).encode("utf-8", "replace")))
def test_what_a_file_says_never_changes(raw: bytes) -> None:
    content, codes = repaired(raw)
    assert (content == raw) == (not codes)
    if codes and "yaml-encoding" not in codes:
        before, after = parse_document(raw, "f")[0], parse_document(content, "f")[0]
        assert before is not None and after is not None
        assert unicodedata.normalize("NFC", repr(before.data)) == unicodedata.normalize("NFC", repr(after.data))
    assert repaired(content) == (content, ())
