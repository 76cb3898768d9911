"""The commands of a publisher, as a person types them."""

from __future__ import annotations

import json
import stat
import tarfile
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from node.cli import main
from node.cli.settings import without_password
from node.settings import SECRET_FILE, SETTINGS_FILE, load
from node.storage.engine import Database, sqlite_url

URL = "https://share.example.org/"
SCHOOL = ["add", "--organisation", "riverside-school", "--title", "x"]
Run = Callable[..., Result]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "node"


@pytest.fixture
def run(home: Path) -> Run:
    """Runs a command on the node in ``home``; fails the test on another exit code than ``code``."""

    def invoke(*words: str, code: int = 0) -> Result:
        result = CliRunner().invoke(main, ["--home", str(home), *words], env={"SHAREFEED_HOME": "", "DATABASE_URL": ""})
        assert result.exit_code == code, result.output
        return result

    return invoke


@pytest.fixture
def made(run: Run) -> Run:
    """The same, with a node that hosts one organisation."""
    run("init", "--url", URL, "--name", "Share")
    run("organisation", "add", "Riverside School", "--type", "school")
    return run


def test_init_makes_a_node_that_only_its_user_can_forge(run: Run, home: Path) -> None:
    result = run("init", "--url", "https://share.example.org", "--name", 'The "Share"', "--aggregate", "--port", "9000")
    assert "sharefeed serve" in result.output
    assert stat.S_IMODE((home / SECRET_FILE).stat().st_mode) == 0o600
    assert stat.S_IMODE((home / SETTINGS_FILE).stat().st_mode) == 0o600
    assert stat.S_IMODE((home / "sharefeed.sqlite").stat().st_mode) == 0o600
    assert len((home / SECRET_FILE).read_text()) == 64
    settings = load(home, {})
    assert (settings.url, settings.node_name, settings.aggregate, settings.port) == (URL, 'The "Share"', True, 9000)
    assert (home / "sharefeed.sqlite").exists()
    assert run("organisation", "list").exit_code == 0


def test_init_takes_every_other_setting_by_name(run: Run, home: Path) -> None:
    run("init", "--url", URL, "--name", "Share", "--set", "ttl=600", "--set", "proposals=no", "--set", "map_lat=1.5")
    written = tomllib.loads((home / SETTINGS_FILE).read_text())
    assert written == {"node_url": URL, "node_name": "Share", "ttl": 600, "proposals": False, "map_lat": 1.5}


def test_init_prepares_the_database_that_the_environment_names(home: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.sqlite"
    environment = {"DATABASE_URL": f"sqlite:///{elsewhere}"}
    words = ["init", "--home", str(home), "--url", URL, "--name", "Share"]
    assert CliRunner().invoke(main, words, env=environment).exit_code == 0
    assert elsewhere.exists()
    assert not (home / "sharefeed.sqlite").exists()
    assert "database_url" not in (home / SETTINGS_FILE).read_text()


def test_a_public_node_is_told_what_goes_in_front_of_it(run: Run, home: Path) -> None:
    said = run("init", "--url", URL, "--name", "Share", "--port", "9000").output
    assert "open http://" not in said
    assert "speaks https for share.example.org" in said
    assert "127.0.0.1:9000" in said
    assert f"`trusted_proxies = 1` into {home / SETTINGS_FILE}" in said
    assert f"sharefeed validate {URL}" in said


@pytest.mark.parametrize(
    ("options", "port"),
    [
        pytest.param(["--url", "http://127.0.0.1:8099"], 8099, id="the port of its address"),
        pytest.param(["--url", "http://localhost:8099/", "--port", "9000"], 9000, id="another that was asked for"),
        pytest.param(["--url", "http://127.0.0.1/"], 8080, id="no port"),
        pytest.param(["--url", "https://share.example.org:8443/"], 8080, id="the port of a server in front"),
    ],
)
def test_a_trial_listens_where_its_address_says(run: Run, home: Path, options: list[str], port: int) -> None:
    said = run("init", "--name", "Share", *options).output
    assert load(home, {}).port == port
    assert ("trusted_proxies" in said) == options[1].startswith("https")
    if not options[1].startswith("https"):
        assert f"then open {load(home, {}).url}" in said


def test_two_nodes_have_two_secrets(tmp_path: Path) -> None:
    secrets = set()
    for name in ("one", "two"):
        words = ["init", "--home", str(tmp_path / name), "--url", URL, "--name", name]
        assert CliRunner().invoke(main, words).exit_code == 0
        secrets.add((tmp_path / name / SECRET_FILE).read_bytes())
    assert len(secrets) == 2


def test_init_leaves_a_node_that_is_there_as_it_is(made: Run, home: Path) -> None:
    before = {path.name: path.read_bytes() for path in home.iterdir() if path.suffix in (".toml", ".key")}
    result = made("init", "--url", "https://other.example/", "--name", "Other", code=1)
    assert "was left as it is" in result.output
    assert {path.name: path.read_bytes() for path in home.iterdir() if path.suffix in (".toml", ".key")} == before


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        pytest.param(["--url", "http://share.example.org/"], 1, "https://", id="plain-http"),
        pytest.param(["--url", "https://user@share.example.org/"], 1, "plain", id="a-user-in-it"),
        pytest.param(["--url", "https://share.example.org/?a=b"], 1, "plain", id="a-query"),
        pytest.param(["--url", "https://[share/"], 1, "not an address", id="no-address"),
        pytest.param(["--url", URL, "--set", "ttl=soon"], 1, "ttl", id="wrong-type"),
        pytest.param(["--url", URL, "--set", "timezone=Mars/Base"], 1, "Mars/Base", id="no-such-time-zone"),
        pytest.param(["--url", URL, "--set", "area_bbox=1,2"], 1, "area_bbox", id="no-box"),
        pytest.param(["--url", URL, "--set", "nothing=1"], 2, "NAME=VALUE", id="no-such-setting"),
        pytest.param(["--url", URL, "--database", "mysql://x/y"], 1, "mysql", id="another-database"),
        pytest.param([], 2, "--url", id="no-url"),
    ],
)
def test_init_refuses_what_cannot_work_and_can_be_run_again(
    run: Run, home: Path, words: list[str], code: int, said: str
) -> None:
    assert said in run("init", "--name", "Share", *words, code=code).output
    assert not (home / SETTINGS_FILE).exists()
    run("init", "--name", "Share", "--url", URL)


@pytest.mark.parametrize("url", ["http://localhost:8080/", "http://127.0.0.1:8080/", "http://[::1]:8080/"])
def test_plain_http_will_do_on_this_machine(run: Run, url: str) -> None:
    run("init", "--url", url, "--name", "Trial")


def test_a_listing_is_added_changed_withdrawn_and_renewed(made: Run) -> None:
    words = ["--organisation", "riverside-school", "--title", "Six oak desks", "--ref", "D1", "--quantity", "6"]
    added = made("listing", "add", *words, "--lat", "52.6", "--lon", "-0.2", "--value", "40 GBP", "--tag", "oak")
    assert added.output.startswith("added: riverside-school.D1")
    made("listing", "edit", "riverside-school.D1", "--postcode", "PE3", "--unit", "desk")
    assert "Six oak desks" in made("listing", "list", "--state", "live").output
    made("listing", "withdraw", "riverside-school.D1", "--reason", "given")
    assert "0 listings" in made("listing", "list", "--state", "live").output
    assert "2027-05-01" in made("listing", "renew", "riverside-school.D1", "--until", "2027-05-01").output
    assert "\n1 listing\n" in made("listing", "list", "--organisation", "riverside-school").output


def test_editing_one_part_keeps_the_others(made: Run, home: Path) -> None:
    from node.context import Node
    from node.services.listings.publishing import listing

    made(
        "listing", "add", "--organisation", "riverside-school", "--title", "Desk", "--ref", "1", "--locality", "Bretton"
    )
    made("listing", "edit", "riverside-school.1", "--place", "Hall", "--quantity", "2", "--from", "2027-01-05")
    node = Node.open(load(home, {}))
    found = listing(node, "riverside-school.1").listing()
    node.database.close()
    assert found.place is not None
    assert found.available is not None
    assert (found.place.name, found.place.locality, found.quantity.available) == ("Hall", "Bretton", 2)
    assert str(found.available.from_) == "2027-01-05"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        pytest.param(["add", "--organisation", "nobody", "--title", "x"], 2, "no organisation called nobody", id="who"),
        pytest.param(["add", "--organisation", "riverside-school"], 2, "--title", id="no-title"),
        pytest.param(
            ["add", "--organisation", "riverside-school", "--title", "x", "--kind", "skill", "--action", "give"],
            1,
            "the action is help",
            id="no-fit",
        ),
        pytest.param(
            ["add", "--organisation", "riverside-school", "--title", "x", "--lat", "5"], 1, "lat and lon", id="half"
        ),
        pytest.param(
            ["add", "--organisation", "riverside-school", "--title", "x", "--value", "dear"], 2, "40 GBP", id="value"
        ),
        pytest.param([*SCHOOL, "--expires", "2020-01-01"], 1, "  --expires: This ended", id="over"),
        pytest.param([*SCHOOL, "--quantity", "0"], 1, "  --quantity: This must be a number", id="none of them"),
        pytest.param([*SCHOOL, "--image", "desk.jpg"], 1, "  --image: This must be a web address", id="a picture"),
        pytest.param([*SCHOOL, "--from", "2027-05-02", "--until", "2027-05-01"], 1, "  --until: ", id="backwards"),
        pytest.param([*SCHOOL, "--value", "5"], 2, "40 GBP", id="no currency"),
        pytest.param([*SCHOOL, "--category", "xyzzy"], 2, "no category that is known", id="no category"),
        pytest.param([*SCHOOL, "--category", "furnitur/desk"], 2, "Did you mean furniture/desk?", id="a slip in it"),
        pytest.param(["list", "--organisation", "nobody"], 2, "no organisation called nobody", id="list of nobody"),
        pytest.param(["edit", "nothing", "--title", "x"], 1, "no listing called nothing", id="edit-nothing"),
        pytest.param(["withdraw", "nothing"], 1, "no listing called nothing", id="withdraw-nothing"),
        pytest.param(["renew", "nothing", "--until", "soon"], 2, "--until", id="no-day"),
    ],
)
def test_what_cannot_be_done_is_said_plainly(made: Run, words: list[str], code: int, said: str) -> None:
    output = made("listing", *words, code=code).output
    assert said in output
    assert "Traceback" not in output


@pytest.mark.parametrize(
    ("category", "kept", "note"),
    [
        pytest.param("furniture/desk", "furniture/desk", "", id="known"),
        pytest.param("desk", "furniture/desk", "", id="a plain word"),
        pytest.param("furniture/dsk", "furniture/dsk", "Did you mean furniture/desk?", id="a slip under a known root"),
        pytest.param("furniture/hammock", "furniture/hammock", "is shown under furniture.\n", id="newer than we are"),
    ],
)
def test_a_category_is_kept_and_doubts_are_said(made: Run, home: Path, category: str, kept: str, note: str) -> None:
    from node.context import Node
    from node.services.listings.publishing import listing

    added = made("listing", *SCHOOL, "--ref", "1", "--category", category)
    assert (note in added.stderr, bool(added.stderr)) == (True, bool(note))
    made("listing", *SCHOOL, "--ref", "2")
    changed = made("listing", "edit", "riverside-school.2", "--category", category)
    assert note in changed.stderr
    node = Node.open(load(home, {}))
    found = {listing(node, f"riverside-school.{ref}").listing().category for ref in "12"}
    node.database.close()
    assert found == {kept}


def test_a_category_that_is_not_known_changes_nothing(made: Run) -> None:
    made("listing", *SCHOOL, "--ref", "1", "--category", "desk")
    assert (
        "Did you mean furniture/desk?"
        in made("listing", "edit", "riverside-school.1", "--category", "dsk", code=2).stderr
    )


@pytest.mark.parametrize(
    ("options", "kind", "action"),
    [
        pytest.param(["--category", "space/hall"], "space", "host", id="from the category"),
        pytest.param(["--action", "lend"], "equipment", "lend", id="from the action"),
        pytest.param([], "item", "give", id="from nothing"),
    ],
)
def test_the_kind_is_what_the_rest_says(made: Run, home: Path, options: list[str], kind: str, action: str) -> None:
    from node.context import Node
    from node.services.listings.publishing import listing

    made("listing", *SCHOOL, "--ref", "1", *options)
    node = Node.open(load(home, {}))
    found = listing(node, "riverside-school.1").listing()
    node.database.close()
    assert (found.kind, found.action) == (kind, action)


def test_an_edit_must_name_something(made: Run) -> None:
    made("listing", "add", "--organisation", "riverside-school", "--title", "Desk", "--ref", "1")
    assert "at least one" in made("listing", "edit", "riverside-school.1", code=2).output


def test_an_organisation_is_described_bit_by_bit(made: Run) -> None:
    made("organisation", "add", "Riverside School", "--identifier", "GB-EDU=123")
    made("organisation", "add", "Riverside Academy", "--slug", "riverside-school", "--url", "https://r.example/")
    output = made("organisation", "list").output
    assert "riverside-school  school  Riverside Academy" in output
    assert "SCHEME=NUMBER" in made("organisation", "add", "X", "--identifier", "123", code=2).output


def test_a_command_without_a_node_says_how_to_make_one(run: Run) -> None:
    output = run("listing", "list", code=1).output
    assert "sharefeed init" in output


def test_a_database_of_an_older_version_is_left_alone_until_it_is_upgraded(run: Run, home: Path) -> None:
    run("init", "--url", URL, "--name", "Share")
    (home / "sharefeed.sqlite").unlink()
    assert "sharefeed db upgrade" in run("listing", "list", code=1).output
    run("db", "upgrade")
    run("listing", "list")


@pytest.mark.parametrize("command", [("db", "upgrade"), ("serve",)])
def test_an_upgrade_backs_the_node_up_first_and_one_that_fails_changes_nothing(
    made: Run, home: Path, command: tuple[str, ...]
) -> None:
    with Database(sqlite_url(home / "sharefeed.sqlite")).write() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    assert "It is as it was" in made(*command, code=1).output
    (kept,) = (home / "backups").glob("*.tar.gz")
    with tarfile.open(kept) as archive:
        manifest = archive.extractfile("manifest.json")
        assert manifest is not None
        assert json.load(manifest)["revision"] == "0000"
    with Database(sqlite_url(home / "sharefeed.sqlite")).read() as tx:
        assert tx.execute(text("SELECT version_num FROM alembic_version")).scalar() == "0000"


def test_an_upgrade_that_cannot_be_backed_up_is_not_begun(made: Run, home: Path) -> None:
    with Database(sqlite_url(home / "sharefeed.sqlite")).write() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    (home / "backups").write_text("in the way")
    assert "No backup was made" in made("db", "upgrade", code=1).output
    assert "No backup was made" not in made("db", "upgrade", "--without-backup", code=1).output


def test_where_nothing_is_to_be_upgraded_nothing_is_backed_up(made: Run, home: Path) -> None:
    made("db", "upgrade")
    assert not (home / "backups").exists()


def test_a_new_epoch_is_another_each_time(made: Run) -> None:
    assert made("db", "epoch").output != made("db", "epoch").output


def test_a_node_is_backed_up_and_brought_back_elsewhere(made: Run, home: Path, tmp_path: Path) -> None:
    made("listing", "add", "--organisation", "riverside-school", "--title", "Desk", "--ref", "1")
    said = made("db", "backup", str(tmp_path / "safe")).output
    assert "secret key is not in it" in said
    file = next((tmp_path / "safe").glob("*.tar.gz"))
    assert "--replace" in made("db", "restore", str(file), code=1).output
    there = tmp_path / "there"
    restored = made("db", "restore", str(file), "--home", str(there)).output
    assert URL in restored
    assert "a new one was made" in restored
    assert "Desk" in made("listing", "list", "--home", str(there)).output
    assert stat.S_IMODE((there / SECRET_FILE).stat().st_mode) == 0o600


def test_settings_are_printed_without_secrets(run: Run, home: Path) -> None:
    run("init", "--url", URL, "--name", "Share")
    (home / SETTINGS_FILE).write_text(f'node_url = "{URL}"\ndatabase_url = "postgresql://u:hunter2@db/x"\n')
    output = run("settings").output
    assert "node_url" in output
    assert "postgresql://u:***@db/x" in output
    values = {words[0]: words[1] for words in map(str.split, output.splitlines()) if len(words) > 1}
    assert (values["trusted_proxies"], values["aggregate"], values["port"]) == ("0", "false", "8080")
    assert "hunter2" not in output
    assert (home / SECRET_FILE).read_text() not in output


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        pytest.param("postgresql://u:p%40:z@h:5/x?host=/tmp", "postgresql://u:***@h:5/x?host=/tmp", id="odd-password"),
        pytest.param("postgresql://u@h/x", "postgresql://u@h/x", id="no-password"),
        pytest.param("sqlite:////srv/share.sqlite", "sqlite:////srv/share.sqlite", id="a-file"),
        pytest.param("postgresql://u:p@[::1/x", "***", id="no-address"),
    ],
)
def test_the_address_of_a_database_is_shown_without_its_password(url: str, shown: str) -> None:
    assert without_password(url) == shown


def test_a_wrong_setting_is_named(run: Run, home: Path) -> None:
    home.mkdir()
    (home / SETTINGS_FILE).write_text("colour = 1\n")
    assert "colour" in run("settings", code=1).output


def test_the_folder_may_be_named_before_or_after_the_command(made: Run, home: Path, tmp_path: Path) -> None:
    after = CliRunner().invoke(main, ["--home", str(tmp_path / "no"), "organisation", "list", "--home", str(home)])
    assert "riverside-school" in after.output


def test_importing_the_command_line_loads_no_web_and_no_database() -> None:
    import subprocess
    import sys

    code = "import sys, json, node.cli; print(json.dumps(sorted(sys.modules)))"
    loaded = json.loads(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)
    assert not {"flask", "sqlalchemy", "alembic", "lxml", "openpyxl", "PIL", "tantivy"} & set(loaded)
