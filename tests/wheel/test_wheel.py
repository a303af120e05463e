"""The wheel alone, in an empty environment and another folder, does the main job in two countries' ways."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

pytestmark = [pytest.mark.wheel, pytest.mark.slow]

REPOSITORY = Path(__file__).parent.parent.parent
BUILD_FILES = ("setup.cfg", "pyproject.toml", "MANIFEST.in", "README.md", "LICENSE")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this repository, built from a copy so that no leftover of an earlier build gets in."""
    source = tmp_path_factory.mktemp("source")
    for name in BUILD_FILES:
        shutil.copy(REPOSITORY / name, source)
    shutil.copytree(REPOSITORY / "publisher", source / "publisher", ignore=shutil.ignore_patterns("__pycache__"))
    out = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(out), str(source)], check=True
    )
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def opendata(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The installed command."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    scripts = folder / ("Scripts" if os.name == "nt" else "bin")
    lock = str(REPOSITORY / "requirements.lock")
    subprocess.run([scripts / "python", "-m", "pip", "install", "--quiet", "-c", lock, str(wheel)], check=True)
    return scripts / "opendata"


def test_the_wheel_holds_every_file_of_the_package(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if name.startswith("publisher/")}
    wanted = {
        path.relative_to(REPOSITORY).as_posix()
        for path in (REPOSITORY / "publisher").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert held == wanted


@pytest.mark.parametrize(
    "options, language, words",
    [
        (("--language", "vi", "--country", "vn"), "vi", "Ví dụ: thư viện (số liệu giả định)"),
        (("--language", "pt"), "pt", "Exemplo: bibliotecas (dados fictícios)"),
    ],
    ids=["vietnam", "portuguese"],
)
def test_the_main_job_elsewhere(
    opendata: Path, tmp_path: Path, options: tuple[str, ...], language: str, words: str
) -> None:
    root = tmp_path / "a new catalogue"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "OPENDATA"))}

    def run(*arguments: str, ends: int = 0) -> str:
        done = subprocess.run(
            [opendata, "--lang", language, *arguments],
            cwd=root if root.exists() else tmp_path,
            env=environment,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == ends, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    table = tmp_path / "bảng.csv"
    table.write_text("mã,tên,số\n01,Sen,3\n02,Mai,5\n", "utf-8")
    run("init", str(root), *options)
    run("new", "two", "--from", str(table), "--description", "Made up for a test: two rows.", "--license", "cc0-1-0")
    run("validate")
    run("plan", "--portal", "site", ends=2)
    run("publish", "--portal", "site", "--yes")
    run("plan", "--portal", "site")
    run("freshness")
    site = root / "build" / "site"
    home = (site / "index.html").read_text("utf-8")
    assert f'<html lang="{language}"' in home
    pages = [path.read_text("utf-8") for path in site.rglob("*.html")]
    assert any(words in page for page in pages)
    assert list(site.rglob("two.csv"))
