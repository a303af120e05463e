"""What holds for every command line: exit codes, languages, one boundary for errors."""

from __future__ import annotations

import errno
import sys
from pathlib import Path

import click
import pytest

from publisher import __version__, cli
from publisher.errors import Exit, OpendataError


@pytest.fixture
def faulty(monkeypatch: pytest.MonkeyPatch):
    """A way to run a command that ends by raising something."""

    def run(error: BaseException, *arguments: str) -> int:
        @click.command()
        def command() -> None:
            """Ends badly."""
            raise error

        monkeypatch.setattr(cli.LazyGroup, "get_command", lambda *_: command)
        return cli.run([*arguments, "doctor"])

    return run


def test_help_and_version_are_done(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--help"]) == Exit.DONE
    assert cli.run(["--version"]) == Exit.DONE
    assert __version__ in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments", [[], ["frob"], ["doctor", "--frob"], ["init", "a", "b"], ["init", "--country", "x"]]
)
def test_wrong_use_is_4_never_clicks_own_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(arguments) == Exit.USAGE
    said = capsys.readouterr()
    assert "Usage: opendata" in said.err
    assert said.out == ""


def test_the_language_asked_for_reaches_our_sentences_and_clicks(capsys: pytest.CaptureFixture[str]) -> None:
    cli.run(["--lang", "vi", "init", "--help"])
    said = capsys.readouterr().out
    assert "Cách dùng: opendata init" in said
    assert "Bắt đầu một danh mục" in said
    cli.run(["--lang", "en", "init", "--help"])
    said = capsys.readouterr().out
    assert "Usage: opendata init" in said
    assert "Start a catalogue" in said


def test_opendata_lang_stands_for_the_option(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OPENDATA_LANG", "vi_VN.UTF-8")
    cli.run(["--help"])
    assert "Các lệnh" in capsys.readouterr().out


def test_an_expected_end_says_what_is_wrong_and_what_to_do(faulty, capsys: pytest.CaptureFixture[str]) -> None:
    assert faulty(OpendataError("locked", Exit.NO, name="publish"), "--lang=vi") == Exit.NO
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == [
        "Một lần chạy opendata khác đang làm việc ở đây (publish).",
        "Hãy đợi lần chạy đó xong rồi thử lại.",
    ]


def test_ctrl_c_is_130(faulty) -> None:
    assert faulty(KeyboardInterrupt()) == Exit.INTERRUPTED


def test_a_defect_is_70_and_its_traceback_goes_to_a_file(
    faulty, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert faulty(ZeroDivisionError("secret"), "--lang=en") == Exit.DEFECT
    said = capsys.readouterr().err
    (report,) = tmp_path.iterdir()
    assert str(report) in said
    assert "Traceback" not in said and "secret" not in said
    assert "ZeroDivisionError" in report.read_text("utf-8")


def test_a_defect_on_a_full_disk_is_still_70(
    faulty, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr("tempfile.mkstemp", full)
    assert faulty(ZeroDivisionError("secret"), "--lang=en") == Exit.DEFECT
    said = capsys.readouterr().err
    assert "ZeroDivisionError" in said and "secret" not in said


@pytest.mark.parametrize(
    "arguments",
    [
        ["inventory", "--out", "no/list.csv"],
        ["inventory", "--out", "no/list.xlsx"],
        ["template", "truong-mam-non", "--out", "no/form.xlsx"],
        ["plan", "--out", "no/plan.json"],
        ["validate", "--write-baseline", "no/known.yaml"],
        ["ci", "files", "--provider", "github", "--into", "a-file/in"],
    ],
)
def test_what_cannot_be_written_is_no_defect(
    arguments: list[str], catalogue_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(catalogue_dir)
    (catalogue_dir / "a-file").write_text("", "utf-8")
    assert cli.run(["--lang", "en", *arguments]) == Exit.USAGE
    said = capsys.readouterr().err
    assert "cannot be written" in said and arguments[-1] in said


def test_a_time_zone_that_nobody_knows_is_no_defect(catalogue_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = catalogue_dir / "catalog" / "catalog.yaml"
    lines = path.read_text("utf-8").splitlines()
    path.write_text("\n".join("time_zone: Mars/X" if one.startswith("time_zone:") else one for one in lines), "utf-8")
    arguments = ["--lang", "en", "--catalog", str(catalogue_dir), "inventory", "--out", str(catalogue_dir / "x.csv")]
    assert cli.run(arguments) == Exit.USAGE
    assert "Mars/X" in capsys.readouterr().err


def test_no_catalogue_is_wrong_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--lang", "en", "--catalog", str(tmp_path), "template", "x"]) == Exit.USAGE
    assert str(tmp_path) in capsys.readouterr().err


def test_the_clock_that_is_none_is_wrong_use(monkeypatch: pytest.MonkeyPatch) -> None:
    from publisher.session import now

    monkeypatch.setenv("OPENDATA_NOW", "2026-02-30")
    with pytest.raises(OpendataError) as caught:
        now()
    assert caught.value.code == "not-a-time"
    monkeypatch.setenv("OPENDATA_NOW", "2026-02-28T08:00:00+07:00")
    assert now().isoformat() == "2026-02-28T01:00:00+00:00"


def test_help_imports_no_command_and_no_heavy_library() -> None:
    import subprocess

    code = (
        "import sys; from publisher.cli import run; run(['--help']); "
        "heavy = {'frictionless', 'jsonschema', 'babel', 'jinja2', 'yaml', 'requests'} & set(sys.modules); "
        "commands = [name for name in sys.modules if name.startswith('publisher.commands.')]; "
        "sys.exit(repr((heavy, commands)) if heavy or commands else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
