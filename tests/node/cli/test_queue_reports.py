"""Reports of visitors on the command line: for an operator without a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from federation.facts import short_key
from node.cli import main
from node.context import Node
from node.services.aggregating import sources
from node.services.moderation import decisions, reporting
from node.settings import load
from tests.fakes.sites import PARK, item
from tests.node.web.aggregator import follow, send

Run = Callable[..., Result]
DESK, CHAIR = f"{PARK}listings/desk", f"{PARK}listings/chair"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def invoke(*arguments: object) -> Result:
        return CliRunner().invoke(main, ["--home", str(tmp_path / "home"), *map(str, arguments)])

    return invoke


@pytest.fixture
def node(run: Run, tmp_path: Path) -> Iterator[Node]:
    """A catalogue with two listings of a source, the desk reported twice."""
    assert run("init", "--url", "https://city.example/", "--name", "City", "--aggregate").exit_code == 0
    opened = Node.open(load(tmp_path / "home"))
    later = (datetime.now(UTC) + timedelta(days=60)).strftime("%Y-%m-%dT%H:%M:%SZ")
    send(opened, follow(opened), [item("desk", expires=later), item("chair", expires=later)])
    for number, words in enumerate(("They ask\nfor £5", "Gone\u202eenog")):
        reporting.report(
            opened, DESK, reason="not_free", words=words, email="anna@park.example", from_address=f"192.0.2.{number}"
        )
    yield opened
    opened.database.close()


def test_removals_that_can_still_be_undone_are_named(run: Run, node: Node) -> None:
    later = (datetime.now(UTC) + timedelta(days=60)).strftime("%Y-%m-%dT%H:%M:%SZ")
    source = follow(node, "https://shed.example/")
    lent = [item(name, base="https://shed.example/", expires=later) for name in ("saw", "drill", "plane", "ladder")]
    send(node, source, lent)
    assert "can still be undone" not in run("queue", "list").stdout
    send(node, sources.get(node, source.id), lent[:1])
    told = run("queue", "list").stdout
    [batch] = decisions.recent_batches(node)
    assert f"\n{batch.batch}  {source.id}       3         " in told.split("can still be undone:")[1]
    assert run("queue", "undo", batch.batch).stdout.startswith("3 listings are shown")
    assert "can still be undone" not in run("queue", "list").stdout


def test_what_visitors_say_is_listed(run: Run, node: Node) -> None:
    assert "1 reported" in run("queue", "list").stdout
    told = run("queue", "reports").stdout
    assert told.splitlines()[:3] == [
        "A desk",
        f"  {DESK}, source 1 (Park node)",
        f"  https://city.example/listings/{short_key(DESK)}",
    ]
    assert told.count("somebody asks for money\n") == 2
    assert "    They ask\n    for £5\n    from anna@park.example\n" in told
    assert "\u202e" not in told
    assert told.splitlines()[-1] == "1 listing is reported."


@pytest.mark.parametrize("named", [DESK, short_key(DESK), f"https://city.example/listings/{short_key(DESK)}"])
def test_a_listing_is_kept_by_any_of_its_names(run: Run, node: Node, named: str) -> None:
    assert run("queue", "keep", named).stdout == "Kept. Its reports are answered.\n"
    assert reporting.count_waiting(node) == 0
    assert run("queue", "reports").stdout == "0 listings are reported.\n"
    again = run("queue", "keep", named)
    assert (again.exit_code, "queue reports" in again.stderr) == (1, True)


def test_a_listing_is_taken_down_with_a_reason(run: Run, node: Node) -> None:
    assert run("queue", "take-down", DESK).exit_code == 2
    empty = run("queue", "take-down", DESK, "--reason", " ")
    assert (empty.exit_code, "Give a reason" in empty.stderr) == (1, True)
    assert "Taken down" in run("queue", "take-down", DESK, "--reason", "It is not free").stdout
    with node.database.read() as tx:
        shown = [row.id for row in tx.exec_driver_sql("SELECT id FROM catalogue WHERE live")]
    assert shown == [CHAIR]
    assert "0 reported" in run("queue", "list").stdout


def test_what_nobody_reported_is_not_taken_down(run: Run, node: Node) -> None:
    done = run("queue", "take-down", CHAIR, "--reason", "x")
    assert (done.exit_code, "waits no more" in done.stderr and "queue reports" in done.stderr) == (1, True)
    assert run("queue", "keep", "nothing").exit_code == 1
