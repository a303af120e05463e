"""``init`` and ``new``: catalogues that load without a problem, nothing ever overwritten."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from publisher.catalogue.load import load
from publisher.cli import run
from publisher.errors import Exit


def init(folder: Path, *arguments: str) -> int:
    return run(["--quiet", "init", str(folder), *arguments])


@pytest.mark.parametrize(
    "arguments", [("--language", "vi", "--country", "vn"), ("--language", "pt"), ("--language", "lo")]
)
def test_a_new_catalogue_has_no_problem(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert init(tmp_path / "new", *arguments) == Exit.DONE
    loaded = load(tmp_path / "new")
    assert loaded.problems == ()
    assert loaded.catalogue is not None
    assert loaded.catalogue.strays == ()
    assert loaded.catalogue.settings.languages == (arguments[1],)
    (example,) = loaded.catalogue.datasets.values()
    assert example.organization in loaded.catalogue.organizations
    assert set(example.themes) <= set(loaded.catalogue.themes)
    assert example.license in loaded.catalogue.licenses
    assert example.resources[0].schema is not None


def test_texts_and_comments_are_in_the_catalogues_language(tmp_path: Path) -> None:
    init(tmp_path, "--language", "pt", "--name", 'Dados "abertos": cidade')
    text = (tmp_path / "catalog" / "catalog.yaml").read_text("utf-8")
    assert "# Línguas dos textos" in text
    assert yaml.safe_load(text)["name"] == 'Dados "abertos": cidade'
    assert (tmp_path / "datasets" / "exemplo" / "exemplo.csv").read_text("utf-8").startswith("codigo,nome,")


def test_only_vietnam_gets_vietnams_law(tmp_path: Path) -> None:
    init(tmp_path / "vn", "--language", "en", "--country", "vn")
    init(tmp_path / "none", "--language", "en")
    loaded = load(tmp_path / "vn").catalogue
    assert loaded is not None and loaded.legal and loaded.settings.time_zone == "Asia/Ho_Chi_Minh"
    assert not (tmp_path / "none" / "catalog" / "legal.yaml").exists()


def test_two_catalogues_have_two_identities_and_one_can_be_given(tmp_path: Path) -> None:
    for name in ("a", "b"):
        init(tmp_path / name)
    given = "7c0b0f0e-8f52-4c5e-9d0c-3d6f0a1b2c3d"
    init(tmp_path / "c", "--id", given)
    found = [load(tmp_path / name).catalogue for name in "abc"]
    identities = [str(one.settings.id) for one in found if one is not None]
    assert len(set(identities)) == 3
    assert identities[2] == given


def test_init_overwrites_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "README.md").write_text("mine", "utf-8")
    assert init(tmp_path) == Exit.DONE
    assert "kept README.md" in capsys.readouterr().out
    assert (tmp_path / "README.md").read_text("utf-8") == "mine"
    before = (tmp_path / "catalog" / "catalog.yaml").read_bytes()
    assert init(tmp_path) == Exit.NO
    assert (tmp_path / "catalog" / "catalog.yaml").read_bytes() == before


@pytest.mark.parametrize(
    "service, file", [("github", ".github/workflows/opendata-validate.yml"), ("gitlab", ".gitlab-ci.yml")]
)
def test_workflow_files_and_editor_settings_come_along(tmp_path: Path, service: str, file: str) -> None:
    init(tmp_path, "--ci", service)
    assert yaml.safe_load((tmp_path / file).read_text("utf-8"))
    assert (tmp_path / ".vscode" / "settings.json").is_file()


@pytest.mark.parametrize("language", ["vi", "en", "pt"])
def test_workflow_files_speak_the_catalogues_first_language(tmp_path: Path, language: str) -> None:
    init(tmp_path, "--ci", "github", "--language", language, "--language", "en")
    texts = [file.read_text("utf-8") for file in (tmp_path / ".github" / "workflows").iterdir()]
    assert len(texts) == 5
    assert all(f"OPENDATA_LANG: {language}\n" in text for text in texts)


@pytest.mark.parametrize("arguments", [("--language", "Tiếng Việt"), ("--language", "../x"), ("--time-zone", "Mars")])
def test_wrong_settings_make_no_file(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert init(tmp_path / "new", *arguments) == Exit.USAGE
    assert not (tmp_path / "new").exists()


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    init(tmp_path, "--language", "en")
    return tmp_path


def new(root: Path, *arguments: str) -> int:
    return run(["--quiet", "--catalog", str(root), "new", *arguments])


def test_types_are_guessed_with_care(catalogue: Path, tmp_path: Path) -> None:
    source = tmp_path / "Trường học.csv"
    source.write_bytes("mã;tên;số;tỷ lệ;ngày;trống\n001;Sen;5;1.5;2020-01-02;\n012;Mai;07;2;2021-03-04;\n".encode())
    assert new(catalogue, "schools/kindergartens", "--from", str(source), "--description", "Made up.") == Exit.DONE
    loaded = load(catalogue)
    assert loaded.problems == () and loaded.catalogue is not None
    dataset = loaded.catalogue.datasets["kindergartens"]
    assert dataset.folder == "datasets/schools/kindergartens"
    assert dataset.resources[0].delimiter == ";"
    assert dataset.resources[0].parts[0].path.read_bytes() == source.read_bytes()
    schema = dataset.resources[0].schema
    assert schema is not None
    assert {field["name"]: field["type"] for field in schema.data["fields"]} == {
        "mã": "string",
        "tên": "string",
        "số": "string",
        "tỷ lệ": "number",
        "ngày": "date",
        "trống": "string",
    }


def test_a_workbook_is_a_source_too(catalogue: Path, tmp_path: Path) -> None:
    xlsxwriter = pytest.importorskip("xlsxwriter")
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    sheet = book.add_worksheet("Bảng 1")
    for number, row in enumerate([["code", "count"], ["01", 5], ["02", 7]]):
        sheet.write_row(number, 0, row)
    book.close()
    assert new(catalogue, "counts", "--from", str(tmp_path / "a.xlsx")) == Exit.DONE
    fields = yaml.safe_load((catalogue / "schemas" / "counts.yaml").read_text("utf-8"))["fields"]
    assert [(field["name"], field["type"]) for field in fields] == [("code", "string"), ("count", "integer")]


def test_days_of_a_workbook_are_dates_and_moments_stay_moments(catalogue: Path, tmp_path: Path) -> None:
    xlsxwriter = pytest.importorskip("xlsxwriter")
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["day", "moment"])
    for row, (day, moment) in enumerate([(45000, 45000), (45001, 45001.5)], 1):
        sheet.write_number(row, 0, day, book.add_format({"num_format": "dd/mm/yyyy"}))
        sheet.write_number(row, 1, moment, book.add_format({"num_format": "dd/mm/yyyy hh:mm"}))
    book.close()
    assert new(catalogue, "days", "--from", str(tmp_path / "a.xlsx"), "--description", "Days and moments.") == Exit.DONE
    fields = yaml.safe_load((catalogue / "schemas" / "days.yaml").read_text("utf-8"))["fields"]
    assert [(field["name"], field["type"]) for field in fields] == [("day", "date"), ("moment", "datetime")]
    assert run(["--quiet", "--catalog", str(catalogue), "validate"]) == Exit.DONE


def test_a_dataset_without_description_is_not_yet_valid_and_says_what_to_fill_in(
    catalogue: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--lang", "en", "--catalog", str(catalogue), "new", "empty-one"]) == Exit.DONE
    assert "fill in title: + description: in datasets/empty-one/dataset.yaml" in capsys.readouterr().err
    assert (catalogue / "datasets/empty-one/dataset.yaml").read_text("utf-8").count("TO FILL IN") == 2
    assert [(one.code, one.dataset) for one in load(catalogue).problems] == [("shape-empty", "empty-one")]
    arguments = ["new", "full-one", "--title", "Full", "--description", "All that is there."]
    assert run(["--lang", "en", "--catalog", str(catalogue), *arguments]) == Exit.DONE
    assert "look through datasets/full-one/dataset.yaml" in capsys.readouterr().err
    assert "TO FILL IN" not in (catalogue / "datasets/full-one/dataset.yaml").read_text("utf-8")


@pytest.mark.parametrize("name", ["../../etc/passwd", "Trường học", "a//b", "x", "a" * 300, "/abs/", "a\\b", "con"])
def test_a_name_that_cannot_be_is_refused(catalogue: Path, name: str) -> None:
    before = sorted(catalogue.rglob("*"))
    assert new(catalogue, name) == Exit.USAGE
    assert sorted(catalogue.rglob("*")) == before


@pytest.mark.parametrize(
    "content, name",
    [
        (b"a,a\n1,2\n", "same.csv"),
        (b"a,,c\n1,2,3\n", "none.csv"),
        (b"PK\x03\x04", "cut.xlsx"),
        (b"%PDF", "x.pdf"),
        (b"", "e.csv"),
    ],
)
def test_a_file_that_is_no_table_makes_nothing(catalogue: Path, tmp_path: Path, content: bytes, name: str) -> None:
    (tmp_path / name).write_bytes(content)
    assert new(catalogue, "one", "--from", str(tmp_path / name)) == Exit.NO
    assert not (catalogue / "datasets" / "one").exists()


def test_new_never_touches_an_existing_dataset(catalogue: Path) -> None:
    assert new(catalogue, "one") == Exit.DONE
    assert new(catalogue, "group/one") == Exit.NO


def test_with_several_bodies_one_must_be_named(catalogue: Path) -> None:
    with (catalogue / "catalog" / "organizations.yaml").open("a", encoding="utf-8") as stream:
        stream.write("\nother-office: {name: Other}\n")
    assert new(catalogue, "one") == Exit.USAGE
    assert new(catalogue, "one", "--organization", "nobody") == Exit.USAGE
    assert new(catalogue, "one", "--organization", "other-office") == Exit.DONE
