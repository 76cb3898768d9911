"""The commands of an operator, as typed: validating a feed, letting people in, answering proposals."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result

from node.cli import main
from node.context import Node
from node.services.aggregating import proposals, sources
from node.services.configuration import appearance
from node.services.configuration.appearance_form import NAMES, written
from node.services.identity import operator
from node.settings import load
from tests.fakes.hostile_server import HostileServer, answer
from tests.fakes.sites import RSS, changes, complete, document, feed, item

Run = Callable[..., Result]
JSON = "Content-Type: application/feed+json"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def run(home: Path) -> Run:
    """Runs a command in the node's folder, outside of any other."""

    def invoke(*arguments: object) -> Result:
        return CliRunner().invoke(main, ["--home", str(home), *map(str, arguments)])

    return invoke


@pytest.fixture
def node(run: Run, home: Path) -> Iterator[Node]:
    """A catalogue that may read this machine."""
    made = run("init", "--url", "https://city.example/", "--name", "City", "--aggregate", "--allow-loopback")
    assert made.exit_code == 0, made.output
    opened = Node.open(load(home))
    yield opened
    opened.database.close()


@pytest.fixture
def site() -> Iterator[HostileServer]:
    with HostileServer({}) as server:
        base = server.url("/")
        good = [fresh("desk", base), fresh("chair", base)]
        bad = [*good, fresh("sofa", base, price=20)]
        server.scripts |= {
            "/.well-known/sharefeed.json": answer(document(base), "Content-Type: application/json"),
            "/changes.json": answer(feed(good, changes(good, base)), JSON, 'ETag: "1"'),
            "/changes.json?after=c.1": answer(feed([], changes(good, base)), JSON),
            "/feed.json": answer(feed(good, complete(good, base)), JSON),
            "/alone.json": answer(feed(bad, complete(bad, "http://127.0.0.2:9/")), JSON),
            "/rss": answer(RSS.replace("https://park.example/</link>", "</link>").encode(), "Content-Type: text/xml"),
        }
        yield server


def fresh(name: str, base: str, **members: object) -> dict[str, object]:
    """A listing of a month that has just begun, whatever month the tests run in."""
    now = datetime.now(UTC)
    made = item(name, base, expires=(now + timedelta(days=60)).strftime("%Y-%m-%dT%H:%M:%SZ"), **members)
    return {**made, "date_modified": now.strftime("%Y-%m-%dT%H:%M:%SZ")}


class TestValidate:
    def test_a_node_of_our_own_kind(self, run: Run, site: HostileServer) -> None:
        done = run("validate", site.url("/"), "--allow-loopback")
        assert "Park node: level L1, a change feed" in done.stdout
        assert "2 of 2 would be shown" in done.stdout
        assert "no-304" in done.stdout, "the scripted server knows no conditions"
        assert done.exit_code == 1

    def test_as_json(self, run: Run, site: HostileServer) -> None:
        done = run("validate", "--json", site.url("/feed.json"), "--allow-loopback")
        report = orjson.loads(done.stdout)
        assert report["level"] == "L1"
        assert {found["code"] for found in report["problems"]} == {"no-304"}
        assert [listing["verdict"] for listing in report["listings"]] == ["shown", "shown"]

    def test_a_file_that_is_fine(self, run: Run, tmp_path: Path) -> None:
        items = [fresh("desk", "https://park.example/")]
        file = tmp_path / "feed.json"
        file.write_bytes(feed(items, complete(items)))
        done = run("validate", file)
        assert (done.exit_code, done.stdout.splitlines()[-1]) == (0, "All is well.")

    @pytest.mark.parametrize(
        ("name", "content", "code", "says"),
        [
            pytest.param("feed.json", b'{"version": ', 2, "not JSON", id="broken JSON"),
            pytest.param("feed.json", b"[1]", 2, "", id="another JSON"),
            pytest.param("feed.xml", b"<a", 2, "", id="broken XML"),
            pytest.param("list.csv", b"title\nDesk\n", 2, "import --dry-run", id="a spreadsheet"),
        ],
    )
    def test_a_file_that_is_not(
        self, run: Run, tmp_path: Path, name: str, content: bytes, code: int, says: str
    ) -> None:
        file = tmp_path / name
        file.write_bytes(content)
        done = run("validate", file)
        assert done.exit_code == code
        assert says in done.output
        assert "Traceback" not in done.output

    @pytest.mark.parametrize("options", [[], ["--json"]])
    def test_what_cannot_be_reached_says_what_was_tried(self, run: Run, options: list[str]) -> None:
        with HostileServer({}) as server:
            address = server.url("/")
        done = run("validate", address, "--allow-loopback", *options)
        assert done.exit_code == 2
        assert address in done.output
        if options:
            assert orjson.loads(done.stdout)["tried"][0]["url"] == address

    def test_this_machine_is_not_looked_at_unless_it_is_allowed(self, run: Run, site: HostileServer) -> None:
        done = run("validate", site.url("/"))
        assert done.exit_code == 2
        assert "--allow-loopback" in done.stderr
        assert "allow_loopback = true" in done.stderr
        assert site.asked == []

    @pytest.mark.parametrize(
        ("target", "says"),
        [
            pytest.param("listings.csv", "There is no file listings.csv", id="a file"),
            pytest.param("site/feed.json", "There is no file site/feed.json", id="a file in a folder"),
            pytest.param("./feed", "There is no file ./feed", id="a path"),
            pytest.param(".", "is a folder", id="a folder"),
            pytest.param("", "There is no address here", id="nothing"),
            pytest.param("10.0.0.1/feed.json", "a private network address", id="an address with a file in it"),
            pytest.param("localhost:8080", "--allow-loopback", id="a name of this machine"),
        ],
    )
    def test_what_is_neither_file_nor_address_is_told_apart(self, run: Run, target: str, says: str) -> None:
        done = run("validate", target)
        assert (done.exit_code, says in done.stderr) == (2, True), done.stderr
        assert ("allow" in done.stderr) == ("allow" in says)

    def test_a_node_that_claims_to_be_another(self, run: Run, site: HostileServer) -> None:
        done = run("validate", site.url("/alone.json"), "--allow-loopback")
        assert done.exit_code == 2
        assert "http://127.0.0.2:9/" in done.stderr


class TestOperator:
    def test_a_link_that_nobody_is_signed_in_by_yet(self, run: Run, node: Node) -> None:
        done = run("operator", "link")
        assert re.fullmatch(r"https://city\.example/control/sign-in/[\w-]{43}\n", done.stdout)
        assert "15 minutes" in done.stderr
        assert run("operator", "sessions").stdout == "Nobody is signed in.\n"

    def test_who_is_signed_in_and_out_again(self, run: Run, node: Node) -> None:
        for _ in range(3):
            operator.sign_in(node, operator.new_link(node).rpartition("/")[2])
        rows = run("operator", "sessions").stdout.splitlines()
        assert len(rows) == 4
        assert run("operator", "revoke", rows[1].split()[0]).exit_code == 0
        assert len(run("operator", "sessions").stdout.splitlines()) == 3
        assert run("operator", "revoke", "--all").stdout == "2 browsers are signed out; unused links work no more.\n"

    def test_a_node_without_control_pages_makes_no_link(self, tmp_path: Path) -> None:
        def invoke(*words: str) -> Result:
            return CliRunner().invoke(main, ["--home", str(tmp_path / "small"), *words])

        invoke("init", "--url", "https://small.example/", "--name", "Small")
        done = invoke("operator", "link")
        assert (done.exit_code, done.stdout) == (1, "")
        assert "aggregate = true" in done.stderr

    @pytest.mark.parametrize("arguments", [[], ["abc", "--all"], ["nobody"]])
    def test_revoking_must_name_one_or_all(self, run: Run, node: Node, arguments: list[str]) -> None:
        assert run("operator", "revoke", *arguments).exit_code != 0


class TestProposals:
    def propose(self, node: Node, url: str) -> int:
        return proposals.propose(node, url, "Park", "anna@park.example", "Hello", "192.0.2.1").id

    def test_nothing_waits(self, run: Run, node: Node) -> None:
        assert run("proposal", "list").stdout == "No proposal waits for an answer.\n"

    def test_look_and_accept(self, run: Run, node: Node, site: HostileServer) -> None:
        number = self.propose(node, site.url("/"))
        assert site.url("/") in run("proposal", "list").stdout
        shown = run("proposal", "show", number).stdout
        assert "2 of 2 would be shown" in shown
        assert "A desk" in shown
        done = run("proposal", "accept", number, "--name", "The park", "--hold-new")
        assert "level L1" in done.stdout
        assert "anna@park.example" in done.stdout
        [health] = sources.health(node)
        assert (health.source.name, health.source.hold_new) == ("The park", True)
        assert "accepted" in run("proposal", "list", "--decided").stdout

    def test_a_plain_feed_needs_words(self, run: Run, node: Node, site: HostileServer) -> None:
        number = self.propose(node, site.url("/rss"))
        assert "--organisation" in run("proposal", "show", number).stdout
        done = run("proposal", "accept", number)
        assert done.exit_code == 1
        assert "plain feed" in done.output
        words = ("--organisation", "Park hall", "--kind", "space", "--category", "space", "--days", "30")
        refused = run("proposal", "accept", number, *words, "--lat", "x")
        assert (refused.exit_code, "--lat: This must be a number." in refused.output) == (2, True)
        assert sources.health(node) == []
        assert run("proposal", "accept", number, *words).exit_code == 0
        assert '"host"' in sources.health(node)[0].source.defaults

    def test_refuse(self, run: Run, node: Node) -> None:
        number = self.propose(node, "https://sofas.example/")
        assert run("proposal", "refuse", number, "--reason", "It sells things.").exit_code == 0
        assert "It sells things." in run("proposal", "list", "--decided").stdout
        assert run("proposal", "refuse", number, "--reason", "Again").exit_code == 1

    def test_what_cannot_be_read_says_so(self, run: Run, node: Node) -> None:
        with HostileServer({}) as gone:
            number = self.propose(node, gone.url("/"))
        assert "It could not be read." in run("proposal", "show", number).stdout
        assert run("proposal", "accept", number).exit_code == 1
        assert proposals.get(node, number).state == "waiting"


class TestPlainFeeds:
    """The same options and the same words, whether a feed was proposed or is added at once."""

    @pytest.fixture(params=["source add", "proposal accept"])
    def take(self, request: pytest.FixtureRequest, run: Run, node: Node, site: HostileServer) -> Run:
        if request.param == "source add":
            return lambda *options: run("source", "add", site.url("/rss"), *options)
        number = proposals.propose(node, site.url("/rss"), "", "", "", "192.0.2.1").id
        return lambda *options: run("proposal", "accept", number, *options)

    @pytest.mark.parametrize(
        ("options", "says"),
        [
            pytest.param(["--lat", "north"], "--lat: This must be a number.", id="not a number"),
            pytest.param(["--lat", "95"], "--lat:", id="off the globe"),
            pytest.param(["--days", "0"], "--days:", id="no time at all"),
            pytest.param(["--days", "400"], "--days:", id="more than a year"),
            pytest.param(["--kind", "space", "--action", "give"], "--action:", id="an action that does not fit"),
            pytest.param(["--language", "?"], "--language:", id="no language"),
            pytest.param(["--organisation-url", "hall"], "--organisation-url:", id="no web address"),
            pytest.param(["--category", "Not A Path"], "--category:", id="no category"),
            pytest.param(["--kind", "sofa"], "'--kind'", id="no kind"),
        ],
    )
    def test_what_does_not_fit_is_named_by_its_option(
        self, take: Run, node: Node, options: list[str], says: str
    ) -> None:
        done = take("--organisation", "Park hall", *options)
        assert (done.exit_code, says in done.output) == (2, True), done.output
        assert done.output.count(says) == 1
        assert sources.health(node) == []

    def test_both_ways_make_the_same_of_the_same_words(self, take: Run, node: Node, site: HostileServer) -> None:
        assert take("--organisation", "Park hall", "--lat", "52,5", "--lon", "-0.2").exit_code == 0
        made = orjson.loads(sources.health(node)[0].source.defaults)
        assert made["organisation"] == {
            "id": site.url("/rss"),
            "name": "Park hall",
            "type": "community_group",
            "url": site.url("/"),
        }
        assert (made["kind"], made["action"], made["days_until_expiry"]) == ("item", "give", 60)
        assert made["place"] == {"lat": 52.5, "lon": -0.2, "precision_m": 1000}

    def test_without_an_organisation_it_is_not_taken(self, take: Run, node: Node) -> None:
        done = take("--kind", "space")
        assert (done.exit_code, "plain feed" in done.output) == (1, True)
        assert sources.health(node) == []

    def test_an_address_on_this_machine_says_how_to_allow_it(self, run: Run, home: Path, site: HostileServer) -> None:
        run("init", "--url", "https://city.example/", "--name", "City", "--aggregate")
        done = run("source", "add", site.url("/rss"))
        assert done.exit_code == 1
        assert f"set allow_loopback = true in {home / 'settings.toml'}" in done.output
        assert site.asked == []


@pytest.mark.parametrize(
    ("words", "says"),
    [
        pytest.param(["queue", "apply", "nothing"], "queue list", id="no removal to apply"),
        pytest.param(["queue", "undo", "nothing"], "queue list", id="no removal to undo"),
        pytest.param(["source", "poll", "7"], "no source 7", id="no source to read"),
        pytest.param(["source", "show", "7"], "source list", id="no source to show"),
        pytest.param(["source", "remove", "7"], "no source 7", id="no source to remove, and no question"),
        pytest.param(["queue", "release", "7", "x"], "queue list", id="nothing to release"),
        pytest.param(["queue", "refuse", "7", "x", "--reason", "x"], "queue list", id="nothing to refuse"),
        pytest.param(["proposal", "accept", "7"], "no proposal 7", id="no proposal"),
    ],
)
def test_what_is_not_there_is_said(run: Run, node: Node, words: list[str], says: str) -> None:
    done = run(*words)
    assert (done.exit_code, says in done.stderr) == (1, True), done.output


def test_a_catalogue_without_sources_says_how_to_add_one(run: Run, node: Node) -> None:
    assert "source add" in run("source", "list").stdout


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        pytest.param("PORT", "70000", "setting port: must be from 0 to 65535, not 70000", id="no such port"),
        pytest.param("THREADS", "0", "setting threads: must be from 1 to 256, not 0", id="nobody to answer"),
        pytest.param("FETCH_DEADLINE", "nan", "setting fetch_deadline: must be from", id="no number"),
        pytest.param("FETCH_BYTES", "1e3", "setting fetch_bytes: must be a whole number", id="no whole number"),
        pytest.param("MAP_LAT", "999", "setting map_lat: must be from -90 to 90", id="off the earth"),
        pytest.param("NODE_URL", "https://[::1/", "setting node_url: is not an address", id="half an address"),
        pytest.param("NODE_URL", "http://city.example/", "setting node_url: must begin with https://", id="not secret"),
        pytest.param("LANGUAGE", "../x", "setting language: ", id="no language"),
        pytest.param("TIMEZONE", "Mars/Base", "setting timezone: there is no time zone", id="no such time zone"),
    ],
)
def test_nonsense_in_a_setting_is_one_sentence_before_anything_runs(
    run: Run, node: Node, monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    monkeypatch.setenv(f"SHAREFEED_{name}", value)
    done = run("worker")
    assert (done.exit_code, says in done.stderr) == (1, True), done.output
    assert len(done.stderr.splitlines()) == 1
    assert "at work" not in done.stdout


@pytest.mark.parametrize(
    ("url", "says"),
    [
        pytest.param("nonsense", "no address of a database", id="no address"),
        pytest.param("postgresql://u:hidden@127.0.0.1:port/x", "no address of a database", id="no port"),
        pytest.param("postgresql://u:hidden@127.0.0.1:1/x", "Look whether PostgreSQL runs", id="nobody there"),
        pytest.param("sqlite:////nowhere/at/all.sqlite", "Look whether its folder is there", id="no folder"),
    ],
)
def test_a_database_that_cannot_be_opened_says_what_to_look_at(
    run: Run, node: Node, monkeypatch: pytest.MonkeyPatch, url: str, says: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    done = run("source", "list")
    assert (done.exit_code, says in done.stderr) == (1, True), done.output
    assert "hidden" not in done.output


def test_a_database_that_is_broken_says_so(run: Run, node: Node, home: Path) -> None:
    node.database.close()
    for ending in ("-wal", "-shm"):
        (home / f"sharefeed.sqlite{ending}").unlink(missing_ok=True)
    (home / "sharefeed.sqlite").write_bytes(b"garbage" * 1000)
    done = run("source", "list")
    assert (done.exit_code, "last copy" in done.stderr) == (1, True), done.output


class TestSettings:
    def test_what_an_operator_published_is_in_force_and_said(self, run: Run, node: Node) -> None:
        assert "Published by" not in run("settings").output
        typed = {name: written(getattr(node.settings, name)) for name in NAMES}
        draft = appearance.save(node, {**typed, "node_name": "Fenland Shares"}, (), appearance.state(node).basis, "x")
        appearance.publish(node, draft.mark, "x")
        output = run("settings").output
        assert "Fenland Shares" in output
        assert "Published by an operator at control/appearance, before what is set: node_name." in output

    def test_asking_makes_no_database(self, run: Run, home: Path) -> None:
        assert run("settings").exit_code == 0
        assert not list(home.glob("*.sqlite*"))

    def test_units_that_there_are_not_stop_the_start(self, run: Run) -> None:
        refused = run("init", "--url", "https://city.example/", "--name", "City", "--set", "units=leagues")
        assert refused.exit_code == 1
        assert "units" in refused.output


def test_a_folder_that_cannot_be_looked_into_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    # A name that is too long is refused to everybody, where missing rights stop everybody but root.
    monkeypatch.setenv("SHAREFEED_HOME", "/" + "x" * 300)
    result = CliRunner().invoke(main, ["operator", "sessions"])
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert "settings.toml cannot be read: File name too long" in result.output
