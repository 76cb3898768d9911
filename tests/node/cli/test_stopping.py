"""A command that is stopped in the middle says what became of what it did."""

from __future__ import annotations

import click
from click.testing import CliRunner

from node.cli import LazyGroup


class Group(LazyGroup):
    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        return pressed


@click.command()
def pressed() -> None:
    raise KeyboardInterrupt


def test_ctrl_c_says_what_was_kept_and_what_to_do_next() -> None:
    result = CliRunner().invoke(Group("sharefeed"), ["anything"])
    assert result.exit_code == 130
    assert "kept whole" in result.output
    assert "goes on from there" in result.output
