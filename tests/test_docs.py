"""The documentation says what the code does: what is generated is up to date, and every command explains itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import click
import pytest

from node.cli import main, reference
from node.settings import SETTINGS


@pytest.mark.parametrize(
    ("name", "make"),
    [
        pytest.param("cli.md", reference.cli_reference, id="commands"),
        pytest.param("settings.md", reference.settings_reference, id="settings"),
    ],
)
def test_the_reference_is_what_the_code_would_write(name: str, make: Callable[[], str]) -> None:
    found = (reference.DOCS / name).read_text(encoding="utf-8")
    assert found == make(), "run: python -m node.cli.reference"


def commands(command: click.Command, path: str = "sharefeed") -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from commands(inner, f"{path} {name}")


@pytest.mark.parametrize(("path", "command"), [pytest.param(*found, id=found[0]) for found in commands(main)])
def test_every_command_and_option_explains_itself(path: str, command: click.Command) -> None:
    assert command.help
    silent = [option.opts for option in command.params if isinstance(option, click.Option) and not option.help]
    assert silent == []


def test_every_setting_explains_itself_and_has_a_name_of_its_own() -> None:
    assert all(setting.help.endswith(".") for setting in SETTINGS)
    assert len({setting.name for setting in SETTINGS}) == len(SETTINGS)
