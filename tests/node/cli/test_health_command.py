"""`sharefeed health`: a sentence, the parts that are not well first, and an exit code."""

from __future__ import annotations

import json
import os
from pathlib import Path

from click.testing import CliRunner, Result

from node.cli import main
from node.context import Node
from node.services.backup import backups
from node.services.health import watch
from node.settings import Settings, load


def run(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--home", str(home), "health", *arguments])


def made(tmp_path: Path) -> Path:
    home = tmp_path / "node"
    done = CliRunner().invoke(main, ["init", "--home", str(home), "--url", "https://share.example.org/", "--name", "S"])
    assert done.exit_code == 0, done.output
    return home


def test_a_node_whose_work_never_began_is_broken_and_says_what_to_do(tmp_path: Path) -> None:
    result = run(made(tmp_path))
    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert lines[0] == "Something is broken."
    assert "Regular work: broken. It has never begun." in lines
    assert "  do:    Run the node with “sharefeed serve”, or run “sharefeed worker” beside “sharefeed web”." in lines
    assert lines.index("Regular work: broken. It has never begun.") < lines.index(
        "Database: well. What is written is kept."
    )


def test_a_node_that_works_ends_with_0_and_speaks_to_programs(tmp_path: Path) -> None:
    home = made(tmp_path)
    settings: Settings = load(home, {})
    node = Node.open(settings)
    watch.beat(node)
    backups.make(node)
    node.database.close()
    result = run(home, "--json")
    told = json.loads(result.output)
    assert (result.exit_code, told["state"]) == (0, "look")
    parts = {part["code"]: part for part in told["parts"]}
    assert parts["worker"]["state"] == "ok"
    assert parts["worker"]["at"].endswith("Z")
    assert parts["mail"]["reason"] == "off"
    os.chmod(home / "secret.key", 0o644)
    assert run(home).exit_code == 1


def test_where_there_is_no_node_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for home, words in ((tmp_path / "nothing", ["health"]), (tmp_path / "empty", ["db", "upgrade"])):
        result = CliRunner().invoke(main, ["--home", str(home), *words])
        assert result.exit_code == 1
        assert result.output.startswith(f"Error: There is no node in {home} ")
        assert "sharefeed init" in result.output
    assert not list((tmp_path / "empty").iterdir())
