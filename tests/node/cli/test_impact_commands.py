"""`sharefeed impact`: what was read of receipts, and what was set aside."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from node.cli import main
from node.storage.engine import sqlite_url
from tests.fakes.databases import database_at
from tests.fakes.halves import OURS, half, item, key_of
from tests.fakes.receipt_feeds import publish, reader


def test_what_was_set_aside_is_told_with_its_reasons(tmp_path: Path) -> None:
    path = tmp_path / "sharefeed.sqlite"
    city = reader(tmp_path / "node", database_at(path))
    school = city.follow(OURS)
    publish(school, item(half(number=1)), item(half(number=2), key_of("https://evil.example/")))
    city.read(school)
    (tmp_path / "node" / "settings.toml").write_text('node_url = "https://city.example/"\naggregate = true\n')
    told = CliRunner().invoke(
        main, ["--home", str(tmp_path / "node"), "impact", "receipts"], env={"DATABASE_URL": sqlite_url(path)}
    )
    assert told.exit_code == 0, told.output
    assert "Scripted" in told.output
    assert "1 half was set aside" in told.output
    assert f"{OURS}receipts/00000000000000000002.owner" in told.output
    assert "bad-signature" in told.output
