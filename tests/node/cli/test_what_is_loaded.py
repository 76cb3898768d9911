"""What the commands do not load: a command that says a line or two starts at once, whatever the others need."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("sqlalchemy", "marshmallow", "flask", "babel", "jinja2", "requests", "cryptography", "node.context")


@pytest.mark.parametrize(
    "command",
    [
        pytest.param("--version", id="the version"),
        pytest.param("--help", id="the help, for which every command is loaded"),
        pytest.param("serve --help", id="the help of one command"),
        pytest.param("--home nowhere settings", id="what is in force without a node"),
    ],
)
def test_a_command_that_needs_no_node_loads_none(command: str) -> None:
    code = (
        "import sys\n"
        "from node.cli import main\n"
        f"main({command.split()!r}, standalone_mode=False)\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout
    assert done.stderr.strip() == "[]"
