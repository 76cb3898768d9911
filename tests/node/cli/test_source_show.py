"""`sharefeed source show`: how one source is, in a terminal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner

from federation.records import PAUSED, Source
from node.cli import main
from node.context import Node
from node.settings import load
from node.storage import events, sources
from tests.fakes.scripted import DAY_S, START

Show = Callable[..., str]


@pytest.fixture
def show(tmp_path: Path) -> Show:
    """What is shown of a source with these members, after these events."""
    home = tmp_path / "home"

    def run(*arguments: str, happened: tuple[tuple[str, str], ...] = (), **members: Any) -> str:
        typed = ["--home", str(home)]
        CliRunner().invoke(main, [*typed, "init", "--url", "https://city.example/", "--name", "City", "--aggregate"])
        node = Node.open(load(home))
        with node.database.write() as tx:
            plain = Source(0, "https://a.example/c", "https://a.example/", "A", "json", "L1")
            made = sources.add(tx, replace(plain, **members))
            for code, message in happened:
                events.note(tx, made.id, code, message, START)
        node.database.close()
        done = CliRunner().invoke(main, [*typed, "source", "show", str(made.id), *arguments])
        assert done.exit_code == 0, done.output
        return done.stdout

    return run


def test_a_source_that_was_never_read(show: Show) -> None:
    told = show()
    assert "document   never read" in told
    assert "identical  not known; last verified never" in told
    assert "0 merged" in told
    assert "what happened" not in told


def test_a_source_that_moved_and_differs_now(show: Show) -> None:
    moments = {"document_read_at": START, "verified_at": START, "reread_at": START + 1, "due_at": START + DAY_S}
    told = show(happened=(("renamed", "It calls itself A now."), ("moved", "The node moved.")), **moments)
    assert "document   2026-11-22T10:00:00Z" in told
    assert "identical  differs; last verified 2026-11-22T10:00:00Z" in told
    assert "next due   2026-11-23T10:00:00Z" in told
    assert told.index("The node moved.") < told.index("It calls itself A now.")


def test_a_paused_source_is_not_due(show: Show) -> None:
    assert "next due   not while it is paused" in show(state=PAUSED)


def test_the_same_as_json(show: Show) -> None:
    told = orjson.loads(show("--json", happened=(("moved", "The node moved."),), document_read_at=START))
    assert told["history"] == [{"at": "2026-11-22T10:00:00Z", "code": "moved", "message": "The node moved."}]
    assert (told["document_read"], told["counts"]["merged"]) == ("2026-11-22T10:00:00Z", 0)
