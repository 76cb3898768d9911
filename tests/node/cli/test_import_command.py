"""`sharefeed import` and `sharefeed publish` as a person runs them: what they print, what they leave, how they end."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from node.cli import main
from node.services.file_formats.reading import read_file
from schemas import json_feed

GOOD = "id,title,organisation,quantity\r\n1,Desk,Ferry Club,2\r\n2,Chair,Ferry Club,\r\n"
MIXED = GOOD + "3,Lamp,Ferry Club,lots\r\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    made = run("init", "--home", home, "--url", "https://share.example.org/", "--name", "Test")
    assert made.exit_code == 0, made.output
    return home


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def sheet(tmp_path: Path, text: str, name: str = "list.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode())
    return path


def test_a_good_file_imports_twice_with_exit_code_0(home: Path, tmp_path: Path) -> None:
    file = sheet(tmp_path, GOOD)
    first = run("--home", home, "import", file)
    assert (first.exit_code, first.stdout) == (0, "Imported list.csv, 2 rows: 2 added.\n")
    assert run("import", file, "--home", home).stdout == "Imported list.csv, 2 rows: 2 unchanged.\n"


def test_bad_rows_are_named_kept_in_a_file_and_end_with_exit_code_1(home: Path, tmp_path: Path) -> None:
    errors = tmp_path / "errors.csv"
    done = run("import", sheet(tmp_path, MIXED), "--home", home, "--errors", errors)
    assert done.exit_code == 1
    assert done.stdout == "Imported list.csv, 3 rows: 2 added, 1 refused.\n"
    assert "Refused: row 4, quantity “lots”: This must be a number." in done.stderr
    assert "The other rows are kept." in done.stderr
    errors.write_bytes(errors.read_bytes().replace(b"lots", b"3"))
    assert run("import", errors, "--home", home).stdout == "Imported errors.csv, 1 row: 1 added.\n"


def test_a_file_of_errors_that_cannot_be_written_loses_no_good_row(home: Path, tmp_path: Path) -> None:
    done = run("import", sheet(tmp_path, MIXED), "--home", home, "--errors", tmp_path / "nowhere" / "errors.csv")
    assert done.exit_code == 1
    assert "2 added" in done.stdout
    assert "the other rows are kept" in done.stderr
    assert "Nothing was changed" not in done.stderr


def test_a_dry_run_says_so_and_changes_nothing(home: Path, tmp_path: Path) -> None:
    file = sheet(tmp_path, MIXED)
    tried = run("import", file, "--home", home, "--dry-run")
    assert tried.exit_code == 1
    assert tried.stdout == "Would import list.csv, 3 rows: 2 added, 1 refused.\n"
    assert "Nothing was changed." in tried.stderr
    assert "2 added" in run("import", file, "--home", home).stdout


def test_without_a_file_of_errors_the_command_says_how_to_get_one(home: Path, tmp_path: Path) -> None:
    assert "--errors FILE" in run("import", sheet(tmp_path, MIXED), "--home", home).stderr


def test_many_problems_are_not_all_printed(home: Path, tmp_path: Path) -> None:
    rows = "".join(f"{n},Thing {n},Club,x\r\n" for n in range(30))
    done = run("import", sheet(tmp_path, "id,title,organisation,quantity\r\n" + rows), "--home", home)
    assert done.stderr.count("Refused:") == 20
    assert "… and 10 more." in done.stderr


def test_what_a_cell_holds_cannot_steer_the_terminal(home: Path, tmp_path: Path) -> None:
    done = run("import", sheet(tmp_path, "title,quantity,\x1b[2J\nDe\x1b]0;x\x07sk,\x1b[31mlots,\n"), "--home", home)
    assert done.exit_code == 1
    assert "Refused: row 2" in done.stderr
    assert not set(done.output) & {"\x1b", "\x07", "\x00"}


def test_a_file_that_is_no_spreadsheet_is_refused_in_a_sentence(home: Path, tmp_path: Path) -> None:
    done = run("import", sheet(tmp_path, "a,b\r\n1,2\r\n"), "--home", home)
    assert done.exit_code == 1
    assert "No column is called “title”" in done.stderr


@pytest.mark.parametrize("name", ["template.xlsx", "template.csv"])
def test_the_template_is_written_without_a_node(tmp_path: Path, name: str) -> None:
    done = run("import", "--template", tmp_path / name)
    assert done.exit_code == 0, done.output
    assert "title" in read_file(tmp_path / name).headings


def test_a_template_of_another_kind_is_refused(tmp_path: Path) -> None:
    done = run("import", "--template", tmp_path / "template.ods")
    assert done.exit_code == 2
    assert not (tmp_path / "template.ods").exists()


class TestPublish:
    URL = "https://example.org/free/"

    def test_a_folder_becomes_a_site_named_after_its_organisation(self, tmp_path: Path) -> None:
        done = run("publish", sheet(tmp_path, GOOD), "--to", tmp_path / "site", "--url", self.URL)
        assert done.exit_code == 0, done.output
        page = json_feed.decode((tmp_path / "site" / "feed.json").read_bytes())
        assert (page.title, len(page.items), page.home_page_url) == ("Ferry Club", 2, self.URL)
        assert "2 listings" in done.stdout
        assert self.URL in done.stdout

    def test_bad_rows_are_named_and_good_ones_published(self, tmp_path: Path) -> None:
        errors = tmp_path / "errors.csv"
        file = sheet(tmp_path, MIXED)
        done = run("publish", file, "--to", tmp_path / "site", "--url", self.URL, "--errors", errors)
        assert done.exit_code == 1
        assert "row 4, quantity" in done.stderr
        assert len(json_feed.decode((tmp_path / "site" / "feed.json").read_bytes()).items) == 2
        assert errors.exists()

    @pytest.mark.parametrize("url", ["example.org", "ftp://example.org/", "http://example.org/", "https://a.b/?c"])
    def test_an_address_that_cannot_be_an_identity_is_refused(self, tmp_path: Path, url: str) -> None:
        done = run("publish", sheet(tmp_path, GOOD), "--to", tmp_path / "site", "--url", url)
        assert done.exit_code == 1
        assert "node_url" in done.stderr
        assert not (tmp_path / "site").exists()

    @pytest.mark.parametrize(
        ("option", "says"),
        [
            pytest.param(["--timezone", "Mars"], "timezone", id="no time zone"),
            pytest.param(["--language", "??"], "language", id="no language"),
            pytest.param(["--country", "England"], "country", id="no country code"),
        ],
    )
    def test_what_no_reader_would_take_is_refused(self, tmp_path: Path, option: list[str], says: str) -> None:
        site = tmp_path / "site"
        done = run("publish", sheet(tmp_path, MIXED), "--to", site, "--url", "https://x.example/", *option)
        assert (done.exit_code, f"setting {says}: " in done.stderr) == (1, True), done.output
        assert not site.exists()

    def test_pictures_come_along(self, tmp_path: Path) -> None:
        examples = Path(__file__).parents[3] / "examples"
        file, site = examples / "charity" / "listings.csv", tmp_path / "site"
        done = run("publish", file, "--to", site, "--url", self.URL, "--images", examples / "photos")
        assert done.exit_code == 0, done.output
        named = {
            image["url"].removeprefix(self.URL)
            for item in json_feed.decode((site / "feed.json").read_bytes()).items
            for image in item["_sharefeed"].get("images", [])
        }
        assert named
        assert all((site / name).is_file() for name in named)
