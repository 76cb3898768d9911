"""`sharefeed export` as a person runs it."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from node.cli import main

LIST = "id,title,organisation,language\r\n1,Desk,Ferry Club,en\r\n2,Chair,Ferry Club,\r\n"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    assert run("init", "--home", home, "--url", "https://share.example.org/", "--name", "Test").exit_code == 0
    (tmp_path / "list.csv").write_text(LIST)
    assert run("import", tmp_path / "list.csv", "--home", home).exit_code == 0
    return home


def test_what_was_exported_imports_again_without_a_change(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "all.zip"
    done = run("export", "--organisation", "ferry-club", "--to", file, "--home", home)
    assert done.exit_code == 0, done.output
    assert str(file) in done.stdout
    assert file.stat().st_mode & 0o077 == 0, "names of people stand in it"
    with zipfile.ZipFile(file) as archive:
        (tmp_path / "again.csv").write_bytes(archive.read("listings.csv"))
    again = run("import", tmp_path / "again.csv", "--home", home)
    assert "Imported again.csv, 2 rows: 2 unchanged." in again.stdout


def test_an_unknown_organisation_leaves_no_file(home: Path, tmp_path: Path) -> None:
    done = run("export", "--organisation", "nobody", "--to", tmp_path / "all.zip", "--home", home)
    assert done.exit_code == 1
    assert "no organisation nobody" in done.stderr
    assert not (tmp_path / "all.zip").exists()


def test_a_file_that_is_there_is_not_written_over(home: Path, tmp_path: Path) -> None:
    (tmp_path / "all.zip").write_text("mine")
    done = run("export", "--organisation", "ferry-club", "--to", tmp_path / "all.zip", "--home", home)
    assert done.exit_code == 1
    assert (tmp_path / "all.zip").read_text() == "mine"
